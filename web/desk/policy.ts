// The newsroom's own settings as they are edited: a draft beside what the server holds. Pure; knows no
// server and no views.
import type { BreachId, RuleId } from './types';

export type EntryKind = 'word' | 'except' | 'pattern' | 'remark';
/** The rules that show breaches by passages. */
export type PassageRule = Exclude<BreachId, 'off_topic'>;

export interface Limits {
	look: number | null;
	reject?: number | null;
}
export type Thresholds = Record<RuleId, Limits>;

export interface EntryData {
	kind: EntryKind;
	rule?: PassageRule | '*';
	weight?: number;
	text: string;
	reason?: string;
}

export interface PolicyData {
	version: number;
	by: string | null;
	at: number | null;
	thresholds: Thresholds;
	usual: Thresholds;
	entries: EntryData[];
}

export interface PolicyVersion {
	version: number;
	by: string | null;
	at: number;
}

export interface Problem {
	entry: number | null;
	threshold: RuleId | null;
	code: string;
	message: string;
	column: number | null;
	detail: string;
}

/** An entry with a name that stays, so that its fields keep their focus. */
export interface Entry extends EntryData {
	key: number;
}

export interface Draft {
	thresholds: Thresholds;
	entries: Entry[];
}

export const PASSAGE_RULES: readonly PassageRule[] = ['profanity', 'aggression', 'insinuation', 'ad_link'];
/* What an own word can do: a hint beside others, a look, a rejection suggested. */
export const LEVELS = [0.35, 0.6, 0.95] as const;

let keys = 0;

export function draftOf(p: Pick<PolicyData, 'thresholds' | 'entries'>): Draft {
	return {
		thresholds: structuredClone(p.thresholds),
		entries: p.entries.map((e) => ({ ...e, key: ++keys })),
	};
}

export function sent(d: Draft): { thresholds: Thresholds; entries: EntryData[] } {
	return {
		thresholds: d.thresholds,
		entries: d.entries.map(({ key: _, ...e }) => ({ ...e, text: e.kind === 'remark' ? e.text : e.text.trim() })),
	};
}

export function changed(d: Draft, p: PolicyData): boolean {
	return JSON.stringify(sent(d)) !== JSON.stringify(sent(draftOf(p)));
}

export function added(d: Draft, e: EntryData): Draft {
	return { ...d, entries: [...d.entries, { ...e, key: ++keys }] };
}

export function edited(d: Draft, key: number, change: Partial<EntryData>): Draft {
	return { ...d, entries: d.entries.map((e) => (e.key === key ? { ...e, ...change } : e)) };
}

export function removed(d: Draft, key: number): Draft {
	return { ...d, entries: d.entries.filter((e) => e.key !== key) };
}

export function limited(d: Draft, rule: RuleId, which: 'look' | 'reject', value: number | null): Draft {
	return { ...d, thresholds: { ...d.thresholds, [rule]: { ...d.thresholds[rule], [which]: value } } };
}

/** The same word twice is a slip. */
export function hasEntry(d: Draft, kind: EntryKind, text: string): boolean {
	const wanted = text.trim().toLocaleLowerCase();
	return d.entries.some((e) => e.kind === kind && e.text.trim().toLocaleLowerCase() === wanted);
}

/** The slider goes from 1 to 100 percent; one step further is never. */
export const NEVER = 101;
export const toSlider = (v: number | null | undefined): number => (v === null || v === undefined ? NEVER : Math.round(v * 100));
export const fromSlider = (v: number): number | null => (v >= NEVER ? null : v / 100);
