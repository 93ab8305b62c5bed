// The house's own log-in: a real provider, and one that lies.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, PASSWORD, until } from '../lib/server.mjs';
import { Editor } from '../lib/people.mjs';
import { CLIENT, SECRET, lyingProvider, realProvider, throughProvider } from '../lib/provider.mjs';
import { totp } from '../lib/totp.mjs';

const BACK = 'http://127.0.0.1:8080/desk/oidc';
const secretFile = join(mkdtempSync(join(tmpdir(), 'freigabe-secret-')), 'secret');
writeFileSync(secretFile, `${SECRET}\n`);
const PEOPLE = {
	'sub-rike': { email: 'Rike@paper.example', email_verified: true, name: 'Rike A.' },
	'sub-omar': { email: 'omar@paper.example', email_verified: false, name: 'Omar' },
	'sub-new': { email: 'neu@paper.example', email_verified: true, name: 'Nele Neu', preferred_username: 'nele' },
	'sub-omar2': { email: 'anders@paper.example', email_verified: true, preferred_username: 'omar' },
};

const config = (issuer, more) => ({ oidc_issuer: issuer, oidc_client_id: CLIENT, oidc_client_secret_file: secretFile, oidc_name: 'Anmeldung des Hauses', oidc_network: 'private', ...more });
const call = (who, method, path, body) => who.request(method, path, { headers: who.csrf ? { 'X-CSRF-Token': who.csrf } : {}, body });
const refused = (answer, status, code) => assert.deepEqual([answer.status, answer.json?.error?.code], [status, code], answer.text);
const begin = (who, body = {}) => who.request('POST', '/v1/desk/oidc', { body });
const login = (who, user, more) => who.request('POST', '/v1/desk/session', { body: { user, password: PASSWORD, ...more } });
const failed = (answer) => decodeURIComponent(/^\/desk\/#failed=(.*)$/.exec(answer.headers.location)?.[1] ?? `went to ${answer.headers.location}`);

function accounts(server) {
	for (const [login, name, role] of [['rike', 'Rike Ahrens', 'administrator'], ['omar', 'Omar Said', 'lead']])
		server.cliWith(PASSWORD + '\n', 'user', 'set', login, '--name', name, '--email', `${login}@paper.example`, '--role', role, '--password-stdin');
}

async function session(who) {
	const answer = await who.get('/v1/desk/session');
	if (answer.status === 200) who.csrf = answer.json.csrf;
	return answer;
}

/* ---- with the real one ---- */

let server, provider, rike;
before(async () => {
	provider = await realProvider([BACK], PEOPLE);
	server = await startServer({ config: config(provider.issuer) });
	accounts(server);
	rike = await new Editor(server).login();
});
after(async () => { await server?.end(); await provider?.end(); await liar?.server.end(); await liar?.provider.end(); });

async function through(subject, body, who = new Editor(server)) {
	provider.who = subject;
	const { url } = (await begin(who, body)).json;
	const query = await throughProvider(url, BACK);
	return { who, query, answer: await who.get(`/desk/oidc?${query}`) };
}

test('the log-in page knows its name', async () => {
	assert.deepEqual((await server.get('/v1/desk/ways')).json, { passwords: true, passkeys: false, house: 'Anmeldung des Hauses', failed: null });
	const said = (await server.get('/v1/desk/ways?failed=oidc_state')).json.failed;
	assert.match(said, /nicht in diesem Browser/);
	assert.match((await server.get('/v1/desk/ways?failed=%3Cb%3E')).json.failed, /schiefgegangen|Fehler|geklappt/i);
});

test('an account is opened only after its owner has confirmed it, once', async () => {
	const { who, answer } = await through('sub-rike');
	assert.equal(answer.headers.location, `/desk/#confirm=${[...Buffer.from('Rike@paper.example')].map((b) => '%' + b.toString(16).toUpperCase().padStart(2, '0')).join('')}`, provider.wrong);
	assert.ok(!answer.setCookies.some((c) => c.startsWith('freigabe_desk=')), 'nobody is logged in');
	refused(await login(who, 'rike', { link: true, password: 'falsch' }), 401, 'login_failed');
	refused(await login(who, 'omar', { link: true }), 403, 'oidc_other_account');
	const inside = await login(who, 'rike', { link: true });
	assert.deepEqual([inside.status, inside.json.method], [200, 'house'], inside.text);
	const again = await through('sub-rike');
	assert.equal(again.answer.headers.location, '/desk/');
	const { json } = await session(again.who);
	assert.deepEqual([json.user.login, json.method, json.user.role], ['rike', 'house', 'administrator']);
	assert.match(again.answer.setCookies.find((c) => c.startsWith('freigabe_desk=')), /HttpOnly; SameSite=Strict/);
	assert.deepEqual((await again.who.get('/v1/desk/factors')).json.house.map((h) => h.email), ['Rike@paper.example']);
	const kinds = (await rike.get('/v1/desk/staff/log')).json.entries.map((e) => e.kind + ' ' + e.detail.split(' ')[0]);
	assert.ok(kinds.includes('house_linked Rike@paper.example') && kinds.includes('login house'), kinds.join());
	assert.equal((await call(again.who, 'DELETE', '/v1/desk/session')).status, 204);
	assert.equal((await session(again.who)).status, 401);
});

test('an address that nobody has verified opens nothing, nor does a stranger', async () => {
	assert.equal(failed((await through('sub-omar')).answer), 'oidc_unknown');
	assert.equal(failed((await through('sub-new')).answer), 'oidc_unknown');
	assert.equal(failed((await through(null)).answer), 'oidc_refused');
});

test('an invitation makes an account without a password', async () => {
	const invite = async (role) => (await call(rike, 'POST', '/v1/desk/staff/invitations', { name: 'Neu', role, sections: ['Kultur'] })).json.link.split('#')[1];
	const token = await invite('editor');
	refused(await begin(new Editor(server), { invitation: 'x' }), 404, 'invitation_unknown');
	const { who, answer } = await through('sub-new', { invitation: token });
	assert.equal(answer.headers.location, '/desk/');
	const { json } = await session(who);
	assert.deepEqual([json.user.login, json.user.name, json.user.role, json.sections], ['nele', 'Nele Neu', 'editor', ['Kultur']]);
	refused(await begin(new Editor(server), { invitation: token }), 404, 'invitation_unknown');
	refused(await login(new Editor(server), 'nele', { password: '' }), 401, 'login_failed');
	refused(await call(who, 'DELETE', '/v1/desk/factors/house', {}), 409, 'oidc_only');
	const { secret } = (await call(who, 'POST', '/v1/desk/factors/totp', {})).json;
	assert.equal((await call(who, 'PUT', '/v1/desk/factors/totp', { code: totp(secret) })).status, 200, 'a fresh session proves it');
	assert.equal((await through('sub-new')).answer.headers.location, '/desk/', 'the provider has seen to the second factor');
	assert.equal(failed((await through('sub-omar2', { invitation: await invite('lead') })).answer), 'oidc_login_taken');
});

test('an account with a second factor is linked with it only', async () => {
	const omar = await new Editor(server).login('omar');
	const { secret } = (await call(omar, 'POST', '/v1/desk/factors/totp', { password: PASSWORD })).json;
	await call(omar, 'PUT', '/v1/desk/factors/totp', { code: totp(secret, Date.now() - 30000) });
	PEOPLE['sub-omar'].email_verified = true;
	const { who } = await through('sub-omar');
	refused(await login(who, 'omar', { link: true }), 401, 'second_factor');
	assert.equal((await login(who, 'omar', { link: true, code: totp(secret) })).json.method, 'house');
	assert.equal((await through('sub-omar')).answer.headers.location, '/desk/');
	assert.equal((await call(omar, 'DELETE', '/v1/desk/factors/house', { password: PASSWORD })).status, 204);
	assert.match((await through('sub-omar')).answer.headers.location, /#confirm=/);
});

test('an answer counts once, in the browser that was sent', async () => {
	const { who, query } = await through('sub-rike');
	assert.equal(failed(await who.get(`/desk/oidc?${query}`)), 'oidc_state', 'the same again');
	provider.who = 'sub-rike';
	const sent = new Editor(server), fresh = await throughProvider((await begin(sent)).json.url, BACK);
	assert.equal(failed(await new Editor(server).get(`/desk/oidc?${fresh}`)), 'oidc_state', 'another browser');
	const wrong = fresh.replace(/state=[^&]*/, 'state=x'.padEnd(49, 'x'));
	assert.equal(failed(await sent.get(`/desk/oidc?${wrong}`)), 'oidc_state');
	assert.equal(failed(await sent.get(`/desk/oidc?${fresh}`)), 'oidc_state', 'and the question is gone');
	const other = new Editor(server), { url } = (await begin(other)).json;
	const stolen = query.replace(/state=[^&]*/, `state=${new URL(url).searchParams.get('state')}`);
	assert.equal(failed(await other.get(`/desk/oidc?${stolen}`)), 'oidc_code', 'a code that was used');
	assert.equal((await begin(new Editor(server), {})).status, 200);
	refused(await new Editor(server).request('POST', '/v1/desk/oidc', { body: {}, headers: { Origin: 'https://evil.example' } }), 403, 'origin_not_allowed');
});

test('a closed account stays closed', async () => {
	const { members } = (await rike.get('/v1/desk/staff')).json, { id } = members.find((m) => m.login === 'nele');
	await call(rike, 'PUT', `/v1/desk/staff/${id}`, { role: 'editor', open: false });
	assert.equal(failed((await through('sub-new')).answer), 'account_closed');
});

/* ---- with one that lies ---- */

let liar;
async function lying() {
	if (liar) return liar;
	const p = await lyingProvider();
	const s = await startServer({ config: config(p.issuer, { oidc_role_claim: 'groups', oidc_roles: 'desk:chiefs:lead desk:editor' }) });
	accounts(s);
	liar = { provider: p, server: s };
	p.person = { sub: 'sub-rike', email: 'rike@paper.example', email_verified: true };
	const who = new Editor(s);
	await come(who);
	await login(who, 'rike', { link: true });
	assert.equal((await come()).headers.location, '/desk/');
	return liar;
}

async function come(who = new Editor(liar.server), change = (q) => q) {
	const { url } = (await begin(who)).json;
	return who.get(`/desk/oidc?${change(liar.provider.code(url))}`);
}

const seconds = () => Math.floor(Date.now() / 1000);
const LIES = {
	'signed by nobody': [{ header: { alg: 'none' } }, 'oidc_token'],
	'signed by nobody, with something in its place': [{ header: { alg: 'none' }, instead: 'AAAA' }, 'oidc_algorithm'],
	'signed with the public key as a password': [(p) => ({ header: { alg: 'HS256' }, hmac: p.keys[0].publicKey.export({ type: 'spki', format: 'pem' }) }), 'oidc_algorithm'],
	'another signature': [{ signature: true }, 'oidc_signature'],
	'a key of the same name': [(p) => ({ key: p.newKey('a') }), 'oidc_signature'],
	'a key that is nowhere': [(p) => ({ key: p.newKey('z') }), 'oidc_key'],
	'something that must be understood': [{ header: { crit: ['x'], x: 1 } }, 'oidc_token'],
	'another issuer': [{ claims: { iss: 'https://evil.example' } }, 'oidc_issuer'],
	'for another program': [{ claims: { aud: 'other' } }, 'oidc_audience'],
	'for two, without saying for whom': [{ claims: { aud: [CLIENT, 'other'] } }, 'oidc_audience'],
	'for two, and for the other': [{ claims: { aud: [CLIENT, 'other'], azp: 'other' } }, 'oidc_audience'],
	'over': [{ claims: { iat: seconds() - 900, exp: seconds() - 600 } }, 'oidc_time'],
	'not yet': [{ claims: { iat: seconds() + 3600, exp: seconds() + 7200 } }, 'oidc_time'],
	'without an end': [{ claims: { exp: undefined } }, 'oidc_time'],
	'an answer to another log-in': [{ nonce: 'another' }, 'oidc_nonce'],
	'without a nonce': [{ claims: { nonce: undefined } }, 'oidc_nonce'],
	'about nobody': [{ claims: { sub: '' } }, 'oidc_token'],
	'no token': [{ token: 'x.y.z' }, 'oidc_token'],
	'an empty one': [{ token: '..' }, 'oidc_token'],
};

for (const [what, [lie, code]] of Object.entries(LIES))
	test(`a lie is found: ${what}`, async () => {
		const { provider: p } = await lying();
		p.lie = typeof lie === 'function' ? lie(p) : lie;
		assert.equal(failed(await come()), code);
		p.lie = {};
	});

test('what is right goes: a clock that differs, two audiences, ES256, another key than before', async () => {
	const { provider: p } = await lying();
	for (const claims of [{ iat: seconds() - 400, exp: seconds() - 60 }, { iat: seconds() + 60 }, { aud: [CLIENT, 'other'], azp: CLIENT }]) {
		p.lie = { claims };
		assert.equal((await come()).headers.location, '/desk/', JSON.stringify(claims));
	}
	p.lie = {};
	p.keys = [p.newKey('b', 'ec')];
	assert.equal((await come()).headers.location, '/desk/', 'the new key is asked for at once');
	p.lie = { key: { ...p.newKey('a'), kid: 'a' } };
	assert.equal(failed(await come()), 'oidc_key', 'and the old one is forgotten');
	p.lie = {};
	assert.equal(p.authorization, `Basic ${Buffer.from(`${CLIENT}:${encodeURIComponent(SECRET)}`).toString('base64')}`);
});

test('an answer must say who gave it, if the provider says so', async () => {
	await lying();
	assert.equal(failed(await come(undefined, (q) => (q.set('iss', 'https://evil.example'), q))), 'oidc_issuer');
	assert.equal(failed(await come(undefined, (q) => (q.delete('iss'), q))), 'oidc_issuer');
	assert.equal(failed(await come(undefined, (q) => (q.delete('code'), q.set('error', 'access_denied'), q))), 'oidc_refused');
});

test('roles by what the house says, but never without an administrator', async () => {
	const { provider: p, server: s } = await lying();
	p.person = { sub: 'sub-omar', email: 'omar@paper.example', email_verified: true };
	const omar = new Editor(s);
	await come(omar);
	assert.equal((await login(omar, 'omar', { link: true })).status, 200);
	const role = async (groups) => {
		p.person = { ...p.person, groups };
		const who = new Editor(s);
		await come(who);
		return (await session(who)).json.user.role;
	};
	assert.equal(await role(['x', 'desk']), 'editor');
	assert.equal(await role(['desk', 'desk:chiefs']), 'lead', 'the first in the configuration');
	assert.equal(await role('desk'), 'editor');
	assert.equal(await role(['nothing']), 'editor', 'as it was');
	p.person = { sub: 'sub-rike', email: 'rike@paper.example', email_verified: true };
	assert.equal(await role(['desk']), 'administrator');
});

test('a provider that leads elsewhere, or does not answer', async () => {
	const p = await lyingProvider(), s = await startServer({ config: config(p.issuer) });
	try {
		for (const lie of [{ discovery: { token_endpoint: 'http://127.0.0.1:1/token' } }, { discovery: { issuer: `${p.issuer}/other` } },
			{ redirect: '/.well-known/openid-configuration' }]) {
			p.lie = lie;
			refused(await begin(new Editor(s)), 502, 'oidc_provider');
		}
		p.lie = { silent: true };
		const from = Date.now();
		refused(await begin(new Editor(s)), 502, 'oidc_provider');
		assert.ok(Date.now() - from > 4000 && Date.now() - from < 30000, `${Date.now() - from} ms`);
	} finally {
		await s.end();
		await p.end();
	}
});

test('a configuration that cannot be right is said so, and the server does not start', () => {
	const start = (more, what) => {
		const file = join(tmpdir(), `freigabe-oidc-${process.pid}.ini`);
		writeFileSync(file, Object.entries(more).map(([key, value]) => `${key} = ${value}\n`).join(''));
		const { status, stderr } = server.cliRaw(['serve', '--config', file, '--listen', '127.0.0.1:0']);
		rmSync(file);
		assert.equal(status, 2, stderr);
		assert.match(stderr, what);
	};
	start({ oidc_issuer: 'http://login.example', oidc_client_id: 'x', oidc_name: 'x' }, /https/);
	start({ oidc_issuer: 'https://login.example', oidc_client_id: 'x' }, /oidc_name/);
	start({ oidc_issuer: 'https://login.example', oidc_client_id: 'x', oidc_name: 'x', oidc_role_claim: 'g', oidc_roles: 'g:chef' }, /oidc_roles/);
	start({ oidc_colour: 'red' }, /oidc_colour/);
});

test('by default no private address is asked', async () => {
	const s = await startServer({ config: { ...config('https://127.0.0.1:9'), oidc_network: 'public' } });
	const answer = await begin(new Editor(s));
	await until(() => /private address/.test(s.log), { what: 'the reason in the log' }).finally(() => s.end());
	refused(answer, 502, 'oidc_provider');
});
