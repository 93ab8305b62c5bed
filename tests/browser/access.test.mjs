// axe finds nothing, light and dark, narrow and wide; nothing jumps while a page loads.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, startServer } from '../lib/server.mjs';
import { axe, go, launch, person, shot } from '../lib/browser.mjs';
import { Editor, Reader } from '../lib/people.mjs';

let server, browser, letter, unanswered;
const post = (text, name = 'Name') => fetch(`${server.base}/v1/articles/bruecke/comments`, { method: 'POST',
	headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, text }) });

before(async () => {
	server = await startServer();
	browser = await launch();
	await post('Der Umweg kostet zwanzig Minuten, weil die Linie 5 nicht fährt. Wie viele Busse sollen fahren?');
	const wilma = new Reader(server), rike = await new Editor(server).login(), omar = await new Editor(server).login('omar');
	await rike.release((await wilma.submit('Gut, dass der Pfeiler geprüft wird.')).id);
	const { id } = await wilma.submit('Du Idiot hast den Pfeiler nie gesehen.');
	await omar.reject(id, ['profanity'], 'Bitte ohne das Wort.');
	letter = /href="(\/objection\/[^"]+)"/.exec((await wilma.one(id)).html)[1];
	await wilma.postForm({ text: 'Das war anders gemeint.' }, { path: letter });
	const other = await wilma.submit('Du Trottel hast den Pfeiler nie gesehen.');
	await omar.reject(other.id, ['profanity']);
	unanswered = /href="(\/objection\/[^"]+)"/.exec((await wilma.one(other.id)).html)[1];
	await post('Der Bürgermeister ist ein Vollidiot! Kauft bei www.billig-laden-24.com, 20 % Rabatt.');
});
after(async () => { await browser?.close(); await server?.end(); });

const looks = [['light', 1440], ['dark', 1440], ['light', 360], ['dark', 360]];

async function nothingFound(page, name) {
	await shot(page, name, { fullPage: true });
	assert.deepEqual(await axe(page), [], name);
}

for (const [colorScheme, width] of looks) {
	const options = { colorScheme, viewport: { width, height: 900 } };
	const look = `${width}-${colorScheme}`;

	test(`front page and article, ${look}`, async () => {
		const page = await person(browser, options);
		await page.goto(server.base);
		await nothingFound(page, `front-${look}`);
		await page.goto(`${server.base}/articles/bruecke`);
		await nothingFound(page, `article-${look}`);
		await page.fill('#frg-name', 'Axe');
		await page.locator('#frg-text').pressSequentially('So ein Vollidiot', { delay: 2 });
		await page.waitForSelector('[data-frg=hints] mark');
		await nothingFound(page, `hints-${look}`);
		await page.fill('#frg-text', 'Etwas zur Brücke.');
		await page.click('.frg-send');
		await page.waitForSelector('[data-state=held]');
		await nothingFound(page, `held-${look}`);
		const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
		assert.equal(wide, false, 'nothing sticks out sideways');
		await page.context().close();
	});

	test(`letter and objection, ${look}`, async () => {
		const page = await person(browser, options);
		for (const [name, path] of [['letter', unanswered], ['objection', letter]]) {
			await page.goto(server.base + path);
			await nothingFound(page, `${name}-${look}`);
			assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'nothing sticks out sideways');
		}
		await page.context().close();
	});

	test(`desk, ${look}`, async () => {
		const page = await person(browser, options);
		await page.goto(`${server.base}/desk/`);
		await page.waitForSelector('[name=user]');
		await nothingFound(page, `login-${look}`);
		await page.fill('[name=user]', 'rike');
		await page.fill('[name=password]', PASSWORD);
		await page.keyboard.press('Enter');
		await page.waitForSelector('.actions button:visible');
		const hidden = await page.$$eval('.tab', (all) => all.filter((tab) => tab.getBoundingClientRect().right > innerWidth).map((tab) => tab.textContent));
		assert.deepEqual(hidden, [], 'all places are in sight');
		await page.keyboard.press('s');
		await nothingFound(page, `desk-${look}`);
		await page.click('.tab >> text=Regeln');
		await page.fill('#add-word', 'Vollidiot*');
		await page.click('.adder-word button');
		await page.fill('#add-pattern', '(a+)+b');
		await page.click('.adder-pattern button');
		await page.waitForSelector('.entry .wrong');
		await nothingFound(page, `policy-${look}`);
		await page.locator('.entry-pattern .link').last().click();
		await page.fill('#try-text', 'Lauter Vollidioten!');
		await page.waitForSelector('.try-result .passage');
		await nothingFound(page, `policy-try-${look}`);
		assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'nothing sticks out sideways');
		await page.click('nav .tab:nth-child(1)');
		await page.waitForSelector('.actions button:visible');
		if (await page.locator('.veil').count())
			await page.keyboard.press('v');
		await page.keyboard.press('a');
		await page.waitForSelector('.panel');
		if (!await page.locator('.panel input:checked').count())
			await page.keyboard.press('1');
		await page.keyboard.press('l');
		await page.waitForSelector('.letter-text');
		await nothingFound(page, `reject-${look}`);
		await page.keyboard.press('Escape');
		await page.keyboard.press('g');
		await page.waitForSelector('.panel-refer');
		await nothingFound(page, `refer-${look}`);
		await page.keyboard.press('Escape');
		await page.click('.tab >> text=Tafel');
		await page.waitForSelector('.card');
		await nothingFound(page, `board-${look}`);
		await page.click('.tab >> text=Entschieden');
		await page.locator('text=Von der Seite nehmen').first().click();
		await page.locator('dialog .choice').first().click();
		await page.waitForSelector('dialog .letter-text');
		await nothingFound(page, `remove-${look}`);
		await page.keyboard.press('Escape');
		await go(page, 'Anliegen', 'Widersprüche');
		await page.waitForSelector('.case .answer');
		await page.click('.choice >> text=Andere Gründe');
		await nothingFound(page, `objections-${look}`);
		await go(page, 'Verwaltung');
		await page.waitForSelector('.member');
		await nothingFound(page, `team-${look}`);
		assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'nothing sticks out sideways');
		await page.click('.head-user');
		await page.waitForSelector('dialog .sessions li');
		await nothingFound(page, `account-${look}`);
		await page.keyboard.press('Escape');
		await page.click('nav .tab:nth-child(1)');
		await page.waitForSelector('.actions button:visible');
		await page.click('text=Kommentare schließen oder pausieren');
		await page.waitForSelector('dialog select');
		await nothingFound(page, `closing-${look}`);
		await page.keyboard.press('Escape');
		if (width < 900)
			await page.click('.queue-fold');
		await page.click('text=Ansichten bearbeiten');
		await page.click('text=Neue Ansicht');
		await page.waitForSelector('.lane-form');
		await nothingFound(page, `lanes-${look}`);
		await page.keyboard.press('Escape');
		await page.keyboard.press('?');
		await page.waitForSelector('dialog[open]');
		await nothingFound(page, `help-${look}`);
		assert.deepEqual(page.problems.filter((p) => !/401/.test(p)), []);
		await page.context().close();
	});
}

test('no layout shift while the article loads', async () => {
	const page = await person(browser);
	await page.addInitScript(() => {
		window.shift = 0;
		new PerformanceObserver((list) => list.getEntries().forEach((e) => (window.shift += e.value)))
			.observe({ type: 'layout-shift', buffered: true });
	});
	await page.goto(`${server.base}/articles/bruecke`, { waitUntil: 'load' });
	await page.waitForSelector('freigabe-comments:defined');
	assert.ok(await page.evaluate(() => window.shift) < 0.01);
	await page.context().close();
});
