// The comment that is open, in large type, with its surroundings.
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Controller } from '../controller';
import { age, fullMoment, moment, t } from '../i18n';
import * as S from '../state';
import { storyPath } from '../router';
import type { Item } from '../types';
import { Around } from './around';
import { AuthorBox } from './author';
import { Closing } from './closing';
import { PreserveButton } from './evidence';
import { CampaignBox, Copies, Linked, RepostBox } from './copies';
import { ArticleBox, ArticleLine, DiffBox, EarlierBox, ParentBox, PersonalBox, ReferralBox } from './context';
import { Findings } from './findings';
import { useNow } from './hooks';
import { Passages } from './passages';
import { Veil } from './veil';

function Heading({ item, now, focus }: { item: Item; now: number; focus: boolean }): JSX.Element {
	const heading = useRef<HTMLHeadingElement>(null);
	useLayoutEffect(() => {
		document.querySelector('.stage')?.scrollTo(0, 0);
		document.querySelector('.aside')?.scrollTo(0, 0);
		if (!matchMedia('(min-width: 60rem)').matches) scrollTo(0, 0);
		if (focus) heading.current?.focus({ preventScroll: true });
	}, [item.revision]);
	return (
		<div class="comment-head">
			<h2 ref={heading} tabIndex={-1} id="comment-title">
				{item.author.name}
				<span class="vh">. {t('suggestion.label')}: {t(`suggestion.${item.review.suggestion}`)}</span>
			</h2>
			<p class="meta">
				<time dateTime={new Date(item.submitted_at).toISOString()} title={fullMoment(item.submitted_at)}>
					{now - item.submitted_at < 60000 ? t('comment.just') : t('comment.waiting', age(item.submitted_at, now))}
				</time>
				{item.escalated && <span class="badge badge-warn">{t('comment.late')}</span>}
				{item.reported > 0 && <span class="badge badge-late">{t('notice.reported')}</span>}
				{item.author.first && <span class="badge">{t('author.first')}</span>}
				{item.author.suspended_until !== null && <span class="badge badge-warn">{t('author.suspended', moment(item.author.suspended_until, now))}</span>}
				{item.author.like_suspended && <span class="badge badge-warn">{t(`author.like_badge_${item.author.like_suspended.by}`)}</span>}
				{item.released_text !== null && <span class="badge">{t('comment.edit')}</span>}
				{item.released_text === null && item.ordinal > 1 && <span class="badge">{t('comment.nth', item.ordinal)}</span>}
				<a class="comment-story" href={storyPath(item.comment)}>{t('story.link')}</a>
			</p>
		</div>
	);
}

interface Props {
	controller: Controller;
	showKey: string;
	copiesKey: string;
	item: Item;
	banner: JSX.Element | null;
	actions: JSX.Element;
	/** Not for the very first, lest the page be read from its middle. */
	focus: boolean;
}

export function Comment({ controller, showKey, copiesKey, item, banner, actions, focus }: Props): JSX.Element {
	const now = useNow(30000);
	/* What was released stands in the comparison already. */
	const earlier = item.earlier.filter((e) => e.text !== item.released_text);
	const link = item.campaign?.link;
	const covered = S.isCovered(controller.view.desk, item);
	const [active, setActive] = useState<number | null>(null);
	useEffect(() => setActive(null), [item.revision]);
	return (
		<>
			<main class="main" id="main">
				<div class="stage">
					<article class="comment" aria-labelledby="comment-title">
						{banner}
						{item.campaign && <CampaignBox campaign={item.campaign} />}
						{item.repost_of && <RepostBox repost={item.repost_of} now={now} />}
						{item.referral && <ReferralBox referral={item.referral} now={now} />}
						<ArticleLine article={item.article} />
						{item.parent && <ParentBox parent={item.parent} now={now} />}
						<Heading item={item} now={now} focus={focus} />
						{item.released_text !== null && <DiffBox before={item.released_text} after={item.text} lang={item.lang} />}
						<Veil controller={controller} item={item} showKey={showKey}>
							<Passages key={item.revision} item={item} active={active} onActive={setActive} />
						</Veil>
						{item.copies.length > 0 && !covered && <Copies key={`copies-${item.revision}`} controller={controller} item={item} now={now} together={S.withCopies(controller.view.desk, item)} hint={copiesKey}
							onToggle={() => controller.apply((d) => S.toggleAlone(d, item.revision))} />}
						{link && link.waiting !== 0 && !covered && <Linked key={`linked-${item.revision}`} controller={controller} item={item} link={link} now={now} />}
						<Around key={`around-${item.comment}`} controller={controller} comment={item.comment} name={item.author.name} answers={item.parent !== null} />
						{earlier.length > 0 && <EarlierBox earlier={earlier} now={now} />}
					</article>
				</div>
				{actions}
			</main>
			<aside class="aside" aria-label={t('aside.label')} tabIndex={0}>
				<Findings key={item.revision} item={item} covered={covered} active={active} onActive={setActive} />
				{item.personal.length > 0 && !covered && <PersonalBox item={item} />}
				<AuthorBox key={`author-${item.revision}`} controller={controller} revision={item.revision} author={item.author} now={now} />
				<ArticleBox article={item.article} />
				{controller.may('legal') && <p><PreserveButton controller={controller} revision={item.revision} name={item.author.name} text={item.text} /></p>}
				<Closing key={`closing-${item.article.id}`} controller={controller} article={item.article} />
			</aside>
		</>
	);
}

export function CommentSkeleton(): JSX.Element {
	return (
		<>
			<main class="main" id="main" aria-busy="true">
				<div class="stage">
					<div class="comment">
						<p class="vh" role="status">{t('queue.loading')}</p>
						<p class="article-line"><span class="bone bone-40" /></p>
						<div class="comment-head"><p class="bone-h"><span class="bone bone-30" /></p></div>
						<div class="text">{[90, 100, 80, 95, 60].map((w) => <p key={w}><span class={`bone bone-${w}`} /></p>)}</div>
					</div>
				</div>
				<div class="actions" aria-hidden="true" />
			</main>
			<div class="aside" aria-hidden="true">{[0, 1, 2, 3, 4, 5].map((i) => <p key={i} class="bone-rule"><span class="bone" /></p>)}</div>
		</>
	);
}
