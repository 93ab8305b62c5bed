// Learning from the editors, and what thresholds would have meant: what the server tells, and how a slider counts in
// it. Pure but for the calls at the end.
import type { Api } from './api';
import type { BreachId } from './types';

export type Schedule = 'off' | 'nightly' | 'weekly';
export type Head = 'rejection' | BreachId;
/** What was in force, and the new model. */
export type Pair = [number, number];

export interface Measured {
	n: number;
	rejected: number;
	auc: Pair;
	loss: Pair;
	precision: Pair;
	recall: Pair;
	flagged: Pair;
}

export interface HeadReport {
	head: Head;
	learned_from: number;
	measured_on: number;
	measured: Measured | null;
}

export interface Report {
	learned_from: number;
	measured_on: number;
	auc: Pair;
	gain: Pair;
	loss: Pair;
	better: boolean;
	against_own: boolean;
	took_ms: number;
	heads: HeadReport[];
}

export interface HouseModel {
	version: number;
	name: string | null;
	better: boolean;
	kept: boolean;
	size: number;
	reason: 'asked' | 'nightly' | 'weekly';
	by: string | null;
	at: number;
	report: Report;
}

export interface Choice {
	version: number;
	reason: 'better' | 'chosen';
	by: string | null;
	at: number;
}

export interface Run {
	phase: 'reading' | 'training' | 'measuring';
	done: number;
	all: number;
	by: string | null;
	began: number;
	stopping: boolean;
}

export interface LearningData {
	schedule: Schedule;
	run: Run | null;
	elsewhere: boolean;
	failed: { code: string; message: string; at: number } | null;
	in_force: number;
	broken: boolean;
	models: HouseModel[];
	choices: Choice[];
	/** A section is released by itself; another model ends that. */
	lane_open: boolean;
}

export interface Stock {
	decisions: number;
	cut: boolean;
	rejections: number;
	rules: Record<BreachId, number>;
	automatic: number;
	oldest: number | null;
	least: { decisions: number; rejections: number; rule: number };
}

/** How far a run is, 0 to 1: reading is a tenth of it, measuring another. */
export function progressOf(run: Run): number {
	const part = run.all > 0 ? Math.min(1, run.done / run.all) : 0;
	const [from, share] = { reading: [0, 0.15], training: [0.15, 0.7], measuring: [0.85, 0.15] }[run.phase];
	return (from ?? 0) + (share ?? 0) * part;
}

/* ---- what thresholds would have meant ---- */

/** Columns by score in thousandths, rising. */
export interface Counts {
	at: number[];
	released: number[];
	rejected: number[];
	other: number[];
}

export interface OutcomeData {
	decisions: number;
	since: number;
	cut: boolean;
	automatic: number;
	other_engine: number;
	rules: Record<BreachId, Counts>;
}

export interface OutcomeComment {
	revision: string;
	score: number;
	text: string;
	article: string;
	at: number;
}

export interface Meant {
	/** From the threshold on, and what became of them. */
	marked: number;
	released: number;
	/** Rejected for this rule, but below. */
	missed: number;
}

/** Threshold as a probability; null: never. */
export function meant(c: Counts, threshold: number | null): Meant {
	const from = threshold === null ? Infinity : Math.round(threshold * 1000), m: Meant = { marked: 0, released: 0, missed: 0 };
	c.at.forEach((score, i) => {
		const released = c.released[i] ?? 0, rejected = c.rejected[i] ?? 0;
		if (score >= from) {
			m.marked += released + rejected + (c.other[i] ?? 0);
			m.released += released;
		} else {
			m.missed += rejected;
		}
	});
	return m;
}

/** Counts in `bins` equal parts of the scale. */
export function binned(at: readonly number[], counts: readonly number[], bins: number): number[] {
	const out = Array.from({ length: bins }, () => 0);
	at.forEach((score, i) => {
		const bin = Math.min(bins - 1, Math.floor((score * bins) / 1000));
		out[bin] = (out[bin] ?? 0) + (counts[i] ?? 0);
	});
	return out;
}

/* ---- calls ---- */

export const learning = (api: Api): Promise<LearningData> => api.call('GET', '/v1/desk/learning');
export const stock = (api: Api): Promise<Stock> => api.call('GET', '/v1/desk/learning/decisions');
export const startLearning = (api: Api): Promise<LearningData> => api.call('POST', '/v1/desk/learning/run');
export const stopLearning = (api: Api): Promise<LearningData> => api.call('DELETE', '/v1/desk/learning/run');
export const scheduleLearning = (api: Api, schedule: Schedule): Promise<LearningData> => api.call('PUT', '/v1/desk/learning/schedule', { schedule });
export const chooseModel = (api: Api, version: number): Promise<LearningData> => api.call('PUT', '/v1/desk/learning/model', { version });
export const outcomes = (api: Api): Promise<OutcomeData> => api.call('GET', '/v1/desk/policy/outcomes');
export const outcomeComments = (api: Api, rule: BreachId, which: 'released' | 'rejected', threshold: number | null): Promise<{ comments: OutcomeComment[] }> =>
	api.call('GET', `/v1/desk/policy/outcomes/comments?rule=${rule}&which=${which}&score=${threshold === null ? 1001 : Math.round(threshold * 1000)}`);
