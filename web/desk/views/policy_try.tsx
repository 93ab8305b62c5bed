// A comment to try the drafted settings on: what they say, and what the engine alone would say.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { percent, t } from '../i18n';
import { ALL_RULES, scoreOf } from '../rules';
import { Findings } from './findings';
import { RuleMark, ruleName } from './parts';
import { Passages } from './passages';
import { asMarked } from './policy';
import type { Checked } from './policy';

interface Props {
	text: string;
	lang: string;
	checked: Checked;
	onText: (text: string) => void;
}

function Difference({ checked }: { checked: Checked }): JSX.Element | null {
	const { review, engine } = checked;
	if (!review || !engine) return null;
	const rules = ALL_RULES.filter((r) => Math.abs((scoreOf(review, r) ?? 0) - (scoreOf(engine, r) ?? 0)) >= 0.005);
	const same = rules.length === 0 && review.suggestion === engine.suggestion;
	return (
		<div class="difference">
			<h4>{t('policy.difference')}</h4>
			{same ? <p class="quiet">{t('policy.same')}</p> : <ul>
				{review.suggestion !== engine.suggestion && <li>{t('policy.was_now', t(`suggestion.${engine.suggestion}`), t(`suggestion.${review.suggestion}`))}</li>}
				{rules.map((r) => <li key={r}><RuleMark rule={r} /> {ruleName(r)}: {t('policy.was_now', percent(scoreOf(engine, r) ?? 0), percent(scoreOf(review, r) ?? 0))}</li>)}
			</ul>}
		</div>
	);
}

export function TryOut({ text, lang, checked, onText }: Props): JSX.Element {
	const [active, setActive] = useState<number | null>(null), [of, setOf] = useState(text);
	const item = checked.review && text ? asMarked(of, checked.review, lang) : null;
	/* The passages belong to the text that was checked, not to the one being typed. */
	const [last, setLast] = useState(checked.review);
	if (checked.review !== last) {
		setLast(checked.review);
		setOf(text);
	}
	return (
		<aside class="policy-try aside" aria-label={t('policy.try')} tabIndex={0}>
			<section>
				<h3><label for="try-text">{t('policy.try')}</label></h3>
				<textarea id="try-text" rows={5} value={text} maxLength={5000} placeholder={t('policy.try_example')}
					onInput={(e) => onText(e.currentTarget.value)} />
			</section>
			{!item && <p class="quiet">{t(text && checked.problems.length ? 'policy.try_wrong' : 'policy.try_help')}</p>}
			{item && <section class="try-result" aria-live="polite"><Passages item={item} active={active} onActive={setActive} /></section>}
			{item && <Difference checked={checked} />}
			{item && <Findings covered={false} item={item} active={active} onActive={setActive} />}
		</aside>
	);
}
