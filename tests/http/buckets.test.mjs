// Limits hold for all who serve one database, whatever becomes of them; and each of address, prefix, reader, article and
// site has its own.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { startServer, startNode, until } from '../lib/server.mjs';
import { LIMITED, holdEverywhere } from '../lib/limited.mjs';
import { Reader } from '../lib/people.mjs';

const PROXY = { trusted_proxies: '127.0.0.1' };
const NONE = { limit_reader: 0, limit_article: 0, limit_site: 0 };

// Another process on the same database.
async function beside(server) {
	const other = Object.assign(Object.create(Object.getPrototypeOf(server)), server, { starts: server.starts + 100 });
	return other.start();
}
function sql(server, text) {
	const r = spawnSync('sqlite3', ['-batch', server.file], { input: `.timeout 5000\n${text}`, encoding: 'utf8' });
	assert.equal(r.status, 0, r.stderr);
	return r.stdout.trim();
}
let count = 0;
const post = (server, { from, as = new Reader(server), article = 'bruecke' } = {}) => as.post(`Kommentar Nummer ${++count} in rascher Folge.`,
	{ article, headers: from ? { 'X-Forwarded-For': from } : {} });
// How many are taken until one is refused.
async function taken(server, options, most = 60) {
	for (let n = 0; n < most; n++) {
		const answer = await post(server, typeof options === 'function' ? options(n) : options);
		if (answer.status === 429) {
			assert.equal(answer.headers['retry-after'], String(answer.json.error.retry_after));
			return { n, code: answer.json.error.code, message: answer.json.error.message };
		}
		assert.equal(answer.status, 201, answer.text);
	}
	return { n: most };
}
const told = (server) => until(() => Number(sql(server, 'SELECT count(*) FROM bucket')) > 0, { what: 'a row' });

test('who has been refused is refused after a kill and a restart, and by the node beside: each kind of limit', async () => {
	const server = await startServer(LIMITED);
	try {
		await holdEverywhere(server, () => startNode(server, LIMITED));
		assert.ok(!/\b10\.0/.test(sql(server, 'SELECT * FROM bucket')), 'no address in the clear');
	} finally {
		await server.end();
	}
});

test('what two nodes let through together is at most a bucket more, and is owed', async () => {
	const server = await startServer({ limits: 'on', config: { ...PROXY, ...NONE, limit_submit: '8/1' } });
	const other = await beside(server);
	try {
		const from = '192.0.2.1';
		const both = await Promise.all([taken(server, { from }), taken(other, { from })]);
		const all = both[0].n + both[1].n;
		assert.ok(all >= 8 && all <= 16, `${all} were let through`);
		await until(() => sql(server, `SELECT max(full_at) > ${Date.now() + (all - 2) * 60000} FROM bucket`) === '1', { what: 'all of it, owed' });
		await until(async () => (await post(server, { from })).json.error?.retry_after > (all - 8) * 60 - 60, { what: 'a longer wait' });
	} finally {
		await other.stop();
		await server.end();
	}
});

test('few acts leave no row', async () => {
	const server = await startServer({ limits: 'on', config: { ...PROXY, limit_submit: '6/1' } });
	try {
		await post(server, { from: '198.51.100.7' });
		await taken(server, { from: '203.0.113.1' });
		await told(server);
		// the busy address and its prefix, and the reader's: each was a new one
		const rows = Number(sql(server, 'SELECT count(*) FROM bucket'));
		assert.ok(rows <= 1, `${rows} rows`);
	} finally {
		await server.end();
	}
});

test('a prefix counts for some addresses, IPv4 and IPv6', async () => {
	const server = await startServer({ limits: 'on', config: { ...PROXY, ...NONE, limit_submit: '4/1', limit_prefix: 2 } });
	try {
		assert.equal((await taken(server, (n) => ({ from: `198.51.100.${n}` }))).n, 8);
		assert.equal((await taken(server, (n) => ({ from: `198.51.${n}.1` }), 12)).n, 12);
		assert.equal((await taken(server, (n) => ({ from: `2001:db8:1:${n}::1` }))).n, 8);
		assert.equal((await taken(server, { from: '2001:db8:2:1::1' })).n, 4);
		assert.equal((await post(server, { from: '2001:db8:2:1:ffff::2' })).status, 429, 'one /64 is one address');
		assert.equal((await post(server, { from: '2001:db8:3::1' })).status, 201);
	} finally {
		await server.end();
	}
});

test('a reader, an article and a site each have theirs, and say which', async () => {
	const config = { ...PROXY, limit_submit: 0, limit_reader: '3/1', limit_article: '7/1', limit_site: '10/1' };
	const server = await startServer({ limits: 'on', config });
	try {
		const as = new Reader(server);
		await post(server, { as }); // gets the capability
		assert.deepEqual(await taken(server, { as }).then(({ n, code }) => [n, code]), [3, 'throttled']);
		assert.deepEqual(await taken(server, {}).then(({ n, code }) => [n, code]), [3, 'throttled_article']);
		const site = await taken(server, { article: 'library' });
		assert.deepEqual([site.n, site.code], [3, 'throttled_site']);
		assert.match(site.message, /sehr viele Kommentare/);
		const english = await new Reader(server).request('POST', '/v1/articles/library/comments', { headers: { 'Accept-Language': 'en' }, body: { name: 'a', text: 'Some words.' } });
		assert.match(english.json.error.message, /Very many comments/);
		const page = await new Reader(server).postForm({ name: 'a', text: 'Und noch einer.', action: 'send' });
		assert.deepEqual([page.status, /sehr viele Kommentare/.test(page.text)], [429, true]);
		assert.equal((await server.get('/articles/bruecke')).status, 200, 'reading goes on');
		// a site's own rates, taken over by a running server
		server.cli('site', 'set', 'test', '--limits', 'article=0 site=0');
		await until(async () => (await post(server, {})).status === 201, { what: 'the new rates', every: 200 });
		assert.notEqual(server.cliRaw(['site', 'set', 'test', '--limits', 'login=1/1']).status, 0, 'not a site\'s own');
		assert.notEqual(server.cliRaw(['site', 'set', 'test', '--limits', 'article=x']).status, 0);
	} finally {
		await server.end();
	}
});

test('rows that are over go faster than a flood can bring others', async () => {
	const OVER = 9000; // five beats, of a second each
	const server = await startServer({ limits: 'on', config: { ...PROXY, ...NONE, limit_submit: '1/1' } });
	try {
		sql(server, `INSERT INTO bucket SELECT value, 1, 1 FROM generate_series(1, ${OVER});`);
		sql(server, `INSERT INTO proof SELECT value, 1 FROM generate_series(1, ${OVER});`);
		const left = () => Number(sql(server, 'SELECT (SELECT count(*) FROM bucket WHERE full_at = 1) + (SELECT count(*) FROM proof WHERE until_at = 1)'));
		await until(() => left() === 0, { every: 500, what: 'all gone' });
	} finally {
		await server.end();
	}
});
