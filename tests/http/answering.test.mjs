// Answering for decisions: withdrawal everywhere within a second, letters, objections by a different person, suspensions.
import { test, before, after, beforeEach } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, until } from '../lib/server.mjs';
import { Reader, Editor, conflict } from '../lib/people.mjs';

let server, rike, omar, wilma;
before(async () => {
	server = await startServer();
	rike = await new Editor(server).login();
	omar = await new Editor(server).login('omar');
	wilma = new Reader(server);
});
after(async () => {
	assert.equal(server.audit().status, 0, 'whatever was done, the chain is whole');
	await server?.end();
});
beforeEach(() => server.revive());

const put = (who, path, body) => who.request('PUT', path, { headers: { 'X-CSRF-Token': who.csrf }, body });
const ok = (answer, status = 200) => (assert.equal(answer.status, status, answer.text), answer.json);
async function released(text, options) {
	const { id } = await wilma.submit(text, options);
	const item = await rike.item(id);
	ok(await rike.decide(item, 'release'));
	return { id, revision: item.revision };
}
const remove = (c, terms = { rules: ['insinuation'] }, who = rike) => who.write(`/v1/desk/revisions/${c.revision}/removal`, terms);
const everywhere = async (id) => {
	const places = [];
	for (const path of ['/articles/bruecke', '/v1/articles/bruecke/comments', '/v1/articles/bruecke/thread', '/articles/bruecke/comments.atom'])
		if ((await server.get(path)).text.includes(id)) places.push(path);
	return places;
};
const letterPath = async (id, reader = wilma) => /href="(\/objection\/[^"]+)"/.exec((await reader.one(id)).html)?.[1];

test('what is withdrawn is gone everywhere within a second, and its author reads why', async () => {
	const c = await released('Die Baufirma hat den Rat bestochen, das weiß jeder.');
	assert.equal((await everywhere(c.id)).length, 4);
	const stream = await new Reader(server).stream('/v1/articles/bruecke/stream');
	const at = Date.now();
	ok(await remove(c, { rules: ['insinuation'], word: 'Belege fehlen.' }));
	await stream.next((m) => m.event === 'remove' && m.data.includes(c.id));
	assert.deepEqual(await everywhere(c.id), []);
	console.log(`# withdrawn from pages, JSON, feed and open pages after ${Date.now() - at} ms`);
	stream.close();
	const own = await wilma.one(c.id);
	assert.equal(own.state, 'rejected');
	assert.match(own.html, /Von der Seite genommen/);
	assert.match(own.html, /Belege fehlen\./);
	assert.match(own.html, /ihn jetzt von der Seite genommen/);
	assert.match(own.html, /Widersprechen/);
});

test('an answer keeps its place when what it answers is withdrawn', async () => {
	const c = await released('Der Bürgermeister lügt doch immer.');
	const answer = await released('Das stimmt so nicht.', { parent: c.id });
	ok(await remove(c));
	const text = (await server.get('/articles/bruecke')).text;
	assert.ok(text.includes(answer.id));
	assert.ok(!text.includes('lügt doch immer'));
	assert.match(text, /nicht mehr zu lesen/);
});

test('a withdrawal can be taken back for some seconds: text, name and letter are as before', async () => {
	const c = await released('Ein Satz, der zu Unrecht verschwand.');
	const answer = await released('Eine Antwort darauf.', { parent: c.id });
	const { decision } = ok(await remove(c));
	ok(await rike.undo(decision));
	const { comments } = await wilma.comments();
	const back = comments.find((x) => x.id === c.id);
	assert.equal(back.name, 'Wilma Test');
	assert.ok(comments.some((x) => x.id === answer.id));
	assert.equal(await letterPath(c.id), undefined, 'no letter about what did not happen');
});

test('only exactly what readers see can be withdrawn or marked', async () => {
	const c = await released('Erste Fassung eines Gedankens.');
	await wilma.revise(c.id, 'Zweite Fassung eines Gedankens.');
	const second = await rike.item(c.id);
	conflict(await remove({ revision: second.revision }), 'revision_superseded');
	ok(await rike.decide(second, 'release'));
	conflict(await remove(c), 'revision_superseded');
	ok(await remove({ revision: second.revision }));
	conflict(await remove({ revision: second.revision }), 'not_released');
	conflict(await put(rike, `/v1/desk/revisions/${second.revision}/pick`, { picked: true }), 'not_released');
});

test('after a withdrawal a later text can be released; taking that back does not bring the withdrawn one back', async () => {
	const c = await released('Das ist unhaltbar behauptet.');
	ok(await remove(c));
	await wilma.revise(c.id, 'Das ist jetzt vorsichtiger gesagt.');
	const item = await rike.item(c.id);
	const { decision } = ok(await rike.decide(item, 'release'));
	assert.match((await server.get('/articles/bruecke')).text, /vorsichtiger gesagt/);
	ok(await rike.undo(decision));
	const text = (await server.get('/articles/bruecke')).text;
	assert.ok(!text.includes('vorsichtiger gesagt') && !text.includes('unhaltbar behauptet'));
});

test('marked as worth reading: with the release, afterwards, and no longer', async () => {
	const { id } = await wilma.submit('Mein Vater hat 1981 an der Brücke gebaut; der Stahl kam aus Duisburg.');
	const item = await rike.item(id);
	ok(await rike.write(`/v1/desk/revisions/${item.revision}/decision`, { action: 'release', version: item.version, pick: true }));
	const marked = async () => /Lesenswert/.test((await server.get('/articles/bruecke')).text);
	assert.equal(await marked(), true);
	ok(await put(rike, `/v1/desk/revisions/${item.revision}/pick`, { picked: false }));
	assert.equal(await marked(), false);
	const { decision } = ok(await put(rike, `/v1/desk/revisions/${item.revision}/pick`, { picked: true }));
	ok(await rike.undo(decision));
	assert.equal(await marked(), false);
});

test('an objection is answered by somebody else; upheld, the comment appears', async () => {
	const { id } = await wilma.submit('Die Prüfer hatten »Idioten« geschrieben, nicht ich.');
	await rike.reject(id, ['profanity']);
	const path = await letterPath(id);
	assert.match((await server.get(path)).text, /<h1>Ihr Kommentar zu/);
	assert.equal((await wilma.postForm({ text: 'Ich habe zitiert.' }, { path })).status, 303);
	assert.match((await wilma.one(id)).html, /ist angekommen/);
	const objection = (await rike.get('/v1/desk/objections')).json.objections.find((o) => o.text === 'Ich habe zitiert.');
	assert.equal(objection.decision.mine, true);
	const answer = (who, body) => who.write(`/v1/desk/objections/${objection.id}/decision`, body);
	assert.equal((await answer(rike, { outcome: 'uphold', reasons: 'x' })).json.error.code, 'objection_same_person');
	assert.equal((await answer(omar, { outcome: 'uphold', reasons: 'Es ist ein Zitat.' })).status, 204);
	assert.ok((await wilma.comments()).comments.some((c) => c.id === id));
	const page = (await server.get(path)).text;
	assert.match(page, /war berechtigt/);
	assert.match(page, /Es ist ein Zitat\./);
	assert.ok(!page.includes('<form'), 'answered once');
});

test('an objection may lead to other reasons, with a new letter', async () => {
	const { id } = await wilma.submit('Kauft doch bei brueckenshop24 ein, ihr Trottel.');
	await rike.reject(id, ['profanity']);
	const first = await letterPath(id);
	await wilma.postForm({ text: 'Das ist kein Schimpfwort.' }, { path: first });
	const objection = (await omar.get('/v1/desk/objections')).json.objections.find((o) => o.text === 'Das ist kein Schimpfwort.');
	assert.equal((await omar.write(`/v1/desk/objections/${objection.id}/decision`, { outcome: 'change', reasons: 'Aber Werbung.', rules: ['ad_link'] })).status, 204);
	const second = await letterPath(id);
	assert.notEqual(second, first);
	assert.match((await server.get(second)).text, /Werbe-Links/);
	assert.match((await server.get(first)).text, /aus anderen Gründen/);
	assert.equal((await wilma.one(id)).state, 'rejected');
});

test('who revises instead of waiting settles the objection by the release', async () => {
	const { id } = await wilma.submit('Ihr Deppen habt die Brücke verbockt.');
	await rike.reject(id, ['profanity']);
	const path = await letterPath(id);
	await wilma.postForm({ text: 'Zu streng.' }, { path });
	await wilma.revise(id, 'Die Brücke wurde schlecht geplant.');
	const objection = (await omar.get('/v1/desk/objections')).json.objections.find((o) => o.text === 'Zu streng.');
	conflict(await omar.write(`/v1/desk/objections/${objection.id}/decision`, { outcome: 'uphold', reasons: 'Ja.' }), 'revision_superseded');
	await rike.release(id);
	assert.match((await server.get(path)).text, /hat sich erledigt/);
});

test('a suspended author is told until when and why, may read, and may write again when it is lifted', async () => {
	const eve = new Reader(server, { name: 'Eve' });
	const { id } = await eve.submit('Ihr seid alle Idioten.');
	const item = await rike.item(id);
	ok(await rike.decide(item, 'reject', { rules: ['aggression'] }));
	ok(await rike.write(`/v1/desk/revisions/${item.revision}/suspension`, { days: 3, rules: ['aggression'], word: 'Bitte eine Pause.' }));
	const answer = await eve.post('Und ihr auch!');
	assert.deepEqual([answer.status, answer.json.error.code], [403, 'author_suspended']);
	assert.match(answer.json.error.message, /20\d\d/);
	assert.match((await eve.one(id)).html, /nehmen wir von Ihnen bei Testbote keine Kommentare an/);
	assert.ok((await rike.revision(item.revision)).author.suspended_until > Date.now());
	const path = await letterPath(id, eve);
	await eve.postForm({ text: 'Es tut mir leid.' }, { path });
	const objection = (await omar.get('/v1/desk/objections')).json.objections.find((o) => o.text === 'Es tut mir leid.');
	assert.equal((await omar.write(`/v1/desk/objections/${objection.id}/decision`, { outcome: 'uphold', reasons: 'Gut.' })).status, 204);
	assert.equal((await eve.post('Danke, ich bleibe sachlich.')).status, 201);
});

test('nobody else finds a letter: its address cannot be guessed, and a voided one is gone', async () => {
	const { id } = await wilma.submit('Du Idiot.');
	const { decision } = await rike.reject(id, ['profanity']);
	const path = await letterPath(id);
	assert.equal((await server.get(path)).headers['referrer-policy'], 'same-origin');
	for (const other of [path.slice(0, -1) + (path.endsWith('A') ? 'B' : 'A'), path.slice(0, 24), '/objection/', `${path}x`])
		assert.equal((await server.get(other)).status, 404, other);
	assert.ok(!(await new Reader(server).thread()).includes('/objection/'));
	ok(await rike.undo(decision));
	assert.equal((await server.get(path)).status, 404);
});

test('comments are paused with a reason that readers see, and open again by themselves', async () => {
	ok(await put(rike, '/v1/desk/articles/library/comments', { open: false, hours: 2, reason: 'The discussion needs a rest <now>.' }));
	const page = () => server.get('/articles/library').then((a) => a.text);
	assert.match(await page(), /Until .* we accept no comments on this article/);
	assert.match(await page(), /needs a rest &lt;now&gt;\./);
	assert.ok(!(await page()).includes('id="form"'));
	assert.equal((await wilma.post('May I?', { article: 'library' })).json.error.code, 'article_closed');
	assert.equal((await server.get('/v1/articles/library')).json.open, false);
	server.sql('UPDATE closure SET until_at = 1;');
	await until(async () => (await page()).includes('id="form"'), { what: 'open by itself' });
	assert.equal((await wilma.post('Thanks.', { article: 'library' })).status, 201);
});

test('what waits too long is escalated and comes first', async () => {
	const late = await wilma.submit('Ein Kommentar, der fast vergessen wurde.');
	server.sql(`UPDATE queue SET submitted_at = 1000, due_at = ${Date.now() * 2} WHERE comment_id IN
		(SELECT comment_id FROM revision WHERE text LIKE 'Ein Kommentar, der fast%');`);
	await until(async () => (await rike.queue('?lane=overdue')).count === 1, { what: 'the next look for what is overdue' });
	const all = await rike.queue();
	assert.equal(all.items[0].comment, late.id, 'although others are due before');
	assert.equal(all.items[0].escalated, true);
});
