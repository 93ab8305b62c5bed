// What readers send at the same moment is written together (store/group.c), and still each of it is done once, sees what it
// has to see, and is told only what is there.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, until, uuid } from '../lib/server.mjs';
import { holdWriters } from '../lib/hold.mjs';
import { metrics } from '../lib/metrics.mjs';
import { Reader, Editor } from '../lib/people.mjs';

const WRITER_WAITS = `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
let server, rike, key;
before(async () => {
	server = await startServer();
	rike = await new Editor(server).login();
	key = server.cli('key', 'new', 'redaktion').trim();
});
after(() => server.end());

// All of them stand in line before the first is done. The first may go alone: it was taken before the others came.
async function together(requests) {
	const first = new Reader(server, { name: 'Vorhut' });
	const free = await holdWriters(server);
	const answers = [first.post(`Vorhut ${uuid()}`)];
	if (!server.db.startsWith('sqlite:')) // which does not tell who waits for it
		await until(() => server.sql(WRITER_WAITS) === '1', { what: 'the first is on its way' });
	answers.push(...requests.map((send) => send()));
	await until(async () => (await metrics(server)).value('freigabe_store_writes_waiting') >= requests.length, { every: 20, what: 'all in line', within: 4000 }).catch(() => {});
	await free();
	return (await Promise.all(answers)).slice(1);
}

const SIGNS = '0123456789abcdefghjkmnpqrstvwxyz'; // src/base/id.c
const number = (id) => [...id].reduce((n, sign) => n * 32n + BigInt(SIGNS.indexOf(sign)), 0n);
const count = (sql) => Number(server.sql(`SELECT count(*) FROM ${sql}`));
const outbox = () => server.sql('SELECT seq FROM event ORDER BY seq').split('\n').map(Number);
const whole = () => {
	const seqs = outbox();
	assert.deepEqual(seqs, seqs.map((_, i) => seqs[0] + i), 'numbers of the outbox');
	assert.equal(server.audit().status, 0);
};

test('one request, sent several times at once, is one comment; by one who came with it or was there', async () => {
	for (const known of [false, true]) {
		const there = new Reader(server, { name: 'Doppelt' });
		if (known)
			await there.submit(`Ich war schon da ${uuid()}.`);
		const key = uuid(), text = `Einmal genügt ${uuid()}.`, cookie = there.cookie;
		const send = () => new Reader(server, { name: 'Doppelt' }).post(text, { key, headers: cookie ? { Cookie: cookie } : {} });
		const others = Array.from({ length: 8 }, (_, i) => () => new Reader(server, { name: `Gast ${i}` }).post(`Anderes, Blatt ${i} ${uuid()}.`));
		const answers = await together([...others.slice(0, 4), send, send, ...others.slice(4), send]);
		const same = [answers[4], answers[5], answers[10]];
		for (const a of answers)
			assert.ok(a.status === 201 || (same.includes(a) && a.status === 200), `${a.status} ${a.text}`);
		assert.equal(new Set(same.map((a) => a.json.id)).size, 1);
		assert.equal(count(`revision WHERE text = '${text}'`), 1);
		assert.equal(new Set(answers.map((a) => a.json.id)).size, answers.length - 2);
		assert.equal(count(`comment c JOIN revision r ON r.comment_id = c.id JOIN review v ON v.revision_id = r.id
			JOIN queue q ON q.revision_id = r.id JOIN forecast f ON f.revision_id = r.id
			WHERE c.id IN (${answers.map((a) => number(a.json.id)).join()})`), answers.length - 2, 'each with all that belongs to it');
	}
	whole();
});

test('copies that come at once are told with each other, and stand by one line', async () => {
	const word = uuid().replaceAll('-', ' ');
	const text = `Die Brücke ${word} ist seit Jahren marode, und der Stadtrat hat das Geld lieber in ein neues Logo gesteckt.`;
	const answers = await together(Array.from({ length: 6 }, (_, i) => () => new Reader(server, { name: `Kopie ${i}` }).post(text)));
	assert.deepEqual(answers.map((a) => a.status), Array(6).fill(201));
	const ids = answers.map((a) => a.json.id);
	for (const id of ids)
		assert.deepEqual((await rike.item(id)).copies.map((c) => c.comment).sort(), ids.filter((x) => x !== id).sort());
	assert.equal(count(`(SELECT DISTINCT line FROM address WHERE comment_id IN (${ids.map(number).join()})) AS l`), 1);
	const refused = await rike.reject(ids[0], ['insinuation']);
	assert.equal((await rike.item(ids[3])).repost_of.decision, refused.decision);
	const later = await together(Array.from({ length: 3 }, () => () => new Reader(server).post(text)));
	for (const a of later)
		assert.equal((await rike.item(a.json.id)).repost_of.decision, refused.decision);
	whole();
});

test('a decision between comments: each is done, and a refused text is known to those that came with it', async () => {
	const text = `Alle im Rathaus ${uuid().replaceAll('-', ' ')} kassieren bei jeder Baustelle kräftig mit, das weiß doch jeder.`;
	const { id } = await new Reader(server).submit(text), item = await rike.item(id);
	const send = () => new Reader(server).post(text);
	const [one, decided, two] = await together([send, () => rike.decide(item, 'reject', { rules: ['insinuation'] }), send]);
	assert.deepEqual([one.status, decided.status, two.status], [201, 200, 201]);
	for (const a of [one, two])
		assert.equal((await rike.item(a.json.id)).repost_of.decision, decided.json.decision);
	whole();
});

// ---- articles ----

const put = (id, body) => server.request('PUT', `/v1/articles/${id}`, {
	headers: { 'Content-Type': 'text/markdown', Authorization: `Bearer ${key}` },
	body: `---\nid: ${id}\nlang: de\ntitle: Was die Woche brachte\nlead: Eine Meldung.\n---\n\n${body}\n`,
});
const BODIES = ['Die Brücke über die Elver wird für zwei Jahre gesperrt. Der Stadtrat hat die Sanierung der Brücke beschlossen; das Gutachten nennt Risse im Pfeiler. Die Fähre fährt solange.',
	'Der Tierpark hat ein Nashorn aus Dresden bekommen. Die Pfleger gewöhnen es mit Äpfeln an das neue Haus, und Kinder dürfen ihm einen Namen geben.'];
const TEXT = 'Die Risse im Pfeiler der Brücke stehen seit Jahren im Gutachten, und die Fähre fährt im Winter gar nicht.';
const judged = (id) => {
	const [hash, findings] = server.sql(`SELECT v.article_hash, v.findings FROM review v JOIN revision r ON r.id = v.revision_id
		WHERE r.comment_id = ${number(id)} ORDER BY r.ordinal DESC LIMIT 1`).split(/\|(.*)/s);
	return [hash, JSON.parse(findings).scores.off_topic];
};

test('a review names the article\'s text that it judged by, while that changes; so does that of a changed comment', async () => {
	const known = new Map();
	for (const body of BODIES) {
		assert.ok((await put('woche', body)).status < 300);
		known.set(...judged((await new Reader(server, { article: 'woche' }).submit(TEXT)).id));
	}
	assert.equal(new Set(known.values()).size, 2, 'the two can be told apart');
	let over = false;
	const editor = (async () => {
		for (let i = 0; !over; i++)
			assert.ok((await put('woche', BODIES[i % 2])).status < 300);
	})();
	const ids = [];
	for (let round = 0; round < 6; round++)
		ids.push(...await Promise.all(Array.from({ length: 6 }, () => new Reader(server, { article: 'woche' }).submit(TEXT).then((r) => r.id))));
	over = true;
	await editor;
	for (const id of ids) {
		const [hash, score] = judged(id);
		assert.equal(score, known.get(hash));
	}
	const kai = new Reader(server, { article: 'zoo' });
	await put('zoo', 'Noch nichts.');
	const { id } = await kai.submit('Erst einmal abwarten.');
	await put('zoo', BODIES[1]);
	await kai.revise(id, TEXT); // the first under this text: the engine has not seen it
	const revised = judged(id), fresh = judged((await new Reader(server, { article: 'zoo' }).submit(TEXT)).id);
	assert.deepEqual(revised, fresh);
	assert.equal(fresh[1], known.get((await put('woche', BODIES[1]), judged((await new Reader(server, { article: 'woche' }).submit(TEXT)).id))[0]), 'and is that of the whole text');
});
