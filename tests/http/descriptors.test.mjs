// Out of file descriptors: whoever has a connection is served, nothing that was acknowledged is lost, and the server goes on by
// itself when there are some again. With too few to work with it does not start, and says so.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, startServer, until } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';

const dir = mkdtempSync(join(tmpdir(), 'freigabe-files-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));

// The program with so many descriptors.
function limited(files) {
	const bin = join(dir, `freigabe-${files}`);
	writeFileSync(bin, `#!/bin/sh\nexec prlimit --nofile=${files} '${binary()}' "$@"\n`);
	chmodSync(bin, 0o755);
	return bin;
}
const open = (pid) => readdirSync(`/proc/${pid}/fd`).map(Number);
function limit(pid, files) {
	const r = spawnSync('prlimit', ['--pid', String(pid), `--nofile=${files}:`], { encoding: 'utf8' });
	assert.equal(r.status, 0, r.stderr);
}
const text = (n) => `Ein Satz zur Brücke, der ${n}. von vielen.`;

test('too few to start with', () => {
	const r = spawnSync(limited(100), ['serve', '--db', `sqlite:${join(dir, 'few.db')}`, '--listen', '127.0.0.1:0'], { encoding: 'utf8', timeout: 20000 });
	assert.equal(r.status, 2, r.stdout + r.stderr);
	assert.match(r.stderr, /only 100 files may be open/);
});

test('more connections than descriptors: those are served, others closed at once, and later there is room again', async () => {
	const server = await startServer({ bin: limited(200) });
	const agents = Array.from({ length: 300 }, () => new Agent({ keepAlive: true })); // each keeps its connection
	try {
		const reader = new Reader(server), first = await reader.submit(text(1));
		const ask = (agent) => server.request('GET', '/v1/articles/bruecke/comments', { agent }).then((a) => a.status, () => 'closed');
		const came = await Promise.all(agents.map(ask));
		const served = agents.filter((_, i) => came[i] === 200);
		assert.ok(served.length >= 20 && served.length < 200, `${served.length} served`);
		assert.ok(came.every((c) => c === 200 || c === 'closed'), `${new Set(came)}`);
		assert.deepEqual([...new Set(await Promise.all(served.map(ask)))], [200], 'whoever has a connection keeps it');
		const second = await reader.submit(text(2)); // by one that it has
		agents.forEach((a) => a.destroy());
		await until(async () => (await ask(new Agent())) === 200, { what: 'room for new ones' });
		assert.deepEqual((await reader.mine()).map((c) => c.id).sort(), [first.id, second.id].sort());
	} finally {
		agents.forEach((a) => a.destroy());
		await server.end();
	}
});

test('none left while it runs: clear answers, nothing lost, and it goes on by itself', async () => {
	const server = await startServer();
	try {
		const reader = new Reader(server), rike = await new Editor(server).login();
		const stranger = new Reader(server), stream = await stranger.stream('/v1/articles/bruecke/stream');
		await rike.release((await reader.submit(text(1))).id);
		await stream.next((m) => m.event === 'put');
		stream.close();
		assert.match(await stranger.thread(), /der 1\. von vielen/, 'in memory from now on');
		const { pid } = server.child;
		limit(pid, Math.max(...open(pid)) + 1);
		const holes = Math.max(...open(pid)) + 1 - open(pid).length;
		const late = Array.from({ length: holes + 20 }, () => new Agent({ keepAlive: true })); // more than there is room for
		let answered = 0;
		const answers = late.map((agent) => server.request('GET', '/v1/articles/bruecke/thread', { agent, timeout: 60000 }).then((a) => (answered++, a.status), (e) => e.message));
		const kept = [];
		for (let i = 2; i < 12; i++) {
			const answer = await reader.post(text(i));
			assert.ok(answer.status === 201 || answer.status === 503, answer.text);
			if (answer.status === 201)
				kept.push(answer.json.id);
			else
				assert.ok(answer.headers['retry-after'] && answer.json.error.message, answer.text);
			assert.match(await stranger.thread(), /der 1\. von vielen/, 'served from memory');
		}
		assert.ok(server.alive() && answered < late.length, 'some had to wait');
		limit(pid, 4096);
		assert.deepEqual([...new Set(await Promise.all(answers))], [200], 'who waited is served');
		late.forEach((a) => a.destroy());
		kept.push((await reader.submit(text(12))).id);
		const mine = new Set((await reader.mine()).map((c) => c.id));
		assert.ok(kept.every((id) => mine.has(id)), 'acknowledged, and not there');
		assert.equal(server.audit().status, 0);
		assert.equal(server.db.startsWith('sqlite:') ? server.sql('PRAGMA integrity_check') : 'ok', 'ok');
	} finally {
		limit(server.child.pid, 4096);
		await server.end();
	}
});
