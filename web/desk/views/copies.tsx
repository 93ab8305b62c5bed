// The same text once more: others that wait with it, and the decision that refused it before.
import type { JSX } from 'preact';
import { diff } from '../diff';
import { count, moment, t } from '../i18n';
import { spelled } from '../figures_text';
import type { Campaign, Copy, Item, Repost, Tally } from '../types';
import { Changed } from './context';
import { RuleNames, stateName } from './parts';

/* Only a text that differs is shown again, with what differs marked. */
function CopyText({ before, copy, lang }: { before: string; copy: Copy; lang: string }): JSX.Element | null {
	if (copy.likeness === 1) return null;
	return (
		<p class="diff-text diff" lang={lang || undefined}>
			{diff(before, copy.text).map((c, i) => (c.kind === 'same' ? c.text : <Changed key={i} change={c} />))}
		</p>
	);
}

interface Props {
	item: Item;
	now: number;
	/** They are decided along with it; null: that is not asked here. */
	together: boolean | null;
	onToggle?: () => void;
	hint?: string;
}

export function Copies({ item, now, together, onToggle, hint }: Props): JSX.Element {
	return (
		<section class="copies" aria-label={t('copies.label')}>
			<p class="copies-head">
				<strong>{count('copies.more', item.copies.length)}</strong>
				{together !== null && <label class="check"><input type="checkbox" checked={together} onChange={onToggle} /><span>{t('copies.together')}</span>{hint && <kbd aria-hidden="true">{hint.toUpperCase()}</kbd>}</label>}
			</p>
			<ul>
				{item.copies.map((c) => (
					<li key={c.revision}>
						<p class="past-head"><strong>{c.name}</strong> <time>{moment(c.submitted_at, now)}</time> <span class="past-under">{c.article}</span>
							{c.likeness < 1 && <span class="badge">{t('copies.nearly')}</span>}</p>
						<CopyText before={item.text} copy={c} lang={item.lang} />
					</li>
				))}
			</ul>
		</section>
	);
}

const within = (tally: Tally): string => spelled(Math.max(60, Math.round((tally.until - tally.since) / 1000)));

/** Much the same from many at once, and what shows it. */
export function CampaignBox({ campaign: { alike, link } }: { campaign: Campaign }): JSX.Element {
	const lines = (alike ?? link)?.lines ?? 0;
	return (
		<section class="referral campaign" aria-label={t('campaign.label')}>
			{alike && <p><strong>{t('campaign.alike', alike.texts, alike.names, within(alike))}</strong></p>}
			{link && <p>{t(alike ? 'campaign.link_too' : 'campaign.link', link.address, link.texts, link.names, within(link))}</p>}
			{lines > 0 && <p class="quiet">{count('campaign.lines', lines)}</p>}
		</section>
	);
}

/** It was refused before: by whom, why, and under which name it came. */
export function RepostBox({ repost: r, now }: { repost: Repost; now: number }): JSX.Element {
	return (
		<section class="referral repost" aria-label={t('repost.label')}>
			<p><strong>{t('repost.text', r.name)}</strong> <span class={`state state-${r.action}`}>{stateName(r.action)}</span> <RuleNames rules={r.rules} /> <span class="quiet">{t('repost.by', r.by)}</span> <time>{moment(r.at, now)}</time></p>
		</section>
	);
}
