// What else came by the same Internet connection, while that is known.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { count, moment, t } from '../i18n';
import { line as load } from '../persons';
import type { Line, LineComment } from '../persons';
import { stateName } from './parts';

const COUNTED = 100; // no further

export function LineBox({ controller, revision, line, now }: { controller: Controller; revision: string; line: Line; now: number }): JSX.Element {
	const [list, setList] = useState<LineComment[] | null>(null), [wrong, setWrong] = useState('');
	const open = (e: JSX.TargetedEvent<HTMLDetailsElement>): void => {
		if (!e.currentTarget.open || list) return;
		load(controller.api, revision).then((l) => setList(l.comments), (error: unknown) => {
			if (!(error instanceof ApiError)) throw error;
			setWrong(error.message || t('queue.failed'));
		});
	};
	if (!line.comments) return <p class="line-none quiet">{t('connection.none', line.days)}</p>;
	return (
		<details class="line-box" onToggle={open}>
			<summary>{line.comments < COUNTED ? count('connection.same', line.comments) : t('connection.most', COUNTED)} <span class="quiet">{t('connection.days', line.days)}{line.authors > 1 && `, ${t('connection.authors', line.authors)}`}</span></summary>
			{wrong && <p class="decision-error" role="alert">{wrong}</p>}
			<ol class="past">{list?.map((c) => (
				<li key={c.revision}>
					<p class="past-head"><span class={`state state-${c.state}`}>{stateName(c.state)}</span> <strong>{c.name}</strong> <time>{moment(c.at, now)}</time></p>
					<p class="past-text">{c.text}</p>
					<p class="past-under">{c.article}</p>
				</li>
			))}</ol>
		</details>
	);
}
