// /readyz in each bad state that can be made, and that it is well again by itself; while it is not, released threads are read.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, openSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { startServer, until } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { metrics } from '../lib/metrics.mjs';

const ready = async (server) => {
	const answer = await server.get('/readyz');
	assert.equal(answer.status, answer.json.ready ? 200 : 503);
	assert.equal(answer.json.ready, answer.json.reasons.length === 0);
	return answer.json.reasons;
};
const says = (server, reason) => until(async () => (await ready(server)).includes(reason), { what: reason });
const well = (server) => until(async () => (await ready(server)).length === 0, { what: 'ready' });
const reads = async (server) => assert.equal((await server.get('/v1/articles/bruecke/thread')).status, 200);

// Another program on the same database.
async function other(server, statements) {
	const script = 'import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1], isolation_level=None)\nfor s in sys.argv[2:]: db.execute(s)\nprint("done", flush=True)\nsys.stdin.read()';
	const child = spawn('python3', ['-c', script, server.file, ...statements], { stdio: ['pipe', 'pipe', 'inherit'] });
	await new Promise((done, fail) => (child.stdout.once('data', done), child.once('exit', () => fail(new Error('ended')))));
	return () => new Promise((done) => (child.removeAllListeners('exit'), child.once('exit', done), child.stdin.end()));
}

test('another program holds the database; then not any more', async () => {
	const server = await startServer();
	try {
		await well(server);
		await reads(server);
		const end = await other(server, ['BEGIN IMMEDIATE']);
		await says(server, 'database_busy');
		await reads(server);
		assert.equal((await metrics(server)).value('freigabe_not_ready{reason="database_busy"}'), 1);
		assert.equal((await metrics(server)).value('freigabe_ready'), 0);
		await end();
		await well(server);
		await new Reader(server).submit('Nun geht es wieder weiter mit der Brücke.');
		assert.match(server.log, /"event":"ready","message":"(not ready: .*database_busy|the database kept us waiting for \d{4,} ms)/);
	} finally {
		await server.end();
	}
});

test('another version has brought the database up to date: it is read, not written to, until it is the own one again', async () => {
	const server = await startServer();
	try {
		const rike = await new Editor(server).login(), text = 'Ein Satz aus der Zeit davor.', { id } = await new Reader(server).submit(text);
		await rike.release(id);
		const { id: waits } = await new Reader(server).submit('Einer, der wartet.'), item = await rike.item(waits);
		await well(server);
		const end = await other(server, ["INSERT INTO schema_migration (version, name, hash, applied_at) VALUES (9999, 'x', 'x', 0)"]);
		await end();
		await says(server, 'schema');
		await until(() => /"message":"not ready: schema"/.test(server.log), { what: 'the log' });
		for (const answer of [await new Reader(server).post('Für die neue Fassung.'), await rike.decide(item, 'release')]) {
			assert.deepEqual([answer.status, answer.json.error.code], [503, 'schema_newer'], answer.text);
			assert.ok(answer.headers['retry-after'] && answer.json.error.message);
		}
		assert.equal(server.sql('SELECT count(*) FROM revision'), '2', 'nothing is written');
		assert.equal(server.sql("SELECT count(*) FROM decision"), '1');
		assert.ok((await new Reader(server).thread()).includes(text));
		const old = server.cliRaw(['user', 'set', 'neu', '--password-stdin'], 'eine lange Losung\n'); // an old program that begins
		assert.equal(old.status, 2, old.stdout + old.stderr);
		assert.match(old.stderr, /written by a newer freigabe/);
		await (await other(server, ['DELETE FROM schema_migration WHERE version = 9999']))();
		await well(server);
		await until(() => /"message":"ready again"/.test(server.log), { what: 'the log' });
		await new Reader(server).submit('Und weiter geht es.');
	} finally {
		await server.end();
	}
});

test('told to stop: not ready, but serving; a second signal ends the wait', async () => {
	const server = await startServer({ config: { drain_wait: 60 } });
	await well(server);
	server.child.kill('SIGTERM');
	await says(server, 'draining');
	await reads(server);
	await new Reader(server).submit('Auch dies wird noch angenommen, Stein für Stein.');
	await server.end();
});

// Needs the right to mount.
const mounts = spawnSync('unshare', ['-m', 'true']).status === 0 && process.getuid() === 0;
test('a disk that is full; then not any more', { skip: !mounts && 'needs root' }, async () => {
	const probe = await startServer();
	const dir = join(probe.dir, 'small');
	mkdirSync(dir);
	const run = (...args) => assert.equal(spawnSync(args[0], args.slice(1)).status, 0, args.join(' '));
	run('mount', '-t', 'tmpfs', '-o', 'size=24m', 'freigabe-test', dir);
	let server;
	try {
		await probe.stop();
		server = probe;
		server.file = join(dir, 'test.db');
		server.db = `sqlite:${server.file}`;
		server.setUp({});
		await server.start();
		await well(server);
		await reads(server);
		const filler = openSync(join(dir, 'filler'), 'w'), block = Buffer.alloc(1 << 16);
		assert.throws(() => {
			for (;;)
				writeSync(filler, block);
		}, /ENOSPC/);
		closeSync(filler);
		await says(server, 'disk_full');
		await reads(server);
		assert.equal((await new Reader(server).post('Für diesen Satz ist gerade kein Platz.')).status, 503);
		rmSync(join(dir, 'filler'));
		await well(server);
		await new Reader(server).submit('Für diesen Satz ist wieder Platz.');
		assert.ok((await metrics(server)).value('freigabe_store_commit_failures_total') > 0);
		await server.stop();
	} finally {
		if (server?.alive())
			await server.kill();
		run('umount', dir);
		rmSync(probe.dir, { recursive: true, force: true });
	}
});
