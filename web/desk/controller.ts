// Brings state, server and clock together: loads ahead, sends decisions in the background, listens to
// the stream. Views read `state` and call the methods; they never talk to the server themselves.
import { Api, ApiError } from './api';
import * as S from './state';
import type { Action, Item, QueueEvent, Session } from './types';

const PAGE = 20;
const PAGE_MAX = 50;
const AHEAD = 10;
const RELOAD_MS = 5000;
const RETRY_MS = [1000, 2000, 4000, 8000, 15000];
const WITHDRAWN = new Set(['withdrawn']);

export interface View {
	phase: 'starting' | 'login' | 'work';
	session: Session | null;
	/** Logged in before, but the server no longer knows it. */
	expired: boolean;
	queue: 'loading' | 'ready' | 'failed';
	online: boolean;
	/** Grows with every change to decisions, so that the list of them loads again. */
	changes: number;
	desk: S.Desk;
}

export class Controller {
	readonly api = new Api();
	view: View = { phase: 'starting', session: null, expired: false, queue: 'loading', online: true, changes: 0, desk: S.empty };
	private listeners = new Set<() => void>();
	private stream: EventSource | null = null;
	private streamTries = 0;
	private pumping = false;
	private loadingMore = false;
	private retry: ReturnType<typeof setTimeout> | undefined;

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
		const desk = change(this.view.desk);
		if (desk !== this.view.desk) this.set({ desk });
		void this.pump();
		void this.loadAhead();
	}

	now(): number {
		return Date.now();
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
		void this.reload();
		this.listen();
	}

	async login(user: string, password: string): Promise<void> {
		const session = await this.api.login(user, password);
		if (!this.view.expired) return this.enter(session);
		this.set({ session, expired: false, online: true });
		this.listen();
		void this.refresh();
		this.wake();
	}

	async logout(): Promise<void> {
		await this.api.logout();
		this.stream?.close();
		this.stream = null;
		this.set({ phase: 'login', session: null, expired: false, desk: S.empty, queue: 'loading' });
	}

	/* Perhaps only this window's token is old: another one logged the same person in again. */
	private async sessionLost(): Promise<void> {
		if (this.view.expired) return;
		const was = this.view.session?.user.login;
		try {
			const session = await this.api.session();
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
		try {
			const page = await this.api.queue(null, PAGE);
			this.set({ queue: 'ready', online: true });
			this.apply((d) => S.loaded(d, page, PAGE));
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
		const limit = Math.max(PAGE, Math.min(PAGE_MAX, this.view.desk.items.length));
		try {
			const page = await this.api.queue(null, limit);
			this.set({ queue: 'ready', online: true, changes: this.view.changes + 1 });
			this.apply((d) => S.loaded(d, page, limit));
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
			const page = await this.api.queue(d.cursor, PAGE);
			this.loadingMore = false;
			this.apply((now) => S.more(now, page, PAGE));
		} catch (e) {
			this.loadingMore = false;
			if (!this.handled(e)) this.retryLater(2);
		}
	}

	async openRevision(revision: string): Promise<void> {
		if (!this.view.desk.items.some((i) => i.revision === revision)) {
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
		this.apply((d) => S.decide(d, action, draft, this.now()));
	}

	private async pump(): Promise<void> {
		if (this.pumping || this.retry !== undefined || this.view.expired) return;
		this.pumping = true;
		for (let p = S.nextToSend(this.view.desk); p; p = S.nextToSend(this.view.desk))
			if (!(await this.send(p))) break;
		this.pumping = false;
	}

	/* True: go on with the next. False: the way is barred, all stay in their order. */
	private async send(p: S.Pending): Promise<boolean> {
		const id = p.item.revision;
		this.set({ desk: S.sending(this.view.desk, id) });
		try {
			const result = await this.api.decide(p.item, p.action, p.rules, p.word);
			const back = this.view.desk.pending.find((q) => q.item.revision === id)?.takenBack;
			this.set({
				online: true, changes: this.view.changes + 1,
				desk: S.accepted(this.view.desk, id, result, result.undo_until - this.api.skew),
			});
			if (back) await this.undoNow(p.item, result.decision);
			return true;
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			if (e.kind === 'network' || e.kind === 'session') {
				this.set({ desk: S.unsent(this.view.desk, id), online: e.kind === 'session' });
				if (e.kind === 'network') this.retryLater(p.tries, e.retryAfter);
				else void this.sessionLost();
				return false;
			}
			this.set({ desk: S.refused(this.view.desk, id, problemOf(e)), changes: this.view.changes + 1 });
			return true;
		}
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
		const u = S.lastUndoable(this.view.desk, this.now());
		if (!u) return;
		this.apply((d) => S.takeBack(d, u));
		if (u.decision) void this.undoNow(u.item, u.decision);
	}

	private async undoNow(item: Item, decision: string): Promise<void> {
		try {
			const { count } = await this.api.undo(decision);
			const fresh = await this.fresh(item);
			this.apply((d) => S.takenBack(d, fresh, count));
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
		this.apply((d) => S.takenBack(d, item, count));
		this.set({ changes: this.view.changes + 1 });
	}

	/* ---- the stream ---- */

	private listen(): void {
		this.stream?.close();
		const stream = new EventSource('/v1/desk/stream');
		this.stream = stream;
		let broken = this.streamTries > 0;
		stream.addEventListener('open', () => {
			this.streamTries = 0;
			if (!this.view.online) this.set({ online: true });
			if (broken) void this.refresh();
			if (broken) this.wake();
			broken = false;
		});
		stream.addEventListener('queue', (e) => void this.heard(JSON.parse((e as MessageEvent<string>).data) as QueueEvent));
		stream.addEventListener('reset', () => void this.refresh());
		stream.addEventListener('error', () => {
			broken = true;
			this.set({ online: false });
			if (stream.readyState === EventSource.CLOSED && this.stream === stream) this.listenAgain();
		});
	}

	/* The browser has given up: the server refused. Ask whether we are still known. */
	private listenAgain(): void {
		const wait = RETRY_MS[Math.min(this.streamTries++, RETRY_MS.length - 1)];
		setTimeout(async () => {
			if (this.view.phase !== 'work' || this.view.expired) return;
			try {
				await this.api.session();
				this.listen();
			} catch (e) {
				if (!this.handled(e)) this.listenAgain();
			}
		}, wait);
	}

	private async heard(e: QueueEvent): Promise<void> {
		const removed = e.removed;
		if (removed) {
			const problem = problemTold(e, this.now());
			this.apply((d) => S.removed(d, removed, problem, e.count));
			this.set({ changes: this.view.changes + 1 });
		} else {
			this.apply((d) => S.counted(d, e.count));
		}
		if (!e.added || this.view.desk.busy.includes(e.added)) return;
		try {
			const item = await this.api.revision(e.added);
			if ((item.state ?? 'held') === 'held' && !this.view.desk.busy.includes(item.revision))
				this.apply((d) => S.inserted(d, item));
		} catch (error) {
			this.handled(error);
		}
	}
}

function problemTold(e: QueueEvent, now: number): S.Problem {
	if (e.action === 'withdrawn') return { kind: 'withdrawn' };
	if (e.action === 'superseded') return { kind: 'superseded', revision: null };
	return { kind: 'decided', by: e.by ?? '', action: e.action ?? '', at: now };
}

export function problemOf(e: ApiError): S.Problem {
	const c = e.conflict;
	switch (e.code) {
	case 'already_decided':
		return { kind: 'decided', by: c?.by ?? '', action: c?.action ?? '', at: c?.at ?? 0 };
	case 'revision_superseded':
		return { kind: 'superseded', revision: c?.revision ?? null };
	case 'revision_withdrawn':
		return { kind: 'withdrawn' };
	case 'parent_not_released':
		return { kind: 'parent' };
	default:
		return { kind: 'refused', message: e.message };
	}
}
