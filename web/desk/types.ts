// The desk's share of the HTTP contract, as the server writes it. Offsets are UTF-16 units of the
// text, times are epoch milliseconds.
import type { Line } from './persons';

import type { ClosingRules } from './closing';

export type RuleId = 'profanity' | 'aggression' | 'insinuation' | 'ad_link' | 'off_topic' | 'engaging';
export type BreachId = Exclude<RuleId, 'engaging'>;
export type Action = 'release' | 'reject' | 'return' | 'refer';
export type Role = 'administrator' | 'lead' | 'editor' | 'trainee' | 'auditor' | 'lawyer';
export type Right = 'self' | 'read' | 'decide' | 'answer' | 'thread' | 'suspend' | 'settings' | 'change' | 'evidence' | 'legal' | 'log' | 'staff' | 'persons' | 'sign' | 'webhooks';
/** How somebody logged in. */
export type Method = 'password' | 'code' | 'recovery' | 'key' | 'passkey' | 'house' | 'invitation';
export const ROLES: readonly Role[] = ['administrator', 'lead', 'editor', 'trainee', 'auditor', 'lawyer'];
export type Suggestion = 'release' | 'look' | 'reject';

export interface Evidence {
	rule: RuleId;
	begin: number;
	end: number;
	quote: string;
	score: number;
	reason: string;
}

export interface Review {
	engine: string;
	suggestion: Suggestion;
	scores: Partial<Record<RuleId, number | null>> | null;
	/** The rules over their threshold; null: checked before there were any. */
	over: RuleId[] | null;
	evidence: Evidence[] | null;
	/** Own patterns that gave up on this text. */
	patterns_failed: number;
	/** How often this newsroom rejects such comments, by its own model; null: there is none. */
	rejection: number | null;
}

export interface Recent {
	state: string;
	text: string;
	rules: RuleId[];
	at: number;
	article: string;
}

export interface Author {
	line: Line | null;
	name: string;
	email: string;
	first: boolean;
	suspended_until: number | null;
	/** Somebody suspended, by another browser, writes with the same address or name. */
	like_suspended: { by: 'email' | 'name'; name: string; comment: string; until: number } | null;
	released: number;
	rejected: number;
	returned: number;
	held: number;
	recent: Recent[];
}

export interface Closure {
	open: boolean;
	by_editors: boolean;
	by: 'article' | 'editors' | 'age' | 'hours' | 'overload' | null;
	/** By the editors, whatever the rules say. */
	kept_open: boolean;
	until: number | null;
	reason: string | null;
}

export interface Article {
	comments: Closure;
	id: string;
	title: string;
	lead: string;
	url: string;
	path: string;
	section: string;
	related: { before: string; quote: string; after: string } | null;
}

export interface Parent {
	id: string;
	/** Of its latest text; »removed«: withdrawn from the page, where answers hold its place. */
	state: string;
	name: string;
	text: string;
	at: number;
	released: boolean;
}

export interface Earlier {
	ordinal: number;
	text: string;
	state: string;
	word: string;
	rules: RuleId[];
	at: number;
}

export interface Referral {
	to: 'second' | 'lawyer' | 'proposal';
	by: string;
	action: Action | null;
	rules: BreachId[];
	word: string;
	at: number;
}

/** Waits too, with the same text or nearly. */
export interface Copy {
	revision: string;
	comment: string;
	version: number;
	name: string;
	text: string;
	submitted_at: number;
	article: string;
	likeness: number;
}

/** How much came, from how many, and when the first and the last. */
export interface Tally {
	texts: number;
	names: number;
	readers: number;
	lines: number;
	since: number;
	until: number;
}

/** What comes from many at once: nearly the same text, the same link. */
export interface Campaign {
	alike: Tally | null;
	/** waiting: how many others, whose texts are not alike; null: too many wait with it to say. */
	link: (Tally & { address: string; waiting: number | null }) | null;
}

/** The decision that refused this text before. */
export interface Repost {
	decision: string;
	comment: string;
	action: 'reject' | 'remove';
	rules: BreachId[];
	by: string;
	name: string;
	at: number;
}

/** By which somebody can be reached or found. */
export interface Personal {
	kind: 'email' | 'phone' | 'iban' | 'card' | 'address';
	begin: number;
	end: number;
}

export interface Item {
	/** Persons with open notices on the comment. */
	reported: number;
	personal: Personal[];
	/** The first that wait with nearly the same text. */
	copies: Copy[];
	/** How many those are. */
	alike: number;
	/** The same for texts that are alike; null: nothing is decided along with it. */
	group: string | null;
	campaign: Campaign | null;
	repost_of: Repost | null;
	due_at: number;
	escalated: boolean;
	referral: Referral | null;
	revision: string;
	comment: string;
	version: number;
	ordinal: number;
	lang: string;
	state?: string;
	submitted_at: number;
	author: Author;
	text: string;
	review: Review;
	article: Article;
	parent: Parent | null;
	released_text: string | null;
	earlier: Earlier[];
	/** Known from a list alone: enough to decide it, not to show it. */
	partial?: true;
}

/** As much of a comment as its text with the marks in it needs. */
export type Marked = Pick<Item, 'text' | 'lang' | 'review' | 'personal'>;

/** What waits is counted to here and no further: a count of as many says "or more". */
export const COUNTED = 1000;

export interface Page {
	count: number;
	escalated: number;
	next: string | null;
	oldest_at: number | null;
	items: Item[];
}

export interface Session {
	user: { login: string; name: string; role: Role };
	rights: Right[];
	method: Method;
	/** May do nothing but set up a second factor. */
	setup: boolean;
	sections: string[];
	csrf: string;
	site: { id: string; name: string; lang: string };
	sites: { id: string; name: string }[];
}

export interface LaneFilter {
	sections?: string[];
	article?: string;
	lang?: string;
	scores?: Partial<Record<RuleId, [number, number]>>;
	suggestions?: Suggestion[];
	author?: 'any' | 'first' | 'released' | 'rejected';
	edits?: boolean;
	returned?: boolean;
	appealed?: boolean;
	reported?: boolean;
	waiting_minutes?: number;
}

export interface Lane {
	id: string;
	name: string | null;
	filter: LaneFilter;
	count: number;
	escalated: number;
	oldest_at: number | null;
}

/** What a search has found. */
export interface Hit {
	/** Persons with open notices on the comment. */
	reported: number;
	revision: string;
	comment: string;
	state: string;
	name: string;
	text: string;
	submitted_at: number;
	article: { id: string; title: string; section: string };
	decision: { action: string; by: string; rules: RuleId[]; at: number } | null;
}

/** Who is there when: weekdays from 1, Monday; minutes since midnight. */
export interface Shift {
	days: number[];
	from: number;
	to: number;
	editors: number;
}

export interface DeskSettings {
	version: number;
	longest_wait_minutes: number;
	/** In which notices of illegal content are decided. */
	notice_hours: number;
	four_eyes: string[];
	shifts: Shift[];
	/** Dates. */
	closed_days: string[];
	closing: ClosingRules;
	/** How often authors were told the truth about their wait. */
	forecasts: { given: number; kept: number; none: number };
}

export interface Dot {
	revision: string;
	suggestion: Suggestion;
	/** In the order of ALL_RULES. */
	scores: (number | null)[];
	at: number;
	escalated: boolean;
}

export interface Claim {
	revision: string;
	by: string;
	until: number;
}

/** What a refusal rests on, and what its letter says. */
export interface Terms {
	rules: readonly RuleId[];
	law: string;
	passages: { rule: RuleId; begin: number; end: number }[];
	blocks: Partial<Record<RuleId, number>>;
	word: string;
}

export interface Letter {
	lang: string;
	subject: string;
	body: string;
	by_mail: boolean;
}

export interface Objection {
	id: string;
	text: string;
	state: 'open' | 'upheld' | 'changed' | 'rejected' | 'settled';
	at: number;
	reasons: string;
	by: string | null;
	email: string;
	decided_at: number;
	decision: { id: string; action: string; rules: RuleId[]; by: string; at: number; mine: boolean };
	letter: { subject: string; body: string };
	comment: { revision: string; name: string; text: string; at: number };
	article: { id: string; title: string };
}

export interface Member {
	id: string;
	login: string;
	name: string;
	email: string;
	role: Role;
	sections: string[];
	open: boolean;
	last_login_at: number | null;
}

export interface OpenInvitation {
	id: string;
	name: string;
	email: string;
	role: Role;
	sections: string[];
	reset: boolean;
	at: number;
	expires_at: number;
}

export interface LogEntry {
	id: string;
	kind: string;
	by: string | null;
	to: string | null;
	detail: string;
	at: number;
}

export interface OwnSession {
	id: string;
	agent: string;
	/** Empty: from before it was kept. */
	method: Method | '';
	at: number;
	expires_at: number;
	this: boolean;
}

export interface InvitationView {
	site: string;
	name: string;
	role: Role;
	lang: string;
	login: string;
	reset: boolean;
	expires_at: number;
}

export interface Decided {
	decision: string;
	action: Action;
	undo_until: number;
	count: number;
	proposed: boolean;
}

export interface Decision {
	id: string;
	comment: string;
	revision: string;
	action: string;
	to: string | null;
	/** It settled notices. */
	notice: boolean;
	/** Released by itself under this policy. */
	automatic: { policy: string; version: number; limit: number; confidence: number; threshold: number; score: number } | null;
	/** Readers see this text now. */
	public: boolean;
	picked: boolean;
	rules: RuleId[];
	word: string;
	by: string;
	at: number;
	text: string;
	article: { id: string; title: string };
	undone: boolean;
	mine?: boolean;
	undo_until: number;
}

export interface QueueEvent {
	count: number;
	added: string | null;
	removed: string | null;
	by: string | null;
	action: string | null;
}

export interface Conflict {
	by?: string;
	action?: string;
	at?: number;
	revision?: string;
}
