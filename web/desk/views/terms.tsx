// What a refusal says: rules, a law, passages, a word; and the letter as its author will get it.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { letterText, t } from '../i18n';
import { BREACHES, toggled } from '../rules';
import type { Draft } from '../state';
import type { BreachId, Letter } from '../types';
import { Kbd, RuleMark, ruleName } from './parts';

export const LAWS = ['insult', 'defamation', 'threat', 'incitement', 'symbols', 'crime', 'privacy', 'copyright', 'youth'] as const;
export const WORD_MAX = 2000;
const BLOCKS = [0, 1, 2];
const PAUSE_MS = 350;

interface RuleProps {
	draft: Draft;
	legend: string;
	onDraft: (draft: Draft) => void;
}

export function RuleChoices({ draft, legend, onDraft }: RuleProps): JSX.Element {
	const toggle = (rule: BreachId): void => onDraft({ ...draft, rules: toggled(draft.rules, rule) });
	return (
		<fieldset>
			<legend>{legend}</legend>
			<div class="choices">
				{BREACHES.map((rule, i) => (
					<label key={rule} class={`choice r-${rule}`}>
						<input type="checkbox" checked={draft.rules.includes(rule)} onChange={() => toggle(rule)} aria-keyshortcuts={String(i + 1)} />
						<RuleMark rule={rule} /><span>{ruleName(rule)}</span>
					</label>
				))}
			</div>
		</fieldset>
	);
}

/* The first sentence of a block is the rule's name, which stands beside it already. */
const withoutName = (text: string): string => text.replace(/^[^.]+\. /, '');

interface LetterProps {
	controller: Controller;
	revision: string;
	kind: 'reject' | 'remove' | 'suspend';
	days?: number;
	/** A notice leads to it. */
	notice?: boolean;
	/** Of the comment: the letter is written in it. */
	lang: string;
	text: string;
	draft: Draft;
	onDraft: (draft: Draft) => void;
	children?: ComponentChildren;
}

/** Asks the server for the letter as it would be, a moment after the last change. */
function useLetter({ controller, revision, kind, days = 0, notice = false, draft }: LetterProps): Letter | null {
	const [letter, setLetter] = useState<Letter | null>(null), run = useRef(0);
	useEffect(() => {
		const mine = ++run.current;
		if (!draft.rules.length && !draft.law) {
			setLetter(null);
			return undefined;
		}
		const timer = setTimeout(() => {
			controller.api.letter(revision, kind, draft, days, notice).then(
				(l) => { if (mine === run.current) setLetter(l); },
				(e: unknown) => { if (!(e instanceof ApiError)) throw e; if (mine === run.current) setLetter(null); });
		}, PAUSE_MS);
		return () => clearTimeout(timer);
	}, [revision, kind, days, draft]);
	return letter;
}

export function LetterBox(p: LetterProps): JSX.Element {
	const { draft, onDraft, lang, text } = p, letter = useLetter(p);
	return (
		<div class="letter">
			<label class="letter-law">
				<span>{t('letter.law')}</span>
				<select value={draft.law ?? ''} onChange={(e) => onDraft({ ...draft, law: e.currentTarget.value })}>
					<option value="">{t('letter.law_none')}</option>
					{LAWS.map((l) => <option key={l} value={l}>{t(`law.${l}`)}</option>)}
				</select>
			</label>
			{draft.rules.map((rule) => (
				<label key={rule} class="letter-block">
					<span><RuleMark rule={rule} /> {ruleName(rule)}</span>
					<select value={String(draft.blocks?.[rule] ?? 0)}
						onChange={(e) => onDraft({ ...draft, blocks: { ...draft.blocks, [rule]: Number(e.currentTarget.value) } })}>
						{BLOCKS.map((n) => <option key={n} value={String(n)}>{withoutName(letterText(lang, `block.${rule}_${n + 1}`))}</option>)}
					</select>
				</label>
			))}
			{(draft.passages ?? []).length > 0 && (
				<ul class="letter-passages" aria-label={t('letter.passages')}>
					{draft.passages?.map((q, i) => (
						<li key={`${q.begin}-${q.rule}`}><RuleMark rule={q.rule} /><q>{text.slice(q.begin, q.end)}</q>
							<button type="button" class="link" aria-label={t('letter.passage_drop', text.slice(q.begin, q.end))}
								onClick={() => onDraft({ ...draft, passages: draft.passages?.filter((_, k) => k !== i) ?? [] })}>×</button></li>
					))}
				</ul>
			)}
			{p.children}
			<div class="letter-paper" aria-live="off">
				<p class="letter-to">{letter ? t(letter.by_mail ? 'letter.by_mail' : 'letter.on_page') : t('letter.incomplete')}</p>
				{letter && <><p class="letter-subject" lang={letter.lang}>{letter.subject}</p><div class="letter-text" lang={letter.lang}>{letter.body}</div></>}
			</div>
		</div>
	);
}

/** What is selected in the comment's text, in UTF-16 units; null: nothing. */
export function selectedIn(box: Element | null): { begin: number; end: number } | null {
	const selection = getSelection();
	if (!box || !selection || selection.rangeCount === 0 || selection.isCollapsed) return null;
	const range = selection.getRangeAt(0);
	if (!box.contains(range.startContainer) || !box.contains(range.endContainer)) return null;
	const before = document.createRange();
	before.selectNodeContents(box);
	before.setEnd(range.startContainer, range.startOffset);
	const begin = before.toString().length;
	return { begin, end: begin + range.toString().length };
}

/** The selection becomes the passage that a rule rests on: of the first rule chosen, or of one that is given. */
export function withSelection(draft: Draft, box: Element | null): Draft {
	const at = selectedIn(box), rule = draft.rules[0];
	return at && rule ? { ...draft, passages: [...(draft.passages ?? []), { rule, ...at }] } : draft;
}

export function PassageButton({ draft, onDraft }: { draft: Draft; onDraft: (draft: Draft) => void }): JSX.Element {
	const [has, setHas] = useState(false);
	const box = (): Element | null => document.querySelector('.comment .text');
	useEffect(() => {
		const look = (): void => setHas(selectedIn(box()) !== null);
		document.addEventListener('selectionchange', look);
		return () => document.removeEventListener('selectionchange', look);
	}, []);
	return (
		<p class="letter-select">
			<button type="button" class="act" aria-disabled={!has || draft.rules.length === 0} onMouseDown={(e) => e.preventDefault()}
				onClick={() => onDraft(withSelection(draft, box()))}><Kbd>P</Kbd><span>{t('letter.passage_take')}</span></button>
			<span class="quiet">{t('letter.passage_hint')}</span>
		</p>
	);
}
