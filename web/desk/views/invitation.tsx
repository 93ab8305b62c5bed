// From the invitation to the first comment: who invites, a log-in, a password; or a new password alone.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { beginHouse, ways } from '../access';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { t } from '../i18n';
import type { InvitationView } from '../types';
import { LangSwitch } from './header';

/** The secret stands behind the #, so that it reaches no log. */
export function invitationToken(): string {
	return location.pathname.replace(/\/$/, '').endsWith('/desk/invitation') ? location.hash.slice(1) || '?' : '';
}

interface Props {
	controller: Controller;
	token: string;
	onLang: () => void;
	onDone: () => void;
}

function Form({ controller, token, offer, onDone }: Props & { offer: InvitationView }): JSX.Element {
	const form = useRef<HTMLFormElement>(null);
	const [wrong, setWrong] = useState(''), [busy, setBusy] = useState(false), [shown, setShown] = useState(false);
	useEffect(() => form.current?.querySelector<HTMLInputElement>(offer.reset ? '[name=password]' : '[name=login]')?.focus(), []);
	async function submit(e: Event): Promise<void> {
		e.preventDefault();
		const data = new FormData(form.current as HTMLFormElement), text = (name: string): string => String(data.get(name) ?? '').trim();
		if (busy) return;
		setBusy(true);
		setWrong('');
		try {
			const session = await controller.api.acceptInvitation(token, text('login'), text('name'), String(data.get('password')));
			history.replaceState(null, '', '/desk/');
			if (session) controller.begin(session);
			onDone();
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			setWrong(error.message || t('login.offline'));
			setBusy(false);
		}
	}
	return (
		<form ref={form} class="login-form" onSubmit={(e) => void submit(e)}>
			{wrong && <p class="login-error" role="alert">{wrong}</p>}
			<label><span>{t('login.user')}</span>
				<input name="login" autocomplete="username" autocapitalize="none" spellcheck={false} required maxLength={100}
					{...(offer.reset ? { value: offer.login, readOnly: true } : {})} /></label>
			{!offer.reset && <label><span>{t('invitation.name')}</span><input name="name" autocomplete="name" required maxLength={100} defaultValue={offer.name} /></label>}
			<label><span>{t('invitation.password')}</span>
				<input name="password" type={shown ? 'text' : 'password'} autocomplete="new-password" required minLength={10} aria-describedby="password-hint" /></label>
			<p class="quiet" id="password-hint">{t('invitation.password_hint')}</p>
			<label class="check"><input type="checkbox" checked={shown} onChange={() => setShown(!shown)} /><span>{t('login.show')}</span></label>
			<button type="submit" class="primary" aria-disabled={busy}>{t(offer.reset ? 'invitation.save' : 'invitation.begin')}</button>
		</form>
	);
}

export function InvitationPage(p: Props): JSX.Element {
	const [offer, setOffer] = useState<InvitationView | null>(null), [failed, setFailed] = useState(''), [house, setHouse] = useState<string | null>(null);
	useEffect(() => {
		document.title = t('invitation.title');
		ways(p.controller.api, '').then((w) => setHouse(w.house), () => undefined);
		p.controller.api.invitation(p.token).then(setOffer, (e: unknown) => {
			if (!(e instanceof ApiError)) throw e;
			setFailed(e.message || t('login.offline'));
		});
	}, []);
	async function byHouse(): Promise<void> {
		try {
			location.assign((await beginHouse(p.controller.api, p.token)).url);
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			setFailed(e.message || t('login.offline'));
		}
	}
	return (
		<main class="login">
			<div class="login-card">
				<p class="brand">Freigabe</p>
				{failed && <><h1>{t('invitation.title')}</h1><p class="login-error" role="alert">{failed}</p><p><a href="/desk/">{t('invitation.to_login')}</a></p></>}
				{offer && <>
					<h1>{offer.reset ? t('invitation.reset', offer.site) : t('invitation.welcome', offer.name, offer.site)}</h1>
					{!offer.reset && <p>{t('invitation.role', t(`role.${offer.role}`))} {t(`role_text.${offer.role}`)}</p>}
					{house && !offer.reset && <div class="ways">
						<button type="button" class="way-in" onClick={() => void byHouse()}>{t('house.accept', house)}</button>
						<p class="or"><span>{t('house.or_password')}</span></p>
					</div>}
					<Form {...p} offer={offer} />
				</>}
				<p class="login-foot"><LangSwitch controller={p.controller} onLang={p.onLang} /></p>
			</div>
		</main>
	);
}
