// Articles: put by a key, replaced, and read from pages of other servers.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { startServer, until } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';

let server, closed, key, site;
const pages = new Map();
const asked = [];

before(async () => {
	site = http.createServer((req, res) => {
		asked.push(req.url);
		const page = pages.get(req.url);
		if (!page)
			return res.writeHead(404).end('nichts');
		res.writeHead(page.status ?? 200, { 'Content-Type': 'text/html; charset=utf-8', ...page.headers });
		return page.drip ? res.write(page.body) : res.end(page.body);
	});
	await new Promise((done) => site.listen(0, '127.0.0.1', done));
	const hosts = 'localhost 127.0.0.1 .paper.example';
	server = await startServer({ site: { hosts }, config: { article_pages: 'private' } });
	closed = await startServer({ site: { hosts } });
	key = server.cli('key', 'new', 'redaktion').trim();
});
after(async () => {
	site?.closeAllConnections?.();
	site?.close();
	try {
		await server?.end();
	} finally {
		await closed?.end();
	}
});

const put = (id, type, body, bearer = key) => server.request('PUT', `/v1/articles/${id}`, {
	headers: { 'Content-Type': type, ...(bearer ? { Authorization: `Bearer ${bearer}` } : {}) }, body,
});
const ninjs = (more = {}) => JSON.stringify({
	uri: 'urn:test:hafen', language: 'de', headlines: [{ role: 'main', value: 'Der Hafen friert zu' }], headline: 'Der Hafen friert zu',
	body_text: 'Eis im Hafen. Die Fähre ruht.', body_xhtml: '<p>Eis im Hafen.</p><p>Die Fähre ruht.</p>',
	bodies: [{ role: 'main', contenttype: 'text/html', value: '<p>Eis im Hafen.</p><p>Die Fähre ruht.</p>' }],
	versioncreated: '2026-11-18T08:00:00+01:00', ...more,
});
const markdown = (title, body = 'Ein Absatz.', more = '') => `---\nid: egal\nlang: de\ntitle: ${title}\nlead: Vorspann.\n${more}---\n\n${body}\n`;

test('a key is printed once and kept hashed', () => {
	assert.match(key, /^[A-Za-z0-9_-]{43}$/);
});

test('ninjs', async () => {
	const answer = await put('hafen', 'application/json', ninjs());
	assert.equal(answer.status, 201, answer.text);
	assert.equal(answer.json.id, 'hafen');
	assert.match(answer.json.url, /^http:\/\/127\.0\.0\.1:8080\/articles\/hafen$/);
	const page = (await server.get('/articles/hafen')).text;
	assert.match(page, /<h1>Der Hafen friert zu<\/h1>/);
	assert.match(page, /<p>Die Fähre ruht\.<\/p>/);
	assert.match((await server.get('/')).text, /Der Hafen friert zu/);
});

test('Markdown, and its update, which shows at once and keeps the comments', async () => {
	const first = await put('deich', 'text/markdown', markdown('Der Deich hält'));
	assert.equal(first.status, 201, first.text);
	const sent = await new Reader(server, { article: 'deich' }).submit('Der Deich hält, weil er 1978 erhöht wurde.');
	const rike = await new Editor(server).login();
	await rike.release(sent.id);
	await until(async () => (await server.get('/articles/deich')).text.includes('1978'), { what: 'released' });
	const etag = (await server.get('/articles/deich')).headers.etag;
	const again = await put('deich', 'text/markdown; charset=utf-8', markdown('Der Deich hält noch', 'Ein *neuer* Absatz.'));
	assert.equal(again.status, 200, again.text);
	await until(async () => (await server.get('/articles/deich')).text.includes('Der Deich hält noch'), { what: 'new title' });
	const page = await server.get('/articles/deich', { 'If-None-Match': etag });
	assert.equal(page.status, 200);
	assert.match(page.text, /Ein <em>neuer<\/em> Absatz/);
	assert.match(page.text, /1978/);
	assert.equal((await server.get('/v1/articles/deich')).json.title, 'Der Deich hält noch');
	await until(async () => (await server.get('/')).text.includes('Der Deich hält noch'), { what: 'front page' });
});

test('the address decides the id', async () => {
	assert.equal((await put('anders', 'text/markdown', markdown('Anders'))).json.id, 'anders');
	assert.equal((await server.get('/v1/articles/egal')).status, 404);
});

test('without the right key: 401', async () => {
	for (const bearer of ['', 'x', 'A'.repeat(43), key.slice(0, -1), `${key}x`, `${key.slice(1)}A`, "' OR 1=1"]) {
		const answer = await put('hafen', 'application/json', ninjs({ headline: 'Geraubt' }), bearer);
		assert.equal(answer.status, 401, bearer);
		assert.equal(answer.json.error.code, 'key_unknown');
		assert.equal(answer.headers['www-authenticate'], 'Bearer');
	}
	const basic = await server.request('PUT', '/v1/articles/hafen', { headers: { Authorization: `Basic ${key}`, 'Content-Type': 'application/json' }, body: ninjs() });
	assert.equal(basic.status, 401);
	assert.ok(!(await server.get('/articles/hafen')).text.includes('Geraubt'));
});

test('documents that are none: 4xx, and why', async () => {
	const json = 'application/json', md = 'text/markdown';
	const cases = [
		['', json, ''], ['not JSON', json, '{'], ['a list', json, '[]'], ['no title', json, '{"body_text":"x"}'], ['deep', json, '{"a":'.repeat(5000) + '1' + '}'.repeat(5000)],
		['title is a number', json, '{"headline":7}'],
		['no front matter', md, 'Nur Text.'], ['front matter without end', md, '---\ntitle: x\n'], ['no title', md, '---\nid: a\nlang: de\n---\n\nText\n'],
		['bad key', md, markdown('x', 'y', 'unfug: ja\n')], ['bad date', md, markdown('x', 'y', 'published: gestern\n')], ['bad language', md, '---\ntitle: x\nlang: fr\n---\n\ny\n'],
		['script as address', md, markdown('x', 'y', 'url: javascript:alert(1)\n')], ['script as picture', md, markdown('x', 'y', 'image: javascript:alert(1)\n')],
		['not UTF-8', md, Buffer.concat([Buffer.from(markdown('x')), Buffer.from([0xff, 0xfe])])], ['title too long', md, markdown('x'.repeat(600))],
	];
	const codes = new Set();
	for (const [what, type, body] of cases) {
		const answer = await put('kaputt', type, body);
		assert.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status} ${answer.text.slice(0, 200)}`);
		const { code, message } = answer.json.error;
		assert.ok(message.length > 10, what);
		assert.notEqual(message, 'Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.', `${what}: ${code} has no message of its own`);
		codes.add(code);
	}
	assert.ok(codes.size >= 5, [...codes].join(' '));
	assert.equal((await put('kaputt', 'application/pdf', 'x')).status, 415);
	assert.equal((await put('.versteckt', md, markdown('x'))).status, 400);
	assert.equal((await put('mit%20Leerzeichen', md, markdown('x'))).status, 400);
	assert.equal((await put('a'.repeat(201), md, markdown('x'))).status, 400);
	assert.equal((await put('zu-gross', md, markdown('x', 'y'.repeat(3 << 20))).catch(() => ({ status: 413 }))).status, 413);
	assert.equal((await server.get('/v1/articles/kaputt')).status, 404);
});

test('an article\'s own markup is cleaned', async () => {
	const evil = '<p>Gut.</p><script>alert(1)</script><p onclick="x()">Auch gut.</p><a href="javascript:x()">Klick</a><iframe src="https://evil.example"></iframe><img src=x onerror=alert(1)>';
	assert.equal((await put('boese', 'application/json', ninjs({ body_xhtml: evil, body_html: evil, bodies: [{ role: 'main', contenttype: 'text/html', value: evil }], headline: '</title><script>alert(2)</script>', headlines: [{ role: 'main', value: '</title><script>alert(2)</script>' }] }))).status, 201);
	const page = (await server.get('/articles/boese')).text;
	assert.match(page, /Auch gut\./);
	assert.doesNotMatch(page, /alert\(1\)|onclick|javascript:|<iframe|<script>alert/);
	const ld = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(page)[1];
	assert.equal(JSON.parse(ld).headline, '</title><script>alert(2)</script>');
	assert.equal((await put('boese-md', 'text/markdown', markdown('Böse', '<script>alert(1)</script>\n\n[x](javascript:alert(1))\n\n<img src=x onerror=alert(1)>'))).status, 201);
	assert.doesNotMatch((await server.get('/articles/boese-md')).text, /<script>alert|href="javascript:|<img src=x/);
});

/* ---- pages of other servers ---- */

const page = (title, more = '') => `<!doctype html><html lang="de"><head><meta charset="utf-8"><title>${title}</title>${more}
<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle","headline":"${title}","description":"Der Vorspann.",
"datePublished":"2026-11-18T08:00:00+01:00","articleBody":"Der ganze Text über den Hafen."}</script></head><body><article><h1>${title}</h1><p>Der ganze Text über den Hafen.</p></article></body></html>`;
const discover = (id, url, to = server, headers = {}) => to.request('POST', `/v1/articles/${id}/discover`, { headers, body: { url } });
const here = (path) => `http://127.0.0.1:${site.address().port}${path}`;
const refused = (answer, code) => {
	assert.ok(answer.status >= 400 && answer.status < 600 && answer.status !== 500, `${answer.status} ${answer.text}`);
	if (code)
		assert.equal(answer.json.error.code, code);
	assert.ok(answer.json.error.message.length > 10);
	assert.notEqual(answer.json.error.message, 'Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.', `${answer.json.error.code} has no message of its own`);
};

test('discovered from its page', async () => {
	pages.set('/fern', { body: page('Fern gedruckt, hier kommentiert') });
	const answer = await discover('fern', here('/fern'));
	assert.ok([200, 201].includes(answer.status), answer.text);
	assert.equal(answer.json.id, 'fern');
	assert.equal(answer.json.title, 'Fern gedruckt, hier kommentiert');
	assert.equal(answer.json.count, 0);
	assert.equal(answer.json.url, here('/fern'));
	const sent = await new Reader(server, { article: 'fern' }).submit('Das steht auch im Netz so.');
	assert.equal(sent.state, 'held');
	assert.ok(!(await server.get('/')).text.includes('Fern gedruckt'), 'not on our front page: it stands elsewhere');
	const count = asked.length;
	assert.equal((await discover('fern', here('/anders'))).json.title, 'Fern gedruckt, hier kommentiert');
	assert.equal(asked.length, count, 'known: not asked again');
});

test('a page cannot take the place of our own article', async () => {
	pages.set('/faelschung', { body: page('Gefälscht', '<link rel="canonical" href="https://www.paper.example/echt">') });
	const answer = await discover('bruecke', here('/faelschung'));
	assert.equal(answer.json.title, 'Die Brücke bleibt gesperrt');
	const other = await discover('faelschung', here('/faelschung'));
	assert.equal(other.json.url, here('/faelschung'), 'its claim to be another page is not believed');
});

test('refused: hosts that are not allowed, and what is no web address', async () => {
	const count = asked.length;
	for (const url of ['https://evil.example/x', 'https://paper.example.evil.example/', `http://[::1]:${site.address().port}/fern`, `http://127.0.0.2:${site.address().port}/fern`,
		'file:///etc/passwd', 'gopher://127.0.0.1/', 'ftp://127.0.0.1/', 'javascript:alert(1)', '', 'kein', '/articles/bruecke', `http://evil.example@evil2.example/`, 'http://', 'x'.repeat(5000)])
		refused(await discover('boese-fern', url));
	const user = await discover('boese-fern', `http://wer:was@evil.example:80#@127.0.0.1/`);
	refused(user);
	assert.equal(asked.length, count);
	assert.equal((await server.get('/v1/articles/boese-fern')).status, 404);
});

test('refused: private addresses, unless allowed', async () => {
	const count = asked.length;
	refused(await discover('privat', here('/fern'), closed));
	refused(await discover('privat', here('/fern').replace('127.0.0.1', 'localhost'), closed));
	assert.equal(asked.length, count, 'not even asked');
});

test('refused: redirects away, endless ones, what is no page', async () => {
	pages.set('/weg', { status: 302, headers: { Location: 'http://127.0.0.2:1/x' }, body: '' });
	pages.set('/kreis', { status: 302, headers: { Location: '/kreis' }, body: '' });
	pages.set('/datei', { status: 302, headers: { Location: 'file:///etc/passwd' }, body: '' });
	pages.set('/bild', { headers: { 'Content-Type': 'image/png' }, body: 'x' });
	pages.set('/leer', { body: '' });
	pages.set('/gross', { body: page('Groß') + ' '.repeat(12 << 20) });
	pages.set('/bruch', { headers: { 'Content-Length': '100000' }, body: page('Bruch'), drip: false });
	for (const path of ['/weg', '/kreis', '/datei', '/bild', '/leer', '/gross', '/gibt-es-nicht'])
		refused(await discover(`nichts${path.replace('/', '-')}`, here(path)));
	pages.set('/um', { status: 301, headers: { Location: '/fern' }, body: '' });
	assert.equal((await discover('um', here('/um'))).json.title, 'Fern gedruckt, hier kommentiert');
});

test('a hostile page does no harm', async () => {
	pages.set('/tief', { body: '<div>'.repeat(100000) + page('Tief') });
	pages.set('/ld', { body: `<title>Ersatz</title><script type="application/ld+json">${'['.repeat(100000)}</script><h1>Ersatz</h1><p>${'Wort '.repeat(50)}</p>` });
	pages.set('/skript', { body: page('x<\\/script><b>').replace('Der ganze Text', '<script>alert(1)<\\/script>') });
	pages.set('/bytes', { body: Buffer.concat([Buffer.from('<title>'), Buffer.from([0xff, 0xc3, 0x28, 0]), Buffer.from('</title>'), Buffer.from(page('Bytes'))]) });
	for (const path of ['/tief', '/ld', '/skript', '/bytes']) {
		const answer = await discover(`hart${path.replace('/', '-')}`, here(path));
		assert.ok(answer.status < 500 || answer.status === 502, `${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
		assert.ok(server.alive());
	}
});

test('reading a slow page holds up nobody', async () => {
	pages.set('/langsam', { body: '<html>', drip: true });
	const slow = Array.from({ length: 3 }, (_, i) => discover(`langsam-${i}`, here('/langsam')).catch(() => null));
	await until(() => asked.filter((url) => url === '/langsam').length >= 1, { what: 'the page is asked for' });
	const at = Date.now();
	await new Reader(server).submit('Während anderswo gewartet wird.');
	assert.ok(Date.now() - at < 2000, `took ${Date.now() - at} ms`);
	site.closeAllConnections?.();
	await Promise.all(slow);
});
