// Caches that are told what changed: one that does not take it holds up no other.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { startServer, until } from '../lib/server.mjs';
import { Editor, Reader } from '../lib/people.mjs';

class Cache {
	constructor(status) {
		this.asked = [];
		this.http = http.createServer((req, res) => {
			this.asked.push(`${req.method} ${req.url} ${req.headers.host} ${req.headers['accept-encoding'] ?? ''}`);
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
