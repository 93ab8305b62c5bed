// Objections to letters: the whole story of each on one page, answered by somebody else than decided.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { moment, t } from '../i18n';
import type { Draft } from '../state';
import type { Objection } from '../types';
import { RuleNames, stateName } from './parts';
import { RuleChoices, WORD_MAX } from './terms';

type Outcome = 'uphold' | 'change' | 'reject';
const OUTCOMES: Outcome[] = ['uphold', 'change', 'reject'];

function Answer({ controller, objection: o, onDone }: { controller: Controller; objection: Objection; onDone: () => void }): JSX.Element {
	const [outcome, setOutcome] = useState<Outcome | null>(null), [reasons, setReasons] = useState(''), [wrong, setWrong] = useState('');
	const [draft, setDraft] = useState<Draft>({ rules: o.decision.rules.filter((r) => r !== 'engaging') as Draft['rules'], word: '' });
	const lack = outcome === null || !reasons.trim() || (outcome === 'change' && !draft.rules.length);
	async function submit(e: Event): Promise<void> {
		e.preventDefault();
		if (lack || outcome === null) return;
		setWrong('');
		try {
			await controller.api.answerObjection(o.id, outcome, reasons.trim(), draft);
			onDone();
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			setWrong(error.message || t('account.failed'));
		}
	}
	return (
		<form class="answer" onSubmit={(e) => void submit(e)}>
			<fieldset>
				<legend>{t('objection.answer')}</legend>
				<div class="choices">
					{OUTCOMES.map((x) => (
						<label key={x} class="choice choice-plain"><input type="radio" name={`outcome-${o.id}`} checked={outcome === x} onChange={() => setOutcome(x)} /><span>{t(`objection.${x}`)}</span></label>
					))}
				</div>
			</fieldset>
			{outcome === 'change' && <RuleChoices draft={draft} onDraft={setDraft} legend={t('objection.new_rules')} />}
			<label class="answer-word"><span>{t('objection.reasons')}</span>
				<textarea rows={3} maxLength={WORD_MAX} value={reasons} onInput={(e) => setReasons(e.currentTarget.value)} /></label>
			{wrong && <p class="decision-error" role="alert">{wrong}</p>}
			<p><button type="submit" class="act" aria-disabled={lack}>{t('objection.send')}</button></p>
		</form>
	);
}

function Case({ controller, objection: o, onDone }: { controller: Controller; objection: Objection; onDone: () => void }): JSX.Element {
	const now = Date.now();
	return (
		<li class="case">
			<p class="case-head"><span class={`state state-${o.decision.action}`}>{stateName(o.decision.action)}</span> <RuleNames rules={o.decision.rules} />
				<span class="quiet">{t('objection.by', o.decision.by, moment(o.decision.at, now))}</span></p>
			<p class="decision-article">{o.article.title}</p>
			<blockquote class="case-text"><p class="quiet">{o.comment.name}, {moment(o.comment.at, now)}</p><p>{o.comment.text}</p></blockquote>
			<details><summary>{t('objection.letter')}</summary><div class="letter-paper"><p class="letter-subject">{o.letter.subject}</p><div class="letter-text">{o.letter.body}</div></div></details>
			<h3>{t('objection.text', moment(o.at, now))}</h3>
			<p class="case-objection">{o.text}</p>
			{o.state === 'open' && o.decision.mine && <p class="quiet">{t('objection.mine')}</p>}
			{o.state === 'open' && !o.decision.mine && controller.may('answer') && <Answer controller={controller} objection={o} onDone={onDone} />}
			{o.state !== 'open' && <p><strong>{t(`objection.state_${o.state}`)}</strong> {o.by && <span class="quiet">{t('objection.by', o.by, moment(o.decided_at, now))}</span>}</p>}
			{o.reasons && <blockquote class="case-objection">{o.reasons}</blockquote>}
		</li>
	);
}

export function Objections({ controller, changes }: { controller: Controller; changes: number }): JSX.Element {
	const [state, setState] = useState<'open' | 'decided'>('open'), [list, setList] = useState<Objection[] | null>(null), [failed, setFailed] = useState(false);
	const load = (): void => {
		setFailed(false);
		controller.api.objections(state).then((o) => setList(o.objections), (e: unknown) => { if (!(e instanceof ApiError)) throw e; setFailed(true); });
	};
	useEffect(load, [changes, state]);
	return (
		<main class="decided" id="main">
			<h2>{t('nav.objections')}</h2>
			<p class="switch" role="group" aria-label={t('nav.objections')}>
				{(['open', 'decided'] as const).map((s) => <button key={s} type="button" class="act" aria-pressed={s === state} onClick={() => setState(s)}>{t(`objection.list_${s}`)}</button>)}
			</p>
			{failed && <div class="empty" role="alert"><p>{t('queue.failed')}</p><button type="button" class="act" onClick={load}>{t('queue.retry')}</button></div>}
			{list?.length === 0 && <p class="quiet">{t(`objection.none_${state}`)}</p>}
			<ol class="cases">{list?.map((o) => <Case key={`${o.id}-${o.state}`} controller={controller} objection={o} onDone={load} />)}</ol>
		</main>
	);
}
