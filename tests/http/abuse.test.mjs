// What a stranger may do over and over, and what happens at the same moment: nothing grows without an end, nothing is
// counted twice, and nobody is told what was meant for somebody else.
import { test, before, after, afterEach } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, until, uuid } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { FORM, form } from '../lib/http.mjs';

let server, rike, omar;
before(async () => {
	server = await startServer({ site: { origins: 'https://paper.example' } });
	rike = await new Editor(server).login();
	omar = await new Editor(server).login('omar');
});
after(async () => {
	const { status, stdout } = server.audit();
	await server?.end();
	assert.equal(status, 0, `whatever happened at once, the chain is whole: ${stdout}`);
});
afterEach(() => assert.ok(server.alive(), `the server ended\n${server.log.slice(-2000)}`));

const sql = (text) => server.sql(text);
const ok = (answer, status = 200) => (assert.equal(answer.status, status, answer.text), answer.json);
async function released(text, who = new Reader(server)) {
	const { id } = await who.submit(text);
	const { revision } = await rike.item(id);
	await rike.release(id);
	return { id, revision, who };
}
const FIELDS = { kind: 'insult', explanation: 'Der Satz beleidigt mich.', name: 'Nora Beck', email: 'nora@leser.example', good_faith: '1', lang: 'de' };
const report = (c, more = {}, headers = {}) => new Reader(server).postForm({ ...FIELDS, revision: c.revision, form_key: uuid(), ...more }, { path: `/comments/${c.id}/notice`, headers });
const cases = async (state = 'open') => ok(await rike.get(`/v1/desk/notices?state=${state}`)).cases;
const caseOf = async (c) => (await cases()).find((x) => x.comment.id === c.id);
const erase = (who) => who.request('DELETE', '/v1/reader/data', { body: { confirm: true } });

/* ---- over and over ---- */

test('a comment can be changed often, but not for ever', async () => {
	const who = new Reader(server);
	const { id } = await who.submit('Fassung 1.');
	for (let n = 2; n <= 100; n++)
		await who.revise(id, `Fassung ${n}.`);
	const answer = await who.put(id, 'Fassung 101.');
	assert.equal(answer.status, 409, answer.text);
	assert.equal(answer.json.error.code, 'comment_revised_often');
	assert.match((await who.one(id)).html, /Fassung 100\./);
	await who.withdraw(id);
	assert.equal((await who.put(id, 'Doch noch.')).json.error.code, 'comment_withdrawn');
});

test('a flood of long notices makes the desk\'s list shorter, not endless, and the oldest stay in it', async () => {
	const all = [];
	for (let i = 0; i < 3; i++) {
		const c = await released(`Hundertfach gemeldet: der ${i}. Satz.`);
		assert.equal((await report(c)).status, 303);
		all.push(c);
	}
	const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 490)';
	for (const c of all)
		sql(`INSERT INTO notice (id, site_id, comment_id, revision_id, text_hash, kind, lang, explanation, name, email, person, form_key, joins, created_at, decided_at, outcome, decision_id, answer)
			${numbers} SELECT o.id + n.i, o.site_id, o.comment_id, o.revision_id, o.text_hash, o.kind, o.lang, '${'x'.repeat(12000)}', o.name, '', '', 'key ' || o.id || n.i, NULL, o.created_at + 1, NULL, '', NULL, '' FROM n, notice o WHERE o.comment_id = (SELECT comment_id FROM revision WHERE id = o.revision_id) AND o.person <> '' AND o.text_hash = (SELECT text_hash FROM revision WHERE text LIKE 'Hundertfach gemeldet: der ${all.indexOf(c)}.%')`);
	const answer = await rike.get('/v1/desk/notices?state=open');
	ok(answer);
	assert.ok(answer.raw.length < 16 << 20, `${answer.raw.length} bytes`);
	assert.equal(answer.json.open, 3);
	assert.equal(answer.json.cases[0].comment.id, all[0].id);
	assert.equal(answer.json.cases[0].notices.length, 491);
	for (const c of all) { // and they can be settled, one by one
		const n = await caseOf(c);
		ok(await rike.write(`/v1/desk/notices/${n.id}/decision`, { last: n.last, outcome: 'keep', reasons: 'Zulässig.' }));
	}
	assert.equal((await cases()).length, 0);
	await all[0].who.withdraw(all[0].id);
});

test('whoever has written a lot gets their file, but not thirty at once', async () => {
	const who = new Reader(server);
	await who.submit('ö'.repeat(4900));
	await Promise.all(Array.from({ length: 60 }, (_, i) => who.submit(`${i} ${'ö'.repeat(4900)}`)));
	const answers = await Promise.all(Array.from({ length: 30 }, () => who.get('/my-data.json')));
	const refused = answers.filter((a) => a.status === 503);
	assert.ok(refused.length > 0 && refused.length < 30, `${refused.length} were refused`);
	assert.ok(refused.every((a) => a.headers['retry-after']));
	assert.equal((await who.get('/my-data')).status, 200);
	ok(await erase(who));
});

/* ---- at the same moment ---- */

test('two requests to erase at once: each comment goes once and is counted once', async () => {
	const who = new Reader(server);
	const { id } = await who.submit('Einer von vielen.');
	await Promise.all(Array.from({ length: 79 }, (_, i) => who.submit(`Einer von vielen, der ${i}.`)));
	const erasures = () => Number(sql("SELECT count(*) FROM staff_log WHERE kind = 'erasure'"));
	const before = erasures();
	const answers = await Promise.all([erase(who), erase(who), erase(who)]);
	for (const a of answers)
		assert.ok(a.status === 200 || a.json.error.code === 'person_unknown', a.text);
	const run = sql(`SELECT r.state, r.erased FROM erasure_run r JOIN comment c ON c.author_id = r.author_id WHERE c.id IN (SELECT comment_id FROM revision) AND r.erased > 61 GROUP BY r.id`);
	assert.equal(run, 'done|80');
	assert.equal(erasures(), before + 1);
	assert.equal(sql("SELECT count(*) FROM revision WHERE text LIKE 'Einer von vielen%'"), '0');
	assert.ok(id);
});

test('a release and an erasure at once: shown and decided, or gone; never shown and gone', async () => {
	for (let round = 0; round < 10; round++) {
		const who = new Reader(server);
		const { id } = await who.submit(`Wettlauf ${round} um diesen Satz.`);
		const item = await rike.item(id);
		const [decided, erased] = await Promise.all([rike.decide(item, 'release'), erase(who)]);
		ok(erased);
		assert.ok([200, 404, 409].includes(decided.status), decided.text);
		assert.ok(!(await server.get('/v1/articles/bruecke/comments')).text.includes(`Wettlauf ${round} um`));
		assert.ok(!(await server.get('/articles/bruecke')).text.includes(`Wettlauf ${round} um`));
		assert.ok(!(await rike.all()).some((i) => i.comment === id));
	}
});

test('a notice and a withdrawal at once: refused, or closed with an answer; none stays open', async () => {
	for (let round = 0; round < 10; round++) {
		const c = await released(`Gemeldet und zurückgezogen, Runde ${round}.`);
		const [told] = await Promise.all([report(c), c.who.withdraw(c.id)]);
		assert.ok([303, 404].includes(told.status), told.text.slice(0, 300));
		if (told.status === 303)
			assert.match((await server.get(told.headers.location)).text, /zurückgezogen/);
	}
	assert.equal((await cases()).length, 0);
});

test('two editors decide one notice at once: one of them has decided', async () => {
	for (let round = 0; round < 5; round++) {
		const c = await released(`Über den streiten zwei, Runde ${round}.`);
		await report(c);
		const n = await caseOf(c);
		const answers = await Promise.all([
			rike.write(`/v1/desk/notices/${n.id}/decision`, { last: n.last, outcome: 'keep', reasons: 'Zulässig.' }),
			omar.write(`/v1/desk/notices/${n.id}/decision`, { last: n.last, outcome: 'remove', rules: ['aggression'] }),
		]);
		assert.deepEqual(answers.map((a) => a.status).sort(), [200, 409], answers.map((a) => a.text).join('\n'));
		const there = (await server.get('/v1/articles/bruecke/comments')).json.comments.some((x) => x.id === c.id);
		assert.equal(there, answers[0].status === 200);
		assert.equal(sql(`SELECT count(*) FROM decision d JOIN revision r ON r.id = d.revision_id WHERE d.action IN ('uphold', 'remove') AND r.text LIKE 'Über den streiten zwei, Runde ${round}.'`), '1');
	}
});

/* ---- meant for somebody else ---- */

test('what who reported was told, and how many did, is not in the author\'s own file', async () => {
	const c = await released('Wurde vergeblich gemeldet.'), gone = await released('Wurde mit Erfolg gemeldet.', c.who);
	for (const [comment, body] of [[c, { outcome: 'keep', reasons: 'Liebe Frau Beck, das ist zulässig.' }], [gone, { outcome: 'remove', rules: ['aggression'], reasons: 'Liebe Frau Beck, das ist weg.', word: 'Bitte sachlich.' }]]) {
		await report(comment);
		await report(comment, { email: 'piet@leser.example', name: 'Piet' });
		const n = await caseOf(comment);
		const { decision } = ok(await rike.write(`/v1/desk/notices/${n.id}/decision`, { last: n.last, ...body }));
		if (comment === c) { // taken back and decided again: neither is told
			ok(await rike.undo(decision));
			ok(await rike.write(`/v1/desk/notices/${n.id}/decision`, { last: n.last, ...body }));
		}
	}
	for (const path of ['/v1/reader/data', '/my-data.json', '/my-data']) {
		const { text } = await c.who.get(path);
		assert.match(text, /Bitte sachlich\./, path);
		for (const secret of ['Frau Beck', 'Piet', 'piet@leser', 'nora@leser', '"notices"', 'Rike'])
			assert.ok(!text.includes(secret), `${secret} in ${path}`);
	}
	const { comments } = (await c.who.get('/v1/reader/data')).json;
	assert.deepEqual(comments.find((x) => x.id === c.id).decisions.map((d) => d.action), ['release']);
	assert.ok(!('notice' in comments.find((x) => x.id === gone.id).decisions.at(-1).detail));
	// what was decided and taken back is no decision; what an objection brought is
	const { id } = await c.who.submit('Abgelehnt, und das zurückgenommen.');
	const { decision } = await rike.reject(id, ['aggression'], 'Nicht in diesem Ton.');
	ok(await rike.undo(decision));
	const waits = (await c.who.get('/v1/reader/data')).json.comments.find((x) => x.id === id);
	assert.deepEqual([waits.decisions, waits.letters, 'checks' in waits.texts[0]], [[], [], false]);
	await rike.reject(id, ['aggression'], 'In diesem Ton nicht.');
	const judged = (await c.who.get('/v1/reader/data')).json.comments.find((x) => x.id === id);
	assert.deepEqual([judged.decisions.at(-1).word, judged.texts[0].checks.length], ['In diesem Ton nicht.', 1]);
});

test('nothing of an author stays in the letters to who reported, nor of who reported once that is settled and forgotten', async () => {
	const who = new Reader(server, { name: 'Xaverine Quittenbaum' });
	const kept = await released('Bleibt nach einer Meldung stehen.', who), gone = await released('Geht nach einer Meldung.', who), open = await released('Eine Meldung steht noch aus.', who);
	for (const c of [kept, gone, open])
		await report(c, { name: 'Hroswitha Zwetschge' });
	await report(kept, { kind: 'abuse', name: 'Hroswitha Zwetschge', email: '' });
	for (const [c, body] of [[kept, { outcome: 'keep', reasons: 'Zulässig.' }], [gone, { outcome: 'remove', rules: ['aggression'] }]]) {
		const n = await caseOf(c);
		ok(await rike.write(`/v1/desk/notices/${n.id}/decision`, { last: n.last, ...body }));
	}
	ok(await erase(who));
	const letters = (word) => Number(sql(`SELECT (SELECT count(*) FROM mail WHERE subject || body LIKE '%${word}%') + (SELECT count(*) FROM notice WHERE answer LIKE '%${word}%')`));
	assert.ok(letters('bleibt auf der Seite') > 0);
	for (const name of ['Quittenbaum', 'Zwetschge'])
		assert.equal(letters(name), 0, name);
	assert.equal(sql("SELECT count(*) FROM notice WHERE name <> '' AND email = '' AND decided_at IS NOT NULL"), '0');
});

/* ---- other origins ---- */

test('no page of another origin writes in a reader\'s name, and no cache keeps what is personal', async () => {
	const c = await released('Fremde Seiten schreiben hier nicht.');
	const fields = { ...FIELDS, revision: c.revision, form_key: uuid(), confirm: 'yes' };
	const foreign = [{ Origin: 'https://evil.example' }, { Origin: 'null' }, { Origin: 'https://paper.example' }, { 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'same-site' }];
	for (const path of [`/comments/${c.id}/notice`, '/my-data'])
		for (const headers of foreign) {
			const answer = await c.who.request('POST', path, { headers: { ...FORM, ...headers }, body: form(fields) });
			assert.equal(answer.status, 403, `${path} ${JSON.stringify(headers)}`);
		}
	for (const headers of [{ Origin: 'https://evil.example' }, { Origin: 'null' }, { 'Sec-Fetch-Site': 'cross-site' }])
		assert.equal((await c.who.request('DELETE', '/v1/reader/data', { headers, body: { confirm: true } })).status, 403, JSON.stringify(headers));
	// an allowed page has no use of our cookie
	assert.equal((await c.who.request('DELETE', '/v1/reader/data', { headers: { Origin: 'https://paper.example' }, body: { confirm: true } })).status, 404);
	assert.equal((await c.who.get('/v1/reader/data', { Origin: 'https://paper.example' })).status, 404);
	assert.ok((await server.get('/v1/articles/bruecke/comments')).text.includes('Fremde Seiten schreiben hier nicht.'));
	const told = (await report(c)).headers.location;
	for (const [who, path] of [[c.who, '/my-data'], [c.who, '/my-data.json'], [c.who, '/v1/reader/data'], [new Reader(server), '/my-data'], [new Reader(server), told], [new Reader(server), `/comments/${c.id}/notice`]]) {
		const { headers } = await who.get(path);
		assert.match(headers['cache-control'] ?? '', /no-store/, path);
		assert.equal(headers['access-control-allow-origin'], undefined, path);
		assert.equal(headers['x-content-type-options'], 'nosniff', path);
		assert.match(headers['referrer-policy'] ?? '', path === told ? /^same-origin$/ : /same-origin|strict-origin/, path);
		if (/html/.test(headers['content-type']))
			assert.match(headers['content-security-policy'], /frame-ancestors 'none'.*form-action 'self'|form-action 'self'.*frame-ancestors 'none'/, path);
	}
});

test('bodies that are broken, endless or of another kind', async () => {
	const c = await released('Kaputte Formulare helfen nicht.');
	for (const path of [`/comments/${c.id}/notice`, '/my-data'])
		for (const [headers, body] of [[FORM, 'x'.repeat(200 << 10)], [FORM, 'kind=%ff&explanation=%00'], [FORM, '&'.repeat(60000)], [FORM, 'a=b&'.repeat(30000)],
			[{ 'Content-Type': 'multipart/form-data; boundary=x' }, '--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\n'], [{ 'Content-Type': 'application/json' }, '{}'], [{}, ''],
			[FORM, form({ ...FIELDS, revision: c.revision, form_key: `${uuid()}\r\nSet-Cookie: a=b` })], [FORM, form({ ...FIELDS, revision: c.revision, form_key: uuid(), email: 'a@b.example\r\nBcc: c@d.example' })]]) {
			const answer = await new Reader(server).request('POST', path, { headers, body });
			assert.ok(answer.status < 500 && answer.status !== 303, `${path}: ${answer.status} for ${body.slice(0, 40)}`);
			assert.equal(answer.headers['set-cookie'], undefined);
		}
	for (const body of ['[]', '{"confirm":1}', '{"confirm":"true"}', '{', `${'['.repeat(5000)}`, 'null', '{"confirm":true,"confirm":false}'])
		assert.equal((await c.who.request('DELETE', '/v1/reader/data', { headers: { 'Content-Type': 'application/json' }, body })).status, 400, body.slice(0, 40));
	for (const token of ['x', '%00', 'a'.repeat(3000), `${c.id}-${'A'.repeat(22)}`, `${c.id}-`, '../../my-data', "' OR 1=1"])
		assert.ok([400, 404].includes((await server.get(`/notice/${encodeURIComponent(token)}`)).status), token);
	assert.equal(sql(`SELECT count(*) FROM notice n JOIN revision r ON r.id = n.revision_id WHERE r.text LIKE 'Kaputte Formulare%'`), '0');
	assert.ok(await until(async () => (await server.get('/healthz')).status === 200));
});
