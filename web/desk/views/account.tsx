// One's own account: role, password, where one is logged in.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { moment, t } from '../i18n';
import type { OwnSession } from '../types';
import { rememberBlur } from '../bindings';
import { setBlur } from '../state';
import { useModal } from './hooks';

/* »Firefox auf Linux« is all that anybody needs to know their own browser by. */
export function agentName(agent: string): string {
	const browser = /Firefox|Edg|OPR|Chrome|Safari/.exec(agent)?.[0].replace('Edg', 'Edge').replace('OPR', 'Opera');
	const system = /Windows|Mac OS X|Android|iPhone|iPad|Linux/.exec(agent)?.[0].replace('Mac OS X', 'macOS');
	return browser && system ? t('account.agent', browser, system) : agent.slice(0, 40) || t('account.agent_unknown');
}

function Password({ controller }: { controller: Controller }): JSX.Element {
	const form = useRef<HTMLFormElement>(null);
	const [said, setSaid] = useState(''), [wrong, setWrong] = useState('');
	async function submit(e: Event): Promise<void> {
		e.preventDefault();
		const data = new FormData(form.current as HTMLFormElement);
		setSaid('');
		setWrong('');
		try {
			await controller.api.changePassword(String(data.get('before')), String(data.get('after')));
			form.current?.reset();
			setSaid(t('account.changed'));
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			setWrong(error.message || t('account.failed'));
		}
	}
	return (
		<form ref={form} class="login-form" onSubmit={(e) => void submit(e)}>
			<h3>{t('account.password')}</h3>
			{wrong && <p class="login-error" role="alert">{wrong}</p>}
			<label><span>{t('account.before')}</span><input name="before" type="password" autocomplete="current-password" required /></label>
			<label><span>{t('account.after')}</span><input name="after" type="password" autocomplete="new-password" minLength={10} required /></label>
			<p class="form-end"><button type="submit" class="act">{t('account.change')}</button> <span role="status">{said}</span></p>
		</form>
	);
}

function Sessions({ controller }: { controller: Controller }): JSX.Element {
	const [list, setList] = useState<OwnSession[]>([]);
	const load = (): void => void controller.api.sessions().then((s) => setList(s.sessions), () => undefined);
	useEffect(load, []);
	const end = (id: string): void => void controller.api.endSession(id).then(load, load);
	return (
		<section>
			<h3>{t('account.sessions')}</h3>
			<ul class="sessions">
				{list.map((s) => (
					<li key={s.id}><span>{agentName(s.agent)}</span> <time class="quiet">{moment(s.at, Date.now())}</time>
						{s.this ? <span class="badge">{t('account.this')}</span>
							: <button type="button" class="link" onClick={() => end(s.id)}>{t('account.end')}</button>}</li>
				))}
			</ul>
		</section>
	);
}

/* One-time codes: the secret goes into an app, a first code proves it, then recovery codes for the day it is lost. */
function Codes({ controller }: { controller: Controller }): JSX.Element | null {
	const [set, setSet] = useState<{ totp: boolean; recovery_left: number } | null>(null), [wrong, setWrong] = useState('');
	const [secret, setSecret] = useState<{ secret: string; uri: string } | null>(null), [recovery, setRecovery] = useState<string[]>([]);
	const load = (): void => void controller.api.factors().then(setSet, () => undefined);
	useEffect(load, []);
	async function attempt(e: Event, what: (data: FormData) => Promise<void>): Promise<void> {
		e.preventDefault();
		setWrong('');
		const form = e.currentTarget as HTMLFormElement;
		try {
			await what(new FormData(form));
			form.reset();
			load();
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			setWrong(error.message || t('account.failed'));
		}
	}
	if (!set) return null;
	const api = controller.api, text = (d: FormData, name: string): string => String(d.get(name) ?? '');
	const password = <label><span>{t('account.before')}</span><input name="password" type="password" autocomplete="current-password" required /></label>;
	return (
		<section>
			<h3>{t('codes.title')}</h3>
			<p class="quiet">{set.totp ? t('codes.on', set.recovery_left) : t('codes.off')}</p>
			{wrong && <p class="login-error" role="alert">{wrong}</p>}
			{recovery.length > 0 && <div class="codes" role="status"><p>{t('codes.recovery')}</p><ul>{recovery.map((c) => <li key={c}><code>{c}</code></li>)}</ul></div>}
			{secret && (
				<form class="login-form" onSubmit={(e) => void attempt(e, async (d) => { setRecovery((await api.confirmTotp(text(d, 'code'))).recovery); setSecret(null); })}>
					<p>{t('codes.secret')}</p>
					<p><code class="secret">{secret.secret.replace(/(.{4})/g, '$1 ').trim()}</code> <a href={secret.uri}>{t('codes.open')}</a></p>
					<label><span>{t('codes.first')}</span><input name="code" inputMode="numeric" autocomplete="one-time-code" required /></label>
					<p class="form-end"><button type="submit" class="act">{t('codes.confirm')}</button></p>
				</form>
			)}
			{!secret && (
				<details><summary>{t(set.totp ? 'codes.end' : 'codes.begin')}</summary>
					<form class="login-form" onSubmit={(e) => void attempt(e, async (d) => {
						if (set.totp) await api.endTotp(text(d, 'password'));
						else setSecret(await api.beginTotp(text(d, 'password')));
						setRecovery([]);
					})}>{password}<p class="form-end"><button type="submit" class="act">{t(set.totp ? 'codes.do_end' : 'codes.do_begin')}</button></p></form>
				</details>
			)}
		</section>
	);
}

export function Account({ controller, onClose }: { controller: Controller; onClose: () => void }): JSX.Element | null {
	const dialog = useModal(), session = controller.view.session, { blur, exposures } = controller.view.desk;
	const exposed = exposures.filter((at) => Date.now() - at < 3600000).length;
	const change = (on: boolean): void => { rememberBlur(on); controller.apply((d) => setBlur(d, on)); };
	if (!session) return null;
	return (
		<dialog ref={dialog} class="dialog account" aria-labelledby="account-title" onClose={onClose}>
			<h2 id="account-title">{session.user.name}</h2>
			<p class="quiet">{t(`role.${session.user.role}`)} · {session.site.name}{session.sections.length > 0 && ` · ${session.sections.join(', ')}`}</p>
			<p>{t(`role_text.${session.user.role}`)}</p>
			<label class="check"><input type="checkbox" checked={blur} onChange={() => change(!blur)} /><span>{t('veil.setting')}</span></label>
			{exposed > 0 && <p class="quiet">{t('veil.count', exposed)}</p>}
			<Sessions controller={controller} />
			<Codes controller={controller} />
			<Password controller={controller} />
			<p class="help-end"><button type="button" class="act" onClick={onClose}>{t('help.close')}</button></p>
		</dialog>
	);
}
