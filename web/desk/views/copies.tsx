// The same text once more: others that wait with it, and the decision that refused it before.
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { diff } from '../diff';
import { count, counted, moment, t } from '../i18n';
import { spelled } from '../figures_text';
import type { Campaign, Copy, Item, Repost, Tally } from '../types';
import { Changed } from './context';
import { RuleNames, stateName } from './parts';

const PAGE = 50;
/* So that what stands below is not far away. */
const FIRST = 5;

/* Only a text that differs is shown again, with what differs marked. */
function CopyText({ before, copy, lang }: { before: string; copy: Copy; lang: string }): JSX.Element | null {
	if (copy.likeness === 1) return null;
	return (
		<p class="diff-text diff" lang={lang || undefined}>
			{diff(before, copy.text).map((c, i) => (c.kind === 'same' ? c.text : <Changed key={i} change={c} />))}
		</p>
	);
}

interface Listed {
	items: Copy[];
	/** There may be others. */
	more: boolean;
	error: string;
	load: () => void;
}

/* What waits with it beyond `known`, page by page. A page may hold nothing that can be decided along: then the next. */
function useGroup(controller: Controller, item: Item, link: string | null, known: Copy[]): Listed {
	const [items, setItems] = useState<Copy[]>([]), [next, setNext] = useState<string | null>(''), [error, setError] = useState('');
	const busy = useRef(false);
	async function read(): Promise<void> {
		const seen = new Set([...known, ...items].map((c) => c.revision));
		let after = next, fresh: Copy[] = [];
		while (after !== null && !fresh.length) {
			const page: { items: Copy[]; next: string | null } = await controller.api.group(item.revision, link, after || null, PAGE);
			fresh = page.items.filter((c) => !seen.has(c.revision));
			after = page.next;
		}
		setItems((before) => [...before, ...fresh]);
		setNext(after);
	}
	async function load(): Promise<void> {
		if (busy.current) return;
		busy.current = true;
		setError('');
		await read().catch((e: unknown) => {
			if (!(e instanceof ApiError)) throw e;
			setError(e.message || t('copies.failed'));
		});
		busy.current = false;
	}
	return { items, more: next !== null, error, load: () => void load() };
}

function More({ error, onMore }: { error: string; onMore: (() => void) | null }): JSX.Element {
	return (
		<>
			{error && <p class="decision-error" role="alert">{error}</p>}
			{onMore && <p class="copies-more"><button type="button" class="act" onClick={onMore}>{t('search.more')}</button></p>}
		</>
	);
}

function CopyHead({ copy: c, now, nearly = false }: { copy: Copy; now: number; nearly?: boolean }): JSX.Element {
	return <p class="past-head"><strong>{c.name}</strong> <time>{moment(c.submitted_at, now)}</time> <span class="past-under">{c.article}</span>
		{nearly && <span class="badge">{t('copies.nearly')}</span>}</p>;
}

interface Props {
	controller: Controller;
	item: Item;
	now: number;
	/** They are decided along with it; null: that is not asked here. */
	together: boolean | null;
	onToggle?: () => void;
	hint?: string;
}

export function Copies({ controller, item, now, together, onToggle, hint }: Props): JSX.Element {
	const [whole, setWhole] = useState(item.copies.length <= FIRST + 1);
	const group = useGroup(controller, item, null, item.copies), told = new Set(item.copies.map((c) => c.revision));
	const all = [...item.copies, ...group.items.filter((c) => !told.has(c.revision))];
	const more = group.more && item.alike > item.copies.length ? group.load : null;
	return (
		<section class="copies" aria-label={t('copies.label')}>
			<p class="copies-head">
				<strong>{item.alike === 1 ? t('copies.more_one') : t('copies.more_many', counted(item.alike))}</strong>
				{together !== null && <label class="check"><input type="checkbox" checked={together} onChange={onToggle} /><span>{t('copies.together')}</span>{hint && <kbd aria-hidden="true">{hint.toUpperCase()}</kbd>}</label>}
			</p>
			<ul>
				{(whole ? all : all.slice(0, FIRST)).map((c) => (
					<li key={c.revision}>
						<CopyHead copy={c} now={now} nearly={c.likeness < 1} />
						<CopyText before={item.text} copy={c} lang={item.lang} />
					</li>
				))}
			</ul>
			<More error={group.error} onMore={whole ? more : () => setWhole(true)} />
		</section>
	);
}

interface LinkedProps {
	controller: Controller;
	item: Item;
	link: { address: string; waiting: number | null };
	now: number;
}

function linkedText({ address, waiting }: LinkedProps['link']): string {
	if (waiting === null) return t('linked.more_all', address);
	return waiting === 1 ? t('linked.more_one', address) : t('linked.more_many', counted(waiting), address);
}

/** Other texts with the same link: to be read, and decided one by one unless the panel is told otherwise. */
export function Linked({ controller, item, link, now }: LinkedProps): JSX.Element {
	const group = useGroup(controller, item, link.address, []), [open, setOpen] = useState(false);
	function toggle(): void {
		if (!open && !group.items.length) group.load();
		setOpen(!open);
	}
	return (
		<section class="copies linked" aria-label={t('linked.label')}>
			<p class="copies-head">
				<strong>{linkedText(link)}</strong>
				<button type="button" class="link" aria-expanded={open} onClick={toggle}>{t(open ? 'linked.hide' : 'linked.show')}</button>
			</p>
			<p class="quiet">{t('linked.hint')}</p>
			{open && (
				<>
					<ul>
						{group.items.map((c) => (
							<li key={c.revision}>
								<CopyHead copy={c} now={now} />
								<p class="quoted">{c.text}</p>
								<p><button type="button" class="link" onClick={() => void controller.openRevision(c.revision)}>{t('board.read')}<span class="vh"> {c.name}</span></button></p>
							</li>
						))}
					</ul>
					{!group.more && !group.items.length && <p class="quiet">{t('linked.none')}</p>}
					<More error={group.error} onMore={group.more ? group.load : null} />
				</>
			)}
		</section>
	);
}

const within = (tally: Tally): string => spelled(Math.max(60, Math.round((tally.until - tally.since) / 1000)));

/** Much the same from many at once, and what shows it. */
export function CampaignBox({ campaign: { alike, link } }: { campaign: Campaign }): JSX.Element {
	const lines = (alike ?? link)?.lines ?? 0;
	return (
		<section class="referral campaign" aria-label={t('campaign.label')}>
			{alike && <p><strong>{t('campaign.alike', counted(alike.texts), counted(alike.names), within(alike))}</strong></p>}
			{link && <p>{t(alike ? 'campaign.link_too' : 'campaign.link', link.address, counted(link.texts), counted(link.names), within(link))}</p>}
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
