// Keys: which press means what, and which must mean nothing.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';

const { bindingsOf, bound, commandFor, focusKind, mayBind, USUAL } = await load('desk/keys.ts');
const press = (key, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false,
	isComposing: false, typing: false, pressable: false, ...more });
const plain = { dialog: false, panel: false, letters: true }, panel = { ...plain, panel: true };
const does = (p, w = plain) => commandFor(p, w)?.do ?? null;

test('the map', () => {
	const map = { f: 'release', F: 'release', a: 'reject', z: 'return', s: 'skip', ArrowRight: 'skip', ArrowLeft: 'back',
		m: 'pick', g: 'refer', u: 'undo', j: 'down', k: 'up', '?': 'help', Escape: 'escape', x: null, '/': null, Enter: null, 1: null };
	for (const [key, command] of Object.entries(map)) assert.equal(does(press(key, { shiftKey: key === '?' })), command, key);
});

test('nothing fires while somebody types, composes, or holds a modifier', () => {
	for (const more of [{ typing: true }, { isComposing: true }, { ctrlKey: true }, { metaKey: true }, { altKey: true }, { shiftKey: true }])
		assert.equal(does(press('f', more)), null, JSON.stringify(more));
	assert.equal(does(press('f'), { ...plain, dialog: true }), null);
	assert.equal(does(press('f'), { ...plain, letters: false }), null);
});

test('a resting finger decides once; it may run through the list', () => {
	for (const key of ['f', 'a', 'z', 's', 'u']) assert.equal(does(press(key, { repeat: true })), null, key);
	assert.equal(does(press('j', { repeat: true })), 'down');
	assert.equal(does(press('Enter', { repeat: true }), panel), null);
});

test('in the panel: digits, Enter, Escape, and no other decision', () => {
	assert.deepEqual(commandFor(press('3'), panel), { do: 'rule', index: 2 });
	assert.equal(does(press('6'), panel), null);
	assert.equal(does(press('Enter'), panel), 'confirm');
	assert.equal(does(press('Enter', { typing: true }), panel), 'confirm');
	assert.equal(does(press('Enter', { typing: true, shiftKey: true }), panel), null);
	assert.equal(does(press('Enter', { pressable: true }), panel), null);
	assert.equal(does(press('3', { typing: true }), panel), null);
	assert.equal(does(press('w'), panel), 'word');
	assert.equal(does(press('Escape', { typing: true }), panel), 'escape');
	for (const key of ['f', 'a', 'z', 's', 'u', 'j']) assert.equal(does(press(key), panel), null, key);
});

test('where the focus is', () => {
	assert.deepEqual(focusKind('INPUT', 'password', false), { typing: true, pressable: false });
	assert.deepEqual(focusKind('INPUT', 'checkbox', false), { typing: false, pressable: false });
	assert.deepEqual(focusKind('INPUT', 'range', false), { typing: true, pressable: false });
	assert.deepEqual(focusKind('button', 'submit', false), { typing: false, pressable: true });
	assert.deepEqual(focusKind('DIV', '', true), { typing: true, pressable: false });
});

test('keys can be changed: no key means two things, and nonsense is not remembered', () => {
	const other = bound({ ...USUAL }, 'release', 'a');
	assert.deepEqual([other.release, other.reject], ['a', 'f']);
	assert.equal(does(press('a'), { ...plain, bindings: other }), 'release');
	assert.equal(does(press('f'), { ...plain, bindings: other }), 'reject');
	assert.deepEqual(bindingsOf(other), other);
	for (const bad of [null, 7, { release: 'a' }, { release: '' }, { release: 'xy' }, { release: 3 }]) assert.deepEqual(bindingsOf(bad), USUAL);
	for (const key of ['x', 'ö', ',']) assert.equal(mayBind(key), true, key);
	for (const key of ['1', ' ', '?', 'Enter', 'F5', '']) assert.equal(mayBind(key), false, key);
});

test('in the panel: the letter and the selected passage', () => {
	assert.equal(does(press('l'), panel), 'letter');
	assert.equal(does(press('p'), panel), 'passage');
	assert.equal(does(press('l'), plain), null);
});
