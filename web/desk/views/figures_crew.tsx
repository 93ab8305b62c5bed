// What the queue would look like with one person more, or fewer: the same comments once more, on a shift that is chosen.
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import * as F from '../figures';
import type { CrewData, CrewRow } from '../figures';
import { duration, number, shiftName, spelled, t, weekdayName } from '../figures_text';
import type { Ask } from './figures_page';
import { Figure } from './figures_parts';
import { fromZero, Plot } from './figures_plot';
import { useWidth } from './figures_svg';
import { rows } from './figures_waits';
import type { Part } from './figures_waits';

const H = 60, SCALE = [60, 600, 3600, 14400, 86400, 604800];

/* Median, nine of ten and the longest of each, on one scale of time. */
function Ranges({ list, limit }: { list: CrewRow[]; limit: number }): JSX.Element {
	const low = Math.log(Math.max(1, Math.min(...list.map((r) => r.median_s), 600) / 1.5)), high = Math.log(Math.max(...list.map((r) => r.longest_s), limit * 1.5));
	const box = useRef<HTMLDivElement>(null), wide = useWidth(box, 320), foot = list.length * H + 10;
	const x = (s: number): number => 24 + ((Math.log(Math.max(1, s)) - low) / (high - low)) * (wide - 48);
	return (
		<div ref={box} class="fig-plot">
		<svg class="ranges" viewBox={`0 0 ${wide} ${foot + 24}`} role="img" aria-label={list.map((r) => t('crew.read', t(`value.${r.crew}`), duration(r.median_s), duration(r.p90_s), duration(r.longest_s))).join(' ')}>
			{SCALE.filter((s) => Math.log(s) > low && x(s) < wide - 20 && x(s) > 20).map((s) => <g key={s}><line class="grid" x1={x(s)} x2={x(s)} y1="14" y2={foot} /><text class="axis middle" x={x(s)} y={foot + 16}>{duration(s)}</text></g>)}
			<line class="limit" x1={x(limit)} x2={x(limit)} y1="2" y2={foot} />
			{list.map((r, i) => {
				const y = 34 + i * H;
				return (
					<g key={r.crew} class={`range range-${r.crew}`}>
						<text class="name" x="0" y={y - 16}>{t(`value.${r.crew}`)}</text>
						<line class="span" x1={x(r.median_s)} x2={x(r.longest_s)} y1={y} y2={y} />
						<line class="span thick" x1={x(r.median_s)} x2={x(r.p90_s)} y1={y} y2={y} />
						<circle cx={x(r.median_s)} cy={y} r="6" />
						<rect x={x(r.p90_s) - 4} y={y - 7} width="8" height="14" />
						<line class="end" x1={x(r.longest_s)} x2={x(r.longest_s)} y1={y - 6} y2={y + 6} />
						<text class="axis middle" x={Math.max(20, x(r.median_s))} y={y + 21}>{duration(r.median_s)}</text>
						{x(r.p90_s) - x(r.median_s) > 64 && <text class="axis middle" x={x(r.p90_s)} y={y + 21}>{duration(r.p90_s)}</text>}
					</g>
				);
			})}
		</svg>
		</div>
	);
}

function Backlog({ list }: { list: F.BacklogHour[] }): JSX.Element {
	const parts = useMemo(() => ({
		series: [{ label: t('crew.now'), values: list.map((h) => h.waiting_now), color: '--c2', fill: true }, { label: t('crew.changed'), values: list.map((h) => h.waiting_changed), color: '--c1', dash: [6, 4], width: 2.5 }],
		highest: Math.max(1, ...list.map((h) => Math.max(h.waiting_now, h.waiting_changed))),
		shade: list.flatMap((h, i): [number, number][] => (h.editors_now === 0 ? [[i, i + 1]] : [])),
	}), [list]);
	const ticks = [1, 2, 3, 4, 5, 6, 7].map((d) => ({ at: (d - 1) * 24 + 12, text: weekdayName(d, 'short') }));
	return (
		<Plot name={t('crew.backlog')} count={list.length} ticks={ticks} series={parts.series} y={fromZero(parts.highest, (v) => number(v))} height={210} shade={parts.shade}
			describe={(i) => t('crew.read_backlog', weekdayName(list[i]?.weekday ?? 1, 'long'), (list[i]?.hour ?? 0) + 1, number(list[i]?.waiting_now ?? 0), number(list[i]?.waiting_changed ?? 0))} />
	);
}

function says(data: CrewData | null, change: number, shift: string): string {
	const now = data?.rows.find((r) => r.crew === 'now'), then = data?.rows.find((r) => r.crew === 'changed');
	if (!data || !now || !then) return '';
	return t(change > 0 ? 'crew.says_more' : 'crew.says_fewer', shift, spelled(then.median_s), spelled(now.median_s), spelled(then.p90_s), spelled(now.p90_s));
}

function missing(p: Part): string {
	if (!p.data.whole) return t('crew.whole');
	if (!p.data.shifts.length) return t('crew.no_shifts');
	return p.data.rate_per_hour === null ? t('crew.no_rate') : '';
}

export function Crew({ ask, data, days }: Part & { ask: Ask }): JSX.Element {
	const [shift, setShift] = useState(() => F.helped(data)), [change, setChange] = useState(1), [crew, setCrew] = useState<CrewData | null>(null), [failed, setFailed] = useState('');
	const none = missing({ data, days });
	useEffect(() => {
		if (none) return undefined;
		let mine = true;
		ask(F.address('crew', days, '', { shift, change })).then(
			(c) => { if (mine) { setCrew(c as CrewData); setFailed(''); } },
			(e: unknown) => { if (mine) setFailed((e instanceof Error && e.message) || t('failed')); });
		return () => { mine = false; };
	}, [data, days, shift, change, none]);
	const names = data.shifts.map(shiftName), more = { shift, change };
	return (
		<Figure id="crew" wide says={failed || says(crew, change, names[shift] ?? '') || t(crew ? 'crew.nothing' : 'crew.loading')} empty={none} note={crew ? t('crew.note', number(crew.replayed_days)) : ''} tables={[
			{ name: t('crew.title'), rows: rows(crew?.rows ?? []), csv: F.address('crew.csv', days, '', more) },
			{ name: t('crew.backlog'), rows: rows(crew?.backlog ?? []), csv: F.address('backlog.csv', days, '', more) }]}>
			<div class="crew-choice">
				<fieldset class="fig-choice"><legend class="vh">{t('crew.change')}</legend>
					{[1, -1].map((c) => <label key={c}><input type="radio" name="figures-crew" checked={c === change} onChange={() => setChange(c)} /><span>{t(c > 0 ? 'crew.one_more' : 'crew.one_fewer')}</span></label>)}
				</fieldset>
				<label><span>{t('crew.on')}</span><select value={shift} onChange={(e) => setShift(Number(e.currentTarget.value))}>{names.map((n, i) => <option key={i} value={i}>{n}</option>)}</select></label>
			</div>
			<div class="fig-pair fig-crew">
				<div><h4>{t('crew.waiting')}</h4>{crew && crew.rows.length > 0 && <Ranges list={crew.rows} limit={data.longest_wait_s} />}<p class="week-key crew-key">{t('crew.key')}</p></div>
				<div><h4>{t('crew.backlog')}</h4>{crew && crew.backlog.length > 0 && <Backlog list={crew.backlog} />}</div>
			</div>
		</Figure>
	);
}
