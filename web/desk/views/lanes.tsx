// The lanes above the queue: which part of it is shown, and how much waits in each.
import type { JSX } from 'preact';
import type { Controller, View } from '../controller';
import { counted, number, t } from '../i18n';
import type { Lane } from '../types';

export function laneName(lane: Pick<Lane, 'id' | 'name'>): string {
	return lane.name ?? t(`lane.${lane.id}`);
}

/* Built-in lanes where nothing waits only take room. */
const isShown = (lane: Lane, open: string): boolean => lane.name !== null || lane.id === 'all' || lane.count > 0 || lane.id === open;

/* Until the server has said: nothing must jump when it does. */
const notYet = (view: View): Lane => ({ id: 'all', name: null, filter: {}, count: view.desk.count, escalated: 0, oldest_at: null });

export function Lanes({ controller, view, onEdit }: { controller: Controller; view: View; onEdit: () => void }): JSX.Element {
	const lanes = view.lanes.length ? view.lanes.filter((l) => isShown(l, view.desk.lane)) : [notYet(view)];
	return (
		<nav class="lanes" aria-label={t('lane.label')}>
			<ul>
				{lanes.map((l) => (
					<li key={l.id}>
						<button type="button" class={`lane${l.id === 'overdue' ? ' lane-overdue' : ''}`} aria-current={l.id === view.desk.lane ? 'true' : undefined}
							onClick={() => controller.openLane(l.id)}>
							<span class="lane-name">{laneName(l)}</span><span class="lane-count">{counted(l.count)}</span>
							{l.escalated > 0 && l.id !== 'overdue' && <span class="lane-late" title={t('lane.late', number(l.escalated))}>!<span class="vh">{t('lane.late', number(l.escalated))}</span></span>}
						</button>
					</li>
				))}
			</ul>
			{controller.may('change') && <button type="button" class="link lanes-edit" onClick={onEdit}>{t('lane.edit')}</button>}
		</nav>
	);
}
