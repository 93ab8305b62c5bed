// Why a comment is not to be decided any more, or not so: in the words of the state, from those of the stream and of errors.
import type { ApiError } from './api';
import type { Problem } from './state';
import type { QueueEvent } from './types';

/** What became of a comment that the stream says is gone. */
export function problemTold(e: QueueEvent, now: number): Problem {
	if (e.action === 'withdrawn') return { kind: 'withdrawn' };
	if (e.action === 'superseded') return { kind: 'superseded', revision: null };
	return { kind: 'decided', by: e.by ?? '', action: e.action ?? '', at: now };
}

/** Why the server did not take a decision. */
export function problemOf(e: ApiError): Problem {
	const c = e.conflict;
	switch (e.code) {
	case 'already_decided':
		return { kind: 'decided', by: c?.by ?? '', action: c?.action ?? '', at: c?.at ?? 0 };
	case 'revision_changed':
		return { kind: 'changed', revision: c?.revision ?? null };
	case 'revision_superseded':
		return { kind: 'superseded', revision: c?.revision ?? null };
	case 'revision_withdrawn':
		return { kind: 'withdrawn' };
	case 'parent_not_released':
		return { kind: 'parent' };
	default:
		return { kind: 'refused', message: e.message };
	}
}
