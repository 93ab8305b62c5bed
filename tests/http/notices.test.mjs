// Notices of illegal content: anybody reports what is published, an editor decides, both sides are told. And evidence that
// is preserved, signed, downloaded and verified.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer, until, uuid, PASSWORD } from '../lib/server.mjs';
import { startPeer } from '../lib/letters.mjs';
import { Reader, Editor, conflict } from '../lib/people.mjs';

let peer, letters, server, rike, omar, wilma;
const letterTo = (to, match = /./) => until(() => letters.find((l) => l.to.includes(to) && match.test(l.subject)), { what: `a letter to ${to}: ${match}` });

before(async () => {
	peer = await startPeer();
	({ letters } = peer);
	server = await startServer({ config: peer.config });
	rike = await new Editor(server).login();
	omar = await new Editor(server).login('omar');
	wilma = new Reader(server);
});
after(async () => {
	const { status, stdout } = server.audit();
	await server?.end();
	peer?.end();
	assert.equal(status, 0, `whatever was done, the chain is whole: ${stdout}`);
});

// Answers wait until they can no longer be taken back; what they will say stands in the outbox.
const answerTo = (to) => sql(`SELECT subject || '\n' || body FROM mail WHERE recipient = '${to}' AND subject NOT LIKE 'Ihre Meldung ist angekommen%'`);
const ok = (answer, status = 200) => (assert.equal(answer.status, status, answer.text), answer.json);
const sql = (text) => server.sql(text);
async function released(text) {
	const { id } = await wilma.submit(text);
	const item = await rike.item(id);
	ok(await rike.decide(item, 'release'));
	return { id, revision: item.revision };
}
const FIELDS = { kind: 'insult', explanation: 'Der Satz nennt mich einen Lügner.', name: 'Nora Beck', email: 'nora@leser.example', good_faith: '1', lang: 'de' };
const fields = (c, more = {}) => ({ ...FIELDS, revision: c.revision, form_key: uuid(), ...more });
const send = (c, more, who = new Reader(server)) => who.postForm(fields(c, more), { path: `/comments/${c.id}/notice` });
async function report(c, more) {
	const answer = await send(c, more);
	assert.equal(answer.status, 303, answer.text);
	const { location } = answer.headers;
	assert.match(location, /^\/notice\/[0-9a-z]{13}-[\w-]{22}\?sent=1$/);
	return location.replace('?sent=1', '');
}
const cases = async (state = 'open', who = rike) => ok(await who.get(`/v1/desk/notices?state=${state}`));
const caseOf = async (c, state, who) => (await cases(state, who)).cases.find((x) => x.comment.id === c.id);
const decide = (who, n, body) => who.write(`/v1/desk/notices/${n.id}/decision`, { last: n.last, ...body });
const state = async (path) => (await server.get(path)).text;

test('every released comment has a way to report it, and the form asks for what the law lists', async () => {
	const c = await released('Ein Satz, der gemeldet werden kann.');
	const page = (await server.get('/articles/bruecke')).text;
	assert.match(page, new RegExp(`href="/comments/${c.id}/notice\\?lang=de"`));
	assert.match((await server.get('/v1/articles/bruecke/thread')).text, new RegExp(`/comments/${c.id}/notice`));
	const own = await wilma.page();
	assert.ok(!own.includes(`/comments/${c.id}/notice`), 'nobody reports their own');
	const form = await server.get(`/comments/${c.id}/notice`);
	assert.equal(form.status, 200);
	assert.match(form.headers['content-security-policy'], /default-src 'none'/);
	assert.match(form.headers['cache-control'], /no-store/);
	for (const must of ['name="kind"', 'name="explanation"', 'name="name"', 'name="email"', 'name="good_faith"', `#comment-${c.id}`,
		'in gutem Glauben', 'sexuellen Missbrauch von Kindern', 'Ein Satz, der gemeldet werden kann.'])
		assert.ok(form.text.includes(must), must);
	assert.match((await server.get(`/comments/${c.id}/notice?lang=en`)).text, /Report a comment/);
});

test('what readers do not see cannot be reported: as if it were not there', async () => {
	const { id } = await wilma.submit('Noch nicht freigegeben.');
	const held = { id, revision: (await rike.item(id)).revision };
	const none = await server.get('/comments/6000000000000/notice');
	assert.equal(none.status, 404);
	const hiddenForm = await server.get(`/comments/${id}/notice`);
	const plain = (s) => s.replace(/Vorgang [0-9a-z-]+/i, '');
	assert.deepEqual([hiddenForm.status, plain(hiddenForm.text)], [404, plain(none.text)]);
	assert.equal((await send(held)).status, 404);
	assert.equal((await server.get('/comments/nix/notice')).status, 404);
	assert.equal(sql('SELECT count(*) FROM notice'), '0');
	await rike.reject(id);
	assert.equal((await send(held)).status, 404);
});

test('what is wrong is said, and what was typed is kept', async () => {
	const c = await released('Noch ein Satz zum Melden.');
	for (const [more, said] of [[{ kind: '' }, /Bitte wählen Sie aus/], [{ kind: 'nix' }, /Bitte wählen Sie aus/], [{ explanation: ' ' }, /warum Sie den Kommentar melden/],
		[{ explanation: 'x'.repeat(3001) }, /3\.000 Zeichen/], [{ name: '' }, /Ihren Namen/], [{ email: '' }, /Ihre E-Mail-Adresse an/], [{ email: 'nora' }, /scheint nicht zu stimmen/],
		[{ good_faith: '' }, /richtig und vollständig sind/], [{ revision: '6000000000000' }, /inzwischen geändert/], [{ form_key: 'x' }, /Idempotency-Key/]]) {
		const answer = await send(c, { name: 'Nora <b>', ...more });
		assert.ok([400, 409, 413].includes(answer.status), `${JSON.stringify(more)}: ${answer.status}`);
		assert.match(/<p class="letter-error"[^>]*>([^<]+)/.exec(answer.text)[1], said, JSON.stringify(more));
		if (!('name' in more)) assert.match(answer.text, /value="Nora &lt;b&gt;"/);
		if (!('kind' in more)) assert.match(answer.text, /value="insult" selected/);
	}
	assert.equal(sql('SELECT count(*) FROM notice'), '0');
	const cross = await send(c, {}, { postForm: (f, o) => new Reader(server).postForm(f, { ...o, headers: { Origin: 'https://evil.example' } }) });
	assert.equal(cross.status, 403);
});

test('a receipt at once, on a private page and by mail; the same form twice is one notice', async () => {
	const c = await released('Der Bauleiter ist ein Lügner, sage ich.');
	const key = uuid(), path = await report(c, { form_key: key });
	assert.equal(await report(c, { form_key: key }), path);
	const fresh = await server.get(`${path}?sent=1`);
	assert.match(fresh.text, /ist angekommen/);
	assert.match(fresh.text, /Der Satz nennt mich einen Lügner/);
	assert.match(fresh.text, /Wir haben uns vorgenommen/);
	assert.equal(fresh.headers['referrer-policy'], 'same-origin');
	assert.match(fresh.text, /noindex/);
	assert.equal((await server.get(path.slice(0, -1) + (path.endsWith('A') ? 'B' : 'A'))).status, 404);
	const mail = await letterTo('nora@leser.example', /ist angekommen/);
	assert.ok(mail.text.includes(path));
	const n = await caseOf(c);
	assert.equal(n.persons, 1);
	assert.equal(n.overdue, false);
	assert.equal(n.due_at - n.at, 24 * 3600 * 1000);
	assert.deepEqual([n.release.by, n.release.mine, n.public], ['Rike Ahrens', true, true]);
	assert.equal(n.notices[0].email, 'nora@leser.example');
});

test('the same person again joins, without being told whether there was a first; nobody needs a name for the worst', async () => {
	const c = await released('Gleich mehrfach gemeldet.');
	const first = await report(c), again = await report(c, { email: 'NORA@leser.example', explanation: 'Und noch etwas.' });
	assert.notEqual(again, first);
	assert.ok(!(await state(again)).includes('Lügner'), 'one link does not show what another one told');
	await report(c, { name: 'Piet', email: 'piet@leser.example' });
	await report(c, { kind: 'abuse', name: '', email: '' });
	const n = await caseOf(c);
	assert.deepEqual([n.persons, n.notices.length, n.notices.filter((x) => x.again).length], [3, 4, 1]);
	assert.equal((await send(c, { kind: 'threat', name: '', email: '' })).status, 400);
	await decide(rike, n, { outcome: 'keep', reasons: 'Er meint die Sache.' });
	for (const path of [first, again]) assert.match(await state(path), /Er meint die Sache\./);
	assert.match(answerTo('piet@leser.example'), /bleibt auf der Seite[\s\S]*Er meint die Sache\.[\s\S]*ein Mensch entschieden[\s\S]*Bundesnetzagentur/);
	assert.equal(answerTo('nora@leser.example').match(/bleibt auf der Seite\n/g).length, 1, 'told once');
});

test('removed: readers lose it, its author is told that a notice led to it, who reported is told why', async () => {
	const c = await released('Die Baufirma hat den Prüfer geschmiert, jeder weiß das.');
	const path = await report(c, { kind: 'defamation' });
	assert.equal((await decide(rike, { ...(await caseOf(c)), last: '6000000000000' }, { outcome: 'keep', reasons: 'x' })).json.error.code, 'notice_more');
	const n = await caseOf(c, 'open', omar);
	assert.equal((await decide(omar, n, { outcome: 'remove' })).json.error.code, 'rules_missing');
	assert.equal((await decide(omar, n, { outcome: 'keep', reasons: ' ' })).json.error.code, 'notice_reasons_missing');
	ok(await decide(omar, n, { outcome: 'remove', rules: ['insinuation'], law: 'defamation', word: 'Belege fehlen.', reasons: 'Dafür gibt es keinen Beleg.' }));
	assert.ok(!(await server.get('/articles/bruecke')).text.includes('geschmiert'));
	const own = (await wilma.one(c.id)).html;
	assert.match(own, /Anlass war die Meldung einer anderen Person/);
	assert.match(own, /Belege fehlen\./);
	assert.ok(!own.includes('Nora') && !own.includes('Dafür gibt es keinen Beleg'));
	const told = await state(path);
	for (const must of [/von der Seite genommen/, /§§ 186, 187/, /Unterstellung/, /Dafür gibt es keinen Beleg\./, /Ein Mensch|ein Mensch/]) assert.match(told, must);
	assert.ok(!told.includes('Belege fehlen.') && !told.includes('geschmiert'), 'neither the word to the author nor the text');
	conflict(await decide(rike, n, { outcome: 'keep', reasons: 'x' }), 'already_decided');
	const done = await caseOf(c, 'decided');
	assert.deepEqual([done.outcome, done.decision.action, done.decision.by, done.public], ['removed', 'remove', 'Omar Said', false]);
	const detail = JSON.parse(sql(`SELECT detail FROM decision WHERE action = 'remove' ORDER BY seq DESC LIMIT 1`));
	assert.equal(detail.notice, n.id);
});

test('both ways of deciding can be taken back for some seconds: the notice is open again and nobody was told', async () => {
	const c = await released('Über den Bürgermeister, zu scharf.');
	const path = await report(c, { email: 'undo@leser.example' });
	for (const body of [{ outcome: 'keep', reasons: 'Zulässig.' }, { outcome: 'remove', rules: ['aggression'] }]) {
		const { decision } = ok(await decide(rike, await caseOf(c), body));
		assert.match(await state(path), /Unsere Antwort/);
		ok(await rike.undo(decision));
		assert.ok(!(await state(path)).includes('Unsere Antwort'));
		assert.ok((await caseOf(c)).public);
	}
	assert.equal(answerTo('undo@leser.example'), '');
	const { decision } = ok(await rike.write(`/v1/desk/revisions/${c.revision}/removal`, { rules: ['aggression'] }));
	assert.match(await state(path), /aus anderem Anlass/);
	assert.equal(await caseOf(c), undefined);
	ok(await rike.undo(decision));
	assert.ok((await caseOf(c)).public, 'what closed it is taken back, so it is open');
});

test('notices close by themselves when the text goes or changes, with a word to who reported', async () => {
	const a = await released('Der Autor zieht dies zurück.'), b = await released('Dies wird geändert, Punkt.');
	const [pa, pb] = [await report(a), await report(b)];
	await wilma.withdraw(a.id);
	assert.match(await state(pa), /hat ihn inzwischen zurückgezogen/);
	await wilma.revise(b.id, 'Dies ist jetzt geändert worden, Punkt.');
	const item = await rike.item(b.id);
	assert.equal(item.reported, 1, 'whoever reviews the edit sees it');
	assert.equal(ok(await rike.get('/v1/desk/search?q=wird%20ge%C3%A4ndert')).hits[0].reported, 1);
	assert.ok(!(await state(pb)).includes('Unsere Antwort'));
	ok(await rike.decide(item, 'release'));
	assert.match(await state(pb), /Inzwischen wurde er geändert/);
	assert.deepEqual([(await caseOf(a, 'decided')).outcome, (await caseOf(b, 'decided')).outcome], ['moot', 'moot']);
	assert.equal(await caseOf(a) ?? await caseOf(b), undefined);
	assert.match(answerTo('nora@leser.example'), /wurde geändert[\s\S]*melden Sie sie bitte/);
});

test('in time: overdue ones are counted, the oldest stands first, desks are told live', async () => {
	const stream = await rike.stream('/v1/desk/stream');
	const before = (await cases()).open;
	const late = await released('Lange liegen geblieben.'), young = await released('Eben erst gemeldet.');
	await report(young);
	const n = await report(late);
	const told = (what, within) => stream.next((m) => m.event === 'notices' && what(JSON.parse(m.data)), within);
	await told((d) => d.open === before + 2);
	sql(`UPDATE notice SET created_at = created_at - 90000000 WHERE comment_id = (SELECT comment_id FROM revision WHERE text = 'Lange liegen geblieben.')`);
	const { cases: list, overdue } = await cases();
	assert.equal(overdue, 1);
	assert.deepEqual([list[0].comment.id, list[0].overdue], [late.id, true]);
	assert.match(await state(n), /wir bitten um Geduld/);
	await told((d) => d.overdue === 1, 20000); // nothing happened but that time went by
	stream.close();
	const put = (body) => omar.request('PUT', '/v1/desk/settings', { headers: { 'X-CSRF-Token': omar.csrf }, body });
	const settings = ok(await omar.get('/v1/desk/settings'));
	assert.equal(settings.notice_hours, 24);
	const { forecasts, ...same } = settings;
	assert.equal((await put({ ...same, notice_hours: 0 })).json.error.code, 'notice_hours_invalid');
	const saved = ok(await put({ ...same, notice_hours: 48 }));
	assert.equal((await cases()).overdue, 0);
	const { notice_hours, ...without } = saved;
	assert.equal(ok(await put({ version: without.version, longest_wait_minutes: 240, four_eyes: [], shifts: [], closed_days: [] })).notice_hours, 48, 'left out: as it was');
});

/* ---- evidence ---- */

const audit = (...args) => spawnSync(server.bin, ['audit', ...args], { encoding: 'utf8' });
const preserve = (who, c, reason = 'Ankündigung einer Gewalttat.') => who.write(`/v1/desk/revisions/${c.revision}/evidence`, { reason });

test('a lane shows what was reported: whatever waits of an author with an open notice', async () => {
	const [leo, mia] = [new Reader(server, { name: 'Leo' }), new Reader(server, { name: 'Mia' })];
	const { id } = await leo.submit('Das ist der erste Satz von Leo.');
	const item = await rike.item(id);
	ok(await rike.decide(item, 'release'));
	const next = (await leo.submit('Und das ist der zweite.')).id;
	await mia.submit('Mia hat damit nichts zu tun.');
	const { lanes } = ok(await rike.request('PUT', '/v1/desk/lanes', { headers: { 'X-CSRF-Token': rike.csrf }, body: { lanes: [{ name: 'Gemeldet', filter: { reported: true } }] } }));
	const shown = async () => (await rike.queue(`?lane=${lanes.find((l) => l.name === 'Gemeldet').id}`)).items.map((i) => i.comment);
	assert.deepEqual((await shown()).filter((c) => c === next), []);
	await report({ id, revision: item.revision });
	assert.ok((await shown()).includes(next));
	const count = (await rike.get('/v1/desk/lanes')).json.lanes.find((l) => l.name === 'Gemeldet').count;
	assert.equal(count, (await shown()).length);
	await decide(rike, await caseOf({ id }), { outcome: 'keep', reasons: 'Eine Meinung.' });
	assert.ok(!(await shown()).includes(next));
});

test('evidence is preserved from any state, with all that is known, and verifies; a change shows', async () => {
	const berta = new Reader(server, { name: 'Berta', email: 'berta@leser.example' });
	const { id } = await berta.submit('Morgen brennt das Rathaus.');
	const item = await rike.item(id), held = { id, revision: item.revision };
	assert.equal((await preserve(omar, held, ' ')).json.error.code, 'evidence_reason_missing');
	const first = ok(await preserve(omar, held), 201).id;
	await rike.reject(id, ['aggression']);
	const second = ok(await preserve(omar, held), 201).id;
	const { key, evidence } = ok(await omar.get('/v1/desk/evidence'));
	assert.deepEqual(evidence.slice(0, 2).map((e) => e.id), [second, first]);
	assert.equal(key, server.cli('audit', 'key').trim());
	const { bundle } = ok(await omar.get(`/v1/desk/evidence/${second}`));
	assert.equal(bundle.preserved.by, 'Omar Said');
	assert.match(bundle.preserved.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/);
	assert.deepEqual([bundle.person.name, bundle.person.email, bundle.revisions[0].text, bundle.revisions[0].state], ['Berta', 'berta@leser.example', 'Morgen brennt das Rathaus.', 'rejected']);
	assert.match(bundle.person.capability_sha256, /^[0-9a-f]{64}$/);
	assert.deepEqual([bundle.decisions[0].action, bundle.decisions[0].hash], ['reject', sql("SELECT hash FROM decision ORDER BY seq DESC LIMIT 1")]);
	const file = await omar.get(`/v1/desk/evidence/${second}/file`);
	assert.match(file.headers['content-disposition'], /^attachment; filename="freigabe-evidence-/);
	const path = join(server.dir, 'evidence.json');
	const verify = (text, ...more) => (writeFileSync(path, text), audit('evidence', path, ...more));
	for (const more of [[], ['--key', key], ['--db', server.db]]) {
		const r = verify(file.text, ...more);
		assert.equal(r.status, 0, r.stdout + r.stderr);
		assert.match(r.stdout, /^ok: comment/);
	}
	assert.equal(verify(JSON.stringify(JSON.parse(file.text), null, 2), '--key', key).status, 0, 'spaces are no change');
	const swapped = JSON.parse(file.text);
	for (const [what, change] of [['text', (o) => { o.bundle.revisions[0].text = 'Morgen scheint die Sonne.'; }], ['time', (o) => { o.bundle.preserved.at = o.bundle.preserved.at.replace('T', 'T0').slice(0, -1); }],
		['a part left out', (o) => { delete o.bundle.decisions; }], ['a part added', (o) => { o.bundle.more = 1; }], ['signature', (o) => { o.signature = o.signature.replace(/^../, 'AA'); }], ['algorithm', (o) => { o.algorithm = 'none'; }]]) {
		const o = structuredClone(swapped);
		change(o);
		const r = verify(JSON.stringify(o), '--key', key);
		assert.equal(r.status, 1, `${what}: ${r.stdout}${r.stderr}`);
		assert.match(r.stdout, /^broken: /);
	}
	const other = await startServer();
	const foreign = other.cli('audit', 'key').trim();
	await other.end();
	assert.notEqual(foreign, key);
	assert.equal(verify(file.text, '--key', foreign).status, 1, 'signed, but by somebody else');
	assert.equal(verify('{}').status, 2);
	assert.equal(verify('no json').status, 2);
	assert.equal(audit('evidence', join(server.dir, 'nix.json')).status, 2);
});

test('a hold lasts until somebody ends it; all of it is logged; whoever may not sees nothing', async () => {
	const c = await released('Was hier steht, ist ernst.');
	const { id } = ok(await preserve(omar, c), 201);
	const end = (reason) => omar.write(`/v1/desk/evidence/${id}/end`, { reason });
	assert.equal((await end('')).json.error.code, 'evidence_reason_missing');
	assert.equal((await end('Verfahren eingestellt.')).status, 204);
	conflict(await end('Noch einmal.'), 'hold_ended');
	const { evidence } = ok(await omar.get('/v1/desk/evidence'));
	assert.deepEqual([evidence[0].ended.by, evidence[0].ended.reason], ['Omar Said', 'Verfahren eingestellt.']);
	await omar.get(`/v1/desk/evidence/${id}/file`);
	const { entries } = ok(await rike.get('/v1/desk/staff/log'));
	assert.deepEqual(entries.slice(0, 3).map((e) => [e.kind, e.by, e.detail.startsWith(id)]), ['evidence_taken', 'evidence_ended', 'evidence'].map((k) => [k, 'Omar Said', true]));
	server.cliWith(PASSWORD + '\n', 'user', 'set', 'edna', '--name', 'Edna', '--role', 'editor', '--password-stdin');
	const edna = await new Editor(server).login('edna');
	assert.equal((await edna.get('/v1/desk/evidence')).status, 403);
	assert.equal((await preserve(edna, c)).status, 403);
});

test('whoever changes preserved evidence in the database is found out', async () => {
	assert.equal(server.audit().status, 0);
	for (const change of [`bundle = replace(bundle, 'Rathaus', 'Museum')`, `signature = 'AAAA'`, `reason = 'Nichts.'`, `editor_name = 'Niemand'`]) {
		const before = sql('SELECT id, bundle, signature, reason, editor_name FROM evidence ORDER BY id LIMIT 1').split('|')[0];
		sql(`CREATE TABLE kept AS SELECT * FROM evidence; UPDATE evidence SET ${change} WHERE id = ${before};`);
		const r = server.audit();
		assert.equal(r.status, 1, `${change}: ${r.stdout}`);
		assert.match(r.stdout, /^broken: .*evidence/);
		sql(`UPDATE evidence SET bundle = (SELECT bundle FROM kept k WHERE k.id = evidence.id), signature = (SELECT signature FROM kept k WHERE k.id = evidence.id),
			reason = (SELECT reason FROM kept k WHERE k.id = evidence.id), editor_name = (SELECT editor_name FROM kept k WHERE k.id = evidence.id); DROP TABLE kept;`);
	}
	assert.equal(server.audit().status, 0);
});

test('reporting is limited', async () => {
	const limited = await startServer({ limits: 'on' });
	try {
		const who = new Reader(limited), statuses = new Set();
		const { id } = await who.submit('Begrenzt.');
		const editor = await new Editor(limited).login();
		const item = await editor.item(id);
		await editor.release(id);
		for (let i = 0; i < 12; i++)
			statuses.add((await new Reader(limited).postForm(fields({ id, revision: item.revision }, { email: `n${i}@leser.example` }), { path: `/comments/${id}/notice` })).status);
		assert.deepEqual([...statuses].sort(), [303, 429]);
	} finally {
		await limited.end();
	}
});
