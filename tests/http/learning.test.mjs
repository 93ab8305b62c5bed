// A newsroom's own model over HTTP: made in the background, in force if it is better, taken back and brought back; and
// what thresholds would have meant.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, until } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { archive, decided } from '../lib/archive.mjs';

const INSULT = 'Der Umweg kostet mich jeden Tag eine Menge Geduld, danke an alle Hafenwichte.';
let server, rike, wilma;

before(async () => {
	server = await startServer();
	rike = await new Editor(server).login();
	wilma = new Reader(server);
});
after(() => server?.end());

const get = async (path = '') => {
	const answer = await rike.get(`/v1/desk/learning${path}`);
	assert.equal(answer.status, 200, answer.text);
	return answer.json;
};
const write = (method, path, body) => rike.request(method, `/v1/desk/learning${path}`, { headers: { 'X-CSRF-Token': rike.csrf }, body });
async function learn() {
	const answer = await write('POST', '/run');
	assert.equal(answer.status, 202, answer.text);
	return until(async () => {
		const state = await get();
		return state.run === null && state;
	}, { within: 60000, what: 'learning' });
}
const review = async (text) => {
	const answer = await rike.request('POST', '/v1/desk/policy/try', { headers: { 'X-CSRF-Token': rike.csrf }, body: { thresholds: {}, entries: [], text, article: 'bruecke' } });
	return answer.json.review;
};

test('before there is anything to learn from, the desk says what is missing', async () => {
	const stock = await get('/decisions');
	assert.deepEqual([stock.decisions, stock.rejections, stock.oldest], [0, 0, null]);
	assert.deepEqual(stock.least, { decisions: 300, rejections: 60, rule: 40 });
	const state = await learn();
	assert.equal(state.failed.code, 'learning_too_few');
	assert.deepEqual([state.in_force, state.models, state.choices], [0, [], []]);
});

test('a model that is better comes in force at once, for new comments and for those that wait', async () => {
	await decided(archive(340), wilma, rike);
	const { id } = await wilma.submit(INSULT);
	const before = await review(INSULT), waiting = await rike.item(id);
	assert.equal(before.rejection, null);
	const stock = await get('/decisions');
	assert.deepEqual([stock.decisions, stock.rejections, stock.rules.aggression, stock.cut], [340, 85, 85, false]);

	const state = await learn();
	assert.equal(state.failed, null);
	assert.equal(state.in_force, 1);
	const [model] = state.models, { report } = model;
	assert.deepEqual([model.version, model.better, model.kept, model.reason, model.by], [1, true, true, 'asked', 'Rike Ahrens']);
	assert.deepEqual([report.learned_from, report.measured_on, report.against_own], [272, 68, false]);
	assert.ok(report.gain[0] > 0 && report.auc[1] > 0.95 && report.auc[1] > report.auc[0], JSON.stringify(report.auc));
	assert.deepEqual(report.heads.filter((h) => h.measured).map((h) => h.head), ['rejection', 'aggression']);

	const after = await review(INSULT);
	assert.match(after.engine, / house-[0-9a-f]{8}\.1/);
	assert.ok(after.scores.aggression > before.scores.aggression + 0.2 && after.rejection > 0.5, JSON.stringify(after.scores));
	assert.equal(after.scores.profanity, before.scores.profanity, 'what was not learned stays');
	assert.ok(after.evidence.some((e) => e.rule === 'aggression'), 'a passage shows it');
	const anew = await until(async () => {
		const item = await rike.revision(waiting.revision);
		return item.review.engine === after.engine.replace(/ policy-\w+$/, '') && item;
	}, { what: 'the check anew' });
	assert.ok(anew.review.scores.aggression > waiting.review.scores.aggression);
});

test('before another model closes a lane, the desk says so; and it does', async () => {
	const sql = (text) => server.sql(text);
	assert.equal((await get()).lane_open, false);
	const engine = (await review(INSULT)).engine.replace(/ policy-\w+$/, '');
	sql(`INSERT INTO automatic_policy SELECT site_id, '', 1, 20, 950, 100, 50, 3, 60000, '${engine}', 500, 0, editor_id, 'Rike Ahrens', 1 FROM membership WHERE role = 'administrator' LIMIT 1`);
	assert.equal((await get()).lane_open, true);
	await write('PUT', '/model', { version: 0 });
	await until(async () => !(await get()).lane_open, { what: 'the lane closing itself' });
	await write('PUT', '/model', { version: 1 });
});

test('it is taken back with one request, and brought back, and survives a restart', async () => {
	const back = (await write('PUT', '/model', { version: 0 })).json;
	assert.deepEqual([back.in_force, back.choices[0].reason, back.choices[0].by], [0, 'chosen', 'Rike Ahrens']);
	assert.doesNotMatch((await review(INSULT)).engine, /house/);
	assert.equal((await write('PUT', '/model', { version: 1 })).json.in_force, 1);
	assert.equal((await write('PUT', '/model', { version: 8 })).json.error.code, 'model_gone');
	assert.equal((await write('PUT', '/model', { version: -1 })).status, 400);
	assert.equal((await write('PUT', '/schedule', { schedule: 'nightly' })).json.schedule, 'nightly');
	assert.equal((await write('PUT', '/schedule', { schedule: 'hourly' })).status, 400);
	await server.restart();
	assert.deepEqual([(await get()).in_force, (await get()).schedule], [1, 'nightly']);
	assert.match((await review(INSULT)).engine, / house-/);
});

test('thresholds are counted on what was decided, and the comments are shown', async () => {
	const all = (await rike.get('/v1/desk/policy/outcomes')).json;
	assert.deepEqual([all.decisions, all.cut, all.other_engine], [340, false, 340], 'the built-in check scored them');
	const { at, released, rejected, other } = all.rules.aggression, sum = (list) => list.reduce((a, b) => a + b, 0);
	assert.deepEqual([sum(released), sum(rejected), sum(other)], [255, 85, 0]);
	assert.deepEqual([...at].sort((a, b) => a - b), at);
	const list = async (which, score) => (await rike.get(`/v1/desk/policy/outcomes/comments?rule=aggression&which=${which}&score=${score}`)).json.comments;
	const middle = at[Math.floor(at.length / 2)];
	const expected = sum(released.filter((_, i) => at[i] >= middle)), above = await list('released', middle);
	assert.equal(above.length, Math.min(100, expected));
	assert.ok(above.every((c) => c.score >= middle && c.text && c.article));
	assert.equal((await list('rejected', 0)).length, 0);
	assert.equal((await list('rejected', 1001)).length, 85);
	assert.equal((await rike.get('/v1/desk/policy/outcomes/comments?rule=engaging&which=released&score=1')).json.error.code, 'query_invalid');
});
