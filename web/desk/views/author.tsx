// Who wrote it, and what became of what they wrote before.
import type { JSX } from 'preact';
import type { Controller } from '../controller';
import { moment, number, t } from '../i18n';
import { storyPath } from '../router';
import type { Author, Recent } from '../types';
import { LineBox } from './line';
import { RuleNames, stateName } from './parts';

function Past({ recent, now }: { recent: Recent; now: number }): JSX.Element {
	return (
		<li>
			<p class="past-head"><span class={`state state-${recent.state}`}>{stateName(recent.state)}</span> <time>{moment(recent.at, now)}</time></p>
			<p class="past-text">{recent.text}</p>
			<p class="past-under">{recent.article}<RuleNames rules={recent.rules} /></p>
		</li>
	);
}

interface Props {
	controller: Controller;
	revision: string;
	author: Author;
	now: number;
}

export function AuthorBox({ controller, revision, author, now }: Props): JSX.Element {
	const figures: [string, number][] = [
		['released', author.released], ['rejected', author.rejected], ['returned', author.returned],
	];
	const like = author.like_suspended;
	if (author.held > 1) figures.push(['held', author.held]);
	return (
		<section class="author" aria-labelledby="author-title">
			<h3 id="author-title">{t('author.title')}</h3>
			<p class="author-name">{author.name}{author.first && <span class="badge">{t('author.first')}</span>}</p>
			{author.suspended_until !== null && <p class="quiet">{t('author.suspension_binds')}</p>}
			{like && <p class="author-like">{t(`author.like_${like.by}`, like.name, moment(like.until, now))} <a href={storyPath(like.comment)}>{t('story.link')}</a></p>}
			{author.email && <p class="author-mail"><a href={`mailto:${author.email}`}>{author.email}</a></p>}
			{!author.first && (
				<dl class="figures">
					{figures.map(([key, n]) => <div key={key} class={n ? '' : 'none'}><dt>{t(`author.${key}`)}</dt><dd>{number(n)}</dd></div>)}
				</dl>
			)}
			{author.recent.length > 0 && (
				<details>
					<summary>{t('author.recent')}</summary>
					<ol class="past">{author.recent.map((r, i) => <Past key={i} recent={r} now={now} />)}</ol>
				</details>
			)}
			{author.line && <LineBox controller={controller} revision={revision} line={author.line} now={now} />}
		</section>
	);
}
