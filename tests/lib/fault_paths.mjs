// The main paths of a server, and what must hold of each when a call on it has failed: a 2xx answer is true, all else can
// be sent again, nothing that waits is shown, the chain is whole, no file stays open. The short test takes some calls of
// each kind, the long one every call (tests/http/faults, tests/long/faults). Knows no commands: those are in fault_moves.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PASSWORD, startServer, until, uuid } from './server.mjs';
import { Reader, Editor } from './people.mjs';
import { metrics } from './metrics.mjs';
import { ERRNO, Faults, SQLITE, SQLSTATE } from './faults.mjs';

export const text = (what) => `${what} ${uuid().slice(0, 8)} zur Brücke, kurz und sachlich.`;
const HELD = /Erster Satz|Neuer Satz|Alter Satz|Anderer Satz|Satz ohne Urteil/; // what nobody ever releases
const SPARE_FILES = 24; // connections of a pool that were not needed before
const BEYOND = 40;
const FRESH_EVERY = 40; // tries: a reader's own page shows all that they wrote

export class Newsroom {
	// `db`: where, else a new one; `pair`: of PostgreSQL servers (replica.mjs), of which the second is a replica.
	async open({ db, pair } = {}) {
		this.faults = new Faults(tmpdir());
		this.pair = pair;
		this.server = await startServer({ env: this.faults.env, db, ...(pair && { db: pair.url(pair.primary), config: { replica: pair.url(pair.replica) } }) });
		this.reader = new Reader(this.server);
		this.rike = await new Editor(this.server).login();
		await this.reader.submit(text('Erster Satz'));
		this.tries = 0;
		return this;
	}

	get sqlite() {
		return this.server.db.startsWith('sqlite:');
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
		this.files = null;
		this.server.agent.destroy();
		await this.server.start();
	}

	// Files and connections of the server, once ours are closed.
	async openFiles() {
		this.server.agent.destroy();
		let last = -1;
		return until(() => {
			const now = readdirSync(`/proc/${this.server.child.pid}/fd`).length, same = now === last;
			last = now;
			return same && now;
		}, { every: 50, what: 'files that stay open' });
	}

	async nothingWaitingIsShown(what) {
		const answer = await this.ask(() => this.server.get('/v1/articles/bruecke/comments'));
		assert.doesNotMatch(answer?.text ?? '', HELD, `shown, and not released: ${what}`);
	}

	// One path with its n-th call failing; then again without. `done` must hold afterwards.
	async tryOut(path, kind, error, n) {
		if (++this.tries % FRESH_EVERY === 0)
			this.reader = new Reader(this.server);
		const job = await path.prepare(this);
		this.faults.arm(kind, error, n);
		const answer = await this.ask(() => path.act(this, job));
		const fired = this.faults.disarm(kind);
		await this.alive();
		const what = `${path.name}, ${kind} ${error} ${n}: ${answer ? answer.status + ' ' + answer.text.slice(0, 200) : 'no answer'}`;
		if (answer && answer.status >= 300)
			assert.ok(answer.status >= 500, what);
		if (answer?.status === 503)
			assert.ok(answer.headers['retry-after'], what);
		if (answer && kind === 'read')
			assert.ok(answer.status < 300 || !/json/.test(answer.headers['content-type']) || answer.json.error.code === 'store_io', `the file is whole: ${what}`); // a page names no code
		if (answer && answer.status < 300)
			await path.check(this, job, `acknowledged: ${what}`, answer);
		await this.nothingWaitingIsShown(what);
		const again = await path.act(this, job);
		assert.ok(again.status < 300, `again after ${what}: ${again.status} ${again.text.slice(0, 300)}`);
		await path.check(this, job, what, again);
		this.files ??= await this.openFiles();
		return fired > 0;
	}

	// Each of `calls(count)` of a kind in turn; how many were tried, and failed.
	async tryAll(path, kind, error, calls) {
		const job = await path.prepare(this);
		this.faults.count(kind);
		const usual = await path.act(this, job);
		assert.ok(usual.status < 300, `before ${kind}: ${usual.status} ${usual.text}\n${this.server.log.slice(-4000)}`);
		const done = { count: this.faults.counted(kind), tried: 0, fired: 0 };
		let beyond = 0; // in a row that came too late: what was counted was partly what went on beside it
		for (const n of calls(done.count)) {
			const fired = await this.tryOut(path, kind, error, n);
			beyond = fired ? 0 : beyond + 1;
			done.fired += fired;
			done.tried++;
			if (beyond === BEYOND)
				break;
		}
		return done;
	}

	// Each of `calls(count)` of a start in turn: it comes up, or says why not and ends. The server is stopped meanwhile.
	async tryStarts(kind, error, calls) {
		const { server, faults } = this, done = { tried: 0, refused: 0 };
		faults.count(kind);
		await server.start();
		done.count = faults.counted(kind);
		await server.stop();
		for (const n of calls(done.count)) {
			faults.arm(kind, error, n);
			const portFile = join(server.dir, `fault-${kind}-${error}-${n}`);
			const child = spawn(server.bin, ['serve', '--db', server.db, '--listen', '127.0.0.1:0', '--port-file', portFile],
				{ env: server.env, stdio: ['ignore', 'ignore', 'pipe'] });
			let log = '';
			child.stderr.setEncoding('utf8').on('data', (more) => {
				log += more;
				if (/"event":"listen","message":"port/.test(log)) // it has come up in spite of it
					child.kill('SIGTERM');
			});
			const late = setTimeout(() => child.kill('SIGKILL'), 60000); // fails below
			const { code, signal } = await new Promise((ended) => child.once('close', (code, signal) => ended({ code, signal })));
			clearTimeout(late);
			faults.disarm(kind);
			done.tried++;
			done.refused += code !== 0;
			assert.ok(code === 0 || code === 2 || (signal === 'SIGABRT' && /out of memory|cannot start/.test(log)),
				`${kind} ${error} ${n}: ${code ?? signal}\n${log.slice(-2500)}`);
		}
		return done;
	}

	whole() {
		const audit = this.server.audit();
		assert.equal(audit.status, 0, audit.stdout + audit.stderr);
		if (this.sqlite)
			assert.equal(this.server.sql('PRAGMA integrity_check; PRAGMA foreign_key_check'), 'ok');
		const odd = (sql, what) => assert.equal(this.server.sql(sql), '0', what);
		odd("SELECT count(*) FROM revision r WHERE (r.state = 'held') <> EXISTS (SELECT 1 FROM queue q WHERE q.revision_id = r.id)", 'held, and not in the queue, or otherwise');
		odd("SELECT count(*) FROM revision r WHERE r.state = 'released' AND NOT EXISTS (SELECT 1 FROM publication p WHERE p.revision_id = r.id)", 'released, and not published');
		odd("SELECT count(*) FROM publication p JOIN revision r ON r.id = p.revision_id WHERE p.removed_at IS NULL AND r.state <> 'released'", 'published, and not released');
		odd("SELECT count(*) FROM (SELECT text FROM revision WHERE text <> '' GROUP BY text HAVING count(*) > 1) AS x", 'a text twice'); // '': erased
		odd(`SELECT count(*) FROM (SELECT revision_id FROM decision d WHERE action <> 'undo' AND NOT EXISTS (SELECT 1 FROM decision u WHERE u.undoes = d.id)
			GROUP BY revision_id HAVING count(*) > 1) AS x`, 'decided twice');
		odd("SELECT count(*) FROM erasure_run WHERE state <> 'done'", 'begun to be erased, and not done');
	}

	async close() {
		this.faults.quiet();
		try {
			if (!this.server.alive() && (await this.server.exit).code === 0) // stopped by a test that has failed: that is to be told
				await this.server.start();
			this.whole();
			if (this.files && this.server.alive()) {
				const now = await this.openFiles();
				assert.ok(now <= this.files + SPARE_FILES, `${now} files are open, there were ${this.files}`);
			}
		} finally {
			await this.server.end();
			this.faults.end();
		}
	}
}

const mineHas = async (room, words, what) => {
	const there = (await room.reader.mine()).filter((c) => c.html.includes(words));
	assert.equal(there.length, 1, what);
};

const released = async (room, what, reader = room.reader) => {
	const words = text(what), { id } = await reader.submit(words), item = await room.rike.item(id), answer = await room.rike.decide(item, 'release');
	assert.equal(answer.status, 200);
	return { id, item, words, decision: answer.json.decision };
};

// As good as done: it was asked for before, and the answer was lost.
const doneBefore = (answer, before, code) => (before && answer.json?.error?.code === code ? Object.create(answer, { status: { value: 200 } }) : answer);

const SHOWN = '/v1/articles/bruecke/comments';
const shows = async (room) => (await room.server.get(SHOWN)).text;

// The main ways of a write. `act` may be sent again: the same key, or the same decision.
export const PATHS = [
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
		name: 'withdraw',
		prepare: (room) => released(room, 'Satz, der zurückgeht'),
		act: (room, job) => room.reader.request('DELETE', `/v1/articles/bruecke/comments/${job.id}`),
		// pages in memory follow the outbox, a moment later
		check: (room, job, what) => until(async () => !(await shows(room)).includes(job.words), { what: `withdrawn, and gone: ${what}` }),
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
			const { id, item } = await released(room, 'Satz, der gemeldet wird');
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

// Ways that are taken less often; each costs more than those above.
export const PATHS_MORE = [
	{
		name: 'undo',
		prepare: (room) => released(room, 'Satz, der zurückgenommen wird'),
		act: async (room, job) => {
			const before = job.asked;
			job.asked = true;
			return doneBefore(await room.rike.undo(job.decision), before, 'undo_done');
		},
		check: async (room, job, what) => {
			assert.equal((await room.reader.one(job.id)).state, 'held', what);
			await until(async () => !(await shows(room)).includes(job.words), { what: `taken back, and gone: ${what}` });
		},
	},
	{
		// as the desk asks it (web/desk/controller.ts)
		name: 'queue',
		prepare: async (room) => void (await room.reader.submit(text('Satz ohne Urteil'))),
		act: (room) => room.rike.get('/v1/desk/queue?once=1&lane=&limit=20'),
		check: async (room, job, what, answer) => {
			const now = (await room.rike.get('/v1/desk/queue?once=1&lane=&limit=20')).json;
			const seen = ({ count, items }) => ({ count, items: items.map(({ revision, version, text }) => ({ revision, version, text })) });
			assert.deepEqual(seen(answer.json), seen(now), `not what waits: ${what}`);
			assert.equal(String(now.count), room.server.sql('SELECT count(*) FROM queue'), what);
		},
	},
	{
		// omar: an account's sessions are so many, and rike's must last
		name: 'log-in',
		prepare: () => ({}),
		act: (room, job) => {
			job.who = new Editor(room.server);
			return job.who.request('POST', '/v1/desk/session', { body: { user: 'omar', password: PASSWORD } });
		},
		check: async (room, job, what) => assert.equal((await job.who.get('/v1/desk/session')).json.user?.login, 'omar', what),
	},
	{
		name: 'erase',
		prepare: async (room) => {
			const who = new Reader(room.server), job = await released(room, 'Satz, der vergessen wird', who), held = text('Satz ohne Urteil');
			await who.submit(held);
			return { ...job, who, held, cookie: who.cookie };
		},
		// by the cookie that was there first: the answer to the first try may have taken it away
		act: async (room, job) => {
			const before = job.asked;
			job.asked = true;
			return doneBefore(await room.server.request('DELETE', '/v1/reader/data', { headers: { Cookie: job.cookie }, body: { confirm: true } }), before, 'person_unknown');
		},
		check: async (room, job, what) => {
			assert.equal(room.server.sql(`SELECT count(*) FROM revision WHERE text IN ('${job.words}', '${job.held}')`), '0', `erased: ${what}`);
			await until(async () => !(await shows(room)).includes(job.words), { what: `erased, and gone: ${what}` });
		},
	},
];

// A page that is not in memory: the article's last event has been told to its readers, so that what is in memory is gone.
export const READ = {
	name: 'read',
	prepare: async (room) => {
		if (room.pair)
			await until(async () => (await metrics(room.server)).value('freigabe_store_replicas_up') === 1, { what: 'the replica is used' });
		const stream = await new Reader(room.server).stream('/v1/articles/bruecke/stream'), gone = await released(room, 'Satz, der gegangen ist');
		await room.reader.withdraw(gone.id);
		await room.reader.submit(text('Satz ohne Urteil'));
		const last = await released(room, 'Satz, der gelesen wird');
		await stream.next((m) => m.event === 'put' && JSON.stringify(m).includes(last.words));
		stream.close();
		await room.pair?.caughtUp();
		return { gone, last };
	},
	act: (room) => room.server.get(SHOWN),
	check: (room, { gone, last }, what, answer) => {
		assert.ok(answer.text.includes(last.words), `not all that is released: ${what}`);
		assert.ok(!answer.text.includes(gone.words), `withdrawn, and shown: ${what}`);
	},
};

const NETWORK = [['epoll', ERRNO.EINTR], ['receive', ERRNO.ECONNRESET], ['send', ERRNO.ECONNRESET], ['accept', ERRNO.EMFILE], ['socket', ERRNO.EMFILE],
	['watch', ERRNO.ENOSPC], ['bell', ERRNO.EAGAIN], ['random', ERRNO.EINTR]];
// What fails on each store's paths, and how.
export const FAULTS = {
	sqlite: [
		['write', ERRNO.EIO], ['write', ERRNO.ENOSPC], ['sync', ERRNO.EIO], ['read', ERRNO.EIO], ['open', ERRNO.EMFILE], ['truncate', ERRNO.EIO],
		['lock', ERRNO.EIO], ['lock', ERRNO.ENOLCK], ['stat', ERRNO.EIO], ['name', ERRNO.EIO], ['map', ERRNO.ENOMEM],
		['step', SQLITE.IOERR], ['step', SQLITE.BUSY], ['step', SQLITE.FULL], ...NETWORK,
	],
	postgres: [
		...Object.values(SQLSTATE).map((state) => ['statement', state]),
		['ask', ERRNO.ECONNRESET], ['answer', ERRNO.ECONNRESET], ['wait', ERRNO.EINTR], ['connect', ERRNO.ECONNREFUSED], ...NETWORK,
	],
};
// Ends the program, by design. A thread of its own may meet it when the try is over.
export const MEMORY = ['memory', ERRNO.ENOMEM];
