// The queue's transitions: moving, deciding ahead of the server, failing, taking back, others.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';

const S = await load('desk/state.ts'), G = await load('desk/group.ts');
const NOW = 1_000_000;

function item(n, more = {}) {
	return {
		revision: `r${n}`, comment: `c${n}`, version: 1, ordinal: 1, lang: 'de', submitted_at: n * 1000, due_at: n * 1000, escalated: false, referral: null,
		author: { name: `Name ${n}` }, text: 'Text', review: { suggestion: 'look', scores: {}, evidence: [] },
		article: {}, parent: null, released_text: null, earlier: [], copies: [], alike: 0, group: null, campaign: null, repost_of: null, personal: [], ...more,
	};
}
const page = (...ns) => ({ count: ns.length, escalated: 0, oldest_at: 1, next: null, items: ns.map((n) => item(n)) });
const cut = (...ns) => ({ ...page(...ns), next: 'more' });
const start = (...ns) => S.loaded(S.empty, page(...ns));
const ids = (d) => d.items.map((i) => i.revision).join(' ');
const draft = { rules: ['profanity'], word: ' Bitte ohne. ' };
const release = (d) => S.decide(d, 'release', { rules: [], word: '' }, NOW);
const answer = (id, count) => ({ decision: id, action: 'release', undo_until: NOW + 10000, count });
const conflict = { kind: 'decided', by: 'Jonas', action: 'reject', at: 5 };

test('loading opens the oldest', () => {
	const d = start(1, 2, 3);
	assert.equal(d.current, 'r1');
	assert.equal(d.complete, true);
	assert.equal(S.loaded(S.empty, cut(1, 2)).complete, false);
	assert.equal(start().current, null);
});

test('deciding shows the next at once and keeps the decision to be sent', () => {
	const d = release(start(1, 2, 3));
	assert.equal(d.current, 'r2');
	assert.equal(ids(d), 'r2 r3');
	assert.equal(S.waitingCount(d), 2);
	assert.equal(S.nextToSend(d)[0].item.revision, 'r1');
	assert.equal(S.lastUndoable(d, NOW).item.revision, 'r1');
	assert.equal(S.lastUndoable(d, NOW + S.UNDO_MS), null);
});

test('deciding in the middle goes on downwards, then from the top', () => {
	let d = release(S.open(start(1, 2, 3), 'r2'));
	assert.equal(d.current, 'r3');
	d = release(d);
	assert.equal(d.current, 'r1');
	assert.equal(release(d).current, null);
});

test('copies stand under the first, and are decided with it unless that is switched off', () => {
	const copy = (n, likeness = 1) => ({ revision: `r${n}`, comment: `c${n}`, version: 7, name: `Name ${n}`, text: likeness === 1 ? 'Text' : 'Texte', submitted_at: n, article: '', likeness });
	const alike = (...copies) => ({ copies, alike: copies.length, group: 'r1' });
	const d = S.loaded(S.empty, { ...page(), count: 4, items: [item(1, { ...alike(copy(2), copy(9, 0.8)) }), item(2, { ...alike(copy(1), copy(9, 0.8)) }), item(3)] });
	assert.deepEqual(S.shown(d).map((i) => i.revision), ['r1', 'r3']);
	const both = S.decide(d, 'reject', { ...draft, passages: [{ rule: 'profanity', begin: 0, end: 4 }] }, NOW);
	assert.deepEqual(both.pending.map((p) => [p.item.revision, p.item.version, p.draft.passages?.length]), [['r1', 1, 1], ['r2', 1, 1], ['r9', 7, undefined]]);
	assert.equal(both.current, 'r3');
	assert.equal(S.batchOf(both, S.lastUndoable(both, NOW), NOW).length, 3);
	assert.equal(S.decide(d, 'refer', { rules: [], word: '' }, NOW).pending.length, 1, 'one question is asked once');
	const one = release(S.toggleAlone(d, 'r1'));
	assert.deepEqual([one.pending.length, one.current], [1, 'r2']);
	assert.deepEqual(one.items[0].copies.map((c) => c.revision), ['r9'], 'the next is the first of what is left');
	const gone = S.removed(d, 'r2', conflict, 3);
	assert.deepEqual(gone.items[0].copies.map((c) => c.revision), ['r9']);
	const more = S.inserted(d, item(4, alike(copy(1), copy(2), copy(9))));
	assert.deepEqual([more.items[0].copies.map((c) => c.revision), more.items[0].alike], [['r2', 'r9', 'r4'], 3]);
	assert.deepEqual(S.shown(more).map((i) => i.revision), ['r1', 'r3']);
});

const listed = (from, to) => Array.from({ length: to - from }, (_, i) => ({ revision: `r${from + i}`, comment: `c${from + i}`, version: 3, name: `Name ${from + i}`, text: 'Text', submitted_at: 1, article: '', likeness: 1 }));

test('of many copies an item tells the first: a decision waits for the others, and takes all', () => {
	const many = { copies: listed(2, 32), alike: 499, group: 'r1' };
	const d = S.loaded(S.empty, { ...page(), count: 501, items: [item(1, many), item(600), item(40, { ...many, submitted_at: 700000, due_at: 700000 })] });
	const [first] = d.items, along = S.along(d, first, 'reject');
	assert.deepEqual(S.shown(d).map((i) => i.revision), ['r1', 'r600'], 'one that is beyond the first is one of them, too');
	assert.deepEqual([along, G.isKnown(first, along), G.alongCount(first, along)], [{ text: true, link: null }, false, 499]);
	assert.equal(G.isKnown(first, S.along(d, first, 'refer')), true, 'one question is asked once');
	assert.equal(G.isKnown(first, S.along(S.toggleAlone(d, 'r1'), first, 'reject')), true);

	const g = S.gathered(S.gathering(d, first, 499, draft, NOW), 200);
	assert.deepEqual([S.mayDecide(g), G.progress(g)], [false, { what: 'gather', done: 200, of: 499, since: NOW }]);
	const failed = S.notGathered(g, first, { kind: 'refused', message: '' });
	assert.deepEqual([failed.pending.length, S.mayDecide(failed), failed.problems.r1.kind, S.draftOf(failed, first)], [0, true, 'refused', draft]);

	const all = S.decideAlong(g, first, listed(2, 501), 'reject', draft, NOW);
	assert.deepEqual([all.pending.length, ids(all), all.current, all.gathering], [500, 'r600', 'r600', null]);
	assert.equal(S.nextToSend(all).length, S.TOGETHER_MAX);
	const sent = S.nextToSend(all).reduce((s, p) => S.accepted(s, p.item.revision, answer(p.item.revision, 1), NOW + 10000), all);
	assert.deepEqual(G.progress(sent), { what: 'send', done: 100, of: 500, since: NOW });
	assert.equal(S.batchOf(sent, S.lastUndoable(sent, NOW), NOW).length, 500);
	const elsewhere = S.decideAlong(S.open(g, 'r600'), first, listed(2, 501), 'reject', draft, NOW);
	assert.equal(elsewhere.current, 'r600', 'whoever has gone on stays there');
});

test('what shares but a link is decided along only if the panel was told so, and never released', () => {
	const link = { address: 'x.example/y', texts: 7, names: 5, readers: 5, lines: 0, since: 1, until: 2, waiting: 6 };
	let d = S.setPanel(S.loaded(S.empty, { ...page(), items: [item(1, { campaign: { alike: null, link } }), item(2)] }), 'reject');
	const one = d.items[0], wants = (action) => S.along(d, one, action).link;
	assert.equal(wants('reject'), null);
	d = S.toggleLinked(d, 'r1');
	assert.deepEqual(['reject', 'return', 'release', 'refer'].map(wants), ['x.example/y', 'x.example/y', null, null]);
	assert.deepEqual([G.isKnown(one, S.along(d, one, 'reject')), G.alongCount(one, S.along(d, one, 'reject'))], [false, 6]);
	assert.equal(S.setPanel(d, 'return').linked, 'r1');
	assert.equal(S.setPanel(S.setPanel(d, null), 'reject').linked, null, 'chosen anew each time');
});

test('what is known from a list alone is decided, refused and taken back without being shown', () => {
	const d = S.loaded(S.empty, { ...page(), items: [item(1, { copies: listed(5, 7), alike: 2, group: 'r1' }), item(2)] });
	const sent = S.decide(d, 'reject', draft, NOW);
	const refused = S.refused(sent, 'r5', conflict);
	assert.deepEqual([ids(refused), refused.current, refused.notes[0].note.revision], ['r2', 'r2', 'r5']);
	const unsent = S.batchOf(sent, S.lastUndoable(sent, NOW), NOW).reduce((s, u) => S.takeBack(s, u), sent);
	assert.deepEqual([ids(unsent), unsent.pending.length, unsent.busy], ['r1 r2', 0, []]);
	const under = sent.pending.reduce((s, p) => S.sending(s, p.item.revision), sent);
	const back = S.batchOf(under, S.lastUndoable(under, NOW), NOW).reduce((s, u) => S.takeBack(s, u), under);
	assert.deepEqual([ids(back), back.busy], ['r1 r2', ['r1', 'r5', 'r6']]);
	assert.deepEqual(ids(S.takenBack(back, back.pending[1].item, 3)), 'r1 r2');
});

test('a rejection needs a rule, a return a rule or a word', () => {
	const d = start(1, 2);
	assert.equal(S.decide(d, 'reject', { rules: [], word: 'x' }, NOW), d);
	assert.equal(S.decide(d, 'return', { rules: [], word: '  ' }, NOW), d);
	assert.equal(S.decide(d, 'return', { rules: [], word: 'x' }, NOW).pending.length, 1);
	const p = S.decide(d, 'reject', draft, NOW).pending[0];
	assert.deepEqual([p.rules, p.word], [['profanity'], 'Bitte ohne.']);
});

test('what was typed for a rejection does not go out with a release', () => {
	const d = S.decide(S.setDraft(start(1), 'r1', draft), 'release', draft, NOW);
	assert.deepEqual([d.pending[0].rules, d.pending[0].word], [[], '']);
});

test('accepted: gone, and to be taken back by its id', () => {
	let d = S.sending(release(start(1, 2)), 'r1');
	d = S.accepted(d, 'r1', answer('d1', 1), NOW + 9000);
	assert.equal(d.pending.length, 0);
	assert.equal(S.waitingCount(d), 1);
	assert.deepEqual([d.undoable[0].decision, d.undoable[0].until], ['d1', NOW + 9000]);
});

test('nothing is decided twice: neither again here nor by a reload that still has it', () => {
	const d = release(start(1, 2));
	assert.equal(ids(S.loaded(d, page(1, 2))), 'r2');
	assert.equal(ids(S.more(d, page(1, 2, 3), d.cursor)), 'r2 r3');
	assert.equal(ids(S.inserted(d, item(1))), 'r2');
	assert.equal(S.open(d, 'r1'), d);
});

test('network down: kept in order, counted, the same content goes again', () => {
	let d = S.decide(start(1, 2, 3), 'reject', draft, NOW);
	d = S.unsent(S.sending(d, 'r1'), 'r1');
	d = release(d);
	assert.equal(S.unsentCount(d), 2);
	assert.equal(S.nextToSend(d)[0].item.revision, 'r1');
	assert.deepEqual(S.nextToSend(d)[0].rules, ['profanity']);
	assert.equal(S.nextToSend(d)[0].tries, 1);
});

test('refused: it comes back with every word, without pushing aside what is read', () => {
	let d = S.sending(S.decide(start(1, 2, 3), 'reject', draft, NOW), 'r1');
	d = S.refused(d, 'r1', { kind: 'refused', message: 'zu lang' });
	assert.equal(ids(d), 'r1 r2 r3');
	assert.equal(d.current, 'r2');
	assert.deepEqual(d.drafts.r1, { rules: ['profanity'], word: 'Bitte ohne.' });
	assert.equal(d.notes[0].note.kind, 'problem');
	assert.equal(S.lastUndoable(d, NOW), null);
	assert.equal(S.mayDecide(S.open(d, 'r1')), true);
});

test('refused with nothing else open: it is shown at once', () => {
	const d = S.refused(S.sending(release(start(1)), 'r1'), 'r1', { kind: 'parent' });
	assert.equal(d.current, 'r1');
	assert.equal(d.notes.length, 0);
});

test('decided by somebody else: to be seen, not to be decided, gone when left', () => {
	let d = S.open(S.refused(S.sending(release(start(1, 2)), 'r1'), 'r1', conflict), 'r1');
	assert.equal(S.mayDecide(d), false);
	assert.equal(S.waitingCount(d), 1);
	assert.equal(release(d), d);
	assert.equal(S.setPanel(d, 'reject'), d);
	d = S.skip(d);
	assert.equal(d.current, 'r2');
	assert.equal(ids(d), 'r2');
	assert.deepEqual(d.problems, {});
});

test('skipping goes round, back returns, steps move', () => {
	let d = S.skip(start(1, 2, 3));
	assert.equal(d.current, 'r2');
	assert.equal(S.back(d).current, 'r1');
	d = S.skip(S.skip(d));
	assert.equal(d.current, 'r1');
	assert.equal(S.step(d, 1).current, 'r2');
	assert.equal(S.step(d, -1).current, 'r1');
	assert.equal(S.skip(start(1)).current, 'r1');
});

test('a skipped one comes after those not yet seen', () => {
	const d = release(S.open(S.skip(start(1, 2, 3)), 'r3'));
	assert.equal(d.current, 'r2');
	assert.equal(release(d).current, 'r1');
});

test('taken back before it was sent: it never was', () => {
	let d = S.decide(start(1, 2), 'reject', draft, NOW);
	d = S.takeBack(d, S.lastUndoable(d, NOW));
	assert.equal(d.current, 'r1');
	assert.equal(d.pending.length, 0);
	assert.equal(S.mayDecide(d), true);
	assert.equal(d.drafts.r1.word, 'Bitte ohne.');
});

test('taken back after it was sent: shown at once, decided only with the new version', () => {
	let d = S.accepted(S.sending(release(start(1, 2)), 'r1'), 'r1', answer('d1', 1), NOW + 9000);
	d = S.takeBack(d, S.lastUndoable(d, NOW));
	assert.equal(d.current, 'r1');
	assert.equal(S.mayDecide(d), false);
	assert.equal(release(d), d);
	d = S.takenBack(d, item(1, { version: 3 }), 2);
	assert.equal(S.currentItem(d).version, 3);
	assert.equal(S.mayDecide(d), true);
	assert.equal(S.waitingCount(d), 2);
});

test('taken back while the answer is under way: marked for it', () => {
	let d = S.sending(release(start(1, 2)), 'r1');
	d = S.takeBack(d, S.lastUndoable(d, NOW));
	assert.equal(d.pending[0].takenBack, true);
	assert.equal(S.mayDecide(d), false);
	d = S.accepted(d, 'r1', answer('d1', 1), NOW);
	assert.equal(ids(d), 'r1 r2');
});

test('too late to take back: it goes again, and one is back where one was', () => {
	let d = S.accepted(S.sending(release(start(1, 2, 3)), 'r1'), 'r1', answer('d1', 2), NOW + 9000);
	d = S.takeBack(S.open(d, 'r3'), S.lastUndoable(d, NOW));
	d = S.takeBackFailed(d, item(1), 'zu spät');
	assert.equal(d.current, 'r3');
	assert.equal(ids(d), 'r2 r3');
	assert.equal(d.notes[0].note.kind, 'undo_failed');
});

test('several decisions are taken back one after the other, the last first', () => {
	let d = release(release(start(1, 2, 3)));
	d = S.takeBack(d, S.lastUndoable(d, NOW));
	assert.equal(d.current, 'r2');
	d = S.takeBack(d, S.lastUndoable(d, NOW));
	assert.equal(d.current, 'r1');
	assert.equal(S.lastUndoable(d, NOW), null);
});

test('decided elsewhere: it leaves the list with a note', () => {
	const d = S.removed(start(1, 2, 3), 'r2', conflict, 2);
	assert.equal(ids(d), 'r1 r3');
	assert.deepEqual(d.notes[0].note, { kind: 'elsewhere', name: 'Name 2', by: 'Jonas', action: 'reject' });
	assert.equal(d.current, 'r1');
});

test('decided elsewhere while open: it stays to be read, but the keys are off', () => {
	let d = S.removed(S.setPanel(start(1, 2), 'reject'), 'r1', conflict, 1);
	assert.equal(d.current, 'r1');
	assert.equal(d.panel, null);
	assert.equal(S.mayDecide(d), false);
	assert.equal(S.waitingCount(d), 1);
	assert.equal(S.skip(d).current, 'r2');
	d = S.skip(S.removed(start(1), 'r1', conflict, 0));
	assert.equal(d.current, null);
	assert.equal(d.items.length, 0);
});

test('our own decision told by the stream is no news, before the answer or after', () => {
	let d = S.sending(release(start(1, 2)), 'r1');
	d = S.removed(d, 'r1', conflict, 1);
	assert.equal(S.waitingCount(d), 1);
	d = S.accepted(d, 'r1', answer('d1', 1), NOW + 9000);
	assert.deepEqual(d.echoes, []);
	d = S.accepted(S.sending(release(start(1, 2)), 'r1'), 'r1', answer('d1', 1), NOW + 9000);
	d = S.takenBack(S.takeBack(d, d.undoable[0]), item(1, { version: 3 }), 2);
	d = S.removed(d, 'r1', conflict, 2);
	assert.deepEqual(d.problems, {});
	assert.equal(S.mayDecide(d), true);
});

test('an answer that was under way while something was decided does not bring it back; taking back does', () => {
	let d = S.accepted(S.sending(release(start(1, 2)), 'r1'), 'r1', answer('d1', 1), NOW + 9000);
	assert.equal(ids(S.loaded(d, page(1, 2))), 'r2');
	assert.equal(ids(S.more(d, page(1, 2), d.cursor)), 'r2');
	assert.equal(ids(S.inserted(d, item(1))), 'r2');
	assert.equal(ids(S.inserted(d, item(1, { version: 3 }))), 'r1 r2');
	d = S.removed(start(1, 2, 3), 'r2', conflict, 2);
	assert.equal(ids(S.loaded(d, page(1, 2, 3))), 'r1 r3');
	d = S.accepted(S.sending(release(start(1, 2)), 'r1'), 'r1', { ...answer('d1', 2), proposed: true }, NOW + 9000);
	assert.equal(ids(S.loaded(d, page(1, 2))), 'r1 r2', 'a proposal waits for somebody to confirm it');
});

test('a page that follows another list than the present one is left alone: the gap would never be filled', () => {
	const d = S.loaded(S.empty, { ...page(1, 2), next: 'after 2' });
	assert.equal(S.more(d, { ...page(5, 6), next: null }, 'after 4'), d);
});

test('the author changed it: the banner learns of the new version', () => {
	let d = S.removed(start(1, 2), 'r1', { kind: 'superseded', revision: null }, 1);
	d = S.inserted(d, { ...item(9), comment: 'c1' });
	assert.deepEqual(d.problems.r1, { kind: 'superseded', revision: 'r9' });
	assert.equal(ids(S.open(d, 'r9')), 'r2 r9');
});

test('new comments: shown when the end is loaded or when they belong before it', () => {
	assert.equal(ids(S.inserted(start(1, 2), item(5))), 'r1 r2 r5');
	const part = S.loaded(S.empty, cut(1, 4));
	assert.equal(ids(S.inserted(part, item(5))), 'r1 r4');
	assert.equal(ids(S.inserted(part, item(3))), 'r1 r3 r4');
	assert.equal(S.inserted(start(), item(1)).current, 'r1');
});

test('a reload keeps what is open, even if it is no longer in the queue', () => {
	const d = S.loaded(S.setPanel(S.open(start(1, 2, 3), 'r2'), 'return'), page(1, 3));
	assert.equal(d.current, 'r2');
	assert.equal(d.panel, 'return');
	assert.equal(ids(d), 'r1 r2 r3');
});

test('the next page follows the last one, whatever else was put in', () => {
	let d = S.loaded(S.empty, { ...page(1, 2), next: 'after 2' });
	assert.equal(d.cursor, 'after 2');
	d = S.inserted(d, item(1.5));
	d = S.more(d, { ...page(2, 3), next: 'after 3' }, 'after 2');
	assert.equal(d.cursor, 'after 3');
	assert.equal(ids(d), 'r1 r1.5 r2 r3');
	assert.equal(S.more(d, page(), 'after 3').complete, true);
});

test('transitions never change the state they were given', () => {
	const d = start(1, 2, 3), copy = structuredClone(d);
	S.skip(d); S.step(d, 1); release(d); S.removed(d, 'r1', conflict, 1); S.inserted(d, item(9)); S.setDraft(d, 'r1', draft);
	assert.deepEqual(d, copy);
});

test('what has waited too long stands first; what a colleague reads is not pushed at anybody', () => {
	const d = S.loaded(S.empty, { ...page(1, 2), items: [item(1), item(2), item(3, { escalated: true })] });
	assert.equal(ids(d), 'r3 r1 r2');
	const e = S.claimed(d, [{ revision: 'r1', by: 'Omar', until: 1 }, { revision: 'r2', by: 'Rike', until: 1 }], 'Rike');
	assert.deepEqual(e.claims, { r1: 'Omar' });
	assert.equal(S.skip(e).current, 'r2', 'one\'s own claim does not count');
	assert.equal(S.open(e, 'r1').current, 'r1', 'but it can be opened');
});

test('many decided together are sent together and taken back together', () => {
	let d = start(1, 2, 3, 4);
	d = S.decideMany(d, [item(1), item(3), item(9)], 'reject', draft, NOW);
	assert.equal(ids(d), 'r2 r4');
	assert.equal(d.current, 'r2');
	assert.deepEqual(d.pending.map((p) => [p.item.revision, p.word]), [['r1', 'Bitte ohne.'], ['r3', 'Bitte ohne.'], ['r9', 'Bitte ohne.']]);
	assert.equal(S.batchOf(d, S.lastUndoable(d, NOW), NOW).length, 3);
	d = release(d);
	const next = (desk) => S.nextToSend(desk).map((p) => p.item.revision).join(' ');
	assert.equal(next(d), 'r1 r3 r9', 'and no others with them');
	const failed = ['r1', 'r3', 'r9'].reduce((e, r) => S.unsent(S.sending(e, r), r), d);
	assert.equal(next(failed), 'r1 r3 r9', 'again the same');
	const rest = ['r1', 'r3', 'r9'].reduce((e, r) => S.accepted(e, r, answer(r, 1), NOW + 9), d);
	assert.equal(next(rest), 'r2');
	assert.equal(next(S.accepted(rest, 'r2', answer('r2', 0), NOW + 9)), '');
	assert.equal(S.nextToSend(S.decideMany(start(), Array.from({ length: 150 }, (_, n) => item(n)), 'reject', draft, NOW)).length, 100, 'as many as the server takes');
	assert.equal(S.batchOf(d, S.lastUndoable(d, NOW), NOW).length, 1);
	assert.equal(S.decideMany(d, [item(1)], 'reject', draft, NOW), d, 'what is on its way is not decided twice');
	assert.equal(S.decideMany(d, [item(4)], 'reject', { rules: [], word: '' }, NOW), d);
});

test('another lane begins anew; what is to be sent still is', () => {
	const d = S.inLane(release(start(1, 2)), 'overdue');
	assert.deepEqual([d.lane, ids(d), d.current, d.pending.length], ['overdue', '', null, 1]);
});

test('the worst are covered until asked for; reading many says so', () => {
	const harsh = (n) => item(n, { review: { suggestion: 'reject', scores: { aggression: 0.95 }, evidence: [] } });
	let d = S.loaded(S.empty, { ...page(), items: [harsh(1), item(2)], count: 2 });
	assert.equal(S.isCovered(d, harsh(1)), true);
	assert.equal(S.isCovered(d, item(2)), false);
	assert.equal(S.isCovered(S.setBlur(d, false), harsh(1)), false);
	d = S.uncover(d, harsh(1), NOW);
	assert.deepEqual([S.isCovered(d, harsh(1)), d.exposures.length, d.notes.length], [false, 1, 0]);
	assert.equal(S.uncover(d, harsh(1), NOW), d, 'once');
	for (let i = 2; i <= S.REST_EVERY; i++) d = S.uncover(d, harsh(100 + i), NOW + i);
	assert.equal(d.notes[0].note.kind, 'rest');
	assert.equal(S.uncover(d, harsh(999), NOW + 3700000).exposures.length, 1, 'an hour later it begins anew');
	const open = S.setBlur(d, false);
	assert.equal(S.exposed(open, harsh(500), NOW + 50).exposures.length, d.exposures.length + 1, 'without a blur it counts, too');
});
