// The newsroom's own settings: thresholds, words, exceptions, patterns; with a place to try them out
// before they hold.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { count, fullMoment, moment, t } from '../i18n';
import * as P from '../policy';
import type { Marked, Review } from '../types';
import { Entries } from './policy_entries';
import { Limits } from './policy_limits';
import { TryOut } from './policy_try';
import { WayOfWorking } from './way';

/** Outlives the page's tab, so that nobody loses a draft by looking at the queue. */
export interface PolicyDesk {
	saved: P.PolicyData | null;
	draft: P.Draft | null;
	text: string;
}

interface Checked {
	problems: P.Problem[];
	review: Review | null;
	engine: Review | null;
}

const PAUSE_MS = 350;
const NOTHING: Checked = { problems: [], review: null, engine: null };

/* Asks the server what it thinks of draft and text, a moment after the last key. */
function useChecked(controller: Controller, draft: P.Draft | null, text: string): Checked {
	const [checked, setChecked] = useState<Checked>(NOTHING);
	const run = useRef(0);
	useEffect(() => {
		if (!draft) return undefined;
		const mine = ++run.current;
		const timer = setTimeout(() => {
			controller.api.tryPolicy({ ...P.sent(draft), text }).then(
				(tried) => { if (mine === run.current) setChecked(tried); },
				(e: unknown) => { if (!(e instanceof ApiError)) throw e; /* saving will tell */ });
		}, PAUSE_MS);
		return () => clearTimeout(timer);
	}, [draft, text]);
	return checked;
}

function Versions({ controller, now, onTake }: { controller: Controller; now: number; onTake: (p: P.PolicyData) => void }): JSX.Element {
	const [list, setList] = useState<P.PolicyVersion[] | null>(null);
	useEffect(() => { controller.api.policyVersions().then((v) => setList(v.versions), () => setList([])); }, [now]);
	return (
		<ol class="versions">
			{list?.map((v) => (
				<li key={v.version}>
					<span>{t('policy.version', v.version)}</span>
					<span class="quiet">{v.by ?? t('policy.by_command')}, <time dateTime={new Date(v.at).toISOString()} title={fullMoment(v.at)}>{moment(v.at, Date.now())}</time></span>
					{v.version === now ? <span class="badge">{t('policy.in_force')}</span>
						: <button type="button" class="link" onClick={() => void controller.api.policy(v.version).then(onTake, () => undefined)}>{t('policy.take', v.version)}</button>}
				</li>
			))}
		</ol>
	);
}

interface Props {
	controller: Controller;
	desk: PolicyDesk;
	onRead: (revision: string) => void;
}

export function Policy({ controller, desk, onRead }: Props): JSX.Element {
	const [saved, setSaved] = useState(desk.saved), [draft, setDraft] = useState(desk.draft), [text, setText] = useState(desk.text);
	const [failed, setFailed] = useState(''), [said, setSaid] = useState(''), [busy, setBusy] = useState(false);
	Object.assign(desk, { saved, draft, text });
	const checked = useChecked(controller, draft, text);
	const dirty = saved !== null && draft !== null && P.changed(draft, saved);
	const problems = checked.problems;

	function take(p: P.PolicyData): void {
		setSaved(p);
		setDraft(P.draftOf(p));
	}
	async function load(): Promise<void> {
		setFailed('');
		try {
			take(await controller.api.policy());
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			setFailed(e.message || t('queue.failed'));
		}
	}
	useEffect(() => { if (!saved || !dirty) void load(); }, []);
	useEffect(() => {
		const mind = (e: BeforeUnloadEvent): void => { if (dirty) e.preventDefault(); };
		addEventListener('beforeunload', mind);
		return () => removeEventListener('beforeunload', mind);
	}, [dirty]);

	async function save(): Promise<void> {
		if (!saved || !draft || !dirty || busy) return;
		setBusy(true);
		setFailed('');
		setSaid('');
		try {
			take(await controller.api.savePolicy({ version: saved.version, ...P.sent(draft) }));
			setSaid(t('policy.saved'));
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			const who = e.code === 'policy_changed' ? e.conflict?.by : undefined;
			setFailed(who ? t('policy.conflict', who) : e.message || t('queue.failed'));
			if (e.problems.length) document.querySelector<HTMLElement>('.policy [aria-invalid=true]')?.focus();
		}
		setBusy(false);
	}
	function change(d: P.Draft): void {
		setDraft(d);
		setSaid('');
	}

	if (!saved || !draft)
		return (
			<main class="policy-none" id="main" tabIndex={-1}>
				{failed ? <div class="empty" role="alert"><p>{failed}</p><button type="button" class="act" onClick={() => void load()}>{t('queue.retry')}</button></div>
					: <p class="quiet" role="status">{t('policy.loading')}</p>}
			</main>
		);
	return (
		<main class="policy" id="main" tabIndex={-1}>
			<div class="policy-main">
				<div class="policy-inner">
					<h2>{t('policy.title')}</h2>
					<p class="policy-intro">{t('policy.intro')}</p>
					<Limits controller={controller} onRead={onRead} draft={draft} usual={saved.usual} problems={problems} onChange={change} />
					<Entries kind="word" draft={draft} problems={problems} onChange={change} />
					<Entries kind="except" draft={draft} problems={problems} onChange={change} />
					<Entries kind="pattern" draft={draft} problems={problems} onChange={change} />
					<WayOfWorking controller={controller} />
					<details class="policy-part">
						<summary><h3>{t('policy.versions')}</h3></summary>
						<Versions controller={controller} now={saved.version} onTake={(p) => change(P.draftOf(p))} />
					</details>
				</div>
				<div class="policy-bar">
					<button type="button" class="primary" aria-disabled={!dirty || busy || problems.length > 0} onClick={() => void save()}>{t('policy.save')}</button>
					{dirty && <button type="button" class="act" onClick={() => change(P.draftOf(saved))}>{t('policy.discard')}</button>}
					{failed && dirty && <button type="button" class="act" onClick={() => void load()}>{t('policy.reload')}</button>}
					<p class={`policy-said${failed ? ' bad' : ''}`} role="status">
						{failed || (problems.length ? count('policy.problems', problems.length) : said || (dirty ? t('policy.dirty') : ''))}
					</p>
				</div>
			</div>
			<TryOut text={text} onText={setText} checked={checked} lang={controller.view.session?.site.lang ?? 'de'} />
		</main>
	);
}

export type { Checked };
/** What the views of a comment need of a text that is none yet. */
export const asMarked = (text: string, review: Review, lang: string): Marked => ({ text, review, lang, personal: [] });
