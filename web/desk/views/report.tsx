// Reports under the Digital Services Act, to be downloaded. Stands alone: mount it wherever the right `log` is.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api';
import { t } from '../i18n';
import { FORMATS, PROFILES, SPANS, fetchReport, spanOf } from '../report';
import type { Kind, Made, Order, Profile } from '../report';

const LONG_MS = 2000;

function save(made: Made): void {
	const link = document.createElement('a'), address = URL.createObjectURL(made.content);
	link.href = address;
	link.download = made.name;
	link.click();
	URL.revokeObjectURL(address);
}

const formatName = (kind: Kind, format: string): string => t(kind === 'statements' && format === 'json' ? 'report.json_statements' : `report.${format}`);

interface PeriodProps {
	order: Order;
	onChange: (period: { from: string; to: string }) => void;
}

function Period({ order, onChange }: PeriodProps): JSX.Element {
	return (
		<div class="report-period">
			<label><span>{t('report.from')}</span><input type="date" required value={order.from} onInput={(e) => onChange({ from: e.currentTarget.value, to: order.to })} /></label>
			<label><span>{t('report.to')}</span><input type="date" required value={order.to} onInput={(e) => onChange({ from: order.from, to: e.currentTarget.value })} /></label>
			<p class="report-spans">
				{SPANS.map((s) => <button key={s} type="button" class="link" onClick={() => onChange(spanOf(s, new Date()))}>{t(`report.${s}`)}</button>)}
			</p>
		</div>
	);
}

/** How the making stands: nothing yet, under way (and for long), what was saved, what went wrong. */
type Progress = { at: 'idle' } | { at: 'making'; long: boolean } | { at: 'made'; name: string } | { at: 'failed'; message: string };

function Said({ progress }: { progress: Progress }): JSX.Element {
	return (
		<div class="report-said">
			<p role="status" class="quiet">{progress.at === 'made' ? t('report.made', progress.name) : progress.at === 'making' && progress.long ? t('report.long') : ''}</p>
			{progress.at === 'making' && progress.long && <progress aria-label={t('report.making')} />}
			{progress.at === 'failed' && <p class="decision-error" role="alert">{progress.message}</p>}
		</div>
	);
}

export function Reports({ lang }: { lang: string }): JSX.Element {
	const [order, setOrder] = useState<Order>({ kind: 'transparency', profile: 'hosting', format: 'html', lang, ...spanOf('this_year', new Date()) });
	const [progress, setProgress] = useState<Progress>({ at: 'idle' }), alive = useRef(true);
	useEffect(() => () => { alive.current = false; }, []);
	const change = (part: Partial<Order>): void => { setOrder((o) => ({ ...o, ...part })); setProgress((p) => (p.at === 'making' ? p : { at: 'idle' })); };
	const kindChanged = (kind: Kind): void => change({ kind, format: FORMATS[kind][0] ?? 'json' });
	const making = progress.at === 'making';

	async function submit(e: Event): Promise<void> {
		e.preventDefault();
		if (making) return;
		if (order.from > order.to) return setProgress({ at: 'failed', message: t('report.period_wrong') });
		setProgress({ at: 'making', long: false });
		const timer = setTimeout(() => setProgress((p) => (p.at === 'making' ? { at: 'making', long: true } : p)), LONG_MS);
		try {
			const made = await fetchReport(order, lang);
			if (!alive.current) return;
			save(made);
			setProgress({ at: 'made', name: made.name });
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			setProgress({ at: 'failed', message: error.message || t('report.failed') });
		} finally {
			clearTimeout(timer);
		}
	}

	return (
		<section class="reports" aria-labelledby="reports-title">
			<h3 id="reports-title">{t('report.title')}</h3>
			<p class="quiet">{t('report.about')}</p>
			<form class="report-form" onSubmit={(e) => void submit(e)}>
				<fieldset class="report-kinds">
					<legend class="vh">{t('report.what')}</legend>
					{(['transparency', 'statements'] as const).map((kind) => (
						<label key={kind} class={`report-kind${order.kind === kind ? ' on' : ''}`}>
							<input type="radio" name="report-kind" value={kind} checked={order.kind === kind} onChange={() => kindChanged(kind)} />
							<span><strong>{t(`report.${kind}`)}</strong> <span class="quiet">{t(`report.${kind}_text`)}</span></span>
						</label>
					))}
				</fieldset>
				<Period order={order} onChange={change} />
				<div class="report-profile">
					<label><span>{t('report.profile')}</span>
						<select value={order.profile} aria-describedby="report-profile-text" onChange={(e) => change({ profile: e.currentTarget.value as Profile })}>
							{PROFILES.map((p) => <option key={p} value={p}>{t(`report.${p}`)}</option>)}
						</select></label>
					<p id="report-profile-text" class="quiet">{t(`report.${order.profile}_text`)}</p>
				</div>
				<div class="report-form-row">
					<label><span>{t('report.format')}</span>
						<select value={order.format} onChange={(e) => change({ format: e.currentTarget.value })}>
							{FORMATS[order.kind].map((f) => <option key={f} value={f}>{formatName(order.kind, f)}</option>)}
						</select></label>
					<label><span>{t('report.lang')}</span>
						<select value={order.lang} onChange={(e) => change({ lang: e.currentTarget.value })}>
							{['de', 'en'].map((l) => <option key={l} value={l}>{t(`report.lang_${l}`)}</option>)}
						</select></label>
				</div>
				<div class="report-end">
					<button type="submit" class="act" aria-disabled={making}>{t(making ? 'report.making' : 'report.make')}</button>
					<Said progress={progress} />
				</div>
			</form>
		</section>
	);
}
