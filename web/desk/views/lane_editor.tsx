// The team's own lanes: a name, and what belongs in it.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { percent, t } from '../i18n';
import { ALL_RULES } from '../rules';
import type { Lane, LaneFilter, RuleId, Suggestion } from '../types';
import { useModal } from './hooks';
import { RuleMark, ruleName } from './parts';

interface Editable {
	id?: string;
	name: string;
	filter: LaneFilter;
}

const SUGGESTIONS: Suggestion[] = ['release', 'look', 'reject'];
const AUTHORS = ['any', 'first', 'released', 'rejected'] as const;

/* What is at its widest asks for nothing and is left out. */
function withScore(filter: LaneFilter, rule: RuleId, range: [number, number]): LaneFilter {
	const { [rule]: _old, ...rest } = filter.scores ?? {};
	const scores = range[0] <= 0 && range[1] >= 1 ? rest : { ...rest, [rule]: range };
	const { scores: _scores, ...others } = filter;
	return Object.keys(scores).length ? { ...others, scores } : others;
}

function without<K extends keyof LaneFilter>(filter: LaneFilter, key: K, value: LaneFilter[K] | undefined): LaneFilter {
	const { [key]: _old, ...rest } = filter;
	return value === undefined ? rest : { ...rest, [key]: value };
}

function Scores({ filter, onChange }: { filter: LaneFilter; onChange: (f: LaneFilter) => void }): JSX.Element {
	return (
		<fieldset><legend>{t('lane.scores')}</legend>
			{ALL_RULES.map((rule) => {
				const [low, high] = filter.scores?.[rule] ?? [0, 1];
				const set = (a: number, b: number): void => onChange(withScore(filter, rule, [Math.min(a, b), Math.max(a, b)]));
				return (
					<div key={rule} class={`lane-score r-${rule}`}>
						<span><RuleMark rule={rule} /> {ruleName(rule)}</span>
						<input type="range" min="0" max="1" step="0.05" value={low} aria-label={t('lane.from', ruleName(rule))} onInput={(e) => set(Number(e.currentTarget.value), high)} />
						<input type="range" min="0" max="1" step="0.05" value={high} aria-label={t('lane.to', ruleName(rule))} onInput={(e) => set(low, Number(e.currentTarget.value))} />
						<span class="quiet">{percent(low)} – {percent(high)}</span>
					</div>
				);
			})}
		</fieldset>
	);
}

function LaneForm({ lane, onChange }: { lane: Editable; onChange: (lane: Editable) => void }): JSX.Element {
	const f = lane.filter, set = (filter: LaneFilter): void => onChange({ ...lane, filter });
	const toggle = (s: Suggestion): void => {
		const now = f.suggestions ?? [], next = now.includes(s) ? now.filter((x) => x !== s) : [...now, s];
		set(without(f, 'suggestions', next.length ? next : undefined));
	};
	return (
		<div class="lane-form">
			<label><span>{t('lane.name')}</span><input value={lane.name} maxLength={40} required onInput={(e) => onChange({ ...lane, name: e.currentTarget.value })} /></label>
			<label><span>{t('lane.sections')}</span>
				<input value={(f.sections ?? []).join(', ')} placeholder={t('team.all_sections')} onChange={(e) => {
					const list = e.currentTarget.value.split(',').map((s) => s.trim()).filter((s) => s);
					set(without(f, 'sections', list.length ? list : undefined));
				}} /></label>
			<label><span>{t('lane.article')}</span>
				<input value={f.article ?? ''} maxLength={200} placeholder={t('lane.article_any')} onChange={(e) => set(without(f, 'article', e.currentTarget.value.trim() || undefined))} /></label>
			<label><span>{t('lane.author')}</span>
				<select value={f.author ?? 'any'} onChange={(e) => set(without(f, 'author', e.currentTarget.value === 'any' ? undefined : e.currentTarget.value as LaneFilter['author']))}>
					{AUTHORS.map((a) => <option key={a} value={a}>{t(`lane.author_${a}`)}</option>)}
				</select></label>
			<label><span>{t('lane.lang')}</span>
				<select value={f.lang ?? ''} onChange={(e) => set(without(f, 'lang', e.currentTarget.value || undefined))}>
					<option value="">{t('lane.lang_any')}</option><option value="de">{t('lane.lang_de')}</option><option value="en">{t('lane.lang_en')}</option>
				</select></label>
			<label><span>{t('lane.minutes')}</span>
				<input type="number" min="1" max="99999" value={f.waiting_minutes ?? ''} onInput={(e) => set(without(f, 'waiting_minutes', Number(e.currentTarget.value) || undefined))} /></label>
			<fieldset class="lane-checks"><legend>{t('suggestion.label')}</legend>
				{SUGGESTIONS.map((s) => <label key={s} class="check"><input type="checkbox" checked={f.suggestions?.includes(s) ?? false} onChange={() => toggle(s)} /><span>{t(`suggestion.${s}`)}</span></label>)}
				<label class="check"><input type="checkbox" checked={f.edits ?? false} onChange={() => set(without(f, 'edits', f.edits ? undefined : true))} /><span>{t('lane.edits')}</span></label>
				<label class="check"><input type="checkbox" checked={f.returned ?? false} onChange={() => set(without(f, 'returned', f.returned ? undefined : true))} /><span>{t('lane.returned')}</span></label>
				<label class="check"><input type="checkbox" checked={f.appealed ?? false} onChange={() => set(without(f, 'appealed', f.appealed ? undefined : true))} /><span>{t('lane.appealed')}</span></label>
				<label class="check"><input type="checkbox" checked={f.reported ?? false} onChange={() => set(without(f, 'reported', f.reported ? undefined : true))} /><span>{t('lane.reported')}</span></label>
			</fieldset>
			<Scores filter={f} onChange={set} />
		</div>
	);
}

export function LaneEditor({ controller, lanes, onClose }: { controller: Controller; lanes: Lane[]; onClose: () => void }): JSX.Element {
	const dialog = useModal();
	const [list, setList] = useState<Editable[]>(() => lanes.filter((l) => l.name !== null).map((l) => ({ id: l.id, name: l.name ?? '', filter: l.filter })));
	const [open, setOpen] = useState(list.length ? -1 : 0), [wrong, setWrong] = useState('');
	const change = (i: number, lane: Editable): void => setList(list.map((l, k) => (k === i ? lane : l)));
	const move = (i: number, by: number): void => {
		const next = [...list], [lane] = next.splice(i, 1);
		if (lane) next.splice(Math.max(0, i + by), 0, lane);
		setList(next);
		setOpen(-1);
	};
	async function save(e: Event): Promise<void> {
		e.preventDefault();
		setWrong('');
		try {
			await controller.api.saveLanes(list);
			controller.loadLanes();
			onClose();
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			setWrong(error.message || t('account.failed'));
		}
	}
	return (
		<dialog ref={dialog} class="dialog lane-editor" aria-labelledby="lanes-title" onClose={onClose}>
			<form onSubmit={(e) => void save(e)}>
				<h2 id="lanes-title">{t('lane.title')}</h2>
				<p class="quiet">{t('lane.text')}</p>
				<ol>
					{list.map((l, i) => (
						<li key={i}>
							<p class="lane-row">
								<button type="button" class="link" aria-expanded={open === i} onClick={() => setOpen(open === i ? -1 : i)}>{l.name || t('lane.unnamed')}</button>
								<button type="button" class="link" aria-disabled={i === 0} aria-label={t('lane.up', l.name)} onClick={() => move(i, -1)}>↑</button>
								<button type="button" class="link" aria-disabled={i + 1 === list.length} aria-label={t('lane.down', l.name)} onClick={() => move(i, 1)}>↓</button>
								<button type="button" class="link" aria-label={t('lane.drop', l.name)} onClick={() => { setList(list.filter((_, k) => k !== i)); setOpen(-1); }}>×</button>
							</p>
							{open === i && <LaneForm lane={l} onChange={(lane) => change(i, lane)} />}
						</li>
					))}
				</ol>
				<p><button type="button" class="act" onClick={() => { setList([...list, { name: '', filter: {} }]); setOpen(list.length); }}>{t('lane.add')}</button></p>
				{wrong && <p class="decision-error" role="alert">{wrong}</p>}
				<p class="help-end"><button type="submit" class="act">{t('team.save')}</button> <button type="button" class="act" onClick={onClose}>{t('panel.cancel')}</button></p>
			</form>
		</dialog>
	);
}
