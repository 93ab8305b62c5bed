// PostgreSQL brought back to a moment, with its own tools alone, by the very settings that stand in docs/backup.md: a base
// backup, the archived log, a time to stop at. What was decided before is there, what came after is not, and the chains are
// whole; what is recovered archives on beside the old log. And a server whose database is stopped and started again.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
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

// The document's settings, for the server and for the recovery, with our folder and moment; what is filled in must stand there.
const page = readFileSync(resolve(dirname(fileURLToPath(import.meta.url)), '../../docs/backup.md'), 'utf8');
const [, settings, , recovery] = page.split('## PostgreSQL, to the minute')[1].split(/^```$/m);
function filled(text, pairs) {
	for (const [from, to] of pairs) {
		assert.ok(text.includes(from), `docs/backup.md has no "${from}"`);
		text = text.replaceAll(from, to);
	}
	return text;
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
	appendFileSync(join(dir, 'one-data/postgresql.conf'), `\nlisten_addresses = ''${filled(settings, [['/archive/', `${dir}/archive/`]])}`);
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
		appendFileSync(join(dir, 'two-data/postgresql.conf'), filled(recovery, [['/archive/', `${dir}/archive/`], [/'2026-.*'/.exec(recovery)[0], `'${moment}'`]]));
		writeFileSync(join(dir, 'two-data/recovery.signal'), '');
		start('two');
		await until(() => sql('two', 'SELECT pg_is_in_recovery()') === 'f', { what: 'the end of the recovery' });
		const texts = sql('two', 'SELECT text FROM revision ORDER BY id').split('\n');
		assert.deepEqual(texts.map((t) => t.slice(0, 8)), ['Vor der ', 'Nach der'], 'what came before the moment, and nothing else');
		assert.equal(sql('two', 'SELECT count(*) FROM publication'), '2');
		assert.equal(sql('one', 'SELECT count(*) FROM publication'), '3');
		const audit = spawnSync(server.bin, ['audit', 'verify', '--db', url('two')], { encoding: 'utf8' });
		assert.equal(audit.status, 0, audit.stdout + audit.stderr);
		assert.match(audit.stdout, /ok: 2 decisions, 2 publications/);
		const next = sql('two', 'SELECT pg_walfile_name(pg_switch_wal())');
		await until(() => existsSync(join(dir, 'archive', next)), { what: 'the log of the recovered server in the archive' });
		assert.match(next, /^00000002/, 'under a number of its own');
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

// A session of psql that stays, and answers each line by what it prints.
function session(name) {
	const child = spawn('psql', ['-qAtX', url(name)], { stdio: ['pipe', 'pipe', 'ignore'] });
	child.stdin.on('error', () => {});
	let heard = '';
	child.stdout.setEncoding('utf8').on('data', (text) => (heard += text));
	return { say: (text) => child.stdin.write(`${text}\n`), hears: (word) => until(() => heard.includes(word), { what: word }), end: () => child.kill() };
}

test('the database goes in the very moment in which a release is told: the thread is read on, and its followers hear of it, once', async () => {
	const server = await startServer({ db: url('one') }), sessions = [session('one'), session('one')];
	try {
		const reader = new Reader(server), rike = await new Editor(server).login();
		await rike.release((await reader.submit('Längst freigegeben: ein Satz zur Brücke.')).id);
		const id = (await reader.submit('Gerade freigegeben: ein Satz zur Brücke.')).id;
		const stream = await new Reader(server).stream('/v1/articles/bruecke/stream');
		assert.match(await new Reader(server).thread(), /Längst freigegeben/, 'in memory from now on');
		// The release waits to write its event; who wants `publication` for itself waits for the release, and all readers for them.
		const [first, second] = sessions;
		const waiting = (table) => until(() => sql('one', `SELECT count(*) FROM pg_locks WHERE relation = '${table}'::regclass AND NOT granted`) !== '0', { what: `somebody waits for ${table}` });
		first.say("BEGIN; LOCK TABLE event IN EXCLUSIVE MODE; SELECT 'locked';");
		await first.hears('locked');
		const released = rike.release(id);
		await waiting('event');
		second.say("BEGIN; LOCK TABLE publication IN ACCESS EXCLUSIVE MODE; SELECT 'locked';");
		await waiting('publication');
		first.say('COMMIT;');
		await second.hears('locked');
		await released;
		await waiting('publication');
		stop('one');
		const page = await new Reader(server).get('/v1/articles/bruecke/thread');
		assert.equal(page.status, 200, page.text);
		assert.match(page.text, /Längst freigegeben/);
		assert.doesNotMatch(page.text, /Gerade freigegeben/);
		assert.match(page.headers.warning, /110/, 'and is said to be older');
		start('one');
		await stream.next((m) => m.event === 'put' && m.data.includes(id));
		await until(async () => (await new Reader(server).thread()).includes('Gerade freigegeben'), { what: 'the thread as it is' });
		assert.deepEqual(stream.messages.filter((m) => m.data.includes(id)).map((m) => m.event), ['put'], 'once, and nothing else');
		assert.ok(!stream.messages.some((m) => m.event === 'reset'));
		stream.close();
	} finally {
		sessions.forEach((s) => s.end());
		await server.end();
	}
});
