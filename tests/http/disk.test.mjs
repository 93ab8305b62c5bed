// The database's disk is full, read-only, slow or broken, or another program holds the database: who posts hears so in
// their language and when to come again, readers are served on, nothing that was acknowledged is lost, and it goes on by
// itself. A small file system of its own needs root; the other faults are made by a preloaded library (faults.c).
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, until, uuid } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { ERRNO, Faults, unable } from '../lib/faults.mjs';

const text = (what = 'Satz') => `${what} ${uuid().slice(0, 8)} zur Brücke, kurz und sachlich.`;

function refused(answer, code, words) {
	assert.equal(answer.status, 503, answer.text);
	assert.ok(Number(answer.headers['retry-after']) > 0, 'a 503 says when to come again');
	assert.equal(answer.json.error.code, code);
	assert.match(answer.json.error.message, words);
}

// Everything that must go on while nothing can be written: what is in memory, what is not, and the desk.
async function readersAreServed(server, { reader, rike, released }) {
	assert.match((await server.get('/articles/bruecke')).text, new RegExp(released), 'from memory');
	assert.equal((await server.get(`/v1/articles/library/comments?after=${uuid().slice(0, 8)}`)).status < 500, true, 'not from memory');
	assert.ok((await reader.mine()).length > 0, 'the own comments');
	assert.ok((await rike.queue('?limit=5')).items, 'the desk');
	assert.equal((await server.get('/healthz')).status, 200, 'the process lives');
}

// Each acknowledged text once, none of the refused ones twice, after they were sent again.
async function nothingLost(server, reader, sent) {
	const all = (await reader.mine()).map((c) => c.html);
	for (const s of sent.filter((s) => s.status === 201))
		assert.equal(all.filter((html) => html.includes(s.text)).length, 1, `acknowledged, and not there once: ${s.text}`);
	for (const s of sent.filter((s) => s.status !== 201))
		await reader.submit(s.text, { key: s.key });
	const now = (await reader.mine()).map((c) => c.html);
	for (const s of sent)
		assert.equal(now.filter((html) => html.includes(s.text)).length, 1, s.text);
	const audit = server.audit();
	assert.equal(audit.status, 0, audit.stdout + audit.stderr);
}

async function people(server) {
	const reader = new Reader(server), rike = await new Editor(server).login();
	const released = text('Freigegebener Satz');
	await rike.release((await reader.submit(released)).id);
	await until(async () => (await server.get('/articles/bruecke')).text.includes(released), { what: 'the released comment' });
	await reader.submit(text());
	return { reader, rike, released };
}

function post(reader, sent, more = {}) {
	const s = { text: text(), key: uuid() };
	sent.push(s);
	return reader.post(s.text, { key: s.key, ...more }).then((answer) => ((s.status = answer.status), answer));
}

// ---- a file system of its own ----

const mountable = () => {
	if (process.getuid() !== 0)
		return 'mounting needs root';
	const dir = mkdtempSync(join(tmpdir(), 'freigabe-mount-'));
	const done = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'freigabe-test', dir]).status === 0;
	if (done)
		spawnSync('umount', [dir]);
	rmSync(dir, { recursive: true });
	return done ? false : 'a tmpfs cannot be mounted here';
};

async function onSmallDisk(body) {
	const dir = mkdtempSync(join(tmpdir(), 'freigabe-disk-'));
	const mount = (...options) => assert.equal(spawnSync('mount', [...options, dir]).status, 0, `mount ${options}`);
	mount('-t', 'tmpfs', '-o', 'size=24m', 'freigabe-test');
	let server;
	try {
		server = await startServer({ folder: dir });
		await body(server, { dir, mount });
	} finally {
		await server?.end();
		assert.equal(spawnSync('umount', ['-l', dir]).status, 0);
		rmSync(dir, { recursive: true, force: true });
	}
}

test('a full disk', { skip: mountable() }, () => onSmallDisk(async (server, { dir }) => {
	const who = await people(server), sent = [];
	const ballast = join(dir, 'ballast');
	const { bavail, bsize } = statfsSync(dir);
	try {
		writeFileSync(ballast, Buffer.alloc((bavail - 8) * bsize));
	} catch (e) {
		assert.equal(e.code, 'ENOSPC'); // the server has just written, too
	}
	let answer;
	for (let i = 0; i < 400 && answer?.status !== 503; i++)
		answer = await post(who.reader, sent);
	refused(answer, 'store_full', /kein Platz/);
	refused(await post(who.reader, sent, { headers: { 'Accept-Language': 'en' } }), 'store_full', /run out of space/);
	const form = await who.reader.postForm({ name: 'Wilma', text: text() });
	assert.equal(form.status, 503);
	assert.match(form.text, /kein Platz/, 'a page, too, says what is wrong');
	await readersAreServed(server, who);
	unlinkSync(ballast);
	await until(async () => (await post(who.reader, sent)).status === 201, { what: 'room again' });
	await nothingLost(server, who.reader, sent);
	await server.restart();
	await nothingLost(server, who.reader, sent);
}));

test('a start on a read-only file system is refused in words', { skip: mountable() }, () => onSmallDisk(async (server, { mount }) => {
	const who = await people(server);
	await server.stop();
	mount('-o', 'remount,ro');
	const started = spawnSync(server.bin, ['serve', '--db', server.db, '--listen', '127.0.0.1:0'], { encoding: 'utf8', timeout: 30000 });
	assert.equal(started.status, 2, `${started.status} ${started.signal}`);
	assert.match(started.stderr, /cannot open|readonly|read-only|unable to open/i);
	mount('-o', 'remount,rw');
	await server.start();
	await readersAreServed(server, who);
}));

// ---- faults of the calls ----

const skip = unable();

async function withFaults(body) {
	const faults = new Faults(tmpdir());
	let server;
	try {
		server = await startServer({ env: faults.env });
		const who = await people(server);
		await body(server, faults, who);
	} finally {
		faults.quiet();
		await server?.end();
		faults.end();
	}
}

// What a kernel answers when it has made the file system read-only after an error of the disk.
test('a file system that becomes read-only', { skip }, () => withFaults(async (server, faults, who) => {
	const sent = [], kinds = ['write', 'truncate'];
	kinds.forEach((kind) => faults.fail(kind, ERRNO.EROFS));
	refused(await post(who.reader, sent), 'store_io', /nicht speichern/);
	refused(await post(who.reader, sent, { headers: { 'Accept-Language': 'en' } }), 'store_io', /cannot save/);
	await readersAreServed(server, who);
	kinds.forEach((kind) => assert.ok(faults.disarm(kind) > 0 || kind === 'truncate'));
	assert.equal((await post(who.reader, sent)).status, 201, 'goes on by itself');
	await nothingLost(server, who.reader, sent);
}));

for (const kind of ['write', 'sync'])
	test(`a disk that fails: ${kind}`, { skip }, () => withFaults(async (server, faults, who) => {
		const sent = [];
		for (const at of [1, 2, 5, 20, 60]) {
			faults.arm(kind, ERRNO.EIO, at, 2 ** 40);
			let answer;
			for (let i = 0; i < 100 && answer?.status !== 503; i++)
				answer = await post(who.reader, sent);
			refused(answer, 'store_io', /nicht speichern/);
			await readersAreServed(server, who);
			assert.ok(faults.disarm(kind) > 0);
			assert.equal((await post(who.reader, sent)).status, 201, 'goes on by itself');
		}
		await server.kill(); // what was answered with 201 did not stand in memory only
		await server.start();
		await nothingLost(server, who.reader, sent);
	}));

test('a slow disk holds up nobody who reads', { skip }, () => withFaults(async (server, faults, who) => {
	const sent = [], writers = Array.from({ length: 12 }, () => new Reader(server));
	faults.count('sync');
	faults.holdDisk(true);
	let answered = 0;
	const posts = writers.map((w) => post(w, sent).then((answer) => (answered++, answer)));
	await until(() => faults.counted('sync') > 0, { what: 'a commit that waits for the disk' });
	for (let round = 0; round < 3; round++)
		await readersAreServed(server, who);
	assert.equal(answered, 0, 'acknowledged before it was on the disk');
	faults.holdDisk(false);
	for (const answer of await Promise.all(posts))
		assert.equal(answer.status, 201);
}));

// The log's pages are moved into the file beside the commits. Long texts: the log grows by as many pages as that takes.
test('a disk that is slow with the file holds up nobody who posts', { skip }, () => withFaults(async (server, faults, who) => {
	const writers = Array.from({ length: 12 }, () => new Reader(server));
	const long = () => text(Array.from({ length: 80 }, uuid).join(' '));
	faults.holdFile(true);
	for (let round = 0; round < 1000 && !faults.waitingForFile; round++)
		for (const answer of await Promise.all(writers.map((w) => w.post(long()))))
			assert.equal(answer.status, 201, answer.text);
	assert.ok(faults.waitingForFile > 0, 'nobody moves the log into the file');
	for (let i = 0; i < 3; i++)
		assert.equal((await who.reader.post(long())).status, 201);
	assert.ok(faults.waitingForFile > 0, 'the file is still being written');
	faults.holdFile(false);
	await until(() => faults.waitingForFile === 0, { what: 'the end of it' });
}));

// ---- another program ----

test('another program holds the database', async () => {
	const server = await startServer();
	try {
		const who = await people(server), sent = [];
		const holder = spawn('sqlite3', ['-batch', server.file], { stdio: ['pipe', 'pipe', 'inherit'] });
		const held = new Promise((done) => holder.stdout.once('data', done));
		holder.stdin.write("PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE; SELECT 'held';\n");
		await held;
		const writers = Array.from({ length: 8 }, () => new Reader(server));
		const posts = Promise.all(writers.map((w) => post(w, sent, { headers: { 'Accept-Language': 'en' } })));
		await readersAreServed(server, who);
		for (const answer of await posts) // within the client's 15 seconds
			refused(answer, 'store_busy', /busy/);
		await readersAreServed(server, who);
		holder.stdin.end('ROLLBACK;\n');
		await new Promise((done) => holder.once('exit', done));
		assert.equal((await post(who.reader, sent)).status, 201, 'goes on by itself');
		const audit = server.audit();
		assert.equal(audit.status, 0, audit.stdout + audit.stderr);
	} finally {
		await server.end();
	}
});
