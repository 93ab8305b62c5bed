// A newsroom's own settings: saved by version, in force at once for new and for held comments, refused with reasons.
import { test, before, after, beforeEach } from 'node:test';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer, until } from '../lib/server.mjs';
import { Reader, Editor, conflict } from '../lib/people.mjs';

let server, rike, omar, wilma;

before(async () => {
	server = await startServer();
	rike = await new Editor(server).login();
	omar = await new Editor(server).login('omar');
	wilma = new Reader(server);
});
after(() => server?.end());
beforeEach(() => server.revive());

const word = (text, more = {}) => ({ kind: 'word', rule: 'profanity', weight: 0.9, text, reason: '', ...more });
const get = async (query = '') => {
	const answer = await rike.get(`/v1/desk/policy${query}`);
	assert.equal(answer.status, 200, answer.text);
	return answer.json;
};
const put = (body, who = rike) => who.request('PUT', '/v1/desk/policy', { headers: { 'X-CSRF-Token': who.csrf }, body });
async function save(entries, thresholds = {}) {
	const answer = await put({ version: (await get()).version, thresholds, entries });
	assert.equal(answer.status, 200, answer.text);
	return answer.json;
}
async function refused(entries, thresholds = {}) {
	const answer = await put({ version: (await get()).version, thresholds, entries });
	assert.equal(answer.status, 400, answer.text);
	assert.equal(answer.json.error.code, 'policy_invalid');
	return answer.json.error.problems;
}

test('before anybody has set anything there are the engine\'s thresholds', async () => {
	const policy = await get();
	assert.equal(policy.version, 0);
	assert.deepEqual(policy.entries, []);
	assert.deepEqual(policy.thresholds, policy.usual);
	assert.deepEqual(policy.thresholds.profanity, { look: 0.5, reject: 0.85 });
	assert.deepEqual(policy.thresholds.engaging, { look: 0.5 });
	assert.equal(policy.thresholds.off_topic.reject, null);
});

test('what is saved is read back as it was, and who saved it', async () => {
	const entries = [word('Schwurbler*', { reason: 'Bitte sachlich: »{0}«.' }), { kind: 'remark', text: ' our club' },
		{ kind: 'except', rule: '*', text: 'Zonk' },
		{ kind: 'pattern', rule: 'ad_link', weight: 0.95, text: '\\b01\\d{2}-\\d{7}\\b', reason: '' }];
	const thresholds = { profanity: { look: 0.4, reject: null } };
	const saved = await save(entries, thresholds);
	assert.equal(saved.version, 1);
	assert.deepEqual(await get(), saved);
	assert.deepEqual(saved.entries, entries);
	assert.deepEqual(saved.thresholds.profanity, { look: 0.4, reject: null });
	assert.deepEqual(saved.thresholds.aggression, { look: 0.5, reject: 0.85 });
	assert.equal(saved.by, 'Rike Ahrens');
	const again = await save([]);
	assert.equal(again.version, 2);
	assert.deepEqual((await get('?version=1')).entries, entries);
	const { versions } = (await rike.get('/v1/desk/policy/versions')).json;
	assert.deepEqual(versions.map((v) => [v.version, v.by]), [[2, 'Rike Ahrens'], [1, 'Rike Ahrens']]);
	assert.equal((await rike.get('/v1/desk/policy?version=77')).status, 404);
});

test('new comments are checked by it, and the decision keeps by what', async () => {
	await save([word('quaxelmops', { reason: 'Hausverbot für »{0}«.' })]);
	const { id } = await wilma.submit('So ein Quaxelm0ps, was soll denn das werden?');
	const { review } = await rike.item(id);
	assert.equal(review.suggestion, 'reject');
	assert.deepEqual(review.over, ['profanity']);
	assert.deepEqual(review.evidence.map((e) => [e.rule, e.quote, e.reason]),
		[['profanity', 'Quaxelm0ps', 'Hausverbot für »Quaxelm0ps«.']]);
	assert.match(review.engine, / policy-[0-9a-f]{8}$/);
	const hints = await wilma.check('So ein Quaxelmops!');
	assert.equal(hints[0].reason, 'Hausverbot für »Quaxelmops«.');
});

test('held comments are checked anew, and the desks are told', async () => {
	await save([]);
	const { id } = await wilma.submit('Der Zwurbelfink ist wieder da und freut sich.');
	assert.deepEqual((await rike.item(id)).review.evidence, []);
	const stream = await omar.stream('/v1/desk/stream');
	await save([word('zwurbelfink')]);
	await until(() => stream.messages.some((m) => m.event === 'reset'), { what: 'reset' });
	stream.req.destroy(); // perhaps of the settings before
	const quotes = async () => (await rike.item(id)).review.evidence.map((e) => e.quote);
	await until(async () => (await quotes()).length > 0, { what: 'the new check' });
	assert.deepEqual(await quotes(), ['Zwurbelfink']);
	await rike.reject(id);
	await save([]);
	await until(async () => !(await get()).entries.length);
	const [decision] = await rike.decisions(1);
	assert.deepEqual(decision.rules, ['profanity']);
	assert.match(server.cli('audit', 'verify'), /\d/);
});

test('a command changes a running server, too', async () => {
	const file = join(server.dir, 'own.tsv');
	writeFileSync(file, '# by hand\nword\tprofanity\t0,9\tbrimborix\nthreshold\taggression\tlook\t0.3\n');
	assert.match(server.cli('policy', 'set', file), /version \d+ is in force/);
	await until(async () => (await wilma.check('So ein Brimborix!')).length > 0, { what: 'the new word' });
	const policy = await get();
	assert.deepEqual(policy.entries[0], { kind: 'remark', text: ' by hand' });
	assert.equal(policy.entries[1].weight, 0.9);
	assert.equal(policy.thresholds.aggression.look, 0.3);
	assert.equal(server.cli('policy', 'show'), '# by hand\nword\tprofanity\t0,9\tbrimborix\nthreshold\taggression\tlook\t0.3\n');
	assert.match(server.cli('policy', 'log'), /^\d+\t\d{4}-.*\(command\)$/m);
	writeFileSync(file, 'word\tprofanity\t0.9\tgut\npattern\tad_link\t0.5\t(a+)+b\nnonsense\n');
	const wrong = server.cliRaw(['policy', 'set', file]);
	assert.equal(wrong.status, 2);
	assert.match(wrong.stderr, /own\.tsv:2: .*steps/);
	assert.match(wrong.stderr, /own\.tsv:3: /);
	assert.equal((await get()).version, policy.version);
});

test('every mistake is named, in the editor\'s language', async () => {
	const problems = await refused([word('gut'), word('so/nicht'), { kind: 'pattern', rule: 'ad_link', weight: 0.5, text: '(abc', reason: '' },
		word('schwer', { weight: 7 }), { kind: 'except', rule: 'nothing', text: 'x' }], { profanity: { look: 4, reject: 0.8 } });
	assert.deepEqual(problems.map((p) => [p.entry, p.threshold, p.code]), [[null, 'profanity', 'policy_value_invalid'],
		[1, null, 'policy_word_invalid'], [2, null, 'policy_pattern_unclosed'], [3, null, 'policy_value_invalid'],
		[4, null, 'policy_rule_unknown']]);
	assert.match(problems[2].message, /runde Klammer/);
	assert.equal(problems[2].column, 5);
	const english = await rike.request('PUT', '/v1/desk/policy', { headers: { 'X-CSRF-Token': rike.csrf, 'Accept-Language': 'en' },
		body: { version: (await get()).version, entries: [{ kind: 'pattern', rule: 'ad_link', weight: 0.5, text: '(.*)*x' }] } });
	assert.match(english.json.error.problems[0].message, /steps/);
});

test('what is no such document is refused as a whole', async () => {
	const { version } = await get();
	for (const [body, status] of [[{ version }, 200], [{ version: 'x', entries: [] }, 400], [{ entries: [] }, 400],
		[{ version, entries: {} }, 400], [{ version, entries: [7] }, 400], [{ version, thresholds: [] }, 400],
		[{ version, entries: [word('a\tb')] }, 400], [{ version, entries: [word('a\nword\tprofanity\t1\tb')] }, 400],
		[{ version, entries: [{ kind: 'threshold', text: 'x' }] }, 400], [{ version, entries: [{ kind: 'remark', text: 'x\ny' }] }, 400],
		[{ version, entries: [word('x'.repeat(300000))] }, 413]])
		assert.equal((await put(body)).status, status, JSON.stringify(body).slice(0, 80));
});

test('two editors do not overwrite each other', async () => {
	const { version } = await get();
	assert.equal((await put({ version, entries: [word('erster')] }, omar)).status, 200);
	const c = conflict(await put({ version, entries: [word('zweiter')] }), 'policy_changed');
	assert.equal(c.by, 'Omar Said');
	assert.equal(c.version, version + 1);
	assert.equal((await get()).entries[0].text, 'erster');
});

test('a draft is tried out beside what the engine alone says, and nothing is kept', async () => {
	await save([]);
	const attempt = (body) => rike.write('/v1/desk/policy/try', body);
	const { json } = await attempt({ entries: [word('mumpitzel')], text: 'Ja 😀, ein Mumpitzel!', article: 'bruecke' });
	assert.deepEqual(json.review.evidence.map((e) => [e.begin, e.end, e.quote]), [[11, 20, 'Mumpitzel']]);
	assert.equal(json.review.suggestion, 'reject');
	assert.deepEqual(json.engine.evidence, []);
	assert.equal(typeof json.engine.scores.off_topic, 'number');
	assert.deepEqual((await get()).entries, []);
	const wrong = await attempt({ entries: [word('?')], text: 'x' });
	assert.equal(wrong.status, 200);
	assert.equal(wrong.json.problems[0].entry, 0);
	assert.equal(wrong.json.review, null);
	assert.deepEqual((await attempt({ entries: [] })).json, { problems: [], review: null, engine: null });
	assert.equal((await attempt({ entries: [], text: 'x', article: 'none' })).status, 404);
	assert.equal((await attempt({ entries: [], text: 'x'.repeat(30000) })).status, 413);
});

test('only editors, and not by a foreign page\'s form', async () => {
	assert.equal((await wilma.get('/v1/desk/policy')).status, 401);
	assert.equal((await wilma.request('PUT', '/v1/desk/policy', { body: { version: 0, entries: [] } })).status, 401);
	assert.equal((await rike.request('PUT', '/v1/desk/policy', { body: { version: 0, entries: [] } })).status, 403);
	assert.equal((await rike.request('POST', '/v1/desk/policy/try', { body: { entries: [], text: 'x' } })).status, 403);
});

test('programs made for Perspective are answered by it', async () => {
	await save([word('brabbelhans')]);
	const key = server.cli('key', 'new', 'persp').trim();
	const answer = await server.request('POST', `/v1alpha1/comments:analyze?key=${key}`, {
		body: { comment: { text: 'So ein Brabbelhans!' }, languages: ['de'], requestedAttributes: { PROFANITY: {} } } });
	assert.equal(answer.status, 200, answer.text);
	assert.ok(answer.json.attributeScores.PROFANITY.summaryScore.value >= 0.9);
});
