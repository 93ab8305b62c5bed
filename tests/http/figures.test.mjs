// The figures over HTTP: a few comments whose every number is known, as JSON and as CSV, after an undo and after a crash.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, startServer, until } from '../lib/server.mjs';
import { Editor, Reader } from '../lib/people.mjs';

let server, rike;
before(async () => { server = await startServer({ env: { TZ: 'Europe/Berlin' } }); rike = await new Editor(server).login(); });
after(() => server.end());

const get = async (path, who = rike, headers = {}) => {
	const answer = await who.get(`/v1/desk/figures${path}`, headers);
	assert.equal(answer.status, 200, answer.text);
	return answer;
};
// When all has been counted: as many decided as were.
const counted = (decided, received) => until(async () => {
	const { totals: [now], behind } = (await get('?days=7')).json;
	return behind === 0 && now.decided === decided && now.received === received;
}, { within: 60000, every: 100, what: `${decided} of ${received} counted` });
// RFC 4180, as a program reads it.
function parse(text) {
	const rows = [[]];
	for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
		rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
		if (end === '\r\n')
			rows.push([]);
	}
	assert.deepEqual(rows.pop(), [], 'the last row has its end');
	return rows;
}
const today = () => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(Date.now());

test('what was received and decided, as it was', async () => {
	const wilma = new Reader(server);
	const ids = [];
	for (const text of ['Die Brücke spart Wege, und das Gutachten sagt es auch.', 'Du Arschloch hast die Brücke nicht verstanden.', 'Wann wird die Brücke geöffnet?', 'Und wer bezahlt die neue Brücke am Ende?'])
		ids.push((await wilma.submit(text)).id);
	await rike.release(ids[0]);
	await rike.reject(ids[1], ['profanity', 'aggression']);
	await rike.giveBack(ids[2]);
	const taken = await rike.release(ids[3]);
	assert.equal((await rike.undo(taken.decision)).status, 200);
	await counted(3, 4);
	const all = (await get('?days=7')).json, last = all.decisions.at(-1);
	assert.deepEqual([all.to, last.day], [today(), today()]);
	assert.deepEqual([all.totals[0].released, all.totals[0].released_share, all.totals[0].waiting], [1, 0.3333, 1]);
	assert.ok(all.totals[0].oldest_waiting_s >= 0 && all.totals[0].median_wait_s <= 10);
	assert.deepEqual([all.totals[1].received, all.totals[1].median_wait_s], [0, null], 'nothing is not zero');
	assert.deepEqual([last.received, last.released, last.rejected, last.returned, last.rejected_profanity, last.rejected_aggression], [4, 1, 1, 1, 1, 1]);
	const rude = all.engine.find((e) => e.rule === 'profanity' && e.span === 'period');
	assert.deepEqual([rude.both, rude.engine_only, rude.editors_only, rude.neither], [1, 0, 0, 1], 'given back with a word: says nothing of rules');
	assert.equal(all.calibration.filter((t) => t.rule === 'profanity').reduce((n, t) => n + t.count, 0), 2);
	assert.equal(all.load.length, 168);
	assert.equal(all.waits.at(-1).within_share, 1);
	assert.ok(!JSON.stringify(all).includes('Rike'), 'nobody is named');
});

test('after a crash nothing is counted twice, nothing is lost', async () => {
	const before = (await get('?days=7')).json;
	await server.kill();
	await server.start();
	rike = await new Editor(server).login();
	const id = (await new Reader(server).submit('Noch eine Frage zur Brücke und zum Preis.')).id;
	await rike.release(id);
	await counted(4, 5);
	const now = (await get('?days=7')).json;
	assert.equal(now.decisions.at(-1).released, before.decisions.at(-1).released + 1);
	assert.deepEqual(now.engine.filter((e) => e.rule === 'ad_link' && e.span === 'period').map((e) => e.neither), [3]);
});

test('withdrawn, and an objection upheld: outcomes of their own, no second decision', async () => {
	const before = (await get('?days=7')).json.decisions.at(-1), wilma = new Reader(server);
	const gone = (await wilma.submit('Die Brücke kommt, und das ist gut so.')).id, refused = (await wilma.submit('Die Brücke ist eine Frage der Zeit.')).id;
	const { revision } = await rike.item(gone);
	await rike.release(gone);
	assert.equal((await rike.write(`/v1/desk/revisions/${revision}/removal`, { rules: ['off_topic'] })).status, 200);
	await rike.reject(refused, ['off_topic']);
	const [, letter] = /href="(\/objection\/[^"]+)"/.exec((await wilma.one(refused)).html);
	await wilma.postForm({ text: 'Das gehört doch zum Thema.' }, { path: letter });
	const omar = await new Editor(server).login('omar'), [objection] = (await omar.get('/v1/desk/objections')).json.objections;
	const answer = await omar.write(`/v1/desk/objections/${objection.id}/decision`, { outcome: 'uphold', reasons: 'Stimmt.' });
	assert.ok(answer.status < 300, answer.text);
	await counted(6, 7);
	const now = (await get('?days=7')).json.decisions.at(-1), more = (key) => now[key] - before[key];
	assert.deepEqual(['released', 'removed', 'rejected', 'rejected_off_topic', 'objections_upheld', 'objections_rejected'].map(more), [1, 1, 1, 1, 1, 0]);
	const off = (await get('/engine?days=7')).json.rows.find((e) => e.rule === 'off_topic' && e.span === 'period');
	assert.equal(off.both + off.engine_only + off.editors_only + off.neither, 5, 'each comment is judged once');
});

test('the same as CSV', async () => {
	for (const name of ['totals', 'load', 'waits', 'distribution', 'decisions', 'engine', 'calibration', 'forecast']) {
		const json = (await get(`/${name}?days=30`)).json, answer = await get(`/${name}.csv?days=30`);
		assert.match(answer.headers['content-type'], /^text\/csv; charset=utf-8$/);
		assert.match(answer.headers['content-disposition'], new RegExp(`filename="${name}-\\d{4}-\\d\\d-\\d\\d-${today()}\\.csv"`));
		const [head, ...rows] = parse(answer.text);
		assert.deepEqual(head, Object.keys(json.rows[0]), name);
		assert.equal(rows.length, json.rows.length);
		rows.forEach((row, i) => row.forEach((cell, k) => {
			const value = json.rows[i][head[k]];
			if (/oldest_waiting/.test(head[k])) return; // time goes on
			assert.equal(cell === '' ? null : typeof value === 'number' ? Number(cell) : cell, value, `${name} ${head[k]}`);
		}));
	}
	const asked = await get('/waits?days=7', rike, { Accept: 'text/csv' });
	assert.equal(parse(asked.text).length, 8);
});

test('only one\'s own sections; people and rates are known of the whole alone', async () => {
	server.cliWith(PASSWORD + '\n', 'user', 'set', 'kultur', '--name', 'Kultur', '--password-stdin', '--role', 'editor');
	const kultur = await new Editor(server).login('kultur'), member = (await rike.get('/v1/desk/staff')).json.members.find((m) => m.login === 'kultur');
	const { sections } = (await get('?days=7')).json;
	assert.ok(sections.length >= 1);
	const set = (list) => rike.request('PUT', `/v1/desk/staff/${member.id}`, { headers: { 'X-CSRF-Token': rike.csrf }, body: { role: 'editor', sections: list } });
	assert.equal((await set(['Nirgends'])).status, 204);
	const none = (await get('?days=7', kultur)).json;
	assert.deepEqual([none.totals[0].received, none.totals[0].waiting, none.sections, none.whole], [0, 0, [], false]);
	const refused = await kultur.get(`/v1/desk/figures?section=${encodeURIComponent(sections[0])}`);
	assert.deepEqual([refused.status, refused.json.error.code], [403, 'section_forbidden']);
	assert.equal((await set([sections[0]])).status, 204);
	assert.equal((await get('?days=7', kultur)).json.totals[0].decided, 6);
	assert.equal((await get(`?days=7&section=${encodeURIComponent(sections[0])}`)).json.totals[0].received, 7);
	assert.equal((await get('?days=7&section=Sonstwas')).json.totals[0].received, 0);
});

test('a shift is changed in play, and the settings stay as they are', async () => {
	const { version } = (await rike.get('/v1/desk/settings')).json;
	const put = await rike.request('PUT', '/v1/desk/settings', { headers: { 'X-CSRF-Token': rike.csrf },
		body: { version, longest_wait_minutes: 240, four_eyes: [], closed_days: [], shifts: [{ days: [1, 2, 3, 4, 5, 6, 7], from: 0, to: 1440, editors: 1 }] } });
	assert.equal(put.status, 200, put.text);
	const crew = (await get('/crew?days=7&shift=0&change=1')).json;
	assert.deepEqual([crew.rows, crew.backlog, crew.replayed_days], [[], [], 6], 'all came today, and today is not over');
	for (const wrong of ['shift=1&change=1', 'shift=0&change=2', 'shift=x', 'shift=-1', 'change=9999999999999999999'])
		assert.equal((await rike.get(`/v1/desk/figures/crew?days=7&${wrong}`)).json.error.code, 'figures_invalid', wrong);
	assert.equal((await rike.get('/v1/desk/settings')).json.shifts[0].editors, 1);
	const load = (await get('/load?days=7')).json.rows;
	assert.ok(load.every((h) => h.days === 0 || h.editors === 1));
});

test('shifts that change between a decision and its undo: no count falls below nothing', async () => {
	const { decided, received } = (await get('?days=7')).json.totals[0], settings = (await rike.get('/v1/desk/settings')).json;
	const { id } = await new Reader(server).submit('Und wie lange bleibt die Umleitung über die Lindenallee?');
	const taken = await rike.release(id);
	await counted(decided + 1, received + 1);
	const shift = (days) => ({ days, from: 0, to: 1440, editors: 1 }), week = [1, 2, 3, 4, 5, 6, 7];
	const weekday = week[(new Date(`${today()}T12:00Z`).getUTCDay() + 6) % 7];
	const save = async (body) => {
		const answer = await rike.request('PUT', '/v1/desk/settings', { headers: { 'X-CSRF-Token': rike.csrf }, body: { ...settings, ...body } });
		assert.equal(answer.status, 200, answer.text);
		return answer.json.version;
	};
	const version = await save({ shifts: [shift(week.filter((d) => d !== weekday))] });
	assert.equal((await rike.undo(taken.decision)).status, 200);
	await counted(decided, received + 1);
	for (const row of (await get('?days=7')).json.distribution)
		assert.ok(row.open >= 0 && row.closed >= 0 && row.staffed >= 0, JSON.stringify(row));
});
