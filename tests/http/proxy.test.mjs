// nginx and Caddy in front of the server, as deploy/ shows them: HTTP/2, what is cached and what never, purged on release, live
// streams, whose address is believed.
import { after, before, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import assert from 'node:assert/strict';
import { startServer, until, uuid } from '../lib/server.mjs';
import { Editor, Reader } from '../lib/people.mjs';
import { Proxy, freePort } from '../lib/proxy.mjs';

const PAGE = '/articles/bruecke';
let server, rike, nginx, patient, caddy;

before(async () => {
	const [purge, other] = [await freePort(), await freePort()];
	server = await startServer({ site: { address: 'https://comments.example.org' },
		config: { trusted_proxies: '127.0.0.1', purge: `http://127.0.0.1:${purge}/ http://127.0.0.1:${other}/` } });
	rike = await new Editor(server).login();
	nginx = await new Proxy('nginx', { upstream: server.port, purge }).start();
	// the same example, whose copies outlive this test: what goes from it within a test was purged
	patient = await new Proxy('nginx', { upstream: server.port, purge: other, keep: '1h' }).start();
	caddy = await new Proxy('caddy', { upstream: server.port }).start();
});
after(async () => {
	await nginx?.end();
	await patient?.end();
	await caddy?.end();
	await server?.end();
});

const released = async (text) => {
	const { id } = await new Reader(server).submit(text);
	await rike.release(id);
	return id;
};
// Asked again and again until it says so; the answer that did.
const sees = (proxy, path, holds, what) => until(async () => {
	const answer = await proxy.get(path);
	return answer.status === 200 && holds(answer.text) && answer;
}, { what });

test('pages come by HTTP/2, whole and compressed', async () => {
	await released('Die Brücke ist schmal und alt.');
	for (const proxy of [nginx, caddy]) {
		const plain = await sees(proxy, PAGE, (text) => text.includes('schmal und alt'), 'the comment');
		assert.match(plain.headers['content-type'], /text\/html/);
		assert.match(plain.headers['content-security-policy'], /default-src/);
		assert.ok(plain.headers['strict-transport-security']);
		const small = await proxy.get(PAGE, { 'accept-encoding': 'gzip, br' });
		assert.equal(small.status, 200);
		assert.ok(['br', 'gzip'].includes(small.headers['content-encoding']) && small.text.length < plain.text.length);
	}
});

test('a second reader gets the kept copy; who has written never does', async () => {
	const first = await sees(nginx, PAGE, () => true, 'the page');
	assert.ok(first.headers['x-cache']);
	await until(async () => (await nginx.get(PAGE)).headers['x-cache'] === 'HIT', { what: 'a hit' });
	const own = new Reader(server);
	await own.submit('Das hier wartet noch.');
	const answer = await nginx.get(PAGE, { cookie: own.cookie });
	assert.equal(answer.headers['x-cache'], 'BYPASS');
	assert.ok(answer.text.includes('wartet noch'), 'their own comment, waiting');
	for (let i = 0; i < 5; i++)
		assert.ok(!(await nginx.get(PAGE)).text.includes('wartet noch'), 'and nobody else sees it');
});

test('a reader on a foreign page says who it is by a header, and gets what nobody else does', async () => {
	const own = new Reader(server, { article: 'library' }), thread = '/v1/articles/library/thread', text = 'Noch von niemandem freigegeben.';
	await own.submit(text);
	const headers = { 'freigabe-reader': own.jar.get('freigabe_reader') };
	for (let i = 0; i < 3; i++) {
		const answer = await nginx.get(thread, headers);
		assert.ok(!(await nginx.get(thread)).text.includes(text), 'nobody else sees it');
		assert.ok(answer.text.includes(text), 'their own comment, waiting');
		assert.match(answer.headers['cache-control'], /no-store/);
		assert.equal(answer.headers['x-cache'], 'BYPASS');
	}
});

test('a page may be embedded whoever asked for it before', async () => {
	const thread = '/v1/articles/library/thread', foreign = { origin: 'https://paper.example' };
	await nginx.get(thread);
	server.cli('site', 'set', 'test', '--origins', foreign.origin);
	await until(async () => (await nginx.get(thread, foreign)).headers['access-control-allow-origin'] === foreign.origin, { what: 'the origin' });
	assert.equal((await nginx.get(thread)).headers['access-control-allow-origin'], undefined);
	assert.equal((await nginx.get(thread, foreign)).headers['access-control-allow-origin'], foreign.origin);
});

// All that a cache keeps of an article: each page in each encoding that the example keeps a copy of.
const PATHS = [PAGE, '/articles/bruecke/comments.atom', '/v1/articles/bruecke/comments', '/v1/articles/bruecke/thread'];
const COPIES = PATHS.flatMap((path) => ['', 'gzip', 'br'].map((encoding) => ({ path, encoding })));
const OPENED = { br: brotliDecompressSync, gzip: gunzipSync };
async function copy({ path, encoding }) {
	const answer = await patient.get(path, encoding ? { 'accept-encoding': encoding } : {});
	assert.equal(answer.status, 200, path);
	const bytes = Buffer.from(answer.text, 'latin1'), open = OPENED[answer.headers['content-encoding']];
	return { hit: answer.headers['x-cache'] === 'HIT', text: String(open ? open(bytes) : bytes) };
}
// Each copy that is kept comes to say so. Nothing is decided meanwhile: what is fetched at the very moment of a purge the
// example leaves to the copy's age.
async function everyCopy(holds, what) {
	for (const c of COPIES)
		await until(async () => {
			const { hit, text } = await copy(c);
			return hit && holds(text);
		}, { what: `${c.path} ${c.encoding}: ${what}` });
}

test('Freigabe purges what it releases, and what is not to be read any more, long before a copy grows old', async () => {
	const wilma = new Reader(server), [first, second] = ['Dieser Satz wird gleich entfernt.', 'Dieser wird zurückgezogen.'];
	await everyCopy((text) => !text.includes(first), 'nothing of it yet');
	const one = await rike.item((await wilma.submit(first)).id);
	assert.equal((await rike.decide(one, 'release')).status, 200);
	await everyCopy((text) => text.includes(first), 'released');
	const { id } = await wilma.submit(second);
	await rike.release(id);
	await everyCopy((text) => text.includes(first) && text.includes(second), 'the second one, too');
	const answer = await rike.write(`/v1/desk/revisions/${one.revision}/removal`, { rules: ['off_topic'] });
	assert.equal(answer.status, 200, answer.text);
	await everyCopy((text) => !text.includes(first) && text.includes(second), 'removed by the desk');
	await wilma.withdraw(id);
	await everyCopy((text) => !text.includes(second), 'withdrawn by its author');
});

test('a live stream flows through as it comes', async () => {
	for (const proxy of [nginx, caddy]) {
		const session = await proxy.connect();
		const stream = session.request({ ':path': '/v1/articles/bruecke/stream', ':authority': 'comments.example.org', accept: 'text/event-stream' });
		let heard = '';
		stream.setEncoding('utf8').on('data', (text) => (heard += text));
		await new Promise((done, fail) => { stream.on('response', done); stream.on('error', fail); });
		const id = await released(`Live durch ${proxy.kind} hindurch, ein Satz über die Brücke.`);
		await until(() => heard.includes(id), { what: `the message by ${proxy.kind}` });
		stream.close();
		session.close();
	}
});

test('whose address it is the proxy says, not the reader', async () => {
	const other = await startServer({ limits: 'on', site: { address: 'https://comments.example.org' }, config: { trusted_proxies: '127.0.0.1' } });
	const proxies = [];
	try {
		for (const kind of ['nginx', 'caddy']) {
			const proxy = await new Proxy(kind, { upstream: other.port, purge: await freePort() }).start();
			proxies.push(proxy);
			/* a new address each time would never meet the limit: so all 25 must count as one */
			let refused = 0;
			for (let i = 0; i < 25; i++) {
				const answer = await proxy.request('POST', '/v1/articles/bruecke/comments', { 'content-type': 'application/json', 'x-forwarded-for': `203.0.113.${i}`, 'idempotency-key': uuid() },
					JSON.stringify({ name: 'W', text: `Satz ${i} über die Brücke und den Verkehr.` }));
				refused += answer.status === 429;
			}
			if (kind === 'nginx')
				assert.ok(refused >= 1, `${kind}: none of 25 was refused`);
			else
				assert.ok(refused >= 20, `from the same address: the limit has been met already, and ${refused} of 25 were refused`);
		}
	} finally {
		for (const proxy of proxies)
			await proxy.end();
		await other.end();
	}
});
