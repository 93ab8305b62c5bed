// How an editor gets in, in a real browser with a virtual authenticator: passkeys, the QR code, a site that demands a second
// factor, the house's own log-in, and what a desk shows when its account changes.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PASSWORD, startServer, until } from '../lib/server.mjs';
import { axe, go, launch, person, shot, watched } from '../lib/browser.mjs';
import { Editor } from '../lib/people.mjs';
import { CLIENT, SECRET, realProvider } from '../lib/provider.mjs';
import { totp } from '../lib/totp.mjs';

const folder = mkdtempSync(join(tmpdir(), 'freigabe-accounts-'));
let server, browser, base, provider;
const pages = [];

/* The provider must know where it leads back to before the server is there: a port that was free a moment ago. */
const freePort = () => new Promise((done) => { const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); }); });

before(async () => {
	const port = await freePort();
	base = `http://localhost:${port}`;
	provider = await realProvider([`${base}/desk/oidc`], { nele: { email: 'nele@paper.example', email_verified: true, name: 'Nele Neu', preferred_username: 'nele' },
		lena: { email: 'lena@paper.example', email_verified: true, name: 'Lena' } });
	writeFileSync(join(folder, 'secret'), SECRET);
	server = await startServer({ port, site: { address: base }, config: { oidc_issuer: provider.issuer, oidc_client_id: CLIENT,
		oidc_client_secret_file: join(folder, 'secret'), oidc_name: 'Testbote-Konto', oidc_network: 'private' } });
	server.cliWith(PASSWORD + '\n', 'user', 'set', 'lena', '--name', 'Lena Lang', '--email', 'lena@paper.example', '--role', 'editor', '--password-stdin');
	browser = await launch();
});
after(async () => { await browser?.close(); await server?.end(); await provider?.end(); });

async function open(options, authenticator = true) {
	const page = await person(browser, options);
	pages.push(page);
	if (authenticator) {
		page.cdp = await page.context().newCDPSession(page);
		await page.cdp.send('WebAuthn.enable');
		({ authenticatorId: page.authenticator } = await page.cdp.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal',
			hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } }));
	}
	await page.goto(`${base}/desk/`);
	await page.waitForSelector('.login-card[aria-busy=false], .head-user');
	return page;
}

async function login(page, user) {
	await page.fill('[name=user]', user);
	await page.fill('[name=password]', PASSWORD);
	await page.click('.login-form .primary');
}

async function fine(page, name) {
	await shot(page, name, { fullPage: true });
	assert.deepEqual(await axe(page), [], name);
	assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, `${name}: nothing sticks out`);
}

const looks = [['light', 1440], ['dark', 1440], ['light', 360], ['dark', 360]];
const on = (name, body) => test(name, () => watched(name.replace(/\W+/g, '-'), () => pages, body));

on('a passkey is added, and is enough from then on', async () => {
	const page = await open();
	await login(page, 'rike');
	await page.click('.head-user');
	await page.click('summary >> text=Passkey hinzufügen');
	await page.fill('details[open] [name=proof]', 'falsch');
	await page.click('details[open] .act');
	await page.waitForSelector('.login-error >> text=stimmt nicht');
	await page.fill('details[open] [name=proof]', PASSWORD);
	await page.fill('details[open] [name=name]', 'Mein Rechner');
	await page.click('details[open] .act');
	await page.waitForSelector('.key >> text=Mein Rechner');
	assert.equal(await page.locator('.codes li').count(), 10);
	await page.locator('.codes').scrollIntoViewIfNeeded();
	await fine(page, 'account-passkey');
	await page.click('.key >> text=Umbenennen');
	await page.fill('.key [name=name]', 'Am Schreibtisch');
	await page.click('.key .act');
	await page.waitForSelector('.key >> text=Am Schreibtisch');
	await page.keyboard.press('Escape');
	await page.click('.head-tools >> text=Abmelden');
	await page.click('text=Mit Passkey anmelden');
	await page.waitForSelector('.head-user >> text=Rike');
	await page.click('.head-user');
	await page.waitForSelector('.sessions >> text=mit Passkey');
	await page.keyboard.press('Escape');
	await page.click('.head-tools >> text=Abmelden');
	await page.waitForSelector('[name=user]');
	await login(page, 'rike');
	await page.waitForSelector('text=Mit Passkey bestätigen');
	assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), 'Mit Passkey bestätigen');
	await fine(page, 'login-second');
	await page.cdp.send('WebAuthn.setUserVerified', { authenticatorId: page.authenticator, isUserVerified: false });
	await page.click('text=Mit Passkey bestätigen');
	await page.cdp.send('WebAuthn.setUserVerified', { authenticatorId: page.authenticator, isUserVerified: true });
	await page.click('text=Mit Passkey bestätigen');
	await page.waitForSelector('.head-user >> text=Rike');
	await page.click('.head-user');
	await page.click('.key >> text=Entfernen');
	await page.click('.key >> text=Stattdessen mit Passkey');
	await page.waitForSelector('.key', { state: 'detached' });
	assert.deepEqual(page.problems.filter((p) => !/40[13]/.test(p)), []);
	await page.context().close();
});

on('one-time codes: the picture holds what the text says', async () => {
	const page = await open({ deviceScaleFactor: 2 }, false);
	await login(page, 'omar');
	await page.click('.head-user');
	await page.click('summary >> text=Einmalcodes einrichten');
	await page.fill('details[open] [name=proof]', PASSWORD);
	await page.click('details[open] .act');
	const qr = page.locator('.qr');
	await qr.waitFor();
	assert.match(await qr.getAttribute('aria-label'), /QR-Code/);
	await fine(page, 'account-qr');
	const file = join(folder, 'qr.png');
	await qr.screenshot({ path: file });
	const read = spawnSync('zbarimg', ['--quiet', '--raw', file], { encoding: 'utf8' });
	assert.equal(read.error, undefined, 'zbarimg is there (tools/packages.txt)');
	await page.click('summary >> text=Schlüssel von Hand');
	const secret = (await page.locator('.secret').textContent()).replaceAll(' ', '');
	assert.equal(new URL(read.stdout.trim()).searchParams.get('secret'), secret);
	assert.equal(read.stdout.trim(), await page.locator('a[href^=otpauth]').getAttribute('href'));
	await page.fill('[name=code]', totp(new URL(read.stdout.trim()).searchParams.get('secret')));
	await page.click('text=Bestätigen');
	await page.waitForSelector('.codes li');
	await page.context().close();
});

/* As it was, whatever a test has left. */
afterEach(() => {
	const { stderr } = spawnSync('sqlite3', ['-batch', '-cmd', '.timeout 5000', server.file], { encoding: 'utf8',
		input: "DELETE FROM setting WHERE name = 'access'; DELETE FROM passkey; DELETE FROM factor_totp; DELETE FROM recovery_code;" });
	assert.equal(stderr, '');
});

on('whoever has no second factor is led to one', async () => {
	const rike = await new Editor(server).login(), put = (version, second_factor) => rike.request('PUT', '/v1/desk/access', { headers: { 'X-CSRF-Token': rike.csrf }, body: { version, second_factor, passwords: true } });
	const working = await open();
	await login(working, 'lena');
	await working.waitForSelector('.head-user');
	assert.equal((await put(0, true)).status, 200);
	await working.waitForSelector('text=Erst ein zweiter Faktor');
	for (const [colorScheme, width] of looks) {
		await working.emulateMedia({ colorScheme });
		await working.setViewportSize({ width, height: 900 });
		await fine(working, `setup-${width}-${colorScheme}`);
	}
	await working.click('summary >> text=Passkey hinzufügen');
	await working.fill('details[open] [name=proof]', PASSWORD);
	await working.click('details[open] .act');
	await working.waitForSelector('.codes li');
	await fine(working, 'setup-done');
	await working.click('text=Weiter zur Arbeit');
	await working.waitForSelector('.head-user >> text=Lena');
	await working.context().close();
	assert.equal((await put(1, false)).status, 403, 'rike has none either');
});

on('a desk that is open when its account changes says so at once', async () => {
	const page = await open({}, false), rike = await new Editor(server).login();
	await login(page, 'lena');
	await page.waitForSelector('.head-user');
	const { id } = (await rike.get('/v1/desk/staff')).json.members.find((m) => m.login === 'lena');
	const change = (body) => rike.request('PUT', `/v1/desk/staff/${id}`, { headers: { 'X-CSRF-Token': rike.csrf }, body });
	await change({ role: 'auditor', sections: ['Kultur'] });
	await page.waitForSelector('.changed >> text=Kultur');
	await fine(page, 'role-changed');
	await page.click('.changed button');
	await page.waitForSelector('.tab >> text=Team');
	await change({ role: 'editor', sections: [], open: false });
	await page.waitForSelector('.login-again');
	await fine(page, 'session-ended');
	await change({ role: 'editor', sections: [], open: true });
	await page.fill('.login-again [name=password]', PASSWORD);
	await page.click('.login-again .primary');
	await page.waitForSelector('.login-again', { state: 'detached' });
	await page.context().close();
});

on('the house\'s own log-in: confirmed once, then a click; and an invitation', async () => {
	const page = await open({}, false);
	provider.who = null;
	await page.click('text=Anmelden mit Testbote-Konto');
	await page.waitForSelector('.login-error >> text=abgebrochen');
	provider.who = 'lena';
	await page.click('text=Anmelden mit Testbote-Konto');
	await page.waitForSelector('text=Ist das Ihr Konto?');
	await page.waitForSelector('text=lena@paper.example');
	await fine(page, 'house-confirm');
	await page.fill('[name=user]', 'lena');
	await page.fill('[name=password]', PASSWORD);
	await page.click('text=Konto verbinden');
	await page.waitForSelector('.head-user >> text=Lena');
	await page.click('.head-tools >> text=Abmelden');
	await page.click('text=Anmelden mit Testbote-Konto');
	await page.waitForSelector('.head-user >> text=Lena');
	await page.click('.head-user');
	await page.waitForSelector('.sessions >> text=über die Anmeldung des Hauses');
	await page.context().close();
	const rike = await new Editor(server).login();
	const { link } = (await rike.request('POST', '/v1/desk/staff/invitations', { headers: { 'X-CSRF-Token': rike.csrf }, body: { name: 'Nele', role: 'trainee' } })).json;
	const guest = await open({}, false);
	provider.who = 'nele';
	await guest.goto(link);
	await guest.waitForSelector('text=Annehmen mit');
	await fine(guest, 'invitation-house');
	await guest.click('text=Annehmen mit');
	await guest.waitForSelector('.head-user >> text=Nele Neu');
	await guest.context().close();
});

for (const [colorScheme, width] of looks)
	on(`log-in and account, ${width} ${colorScheme}`, async () => {
		const page = await open({ colorScheme, viewport: { width, height: 900 } });
		await page.waitForSelector('text=Mit Passkey anmelden');
		await fine(page, `ways-${width}-${colorScheme}`);
		await login(page, 'rike');
		await page.click('.head-user');
		await page.waitForSelector('summary >> text=Passkey hinzufügen');
		await page.click('summary >> text=Passkey hinzufügen');
		await fine(page, `factors-${width}-${colorScheme}`);
		await page.locator('dialog .act >> text=Ändern').scrollIntoViewIfNeeded();
		await shot(page, `factors-end-${width}-${colorScheme}`);
		await page.keyboard.press('Escape');
		await go(page, 'Verwaltung');
		await page.waitForSelector('.access');
		await page.locator('.access').scrollIntoViewIfNeeded();
		await fine(page, `access-${width}-${colorScheme}`);
		await page.context().close();
	});

on('the rules are changed at the desk', async () => {
	const page = await open({}, false);
	await login(page, 'rike');
	await go(page, 'Verwaltung');
	await page.click('.access >> text=Anmeldung mit Passwort erlauben');
	await page.click('.access .act');
	await page.waitForSelector('.access >> text=Bevor Sie Passwörter abschalten');
	await page.click('.access >> text=Anmeldung mit Passwort erlauben');
	await page.click('.access >> text=Zweiter Faktor für alle');
	await page.click('.access .act');
	await page.waitForSelector('text=Erst ein zweiter Faktor');
	await until(async () => (await server.get('/v1/desk/ways')).json.passwords === true);
	await page.context().close();
});
