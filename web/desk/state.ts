// The queue as one editor works through it: pure transitions from one state to the next. Knows no
// network, no clock and no views; what has to be sent stands in `pending`, in the order decided.
import { foundRules, isHarsh } from './rules';
import { COUNTED } from './types';
import type { Action, BreachId, Claim, Copy, Decided, Item, Page, RuleId } from './types';

export type Problem =
	| { kind: 'decided'; by: string; action: string; at: number }
	| { kind: 'superseded'; revision: string | null }
	| { kind: 'withdrawn' }
	| { kind: 'referred'; by: string }
	| { kind: 'changed'; revision: string | null }
	| { kind: 'parent' }
	| { kind: 'refused'; message: string };

/** What a decision says; only rules and word are always there. */
export interface Draft {
	rules: BreachId[];
	word: string;
	law?: string;
	blocks?: Partial<Record<RuleId, number>>;
	passages?: { rule: BreachId; begin: number; end: number }[];
	/** With a release: marked as worth reading. */
	pick?: boolean;
	to?: 'second' | 'lawyer';
}

export type PanelKind = 'reject' | 'return' | 'refer';

export interface Pending {
	item: Item;
	action: Action;
	rules: BreachId[];
	word: string;
	/** All that the decision says. */
	draft: Draft;
	tries: number;
	/** Decided together: sent together. */
	batch: number;
	/** How many that were, and when. */
	of: number;
	since: number;
	state: 'waiting' | 'sending' | 'unsent';
	/** Taken back before the answer came: undone as soon as it is there. */
	takenBack: boolean;
	/** The server's count, told by the stream, already lacks it. */
	counted: boolean;
}

export interface Undoable {
	decision: string | null;
	item: Item;
	action: Action;
	until: number;
	/** Decided together: taken back together. */
	batch: number;
}

export type Note =
	| { kind: 'elsewhere'; name: string; by: string; action: string }
	| { kind: 'problem'; name: string; revision: string; problem: Problem }
	| { kind: 'undo_failed'; name: string; message: string }
	| { kind: 'automatic'; section: string }
	| { kind: 'rest'; count: number };

export interface Desk {
	items: Item[];
	complete: boolean;
	/** Where the next page begins. */
	cursor: string | null;
	count: number;
	oldestAt: number | null;
	current: string | null;
	/** What was open before, for the way back. */
	trail: string[];
	skipped: string[];
	panel: PanelKind | null;
	/** The lane that is shown. */
	lane: string;
	/** Who looks at what, but oneself. */
	claims: Record<string, string>;
	batches: number;
	/** Whose copies are not decided along with them. */
	alone: string[];
	/** With what the panel says about this one, those with the same link are decided, too. */
	linked: string | null;
	/** What is decided along with this one is being looked up; `found` so far, of about `of`. */
	gathering: { revision: string; found: number; of: number; since: number } | null;
	/** The worst are blurred unless the editor has switched that off; these have been asked for. */
	blur: boolean;
	uncovered: string[];
	/** When each of the worst was read. */
	exposures: number[];
	drafts: Record<string, Draft>;
	problems: Record<string, Problem>;
	pending: Pending[];
	undoable: Undoable[];
	/** Being taken back: to be seen, not to be decided yet. */
	busy: string[];
	/** Which version of a revision has been decided, here or elsewhere: an answer that was under way meanwhile may still hold it. */
	gone: Record<string, number>;
	/** Accepted here, but the stream has not told of it yet: no news when it does. */
	echoes: string[];
	notes: { id: number; note: Note }[];
	noteCount: number;
}

export const UNDO_MS = 10000;
const TRAIL_MAX = 200;
const NOTES_MAX = 3;
const ECHOES_MAX = 1000;
const GONE_MAX = 500;
/** As many as the server takes, and tells, in one request. */
export const TOGETHER_MAX = 100;

export const empty: Desk = {
	items: [], complete: false, cursor: null, count: 0, oldestAt: null, current: null, trail: [], skipped: [], panel: null, lane: 'all', claims: {}, batches: 0, alone: [], linked: null, gathering: null, blur: true, uncovered: [], exposures: [],
	drafts: {}, problems: {}, pending: [], undoable: [], busy: [], gone: {}, echoes: [], notes: [], noteCount: 0,
};

/* ---- reading ---- */

/* As the server has them: what waits too long, then what is due next. */
export const byDue = (a: Item, b: Item): number =>
	Number(b.escalated ?? false) - Number(a.escalated ?? false) ||
	(a.due_at ?? a.submitted_at) - (b.due_at ?? b.submitted_at) || (a.revision < b.revision ? -1 : a.revision > b.revision ? 1 : 0);

export function currentItem(d: Desk): Item | null {
	return d.items.find((i) => i.revision === d.current) ?? null;
}

/** Nothing can be decided about it any more. */
export function isDead(p: Problem | undefined): boolean {
	return p?.kind === 'decided' || p?.kind === 'superseded' || p?.kind === 'withdrawn' || p?.kind === 'referred' || p?.kind === 'changed';
}

export function mayDecide(d: Desk): boolean {
	return d.current !== null && d.gathering === null && currentItem(d) !== null && !isDead(d.problems[d.current]) && !d.busy.includes(d.current);
}

/** What the editor still has before them: the server's number less what is decided but not yet counted. The server counts no
 * further than COUNTED: of as many or more, some decisions make no difference. */
export function waitingCount(d: Desk): number {
	if (d.count >= COUNTED) return d.count;
	return Math.max(d.count - d.pending.filter((p) => !p.counted).length, d.items.filter((i) => !isDead(d.problems[i.revision])).length);
}

export function aheadOfCurrent(d: Desk): number {
	const list = shown(d);
	return list.length - 1 - list.findIndex((i) => i.revision === d.current);
}

export function draftOf(d: Desk, item: Item): Draft {
	return d.drafts[item.revision] ?? { rules: foundRules(item), word: '' };
}

export function unsentCount(d: Desk): number {
	return d.pending.some((p) => p.state === 'unsent') ? d.pending.length : 0;
}

function without<T>(record: Record<string, T>, key: string): Record<string, T> {
	const { [key]: _gone, ...rest } = record;
	return rest;
}

/* ---- groups ---- */

const isAlike = (a: Item, b: Item): boolean => a.group !== null && a.group === b.group;

/* What waits with the same text stands under the first of it. */
function isCopy(d: Desk, item: Item): boolean {
	if (item.revision === d.current) return false;
	for (const i of d.items) {
		if (i === item) return false;
		if (isAlike(i, item) && !isDead(d.problems[i.revision])) return true;
	}
	return false;
}

/** The list as it is shown: one of each text. */
export function shown(d: Desk): Item[] {
	return d.items.filter((i) => !isCopy(d, i));
}

export function withCopies(d: Desk, item: Item): boolean {
	return item.copies.length > 0 && !d.alone.includes(item.revision);
}

/** Whether a decision takes along those with nearly the same text, and those with which link. */
export interface Along {
	text: boolean;
	link: string | null;
}

/* Those that only share a link are never released so: their texts are others, and perhaps nobody has read them. */
export function along(d: Desk, item: Item, action: Action): Along {
	const chosen = d.linked === item.revision && (action === 'reject' || action === 'return');
	return { text: action !== 'refer' && withCopies(d, item), link: chosen ? item.campaign?.link?.address ?? null : null };
}

export function toggleLinked(d: Desk, revision: string): Desk {
	return { ...d, linked: d.linked === revision ? null : revision };
}

export function toggleAlone(d: Desk, revision: string): Desk {
	return { ...d, alone: d.alone.includes(revision) ? d.alone.filter((r) => r !== revision) : [...d.alone, revision] };
}

/* As much of a copy as a decision and its undo need. */
function copyItem(d: Desk, item: Item, c: Copy): Item {
	return d.items.find((i) => i.revision === c.revision) ?? {
		...item, revision: c.revision, comment: c.comment, version: c.version, text: c.text, submitted_at: c.submitted_at,
		author: { ...item.author, name: c.name }, copies: [], alike: 0, earlier: [], released_text: null, partial: true,
	};
}

function withoutCopies(items: Item[], gone: ReadonlySet<string>): Item[] {
	return items.map((i) => {
		const copies = i.copies.filter((c) => !gone.has(c.revision));
		return copies.length < i.copies.length ? { ...i, copies, alike: i.alike - (i.copies.length - copies.length) } : i;
	});
}

/* One that came in becomes known to those whose copy it is. */
function withCopy(i: Item, item: Item): Item {
	const mine = item.copies.find((c) => c.revision === i.revision);
	const others = i.copies.filter((c) => c.revision !== item.revision);
	if (isAlike(i, item) && !mine) return { ...i, alike: item.alike };
	if (!mine) return others.length < i.copies.length ? { ...i, copies: others, alike: Math.max(others.length, i.alike - 1) } : i;
	const copy: Copy = {
		revision: item.revision, comment: item.comment, version: item.version, name: item.author.name, text: item.text,
		submitted_at: item.submitted_at, article: item.article.title, likeness: mine.likeness,
	};
	return { ...i, group: item.group, copies: [...others, copy], alike: Math.max(others.length + 1, item.alike) };
}

/* ---- moving ---- */

/* The next to decide after position `at`: not skipped before skipped, younger before round again. */
function nextFrom(d: Desk, at: number): string | null {
	const alive = (i: Item): boolean => i.revision !== d.current && !isDead(d.problems[i.revision]) && !isCopy(d, i);
	/* What a colleague is reading is not pushed at somebody else. */
	const fresh = (i: Item): boolean => alive(i) && !d.skipped.includes(i.revision) && !d.claims[i.revision];
	const after = d.items.slice(at + 1);
	return (after.find(fresh) ?? d.items.find(fresh) ?? after.find(alive) ?? d.items.find(alive))?.revision ?? null;
}

const indexOf = (d: Desk, revision: string | null): number => d.items.findIndex((i) => i.revision === revision);

function dropLeft(d: Desk, left: string | null): Desk {
	if (left === null || !isDead(d.problems[left])) return d;
	return {
		...d, items: d.items.filter((i) => i.revision !== left), problems: without(d.problems, left),
		trail: d.trail.filter((r) => r !== left), drafts: without(d.drafts, left),
	};
}

export function open(d: Desk, revision: string): Desk {
	if (revision === d.current || indexOf(d, revision) < 0) return d;
	const trail = d.current ? [...d.trail.filter((r) => r !== d.current), d.current].slice(-TRAIL_MAX) : d.trail;
	return dropLeft({ ...d, current: revision, panel: null, trail }, d.current);
}

export function skip(d: Desk): Desk {
	if (d.current === null) return d;
	const skipped = isDead(d.problems[d.current]) || d.skipped.includes(d.current) ? d.skipped : [...d.skipped, d.current];
	const next = nextFrom({ ...d, skipped }, indexOf(d, d.current));
	if (next) return open({ ...d, skipped }, next);
	return isDead(d.problems[d.current]) ? dropLeft({ ...d, current: null, panel: null }, d.current) : { ...d, skipped };
}

export function back(d: Desk): Desk {
	const trail = d.trail.filter((r) => indexOf(d, r) >= 0);
	const to = trail.pop();
	if (!to) return { ...d, trail };
	return dropLeft({ ...d, trail, current: to, panel: null }, d.current);
}

export function step(d: Desk, by: 1 | -1): Desk {
	const list = shown(d), to = list[list.findIndex((i) => i.revision === d.current) + by];
	return to ? open(d, to.revision) : d;
}

/* ---- loading ---- */

/* Does it wait, as far as is known here? */
const settled = (d: Desk, i: Item): boolean => !d.pending.some((p) => p.item.revision === i.revision) && i.version > (d.gone[i.revision] ?? 0);

const withGone = (d: Desk, item: Item): Desk['gone'] =>
	Object.fromEntries([...Object.entries(without(d.gone, item.revision)), [item.revision, item.version] as const].slice(-GONE_MAX));

function read(page: Page): Pick<Desk, 'complete' | 'count' | 'oldestAt' | 'cursor'> {
	return { complete: page.next === null, count: page.count, oldestAt: page.oldest_at, cursor: page.next };
}

export function loaded(d: Desk, page: Page): Desk {
	const items = page.items.filter((i) => settled(d, i));
	const open_ = currentItem(d);
	/* What is open stays open, be it gone from the queue; the caller finds out what became of it. */
	if (open_ && !items.some((i) => i.revision === open_.revision)) items.push(open_);
	items.sort(byDue);
	const next = { ...d, ...read(page), items, echoes: [] };
	return open_ ? next : { ...next, current: nextFrom({ ...next, current: null }, -1), panel: null };
}

/** The page after `from`. If the list was read anew meanwhile, it goes on from elsewhere, and this page leaves a gap. */
export function more(d: Desk, page: Page, from: string | null): Desk {
	if (d.cursor !== from) return d;
	const known = new Set(d.items.map((i) => i.revision));
	const fresh = page.items.filter((i) => settled(d, i) && !known.has(i.revision));
	const next = {
		...d, ...read(page), items: [...d.items, ...fresh].sort(byDue),
	};
	return d.current ? next : { ...next, current: nextFrom(next, -1) };
}

/* A comment that came in, or came back. One that is younger than all loaded waits for its page. */
export function inserted(d: Desk, item: Item): Desk {
	if (!settled(d, item)) return d;
	const last = d.items[d.items.length - 1];
	const items = d.items.filter((i) => i.revision !== item.revision);
	const known = items.length < d.items.length;
	if (!known && !d.complete && last && byDue(item, last) > 0) return { ...d, items: items.map((i) => withCopy(i, item)) };
	const problems = { ...without(d.problems, item.revision) };
	for (const i of items) {
		const p = problems[i.revision];
		if (i.comment === item.comment && p?.kind === 'superseded') problems[i.revision] = { kind: 'superseded', revision: item.revision };
	}
	const next = { ...d, items: [...items.map((i) => withCopy(i, item)), item].sort(byDue), problems };
	return d.current ? next : { ...next, current: item.revision };
}

export function counted(d: Desk, count: number): Desk {
	return { ...d, count };
}

/* ---- deciding ---- */

export function setPanel(d: Desk, panel: Desk['panel']): Desk {
	/* What goes along by its link is chosen anew each time. */
	return panel && !mayDecide(d) ? d : { ...d, panel, linked: panel && d.panel ? d.linked : null };
}

export function setDraft(d: Desk, revision: string, draft: Draft): Desk {
	return { ...d, drafts: { ...d.drafts, [revision]: draft } };
}

/* Why a decision cannot be made as it stands; null when it can. The server asks for the same. */
export function missing(action: Action, draft: Draft): 'rules' | 'reason' | null {
	if (action === 'reject' && draft.rules.length === 0 && !draft.law) return 'rules';
	if (action === 'return' && draft.rules.length === 0 && !draft.word.trim()) return 'reason';
	return null;
}

export function decide(d: Desk, action: Action, draft: Draft, now: number): Desk {
	const item = currentItem(d);
	if (!item || !mayDecide(d)) return d;
	return decideAlong(d, item, along(d, item, action).text ? item.copies : [], action, draft, now);
}

/** One decision on this one and what goes along with it. */
export function decideAlong(d: Desk, item: Item, copies: Copy[], action: Action, draft: Draft, now: number): Desk {
	if (missing(action, draft)) return d;
	const release = action === 'release';
	const said = release ? { rules: [], word: '', ...(draft.pick ? { pick: true } : {}) } : draft;
	const others = copies.map((c) => copyItem(d, item, c)).filter((i) => settled(d, i) && !d.busy.includes(i.revision));
	const gone = new Set(others.map((i) => i.revision));
	const rest = d.items.filter((i) => !gone.has(i.revision)).map((i) => (i.revision === item.revision ? { ...i, group: null } : i));
	const without_ = { ...d, items: rest };
	/* Somebody who has gone on while the others were looked up stays where they are. */
	const stays = d.current !== item.revision && indexOf(without_, d.current) >= 0;
	const current = stays ? d.current : nextFrom(without_, indexOf(without_, item.revision));
	return { ...sent(d, [item, ...others], action, said, now), current, panel: stays ? d.panel : null, gathering: null,
		/* its copies, if they stay, are the server's to tell */
		complete: d.complete && item.alike <= copies.length };
}

/** The others are being looked up; what was written stays. */
export function gathering(d: Desk, item: Item, of: number, draft: Draft, now: number): Desk {
	return { ...setDraft(d, item.revision, draft), panel: null, gathering: { revision: item.revision, found: 0, of, since: now } };
}

export function gathered(d: Desk, found: number): Desk {
	return d.gathering ? { ...d, gathering: { ...d.gathering, found } } : d;
}

/** They could not be looked up: nothing is decided. */
export function notGathered(d: Desk, item: Item, problem: Problem): Desk {
	return { ...d, gathering: null, problems: indexOf(d, item.revision) >= 0 ? { ...d.problems, [item.revision]: problem } : d.problems };
}

/* Out of the list, into what is to be sent; all of one decision can be taken back together. */
function sent(d: Desk, items: Item[], action: Action, draft: Draft, now: number): Desk {
	const gone = new Set(items.map((i) => i.revision));
	const stays = (r: string): boolean => !gone.has(r);
	const keep = <T>(record: Record<string, T>): Record<string, T> => Object.fromEntries(Object.entries(record).filter(([r]) => stays(r)));
	const said = { ...draft, word: draft.word.trim() };
	const first = items[0];
	/* Passages were marked in one text and mean nothing in another; a copy is not worth reading twice. */
	const own = (item: Item): Draft => {
		const { passages, pick: _pick, ...rest } = said;
		if (item === first) return said;
		return passages && item.text === first?.text ? { ...rest, passages } : rest;
	};
	const pending = items.map((item): Pending => ({
		item, action, draft: own(item), rules: said.rules, word: said.word, tries: 0, batch: d.batches, of: items.length, since: now, state: 'waiting', takenBack: false, counted: false,
	}));
	const undoable = items.map((item): Undoable => ({ decision: null, item, action, until: now + UNDO_MS, batch: d.batches }));
	return {
		...d, items: withoutCopies(d.items.filter((i) => stays(i.revision)), gone), alone: d.alone.filter(stays), trail: d.trail.filter(stays), skipped: d.skipped.filter(stays),
		drafts: keep(d.drafts), problems: keep(d.problems), pending: [...d.pending, ...pending], batches: d.batches + 1,
		undoable: [...d.undoable.filter((u) => u.until > now), ...undoable],
	};
}

/** One decision on all that were read together. */
export function decideMany(d: Desk, items: Item[], action: Action, draft: Draft, now: number): Desk {
	const open_ = items.filter((i) => settled(d, i) && !d.busy.includes(i.revision) && !isDead(d.problems[i.revision]));
	if (!open_.length || missing(action, draft)) return d;
	const next = sent(d, open_, action, draft, now);
	return indexOf(next, next.current) >= 0 ? next : { ...next, current: nextFrom({ ...next, current: null }, -1), panel: null };
}

/** Those that were decided together with this one and can still be taken back. */
export function batchOf(d: Desk, u: Undoable, now: number): Undoable[] {
	return d.undoable.filter((v) => v.batch === u.batch && v.until > now && !d.busy.includes(v.item.revision));
}

const onPending = (d: Desk, revision: string, change: (p: Pending) => Pending): Desk =>
	({ ...d, pending: d.pending.map((p) => (p.item.revision === revision ? change(p) : p)) });

/* Sent one after the other, as an answer must not overtake the release of what it answers; what was decided together, in
 * one request, which decides in this order too. */
export function nextToSend(d: Desk): Pending[] {
	const other = d.pending.findIndex((p) => p.batch !== d.pending[0]?.batch);
	return d.pending.slice(0, Math.min(other < 0 ? d.pending.length : other, TOGETHER_MAX));
}

export function sending(d: Desk, revision: string): Desk {
	return onPending(d, revision, (p) => ({ ...p, state: 'sending', tries: p.tries + 1 }));
}

export function unsent(d: Desk, revision: string): Desk {
	return onPending(d, revision, (p) => ({ ...p, state: 'unsent' }));
}

export function accepted(d: Desk, revision: string, result: Decided, until: number): Desk {
	const decided = d.pending.find((p) => p.item.revision === revision), told = decided?.counted ?? false;
	const moved = decided && decided.action !== 'refer' && !result.proposed;
	return {
		...d, count: result.count, gone: moved ? withGone(d, decided.item) : d.gone, pending: d.pending.filter((p) => p.item.revision !== revision),
		echoes: told ? d.echoes : [...d.echoes, revision].slice(-ECHOES_MAX),
		undoable: d.undoable.map((u) => (u.item.revision === revision ? { ...u, decision: result.decision, until } : u)),
	};
}

/* The decision did not hold: the comment comes back with what was wrong and with every word. It does
 * not push aside what the editor reads now, unless they read nothing. What is known from a list alone is not to be shown:
 * it comes when it is opened. */
export function refused(d: Desk, revision: string, problem: Problem): Desk {
	const p = d.pending.find((q) => q.item.revision === revision);
	if (!p) return d;
	const known = d.items.some((i) => i.revision === revision), shows = known || !p.item.partial;
	const back_ = known || !shows ? d.items : [...d.items, p.item].sort(byDue);
	const draft = p.action === 'release' ? d.drafts : { ...d.drafts, [revision]: p.draft };
	const gone = isDead(problem) && !p.counted;
	const next: Desk = {
		...d, count: gone ? Math.max(0, d.count - 1) : d.count, items: back_, drafts: draft, problems: shows ? { ...d.problems, [revision]: problem } : d.problems,
		pending: d.pending.filter((q) => q !== p), undoable: d.undoable.filter((u) => u.item.revision !== revision),
		busy: d.busy.filter((r) => r !== revision), current: shows ? d.current ?? revision : d.current,
	};
	return shows && (d.current === null || d.current === revision) ? next
		: note(next, { kind: 'problem', name: p.item.author.name, revision, problem });
}

/* ---- taking back ---- */

export function lastUndoable(d: Desk, now: number): Undoable | null {
	for (let i = d.undoable.length - 1; i >= 0; i--) {
		const u = d.undoable[i] as Undoable;
		if (u.until > now && !d.busy.includes(u.item.revision)) return u;
	}
	return null;
}

function show(d: Desk, item: Item): Desk {
	if (item.partial) return d;
	const items = d.items.some((i) => i.revision === item.revision) ? d.items : [...d.items, item].sort(byDue);
	return open({ ...d, items, current: d.current }, item.revision);
}

/* What was never sent is simply taken out again; all else is shown at once, but cannot be decided
 * before the server has said so. */
export function takeBack(d: Desk, u: Undoable): Desk {
	const p = d.pending.find((q) => q.item.revision === u.item.revision);
	const undoable = d.undoable.filter((v) => v !== u);
	const draft = p && p.action !== 'release' ? { ...d.drafts, [u.item.revision]: p.draft } : d.drafts;
	if (p && p.tries === 0)
		return show({ ...d, undoable, drafts: draft, pending: d.pending.filter((q) => q !== p) }, u.item);
	const busy = [...d.busy, u.item.revision];
	return show(onPending({ ...d, undoable, drafts: draft, busy }, u.item.revision, (q) => ({ ...q, takenBack: true })), u.item);
}

/** `item` as it is now; if it is known from a list alone still, it comes with the next look at the queue. */
export function takenBack(d: Desk, item: Item, count: number): Desk {
	const free = { ...d, busy: d.busy.filter((r) => r !== item.revision), count };
	if (item.partial) return free;
	const known = free.items.some((i) => i.revision === item.revision);
	const items = known ? free.items.map((i) => (i.revision === item.revision ? item : i)) : [...free.items, item].sort(byDue);
	return { ...free, items, problems: without(free.problems, item.revision), current: free.current ?? item.revision };
}

export function takeBackFailed(d: Desk, item: Item, message: string): Desk {
	const revision = item.revision, at = indexOf(d, revision);
	const next: Desk = {
		...d, items: d.items.filter((i) => i.revision !== revision), busy: d.busy.filter((r) => r !== revision),
		trail: d.trail.filter((r) => r !== revision), drafts: without(d.drafts, revision),
	};
	const current = d.current === revision ? (d.trail.filter((r) => r !== revision && indexOf(next, r) >= 0).pop() ?? nextFrom(next, at - 1)) : d.current;
	return note({ ...next, current, panel: current === d.current ? d.panel : null },
		{ kind: 'undo_failed', name: item.author.name, message });
}

/* ---- others ---- */

/* Somebody else, another window or the author was there. Our own decisions come by here as well. */
export function removed(d: Desk, revision: string, problem: Problem, count: number): Desk {
	const echo = d.echoes.indexOf(revision);
	if (echo >= 0) return { ...d, count, echoes: d.echoes.filter((_, i) => i !== echo) };
	const told = onPending(d, revision, (p) => ({ ...p, counted: true }));
	const next = { ...told, items: withoutCopies(told.items, new Set([revision])), count };
	const item = d.items.find((i) => i.revision === revision);
	if (!item || d.busy.includes(revision)) return next;
	if (revision === d.current)
		return isDead(d.problems[revision]) ? next : { ...next, panel: null, problems: { ...d.problems, [revision]: problem } };
	const gone = { ...next, gone: problem.kind === 'referred' ? next.gone : withGone(next, item), items: next.items.filter((i) => i.revision !== revision), trail: d.trail.filter((r) => r !== revision),
		skipped: d.skipped.filter((r) => r !== revision), problems: without(d.problems, revision) };
	if (problem.kind === 'decided' && problem.by)
		return note(gone, { kind: 'elsewhere', name: item.author.name, by: problem.by, action: problem.action });
	return gone;
}

/** Who looks at what now. */
export function claimed(d: Desk, claims: Claim[], me: string): Desk {
	const others = claims.filter((c) => c.by !== me);
	return { ...d, claims: Object.fromEntries(others.map((c) => [c.revision, c.by])) };
}

/** Another lane: what is pending goes on, the list begins anew. */
export function inLane(d: Desk, lane: string): Desk {
	return { ...d, lane, items: [], complete: false, cursor: null, current: null, trail: [], skipped: [], panel: null };
}

/* ---- what is hard to read ---- */

const HOUR_MS = 3600000;
export const REST_EVERY = 20;

export function isCovered(d: Desk, item: Item): boolean {
	return d.blur && isHarsh(item) && !d.uncovered.includes(item.revision);
}

/** Shows a blurred text. */
export function uncover(d: Desk, item: Item, now: number): Desk {
	return isCovered(d, item) ? exposed(d, item, now) : d;
}

/** One of the worst is being read, asked for or because nothing is blurred: counts it, once, and says when it is time
 * for somebody else. */
export function exposed(d: Desk, item: Item, now: number): Desk {
	if (!isHarsh(item) || d.uncovered.includes(item.revision)) return d;
	const exposures = [...d.exposures.filter((at) => now - at < HOUR_MS), now];
	const next = { ...d, exposures, uncovered: [...d.uncovered, item.revision].slice(-TRAIL_MAX) };
	return exposures.length % REST_EVERY ? next : note(next, { kind: 'rest', count: exposures.length });
}

export function setBlur(d: Desk, blur: boolean): Desk {
	return { ...d, blur };
}

/* ---- notes ---- */

export function note(d: Desk, n: Note): Desk {
	return { ...d, noteCount: d.noteCount + 1, notes: [...d.notes, { id: d.noteCount, note: n }].slice(-NOTES_MAX) };
}

export function dismiss(d: Desk, id: number): Desk {
	return { ...d, notes: d.notes.filter((n) => n.id !== id) };
}
