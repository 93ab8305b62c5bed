// The word diff: whatever it shows, both texts can be read from it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';

const { diff, shorten, words } = await load('desk/diff.ts');
const before = (d) => d.filter((c) => c.kind !== 'ins').map((c) => c.text).join('');
const after = (d) => d.filter((c) => c.kind !== 'del').map((c) => c.text).join('');
const shape = (a, b) => diff(a, b).map((c) => ({ same: '', del: '-', ins: '+' })[c.kind] + c.text);

test('words keep umlauts and hyphens together, signs apart', () => {
	assert.deepEqual(words('Öl-Preis, »so«!'), ['Öl-Preis', ',', ' ', '»', 'so', '«', '!']);
});

test('same, added, removed, replaced', () => {
	assert.deepEqual(shape('ein Wort', 'ein Wort'), ['ein Wort']);
	assert.deepEqual(shape('', 'neu'), ['+neu']);
	assert.deepEqual(shape('alt', ''), ['-alt']);
	assert.deepEqual(shape('', ''), []);
	assert.deepEqual(shape('ein Wort', 'ein gutes Wort'), ['ein ', '+gutes ', 'Wort']);
	assert.deepEqual(shape('ein rotes Haus', 'ein blaues Haus'), ['ein ', '-rotes', '+blaues', ' Haus']);
});

test('neighbouring replaced words are shown together', () => {
	assert.deepEqual(shape('die rote Tür dort', 'die blauen Tore dort'), ['die ', '-rote Tür', '+blauen Tore', ' dort']);
});

test('random edits: both texts are always there', () => {
	let seed = 3;
	const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
	const vocabulary = ['die', 'Brücke', 'ist', 'alt', ',', '\n\n', '😀', 'und', 'schön'];
	const text = () => Array.from({ length: random(60) }, () => vocabulary[random(vocabulary.length)]).join(' ');
	for (let i = 0; i < 400; i++) {
		const a = text(), b = text(), d = diff(a, b);
		assert.equal(before(d), a);
		assert.equal(after(d), b);
	}
});

test('two long texts without a common word stay cheap', () => {
	const a = Array.from({ length: 3000 }, (_, i) => `a${i}`).join(' '), b = a.replace(/a/g, 'b').replace(/ /g, '\n');
	const start = process.cpuUsage().user, d = diff(a, b);
	assert.equal(before(d), a);
	assert.equal(after(d), b);
	assert.ok(process.cpuUsage(undefined).user - start < 2e6);
});

test('long unchanged stretches keep their ends only', () => {
	const long = 'Wort '.repeat(100);
	assert.equal(shorten('kurz', false, false).length, 1);
	assert.equal(shorten(long, true, false)[0], null);
	assert.equal(shorten(long, false, true).at(-1), null);
	assert.equal(shorten(long, false, false).length, 3);
});
