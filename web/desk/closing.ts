// Comments that close by themselves: the rules, how it stands, and the calls.
import type { Api } from './api';

export interface ClosingHours {
	/** On which it begins; 1 is Monday. */
	days: number[];
	from: number;
	to: number;
	sections: string[];
	reason: string;
}

export interface ClosingRules {
	hours: ClosingHours[];
	after_days: number;
	overload: { on: boolean; wait_minutes: number };
}

export const NEVER: ClosingRules = { hours: [], after_days: 0, overload: { on: false, wait_minutes: 480 } };

export interface ClosingState {
	overload: {
		on: boolean; closed: boolean; since: number | null; open_until: number | null; by: string | null;
		limit_minutes: number; wait_minutes: number | null; no_time: boolean;
	};
	hours: { until: number | null; reason: string | null } | null;
}

export const closingState = (api: Api): Promise<ClosingState> => api.call('GET', '/v1/desk/closing');
export const keepOpen = (api: Api, hours: number): Promise<ClosingState> => api.call('PUT', '/v1/desk/closing', { keep_open_hours: hours });
