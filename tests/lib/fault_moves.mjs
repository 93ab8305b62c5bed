// The commands that move a whole database, and what must hold of each when a call of it has failed: exit 0 says that all is
// there; otherwise what was there before is there still, what is half is not taken for whole, and the same command done
// again succeeds. Knows no server: those paths are in fault_paths.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, startServer } from './server.mjs';
import { newDatabase, psql } from './postgres.mjs';
import { Reader, Editor } from './people.mjs';
import { ERRNO, Faults, KINDS, SQLITE, SQLSTATE } from './faults.mjs';

const run = (args, env = {}) => spawnSync(binary(), args, { encoding: 'utf8', timeout: 120000, env: { ...process.env, ...env } });
const said = (r) => `exit ${r.status ?? r.signal}: ${r.stdout}${r.stderr}`;
const good = (r) => (assert.equal(r.status, 0, said(r)), r.stdout);
const hash = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

export function comments(url) {
	if (!url.startsWith('sqlite:'))
		return psql(url, 'SELECT count(*) FROM comment');
	const r = spawnSync('sqlite3', ['-batch', url.slice(7)], { input: 'PRAGMA integrity_check; SELECT count(*) FROM comment;', encoding: 'utf8' });
	assert.match(r.stdout, /^ok\n/, `${url}: ${r.stdout}${r.stderr}`);
	return r.stdout.split('\n')[1];
}

// What there is to move: a small database of a server, a backup of it, another one that is to be replaced, and the same on PostgreSQL.
export class House {
	// `postgres`: the same on PostgreSQL, too.
	async open({ postgres = true } = {}) {
		this.dir = mkdtempSync(join(tmpdir(), 'freigabe-moves-'));
		this.faults = new Faults(tmpdir());
		const server = await startServer();
		try {
			const reader = new Reader(server), rike = await new Editor(server).login();
			good(run(['backup', '--db', server.db, '--to', this.at('old.db')]));
			for (let i = 0; i < 3; i++)
				await rike.release((await reader.submit(`Ein Satz zur Brücke, der veröffentlicht wird: ${i}.`)).id);
			await rike.reject((await reader.submit('Ein Satz, der nicht zur Sache gehört.')).id, ['off_topic'], 'Bitte zur Sache.');
			await reader.submit('Ein Satz, der wartet.');
			await server.stop();
			copyFileSync(server.file, this.at('source.db'));
		} finally {
			rmSync(server.dir, { recursive: true, force: true });
		}
		this.count = comments(`sqlite:${this.at('source.db')}`);
		good(run(['backup', '--db', `sqlite:${this.at('source.db')}`, '--to', this.at('backup.db')]));
		this.postgres = postgres && await newDatabase();
		if (postgres)
			good(run(['migrate-store', '--from', `sqlite:${this.at('source.db')}`, '--to', this.postgres]));
		this.hashes = new Map(['source.db', 'backup.db'].map((name) => [name, hash(this.at(name))]));
		return this;
	}

	at(...names) {
		return join(this.dir, ...names);
	}

	// A folder of its own for each try.
	fresh() {
		rmSync(this.at('try'), { recursive: true, force: true });
		mkdirSync(this.at('try'));
		return this.at('try');
	}

	sourcesAreAsTheyWere(what) {
		for (const [name, was] of this.hashes)
			assert.equal(hash(this.at(name)), was, `${name} has changed: ${what}`);
	}

	// How often each kind is called when nothing fails.
	async countCalls(move) {
		const job = await move.prepare(this);
		KINDS.forEach((kind) => this.faults.count(kind));
		good(run(move.args(this, job), this.faults.env));
		const counts = new Map(KINDS.map((kind) => [kind, this.faults.counted(kind)]));
		await move.done(this, job, `${move.name} without faults`);
		move.forget?.(this, job);
		return counts;
	}

	async tryOut(move, kind, error, n) {
		const job = await move.prepare(this);
		this.faults.arm(kind, error, n);
		const r = run(move.args(this, job), this.faults.env);
		const fired = this.faults.disarm(kind), what = `${move.name}, ${kind} ${error} ${n}: ${said(r).slice(-1500)}`;
		if (kind === 'memory' && r.signal === 'SIGABRT')
			assert.match(r.stderr, /out of memory|cannot start/, what);
		else
			assert.ok(r.status === 0 || r.status === 2, what); // 1 would call a file damaged that is whole
		if (r.status !== 0 && r.signal === null)
			assert.ok(r.stderr.length > 0, `says why: ${what}`);
		this.sourcesAreAsTheyWere(what);
		if (r.status === 0)
			await move.done(this, job, what);
		else
			await move.undone(this, job, what, kind);
		const again = run(move.args(this, job));
		assert.equal(again.status, 0, `again: ${said(again)} after ${what}`);
		await move.done(this, job, `again after ${what}`);
		move.forget?.(this, job);
		await new Promise((done) => setImmediate(done)); // what has been found so far is told
		return fired > 0;
	}

	end() {
		this.faults.end();
		rmSync(this.dir, { recursive: true, force: true });
	}
}

const nothingIsLeft = (house, what) =>
	assert.deepEqual(readdirSync(house.at('try')).filter((name) => /\.part|-journal$|-wal$|-shm$/.test(name)), [], `left: ${what}`);

const backup = (name, source) => ({
	name,
	prepare: (house) => ({ to: join(house.fresh(), 'copy.db') }),
	args: (house, { to }) => ['backup', '--db', source(house), '--to', to],
	done: (house, { to }, what) => {
		good(run(['restore', '--dry-run', '--from', to, '--db', `sqlite:${house.at('try', 'none.db')}`]));
		assert.equal(comments(`sqlite:${to}`), house.count, what);
		nothingIsLeft(house, what);
	},
	// its name is given to what is whole, whatever could not be done afterwards
	undone: (house, { to }, what, kind) => {
		if (existsSync(to))
			good(run(['restore', '--dry-run', '--from', to, '--db', `sqlite:${house.at('try', 'none.db')}`]));
		if (kind !== 'memory' && kind !== 'name')
			nothingIsLeft(house, what);
		rmSync(to, { force: true });
	},
});

const restored = (house, url, what) => {
	good(run(['audit', 'verify', '--db', url]));
	assert.equal(comments(url), house.count, what);
};
const asides = (house) => readdirSync(house.at('try')).filter((name) => name.includes('.before-'));

const migrate = (name, from, to, forget) => ({
	name,
	prepare: async (house) => ({ to: await to(house) }),
	args: (house, job) => from(house, job.to),
	done: (house, job, what) => {
		restored(house, job.to, what);
		good(run(['migrate-store', '--verify', '--from', `sqlite:${house.at('source.db')}`, '--to', job.to]));
	},
	// what is half says so; what has not begun is a new database
	undone: (house, job, what) => {
		const half = run(['audit', 'verify', '--db', job.to]);
		if (half.status === 0 && comments(job.to) !== '0')
			restored(house, job.to, what);
		else if (half.status !== 0)
			assert.equal(half.status, 2, `${said(half)} after ${what}`);
	},
	forget,
});
const dropped = (house, { to }) => psql(house.postgres, `DROP DATABASE ${to.split('/').pop()} WITH (FORCE)`);

export const MOVES = [
	backup('backup', (house) => `sqlite:${house.at('source.db')}`),
	{
		name: 'restore',
		prepare: (house) => ({ to: `sqlite:${join(house.fresh(), 'new.db')}` }),
		args: (house, { to }) => ['restore', '--from', house.at('backup.db'), '--db', to],
		done: (house, { to }, what) => restored(house, to, what),
		undone: (house, { to }, what) => {
			if (!existsSync(to.slice(7)))
				return;
			restored(house, to, what);
			rmSync(to.slice(7));
		},
	},
	{
		name: 'restore in place of another',
		prepare: (house) => {
			const file = join(house.fresh(), 'place.db');
			copyFileSync(house.at('old.db'), file);
			return { to: `sqlite:${file}` };
		},
		args: (house, { to }) => ['restore', '--replace', '--from', house.at('backup.db'), '--db', to],
		done: (house, { to }, what) => {
			restored(house, to, what);
			assert.ok(asides(house).some((name) => comments(`sqlite:${house.at('try', name)}`) === '0'), `what was there is kept: ${what}`);
		},
		undone: (house, { to }, what) => {
			assert.ok(existsSync(to.slice(7)), `there is a database: ${what}`);
			if (comments(to) !== '0')
				assert.ok(asides(house).some((name) => comments(`sqlite:${house.at('try', name)}`) === '0'), `what was there is kept: ${what}`);
			good(run(['audit', 'verify', '--db', to]));
		},
	},
];

const sqliteTarget = (house) => `sqlite:${join(house.fresh(), 'target.db')}`;
export const MOVES_POSTGRES = [
	migrate('migrate-store to PostgreSQL', (house, to) => ['migrate-store', '--from', `sqlite:${house.at('source.db')}`, '--to', to], () => newDatabase(), dropped),
	migrate('migrate-store from PostgreSQL', (house, to) => ['migrate-store', '--from', house.postgres, '--to', to], sqliteTarget),
	backup('backup of PostgreSQL', (house) => house.postgres),
	migrate('restore into PostgreSQL', (house, to) => ['restore', '--from', house.at('backup.db'), '--db', to], () => newDatabase(), dropped),
];

const FILES = [['write', ERRNO.EIO], ['write', ERRNO.ENOSPC], ['sync', ERRNO.EIO], ['read', ERRNO.EIO], ['open', ERRNO.EMFILE], ['truncate', ERRNO.EIO],
	['lock', ERRNO.EIO], ['stat', ERRNO.EIO], ['name', ERRNO.EIO], ['map', ERRNO.ENOMEM], ['step', SQLITE.IOERR], ['step', SQLITE.FULL]];
const SERVER = [['statement', SQLSTATE.FULL], ['statement', SQLSTATE.IO], ['statement', SQLSTATE.TERMINATED], ['ask', ERRNO.ECONNRESET], ['answer', ERRNO.ECONNRESET],
	['connect', ERRNO.ECONNREFUSED], ['wait', ERRNO.EINTR]];
export const faultsOf = (move) => (MOVES.includes(move) ? FILES : [...FILES, ...SERVER]);
