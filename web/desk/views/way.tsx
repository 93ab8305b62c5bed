// How the team works: how long a comment may wait, and where two persons must agree.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { t } from '../i18n';
import type { DeskSettings } from '../types';

export function WayOfWorking({ controller }: { controller: Controller }): JSX.Element | null {
	const [saved, setSaved] = useState<DeskSettings | null>(null), [minutes, setMinutes] = useState(0), [sections, setSections] = useState('');
	const [said, setSaid] = useState(''), may = controller.may('change');
	function take(s: DeskSettings): void {
		setSaved(s);
		setMinutes(s.longest_wait_minutes);
		setSections(s.four_eyes.join(', '));
	}
	useEffect(() => { controller.api.settings().then(take, () => undefined); }, []);
	if (!saved) return null;
	const four_eyes = sections.split(',').map((s) => s.trim()).filter((s) => s);
	const changed = minutes !== saved.longest_wait_minutes || four_eyes.join() !== saved.four_eyes.join();
	async function save(e: Event): Promise<void> {
		e.preventDefault();
		if (!saved) return;
		try {
			take(await controller.api.saveSettings({ version: saved.version, longest_wait_minutes: minutes, four_eyes }));
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
			<label><span>{t('way.four_eyes')}</span>
				<input value={sections} placeholder={t('way.nowhere')} readOnly={!may} onInput={(e) => { setSections(e.currentTarget.value); setSaid(''); }} /></label>
			<p>{may && changed && <button type="submit" class="act">{t('team.save')}</button>} <span role="status" class="quiet">{said}</span></p>
		</form>
	);
}
