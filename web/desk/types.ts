// The desk's share of the HTTP contract, as the server writes it. Offsets are UTF-16 units of the
// text, times are epoch milliseconds.

export type RuleId = 'profanity' | 'aggression' | 'insinuation' | 'ad_link' | 'off_topic' | 'engaging';
export type BreachId = Exclude<RuleId, 'engaging'>;
export type Action = 'release' | 'reject' | 'return';
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
}

export interface Recent {
	state: string;
	text: string;
	rules: RuleId[];
	at: number;
	article: string;
}

export interface Author {
	name: string;
	email: string;
	first: boolean;
	released: number;
	rejected: number;
	returned: number;
	held: number;
	recent: Recent[];
}

export interface Article {
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

export interface Item {
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
}

export interface Page {
	count: number;
	oldest_at: number | null;
	items: Item[];
}

export interface Session {
	user: { login: string; name: string };
	csrf: string;
	site: { name: string; lang: string };
}

export interface Decided {
	decision: string;
	action: Action;
	undo_until: number;
	count: number;
}

export interface Decision {
	id: string;
	revision: string;
	action: Action;
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
