// The way about the desk: groups of places in the head, and under it the places of the group one is in.
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Controller, View } from '../controller';
import { count, counted, number, t } from '../i18n';
import { GROUPS, mayEnter, pathOf } from '../router';
import type { Place, Tab } from '../router';
import { waitingCount } from '../state';

interface Props {
	controller: Controller;
	view: View;
	tab: Place['tab'];
}

interface Waiting {
	n: number;
	late: number;
}

/* What waits behind a place; null: nothing is counted there. */
function waitingAt(view: View, tab: Tab): Waiting | null {
	if (tab === 'objections') return { n: view.objections, late: 0 };
	return tab === 'notices' ? { n: view.notices, late: view.overdueNotices } : null;
}

function Count({ n, late }: Waiting): JSX.Element | null {
	if (!n) return null;
	const words = late > 0 ? count('notice.late', late) : undefined;
	return <span class={`tab-count${late > 0 ? ' badge-late' : ''}`} title={words}>{number(n)}{words && <span class="vh">, {words}</span>}</span>;
}

function QueueCount({ view }: { view: View }): JSX.Element {
	return <span class="tab-count">{view.queue === 'ready' ? counted(waitingCount(view.desk)) : '–'}</span>;
}

/* A group of which one may enter a single place goes by that place's name. */
function Group({ p, name, tabs }: { p: Props; name: string; tabs: readonly Tab[] }): JSX.Element {
	const waits = tabs.map((tab) => waitingAt(p.view, tab) ?? { n: 0, late: 0 });
	const all = waits.reduce((a, b) => ({ n: a.n + b.n, late: a.late + b.late }), { n: 0, late: 0 });
	const first = tabs[0]!, to = tabs[waits.findIndex((w) => w.n > 0)] ?? first;
	return (
		<a class="tab" href={pathOf({ tab: to, comment: '' })} aria-current={tabs.some((tab) => tab === p.tab) ? (tabs.length > 1 ? 'true' : 'page') : undefined}>
			{t(`nav.${tabs.length > 1 ? name : first}`)}
			{first === 'review' ? <QueueCount view={p.view} /> : <Count {...all} />}
		</a>
	);
}

const entered = (controller: Controller, tabs: readonly Tab[]): Tab[] => tabs.filter((tab) => mayEnter(controller, tab));

export function Tabs(p: Props): JSX.Element {
	const row = useRef<HTMLElement>(null);
	/* On a small tablet the row is longer than the screen: where one is stays in sight. */
	useLayoutEffect(() => {
		const here = row.current?.querySelector<HTMLElement>('[aria-current]');
		if (row.current && here) row.current.scrollLeft = here.offsetLeft - (row.current.clientWidth - here.offsetWidth) / 2;
	}, [p.tab]);
	return (
		<nav class="tabs" ref={row} aria-label={t('nav.label')}>
			{GROUPS.map(({ name, tabs }) => {
				const mine = entered(p.controller, tabs);
				return mine.length > 0 && <Group key={name} p={p} name={name} tabs={mine} />;
			})}
		</nav>
	);
}

export function SubTabs(p: Props): JSX.Element | null {
	const group = GROUPS.find(({ tabs }) => tabs.some((tab) => tab === p.tab));
	const mine = group ? entered(p.controller, group.tabs) : [];
	if (!group || mine.length < 2) return null;
	return (
		<nav class="subtabs" aria-label={t(`nav.${group.name}`)}>
			{mine.map((tab) => (
				<a key={tab} class="subtab" href={pathOf({ tab, comment: '' })} aria-current={tab === p.tab ? 'page' : undefined}>
					{t(`nav.${tab}`)}<Count {...(waitingAt(p.view, tab) ?? { n: 0, late: 0 })} />
				</a>
			))}
		</nav>
	);
}
