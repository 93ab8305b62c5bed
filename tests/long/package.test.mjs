// The Debian package in a Debian 12 with systemd: installed, started, upgraded, removed, purged. Builds the package.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Machine } from '../lib/machine.mjs';
import { until } from '../lib/server.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const skip = process.getuid() === 0 ? false : 'needs root';
const out = join(root, 'build/deb');
let machine, deb, newer;

function sh(command) {
	const r = spawnSync('sh', ['-ec', command], { cwd: root, encoding: 'utf8', timeout: 1200000, maxBuffer: 1 << 26 });
	assert.equal(r.status, 0, `${command}\n${r.stdout.slice(-3000)}${r.stderr.slice(-3000)}`);
	return r.stdout;
}
const status = (path) => machine.try('curl', '-s', '-m', '5', '-o', '/dev/null', '-w', '%{http_code}', `http://127.0.0.1:8080${path}`).stdout;
const up = () => until(() => status('/healthz') === '200', { within: 20000, every: 200, what: `healthz\n${machine.try('journalctl', '-u', 'freigabe', '-n', '30', '--no-pager').stdout}` });
const as = (...args) => machine.run('runuser', '-u', 'freigabe', '--', 'freigabe', ...args, '--db', 'sqlite:/var/lib/freigabe/freigabe.db');

before(() => {
	if (skip)
		return;
	sh('tools/make_deb.sh build/deb');
	deb = join(out, readdirSync(out).find((f) => /^freigabe_.*\.deb$/.test(f)));
	newer = join(out, 'newer.deb');
	/* the same program under a later version: what is tried is the package's way from one to the next */
	sh(`rm -rf build/deb/newer && dpkg-deb -R ${deb} build/deb/newer && sed -i 's/^Version: .*/&+1/' build/deb/newer/DEBIAN/control && dpkg-deb -b --root-owner-group build/deb/newer ${newer}`);
	machine = new Machine();
});
after(() => machine?.end());

test('it installs, with what it needs', { skip }, () => {
	machine.install(deb);
});

test('it starts with the machine, as itself, and says when it is ready', { skip }, async () => {
	await machine.boot();
	await up();
	assert.equal(machine.run('systemctl', 'is-active', 'freigabe').trim(), 'active');
	const pid = machine.run('systemctl', 'show', '-p', 'MainPID', '--value', 'freigabe').trim();
	assert.equal(machine.run('stat', '-c', '%U', `/proc/${pid}`).trim(), 'freigabe');
	assert.match(machine.run('cat', `/proc/${pid}/status`), /^Seccomp:\s2$/m);
	assert.match(machine.run('cat', `/proc/${pid}/status`), /^CapEff:\s0+$/m);
	assert.equal(machine.run('stat', '-c', '%a %U', '/var/lib/freigabe').trim(), '700 freigabe');
	const exposure = Number(/exposure level for freigabe\.service: ([\d.]+)/.exec(machine.run('systemd-analyze', 'security', 'freigabe', '--no-pager'))[1]);
	assert.ok(exposure <= 2, `${exposure}`);
});

test('a newspaper is set up beside the running server, and served', { skip }, async () => {
	as('site', 'set', 'bote', '--title', 'Bote', '--lang', 'de', '--address', 'http://127.0.0.1:8080');
	machine.run('sh', '-c', 'echo "eine lange Losung" | runuser -u freigabe -- freigabe user set rike --name Rike --password-stdin --db sqlite:/var/lib/freigabe/freigabe.db');
	await until(() => status('/desk/') === '200', { what: 'the desk' });
});

test('the newer version takes over, and nothing is lost', { skip }, async () => {
	machine.run('sh', '-c', 'echo "; a line of our own" >> /etc/freigabe/freigabe.ini');
	sh(`cp ${newer} ${machine.root}/root/newer.deb`);
	const before = machine.run('systemctl', 'show', '-p', 'MainPID', '--value', 'freigabe');
	machine.run('dpkg', '-i', '/root/newer.deb');
	assert.notEqual(machine.run('systemctl', 'show', '-p', 'MainPID', '--value', 'freigabe'), before, 'restarted');
	await up();
	assert.match(machine.run('tail', '-1', '/etc/freigabe/freigabe.ini'), /a line of our own/);
	const login = machine.run('curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '-H', 'Content-Type: application/json', '-d', '{"user":"rike","password":"eine lange Losung"}',
		'http://127.0.0.1:8080/v1/desk/session');
	assert.equal(login, '200');
});

test('removed, it stops and leaves the comments; purged, it leaves nothing', { skip }, () => {
	machine.run('dpkg', '-r', 'freigabe');
	assert.equal(status('/healthz'), '000');
	assert.match(machine.run('ls', '/var/lib/freigabe'), /freigabe\.db/);
	assert.match(machine.run('ls', '/etc/freigabe'), /freigabe\.ini/);
	machine.run('dpkg', '-P', 'freigabe');
	const left = machine.files().filter((path) => /freigabe/.test(path));
	assert.deepEqual(left, []);
});
