// Readers as persons, by the server: its calls and their shapes.
import type { Api } from './api';

export type Link = 'email' | 'name' | 'comment' | 'author';

export interface Person {
	id: string;
	links: Link[];
	names: string[];
	emails: string[];
	comments: number;
	released: number;
	erased: number;
	first_at: number | null;
	last_at: number | null;
}

export interface Hold {
	comment: string | null;
	kind: 'evidence' | 'objection' | 'suspension';
	since: number | null;
	until: number | null;
}

export interface Preview {
	digest: string;
	comments: number;
	published: number;
	waiting: number;
	letters: number;
	mails: number;
	held: number;
	holds: Hold[];
}

export interface Erased {
	run: string;
	erased: number;
	done: boolean;
	holds: Hold[];
}

export interface Erasure {
	run: string;
	person: string;
	comment: string | null;
	cause: 'editor' | 'reader' | 'command';
	by: string | null;
	state: 'running' | 'waiting' | 'done';
	erased: number;
	holds: Hold[];
	at: number;
	done_at: number | null;
}

export const TERMS = ['address_days', 'purge_days', 'log_days', 'suggestion_days'] as const;
export type Term = (typeof TERMS)[number];
export type Privacy = Record<Term, number> & { version: number };
/** What the server takes; it judges by the same. */
export const BOUNDS: Record<Term, [number, number]> = { address_days: [0, 30], purge_days: [1, 3650], log_days: [30, 3650], suggestion_days: [1, 3650] };

export interface Line {
	days: number;
	comments: number;
	authors: number;
}

export interface LineComment {
	revision: string;
	name: string;
	text: string;
	state: string;
	at: number;
	article: string;
}

const path = (id: string): string => `/v1/desk/persons/${encodeURIComponent(id)}`;

export const find = (api: Api, q: string): Promise<{ persons: Person[]; cut: boolean }> => api.call('POST', '/v1/desk/persons/search', { q });
export const preview = (api: Api, id: string): Promise<{ preview: Preview }> => api.call('POST', `${path(id)}/erasure`, {});
export const erase = (api: Api, id: string, digest: string): Promise<{ result: Erased }> => api.call('POST', `${path(id)}/erasure`, { confirm: true, digest });
export const erasures = (api: Api): Promise<{ erasures: Erasure[] }> => api.call('GET', '/v1/desk/erasures');
export const privacy = (api: Api): Promise<Privacy> => api.call('GET', '/v1/desk/privacy');
export const savePrivacy = (api: Api, terms: Privacy): Promise<Privacy> => api.call('PUT', '/v1/desk/privacy', terms);
export const line = (api: Api, revision: string): Promise<{ line: Line | null; comments: LineComment[] }> =>
	api.call('GET', `/v1/desk/revisions/${encodeURIComponent(revision)}/line`);
/** Where the browser itself gets what is handed over. */
export const dataAddress = (id: string, format: 'html' | 'json', download: boolean, lang: string): string =>
	`${path(id)}?format=${format}&lang=${lang}${download ? '&download=1' : ''}`;
