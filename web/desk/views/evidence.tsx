// Preserved evidence (Article 18): preserving a comment, the list of what was, one bundle, the file, the end of a hold.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { fullMoment, moment, t } from '../i18n';
import { endHold, evidence, evidenceFile, evidenceList, preserve } from '../notices';
import type { Preserved, PreservedWhole } from '../notices';
import { useModal } from './hooks';

const REASON_MAX = 2000;

interface AskProps {
	title: string;
	text: string;
	quote: string;
	label: string;
	submit: string;
	onSubmit: (reason: string) => Promise<unknown>;
	onDone: () => void;
	onClose: () => void;
}

/* A reason must be given: it is kept in the log. */
function Ask(p: AskProps): JSX.Element {
	const dialog = useModal();
	const [reason, setReason] = useState(''), [wrong, setWrong] = useState(''), [busy, setBusy] = useState(false);
	async function submit(e: Event): Promise<void> {
		e.preventDefault();
		if (!reason.trim() || busy) return;
		setBusy(true);
		setWrong('');
		try {
			await p.onSubmit(reason.trim());
			p.onDone();
			p.onClose();
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			setWrong(error.message || t('account.failed'));
			setBusy(false);
		}
	}
	return (
		<dialog ref={dialog} class="dialog afterwards" aria-labelledby="evidence-title" onClose={p.onClose}>
			<form onSubmit={(e) => void submit(e)}>
				<h2 id="evidence-title">{p.title}</h2>
				<p>{p.text}</p>
				{p.quote && <blockquote class="case-text"><p>{p.quote}</p></blockquote>}
				<label class="answer-word"><span>{p.label}</span>
					<textarea rows={3} maxLength={REASON_MAX} required value={reason} onInput={(e) => setReason(e.currentTarget.value)} /></label>
				{wrong && <p class="decision-error" role="alert">{wrong}</p>}
				<p class="help-end"><button type="submit" class="act act-reject" aria-disabled={!reason.trim() || busy}>{p.submit}</button>
					<button type="button" class="act" onClick={p.onClose}>{t('panel.cancel')}</button></p>
			</form>
		</dialog>
	);
}

export function PreserveButton({ controller, revision, name, text }: { controller: Controller; revision: string; name: string; text: string }): JSX.Element {
	const [asking, ask] = useState(false), [done, setDone] = useState('');
	useEffect(() => setDone(''), [revision]);
	return (
		<>
			{done ? <span class="preserved" role="status">{t('evidence.done')} <a href={evidenceFile(done)} download>{t('evidence.download')}</a></span>
				: <button type="button" class="link" onClick={() => ask(true)}>{t('evidence.ask')}<span class="vh">: {name}</span></button>}
			{asking && <Ask title={t('evidence.title')} text={t('evidence.text')} quote={text} label={t('evidence.reason')} submit={t('evidence.do')}
				onSubmit={async (reason) => setDone((await preserve(controller.api, revision, reason)).id)} onDone={() => undefined} onClose={() => ask(false)} />}
		</>
	);
}

/* The bundle as it was signed, to be read; the file is what is handed over. */
function Bundle({ controller, id }: { controller: Controller; id: string }): JSX.Element {
	const [whole, setWhole] = useState<PreservedWhole | null>(null), [failed, setFailed] = useState('');
	useEffect(() => {
		evidence(controller.api, id).then(setWhole, (e: unknown) => { if (!(e instanceof ApiError)) throw e; setFailed(e.message || t('queue.failed')); });
	}, [id]);
	if (failed) return <p class="decision-error" role="alert">{failed}</p>;
	if (!whole) return <p class="quiet" role="status">{t('queue.loading')}</p>;
	return (
		<div class="bundle">
			<pre tabIndex={0} aria-label={t('evidence.bundle')}>{JSON.stringify(whole.bundle, null, 2)}</pre>
			<p class="quiet">{t('evidence.signature')} <code>{whole.signature}</code></p>
		</div>
	);
}

function Row({ controller, item: e, onChanged }: { controller: Controller; item: Preserved; onChanged: () => void }): JSX.Element {
	const [open, setOpen] = useState(false), [ending, end] = useState(false), now = Date.now();
	const gone = !e.reason; /* nothing is preserved without one: it was erased with its comment */
	return (
		<li class="case">
			<p class="case-head">
				<span class={`badge${e.ended ? '' : ' badge-warn'}`}>{t(e.ended ? 'evidence.ended' : 'evidence.held')}</span>
				{e.name && <strong>{e.name}</strong>}<span class="quiet">{e.article}</span></p>
			<p>{t('evidence.by', e.by, fullMoment(e.at))}</p>
			{gone ? <p class="quiet">{t('evidence.gone')}</p> : <blockquote class="case-text"><p>{e.reason}</p></blockquote>}
			{e.ended && !gone && <p class="quiet">{t('evidence.ended_by', e.ended.by, moment(e.ended.at, now), e.ended.reason)}</p>}
			{!gone && <p class="decision-after">
				<a href={evidenceFile(e.id)} download>{t('evidence.download')}</a>
				<button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>{t(open ? 'evidence.close' : 'evidence.open')}</button>
				{!e.ended && controller.may('legal') && <button type="button" class="link" onClick={() => end(true)}>{t('evidence.end')}</button>}
			</p>}
			{open && <Bundle controller={controller} id={e.id} />}
			{ending && <Ask title={t('evidence.end_title')} text={t('evidence.end_text')} quote="" label={t('evidence.end_reason')} submit={t('evidence.do_end')}
				onSubmit={(reason) => endHold(controller.api, e.id, reason)} onDone={onChanged} onClose={() => end(false)} />}
		</li>
	);
}

export function EvidenceList({ controller }: { controller: Controller }): JSX.Element {
	const [list, setList] = useState<Preserved[] | null>(null), [key, setKey] = useState(''), [next, setNext] = useState<string | null>(null), [failed, setFailed] = useState(false);
	async function load(before: string | null, known: Preserved[]): Promise<void> {
		setFailed(false);
		try {
			const found = await evidenceList(controller.api, before);
			setList([...known, ...found.evidence]);
			setKey(found.key);
			setNext(found.next);
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			setFailed(true);
		}
	}
	useEffect(() => { void load(null, []); }, []);
	return (
		<>
			<section class="evidence-duty" aria-labelledby="duty-title">
				<h3 id="duty-title">{t('evidence.duty_title')}</h3>
				<p>{t('evidence.duty')}</p>
				{key && <p class="evidence-key">{t('evidence.key')} <code>{key}</code></p>}
			</section>
			{failed && <div class="empty" role="alert"><p>{t('queue.failed')}</p><button type="button" class="act" onClick={() => void load(null, [])}>{t('queue.retry')}</button></div>}
			{!failed && list === null && <p class="quiet" role="status">{t('queue.loading')}</p>}
			{list?.length === 0 && <p class="quiet">{t('evidence.none')}</p>}
			{list && <ol class="cases">{list.map((e) => <Row key={`${e.id}-${e.ended?.at ?? 0}`} controller={controller} item={e} onChanged={() => void load(null, [])} />)}</ol>}
			{next && list && <p><button type="button" class="act" onClick={() => void load(next, list)}>{t('search.more')}</button></p>}
		</>
	);
}
