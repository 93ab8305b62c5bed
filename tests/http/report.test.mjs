// Reports: a day at the desk, then what the command and the desk make of it. Every statement of reasons is held against the rules
// of the EU's database, and nothing that goes out names anybody.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { startServer, PASSWORD } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { file } from '../lib/openapi.mjs';

const Ajv = createRequire(new URL('../../web/package.json', import.meta.url))('ajv/dist/2020.js').default;
const ajv = new Ajv({ allErrors: true, strict: false });
const valid = ajv.compile(JSON.parse(file('tests/lib/dsa_statement.schema.json')));
const must = (s) => assert.ok(valid(s), `${ajv.errorsText(valid.errors)}\n${JSON.stringify(s)}`);

const LAWS = ['insult', 'defamation', 'threat', 'incitement', 'symbols', 'crime', 'privacy', 'copyright', 'youth'];
const RULES = ['profanity', 'aggression', 'insinuation', 'ad_link', 'off_topic'];
// What must never go out: names, addresses, texts, words to authors, objections.
const SECRETS = ['Wilma', 'Wattwurm', 'wilma@', 'Rike', 'Ahrens', 'Omar', 'Said', 'Brückenbau', 'Kompass', 'Geheimwort', 'Widerrede'];
let server, rike, omar, wilma;

const ok = (answer, status = 200) => (assert.equal(answer.status, status, answer.text), status === 204 ? null : answer.json);
const report = (what, ...args) => server.cliRaw(['report', what, ...args]);
const made = (what, ...args) => {
	const r = report(what, ...args);
	assert.equal(r.status, 0, r.stderr);
	return r.stdout;
};
const figures = (...args) => JSON.parse(made('transparency', '--format', 'json', ...args)).sections;
const lines = (text) => text.trim().split('\n').map((line) => JSON.parse(line));

before(async () => {
	server = await startServer();
	rike = await new Editor(server).login();
	omar = await new Editor(server).login('omar');
	wilma = new Reader(server, { name: 'Wilma Wattwurm', email: 'wilma@wattwurm.example' });
	let n = 0;
	const send = async (who = wilma, more = {}) => (await who.submit(`Zum Brückenbau Satz ${++n}, mit Kompass und Grund.`, more)).id;
	const refuse = async (terms, who = wilma) => {
		const item = await rike.item(await send(who));
		const answer = await rike.write(`/v1/desk/revisions/${item.revision}/decision`, { action: 'reject', version: item.version, word: 'Geheimwort', ...terms });
		return ok(answer);
	};
	const first = await send();
	await rike.release(first); // 1
	const second = await send();
	await rike.release(second); // 2
	await rike.giveBack(await send(), 'Geheimwort'); // 3
	for (const law of LAWS)
		await refuse({ law, rules: [] }); // 9 by law
	for (const [i, rule] of RULES.entries())
		await refuse({ rules: [rule], blocks: { [rule]: i % 3 } }); // 5 by rule
	await refuse({ rules: RULES }); // all at once
	await refuse({ rules: RULES, law: 'insult' }); // and a law
	const undone = await rike.release(await send());
	ok(await rike.undo(undone.decision));
	// withdrawn, suspended, and objected to
	const released = (await rike.get('/v1/desk/decisions?limit=50')).json.decisions.filter((d) => d.public);
	ok(await rike.write(`/v1/desk/revisions/${released[0].revision}/removal`, { rules: ['insinuation'], law: 'defamation', word: 'Geheimwort' }));
	const letters = await wilma.mine();
	const paths = letters.map((c) => /href="(\/objection\/[^"]+)"/.exec(c.html)?.[1]).filter(Boolean);
	for (const path of paths.slice(0, 3))
		assert.ok((await wilma.postForm({ text: 'Widerrede!', email: 'wilma@wattwurm.example' }, { path })).status < 400);
	const { objections } = (await omar.get('/v1/desk/objections')).json;
	for (const [i, outcome] of ['uphold', 'change', 'reject'].entries())
		ok(await omar.write(`/v1/desk/objections/${objections[i].id}/decision`, { outcome, reasons: 'Geheimwort', rules: ['aggression'], law: 'threat' }), 204);
	ok(await omar.write(`/v1/desk/revisions/${released[1].revision}/suspension`, { days: 7, rules: ['aggression'], word: 'Geheimwort' }));
});
after(() => server?.end());

test('the figures are those of the day', () => {
	const f = figures();
	assert.equal(f.received.comments.all.count, 20);
	const kinds = Object.fromEntries(Object.entries(f.decisions.kinds).map(([k, v]) => [k, v.count]));
	assert.deepEqual(kinds, { all: 21, release: 2, reject: 16, return: 1, remove: 1, suspend: 1, restore: 0, taken_back: 1, refer: 0, statements: 19 });
	assert.deepEqual(f.grounds.rules.aggression, { reject: 3, remove: 0, suspend: 1, return: 0 });
	assert.deepEqual(f.grounds.laws.insult, { reject: 2, remove: 0, suspend: 0 });
	assert.deepEqual(f.grounds.laws.defamation, { reject: 1, remove: 1, suspend: 0 });
	const outcomes = Object.fromEntries(Object.entries(f.objections.outcomes).map(([k, v]) => [k, v.count]));
	assert.deepEqual(outcomes, { received: 3, upheld: 1, changed: 1, rejected: 1, settled: 0, open: 0 });
	assert.equal(f.objections.times.answered.count, 3);
	assert.equal(f.automated.means.persons.share, 1);
	assert.equal(f.automated.means.auto_refuse.count, 0);
	assert.equal(f.automated.means.refused.count, 17);
	assert.equal(f.people.roles.administrator.count + f.people.roles.lead.count, 2);
	assert.equal(f.missing.missing.orders.count, null);
	for (const [row, { precision, recall, hit, false_alarm, miss }] of Object.entries(f.automated.error)) {
		assert.equal(precision, hit + false_alarm ? Math.round(1e4 * hit / (hit + false_alarm)) / 1e4 : null, row);
		assert.equal(recall, hit + miss ? Math.round(1e4 * hit / (hit + miss)) / 1e4 : null, row);
	}
	const before = figures('--from', '2020-01-01', '--to', '2020-12-31');
	assert.deepEqual([before.received.comments.all.count, before.decisions.kinds.all.count, before.objections.outcomes.received.count], [0, 0, 0]);
	assert.equal(before.decisions.wait.all.median, null);
});

test('every statement of reasons is one that the database takes', () => {
	for (const lang of ['de', 'en']) {
		const all = lines(made('statements', '--lang', lang, '--terms-url', 'https://testbote.example/regeln'));
		assert.equal(all.length, 19);
		all.forEach(must);
		assert.equal(new Set(all.map((s) => s.puid)).size, all.length);
		assert.equal(all.filter((s) => s.decision_ground === 'DECISION_GROUND_ILLEGAL_CONTENT').length, LAWS.length + 3);
		assert.deepEqual(all.filter((s) => s.decision_provision).map((s) => s.end_date_service_restriction?.length), [10]);
		assert.ok(all.every((s) => s.automated_decision === 'AUTOMATED_DECISION_NOT_AUTOMATED'));
		assert.deepEqual(JSON.parse(made('statements', '--format', 'json', '--lang', lang, '--terms-url', 'https://testbote.example/regeln')).statements, all);
	}
	const [head, ...rows] = made('statements', '--format', 'csv').split('\r\n');
	assert.equal(rows.length, 20); // and what follows the last line's end
	assert.match(head, /^decision_visibility,decision_visibility_other,/);
	assert.deepEqual(JSON.parse(made('statements', '--format', 'json', '--from', '2020-01-01', '--to', '2020-12-31')), { statements: [] });
});

test('the schema can refuse', () => {
	const one = lines(made('statements')).find((s) => s.decision_ground === 'DECISION_GROUND_INCOMPATIBLE_CONTENT');
	must(one);
	for (const bad of [{ puid: 'a b' }, { category: 'X' }, { decision_facts: 'x'.repeat(5001) }, { decision_ground: 'DECISION_GROUND_ILLEGAL_CONTENT' },
		{ decision_visibility: ['DECISION_VISIBILITY_CONTENT_REMOVED'] }, { territorial_scope: ['US'] }, { author: 'Wilma' }])
		assert.ok(!valid({ ...one, ...bad }), JSON.stringify(bad));
});

test('a puid names a decision and gives away none: another installation\'s are others', () => {
	const now = lines(made('statements')).map((s) => s.puid);
	assert.deepEqual(lines(made('statements')).map((s) => s.puid), now);
	const key = spawnSync('sqlite3', [server.file, "SELECT value FROM setting WHERE name = 'link_key'"], { encoding: 'utf8' }).stdout.trim();
	const set = (value) => spawnSync('sqlite3', [server.file, `UPDATE setting SET value = '${value}' WHERE name = 'link_key'`]);
	assert.ok(key.length > 20);
	set('x'.repeat(43));
	const other = lines(made('statements')).map((s) => s.puid);
	set(key);
	assert.ok(now.every((p) => !other.includes(p)));
	const ids = spawnSync('sqlite3', [server.file, 'SELECT id FROM decision'], { encoding: 'utf8' }).stdout.trim().split('\n');
	assert.ok(ids.every((id) => now.every((p) => !p.includes(id) && !p.includes(BigInt(id).toString(16)))));
});

test('nothing names anybody, in any form', async () => {
	const inside = spawnSync('sqlite3', [server.file, 'SELECT name, email FROM comment; SELECT text FROM revision; SELECT word FROM decision; SELECT text FROM objection; SELECT name FROM editor'], { encoding: 'utf8' }).stdout;
	assert.ok(SECRETS.every((s) => inside.includes(s)), 'the test looks for what is there');
	const everything = [];
	for (const lang of ['de', 'en']) {
		for (const format of ['html', 'json', 'csv', 'text'])
			everything.push(made('transparency', '--format', format, '--lang', lang, '--profile', 'platform'));
		for (const format of ['json', 'jsonl', 'csv'])
			everything.push(made('statements', '--format', format, '--lang', lang));
	}
	for (const text of everything)
		for (const secret of SECRETS)
			assert.ok(!text.includes(secret), `${secret} in ${text.slice(0, 80)}`);
});

test('a file appears whole or not at all; wrong usage is said', () => {
	const out = join(server.dir, 'out.html');
	assert.equal(report('transparency', '-o', out).stdout, '');
	assert.match(readFileSync(out, 'utf8'), /^<!doctype html>/);
	const bad = join(server.dir, 'bad.jsonl');
	const refused = report('statements', '--terms-url', 'testbote.example', '-o', bad);
	assert.equal(refused.status, 2);
	assert.match(refused.stderr, /statement fg-[0-9a-f]+: decision_ground_reference_url is no address on the web/);
	assert.ok(!existsSync(bad));
	assert.ok(!readdirSync(server.dir).some((name) => name.endsWith('.partial')));
	for (const [args, said] of [[['unfug'], /say: transparency or statements/], [['transparency', '--from', '2026-02-30'], /not a day/],
		[['transparency', '--from', '2026-02-02', '--to', '2026-02-01'], /ends before it begins/], [['transparency', '--format', 'jsonl'], /--format html/],
		[['statements', '--format', 'html'], /--format json/], [['transparency', '--profile', 'riesig'], /--profile/], [['transparency', '--lang', 'fr'], /--lang/],
		[['transparency', '--site', 'nix'], /no site 'nix'/], [['transparency', '-o', join(server.dir, 'nix/x.html')], /cannot write/]]) {
		const r = server.cliRaw(['report', ...args]);
		assert.equal(r.status, 2, args.join(' '));
		assert.match(r.stderr, said);
		assert.equal(r.stdout, '');
	}
	const help = spawnSync(server.bin, ['report', '--help'], { encoding: 'utf8' });
	assert.deepEqual([help.status, help.stderr], [0, '']);
	if (existsSync('/dev/full'))
		assert.equal(spawnSync('sh', ['-c', `"${server.bin}" report transparency --db "${server.db}" >/dev/full`]).status, 2);
});

test('the profiles say what they are', () => {
	assert.match(made('transparency', '--format', 'text', '--profile', 'micro'), /Dieser Bericht ist freiwillig/);
	assert.match(made('transparency', '--format', 'text', '--profile', 'platform', '--lang', 'en'), /Articles 15 and 24/);
	assert.equal(figures().missing.missing.recipients, undefined);
	assert.equal(figures('--profile', 'platform').missing.missing.recipients.count, null);
});

test('at the desk: the same, as a file, for whoever may read the log', async () => {
	const today = new Date().toLocaleDateString('sv'), year = today.slice(0, 4);
	const get = (query, who = rike) => who.get(`/v1/desk/report?${query}`);
	const page = await get('kind=transparency&format=html');
	assert.equal(page.status, 200);
	assert.equal(page.headers['content-disposition'], `attachment; filename="transparency-${year}-01-01-${today}.html"`);
	assert.match(page.headers['content-type'], /^text\/html/);
	assert.match(page.headers['cache-control'], /no-store/);
	const statements = await get(`kind=statements&format=json&from=${today}&to=${today}&lang=en&profile=platform`);
	assert.equal(statements.json.statements.length, 19);
	statements.json.statements.forEach(must);
	for (const [query, code] of [['kind=alles&format=html', 'report_invalid'], ['kind=transparency&format=exe', 'report_invalid'],
		['kind=statements&format=html', 'report_invalid'], ['kind=transparency&format=html&profile=x', 'report_invalid'],
		['kind=transparency&format=html&lang=fr', 'report_invalid'], ['kind=transparency&format=html&from=gestern', 'report_period'],
		['kind=transparency&format=html&from=2026-02-02&to=2026-02-01', 'report_period']]) {
		const answer = await get(query);
		assert.deepEqual([answer.status, answer.json.error.code], [400, code], query);
	}
	assert.equal((await get('kind=transparency&format=html', omar)).status, 403, 'a lead does not read the log');
	server.cliWith(PASSWORD + '\n', 'user', 'set', 'revision', '--name', 'Revision', '--role', 'auditor', '--password-stdin');
	assert.equal((await get('kind=transparency&format=csv', await new Editor(server).login('revision'))).status, 200);
	// many at once: one is made, the others are told to wait, and none is left hanging
	const answers = await Promise.all(Array.from({ length: 12 }, () => get('kind=statements&format=csv')));
	assert.ok(answers.some((a) => a.status === 200));
	for (const a of answers.filter((x) => x.status !== 200))
		assert.deepEqual([a.status, a.json.error.code], [503, 'report_busy']);
	assert.equal((await get('kind=statements&format=csv')).status, 200);
});

test('of several newspapers each has its own', () => {
	server.cli('site', 'set', 'other', '--title', 'Anderswo', '--address', 'http://127.0.0.2:8080', '--lang', 'en');
	assert.match(report('transparency').stderr, /there are several sites/);
	assert.equal(figures('--site', 'other').received.comments.all.count, 0);
	assert.equal(figures('--site', 'test').received.comments.all.count, 20);
	assert.match(made('transparency', '--site', 'other', '--format', 'text'), /^Transparency report\nAnderswo/);
});

// A sanitizer's own memory would drown ours.
test('three times as many decisions take no more memory', { skip: /[at]san/.test(server?.bin ?? process.env.FREIGABE_BIN ?? '') }, () => {
	const copy = join(server.dir, 'many.db');
	const sql = (text) => {
		const r = spawnSync('sqlite3', ['-batch', copy, `PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; ${text}`], { encoding: 'utf8' });
		assert.equal(r.status, 0, r.stderr);
	};
	assert.equal(spawnSync('sqlite3', [server.file, `.backup ${copy}`]).status, 0);
	const columns = 'site_id, comment_id, revision_id, text_hash, author_name, action, rules, word, detail, editor_id, editor_name, engine, findings, submitted_at, decided_at, prev_hash';
	const add = (from, to) => sql(`WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to})
		INSERT INTO decision (seq, id, hash, ${columns}) SELECT 1000 + i, i, 'h' || i, ${columns.replace('findings', "json_set(findings, '$.pad', hex(zeroblob(700)))")}
		FROM decision, n WHERE seq = 4; UPDATE chain_head SET seq = 1000 + ${to}`);
	const peak = () => {
		const measure = 'import resource, subprocess, sys; r = subprocess.run(sys.argv[1:], capture_output=True); print(len(r.stdout), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)';
		const r = spawnSync('python3', ['-c', measure, server.bin, 'report', 'transparency', '--format', 'json', '--site', 'test', '--db', `sqlite:${copy}`], { encoding: 'utf8' });
		const [size, kib] = r.stdout.split(' ').map(Number);
		assert.ok(size > 1000, r.stderr);
		return kib;
	};
	add(1, 12000);
	const some = peak();
	add(12001, 36000);
	const many = peak();
	console.log(`# at most ${some} KiB for 12,000 decisions, ${many} KiB for 36,000`);
	assert.ok(many < some * 1.15);
});
