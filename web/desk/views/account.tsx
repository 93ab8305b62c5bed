// One's own account: role, where one is logged in, what protects it.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { moment, t } from '../i18n';
import type { OwnSession } from '../types';
import { rememberBlur } from '../bindings';
import { setBlur } from '../state';
import { agentName } from './agent';
import { Factors } from './factors';
import { useModal } from './hooks';

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
						{s.method && <span class="quiet">{t(`method.${s.method}`)}</span>}
						{s.this ? <span class="badge">{t('account.this')}</span>
							: <button type="button" class="link" onClick={() => end(s.id)}>{t('account.end')}</button>}</li>
				))}
			</ul>
		</section>
	);
}

export function Account({ controller, onClose }: { controller: Controller; onClose: () => void }): JSX.Element | null {
	const dialog = useModal(), session = controller.view.session, { blur, exposures } = controller.view.desk;
	const [password, setPassword] = useState(false);
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
			<Factors controller={controller} onSet={(set) => setPassword(set.password)} />
			{password && <Password controller={controller} />}
			<Sessions controller={controller} />
			<p class="help-end"><button type="button" class="act" onClick={onClose}>{t('help.close')}</button></p>
		</dialog>
	);
}
