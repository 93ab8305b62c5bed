// Finding a text again: by words, author, headline, what became of it, and when.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, startServer } from '../lib/server.mjs';
import { Editor, Reader } from '../lib/people.mjs';

let server, rike;
before(async () => { server = await startServer(); rike = await new Editor(server).login(); });
after(() => server.end());
const submit = (text, name) => new Reader(server, { name }).submit(text).then((r) => r.id);
const find = async (query, who = rike) => {
	const answer = await who.get(`/v1/desk/search?${new URLSearchParams(query)}`);
	assert.equal(answer.status, 200, answer.text);
	return answer.json;
};
const found = async (query) => (await find(query)).hits.map((h) => h.comment);

test('by words, their beginnings, with and without accents; by name and headline', async () => {
	const cafe = await submit('Im Café an der Überführung saß früher der ganze Stadtrat.', 'Änne Müller'), other = await submit('Die Fähre wäre billiger als der Umweg.', 'Bernd');
	assert.deepEqual(await found({ q: 'cafe' }), [cafe]);
	assert.deepEqual(await found({ q: 'ÜBERFÜHR stadtr' }), [cafe]);
	assert.deepEqual(await found({ q: 'Fähre Stadtrat' }), [], 'all of the words');
	assert.deepEqual(await found({ author: 'müll' }), [cafe]);
	assert.deepEqual(await found({ author: 'fähre' }), [], 'that is in the text');
	assert.deepEqual((await found({ article: 'brücke' })).slice(0, 2), [other, cafe], 'the newest first');
	assert.equal((await rike.get(`/v1/desk/search?q=${'x'.repeat(5000)}`)).json.error.code, 'search_invalid');
	for (const hostile of ['ab '.repeat(1500), '"', 'a" OR "b', 'NEAR(', '*', 'name:', '{}', "'; DROP TABLE comment; --"])
		await find({ q: hostile });
	for (const broken of ['q=%ff', 'q=a%00b', 'q=%f', 'q=holunder&from=gestern', 'to=1.5'])
		assert.equal((await rike.get(`/v1/desk/search?${broken}`)).json.error.code, 'request_malformed', broken);
	assert.deepEqual(await found({ q: '!!' }), [], 'signs are no words');
});

test('what came in the moment before is found, and after a kill, too', async () => {
	const one = await submit('Der Holunder am Fähranleger blüht schon.', 'Emma');
	assert.deepEqual(await found({ q: 'holunder' }), [one]);
	const two = await submit('Der Holunder am Friedhof nicht.', 'Franz');
	await server.kill();
	await server.start();
	rike = await new Editor(server).login();
	assert.deepEqual(await found({ q: 'holunder' }), [two, one]);
	assert.deepEqual(await found({ author: 'franz' }), [two]);
});

test('by state, rule and date; page by page', async () => {
	const a = await submit('Das Rätselwort Quitte steht hier.', 'Carla'), b = await submit('Auch hier: Quitte, als zweiter Text.', 'Dora');
	await rike.reject(a, ['off_topic']);
	await rike.release(b);
	assert.deepEqual(await found({ q: 'quitte', state: 'rejected' }), [a]);
	assert.deepEqual(await found({ state: 'released' }), [b]);
	assert.deepEqual(await found({ rule: 'off_topic' }), [a]);
	const [hit] = (await find({ q: 'quitte', state: 'rejected' })).hits;
	assert.deepEqual([hit.decision.action, hit.decision.by, hit.decision.rules], ['reject', 'Rike Ahrens', ['off_topic']]);
	assert.deepEqual(await found({ q: 'quitte', from: hit.submitted_at, to: hit.submitted_at + 1 }), [a]);
	assert.deepEqual(await found({ q: 'quitte', to: hit.submitted_at }), []);
	const first = await find({ limit: 1 }), second = await find({ limit: 1, after: first.next });
	assert.deepEqual([...first.hits, ...second.hits].map((h) => h.comment), [b, a]);
	for (const wrong of ['state=nothing', 'rule=nothing', 'after=x'])
		assert.equal((await rike.get(`/v1/desk/search?${wrong}`)).json.error.code, 'search_invalid');
});

test('nobody finds what they may not read', async () => {
	server.cliWith(PASSWORD + '\n', 'user', 'set', 'sport', '--name', 'Sport', '--password-stdin', '--role', 'editor');
	const sport = await new Editor(server).login('sport'), member = (await rike.get('/v1/desk/staff')).json.members.find((m) => m.login === 'sport');
	assert.equal((await find({ q: 'quitte' }, sport)).hits.length, 2);
	const set = await rike.request('PUT', `/v1/desk/staff/${member.id}`, { headers: { 'X-CSRF-Token': rike.csrf }, body: { role: 'editor', sections: ['Sport'] } });
	assert.equal(set.status, 204);
	assert.deepEqual((await find({ q: 'quitte' }, sport)).hits, []);
	assert.equal((await new Reader(server).get('/v1/desk/search?q=quitte')).status, 401);
});
