// Everything moved to another store, and back: every row the same, hostile ones too; cut off and gone on; a source that moves
// and texts that the other store cannot hold are found out. MIGRATE_KILLS says how often it is killed, MIGRATE_ROWS how much there is.
import { test, before, after, describe } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, startNode, binary } from '../lib/server.mjs';
import { newDatabase, psql } from '../lib/postgres.mjs';
import { Reader, Editor } from '../lib/people.mjs';

const KILLS = Number(process.env.MIGRATE_KILLS || 4), ROWS = Number(process.env.MIGRATE_ROWS || 40000);
const databases = {}; // on a PostgreSQL server
let dir;
const sqlite = (name) => `sqlite:${join(dir, name)}.db`;
const run = (...args) => spawnSync(binary(), args, { encoding: 'utf8', timeout: 300000 });
const said = (r) => `exit ${r.status}: ${r.stdout}${r.stderr}`;
const good = (r) => (assert.equal(r.status, 0, said(r)), r.stdout);
const move = (from, to, ...more) => run('migrate-store', '--from', from, '--to', to, ...more);
const lines = (text) => text.split('\n').filter((l) => / rows /.test(l));

function sql(url, text) {
	if (!url.startsWith('sqlite:'))
		return psql(url, text);
	const r = spawnSync('sqlite3', ['-batch', url.slice(7)], { input: text, encoding: 'utf8' });
	assert.equal(r.status, 0, r.stderr);
	return r.stdout.trim();
}

// Begins a copy and kills it once so large a part is done, as it says on a terminal; false if it was done before.
async function cut(from, to, part) {
	const command = `echo pid $$; exec '${binary()}' migrate-store --from '${from}' --to '${to}'`;
	const child = spawn('script', ['-qefc', command, '/dev/null'], { stdio: ['ignore', 'pipe', 'inherit'] });
	let text = '', killed = false;
	const kill = (pid) => {
		try {
			return process.kill(pid, 'SIGKILL');
		} catch {
			return false; // it has just ended
		}
	};
	child.stdout.on('data', (d) => {
		text += d;
		const [, done, of] = text.match(/copying: (\d+) of (\d+)[^]*?$/g)?.at(-1)?.match(/.*copying: (\d+) of (\d+)/s) ?? [];
		if (!killed && done && Number(done) >= part * Number(of)) {
			killed = kill(Number(/pid (\d+)/.exec(text)[1]));
		}
	});
	await new Promise((done) => child.once('close', done));
	assert.doesNotMatch(text, /freigabe migrate-store: /);
	return killed;
}

// Rows in a copy that was cut off, as far as it came.
function rowsOf(url) {
	try {
		return Number(sql(url, 'SELECT count(*) FROM suggestion'));
	} catch {
		return 0; // no table yet
	}
}

// What readers and editors leave, and what nobody would think of.
async function fill(server) {
	const reader = new Reader(server, { email: 'w@example.org' }), rike = await new Editor(server).login();
	const texts = ['Grüße an die Brücke, mit Emoji 🦔🌉 und Ziffern ٣٤.', `Lang: ${'Brücke und Fluss. '.repeat(250)}`,
		"'; DROP TABLE comment; -- $1 %s \\ \\x00 \"quotes\"", '𝕬𝖚𝖋 der Brücke\u2028steht\u00a0es anders.'];
	for (const text of texts)
		await rike.release((await reader.submit(text)).id);
	const parent = (await reader.submit('Eine Frage zur Brücke, die eine Antwort hat.')).id;
	await rike.release(parent);
	const answer = (await reader.submit('Die Antwort, die veröffentlicht wird.', { parent })).id;
	await rike.release(answer);
	const undone = await rike.release((await reader.submit('Doch nicht, sagt die Redaktion.')).id);
	assert.equal((await rike.undo(undone.decision)).status, 200);
	await rike.reject((await reader.submit('Das hier nicht, es gehört nicht zur Sache.')).id, ['off_topic'], 'Bitte zur Sache.');
	await reader.submit('Ein Text, der wartet.');
	return { parent, answer };
}

before(async () => {
	dir = mkdtempSync(join(tmpdir(), 'freigabe-move-'));
	const server = await startServer();
	try {
		await fill(server);
		await server.stop();
		copyFileSync(server.file, join(dir, 'a.db'));
	} finally {
		await server.start();
		await server.end();
	}
	// as if the clock had gone back: an answer with a smaller id than what it answers
	sql(sqlite('a'), `INSERT INTO comment (id, site_id, article_id, parent_id, author_id, name, email, created_at)
		SELECT 4711, site_id, article_id, id, author_id, name, email, created_at FROM comment ORDER BY id LIMIT 1`);
	// and enough rows to be in the middle of
	sql(sqlite('a'), `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
		INSERT INTO suggestion (id, site_id, text, lang, attribute, score_permille, community, created_at, text_hash)
		SELECT i, (SELECT id FROM site), 'Satz ' || i || char(128512), 'de', 'TOXICITY', i % 1000, '', 1, '' FROM n`);
	for (const name of ['b', 'k', 'm', 'q', 'nul', 'used', 'restored'])
		databases[name] = await newDatabase();
});
after(() => rmSync(dir, { recursive: true, force: true }));

for (const kind of ['SQLite', 'PostgreSQL'])
	describe(kind, () => {
		const there = (name) => (kind === 'SQLite' ? sqlite(name) : databases[name]);

		test('there and back: every row the same', () => {
			const out = good(move(sqlite('a'), there('b'))), back = good(move(there('b'), sqlite(`of${kind}`)));
			assert.match(out, /ok: \d+ rows, the same on both sides/);
			assert.ok(lines(out).length > 15, out);
			assert.deepEqual(lines(back), lines(out), 'hashes');
			for (const table of ['comment', 'revision', 'decision', 'publication', 'near_key'])
				assert.equal(sql(sqlite(`of${kind}`), `SELECT * FROM ${table} ORDER BY 1, 2`), sql(sqlite('a'), `SELECT * FROM ${table} ORDER BY 1, 2`), table);
			assert.equal(sql(there('b'), 'SELECT count(*) FROM comment WHERE parent_id > id'), '1', 'an answer older than its question');
			assert.match(good(move(sqlite('a'), there('b'), '--verify')), /the same on both sides/);
			good(run('audit', 'verify', '--db', there('b')));
		});

		test('what differs is found, and named', () => {
			sql(there('b'), "UPDATE suggestion SET score_permille = 7 WHERE id = 6; DELETE FROM media; UPDATE site SET slogan = 'x'");
			const r = move(sqlite('a'), there('b'), '--verify');
			assert.equal(r.status, 1, said(r));
			assert.match(r.stdout, new RegExp(`suggestion +${ROWS} rows +differs: ${ROWS} in the target`));
			assert.match(r.stdout, /^site .*differs/m);
			assert.doesNotMatch(r.stdout, /^comment/m);
		});

		test('a target that holds something is refused', () => {
			const r = move(sqlite('a'), there('b'));
			assert.equal(r.status, 2, said(r));
			assert.match(r.stderr, /the target is not empty/);
		});

		test(`killed ${KILLS} times, and gone on: no row twice, none missing`, async (t) => {
			const came = []; // how far, each time
			let whole = false; // a fast machine may be done between two words of it
			for (let i = 1; i <= KILLS && !whole; i++) {
				whole = !(await cut(sqlite('a'), there('k'), i / (KILLS + 2)));
				if (!whole)
					came.push(rowsOf(there('k')));
			}
			assert.ok(came.some((rows) => rows > 0 && rows < ROWS), `not in the middle: ${came}`);
			if (!whole) {
				const half = run('audit', 'verify', '--db', there('k'));
				assert.equal(half.status, 2, said(half));
				assert.match(half.stderr, /not all of it is here/);
				assert.match(good(move(sqlite('a'), there('k'))), /went on: \d+ rows were there/);
			}
			t.diagnostic(`killed at ${came.join(', ')} of ${ROWS} rows of a table`);
			assert.equal(rowsOf(there('k')), ROWS);
			good(move(sqlite('a'), there('k'), '--verify'));
		});

		test('a source that has moved on since the copy began is found out', async () => {
			copyFileSync(join(dir, 'a.db'), join(dir, 'moving.db'));
			assert.ok(await cut(sqlite('moving'), there('m'), 0.3));
			sql(sqlite('moving'), "UPDATE counter SET value = value + 1 WHERE name = 'event'");
			const r = move(sqlite('moving'), there('m'));
			assert.equal(r.status, 2, said(r));
			assert.match(r.stderr, /has changed since/);
		});

		test('a source that moved on without its chains: the comparison finds it, and the target stays closed', async () => {
			copyFileSync(join(dir, 'a.db'), join(dir, 'quiet.db'));
			assert.ok(await cut(sqlite('quiet'), there('q'), 0.3));
			sql(sqlite('quiet'), 'UPDATE suggestion SET score_permille = 999 WHERE id = 1');
			const r = move(sqlite('quiet'), there('q'));
			assert.equal(r.status, 1, said(r));
			assert.match(r.stdout, /suggestion .*differs/);
			assert.equal(run('audit', 'verify', '--db', there('q')).status, 2);
		});
	});

test('a source that a server uses is refused, and no server starts on one that is being copied', async () => {
	const server = await startServer();
	try {
		const r = move(server.db, sqlite('busy'));
		assert.equal(r.status, 2, said(r));
		assert.match(r.stderr, /is in use: stop what uses it first/);
	} finally {
		await server.end();
	}
});

test('what PostgreSQL cannot hold is named, not changed', () => {
	copyFileSync(join(dir, 'a.db'), join(dir, 'nul.db'));
	sql(sqlite('nul'), "UPDATE site SET slogan = 'a' || char(0) || 'b'");
	let r = move(sqlite('nul'), databases.nul);
	assert.equal(r.status, 2, said(r));
	assert.match(r.stderr, /site\.slogan, row id=\d+: a text with a NUL byte, which PostgreSQL cannot hold/);
	assert.equal(run('audit', 'verify', '--db', databases.nul).status, 2, 'half a copy');
	sql(sqlite('nul'), "UPDATE site SET slogan = CAST(x'c328' AS TEXT)");
	r = move(sqlite('nul'), databases.nul);
	assert.match(r.stderr, /not UTF-8/);
	good(move(sqlite('nul'), sqlite('nul2'))); // SQLite keeps it as it is
	sql(sqlite('nul'), "UPDATE site SET slogan = ''");
	good(move(sqlite('nul'), databases.nul)); // and goes on
});

test('no reader and no browser can bring in a NUL', async () => {
	const server = await startServer();
	try {
		const before = sql(server.db, 'SELECT count(*) FROM comment');
		for (const body of ['{"name":"A\\u0000B","text":"Ein Satz zur Brücke.","email":""}', '{"name":"A","text":"Ein Satz\\u0000 zur Brücke.","email":""}',
			'{"name":"A","text":"Ein Satz\0 zur Brücke.","email":""}'])
			assert.equal((await server.request('POST', '/v1/articles/bruecke/comments',
				{ headers: { 'Content-Type': 'application/json', 'Idempotency-Key': '3d8f1a52-7d5e-4a51-9d50-3f3a1d3c8a11' }, body: Buffer.from(body) })).status, 400, body);
		assert.equal(sql(server.db, 'SELECT count(*) FROM comment'), before);
	} finally {
		await server.end();
	}
});

test('a PostgreSQL source that others use is refused', () => {
	good(move(sqlite('a'), databases.used));
	const other = spawn('psql', ['-qAtX', databases.used], { stdio: ['pipe', 'pipe', 'inherit'] });
	return new Promise((done) => (other.stdout.once('data', done), other.stdin.write('SELECT 1;\n'))).then(() => {
		const r = move(databases.used, sqlite('of-used'));
		assert.equal(r.status, 2, said(r));
		assert.match(r.stderr, /1 other connections use the source/);
		other.stdin.end();
		return new Promise((done) => other.once('exit', done));
	}).then(() => good(move(databases.used, sqlite('of-used'))));
});

test('a backup of PostgreSQL is a file like any other, and goes back into either', () => {
	const from = databases.used, backup = join(dir, 'pg-backup.db');
	good(run('backup', '--db', from, '--to', backup));
	good(run('restore', '--from', backup, '--db', sqlite('restored')));
	good(move(from, sqlite('restored'), '--verify'));
	const dry = good(run('restore', '--from', backup, '--db', databases.restored, '--dry-run'));
	assert.match(dry, /nothing yet/);
	good(run('restore', '--from', backup, '--db', databases.restored));
	good(move(sqlite('a'), databases.restored, '--verify'));
	const again = run('restore', '--from', backup, '--db', databases.restored);
	assert.equal(again.status, 2, said(again));
	assert.equal(run('restore', '--from', backup, '--db', databases.restored, '--dry-run').status, 2);
});

// The outbox and how far the index has followed it are copied, the index is not.
test('what came in before a move is found by its words, and what comes after it', async () => {
	for (const db of [sqlite('restored'), databases.restored]) {
		const node = await startNode({ db });
		try {
			const rike = await new Editor(node).login();
			const found = async (word) => (await rike.get(`/v1/desk/search?q=${encodeURIComponent(word)}`)).json.hits.length;
			assert.equal(await found('Emoji'), 1);
			await new Reader(node).submit('Ein Nachzügler, der nach dem Umzug schreibt.');
			assert.equal(await found('Nachzügler'), 1);
			assert.equal(await found('Emoji'), 1);
		} finally {
			await node.end();
		}
	}
});

test('what is no database of ours is refused', () => {
	sql(sqlite('foreign'), 'CREATE TABLE bookmarks (url TEXT)');
	for (const [from, to] of [['foreign', 'x'], ['a', 'foreign'], ['missing', 'x']]) {
		const r = move(sqlite(from), sqlite(to));
		assert.ok(r.status === 1 || r.status === 2, said(r));
		assert.match(r.stderr, /is not a database of Freigabe's|there is no/);
	}
	assert.equal(run('migrate-store', '--from', sqlite('a')).status, 2);
	assert.equal(move('mysql:x', sqlite('y')).status, 2);
});

test('moved by root it belongs to the account of the server', { skip: process.getuid() !== 0 && 'only root can give a file away' }, async () => {
	const folder = join(dir, 'state'), to = 'sqlite:' + join(folder, 'freigabe.db');
	mkdirSync(folder);
	chownSync(folder, 65534, 65534);
	assert.equal(move(sqlite('none'), to).status, 2);
	assert.ok(!existsSync(join(folder, 'freigabe.db')), 'nothing is left of what could not begin');
	await cut(sqlite('a'), to, 0.5);
	for (const end of ['', '-wal', '-shm', '-journal'].map((e) => join(folder, `freigabe.db${e}`)).filter(existsSync))
		assert.equal(statSync(end).uid, 65534, `${end}, while it is copied`);
	const again = move(sqlite('a'), to);
	assert.ok(again.status === 0 || /not empty/.test(again.stderr), said(again)); // it was done before it was to be cut off
	const { uid, gid, mode } = statSync(join(folder, 'freigabe.db'));
	assert.deepEqual([uid, gid, mode & 0o777], [65534, 65534, 0o600]);
	const opened = spawnSync(binary(), ['audit', 'verify', '--db', to], { uid: 65534, gid: 65534, encoding: 'utf8' });
	assert.doesNotMatch(opened.stderr, /store_io|unable to open|permission|readonly/i, said(opened));
});
