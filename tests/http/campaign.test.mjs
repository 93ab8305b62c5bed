// What comes from many at once is told with what shows it; what two honest people have in common is not.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startServer } from '../lib/server.mjs';
import { Editor, Reader } from '../lib/people.mjs';

let server, rike;
before(async () => {
	server = await startServer({ config: { trusted_proxies: '127.0.0.1' } });
	rike = await new Editor(server).login();
});
after(() => server?.end());

const submit = (text, name, from = '192.0.2.1') => new Reader(server, { name }).submit(text, { headers: { 'X-Forwarded-For': from } }).then((r) => r.id);
const campaign = async (id) => (await rike.item(id)).campaign;
const told = (tally) => tally && [tally.texts, tally.names, tally.readers, tally.lines];

test('the same text under many names, with the same link', async () => {
	const text = (i) => `Unterschreibt jetzt alle die Petition gegen die Sperrung der Brücke, der Rat muss ${['endlich', 'sofort', 'jetzt'][i % 3]} handeln: https://petition.example/bruecke?von=${i}`;
	const ids = [];
	for (let i = 0; i < 7; i++)
		ids.push(await submit(text(i), i < 2 ? 'Anton' : `Name ${i}`, `192.0.2.${1 + i % 2}`));
	const { alike, link } = await campaign(ids[6]);
	assert.deepEqual(told(alike), [7, 6, 7, 2]);
	assert.deepEqual([link.address, ...told(link)], ['petition.example/bruecke', 7, 6, 7, 2]);
	assert.ok(alike.since <= alike.until && alike.until - alike.since < 60000);
	const item = await rike.item(ids[0]);
	assert.equal(item.copies.length, 6);
	for (const c of [item, ...item.copies]) // all at once, as the desk does it
		assert.equal((await rike.decide({ revision: c.revision, version: c.version }, 'reject', { rules: ['ad_link'] })).status, 200);
	assert.deepEqual(told((await campaign(await submit(`Ganz anders gesagt, siehe www.petition.example/bruecke/`, 'Berta'))).link), [8, 7, 8, 2], 'what was refused counts');
});

test('the same link in different texts is told, but groups nothing', async () => {
	const texts = ['Mich überzeugt das Gutachten nicht, die Zahlen stehen hier: rat.example.org/2026',
		'Der Stadtrat hätte das früher lesen können (https://rat.example.org/2026).',
		'Seite 14 ist deutlich: http://www.rat.example.org/2026#seite-14',
		'Ich wohne an der Elver und habe nachgelesen, https://rat.example.org/2026 sagt das Gegenteil.',
		'Wer das https://rat.example.org/2026/ kennt, wundert sich über gar nichts mehr.'];
	const ids = [];
	for (const [i, text] of texts.entries()) {
		ids.push(await submit(text, `Leserin ${i}`, `198.51.100.${i}`));
		const { campaign: c, copies } = await rike.item(ids[i]);
		assert.deepEqual(copies, []);
		if (i < 4)
			assert.equal(c, null, 'few people may know the same page');
		else
			assert.deepEqual([c.alike, ...told(c.link)], [null, 5, 5, 5, 5]);
	}
	assert.equal(await campaign(await submit('Auf https://rat.example.org/2025 steht etwas anderes.', 'Leser 9')), null, 'another page is another page');
});

test('one person who says the same five times is no campaign', async () => {
	let id;
	for (let i = 0; i < 5; i++)
		id = await submit(`Ich sage es noch einmal: Die Umleitung über die Dörfer ist eine Zumutung${'!'.repeat(i)}`, 'Immer Derselbe');
	assert.equal(await campaign(id), null);
});

test('honest comments on one subject are no campaign', async () => {
	const file = fileURLToPath(new URL('../cases/de-lokales.txt', import.meta.url));
	const texts = [...new Set(readFileSync(file, 'utf8').split('\n').filter((line) => /^[^@#%=\s|].{60,400}$/.test(line)))].slice(0, 80);
	assert.ok(texts.length >= 30, `${texts.length} texts`);
	const ids = [];
	for (const [i, text] of texts.entries())
		ids.push(await submit(text, `Mensch ${i}`, `203.0.113.${i}`));
	for (const [i, id] of ids.entries()) {
		const item = await rike.item(id);
		assert.deepEqual([item.campaign, item.copies.map((c) => c.text)], [null, []], texts[i]);
	}
});
