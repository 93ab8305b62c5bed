// Who has taken all that a limit lets through is refused by every node, whatever becomes of the one that let it through: each
// kind of limit by itself, tried by what only that one can refuse.
import assert from 'node:assert/strict';
import { until, uuid } from './server.mjs';
import { metrics } from './metrics.mjs';
import { Reader } from './people.mjs';

// One act comes back each minute, half a minute for a prefix: more than a test takes. All that these take together must fit
// into one article's bucket, and into the site's but for its own try.
export const LIMITED = { limits: 'on', config: { trusted_proxies: '127.0.0.1', limit_submit: '6/1', limit_prefix: 2, limit_reader: '4/1',
	limit_article: '70/1', limit_site: '130/1' } };

let count = 0;
// An address that nobody else has, nor its prefix.
const address = () => `10.${++count >> 8}.${count & 255}.1`;
const act = (reader, article = 'bruecke', from = address()) => reader.post(`Viele Sätze, ${uuid()}.`, { article, headers: { 'X-Forwarded-For': from } });
const known = (reader, node) => Object.assign(new Reader(node), { jar: new Map(reader.jar) });

// `begin`: what the acts of one try have in common; `act`: one of them; `most`: how many are let through; `kind`: where refusals
// are counted (those of a prefix with those of its addresses); `cost`: how many seconds an act takes to come back.
const KINDS = [
	{ name: 'reader', kind: 'reader', code: 'throttled', most: 4, cost: 60, act: (node, reader) => act(known(reader, node)), async begin(node) {
		const reader = new Reader(node); // of somebody unknown no bucket can be found
		assert.equal((await act(reader)).status, 201);
		return reader;
	} },
	{ name: 'address', kind: 'submit', code: 'throttled', most: 6, cost: 60, begin: address, act: (node, from) => act(new Reader(node), 'bruecke', from) },
	{ name: 'prefix', kind: 'submit', code: 'throttled', most: 12, cost: 30, begin: () => ({ of: address().slice(0, -1), next: 0 }),
		act: (node, prefix) => act(new Reader(node), 'bruecke', prefix.of + ++prefix.next) },
];
const ARTICLE = { name: 'article', kind: 'article', code: 'throttled_article', most: 70, cost: 60, begin: () => 'library', act: (node, article) => act(new Reader(node), article) };
const SITE = { name: 'site', kind: 'site', code: 'throttled_site', cost: 60, begin: () => 'bruecke', act: (node, article) => act(new Reader(node), article) };

// One act: taken (0), or refused, and for so many seconds; by this kind of limit and no other.
async function refused(node, { name, kind, code, act }, state) {
	const line = `freigabe_limits_refused_total{kind="${kind}"}`, before = (await metrics(node)).value(line), answer = await act(node, state);
	if (answer.status === 201)
		return 0;
	assert.deepEqual([answer.status, answer.json.error.code], [429, code], `${name}: ${answer.text}`);
	assert.equal((await metrics(node)).value(line), before + 1, `${name}: it is another limit that refuses`);
	return answer.json.error.retry_after;
}

async function takeAll(node, what) {
	const since = Date.now(), state = await what.begin(node);
	let taken = 0;
	while (!(await refused(node, what, state)))
		taken++;
	if (what.most)
		assert.equal(taken, what.most, what.name);
	return { what, state, full: since + taken * what.cost * 1000 }; // when all is back, at the earliest
}

// The first act is refused.
async function knows(node, tries) {
	for (const { what, state } of tries)
		assert.ok(await refused(node, what, state), `${what.name}: a node that comes up knows`);
}

// What is let through before that is owed, too: so it is told from a bucket that was emptied here alone.
async function hears(node, tries) {
	for (const { what, state } of tries) {
		let here = 0;
		await until(async () => {
			const wait = await refused(node, what, state);
			here += !wait;
			return wait && (here === 0 || wait > what.cost * here + 1);
		}, { every: 300, what: `${what.name}: refused there too` });
	}
}

// `startBeside()` starts another node on the database of `one`; gives it.
export async function holdEverywhere(one, startBeside) {
	const all = async (kinds) => {
		const tries = [];
		for (const what of kinds)
			tries.push(await takeAll(one, what));
		return tries;
	};
	const first = await all([...KINDS, ARTICLE]);
	// all that was taken is told: behind what the site owes stands the article, and behind the other article, from which all the
	// others took, the rest
	await until(() => {
		const [, article, , ...rest] = one.sql('SELECT full_at FROM bucket ORDER BY full_at DESC').split('\n').map(Number);
		return first.map((t) => t.full).sort((x, y) => y - x).every((full, i) => [article, ...rest][i] >= full);
	}, { what: 'what was taken, told' });
	const two = await startBeside();
	try {
		await knows(two, first);
		assert.equal((await act(new Reader(two))).status, 201, 'and refuses nobody else');
		await one.kill();
		await one.start();
		await knows(one, first);
		await hears(two, await all(KINDS));
		const last = await all([SITE]); // hides all others
		await hears(two, last);
		await Promise.all([one.restart(), two.restart()]);
		await knows(one, last);
		await knows(two, last);
	} finally {
		await two.end();
	}
}
