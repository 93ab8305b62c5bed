// What an administrator reads when the program cannot start: what is wrong, with its name, and what can be done, in the
// terminal's language; and exit code 2.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary } from '../lib/server.mjs';
import { ERRNO, Faults, unable } from '../lib/faults.mjs';

const NOBODY = 65534;
let dir, taken;
const path = (name) => join(dir, name);

function freigabe(args, { lang = 'de_DE.UTF-8', env = {}, ...options } = {}) {
	return spawnSync(binary(), args, { encoding: 'utf8', timeout: 60000, env: { ...process.env, LC_ALL: '', LC_MESSAGES: '', LANG: lang, ...env }, ...options });
}
const serve = (db, more = [], options) => freigabe(['serve', '--db', db, '--listen', '127.0.0.1:0', ...more], options);
function config(text) {
	writeFileSync(path('freigabe.ini'), text);
	return serve(`sqlite:${path('good.db')}`, ['--config', path('freigabe.ini')]);
}
const sqlite = (file, sql) => assert.equal(spawnSync('sqlite3', [file, sql]).status, 0);

before(async () => {
	dir = mkdtempSync(join(tmpdir(), 'freigabe-start-'));
	taken = createServer().listen(0, '127.0.0.1');
	await new Promise((done) => taken.once('listening', done));
	assert.equal(freigabe(['site', 'set', 'test', '--title', 'Testbote', '--lang', 'de', '--address', 'http://127.0.0.1', '--db', `sqlite:${path('good.db')}`]).status, 0);
});
after(() => {
	taken?.close();
	rmSync(dir, { recursive: true, force: true });
});

const broken = {
	'no database we know': [() => serve('mysql:freigabe'), /sqlite:PATH or postgres/, /Nennen Sie die Datenbank mit --db/],
	'a folder that is not there': [() => serve(`sqlite:${path('none/x.db')}`), /none\/x\.db: No such file or directory/, /Das Verzeichnis muss da sein/],
	'no PostgreSQL there': [() => serve('postgres://nobody@127.0.0.1:1/none'), /Connection refused/, /Läuft der Server/],
	'an address in use': [() => serve(`sqlite:${path('good.db')}`, ['--listen', `127.0.0.1:${taken.address().port}`]), /Address already in use/, /einen freien Port/],
	'no address': [() => serve(`sqlite:${path('good.db')}`, ['--listen', 'here']), /not 'here'/, /ADRESSE:PORT/],
	'a value that is none': [() => config('listen = 127.0.0.1:0\nworkers = many\nwrokers = 2\n'), /freigabe\.ini:2: bad value for workers$/m, /docs\/configuration\.md/],
	'a key that is none': [() => config('wrokers = 2\n'), /freigabe\.ini:1: no such key: wrokers$/m, /Schlüssel = Wert/],
	'a password that cannot be read': [() => config(`smtp_password_file = ${path('none')}\n`), /bad value for smtp_password_file/, /muss lesbar sein/],
	'a cache that is none': [() => config('purge = ftp://cache\n'), /not ftp:\/\/cache/, /http:\/\/127\.0\.0\.1:8089/],
	'no configuration there': [() => serve(`sqlite:${path('good.db')}`, ['--config', path('none.ini')]), /none\.ini: No such file/, /hinter --config/],
	'a newer program\'s database': [() => {
		copyFileSync(path('good.db'), path('newer.db'));
		sqlite(path('newer.db'), "INSERT INTO schema_migration VALUES (9999, '9999_x.sql', 'x', 1)");
		return serve(`sqlite:${path('newer.db')}`);
	}, /newer freigabe/, /Nehmen Sie die neuere Fassung/],
	'a changed schema': [() => {
		copyFileSync(path('good.db'), path('changed.db'));
		sqlite(path('changed.db'), "UPDATE schema_migration SET hash = 'x' WHERE version = 1");
		return serve(`sqlite:${path('changed.db')}`);
	}, /0001_begin\.sql/, /zuletzt lief/],
	'a file of something else': [() => {
		writeFileSync(path('other.db'), 'Kein Wort davon ist eine Datenbank. '.repeat(400));
		return serve(`sqlite:${path('other.db')}`);
	}, /not a database/, /Lassen Sie die Datei, wie sie ist/],
	'no database to look into': [() => freigabe(['audit', 'verify', '--db', `sqlite:${path('none.db')}`]), /no database at .*none\.db/, /Prüfen Sie den Pfad/],
};
for (const [what, [run, wrong, advice]] of Object.entries(broken))
	test(what, () => {
		const r = run();
		assert.equal(r.status, 2, `${r.signal} ${r.stderr}`);
		assert.match(r.stderr, wrong);
		assert.match(r.stderr, advice);
	});

test('no rights', { skip: process.getuid() !== 0 && 'only root can become somebody else' }, () => {
	mkdirSync(path('locked'));
	chmodSync(path('locked'), 0o555);
	chmodSync(dir, 0o755);
	const r = serve(`sqlite:${path('locked/x.db')}`, [], { uid: NOBODY, gid: NOBODY });
	assert.deepEqual([r.status, /Permission denied/.test(r.stderr), /darin schreiben dürfen/.test(r.stderr)], [2, true, true], r.stderr);
});

test('no room', { skip: unable() }, () => {
	const faults = new Faults(dir);
	try {
		faults.fail('write', ERRNO.ENOSPC);
		const r = serve(`sqlite:${path('full.db')}`, [], { env: faults.env });
		assert.deepEqual([r.status, /full/.test(r.stderr), /Schaffen Sie Platz/.test(r.stderr)], [2, true, true], r.stderr);
	} finally {
		faults.end();
	}
});

test('the terminal\'s language: the first variable that is set decides, and what is not German is English', () => {
	const said = (env) => serve('mysql:freigabe', [], { lang: '', env }).stderr;
	for (const env of [{}, { LANG: 'C' }, { LANG: 'fr_FR.UTF-8' }, { LC_ALL: 'en_GB.UTF-8', LANG: 'de_DE.UTF-8' }])
		assert.match(said(env), /Name the database/, JSON.stringify(env));
	for (const env of [{ LANG: 'de' }, { LC_MESSAGES: 'de_AT.UTF-8', LANG: 'C' }])
		assert.match(said(env), /Nennen Sie die Datenbank/, JSON.stringify(env));
});
