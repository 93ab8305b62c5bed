// When comments close by themselves: by the clock, some days after an article appeared, when too much waits.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ClosingHours, ClosingRules } from '../closing';
import { t } from '../i18n';
import { clock, Days, minutesOf } from './times';

const NIGHT: ClosingHours = { days: [1, 2, 3, 4, 5, 6, 7], from: 22 * 60, to: 6 * 60, sections: [], reason: '' };
const HOURS_MAX = 20, REASON_MAX = 300;

interface RowProps {
	hours: ClosingHours;
	nth: number;
	may: boolean;
	onChange: (hours: ClosingHours) => void;
	onDrop: () => void;
}

function Row({ hours: h, nth, may, onChange, onDrop }: RowProps): JSX.Element {
	const [sections, setSections] = useState(h.sections.join(', '));
	const leave = (): void => onChange({ ...h, sections: sections.split(',').map((s) => s.trim()).filter((s) => s) });
	return (
		<div class="shift closing-row" role="group" aria-label={t('hours.nth', nth)}>
			<Days days={h.days} may={may} onChange={(days) => onChange({ ...h, days })} />
			<label><span class="vh">{t('shift.from')}</span><input type="time" required value={clock(h.from)} readOnly={!may} onInput={(e) => onChange({ ...h, from: minutesOf(e.currentTarget.value, false) })} /></label>
			<span aria-hidden="true">–</span>
			<label><span class="vh">{t('shift.to')}</span><input type="time" required value={clock(h.to)} readOnly={!may} onInput={(e) => onChange({ ...h, to: minutesOf(e.currentTarget.value, true) })} /></label>
			{h.to <= h.from && <span class="quiet">{t('hours.next_day')}</span>}
			<label class="closing-wide"><span>{t('lane.sections')}</span><input value={sections} placeholder={t('team.all_sections')} readOnly={!may} onInput={(e) => setSections(e.currentTarget.value)} onChange={leave} /></label>
			<label class="closing-wide"><span>{t('hours.reason')}</span><input value={h.reason} maxLength={REASON_MAX} readOnly={!may} onInput={(e) => onChange({ ...h, reason: e.currentTarget.value })} /></label>
			{may && <button type="button" class="link" onClick={onDrop}>{t('shift.drop')}<span class="vh"> {t('hours.nth', nth)}</span></button>}
		</div>
	);
}

export function ClosingFields({ rules: r, may, onChange }: { rules: ClosingRules; may: boolean; onChange: (rules: ClosingRules) => void }): JSX.Element {
	const set = (at: number, h: ClosingHours | null): void => onChange({ ...r, hours: r.hours.flatMap((x, i) => (i !== at ? [x] : h ? [h] : [])) });
	return (
		<>
			<fieldset class="shifts">
				<legend>{t('hours.title')}</legend>
				<p class="quiet">{t('hours.text')}</p>
				{r.hours.map((h, i) => <Row key={`${i}-${r.hours.length}`} hours={h} nth={i + 1} may={may} onChange={(x) => set(i, x)} onDrop={() => set(i, null)} />)}
				{may && r.hours.length < HOURS_MAX && <p><button type="button" class="act" onClick={() => onChange({ ...r, hours: [...r.hours, NIGHT] })}>{t('hours.add')}</button></p>}
			</fieldset>
			<label><span>{t('hours.after')}</span>
				<input type="number" min="0" max="3650" required value={r.after_days} readOnly={!may} onInput={(e) => onChange({ ...r, after_days: Number(e.currentTarget.value) })} /></label>
			<fieldset class="shifts">
				<legend>{t('load.title')}</legend>
				<label class="check"><input type="checkbox" checked={r.overload.on} disabled={!may} onChange={() => onChange({ ...r, overload: { ...r.overload, on: !r.overload.on } })} /><span>{t('load.on')}</span></label>
				<p class="quiet">{t('load.text')}</p>
				{r.overload.on && <label><span>{t('load.wait')}</span>
					<input type="number" min="1" max="10080" required value={r.overload.wait_minutes} readOnly={!may} onInput={(e) => onChange({ ...r, overload: { on: true, wait_minutes: Number(e.currentTarget.value) } })} /></label>}
			</fieldset>
		</>
	);
}
