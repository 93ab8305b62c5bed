// What has just happened: the last decision with its ten seconds, and quiet notes of what others did.
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { count, number, t } from '../i18n';
import { progress } from '../group';
import type { Desk, Note, Undoable } from '../state';
import { problemText } from './banner';
import { useNow } from './hooks';
import { Kbd, stateName } from './parts';

export function UndoToast({ undoable, together, undoKey, onUndo }: { undoable: Undoable; together: number; undoKey: string; onUndo: () => void }): JSX.Element | null {
	const now = useNow(250);
	const left = Math.ceil((undoable.until - now) / 1000);
	if (left <= 0) return null;
	return (
		<button type="button" class={`undo undo-${undoable.action}`} onClick={onUndo}>
			<span class="undo-what">{t(`done.${undoable.action}`)}: <strong>{together > 1 ? count('done.together', together) : undoable.item.author.name}</strong></span>
			<span class="undo-do"><Kbd>{undoKey.toUpperCase()}</Kbd>{t('undo.do')}</span>
			<span class="undo-left" aria-hidden="true">{left}</span>
			<svg key={undoable.item.revision} class="undo-bar" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="2" /></svg>
		</button>
	);
}

const PATIENCE_MS = 2000;

/** One decision on many takes a while: how far it is. */
export function Progress({ desk }: { desk: Desk }): JSX.Element | null {
	const p = progress(desk), now = useNow(p ? 500 : 0);
	if (!p || now - p.since < PATIENCE_MS) return null;
	return (
		<div class="note note-progress">
			<label><span>{t(`progress.${p.what}`, number(p.done), number(p.of))}</span><progress max={p.of} value={p.done} /></label>
		</div>
	);
}

export function noteText(n: Note, now: number): string {
	switch (n.kind) {
	case 'elsewhere':
		return t('note.elsewhere', n.by, n.name, stateName(n.action));
	case 'problem':
		return `${n.name}: ${problemText(n.problem, now)}`;
	case 'automatic':
		return t('note.automatic', n.section || t('automatic.no_section'));
	case 'rest':
		return t('note.rest', n.count);
	case 'undo_failed':
		return `${n.name}: ${n.message || t('note.undo_failed')}`;
	}
}

const QUIET_MS = 7000;

interface NoteProps {
	id: number;
	note: Note;
	onDismiss: (id: number) => void;
	onOpen: (revision: string) => void;
}

function NoteBox({ id, note, onDismiss, onOpen }: NoteProps): JSX.Element {
	const dismiss = useRef(onDismiss);
	dismiss.current = onDismiss;
	useEffect(() => {
		/* What somebody else did passes by itself; what went wrong stays until it is seen. */
		if (note.kind !== 'elsewhere') return undefined;
		const timer = setTimeout(() => dismiss.current(id), QUIET_MS);
		return () => clearTimeout(timer);
	}, [id]);
	return (
		<li class={`note note-${note.kind}`}>
			<p>{noteText(note, Date.now())}</p>
			{note.kind === 'problem' && <button type="button" class="link" onClick={() => { onDismiss(id); onOpen(note.revision); }}>{t('note.open')}</button>}
			<button type="button" class="note-close" aria-label={t('note.close')} onClick={() => onDismiss(id)}>×</button>
		</li>
	);
}

interface NotesProps {
	notes: { id: number; note: Note }[];
	onDismiss: (id: number) => void;
	onOpen: (revision: string) => void;
}

export function Notes({ notes, onDismiss, onOpen }: NotesProps): JSX.Element | null {
	if (!notes.length) return null;
	return (
		<div class="notes">
			<ul>{notes.map((n) => <NoteBox key={n.id} {...n} onDismiss={onDismiss} onOpen={onOpen} />)}</ul>
		</div>
	);
}
