// What comes from many at once, as an editor sees it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, startServer } from '../lib/server.mjs';
import { axe, launch, person, shot, watched } from '../lib/browser.mjs';
import { Reader } from '../lib/people.mjs';

let server, browser, pages = [];
before(async () => {
	server = await startServer({ config: { trusted_proxies: '127.0.0.1' } });
	browser = await launch();
});
after(async () => { await browser?.close(); await server?.end(); });

test('a campaign is named, with what shows it, and decided at once', () => watched('campaign', () => pages, async () => {
	for (let i = 0; i < 6; i++)
		await new Reader(server, { name: `Unterzeichner ${i}` }).submit(`Bitte unterschreibt alle die Petition für die neue Brücke über die Elver, es ist ${i % 2 ? 'höchste' : 'allerhöchste'} Zeit: petition.example.org/elver?nr=${i}`,
			{ headers: { 'X-Forwarded-For': `192.0.2.${i % 2}` } });
	for (const [width, colorScheme] of [[360, 'light'], [1440, 'light'], [360, 'dark'], [1440, 'dark']]) {
		const page = await person(browser, { viewport: { width, height: 900 }, colorScheme });
		pages.push(page);
		await page.goto(`${server.base}/desk/`);
		await page.fill('[name=user]', 'rike');
		await page.fill('[name=password]', PASSWORD);
		await page.keyboard.press('Enter');
		await page.waitForSelector('.campaign');
		const told = await page.locator('.campaign').innerText();
		assert.match(told, /Kampagne: 6 ähnliche Texte unter 6 Namen in einer Minute\./);
		assert.match(told, /Derselbe Link petition\.example\.org\/elver: in 6 Kommentaren unter 6 Namen/);
		assert.match(told, /über 2 Anschlüsse/);
		assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing stands out');
		await shot(page, `campaign-${width}-${colorScheme}`);
		assert.deepEqual(await axe(page), []);
	}
	const page = pages[1];
	await page.keyboard.press('a');
	await page.keyboard.press('5');
	await page.keyboard.press('Enter');
	await page.waitForSelector('.undo >> text=6 Kommentare');
	assert.deepEqual(pages.flatMap((p) => p.problems).filter((p) => !/status of 401/.test(p)), []);
}));
