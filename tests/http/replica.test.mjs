// Readers' pages come from a replica of the database, but what readers were told once a replica that lags never takes back:
// what was removed stays away, whoever removed it, after a restart too, and while there is no primary.
import { test, before, after, beforeEach } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { startServer, startNode, until, binary } from '../lib/server.mjs';
import { psql } from '../lib/postgres.mjs';
import { startPair } from '../lib/replica.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { metrics } from '../lib/metrics.mjs';

let pair, a, rike, wilma;

before(async () => {
	pair = startPair();
	a = await startServer({ db: pair.url(pair.primary), config: { replica: pair.url(pair.replica) } });
	rike = await new Editor(a).login();
	wilma = new Reader(a);
});
after(async () => {
	await a?.end();
	pair?.end();
});
beforeEach(async () => {
	await pair.lag('0');
	await pair.caughtUp();
	await until(async () => (await reads(a)).up === 1, { what: 'the replica is used' });
});

async function reads(node) {
	const { value } = await metrics(node), of = (answer) => value(`freigabe_store_replica_reads_total{answer="${answer}"}`);
	return { read: of('read'), behind: of('behind'), failed: of('failed'), ahead: of('ahead'), down: of('down'), up: value('freigabe_store_replicas_up') };
}

// All that a reader without a cookie can ask for, in ways that no two nodes or tests have in memory.
let fresh = 0;
const ways = (article) => ['de', 'en'].flatMap((lang) => [`/articles/${article}?lang=${lang}`, `/v1/articles/${article}/thread?lang=${lang}`,
	`/v1/articles/${article}/comments?lang=${lang}`, `/articles/${article}/comments.atom?lang=${lang}`]);
const all = async (node, article) => Promise.all(ways(article).map((path) => node.get(path)));
const shows = async (node, article, text) => (await all(node, article)).map((x) => (assert.equal(x.status, 200, x.text), x.text.includes(text)));
const on = (host, text) => psql(pair.url(host), `SELECT count(*) FROM publication p JOIN revision r ON r.id = p.revision_id
	WHERE p.removed_at IS NULL AND r.text = '${text}'`);

async function released(article = 'bruecke') {
	const text = `Auf der Kopie steht Nummer ${++fresh}.`, { id } = await wilma.submit(text, { article });
	await rike.release(id);
	return { id, text };
}

test('what is not in memory is read from the replica', async () => {
	const { text } = await released();
	await pair.caughtUp();
	const earlier = await reads(a);
	assert.ok((await shows(a, 'bruecke', text)).every(Boolean));
	const now = await reads(a);
	assert.ok(now.read > earlier.read, JSON.stringify(now));
	assert.deepEqual([now.behind, now.failed, now.down], [earlier.behind, earlier.failed, earlier.down]);
});

test('what was removed is not shown again by a replica that lags; what did not change it shows', async () => {
	const { id, text } = await released(), other = await released('library');
	await pair.caughtUp();
	await pair.lag('1h');
	await wilma.withdraw(id);
	assert.deepEqual([on(pair.primary, text), on(pair.replica, text)], ['0', '1'], 'the replica still has it');
	const earlier = await reads(a);
	assert.ok(!(await shows(a, 'bruecke', text)).includes(true));
	assert.equal((await a.get('/v1/articles/bruecke')).json.count, (await a.get('/v1/articles/bruecke/comments')).json.count);
	const behind = await reads(a);
	assert.ok(behind.behind > earlier.behind, JSON.stringify(behind));
	assert.ok((await shows(a, 'library', other.text)).every(Boolean));
	assert.ok((await reads(a)).read > behind.read, 'an article that did not change');
	await pair.lag('0');
	await pair.caughtUp();
	const then = await reads(a);
	await released(); // its pages are not in memory any more
	await pair.caughtUp();
	assert.ok(!(await shows(a, 'bruecke', text)).includes(true));
	assert.ok((await reads(a)).read > then.read, 'it has caught up');
});

test('nor after a restart, nor on another node that was told of it', async () => {
	const { id, text } = await released();
	await pair.caughtUp();
	const b = await startNode(a, { config: { replica: pair.url(pair.replica) } });
	try {
		const stream = await new Reader(b).stream('/v1/articles/bruecke/stream');
		await pair.lag('1h');
		await wilma.withdraw(id);
		await stream.next((m) => m.event === 'remove');
		stream.close();
		assert.ok(!(await shows(b, 'bruecke', text)).includes(true), 'told by the outbox');
		await b.restart();
		await until(async () => (await reads(b)).up === 1, { what: 'the replica is used' });
		assert.equal(on(pair.replica, text), '1', 'the replica still has it');
		assert.ok(!(await shows(b, 'bruecke', text)).includes(true), 'told before it started');
	} finally {
		await b.end();
	}
});

test('what the replica has and the primary has not acknowledged is not shown: it may never be', async () => {
	const primary = pair.url(pair.primary), title = 'Noch nicht bestätigt', standbys = (names) => {
		psql(primary, `ALTER SYSTEM SET synchronous_standby_names = '${names}'`);
		psql(primary, 'SELECT pg_reload_conf()');
		return until(() => psql(primary, 'SHOW synchronous_standby_names') === names, { what: 'who has to confirm' });
	};
	await released('library'); // its pages are not in memory
	await pair.caughtUp();
	await standbys('nobody');
	const earlier = await reads(a), commit = spawn('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', primary, '-c', `BEGIN;
		UPDATE counter SET value = value + 1 WHERE name = 'event';
		INSERT INTO event SELECT c.value, 'article', a.site_id, a.id, 0, 0, '', 0 FROM counter c, article a WHERE c.name = 'event' AND a.external_id = 'library';
		UPDATE article SET title = '${title}' WHERE external_id = 'library';
		COMMIT`], { stdio: 'inherit' }), ended = once(commit, 'exit');
	try {
		await until(() => psql(pair.url(pair.replica), `SELECT count(*) FROM article WHERE title = '${title}'`) === '1', { what: 'the replica has it' });
		assert.ok(!(await shows(a, 'library', title)).includes(true));
		assert.equal((await a.get('/v1/articles/library')).json.title.includes(title), false);
		const then = await reads(a);
		assert.ok(then.ahead > earlier.ahead, JSON.stringify(then));
	} finally {
		await standbys('');
	}
	assert.deepEqual(await ended, [0, null]);
	await until(async () => (await a.get('/v1/articles/library')).json.title === title, { what: 'it is acknowledged' });
});

test('a replica that is not there: the primary is read; it is said once, and it comes back', async () => {
	const { text } = await released(), said = () => a.log.match(/replica 1 is not used/g)?.length ?? 0, earlier = said();
	pair.replica.stop();
	assert.ok((await shows(a, 'bruecke', text)).every(Boolean));
	await until(async () => (await reads(a)).up === 0, { what: 'it is known to be away' });
	assert.ok((await shows(a, 'library', '')).every(Boolean));
	assert.equal(said(), earlier + 1);
	pair.replica.start();
	await until(async () => (await reads(a)).up === 1, { what: 'the replica is used again' });
	assert.equal(said(), earlier + 1);
});

// But a minute later, and then it says how often.
function saysNothingTwice(log) {
	const last = new Map();
	for (const { time, level, event, message } of log.split('\n').filter((l) => l.endsWith('}')).map((l) => JSON.parse(l))) {
		if (level === 'info' || event === 'access')
			continue;
		const line = `${level} ${event} ${message}`, at = Date.parse(time);
		assert.ok(!last.has(line) || at - last.get(line) > 59000, line);
		last.set(line, at);
	}
	assert.ok([...last.keys()].some((l) => l.startsWith('error outbox')) && [...last.keys()].some((l) => l.startsWith('error request')), [...last.keys()].join('\n'));
}

test('while there is no primary, released threads are read from the replica, and nothing removed is shown', async () => {
	const gone = await released(), stays = await released('library'), reader = new Reader(a);
	const { id } = await reader.submit('Meiner wartet noch.', { article: 'library' });
	await pair.caughtUp();
	await pair.lag('1h');
	await wilma.withdraw(gone.id);
	await until(() => on(pair.replica, gone.text) === '1' && psql(pair.url(pair.primary), // it has it, and does not show it
		'SELECT count(*) FROM pg_stat_replication WHERE write_lsn = pg_current_wal_lsn()') === '1', { what: 'the replica has received it' });
	pair.primary.stop();
	try {
		assert.ok((await shows(a, 'library', stays.text)).every(Boolean), 'a thread that the replica shows as readers know it');
		for (const answer of await all(a, 'bruecke'))
			assert.ok(answer.status === 503 || !answer.text.includes(gone.text), answer.text);
		assert.ok((await all(a, 'bruecke')).some((x) => x.status === 503));
		await pair.lag('0');
		await until(async () => (await all(a, 'bruecke')).every((x) => x.status === 200), { what: 'the replica has it' });
		assert.ok(!(await shows(a, 'bruecke', gone.text)).includes(true));
		assert.ok((await reader.page('library')).includes('Meiner wartet noch.'), 'a page of one\'s own');
		assert.equal((await reader.one(id, 'library')).state, 'held');
		assert.equal((await wilma.post('Wohin damit?')).status, 503);
		for (let i = 0; i < 10; i++)
			assert.equal((await rike.get('/v1/desk/queue')).status, 503, 'the desk decides on nothing old');
		saysNothingTwice(a.log);
		assert.ok((await metrics(a)).value('freigabe_log_repeats_total') >= 5);
	} finally {
		pair.primary.start();
	}
	await until(async () => (await wilma.post('Und nun?')).status === 201, { what: 'it takes comments again' });
});

test('of several hosts of the database, a replica is never read in the primary\'s stead', async () => {
	const { id, text } = await released();
	await pair.caughtUp();
	const b = await startNode({ db: pair.url(pair.replica, pair.primary) });
	try {
		const stream = await new Reader(b).stream('/v1/articles/bruecke/stream');
		await pair.lag('1h');
		await wilma.withdraw(id);
		await stream.next((m) => m.event === 'remove');
		stream.close();
		assert.equal(on(pair.replica, text), '1', 'the replica still has it');
		assert.ok(!(await shows(b, 'bruecke', text)).includes(true));
	} finally {
		await b.end();
	}
});

test('a replica of a file, or one that cannot be named: it does not start', () => {
	for (const [db, replica] of [[`sqlite:${a.dir}/x.db`, pair.url(pair.replica)], [pair.url(pair.primary), 'sqlite:copy.db'],
		[pair.url(pair.primary), 'postgres://frei:geheim@[::1/db']]) {
		const r = spawnSync(binary(), ['serve', '--listen', '127.0.0.1:0', '--db', db, '--replica', replica], { encoding: 'utf8', timeout: 60000 });
		assert.equal(r.status, 2, r.stderr);
		assert.doesNotMatch(r.stderr, /geheim/);
	}
});
