// Whether an article takes comments; editors close and open them, and say why.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { moment, t } from '../i18n';
import type { Article, Closure } from '../types';
import { useModal } from './hooks';

const HOURS = [0, 1, 6, 24, 72];
const KEEP_HOURS = 24;

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

/* Why it is closed, or that it is kept open. */
function words(c: Closure): string {
	const until = c.until ? moment(c.until, Date.now()) : '';
	if (c.kept_open) return until ? t('closing.kept_until', until) : t('closing.kept');
	if (c.by === 'age' || c.by === 'overload') return t(`closing.by_${c.by}`);
	if (c.by === 'hours' && until) return t('closing.by_hours', until);
	return until ? t('closing.until', until) : t('closing.closed');
}

export function Closing({ controller, article }: { controller: Controller; article: Article }): JSX.Element | null {
	const [now, setNow] = useState<Closure | null>(null), [asking, ask] = useState(false);
	const known = JSON.stringify(article.comments);
	useEffect(() => setNow(null), [known]); /* what the server says later counts more than what was answered here */
	const state = now ?? article.comments, may = controller.may('thread');
	/* What a rule has closed is kept open for a day; what the editors have closed is opened. */
	const open = (): void => void controller.api.closeThread(article.id, true, state.by_editors ? 0 : KEEP_HOURS, '').then(setNow, () => undefined);
	const close = (): void => void controller.api.closeThread(article.id, true, 0, '').then(setNow, () => undefined);
	if (state.open && !state.kept_open && !may) return null;
	return (
		<div class="closing">
			{(!state.open || state.kept_open) && <p role="status">{words(state)}{state.reason && ` »${state.reason}«`}</p>}
			{may && state.open && !state.kept_open && <button type="button" class="link" onClick={() => ask(true)}>{t('closing.ask')}</button>}
			{may && state.kept_open && <button type="button" class="link" onClick={close}>{t('closing.by_rules')}</button>}
			{may && !state.open && state.by !== 'article' && <button type="button" class="link" onClick={open}>{t(state.by_editors ? 'closing.open' : 'closing.keep')}</button>}
			{asking && <Dialog controller={controller} article={article} onDone={setNow} onClose={() => ask(false)} />}
		</div>
	);
}
