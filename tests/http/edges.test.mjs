// docs/limits.md says what is too much, and what is answered then: each row of its first table is tried.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PASSWORD, startServer, until } from '../lib/server.mjs';
import { Editor, Reader } from '../lib/people.mjs';
import { FORM } from '../lib/http.mjs';

const text = readFileSync(fileURLToPath(new URL('../../docs/limits.md', import.meta.url)), 'utf8');
const first = text.split('## In a short time')[0];
const rows = first.split('\n').filter((line) => line.startsWith('| ')).slice(1).map((line) => line.split('|').map((cell) => cell.trim()).slice(1));

let server, rike;
before(async () => {
	server = await startServer({ limits: 'on', config: {
		trusted_proxies: '127.0.0.1', idle_timeout: 2, streams: 6, streams_per_address: 2, limit_submit: 0, limit_reader: 0, limit_check: 0, limit_login: 0, limit_login_address: 0,
	} });
	rike = await new Editor(server).login();
});
after(() => server?.end());

const JSON_TYPE = { 'Content-Type': 'application/json' };
const COMMENTS = '/v1/articles/bruecke/comments';
const post = (path, body, headers = {}) => server.request('POST', path, { headers: { ...JSON_TYPE, ...headers }, body });
const refused = (answer, status, code) => {
	assert.equal(answer.status, status, answer.text.slice(0, 200));
	if (code)
		assert.equal(answer.json.error.code, code);
};
// Sends bytes, then one more every 100 ms; gives all that came back when the other side closes, and after how long.
function drip(on, bytes, more = 'x') {
	return new Promise((done) => {
		const socket = net.connect(on.port, '127.0.0.1', () => socket.write(bytes));
		const timer = setInterval(() => socket.destroyed || socket.write(more), 100);
		let got = '';
		socket.setEncoding('latin1').on('data', (some) => (got += some)).on('error', () => {}).on('close', () => (clearInterval(timer), done(got)));
	});
}
const raw = (head) => drip(server, `GET ${head}\r\nConnection: close\r\n\r\n`, '');
async function stream(headers = {}) {
	const socket = net.connect(server.port, '127.0.0.1');
	let got = '';
	socket.setEncoding('latin1').on('data', (some) => (got += some)).on('error', () => {});
	socket.write(`GET /v1/articles/bruecke/stream HTTP/1.1\r\nHost: x\r\nAccept-Language: de\r\n${Object.entries(headers).map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`);
	await until(() => /\r\n\r\n[^]*\n/.test(got) || /"request"/.test(got), { what: 'an answer to a stream' });
	return { socket, status: Number(got.slice(9, 12)), got };
}
const policy = async (entries) => rike.request('PUT', '/v1/desk/policy', { headers: { 'X-CSRF-Token': rike.csrf },
	body: { version: (await rike.get('/v1/desk/policy')).json.version, thresholds: {}, entries } });
const pattern = (text) => ({ kind: 'pattern', rule: 'ad_link', weight: 0.9, text, reason: '' });

const tries = {
	'request line and headers': async () => {
		assert.match(await raw(`/healthz HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20000)}`), /^HTTP\/1\.1 431/);
		assert.match(await raw(`/${'y'.repeat(20000)} HTTP/1.1\r\nHost: x`), /^HTTP\/1\.1 4(14|31)/);
		assert.match(await raw(`/healthz HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(8000)}`), /^HTTP\/1\.1 200/);
	},
	'headers, number': async () => assert.match(await raw(`/healthz HTTP/1.1\r\nHost: x\r\n${Array.from({ length: 4000 }, (_, i) => `X${i}: y`).join('\r\n')}`), /^HTTP\/1\.1 431/),
	'body of a command': async () => {
		const body = (n) => JSON.stringify({ name: 'a', text: 'b', more: '' }).replace('""', `"${'x'.repeat(n)}"`);
		refused(await post(COMMENTS, body((64 << 10) + 1)), 413, 'body_too_large');
		refused(await post(COMMENTS, body((64 << 10) - 100)), 201);
	},
	'body of a form': async () => refused(await server.request('POST', '/articles/bruecke/comments', { headers: { ...FORM, Accept: 'text/html' }, body: `text=${'x'.repeat(128 << 10)}` }), 413),
	'body of a document (article, policy)': async () => {
		const put = (n) => server.request('PUT', '/v1/articles/neu', { headers: { ...JSON_TYPE, Authorization: 'Bearer x' }, body: 'x'.repeat(n) });
		refused(await put((2 << 20) + 1), 413, 'body_too_large');
		refused(await put(2 << 20), 401);
	},
	'JSON depth': async () => {
		refused(await post(COMMENTS, '{"a":'.repeat(2049) + '1' + '}'.repeat(2049)), 400, 'json_invalid');
		refused(await post(COMMENTS, `{"name":"a","text":"b","c":${'['.repeat(2000)}${']'.repeat(2000)}}`), 201);
	},
	'fields of a form or query': async () => {
		const many = Array.from({ length: 64 }, (_, i) => `f${i}=1`).join('&');
		assert.equal((await server.get('/v1/articles/bruecke?lang=en&site=keine')).status, 404, 'a site that is not there');
		assert.equal((await server.get(`/v1/articles/bruecke?${many}&site=keine`)).status, 200, 'what comes after does not count');
	},
	'a comment\'s text': async () => {
		refused(await new Reader(server).post('ö'.repeat(5001)), 413, 'text_too_long');
		refused(await new Reader(server).post('ö'.repeat(5000)), 201);
	},
	'a comment\'s name': async () => refused(await new Reader(server).post('kurz', { name: 'ö'.repeat(61) }), 413, 'name_too_long'),
	'texts of one comment': async () => {
		const who = new Reader(server), { id } = await who.submit('Fassung 1.');
		for (let n = 2; n <= 100; n++)
			await who.revise(id, `Fassung ${n}.`);
		refused(await who.put(id, 'Fassung 101.'), 409, 'comment_revised_often');
	},
	'time for a request\'s head': async () => assert.equal(await drip(server, 'GET /healthz HTTP/1.1\r\nX: '), ''),
	'time for a body or an answer': async () => assert.doesNotMatch(await drip(server, `POST ${COMMENTS} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n`), /HTTP\/1\.1 2/),
	'streams of one address': async () => {
		const open = [await stream(), await stream()], third = await stream();
		assert.deepEqual([...open, third].map((s) => s.status), [200, 200, 429]);
		assert.match(third.got, /streams_many[^]*neu laden/);
		assert.match(third.got, /Retry-After: 60/i);
		[...open, third].forEach((s) => s.socket.destroy());
	},
	'streams together': async () => {
		const open = [];
		for (let i = 0; i < 4; i++)
			open.push(await until(async () => {
				const s = await stream({ 'X-Forwarded-For': `198.51.100.${i}` });
				return s.status === 200 && s;
			}));
		// two of the row before may still be there: then it is full earlier
		const more = await until(async () => {
			const s = await stream({ 'X-Forwarded-For': `203.0.113.${open.length}` });
			open.push(s);
			return s.status !== 200 && s;
		});
		assert.equal(more.status, 503);
		assert.match(more.got, /overloaded/);
		open.forEach((s) => s.socket.destroy());
	},
	'connections of one peer': async () => closedAbove({ connections_per_address: 8 }, 8),
	'connections together': async () => closedAbove({ connections: 8 }, 8),
	'sessions of one account': async () => {
		const oldest = await new Editor(server).login('omar');
		for (let i = 0; i < 50; i++)
			assert.equal((await post('/v1/desk/session', JSON.stringify({ user: 'omar', password: PASSWORD }))).status, 200);
		refused(await oldest.get('/v1/desk/session'), 401);
		assert.equal((await rike.get('/v1/desk/session')).status, 200, 'nobody else\'s');
	},
	'a policy': async () => refused(await policy(Array.from({ length: 1900 }, (_, i) => ({ kind: 'word', rule: 'profanity', weight: 0.9, text: `wort${i}`, reason: 'Grund '.repeat(40) }))), 413, 'policy_too_large'),
	'a policy\'s pattern': async () => {
		for (const text of [`a${'b'.repeat(500)}`, '(a+)+b'])
			refused(await policy([pattern(text)]), 400, 'policy_invalid');
		refused(await policy([pattern('t\\.me')]), 200);
	},
};

// With so many connections open another one is not answered, until there is room.
async function closedAbove(config, most) {
	const own = await startServer({ config });
	try {
		own.agent.destroy();
		const asks = await Promise.all(Array.from({ length: most * 3 }, () => new Promise((done) => {
			const socket = net.connect(own.port, '127.0.0.1', () => socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'));
			const end = (answered) => done({ socket, answered });
			socket.on('data', () => end(true)).on('error', () => end(false)).on('close', () => end(false));
			setTimeout(() => end(false), 1500).unref();
		})));
		const answered = asks.filter((a) => a.answered).length;
		assert.ok(answered >= 1 && answered <= most, `${answered} answered`);
		asks.forEach((a) => a.socket.destroy());
		await until(() => own.get('/healthz').then((a) => a.status === 200, () => false), { what: 'room again' });
	} finally {
		await own.end();
	}
}

test('each limit of the table is tried, and no other', () => assert.deepEqual(rows.map(([what]) => what).sort(), Object.keys(tries).sort()));
for (const [what, limit] of rows)
	test(`${what}: ${limit}`, () => tries[what]());
