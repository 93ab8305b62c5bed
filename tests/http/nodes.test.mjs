// Several nodes on one PostgreSQL database are one server to readers and editors: what one has committed the others show,
// nobody decides twice, letters leave once, and a connection that is lost costs no comment.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, startNode, until, uuid } from '../lib/server.mjs';
import { newDatabase } from '../lib/postgres.mjs';
import { startPeer } from '../lib/letters.mjs';
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

test('limits hold across nodes, and after a node was killed', async () => {
	const limited = { limits: 'on', config: { trusted_proxies: '127.0.0.1', limit_submit: '6/1', limit_reader: 0, limit_article: 0, limit_site: 0 } };
	const one = await startServer({ db: await newDatabase(), ...limited }), two = await startNode(one, limited);
	let number = 0;
	const post = async (node, from) => (await new Reader(node).post(`Viele Sätze, Nummer ${++number}.`, { headers: { 'X-Forwarded-For': from } })).status;
	const taken = async (node, from) => {
		let n = 0;
		while (n < 20 && (await post(node, from)) === 201)
			n++;
		return n;
	};
	const heard = (node, from) => until(async () => (await post(node, from)) === 429, { every: 300, what: 'refused there too' });
	try {
		assert.equal(await taken(one, '198.51.100.7'), 6);
		await heard(two, '198.51.100.7');
		assert.equal(await post(two, '203.0.113.9'), 201, 'nobody else is refused');
		await one.kill();
		await one.start();
		assert.equal(await post(one, '198.51.100.7'), 429, 'a node that comes up knows');
		assert.equal(await taken(two, '192.0.2.99'), 6);
		await heard(one, '192.0.2.99');
	} finally {
		await Promise.all([one.end(), two.end()]);
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
