// The form: where it stands (at the end, under the comment it answers or edits), what it says
// while one writes, and sending. Hints are shown, never enforced.
import { el, part, store } from './dom';
import { Hint, Own, Refusal, Server } from './server';
import type { Say } from './strings';

const drafts = store('sessionStorage');
const CONTEXT = 60;

export class Form {
	private timer = 0;
	private running: AbortController | undefined;
	private shown = '[]';
	/** What was being written when an edit began. */
	private stash = '';
	private opener: HTMLElement | null = null;
	/** Comments have closed: nothing can be sent, but nothing that was written is lost. */
	closed = false;

	constructor(
		private root: ShadowRoot | HTMLElement, readonly form: HTMLFormElement, private server: Server,
		private say: Say, private draftKey: string, private saved: (own: Own) => void,
		private turned: () => void,
	) {
		form.noValidate = false;
		form.addEventListener('submit', (e) => {
			e.preventDefault();
			const check = e.submitter?.getAttribute('value') === 'check';
			void (check ? this.check(true) : this.send());
		});
		form.addEventListener('input', () => this.written());
		form.addEventListener('keydown', (e) => {
			if (e.key === 'Escape' && this.away()) {
				e.preventDefault();
				this.home();
			}
		});
		this.restore();
		this.count();
	}

	/** False if the page came with the form in a state that only its links lead out of. */
	get whole(): boolean {
		return this.field('name') !== null;
	}

	private field(name: string): HTMLInputElement | null {
		return this.form.elements.namedItem(name) as HTMLInputElement | null;
	}
	private get(name: string): string {
		return this.field(name)?.value ?? '';
	}
	private set(name: string, value: string): void {
		const field = this.field(name);
		if (field) field.value = value;
	}
	private away(): boolean {
		return !!(this.get('parent') || this.get('edit'));
	}

	// ---- where it stands ----

	write(): void {
		if (this.away()) this.home();
		(this.get('name') ? this.field('text') : this.field('name') ?? this.field('text'))?.focus();
	}

	reply(li: HTMLElement, opener: HTMLElement): void {
		this.stand(li, opener, 'parent', this.say('widget.form_reply', li.querySelector('.frg-name')?.textContent ?? ''));
	}

	edit(li: HTMLElement, opener: HTMLElement, text: string): void {
		const before = this.get('text');
		this.stand(li, opener, 'edit', this.say('widget.form_edit'));
		this.stash = before;
		this.set('text', text);
		this.written();
	}

	private stand(li: HTMLElement, opener: HTMLElement, kind: 'parent' | 'edit', title: string): void {
		if (this.away()) this.home();
		this.opener = opener;
		this.set(kind, li.dataset['id'] ?? '');
		this.dress(title, kind === 'edit');
		li.querySelector('article')?.after(this.form);
		this.form.scrollIntoView({ block: 'nearest' });
		(kind === 'parent' && !this.get('name') ? this.field('name') : this.field('text'))?.focus({ preventScroll: true });
	}

	/** Back to the end of the thread. */
	home(focus = true): void {
		if (this.get('edit')) this.set('text', this.stash);
		this.stash = '';
		this.set('parent', '');
		this.set('edit', '');
		this.dress(this.say('widget.form_title'), false);
		part(this.root, 'home')?.append(this.form);
		this.error('');
		this.written();
		if (focus && this.opener?.isConnected) this.opener.focus();
	}

	private dress(title: string, edit: boolean): void {
		const heading = part(this.form, 'title');
		part(this.form, 'cancel')?.remove();
		if (heading) heading.textContent = title;
		if (this.away()) {
			const cancel = el('button', 'frg-act', this.say('widget.cancel'));
			cancel.type = 'button';
			cancel.addEventListener('click', () => this.home());
			cancel.dataset['frg'] = 'cancel';
			heading?.after(cancel);
		}
		for (const name of ['name', 'email']) {
			const field = this.field(name);
			if (field) field.disabled = edit;
		}
		const person = this.form.querySelector<HTMLElement>('.frg-person');
		if (person) person.hidden = edit;
	}

	// ---- while writing ----

	private written(): void {
		this.count();
		if (!this.get('edit')) this.keep();
		clearTimeout(this.timer);
		this.running?.abort();
		this.timer = window.setTimeout(() => void this.check(false), 400);
	}

	private keep(): void {
		const { name, email, text } = { name: this.get('name'), email: this.get('email'), text: this.get('text') };
		drafts.set(this.draftKey, name || text ? JSON.stringify({ name, email, text }) : '');
	}

	private restore(): void {
		if (this.get('text') || this.get('edit')) return;
		try {
			const draft = JSON.parse(drafts.get(this.draftKey) || '{}');
			for (const name of ['name', 'email', 'text'])
				if (typeof draft[name] === 'string' && !this.get(name)) this.set(name, draft[name]);
		} catch {
			// another program's entry under our name: not a draft
		}
	}

	private count(): void {
		const counter = part(this.form, 'counter');
		const max = Number(this.field('text')?.dataset['max'] ?? 0);
		const left = max - this.get('text').replace(/[\ud800-\udbff][\udc00-\udfff]/g, '_').length;
		if (!counter || !max) return;
		counter.textContent = left < 0 ? this.say('widget.over', -left) : this.say('widget.left', left);
		counter.classList.toggle('frg-over', left < 0);
	}

	private async check(asked: boolean): Promise<void> {
		const text = this.get('text');
		this.running?.abort();
		if (text.trim().length < 4) return this.hints([], text, false);
		const run = this.running = new AbortController();
		try {
			const hints = await this.server.check(text, this.get('parent'), run.signal);
			if (!run.signal.aborted) this.hints(hints, text, asked);
		} catch (e) {
			if (asked && !run.signal.aborted) this.error(this.reason(e));
		}
	}

	/** Title and intro are a live region; so they change only when the hints do. */
	private hints(hints: Hint[], text: string, asked: boolean): void {
		const box = part(this.form, 'hints');
		const title = part(this.form, 'hints-title');
		const now = JSON.stringify([hints, asked && !hints.length]);
		if (!box || !title || now === this.shown) return;
		this.shown = now;
		box.querySelector('ul')?.remove();
		const words = hints.length ? this.say('widget.hints') : asked ? this.say('widget.hints_none') : '';
		title.replaceChildren(...(words ? [el('strong', '', this.say('widget.hints_title')), ' ' + words] : []));
		if (hints.length) box.append(el('ul', '', ...hints.map((h) => this.hint(h, text))));
	}

	private hint(h: Hint, text: string): HTMLElement {
		const li = el('li', '', el('strong', '', h.title));
		if (h.end > h.begin)
			li.append(el('span', 'frg-passage', (h.begin > CONTEXT ? '…' : '') + text.slice(Math.max(0, h.begin - CONTEXT), h.begin),
				el('mark', '', text.slice(h.begin, h.end)),
				text.slice(h.end, h.end + CONTEXT) + (text.length > h.end + CONTEXT ? '…' : '')));
		if (h.reason) li.append(el('span', 'frg-reason', h.reason));
		return li;
	}

	// ---- closed meanwhile ----

	/** An empty form goes; one with words in it stays, says why, and keeps them until it can be sent. */
	close(closed: boolean, why: string): void {
		this.closed = closed;
		const written = this.get('text').trim() !== '';
		if (closed && !written && this.away()) this.home(false);
		this.form.hidden = closed && !written;
		for (const b of this.form.querySelectorAll<HTMLButtonElement>('.frg-buttons button')) b.disabled = closed;
		part(this.form, 'kept')?.remove();
		if (closed && written) {
			const kept = el('p', 'frg-kept', this.away() ? `${why} ` : '', this.say('widget.kept'));
			kept.dataset['frg'] = 'kept';
			this.form.querySelector('.frg-buttons')?.before(kept);
		}
		if (closed) this.keep();
	}

	// ---- sending ----

	private async send(): Promise<void> {
		if (this.closed) return;
		const edit = this.get('edit');
		const body: Record<string, string> = { text: this.get('text') };
		if (!edit) for (const name of ['name', 'email', 'parent']) if (this.get(name)) body[name] = this.get(name);
		this.error('');
		const done = this.busy();
		try {
			const own = await this.server.save(edit, body, () => this.proving());
			done();
			if (!edit) this.set('text', '');
			this.home(false);
			this.saved(own);
		} catch (e) {
			done();
			this.error(this.reason(e));
			if (e instanceof Refusal && e.code.startsWith('article_closed')) this.turned();
		}
	}

	private busy(): () => void {
		const buttons = [...this.form.querySelectorAll<HTMLButtonElement>('.frg-buttons button')];
		const send = this.form.querySelector('.frg-send');
		const label = send?.textContent ?? '';
		for (const b of buttons) b.disabled = true;
		if (send) send.textContent = this.say('widget.sending');
		return () => {
			for (const b of buttons) b.disabled = false;
			part(this.form, 'proving')?.remove();
			if (send) send.textContent = label;
		};
	}

	/** Heard once, and seen where one has pressed. */
	private proving(): void {
		const send = this.form.querySelector('.frg-send');
		if (!send || part(this.form, 'proving')) return;
		const note = el('p', 'frg-kept');
		note.dataset['frg'] = 'proving';
		note.setAttribute('role', 'status');
		this.form.querySelector('.frg-buttons')?.before(note);
		note.textContent = this.say('widget.proving');
	}

	private reason(e: unknown): string {
		if (!(e instanceof Refusal)) throw e;
		return e.message || this.say(e.code === 'offline' ? 'widget.offline' : 'widget.failed');
	}

	error(message: string): void {
		const box = part(this.form, 'error');
		box?.replaceChildren(...(message ? [el('p', '', el('strong', '', this.say('widget.error_label')), ' ' + message)] : []));
		if (message) box?.scrollIntoView({ block: 'nearest' });
	}
}
