// A primary is lost with something that only a replica had taken, and one takes over that never had it: from then on the same
// numbers are other events, and what such a replica has is not shown.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, until } from '../lib/server.mjs';
import { psql } from '../lib/postgres.mjs';
import { startPair } from '../lib/replica.mjs';
import { Reader, Editor } from '../lib/people.mjs';

test('what was removed after a take-over is not shown by a replica that went another way', async () => {
	const pair = startPair();
	let node;
	try {
		node = await startServer({ db: pair.url(pair.primary), config: { replica: pair.url(pair.replica) } });
		const rike = await new Editor(node).login(), wilma = new Reader(node), text = 'Das wird noch entfernt.';
		const { id } = await wilma.submit(text);
		await rike.release(id);
		await pair.caughtUp();
		await node.stop();
		pair.keep();
		await pair.caughtUp();
		for (let i = 0; i < 5; i++) // what only the replica takes along
			psql(pair.url(pair.primary), `BEGIN; UPDATE counter SET value = value + 1 WHERE name = 'event';
				INSERT INTO event SELECT c.value, 'article', a.site_id, a.id, 0, 0, '', ${i + 1} FROM counter c, article a WHERE c.name = 'event' AND a.external_id = 'library'; COMMIT`);
		await pair.caughtUp();
		const lost = pair.events(pair.replica);
		pair.takeOver();
		assert.ok(pair.events(pair.primary) < lost);
		await node.start();
		await wilma.withdraw(id);
		while (pair.events(pair.primary) < lost) // until the numbers say nothing any more
			await wilma.submit(`Noch ein Satz, Nummer ${pair.events(pair.primary)}.`, { article: 'library' });
		await node.restart(); // nothing is in memory
		assert.equal(psql(pair.url(pair.replica), 'SELECT count(*) FROM publication WHERE removed_at IS NULL'), '1', 'the replica still has it');
		assert.equal(pair.events(pair.replica), lost);
		await until(async () => (await node.get('/metrics')).text.includes('freigabe_store_replicas_up 1'), { what: 'the replica is there' });
		for (const path of ['/articles/bruecke', '/v1/articles/bruecke/thread', '/v1/articles/bruecke/comments', '/articles/bruecke/comments.atom'])
			assert.ok(!(await node.get(path)).text.includes(text), path);
	} finally {
		await node?.end();
		pair.end();
	}
});
