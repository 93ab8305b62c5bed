// Backups are made while readers write, hold all that was acknowledged before, and are checked; what is restored from them is
// all there. Damaged files, full disks and files of anybody else's are refused, and nothing is left of them.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, closeSync, copyFileSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { startServer, until, uuid } from '../lib/server.mjs';
import { newDatabase, psql } from '../lib/postgres.mjs';
import { Reader, Editor } from '../lib/people.mjs';

const WRITERS = 8, BEFORE = 25;
let server;
const at = (name) => join(server.dir, name);
const run = (...args) => spawnSync(server.bin, args, { encoding: 'utf8', timeout: 120000 });
const said = (r) => `exit ${r.status}: ${r.stdout}${r.stderr}`;
const backup = (to, ...more) => run('backup', '--db', server.db, '--to', to, ...more);
const restore = (from, to, ...more) => run('restore', '--from', from, '--db', `sqlite:${to}`, ...more);
const good = (r) => (assert.equal(r.status, 0, said(r)), r.stdout);
const leftovers = () => readdirSync(server.dir).filter((name) => /\.part|-journal$/.test(name));

function sql(file, text) {
	const r = spawnSync('sqlite3', ['-batch', file, text], { encoding: 'utf8' });
	assert.equal(r.status, 0, r.stderr);
	return r.stdout.trim();
}

before(async () => {
	server = await startServer();
	const reader = new Reader(server), rike = await new Editor(server).login();
	for (let i = 0; i < 3; i++)
		await rike.release((await reader.submit(`Ein Satz zur Brücke, der veröffentlicht wird: ${i}.`)).id);
	await rike.reject((await reader.submit('Ein Satz, der nicht zur Sache gehört.')).id, ['off_topic'], 'Bitte zur Sache.');
});
after(() => server?.end());

// Posts until told to stop; keeps what was acknowledged.
async function writer(work, server) {
	const reader = new Reader(server);
	while (!work.over) {
		const text = `Zum Verkehr auf der Brücke, Beitrag ${uuid()}.`;
		await reader.submit(text);
		work.acknowledged.push(text);
	}
}

// Releases what waits, twenty at a time.
async function decider(work, server) {
	const rike = await new Editor(server).login();
	while (!work.over) {
		const { items } = await rike.queue('?limit=20');
		if (!items.length)
			continue;
		const answer = await rike.write('/v1/desk/decisions', { decisions: items.map(({ revision, version }) => ({ revision, version, action: 'release' })) });
		assert.equal(answer.status, 200, answer.text);
		work.released.push(...items.filter((_, i) => !answer.json.decisions[i].error).map((item) => item.text));
	}
}

// All that was acknowledged before it began is in it, once, and nothing half; gives what is in it.
function mustHold(to, before) {
	const rows = (table, columns = 'text') => sql(to, `SELECT ${columns} FROM ${table}`).split('\n');
	const held = rows('revision'), shown = rows('publication');
	assert.equal(new Set(held).size, held.length, 'none twice');
	for (const text of before.texts)
		assert.ok(held.includes(text), `acknowledged before the backup, and not in it: ${text}`);
	for (const text of before.released)
		assert.ok(shown.includes(text), `released before the backup, and not in it: ${text}`);
	assert.equal(sql(to, 'SELECT count(*) FROM comment'), String(held.length), 'no half comments');
	assert.equal(sql(to, "SELECT count(*) FROM revision r LEFT JOIN review v ON v.revision_id = r.id LEFT JOIN queue q ON q.revision_id = r.id WHERE v.id IS NULL OR (r.state = 'held') <> (q.revision_id IS NOT NULL)"), '0', 'each with all that belongs to it');
	assert.equal(sql(to, "SELECT count(*) FROM decision WHERE action = 'release'"), String(shown.length), 'nor half decisions');
	good(run('audit', 'verify', '--db', `sqlite:${to}`));
	return held.length;
}

for (const store of ['SQLite', 'PostgreSQL'])
	test(`${store}: made while eight readers write: all that was acknowledged before, once, and nothing half; restored, too`, async (t) => {
		const other = store === 'SQLite' ? null : await startServer({ db: await newDatabase() }), from = other ?? server;
		try {
			const work = { over: false, acknowledged: [], released: [] };
			const working = Array.from({ length: WRITERS }, () => writer(work, from));
			if (other) // what is released here the tests below count
				working.push(decider(work, from));
			await until(() => work.acknowledged.length >= BEFORE && (!other || work.released.length), { what: 'comments' });
			const before = { texts: [...work.acknowledged], released: [...work.released] }, to = at(`loaded-${store}.db`);
			const child = spawn(from.bin, ['backup', '--db', from.db, '--to', to], { stdio: ['ignore', 'pipe', 'pipe'] });
			let text = '';
			child.stdout.on('data', (d) => (text += d));
			child.stderr.on('data', (d) => (text += d));
			const code = await new Promise((done) => child.once('close', done));
			const after = work.acknowledged.length;
			await until(() => work.acknowledged.length >= after + WRITERS, { what: 'comments after the backup' });
			work.over = true;
			await Promise.all(working);
			assert.equal(code, 0, text);
			assert.match(text, /checked: pages, indexes, links, both chains/);
			t.diagnostic(`${before.texts.length} comments before, ${after - before.texts.length} while it ran`);
			const count = mustHold(to, before);
			assert.equal(statSync(to).mode & 0o777, 0o600);
			assert.deepEqual(readdirSync(server.dir).filter((n) => n.startsWith(`loaded-${store}`)), [`loaded-${store}.db`], 'one file is all');
			good(restore(to, at(`of-${store}.db`)));
			assert.equal(mustHold(at(`of-${store}.db`), before), count);
			if (other) { // and into a database of its own kind
				const db = await newDatabase();
				good(run('restore', '--from', to, '--db', db));
				good(run('audit', 'verify', '--db', db));
				assert.equal(psql(db, 'SELECT text FROM revision ORDER BY id'), sql(to, 'SELECT text FROM revision ORDER BY id'));
			}
		} finally {
			await other?.end();
		}
	});

test('nothing is overwritten; a folder gets names by time, and keeps as many as were asked for', () => {
	const to = at('once.db'), folder = at('series');
	good(backup(to));
	const bytes = readFileSync(to), r = backup(to);
	assert.equal(r.status, 2, said(r));
	assert.match(r.stderr, /is there already/);
	assert.deepEqual(readFileSync(to), bytes);
	mkdirSync(folder);
	for (const name of ['freigabe-20200101T000000Z.db', 'freigabe-20210101T000000Z.db', 'other.db', 'freigabe-20200101.db'])
		writeFileSync(join(folder, name), 'x');
	good(backup(folder, '--keep', '2'));
	const names = readdirSync(folder).sort();
	assert.equal(names.length, 4, names.join(' '));
	assert.deepEqual(names.filter((n) => n.includes('2020')), ['freigabe-20200101.db'], 'only what it named itself');
	assert.equal(backup(at('x.db'), '--keep', '2').status, 2);
	assert.equal(backup(folder, '--keep', '0').status, 2);
	assert.equal(run('backup', '--db', server.db).status, 2);
	assert.equal(run('backup', '--db', 'sqlite:/nowhere/x.db', '--to', at('x.db')).status, 2);
	assert.deepEqual(leftovers(), []);
});

test('a database that is not in order makes no backup', () => {
	good(backup(at('sound.db')));
	copyFileSync(at('sound.db'), at('altered.db'));
	sql(at('altered.db'), "PRAGMA foreign_keys=OFF; UPDATE decision SET editor_name = 'Niemand' WHERE seq = 2");
	const r = run('backup', '--db', `sqlite:${at('altered.db')}`, '--to', at('of-altered.db'));
	assert.equal(r.status, 1, said(r));
	assert.match(r.stderr, /broken at decision 2/);
	assert.ok(!existsSync(at('of-altered.db')));
	assert.deepEqual(leftovers(), []);
});

test('what stays of a backup that was killed is no backup, and is in nobody\'s way', () => {
	writeFileSync(at('cut.db.part'), Buffer.alloc(50000, 7));
	good(backup(at('cut.db')));
	assert.deepEqual(leftovers(), []);
	const held = spawn('flock', [at('cut2.db.part'), '-c', 'echo locked; read x'], { stdio: ['pipe', 'pipe', 'inherit'] });
	return new Promise((done) => held.stdout.once('data', done)).then(() => {
		const r = backup(at('cut2.db'));
		assert.equal(r.status, 2, said(r));
		assert.match(r.stderr, /is being written already/);
		held.stdin.end('\n');
		return new Promise((done) => held.once('exit', done));
	}).then(() => good(backup(at('cut2.db'))));
});

test('a full disk: said clearly, and nothing half is left', (t) => {
	const disk = at('disk'), script = `
		mount -t tmpfs -o size=512k tmpfs "$1" || exit 77
		"$2" backup --db "$3" --to "$1/b.db"; code=$?
		ls -A "$1"; exit $code`;
	mkdirSync(disk);
	const r = spawnSync('unshare', ['--mount', '--map-root-user', 'sh', '-c', script, 'sh', disk, server.bin, server.db], { encoding: 'utf8' });
	if (r.status === 77 || /unshare:/.test(r.stderr))
		return t.skip(`no file system of its own here: ${r.stderr}`);
	assert.equal(r.status, 2, said(r));
	assert.match(r.stderr, /no room for .*b\.db/);
	assert.equal(r.stdout, '', 'nothing is left');
});

test('restore: a dry run says what would be, and changes nothing', () => {
	good(backup(at('r.db')));
	const before = readdirSync(server.dir).sort(), out = good(restore(at('r.db'), at('new.db'), '--dry-run'));
	assert.match(out, /\d+ comments \(newest: 20\d\d-/);
	assert.match(out, /new\.db: nothing yet/);
	assert.match(out, /nothing has been changed/);
	assert.deepEqual(readdirSync(server.dir).sort(), before);
});

test('restored: a server goes on with all there was', async () => {
	good(backup(at('full.db')));
	const count = sql(at('full.db'), 'SELECT count(*) FROM comment');
	good(restore(at('full.db'), at('moved.db')));
	assert.equal(statSync(at('moved.db')).mode & 0o777, 0o600);
	const other = await startServer();
	try {
		await other.stop();
		good(run('restore', '--from', at('full.db'), '--db', other.db, '--replace'));
		await other.start();
		assert.equal(sql(other.file, 'SELECT count(*) FROM comment'), count);
		const shown = await new Reader(other).comments();
		assert.equal(shown.comments.length, 3);
		const rike = await new Editor(other).login();
		assert.ok((await rike.get('/v1/desk/search?q=Br%C3%BCcke')).json.hits.length > 0, 'the index is there');
		assert.ok((await new Reader(other).submit('Und es geht weiter, auf der Brücke.')).id);
		assert.equal(other.audit().status, 0);
		const aside = readdirSync(other.dir).filter((n) => n.includes('.before-'));
		assert.equal(aside.length, 1, 'what was there is kept');
		assert.equal(sql(join(other.dir, aside[0]), 'SELECT count(*) FROM comment'), '0');
		const busy = run('restore', '--from', at('full.db'), '--db', other.db, '--replace');
		assert.equal(busy.status, 2, said(busy));
		assert.match(busy.stderr, /is in use/);
	} finally {
		await other.end();
	}
});

test('restored by root it belongs to the account of the server', { skip: process.getuid() !== 0 && 'only root can give a file away' }, () => {
	const folder = at('state'), file = join(folder, 'freigabe.db'), owner = () => [statSync(file).uid, statSync(file).gid];
	mkdirSync(folder);
	chownSync(folder, 65534, 65534);
	good(restore(at('full.db'), file));
	assert.deepEqual(owner(), [65534, 65534], 'as its folder');
	chownSync(file, 12345, 54321);
	good(restore(at('full.db'), file, '--replace'));
	assert.deepEqual(owner(), [12345, 54321], 'as what was there');
});

test('what is in place is not replaced unless that was said', () => {
	const file = at('standing.db');
	copyFileSync(at('full.db'), file);
	const bytes = readFileSync(file), r = restore(at('full.db'), file);
	assert.equal(r.status, 2, said(r));
	assert.match(r.stderr, /--replace/);
	assert.deepEqual(readFileSync(file), bytes);
	writeFileSync(file, 'not a database at all');
	assert.match(good(restore(at('full.db'), file, '--replace')), /kept|restored/);
	assert.equal(run('audit', 'verify', '--db', `sqlite:${file}`).status, 0);
});

function damage(name, change) {
	copyFileSync(at('full.db'), at(name));
	change(at(name));
	const r = restore(at(name), at('never.db'));
	assert.equal(r.status, 1, `${name}: ${said(r)}`);
	assert.ok(!existsSync(at('never.db')));
	assert.deepEqual(leftovers(), []);
	return r.stderr;
}

function overwrite(file, offset, bytes) {
	const fd = openSync(file, 'r+');
	writeSync(fd, bytes, 0, bytes.length, offset);
	closeSync(fd);
}

test('a damaged backup is refused', () => {
	const size = statSync(at('full.db')).size;
	damage('cut.bin', (f) => spawnSync('truncate', ['-s', String(size - 8192), f]));
	const hole = damage('hole.bin', (f) => overwrite(f, 4096 * 20, Buffer.alloc(4096 * 4)));
	assert.match(hole, /hole\.bin is damaged: [A-Za-z][^?*\n]*\n.*was not put in place/);
	assert.doesNotMatch(hole, /last backup/, 'it is no advice to do what has just been done');
	damage('noise.bin', (f) => overwrite(f, 4096 * 30, Buffer.alloc(3000, 0xa5)));
	assert.match(damage('word.bin', (f) => sql(f, "UPDATE decision SET word = 'anders' WHERE seq = 4")), /decision 4[^]*was not put in place/);
	assert.match(damage('text.bin', (f) => sql(f, "UPDATE publication SET text = 'anders' WHERE depth = 0")), /published text/);
	assert.match(damage('gone.bin', (f) => sql(f, 'PRAGMA foreign_keys=OFF; DELETE FROM comment WHERE id = (SELECT min(id) FROM comment)')), /points to something/);
	assert.match(damage('trigger.bin', (f) => sql(f, "CREATE TRIGGER t AFTER INSERT ON comment BEGIN DELETE FROM comment; END")), /not a database of Freigabe's/);
	assert.match(damage('view.bin', (f) => sql(f, 'CREATE VIEW v AS SELECT 1')), /not a database of Freigabe's/);
	assert.match(damage('column.bin', (f) => sql(f, 'ALTER TABLE comment ADD COLUMN x TEXT')), /not a database of Freigabe's/);
	for (const [from, to] of [["CHECK (action = 'release')", ''], ['FOREIGN KEY (revision_id, text_hash) REFERENCES revision (id, text_hash),', '']])
		assert.match(damage('rule.bin', (f) => sql(f, `PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql = replace(sql, '${from.replaceAll("'", "''")}', '${to}') WHERE name = 'publication'`)), /not a database of Freigabe's/);
	assert.match(damage('newer.bin', (f) => sql(f, "PRAGMA user_version=1; DROP TABLE search_text; CREATE TABLE search_text (a)")), /not a database of Freigabe's/);
	writeFileSync(at('log.bin-wal'), 'x');
	assert.match(damage('log.bin', () => 0), /in use/);
	for (const bytes of ['', 'SQLite format 3\0', Buffer.alloc(65536, 0xff)])
		damage('any.bin', (f) => writeFileSync(f, bytes));
	assert.match(damage('foreign.bin', (f) => (writeFileSync(f, ''), sql(f, 'CREATE TABLE bookmarks (url TEXT)'))), /Give --from a file/);
});

test('a newer schema is refused, and told apart from damage', () => {
	copyFileSync(at('full.db'), at('future.db'));
	sql(at('future.db'), "INSERT INTO schema_migration SELECT max(version) + 1, 'x', 'y', 1 FROM schema_migration");
	const r = restore(at('future.db'), at('never.db'));
	assert.equal(r.status, 2, said(r));
	assert.match(r.stderr, /newer freigabe/);
});

// FUZZ_ROUNDS says how many; FUZZ_SEED repeats a run.
test('whatever bytes are wrong in a file: an answer, never a crash', (t) => {
	const rounds = Number(process.env.FUZZ_ROUNDS || 40), seed = Number(process.env.FUZZ_SEED || Date.now() % 1e9);
	let state = seed;
	const random = (n) => (state = (state * 48271 + 11) % 2147483647) % n;
	const whole = readFileSync(at('full.db')), codes = new Map();
	for (let i = 0; i < rounds; i++) {
		const bytes = Buffer.from(whole), kind = i % 3; // the file's head, the heads of pages, anything
		for (let n = 1 + random(kind === 2 ? 60 : 4); n > 0; n--)
			bytes[[random(200), 4096 * random(bytes.length / 4096) + random(64), random(bytes.length)][kind]] = random(256);
		writeFileSync(at('fuzz.bin'), bytes);
		const r = restore(at('fuzz.bin'), at('fuzzed.db'), '--dry-run');
		assert.ok([0, 1, 2].includes(r.status) && r.signal === null, `FUZZ_SEED=${seed} round ${i}: ${r.signal} ${said(r)}`);
		codes.set(r.status, (codes.get(r.status) ?? 0) + 1);
	}
	t.diagnostic(`exit codes: ${JSON.stringify([...codes])}`);
});
