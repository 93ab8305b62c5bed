// One comment area: joins thread, form, server and the live stream. Knows nothing of where its
// markup came from.
import { Ahead } from './ahead';
import { el, parse, part } from './dom';
import { Form } from './form';
import { Own, Put, Refusal, Removed, Server } from './server';
import type { Say } from './strings';
import { Thread } from './thread';

const POLL_MS = 15000;
const SURE_MS = 6000;
const RETRY_MS = 30000;
/** All pages of a site hear at once that comments close: they do not all come back at once. */
const HERD_MS = 3000;

export class Area {
	private thread: Thread;
	private ahead: Ahead;
	private form: Form | undefined;
	private stream: EventSource | undefined;
	private poll = 0;
	private soon = 0;
	private again = 0;
	private fresh: HTMLElement[] = [];
	/** Where the page that is shown begins. */
	private after: string;
	private seen: IntersectionObserver;

	constructor(
		private root: ShadowRoot | HTMLElement, private server: Server, private say: Say,
		private own: boolean, private draftKey: string,
	) {
		this.thread = new Thread(root);
		this.ahead = new Ahead(root, server);
		this.after = own ? new URLSearchParams(location.search).get('after') ?? '' : '';
		const form = part<HTMLFormElement>(root, 'form');
		if (form) this.begin(form);
		root.addEventListener('click', this.clicked);
		root.addEventListener('submit', this.submitted);
		document.addEventListener('visibilitychange', this.visible);
		this.seen = new IntersectionObserver((entries) => this.came(entries));
		if (!document.hidden) this.open();
	}

	private begin(form: HTMLFormElement): void {
		this.form = new Form(this.root, form, this.server, this.say, this.draftKey, (own) => this.saved(own), () => void this.refresh());
	}

	close(): void {
		this.root.removeEventListener('click', this.clicked);
		this.root.removeEventListener('submit', this.submitted);
		document.removeEventListener('visibilitychange', this.visible);
		this.seen.disconnect();
		this.ahead.close();
		this.shut();
	}

	// ---- what is clicked ----

	private clicked = (event: Event): void => {
		const e = event as MouseEvent;
		const target = (e.target as Element).closest<HTMLElement>('a, button');
		if (!target || e.ctrlKey || e.metaKey || e.shiftKey) return;
		const li = target.closest<HTMLElement>('li.frg-c');
		const taken = this.act(target.dataset['frg'] ?? '', target, li) || (!this.own && this.jump(target));
		if (taken) e.preventDefault();
	};

	private act(what: string, target: HTMLElement, li: HTMLElement | null): boolean {
		if (what === 'more') return void this.more(target), true;
		if (what === 'withdraw' && li) return this.withdraw(li, target), true;
		if (!this.form?.whole) return false;
		if (what === 'write') return this.form.write(), true;
		if (what === 'reply' && li) return this.form.reply(li, target), true;
		if (what === 'edit' && li) return void this.edit(li, target), true;
		if (what === 'cancel') return this.form.home(), true;
		return false;
	}

	/** Within a shadow root, links to parts of the page lead nowhere by themselves. */
	private jump(target: HTMLElement): boolean {
		const hash = target.getAttribute('href') ?? '';
		const to = hash.startsWith('#') && this.root.querySelector<HTMLElement>(`[id="${CSS.escape(hash.slice(1))}"]`);
		if (!to) return false;
		this.show(to);
		return true;
	}

	private submitted = (e: Event): void => {
		if ((e.target as Element).matches('.frg-inline')) e.preventDefault(); /* the click has been taken */
	};

	private show(li: HTMLElement): void {
		li.tabIndex = -1;
		li.scrollIntoView({ block: 'center' });
		li.focus({ preventScroll: true });
	}

	private async edit(li: HTMLElement, opener: HTMLElement): Promise<void> {
		try {
			const text = li.dataset['text'] ?? await this.server.text(li.dataset['id'] ?? '');
			this.form?.edit(li, opener, text);
		} catch (e) {
			this.tell(this.reason(e));
		}
	}

	/** Asks by changing the button's words, once. */
	private withdraw(li: HTMLElement, button: HTMLElement): void {
		if (button.dataset['sure']) {
			void this.withdrawn(li.dataset['id'] ?? '');
			return;
		}
		const words = button.textContent;
		button.dataset['sure'] = '1';
		button.textContent = this.say('widget.withdraw_sure');
		this.tell(button.textContent);
		setTimeout(() => {
			delete button.dataset['sure'];
			button.textContent = words;
		}, SURE_MS);
	}

	private async withdrawn(id: string): Promise<void> {
		try {
			const own = await this.server.withdraw(id);
			if (this.thread.find(id)?.contains(this.form?.form ?? null)) this.form?.home(false);
			if (own.html) this.thread.put(own.html, own.parent);
			else if (this.thread.find(id)?.querySelector('.frg-replies')) await this.refresh();
			else this.thread.remove(id, '');
			this.tell(this.say('widget.withdrawn'));
		} catch (e) {
			this.tell(this.reason(e));
		}
	}

	private async more(link: HTMLElement): Promise<void> {
		try {
			const page = parse(await this.server.thread(link.dataset['after'] ?? ''));
			const nav = link.closest('nav');
			const next = part(page, 'more');
			link.remove();
			const fresh = this.thread.merge(page);
			if (next) nav?.append(next);
			else if (!nav?.childElementCount) nav?.remove();
			if (fresh[0]) this.show(fresh[0]);
		} catch (e) {
			this.tell(this.reason(e));
		}
	}

	private reason(e: unknown): string {
		if (!(e instanceof Refusal)) throw e;
		return e.message || this.say('widget.load_failed');
	}

	private saved(own: Own): void {
		const put = this.thread.put(own.html, own.parent);
		this.tell(this.say('widget.sent'));
		put?.li.querySelector('.frg-status')?.prepend(el('p', 'frg-thanks', this.say('widget.thanks')));
		if (put) this.show(put.li);
		this.wait();
	}

	// ---- what others do meanwhile ----

	private visible = (): void => {
		if (document.hidden) {
			this.shut();
		} else {
			this.open();
			this.later();
		}
	};

	private open(): void {
		this.shut();
		const stream = this.stream = this.server.stream();
		const on = <T>(name: string, then: (data: T) => void) =>
			stream.addEventListener(name, (e) => then(JSON.parse((e as MessageEvent<string>).data || '{}')));
		on<Put>('put', (put) => {
			this.thread.count(put.count);
			if (this.thread.find(put.id)?.hasAttribute('data-own')) return this.later();
			const done = this.thread.put(put.html, put.parent);
			if (done?.fresh) this.announce(done.li);
		});
		on<Removed>('remove', (gone) => {
			this.thread.count(gone.count);
			if (this.thread.find(gone.id)?.hasAttribute('data-own')) return this.later();
			this.thread.remove(gone.id, gone.html);
		});
		on('reset', () => this.later());
		on('closing', () => this.later(Math.random() * HERD_MS));
		stream.onerror = () => { /* lost connections come back by themselves, refused ones do not */
			if (stream.readyState === EventSource.CLOSED) this.again = window.setTimeout(this.visible, RETRY_MS);
		};
		this.wait();
	}

	private shut(): void {
		this.stream?.close();
		clearTimeout(this.poll);
		clearTimeout(this.soon);
		clearTimeout(this.again);
	}

	/** Loads the thread anew, once for several reasons at a time. */
	private later(wait = 200): void {
		clearTimeout(this.soon);
		this.soon = window.setTimeout(() => void this.refresh(), wait);
	}

	private async refresh(): Promise<void> {
		const waiting = this.thread.pending().map((li) => li.dataset['id'] ?? '');
		try {
			const page = parse(await this.server.thread(this.after));
			this.opened(page);
			const fresh = this.thread.merge(page);
			for (const li of fresh) this.announce(li);
		} catch (e) {
			if (!(e instanceof Refusal)) throw e;
			return; /* the next event or poll tries again */
		}
		this.decided(waiting);
		this.wait();
	}

	/** Comments may have closed or opened since: takes over why, or the form. What is being written stays. */
	private opened(page: DocumentFragment): void {
		const area = this.root instanceof HTMLElement ? this.root : this.root.querySelector<HTMLElement>('.frg');
		const made = page.querySelector<HTMLElement>('.frg'), home = part(this.root, 'home');
		if (!area || !made || !home) return;
		const closed = made.hasAttribute('data-closed'), turned = area.hasAttribute('data-closed') !== closed;
		const why = part(made, 'closed'), form = part<HTMLFormElement>(made, 'form');
		if (!turned && !closed) return;
		area.toggleAttribute('data-closed', closed);
		part(home, 'closed')?.remove();
		home.querySelector('.frg-field.frg-kept')?.remove();
		if (why) home.prepend(why);
		if (!closed && !this.form && form) {
			home.append(form);
			this.begin(form);
		}
		this.form?.close(closed, why?.textContent ?? '');
		if (!turned) return;
		this.replace(made, '.frg-head', '[data-frg=write]');
		this.replace(made, '.frg-notice', '[data-frg=ahead]');
		this.ahead.watch();
		this.tell(closed ? why?.textContent ?? '' : this.say('widget.open_again'));
	}

	/** A part that a page which came closed has not got; closed ones are hidden by the style. */
	private replace(made: HTMLElement, where: string, what: string): void {
		const fresh = made.querySelector(`${where} ${what}`);
		if (fresh && !this.root.querySelector(`${where} ${what}`)) this.root.querySelector(where)?.append(fresh);
	}

	/** Own comments are asked for while any of them waits for a decision. */
	private wait(): void {
		clearTimeout(this.poll);
		if (this.thread.pending().length && !document.hidden)
			this.poll = window.setTimeout(() => void this.ask(), POLL_MS);
	}

	private async ask(): Promise<void> {
		const waiting = this.thread.pending().map((li) => li.dataset['id'] ?? '');
		try {
			const mine = await this.server.mine();
			for (const own of mine) this.thread.put(own.html, own.parent);
			if (waiting.some((id) => !mine.some((own) => own.id === id))) return await this.refresh();
		} catch (e) {
			if (!(e instanceof Refusal)) throw e;
		}
		this.decided(waiting);
		this.wait();
	}

	private decided(waiting: string[]): void {
		const still = this.thread.pending();
		const done = waiting.map((id) => this.thread.find(id)).filter((li) => li && !still.includes(li));
		if (!done.length) return;
		const released = done.every((li) => li?.dataset['state'] === 'released');
		this.tell(this.say(released ? 'widget.released' : 'widget.decided'));
	}

	// ---- telling ----

	private tell(words: string): void {
		part(this.root, 'live')?.replaceChildren(el('span', 'frg-vh', words));
	}

	private announce(li: HTMLElement): void {
		li.classList.add('frg-fresh');
		this.fresh.push(li);
		this.seen.observe(li);
		this.pill();
	}

	/** How many new ones the reader has not come to yet, and the way to the first. */
	private pill(): void {
		const n = this.fresh.length;
		const button = el('button', '', n === 1 ? this.say('widget.new_one') : this.say('widget.new_many', n));
		button.type = 'button';
		button.addEventListener('click', () => this.fresh[0] && this.show(this.fresh[0]));
		part(this.root, 'live')?.replaceChildren(button);
	}

	private came(entries: IntersectionObserverEntry[]): void {
		const seen = entries.filter((e) => e.isIntersecting).map((e) => e.target);
		if (!seen.length) return;
		for (const li of seen) this.seen.unobserve(li);
		const last = this.fresh.length;
		this.fresh = this.fresh.filter((li) => li.isConnected && !seen.includes(li));
		if (this.fresh.length) this.pill();
		else if (last) this.tell(last === 1 ? this.say('widget.new_one') : this.say('widget.new_many', last));
	}
}
