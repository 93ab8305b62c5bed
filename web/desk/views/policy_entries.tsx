// Own words, exceptions or patterns: a line to add one, and all there are.
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { number, percent, t } from '../i18n';
import * as P from '../policy';
import { RuleMark, ruleName } from './parts';

interface Props {
	kind: 'word' | 'except' | 'pattern';
	draft: P.Draft;
	problems: P.Problem[];
	onChange: (d: P.Draft) => void;
}

type Rule = P.PassageRule | '*';
const FILTER_FROM = 12;

function RuleSelect({ kind, value, label, onChange }: { kind: Props['kind']; value: Rule; label: string; onChange: (r: Rule) => void }): JSX.Element {
	return (
		<select value={value} aria-label={label} onChange={(e) => onChange(e.currentTarget.value as Rule)}>
			{kind === 'except' && <option value="*">{t('policy.every_rule')}</option>}
			{P.PASSAGE_RULES.map((r) => <option key={r} value={r}>{ruleName(r)}</option>)}
		</select>
	);
}

function LevelSelect({ value, label, onChange }: { value: number; label: string; onChange: (v: number) => void }): JSX.Element {
	const known = (P.LEVELS as readonly number[]).includes(value);
	return (
		<select value={String(value)} aria-label={label} onChange={(e) => onChange(Number(e.currentTarget.value))}>
			{P.LEVELS.map((l, i) => <option key={l} value={String(l)}>{t(`policy.level_${i}`, percent(l))}</option>)}
			{!known && <option value={String(value)}>{t('policy.level_own', percent(value))}</option>}
		</select>
	);
}

function Adder({ kind, draft, onChange }: Omit<Props, 'problems'>): JSX.Element {
	const [text, setText] = useState(''), [rule, setRule] = useState<Rule>(kind === 'except' ? '*' : kind === 'pattern' ? 'ad_link' : 'profanity');
	const [weight, setWeight] = useState<number>(P.LEVELS[1]), [twice, setTwice] = useState(false);
	const field = useRef<HTMLInputElement>(null), id = `add-${kind}`;
	function add(e: Event): void {
		e.preventDefault();
		if (!text.trim()) return field.current?.focus();
		if (P.hasEntry(draft, kind, text)) return setTwice(true);
		onChange(P.added(draft, kind === 'except' ? { kind, rule, text: text.trim() } : { kind, rule, weight, text: text.trim(), reason: '' }));
		setText('');
		field.current?.focus();
	}
	return (
		<form class={`adder adder-${kind}`} onSubmit={add}>
			<label class="adder-text" for={id}>{t(`policy.${kind}_new`)}</label>
			<input ref={field} id={id} type="text" value={text} autocomplete="off" autocapitalize="off" spellcheck={false} maxLength={kind === 'pattern' ? 500 : 120}
				class={kind === 'pattern' ? 'mono' : ''} placeholder={t(`policy.${kind}_example`)}
				aria-invalid={twice || undefined} aria-describedby={twice ? `${id}-twice` : undefined}
				onInput={(e) => { setText(e.currentTarget.value); setTwice(false); }} />
			<RuleSelect kind={kind} value={rule} label={t('policy.rule_new')} onChange={setRule} />
			{kind !== 'except' && <LevelSelect value={weight} label={t('policy.effect_new')} onChange={setWeight} />}
			<button type="submit" class="act">{t('policy.add')}</button>
			{twice && <p class="wrong" id={`${id}-twice`} role="alert">{t('policy.twice')}</p>}
		</form>
	);
}

function Row({ entry: e, index, kind, draft, problem, onChange, onGone }: Omit<Props, 'problems'> & { entry: P.Entry; index: number; problem: P.Problem | undefined; onGone: () => void }): JSX.Element {
	const wrong = `entry-${e.key}-wrong`, change = (c: Partial<P.EntryData>): void => onChange(P.edited(draft, e.key, c));
	const [open, setOpen] = useState(false);
	const name = t(`policy.${kind}_nth`, number(index + 1));
	return (
		<li class={`entry entry-${kind}`}>
			{e.rule && e.rule !== '*' ? <RuleMark rule={e.rule} /> : <span class="mark mark-all" aria-hidden="true">∗</span>}
			<input type="text" value={e.text} aria-label={name} spellcheck={false} autocapitalize="off" class={kind === 'pattern' ? 'mono' : ''}
				aria-invalid={problem ? true : undefined} aria-describedby={problem ? wrong : undefined}
				onInput={(x) => change({ text: x.currentTarget.value })} />
			<RuleSelect kind={kind} value={e.rule ?? '*'} label={t('policy.rule_of', e.text)} onChange={(rule) => change({ rule })} />
			{kind !== 'except' && <LevelSelect value={e.weight ?? 0} label={t('policy.effect_of', e.text)} onChange={(weight) => change({ weight })} />}
			<span class="entry-tools">
				{kind !== 'except' && <button type="button" class="link" aria-expanded={open || !!e.reason} onClick={() => setOpen(!open)}>{t('policy.reason')}<span class="vh">: {e.text}</span></button>}
				<button type="button" class="link" onClick={() => { onChange(P.removed(draft, e.key)); onGone(); }}>{t('policy.remove')}<span class="vh">: {e.text}</span></button>
			</span>
			{(open || e.reason) && kind !== 'except' &&
				<input type="text" class="entry-reason" value={e.reason ?? ''} maxLength={200} placeholder={t('policy.reason_example')} aria-label={t('policy.reason_of', e.text)}
					onInput={(x) => change({ reason: x.currentTarget.value })} />}
			{problem && <p class="wrong" id={wrong}>{problem.message}{problem.column !== null && ` (${t('policy.column', number(problem.column))})`}</p>}
		</li>
	);
}

export function Entries({ kind, draft, problems, onChange }: Props): JSX.Element {
	const [wanted, setWanted] = useState(''), title = useRef<HTMLHeadingElement>(null);
	const all = draft.entries.map((entry, at) => ({ entry, at })).filter(({ entry }) => entry.kind === kind);
	const filtering = all.length >= FILTER_FROM;
	const needle = filtering ? wanted.trim().toLocaleLowerCase() : '';
	/* The newest first: it appears beneath the line that made it. */
	const shown = all.filter(({ entry }) => entry.text.toLocaleLowerCase().includes(needle)).reverse();
	return (
		<section class="policy-part" aria-labelledby={`${kind}-title`}>
			<h3 id={`${kind}-title`} ref={title} tabIndex={-1}>{t(`policy.${kind}s`)} {all.length > 0 && <span class="tab-count">{number(all.length)}</span>}</h3>
			<p class="policy-help">{t(`policy.${kind}_help`)}</p>
			<Adder kind={kind} draft={draft} onChange={onChange} />
			{filtering && <p class="entry-filter"><label for={`filter-${kind}`}>{t('policy.filter')}</label>
				<input id={`filter-${kind}`} type="search" value={wanted} onInput={(e) => setWanted(e.currentTarget.value)} /></p>}
			{shown.length > 0 && <ul class="entries">
				{shown.map(({ entry, at }, i) => (
					<Row key={entry.key} entry={entry} index={all.length - 1 - i} kind={kind} draft={draft} onChange={onChange}
						problem={problems.find((p) => p.entry === at)} onGone={() => title.current?.focus()} />
				))}
			</ul>}
			{all.length > 0 && shown.length === 0 && <p class="quiet">{t('policy.none_found')}</p>}
		</section>
	);
}
