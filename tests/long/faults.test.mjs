// Every single call of the main paths fails in turn, on both stores: files, the network, SQLite's steps, statements that
// PostgreSQL refuses, connections to it that break. The program under the address sanitizer tells besides whether something
// is left in memory or used when it is gone; as shipped, memory fails, too. FAULT_ONLY takes the tests and FAULT_KINDS
// the kinds whose names match; FAULT_STEP every so many calls only.
import { test, before, after, describe } from 'node:test';
import assert from 'node:assert/strict';
import { newDatabase } from '../lib/postgres.mjs';
import { startPair } from '../lib/replica.mjs';
import { ERRNO, noCompiler, sanitized } from '../lib/faults.mjs';
import { FAULTS, MEMORY, Newsroom, PATHS, PATHS_MORE, READ } from '../lib/fault_paths.mjs';
import { House, MOVES, MOVES_POSTGRES, faultsOf } from '../lib/fault_moves.mjs';

const STEP = Number(process.env.FAULT_STEP || 1), FIRST = Number(process.env.FAULT_FIRST || 1);
const only = new RegExp(process.env.FAULT_ONLY || ''), wanted = new RegExp(`^(${process.env.FAULT_KINDS || '.*'})$`);
const memory = sanitized() ? [] : [MEMORY];
const options = (name) => ({ skip: noCompiler() || (!only.test(name) && 'not asked for') });
const kinds = (all) => [...all, ...memory].filter(([kind]) => wanted.test(kind));

function* calls(count) {
	for (let n = Math.min(FIRST, count) || 1; n <= count; n += STEP)
		yield n;
}

// What was tried of each kind, for the log.
class Tally {
	constructor() {
		this.tried = this.fired = 0;
		this.kinds = [];
	}

	add(kind, error, { count, tried, fired }) {
		this.tried += tried;
		this.fired += fired;
		this.kinds.push(`${kind} ${error}: ${tried} of ${count}`);
	}

	tell(t, more = '') {
		t.diagnostic(`${this.tried} calls, ${this.fired} of them failed${more}; ${this.kinds.join(', ')}`);
	}
}

// A server of its own for each kind, so that none grows old.
async function tryPath(t, path, store, open) {
	const tally = new Tally();
	let ended = 0;
	for (const [kind, error] of kinds(FAULTS[store])) {
		const room = await new Newsroom().open(await open?.());
		try {
			tally.add(kind, error, await room.tryAll(path, kind, error, calls));
			ended += room.ended ?? 0;
		} finally {
			await room.close();
		}
	}
	tally.tell(t, `, ${ended} times without memory`);
	assert.ok(tally.fired > tally.tried / 2, `only ${tally.fired} of ${tally.tried}`);
}

for (const [store, title] of [['sqlite', 'SQLite'], ['postgres', 'PostgreSQL']])
	describe(title, () => {
		const database = store === 'postgres' ? async () => ({ db: await newDatabase() }) : undefined;

		for (const path of [...PATHS, ...PATHS_MORE, READ]) {
			const name = `${title}: each call of ${path.name} fails in turn`;
			test(name, options(name), (t) => tryPath(t, path, store, database));
		}

		const name = `${title}: each call of a start fails in turn`;
		test(name, options(name), async (t) => {
			const room = await new Newsroom().open(await database?.()), tally = new Tally();
			let refused = 0;
			try {
				await room.server.stop();
				for (const [kind, error] of kinds([...FAULTS[store], ['thread', ERRNO.EAGAIN]])) {
					const done = await room.tryStarts(kind, error, calls);
					refused += done.refused;
					tally.add(kind, error, { ...done, fired: done.tried });
				}
				await room.server.start();
				assert.equal((await room.reader.mine()).length, 1);
				tally.tell(t, `, ${refused} starts refused`);
			} finally {
				await room.close();
			}
		});
	});

describe('a replica', () => {
	const name = "each call of a replica's read fails in turn";
	let pair;
	before(() => (pair = only.test(name) && !noCompiler() ? startPair() : null));
	after(() => pair?.end());
	// one database for all: the next house finds what the one before left
	test(name, options(name), async (t) => {
		const room = await new Newsroom().open({ pair }), tally = new Tally();
		try {
			for (const [kind, error] of kinds(FAULTS.postgres))
				tally.add(kind, error, await room.tryAll(READ, kind, error, calls));
			tally.tell(t);
			assert.ok(tally.fired > tally.tried / 2, `only ${tally.fired} of ${tally.tried}`);
		} finally {
			await room.close();
		}
	});
});

describe('commands', () => {
	const all = [...MOVES, ...MOVES_POSTGRES], named = ({ name }) => `each call of ${name} fails in turn`;
	let house;
	before(async () => (house = all.some((move) => !options(named(move)).skip) ? await new House().open() : null));
	after(() => house?.end());

	for (const move of all) {
		const name = named(move);
		test(name, options(name), async (t) => {
			const counts = await house.countCalls(move), tally = new Tally();
			for (const [kind, error] of kinds(faultsOf(move))) {
				const done = { count: counts.get(kind), tried: 0, fired: 0 };
				for (const n of calls(done.count)) {
					done.fired += await house.tryOut(move, kind, error, n);
					done.tried++;
				}
				tally.add(kind, error, done);
			}
			tally.tell(t);
			assert.ok(tally.fired > tally.tried / 2, `only ${tally.fired} of ${tally.tried}`);
		});
	}
});
