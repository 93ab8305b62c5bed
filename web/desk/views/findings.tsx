// What the engine says: its suggestion, a score for every rule, and the passages with their reasons.
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { percent, t } from '../i18n';
import { cut, standIn } from '../highlight';
import { ALL_RULES, isOver, scoreOf } from '../rules';
import type { Evidence, Item, RuleId } from '../types';
import { Bar, RuleMark, ruleName, scoreText } from './parts';
import { findingId, goTo, passageId } from './passages';

interface FindingProps {
	index: number;
	evidence: Evidence;
	/** The passage to go to: another may stand for its own. */
	passage: number;
	active: boolean;
	onActive: (index: number | null) => void;
}

function Finding({ index, evidence, passage, active, onActive }: FindingProps): JSX.Element {
	const row = useRef<HTMLLIElement>(null);
	useEffect(() => {
		/* Only where findings stand beside the text: on a phone the page must not jump. */
		if (active && matchMedia('(min-width: 60rem)').matches) row.current?.scrollIntoView({ block: 'nearest' });
	}, [active]);
	return (
		<li ref={row} class={`finding r-${evidence.rule}${active ? ' active' : ''}`}
			onMouseEnter={() => onActive(index)} onMouseLeave={() => onActive(null)}>
			<a id={findingId(index)} href={`#${passageId(passage)}`} onFocus={() => onActive(index)} onBlur={() => onActive(null)}
				onClick={(e) => { e.preventDefault(); goTo(passageId(passage)); }}>
				<q>{evidence.quote}</q> <span class="finding-reason">{evidence.reason}</span>
			</a>
		</li>
	);
}

function Rule({ item, covered, rule, active, onActive, stand }: Props & { rule: RuleId; stand: (index: number) => number }): JSX.Element {
	const score = scoreOf(item.review, rule), evidence = item.review.evidence ?? [];
	const own = evidence.map((e, i) => ({ e, i })).filter(({ e }) => e.rule === rule);
	const strong = own.length > 0 || isOver(item.review, rule);
	return (
		<li class={`rule r-${rule}${strong ? ' strong' : ''}`}>
			<p class="rule-line"><RuleMark rule={rule} /><span class="rule-name">{ruleName(rule)}</span><span class="rule-score">{scoreText(score)}</span></p>
			<Bar rule={rule} score={score} />
			{own.length > 0 && !covered && <ul class="finding-list">
				{own.map(({ e, i }) => <Finding key={i} index={i} evidence={e} passage={stand(i)} active={active === i} onActive={onActive} />)}
			</ul>}
		</li>
	);
}

interface Props {
	item: Pick<Item, 'text' | 'review'>;
	/** The text is blurred: its passages are not read out beside it. */
	covered: boolean;
	active: number | null;
	onActive: (index: number | null) => void;
}

export function Findings(p: Props): JSX.Element {
	const { review, text } = p.item;
	const pieces = useMemo(() => cut(text, review.evidence ?? []), [p.item]);
	const stand = (index: number): number => standIn(pieces, index);
	return (
		<section class="findings" aria-labelledby="findings-title">
			<h3 id="findings-title" class={`verdict s-${review.suggestion}`}>
				<span class="verdict-label">{t('suggestion.label')}</span> {t(`suggestion.${review.suggestion}`)}
			</h3>
			<ol class="rules">{ALL_RULES.map((rule) => <Rule key={rule} {...p} rule={rule} stand={stand} />)}</ol>
			{review.rejection !== null && review.rejection !== undefined && <p class="rejection">{t('findings.rejection', percent(review.rejection))}</p>}
			{review.patterns_failed > 0 && <p class="wrong">{t('policy.gave_up')}</p>}
			<p class="engine">{t('engine', review.engine)}</p>
		</section>
	);
}
