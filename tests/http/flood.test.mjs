// What is slow or comes in floods holds up nobody else: with each of the readers' workers waiting for the disk, readers
// still read and the desk still answers.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { startServer, until } from '../lib/server.mjs';
import { Editor, Reader } from '../lib/people.mjs';

let server, rike;
before(async () => {
	server = await startServer();
	rike = await new Editor(server).login();
	await rike.release((await new Reader(server).submit('Ein Satz, der da ist.')).id);
	assert.equal((await server.get('/articles/bruecke')).status, 200);
});
after(() => server?.end());

// Somebody else writes to the database and takes their time.
async function locked(during) {
	const holder = spawn('sqlite3', ['-batch', server.file], { stdio: ['pipe', 'pipe', 'inherit'] });
	let said = '';
	holder.stdout.setEncoding('utf8').on('data', (text) => (said += text));
	holder.stdin.write('.timeout 5000\nBEGIN IMMEDIATE;\nSELECT \'locked\';\n');
	await until(() => said.includes('locked'), { what: 'the lock' });
	try {
		return await during();
	} finally {
		holder.stdin.end('ROLLBACK;\n');
		await new Promise((done) => holder.once('exit', done));
	}
}

test('with all readers\' workers waiting, reading and the desk go on; then all is taken', async () => {
	let settled = 0;
	const posts = await locked(async () => {
		const waiting = Array.from({ length: 60 }, (_, i) => new Reader(server, { name: `Flut ${i}` }).post(`Wort Nummer ${i} in der Flut.`)
			.finally(() => settled++));
		await until(() => server.agent.sockets && Object.values(server.agent.sockets).flat().length >= 60, { what: 'all on their way' });
		const quiet = { agent: false };
		for (let round = 0; round < 3; round++) {
			assert.equal((await server.request('GET', '/articles/bruecke', quiet)).status, 200, 'from memory');
			assert.equal((await server.request('GET', `/v1/articles/library/mine?${round}`, quiet)).status, 200, 'from the database');
			assert.equal((await server.request('GET', '/v1/desk/queue', { ...quiet, headers: rike.headers() })).status, 200, 'the desk');
			assert.equal((await server.request('GET', '/v1/desk/board', { ...quiet, headers: rike.headers() })).status, 200, 'the board');
		}
		assert.equal(settled, 0, 'nobody of the flood has been answered meanwhile');
		return waiting;
	});
	for (const answer of await Promise.all(posts))
		assert.equal(answer.status, 201, answer.text);
});
