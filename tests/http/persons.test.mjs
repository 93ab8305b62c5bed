// A person's data are handed over whole, and erased to the last byte; what must stay is told; the chain still holds.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { startServer, until, uuid, PASSWORD } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { Stream } from '../lib/http.mjs';

let server, rike, omar, editor;
// Words that occur nowhere else, so that they can be looked for in the files.
let counter = 0;
const canary = () => `Zwq${(++counter).toString(36).padStart(2, '0')}${Math.random().toString(36).slice(2, 8)}xv`;

before(async () => {
	server = await startServer();
	server.cliWith(PASSWORD + '\n', 'user', 'set', 'ed', '--role', 'editor', '--password-stdin');
	rike = await new Editor(server).login();
	omar = await new Editor(server).login('omar');
	editor = await new Editor(server).login('ed');
});
after(() => server?.end());

const sql = (text) => server.sql(text);
// The full-text index keeps of a word what it does not share with the one before: the end of one that occurs nowhere else.
const found = (words) => server.kept().flatMap(([path, bytes]) => words.filter((w) => [w, w.toLowerCase(), w.slice(5).toLowerCase()].some((part) => bytes.includes(part))).map((w) => `${w} in ${path}`));
const gone = (words) => until(() => {
	const left = found(words);
	if (left.length)
		throw new Error(left.join(', '));
	return true;
}, { every: 100, what: 'the words are gone from the files' });
const proved = () => {
	const r = server.audit();
	assert.equal(r.status, 0, r.stdout + r.stderr);
	return r.stdout;
};
const search = async (who, q) => {
	const answer = await who.write('/v1/desk/persons/search', { q });
	assert.equal(answer.status, 200, answer.text);
	return answer.json.persons;
};
const erase = (who, id, body = {}) => who.write(`/v1/desk/persons/${id}/erasure`, body);

// Somebody with comments in every state, a letter by mail, an objection, another's answer.
async function somebody() {
	const words = { name: canary(), mail: canary(), released: canary(), rejected: canary(), held: canary(), earlier: canary(), withdrawn: canary(), objection: canary(), word: canary() };
	const reader = new Reader(server, { name: words.name, email: `${words.mail}@post.example` });
	const released = (await reader.submit(`Die Brücke braucht ${words.released}, das ist klar.`)).id;
	await rike.release(released);
	const answer = (await new Reader(server, { name: 'Anna Antwort' }).submit('Das sehe ich auch so.', { parent: released })).id;
	await rike.release(answer);
	const rejected = (await reader.submit(`Du Idiot${words.rejected}, du Arschloch!`)).id;
	await rike.reject(rejected, ['profanity'], `Bitte ohne ${words.word}.`);
	const held = (await reader.submit(`Erst so: ${words.earlier}.`)).id;
	await reader.revise(held, `Dann so: ${words.held}.`);
	const withdrawn = (await reader.submit(`Doch nicht ${words.withdrawn}.`)).id;
	await reader.withdraw(withdrawn);
	return { reader, words, released, answer, rejected, held };
}

test('who is found by what, and that a name proves nothing', async () => {
	const one = new Reader(server, { name: 'Greta Gleichnamig', email: 'Greta@Post.example' });
	const { id } = await one.submit('Zur Brücke ein Satz von Greta.');
	await new Reader(server, { name: 'Greta Gleichnamig' }).submit('Noch ein Satz, von einer anderen.');
	const [byMail, ...none] = await search(rike, 'greta@post.EXAMPLE');
	assert.deepEqual([none.length, byMail.links, byMail.names, byMail.emails], [0, ['email'], ['Greta Gleichnamig'], ['Greta@Post.example']]);
	const byName = await search(rike, 'Greta Gleichnamig');
	assert.deepEqual(byName.map((p) => p.links), [['name'], ['name']]);
	assert.deepEqual((await search(rike, id)).map((p) => [p.id, p.links]), [[byMail.id, ['comment']]]);
	assert.deepEqual((await search(rike, byMail.id)).map((p) => p.links), [['author']]);
	assert.deepEqual(await search(rike, 'niemand@post.example'), []);
	for (const q of ['', ' ', 'x'.repeat(400), 5])
		assert.equal((await rike.write('/v1/desk/persons/search', { q })).status, 400);
	for (const who of [omar, editor])
		assert.equal((await who.write('/v1/desk/persons/search', { q: 'Greta' })).status, 403);
	assert.match(server.cli('person', 'find', 'greta@post.example'), new RegExp(`^${byMail.id} by address: 1 comments, 0 published; Greta Gleichnamig`));
});

test('all of it is handed over, as JSON and to be read, and the log says by whom', async () => {
	const s = await somebody();
	const [person] = await search(rike, `${s.words.mail}@post.example`);
	const answer = await rike.get(`/v1/desk/persons/${person.id}?download=1`);
	assert.match(answer.headers['content-disposition'], /^attachment; filename="person-\w{13}\.json"$/);
	const data = answer.json;
	assert.equal(data.format, 'freigabe person 1');
	for (const [what, word] of Object.entries(s.words))
		if (what !== 'objection')
			assert.ok(answer.text.includes(word), `${what} is handed over`);
	assert.ok(!answer.text.includes('Anna Antwort') && !answer.text.includes('Rike'), 'nothing of others');
	const states = data.comments.map((c) => c.texts.map((t) => t.state).join());
	assert.deepEqual(states, ['released', 'rejected', 'superseded,held', 'withdrawn']);
	assert.equal(data.comments[1].letters.length, 1);
	assert.match(data.comments[1].letters[0].body, /Was Sie tun können/);
	assert.equal(data.comments[0].lines.length, 1);
	// each field is explained
	const fields = new Set();
	const walk = (name, rows) => rows.forEach((row) => Object.entries(row).forEach(([key, value]) => {
		fields.add(`${name}.${key}`);
		if (Array.isArray(value) && (value.length === 0 || typeof value[0] === 'object'))
			walk(key, value);
	}));
	for (const part of ['author', 'comments', 'suspensions', 'erasures'])
		walk(part, data[part]);
	const nested = /\.(texts|checks|forecasts|suggested_scores|published|decisions|letters|objections|mails|lines|notices|evidence)$/;
	for (const field of fields)
		if (!nested.test(field))
			assert.ok(data.explanations[field], `${field} is explained`);
	const page = await rike.get(`/v1/desk/persons/${person.id}?format=html&lang=de`);
	assert.match(page.headers['content-type'], /^text\/html/);
	assert.ok(page.text.includes(s.words.released) && page.text.includes('Fassungen des Textes') && !page.text.includes('&lt;nothing'));
	const { entries } = (await rike.get('/v1/desk/staff/log')).json;
	assert.ok(entries.some((e) => e.kind === 'handed_over' && e.by === 'Rike Ahrens' && e.detail === person.id));
	const cli = JSON.parse(server.cli('person', 'export', '--author', person.id));
	assert.deepEqual(cli.comments.map((c) => c.texts.length), data.comments.map((c) => c.texts.length));
	assert.equal(JSON.parse(server.cli('person', 'export', '--email', `${s.words.mail}@post.example`)).length, 1);
	assert.match(server.cli('person', 'export', '--comment', s.released, '--format', 'html'), /<!doctype html>/);
	assert.equal(server.cliRaw(['person', 'export', '--author', 'unfug']).status, 2);
	assert.equal(server.cliRaw(['person', 'export']).status, 2);
});

test('erased: from pages within a second, from the tables, from the files; not what is another\'s', async () => {
	const s = await somebody(), words = Object.values(s.words).filter((w) => w !== s.words.objection);
	assert.ok(found([s.words.released]).length > 0, 'it was there');
	const live = await new Stream(server, '/v1/articles/bruecke/stream').opened;
	const [person] = await search(rike, `${s.words.mail}@post.example`);
	const seen = await erase(rike, person.id);
	assert.equal(seen.status, 200, seen.text);
	assert.deepEqual({ ...seen.json.preview, digest: '' }, { digest: '', comments: 4, published: 1, waiting: 1, letters: 1, mails: 1, held: 0, holds: [] });
	assert.equal((await erase(rike, person.id, { confirm: true })).json.error.code, 'erase_unconfirmed');
	await s.reader.submit('Und noch ein Satz dazwischen.');
	assert.equal((await erase(rike, person.id, { confirm: true, digest: seen.json.preview.digest })).json.error.code, 'person_changed');
	const { digest } = (await erase(rike, person.id)).json.preview;
	const done = await erase(rike, person.id, { confirm: true, digest });
	assert.deepEqual({ ...done.json.result, run: '' }, { run: '', erased: 5, done: true, holds: [] });
	await live.next((m) => m.event === 'remove' && JSON.parse(m.data).id === s.released);
	live.close();
	const list = (await new Reader(server).comments()).comments;
	assert.ok(list.some((c) => c.id === s.answer), 'the answer stands');
	const pages = await Promise.all(['/articles/bruecke', '/articles/bruecke/comments.atom', '/v1/articles/bruecke/comments', '/v1/articles/bruecke/thread'].map((p) => server.get(p)));
	for (const page of pages)
		assert.ok(!words.some((w) => page.text.includes(w)));
	assert.deepEqual(await s.reader.mine(), []);
	for (const query of [`q=${s.words.held}`, `q=${s.words.released}`, `author=${s.words.name}`])
		assert.deepEqual((await rike.get(`/v1/desk/search?${query}`)).json.hits, [], query);
	const desk = await Promise.all(['/v1/desk/queue?limit=50', '/v1/desk/decisions'].map((p) => rike.get(p)));
	for (const page of desk)
		assert.ok(!words.some((w) => page.text.includes(w)));
	await gone(words);
	assert.match(proved(), /erased, each with its row in the chain of erasures: 6 texts, the words of 2 decisions/);
	assert.ok(!words.some((w) => server.log.includes(w)), 'nor in the log');
	const { erasures } = (await rike.get('/v1/desk/erasures')).json;
	assert.deepEqual([erasures[0].person, erasures[0].by, erasures[0].state, erasures[0].erased], [person.id, 'Rike Ahrens', 'done', 5]);
	// what a backup by copying or by SQLite's own means takes along
	if (server.db.startsWith('sqlite:')) {
		sql(`VACUUM INTO '${server.file}.copy'`);
		assert.ok(!words.some((w) => readFileSync(`${server.file}.copy`).includes(w)));
	}
});

test('what is held stays, is told why, is seen by nobody, and goes when the hold ends', async () => {
	const s = await somebody();
	const letter = /href="(\/objection\/[^"]+)"/.exec((await s.reader.one(s.rejected)).html)[1];
	assert.equal((await s.reader.postForm({ text: `Ich widerspreche: ${s.words.objection}.` }, { path: letter })).status, 303);
	const [person] = await search(rike, `${s.words.mail}@post.example`);
	const { preview } = (await erase(rike, person.id)).json;
	assert.deepEqual([preview.comments, preview.held, preview.holds.map((h) => [h.comment, h.kind])], [3, 1, [[s.rejected, 'objection']]]);
	const { result } = (await erase(rike, person.id, { confirm: true, digest: preview.digest })).json;
	assert.deepEqual([result.erased, result.done, result.holds.map((h) => h.kind)], [3, false, ['objection']]);
	const staying = [s.words.rejected, s.words.objection];
	await gone([s.words.released, s.words.held, s.words.earlier, s.words.withdrawn]);
	assert.equal(found(staying).length > 0, true);
	assert.equal((await rike.get('/v1/desk/erasures')).json.erasures[0].state, 'waiting');
	const { objections } = (await omar.get('/v1/desk/objections')).json;
	const open = objections.find((o) => o.text.includes(s.words.objection));
	assert.equal((await omar.write(`/v1/desk/objections/${open.id}/decision`, { outcome: 'reject', reasons: 'Es bleibt dabei.' })).status, 204);
	// the next look is in an hour; so that nobody has to wait for it
	await server.stop();
	sql('UPDATE erasure_run SET next_at = 0 WHERE done_at IS NULL');
	await server.start();
	for (const who of [rike, omar, editor])
		who.server = server;
	await gone(Object.values(s.words));
	await until(async () => (await rike.get('/v1/desk/erasures')).json.erasures[0].state === 'done', { what: 'the rest is erased' });
	proved();
});

test('a reader takes their own data and erases them, without scripts too', async () => {
	const s = await somebody();
	const page = await s.reader.get('/my-data');
	assert.equal(page.status, 200);
	assert.ok(page.text.includes(s.words.held) && /name="confirm"/.test(page.text) && !page.text.includes('<script'));
	const file = await s.reader.get('/my-data.json');
	assert.match(file.headers['content-disposition'], /attachment/);
	assert.deepEqual(file.json.comments.length, 4);
	const data = await s.reader.get('/v1/reader/data');
	assert.equal(data.status, 200);
	assert.ok(data.json.comments.every((c) => c.evidence === undefined && c.decisions.every((d) => d.action !== 'refer')));
	const stranger = new Reader(server);
	assert.equal((await stranger.get('/v1/reader/data')).status, 404);
	assert.match((await stranger.get('/my-data')).text, /nichts gespeichert/);
	assert.equal((await s.reader.request('DELETE', '/v1/reader/data', { body: {} })).json.error.code, 'erase_unconfirmed');
	assert.equal((await s.reader.request('DELETE', '/v1/reader/data', { headers: { Origin: 'https://boese.example' }, body: { confirm: true } })).status, 403);
	const unsure = await s.reader.postForm({}, { path: '/my-data' });
	assert.equal(unsure.status, 400);
	assert.match(unsure.text, /Bitte bestätigen/);
	const done = await s.reader.postForm({ confirm: 'yes' }, { path: '/my-data' });
	assert.equal(done.status, 200);
	assert.match(done.text, /Ihre Daten sind gelöscht/);
	assert.match(done.text, /Gelöschte Kommentare: 4/);
	assert.equal(s.reader.jar.get('freigabe_reader'), '');
	await gone(Object.values(s.words).filter((w) => w !== s.words.objection));
	proved();
	const other = await somebody();
	const json = await other.reader.request('DELETE', '/v1/reader/data', { body: { confirm: true } });
	assert.deepEqual(json.json, { erased: 4, held: 0, done: true });
	assert.equal((await other.reader.get('/v1/reader/data')).status, 404);
});

test('comments by the same line are told, and addresses are nowhere', async () => {
	const one = await new Reader(server).submit('Der erste Satz vom selben Anschluss.');
	const item = await editor.item(one.id);
	assert.equal(item.author.line.days, 7);
	assert.ok(item.author.line.comments >= 1 && item.author.line.authors >= 1);
	const { line, comments } = (await editor.get(`/v1/desk/revisions/${item.revision}/line`)).json;
	assert.deepEqual(line, item.author.line);
	assert.ok(comments.length >= 1 && comments.every((c) => c.text !== undefined));
	assert.equal(sql("SELECT count(*) FROM address WHERE hash LIKE '%127%0%0%1%' AND length(hash) <> 64"), '0');
	assert.ok(!found(['127.0.0.1|', '127.0.0.1\0']).length);
	assert.ok(!server.log.includes('127.0.0.1'), 'nor in the log');
});

test('the terms are set at the desk', async () => {
	const now = (await rike.get('/v1/desk/privacy')).json;
	assert.deepEqual(now, { version: 0, address_days: 7, purge_days: 180, log_days: 365, suggestion_days: 365 });
	const put = (body) => rike.request('PUT', '/v1/desk/privacy', { headers: { 'X-CSRF-Token': rike.csrf }, body });
	assert.equal((await put({ ...now, address_days: 31 })).json.error.code, 'term_invalid');
	assert.equal((await put({ ...now, purge_days: 'x' })).json.error.code, 'term_invalid');
	assert.equal((await put({ ...now, purge_days: 200 })).json.version, 1);
	assert.equal((await put(now)).json.error.code, 'conflict');
});

test('by command: seen first, then done', async () => {
	const s = await somebody();
	const raw = server.cliRaw(['person', 'erase', '--email', `${s.words.mail}@post.example`]);
	assert.match(raw.stdout, /^would be erased: 4 comments \(1 published, 1 waiting\), 1 letters, 1 mails; add --confirm/);
	assert.equal(raw.status, 0);
	assert.match(server.cli('person', 'erase', '--email', `${s.words.mail}@post.example`, '--confirm'), /^erased: 4 comments/);
	await gone(Object.values(s.words).filter((w) => w !== s.words.objection));
	assert.equal(server.cliRaw(['person', 'erase', '--email', `${s.words.mail}@post.example`, '--confirm']).status, 2);
	proved();
});

test('kill -9 amid an erasure: each comment is whole or gone, and the rest goes when the server is back', async () => {
	const reader = new Reader(server, { name: canary() }), words = [];
	for (let i = 0; i < 60; i++) {
		words.push(canary());
		await reader.submit(`Satz ${i} zur Brücke mit ${words[i]}.`);
	}
	const [person] = await search(rike, reader.name);
	const { digest } = (await erase(rike, person.id)).json.preview;
	const runs = () => Number(sql('SELECT count(*) FROM erasure_run')), before = runs();
	const broken = erase(rike, person.id, { confirm: true, digest }).then(() => true, () => false);
	await until(() => runs() > before, { every: 1, what: 'it has begun' });
	await server.kill();
	await broken;
	// never half: a comment without its name has no text either, and the other way round
	assert.equal(sql('SELECT count(*) FROM comment c JOIN revision r ON r.comment_id = c.id WHERE (c.erased_at IS NULL) <> (r.purged_at IS NULL)'), '0');
	assert.equal(sql("SELECT count(*) FROM comment WHERE (erased_at IS NULL) <> (name <> '')"), '0');
	proved();
	await server.start();
	await gone([...words, reader.name]);
	await until(() => sql("SELECT count(*) FROM erasure_run WHERE state = 'running'") === '0', { what: 'the run has ended' });
	proved();
});

test('a request that comes again after its author was erased brings nothing back, and tells nothing', async () => {
	const text = `Ein Satz mit ${uuid()}, der verschwindet.`;
	const wilma = new Reader(server), keys = [uuid(), uuid()];
	for (const key of keys)
		await wilma.submit(text, { key });
	const jar = new Map(wilma.jar);
	const [person] = await search(rike, (await wilma.mine())[0].id);
	const { digest } = (await erase(rike, person.id)).json.preview;
	assert.equal((await erase(rike, person.id, { confirm: true, digest })).json.result.erased, 2);
	for (const key of keys) {
		for (const known of [true, false]) { // with the browser's capability, and as the first request without one
			wilma.jar = known ? new Map(jar) : new Map();
			const answer = await wilma.post(text, { key });
			assert.equal(answer.status, 409, `${known} ${answer.text}`);
			assert.equal(answer.json.error.code, 'request_erased');
			assert.ok(!answer.text.includes(text.slice(0, 20)) && answer.setCookies.length === 0);
		}
	}
	assert.equal(sql(`SELECT count(*) FROM revision WHERE text = '${text}'`), '0');
	await gone([text]);
	wilma.jar = new Map(jar);
	await wilma.submit(text); // a request of its own is a new one, of somebody unknown
	assert.equal((await wilma.mine()).length, 1);
});
