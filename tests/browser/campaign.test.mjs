// What comes from many at once, as an editor sees it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, startServer, until } from '../lib/server.mjs';
import { axe, launch, person, shot, watched } from '../lib/browser.mjs';
import { Editor, Reader } from '../lib/people.mjs';

let server, browser, pages = [];
before(async () => {
	server = await startServer({ config: { trusted_proxies: '127.0.0.1' } });
	browser = await launch();
});
after(async () => { await browser?.close(); await server?.end(); });

async function atTheDesk({ base }, width, colorScheme) {
	const page = await person(browser, { viewport: { width, height: 900 }, colorScheme });
	pages.push(page);
	await page.goto(`${base}/desk/`);
	await page.fill('[name=user]', 'rike');
	await page.fill('[name=password]', PASSWORD);
	await page.keyboard.press('Enter');
	return page;
}

test('a campaign is named, with what shows it, and decided at once', () => watched('campaign', () => pages, async () => {
	for (let i = 0; i < 6; i++)
		await new Reader(server, { name: `Unterzeichner ${i}` }).submit(`Bitte unterschreibt alle die Petition für die neue Brücke über die Elver, es ist ${i % 2 ? 'höchste' : 'allerhöchste'} Zeit: petition.example.org/elver?nr=${i}`,
			{ headers: { 'X-Forwarded-For': `192.0.2.${i % 2}` } });
	for (const [width, colorScheme] of [[360, 'light'], [1440, 'light'], [360, 'dark'], [1440, 'dark']]) {
		const page = await atTheDesk(server, width, colorScheme);
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

const TEXT = 'Kommt bitte alle am Samstag um drei auf den Marktplatz und sagt dem Rat eure Meinung zur neuen Brücke: https://markt.example.org/elver';
const OTHERS = ['Mich überzeugt das Gutachten nicht, aber seht selbst nach: https://markt.example.org/elver', 'Warum hat das im Stadtrat niemand gelesen? https://markt.example.org/elver?seite=3',
	'Seite 14 sagt alles über die Umleitung durch die Dörfer, https://markt.example.org/elver#14'];

test('however many they are, they can be looked at and decided at once; what shares but a link only if one says so', () => watched('campaign-many', () => pages, async () => {
	const server = await startServer(), rike = await new Editor(server).login();
	try {
		for (let i = 0; i < 240; i += 20)
			await Promise.all(Array.from({ length: 20 }, (_, k) => new Reader(server, { name: `Aufruf ${i + k}` }).submit(`${TEXT}?von=${i + k}`)));
		for (const [i, text] of OTHERS.entries())
			await new Reader(server, { name: `Leserin ${i}` }).submit(text);
		pages = [];
		for (const [width, colorScheme] of [[360, 'light'], [1440, 'dark'], [360, 'dark'], [1440, 'light']]) {
			const page = await atTheDesk(server, width, colorScheme);
			const copies = page.locator('.copies:not(.linked)'), linked = page.locator('.linked');
			await page.waitForSelector('.linked');
			for (let i = 0; i < OTHERS.length && await copies.count() === 0; i++)
				await page.keyboard.press('j');
			await copies.waitFor();
			assert.match(await copies.innerText(), /239 weitere Kommentare mit diesem Text warten/);
			for (const n of [5, 30, 49]) {
				await copies.locator('li').nth(n - 1).waitFor();
				assert.equal(await copies.locator('li').count(), n);
				if (n < 49)
					await copies.getByRole('button', { name: 'Weitere zeigen' }).click();
			}
			assert.match(await linked.innerText(), /3 weitere Kommentare mit dem Link markt\.example\.org\/elver warten/);
			assert.equal(await linked.locator('li').count(), 0, 'shown when asked for');
			await linked.getByRole('button', { name: 'Ansehen' }).click();
			await linked.getByText(OTHERS[2]).waitFor();
			assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing stands out');
			assert.deepEqual(await axe(page), []);
			await linked.scrollIntoViewIfNeeded();
			await shot(page, `group-${width}-${colorScheme}`);
			await page.getByRole('button', { name: 'Ablehnen' }).click();
			await page.waitForSelector('.panel-along');
			assert.match(await page.locator('.panel-along').innerText(), /Gilt auch für die 239 anderen.*Auch die 3 anderen mit dem Link markt\.example\.org\/elver/s);
			assert.equal(await page.locator('.panel-along input').isChecked(), false, 'never by itself');
			assert.deepEqual(await axe(page), []);
			await page.locator('.panel-along').scrollIntoViewIfNeeded();
			await shot(page, `group-panel-${width}-${colorScheme}`);
		}
		const page = pages[3], told = (what) => page.waitForSelector(`.undo >> text=${what} Kommentare`);
		const waiting = async () => (await rike.queue()).count;
		const left = (n) => until(async () => await waiting() === n, { what: `${n} waiting` });
		await page.keyboard.press('5');
		await page.keyboard.press('Enter');
		await told(240);
		await left(3);
		await page.keyboard.press('u');
		await left(243);
		await page.waitForSelector('.copies:not(.linked) >> text=239 weitere Kommentare');
		await page.waitForSelector('.banner', { state: 'detached' });
		await page.keyboard.press('a');
		await page.locator('.panel-along label').click();
		await page.keyboard.press('Enter');
		await told(243);
		await left(0);
		await page.waitForSelector('.empty');
		assert.deepEqual(pages.flatMap((p) => p.problems).filter((p) => !/status of 401/.test(p)), []);
		const word = await page.evaluate(() => document.querySelectorAll('.note-problem').length);
		assert.equal(word, 0);
	} finally {
		await server.end();
	}
}));
