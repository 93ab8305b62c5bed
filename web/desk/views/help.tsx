// The map of the keys; those for single commands can be given others.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { bound, mayBind, USUAL } from '../keys';
import type { Bindable, Bindings } from '../keys';
import { useModal } from './hooks';

type Row = { caps: string[]; what: string; binds?: never } | { binds: Bindable[]; what: string; caps?: never };

const ROWS: Row[] = [
	{ binds: ['release'], what: 'release' }, { binds: ['pick'], what: 'pick' }, { binds: ['reject'], what: 'reject' },
	{ binds: ['return'], what: 'return' }, { binds: ['refer'], what: 'refer' }, { binds: ['undo'], what: 'undo' },
	{ binds: ['skip'], what: 'skip' }, { binds: ['show'], what: 'show' }, { binds: ['copies'], what: 'copies' }, { caps: ['→', '←'], what: 'arrows' }, { binds: ['down', 'up'], what: 'move' },
	{ caps: ['1', '…', '5'], what: 'rules' }, { caps: ['W'], what: 'word' }, { caps: ['L'], what: 'letter' }, { caps: ['P'], what: 'passage' },
	{ caps: ['⏎'], what: 'confirm' }, { caps: ['⇧⏎'], what: 'newline' }, { caps: ['Esc'], what: 'escape' },
	{ caps: ['Tab'], what: 'tab' }, { caps: ['?'], what: 'help' },
];

interface Props {
	letters: boolean;
	bindings: Bindings;
	onLetters: (on: boolean) => void;
	onBindings: (bindings: Bindings) => void;
	onClose: () => void;
}

export function Help({ letters, bindings, onLetters, onBindings, onClose }: Props): JSX.Element {
	const dialog = useModal();
	const [asking, ask] = useState<Bindable | null>(null);
	const usual = (Object.keys(USUAL) as Bindable[]).every((n) => bindings[n] === USUAL[n]);

	function press(e: KeyboardEvent): void {
		if (asking === null) {
			if (e.key === '?') onClose();
			return;
		}
		if (e.key === 'Tab') return ask(null);
		e.preventDefault();
		if (mayBind(e.key) && !e.ctrlKey && !e.metaKey && !e.altKey) onBindings(bound(bindings, asking, e.key));
		else if (e.key !== 'Escape') return;
		ask(null);
	}

	const cap = (name: Bindable): JSX.Element => (
		<button key={name} type="button" class={`cap${asking === name ? ' asking' : ''}`} onClick={() => ask(asking === name ? null : name)} onBlur={() => ask(null)}
			aria-label={t('help.change', t(`help.${name}`), bindings[name].toUpperCase())}>
			<kbd>{asking === name ? '…' : bindings[name].toUpperCase()}</kbd>
		</button>
	);
	return (
		<dialog ref={dialog} class="dialog help" aria-labelledby="help-title" onClose={onClose} onCancel={(e) => { if (asking !== null) e.preventDefault(); }}
			onClick={(e) => { if (e.target === dialog.current) onClose(); }} onKeyDown={press}>
			<div class="help-inner">
				<h2 id="help-title" tabIndex={-1} autofocus>{t('help.title')}</h2>
				<dl class="keys">
					{ROWS.map((row) => (
						<div key={row.what}><dt>{row.binds ? row.binds.map(cap) : row.caps.map((c) => <kbd key={c}>{c}</kbd>)}</dt><dd>{t(`help.${row.what}`)}</dd></div>
					))}
				</dl>
				<p class="quiet" role="status">{asking === null ? t('help.rebind') : t('help.press')}</p>
				<label class="check">
					<input type="checkbox" checked={letters} onChange={() => onLetters(!letters)} />
					<span>{t('help.letters')}</span>
				</label>
				<p class="help-end">
					<button type="button" class="act" onClick={onClose}><kbd aria-hidden="true">Esc</kbd><span>{t('help.close')}</span></button>
					{!usual && <button type="button" class="link" onClick={() => onBindings({ ...USUAL })}>{t('help.usual')}</button>}
				</p>
			</div>
		</dialog>
	);
}
