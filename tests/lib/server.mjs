// Starts a real server on a database of its own, and speaks HTTP to it as a reader or an editor would. The database is
// a file, or with FREIGABE_TEST_DB=postgres one of a PostgreSQL server. Knows nothing of how the server is made.
import { after } from 'node:test';
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createHash, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Agent } from 'node:http';
import { request } from './http.mjs';
import { newDatabase, pgDump, psql } from './postgres.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
export const ARTICLES = ['bruecke', 'library'];
export const PASSWORD = 'eine lange Losung';
export const uuid = () => randomUUID();

export function binary() {
	const bin = resolve(process.env.FREIGABE_BIN || join(root, 'build/freigabe'));
	if (!existsSync(bin))
		throw new Error(`there is no ${bin}: build it, or name one in FREIGABE_BIN`);
	return bin;
}

// Asks until the answer is there, with a slow machine's patience; throws what was last wrong when the time is over.
export async function until(probe, { within = 60000, every = 10, what = 'condition' } = {}) {
	const end = Date.now() + within;
	let wrong;
	for (;;) {
		try {
			const got = await probe();
			if (got)
				return got;
		} catch (e) {
			wrong = e;
		}
		if (Date.now() > end)
			throw new Error(`not within ${within} ms: ${what}${wrong ? ` (${wrong.message})` : ''}`);
		await new Promise((done) => setTimeout(done, every));
	}
}

// A test that failed may leave its server running, and with it this process, until somebody loses patience.
const running = new Set();
let begun = 0; // servers of this process
const LEFT_MS = 20000, STOP_MS = 60000;
if (process.env.NODE_TEST_CONTEXT)
	after(() => setTimeout(() => {
		running.forEach((child) => child.kill('SIGKILL'));
		process.exit(1);
	}, LEFT_MS).unref());

// Where each thread of a process stands: the kernel's word for what it waits for, and the stacks if gdb is there.
function whereIs(pid) {
	const threads = readdirSync(`/proc/${pid}/task`).map((id) =>
		['comm', 'wchan'].map((file) => readFileSync(`/proc/${pid}/task/${id}/${file}`, 'utf8').trim()).join(' in '));
	const { stdout } = spawnSync('gdb', ['-p', String(pid), '-batch', '-ex', 'thread apply all bt 14'], { encoding: 'utf8', timeout: 30000 });
	return `${threads.join('\n')}\n${stdout ?? ''}`;
}

class Server {
	constructor({ bin = binary(), limits = 'off', config = {}, env = {}, port = 0, folder = tmpdir(), db } = {}) {
		Object.assign(this, { bin, wanted: port, ownEnv: env, env: { ...process.env, ...env } });
		this.dir = mkdtempSync(join(folder, 'freigabe-test-'));
		this.file = join(this.dir, 'test.db');
		this.db = db ?? `sqlite:${this.file}`;
		this.configFile = join(this.dir, 'freigabe.ini');
		const lines = Object.entries({ limits, ...config }).map(([key, value]) => `${key} = ${value}\n`);
		writeFileSync(this.configFile, lines.join(''));
		this.starts = 0;
		this.log = '';
	}

	// Behind the server's back.
	sql(text) {
		if (!this.db.startsWith('sqlite:'))
			return psql(this.db, text);
		const r = spawnSync('sqlite3', ['-batch', '-bail', '-cmd', '.timeout 10000', this.file], { input: text, encoding: 'utf8', maxBuffer: 1 << 28 });
		if (r.status !== 0 || r.stderr)
			throw new Error(`sqlite3: ${r.error ?? r.stderr}`);
		return r.stdout.trim();
	}

	// Where something may be left of what was kept, and all that is there: of a file each byte, of PostgreSQL what pg_dump
	// tells (docs/postgresql.md says what it may keep besides).
	kept() {
		if (!this.db.startsWith('sqlite:'))
			return [['pg_dump', Buffer.from(pgDump(this.db))]];
		return ['', '-wal', '-shm'].map((end) => this.file + end).filter(existsSync).map((path) => [path, readFileSync(path)]);
	}

	cliRaw(args, input = '') {
		return spawnSync(this.bin, [...args, '--db', this.db], { input, encoding: 'utf8', env: this.env, timeout: 60000 });
	}

	cli(...args) {
		return this.cliWith('', ...args);
	}

	cliWith(input, ...args) {
		const r = this.cliRaw(args, input);
		if (r.status !== 0)
			throw new Error(`freigabe ${args.join(' ')}: exit ${r.status}\n${r.stdout}${r.stderr}`);
		return r.stdout;
	}

	// What most tests begin with. Within one run of all tests (tools/test.py) it is made once for each program and site, and
	// copied: for the first server of a file of tests, as a second one may have to be another house, with keys of its own.
	setUp(site) {
		const folder = process.env.FREIGABE_TEST_BEGINNINGS;
		if (!folder || this.db !== `sqlite:${this.file}` || begun++)
			return this.setUpAnew(site);
		const name = createHash('sha256').update(JSON.stringify([this.bin, site, this.ownEnv])).digest('hex'), kept = join(folder, name);
		if (existsSync(kept))
			return copyFileSync(kept, this.file);
		this.setUpAnew(site);
		copyFileSync(this.file, `${kept}.${process.pid}`);
		renameSync(`${kept}.${process.pid}`, kept); // another test's process may do the same
	}

	setUpAnew(site) {
		this.cli('site', 'set', 'test', '--title', 'Testbote', '--lang', 'de', '--address', 'http://127.0.0.1:8080',
			...Object.entries(site).flatMap(([key, value]) => [`--${key}`, value]));
		this.cliWith(PASSWORD + '\n', 'user', 'set', 'rike', '--name', 'Rike Ahrens', '--password-stdin');
		this.cliWith(PASSWORD + '\n', 'user', 'set', 'omar', '--name', 'Omar Said', '--role', 'lead', '--password-stdin');
		this.cli('article', 'import', ...ARTICLES.map((name) => join(here, 'articles', `${name}.md`)));
	}

	async start() {
		const portFile = join(this.dir, `port-${++this.starts}`);
		const child = spawn(this.bin, ['serve', '--db', this.db, '--listen', `127.0.0.1:${this.wanted}`, '--port-file', portFile,
			'--config', this.configFile], { env: this.env, stdio: ['ignore', 'ignore', 'pipe'] });
		child.stderr.setEncoding('utf8').on('data', (text) => (this.log = (this.log + text).slice(-200000)));
		this.child = child;
		running.add(child);
		this.exit = new Promise((done) => child.once('exit', (code, signal) => (running.delete(child), done({ code, signal }))));
		const port = await until(() => {
			if (child.exitCode !== null || child.signalCode)
				throw new Error('the server ended');
			return existsSync(portFile) && readFileSync(portFile, 'utf8').trim();
		}, { what: 'port file' }).catch((e) => {
			child.kill('SIGKILL');
			throw new Error(`${e.message}\n${this.log}`);
		});
		this.port = Number(port);
		this.base = `http://127.0.0.1:${port}`;
		this.agent = new Agent({ keepAlive: true, maxSockets: 64 });
		await until(async () => (await this.get('/healthz')).status === 200, { what: 'healthz' }).catch(async (e) => {
			await this.kill();
			throw new Error(`${e.message}\n${this.log}`);
		});
		return this;
	}

	request(method, path, options = {}) {
		return request(this, method, path, options);
	}

	get(path, headers = {}) {
		return this.request('GET', path, { headers });
	}

	alive() {
		return this.child.exitCode === null && this.child.signalCode === null;
	}

	// For tests that go on after one has felled the server.
	async revive() {
		const fine = await this.get('/healthz').then((a) => a.status === 200, () => false);
		if (fine)
			return;
		this.child.kill('SIGKILL');
		await this.exit;
		this.agent.destroy();
		await this.start();
	}

	async kill() {
		this.child.kill('SIGKILL');
		await this.exit;
		this.agent.destroy();
	}

	// Asks it to end, and minds that it ends well.
	async stop() {
		this.child.kill('SIGTERM');
		const late = setTimeout(() => {
			this.log += whereIs(this.child.pid);
			this.child.kill('SIGKILL');
		}, STOP_MS);
		const end = await this.exit;
		clearTimeout(late);
		this.agent.destroy();
		if (end.code !== 0)
			throw new Error(`serve ended with ${end.code ?? end.signal}\n${this.log}`);
		return end;
	}

	async restart() {
		await this.stop();
		return this.start();
	}

	audit() {
		return this.cliRaw(['audit', 'verify']);
	}

	// At a test's end: stops it and removes all that it wrote.
	async end() {
		try {
			if (this.child && this.alive())
				await this.stop();
			else if (this.child)
				throw new Error(`the server had ended: ${JSON.stringify(await this.exit)}\n${this.log}`);
		} finally {
			this.agent?.destroy();
			rmSync(this.dir, { recursive: true, force: true });
		}
	}
}

// `site`: further options of `freigabe site set`; `config`: lines of the configuration; `db`: where, else a new one.
export async function startServer({ site = {}, demo = false, ...options } = {}) {
	if (process.env.FREIGABE_TEST_DB === 'postgres')
		options.db ??= await newDatabase();
	const server = new Server(options);
	if (demo)
		server.cli('demo', join(root, 'data/demo'));
	else
		server.setUp(site);
	return server.start();
}

// One more on the database of a server that was started.
export function startNode(beside, options = {}) {
	return new Server({ ...options, db: beside.db }).start();
}
