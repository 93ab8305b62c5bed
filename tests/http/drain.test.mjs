// SIGTERM: what runs is finished and answered, streams end, and the exit code is 0.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import { Agent } from 'node:http';
import { startServer, until, uuid } from '../lib/server.mjs';
import { newDatabase } from '../lib/postgres.mjs';
import { holdWriters } from '../lib/hold.mjs';
import { metrics } from '../lib/metrics.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { Stream } from '../lib/http.mjs';

test('ends well in the midst of requests', async () => {
	const server = await startServer();
	try {
		const rike = await new Editor(server).login();
		const streams = [await new Stream(server, '/v1/articles/bruecke/stream').opened, await rike.stream('/v1/desk/stream')];
		const idle = net.connect(server.port, '127.0.0.1').on('error', () => {});
		const results = [];
		let over = false;
		const writers = Array.from({ length: 12 }, async (_, w) => {
			const reader = new Reader(server);
			for (let i = 0; !over; i++) {
				const r = { reader, text: `Satz ${w}-${i}-${uuid().slice(0, 8)} zum Schluss.`, key: uuid(), answer: null };
				results.push(r);
				try {
					r.answer = await reader.post(r.text, { key: r.key });
				} catch {
					return; // the connection is gone: not acknowledged
				}
				if (r.answer.status !== 201)
					return;
			}
		});
		await until(() => results.filter((r) => r.answer).length > 40, { what: 'load' });
		const ended = server.stop().finally(() => (over = true)); // they go on until it has ended: no lull is waited for
		await Promise.all(streams.map((s) => s.over));
		assert.equal((await ended).code, 0);
		await Promise.all(writers);
		idle.destroy();
		for (const r of results.filter((r) => r.answer))
			assert.ok([201, 503].includes(r.answer.status), `${r.answer.status} ${r.answer.text}`);
		for (const r of results.filter((r) => r.answer?.status === 503))
			assert.ok(r.answer.headers['retry-after'], 'a 503 says when to come back');

		await server.start();
		const counts = new Map();
		for (const reader of new Set(results.map((r) => r.reader)))
			for (const c of await reader.mine())
				counts.set(c.id, (counts.get(c.id) ?? 0) + 1);
		for (const r of results) {
			if (r.answer?.status === 201)
				assert.equal(counts.get(r.answer.json.id), 1, `acknowledged, and not there once: ${r.text}`);
			else // not acknowledged: sent again, it is there once
				await r.reader.submit(r.text, { key: r.key });
		}
		const texts = (await rike.all()).map((i) => i.text);
		for (const r of results)
			assert.equal(texts.filter((t) => t === r.text).length, 1, r.text);
	} finally {
		await server.end();
	}
});

// More than there are workers for readers' writes, so that some wait for one; and the desk's.
const STAND = 44;
for (const [store, db] of [['SQLite', () => undefined], ['PostgreSQL', newDatabase]])
	test(`on ${store}: whatever stands in the server when it is told to stop is answered whole, and what was acknowledged is there`, async () => {
		const server = await startServer({ db: await db() });
		let free;
		try {
			const rike = await new Editor(server).login(), { id } = await new Reader(server).submit('Was gerade entschieden wird.');
			const item = await rike.item(id), sent = Array.from({ length: STAND }, (_, i) => `Satz ${i} ${uuid()}, der im Hause steht.`);
			server.agent.destroy();
			server.agent = new Agent({ keepAlive: true, maxSockets: Infinity }); // each on a connection of its own
			free = await holdWriters(server);
			const answers = Promise.allSettled([...sent.map((text) => new Reader(server).post(text)), rike.decide(item, 'release')]);
			const standing = async () => {
				const now = await metrics(server);
				return now.value('freigabe_http_workers_busy') + now.value('freigabe_http_requests_waiting') > STAND && now.value('freigabe_http_requests_waiting') > 0;
			};
			await until(standing, { what: 'all are in the server' });
			const ended = server.stop();
			await until(() => server.log.includes('no new requests, running ones finish'), { what: 'it is stopping' });
			await free();
			free = null;
			const came = await answers;
			assert.equal((await ended).code, 0);
			await server.start();
			for (const { reason, value } of came) {
				assert.ok(value, `not answered: ${reason}`);
				// whoever has to wait for a file for seconds is told so: that, too, is an answer
				const late = server.db.startsWith('sqlite:') && value.status === 503 && value.json.error.code === 'store_busy';
				assert.ok([200, 201].includes(value.status) || late, value.text);
			}
			const there = new Set(server.sql('SELECT text FROM revision').split('\n'));
			for (const [i, text] of sent.entries())
				assert.equal(there.has(text), came[i].value.status === 201, text);
			assert.equal(server.sql('SELECT count(*) FROM decision'), came.at(-1).value.status === 200 ? '1' : '0');
		} finally {
			await free?.();
			await server.end();
		}
	});

test('clients that never finish do not hold it up for ever; streams end before that', async () => {
	const server = await startServer();
	const stream = await new Stream(server, '/v1/articles/bruecke/stream').opened;
	const sockets = ['GET /arti', 'POST /v1/articles/bruecke/comments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{', ''].map((text) => {
		const socket = net.connect(server.port, '127.0.0.1').on('error', () => {});
		socket.write(text);
		return socket;
	});
	assert.equal((await server.get('/healthz')).status, 200);
	try {
		const order = [];
		const ended = server.stop().then(({ code }) => order.push(`exit ${code}`)); // stop() kills what does not end
		await stream.over.then(() => order.push('stream'));
		await ended;
		assert.deepEqual(order, ['stream', 'exit 0']);
	} finally {
		sockets.forEach((s) => s.destroy());
		await server.start();
		await server.end();
	}
});

test('SIGTERM while nothing happens, and a second start on the same database', async () => {
	const server = await startServer();
	for (let i = 0; i < 2; i++)
		await server.restart(); // stop() minds that it ends, and with 0
	await server.end();
});
