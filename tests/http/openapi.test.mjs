// docs/openapi.yaml is true: each operation is called, well and badly, and each answer is held against it.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { totp } from '../lib/totp.mjs';
import { Authenticator } from '../lib/authenticator.mjs';
import { CLIENT, lyingProvider } from '../lib/provider.mjs';
import { startServer, until, uuid, PASSWORD } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { request, form, FORM } from '../lib/http.mjs';
import { Contract, file } from '../lib/openapi.mjs';
import { decideMany, sql } from '../lib/automatic.mjs';

const contract = new Contract();
const FOREIGN = 'https://www.paper.example';
const A = '/v1/articles/bruecke';
const NO_ID = '6000000000000';
let server, limited, site, provider, rike, wilma, key, released;

// Calls an operation as `who` (a reader, an editor or nobody) and minds the status.
async function call(id, path, status, { who, headers, body } = {}) {
	const { method } = contract.operation(id);
	const answer = who ? await who.request(method, path, { headers, body }) : await request(server, method, path, { headers, body });
	assert.equal(answer.status, status, `${id} ${path}: ${answer.text.slice(0, 400)}`);
	return contract.answer(id, answer);
}
const code = (answer, expected) => assert.equal(answer.json.error.code, expected);
const csrf = () => ({ 'X-CSRF-Token': rike.csrf });
const idempotent = () => ({ 'Idempotency-Key': uuid() });
const submit = (text, more = {}, who = wilma) =>
	call('submit', `${A}/comments`, 201, { who, headers: idempotent(), body: { name: 'Wilma Test', text, ...more } });

before(async () => {
	const page = '<title>Der Hafen wird tiefer</title><meta property="og:title" content="Der Hafen wird tiefer">' +
		`<article><h1>Der Hafen wird tiefer</h1>${'<p>Die Bagger kommen im Frühjahr in den Hafen und bleiben ein Jahr.</p>'.repeat(20)}</article>`;
	site = http.createServer((req, res) => res.writeHead(req.url === '/hafen' ? 200 : 404, { 'Content-Type': 'text/html' }).end(page));
	await new Promise((done) => site.listen(0, '127.0.0.1', done));
	provider = await lyingProvider();
	server = await startServer({ site: { origins: FOREIGN, hosts: '127.0.0.1' }, config: { article_pages: 'private',
		oidc_issuer: provider.issuer, oidc_client_id: CLIENT, oidc_name: 'Haus', oidc_network: 'private' } });
	server.cli('article', 'import', new URL('../../data/demo/articles/elverbruecke.md', import.meta.url).pathname);
	limited = await startServer({ limits: 'on' });
	key = server.cli('key', 'new', 'contract').trim();
	rike = await new Editor(server).login();
	wilma = new Reader(server);
	released = (await submit('Gut, dass die Stadt den Pfeiler der Brücke prüfen lässt.')).json.id;
	await rike.release(released);
});
after(async () => {
	site?.close();
	await provider?.end();
	await limited?.end();
	await server?.end();
});

// ---- the document itself ----

test('the document has the server\'s routes, all of them and no others', () => {
	const rows = [...file('src/api/routes.c').matchAll(/\{HTTP_([A-Z]+), "([^"]+)"/g)].map(([, method, path]) => `${method} ${path}`);
	assert.ok(rows.length > 30, 'routes.c is read');
	assert.deepEqual([...contract.routes].sort(), rows.sort());
});

test('what the document refers to is there, and nothing is left over', () => {
	const refs = new Set(contract.refs());
	for (const ref of refs)
		contract.at({ $ref: ref });
	for (const kind of ['schemas', 'parameters', 'headers', 'responses'])
		for (const name of Object.keys(contract.doc.components[kind]))
			assert.ok(refs.has(`#/components/${kind}/${name}`), `${kind}/${name} is not used`);
	const ids = contract.operations.map((o) => o.operationId);
	assert.equal(new Set(ids).size, ids.length);
	for (const op of contract.operations) {
		const declared = (op.parameters || []).map((p) => contract.at(p)).filter((p) => p.in === 'path').map((p) => p.name);
		assert.deepEqual([...op.path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort(), declared.sort(), op.path);
	}
});

test('the document\'s error codes are those that i18n has sentences for', () => {
	const keys = ['article', 'desk', 'error', 'reader', 'review', 'widget'].flatMap((name) => Object.keys(JSON.parse(file(`i18n/${name}.en.json`))));
	const codes = keys.filter((k) => k.startsWith('error.')).map((k) => k.slice(6));
	assert.deepEqual(contract.doc.components.schemas.ErrorCode.enum.toSorted?.() ?? [...contract.doc.components.schemas.ErrorCode.enum].sort(), codes.sort());
});

test('the check can fail', () => {
	const json = (status, body, type = 'application/json') => ({ status, headers: { 'content-type': type }, text: JSON.stringify(body), json: body });
	assert.throws(() => contract.answer('mine', json(200, { comments: [{}] })), /required property/);
	assert.throws(() => contract.answer('mine', json(200, { comments: [], more: 1 })), /additional properties/);
	assert.throws(() => contract.answer('mine', json(418, {})), /no answer 418/);
	assert.throws(() => contract.answer('mine', json(200, { comments: [] }, 'text/plain')), /no content of type/);
});

// ---- what goes for many operations ----

const CONCRETE = { webhook: NO_ID, delivery: NO_ID, id: 'bruecke', comment: NO_ID, revision: NO_ID, decision: NO_ID, session: NO_ID, member: NO_ID, invitation: NO_ID, passkey: NO_ID,
	objection: NO_ID, notice: NO_ID, evidence: NO_ID, article: 'nix', token: `${NO_ID}-x`, name: 'x', rest: 'x' };
const concrete = (op, more = {}) => op.path.replace(/\{(\w+)\}/g, (_, name) => ({ ...CONCRETE, ...more })[name]);
const asGoogle = (op) => op.tags.includes('perspective'); // errors in Google's form; a key, and nothing that a browser adds
const takesBody = (op) => ['POST', 'PUT', 'DELETE'].includes(op.method);

test('a path answers a method that it does not serve with 405', async () => {
	for (const path of new Set(contract.operations.map((op) => concrete(op)))) {
		const answer = await request(server, 'PATCH', path);
		assert.equal(answer.status, 405, path);
		assert.match(answer.headers.allow, /[A-Z]/);
		contract.check({ $ref: '#/components/schemas/ErrorBody' }, answer.json, path);
	}
});

test('a body that is too large is refused by each operation', async () => {
	for (const op of contract.operations.filter(takesBody)) {
		const agent = new http.Agent();
		const answer = await request(server, op.method, concrete(op), { body: 'x'.repeat((2 << 20) + 1), agent });
		agent.destroy();
		assert.equal(answer.status, 413, op.operationId);
		contract.answer(op.operationId, answer);
	}
});

test('bodies must be JSON, an object, and said to be', async () => {
	const ops = contract.operations.filter((op) => op.requestBody?.content['application/json'] && op.operationId !== 'putArticle' && !asGoogle(op));
	assert.ok(ops.length >= 6);
	for (const op of ops) {
		const options = { who: rike, headers: { ...csrf(), ...idempotent() } };
		code(await call(op.operationId, concrete(op), 415, { ...options, body: 'a=b' }), 'json_expected');
		options.headers['Content-Type'] = 'application/json';
		for (const body of ['[]', '{', '{"text":"a","text":"b"}'])
			code(await call(op.operationId, concrete(op), 400, { ...options, body }), 'json_invalid');
	}
});

test('the desk asks who is there, and for the token when something is to change', async () => {
	const ops = contract.operations.filter((op) => op.security?.some((s) => s.desk));
	assert.ok(ops.length >= 8);
	for (const op of ops) {
		await call(op.operationId, concrete(op), 401);
		if (op.method !== 'GET')
			code(await call(op.operationId, concrete(op), 403, { who: rike, body: {} }), 'csrf');
	}
});

test('pages of strangers may not write', async () => {
	const ops = contract.operations.filter((op) => takesBody(op) && (!op.path.startsWith('/v1/desk') || op.path.includes('/invitation')) && !op.security?.some((s) => s.desk) && op.operationId !== 'putArticle' && !asGoogle(op));
	assert.ok(ops.length >= 7);
	for (const op of ops)
		await call(op.operationId, concrete(op), 403, { headers: { Origin: 'https://evil.example', ...idempotent() }, body: {} });
});

test('articles, sites and comments that nobody knows', async () => {
	for (const [id, path] of [['article', '/v1/articles/nix'], ['comments', '/v1/articles/nix/comments'], ['thread', '/v1/articles/nix/thread'],
		['stream', '/v1/articles/nix/stream'], ['articlePage', '/articles/nix'], ['feed', '/articles/nix/comments.atom'],
		['frontPage', '/?site=nix'], ['mine', `${A}/mine?site=nix`], ['media', '/media/nix.jpg'], ['asset', '/assets/nix.js']])
		await call(id, path, 404);
	for (const [id, path, body] of [['submit', '/v1/articles/nix/comments', { name: 'A', text: 'Ein Text.' }], ['check', '/v1/articles/nix/check', { text: 'x' }],
		['revise', `${A}/comments/${NO_ID}`, { text: 'Ein Text.' }], ['withdraw', `${A}/comments/${NO_ID}`, undefined], ['discover', '/v1/articles/nix/discover?site=nix', { url: 'x' }]])
		await call(id, path, 404, { who: wilma, headers: idempotent(), body });
	const fields = form({ name: 'A', text: 'Ein Text.', idempotency_key: uuid() });
	await call('submitForm', '/articles/nix/comments', 404, { who: wilma, headers: FORM, body: fields });
	await call('withdrawForm', `/articles/bruecke/comments/${NO_ID}/withdraw`, 404, { who: wilma, headers: FORM, body: '' });
	await call('revision', `/v1/desk/revisions/${NO_ID}`, 404, { who: rike });
	await call('decide', `/v1/desk/revisions/${NO_ID}/decision`, 404, { who: rike, headers: csrf(), body: { action: 'release', version: 1 } });
	await call('undo', `/v1/desk/decisions/${NO_ID}/undo`, 404, { who: rike, headers: csrf() });
	await call('objectionPage', `/objection/${NO_ID}-x`, 404);
	await call('object', '/objection/x', 404, { headers: FORM, body: form({ text: 'Nein.' }) });
	for (const [id, body] of [['letter', { rules: ['profanity'] }], ['remove', { rules: ['profanity'] }], ['pick', { picked: true }], ['suspend', { days: 1, rules: ['profanity'] }],
		['endSession', undefined], ['changeMember', { role: 'editor' }], ['resetMember', undefined], ['endInvitation', undefined], ['claim', { revision: NO_ID }],
		['decideObjection', { outcome: 'reject', reasons: 'Nein.' }], ['sessionSite', { site: 'nix' }]])
		await call(id, concrete(contract.operation(id)), 404, { who: rike, headers: csrf(), body });
	for (const [id, body] of [['invitation', { token: 'x' }], ['acceptInvitation', { token: 'x', login: 'a', name: 'b', password: 'c' }]])
		code(await call(id, concrete(contract.operation(id)), 404, { body }), 'invitation_unknown');
});

test('limits are answered with the time to wait', async () => {
	const bodies = { submit: { name: 'A', text: '' }, check: { text: 'x' }, discover: { url: 'x' }, revise: { text: 'x' }, login: { user: 'nobody', password: 'x' },
		loginPasskey: { passkey: {} }, beginHouse: {} };
	for (const [id, body] of Object.entries({ ...bodies, askPasskey: undefined, withdraw: undefined, submitForm: '', withdrawForm: '', object: '', myDataPage: undefined, myDataFile: undefined, eraseMyData: '', readerData: undefined, eraseReaderData: {} })) {
		const op = contract.operation(id);
		let answer;
		for (let i = 0; i < 200 && answer?.status !== 429; i++)
			answer = await request(limited, op.method, concrete(op), { headers: body === '' ? FORM : idempotent(), body });
		assert.equal(answer.status, 429, id);
		contract.answer(id, answer);
	}
});

// ---- pages and assets ----

test('pages', async () => {
	const front = await call('frontPage', '/', 200);
	const article = await call('articlePage', '/articles/elverbruecke', 200);
	await call('articlePage', `/articles/bruecke?sent=${released}`, 200, { who: wilma });
	await call('articlePage', `/articles/bruecke?reply=${released}`, 200);
	await call('articlePage', '/articles/bruecke?after=zz', 400);
	await call('deskPage', '/desk', 200);
	for (const path of ['/desk/', '/desk/a/b'])
		await call('deskPageBelow', path, 200);
	const feed = await call('feed', '/articles/bruecke/comments.atom', 200);
	assert.match(feed.text, /Pfeiler/);
	const [script] = /\/assets\/widget-[^"]+/.exec(article.text), [style] = /\/assets\/site-[^"]+/.exec(front.text);
	const [picture] = /\/media\/[0-9a-f]+\.\w+/.exec(article.text);
	const shared = [['frontPage', '/'], ['articlePage', '/articles/bruecke'], ['feed', '/articles/bruecke/comments.atom'], ['asset', script],
		['asset', style], ['embed', '/embed.js'], ['favicon', '/favicon.svg'], ['comments', `${A}/comments`], ['thread', `${A}/thread`]];
	for (const [id, path] of shared) {
		const first = await call(id, path, 200);
		await call(id, path, 304, { headers: { 'If-None-Match': first.headers.etag } });
	}
	await call('media', picture, 200);
	await call('health', '/healthz', 200);
	assert.equal((await call('ready', '/readyz', 200)).json.ready, true);
	await call('metrics', '/metrics', 200);
	await call('metrics', '/metrics', 200, { headers: { Accept: 'application/openmetrics-text' } });
	await call('metrics', '/metrics', 404, { headers: { 'X-Forwarded-For': '192.0.2.1' } });
});

test('the form without scripts', async () => {
	const reader = new Reader(server);
	const fields = (more) => form({ name: 'Jörn', email: '', text: 'Die Behelfsbrücke wird wohl lange stehen.', idempotency_key: uuid(), action: 'send', ...more });
	const post = (status, more) => call('submitForm', '/articles/bruecke/comments', status, { who: reader, headers: FORM, body: fields(more) });
	await post(200, { action: 'check' });
	await post(400, { text: '' });
	const [, id] = /sent=(\w+)/.exec((await post(303)).headers.location);
	await call('withdrawForm', `/articles/bruecke/comments/${id}/withdraw`, 303, { who: reader, headers: FORM, body: '' });
	await post(409, { edit: id, text: 'Ein anderer Text.' });
});

// ---- readers ----

test('an article, its comments, its thread', async () => {
	await call('article', A, 200);
	const page = (await call('comments', `${A}/comments`, 200)).json;
	assert.ok(page.comments.some((c) => c.id === released));
	await call('comments', `${A}/comments?after=zz`, 400);
	await call('thread', `${A}/thread?lang=en`, 200);
	await call('thread', `${A}/thread?after=zz`, 400);
	await call('thread', `${A}/thread?reply=${released}`, 200, { who: wilma });
});

test('a comment from first to last', async () => {
	const own = (await submit('Wann fahren die Busse wieder über die Brücke?', { parent: released, email: 'w@paper.example' })).json;
	await call('mine', `${A}/mine`, 200, { who: wilma });
	await call('mine', `${A}/mine`, 200);
	const path = `${A}/comments/${own.id}`;
	await call('revise', path, 200, { who: wilma, headers: idempotent(), body: { text: 'Wann fahren die Linienbusse wieder über die Brücke?' } });
	code(await call('revise', path, 400, { who: wilma, headers: { 'Idempotency-Key': 'short' }, body: { text: 'Noch ein Text.' } }), 'key_invalid');
	code(await call('withdraw', path, 404, { who: new Reader(server) }), 'comment_unknown');
	await call('withdraw', path, 200, { who: wilma });
	code(await call('revise', path, 409, { who: wilma, headers: idempotent(), body: { text: 'Zu spät.' } }), 'comment_withdrawn');
	for (const [body, wrong] of [[{ name: 'A', text: ' ' }, 'text_empty'], [{ name: '', text: 'Text' }, 'name_empty'],
		[{ name: 'A', text: 'Text', email: 'x' }, 'email_invalid'], [{ name: 'A', text: 'Text', parent: 'x' }, 'parent_unknown'], [{ name: 1, text: 'Text' }, 'json_invalid']])
		code(await call('submit', `${A}/comments`, 400, { who: wilma, headers: idempotent(), body }), wrong);
	code(await call('submit', `${A}/comments`, 413, { who: wilma, headers: idempotent(), body: { name: 'A', text: 'lang '.repeat(1100) } }), 'text_too_long');
});

test('from a foreign origin the capability comes in the answer', async () => {
	const headers = { Origin: FOREIGN, ...idempotent() };
	const answer = await call('submit', `${A}/comments`, 201, { headers, body: { name: 'Fern', text: 'Von hier sieht man die Brücke nicht.' } });
	assert.equal(answer.headers['access-control-allow-origin'], FOREIGN);
	assert.equal(answer.headers['set-cookie'], undefined);
	const mine = await call('mine', `${A}/mine`, 200, { headers: { Origin: FOREIGN, 'Freigabe-Reader': answer.json.reader } });
	assert.equal(mine.json.comments.length, 1);
	const preflight = await call('preflight', `${A}/comments`, 204, { headers: { Origin: FOREIGN } });
	assert.equal(preflight.headers['access-control-allow-origin'], FOREIGN);
	const stranger = await call('preflight', A, 204, { headers: { Origin: 'https://evil.example' } });
	assert.equal(stranger.headers['access-control-allow-origin'], undefined);
});

test('hints while writing', async () => {
	const { hints } = (await call('check', `${A}/check`, 200, { body: { text: 'Du bist ein Idiot!' } })).json;
	assert.ok(hints.length > 0);
	assert.deepEqual((await call('check', `${A}/check`, 200, { body: { text: 'Danke für den Bericht über die Brücke.' } })).json.hints, []);
	code(await call('check', `${A}/check`, 413, { body: { text: 'x'.repeat(25000) } }), 'text_too_long');
});

test('articles of other servers and of programs', async () => {
	const at = (path) => `http://127.0.0.1:${site.address().port}${path}`;
	const found = (await call('discover', '/v1/articles/hafen/discover', 200, { body: { url: at('/hafen') } })).json;
	assert.equal(found.title, 'Der Hafen wird tiefer');
	code(await call('discover', '/v1/articles/fremd/discover', 403, { body: { url: 'https://elsewhere.example/' } }), 'fetch_host');
	await call('discover', '/v1/articles/fort/discover', 502, { body: { url: at('/fort') } });
	const put = (status, headers, body) => call('putArticle', '/v1/articles/neu', status, { headers: { Authorization: `Bearer ${key}`, ...headers }, body });
	const markdown = { 'Content-Type': 'text/markdown' };
	const text = '---\nid: neu\ntitle: Neu\n---\n\nEin Artikel mit einem Satz.\n';
	await put(201, markdown, text);
	await put(200, markdown, text);
	await put(200, {}, { title: 'Neu', body_html: '<p>Ein Artikel mit einem Satz.</p>' });
	await put(400, { 'Content-Type': 'application/json' }, '{');
	await put(400, markdown, 'kein Kopf');
	await put(415, { 'Content-Type': 'text/plain' }, text);
	await put(401, { Authorization: 'Bearer x', ...markdown }, text);
});

test('the stream of an article', async () => {
	const stream = await wilma.stream(`${A}/stream`);
	contract.answer('stream', { status: stream.status, headers: stream.headers, text: '' });
	const { id } = (await submit('Die Gutachter sollten auch die anderen Pfeiler ansehen.')).json;
	await rike.release(id);
	contract.event('stream', await stream.next((m) => m.event === 'put' && m.data.includes(id)));
	await wilma.withdraw(id);
	contract.event('stream', await stream.next((m) => m.event === 'remove'));
	stream.close();
});

// ---- the desk ----

test('log-in and log-out', async () => {
	code(await call('login', '/v1/desk/session', 401, { body: { user: 'rike', password: 'falsch' } }), 'login_failed');
	const omar = new Editor(server);
	const { json } = await call('login', '/v1/desk/session', 200, { who: omar, body: { user: 'omar', password: PASSWORD } });
	await call('session', '/v1/desk/session', 200, { who: omar });
	await call('logout', '/v1/desk/session', 204, { who: omar, headers: { 'X-CSRF-Token': json.csrf } });
	await call('session', '/v1/desk/session', 401, { who: omar });
});

test('queue, decision, undo', async () => {
	const first = (await submit('Du Idiot, die Brücke ist marode!')).json.id;
	await submit('Die Brücke ist marode, und das seit Jahren.');
	const queue = (await call('queue', '/v1/desk/queue?limit=50', 200, { who: rike })).json;
	await call('queue', `/v1/desk/queue?limit=1&after=${(await call('queue', '/v1/desk/queue?limit=1', 200, { who: rike })).json.next}`, 200, { who: rike });
	code(await call('queue', '/v1/desk/queue?after=zz', 400, { who: rike }), 'cursor_invalid');
	code(await call('queue', '/v1/desk/queue?lane=nix', 404, { who: rike }), 'lane_unknown');
	const item = queue.items.find((i) => i.comment === first);
	await call('revision', `/v1/desk/revisions/${item.revision}`, 200, { who: rike });

	const decide = (status, body, who = rike) =>
		call('decide', `/v1/desk/revisions/${item.revision}/decision`, status, { who, headers: { 'X-CSRF-Token': who.csrf }, body });
	for (const [body, wrong] of [[{ action: 'burn', version: 1 }, 'action_unknown'], [{ action: 'release' }, 'version_missing'],
		[{ action: 'reject', version: item.version }, 'rules_missing'], [{ action: 'reject', version: item.version, rules: ['x'] }, 'rule_unknown'],
		[{ action: 'return', version: item.version }, 'reason_missing']])
		code(await decide(400, body), wrong);
	const { decision } = (await decide(200, { action: 'reject', version: item.version, rules: ['profanity'], word: 'Bitte ohne Schimpfwort.' })).json;

	const omar = await new Editor(server).login('omar');
	const late = await decide(409, { action: 'release', version: item.version }, omar);
	code(late, 'already_decided');
	assert.equal(late.json.error.conflict.by, 'Rike Ahrens');
	await call('decisions', '/v1/desk/decisions?limit=5', 200, { who: rike });
	const batch = (status, body) => call('decideBatch', '/v1/desk/decisions', status, { who: rike, headers: csrf(), body });
	code(await batch(400, { decisions: [] }), 'json_invalid');
	const both = await batch(200, { decisions: [{ revision: item.revision, action: 'release', version: 1 }, { revision: NO_ID, action: 'release', version: 1 }] });
	assert.deepEqual(both.json.decisions.map((d) => d.error.code), ['already_decided', 'not_found']);
	const undo = (status, who) => call('undo', `/v1/desk/decisions/${decision}/undo`, status, { who, headers: { 'X-CSRF-Token': who.csrf } });
	code(await undo(403, omar), 'undo_not_yours');
	await undo(200, rike);
	code(await undo(409, rike), 'undo_done');
});

test('comments under an article are closed and opened', async () => {
	const put = (status, body, article = 'library') => call('closeThread', `/v1/desk/articles/${article}/comments`, status, { who: rike, headers: csrf(), body });
	code(await put(404, { open: false }, 'nix'), 'article_unknown');
	code(await put(400, { open: false, hours: -1 }), 'hours_invalid');
	await put(200, { open: false, hours: 2, reason: 'Bitte eine Pause.' });
	await put(200, { open: true });
	await call('closing', '/v1/desk/closing', 200, { who: rike });
	const keep = (status, body) => call('keepOpen', '/v1/desk/closing', status, { who: rike, headers: csrf(), body });
	code(await keep(400, { keep_open_hours: 25 }), 'keep_open_invalid');
	await keep(200, { keep_open_hours: 2 });
	await keep(200, { keep_open_hours: 0 });
	await call('keepOpen', '/v1/desk/closing', 403, { who: rike, body: { keep_open_hours: 2 } });
});

test('when a comment will have been reviewed', async () => {
	await call('delay', '/v1/delay?lang=en', 200);
	code(await call('delay', '/v1/delay?site=nix', 404), 'site_unknown');
});

test('finding a text', async () => {
	assert.ok((await call('search', '/v1/desk/search?q=br&limit=3', 200, { who: rike })).json.hits.length > 0);
	code(await call('search', '/v1/desk/search?state=nix', 400, { who: rike }), 'search_invalid');
	await call('search', '/v1/desk/search', 401, { who: new Reader(server) });
});

test('looking back on a comment', async () => {
	const [{ comment, revision }] = (await rike.get('/v1/desk/search?limit=1')).json.hits;
	await call('story', `/v1/desk/comments/${comment}/story`, 200, { who: rike });
	await call('around', `/v1/desk/comments/${comment}/around`, 200, { who: rike });
	server.cliWith(PASSWORD + '\n', 'user', 'set', 'nora', '--name', 'Nora', '--role', 'editor', '--password-stdin');
	const nora = await new Editor(server).login('nora'), member = (await rike.get('/v1/desk/staff')).json.members.find((m) => m.login === 'nora');
	await rike.request('PUT', `/v1/desk/staff/${member.id}`, { headers: csrf(), body: { role: 'editor', sections: ['Nirgends'] } });
	code(await call('group', `/v1/desk/revisions/${revision}/group`, 403, { who: nora }), 'section_forbidden');
	for (const [id, what] of [['story', 'story'], ['around', 'around']]) {
		code(await call(id, `/v1/desk/comments/6000000000000/${what}`, 404, { who: rike }), 'comment_unknown');
		code(await call(id, `/v1/desk/comments/${comment}/${what}`, 403, { who: nora }), 'section_forbidden');
		await call(id, `/v1/desk/comments/${comment}/${what}`, 401, { who: new Reader(server) });
	}
});

test('how the team works', async () => {
	const mine = { who: rike, headers: csrf() };
	const { version, longest_wait_minutes } = (await call('settings', '/v1/desk/settings', 200, { who: rike })).json;
	assert.equal(longest_wait_minutes, 240);
	const save = (status, body) => call('saveSettings', '/v1/desk/settings', status, { ...mine, body: { version, longest_wait_minutes: 60, four_eyes: [], shifts: [], closed_days: [], ...body } });
	const before = (await rike.queue()).items[0];
	code(await save(400, { longest_wait_minutes: 0 }), 'wait_invalid');
	code(await save(400, { four_eyes: [''] }), 'sections_invalid');
	code(await save(400, { four_eyes: 7 }), 'sections_invalid');
	const shift = { days: [1, 2, 3, 4, 5], from: 420, to: 1320, editors: 2 };
	for (const wrong of [{ days: [] }, { days: [8] }, { from: 1320 }, { to: 1441 }, { editors: 0 }, { from: 'früh' }])
		code(await save(400, { shifts: [{ ...shift, ...wrong }] }), 'shift_invalid');
	code(await save(400, { shifts: Array(21).fill(shift) }), 'shift_invalid');
	code(await save(400, { closed_days: ['25.12.2026'] }), 'shift_invalid');
	code(await save(400, { closing: { hours: [{ days: [], from: 0, to: 0 }] } }), 'closing_invalid');
	const saved = (await save(200, { shifts: [shift], closed_days: ['2026-12-25'] })).json;
	assert.deepEqual([saved.shifts, saved.closed_days], [[shift], ['2026-12-25']]);
	code(await save(409, {}), 'conflict');
	if (before) {
		const after = await rike.revision(before.revision);
		assert.ok(Math.abs((after.due_at - after.submitted_at) * 4 - (before.due_at - before.submitted_at)) < 8, 'due times follow');
	}
	await call('saveSettings', '/v1/desk/settings', 200, { ...mine, body: { ...saved, longest_wait_minutes: 240, shifts: [], closed_days: [] } });
});

test('one\'s own account', async () => {
	const omar = await new Editor(server).login('omar');
	const mine = () => ({ who: omar, headers: { 'X-CSRF-Token': omar.csrf } });
	const other = await new Editor(server).login('omar');
	const { sessions } = (await call('sessions', '/v1/desk/sessions', 200, { who: omar })).json;
	assert.equal(sessions.filter((s) => s.this).length, 1);
	const ended = sessions.find((s) => !s.this);
	await call('endSession', `/v1/desk/sessions/${ended.id}`, 204, mine());
	await call('session', '/v1/desk/session', 401, { who: other });
	await call('sessionSite', '/v1/desk/session/site', 200, { ...mine(), body: { site: 'test' } });
	const change = (status, body) => call('changePassword', '/v1/desk/password', status, { ...mine(), body });
	code(await change(403, { before: 'falsch', after: 'lang genug ist es' }), 'password_wrong');
	code(await change(400, { before: PASSWORD, after: 'kurz' }), 'password_short');
	await change(204, { before: PASSWORD, after: 'lang genug ist es' });
	await change(204, { before: 'lang genug ist es', after: PASSWORD });
});

test('one-time codes', async () => {
	server.cliWith(PASSWORD + '\n', 'user', 'set', 'kim', '--name', 'Kim', '--password-stdin');
	const kim = await new Editor(server).login('kim'), mine = { who: kim, headers: { 'X-CSRF-Token': kim.csrf } };
	const at = '/v1/desk/factors/totp';
	await call('factors', '/v1/desk/factors', 200, { who: kim });
	await call('confirmTotp', at, 404, { ...mine, body: { code: '123456' } });
	const { secret } = (await call('beginTotp', at, 200, { ...mine, body: { password: PASSWORD } })).json;
	await call('beginTotp', at, 403, { ...mine, body: { password: 'falsch' } });
	await call('confirmTotp', at, 400, { ...mine, body: { code: 'abc' } });
	await call('confirmTotp', at, 200, { ...mine, body: { code: totp(secret) } });
	await call('confirmTotp', at, 409, { ...mine, body: { code: totp(secret) } });
	await call('beginTotp', at, 409, { ...mine, body: { password: PASSWORD } });
	code(await call('login', '/v1/desk/session', 401, { body: { user: 'kim', password: PASSWORD } }), 'second_factor');
	const { members } = (await call('staff', '/v1/desk/staff', 200, { who: rike })).json;
	const reset = (await call('resetMember', `/v1/desk/staff/${members.find((m) => m.login === 'kim').id}/reset`, 201, { who: rike, headers: csrf() })).json;
	await call('acceptInvitation', '/v1/desk/invitation/accept', 204, { body: { token: reset.link.split('#')[1], login: '', name: '', password: PASSWORD } });
	const again = await call('login', '/v1/desk/session', 200, { who: kim, body: { user: 'kim', password: PASSWORD, code: totp(secret, Date.now() + 30000) } });
	Object.assign(mine, { who: kim, headers: { 'X-CSRF-Token': again.json.csrf } });
	await call('endTotp', at, 204, { ...mine, body: { password: PASSWORD } });
});

test('passkeys, proofs, what a site demands', async () => {
	const address = async (url, passkeys) => {
		server.cli('site', 'set', 'test', '--address', url);
		await until(async () => (await call('ways', '/v1/desk/ways', 200)).json.passkeys === passkeys);
	};
	server.cliWith(PASSWORD + '\n', 'user', 'set', 'pia', '--name', 'Pia', '--role', 'administrator', '--password-stdin');
	const pia = await new Editor(server).login('pia'), mine = { who: pia, headers: { 'X-CSRF-Token': pia.csrf } }, key = new Authenticator();
	const password = { password: PASSWORD }, at = '/v1/desk/factors', guest = new Editor(server);
	await call('ways', '/v1/desk/ways?site=nix', 404);
	assert.match((await call('ways', '/v1/desk/ways?failed=oidc_state', 200)).json.failed, /./);
	code(await call('newRecovery', `${at}/recovery`, 409, { ...mine, body: password }), 'factor_missing');
	for (const [id, path] of [['askPasskey', '/v1/desk/session/options'], ['loginPasskey', '/v1/desk/session/passkey']])
		code(await call(id, path, 409, { body: { passkey: {} } }), 'passkey_address');
	code(await call('beginPasskey', `${at}/passkeys/options`, 409, { ...mine, body: password }), 'passkey_address');
	await address('http://localhost:8080', true);
	code(await call('beginPasskey', `${at}/passkeys/options`, 403, { ...mine, body: {} }), 'proof_needed');
	code(await call('proofOptions', `${at}/proof`, 409, { ...mine, body: {} }), 'passkey_none');
	const offer = async () => (await call('beginPasskey', `${at}/passkeys/options`, 200, { ...mine, body: password })).json.options;
	const add = (status, name, passkey) => call('addPasskey', `${at}/passkeys`, status, { ...mine, body: { name, passkey } });
	const { id } = (await add(201, 'Rechner', key.create(await offer()))).json;
	code(await add(409, 'Rechner', key.create(await offer())), 'passkey_there');
	code(await add(403, 'Rechner', {}), 'passkey_expired');
	await call('factors', at, 200, { who: pia });
	code(await call('renamePasskey', `${at}/passkeys/${id}`, 400, { ...mine, body: { name: '' } }), 'passkey_name');
	await call('renamePasskey', `${at}/passkeys/${id}`, 204, { ...mine, body: { name: 'Bund' } });
	await call('renamePasskey', `${at}/passkeys/${NO_ID}`, 404, { ...mine, body: { name: 'Bund' } });
	await call('removePasskey', `${at}/passkeys/${NO_ID}`, 404, { ...mine, body: password });
	code(await call('newRecovery', `${at}/recovery`, 403, { ...mine, body: { code: '123456' } }), 'second_factor_wrong');
	const { options } = (await call('proofOptions', `${at}/proof`, 200, { ...mine, body: {} })).json;
	await call('newRecovery', `${at}/recovery`, 200, { ...mine, body: { passkey: key.get(options) } });
	code(await call('askPasskey', '/v1/desk/session/options', 403, { headers: { Origin: 'https://evil.example' } }), 'origin_not_allowed');
	const asked = (await call('askPasskey', '/v1/desk/session/options', 200, { who: guest })).json.options;
	code(await call('login', '/v1/desk/session', 401, { body: { user: 'pia', ...password } }), 'second_factor');
	const inside = (await call('loginPasskey', '/v1/desk/session/passkey', 200, { who: guest, body: { passkey: key.get(asked) } })).json;
	code(await call('loginPasskey', '/v1/desk/session/passkey', 403, { who: guest, body: { passkey: key.get(asked) } }), 'passkey_expired');
	guest.csrf = inside.csrf;

	const rules = (status, body, who = pia) => call('saveAccess', '/v1/desk/access', status, { who, headers: { 'X-CSRF-Token': who.csrf }, body });
	const { version } = (await call('access', '/v1/desk/access', 200, { who: pia })).json;
	code(await call('access', '/v1/desk/access', 403, { who: await new Editor(server).login('omar') }), 'role_insufficient');
	code(await rules(400, { version }), 'json_invalid');
	code(await rules(409, { version, second_factor: false, passwords: false }), 'password_needed');
	const stream = await pia.stream('/v1/desk/stream');
	await rules(200, { version, second_factor: true, passwords: true }, guest);
	contract.event('deskStream', await stream.next((m) => m.event === 'account'));
	code(await call('removePasskey', `${at}/passkeys/${id}`, 409, { ...mine, body: password }), 'factor_demanded');
	const { secret } = (await call('beginTotp', `${at}/totp`, 200, { ...mine, body: password })).json;
	assert.deepEqual((await call('confirmTotp', `${at}/totp`, 200, { ...mine, body: { code: totp(secret) } })).json.recovery, []);
	await call('removePasskey', `${at}/passkeys/${id}`, 204, { ...mine, body: password });
	code(await call('endTotp', `${at}/totp`, 409, { ...mine, body: password }), 'factor_demanded');
	await rules(200, { version: version + 1, second_factor: false, passwords: true });
	await address('http://127.0.0.1:8080', false);
	const { members } = (await rike.get('/v1/desk/staff')).json; // rike is the only administrator again
	await call('changeMember', `/v1/desk/staff/${members.find((m) => m.login === 'pia').id}`, 204, { who: rike, headers: csrf(), body: { role: 'editor' } });
});

test('the house\'s own log-in', async () => {
	const at = '/v1/desk/oidc', guest = new Editor(server);
	provider.lie = { discovery: { issuer: 'https://evil.example' } };
	code(await call('beginHouse', at, 502, { body: {} }), 'oidc_provider');
	provider.lie = {};
	code(await call('beginHouse', at, 403, { headers: { Origin: 'https://evil.example' }, body: {} }), 'origin_not_allowed');
	code(await call('beginHouse', at, 404, { body: { invitation: 'x' } }), 'invitation_unknown');
	const omar = (await rike.get('/v1/desk/staff')).json.members.find((m) => m.login === 'omar');
	const { id, link: reset } = (await rike.request('POST', `/v1/desk/staff/${omar.id}/reset`, { headers: csrf() })).json;
	code(await call('beginHouse', at, 409, { body: { invitation: reset.split('#')[1] } }), 'oidc_reset');
	await rike.request('DELETE', `/v1/desk/staff/invitations/${id}`, { headers: csrf() });
	const { link } = (await rike.write('/v1/desk/staff/invitations', { name: 'Ida', role: 'editor' })).json;
	const { url } = (await call('beginHouse', at, 200, { who: guest, body: { invitation: link.split('#')[1] } })).json;
	provider.person = { sub: 'ida', preferred_username: 'ida' };
	const back = await call('houseReturn', `/desk/oidc?${provider.code(url)}`, 303, { who: guest });
	assert.equal(back.headers.location, '/desk/');
	await call('houseReturn', '/desk/oidc', 303);
	const session = (await call('session', '/v1/desk/session', 200, { who: guest })).json, mine = { who: guest, headers: { 'X-CSRF-Token': session.csrf } };
	code(await call('unlinkHouse', '/v1/desk/factors/house', 409, { ...mine, body: {} }), 'oidc_only');
	await call('unlinkHouse', '/v1/desk/factors/house', 204, { who: rike, headers: csrf(), body: { password: PASSWORD } });
	code(await call('unlinkHouse', '/v1/desk/factors/house', 403, { who: rike, headers: csrf(), body: {} }), 'proof_needed');
});

test('people are invited, change roles, leave', async () => {
	const mine = { who: rike, headers: csrf() }, omar = await new Editor(server).login('omar');
	const lead = { who: omar, headers: { 'X-CSRF-Token': omar.csrf } };
	const invite = (status, body, who = mine) => call('invite', '/v1/desk/staff/invitations', status, { ...who, body });
	code(await invite(400, { name: 'Neu', role: 'chef' }), 'role_unknown');
	code(await invite(400, { name: '', role: 'editor' }), 'name_empty');
	code(await invite(403, { name: 'Neu', role: 'editor' }, lead), 'role_insufficient');
	const { id, link } = (await invite(201, { name: 'Neu', email: 'neu@paper.example', role: 'trainee', sections: ['Lokales'], lang: 'de' })).json;
	const gone = (await invite(201, { name: 'Weg', role: 'auditor' })).json;
	await call('endInvitation', `/v1/desk/staff/invitations/${gone.id}`, 204, mine);
	const people = (await call('staff', '/v1/desk/staff', 200, { who: rike })).json;
	assert.deepEqual(people.invitations.map((i) => i.id), [id]);
	await call('staff', '/v1/desk/staff', 403, { who: omar });
	const token = link.split('#')[1];
	await call('invitation', '/v1/desk/invitation', 200, { body: { token } });
	const accept = (status, body) => call('acceptInvitation', '/v1/desk/invitation/accept', status, { who: new Reader(server), body: { token, login: 'neu', name: 'Neu', password: 'lang genug ist es', ...body } });
	code(await accept(400, { password: 'kurz' }), 'password_short');
	code(await accept(409, { login: 'rike' }), 'login_taken');
	const { user, sections } = (await accept(200, {})).json;
	assert.deepEqual([user.role, sections], ['trainee', ['Lokales']]);
	code(await accept(404, {}), 'invitation_unknown');

	const { members } = (await call('staff', '/v1/desk/staff', 200, { who: rike })).json;
	const of = (login) => members.find((m) => m.login === login).id;
	const change = (status, login, body, who = mine) => call('changeMember', `/v1/desk/staff/${of(login)}`, status, { ...who, body });
	await change(204, 'neu', { role: 'editor', sections: [] });
	code(await change(400, 'neu', { role: 'editor', sections: [''] }), 'sections_invalid');
	code(await change(409, 'rike', { role: 'editor' }), 'last_administrator');
	code(await change(403, 'neu', { role: 'lead' }, lead), 'role_insufficient');
	await call('resetMember', `/v1/desk/staff/${of('neu')}/reset`, 201, mine);
	await change(204, 'neu', { role: 'editor', open: false });
	code(await call('login', '/v1/desk/session', 403, { body: { user: 'neu', password: 'lang genug ist es' } }), 'account_closed');
	const log = (await call('staffLog', '/v1/desk/staff/log', 200, { who: rike })).json.entries;
	for (const kind of ['login', 'invited', 'uninvited', 'joined', 'role', 'reset', 'closed', 'password'])
		assert.ok(log.some((e) => e.kind === kind), kind);
	await call('staffLog', `/v1/desk/staff/log?before=${log[0].id}`, 200, { who: rike });
	code(await call('staffLog', '/v1/desk/staff/log?before=zz', 400, { who: rike }), 'cursor_invalid');
	await call('staffLog', '/v1/desk/staff/log', 403, { who: omar });
	for (const query of ['kind=transparency&format=html', 'kind=transparency&format=csv', 'kind=transparency&format=text', 'kind=transparency&format=json&profile=platform',
		'kind=statements&format=json&lang=en', 'kind=statements&format=jsonl', 'kind=statements&format=csv'])
		await call('report', `/v1/desk/report?${query}`, 200, { who: rike });
	code(await call('report', '/v1/desk/report', 400, { who: rike }), 'report_invalid');
	code(await call('report', '/v1/desk/report?kind=statements&format=csv&from=x', 400, { who: rike }), 'report_period');
	await call('report', '/v1/desk/report', 403, { who: omar });
});

test('lanes, the board, who looks at what', async () => {
	const mine = { who: rike, headers: csrf() };
	const save = (status, lanes) => call('saveLanes', '/v1/desk/lanes', status, { ...mine, body: { lanes } });
	await submit('Du Idiot, lass die Finger von der Brücke!');
	const { lanes } = (await save(200, [{ name: 'Grob', filter: { scores: { profanity: [0.5, 1] }, sections: ['Lokales'], suggestions: ['look', 'reject'], author: 'any' } }])).json;
	const rude = lanes.find((l) => l.name === 'Grob');
	assert.deepEqual(lanes.slice(0, 4).map((l) => l.id), ['all', 'overdue', 'second', 'lawyer']);
	assert.ok(rude.count >= 1 && rude.count < lanes[0].count);
	assert.equal((await call('queue', `/v1/desk/queue?lane=${rude.id}&limit=50`, 200, { who: rike })).json.items.length, rude.count);
	for (const filter of [{ scores: { profanity: [2, 3] } }, { lang: 'fr' }, { nix: 1 }, { author: 'x' }, { suggestions: ['x'] }, { sections: 'x' }])
		assert.equal((await save(400, [{ name: 'A', filter: {} }, { name: 'B', filter }])).json.error.lane, 1);
	await call('lanes', '/v1/desk/lanes', 200, { who: rike });
	// the figures: each table as JSON and as CSV
	assert.equal((await call('figures', '/v1/desk/figures?days=7', 200, { who: rike })).json.whole, true);
	for (const name of ['totals', 'load', 'waits', 'distribution', 'decisions', 'engine', 'calibration', 'forecast', 'crew', 'backlog'])
		for (const [path, headers] of [[`${name}?change=0`, {}], [`${name}.csv?change=0`, {}], [`${name}?change=0`, { Accept: 'text/csv' }]])
			await call('figure', `/v1/desk/figures/${path}`, 200, { who: rike, headers });
	server.cliWith(PASSWORD + '\n', 'user', 'set', 'sport', '--name', 'Sport', '--password-stdin', '--role', 'editor');
	const sport = await new Editor(server).login('sport'), { members } = (await rike.get('/v1/desk/staff')).json;
	await rike.request('PUT', `/v1/desk/staff/${members.find((m) => m.login === 'sport').id}`, { headers: csrf(), body: { role: 'editor', sections: ['Sport'] } });
	for (const id of ['figures', 'figure']) {
		const at = id === 'figures' ? '/v1/desk/figures' : '/v1/desk/figures/waits';
		code(await call(id, `${at}?days=8`, 400, { who: rike }), 'figures_invalid');
		await call(id, at, 401, { who: new Reader(server) });
		code(await call(id, `${at}?section=Politik`, 403, { who: sport }), 'section_forbidden');
	}
	await call('figure', '/v1/desk/figures/nix', 404, { who: rike });
	const { dots } = (await call('board', `/v1/desk/board?lane=${rude.id}`, 200, { who: rike })).json;
	assert.equal(dots.length, rude.count);
	await call('board', '/v1/desk/board?lane=nix', 404, { who: rike });
	const omar = await new Editor(server).login('omar');
	const stream = await omar.stream('/v1/desk/stream');
	const claim = (await call('claim', '/v1/desk/claim', 200, { ...mine, body: { revision: dots[0].revision } })).json;
	assert.equal(claim.mine, true);
	contract.event('deskStream', await stream.next((m) => m.event === 'claims' && m.data.includes(dots[0].revision)));
	const second = (await call('claim', '/v1/desk/claim', 200, { who: omar, headers: { 'X-CSRF-Token': omar.csrf }, body: { revision: dots[0].revision } })).json;
	assert.deepEqual([second.mine, second.claims[0].by], [false, 'Rike Ahrens']);
	await call('claim', '/v1/desk/claim', 200, { ...mine, body: { revision: null } });
	await save(200, []);
	contract.event('deskStream', await stream.next((m) => m.event === 'lanes'));
	stream.close();
});

test('letters, withdrawal, suspension, objection', async () => {
	const mine = { who: rike, headers: csrf() }, omar = await new Editor(server).login('omar');
	const his = { who: omar, headers: { 'X-CSRF-Token': omar.csrf } };
	const reader = new Reader(server), text = 'Du Idiot, die Brücke steht doch.';
	const id = (await submit(text, {}, reader)).json.id, item = await rike.item(id);
	const terms = { rules: ['profanity'], law: 'insult', passages: [{ rule: 'profanity', begin: 3, end: 8 }], blocks: { profanity: 1 }, word: 'Bitte ohne.' };
	const at = (what) => `/v1/desk/revisions/${item.revision}/${what}`;
	const preview = (await call('letter', at('letter'), 200, { ...mine, body: { action: 'reject', ...terms } })).json;
	assert.match(preview.body, /»Idiot«/);
	code(await call('letter', at('letter'), 400, { ...mine, body: { action: 'reject' } }), 'rules_missing');
	code(await call('letter', at('letter'), 400, { ...mine, body: { action: 'reject', ...terms, passages: [{ rule: 'profanity', begin: 3, end: 800 }] } }), 'passage_invalid');
	code(await call('letter', at('letter'), 400, { ...mine, body: { action: 'reject', ...terms, law: 'x' } }), 'law_unknown');
	code(await call('letter', at('letter'), 400, { ...mine, body: { action: 'suspend', ...terms, days: 0 } }), 'days_invalid');
	code(await call('remove', at('removal'), 409, { ...mine, body: terms }), 'not_released');
	code(await call('pick', at('pick'), 409, { ...mine, body: { picked: true } }), 'not_released');
	await rike.release(id);
	await call('pick', at('pick'), 200, { ...mine, body: { picked: true } });
	code(await call('remove', at('removal'), 400, { ...mine, body: {} }), 'rules_missing');
	await call('remove', at('removal'), 200, { ...mine, body: terms });
	code(await call('suspend', at('suspension'), 400, { ...mine, body: { days: 400, rules: ['profanity'] } }), 'days_invalid');
	code(await call('suspend', at('suspension'), 409, { ...mine, body: { days: 0 } }), 'not_suspended');
	await call('suspend', at('suspension'), 200, { ...mine, body: { days: 3, rules: ['aggression'] } });
	code(await call('submit', `${A}/comments`, 403, { who: reader, headers: idempotent(), body: { name: 'A', text: 'Noch einer.' } }), 'author_suspended');
	await call('suspend', at('suspension'), 200, { ...mine, body: { days: 0 } });

	const stream = await rike.stream('/v1/desk/stream');
	const [, path] = /href="(\/objection\/[^"]+)"/.exec((await reader.one(id)).html);
	await call('objectionPage', path, 200);
	const object = (status, fields) => call('object', path, status, { headers: FORM, body: form(fields) });
	await object(400, { text: '' });
	await object(413, { text: 'x'.repeat(3500) });
	await object(303, { text: 'Das war anders gemeint.', email: 'w@paper.example' });
	await object(409, { text: 'Noch einmal.' });
	contract.event('deskStream', await stream.next((m) => m.event === 'objections'));
	stream.close();
	await call('objectionPage', path, 200);
	const { objections } = (await call('objections', '/v1/desk/objections', 200, { who: rike })).json;
	const decide = (status, body, who) => call('decideObjection', `/v1/desk/objections/${objections[0].id}/decision`, status, { ...who, body });
	code(await decide(400, { outcome: 'x', reasons: 'y' }, his), 'outcome_unknown');
	code(await decide(400, { outcome: 'reject', reasons: '' }, his), 'reason_missing');
	code(await decide(403, { outcome: 'reject', reasons: 'Nein.' }, mine), 'objection_same_person');
	await decide(204, { outcome: 'reject', reasons: 'Es bleibt dabei.' }, his);
	code(await decide(409, { outcome: 'uphold', reasons: 'Doch.' }, his), 'already_decided');
	assert.equal((await call('objections', '/v1/desk/objections?state=decided', 200, { who: rike })).json.objections[0].state, 'rejected');
});

test('notices of illegal content', async () => {
	const mine = { who: rike, headers: csrf() }, reader = new Reader(server);
	const id = (await submit('Die Brücke hat ein Betrüger gebaut.', {}, reader)).json.id, { revision } = await rike.item(id);
	await rike.release(id);
	const path = `/comments/${id}/notice`, key = uuid();
	await call('noticeForm', `${path}?lang=en`, 200);
	await call('noticeForm', `/comments/${NO_ID}/notice`, 404);
	const give = (status, more) => call('giveNotice', path, status, { headers: FORM, body: form({ revision, form_key: key, kind: 'insult', explanation: 'Ich bin gemeint.', name: 'Nora', email: 'nora@leser.example', good_faith: '1', ...more }) });
	await call('giveNotice', `/comments/${NO_ID}/notice`, 404, { headers: FORM, body: form({ kind: 'insult', explanation: 'x', name: 'N', email: 'n@leser.example', good_faith: '1', form_key: key }) });
	await give(400, { kind: '' });
	await give(409, { revision: NO_ID });
	await give(413, { explanation: 'x'.repeat(3500) });
	const stream = await rike.stream('/v1/desk/stream');
	const state = (await give(303)).headers.location;
	contract.event('deskStream', await stream.next((m) => m.event === 'notices'));
	stream.close();
	await call('noticeState', state, 200);
	await call('noticeState', `/notice/${NO_ID}-x`, 404);
	const one = (await call('notices', '/v1/desk/notices', 200, { who: rike })).json.cases.find((c) => c.comment.id === id);
	const decide = (status, body, at = one.id) => call('decideNotice', `/v1/desk/notices/${at}/decision`, status, { ...mine, body: { last: one.last, ...body } });
	code(await decide(400, { outcome: 'x' }), 'outcome_unknown');
	code(await decide(400, { outcome: 'keep', last: 'x' }), 'version_missing');
	code(await decide(400, { outcome: 'keep' }), 'notice_reasons_missing');
	await decide(404, { outcome: 'keep', reasons: 'x' }, NO_ID);
	await decide(200, { outcome: 'keep', reasons: 'Eine Meinung.' });
	code(await decide(409, { outcome: 'keep', reasons: 'x' }), 'already_decided');
	await call('noticeState', state, 200);
	assert.equal((await call('notices', '/v1/desk/notices?state=decided', 200, { who: rike })).json.cases[0].outcome, 'kept');
	for (let i = 0, seen = 0; seen !== 429; i++) {
		assert.ok(i < 40, 'the limit is reached');
		seen = (await request(limited, 'POST', `/comments/${NO_ID}/notice`, { headers: FORM, body: 'kind=x' })).status;
	}
	contract.answer('giveNotice', await request(limited, 'POST', `/comments/${NO_ID}/notice`, { headers: FORM, body: 'kind=x' }));
});

test('preserved evidence', async () => {
	const mine = { who: rike, headers: csrf() };
	server.cliWith(`${PASSWORD}\n`, 'user', 'set', 'edna', '--name', 'Edna', '--role', 'editor', '--password-stdin');
	const edna = await new Editor(server).login('edna');
	const { revision } = await rike.item((await submit('Ich weiß, wo der Baumeister wohnt.')).json.id);
	const keep = (status, body, at = revision) => call('preserveEvidence', `/v1/desk/revisions/${at}/evidence`, status, { ...mine, body });
	code(await keep(400, { reason: '' }), 'evidence_reason_missing');
	await keep(404, { reason: 'x' }, NO_ID);
	const { id } = (await keep(201, { reason: 'Drohung.' })).json;
	await call('evidenceList', '/v1/desk/evidence', 200, { who: rike });
	code(await call('evidenceList', '/v1/desk/evidence?before=x!', 400, { who: rike }), 'cursor_invalid');
	await call('evidence', `/v1/desk/evidence/${id}`, 200, { who: rike });
	await call('evidenceFile', `/v1/desk/evidence/${id}/file`, 200, { who: rike });
	for (const [op, path] of [['evidence', ''], ['evidenceFile', '/file']]) {
		await call(op, `/v1/desk/evidence/${NO_ID}${path}`, 404, { who: rike });
		await call(op, `/v1/desk/evidence/${id}${path}`, 403, { who: edna });
	}
	await call('evidenceList', '/v1/desk/evidence', 403, { who: edna });
	const end = (status, body, at = id) => call('endEvidence', `/v1/desk/evidence/${at}/end`, status, { ...mine, body });
	code(await end(400, { reason: '' }), 'evidence_reason_missing');
	await end(404, { reason: 'x' }, NO_ID);
	await end(204, { reason: 'Vorbei.' });
	code(await end(409, { reason: 'Vorbei.' }), 'hold_ended');
});

test('webhooks: named, tried out, changed, removed', async () => {
	const mine = { who: rike, headers: csrf() }, url = 'https://localhost:9/hook', types = ['comment.held', 'article.closed'], all = '/v1/desk/webhooks';
	const { webhook, secret } = (await call('addWebhook', all, 201, { ...mine, body: { url, types } })).json, at = `${all}/${webhook.id}`;
	assert.match(secret, /^whsec_/);
	code(await call('addWebhook', all, 400, { ...mine, body: { url: 'http://paper.example/', types } }), 'webhook_url');
	code(await call('addWebhook', all, 400, { ...mine, body: { url, types: ['comment.text'] } }), 'webhook_types');
	code(await call('addWebhook', all, 400, { ...mine, body: { url, types: 'comment.held' } }), 'json_invalid');
	await call('changeWebhook', at, 204, { ...mine, body: { url, types, active: true } });
	code(await call('changeWebhook', at, 400, { ...mine, body: { url: 'x', types } }), 'webhook_url');
	code(await call('changeWebhook', `${all}/${NO_ID}`, 404, { ...mine, body: { url: 'x', types } }), 'webhook_unknown');
	await submit('Wird das gemeldet?');
	const seen = await until(async () => {
		const list = (await call('webhookDeliveries', `${at}/deliveries`, 200, { who: rike })).json.deliveries;
		return list[0]?.tries && list;
	}, { what: 'a try' });
	assert.deepEqual(seen.map((d) => [d.type, d.state, d.problem]), [['comment.held', 'waiting', 'private']]);
	assert.equal((await call('webhooks', all, 200, { who: rike })).json.webhooks[0].waiting, 1);
	assert.equal((await call('testWebhook', `${at}/test`, 200, mine)).json.problem, 'private');
	code(await call('resendDelivery', `${at}/deliveries/${seen[0].id}`, 404, mine), 'delivery_unknown');
	server.sql("UPDATE webhook_delivery SET state = 'failed', claim = 0");
	await call('resendDelivery', `${at}/deliveries/${seen[0].id}`, 204, mine);
	assert.notEqual((await call('newWebhookSecret', `${at}/secret`, 200, mine)).json.secret, secret);
	const omar = await new Editor(server).login('omar'), his = { who: omar, headers: { 'X-CSRF-Token': omar.csrf } };
	const others = [['changeWebhook', at], ['removeWebhook', at], ['newWebhookSecret', `${at}/secret`], ['testWebhook', `${at}/test`],
		['webhookDeliveries', `${at}/deliveries`], ['resendDelivery', `${at}/deliveries/${seen[0].id}`]];
	for (const [op, path] of [['webhooks', all], ['addWebhook', all], ...others])
		await call(op, path, 403, { ...(op.startsWith('webhook') ? { who: omar } : his), ...(/^(add|change)/.test(op) ? { body: { url, types } } : {}) });
	await call('removeWebhook', at, 204, mine);
	for (const [op, path] of others)
		await call(op, path, 404, { ...(op === 'webhookDeliveries' ? { who: rike } : mine), ...(op === 'changeWebhook' ? { body: { url, types } } : {}) });
	for (let i = 0; i < 20; i++)
		await call('addWebhook', all, 201, { ...mine, body: { url, types } });
	code(await call('addWebhook', all, 413, { ...mine, body: { url, types } }), 'webhooks_many');
	for (const w of (await call('webhooks', all, 200, { who: rike })).json.webhooks)
		await call('removeWebhook', `${all}/${w.id}`, 204, mine);
});

test('persons: found, handed over, erased; by the desk and by themselves', async () => {
	const mine = { who: rike, headers: csrf() };
	const reader = new Reader(server), { id } = (await submit('Wer plant die neue Brücke eigentlich?', { email: 'Person@paper.example' }, reader)).json;
	const { persons } = (await call('persons', '/v1/desk/persons/search', 200, { ...mine, body: { q: 'person@paper.example' } })).json;
	code(await call('persons', '/v1/desk/persons/search', 400, { ...mine, body: { q: '' } }), 'search_invalid');
	const at = `/v1/desk/persons/${persons[0].id}`;
	await call('person', at, 200, { who: rike });
	await call('person', `${at}?format=html&comment=${id}`, 200, { who: rike });
	await call('person', `/v1/desk/persons/${NO_ID}`, 404, { who: rike });
	const omar = await new Editor(server).login('omar');
	for (const [op, path] of [['person', at], ['erasures', '/v1/desk/erasures'], ['privacy', '/v1/desk/privacy']])
		await call(op, path, 403, { who: omar });
	const item = await rike.item(id);
	await call('line', `/v1/desk/revisions/${item.revision}/line`, 200, { who: rike });
	await call('line', `/v1/desk/revisions/${NO_ID}/line`, 404, { who: rike });
	await call('group', `/v1/desk/revisions/${item.revision}/group`, 200, { who: rike });
	await call('group', `/v1/desk/revisions/${NO_ID}/group`, 404, { who: rike });
	code(await call('group', `/v1/desk/revisions/${item.revision}/group?link=nirgends.example`, 400, { who: rike }), 'link_unknown');
	await call('erasePerson', `/v1/desk/persons/${NO_ID}/erasure`, 404, { ...mine, body: {} });
	const { preview } = (await call('erasePerson', `${at}/erasure`, 200, { ...mine, body: { comment: id } })).json;
	code(await call('erasePerson', `${at}/erasure`, 400, { ...mine, body: { confirm: true } }), 'erase_unconfirmed');
	code(await call('erasePerson', `${at}/erasure`, 409, { ...mine, body: { confirm: true, digest: '0123456789abcdef' } }), 'person_changed');
	await call('erasePerson', `${at}/erasure`, 200, { ...mine, body: { comment: id, confirm: true, digest: preview.digest } });
	assert.equal((await call('erasures', '/v1/desk/erasures', 200, { who: rike })).json.erasures[0].erased, 1);

	const now = (await call('privacy', '/v1/desk/privacy', 200, { who: rike })).json;
	await call('savePrivacy', '/v1/desk/privacy', 200, { ...mine, body: now });
	code(await call('savePrivacy', '/v1/desk/privacy', 409, { ...mine, body: now }), 'conflict');
	code(await call('savePrivacy', '/v1/desk/privacy', 400, { ...mine, body: { ...now, address_days: 99 } }), 'term_invalid');

	const own = new Reader(server), confirm = { headers: FORM, body: form({ confirm: 'yes' }) };
	await submit('Und wer bezahlt sie?', {}, own);
	await call('myDataPage', '/my-data', 200, { who: own });
	await call('myDataFile', '/my-data.json', 200, { who: own });
	await call('readerData', '/v1/reader/data', 200, { who: own });
	await call('readerPreflight', '/v1/reader/data', 204, { headers: { Origin: FOREIGN } });
	await call('eraseMyData', '/my-data', 400, { who: own, headers: FORM, body: '' });
	await call('eraseMyData', '/my-data', 200, { who: own, ...confirm });
	for (const [op, path] of [['myDataPage', '/my-data?site=nix'], ['myDataFile', '/my-data.json'], ['readerData', '/v1/reader/data']])
		await call(op, path, 404);
	await call('eraseMyData', '/my-data?site=nix', 404, confirm);
	code(await call('eraseReaderData', '/v1/reader/data', 400, { body: {} }), 'erase_unconfirmed');
	code(await call('eraseReaderData', '/v1/reader/data', 404, { body: { confirm: true } }), 'person_unknown');
	const last = new Reader(server);
	await submit('Und wann wird sie fertig?', {}, last);
	await call('eraseReaderData', '/v1/reader/data', 200, { who: last, body: { confirm: true } });
});

test('the newsroom\'s own settings', async () => {
	const mine = { who: rike, headers: csrf() };
	const { version, usual } = (await call('policy', '/v1/desk/policy', 200, { who: rike })).json;
	code(await call('policy', '/v1/desk/policy?version=99', 404, { who: rike }), 'not_found');
	const entries = [{ kind: 'word', rule: 'profanity', weight: 0.9, text: 'brimborix*', reason: 'Nein: {0}' }, { kind: 'remark', text: ' x' },
		{ kind: 'except', rule: '*', text: 'zonk' }, { kind: 'pattern', rule: 'ad_link', weight: 0.5, text: 'kauf\\d' }];
	const saved = (await call('savePolicy', '/v1/desk/policy', 200, { ...mine, body: { version, thresholds: { ...usual, engaging: { look: null } }, entries } })).json;
	code(await call('savePolicy', '/v1/desk/policy', 409, { ...mine, body: { version, entries } }), 'policy_changed');
	const bad = { entries: [{ ...entries[0], text: '?' }, { ...entries[3], text: '(a' }], thresholds: { profanity: { look: 7 } } };
	code(await call('savePolicy', '/v1/desk/policy', 400, { ...mine, body: { version, ...bad } }), 'policy_invalid');
	await call('policyVersions', '/v1/desk/policy/versions', 200, { who: rike });
	const attempt = (status, body) => call('tryPolicy', '/v1/desk/policy/try', status, { ...mine, body });
	await attempt(200, { entries, text: 'Ein Brimborix!', article: 'bruecke' });
	await attempt(200, { entries });
	await attempt(200, { ...bad, text: 'x' });
	code(await attempt(400, { entries: 7 }), 'json_invalid');
	code(await attempt(404, { entries, text: 'x', article: 'nix' }), 'article_unknown');
	await call('savePolicy', '/v1/desk/policy', 200, { ...mine, body: { version: saved.version, entries: [] } });
});

test('learning from decisions, and what thresholds would have meant', async () => {
	const mine = { who: rike, headers: csrf() };
	await call('outcomes', '/v1/desk/policy/outcomes', 200, { who: rike });
	await call('outcomeComments', '/v1/desk/policy/outcomes/comments?rule=aggression&which=released&score=0', 200, { who: rike });
	code(await call('outcomeComments', '/v1/desk/policy/outcomes/comments?rule=aggression&which=released&score=x', 400, { who: rike }), 'query_invalid');
	await call('learningDecisions', '/v1/desk/learning/decisions', 200, { who: rike });
	await call('scheduleLearning', '/v1/desk/learning/schedule', 200, { ...mine, body: { schedule: 'weekly' } });
	code(await call('scheduleLearning', '/v1/desk/learning/schedule', 400, { ...mine, body: { schedule: 'hourly' } }), 'json_invalid');
	await call('chooseModel', '/v1/desk/learning/model', 200, { ...mine, body: { version: 0 } });
	code(await call('chooseModel', '/v1/desk/learning/model', 400, { ...mine, body: {} }), 'version_missing');
	code(await call('chooseModel', '/v1/desk/learning/model', 404, { ...mine, body: { version: 3 } }), 'model_gone');
	/* A run over so few decisions takes no time: whoever comes second is too late, or comes while it runs. */
	const run = async (id) => contract.answer(id, await rike.request(contract.operation(id).method, '/v1/desk/learning/run', { headers: csrf() }));
	const seen = new Set();
	await until(async () => {
		for (const answer of await Promise.all([run('startLearning'), run('startLearning'), run('stopLearning')]))
			seen.add(answer.status);
		seen.add(`stop ${(await run('stopLearning')).status}`);
		return seen.has(202) && seen.has(409) && seen.has('stop 409');
	}, { what: 'a second run that is refused' });
	await call('learning', '/v1/desk/learning', 200, { who: rike });
});

test('the lane that releases by itself', async () => {
	const own = await startServer(), editor = await new Editor(own).login(), mine = { who: editor, headers: { 'X-CSRF-Token': editor.csrf } };
	await decideMany(own, editor, 122);
	const { sections: [{ section, choices }] } = (await call('automatic', '/v1/desk/automatic', 200, { who: editor })).json;
	const terms = { section, limit: 0.05, threshold: choices.at(-1).threshold, draw: 0.05, first: 3, delay_seconds: 60, password: PASSWORD };
	const sign = (status, body, who = mine) => call('signAutomatic', '/v1/desk/automatic/policies', status, { ...who, body });
	const close = (status, body) => call('closeAutomatic', '/v1/desk/automatic/closings', status, { ...mine, body });
	code(await sign(400, { ...terms, draw: 0 }), 'automatic_invalid');
	code(await sign(409, { ...terms, threshold: 0 }), 'automatic_changed');
	code(await sign(403, { ...terms, password: 'geraten' }), 'password_wrong');
	const stream = await editor.stream('/v1/desk/stream');
	const { open } = (await sign(200, terms)).json.sections[0];
	contract.event('deskStream', await stream.next((m) => m.event === 'automatic'));
	stream.close();
	await close(200, { section, version: open.version, word: 'Genug.' });
	code(await close(409, { section, version: open.version }), 'automatic_closed');
	contract.answer('decisions', await editor.get('/v1/desk/decisions?by=automatic'));
	await own.end();
	const guesser = await new Editor(limited).login();
	let answer;
	for (let i = 0; i < 50 && answer?.status !== 429; i++)
		answer = await guesser.write('/v1/desk/automatic/policies', { ...terms, password: `Losung ${i}` });
	contract.answer('signAutomatic', answer);
	code(answer, 'login_throttled');
});

test('how far editors agree', async () => {
	const { version } = (await call('agreement', '/v1/desk/agreement', 200, { who: rike })).json;
	const share = (status, body) => call('shareJudgedTwice', '/v1/desk/agreement', status, { who: rike, headers: csrf(), body });
	await share(200, { version, share: 0.03 });
	code(await share(409, { version, share: 0.03 }), 'conflict');
	code(await share(400, { version: version + 1, share: 0.3 }), 'share_invalid');
	await share(200, { version: version + 1, share: 0 });
	sql(server, `INSERT INTO double_check SELECT d.id, d.revision_id, d.site_id, 'Lokales', d.id, d.editor_id, d.action, d.rules, d.editor_id, 'reject', 'profanity',
		d.decided_at, d.decided_at FROM decision d WHERE d.action = 'release' ORDER BY d.seq LIMIT 1`);
	await call('agreementPairs', '/v1/desk/agreement/pairs', 200, { who: rike });
	const csv = await call('agreementCsv', '/v1/desk/agreement/figures.csv', 200, { who: rike });
	assert.match(csv.text, /^decision,1,0,0,1,,,\r$/m);
});

test('an edit, an answer and what came before, as the desk shows them', async () => {
	const { id } = (await submit('Mehr Platz für Räder auf der Brücke wäre gut.', { parent: released })).json;
	await rike.release(id);
	await wilma.revise(id, 'Mehr Platz für Räder auf der Brücke wäre sehr gut.');
	const item = await rike.item(id);
	const answer = await call('revision', `/v1/desk/revisions/${item.revision}`, 200, { who: rike });
	assert.ok(answer.json.released_text && answer.json.parent && answer.json.earlier.length);
	await wilma.revise(id, 'Viel mehr Platz für Räder auf der Brücke wäre sehr gut.');
	const superseded = await call('decide', `/v1/desk/revisions/${item.revision}/decision`, 409, { who: rike, headers: csrf(), body: { action: 'release', version: item.version } });
	code(superseded, 'revision_superseded');
});

test('the desk\'s stream', async () => {
	const stream = await rike.stream('/v1/desk/stream');
	contract.answer('deskStream', { status: stream.status, headers: stream.headers, text: '' });
	const { id } = (await submit('Noch eine Frage zur Behelfsbrücke: Wer zahlt sie?')).json;
	contract.event('deskStream', await stream.next((m) => m.event === 'queue' && JSON.parse(m.data).added));
	await rike.release(id);
	contract.event('deskStream', await stream.next((m) => m.event === 'queue' && JSON.parse(m.data).by));
	stream.close();
});

test('the stand-in for Perspective', async () => {
	await call('discovery', '/$discovery/rest?version=v1alpha1', 200);
	await call('discovery', '/$discovery/rest?version=v1', 404);
	const limitedKey = limited.cli('key', 'new', 'limited').trim();
	const comment = { text: 'Du bist ein Idiot!' };
	for (const [id, body] of [['perspectiveAnalyze', { comment, requestedAttributes: { TOXICITY: {} }, spanAnnotations: true, clientToken: 't' }],
		['perspectiveSuggest', { comment, attributeScores: { TOXICITY: { summaryScore: { value: 1 } } }, clientToken: 't' }]]) {
		const { path } = contract.operation(id), headers = { 'X-Goog-Api-Key': key };
		await call(id, path, 200, { headers, body });
		await call(id, path, 400, { headers, body: { ...body, languages: ['fr'] } });
		await call(id, path, 400, { headers, body: {} });
		await call(id, path, 403, { body });
		let answer;
		for (let i = 0; i < 1000 && answer?.status !== 429; i++)
			answer = await request(limited, 'POST', path, { headers: { 'X-Goog-Api-Key': limitedKey }, body });
		assert.equal(answer.status, 429, id);
		contract.answer(id, answer);
	}
});

test('a server that is about to stop says so', async () => {
	const leaving = await startServer({ config: { drain_wait: 60 } });
	leaving.child.kill('SIGTERM');
	const answer = await until(async () => {
		const got = await leaving.get('/readyz');
		return got.json.reasons.includes('draining') && got;
	}, { what: 'draining' });
	assert.equal(answer.status, 503);
	contract.answer('ready', answer);
	await leaving.end(); // a second signal ends the wait
});

// Must stand last: by now every answer that the document promises has been seen.
test('no answer of the document was left out', () => {
	const promised = contract.operations.flatMap((op) => Object.keys(op.responses).map((status) => `${op.operationId} ${status}`));
	assert.deepEqual(promised.filter((answer) => !contract.seen.has(answer)), []);
});
