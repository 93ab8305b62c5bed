// Passkeys of staff accounts: made with the password, used after it and alone, each question answered once; and a site that
// demands a second factor of everybody.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, PASSWORD } from '../lib/server.mjs';
import { Editor } from '../lib/people.mjs';
import { Authenticator } from '../lib/authenticator.mjs';
import { totp } from '../lib/totp.mjs';

let server, rike;
const key = new Authenticator();
before(async () => {
	server = await startServer({ site: { address: 'http://localhost:8080' } });
	rike = await new Editor(server).login();
});
after(() => server?.end());

const call = (who, method, path, body) => who.request(method, path, { headers: who.csrf ? { 'X-CSRF-Token': who.csrf } : {}, body });
const refused = (answer, status, code) => assert.deepEqual([answer.status, answer.json?.error?.code], [status, code], answer.text);
const login = (who, more, user = 'rike') => who.request('POST', '/v1/desk/session', { body: { user, password: PASSWORD, ...more } });
const begin = (who, proof = { password: PASSWORD }) => call(who, 'POST', '/v1/desk/factors/passkeys/options', proof);
const factors = async (who) => (await who.get('/v1/desk/factors')).json;

async function addKey(who, authenticator, name = 'Mein Rechner') {
	const { options } = (await begin(who)).json;
	return call(who, 'POST', '/v1/desk/factors/passkeys', { name, passkey: authenticator.create(options) });
}

/* Asks, then answers as told. */
async function alone(authenticator, more, who = new Editor(server)) {
	const { options } = (await who.request('POST', '/v1/desk/session/options', { body: {} })).json;
	const answer = await who.request('POST', '/v1/desk/session/passkey', { body: { passkey: authenticator.get(options, more) } });
	if (answer.status === 200) Object.assign(who, { session: answer.json, csrf: answer.json.csrf });
	return Object.assign(answer, { who, options });
}

test('made with the password; a question counts once and for this session', async () => {
	refused(await begin(rike, {}), 403, 'proof_needed');
	refused(await begin(rike, { password: 'falsch' }), 403, 'password_wrong');
	const { options } = (await begin(rike)).json;
	assert.deepEqual([options.rp.id, options.user.name, options.attestation, options.authenticatorSelection.userVerification], ['localhost', 'rike', 'none', 'required']);
	const made = key.create(options), omar = await new Editor(server).login('omar');
	refused(await call(omar, 'POST', '/v1/desk/factors/passkeys', { name: 'x', passkey: made }), 403, 'passkey_expired');
	refused(await call(rike, 'POST', '/v1/desk/factors/passkeys', { name: ' ', passkey: made }), 400, 'passkey_name');
	const answer = await call(rike, 'POST', '/v1/desk/factors/passkeys', { name: 'Mein Rechner', passkey: made });
	assert.equal(answer.status, 201, answer.text);
	assert.equal(new Set(answer.json.recovery).size, 10, 'the first factor comes with recovery codes');
	rike.recovery = answer.json.recovery;
	refused(await call(rike, 'POST', '/v1/desk/factors/passkeys', { name: 'noch einmal', passkey: made }), 403, 'passkey_expired');
	refused(await addKey(rike, key), 409, 'passkey_there');
	refused(await addKey(rike, Object.assign(new Authenticator('http://localhost:9999'))), 403, 'passkey_origin');
	const [row] = (await factors(rike)).passkeys;
	assert.deepEqual([row.name, row.host, row.used_at], ['Mein Rechner', 'localhost', null]);
});

test('after the password: the account\'s own passkey, or a recovery code', async () => {
	const who = new Editor(server), asked = await login(who);
	refused(asked, 401, 'second_factor');
	assert.equal(asked.json.error.factors.code, true);
	const { options } = asked.json.error.factors;
	assert.deepEqual(options.allowCredentials.map((c) => c.id), [key.id.toString('base64url')]);
	assert.match(asked.setCookies[0], /^freigabe_passkey=.*HttpOnly; SameSite=Strict/);
	refused(await login(new Editor(server), { passkey: key.get(options) }), 403, 'passkey_expired');
	const passkey = key.get(options), inside = await login(who, { passkey });
	assert.deepEqual([inside.status, inside.json.method], [200, 'key'], inside.text);
	refused(await login(who, { passkey }), 403, 'passkey_expired');
	refused(await login(who, { passkey, password: 'falsch' }), 401, 'login_failed');
	assert.equal((await login(new Editor(server), { code: rike.recovery[0] })).json.method, 'recovery');
	refused(await login(new Editor(server), { code: '123456' }), 401, 'second_factor_wrong');
});

test('another account\'s passkey does not do, though it is right by itself', async () => {
	const omar = await new Editor(server).login('omar'), his = new Authenticator();
	assert.equal((await addKey(omar, his, 'Omars')).status, 201);
	const who = new Editor(server), { options } = (await login(who)).json.error.factors;
	refused(await login(who, { passkey: his.get(options) }), 403, 'passkey_user');
	assert.equal((await alone(his)).json.user.login, 'omar');
	omar.key = his;
});

test('alone: whoever holds it and was verified; each answer once, in the browser that asked', async () => {
	const good = await alone(key);
	assert.deepEqual([good.status, good.json.user.login, good.json.method], [200, 'rike', 'passkey'], good.text);
	assert.deepEqual(good.options.allowCredentials, [], 'tells nobody which there are');
	refused(await alone(key, { flags: 0x01 }), 403, 'passkey_verification');
	refused(await alone(key, { origin: 'https://localhost.example' }), 403, 'passkey_origin');
	refused(await alone(key, { crossOrigin: true }), 403, 'passkey_cross_origin');
	refused(await alone(key, { challenge: 'x'.repeat(43) }), 403, 'passkey_challenge');
	refused(await alone(key, { user: Buffer.from('0000000000000').toString('base64url') }), 403, 'passkey_user');
	refused(await alone(new Authenticator()), 403, 'passkey_unknown');
	const again = await good.who.request('POST', '/v1/desk/session/passkey', { body: { passkey: key.get(good.options) } });
	refused(again, 403, 'passkey_expired');
	const [asked, other] = [new Editor(server), new Editor(server)];
	const { options } = (await asked.request('POST', '/v1/desk/session/options', { body: {} })).json;
	await other.request('POST', '/v1/desk/session/options', { body: {} });
	refused(await other.request('POST', '/v1/desk/session/passkey', { body: { passkey: key.get(options) } }), 403, 'passkey_challenge');
	refused(await new Editor(server).request('POST', '/v1/desk/session/options', { body: {}, headers: { Origin: 'https://evil.example' } }), 403, 'origin_not_allowed');
});

test('a counter that goes back is a copy, and is logged', async () => {
	refused(await alone(key, { count: 1 }), 403, 'passkey_counter');
	key.count = 50;
	assert.equal((await alone(key)).status, 200);
	const { entries } = (await rike.get('/v1/desk/staff/log')).json;
	assert.ok(entries.some((e) => e.kind === 'login_failed' && e.detail === 'passkey_counter' && e.to === 'Rike Ahrens'));
	assert.ok(entries.some((e) => e.kind === 'passkey_added' && e.detail === 'Mein Rechner'));
	assert.ok(entries.some((e) => e.kind === 'login' && e.detail.startsWith('passkey ')));
});

test('sessions say how one came in', async () => {
	const methods = (await rike.get('/v1/desk/sessions')).json.sessions.map((s) => s.method);
	for (const method of ['password', 'key', 'recovery', 'passkey'])
		assert.ok(methods.includes(method), method);
});

test('named, proved by it, removed; the last one takes the recovery codes along', async () => {
	const second = new Authenticator();
	assert.deepEqual((await addKey(rike, second, 'Schlüsselbund')).json.recovery, [], 'there are some');
	const { passkeys } = await factors(rike), at = (p) => `/v1/desk/factors/passkeys/${p.id}`;
	assert.equal((await call(rike, 'PUT', at(passkeys[1]), { name: 'Am Bund' })).status, 204);
	assert.equal((await factors(rike)).passkeys[1].name, 'Am Bund');
	const stranger = new Editor(server);
	server.cliWith(PASSWORD + '\n', 'user', 'set', 'lena', '--name', 'Lena', '--role', 'editor', '--password-stdin');
	await stranger.login('lena');
	refused(await call(stranger, 'PUT', at(passkeys[0]), { name: 'gestohlen' }), 404, 'not_found');
	refused(await call(stranger, 'DELETE', at(passkeys[0]), { password: PASSWORD }), 404, 'not_found');
	refused(await call(rike, 'DELETE', at(passkeys[0]), {}), 403, 'proof_needed');
	const { options } = (await call(rike, 'POST', '/v1/desk/factors/proof', {})).json;
	assert.equal((await call(rike, 'DELETE', at(passkeys[0]), { passkey: second.get(options) })).status, 204);
	refused(await alone(key), 403, 'passkey_unknown');
	for (const p of (await factors(rike)).passkeys)
		assert.equal((await call(rike, 'DELETE', at(p), { password: PASSWORD })).status, 204);
	assert.deepEqual([(await factors(rike)).recovery_left, (await login(new Editor(server))).status], [0, 200]);
});

test('a site that demands a second factor leads everybody to one', async () => {
	const lena = await new Editor(server).login('lena'), put = (body) => call(rike, 'PUT', '/v1/desk/access', body);
	assert.deepEqual((await rike.get('/v1/desk/access')).json, { version: 0, second_factor: false, passwords: true });
	refused(await call(lena, 'PUT', '/v1/desk/access', { version: 0, second_factor: true, passwords: true }), 403, 'role_insufficient');
	refused(await put({ version: 0, second_factor: 'ja', passwords: true }), 400, 'json_invalid');
	assert.equal((await put({ version: 0, second_factor: true, passwords: true })).status, 200);
	refused(await put({ version: 0, second_factor: false, passwords: true }), 403, 'factor_needed');
	refused(await lena.get('/v1/desk/queue'), 403, 'factor_needed');
	const fresh = (await login(new Editor(server), {}, 'lena')).json;
	assert.deepEqual([fresh.setup, fresh.rights], [true, ['self']]);
	const secret = (await call(lena, 'POST', '/v1/desk/factors/totp', { password: PASSWORD })).json.secret;
	assert.equal((await call(lena, 'PUT', '/v1/desk/factors/totp', { code: totp(secret) })).status, 200);
	assert.equal((await lena.get('/v1/desk/queue')).status, 200, 'at once, in the session that was there');
	refused(await call(lena, 'DELETE', '/v1/desk/factors/totp', { password: PASSWORD }), 409, 'factor_demanded');
	assert.equal((await factors(lena)).totp, true);
	assert.equal((await addKey(rike, key)).status, 201);
	refused(await put({ version: 0, second_factor: false, passwords: true }), 409, 'conflict');
});

test('passwords can be switched off, by whoever came in without one', async () => {
	const put = (who, passwords, version) => call(who, 'PUT', '/v1/desk/access', { version, second_factor: false, passwords });
	refused(await put(rike, false, 1), 409, 'password_needed');
	const { who } = await alone(key);
	assert.equal((await put(who, false, 1)).status, 200);
	assert.equal((await server.get('/v1/desk/ways')).json.passwords, false);
	const asked = new Editor(server), { options } = (await login(asked)).json.error.factors;
	refused(await login(asked, { passkey: key.get(options) }), 403, 'password_off');
	assert.equal((await alone(key)).status, 200);
	server.cli('site', 'set', 'test', '--allow-passwords');
	assert.equal((await server.get('/v1/desk/ways')).json.passwords, true);
});

test('an address without a name has no passkeys', async () => {
	server.cli('site', 'set', 'test', '--address', 'http://127.0.0.1:8080');
	const { until } = await import('../lib/server.mjs');
	await until(async () => (await server.get('/v1/desk/ways')).json.passkeys === false);
	refused(await new Editor(server).request('POST', '/v1/desk/session/options', { body: {} }), 409, 'passkey_address');
	refused(await begin(rike), 409, 'passkey_address');
});
