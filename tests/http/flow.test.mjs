// A comment's way: sent, held, read at the desk, decided, seen or not seen, and by whom.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, until, uuid } from '../lib/server.mjs';
import { Reader, Editor, conflict } from '../lib/people.mjs';

let server, rike, omar;
const stranger = () => new Reader(server, { name: 'Fremd' });
const sees = async (reader, text, article) =>
	(await reader.page(article)).includes(text) && (await reader.thread(article)).includes(text);
const seesNothing = async (reader, text, article) => {
	for (const html of [await reader.page(article), await reader.thread(article)])
		assert.ok(!html.includes(text), `should not be there: ${text}`);
};

before(async () => {
	server = await startServer();
	rike = await new Editor(server).login('rike');
	omar = await new Editor(server).login('omar');
});
after(() => server?.end());

test('an article page carries what search engines read', async () => {
	const answer = await server.get('/articles/bruecke');
	assert.equal(answer.status, 200);
	assert.match(answer.headers['content-type'], /^text\/html; charset=utf-8/i);
	const html = answer.text;
	const ld = JSON.parse(/<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html)[1]);
	assert.equal(ld['@type'], 'NewsArticle');
	assert.equal(ld.headline, 'Die Brücke bleibt gesperrt');
	assert.equal(ld.commentCount, 0);
	assert.match(html, /<meta property="og:title" content="Die Brücke bleibt gesperrt">/);
	assert.match(html, /<meta property="og:type" content="article">/);
	assert.match(html, /<html[^>]* lang="de"/);
	assert.match((await server.get('/articles/library')).text, /<html[^>]* lang="en"/);
	assert.match((await server.get('/')).text, /Die Brücke bleibt gesperrt/);
});

test('article info', async () => {
	const info = (await server.get('/v1/articles/bruecke')).json;
	assert.equal(info.id, 'bruecke');
	assert.equal(info.title, 'Die Brücke bleibt gesperrt');
	assert.equal(info.lang, 'de');
	assert.equal(info.open, true);
	assert.equal(typeof info.count, 'number');
	assert.equal((await server.get('/v1/articles/nirgends')).json.error.code, 'article_unknown');
});

test('held: seen by its author alone, also after a restart; released: seen by all', async () => {
	const reader = new Reader(server), text = 'Wer zahlt die 14 Kilometer Umweg? Mein Betrieb jedenfalls nicht.';
	const sent = await reader.submit(text);
	assert.match(sent.id, /^[0-9a-z]{13}$/i);
	assert.equal(sent.state, 'held');
	assert.ok(sent.position >= 1);
	assert.deepEqual([sent.review_from, sent.review_until], [null, null], 'nothing is known yet of how long it takes');
	assert.match(sent.html, /^<li /);
	assert.ok(sent.html.includes(text));

	for (const restart of [false, true]) {
		if (restart) {
			await server.restart();
			await until(async () => (await rike.get('/v1/desk/session')).status === 200, { what: 'session outlives a restart' });
		}
		assert.ok(await sees(reader, text));
		assert.equal((await reader.one(sent.id)).state, 'held');
		await seesNothing(stranger(), text);
		assert.deepEqual(await stranger().mine(), []);
	}
	const item = await rike.item(sent.id);
	assert.equal(item.text, text);
	assert.equal(item.author.name, reader.name);
	assert.equal(item.article.id, 'bruecke');
	assert.equal(item.ordinal, 1);
	assert.match(item.review.suggestion, /^(release|look|reject)$/);
	assert.deepEqual((await rike.revision(item.revision)).text, text);

	const live = await stranger().stream('/v1/articles/bruecke/stream');
	assert.equal(live.status, 200);
	assert.match(live.headers['content-type'], /^text\/event-stream/);
	const at = Date.now();
	const done = await rike.release(sent.id);
	assert.equal(done.action, 'release');
	assert.ok(done.undo_until > at && done.undo_until <= Date.now() + 10000);
	const put = await live.next((m) => m.event === 'put');
	assert.ok(put.at - at < 1000, `live after ${put.at - at} ms`);
	const data = JSON.parse(put.data);
	assert.equal(data.id, sent.id);
	assert.equal(data.parent, null);
	assert.ok(data.html.includes(text));
	live.close();
	await until(() => sees(stranger(), text), { what: 'released text in page and thread' });
	const list = await stranger().comments();
	const shown = list.comments.find((c) => c.id === sent.id);
	assert.equal(shown.text, text);
	assert.equal(shown.name, reader.name);
	assert.equal(shown.removed, false);
	assert.equal(shown.edited_at, null);
	assert.equal(data.count, list.count);
	assert.equal((await server.get('/v1/articles/bruecke')).json.count, list.count);
	const feed = await server.get('/articles/bruecke/comments.atom');
	assert.match(feed.headers['content-type'], /atom\+xml/);
	assert.ok(feed.text.includes('14 Kilometer Umweg'));
	assert.ok([undefined, 'released'].includes((await reader.one(sent.id))?.state));
});

test('rejected: the author learns rule, passage and word; nobody else learns anything', async () => {
	const reader = new Reader(server), text = 'Diese Arschlöcher im Rat haben von Stahl keine Ahnung, das sieht jeder.';
	const sent = await reader.submit(text);
	const word = 'Ohne das Schimpfwort gern noch einmal.';
	await rike.reject(sent.id, ['profanity'], word);
	const own = await reader.one(sent.id);
	assert.equal(own.state, 'rejected');
	assert.ok(own.html.includes(word));
	assert.match(own.html, /Schimpfwort/);
	assert.match(own.html, /<q>[^<]*Arschl/i, 'the passage is quoted');
	assert.ok(await sees(reader, word));
	await seesNothing(stranger(), 'Arschlöcher');
	await seesNothing(stranger(), word);
});

test('returned, revised, released', async () => {
	const reader = new Reader(server);
	const sent = await reader.submit('Die Behelfsbrücke kommt nie, wetten wir? Erste Fassung.');
	await rike.giveBack(sent.id, 'Bitte mit Begründung.');
	assert.equal((await reader.one(sent.id)).state, 'returned');
	assert.ok((await reader.one(sent.id)).html.includes('Bitte mit Begründung.'));
	const again = await reader.revise(sent.id, 'Die Behelfsbrücke kommt nicht, weil die Rampen fehlen. Zweite Fassung.');
	assert.equal(again.id, sent.id);
	assert.equal(again.state, 'held');
	const item = await omar.item(sent.id);
	assert.equal(item.ordinal, 2);
	assert.equal(item.earlier.length, 1);
	assert.equal(item.earlier[0].state, 'returned');
	assert.equal(item.earlier[0].word, 'Bitte mit Begründung.');
	await omar.release(sent.id);
	assert.ok(await until(() => sees(stranger(), 'Zweite Fassung')));
	await seesNothing(stranger(), 'Erste Fassung');
});

test('an edit of a released comment: the old text stands until the new one is released', async () => {
	const reader = new Reader(server);
	const sent = await reader.submit('Ein Umweg von 14 Kilometern ist zumutbar. Alter Wortlaut.');
	await rike.release(sent.id);
	await reader.revise(sent.id, 'Ein Umweg von 14 Kilometern ist kaum zumutbar. Neuer Wortlaut.');
	await until(() => sees(stranger(), 'Alter Wortlaut'));
	await seesNothing(stranger(), 'Neuer Wortlaut');
	assert.ok(await sees(reader, 'Neuer Wortlaut'));
	const item = await rike.item(sent.id);
	assert.ok(item.released_text.includes('Alter Wortlaut'));
	await rike.release(sent.id);
	await until(() => sees(stranger(), 'Neuer Wortlaut'));
	await seesNothing(stranger(), 'Alter Wortlaut');
	const shown = (await stranger().comments()).comments.find((c) => c.id === sent.id);
	assert.ok(shown.edited_at > 0);
});

test('withdrawn: before and after release', async () => {
	const reader = new Reader(server);
	const held = await reader.submit('Das nehme ich vor der Freigabe zurück.');
	const item = await rike.item(held.id);
	assert.equal((await reader.withdraw(held.id)).state, 'withdrawn');
	conflict(await rike.decide(item, 'release'), 'revision_withdrawn');
	const shown = await reader.submit('Das nehme ich nach der Freigabe zurück.');
	await rike.release(shown.id);
	await until(() => sees(stranger(), 'nach der Freigabe zurück'));
	const live = await stranger().stream('/v1/articles/bruecke/stream');
	await reader.withdraw(shown.id);
	assert.equal(JSON.parse((await live.next((m) => m.event === 'remove')).data).id, shown.id);
	live.close();
	await seesNothing(stranger(), 'nach der Freigabe zurück');
	assert.equal((await reader.withdraw(shown.id)).state, 'withdrawn', 'asking twice is no error');
	assert.equal((await stranger().request('DELETE', `/v1/articles/bruecke/comments/${shown.id}`)).status, 404);
});

test('a reply waits for what it answers', async () => {
	const reader = new Reader(server), other = stranger();
	const parent = await reader.submit('Erst ich: Die Risse waren seit Jahren bekannt.');
	assert.equal((await other.post('Antwort auf Ungesehenes', { parent: parent.id })).json.error.code, 'parent_unknown');
	const reply = await reader.submit('Und ich ergänze mich selbst: seit 2019, um genau zu sein.', { parent: parent.id });
	const item = await rike.item(reply.id);
	assert.equal(item.parent.released, false);
	conflict(await rike.decide(item, 'release'), 'parent_not_released');
	await rike.release(parent.id);
	const done = await rike.release(reply.id);
	assert.ok(done.decision);
	const shown = (await stranger().comments()).comments.find((c) => c.id === reply.id);
	assert.equal(shown.parent, parent.id);
	assert.equal(shown.depth, 1);
	await reader.withdraw(parent.id);
	const left = (await stranger().comments()).comments;
	assert.equal(left.find((c) => c.id === parent.id).removed, true, 'its place stays for the answer');
	assert.equal(left.find((c) => c.id === parent.id).text, '');
	assert.ok(left.some((c) => c.id === reply.id));
	await seesNothing(stranger(), 'seit Jahren bekannt');
});

test('undo restores what was, for release and reject', async () => {
	const reader = new Reader(server), text = 'Rücknahme: Der Pfeiler steht doch noch.';
	const sent = await reader.submit(text);
	const released = await rike.release(sent.id);
	await until(() => sees(stranger(), text));
	assert.equal((await omar.undo(released.decision)).json.error.code, 'undo_not_yours');
	const live = await stranger().stream('/v1/articles/bruecke/stream');
	assert.equal((await rike.undo(released.decision)).status, 200);
	assert.equal(JSON.parse((await live.next((m) => m.event === 'remove')).data).id, sent.id);
	live.close();
	await seesNothing(stranger(), text);
	assert.equal((await reader.one(sent.id)).state, 'held');
	assert.equal((await rike.undo(released.decision)).status, 409);
	const rejected = await rike.reject(sent.id, ['insinuation']);
	assert.equal((await rike.undo(rejected.decision)).status, 200);
	assert.equal((await reader.one(sent.id)).state, 'held');
	assert.ok(await rike.item(sent.id));
	const listed = (await rike.decisions()).find((d) => d.id === released.decision);
	assert.equal(listed.undone, true);
});

test('undo of a released edit brings the text before it back', async () => {
	const reader = new Reader(server);
	const sent = await reader.submit('Vorher: Lastwagen raus aus der Stadt.');
	await rike.release(sent.id);
	await reader.revise(sent.id, 'Nachher: Lastwagen raus aus dem Viertel.');
	const done = await rike.release(sent.id);
	await until(() => sees(stranger(), 'Nachher:'));
	assert.equal((await rike.undo(done.decision)).status, 200);
	await until(() => sees(stranger(), 'Vorher:'));
	await seesNothing(stranger(), 'Nachher:');
});

test('undo is refused once an answer is released', async () => {
	const reader = new Reader(server);
	const parent = await reader.submit('Der Bauhof hat doch ein Gerüst liegen.');
	const done = await rike.release(parent.id);
	const reply = await stranger().submit('Das Gerüst trägt aber keine 40 Tonnen.', { parent: parent.id });
	await rike.release(reply.id);
	conflict(await rike.undo(done.decision), 'undo_has_replies');
});

test('two editors: the second learns who was first; the first may repeat', async () => {
	const sent = await new Reader(server).submit('Zwei lesen mich zugleich, einer entscheidet.');
	const item = await rike.item(sent.id);
	const first = await rike.decide(item, 'release');
	assert.equal(first.status, 200);
	const who = conflict(await omar.decide(item, 'reject', { rules: ['off_topic'] }), 'already_decided');
	assert.equal(who.by, 'Rike Ahrens');
	assert.equal(who.action, 'release');
	assert.ok(who.at > 0);
	const again = await rike.decide(item, 'release');
	assert.equal(again.status, 200);
	assert.equal(again.json.decision, first.json.decision);
	conflict(await rike.decide(item, 'reject', { rules: ['off_topic'] }), 'already_decided');
});

test('deciding at the same moment: one wins', async () => {
	const sent = await new Reader(server).submit('Um mich wird gestritten, im selben Augenblick.');
	const item = await rike.item(sent.id);
	const answers = await Promise.all([rike.decide(item, 'release'), omar.decide(item, 'reject', { rules: ['off_topic'] })]);
	assert.deepEqual(answers.map((a) => a.status).sort(), [200, 409]);
});

test('a decision on an older version or an edited text is refused', async () => {
	const reader = new Reader(server);
	const sent = await reader.submit('Erste Fassung, gleich überholt.');
	const item = await rike.item(sent.id);
	await reader.revise(sent.id, 'Zweite Fassung, die gilt.');
	const now = conflict(await rike.decide(item, 'release'), 'revision_superseded');
	assert.equal(now.revision, (await rike.item(sent.id)).revision);
	await seesNothing(stranger(), 'gleich überholt');
	const fresh = await rike.item(sent.id);
	const stale = await rike.decide(fresh, 'release', { version: fresh.version + 1 });
	assert.equal(stale.status, 409);
	// decided, taken back: who still holds the older version must look again
	const done = (await rike.decide(fresh, 'reject', { rules: ['off_topic'] })).json;
	await rike.undo(done.decision);
	assert.equal((await omar.decide(fresh, 'release')).status, 409);
	await seesNothing(stranger(), 'die gilt');
});

test('what a decision must say', async () => {
	const item = await rike.item((await new Reader(server).submit('An mir wird geübt, was fehlt.')).id);
	const code = async (body) => (await rike.write(`/v1/desk/revisions/${item.revision}/decision`, body)).json.error?.code;
	assert.equal(await code({ action: 'reject', rules: [], version: item.version }), 'rules_missing');
	assert.equal(await code({ action: 'reject', rules: ['unfug'], version: item.version }), 'rule_unknown');
	assert.equal(await code({ action: 'return', version: item.version }), 'reason_missing');
	assert.equal(await code({ action: 'shred', version: item.version }), 'action_unknown');
	assert.equal(await code({ action: 'release' }), 'version_missing');
	assert.equal(await code({ action: 'return', word: 'x'.repeat(2001), version: item.version }), 'word_too_long');
	assert.equal((await rike.item(item.comment)).version, item.version);
});

test('a repeated submission is one comment, with and without the cookie', async () => {
	const key = uuid(), first = new Reader(server), text = 'Doppelt gesendet hält nicht besser.';
	const one = await first.submit(text, { key });
	const two = await first.submit(text, { key });
	const lost = new Reader(server);
	const three = await lost.submit(text, { key });
	assert.equal(two.id, one.id);
	assert.equal(three.id, one.id);
	assert.equal((await lost.mine()).filter((c) => c.id === one.id).length, 1);
	const many = await Promise.all(Array.from({ length: 6 }, () => new Reader(server).submit(text, { key })));
	assert.ok(many.every((c) => c.id === one.id));
	assert.equal((await rike.all()).filter((i) => i.text === text).length, 1);
	const edit = uuid();
	await first.revise(one.id, 'Einmal geändert.', { key: edit });
	await first.revise(one.id, 'Einmal geändert.', { key: edit });
	assert.equal((await rike.item(one.id)).ordinal, 2);
});

test('simultaneous first submissions of one key are one comment', async () => {
	const key = uuid(), text = 'Gleichzeitig zum ersten Mal gesendet.';
	const all = await Promise.all(Array.from({ length: 8 }, () => new Reader(server).post(text, { key })));
	assert.deepEqual([...new Set(all.map((a) => a.status))], [201]);
	assert.equal(new Set(all.map((a) => a.json.id)).size, 1);
	assert.equal((await rike.all()).filter((i) => i.text === text).length, 1);
});

test('nobody touches the comment of another', async () => {
	const mine = await new Reader(server).submit('Gehört mir allein.');
	const thief = stranger();
	await thief.submit('Ich habe auch eine Kennung.');
	assert.equal((await thief.put(mine.id, 'Gehört jetzt mir.')).status, 404);
	assert.equal((await thief.request('DELETE', `/v1/articles/bruecke/comments/${mine.id}`)).status, 404);
	assert.equal((await rike.item(mine.id)).text, 'Gehört mir allein.');
});

test('the desk hears of what comes and goes', async () => {
	const live = await omar.stream('/v1/desk/stream');
	assert.equal(live.status, 200);
	const sent = await new Reader(server).submit('Am Desk klingelt es.');
	const item = await rike.item(sent.id);
	const came = JSON.parse((await live.next((m) => m.event === 'queue' && JSON.parse(m.data).added === item.revision)).data);
	assert.ok(came.count >= 1);
	await rike.release(sent.id);
	const went = JSON.parse((await live.next((m) => m.event === 'queue' && JSON.parse(m.data).removed === item.revision)).data);
	assert.equal(went.by, 'Rike Ahrens');
	assert.equal(went.action, 'release');
	live.close();
	assert.equal((await stranger().get('/v1/desk/stream')).status, 401);
});

test('the queue: what is due first, page by page, each once', async () => {
	const reader = new Reader(server, { article: 'library' });
	for (let i = 0; i < 5; i++)
		await reader.submit(`Sunday opening is a fine thing, number ${i}.`);
	const all = await rike.all();
	const some = [];
	for (let after = ''; some.length < all.length;) {
		const page = await rike.queue(`?limit=3${after}`);
		assert.equal(page.count, all.length);
		assert.equal(page.oldest_at, Math.min(...all.map((i) => i.submitted_at)));
		assert.ok(page.items.length > 0);
		some.push(...page.items);
		after = `&after=${page.next}`;
	}
	assert.deepEqual(some.map((i) => i.revision), all.map((i) => i.revision));
	const times = all.map((i) => i.due_at);
	assert.deepEqual(times, [...times].sort((a, b) => a - b));
});

test('conditional requests: unchanged is 304, a release changes it', async () => {
	const path = '/v1/articles/library/comments', reader = new Reader(server, { article: 'library' });
	const first = await server.get(path);
	assert.ok(first.headers.etag);
	const same = await server.get(path, { 'If-None-Match': first.headers.etag });
	assert.equal(same.status, 304);
	assert.equal(same.raw.length, 0);
	const sent = await reader.submit('Sunday hours suit those who work on Saturdays.');
	assert.equal((await server.get(path, { 'If-None-Match': first.headers.etag })).status, 304, 'held changes nothing');
	await rike.release(sent.id);
	await until(async () => (await server.get(path, { 'If-None-Match': first.headers.etag })).status === 200);
});

test('a long thread comes in pages, each comment once and in order', async () => {
	const reader = new Reader(server, { article: 'library' });
	for (let i = 0; i < 55; i++)
		await rike.release((await reader.submit(`Number ${i} of a long thread about the opening hours.`)).id);
	const ids = [];
	let cursor = '', pages = 0;
	do {
		const page = (await server.get(`/v1/articles/library/comments?after=${cursor}`)).json;
		assert.ok(page.count >= 55);
		ids.push(...page.comments.map((c) => c.id));
		cursor = page.next;
		pages++;
	} while (cursor);
	assert.equal(pages, 2);
	assert.equal(new Set(ids).size, ids.length);
	assert.deepEqual(ids, [...ids].sort());
	const html = (await server.get('/articles/library')).text;
	const next = /href="([^"]*after=[^"#]*)/.exec(html)[1].replaceAll('&amp;', '&');
	const second = (await server.get(new URL(next, `${server.base}/articles/library`).pathname + new URL(next, server.base).search)).text;
	assert.match(second, /Number 54 of a long thread/);
	assert.doesNotMatch(second, /Number 0 of a long thread/);
});

test('the audit finds all in order', () => {
	const r = server.audit();
	assert.equal(r.status, 0, r.stdout + r.stderr);
	assert.match(r.stdout, /^ok: \d+ decisions, \d+ publications/);
});

test('who writes very much is answered like everybody, and sees the newest', async () => {
	const busy = new Reader(server, { name: 'Viel Schreiber' });
	const ids = [];
	for (let i = 0; i < 203; i++)
		ids.push((await busy.submit(`Kommentar Nummer ${i} zur Brücke.`)).id);
	const mine = await busy.mine();
	assert.equal(mine.length, 200);
	assert.deepEqual([mine[0].id, mine.at(-1).id], [ids[3], ids.at(-1)]);
	assert.equal((await busy.revise(ids[0], 'Der älteste, geändert.')).id, ids[0]);
});

test('a text is kept composed, with one kind of line ending, whatever it is made of', async () => {
	const reader = new Reader(server, { name: 'Ada' });
	for (const [sent, kept] of [['Für „Züge“ – und … Brücken «zahlen» wir.\nJa.', null], ['Fu\u0308r Bru\u0308cken', 'Für Brücken'], ['Eine Zeile\r\nund noch eine\rBrücke', 'Eine Zeile\nund noch eine\nBrücke'],
		['Die Brücke\u0301 \ud55c\uae00 🌉', 'Die Brück\u00e9 \ud55c\uae00 🌉'], ['Ein \u2126 an der Brücke', 'Ein \u03a9 an der Brücke'], ['Am Ende ein u\u0308', 'Am Ende ein \u00fc']]) {
		const { id } = await reader.submit(sent);
		assert.equal((await rike.item(id)).text, kept ?? sent);
	}
});
