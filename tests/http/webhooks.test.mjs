// Programs beside a newsroom are told what happens: signed, in order, again when they were away, once by many nodes, and
// never more than readers may see.
import { test, before, after, beforeEach } from 'node:test';
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { startServer, startNode, until } from '../lib/server.mjs';
import { newDatabase } from '../lib/postgres.mjs';
import { metrics } from '../lib/metrics.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { Receiver, signedBy } from '../lib/receiver.mjs';

const ALL = ['comment.held', 'comment.decided', 'comment.released', 'comment.withdrawn', 'article.closed', 'article.opened'];
const PRIVATE = { config: { webhooks: 'private' } };
let server, rike, peer, hook, secret;

const at = (id = hook.id) => `/v1/desk/webhooks/${id}`;
const write = (who, method, path, body) => who.request(method, path, { headers: { 'X-CSRF-Token': who.csrf }, body });
async function add(who, url, types = ALL) {
	const answer = await write(who, 'POST', '/v1/desk/webhooks', { url, types });
	assert.equal(answer.status, 201, answer.text);
	return answer.json;
}
const listed = async (id = hook.id, who = rike) => (await who.get('/v1/desk/webhooks')).json.webhooks.find((w) => w.id === id);
const deliveries = async (id = hook.id, who = rike) => (await who.get(`${at(id)}/deliveries`)).json.deliveries;
// Somebody has seen to it: what waits is due.
const seenTo = () => write(rike, 'PUT', at(), { url: peer.url, types: ALL, active: true });
const hurry = (probe, what) => until(async () => (await probe()) || (await seenTo(), false), { every: 300, what });

before(async () => {
	server = await startServer(PRIVATE);
	rike = await new Editor(server).login();
});
after(() => server?.end());
beforeEach(async () => {
	peer = await new Receiver().start();
	({ webhook: hook, secret } = await add(rike, peer.url));
});
const over = async () => {
	await write(rike, 'DELETE', at());
	await peer.end();
};

test('held, decided, released, withdrawn: signed, in order, and what is released as readers see it', async () => {
	const wilma = new Reader(server, { email: 'wilma@paper.example' });
	const { id } = await wilma.submit('Die **Fähre** fährt wieder.');
	await rike.release(id);
	await peer.wait(3);
	await wilma.withdraw(id);
	await peer.wait(4);
	assert.deepEqual(peer.types(), ['comment.held', 'comment.decided', 'comment.released', 'comment.withdrawn']);
	assert.equal(new Set(peer.got.map((g) => g.id)).size, 4);
	for (const m of peer.got) {
		assert.ok(signedBy(m, secret), m.headers['webhook-signature']);
		assert.match(m.id, /^msg_[0-9a-z]{13}$/);
		assert.equal(m.method, 'POST');
		assert.equal(m.headers['content-type'], 'application/json');
		assert.match(m.body.timestamp, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
		assert.equal(m.body.data.site, 'test');
		assert.equal(m.body.data.article.id, 'bruecke');
		assert.match(m.body.data.article.url, /^http/);
		assert.equal(m.body.data.comment_id, id);
		assert.ok(!m.text.includes('wilma@paper.example') && !m.text.includes('127.0.0.1:8080/desk') && !m.text.includes('Rike'), m.text);
	}
	const [held, decided, released, withdrawn] = peer.got.map((g) => g.body.data);
	assert.ok(!peer.got[0].text.includes('Fähre') && !peer.got[0].text.includes('Wilma'), 'of what is held only ids');
	assert.deepEqual(Object.keys(held).sort(), ['article', 'comment_id', 'revision', 'site']);
	assert.deepEqual([decided.action, decided.undoes, decided.rules, decided.automatic], ['release', null, [], false]);
	const { comment } = released;
	assert.deepEqual([comment.id, comment.text, comment.name, comment.removed, comment.picked], [id, 'Die **Fähre** fährt wieder.', 'Wilma Test', false, false]);
	assert.match(comment.html, /<strong>Fähre<\/strong>/);
	assert.equal(withdrawn.by, 'author');
	assert.ok(!peer.got[3].text.includes('Fähre'));
	await over();
});

test('what a webhook does not ask for, and what happens at another site, it is not told', async () => {
	const other = await new Receiver().start(), few = await add(rike, other.url, ['comment.withdrawn']);
	const { id } = await new Reader(server).submit('Nur kurz da.');
	const item = await rike.item(id);
	await rike.release(id);
	assert.equal((await rike.write(`/v1/desk/revisions/${item.revision}/removal`, { rules: ['off_topic'], word: '' })).status, 200);
	await other.wait(1);
	assert.deepEqual(other.got.map((g) => [g.body.type, g.body.data.by]), [['comment.withdrawn', 'editors']]);
	await until(() => peer.of('comment.decided').length === 2);
	assert.deepEqual(peer.of('comment.decided').map((g) => [g.body.data.action, g.body.data.rules.join()]), [['release', ''], ['remove', 'off_topic']]);
	await write(rike, 'DELETE', at(few.webhook.id));
	await other.end();
	await over();
});

test('a release that was withdrawn before it could be told is not told as released', async () => {
	peer.status = 503;
	const wilma = new Reader(server), { id } = await wilma.submit('Dieser Satz verschwindet gleich.');
	await peer.wait(1);
	await rike.release(id);
	await wilma.withdraw(id);
	peer.status = 204;
	await hurry(() => peer.of('comment.withdrawn').length, 'withdrawn');
	assert.equal(peer.of('comment.released').length, 0);
	assert.ok(!peer.got.some((g) => g.text.includes('verschwindet')));
	const skipped = (await deliveries()).filter((d) => d.state === 'skipped');
	assert.deepEqual(skipped.map((d) => [d.type, d.problem]), [['comment.released', 'overtaken']]);
	await over();
});

test('an undone release is told as withdrawn; an edit that is released, as released anew', async () => {
	const wilma = new Reader(server), { id } = await wilma.submit('Erst so.');
	const { decision } = await rike.release(id);
	await peer.wait(3);
	await rike.undo(decision);
	await until(() => peer.of('comment.withdrawn').length === 1);
	assert.equal(peer.of('comment.withdrawn')[0].body.data.by, 'editors');
	assert.deepEqual(peer.of('comment.decided').map((g) => [g.body.data.action, g.body.data.undoes]), [['release', null], ['undo', 'release']]);
	await rike.release(id);
	await wilma.revise(id, 'Dann anders.');
	await rike.release(id);
	await until(() => peer.of('comment.released').length === 3);
	const last = peer.of('comment.released')[2].body.data.comment;
	assert.equal(last.text, 'Dann anders.');
	assert.ok(last.edited_at);
	await over();
});

test('the editors close and open comments under an article', async () => {
	const close = (open) => write(rike, 'PUT', '/v1/desk/articles/library/comments', { open, hours: 0, reason: '' });
	assert.equal((await close(false)).status, 200);
	await peer.wait(1);
	assert.equal((await close(true)).status, 200);
	await peer.wait(2);
	assert.deepEqual(peer.got.map((g) => [g.body.type, g.body.data.article.id]), [['article.closed', 'library'], ['article.opened', 'library']]);
	await over();
});

test('who answers 500 is asked again with the same id, and what came after waits: the order stays', async () => {
	peer.answers = [500];
	const ids = [];
	for (const text of ['Erster.', 'Zweiter.', 'Dritter.'])
		ids.push((await new Reader(server).submit(text)).id);
	await peer.wait(4); // five seconds later by itself
	assert.deepEqual(peer.got.map((g) => g.body.data.comment_id), [ids[0], ...ids]);
	assert.equal(peer.got[0].id, peer.got[1].id);
	assert.equal(peer.got[0].text, peer.got[1].text);
	assert.ok(Number(peer.got[1].headers['webhook-timestamp']) >= Number(peer.got[0].headers['webhook-timestamp']));
	assert.ok(signedBy(peer.got[1], secret));
	await until(async () => (await deliveries()).every((d) => d.state === 'sent'));
	const told = await deliveries();
	assert.deepEqual(told.map((d) => [d.tries, d.status, d.problem]), [[1, 204, null], [1, 204, null], [2, 204, null]]);
	assert.equal((await listed()).failing_since, null);
	await over();
});

test('who was away gets what waited, in order; what is never taken holds up no other', async () => {
	const { port } = peer;
	await peer.end();
	const ids = [];
	for (const text of ['Eins.', 'Zwei.', 'Drei.'])
		ids.push((await new Reader(server).submit(text)).id);
	await until(async () => (await listed()).failing_since, { what: 'it is seen to be away' });
	await until(async () => (await deliveries()).some((d) => d.problem === 'unreachable'));
	peer = await new Receiver().start(port);
	await hurry(() => peer.got.length >= 3, 'back again');
	assert.deepEqual(peer.got.map((g) => g.body.data.comment_id), ids);
	assert.equal((await listed()).waiting, 0);

	const poison = (await new Reader(server).submit('Gift.')).id;
	peer.http.removeAllListeners('request');
	const taken = [];
	peer.http.on('request', (req, res) => {
		let text = '';
		req.on('data', (part) => (text += part)).on('end', () => {
			const { comment_id } = JSON.parse(text).data;
			if (comment_id !== poison)
				taken.push(comment_id);
			res.writeHead(comment_id === poison ? 500 : 204).end();
		});
	});
	await until(async () => (await deliveries())[0].tries === 2, { what: 'five seconds later by itself' });
	assert.ok((await listed()).failing_since);
	server.sql('UPDATE webhook SET hold_until = 1'); // five minutes later
	const more = (await new Reader(server).submit('Danach.')).id;
	await until(() => taken.includes(more), { what: 'the next one is taken' });
	await until(async () => (await deliveries())[0].state === 'sent');
	assert.equal((await deliveries())[1].state, 'waiting');
	await over();
});

test('410 switches it off, and staff see why; a redirect is not followed', async () => {
	const elsewhere = await new Receiver().start();
	peer.answers = [(req, res) => res.writeHead(307, { Location: elsewhere.url }).end(), 410];
	await new Reader(server).submit('Wohin?');
	await until(async () => (await deliveries())[0]?.problem === 'redirect');
	await seenTo();
	await until(async () => (await listed()).state === 'off', { what: 'switched off' });
	assert.equal((await listed()).off_reason, 'gone');
	assert.equal(elsewhere.got.length, 0);
	await new Reader(server).submit('Hört noch jemand?');
	const log = (await rike.get('/v1/desk/staff/log')).json.entries;
	assert.ok(log.some((e) => e.kind === 'webhook_off' && e.by === null && e.detail.startsWith('gone http://127.0.0.1')), JSON.stringify(log[0]));
	assert.ok(!JSON.stringify(log).includes('/hook'), 'the rest of an address may be a secret');
	/* on again: what waited goes, what happened meanwhile was not for it */
	assert.equal((await seenTo()).status, 204);
	await peer.wait(3);
	await new Reader(server).submit('Jetzt wieder.');
	await peer.wait(4);
	assert.equal((await deliveries()).length, 2);
	await elsewhere.end();
	await over();
});

test('while it is paused it is told nothing, and later nothing of that time', async () => {
	assert.equal((await write(rike, 'PUT', at(), { url: peer.url, types: ALL, active: false })).status, 204);
	await new Reader(server).submit('Ungehört.');
	assert.equal((await write(rike, 'PUT', at(), { url: peer.url, types: ['comment.held'], active: true })).status, 204);
	const { id } = await new Reader(server).submit('Gehört.');
	await peer.wait(1);
	assert.deepEqual(peer.got.map((g) => g.body.data.comment_id), [id]);
	await over();
});

test('a changed secret: both sign for a day, then only the new one', async () => {
	const fresh = (await write(rike, 'POST', `${at()}/secret`, {})).json.secret;
	assert.match(fresh, /^whsec_[A-Za-z0-9+/]{43}=$/);
	await new Reader(server).submit('Zwei Schlüssel.');
	await peer.wait(1);
	assert.ok(signedBy(peer.got[0], secret) && signedBy(peer.got[0], fresh));
	assert.ok((await listed()).secret_before_until > Date.now());
	server.sql('UPDATE webhook SET secret_before_until = 1');
	await new Reader(server).submit('Ein Schlüssel.');
	await peer.wait(2);
	assert.ok(!signedBy(peer.got[1], secret) && signedBy(peer.got[1], fresh));
	assert.ok(!JSON.stringify(await listed()).includes(fresh.slice(6)), 'it is never shown again');
	await over();
});

test('the examples in the paper tell a genuine message from another', async () => {
	const paper = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
	const [js, python] = ['js', 'python'].map((lang) => new RegExp(`\\n\`\`\`${lang}\\n([^]*?)\`\`\``).exec(paper)[1]);
	await new Reader(server).submit('Für die Beispiele: äöü.');
	const [{ headers, text }] = await peer.wait(1);
	const { isGenuine } = await import(`data:text/javascript,${encodeURIComponent(js)}`);
	const old = { ...headers, 'webhook-timestamp': '1700000000' }, other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
	const tried = [[secret, headers, text], [secret, headers, `${text} `], [other, headers, text], [secret, old, text],
		[secret, { ...headers, 'webhook-signature': `v1,AAAA v2,x ${headers['webhook-signature']}` }, text]];
	assert.deepEqual(tried.map(([key, head, body]) => isGenuine(key, head, Buffer.from(body))), [true, false, false, false, true]);
	const ran = spawnSync('python3', ['-c', `${python}\nimport sys, json\nprint(*[is_genuine(key, head, body.encode()) for key, head, body in json.load(sys.stdin)])`],
		{ input: JSON.stringify(tried), encoding: 'utf8' });
	assert.equal(ran.stdout.trim(), 'True False False False True', ran.stderr);
	await over();
});

test('a test message shows status and time; a delivery is sent again under its id', async () => {
	peer.answers = [202];
	const tried = (await write(rike, 'POST', `${at()}/test`, {})).json;
	assert.deepEqual([tried.status, tried.problem], [202, null]);
	assert.equal(peer.got[0].body.type, 'webhook.test');
	assert.ok(signedBy(peer.got[0], secret));
	peer.answers = [(req, res) => { res.writeHead(200); for (let i = 0; i < 200; i++) res.write('x'.repeat(1000)); res.end(); }];
	assert.deepEqual([(await write(rike, 'POST', `${at()}/test`, {})).json.problem], [null], 'a long answer is not read to its end');
	await new Reader(server).submit('Noch einmal, bitte.');
	await peer.wait(3);
	const [one] = await until(async () => { const all = await deliveries(); return all[0]?.state === 'sent' && all; });
	assert.equal((await write(rike, 'POST', `${at()}/deliveries/${one.id}`, {})).status, 204);
	await peer.wait(4);
	assert.equal(peer.got[2].id, peer.got[3].id);
	await over();
});

test('erasing what somebody wrote: it is told as withdrawn, and no word of it is kept', async () => {
	const gone = new Reader(server), { id } = await gone.submit('Das soll niemand mehr lesen, Kennwort Rhabarber.');
	await rike.release(id);
	await peer.wait(3);
	assert.equal((await gone.request('DELETE', '/v1/reader/data', { body: { confirm: true } })).status, 200);
	await until(() => peer.of('comment.withdrawn').length === 1);
	assert.equal(peer.of('comment.withdrawn')[0].body.data.by, 'erasure');
	assert.equal(server.sql("SELECT count(*) FROM webhook_delivery WHERE detail LIKE '%Rhabarber%' OR problem LIKE '%Rhabarber%'"), '0');
	await over();
});

test('a removed webhook leaves nothing; what ended long ago goes', async () => {
	await new Reader(server).submit('Spuren.');
	await peer.wait(1);
	assert.notEqual(server.sql(`SELECT count(*) FROM webhook_delivery`), '0');
	await over();
	assert.equal(server.sql('SELECT count(*) FROM webhook'), '0');
	assert.equal(server.sql('SELECT count(*) FROM webhook_delivery'), '0');
	assert.equal(server.audit().status, 0);
});

test('private addresses, and such without TLS, are refused unless the configuration allows them', async () => {
	await over();
	const strict = await startServer(), boss = await new Editor(strict).login(), inside = await new Receiver().start();
	try {
		for (const url of [inside.url, `https://127.0.0.1:${inside.port}/`, 'https://[::1]/', 'https://10.1.2.3/', 'https://0x7f000001/', 'ftp://paper.example/', 'https://user:word@paper.example/', 'paper.example', '', `https://paper.example/${'x'.repeat(2100)}`]) {
			const answer = await write(boss, 'POST', '/v1/desk/webhooks', { url, types: ['comment.held'] });
			assert.deepEqual([answer.status, answer.json.error.code], [400, 'webhook_url'], url);
		}
		for (const types of [[], ['comment.nothing'], ['comment.held', 'comment.held', 1], undefined])
			assert.equal((await write(boss, 'POST', '/v1/desk/webhooks', { url: 'https://paper.example/', types })).json.error.code, 'webhook_types');
		const { webhook } = await add(boss, `https://localhost:${inside.port}/hook`, ['comment.held']);
		const tried = (await write(boss, 'POST', `${at(webhook.id)}/test`, {})).json;
		assert.deepEqual([tried.status, tried.problem], [null, 'private']);
		await new Reader(strict).submit('Kommt nicht an.');
		await until(async () => (await deliveries(webhook.id, boss))[0]?.problem === 'private');
		assert.equal(inside.got.length, 0);
		/* nor by the command */
		assert.equal(strict.cliRaw(['webhook', 'add', inside.url]).status, 2);
		const made = strict.cli('webhook', 'add', inside.url, '--private', '--events', 'comment.held').trim().split('\t');
		assert.match(made[1], /^whsec_/);
		assert.match(strict.cli('webhook', 'list'), new RegExp(`${made[0]}\tactive\t\\d+\t${inside.url}\tcomment.held`));
		assert.equal(strict.cliRaw(['webhook', 'test', made[0]]).status, 1);
		const ran = await new Promise((done) => execFile(strict.bin, ['webhook', 'test', made[0], '--private', '--db', strict.db], { env: strict.env }, (e, out) => done(out)));
		assert.match(ran, /^taken, status 204, /);
		strict.cli('webhook', 'remove', made[0]);
		assert.ok(!strict.cli('webhook', 'list').includes(made[0]));
	} finally {
		await strict.end();
		await inside.end();
	}
});

test('killed in the middle of a try: it is made again after the start, and nothing is lost or out of order', async () => {
	await over();
	const mine = await startServer(PRIVATE), inside = await new Receiver().start();
	try {
		const boss = await new Editor(mine).login(), { webhook } = await add(boss, inside.url, ['comment.held']);
		inside.answers = [() => mine.child.kill('SIGKILL')];
		const ids = [(await new Reader(mine).submit('Erster.')).id];
		await until(() => !mine.alive(), { what: 'killed' });
		inside.http.closeAllConnections();
		await mine.start();
		await inside.wait(2);
		for (const text of ['Zweiter.', 'Dritter.'])
			ids.push((await new Reader(mine).submit(text)).id);
		await inside.wait(4);
		assert.deepEqual(inside.got.map((g) => g.body.data.comment_id), [ids[0], ...ids]);
		assert.equal(inside.got[0].id, inside.got[1].id);
		await mine.restart();
		await new Reader(mine).submit('Vierter.');
		await inside.wait(5);
		assert.equal(inside.got.length, 5);
		assert.ok(webhook.id);
	} finally {
		await mine.end();
		await inside.end();
	}
});

test('a receiver that hangs holds up neither the others nor the end of the server', async () => {
	await over();
	const mine = await startServer(PRIVATE), inside = await new Receiver().start();
	const hangs = net.createServer(() => undefined);
	await new Promise((ready) => hangs.listen(0, '127.0.0.1', ready));
	try {
		const boss = await new Editor(mine).login();
		const slow = await add(boss, `http://127.0.0.1:${hangs.address().port}/`, ['comment.held']);
		await add(boss, inside.url, ['comment.held']);
		await new Reader(mine).submit('Für beide.');
		await inside.wait(1);
		await mine.stop(); // in the middle of the other's try, which counts for nothing
		await mine.start();
		const again = await new Editor(mine).login();
		assert.deepEqual((await deliveries(slow.webhook.id, again)).map((d) => d.tries), [0]);
		await mine.stop();
		await mine.start();
	} finally {
		await mine.end();
		hangs.close();
		await inside.end();
	}
});

test('each try is counted by what came of it, and what waits and stands still by kind', async () => {
	await over();
	const own = await startServer(PRIVATE), boss = await new Editor(own).login(), wilma = new Reader(own);
	const inside = await new Receiver().start(), told = await add(boss, inside.url), asleep = await add(boss, inside.url), gone = await add(boss, inside.url);
	const change = (hook, active) => write(boss, 'PUT', at(hook.webhook.id), { url: inside.url, types: ALL, active });
	const count = async (result) => (await metrics(own)).value(`freigabe_webhook_deliveries_total{result="${result}"}`);
	// As many of each kind, and no others.
	const counted = (wanted) => until(async () => {
		const { value } = await metrics(own), now = ['sent', 'retry', 'given_up', 'skipped'].map((result) => value(`freigabe_webhook_deliveries_total{result="${result}"}`));
		assert.deepEqual(now, wanted);
		return true;
	}, { what: `counted ${wanted}` });
	try {
		for (const hook of [asleep, gone])
			assert.equal((await change(hook, false)).status, 204);
		await counted([0, 0, 0, 0]);
		inside.status = 500;
		const { id } = await wilma.submit('Davon hört erst niemand.');
		await counted([0, 1, 0, 0]);
		// its last try; meanwhile it is released and withdrawn
		await boss.release(id);
		await wilma.withdraw(id);
		own.sql("UPDATE webhook_delivery SET tries = 9 WHERE type = 'comment.held'");
		await change(told, true);
		await until(async () => await count('given_up') === 1, { what: 'given up' });
		const retried = await count('retry'); // what comes after it may have been tried by now
		inside.status = 204;
		await change(told, true);
		await until(async () => await count('sent') === 2 && await count('skipped') === 1, { what: 'decided, withdrawn; released no more' });
		assert.ok(retried >= 1 && await count('retry') >= retried);
		assert.equal(await count('given_up'), 1);
		assert.ok((await metrics(own)).value('freigabe_webhook_seconds_total') > 0);
		// what is looked up once a minute, and at a start
		inside.status = 503;
		const before = await count('retry');
		await wilma.submit('Das wartet.');
		await until(async () => await count('retry') > before, { what: 'tried in vain' });
		await own.stop();
		own.sql(`UPDATE webhook SET state = 'off', off_reason = 'gone' WHERE id = (SELECT max(id) FROM webhook)`);
		await own.start();
		await until(async () => (await metrics(own)).value('freigabe_webhook_waiting') === 1, { what: 'one waits' });
		const { value } = await metrics(own);
		assert.deepEqual(['active', 'paused', 'off'].map((state) => value(`freigabe_webhooks{state="${state}"}`)), [1, 1, 1]);
	} finally {
		await own.end();
		await inside.end();
	}
});

test('two nodes on PostgreSQL tell once; when the one that does is killed, the other goes on', async () => {
	await over();
	const a = await startServer({ ...PRIVATE, db: await newDatabase() }), b = await startNode(a, PRIVATE), inside = await new Receiver().start();
	try {
		await until(() => [a, b].some((node) => node.log.includes('"event":"work"')), { what: 'the work is somebody\'s' });
		const boss = await new Editor(b).login();
		await add(boss, inside.url, ['comment.held']);
		const ids = [];
		for (let i = 0; i < 10; i++)
			ids.push((await new Reader(i % 2 ? a : b).submit(`Knoten ${i}.`)).id);
		await inside.wait(10);
		const [works, other] = a.log.includes('"event":"work"') ? [a, b] : [b, a];
		await works.kill();
		for (let i = 10; i < 15; i++)
			ids.push((await new Reader(other).submit(`Knoten ${i}.`)).id);
		const told = () => inside.got.map((g) => g.body.data.comment_id);
		await until(() => new Set(told()).size === 15, { what: 'all' });
		assert.deepEqual(told().slice(0, 10).sort(), ids.slice(0, 10).sort(), 'each once while both were there');
		const twice = inside.got.filter((g, i) => told().indexOf(g.body.data.comment_id) !== i);
		assert.ok(twice.length <= 1 && twice.every((g) => inside.got.some((o) => o !== g && o.id === g.id)), 'what was cut off may come again, under its id');
		await works.start();
	} finally {
		await Promise.allSettled([a.end(), b.end()]);
		await inside.end();
	}
});
