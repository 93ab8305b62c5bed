// Three database hosts and two Freigabe nodes, each on a host of its own, set up from deploy/patroni/ as its README says;
// only the passwords are filled in, and name and address where hosts differ.
import { Agent } from 'node:http';
import { copyFileSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Net } from './hosts.mjs';
import { request } from './http.mjs';
import { ARTICLES, PASSWORD, binary, until, uuid } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const deploy = resolve(here, '../../deploy/patroni');
const template = (name) => readFileSync(join(deploy, name), 'utf8');
const HERE = '192.0.2.1', DATABASES = { db1: '192.0.2.11', db2: '192.0.2.12', db3: '192.0.2.13' };
const NODES = { node1: '192.0.2.21', node2: '192.0.2.22' };
const FOLDERS = { '/etc/patroni': null, '/etc/default': null, '/etc/freigabe': null, '/var/lib/etcd': 'etcd',
	'/var/lib/postgresql': 'postgres', '/run/postgresql': 'postgres' };

const environment = (text) => Object.fromEntries(text.split('\n').filter((l) => /^[A-Z]/.test(l)).map((l) => /^([^=]+)=(.*)$/.exec(l).slice(1)));

class Database {
	constructor(cluster, name, address) {
		Object.assign(this, { cluster, name, address });
		this.host = cluster.net.host(name, address, FOLDERS);
		// the first mention of db1 is the host's own name; the list of all members stays
		const own = (text) => text.replace('_NAME=db1', `_NAME=${name}`).split('\n')
			.map((l) => (l.includes('INITIAL_CLUSTER=') ? l : l.replaceAll('192.0.2.11', address))).join('\n');
		this.host.write('/etc/patroni/config.yml', template('config.yml'));
		this.host.write('/etc/default/patroni_env.conf', own(template('patroni_env.conf')).replaceAll(/CHANGE-ME-\d/g, (which) => which + cluster.secret));
		this.host.write('/etc/default/etcd', own(template('etcd')));
		this.host.exec(['nft', '-f', join(deploy, 'firewall.nft')]);
	}

	variables(file) {
		return environment(readFileSync(this.host.path(file), 'utf8'));
	}

	startEtcd() {
		this.host.start('etcd', ['etcd'], { user: 'etcd', env: { ETCD_DATA_DIR: '/var/lib/etcd/default', ...this.variables('/etc/default/etcd') } });
	}

	stopEtcd() {
		this.host.kill(/^etcd /);
	}

	startPatroni() {
		this.host.start('patroni', ['patroni', '/etc/patroni/config.yml'], { user: 'postgres', env: this.variables('/etc/default/patroni_env.conf') });
	}

	// Both as the system would find them after a kernel's sudden end.
	killDatabase() {
		this.host.kill(/patroni|postgres/);
	}

	sql(text, database = 'freigabe') {
		return this.host.exec(['psql', '-X', '-A', '-t', '-q', '-d', database, '-c', text], { user: 'postgres' }).stdout.trim();
	}

	// What Patroni says of itself: answered by every host that lives, asked from that host.
	async state() {
		const r = this.host.exec(['curl', '-s', '-m', '2', `http://${this.address}:8008/patroni`], { check: false });
		return r.stdout ? JSON.parse(r.stdout) : null;
	}
}

class Node {
	constructor(cluster, name, host) {
		Object.assign(this, { cluster, name, host, port: 8080 });
		this.agent = new Agent({ keepAlive: true, maxSockets: 64 });
		this.machine = cluster.net.host(name, host, { '/etc/freigabe': null });
		this.url = /^database = (.*)$/m.exec(template('freigabe.ini'))[1];
		this.machine.write('/etc/freigabe/freigabe.ini', `${template('freigabe.ini')}listen = ${host}:8080\nlimits = off\n`);
		const lines = Object.values(DATABASES).map((a) => `${a}:5432:freigabe:freigabe:${cluster.secret}\n`);
		this.machine.write('/etc/freigabe/pgpass', lines.join(''), { mode: 0o600, user: 'nobody' });
	}

	cli(args, input = '') {
		return this.machine.exec([this.cluster.binary, ...args, '--db', this.url], { user: 'nobody', input, check: false });
	}

	must(args, input) {
		const r = this.cli(args, input);
		if (r.status !== 0)
			throw new Error(`freigabe ${args.join(' ')}: exit ${r.status}\n${r.stdout}${r.stderr}`);
		return r.stdout;
	}

	async start() {
		this.running = true;
		this.machine.start('freigabe', [this.cluster.binary, 'serve', '--config', '/etc/freigabe/freigabe.ini'], { user: 'nobody' });
		return this;
	}

	ready() {
		return until(async () => (await request(this, 'GET', '/healthz', { timeout: 2000 })).status === 200, { every: 50, what: `${this.name} answers` });
	}

	kill() {
		this.running = false;
		this.machine.kill();
	}
}

export class Cluster {
	constructor() {
		this.secret = uuid();
		this.net = new Net(HERE);
		this.binary = join(this.net.dir, 'freigabe');
		copyFileSync(binary(), this.binary);
		this.databases = Object.entries(DATABASES).map(([name, address]) => new Database(this, name, address));
		this.nodes = Object.entries(NODES).map(([name, address]) => new Node(this, name, address));
	}

	async start() {
		this.databases.forEach((d) => d.startEtcd());
		await until(() => this.databases[0].host.exec(['etcdctl', 'endpoint', 'health'], { env: { ETCDCTL_API: '3' }, check: false }).status === 0,
			{ within: 60000, every: 200, what: 'etcd is healthy' });
		this.databases.forEach((d) => d.startPatroni());
		await this.settled(120000);
		const leader = await this.leader();
		leader.host.exec(['psql', '-X', '-q', '-v', `password=${this.secret}`, '-f', join(deploy, 'database.sql')], { user: 'postgres' });
		// libpq asks no further host when the first is a follower that has not heard of the database yet
		await until(() => this.databases.every((d) => d.sql("SELECT 1 FROM pg_database WHERE datname = 'freigabe'", 'postgres') === '1'), { every: 100, what: 'the database on all hosts' });
		const [node] = this.nodes;
		node.must(['site', 'set', 'test', '--title', 'Testbote', '--lang', 'de', '--address', 'http://127.0.0.1:8080']);
		node.must(['user', 'set', 'rike', '--name', 'Rike Ahrens', '--password-stdin'], `${PASSWORD}\n`);
		node.must(['user', 'set', 'omar', '--name', 'Omar Said', '--role', 'lead', '--password-stdin'], `${PASSWORD}\n`);
		node.must(['article', 'import', ...ARTICLES.map((name) => join(here, 'articles', `${name}.md`))]);
		await Promise.all(this.nodes.map(async (n) => (await n.start()).ready()));
		return this;
	}

	async leader() {
		const states = await Promise.all(this.databases.map((d) => d.state()));
		return this.databases[states.findIndex((s) => s?.role === 'master' && s.state === 'running')];
	}

	// One leader, and all others follow it, one of them at every commit.
	settled(within) {
		return until(async () => {
			const leader = await this.leader();
			if (!leader)
				return false;
			const [all, sync] = leader.sql("SELECT count(*) FILTER (WHERE state = 'streaming'), count(*) FILTER (WHERE sync_state = 'sync') FROM pg_stat_replication", 'postgres').split('|');
			return Number(all) === this.databases.length - 1 && Number(sync) === 1 && leader;
		}, { within, every: 300, what: 'one leader, all others follow it' });
	}

	// `logs`: a folder for what all hosts logged.
	end(logs) {
		this.nodes.forEach((n) => n.agent.destroy());
		this.net.end(logs);
	}
}
