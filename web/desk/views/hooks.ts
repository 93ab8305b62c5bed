// Small helpers that several views share.
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import type { Controller, View } from '../controller';

/** Draws again whenever the controller's view changes. */
export function useView(controller: Controller): View {
	const [, redraw] = useReducer<number, void>((n) => n + 1, 0);
	/* Listens before anything can be answered: a change in between would leave the page as it was, empty at the start. */
	useLayoutEffect(() => controller.subscribe(() => redraw()), [controller]);
	return controller.view;
}

/** The time, renewed every `every` ms; not at all while `every` is 0. */
export function useNow(every: number): number {
	const [now, setNow] = useState(Date.now());
	useEffect(() => {
		if (!every) return undefined;
		setNow(Date.now());
		const timer = setInterval(() => setNow(Date.now()), every);
		return () => clearInterval(timer);
	}, [every]);
	return now;
}

/** A modal <dialog> that is open as long as it is rendered; gives the focus back where it was. */
export function useModal(): RefObject<HTMLDialogElement> {
	const ref = useRef<HTMLDialogElement>(null);
	useEffect(() => {
		const before = document.activeElement;
		const dialog = ref.current;
		dialog?.showModal();
		return () => {
			dialog?.close();
			if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
		};
	}, []);
	return ref;
}
