// Looking back on a comment: all that happened to it, in one answer; and the conversation around it as readers see it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer } from '../lib/server.mjs';
import { Editor, Reader } from '../lib/people.mjs';

let server, rike, omar;
before(async () => {
	server = await startServer();
	rike = await new Editor(server).login();
	omar = await new Editor(server).login('omar');
});
after(() => server.end());
const story = async (id) => (await rike.get(`/v1/desk/comments/${id}/story`)).json;
const around = async (id) => (await rike.get(`/v1/desk/comments/${id}/around`)).json;

test('from the first text to the answer to an objection', async () => {
	const wilma = new Reader(server, { email: 'wilma@example.org' });
	const { id } = await wilma.submit('Du Idiot, die Brücke war nie marode.');
	await rike.giveBack(id, 'Bitte ohne das erste Wort.');
	await wilma.revise(id, 'Du Vollidiot, die Brücke war nie marode.');
	const { decision: first } = await rike.reject(id, ['profanity'], 'So nicht.');
	assert.equal((await rike.undo(first)).status, 200);
	const refer = await rike.write(`/v1/desk/revisions/${(await rike.item(id)).revision}/decision`, { action: 'refer', to: 'second', version: (await rike.item(id)).version, word: 'Zu hart?' });
	assert.equal(refer.status, 200, refer.text);
	await omar.reject(id, ['profanity', 'aggression']);
	const [, letter] = /href="(\/objection\/[^"]+)"/.exec((await wilma.one(id)).html);
	await wilma.postForm({ text: 'Das war nicht böse gemeint.' }, { path: letter });
	const { objections } = (await rike.get('/v1/desk/objections')).json;
	assert.equal((await rike.write(`/v1/desk/objections/${objections[0].id}/decision`, { outcome: 'reject', reasons: 'Es bleibt ein Schimpfwort.' })).status, 403, 'she had a hand in it');
	server.cliWith('eine lange Losung\n', 'user', 'set', 'zoe', '--name', 'Zoe', '--role', 'lead', '--password-stdin');
	const zoe = await new Editor(server).login('zoe');
	assert.equal((await zoe.write(`/v1/desk/objections/${objections[0].id}/decision`, { outcome: 'reject', reasons: 'Es bleibt ein Schimpfwort.' })).status, 204);
	const s = await story(id);
	assert.deepEqual(s.revisions.map((r) => [r.ordinal, r.state]), [[1, 'returned'], [2, 'rejected']]);
	assert.deepEqual(s.decisions.map((d) => [d.action, d.by, d.undone]), [['return', 'Rike Ahrens', false], ['reject', 'Rike Ahrens', true],
		['undo', 'Rike Ahrens', false], ['refer', 'Rike Ahrens', false], ['reject', 'Omar Said', false], ['uphold', 'Zoe', false]]);
	assert.equal(s.decisions[2].undoes, first);
	assert.deepEqual([s.decisions[3].to, s.decisions[3].word], ['second', 'Zu hart?']);
	assert.deepEqual(s.decisions[4].rules, ['profanity', 'aggression']);
	assert.deepEqual(s.letters.map((l) => [l.decision, l.voided_at !== null]), [[first, true], [s.decisions[4].id, false]]);
	assert.match(s.letters[1].body, /Vollidiot/);
	assert.deepEqual(s.objections.map((o) => [o.state, o.text, o.reasons, o.by]), [['rejected', 'Das war nicht böse gemeint.', 'Es bleibt ein Schimpfwort.', 'Zoe']]);
	for (const r of s.revisions)
		assert.ok(s.reviews.some((v) => v.revision === r.id && v.review.evidence.some((e) => r.text.slice(e.begin, e.end) === e.quote && /idiot/i.test(e.quote))), 'what the engine said of it');
	assert.equal(s.public, null);
	const times = [...s.revisions, ...s.decisions].map((x) => x.at);
	assert.ok(times.every((t) => t > Date.now() - 60000 && t <= Date.now() + 1000));
});

test('released, edited, taken back by its author: when, too', async () => {
	const wilma = new Reader(server, { name: 'Berta' }), { id } = await wilma.submit('Die Brücke ist schön.');
	await rike.release(id);
	const { public: first } = await story(id);
	await wilma.revise(id, 'Die Brücke ist sehr schön.');
	await omar.release(id);
	const { public: second, revisions } = await story(id);
	assert.equal(second.published_at, first.published_at);
	assert.ok(second.edited_at >= first.published_at);
	assert.equal(second.revision, revisions[1].id);
	await wilma.withdraw(id);
	const s = await story(id);
	assert.equal(s.public, null);
	assert.equal(s.revisions[1].state, 'withdrawn');
	assert.ok(s.revisions[1].withdrawn_at >= second.edited_at && s.revisions[1].withdrawn_at <= Date.now() + 1000);
});

test('the conversation around a comment is what readers see, and no more', async () => {
	const say = async (name, text, parent) => (await new Reader(server, { name }).submit(text, { parent })).id;
	const top = await say('Carl', 'Wer bezahlt die *Sanierung*?');
	await rike.release(top);
	const answer = await say('Dora', 'Das Land zu zwei Dritteln.', top), hidden = await say('Emil', 'Unsichtbar und geheim.', top);
	await rike.release(answer);
	const held = await say('Frida', 'Und wer bezahlt den Rest?', answer);
	const before_ = await around(held);
	assert.deepEqual(before_.comments.map((c) => [c.id, c.kind, c.depth]), [[top, 'above', 0], [answer, 'above', 1]]);
	assert.deepEqual([before_.place, before_.depth, before_.cut], [2, 2, false]);
	assert.match(before_.comments[0].html, /<em>Sanierung<\/em>/);
	assert.deepEqual((await around(hidden)).comments.map((c) => [c.id, c.kind]), [[top, 'above'], [answer, 'beside']]);
	await rike.release(held);
	assert.deepEqual((await around(answer)).comments.map((c) => [c.id, c.kind]), [[top, 'above'], [answer, 'this'], [held, 'below']]);
	assert.doesNotMatch(JSON.stringify(await around(answer)), /Unsichtbar/);
	/* an answer to what is itself held: nothing above is to be read */
	const emil = new Reader(server, { name: 'Emil' }), mine = await emil.submit('Erst dies.'), own = await emil.submit('Dann das.', { parent: mine.id });
	assert.deepEqual((await around(own.id)).comments, []);
	assert.deepEqual((await rike.item(own.id)).parent.state, 'held');
	await rike.reject(mine.id, ['off_topic']);
	assert.deepEqual((await rike.item(own.id)).parent.state, 'rejected');
	/* at the top: the last ones before it */
	const tops = (await around(await say('Gerd', 'Etwas ganz anderes.'))).comments;
	assert.deepEqual(tops.map((c) => c.kind), ['beside']);
	assert.equal(tops[0].id, top);
	/* withdrawn from the page, its place held by its answer */
	const { revision } = (await rike.decisions()).find((d) => d.comment === top);
	assert.equal((await rike.write(`/v1/desk/revisions/${revision}/removal`, { rules: ['off_topic'] })).status, 200);
	const gone = (await around(answer)).comments[0];
	assert.deepEqual([gone.id, gone.removed, gone.html, gone.name], [top, true, '', '']);
	assert.ok((await story(top)).public.removed_at);
});

test('who writes like somebody suspended is marked, by address before name; nothing is refused', async () => {
	const write = (who, revision, body) => who.write(`/v1/desk/revisions/${revision}/suspension`, body);
	const carla = new Reader(server, { name: 'Carla Voss', email: 'carla@example.org' }), { id } = await carla.submit('Ihr Trottel!');
	const item = await rike.item(id);
	assert.equal(item.author.like_suspended, null);
	assert.equal((await write(rike, item.revision, { days: 7, rules: ['profanity'] })).status, 200);
	const like = async (name, email) => (await rike.item((await new Reader(server, { name, email }).submit(`Wieder da, ${name} ${email}.`)).id)).author.like_suspended;
	assert.deepEqual(await like('Jemand anders', 'Carla@Example.org'), { by: 'email', name: 'Carla Voss', comment: id, until: (await rike.item(id)).author.suspended_until });
	assert.equal((await like('carla voss', '')).by, 'name');
	assert.equal(await like('Carlo Voss', 'carlo@example.org'), null);
	assert.equal((await rike.item(id)).author.like_suspended, null, 'that one is suspended itself');
});

test('undoing a suspension brings back the one that it replaced', async () => {
	const suspend = (who, revision, days) => who.write(`/v1/desk/revisions/${revision}/suspension`, { days, rules: ['profanity'] });
	const kurt = new Reader(server, { name: 'Kurt' }), { id } = await kurt.submit('Ihr Deppen!'), { revision } = await rike.item(id);
	assert.equal((await suspend(omar, revision, 30)).status, 200);
	const first = (await rike.item(id)).author.suspended_until;
	const { decision } = (await suspend(rike, revision, 1)).json;
	assert.ok((await rike.item(id)).author.suspended_until < first);
	assert.equal((await rike.undo(decision)).status, 200);
	assert.equal((await rike.item(id)).author.suspended_until, first);
	assert.equal((await kurt.post('Noch eins.')).json.error.code, 'author_suspended');
	const lifted = await suspend(rike, revision, 0);
	assert.equal(lifted.status, 200);
	assert.equal((await rike.item(id)).author.suspended_until, null);
	assert.equal(server.audit().status, 0);
});

test('a lane of what was objected to', async () => {
	const wilma = new Reader(server, { name: 'Lara' }), { id } = await wilma.submit('Du Idiot verstehst nichts von Brücken.');
	await rike.reject(id, ['profanity']);
	const [, letter] = /href="(\/objection\/[^"]+)"/.exec((await wilma.one(id)).html);
	await wilma.postForm({ text: 'Ich habe es geändert.' }, { path: letter });
	await wilma.revise(id, 'Das Gutachten sagt etwas anderes über die Brücke.');
	const saved = await rike.request('PUT', '/v1/desk/lanes', { headers: { 'X-CSRF-Token': rike.csrf }, body: { lanes: [{ name: 'Widersprochen', filter: { appealed: true } }, { name: 'Brücke', filter: { article: 'bruecke' } }, { name: 'Bücherei', filter: { article: 'library' } }] } });
	const [appealed, here, there] = saved.json.lanes.filter((l) => l.name);
	assert.deepEqual((await rike.queue(`?lane=${appealed.id}`)).items.map((i) => i.comment), [id]);
	assert.ok(here.count > 1 && there.count === 0);
});
