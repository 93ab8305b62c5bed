// Webhooks at the desk: added with a secret that is shown once, tried out, what was told, changed, paused, removed; by the
// keyboard where it matters; nothing for axe to find, light or dark, on a phone or a wide screen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, startServer, until } from '../lib/server.mjs';
import { axe, go, launch, person, shot, watched } from '../lib/browser.mjs';
import { Editor, Reader } from '../lib/people.mjs';
import { Receiver } from '../lib/receiver.mjs';

let server, browser, peer;
before(async () => {
	server = await startServer({ config: { webhooks: 'private' } });
	browser = await launch();
	peer = await new Receiver().start();
});
after(async () => {
	await browser?.close();
	await server?.end();
	await peer?.end();
});

async function enter(page, user = 'rike') {
	await page.goto(`${server.base}/desk/`);
	await page.fill('[name=user]', user);
	await page.fill('[name=password]', PASSWORD);
	await page.keyboard.press('Enter');
	await page.locator('.tab').first().waitFor();
}

const fits = (page) => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);

test('from an address to what it was told', async () => {
	let page;
	await watched('webhooks', () => [page].filter(Boolean), async () => {
		page = await person(browser, { viewport: { width: 1440, height: 900 } });
		await enter(page);
		await go(page, 'Verwaltung', 'Webhooks');
		await page.getByText('Noch kein Programm wird benachrichtigt.').waitFor();
		await page.getByLabel('Adresse', { exact: true }).fill('ftp://paper.example/');
		await page.keyboard.press('Enter');
		await page.getByText('Bitte eine öffentliche Adresse angeben').waitFor();
		assert.deepEqual(await axe(page), []);
		await page.getByLabel('Adresse', { exact: true }).fill(peer.url);
		await page.getByLabel(/^Kommentar wartet/).check();
		await page.getByRole('button', { name: 'Hinzufügen', exact: true }).click();
		const secret = page.getByLabel('Geheimnis', { exact: true });
		await secret.waitFor();
		assert.match(await secret.inputValue(), /^whsec_/);
		assert.ok(await secret.evaluate((e) => e === document.activeElement), 'it has the focus');
		assert.deepEqual(await axe(page), []);
		await page.getByRole('button', { name: 'Eingetragen, ausblenden' }).click();

		const hook = page.locator('.hook', { hasText: peer.url });
		await hook.getByRole('button', { name: 'Testnachricht senden' }).click();
		await hook.getByText(/^Angenommen · Status 204 · \d+ ms$/).waitFor();
		const { id } = await new Reader(server).submit('Ein Satz zur Brücke.');
		await (await new Editor(server).login('omar')).release(id);
		await peer.wait(3);
		await until(() => server.sql("SELECT count(*) FROM webhook_delivery WHERE state = 'sent'") === '2');
		const told = hook.getByRole('button', { name: 'Letzte Zustellungen' });
		await told.focus();
		await page.keyboard.press('Enter');
		await hook.locator('.hook-told li', { hasText: 'Kommentar öffentlich' }).waitFor();
		assert.equal(await told.getAttribute('aria-expanded'), 'true');
		assert.deepEqual(await axe(page), []);
		await shot(page, 'webhooks-1440');
		await hook.getByRole('button', { name: /^Noch einmal senden: Kommentar öffentlich/ }).click();
		await hook.getByText('Wird noch einmal gesendet').waitFor();
		await peer.wait(4);

		await hook.getByRole('button', { name: 'Ändern', exact: true }).click();
		await hook.getByLabel(/^Kommentar wartet/).uncheck();
		await hook.getByRole('button', { name: 'Speichern' }).click();
		await page.getByText('Gespeichert', { exact: true }).waitFor();
		await hook.locator('.badge', { hasText: 'Kommentar wartet' }).waitFor({ state: 'detached' });
		await hook.getByRole('button', { name: 'Anhalten' }).click();
		await hook.getByText('angehalten', { exact: true }).waitFor();
		await hook.getByRole('button', { name: 'Wieder einschalten' }).click();
		await hook.getByText('aktiv', { exact: true }).waitFor();
		await hook.getByRole('button', { name: 'Neues Geheimnis', exact: true }).click();
		await hook.getByRole('button', { name: 'Neues Geheimnis machen' }).click();
		await hook.getByText(/altes Geheimnis gilt bis/).waitFor();
		await hook.getByRole('button', { name: 'Entfernen', exact: true }).click();
		assert.deepEqual(await axe(page), []);
		await hook.getByRole('button', { name: 'Webhook entfernen' }).click();
		await page.getByText('Noch kein Programm wird benachrichtigt.').waitFor();
		await go(page, 'Verwaltung', 'Team');
		await page.locator('.log li', { hasText: 'Rike Ahrens hat einen Webhook entfernt: http://127.0.0.1' }).waitFor();
		assert.ok(!(await page.locator('.log').innerText()).includes('/hook'));
		assert.deepEqual(page.problems.filter((p) => !/40[01]/.test(p)), []);
	});
});

test('one that was switched off says why; it fits a phone, light and dark, in English', async () => {
	let page;
	await watched('webhooks-narrow', () => [page].filter(Boolean), async () => {
		const boss = await new Editor(server).login(), post = (body) => boss.write('/v1/desk/webhooks', body);
		await post({ url: `${peer.url}/with/a/very/long/address/that/does/not/fit/a/phone/${'x'.repeat(120)}`, types: ['comment.held', 'comment.decided', 'comment.released', 'comment.withdrawn'] });
		peer.answers = [410];
		await new Reader(server).submit('Das hört niemand.');
		await until(() => server.sql("SELECT count(*) FROM webhook WHERE state = 'off'") === '1');
		await post({ url: 'http://127.0.0.1:9/closed', types: ['comment.held'] });
		await new Reader(server).submit('Das kommt nicht an.');
		await until(() => server.sql('SELECT count(*) FROM webhook WHERE failing_since > 0') === '2');
		for (const colorScheme of ['light', 'dark'])
			for (const [width, height] of [[360, 800], [1440, 900]]) {
				page = await person(browser, { viewport: { width, height }, colorScheme });
				await page.addInitScript(() => localStorage.setItem('freigabe-desk-lang', 'en'));
				await enter(page);
				await page.goto(`${server.base}/desk/webhooks`);
				await page.locator('.hook-wrong').first().waitFor();
				await page.getByText('Switched off: the other side answered that it is gone (410).').waitFor();
				await page.getByText(/^Nothing has been taken since/).waitFor();
				await page.locator('.hook', { hasText: 'closed' }).getByRole('button', { name: 'Last deliveries' }).click();
				await page.getByText(/Not reachable/).first().waitFor();
				assert.ok(await fits(page), `${width} px: nothing sticks out`);
				assert.deepEqual(await axe(page), [], `${width} ${colorScheme}`);
				await shot(page, `webhooks-${width}-${colorScheme}`, { fullPage: true });
				await page.context().close();
			}
		page = await person(browser);
		await enter(page, 'omar');
		assert.equal(await page.locator('.subtab', { hasText: 'Webhooks' }).count(), 0);
		await page.goto(`${server.base}/desk/webhooks`);
		await page.locator('.tab[aria-current]', { hasText: /Prüfen|Review/ }).waitFor();
	});
});
