// For how long what readers left is kept, as the site sets it.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { number, t } from '../i18n';
import * as P from '../persons';

const within = (term: P.Term, days: number): boolean => Number.isInteger(days) && days >= P.BOUNDS[term][0] && days <= P.BOUNDS[term][1];

export function Terms({ controller }: { controller: Controller }): JSX.Element {
	const [terms, setTerms] = useState<P.Privacy | null>(null), [draft, setDraft] = useState<Record<string, string>>({}), [said, setSaid] = useState(''), [wrong, setWrong] = useState('');
	const show = (p: P.Privacy): void => {
		setTerms(p);
		setDraft(Object.fromEntries(P.TERMS.map((k) => [k, String(p[k])])));
	};
	const fail = (e: unknown): void => {
		if (!(e instanceof ApiError)) throw e;
		setWrong(e.message || t('queue.failed'));
		if (e.kind === 'conflict') void P.privacy(controller.api).then(show, () => undefined);
	};
	useEffect(() => { P.privacy(controller.api).then(show, fail); }, []);
	const days = (k: P.Term): number => Number(draft[k]?.trim() || NaN);
	const bad = P.TERMS.filter((k) => terms && !within(k, days(k))), changed = terms !== null && P.TERMS.some((k) => days(k) !== terms[k]);
	async function save(e: Event): Promise<void> {
		e.preventDefault();
		if (!terms || bad.length || !changed) return;
		setSaid('');
		setWrong('');
		try {
			show(await P.savePrivacy(controller.api, { version: terms.version, address_days: days('address_days'), purge_days: days('purge_days'), log_days: days('log_days'), suggestion_days: days('suggestion_days') }));
			setSaid(t('persons.terms_saved'));
		} catch (error) {
			fail(error);
		}
	}
	return (
		<section class="keeping">
			<h3>{t('persons.terms')}</h3>
			<form onSubmit={(e) => void save(e)} noValidate>
				{P.TERMS.map((k) => {
					const isBad = bad.includes(k), [least, most] = P.BOUNDS[k];
					return (
						<div key={k} class="keeping-row">
							<label for={`term-${k}`}>{t(`persons.term_${k}`)}</label>
							<span class="keeping-days"><input id={`term-${k}`} inputMode="numeric" value={draft[k] ?? ''} disabled={!terms} aria-invalid={isBad} aria-describedby={`hint-${k}`}
								onInput={(e) => { setSaid(''); setDraft({ ...draft, [k]: e.currentTarget.value }); }} /> {t('persons.days')}</span>
							<p id={`hint-${k}`} class={isBad ? 'keeping-bad' : 'quiet'}>{isBad ? t('persons.bounds', number(least), number(most)) : t(`persons.hint_${k}`)}</p>
						</div>
					);
				})}
				{wrong && <p class="decision-error" role="alert">{wrong}</p>}
				<p class="form-end"><button type="submit" class="act" aria-disabled={!changed || bad.length > 0}>{t('persons.save_terms')}</button><span role="status" class="keeping-said">{said}</span></p>
			</form>
		</section>
	);
}
