// Where the figures stand. Their page is a script and a sheet of its own, loaded when somebody first looks at it.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Controller } from '../controller';
import { language, t } from '../i18n';

interface Module {
	mount(root: HTMLElement, props: { ask: (path: string) => Promise<unknown>; lang: string }): () => void;
}

/* The desk's page names both, with the hash of what is in them. */
const place = (name: 'figures' | 'figuresCss'): string => document.getElementById('desk')?.dataset[name] ?? '';

function loadSheet(): Promise<void> {
	if (document.querySelector('link[data-figures]')) return Promise.resolve();
	const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: place('figuresCss') });
	link.dataset['figures'] = '';
	document.head.append(link);
	return new Promise((done, fail) => {
		link.onload = () => done();
		link.onerror = () => { link.remove(); fail(new Error(place('figuresCss'))); };
	});
}

async function load(): Promise<Module> {
	const [module] = await Promise.all([import(place('figures')) as Promise<Module>, loadSheet()]);
	return module;
}

export function Figures({ controller }: { controller: Controller }): JSX.Element {
	const root = useRef<HTMLDivElement>(null), [failed, setFailed] = useState(false), [again, setAgain] = useState(0), lang = language();
	useEffect(() => {
		let end: (() => void) | undefined, gone = false;
		setFailed(false);
		load().then((m) => {
			if (!gone && root.current) end = m.mount(root.current, { ask: (path) => controller.api.figures(path), lang });
		}, () => setFailed(true));
		return () => {
			gone = true;
			end?.();
		};
	}, [lang, again, controller]);
	return (
		<main class="figpage" id="main" tabIndex={-1}>
			{failed && <div class="empty" role="alert"><p>{t('queue.failed')}</p><button type="button" class="act" onClick={() => setAgain(again + 1)}>{t('queue.retry')}</button></div>}
			<div class="figpage-inner" ref={root} />
		</main>
	);
}
