// Readers before they write (how long it takes, closed meanwhile), and the desk's look back on a comment, with addresses.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { PASSWORD, startServer, until } from '../lib/server.mjs';
import { axe, launch, person, shot, watched } from '../lib/browser.mjs';
import { Editor, Reader } from '../lib/people.mjs';

let server, browser, rike, host, origin, pages = [];
const open = async (options) => { const p = await person(browser, options); pages.push(p); return p; };
const embed = () => `<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Fremd</title></head><body><main><h1>Fremd</h1>
<freigabe-comments article="bruecke"></freigabe-comments></main><script src="${server.base}/embed.js" async></script></body></html>`;

before(async () => {
	host = createServer((req, res) => res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(embed()));
	await new Promise((done) => host.listen(0, '127.0.0.1', done));
	origin = `http://127.0.0.1:${host.address().port}`;
	server = await startServer({ site: { origins: origin } });
	browser = await launch();
	rike = await new Editor(server).login();
});
after(async () => { await browser?.close(); host?.closeAllConnections?.(); host?.close(); await server?.end(); });

const put = async (path, body) => {
	const answer = await rike.request('PUT', path, { headers: { 'X-CSRF-Token': rike.csrf }, body });
	assert.equal(answer.status, 200, answer.text);
};
const close = (reason = 'Wir kommen gerade nicht nach.') => put('/v1/desk/articles/bruecke/comments', { open: false, hours: 2, reason });
const reopen = () => put('/v1/desk/articles/bruecke/comments', { open: true });
async function login(page, user, path = '/desk') {
	await page.goto(server.base + path);
	await page.fill('[name=user]', user);
	await page.fill('[name=password]', PASSWORD);
	await page.keyboard.press('Enter');
	await page.waitForSelector('.head');
}
const problems = () => pages.flatMap((p) => p.problems).filter((p) => !/status of (401|403|404)/.test(p));
/* The server has just been started and knows nothing; what it would say is put in its mouth. */
const told = 'Wer jetzt schreibt: heute nicht mehr; geprüft voraussichtlich morgen 7:10 bis 7:40 Uhr.';
const mouth = (page) => page.route('**/v1/delay*', (route) => route.fulfill({
	contentType: 'application/json', headers: { 'Access-Control-Allow-Origin': '*' },
	body: JSON.stringify({ from: 1, until: 2, overload: false, words: told }),
}));

test('the wait is told before anything is written, here and on a foreign page; nothing moves for it', () => watched('ahead', () => pages, async () => {
	for (const [url, width] of [[`${server.base}/articles/bruecke`, 360], [`${server.base}/articles/bruecke`, 1440], [origin, 360], [origin, 1024]]) {
		const page = await open({ viewport: { width, height: 800 } });
		await page.addInitScript(() => {
			window.shifted = 0;
			new PerformanceObserver((l) => l.getEntries().forEach((e) => { window.shifted += e.value; })).observe({ type: 'layout-shift', buffered: true });
		});
		await page.goto(url);
		const line = page.locator('.frg-notice [data-frg=ahead]');
		await line.scrollIntoViewIfNeeded();
		await line.filter({ hasText: 'hängt davon ab' }).waitFor();
		const before_ = await line.boundingBox();
		await page.evaluate(() => { window.shifted = 0; });
		await mouth(page);
		await page.reload();
		await line.scrollIntoViewIfNeeded();
		await line.filter({ hasText: told }).waitFor();
		assert.equal((await line.boundingBox()).height, before_.height, `${url} at ${width}`);
		assert.ok(await page.locator('.frg-form [data-frg=ahead]').filter({ hasText: told }).count(), 'beside the button, too');
		if (url !== origin) assert.equal(await page.evaluate(() => window.shifted), 0, `at ${width}`);
		if (url !== origin) await shot(page, `readers-ahead-${width}`);
		await page.context().close();
	}
}));

test('comments close while somebody writes: nothing is lost, and it can be sent when they open again', () => watched('closing', () => pages, async () => {
	const [writer, looker] = [await open(), await open()];
	for (const page of [writer, looker]) await page.goto(`${server.base}/articles/bruecke`);
	await writer.fill('#frg-name', 'Wilma');
	await writer.fill('#frg-text', 'Ein langer Gedanke über die Brücke, der nicht verloren gehen darf.');
	await close();
	await looker.waitForSelector('.frg-closed:has-text("Wir kommen gerade nicht nach.")');
	await looker.waitForSelector('.frg-form', { state: 'hidden' });
	assert.equal(await looker.locator('[data-frg=write]:visible').count(), 0);
	await writer.waitForSelector('.frg-kept:has-text("Ihr Text bleibt hier stehen")');
	assert.equal(await writer.inputValue('#frg-text'), 'Ein langer Gedanke über die Brücke, der nicht verloren gehen darf.');
	assert.ok(await writer.locator('.frg-send').isDisabled());
	assert.deepEqual(await axe(writer), []);
	await shot(writer, 'readers-closed-writing');
	await writer.reload();
	await writer.waitForSelector('.frg-closed');
	assert.equal(await writer.locator('#frg-text').count(), 0, 'the page comes without a form now');
	await reopen();
	await writer.waitForSelector('#frg-text');
	assert.equal(await writer.inputValue('#frg-text'), 'Ein langer Gedanke über die Brücke, der nicht verloren gehen darf.', 'the draft was kept');
	await looker.waitForSelector('.frg-form', { state: 'visible' });
	await writer.click('.frg-send');
	await writer.waitForSelector('[data-state=held]');
	assert.deepEqual(problems(), []);
}));

test('whoever sends in the very moment that comments close keeps the text', () => watched('moment', () => pages, async () => {
	const writer = await open();
	await writer.route('**/stream*', (route) => route.abort()); /* it does not hear of it */
	await writer.goto(`${server.base}/articles/bruecke`);
	await writer.fill('#frg-name', 'Jonas');
	await writer.fill('#frg-text', 'Gerade noch rechtzeitig?');
	await close();
	await writer.click('.frg-send');
	await writer.waitForSelector('.frg-error:has-text("keine Kommentare")');
	await writer.waitForSelector('.frg-closed');
	assert.equal(await writer.inputValue('#frg-text'), 'Gerade noch rechtzeitig?');
	await reopen();
	await writer.context().close();
	pages = pages.filter((p) => p !== writer); /* a stream that is refused is an error on its console */
}));

test('a comment\'s story has an address, the way back works, and the conversation stands where readers see it', () => watched('story', () => pages, async () => {
	const say = (name, text, parent, article) => new Reader(server, { name, email: name === 'Berta' ? 'berta@example.org' : '' }).submit(text, { parent, article });
	const top = await say('Anton', 'Wer bezahlt die *Sanierung* der Brücke?');
	await rike.release(top.id);
	const berta = new Reader(server, { name: 'Berta', email: 'berta@example.org' }), answer = await berta.submit('Das weiß doch jeder Idiot: der Steuerzahler.', { parent: top.id });
	await rike.giveBack(answer.id, 'Bitte ohne das Schimpfwort.');
	await berta.revise(answer.id, 'Das weiß doch jeder: der Steuerzahler, also wir alle.');
	await rike.release(answer.id);
	const next = await say('Carla', 'Nicht ganz: zwei Drittel zahlt das Land.', answer.id);
	const page = await open();
	await login(page, 'rike', '/desk/decided');
	assert.equal(await page.locator('.tab[aria-current=page]').innerText(), 'Entschieden', 'the address says where');
	await page.locator('.decision:has-text("der Steuerzahler, also wir alle") >> text=Ganze Geschichte').first().click();
	await page.waitForSelector('.story h2:has-text("Berta")');
	assert.equal(new URL(page.url()).pathname, `/desk/comment/${answer.id}`);
	const line = await page.locator('.story-entry').allInnerTexts();
	assert.equal(line.length, 4, line.join('\n---\n'));
	for (const [i, words] of [['Gesendet', 'Idiot'], ['zurückgegeben', 'Rike Ahrens', 'Bitte ohne das Schimpfwort.'], ['2. Fassung', 'wir alle'], ['freigegeben', 'Rike Ahrens']].entries())
		for (const w of words) assert.ok(line[i].includes(w), `${w} in ${line[i]}`);
	assert.ok(await page.locator('.story-entry del:has-text("Idiot")').count(), 'what changed, word by word');
	await page.locator('.around > summary').click();
	await page.waitForSelector('.around-c:has-text("Wer bezahlt die") em:has-text("Sanierung")');
	assert.ok(await page.locator('.around-this:has-text("der Steuerzahler")').count());
	assert.deepEqual(await axe(page), []);
	await page.goBack();
	await page.waitForSelector('.decisions');
	await page.goForward();
	await page.waitForSelector('.story h2:has-text("Berta")');
	await page.click('.story-head a:has-text("Anton")');
	await page.waitForSelector('.story h2:has-text("Anton")');
	await page.emulateMedia({ media: 'print' });
	assert.equal(await page.locator('.head').isVisible(), false, 'on paper stands the story alone');
	await page.emulateMedia({ media: 'screen' });
	/* sent to a colleague */
	const colleague = await open();
	await login(colleague, 'omar', `/desk/comment/${next.id}`);
	await colleague.waitForSelector('.story h2:has-text("Carla")');
	await colleague.click('text=Jetzt prüfen');
	await colleague.waitForSelector('#comment-title:has-text("Carla")');
	assert.equal(new URL(colleague.url()).pathname, '/desk');
	await colleague.locator('.around > summary').click();
	await colleague.waitForSelector('.around-here:has-text("Hier stünde der Kommentar: Carla")');
	assert.deepEqual(await colleague.locator('.around-c').evaluateAll((all) => all.map((e) => /around-here/.test(e.className) ? 'here' : e.querySelector('strong').textContent)), ['Anton', 'Berta', 'here']);
	assert.deepEqual(await axe(colleague), []);
	await colleague.goto(`${server.base}/desk/comment/6000000000000`);
	await colleague.waitForSelector('.story [role=alert]');
	assert.deepEqual(problems(), []);
}));

test('the desk sets when comments close, sees it, and keeps an article open against it', () => watched('rules', () => pages, async () => {
	await new Reader(server, { name: 'Dora' }).submit('Steht da schon ein Termin?');
	const page = await open();
	await login(page, 'rike', '/desk/policy');
	await page.click('text=Schließzeit hinzufügen');
	const row = page.locator('.closing-row');
	await row.locator('input[type=time]').first().fill('00:00');
	await row.locator('input[type=time]').nth(1).fill('00:00');
	await row.locator('label:has-text("Begründung") input').fill('Wir stellen um.');
	await page.locator('.way button[type=submit]').click();
	await page.waitForSelector('.site-closing:has-text("Schließzeit")');
	const reader = await open();
	await reader.goto(`${server.base}/articles/bruecke`);
	await reader.waitForSelector('.frg-closed:has-text("Wir stellen um.")');
	await page.click('nav .tab:nth-child(1)');
	await page.locator('.row:has-text("Dora")').first().click();
	await page.click('.closing >> text=trotzdem öffnen');
	await page.waitForSelector('.closing:has-text("bleiben bis")');
	await reader.waitForSelector('.frg-form');
	assert.deepEqual(await axe(page), []);
	await page.goto(`${server.base}/desk/policy`);
	await page.locator('.closing-row >> text=Entfernen').click();
	await page.locator('.way button[type=submit]').click();
	await page.waitForSelector('.site-closing', { state: 'detached' });
	assert.deepEqual(problems(), []);
}));
