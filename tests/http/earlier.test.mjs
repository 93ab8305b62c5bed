// Databases as earlier programs left them, however those laid out their tables: brought up to date while somebody else has
// them open, whole afterwards, and copies of what waited are found by the keys that lay in rows then.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, startNode, until } from '../lib/server.mjs';
import { newDatabase, psql } from '../lib/postgres.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { file } from '../lib/openapi.mjs';

const TEXT = 'Ein Kommentar, der wartet.', NAMES = file('migrations/meson.build').match(/\d{4}_\w+\.sql/g);
const ROWS = file('tests/contract/before-0004.sql').match(/^INSERT INTO (?!schema_migration).*$/mg);
const WAITS = `FROM revision r JOIN comment c ON c.id = r.comment_id JOIN article a ON a.id = c.article_id WHERE r.state = 'held'`;
const HELD = `INSERT INTO queue (revision_id, site_id, comment_id, article_id, author_id, section, lang, submitted_at, due_at, suggestion,
	profanity, aggression, insinuation, ad_link, off_topic, engaging, author_released, author_rejected, edit, returned, referral, referral_by, group_id)
	SELECT r.id, r.site_id, r.comment_id, c.article_id, r.author_id, a.section, 'de', r.created_at, r.created_at + 60000, 'look',
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', 0, r.id ${WAITS};`;

let dir, keys;
before(async () => {
	dir = mkdtempSync(join(tmpdir(), 'freigabe-earlier-'));
	const server = await startServer({ db: `sqlite:${join(dir, 'now.db')}` });
	await new Reader(server).submit(TEXT);
	await server.end();
	const near = sqlite(join(dir, 'now.db'), 'SELECT hex(near) FROM queue;').match(/.{16}/g);
	keys = near.map((hex) => BigInt.asIntN(64, BigInt(`0x${hex}`)));
});
after(() => rmSync(dir, { recursive: true, force: true }));

function sqlite(path, text) {
	const r = spawnSync('sqlite3', ['-batch', '-bail', path], { input: text, encoding: 'utf8' });
	assert.equal(r.status === 0 && r.stderr, '');
	return r.stdout.trim();
}

// What such a program has run, with what came in before its fourth migration, and what waits.
function leave(run, upto, words) {
	const names = NAMES.slice(0, NAMES.findIndex((n) => n.startsWith(upto)) + 1);
	run('CREATE TABLE schema_migration (version BIGINT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, applied_at BIGINT NOT NULL);');
	names.forEach((name, i) => {
		const sql = file(`migrations/${name}`), hash = createHash('sha256').update(sql).digest('hex');
		run(words(sql));
		run(`INSERT INTO schema_migration VALUES (${i + 1}, '${name}', '${hash}', 1);`);
		if (name.startsWith('0003'))
			run(`DELETE FROM counter; DELETE FROM chain_head;\n${ROWS.join('\n')}`);
	});
	run(HELD + keys.map((key) => `INSERT INTO near_key (site_id, key, refused, revision_id) SELECT r.site_id, ${key}, 0, r.id ${WAITS} AND r.text = '${TEXT}';`).join('\n'));
}

// Its second connection: has read the schema, and goes on when that is another.
async function beside(path) {
	const child = spawn('sqlite3', ['-batch', path], { stdio: ['pipe', 'pipe', 'inherit'] });
	let text = '';
	child.stdout.on('data', (d) => (text += d));
	const ask = (sql) => ((text = ''), child.stdin.write(`${sql}\n`), until(() => text.trim(), { what: sql }));
	await ask("SELECT count(*) FROM decision WHERE hash <> '';");
	return { ask, end: () => new Promise((done) => (child.once('exit', done), child.stdin.end())) };
}

const inRows = (sql) => sql.replaceAll(' BIGINT PRIMARY KEY', ' INTEGER PRIMARY KEY').replaceAll('/*sqlite', '').replaceAll('sqlite*/', '');

async function broughtUp(db, ask) {
	const server = await startNode({ db });
	try {
		assert.equal(server.audit().status, 0);
		const copy = await new Reader(server, { name: 'Zweite' }).submit(TEXT), rike = await new Editor(server).login();
		const item = await rike.item(copy.id);
		assert.deepEqual(item.copies.map((c) => c.name), ['Wilma Test']);
		await rike.release(copy.id);
		assert.equal(ask('SELECT count(*) FROM decision'), '7');
		assert.equal(server.audit().status, 0);
		await server.restart();
		assert.equal(server.audit().status, 0);
	} finally {
		await server.end();
	}
}

for (const [what, upto, words] of [['whose keys have trees of their own', '0025', (sql) => sql], ['whose rows lie in their keys\' order', '0027', inRows]])
	test(`a file ${what}`, async () => {
		const path = join(dir, `${upto}.db`), ask = (sql) => sqlite(path, `${sql};`);
		leave((sql) => sqlite(path, sql), upto, words);
		assert.equal(ask('PRAGMA integrity_check'), 'ok');
		ask('PRAGMA journal_mode = WAL');
		const other = await beside(path);
		await broughtUp(`sqlite:${path}`, ask);
		assert.match(await other.ask('SELECT count(*) FROM decision d WHERE id = (SELECT max(id) FROM decision);'), /1/);
		assert.match(await other.ask('PRAGMA integrity_check;'), /ok/);
		await other.end();
		assert.equal(ask('PRAGMA integrity_check'), 'ok');
		assert.equal(ask("SELECT group_concat(name, ' ') FROM (SELECT i.name FROM pragma_index_list('decision') l, pragma_index_info(l.name) i WHERE l.origin = 'u' AND i.seqno = 0 ORDER BY l.name)"), 'id id');
	});

test('a PostgreSQL database', async () => {
	const db = await newDatabase();
	leave((sql) => psql(db, sql.replaceAll(' BLOB ', ' BYTEA ').replaceAll('char(10)', 'chr(10)')), '0027', (sql) => sql);
	await broughtUp(db, (sql) => psql(db, sql));
});
