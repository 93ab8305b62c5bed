// The server that runs is confined: the kernel itself says of each thread that its calls are filtered. What the filter refuses is
// tests/unit/test_confine.c; that nothing is missing from it, all other tests over HTTP show, for they run with it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { psql } from '../lib/postgres.mjs';
import { startServer, until } from '../lib/server.mjs';

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

async function freePort() {
	const probe = net.createServer().listen(0, '127.0.0.1');
	await once(probe, 'listening');
	const { port } = probe.address();
	await new Promise((done) => probe.close(done));
	return port;
}

test('Kerberos, asked by libpq at each connection over TCP, may look for tickets in the kernel\'s keyring', async () => {
	const port = await freePort(), db = `postgres://freigabe@127.0.0.1:${port}/postgres`;
	const postgres = spawn('python3', ['tests/lib/postgres.py', '--listen_addresses=127.0.0.1', `--port=${port}`], { stdio: ['pipe', 'pipe', 'inherit'] });
	let server;
	try {
		await once(postgres.stdout, 'data');
		server = await startServer({ db, env: { KRB5CCNAME: 'KEYRING:session:freigabe' } });
		psql(db, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()');
		const well = async (path) => !server.alive() || (await server.get(path)).status === 200;
		await until(() => well('/articles/bruecke'), { what: 'a page, by a new connection' });
		await until(() => well('/readyz'), { what: 'writing, by a new connection' });
		assert.ok(server.alive(), 'it was not ended');
	} finally {
		await server?.end();
		postgres.stdin.end();
		await once(postgres, 'exit');
	}
});
