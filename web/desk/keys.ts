// Which key means what. Pure: knows no document. A letter never fires while somebody types, with a
// modifier held, or again and again because a finger rests on it.

export type Command =
	| { do: 'release' | 'pick' | 'reject' | 'return' | 'refer' | 'skip' | 'back' | 'undo' | 'down' | 'up' | 'show' | 'copies' | 'help' | 'escape' }
	| { do: 'rule'; index: number }
	| { do: 'confirm' | 'word' | 'letter' | 'passage' };

export interface Press {
	key: string;
	ctrlKey: boolean;
	metaKey: boolean;
	altKey: boolean;
	shiftKey: boolean;
	repeat: boolean;
	isComposing: boolean;
	/** The focus is where text is typed. */
	typing: boolean;
	/** The focus is on something that Enter presses or follows. */
	pressable: boolean;
}

export interface Where {
	/** A dialog is open: it minds its own keys. */
	dialog: boolean;
	panel: boolean;
	/** The single keys are switched on. */
	letters: boolean;
	bindings?: Bindings;
}

/** What can be given another key, with its usual one. */
export const USUAL = {
	release: 'f', pick: 'm', reject: 'a', return: 'z', refer: 'g', skip: 's', undo: 'u', down: 'j', up: 'k', show: 'v', copies: 'd',
} as const;
export type Bindable = keyof typeof USUAL;
export type Bindings = Record<Bindable, string>;

const FIXED: Record<string, Command['do']> = { ArrowRight: 'skip', ArrowLeft: 'back', '?': 'help' };

/** A key that may be given: one letter or sign that means nothing else. */
export function mayBind(key: string): boolean {
	return [...key].length === 1 && !/^[\s0-9?]$/.test(key);
}

/** Another key for `name`; whatever had it gets the old one. */
export function bound(bindings: Bindings, name: Bindable, key: string): Bindings {
	const wanted = key.toLowerCase(), old = bindings[name];
	const other = (Object.keys(bindings) as Bindable[]).find((n) => bindings[n] === wanted);
	return { ...bindings, ...(other ? { [other]: old } : {}), [name]: wanted };
}

/** What was remembered, as far as it can be: every command has a key of its own. */
export function bindingsOf(stored: unknown): Bindings {
	const usual: Bindings = { ...USUAL };
	if (typeof stored !== 'object' || stored === null) return usual;
	const given = { ...usual, ...(stored as Partial<Bindings>) };
	const keys = Object.keys(usual).map((n) => given[n as Bindable]);
	const good = keys.every((k) => typeof k === 'string' && mayBind(k)) && new Set(keys).size === keys.length;
	return good ? Object.fromEntries(Object.keys(usual).map((n) => [n, given[n as Bindable]])) as Bindings : usual;
}
const REPEATABLE = new Set<Command['do']>(['down', 'up']);
/* While the panel is open a stray letter must not decide anything else. */
const IN_PANEL = new Set<Command['do']>(['help']);

function panelCommand(p: Press): Command | null {
	if (p.key === 'Enter' && !p.shiftKey && !p.pressable) return { do: 'confirm' };
	if (p.typing) return null;
	if (/^[1-5]$/.test(p.key)) return { do: 'rule', index: Number(p.key) - 1 };
	if (p.key.toLowerCase() === 'w') return { do: 'word' };
	if (p.key.toLowerCase() === 'l') return { do: 'letter' };
	if (p.key.toLowerCase() === 'p') return { do: 'passage' };
	return null;
}

export function commandFor(p: Press, w: Where): Command | null {
	if (p.isComposing || p.ctrlKey || p.metaKey || p.altKey || w.dialog) return null;
	if (p.key === 'Escape') return { do: 'escape' };
	if (w.panel && !p.repeat) {
		const inPanel = panelCommand(p);
		if (inPanel) return inPanel;
	}
	if (p.typing || !w.letters || (p.shiftKey && p.key !== '?')) return null;
	const bindings = w.bindings ?? USUAL, key = p.key.length === 1 ? p.key.toLowerCase() : p.key;
	const name = FIXED[key] ?? (Object.keys(bindings) as Bindable[]).find((n) => bindings[n] === key);
	if (!name || (p.repeat && !REPEATABLE.has(name)) || (w.panel && !IN_PANEL.has(name))) return null;
	return { do: name } as Command;
}

/* A slider needs its arrows as a text needs its letters. */
const TEXT_INPUTS = new Set(['text', 'password', 'email', 'search', 'url', 'tel', 'number', 'date', 'time', 'range']);

/** What the pure part needs to know of where the focus is. */
export function focusKind(tag: string, type: string, editable: boolean): { typing: boolean; pressable: boolean } {
	const name = tag.toUpperCase();
	return {
		typing: editable || name === 'TEXTAREA' || name === 'SELECT' || (name === 'INPUT' && TEXT_INPUTS.has(type)),
		pressable: name === 'BUTTON' || name === 'A' || name === 'SUMMARY',
	};
}
