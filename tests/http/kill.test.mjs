// kill -9 at any moment: what was acknowledged is there afterwards, exactly once; what was not can be
// sent again. KILL_ROUNDS says how often; KILL_SEED repeats the moments of a run. tests/long has the hundred, with everything going on.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startServer } from '../lib/server.mjs';
import { Storm, seeded, sleep } from '../lib/kill.mjs';

const ROUNDS = Number(process.env.KILL_ROUNDS || 20);
const seed = Number(process.env.KILL_SEED || Date.now() % 1e9);
const random = seeded(seed);

let server;
before(async () => (server = await startServer()));
after(() => server?.end());

test(`killed ${ROUNDS} times under load (KILL_SEED=${seed})`, async (t) => {
	const storm = new Storm(server, { random });
	let sent = 0, lost = 0, decided = 0;
	/* further rounds until both have been met: where all is slow, two hardly do */
	const met = () => decided > 0 && lost > 0;
	for (let round = 0; round < ROUNDS || (!met() && round < ROUNDS + 20); round++) {
		const work = await storm.blow(`winter-${round}`, async (work) => {
			await sleep(50 + random() * 750);
			await storm.kill(work);
		});
		await server.start();
		await storm.check(work);
		const comments = work.writers.flatMap((w) => w.comments);
		sent += comments.filter((c) => c.id).length;
		lost += comments.filter((c) => !c.id).length;
		decided += work.decisions.filter((d) => d.id).length;
		await storm.repeat(work);
		await storm.check(work);
	}
	t.diagnostic(`${sent} comments and ${decided} decisions acknowledged, ${lost} comments cut off and sent again`);
	assert.ok(sent > ROUNDS * storm.writers / 2, `only ${sent} comments in all: no load`);
	assert.ok(met(), 'the moments were badly chosen');
});
