// The stand-in for Perspective: its requests, answers and errors, and Google's own client against it.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { startServer } from '../lib/server.mjs';

const ANALYZE = '/v1alpha1/comments:analyze', SUGGEST = '/v1alpha1/comments:suggestscore';
const IDIOT = 'Du bist ein Idiot!', THREAT = 'Ich weiß, wo du wohnst.';
const KIND = 'Danke für den Bericht. Ich wohne an der Brücke und sehe jeden Tag, wie der Umweg den Verkehr in die Altstadt drückt. Warum prüft die Stadt keine Fähre?';
const RULES = ['PROFANITY', 'AGGRESSION', 'INSINUATION', 'AD_LINK', 'OFF_TOPIC', 'ENGAGING'].map((rule) => `FREIGABE_${rule}`);
const ALL = ['TOXICITY', 'SEVERE_TOXICITY', 'INSULT', 'PROFANITY', 'OBSCENE', 'THREAT', 'IDENTITY_ATTACK', 'SPAM', 'LIKELY_TO_REJECT',
	'CONSTRUCTIVE_EXPERIMENTAL', ...RULES];
const ARTICLE = 'Die Brücke bleibt gesperrt\n\nDie Elverbrücke bleibt für Lastwagen gesperrt. Gutachter hatten im Stahl des mittleren Pfeilers Risse gefunden. ' +
	'Die Reparatur soll 2,4 Millionen Euro kosten. Bis zum Herbst müssen Lastwagen über die Autobahn fahren.';
let server, key;

before(async () => {
	server = await startServer();
	key = server.cli('key', 'new', 'perspective').trim();
});
after(() => server?.end());

const wanted = (names) => Object.fromEntries(names.map((name) => [name, {}]));
const post = (path, body, headers = {}) => server.request('POST', path, { headers: { 'X-Goog-Api-Key': key, ...headers }, body });
const request = (text, names = ['TOXICITY'], more = {}) => ({ comment: { text }, requestedAttributes: wanted(names), ...more });
const analyze = async (text, names, more) => {
	const answer = await post(ANALYZE, request(text, names, more));
	assert.equal(answer.status, 200, answer.text);
	return answer.json;
};
const scores = async (text, names, more) =>
	Object.fromEntries(Object.entries((await analyze(text, names, more)).attributeScores).map(([name, s]) => [name, s.summaryScore.value]));
const BREACHES = ALL.filter((name) => name !== 'FREIGABE_OFF_TOPIC');
const sql = (query) => {
	const r = spawnSync('sqlite3', ['-json', server.file, query], { encoding: 'utf8' });
	assert.equal(r.status, 0, r.stderr);
	return r.stdout ? JSON.parse(r.stdout) : [];
};
function refused(answer, code, status, type) {
	assert.equal(answer.status, code, answer.text);
	const { error } = answer.json;
	assert.deepEqual(Object.keys(answer.json), ['error']);
	assert.equal(error.code, code);
	assert.equal(error.status, status);
	assert.ok(error.message.length > 5);
	if (type) {
		assert.equal(error.details.length, 1);
		assert.equal(error.details[0]['@type'], 'type.googleapis.com/google.commentanalyzer.v1alpha1.Error');
		assert.equal(error.details[0].errorType, type);
	} else {
		assert.equal(error.details, undefined);
	}
	return error;
}

test('the answer has Perspective\'s form', async () => {
	assert.deepEqual(Object.keys(await analyze(IDIOT)).sort(), ['attributeScores', 'detectedLanguages', 'languages']);
	const answer = await analyze(IDIOT, ['TOXICITY', 'SPAM'], { clientToken: 'tök "en"', doNotStore: true, sessionId: '17', communityId: 'c' });
	assert.equal(answer.clientToken, 'tök "en"');
	assert.deepEqual(answer.detectedLanguages, ['de']);
	assert.deepEqual(answer.languages, ['de']);
	assert.deepEqual(Object.keys(answer.attributeScores).sort(), ['SPAM', 'TOXICITY']);
	const { summaryScore, spanScores } = answer.attributeScores.TOXICITY;
	assert.deepEqual(summaryScore, { value: summaryScore.value, type: 'PROBABILITY' });
	assert.ok(summaryScore.value > 0.7 && summaryScore.value <= 1);
	assert.deepEqual(spanScores, [{ begin: 0, end: IDIOT.length, score: summaryScore }]);
});

test('each attribute, from what it is said to be made of', async () => {
	const context = { context: { articleAndParentComment: { article: { text: ARTICLE } } } };
	for (const text of [IDIOT, THREAT, KIND, 'Verreck doch endlich, du Arschloch.', 'Ausländer raus!', 'You are a stupid idiot.', 'I will kill you.', 'Nun ja.']) {
		const s = await scores(text, ALL, context);
		assert.deepEqual(Object.keys(s).sort(), [...ALL].sort());
		const about = (x, y, what) => assert.ok(Math.abs(x - y) < 0.001, `${text}: ${what}: ${x}, ${y}`);
		about(s.TOXICITY, Math.max(s.FREIGABE_AGGRESSION, s.FREIGABE_PROFANITY), 'TOXICITY');
		about(s.SEVERE_TOXICITY, Math.max((s.FREIGABE_AGGRESSION * s.FREIGABE_PROFANITY) ** 2, s.THREAT, s.IDENTITY_ATTACK), 'SEVERE_TOXICITY');
		about(s.PROFANITY, s.FREIGABE_PROFANITY, 'PROFANITY');
		about(s.OBSCENE, s.FREIGABE_PROFANITY, 'OBSCENE');
		about(s.SPAM, s.FREIGABE_AD_LINK, 'SPAM');
		about(s.CONSTRUCTIVE_EXPERIMENTAL, s.FREIGABE_ENGAGING, 'CONSTRUCTIVE_EXPERIMENTAL');
		about(s.LIKELY_TO_REJECT, Math.max(...RULES.slice(0, 5).map((name) => s[name])), 'LIKELY_TO_REJECT');
		for (const name of ['INSULT', 'THREAT', 'IDENTITY_ATTACK'])
			assert.ok(s[name] <= s.FREIGABE_AGGRESSION + 0.001, `${text}: ${name}`);
	}
});

test('attacks are told apart, in both languages', async () => {
	for (const [text, high, low] of [
		[IDIOT, ['INSULT', 'TOXICITY', 'PROFANITY'], ['THREAT', 'IDENTITY_ATTACK', 'SPAM']],
		[THREAT, ['THREAT', 'TOXICITY', 'SEVERE_TOXICITY'], ['INSULT', 'IDENTITY_ATTACK', 'PROFANITY']],
		['Ausländer raus aus unserem Land!', ['IDENTITY_ATTACK', 'SEVERE_TOXICITY'], ['THREAT', 'INSULT', 'PROFANITY']],
		['Die Asylanten sind alle Schmarotzer.', ['IDENTITY_ATTACK', 'INSULT'], ['THREAT']],
		['You are a stupid idiot.', ['INSULT', 'PROFANITY'], ['THREAT', 'IDENTITY_ATTACK']],
		['I will kill you.', ['THREAT', 'SEVERE_TOXICITY'], ['INSULT', 'IDENTITY_ATTACK']],
		['Go back to where you came from.', ['IDENTITY_ATTACK'], ['THREAT', 'PROFANITY']],
		['Verdiene 3000 Euro pro Woche von zu Hause: www.geld-schnell.example/?aff=12', ['SPAM', 'LIKELY_TO_REJECT'], ['TOXICITY', 'THREAT']],
		[KIND, ['CONSTRUCTIVE_EXPERIMENTAL'], ['TOXICITY', 'SEVERE_TOXICITY', 'INSULT', 'THREAT', 'SPAM', 'LIKELY_TO_REJECT']],
	]) {
		const s = await scores(text, BREACHES);
		for (const name of high)
			assert.ok(s[name] >= 0.5, `${text}: ${name} ${s[name]}`);
		for (const name of low)
			assert.ok(s[name] < 0.4, `${text}: ${name} ${s[name]}`);
	}
});

test('off topic, by an article that came along', async () => {
	const off = async (text, article = { text: ARTICLE }) =>
		(await scores(text, ['FREIGABE_OFF_TOPIC'], { context: { articleAndParentComment: { article } } })).FREIGABE_OFF_TOPIC;
	const near = await off('Die Risse im Pfeiler hätte man bei der letzten Prüfung der Brücke finden müssen.');
	const far = await off('Mein Rezept für Apfelkuchen: drei Eier, Zucker, Mehl und Zimt, dann eine Stunde backen.');
	assert.ok(far > 0.5 && near < far - 0.2, `near ${near}, far ${far}`);
	const elsewhere = await off('Die Risse im Pfeiler hätte man bei der letzten Prüfung der Brücke finden müssen.',
		{ text: 'Kuchen backen im Herbst\n\nFür einen Apfelkuchen braucht man Äpfel, drei Eier, Mehl, Zucker und etwas Zimt. Er bleibt eine Stunde im Ofen.' });
	assert.ok(near < elsewhere - 0.2, `near ${near}, under another article ${elsewhere}`);
	const html = await off('Die Risse im Pfeiler hätte man bei der letzten Prüfung der Brücke finden müssen.',
		{ text: `<h1>${ARTICLE.replace('\n\n', '</h1><p>')}</p>`, type: 'HTML' });
	assert.ok(Math.abs(html - near) < 0.01, `${html} ${near}`);
	assert.match(refused(await post(ANALYZE, request(KIND, ['TOXICITY', 'FREIGABE_OFF_TOPIC'])), 400, 'INVALID_ARGUMENT', 'INVALID_REQUEST').message, /FREIGABE_OFF_TOPIC requires/);
});

test('a context of entries, or an article and a parent, but not both', async () => {
	const entries = [{ text: 'Vorher.' }, { text: 'Und davor.' }];
	await analyze(KIND, ['TOXICITY'], { context: { entries } });
	await analyze(KIND, ['TOXICITY'], { context: { articleAndParentComment: { parentComment: { text: 'Davor.' } } } });
	const off = async (parentComment) => (await scores('Genau, erst der Zimt macht den Apfelkuchen aus.', ['FREIGABE_OFF_TOPIC'],
		{ context: { articleAndParentComment: { article: { text: ARTICLE }, parentComment } } })).FREIGABE_OFF_TOPIC;
	const [alone, answering] = [await off(), await off({ text: 'Bei der Brücke denke ich an Apfelkuchen mit Zimt.' })];
	assert.ok(answering < alone - 0.05, `alone ${alone}, answering ${answering}`);
	refused(await post(ANALYZE, request(KIND, ['TOXICITY'], { context: { entries, articleAndParentComment: { article: { text: ARTICLE } } } })), 400, 'INVALID_ARGUMENT', 'INVALID_REQUEST');
});

const cut = (text, answer, name) => answer.attributeScores[name].spanScores.map(({ begin, end }) => text.slice(begin, end));

test('spans count UTF-16 units of what was sent', async () => {
	const text = `🙂🙃 Grüße! ${THREAT} ${IDIOT}`;
	const answer = await analyze(text, ['THREAT', 'INSULT', 'TOXICITY', 'SPAM'], { spanAnnotations: true });
	assert.deepEqual(cut(text, answer, 'THREAT'), ['Ich weiß, wo du wohnst']);
	assert.deepEqual(cut(text, answer, 'INSULT'), ['Du bist ein Idiot']);
	assert.deepEqual(cut(text, answer, 'SPAM'), [text], 'no passage: all of it');
	const spans = answer.attributeScores.TOXICITY.spanScores;
	assert.ok(spans.length >= 2);
	assert.ok(spans.every((s) => s.score.type === 'PROBABILITY' && s.begin < s.end && s.end <= text.length));
	const abuse = await analyze('So ein Arschloch.', ['TOXICITY', 'FREIGABE_AGGRESSION', 'FREIGABE_PROFANITY'], { spanAnnotations: true });
	const [both, aggression, profanity] = ['TOXICITY', 'FREIGABE_AGGRESSION', 'FREIGABE_PROFANITY'].map((name) => abuse.attributeScores[name].spanScores);
	assert.deepEqual([aggression, profanity].map(([s]) => [s.begin, s.end]), [[7, 16], [7, 16]], 'a passage of two rules …');
	assert.deepEqual(both, [aggression[0].score.value > profanity[0].score.value ? aggression[0] : profanity[0]], '… is one span');
});

test('HTML is read without its markup, and spans are places in the HTML', async () => {
	const html = { spanAnnotations: true };
	const of = async (text) => {
		const answer = await post(ANALYZE, { comment: { text, type: 'HTML' }, requestedAttributes: wanted(['INSULT', 'PROFANITY']), ...html });
		assert.equal(answer.status, 200, answer.text);
		return answer.json;
	};
	const text = '<p title="a > b">Gr&uuml;&szlig;e &#128578; 🙂</p><!-- Arschloch --><script>var s = "Arschloch"</script><p>Du bist <b>ein</b> Id<i>i</i>ot!</p>';
	const answer = await of(text);
	assert.deepEqual(cut(text, answer, 'INSULT'), ['Du bist <b>ein</b> Id<i>i</i>ot']);
	assert.deepEqual(cut(text, answer, 'PROFANITY'), ['Id<i>i</i>ot']);
	const entity = 'Du bist ein &#73;d&#x69;ot';
	assert.deepEqual(cut(entity, await of(entity), 'INSULT'), [entity]);
	const passage = async (said) => (await of(said)).attributeScores.INSULT.spanScores[0].score.value;
	const rest = '<p>So redet man hier nicht mit anderen.</p>';
	const said = await passage(`<p>Du bist ein Idiot</p>${rest}`);
	for (const quote of ['<blockquote>Du bist ein Idiot</blockquote>', '<BLOCKQUOTE class="x"><p>Du bist<br>ein Idiot</p>\n<p>Du bist ein Idiot</p></BLOCKQUOTE>'])
		assert.ok((await passage(quote + rest)) < said - 0.2, quote);
	assert.ok((await passage(`<blockquote>Vorher.</blockquote><p>Du bist ein Idiot</p>${rest}`)) > said - 0.1, 'the quotation has ended');
	for (const broken of ['a < b & c > d', '<', '<p', '<p title="', '&', '&;', '&#;', '&#x;', '&#0;x', '&#55296;x', '&#99999999999;', '&nosuch;', '<!--', '</', '<script>x', 'x</blockquote></blockquote>', '<!doctype html>x', '<'.repeat(20000)])
		assert.ok([200, 400].includes((await post(ANALYZE, { comment: { text: broken, type: 'HTML' }, requestedAttributes: wanted(['TOXICITY']) })).status), broken.slice(0, 20));
	refused(await post(ANALYZE, { comment: { text: '<p> </p>', type: 'HTML' }, requestedAttributes: wanted(['TOXICITY']) }), 400, 'INVALID_ARGUMENT', 'COMMENT_EMPTY');
});

test('scores below a threshold are left out', async () => {
	const ask = async (threshold, more = {}) => (await analyze(IDIOT, [], { requestedAttributes: { TOXICITY: { scoreThreshold: threshold, scoreType: 'PROBABILITY' }, SPAM: {} }, ...more })).attributeScores;
	assert.ok((await ask(0.5)).TOXICITY);
	assert.deepEqual(Object.keys(await ask(0.99)), ['SPAM']);
	assert.deepEqual(Object.keys(await ask(0.99, { spanAnnotations: true })), ['SPAM']);
});

test('languages: asked for, detected, not known', async () => {
	const english = await analyze('You are a stupid idiot.', ['INSULT']);
	assert.deepEqual([english.detectedLanguages, english.languages], [['en'], ['en']]);
	const as = async (text, ...languages) => analyze(text, ['INSULT'], { languages });
	const forced = await as('You are a stupid idiot.', 'de');
	assert.deepEqual([forced.detectedLanguages, forced.languages], [['en'], ['de']]);
	assert.ok(forced.attributeScores.INSULT.summaryScore.value < english.attributeScores.INSULT.summaryScore.value, 'the language counts');
	assert.deepEqual((await as(IDIOT, 'de-AT')).languages, ['de-AT']);
	assert.deepEqual((await as(IDIOT, 'fr', 'de')).languages, ['fr', 'de']);
	assert.ok((await as(IDIOT, 'en', 'de')).attributeScores.INSULT.summaryScore.value > 0.5);
	assert.deepEqual((await as(IDIOT)).languages, ['de'], 'an empty list asks for none');
	for (const languages of [['fr'], ['fr', 'it'], ['deu'], ['d'], ['']]) {
		const error = refused(await post(ANALYZE, request(IDIOT, ['THREAT'], { languages })), 400, 'INVALID_ARGUMENT', 'LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE');
		assert.equal(error.message, `Attribute THREAT does not support request languages: ${languages.join(', ')}`);
		assert.deepEqual(error.details[0].languageNotSupportedByAttributeError, { requestedLanguages: languages, attribute: 'THREAT' });
	}
});

test('errors', async () => {
	const bad = async (body, type = 'INVALID_REQUEST', path = ANALYZE) => refused(await post(path, body), 400, 'INVALID_ARGUMENT', type);
	for (const comment of [undefined, null, {}, { text: '' }, { text: ' \n ' }]) {
		await bad({ comment, requestedAttributes: wanted(['TOXICITY']) }, 'COMMENT_EMPTY');
		await bad({ comment, attributeScores: { TOXICITY: { summaryScore: { value: 1 } } } }, 'COMMENT_EMPTY', SUGGEST);
	}
	await bad(request('ä'.repeat(10001)), 'COMMENT_TOO_LONG');
	assert.equal((await post(ANALYZE, request('ä'.repeat(10000)))).status, 200);
	for (const requestedAttributes of [undefined, null, {}])
		await bad({ comment: { text: 'x' }, requestedAttributes }, 'NO_REQUESTED_ATTRIBUTES');
	assert.equal((await bad(request('x', ['TOXICITY', 'FLIRTATION']))).message, 'Unknown requested attribute: FLIRTATION');
	await bad(request('x', ['ü'.repeat(5000)]));
	for (const more of [{ comment: 'x' }, { comment: { text: 7 } }, { comment: { text: 'x', type: 'RTF' } }, { requestedAttributes: ['TOXICITY'] },
		{ requestedAttributes: { TOXICITY: null } }, { requestedAttributes: { TOXICITY: { scoreType: 'PERCENTILE' } } }, { requestedAttributes: { TOXICITY: { scoreThreshold: 'x' } } },
		{ spanAnnotations: 1 }, { languages: 'de' }, { languages: [7] }, { doNotStore: 'no' }, { clientToken: 7 }, { sessionId: {} }, { context: [] },
		{ context: { entries: ['x'] } }, { context: { articleAndParentComment: { article: 'x' } } }])
		await bad({ ...request('x'), ...more });
	for (const body of ['', '{', '[]', 'null', '{"comment":{"text":"\\ud800"}}', '{"a":1,"a":2}', `{"comment":${'['.repeat(5000)}`])
		await bad(body);
	assert.equal((await server.get(ANALYZE)).status, 405);
	assert.equal((await post(ANALYZE, { ...request('x'), context: { entries: [{ text: 'x'.repeat(3 << 20) }] } }).catch(() => ({ status: 413 }))).status, 413);
});

test('names in snake_case, and any content type, as Google takes them', async () => {
	const answer = await post(ANALYZE, JSON.stringify({ comment: { text: IDIOT }, requested_attributes: { TOXICITY: { score_threshold: 0 } }, client_token: 't', span_annotations: true }), { 'Content-Type': 'text/plain' });
	assert.equal(answer.status, 200, answer.text);
	assert.equal(answer.json.clientToken, 't');
	assert.ok(answer.json.attributeScores.TOXICITY.spanScores.length > 1);
});

test('a key, in the address or in a header', async () => {
	const ask = (path, headers) => server.request('POST', path, { headers, body: request('x') });
	assert.equal((await ask(`${ANALYZE}?key=${key}&alt=json`)).status, 200);
	assert.equal((await ask(ANALYZE, { 'X-Goog-Api-Key': key })).status, 200);
	for (const path of [ANALYZE, SUGGEST]) {
		refused(await ask(path), 403, 'PERMISSION_DENIED');
		for (const wrong of ['x', key.slice(1), `${key}x`, 'A'.repeat(43)]) {
			refused(await ask(`${path}?key=${wrong}`), 403, 'PERMISSION_DENIED');
			refused(await ask(`${path}?key=${key}`, { 'X-Goog-Api-Key': wrong }), 403, 'PERMISSION_DENIED');
		}
	}
});

test('many at once: each gets its own answer', async () => {
	const texts = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? `${IDIOT} Nummer ${i}.` : i % 3 === 1 ? `${THREAT} Nummer ${i}.` : `Danke, Nummer ${i}, das ist ein guter Hinweis zur Brücke.`));
	const got = await Promise.all(texts.map((text) => scores(text, ['INSULT', 'THREAT'], { context: { articleAndParentComment: { article: { text: ARTICLE } } } })));
	got.forEach((s, i) => {
		assert.equal(s.INSULT > 0.5, i % 3 === 0, `${texts[i]} INSULT ${s.INSULT}`);
		assert.equal(s.THREAT > 0.5, i % 3 === 1, `${texts[i]} THREAT ${s.THREAT}`);
	});
});

const suggest = (text, values, more = {}) => post(SUGGEST, {
	comment: { text }, attributeScores: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { summaryScore: { value } }])), ...more,
});

test('suggested scores are kept, with where they are from', async () => {
	const answer = await suggest('Das war freundlich gemeint, du Idiot.', { TOXICITY: 0.25, INSULT: 1 }, { clientToken: 't', communityId: 'sport' });
	assert.equal(answer.status, 200, answer.text);
	assert.deepEqual(answer.json, { clientToken: 't', detectedLanguages: ['de'], requestedLanguages: ['de'] });
	const rows = sql(`SELECT s.slug, g.text, g.lang, g.attribute, g.score_permille, g.community, g.created_at FROM suggestion g JOIN site s ON s.id = g.site_id WHERE community = 'sport' ORDER BY attribute`);
	assert.deepEqual(rows.map((r) => [r.slug, r.text, r.lang, r.attribute, r.score_permille]), [
		['test', 'Das war freundlich gemeint, du Idiot.', 'de', 'INSULT', 1000], ['test', 'Das war freundlich gemeint, du Idiot.', 'de', 'TOXICITY', 250]]);
	assert.ok(Math.abs(rows[0].created_at - Date.now()) < 60000);
});

test('suggestions that are none are refused, and nothing of them kept', async () => {
	const before = sql('SELECT count(*) AS n FROM suggestion');
	const bad = async (answer) => refused(await answer, 400, 'INVALID_ARGUMENT', 'INVALID_REQUEST');
	await bad(suggest('x', {}));
	await bad(suggest('x', { TOXICITY: 1, NIX: 1 }));
	for (const value of [-0.1, 1.1, 1e300, '1', null])
		await bad(suggest('x', { INSULT: 0.5, TOXICITY: value }));
	await bad(post(SUGGEST, { comment: { text: 'x' }, attributeScores: { TOXICITY: { spanScores: [] } } }));
	await bad(suggest('x', { TOXICITY: 1 }, { communityId: 'x'.repeat(201) }));
	refused(await suggest('x'.repeat(20001), { TOXICITY: 1 }), 400, 'INVALID_ARGUMENT', 'COMMENT_TOO_LONG');
	assert.deepEqual(sql('SELECT count(*) AS n FROM suggestion'), before);
});

test('the archive of suggestions has a ceiling', async () => {
	const [{ value }] = sql(`SELECT value FROM counter WHERE name = 'suggestion_bytes'`);
	assert.ok(value > 0);
	const rows = sql('SELECT count(*) AS n FROM suggestion');
	sql(`UPDATE counter SET value = ${(1 << 30) - 20} WHERE name = 'suggestion_bytes'`);
	refused(await suggest('Zehn Bytes', { TOXICITY: 1, INSULT: 1 }), 429, 'RESOURCE_EXHAUSTED');
	assert.deepEqual(sql('SELECT count(*) AS n FROM suggestion'), rows, 'all or nothing');
	assert.equal((await suggest('Zehn Bytes', { INSULT: 1 })).status, 200);
	sql(`UPDATE counter SET value = ${value} WHERE name = 'suggestion_bytes'`);
});

test('analysing stores nothing', async () => {
	const words = 'Quittenmarmeladenbezirk';
	await analyze(`${words} und sonst nichts`, ['TOXICITY'], { communityId: `${words}-gemeinde`, context: { articleAndParentComment: { article: { text: `${words} im Artikel` } } } });
	assert.equal((await suggest('Birnenmusvorsteherin', { TOXICITY: 0 })).status, 200);
	const files = readdirSync(server.dir).map((name) => readFileSync(join(server.dir, name)));
	assert.ok(files.some((bytes) => bytes.includes('Birnenmusvorsteherin')), 'what is stored is found');
	assert.ok(!files.some((bytes) => bytes.includes(words)));
	assert.ok(!server.log.includes(words) && !server.log.includes(key));
});

test('a quota for each key', async () => {
	const limited = await startServer({ limits: 'on' });
	try {
		const [one, two] = ['one', 'two'].map((name) => limited.cli('key', 'new', name).trim());
		const ask = (path, k, body) => limited.request('POST', path, { headers: { 'X-Goog-Api-Key': k }, body });
		const exhaust = async (path, body, least) => {
			let answer;
			for (let i = 0; i < 2000 && answer?.status !== 429; i++) {
				answer = await ask(path, one, body);
				assert.ok(answer.status === 200 || (answer.status === 429 && i >= least), `${i}: ${answer.text}`);
			}
			refused(answer, 429, 'RESOURCE_EXHAUSTED');
			assert.match(answer.headers['retry-after'], /^[1-9][0-9]?$/);
			assert.equal((await ask(path, two, body)).status, 200, 'another key has its own');
		};
		await exhaust(SUGGEST, { comment: { text: 'x' }, attributeScores: { TOXICITY: { summaryScore: { value: 1 } } } }, 30);
		await exhaust(ANALYZE, request('x'), 100);
	} finally {
		await limited.end();
	}
});

test('the discovery document names the address at which it was asked for', async () => {
	for (const path of ['/$discovery/rest?version=v1alpha1', '/%24discovery/rest?version=v1alpha1', '/$discovery/rest']) {
		const { status, json } = await server.get(path);
		assert.equal(status, 200);
		assert.equal(json.rootUrl, `${server.base}/`);
		assert.equal(json.baseUrl, `${server.base}/`);
		assert.equal(json.resources.comments.methods.analyze.path, 'v1alpha1/comments:analyze');
		for (const [, name] of JSON.stringify(json).matchAll(/"\$ref":"(\w+)"/g))
			assert.equal(json.schemas[name].id, name);
	}
	assert.equal((await server.get('/$discovery/rest', { Host: 'comments.paper.example' })).json.rootUrl, 'http://comments.paper.example/');
	refused(await server.get('/$discovery/rest?version=v2'), 404, 'NOT_FOUND');
});

// A client from npm as it is; only the host, which it does not let one choose, is another.
test('perspective-api-client of npm', async () => {
	const web = createRequire(new URL('../../web/package.json', import.meta.url));
	const Perspective = web('perspective-api-client'), axios = createRequire(web.resolve('perspective-api-client'))('axios');
	const redirect = axios.interceptors.request.use((c) => ({ ...c, url: c.url.replace('https://commentanalyzer.googleapis.com', server.base) }));
	try {
		const client = new Perspective({ apiKey: key });
		const got = await client.analyze('<b>Du bist ein Vollidiot.</b>', { attributes: ['toxicity', 'insult', 'THREAT'] });
		assert.ok(got.attributeScores.TOXICITY.summaryScore.value > 0.7);
		assert.ok(got.attributeScores.INSULT.summaryScore.value > 0.7);
		assert.ok(got.attributeScores.THREAT.summaryScore.value < 0.3);
		assert.deepEqual(got.languages, ['de']);
		assert.ok((await client.analyze('Danke für den Artikel.')).attributeScores.TOXICITY.summaryScore.value < 0.3);
		await assert.rejects(client.analyze({ comment: { text: 'x' }, requestedAttributes: { NIX: {} } }),
			(e) => e instanceof Perspective.ResponseError && e.response.status === 400 && /NIX/.test(e.message));
		await assert.rejects(new Perspective({ apiKey: 'wrong' }).analyze('x'), (e) => e.response.status === 403 || e.response.status === 400);
	} finally {
		axios.interceptors.request.eject(redirect);
	}
});

test('Google\'s client for Python', () => {
	const script = fileURLToPath(new URL('perspective_client.py', import.meta.url));
	const r = spawnSync('/usr/bin/python3', [script, String(server.port), key], { encoding: 'utf8', timeout: 60000 });
	assert.equal(r.status, 0, r.stderr);
	const got = JSON.parse(r.stdout);
	assert.ok(got.analyze.attributeScores.TOXICITY.summaryScore.value > 0.7);
	assert.ok(got.analyze.attributeScores.THREAT.summaryScore.value < 0.3);
	assert.equal(got.analyze.attributeScores.TOXICITY.spanScores[0].begin, 3, 'a smiley has two units');
	assert.deepEqual([got.analyze.languages, got.analyze.clientToken], [['de'], 'a b']);
	assert.deepEqual(got.suggest, { clientToken: 'c', detectedLanguages: ['de'], requestedLanguages: ['de'] });
	assert.equal(got.language.status, 400);
	assert.match(got.language.reason, /does not support request languages: fr/);
	assert.equal(got.language.details[0].errorType, 'LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE');
	assert.equal(got.key.status, 403);
	assert.deepEqual(sql(`SELECT attribute, score_permille FROM suggestion WHERE community = 'python'`), [{ attribute: 'TOXICITY', score_permille: 900 }]);
});
