// The comment area on a page of another origin, from one script tag.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { startServer } from '../lib/server.mjs';
import { launch, person, watched } from '../lib/browser.mjs';

let server, browser, host, origin, pages = [];
const html = (base) => `<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Fremde Seite</title>
<style>* { color: red !important; } button { display: none; }</style></head>
<body><main><h1>Fremde Seite</h1><freigabe-comments article="bruecke"></freigabe-comments></main>
<script src="${base}/embed.js" async></script></body></html>`;

before(async () => {
	host = createServer((req, res) => res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html(server.base)));
	await new Promise((done) => host.listen(0, '127.0.0.1', done));
	origin = `http://127.0.0.1:${host.address().port}`;
	server = await startServer({ site: { origins: origin } });
	browser = await launch();
});
after(async () => { await browser?.close(); host?.closeAllConnections?.(); host?.close(); await server?.end(); });

test('write from a foreign page, find it again after reloading; no cookie is set', () => watched('embed', () => pages, async () => {
	const reader = await person(browser);
	pages.push(reader);
	await reader.goto(origin);
	await reader.fill('#frg-name', 'Gast');
	await reader.fill('#frg-text', 'Von einer fremden Seite geschrieben, wegen der Brücke.');
	await reader.click('.frg-send');
	await reader.waitForSelector('[data-state=held]');
	await reader.reload();
	await reader.waitForSelector('[data-state=held]');
	assert.match(await reader.locator('[data-state=held]').innerText(), /Von einer fremden Seite/);
	assert.deepEqual(await reader.context().cookies(), []);
	const colour = await reader.locator('.frg-name').first().evaluate((e) => getComputedStyle(e).color);
	assert.notEqual(colour, 'rgb(255, 0, 0)', 'the page’s style does not reach in');
	assert.deepEqual(reader.problems, []);
	const stranger = await person(browser);
	await stranger.goto(origin);
	await stranger.waitForSelector('#frg-text');
	assert.equal(await stranger.locator('text=Von einer fremden Seite').count(), 0);
}));

test('an origin that is not configured gets nothing', () => watched('embed-refused', () => pages, async () => {
	const other = createServer((req, res) => res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html(server.base)));
	await new Promise((done) => other.listen(0, '127.0.0.1', done));
	try {
		const reader = await person(browser);
		pages.push(reader);
		const refused = reader.waitForEvent('requestfailed');
		await reader.goto(`http://127.0.0.1:${other.address().port}`);
		await refused;
		assert.equal(await reader.locator('#frg-text').count(), 0);
	} finally {
		other.closeAllConnections?.();
		other.close();
	}
}));
