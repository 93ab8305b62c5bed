// Decided comments of past weeks, written past the program: for what only shows over time. Their chain is not a true one.
import { spawnSync } from 'node:child_process';

// `perDay` a day, sent evenly through day and night; one in five is rejected, for rules by turns, half of these marked.
export function writeHistory(server, { days = 40, perDay = 100 } = {}) {
	const step = Math.round(86400000 / perDay), count = days * perDay, begin = Date.now() - days * 86400000 - 3600000, now = Date.now();
	const rule = "CASE i % 25 / 5 WHEN 0 THEN 'profanity' WHEN 1 THEN 'aggression' WHEN 2 THEN 'insinuation' WHEN 3 THEN 'ad_link' ELSE 'off_topic' END";
	const scores = ['profanity', 'aggression', 'insinuation', 'ad_link', 'off_topic']
		.map((r) => `'"${r}":' || CASE WHEN bad AND rule = '${r}' THEN (i * 37 % 100) / 100.0 ELSE (i * 13 % 30) / 100.0 END`).join(" || ',' || ");
	const sql = `PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE;
		CREATE TEMP TABLE past AS WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${count})
			SELECT i, ${begin} + i * ${step} AS sent, i % 5 = 0 AS bad, ${rule} AS rule, ${now} * 4194304 + i * 8 AS id, -- as an import would give them
				(20 + i * 7919 % 2400 + CASE WHEN i % 9 = 0 THEN 18000 ELSE 0 END) * 1000 AS wait FROM n;
		INSERT INTO comment (id, site_id, article_id, author_id, name, email, created_at)
			SELECT id, (SELECT id FROM site LIMIT 1), (SELECT id FROM article LIMIT 1), (SELECT id FROM author LIMIT 1), 'Ina', '', sent FROM past;
		INSERT INTO revision (id, site_id, comment_id, author_id, ordinal, text, text_hash, state, version, idempotency_key, created_at)
			SELECT id + 1, (SELECT id FROM site LIMIT 1), id, (SELECT id FROM author LIMIT 1), 1, 'x', 'x', CASE WHEN bad THEN 'rejected' ELSE 'released' END, 2, 'past-' || i, sent FROM past;
		INSERT INTO decision (seq, id, site_id, comment_id, revision_id, text_hash, author_name, action, rules, word, detail, editor_id, editor_name, engine, findings,
				undoes, submitted_at, decided_at, prev_hash, hash)
			SELECT (SELECT seq FROM chain_head) + 1 + i, id + 2, (SELECT id FROM site LIMIT 1), id, id + 1, 'x', 'Ina', CASE WHEN bad THEN 'reject' ELSE 'release' END,
				CASE WHEN bad THEN rule ELSE '' END, '', '', (SELECT id FROM editor LIMIT 1), 'Rike', 'x',
				'{"lang":"de","scores":{' || ${scores} || '},"over":[' || CASE WHEN bad AND i * 37 % 100 >= 50 THEN '"' || rule || '"' ELSE '' END || ']}',
				NULL, sent, sent + wait, 'past-' || (i - 1), 'past-' || i FROM past;
		INSERT INTO forecast (revision_id, site_id, made_at, due_at, expected, bucket, from_at, until_at, decided_at)
			SELECT id + 1, (SELECT id FROM site LIMIT 1), sent, sent, 1, 0, sent, sent + 2400000, sent + wait FROM past;
		UPDATE chain_head SET seq = seq + ${count}, hash = 'past-${count - 1}';
		UPDATE figure_mark SET value = 0 WHERE name IN ('received', 'forecast'); COMMIT; -- by itself the program looks back some minutes later`;
	const done = spawnSync('sqlite3', ['-bail', '-cmd', '.timeout 10000', server.file], { input: sql, encoding: 'utf8' });
	if (done.status !== 0)
		throw new Error(`sqlite3: ${done.stderr}`);
	return count;
}
