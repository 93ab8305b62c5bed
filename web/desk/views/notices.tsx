// What readers reported as illegal: each text with all its notices, decided once; and, beside it, what was preserved.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { age, count, moment, t } from '../i18n';
import { decideNotice, notices } from '../notices';
import type { Notice, NoticeCase } from '../notices';
import type { Draft } from '../state';
import { EvidenceList, PreserveButton } from './evidence';
import { useNow } from './hooks';
import { LetterBox, RuleChoices, WORD_MAX } from './terms';

type Outcome = 'remove' | 'keep';
type Section = 'open' | 'decided' | 'evidence';

interface Undo {
	decision: string;
	until: number;
	outcome: Outcome | 'gone';
}

/* What is still missing before it can be sent; null: nothing. */
function lacking(outcome: Outcome | null, draft: Draft, reasons: string): 'outcome' | 'rule' | 'reasons' | null {
	if (!outcome) return 'outcome';
	if (outcome === 'remove' && !draft.rules.length && !draft.law) return 'rule';
	return outcome === 'keep' && !reasons.trim() ? 'reasons' : null;
}

function Removal({ controller, item: c, draft, onDraft }: { controller: Controller; item: NoticeCase; draft: Draft; onDraft: (d: Draft) => void }): JSX.Element {
	return (
		<>
			<RuleChoices draft={draft} onDraft={onDraft} legend={t('panel.rules')} />
			<label class="answer-word"><span>{t('notice.word')}</span>
				<textarea rows={2} maxLength={WORD_MAX} lang={c.comment.lang} value={draft.word} onInput={(e) => onDraft({ ...draft, word: e.currentTarget.value })} /></label>
			<details open class="notice-letter"><summary>{t('notice.letter')}</summary>
				<LetterBox controller={controller} revision={c.comment.revision} kind="remove" notice lang={c.comment.lang} text={c.comment.text} draft={draft} onDraft={onDraft} />
			</details>
		</>
	);
}

function Decide({ controller, item: c, onDone }: { controller: Controller; item: NoticeCase; onDone: (undo: Undo | null) => void }): JSX.Element {
	const [outcome, setOutcome] = useState<Outcome | null>(null), [reasons, setReasons] = useState(''), [draft, setDraft] = useState<Draft>({ rules: [], word: '' });
	const [wrong, setWrong] = useState(''), [busy, setBusy] = useState(false), lack = lacking(outcome, draft, reasons);
	const gone = !c.public; /* its author had it erased, and it stays for whoever decides on the notice */
	async function submit(e: Event): Promise<void> {
		e.preventDefault();
		if (lack || busy || !outcome) return;
		setBusy(true);
		setWrong('');
		try {
			const { decision, undo_until: until } = await decideNotice(controller.api, c, outcome, reasons.trim(), draft);
			onDone({ decision, until: until - controller.api.skew, outcome: gone ? 'gone' : outcome });
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			setBusy(false);
			setWrong(error.message || t('account.failed'));
			if (error.kind === 'conflict') onDone(null);
		}
	}
	return (
		<form class="answer" onSubmit={(e) => void submit(e)}>
			<fieldset>
				<legend>{t('notice.decide')}</legend>
				{gone && <p class="quiet">{t('notice.gone')}</p>}
				<div class="choices">
					{(gone ? ['keep'] as const : ['remove', 'keep'] as const).map((x) => (
						<label key={x} class="choice choice-plain"><input type="radio" name={`notice-${c.id}`} checked={outcome === x} onChange={() => setOutcome(x)} /><span>{t(gone ? 'notice.keep_gone' : `notice.${x}`)}</span></label>
					))}
				</div>
			</fieldset>
			{outcome === 'remove' && <Removal controller={controller} item={c} draft={draft} onDraft={setDraft} />}
			{outcome && <label class="answer-word"><span>{t(gone ? 'notice.note_gone' : outcome === 'keep' ? 'notice.reasons' : 'notice.reasons_optional')}</span>
				<textarea rows={3} maxLength={WORD_MAX} value={reasons} onInput={(e) => setReasons(e.currentTarget.value)} /></label>}
			{wrong && <p class="decision-error" role="alert">{wrong}</p>}
			<p class="notice-send"><button type="submit" class={`act${outcome === 'remove' ? ' act-reject' : outcome === 'keep' ? ' act-release' : ''}`} aria-disabled={lack !== null || busy}>{t(gone ? 'notice.do_gone' : outcome === 'keep' ? 'notice.do_keep' : outcome === 'remove' ? 'notice.do_remove' : 'notice.do')}</button>
				<span class="quiet" role="status">{lack && lack !== 'outcome' && t(gone ? 'notice.lack_note' : `notice.lack_${lack}`)}</span></p>
		</form>
	);
}

function Given({ notice: n, now }: { notice: Notice; now: number }): JSX.Element {
	return (
		<li class="given">
			<p class="given-head"><strong>{t(`notice.kind_${n.kind}`)}</strong>
				<span>{n.name || t('notice.nobody')}{n.email && <> · <a href={`mailto:${n.email}`}>{n.email}</a></>}</span>
				{n.again && <span class="badge">{t('notice.again')}</span>}
				<time class="quiet" dateTime={new Date(n.at).toISOString()}>{moment(n.at, now)}</time></p>
			<p class="given-text">{n.explanation}</p>
		</li>
	);
}

/* When it is to be decided, or what became of it. */
function Standing({ item: c, now }: { item: NoticeCase; now: number }): JSX.Element {
	if (c.outcome) return <span class={`state notice-${c.outcome}`}>{t(`notice.outcome_${c.outcome}`)}</span>;
	if (c.due_at === null) return <></>;
	return now > c.due_at ? <span class="badge badge-late">{t('notice.overdue', age(c.due_at, now))}</span> : <span class="badge">{t('notice.due', moment(c.due_at, now))}</span>;
}

function Case({ controller, item: c, now, onDone }: { controller: Controller; item: NoticeCase; now: number; onDone: (undo: Undo | null) => void }): JSX.Element {
	const by = c.decision ?? null, answered = c.outcome !== null;
	return (
		<li class="case notice-case">
			<p class="case-head"><Standing item={c} now={now} /> <span>{count('notice.persons', c.persons)}</span>
				{by && <span class="quiet">{t('notice.by', by.by, moment(by.at, now))}</span>}
				{answered && !by && <span class="quiet">{moment(c.decided_at, now)}</span>}
				{c.before > 0 && <span class="badge badge-warn">{count('notice.before', c.before)}</span>}</p>
			<blockquote class="case-text"><p class="quiet"><strong>{c.comment.name}</strong>, {moment(c.comment.at, now)} · {c.public ? <a href={`${c.article.path}#comment-${c.comment.id}`} target="_blank" rel="noopener">{c.article.title}</a> : c.article.title}</p>
				<p lang={c.comment.lang}>{c.comment.text}</p></blockquote>
			{c.release && !answered && <p class={c.release.mine ? 'notice-mine' : 'quiet'}>{t(c.release.mine ? 'notice.released_mine' : 'notice.released', c.release.by, moment(c.release.at, now))}</p>}
			<ol class="givens">{c.notices.map((n) => <Given key={n.id} notice={n} now={now} />)}</ol>
			{c.answer && <details><summary>{t('notice.answer')}</summary><div class="letter-paper"><div class="letter-text">{c.answer}</div></div></details>}
			{!answered && controller.may('answer') && <Decide controller={controller} item={c} onDone={onDone} />}
			{controller.may('legal') && <p class="decision-after"><PreserveButton controller={controller} revision={c.comment.revision} name={c.comment.name} text={c.comment.text} /></p>}
		</li>
	);
}

/* One's own decision can be taken back for some seconds; nobody has been told until then. */
function TakeBack({ controller, undo, now, onDone }: { controller: Controller; undo: Undo; now: number; onDone: () => void }): JSX.Element {
	const left = Math.ceil((undo.until - now) / 1000), [wrong, setWrong] = useState('');
	const back = (): void => void controller.api.undo(undo.decision).then(onDone, (e: unknown) => { if (!(e instanceof ApiError)) throw e; setWrong(e.message || t('note.undo_failed')); });
	return (
		<p class="notice-done" role="status"><span>{t(`notice.done_${undo.outcome}`)}</span>
			{left > 0 && !wrong && <button type="button" class="act" onClick={back}>{t('undo.do')} <span aria-hidden="true">{left}</span></button>}
			{wrong && <span class="decision-error">{wrong}</span>}</p>
	);
}

function Cases({ controller, state, changes }: { controller: Controller; state: 'open' | 'decided'; changes: number }): JSX.Element {
	const [list, setList] = useState<NoticeCase[] | null>(null), [failed, setFailed] = useState(false), [undo, setUndo] = useState<Undo | null>(null);
	const now = useNow(undo && undo.until > Date.now() ? 500 : 30000);
	const load = (): void => {
		setFailed(false);
		notices(controller.api, state).then((n) => setList(n.cases), (e: unknown) => { if (!(e instanceof ApiError)) throw e; setFailed(true); });
	};
	useEffect(load, [changes, state]);
	return (
		<>
			{undo && state === 'open' && <TakeBack controller={controller} undo={undo} now={now} onDone={() => { setUndo(null); load(); }} />}
			{failed && <div class="empty" role="alert"><p>{t('queue.failed')}</p><button type="button" class="act" onClick={load}>{t('queue.retry')}</button></div>}
			{!failed && list === null && <p class="quiet" role="status">{t('queue.loading')}</p>}
			{list?.length === 0 && <p class="quiet">{t(`notice.none_${state}`)}</p>}
			{list && <ol class="cases">{list.map((c) => <Case key={`${c.id}-${c.decided_at}`} controller={controller} item={c} now={now} onDone={(u) => { if (u) setUndo(u); load(); }} />)}</ol>}
		</>
	);
}

export function Notices({ controller, changes }: { controller: Controller; changes: number }): JSX.Element {
	const [section, setSection] = useState<Section>('open');
	const sections: Section[] = controller.may('evidence') ? ['open', 'decided', 'evidence'] : ['open', 'decided'];
	return (
		<main class="decided notices" id="main">
			<h2>{t('nav.notices')}</h2>
			<p class="switch" role="group" aria-label={t('nav.notices')}>
				{sections.map((s) => <button key={s} type="button" class="act" aria-pressed={s === section} onClick={() => setSection(s)}>{t(`notice.list_${s}`)}</button>)}
			</p>
			{section === 'evidence' ? <EvidenceList controller={controller} /> : <Cases key={section} controller={controller} state={section} changes={changes} />}
		</main>
	);
}
