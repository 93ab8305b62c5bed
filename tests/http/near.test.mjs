// Texts that come again: in the queue as one, and with a pointer to what refused them before.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer, until } from '../lib/server.mjs';
import { Editor, Reader } from '../lib/people.mjs';

const TEXT = 'Die Brücke ist seit Jahren marode, und der Stadtrat hat das Geld lieber in ein neues Logo gesteckt. Wer so plant, darf sich nicht wundern.';
const NEARLY = TEXT.replace('Stadtrat', 'Gemeinderat');
const OTHER = 'Die Sanierung war überfällig; dass sie zwei Jahre dauert, steht seit dem Frühjahr im Gutachten auf Seite zwölf.';

let server, rike;
before(async () => { server = await startServer(); rike = await new Editor(server).login(); });
after(() => server.end());
const submit = (text, name = 'Wilma', options = {}) => new Reader(server, { name }).submit(text, options).then((r) => r.id);
const copiesOf = async (id) => (await rike.item(id)).copies;

test('what waits with the same text, or nearly, is told with each of them', async () => {
	const first = await submit(TEXT, 'Anton');
	assert.deepEqual(await copiesOf(first), []);
	const again = await submit(TEXT.toUpperCase().replaceAll(' ', '  '), 'Berta'), nearly = await submit(NEARLY, 'Carl', { article: 'bruecke' });
	const other = await submit(OTHER, 'Dora');
	const copies = await copiesOf(first);
	assert.deepEqual(copies.map((c) => [c.comment, c.name, c.likeness === 1]), [[again, 'Berta', true], [nearly, 'Carl', false]]);
	assert.ok(copies[1].likeness >= 0.7 && copies[1].likeness < 1);
	assert.deepEqual((await copiesOf(nearly)).map((c) => c.comment), [first, again]);
	assert.deepEqual(await copiesOf(other), []);
	await rike.release(first);
	assert.deepEqual((await copiesOf(nearly)).map((c) => c.comment), [again], 'the group goes on without its first');
	const item = await rike.item(again);
	for (const [revision, version] of [[item.revision, item.version], ...item.copies.map((c) => [c.revision, c.version])])
		assert.equal((await rike.decide({ revision, version }, 'release')).status, 200, 'a copy can be decided from what is told of it');
	assert.equal((await new Reader(server).thread()).match(/Logo\s+gesteckt/gi).length, 3);
});

test('a text that was refused points to the decision, whoever sends it', async () => {
	const text = 'Alle im Rathaus stecken unter einer Decke und kassieren bei jeder Baustelle kräftig mit, das weiß doch jeder.';
	const first = await submit(text, 'Egon'), waiting = await submit(text.replace('kräftig', 'ordentlich'), 'Frida');
	assert.equal((await rike.item(waiting)).repost_of, null);
	const { decision } = await rike.reject(first, ['insinuation']);
	const told = (await rike.item(waiting)).repost_of;
	assert.deepEqual([told.decision, told.action, told.rules, told.by, told.name], [decision, 'reject', ['insinuation'], 'Rike Ahrens', 'Egon'], 'what waited already');
	const later = await submit(`  ${text}!!`, 'Gustav');
	assert.equal((await rike.item(later)).repost_of.decision, decision, 'what comes later');
	assert.equal((await rike.undo(decision)).status, 200);
	assert.equal((await rike.item(later)).repost_of, null, 'a decision taken back refuses nothing');
	assert.equal((await rike.item(first)).copies.length, 2);
});

test('of copies that are refused together, what waits points to the first', async () => {
	const text = 'Wer da noch mitmacht, dem ist nicht zu helfen, die stecken doch alle unter einer Decke mit der Baufirma.', ids = [];
	const another = 'Über diese Umleitung lacht das ganze Land, und wer sie geplant hat, der lacht gewiss am lautesten.';
	for (let i = 0; i < 4; i++)
		ids.push(await submit(`${text} ${'!'.repeat(i)}`, `Karl ${i}`));
	const [first, ...others] = [await rike.item(ids[0]), await rike.item(ids[1]), await rike.item(ids[2])];
	const other = await rike.item(await submit(another, 'Karla'));
	const answer = await rike.write('/v1/desk/decisions', { decisions: [first, other, ...others].map(({ revision, version }) => ({ revision, version, action: 'reject', rules: ['insinuation'] })) });
	const { decisions } = answer.json;
	assert.ok(decisions.every((d) => d.decision), answer.text);
	assert.equal((await rike.item(ids[3])).repost_of.decision, decisions[0].decision);
	assert.ok((await rike.item(await submit(`${text} Jawohl!`, 'Karl 9'))).repost_of, 'and each of them is found again');
	assert.equal((await rike.item(await submit(another, 'Karla 2'))).repost_of.decision, decisions[1].decision);
});

test('so does one that was withdrawn from the page', async () => {
	const text = 'Herr Mustermann aus der Lindenstraße hat das Bauamt bestochen, fragt mal seinen Schwager danach.';
	const first = await submit(text, 'Hanna');
	await rike.release(first);
	assert.equal((await rike.item(await submit(text, 'Ida'))).repost_of, null);
	const { revision } = (await rike.decisions()).find((d) => d.comment === first || d.text === text);
	assert.equal((await rike.write(`/v1/desk/revisions/${revision}/removal`, { rules: ['insinuation'] })).status, 200);
	const again = await submit(`${text} Ehrlich.`, 'Jan');
	const told = (await rike.item(again)).repost_of;
	assert.deepEqual([told.action, told.name], ['remove', 'Hanna']);
	assert.equal(server.audit().status, 0);
});

test('by what a released text was found again is forgotten, and what waits is found as before', async () => {
	const text = 'Der Fährmann hat vierzig Jahre lang jeden übergesetzt, der rief, und nach der Brücke hat ihn keiner mehr gerufen: https://faehrmann.example/elver';
	const first = await submit(text, 'Paula'), waits = await submit(text, 'Quentin');
	const keys = (id) => Number(server.sql(`SELECT count(*) FROM near_key n JOIN revision r ON r.id = n.revision_id JOIN comment c ON c.id = r.comment_id WHERE c.name = '${id}'`));
	const at = [keys('Paula'), keys('Quentin')];
	assert.deepEqual(at, [1, 1], 'of what waits only its links have rows of their own');
	await rike.release(first);
	const later = await submit(text, 'Rudolf');
	assert.deepEqual((await copiesOf(later)).map((c) => c.comment), [waits], 'a released one is no copy, be it forgotten yet or not');
	await until(() => keys('Paula') === 0, { what: 'its keys forgotten' });
	assert.equal(keys('Quentin'), at[1]);
	assert.deepEqual((await copiesOf(later)).map((c) => c.comment), [waits]);
});

test('a comment\'s own earlier text is no copy, and short texts only if they are the same', async () => {
	const wilma = new Reader(server, { name: 'Kai' }), { id } = await wilma.submit(OTHER.replace('zwei Jahre', 'drei Jahre'));
	await rike.reject(id, ['off_topic']);
	await wilma.revise(id, OTHER.replace('zwei Jahre', 'vier Jahre'));
	assert.equal((await rike.item(id)).repost_of, null);
	const bravo = await submit('Bravo!', 'Lea');
	assert.deepEqual(await copiesOf(await submit('Bravo, Leute!', 'Max')), []);
	assert.deepEqual((await copiesOf(await submit('bravo', 'Nele'))).map((c) => c.comment), [bravo]);
});

test('what waited before a restart, or a kill, is found after it, and what was refused too', async () => {
	const text = 'Im Gemeindehaus hängt seit dem Sommer ein Plan, auf dem die neue Brücke zwei Meter neben der alten steht.';
	const refused = 'Wer das glaubt, der glaubt auch, dass der Bürgermeister seine Villa vom Gehalt bezahlt hat, ihr Schlafschafe.';
	const first = await submit(text, 'Sabine'), bad = await submit(refused, 'Tim');
	const { decision } = await rike.reject(bad, ['insinuation']);
	await server.kill();
	await server.start();
	rike = await new Editor(server).login();
	assert.deepEqual((await copiesOf(await submit(text, 'Ulla'))).map((c) => c.comment), [first]);
	assert.equal((await rike.item(await submit(refused, 'Volker'))).repost_of.decision, decision);
});

test('a flood of one text costs no more for each', async () => {
	const text = 'Kommt alle am Samstag um drei auf den Marktplatz und sagt dem Rat eure Meinung zur Brücke.';
	const first = await submit(text, 'Olga');
	for (let i = 0; i < 60; i++)
		await submit(`${text} ${'!'.repeat(i % 3)}`, `Pia ${i}`);
	assert.equal((await copiesOf(first)).length, 30, 'as many as are told');
	const last = await submit(text, 'Quirin');
	assert.equal((await copiesOf(last)).length, 30);
});

test('data by which somebody can be reached are marked, in the browser\'s units', async () => {
	const text = '👋 Ruft den Bauleiter doch an: 0171 2345678, er wohnt in der Lindenstraße 12, 10969 Berlin.';
	const { personal } = await rike.item(await submit(text, 'Rosa'));
	assert.deepEqual(personal.map((p) => [p.kind, text.slice(p.begin, p.end)]), [['phone', '0171 2345678'], ['address', 'Lindenstraße 12, 10969 Berlin']]);
});
