// The newsroom's own rules, as an editor sets them: tried out, corrected, saved, in force; two editors at once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, startServer } from '../lib/server.mjs';
import { go, launch, person, watched } from '../lib/browser.mjs';
import { Reader } from '../lib/people.mjs';

let server, browser;
before(async () => { server = await startServer(); browser = await launch(); });
after(async () => { await browser?.close(); await server?.end(); });

async function atTheRules(user) {
	const page = await person(browser, { viewport: { width: 1440, height: 900 } });
	await page.goto(`${server.base}/desk/`);
	await page.fill('[name=user]', user);
	await page.fill('[name=password]', PASSWORD);
	await page.keyboard.press('Enter');
	await go(page, 'Regeln');
	await page.getByRole('heading', { name: 'Eigene Regeln', exact: true }).waitFor();
	return page;
}
const add = async (page, kind, text) => {
	await page.fill(`#add-${kind}`, text);
	await page.keyboard.press('Enter');
};
const said = (page, text) => page.locator('.policy-said', { hasText: text }).waitFor();

test('own rules, from the first word to a rejected comment', async () => {
	let rike, omar;
	await watched('policy', () => [rike, omar].filter(Boolean), async () => {
		await new Reader(server).submit('Der Zwurbelfink ist wieder da.');
		rike = await atTheRules('rike');
		await add(rike, 'word', 'Zwurbelfink');
		await rike.getByLabel('Wirkung von Zwurbelfink').selectOption({ label: 'Ablehnen (95\u202f%)' });
		await rike.fill('#try-text', 'Lauter Zwurbelfinken!');
		await rike.locator('.try-result .passage', { hasText: 'Zwurbelfinken' }).waitFor();
		await rike.locator('.difference', { hasText: 'freigeben → ablehnen' }).waitFor();
		await add(rike, 'word', 'zwurbelfink');
		await rike.getByText('Das steht schon in der Liste.').waitFor();

		await add(rike, 'pattern', '(abc');
		await rike.locator('.entry-pattern .wrong', { hasText: 'runde Klammer' }).waitFor();
		await said(rike, '1 Eintrag ist zu berichtigen');
		await rike.getByLabel('1. Muster', { exact: true }).fill('t\\.me/\\w+');
		await said(rike, 'Noch nicht gespeichert');
		await go(rike, 'Prüfen'); // a draft is not lost by looking away
		await go(rike, 'Regeln');
		await said(rike, 'Noch nicht gespeichert');

		omar = await atTheRules('omar');
		await rike.getByRole('button', { name: 'Speichern und anwenden' }).click();
		await said(rike, 'Die Regeln gelten');
		await go(rike, 'Prüfen');
		await rike.locator('.veil').waitFor(); // held before, checked anew, and now among the worst
		await rike.keyboard.press('v');
		await rike.locator('.text .passage', { hasText: 'Zwurbelfink' }).waitFor();

		await add(omar, 'except', 'Dick und Doof');
		await omar.getByRole('button', { name: 'Speichern und anwenden' }).click();
		await said(omar, 'Rike Ahrens hat die Regeln inzwischen geändert');
		await omar.getByRole('button', { name: 'Neu laden' }).click();
		await omar.getByLabel('1. Wort', { exact: true }).waitFor();
		await omar.getByLabel('Genau lesen, Schimpfworte').fill('101');
		await said(omar, 'Noch nicht gespeichert');
		await omar.getByRole('button', { name: /Entfernen ?: Zwurbelfink/ }).click();
		await omar.getByRole('button', { name: 'Speichern und anwenden' }).click();
		await said(omar, 'Die Regeln gelten');
		await omar.getByText('Frühere Fassungen').click();
		await omar.getByRole('button', { name: 'Fassung 1 zurückholen' }).click();
		await omar.getByLabel('1. Wort', { exact: true }).waitFor();
		await omar.getByRole('button', { name: 'Verwerfen' }).click();
		await omar.getByLabel('1. Wort', { exact: true }).waitFor({ state: 'detached' });
	});
});
