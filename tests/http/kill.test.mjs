// kill -9 at any moment: what was acknowledged is there afterwards, exactly once; what was not can be
// sent again. KILL_ROUNDS says how often; KILL_SEED repeats the moments of a run.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, uuid } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';

const ROUNDS = Number(process.env.KILL_ROUNDS || 20);
const WRITERS = 16, EACH = 30;
const seed = Number(process.env.KILL_SEED || Date.now() % 1e9);
let state = seed;
const random = () => (state = (state * 48271 + 11) % 2147483647) / 2147483647;

let server, key, words = 0;
const releases = new Set(); // texts that an editor has asked to release

before(async () => {
	server = await startServer();
	key = server.cli('key', 'new', 'kill').trim();
});
after(() => server?.end());

const query = (sql) => server.sql(sql);

const line = (what) => `${what} zum Winterdienst, Zettel ${++words}-${uuid().slice(0, 8)}.`;

// One reader who writes, and now and then writes anew, until the server is gone.
async function writer(article, work) {
	const reader = new Reader(server, { article });
	const own = { reader, comments: [] };
	work.writers.push(own);
	for (let i = 0; i < EACH && !work.over; i++) {
		const c = { text: line('Kommentar'), key: uuid(), id: null, edit: null };
		own.comments.push(c);
		c.id = (await reader.submit(c.text, { key: c.key })).id;
		if (i % 4 !== 3)
			continue;
		c.edit = { text: line('Änderung'), key: uuid(), acknowledged: false };
		await reader.revise(c.id, c.edit.text, { key: c.edit.key });
		c.edit.acknowledged = true;
	}
}

// One who decides ten at a time, and faster than anybody could read.
async function editor(rike, work) {
	for (let n = 0; !work.over;) {
		const page = await rike.queue('?limit=10');
		await Promise.all(page.items.map(async (item) => {
			const d = { item, action: n++ % 3 === 2 ? 'reject' : 'release', id: null };
			if (d.action === 'release')
				releases.add(item.text);
			work.decisions.push(d);
			const answer = await decide(rike, d);
			if (answer.status === 200)
				d.id = answer.json.decision;
			else // its author was faster
				assert.equal(answer.json.error.code, 'revision_superseded');
		}));
	}
}

const decide = (rike, d) => rike.decide(d.item, d.action, { rules: d.action === 'reject' ? ['off_topic'] : [] });

// What breaks because the server is gone is no failure; an answer of the wrong kind is.
const untilGone = (work) => (e) => {
	if (e.name === 'AssertionError' || !work.over)
		work.wrong ??= e;
};

async function load(article, rike) {
	const work = { writers: [], decisions: [], over: false };
	const running = [editor(rike, work).catch(untilGone(work))];
	for (let i = 0; i < WRITERS; i++)
		running.push(writer(article, work).catch(untilGone(work)));
	const delay = 50 + Math.floor(random() * 750);
	await new Promise((done) => setTimeout(done, delay));
	work.over = true;
	await server.kill();
	await Promise.all(running);
	if (work.wrong)
		throw work.wrong;
	return work;
}

// Every comment that anybody can read under the article.
async function published(article) {
	const all = [];
	for (let after = '';;) {
		const page = (await server.get(`/v1/articles/${article}/comments${after}`)).json;
		all.push(...page.comments);
		if (!page.next)
			return all;
		after = `?after=${encodeURIComponent(page.next)}`;
	}
}

const eachWriter = (work, does) => Promise.all(work.writers.map(does));

const checkAcknowledged = (work) => eachWriter(work, async ({ reader, comments }) => {
	const mine = new Map((await reader.mine()).map((c) => [c.id, c]));
	for (const c of comments.filter((c) => c.id)) {
		assert.ok(mine.has(c.id), `acknowledged, and not there: ${c.text}`);
		const { html } = mine.get(c.id);
		const edited = c.edit && html.includes(c.edit.text);
		assert.ok(edited || (!c.edit?.acknowledged && html.includes(c.text)), `other words: ${c.text}`);
	}
});

async function repeatAll(work, rike) {
	await eachWriter(work, async ({ reader, comments }) => {
		for (const c of comments) {
			const again = await reader.submit(c.text, { key: c.key });
			if (c.id)
				assert.equal(again.id, c.id, 'sent again: another comment');
			c.id = again.id;
			if (c.edit)
				assert.equal((await reader.revise(c.id, c.edit.text, { key: c.edit.key })).id, c.id);
			if (c.edit)
				c.edit.acknowledged = true;
		}
	});
	for (const d of work.decisions) {
		const answer = await decide(rike, d);
		if (d.id === null && answer.status === 409) { // its author has revised it since
			assert.equal(answer.json.error.code, 'revision_superseded');
			continue;
		}
		assert.equal(answer.status, 200, answer.text);
		if (d.id)
			assert.equal(answer.json.decision, d.id, 'decided again: another decision');
		d.id = answer.json.decision;
	}
}

async function checkPublic(article, work) {
	// the editor has also read on where the round before was cut off
	const articles = new Set([article, ...work.decisions.map((d) => d.item.article.id)]);
	const shown = (await Promise.all([...articles].map(published))).flat();
	for (const c of shown)
		assert.ok(releases.has(c.text), `public, and nobody released it: ${c.text}`);
	assert.equal(new Set(shown.map((c) => c.id)).size, shown.length, 'a comment is shown twice');
	const byId = new Map(shown.map((c) => [c.id, c]));
	for (const d of work.decisions.filter((d) => d.id && d.action === 'release'))
		assert.ok(byId.has(d.item.comment), `released, and not public: ${d.item.text}`);
}

function checkOnce(work) {
	assert.equal(query("SELECT text FROM revision WHERE text LIKE '%Winterdienst%' GROUP BY text HAVING count(*) > 1"), '');
	assert.equal(query('SELECT revision_id FROM decision GROUP BY revision_id HAVING count(*) > 1'), '');
	const texts = new Set(query("SELECT r.text FROM revision r JOIN decision d ON d.revision_id = r.id").split('\n'));
	for (const d of work.decisions.filter((d) => d.id))
		assert.ok(texts.has(d.item.text), `acknowledged decision is not there: ${d.item.text}`);
	const audit = server.audit();
	assert.equal(audit.status, 0, audit.stdout + audit.stderr);
}

test(`killed ${ROUNDS} times under load (KILL_SEED=${seed})`, async (t) => {
	let sent = 0, lost = 0, decided = 0;
	for (let round = 0; round < ROUNDS; round++) {
		const article = `winter-${round}`;
		const put = await server.request('PUT', `/v1/articles/${article}`, {
			headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'text/markdown' },
			body: `---\nid: ${article}\nlang: de\ntitle: Winterdienst ${round}\nlead: Salz ist knapp.\n---\n\nDer Winterdienst streut nur noch Hauptstraßen.\n`,
		});
		assert.equal(put.status, 201, put.text);
		const rike = await new Editor(server).login();
		const work = await load(article, rike);
		await server.start();
		await checkAcknowledged(work);
		await checkPublic(article, work);
		checkOnce(work);
		const comments = work.writers.flatMap((w) => w.comments);
		sent += comments.filter((c) => c.id).length;
		lost += comments.filter((c) => !c.id).length;
		decided += work.decisions.filter((d) => d.id).length;
		await repeatAll(work, rike);
		await checkAcknowledged(work);
		await checkPublic(article, work);
		checkOnce(work);
	}
	t.diagnostic(`${sent} comments and ${decided} decisions acknowledged, ${lost} comments cut off and sent again`);
	assert.ok(sent > ROUNDS * WRITERS / 2, `only ${sent} comments in all: no load`);
	assert.ok(decided > 0 && lost > 0, 'the moments were badly chosen');
});
