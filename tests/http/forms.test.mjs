// The comment form as it works without scripts.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, uuid } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';

let server, rike;
before(async () => {
	server = await startServer();
	rike = await new Editor(server).login();
});
after(() => server?.end());

const fields = (text, more = {}) => ({ name: 'Änne Groß', email: '', text, parent: '', edit: '', idempotency_key: uuid(), action: 'send', ...more });
const unescape = (html) => html.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;|&#x27;/g, "'").replace(/&amp;/g, '&');
const area = (html) => unescape(/<textarea[^>]*>\n?([\s\S]*?)<\/textarea>/.exec(html)[1]);
const value = (html, name) => {
	const tag = new RegExp(`<input[^>]*name="${name}"[^>]*>`).exec(html)[0];
	return unescape(/ value="([^"]*)"/.exec(tag)[1]);
};

async function send(reader, text, more) {
	const answer = await reader.postForm(fields(text, more));
	assert.equal(answer.status, 303, answer.text.slice(0, 400));
	const [, id] = /^\/articles\/bruecke\?sent=([0-9a-z]{13})#comment-\1$/i.exec(answer.headers.location);
	return { id, location: answer.headers.location };
}

test('the page brings a whole form', async () => {
	const html = await new Reader(server).page();
	const form = /<form[^>]*class="frg-form"[\s\S]*?<\/form>/.exec(html)[0];
	assert.match(form, /method="post"/);
	assert.match(form, /action="\/articles\/bruecke\/comments(#form)?"/);
	for (const name of ['name', 'email', 'text', 'parent', 'edit', 'idempotency_key'])
		assert.match(form, new RegExp(`name="${name}"`));
	assert.match(form, /name="action" value="send"/);
	assert.match(form, /name="action" value="check"/);
});

test('two visitors are not handed the same idempotency key', async () => {
	const keys = [value(await new Reader(server).page(), 'idempotency_key'), value(await new Reader(server).page(), 'idempotency_key')];
	if (keys[0])
		assert.notEqual(keys[0], keys[1]);
});

test('sent: 303 to a page that thanks and shows the comment', async () => {
	const reader = new Reader(server), text = 'Die Umleitung über die Autobahn kostet mich täglich zwanzig Minuten.';
	const { id, location } = await send(reader, text);
	assert.ok(reader.jar.has('freigabe_reader'));
	const html = (await reader.get(location.split('#')[0])).text;
	assert.ok(html.includes(text));
	assert.match(html, /frg-thanks/);
	assert.match(html, new RegExp(`id="comment-${id}"`));
	assert.match(html, /data-state="held"/);
	const other = (await new Reader(server).get(location.split('#')[0])).text;
	assert.ok(!other.includes(text));
	assert.equal((await reader.get('/articles/bruecke')).headers['cache-control'], 'private, no-store');
});

test('sent twice with one key is one comment', async () => {
	const reader = new Reader(server), key = uuid();
	const one = await send(reader, 'Zweimal auf den Knopf gedrückt.', { idempotency_key: key });
	const two = await send(reader, 'Zweimal auf den Knopf gedrückt.', { idempotency_key: key });
	assert.equal(two.id, one.id);
});

test('check: the page again with hints, and nothing is saved', async () => {
	const reader = new Reader(server), text = 'Die Arschlöcher vom Bauamt sollen endlich arbeiten.';
	const before = (await rike.queue()).count;
	const answer = await reader.postForm(fields(text, { action: 'check', email: 'aenne@post.example' }));
	assert.equal(answer.status, 200);
	const html = answer.text;
	assert.match(html, /<mark>[^<]*Arschl/i);
	assert.match(html, /Schimpfwort/);
	assert.equal(area(html), text);
	assert.equal(value(html, 'name'), 'Änne Groß');
	assert.equal(value(html, 'email'), 'aenne@post.example');
	assert.equal((await rike.queue()).count, before);
});

test('an error keeps what was typed', async () => {
	const reader = new Reader(server), text = 'Zeile 1 mit <b> & "Zeichen"\nZeile 2';
	const answer = await reader.postForm(fields(text, { name: ' ', email: 'wer@post.example' }));
	assert.equal(answer.status, 400);
	assert.match(answer.headers['content-type'], /^text\/html/);
	const html = answer.text;
	assert.match(html, /role="alert"[^>]*>[\s\S]{0,40}<p>/);
	assert.match(html, /Bitte geben Sie einen Namen an/);
	assert.equal(area(html).replace(/\r\n/g, '\n'), text);
	assert.equal(value(html, 'email'), 'wer@post.example');
	const long = await reader.postForm(fields('ü'.repeat(5001)));
	assert.equal(long.status, 413);
	assert.equal(area(long.text).length, 5001);
	assert.match(long.text, /zu lang/);
	const ok = await reader.postForm(fields('ü'.repeat(5000)));
	assert.equal(ok.status, 303);
});

test('messages follow the language of the reader', async () => {
	const answer = await new Reader(server).postForm(fields('', {}), { headers: { 'Accept-Language': 'en' } });
	assert.equal(answer.status, 400);
	assert.match(answer.text, /role="alert"[\s\S]{0,200}(Please|write|text)/);
});

test('reply, edit and withdraw by form', async () => {
	const author = new Reader(server);
	const { id } = await send(author, 'Ein Gerüst täte es für den Übergang auch.');
	await rike.release(id);
	const other = new Reader(server);
	const form = await other.page('bruecke', `?reply=${id}`);
	assert.equal(value(form, 'parent'), id);
	const reply = await send(other, 'Ein Gerüst trägt keine vierzig Tonnen.', { parent: id });
	assert.equal((await rike.item(reply.id)).parent.id, id);

	const edit = await author.page('bruecke', `?edit=${id}`);
	assert.equal(value(edit, 'edit'), id);
	assert.equal(area(edit), 'Ein Gerüst täte es für den Übergang auch.');
	await send(author, 'Ein Gerüst täte es bis zum Herbst auch.', { edit: id });
	const item = await rike.item(id);
	assert.equal(item.text, 'Ein Gerüst täte es bis zum Herbst auch.');
	assert.equal(item.released_text, 'Ein Gerüst täte es für den Übergang auch.');

	const foreign = await other.page('bruecke', `?edit=${id}`);
	assert.ok(!foreign.includes('bis zum Herbst auch'), 'the edit form of another shows nothing');
	const theft = await other.postForm(fields('Fremder Text', { edit: id }));
	assert.equal(theft.status, 404);
	assert.equal((await other.postForm({}, { path: `/articles/bruecke/comments/${id}/withdraw` })).status, 404);

	const gone = await author.postForm({}, { path: `/articles/bruecke/comments/${id}/withdraw` });
	assert.equal(gone.status, 303);
	assert.match(gone.headers.location, /^\/articles\/bruecke/);
	assert.ok(!(await new Reader(server).page()).includes('Ein Gerüst täte es'));
});

test('unknown article: a page that says so', async () => {
	const answer = await new Reader(server).postForm(fields('Wohin damit?'), { article: 'nirgends' });
	assert.equal(answer.status, 404);
	assert.match(answer.headers['content-type'], /^text\/html/);
});

test('a form from another website is refused', async () => {
	const reader = new Reader(server);
	const at = async (headers) => (await reader.postForm(fields('Von fern gesteuert.'), { headers })).status;
	assert.equal(await at({ Origin: 'https://evil.example' }), 403);
	assert.equal(await at({ 'Sec-Fetch-Site': 'cross-site' }), 403);
	assert.equal(await at({ 'Sec-Fetch-Site': 'same-origin', Origin: server.base }), 303);
});
