// The house rules as the desk numbers them. The same digit stands at a passage, in the list, beside
// the score and on the key, so that nothing is told by colour alone.
import type { BreachId, Item, Review, RuleId } from './types';

export const BREACHES: readonly BreachId[] = ['profanity', 'aggression', 'insinuation', 'ad_link', 'off_topic'];
export const ALL_RULES: readonly RuleId[] = [...BREACHES, 'engaging'];

/* For what was checked before there were thresholds. */
const LIKELY = 0.5;

export function ruleDigit(rule: RuleId): string {
	const at = (BREACHES as readonly RuleId[]).indexOf(rule);
	return at < 0 ? '+' : String(at + 1);
}

export function scoreOf(review: Review, rule: RuleId): number | null {
	return review.scores?.[rule] ?? null;
}

export function foundRules(item: Pick<Item, 'review'>): BreachId[] {
	const shown = new Set((item.review.evidence ?? []).map((e) => e.rule));
	return BREACHES.filter((rule) => shown.has(rule) || isOver(item.review, rule));
}

/** Has the rule's score reached its threshold? */
export function isOver(review: Review, rule: RuleId): boolean {
	return review.over ? review.over.includes(rule) : (scoreOf(review, rule) ?? 0) >= LIKELY;
}

export function toggled(rules: readonly BreachId[], rule: BreachId): BreachId[] {
	return BREACHES.filter((r) => (r === rule ? !rules.includes(r) : rules.includes(r)));
}

/* From here on a text is shown blurred until somebody asks for it. */
const HARSH = 0.9;

/** Among the worst: swear words or aggression all but certain. */
export function isHarsh(item: Pick<Item, 'review'>): boolean {
	return (['profanity', 'aggression'] as const).some((rule) => (scoreOf(item.review, rule) ?? 0) >= HARSH);
}
