// Letters leave by a real mail server: invitations at once, reasons once a decision can no longer be taken back.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, until } from '../lib/server.mjs';
import { startPeer } from '../lib/letters.mjs';
import { metrics } from '../lib/metrics.mjs';
import { Reader, Editor } from '../lib/people.mjs';

let peer, letters, server, rike, omar;
const letter = (to) => until(() => letters.find((l) => l.to.includes(to)), { what: `a letter to ${to}` });

before(async () => {
	peer = await startPeer();
	({ letters } = peer);
	server = await startServer({ config: peer.config });
	rike = await new Editor(server).login();
	omar = await new Editor(server).login('omar');
});
after(async () => {
	await server?.end();
	peer?.end();
});

// Since the server began: letters handed over, put off, given up.
const counted = (wanted) => until(async () => {
	const { value } = await metrics(server);
	assert.deepEqual(['sent', 'retry', 'given_up'].map((result) => value(`freigabe_mail_total{result="${result}"}`)), wanted);
	return true;
}, { what: `counted ${wanted}` });
const invite = (email) => rike.write('/v1/desk/staff/invitations', { name: 'Änne Groß', email, role: 'editor', lang: 'de' });

test('an invitation goes out at once, with letters beyond ASCII, and its address works', async () => {
	const { link } = (await invite('aenne@paper.example')).json;
	const mail = await letter('aenne@paper.example');
	assert.equal(mail.from, 'redaktion@paper.example');
	assert.equal(mail.subject, 'Einladung zur Redaktion von Testbote');
	assert.match(mail.text, /^Guten Tag Änne Groß,/);
	assert.ok(mail.text.includes(link));
	const answer = await server.request('POST', '/v1/desk/invitation', { body: { token: link.split('#')[1] } });
	assert.equal(answer.json.name, 'Änne Groß');
	await until(() => sql('SELECT count(*) FROM mail') === '0', { what: 'handed over and gone' });
	await counted([1, 0, 0]);
});

const sql = (text) => server.sql(text);

test('who cannot be reached for good is given up with the reason; who is busy is tried again', async () => {
	for (const house of ['paper', 'other'])
		await invite(`nobody@${house}.example`);
	await invite('later@paper.example');
	await until(() => sql("SELECT state FROM mail WHERE recipient LIKE 'nobody%'") === 'failed\nfailed');
	assert.match(sql("SELECT problem FROM mail WHERE recipient LIKE 'nobody%'"), /550.*\n.*550/);
	await until(() => sql("SELECT tries FROM mail WHERE recipient LIKE 'later%'") === '1');
	assert.equal(sql("SELECT state FROM mail WHERE recipient LIKE 'later%'"), 'waiting');
	await counted([1, 1, 2]);
	sql("UPDATE mail SET send_at = 1 WHERE recipient LIKE 'later%'");
	await invite('prod@paper.example'); // a commit wakes the sender
	await letter('later@paper.example');
	await counted([3, 1, 2]);
});

test('reasons go out when the decision can no longer be taken back, and not at all if it was', async () => {
	const wilma = new Reader(server, { name: 'Wilma', email: 'wilma@paper.example' });
	const jonas = new Reader(server, { name: 'Jonas', email: 'jonas@paper.example' });
	const [a, b] = [await wilma.submit('Du Idiot, die Brücke steht.'), await jonas.submit('Du Idiot, die Brücke fällt.')];
	await rike.reject(a.id, ['profanity'], 'Bitte ohne das Wort.');
	const { decision } = await rike.reject(b.id, ['profanity']);
	await rike.undo(decision);
	assert.equal(sql("SELECT recipient FROM mail WHERE recipient LIKE 'wilma%' OR recipient LIKE 'jonas%'"), 'wilma@paper.example');
	assert.ok(Number(sql("SELECT send_at FROM mail WHERE recipient LIKE 'wilma%'")) - Date.now() > 5000, 'not before the ten seconds are over');
	sql("UPDATE mail SET send_at = 1 WHERE recipient LIKE 'wilma%'");
	await invite('prod2@paper.example');
	const mail = await letter('wilma@paper.example');
	assert.match(mail.subject, /wird nicht veröffentlicht$/);
	assert.match(mail.text, /»Idiot«/);
	assert.match(mail.text, /Bitte ohne das Wort\./);
	assert.match(mail.text, /Entschieden hat ein Mensch/);
	const [, path] = /(\/objection\/\S+)/.exec(mail.text);
	await wilma.postForm({ text: 'Das war ein Zitat.' }, { path });
	const { objections } = (await omar.get('/v1/desk/objections')).json;
	assert.equal((await omar.write(`/v1/desk/objections/${objections[0].id}/decision`, { outcome: 'uphold', reasons: 'Stimmt, das war ein Zitat.' })).status, 204);
	await until(() => letters.find((l) => l.to.includes('wilma@paper.example') && l.subject === 'Antwort auf Ihren Widerspruch'));
	assert.ok((await wilma.comments()).comments.some((c) => c.id === a.id), 'it is released now');
	assert.equal(server.audit().status, 0);
	assert.ok(!letters.some((l) => l.to.includes('jonas@paper.example')));
});

test('letters that one decision brings to one address leave in one message, each with its own way to object', async () => {
	const bulk = new Reader(server, { name: 'Bulk', email: 'bulk@paper.example' }), other = new Reader(server, { name: 'Other', email: 'other@paper.example' });
	const ids = [];
	for (const text of ['Du Idiot, erstens.', 'Du Trottel, zweitens.', 'Du Depp, drittens.'])
		ids.push((await bulk.submit(text)).id);
	const alone = await other.submit('Du Idiot, allein.');
	for (const id of [...ids, alone.id]) await rike.reject(id, ['profanity']);
	const waiting = () => Number(sql("SELECT count(*) FROM mail WHERE recipient LIKE 'bulk%'"));
	assert.equal(waiting(), 3);
	/* the first is due, the last can still be taken back: they wait for it */
	sql("UPDATE mail SET send_at = 1 WHERE recipient LIKE 'other%' OR id IN (SELECT id FROM mail WHERE recipient LIKE 'bulk%' ORDER BY id LIMIT 1)");
	await invite('prod3@paper.example');
	assert.ok(!(await letter('other@paper.example')).subject.includes('Entscheidungen'));
	await letter('prod3@paper.example');
	assert.equal(waiting(), 3);
	sql("UPDATE mail SET send_at = 1 WHERE recipient LIKE 'bulk%'");
	await invite('prod4@paper.example');
	const mail = await letter('bulk@paper.example');
	assert.equal(mail.subject, '3 Entscheidungen über Ihre Kommentare');
	for (const word of ['»Idiot«', '»Trottel«', '»Depp«', '== 1 von 3', '== 3 von 3']) assert.ok(mail.text.includes(word), word);
	assert.equal(new Set(mail.text.match(/\/objection\/\S+/g)).size, 3);
	await until(() => waiting() === 0, { what: 'all three gone' });
	assert.equal(letters.filter((l) => l.to.includes('bulk@paper.example')).length, 1);
});
