// The smallest pieces: a key cap, a rule's mark, a score's bar.
import type { ComponentChildren, JSX } from 'preact';
import { has, percent, t } from '../i18n';
import { ruleDigit } from '../rules';
import type { RuleId } from '../types';

export function Kbd({ children }: { children: ComponentChildren }): JSX.Element {
	return <kbd aria-hidden="true">{children}</kbd>;
}

export function RuleMark({ rule }: { rule: RuleId }): JSX.Element {
	return <span class={`mark r-${rule}`} aria-hidden="true">{ruleDigit(rule)}</span>;
}

export function ruleName(rule: string): string {
	return has(`rule.${rule}`) ? t(`rule.${rule}`) : rule;
}

export function RuleNames({ rules }: { rules: readonly string[] }): JSX.Element | null {
	if (!rules.length) return null;
	return <span class="rule-names">{rules.map((r) => <span key={r}><RuleMark rule={r as RuleId} />{ruleName(r)}</span>)}</span>;
}

export function Bar({ rule, score }: { rule: RuleId; score: number | null }): JSX.Element {
	return (
		<svg class={`bar r-${rule}`} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">
			<rect class="bar-ground" width="100" height="6" />
			{score !== null && <rect class="bar-value" width={Math.max(score * 100, 0.8)} height="6" />}
		</svg>
	);
}

export function scoreText(score: number | null): string {
	return score === null ? t('score.unknown') : percent(score);
}

/** »released« by state, »release« by action: both have their word. */
export function stateName(state: string): string {
	return has(`state.${state}`) ? t(`state.${state}`) : state;
}
