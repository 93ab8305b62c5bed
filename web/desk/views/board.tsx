// The board: each comment of a lane a dot by its score, rule by rule. Brush a range, read what is in it in one column,
// decide it together. Only what has been on the screen to its end can be decided.
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api';
import { brushed, dragged, FULL, isFull, jitter } from '../board';
import type { Range } from '../board';
import type { Controller, View } from '../controller';
import { age, count, counted, number, percent, t } from '../i18n';
import { ALL_RULES, BREACHES } from '../rules';
import * as S from '../state';
import type { Draft } from '../state';
import type { Action, BreachId, Dot, Item, RuleId } from '../types';
import { Copies } from './copies';
import { useNow } from './hooks';
import { laneName } from './lanes';
import { RuleMark, ruleName } from './parts';
import { Passages } from './passages';
import { RuleChoices, WORD_MAX } from './terms';
import { Veil } from './veil';

const STRIP_HEIGHT = 56;
const CHUNK = 8;
const START: Range[] = ALL_RULES.map(() => FULL);

/* ---- one strip ---- */

interface StripProps {
	rule: RuleId;
	index: number;
	dots: readonly Dot[];
	chosen: ReadonlySet<string>;
	range: Range;
	/** On a phone only one of them is. */
	shown: boolean;
	onRange: (range: Range) => void;
}

function draw(canvas: HTMLCanvasElement, p: StripProps): void {
	const width = canvas.clientWidth, scale = devicePixelRatio || 1, c = canvas.getContext('2d');
	if (!c || !width) return;
	canvas.width = width * scale;
	canvas.height = STRIP_HEIGHT * scale;
	c.scale(scale, scale);
	const style = getComputedStyle(canvas), ink = style.getPropertyValue('--r').trim(), pale = style.getPropertyValue('--field').trim();
	for (const chosen of [false, true])
		for (const d of p.dots) {
			const score = d.scores[p.index];
			if (score === null || score === undefined || p.chosen.has(d.revision) !== chosen) continue;
			c.globalAlpha = chosen ? 0.85 : 0.28;
			c.fillStyle = chosen ? ink : pale;
			c.beginPath();
			c.arc(4 + score * (width - 8), 6 + jitter(d.revision) * (STRIP_HEIGHT - 12), d.escalated ? 4 : 3, 0, 7);
			c.fill();
		}
}

function Strip(p: StripProps): JSX.Element {
	const canvas = useRef<HTMLCanvasElement>(null), from = useRef<number | null>(null), { rule, range, onRange } = p;
	const [width, setWidth] = useState(0);
	useEffect(() => {
		const el = canvas.current;
		if (!el) return undefined;
		const watch = new ResizeObserver(() => setWidth(el.clientWidth));
		watch.observe(el);
		return () => watch.disconnect();
	}, []);
	useLayoutEffect(() => { if (canvas.current) draw(canvas.current, p); }, [p.dots, p.chosen, width]);
	const at = (e: PointerEvent): number => {
		const box = (canvas.current as HTMLCanvasElement).getBoundingClientRect();
		return (e.clientX - box.left - 4) / (box.width - 8);
	};
	return (
		<div class={`strip r-${rule}${isFull(range) ? '' : ' brushed'}${p.shown ? ' shown' : ''}`} role="group" aria-label={ruleName(rule)}>
			<p class="strip-name"><RuleMark rule={rule} /><span>{ruleName(rule)}</span>
				{!isFull(range) && <button type="button" class="link" onClick={() => onRange(FULL)}>{percent(range[0])} – {percent(range[1])} <span aria-hidden="true">×</span><span class="vh">{t('board.all_of', ruleName(rule))}</span></button>}</p>
			<div class="strip-field">
				<canvas ref={canvas} height={STRIP_HEIGHT} aria-hidden="true"
					onPointerDown={(e) => { from.current = at(e); (e.currentTarget as HTMLElement).setPointerCapture(e.pointerId); }}
					onPointerMove={(e) => { if (from.current !== null) onRange(dragged(from.current, at(e))); }}
					onPointerUp={(e) => { if (from.current !== null) onRange(dragged(from.current, at(e))); from.current = null; }}
					onPointerCancel={() => { from.current = null; }} />
				<svg class="strip-brush" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
					{!isFull(range) && <rect x={range[0] * 100} width={(range[1] - range[0]) * 100} height="10" />}
				</svg>
			</div>
			<div class="strip-ends">
				<input type="range" min="0" max="1" step="0.01" value={range[0]} aria-label={t('lane.from', ruleName(rule))} onInput={(e) => onRange([Math.min(Number(e.currentTarget.value), range[1]), range[1]])} />
				<input type="range" min="0" max="1" step="0.01" value={range[1]} aria-label={t('lane.to', ruleName(rule))} onInput={(e) => onRange([range[0], Math.max(Number(e.currentTarget.value), range[0])])} />
			</div>
		</div>
	);
}

/* ---- the column ---- */

interface CardProps {
	controller: Controller;
	covered: boolean;
	item: Item;
	seen: boolean;
	left: boolean;
	/** Decided along with it: those of its copies that are chosen too. */
	copies: Item['copies'];
	now: number;
	onSeen: () => void;
	onLeave: () => void;
	onRead: () => void;
}

function Card({ controller, covered, item, seen, left, copies, now, onSeen, onLeave, onRead }: CardProps): JSX.Element {
	const end = useRef<HTMLSpanElement>(null);
	useEffect(() => {
		const el = end.current;
		if (!el || seen || covered) return undefined;
		/* Seen when its last line has been on the screen. */
		const watch = new IntersectionObserver((all) => { if (all.some((x) => x.isIntersecting)) onSeen(); });
		watch.observe(el);
		return () => watch.disconnect();
	}, [seen, covered, item.revision]);
	return (
		<li class={`card${left ? ' left' : ''}${seen ? ' seen' : ''}`}>
			<p class="card-head"><strong>{item.author.name}</strong> <span class="quiet">{age(item.submitted_at, now)} · {item.article.title}</span></p>
			<Veil controller={controller} item={item}><Passages item={item} active={null} onActive={() => undefined} /></Veil>
			{copies.length > 0 && !covered && <Copies controller={controller} item={{ ...item, copies, alike: copies.length }} now={now} together={null} />}
			<p class="card-end">
				<label class="check"><input type="checkbox" checked={!left} onChange={onLeave} /><span>{t('board.with')}</span></label>
				<button type="button" class="link" onClick={onRead}>{t('board.read')}</button>
				<span ref={end} class="quiet" role="status">{seen ? t('board.seen') : ''}</span>
			</p>
		</li>
	);
}

interface Props {
	controller: Controller;
	view: View;
	onRead: (revision: string) => void;
}

/* Loads the texts of what is chosen, some at a time, as far as somebody reads. */
function useItems(controller: Controller, chosen: readonly Dot[], wanted: number): Map<string, Item> {
	const [items, setItems] = useState<Map<string, Item>>(new Map()), asked = useRef(new Set<string>());
	useEffect(() => {
		const ids = chosen.slice(0, wanted).map((d) => d.revision).filter((r) => !asked.current.has(r));
		for (const id of ids) {
			asked.current.add(id);
			controller.api.revision(id).then((item) => setItems((m) => new Map(m).set(id, item)),
				(e: unknown) => { if (!(e instanceof ApiError)) throw e; asked.current.delete(id); });
		}
	}, [chosen, wanted]);
	return items;
}

function useDots(controller: Controller, view: View): { dots: Dot[]; cut: boolean; failed: boolean } {
	const [state, setState] = useState<{ dots: Dot[]; cut: boolean; failed: boolean }>({ dots: [], cut: false, failed: false });
	useEffect(() => {
		controller.api.board(view.desk.lane).then((b) => setState({ ...b, failed: false }),
			(e: unknown) => { if (!(e instanceof ApiError)) throw e; setState((s) => ({ ...s, failed: true })); });
	}, [view.desk.lane, view.laneChanges]);
	return state;
}

export function Board({ controller, view, onRead }: Props): JSX.Element {
	const { dots: all, cut, failed } = useDots(controller, view), now = useNow(30000);
	const pending = new Set(view.desk.pending.map((p) => p.item.revision));
	const dots = all.filter((d) => !pending.has(d.revision));
	const [ranges, setRanges] = useState<Range[]>(START), [wanted, setWanted] = useState(CHUNK);
	const [seen, setSeen] = useState<ReadonlySet<string>>(new Set()), [left, setLeft] = useState<ReadonlySet<string>>(new Set());
	const [rejecting, setRejecting] = useState<Draft | null>(null), [strip, setStrip] = useState(0);
	const chosen = useMemo(() => brushed(dots, ranges), [all, ranges, view.desk.pending.length]);
	const ids = useMemo(() => new Set(chosen.map((d) => d.revision)), [chosen]);
	const items = useItems(controller, chosen, wanted), more = useRef<HTMLDivElement>(null);
	const loaded = chosen.slice(0, wanted).map((d) => items.get(d.revision)).filter((i): i is Item => i !== undefined && (i.state ?? 'held') === 'held');
	/* The same text comes once, with its copies. */
	const headOf = (i: Item): Item => loaded.find((h) => h === i || h.copies.some((c) => c.revision === i.revision)) ?? i;
	const shown = loaded.filter((i) => headOf(i) === i);
	const ready = loaded.filter((i) => seen.has(headOf(i).revision) && !left.has(headOf(i).revision));
	useEffect(() => { setWanted(CHUNK); setRejecting(null); }, [ranges, view.desk.lane]);
	useEffect(() => {
		const el = more.current;
		if (!el || wanted >= chosen.length) return undefined;
		const watch = new IntersectionObserver((x) => { if (x.some((e) => e.isIntersecting)) setWanted((n) => n + CHUNK); }, { rootMargin: '400px' });
		watch.observe(el);
		return () => watch.disconnect();
	}, [wanted, chosen.length, shown.length]);

	function decide(action: Action, draft: Draft): void {
		controller.decideMany(ready, action, draft);
		setRejecting(null);
	}
	/* What was brushed is probably what it breaks. */
	const likely = (): BreachId[] => BREACHES.filter((_, i) => (ranges[i] as Range)[0] >= 0.3);
	const toggleLeft = (r: string): void => setLeft((s) => { const next = new Set(s); if (!next.delete(r)) next.add(r); return next; });
	const lane = view.lanes.find((l) => l.id === view.desk.lane);
	return (
		<main class="board" id="main">
			<section class="strips" aria-label={t('board.strips')}>
				<h2>{t('nav.board')}</h2>
				<label class="board-lane"><span class="vh">{t('lane.label')}</span>
					<select value={view.desk.lane} onChange={(e) => controller.openLane(e.currentTarget.value)}>
						{view.lanes.map((l) => <option key={l.id} value={l.id}>{laneName(l)} ({counted(l.count)})</option>)}
					</select></label>
				<p class="quiet">{t('board.hint')}</p>
				<p class="strip-choice" role="group" aria-label={t('board.which')}>
					{ALL_RULES.map((rule, i) => (
						<button key={rule} type="button" class={`strip-pick r-${rule}${isFull(ranges[i] as Range) ? '' : ' brushed'}`} aria-pressed={i === strip} onClick={() => setStrip(i)}><RuleMark rule={rule} /><span class="vh">{ruleName(rule)}</span></button>
					))}
				</p>
				{ALL_RULES.map((rule, i) => (
					<Strip key={rule} rule={rule} index={i} dots={dots} chosen={ids} range={ranges[i] as Range} shown={i === strip}
						onRange={(range) => setRanges(ranges.map((r, k) => (k === i ? range : r)))} />
				))}
				{cut && <p class="quiet">{t('board.cut', number(dots.length))}</p>}
				{ranges.some((r) => !isFull(r)) && <p><button type="button" class="act" onClick={() => setRanges(START)}>{t('board.reset')}</button></p>}
			</section>
			<section class="column" aria-label={t('board.column')}>
				<p class="column-head" role="status">{failed ? t('queue.failed') : t('board.chosen', number(chosen.length), number(dots.length))}{lane && lane.id !== 'all' && ` · ${laneName(lane)}`}</p>
				{chosen.length === 0 && !failed && <p class="quiet">{t('board.none')}</p>}
				<ol class="cards">
					{shown.map((item) => (
						<Card key={item.revision} controller={controller} covered={S.isCovered(view.desk, item)} item={item} now={now} seen={seen.has(item.revision)} left={left.has(item.revision)} copies={item.copies.filter((c) => loaded.some((i) => i.revision === c.revision))}
							onSeen={() => { setSeen((s) => new Set(s).add(item.revision)); controller.read(item); }} onLeave={() => toggleLeft(item.revision)} onRead={() => onRead(item.revision)} />
					))}
				</ol>
				<div ref={more} class="column-more" />
				{controller.may('decide') && shown.length > 0 && (
					<div class="together" role="group" aria-label={t('board.together')}>
						{rejecting && (
							<form onSubmit={(e) => { e.preventDefault(); if (rejecting.rules.length) decide('reject', rejecting); }}>
								<RuleChoices draft={rejecting} onDraft={setRejecting} legend={t('panel.rules')} />
								<label class="answer-word"><span>{t('panel.word_optional')}</span>
									<textarea rows={2} maxLength={WORD_MAX} value={rejecting.word} onInput={(e) => setRejecting({ ...rejecting, word: e.currentTarget.value })} /></label>
								<p><button type="submit" class="act act-reject" aria-disabled={!rejecting.rules.length || !ready.length}>{count('board.reject', ready.length)}</button>
									<button type="button" class="act" onClick={() => setRejecting(null)}>{t('panel.cancel')}</button></p>
							</form>
						)}
						{!rejecting && (
							<p><button type="button" class="act act-release" aria-disabled={!ready.length} onClick={() => { if (ready.length) decide('release', { rules: [], word: '' }); }}>{count('board.release', ready.length)}</button>
								<button type="button" class="act act-reject" aria-disabled={!ready.length} onClick={() => { if (ready.length) setRejecting({ rules: likely(), word: '' }); }}>{count('board.reject', ready.length)}{'\u00a0…'}</button>
								<span class="quiet">{t('board.only_seen')}</span></p>
						)}
					</div>
				)}
			</section>
		</main>
	);
}
