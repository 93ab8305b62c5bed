// Proof of work: asked for when it is set, or when a site's bucket is nearly empty; good for one text, one article, one
// prefix; without scripts a few are taken anyway.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { startServer, until, uuid } from '../lib/server.mjs';
import { Reader } from '../lib/people.mjs';

const zeros = (text) => Math.clz32(createHash('sha256').update(text).digest().readUInt32BE());
function solve({ token, bits }) {
	for (let counter = 0; ; counter++)
		if (zeros(`${token}.${counter}`) >= bits)
			return `${token}.${counter}`;
}
function unsolved({ token, bits }) {
	for (let counter = 0; ; counter++)
		if (zeros(`${token}.${counter}`) < bits)
			return `${token}.${counter}`;
}
let count = 0;
const post = (server, { proof, from = '192.0.2.1', article = 'bruecke', key = uuid() } = {}) => new Reader(server).post(`Kommentar Nummer ${++count}.`,
	{ article, key, headers: { 'X-Forwarded-For': from, ...(proof ? { 'Freigabe-Proof': proof } : {}) } });
const needed = (answer, code = 'work_needed') => {
	assert.equal(answer.status, 403, answer.text);
	assert.equal(answer.json.error.code, code);
	return answer.json.error.challenge;
};
const taken = (answer) => assert.equal(answer.status, 201, answer.text);
const PROXY = { trusted_proxies: '127.0.0.1' };

test('off by default', async () => {
	const server = await startServer();
	try {
		taken(await post(server));
	} finally {
		await server.end();
	}
});

test('always: a solution is good once, for its article and prefix, for some minutes, here and beside', async () => {
	const server = await startServer({ config: { ...PROXY, challenge: 'always' } });
	const other = await Object.assign(Object.create(Object.getPrototypeOf(server)), server, { starts: 100 }).start();
	try {
		const challenge = needed(await post(server));
		assert.ok(challenge.bits >= 14 && challenge.until > Date.now() && challenge.until <= Date.now() + 600000);
		const proof = solve(challenge), key = uuid();
		for (const wrong of [unsolved(challenge), proof.replace(/\.[^.]*$/, ''), `${proof}.1`, `${proof}x`, proof.replace(`.${challenge.bits}.`, '.1.'), 'x'.repeat(200), '....', '0.0.0..0'])
			needed(await post(server, { proof: wrong }));
		const easier = { token: challenge.token.replace(`.${challenge.bits}.`, '.1.'), bits: 1 };
		needed(await post(server, { proof: solve(easier) })); // signed
		needed(await post(server, { proof, article: 'library' }));
		needed(await post(server, { proof, from: '198.51.100.1' }));
		taken(await post(server, { proof, key, from: '192.0.2.77' })); // the same prefix
		needed(await post(server, { proof }), 'work_used');
		needed(await post(other, { proof }), 'work_used');
		const next = solve(needed(await post(other)));
		taken(await post(server, { proof: next })); // one key for all
		await server.restart();
		needed(await post(server, { proof }), 'work_used');
		assert.equal((await server.get('/articles/bruecke')).status, 200);
	} finally {
		await other.stop();
		await server.end();
	}
});

test('an answer that was lost can be asked for again', async () => {
	const server = await startServer({ config: { challenge: 'always' } });
	try {
		const who = new Reader(server), key = uuid();
		const send = (proof) => who.post('Ein Text, dessen Antwort verloren ging.', { key, headers: proof ? { 'Freigabe-Proof': proof } : {} });
		const proof = solve(needed(await send()));
		const first = await send(proof), second = await send(proof);
		taken(first);
		taken(second);
		assert.equal(first.json.id, second.json.id);
		needed(await who.request('PUT', `/v1/articles/bruecke/comments/${first.json.id}`, { body: { text: 'Anders.' } }));
	} finally {
		await server.end();
	}
});

test('a proof that is sent again and again is refused to its sender, and to nobody else', async () => {
	const server = await startServer({ config: { ...PROXY, challenge: 'always' } });
	try {
		const used = solve(needed(await post(server))), good = [];
		taken(await post(server, { proof: used }));
		for (let i = 0; i < 8; i++)
			good.push(solve(needed(await post(server))));
		const answers = await Promise.all(good.flatMap((proof) => [post(server, { proof: used }), post(server, { proof }), post(server, { proof: used })]));
		answers.forEach((answer, i) => i % 3 === 1 ? taken(answer) : needed(answer, 'work_used'));
		assert.doesNotMatch(server.log, /writes not done/);
		assert.equal((await server.get('/readyz')).status, 200);
	} finally {
		await server.end();
	}
});

test('auto: comes when the site is nearly full, grows harder, and goes later than it came', async () => {
	const server = await startServer({ limits: 'on', config: { ...PROXY, challenge: 'auto', limit_site: '40/600', limit_submit: 0, limit_article: 0, limit_reader: 0 } });
	try {
		let first, n = 0;
		for (; !first; n++) {
			assert.ok(n < 200, 'it comes');
			const answer = await post(server);
			if (answer.status === 403)
				first = needed(answer);
			else
				taken(answer);
		}
		assert.ok(n > 20, `after ${n}`);
		taken(await post(server, { proof: solve(first) }));
		assert.ok(first.bits > 14, 'harder than at least');
		await until(async () => (await post(server)).status === 201, { what: 'it goes', every: 100 });
	} finally {
		await server.end();
	}
});

test('without scripts a few are taken, and it is said why no more', async () => {
	const server = await startServer({ limits: 'on', config: { challenge: 'always', limit_plain: '2/1' } });
	try {
		const who = new Reader(server), send = (text) => who.postForm({ name: 'Ohne', text, action: 'send' });
		assert.equal((await send('Der erste Satz.')).status, 303);
		assert.equal((await send('Der zweite Satz.')).status, 303);
		const third = await send('Der dritte Satz bleibt stehen.');
		assert.equal(third.status, 429);
		assert.ok(third.headers['retry-after']);
		assert.match(third.text, /Ohne Skripte[^]*Der dritte Satz bleibt stehen\./);
	} finally {
		await server.end();
	}
});
