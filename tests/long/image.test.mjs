// The image of deploy/oci/Containerfile: built for real, of the package and a base of Debian's own packages (no registry is asked),
// and run as an administrator would: not as root, on a file system that is read only but for one volume, without any capability,
// with a published port and its health check. podman asks by a timer of systemd's, which a machine may lack: here the test asks.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const skip = process.getuid() === 0 ? false : 'needs root';
const BASE = process.env.FREIGABE_BASE || '/var/cache/freigabe-test/base.tar';
const out = process.env.FREIGABE_DEB || join(root, 'build/deb'); // where `make deb` has put the package; else it is made
const net = `freigabe-image-${process.pid}`; // a network of its own: bridges and forwarded ports leave nothing on this machine
let dir, networked;

function sh(command, { check = true } = {}) {
	const r = spawnSync('sh', ['-c', command], { cwd: root, encoding: 'utf8', timeout: 1800000, maxBuffer: 1 << 26 });
	if (check)
		assert.equal(r.status, 0, `${command}\n${r.stdout.slice(-2000)}${r.stderr.slice(-2000)}`);
	return r;
}
// A store of its own; runc, because crun refuses machines whose cgroups are of both versions.
const podman = (args, { within, ...options } = {}) => sh(`${within ? `timeout ${within} ` : ''}${networked ? `nsenter --net=/run/netns/${net} ` : ''}podman --root ${dir}/storage --runroot ${dir}/run --storage-driver vfs --runtime runc --cgroup-manager cgroupfs ${args}`, options);
const inside = (command) => podman(`exec frei sh -c '${command}'`, { check: false });

before(() => {
	if (skip)
		return;
	dir = mkdtempSync(join(tmpdir(), 'freigabe-image-'));
	if (!existsSync(BASE)) {
		mkdirSync(dirname(BASE), { recursive: true });
		const half = `${BASE}.half.tar`; // by its name it knows that a tar is wanted, not a folder
		sh(`mmdebstrap --variant=minbase bookworm ${half} && mv ${half} ${BASE}`);
	}
	if (!process.env.FREIGABE_DEB)
		sh('tools/make_deb.sh build/deb');
	assert.ok(readdirSync(out).some((f) => /^freigabe_.*\.deb$/.test(f)));
});
after(() => {
	if (!dir)
		return;
	podman('rm --force --all', { check: false });
	sh(`ip netns delete ${net}`, { check: false });
	rmSync(dir, { recursive: true, force: true });
});

test('it is built', { skip }, (t) => {
	podman(`import ${BASE} docker.io/library/debian:12-slim`);
	podman(`build --isolation chroot --network host --pull=never --format docker --file deploy/oci/Containerfile --tag freigabe ${out}`);
	const size = (name) => Number(podman(`image inspect --format '{{.Size}}' ${name}`).stdout) / 1e6;
	t.diagnostic(`${size('freigabe').toFixed(0)} MB, of which ${size('debian:12-slim').toFixed(0)} the base`);
	assert.ok(size('freigabe') > size('debian:12-slim'));
});

test('it serves, as nobody who may do anything', { skip }, () => {
	const files = sh('ulimit -Hn').stdout.trim();
	podman(`run --detach --name frei --ulimit nofile=${files}:${files} --ulimit nproc=4096:4096 --no-healthcheck --read-only --cap-drop=all --network none --volume frei:/var/lib/freigabe freigabe`);
	const answer = inside('for i in $(seq 120); do curl -sf http://127.0.0.1:8080/healthz && exit 0; sleep 0.5; done; exit 1');
	assert.equal(answer.stdout.trim(), 'ok', answer.stderr);
	assert.match(inside('id').stdout, /\(freigabe\) gid/);
	assert.notEqual(inside('touch /x').status, 0, 'the root is read only');
	assert.equal(inside('touch /var/lib/freigabe/x && rm /var/lib/freigabe/x').status, 0);
	const status = inside('cat /proc/1/status').stdout;
	assert.match(status, /^CapEff:\s0+$/m);
	assert.match(status, /^Seccomp:\s2$/m);
	assert.match(podman('logs frei 2>&1').stdout, /"event":"seccomp","message":"on/);
});

test('its database stays when it is replaced, and it stops when told to', { skip }, () => {
	assert.equal(inside('freigabe site set bote --title Bote --address http://127.0.0.1 --db sqlite:/var/lib/freigabe/freigabe.db').status, 0);
	podman('stop --time 30 frei');
	assert.equal(podman("inspect --format '{{.State.ExitCode}}' frei").stdout.trim(), '0');
	podman('rm frei');
	assert.match(podman('run --rm --ulimit nofile=1024:1024 --ulimit nproc=4096:4096 --no-healthcheck --read-only --network none --volume frei:/var/lib/freigabe freigabe site list --db sqlite:/var/lib/freigabe/freigabe.db').stdout, /bote/);
});

test('a port that is published is served, and the health check tells one that answers from one that does not', { skip }, (t) => {
	sh(`ip netns add ${net} && ip -n ${net} link set lo up`);
	networked = true;
	const files = sh('ulimit -Hn').stdout.trim();
	const run = podman(`run --detach --name offen --ulimit nofile=${files}:${files} --ulimit nproc=4096:4096 --health-interval disable --read-only --cap-drop=all
		--publish 127.0.0.1:8080:8080 --volume frei:/var/lib/freigabe freigabe`.replace(/\s+/g, ' '));
	assert.equal(run.status, 0);
	const from = `nsenter --net=/run/netns/${net} curl --silent --max-time 5`;
	const page = sh(`for i in $(seq 120); do ${from} --fail http://127.0.0.1:8080/healthz && exit 0; sleep 0.5; done; exit 1`);
	assert.equal(page.stdout.trim(), 'ok');
	assert.match(podman('port offen').stdout, /8080\/tcp -> 127\.0\.0\.1:8080/);
	assert.match(podman('image inspect freigabe').stdout, /"Healthcheck"/);
	const check = () => podman('healthcheck run offen', { check: false, within: 60 }).status; // 124: it would have taken for ever
	assert.equal(check(), 0, 'well');
	const pid = podman("inspect --format '{{.State.Pid}}' offen").stdout.trim();
	sh(`kill -STOP ${pid}`); // it is there, and answers nobody
	assert.equal(check(), 1, 'not well');
	sh(`kill -CONT ${pid}`);
	assert.equal(check(), 0, 'well again');
	podman('stop --time 30 offen');
	assert.equal(podman("inspect --format '{{.State.ExitCode}}' offen").stdout.trim(), '0');
});
