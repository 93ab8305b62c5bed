// What has no lines: the week as a map of hours, waiting times as bars, predicted against actual shares.
import type { JSX, RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { LoadHour, Tenth, WaitClass } from '../figures';
import { duration, number, people, percent, t, weekdayName } from '../figures_text';
import { moved } from './figures_plot';

interface Cursor {
	at: number | null;
	read: JSX.Element;
	props: JSX.HTMLAttributes<HTMLDivElement>;
	/** Of the drawing, in CSS pixels: words keep their size whatever room there is. */
	width: number;
}

export function useWidth(ref: RefObject<HTMLElement>, first: number): number {
	const [width, setWidth] = useState(first);
	useEffect(() => {
		const at = ref.current;
		if (!at) return undefined;
		const grown = new ResizeObserver(() => { if (at.clientWidth) setWidth(at.clientWidth); });
		grown.observe(at);
		return () => grown.disconnect();
	}, []);
	return width;
}

/* A cursor over `count` marks, for the mouse and for arrow keys; `row`: how many one goes up or down. */
function useCursor(name: string, count: number, row: number, describe: (at: number) => string): Cursor {
	const [at, setAt] = useState<number | null>(null), [byKey, setByKey] = useState(false), box = useRef<HTMLDivElement>(null), width = useWidth(box, 320);
	/* Where the map is wider than the screen, the cursor stays in sight. */
	useEffect(() => {
		if (byKey) box.current?.querySelector('.at')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
	}, [at, byKey]);
	function press(e: KeyboardEvent): void {
		const up = e.key === 'ArrowUp' ? -row : e.key === 'ArrowDown' ? row : 0;
		const to = up ? ((at ?? 0) + up + count) % count : moved(e.key, at, count, row);
		if (to === null) return;
		e.preventDefault();
		setByKey(true);
		setAt(to);
	}
	const point = (e: Event): void => {
		const mark = e.target instanceof Element ? e.target.closest('[data-at]') : null;
		if (mark) setAt(Number(mark.getAttribute('data-at')));
	};
	const leave = (): void => { setAt(null); setByKey(false); };
	return {
		at,
		read: <p class="fig-read" aria-live={byKey ? 'polite' : 'off'}>{at === null ? '' : describe(at)}</p>,
		width,
		props: { ref: box, tabIndex: 0, role: 'application', 'aria-label': name, onKeyDown: press, onBlur: leave, onMouseOver: point, onMouseLeave: leave, onClick: point },
	};
}

/* ---- the week ---- */

const CELL = 40, ROW = 30, LEFT = 34, TOP = 20, STEPS = 6;

function Hatch({ id }: { id: string }): JSX.Element {
	return <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class={`hatch-ground ${id}`} width="6" height="6" /><line class={`hatch-line ${id}`} x1="0" y1="0" x2="0" y2="6" /></pattern>;
}

export function hourText(h: LoadHour): string {
	const when = t('load.when', weekdayName(h.weekday, 'long'), h.hour, h.hour + 1), came = number(h.received_per_hour ?? 0, 1);
	if (!h.days) return t('load.read_none', when);
	if (h.editors === null) return t('load.read_plain', when, came);
	if (h.editors === 0) return t('load.read_nobody', when, came);
	return h.capacity_per_hour === null ? t('load.read_there', when, came, people(h.editors))
		: t('load.read', when, came, people(h.editors), number(h.capacity_per_hour));
}

/** How much comes at each hour of the week, and whether those who are there can decide it. */
export function WeekMap({ load }: { load: LoadHour[] }): JSX.Element {
	const most = Math.max(...load.map((h) => h.received_per_hour ?? 0), 0.1);
	const cursor = useCursor(t('load.name'), load.length, 24, (at) => hourText(load[at] as LoadHour));
	const step = (v: number): number => Math.min(STEPS, Math.ceil((v / most) * STEPS));
	const known = load.some((h) => h.editors !== null);
	return (
		<div class="fig-plot">
			<div class="week-scroll" {...cursor.props}>
				<svg class="week" viewBox={`0 0 ${LEFT + 24 * CELL} ${TOP + 7 * ROW}`} aria-hidden="true">
					<defs><Hatch id="nobody" /></defs>
					{[0, 3, 6, 9, 12, 15, 18, 21].map((h) => <text key={h} class="axis" x={LEFT + h * CELL} y={13}>{t('load.hour', h)}</text>)}
					{[1, 2, 3, 4, 5, 6, 7].map((d) => <text key={d} class="axis" x={0} y={TOP + (d - 1) * ROW + 20}>{weekdayName(d, 'short')}</text>)}
					{load.map((h, i) => {
						const x = LEFT + h.hour * CELL, y = TOP + (h.weekday - 1) * ROW, came = h.received_per_hour ?? 0, s = step(came);
						const crowded = (h.capacity_per_hour ?? 0) > 0 && came > (h.capacity_per_hour ?? 0);
						return (
							<g key={i} data-at={i} class={`hour heat-${s}${cursor.at === i ? ' at' : ''}`}>
								<rect class="heat" x={x + 1} y={y + 1} width={CELL - 2} height={ROW - 2} />
								{known && h.editors === 0 && <rect class="unattended" x={x + 1} y={y + 1} width={CELL - 2} height={ROW - 2} fill="url(#nobody)" />}
								{crowded && <rect class="crowded" x={x + 2.5} y={y + 2.5} width={CELL - 5} height={ROW - 5} />}
								{came >= 0.5 && <text class="count" x={x + CELL / 2} y={y + 20}>{number(came)}</text>}
							</g>
						);
					})}
				</svg>
			</div>
			<p class="week-key">
				{known && <span><svg class="key" viewBox="0 0 26 18" aria-hidden="true"><rect class="heat key-crowd" x="1" y="1" width="24" height="16" /><rect class="crowded" x="2.5" y="2.5" width="21" height="13" /></svg>{t('load.key_crowded')}</span>}
				{known && <span><svg class="key" viewBox="0 0 26 18" aria-hidden="true"><rect x="1" y="1" width="24" height="16" fill="url(#nobody)" /></svg>{t('load.key_nobody')}</span>}
			</p>
			{cursor.read}
		</div>
	);
}

/* ---- waiting times as bars ---- */

const BARS_H = 230, FOOT = 26;
const MARKS = [1, 10, 60, 600, 3600, 4 * 3600, 86400, 7 * 86400, 30 * 86400];

/** How many waited how long; on a scale on which ten times as long is as far everywhere. */
export function WaitBars({ classes, limit, shifts }: { classes: WaitClass[]; limit: number; shifts: boolean }): JSX.Element {
	const log = (s: number): number => Math.log2(Math.max(1, s));
	const from = log(classes[0]?.from_s ?? 1), to = Math.max(log(classes[classes.length - 1]?.to_s ?? 2), log(limit) + 1);
	const most = Math.max(...classes.map((c) => c.open + c.closed), 1), all = classes.reduce((n, c) => n + c.open + c.closed, 0);
	const y = (n: number): number => (n / most) * (BARS_H - FOOT - 36), top = classes.find((c) => c.open + c.closed === most);
	const cursor = useCursor(t('distribution.name'), classes.length, 4, (at) => {
		const c = classes[at] as WaitClass;
		return t('distribution.read', duration(c.from_s), duration(c.to_s), number(c.open + c.closed), percent((c.open + c.closed) / all)) + (shifts ? ` ${t('distribution.read_closed', number(c.closed))}` : '');
	});
	const ground = BARS_H - FOOT, wide = cursor.width, x = (s: number): number => ((log(s) - from) / (to - from)) * wide;
	const marks = MARKS.filter((s) => log(s) >= from && x(s) <= wide - 20).filter((s, i, all) => i === 0 || x(s) - x(all[i - 1] ?? 0) > 52);
	return (
		<div class="fig-plot">
			<div class="svg-box" {...cursor.props}>
			<svg class="bars" viewBox={`0 0 ${wide} ${BARS_H}`} aria-hidden="true">
				<defs><Hatch id="closed" /></defs>
				<line class="ground" x1="0" x2={wide} y1={ground} y2={ground} />
				{marks.map((s) => <g key={s}><line class="ground" x1={x(s)} x2={x(s)} y1={ground} y2={ground + 4} /><text class="axis middle" x={Math.max(18, x(s))} y={BARS_H - 6}>{duration(s)}</text></g>)}
				{classes.map((c, i) => {
					const left = x(c.from_s) + 0.75, width = Math.max(1, x(c.to_s) - x(c.from_s) - 1.5);
					return (
						<g key={i} data-at={i} class={cursor.at === i ? 'wait at' : 'wait'}>
							<rect class="catch" x={left} y="0" width={width} height={ground} />
							<rect class="open" x={left} y={ground - y(c.open)} width={width} height={y(c.open)} />
							<rect class="shut" x={left} y={ground - y(c.open) - y(c.closed)} width={width} height={y(c.closed)} fill="url(#closed)" />
						</g>
					);
				})}
				{top && <text class="axis middle" x={(x(top.from_s) + x(top.to_s)) / 2} y={ground - y(top.open + top.closed) - 5}>{number(most)}</text>}
				<line class="limit" x1={x(limit)} x2={x(limit)} y1="4" y2={ground} />
				<text class="axis" x={x(limit) + (x(limit) > wide - 120 ? -5 : 5)} y="13" text-anchor={x(limit) > wide - 120 ? 'end' : 'start'}>{t('waits.limit', duration(limit))}</text>
			</svg>
			</div>
			{shifts && <p class="week-key">
				<span><svg class="key" viewBox="0 0 26 18" aria-hidden="true"><rect class="open" x="1" y="1" width="24" height="16" /></svg>{t('waits.open')}</span>
				<span><svg class="key" viewBox="0 0 26 18" aria-hidden="true"><rect x="1" y="1" width="24" height="16" fill="url(#closed)" /></svg>{t('waits.closed')}</span>
			</p>}
			{cursor.read}
		</div>
	);
}

/* ---- predicted against actual ---- */

const PAD_L = 42, PAD_B = 30, PAD_T = 8, PAD_R = 12;

/** One point for each tenth of the score, with where the true share lies with 95 % confidence. */
export function Calibration({ name, tenths, color }: { name: string; tenths: Tenth[]; color: string }): JSX.Element {
	const cursor = useCursor(t('calibration.name', name), tenths.length, 1, (at) => {
		const c = tenths[at] as Tenth;
		return t('calibration.read', percent(c.predicted), percent(c.actual), percent(c.actual_low), percent(c.actual_high), number(c.count));
	});
	const side = Math.min(cursor.width, 260), x = (p: number): number => PAD_L + p * (side - PAD_L - PAD_R), y = (p: number): number => side - PAD_B - p * (side - PAD_B - PAD_T);
	return (
		<div class="fig-plot fig-small">
			<div class="svg-box" {...cursor.props}>
			<svg class={`calibration ${color}`} viewBox={`0 0 ${cursor.width} ${side}`} aria-hidden="true">
				{[0, 0.5, 1].map((p) => (
					<g key={p}>
						<line class="grid" x1={x(0)} x2={x(1)} y1={y(p)} y2={y(p)} />
						<text class="axis end" x={PAD_L - 5} y={y(p) + 4}>{percent(p)}</text>
						<text class="axis middle" x={x(p) - (p === 1 ? 10 : 0)} y={side - 10}>{percent(p)}</text>
					</g>
				))}
				<line class="ideal" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
				{tenths.map((c, i) => (
					<g key={i} data-at={i} class={cursor.at === i ? 'tenth at' : 'tenth'}>
						<line class="interval" x1={x(c.predicted)} x2={x(c.predicted)} y1={y(c.actual_low)} y2={y(c.actual_high)} />
						<circle class="value" cx={x(c.predicted)} cy={y(c.actual)} r="4" />
						<circle class="catch" cx={x(c.predicted)} cy={y(c.actual)} r="9" />
					</g>
				))}
			</svg>
			</div>
			{cursor.read}
		</div>
	);
}
