// The whole desk: which page is shown, which key does what, and what is said aloud.
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';
import type { Controller, View } from '../controller';
import { counted, language, t } from '../i18n';
import { commandFor, focusKind } from '../keys';
import type { Bindings, Command } from '../keys';
import { rememberBindings, rememberedBindings } from '../bindings';
import { BREACHES, toggled } from '../rules';
import * as S from '../state';
import { Account } from './account';
import { AutomaticPage } from './automatic';
import { Board } from './board';
import { Decided } from './decided';
import { Figures } from './figures';
import { Header } from './header';
import { mayEnter, usePlace } from '../router';
import type { Place, Tab } from '../router';
import { Help } from './help';
import { useNow, useView } from './hooks';
import { InvitationPage, invitationToken } from './invitation';
import { LaneEditor } from './lane_editor';
import { Learning } from './learning';
import { LoginAgain, LoginPage } from './login';
import { Notices } from './notices';
import { Objections } from './objections';
import { Persons } from './persons';
import { Webhooks } from './webhooks';
import { Policy } from './policy';
import type { PolicyDesk } from './policy';
import { confirmPanel, Review } from './review';
import { SetupPage } from './setup';
import { Story } from './story';
import { Team } from './team';
import { withSelection } from './terms';
import { noteText, Notes, Progress, UndoToast } from './toast';

const LETTERS_OFF = 'freigabe-desk-letters-off';

function rememberedLetters(): boolean {
	try {
		return localStorage.getItem(LETTERS_OFF) === null;
	} catch {
		return true;
	}
}

function rememberLetters(on: boolean): void {
	try {
		if (on) localStorage.removeItem(LETTERS_OFF);
		else localStorage.setItem(LETTERS_OFF, '1');
	} catch {
		/* holds until the page is left */
	}
}

function toggleRule(controller: Controller, index: number): void {
	const { desk } = controller.view, item = S.currentItem(desk), rule = BREACHES[index];
	if (!item || !rule) return;
	const draft = S.draftOf(desk, item);
	controller.apply((d) => S.setDraft(d, item.revision, { ...draft, rules: toggled(draft.rules, rule) }));
}

function toggleLetter(): void {
	const box = document.querySelector<HTMLDetailsElement>('#panel-letter');
	if (!box) return;
	box.open = !box.open;
	box.querySelector('summary')?.focus();
}

function takePassage(controller: Controller): void {
	const { desk } = controller.view, item = S.currentItem(desk);
	if (!item || desk.panel !== 'reject') return;
	const draft = withSelection(S.draftOf(desk, item), document.querySelector('.comment .text'));
	controller.apply((d) => S.setDraft(d, item.revision, draft));
}

const DECIDES = new Set<Command['do']>(['release', 'pick', 'reject', 'return', 'refer', 'show']);

/** What a key means in the working view. */
function obey(controller: Controller, c: Command): void {
	const { desk } = controller.view, item = S.currentItem(desk);
	/* Nobody decides what they have not seen: the first key only shows it. */
	if (item && S.isCovered(desk, item) && DECIDES.has(c.do)) return controller.apply((d) => S.uncover(d, item, Date.now()));
	switch (c.do) {
	case 'release':
	case 'pick': return controller.may('decide') ? controller.decide('release', { rules: [], word: '', pick: c.do === 'pick' }) : undefined;
	case 'reject':
	case 'return':
	case 'refer': return controller.may('decide') ? controller.apply((d) => S.setPanel(d, c.do as S.PanelKind)) : undefined;
	case 'letter': return toggleLetter();
	case 'passage': return takePassage(controller);
	case 'show': return;
	case 'copies': return item?.copies.length ? controller.apply((d) => S.toggleAlone(d, item.revision)) : undefined;
	case 'skip': return controller.apply(S.skip);
	case 'back': return controller.apply(S.back);
	case 'down': return controller.apply((d) => S.step(d, 1));
	case 'up': return controller.apply((d) => S.step(d, -1));
	case 'rule': return toggleRule(controller, c.index);
	case 'word': return document.getElementById('panel-word')?.focus();
	case 'confirm': return confirmPanel(controller);
	case 'escape':
		if (!desk.panel) return;
		controller.apply((d) => S.setPanel(d, null));
		document.getElementById('comment-title')?.focus({ preventScroll: true });
	}
}

function useKeys(controller: Controller, view: View, tab: Place['tab'], letters: boolean, bindings: Bindings, help: () => void): void {
	/* What stands on the screen: for a moment it may not yet be what is to be decided next. */
	const drawn = useRef(view.desk.current);
	useLayoutEffect(() => { drawn.current = view.desk.current; });
	/* Before the next key can come. */
	useLayoutEffect(() => {
		const press = (e: KeyboardEvent): void => {
			const at = e.target instanceof HTMLElement ? e.target : document.body;
			const kind = focusKind(at.tagName, at instanceof HTMLInputElement ? at.type : '', at.isContentEditable);
			const where = { dialog: document.querySelector('dialog[open]') !== null, letters, bindings,
				panel: tab === 'review' && controller.view.desk.panel !== null };
			const command = commandFor(
				{ key: e.key, ctrlKey: e.ctrlKey, metaKey: e.metaKey, altKey: e.altKey, shiftKey: e.shiftKey,
					repeat: e.repeat, isComposing: e.isComposing, ...kind }, where);
			if (!command) return;
			if (command.do === 'help') help();
			else if (command.do === 'undo') controller.undo();
			else if (tab === 'review' && drawn.current === controller.view.desk.current) obey(controller, command);
			if (command.do !== 'escape') e.preventDefault();
		};
		document.addEventListener('keydown', press);
		return () => document.removeEventListener('keydown', press);
	}, [controller, tab, letters, bindings]);
}

/* One polite voice for what happened. The countdown stays silent. */
function Said({ desk }: { desk: S.Desk }): JSX.Element {
	const last = desk.undoable[desk.undoable.length - 1], note = desk.notes[desk.notes.length - 1];
	return (
		<>
			<p class="vh" role="status" aria-live="polite">{last && t(`said.${last.action}`, last.item.author.name)}</p>
			<p class="vh" role="status" aria-live="polite">{note && noteText(note.note, Date.now())}</p>
		</>
	);
}

function Changed({ controller, view }: { controller: Controller; view: View }): JSX.Element | null {
	const s = view.session;
	if (!view.changed || !s) return null;
	return (
		<div class="note changed" role="alert">
			<p>{t(s.sections.length ? 'changed.sections' : 'changed.role', t(`role.${s.user.role}`), s.sections.join(', '))}</p>
			<button type="button" class="note-close" aria-label={t('note.close')} onClick={() => controller.dismissChange()}>×</button>
		</div>
	);
}

function Work({ controller, view, onLang }: { controller: Controller; view: View; onLang: () => void }): JSX.Element {
	const [place, go] = usePlace(), [help, setHelp] = useState(false);
	const tab = mayEnter(controller, place.tab) ? place.tab : 'review', setTab = (to: Tab): void => go({ tab: to, comment: '' });
	const [letters, setLetters] = useState(rememberedLetters);
	const { desk } = view, undoable = S.lastUndoable(desk, useNow(desk.undoable.length ? 500 : 0));
	const [bindings, setBindings] = useState(rememberedBindings), [account, setAccount] = useState(false), [lanes, setLanes] = useState(false);
	const leaving = useRef(false), policy = useRef<PolicyDesk>({ saved: null, draft: null, text: '' });
	useKeys(controller, view, tab, letters, bindings, () => setHelp(true));
	const waiting = S.waitingCount(desk);
	useEffect(() => {
		document.title = t('title', view.queue === 'ready' ? counted(waiting) : '–', view.session?.site.name ?? '');
	}, [waiting, view.queue, view.session, language()]);

	async function logout(): Promise<void> {
		if (leaving.current || (desk.pending.length && !confirm(t('logout.pending')))) return;
		leaving.current = true;
		await controller.logout().catch(() => undefined);
		leaving.current = false;
	}
	function read(revision: string): void {
		setTab('review');
		void controller.openRevision(revision);
	}

	return (
		<div class={`desk${desk.panel && tab === 'review' ? ' with-panel' : ''}`}>
			<a class="skip" href="#main">{t('nav.skip')}</a>
			<Header controller={controller} view={view} tab={tab} onHelp={() => setHelp(true)} onLang={onLang}
				onLogout={() => void logout()} onAccount={() => setAccount(true)} />
			{tab === 'review' && <Review controller={controller} view={view} bindings={bindings} onLanes={() => setLanes(true)} />}
			{tab === 'board' && <Board controller={controller} view={view} onRead={read} />}
			{tab === 'objections' && <Objections controller={controller} changes={view.changes} />}
			{tab === 'notices' && <Notices controller={controller} changes={view.changes} />}
			{tab === 'persons' && <Persons controller={controller} />}
			{tab === 'webhooks' && <Webhooks controller={controller} />}
			{tab === 'figures' && <Figures controller={controller} />}
			{tab === 'team' && <Team controller={controller} />}
			{tab === 'decided' && <Decided controller={controller} changes={view.changes} onRead={read} />}
			{tab === 'comment' && <Story key={place.comment} controller={controller} comment={place.comment} changes={view.changes} onRead={read} />}
			{tab === 'policy' && <Policy controller={controller} desk={policy.current} onRead={read} />}
			{tab === 'learning' && <Learning controller={controller} />}
			{tab === 'automatic' && <AutomaticPage controller={controller} changes={view.automatic} />}
			<div class="toasts" aria-label={t('note.label')} role="region">
				{undoable && (tab === 'review' || tab === 'board') && <UndoToast key={undoable.item.revision} undoable={undoable} undoKey={bindings.undo}
					together={S.batchOf(desk, undoable, Date.now()).length} onUndo={() => controller.undo()} />}
				<Progress desk={desk} />
				<Changed controller={controller} view={view} />
				<Notes notes={desk.notes} onDismiss={(id) => controller.apply((d) => S.dismiss(d, id))} onOpen={read} />
			</div>
			<Said desk={desk} />
			{account && <Account controller={controller} onClose={() => setAccount(false)} />}
			{lanes && <LaneEditor controller={controller} lanes={view.lanes} onClose={() => setLanes(false)} />}
			{help && <Help letters={letters} bindings={bindings} onClose={() => setHelp(false)}
				onBindings={(b) => { setBindings(b); rememberBindings(b); }}
				onLetters={(on) => { setLetters(on); rememberLetters(on); }} />}
			{view.expired && <LoginAgain controller={controller} />}
		</div>
	);
}

export function App({ controller }: { controller: Controller }): JSX.Element | null {
	const view = useView(controller);
	const [, redraw] = useReducer<number, void>((n) => n + 1, 0);
	const onLang = (): void => redraw();
	const [token, setToken] = useState(invitationToken);
	if (token) return <InvitationPage controller={controller} token={token} onLang={onLang} onDone={() => setToken('')} />;
	if (view.phase === 'login') return <LoginPage controller={controller} onLang={onLang} />;
	if (view.phase === 'starting') return <div class="desk starting" aria-busy="true" />;
	if (view.session?.setup && !view.expired) return <SetupPage controller={controller} onLang={onLang} />;
	return <Work controller={controller} view={view} onLang={onLang} />;
}
