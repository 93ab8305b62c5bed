// Reporting a comment, deciding on it, hearing of it: a reader without a script, an editor, and the embedded widget; and
// evidence from the desk.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { PASSWORD, startServer } from '../lib/server.mjs';
import { axe, go, launch, person, shot, watched } from '../lib/browser.mjs';
import { Editor, Reader } from '../lib/people.mjs';

let server, browser, rike, host, foreign, pages = [];
const open = async (options) => { const p = await person(browser, options); pages.push(p); return p; };
before(async () => {
	host = createServer((req, res) => res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
		.end(`<!doctype html><html lang="de"><title>Fremd</title><body><freigabe-comments article="bruecke"></freigabe-comments><script src="${server.base}/embed.js"></script></body></html>`));
	await new Promise((done) => host.listen(0, '127.0.0.1', done));
	foreign = `http://127.0.0.1:${host.address().port}`;
	server = await startServer({ site: { origins: foreign } });
	browser = await launch();
	rike = await new Editor(server).login();
});
after(async () => { await browser?.close(); host?.closeAllConnections?.(); host?.close(); await server?.end(); });

async function released(text, name = 'Wilma Test') {
	const { id } = await new Reader(server, { name }).submit(text);
	await rike.release(id);
	return id;
}
async function login(page, user) {
	await page.goto(`${server.base}/desk/`);
	await page.fill('[name=user]', user);
	await page.fill('[name=password]', PASSWORD);
	await page.keyboard.press('Enter');
	await page.waitForSelector('.actions button:visible, .empty');
}
async function report(page, id, explanation, kind = 'defamation') {
	await page.goto(`${server.base}/articles/bruecke`);
	await page.click(`#comment-${id} .frg-report`);
	await page.waitForSelector('h1:has-text("Kommentar melden")');
	await page.selectOption('#notice-kind', kind);
	await page.fill('#notice-explanation', explanation);
	await page.fill('#notice-name', 'Nora Beck');
	await page.fill('#notice-email', 'nora@leser.example');
	await page.check('#notice-faith');
	await page.click('.letter-form [type=submit]');
	await page.waitForSelector('text=ist angekommen');
}
const problems = () => pages.flatMap((p) => p.problems).filter((p) => !/status of 40[01]/.test(p));

test('a reader reports without a script, an editor takes it off the page, both sides read why', () => watched('report', () => pages, async () => {
	const nora = await open({ javaScriptEnabled: false }), omar = await open();
	const id = await released('Die Baufirma hat die Prüfer bestochen, das weiß jeder hier.');
	await login(omar, 'omar');
	await report(nora, id, 'Das ist eine Behauptung ohne jeden Beleg. Ich arbeite dort und habe geprüft.');
	const state = nora.url();
	await omar.waitForSelector('.tab:has-text("Anliegen") .tab-count:has-text("1")');
	await go(omar, 'Anliegen', 'Meldungen');
	await omar.waitForSelector('.given:has-text("Nora Beck")');
	assert.deepEqual(await axe(omar), []);
	await omar.click('text=Von der Seite nehmen');
	await omar.click('.notice-case .choice:has-text("Unterstellung")');
	await omar.waitForSelector('.letter-text:has-text("Anlass war die Meldung einer anderen Person")');
	await omar.fill('.answer > .answer-word:last-of-type textarea', 'Für den Vorwurf gibt es keinen Beleg.');
	await shot(omar, 'notices-decide', { fullPage: false });
	assert.deepEqual(await axe(omar), []);
	await omar.click('.notice-send [type=submit]');
	await omar.waitForSelector('.notice-done:has-text("Von der Seite genommen")');
	await omar.waitForSelector('text=Keine Meldung wartet.');
	await nora.goto(state);
	await nora.waitForSelector('.letter-answer:has-text("von der Seite genommen")');
	await nora.waitForSelector('.letter-answer:has-text("Für den Vorwurf gibt es keinen Beleg.")');
	await nora.goto(`${server.base}/articles/bruecke`);
	assert.equal(await nora.locator(`#comment-${id}`).count(), 0);
	assert.deepEqual(problems(), []);
}));

test('what stays is answered, and can be taken back; errors keep what was typed', () => watched('keep', () => pages, async () => {
	const nora = await open(), omar = await open();
	const id = await released('Der Rat hat hier schlecht gearbeitet.');
	await nora.goto(`${server.base}/comments/${id}/notice`);
	await nora.evaluate(() => document.querySelector('.letter-form').setAttribute('novalidate', ''));
	await nora.fill('#notice-explanation', 'Unhöflich.');
	await nora.click('.letter-form [type=submit]');
	await nora.waitForSelector('.letter-error:has-text("Bitte wählen Sie aus")');
	assert.equal(await nora.inputValue('#notice-explanation'), 'Unhöflich.');
	assert.equal(await nora.getAttribute('#notice-kind', 'aria-invalid'), 'true');
	assert.deepEqual(await axe(nora), []);
	await report(nora, id, 'Unhöflich.', 'rules');
	assert.deepEqual(await axe(nora), []);
	await login(omar, 'omar');
	await go(omar, 'Anliegen', 'Meldungen');
	await omar.click('text=Steht zu Recht da');
	await omar.fill('.answer-word textarea', 'Scharfe Kritik, aber an der Sache.');
	await omar.click('.notice-send [type=submit]');
	await omar.click('.notice-done button');
	await omar.waitForSelector('.given');
	await omar.click('text=Steht zu Recht da');
	await omar.fill('.answer-word textarea', 'Scharfe Kritik, aber an der Sache.');
	await omar.click('.notice-send [type=submit]');
	await omar.waitForSelector('.notice-done');
	await nora.reload();
	await nora.waitForSelector('.letter-answer:has-text("Scharfe Kritik, aber an der Sache.")');
	assert.deepEqual(await axe(nora), []);
	await omar.click('.switch button:has-text("Erledigt")');
	await omar.waitForSelector('.notice-kept');
	assert.deepEqual(problems(), []);
}));

test('evidence is preserved while reading, listed, read and downloaded; the hold is ended', () => watched('evidence', () => pages, async () => {
	const omar = await open({ acceptDownloads: true });
	await new Reader(server, { name: 'Drohender' }).submit('Ich weiß, wo die Ingenieurin wohnt, und komme heute Nacht.');
	await login(omar, 'omar');
	await omar.click('.row:has-text("Drohender")');
	await omar.click('.aside >> text=Beweise sichern');
	await omar.fill('dialog textarea', 'Drohung gegen die Ingenieurin.');
	assert.deepEqual(await axe(omar), []);
	await omar.click('dialog [type=submit]');
	await omar.waitForSelector('.preserved');
	await go(omar, 'Anliegen', 'Meldungen');
	await omar.click('.switch button:has-text("Gesicherte Beweise")');
	await omar.waitForSelector('.case:has-text("Drohung gegen die Ingenieurin.")');
	await omar.click('text=Ansehen');
	await omar.waitForSelector('.bundle pre:has-text("komme heute Nacht")');
	assert.deepEqual(await axe(omar), []);
	const [download] = await Promise.all([omar.waitForEvent('download'), omar.click('.case >> text=Datei herunterladen')]);
	assert.equal(JSON.parse(readFileSync(await download.path(), 'utf8')).algorithm, 'Ed25519');
	await omar.click('text=Sicherung beenden');
	await omar.fill('dialog textarea', 'Die Polizei hat alles.');
	await omar.click('dialog [type=submit]');
	await omar.waitForSelector('text=Beendet von Omar Said');
	assert.deepEqual(problems(), []);
}));

test('on a page of another site the link leads to the server, in a page of its own', () => watched('embed', () => pages, async () => {
	const page = await open(), id = await released('Ein Satz im fremden Artikel.');
	await page.goto(foreign);
	const link = page.locator(`#comment-${id} .frg-report`);
	await link.waitFor();
	assert.equal(await link.getAttribute('href'), `${server.base}/comments/${id}/notice?lang=de`);
	assert.equal(await link.getAttribute('target'), '_blank');
}));
