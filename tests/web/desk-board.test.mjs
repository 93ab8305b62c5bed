// The board's arithmetic: what a brush holds.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';

const { brushed, dragged, FULL, jitter } = await load('desk/board.ts');
const dot = (revision, ...scores) => ({ revision, scores, suggestion: 'look', at: 1, escalated: false });
const full = [FULL, FULL];

test('a brush holds what lies within every range, ends included', () => {
	const dots = [dot('a', 0, 0.5), dot('b', 0.3, 0.5), dot('c', 1, 0.9)];
	const held = (...ranges) => brushed(dots, ranges).map((d) => d.revision).join('');
	assert.equal(held(...full), 'abc');
	assert.equal(held([0.3, 1], FULL), 'bc');
	assert.equal(held([0.3, 1], [0, 0.5]), 'b');
	assert.equal(held([0.4, 0.5], FULL), '');
});

test('what has no score is there until its rule is brushed', () => {
	const dots = [dot('a', 0.2, null)];
	assert.equal(brushed(dots, full).length, 1);
	assert.equal(brushed(dots, [FULL, [0, 0.99]]).length, 0);
});

test('a drag may go either way and beyond the ends; a click takes all again', () => {
	assert.deepEqual(dragged(0.7, 0.2), [0.2, 0.7]);
	assert.deepEqual(dragged(-3, 0.2), [0, 0.2]);
	assert.deepEqual(dragged(0.5, 7), [0.5, 1]);
	assert.deepEqual(dragged(0.5, 0.505), FULL);
});

test('a comment has its place, and others have others', () => {
	assert.equal(jitter('abc'), jitter('abc'));
	assert.ok(new Set(['a1', 'a2', 'a3', 'a4', 'a5'].map(jitter)).size > 3);
});
