// The figures' page, as a script of its own (figures.js): the desk loads it when somebody looks at figures.
import { render } from 'preact';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { address, PERIODS } from '../figures';
import type { FiguresData } from '../figures';
import { day, number, speak, t } from '../figures_text';
import { Calibrations, Decisions, Engine, Forecast } from './figures_charts';
import { Crew } from './figures_crew';
import { Totals } from './figures_parts';
import { Load, Waits } from './figures_waits';

export type Ask = (path: string) => Promise<unknown>;

/* The numbers that are on the screen stay until the next ones are there. */
function useFigures(ask: Ask, days: number, section: string, again: number): { data: FiguresData | null; failed: string; busy: boolean } {
	const [data, setData] = useState<FiguresData | null>(null), [failed, setFailed] = useState(''), [busy, setBusy] = useState(true);
	useEffect(() => {
		let mine = true;
		setBusy(true);
		ask(address('', days, section)).then(
			(d) => { if (mine) { setData(d as FiguresData); setFailed(''); setBusy(false); } },
			(e: unknown) => { if (mine) { setFailed((e instanceof Error && e.message) || t('failed')); setBusy(false); } });
		return () => { mine = false; };
	}, [days, section, again]);
	return { data, failed, busy };
}

const REMEMBERED = 'freigabe-desk-figures-days';

function rememberedDays(): number {
	try {
		const days = Number(sessionStorage.getItem(REMEMBERED));
		return (PERIODS as readonly number[]).includes(days) ? days : 30;
	} catch {
		return 30;
	}
}

function Choice({ days, section, sections, onDays, onSection }: { days: number; section: string; sections: string[]; onDays: (d: number) => void; onSection: (s: string) => void }): JSX.Element {
	return (
		<div class="figures-choice">
			<fieldset class="periods">
				<legend class="vh">{t('period')}</legend>
				{PERIODS.map((d) => <label key={d}><input type="radio" name="figures-days" checked={d === days} onChange={() => onDays(d)} /><span>{t(`period.${d}`)}</span></label>)}
			</fieldset>
			<label class="figures-section"><span>{t('section')}</span>
				<select value={section} onChange={(e) => onSection(e.currentTarget.value)}>
					<option value="">{t('section.all')}</option>
					{sections.map((s) => <option key={s} value={s}>{s}</option>)}
				</select>
			</label>
		</div>
	);
}

function Page({ ask, lang }: { ask: Ask; lang: string }): JSX.Element {
	const [days, setDays] = useState(rememberedDays), [section, setSection] = useState(''), [again, setAgain] = useState(0);
	const { data, failed, busy } = useFigures(ask, days, section, again);
	const shown = data && data.totals.length ? data : null, period = shown ? Math.round((Date.parse(shown.to) - Date.parse(shown.from)) / 86400000) + 1 : days;
	function choose(d: number): void {
		setDays(d);
		try { sessionStorage.setItem(REMEMBERED, String(d)); } catch { /* not remembered then */ }
	}
	const none = shown !== null && shown.totals[0]?.received === 0 && shown.totals[0]?.decided === 0;
	const figures = useMemo(() => shown && !none && (
		<div class="figs">
			<Load data={shown} days={period} />
			<Waits data={shown} days={period} />
			<Crew ask={ask} data={shown} days={period} />
			<Decisions data={shown} days={period} />
			<Engine data={shown} days={period} />
			<Calibrations data={shown} days={period} />
			<Forecast data={shown} days={period} />
		</div>
	), [shown, lang]);
	return (
		<>
			<h2>{t('title')}</h2>
			<Choice days={days} section={section} sections={shown?.sections ?? []} onDays={choose} onSection={setSection} />
			<p class="figures-span" role="status">
				{failed ? '' : !shown ? t('loading') : <>{t('span', day(shown.from, 'short'), day(shown.to, 'short'))}{shown.behind > 0 && ` ${t('behind', number(shown.behind))}`}</>}
			</p>
			{failed && <div class="empty" role="alert"><p>{failed}</p><button type="button" class="act" onClick={() => setAgain(again + 1)}>{t('retry')}</button></div>}
			{!shown && !failed && <div class="figures-bones" aria-hidden="true"><span class="bone bone-90" /><span class="bone bone-60" /><span class="bone bone-80" /></div>}
			{none && <div class="empty"><p>{t(section ? 'none_section' : 'none')}</p></div>}
			<div class={busy && shown ? 'figures-all busy' : 'figures-all'} aria-busy={busy}>
				{shown && !none && <Totals totals={shown.totals} days={period} />}
				{figures}
			</div>
		</>
	);
}

/** Draws the page into `root`, in this language; called again, it draws anew. Returns what takes it away. */
export function mount(root: HTMLElement, props: { ask: Ask; lang: string }): () => void {
	speak(props.lang);
	render(<Page key={props.lang} {...props} />, root);
	return () => render(null, root);
}
