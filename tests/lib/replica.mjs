// A PostgreSQL server and one that follows it by streaming replication, each in a folder of its own, with one database on
// them. Both can be stopped and started, and the follower can be made to lag. Ends with end().
import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { psql } from './postgres.mjs';
import { until } from './server.mjs';

const versions = '/usr/lib/postgresql';
const bin = (name) => join(versions, readdirSync(versions).sort().at(-1), 'bin', name);
const root = process.getuid() === 0;
const id = (what) => Number(spawnSync('id', [what, 'postgres'], { encoding: 'utf8' }).stdout);

class Host {
	constructor() {
		this.dir = mkdtempSync(join(tmpdir(), 'freigabe-pg-'));
		if (root)
			chownSync(this.dir, id('-u'), id('-g'));
		this.data = join(this.dir, 'data');
	}

	// PostgreSQL refuses to run as root.
	run(name, ...args) {
		const command = [...(root ? ['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--clear-groups', '--'] : []), bin(name), ...args];
		const r = spawnSync(command[0], command.slice(1), { cwd: this.dir, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], timeout: 120000 });
		if (r.status !== 0)
			throw new Error(`${name}: ${r.stderr}\n${this.log()}`);
	}

	log() {
		try {
			return readFileSync(join(this.dir, 'log'), 'utf8').slice(-4000);
		} catch (e) {
			return String(e);
		}
	}

	// As a host of an address: a folder with a socket.
	get host() {
		return encodeURIComponent(this.dir);
	}

	start() {
		this.run('pg_ctl', '-D', this.data, '-l', join(this.dir, 'log'), '-w', '-t', '60', '-o',
			`-c listen_addresses= -c unix_socket_directories=${this.dir} -c shared_buffers=32MB -c max_connections=60 -c wal_level=replica`, 'start');
		this.running = true;
		return this;
	}

	stop(mode = 'immediate') {
		if (this.running)
			this.run('pg_ctl', '-D', this.data, '-m', mode, '-w', 'stop');
		this.running = false;
	}
}

class Pair {
	constructor() {
		this.primary = new Host();
		this.primary.run('initdb', '-D', this.primary.data, '-U', 'freigabe', '-A', 'trust', '-E', 'UTF8', '--locale', 'C', '--no-sync');
		this.primary.start();
		psql(`postgres://freigabe@${this.primary.host}/postgres`, 'CREATE DATABASE paper');
		this.replica = new Host();
		this.replica.run('pg_basebackup', '-h', this.primary.dir, '-U', 'freigabe', '-D', this.replica.data, '-R', '-C', '-S', 'copy', '--no-sync', '-c', 'fast');
		this.replica.start();
	}

	url(...hosts) {
		return `postgres://freigabe@${hosts.map((h) => h.host).join()}/paper`;
	}

	// What the follower has received it shows so much later; '0' lets it catch up.
	lag(time) {
		const url = this.url(this.replica);
		psql(url, `ALTER SYSTEM SET recovery_min_apply_delay = '${time}'`);
		psql(url, 'SELECT pg_reload_conf()');
		return until(() => psql(url, `SELECT current_setting('recovery_min_apply_delay')::interval = '${time}'::interval`) === 't', { what: 'the delay' });
	}

	// The primary is lost, and one takes over that lacks what has happened since `keep` was called: the follower has it.
	keep() {
		this.primary.stop('fast');
		this.kept = `${this.primary.data}.kept`;
		spawnSync('cp', ['-a', this.primary.data, this.kept]);
		this.primary.start();
	}

	takeOver() {
		this.primary.stop();
		rmSync(this.primary.data, { recursive: true });
		spawnSync('cp', ['-a', this.kept, this.primary.data]);
		this.primary.start();
	}

	events(host) {
		return Number(psql(this.url(host), "SELECT value FROM counter WHERE name = 'event'"));
	}

	caughtUp() {
		return until(() => this.events(this.replica) >= this.events(this.primary), { what: 'the replica has caught up' });
	}

	end() {
		for (const host of [this.replica, this.primary]) {
			host.stop();
			rmSync(host.dir, { recursive: true, force: true });
		}
	}
}

export const startPair = () => new Pair();
