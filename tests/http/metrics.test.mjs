// What the server counts moves when things happen, holds nothing that a client chose, and is what papers, alerts and the
// dashboard name.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request as ask } from 'node:http';
import { startServer, until, uuid } from '../lib/server.mjs';
import { request } from '../lib/http.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { metrics, parse } from '../lib/metrics.mjs';

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

const known = (now) => new Set([...now.families].flatMap(([name, { type }]) => (type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name])));
const named = (text) => new Set([...text.matchAll(/\b(?:freigabe|process)_[a-z_]+\b/g)].map((m) => m[0]));

test('docs/metrics.md names what there is, with its kind, and nothing else', async () => {
	const { families } = await metrics(server);
	const rows = new Map([...file('docs/metrics.md').matchAll(/^\| `([a-z_]+)` \| (\w+) \| ([^|]*) \| (.*) \|$/gm)].map(([, name, type, , help]) => [name, { type, help }]));
	assert.deepEqual([...rows.keys()].sort(), [...families.keys()].sort());
	for (const [name, { type, help }] of families)
		assert.deepEqual(rows.get(name), { type, help }, name);
});

test('alerts and dashboard name what there is', async () => {
	const names = known(await metrics(server));
	const dashboard = JSON.parse(file('deploy/grafana/freigabe.json'));
	const exprs = dashboard.panels.flatMap((p) => (p.targets ?? []).map((t) => t.expr));
	assert.ok(exprs.length > 30);
	for (const text of [...exprs, file('deploy/prometheus/freigabe.rules.yml').replace(/^#.*$/gm, '')])
		for (const name of named(text))
			assert.ok(names.has(name), `there is no ${name}`);
	for (const [, alert] of file('deploy/prometheus/freigabe.rules.yml').matchAll(/alert: (\w+)/g)) {
		assert.ok(file('docs/operation.md').includes(`**${alert}**`), `${alert} is not in docs/operation.md`);
		assert.match(file('deploy/prometheus/freigabe.test.yml'), new RegExp(`alertname: ${alert}\\n +exp_alerts:\\n`), `${alert} is never seen to go off`);
	}
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
	const asks = JSON.parse(file('deploy/grafana/freigabe.json')).panels.flatMap((p) => (p.targets ?? []).map((t) => t.expr.replaceAll('$node', '.+')));
	const rules = { groups: [{ name: 'dashboard', rules: asks.map((expr, i) => ({ record: `ask_${i}`, expr })) }] };
	writeFileSync(join(server.dir, 'dashboard.yml'), JSON.stringify(rules));
	promtool(['check', 'rules', join(server.dir, 'dashboard.yml')]);
	const open = await server.get('/metrics', { Accept: 'application/openmetrics-text; version=1.0.0' });
	assert.match(open.headers['content-type'], /^application\/openmetrics-text/);
	assert.ok(open.text.endsWith('\n# EOF\n'));
	assert.match(open.text, /^# TYPE freigabe_http_requests counter$/m);
});
