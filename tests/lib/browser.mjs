// A real browser: Debian's chromium without a window, driven by playwright-core. Also axe, and the picture that a failed test leaves.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const require = createRequire(join(root, 'web/package.json'));
const { chromium } = require('playwright-core');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export function launch() {
	return chromium.launch({
		executablePath: process.env.CHROMIUM || '/usr/bin/chromium-headless-shell',
		args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
			'--disable-component-update', '--disable-sync'],
	});
}

// A reader's or editor's own browser profile. Anything on the console that is an error is collected.
export async function person(browser, options = {}) {
	const context = await browser.newContext({ locale: 'de-DE', viewport: { width: 1280, height: 900 }, ...options });
	const page = await context.newPage();
	page.problems = [];
	page.on('console', (m) => m.type() === 'error' && page.problems.push(m.text()));
	page.on('pageerror', (e) => page.problems.push(e.message));
	page.setDefaultTimeout(30000);
	return page;
}

// What axe finds on the page as it is now, one line each.
export async function axe(page) {
	// by the devtools protocol, which a page's content security policy does not bind
	await page.evaluate(axeSource);
	const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
	return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}: ${n.failureSummary}`));
}

// For people to look at, with FREIGABE_SHOTS=1: painting all of a page takes longer than testing it.
export async function shot(page, name, options = {}) {
	if (process.env.FREIGABE_SHOTS)
		await picture(page, name, options);
}

async function picture(page, name, options = {}) {
	const folder = join(root, 'build-test/shots');
	mkdirSync(folder, { recursive: true });
	await page.screenshot({ path: join(folder, `${name}.png`), ...options });
}

// Runs the test's body; leaves a picture of every page if it fails.
export async function watched(name, pages, body) {
	try {
		await body();
	} catch (e) {
		for (const [i, page] of pages().entries())
			await picture(page, `failed-${name}-${i}`).catch(() => {});
		throw e;
	}
}

// To a place of the desk by its head, as a person goes: go(page, 'Regeln', 'Lernen').
export async function go(page, group, place) {
	await page.locator('.tab', { hasText: group }).click();
	if (place)
		await page.locator('.subtab', { hasText: place }).click();
}
