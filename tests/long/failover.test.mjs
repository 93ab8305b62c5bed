// Three database hosts with etcd and two Freigabe nodes, all under load: what happens when the leader dies, when it is cut
// off, when a node is killed, when etcd is gone. What was acknowledged is there exactly once, nothing unreleased was ever
// readable, released threads stayed readable, and writes are taken again within half a minute, on each node that is up.
// FAILOVER=leader tries the first of these alone; FAILOVER_LOGS=FOLDER keeps what all hosts logged.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { inOwnWorld } from '../lib/hosts.mjs';
import { Cluster } from '../lib/cluster.mjs';
import { Load, quietThread } from '../lib/load.mjs';
import { until } from '../lib/server.mjs';

inOwnWorld(fileURLToPath(import.meta.url));

const CASES = (process.env.FAILOVER || 'leader,cut,node,etcd').split(',');
const WITHIN = 30000, ENOUGH = 25;
const table = [];
let cluster;

before(async () => {
	cluster = new Cluster();
	await cluster.start();
	await quietThread(cluster.nodes);
});
after(() => {
	for (const [what, ...figures] of [['', 'writes not taken', 'node1', 'node2', 'quiet unread', 'busy unread', 'longest read'], ...table])
		console.log(`# ${what.padEnd(46)} ${figures.map((f) => String(f).padStart(16)).join('')}`);
	cluster?.end(process.env.FAILOVER_LOGS);
});

// As the program writes an id, so as to find it in the tables.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const number = (id) => String([...id].reduce((n, c) => n * 32n + BigInt(ALPHABET.indexOf(c)), 0n));
const rows = (text) => text.split('\n').filter(Boolean).map((line) => line.split('|'));

// All that was acknowledged, looked up in the leader's tables.
async function checkDatabase(load) {
	const leader = await cluster.settled(60000);
	const comments = new Map();
	for (const [id, text] of rows(leader.sql("SELECT comment_id, text FROM revision WHERE text LIKE '%Zettel%'"))) {
		assert.ok(!comments.has(text), `twice: ${text}`);
		comments.set(text, id);
	}
	for (const c of load.comments.filter((c) => c.id))
		assert.equal(comments.get(c.text), number(c.id), `acknowledged, and not there: ${c.text}`);
	const decisions = new Map();
	for (const [id, revision] of rows(leader.sql('SELECT id, revision_id FROM decision'))) {
		assert.ok(!decisions.has(revision), `decided twice: ${revision}`);
		decisions.set(revision, id);
	}
	for (const d of load.decisions.filter((d) => d.id))
		assert.equal(decisions.get(number(d.item.revision)), number(d.id), `acknowledged decision is not there: ${d.item.text}`);
	const audit = cluster.nodes[0].cli(['audit', 'verify']);
	assert.equal(audit.status, 0, audit.stdout + audit.stderr);
	return [comments.size, decisions.size];
}

// Every node shows what was released, and nothing else.
async function checkReaders(load) {
	for (const node of cluster.nodes) {
		const shown = await until(async () => {
			const got = await load.published(node);
			return load.decisions.every((d) => d.action !== 'release' || !d.id || got.has(d.item.text)) && got;
		}, { within: 15000, every: 200, what: `${node.name} shows all that was released` });
		for (const text of shown)
			assert.ok(load.released.has(text), `public, and nobody released it: ${text}`);
	}
	assert.deepEqual(load.wrong, []);
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

// Load; then what `strikes` does; then load until both nodes have taken enough again; then `mends`, and all is looked at.
// `struck`: the node that is down until it is mended; nothing is asked of it before.
async function survive(t, what, { strikes, mends = () => {}, until: over = () => true, struck = null }) {
	const load = new Load(cluster.nodes);
	await load.start();
	await load.took(ENOUGH);
	const at = Date.now();
	await strikes();
	await until(over, { within: 60000, every: 200, what: `${what}: its effect` });
	await load.took(ENOUGH);
	await mends();
	const back = Date.now();
	await load.took(ENOUGH);
	await load.stop();
	const [all, decided] = await checkDatabase(load);
	await checkReaders(load);
	const outage = load.longest(at);
	const each = cluster.nodes.map((node) => load.longest(at, node));
	const up = cluster.nodes.filter((node) => node !== struck);
	const [busy, quiet] = [load.reads(at, false, up), load.reads(at, true, up)];
	table.push([what, seconds(outage), ...each.map(seconds), ...[quiet, busy].map((r) => `${r.failed} of ${r.all}`), seconds(quiet.slowest)]);
	t.diagnostic(`${what}: ${all} comments and ${decided} decisions in the database; no write for ${seconds(outage)} ` +
		`(${each.map(seconds).join(', ')} by node); ${JSON.stringify(load.refusals())}; reads: quiet ${JSON.stringify(quiet)}, busy ${JSON.stringify(busy)}`);
	for (const node of cluster.nodes) {
		const without = load.longest(node === struck ? back : at, node);
		assert.ok(without <= WITHIN, `${node.name} took no write for ${seconds(without)}`);
	}
	assert.ok(quiet.all > 0 && busy.all > 0);
	assert.equal(quiet.failed, 0, `a thread in memory was readable all the time: ${JSON.stringify(quiet)}`);
	return busy;
}

const otherLeader = (old) => async () => {
	const leader = await cluster.leader();
	return leader && leader !== old;
};
const wanted = (name) => ({ skip: !CASES.includes(name) });

test('the leader is killed, PostgreSQL and Patroni with -9', wanted('leader'), async (t) => {
	const old = await cluster.settled(60000);
	const reads = await survive(t, 'leader killed', {
		strikes: () => old.killDatabase(), until: otherLeader(old), mends: () => old.startPatroni() });
	assert.equal(reads.failed, 0, `a thread that lacks no more than new comments was readable: ${JSON.stringify(reads)}`);
});

test('the leader is cut off from all others, and joined again', wanted('cut'), async (t) => {
	const old = await cluster.settled(60000);
	const reads = await survive(t, 'leader cut off', {
		strikes: () => old.host.cut(), until: otherLeader(old), mends: () => old.host.join() });
	// who waits for a leader that says nothing may wait longer than a reader does, but is not refused
	for (const answer of Object.keys(reads.answers))
		assert.match(answer, /no answer$/, JSON.stringify(reads));
});

test('a Freigabe node is killed with -9, and started again', wanted('node'), async (t) => {
	const [node] = cluster.nodes;
	const reads = await survive(t, 'Freigabe node killed', {
		struck: node, strikes: () => node.kill(), mends: async () => {
			await node.start();
			await node.ready();
		} });
	assert.equal(reads.failed, 0, `the other node answers all: ${JSON.stringify(reads)}`);
});

test('etcd is gone, all members, and comes back', wanted('etcd'), async (t) => {
	const old = await cluster.settled(60000);
	const goneLong = async () => {
		const states = await Promise.all(cluster.databases.map((d) => d.state()));
		return states.every((s) => s && Date.now() / 1000 - s.dcs_last_seen > 25); // longer than a leader's word holds
	};
	const reads = await survive(t, 'etcd gone', {
		strikes: () => cluster.databases.forEach((d) => d.stopEtcd()), until: goneLong,
		mends: () => cluster.databases.forEach((d) => d.startEtcd()) });
	assert.equal(await cluster.leader(), old, 'the leader has led on without etcd');
	assert.equal(reads.failed, 0, `the database was there all the time: ${JSON.stringify(reads)}`);
});
