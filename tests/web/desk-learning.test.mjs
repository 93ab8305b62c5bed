// The arithmetic behind the sliders and the bar of progress.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';

const { binned, meant, progressOf } = await load('desk/learning.ts');
const counts = { at: [0, 499, 500, 1000], released: [7, 2, 3, 1], rejected: [1, 4, 0, 6], other: [0, 0, 2, 0] };

test('what a threshold marks is counted from it on, itself included', () => {
	assert.deepEqual(meant(counts, 0.5), { marked: 12, released: 4, missed: 5 });
	assert.deepEqual(meant(counts, 0.499), { marked: 18, released: 6, missed: 1 });
	assert.deepEqual(meant(counts, 0), { marked: 26, released: 13, missed: 0 });
	assert.deepEqual(meant(counts, null), { marked: 0, released: 0, missed: 11 });
});

test('every count falls into a bin, the highest score into the last', () => {
	assert.deepEqual(binned(counts.at, counts.released, 2), [9, 4]);
	assert.equal(binned(counts.at, counts.rejected, 50).reduce((a, b) => a + b), 11);
	assert.equal(binned([1000], [3], 50)[49], 3);
});

test('progress only goes on from phase to phase', () => {
	const run = (phase, done, all) => progressOf({ phase, done, all });
	const steps = [run('reading', 0, 0), run('reading', 5, 10), run('reading', 10, 10), run('training', 0, 9), run('training', 9, 9), run('measuring', 0, 5), run('measuring', 9, 5)];
	assert.deepEqual([...steps].sort((a, b) => a - b), steps);
	assert.equal(steps[0], 0);
	assert.ok(Math.abs(steps.at(-1) - 1) < 1e-9);
});
