// Looking for a text: by words, author, headline, what became of it, and when it was sent.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { SearchTerms } from '../api';
import type { Controller } from '../controller';
import { moment, t } from '../i18n';
import { ALL_RULES } from '../rules';
import { storyPath } from '../router';
import type { Hit } from '../types';
import { useNow } from './hooks';
import { PreserveButton } from './evidence';
import { RuleNames, ruleName, stateName } from './parts';

const STATES = ['held', 'released', 'rejected', 'returned', 'superseded', 'withdrawn'] as const;
const NONE: SearchTerms = { q: '', author: '', article: '', state: '', rule: '', from: '', to: '' };
const CLAMPED = 240;

function Found({ controller, hit: h, now, onRead }: { controller: Controller; hit: Hit; now: number; onRead: (revision: string) => void }): JSX.Element {
	return (
		<li class="decision">
			<p class="decision-head"><span class={`state state-${h.state}`}>{stateName(h.state)}</span>{h.reported > 0 && <span class="badge badge-late">{t('notice.reported')}</span>}{h.decision && <RuleNames rules={h.decision.rules} />}</p>
			<div class="decision-text">
				<p class="decision-article"><strong>{h.name}</strong> · {h.article.title}</p>
				{!h.text ? <p class="quiet">{t('persons.text_gone')}</p> : h.text.length <= CLAMPED ? <p>{h.text}</p>
					: <details><summary>{h.text.slice(0, CLAMPED).replace(/\s+\S*$/, '')} …</summary><p>{h.text}</p></details>}
				<p class="decision-after"><a href={storyPath(h.comment)}>{t('story.link')}</a>
					{h.state === 'held' && <button type="button" class="link" onClick={() => onRead(h.revision)}>{t('board.read')}</button>}
					{controller.may('legal') && <PreserveButton controller={controller} revision={h.revision} name={h.name} text={h.text} />}</p>
			</div>
			<p class="decision-who">{h.decision && <span>{h.decision.by}</span>}<time dateTime={new Date(h.submitted_at).toISOString()}>{moment(h.submitted_at, now)}</time></p>
		</li>
	);
}

interface Props {
	controller: Controller;
	/** Something was asked for: the list of decisions makes way. */
	onActive: (active: boolean) => void;
	onRead: (revision: string) => void;
}

export function Search({ controller, onActive, onRead }: Props): JSX.Element {
	const [terms, setTerms] = useState<SearchTerms>(NONE), [hits, setHits] = useState<Hit[] | null>(null), [next, setNext] = useState<string | null>(null);
	const [error, setError] = useState(''), [busy, setBusy] = useState(false), now = useNow(30000);
	const set = (key: keyof SearchTerms) => (e: Event): void => setTerms({ ...terms, [key]: (e.currentTarget as HTMLInputElement).value });
	async function ask(after: string | null): Promise<void> {
		setBusy(true);
		setError('');
		try {
			const found = await controller.api.search(terms, after);
			setHits(after ? [...hits ?? [], ...found.hits] : found.hits);
			setNext(found.next);
			onActive(true);
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			setError(e.message || t('queue.failed'));
		}
		setBusy(false);
	}
	function clear(): void {
		setTerms(NONE);
		setHits(null);
		onActive(false);
	}
	return (
		<>
			<form class="search" role="search" aria-label={t('search.label')} onSubmit={(e) => { e.preventDefault(); void ask(null); }}>
				<label class="search-words"><span>{t('search.words')}</span><input type="search" maxLength={200} value={terms.q} onInput={set('q')} /></label>
				<label><span>{t('search.author')}</span><input type="search" maxLength={100} value={terms.author} onInput={set('author')} /></label>
				<label><span>{t('search.article')}</span><input type="search" maxLength={100} value={terms.article} onInput={set('article')} /></label>
				<label><span>{t('search.state')}</span><select value={terms.state} onChange={set('state')}><option value="">{t('search.any')}</option>{STATES.map((s) => <option key={s} value={s}>{stateName(s)}</option>)}</select></label>
				<label><span>{t('search.rule')}</span><select value={terms.rule} onChange={set('rule')}><option value="">{t('search.any')}</option>{ALL_RULES.map((r) => <option key={r} value={r}>{ruleName(r)}</option>)}</select></label>
				<label><span>{t('search.from')}</span><input type="date" value={terms.from} onInput={set('from')} /></label>
				<label><span>{t('search.to')}</span><input type="date" value={terms.to} onInput={set('to')} /></label>
				<p class="search-end"><button type="submit" class="act" aria-disabled={busy}>{t('search.do')}</button>
					{hits && <button type="button" class="link" onClick={clear}>{t('search.clear')}</button>}</p>
			</form>
			{error && <p class="decision-error" role="alert">{error}</p>}
			<p class="quiet" role="status">{hits?.length === 0 ? t('search.none') : ''}</p>
			{hits && hits.length > 0 && <ol class="decisions">{hits.map((h) => <Found key={h.revision} controller={controller} hit={h} now={now} onRead={onRead} />)}</ol>}
			{hits && next && <p><button type="button" class="act" aria-disabled={busy} onClick={() => void ask(next)}>{t('search.more')}</button></p>}
		</>
	);
}
