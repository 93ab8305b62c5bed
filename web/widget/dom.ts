// Small DOM helpers. parse() is the only place where HTML becomes elements, and it is given
// nothing but what our own server rendered.

/** A part of the comment area by the name that the server gave it. */
export function part<T extends HTMLElement = HTMLElement>(root: ParentNode, name: string): T | null {
	return root.querySelector<T>(`[data-frg="${name}"]`);
}

let base = '';

/** On pages of other sites: where links to the server lead, each to a page of its own. */
export function linksTo(server: string): void {
	base = server;
}

export function parse(html: string): DocumentFragment {
	const template = document.createElement('template');
	template.innerHTML = html;
	for (const link of base ? template.content.querySelectorAll<HTMLAnchorElement>('a[data-frg="report"]') : []) {
		link.href = base + (link.getAttribute('href') ?? '');
		link.target = '_blank';
		link.rel = 'nofollow noopener';
	}
	return template.content;
}

export function el<K extends keyof HTMLElementTagNameMap>(
	tag: K, className = '', ...content: (Node | string)[]
): HTMLElementTagNameMap[K] {
	const e = document.createElement(tag);
	if (className) e.className = className;
	e.append(...content);
	return e;
}

/** A store that survives browsers which forbid it: then it lasts as long as the page. */
export function store(kind: 'localStorage' | 'sessionStorage') {
	const memory: Record<string, string> = {};
	return {
		get(key: string): string {
			try {
				return window[kind].getItem(key) ?? memory[key] ?? '';
			} catch {
				return memory[key] ?? '';
			}
		},
		set(key: string, value: string): void {
			memory[key] = value;
			try {
				if (value) window[kind].setItem(key, value);
				else window[kind].removeItem(key);
			} catch {
				// full or forbidden: memory has it
			}
		},
	};
}
