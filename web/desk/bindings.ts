// Which key somebody has given which command; remembered by this browser.
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
