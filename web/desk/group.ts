// One decision on many: what goes along with a comment, which the server tells page by page; how far it is; what became of it.
import { ApiError } from './api';
import type { Api } from './api';
import { problemOf } from './problems';
import { accepted, refused, TOGETHER_MAX } from './state';
import type { Along, Desk, Pending } from './state';
import type { Copy, Decided, Item } from './types';

/** All that is taken along is known; otherwise the server is to be asked. */
export function isKnown(item: Item, a: Along): boolean {
	return a.link === null && (!a.text || item.alike <= item.copies.length);
}

/** How many are taken along, as far as the item tells. */
export function alongCount(item: Item, a: Along): number {
	return (a.text ? item.alike : 0) + (a.link === null ? 0 : item.campaign?.link?.waiting ?? 0);
}

type Source = Pick<Api, 'group'>;

async function all(api: Source, item: Item, link: string | null, add: (copies: Copy[]) => void): Promise<void> {
	for (let after: string | null = null; ;) {
		const { items, next }: { items: Copy[]; next: string | null } = await api.group(item.revision, link, after, TOGETHER_MAX);
		add(items);
		if (next === null) return;
		after = next;
	}
}

/** Those with nearly the same text, then those with the link; or why they could not be looked up. */
export async function gather(api: Source, item: Item, along: Along, told: (found: number) => void): Promise<Copy[] | ApiError> {
	const found: Copy[] = [];
	const add = (copies: Copy[]): void => { found.push(...copies); told(found.length); };
	try {
		if (along.text) await all(api, item, null, add);
		if (along.link !== null) await all(api, item, along.link, add);
	} catch (e) {
		if (e instanceof ApiError) return e;
		throw e;
	}
	return found;
}

/** One decision on many that is under way: how far it is. */
export function progress(d: Desk): { what: 'gather' | 'send'; done: number; of: number; since: number } | null {
	const g = d.gathering, p = d.pending[0];
	if (g) return { what: 'gather', done: g.found, of: Math.max(g.of, g.found), since: g.since };
	if (!p || p.of === 1) return null;
	return { what: 'send', done: p.of - d.pending.filter((q) => q.batch === p.batch).length, of: p.of, since: p.since };
}

type Answers = readonly (Decided | ApiError)[];

/** What became of each that was sent. */
export function answered(d: Desk, some: readonly Pending[], answers: Answers, skew: number): Desk {
	return some.reduce((now, { item: { revision } }, i) => {
		const answer = answers[i] as Decided | ApiError;
		return answer instanceof ApiError ? refused(now, revision, problemOf(answer)) : accepted(now, revision, answer, answer.undo_until - skew);
	}, d);
}

/** Those of them that were taken back before the answer came. */
export function toUndo(d: Desk, some: readonly Pending[], answers: Answers): { item: Item; decision: string }[] {
	const back = new Set(d.pending.filter((p) => p.takenBack).map((p) => p.item.revision));
	return some.flatMap(({ item }, i) => {
		const answer = answers[i] as Decided | ApiError;
		return answer instanceof ApiError || !back.has(item.revision) ? [] : [{ item, decision: answer.decision }];
	});
}

/** Its copies were not decided along: another one is the first of them now. */
export const leavesCopies = (some: readonly Pending[]): boolean => some.some((p) => p.of === 1 && p.item.alike > 0);
