// With the limits on, as in service: who asks too much waits, and is told how long.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startServer } from '../lib/server.mjs';
import { Reader } from '../lib/people.mjs';

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
