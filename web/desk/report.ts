// Reports for download: what can be asked for, and how the file comes. Knows no views.
import { ApiError, failure } from './api';

export type Kind = 'transparency' | 'statements';
export const PROFILES = ['hosting', 'platform', 'micro'] as const;
export type Profile = (typeof PROFILES)[number];
export const FORMATS: Record<Kind, readonly string[]> = {
	transparency: ['html', 'csv', 'json', 'text'],
	statements: ['json', 'jsonl', 'csv'],
};

export interface Order {
	kind: Kind;
	from: string;
	to: string;
	profile: Profile;
	format: string;
	lang: string;
}

/* The server gives it a minute. */
const PATIENCE_MS = 75000;

export interface Made {
	name: string;
	content: Blob;
}

export async function fetchReport(order: Order, speak: string): Promise<Made> {
	const stop = new AbortController(), timer = setTimeout(() => stop.abort(), PATIENCE_MS);
	try {
		const answer = await fetch(`/v1/desk/report?${new URLSearchParams({ ...order })}`,
			{ headers: { 'Accept-Language': speak }, credentials: 'same-origin', cache: 'no-store', signal: stop.signal });
		if (!answer.ok) throw await failure(answer);
		const name = /filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1] ?? `${order.kind}.${order.format}`;
		return { name, content: await answer.blob() };
	} catch (e) {
		throw e instanceof ApiError ? e : new ApiError('network', 'offline', '', 0);
	} finally {
		clearTimeout(timer);
	}
}

const day = (year: number, month: number, date: number): string => {
	const d = new Date(Date.UTC(year, month, date));
	return d.toISOString().slice(0, 10);
};

export const SPANS = ['this_year', 'last_year', 'last_month'] as const;
export type Span = (typeof SPANS)[number];

/** First and last day, for today's date. */
export function spanOf(span: Span, today: Date): { from: string; to: string } {
	const year = today.getFullYear(), month = today.getMonth();
	if (span === 'last_year') return { from: day(year - 1, 0, 1), to: day(year - 1, 11, 31) };
	if (span === 'last_month') return { from: day(year, month - 1, 1), to: day(year, month, 0) };
	return { from: day(year, 0, 1), to: day(year, month, today.getDate()) };
}
