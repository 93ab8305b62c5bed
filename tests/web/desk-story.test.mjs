// Where in the desk one is, by its address; and a comment's story in one line of time.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';

const { placeOf, pathOf, storyPath } = await load('desk/router.ts');
const { timeline } = await load('desk/story.ts');

test('an address leads where it says, or to the queue', () => {
	const id = '6h25ta75kmybp';
	for (const [path, tab, comment = ''] of [['/desk', 'review'], ['/desk/', 'review'], ['/desk/board', 'board'], ['/desk/team', 'team'],
		[`/desk/comment/${id}`, 'comment', id], ['/desk/comment/', 'review'], ['/desk/comment/<b>', 'review'], ['/desk/nix', 'review'], ['/desk/board/x', 'review'],
		[`/desk/comment/${id}/x`, 'review'], ['/desk/invitation', 'review'], ['/anderswo', 'review']])
		assert.deepEqual(placeOf(path), { tab, comment }, path);
	for (const path of ['/desk', '/desk/decided', storyPath(id)]) assert.equal(pathOf(placeOf(path)), path);
});

const revision = (id, ordinal, at, state = 'rejected', withdrawn_at = null) => ({ id, ordinal, text: id, text_hash: '', state, at, withdrawn_at });
const review = (of, at, engine = 'e1') => ({ revision: of, at, review: { engine, suggestion: 'look', scores: null, over: [], evidence: [], patterns_failed: 0 } });
const decision = (id, of, at, more = {}) => ({ id, revision: of, action: 'reject', at, undoes: null, ...more });
const base = { revisions: [], reviews: [], decisions: [], letters: [], objections: [] };
const told = (s) => timeline({ ...base, ...s }).map((e) => `${e.kind} ${e.at}`);

test('all that happened stands in the order in which it did', () => {
	const s = {
		revisions: [revision('a', 1, 10, 'returned'), revision('b', 2, 40)],
		reviews: [review('a', 10), review('b', 40), review('b', 55, 'e2')],
		decisions: [decision('d1', 'a', 20, { action: 'return' }), decision('d2', 'b', 60), decision('d3', 'b', 62, { action: 'undo', undoes: 'd2' }), decision('d4', 'b', 70)],
		letters: [{ id: 'l', decision: 'd4' }],
		objections: [{ id: 'o', state: 'rejected', at: 80, decided_at: 90 }],
	};
	assert.deepEqual(told(s), ['sent 10', 'decision 20', 'sent 40', 'review 55', 'decision 60', 'decision 62', 'decision 70', 'objection 80', 'answer 90']);
	const line = timeline({ ...base, ...s });
	assert.deepEqual([line[2].before.id, line[2].review.at], ['a', 40], 'a new text is told by what changed, with what was said of it then');
	assert.equal(line[5].undone.id, 'd2');
	const answered = timeline({ ...base, ...s, decisions: [...s.decisions, decision('d5', 'b', 90, { action: 'uphold' })], objections: [{ ...s.objections[0], decision: 'd5' }] });
	assert.deepEqual([answered.length, answered[8].kind, answered[8].answers.id], [9, 'decision', 'o'], 'an answer that is a decision is told once');
	assert.deepEqual([line[4].letter, line[6].letter.id], [null, 'l']);
});

test('at the same moment causes come before effects; what has no time comes last', () => {
	assert.deepEqual(told({
		revisions: [revision('a', 1, 10, 'withdrawn')], reviews: [review('a', 10)],
		decisions: [decision('d', 'a', 10)], objections: [{ id: 'o', state: 'open', at: 10, decided_at: null }],
	}), ['sent 10', 'objection 10', 'decision 10', 'withdrawn null']);
	assert.deepEqual(told({ revisions: [revision('a', 1, 10, 'withdrawn', 12)] }), ['sent 10', 'withdrawn 12']);
});
