// Caches that are told what changed: one that does not take it holds up no other, and what a crash has cut off is told
// after the next start.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { startServer, until } from '../lib/server.mjs';
import { Editor, Reader } from '../lib/people.mjs';
import { Faults, SQLITE, unable } from '../lib/faults.mjs';

class Cache {
	constructor(status) {
		this.asked = [];
		this.http = http.createServer((req, res) => {
			this.asked.push(`${req.method} ${req.url} ${req.headers.host} ${req.headers['accept-encoding'] ?? ''}`);
			this.first?.();
			this.first = undefined;
			res.writeHead(status).end();
		});
	}

	async start() {
		await new Promise((ready) => this.http.listen(0, '127.0.0.1', ready));
		this.url = `http://127.0.0.1:${this.http.address().port}`;
		return this;
	}

	end() {
		this.http.closeAllConnections();
		this.http.close();
	}
}

test('one that refuses is tried again once, and not for each page', async () => {
	const bad = await new Cache(503).start(), good = await new Cache(200).start();
	const server = await startServer({ site: { address: 'https://comments.example.org' }, config: { purge: `${bad.url} ${good.url}` } });
	try {
		const { id } = await new Reader(server).submit('Ein Satz, der erscheint.');
		await (await new Editor(server).login()).release(id);
		await until(() => good.asked.length === 12, { what: 'four pages, three encodings' });
		assert.equal(new Set(good.asked).size, 12);
		for (const line of good.asked)
			assert.match(line, /^PURGE \/(v1\/)?articles\/bruecke[^ ]* comments\.example\.org /);
		assert.equal(bad.asked.length, 2);
	} finally {
		await server.end();
		bad.end();
		good.end();
	}
});

test('killed at the first of many pages: the next start tells of all, once', async () => {
	const cache = await new Cache(200).start();
	const server = await startServer({ config: { purge: cache.url } });
	const there = (article) => cache.asked.filter((line) => line.includes(`/articles/${article}`));
	try {
		for (const article of ['bruecke', 'library'])
			await new Reader(server, { article }).submit('Ein Satz, der erscheint.');
		const rike = await new Editor(server).login();
		const decisions = (await rike.all()).map(({ revision, version }) => ({ revision, version, action: 'release' }));
		cache.first = () => server.child.kill('SIGKILL');
		const answer = await rike.write('/v1/desk/decisions', { decisions }).catch(() => undefined); // it may be cut off
		assert.equal(answer?.status ?? 200, 200, answer?.text);
		await until(() => !server.alive(), { what: 'killed at the first request' });
		cache.asked = [];
		await server.start();
		await until(() => there('bruecke').length === 12 && there('library').length === 12, { what: 'both articles, all pages' });
		await rike.release((await new Reader(server).submit('Noch ein Satz.')).id);
		await until(() => there('bruecke').length === 24, { what: 'the next release' });
		await server.restart();
		await rike.release((await new Reader(server, { article: 'library' }).submit('Ein letzter.')).id);
		await until(() => there('library').length === 24, { what: 'the last release' });
		assert.equal(there('bruecke').length, 24, 'what was told before a stop is not told again');
	} finally {
		await server.end();
		cache.end();
	}
});

test('while the database does not answer, what is to be told waits', { skip: unable() }, async () => {
	const cache = await new Cache(200).start(), faults = new Faults(tmpdir());
	const server = await startServer({ config: { purge: cache.url }, env: faults.env });
	try {
		for (const article of ['bruecke', 'library'])
			await new Reader(server, { article }).submit('Ein Satz, der erscheint.');
		const rike = await new Editor(server).login();
		const decisions = (await rike.all()).map(({ revision, version }) => ({ revision, version, action: 'release' }));
		cache.first = () => faults.fail('step', SQLITE.IOERR); // between the first article and the second
		assert.equal((await rike.write('/v1/desk/decisions', { decisions })).status, 200);
		await until(() => cache.asked.length === 12, { what: 'the first article' });
		faults.count('step');
		faults.fail('step', SQLITE.IOERR);
		await wait(2000);
		const tries = faults.counted('step');
		faults.quiet();
		await until(() => cache.asked.length === 24, { what: 'the second article' });
		assert.ok(tries < 100, `${tries} statements in two seconds`);
	} finally {
		await server.end();
		cache.end();
		faults.end();
	}
});
