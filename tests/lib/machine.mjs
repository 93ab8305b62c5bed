// A Debian 12 of its own, with systemd as its first process, in a container: what an administrator has after installing.
// Needs root. The bare system is made once (by mmdebstrap) and copied for each test.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './server.mjs';

const BARE = process.env.FREIGABE_BARE || '/var/cache/freigabe-test/bookworm';

function run(command, args, options = {}) {
	const r = spawnSync(command, args, { encoding: 'utf8', timeout: 600000, maxBuffer: 1 << 26, ...options });
	if (r.status !== 0)
		throw new Error(`${command} ${args.join(' ')}: exit ${r.status}\n${r.stdout}${r.stderr}`);
	return r.stdout;
}

function bare() {
	if (existsSync(BARE))
		return;
	mkdirSync(join(BARE, '..'), { recursive: true });
	const half = mkdtempSync(`${BARE}-`);
	run('mmdebstrap', ['--variant=minbase', '--include=systemd,systemd-sysv,dbus,curl,ca-certificates', 'bookworm', half]);
	renameSync(half, BARE);
}

export class Machine {
	constructor() {
		bare();
		this.dir = mkdtempSync(join(tmpdir(), 'freigabe-machine-'));
		this.root = join(this.dir, 'root');
		run('cp', ['-a', BARE, this.root]);
	}

	// While it is off, with the network of this machine: packages with what they depend on.
	install(...files) {
		for (const file of files)
			run('cp', [file, join(this.root, 'root')]);
		run('cp', ['-L', '/etc/resolv.conf', join(this.root, 'etc/resolv.conf')]);
		run('cp', ['-a', '/etc/apt/.', join(this.root, 'etc/apt')]);
		const chroot = (...args) => run('chroot', [this.root, 'env', 'DEBIAN_FRONTEND=noninteractive', ...args]);
		chroot('apt-get', 'update', '-q');
		chroot('apt-get', 'install', '-q', '-y', '--no-install-recommends', ...files.map((f) => `/root/${f.split('/').pop()}`));
	}

	async boot() {
		this.child = spawn('systemd-nspawn', [`--directory=${this.root}`, '--boot', '--register=no', '--keep-unit', '--private-network'],
			{ stdio: ['ignore', 'pipe', 'pipe'] });
		this.log = '';
		for (const pipe of [this.child.stdout, this.child.stderr])
			pipe.setEncoding('utf8').on('data', (text) => (this.log = (this.log + text).slice(-20000)));
		const children = () => readFileSync(`/proc/${this.child.pid}/task/${this.child.pid}/children`, 'utf8').trim().split(' ');
		this.first = await until(() => Number(children()[0]) || null, { what: 'the container' });
		await until(() => ['running', 'degraded'].includes(this.try('systemctl', 'is-system-running').stdout.trim()),
			{ within: 60000, every: 200, what: 'systemd' }).catch((e) => {
			throw new Error(`${e.message}\n${this.try('systemctl', 'list-jobs').stdout}${this.log}`);
		});
		return this;
	}

	// A command inside; what it said, whatever its exit code.
	try(...command) {
		return spawnSync('nsenter', ['-t', this.first, '-m', '-u', '-i', '-n', '-p', '-C', '--', ...command], { encoding: 'utf8', timeout: 120000 });
	}

	run(...command) {
		const r = this.try(...command);
		if (r.status !== 0)
			throw new Error(`${command.join(' ')}: exit ${r.status}\n${r.stdout}${r.stderr}`);
		return r.stdout;
	}

	// All files, without what changes by itself.
	files() {
		const out = [], passing = /^(proc|sys|dev|run|tmp|root|var\/(log|cache|lib\/(dpkg|apt|systemd|dbus))|var\/tmp)(\/|$)/;
		const walk = (folder) => {
			for (const entry of readdirSync(join(this.root, folder), { withFileTypes: true })) {
				const path = folder ? `${folder}/${entry.name}` : entry.name;
				if (passing.test(path))
					continue;
				out.push(path);
				if (entry.isDirectory())
					walk(path);
			}
		};
		walk('');
		return out.sort();
	}

	async end() {
		if (this.child && this.child.exitCode === null) {
			const gone = new Promise((done) => this.child.once('exit', done));
			this.child.kill('SIGKILL'); // nspawn ends what is inside with itself
			await gone;
		}
		rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 });
	}
}
