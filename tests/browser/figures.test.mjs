// The figures as an editor looks at them: a sentence, a plot, its values by keyboard, its table, its CSV; in both
// languages, light and dark, from narrow to wide.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, startServer, until } from '../lib/server.mjs';
import { axe, go, launch, person, shot, watched } from '../lib/browser.mjs';
import { Editor, Reader } from '../lib/people.mjs';
import { writeHistory } from '../lib/history.mjs';

let server, browser;
before(async () => {
	server = await startServer({ env: { TZ: 'Europe/Berlin' } });
	browser = await launch();
	await new Reader(server).submit('Wann wird die Brücke wieder geöffnet?');
	const rike = await new Editor(server).login();
	const put = await rike.request('PUT', '/v1/desk/settings', { headers: { 'X-CSRF-Token': rike.csrf }, body: { version: 0, longest_wait_minutes: 60, four_eyes: [], closed_days: [],
		shifts: [{ days: [1, 2, 3, 4, 5], from: 480, to: 1200, editors: 2 }, { days: [6, 7], from: 600, to: 1080, editors: 1 }] } });
	assert.equal(put.status, 200);
	writeHistory(server);
	await until(async () => {
		const { behind, totals: [now] } = (await rike.get('/v1/desk/figures?days=30')).json;
		return behind === 0 && now.received > 2000 && now.decided > 2000;
	}, { every: 100, what: 'all counted' });
});
after(async () => { await browser?.close(); await server?.end(); });

async function atTheFigures(options) {
	const page = await person(browser, options);
	page.loaded = [];
	page.on('request', (r) => page.loaded.push(new URL(r.url()).pathname));
	await page.goto(`${server.base}/desk/`);
	await page.fill('[name=user]', 'rike');
	await page.fill('[name=password]', PASSWORD);
	await page.keyboard.press('Enter');
	await page.locator('.tab', { hasText: 'Zahlen' }).waitFor();
	page.problems.length = 0; // nobody was logged in yet
	assert.ok(!page.loaded.some((path) => path.includes('figures')), 'the desk starts without the figures');
	await go(page, 'Zahlen');
	await page.locator('.ranges').waitFor();
	return page;
}
const figure = (page, title) => page.locator('.fig', { has: page.getByRole('heading', { name: title, exact: true }) });

test('looked at, read by keyboard, taken away as CSV', async () => {
	let page;
	await watched('figures', () => [page].filter(Boolean), async () => {
		page = await atTheFigures({ viewport: { width: 1440, height: 900 } });
		assert.equal(await page.locator('.fig').count(), 7);
		for (const says of await page.locator('.fig-says').allTextContents())
			assert.match(says, /^[A-ZÄÖÜ].*\.$/s);
		assert.match(await page.locator('.totals').textContent(), /eingegangen[23]\.\d\d\d/);

		const week = page.getByRole('application', { name: /^Kommentare nach Wochentag/ });
		await week.focus();
		await page.keyboard.press('Home');
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('ArrowRight');
		const read = figure(page, 'Andrang und Besetzung').locator('.fig-read');
		assert.match(await read.textContent(), /^Dienstag, 1 bis 2 Uhr: [\d,]+ kommen je Stunde; niemand ist da\.$/);
		assert.equal(await read.getAttribute('aria-live'), 'polite');

		const line = page.getByRole('application', { name: /^Wartezeit von Tag zu Tag/ });
		await line.focus();
		await page.keyboard.press('End');
		await page.keyboard.press('ArrowLeft');
		const waits = figure(page, 'Wartezeit').locator('.fig-read').first();
		assert.match(await waits.textContent(), /^\w+, .+: die Hälfte nach .+, neun von zehn nach .+ \(\d+ entschieden\)\.$/);
		assert.ok(await page.evaluate(() => getComputedStyle(document.querySelector('.u-cursor-x')).display !== 'none'), 'the line moves along');

		const engine = figure(page, 'Vorprüfung und Redaktion');
		await engine.getByText('Die Redaktion sah die Markierungen').waitFor();
		await engine.getByText('Als Tabelle').click();
		await engine.getByRole('columnheader', { name: 'nur die Redaktion' }).first().waitFor();

		const href = await figure(page, 'Entscheidungen').getByRole('link', { name: /^CSV/ }).getAttribute('href');
		const answer = await page.request.get(server.base + href);
		assert.equal(answer.headers()['content-type'], 'text/csv; charset=utf-8');
		assert.match(await answer.text(), /^day,received,released/);
		assert.deepEqual(await axe(page), []);
		assert.deepEqual(page.problems, [], 'nothing that the policy for scripts and styles refuses');
	});
});

test('another period, another shift, another language', async () => {
	let page;
	await watched('figures-change', () => [page].filter(Boolean), async () => {
		page = await atTheFigures({ viewport: { width: 1024, height: 800 } });
		const crew = figure(page, 'Mit einer Person mehr'), says = crew.locator('.fig-says');
		await says.filter({ hasText: 'Mit einer Person mehr in' }).waitFor();
		await crew.getByLabel('eine Person weniger').check({ force: true });
		await says.filter({ hasText: 'Mit einer Person weniger in' }).waitFor();
		await crew.getByLabel('in der Schicht').selectOption({ index: 1 });
		await says.filter({ hasText: 'Sa, So 10–18 Uhr' }).waitFor();
		await page.getByLabel('7 Tage').check({ force: true });
		await page.locator('.total-received .total-value', { hasText: /^\d{3}$/ }).waitFor();
		await page.getByLabel('Ressort').selectOption({ index: 1 });
		await crew.getByText('Die Besetzung wird für das ganze Haus gerechnet').waitFor();
		await page.getByRole('button', { name: 'English' }).click();
		await page.getByRole('heading', { name: 'Load and staffing' }).waitFor();
		assert.ok(!/desk\.|figures\./.test(await page.locator('main').textContent()), 'no key stands for its text');
		assert.deepEqual(page.problems, []);
	});
});

test('narrow and dark', async () => {
	let page;
	await watched('figures-narrow', () => [page].filter(Boolean), async () => {
		page = await atTheFigures({ viewport: { width: 360, height: 780 }, colorScheme: 'dark', reducedMotion: 'reduce' });
		assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, 'nothing sticks out');
		assert.deepEqual(await axe(page), []);
		await shot(page, 'figures-360-dark', { fullPage: true });
	});
});
