// What was decided, how far the engine and the editors agree, and whether the word to authors was kept.
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import * as F from '../figures';
import type { FiguresData } from '../figures';
import { day, number, percent, t } from '../figures_text';
import type { BreachId } from '../types';
import { Figure } from './figures_parts';
import { fromZero, Plot } from './figures_plot';
import { Calibration } from './figures_svg';
import { dayName, dayTicks, rows } from './figures_waits';
import type { Part } from './figures_waits';

const COLORS: Record<BreachId, string> = { profanity: '--r1', aggression: '--r2', insinuation: '--r3', ad_link: '--r4', off_topic: '--r5' };
const digit = (rule: BreachId): number => F.RULES.indexOf(rule) + 1;
const SHARES = { min: 0, max: 1, splits: [0, 0.5, 1], format: percent };

/* The desk's mark of a rule: its digit, not its colour alone. */
function RuleHead({ rule, children }: { rule: BreachId; children?: string }): JSX.Element {
	return <h4 class="mini-head"><span class={`mark r-${rule}`} aria-hidden="true">{digit(rule)}</span>{t(`rule.${rule}`)}{children && <span class="mini-sum">{children}</span>}</h4>;
}

/* ---- what was decided ---- */

function decisionsSay(data: FiguresData): string {
	const total = data.totals[0] as F.Total, rejected = F.sum(data.decisions.map((d) => d.rejected));
	const by = F.RULES.map((rule) => ({ rule, n: F.sum(data.decisions.map((d) => d[`rejected_${rule}`])) })).sort((a, b) => b.n - a.n)[0];
	const released = t('decisions.says', percent(total.released_share));
	return by && by.n >= F.ENOUGH && rejected ? `${released} ${t('decisions.says_rule', t(`rule.${by.rule}`), percent(by.n / rejected))}` : released;
}

export function Decisions({ data, days }: Part): JSX.Element {
	const list = useMemo(() => {
		const past = F.whole(data.decisions, (d) => d.released + d.automatic + d.rejected + d.returned);
		return days > 100 ? F.weekly(past) : past;
	}, [data]), names = list.map((d) => d.day);
	const kinds = useMemo(() => {
		const released = list.map((d) => d.released), rejected = list.map((d) => d.rejected), returned = list.map((d) => d.returned), automatic = list.map((d) => d.automatic);
		const highest = Math.max(...released, ...rejected, ...returned, ...automatic), lane = automatic.some((n) => n > 0);
		return { highest, series: [
			{ label: t('decisions.released'), values: released, color: '--go', width: 2.5 },
			{ label: t('decisions.rejected'), values: rejected, color: '--stop', dash: [6, 4] },
			{ label: t('decisions.returned'), values: returned, color: '--amber', dash: [2, 3] },
			...(lane ? [{ label: t('decisions.automatic'), values: automatic, color: '--c1', dash: [8, 3, 2, 3] }] : [])] };
	}, [data]);
	const minis = useMemo(() => F.RULES.map((rule) => ({ rule, series: [{ label: '', values: list.map((d) => d[`rejected_${rule}`]), color: COLORS[rule], fill: true }] })), [data]);
	const most = Math.max(1, ...F.RULES.flatMap((rule) => list.map((d) => d[`rejected_${rule}`])));
	const later = useMemo(() => (['removed', 'objections_upheld'] as const).map((key) => ({ key, series: [{ label: '', values: list.map((d) => d[key]), color: '--c1', fill: true }] })), [data]);
	const mostLater = Math.max(1, ...list.flatMap((d) => [d.removed, d.objections_upheld]));
	const total = (key: 'removed' | 'objections_upheld' | 'objections_changed' | 'objections_rejected' | `rejected_${BreachId}`): number => F.sum(data.decisions.map((d) => d[key]));
	const by = t(days > 100 ? 'decisions.by_week' : 'decisions.by_day'), name = (i: number): string => (days > 100 ? t('week_from', day(names[i] ?? data.from, 'short')) : dayName(names[i] ?? '', data));
	return (
		<Figure id="decisions" wide says={decisionsSay(data)} tables={[{ name: t('decisions.title'), rows: rows(data.decisions), csv: F.address('decisions.csv', days, data.section ?? '') }]}
			note={t('decisions.objections', number(total('objections_upheld')), number(total('objections_changed')), number(total('objections_rejected')))}>
			<h4>{by}</h4>
			<Plot name={by} count={names.length} ticks={dayTicks(names, 9)} series={kinds.series} y={fromZero(kinds.highest)} height={220}
				describe={(i) => t('decisions.read', name(i), number(list[i]?.released ?? 0), number(list[i]?.rejected ?? 0), number(list[i]?.returned ?? 0))
					+ (list[i]?.automatic ? ` ${t('decisions.read_automatic', number(list[i]?.automatic ?? 0))}` : '')} />
			<div class="minis">
				{minis.map(({ rule, series }) => (
					<div key={rule}>
						<RuleHead rule={rule}>{number(total(`rejected_${rule}`))}</RuleHead>
						<Plot small name={t('decisions.rule_name', t(`rule.${rule}`))} count={names.length} ticks={dayTicks(names, 3)} series={series} y={fromZero(most)} height={96}
							describe={(i) => t('decisions.read_one', name(i), number(list[i]?.[`rejected_${rule}`] ?? 0, 1))} />
					</div>
				))}
				{later.map(({ key, series }) => (
					<div key={key}>
						<h4 class="mini-head">{t(`decisions.${key}`)}<span class="mini-sum">{number(total(key))}</span></h4>
						<Plot small name={t(`decisions.${key}`)} count={names.length} ticks={dayTicks(names, 3)} series={series} y={fromZero(mostLater)} height={96}
							describe={(i) => t('decisions.read_one', name(i), number(list[i]?.[key] ?? 0, 1))} />
					</div>
				))}
			</div>
		</Figure>
	);
}

/* ---- the engine against the editors ---- */

function engineSays(data: FiguresData): string {
	const { surest, missed } = F.extremes(data.engine), hundred = (p: number | null): string => number(Math.round((p ?? 0) * 100));
	return [surest ? t('engine.says_surest', t(`rule.${surest.rule}`), hundred(surest.precision)) : '',
		missed ? t('engine.says_missed', t(`rule.${missed.rule}`), hundred(1 - (missed.recall ?? 0))) : ''].filter(Boolean).join(' ');
}

const between = (low: number | null, high: number | null): string => (low === null ? '' : t('engine.between', percent(low), percent(high)));

export function Engine({ data, days }: Part): JSX.Element {
	const parts = useMemo(() => F.RULES.map((rule) => {
		const spans = data.engine.filter((e) => e.rule === rule && e.span !== 'period'), whole = data.engine.find((e) => e.rule === rule && e.span === 'period');
		const line = (key: 'precision' | 'recall'): { values: (number | null)[]; low: (number | null)[]; high: (number | null)[] } =>
			({ values: spans.map((e) => e[key]), low: spans.map((e) => e[`${key}_low`]), high: spans.map((e) => e[`${key}_high`]) });
		return { rule, spans, whole, series: [
			{ label: t('engine.precision_short'), color: '--c1', ...line('precision') }, { label: t('engine.recall_short'), color: '--c2', dash: [6, 4], ...line('recall') }] };
	}), [data]);
	const says = engineSays(data);
	return (
		<Figure id="engine" wide says={says || t('engine.few')} note={t('engine.bias')} tables={[{ name: t('engine.title'), rows: rows(data.engine), csv: F.address('engine.csv', days, data.section ?? '') }]}>
			<div class="minis minis-wide">
				{parts.map(({ rule, spans, whole, series }) => (
					<div key={rule}>
						<RuleHead rule={rule} />
						<Plot small name={t('engine.name', t(`rule.${rule}`))} count={spans.length} y={SHARES} height={130} series={series}
							ticks={dayTicks(spans.map((e) => e.from), 3).length ? dayTicks(spans.map((e) => e.from), 3) : spans.slice(0, 1).map((e) => ({ at: 0, text: day(e.from, 'short') }))}
							describe={(i) => t('engine.read', day(spans[i]?.from ?? data.from, 'short'), day(spans[i]?.to ?? data.to, 'short'), percent(spans[i]?.precision ?? null), percent(spans[i]?.recall ?? null),
								number((spans[i]?.both ?? 0) + (spans[i]?.engine_only ?? 0)), number((spans[i]?.both ?? 0) + (spans[i]?.editors_only ?? 0)))} />
						{whole && <dl class="engine-sums">
							<dt>{t('engine.precision')}</dt><dd><strong>{percent(whole.precision)}</strong> {between(whole.precision_low, whole.precision_high)} <span class="quiet">{t('engine.of', number(whole.both), number(whole.both + whole.engine_only))}</span></dd>
							<dt>{t('engine.recall')}</dt><dd><strong>{percent(whole.recall)}</strong> {between(whole.recall_low, whole.recall_high)} <span class="quiet">{t('engine.of', number(whole.both), number(whole.both + whole.editors_only))}</span></dd>
						</dl>}
					</div>
				))}
			</div>
		</Figure>
	);
}

export function Calibrations({ data, days }: Part): JSX.Element {
	const far = F.furthest(data.calibration);
	const known = data.calibration.filter((c) => c.count >= F.ENOUGH && c.score_from >= 0.3).length > 0;
	const says = far ? t(far.predicted > far.actual ? 'calibration.says_over' : 'calibration.says_under', t(`rule.${far.rule}`), percent(far.predicted), percent(far.actual)) : t(known ? 'calibration.says_fine' : 'engine.few');
	return (
		<Figure id="calibration" wide says={says} empty={!data.calibration.length && t('engine.few')} note={t('calibration.note')}
			tables={[{ name: t('calibration.title'), rows: rows(data.calibration), csv: F.address('calibration.csv', days, data.section ?? '') }]}>
			<div class="minis minis-square">
				{F.RULES.map((rule) => <div key={rule}><RuleHead rule={rule} /><Calibration name={t(`rule.${rule}`)} color={`r-${rule}`} tenths={data.calibration.filter((c) => c.rule === rule)} /></div>)}
			</div>
		</Figure>
	);
}

/* ---- the word to authors ---- */

export function Forecast({ data, days }: Part): JSX.Element {
	const list = data.forecast, names = list.map((d) => d.day), given = F.sum(list.map((d) => d.given)), kept = F.sum(list.map((d) => d.kept)), none = F.sum(list.map((d) => d.none));
	const series = useMemo(() => [{ label: '', values: list.map((d) => d.kept_share), low: list.map((d) => d.kept_low), high: list.map((d) => d.kept_high), color: '--c1', width: 2.5 }], [data]);
	return (
		<Figure id="forecast" wide says={t('forecast.says', number(given ? Math.round((kept / given) * 100) : 0), number(given))} empty={!given && t('forecast.few')}
			note={none ? t(none === 1 ? 'forecast.no_time_one' : 'forecast.no_time_many', number(none)) : ''}
			tables={[{ name: t('forecast.title'), rows: rows(list), csv: F.address('forecast.csv', days, data.section ?? '') }]}>
			<Plot name={t('forecast.name')} count={names.length} ticks={dayTicks(names, 9)} series={series} y={{ ...SHARES, splits: [0, 0.25, 0.5, 0.75, 1] }} height={180} levels={[{ at: 0.9, text: t('forecast.promise'), below: true }]}
				describe={(i) => t('forecast.read', dayName(names[i] ?? '', data), percent(list[i]?.kept_share ?? null), number(list[i]?.kept ?? 0), number(list[i]?.given ?? 0))} />
		</Figure>
	);
}
