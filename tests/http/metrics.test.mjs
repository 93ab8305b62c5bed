// What the server counts moves when things happen, holds nothing that a client chose, and is what papers, alerts and the
// dashboard name.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { request as ask } from 'node:http';
import { startServer, until, uuid } from '../lib/server.mjs';
import { newDatabase } from '../lib/postgres.mjs';
import { request } from '../lib/http.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { metrics, parse, Vocabulary } from '../lib/metrics.mjs';

const root = new URL('../../', import.meta.url).pathname;
const file = (path) => readFileSync(join(root, path), 'utf8');
let server, rike;

before(async () => {
	server = await startServer();
	rike = await new Editor(server).login('rike');
	await until(async () => (await server.get('/readyz')).status === 200, { what: 'ready' });
});
after(() => server?.end());

// How much each named value grows while `act` is done, as soon as all have grown at all.
async function growth(names, act) {
	const old = await metrics(server);
	await act();
	return until(async () => {
		const now = await metrics(server);
		const grown = Object.fromEntries(names.map((name) => [name, now.value(name) - old.value(name)]));
		return Object.values(grown).every((n) => n > 0) && grown;
	}, { what: names.join(', ') });
}

test('a comment, its decision, its page', async () => {
	const reader = new Reader(server);
	let sent;
	const posted = await growth(['freigabe_http_requests_total{group="submit",status="2xx"}', 'freigabe_events_total{what="held"}',
		'freigabe_check_seconds_count', 'freigabe_check_findings_total{rule="profanity"}', 'freigabe_store_commit_seconds_count',
		'freigabe_store_commit_writes_sum', 'freigabe_queue_length{site="test"}', 'freigabe_queue_oldest_seconds{site="test"}'],
	async () => (sent = await reader.submit('Diese Arschlöcher im Rat haben von Stahl keine Ahnung, das sieht jeder.')));
	assert.equal(posted['freigabe_http_requests_total{group="submit",status="2xx"}'], 1);
	assert.equal(posted['freigabe_events_total{what="held"}'], 1);
	assert.equal(posted['freigabe_queue_length{site="test"}'], 1);
	const decided = await growth(['freigabe_http_requests_total{group="decide",status="2xx"}', 'freigabe_events_total{what="release"}',
		'freigabe_audit_chain_length'], () => rike.release(sent.id));
	assert.equal(decided.freigabe_audit_chain_length, 1);
	await until(async () => (await metrics(server)).value('freigabe_queue_length{site="test"}') === 0, { what: 'an empty queue' });
	const read = async () => assert.equal((await server.get('/v1/articles/bruecke/thread')).status, 200);
	assert.equal((await growth(['freigabe_cache_requests_total{result="miss"}'], read))['freigabe_cache_requests_total{result="miss"}'] >= 1, true);
	const hit = await growth(['freigabe_cache_requests_total{result="hit"}', 'freigabe_http_response_bytes_total{group="thread"}',
		'freigabe_http_request_duration_seconds_count{group="thread",status="2xx"}'], read);
	assert.equal(hit['freigabe_cache_requests_total{result="hit"}'], 1);
	const now = await metrics(server);
	assert.ok(now.value('freigabe_cache_bytes') > 0 && now.value('freigabe_cache_bytes') < now.value('freigabe_cache_bytes_max'));
});

test('streams and connections are counted, and not for ever', async () => {
	const stream = await new Reader(server).stream('/v1/articles/bruecke/stream');
	await until(async () => (await metrics(server)).value('freigabe_http_streams') === 1, { what: 'a stream' });
	stream.close();
	// the server finds out by writing to it
	await until(async () => {
		await rike.release((await new Reader(server).submit(`Noch ein Satz zur Brücke, ${uuid().slice(0, 8)}.`)).id);
		return (await metrics(server)).value('freigabe_http_streams') === 0;
	}, { what: 'no stream', every: 200 });
});

test('a limit that refuses', async () => {
	const limited = await startServer({ limits: 'on' });
	try {
		// of several buckets the one counts that asks for the longest wait
		const refused = async () => ['submit', 'reader'].reduce(async (sum, kind) => await sum + (await metrics(limited)).value(`freigabe_limits_refused_total{kind="${kind}"}`), 0);
		const reader = new Reader(limited);
		assert.equal(await refused(), 0);
		let last;
		for (let i = 0; i < 40 && last?.status !== 429; i++)
			last = await reader.post('');
		assert.equal(last.status, 429);
		assert.equal(await refused(), 1);
	} finally {
		await limited.end();
	}
});

// What is looked up every two seconds, what jobs leave, and the log that is moved into the file: all is changed at once, and
// one look shows it.
test('queue, letters, disk, jobs and checkpoints: each follows what happens, and back again', async () => {
	const own = await startServer();
	let looking;
	const reads = async (wanted, what) => until(async () => wanted(await metrics(own)), { every: 50, what });
	try {
		const boss = await new Editor(own).login(), reader = new Reader(own);
		const late = await reader.submit('Auf diese Antwort wartet jemand schon lange.');
		const begun = await reads((m) => m.value('freigabe_queue_length{site="test"}') === 1 && m.value('freigabe_job_last_run_timestamp_seconds{job_name="automatic_guard"}') && m, 'a look');
		for (const name of ['freigabe_queue_late', 'freigabe_queue_late_seconds', 'freigabe_queue_announced_seconds', 'freigabe_mail_given_up', 'freigabe_mail_waiting',
			'freigabe_mail_oldest_seconds', 'freigabe_job_failures_total', 'freigabe_store_checkpoint_seconds_count'])
			assert.equal(begun.value(name), 0, name);

		own.sql(`UPDATE forecast SET from_at = 1, until_at = ${Date.now() - 600000}`); // who wrote it was told ten minutes ago
		assert.equal((await boss.write('/v1/desk/staff/invitations', { name: 'Änne Groß', email: 'aenne@paper.example', role: 'editor', lang: 'de' })).status, 201); // there is no mail server
		// what the guard of lanes has learned from cannot be kept
		own.sql("CREATE TRIGGER broken BEFORE INSERT ON setting WHEN NEW.name = 'automatic_seq' BEGIN SELECT RAISE(ABORT, 'broken'); END");
		const big = join(own.dir, 'big'), { bavail, bsize } = statfsSync(own.dir), bytes = Math.floor(Math.min(2 ** 28, bavail * bsize / 4));
		assert.equal(spawnSync('fallocate', ['-l', String(bytes), big]).status, 0);
		// five thousand pages that another program adds to the log: the next commit sees them
		own.sql(`PRAGMA wal_autocheckpoint = 0; INSERT INTO suggestion (id, site_id, text, lang, attribute, score_permille, community, created_at, text_hash)
			SELECT value, (SELECT id FROM site), hex(randomblob(2000)), 'de', 'TOXICITY', 1, '', ${Date.now()}, value FROM generate_series(1, 5000)`);
		looking = spawn('sqlite3', ['-batch', own.file]); // and as long as this one looks at them, the log does not begin anew
		looking.stdin.write('BEGIN;\nSELECT count(*) FROM site;\n');
		await once(looking.stdout, 'data');
		await boss.release((await reader.submit('Ein Satz, nach dem das Protokoll lang ist.')).id);
		own.sql('UPDATE decision SET decided_at = decided_at - 60000'); // it can be taken back no more
		const worse = await reads((m) => m.value('freigabe_queue_late{site="test"}') === 1 && m.value('freigabe_mail_waiting') === 1 && m.value('freigabe_job_failures_total{job_name="automatic_guard"}') > 0
			&& m.value('freigabe_store_log_pages') > 4000 && m.value('freigabe_store_checkpoint_seconds_count') > 0 && m.value('freigabe_disk_free_bytes') < begun.value('freigabe_disk_free_bytes') - bytes / 2 && m,
		'all that went wrong is told');
		assert.ok(worse.value('freigabe_queue_late_seconds{site="test"}') > 590 && worse.value('freigabe_mail_oldest_seconds') > 0);
		assert.ok(worse.value('freigabe_store_checkpoint_seconds_sum') > 0);
		assert.equal(worse.value('freigabe_job_failures_total'), worse.value('freigabe_job_failures_total{job_name="automatic_guard"}'), 'no other job');
		assert.ok(worse.value('freigabe_disk_free_bytes') < worse.value('freigabe_disk_size_bytes'));

		own.sql("DROP TRIGGER broken; UPDATE mail SET state = 'failed'");
		rmSync(big);
		looking.stdin.end();
		await boss.release(late.id);
		const better = await reads((m) => m.value('freigabe_queue_late{site="test"}') === 0 && m.value('freigabe_mail_waiting') === 0 && m.value('freigabe_mail_given_up{site="test"}') === 1
			&& m.value('freigabe_disk_free_bytes') > worse.value('freigabe_disk_free_bytes') + bytes / 2 && m, 'all is well again');
		assert.equal(better.value('freigabe_queue_late_seconds{site="test"}'), 0);
		assert.equal(better.value('freigabe_mail_oldest_seconds'), 0);
		// the job runs again, and does not fail any more
		const then = better.value('freigabe_job_last_run_timestamp_seconds{job_name="automatic_guard"}');
		const again = await reads((m) => m.value('freigabe_job_last_run_timestamp_seconds{job_name="automatic_guard"}') > then && m, 'the job has run');
		assert.equal(again.value('freigabe_job_failures_total'), better.value('freigabe_job_failures_total'));
		for (const [name, value] of again.samples)
			if (name.startsWith('freigabe_job_seconds_total'))
				assert.ok(value > 0 && value >= worse.value(name), name);

		// nothing can be announced until it is known how much is decided in an hour
		assert.equal(again.value('freigabe_queue_announced_seconds{site="test"}'), 0);
		await own.stop();
		own.sql(`INSERT INTO forecast SELECT 9000000000000000000 + value, (SELECT id FROM site), t, t, 60000, 0, NULL, NULL, t + 60000
			FROM (SELECT value, ${Date.now()} - value * 600000 AS t FROM generate_series(1, 60))`);
		await own.start();
		await reads((m) => m.value('freigabe_queue_announced_seconds{site="test"}') > 0 && m.value('freigabe_store_log_pages') < 4000, 'what newcomers are told; and the log has begun anew');
	} finally {
		looking?.stdin.end();
		await own.end();
	}
});

test('readers of the database: how many are at work, and who waits for one', async () => {
	const own = await startServer({ db: await newDatabase() }), reader = new Reader(own);
	let held;
	try {
		await reader.submit('Wer liest, was ich schrieb?');
		const idle = (m) => m.value('freigabe_store_readers_busy') === 0 && m.value('freigabe_store_reads_waiting') === 0 && m;
		const before = await until(async () => idle(await metrics(own)), { what: 'nobody reads' }), readers = before.value('freigabe_store_readers');
		assert.ok(readers > 1);
		held = spawn('psql', ['-XqAt', own.db]);
		held.stdin.write('BEGIN; LOCK TABLE author IN ACCESS EXCLUSIVE MODE; SELECT 1;\n');
		await once(held.stdout, 'data');
		const answers = Promise.all(Array.from({ length: readers + 4 }, () => reader.get('/v1/articles/bruecke/mine')));
		const full = await until(async () => {
			const now = await metrics(own);
			return now.value('freigabe_store_reads_waiting') >= 4 && now;
		}, { what: 'four wait' });
		assert.equal(full.value('freigabe_store_readers_busy'), readers, 'all are at work');
		assert.ok(full.value('freigabe_store_read_waits_total') >= before.value('freigabe_store_read_waits_total') + 4);
		held.stdin.end();
		for (const answer of await answers)
			assert.equal(answer.status, 200, answer.text);
		await until(async () => idle(await metrics(own)), { what: 'nobody reads any more' });
	} finally {
		held?.stdin.end();
		await own.end();
	}
});

test('hostile paths, methods and values make no new line', async () => {
	const names = async () => [...(await metrics(server)).samples.keys()].filter((n) => !n.includes('freigabe_http_request_duration')).sort();
	const before = await names();
	for (const path of ['/x"} 1', '/%22%7D', '/v1/articles/%0a', `/${'a'.repeat(3000)}`, '/articles/gibt-es-nicht', '/metrics/x', '/?site=%22'])
		await new Promise((done) => ask({ port: server.port, host: '127.0.0.1', path: path.replace(/[" }]/g, (c) => encodeURIComponent(c)), method: 'GET' }, (res) => res.resume().on('end', done)).on('error', done).end());
	for (const method of ['PATCH', 'DELETE', 'PROPFIND'])
		await request(server, method, '/articles/bruecke');
	assert.deepEqual(await names(), before);
	const { text } = await metrics(server);
	for (const secret of ['bruecke', 'gibt-es-nicht', '127.0.0.1', 'rike', 'Wilma', 'Arschl'])
		assert.ok(!text.includes(secret), secret);
	assert.ok((await metrics(server)).value('freigabe_http_requests_total{group="none",status="4xx"}') > 0);
});

test('told to programs on this machine alone, that speak for nobody else', async () => {
	for (const headers of [{ 'X-Forwarded-For': '192.0.2.7' }, { 'X-Forwarded-For': '127.0.0.1' }, { Forwarded: 'for=192.0.2.7' }, { Via: '1.1 proxy' },
		{ 'X-Real-IP': '127.0.0.1' }, { Host: 'comments.paper.example' }, { Host: 'paper.example:127' }, { Host: '127.paper.example' }]) {
		const answer = await server.get('/metrics', headers), none = await server.get('/metricz', headers);
		assert.equal(answer.status, 404, JSON.stringify(headers));
		const plain = (a) => a.text.replaceAll(a.json.error.request, '');
		assert.equal(plain(answer), plain(none), 'as if there were no such page');
	}
	assert.equal((await server.get('/metrics', { Host: `localhost:${server.port}` })).status, 200);
	assert.equal((await server.get('/metrics', { Host: '[::1]' })).status, 200);
});

test('by a token, from anywhere; on a port of its own; not at all', async () => {
	const token = 'ein-langes-wort-fuer-messwerte';
	writeFileSync(join(server.dir, 'token'), token + '\n');
	const guarded = await startServer({ config: { metrics_token_file: join(server.dir, 'token'), trusted_proxies: '127.0.0.1' } });
	const apart = await startServer({ config: { metrics: '127.0.0.1:0' } });
	const off = await startServer({ config: { metrics: 'off' } });
	try {
		const far = { 'X-Forwarded-For': '192.0.2.7' };
		assert.equal((await guarded.get('/metrics')).status, 404);
		assert.equal((await guarded.get('/metrics', { ...far, Authorization: `Bearer ${token}` })).status, 200);
		for (const wrong of [`Bearer ${token}x`, `Bearer ${token.slice(1)}`, `Basic ${token}`, 'Bearer '])
			assert.equal((await guarded.get('/metrics', { Authorization: wrong })).status, 404, wrong);
		assert.equal((await off.get('/metrics')).status, 404);
		assert.equal((await apart.get('/metrics')).status, 404);
		const port = /"event":"metrics","message":"port (\d+)"/.exec(apart.log)[1];
		const own = { port: Number(port), agent: apart.agent };
		assert.ok(parse((await request(own, 'GET', '/metrics')).text).value('freigabe_http_workers') > 1, 'of the other port, too');
		assert.equal((await request(own, 'GET', '/healthz')).status, 200);
		assert.equal((await request(own, 'GET', '/')).status, 404);
	} finally {
		for (const s of [guarded, apart, off])
			await s.end();
	}
});

// ---- papers ----

const { parse: yaml } = createRequire(join(root, 'web/package.json'))('yaml');
const RULES = 'deploy/prometheus/freigabe.rules.yml';
const targets = () => JSON.parse(file('deploy/grafana/freigabe.json')).panels.flatMap((p) => p.targets ?? []);

test('docs/metrics.md names what there is, with its kind and its labels, and nothing else', async () => {
	const now = await metrics(server), { families } = now, vocabulary = new Vocabulary(now);
	const rows = new Map([...file('docs/metrics.md').matchAll(/^\| `([a-z_]+)` \| (\w+) \| ([^|]*) \| (.*) \|$/gm)].map(([, name, type, labels, help]) =>
		[name, { type, labels: [...labels.matchAll(/`(\w+)`/g)].map((m) => m[1]), help }]));
	assert.deepEqual([...rows.keys()].sort(), [...families.keys()].sort());
	for (const [name, { type, help }] of families)
		assert.deepEqual(rows.get(name), { type, labels: vocabulary.own(type === 'histogram' ? `${name}_sum` : name), help }, name);
});

test('alerts and dashboard ask for what there is: names, labels and their values', async () => {
	const vocabulary = new Vocabulary(await metrics(server));
	assert.ok(targets().length > 30);
	for (const { expr, legendFormat } of targets())
		assert.deepEqual(vocabulary.wrong(expr, legendFormat), [], expr);
	for (const { alert, expr, annotations } of yaml(file(RULES)).groups.flatMap((g) => g.rules)) {
		assert.deepEqual(vocabulary.wrong(expr, Object.values(annotations).join(' ')), [], alert);
		assert.ok(file('docs/operation.md').includes(`**${alert}**`), `${alert} is not in docs/operation.md`);
		assert.match(file('deploy/prometheus/freigabe.test.yml'), new RegExp(`alertname: ${alert}\\n +exp_alerts:\\n`), `${alert} is never seen to go off`);
	}
	// what the alerts are tried with is what the program tells
	for (const { series } of yaml(file('deploy/prometheus/freigabe.test.yml')).tests.flatMap((t) => t.input_series))
		assert.deepEqual(vocabulary.wrong(series), [], series);
});

test('of a question that nothing answers each mistake is found', async () => {
	const vocabulary = new Vocabulary(await metrics(server));
	for (const [expr, legend, mistake] of [
		['sum(rate(freigabe_http_requests[5m]))', '', 'there is no freigabe_http_requests'],
		['rate(freigabe_http_requests_total{status="500"}[5m])', '', 'freigabe_http_requests_total is never told of status "500"'],
		['rate(freigabe_http_request_duration_seconds_count{group="pages"}[5m])', '', 'freigabe_http_request_duration_seconds_count is never told of group "pages"'],
		['freigabe_log_lines_total{level=~"warn|fatal"}', '', 'freigabe_log_lines_total is never told of level "fatal"'],
		['freigabe_not_ready{reasons!="draining"}', '', 'freigabe_not_ready has no label reasons'],
		['histogram_quantile(0.9, sum by (kind, le) (rate(freigabe_check_seconds_bucket[5m])))', '', 'freigabe_check_seconds_bucket has no label kind to group by'],
		['sum by (le) (rate(freigabe_check_seconds_count[5m]))', '', 'freigabe_check_seconds_count has no label le to group by'],
		['max(freigabe_queue_length)', '{{site}}', 'the answer has no label site'],
		['sum by (group) (freigabe_http_requests_total)', '{{ $labels.status }}', 'the answer has no label status'],
	])
		assert.deepEqual(vocabulary.wrong(expr, legend), [mistake], expr);
});

const promtool = (args, input) => {
	const r = spawnSync('promtool', args, { input, encoding: 'utf8', cwd: join(root, 'deploy/prometheus') });
	assert.equal(r.status, 0, `promtool ${args.join(' ')}: ${r.error ?? ''}${r.stdout}${r.stderr}`);
	return r.stdout;
};

test('Prometheus reads the metrics, the alerts, and what the dashboard asks', async () => {
	promtool(['check', 'metrics'], (await metrics(server)).text);
	promtool(['check', 'rules', 'freigabe.rules.yml']);
	promtool(['test', 'rules', 'freigabe.test.yml']);
	const asks = targets().map((t) => t.expr.replaceAll('$node', '.+'));
	const rules = { groups: [{ name: 'dashboard', rules: asks.map((expr, i) => ({ record: `ask_${i}`, expr })) }] };
	writeFileSync(join(server.dir, 'dashboard.yml'), JSON.stringify(rules));
	promtool(['check', 'rules', join(server.dir, 'dashboard.yml')]);
	const open = await server.get('/metrics', { Accept: 'application/openmetrics-text; version=1.0.0' });
	assert.match(open.headers['content-type'], /^application\/openmetrics-text/);
	assert.ok(open.text.endsWith('\n# EOF\n'));
	assert.match(open.text, /^# TYPE freigabe_http_requests counter$/m);
});
