// Each call of the main paths fails in turn: memory, files, the network, SQLite's steps. Whatever fails, what was
// answered with 2xx is there exactly once, the rest can be sent again, and the chain of decisions is whole. Without
// memory the program ends by design; the next start finds everything. FAULT_STEP=1 tries every call, a larger number
// every so many (with another beginning each time: FAULT_FIRST repeats one).
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, until, uuid } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { ERRNO, Faults, SQLITE, unable } from '../lib/faults.mjs';

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

const text = (what) => `${what} ${uuid().slice(0, 8)} zur Brücke, kurz und sachlich.`;

class Newsroom {
	async open() {
		this.faults = new Faults(tmpdir());
		this.server = await startServer({ env: this.faults.env });
		this.reader = new Reader(this.server);
		this.rike = await new Editor(this.server).login();
		await this.reader.submit(text('Erster Satz'));
		this.sent = [];
		return this;
	}

	// An answer, or null if the connection broke.
	async ask(send) {
		try {
			return await send();
		} catch (e) {
			if (e.name === 'AssertionError')
				throw e;
			return null;
		}
	}

	async alive() {
		const well = () => this.ask(() => this.server.get('/healthz')).then((answer) => answer?.status === 200);
		await until(async () => !this.server.alive() || (await well()), { what: 'an answer, or an end' });
		if (this.server.alive())
			return;
		const end = await this.server.exit;
		assert.equal(end.signal, 'SIGABRT', `ended otherwise: ${JSON.stringify(end)}\n${this.server.log}`);
		assert.match(this.server.log, /out of memory|cannot start/, 'says why');
		this.ended = (this.ended ?? 0) + 1;
		this.server.agent.destroy();
		await this.server.start();
	}

	// One path with its n-th call failing; then again without. `done` must hold afterwards.
	async tryOut(path, kind, error, n) {
		const job = await path.prepare(this);
		this.faults.arm(kind, error, n);
		const answer = await this.ask(() => path.act(this, job));
		const fired = this.faults.disarm(kind);
		await this.alive();
		const what = `${path.name}, ${kind} ${n}: ${answer ? answer.status + ' ' + answer.text.slice(0, 200) : 'no answer'}`;
		if (answer && answer.status >= 300)
			assert.ok(answer.status >= 500, what);
		if (answer?.status === 503)
			assert.ok(answer.headers['retry-after'], what);
		if (answer && kind === 'read')
			assert.ok(answer.status < 300 || !/json/.test(answer.headers['content-type']) || answer.json.error.code === 'store_io', `the file is whole: ${what}`); // a page names no code
		if (answer && answer.status < 300)
			await path.check(this, job, `acknowledged: ${what}`);
		const again = await path.act(this, job);
		assert.ok(again.status < 300, `again after ${what}: ${again.status} ${again.text.slice(0, 300)}`);
		await path.check(this, job, what);
		return fired > 0;
	}

	whole() {
		const audit = this.server.audit();
		assert.equal(audit.status, 0, audit.stdout + audit.stderr);
		const check = spawnSync('sqlite3', ['-batch', '-readonly', this.server.file, 'PRAGMA integrity_check; PRAGMA foreign_key_check'], { encoding: 'utf8' });
		assert.equal(check.stdout.trim(), 'ok', check.stderr);
		const odd = (sql, what) => assert.equal(spawnSync('sqlite3', ['-batch', '-readonly', this.server.file, sql], { encoding: 'utf8' }).stdout.trim(), '0', what);
		odd("SELECT count(*) FROM revision r WHERE (r.state = 'held') <> EXISTS (SELECT 1 FROM queue q WHERE q.revision_id = r.id)", 'held, and not in the queue, or otherwise');
		odd("SELECT count(*) FROM revision r WHERE r.state = 'released' AND NOT EXISTS (SELECT 1 FROM publication p WHERE p.revision_id = r.id)", 'released, and not published');
		odd('SELECT count(*) FROM (SELECT text FROM revision GROUP BY text HAVING count(*) > 1)', 'a text twice');
		odd('SELECT count(*) FROM (SELECT revision_id FROM decision GROUP BY revision_id HAVING count(*) > 1)', 'decided twice');
	}

	async close() {
		this.faults.quiet();
		this.whole();
		await this.server.end();
		this.faults.end();
	}
}

const mineHas = async (room, words, what) => {
	const there = (await room.reader.mine()).filter((c) => c.html.includes(words));
	assert.equal(there.length, 1, what);
};

// The main ways of a write. `act` may be sent again: the same key, or the same decision.
const PATHS = [
	{
		name: 'submit',
		prepare: () => ({ text: text('Neuer Satz'), key: uuid() }),
		act: (room, job) => room.reader.post(job.text, { key: job.key }),
		check: (room, job, what) => mineHas(room, job.text, what),
	},
	{
		name: 'revise',
		prepare: async (room) => ({ id: (await room.reader.submit(text('Alter Satz'))).id, text: text('Anderer Satz'), key: uuid() }),
		act: (room, job) => room.reader.put(job.id, job.text, { key: job.key }),
		check: (room, job, what) => mineHas(room, job.text, what),
	},
	{
		name: 'decide',
		prepare: async (room) => {
			const { id } = await room.reader.submit(text('Satz zum Freigeben'));
			return { id, item: await room.rike.item(id) };
		},
		act: (room, job) => room.rike.decide(job.item, 'release'),
		check: async (room, job, what) => assert.equal((await room.reader.one(job.id)).state, 'released', what),
	},
	{
		name: 'decide by batch',
		prepare: async (room) => {
			const ids = [];
			for (let i = 0; i < 3; i++)
				ids.push((await room.reader.submit(text(`Satz ${i} für viele`))).id);
			const items = await room.rike.all();
			return { ids, at: ids.map((id) => items.find((i) => i.comment === id)) };
		},
		act: (room, { at }) => room.rike.write('/v1/desk/decisions', { decisions: at.map(({ revision, version }, i) => ({
			revision, version, ...(i ? { action: 'release' } : { action: 'reject', rules: ['off_topic'], word: 'Bitte zur Sache.' }) })) }),
		check: async (room, { ids }, what) => {
			const states = new Map((await room.reader.mine()).map((c) => [c.id, c.state]));
			assert.deepEqual(ids.map((id) => states.get(id)), ['rejected', 'released', 'released'], what);
		},
	},
	{
		name: 'report',
		prepare: async (room) => {
			const { id } = await room.reader.submit(text('Satz, der gemeldet wird'));
			const item = await room.rike.item(id);
			assert.equal((await room.rike.decide(item, 'release')).status, 200);
			return { id, fields: { kind: 'insult', explanation: `Der Satz kränkt, ${uuid()}.`, name: 'Nora Beck', email: 'nora@leser.example', good_faith: '1', lang: 'de',
				revision: item.revision, form_key: uuid() } };
		},
		act: async (room, job) => {
			const answer = await new Reader(room.server).postForm(job.fields, { path: `/comments/${job.id}/notice` });
			return answer.status === 303 ? Object.create(answer, { status: { value: 200 } }) : answer; // the way on to its page
		},
		check: (room, job, what) => assert.equal(room.server.sql(`SELECT count(*) FROM notice WHERE explanation = '${job.fields.explanation}'`), '1', what),
	},
];

const FAULTS = [
	['write', ERRNO.EIO], ['write', ERRNO.ENOSPC], ['sync', ERRNO.EIO], ['read', ERRNO.EIO], ['open', ERRNO.EMFILE],
	['step', SQLITE.IOERR], ['step', SQLITE.BUSY], ['step', SQLITE.FULL],
	['epoll', ERRNO.EINTR], ['receive', ERRNO.ECONNRESET], ['send', ERRNO.ECONNRESET], ['accept', ERRNO.EMFILE],
	// Ends the program, by design. A thread of its own may meet it when the try is over: for those who ask (FAULT_STEP).
	...(process.env.FAULT_STEP ? [['memory', ERRNO.ENOMEM]] : []),
];

for (const path of PATHS)
	test(`each call of ${path.name} fails in turn (FAULT_STEP=${STEP} FAULT_FIRST=${FIRST})`, { skip }, async (t) => {
		const room = await new Newsroom().open();
		let tried = 0, fired = 0;
		try {
			for (const [kind, error] of FAULTS) {
				const job = await path.prepare(room);
				room.faults.count(kind);
				const usual = await path.act(room, job);
				assert.ok(usual.status < 300, `before ${kind}: ${usual.status} ${usual.text}\n${room.server.log.slice(-4000)}`);
				for (const n of calls(room.faults.counted(kind))) {
					fired += await room.tryOut(path, kind, error, n);
					tried++;
				}
			}
			t.diagnostic(`${tried} calls, ${fired} of them failed; ${room.ended ?? 0} times without memory`);
			assert.ok(fired > tried / 2, `only ${fired} of ${tried}`);
		} finally {
			await room.close();
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
		const { server, faults } = room;
		let refused = 0, tried = 0;
		// no steps: SQLite reads its schema by some of its own, which do not fail in the way that its files do
		for (const kind of ['open', 'read', 'write', 'sync', 'map', 'thread', 'memory']) {
			faults.count(kind);
			await server.start();
			const count = faults.counted(kind);
			await server.stop();
			const each = Math.max(1, Math.floor(count * STEP / 400)); // about as many as FAULT_STEP says, of thousands
			for (let n = 1 + FIRST % each; n <= count; n += each) {
				faults.arm(kind, kind === 'memory' ? ERRNO.ENOMEM : ERRNO.EIO, n);
				const portFile = join(server.dir, `fault-${kind}-${n}`);
				const child = spawn(server.bin, ['serve', '--db', server.db, '--listen', '127.0.0.1:0', '--port-file', portFile],
					{ env: server.env, stdio: ['ignore', 'ignore', 'pipe'] });
				let log = '';
				child.stderr.setEncoding('utf8').on('data', (more) => {
					log += more;
					if (/"event":"listen","message":"port/.test(log)) // it has come up in spite of it
						child.kill('SIGTERM');
				});
				const late = setTimeout(() => child.kill('SIGKILL'), 30000); // fails below
				const { code, signal } = await new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })));
				clearTimeout(late);
				faults.disarm(kind);
				tried++;
				refused += code !== 0;
				assert.ok(code === 0 || code === 2 || (signal === 'SIGABRT' && /out of memory|cannot start/.test(log)),
					`${kind} ${n}: ${code ?? signal}\n${log.slice(-1500)}`);
			}
		}
		await server.start();
		t.diagnostic(`${tried} starts, ${refused} of them refused`);
		assert.equal((await room.reader.mine()).length, 1);
	} finally {
		await room.close();
	}
});
