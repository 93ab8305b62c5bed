// What a threshold would have meant: the last month's comments by score, released above the line, rejected below, and
// in words what would have been marked. Everything is counted here, so that it keeps up with the slider.
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { count, moment, number, percent, t } from '../i18n';
import * as L from '../learning';
import type { BreachId } from '../types';
import { useModal } from './hooks';
import { ruleName } from './parts';

const BINS = 50, HALF = 30;

/** The last month's, once for the page; null: not there (yet). */
export function useOutcomes(controller: Controller): L.OutcomeData | null {
	const [data, setData] = useState<L.OutcomeData | null>(null);
	useEffect(() => { L.outcomes(controller.api).then(setData, () => undefined /* the sliders work without */); }, []);
	return data;
}

/* Roots, so that one comment at 90 percent is seen beside thousands at one. */
const bars = (counts: number[], most: number, up: boolean): string =>
	counts.map((n, i) => {
		const high = n ? Math.max(1.5, (Math.sqrt(n) / Math.sqrt(most)) * HALF) : 0;
		return n ? `M${i * 2 + 0.25} ${HALF + (up ? -0.5 : 0.5)}v${up ? -high : high}h1.5v${up ? high : -high}z` : '';
	}).join('');

function Plot({ counts, look, reject }: { counts: L.Counts; look: number | null; reject: number | null }): JSX.Element {
	const [released, rejected] = useMemo(() => {
		const a = L.binned(counts.at, counts.released, BINS), b = L.binned(counts.at, counts.rejected, BINS);
		const most = Math.max(1, ...a, ...b);
		return [bars(a, most, true), bars(b, most, false)];
	}, [counts]);
	const line = (at: number | null, kind: string): JSX.Element | null =>
		at === null ? null : <line class={`outcome-line ${kind}`} x1={at * 100} x2={at * 100} y1="0" y2={HALF * 2} vector-effect="non-scaling-stroke" />;
	return (
		<svg class="outcome-plot" viewBox={`0 0 100 ${HALF * 2}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
			{look !== null && <rect class="outcome-over" x={look * 100} width={100 - look * 100} height={HALF * 2} />}
			<path class="outcome-released" d={released} />
			<path class="outcome-rejected" d={rejected} />
			<line class="outcome-axis" x1="0" x2="100" y1={HALF} y2={HALF} vector-effect="non-scaling-stroke" />
			{line(look, 'look')}
			{line(reject, 'reject')}
		</svg>
	);
}

interface ListProps {
	controller: Controller;
	rule: BreachId;
	which: 'released' | 'rejected';
	threshold: number | null;
	onRead: (revision: string) => void;
	onClose: () => void;
}

function List({ controller, rule, which, threshold, onRead, onClose }: ListProps): JSX.Element {
	const dialog = useModal(), [list, setList] = useState<L.OutcomeComment[] | null>(null), [failed, setFailed] = useState('');
	useEffect(() => {
		L.outcomeComments(controller.api, rule, which, threshold).then((r) => setList(r.comments), (e: unknown) => {
			if (!(e instanceof ApiError)) throw e;
			setFailed(e.message || t('queue.failed'));
		});
	}, []);
	return (
		<dialog ref={dialog} class="dialog outcome-list" aria-labelledby="outcome-title" onClose={onClose}>
			<h2 id="outcome-title">{t(`outcome.title_${which}`, ruleName(rule), threshold === null ? t('policy.never') : percent(threshold))}</h2>
			{failed ? <p class="wrong" role="alert">{failed}</p> : !list ? <p class="quiet" role="status">{t('outcome.loading')}</p> : null}
			{list?.length === 0 && <p class="quiet">{t('outcome.none')}</p>}
			<ul>
				{list?.map((c) => (
					<li key={c.revision}>
						<p class="outcome-head"><strong>{percent(c.score / 1000)}</strong> <span class="quiet">{c.article}, {moment(c.at, Date.now())}</span></p>
						<p class="outcome-text">{c.text}</p>
						<button type="button" class="link" onClick={() => { onClose(); onRead(c.revision); }}>{t('outcome.read')}<span class="vh"> {c.text.slice(0, 60)}</span></button>
					</li>
				))}
			</ul>
			{list && list.length >= 100 && <p class="quiet">{t('outcome.first_100')}</p>}
			<p class="help-end"><button type="button" class="act" onClick={onClose}>{t('help.close')}</button></p>
		</dialog>
	);
}

interface Props {
	controller: Controller;
	data: L.OutcomeData;
	rule: BreachId;
	look: number | null;
	reject: number | null;
	onRead: (revision: string) => void;
}

export function Meant({ controller, data, rule, look, reject, onRead }: Props): JSX.Element {
	const counts = data.rules[rule], m = L.meant(counts, look), r = L.meant(counts, reject);
	const [shown, show] = useState<'released' | 'rejected' | null>(null);
	return (
		<div class="meant">
			<Plot counts={counts} look={look} reject={reject} />
			<p class="meant-words" id={`meant-${rule}`}>
				{t(m.marked === 1 ? 'outcome.marked_one' : 'outcome.marked_many', number(m.marked), number(data.decisions))}{' '}
				{m.marked > 0 && (m.released > 0
					? <button type="button" class="link" onClick={() => show('released')}>{count('outcome.released', m.released)}<span class="vh">, {ruleName(rule)}</span></button>
					: t('outcome.released_none'))}
				{m.missed > 0 && <> <button type="button" class="link" onClick={() => show('rejected')}>{count('outcome.missed', m.missed)}<span class="vh">, {ruleName(rule)}</span></button></>}
				{reject !== null && r.marked > 0 && <> {count('outcome.suggested', r.marked)}</>}
			</p>
			{shown && <List controller={controller} rule={rule} which={shown} threshold={look} onRead={onRead} onClose={() => show(null)} />}
		</div>
	);
}

/** What the figures below count. */
export function OutcomeHead({ data }: { data: L.OutcomeData }): JSX.Element {
	return (
		<div class="outcome-about">
			<p>{t('outcome.about', number(data.decisions))} {data.cut && t('outcome.cut')} {data.automatic > 0 && count('outcome.automatic', data.automatic)}</p>
			{data.other_engine > 0 && <p class="outcome-warning">{t('outcome.other_engine', number(data.other_engine))}</p>}
			<p class="outcome-key" aria-hidden="true"><span class="key-released" />{t('outcome.key_released')}<span class="key-rejected" />{t('outcome.key_rejected')}</p>
		</div>
	);
}
