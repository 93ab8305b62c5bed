// One-time codes at the log-in: set up with the password, each code once, recovery codes once, taken off again.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, PASSWORD } from '../lib/server.mjs';
import { Editor } from '../lib/people.mjs';
import { totp } from '../lib/totp.mjs';

let server, rike;
before(async () => {
	server = await startServer();
	rike = await new Editor(server).login();
});
after(() => server?.end());

const call = (who, method, path, body) => who.request(method, path, { headers: { 'X-CSRF-Token': who.csrf }, body });
const login = (more) => new Editor(server).request('POST', '/v1/desk/session', { body: { user: 'rike', password: PASSWORD, ...more } });
const refused = (answer, status, code) => assert.deepEqual([answer.status, answer.json?.error?.code], [status, code], answer.text);

let secret, recovery, used;

test('set up with the password and a first code', async () => {
	refused(await call(rike, 'POST', '/v1/desk/factors/totp', { password: 'falsch' }), 403, 'password_wrong');
	refused(await call(rike, 'PUT', '/v1/desk/factors/totp', { code: '123456' }), 404, 'not_found');
	const begun = await call(rike, 'POST', '/v1/desk/factors/totp', { password: PASSWORD });
	secret = begun.json.secret;
	assert.match(begun.json.uri, /^otpauth:\/\/totp\/Freigabe%20Testbote:rike\?/);
	assert.equal((await login()).status, 200, 'not in force before a code has come');
	const wrong = await call(rike, 'PUT', '/v1/desk/factors/totp', { code: totp(secret, 1000000000000) });
	assert.ok(wrong.status >= 400 && wrong.status < 500 && /^totp_/.test(wrong.json.error.code), wrong.text);
	used = totp(secret, Date.now() - 30000);
	recovery = (await call(rike, 'PUT', '/v1/desk/factors/totp', { code: used })).json.recovery;
	assert.equal(new Set(recovery).size, 10);
	refused(await call(rike, 'POST', '/v1/desk/factors/totp', { password: PASSWORD }), 409, 'totp_there');
});

test('the log-in asks for a code; each works once', async () => {
	refused(await login(), 401, 'second_factor');
	refused(await login({ code: '000000' }), 401, 'second_factor_wrong');
	refused(await login({ code: used }), 401, 'second_factor_wrong');
	const code = totp(secret), both = await Promise.all([login({ code }), login({ code })]);
	assert.deepEqual(both.map((a) => a.status).sort(), [200, 401], 'even when two come at once');
	refused(await login({ code, password: 'falsch' }), 401, 'login_failed');
	const log = (await rike.get('/v1/desk/staff/log')).json.entries.map((e) => e.kind);
	assert.ok(log.includes('factor_added') && log.includes('login_failed'));
});

test('a recovery code works once, however it is typed', async () => {
	assert.equal((await login({ code: ` ${recovery[0].toUpperCase().replaceAll('-', ' ')} ` })).status, 200);
	refused(await login({ code: recovery[0] }), 401, 'second_factor_wrong');
	refused(await login({ code: 'xxxx-xxxx-xxxx' }), 401, 'second_factor_wrong');
	assert.deepEqual((await rike.get('/v1/desk/factors')).json, { totp: true, recovery_left: 9, passkeys: [], passkeys_work: false, password: true, demanded: false, house: [] });
});

test('no code is stored as it is', async () => {
	assert.equal(server.sql('SELECT count(*) FROM recovery_code'), '9');
	for (const code of recovery)
		for (const [where, bytes] of server.kept())
			assert.ok(!bytes.includes(code) && !bytes.includes(code.replaceAll('-', '')), where);
});

test('an invitation to another site is no way around the code', async () => {
	server.cli('site', 'set', 'other', '--title', 'Anderswo', '--address', 'http://127.0.0.2:8080');
	server.cliWith(PASSWORD + '\n', 'user', 'set', 'boss', '--site', 'other', '--password-stdin');
	const boss = await new Editor(server).login('boss');
	const { link } = (await call(boss, 'POST', '/v1/desk/staff/invitations', { name: 'Rike', role: 'editor' })).json;
	const answer = await server.request('POST', '/v1/desk/invitation/accept', { body: { token: link.split('#')[1], login: 'rike', name: 'Rike', password: PASSWORD } });
	assert.deepEqual([answer.status, answer.setCookies], [204, []], 'joined, but not logged in');
	refused(await login(), 401, 'second_factor');
});

test('taken off with the password; or by the command, for whoever has lost all', async () => {
	const guesses = async () => (await rike.get('/v1/desk/staff/log')).json.entries.filter((e) => e.kind === 'proof_failed' && e.by === 'Rike Ahrens').length;
	const before = await guesses();
	refused(await call(rike, 'DELETE', '/v1/desk/factors/totp', { password: 'falsch' }), 403, 'password_wrong');
	refused(await call(rike, 'DELETE', '/v1/desk/factors/totp', { code: '000000' }), 403, 'second_factor_wrong');
	refused(await call(rike, 'DELETE', '/v1/desk/factors/totp', {}), 403, 'proof_needed');
	refused(await call(rike, 'PUT', '/v1/desk/password', { before: 'geraten', after: 'ein anderes Wort' }), 403, 'password_wrong');
	assert.equal(await guesses(), before + 3, 'guesses at an open desk are in the log');
	assert.equal((await call(rike, 'DELETE', '/v1/desk/factors/totp', { password: PASSWORD })).status, 204);
	assert.equal((await login()).status, 200);
	const begun = await call(rike, 'POST', '/v1/desk/factors/totp', { password: PASSWORD });
	assert.equal((await call(rike, 'PUT', '/v1/desk/factors/totp', { code: totp(begun.json.secret) })).status, 200);
	refused(await login(), 401, 'second_factor');
	server.cliWith(PASSWORD + '\n', 'user', 'set', 'rike', '--name', 'Rike Ahrens', '--password-stdin');
	assert.equal((await login()).status, 200);
});
