// A flood of comments, from many addresses and from few: what readers read and what editors get next takes at most three
// times as long as in quiet, in one run (the median of three rounds, each with its own quiet); memory stays within bounds; then everything goes on as before. FLOOD_POSTS says
// how many.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startServer } from '../lib/server.mjs';
import { Editor, Reader } from '../lib/people.mjs';

const POSTS = Number(process.env.FLOOD_POSTS || 100000), CONNECTIONS = 64, PROBES = 500, ROUNDS = 3;
const flooder = fileURLToPath(new URL('../lib/flood.mjs', import.meta.url));

// The flood comes from elsewhere: here it gets the time that is left.
function flood(server, addresses) {
	const child = spawn('nice', ['-n', '19', process.execPath, flooder, server.port, POSTS, CONNECTIONS, addresses], { stdio: ['ignore', 'pipe', 'inherit'] });
	let said = '', over = false;
	child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
	const end = new Promise((done) => child.once('exit', () => (over = true, done(JSON.parse(said)))));
	return { end, over: () => over };
}
const memory = (server) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]) / 1024;
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const p99 = (times) => times.sort((a, b) => a - b)[Math.ceil(times.length * 0.99) - 1];

// Alternately, until it is over; at least PROBES of each.
async function probe(asks, over) {
	const times = asks.map(() => []);
	while (times[0].length < PROBES || !over())
		for (const [i, ask] of asks.entries()) {
			const began = performance.now();
			const answer = await ask();
			times[i].push(performance.now() - began);
			assert.equal(answer.status, 200, answer.text);
		}
	return times.map(p99);
}

for (const [what, addresses] of [['many addresses', 50000], ['few addresses', 20]])
	test(`${POSTS} posts from ${what}`, { timeout: 1200000 }, async () => {
		const server = await startServer({ limits: 'on', config: { trusted_proxies: '127.0.0.1' } });
		try {
			const rike = await new Editor(server).login();
			for (let i = 0; i < 10; i++)
				await rike.release((await new Reader(server).submit(`Der ${i}. Satz, der da ist.`)).id);
			for (let i = 0; i < 5; i++)
				await new Reader(server).submit(`Der ${i}. Satz, der wartet.`, { headers: { 'X-Forwarded-For': `192.0.2.${i}` } });
			const asks = [() => server.get('/articles/bruecke'), () => server.request('GET', '/v1/desk/queue?limit=1', { headers: rike.headers() })];
			const ratios = asks.map(() => []), before = memory(server);
			for (let round = 0; round < ROUNDS; round++) {
				const quiet = await probe(asks, () => true), f = flood(server, addresses), began = performance.now();
				const during = await probe(asks, f.over);
				const statuses = await f.end, seconds = (performance.now() - began) / 1000;
				during.forEach((t, i) => ratios[i].push(t / quiet[i]));
				console.log(`# ${what}: ${JSON.stringify(statuses)} in ${seconds.toFixed(0)} s; p99 of reading ${quiet[0].toFixed(2)} → ${during[0].toFixed(2)} ms, `
					+ `of the desk's next ${quiet[1].toFixed(2)} → ${during[1].toFixed(2)} ms; memory ${before.toFixed(0)} → ${memory(server).toFixed(0)} MiB`);
				assert.deepEqual(Object.keys(statuses).filter((s) => !['201', '429', '503'].includes(s)), [], JSON.stringify(statuses));
				assert.ok(statuses['429'] > POSTS / 2, 'most are refused');
			}
			const [reading, desk] = ratios.map(median);
			console.log(`# ${what}: median of ${ROUNDS} rounds: reading ${reading.toFixed(2)} ×, the desk's next ${desk.toFixed(2)} ×`);
			assert.ok(memory(server) < before + 200, `${memory(server)} MiB`);
			assert.ok(reading <= 3 && desk <= 3, `${reading}, ${desk}`);
			const [first] = await rike.all();
			assert.equal((await rike.decide(first, 'release')).status, 200, 'and the desk decides');
		} finally {
			await server.end();
		}
	});
