// What readers are told before they write: how long it takes, and when comments are closed, by the clock, by age, by
// hand, and that an editor may keep them open against that. The load is tried with a moved clock in test_closing.c.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startServer, until } from '../lib/server.mjs';
import { Editor, Reader } from '../lib/people.mjs';

let server, rike;
before(async () => {
	server = await startServer({ env: { TZ: 'Europe/Berlin' }, site: { origins: 'https://zeitung.example' } });
	rike = await new Editor(server).login();
});
after(() => server.end());

const put = (path, body) => rike.request('PUT', path, { headers: { 'X-CSRF-Token': rike.csrf }, body });
async function closing(rules) {
	const { json: s } = await rike.get('/v1/desk/settings');
	const answer = await put('/v1/desk/settings', { ...s, closing: { hours: [], after_days: 0, overload: { on: false, wait_minutes: 480 }, ...rules } });
	assert.equal(answer.status, 200, answer.text);
	return answer.json.closing;
}
const all = [1, 2, 3, 4, 5, 6, 7];
// From an hour ago to an hour from now, whatever the time is.
function around(more = {}) {
	const part = (name) => Number(new Intl.DateTimeFormat('de-DE', { timeZone: 'Europe/Berlin', [name]: 'numeric', hour12: false }).format().replace(/\D/g, ''));
	const now = (part('hour') % 24) * 60 + part('minute');
	return { days: all, from: (now + 1380) % 1440, to: (now + 60) % 1440, sections: [], reason: '', ...more };
}

test('whoever has not written yet is told how long it takes, from memory and the same for all', async () => {
	const get = (query = '', headers = {}) => server.get(`/v1/delay${query}`, headers);
	const told = await get('?lang=de');
	assert.equal(told.status, 200);
	assert.deepEqual([told.json.from, told.json.until, told.json.overload], [null, null, false]);
	assert.match(told.json.words, /^Wann ein neuer Kommentar geprüft ist/);
	assert.equal(told.headers['cache-control'], 'public, max-age=30');
	assert.match((await get('?lang=en')).json.words, /^When a new comment/);
	assert.equal((await get('', { Origin: 'https://zeitung.example' })).headers['access-control-allow-origin'], 'https://zeitung.example');
	assert.equal((await get('', { Origin: 'https://fremd.example' })).headers['access-control-allow-origin'], undefined);
	assert.equal((await get('?site=keine')).status, 404);
	assert.match((await server.get('/articles/bruecke')).text, /data-frg="ahead">Wann ein neuer Kommentar/, 'room is kept on the page that is shared');
	const own = await server.get('/articles/bruecke?write=1');
	assert.equal(own.headers['cache-control'], 'private, no-store', 'without a script: made for this reader, now');
	assert.match(own.text, /data-frg="ahead">/);
});

test('closed by the clock: the page says until when and why, a submission is refused, a page that is open hears of it', async () => {
	const wilma = new Reader(server), stream = await wilma.stream('/v1/articles/bruecke/stream');
	const heard = (n) => until(() => stream.messages.filter((m) => m.event === 'closing').length >= n, { what: 'closing' });
	await wilma.submit('Vorher geschrieben.');
	assert.match((await server.get('/articles/bruecke')).text, /id="form"/);
	await closing({ hours: [around({ reason: 'Nachts liest hier niemand mit.' })] });
	await heard(1);
	const page = (await server.get('/articles/bruecke')).text;
	assert.match(page, /Bis .* Uhr nehmen wir keine Kommentare an/);
	assert.match(page, /»Nachts liest hier niemand mit\.«/);
	assert.doesNotMatch(page, /id="form"|data-frg="ahead"/);
	const refused = await wilma.post('Zu spät.');
	assert.deepEqual([refused.status, refused.json.error.code], [403, 'article_closed_hours']);
	assert.equal((await server.get('/v1/articles/bruecke')).json.open, false);
	const form = await wilma.postForm({ name: 'Wilma', text: 'Ein Satz, der nicht verloren gehen darf.' });
	assert.equal(form.status, 403);
	assert.match(form.text, /<textarea[^>]* readonly>\s*Ein Satz, der nicht verloren gehen darf\./, 'without a script, too');
	const state = (await rike.get('/v1/desk/closing')).json;
	assert.equal(state.hours.reason, 'Nachts liest hier niemand mit.');
	assert.ok(state.hours.until > Date.now() && state.hours.until < Date.now() + 2 * 3600e3);
	await closing({});
	await heard(2);
	assert.match((await server.get('/articles/bruecke')).text, /id="form"/);
	stream.close();
});

test('only some sections', async () => {
	const section = (await rike.revision((await rike.queue()).items[0].revision)).article.section;
	await closing({ hours: [around({ sections: ['Ein anderes Ressort'] })] });
	assert.equal((await server.get('/v1/articles/bruecke')).json.open, true);
	assert.equal((await rike.get('/v1/desk/closing')).json.hours, null, 'not all are closed');
	await closing({ hours: [around({ sections: [section] })] });
	assert.equal((await server.get('/v1/articles/bruecke')).json.open, false);
	await closing({});
});

test('an article closes some days after it appeared; an editor keeps it open against that', async () => {
	const file = join(server.dir, 'alt.md');
	writeFileSync(file, readFileSync(new URL('../lib/articles/bruecke.md', import.meta.url), 'utf8').replace(/^id: .*$/m, 'id: alt').replace(/^published: .*$/m, 'published: 2020-01-01T12:00:00Z'));
	server.cli('article', 'import', file);
	const wilma = new Reader(server, { article: 'alt' }), { id } = await wilma.submit('Vor der Regel geschrieben.');
	await closing({ after_days: 90 });
	const { comments } = (await rike.item(id)).article;
	assert.deepEqual([comments.open, comments.by, comments.by_editors], [false, 'age', false]);
	assert.match((await server.get('/articles/alt')).text, /bis 90 Tage nach dem Erscheinen/);
	assert.equal((await wilma.post('Zu alt?')).json.error.code, 'article_closed_age');
	const kept = await put('/v1/desk/articles/alt/comments', { open: true, hours: 2 });
	assert.deepEqual([kept.json.open, kept.json.kept_open, kept.json.by], [true, true, null]);
	await wilma.submit('Doch noch etwas.');
	assert.equal((await put('/v1/desk/articles/alt/comments', { open: false, reason: 'Genug.' })).json.by, 'editors');
	assert.equal((await put('/v1/desk/articles/alt/comments', { open: true })).json.by, 'age', 'opened by hand, the rule holds again');
	await closing({ after_days: 0 });
	assert.equal((await server.get('/v1/articles/alt')).json.open, true);
});

test('rules that cannot be are refused, and settings saved without them keep them', async () => {
	const { json: s } = await rike.get('/v1/desk/settings');
	const wrong = async (rules) => assert.equal((await put('/v1/desk/settings', { ...s, closing: { ...s.closing, ...rules } })).json.error.code, 'closing_invalid', JSON.stringify(rules));
	for (const bad of [{ days: [] }, { days: [8] }, { from: 1440 }, { from: -1 }, { to: 1441 }, { reason: 'x'.repeat(301) }, { sections: [''] }])
		await wrong({ hours: [around(bad)] });
	await wrong({ hours: Array(21).fill(around()) });
	await wrong({ after_days: 3651 });
	await wrong({ overload: { on: true, wait_minutes: 0 } });
	const wanted = await closing({ after_days: 900, hours: [around({ days: [7], sections: ['Sport'], reason: 'Sonntags nicht.' })] });
	const { closing: _left, ...rest } = (await rike.get('/v1/desk/settings')).json;
	assert.deepEqual((await put('/v1/desk/settings', rest)).json.closing, wanted);
	await closing({});
});

test('kept open against the load: by name, for hours, in the log', async () => {
	await closing({ overload: { on: true, wait_minutes: 60 } });
	assert.equal((await put('/v1/desk/closing', { keep_open_hours: 25 })).json.error.code, 'keep_open_invalid');
	assert.equal((await put('/v1/desk/closing', {})).json.error.code, 'keep_open_invalid');
	const { overload } = (await put('/v1/desk/closing', { keep_open_hours: 3 })).json;
	assert.deepEqual([overload.on, overload.closed, overload.by, overload.limit_minutes], [true, false, 'Rike Ahrens', 60]);
	assert.ok(Math.abs(overload.open_until - Date.now() - 3 * 3600e3) < 60000);
	assert.ok((await rike.get('/v1/desk/staff/log')).json.entries.some((e) => e.kind === 'load_kept' && e.by === 'Rike Ahrens'));
	assert.equal((await put('/v1/desk/closing', { keep_open_hours: 0 })).json.overload.open_until, null);
	await closing({});
});
