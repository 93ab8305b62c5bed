// An administrator opens a lane that releases by itself, sees it at work, and closes it; an editor only looks.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, startServer, until } from '../lib/server.mjs';
import { axe, go, launch, person, watched } from '../lib/browser.mjs';
import { Editor } from '../lib/people.mjs';
import { decideMany, makeDue, untilTaken } from '../lib/automatic.mjs';

let server, browser;
before(async () => { server = await startServer(); browser = await launch(); });
after(async () => { await browser?.close(); await server?.end(); });

async function atThePage(user) {
	const page = await person(browser, { viewport: { width: 1280, height: 900 } });
	await page.goto(`${server.base}/desk/`);
	await page.fill('[name=user]', user);
	await page.fill('[name=password]', PASSWORD);
	await page.keyboard.press('Enter');
	await go(page, 'Regeln', 'Automatik');
	await page.getByRole('heading', { name: 'Automatik', exact: true }).waitFor();
	return page;
}

test('a lane is opened by signature, releases, and is closed', async () => {
	let rike, lena;
	await watched('automatic', () => [rike, lena].filter(Boolean), async () => {
		server.cliWith(PASSWORD + '\n', 'user', 'set', 'lena', '--name', 'Lena Redlich', '--role', 'editor', '--password-stdin');
		rike = await atThePage('rike');
		await rike.getByText('Noch ist nichts entschieden').waitFor();
		const author = await decideMany(server, await new Editor(server).login(), 122);
		await go(rike, 'Prüfen');
		await go(rike, 'Regeln', 'Automatik');
		await rike.getByText('Über jeden Kommentar entscheidet ein Mensch').waitFor();
		assert.deepEqual(await axe(rike), []);
		await rike.locator('.auto-lane [role=radio], .auto-lane input[type=radio]:not([disabled])').check();
		await rike.getByRole('button', { name: 'Regel ansehen und unterzeichnen' }).click();
		await rike.getByText(/Ich, Rike Ahrens, lasse in diesem Ressort .* höchstens 5.% abgelehnt/).waitFor();
		assert.deepEqual(await axe(rike), []);
		await rike.fill('[name=sign-password]', 'geraten und falsch');
		await rike.keyboard.press('Enter');
		await rike.getByRole('alert').filter({ hasText: 'Passwort' }).waitFor();
		await rike.fill('[name=sign-password]', PASSWORD);
		await rike.keyboard.press('Enter');
		await rike.getByText('In 1 Ressort wird von selbst freigegeben').waitFor();
		await rike.getByText('Unterzeichnet von Rike Ahrens am').waitFor();

		const id = await untilTaken(server, author);
		makeDue(server);
		await until(async () => (await author.one(id)).state === 'released');
		await go(rike, 'Entschieden');
		await rike.getByRole('button', { name: 'Automatisch', exact: true }).click();
		await rike.locator('.decision', { hasText: 'unterzeichnet: Rike Ahrens' }).locator('.badge', { hasText: 'automatisch' }).waitFor();
		await until(async () => (await rike.locator('.decision').count()) === 1, { what: 'all others are out of the list' });

		lena = await atThePage('lena');
		await lena.getByText('In 1 Ressort wird von selbst freigegeben').waitFor();
		assert.equal(await lena.getByRole('button', { name: 'Schließen' }).count(), 0);

		await go(rike, 'Regeln', 'Automatik');
		await rike.getByRole('button', { name: 'Schließen …' }).click();
		await rike.getByLabel('Grund, für die Akten').fill('Wahlsonntag.');
		await rike.getByRole('button', { name: 'Schließen', exact: true }).click();
		await rike.getByText('Über jeden Kommentar entscheidet ein Mensch').waitFor();
		await rike.locator('.auto-history', { hasText: 'Geschlossen von Rike Ahrens' }).getByText('»Wahlsonntag.«').waitFor();
		await lena.getByText('Über jeden Kommentar entscheidet ein Mensch').waitFor(); // told at once
		await lena.getByText('Ressort »Lokales« ist geschlossen').first().waitFor();
	});
});
