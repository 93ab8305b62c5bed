// What is decided along with a comment: all that wait with nearly the same text, however many; and, told apart, what
// waits with the same link.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { startServer } from '../lib/server.mjs';
import { Editor, Reader } from '../lib/people.mjs';

let server, rike, culture;
before(async () => {
	server = await startServer();
	rike = await new Editor(server).login();
	server.cli('article', 'import', fileURLToPath(new URL('../../data/demo/articles/stadttheater.md', import.meta.url)));
	const { members } = (await rike.get('/v1/desk/staff')).json, { id } = members.find((m) => m.login === 'omar');
	const set = await rike.request('PUT', `/v1/desk/staff/${id}`, { headers: { 'X-CSRF-Token': rike.csrf }, body: { role: 'editor', sections: ['Kultur'] } });
	assert.equal(set.status, 204);
	culture = await new Editor(server).login('omar');
});
after(() => server?.end());

const submit = (text, name, options) => new Reader(server, { name }).submit(text, options).then((r) => r.id);
const page = async (revision, query = '', who = rike, status = 200) => {
	const answer = await who.get(`/v1/desk/revisions/${revision}/group${query}`);
	assert.equal(answer.status, status, answer.text);
	return answer.json;
};
async function all(revision, { link = '', limit = 100, who = rike } = {}) {
	const items = [];
	let pages = 0;
	for (let after = ''; ; pages++) {
		const p = await page(revision, `?limit=${limit}${link && `&link=${encodeURIComponent(link)}`}${after && `&after=${after}`}`, who);
		items.push(...p.items);
		if (!p.next)
			return { items, pages: pages + 1 };
		after = p.next;
	}
}
async function decide(items, action, more = {}) {
	const codes = [];
	for (let i = 0; i < items.length; i += 100) {
		const answer = await rike.write('/v1/desk/decisions', { decisions: items.slice(i, i + 100).map((c) => ({ revision: c.revision, version: c.version, action, ...more })) });
		assert.equal(answer.status, 200, answer.text);
		codes.push(...answer.json.decisions.map((d) => d.error?.code ?? 'done'));
	}
	return codes;
}

test('a campaign of many is told whole, page by page, and decided whole', async () => {
	const text = 'Kommt alle am Samstag um drei auf den Marktplatz und sagt dem Rat eure Meinung zur Brücke.', ids = [];
	for (let i = 0; i < 230; i += 10)
		ids.push(...await Promise.all(Array.from({ length: 10 }, (_, k) => submit(`${text}${'!'.repeat(k % 3)}`, `Pia ${i + k}`))));
	const { items: [item] } = await rike.queue('?limit=1');
	assert.deepEqual([item.copies.length, item.alike, item.campaign.alike.texts], [30, 229, 230]);
	const { items, pages } = await all(item.revision);
	assert.equal(pages, 3);
	assert.deepEqual(new Set([item.comment, ...items.map((c) => c.comment)]), new Set(ids), 'each once');
	assert.deepEqual(items.slice(0, 30), item.copies);
	assert.deepEqual((await all(item.revision, { limit: 7 })).items, items, 'however it is cut');
	const last = await rike.revision(items.at(-1).revision);
	assert.deepEqual([last.group, last.alike], [item.group, 229], 'one group for all of them');
	const other = await submit('Die Sanierung war überfällig; dass sie zwei Jahre dauert, steht seit dem Frühjahr im Gutachten.', 'Dora');
	const once = await rike.queue('?once=1&limit=5');
	assert.deepEqual([new Set(once.items.map((i) => i.group)).size, once.items.length, once.next, once.count], [2, 2, null, 231], 'a page for whoever works through it has one of each');
	const [a, b] = [await rike.queue('?once=1&limit=1'), await rike.queue('?limit=1')];
	assert.deepEqual(a, b);
	const rest = await rike.queue(`?once=1&limit=1&after=${a.next}`);
	assert.equal(rest.items.length, 1, 'the next page knows nothing of this one');
	await rike.release(other);
	await rike.decide(items[120], 'release');
	const codes = await decide([item, ...items], 'reject', { rules: ['ad_link'] });
	assert.deepEqual([codes.filter((c) => c === 'done').length, codes.filter((c) => c !== 'done')], [229, ['already_decided']]);
	assert.deepEqual(await page(item.revision), { items: [], next: null }, 'what waits no more has no group');
	assert.equal((await rike.queue()).count, 0);
	assert.equal(server.audit().status, 0);
});

test('what waits with the same link is told apart from copies, and only by a link of the text', async () => {
	const link = 'petition.example/elver';
	const copies = [];
	for (let i = 0; i < 3; i++)
		copies.push(await submit(`Unterschreibt bitte alle die Petition für die Brücke, es eilt sehr: https://${link}?nr=${i}`, `Kopie ${i}`));
	const others = ['Mich überzeugt das Gutachten nicht, aber seht selbst: https://petition.example/elver', 'Warum hat der Rat das nicht gelesen? www.petition.example/elver/',
		'Seite 14 sagt alles über die Umleitung, http://petition.example/elver#14', 'Als Anwohner der Elver kann ich https://petition.example/elver nur empfehlen.'];
	const linked = [];
	for (const [i, text] of others.entries())
		linked.push(await submit(text, `Leserin ${i}`));
	await submit('Auf https://petition.example/anders steht etwas anderes als bisher behauptet.', 'Leser 9');
	const refused = await submit('Nur Betrüger werben für https://petition.example/elver, ihr Schlafschafe!', 'Egon');
	await rike.reject(refused);
	const item = await rike.item(copies[0]);
	assert.deepEqual([item.alike, item.campaign.link.address, item.campaign.link.texts, item.campaign.link.waiting], [2, link, 8, 4]);
	assert.deepEqual((await all(item.revision)).items.map((c) => c.comment), copies.slice(1));
	const told = (await all(item.revision, { link, limit: 1 })).items;
	assert.deepEqual(told.map((c) => c.comment), linked);
	assert.deepEqual(told.map((c) => c.text), others);
	const one = await rike.item(linked[0]);
	assert.deepEqual([one.alike, one.copies, one.campaign.link.waiting], [0, [], 6]);
	assert.equal((await page(item.revision, '?link=petition.example/anders', rike, 400)).error.code, 'link_unknown');
	assert.equal((await page(item.revision, '?link=%', rike, 400)).error.code, 'request_malformed');
	assert.equal((await page(item.revision, '?after=hier', rike, 400)).error.code, 'cursor_invalid');
	assert.deepEqual(await decide([item, ...told], 'reject', { rules: ['ad_link'] }), Array(5).fill('done'));
	assert.deepEqual((await all((await rike.item(copies[1])).revision, { link })).items, [], 'who was refused waits no more');
});

test('only what somebody may decide: of their sections, and waiting for nobody else', async () => {
	const text = 'Das Theater bekommt Geld, die Brücke bekommt Geld, nur die Schule am Deich bekommt wieder einmal nichts: https://schule.example/deich';
	const here = [], there = [];
	for (let i = 0; i < 3; i++) {
		here.push(await submit(`${text} ${'!'.repeat(i)}`, `Ort ${i}`));
		there.push(await submit(text, `Kultur ${i}`, { article: 'stadttheater' }));
	}
	const local = await rike.item(here[0]), mine = await culture.item(there[0]);
	assert.deepEqual([local.alike, mine.alike], [5, 2]);
	assert.deepEqual((await all(mine.revision, { who: culture })).items.map((c) => c.comment), there.slice(1));
	assert.equal((await page(local.revision, '', culture, 403)).error.code, 'section_forbidden');
	assert.equal((await page('6000000000000', '', rike, 404)).error.code, 'not_found');
	const other = await submit('Ganz anders gesagt, aber auch dazu: https://schule.example/deich', 'Ort 9');
	const linked = async () => (await rike.item(here[0])).campaign.link.waiting;
	assert.deepEqual([await linked(), (await culture.item(there[0])).campaign.link.waiting], [1, 0]);
	assert.equal((await rike.decide(await rike.item(there[2]), 'refer', { word: 'Wie siehst du das?' })).status, 200);
	assert.equal((await rike.decide(await rike.item(other), 'refer', { word: 'Und das?' })).status, 200);
	assert.deepEqual([(await rike.item(here[0])).alike, await linked()], [4, 0]);
	const asked = await culture.item(there[2]);
	assert.deepEqual([asked.group, asked.alike, (await page(asked.revision, '', culture)).items], [null, 0, []], 'who is asked about one is asked about this one');
});
