// Every text that the desk asks for is there, in both languages, and none lies around unused.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';

const root = new URL('../../', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');
const [de, en] = ['de', 'en'].map((lang) => JSON.parse(read(`i18n/desk.${lang}.json`)));
const folders = ['web/desk/', 'web/desk/views/'];
const source = folders.flatMap((dir) => readdirSync(new URL(dir, root)).filter((f) => /\.tsx?$/.test(f) && !f.startsWith('figures_')).map((f) => read(dir + f))).join('\n');

test('both languages have the same texts with the same places', () => {
	assert.deepEqual(Object.keys(de), Object.keys(en));
	const places = (s) => (s.match(/\{\d\}/g) ?? []).sort().join('');
	for (const key of Object.keys(de)) assert.equal(places(de[key]), places(en[key]), key);
});

test('every key that stands in the source exists', () => {
	for (const [, call, key] of source.matchAll(/\b(t|count)\(\s*'([a-z0-9_.]+)'/g))
		for (const k of call === 'count' ? [`${key}_one`, `${key}_many`] : [key]) assert.ok(`desk.${k}` in de, k);
});

test('the figures, too, have every text that they ask for, in both languages', () => {
	const [fde, fen] = ['de', 'en'].map((l) => JSON.parse(read(`i18n/figures.${l}.json`))), own = folders.flatMap((dir) => readdirSync(new URL(dir, root)).filter((f) => f.startsWith('figures_')).map((f) => read(dir + f))).join('\n');
	assert.deepEqual(Object.keys(fde), Object.keys(fen));
	const asked = [...own.matchAll(/\bt\(\s*'([a-z0-9_.]+)'/g)];
	assert.ok(asked.length > 20);
	for (const [, key] of asked) assert.ok(`figures.${key}` in fde, key);
});

test('no text lies around', () => {
	/* Texts chosen at run time are asked for as `area.${…}`. */
	const families = [...source.matchAll(/\bt\([^()]*?`([a-z_.]+)\$\{/g)].map((m) => m[1]);
	for (const key of Object.keys(de)) {
		const k = key.replace(/^desk\./, ''), single = k.replace(/_(one|many)$/, '');
		assert.ok(source.includes(`'${k}'`) || source.includes(`'${single}'`) || families.some((f) => k.startsWith(f)), key);
	}
});
