// The desk as two editors use it at once: who looks at what, colleagues, letters, objections, the board, the keyboard.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, startServer, until } from '../lib/server.mjs';
import { axe, go, launch, person, shot, watched } from '../lib/browser.mjs';
import { Editor, Reader } from '../lib/people.mjs';
import { mild, texts } from '../lib/texts.mjs';
import { totp } from '../lib/totp.mjs';

let server, browser, pages = [];
const open = async (options) => { const p = await person(browser, options); pages.push(p); return p; };
const wilma = () => new Reader(server, { name: 'Wilma Test' });

before(async () => { server = await startServer(); browser = await launch(); });
after(async () => { await browser?.close(); await server?.end(); });

async function login(page, user) {
	await page.goto(`${server.base}/desk/`);
	await page.fill('[name=user]', user);
	await page.fill('[name=password]', PASSWORD);
	await page.keyboard.press('Enter');
	await page.waitForSelector('.actions button:visible, .empty');
}
async function find(page, text) {
	await page.locator(`.queue .row >> text=${text}`).first().click();
	await page.waitForSelector(`#comment-title:has-text("${text}")`);
}
function decisionsSent(page) {
	const sent = [];
	page.on('request', (r) => { if (r.method() === 'POST' && /\/decisions?$/.test(r.url())) sent.push(new URL(r.url()).pathname); });
	return sent;
}
const problems = () => pages.flatMap((p) => p.problems).filter((p) => !/status of 401/.test(p));

test('who looks at what, a colleague asked, and the decision elsewhere takes it away', () => watched('two', () => pages, async () => {
	const [rike, omar] = [await open(), await open()];
	await new Reader(server, { name: 'Anton' }).submit('Die Brücke ist seit Jahren marode.');
	await new Reader(server, { name: 'Berta' }).submit('Wer hat daran verdient?');
	await login(rike, 'rike');
	await login(omar, 'omar');
	await find(rike, 'Berta');
	await omar.waitForSelector('.row:has-text("Berta") >> text=Rike Ahrens liest');
	await rike.keyboard.press('g');
	await rike.fill('#panel-word', 'Ist das schon eine Unterstellung?');
	await rike.keyboard.press('Enter');
	await rike.waitForSelector('.undo >> text=Weitergegeben');
	await omar.waitForSelector('.lane >> text=Zweite Meinung');
	await find(omar, 'Berta');
	await omar.waitForSelector('.referral >> text=Ist das schon eine Unterstellung?');
	assert.equal(await rike.locator('.row:has-text("Berta")').count(), 0, 'whoever asked is not asked');
	await shot(omar, 'desk-referral');
	await omar.keyboard.press('f');
	await rike.waitForSelector('.row:has-text("Anton")');
	assert.deepEqual(problems(), []);
}));

test('a rejection with a passage of one\'s own; the author objects; somebody else answers; the story is on one page', () => watched('story', () => pages, async () => {
	const writer = await open(), [rike, omar] = [await open(), await open()];
	await writer.goto(`${server.base}/articles/bruecke`);
	await writer.fill('#frg-name', 'Carla');
	await writer.fill('#frg-text', 'Der Stadtrat hat die Prüfung verschleppt, und alle wissen es.');
	await writer.click('.frg-send');
	await writer.waitForSelector('[data-state=held]');
	await login(rike, 'rike');
	await find(rike, 'Carla');
	await rike.keyboard.press('a');
	await rike.waitForSelector('.panel');
	for (let i = 0; i < 5; i++)
		if (await rike.locator('.panel .choice input').nth(i).isChecked() !== (i === 2))
			await rike.keyboard.press(String(i + 1));
	await rike.keyboard.press('l');
	await rike.evaluate(() => {
		const node = [...document.querySelector('.comment .text').childNodes].find((n) => n.textContent.includes('verschleppt'));
		const inner = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
		let text = node.nodeType === 3 ? node : inner.nextNode();
		while (!text.data.includes('verschleppt')) text = inner.nextNode();
		const range = document.createRange(), at = text.data.indexOf('verschleppt');
		range.setStart(text, at);
		range.setEnd(text, at + 11);
		getSelection().removeAllRanges();
		getSelection().addRange(range);
	});
	await rike.keyboard.press('p');
	await rike.waitForSelector('.letter-passages >> text=verschleppt');
	await rike.locator('.letter-block select').selectOption('1');
	await rike.waitForSelector('.letter-text >> text=»verschleppt«');
	await rike.waitForSelector('.letter-text >> text=Auch als Frage');
	await shot(rike, 'desk-letter');
	await rike.locator('.panel-end [type=submit]').click();
	await rike.waitForSelector('.undo');
	await until(async () => (await (await new Editor(server).login()).decisions()).some((d) => /verschleppt/.test(d.text)), { what: 'the decision' });
	await writer.reload();
	await writer.waitForSelector('[data-state=rejected] >> text=Begründung der Redaktion');
	await writer.click('[data-state=rejected] summary');
	await writer.waitForSelector('.frg-letter >> text=»verschleppt«');
	await shot(writer, 'reader-letter');
	await writer.click('a.frg-act >> text=Widersprechen');
	await writer.fill('#objection-text', 'Das steht so im Prüfbericht.');
	await writer.click('text=Widerspruch senden');
	await writer.waitForSelector('text=ist angekommen');
	await login(omar, 'omar');
	await omar.waitForSelector('.tab:has-text("Anliegen") .tab-count');
	await go(omar, 'Anliegen', 'Widersprüche');
	await omar.waitForSelector('.case >> text=Das steht so im Prüfbericht.');
	await omar.click('.choice >> text=Stattgeben');
	await omar.fill('.answer textarea', 'Stimmt, Seite 12 des Berichts.');
	await shot(omar, 'desk-objection', { fullPage: true });
	await omar.click('.answer >> text=Antworten');
	await omar.waitForSelector('text=Kein Widerspruch wartet.');
	await writer.reload();
	await writer.waitForSelector('text=war berechtigt');
	await writer.goto(`${server.base}/articles/bruecke`);
	await writer.waitForSelector('[data-state=released] >> text=verschleppt');
	assert.deepEqual(problems(), []);
}));

test('the board: brush, read, decide what was read, take it all back', () => watched('board', () => pages, async () => {
	const page = await open();
	const rude = ['habt die Brücke kaputtgespart', 'könnt nicht einmal Beton gießen', 'solltet alle zurücktreten, und zwar heute', 'wart bei der Prüfung wohl im Urlaub',
		'lasst Krankenwagen im Stau stehen', 'gebt Millionen für ein Logo aus'];
	for (let i = 0; i < 6; i++)
		await new Reader(server, { name: `Grob ${i}` }).submit(`Ihr Idioten ${rude[i]}.`);
	await login(page, 'rike');
	await page.click('.tab >> text=Tafel');
	await page.waitForSelector('.card');
	const strip = await page.locator('.strip canvas').first().boundingBox();
	await page.mouse.move(strip.x + strip.width * 0.6, strip.y + 20);
	await page.mouse.down();
	await page.mouse.move(strip.x + strip.width + 30, strip.y + 20, { steps: 4 });
	await page.mouse.up();
	await until(async () => await page.locator('.card').count() === 6, { what: 'six to read' });
	for (let i = 0; i < 6; i++) // what is hard to read is not read before it is asked for
		await page.locator('.veil button').first().click();
	assert.equal(await page.locator('.veil').count(), 0);
	const seen = () => page.locator('.card.seen').count();
	await until(async () => await seen() >= 2, { what: 'what is on the screen counts as read' });
	for (let i = 0; i < 6; i++)
		await page.locator('.card .card-end').nth(i).scrollIntoViewIfNeeded();
	await until(async () => await seen() === 6, { what: 'all six read' });
	await page.locator('.card .check').first().click();
	await page.click('text=5 gelesene ablehnen');
	await page.waitForSelector('.together .choice:has(:checked)');
	const sent = decisionsSent(page);
	await page.click('.together [type=submit]');
	await page.waitForSelector('.undo >> text=5 Kommentare');
	await until(async () => (await (await new Editor(server).login()).decisions()).filter((d) => d.action === 'reject' && d.text.startsWith('Ihr Idioten')).length === 5, { what: 'five decisions' });
	assert.deepEqual(sent, ['/v1/desk/decisions'], 'in one request');
	await page.keyboard.press('u');
	await until(async () => (await (await new Editor(server).login()).decisions()).filter((d) => d.undone && d.text.startsWith('Ihr Idioten')).length === 5, { what: 'all five taken back' });
	assert.deepEqual(problems(), []);
}));

test('what is hard to read is shown when asked for; no decision before', () => watched('veil', () => pages, async () => {
	const page = await open();
	await new Reader(server, { name: 'Hart' }).submit('Du dummes Arschloch, verrecke doch an deiner Brücke.');
	await login(page, 'rike');
	await find(page, 'Hart');
	await page.waitForSelector('.veil');
	assert.equal(await page.locator('.aside >> text=Arschloch').count(), 0, 'neither beside it');
	await shot(page, 'desk-veil');
	assert.deepEqual(await axe(page), []);
	await page.keyboard.press('f');
	await page.waitForSelector('.comment .passage');
	assert.equal(await page.locator('.undo').count(), 0, 'the first key only shows it');
	await page.keyboard.press('s');
}));

test('the same text comes once, with its copies, and is decided together; what was refused is pointed to', () => watched('copies', () => pages, async () => {
	const page = await open(), text = 'Seit Jahren wird an dieser Brücke nur geflickt, und am Ende zahlen es doch wieder die Pendler aus dem Umland.';
	for (const name of ['Xaver', 'Yvonne', 'Zita'])
		await new Reader(server, { name }).submit(name === 'Zita' ? text.replace('Pendler', 'Leute') : text);
	await login(page, 'rike');
	await page.waitForSelector('.row:has-text("Xaver") >> text=×3');
	assert.equal(await page.locator('.row:has-text("Yvonne"), .row:has-text("Zita")').count(), 0);
	await find(page, 'Xaver');
	await page.waitForSelector('.copies >> text=2 weitere Kommentare');
	await page.waitForSelector('.copies li:has-text("Zita") ins >> text=Leute');
	assert.equal(await page.locator('.copies li:has-text("Yvonne") .diff').count(), 0, 'the same is not shown twice');
	await shot(page, 'desk-copies');
	assert.deepEqual(await axe(page), []);
	await page.keyboard.press('d');
	assert.equal(await page.locator('.copies input').isChecked(), false);
	await page.keyboard.press('d');
	const sent = decisionsSent(page);
	await page.keyboard.press('a');
	await page.keyboard.press('5');
	await page.keyboard.press('Enter');
	await page.waitForSelector('.undo >> text=3 Kommentare');
	const rike = await new Editor(server).login(), mine = async () => (await rike.decisions()).filter((d) => d.text.startsWith('Seit Jahren wird an dieser'));
	await until(async () => (await mine()).length === 3, { what: 'three decisions' });
	assert.deepEqual(sent, ['/v1/desk/decisions'], 'in one request');
	await new Reader(server, { name: 'Wanda' }).submit(text);
	await find(page, 'Wanda');
	await page.waitForSelector('.repost >> text=Dieser Text kam schon einmal');
	await shot(page, 'desk-repost');
	assert.deepEqual(await axe(page), []);
	assert.deepEqual(problems(), []);
}));

test('of copies that are decided together, one that somebody else had decided comes back, and the others are decided', () => watched('copies-conflict', () => pages, async () => {
	const page = await open(), text = 'Für die Fähre war kein Geld da, für die Brücke ist es auf einmal da, und niemand sagt den Leuten am Ufer, woher.';
	const all = [];
	for (const name of ['Paul', 'Quirin', 'Rosa'])
		all.push(await new Reader(server, { name }).submit(text));
	await login(page, 'rike');
	await find(page, 'Paul');
	await page.waitForSelector('.copies >> text=2 weitere Kommentare');
	const omar = await new Editor(server).login('omar'), place = await omar.item(all[1].id);
	/* Omar is faster: the request is held until he has decided. */
	await page.route('**/v1/desk/decisions', async (route) => {
		await omar.decide(place, 'release');
		await route.continue();
	}, { times: 1 });
	await page.keyboard.press('a');
	await page.keyboard.press('5');
	await page.keyboard.press('Enter');
	await page.waitForSelector('.undo >> text=2 Kommentare');
	const rike = await new Editor(server).login(), mine = async () => (await rike.decisions()).filter((d) => d.text.startsWith('Für die Fähre')).map((d) => `${d.action} ${d.by}`).sort();
	await until(async () => (await mine()).length === 3, { what: 'three decisions' });
	assert.deepEqual(await mine(), ['reject Rike Ahrens', 'reject Rike Ahrens', 'release Omar Said']);
	await page.waitForSelector('text=Quirin');
	await shot(page, 'desk-copies-conflict');
	assert.deepEqual(await axe(page), []);
	await page.keyboard.press('u');
	await until(async () => (await rike.decisions()).filter((d) => d.undone && d.text.startsWith('Für die Fähre')).length === 2, { what: 'both taken back' });
	assert.deepEqual(problems(), []);
}));

test('a text is found again', () => watched('search', () => pages, async () => {
	const page = await open();
	await new Reader(server, { name: 'Sucher' }).submit('Ein Kommentar über Quittengelee und die Brücke.');
	await login(page, 'rike');
	await page.click('.tab >> text=Entschieden');
	await page.fill('.search-words input', 'quitten');
	await page.keyboard.press('Enter');
	await page.waitForSelector('.decision >> text=Sucher');
	assert.equal(await page.locator('.decision').count(), 1);
	await shot(page, 'desk-search');
	assert.deepEqual(await axe(page), []);
	await page.fill('.search-words input', 'quittenbaum');
	await page.keyboard.press('Enter');
	await page.waitForSelector('text=Nichts gefunden.');
	await page.fill('.search-words input', 'quittengelee');
	await page.keyboard.press('Enter');
	await page.click('.decision >> text=Einzeln öffnen');
	await page.waitForSelector('#comment-title:has-text("Sucher")');
	await page.keyboard.press('s');
	assert.deepEqual(problems(), []);
}));

test('a key of one\'s own, remembered', () => watched('keys', () => pages, async () => {
	const page = await open();
	await login(page, 'rike');
	await page.keyboard.press('?');
	await page.locator('.cap').first().click();
	await page.keyboard.press('x');
	await page.waitForSelector('.cap >> text=X');
	await page.keyboard.press('Escape');
	await page.reload();
	await page.waitForSelector('.act-release kbd >> text=X');
	const name = await page.textContent('#comment-title');
	await page.keyboard.press('x');
	await page.waitForSelector('.undo');
	await page.keyboard.press('u');
	await page.waitForFunction((n) => document.querySelector('#comment-title')?.textContent === n, name);
}));

test('from the invitation to the first ten decisions', () => watched('invited', () => pages, async () => {
	const boss = await open(), fresh = await open();
	for (let i = 0; i < 11; i++) /* after the tenth, one is still there */
		await new Reader(server, { name: `Leser ${i}` }).submit(mild[i % mild.length] + ` ${i}`);
	await login(boss, 'rike');
	await go(boss, 'Verwaltung');
	await boss.fill('.invite [name=name]', 'Nora Neu');
	await boss.click('.invite [type=submit]');
	const link = await boss.inputValue('.team-link input');
	await fresh.goto(link.replace(/^https?:\/\/[^/]+/, server.base));
	await fresh.waitForSelector('text=Willkommen, Nora Neu');
	await shot(fresh, 'desk-invitation');
	await fresh.fill('[name=login]', 'nora');
	await fresh.fill('[name=password]', 'ein ganzer Satz als Losung');
	await fresh.click('text=Konto anlegen');
	await fresh.waitForSelector('.actions button:visible');
	for (let i = 0; i < 10; i++) {
		const before = await fresh.textContent('#comment-title');
		await fresh.keyboard.press('f');
		await until(async () => await fresh.textContent('#comment-title') !== before, { what: 'the next comment' });
	}
	const rike = await new Editor(server).login();
	const hers = async () => (await rike.decisions()).filter((d) => d.by === 'Nora Neu').length;
	/* or more: copies that another test left are decided together */
	await until(async () => await hers() >= 10, { what: 'ten decisions of the new editor' }).catch(async (e) => assert.fail(`${e.message}: ${await hers()}; ${await fresh.textContent('body')}`));
	assert.deepEqual(problems(), []);
}));

test('one-time codes are set up and asked for', () => watched('codes', () => pages, async () => {
	const page = await open(), again = await open();
	server.cliWith(PASSWORD + '\n', 'user', 'set', 'kim', '--name', 'Kim Code', '--password-stdin');
	await login(page, 'kim');
	await page.click('.head-user');
	await page.click('text=Einmalcodes einrichten');
	await page.fill('details[open] [name=proof]', PASSWORD);
	await page.click('details[open] .act');
	const secret = (await page.textContent('.secret')).replaceAll(' ', '');
	await page.fill('[name=code]', totp(secret, Date.now() - 30000));
	await page.click('text=Bestätigen');
	await page.waitForSelector('.codes li');
	assert.equal(await page.locator('.codes li').count(), 10);
	await shot(page, 'desk-codes');
	assert.deepEqual(await axe(page), []);
	await again.goto(`${server.base}/desk/`);
	await again.fill('[name=user]', 'kim');
	await again.fill('[name=password]', PASSWORD);
	await again.keyboard.press('Enter');
	await again.waitForSelector('[name=code]');
	assert.deepEqual(await axe(again), []);
	await again.fill('[name=code]', '000000');
	await again.keyboard.press('Enter');
	await again.waitForSelector('.login-error >> text=Dieser Code stimmt nicht');
	await again.fill('[name=code]', totp(secret));
	await again.keyboard.press('Enter');
	await again.waitForSelector('.actions button:visible, .empty');
}));

test('two hundred comments by keyboard alone', () => watched('hundreds', () => pages, async () => {
	/* other people's windows run on other people's machines */
	for (const p of pages) await p.context().close();
	const reader = wilma(), page = await open();
	for (let i = 0; i < 200; i++)
		await reader.submit(`${texts[20 + i]}${i % 5 ? '' : ' Ihr Trottel baut nie fertig.'}`);
	const submitted = Date.now();
	await login(page, 'omar');
	const { took: times, again } = await page.evaluate(async () => {
		const title = () => document.querySelector('.comment :is(.text, .veil-text)')?.textContent;
		const press = (key) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
		const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
		const wait = async (there, what) => {
			for (const end = performance.now() + 30000; !there(); await painted())
				if (performance.now() > end)
					throw new Error(`comment ${took.length}: ${what} did not come\n${document.body.innerText}`);
		};
		// As people do: looks whether the key did something, and presses again if not. What is covered is shown first.
		const act = async (key, there, what) => {
			for (let tries = 0; ; tries++) {
				if (document.querySelector('.veil')) press('v');
				await wait(() => !document.querySelector('.veil'), 'the text behind the veil');
				press(key);
				const end = performance.now() + 3000;
				while (!there() && performance.now() < end && !document.querySelector('.veil')) await painted();
				if (there()) return;
				again.push(`${took.length}: ${what}`);
				if (tries === 5) return wait(there, what);
			}
		};
		const took = [], again = [], checked = () => document.querySelector('.panel input:checked');
		for (let i = 0; i < 200; i++) {
			await wait(title, 'a comment');
			if (document.querySelector('.veil')) press('v');
			await wait(() => !document.querySelector('.veil'), 'the text behind the veil');
			const before = title(), start = performance.now();
			const next = () => (title() ?? before) !== before || (i === 199 && document.querySelector('.empty'));
			if (i % 5) {
				await act('f', next, 'the next');
			} else {
				await act('a', () => document.querySelector('.panel'), 'the panel');
				if (!checked()) press('1');
				await wait(checked, 'the rule');
			}
			const last = performance.now();
			if (i % 5 === 0) {
				press('Enter');
				await wait(next, 'the next');
			}
			took.push(performance.now() - (i % 5 ? start : last));
		}
		return { took: took.sort((a, b) => a - b), again };
	});
	const decided = Date.now();
	console.log(`# from the last key to the next comment: median ${times[100].toFixed(0)} ms, 99th percentile ${times[197].toFixed(0)} ms`);
	await until(async () => (await (await new Editor(server).login()).queue()).count < 40, { what: 'all that was decided is sent' });
	console.log(`# decided after ${decided - submitted} ms, sent after another ${Date.now() - decided}`);
	assert.equal(times.length, 200);
	assert.ok(again.length <= 4, `keys that did nothing: ${again.join('; ')}`);
	if (again.length)
		console.log(`# keys that did nothing: ${again.join('; ')}`);
	assert.deepEqual(problems(), []);
	assert.equal(server.audit().status, 0);
}));
