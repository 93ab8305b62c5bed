// A flood of comments, from many addresses and from few: what readers and editors do beside it takes at most three times as
// long as beside a flood that goes to nobody, in one run (the median of three rounds); memory stays within bounds; then
// everything goes on as before. FLOOD_POSTS says how many.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startServer } from '../lib/server.mjs';
import { Editor, Reader } from '../lib/people.mjs';
import { mild } from '../lib/texts.mjs';

const POSTS = Number(process.env.FLOOD_POSTS || 100000), CONNECTIONS = 64, PROBES = 500, ROUNDS = 3;
// Held comments on an article that the flood does not touch: what is decided meanwhile. Each round takes as many as there are
// probes, and while the flood lasts one each PACE ms.
const STOCK = 6000, PACE = 100, REST = 2; // ms
const flooder = fileURLToPath(new URL('../lib/flood.mjs', import.meta.url));

// A flood comes from elsewhere, from machines whose making of requests costs this one nothing. Here the flooder shares two
// cores with the server: at the same priority what would be measured is how the kernel divides them, so it gets what is left.
// Even so it holds up whoever wants a processor for a millisecond: a page from memory takes 0.3 ms at the 99th percentile when
// nobody else is there, and ten times that beside a flooder who sends to nobody. So that is what is compared with.
// It sends as fast as it is answered all the same, and what that is is printed (posts and seconds).
function flood(port, posts, addresses) {
	const child = spawn('nice', ['-n', '19', process.execPath, flooder, port, posts, CONNECTIONS, addresses], { stdio: ['ignore', 'pipe', 'inherit'] });
	let said = '', over = false;
	child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
	const end = new Promise((done) => child.once('exit', () => (over = true, done(JSON.parse(said)))));
	return { end, over: () => over };
}
const memory = (server) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]) / 1024;
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const p99 = (times) => times.sort((a, b) => a - b)[Math.ceil(times.length * 0.99) - 1];

// No two alike: what is nearly the same is decided at once.
const said = (n) => `${mild[n % mild.length]} ${mild[(n * 7 + Math.floor(n / mild.length) + 3) % mild.length]}`;

// What is measured. One that returns nothing had nothing to do this time.
class People {
	async move(server) {
		this.server = server;
		this.rike = await new Editor(server).login();
		this.wilma = new Reader(server);
		this.own = 'Mein eigener Satz, der wartet.';
		for (let i = 0; i < 10; i++)
			await this.rike.release((await new Reader(server).submit(`Der ${i}. Satz, der da ist.`)).id);
		await this.wilma.submit(this.own);
		for (let sent = 0; sent < STOCK; sent += 50)
			await Promise.all(Array.from({ length: 50 }, (_, i) => new Reader(server, { article: 'library' }).submit(said(sent + i))));
		this.stock = (await this.rike.all()).filter((item) => item.article.id === 'library');
		this.pace = this.decided = 0;
		return this;
	}

	// In the order of NAMES.
	get asks() {
		return [() => this.page(), () => this.ownPage(), () => this.queue(), () => this.decide()];
	}

	page() {
		return this.server.get('/articles/bruecke');
	}

	// Whoever has written gets a page made for them, with what of theirs is waiting.
	async ownPage() {
		const answer = await this.wilma.get('/articles/bruecke');
		assert.ok(answer.text.includes(this.own) && /no-store/.test(answer.headers['cache-control']), 'a page of their own');
		return answer;
	}

	// As the desk asks it (web/desk/controller.ts).
	queue() {
		return this.rike.get('/v1/desk/queue?once=1&lane=&limit=20');
	}

	// Releases and refusals (with a letter) in turn. Of another article, so that the page above stays in memory in quiet, too.
	decide() {
		if (performance.now() < (this.later ?? 0))
			return null;
		this.later = performance.now() + this.pace;
		return this.rike.decide(this.stock.shift(), ...(this.decided++ % 2 ? ['reject', { rules: ['off_topic'], word: 'Bitte zur Sache.' }] : ['release']));
	}
}
const NAMES = ['a page', "a reader's own page", "the desk's queue", 'a decision'];

// Alternately, until it is over; at least PROBES of the first. With a rest after each: what a decision leaves to be done (pages
// made anew, a letter, the index) is not to be taken for what the next one costs.
async function probe(asks, over) {
	const times = asks.map(() => []);
	while (times[0].length < PROBES || !over())
		for (const [i, ask] of asks.entries()) {
			const began = performance.now(), answer = await ask();
			if (!answer)
				continue;
			times[i].push(performance.now() - began);
			assert.equal(answer.status, 200, answer.text);
			await wait(REST);
		}
	return times.map((list) => ({ count: list.length, ms: p99(list) }));
}

for (const [what, addresses] of [['many addresses', 50000], ['few addresses', 20]])
	test(`${POSTS} posts from ${what}`, { timeout: 1800000 }, async () => {
		const server = await startServer({ limits: 'off' });
		try {
			const people = await new People().move(server);
			writeFileSync(server.configFile, 'limits = on\ntrusted_proxies = 127.0.0.1\n');
			await server.restart();
			const ratios = NAMES.map(() => []), before = memory(server);
			const quiet = await probe(people.asks, () => true), calm = [];
			people.pace = PACE;
			for (let round = 0; round < ROUNDS; round++) { // before any of it has come
				const past = flood(0, POSTS / 4, addresses);
				calm.push(await probe(people.asks, past.over));
				await past.end;
			}
			const beside = NAMES.map((_, i) => median(calm.map((c) => c[i].ms)));
			for (let round = 0; round < ROUNDS; round++) {
				const f = flood(server.port, POSTS, addresses), began = performance.now();
				const during = await probe(people.asks, f.over);
				const statuses = await f.end, seconds = (performance.now() - began) / 1000;
				during.forEach(({ ms }, i) => ratios[i].push(ms / beside[i]));
				const told = NAMES.map((name, i) => `${name} ${beside[i].toFixed(2)} → ${during[i].ms.toFixed(2)} ms (alone ${quiet[i].ms.toFixed(2)})`);
				console.log(`# ${what}: ${JSON.stringify(statuses)} in ${seconds.toFixed(0)} s; p99 of ${told.join(', ')}; memory ${before.toFixed(0)} → ${memory(server).toFixed(0)} MiB`);
				assert.deepEqual(Object.keys(statuses).filter((s) => !['201', '429', '503'].includes(s)), [], JSON.stringify(statuses));
				assert.ok(statuses['429'] > POSTS / 2, 'most are refused');
				await wait(1000);
			}
			console.log(`# ${what}: median of ${ROUNDS} rounds: ${NAMES.map((name, i) => `${name} ${median(ratios[i]).toFixed(2)} ×`).join(', ')}`);
			assert.ok(memory(server) < before + 200, `${memory(server)} MiB`);
			NAMES.forEach((name, i) => assert.ok(median(ratios[i]) <= 3, `${name}: ${ratios[i]}`));
			assert.equal((await people.rike.decide((await people.rike.all()).at(-1), 'release')).status, 200, 'and the desk decides');
		} finally {
			await server.end();
		}
	});
