// What stands around a comment: the article it is about, what it answers, what it was before.
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { diff, shorten } from '../diff';
import type { Change } from '../diff';
import { moment, t } from '../i18n';
import { storyPath } from '../router';
import type { Article, Earlier, Item, Parent, Referral } from '../types';
import { RuleNames, stateName } from './parts';

const CLAMPED = 190;

function Long({ text }: { text: string }): JSX.Element {
	if (text.length <= CLAMPED) return <p class="quoted">{text}</p>;
	return (
		<details class="long">
			<summary><span class="quoted">{text.slice(0, CLAMPED - 40).replace(/\s+\S*$/, '')} …</span> <span class="long-more">{t('context.all')}</span></summary>
			<p class="quoted">{text}</p>
		</details>
	);
}

export function ParentBox({ parent, now }: { parent: Parent; now: number }): JSX.Element {
	return (
		<section class="parent" aria-label={t('parent.label')}>
			<p class="parent-head">
				{t('parent.answers')} <strong>{parent.name}</strong>
				{parent.released ? <time>{moment(parent.at, now)}</time> : <span class="badge badge-warn">{parent.state === 'held' ? t('parent.held') : parent.state === 'removed' ? t('parent.removed') : stateName(parent.state)}</span>}
				<a href={storyPath(parent.id)}>{t('story.link')}</a>
			</p>
			<Long key={parent.id} text={parent.text} />
		</section>
	);
}

export function ArticleLine({ article }: { article: Article }): JSX.Element {
	return (
		<p class="article-line">
			{article.section && <span class="article-section">{article.section}</span>}
			<a href={article.path || article.url} target="_blank" rel="noreferrer">{article.title}<span class="vh"> {t('context.new_window')}</span></a>
		</p>
	);
}

export function ArticleBox({ article }: { article: Article }): JSX.Element {
	const { related } = article;
	return (
		<section class="article" aria-labelledby="article-title">
			<h3 id="article-title">{t('context.article')}</h3>
			<p class="article-name"><a href={article.path || article.url} target="_blank" rel="noreferrer">{article.title}</a></p>
			{article.lead && <p class="article-lead">{article.lead}</p>}
			{related && (
				<figure class="related">
					<figcaption>{t('context.related')}</figcaption>
					<blockquote>
						{related.before && '… '}{related.before.replace(/^\S*\s+/, '')}<mark>{related.quote}</mark>{related.after.replace(/\s+\S*$/, '')}{related.after && ' …'}
					</blockquote>
				</figure>
			)}
		</section>
	);
}

/* Spaces at the ends are left outside: a struck or underlined space is noise. */
export function Changed({ change }: { change: Change }): JSX.Element {
	const Tag = change.kind === 'del' ? 'del' : 'ins';
	const [, before = '', inner = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(change.text) ?? [];
	if (!inner) return <>{change.kind === 'ins' && change.text}</>;
	return <>{before}<Tag><span class="vh">{t(`diff.${Tag}`)} </span>{inner}</Tag>{after}</>;
}

/** What changed between two texts, word by word. */
export function Words({ before, after, lang }: { before: string; after: string; lang: string }): JSX.Element {
	const changes = useMemo(() => diff(before, after), [before, after]);
	return (
		<p class="diff-text" lang={lang || undefined}>
			{changes.map((c, i) => {
				if (c.kind !== 'same') return <Changed key={i} change={c} />;
				return shorten(c.text, i === 0, i === changes.length - 1)
					.map((part, j) => (part === null ? <span key={`${i}-${j}`} class="diff-gap" title={t('diff.gap')}>[…]</span> : part));
			})}
		</p>
	);
}

export function DiffBox({ before, after, lang }: { before: string; after: string; lang: string }): JSX.Element {
	return (
		<section class="diff" aria-labelledby="diff-title">
			<h3 id="diff-title">{t('diff.title')}</h3>
			<Words before={before} after={after} lang={lang} />
		</section>
	);
}

export function EarlierBox({ earlier, now }: { earlier: Earlier[]; now: number }): JSX.Element {
	return (
		<section class="earlier" aria-labelledby="earlier-title">
			<h3 id="earlier-title">{t('earlier.title')}</h3>
			<ol>
				{earlier.map((e) => (
					<li key={e.ordinal}>
						<p class="past-head"><span>{t('earlier.nth', e.ordinal)}</span> <span class={`state state-${e.state}`}>{stateName(e.state)}</span> <time>{moment(e.at, now)}</time> <RuleNames rules={e.rules} /></p>
						<Long text={e.text} />
						{e.word && <p class="word"><span>{t('earlier.word')}</span> »{e.word}«</p>}
					</li>
				))}
			</ol>
		</section>
	);
}

/** What a colleague asks or proposes. */
export function ReferralBox({ referral: r, now }: { referral: Referral; now: number }): JSX.Element {
	return (
		<section class="referral" aria-label={t('referral.label')}>
			<p><strong>{t(`referral.${r.to}`, r.by)}</strong>{r.action && <> <span class={`state state-${r.action}`}>{t(`referral.do_${r.action}`)}</span></>} <RuleNames rules={r.rules} /> <time>{moment(r.at, now)}</time></p>
			{r.word && <p class="quoted">»{r.word}«</p>}
		</section>
	);
}

/** By which somebody can be reached or found: third parties' data do not belong on a page. */
export function PersonalBox({ item }: { item: Item }): JSX.Element {
	return (
		<section class="personal-box" aria-labelledby="personal-title">
			<h3 id="personal-title">{t('personal.title')}</h3>
			<ul>{item.personal.map((p) => <li key={p.begin}><span class="quiet">{t(`personal.${p.kind}`)}</span> <span class="personal">{item.text.slice(p.begin, p.end)}</span></li>)}</ul>
		</section>
	);
}
