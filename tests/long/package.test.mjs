// The Debian package in a Debian 12 with systemd: installed, started, upgraded, removed, purged; what is written meanwhile stays,
// and what the service may write is its data alone. Builds the package.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Machine } from '../lib/machine.mjs';
import { until, uuid } from '../lib/server.mjs';
import { file } from '../lib/openapi.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const skip = process.getuid() === 0 ? false : 'needs root';
const out = join(root, 'build/deb');
const PASSWORD = 'eine lange Losung';
const DATABASE = '/var/lib/freigabe/freigabe.db';
let machine, deb;

function sh(command) {
	const r = spawnSync('sh', ['-ec', command], { cwd: root, encoding: 'utf8', timeout: 1200000, maxBuffer: 1 << 26 });
	assert.equal(r.status, 0, `${command}\n${r.stdout.slice(-3000)}${r.stderr.slice(-3000)}`);
	return r.stdout;
}
const status = (path) => machine.try('curl', '-s', '-m', '5', '-o', '/dev/null', '-w', '%{http_code}', `http://127.0.0.1:8080${path}`).stdout;
const up = () => until(() => status('/healthz') === '200', { within: 20000, every: 200, what: `healthz\n${machine.try('journalctl', '-u', 'freigabe', '-n', '30', '--no-pager').stdout}` });
const as = (...args) => machine.run('runuser', '-u', 'freigabe', '--', 'freigabe', ...args, '--db', `sqlite:${DATABASE}`);
const mainPid = () => machine.run('systemctl', 'show', '-p', 'MainPID', '--value', 'freigabe').trim();
// Of the database as it lies in the machine.
const sql = (text) => sh(`sqlite3 -batch -bail -cmd '.timeout 10000' ${machine.root}${DATABASE} "${text}"`).trim();

// A browser in the machine: it keeps its cookies, and says what it was answered.
class Browser {
	cookies = new Map();

	request(method, path, { body, headers = {} } = {}) {
		const lines = { ...headers, ...(this.cookies.size && { Cookie: [...this.cookies].map((pair) => pair.join('=')).join('; ') }), ...(body && { 'Content-Type': 'application/json' }) };
		const said = machine.run('curl', '-s', '-i', '-m', '20', '-X', method, ...Object.entries(lines).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
			...(body ? ['-d', JSON.stringify(body)] : []), `http://127.0.0.1:8080${path}`);
		const [head, ...rest] = said.split('\r\n\r\n'), text = rest.join('\r\n\r\n');
		for (const [, name, value] of head.matchAll(/^set-cookie: ([^=]+)=([^;]*)/gim))
			this.cookies.set(name, value);
		return { status: Number(/^HTTP\S+ (\d+)/.exec(head)[1]), text, get json() { return JSON.parse(text); } };
	}

	good(...args) {
		const answer = this.request(...args);
		assert.ok(answer.status < 300, `${args.slice(0, 2).join(' ')}: ${answer.status} ${answer.text}`);
		return answer.json;
	}

	login() {
		this.csrf = this.good('POST', '/v1/desk/session', { body: { user: 'rike', password: PASSWORD } }).csrf;
		return this;
	}

	submit(text) {
		return this.good('POST', '/v1/articles/bruecke/comments', { headers: { 'Idempotency-Key': uuid() }, body: { name: 'Wilma Test', text } }).id;
	}

	decide(comment, action, more = {}) {
		const item = this.good('GET', '/v1/desk/queue?limit=50').items.find((i) => i.comment === comment);
		return this.good('POST', `/v1/desk/revisions/${item.revision}/decision`, { headers: { 'X-CSRF-Token': this.csrf }, body: { action, version: item.version, ...more } });
	}
}

// The same program under a later version: what is tried is the package's way from one to the next.
function upgrade(version) {
	sh(`rm -rf build/deb/newer && dpkg-deb -R ${deb} build/deb/newer && sed -i 's/^Version: .*/&+${version}/' build/deb/newer/DEBIAN/control`);
	sh(`dpkg-deb -b --root-owner-group build/deb/newer ${machine.root}/root/newer.deb`);
	machine.run('dpkg', '-i', '/root/newer.deb');
}

before(() => {
	if (skip)
		return;
	sh('tools/make_deb.sh build/deb');
	deb = join(out, readdirSync(out).find((f) => /^freigabe_.*\.deb$/.test(f)));
	machine = new Machine();
});
after(() => machine?.end());

test('it installs, with what it needs', { skip }, () => {
	machine.install(deb);
});

test('it starts with the machine, as itself, and says when it is ready', { skip }, async (t) => {
	await machine.boot();
	await up();
	assert.equal(machine.run('systemctl', 'is-active', 'freigabe').trim(), 'active');
	const pid = mainPid();
	assert.equal(machine.run('stat', '-c', '%U', `/proc/${pid}`).trim(), 'freigabe');
	assert.match(machine.run('cat', `/proc/${pid}/status`), /^Seccomp:\s2$/m);
	assert.match(machine.run('cat', `/proc/${pid}/status`), /^CapEff:\s0+$/m);
	assert.equal(machine.run('stat', '-c', '%a %U', '/var/lib/freigabe').trim(), '700 freigabe');
	const exposure = Number(/exposure level for freigabe\.service: ([\d.]+)/.exec(machine.run('systemd-analyze', 'security', 'freigabe', '--no-pager'))[1]);
	t.diagnostic(`exposure ${exposure}`);
	assert.ok(exposure <= 2, `${exposure}`);
});

// In each folder that the service sees a file is made, for real; the kernel's own (/proc) are no place for files.
const EACH = `find / -path /proc -prune -o -type d -print | while IFS= read -r d; do
	if { true > "$d/freigabe-try"; } 2>/dev/null; then rm -f "$d/freigabe-try"; echo "$d"; fi; done`;

test('it can write its data directory and nothing else', { skip }, () => {
	const pid = mainPid(), [uid, gid] = ['-u', '-g'].map((what) => machine.run('id', what, 'freigabe').trim());
	const folders = (...who) => machine.run('nsenter', '-t', pid, '-m', ...who, '--', 'sh', '-c', EACH).trim().split('\n');
	const its = (path) => /^(\/var\/lib\/freigabe|\/tmp|\/var\/tmp)$/.test(path);
	// as itself, and as root would be there: what is refused is refused by the file system it sees, not by whose the folders are
	for (const who of [['-S', uid, '-G', gid], []]) {
		const written = folders(...who);
		assert.ok(written.includes('/var/lib/freigabe'), 'its data');
		assert.deepEqual(written.filter((path) => !its(path)), [], who.length ? 'as itself' : 'as root');
	}
	machine.run('nsenter', '-t', pid, '-m', '-S', uid, '-G', gid, '--', 'sh', '-c', 'echo own > /tmp/freigabe-try');
	assert.notEqual(machine.try('ls', '/tmp/freigabe-try').status, 0, 'its /tmp is nobody else\'s');
});

const wilma = new Browser(), comments = {};

test('a newspaper is set up beside the running server, and served', { skip }, async () => {
	as('site', 'set', 'bote', '--title', 'Bote', '--lang', 'de', '--address', 'http://127.0.0.1:8080');
	machine.run('sh', '-c', `echo "${PASSWORD}" | runuser -u freigabe -- freigabe user set rike --name Rike --password-stdin --db sqlite:${DATABASE}`);
	await until(() => status('/desk/') === '200', { what: 'the desk' });
	sh(`cp tests/lib/articles/bruecke.md ${machine.root}/srv/`);
	as('article', 'import', '/srv/bruecke.md');
	await until(() => status('/v1/articles/bruecke/comments') === '200', { what: 'the running server has heard of both' });
	for (const what of ['freigegeben', 'abgelehnt', 'wartend'])
		comments[what] = wilma.submit(`Ein Satz zur Brücke, ${what} vor der neuen Fassung des Programms.`);
	const rike = new Browser().login();
	rike.decide(comments.freigegeben, 'release');
	rike.decide(comments.abgelehnt, 'reject', { rules: ['off_topic'], word: 'Bitte zur Sache.' });
});

test('the newer version takes over, and nothing is lost', { skip }, async () => {
	machine.run('sh', '-c', 'echo "; a line of our own" >> /etc/freigabe/freigabe.ini');
	const before = mainPid();
	upgrade(1);
	assert.notEqual(mainPid(), before, 'restarted');
	await up();
	assert.match(machine.run('tail', '-1', '/etc/freigabe/freigabe.ini'), /a line of our own/);
	const shown = new Browser().good('GET', '/v1/articles/bruecke/comments').comments;
	assert.deepEqual(shown.map((c) => c.id), [comments.freigegeben], 'what was released, and nothing else');
	const states = new Map(wilma.good('GET', '/v1/articles/bruecke/mine').comments.map((c) => [c.id, c.state]));
	assert.deepEqual(Object.values(comments).map((id) => states.get(id)), ['released', 'rejected', 'held']);
	const rike = new Browser().login();
	assert.deepEqual(rike.good('GET', '/v1/desk/queue').items.map((i) => i.comment), [comments.wartend]);
	const decided = rike.good('GET', '/v1/desk/decisions').decisions.map((d) => `${d.comment} ${d.action}`);
	assert.deepEqual(decided.sort(), [`${comments.freigegeben} release`, `${comments.abgelehnt} reject`].sort());
	assert.match(as('audit', 'verify'), /2 decisions, 1 publications/);
	rike.decide(comments.wartend, 'release');
});

test('an upgrade brings the database of an earlier version to its schema', { skip }, async () => {
	machine.run('systemctl', 'stop', 'freigabe');
	for (const end of ['', '-wal', '-shm'])
		rmSync(`${machine.root}${DATABASE}${end}`, { force: true });
	sh(`sqlite3 -batch -bail ${machine.root}${DATABASE} < tests/contract/before-0004.sql`);
	machine.run('chown', 'freigabe:freigabe', DATABASE);
	assert.equal(sql('SELECT max(version) FROM schema_migration'), '3');
	upgrade(2);
	machine.run('systemctl', 'start', 'freigabe');
	await up();
	assert.equal(sql('SELECT count(*) FROM schema_migration'), String(file('migrations/meson.build').match(/\d{4}_\w+\.sql/g).length));
	assert.match(as('audit', 'verify'), /6 decisions, 2 publications/);
	const shown = () => new Browser().good('GET', '/v1/articles/bruecke/comments').comments.length;
	assert.equal(shown(), 2, 'readers see what they saw');
	// whoever could do everything then can do it now
	const id = new Browser().submit('Ein Satz zur Brücke, nach der neuen Fassung.');
	new Browser().login().decide(id, 'release');
	await until(() => shown() === 3, { what: 'released' });
	assert.match(as('audit', 'verify'), /7 decisions, 3 publications/);
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
