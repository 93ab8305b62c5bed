// A site may demand a second factor of everybody: whoever has none sets one up before anything else.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Controller } from '../controller';
import { t } from '../i18n';
import { Factors } from './factors';
import { LangSwitch } from './header';

export function SetupPage({ controller, onLang }: { controller: Controller; onLang: () => void }): JSX.Element {
	const [done, setDone] = useState(false), session = controller.view.session;
	useEffect(() => { document.title = t('setup.title'); }, []);
	return (
		<main class="login">
			<div class="login-card setup account">
				<p class="brand">Freigabe</p>
				<h1>{t('setup.title')}</h1>
				<p>{t('setup.text', session?.site.name ?? '')}</p>
				<h2 class="vh">{t('setup.ways')}</h2>
				<Factors controller={controller} onSet={(set) => setDone(set.totp || set.passkeys.length > 0)}>
					{done && <p class="form-end"><button type="button" class="primary" onClick={() => void controller.refreshSession()}>{t('setup.go')}</button></p>}
				</Factors>
				<p class="login-foot"><LangSwitch controller={controller} onLang={onLang} /> · <button type="button" class="link" onClick={() => void controller.logout()}>{t('nav.logout')}</button></p>
			</div>
		</main>
	);
}
