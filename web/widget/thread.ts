// The list of comments: puts, replaces and removes single ones without moving what is being read
// and without losing the focus.
import { el, parse, part } from './dom';

export class Thread {
	constructor(private root: ShadowRoot | HTMLElement) {}

	find(id: string): HTMLElement | null {
		return this.root.querySelector<HTMLElement>(`[id="comment-${CSS.escape(id)}"]`);
	}

	/** Own comments that wait for a decision, new ones or edits. */
	pending(): HTMLElement[] {
		return [...this.root.querySelectorAll<HTMLElement>('li[data-own]')]
			.filter((li) => li.querySelector(':scope > article > .frg-held'));
	}

	count(total: number): void {
		const e = part(this.root, 'total');
		if (e) e.textContent = String(total);
	}

	/** Inserts or replaces one comment. Null if its place is not on this page. */
	put(html: string, parent: string | null = null): { li: HTMLElement; fresh: boolean } | null {
		const made = parse(html).querySelector('li');
		const old = made && this.find(made.dataset['id'] ?? '');
		if (!made) return null;
		if (old) {
			this.still(() => this.replace(old, made));
			return { li: old, fresh: false };
		}
		const list = this.place(made.dataset['parent'] ?? parent);
		if (!list) return null;
		this.still(() => list.append(made));
		part(this.root, 'empty')?.remove();
		return { li: made, fresh: true };
	}

	remove(id: string, html: string): void {
		const li = this.find(id);
		const made = parse(html).querySelector('li');
		if (!li) return;
		if (made) this.still(() => this.replace(li, made));
		else if (!li.querySelector('.frg-form')) this.still(() => this.drop(li));
	}

	/** Brings the list up to date with a thread rendered anew; returns what is new in it. */
	merge(fragment: ParentNode): HTMLElement[] {
		const fresh: HTMLElement[] = [];
		const seen = new Set<string>();
		for (const li of fragment.querySelectorAll<HTMLElement>('li.frg-c')) {
			const id = li.dataset['id'] ?? '';
			seen.add(id);
			const alone = li.cloneNode(true) as HTMLElement;
			alone.querySelectorAll('.frg-replies, .frg-form').forEach((e) => e.remove());
			const put = this.put(alone.outerHTML);
			if (put?.fresh) fresh.push(put.li);
		}
		if (!part(fragment, 'more'))
			for (const li of this.root.querySelectorAll<HTMLElement>('li.frg-c'))
				if (!seen.has(li.dataset['id'] ?? '')) this.remove(li.dataset['id'] ?? '', '');
		const total = part(fragment, 'total');
		if (total) this.count(Number(total.textContent));
		return fresh;
	}

	/** Where a new comment goes: the end of the list, or of the replies to its parent. */
	private place(parent: string | null): Element | null {
		if (!parent) return part(this.root, 'more') ? null : part(this.root, 'list');
		const above = this.find(parent);
		if (!above) return null;
		if (above.dataset['depth'] === '2') return above.parentElement;
		let list = above.querySelector(':scope > ol');
		if (!list) above.append(list = el('ol', 'frg-replies'));
		return list;
	}

	/** Changes the comment itself; its replies and a form that stands under it stay. */
	private replace(old: HTMLElement, made: HTMLElement): void {
		const [was, is] = [old.querySelector('article'), made.querySelector('article')];
		if (!was || !is || was.outerHTML === is.outerHTML) return;
		const focused = this.active();
		const name = focused && was.contains(focused) ? focused.dataset['frg'] ?? '' : null;
		for (const a of [...old.attributes]) if (a.name.startsWith('data-')) old.removeAttribute(a.name);
		for (const a of [...made.attributes]) old.setAttribute(a.name, a.value);
		was.replaceWith(is);
		if (name !== null) ((name && part(is, name)) || is.querySelector<HTMLElement>('a'))?.focus({ preventScroll: true });
	}

	private drop(li: HTMLElement): void {
		const list = li.parentElement;
		const focused = this.active();
		if (focused && li.contains(focused)) this.root.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
		li.remove();
		if (list && !list.childElementCount && list.matches('.frg-replies')) list.remove();
	}

	active(): HTMLElement | null {
		return (this.root.getRootNode() as Document | ShadowRoot).activeElement as HTMLElement | null;
	}

	/** Makes a change and puts what is being read (or written) back where it was on the screen. */
	private still(change: () => void): void {
		const form = this.active()?.closest<HTMLElement>('.frg-form');
		const anchor = form ?? [...this.root.querySelectorAll<HTMLElement>('.frg-card, .frg-home')].find((e) => {
			const r = e.getBoundingClientRect();
			return r.bottom > 0 && r.top >= 0 && r.top < innerHeight;
		});
		const before = anchor?.getBoundingClientRect().top ?? 0;
		change();
		const moved = anchor?.isConnected ? anchor.getBoundingClientRect().top - before : 0;
		if (moved) scrollBy({ top: moved, behavior: 'instant' });
	}
}
