// <freigabe-comments article="ID" site="SLUG?" lang="de|en?" url="…?" theme="light|dark?"
// server="…?">
// Takes over what the server rendered into it; where there is nothing, as on pages of other
// sites, loads the comments into a shadow root that carries its own look.
import { Area } from './area';
import css from './comments.css?text';
import darkCss from './dark.css?text';
import { el, linksTo, parse } from './dom';
import { Refusal, Server } from './server';
import { Say, speaker } from './strings';

const script = document.currentScript as HTMLScriptElement | null;
const origin = script?.src ? new URL(script.src).origin : location.origin;

class FreigabeComments extends HTMLElement {
	private area: Area | undefined;

	connectedCallback(): void {
		if (document.readyState === 'loading')
			document.addEventListener('DOMContentLoaded', () => this.start(), { once: true });
		else this.start();
	}

	disconnectedCallback(): void {
		this.area?.close();
		this.area = undefined;
	}

	private start(): void {
		const article = this.getAttribute('article');
		if (!article || this.area || !this.isConnected) return;
		const base = this.getAttribute('server') || origin;
		if (base !== location.origin) linksTo(base);
		const server = new Server(base, article,
			this.getAttribute('site') ?? '', this.getAttribute('lang') ?? '');
		const rendered = this.querySelector<HTMLElement>('.frg');
		if (rendered) this.begin(rendered, server, true);
		else void this.load(this.shadowRoot ?? this.shadow(), server);
	}

	private shadow(): ShadowRoot {
		const root = this.attachShadow({ mode: 'open' });
		const [look, dark] = [new CSSStyleSheet(), new CSSStyleSheet({ media: 'screen' })];
		look.replaceSync(':host{display:block}' + css);
		dark.replaceSync(darkCss);
		root.adoptedStyleSheets = [look, dark];
		const adapt = () => { dark.disabled = !this.isDark(); };
		adapt();
		matchMedia('(prefers-color-scheme: dark)').addEventListener('change', adapt);
		return root;
	}

	/** Whether the page around is dark is told by its text: it is light then. */
	private isDark(): boolean {
		const theme = this.getAttribute('theme');
		if (theme) return theme === 'dark';
		const [r = 0, g = 0, b = 0] = (getComputedStyle(this).color.match(/[\d.]+/g) ?? []).map(Number);
		return r * 0.3 + g * 0.6 + b * 0.1 > 128;
	}

	private begin(root: ShadowRoot | HTMLElement, server: Server, own: boolean): void {
		const lang = (own ? root as HTMLElement : root.querySelector<HTMLElement>('.frg'))?.lang ?? '';
		server.spoken = lang;
		this.area = new Area(root, server, speaker(lang), own, `freigabe-draft:${this.getAttribute('article')}`);
	}

	private async load(root: ShadowRoot, server: Server): Promise<void> {
		const say = speaker(this.getAttribute('lang') || document.documentElement.lang || navigator.language);
		root.replaceChildren(this.notice(el('p', 'frg-empty', say('widget.loading'))));
		try {
			root.replaceChildren(parse(await this.fetched(server)));
		} catch (e) {
			if (!(e instanceof Refusal)) throw e;
			root.replaceChildren(this.failed(say, e, () => void this.load(root, server)));
			return;
		}
		if (!this.isConnected) return;
		this.begin(root, server, false);
		if (location.hash.startsWith('#comment-'))
			root.querySelector(`[id="${CSS.escape(location.hash.slice(1))}"]`)?.scrollIntoView({ block: 'center' });
	}

	/** An article that the server has not met yet is shown to it first. */
	private async fetched(server: Server): Promise<string> {
		try {
			return await server.thread();
		} catch (e) {
			if (!(e instanceof Refusal) || e.code !== 'article_unknown') throw e;
		}
		const canonical = document.querySelector<HTMLLinkElement>('link[rel=canonical]')?.href;
		await server.discover(this.getAttribute('url') || canonical || location.href.replace(/#.*/, ''));
		return server.thread();
	}

	private notice(...content: Node[]): HTMLElement {
		const box = el('section', 'frg', ...content);
		box.setAttribute('role', 'status');
		return box;
	}

	private failed(say: Say, e: Refusal, again: () => void): HTMLElement {
		const button = el('button', 'frg-check', say('widget.retry'));
		button.type = 'button';
		button.addEventListener('click', again);
		return this.notice(el('p', 'frg-empty', e.message || say('widget.load_failed')), el('p', 'frg-buttons', button));
	}
}

if (!customElements.get('freigabe-comments')) customElements.define('freigabe-comments', FreigabeComments);
