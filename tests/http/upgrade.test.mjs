// A database of an earlier version, with comments and decisions, is brought up to date: nothing lost, the chain whole.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { startServer, until } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { file } from '../lib/openapi.mjs';

let server;
const sql = (text) => {
	const r = spawnSync('sqlite3', ['-batch', server.file], { input: text, encoding: 'utf8' });
	assert.equal(r.status, 0, r.stderr);
	return r.stdout.trim();
};

before(async () => {
	server = await startServer();
	await server.stop();
	for (const end of ['', '-wal', '-shm'])
		spawnSync('rm', ['-f', server.file + end]);
	sql(file('tests/contract/before-0004.sql'));
	await server.start();
});
after(() => server?.end());

test('every decision is there, the chain is whole', () => {
	const audit = server.audit();
	assert.equal(audit.status, 0, audit.stdout + audit.stderr);
	assert.match(audit.stdout, /6 decisions, 2 publications/);
	assert.equal(sql('PRAGMA foreign_key_check;'), '');
});

test('readers see what they saw', async () => {
	const { comments } = await new Reader(server).comments();
	assert.deepEqual(comments.map((c) => c.name), ['Wilma Test', 'Wilma Test']);
	assert.match(comments[0].html ?? comments[0].text, /Pfeiler prüfen/);
});

test('accounts are administrators, as they could do everything; what waited waits', async () => {
	const rike = await new Editor(server).login();
	assert.equal(rike.session.user.role, 'administrator');
	const items = await rike.all();
	assert.equal(items.length, 3);
	assert.ok(items.every((i) => i.due_at > i.submitted_at));
	// the engine is another one by now: what it says of held comments comes by itself
	await until(async () => (await rike.all()).every((i) => i.review.engine.includes('policy-')), { what: 'checked anew' });
	const found = (await rike.get('/v1/desk/search?q=wartet')).json.hits;
	assert.ok(found.some((h) => h.text === 'Ein Kommentar, der wartet.'), 'what was there before is found');
	const waiting = items.find((i) => i.text === 'Ein Kommentar, der wartet.');
	assert.equal((await rike.decide(await rike.revision(waiting.revision), 'reject', { rules: ['off_topic'] })).status, 200);
	assert.equal(server.audit().status, 0);
	assert.equal(sql('SELECT version, count(*) FROM decision GROUP BY version ORDER BY version;'), '1|6\n2|1', 'one chain of both kinds');
	assert.match(server.cli('report', 'transparency', '--from', '2026-01-01', '--format', 'json'), /"reject"/, 'another process beside the server');
	assert.equal((await rike.decisions()).length, 6, 'the undone one, too, and the new one; but no undo');
	assert.equal((await rike.get('/v1/desk/policy')).json.version, 1);
});

test('its file is as good as a new one: the same rows are allowed, and it can be backed up and restored', () => {
	assert.equal(sql("SELECT count(*) FROM pragma_index_list('author') WHERE origin = 'pk';"), '1', 'rows lie as they lay');
	assert.match(sql("SELECT sql FROM sqlite_schema WHERE name = 'revision';"), /state = 'held' OR/);
	const wrong = spawnSync('sqlite3', ['-batch', server.file], { input: "UPDATE revision SET state = 'nonsense';", encoding: 'utf8' });
	assert.match(wrong.stderr, /CHECK constraint failed/);
	assert.equal(sql('PRAGMA integrity_check;'), 'ok');
	const copy = server.file + '.copy';
	server.cli('backup', '--to', copy);
	const restored = spawnSync(server.bin, ['restore', '--from', copy, '--db', `sqlite:${server.file}.restored`], { encoding: 'utf8', env: server.env });
	assert.equal(restored.status, 0, restored.stdout + restored.stderr);
});
