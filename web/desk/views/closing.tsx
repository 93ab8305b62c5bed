// Whether an article takes comments; editors close and open them, and say why.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { moment, t } from '../i18n';
import type { Article, Closure } from '../types';
import { useModal } from './hooks';

const HOURS = [0, 1, 6, 24, 72];

function Dialog({ controller, article, onDone, onClose }: { controller: Controller; article: Article; onDone: (c: Closure) => void; onClose: () => void }): JSX.Element {
	const dialog = useModal();
	const [hours, setHours] = useState(0), [reason, setReason] = useState(''), [wrong, setWrong] = useState('');
	async function submit(e: Event): Promise<void> {
		e.preventDefault();
		try {
			onDone(await controller.api.closeThread(article.id, false, hours, reason));
			onClose();
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			setWrong(error.message || t('account.failed'));
		}
	}
	return (
		<dialog ref={dialog} class="dialog afterwards" aria-labelledby="closing-title" onClose={onClose}>
			<form onSubmit={(e) => void submit(e)}>
				<h2 id="closing-title">{t('closing.title')}</h2>
				<p class="quiet">{article.title}</p>
				<label class="letter-law"><span>{t('after.days')}</span>
					<select value={String(hours)} onChange={(e) => setHours(Number(e.currentTarget.value))}>
						{HOURS.map((h) => <option key={h} value={String(h)}>{t(`closing.hours_${h}`)}</option>)}
					</select></label>
				<label class="answer-word"><span>{t('closing.reason')}</span>
					<textarea rows={2} maxLength={300} value={reason} onInput={(e) => setReason(e.currentTarget.value)} /></label>
				{wrong && <p class="decision-error" role="alert">{wrong}</p>}
				<p class="help-end"><button type="submit" class="act act-reject">{t('closing.close')}</button> <button type="button" class="act" onClick={onClose}>{t('panel.cancel')}</button></p>
			</form>
		</dialog>
	);
}

export function Closing({ controller, article }: { controller: Controller; article: Article }): JSX.Element | null {
	const [now, setNow] = useState<Closure | null>(null), [asking, ask] = useState(false);
	const state = now ?? article.comments, may = controller.may('thread');
	const open = (): void => void controller.api.closeThread(article.id, true, 0, '').then(setNow, () => undefined);
	if (state.open && !may) return null;
	return (
		<div class="closing">
			{!state.open && <p role="status">{state.until ? t('closing.until', moment(state.until, Date.now())) : t('closing.closed')}{state.reason && ` »${state.reason}«`}</p>}
			{may && state.open && <button type="button" class="link" onClick={() => ask(true)}>{t('closing.ask')}</button>}
			{may && !state.open && state.by_editors && <button type="button" class="link" onClick={open}>{t('closing.open')}</button>}
			{asking && <Dialog controller={controller} article={article} onDone={setNow} onClose={() => ask(false)} />}
		</div>
	);
}
