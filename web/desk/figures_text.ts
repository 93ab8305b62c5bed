// The figures' own words: they come with their page, so that the desk starts no later for them. Numbers, times and
// days in the reader's language.
import de from '../../i18n/figures.de.json';
import en from '../../i18n/figures.en.json';

type Lang = 'de' | 'en';
const tables: Record<Lang, Record<string, string>> = { de, en };
let lang: Lang = 'de';

export function speak(to: string): void {
	lang = to === 'en' ? 'en' : 'de';
}

export function t(key: string, ...args: (string | number)[]): string {
	const text = tables[lang][`figures.${key}`] ?? key;
	return text.replace(/\{(\d)\}/g, (_, i: string) => String(args[Number(i)] ?? ''));
}

export function has(key: string): boolean {
	return `figures.${key}` in tables.de;
}

const locale = (): string => (lang === 'de' ? 'de-DE' : 'en-GB');

export function number(n: number, digits = 0): string {
	return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(n);
}

export function percent(p: number | null): string {
	if (p === null) return '–';
	const n = p > 0 && p < 0.01 ? number(p * 100, 1) : p > 0.99 && p < 1 ? number(Math.min(99.9, p * 100), 1) : number(p * 100);
	return lang === 'de' ? `${n}\u202f%` : `${n}%`;
}

/** »45 Sek.«, »12 Min.«, »3,5 Std.«, »2,1 Tage«. */
export function duration(s: number | null): string {
	if (s === null) return '–';
	if (s < 59.5) return t('unit.s', number(s));
	if (s < 3570) return t('unit.min', number(s / 60));
	if (s < 36 * 3600) return t('unit.h', number(s / 3600, s < 36000 ? 1 : 0));
	return t('unit.d', number(s / 86400, 1));
}

/** The same, spelled out for sentences. */
export function spelled(s: number | null): string {
	if (s === null) return '–';
	const forms: [number, number, string][] = [[59.5, 1, 's'], [3570, 60, 'min'], [36 * 3600, 3600, 'h'], [Infinity, 86400, 'd']];
	const [, unit, name] = forms.find(([below]) => s < below) ?? [0, 1, 's'];
	const digits = (name === 'h' && s < 36000) || name === 'd' ? 1 : 0, n = number(s / unit, digits);
	return t(`long.${name}_${n === '1' ? 'one' : 'many'}`, n);
}

/** »eine Person«, »zwei Personen«, »2,5 Personen«. */
export function people(n: number): string {
	const whole = Math.round(n * 10) / 10;
	const word = Number.isInteger(whole) && has(`count.${whole}`) ? t(`count.${whole}`) : number(whole, 1);
	return whole === 1 ? t('people_one') : t('people_many', word);
}

export function weekdayName(n: number, form: 'short' | 'adverb' | 'long'): string {
	return t(`weekday.${form}_${n}`);
}

const utc = (day: string): Date => new Date(`${day}T00:00:00Z`);

export function day(iso: string, form: 'short' | 'month' | 'long'): string {
	const options: Record<typeof form, Intl.DateTimeFormatOptions> = {
		short: { day: 'numeric', month: 'short' }, month: { month: 'short' }, long: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
	};
	return new Intl.DateTimeFormat(locale(), { ...options[form], timeZone: 'UTC' }).format(utc(iso));
}

/** Minutes of a day: »7 Uhr«, »7:30 Uhr«. */
export function clock(minutes: number): string {
	const h = Math.floor(minutes / 60), m = minutes % 60;
	return `${h}${m ? `:${String(m).padStart(2, '0')}` : ''}`;
}

/** »Mo–Fr 9–18 Uhr«. */
export function shiftName(s: { days: readonly number[]; from: number; to: number; editors: number }): string {
	const runs: string[] = [];
	const name = (d: number): string => weekdayName(d, 'short');
	for (let d = 1; d <= 7; d++) {
		if (!s.days.includes(d)) continue;
		let end = d;
		while (s.days.includes(end + 1)) end++;
		runs.push(end > d + 1 ? `${name(d)}–${name(end)}` : end > d ? `${name(d)}, ${name(end)}` : name(d));
		d = end;
	}
	return t('shift', runs.join(', '), clock(s.from), clock(s.to), people(s.editors));
}
