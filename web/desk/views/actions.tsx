// The bar below the comment: three decisions and two ways on; or, once asked, rules, a word and the letter.
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Controller } from '../controller';
import { counted, t } from '../i18n';
import type { Bindings } from '../keys';
import { along, missing, toggleLinked } from '../state';
import type { Draft, PanelKind } from '../state';
import type { BreachId, Item } from '../types';
import { Kbd } from './parts';
import { LetterBox, PassageButton, RuleChoices, WORD_MAX } from './terms';

interface BarProps {
	may: boolean;
	/** A trainee proposes. */
	proposes: boolean;
	canGoBack: boolean;
	bindings: Bindings;
	onRelease: (pick: boolean) => void;
	onPanel: (panel: PanelKind) => void;
	onSkip: () => void;
	onBack: () => void;
}

const cap = (key: string): JSX.Element => <Kbd>{key.toUpperCase()}</Kbd>;

export function ActionBar(p: BarProps): JSX.Element {
	const { bindings: k } = p;
	return (
		<div class="actions" role="group" aria-label={t(p.proposes ? 'action.label_propose' : 'action.label')}>
			<button type="button" class="act act-back" aria-disabled={!p.canGoBack} onClick={p.onBack}><Kbd>←</Kbd><span>{t('action.back')}</span></button>
			<button type="button" class="act act-release" aria-disabled={!p.may} onClick={() => p.onRelease(false)}>{cap(k.release)}<span>{t('action.release')}</span></button>
			<button type="button" class="act act-pick" aria-disabled={!p.may} onClick={() => p.onRelease(true)}
				title={t('action.pick_title')}>{cap(k.pick)}<span aria-hidden="true">★<span class="act-pick-word"> {t('action.pick')}</span></span><span class="vh">{t('action.pick_title')}</span></button>
			<button type="button" class="act act-reject" aria-disabled={!p.may} onClick={() => p.onPanel('reject')}>{cap(k.reject)}<span>{t('action.reject')}</span></button>
			<button type="button" class="act act-return" aria-disabled={!p.may} onClick={() => p.onPanel('return')}>{cap(k.return)}<span>{t('action.return')}</span></button>
			<button type="button" class="act act-refer" aria-disabled={!p.may} onClick={() => p.onPanel('refer')}>{cap(k.refer)}<span>{t('action.refer')}</span></button>
			<button type="button" class="act act-skip" onClick={p.onSkip}>{cap(k.skip)}<span>{p.may ? t('action.skip') : t('action.next')}</span></button>
		</div>
	);
}

interface PanelProps {
	controller: Controller;
	kind: PanelKind;
	item: Item;
	draft: Draft;
	onDraft: (draft: Draft) => void;
	onConfirm: () => void;
	onCancel: () => void;
	onSwitch: (kind: PanelKind) => void;
}

/* The engine's reasons for the rules that are chosen, each once: words that can go to the author. */
function reasons(item: Item, rules: readonly BreachId[]): string {
	const found = (item.review.evidence ?? []).filter((e) => (rules as readonly string[]).includes(e.rule)).map((e) => e.reason);
	return [...new Set(found)].join('\n');
}

function Whom({ draft, onDraft }: { draft: Draft; onDraft: (draft: Draft) => void }): JSX.Element {
	return (
		<fieldset>
			<legend>{t('panel.whom')}</legend>
			<div class="choices">
				{(['second', 'lawyer'] as const).map((to) => (
					<label key={to} class="choice choice-plain">
						<input type="radio" name="to" checked={(draft.to ?? 'second') === to} onChange={() => onDraft({ ...draft, to })} />
						<span>{t(`refer.${to}`)}</span>
					</label>
				))}
			</div>
		</fieldset>
	);
}

const some = (key: string, n: number, ...more: string[]): string => t(`${key}_${n === 1 ? 'one' : 'many'}`, counted(n), ...more);

/* What else this is said of; those that share but a link only if it is asked for. */
function Along({ controller, kind, item }: { controller: Controller; kind: PanelKind; item: Item }): JSX.Element | null {
	const { desk } = controller.view, { text, link: chosen } = along(desk, item, kind), link = item.campaign?.link;
	const offers = kind !== 'refer' && link && link.waiting !== 0;
	if (!text && !offers) return null;
	return (
		<div class="panel-along">
			{text && <p class="quiet">{some('panel.along', item.alike)}</p>}
			{offers && <label class="check"><input type="checkbox" checked={chosen !== null} onChange={() => controller.apply((d) => toggleLinked(d, item.revision))} />
				<span>{link.waiting === null ? t('linked.too_all', link.address) : some('linked.too', link.waiting, link.address)}</span></label>}
		</div>
	);
}

const WORD_LABEL = { reject: 'panel.word_optional', return: 'panel.word', refer: 'panel.question' } as const;

export function Panel({ controller, kind, item, draft, onDraft, onConfirm, onCancel, onSwitch }: PanelProps): JSX.Element {
	const form = useRef<HTMLFormElement>(null), word = useRef<HTMLTextAreaElement>(null);
	const lack = missing(kind, draft), given = kind === 'refer' ? '' : reasons(item, draft.rules);
	const other = kind === 'reject' ? 'return' : 'reject';
	/* Before the next key can come: no letter of the word may be lost. */
	useLayoutEffect(() => {
		if (kind !== 'reject') word.current?.focus();
		else form.current?.querySelector<HTMLInputElement>('input:checked, input')?.focus();
	}, [kind]);
	return (
		<form ref={form} class={`panel panel-${kind}`} aria-labelledby="panel-title" onSubmit={(e) => { e.preventDefault(); onConfirm(); }}>
			<h3 id="panel-title">{t(`panel.${kind}`, item.author.name)}</h3>
			{kind === 'refer' ? <Whom draft={draft} onDraft={onDraft} />
				: <RuleChoices draft={draft} onDraft={onDraft} legend={t(kind === 'reject' ? 'panel.rules' : 'panel.rules_optional')} />}
			<div class="panel-word">
				<label for="panel-word">{t(WORD_LABEL[kind])} <Kbd>W</Kbd></label>
				{given && !draft.word.includes(given) && (
					<button type="button" class="link" onClick={() => {
						onDraft({ ...draft, word: draft.word.trim() ? `${draft.word.trimEnd()}\n${given}` : given });
						word.current?.focus();
					}}>{t('panel.take_reason')}</button>
				)}
				<textarea id="panel-word" ref={word} rows={2} maxLength={WORD_MAX} value={draft.word} lang={kind === 'refer' ? undefined : item.lang || undefined}
					onInput={(e) => onDraft({ ...draft, word: e.currentTarget.value })} />
			</div>
			{kind === 'reject' && (
				<details class="panel-letter" id="panel-letter">
					<summary><Kbd>L</Kbd> {t('letter.title')}</summary>
					<LetterBox controller={controller} revision={item.revision} kind="reject" lang={item.lang} text={item.text} draft={draft} onDraft={onDraft}>
						<PassageButton draft={draft} onDraft={onDraft} />
					</LetterBox>
				</details>
			)}
			<Along controller={controller} kind={kind} item={item} />
			<div class="panel-end">
				<button type="submit" class={`act act-${kind}`} aria-disabled={lack !== null}><Kbd>⏎</Kbd><span>{t(`panel.do_${kind}`)}</span></button>
				<button type="button" class="act" onClick={onCancel}><Kbd>Esc</Kbd><span>{t('panel.cancel')}</span></button>
				<p class="panel-lack" role="status">{lack && t(`panel.lack_${lack}`)}{lack === 'rules' && <span class="panel-keys"> {t('panel.lack_keys')}</span>}</p>
				{kind !== 'refer' && <button type="button" class="link" onClick={() => onSwitch(other)}>{t(`panel.switch_${other}`)}</button>}
			</div>
		</form>
	);
}
