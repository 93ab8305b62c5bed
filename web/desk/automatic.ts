// The lane that releases by itself, as the server tells of it: calls, types, and how its numbers read.
import type { Api } from './api';
import { language } from './i18n';

export interface Measured {
	released: number;
	removed: number;
	drawn: number;
	checked: number;
	refused: number;
	low: number;
	high: number;
}

export interface AutomaticPolicy {
	version: number;
	section: string;
	limit: number;
	confidence: number;
	threshold: number;
	draw: number;
	first: number;
	delay_seconds: number;
	used: number;
	refused: number;
	by: string;
	at: number;
	closed: { at: number; why: string; by: string | null; word: string | null } | null;
	measured: Measured;
}

export interface Choice {
	limit: number;
	answer: 'found' | 'few' | 'high';
	threshold: number | null;
	cases: number;
	refused: number;
	bound: number;
	needed: number;
	month: { cases: number; refused: number; low: number; high: number; per_day: number } | null;
}

export interface Section {
	section: string;
	decided: number;
	eligible: number;
	excluded: { why: string; cases: number }[];
	four_eyes: boolean;
	choices: Choice[];
	open: AutomaticPolicy | null;
}

export interface Automatic {
	engine: string;
	confidence: number;
	draw_least: number;
	first_least: number;
	delay_seconds: number;
	sections: Section[];
	history: AutomaticPolicy[];
}

/** What is signed. */
export interface Terms {
	section: string;
	limit: number;
	threshold: number;
	draw: number;
	first: number;
	delay_seconds: number;
}

export const load = (api: Api): Promise<Automatic> => api.call('GET', '/v1/desk/automatic');
export const sign = (api: Api, terms: Terms, password: string): Promise<Automatic> =>
	api.call('POST', '/v1/desk/automatic/policies', { ...terms, password });
export const close = (api: Api, section: string, version: number, word: string): Promise<Automatic> =>
	api.call('POST', '/v1/desk/automatic/closings', { section, version, word });

/** »2 %«, »0,5 %«. */
export function share(p: number, digits = 1): string {
	const n = new Intl.NumberFormat(language() === 'de' ? 'de-DE' : 'en-GB', { maximumFractionDigits: digits }).format(p * 100);
	return language() === 'de' ? `${n}\u202f%` : `${n}%`;
}

export function decimal(n: number, digits = n < 10 ? 1 : 0): string {
	return new Intl.NumberFormat(language() === 'de' ? 'de-DE' : 'en-GB', { minimumFractionDigits: digits > 1 ? digits : 0, maximumFractionDigits: digits }).format(n);
}

/** The strictest limit that can be kept: what an administrator looks at first. */
export function strictest(s: Section): number | null {
	return s.choices.find((c) => c.answer === 'found')?.limit ?? null;
}
