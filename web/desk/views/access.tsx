// What a site demands of everybody who logs in; for administrators.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { access, saveAccess } from '../access';
import type { AccessRules } from '../access';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { t } from '../i18n';

export function Access({ controller }: { controller: Controller }): JSX.Element | null {
	const [rules, setRules] = useState<AccessRules | null>(null), [draft, setDraft] = useState<AccessRules | null>(null);
	const [said, setSaid] = useState(''), [wrong, setWrong] = useState('');
	const take = (r: AccessRules): void => { setRules(r); setDraft(r); };
	const load = (): void => void access(controller.api).then(take, () => undefined);
	useEffect(load, []);
	if (!rules || !draft) return null;
	const changed = draft.second_factor !== rules.second_factor || draft.passwords !== rules.passwords;
	async function save(e: Event): Promise<void> {
		e.preventDefault();
		setSaid('');
		setWrong('');
		try {
			take(await saveAccess(controller.api, draft as AccessRules));
			setSaid(t('access.saved'));
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			setWrong(error.message || t('account.failed'));
			if (error.code === 'conflict') load();
		}
	}
	return (
		<form class="access" onSubmit={(e) => void save(e)}>
			<h3>{t('access.title')}</h3>
			<label class="check"><input type="checkbox" checked={draft.second_factor} onChange={() => setDraft({ ...draft, second_factor: !draft.second_factor })} />
				<span>{t('access.second_factor')}<span class="quiet">{t('access.second_factor_text')}</span></span></label>
			<label class="check"><input type="checkbox" checked={draft.passwords} onChange={() => setDraft({ ...draft, passwords: !draft.passwords })} />
				<span>{t('access.passwords')}<span class="quiet">{t('access.passwords_text')}</span></span></label>
			{wrong && <p class="decision-error" role="alert">{wrong}</p>}
			<p class="form-end"><button type="submit" class="act" aria-disabled={!changed}>{t('access.save')}</button> <span role="status">{said}</span></p>
		</form>
	);
}
