// Who is there? The page, and the same form in a dialog when a session ends in the middle of work.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { askPasskey, beginHouse, loginPasskey, ways as askWays } from '../access';
import type { Ways } from '../access';
import { ApiError } from '../api';
import type { FactorsAsked, Login } from '../api';
import type { Controller } from '../controller';
import { language, t } from '../i18n';
import { passkeysSupported, usePasskey } from '../passkey';
import { useModal, useNow } from './hooks';
import { LangSwitch } from './header';

function waitText(seconds: number): string {
	if (seconds < 60) return seconds === 1 ? t('login.wait_second') : t('login.wait_seconds', seconds);
	const minutes = Math.ceil(seconds / 60);
	return minutes === 1 ? t('login.wait_minute') : t('login.wait_minutes', minutes);
}

/** What the server said behind the # when the house's own log-in led back: a failure, or an account to be confirmed. */
export function ledBack(): { failed: string; confirm: string } {
	const said = new URLSearchParams(location.hash.slice(1));
	return { failed: said.get('failed') ?? '', confirm: said.get('confirm') ?? '' };
}

interface FormProps {
	controller: Controller;
	/** Set when only this person can go on. */
	who: string | null;
	/** The address that the house's own log-in has vouched for: to be linked with the account. */
	confirm: string;
	ways: Ways;
	failed: string;
}

/** What went wrong, and until when there is to be waited. */
interface Trouble {
	error: string;
	until: number;
}

function troubleOf(e: ApiError): Trouble {
	if (e.code === 'login_throttled') return { error: '', until: Date.now() + Math.max(1, e.retryAfter) * 1000 };
	return { error: e.kind === 'network' ? t('login.offline') : e.message || t('login.failed'), until: 0 };
}

interface OtherProps extends FormProps {
	onTrouble: (trouble: Trouble) => void;
}

/* Without a password. */
function OtherWays({ controller, ways, onTrouble }: OtherProps): JSX.Element | null {
	const key = ways.passkeys && passkeysSupported();
	async function attempt(what: () => Promise<void>): Promise<void> {
		onTrouble({ error: '', until: 0 });
		try {
			await what();
		} catch (e) {
			onTrouble(e instanceof ApiError ? troubleOf(e) : { error: t('passkey.failed'), until: 0 });
		}
	}
	const byKey = (): Promise<void> => attempt(async () => {
		const passkey = await usePasskey((await askPasskey(controller.api)).options);
		if (passkey) await controller.loginBy(loginPasskey(controller.api, passkey));
	});
	const byHouse = (): Promise<void> => attempt(async () => location.assign((await beginHouse(controller.api)).url));
	if (!key && !ways.house) return null;
	return (
		<div class="ways">
			{key && <button type="button" class="way-in" onClick={() => void byKey()}><KeyMark />{t('passkey.login')}</button>}
			{ways.house && <button type="button" class="way-in" onClick={() => void byHouse()}>{t('house.login', ways.house)}</button>}
			{ways.passwords && <p class="or"><span>{t('login.or')}</span></p>}
		</div>
	);
}

function KeyMark(): JSX.Element {
	return <svg class="key-mark" viewBox="0 0 20 20" aria-hidden="true"><path d="M13 2a5 5 0 0 0-4.8 6.4L2 14.6V18h3.4v-2h2.1v-2h2l2.1-2.2A5 5 0 1 0 13 2zm1.2 3a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2z" /></svg>;
}

interface FactorProps {
	asked: FactorsAsked;
	onKey: () => void;
}

function SecondFactor({ asked, onKey }: FactorProps): JSX.Element {
	const key = asked.options !== null && passkeysSupported();
	return (
		<>
			{key && <button type="button" class="way-in" data-first onClick={onKey}><KeyMark />{t('passkey.confirm')}</button>}
			{asked.code && (
				<label>
					<span>{t('login.code')}</span>
					<input name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck={false} aria-describedby="code-hint" {...(key ? {} : { required: true })} />
					<span class="quiet" id="code-hint">{t('login.code_hint')}</span>
				</label>
			)}
			{!key && !asked.code && <p>{t('login.no_factor')}</p>}
		</>
	);
}

function Form(p: FormProps): JSX.Element {
	const { controller, who, ways } = p;
	const [{ error, until }, setTrouble] = useState<Trouble>({ error: p.failed, until: 0 });
	const [busy, setBusy] = useState(false), [shown, setShown] = useState(false), [asked, setAsked] = useState<FactorsAsked | null>(null);
	const form = useRef<HTMLFormElement>(null), now = useNow(until ? 1000 : 0), left = Math.ceil((until - now) / 1000);
	const focus = (what: string): void => form.current?.querySelector<HTMLElement>(what)?.focus();
	useEffect(() => { if (asked) focus('[data-first], [name=code]'); }, [asked, error]);
	useEffect(() => { focus(who === null ? '[name=user]' : '[name=password]'); }, [who]);

	async function send(more: Partial<Login>): Promise<void> {
		const data = new FormData(form.current as HTMLFormElement);
		const user = who ?? String(data.get('user') ?? '').trim(), password = String(data.get('password') ?? '');
		if (!user || !password) return setTrouble({ error: t('login.incomplete'), until: 0 });
		await controller.login({ user, password, ...(p.confirm ? { link: true } : {}), ...more });
		if (location.hash) history.replaceState(null, '', location.pathname);
	}

	async function attempt(what: () => Promise<void>): Promise<void> {
		if (busy || left > 0) return;
		setBusy(true);
		setTrouble({ error: '', until: 0 });
		try {
			await what();
		} catch (e) {
			refuse(e);
		}
		setBusy(false);
	}

	function submit(event: Event): void {
		event.preventDefault();
		const code = String(new FormData(form.current as HTMLFormElement).get('code') ?? '').trim();
		void attempt(() => send(code ? { code } : {}));
	}

	/* What the browser is asked counts once: after a failure the server is asked anew. */
	const byKey = (): Promise<void> => attempt(async () => {
		let options = asked?.options ?? null;
		if (!options) options = await send({}).then(() => null, (e: unknown) => { if (e instanceof ApiError && e.factors) return e.factors.options; throw e; });
		if (!options) return;
		const passkey = await usePasskey(options);
		if (!passkey) return;
		setAsked((a) => a && { ...a, options: { ...(options as NonNullable<typeof options>) } });
		await send({ passkey }).catch(async (e: unknown) => {
			await send({}).catch((again: unknown) => { if (again instanceof ApiError && again.factors) setAsked(again.factors); });
			throw e;
		});
	});

	function refuse(e: unknown): void {
		if (!(e instanceof ApiError)) return setTrouble({ error: t('passkey.failed'), until: 0 });
		if (e.factors) setAsked(e.factors);
		if (e.code === 'second_factor') return;
		setTrouble(troubleOf(e));
		if (asked) return;
		focus('[name=password]');
		if (e.code === 'login_failed') form.current?.querySelector<HTMLInputElement>('[name=password]')?.select();
	}

	return (
		<>
			<div class="login-error" role="alert">
				{error}
				{left > 0 && t('login.throttled')}
			</div>
			{left > 0 && <p class="login-wait">{waitText(left)}</p>}
			{!asked && !p.confirm && <OtherWays {...p} onTrouble={setTrouble} />}
			{(ways.passwords || p.confirm) && (
				<form ref={form} class="login-form" onSubmit={submit} noValidate>
					<label class={asked ? 'vh' : ''}>
						<span>{t('login.user')}</span>
						<input name="user" autocomplete="username" autocapitalize="none" spellcheck={false} required
							{...(who === null ? {} : { value: who, readOnly: true })} />
					</label>
					<label class={asked ? 'vh' : ''}>
						<span>{t('login.password')}</span>
						<input name="password" type={shown ? 'text' : 'password'} autocomplete="current-password" autocapitalize="none"
							spellcheck={false} required aria-invalid={error ? true : undefined} />
					</label>
					{!asked && <label class="check">
						<input type="checkbox" checked={shown} onChange={() => setShown(!shown)} />
						<span>{t('login.show')}</span>
					</label>}
					{asked && <p>{t('login.second')}</p>}
					{asked && <SecondFactor asked={asked} onKey={() => void byKey()} />}
					{(!asked || asked.code) && <button type="submit" class="primary" aria-disabled={busy || left > 0}>{busy ? t('login.busy') : t(p.confirm ? 'house.confirm' : 'login.submit')}</button>}
					{asked && <button type="button" class="link" onClick={() => { setAsked(null); setTrouble({ error: '', until: 0 }); }}>{t('login.back')}</button>}
				</form>
			)}
		</>
	);
}

/* What there is, asked once. Without an answer there is at least the password. */
function useWays(controller: Controller, failed: string): Ways | null {
	const [ways, setWays] = useState<Ways | null>(null), lang = language();
	useEffect(() => {
		askWays(controller.api, failed).then(setWays, () => setWays({ passwords: true, passkeys: false, house: null, failed: failed ? t('login.failed') : null }));
	}, [lang]);
	return ways;
}

export function LoginPage({ controller, onLang }: { controller: Controller; onLang: () => void }): JSX.Element {
	const [{ failed, confirm }, setBack] = useState(ledBack), ways = useWays(controller, failed);
	useEffect(() => {
		document.title = t('login.title');
		if (failed) history.replaceState(null, '', location.pathname);
	}, [language()]);
	const other = (): void => { history.replaceState(null, '', location.pathname); setBack({ failed: '', confirm: '' }); };
	return (
		<main class="login">
			<div class="login-card" aria-busy={!ways}>
				<p class="brand">Freigabe</p>
				<h1>{t(confirm ? 'house.confirm_title' : 'login.title')}</h1>
				{confirm && ways && <p class="confirm-text">{t('house.confirm_text', ways.house ?? '', confirm)}</p>}
				{ways && <Form key={confirm} controller={controller} who={null} confirm={confirm} ways={ways} failed={ways.failed ?? ''} />}
				{confirm && <p class="login-foot"><button type="button" class="link" onClick={other}>{t('house.not_now')}</button></p>}
				<p class="login-foot"><LangSwitch controller={controller} onLang={onLang} /></p>
			</div>
		</main>
	);
}

export function LoginAgain({ controller }: { controller: Controller }): JSX.Element {
	const dialog = useModal(), ways = useWays(controller, '');
	const { user } = controller.view.session ?? { user: { login: '', name: '' } };
	return (
		<dialog ref={dialog} class="dialog login-again" aria-labelledby="again-title" onCancel={(e) => e.preventDefault()}>
			<h2 id="again-title">{t('again.title')}</h2>
			<p>{t('again.text', user.name)}</p>
			{ways && <Form controller={controller} who={user.login} confirm="" ways={ways} failed="" />}
			<p class="login-foot"><button type="button" class="link" onClick={() => location.reload()}>{t('again.other')}</button></p>
		</dialog>
	);
}
