// kill -9 a hundred times on each store, at random moments, while everything goes on: writing, changing, withdrawing, deciding
// one by one and many at once, taking back, notices, letters, webhooks; during a checkpoint, a backup, a start, a migration.
// KILL_ROUNDS says how often; KILL_SEED repeats the moments of a run.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startServer, until } from '../lib/server.mjs';
import { newDatabase, psql } from '../lib/postgres.mjs';
import { Storm, seeded, sleep } from '../lib/kill.mjs';
import { startPeer } from '../lib/letters.mjs';
import { Receiver, signedBy } from '../lib/receiver.mjs';
import { file } from '../lib/openapi.mjs';

const ROUNDS = Number(process.env.KILL_ROUNDS || 100), STARTS = Number(process.env.KILL_STARTS || 25);
const seed = Number(process.env.KILL_SEED || Date.now() % 1e9);
const EARLIER = file('tests/contract/before-0004.sql');
const MIGRATIONS = readdirSync(new URL('../../migrations', import.meta.url)).filter((n) => n.endsWith('.sql')).length - 3;
const random = seeded(seed), within = (ms) => sleep(random() * ms);
const ended = (child) => new Promise((done) => child.once('exit', (code) => done(code)));

// What else goes on when the server is killed; each gives what is to be looked at afterwards.
const MOMENTS = {
	load: async () => {},
	async checkpoint(server, postgres) {
		const [tool, ...args] = postgres ? ['psql', '-Xq', server.db, '-c', 'CHECKPOINT'] : ['sqlite3', '-batch', '-cmd', '.timeout 10000', server.file, 'PRAGMA wal_checkpoint(TRUNCATE)'];
		const child = spawn(tool, args, { stdio: 'ignore' });
		const end = ended(child);
		await within(30);
		return () => end;
	},
	// The one who makes the backup is killed, too, or goes on without the server.
	async backup(server) {
		const to = join(server.dir, 'copy.db'), child = spawn(server.bin, ['backup', '--db', server.db, '--to', to], { stdio: 'ignore' });
		const end = ended(child);
		await within(300);
		if (random() < 0.5)
			child.kill('SIGKILL');
		return async () => {
			const code = await end;
			assert.ok(existsSync(to) || code !== 0, 'a backup that was made is there');
			if (existsSync(to)) { // it has its name only when it is whole
				const dry = spawnSync(server.bin, ['restore', '--dry-run', '--from', to, '--db', `sqlite:${join(server.dir, 'nothing.db')}`], { encoding: 'utf8' });
				assert.equal(dry.status, 0, dry.stdout + dry.stderr);
			}
			for (const name of readdirSync(server.dir).filter((n) => n.includes('copy.db')))
				rmSync(join(server.dir, name));
		};
	},
	// It is killed again while it starts.
	async start() {
		return async (server) => {
			for (let i = 0; i < 3; i++)
				await killedAtStart(server, 150);
		};
	},
};

// Gives what it had said by then.
async function killedAtStart(server, ms) {
	const child = spawn(server.bin, ['serve', '--db', server.db, '--listen', '127.0.0.1:0', '--config', server.configFile], { stdio: ['ignore', 'ignore', 'pipe'] });
	let said = '';
	child.stderr.on('data', (text) => (said += text));
	const closed = new Promise((done) => child.once('close', (code) => done(code)));
	await within(ms);
	child.kill('SIGKILL');
	assert.equal(await closed, null, `killed, not ended by itself: ${said}`);
	return said;
}

const sound = (server, postgres) => postgres || assert.equal(server.sql('PRAGMA integrity_check; PRAGMA foreign_key_check;'), 'ok');

// Each letter that was owed has come; again only what was on its way when the server was killed.
async function checkLetters(server, storm, works, letters, kills) {
	server.sql('UPDATE mail SET send_at = 1');
	await until(() => {
		const left = server.sql("SELECT count(*) FROM mail WHERE state = 'waiting'");
		return left === '0';
	}, { within: 300000, every: 200, what: 'all letters are handed over' });
	assert.equal(server.sql("SELECT problem FROM mail WHERE state = 'failed'"), '');
	const to = new Set(letters.flatMap((l) => l.to)), times = new Map();
	for (const n of works.flatMap((w) => w.notices).filter((n) => n.place))
		assert.ok(to.has(n.email), `no letter on the notice ${n.place}`);
	const written = works.flatMap((w) => w.writers.flatMap((x) => x.comments));
	const email = new Map(written.map((c) => [c.id, c.email]));
	for (const d of works.flatMap((w) => w.decisions).filter((d) => d.id && d.action === 'reject' && !d.undo && !storm.leaving.has(d.item.comment)))
		assert.ok(!email.has(d.item.comment) || to.has(email.get(d.item.comment)), `no reasons for ${d.item.text}`);
	for (const l of letters)
		times.set(l.id, (times.get(l.id) ?? 0) + 1);
	const twice = [...times.values()].filter((n) => n > 1);
	assert.ok(twice.every((n) => n === 2), `a letter came ${Math.max(...twice)} times`);
	assert.ok(twice.length <= kills, `${twice.length} letters came twice`);
	return `${times.size} letters, ${twice.length} of them twice`;
}

// Whoever is told by a webhook has heard of all that was acknowledged, in the order of commits; again only what was on its way.
async function checkTold(server, works, hook, kills) {
	const decided = works.flatMap((w) => w.decisions).filter((d) => d.id), comments = works.flatMap((w) => w.writers.flatMap((x) => x.comments)).filter((c) => c.id);
	const missing = () => {
		const heard = new Set(hook.got.map((g) => g.body.data.decision)), held = new Set(hook.of('comment.held').map((g) => g.body.data.comment_id));
		return [...decided.filter((d) => !heard.has(d.id)), ...comments.filter((c) => !held.has(c.id))];
	};
	await until(() => missing().length === 0 && server.sql("SELECT count(*) FROM webhook_delivery WHERE state = 'waiting'") === '0', { within: 600000, every: 500, what: 'all is told' })
		.catch((e) => assert.fail(`${e.message}; ${missing().length} missing, such as ${JSON.stringify(missing()[0])}`));
	const released = new Set(works.flatMap((w) => w.decisions.filter((d) => d.action === 'release').map((d) => d.item.text)));
	const times = new Map(), came = new Set();
	for (const g of hook.got) {
		assert.ok(signedBy(g, hook.secret), 'signed');
		if (g.body.type === 'comment.released')
			assert.ok(released.has(g.body.data.comment.text), `nobody released this: ${g.text}`);
		else
			assert.ok(!/Winterdienst, Zettel/.test(g.text), `a text in ${g.text}`);
		if (g.body.type === 'comment.held')
			came.add(g.body.data.revision);
		else if (g.body.type === 'comment.decided')
			assert.ok(came.has(g.body.data.revision), `decided before it came: ${g.text}`);
		times.set(g.id, (times.get(g.id) ?? 0) + 1);
	}
	const again = hook.got.length - times.size;
	assert.ok(again <= 2 * kills, `${again} messages came again`);
	return `${times.size} messages to a webhook, ${again} again`;
}

for (const postgres of [false, true]) {
	const store = postgres ? 'PostgreSQL' : 'SQLite';

	test(`${store}: killed ${ROUNDS} times while everything goes on (KILL_SEED=${seed})`, async (t) => {
		const peer = await startPeer();
		const hook = await new Receiver().start();
		const server = await startServer({ config: { ...peer.config, webhooks: 'private' }, db: postgres ? await newDatabase() : undefined });
		try {
			const events = 'comment.held comment.decided comment.released comment.withdrawn';
			[hook.secret] = /whsec_\S+/.exec(server.cli('webhook', 'add', hook.url, '--private', '--events', events));
			const storm = new Storm(server, { random, writers: 8, each: 40, more: true });
			const works = [], seen = {};
			for (let round = 0; round < ROUNDS; round++) {
				const moment = Object.keys(MOMENTS)[round % Object.keys(MOMENTS).length];
				let after;
				const work = await storm.blow(`winter-${round}`, async (work) => {
					await sleep(50 + random() * 750);
					after = await MOMENTS[moment](server, postgres);
					await storm.kill(work);
				});
				await after?.(server);
				server.sql('UPDATE mail SET send_at = 1'); // so that letters go out under each storm
				await server.start();
				await storm.check(work);
				await storm.repeat(work);
				await storm.check(work);
				if (round % 10 === 9)
					sound(server, postgres);
				works.push(work);
				seen[moment] = (seen[moment] ?? 0) + 1;
			}
			sound(server, postgres);
			const all = (what) => works.flatMap(what).length, comments = works.flatMap((w) => w.writers.flatMap((x) => x.comments));
			t.diagnostic(`${comments.length} comments, ${storm.withdrawn.size} withdrawn, ${all((w) => w.decisions.filter((d) => d.id))} decisions, ` +
				`${all((w) => w.decisions.filter((d) => d.undo === 'done'))} taken back, ${all((w) => w.notices.filter((n) => n.place))} notices; ${JSON.stringify(seen)}; ` +
				`${await checkLetters(server, storm, works, peer.letters, ROUNDS)}; ${await checkTold(server, works, hook, ROUNDS)}`);
			for (const some of [storm.withdrawn.size, all((w) => w.notices.filter((n) => n.place)), all((w) => w.decisions.filter((d) => d.undo === 'done'))])
				assert.ok(some > 0, 'too little went on');
		} finally {
			await server.end();
			peer.end();
			await hook.end();
		}
	});

	test(`${store}: killed ${2 * STARTS} times while it migrates (KILL_SEED=${seed})`, async (t) => {
		const server = await startServer();
		try {
			await server.stop();
			let midst = 0, took = 0; // how long a start takes, as the moments are chosen within it
			for (let round = 0; round <= STARTS; round++) {
				await anEarlierOne(server, postgres);
				for (let i = 0; i < 2 && round > 0; i++) {
					const steps = (await killedAtStart(server, took)).match(/"applied /g)?.length ?? 0;
					midst += steps > 0 && steps < MIGRATIONS;
				}
				const began = performance.now();
				await server.start();
				took ||= performance.now() - began;
				const audit = server.audit();
				assert.equal(audit.status, 0, audit.stdout + audit.stderr);
				assert.match(audit.stdout, /6 decisions, 2 publications/);
				assert.equal(Number(server.sql('SELECT count(*) FROM revision')), EARLIER.match(/^INSERT INTO revision /gm).length);
				assert.equal((await server.get('/v1/articles/bruecke/comments')).json.comments.length, 2);
				sound(server, postgres);
				await server.stop();
			}
			t.diagnostic(`${midst} of ${2 * STARTS} between two steps`);
			assert.ok(midst > 0, 'the moments were badly chosen');
		} finally {
			await server.start();
			await server.end();
		}
	});
}

// A database of the third version, with comments and decisions, in place of the server's.
async function anEarlierOne(server, postgres) {
	if (postgres) {
		server.db = await newDatabase();
		psql(server.db, EARLIER.replace('PRAGMA foreign_keys=OFF;', 'SET session_replication_role = replica;').replaceAll(' BLOB ', ' BYTEA ').replaceAll('char(10)', 'chr(10)'));
		return;
	}
	for (const end of ['', '-wal', '-shm'])
		rmSync(server.file + end, { force: true });
	server.sql(EARLIER);
}
