// The bar below the comment: three decisions and two ways on; or, once asked, rules and a word.
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../i18n';
import { BREACHES, toggled } from '../rules';
import { missing } from '../state';
import type { Draft } from '../state';
import type { Action, BreachId, Item } from '../types';
import { Kbd, RuleMark, ruleName } from './parts';

interface BarProps {
	may: boolean;
	canGoBack: boolean;
	onRelease: () => void;
	onPanel: (panel: 'reject' | 'return') => void;
	onSkip: () => void;
	onBack: () => void;
}

export function ActionBar(p: BarProps): JSX.Element {
	return (
		<div class="actions" role="group" aria-label={t('action.label')}>
			<button type="button" class="act act-back" aria-disabled={!p.canGoBack} onClick={p.onBack}><Kbd>←</Kbd><span>{t('action.back')}</span></button>
			<button type="button" class="act act-release" aria-disabled={!p.may} onClick={p.onRelease}><Kbd>F</Kbd><span>{t('action.release')}</span></button>
			<button type="button" class="act act-reject" aria-disabled={!p.may} onClick={() => p.onPanel('reject')}><Kbd>A</Kbd><span>{t('action.reject')}</span></button>
			<button type="button" class="act act-return" aria-disabled={!p.may} onClick={() => p.onPanel('return')}><Kbd>Z</Kbd><span>{t('action.return')}</span></button>
			<button type="button" class="act act-skip" onClick={p.onSkip}><Kbd>S</Kbd><span>{p.may ? t('action.skip') : t('action.next')}</span></button>
		</div>
	);
}

interface PanelProps {
	kind: 'reject' | 'return';
	item: Item;
	draft: Draft;
	onDraft: (draft: Draft) => void;
	onConfirm: () => void;
	onCancel: () => void;
	onSwitch: (kind: Action & ('reject' | 'return')) => void;
}

/* The engine's reasons for the rules that are chosen, each once: words that can go to the author. */
function reasons(item: Item, rules: readonly BreachId[]): string {
	const found = (item.review.evidence ?? []).filter((e) => (rules as readonly string[]).includes(e.rule)).map((e) => e.reason);
	return [...new Set(found)].join('\n');
}

const WORD_MAX = 2000;

export function Panel({ kind, item, draft, onDraft, onConfirm, onCancel, onSwitch }: PanelProps): JSX.Element {
	const form = useRef<HTMLFormElement>(null), word = useRef<HTMLTextAreaElement>(null);
	const lack = missing(kind, draft), given = reasons(item, draft.rules);
	const other = kind === 'reject' ? 'return' : 'reject';
	/* Before the next key can come: no letter of the word may be lost. */
	useLayoutEffect(() => {
		if (kind === 'return') word.current?.focus();
		else form.current?.querySelector<HTMLInputElement>('input:checked, input')?.focus();
	}, [kind]);
	const toggle = (rule: BreachId): void => onDraft({ ...draft, rules: toggled(draft.rules, rule) });
	return (
		<form ref={form} class={`panel panel-${kind}`} aria-labelledby="panel-title" onSubmit={(e) => { e.preventDefault(); onConfirm(); }}>
			<h3 id="panel-title">{t(`panel.${kind}`, item.author.name)}</h3>
			<fieldset>
				<legend>{t(kind === 'reject' ? 'panel.rules' : 'panel.rules_optional')}</legend>
				<div class="choices">
					{BREACHES.map((rule, i) => (
						<label key={rule} class={`choice r-${rule}`}>
							<input type="checkbox" checked={draft.rules.includes(rule)} onChange={() => toggle(rule)} aria-keyshortcuts={String(i + 1)} />
							<RuleMark rule={rule} /><span>{ruleName(rule)}</span>
						</label>
					))}
				</div>
			</fieldset>
			<div class="panel-word">
				<label for="panel-word">{t(kind === 'reject' ? 'panel.word_optional' : 'panel.word')} <Kbd>W</Kbd></label>
				{given && !draft.word.includes(given) && (
					<button type="button" class="link" onClick={() => {
						onDraft({ ...draft, word: draft.word.trim() ? `${draft.word.trimEnd()}\n${given}` : given });
						word.current?.focus();
					}}>{t('panel.take_reason')}</button>
				)}
				<textarea id="panel-word" ref={word} rows={2} maxLength={WORD_MAX} value={draft.word} lang={item.lang || undefined}
					onInput={(e) => onDraft({ ...draft, word: e.currentTarget.value })} />
			</div>
			<div class="panel-end">
				<button type="submit" class={`act act-${kind}`} aria-disabled={lack !== null}><Kbd>⏎</Kbd><span>{t(`action.${kind}`)}</span></button>
				<button type="button" class="act" onClick={onCancel}><Kbd>Esc</Kbd><span>{t('panel.cancel')}</span></button>
				<p class="panel-lack" role="status">{lack && t(`panel.lack_${lack}`)}</p>
				<button type="button" class="link" onClick={() => onSwitch(other)}>{t(`panel.switch_${other}`)}</button>
			</div>
		</form>
	);
}
