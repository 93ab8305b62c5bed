// What can still be done about a decided text: withdraw it from the page, suspend its author. With the letter.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { t } from '../i18n';
import type { Draft } from '../state';
import type { Decision } from '../types';
import { useModal } from './hooks';
import { LetterBox, RuleChoices, WORD_MAX } from './terms';

interface Props {
	controller: Controller;
	decision: Decision;
	kind: 'remove' | 'suspend';
	onClose: () => void;
}

const DAYS = [1, 3, 7, 30, 90];

export function Afterwards({ controller, decision: d, kind, onClose }: Props): JSX.Element {
	const dialog = useModal();
	const [draft, setDraft] = useState<Draft>({ rules: d.rules.filter((r) => r !== 'engaging') as Draft['rules'], word: '' });
	const [days, setDays] = useState(7), [wrong, setWrong] = useState(''), [busy, setBusy] = useState(false);
	const lack = !draft.rules.length && !draft.law;
	async function submit(e: Event): Promise<void> {
		e.preventDefault();
		if (lack || busy) return;
		setBusy(true);
		setWrong('');
		try {
			await (kind === 'remove' ? controller.api.remove(d.revision, draft) : controller.api.suspend(d.revision, draft, days));
			onClose();
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			setWrong(error.message || t('account.failed'));
			setBusy(false);
		}
	}
	return (
		<dialog ref={dialog} class="dialog afterwards" aria-labelledby="afterwards-title" onClose={onClose}>
			<form onSubmit={(e) => void submit(e)}>
				<h2 id="afterwards-title">{t(`after.${kind}`)}</h2>
				<blockquote class="case-text"><p>{d.text}</p></blockquote>
				<RuleChoices draft={draft} onDraft={setDraft} legend={t('panel.rules')} />
				{kind === 'suspend' && <p class="quiet">{t('author.suspension_binds')}</p>}
				{kind === 'suspend' && (
					<label class="letter-law"><span>{t('after.days')}</span>
						<select value={String(days)} onChange={(e) => setDays(Number(e.currentTarget.value))}>
							{DAYS.map((n) => <option key={n} value={String(n)}>{t(n === 1 ? 'after.day' : 'after.n_days', n)}</option>)}
						</select></label>
				)}
				<label class="answer-word"><span>{t('panel.word_optional')}</span>
					<textarea rows={2} maxLength={WORD_MAX} value={draft.word} onInput={(e) => setDraft({ ...draft, word: e.currentTarget.value })} /></label>
				<LetterBox controller={controller} revision={d.revision} kind={kind} days={days} lang={controller.view.session?.site.lang ?? 'de'} text={d.text} draft={draft} onDraft={setDraft} />
				{wrong && <p class="decision-error" role="alert">{wrong}</p>}
				<p class="help-end">
					<button type="submit" class="act act-reject" aria-disabled={lack || busy}>{t(`after.do_${kind}`)}</button>
					<button type="button" class="act" onClick={onClose}>{t('panel.cancel')}</button>
				</p>
			</form>
		</dialog>
	);
}
