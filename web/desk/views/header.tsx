// The desk's head: whose desk, how much waits, which view, and whether the line stands.
import type { JSX } from 'preact';
import type { Controller, View } from '../controller';
import { age, count, language, setLanguage, t } from '../i18n';
import { unsentCount } from '../state';
import type { Place } from '../router';
import { useNow } from './hooks';
import { SiteClosing } from './site_closing';
import { SubTabs, Tabs } from './tabs';

export function LangSwitch({ controller, onLang }: { controller: Controller; onLang: () => void }): JSX.Element {
	const to = language() === 'de' ? 'en' : 'de';
	function change(): void {
		setLanguage(to);
		controller.api.lang = to;
		onLang();
	}
	return (
		<button type="button" class="link" lang={to} onClick={change}>
			{to === 'en' ? 'English' : 'Deutsch'}
		</button>
	);
}

interface Props {
	controller: Controller;
	view: View;
	tab: Place['tab'];
	onHelp: () => void;
	onLang: () => void;
	onLogout: () => void;
	onAccount: () => void;
}

function Line({ controller, view }: { controller: Controller; view: View }): JSX.Element | null {
	const unsent = unsentCount(view.desk);
	if (unsent)
		return (
			<button type="button" class="line line-unsent" onClick={() => controller.wake()}>
				<span>{count('line.unsent', unsent)}</span> <span class="line-retry">{t('line.retry')}</span>
			</button>
		);
	return view.online ? null : <span class="line line-off">{t('line.off')}</span>;
}

/* Whoever works for several newspapers chooses; all others just read where they are. */
function SiteSwitch({ controller, view }: { controller: Controller; view: View }): JSX.Element {
	const session = view.session;
	if (!session || session.sites.length < 2) return <span class="head-site">{session?.site.name}</span>;
	return (
		<select class="head-site" aria-label={t('head.site')} value={session.site.id} onChange={(e) => void controller.workFor(e.currentTarget.value)}>
			{session.sites.map((s) => <option key={s.id} value={s.id}>{s.name}</option>)}
		</select>
	);
}

export function Header(p: Props): JSX.Element {
	const { view, tab } = p, now = useNow(30000);
	const ready = view.queue === 'ready';
	const oldest = view.desk.oldestAt ?? undefined, { controller } = p;
	return (
		<header class="head">
			<h1 class="vh">{t('nav.h1', t(`nav.${tab}`))}</h1>
			<p class="brand">Freigabe<SiteSwitch controller={controller} view={view} /></p>
			<Tabs controller={controller} view={view} tab={tab} />
			<p class="head-oldest">{ready && oldest !== undefined && t('head.oldest', age(oldest, now))}</p>
			<div class="head-line"><Line controller={p.controller} view={view} /></div>
			<div class="head-tools">
				<button type="button" class="link head-help" onClick={p.onHelp} aria-label={t('help.open')}><kbd>?</kbd><span class="wide">{t('help.keys')}</span></button>
				<LangSwitch controller={p.controller} onLang={p.onLang} />
				<button type="button" class="link head-user" onClick={p.onAccount} title={view.session ? t(`role.${view.session.user.role}`) : ''}>{view.session?.user.name}</button>
				<button type="button" class="link" onClick={p.onLogout}>{t('nav.logout')}</button>
			</div>
			<SubTabs controller={controller} view={view} tab={tab} />
			<SiteClosing controller={controller} state={view.closing} />
		</header>
	);
}
