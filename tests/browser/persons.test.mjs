// A person's data at the desk and by their own hand: found, looked at, erased with a preview; terms set; nothing for axe to find.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, startServer } from '../lib/server.mjs';
import { axe, go, launch, person, watched } from '../lib/browser.mjs';
import { Editor, Reader } from '../lib/people.mjs';

let server, browser;
before(async () => { server = await startServer(); browser = await launch(); });
after(async () => { await browser?.close(); await server?.end(); });

test('from the search to what stays', async () => {
	let page;
	await watched('persons', () => [page].filter(Boolean), async () => {
		const reader = new Reader(server, { name: 'Ines Petersen', email: 'ines@post.example' }), rike = await new Editor(server).login();
		await rike.release((await reader.submit('Die Brücke braucht einen Fahrradstreifen.')).id);
		const refused = (await reader.submit('Du Idiot vom Bauamt!')).id;
		await rike.reject(refused);
		const [, letter] = /href="(\/objection\/[^"]+)"/.exec((await reader.one(refused)).html);
		await reader.postForm({ text: 'So war es nicht gemeint.' }, { path: letter });
		await new Reader(server, { name: 'Ines Petersen' }).submit('Ich heiße nur genauso.');

		page = await person(browser, { viewport: { width: 1440, height: 900 } });
		await page.goto(`${server.base}/desk/`);
		await page.fill('[name=user]', 'rike');
		await page.fill('[name=password]', PASSWORD);
		await page.keyboard.press('Enter');
		await page.locator('.line-box summary', { hasText: 'Vom selben Anschluss: 2 Kommentare' }).click();
		await page.locator('.line-box', { hasText: 'Du Idiot vom Bauamt!' }).waitFor();
		await go(page, 'Verwaltung', 'Leserdaten');
		await page.getByLabel('Wen suchen Sie?').fill('Ines Petersen');
		await page.keyboard.press('Enter');
		await page.getByText('Mehrere Browser passen.').waitFor();
		await page.getByLabel('Wen suchen Sie?').fill('INES@post.example');
		await page.keyboard.press('Enter');
		const found = page.locator('.found', { hasText: 'E-Mail-Adresse stimmt' });
		await found.waitFor();
		assert.equal(await page.locator('.found').count(), 1);
		const opens = page.waitForEvent('popup');
		await found.getByRole('link', { name: 'Ansehen' }).click();
		const readable = await opens;
		await readable.getByText('Die Brücke braucht einen Fahrradstreifen.').first().waitFor();
		assert.deepEqual(await axe(readable), []);
		await readable.close();

		await found.getByRole('button', { name: 'Löschen …' }).click();
		await found.getByText('offener Widerspruch').waitFor();
		const erase = found.getByRole('button', { name: 'Endgültig löschen' });
		assert.equal(await erase.getAttribute('aria-disabled'), 'true');
		await found.getByLabel(/^Die Person hat das verlangt/).check();
		assert.deepEqual(await axe(page), []);
		await erase.click();
		await found.getByText('1 Kommentar gelöscht').waitFor();
		await page.locator('.runs', { hasText: 'Rest wartet' }).waitFor();

		await page.getByLabel('Anschluss, verschlüsselt').fill('31');
		await page.getByText('Bitte 0 bis 30 Tage.').waitFor();
		await page.getByLabel('Anschluss, verschlüsselt').fill('0');
		await page.getByRole('button', { name: 'Fristen speichern' }).click();
		await page.getByText('Gespeichert', { exact: true }).waitFor();
		assert.equal((await rike.get('/v1/desk/privacy')).json.address_days, 0);
		assert.deepEqual(page.problems.filter((p) => !p.includes('401')), []);
	});
});

test('a reader erases what they left, without scripts', async () => {
	let page;
	await watched('my-data', () => [page].filter(Boolean), async () => {
		page = await person(browser, { javaScriptEnabled: false, viewport: { width: 360, height: 800 } });
		await page.goto(`${server.base}/articles/bruecke`);
		await page.fill('[name=name]', 'Ohne Skript');
		await page.fill('[name=text]', 'Ein Satz zur Brücke, ganz ohne Skript.');
		await page.locator('button[type=submit]:not([name=action][value=check])').last().click();
		await page.getByText('Ein Satz zur Brücke, ganz ohne Skript.').first().waitFor();
		await page.getByRole('link', { name: 'Meine Daten' }).click();
		await page.getByRole('heading', { name: 'Ihre Daten bei Testbote' }).waitFor();
		await page.getByLabel('Ja, alle meine Kommentare und Daten löschen').check();
		await page.getByRole('button', { name: 'Endgültig löschen' }).click();
		await page.getByText('Ihre Daten sind gelöscht').waitFor();
		await page.goto(`${server.base}/my-data`);
		await page.getByText('Zu diesem Browser haben wir nichts gespeichert.').waitFor();
	});
});
