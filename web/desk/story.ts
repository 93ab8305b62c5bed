// One comment as the desk looks back on it: types, calls, and all that happened in one line of time. Knows no views.
import type { Api } from './api';
import type { Review, RuleId } from './types';

export interface StoryRevision {
	id: string;
	ordinal: number;
	text: string;
	text_hash: string;
	state: string;
	at: number;
	withdrawn_at: number | null;
}

export interface StoryReview {
	revision: string;
	at: number;
	review: Review;
}

export interface StoryDecision {
	id: string;
	number: number;
	revision: string;
	action: string;
	to: string | null;
	proposed: string | null;
	rules: RuleId[];
	law: string | null;
	passages: { rule: RuleId; quote: string }[];
	until: number | null;
	word: string;
	by: string;
	at: number;
	engine: string;
	undoes: string | null;
	undone: boolean;
	hash: string;
}

export interface StoryLetter {
	id: string;
	decision: string;
	lang: string;
	subject: string;
	body: string;
	at: number;
	objection_until: number;
	voided_at: number | null;
}

export interface StoryObjection {
	id: string;
	letter: string;
	text: string;
	state: 'open' | 'upheld' | 'changed' | 'rejected' | 'settled';
	at: number;
	reasons: string;
	by: string | null;
	decided_at: number | null;
	decision: string | null;
}

export interface StoryData {
	comment: string;
	at: number;
	article: { id: string; title: string; section: string; path: string };
	author: { name: string; email: string; suspended_until: number | null };
	parent: { id: string; name: string } | null;
	public: { revision: string; published_at: number; edited_at: number | null; removed_at: number | null; picked: boolean } | null;
	revisions: StoryRevision[];
	reviews: StoryReview[];
	decisions: StoryDecision[];
	letters: StoryLetter[];
	objections: StoryObjection[];
}

export interface AroundComment {
	id: string;
	kind: 'above' | 'beside' | 'this' | 'below';
	depth: number;
	name: string;
	html: string;
	at: number;
	edited_at: number | null;
	removed: boolean;
	picked: boolean;
}

export interface AroundData {
	comments: AroundComment[];
	/** The comment stands, or would stand, before this one. */
	place: number;
	depth: number;
	cut: boolean;
}

export const story = (api: Api, comment: string): Promise<StoryData> => api.call('GET', `/v1/desk/comments/${encodeURIComponent(comment)}/story`);
export const around = (api: Api, comment: string): Promise<AroundData> => api.call('GET', `/v1/desk/comments/${encodeURIComponent(comment)}/around`);

export type Entry =
	| { kind: 'sent'; at: number; revision: StoryRevision; before: StoryRevision | null; review: StoryReview | null }
	| { kind: 'review'; at: number; revision: StoryRevision; review: StoryReview }
	| { kind: 'decision'; at: number; decision: StoryDecision; revision: StoryRevision; undone: StoryDecision | null; letter: StoryLetter | null; answers: StoryObjection | null }
	| { kind: 'objection'; at: number; objection: StoryObjection }
	| { kind: 'answer'; at: number; objection: StoryObjection }
	| { kind: 'withdrawn'; at: number | null; revision: StoryRevision };

const ORDER: Record<Entry['kind'], number> = { sent: 0, review: 1, objection: 2, decision: 3, answer: 4, withdrawn: 5 };

/* What the engine said when a text came in belongs to it; what it said later is an event of its own. */
function sentEntries(s: StoryData): Entry[] {
	return s.revisions.flatMap((revision, i): Entry[] => {
		const [first = null, ...later] = s.reviews.filter((v) => v.revision === revision.id);
		return [
			{ kind: 'sent', at: revision.at, revision, before: s.revisions[i - 1] ?? null, review: first },
			...later.map((review): Entry => ({ kind: 'review', at: review.at, revision, review })),
			...(revision.state === 'withdrawn' ? [{ kind: 'withdrawn', at: revision.withdrawn_at, revision } as const] : []),
		];
	});
}

function decisionEntries(s: StoryData): Entry[] {
	return s.decisions.flatMap((decision): Entry[] => {
		const revision = s.revisions.find((r) => r.id === decision.revision);
		if (!revision) return [];
		return [{ kind: 'decision', at: decision.at, decision, revision, undone: s.decisions.find((d) => d.id === decision.undoes) ?? null,
			letter: s.letters.find((l) => l.decision === decision.id) ?? null, answers: s.objections.find((o) => o.decision === decision.id) ?? null }];
	});
}

/** All that happened, in the order in which it did. What has no time, because none was kept, comes last. */
export function timeline(s: StoryData): Entry[] {
	const objections = s.objections.flatMap((objection): Entry[] => [
		{ kind: 'objection', at: objection.at, objection },
		/* what was decided about it is a decision of the chain; one that has settled itself has none */
		...(objection.state === 'open' || s.decisions.some((d) => d.id === objection.decision) ? [] : [{ kind: 'answer', at: objection.decided_at ?? objection.at, objection } as const]),
	]);
	return [...sentEntries(s), ...decisionEntries(s), ...objections]
		.sort((a, b) => (a.at ?? Infinity) - (b.at ?? Infinity) || ORDER[a.kind] - ORDER[b.kind]);
}
