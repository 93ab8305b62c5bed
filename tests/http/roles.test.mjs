// Every route of the desk, tried by every role and by people of another site, against the table in docs/roles.md.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, PASSWORD } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { request } from '../lib/http.mjs';
import { Contract, file } from '../lib/openapi.mjs';

const contract = new Contract();
const ROLES = ['administrator', 'lead', 'editor', 'trainee', 'auditor', 'lawyer'];
let server, people, elsewhere, held, comment, released, decision, objection, notice, evidence;

/* The table as a person reads it: right → roles. */
function table() {
	const rows = file('docs/roles.md').split('\n').filter((line) => /^\| `/.test(line));
	return new Map(rows.map((line) => {
		const [right, ...cells] = line.split('|').slice(1).map((cell) => cell.trim());
		return [right.replaceAll('`', ''), new Set(ROLES.filter((_, i) => cells[i] === 'yes'))];
	}));
}

const routes = contract.operations.filter((op) => op.path.startsWith('/v1/desk') && op.security?.some((s) => s.desk));
const path = (op) => op.path.replace(/\{(\w+)\}/g, (_, name) => ({ revision: held, comment, decision, objection, notice, evidence, session: '6000000000000',
	article: 'nix', figure: 'waits', person: '6000000000000', member: '6000000000000', invitation: '6000000000000', passkey: '6000000000000' })[name]);
const ask = (who, op) => who.request(op.method, path(op),
	{ headers: op.method === 'GET' ? {} : { 'X-CSRF-Token': who.csrf }, body: op.requestBody ? {} : undefined });

before(async () => {
	server = await startServer();
	const add = (login, ...more) => server.cliWith(PASSWORD + '\n', 'user', 'set', login, '--name', `Name ${login}`, '--password-stdin', ...more);
	for (const role of ROLES)
		add(role, '--role', role);
	server.cli('site', 'set', 'other', '--title', 'Anderswo', '--address', 'http://127.0.0.2:8080');
	add('elsewhere', '--site', 'other');
	add('local', '--role', 'editor');
	people = {};
	for (const login of [...ROLES, 'local'])
		people[login] = await new Editor(server).login(login);
	elsewhere = await new Editor(server).login('elsewhere');
	const wilma = new Reader(server), rike = await new Editor(server).login('rike');
	released = await wilma.submit('Die Brücke wird gebraucht, sagt auch das Gutachten.');
	await rike.release(released.id);
	const refused = await wilma.submit('Du Idiot hast die Brücke nicht verstanden.');
	decision = (await rike.reject(refused.id)).decision;
	const [, letter] = /href="(\/objection\/[^"]+)"/.exec((await wilma.one(refused.id)).html);
	await wilma.postForm({ text: 'Doch.' }, { path: letter });
	objection = (await rike.get('/v1/desk/objections')).json.objections[0].id;
	const form = (await server.get(`/comments/${released.id}/notice`)).text;
	await wilma.postForm({ revision: /name="revision" value="([^"]+)"/.exec(form)[1], form_key: /name="form_key" value="([^"]+)"/.exec(form)[1], kind: 'insult', explanation: 'Ich.',
		name: 'Nora', email: 'nora@leser.example', good_faith: '1' }, { path: `/comments/${released.id}/notice` });
	notice = (await rike.get('/v1/desk/notices')).json.cases[0].id;
	const waits = await wilma.submit('Wann beginnt der Bau der Brücke?');
	held = (await rike.item(waits.id)).revision;
	comment = waits.id;
	evidence = (await rike.write(`/v1/desk/revisions/${held}/evidence`, { reason: 'Zur Probe.' })).json.id;
});
after(() => server?.end());

test('the table names every right, and every route one of them', () => {
	const rights = table();
	assert.deepEqual([...rights.keys()].sort(), [...contract.doc.components.schemas.Right.enum].sort());
	assert.ok(routes.length > 25, 'the routes are read');
	for (const op of routes)
		assert.ok(rights.has(op['x-right']), `${op.operationId}: ${op['x-right']}`);
});

test('what a session says of rights is what the table says', () => {
	const rights = table();
	for (const role of ROLES)
		assert.deepEqual(people[role].session.rights.toSorted?.() ?? [...people[role].session.rights].sort(),
			[...rights].filter(([, roles]) => roles.has(role)).map(([right]) => right).sort(), role);
});

for (const op of routes)
	test(`${op.method} ${op.path}: as the table says, for each role`, async () => {
		const may = table().get(op['x-right']);
		for (const role of ROLES) {
			if (op.operationId === 'logout' || op.operationId === 'deskStream')
				continue; // tried below
			const answer = await ask(people[role], op);
			if (may.has(role)) // whatever it answers, JSON or not
				assert.ok(!answer.text.includes('"role_insufficient"'), `${role} may`);
			else
				assert.deepEqual([answer.status, answer.json.error.code], [403, 'role_insufficient'], `${role} may not`);
		}
		assert.equal((await request(server, op.method, path(op), { body: op.requestBody ? {} : undefined })).status, 401, 'nobody');
	});

test('people of another site see and change nothing here', async () => {
	for (const op of routes.filter((o) => /\{(revision|comment|decision|objection|notice|evidence)\}/.test(o.path))) {
		const body = { action: 'reject', version: 1, rules: ['profanity'], outcome: 'reject', reasons: 'Nein.', days: 1, picked: true, last: notice, reason: 'Nein.' };
		if (op.operationId === 'decideNotice')
			body.outcome = 'keep';
		const answer = await elsewhere.request(op.method, path(op),
			{ headers: op.method === 'GET' ? {} : { 'X-CSRF-Token': elsewhere.csrf }, body: op.requestBody ? body : undefined });
		assert.equal(answer.status, 404, `${op.operationId}: ${answer.text}`);
	}
	for (const [what, key] of [['queue', 'items'], ['decisions', 'decisions'], ['objections', 'objections'], ['board', 'dots'], ['notices', 'cases'], ['evidence', 'evidence']])
		assert.deepEqual((await elsewhere.get(`/v1/desk/${what}`)).json[key], [], what);
	const { members } = (await elsewhere.get('/v1/desk/staff')).json;
	assert.deepEqual(members.map((m) => m.login), ['elsewhere']);
	const { entries } = (await elsewhere.get('/v1/desk/staff/log')).json;
	assert.ok(entries.length && entries.every((e) => [e.by, e.to].every((n) => n === null || n === 'Name elsewhere')));
	const stranger = await elsewhere.request('PUT', `/v1/desk/staff/${(await people.administrator.get('/v1/desk/staff')).json.members[0].id}`,
		{ headers: { 'X-CSRF-Token': elsewhere.csrf }, body: { role: 'auditor' } });
	assert.equal(stranger.status, 404);
});

test('a stream needs the right to read, and only tells of one\'s own site', async () => {
	const here = await people.auditor.stream('/v1/desk/stream'), there = await elsewhere.stream('/v1/desk/stream');
	await new Reader(server).submit('Noch eine Frage zur Brücke.');
	await here.next((m) => m.event === 'queue');
	assert.deepEqual(there.messages, []);
	here.close();
	there.close();
});

test('whoever has some sections sees and decides only these', async () => {
	const admin = people.administrator, { members } = (await admin.get('/v1/desk/staff')).json;
	const local = members.find((m) => m.login === 'local');
	const set = (sections) => admin.request('PUT', `/v1/desk/staff/${local.id}`, { headers: { 'X-CSRF-Token': admin.csrf }, body: { role: 'editor', sections } });
	const all = (await people.local.queue()).count;
	assert.equal((await set(['Kultur'])).status, 204);
	assert.deepEqual([(await people.local.queue()).items, (await people.local.queue()).count], [[], 0]);
	const answer = await people.local.get(`/v1/desk/revisions/${held}`);
	assert.deepEqual([answer.status, answer.json.error.code], [403, 'section_forbidden']);
	const decided = await people.local.decide({ revision: held, version: 1 }, 'release');
	assert.deepEqual([decided.status, decided.json.error.code], [403, 'section_forbidden']);
	for (const what of ['story', 'around'])
		assert.equal((await people.local.get(`/v1/desk/comments/${comment}/${what}`)).json.error.code, 'section_forbidden', what);
	assert.deepEqual((await people.local.get('/v1/desk/objections')).json.objections, []);
	assert.deepEqual((await people.local.get('/v1/desk/notices')).json.cases, []);
	const kept = await people.local.write(`/v1/desk/notices/${notice}/decision`, { outcome: 'keep', reasons: 'x', last: notice });
	assert.deepEqual([kept.status, kept.json.error.code], [403, 'section_forbidden']);
	assert.deepEqual((await people.local.get('/v1/desk/decisions')).json.decisions, []);
	assert.equal((await people.local.get('/v1/desk/board')).json.dots.length, 0);
	const section = (await admin.revision(held)).article.section;
	assert.equal((await set([section])).status, 204);
	assert.equal((await people.local.queue()).count, all);
	assert.equal((await set([])).status, 204);
});

test('a trainee proposes, somebody else decides; an auditor changes nothing', async () => {
	const wilma = new Reader(server), { id } = await wilma.submit('Die Brücke ist alt, das stimmt.');
	const item = await people.trainee.item(id);
	const proposed = await people.trainee.decide(item, 'release');
	assert.deepEqual([proposed.status, proposed.json.proposed], [200, true]);
	assert.ok(!(await wilma.comments()).comments.some((c) => c.id === id), 'nothing is released');
	const again = await people.trainee.item(id);
	assert.equal(again.referral.to, 'proposal');
	const own = await people.trainee.decide(again, 'release');
	assert.deepEqual([own.status, own.json.error.code], [403, 'four_eyes_same_person']);
	const stale = await people.editor.decide(item, 'release');
	assert.deepEqual([stale.status, stale.json.error.code], [409, 'revision_changed']);
	assert.equal((await people.editor.decide(again, 'release')).json.proposed, false);
	assert.ok((await wilma.comments()).comments.some((c) => c.id === id));
	assert.equal(server.audit().status, 0);
});

test('a second opinion comes from somebody else; what waits for a lawyer waits', async () => {
	const wilma = new Reader(server), { id } = await wilma.submit('Wer hat an der Brücke verdient?');
	const refer = async (who, to) => who.write(`/v1/desk/revisions/${(await people.lead.item(id)).revision}/decision`,
		{ action: 'refer', to, version: (await people.lead.item(id)).version, word: 'Ist das eine Unterstellung?' });
	assert.equal((await refer(people.editor, 'second')).status, 200);
	assert.equal((await people.editor.decide(await people.editor.item(id), 'release')).json.error.code, 'second_same_person');
	assert.equal((await people.local.get('/v1/desk/queue?lane=second')).json.count, 1);
	assert.equal((await refer(people.local, 'lawyer')).status, 200);
	await wilma.revise(id, 'Wer hat denn an der Brücke verdient?'); // the question goes with the new text
	const item = await people.lead.item(id);
	assert.equal((await people.local.decide(item, 'release')).json.error.code, 'referred_to_lawyer');
	assert.ok(!(await people.local.all()).some((i) => i.comment === id), 'out of the way of those who cannot decide it');
	assert.equal((await people.lawyer.get('/v1/desk/queue?lane=lawyer')).json.items[0].referral.word, 'Ist das eine Unterstellung?');
	assert.equal((await people.lead.decide(item, 'reject', { rules: ['insinuation'] })).status, 200);
});

test('four eyes: two persons must come to the same decision', async () => {
	const wilma = new Reader(server), admin = people.administrator;
	const put = (body) => admin.request('PUT', '/v1/desk/settings', { headers: { 'X-CSRF-Token': admin.csrf }, body });
	const { version } = (await admin.get('/v1/desk/settings')).json;
	assert.equal((await put({ version, longest_wait_minutes: 240, four_eyes: ['*'], shifts: [], closed_days: [] })).status, 200);
	const { id } = await wilma.submit('Beide müssen das sehen.');
	const item = async (who) => who.revision((await people.auditor.item(id)).revision);
	assert.equal((await people.editor.decide(await item(people.editor), 'release')).json.proposed, true);
	assert.equal((await people.editor.decide(await item(people.editor), 'release')).json.error.code, 'four_eyes_same_person');
	assert.equal((await people.lead.decide(await item(people.lead), 'reject', { rules: ['off_topic'] })).json.proposed, true, 'another decision is another proposal');
	assert.equal((await people.editor.decide(await item(people.editor), 'reject', { rules: ['off_topic'] })).json.proposed, false);
	assert.equal((await wilma.one(id)).state, 'rejected');
	assert.equal((await put({ version: version + 1, longest_wait_minutes: 240, four_eyes: [], shifts: [], closed_days: [] })).status, 200);
	assert.equal(server.audit().status, 0);
});

test('an administrator cannot take over somebody who works for another site, too', async () => {
	const admin = people.administrator, write = (who, path, body) => who.request('POST', path, { headers: { 'X-CSRF-Token': who.csrf }, body });
	const { link } = (await write(admin, '/v1/desk/staff/invitations', { name: 'Elsa', role: 'editor' })).json;
	const accept = (more) => server.request('POST', '/v1/desk/invitation/accept', { body: { token: link.split('#')[1], login: 'elsewhere', name: 'x', ...more } });
	assert.equal((await accept({ password: 'geraten und falsch' })).json.error.code, 'login_taken');
	const joined = await accept({ password: PASSWORD });
	assert.deepEqual([joined.status, joined.json.site.name, joined.json.sites.length], [200, 'Testbote', 2]);
	const { members } = (await admin.get('/v1/desk/staff')).json;
	const answer = await write(admin, `/v1/desk/staff/${members.find((m) => m.login === 'elsewhere').id}/reset`);
	assert.deepEqual([answer.status, answer.json.error.code], [403, 'reset_elsewhere']);
	await elsewhere.login('elsewhere');
	const moved = await elsewhere.request('PUT', '/v1/desk/session/site', { headers: { 'X-CSRF-Token': elsewhere.csrf }, body: { site: 'test' } });
	assert.deepEqual([moved.json.site.name, moved.json.user.role], ['Testbote', 'editor'], 'another site, another role');
	assert.equal((await elsewhere.get('/v1/desk/staff')).status, 403);
});
