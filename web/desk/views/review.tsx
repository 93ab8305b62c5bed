// The working view: the queue, the comment, and what to do with it.
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Controller, View } from '../controller';
import { t } from '../i18n';
import * as S from '../state';
import { ActionBar, Panel } from './actions';
import type { Bindings } from '../keys';
import { Banner } from './banner';
import { Comment, CommentSkeleton } from './comment';
import { Lanes } from './lanes';
import { QueueList, QueueSkeleton } from './queue';

/** Confirms what is open in the panel, if it is complete. */
export function confirmPanel(controller: Controller): void {
	const { desk } = controller.view, item = S.currentItem(desk);
	if (item && desk.panel) controller.decide(desk.panel, S.draftOf(desk, item));
}

function Empty({ desk }: { desk: S.Desk }): JSX.Element {
	const title = useRef<HTMLHeadingElement>(null);
	useLayoutEffect(() => title.current?.focus(), []);
	return (
		<main class="main" id="main">
			<div class="empty">
				<svg class="empty-sign" viewBox="0 0 64 64" aria-hidden="true"><path d="M12 34l14 14 27-32" /></svg>
				<h2 ref={title} tabIndex={-1}>{t('empty.title')}</h2>
				<p>{t('empty.text')}</p>
				{desk.pending.length > 0 && <p class="quiet">{t('empty.pending')}</p>}
			</div>
		</main>
	);
}

function Failed({ controller }: { controller: Controller }): JSX.Element {
	return (
		<main class="main" id="main">
			<div class="empty" role="alert">
				<h2>{t('queue.failed')}</h2>
				<p>{t('queue.failed_text')}</p>
				<p><button type="button" class="act" onClick={() => void controller.reload()}>{t('queue.retry')}</button></p>
			</div>
		</main>
	);
}

interface Props {
	controller: Controller;
	view: View;
	bindings: Bindings;
	onLanes: () => void;
}

export function Review({ controller, view, bindings, onLanes }: Props): JSX.Element {
	const { desk } = view, item = S.currentItem(desk);
	const seen = useRef(0);
	useEffect(() => { if (item) seen.current++; }, [item?.revision]);
	if (view.queue === 'loading' || (view.queue === 'ready' && !item && !desk.complete))
		return <div class="review"><QueueSkeleton /><CommentSkeleton /></div>;
	if (view.queue === 'failed') return <div class="review review-empty"><Failed controller={controller} /></div>;
	const lanes = <Lanes controller={controller} view={view} onEdit={onLanes} />;
	if (!item) return <div class="review review-empty"><div class="empty-lanes">{lanes}</div><Empty desk={desk} /></div>;
	const parentAt = item.parent ? desk.items.find((i) => i.comment === item.parent?.id) : undefined;
	const open = (revision: string): void => controller.apply((d) => S.open(d, revision));
	const banner = (
		<Banner problem={desk.problems[item.revision] ?? null} busy={desk.busy.includes(item.revision)} now={Date.now()}
			parent={parentAt ? () => open(parentAt.revision) : null}
			onRevision={(r) => void controller.openRevision(r)} onNext={() => controller.apply(S.skip)} />
	);
	const actions = desk.panel ? (
		<Panel controller={controller} kind={desk.panel} item={item} draft={S.draftOf(desk, item)}
			onDraft={(draft) => controller.apply((d) => S.setDraft(d, item.revision, draft))}
			onConfirm={() => confirmPanel(controller)} onCancel={() => controller.apply((d) => S.setPanel(d, null))}
			onSwitch={(kind) => controller.apply((d) => S.setPanel(d, kind))} />
	) : (
		<ActionBar may={S.mayDecide(desk) && controller.may('decide')} proposes={!controller.may('answer')} canGoBack={desk.trail.length > 0} bindings={bindings}
			onRelease={(pick) => controller.decide('release', { ...S.draftOf(desk, item), pick })}
			onPanel={(p) => controller.apply((d) => S.setPanel(d, p))}
			onSkip={() => controller.apply(S.skip)} onBack={() => controller.apply(S.back)} />
	);
	return (
		<div class="review">
			<QueueList desk={desk} lanes={lanes} onOpen={open} />
			<Comment controller={controller} showKey={bindings.show} copiesKey={bindings.copies} item={item} banner={banner} actions={actions} focus={seen.current > 0} />
		</div>
	);
}
