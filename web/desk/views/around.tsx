// The conversation that a comment stands in, as readers see it: folded, and read when it is opened.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { moment, t } from '../i18n';
import { around } from '../story';
import type { AroundComment, AroundData } from '../story';

const DEPTH_MAX = 2;

function One({ comment: c, now }: { comment: AroundComment; now: number }): JSX.Element {
	return (
		<li class={`around-c around-${Math.min(c.depth, DEPTH_MAX)}${c.kind === 'this' ? ' around-this' : ''}`}>
			{c.removed ? <p class="quiet">{t('around.removed')}</p> : (
				<>
					<p class="around-by"><strong>{c.name}</strong> {c.picked && <span class="badge">★ {t('decided.picked')}</span>} <time>{moment(c.at, now)}</time>{c.edited_at !== null && <span>{t('around.edited', moment(c.edited_at, now))}</span>}</p>
					{/* made by the server's own renderer of comments, the very one that readers get */}
					<div class="around-text" dangerouslySetInnerHTML={{ __html: c.html }} />
				</>
			)}
		</li>
	);
}

/* Where it would stand, if readers do not see it. */
function Here({ name, depth }: { name: string; depth: number }): JSX.Element {
	return <li class={`around-c around-here around-${Math.min(depth, DEPTH_MAX)}`}><p>{t('around.here', name)}</p></li>;
}

function Conversation({ data, name }: { data: AroundData; name: string }): JSX.Element {
	const now = Date.now(), seen = data.comments.some((c) => c.kind === 'this');
	if (!data.comments.length) return <p class="quiet">{t('around.none')}</p>;
	return (
		<>
			<ol class="around-list">
				{data.comments.slice(0, data.place).map((c) => <One key={c.id} comment={c} now={now} />)}
				{!seen && <Here name={name} depth={data.depth} />}
				{data.comments.slice(data.place).map((c) => <One key={c.id} comment={c} now={now} />)}
			</ol>
			{data.cut && <p class="quiet">{t('around.cut')}</p>}
		</>
	);
}

export function Around({ controller, comment, name, answers }: { controller: Controller; comment: string; name: string; answers: boolean }): JSX.Element {
	const [data, setData] = useState<AroundData | null>(null), [failed, setFailed] = useState(''), [open, setOpen] = useState(false);
	async function load(): Promise<void> {
		setFailed('');
		try {
			setData(await around(controller.api, comment));
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			setFailed(e.message || t('queue.failed'));
		}
	}
	return (
		<details class="around" open={open} onToggle={(e) => { setOpen(e.currentTarget.open); if (e.currentTarget.open) void load(); }}>
			<summary>{t(answers ? 'around.title_answer' : 'around.title')}</summary>
			{failed && <p class="decision-error" role="alert">{failed} <button type="button" class="link" onClick={() => void load()}>{t('queue.retry')}</button></p>}
			{!data && !failed && open && <p class="quiet" role="status">{t('queue.loading')}</p>}
			{data && open && <Conversation data={data} name={name} />}
		</details>
	);
}
