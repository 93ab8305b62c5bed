// Programs of others that are told what happens, by the server: its calls and their shapes.
import type { Api } from './api';

export type Problem = 'status' | 'redirect' | 'gone' | 'private' | 'timeout' | 'unreachable' | 'url' | 'overtaken';

export interface Webhook {
	id: string;
	url: string;
	types: string[];
	state: 'active' | 'paused' | 'off';
	off_reason: 'gone' | 'failing' | 'backlog' | null;
	failing_since: number | null;
	waiting: number;
	secret_before_until: number | null;
	created_at: number;
	/** null: by a command. */
	created_by: string | null;
	changed_at: number;
	changed_by: string | null;
}

export interface Delivery {
	id: string;
	type: string;
	comment: string | null;
	at: number;
	state: 'waiting' | 'sent' | 'failed' | 'skipped';
	tries: number;
	status: number | null;
	problem: Problem | null;
	took_ms: number;
	tried_at: number | null;
	due_at: number | null;
}

export interface Tried {
	status: number | null;
	problem: Problem | null;
	took_ms: number;
}

export interface Wanted {
	url: string;
	types: string[];
	active: boolean;
}

const all = '/v1/desk/webhooks';
const path = (id: string): string => `${all}/${encodeURIComponent(id)}`;

export const list = (api: Api): Promise<{ webhooks: Webhook[]; types: string[]; private: boolean }> => api.call('GET', all);
export const add = (api: Api, wanted: Wanted): Promise<{ webhook: Webhook; secret: string }> => api.call('POST', all, wanted);
export const change = (api: Api, id: string, wanted: Wanted): Promise<void> => api.call('PUT', path(id), wanted);
export const remove = (api: Api, id: string): Promise<void> => api.call('DELETE', path(id));
export const newSecret = (api: Api, id: string): Promise<{ secret: string }> => api.call('POST', `${path(id)}/secret`, {});
export const test = (api: Api, id: string): Promise<Tried> => api.call('POST', `${path(id)}/test`, {});
export const deliveries = (api: Api, id: string): Promise<{ deliveries: Delivery[] }> => api.call('GET', `${path(id)}/deliveries`);
export const again = (api: Api, id: string, delivery: string): Promise<void> => api.call('POST', `${path(id)}/deliveries/${encodeURIComponent(delivery)}`, {});
