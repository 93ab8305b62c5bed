// What was measured: by how much a new model puts rejected comments before released ones better than what was in force,
// in all and rule by rule. Says what the figures cannot tell.
import type { JSX } from 'preact';
import { count, language, number, percent, t } from '../i18n';
import type * as L from '../learning';
import type { RuleId } from '../types';
import { RuleMark, ruleName } from './parts';

const decimal = (v: number, digits: number): string =>
	new Intl.NumberFormat(language() === 'de' ? 'de-DE' : 'en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(v);
/** With a sign, as a difference; a minus that is one. */
const signed = (v: number): string => `${v < 0 ? '−' : '+'}${decimal(Math.abs(v), 1)}`;

/** In a few words, for a list. */
export function verdict(r: L.Report): string {
	return t(r.better ? 'learning.was_better' : 'learning.was_not_better', signed((r.auc[1] - r.auc[0]) * 100));
}

/** Before and after as two dots on a scale from a half (chance) to one. */
function Dumbbell({ pair, rule }: { pair: L.Pair; rule: string }): JSX.Element {
	const x = (v: number): number => 4 + Math.max(0, Math.min(1, (v - 0.4) / 0.6)) * 112;
	return (
		<svg class={`dumbbell r-${rule} ${pair[1] >= pair[0] ? 'up' : 'down'}`} viewBox="0 0 120 14" aria-hidden="true" focusable="false">
			<line class="dumbbell-axis" x1="4" x2="116" y1="7" y2="7" />
			<line class="dumbbell-chance" x1={x(0.5)} x2={x(0.5)} y1="2" y2="12" />
			<line class="dumbbell-way" x1={x(pair[0])} x2={x(pair[1])} y1="7" y2="7" />
			<circle class="dumbbell-before" cx={x(pair[0])} cy="7" r="3.2" />
			<circle class="dumbbell-after" cx={x(pair[1])} cy="7" r="4" />
		</svg>
	);
}

/** The gain with its interval, beside the line of no difference. */
function Interval({ report }: { report: L.Report }): JSX.Element {
	const gain = report.auc[1] - report.auc[0], [low, high] = report.gain;
	const most = Math.max(0.05, Math.abs(low), Math.abs(high)) * 1.15;
	const x = (v: number): number => 150 + (v / most) * 145;
	return (
		<svg class={`interval ${report.better ? 'up' : 'none'}`} viewBox="0 0 300 42" role="img" aria-label={t('learning.interval', signed(gain * 100), signed(low * 100), signed(high * 100))}>
			<line class="interval-axis" x1="4" x2="296" y1="18" y2="18" />
			<line class="interval-zero" x1="150" x2="150" y1="4" y2="32" />
			<rect class="interval-range" x={x(low)} width={Math.max(1, x(high) - x(low))} y="13" height="10" rx="5" />
			<circle class="interval-gain" cx={x(gain)} cy="18" r="6" />
			<text class="interval-word" x="146" y="41" text-anchor="end">{t('learning.worse')}</text>
			<text class="interval-word" x="154" y="41">{t('learning.better')}</text>
		</svg>
	);
}

const Change = ({ pair, show }: { pair: L.Pair; show: (v: number) => string }): JSX.Element => (
	<span class="change"><span class="quiet">{show(pair[0])}</span> <span aria-hidden="true">→</span><span class="vh">{t('learning.then')}</span> <strong>{show(pair[1])}</strong></span>
);

function Row({ head }: { head: L.HeadReport }): JSX.Element {
	const m = head.measured, all = head.head === 'rejection';
	return (
		<tr>
			<th scope="row">{all ? t('learning.head_rejection') : <span class="head-rule"><RuleMark rule={head.head as RuleId} />{ruleName(head.head)}</span>}</th>
			{!m ? <td colSpan={6} class="quiet">{t('learning.not_learned', number(head.learned_from), number(head.measured_on))}</td> : <>
				<td class="figure">{t('learning.of', number(m.rejected), number(m.n))}</td>
				<td class="auc"><Dumbbell pair={m.auc} rule={head.head} /> <Change pair={m.auc} show={(v) => decimal(v * 100, 1)} /></td>
				<td class="figure"><Change pair={m.flagged} show={number} /></td>
				<td class="figure"><Change pair={m.precision} show={percent} /></td>
				<td class="figure"><Change pair={m.recall} show={percent} /></td>
				<td class="figure"><Change pair={m.loss} show={(v) => decimal(v, 3)} /></td>
			</>}
		</tr>
	);
}

export function Comparison({ report }: { report: L.Report }): JSX.Element {
	const gain = (report.auc[1] - report.auc[0]) * 100;
	return (
		<>
			<div class={`learning-verdict ${report.better ? 'up' : 'none'}`}>
				<div>
					<p class="verdict-word">{t(report.better ? 'learning.is_better' : 'learning.is_not_better')}</p>
					<p>{t(report.against_own ? 'learning.pairs_own' : 'learning.pairs_built_in', decimal(report.auc[1] * 100, 1), decimal(report.auc[0] * 100, 1))}{' '}
						{t('learning.interval', signed(gain), signed(report.gain[0] * 100), signed(report.gain[1] * 100))}</p>
					<p class="quiet">{t('learning.measured_on', number(report.measured_on), number(report.learned_from))} {t('learning.rule_of_better')} {count('learning.took', Math.max(1, Math.round(report.took_ms / 1000)))}</p>
				</div>
				<Interval report={report} />
			</div>
			<div class="learning-scroll" tabIndex={0} role="region" aria-label={t('learning.table')}>
				<table class="learning-table">
					<caption class="vh">{t('learning.table')}</caption>
					<thead><tr>
						<th scope="col">{t('learning.col_rule')}</th><th scope="col" class="figure">{t('learning.col_n')}</th><th scope="col">{t('learning.col_auc')}</th>
						<th scope="col" class="figure">{t('learning.col_flagged')}</th><th scope="col" class="figure">{t('learning.col_precision')}</th>
						<th scope="col" class="figure">{t('learning.col_recall')}</th><th scope="col" class="figure">{t('learning.col_loss')}</th>
					</tr></thead>
					<tbody>{report.heads.map((h) => <Row key={h.head} head={h} />)}</tbody>
				</table>
			</div>
			<p class="learning-bias">{t('learning.caution_bias')}</p>
			<details class="learning-caution">
				<summary>{t('learning.caution')}</summary>
				<p>{t('learning.caution_columns')}</p>
				<p>{t('learning.caution_labels')}</p>
			</details>
		</>
	);
}
