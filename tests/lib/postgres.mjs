// A PostgreSQL server for the tests of one file, and a database of its own for each that asks. Ends with the process.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let server, count = 0;

async function start() {
	const script = join(dirname(fileURLToPath(import.meta.url)), 'postgres.py');
	const child = spawn('python3', [script], { stdio: ['pipe', 'pipe', 'inherit'] });
	const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => {
		throw new Error('PostgreSQL does not start');
	})]);
	child.unref(); // it ends when its standard input does
	child.stdin.unref();
	child.stdout.unref();
	return String(line).trim();
}

// Runs SQL; gives rows as lines, columns separated by |.
export function psql(url, sql) {
	const r = spawnSync('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', url], { input: sql, encoding: 'utf8', maxBuffer: 1 << 28 });
	if (r.status !== 0)
		throw new Error(`psql: ${r.error ?? r.stderr}`);
	return r.stdout.trim();
}

// All rows and what holds them, as text.
export function pgDump(url) {
	const r = spawnSync('pg_dump', [url], { encoding: 'utf8', maxBuffer: 1 << 30 });
	if (r.status !== 0)
		throw new Error(`pg_dump: ${r.stderr}`);
	return r.stdout;
}

// The address of a new, empty database.
export async function newDatabase() {
	server ??= process.env.FREIGABE_TEST_POSTGRES ? Promise.resolve(process.env.FREIGABE_TEST_POSTGRES) : start();
	const url = await server, name = `n${process.pid}_${++count}`;
	psql(`${url}postgres`, `CREATE DATABASE ${name}`);
	return `${url}${name}`;
}
