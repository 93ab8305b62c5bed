// How far editors agree on comments that were judged twice, blind. Nobody is ranked here.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import * as G from '../agreement';
import { ApiError } from '../api';
import { decimal, share } from '../automatic';
import type { Controller } from '../controller';
import { count, moment, number, t } from '../i18n';
import { RuleMark, RuleNames, ruleName, stateName } from './parts';

const ACTIONS = ['release', 'reject', 'return'] as const;

/* From 0, no more than chance, to 1; below 0 ends at 0. */
function KappaLine({ kappa }: { kappa: G.Kappa }): JSX.Element {
	const x = (v: number | null): number => Math.max(0, Math.min(v ?? 0, 1)) * 196 + 2;
	return (
		<svg class="interval" viewBox="0 0 200 16" preserveAspectRatio="none" aria-hidden="true" focusable="false">
			<line class="interval-line" x1={x(kappa.low)} x2={Math.max(x(kappa.high), x(kappa.low) + 2)} y1="8" y2="8" />
			<rect class="interval-at" x={x(kappa.kappa) - 2} y="3" width="4" height="10" />
		</svg>
	);
}

function KappaCell({ kappa }: { kappa: G.Kappa }): JSX.Element {
	if (kappa.kappa === null) return <span class="quiet">{t('agreement.unknown')}</span>;
	return (
		<>
			<KappaLine kappa={kappa} />
			<span class="num nowrap">{decimal2(kappa.kappa)}</span> <span class="quiet num nowrap">{decimal2(kappa.low)}–{decimal2(kappa.high)}</span>
		</>
	);
}

const decimal2 = (v: number | null): string => (v === null ? '–' : decimal(Math.round(v * 100) / 100, 2));

function Rules({ data }: { data: G.Agreement }): JSX.Element {
	return (
		<table class="auto-choices">
			<caption class="vh">{t('agreement.by_rule')}</caption>
			<thead><tr>{['rule', 'kappa', 'both', 'one'].map((k) => <th key={k} scope="col">{t(`agreement.col.${k}`)}</th>)}</tr></thead>
			<tbody>
				<tr>
					<th scope="row">{t('agreement.overall')}</th>
					<td data-label={t('agreement.col.kappa')}><KappaCell kappa={data.overall} /></td>
					<td class="num" colSpan={2}>{t('agreement.alike', number(data.overall.agreed), number(data.overall.pairs))}</td>
				</tr>
				{data.rules.map((r) => (
					<tr key={r.rule}>
						<th scope="row"><span class="agree-rule"><RuleMark rule={r.rule} />{ruleName(r.rule)}</span></th>
						<td data-label={t('agreement.col.kappa')}><KappaCell kappa={r} /></td>
						<td class="num" data-label={t('agreement.col.both')}>{number(r.both)}</td>
						<td class="num" data-label={t('agreement.col.one')}>{number(r.one)}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function Cells({ data }: { data: G.Agreement }): JSX.Element {
	return (
		<table class="agree-cells">
			<caption>{t('agreement.cells')}</caption>
			<thead><tr><td />{ACTIONS.map((a) => <th key={a} scope="col">{stateName(a)}</th>)}</tr></thead>
			<tbody>
				{ACTIONS.map((a, i) => (
					<tr key={a}><th scope="row">{stateName(a)}</th>{ACTIONS.map((b, j) => <td key={b} class={`num${i === j ? ' same' : ''}`}>{number(data.cells[i]?.[j] ?? 0)}</td>)}</tr>
				))}
			</tbody>
		</table>
	);
}

function Pairs({ controller }: { controller: Controller }): JSX.Element {
	const [list, setList] = useState<G.Pair[] | null>(null), [failed, setFailed] = useState(false);
	function opened(e: Event): void {
		if (!(e.currentTarget as HTMLDetailsElement).open || list) return;
		setFailed(false);
		G.pairs(controller.api).then((p) => setList(p.pairs), () => setFailed(true));
	}
	const judged = (j: G.Judgement): JSX.Element => <><strong class={`state state-${j.action}`}>{stateName(j.action)}</strong> <RuleNames rules={j.rules} /> <span class="quiet">{j.by}</span></>;
	return (
		<details class="kept agree-pairs" onToggle={opened}>
			<summary>{t('agreement.pairs')}</summary>
			{failed && <p class="wrong" role="alert">{t('queue.failed')}</p>}
			{list?.length === 0 && <p class="quiet">{t('agreement.pairs_none')}</p>}
			<ol>
				{list?.map((p) => (
					<li key={p.revision}>
						<p class="agree-text">{p.text}</p>
						<p>{t('agreement.first')} {judged(p.first)}</p>
						<p>{t('agreement.second')} {judged(p.second)} <time class="quiet" dateTime={new Date(p.at).toISOString()}>{moment(p.at, Date.now())}</time></p>
					</li>
				))}
			</ol>
		</details>
	);
}

function Share({ controller, data, onData }: { controller: Controller; data: G.Agreement; onData: (d: G.Agreement) => void }): JSX.Element {
	const [value, setValue] = useState(Math.round(data.share * 1000) / 10), [said, setSaid] = useState(''), [wrong, setWrong] = useState(false);
	async function save(e: Event): Promise<void> {
		e.preventDefault();
		setWrong(false);
		try {
			onData(await G.setShare(controller.api, data.version, value / 100));
			setSaid(t('agreement.saved'));
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			setWrong(true);
			setSaid(error.message || t('account.failed'));
		}
	}
	if (!controller.may('change')) return <p class="quiet">{data.share ? t('agreement.share_is', share(data.share)) : t('agreement.share_none')}</p>;
	return (
		<form class="agree-share" onSubmit={(e) => void save(e)}>
			<label><span>{t('agreement.share')}</span> <input type="number" min={0} max={10} step={0.5} required value={value} onInput={(e) => { setValue(Number(e.currentTarget.value)); setSaid(''); }} /> %</label>
			<button type="submit" class="act">{t('agreement.save')}</button>
			<span role="status" class={wrong ? 'wrong' : 'quiet'}>{said}</span>
		</form>
	);
}

export function Agreement({ controller }: { controller: Controller }): JSX.Element | null {
	const [data, setData] = useState<G.Agreement | null>(null), [failed, setFailed] = useState(false);
	useEffect(() => { G.load(controller.api).then(setData, () => setFailed(true)); }, []);
	return (
		<section class="agree" aria-labelledby="agree-title">
			<h2 id="agree-title">{t('agreement.title')}</h2>
			<p class="auto-intro">{t('agreement.intro')}</p>
			<p class="auto-intro quiet">{t('agreement.names')}</p>
			{failed && <p class="wrong" role="alert">{t('queue.failed')}</p>}
			{data && (
				<>
					<Share controller={controller} data={data} onData={setData} />
					{data.overall.pairs === 0 ? <p class="quiet">{t('agreement.nothing')}</p> : (
						<>
							<p class="auto-state">{count('agreement.judged', data.overall.pairs)}</p>
							<Rules data={data} />
							<Cells data={data} />
							<p class="agree-csv"><a href={G.CSV} download>{t('agreement.csv')}</a></p>
							{controller.may('change') && <Pairs controller={controller} />}
						</>
					)}
				</>
			)}
		</section>
	);
}
