// Who is there? The page, and the same form in a dialog when a session ends in the middle of work.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { language, t } from '../i18n';
import { useModal, useNow } from './hooks';
import { LangSwitch } from './header';

function waitText(seconds: number): string {
	if (seconds < 60) return seconds === 1 ? t('login.wait_second') : t('login.wait_seconds', seconds);
	const minutes = Math.ceil(seconds / 60);
	return minutes === 1 ? t('login.wait_minute') : t('login.wait_minutes', minutes);
}

interface FormProps {
	controller: Controller;
	/** Set when only this person can go on. */
	who: string | null;
}

function Form({ controller, who }: FormProps): JSX.Element {
	const [error, setError] = useState('');
	const [until, setUntil] = useState(0);
	const [busy, setBusy] = useState(false);
	const [shown, setShown] = useState(false), [coded, setCoded] = useState(false);
	const form = useRef<HTMLFormElement>(null);
	const now = useNow(until ? 1000 : 0);
	const left = Math.ceil((until - now) / 1000);
	useEffect(() => {
		if (coded) form.current?.querySelector<HTMLInputElement>('[name=code]')?.focus();
	}, [coded, error]);
	useEffect(() => {
		form.current?.querySelector<HTMLInputElement>(who === null ? '[name=user]' : '[name=password]')?.focus();
	}, [who]);

	async function submit(event: Event): Promise<void> {
		event.preventDefault();
		if (busy || left > 0) return;
		const data = new FormData(form.current as HTMLFormElement);
		const user = who ?? String(data.get('user') ?? '').trim(), password = String(data.get('password') ?? '');
		if (!user || !password) return setError(t('login.incomplete'));
		setBusy(true);
		setError('');
		try {
			await controller.login(user, password, String(data.get('code') ?? '').trim());
		} catch (e) {
			setBusy(false);
			refuse(e);
		}
	}

	function refuse(e: unknown): void {
		if (!(e instanceof ApiError)) throw e;
		if (e.code === 'login_throttled') setUntil(Date.now() + Math.max(1, e.retryAfter) * 1000);
		setError(e.code === 'login_throttled' ? '' : e.kind === 'network' ? t('login.offline') : e.message || t('login.failed'));
		if (e.code.startsWith('second_factor')) {
			if (e.code === 'second_factor') setError('');
			return setCoded(true);
		}
		const password = form.current?.querySelector<HTMLInputElement>('[name=password]');
		password?.focus();
		if (e.code === 'login_failed') password?.select();
	}

	return (
		<form ref={form} class="login-form" onSubmit={(e) => void submit(e)} noValidate>
			<div class="login-error" role="alert">
				{error}
				{left > 0 && t('login.throttled')}
			</div>
			{left > 0 && <p class="login-wait">{waitText(left)}</p>}
			<label>
				<span>{t('login.user')}</span>
				<input name="user" autocomplete="username" autocapitalize="none" spellcheck={false} required
					{...(who === null ? {} : { value: who, readOnly: true })} />
			</label>
			<label>
				<span>{t('login.password')}</span>
				<input name="password" type={shown ? 'text' : 'password'} autocomplete="current-password" autocapitalize="none"
					spellcheck={false} required aria-invalid={error ? true : undefined} />
			</label>
			<label class="check">
				<input type="checkbox" checked={shown} onChange={() => setShown(!shown)} />
				<span>{t('login.show')}</span>
			</label>
			{coded && (
				<label>
					<span>{t('login.code')}</span>
					<input name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck={false} required aria-describedby="code-hint" />
					<span class="quiet" id="code-hint">{t('login.code_hint')}</span>
				</label>
			)}
			<button type="submit" class="primary" aria-disabled={busy || left > 0}>{busy ? t('login.busy') : t('login.submit')}</button>
		</form>
	);
}

export function LoginPage({ controller, onLang }: { controller: Controller; onLang: () => void }): JSX.Element {
	useEffect(() => {
		document.title = t('login.title');
	}, [language()]);
	return (
		<main class="login">
			<div class="login-card">
				<p class="brand">Freigabe</p>
				<h1>{t('login.title')}</h1>
				<Form controller={controller} who={null} />
				<p class="login-foot"><LangSwitch controller={controller} onLang={onLang} /></p>
			</div>
		</main>
	);
}

export function LoginAgain({ controller }: { controller: Controller }): JSX.Element {
	const dialog = useModal();
	const { user } = controller.view.session ?? { user: { login: '', name: '' } };
	return (
		<dialog ref={dialog} class="dialog login-again" aria-labelledby="again-title" onCancel={(e) => e.preventDefault()}>
			<h2 id="again-title">{t('again.title')}</h2>
			<p>{t('again.text', user.name)}</p>
			<Form controller={controller} who={user.login} />
			<p class="login-foot"><button type="button" class="link" onClick={() => location.reload()}>{t('again.other')}</button></p>
		</dialog>
	);
}
