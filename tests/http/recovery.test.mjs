// PostgreSQL brought back to a moment, with its own tools alone, as docs/backup.md says: a base backup, the archived log, a
// time to stop at. What was decided before is there, what came after is not, and the chains are whole. And a server whose
// database is stopped and started again.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, until } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';

const bin = `/usr/lib/postgresql/${readdirSync('/usr/lib/postgresql').sort((a, b) => b - a)[0]}/bin`;
const dir = mkdtempSync(join(tmpdir(), 'freigabe-pitr-'));
const root = process.getuid() === 0, running = new Set();
const own = (path) => root && spawnSync('chown', ['-R', 'postgres:postgres', path]);

function pg(tool, ...args) {
	const command = [join(bin, tool), ...args], as = root ? ['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--clear-groups', '--'] : [];
	const [first, ...rest] = [...as, ...command];
	const r = spawnSync(first, rest, { encoding: 'utf8', cwd: dir, stdio: ['ignore', 'pipe', 'pipe'], timeout: 120000 });
	assert.equal(r.status, 0, `${tool} ${args.join(' ')}\n${r.stdout}${r.stderr}`);
	return r.stdout;
}

const url = (name, base = 'freigabe') => `postgres://freigabe@${encodeURIComponent(join(dir, name))}/${base}`;
const sql = (name, text, base) => {
	const r = spawnSync('psql', ['-qAtX', '-v', 'ON_ERROR_STOP=1', url(name, base), '-c', text], { encoding: 'utf8' });
	assert.equal(r.status, 0, r.stderr);
	return r.stdout.trim();
};

function start(name) {
	mkdirSync(join(dir, name), { recursive: true });
	own(dir);
	const r = spawnSync(root ? 'setpriv' : join(bin, 'pg_ctl'), [...(root ? ['--reuid', 'postgres', '--regid', 'postgres', '--clear-groups', '--', join(bin, 'pg_ctl')] : []),
		'-D', join(dir, `${name}-data`), '-l', join(dir, `${name}.log`), '-w', '-t', '60', '-o', `-c unix_socket_directories='${join(dir, name)}'`, 'start'],
	{ stdio: 'ignore', cwd: dir });
	assert.equal(r.status, 0, spawnSync('tail', [join(dir, `${name}.log`)], { encoding: 'utf8' }).stdout);
	running.add(name);
}

function stop(name) {
	pg('pg_ctl', '-D', join(dir, `${name}-data`), '-m', 'fast', '-w', 'stop');
	running.delete(name);
}

after(() => {
	for (const name of running)
		stop(name);
	rmSync(dir, { recursive: true, force: true });
});

before(() => {
	mkdirSync(join(dir, 'archive'));
	own(dir);
	pg('initdb', '-D', join(dir, 'one-data'), '-U', 'freigabe', '-A', 'trust', '-E', 'UTF8', '--locale', 'C', '--no-sync');
	spawnSync('sh', ['-c', 'cat >> "$1"', 'sh', join(dir, 'one-data/postgresql.conf')], { input: `
listen_addresses = ''
wal_level = replica
archive_mode = on
archive_command = 'test ! -f ${dir}/archive/%f && cp %p ${dir}/archive/%f'
` });
	start('one');
	sql('one', 'CREATE DATABASE freigabe', 'postgres');
});

test('back to the moment before a mistake', async () => {
	const server = await startServer({ db: url('one') });
	try {
		const reader = new Reader(server), rike = await new Editor(server).login();
		const early = (await reader.submit('Vor der Sicherung: ein Satz zur Brücke.')).id;
		await rike.release(early);
		pg('pg_basebackup', '-h', join(dir, 'one'), '-U', 'freigabe', '-D', join(dir, 'two-data'), '-X', 'none', '-c', 'fast');
		const between = (await reader.submit('Nach der Sicherung, vor dem Fehler: ein Satz zur Brücke.')).id;
		await rike.release(between);
		const moment = sql('one', 'SELECT clock_timestamp()');
		await until(() => sql('one', `SELECT clock_timestamp() > '${moment}'::timestamptz + interval '2 milliseconds'`) === 't');
		await rike.release((await reader.submit('Nach dem Fehler: ein Satz zur Brücke, der nicht mehr da ist.')).id);
		const end = sql('one', 'SELECT pg_walfile_name(pg_switch_wal())');
		await until(() => existsSync(join(dir, 'archive', end)), { what: 'the last piece of the log in the archive' });
		spawnSync('sh', ['-c', 'cat >> "$1"; touch "$2"', 'sh', join(dir, 'two-data/postgresql.conf'), join(dir, 'two-data/recovery.signal')], { input: `
restore_command = 'cp ${dir}/archive/%f %p'
recovery_target_time = '${moment}'
recovery_target_action = 'promote'
archive_mode = off
` });
		start('two');
		await until(() => sql('two', 'SELECT pg_is_in_recovery()') === 'f', { what: 'the end of the recovery' });
		const texts = sql('two', 'SELECT text FROM revision ORDER BY id').split('\n');
		assert.deepEqual(texts.map((t) => t.slice(0, 8)), ['Vor der ', 'Nach der'], 'what came before the moment, and nothing else');
		assert.equal(sql('two', 'SELECT count(*) FROM publication'), '2');
		assert.equal(sql('one', 'SELECT count(*) FROM publication'), '3');
		const audit = spawnSync(server.bin, ['audit', 'verify', '--db', url('two')], { encoding: 'utf8' });
		assert.equal(audit.status, 0, audit.stdout + audit.stderr);
		assert.match(audit.stdout, /ok: 2 decisions, 2 publications/);
	} finally {
		await server.end();
	}
});

test('the database is stopped and started again: who posts is told so, who reads is served, and it goes on by itself', async () => {
	const server = await startServer({ db: url('one') });
	try {
		const reader = new Reader(server), rike = await new Editor(server).login();
		const before = (await reader.submit('Vor dem Neustart: ein Satz zur Brücke.')).id;
		const stream = await new Reader(server).stream('/v1/articles/bruecke/stream');
		await rike.release(before);
		await stream.next((m) => m.event === 'put');
		stream.close();
		assert.match(await new Reader(server).thread(), /Vor dem Neustart/, 'in memory from now on');
		const key = '7a1c7a0e-1f1d-4a0e-9a53-6f0f3b6f0a11', text = 'Während des Neustarts: ein Satz zur Brücke.';
		stop('one');
		const answer = await reader.post(text, { key });
		assert.equal(answer.status, 503, answer.text);
		assert.ok(answer.headers['retry-after'] && answer.json.error.message);
		assert.match(await new Reader(server).thread(), /Vor dem Neustart/, 'from memory');
		start('one');
		const { id } = (await until(async () => {
			const again = await reader.post(text, { key });
			return again.status === 201 && again;
		}, { what: 'it goes on' })).json;
		assert.deepEqual((await reader.mine()).map((c) => c.id).sort(), [before, id].sort(), 'each once');
		await rike.release(id);
		assert.equal(server.audit().status, 0);
	} finally {
		await server.end();
	}
});
