// All that happened to one comment, in one line of time: its texts, what the engine said, who decided what and why, the
// letters, the objections. Has an address of its own and can be printed.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { fullMoment, moment, percent, t } from '../i18n';
import { isOver, scoreOf, ALL_RULES } from '../rules';
import { storyPath } from '../router';
import { story, timeline } from '../story';
import type { Entry, StoryData, StoryDecision, StoryLetter, StoryReview } from '../story';
import { Around } from './around';
import { Words } from './context';
import { RuleMark, RuleNames, ruleName, stateName } from './parts';

/* ---- the parts of an entry ---- */

function Said({ review: v }: { review: StoryReview }): JSX.Element {
	const over = ALL_RULES.filter((r) => isOver(v.review, r)), found = v.review.evidence ?? [];
	return (
		<details class="story-review">
			<summary>{t('story.engine')} <strong>{t(`suggestion.${v.review.suggestion}`)}</strong>{over.length > 0 && <> <RuleNames rules={over} /></>}</summary>
			{over.length > 0 && <ul class="story-scores">{over.map((r) => <li key={r}><RuleMark rule={r} /> {ruleName(r)} {percent(scoreOf(v.review, r) ?? 0)}</li>)}</ul>}
			{found.length > 0 && <ul class="story-found">{found.map((e, i) => <li key={i}><RuleMark rule={e.rule} /> <q>{e.quote}</q> <span class="quiet">{e.reason}</span></li>)}</ul>}
			{!over.length && !found.length && <p class="quiet">{t('story.nothing_found')}</p>}
			<p class="quiet">{t('engine', v.review.engine)}</p>
		</details>
	);
}

function Paper({ letter: l }: { letter: StoryLetter }): JSX.Element {
	return (
		<details class="story-letter"><summary>{t('story.letter', l.subject)}{l.voided_at !== null && <> <span class="badge">{t('story.voided')}</span></>}</summary>
			<div class="letter-paper" lang={l.lang}><p class="letter-subject">{l.subject}</p><div class="letter-text">{l.body}</div></div>
			<p class="quiet">{t('story.objection_until', fullMoment(l.objection_until))}</p>
		</details>
	);
}

function actionName(d: StoryDecision): string {
	return d.to ? t(`decided.to_${d.to}`) : stateName(d.action);
}

function Decided({ entry: { decision: d, undone, letter, answers } }: { entry: Extract<Entry, { kind: 'decision' }> }): JSX.Element {
	if (undone) return <p>{t('story.undid', d.by, actionName(undone))}</p>;
	return (
		<>
			{answers && <p class="story-act"><strong>{t('story.answer')}</strong> {t(`objection.state_${answers.state}`)}</p>}
			<p class="story-act"><span class={`state state-${d.action}${d.undone ? ' story-off' : ''}`}>{actionName(d)}</span>
				{d.proposed && <> <span class={`state state-${d.proposed}`}>{t(`referral.do_${d.proposed}`)}</span></>}
				{d.undone && <> <span class="badge">{t('decided.undone')}</span></>} <RuleNames rules={d.rules} />
				{d.law && <span>{t(`law.${d.law}`)}</span>}{d.until !== null && <span>{t('author.suspended', fullMoment(d.until))}</span>}</p>
			<p class="story-by">{t('story.by', d.by)}</p>
			{d.passages.length > 0 && <ul class="story-found">{d.passages.map((p, i) => <li key={i}><RuleMark rule={p.rule} /> <q>{p.quote}</q></li>)}</ul>}
			{answers?.reasons && answers.reasons !== d.word && <p class="word">»{answers.reasons}«</p>}
			{d.word && <p class="word"><span>{t('earlier.word')}</span> »{d.word}«</p>}
			{letter && <Paper letter={letter} />}
			<p class="quiet story-chain">{t('story.chain', d.number, d.hash.slice(0, 12))}</p>
		</>
	);
}

function Sent({ entry: { revision: r, before, review }, lang }: { entry: Extract<Entry, { kind: 'sent' }>; lang: string }): JSX.Element {
	return (
		<>
			<p class="story-act"><strong>{t(before ? 'story.revised' : 'story.sent', r.ordinal)}</strong> <span class={`state state-${r.state}`}>{stateName(r.state)}</span></p>
			{before ? <div class="diff story-diff"><Words before={before.text} after={r.text} lang={lang} /></div> : <p class="story-text" lang={lang || undefined}>{r.text}</p>}
			{before && <details class="story-whole"><summary>{t('story.whole')}</summary><p class="story-text" lang={lang || undefined}>{r.text}</p></details>}
			{review && <Said review={review} />}
		</>
	);
}

function Body({ entry: e, name }: { entry: Entry; name: string }): JSX.Element {
	switch (e.kind) {
	case 'sent': return <Sent entry={e} lang="" />;
	case 'review': return <><p class="story-act"><strong>{t('story.rechecked', e.revision.ordinal)}</strong></p><Said review={e.review} /></>;
	case 'decision': return <Decided entry={e} />;
	case 'objection': return <><p class="story-act"><strong>{t('story.objection', name)}</strong></p><p class="story-text">{e.objection.text}</p></>;
	case 'answer': return (
		<><p class="story-act"><strong>{t('story.answer')}</strong> {t(`objection.state_${e.objection.state}`)}</p>
			{e.objection.by && <p class="story-by">{t('story.by', e.objection.by)}</p>}
			{e.objection.reasons && <p class="word">»{e.objection.reasons}«</p>}</>
	);
	case 'withdrawn': return <p class="story-act"><strong>{t('story.withdrawn', name)}</strong></p>;
	}
}

function Line({ entry, name }: { entry: Entry; name: string }): JSX.Element {
	const at = entry.at;
	return (
		<li class={`story-entry story-${entry.kind}`}>
			<p class="story-when">{at === null ? t('story.no_time') : <time dateTime={new Date(at).toISOString()} title={fullMoment(at)}>{moment(at, Date.now())}</time>}</p>
			<div class="story-body"><Body entry={entry} name={name} /></div>
		</li>
	);
}

/* ---- the page ---- */

function standing(s: StoryData): string {
	const p = s.public, last = s.revisions[s.revisions.length - 1];
	if (p && p.removed_at !== null) return t('story.removed', fullMoment(p.removed_at));
	if (p) return t('story.public', fullMoment(p.published_at)) + (p.edited_at === null ? '' : ` ${t('story.edited', fullMoment(p.edited_at))}`);
	return last?.state === 'held' ? t('story.held') : t('story.not_public');
}

function Tools({ comment, onRead }: { comment: string; onRead: (() => void) | null }): JSX.Element {
	const [copied, setCopied] = useState('');
	const copy = (): void => void navigator.clipboard.writeText(location.origin + storyPath(comment)).then(() => setCopied(t('story.copied')), () => setCopied(t('story.not_copied')));
	return (
		<p class="story-tools">
			{onRead && <button type="button" class="act" onClick={onRead}>{t('story.review')}</button>}
			<button type="button" class="act" onClick={copy}>{t('story.copy')}</button>
			<button type="button" class="act" onClick={() => print()}>{t('story.print')}</button>
			<span role="status" class="quiet">{copied}</span>
		</p>
	);
}

/* On paper nothing can be unfolded. */
function useUnfolded(): void {
	useEffect(() => {
		let shut: HTMLDetailsElement[] = [];
		const before = (): void => {
			shut = [...document.querySelectorAll<HTMLDetailsElement>('.story details:not([open], .around)')];
			for (const d of shut) d.open = true;
		};
		const after = (): void => { for (const d of shut) d.open = false; };
		addEventListener('beforeprint', before);
		addEventListener('afterprint', after);
		return () => {
			removeEventListener('beforeprint', before);
			removeEventListener('afterprint', after);
		};
	}, []);
}

function Frame({ children }: { children: ComponentChildren }): JSX.Element {
	return <main class="story" id="main"><div class="story-inner">{children}</div></main>;
}

export function Story({ controller, comment, changes, onRead }: { controller: Controller; comment: string; changes: number; onRead: (revision: string) => void }): JSX.Element {
	const [data, setData] = useState<StoryData | null>(null), [failed, setFailed] = useState(''), title = useRef<HTMLHeadingElement>(null);
	async function load(): Promise<void> {
		setFailed('');
		try {
			setData(await story(controller.api, comment));
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			setData(null);
			setFailed(e.message || t('queue.failed'));
		}
	}
	useEffect(() => { void load(); }, [comment, changes]);
	useEffect(() => title.current?.focus({ preventScroll: true }), [data?.comment]);
	useUnfolded();
	if (failed) return <Frame><div class="empty" role="alert"><p>{failed}</p><button type="button" class="act" onClick={() => void load()}>{t('queue.retry')}</button></div></Frame>;
	if (!data) return <Frame><p class="quiet" role="status">{t('queue.loading')}</p></Frame>;
	const held = data.revisions.find((r) => r.state === 'held'), { author, article } = data;
	return (
		<Frame>
			<header class="story-head">
				<h2 ref={title} tabIndex={-1}>{t('story.title', author.name)}</h2>
				<p class="article-line">{article.section && <span class="article-section">{article.section}</span>}<a href={article.path} target="_blank" rel="noreferrer">{article.title}<span class="vh"> {t('context.new_window')}</span></a></p>
				<p class="story-standing">{standing(data)}{data.public?.picked && <> <span class="badge">★ {t('decided.picked')}</span></>}{author.suspended_until !== null && <> <span class="badge badge-warn">{t('author.suspended', fullMoment(author.suspended_until))}</span></>}</p>
				{author.email && <p class="quiet">{author.email}</p>}
				{data.parent && <p>{t('parent.answers')} <a href={storyPath(data.parent.id)}>{data.parent.name}</a></p>}
				<Tools comment={data.comment} onRead={held ? () => onRead(held.id) : null} />
			</header>
			<ol class="story-line" aria-label={t('story.line')}>{timeline(data).map((e, i) => <Line key={i} entry={e} name={author.name} />)}</ol>
			<Around key={data.comment} controller={controller} comment={data.comment} name={author.name} answers={data.parent !== null} />
		</Frame>
	);
}
