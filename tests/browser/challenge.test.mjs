// Under a flood the reader's browser calculates by itself: nothing to solve, nothing to press, and it is said in words.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer } from '../lib/server.mjs';
import { axe, launch, person, shot, watched } from '../lib/browser.mjs';
import { Editor } from '../lib/people.mjs';

let server, browser, pages = [];
before(async () => {
	server = await startServer({ config: { challenge: 'always', trusted_proxies: '127.0.0.1' } });
	browser = await launch();
});
after(async () => { await browser?.close(); await server?.end(); });

for (const [width, colorScheme] of [[360, 'light'], [1440, 'light'], [360, 'dark'], [1440, 'dark']])
	test(`a comment is sent, ${width} wide, ${colorScheme}`, () => watched('challenge', () => pages, async () => {
		const page = await person(browser, { viewport: { width, height: 900 }, colorScheme });
		pages = [page];
		await page.goto(`${server.base}/articles/bruecke`);
		// the answer with the challenge is held until the picture is taken
		let go;
		const held = new Promise((done) => (go = done));
		await page.route('**/v1/articles/bruecke/comments*', async (route) => {
			if (route.request().headers()['freigabe-proof'])
				await held;
			await route.continue();
		});
		await page.fill('[name=name]', `Wilma ${width} ${colorScheme}`);
		await page.fill('[name=text]', 'Die Umleitung ist besser beschildert als letztes Mal.');
		await page.click('.frg-send');
		const note = page.locator('[role=status]', { hasText: 'Wird geprüft' });
		await note.waitFor();
		assert.deepEqual(await axe(page), []);
		await note.scrollIntoViewIfNeeded();
		await shot(page, `challenge-${width}-${colorScheme}`);
		assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing stands out');
		go();
		await page.waitForSelector('text=Die Umleitung ist besser beschildert');
		assert.equal(await note.count(), 0, 'and goes again');
		assert.deepEqual(page.problems.filter((p) => !/status of 403/.test(p)), []);
	}));

test('without scripts the form is taken too', () => watched('challenge-plain', () => pages, async () => {
	const page = await person(browser, { javaScriptEnabled: false });
	pages = [page];
	await page.goto(`${server.base}/articles/bruecke`);
	await page.fill('[name=name]', 'Ohne Skripte');
	await page.fill('[name=text]', 'Auch so kommt ein Satz an.');
	await page.click('.frg-send');
	await page.waitForURL(/sent=/);
	const rike = await new Editor(server).login();
	assert.equal((await rike.all()).length, 5);
}));
