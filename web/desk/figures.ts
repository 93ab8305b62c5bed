// The figures as the server tells them, and what a sentence says of them. Pure; knows no server and no views.
// docs/openapi.yaml has the meaning of each column.
import type { BreachId } from './types';

type Share = number | null;

export interface Total {
	period: 'now' | 'before';
	from: string;
	to: string;
	received: number;
	decided: number;
	released: number;
	released_share: Share;
	median_wait_s: Share;
	p90_wait_s: Share;
	open_median_s: Share;
	closed_median_s: Share;
	within_share: Share;
	waiting: number | null;
	oldest_waiting_s: number | null;
}
export interface LoadHour {
	weekday: number;
	hour: number;
	days: number;
	received_per_hour: Share;
	decided_per_hour: Share;
	editors: Share;
	capacity_per_hour: Share;
}
export type WaitDay = { day: string; to: string; decided: number; within_share: Share; open_decided: number; closed_decided: number }
	& Record<'median_s' | 'p90_s' | 'open_median_s' | 'open_p90_s' | 'closed_median_s' | 'closed_p90_s' | 'staffed_median_s' | 'staffed_p90_s', Share>;
export interface WaitClass {
	from_s: number;
	to_s: number;
	open: number;
	closed: number;
	staffed: number;
}
export type DecisionDay = { day: string } & Record<'received' | 'released' | 'automatic' | 'rejected' | 'returned' | 'removed'
	| 'objections_upheld' | 'objections_changed' | 'objections_rejected' | `rejected_${BreachId}`, number>;
export type EngineSpan = { rule: BreachId; span: 'period' | 'day' | 'week' | 'month'; from: string; to: string }
	& Record<'both' | 'engine_only' | 'editors_only' | 'neither', number>
	& Record<'precision' | 'precision_low' | 'precision_high' | 'recall' | 'recall_low' | 'recall_high', Share>;
export type Tenth = { rule: BreachId } & Record<'score_from' | 'score_to' | 'count' | 'broken' | 'predicted' | 'actual' | 'actual_low' | 'actual_high', number>;
export interface ForecastDay {
	day: string;
	given: number;
	kept: number;
	kept_share: Share;
	kept_low: Share;
	kept_high: Share;
	none: number;
}
export interface Shift {
	/** 1: Monday. */
	days: number[];
	from: number;
	to: number;
	editors: number;
}
export interface FiguresData {
	from: string;
	to: string;
	section: string | null;
	behind: number;
	sections: string[];
	whole: boolean;
	longest_wait_s: number;
	rate_per_hour: number | null;
	shifts: Shift[];
	totals: Total[];
	load: LoadHour[];
	waits: WaitDay[];
	distribution: WaitClass[];
	decisions: DecisionDay[];
	engine: EngineSpan[];
	calibration: Tenth[];
	forecast: ForecastDay[];
}
export interface CrewRow {
	crew: 'measured' | 'now' | 'changed';
	median_s: number;
	p90_s: number;
	longest_s: number;
	within_share: number;
	left: number;
}
export type BacklogHour = Record<'weekday' | 'hour' | 'editors_now' | 'waiting_now' | 'editors_changed' | 'waiting_changed', number>;
export interface CrewData {
	rows: CrewRow[];
	backlog: BacklogHour[];
	replayed_days: number;
}
export type Row = Record<string, string | number | null>;

export const PERIODS = [7, 30, 90, 365] as const;
export const RULES: readonly BreachId[] = ['profanity', 'aggression', 'insinuation', 'ad_link', 'off_topic'];

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Without today, which is not over; unless there is nothing else. */
export function whole<T>(days: T[], has: (day: T) => number): T[] {
	const past = days.slice(0, -1);
	return past.some((d) => has(d) > 0) ? past : days;
}

const weekday = (day: string): number => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;

/** Of a longer period, weeks from Monday on: what there was in each on an average day. */
export function weekly(days: readonly DecisionDay[]): DecisionDay[] {
	const weeks: DecisionDay[][] = [];
	for (const d of days) {
		if (!weeks.length || weekday(d.day) === 0) weeks.push([]);
		weeks[weeks.length - 1]?.push(d);
	}
	return weeks.map((week) => Object.fromEntries(Object.entries(week[0] as DecisionDay)
		.map(([key, first]) => [key, typeof first === 'number' ? sum(week.map((d) => d[key as 'received'])) / week.length : first])) as DecisionDay);
}

export function address(figure: string, days: number, section: string, more: Record<string, number> = {}): string {
	const query = new URLSearchParams({ days: String(days), ...(section ? { section } : {}),
		...Object.fromEntries(Object.entries(more).map(([k, v]) => [k, String(v)])) });
	return `/v1/desk/figures${figure && `/${figure}`}?${query}`;
}

/* ---- where too few are there ---- */

export interface Rush {
	weekday: number;
	from: number;
	/** Exclusive. */
	to: number;
	/** Comments for each that the shift can decide. */
	times: number;
	editors: number;
}

const CROWDED = 1.1;

/** The stretch of a day in which most comes beyond what the people there decide; null: nowhere. */
export function worstRush(load: readonly LoadHour[]): Rush | null {
	let worst: Rush | null = null, most = 0;
	for (let at = 0; at < load.length; at++) {
		let received = 0, capacity = 0, editors = 0, end = at;
		for (; end < load.length; end++) {
			const h = load[end] as LoadHour;
			if (h.weekday !== load[at]?.weekday || !h.capacity_per_hour || (h.received_per_hour ?? 0) < CROWDED * h.capacity_per_hour) break;
			received += h.received_per_hour ?? 0;
			capacity += h.capacity_per_hour;
			editors += h.editors ?? 0;
		}
		if (received - capacity > most) {
			most = received - capacity;
			worst = { weekday: load[at]?.weekday ?? 1, from: load[at]?.hour ?? 0, to: (load[end - 1]?.hour ?? 0) + 1, times: received / capacity, editors: editors / (end - at) };
		}
		at = Math.max(at, end - 1);
	}
	return worst;
}

/** The shift in which too few are there most, as one to begin with. */
export function helped(data: Pick<FiguresData, 'load' | 'shifts'>): number {
	const rush = worstRush(data.load), full = fullest(data.load);
	const day = rush?.weekday ?? full?.weekday ?? 1, minute = (rush?.from ?? full?.hour ?? 0) * 60;
	return Math.max(0, data.shifts.findIndex((s) => s.days.includes(day) && s.from <= minute && minute < s.to));
}

/** The hour in which most of a shift is needed. */
export function fullest(load: readonly LoadHour[]): LoadHour | null {
	const need = (h: LoadHour): number => (h.capacity_per_hour ? (h.received_per_hour ?? 0) / h.capacity_per_hour : 0);
	return load.reduce<LoadHour | null>((best, h) => (need(h) > (best ? need(best) : 0) ? h : best), null);
}

export function busiest(load: readonly LoadHour[]): LoadHour | null {
	return load.reduce<LoadHour | null>((best, h) => ((h.received_per_hour ?? 0) > (best?.received_per_hour ?? 0) ? h : best), null);
}

/** The share that comes while nobody is there; null: shifts are not known. */
export function unattended(load: readonly LoadHour[]): number | null {
	const all = sum(load.map((h) => h.received_per_hour ?? 0));
	if (!all || load.every((h) => !h.editors)) return null;
	return sum(load.filter((h) => h.editors === 0).map((h) => h.received_per_hour ?? 0)) / all;
}

/* ---- the engine ---- */

/* Of fewer, a share says nothing worth a sentence. */
export const ENOUGH = 20;

/** The rule with the highest precision, and that with the lowest recall. */
export function extremes(engine: readonly EngineSpan[]): { surest: EngineSpan | null; missed: EngineSpan | null } {
	const whole = engine.filter((e) => e.span === 'period');
	const surest = whole.filter((e) => e.both + e.engine_only >= ENOUGH).sort((a, b) => (b.precision ?? 0) - (a.precision ?? 0))[0];
	const missed = whole.filter((e) => e.both + e.editors_only >= ENOUGH).sort((a, b) => (a.recall ?? 0) - (b.recall ?? 0))[0];
	return { surest: surest ?? null, missed: missed ?? null };
}

/** The tenth whose predicted share lies furthest outside of what was measured; null: all agree within chance. */
export function furthest(tenths: readonly Tenth[]): Tenth | null {
	const off = (c: Tenth): number => (c.predicted < c.actual_low ? c.actual_low - c.predicted : c.predicted > c.actual_high ? c.predicted - c.actual_high : 0);
	return tenths.filter((c) => c.count >= ENOUGH).reduce<Tenth | null>((most, c) => (off(c) > (most ? off(most) : 0.02) ? c : most), null);
}

/* ---- days on an axis ---- */

export interface Tick {
	at: number;
	day: string;
	kind: 'day' | 'month';
}


/* The first day, or the first week, of each month. */
const monthStarts = (each: readonly { at: number; day: string }[]): Tick[] =>
	each.filter((d, i) => i > 0 && d.day.slice(0, 7) !== each[i - 1]?.day.slice(0, 7)).map((d) => ({ ...d, kind: 'month' as const }));

/** Every day, Mondays, or the first of months: as many as have room. */
export function ticks(days: readonly string[], room: number): Tick[] {
	const each = days.map((day, at) => ({ at, day }));
	const mondays = each.filter((d) => weekday(d.day) === 0).map((d) => ({ ...d, kind: 'day' as const }));
	if (days.length <= 10) return each.filter((_, i) => i % Math.ceil(days.length / Math.max(1, room)) === 0).map((d) => ({ ...d, kind: 'day' as const }));
	if (days.length <= 100 && mondays.length <= room && mondays.length < days.length) return mondays;
	const list = days.length <= 100 && !days.every((d) => weekday(d) === 0 || d === days[0]) ? mondays : monthStarts(each), every = Math.ceil(list.length / Math.max(1, room));
	return list.filter((_, i) => i % every === 0);
}
