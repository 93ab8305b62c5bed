// Where in the desk one is, as the address says it: /desk, /desk/board, /desk/comment/ID. An address can be sent to a
// colleague, and the browser's way back works.
import { useEffect, useState } from 'preact/hooks';
import type { Right } from './types';

/** Places that belong together stand behind one entry of the head. */
export const GROUPS = [
	{ name: 'review', tabs: ['review'] },
	{ name: 'board', tabs: ['board'] },
	{ name: 'decided', tabs: ['decided'] },
	{ name: 'answers', tabs: ['objections', 'notices'] },
	{ name: 'figures', tabs: ['figures'] },
	{ name: 'rules', tabs: ['policy', 'learning', 'automatic'] },
	{ name: 'house', tabs: ['team', 'persons', 'webhooks'] },
] as const;
export const TABS = GROUPS.flatMap((g): readonly (typeof GROUPS)[number]['tabs'][number][] => g.tabs);
export type Tab = (typeof TABS)[number];

export interface Place {
	/** A comment's story is no tab, but a page of its own. */
	tab: Tab | 'comment';
	comment: string;
}

const HOME: Place = { tab: 'review', comment: '' };

export function placeOf(path: string): Place {
	const [, desk, name = '', id = '', more] = path.split('/');
	if (desk !== 'desk' || more) return HOME;
	if (name === 'comment' && /^[0-9a-z]{13}$/.test(id)) return { tab: 'comment', comment: id };
	const tab = TABS.find((t) => t === name);
	return tab && !id ? { tab, comment: '' } : HOME;
}

export function pathOf(place: Place): string {
	if (place.tab === 'comment') return `/desk/comment/${place.comment}`;
	return place.tab === 'review' ? '/desk' : `/desk/${place.tab}`;
}

/** An address says where to go, not what one may; and a role can change while somebody works. */
export function mayEnter(who: { may(right: Right): boolean }, tab: Place['tab']): boolean {
	switch (tab) {
	case 'policy':
	case 'learning':
	case 'automatic': return who.may('settings');
	case 'persons': return who.may('persons');
	case 'webhooks': return who.may('webhooks');
	case 'team': return who.may('staff') || who.may('log');
	default: return true;
	}
}

export const storyPath = (comment: string): string => pathOf({ tab: 'comment', comment });

/** Where we are, and the way elsewhere. Plain links to places of the desk stay within it, too. */
export function usePlace(): [Place, (to: Place) => void] {
	const [place, setPlace] = useState(() => placeOf(location.pathname));
	const go = (to: Place): void => {
		if (pathOf(to) !== location.pathname) history.pushState(null, '', pathOf(to));
		setPlace(to);
	};
	useEffect(() => {
		const back = (): void => setPlace(placeOf(location.pathname));
		const click = (e: MouseEvent): void => {
			const link = e.target instanceof Element ? e.target.closest('a') : null;
			const own = link && !link.target && link.origin === location.origin && /^\/desk(\/|$)/.test(link.pathname) && !link.hash;
			if (!own || e.defaultPrevented || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
			e.preventDefault();
			go(placeOf(link.pathname));
		};
		addEventListener('popstate', back);
		document.addEventListener('click', click);
		return () => {
			removeEventListener('popstate', back);
			document.removeEventListener('click', click);
		};
	}, []);
	return [place, go];
}
