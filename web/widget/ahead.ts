// When a comment sent now will probably have been reviewed. The page itself is kept for many readers
// and cannot say; the server is asked once the line comes into view, and again while it may be read.
import { Refusal, Server } from './server';

const AGAIN_MS = 60000;

export class Ahead {
	private asked = 0;
	private timer = 0;
	private seen: IntersectionObserver;
	private visible = new Set<Element>();

	constructor(private root: ShadowRoot | HTMLElement, private server: Server) {
		this.seen = new IntersectionObserver((entries) => {
			for (const e of entries) this.visible[e.isIntersecting ? 'add' : 'delete'](e.target);
			this.look();
		}, { rootMargin: '200px' });
		this.watch();
	}

	/** The lines may have come anew with the form. */
	watch(): void {
		this.seen.disconnect();
		this.visible.clear();
		for (const line of this.lines()) this.seen.observe(line);
	}

	close(): void {
		this.seen.disconnect();
		clearTimeout(this.timer);
	}

	private lines(): NodeListOf<HTMLElement> {
		return this.root.querySelectorAll<HTMLElement>('[data-frg=ahead]');
	}

	private look(): void {
		clearTimeout(this.timer);
		if (!this.visible.size) return;
		const wait = this.asked + AGAIN_MS - Date.now();
		if (wait > 0) this.timer = window.setTimeout(() => this.look(), wait);
		else if (document.hidden) this.timer = window.setTimeout(() => this.look(), AGAIN_MS);
		else void this.ask();
	}

	private async ask(): Promise<void> {
		this.asked = Date.now();
		try {
			const { words } = await this.server.delay();
			for (const line of this.lines()) if (line.textContent !== words) line.textContent = words;
		} catch (e) {
			if (!(e instanceof Refusal)) throw e;
			/* what the page says without us stays true */
		}
		this.look();
	}
}
