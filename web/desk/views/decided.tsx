// What was decided lately, by whom, and why; one's own can be taken back while there is time.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api';
import { share } from '../automatic';
import type { Controller } from '../controller';
import { moment, t } from '../i18n';
import { storyPath } from '../router';
import type { Decision } from '../types';
import { useNow } from './hooks';
import { PreserveButton } from './evidence';
import { RuleNames, stateName } from './parts';
import { Afterwards } from './released';
import { Search } from './search';

const SHOWN = 40;
const CLAMPED = 200;

interface RowProps {
	decision: Decision;
	now: number;
	until: number;
	mine: boolean;
	onUndo: () => Promise<void>;
	controller: Controller;
	onAfter: (kind: 'remove' | 'suspend') => void;
	onChanged: () => void;
}

function Row({ decision: d, now, until, mine, onUndo, controller, onAfter, onChanged }: RowProps): JSX.Element {
	const [error, setError] = useState('');
	const [busy, setBusy] = useState(false);
	const left = Math.ceil((until - now) / 1000), may = mine && !d.undone && left > 0;
	async function undo(): Promise<void> {
		setBusy(true);
		try {
			await onUndo();
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			setError(e.message || t('note.undo_failed'));
		}
		setBusy(false);
	}
	async function pick(): Promise<void> {
		setError('');
		try {
			await controller.api.pick(d.revision, !d.picked);
			onChanged();
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			setError(e.message || t('account.failed'));
		}
	}
	const released = d.public && d.action === 'release' && !d.undone;
	return (
		<li class={`decision${d.undone ? ' undone' : ''}`}>
			<p class="decision-head">
				<span class={`state state-${d.action}`}>{d.to ? t(`decided.to_${d.to}`) : d.notice && d.action === 'uphold' ? t('decided.kept') : stateName(d.action)}</span>{d.notice && <span class="badge">{t('decided.notice')}</span>}{released && d.picked && <span class="badge">★ {t('decided.picked')}</span>}
				{d.automatic && <span class="badge badge-auto" title={t('decided.automatic_title', d.automatic.version, share(d.automatic.limit))}>{t('decided.automatic')}</span>}
				{d.undone && <span class="badge">{t('decided.undone')}</span>}
				<RuleNames rules={d.rules} />
			</p>
			<div class="decision-text">
				<p class="decision-article">{d.article.title}</p>
				{!d.text ? <p class="quiet">{t('persons.text_gone')}</p> : d.text.length <= CLAMPED ? <p>{d.text}</p>
					: <details><summary>{d.text.slice(0, CLAMPED).replace(/\s+\S*$/, '')} …</summary><p>{d.text}</p></details>}
				{d.word && <p class="word"><span>{t('earlier.word')}</span> »{d.word}«</p>}
				<p class="decision-after"><a href={storyPath(d.comment)}>{t('story.link')}</a></p>
				{(released || d.action === 'reject' || d.action === 'remove') && !d.undone && (
					<p class="decision-after">
						{released && controller.may('answer') && <button type="button" class="link" onClick={() => void pick()}>{t(d.picked ? 'decided.unpick' : 'decided.pick')}</button>}
						{released && controller.may('answer') && <button type="button" class="link" onClick={() => onAfter('remove')}>{t('decided.remove')}</button>}
						{controller.may('suspend') && <button type="button" class="link" onClick={() => onAfter('suspend')}>{t('decided.suspend')}</button>}
						{controller.may('legal') && <PreserveButton controller={controller} revision={d.revision} name={d.article.title} text={d.text} />}
					</p>
				)}
				{error && <p class="decision-error" role="alert">{error}</p>}
			</div>
			<p class="decision-who">
				<span>{d.automatic ? t('decided.signed_by', d.by) : d.by}</span><time dateTime={new Date(d.at).toISOString()}>{moment(d.at, now)}</time>
				{may && <button type="button" class="act" aria-disabled={busy} onClick={() => void undo()}>{t('undo.do')} <span aria-hidden="true">{left}</span></button>}
			</p>
		</li>
	);
}

export function Decided({ controller, changes, onRead }: { controller: Controller; changes: number; onRead: (revision: string) => void }): JSX.Element {
	const [searching, setSearching] = useState(false);
	const [list, setList] = useState<Decision[] | null>(null);
	const [failed, setFailed] = useState(false), [by, setBy] = useState<'' | 'people' | 'automatic'>('');
	const [after, setAfter] = useState<{ decision: Decision; kind: 'remove' | 'suspend' } | null>(null);
	const me = controller.view.session?.user.name, skew = controller.api.skew;
	const now = useNow(list?.some((d) => d.undo_until - skew > Date.now()) ? 500 : 30000);
	async function load(): Promise<void> {
		setFailed(false);
		try {
			setList((await controller.api.decisions(SHOWN, by)).decisions);
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			setFailed(true);
		}
	}
	useEffect(() => { void load(); }, [changes, by]);
	return (
		<main class="decided" id="main">
			<h2>{t('decided.title')}</h2>
			<Search controller={controller} onActive={setSearching} onRead={onRead} />
			{!searching && (
				<p class="switch" role="group" aria-label={t('decided.by')}>
					{(['', 'people', 'automatic'] as const).map((b) => <button key={b} type="button" class="act" aria-pressed={by === b} onClick={() => setBy(b)}>{t(`decided.by_${b || 'all'}`)}</button>)}
				</p>
			)}
			{failed && <div class="empty" role="alert"><p>{t('queue.failed')}</p><button type="button" class="act" onClick={() => void load()}>{t('queue.retry')}</button></div>}
			{!failed && list === null && <p class="quiet" role="status">{t('queue.loading')}</p>}
			{list?.length === 0 && <p class="quiet">{t('decided.none')}</p>}
			{list && list.length > 0 && !searching && (
				<ol class="decisions">
					{list.map((d) => (
						<Row key={d.id} decision={d} now={now} until={d.undo_until - skew} mine={d.mine ?? d.by === me}
							onUndo={() => controller.undoDecision(d.id)} controller={controller} onChanged={() => void load()}
							onAfter={(kind) => setAfter({ decision: d, kind })} />
					))}
				</ol>
			)}
			{after && <Afterwards controller={controller} {...after} onClose={() => { setAfter(null); void load(); }} />}
		</main>
	);
}
