// The map of the keys.
import type { JSX } from 'preact';
import { t } from '../i18n';
import { useModal } from './hooks';

const KEYS: [string[], string][] = [
	[['F'], 'release'], [['A'], 'reject'], [['Z'], 'return'], [['U'], 'undo'],
	[['S', '→'], 'skip'], [['←'], 'back'], [['J', 'K'], 'move'],
	[['1', '…', '5'], 'rules'], [['W'], 'word'], [['⏎'], 'confirm'], [['⇧⏎'], 'newline'], [['Esc'], 'escape'],
	[['Tab'], 'tab'], [['?'], 'help'],
];

interface Props {
	letters: boolean;
	onLetters: (on: boolean) => void;
	onClose: () => void;
}

export function Help({ letters, onLetters, onClose }: Props): JSX.Element {
	const dialog = useModal();
	return (
		<dialog ref={dialog} class="dialog help" aria-labelledby="help-title" onClose={onClose}
			onClick={(e) => { if (e.target === dialog.current) onClose(); }}
			onKeyDown={(e) => { if (e.key === '?') onClose(); }}>
			<div class="help-inner">
				<h2 id="help-title">{t('help.title')}</h2>
				<dl class="keys">
					{KEYS.map(([caps, what]) => (
						<div key={what}><dt>{caps.map((c) => <kbd key={c}>{c}</kbd>)}</dt><dd>{t(`help.${what}`)}</dd></div>
					))}
				</dl>
				<label class="check">
					<input type="checkbox" checked={letters} onChange={() => onLetters(!letters)} />
					<span>{t('help.letters')}</span>
				</label>
				<p class="help-end"><button type="button" class="act" onClick={onClose}><kbd aria-hidden="true">Esc</kbd><span>{t('help.close')}</span></button></p>
			</div>
		</dialog>
	);
}
