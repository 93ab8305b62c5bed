// Requests that mean harm, or are broken. The server answers, says why, and goes on.
import { test, before, after, beforeEach, afterEach } from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import { gzipSync } from 'node:zlib';
import { startServer, until, uuid } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { FORM } from '../lib/http.mjs';

let server, rike;
before(async () => {
	server = await startServer({ site: { origins: 'https://paper.example https://www.paper.example' } });
	rike = await new Editor(server).login();
});
after(() => server?.end());
beforeEach(() => server.revive()); // one fall is one failure
afterEach(() => assert.ok(server.alive(), `the server ended\n${server.log.slice(-2000)}`));

const JSON_TYPE = { 'Content-Type': 'application/json' };
const post = (path, body, headers = {}) => server.request('POST', path, { headers: { ...JSON_TYPE, ...headers }, body });
const COMMENTS = '/v1/articles/bruecke/comments';
const error = (answer) => {
	const { code, message, request } = answer.json.error;
	assert.ok(code && message && request, `an error lacks something: ${answer.text}`);
	assert.notEqual(message, code);
	return code;
};
const fails = (answer, status, code) => {
	assert.equal(answer.status, status, answer.text.slice(0, 300));
	assert.equal(error(answer), code);
};
const is4xx = (answer, what) => {
	assert.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status} ${answer.text.slice(0, 200)}`);
	if (/json/.test(answer.headers['content-type']) && answer.status !== 405)
		error(answer);
};

// Writes bytes as they are; gives what comes back until the end.
function raw(bytes, within = 5000) {
	return new Promise((done, fail) => {
		const socket = net.connect(server.port, '127.0.0.1', () => socket.write(bytes));
		let got = '';
		const timer = setTimeout(() => (socket.destroy(), done(got)), within);
		const finish = () => (clearTimeout(timer), done(got));
		socket.setEncoding('latin1').on('data', (text) => {
			got += text;
			const [head, body] = got.split('\r\n\r\n');
			const length = /content-length: (\d+)/i.exec(head)?.[1];
			if (body !== undefined && (length === undefined || body.length >= Number(length)))
				socket.end();
		});
		socket.on('close', finish).on('error', (e) => (e.code === 'ECONNRESET' || e.code === 'EPIPE' ? finish() : fail(e)));
	});
}
const rawRequest = (line, headers = '', body = '') => raw(Buffer.from(`${line} HTTP/1.1\r\nHost: x\r\n${headers}\r\n${body}`, 'latin1'));
const statusOf = (text) => Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1]);

/* ---- markup ---- */

const attacks = [
	'<script>alert("marke")</script>', '<img src=x onerror=alert(1)>', '"><svg/onload=alert(1)>', "' onmouseover='alert(1)",
	'" onfocus="alert(1)" autofocus="', '</textarea><script>alert(1)</script>', '</script><script>alert(1)</script>', '<!--', ']]>',
	'[x](javascript:alert(1))', '[x](JaVaScRiPt:alert(1))', '[x](java\nscript:alert(1))', '<javascript:alert(1)>', '[x](data:text/html;base64,PHNjcmlwdD4=)',
	'[x](vbscript:x)', '![x](https://evil.example/pixel.png)', '[x]: javascript:alert(1)\n\n[x]', 'https://ok.example/"onclick="alert(1)',
	'https://ok.example/<script>', '**[x](//evil.example)**', '`<script>`', '<a href="javascript:alert(1)">x</a>', '&#106;avascript:alert(1)',
	'[x](&#106;avascript:alert(1))', '[x](\u0001javascript:alert(1))', '<iframe src="//evil.example">', '{{7*7}}${7*7}', '<style>*{display:none}</style>',
	'<form action="//evil.example"><input name=text>', '<base href="//evil.example">', '<meta http-equiv=refresh content=0>',
];

// A small tokenizer: every start tag with its attributes, as a browser would see them.
function tags(html) {
	const found = [];
	const rest = html.replace(/<!--[\s\S]*?-->/g, '').replace(/(<script\b[^>]*>)[\s\S]*?<\/script>/g, '$1');
	for (const [, name, inner] of rest.matchAll(/<([a-zA-Z][^\s/>]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>/g)) {
		const attributes = {};
		for (const [, key, , a, b, c] of inner.matchAll(/([^\s"'=<>/]+)(\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g))
			attributes[key.toLowerCase()] = a ?? b ?? c ?? '';
		found.push({ name: name.toLowerCase(), attributes });
	}
	return found;
}

const decodeEntities = (text) => text.replace(/&#x([0-9a-f]+);/gi, (_, n) => String.fromCodePoint(parseInt(n, 16)))
	.replace(/&#(\d+);/g, (_, n) => String.fromCodePoint(Number(n))).replace(/&colon;/g, ':').replace(/&amp;/g, '&');

function inert(html, where) {
	for (const { name, attributes } of tags(html)) {
		assert.ok(!['iframe', 'object', 'embed', 'base', 'style', 'svg', 'math', 'frame'].includes(name), `<${name}> in ${where}`);
		if (name === 'script')
			assert.ok(attributes.type === 'application/ld+json' || /^\/assets\//.test(attributes.src ?? ''), `script in ${where}`);
		if (name === 'img')
			assert.ok(!/evil\.example/.test(attributes.src ?? ''), `foreign picture in ${where}`);
		if (name === 'meta')
			assert.notEqual(attributes['http-equiv'], 'refresh', where);
		for (const [key, value] of Object.entries(attributes)) {
			assert.ok(!/^on/.test(key), `${key}= in <${name}> in ${where}`);
			if (['href', 'src', 'action', 'formaction', 'xlink:href', 'poster', 'srcset'].includes(key)) {
				const url = decodeEntities(value).replace(/[\u0000-\u0020]/g, '');
				assert.ok(!/^(javascript|vbscript|data):/i.test(url), `${key}=${value} in ${where}`);
				assert.ok(!/^\/\/evil/.test(url) || name === 'a', `${key}=${value} in ${where}`);
			}
		}
	}
}

test('markup in text, name and form is inert wherever it is shown', async () => {
	const reader = new Reader(server);
	for (const [i, attack] of attacks.entries()) {
		const answer = await reader.post(`Nr. ${i}: ${attack}`, { name: attack.replace(/[\u0000-\u001f]/g, ' ').slice(0, 50) });
		if (answer.status === 201)
			inert(answer.json.html, `submission: ${attack}`);
		else
			is4xx(answer, attack);
	}
	inert(await reader.page(), 'own page, held');
	inert(await reader.thread(), 'own thread, held');
	const items = (await rike.all()).filter((i) => i.text.startsWith('Nr. '));
	assert.ok(items.length > attacks.length / 2);
	for (const [i, item] of items.entries()) {
		const word = attacks[i % attacks.length].replace(/\u0001/g, '');
		const answer = i % 3 ? await rike.decide(item, 'release') : await rike.decide(item, 'reject', { rules: ['ad_link'], word });
		assert.equal(answer.status, 200, answer.text);
	}
	const own = await reader.page();
	inert(own, 'own page, decided');
	await until(async () => (await server.get('/articles/bruecke')).text.includes('Nr. 1:'), { what: 'released' });
	const page = (await server.get('/articles/bruecke')).text;
	inert(page, 'page');
	inert((await server.get('/v1/articles/bruecke/thread')).text, 'thread');
	for (const c of (await server.get(COMMENTS)).json.comments)
		inert(c.html, `comment ${c.text}`);
	const feed = (await server.get('/articles/bruecke/comments.atom')).text;
	assert.ok(!/<script|<img|<svg/i.test(feed));
	for (const [, html] of feed.matchAll(/<content type="html">([\s\S]*?)<\/content>/g))
		inert(html.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, '&'), 'feed');
});

test('markup in form fields and queries comes back inert', async () => {
	const reader = new Reader(server);
	for (const attack of attacks) {
		for (const action of ['check', 'send']) {
			const fields = { name: action === 'send' ? ' ' : attack, email: attack, text: attack, parent: attack, edit: attack, idempotency_key: attack, action };
			const answer = await reader.postForm(fields);
			inert(answer.text, `form ${attack}`);
		}
		const q = encodeURIComponent(attack);
		for (const path of [`/articles/bruecke?reply=${q}`, `/articles/bruecke?edit=${q}`, `/articles/bruecke?sent=${q}`, `/articles/bruecke?after=${q}`,
			`/articles/bruecke?lang=${q}`, `/articles/bruecke?site=${q}`, `/articles/${q}`, `/${q}`, `/v1/articles/bruecke/thread?reply=${q}`])
			inert((await server.get(path, { Accept: 'text/html' })).text, path);
	}
});

test('pages forbid what they do not need', async () => {
	const reader = new Reader(server);
	await reader.submit('Nur damit es eine eigene Seite gibt.');
	for (const answer of [await server.get('/articles/bruecke'), await reader.get('/articles/bruecke'), await server.get('/'), await server.get('/desk/'),
		await server.get('/nirgends', { Accept: 'text/html' })]) {
		const csp = answer.headers['content-security-policy'];
		assert.match(csp ?? '', /default-src 'none'/);
		assert.doesNotMatch(csp, /unsafe-(inline|eval)/);
		assert.match(csp, /frame-ancestors 'none'/);
		assert.equal(answer.headers['x-content-type-options'], 'nosniff');
		assert.equal(answer.headers['referrer-policy'], 'strict-origin-when-cross-origin');
	}
});

test('characters that deceive', async () => {
	const reader = new Reader(server);
	for (const name of ['Redaktion\u202enoitkadeR', 'Rike\u200bAhrens', 'a\u2066b', 'x\ufeffy', 'soft\u00adhyphen', 'zeile\nzwei', '\u2028'])
		is4xx(await reader.post('Ein Satz.', { name }), JSON.stringify(name));
	for (const odd of [await reader.post('\u0000'), await reader.post('a\u0000b'), await reader.post('Ein Satz.', { name: 'nul\u0000l' })])
		fails(odd, 400, 'json_invalid');
	fails(await reader.post('a\u001bb'), 400, 'text_invalid');
	for (const empty of ['', ' ', '\n\t '])
		fails(await reader.post(empty), 400, 'text_empty');
	const sent = await reader.submit('Vor \u202egnurhekmU\u202c danach');
	await rike.release(sent.id);
	await until(async () => (await server.get('/articles/bruecke')).text.includes(sent.id));
	for (const path of ['/articles/bruecke', COMMENTS, '/articles/bruecke/comments.atom']) {
		const answer = await server.get(path);
		const shown = path === COMMENTS ? answer.json.comments.map((c) => c.html).join('') : answer.text;
		assert.ok(!/[\u202a-\u202e\u2066-\u2069]/.test(shown), `bidi control in ${path}`);
	}
});

test('lengths', async () => {
	const reader = new Reader(server);
	fails(await reader.post('x'.repeat(5001)), 413, 'text_too_long');
	await reader.submit('😀'.repeat(5000));
	fails(await reader.post('kurz', { name: 'n'.repeat(61) }), 413, 'name_too_long');
	fails(await reader.post('kurz', { email: `${'e'.repeat(250)}@post.example` }), 413, 'email_too_long');
	for (const email of ['kein', '@', 'a@', '@b.example', 'a@b', 'a@b@c.example', 'a b@c.example', 'a@b.'])
		fails(await reader.post('kurz', { email }), 400, 'email_invalid');
	for (const key of ['kurz', 'x'.repeat(65), 'mit Leerzeichen und mehr', 'umlaut-äöü-0123456789'])
		is4xx(await server.request('POST', COMMENTS, { headers: { ...JSON_TYPE, 'Idempotency-Key': Buffer.from(key).toString('latin1') }, body: '{"name":"a","text":"b"}' }), key);
	fails(await reader.post('kurz', { article: 'nirgends' }), 404, 'article_unknown');
});

test('large bodies are refused, unread', async () => {
	const million = 'x'.repeat(1 << 20);
	fails(await post(COMMENTS, JSON.stringify({ name: 'a', text: million })), 413, 'body_too_large');
	fails(await post('/v1/desk/session', million), 413, 'body_too_large');
	const page = await server.request('POST', '/articles/bruecke/comments', { headers: { ...FORM, Accept: 'text/html' }, body: `text=${million}` });
	assert.equal(page.status, 413);
	const announced = await rawRequest(`POST ${COMMENTS}`, 'Content-Type: application/json\r\nContent-Length: 99999999999\r\n');
	assert.equal(statusOf(announced), 413);
	const chunk = 'ffff\r\n' + 'x'.repeat(0xffff) + '\r\n';
	const chunked = await rawRequest(`POST ${COMMENTS}`, 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n', chunk.repeat(4) + '0\r\n\r\n');
	assert.ok([413, undefined].includes(statusOf(chunked) || undefined), chunked.slice(0, 200));
});

test('what is not JSON', async () => {
	const cases = ['', '{', '[]', '"x"', 'null', '{"text":1}', '{"text":["a"]}', '{"text":"a","text":"b"}', '{"text":"a"}x', "{'text':'a'}",
		'{"name":{"a":1},"text":"b"}', '{"name":"a","text":"\\ud800"}', '{"name":"a","text":"\\u0000"}', '{"name":"a\\u0000","text":"b"}', '{"text":1e999}', '{"parent":7,"text":"a","name":"b"}',
		'['.repeat(60000), '{"a":'.repeat(12000), '{"a":'.repeat(12000) + '1' + '}'.repeat(12000), '\ufeff{"name":"a","text":"b"}'];
	for (const body of cases)
		for (const path of [COMMENTS, '/v1/articles/nirgends/check', '/v1/articles/nirgends/discover', '/v1/desk/session']) {
			const answer = await post(path, body);
			is4xx(answer, `${path} ${body.slice(0, 40)}`);
		}
	fails(await post(COMMENTS, '{"name":"a","text":"b","text":"c"}'), 400, 'json_invalid');
	fails(await post(COMMENTS, '{"name":"a","text":"b"}', { 'Content-Type': 'text/plain' }), 415, 'json_expected');
	fails(await server.request('POST', COMMENTS, { body: '{"name":"a","text":"b"}' }), 415, 'json_expected');
	fails(await server.request('POST', COMMENTS, { headers: FORM, body: 'name=a&text=b' }), 415, 'json_expected');
});

test('a body that would have to be unpacked first', async () => {
	const body = '{"name":"a","text":"b"}';
	for (const coding of ['gzip', 'br', 'GZIP', 'identity, gzip', 'x'])
		for (const path of [COMMENTS, '/v1/desk/session']) {
			const answer = await post(path, body, { 'Content-Encoding': coding });
			fails(answer, 415, 'body_encoded');
			assert.equal(answer.headers['accept-encoding'], 'identity');
		}
	fails(await server.request('PUT', '/v1/articles/neu', { headers: { ...JSON_TYPE, Authorization: 'Bearer x', 'Content-Encoding': 'gzip' }, body: gzipSync('{}') }), 415, 'body_encoded');
	assert.equal(statusOf(await rawRequest(`POST ${COMMENTS}`, 'Content-Type: application/json\r\nContent-Encoding: identity\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n', '{}')), 415);
	const page = await server.request('POST', '/articles/bruecke/comments', { headers: { ...FORM, Accept: 'text/html', 'Content-Encoding': 'deflate' }, body: 'name=a&text=b' });
	assert.equal(page.status, 415);
	assert.match(page.text, /<!doctype html>/);
	for (const coding of ['identity', 'Identity', ''])
		assert.notEqual((await post(COMMENTS, body, { 'Content-Encoding': coding })).status, 415);
	assert.equal((await server.request('GET', COMMENTS, { headers: { 'Content-Encoding': 'gzip' } })).status, 200, 'what has no body');
});

test('broken UTF-8', async () => {
	const bad = Buffer.from([0xc3, 0x28, 0xff, 0xed, 0xa0, 0x80, 0xf4, 0x90, 0x80, 0x80]);
	const json = Buffer.concat([Buffer.from('{"name":"a","text":"'), bad, Buffer.from('"}')]);
	is4xx(await post(COMMENTS, json), 'JSON');
	for (const path of ['/%ff', '/articles/%c3%28', '/v1/articles/%ed%a0%80', '/v1/articles/%ff/comments', '/articles/%00', '/articles/a%00b', '/v1/articles/%'])
		is4xx(await server.get(path), path);
	for (const query of ['reply=%ff', 'after=%c3%28', 'lang=%ff', 'site=%ff', 'sent=%00', 'reply', '&&==&', '%', 'reply=%zz', `reply=${'a'.repeat(3000)}`]) {
		for (const path of ['/articles/bruecke', '/v1/articles/bruecke/thread', COMMENTS]) {
			const answer = await server.get(`${path}?${query}`);
			assert.ok(answer.status < 500, `${path}?${query}: ${answer.status}`);
			assert.doesNotThrow(() => new TextDecoder('utf-8', { fatal: true }).decode(answer.body), `${path}?${query} is not UTF-8`);
		}
	}
	for (const body of ['name=a&text=%ff%fe', 'name=%c3%28&text=b', 'name=a&text=b&email=%ff', 'name=a&text=a%00b', '%ff=%ff', 'name=a&text=b&parent=%ff&edit=%ff&idempotency_key=%ff']) {
		const answer = await server.request('POST', '/articles/bruecke/comments', { headers: { ...FORM, Accept: 'text/html' }, body });
		is4xx(answer, body);
		assert.doesNotThrow(() => new TextDecoder('utf-8', { fatal: true }).decode(answer.body), `${body}: the answer is not UTF-8`);
	}
	const rawBytes = await raw(Buffer.concat([Buffer.from('POST /articles/bruecke/comments HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 22\r\n\r\nname=a&text=' ), bad]));
	assert.ok([400, 303].includes(statusOf(rawBytes)) && statusOf(rawBytes) === 400, rawBytes.slice(0, 100));
});

test('a form that is odd', async () => {
	const send = (body, headers = FORM) => server.request('POST', '/articles/bruecke/comments', { headers: { Accept: 'text/html', ...headers }, body });
	for (const body of ['', '=', '&&&&', 'text', 'text=a&text=b'.repeat(1000), 'a=b&'.repeat(20000), '%'.repeat(1000), 'action=unfug', 'action=check', 'action=check&text=' + '%F0%9F%98%80'.repeat(6000)]) {
		const answer = await send(body);
		assert.ok(answer.status < 500, `${body.slice(0, 30)}: ${answer.status}`);
	}
	is4xx(await send('name=a&text=b', { 'Content-Type': 'text/plain' }), 'text/plain form');
	is4xx(await send('{"name":"a","text":"b"}', JSON_TYPE), 'JSON to the form');
});

const calm = (what) => assert.ok(server.alive(), `${what} ended the server\n${server.log.slice(-2000)}`);
const soon = (asking) => asking.catch((e) => ({ gone: e, setCookies: [], rawHeaders: [] }));

test('an address cannot break the headers of the answer', async () => {
	const reader = new Reader(server), key = uuid(), text = 'Bringt eine Kennung, für die Kopfzeilen.';
	const { id } = await reader.submit(text, { key });
	const crlf = '%0d%0aSet-Cookie:%20evil=1%0d%0a';
	const again = { name: reader.name, text, idempotency_key: key, action: 'send' };
	for (const article of [`x${crlf}`, 'x%01', 'x%7f', '%22%3e', 'a%20b', 'ä', '%2f%2fevil.example', 'x%3fy%23z']) {
		for (const [path, fields] of [[`/articles/${article}/comments/${id}/withdraw`, {}], [`/articles/${article}/comments`, again], [`/articles/bruecke/comments?site=test${article}`, again],
			[`/articles/bruecke/comments?lang=${article}`, again]]) {
			const answer = await soon(reader.postForm(fields, { path }));
			await until(() => answer.status || !server.alive(), { what: 'answer or end' });
			calm(path);
			assert.ok(answer.status < 500, `${path}: ${answer.status}`);
			assert.ok(!answer.setCookies.some((c) => c.startsWith('evil')), answer.rawHeaders.join('\n'));
			assert.match(answer.headers.location ?? '/articles/x', /^\/articles\/[\x21-\x7e]+$/, path);
		}
	}
	for (const path of [`/articles/bruecke?lang=${crlf}`, `/${crlf}`, `/media/x${crlf}.jpg`, `/articles/${crlf}`])
		assert.ok((await server.get(path)).status < 500, path);
});

test('nor can a capability', async () => {
	const odd = `${'a'.repeat(20)}\x01\x02%${'b'.repeat(20)}`; // 43 bytes, as a capability has
	for (const header of [`Cookie: freigabe_reader=${odd}`, `Freigabe-Reader: ${odd}`, `Freigabe-Reader: ${'\xff'.repeat(43)}`, `Cookie: freigabe_reader=${'\xff'.repeat(43)}`,
		`Cookie: freigabe_reader=${'\t'.repeat(43)}`, `Cookie: freigabe_reader="${'a'.repeat(41)}"`, `Freigabe-Reader: ${'a'.repeat(20)}; Domain=x${'b'.repeat(13)}`]) {
		for (const [path, type, body] of [['/articles/bruecke/comments', FORM['Content-Type'], 'name=a&text=Kopfzeile&action=send'], [COMMENTS, 'application/json', '{"name":"a","text":"Kopfzeile"}']]) {
			const got = await rawRequest(`POST ${path}`, `${header}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n`, body);
			await until(() => got || !server.alive(), { what: 'answer or end' });
			calm(JSON.stringify(header));
			assert.ok(statusOf(got) < 500, `${JSON.stringify(header)}: ${got.slice(0, 200)}`);
			assert.match(/freigabe_reader=([^\r\n]*)/.exec(got)?.[1] ?? 'A; ', /^[A-Za-z0-9_-]+; (?!.*Domain)/, header);
		}
	}
});

test('nor do other headers', async () => {
	for (const name of ['Origin', 'Accept-Language', 'Host', 'If-None-Match', 'Accept-Encoding', 'Last-Event-ID', 'X-Forwarded-For', 'Idempotency-Key', 'Content-Type', 'Authorization', 'X-CSRF-Token'])
		for (const value of ['\x01', '\xff\xfe', 'a'.repeat(3000), ',;=,,;;', '"', '*', '%', '\t'])
			for (const path of ['/articles/bruecke', COMMENTS, '/v1/desk/session']) {
				const got = await rawRequest(`GET ${path}`, `${name}: ${value}\r\nConnection: close\r\n`);
				calm(`${name}: ${JSON.stringify(value)}`);
				assert.ok(statusOf(got) < 500, `${name}: ${JSON.stringify(value)}: ${got.slice(0, 100)}`);
			}
});

test('a capability that the server did not make is none', async () => {
	const chosen = 'a'.repeat(43);
	const answer = await server.request('POST', COMMENTS, { headers: { ...JSON_TYPE, Cookie: `freigabe_reader=${chosen}` }, body: { name: 'a', text: 'Mit geratener Kennung.' } });
	if (answer.status === 201) {
		const other = await server.get('/v1/articles/bruecke/mine', { Cookie: `freigabe_reader=${chosen}` });
		assert.equal(other.status, 200); // known to who set it; a guess of 43 characters is nobody else's
	}
	for (const token of ['', 'x', 'a'.repeat(42), 'a'.repeat(44), "' OR 1=1 --", 'a'.repeat(3000)])
		assert.deepEqual((await server.get('/v1/articles/bruecke/mine', { 'Freigabe-Reader': token })).json.comments, []);
});

/* ---- the protocol ---- */

test('huge headers and odd requests', async () => {
	const big = await rawRequest('GET /articles/bruecke', `X-Big: ${'x'.repeat(200000)}\r\n`);
	assert.equal(statusOf(big), 431, big.slice(0, 100));
	const many = await rawRequest('GET /articles/bruecke', Array.from({ length: 5000 }, (_, i) => `X-${i}: y\r\n`).join(''));
	assert.equal(statusOf(many), 431, many.slice(0, 100));
	const long = await rawRequest(`GET /${'a'.repeat(100000)}`);
	assert.ok([414, 431].includes(statusOf(long)), long.slice(0, 100));
	for (const text of ['GARBAGE\r\n\r\n', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'GET\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', 'GET / HTTP/1.1\r\nHost\r\n\r\n', 'GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n',
		'POST /v1/desk/session HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef', 'POST /v1/desk/session HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
		'POST /v1/desk/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n']) {
		const got = await raw(Buffer.from(text, 'latin1'), 700);
		assert.ok(!got || statusOf(got) >= 400 || statusOf(got) === 200, `${JSON.stringify(text)}: ${got.slice(0, 100)}`);
		assert.ok(server.alive());
	}
	const noHost = await raw(Buffer.from('GET /healthz HTTP/1.0\r\n\r\n'));
	assert.equal(statusOf(noHost), 200);
});

test('slow clients hold up nobody', async () => {
	const sockets = Array.from({ length: 40 }, (_, i) => {
		const socket = net.connect(server.port, '127.0.0.1');
		socket.on('error', () => {});
		socket.write(i % 2 ? 'GET /articles/bru' : `POST ${COMMENTS} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"na`);
		return socket;
	});
	const drip = setInterval(() => sockets.forEach((s) => s.destroyed || s.write('e')), 100);
	const reader = new Reader(server), at = Date.now();
	await reader.submit('Während andere trödeln, komme ich durch.');
	for (let i = 0; i < 20; i++)
		assert.equal((await server.get('/articles/bruecke')).status, 200);
	assert.ok(Date.now() - at < 3000, `took ${Date.now() - at} ms`);
	clearInterval(drip);
	sockets.forEach((s) => s.destroy());
	// who does not read the answers, neither
	const deaf = net.connect(server.port, '127.0.0.1').on('error', () => {});
	deaf.pause();
	deaf.write('GET /articles/bruecke HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(500));
	assert.equal((await server.get('/articles/bruecke')).status, 200);
	deaf.destroy();
});

test('pipelined requests are answered in order', async () => {
	const got = await raw(Buffer.from('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3) + 'GET /nirgends HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'), 2000);
	assert.equal(statusOf(got), 200);
});

test('routes that are not there, methods that are not allowed', async () => {
	for (const path of ['/nirgends', '/v1', '/v1/', '/v1/articles', '/v1/desk', '/articles', '/articles/', '/articles/bruecke/', '/../etc/passwd', '/%2e%2e/etc/passwd', '/assets/../x', '/assets/none.js', '//', '/articles//comments.atom', '/media/x', '/v1/articles/bruecke/comments/'])
		is4xx(await server.get(path), path);
	fails(await server.get('/nirgends'), 404, 'not_found');
	const page = await server.get('/nirgends', { Accept: 'text/html' });
	assert.equal(page.status, 404);
	assert.match(page.headers['content-type'], /^text\/html/);
	const expect = { '/articles/bruecke': ['GET', 'HEAD'], '/v1/articles/bruecke/comments': ['GET', 'HEAD', 'POST', 'OPTIONS'], '/v1/desk/session': ['GET', 'HEAD', 'POST', 'DELETE'], '/v1/articles/bruecke/check': ['POST', 'OPTIONS'] };
	for (const [path, methods] of Object.entries(expect)) {
		for (const method of ['PATCH', 'PROPFIND', 'TRACE']) {
			const answer = await server.request(method, path);
			assert.ok([405, 501].includes(answer.status), `${method} ${path}: ${answer.status}`);
			if (answer.status === 405) {
				const allowed = (answer.headers.allow ?? '').split(/, ?/);
				for (const m of methods)
					assert.ok(allowed.includes(m), `${method} ${path}: Allow: ${answer.headers.allow}`);
			}
		}
	}
	fails(await server.request('PATCH', '/articles/bruecke'), 405, 'method_not_allowed');
	const put = await server.request('PUT', '/v1/articles/bruecke/comments', { body: '{}' });
	assert.equal(put.status, 405);
	const head = await server.request('HEAD', '/articles/bruecke');
	assert.equal(head.status, 200);
	assert.equal(head.raw.length, 0);
	assert.ok(Number(head.headers['content-length']) > 1000);
});

test('error messages come in the language of who asks', async () => {
	const message = async (headers, path = '/v1/articles/nirgends') => (await server.get(path, headers)).json.error.message;
	assert.equal(await message({ 'Accept-Language': 'de' }), 'Diesen Artikel kennen wir nicht.');
	assert.equal(await message({}), 'Diesen Artikel kennen wir nicht.');
	const english = await message({ 'Accept-Language': 'en-GB,en;q=0.9,de;q=0.5' });
	assert.notEqual(english, 'Diesen Artikel kennen wir nicht.');
	assert.match(english, /article/i);
	assert.equal(await message({ 'Accept-Language': 'de' }, '/v1/articles/nirgends?lang=en'), english);
	assert.equal(await message({ 'Accept-Language': 'fr,en;q=0.5' }), english);
	const ids = new Set();
	for (let i = 0; i < 3; i++)
		ids.add((await server.get('/v1/articles/nirgends')).json.error.request);
	assert.equal(ids.size, 3);
});

/* ---- who may ---- */

test('origins: own may write, allowed foreign by CORS, others not', async () => {
	const text = { name: 'Fern', text: 'Von einer anderen Seite geschrieben.' };
	const at = (origin, more = {}) => post(COMMENTS, JSON.stringify(text), { ...(origin ? { Origin: origin } : {}), ...more });
	for (const origin of ['https://evil.example', 'null', 'https://paper.example.evil.example', 'https://evilpaper.example', 'http://paper.example', 'https://paper.example:444', 'https://paper.example/', 'garbage']) {
		const answer = await at(origin);
		fails(answer, 403, 'origin_not_allowed');
		assert.equal(answer.headers['access-control-allow-origin'], undefined, origin);
		const read = await server.get(COMMENTS, { Origin: origin });
		assert.equal(read.headers['access-control-allow-origin'], undefined, origin);
	}
	assert.equal((await at(server.base)).status, 201);
	assert.equal((await at('http://127.0.0.1:8080')).status, 201, 'the site\'s own address');
	fails(await at('', { 'Sec-Fetch-Site': 'cross-site' }), 403, 'origin_not_allowed');
	const foreign = await at('https://paper.example');
	assert.equal(foreign.status, 201);
	assert.equal(foreign.headers['access-control-allow-origin'], 'https://paper.example');
	assert.equal(foreign.headers['access-control-allow-credentials'], undefined);
	assert.match(foreign.headers.vary ?? '', /Origin/i);
	assert.match(foreign.json.reader, /^[A-Za-z0-9_-]{43}$/);
	assert.deepEqual(foreign.setCookies, [], 'no cookie to foreign pages');
	const own = await server.get('/v1/articles/bruecke/mine', { Origin: 'https://paper.example', 'Freigabe-Reader': foreign.json.reader });
	assert.equal(own.json.comments.length, 1);
	const stranger = await server.get('/v1/articles/bruecke/mine', { Origin: 'https://paper.example', Cookie: `freigabe_reader=${foreign.json.reader}` });
	assert.deepEqual(stranger.json.comments, [], 'cookies do not count on foreign pages');
	for (const path of [COMMENTS, '/v1/articles/bruecke/thread', '/v1/articles/bruecke', '/v1/articles/nirgends', '/v1/articles/nirgends/thread'])
		assert.equal((await server.get(path, { Origin: 'https://paper.example' })).headers['access-control-allow-origin'], 'https://paper.example', path);
	const plain = await server.get(COMMENTS);
	assert.equal(plain.headers['access-control-allow-origin'], undefined);
	assert.match(plain.headers.vary ?? '', /Origin/i, 'caches must tell origins apart');
});

test('preflight', async () => {
	const ask = (origin, path = COMMENTS) => server.request('OPTIONS', path, { headers: { Origin: origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'content-type,idempotency-key,freigabe-reader' } });
	const yes = await ask('https://www.paper.example');
	assert.equal(yes.status, 204);
	assert.equal(yes.headers['access-control-allow-origin'], 'https://www.paper.example');
	assert.match(yes.headers['access-control-allow-methods'], /POST.*PUT.*DELETE/);
	for (const name of ['Content-Type', 'Idempotency-Key', 'Freigabe-Reader'])
		assert.ok(yes.headers['access-control-allow-headers'].includes(name));
	assert.equal(yes.headers['access-control-allow-credentials'], undefined);
	assert.equal((await ask('https://evil.example')).headers['access-control-allow-origin'], undefined);
	assert.equal((await ask('https://paper.example', '/v1/desk/session')).headers['access-control-allow-origin'], undefined);
});

test('the desk is for editors', async () => {
	for (const path of ['/v1/desk/session', '/v1/desk/queue', '/v1/desk/decisions', '/v1/desk/stream', '/v1/desk/revisions/zzzzzzzzzzzzz']) {
		is4xx(await server.get(path), path);
		assert.equal((await server.get(path)).status, 401, path);
		assert.equal((await server.get(path, { Cookie: 'freigabe_desk=' + 'A'.repeat(43) })).status, 401, path);
		assert.equal((await server.get(path, { Cookie: "freigabe_desk=' OR 1=1 --" })).status, 401, path);
	}
	const login = await server.request('POST', '/v1/desk/session', { body: { user: 'rike', password: 'eine lange Losung' } });
	const [cookie] = login.setCookies;
	assert.match(cookie, /^freigabe_desk=[A-Za-z0-9_-]{43};/);
	assert.match(cookie, /HttpOnly/i);
	assert.match(cookie, /SameSite=Strict/i);
	assert.match(cookie, /Path=\//);
	const reader = await server.request('POST', COMMENTS, { body: { name: 'Keks', text: 'Ein Satz für den Keks.' } });
	assert.match(reader.setCookies[0], /^freigabe_reader=[A-Za-z0-9_-]{43};.*HttpOnly.*SameSite=Lax/i);
	fails(await server.request('POST', '/v1/desk/session', { body: { user: 'rike', password: 'falsch geraten' } }), 401, 'login_failed');
	fails(await server.request('POST', '/v1/desk/session', { body: { user: 'niemand', password: 'eine lange Losung' } }), 401, 'login_failed');
});

test('without the session\'s token nothing is decided', async () => {
	const sent = await new Reader(server).submit('Über mich entscheidet keine fremde Seite.');
	const item = await rike.item(sent.id);
	const body = { action: 'release', version: item.version };
	const path = `/v1/desk/revisions/${item.revision}/decision`;
	for (const csrf of ['', 'falsch', 'A'.repeat(43)])
		fails(await rike.write(path, body, { csrf }), 403, 'csrf');
	fails(await rike.request('DELETE', '/v1/desk/session'), 403, 'csrf');
	const omar = await new Editor(server).login('omar');
	fails(await rike.write(path, body, { csrf: omar.csrf }), 403, 'csrf');
	assert.equal((await rike.item(sent.id)).version, item.version);
	for (const id of ['kaputt', 'zzzzzzzzzzzzz', '0000000000000', '%00', "'"]) {
		is4xx(await rike.write(`/v1/desk/revisions/${id}/decision`, body), id);
		is4xx(await rike.undo(id), id);
		is4xx(await rike.get(`/v1/desk/queue?after=${encodeURIComponent(id)}x`), id);
	}
	for (const limit of ['0', '-1', '99999999999999999999', 'x', ''])
		assert.equal((await rike.get(`/v1/desk/queue?limit=${limit}`)).status, 200);
	assert.equal((await omar.request('DELETE', '/v1/desk/session', { headers: { 'X-CSRF-Token': omar.csrf } })).status, 204);
	assert.equal((await omar.get('/v1/desk/queue')).status, 401);
});

test('odd ids of comments and cursors', async () => {
	for (const id of ['x', 'zzzzzzzzzzzzz', '0'.repeat(13), '9'.repeat(13), "1' OR '1'='1", '../../x', 'ä', 'x'.repeat(2000)]) {
		const q = encodeURIComponent(id);
		is4xx(await server.request('PUT', `${COMMENTS}/${q}`, { body: { text: 'b' } }), id);
		is4xx(await server.request('DELETE', `${COMMENTS}/${q}`), id);
		is4xx(await server.request('POST', COMMENTS, { body: { name: 'a', text: 'b', parent: id } }), id);
		for (const path of [`${COMMENTS}?after=${q}`, `/v1/articles/bruecke/thread?after=${q}`, `/articles/bruecke?after=${q}`])
			assert.ok((await server.get(path)).status < 500, path);
	}
});
