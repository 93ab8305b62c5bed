// The lane that releases by itself: what it would do in each section, and the page on which an administrator signs.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api';
import * as A from '../automatic';
import type { Controller } from '../controller';
import { count, fullMoment, has, moment, number, t } from '../i18n';
import { Agreement } from './agreement';
import { Closing, Signing } from './automatic_sign';

export const sectionName = (s: string): string => s || t('automatic.no_section');

/* A share with its interval, on a scale that ends at three times the limit; the limit is a line across. */
export function Interval({ low, high, at, limit }: { low: number; high: number; at: number | null; limit: number }): JSX.Element {
	const x = (p: number): number => Math.min(p / (limit * 3), 1) * 196 + 2;
	return (
		<svg class="interval" viewBox="0 0 200 16" preserveAspectRatio="none" aria-hidden="true" focusable="false">
			<rect class="interval-ok" x="0" y="0" width={x(limit)} height="16" />
			<line class="interval-limit" x1={x(limit)} x2={x(limit)} y1="0" y2="16" />
			<line class="interval-line" x1={x(low)} x2={Math.max(x(high), x(low) + 2)} y1="8" y2="8" />
			{at !== null && <rect class="interval-at" x={x(at) - 2} y="3" width="4" height="10" />}
		</svg>
	);
}

function Missing({ choice }: { choice: A.Choice }): JSX.Element {
	return <span class="quiet">{choice.answer === 'few' ? count('automatic.few', choice.needed) : t('automatic.high', A.share(choice.bound))}</span>;
}

interface ChoicesProps {
	section: A.Section;
	chosen: number | null;
	onChoose: (limit: number) => void;
}

function Choices({ section, chosen, onChoose }: ChoicesProps): JSX.Element {
	return (
		<table class="auto-choices">
			<caption class="vh">{t('automatic.choices', sectionName(section.section))}</caption>
			<thead>
				<tr>{['limit', 'per_day', 'error', 'threshold'].map((k) => <th key={k} scope="col">{t(`automatic.col.${k}`)}</th>)}</tr>
			</thead>
			<tbody>
				{section.choices.map((c) => (
					<tr key={c.limit} class={c.answer === 'found' ? '' : 'no'}>
						<th scope="row">
							<label class="check">
								<input type="radio" name={`limit-${section.section}`} checked={chosen === c.limit} disabled={c.answer !== 'found'} onChange={() => onChoose(c.limit)} />
								<span>{A.share(c.limit)}</span>
							</label>
						</th>
						{c.month && c.threshold !== null ? (
							<>
								<td class="num" data-label={t('automatic.col.per_day')}>{t('automatic.about', A.decimal(c.month.per_day))}</td>
								<td data-label={t('automatic.col.error')}>
									<Interval low={c.month.low} high={c.month.high} at={c.month.cases ? c.month.refused / c.month.cases : null} limit={c.limit} />
									<span class="nowrap">{t('automatic.of', number(c.month.refused), number(c.month.cases))}</span>
									<span class="quiet nowrap">{A.share(c.month.low)}–{A.share(c.month.high)}</span>
								</td>
								<td class="num" data-label={t('automatic.col.threshold')}>{A.share(c.threshold)}</td>
							</>
						) : <td colSpan={3}><Missing choice={c} /></td>}
					</tr>
				))}
			</tbody>
		</table>
	);
}

/* Why comments stay for people, the commonest first. */
function Kept({ section }: { section: A.Section }): JSX.Element | null {
	if (!section.excluded.length) return null;
	return (
		<details class="kept">
			<summary>{t('automatic.kept', number(section.eligible), number(section.decided))}</summary>
			<ul>
				{section.excluded.map((e) => (
					<li key={e.why}>
						<span>{has(`automatic.why.${e.why}`) ? t(`automatic.why.${e.why}`) : e.why}</span>
						<svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect width={(e.cases / section.decided) * 100} height="6" /></svg>
						<span class="num">{number(e.cases)}</span>
					</li>
				))}
			</ul>
		</details>
	);
}

function Measure({ policy }: { policy: A.AutomaticPolicy }): JSX.Element {
	const m = policy.measured;
	return (
		<dl class="measure">
			<div><dt>{t('automatic.released')}</dt><dd>{number(m.released)}</dd></div>
			<div><dt>{t('automatic.checked')}</dt><dd>{t('automatic.of_drawn', number(m.checked), number(m.drawn))}</dd></div>
			<div class="measure-error">
				<dt>{t('automatic.measured')}</dt>
				<dd>{m.checked ? A.share(m.refused / m.checked) : '–'}
					<Interval low={m.low} high={m.high} at={m.checked ? m.refused / m.checked : null} limit={policy.limit} />
					<span class="quiet">{m.checked ? t('automatic.interval', A.share(m.low), A.share(m.high), A.share(policy.limit)) : t('automatic.unmeasured')}</span>
				</dd>
			</div>
			{m.removed > 0 && <div><dt>{t('automatic.removed')}</dt><dd>{number(m.removed)}</dd></div>}
		</dl>
	);
}

/* What is missing for the widest of the limits. */
function NotYet({ section }: { section: A.Section }): JSX.Element {
	const widest = section.choices[section.choices.length - 1];
	return (
		<>
			<p class="quiet lane-not-yet">{t('automatic.none_yet')} {widest && (widest.answer === 'few' ? count('automatic.few_for', widest.needed) : t('automatic.high_for', A.share(widest.bound), A.share(widest.limit)))}</p>
			<Kept section={section} />
		</>
	);
}

interface LaneProps {
	section: A.Section;
	data: A.Automatic;
	controller: Controller;
	onData: (d: A.Automatic) => void;
}

function OpenLane({ section, controller, onData, policy }: LaneProps & { policy: A.AutomaticPolicy }): JSX.Element {
	const [closing, setClosing] = useState(false);
	return (
		<>
			<p class="lane-signed">{t('automatic.signed', policy.by, fullMoment(policy.at), policy.version)}</p>
			<p class="quiet">{t('automatic.terms', A.share(policy.limit), A.share(policy.threshold), A.share(policy.draw), policy.first, policy.delay_seconds)}</p>
			<Measure policy={policy} />
			{controller.may('change') && <p><button type="button" class="act" onClick={() => setClosing(true)}>{t('automatic.close')}</button></p>}
			{closing && <Closing controller={controller} policy={policy} onClose={() => setClosing(false)} onData={(d) => { setClosing(false); onData(d); }} />}
			<Kept section={section} />
		</>
	);
}

function ClosedLane({ section, data, controller, onData }: LaneProps): JSX.Element {
	const [chosen, setChosen] = useState<number | null>(null), [signing, setSigning] = useState(false);
	const choice = section.choices.find((c) => c.limit === chosen);
	const may = controller.may('sign'), ready = choice?.answer === 'found';
	if (section.four_eyes) return <p class="quiet">{t('automatic.four_eyes')}</p>;
	if (A.strictest(section) === null) return <NotYet section={section} />;
	return (
		<>
			<Choices section={section} chosen={chosen} onChoose={setChosen} />
			<p class="lane-do">
				{may ? <button type="button" class="primary" aria-disabled={!ready} onClick={() => ready && setSigning(true)}>{t('automatic.sign')}</button>
					: <span class="quiet">{t('automatic.not_yours')}</span>}
				{may && !ready && <span class="quiet">{t('automatic.choose')}</span>}
			</p>
			<Kept section={section} />
			{signing && choice && (
				<Signing controller={controller} section={section} choice={choice} data={data} onClose={() => setSigning(false)}
					onData={(d) => { setSigning(false); setChosen(null); onData(d); }} onChanged={(d) => { setSigning(false); onData(d); }} />
			)}
		</>
	);
}

function Lane(p: LaneProps): JSX.Element {
	const { section } = p, best = A.strictest(section);
	const state = section.open ? 'open' : section.four_eyes ? 'barred' : best === null ? 'waits' : 'closed';
	return (
		<section class={`auto-lane auto-${state}`} aria-labelledby={`lane-${section.section}`}>
			<header>
				<h3 id={`lane-${section.section}`}>{sectionName(section.section)}</h3>
				<span class={`badge auto-badge-${state}`}>{t(`automatic.state.${state}`)}</span>
				<span class="quiet">{count('automatic.decided', section.decided)}</span>
			</header>
			{section.open ? <OpenLane {...p} policy={section.open} /> : <ClosedLane {...p} />}
		</section>
	);
}

function History({ history }: { history: A.AutomaticPolicy[] }): JSX.Element {
	return (
		<section class="auto-history">
			<h3>{t('automatic.history')}</h3>
			{!history.length && <p class="quiet">{t('automatic.history_none')}</p>}
			<ol>
				{history.map((p) => (
					<li key={p.version}>
						<span class="num">{p.version}</span>
						<p>
							<strong>{sectionName(p.section)}</strong>, {t('automatic.history_limit', A.share(p.limit))}. {t('automatic.history_signed', p.by, moment(p.at, Date.now()))}
							{' '}{p.closed ? t(`automatic.ended.${p.closed.why}`, p.closed.by ?? '', moment(p.closed.at, Date.now())) : t('automatic.history_open')}
							{p.closed?.word && <> »{p.closed.word}«</>}
							<span class="quiet"> {t('automatic.history_did', number(p.measured.released), number(p.measured.checked), number(p.measured.refused), number(p.measured.removed))}</span>
						</p>
					</li>
				))}
			</ol>
		</section>
	);
}

export function AutomaticPage({ controller, changes }: { controller: Controller; changes: number }): JSX.Element {
	const [data, setData] = useState<A.Automatic | null>(null), [failed, setFailed] = useState('');
	async function load(): Promise<void> {
		setFailed('');
		try {
			setData(await A.load(controller.api));
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			setFailed(e.message || t('queue.failed'));
		}
	}
	useEffect(() => { void load(); }, [changes]);
	const open = data?.sections.filter((s) => s.open).length ?? 0;
	return (
		<main class="automatic" id="main" tabIndex={-1}>
			<div class="auto-inner">
				<h2>{t('automatic.title')}</h2>
				<p class="auto-intro">{t('automatic.intro')}</p>
				<p class="auto-intro quiet">{t('automatic.promise')}</p>
				{failed && <div class="empty" role="alert"><p>{failed}</p><button type="button" class="act" onClick={() => void load()}>{t('queue.retry')}</button></div>}
				{!data && !failed && <p class="quiet" role="status">{t('automatic.loading')}</p>}
				{data && (
					<>
						<p class="auto-state" role="status">{open ? count('automatic.open', open) : t('automatic.all_closed')}</p>
						{!data.sections.length && <p class="quiet">{t('automatic.nothing')}</p>}
						{data.sections.map((s) => <Lane key={s.section} section={s} data={data} controller={controller} onData={setData} />)}
						<History history={data.history} />
					</>
				)}
				<Agreement controller={controller} />
			</div>
		</main>
	);
}
