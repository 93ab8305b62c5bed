// Learning from the editors: what holds, what there is to learn from, a run and how far it is, what was measured, and
// the versions, each of which can be put back in force.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { count, fullMoment, moment, number, t } from '../i18n';
import * as L from '../learning';
import { BREACHES } from '../rules';
import { Comparison, verdict } from './learning_report';
import { RuleMark, ruleName } from './parts';

const POLL_MS = 700, LOOK_MS = 15000;

const When = ({ at }: { at: number }): JSX.Element => <time dateTime={new Date(at).toISOString()} title={fullMoment(at)}>{moment(at, Date.now())}</time>;

interface Desk {
	data: L.LearningData;
	may: boolean;
	busy: boolean;
	act: (f: () => Promise<L.LearningData>) => void;
	controller: Controller;
}

function Part({ id, title, children }: { id: string; title: string; children: ComponentChildren }): JSX.Element {
	return <section class="policy-part" aria-labelledby={`learning-${id}`}><h3 id={`learning-${id}`}>{title}</h3>{children}</section>;
}

/** Whatever may bring another model is described by what that does to an open lane. */
const toldOf = (data: L.LearningData): { 'aria-describedby'?: string } => (data.lane_open ? { 'aria-describedby': 'learning-lane' } : {});

/* ---- what holds ---- */

function InForce({ data, may, busy, act, controller }: Desk): JSX.Element {
	const model = data.models.find((m) => m.version === data.in_force), choice = data.choices[0];
	return (
		<Part id="force" title={t('learning.in_force')}>
			<p class="learning-force">
				<strong>{data.in_force ? t('learning.house', data.in_force) : t('learning.built_in')}</strong>{' '}
				<span class="quiet">
					{model && count('learning.made_from', model.report.learned_from)}{' '}
					{choice && <>{t(`learning.choice_${choice.reason}`, choice.by ?? '')}, <When at={choice.at} /></>}
				</span>
			</p>
			{data.broken && <p class="wrong" role="alert">{t('learning.broken')}</p>}
			{may && data.in_force > 0 && <p><button type="button" class="act" aria-disabled={busy} {...toldOf(data)} onClick={() => act(() => L.chooseModel(controller.api, 0))}>{t('learning.take_back')}</button></p>}
		</Part>
	);
}

/* ---- a run ---- */

function Progress({ run }: { run: L.Run }): JSX.Element {
	const part = L.progressOf(run);
	return (
		<div class="learning-run">
			<p role="status">{run.stopping ? t('learning.stopping') : t(`learning.phase_${run.phase}`)} <span class="quiet">{t('learning.began_by', run.by ?? t('learning.by_schedule'))}</span></p>
			<progress max={1} value={part} aria-label={t('learning.progress')} />
		</div>
	);
}

function RunPart({ data, may, busy, act, controller, enough }: Desk & { enough: boolean }): JSX.Element {
	const idle = !data.run && !data.elsewhere && enough;
	return (
		<Part id="run" title={t('learning.again')}>
			<p class="policy-help">{t('learning.again_help')}</p>
			{data.run && <Progress run={data.run} />}
			{data.elsewhere && <p class="quiet" role="status">{t('learning.elsewhere')}</p>}
			{!data.run && data.failed && <p class="learning-failed" role="status">{data.failed.message} <span class="quiet">(<When at={data.failed.at} />)</span></p>}
			<div class="learning-tools">
				{may && (data.run
					? <button type="button" class="act" aria-disabled={busy || data.run.stopping} onClick={() => act(() => L.stopLearning(controller.api))}>{t('learning.stop')}</button>
					: <button type="button" class="primary" aria-disabled={busy || !idle} {...toldOf(data)} onClick={() => { if (idle) act(() => L.startLearning(controller.api)); }}>{t('learning.start')}</button>)}
				<label class="learning-schedule"><span>{t('learning.schedule')}</span>
					<select value={data.schedule} disabled={!may} {...toldOf(data)} onChange={(e) => { const to = e.currentTarget.value as L.Schedule; act(() => L.scheduleLearning(controller.api, to)); }}>
						{(['off', 'nightly', 'weekly'] as const).map((s) => <option key={s} value={s}>{t(`learning.schedule_${s}`)}</option>)}
					</select></label>
			</div>
		</Part>
	);
}

/* ---- what there is to learn from ---- */

function Need({ label, have, least }: { label: ComponentChildren; have: number; least: number }): JSX.Element {
	return (
		<li class="need">
			<span class="need-label">{label}</span>
			<svg class="bar need-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">
				<rect class="bar-ground" width="100" height="6" /><rect class={have >= least ? 'need-enough' : 'need-part'} width={Math.min(100, (have / least) * 100)} height="6" />
			</svg>
			<span class="need-figure">{number(have)}</span>
			<span class={have >= least ? 'need-word enough' : 'need-word'}>{have >= least ? t('learning.enough') : count('learning.missing', least - have)}</span>
		</li>
	);
}

function StockPart({ stock }: { stock: L.Stock }): JSX.Element {
	const { least } = stock;
	return (
		<Part id="stock" title={t('learning.stock')}>
			<p class="policy-help">{t('learning.stock_help', number(least.decisions), number(least.rejections), number(least.rule))}</p>
			<ul class="needs">
				<Need label={t('learning.decisions')} have={stock.decisions} least={least.decisions} />
				<Need label={t('learning.rejections')} have={stock.rejections} least={least.rejections} />
				{BREACHES.map((rule) => <Need key={rule} label={<><RuleMark rule={rule} />{ruleName(rule)}</>} have={stock.rules[rule]} least={least.rule} />)}
			</ul>
			{(stock.cut || stock.automatic > 0) && <p class="policy-help">{stock.cut && t('learning.stock_cut', number(stock.decisions))} {stock.automatic > 0 && count('learning.stock_automatic', stock.automatic)}</p>}
		</Part>
	);
}

/* ---- versions ---- */

function Versions({ data, may, busy, act, controller, shown, onShow }: Desk & { shown: number; onShow: (v: number) => void }): JSX.Element {
	return (
		<Part id="versions" title={t('learning.versions')}>
			<p class="policy-help">{t('learning.versions_help')}</p>
			<ol class="versions">
				{data.models.map((m) => (
					<li key={m.version}>
						<span class="version-name">{t('learning.version', m.version)}</span>
						<span class="quiet">{t(`learning.reason_${m.reason}`, m.by ?? '')}, <When at={m.at} /></span>
						<span class="quiet">{verdict(m.report)}</span>
						<span class="version-tools">
							{m.version === data.in_force ? <span class="badge">{t('policy.in_force')}</span>
								: may && m.kept && <button type="button" class="link" aria-disabled={busy} {...toldOf(data)} onClick={() => act(() => L.chooseModel(controller.api, m.version))}>{t('learning.bring_back', m.version)}</button>}
							{m.version !== shown && <button type="button" class="link" onClick={() => onShow(m.version)}>{t('learning.show', m.version)}</button>}
						</span>
					</li>
				))}
			</ol>
			{data.choices.length > 0 && <details class="learning-history">
				<summary>{t('learning.history')}</summary>
				<ol class="versions">
					{data.choices.map((c) => (
						<li key={c.at}><span>{c.version ? t('learning.house', c.version) : t('learning.built_in')}</span>
							<span class="quiet">{t(`learning.choice_${c.reason}`, c.by ?? '')}, <When at={c.at} /></span></li>
					))}
				</ol>
			</details>}
		</Part>
	);
}

/* ---- the page ---- */

function usePolled(controller: Controller): [L.LearningData | null, L.Stock | null, string, (d: L.LearningData) => void, () => void] {
	const [data, setData] = useState<L.LearningData | null>(null), [stock, setStock] = useState<L.Stock | null>(null), [failed, setFailed] = useState('');
	const running = data?.run !== null && data !== null;
	const load = (): void => {
		L.learning(controller.api).then((d) => { setData(d); setFailed(''); }, (e: unknown) => {
			if (!(e instanceof ApiError)) throw e;
			setFailed(e.message || t('queue.failed'));
		});
	};
	useEffect(load, []);
	useEffect(() => { if (!running) L.stock(controller.api).then(setStock, () => undefined /* the state says what failed */); }, [running]);
	useEffect(() => {
		const timer = setInterval(load, running ? POLL_MS : LOOK_MS); /* others may start one, too */
		return () => clearInterval(timer);
	}, [running]);
	return [data, stock, failed, setData, load];
}

export function Learning({ controller }: { controller: Controller }): JSX.Element {
	const [data, stock, failed, setData, load] = usePolled(controller);
	const [busy, setBusy] = useState(false), [wrong, setWrong] = useState(''), [shown, setShown] = useState(0);
	const compared = useRef<HTMLDivElement>(null);
	function act(f: () => Promise<L.LearningData>): void {
		if (busy) return;
		setBusy(true);
		setWrong('');
		f().then(setData, (e: unknown) => {
			if (!(e instanceof ApiError)) throw e;
			setWrong(e.message || t('queue.failed'));
		}).finally(() => setBusy(false));
	}
	if (!data)
		return (
			<main class="policy-none" id="main" tabIndex={-1}>
				{failed ? <div class="empty" role="alert"><p>{failed}</p><button type="button" class="act" onClick={load}>{t('queue.retry')}</button></div>
					: <p class="quiet" role="status">{t('learning.loading')}</p>}
			</main>
		);
	const newest = data.models.find((m) => m.version === shown) ?? data.models[0];
	const desk = { data, may: controller.may('change'), busy, act, controller };
	const enough = !stock || (stock.decisions >= stock.least.decisions && stock.rejections >= stock.least.rejections);
	return (
		<main class="learning" id="main" tabIndex={-1}>
			<div class="learning-inner">
				<h2>{t('learning.title')}</h2>
				<p class="policy-intro">{t('learning.intro')}</p>
				{data.lane_open && <p class="learning-lane" id="learning-lane">{t('learning.lane_open')}</p>}
				{wrong && <p class="decision-error" role="alert">{wrong}</p>}
				<div class="learning-top">
					<InForce {...desk} />
					<RunPart {...desk} enough={enough} />
				</div>
				<div ref={compared} class="learning-compared" tabIndex={-1}>
					{newest && <Part id="report" title={t('learning.report', newest.version)}><Comparison report={newest.report} /></Part>}
				</div>
				{stock && <StockPart stock={stock} />}
				{data.models.length > 0 && <Versions {...desk} shown={newest?.version ?? 0}
					onShow={(v) => { setShown(v); compared.current?.scrollIntoView({ block: 'start' }); compared.current?.focus({ preventScroll: true }); }} />}
			</div>
		</main>
	);
}
