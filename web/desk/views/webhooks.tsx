// Webhooks: which programs of others are told what happens; tried out, paused, taken away, and what each was told last.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { count, moment, number, t } from '../i18n';
import * as W from '../webhooks';

const why = (e: unknown): string => {
	if (!(e instanceof ApiError)) throw e;
	return e.message || t('queue.failed');
};

/* What is said of a try: its problem, the status that came, and how long that took. */
const outcome = (r: W.Tried): string =>
	[r.problem ? t(`webhooks.problem_${r.problem}`) : t('webhooks.taken'), ...(r.status ? [t('webhooks.status', r.status)] : []), t('webhooks.took', number(r.took_ms))].join(' · ');

interface FormProps {
	known: string[];
	start: W.Wanted;
	label: string;
	name: string;
	onSave: (wanted: W.Wanted) => Promise<void>;
	onClose?: () => void;
}

function Form({ known, start, label, name, onSave, onClose }: FormProps): JSX.Element {
	const [url, setUrl] = useState(start.url), [types, setTypes] = useState(start.types), [wrong, setWrong] = useState(''), [busy, setBusy] = useState(false);
	async function submit(e: Event): Promise<void> {
		e.preventDefault();
		if (busy) return;
		setBusy(true);
		setWrong('');
		try {
			await onSave({ url: url.trim(), types: known.filter((k) => types.includes(k)), active: start.active });
			if (!onClose) { setUrl(start.url); setTypes(start.types); }
		} catch (error) {
			setWrong(why(error));
		}
		setBusy(false);
	}
	return (
		<form class="hook-form" onSubmit={(e) => void submit(e)} noValidate>
			<label for={`${name}-url`}>{t('webhooks.url')}</label>
			<input id={`${name}-url`} type="url" value={url} maxLength={2000} placeholder="https://" autocomplete="off" spellcheck={false} required onInput={(e) => setUrl(e.currentTarget.value)} />
			<fieldset><legend>{t('webhooks.types')}</legend>
				<div class="hook-types">{known.map((k) => (
					<label key={k} class="check"><input type="checkbox" checked={types.includes(k)} onChange={(e) => setTypes(e.currentTarget.checked ? [...types, k] : types.filter((x) => x !== k))} />
						<span>{t(`webhooks.type_${k.replace('.', '_')}`)} <code>{k}</code></span></label>
				))}</div></fieldset>
			{wrong && <p class="decision-error" role="alert">{wrong}</p>}
			<p class="form-end"><button type="submit" class="act" aria-disabled={busy}>{label}</button>
				{onClose && <button type="button" class="link" onClick={onClose}>{t('webhooks.cancel')}</button>}</p>
		</form>
	);
}

function Deliveries({ controller, hook, changes }: { controller: Controller; hook: W.Webhook; changes: number }): JSX.Element {
	const [list, setList] = useState<W.Delivery[] | null>(null), [wrong, setWrong] = useState(''), [said, setSaid] = useState(''), now = Date.now();
	const load = (): void => void W.deliveries(controller.api, hook.id).then((r) => setList(r.deliveries), (e: unknown) => setWrong(why(e)));
	useEffect(load, [hook.id, changes]);
	function again(d: W.Delivery): void {
		setWrong('');
		W.again(controller.api, hook.id, d.id).then(() => { setSaid(t('webhooks.again_said')); load(); }, (e: unknown) => { setWrong(why(e)); load(); });
	}
	return (
		<div class="hook-told">
			<p class="hook-told-head"><strong>{t('webhooks.told')}</strong> <button type="button" class="link" onClick={load}>{t('webhooks.reload')}</button><span role="status" class="keeping-said">{said}</span></p>
			{wrong && <p class="decision-error" role="alert">{wrong}</p>}
			{list?.length === 0 && <p class="quiet">{t('webhooks.told_none')}</p>}
			<ol>{list?.map((d) => (
				<li key={d.id}>
					<time class="quiet">{moment(d.at, now)}</time>
					<div><p><span class={`told told-${d.state}`}>{t(`webhooks.state_${d.state}`)}</span> {t(`webhooks.type_${d.type.replace('.', '_')}`)}{d.comment && <span class="quiet"> · {d.comment}</span>}</p>
						{(d.tried_at || d.problem) && <p class="quiet">{d.state === 'skipped' ? t('webhooks.problem_overtaken') : outcome(d)}{d.tries > 1 && ` · ${count('webhooks.tries', d.tries)}`}
							{d.state === 'waiting' && d.due_at !== null && ` · ${t('webhooks.next', moment(d.due_at, now))}`}</p>}</div>
					{d.state !== 'waiting' && <button type="button" class="link" aria-label={t('webhooks.again_of', t(`webhooks.type_${d.type.replace('.', '_')}`), moment(d.at, now))} onClick={() => again(d)}>{t('webhooks.again')}</button>}
				</li>
			))}</ol>
		</div>
	);
}

interface HookProps {
	controller: Controller;
	hook: W.Webhook;
	known: string[];
	onDone: (said: string) => void;
	onSecret: (url: string, secret: string) => void;
}

type Open = '' | 'told' | 'change' | 'secret' | 'remove';

function Hook({ controller, hook: h, known, onDone, onSecret }: HookProps): JSX.Element {
	const [open, setOpen] = useState<Open>(''), [tried, setTried] = useState(''), [wrong, setWrong] = useState(''), [changes, setChanges] = useState(0), now = Date.now();
	const toggle = (what: Open): void => { setWrong(''); setOpen(open === what ? '' : what); };
	const run = (act: Promise<unknown>, then: () => void): void => { setWrong(''); void act.then(then, (e: unknown) => setWrong(why(e))); };
	const wanted = (active: boolean): W.Wanted => ({ url: h.url, types: h.types, active });
	function test(): void {
		setTried(t('webhooks.testing'));
		run(W.test(controller.api, h.id).then((r) => setTried(outcome(r)), (e: unknown) => { setTried(''); throw e; }), () => setChanges((n) => n + 1));
	}
	const sure = (what: Open, act: () => void): JSX.Element => (
		<div class="hook-sure"><p>{t(`webhooks.${what}_hint`)}</p>
			<p class="form-end"><button type="button" class={`act${what === 'remove' ? ' act-erase' : ''}`} onClick={act}>{t(`webhooks.${what}_now`)}</button>
				<button type="button" class="link" onClick={() => setOpen('')}>{t('webhooks.cancel')}</button></p></div>
	);
	const button = (what: Open): JSX.Element => <button type="button" class="link" aria-expanded={open === what} onClick={() => toggle(what)}>{t(`webhooks.${what}`)}</button>;
	return (
		<li class={`hook hook-${h.state}`}>
			<p class="hook-head"><span class={`told hook-state-${h.state}`}>{t(`webhooks.is_${h.state}`)}</span> <strong class="hook-url">{h.url}</strong></p>
			<p class="hook-of">{h.types.map((k) => <span key={k} class="badge">{t(`webhooks.type_${k.replace('.', '_')}`)}</span>)}</p>
			<p class="quiet hook-by">{t('webhooks.made', h.created_by ?? t('log.command'), moment(h.created_at, now))}{h.changed_at !== h.created_at && ` · ${t('webhooks.changed', h.changed_by ?? t('log.command'), moment(h.changed_at, now))}`}
				{h.waiting > 0 && ` · ${count('webhooks.waiting', h.waiting)}`}{h.secret_before_until !== null && ` · ${t('webhooks.both', moment(h.secret_before_until, now))}`}</p>
			{h.off_reason && <p class="hook-wrong">{t(`webhooks.off_${h.off_reason}`)}</p>}
			{!h.off_reason && h.failing_since !== null && <p class="hook-wrong">{t('webhooks.failing', moment(h.failing_since, now))}</p>}
			<p class="hook-do">
				<button type="button" class="act" onClick={test}>{t('webhooks.test')}</button>
				<button type="button" class="link" onClick={() => run(W.change(controller.api, h.id, wanted(h.state !== 'active')), () => onDone(t(h.state === 'active' ? 'webhooks.said_paused' : 'webhooks.said_active')))}>{t(h.state === 'active' ? 'webhooks.pause' : 'webhooks.resume')}</button>
				{button('told')}{button('change')}{button('secret')}{button('remove')}
			</p>
			<p role="status" class="hook-tried">{tried}</p>
			{wrong && <p class="decision-error" role="alert">{wrong}</p>}
			{open === 'told' && <Deliveries controller={controller} hook={h} changes={changes} />}
			{open === 'change' && <Form known={known} start={wanted(h.state === 'active')} label={t('webhooks.save')} name={`hook-${h.id}`} onClose={() => setOpen('')}
				onSave={async (w) => { await W.change(controller.api, h.id, w); setOpen(''); onDone(t('webhooks.said_changed')); }} />}
			{open === 'secret' && sure('secret', () => run(W.newSecret(controller.api, h.id).then(({ secret }) => onSecret(h.url, secret)), () => setOpen('')))}
			{open === 'remove' && sure('remove', () => run(W.remove(controller.api, h.id), () => onDone(t('webhooks.said_removed'))))}
		</li>
	);
}

/* Shown once: whoever made it takes it from here to the other program. */
function Secret({ of, onCopied, onClose }: { of: { url: string; secret: string }; onCopied: () => void; onClose: () => void }): JSX.Element {
	const field = useRef<HTMLInputElement>(null);
	useEffect(() => { field.current?.focus(); }, [of.secret]);
	return (
		<div class="team-link hook-secret" role="status">
			<p>{t('webhooks.secret_once', of.url)}</p>
			<p><input ref={field} readOnly value={of.secret} aria-label={t('webhooks.secret_label')} onFocus={(e) => e.currentTarget.select()} />
				<button type="button" class="act" onClick={() => void navigator.clipboard?.writeText(of.secret).then(onCopied, () => undefined)}>{t('team.copy')}</button></p>
			<p><button type="button" class="link" onClick={onClose}>{t('webhooks.secret_kept')}</button></p>
		</div>
	);
}

export function Webhooks({ controller }: { controller: Controller }): JSX.Element {
	const [all, setAll] = useState<{ webhooks: W.Webhook[]; types: string[] } | null>(null), [wrong, setWrong] = useState(''), [said, setSaid] = useState('');
	const [secret, setSecret] = useState<{ url: string; secret: string } | null>(null);
	const load = (): void => void W.list(controller.api).then(setAll, (e: unknown) => setWrong(why(e)));
	useEffect(load, []);
	const done = (text: string): void => { setSaid(text); load(); };
	const onSecret = (url: string, value: string): void => { setSaid(''); setSecret({ url, secret: value }); load(); };
	return (
		<main class="decided webhooks" id="main">
			<h2>{t('nav.webhooks')}</h2>
			<p class="persons-intro quiet">{t('webhooks.intro')}</p>
			<p role="status" class="keeping-said hook-said">{said}</p>
			{wrong && <p class="decision-error" role="alert">{wrong}</p>}
			{secret && <Secret of={secret} onCopied={() => setSaid(t('team.copied'))} onClose={() => setSecret(null)} />}
			{all?.webhooks.length === 0 && <p class="person-none">{t('webhooks.none')}</p>}
			<ul class="hooks">{all?.webhooks.map((h) => <Hook key={h.id} controller={controller} hook={h} known={all.types} onDone={done} onSecret={onSecret} />)}</ul>
			{all && (
				<section aria-labelledby="hook-new"><h3 id="hook-new">{t('webhooks.new')}</h3>
					<Form known={all.types} start={{ url: '', types: ['comment.released', 'comment.withdrawn'], active: true }} label={t('webhooks.add')} name="hook-new"
						onSave={async (w) => { const made = await W.add(controller.api, w); onSecret(made.webhook.url, made.secret); }} />
				</section>
			)}
		</main>
	);
}
