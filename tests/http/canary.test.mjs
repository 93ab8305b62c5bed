// Nothing unreleased is readable: texts, names and addresses with words that occur nowhere else
// are brought into every state, and then searched for in all that a stranger can be told.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, until, uuid } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { Stream, form, FORM } from '../lib/http.mjs';
import { Receiver } from '../lib/receiver.mjs';

let server, rike, listener, hook;
const canaries = new Map(); // word → where it stands
const ids = {}; // state → comment that a stranger must not be able to tell from none
let released, pending, releasedCount = 0;
const notices = []; // where who reported is told, what stands there, and which words are theirs

let counter = 0;
function canary(where) {
	const word = `Zq${(++counter).toString(36).padStart(3, '0')}${Math.random().toString(36).slice(2, 10)}xv`;
	canaries.set(word, where);
	return word;
}

const hookBody = () => ({ url: hook.url, types: ['comment.held', 'comment.decided', 'comment.released', 'comment.withdrawn', 'article.closed', 'article.opened'] });

async function author(where) {
	const reader = new Reader(server, { name: canary(`${where}: name`), email: `${canary(`${where}: email`)}@post.example` });
	return { reader, text: (what = 'text') => `Zur Brücke ein Satz mit ${canary(`${where}: ${what}`)} darin.` };
}

// The e-mail address of a released comment is as secret; its name and text are not.
async function releasedComment(where) {
	const reader = new Reader(server, { name: 'Offen Genannt', email: `${canary(`${where}: email`)}@post.example` });
	const sent = await reader.submit(`Freigegeben wird dieser Satz zur Brücke: ${where}.`);
	await rike.release(sent.id);
	return { reader, id: sent.id };
}

// Notices: those who report, with an address or not, learn neither what waits nor who decides; readers and the author
// learn not who reported, nor why.
async function reportedOnes() {
	const report = async (id, more = {}) => {
		const revision = /name="revision" value="([^"]+)"/.exec((await server.get(`/comments/${id}/notice`)).text)[1];
		const answer = await new Reader(server).postForm({ kind: 'insult', explanation: `Wegen ${canary('notice: why')}`, name: canary('notice: name'), email: `${canary('notice: email')}@post.example`, good_faith: '1', form_key: uuid(), lang: 'de', revision, ...more }, { path: `/comments/${id}/notice` });
		assert.equal(answer.status, 303, answer.text);
		return answer.headers.location;
	};
	const settle = async (id, body) => {
		const n = (await rike.get('/v1/desk/notices?state=open')).json.cases.find((c) => c.comment.id === id);
		assert.equal((await rike.write(`/v1/desk/notices/${n.id}/decision`, { last: n.last, ...body })).status, 200);
	};
	notices.push([await report(pending.id), /prüft/]); // an edit waits meanwhile
	await report(released);
	await settle(released, { outcome: 'keep', reasons: canary('notice: reasons for who reported') });

	const who = await author('removed after a notice');
	const gone = (await who.reader.submit(who.text())).id;
	await rike.release(gone);
	await shown(gone, true);
	notices.push([await report(gone), /von der Seite genommen/, /^notice: reasons to remove/]);
	await settle(gone, { outcome: 'remove', rules: ['aggression'], word: canary('removed after a notice: word'), reasons: canary('notice: reasons to remove') });
	await shown(gone, false);
	ids['removed after a notice'] = gone;

	const edits = await author('edited and withdrawn after a notice');
	const left = (await edits.reader.submit(edits.text())).id;
	await rike.release(left);
	await shown(left, true);
	notices.push([await report(left), /zurückgezogen/]);
	await edits.reader.revise(left, edits.text('second text'));
	await edits.reader.withdraw(left);
	ids['edited and withdrawn after a notice'] = left;
}

before(async () => {
	server = await startServer({ site: { origins: 'https://paper.example' }, config: { webhooks: 'private' } });
	rike = await new Editor(server).login();
	hook = await new Receiver().start();
	hook.status = 503; // away until all has happened
	Object.assign(hook, (await rike.write('/v1/desk/webhooks', hookBody())).json);
	listener = await new Stream(server, '/v1/articles/bruecke/stream').opened;

	const open = await releasedComment('released');
	released = open.id;

	let who = await author('held');
	ids.held = (await who.reader.submit(who.text())).id;

	who = await author('held reply');
	ids['held reply'] = (await who.reader.submit(who.text(), { parent: released })).id;

	who = await author('rejected');
	ids.rejected = (await who.reader.submit(who.text())).id;
	await rike.reject(ids.rejected, ['off_topic', 'aggression'], `Wort an die Autorin ${canary('rejected: word')}`);

	who = await author('returned');
	ids.returned = (await who.reader.submit(who.text())).id;
	await rike.giveBack(ids.returned, `Zurück mit ${canary('returned: word')}`);

	who = await author('superseded');
	ids.superseded = (await who.reader.submit(who.text('first text'))).id;
	await who.reader.revise(ids.superseded, who.text('second text'));

	who = await author('withdrawn held');
	ids['withdrawn held'] = (await who.reader.submit(who.text())).id;
	await who.reader.withdraw(ids['withdrawn held']);

	who = await author('withdrawn after release');
	ids['withdrawn after release'] = (await who.reader.submit(who.text())).id;
	await rike.release(ids['withdrawn after release']);
	await shown(ids['withdrawn after release'], true);
	await who.reader.withdraw(ids['withdrawn after release']);

	who = await author('release undone');
	ids['release undone'] = (await who.reader.submit(who.text())).id;
	const done = await rike.release(ids['release undone']);
	await shown(ids['release undone'], true);
	assert.equal((await rike.undo(done.decision)).status, 200);

	who = await author('withdrawn, its place kept');
	const kept = (await who.reader.submit(who.text())).id;
	await rike.release(kept);
	const reply = await new Reader(server, { name: 'Offen Genannt' }).submit('Antwort, die bleibt.', { parent: kept });
	await rike.release(reply.id);
	await who.reader.withdraw(kept);

	pending = await releasedComment('pending edit');
	await pending.reader.revise(pending.id, `Neu und ungesehen: ${canary('pending edit: text')}.`);

	const twice = new Reader(server, { name: 'Offen Genannt' });
	const edited = (await twice.submit(`Alte Fassung mit ${canary('replaced by an edit: text')}.`)).id;
	await rike.release(edited);
	await shown(edited, true);
	await twice.revise(edited, 'Neue Fassung, offen für alle.');
	await rike.release(edited);

	await reportedOnes();

	releasedCount = 4; // released, the reply, pending edit, edited
	await until(async () => {
		const list = (await server.get('/v1/articles/bruecke/comments')).json;
		return list.count === releasedCount && list.comments.some((c) => c.text.startsWith('Neue Fassung'));
	}, { what: 'the last release is seen' });
});
after(async () => {
	listener?.close();
	await server?.end();
	await hook?.end();
});

async function shown(id, expected) {
	await until(async () => (await server.get('/v1/articles/bruecke/comments')).json.comments.some((c) => c.id === id) === expected,
		{ what: `${id} shown: ${expected}` });
}

function search(where, text) {
	for (const [word, what] of canaries)
		assert.ok(!text.toLowerCase().includes(word.toLowerCase()), `${what} is readable in ${where}:\n${context(text, word)}`);
}

function context(text, word) {
	const at = text.toLowerCase().indexOf(word.toLowerCase());
	return text.slice(Math.max(0, at - 300), at + 200);
}

function readerPaths() {
	const paths = ['/', '/articles/bruecke', '/articles/bruecke/comments.atom', '/v1/articles/bruecke',
		'/v1/articles/bruecke/comments', '/v1/articles/bruecke/thread', '/v1/articles/bruecke/mine',
		'/articles/nirgends', '/v1/articles/nirgends', '/v1/articles/nirgends/thread', '/nirgends', '/v1/nirgends',
		'/articles/%ff', '/v1/articles/bruecke/comments?after=kaputt', '/articles/bruecke?after=kaputt',
		'/articles/bruecke?lang=en', '/articles/bruecke?site=test', '/articles/bruecke?site=keine',
		'/v1/articles/bruecke/comments?lang=en', '/v1/articles/bruecke/thread?lang=en', '/desk/', '/healthz', '/embed.js',
		'/v1/desk/queue', '/v1/desk/decisions', '/v1/desk/session', '/v1/desk/stream', '/my-data', '/my-data.json', '/v1/reader/data',
		'/v1/delay', '/v1/delay?lang=en', '/v1/desk/notices', '/v1/desk/evidence', '/v1/desk/objections', '/v1/desk/search?q=Zq',
		'/v1/desk/report?from=2020-01-01&to=2030-01-01', '/v1/desk/figures', '/v1/desk/agreement/figures.csv', '/v1/desk/erasures', '/v1/desk/ways',
		'/v1/desk/automatic', '/v1/desk/learning/decisions', '/v1/desk/policy/outcomes/comments', '/notice/x', '/objection/x', '/$discovery/rest'];
	for (const id of [...Object.values(ids), released, 'zzzzzzzzzzzzz']) {
		for (const query of ['reply', 'edit', 'sent', 'after'])
			paths.push(`/articles/bruecke?${query}=${id}`, `/v1/articles/bruecke/thread?${query}=${id}`);
		paths.push(`/v1/articles/bruecke/comments?after=${id}`, `/v1/articles/bruecke/comments/${id}`,
			`/articles/bruecke/comments/${id}`, `/v1/desk/revisions/${id}`, `/articles/${id}`, `/media/${id}.jpg`,
			`/comments/${id}/notice`, `/comments/${id}/notice?lang=en`, `/notice/${id}-${'A'.repeat(22)}`, `/objection/${id}-${'A'.repeat(22)}`,
			`/v1/desk/comments/${id}/story`, `/v1/desk/comments/${id}/around`, `/v1/desk/revisions/${id}/line`, `/v1/desk/persons/${id}`);
	}
	return paths;
}

const encodings = ['identity', 'gzip', 'br', 'gzip, br'];

test('in no page, fragment, list, feed, error or header', async () => {
	let compressed = 0;
	for (const path of readerPaths()) {
		for (const encoding of encodings) {
			const answer = await server.get(path, { 'Accept-Encoding': encoding });
			compressed += answer.headers['content-encoding'] !== undefined;
			search(`GET ${path} (${encoding})`, answer.everything);
		}
		for (const headers of [{ Origin: 'https://paper.example' }, { Accept: 'text/html' }])
			search(`GET ${path} ${JSON.stringify(headers)}`, (await server.get(path, headers)).everything);
		const head = await server.request('HEAD', path);
		assert.equal(head.raw.length, 0);
		search(`HEAD ${path}`, head.everything);
	}
	assert.ok(compressed > 10, 'compressed forms have been seen');
});

test('nor for a stranger with a capability of their own, or an invented one', async () => {
	const other = new Reader(server, { name: 'Fremd' });
	await other.submit('Ich bin selbst jemand.', { article: 'library' });
	for (const headers of [{ Cookie: other.cookie }, { Cookie: `freigabe_reader=${'A'.repeat(43)}` }, { 'Freigabe-Reader': 'B'.repeat(43) }])
		for (const path of readerPaths())
			search(`GET ${path} ${JSON.stringify(headers)}`, (await server.get(path, headers)).everything);
});

test('who reported is told their own words and the decision: no text that waits or is gone, no name at the desk', async () => {
	for (const [path, expected, own] of notices) {
		const { everything } = await server.get(path);
		assert.match(everything, expected);
		const theirs = [...canaries].filter(([word]) => everything.includes(word)).map(([, what]) => what);
		for (const what of theirs)
			assert.ok(what === 'notice: why' || own?.test(what), `${what} in ${path}`);
		assert.ok(theirs.includes('notice: why'));
		assert.ok(!/Rike|Ahrens/.test(everything), `an editor's name in ${path}`);
	}
	assert.equal(notices.length, 3);
});

test('nor in anything that other programs are told, however late', async () => {
	hook.status = 204;
	const path = `/v1/desk/webhooks/${hook.webhook.id}`;
	assert.equal((await rike.request('PUT', path, { headers: { 'X-CSRF-Token': rike.csrf }, body: hookBody() })).status, 204);
	await until(async () => (await rike.get('/v1/desk/webhooks')).json.webhooks[0].waiting === 0, { what: 'all is told' });
	assert.ok(hook.got.length > 30, `${hook.got.length} messages`);
	for (const { url, headers, text } of hook.got)
		search('a webhook', `${url} ${JSON.stringify(headers)} ${text}`);
	assert.ok(!/Rike|Ahrens/.test(hook.got.map((g) => g.text).join()), 'no editor\'s name');
	const now = new Map();
	for (const { body: { type, data } } of hook.got.filter((g) => /released|withdrawn/.test(g.body.type)))
		now.set(data.comment_id, type === 'comment.released');
	const kept = [...now].filter(([, there]) => there).map(([id]) => id).sort();
	assert.deepEqual(kept, (await server.get('/v1/articles/bruecke/comments')).json.comments.filter((c) => !c.removed).map((c) => c.id).sort(), 'who follows them knows what is public');
});

test('no letter to anybody tells another one\'s words', () => {
	// a mail's words may go over lines: each letter stands between marks that occur nowhere else
	const mails = server.sql("SELECT '\u0001' || recipient || '\u0002' || subject || ' ' || body FROM mail").split('\u0001').slice(1)
		.map((line) => line.split('\u0002')).map(([recipient, text]) => ({ recipient, text }));
	assert.ok(mails.length >= 6, `${mails.length} letters`);
	for (const { recipient, text } of mails) {
		const to = canaries.get(recipient.split('@')[0]);
		assert.ok(!/Rike|Ahrens/.test(text), `an editor's name in a letter to ${to}`);
		for (const [word, what] of canaries) {
			const fine = to.startsWith('notice') ? /^notice: reasons/ : new RegExp(`^${to.split(':')[0]}:`);
			assert.ok(!text.includes(word) || fine.test(what), `${what} in a letter to ${to}`);
		}
	}
});

test('the counts count what is released', async () => {
	assert.equal((await server.get('/v1/articles/bruecke')).json.count, releasedCount);
	assert.equal((await server.get('/v1/articles/bruecke/comments')).json.count, releasedCount);
	const html = (await server.get('/articles/bruecke')).text;
	assert.match(html, new RegExp(`data-frg="total">${releasedCount}<`));
	assert.match(html, new RegExp(`"commentCount":${releasedCount}[,}]`));
});

test('in no stream, also when resumed', async () => {
	const last = listener.messages.map((m) => m.id).filter(Boolean);
	assert.ok(last.length > 0, 'the stream has told of the releases');
	for (const id of ['0', '1', ...last, '99999999', 'kaputt', '-1']) {
		const stream = await new Stream(server, '/v1/articles/bruecke/stream', { 'Last-Event-ID': id }).opened;
		const marker = new Reader(server, { name: 'Offen Genannt' });
		// something new comes, so what was to be sent again has been sent before it
		const sent = await marker.submit(`Zeichen für ${id}: bis hier gelesen.`);
		await rike.release(sent.id);
		releasedCount++;
		await stream.next((m) => m.event === 'put' && m.data.includes(sent.id));
		search(`stream after ${id}`, JSON.stringify(stream.messages));
		stream.close();
	}
});

test('what was held, rejected or returned was never told to the listeners', () => {
	const heard = JSON.stringify(listener.messages);
	for (const [word, what] of canaries)
		if (!/((withdrawn after release|release undone|place kept|replaced by an edit|after a notice): (text|name))/.test(what))
			assert.ok(!heard.includes(word), `${what} was told in the stream`);
});

test('in no answer to a write of a stranger', async () => {
	for (const id of Object.values(ids))
		for (const answer of await writes(id))
			search(`write about ${id}`, answer.everything);
});

// Every request of a reader that takes a comment's id.
async function writes(id) {
	const headers = { 'Content-Type': 'application/json' };
	const send = (method, path, body) => server.request(method, path, { headers, body: JSON.stringify(body) });
	const post = (path, fields) => server.request('POST', path, { headers: { ...FORM, Accept: 'text/html' }, body: form(fields) });
	const fields = { name: 'Fremd', text: 'Fremder Satz.', idempotency_key: uuid() };
	return [
		await send('PUT', `/v1/articles/bruecke/comments/${id}`, { text: 'Fremder Satz.' }),
		await server.request('DELETE', `/v1/articles/bruecke/comments/${id}`),
		await send('POST', '/v1/articles/bruecke/comments', { name: 'Fremd', text: 'Antwort ins Leere.', parent: id }),
		await send('POST', '/v1/articles/bruecke/check', { text: 'Antwort ins Leere.', parent: id }),
		await post('/articles/bruecke/comments', { ...fields, action: 'send', parent: id }),
		await post('/articles/bruecke/comments', { ...fields, action: 'send', edit: id }),
		await post('/articles/bruecke/comments', { ...fields, action: 'check', parent: id }),
		await post('/articles/bruecke/comments', { ...fields, action: 'check', edit: id }),
		await post(`/articles/bruecke/comments/${id}/withdraw`, {}),
		await post(`/comments/${id}/notice`, { kind: 'insult', explanation: 'Fremd.', name: 'Fremd', email: 'fremd@post.example', good_faith: '1', form_key: uuid(), lang: 'de', revision: id }),
		await post(`/comments/${id}/notice`, { kind: '', revision: id, lang: 'en' }),
		await send('POST', `/v1/desk/revisions/${id}/evidence`, { reason: 'Fremd.' }),
		await send('POST', `/v1/desk/revisions/${id}/letter`, {}),
	];
}

const reads = (id) => Promise.all(['reply', 'edit', 'sent', 'after'].flatMap((query) => [`/articles/bruecke?${query}=${id}`,
	`/v1/articles/bruecke/thread?${query}=${id}`]).concat(`/v1/articles/bruecke/comments?after=${id}`,
	`/v1/articles/bruecke/comments/${id}`, `/v1/desk/revisions/${id}`, `/comments/${id}/notice`, `/notice/${id}-${'A'.repeat(22)}`,
	`/v1/desk/comments/${id}/story`, `/v1/desk/comments/${id}/around`).map((path) => server.get(path)));

// An answer without what may differ between any two requests.
function essence(answer, id) {
	const request = /"request":"([^"]+)"/.exec(answer.text)?.[1] ?? /\b([0-9a-z]{13})\b(?=<)/i.exec(answer.text)?.[1];
	let text = answer.text.replaceAll(id, 'ID');
	if (request && request !== id)
		text = text.replaceAll(request, 'REQUEST');
	const headers = { ...answer.headers };
	for (const name of ['date', 'connection', 'keep-alive'])
		delete headers[name];
	for (const name of Object.keys(headers))
		if (String(headers[name]) === request || name === 'x-request-id')
			delete headers[name];
	text = text.replace(/(name="idempotency_key" value=")[^"]*/g, '$1').replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID');
	return JSON.stringify({ status: answer.status, headers, text });
}

test('an unreleased comment cannot be told from one that never was', async () => {
	const none = ids.held.slice(0, -2) + (ids.held.endsWith('22') ? '33' : '22'); // well-formed, not there
	const expected = (await reads(none)).concat(await writes(none)).map((a) => essence(a, none));
	for (const [state, id] of Object.entries(ids)) {
		const got = (await reads(id)).concat(await writes(id)).map((a) => essence(a, id));
		for (let i = 0; i < got.length; i++)
			assert.equal(got[i], expected[i], `${state} differs from none (request ${i})`);
	}
});
