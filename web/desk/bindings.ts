// What somebody has chosen for themselves, remembered by this browser: keys, and whether the worst is blurred.
import { bindingsOf } from './keys';
import type { Bindings } from './keys';

const STORED = 'freigabe-desk-keys';

export function rememberedBindings(): Bindings {
	try {
		return bindingsOf(JSON.parse(localStorage.getItem(STORED) ?? 'null'));
	} catch {
		return bindingsOf(null); /* storage is switched off, or holds something else */
	}
}

export function rememberBindings(bindings: Bindings): void {
	try {
		localStorage.setItem(STORED, JSON.stringify(bindings));
	} catch {
		/* holds until the page is left */
	}
}

const NO_BLUR = 'freigabe-desk-no-blur';

export function rememberedBlur(): boolean {
	try {
		return localStorage.getItem(NO_BLUR) === null;
	} catch {
		return true;
	}
}

export function rememberBlur(on: boolean): void {
	try {
		if (on) localStorage.removeItem(NO_BLUR);
		else localStorage.setItem(NO_BLUR, '1');
	} catch {
		/* holds until the page is left */
	}
}

const EXPOSED = 'freigabe-desk-exposed';

/** When each of the worst was read: a page that is loaded anew has not forgotten. */
export function rememberedExposures(): number[] {
	try {
		const times: unknown = JSON.parse(sessionStorage.getItem(EXPOSED) ?? '[]');
		return Array.isArray(times) ? times.filter((t): t is number => typeof t === 'number') : [];
	} catch {
		return [];
	}
}

export function rememberExposures(times: number[]): void {
	try {
		sessionStorage.setItem(EXPOSED, JSON.stringify(times));
	} catch {
		/* holds until the page is left */
	}
}
