// Whoever changes the record behind the program's back is found out.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';

let server, copies = 0;
const file = () => join(server.dir, `copy-${copies}.db`);

function sql(path, text) {
	const r = spawnSync('sqlite3', ['-batch', path, text], { encoding: 'utf8' });
	assert.equal(r.status, 0, `${text}\n${r.stderr}`);
	return r.stdout.trim();
}

before(async () => {
	server = await startServer();
	const rike = await new Editor(server).login(), omar = await new Editor(server).login('omar');
	const reader = new Reader(server);
	const send = async (i, parent) => (await reader.submit(`Zur Brücke der Satz Nummer ${i}, mit Grund.`, { parent })).id;
	const first = await send(1);
	await rike.release(first); // 1
	await omar.reject(await send(2), ['off_topic', 'profanity'], 'Bitte zur Sache.'); // 2
	await rike.giveBack(await send(3), 'Bitte genauer.'); // 3
	const undone = await omar.release(await send(4)); // 4
	assert.equal((await omar.undo(undone.decision)).status, 200); // 5
	await rike.release(await send(5, first)); // 6
	await omar.release(await send(6)); // 7
	await server.stop();
	sql(server.file, 'PRAGMA wal_checkpoint(TRUNCATE)');
	assert.equal(sql(server.file, 'SELECT max(seq) FROM decision'), '7');
});
after(async () => {
	await server?.start();
	await server?.end();
});

// Changes a copy by SQL, then verifies it.
function tampered(change) {
	copies++;
	copyFileSync(server.file, file());
	if (change)
		sql(file(), `PRAGMA foreign_keys = OFF; ${change}`);
	const r = spawnSync(server.bin, ['audit', 'verify', '--db', `sqlite:${file()}`], { encoding: 'utf8' });
	return { status: r.status, said: `${r.stdout}${r.stderr}` };
}

function found(change, seq) {
	const { status, said } = tampered(change);
	assert.equal(status, 1, `${change}: exit ${status}: ${said}`);
	assert.match(said, seq ? new RegExp(`^broken at decision ${seq}: `) : /^broken/, `${change}: ${said}`);
}

const columns = () => sql(server.file, "SELECT name FROM pragma_table_info('decision')").split('\n');

test('untouched: all in order', () => {
	const { status, said } = tampered('');
	assert.equal(status, 0, said);
	assert.match(said, /^ok: 7 decisions, 3 publications/);
});

test('every column of a decision counts', () => {
	const text = new Set(['text_hash', 'rules', 'word', 'author_name', 'editor_name', 'engine', 'findings', 'prev_hash', 'hash']);
	const seen = columns();
	assert.ok(seen.length >= 18);
	for (const column of seen) {
		if (column === 'seq') {
			found('UPDATE decision SET seq = 70 WHERE seq = 7', 7);
			continue;
		}
		const value = column === 'action' ? "'return'" // the schema knows but four
			: column === 'undoes' ? '(SELECT id FROM decision WHERE seq = 1)'
			: column === 'hash' || column === 'prev_hash' || column === 'text_hash'
				? `substr(${column}, 1, 63) || CASE substr(${column}, 64) WHEN '0' THEN '1' ELSE '0' END`
			: text.has(column) ? `${column} || 'x'` : `${column} + 1`;
		found(`UPDATE decision SET ${column} = ${value} WHERE seq = 2`, 2);
	}
	found("UPDATE decision SET word = replace(word, 'Sache', 'Sacke') WHERE seq = 2", 2);
	found("UPDATE decision SET rules = 'off_topic' WHERE seq = 2", 2);
});

test('moving a letter from one column to the next', () => {
	found("UPDATE decision SET rules = rules || 'B', word = substr(word, 2) WHERE seq = 2", 2);
});

test('removing decisions', () => {
	found('DELETE FROM decision WHERE seq = 3', 3);
	found('DELETE FROM decision WHERE seq = 1', 1);
	found('DELETE FROM decision WHERE seq = 7', 7);
	found('DELETE FROM decision WHERE seq >= 6', 6);
	found('DELETE FROM decision', 1);
	found('DELETE FROM decision WHERE seq = 3; UPDATE decision SET seq = seq - 1 WHERE seq > 3', 3);
	found('DELETE FROM chain_head');
	found("UPDATE chain_head SET hash = ''");
	found('UPDATE chain_head SET seq = 6');
});

test('exchanging two decisions', () => {
	found('UPDATE decision SET seq = -1 WHERE seq = 2; UPDATE decision SET seq = 2 WHERE seq = 3; UPDATE decision SET seq = 3 WHERE seq = -1', 2);
});

test('the words that were decided on', () => {
	const change = (seq, set) => `UPDATE revision SET ${set} WHERE id = (SELECT revision_id FROM decision WHERE seq = ${seq})`;
	found(change(1, "text = text || '.'"), 1);
	found(change(2, "text = replace(text, 'Grund', 'Gründ')"), 2);
	found(change(3, "text = ''"), 3);
	found(`DELETE FROM revision WHERE id = (SELECT revision_id FROM decision WHERE seq = 2)`, 2);
});

test('what is published', () => {
	found("UPDATE publication SET text = text || '!' WHERE decision_id = (SELECT id FROM decision WHERE seq = 7)", 7);
	found("UPDATE publication SET revision_id = (SELECT revision_id FROM decision WHERE seq = 2) WHERE decision_id = (SELECT id FROM decision WHERE seq = 7)", 7);
	found("UPDATE publication SET decision_id = (SELECT id FROM decision WHERE seq = 4) WHERE decision_id = (SELECT id FROM decision WHERE seq = 7)");
});

test('the name under which it is published', () => {
	found("UPDATE publication SET name = 'Jemand anders' WHERE decision_id = (SELECT id FROM decision WHERE seq = 7)");
});

// A held, rejected or taken-back comment, put among what readers see.
const smuggle = (seq, decision) => `INSERT INTO publication (comment_id, site_id, article_id, parent_id, root_id, depth, revision_id, text_hash, decision_id, action, name, text, submitted_at, published_at, picked)
	SELECT c.id, c.site_id, c.article_id, NULL, c.id, 0, r.id, r.text_hash, ${decision}, 'release', c.name, r.text, r.created_at, r.created_at, 0
	FROM revision r JOIN comment c ON c.id = r.comment_id WHERE r.id = (SELECT revision_id FROM decision WHERE seq = ${seq})`;

test('a publication without a decision to release it', () => {
	found(smuggle(3, '4711'));
	found(smuggle(3, '(SELECT id FROM decision WHERE seq = 3)'), 3);
	found(smuggle(3, '(SELECT id FROM decision WHERE seq = 1)'), 1);
	found(smuggle(4, '(SELECT id FROM decision WHERE seq = 4)'), 4);
});

test('the database itself refuses a publication without its decision', () => {
	copies++;
	copyFileSync(server.file, file());
	for (const decision of ['4711', '(SELECT id FROM decision WHERE seq = 3)', '(SELECT id FROM decision WHERE seq = 1)']) {
		const r = spawnSync('sqlite3', ['-batch', file(), `PRAGMA foreign_keys = ON; ${smuggle(3, decision)}`], { encoding: 'utf8' });
		assert.notEqual(r.status, 0, decision);
		assert.match(r.stderr, /FOREIGN KEY|constraint/i);
	}
});

test('what was erased is counted, and erasing is no way to hide', () => {
	copies++;
	copyFileSync(server.file, file());
	const base = file(), comment = (seq) => spawnSync('sqlite3', ['-batch', base, `SELECT comment_id FROM decision WHERE seq = ${seq}`], { encoding: 'utf8' }).stdout.trim();
	const author = spawnSync(server.bin, ['person', 'find', 'Wilma', '--db', `sqlite:${base}`], { encoding: 'utf8' }).stdout.slice(0, 13);
	assert.ok(comment(2));
	const erased = spawnSync(server.bin, ['person', 'erase', '--author', author, '--confirm', '--db', `sqlite:${base}`], { encoding: 'utf8' });
	assert.equal(erased.status, 0, erased.stdout + erased.stderr);
	sql(base, 'PRAGMA wal_checkpoint(TRUNCATE)');
	const verify = (change) => {
		copyFileSync(base, `${base}.try`);
		if (change)
			sql(`${base}.try`, `PRAGMA foreign_keys = OFF; ${change}`);
		const r = spawnSync(server.bin, ['audit', 'verify', '--db', `sqlite:${base}.try`], { encoding: 'utf8' });
		return [r.status, `${r.stdout}${r.stderr}`];
	};
	const [status, said] = verify('');
	assert.equal(status, 0, said);
	assert.match(said, /^ok: 7 decisions, 1 publications, 0 preserved\nerased, .*: 6 texts, the words of 7 decisions, 0 preserved\n$/);
	for (const column of sql(base, "SELECT name FROM pragma_table_info('erasure')").split('\n')) {
		const number = /_id$|^seq$|_at$|_seq$|_days$/.test(column);
		const [found, what] = verify(`UPDATE erasure SET ${column} = ${column === 'subject' ? "CASE subject WHEN 'text' THEN 'decision' ELSE 'text' END" : column === 'cause' ? "'term'" : number ? `${column} + 1000` : `${column} || 'x'`} WHERE seq = 2`);
		assert.equal(found, 1, `${column}: ${what}`);
	}
	for (const change of ["UPDATE revision SET text = 'Untergeschoben' WHERE id = (SELECT revision_id FROM decision WHERE seq = 1)",
		"UPDATE decision SET word = 'Untergeschoben' WHERE seq = 2", "UPDATE decision SET rules = 'off_topic' WHERE seq = 2", 'DELETE FROM erasure WHERE seq = 1',
		'DELETE FROM erasure WHERE seq = (SELECT max(seq) FROM erasure)', 'DELETE FROM decision WHERE seq = 7', 'UPDATE decision SET editor_name = editor_name || 1 WHERE seq = 1'])
		assert.equal(verify(change)[0], 1, change);
});

test('what cannot be checked is no finding: exit code 2', () => {
	const none = spawnSync(server.bin, ['audit', 'verify', '--db', `sqlite:${join(server.dir, 'nirgends.db')}`], { encoding: 'utf8' });
	assert.equal(none.status, 2, none.stdout + none.stderr);
	assert.equal(spawnSync(server.bin, ['audit', 'unfug']).status, 2);
});
