// The lane that releases by itself, over HTTP: opened, at work, seen, taken off, closed.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { PASSWORD, startServer, until } from '../lib/server.mjs';
import { Editor } from '../lib/people.mjs';
import { decideMany, makeDue, signed, sql, untilTaken } from '../lib/automatic.mjs';

let server, rike, lead, wilma, taken;
before(async () => {
	server = await startServer();
	server.cliWith(PASSWORD + '\n', 'user', 'set', 'lena', '--name', 'Lena Lead', '--role', 'lead', '--password-stdin');
	rike = await new Editor(server).login();
	lead = await new Editor(server).login('lena');
	wilma = await decideMany(server, rike, 122);
});
after(() => server?.end());

const view = async (who = rike) => (await who.get('/v1/desk/automatic')).json;
const code = (answer) => [answer.status, answer.json.error?.code];

test('before anybody signs, nothing goes by itself; and only an administrator signs, with the password', async () => {
	const { sections: [section], history } = await view(lead);
	assert.equal(section.open, null);
	assert.deepEqual(history, []);
	assert.equal(section.choices.find((c) => c.limit === 0.05).answer, 'found');
	assert.equal(section.choices.find((c) => c.limit === 0.01).answer, 'few');
	assert.deepEqual(code(await signed(server, lead, PASSWORD)), [403, 'role_insufficient']);
	assert.deepEqual(code(await signed(server, rike, 'geraten')), [403, 'password_wrong']);
	assert.deepEqual(code(await signed(server, rike, PASSWORD, { draw: 0.01 })), [400, 'automatic_invalid']);
	assert.deepEqual(code(await signed(server, rike, PASSWORD, { limit: 0.04 })), [400, 'automatic_invalid']);
	assert.deepEqual(code(await signed(server, rike, PASSWORD, { limit: 0.01 })), [409, 'automatic_few']);
	assert.deepEqual(code(await signed(server, rike, PASSWORD, { threshold: 0.5 })), [409, 'automatic_changed']);
	const stream = await rike.stream('/v1/desk/stream');
	const answer = await signed(server, rike, PASSWORD);
	assert.equal(answer.status, 200, answer.text);
	assert.equal(answer.json.sections[0].open.by, 'Rike Ahrens');
	assert.equal(JSON.parse((await stream.next((m) => m.event === 'automatic')).data).state, 'opened');
	stream.close();
	await until(async () => (await wilma.page()).includes('unterzeichnet hat und an Stichproben'), { what: 'the notice tells of it' });
});

test('a comment goes by itself, in the name of who signed; the chain is whole', async () => {
	taken = await untilTaken(server, wilma);
	assert.equal((await wilma.one(taken)).state, 'held');
	const waits = JSON.stringify(await rike.item(taken));
	for (const word of ['automatic', 'drawn', 'blind', 'policy'])
		assert.ok(!waits.includes(word), `the queue says "${word}"`);
	makeDue(server);
	await until(async () => (await wilma.one(taken)).state === 'released');
	const { decisions: [d] } = (await rike.get('/v1/desk/decisions?by=automatic')).json;
	assert.deepEqual([d.by, d.public], ['Rike Ahrens', true]);
	assert.deepEqual([d.automatic.version, d.automatic.limit, d.automatic.confidence], [1, 0.05, 0.95]);
	assert.ok(d.automatic.score <= d.automatic.threshold);
	assert.ok((await rike.get('/v1/desk/decisions?by=people')).json.decisions.every((x) => x.automatic === null));
	assert.equal(server.audit().status, 0);
	const { measured } = (await view()).sections[0].open;
	assert.equal(measured.released, 1);
});

test('what went by itself is taken off like anything else, and the letter says how it had appeared', async () => {
	const { decisions: [d] } = (await rike.get('/v1/desk/decisions?by=automatic')).json;
	const answer = await lead.write(`/v1/desk/revisions/${d.revision}/removal`, { rules: ['off_topic'], word: '' });
	assert.equal(answer.status, 200, answer.text);
	assert.equal((await rike.get('/v1/desk/decisions?by=automatic')).json.decisions[0].public, false);
	const [, letter] = /href="(\/objection\/[^"]+)"/.exec((await wilma.one(taken)).html);
	assert.match((await wilma.get(letter)).text, /ohne Einzelprüfung erschienen/);
	assert.equal(server.audit().status, 0);
});

test('a lead closes it, and then everything waits for people', async () => {
	const { section, version } = (await view()).sections[0].open;
	const close = (who) => who.write('/v1/desk/automatic/closings', { section, version, word: 'Wahlsonntag' });
	const answer = await close(lead);
	assert.equal(answer.status, 200, answer.text);
	assert.equal(answer.json.sections[0].open, null);
	assert.deepEqual([answer.json.history[0].closed.why, answer.json.history[0].closed.by, answer.json.history[0].closed.word], ['person', 'Lena Lead', 'Wahlsonntag']);
	assert.deepEqual(code(await close(rike)), [409, 'automatic_closed']);
	const { id } = await wilma.submit('Der Radweg am Deich ist bei Regen sehr glatt.');
	await rike.item(id);
	await until(async () => !(await wilma.page()).includes('unterzeichnet hat und an Stichproben'), { what: 'the notice as it was' });
	assert.equal(sql(server, 'SELECT count(*) FROM automatic_case WHERE due_at IS NOT NULL'), '0');
	const { entries } = (await rike.get('/v1/desk/staff/log')).json;
	assert.deepEqual(entries.filter((e) => e.kind.startsWith('automatic')).map((e) => e.kind), ['automatic_closed', 'automatic_opened']);
});
