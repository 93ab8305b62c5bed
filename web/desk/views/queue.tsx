// The queue beside the comment: what is due first, with what the engine found in each.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { age, count, counted, number, t } from '../i18n';
import { foundRules } from '../rules';
import { isDead, shown, waitingCount } from '../state';
import type { Desk } from '../state';
import { COUNTED, type Item } from '../types';
import { useNow } from './hooks';
import { RuleMark, ruleName } from './parts';

interface RowProps {
	desk: Desk;
	item: Item;
	now: number;
	onOpen: (revision: string) => void;
}

function status(d: Desk, item: Item): string {
	const problem = d.problems[item.revision];
	if (d.busy.includes(item.revision)) return t('queue.busy');
	if (problem) return isDead(problem) ? t('queue.gone') : t('queue.problem');
	if (d.claims[item.revision]) return t('queue.claimed', d.claims[item.revision] ?? '');
	if (item.referral) return t(`queue.referred_${item.referral.to}`);
	if (item.reported > 0) return t('notice.reported');
	if (item.repost_of) return t('repost.label');
	return d.skipped.includes(item.revision) ? t('queue.skipped') : '';
}

function Row({ desk, item, now, onOpen }: RowProps): JSX.Element {
	const current = item.revision === desk.current, rules = foundRules(item), mark = status(desk, item);
	const row = useRef<HTMLButtonElement>(null);
	useEffect(() => {
		if (current) row.current?.scrollIntoView({ block: 'nearest' });
	}, [current]);
	return (
		<li>
			<button ref={row} type="button" class={`row s-${item.review.suggestion}${item.escalated ? ' late' : ''}`} aria-current={current ? 'true' : undefined}
				onClick={() => onOpen(item.revision)}>
				<span class="row-age">{age(item.submitted_at, now)}</span>
				<span class="row-name">{item.author.name}{item.copies.length > 0 && <> <span class="row-copies" aria-hidden="true">×{counted(item.alike + 1)}</span></>}</span>
				<span class="row-marks" aria-hidden="true">{rules.map((r) => <RuleMark key={r} rule={r} />)}</span>
				<span class="row-under">
					{mark ? <em>{mark}</em> : item.article.section || item.article.title}
				</span>
				<span class="vh">
					{`${t('suggestion.label')}: ${t(`suggestion.${item.review.suggestion}`)}`}
					{rules.length > 0 && `; ${rules.map(ruleName).join(', ')}`}
					{item.escalated && `; ${t('comment.late')}`}
					{item.copies.length > 0 && `; ${count('copies.more', item.alike)}`}
					{item.repost_of && `; ${t('repost.label')}`}
				</span>
			</button>
		</li>
	);
}

export function QueueList({ desk, lanes, onOpen }: { desk: Desk; lanes: JSX.Element | null; onOpen: (revision: string) => void }): JSX.Element {
	const now = useNow(30000);
	const [unfolded, unfold] = useState(false);
	const waiting = waitingCount(desk), list = shown(desk), beyond = waiting - list.reduce((n, i) => n + i.alike + 1, 0);
	const position = list.findIndex((i) => i.revision === desk.current) + 1;
	return (
		<nav class={`queue${unfolded ? ' unfolded' : ''}`} aria-labelledby="queue-title">
			<button type="button" class="queue-fold" aria-expanded={unfolded} aria-controls="queue-list" onClick={() => unfold(!unfolded)}>
				{t('queue.fold', position, counted(waiting))}
			</button>
			<h2 id="queue-title" class="queue-title">{t('queue.title')}</h2>
			{lanes}
			<ol id="queue-list" class="queue-list">
				{list.map((item) => (
					<Row key={item.revision} desk={desk} item={item} now={now} onOpen={(r) => { unfold(false); onOpen(r); }} />
				))}
			</ol>
			{beyond > 0 && !desk.complete && <p class="queue-more">{waiting < COUNTED ? count('queue.more', beyond) : t('queue.more_many', `${number(beyond)}+`)}</p>}
		</nav>
	);
}

export function QueueSkeleton(): JSX.Element {
	return (
		<div class="queue" aria-hidden="true">
			<p class="queue-title">{t('queue.title')}</p>
			<div class="queue-list">{[0, 1, 2, 3, 4, 5, 6].map((i) => <div key={i} class="row row-empty"><span class="bone" /><span class="bone" /></div>)}</div>
		</div>
	);
}
