// The desk's words in both languages. A text takes its arguments as {0} {1}; a count chooses between
// KEY_one and KEY_many.
import de from '../../i18n/desk.de.json';
import en from '../../i18n/desk.en.json';
import letterDe from '../../i18n/letter.de.json';
import letterEn from '../../i18n/letter.en.json';
import { COUNTED } from './types';

export type Lang = 'de' | 'en';
export type Key = keyof typeof de extends `desk.${infer K}` ? K : never;

const tables: Record<Lang, Record<string, string>> = { de, en };
const STORED = 'freigabe-desk-lang';
let lang: Lang = 'de';

const asLang = (tag: string | null | undefined): Lang | null =>
	tag?.toLowerCase().startsWith('en') ? 'en' : tag?.toLowerCase().startsWith('de') ? 'de' : null;

function remembered(): string | null {
	try {
		return localStorage.getItem(STORED);
	} catch {
		return null; /* storage is switched off: the page's own language it is */
	}
}

export function pageLanguage(): Lang {
	lang = asLang(remembered()) ?? asLang(document.documentElement.lang) ?? asLang(navigator.language) ?? 'de';
	document.documentElement.lang = lang;
	return lang;
}

export function setLanguage(to: Lang): void {
	lang = to;
	document.documentElement.lang = to;
	try {
		localStorage.setItem(STORED, to);
	} catch {
		/* not remembered then */
	}
}

export function language(): Lang {
	return lang;
}

export function t(key: string, ...args: (string | number)[]): string {
	const text = tables[lang][`desk.${key}`] ?? tables.de[`desk.${key}`] ?? key;
	return text.replace(/\{(\d)\}/g, (_, i: string) => String(args[Number(i)] ?? ''));
}

/** A sentence of the letter, in its author's language. */
export function letterText(to: string, key: string): string {
	const table: Record<string, string> = to === 'en' ? letterEn : letterDe;
	return table[`letter.${key}`] ?? '';
}

export function has(key: string): boolean {
	return `desk.${key}` in tables.de;
}

export function count(key: string, n: number): string {
	return t(`${key}_${n === 1 ? 'one' : 'many'}`, number(n));
}

/* ---- numbers and times ---- */

const locale = (): string => (lang === 'de' ? 'de-DE' : 'en-GB');

export function number(n: number): string {
	return new Intl.NumberFormat(locale()).format(n);
}

/** What waits. */
export function counted(n: number): string {
	return n < COUNTED ? number(n) : `${number(COUNTED)}+`;
}

export function percent(p: number): string {
	const n = Math.round(p * 100);
	return lang === 'de' ? `${n}\u202f%` : `${n}%`;
}

export function clock(at: number): string {
	return new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit' }).format(at);
}

const sameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString();

/** »14:03« today, »21. Nov., 14:03« before. */
export function moment(at: number, now: number): string {
	if (sameDay(at, now)) return clock(at);
	return new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).format(at);
}

export function fullMoment(at: number): string {
	return new Intl.DateTimeFormat(locale(), { dateStyle: 'full', timeStyle: 'short' }).format(at);
}

/** How long ago, as short as can be: »jetzt«, »12 Min.«, »3 Std.«, »2 T.«. */
export function age(at: number, now: number): string {
	const minutes = Math.max(0, Math.floor((now - at) / 60000));
	if (minutes < 1) return t('age.now');
	if (minutes < 60) return t('age.minutes', minutes);
	if (minutes < 48 * 60) return t('age.hours', Math.floor(minutes / 60));
	return t('age.days', Math.floor(minutes / (24 * 60)));
}
