// Hosts of their own on one machine: a network namespace each, on one bridge, with folders of their own bound over those
// of the system, so that a configuration is tried as it is written, paths and addresses included. Knows nothing of what
// runs there. All of it lies in a network, a process and a mount namespace of the test's own: the machine's network is not
// touched, any addresses may be used, and whatever happens to the test, nothing outlives it. Needs root.
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, copyFileSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// To be called first by a test's file: runs the file anew in namespaces of its own. A shell is the first process there,
// because somebody has to bury those whose parents were killed.
export function inOwnWorld(file) {
	if (process.env.FREIGABE_OWN_WORLD)
		return;
	const r = spawnSync('setpriv', ['--pdeathsig', 'KILL', 'unshare', '--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child',
		'sh', '-c', 'mkdir -p /run/netns && mount -t tmpfs none /run/netns && ip link set lo up && "$@"; exit $?', 'sh', process.execPath, file],
		{ stdio: 'inherit', env: { ...process.env, FREIGABE_OWN_WORLD: '1' } });
	process.exit(r.status ?? 1);
}

export function run(command, args, { input, check = true, timeout = 60000 } = {}) {
	const r = spawnSync(command, args, { input, encoding: 'utf8', timeout });
	if (r.error || (check && r.status !== 0))
		throw new Error(`${command} ${args.join(' ')}: ${r.error?.message ?? `exit ${r.status}`}\n${r.stdout}${r.stderr}`);
	return r;
}

const ip = (...args) => run('ip', args);
const processes = (namespace) => run('ip', ['netns', 'pids', namespace], { check: false }).stdout.split('\n').filter(Boolean).map(Number);

function killAll(pids) {
	for (const pid of pids) {
		try {
			process.kill(pid, 'SIGKILL');
		} catch (e) {
			if (e.code !== 'ESRCH')
				throw e;
		}
	}
}

const userId = (name) => ['-u', '-g'].map((which) => Number(run('id', [which, name]).stdout));

class Host {
	constructor(net, name, address, folders) {
		Object.assign(this, { net, name, address, folders, link: `to-${name}` });
		this.root = join(net.dir, name);
		ip('netns', 'add', this.name);
		ip('link', 'add', this.link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', this.name);
		ip('link', 'set', this.link, 'master', 'switch', 'up');
		for (const args of [['addr', 'add', `${address}/24`, 'dev', 'eth0'], ['link', 'set', 'lo', 'up'], ['link', 'set', 'eth0', 'up']])
			ip('-n', this.name, ...args);
		mkdirSync(this.root);
		for (const [folder, user] of Object.entries(folders)) {
			mkdirSync(this.path(folder), { recursive: true, mode: 0o755 });
			if (user)
				chownSync(this.path(folder), ...userId(user));
			mkdirSync(folder, { recursive: true });
		}
	}

	// Where a file of the host lies outside of it.
	path(file) {
		return join(this.root, file);
	}

	write(file, text, { mode = 0o644, user } = {}) {
		writeFileSync(this.path(file), text, { mode });
		if (user)
			chownSync(this.path(file), ...userId(user));
	}

	// What to run to run `command` on this host.
	inside(command, { user, env = {} } = {}) {
		const binds = Object.keys(this.folders).map((f) => `mount --bind '${this.path(f)}' '${f}'`).join(' && ');
		const [uid, gid] = user ? userId(user) : [];
		const as = user ? ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'] : [];
		const given = Object.entries({ PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', ...env }).map(([k, v]) => `${k}=${v}`);
		return ['netns', 'exec', this.name, 'sh', '-c', `${binds || ':'} && cd / && exec "$@"`, 'sh', 'env', '-i', ...given, ...as, ...command];
	}

	exec(command, { user, env, ...options } = {}) {
		return run('ip', this.inside(command, { user, env }), options);
	}

	// A service; its output goes to NAME.log beside the host's folders.
	start(name, command, options) {
		const log = openSync(join(this.net.dir, `${this.name}-${name}.log`), 'a');
		return spawn('ip', this.inside(command, options), { stdio: ['ignore', log, log], detached: true });
	}

	// kill -9 of what runs here, or of that part of it whose command line matches; until nothing is left of it.
	kill(match = /./) {
		const matches = (pid) => {
			try {
				return match.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
			} catch {
				return false; // it has ended
			}
		};
		for (;;) {
			const pids = processes(this.name).filter(matches);
			if (pids.length === 0)
				return;
			killAll(pids);
		}
	}

	// The cable is pulled, and put in again.
	cut() {
		ip('link', 'set', this.link, 'down');
	}

	join() {
		ip('link', 'set', this.link, 'up');
	}
}

export class Net {
	constructor(address) {
		this.dir = mkdtempSync(join(tmpdir(), 'freigabe-net-'));
		run('chmod', ['755', this.dir]);
		ip('link', 'add', 'switch', 'type', 'bridge');
		ip('addr', 'add', `${address}/24`, 'dev', 'switch');
		ip('link', 'set', 'switch', 'up');
		this.hosts = [];
	}

	host(name, address, folders = {}) {
		this.hosts.push(new Host(this, name, address, folders));
		return this.hosts.at(-1);
	}

	end(logs) {
		this.hosts.forEach((host) => host.kill());
		for (const file of logs ? readdirSync(this.dir).filter((f) => f.endsWith('.log')) : [])
			copyFileSync(join(this.dir, file), join(logs, file));
		rmSync(this.dir, { recursive: true, force: true });
	}
}
