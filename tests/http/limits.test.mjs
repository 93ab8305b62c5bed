// With the limits on, as in service: who asks too much waits, and is told how long.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { PASSWORD, startServer } from '../lib/server.mjs';
import { Editor, Reader } from '../lib/people.mjs';

let server;
before(async () => {
	server = await startServer({ limits: 'on' });
});
after(() => server?.end());

async function throttled(ask, code, most) {
	for (let i = 0; i < most; i++) {
		const answer = await ask(i);
		if (answer.status !== 429)
			continue;
		assert.equal(answer.json.error.code, code);
		const wait = Number(answer.headers['retry-after']);
		assert.ok(wait >= 1 && wait <= 120, `Retry-After: ${answer.headers['retry-after']}`);
		assert.equal(answer.json.error.retry_after, wait);
		return i;
	}
	assert.fail(`not throttled after ${most}`);
}

test('guessing the password of an account by an invitation', async () => {
	const rike = await new Editor(server).login();
	const [, token] = (await rike.write('/v1/desk/staff/invitations', { name: 'Neu', role: 'editor' })).json.link.split('#');
	const ask = (i) => server.request('POST', '/v1/desk/invitation/accept', { body: { token, login: 'omar', name: 'Neu', password: `geraten ${i} geraten` } });
	await throttled(ask, 'login_throttled', 12);
	const { entries } = (await rike.get('/v1/desk/staff/log')).json;
	assert.ok(entries.filter((e) => e.kind === 'login_failed' && e.to === 'Omar Said').length >= 6, 'and it is in the log');
});

test('guessing passwords, also under addresses that a stranger claims to forward', async () => {
	const headers = (i) => ({ 'X-Forwarded-For': `198.51.100.${i}` });
	const ask = (i) => server.request('POST', '/v1/desk/session', { headers: headers(i), body: { user: `wer${i}`, password: 'geraten geraten' } });
	assert.ok(await throttled(ask, 'login_throttled', 60) >= 20, 'a newsroom may come from one address');
});

test('guessing the password of one account', async () => {
	const ask = (i) => server.request('POST', '/v1/desk/session', { body: { user: 'rike', password: `geraten ${i}` } });
	await throttled(ask, 'login_throttled', 12);
});

test('submitting', async () => {
	const reader = new Reader(server);
	assert.ok(await throttled((i) => reader.post(`Kommentar Nummer ${i} in rascher Folge.`), 'throttled', 60) >= 10);
	const page = await reader.postForm({ name: 'a', text: 'Und noch einer.', action: 'send' });
	assert.equal(page.status, 429);
	assert.ok(page.headers['retry-after']);
	assert.equal((await server.get('/articles/bruecke')).status, 200, 'reading goes on');
});

test('checking', async () => {
	const ask = () => server.request('POST', '/v1/articles/bruecke/check', { body: { text: 'Kurz geprüft.' } });
	assert.ok(await throttled(ask, 'throttled', 200) >= 30);
});

test('whoever guesses elsewhere, or at an open desk, locks no owner out', async () => {
	const own = await startServer({ limits: 'on', config: { trusted_proxies: '127.0.0.1' }, site: { address: 'http://localhost:8080' } });
	try {
		const from = (address) => ({ 'X-Forwarded-For': address });
		const login = (address, password = PASSWORD) => own.request('POST', '/v1/desk/session', { headers: from(address), body: { user: 'rike', password } });
		await throttled(() => login('198.51.100.1', 'geraten geraten'), 'login_throttled', 12);
		await throttled(() => own.request('POST', '/v1/desk/session/options', { headers: from('198.51.100.2') }), 'login_throttled', 60);
		await throttled(() => own.request('POST', '/v1/desk/session/passkey', { headers: from('198.51.100.3'), body: { passkey: {} } }), 'login_throttled', 60);
		const { setCookies: [cookie], json } = await login('192.0.2.1');
		const open = { ...from('198.51.100.4'), Cookie: cookie.split(';')[0], 'X-CSRF-Token': json.csrf };
		const ask = (headers) => own.request('POST', '/v1/desk/factors/totp', { headers, body: { password: 'geraten geraten' } });
		await throttled(() => ask(open), 'login_throttled', 12);
		const again = await login('192.0.2.1');
		assert.equal(again.status, 200, 'the owner comes in');
		const there = { ...from('192.0.2.1'), Cookie: again.setCookies[0].split(';')[0], 'X-CSRF-Token': again.json.csrf };
		assert.equal((await ask(there)).json.error.code, 'password_wrong', 'and may prove who they are');
	} finally {
		await own.end();
	}
});
