// Which key means what. Pure: knows no document. A letter never fires while somebody types, with a
// modifier held, or again and again because a finger rests on it.

export type Command =
	| { do: 'release' | 'reject' | 'return' | 'skip' | 'back' | 'undo' | 'down' | 'up' | 'help' | 'escape' }
	| { do: 'rule'; index: number }
	| { do: 'confirm' | 'word' };

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
}

const LETTERS: Record<string, Command['do']> = {
	f: 'release', a: 'reject', z: 'return', s: 'skip', u: 'undo', j: 'down', k: 'up',
	ArrowRight: 'skip', ArrowLeft: 'back', '?': 'help',
};
const REPEATABLE = new Set<Command['do']>(['down', 'up']);
/* While the panel is open a stray letter must not decide anything else. */
const IN_PANEL = new Set<Command['do']>(['help']);

function panelCommand(p: Press): Command | null {
	if (p.key === 'Enter' && !p.shiftKey && !p.pressable) return { do: 'confirm' };
	if (p.typing) return null;
	if (/^[1-5]$/.test(p.key)) return { do: 'rule', index: Number(p.key) - 1 };
	if (p.key.toLowerCase() === 'w') return { do: 'word' };
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
	const name = LETTERS[p.key.length === 1 ? p.key.toLowerCase() : p.key];
	if (!name || (p.repeat && !REPEATABLE.has(name)) || (w.panel && !IN_PANEL.has(name))) return null;
	return { do: name } as Command;
}

const TEXT_INPUTS = new Set(['text', 'password', 'email', 'search', 'url', 'tel', 'number', 'date', 'time']);

/** What the pure part needs to know of where the focus is. */
export function focusKind(tag: string, type: string, editable: boolean): { typing: boolean; pressable: boolean } {
	const name = tag.toUpperCase();
	return {
		typing: editable || name === 'TEXTAREA' || name === 'SELECT' || (name === 'INPUT' && TEXT_INPUTS.has(type)),
		pressable: name === 'BUTTON' || name === 'A' || name === 'SUMMARY',
	};
}
