// The clock jumps ahead and back while people write, decide and wait for letters: ids never repeat, nothing hangs, and
// what was put off under the wrong clock is not put off for years.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { startServer, until, uuid } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { Faults, unable } from '../lib/faults.mjs';

const MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const text = () => `Satz ${uuid().slice(0, 8)} zur Brücke, kurz und sachlich.`;

async function claim(who, revision) {
	const answer = await who.request('PUT', '/v1/desk/claim', { headers: { 'X-CSRF-Token': who.csrf }, body: { revision } });
	assert.equal(answer.status, 200, answer.text);
	return answer.json;
}

// What a newsroom does in a minute; each of it must work whatever the clock says.
async function aMinute(server) {
	const reader = new Reader(server, { email: 'wilma@post.example' }), rike = await new Editor(server).login();
	const first = await reader.submit(text()), second = await reader.submit(text());
	await reader.revise(second.id, text());
	const item = await rike.item(first.id);
	assert.equal((await claim(rike, item.revision)).mine, true);
	const { decision } = await rike.release(first.id);
	assert.equal((await rike.undo(decision)).status, 200, 'may be taken back');
	await rike.release(first.id);
	await rike.reject(second.id);
	await until(async () => (await reader.comments()).comments.some((c) => c.id === first.id), { what: 'the released comment' });
	await reader.withdraw((await reader.submit(text())).id);
	return [first.id, second.id];
}

test('the clock jumps', { skip: unable() }, async () => {
	const faults = new Faults(tmpdir());
	const server = await startServer({ env: faults.env });
	try {
		const rike = await new Editor(server).login();
		let last = '';
		for (const at of [0, -2 * MINUTE, -HOUR, 0, HOUR, 0]) { // as a clock is set right by hand or by the network
			faults.clock(at);
			for (const id of await aMinute(server)) {
				assert.ok(id > last, `after ${last} came ${id} at ${at} ms`);
				last = id;
			}
		}
		assert.equal((await rike.get('/v1/desk/queue')).status, 200, 'the session holds');
		for (const at of [-400 * DAY, 400 * DAY, 0]) { // as a machine whose battery is empty
			faults.clock(at);
			await aMinute(server);
		}
		await server.restart();
		await aMinute(server);
		const { 0: ids, 1: different } = server.sql('SELECT count(*), count(DISTINCT id) FROM comment').split('|');
		assert.equal(ids, different);
		const audit = server.audit();
		assert.equal(audit.status, 0, audit.stdout + audit.stderr);
	} finally {
		faults.quiet();
		await server.end();
		faults.end();
	}
});

test('what was put off or claimed under a clock a year ahead', { skip: unable() }, async () => {
	const faults = new Faults(tmpdir());
	const server = await startServer({ env: faults.env });
	try {
		faults.clock(365 * DAY);
		const reader = new Reader(server, { email: 'wilma@post.example' }), rike = await new Editor(server).login();
		const [refused, waiting] = [await reader.submit(text()), await reader.submit(text())];
		await rike.reject(refused.id);
		const { revision } = await rike.item(waiting.id);
		assert.equal((await claim(rike, revision)).mine, true);
		assert.equal(server.sql("SELECT count(*) FROM mail WHERE state = 'waiting'"), '1', 'a letter waits');
		faults.clock(0);
		await server.restart(); // its jobs look at once
		await until(() => Number(server.sql("SELECT max(send_at) FROM mail WHERE state = 'waiting'")) < Date.now() + DAY,
			{ what: 'the letter to be due in this life' });
		const omar = await new Editor(server).login('omar');
		assert.equal((await claim(omar, revision)).mine, true, 'a claim of a year holds nobody up');
	} finally {
		faults.quiet();
		await server.end();
		faults.end();
	}
});
