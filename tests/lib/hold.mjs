// Keeps a database from its writers, so that what they are asked for stands in line, however fast the machine is.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const WRITERS_LOCK = '7382635177'; // src/store/postgres.h

// Nobody writes to the database until the answer is called.
export async function holdWriters(server) {
	const file = server.db.startsWith('sqlite:');
	const child = file ? spawn('sqlite3', ['-batch', server.file]) : spawn('psql', ['-XqAt', server.db]);
	child.stdin.write(file ? '.timeout 5000\nBEGIN IMMEDIATE;\nSELECT 1;\n' : `SELECT 1 FROM pg_advisory_lock(${WRITERS_LOCK});\n`);
	await once(child.stdout, 'data');
	return async () => {
		child.stdin.end();
		await once(child, 'exit');
	};
}
