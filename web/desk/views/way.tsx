// How the team works: who is there when, how long a comment may wait, and where two persons must agree.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api';
import { NEVER } from '../closing';
import type { ClosingRules } from '../closing';
import type { Controller } from '../controller';
import { number, percent, t } from '../i18n';
import type { DeskSettings, Shift } from '../types';
import { ClosingFields } from './closing_rules';
import { clock, Days, minutesOf } from './times';

const NEW: Shift = { days: [1, 2, 3, 4, 5], from: 7 * 60, to: 22 * 60, editors: 2 };

interface ShiftProps {
	shift: Shift;
	nth: number;
	may: boolean;
	onChange: (shift: Shift) => void;
	onDrop: () => void;
}

function ShiftRow({ shift, nth, may, onChange, onDrop }: ShiftProps): JSX.Element {
	return (
		<div class="shift" role="group" aria-label={t('shift.nth', nth)}>
			<Days days={shift.days} may={may} onChange={(days) => onChange({ ...shift, days })} />
			<label><span class="vh">{t('shift.from')}</span><input type="time" required value={clock(shift.from)} readOnly={!may} onInput={(e) => onChange({ ...shift, from: minutesOf(e.currentTarget.value, false) })} /></label>
			<span aria-hidden="true">–</span>
			<label><span class="vh">{t('shift.to')}</span><input type="time" required value={clock(shift.to)} readOnly={!may} onInput={(e) => onChange({ ...shift, to: minutesOf(e.currentTarget.value, true) })} /></label>
			<label class="shift-editors"><input type="number" min="1" max="200" required value={shift.editors} readOnly={!may} onInput={(e) => onChange({ ...shift, editors: Number(e.currentTarget.value) })} /> <span>{t('shift.editors')}</span></label>
			{may && <button type="button" class="link" onClick={onDrop}>{t('shift.drop')}<span class="vh"> {t('shift.nth', nth)}</span></button>}
		</div>
	);
}

function Kept({ record }: { record: DeskSettings['forecasts'] }): JSX.Element {
	if (record.given === 0) return <p class="quiet">{t('shift.kept_none')}</p>;
	return <p class="quiet">{t('shift.kept', number(record.given), percent(record.kept / record.given))}{record.none > 0 && ` ${t('shift.no_time', number(record.none))}`}</p>;
}

const list = (text: string): string[] => text.split(',').map((s) => s.trim()).filter((s) => s);

export function WayOfWorking({ controller }: { controller: Controller }): JSX.Element | null {
	const [saved, setSaved] = useState<DeskSettings | null>(null), [minutes, setMinutes] = useState(0), [hours, setHours] = useState(0), [sections, setSections] = useState('');
	const [shifts, setShifts] = useState<Shift[]>([]), [closed, setClosed] = useState(''), [closing, setClosing] = useState<ClosingRules>(NEVER);
	const [said, setSaid] = useState(''), may = controller.may('change');
	function take(s: DeskSettings): void {
		setSaved(s);
		setMinutes(s.longest_wait_minutes);
		setHours(s.notice_hours);
		setSections(s.four_eyes.join(', '));
		setShifts(s.shifts);
		setClosed(s.closed_days.join(', '));
		setClosing(s.closing);
	}
	useEffect(() => { controller.api.settings().then(take, () => undefined); }, []);
	if (!saved) return null;
	const wanted = { version: saved.version, longest_wait_minutes: minutes, notice_hours: hours, four_eyes: list(sections), shifts, closed_days: list(closed), closing };
	const { forecasts, ...before } = saved;
	const changed = (['longest_wait_minutes', 'notice_hours', 'four_eyes', 'shifts', 'closed_days', 'closing'] as const).some((k) => JSON.stringify(wanted[k]) !== JSON.stringify(before[k]));
	const setShift = (at: number, shift: Shift): void => { setShifts(shifts.map((s, i) => (i === at ? shift : s))); setSaid(''); };
	async function save(e: Event): Promise<void> {
		e.preventDefault();
		try {
			take(await controller.api.saveSettings(wanted));
			setSaid(t('policy.saved'));
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			setSaid(error.message || t('queue.failed'));
		}
	}
	return (
		<form class="policy-part way" onSubmit={(e) => void save(e)}>
			<h3>{t('way.title')}</h3>
			<label><span>{t('way.wait')}</span>
				<input type="number" min="1" max="10080" required value={minutes} readOnly={!may} onInput={(e) => { setMinutes(Number(e.currentTarget.value)); setSaid(''); }} /></label>
			<label><span>{t('way.notice')}</span>
				<input type="number" min="1" max="336" required value={hours} readOnly={!may} onInput={(e) => { setHours(Number(e.currentTarget.value)); setSaid(''); }} /></label>
			<label><span>{t('way.four_eyes')}</span>
				<input value={sections} placeholder={t('way.nowhere')} readOnly={!may} onInput={(e) => { setSections(e.currentTarget.value); setSaid(''); }} /></label>
			<fieldset class="shifts">
				<legend>{t('shift.title')}</legend>
				<p class="quiet">{t('shift.text')}</p>
				{shifts.map((s, i) => <ShiftRow key={i} shift={s} nth={i + 1} may={may} onChange={(x) => setShift(i, x)} onDrop={() => { setShifts(shifts.filter((_, k) => k !== i)); setSaid(''); }} />)}
				{may && shifts.length < 20 && <p><button type="button" class="act" onClick={() => { setShifts([...shifts, NEW]); setSaid(''); }}>{t('shift.add')}</button></p>}
			</fieldset>
			<label><span>{t('shift.closed')}</span>
				<input value={closed} placeholder="2026-12-25, 2027-01-01" readOnly={!may} onInput={(e) => { setClosed(e.currentTarget.value); setSaid(''); }} /></label>
			<Kept record={forecasts} />
			<ClosingFields rules={closing} may={may} onChange={(c) => { setClosing(c); setSaid(''); }} />
			<p>{may && changed && <button type="submit" class="act">{t('team.save')}</button>} <span role="status" class="quiet">{said}</span></p>
		</form>
	);
}
