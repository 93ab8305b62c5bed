// How far editors agree: calls and types.
import type { Api } from './api';
import type { BreachId } from './types';

export interface Kappa {
	pairs: number;
	agreed: number;
	kappa: number | null;
	low: number | null;
	high: number | null;
}

export interface Agreement {
	version: number;
	share: number;
	days: number;
	overall: Kappa;
	/** First by second judgement: release, reject, return. */
	cells: number[][];
	rules: (Kappa & { rule: BreachId; both: number; one: number })[];
}

export interface Judgement {
	by: string;
	action: string;
	rules: BreachId[];
}

export interface Pair {
	revision: string;
	section: string;
	text: string;
	at: number;
	first: Judgement;
	second: Judgement;
}

export const CSV = '/v1/desk/agreement/figures.csv';
export const load = (api: Api): Promise<Agreement> => api.call('GET', '/v1/desk/agreement');
export const pairs = (api: Api): Promise<{ pairs: Pair[] }> => api.call('GET', '/v1/desk/agreement/pairs');
export const setShare = (api: Api, version: number, share: number): Promise<Agreement> => api.call('PUT', '/v1/desk/agreement', { version, share });
