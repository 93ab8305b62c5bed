// Under the desk's head while the clock or the load has closed comments, or somebody keeps them open against it.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError } from '../api';
import { keepOpen } from '../closing';
import type { ClosingState } from '../closing';
import type { Controller } from '../controller';
import { moment, t } from '../i18n';

const HOURS = [1, 3, 8];

function words(s: ClosingState, now: number): string {
	const load = s.overload;
	if (load.closed) return t('load.closed', load.since ? moment(load.since, now) : '');
	if (load.on && load.open_until) return t('load.kept', load.by ?? '', moment(load.open_until, now));
	if (s.hours) return s.hours.until ? t('hours.closed', moment(s.hours.until, now)) : t('hours.closed_always');
	return '';
}

export function SiteClosing({ controller, state: s }: { controller: Controller; state: ClosingState | null }): JSX.Element | null {
	const [wrong, setWrong] = useState('');
	const said = s ? words(s, Date.now()) : '';
	if (!s || !said) return null;
	async function keep(hours: number): Promise<void> {
		setWrong('');
		try {
			controller.heardClosing(await keepOpen(controller.api, hours));
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			setWrong(e.message || t('account.failed'));
		}
	}
	const may = controller.may('thread');
	return (
		<div class="site-closing" role="status">
			<p>{said}{wrong && <strong> {wrong}</strong>}</p>
			{may && s.overload.closed && (
				<p class="site-closing-do"><span>{t('load.keep')}</span>
					{HOURS.map((h) => <button key={h} type="button" class="link" onClick={() => void keep(h)}>{t(h === 1 ? 'load.hour' : 'load.hours', h)}</button>)}</p>
			)}
			{may && !s.overload.closed && s.overload.on && s.overload.open_until && <p class="site-closing-do"><button type="button" class="link" onClick={() => void keep(0)}>{t('load.measure')}</button></p>}
		</div>
	);
}
