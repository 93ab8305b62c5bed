// Learning at the desk: what a threshold would have meant, a model made, compared, taken back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, startServer } from '../lib/server.mjs';
import { axe, go, launch, person, watched } from '../lib/browser.mjs';
import { Editor, Reader } from '../lib/people.mjs';
import { archive, decided } from '../lib/archive.mjs';

let server, browser, page;
before(async () => { server = await startServer(); browser = await launch(); });
after(async () => { await browser?.close(); await server?.end(); });

const clean = async (what) => assert.deepEqual(await axe(page), [], what);

test('from the first look to a model that is taken back', async () => {
	await watched('learning', () => [page].filter(Boolean), async () => {
		page = await person(browser, { viewport: { width: 1440, height: 900 } });
		await page.goto(`${server.base}/desk/`);
		await page.fill('[name=user]', 'rike');
		await page.fill('[name=password]', PASSWORD);
		await page.keyboard.press('Enter');
		await go(page, 'Regeln', 'Lernen');
		await page.getByText('noch 300').waitFor();
		assert.equal(await page.getByRole('button', { name: 'Jetzt lernen' }).getAttribute('aria-disabled'), 'true');
		await clean('nothing to learn from yet');

		const rike = await new Editor(server).login();
		await decided(archive(340), new Reader(server), rike);
		await go(page, 'Regeln', 'Eigene Regeln');
		const words = page.locator('#meant-aggression'), slider = page.locator('#limit-aggression-look');
		await words.waitFor();
		await slider.focus();
		await page.keyboard.press('Home'); // from one percent on, by keys alone
		const marked = async () => Number(/Von 340 Kommentaren wären? (\d+) markiert worden/.exec(await words.textContent())[1]);
		const low = await marked();
		for (let i = 0; i < 30; i++)
			await page.keyboard.press('ArrowRight');
		assert.ok(low > await marked(), 'a higher threshold marks fewer');
		await clean('the sliders');
		await slider.fill('1');
		await words.getByRole('button', { name: /haben Sie freigegeben/ }).click();
		await page.locator('.outcome-list li').first().waitFor();
		await clean('the list of those released');
		await page.keyboard.press('Escape');
		await page.getByRole('button', { name: 'Verwerfen' }).click();

		await go(page, 'Regeln', 'Lernen');
		await page.getByText('Die eingebaute Prüfung allein').waitFor();
		await page.getByRole('button', { name: 'Jetzt lernen' }).click();
		await page.locator('.learning-verdict.up').waitFor();
		await page.getByRole('row', { name: /Aggressiv/ }).getByText('100,0').waitFor();
		await page.locator('.learning-force', { hasText: 'Hausmodell 1' }).waitFor();
		await clean('the comparison');
		await page.getByRole('button', { name: 'Zurück zur eingebauten Prüfung' }).click();
		await page.locator('.learning-force', { hasText: 'Die eingebaute Prüfung allein' }).waitFor();
		await page.getByRole('button', { name: 'Fassung 1 anwenden' }).click();
		await page.locator('.learning-force', { hasText: 'Hausmodell 1' }).waitFor();
		await page.getByLabel('Von selbst lernen').selectOption({ label: 'jede Nacht' });
		await page.setViewportSize({ width: 360, height: 740 });
		assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no sideways scrolling');
		await clean('on a phone');
	});
});
