// What a newsroom's evening does to two nodes at once: readers who write and send again when no answer came, two desks,
// readers of released threads on both nodes, and a watch for words that nobody has released. Keeps what was acknowledged.
import { Reader, Editor } from './people.mjs';
import { until, uuid } from './server.mjs';
import { Stream } from './http.mjs';

const WRITERS = 3, PAUSE = 120, PATIENCE = 8000, ARTICLE = 'bruecke', QUIET = 'library';
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const MARK = /Kommentar zur Brücke, Zettel [0-9a-f-]{36}\./g;

// A thread in which nothing will happen any more, read once on each node.
export async function quietThread(nodes) {
	const reader = new Reader(nodes[0], { article: QUIET }), text = 'Die Bibliothek hat wieder auf.';
	const { id } = await reader.submit(text);
	const desk = await new Editor(nodes[0]).login();
	await desk.release(id);
	for (const node of nodes)
		for (const path of [`/articles/${QUIET}`, `/v1/articles/${QUIET}/comments`])
			await until(async () => (await new Reader(node).get(path)).text.includes(text), { what: `${node.name} shows the quiet thread` });
}

export class Load {
	static released = new Set(); // over all of a test's loads: what an editor has asked to release

	constructor(nodes) {
		Object.assign(this, { nodes, comments: [], decisions: [], acknowledged: [], readings: [], wrong: [], answers: new Map(), over: false });
		this.released = Load.released;
	}

	async start() {
		this.desks = await Promise.all(this.nodes.map((node, i) => new Editor(node).login(['rike', 'omar'][i])));
		this.streams = await Promise.all(this.nodes.map((node) => new Stream(node, `/v1/articles/${ARTICLE}/stream`).opened));
		this.running = this.nodes.flatMap((node, i) => [this.decides(this.desks[i]), this.readsOn(node),
			...Array.from({ length: WRITERS }, () => this.writes(node))]).map((p) => p.catch((e) => this.wrong.push(e.message)));
	}

	// As often as it takes; another answer than the good one, 503 or none is wrong.
	async insist(node, send, good) {
		for (;;) {
			const answer = await send().catch((e) => ({ status: e.code ?? 'no answer' }));
			if (good(answer)) {
				this.acknowledged.push({ node, at: Date.now() });
				return answer;
			}
			this.answers.set(`${node.name} ${answer.status}`, (this.answers.get(`${node.name} ${answer.status}`) ?? 0) + 1);
			if (answer.status === 409)
				return null;
			if (typeof answer.status === 'number' && answer.status !== 503)
				this.wrong.push(`${node.name}: ${answer.status} ${answer.text}`);
			await pause(PAUSE);
		}
	}

	async writes(node) {
		const reader = new Reader(node, { article: ARTICLE });
		for (; !this.over; await pause(PAUSE)) {
			const c = { text: `Kommentar zur Brücke, Zettel ${uuid()}.`, id: null };
			this.comments.push(c);
			const send = { headers: { 'Idempotency-Key': uuid() }, body: { name: 'Wilma Test', text: c.text }, timeout: PATIENCE };
			const answer = await this.insist(node, () => reader.request('POST', `/v1/articles/${ARTICLE}/comments`, send), (a) => a.status === 201);
			c.id = answer?.json.id ?? null;
		}
	}

	async decides(desk) {
		const { server: node } = desk;
		for (let n = 0; !this.over; await pause(PAUSE)) {
			const page = await desk.get('/v1/desk/queue?limit=4').catch(() => null);
			if (page?.status !== 200) {
				if (page && page.status !== 503)
					this.wrong.push(`${node.name}: queue ${page.status} ${page.text}`);
				continue;
			}
			for (const item of page.json.items) {
				const d = { item, action: n++ % 3 === 2 ? 'reject' : 'release', id: null };
				if (d.action === 'release')
					this.released.add(item.text);
				this.decisions.push(d);
				const answer = await this.insist(node, () => desk.decide(item, d.action, { rules: d.action === 'reject' ? ['off_topic'] : [] }),
					(a) => a.status === 200);
				d.id = answer?.json.decision ?? null; // null: the other desk was faster
			}
		}
	}

	// Reads what everybody reads, by page and by data, and looks for what nobody released.
	async readsOn(node) {
		for (let n = 0; !this.over; n++, await pause(PAUSE)) {
			const at = Date.now();
			const article = n % 4 < 2 ? ARTICLE : QUIET;
			const path = n % 2 ? `/articles/${article}` : `/v1/articles/${article}/comments`;
			const answer = await new Reader(node).request('GET', path, { timeout: PATIENCE }).catch((e) => ({ status: e.code ?? 'no answer', text: '' }));
			this.readings.push({ node, at, took: Date.now() - at, quiet: article === QUIET, status: answer.status, older: Boolean(answer.headers?.warning) });
			this.watch(node, answer.text);
		}
	}

	watch(node, text) {
		for (const [words] of text.matchAll(MARK))
			if (!this.released.has(words))
				this.wrong.push(`${node.name} shows what nobody released: ${words}`);
	}

	// Until each node that answers has taken `count` more writes.
	took(count) {
		const from = this.acknowledged.length;
		return until(() => {
			const alive = this.nodes.filter((node) => node.running);
			return alive.every((node) => this.acknowledged.slice(from).filter((a) => a.node === node).length >= count);
		}, { within: 60000, every: 50, what: `${count} writes on each node; ${JSON.stringify([...this.answers])}` });
	}

	async stop() {
		this.over = true;
		this.ended = Date.now();
		await Promise.all(this.running);
		for (const stream of this.streams) {
			stream.messages.forEach((m) => this.watch(this.nodes[this.streams.indexOf(stream)], m.data));
			stream.close();
		}
	}

	// The longest time from `at` to the end in which no write was acknowledged, by any node or by this one, in ms.
	longest(at, node) {
		const times = [at, ...this.acknowledged.filter((a) => a.at >= at && a.at <= this.ended && (!node || a.node === node)).map((a) => a.at), this.ended];
		return Math.max(...times.slice(1).map((time, i) => time - times[i]));
	}

	// Of the thread in which nothing happens, or of the other, what was not answered before `at`, on these nodes.
	reads(at, quiet, nodes = this.nodes) {
		const all = this.readings.filter((r) => r.at + r.took >= at && r.quiet === quiet && nodes.includes(r.node));
		const failed = all.filter((r) => r.status !== 200), answers = {};
		for (const { node, status } of failed)
			answers[`${node.name} ${status}`] = (answers[`${node.name} ${status}`] ?? 0) + 1;
		return { all: all.length, failed: failed.length, older: all.filter((r) => r.older).length, slowest: Math.max(...all.map((r) => r.took)), answers };
	}

	refusals() {
		return Object.fromEntries(this.answers);
	}

	async published(node) {
		const texts = new Set();
		for (let after = '';;) {
			const page = (await new Reader(node).get(`/v1/articles/${ARTICLE}/comments${after}`)).json;
			page.comments.forEach((c) => texts.add(c.text));
			if (!page.next)
				return texts;
			after = `?after=${encodeURIComponent(page.next)}`;
		}
	}
}
