// Answers that come late, forced: the desk shows what was decided as decided, and another lane's comments nowhere else.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, startServer, until } from '../lib/server.mjs';
import { launch, person, watched } from '../lib/browser.mjs';
import { Editor, Reader } from '../lib/people.mjs';
import { mild } from '../lib/texts.mjs';

let server, browser, pages = [];

before(async () => { server = await startServer(); browser = await launch(); });
after(async () => { await browser?.close(); await server?.end(); });

// From now on answers to requests for the queue are read and kept until they are let go.
async function hold(page, which) {
	const held = { count: 0 };
	held.go = new Promise((done) => { held.let = done; });
	await page.route(which, async (route) => {
		const answer = await route.fetch();
		held.count++;
		await held.go;
		await route.fulfill({ response: answer });
		held.through = true;
	});
	held.asked = () => until(() => held.count > 0, { what: 'the queue was asked for' });
	held.done = async () => {
		held.let();
		await until(() => held.through, { what: 'the answer came' });
		await page.unroute(which);
		await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0))));
	};
	return held;
}
// Other rules of closing: each desk reads its queue anew.
async function readAnew() {
	const rike = await new Editor(server).login(), { json } = await rike.get('/v1/desk/settings');
	const closing = { hours: [], after_days: 7, overload: { on: false, wait_minutes: 480 } };
	const answer = await rike.request('PUT', '/v1/desk/settings', { headers: { 'X-CSRF-Token': rike.csrf }, body: { ...json, closing } });
	assert.equal(answer.status, 200, answer.text);
}
const rows = (page) => page.locator('.queue .row').allInnerTexts();
const decided = async (n) => until(async () => (await (await new Editor(server).login()).decisions()).length === n, { what: `${n} decisions` });

test('a queue read before a decision and answered after it does not bring the comment back, and no key is lost', () => watched('race', () => pages, async () => {
	for (let i = 0; i < 3; i++)
		await new Reader(server, { name: `Eile ${i}` }).submit(mild[i]);
	const page = await person(browser);
	pages.push(page);
	await page.goto(`${server.base}/desk/`);
	await page.fill('[name=user]', 'omar');
	await page.fill('[name=password]', PASSWORD);
	await page.keyboard.press('Enter');
	await page.waitForSelector('.queue .row >> nth=2');
	const late = await hold(page, '**/v1/desk/queue?*');
	await readAnew();
	await late.asked();
	await page.keyboard.press('f');
	await page.waitForSelector('#comment-title:has-text("Eile 1")');
	await decided(1);
	await page.waitForFunction(() => !document.title.includes('3'));
	await late.done();
	assert.deepEqual((await rows(page)).map((row) => /Eile \d/.exec(row)[0]), ['Eile 1', 'Eile 2']);
	await page.keyboard.press('f');
	await page.waitForSelector('#comment-title:has-text("Eile 2")');
	await page.keyboard.press('f');
	await page.waitForSelector('.empty');
	await decided(3);
	assert.deepEqual(page.problems.filter((p) => !/status of 401/.test(p)), []); // before the login
}));
