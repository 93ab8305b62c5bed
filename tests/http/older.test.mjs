// While the database cannot be asked, a thread to which something has just been added is shown as it was before, and says
// so; never one of which something was taken away or changed. So on the node that decided, and on the other.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, startNode, until } from '../lib/server.mjs';
import { newDatabase, psql } from '../lib/postgres.mjs';
import { Reader, Editor } from '../lib/people.mjs';

const PAGE = '/articles/bruecke', JSON_PAGE = '/v1/articles/bruecke/comments';
let db, server, nodes, streams, rike, wilma;
const ids = {};

// Nobody can connect any more, and whoever was connected is not.
const away = () => psql(db.replace(/[^/]*$/, 'postgres'), `ALTER DATABASE ${db.split('/').pop()} ALLOW_CONNECTIONS false;
	SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '${db.split('/').pop()}'`);
const back = async () => {
	psql(db.replace(/[^/]*$/, 'postgres'), `ALTER DATABASE ${db.split('/').pop()} ALLOW_CONNECTIONS true`);
	for (const node of nodes)
		await until(async () => (await node.get('/v1/articles/bruecke')).status === 200, { what: 'the database is asked again' });
};
const send = async (text) => (ids[text] = (await wilma.submit(text)).id);
// Both nodes have heard that `words` are to be read, or that a comment is to be no more.
const told = (event, words) => Promise.all(streams.map((s) => s.next((m) => m.event === event && m.data.includes(words))));
// Each of the pages on each of the nodes.
const both = async (look) => {
	for (const node of nodes)
		for (const page of [PAGE, JSON_PAGE])
			await look(await node.get(page));
};

before(async () => {
	db = await newDatabase();
	server = await startServer({ db });
	rike = await new Editor(server).login();
	wilma = new Reader(server);
	nodes = [server, await startNode(server)];
	streams = await Promise.all(nodes.map((node) => new Reader(node).stream('/v1/articles/bruecke/stream')));
	for (const text of ['Erster Satz zur Brücke.', 'Zweiter Satz zur Brücke.']) {
		await rike.release(await send(text));
		await told('put', text);
	}
	await both(({ status }) => assert.equal(status, 200));
});
after(() => Promise.all(nodes.map((node) => node.end())));

test('what lacks only a new comment is shown, and says that it is older', async () => {
	await rike.release(await send('Dritter Satz zur Brücke.'));
	await told('put', 'Dritter Satz');
	away();
	for (let round = 0; round < 2; round++)
		await both(({ status, text, headers }) => {
			assert.equal(status, 200, text);
			assert.ok(text.includes('Zweiter Satz') && !text.includes('Dritter Satz'), 'as it was before');
			assert.match(headers.warning ?? '', /^110 /);
			assert.equal(headers['cache-control'], 'public, no-cache');
		});
	assert.equal((await server.get('/v1/articles/bruecke/comments?lang=en')).status, 503, 'which was not in memory');
	await back();
	await both(({ text, headers }) => {
		assert.ok(text.includes('Dritter Satz'));
		assert.equal(headers.warning, undefined);
	});
});

for (const [what, change, event, words, gone] of [
	['a withdrawal', () => wilma.withdraw(ids['Zweiter Satz zur Brücke.']), 'remove', '', 'Zweiter Satz'],
	['an edit', async () => {
		await wilma.revise(ids['Dritter Satz zur Brücke.'], 'Dritter Satz, verbessert.');
		await rike.release(ids['Dritter Satz zur Brücke.']);
	}, 'put', 'verbessert', 'Dritter Satz zur'],
])
	test(`after ${what} nothing older is shown`, async () => {
		await both(({ text }) => assert.ok(text.includes(gone)));
		await change();
		await told(event, words);
		away();
		await both(({ status, text }) => {
			assert.equal(status, 503);
			assert.ok(!text.includes(gone));
		});
		await back();
		await both(({ text }) => assert.ok(!text.includes(gone)));
	});
