// Every route of the desk, tried by every role and by people of another site, against the table in docs/roles.md.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startServer, until, PASSWORD } from '../lib/server.mjs';
import { Reader, Editor } from '../lib/people.mjs';
import { request } from '../lib/http.mjs';
import { Contract, file } from '../lib/openapi.mjs';
import { Authenticator } from '../lib/authenticator.mjs';

const contract = new Contract();
const ROLES = ['administrator', 'lead', 'editor', 'trainee', 'auditor', 'lawyer'];
let server, people, elsewhere, released, ids;

/* The table as a person reads it: right → roles. */
function table() {
	const rows = file('docs/roles.md').split('\n').filter((line) => /^\| `/.test(line));
	return new Map(rows.map((line) => {
		const [right, ...cells] = line.split('|').slice(1).map((cell) => cell.trim());
		return [right.replaceAll('`', ''), new Set(ROLES.filter((_, i) => cells[i] === 'yes'))];
	}));
}

const routes = contract.operations.filter((op) => op.path.startsWith('/v1/desk') && op.security?.some((s) => s.desk));
/* Nothing here is made up, so that a 404 is never the answer to a number that nobody has. */
const path = (op) => op.path.replace(/\{(\w+)\}/g, (_, name) => {
	assert.ok(ids[name], `the test has no ${name}`);
	return ids[name];
});
const ask = (who, op) => who.request(op.method, path(op),
	{ headers: op.method === 'GET' ? {} : { 'X-CSRF-Token': who.csrf }, body: op.requestBody ? {} : undefined });

async function ownPasskey(who) {
	const { options } = (await who.write('/v1/desk/factors/passkeys/options', { password: PASSWORD })).json;
	return (await who.write('/v1/desk/factors/passkeys', { name: 'Schlüssel', passkey: new Authenticator().create(options) })).json.id;
}

const ownWebhook = async (who) => (await who.write('/v1/desk/webhooks', { url: 'https://paper.invalid/hook', types: ['comment.held'] })).json.webhook.id;

before(async () => {
	server = await startServer({ site: { address: 'http://localhost:8080' } });
	const add = (login, ...more) => server.cliWith(PASSWORD + '\n', 'user', 'set', login, '--name', `Name ${login}`, '--password-stdin', ...more);
	for (const role of ROLES)
		add(role, '--role', role);
	server.cli('site', 'set', 'other', '--title', 'Anderswo', '--address', 'http://127.0.0.2:8080');
	add('elsewhere', '--site', 'other');
	add('local', '--role', 'editor');
	people = {};
	for (const login of [...ROLES, 'local', 'rike'])
		people[login] = await new Editor(server).login(login);
	elsewhere = await new Editor(server).login('elsewhere');
	const wilma = new Reader(server), { rike } = people;
	released = await wilma.submit('Die Brücke wird gebraucht, sagt auch das Gutachten.');
	await rike.release(released.id);
	const refused = await wilma.submit('Du Idiot hast die Brücke nicht verstanden.');
	const { decision } = await rike.reject(refused.id);
	const [, letter] = /href="(\/objection\/[^"]+)"/.exec((await wilma.one(refused.id)).html);
	await wilma.postForm({ text: 'Doch.' }, { path: letter });
	const objection = (await rike.get('/v1/desk/objections')).json.objections[0].id;
	const form = (await server.get(`/comments/${released.id}/notice`)).text;
	await wilma.postForm({ revision: /name="revision" value="([^"]+)"/.exec(form)[1], form_key: /name="form_key" value="([^"]+)"/.exec(form)[1], kind: 'insult', explanation: 'Ich.',
		name: 'Nora', email: 'nora@leser.example', good_faith: '1' }, { path: `/comments/${released.id}/notice` });
	const notice = (await rike.get('/v1/desk/notices')).json.cases[0].id;
	const webhook = await ownWebhook(rike);
	const waits = await wilma.submit('Wann beginnt der Bau der Brücke?');
	const delivery = await until(async () => (await rike.get(`/v1/desk/webhooks/${webhook}/deliveries`)).json.deliveries[0]?.id);
	const revision = (await rike.item(waits.id)).revision;
	const evidence = (await rike.write(`/v1/desk/revisions/${revision}/evidence`, { reason: 'Zur Probe.' })).json.id;
	const person = (await rike.write('/v1/desk/persons/search', { q: waits.id })).json.persons[0].id;
	const invitation = (await rike.write('/v1/desk/staff/invitations', { name: 'Neu', role: 'editor' })).json.id;
	const member = (await rike.get('/v1/desk/staff')).json.members.find((m) => m.login === 'omar').id;
	const session = (await rike.get('/v1/desk/sessions')).json.sessions[0].id;
	const passkey = await ownPasskey(rike);
	ids = { webhook, delivery, revision, comment: waits.id, decision, objection, notice, evidence, person, invitation, member, session, passkey, article: 'bruecke', figure: 'waits' };
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

test('whatever changes something wants the session\'s token, and that of another session does not do', async () => {
	const admin = people.administrator, before = await seen();
	for (const op of routes.filter((o) => o.method !== 'GET'))
		for (const token of [undefined, '', people.lead.csrf, elsewhere.csrf]) {
			const answer = await admin.request(op.method, path(op), { headers: token === undefined ? {} : { 'X-CSRF-Token': token }, body: op.requestBody ? meant(op) : undefined });
			assert.deepEqual([answer.status, answer.json?.error?.code], [403, 'csrf'], `${op.operationId}: ${answer.text}`);
		}
	assert.deepEqual(await seen(), before);
	assert.equal((await admin.get('/v1/desk/session')).status, 200);
});

/* What somebody would send who means it. */
const meant = (op) => ({ action: 'reject', version: 1, rules: ['profanity'], outcome: op.operationId === 'decideNotice' ? 'keep' : 'reject', reasons: 'Nein.', days: 1, picked: true, last: ids.notice,
	reason: 'Nein.', password: PASSWORD, name: 'Fremd', role: 'auditor', open: false, state: 'closed', confirm: false });

/* All that a stranger might have changed, as those who may see it see it. */
async function seen() {
	const admin = people.administrator, of = async (path, who = admin) => (await who.get(path)).json;
	return { staff: await of('/v1/desk/staff'), story: await of(`/v1/desk/comments/${ids.comment}/story`), released: await of(`/v1/desk/comments/${released.id}/story`),
		notices: await of('/v1/desk/notices'), objections: await of('/v1/desk/objections'), evidence: await of('/v1/desk/evidence'), webhooks: await of('/v1/desk/webhooks'), erasures: await of('/v1/desk/erasures'),
		factors: await of('/v1/desk/factors', people.rike), sessions: (await of('/v1/desk/sessions', people.rike)).sessions.map((s) => s.id),
		comments: (await new Reader(server).comments()).comments.map((c) => c.id), article: (await of('/v1/articles/bruecke')) };
}

test('people of another site see and change nothing here', async () => {
	ids.invitation = (await people.administrator.write('/v1/desk/staff/invitations', { name: 'Noch jemand', role: 'editor' })).json.id;
	ids.webhook = await ownWebhook(people.administrator);
	const before = await seen();
	for (const op of routes.filter((o) => o.path.includes('{') && o.operationId !== 'figure')) {
		const answer = await elsewhere.request(op.method, path(op), { headers: op.method === 'GET' ? {} : { 'X-CSRF-Token': elsewhere.csrf }, body: op.requestBody ? meant(op) : undefined });
		assert.equal(answer.status, 404, `${op.operationId}: ${answer.text}`);
	}
	const claim = await elsewhere.request('PUT', '/v1/desk/claim', { headers: { 'X-CSRF-Token': elsewhere.csrf }, body: { revision: ids.revision } });
	assert.equal(claim.status, 404);
	assert.deepEqual(await seen(), before);
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
	const answer = await people.local.get(`/v1/desk/revisions/${ids.revision}`);
	assert.deepEqual([answer.status, answer.json.error.code], [403, 'section_forbidden']);
	const decided = await people.local.decide({ revision: ids.revision, version: 1 }, 'release');
	assert.deepEqual([decided.status, decided.json.error.code], [403, 'section_forbidden']);
	assert.deepEqual((await people.local.get('/v1/desk/objections')).json.objections, []);
	assert.deepEqual((await people.local.get('/v1/desk/notices')).json.cases, []);
	assert.deepEqual((await people.local.get('/v1/desk/decisions')).json.decisions, []);
	assert.equal((await people.local.get('/v1/desk/board')).json.dots.length, 0);
	const section = (await admin.revision(ids.revision)).article.section;
	assert.equal((await set([section])).status, 204);
	assert.equal((await people.local.queue()).count, all);
	assert.equal((await set([])).status, 204);
});

test('every route that names a comment, or what hangs on one, asks for its section', async () => {
	const admin = people.administrator, { members } = (await admin.get('/v1/desk/staff')).json;
	const local = members.find((m) => m.login === 'local');
	const set = (body) => admin.request('PUT', `/v1/desk/staff/${local.id}`, { headers: { 'X-CSRF-Token': admin.csrf }, body });
	assert.equal((await set({ role: 'administrator', sections: ['Kultur'] })).status, 204);
	const before = await seen(), put = { 'X-CSRF-Token': people.local.csrf };
	for (const op of routes.filter((o) => /\{(revision|comment|decision|objection|notice|evidence|article)\}/.test(o.path))) {
		const answer = await people.local.request(op.method, path(op), { headers: op.method === 'GET' ? {} : put, body: op.requestBody ? meant(op) : undefined });
		const code = op.operationId === 'undo' ? 'undo_not_yours' : 'section_forbidden';
		assert.deepEqual([answer.status, answer.json?.error?.code], [403, code], `${op.operationId}: ${answer.text}`);
	}
	const claim = await people.local.request('PUT', '/v1/desk/claim', { headers: put, body: { revision: ids.revision } });
	assert.deepEqual([claim.status, claim.json.error?.code], [403, 'section_forbidden']);
	assert.deepEqual(await seen(), before);
	for (const [what, key] of [['evidence', 'evidence'], ['search?q=Br%C3%BCcke', 'hits'], ['automatic', 'sections']]) {
		assert.ok(what === 'automatic' || (await admin.get(`/v1/desk/${what}`)).json[key].length, `others see some ${what}`);
		assert.deepEqual((await people.local.get(`/v1/desk/${what}`)).json[key], [], what);
	}
	assert.equal((await set({ role: 'editor', sections: [] })).status, 204);
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
	assert.equal((await people.editor.decide(await people.editor.revision((await people.lead.item(id)).revision), 'release')).json.error.code, 'second_same_person', 'whoever asked');
	assert.ok(!(await people.editor.all()).some((i) => i.comment === id), 'nor is it in their queue');
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
	/* nor by a link that was made before */
	const old = (await write(admin, `/v1/desk/staff/${members.find((m) => m.login === 'local').id}/reset`)).json.link;
	const there = (await write(elsewhere, '/v1/desk/staff/invitations', { name: 'Lokal', role: 'administrator' })).json.link;
	assert.equal((await server.request('POST', '/v1/desk/invitation/accept', { body: { token: there.split('#')[1], login: 'local', name: 'x', password: PASSWORD } })).status, 200);
	const taken = await server.request('POST', '/v1/desk/invitation/accept', { body: { token: old.split('#')[1], password: 'das kennt der andere' } });
	assert.deepEqual([taken.status, taken.json.error?.code], [403, 'reset_elsewhere']);
	await new Editor(server).login('local');
	await elsewhere.login('elsewhere');
	const moved = await elsewhere.request('PUT', '/v1/desk/session/site', { headers: { 'X-CSRF-Token': elsewhere.csrf }, body: { site: 'test' } });
	assert.deepEqual([moved.json.site.name, moved.json.user.role], ['Testbote', 'editor'], 'another site, another role');
	assert.equal((await elsewhere.get('/v1/desk/staff')).status, 403);
});
