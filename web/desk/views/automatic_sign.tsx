// Signing a policy and closing a lane: two dialogs that say in full what they do.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError } from '../api';
import * as A from '../automatic';
import type { Controller } from '../controller';
import { count, number, t } from '../i18n';
import { sectionName } from './automatic';
import { useModal } from './hooks';

interface SigningProps {
	controller: Controller;
	section: A.Section;
	choice: A.Choice;
	data: A.Automatic;
	onClose: () => void;
	onData: (d: A.Automatic) => void;
	/** The calculation is another one by now. */
	onChanged: (d: A.Automatic) => void;
}

function NumberField({ label, value, least, most, unit, onValue }: { label: string; value: number; least: number; most: number; unit: string; onValue: (n: number) => void }): JSX.Element {
	return (
		<label class="sign-number">
			<span>{label}</span>
			<span><input type="number" min={least} max={most} step={1} required value={value} onInput={(e) => onValue(Number(e.currentTarget.value))} /> {unit}</span>
		</label>
	);
}

export function Signing({ controller, section, choice, data, onClose, onData, onChanged }: SigningProps): JSX.Element {
	const dialog = useModal(), name = controller.view.session?.user.name ?? '';
	const [draw, setDraw] = useState(Math.round(data.draw_least * 100)), [first, setFirst] = useState(data.first_least);
	const [delay, setDelay] = useState(data.delay_seconds), [password, setPassword] = useState('');
	const [wrong, setWrong] = useState(''), [busy, setBusy] = useState(false);
	const terms = { section: section.section, limit: choice.limit, threshold: choice.threshold ?? 0, draw: draw / 100, first, delay_seconds: delay };
	async function submit(e: Event): Promise<void> {
		e.preventDefault();
		if (busy) return;
		setBusy(true);
		setWrong('');
		try {
			onData(await A.sign(controller.api, terms, password));
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			setBusy(false);
			setWrong(error.message || t('account.failed'));
			if (error.code === 'automatic_changed') await A.load(controller.api).then(onChanged, () => undefined);
		}
	}
	return (
		<dialog ref={dialog} class="dialog signing" aria-labelledby="signing-title" onClose={onClose}>
			<form onSubmit={(e) => void submit(e)}>
				<p class="sign-over">{t('automatic.sign_over', controller.view.session?.site.name ?? '')}</p>
				<h2 id="signing-title" tabIndex={-1} autofocus>{t('automatic.sign_title', sectionName(section.section))}</h2>
				<div class="sign-text">
					<p>{t('automatic.sign_1', name, A.share(choice.limit), A.share(data.confidence))}</p>
					<p>{t('automatic.sign_2', A.share(terms.threshold), number(choice.cases), number(choice.refused), A.share(choice.bound))}</p>
					<p>{t('automatic.sign_3')}</p>
					<p>{t('automatic.sign_4')}</p>
				</div>
				<fieldset class="sign-terms">
					<legend>{t('automatic.sign_terms')}</legend>
					<NumberField label={t('automatic.draw')} value={draw} least={Math.round(data.draw_least * 100)} most={100} unit="%" onValue={setDraw} />
					<NumberField label={t('automatic.first')} value={first} least={data.first_least} most={100} unit={t('automatic.unit_comments')} onValue={setFirst} />
					<NumberField label={t('automatic.delay')} value={delay} least={10} most={3600} unit={t('automatic.unit_seconds')} onValue={setDelay} />
				</fieldset>
				<label class="sign-password"><span>{t('automatic.password', name)}</span>
					<input type="password" name="sign-password" autocomplete="current-password" required value={password} onInput={(e) => setPassword(e.currentTarget.value)} /></label>
				{wrong && <p class="login-error" role="alert">{wrong}</p>}
				<p class="form-end">
					<button type="submit" class="primary" aria-disabled={busy}>{t('automatic.do_sign')}</button>
					<button type="button" class="act" onClick={onClose}>{t('automatic.cancel')}</button>
				</p>
			</form>
		</dialog>
	);
}

interface ClosingProps {
	controller: Controller;
	policy: A.AutomaticPolicy;
	onClose: () => void;
	onData: (d: A.Automatic) => void;
}

export function Closing({ controller, policy, onClose, onData }: ClosingProps): JSX.Element {
	const dialog = useModal(), [word, setWord] = useState(''), [wrong, setWrong] = useState(''), [busy, setBusy] = useState(false);
	async function submit(e: Event): Promise<void> {
		e.preventDefault();
		if (busy) return;
		setBusy(true);
		setWrong('');
		try {
			onData(await A.close(controller.api, policy.section, policy.version, word.trim()));
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			setWrong(error.message || t('account.failed'));
			setBusy(false);
		}
	}
	return (
		<dialog ref={dialog} class="dialog signing" aria-labelledby="closing-title" onClose={onClose}>
			<form onSubmit={(e) => void submit(e)}>
				<h2 id="closing-title">{t('automatic.close_title', sectionName(policy.section))}</h2>
				<p class="sign-text">{t('automatic.close_text')} {count('automatic.close_stays', policy.measured.released)}</p>
				<label class="answer-word"><span>{t('automatic.close_word')}</span><textarea rows={2} maxLength={500} value={word} onInput={(e) => setWord(e.currentTarget.value)} /></label>
				{wrong && <p class="login-error" role="alert">{wrong}</p>}
				<p class="form-end">
					<button type="submit" class="primary" aria-disabled={busy}>{t('automatic.do_close')}</button>
					<button type="button" class="act" onClick={onClose}>{t('automatic.cancel')}</button>
				</p>
			</form>
		</dialog>
	);
}
