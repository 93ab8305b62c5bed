// Notices of illegal content and preserved evidence: their share of the HTTP contract, and the requests.
import type { Api } from './api';
import type { Draft } from './state';

export type NoticeKind = 'insult' | 'defamation' | 'threat' | 'incitement' | 'symbols' | 'crime' | 'privacy' | 'copyright' | 'youth' | 'abuse' | 'other' | 'rules';

export interface Notice {
	id: string;
	kind: NoticeKind;
	explanation: string;
	/** Empty: given without, or forgotten since. */
	name: string;
	email: string;
	at: number;
	/** By somebody who had reported this text already. */
	again: boolean;
}

export interface NoticeDecision {
	action: string;
	by: string;
	at: number;
	mine: boolean;
}

/** All notices on one text: decided together. */
export interface NoticeCase {
	id: string;
	/** The newest notice: what was seen when deciding. */
	last: string;
	persons: number;
	notices: Notice[];
	at: number;
	public: boolean;
	release: NoticeDecision | null;
	decision: NoticeDecision | null;
	/** How many on this text were settled earlier. */
	before: number;
	due_at: number | null;
	overdue: boolean;
	outcome: 'removed' | 'kept' | 'moot' | null;
	decided_at: number;
	answer: string | null;
	comment: { id: string; revision: string; name: string; lang: string; text: string; at: number };
	article: { id: string; title: string; path: string };
}

export interface Preserved {
	id: string;
	comment: string;
	name: string;
	article: string;
	by: string;
	reason: string;
	at: number;
	/** Of the hold; null: it lasts. */
	ended: { at: number; by: string; reason: string } | null;
}

export interface PreservedWhole extends Preserved {
	bundle: Record<string, unknown> | null;
	signature: string;
}

export function notices(api: Api, state: 'open' | 'decided'): Promise<{ open: number; overdue: number; cases: NoticeCase[] }> {
	return api.call('GET', `/v1/desk/notices?state=${state}`);
}

export function decideNotice(api: Api, c: NoticeCase, outcome: 'remove' | 'keep', reasons: string, draft: Draft): Promise<{ decision: string; undo_until: number }> {
	const terms = outcome === 'remove' ? { ...draft, word: draft.word.trim() } : {};
	return api.call('POST', `/v1/desk/notices/${encodeURIComponent(c.id)}/decision`, { ...terms, outcome, reasons, last: c.last });
}

export function preserve(api: Api, revision: string, reason: string): Promise<{ id: string }> {
	return api.call('POST', `/v1/desk/revisions/${encodeURIComponent(revision)}/evidence`, { reason });
}

export function evidenceList(api: Api, before: string | null): Promise<{ key: string; evidence: Preserved[]; next: string | null }> {
	return api.call('GET', `/v1/desk/evidence${before ? `?before=${encodeURIComponent(before)}` : ''}`);
}

export function evidence(api: Api, id: string): Promise<PreservedWhole> {
	return api.call('GET', `/v1/desk/evidence/${encodeURIComponent(id)}`);
}

export function endHold(api: Api, id: string, reason: string): Promise<void> {
	return api.call('POST', `/v1/desk/evidence/${encodeURIComponent(id)}/end`, { reason });
}

export function evidenceFile(id: string): string {
	return `/v1/desk/evidence/${encodeURIComponent(id)}/file`;
}
