// Passages: borders, overlaps, equal ones, UTF-16.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';

const { cut, standIn } = await load('desk/highlight.ts');
const ev = (begin, end, rule = 'profanity') => ({ rule, begin, end, quote: '', score: 1, reason: '' });
const shape = (pieces) => pieces.map((p) => [p.text, p.covers, p.primary, p.stands]);
const whole = (pieces) => pieces.map((p) => p.text).join('');

test('no passage: one piece', () => {
	assert.deepEqual(shape(cut('Guten Tag', [])), [['Guten Tag', [], -1, []]]);
	assert.deepEqual(cut('', []), []);
});

test('one passage in the middle', () => {
	assert.deepEqual(shape(cut('ein Depp hier', [ev(4, 8)])), [['ein ', [], -1, []], ['Depp', [0], 0, [0]], [' hier', [], -1, []]]);
});

test('a passage within another: both can be reached', () => {
	const pieces = cut('abcdef', [ev(0, 6), ev(2, 4)]);
	assert.deepEqual(shape(pieces), [['ab', [0], 0, [0]], ['cd', [0, 1], 1, [1]], ['ef', [0], 0, []]]);
});

test('passages that overlap at an end', () => {
	const pieces = cut('abcdef', [ev(0, 4), ev(2, 6)]);
	assert.deepEqual(shape(pieces), [['ab', [0], 0, [0]], ['cd', [0, 1], 1, [1]], ['ef', [1], 1, []]]);
});

test('equal passages share a piece that stands for both', () => {
	const pieces = cut('ab', [ev(0, 2), ev(0, 2, 'aggression')]);
	assert.deepEqual(shape(pieces), [['ab', [0, 1], 0, [0, 1]]]);
	assert.equal(standIn(pieces, 1), 0);
});

test('one that is quite covered by others is still to be found', () => {
	const pieces = cut('abcdef', [ev(0, 6), ev(0, 3), ev(3, 6)]);
	assert.equal(whole(pieces), 'abcdef');
	assert.deepEqual(pieces.flatMap((p) => p.stands).sort(), [0, 1, 2]);
	for (const i of [0, 1, 2]) assert.ok(pieces.some((p) => p.stands[0] === standIn(pieces, i)));
});

test('offsets count UTF-16 units and never cut a character', () => {
	const text = '😀 Depp 😀';
	assert.deepEqual(cut(text, [ev(3, 7)]).map((p) => p.text), ['😀 ', 'Depp', ' 😀']);
	assert.deepEqual(cut(text, [ev(1, 9)]).map((p) => p.text), ['😀 Depp 😀']);
});

test('offsets beyond the text, empty or upside down do no harm', () => {
	assert.equal(whole(cut('abc', [ev(-5, 2), ev(2, 99), ev(2, 2), ev(3, 1), ev(NaN, NaN)])), 'abc');
	assert.deepEqual(cut('abc', [ev(7, 9)]).map((p) => p.covers), [[]]);
});

test('any set of passages gives back the text, and each exactly one place', () => {
	let seed = 7;
	const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
	for (let round = 0; round < 300; round++) {
		const text = 'Ein Satz mit 😀 und Ümlauten.', all = [];
		for (let i = random(8); i >= 0; i--) {
			const begin = random(text.length);
			all.push(ev(begin, begin + 1 + random(text.length - begin)));
		}
		const pieces = cut(text, all);
		assert.equal(whole(pieces), text);
		assert.deepEqual(pieces.flatMap((p) => p.stands).sort((a, b) => a - b), all.map((_, i) => i));
	}
});
