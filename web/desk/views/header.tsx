// The desk's head: whose desk, how much waits, which view, and whether the line stands.
import type { JSX } from 'preact';
import type { Controller, View } from '../controller';
import { age, count, language, number, setLanguage, t } from '../i18n';
import { unsentCount, waitingCount } from '../state';
import { useNow } from './hooks';

export type Tab = 'review' | 'decided' | 'policy';

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
	tab: Tab;
	onTab: (tab: Tab) => void;
	onHelp: () => void;
	onLang: () => void;
	onLogout: () => void;
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

export function Header(p: Props): JSX.Element {
	const { view, tab } = p, now = useNow(30000);
	const ready = view.queue === 'ready', waiting = waitingCount(view.desk);
	const oldest = view.desk.items[0]?.submitted_at;
	const tabButton = (name: Tab, label: JSX.Element | string): JSX.Element => (
		<button type="button" class="tab" aria-current={tab === name ? 'page' : undefined} onClick={() => p.onTab(name)}>{label}</button>
	);
	return (
		<header class="head">
			<h1 class="vh">{t('nav.h1', t(`nav.${tab}`))}</h1>
			<p class="brand">Freigabe<span class="head-site">{view.session?.site.name}</span></p>
			<nav class="tabs" aria-label={t('nav.label')}>
				{tabButton('review', <>{t('nav.review')}<span class="tab-count">{ready ? number(waiting) : '–'}</span></>)}
				{tabButton('decided', t('nav.decided'))}
				{tabButton('policy', t('nav.policy'))}
			</nav>
			<p class="head-oldest">{ready && oldest !== undefined && t('head.oldest', age(oldest, now))}</p>
			<div class="head-line"><Line controller={p.controller} view={view} /></div>
			<div class="head-tools">
				<button type="button" class="link head-help" onClick={p.onHelp} aria-label={t('help.open')}><kbd>?</kbd><span class="wide">{t('help.keys')}</span></button>
				<LangSwitch controller={p.controller} onLang={p.onLang} />
				<span class="head-user wide">{view.session?.user.name}</span>
				<button type="button" class="link" onClick={p.onLogout}>{t('nav.logout')}</button>
			</div>
		</header>
	);
}
