// What all figures share: the sentence above, the way to the numbers below; and the totals at a glance.
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Row, Total } from '../figures';
import { day, duration, has, number, percent, t } from '../figures_text';

/* A table is for reading one by one: as they were told, in words of the reader's language. */
function cellText(column: string, value: string | number | null): string {
	if (value === null || value === undefined) return '–';
	if (typeof value === 'string') return has(`value.${value}`) ? t(`value.${value}`) : /^\d{4}-\d\d-\d\d$/.test(value) ? day(value, 'short') : value;
	if (column === 'weekday') return t(`weekday.short_${value}`);
	if (column.endsWith('_s')) return duration(value);
	if (/share|precision|recall|predicted|actual|score/.test(column)) return percent(value);
	return number(value, 1);
}

function Table({ name, rows }: { name: string; rows: readonly Row[] }): JSX.Element {
	const columns = Object.keys(rows[0] ?? {});
	return (
		<div class="fig-table" tabIndex={0} role="region" aria-label={t('table_of', name)}>
			<table>
				<caption class="vh">{name}</caption>
				<thead><tr>{columns.map((c) => <th key={c} scope="col">{t(`column.${c}`)}</th>)}</tr></thead>
				<tbody>{rows.map((r, i) => <tr key={i}>{columns.map((c, k) => (k === 0 ? <th key={c} scope="row">{cellText(c, r[c] ?? null)}</th> : <td key={c}>{cellText(c, r[c] ?? null)}</td>))}</tr>)}</tbody>
			</table>
		</div>
	);
}

interface FigureProps {
	id: string;
	says: ComponentChildren;
	note?: ComponentChildren;
	tables: { name: string; rows: readonly Row[]; csv: string }[];
	wide?: boolean;
	empty?: string | false;
	children: ComponentChildren;
}

export function Figure(p: FigureProps): JSX.Element {
	const [open, setOpen] = useState(false);
	return (
		<section class={p.wide ? 'fig fig-wide' : 'fig'} aria-labelledby={`fig-${p.id}`}>
			<h3 id={`fig-${p.id}`}>{t(`${p.id}.title`)}</h3>
			{p.empty ? <p class="fig-says quiet">{p.empty}</p> : (
				<>
					<p class="fig-says">{p.says}</p>
					{p.children}
					{p.note && <p class="fig-note">{p.note}</p>}
					<div class="fig-end">
						<details onToggle={(e) => setOpen(e.currentTarget.open)}>
							<summary>{t('table')}</summary>
							{open && p.tables.map((table) => <Table key={table.name} name={table.name} rows={table.rows} />)}
						</details>
						{p.tables.map((table) => <a key={table.name} class="fig-csv" href={table.csv} download aria-label={t('csv_of', table.name)}>{p.tables.length > 1 ? t('csv_of', table.name) : 'CSV'}</a>)}
					</div>
				</>
			)}
		</section>
	);
}

/* ---- at a glance ---- */

function change(now: number | null, before: number | null, days: number): JSX.Element | string {
	if (now === null || !before) return t('change.none');
	const by = now / before - 1;
	if (Math.abs(by) < 0.005) return t('change.same', days);
	return t(by > 0 ? 'change.more' : 'change.less', percent(Math.abs(by)), days);
}

function points(now: number | null, before: number | null, days: number): string {
	if (now === null || before === null) return t('change.none');
	const by = Math.round((now - before) * 1000) / 10;
	return by === 0 ? t('change.same', days) : t(by > 0 ? 'change.points_more' : 'change.points_less', number(Math.abs(by), 1), days);
}

function Tile({ id, value, change: c }: { id: string; value: string; change: JSX.Element | string }): JSX.Element {
	return <div class={`total total-${id}`}><dt>{t(`total.${id}`)}</dt><dd class="total-value">{value}</dd><dd class="total-change">{c}</dd></div>;
}

export function Totals({ totals, days }: { totals: Total[]; days: number }): JSX.Element {
	const now = totals[0] as Total, before = totals[1] as Total;
	return (
		<dl class="totals">
			<Tile id="received" value={number(now.received)} change={change(now.received, before.received, days)} />
			<Tile id="decided" value={number(now.decided)} change={change(now.decided, before.decided, days)} />
			<Tile id="released" value={percent(now.released_share)} change={points(now.released_share, before.released_share, days)} />
			<Tile id="median" value={duration(now.median_wait_s)} change={change(now.median_wait_s, before.median_wait_s, days)} />
			<Tile id="oldest" value={now.waiting ? duration(now.oldest_waiting_s) : '–'} change={t(now.waiting === 1 ? 'total.waiting_one' : 'total.waiting_many', number(now.waiting ?? 0))} />
		</dl>
	);
}
