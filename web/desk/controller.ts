// Brings state, server and clock together: loads ahead, sends decisions in the background, listens to
// the stream. Views read `state` and call the methods; they never talk to the server themselves.
import { Api, ApiError } from './api';
import type { Login } from './api';
import { rememberedBlur, rememberedExposures, rememberExposures } from './bindings';
import { closingState } from './closing';
import type { ClosingState } from './closing';
import { alongCount, answered, gather, isKnown, leavesCopies, toUndo } from './group';
import { notices } from './notices';
import { problemOf, problemTold } from './problems';
import * as S from './state';
import { RETRY_MS, Stream } from './stream';
import type { Listener } from './stream';
import type { Action, Claim, Decided, Item, Lane, QueueEvent, Right, Session } from './types';

const PAGE = 20;
const PAGE_MAX = 50;
const AHEAD = 10;
const RELOAD_MS = 5000;
const WITHDRAWN = new Set(['withdrawn']);
/* Shorter than the server keeps a claim. */
const CLAIM_MS = 25000;
const CLAIM_PAUSE_MS = 250;
const LANES_MS = 1500;

export interface View {
	phase: 'starting' | 'login' | 'work';
	session: Session | null;
	/** Logged in before, but the server no longer knows it. */
	expired: boolean;
	/** The role, or what goes with it, has changed while somebody worked. */
	changed: boolean;
	queue: 'loading' | 'ready' | 'failed';
	online: boolean;
	/** Grows with every change to decisions, so that the list of them loads again. */
	changes: number;
	/** Whether comments are closed on the whole site. */
	closing: ClosingState | null;
	/** Open objections, as far as they are known. */
	objections: number;
	/** Texts with open notices, and how many of them are overdue. */
	notices: number;
	overdueNotices: number;
	/** Grows when a lane that releases by itself opens or closes. */
	automatic: number;
	lanes: Lane[];
	/** Grows when the team's lanes or their contents may have changed. */
	laneChanges: number;
	desk: S.Desk;
}

export class Controller {
	readonly api = new Api();
	view: View = { phase: 'starting', session: null, expired: false, changed: false, queue: 'loading', online: true, changes: 0, closing: null, objections: 0, notices: 0, overdueNotices: 0, automatic: 0, lanes: [], laneChanges: 0, desk: { ...S.empty, blur: rememberedBlur(), exposures: rememberedExposures() } };
	private listeners = new Set<() => void>();
	private pumping = false;
	private loadingMore = false;
	private retry: ReturnType<typeof setTimeout> | undefined;
	private lanesTimer: ReturnType<typeof setTimeout> | undefined;
	private refreshTimer: ReturnType<typeof setTimeout> | undefined;
	private claimTimer: ReturnType<typeof setTimeout> | undefined;
	private looking: string | null = null;

	subscribe(listener: () => void): () => void {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	}

	private set(change: Partial<View>): void {
		this.view = { ...this.view, ...change };
		for (const l of this.listeners) l();
	}

	/** Applies one transition and lets follow what it needs: sending, loading ahead. */
	apply(change: (d: S.Desk) => S.Desk): void {
		const desk = this.counted(change(this.view.desk));
		if (desk.exposures !== this.view.desk.exposures) rememberExposures(desk.exposures);
		if (desk !== this.view.desk) this.set({ desk });
		this.lookAtCurrent();
		void this.pump();
		void this.loadAhead();
	}

	/* Without a blur, what is open is read. */
	private counted(desk: S.Desk): S.Desk {
		const open = S.currentItem(desk);
		return open && !desk.blur ? S.exposed(desk, open, this.now()) : desk;
	}

	/** One on the board has been on the screen. */
	read(item: Item): void {
		if (!this.view.desk.blur) this.apply((d) => S.exposed(d, item, this.now()));
	}

	now(): number {
		return Date.now();
	}

	may(right: Right): boolean {
		return this.view.session?.rights.includes(right) ?? false;
	}

	/* ---- session ---- */

	async start(): Promise<void> {
		addEventListener('online', () => this.wake());
		addEventListener('beforeunload', (e) => {
			if (this.view.desk.pending.length) e.preventDefault();
		});
		await this.ask();
	}

	private async ask(): Promise<void> {
		try {
			this.enter(await this.api.session());
		} catch (e) {
			if (!(e instanceof ApiError) || e.kind !== 'network') return this.set({ phase: 'login' });
			this.set({ phase: 'work', queue: 'failed', online: false });
			this.reloadLater();
		}
	}

	private enter(session: Session): void {
		this.set({ phase: 'work', session, expired: false, online: true, queue: 'loading' });
		if (session.setup) return;
		void this.reload();
		this.loadLanes();
		void this.countObjections();
		void this.countNotices();
		void this.loadClosing();
		this.stream.open();
	}

	/** After an invitation was accepted. */
	begin(session: Session): void {
		this.enter(session);
	}

	async workFor(site: string): Promise<void> {
		const session = await this.api.workFor(site);
		this.stream.close();
		this.set({ desk: { ...S.empty, blur: this.view.desk.blur, exposures: this.view.desk.exposures }, lanes: [] });
		this.enter(session);
	}

	private async loadClosing(): Promise<void> {
		try {
			this.heardClosing(await closingState(this.api));
		} catch (e) {
			this.handled(e);
		}
	}

	heardClosing(closing: ClosingState): void {
		this.set({ closing });
	}

	private async countObjections(): Promise<void> {
		try {
			this.set({ objections: (await this.api.objections('open')).open });
		} catch (e) {
			this.handled(e);
		}
	}

	private async countNotices(): Promise<void> {
		try {
			const { open, overdue } = await notices(this.api, 'open');
			this.set({ notices: open, overdueNotices: overdue });
		} catch (e) {
			this.handled(e);
		}
	}

	/* ---- lanes ---- */

	/** Soon, and not for every single comment. */
	loadLanes(wait = 0): void {
		if (this.lanesTimer !== undefined) return;
		this.lanesTimer = setTimeout(async () => {
			this.lanesTimer = undefined;
			try {
				const { lanes } = await this.api.lanes();
				this.set({ lanes, laneChanges: this.view.laneChanges + 1 });
			} catch (e) {
				this.handled(e);
			}
		}, wait);
	}

	openLane(lane: string): void {
		if (lane === this.view.desk.lane) return;
		this.set({ queue: 'loading', desk: S.inLane(this.view.desk, lane) });
		void this.reload();
	}

	private refreshSoon(): void {
		if (this.refreshTimer !== undefined) return;
		this.refreshTimer = setTimeout(() => {
			this.refreshTimer = undefined;
			void this.refresh();
		}, LANES_MS);
	}

	/* ---- who looks at what ---- */

	private lookAtCurrent(): void {
		const current = this.view.desk.current;
		if (current === this.looking || !this.may('decide')) return;
		this.looking = current;
		this.claimLater(CLAIM_PAUSE_MS);
	}

	private claimLater(wait: number): void {
		clearTimeout(this.claimTimer);
		this.claimTimer = setTimeout(() => void this.claim(), wait);
	}

	/* Nobody waits for this, and a failure costs nothing but the hint. */
	private async claim(): Promise<void> {
		if (this.view.phase !== 'work' || this.view.expired) return;
		const revision = this.looking;
		try {
			const { claims } = await this.api.claim(revision);
			this.heardClaims(claims);
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
		}
		if (revision !== null && document.visibilityState === 'visible') this.claimLater(CLAIM_MS);
	}

	private heardClaims(claims: Claim[]): void {
		const me = this.view.session?.user.name ?? '';
		this.set({ desk: S.claimed(this.view.desk, claims, me) });
	}

	async login(login: Login): Promise<void> {
		this.admit(await this.api.login(login));
	}

	/** Logged in by something else than a password. */
	async loginBy(session: Promise<Session>): Promise<void> {
		this.admit(await this.api.loginBy(session));
	}

	private admit(session: Session): void {
		const was = this.view.session?.user.login;
		/* Somebody else's unsent decisions are not theirs to send. */
		if (this.view.expired && was !== session.user.login) this.set({ desk: { ...S.empty, blur: this.view.desk.blur }, lanes: [] });
		if (!this.view.expired || was !== session.user.login || session.setup) return this.enter(session);
		this.set({ session, expired: false, online: true });
		this.stream.open();
		void this.refresh();
		this.wake();
	}

	async logout(): Promise<void> {
		await this.api.logout();
		this.stream.close();
		this.set({ phase: 'login', session: null, expired: false, desk: { ...S.empty, blur: this.view.desk.blur, exposures: this.view.desk.exposures }, queue: 'loading' });
	}

	/** What may be done now, after a second factor was set up. */
	async refreshSession(): Promise<void> {
		this.enter(await this.api.session());
	}

	dismissChange(): void {
		this.set({ changed: false });
	}

	/* The server has ended the stream: session, role or sections are not what they were. */
	private async accountChanged(): Promise<void> {
		const was = this.view.session;
		this.stream.close();
		try {
			const session = await this.api.session();
			const same = was?.user.role === session.user.role && was.sections.join() === session.sections.join() && was.setup === session.setup;
			if (same) {
				this.set({ session });
				return this.stream.open();
			}
			this.set({ changed: !session.setup });
			this.enter(session);
		} catch (e) {
			if (!this.handled(e)) this.listenAgain();
		}
	}

	/* Perhaps only this window's token is old: another one logged the same person in again. */
	private async sessionLost(): Promise<void> {
		if (this.view.expired) return;
		const was = this.view.session?.user.login;
		try {
			const session = await this.api.session();
			if (session.setup) return this.enter(session);
			if (!was || session.user.login === was) {
				this.set({ session });
				return this.wake();
			}
		} catch (e) {
			if (e instanceof ApiError && e.kind === 'network') return this.retryLater(0);
		}
		this.set(was ? { expired: true } : { phase: 'login' });
	}

	/** True if it was the session and has been seen to. */
	private handled(e: unknown): boolean {
		if (!(e instanceof ApiError)) throw e;
		if (e.kind === 'session') void this.sessionLost();
		return e.kind === 'session';
	}

	/* ---- loading ---- */

	async reload(): Promise<void> {
		if (!this.view.session) return this.ask();
		const { lane } = this.view.desk;
		try {
			const page = await this.api.queue(lane, null, PAGE);
			if (this.view.desk.lane !== lane) return; /* the other lane's answer comes by itself */
			this.set({ queue: 'ready', online: true });
			this.apply((d) => S.loaded(d, page));
		} catch (e) {
			const session = this.handled(e);
			this.set({ queue: 'failed' });
			if (!session) this.reloadLater();
		}
	}

	private reloadLater(): void {
		setTimeout(() => {
			if (this.view.queue === 'failed' && this.view.phase === 'work' && !this.view.expired) void this.reload();
		}, RELOAD_MS);
	}

	/* After a break in the stream: the queue as it is now, and what became of the one that is open. */
	private async refresh(): Promise<void> {
		const limit = Math.max(PAGE, Math.min(PAGE_MAX, this.view.desk.items.length)), { lane } = this.view.desk;
		try {
			const page = await this.api.queue(lane, null, limit);
			if (this.view.desk.lane !== lane) return;
			this.set({ queue: 'ready', online: true, changes: this.view.changes + 1 });
			this.apply((d) => S.loaded(d, page));
			const open = S.currentItem(this.view.desk);
			if (open && !page.items.some((i) => i.revision === open.revision)) await this.lookAt(open);
		} catch (e) {
			if (!this.handled(e)) this.set({ online: false });
		}
	}

	private async lookAt(item: Item): Promise<void> {
		const now = await this.api.revision(item.revision);
		if (!now.state || now.state === 'held') return;
		let problem: S.Problem = WITHDRAWN.has(now.state) ? { kind: 'withdrawn' } : { kind: 'superseded', revision: null };
		const { decisions } = await this.api.decisions(PAGE_MAX);
		const by = decisions.find((x) => x.revision === item.revision && !x.undone);
		if (by) problem = { kind: 'decided', by: by.by, action: by.action, at: by.at };
		this.apply((d) => S.removed(d, item.revision, problem, d.count));
	}

	private async loadAhead(): Promise<void> {
		const d = this.view.desk;
		if (this.loadingMore || this.view.queue !== 'ready' || d.complete || S.aheadOfCurrent(d) >= AHEAD) return;
		this.loadingMore = true;
		try {
			const page = await this.api.queue(d.lane, d.cursor, PAGE);
			this.loadingMore = false;
			this.apply((now) => (now.lane === d.lane ? S.more(now, page, d.cursor) : now));
		} catch (e) {
			this.loadingMore = false;
			if (!this.handled(e)) this.retryLater(2);
		}
	}

	async openRevision(revision: string): Promise<void> {
		const known = this.view.desk.items.some((i) => i.revision === revision);
		/* The same text, but others have done something to it since: read anew. */
		if (!known || this.view.desk.problems[revision]?.kind === 'changed') {
			try {
				const item = await this.api.revision(revision);
				this.apply((d) => S.inserted({ ...d, complete: true }, item));
				this.apply((d) => ({ ...d, complete: false }));
			} catch (e) {
				this.handled(e);
				return;
			}
		}
		this.apply((d) => S.open(d, revision));
	}

	/* ---- deciding ---- */

	decide(action: Action, draft: S.Draft): void {
		const { desk } = this.view, item = S.currentItem(desk);
		if (!item || !S.mayDecide(desk) || S.missing(action, draft)) return;
		const along = S.along(desk, item, action);
		if (isKnown(item, along)) this.apply((d) => S.decide(d, action, draft, this.now()));
		else void this.decideAll(item, along, action, draft);
	}

	/* An item tells but the first of what goes along with it. Nothing is decided before all of it is known. */
	private async decideAll(item: Item, along: S.Along, action: Action, draft: S.Draft): Promise<void> {
		this.apply((d) => S.gathering(d, item, alongCount(item, along), draft, this.now()));
		const copies = await gather(this.api, item, along, (found) => this.apply((d) => S.gathered(d, found)));
		if (copies instanceof ApiError) this.handled(copies);
		this.apply((d) => (copies instanceof ApiError ? S.notGathered(d, item, problemOf(copies)) : S.decideAlong(d, item, copies, action, draft, this.now())));
	}

	private async pump(): Promise<void> {
		if (this.pumping || this.retry !== undefined || this.view.expired) return;
		this.pumping = true;
		try {
			for (let next = S.nextToSend(this.view.desk); next.length; next = S.nextToSend(this.view.desk))
				if (!(await this.send(next))) break;
		} finally {
			this.pumping = false;
		}
	}

	/* What became of each, in their order. */
	private async submit(some: S.Pending[]): Promise<(Decided | ApiError)[]> {
		if (some.length > 1) return this.api.decideTogether(some);
		const [p] = some as [S.Pending];
		return [await this.api.decide(p.item, p.action, p.draft)];
	}

	/* True: go on with the next. False: the way is barred, all stay in their order. */
	private async send(some: S.Pending[]): Promise<boolean> {
		this.set({ desk: some.reduce((d, p) => S.sending(d, p.item.revision), this.view.desk) });
		let answers: (Decided | ApiError)[];
		try {
			answers = await this.submit(some);
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			if (e.kind === 'network' || e.kind === 'session') {
				for (const p of some) this.set({ desk: S.unsent(this.view.desk, p.item.revision), online: e.kind === 'session' });
				if (e.kind === 'network') this.retryLater(some[0]?.tries ?? 0, e.retryAfter);
				else void this.sessionLost();
				return false;
			}
			answers = Array<ApiError>(some.length).fill(e);
		}
		await this.answered(some, answers);
		return true;
	}

	/* All at once, as each change draws the desk anew. */
	private async answered(some: S.Pending[], answers: (Decided | ApiError)[]): Promise<void> {
		const { desk, changes } = this.view, back = toUndo(desk, some, answers);
		this.set({ online: true, changes: changes + 1, desk: answered(desk, some, answers, this.api.skew) });
		if (leavesCopies(some)) void this.refresh();
		await this.undoAll(back);
	}

	private retryLater(tries: number, seconds = 0): void {
		clearTimeout(this.retry);
		const wait = seconds ? seconds * 1000 : RETRY_MS[Math.min(tries, RETRY_MS.length - 1)];
		this.retry = setTimeout(() => this.wake(), wait);
	}

	/** Tries at once what waits. */
	wake(): void {
		clearTimeout(this.retry);
		this.retry = undefined;
		void this.pump();
		void this.loadAhead();
	}

	/* ---- taking back ---- */

	undo(): void {
		const last = S.lastUndoable(this.view.desk, this.now()), some = last ? S.batchOf(this.view.desk, last, this.now()) : [];
		this.apply((d) => some.reduceRight((now, u) => S.takeBack(now, u), d)); /* the first is open then */
		void this.undoAll(some);
	}

	/* Those that are shown come last: they tell of all others then. */
	private async undoAll(some: { item: Item; decision: string | null }[]): Promise<void> {
		for (const hidden of [true, false])
			await Promise.all(some.map((u) => (u.decision && (u.item.partial ?? false) === hidden ? this.undoNow(u.item, u.decision) : null)));
		if (some.some((u) => u.item.partial)) this.refreshSoon();
	}

	/** One decision on all of these. */
	decideMany(items: Item[], action: Action, draft: S.Draft): void {
		this.apply((d) => S.decideMany(d, items, action, draft, this.now()));
	}

	private async undoNow(item: Item, decision: string): Promise<void> {
		try {
			const { count } = await this.api.undo(decision);
			const now = item.partial ? item : await this.fresh(item);
			this.apply((d) => S.takenBack(d, now, count));
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			if (e.kind === 'session') void this.sessionLost();
			this.apply((d) => S.takeBackFailed(d, item, e.message));
		}
		this.set({ changes: this.view.changes + 1 });
	}

	/* Taking back has changed its version: deciding again needs the new one. */
	private async fresh(item: Item): Promise<Item> {
		for (let tries = 0; ; tries++) {
			try {
				return await this.api.revision(item.revision);
			} catch (e) {
				if (tries >= 3 || !(e instanceof ApiError) || e.kind !== 'network') throw e;
				await new Promise((done) => setTimeout(done, RETRY_MS[tries]));
			}
		}
	}

	/** From the list of decisions. Rejects with the server's reason. */
	async undoDecision(decision: string): Promise<void> {
		const known = this.view.desk.undoable.find((u) => u.decision === decision);
		if (known) this.set({ desk: { ...this.view.desk, undoable: this.view.desk.undoable.filter((u) => u !== known) } });
		const { revision, count } = await this.api.undo(decision);
		const item = await this.api.revision(revision);
		/* what is public again does not wait */
		if ((item.state ?? 'held') === 'held') this.apply((d) => S.takenBack(d, item, count));
		this.set({ changes: this.view.changes + 1 });
	}

	/* ---- the stream ---- */

	private readonly told: Listener['told'] = {
		queue: (e) => void this.heard(e),
		reset: () => void this.refresh(),
		decisions: () => this.set({ changes: this.view.changes + 1 }),
		objections: ({ open }) => this.set({ objections: open, changes: this.view.changes + 1 }),
		notices: ({ open, overdue }) => this.set({ notices: open, overdueNotices: overdue, changes: this.view.changes + 1 }),
		automatic: ({ section, state, why }) => {
			this.set({ automatic: this.view.automatic + 1 });
			if (state === 'closed' && why !== 'replaced') this.apply((d) => S.note(d, { kind: 'automatic', section }));
		},
		claims: ({ claims }) => this.heardClaims(claims),
		closing: () => { void this.loadClosing(); this.refreshSoon(); },
		lanes: () => this.loadLanes(),
		account: () => void this.accountChanged(),
		escalated: () => { this.loadLanes(); this.refreshSoon(); },
	};

	private readonly stream = new Stream({
		opened: (again) => {
			if (!this.view.online) this.set({ online: true });
			if (again) void this.refresh();
			if (again) this.wake();
		},
		broken: (refused) => {
			this.set({ online: false });
			if (refused) this.listenAgain();
		},
		told: this.told,
	});

	/* The server refused: ask whether we are still known. */
	private listenAgain(): void {
		this.stream.later(async () => {
			if (this.view.phase !== 'work' || this.view.expired) return;
			try {
				await this.api.session();
				this.stream.open();
			} catch (e) {
				if (!this.handled(e)) this.listenAgain();
			}
		});
	}

	/* Referred to somebody else: a colleague, or a lawyer. */
	private isForOthers(item: Item): boolean {
		if (!item.referral) return false;
		return item.referral.to === 'lawyer' ? !this.may('legal') : item.referral.by === this.view.session?.user.name;
	}

	private async heard(e: QueueEvent): Promise<void> {
		const removed = e.removed;
		this.loadLanes(LANES_MS);
		/* Which of a lane's comments this concerns only the server can say. */
		if (this.view.desk.lane !== 'all' && e.added) return this.refreshSoon();
		if (removed) {
			const problem = problemTold(e, this.now());
			if (this.view.desk.items.some((i) => i.revision === removed && i.alike > 0)) this.refreshSoon();
			this.apply((d) => S.removed(d, removed, problem, e.count));
			this.set({ changes: this.view.changes + 1 });
		} else {
			this.apply((d) => S.counted(d, e.count));
		}
		if (!e.added || this.view.desk.busy.includes(e.added)) return;
		try {
			const item = await this.api.revision(e.added);
			if ((item.state ?? 'held') !== 'held' || this.view.desk.busy.includes(item.revision)) return;
			if (this.isForOthers(item)) this.apply((d) => S.removed(d, item.revision, { kind: 'referred', by: item.referral?.by ?? '' }, d.count));
			else this.apply((d) => S.inserted(d, item));
		} catch (error) {
			this.handled(error);
		}
	}
}
