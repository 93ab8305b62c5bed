// From which probability on a rule asks for a look, or suggests a rejection.
import type { JSX } from 'preact';
import type { Controller } from '../controller';
import { percent, t } from '../i18n';
import * as P from '../policy';
import { ALL_RULES } from '../rules';
import type { RuleId } from '../types';
import { RuleMark, ruleName } from './parts';
import { Meant, OutcomeHead, useOutcomes } from './policy_outcomes';

interface Props {
	controller: Controller;
	onRead: (revision: string) => void;
	draft: P.Draft;
	usual: P.Thresholds;
	problems: P.Problem[];
	onChange: (d: P.Draft) => void;
}

const words = (v: number | null | undefined): string => (v === null || v === undefined ? t('policy.never') : t('policy.from', percent(v)));

function Slider(p: { rule: RuleId; which: 'look' | 'reject'; label: string; value: number | null; usual: number | null; meant: boolean; onInput: (v: number | null) => void }): JSX.Element {
	const id = `limit-${p.rule}-${p.which}`, differs = P.toSlider(p.value) !== P.toSlider(p.usual);
	return (
		<div class="slider">
			<label for={id}>{p.label}<span class="vh">, {ruleName(p.rule)}</span></label>
			<input id={id} type="range" min={1} max={P.NEVER} step={1} value={P.toSlider(p.value)} aria-valuetext={words(p.value)} aria-describedby={p.meant ? `meant-${p.rule}` : undefined}
				onInput={(e) => p.onInput(P.fromSlider(Number(e.currentTarget.value)))} />
			<output for={id}>{words(p.value)}</output>
			{differs ? <button type="button" class="link" onClick={() => p.onInput(p.usual)}>{t('policy.usual', words(p.usual))}<span class="vh">, {ruleName(p.rule)}: {p.label}</span></button>
				: <span class="slider-usual" />}
		</div>
	);
}

export function Limits({ controller, draft, usual, problems, onChange, onRead }: Props): JSX.Element {
	const past = useOutcomes(controller);
	return (
		<section class="policy-part" aria-labelledby="limits-title">
			<h3 id="limits-title">{t('policy.limits')}</h3>
			<p class="policy-help">{t('policy.limits_help')}</p>
			{past && past.decisions > 0 && <OutcomeHead data={past} />}
			<ul class="limits">
				{ALL_RULES.map((rule) => {
					const wrong = problems.find((x) => x.threshold === rule), of = draft.thresholds[rule];
					const slider = (which: 'look' | 'reject', label: string): JSX.Element => (
						<Slider meant={past !== null && past.decisions > 0} rule={rule} which={which} label={label} value={of[which] ?? null} usual={usual[rule][which] ?? null}
							onInput={(v) => onChange(P.limited(draft, rule, which, v))} />
					);
					return (
						<li key={rule} class={`limit r-${rule}`}>
							<p class="limit-name"><RuleMark rule={rule} />{ruleName(rule)}</p>
							{slider('look', rule === 'engaging' ? t('policy.praise') : t('policy.look'))}
							{rule !== 'engaging' && slider('reject', t('policy.reject'))}
							{rule !== 'engaging' && past && past.decisions > 0 && <Meant controller={controller} data={past} rule={rule} look={of.look} reject={of.reject ?? null} onRead={onRead} />}
							{wrong && <p class="wrong" role="alert">{wrong.message}</p>}
						</li>
					);
				})}
			</ul>
		</section>
	);
}
