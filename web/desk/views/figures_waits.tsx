// How much comes when, and how long it waits.
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import * as F from '../figures';
import type { FiguresData, WaitDay } from '../figures';
import { day, duration, number, people, percent, spelled, t, weekdayName } from '../figures_text';
import { Figure } from './figures_parts';
import { Plot } from './figures_plot';
import type { Axis } from './figures_plot';
import { WaitBars, WeekMap } from './figures_svg';

export interface Part {
	data: FiguresData;
	days: number;
}

export function dayTicks(days: readonly string[], room: number): { at: number; text: string }[] {
	return F.ticks(days, room).map((k) => ({ at: k.at, text: day(k.day, k.kind === 'month' ? 'month' : 'short') }));
}

export const rows = (list: readonly object[]): F.Row[] => list as F.Row[];

/** A day, or a week. */
export const dayName = (iso: string, data: FiguresData, to = iso): string =>
	(to !== iso ? t('week', day(iso, 'short'), day(to, 'short')) : iso === data.to ? t('today') : day(iso, 'long'));

/* Within a sentence. */
const within = (adverb: string): string => adverb.charAt(0).toLowerCase() + adverb.slice(1);

function loadSays(data: FiguresData): string {
	const rush = F.worstRush(data.load), full = F.fullest(data.load), busy = F.busiest(data.load);
	if (rush) {
		return t(Math.round(rush.editors * 10) === 10 ? 'load.says_one' : 'load.says_many', weekdayName(rush.weekday, 'adverb'), rush.from, rush.to, number(rush.times, 1), people(rush.editors));
	}
	if (full && full.capacity_per_hour)
		return t('load.says_enough', within(weekdayName(full.weekday, 'adverb')), full.hour, percent((full.received_per_hour ?? 0) / full.capacity_per_hour));
	return busy ? t(data.whole ? 'load.says_plain' : 'load.says_section', within(weekdayName(busy.weekday, 'adverb')), busy.hour, number(busy.received_per_hour ?? 0, 1)) : '';
}

export function Load({ data, days }: Part): JSX.Element {
	const alone = F.unattended(data.load);
	const note = [alone ? t('load.alone', percent(alone)) : '', data.rate_per_hour ? t('load.rate', number(data.rate_per_hour)) : ''].filter(Boolean).join(' ');
	return (
		<Figure id="load" wide says={loadSays(data)} note={note} tables={[{ name: t('load.title'), rows: rows(data.load), csv: F.address('load.csv', days, data.section ?? '') }]}>
			<WeekMap load={data.load} />
		</Figure>
	);
}

/* ---- waiting ---- */

type Which = 'all' | 'open' | 'closed' | 'staffed';
const KEYS: Record<Which, [keyof WaitDay, keyof WaitDay]> = {
	all: ['median_s', 'p90_s'], open: ['open_median_s', 'open_p90_s'], closed: ['closed_median_s', 'closed_p90_s'], staffed: ['staffed_median_s', 'staffed_p90_s'],
};
const TIMES = [1, 10, 60, 600, 3600, 14400, 86400, 604800, 2592000];

/* Minutes and nights on one scale: each step is several times the one before. */
function timeAxis(values: readonly (number | null)[]): Axis {
	const some = values.filter((v): v is number => v !== null && v > 0);
	const low = Math.min(...some, 3600), high = Math.max(...some, 60);
	const from = [...TIMES].reverse().find((s) => s <= low) ?? 1, to = TIMES.find((s) => s >= high) ?? 2592000;
	return { min: from, max: to, log: true, splits: TIMES.filter((s) => s >= from && s <= to), format: duration };
}

const atLeast = (v: unknown): number | null => (typeof v === 'number' ? Math.max(1, v) : null);

export function Waits({ data, days }: Part): JSX.Element {
	const [which, setWhich] = useState<Which>('all'), total = data.totals[0] as F.Total;
	const names = data.waits.map((w) => w.day);
	const lines = useMemo(() => {
		const [median, p90] = KEYS[which].map((key) => data.waits.map((w) => atLeast(w[key]))) as [(number | null)[], (number | null)[]];
		return {
			median, p90, y: timeAxis([...median, ...p90, data.longest_wait_s]),
			series: [{ label: t('waits.p90'), values: p90, color: '--c2', dash: [6, 4] }, { label: t('waits.median'), values: median, color: '--c1', width: 2.5 }],
		};
	}, [data, which]);
	const inTime = useMemo(() => [{ label: '', values: data.waits.map((w) => w.within_share), color: '--c1', fill: true }], [data]);
	const says = [t('waits.says', spelled(total.median_wait_s), spelled(total.p90_wait_s), percent(total.within_share), spelled(data.longest_wait_s)),
		data.shifts.length > 0 && total.open_median_s !== null && total.closed_median_s !== null
			? t('waits.says_closed', spelled(total.open_median_s), spelled(total.closed_median_s)) : ''].join(' ');
	const options: Which[] = data.shifts.length ? ['all', 'open', 'closed', 'staffed'] : ['all'];
	return (
		<Figure id="waits" wide says={says} empty={total.median_wait_s === null && t('waits.none')} note={t('waits.note')} tables={[
			{ name: t('waits.title'), rows: rows(data.waits), csv: F.address('waits.csv', days, data.section ?? '') },
			{ name: t('distribution.title'), rows: rows(data.distribution), csv: F.address('distribution.csv', days, data.section ?? '') }]}>
			{options.length > 1 && (
				<fieldset class="fig-choice"><legend class="vh">{t('waits.which')}</legend>
					{options.map((o) => <label key={o}><input type="radio" name="figures-waits" checked={o === which} onChange={() => setWhich(o)} /><span>{t(`waits.which_${o}`)}</span></label>)}
				</fieldset>
			)}
			<div class="fig-pair">
				<div>
					<h4>{t(days > 100 ? 'waits.by_week' : 'waits.by_day')}</h4>
					<Plot name={t('waits.name')} count={names.length} ticks={dayTicks(names, 7)} series={lines.series} y={lines.y} height={230}
						levels={[{ at: data.longest_wait_s, text: t('waits.limit', duration(data.longest_wait_s)) }]}
						describe={(i) => t('waits.read', dayName(names[i] ?? '', data, data.waits[i]?.to), duration(lines.median[i] ?? null), duration(lines.p90[i] ?? null), number(data.waits[i]?.decided ?? 0))} />
					<h4>{t('waits.within')}</h4>
					<Plot small name={t('waits.within')} count={names.length} ticks={dayTicks(names, 7)} series={inTime} height={110}
						y={{ min: 0, max: 1, splits: [0, 0.5, 1], format: percent }}
						describe={(i) => t('waits.read_within', dayName(names[i] ?? '', data, data.waits[i]?.to), percent(data.waits[i]?.within_share ?? null))} />
				</div>
				<div>
					<h4>{t('distribution.title')}</h4>
					<WaitBars classes={data.distribution} limit={data.longest_wait_s} shifts={data.shifts.length > 0} />
				</div>
			</div>
		</Figure>
	);
}
