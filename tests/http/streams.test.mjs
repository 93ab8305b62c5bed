// A desk's open stream ends with what lets somebody listen: session, account, role, sections; within a second.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, PASSWORD } from '../lib/server.mjs';
import { Editor, Reader } from '../lib/people.mjs';

const SOON_MS = 15000; // far under the stream's own hours; how soon it is in fact is measured, not asserted
let server, rike, lena, id;
const call = (who, method, path, body) => who.request(method, path, { headers: { 'X-CSRF-Token': who.csrf }, body });

before(async () => {
	server = await startServer();
	server.cliWith(PASSWORD + '\n', 'user', 'set', 'lena', '--name', 'Lena', '--role', 'editor', '--password-stdin');
	rike = await new Editor(server).login();
	lena = await new Editor(server).login('lena');
	id = (await rike.get('/v1/desk/staff')).json.members.find((m) => m.login === 'lena').id;
});
after(() => server?.end());

/* Lena's stream and somebody else's, who is not concerned; both are seen to work before. */
async function listening(who = lena) {
	const [hers, other] = [await who.stream('/v1/desk/stream'), await rike.stream('/v1/desk/stream')];
	assert.equal(hers.status, 200);
	await new Reader(server).submit(`Wann fährt Linie ${Math.random()}?`);
	await Promise.all([hers, other].map((s) => s.next((m) => m.event === 'queue')));
	return { hers, other };
}

async function ends(what, { who, othersToo = false } = {}) {
	const { hers, other } = await listening(who), from = Date.now();
	await what();
	await Promise.race([hers.over, new Promise((_, no) => setTimeout(() => no(new Error('goes on')), 20000))]);
	assert.ok(Date.now() - from < SOON_MS, `after ${Date.now() - from} ms`);
	assert.equal(hers.messages.at(-1).event, 'account', 'told why');
	const before = hers.messages.length;
	if (!othersToo) {
		const { length } = other.messages;
		await new Reader(server).submit(`Wer zahlt das, ${Math.random()}?`);
		await other.next((m) => m.event === 'queue' && other.messages.indexOf(m) >= length);
	}
	assert.equal(hers.messages.length, before);
	other.close();
}

const change = (more) => async () => assert.equal((await call(rike, 'PUT', `/v1/desk/staff/${id}`, { role: 'editor', sections: [], ...more })).status, 204);
const again = async () => (lena = await new Editor(server).login('lena'));

test('another role, other sections', async () => {
	await ends(change({ role: 'trainee' }));
	assert.equal((await lena.get('/v1/desk/session')).json.user.role, 'trainee');
	await ends(change({ sections: ['Kultur'] }));
	assert.deepEqual((await lena.get('/v1/desk/session')).json.sections, ['Kultur'], 'the session goes on, with what it may now');
	await change({})();
});

test('logged out, here or from elsewhere', async () => {
	await ends(async () => assert.equal((await call(lena, 'DELETE', '/v1/desk/session')).status, 204));
	assert.equal((await lena.stream('/v1/desk/stream')).status, 401);
	const there = await new Editor(server).login('lena'), here = await again();
	const { sessions } = (await here.get('/v1/desk/sessions')).json;
	await ends(async () => assert.equal((await call(here, 'DELETE', `/v1/desk/sessions/${sessions.find((s) => !s.this).id}`)).status, 204), { who: there });
	assert.equal((await here.get('/v1/desk/session')).status, 200);
});

test('a new password, at the desk or by a command of another process', async () => {
	const other = await new Editor(server).login('lena');
	await ends(async () => assert.equal((await call(lena, 'PUT', '/v1/desk/password', { before: PASSWORD, after: PASSWORD + '!' })).status, 204), { who: other });
	await ends(async () => server.cliWith(PASSWORD + '\n', 'user', 'set', 'lena', '--name', 'Lena', '--password-stdin'));
	await again();
});

test('the account is closed', async () => {
	await ends(change({ open: false }));
	assert.equal((await lena.get('/v1/desk/session')).status, 401);
	await change({ open: true })();
	await again();
});

test('the site demands more of everybody', async () => {
	await ends(async () => assert.equal((await call(rike, 'PUT', '/v1/desk/access', { version: 0, second_factor: true, passwords: true })).status, 200), { othersToo: true });
	assert.equal((await lena.stream('/v1/desk/stream')).status, 403);
});

test('the session is over', async () => {
	assert.equal((await call(rike, 'PUT', '/v1/desk/access', { version: 1, second_factor: false, passwords: true })).status, 403, 'rike has no factor either');
	const until = Date.now() + 1500;
	server.sql(`DELETE FROM setting WHERE name = 'access'; UPDATE session SET expires_at = ${until} WHERE editor_id <> (SELECT id FROM editor WHERE login = 'rike');`);
	const stream = await lena.stream('/v1/desk/stream');
	assert.equal(stream.status, 200);
	await stream.over;
	assert.ok(Date.now() >= until && Date.now() < until + SOON_MS + 500, `${Date.now() - until} ms after its end`);
	assert.equal((await lena.get('/v1/desk/session')).status, 401);
});
