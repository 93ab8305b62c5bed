// The log: one object a line, with the id that the answer had; and nothing in it of what anybody wrote, is called or came from.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, until, uuid, PASSWORD } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { request, form, FORM } from '../lib/http.mjs';

let server, rike, whole = '';
const CLIENT = '203.0.113.77';
const said = new Set([PASSWORD, CLIENT, '127.0.0.1', 'rike', 'Rike', 'Ahrens', 'bruecke', 'Brücke', 'geheim']);
const say = (text) => (said.add(text), text);
const lines = () => whole.trim().split('\n').map((line) => JSON.parse(line));
const collect = (s) => s.child.stderr.on('data', (text) => (whole += text));

before(async () => {
	server = await startServer({ limits: 'on', config: { access_log: 'all', log_level: 'debug', trusted_proxies: '127.0.0.1' } });
	whole = server.log;
	collect(server);
	rike = await new Editor(server).login('rike');
	for (const cookie of rike.jar.values())
		say(cookie);
});
after(() => server?.end());

test('a run with all that people write leaves none of it', async () => {
	const reader = new Reader(server, { name: say('Wilhelmine Dörrenbach'), email: say('w.doerrenbach@example.org') });
	const headers = { 'X-Forwarded-For': CLIENT };
	const text = say('Diese Arschlöcher im Rat kenne ich seit achtzehn Jahren persönlich.');
	const sent = (await reader.post(text, { headers })).json;
	for (const cookie of reader.jar.values())
		say(cookie);
	await rike.reject(sent.id, ['profanity'], say('Ohne das Schimpfwort gern noch einmal.'));
	const other = await reader.submit(say('Am Pfeiler drei ist der Beton mürbe, ich war dort.'), { headers });
	await rike.release(other.id);
	await reader.page('bruecke');
	await reader.get(`/v1/articles/bruecke/thread?q=${say('gesuchtes-wort')}`);
	await reader.get(`/${say('verirrter-pfad')}/%C3%A4?x=${say('anfrage-wert')}`);
	await request(server, 'POST', '/v1/desk/session', { headers, body: { user: say('unbekannter-mensch'), password: say('falsches-losungswort') } });
	await rike.get(`/v1/desk/search?q=${say('suchbegriff')}`);
	await rike.get(`/v1/desk/search?q=${encodeURIComponent(say('"kaputt (*'))}`);
	await request(server, 'POST', '/v1/articles/bruecke/comments', { headers: { ...headers, 'Idempotency-Key': uuid() }, body: { name: 'A', text: 7 } });
	await request(server, 'POST', '/v1/articles/bruecke/comments', { headers: { ...headers, 'Content-Type': 'application/json' }, body: say('{"kaputtes": json') });
	await request(server, 'POST', '/articles/bruecke/comments', { headers: { ...headers, ...FORM }, body: form({ name: 'B', email: say('kein-gueltiges-postfach'), text: say('Ein Satz im Formular.'), idempotency_key: uuid(), action: 'send' }) });
	await server.get(`/objection/${say('0000000000000-geheimesZeichen')}`);
	await server.get('/metrics', { Authorization: `Bearer ${say('schluesselwort-fuer-messwerte')}` });
	await server.get('/', { 'User-Agent': say('Wunderbrowser/7'), Referer: `https://${say('woher.example')}/`, Cookie: `x=${say('fremdes-plaetzchen')}` });
	const last = (await server.get(`/v1/articles/${say('gibt-es-nicht')}`)).headers['x-request-id'];
	await until(() => whole.includes(last), { what: 'the last line' });
	const log = lines();
	assert.ok(log.length > 20);
	for (const word of said)
		for (const form of [word, encodeURIComponent(word), JSON.stringify(word).slice(1, -1)])
			assert.ok(!whole.includes(form), `the log holds ${form}`);
	for (const line of log) {
		assert.match(line.time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
		assert.match(line.level, /^(debug|info|warn|error)$/);
		assert.equal(typeof line.event, 'string');
		assert.equal(typeof line.message, 'string');
	}
});

test('what an answer was leads to its line', async () => {
	const reader = new Reader(server);
	for (const [answer, route, status] of [[await reader.post(''), '/v1/articles/{id}/comments', 400], [await server.get('/v1/articles/nix/thread'), '/v1/articles/{id}/thread', 404],
		[await server.get('/nix'), '-', 404], [await server.get('/healthz'), '/healthz', 200]]) {
		const id = answer.headers['x-request-id'];
		assert.match(id, /^[0-9a-z]{13}$/);
		if (status !== 200)
			assert.equal(answer.json.error.request, id, 'the same as in the error');
		const [line] = await until(() => lines().filter((l) => l.event === 'access' && l.request === id), { what: id }).then((all) => all.length ? all : Promise.reject(new Error(id)));
		assert.equal(line.route, route);
		assert.equal(line.status, status);
		assert.equal(line.bytes, answer.raw.length);
		assert.ok(line.ms >= 0);
	}
});

test('errors alone, a part, nothing, as text', async () => {
	const errors = await startServer(), some = await startServer({ config: { access_log: 5 } });
	const off = await startServer({ config: { access_log: 'off', log: 'text', log_level: 'warn' } });
	const access = (s) => s.log.split('\n').filter((l) => l.includes('"access"')).map((l) => JSON.parse(l));
	try {
		for (const s of [errors, some, off]) {
			for (let i = 0; i < 50; i++)
				await s.get('/v1/delay');
			const last = (await s.get('/nix')).headers['x-request-id'];
			if (s !== off)
				await until(() => s.log.includes(last), { what: 'the last line' });
		}
		assert.deepEqual(access(errors).map((l) => l.status), [404]);
		const fine = access(some).filter((l) => l.route === '/v1/delay');
		assert.ok(fine.length >= 9 && fine.length <= 11, `${fine.length} of 50`);
		// a flood of refusals does not fill the disk
		await Promise.all(Array.from({ length: 400 }, () => errors.get('/nix')));
		const left = Number(/^freigabe_log_suppressed_total (\d+)$/m.exec((await errors.get('/metrics')).text)[1]);
		assert.ok(left > 0 && access(errors).length + left >= 400 && access(errors).length < 400);
		for (const line of off.log.trim().split('\n').filter(Boolean))
			assert.match(line, /^\d{4}-\S+Z (warn|error) \w+: /);
	} finally {
		for (const s of [errors, some, off])
			await s.end();
	}
});
