// Above a comment that cannot be decided as it stands: what happened, and the way on.
import type { JSX } from 'preact';
import { moment, t } from '../i18n';
import type { Problem } from '../state';
import { Kbd, stateName } from './parts';

export function problemText(p: Problem, now: number): string {
	switch (p.kind) {
	case 'decided':
		if (!p.by) return t('problem.decided_unknown');
		return t('problem.decided', p.by, p.at ? moment(p.at, now) : '', stateName(p.action));
	case 'superseded':
		return t('problem.superseded');
	case 'withdrawn':
		return t('problem.withdrawn');
	case 'referred':
		return t('problem.referred', p.by);
	case 'changed':
		return t('problem.changed');
	case 'parent':
		return t('problem.parent');
	case 'refused':
		return p.message || t('problem.refused');
	}
}

interface Props {
	problem: Problem | null;
	busy: boolean;
	now: number;
	parent: (() => void) | null;
	onRevision: (revision: string) => void;
	onNext: () => void;
}

export function Banner({ problem, busy, now, parent, onRevision, onNext }: Props): JSX.Element | null {
	if (busy) return <div class="banner" role="status"><p>{t('problem.busy')}</p></div>;
	if (!problem) return null;
	const newer = problem.kind === 'superseded' || problem.kind === 'changed' ? problem.revision : null;
	const over = problem.kind === 'referred' || problem.kind === 'decided' || problem.kind === 'withdrawn' || (problem.kind === 'superseded' && !newer);
	return (
		<div class={`banner banner-${problem.kind}`} role="alert">
			<p>{problemText(problem, now)}{problem.kind === 'parent' && !parent && ` ${t('problem.parent_elsewhere')}`}</p>
			{newer && <button type="button" class="act" onClick={() => onRevision(newer)}>{t(problem.kind === 'changed' ? 'problem.read_again' : 'problem.open_newer')}</button>}
			{problem.kind === 'parent' && parent && <button type="button" class="act" onClick={parent}>{t('problem.open_parent')}</button>}
			{over && <button type="button" class="act" onClick={onNext}><Kbd>S</Kbd><span>{t('action.next')}</span></button>}
		</div>
	);
}
