// Reports at the desk: chosen, downloaded, opened as the page that they are.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PASSWORD, startServer } from '../lib/server.mjs';
import { axe, go, launch, person, watched } from '../lib/browser.mjs';
import { Editor, Reader } from '../lib/people.mjs';

let server, browser;
before(async () => {
	server = await startServer();
	browser = await launch();
	const rike = await new Editor(server).login(), wilma = new Reader(server);
	await rike.release((await wilma.submit('Die Brücke wird gebraucht, sagt auch das Gutachten.')).id);
	await rike.reject((await wilma.submit('Du Idiot hast die Brücke nicht verstanden.')).id);
});
after(async () => { await browser?.close(); await server?.end(); });

test('a report is chosen by keyboard, downloaded, and is a page that stands alone', async () => {
	let page, paper;
	await watched('report', () => [page, paper].filter(Boolean), async () => {
		page = await person(browser, { acceptDownloads: true });
		await page.goto(`${server.base}/desk/`);
		await page.fill('[name=user]', 'rike');
		await page.fill('[name=password]', PASSWORD);
		await page.keyboard.press('Enter');
		await go(page, 'Verwaltung');
		await page.getByRole('heading', { name: 'Berichte nach dem Gesetz über digitale Dienste' }).waitFor();
		page.problems.length = 0; // before the log-in there was no session
		assert.deepEqual(await axe(page), []);

		const saved = async () => {
			const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Herunterladen' }).press('Enter')]);
			const path = join(server.dir, download.suggestedFilename());
			await download.saveAs(path);
			await page.getByText(`Gespeichert: ${download.suggestedFilename()}`).waitFor();
			return path;
		};
		const report = await saved();
		assert.match(report, /transparency-\d{4}-01-01-\d{4}-\d\d-\d\d\.html$/);
		await page.getByLabel('Begründungen für die EU-Transparenzdatenbank').check();
		await page.getByLabel('Die Kommentare gelten als').selectOption('platform');
		await page.getByText('jede Begründung geht auch an die Datenbank').waitFor();
		assert.equal(JSON.parse(readFileSync(await saved(), 'utf8')).statements.length, 1);

		await page.getByRole('button', { name: 'Voriges Jahr' }).click();
		await page.getByLabel('Von', { exact: true }).fill('2030-01-01');
		await page.getByRole('button', { name: 'Herunterladen' }).click();
		await page.getByText('Der erste Tag liegt nach dem letzten.').waitFor();
		assert.deepEqual(page.problems, []);

		for (const [width, colorScheme] of [[360, 'light'], [1440, 'dark']]) {
			paper = await person(browser, { viewport: { width, height: 900 }, colorScheme });
			await paper.goto(`file://${report}`);
			await paper.getByRole('heading', { name: 'Transparenzbericht' }).waitFor();
			assert.deepEqual(await axe(paper), []);
			assert.ok(await paper.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
			assert.deepEqual(paper.problems, [], 'its own policy lets its own style in');
			assert.notEqual(await paper.evaluate(() => getComputedStyle(document.querySelector('h1')).fontSize), '32px', 'it has its look');
		}
	});
});
