// Readers as persons: found, handed over, erased; and for how long what they left is kept.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { count, language, moment, number, t } from '../i18n';
import * as P from '../persons';
import { Terms } from './terms_of_keeping';

const why = (e: unknown): string => {
	if (!(e instanceof ApiError)) throw e;
	return e.message || t('queue.failed');
};

function Holds({ holds }: { holds: P.Hold[] }): JSX.Element | null {
	if (!holds.length) return null;
	const now = Date.now();
	return (
		<div class="person-holds">
			<p><strong>{t('persons.stays')}</strong></p>
			<ul>{holds.map((h, i) => (
				<li key={i}>{t(`persons.hold_${h.kind}`)}{h.since ? `, ${t('persons.since', moment(h.since, now))}` : ''}
					{h.until ? `, ${t('persons.until', moment(h.until, now))}` : ''}{h.comment && <span class="quiet"> · {t('persons.comment', h.comment)}</span>}</li>
			))}</ul>
			<p class="quiet">{t('persons.stays_hint')}</p>
		</div>
	);
}

interface EraseProps {
	controller: Controller;
	person: P.Person;
	onDone: (result: P.Erased) => void;
	onClose: () => void;
}

/* First what would go and what must stay; then, with a hand on it, the deed. */
function Erase({ controller, person, onDone, onClose }: EraseProps): JSX.Element {
	const [seen, setSeen] = useState<P.Preview | null>(null), [sure, setSure] = useState(false), [wrong, setWrong] = useState(''), [busy, setBusy] = useState(false);
	const look = (): void => {
		setSure(false);
		P.preview(controller.api, person.id).then((p) => setSeen(p.preview), (e: unknown) => setWrong(why(e)));
	};
	useEffect(look, [person.id]);
	async function submit(e: Event): Promise<void> {
		e.preventDefault();
		if (!seen || !sure || busy) return;
		setBusy(true);
		setWrong('');
		try {
			onDone((await P.erase(controller.api, person.id, seen.digest)).result);
		} catch (error) {
			setWrong(why(error));
			if (error instanceof ApiError && error.code === 'person_changed') look();
		}
		setBusy(false);
	}
	const figures: [string, number][] = seen ? [['comments', seen.comments], ['published', seen.published], ['waiting', seen.waiting], ['letters', seen.letters], ['mails', seen.mails]] : [];
	return (
		<form class="person-erase" onSubmit={(e) => void submit(e)} aria-busy={!seen && !wrong}>
			<h4>{t('persons.would_go')}</h4>
			<dl class="person-figures">{(seen ? figures : ['comments', 'published', 'waiting', 'letters', 'mails'].map((k): [string, number | null] => [k, null]))
				.map(([k, n]) => <div key={k}><dt>{t(`persons.n_${k}`)}</dt><dd>{n === null ? '–' : number(n)}</dd></div>)}</dl>
			{seen && <Holds holds={seen.holds} />}
			<p class="quiet">{t('persons.erase_hint')}</p>
			<label class="check"><input type="checkbox" checked={sure} disabled={!seen} onChange={(e) => setSure(e.currentTarget.checked)} /><span>{t('persons.sure')}</span></label>
			{wrong && <p class="decision-error" role="alert">{wrong}</p>}
			<p class="form-end"><button type="submit" class="act act-erase" aria-disabled={!sure || busy}>{t(busy ? 'persons.erasing' : 'persons.erase_now')}</button>
				<button type="button" class="link" onClick={onClose}>{t('persons.cancel')}</button></p>
		</form>
	);
}

function Found({ controller, person: p, onErased }: { controller: Controller; person: P.Person; onErased: (r: P.Erased) => void }): JSX.Element {
	const [erasing, setErasing] = useState(false), [result, setResult] = useState<P.Erased | null>(null), now = Date.now();
	const gone = p.comments > 0 && p.erased === p.comments;
	const done = (r: P.Erased): void => { setErasing(false); setResult(r); onErased(r); };
	return (
		<li class="found">
			<div class="found-head">
				<p class="found-names"><strong>{p.names.join(' · ') || t(gone ? 'persons.erased_person' : 'persons.nameless')}</strong>{p.emails.length > 0 && <span class="quiet">{p.emails.join(' · ')}</span>}</p>
				<p class="found-links">{p.links.map((l) => <span key={l} class={`badge link-${l}`}>{t(`persons.by_${l}`)}</span>)}</p>
				<p class="quiet">{count('persons.n', p.comments)}{p.released > 0 && ` · ${t('persons.public', number(p.released))}`}{p.last_at !== null && ` · ${t('persons.last', moment(p.last_at, now))}`}</p>
			</div>
			{!gone && !result && (
				<p class="found-do">
					<a class="act" href={P.dataAddress(p.id, 'html', false, language())} target="_blank" rel="noopener">{t('persons.view')}</a>
					<a class="act" href={P.dataAddress(p.id, 'html', true, language())} download>{t('persons.take_html')}</a>
					<a class="act" href={P.dataAddress(p.id, 'json', true, language())} download>{t('persons.take_json')}</a>
					<button type="button" class="act act-erase-open" aria-expanded={erasing} onClick={() => setErasing(!erasing)}>{t('persons.erase')}</button>
				</p>
			)}
			{erasing && <Erase controller={controller} person={p} onDone={done} onClose={() => setErasing(false)} />}
			{result && <div class="person-result" role="status"><p><strong>{count('persons.did', result.erased)}</strong>{!result.done && !result.holds.length && ` · ${t('persons.going_on')}`}</p><Holds holds={result.holds} /></div>}
		</li>
	);
}

function Search({ controller, onErased }: { controller: Controller; onErased: () => void }): JSX.Element {
	const [q, setQ] = useState(''), [found, setFound] = useState<{ persons: P.Person[]; cut: boolean } | null>(null), [wrong, setWrong] = useState(''), [busy, setBusy] = useState(false);
	async function ask(e: Event): Promise<void> {
		e.preventDefault();
		setBusy(true);
		setWrong('');
		try {
			setFound(await P.find(controller.api, q));
		} catch (error) {
			setFound(null);
			setWrong(why(error));
		}
		setBusy(false);
	}
	return (
		<section aria-labelledby="persons-search">
			<h3 id="persons-search" class="vh">{t('persons.search')}</h3>
			<form class="person-search" onSubmit={(e) => void ask(e)}>
				<label for="person-q">{t('persons.q')}</label>
				<div><input id="person-q" type="search" value={q} maxLength={254} required autocomplete="off" spellcheck={false} onInput={(e) => setQ(e.currentTarget.value)} />
					<button type="submit" class="act" aria-disabled={busy}>{t('persons.find')}</button></div>
				<p class="quiet">{t('persons.q_hint')}</p>
			</form>
			{wrong && <p class="decision-error" role="alert">{wrong}</p>}
			<p class="vh" role="status">{found && count('persons.found', found.persons.length)}</p>
			{found?.persons.length === 0 && <p class="person-none">{t('persons.none')}</p>}
			{found && found.persons.length > 1 && <p class="person-warn">{t('persons.several')}</p>}
			<ul class="founds">{found?.persons.map((p) => <Found key={p.id} controller={controller} person={p} onErased={onErased} />)}</ul>
			{found?.cut && <p class="quiet">{t('persons.cut')}</p>}
		</section>
	);
}

function Runs({ controller, changes }: { controller: Controller; changes: number }): JSX.Element {
	const [list, setList] = useState<P.Erasure[] | null>(null), [wrong, setWrong] = useState(''), now = Date.now();
	useEffect(() => { P.erasures(controller.api).then((r) => setList(r.erasures), (e: unknown) => setWrong(why(e))); }, [changes]);
	return (
		<section class="runs">
			<h3>{t('persons.runs')}</h3>
			{wrong && <p class="decision-error" role="alert">{wrong}</p>}
			{list?.length === 0 && <p class="quiet">{t('persons.no_runs')}</p>}
			<ol>{list?.map((r) => (
				<li key={r.run}>
					<time class="quiet">{moment(r.at, now)}</time>
					<div><p><span class={`run run-${r.state}`}>{t(`persons.run_${r.state}`)}</span> {count('persons.did', r.erased)} <span class="quiet">· {r.by ?? t(`persons.cause_${r.cause}`)}</span></p>
						{r.state !== 'done' && <Holds holds={r.holds} />}</div>
				</li>
			))}</ol>
		</section>
	);
}

export function Persons({ controller }: { controller: Controller }): JSX.Element {
	const [changes, setChanges] = useState(0);
	return (
		<main class="decided persons" id="main">
			<h2>{t('nav.persons')}</h2>
			<p class="persons-intro quiet">{t('persons.intro')}</p>
			<Search controller={controller} onErased={() => setChanges((n) => n + 1)} />
			<Runs controller={controller} changes={changes} />
			<Terms controller={controller} />
		</main>
	);
}
