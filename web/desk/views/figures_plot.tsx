// Lines over days or hours, drawn by uPlot: with intervals, direct labels, and a cursor that the arrow keys move. What
// stands under the cursor is told in words. Colours come from the desk's own properties, so that dark is dark.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { number } from '../figures_text';

type Values = readonly (number | null)[];

export interface Series {
	/** At the line's end; empty: none. */
	label: string;
	values: Values;
	/** A custom property. */
	color: string;
	dash?: number[];
	width?: number;
	fill?: boolean;
	/** The interval around it. */
	low?: Values;
	high?: Values;
}

export interface Axis {
	min: number;
	max: number;
	log?: boolean;
	splits: number[];
	format: (value: number) => string;
}

export interface PlotProps {
	name: string;
	count: number;
	ticks: { at: number; text: string }[];
	series: Series[];
	y: Axis;
	/** Levels to compare with. */
	levels?: { at: number; text: string; below?: boolean }[];
	/** What is shaded: [from, to) of the count. */
	shade?: [number, number][];
	height: number;
	small?: boolean;
	describe: (at: number) => string;
}

const property = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const FONT = '12px "Liberation Sans", Arial, system-ui, sans-serif';

/* Without an own ground they would hide the lines. */
function faded(color: string, alpha: number): string {
	const [, r, g, b] = /^#(..)(..)(..)$/.exec(color) ?? ['', '80', '80', '80'];
	return `rgba(${[r, g, b].map((x) => parseInt(x ?? '80', 16)).join(',')},${alpha})`;
}

function drawShade(u: uPlot, p: PlotProps): void {
	u.ctx.save();
	u.ctx.fillStyle = faded(property('--soft'), 0.12);
	for (const [from, to] of p.shade ?? []) {
		const a = u.valToPos(Math.max(0, from - 0.5), 'x', true), b = u.valToPos(Math.min(p.count - 1, to - 0.5), 'x', true);
		u.ctx.fillRect(a, u.bbox.top, b - a, u.bbox.height);
	}
	u.ctx.restore();
}

function drawLevels(u: uPlot, p: PlotProps): void {
	const { ctx } = u, { left, width } = u.bbox, ratio = devicePixelRatio;
	ctx.save();
	ctx.strokeStyle = ctx.fillStyle = property('--soft');
	ctx.font = FONT.replace('12px', `${12 * ratio}px`);
	for (const level of p.levels ?? []) {
		const y = u.valToPos(level.at, 'y', true);
		ctx.setLineDash([2 * ratio, 3 * ratio]);
		ctx.beginPath();
		ctx.moveTo(left, y);
		ctx.lineTo(left + width, y);
		ctx.stroke();
		ctx.textAlign = 'left';
		const at = y + (level.below || y - u.bbox.top < 16 * ratio ? 14 : -5) * ratio;
		ctx.setLineDash([]);
		ctx.save();
		ctx.strokeStyle = property('--paper');
		ctx.lineWidth = 4 * ratio;
		ctx.strokeText(level.text, left + 4 * ratio, at);
		ctx.restore();
		ctx.fillText(level.text, left + 4 * ratio, at);
	}
	ctx.restore();
}

/* Beside each line's end, moved apart where they would overlap. */
function drawLabels(u: uPlot, p: PlotProps): void {
	const { ctx } = u, ratio = devicePixelRatio, step = 14 * ratio;
	const ends = p.series.filter((s) => s.label).flatMap((s) => {
		const at = s.values.reduce<number>((last, v, i) => (v === null ? last : i), -1), value = s.values[at];
		return value === null || value === undefined ? [] : [{ s, y: u.valToPos(value, 'y', true) }];
	}).sort((a, b) => a.y - b.y);
	for (let i = 1; i < ends.length; i++) {
		const before = ends[i - 1], it = ends[i];
		if (before && it && it.y - before.y < step) it.y = before.y + step;
	}
	/* what went below the axis goes back up, and only what stands in its way with it */
	for (let i = ends.length - 1, lowest = u.bbox.top + u.bbox.height; i >= 0; i--, lowest -= step) {
		const it = ends[i];
		if (it && it.y > lowest) it.y = lowest;
	}
	ctx.save();
	ctx.font = FONT.replace('12px', `600 ${12 * ratio}px`);
	ctx.textAlign = 'left';
	ctx.textBaseline = 'middle';
	for (const { s, y } of ends) {
		ctx.fillStyle = property(s.color);
		ctx.fillText(s.label, u.bbox.left + u.bbox.width + 8 * ratio, y);
	}
	ctx.restore();
}

/* As many of the ticks as have room beside each other. */
function apart(u: uPlot, p: PlotProps): PlotProps['ticks'] {
	const [first, second] = p.ticks;
	if (!first || !second) return p.ticks;
	u.ctx.save();
	u.ctx.font = FONT;
	const widest = Math.max(...p.ticks.map((k) => u.ctx.measureText(k.text).width)) + 10;
	u.ctx.restore();
	const step = (u.bbox.width / devicePixelRatio / Math.max(1, p.count - 1)) * (second.at - first.at), every = Math.max(1, Math.ceil(widest / Math.max(1, step)));
	return p.ticks.filter((_, i) => i % every === 0);
}

interface Column {
	series: uPlot.Series;
	values: (number | null)[];
}

/* A line and, before it, the two ends of its interval. */
function columns(p: PlotProps): { columns: Column[]; bands: uPlot.Band[] } {
	const list: Column[] = [], bands: uPlot.Band[] = [];
	for (const s of p.series) {
		if (s.low && s.high) {
			const at = list.length + 1;
			for (const values of [s.high, s.low]) list.push({ series: { stroke: 'transparent', points: { show: false } }, values: [...values] });
			bands.push({ series: [at, at + 1], fill: () => faded(property(s.color), 0.16) });
		}
		const lone = s.values.filter((v) => v !== null).length < 3;
		list.push({
			series: {
				stroke: () => property(s.color), width: s.width ?? 2, ...(s.dash ? { dash: s.dash } : {}), spanGaps: false,
				...(s.fill ? { fill: () => faded(property(s.color), 0.2) } : {}),
				points: { show: lone || p.count <= 10, size: 5, fill: () => property(s.color) },
			},
			values: [...s.values],
		});
	}
	return { columns: list, bands };
}

/* The widest words decide how much room the axis and the labels have. */
function widths(p: PlotProps): { axis: number; labels: number } {
	const ctx = document.createElement('canvas').getContext('2d');
	if (!ctx) return { axis: 50, labels: 60 };
	ctx.font = FONT;
	const axis = Math.max(...p.y.splits.map((v) => ctx.measureText(p.y.format(v)).width));
	ctx.font = `600 ${FONT}`;
	const labels = Math.max(0, ...p.series.map((s) => ctx.measureText(s.label).width));
	return { axis: axis + 12, labels: Math.max(labels + 12, 28) };
}

function options(p: PlotProps, width: number, onMove: (at: number | null) => void): { opts: uPlot.Options; data: uPlot.AlignedData } {
	const { columns: list, bands } = columns(p), room = widths(p);
	const soft = (): string => property('--soft'), line = (): string => property('--line');
	const opts: uPlot.Options = {
		width, height: p.height, bands, pxAlign: 1,
		padding: [10, room.labels, 0, 0],
		legend: { show: false }, select: { show: false, left: 0, top: 0, width: 0, height: 0 },
		cursor: { y: false, drag: { x: false, y: false }, points: { size: 7, width: 2, stroke: () => property('--paper') } },
		scales: {
			x: { time: false, range: [0, Math.max(1, p.count - 1)] },
			y: { distr: p.y.log ? 3 : 1, range: [p.y.min, p.y.max] },
		},
		axes: [
			{ splits: (u) => apart(u, p).map((k) => k.at), values: (u) => apart(u, p).map((k) => k.text), stroke: soft, font: FONT, size: 28, gap: 4, grid: { show: false }, ticks: { stroke: line, size: 4, width: 1 } },
			{ splits: () => p.y.splits, values: (_, v) => v.map(p.y.format), filter: (_, v) => v, stroke: soft, font: FONT, size: room.axis, gap: 6, grid: { stroke: line, width: 1 }, ticks: { show: false } },
		],
		series: [{}, ...list.map((c) => c.series)],
		hooks: {
			drawAxes: [(u) => drawShade(u, p)],
			draw: [(u) => drawLevels(u, p), (u) => drawLabels(u, p)],
			setCursor: [(u) => onMove(u.cursor.idx ?? null)],
		},
	};
	return { opts, data: [Array.from({ length: p.count }, (_, i) => i), ...list.map((c) => c.values)] as uPlot.AlignedData };
}

export function moved(key: string, at: number | null, count: number, page: number): number | null {
	const from = at ?? count - 1;
	switch (key) {
	case 'ArrowLeft': return at === null ? from : Math.max(0, from - 1);
	case 'ArrowRight': return at === null ? 0 : Math.min(count - 1, from + 1);
	case 'PageUp': return Math.max(0, from - page);
	case 'PageDown': return Math.min(count - 1, from + page);
	case 'Home': return 0;
	case 'End': return count - 1;
	default: return null;
	}
}

export function Plot(p: PlotProps): JSX.Element {
	const box = useRef<HTMLDivElement>(null), plot = useRef<uPlot | null>(null), now = useRef(p);
	const [at, setAt] = useState<number | null>(null), [byKey, setByKey] = useState(false);
	now.current = p;
	useEffect(() => {
		const at = box.current;
		if (!at) return undefined;
		const { opts, data } = options(p, Math.max(120, at.clientWidth), setAt);
		const u = new uPlot(opts, data, at);
		plot.current = u;
		const grown = new ResizeObserver(() => { if (at.clientWidth) u.setSize({ width: at.clientWidth, height: p.height }); });
		grown.observe(at);
		const scheme = matchMedia('(prefers-color-scheme: dark)'), redraw = (): void => u.redraw();
		scheme.addEventListener('change', redraw);
		return () => {
			scheme.removeEventListener('change', redraw);
			grown.disconnect();
			u.destroy();
		};
	}, [p.series, p.count, p.height, p.name]);
	function press(e: KeyboardEvent): void {
		const to = moved(e.key, at, p.count, 7), u = plot.current;
		if (to === null || !u) return;
		e.preventDefault();
		setByKey(true);
		u.setCursor({ left: u.valToPos(to, 'x'), top: u.bbox.height / 2 / devicePixelRatio });
		setAt(to);
	}
	const leave = (): void => {
		plot.current?.setCursor({ left: -10, top: -10 });
		setAt(null);
		setByKey(false);
	};
	return (
		<div class={p.small ? 'fig-plot fig-small' : 'fig-plot'}>
			<div class="fig-canvas" ref={box} tabIndex={0} role="application" aria-label={p.name} onKeyDown={press} onBlur={leave} onMouseDown={() => setByKey(false)} />
			<p class="fig-read" aria-live={byKey ? 'polite' : 'off'}>{at === null ? '' : p.describe(at)}</p>
		</div>
	);
}

/** From nought up to a round number above the highest, in a few steps. */
export function fromZero(highest: number, format: (v: number) => string = (v) => number(v, 1)): Axis {
	const rough = Math.max(highest, 1) / 3, power = 10 ** Math.floor(Math.log10(rough));
	const step = Math.max(1, [1, 2, 2.5, 5, 10].map((f) => f * power).find((s) => s >= rough && Number.isInteger(s)) ?? 10 * power);
	const max = Math.ceil(Math.max(highest, 2) / step) * step;
	return { min: 0, max, splits: Array.from({ length: Math.round(max / step) + 1 }, (_, i) => i * step), format };
}
