// Calls of the main paths fail, some of each kind: files, the network, SQLite's steps. Whatever fails, what was answered
// with 2xx is there exactly once, the rest can be sent again, and the chain of decisions is whole. Without memory the
// program ends by design; the next start finds everything. FAULT_STEP says how many calls (every so many, with memory,
// too; FAULT_FIRST: from which on); every single one fails in tests/long/faults.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { newDatabase } from '../lib/postgres.mjs';
import { ERRNO, SQLITE, SQLSTATE, unable } from '../lib/faults.mjs';
import { FAULTS, MEMORY, Newsroom, PATHS } from '../lib/fault_paths.mjs';
import { House, MOVES } from '../lib/fault_moves.mjs';

const STEP = Number(process.env.FAULT_STEP || 200);
const FIRST = Number(process.env.FAULT_FIRST || 1);
const skip = unable();

// Every so many calls of a kind, as far as there are any; the first three always.
function* calls(count) {
	const every = STEP === 1 ? 1 : Math.max(STEP, Math.floor(count / 5));
	for (let n = 1; n <= count; n++)
		if (n <= 3 || n % every === FIRST % every)
			yield n;
}

const STORE = process.env.FREIGABE_TEST_DB === 'postgres' ? 'postgres' : 'sqlite';
// Of some kinds these paths hardly ever make a call: those are for who asks, as is memory.
const KINDS = process.env.FAULT_STEP ? [...FAULTS[STORE], MEMORY] : FAULTS[STORE].filter(([kind]) => !['truncate', 'stat', 'name', 'map'].includes(kind));

for (const path of PATHS)
	test(`each call of ${path.name} fails in turn (FAULT_STEP=${STEP} FAULT_FIRST=${FIRST})`, { skip }, async (t) => {
		const room = await new Newsroom().open();
		let tried = 0, fired = 0;
		try {
			for (const [kind, error] of KINDS) {
				const done = await room.tryAll(path, kind, error, calls);
				tried += done.tried;
				fired += done.fired;
			}
			t.diagnostic(`${tried} calls, ${fired} of them failed; ${room.ended ?? 0} times without memory`);
			assert.ok(fired > tried / 2, `only ${fired} of ${tried}`);
		} finally {
			await room.close();
		}
	});

test('PostgreSQL refuses a statement, ends a connection, or is not heard any more', { skip }, async (t) => {
	const room = await new Newsroom().open({ db: await newDatabase() });
	try {
		for (const [kind, error] of [['statement', SQLSTATE.FULL], ['statement', SQLSTATE.TERMINATED], ['answer', ERRNO.ECONNRESET]]) {
			const done = await room.tryAll(PATHS[0], kind, error, (count) => [3, 20].filter((n) => n <= count));
			t.diagnostic(`${kind} ${error}: ${done.fired} of ${done.count} failed`);
			assert.ok(done.fired > 0);
		}
	} finally {
		await room.close();
	}
});

test('a restore that cannot be done: what was there is there, and a file that cannot be read is not called damaged', { skip }, async (t) => {
	const house = await new House().open({ postgres: false }), move = MOVES.find(({ name }) => name === 'restore in place of another');
	try {
		const names = (await house.countCalls(move)).get('name');
		let fired = await house.tryOut(move, 'step', SQLITE.IOERR, 60); // while it compares the schema
		for (const n of [names, names - 1]) // the last ones put things in place
			fired += await house.tryOut(move, 'name', ERRNO.EIO, n);
		t.diagnostic(`the last of ${names} names`);
		assert.equal(fired, 3);
	} finally {
		house.end();
	}
});

test('the disk does not read for a while: told so, and it goes on by itself', { skip }, async () => {
	const room = await new Newsroom().open();
	try {
		const jobs = Array.from({ length: 12 }, () => PATHS[0].prepare(room));
		room.faults.fail('read', ERRNO.EIO);
		const answers = await Promise.all([
			...jobs.map((job) => PATHS[0].act(room, job)),
			...jobs.map(() => room.reader.get('/v1/reader/data')),
		]);
		assert.ok(room.faults.disarm('read') > 0, 'nothing was read');
		for (const { status, text, json } of answers)
			assert.ok(status < 300 || (status === 503 && json.error.code === 'store_io'), `${status} ${text.slice(0, 200)}`);
		for (const job of jobs)
			assert.ok((await PATHS[0].act(room, job)).status < 300);
		for (const job of jobs)
			await PATHS[0].check(room, job, 'after the disk');
	} finally {
		await room.close();
	}
});

test('a page that is damaged in truth is told as that, also after reads that failed', { skip }, async () => {
	const room = await new Newsroom().open();
	try {
		const { server, reader, faults } = room;
		await server.stop();
		const said = spawnSync('sqlite3', ['-batch', server.file, "SELECT (rootpage - 1) * (SELECT page_size FROM pragma_page_size)"
			+ " FROM sqlite_master WHERE tbl_name = 'author' AND name LIKE 'sqlite_autoindex_author%' LIMIT 1"], { encoding: 'utf8' });
		const at = Number(said.stdout);
		assert.ok(at > 0, said.stdout + said.stderr);
		const whole = readFileSync(server.file);
		const damaged = Buffer.from(whole);
		damaged.fill(0xff, at, at + 512);
		writeFileSync(server.file, damaged);
		await server.start();
		faults.fail('read', ERRNO.EIO);
		assert.equal((await reader.get('/v1/reader/data')).json.error.code, 'store_io');
		faults.disarm('read');
		for (let i = 0; i < 2; i++) {
			const answer = await reader.get('/v1/reader/data');
			assert.equal(answer.status, 500, answer.text);
			assert.equal(answer.json.error.code, 'store_corrupt');
		}
		await server.stop();
		writeFileSync(server.file, whole);
		await server.start();
		assert.equal((await reader.mine()).length, 1);
	} finally {
		await room.close();
	}
});

test('each call of a start fails in turn', { skip }, async (t) => {
	const room = await new Newsroom().open();
	try {
		await room.server.stop();
		let refused = 0, tried = 0;
		const files = ['open', 'read', 'write', 'sync', 'map', 'thread'].map((kind) => [kind, ERRNO.EIO]);
		for (const [kind, error] of [...files, ['socket', ERRNO.EMFILE], ['watch', ERRNO.ENOSPC], ['random', ERRNO.EINTR], MEMORY]) {
			const done = await room.tryStarts(kind, error, function* (count) {
				const each = Math.max(1, Math.floor(count * STEP / 400)); // about as many as FAULT_STEP says, of thousands
				for (let n = 1 + FIRST % each; n <= count; n += each)
					yield n;
			});
			refused += done.refused;
			tried += done.tried;
		}
		await room.server.start();
		t.diagnostic(`${tried} starts, ${refused} of them refused`);
		assert.equal((await room.reader.mine()).length, 1);
	} finally {
		await room.close();
	}
});
