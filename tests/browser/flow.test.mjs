// The main job as people do it: a reader writes, an editor releases, another reader's open page shows it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, startServer } from '../lib/server.mjs';
import { launch, person, watched } from '../lib/browser.mjs';

let server, browser, pages = [];
const open = async (options) => { const p = await person(browser, options); pages.push(p); return p; };
const article = () => `${server.base}/articles/bruecke`;

before(async () => { server = await startServer(); browser = await launch(); });
after(async () => { await browser?.close(); await server?.end(); });

async function login(page, user = 'rike') {
	await page.goto(`${server.base}/desk/`);
	await page.fill('[name=user]', user);
	await page.fill('[name=password]', PASSWORD);
	await page.keyboard.press('Enter');
	await page.waitForSelector('.actions button:visible, .empty');
}

// Skips until the comment is the one on the screen.
async function find(page, text) {
	await page.waitForSelector('.actions button:visible');
	for (let i = 0; i < 20 && !await page.locator(`.comment >> text=${text}`).count(); i++)
		await page.keyboard.press('s');
	await page.waitForSelector(`.comment >> text=${text}`);
	if (await page.locator('.veil').count()) await page.keyboard.press('v');
}

// Asking who is logged in is answered with 401 when nobody is; the browser notes that.
const problems = () => pages.flatMap((p) => p.problems).filter((p) => !/status of 401/.test(p));

async function write(page, { name = 'Lena', text }) {
	await page.fill('#frg-name', name);
	await page.fill('#frg-text', text);
	await page.click('.frg-send');
}

test('a reader writes, an editor releases by one key, another reader sees it at once', () => watched('flow', () => pages, async () => {
	const writer = await open(), other = await open(), editor = await open();
	await other.goto(article());
	await writer.goto(article());
	await write(writer, { text: 'Der Umweg kostet die Schulkinder jeden Tag zwanzig Minuten, weil die Linie 5 nicht fährt.' });
	await writer.waitForSelector('[data-state=held]');
	assert.match(await writer.textContent('[data-state=held]'), /Wird geprüft/);
	await writer.reload();
	assert.match(await writer.textContent('[data-state=held]'), /Umweg kostet/, 'after reloading too');
	assert.equal(await other.locator('text=Umweg kostet').count(), 0, 'nobody else sees it');

	await login(editor);
	await editor.waitForSelector('text=Umweg kostet');
	const start = Date.now();
	await editor.keyboard.press('f');
	await other.waitForSelector('text=Umweg kostet');
	const elapsed = Date.now() - start;
	console.log(`# from key to the other reader's page: ${elapsed} ms`);
	await other.reload();
	assert.equal(await other.locator('text=Umweg kostet').count(), 1);
	await writer.waitForSelector('[data-state=held]', { state: 'detached' });
	assert.equal(await writer.locator('text=Umweg kostet').count(), 1, 'once, in its place');
	assert.deepEqual(problems(), []);
}));

test('a refused author is told rule, passage and word where the comment stood', () => watched('refused', () => pages, async () => {
	const writer = await open(), editor = await open();
	await writer.goto(article());
	await write(writer, { name: 'Wut', text: 'Der Bürgermeister ist ein Vollidiot, wegen der Brücke.' });
	await writer.waitForSelector('[data-state=held]');
	await login(editor);
	await find(editor, 'wegen der Brücke');
	await editor.keyboard.press('a');
	await editor.waitForSelector('.panel');
	const word = editor.locator('.panel textarea');
	await word.fill('Bitte ohne das Schimpfwort.');
	const rule = editor.locator('.panel input[type=checkbox]').first();
	if (!await rule.isChecked()) await rule.check();
	await editor.locator('.panel button[type=submit]').click();
	await writer.waitForSelector('[data-state=rejected]');
	const told = await writer.textContent('[data-state=rejected]');
	assert.match(told, /Schimpfwort/);
	assert.match(told, /Vollidiot/);
	assert.match(told, /Bitte ohne das Schimpfwort\./);
}));

test('while writing, the form shows kindly what the check would say, and does not block', () => watched('hints', () => pages, async () => {
	const writer = await open();
	await writer.goto(article());
	await writer.fill('#frg-name', 'Eva');
	await writer.locator('#frg-text').pressSequentially('Das ist doch ein Vollidiot!', { delay: 5 });
	await writer.waitForSelector('[data-frg=hints] mark');
	assert.match(await writer.textContent('[data-frg=hints]'), /Vollidiot/);
	assert.equal(await writer.locator('.frg-send').isEnabled(), true);
}));

test('a reply goes below its comment; an edit of a released comment waits while the old text stands', () => watched('reply', () => pages, async () => {
	const writer = await open(), editor = await open();
	await writer.goto(article());
	await writer.locator('[data-frg=reply]').first().click();
	await write(writer, { name: 'Antwort', text: 'Zwanzig Minuten sind es nur im Berufsverkehr, sonst zehn.' });
	await writer.waitForSelector('[data-depth="1"][data-state=held]');
	await login(editor);
	await find(editor, 'nur im Berufsverkehr');
	await editor.keyboard.press('f');
	await writer.waitForSelector('[data-depth="1"][data-state=released]');
	await writer.reload();
	await writer.locator('[data-depth="1"] [data-frg=edit]').click();
	await writer.waitForSelector('#frg-text');
	await writer.fill('#frg-text', 'Zwölf Minuten sind es nur im Berufsverkehr, sonst zehn.');
	await writer.click('.frg-send');
	await writer.waitForSelector('text=Zwölf Minuten', { state: 'attached' });
	const stranger = await open();
	await stranger.goto(article());
	assert.equal(await stranger.locator('text=Zwanzig Minuten sind').count(), 1, 'the released text stands');
	assert.equal(await stranger.locator('text=Zwölf Minuten').count(), 0);
	await editor.waitForSelector('.queue >> text=Antwort');
	await find(editor, 'Zwölf');
	await editor.waitForSelector('.diff ins');
	await editor.keyboard.press('f');
	await stranger.waitForSelector('text=Zwölf Minuten');
}));

test('without scripts: write, see it held, change it, withdraw it', () => watched('noscript', () => pages, async () => {
	const reader = await open({ javaScriptEnabled: false });
	await reader.goto(article());
	await write(reader, { name: 'Ohne', text: 'Ganz ohne Skript geschrieben, wegen der Brücke.' });
	assert.match(await reader.textContent('[data-state=held]'), /Ganz ohne Skript/);
	await reader.click('[data-state=held] [data-frg=edit]');
	await reader.fill('#frg-text', 'Anders ohne Skript geschrieben, wegen der Brücke.');
	await reader.click('.frg-send');
	assert.match(await reader.textContent('[data-state=held]'), /Anders ohne Skript/);
	await reader.click('[data-state=held] [data-frg=withdraw]');
	assert.equal(await reader.locator('text=Anders ohne Skript').count(), 0);
	await reader.fill('#frg-name', 'Ohne');
	await reader.fill('#frg-text', 'So ein Vollidiot.');
	await reader.click('.frg-check');
	assert.match(await reader.textContent('[data-frg=hints]'), /Vollidiot/);
	assert.equal(await reader.inputValue('#frg-text'), 'So ein Vollidiot.');
}));

test('the desk by keyboard alone, from log-in to undo', () => watched('keyboard', () => pages, async () => {
	const editor = await open();
	for (let i = 0; i < 3; i++)
		await fetch(`${server.base}/v1/articles/bruecke/comments`, { method: 'POST', headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ name: `Taste${i}`, text: `Tastenkommentar Nummer ${i}: ${['zur Brücke und zum Umweg.', 'wer zahlt die Fähre?', 'ich fahre Rad.'][i]}` }) });
	await editor.goto(`${server.base}/desk/`);
	await editor.waitForSelector('[name=user]');
	await editor.keyboard.type('omar');
	await editor.keyboard.press('Tab');
	await editor.keyboard.type(PASSWORD);
	await editor.keyboard.press('Enter');
	await find(editor, 'Tastenkommentar Nummer 0');
	await editor.keyboard.press('s');
	await editor.waitForSelector('.comment >> text=/Tastenkommentar Nummer [12]/');
	await editor.keyboard.press('ArrowLeft');
	await editor.waitForSelector('.comment >> text=Tastenkommentar Nummer 0');
	await editor.keyboard.press('f');
	await editor.waitForSelector('.comment >> text=/Tastenkommentar Nummer [12]/');
	await editor.waitForSelector('.toast, .toasts button');
	await editor.keyboard.press('u');
	await editor.waitForSelector('.comment >> text=Tastenkommentar Nummer 0');
	await editor.waitForSelector('.banner', { state: 'detached' }); // until the server has taken it back
	await editor.keyboard.press('z');
	await editor.waitForSelector('.panel');
	await editor.keyboard.press('5');
	await editor.keyboard.press('Enter');
	await editor.waitForSelector('.comment >> text=/Tastenkommentar Nummer [12]/');
	await editor.keyboard.press('?');
	await editor.waitForSelector('dialog[open]');
	await editor.keyboard.press('Escape');
	await editor.waitForSelector('dialog[open]', { state: 'detached' });
	assert.deepEqual(problems(), []);
}));

test('two editors: what one decided disappears for the other, and a late key says who was first', () => watched('two', () => pages, async () => {
	const first = await open(), second = await open();
	await fetch(`${server.base}/v1/articles/bruecke/comments`, { method: 'POST', headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ name: 'Doppelt', text: 'Doppelkommentar zur Brücke.' }) });
	await login(first);
	await login(second, 'omar');
	await find(first, 'Doppelkommentar');
	await find(second, 'Doppelkommentar');
	await first.keyboard.press('f');
	await second.waitForSelector('.banner >> text=Rike Ahrens');
}));
