// The server that runs is confined: the kernel itself says of each thread that its calls are filtered. What the filter refuses is
// tests/unit/test_confine.c; that nothing is missing from it, all other tests over HTTP show, for they run with it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { startServer } from '../lib/server.mjs';

const FILTERED = 2; // SECCOMP_MODE_FILTER
const field = (text, name) => Number(new RegExp(`^${name}:\\s*(\\d+)$`, 'm').exec(text)?.[1]);
const threads = ({ child: { pid } }) => readdirSync(`/proc/${pid}/task`).map((id) => readFileSync(`/proc/${pid}/task/${id}/status`, 'utf8'));

test('each thread of a server is confined, and gains no rights by what it runs', async () => {
	const server = await startServer();
	try {
		const all = threads(server);
		assert.ok(all.length > 20, `${all.length} threads`);
		for (const status of all)
			assert.deepEqual([field(status, 'Seccomp'), field(status, 'NoNewPrivs')], [FILTERED, 1]);
		assert.match(server.log, /"event":"seccomp","message":"on: \d+ system calls are allowed/);
	} finally {
		await server.end();
	}
});

test('it can be switched off, which is said', async () => {
	const server = await startServer({ config: { seccomp: 'off' } });
	try {
		assert.ok(threads(server).every((status) => field(status, 'Seccomp') === 0));
		assert.match(server.log, /"level":"warn","event":"seccomp","message":"off/);
	} finally {
		await server.end();
	}
});
