// Several nodes on one PostgreSQL database are one server to readers and editors: what one has committed the others show,
// nobody decides twice, letters leave once, and a connection that is lost costs no comment.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, startNode, until, uuid } from '../lib/server.mjs';
import { newDatabase } from '../lib/postgres.mjs';
import { metrics } from '../lib/metrics.mjs';
import { startPeer } from '../lib/letters.mjs';
import { LIMITED, holdEverywhere } from '../lib/limited.mjs';
import { Reader, Editor, conflict } from '../lib/people.mjs';

const ROUNDS = Number(process.env.NODES_ROUNDS) || 5;
let peer, letters, config, a, b, rike, omar;

before(async () => {
	peer = await startPeer();
	({ letters, config } = peer);
	a = await startServer({ db: await newDatabase(), config });
	b = await startNode(a, { config });
	rike = await new Editor(a).login();
	omar = await new Editor(b).login('omar');
	await until(() => works(a), { what: 'the work is somebody\'s' });
});
after(async () => {
	await Promise.all([a?.end(), b?.end()]);
	peer?.end();
});

const works = (node) => node.log.includes('"event":"work"');
// The connections of the nodes but not the one that asks.
const terminate = (node, where = 'true') => node.sql(`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
	WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'freigabe' AND ${where}`);

test('what is released on one node reaches pages and open streams of the other; what is withdrawn is gone there', async () => {
	const wilma = new Reader(a), there = new Reader(b);
	const { id } = await wilma.submit('Die Fähre fährt wieder.');
	assert.ok(!(await there.thread()).includes('Die Fähre fährt wieder.'), 'held');
	const stream = await there.stream('/v1/articles/bruecke/stream');
	const desk = await omar.stream('/v1/desk/stream');
	await rike.release(id);
	assert.match((await stream.next((m) => m.event === 'put')).data, /Die Fähre fährt wieder/);
	await desk.next((m) => m.event === 'queue' && JSON.parse(m.data).action === 'release');
	assert.ok((await there.thread()).includes('Die Fähre fährt wieder.'), 'before the stream tells of it, the page kept in memory is dropped');
	await wilma.withdraw(id);
	await stream.next((m) => m.event === 'remove');
	assert.ok(!(await there.thread()).includes('Die Fähre fährt wieder.'));
	stream.close();
	desk.close();
});

test('what a site says of itself is the same everywhere', async () => {
	await b.get('/articles/bruecke');
	a.cli('site', 'set', 'test', '--title', 'Der neue Bote', '--lang', 'de', '--address', 'http://127.0.0.1:8080');
	for (const node of [a, b])
		await until(async () => (await node.get('/articles/bruecke')).text.includes('Der neue Bote'), { what: 'the new name' });
});

test('two desks on two nodes decide the same revision: one does, the other learns who', async () => {
	for (let round = 0; round < ROUNDS; round++) {
		const { id } = await new Reader(round % 2 ? a : b).submit(`Wer entscheidet zuerst, Runde ${round}?`);
		const [item, same] = [await rike.item(id), await omar.item(id)];
		const answers = await Promise.all([rike.decide(item, 'release'), omar.decide(same, 'reject', { rules: ['profanity'] })]);
		assert.deepEqual(answers.map((x) => x.status).sort(), [200, 409]);
		conflict(answers.find((x) => x.status === 409), 'already_decided');
		assert.equal(a.sql(`SELECT count(*) FROM decision d JOIN revision r ON r.id = d.revision_id WHERE r.text LIKE '%Runde ${round}?'`), '1');
	}
	assert.equal(a.audit().status, 0);
});

test('limits hold across nodes, and after a node was killed: each kind', async () => {
	const one = await startServer({ db: await newDatabase(), ...LIMITED });
	try {
		await holdEverywhere(one, () => startNode(one, LIMITED));
	} finally {
		await one.end();
	}
});

// One reader who repeats what got no answer, under the same key, until it is taken.
async function insist(reader, text, key = uuid()) {
	return until(async () => {
		const answer = await reader.post(text, { key });
		assert.ok([201, 200, 503].includes(answer.status), answer.text);
		return answer.status !== 503 && answer.json.id;
	}, { within: 60000, what: text });
}

test('connections to the database are cut while readers write: every acknowledged comment is there, once', async () => {
	const texts = Array.from({ length: 8 * ROUNDS }, (_, i) => `Ein Satz über Gezeiten, Blatt ${i} ${uuid()}.`);
	let over = false;
	const writers = texts.map((text, i) => insist(new Reader(i % 2 ? a : b), text));
	const cutter = (async () => {
		for (let i = 0; i < ROUNDS; i++) {
			terminate(a);
			await new Promise((done) => setImmediate(done));
		}
		for (; !over; await new Promise((done) => setTimeout(done, 100)))
			terminate(a, "query LIKE '%COMMIT%'");
	})();
	const ids = await Promise.all(writers);
	over = true;
	await cutter;
	assert.equal(new Set(ids).size, texts.length);
	for (const text of texts)
		assert.equal(a.sql(`SELECT count(*) FROM revision WHERE text = '${text}'`), '1', text);
	assert.equal(a.sql('SELECT count(*) - count(DISTINCT seq) FROM event'), '0');
});

test('after the connection was lost, a stream misses nothing and hears nothing twice', async () => {
	const stream = await new Reader(b).stream('/v1/articles/library/stream');
	const wanted = [];
	for (let i = 0; i < ROUNDS; i++) {
		const wilma = new Reader(a, { article: 'library' });
		const id = await insist(wilma, `I like the reading room, ${uuid()}.`);
		terminate(b);
		await until(async () => {
			const item = (await rike.all()).find((x) => x.comment === id);
			return item && (await rike.decide(item, 'release')).status === 200;
		}, { within: 60000, what: 'released' });
		wanted.push(id);
	}
	for (const id of wanted)
		await stream.next((m) => m.event === 'put' && JSON.parse(m.data).id === id);
	const heard = stream.messages.filter((m) => m.event === 'put').map((m) => JSON.parse(m.data).id);
	assert.deepEqual(heard, wanted, 'in order, each once');
	stream.close();
});

test('the node that works is killed: the other takes over, and letters leave once', async () => {
	await until(() => works(a) || works(b), { what: 'somebody works' });
	const invite = (who, email) => until(async () => (await who.write('/v1/desk/staff/invitations', { name: 'Änne', email, role: 'editor', lang: 'de' })).status === 201, { what: 'invited' });
	await invite(rike, 'one@paper.example');
	await until(() => letters.some((l) => l.to.includes('one@paper.example')) && a.sql('SELECT count(*) FROM mail') === '0', { what: 'a letter' });
	await a.kill();
	const admin = await new Editor(b).login();
	for (let i = 0; i < ROUNDS; i++)
		await invite(admin, `more${i}@paper.example`);
	for (let i = 0; i < ROUNDS; i++)
		await until(() => letters.some((l) => l.to.includes(`more${i}@paper.example`)), { what: 'a letter by the other node' });
	await until(() => b.sql('SELECT count(*) FROM mail') === '0', { what: 'all gone' });
	const to = letters.flatMap((l) => l.to);
	assert.equal(new Set(to).size, to.length, 'none twice');
	assert.ok(works(b));
	await a.start();
});

// What a node has done of each job: 0 if it never came to it.
const jobsOf = async (node) => {
	const { samples } = await metrics(node), line = /^freigabe_job_last_run_timestamp_seconds\{job_name="(\w+)"\}$/;
	return new Map([...samples].filter(([name]) => line.test(name)).map(([name, at]) => [line.exec(name)[1], at]));
};
const EVERYWHERE = ['load', 'overdue']; // what they find is kept in each node's memory, or told to its streams

test('what has an end, and what is to be erased, is done by one node alone; by the other when that one is killed', async () => {
	const one = await startServer({ db: await newDatabase() });
	let two;
	try {
		const sql = (text) => one.sql(text), TEXTS = 45; // more than one batch
		const withdrawn = (node) => Promise.all(Array.from({ length: TEXTS }, async (_, i) => {
			const reader = new Reader(node);
			await reader.withdraw((await reader.submit(`Zurückgezogen, Blatt ${i} ${uuid()}.`)).id);
		}));
		// all that is withdrawn by now, and what the outbox and the staff's log hold, has been there for years
		const age = () => sql("UPDATE revision SET moved_at = 1 WHERE state = 'withdrawn'; UPDATE event SET created_at = 1 WHERE kind <> 'held'; UPDATE staff_log SET created_at = 1");
		const left = () => Number(sql("SELECT (SELECT count(*) FROM revision WHERE moved_at = 1 AND purged_at IS NULL) + (SELECT count(*) FROM event WHERE created_at = 1) + (SELECT count(*) FROM staff_log WHERE created_at = 1)"));
		const ended = async (texts) => {
			await until(() => left() === 0, { what: 'all that is over has gone', every: 50 });
			assert.equal(sql("SELECT count(*) || ' ' || count(DISTINCT subject_id) FROM erasure WHERE subject = 'text' AND cause = 'term'"), `${texts} ${texts}`);
		};
		await withdrawn(one);
		await one.stop();
		one.log = ''; // who worked before is nobody's now
		age();
		[two] = await Promise.all([startNode(one), one.start()]);
		await ended(TEXTS);
		assert.equal(works(one), !works(two), 'the work is one node\'s');
		const [worker, idle] = works(one) ? [one, two] : [two, one];
		await until(async () => [...(await jobsOf(worker)).values()].every(Boolean), { what: 'each job' });
		const done = await until(async () => {
			const jobs = await jobsOf(idle);
			return EVERYWHERE.every((job) => jobs.get(job)) && jobs;
		}, { what: 'what each node does' });
		assert.deepEqual([...done].filter(([, at]) => at).map(([job]) => job).sort(), EVERYWHERE, 'of all else the other has done nothing');

		// people erase what is theirs at both nodes, while the one that works looks for runs that are not at their end
		const people = [worker, idle, worker, idle].map((node) => new Reader(node));
		for (const reader of people)
			for (let i = 0; i < 25; i++)
				await reader.submit(`Von mir, Blatt ${i} ${uuid()}.`);
		const answers = await Promise.all(people.map((reader) => reader.request('DELETE', '/v1/reader/data', { body: { confirm: true } })));
		for (const answer of answers)
			assert.deepEqual([answer.status, answer.json.erased, answer.json.done], [200, 25, true], answer.text);
		assert.equal(sql("SELECT count(*) || ' ' || count(DISTINCT subject_id) FROM erasure WHERE subject = 'text' AND cause = 'reader'"), '100 100');
		// one that a kill cuts off, at the node that works, and more that is over
		const last = new Reader(worker);
		for (let i = 0; i < 60; i++)
			await last.submit(`Am Ende, Blatt ${i} ${uuid()}.`);
		await withdrawn(idle);
		age();
		const cut = last.request('DELETE', '/v1/reader/data', { body: { confirm: true } }).catch(() => null);
		await until(() => sql('SELECT count(*) FROM erasure_run') === '5', { every: 1, what: 'it has begun' });
		await worker.kill();
		await cut;
		await until(() => works(idle), { what: 'the other takes over' });
		await ended(2 * TEXTS);
		await until(() => sql("SELECT count(*) FROM erasure_run WHERE state <> 'done'") === '0', { what: 'the rest is erased' });
		assert.equal(sql("SELECT count(*) || ' ' || count(DISTINCT subject_id) FROM erasure WHERE subject = 'text' AND cause = 'reader'"), '160 160');
		assert.equal(sql("SELECT count(*) FROM revision WHERE text LIKE 'Zurückgezogen%' OR text LIKE 'Von mir%' OR text LIKE 'Am Ende%'"), '0');
		assert.equal(one.audit().status, 0);
		await worker.start();
	} finally {
		await Promise.all([one.end(), two?.end()]);
	}
});

test('beside a database that a newer program has brought on, an old node reads, and takes no writes', async () => {
	const last = a.sql('SELECT max(version) FROM schema_migration');
	a.sql(`INSERT INTO schema_migration (version, name, hash, applied_at) VALUES (${Number(last) + 1}, 'newer', 'x', 0)`);
	const answer = await new Reader(b).post('Noch einer?');
	assert.equal(answer.status, 503);
	assert.equal(answer.json.error.code, 'schema_newer');
	assert.equal((await new Reader(b).thread()).includes('Gezeiten'), false);
	a.sql(`DELETE FROM schema_migration WHERE name = 'newer'`);
	assert.equal((await new Reader(b).post('Noch einer!')).status, 201);
});
