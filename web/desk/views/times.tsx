// Weekdays and times of the day, as shifts and closing times have them.
import type { JSX } from 'preact';
import { t } from '../i18n';

export const DAYS = [1, 2, 3, 4, 5, 6, 7];

export const clock = (minutes: number): string => `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
/* Midnight ends a day, and never begins one. */
export const minutesOf = (text: string, end: boolean): number => {
	const [h = 0, m = 0] = text.split(':').map(Number), all = h * 60 + m;
	return end && all === 0 ? 24 * 60 : all;
};

export function Days({ days, may, onChange }: { days: number[]; may: boolean; onChange: (days: number[]) => void }): JSX.Element {
	const toggle = (day: number): void => onChange(DAYS.filter((d) => (d === day ? !days.includes(d) : days.includes(d))));
	return (
		<span class="shift-days">
			{DAYS.map((d) => (
				<label key={d} class={`day${days.includes(d) ? ' on' : ''}`}><input type="checkbox" checked={days.includes(d)} disabled={!may} onChange={() => toggle(d)} /><span>{t(`shift.day_${d}`)}</span></label>
			))}
		</span>
	);
}
