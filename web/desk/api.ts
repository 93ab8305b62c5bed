// The desk's requests. Turns every answer into a value or an ApiError; knows no state and no views.
import type { Json, RequestOptions } from './passkey';
import type { PolicyData, PolicyVersion, Problem } from './policy';
import type { Draft } from './state';
import type { Action, Claim, Closure, Conflict, Copy, Decided, Decision, DeskSettings, Dot, Hit, InvitationView, Item, Lane, Letter, LogEntry, Member, Objection, OpenInvitation, OwnSession, Page, Review, Role, Session } from './types';

const DAY_MS = 24 * 3600 * 1000;

/** Dates as the browser gives them. Empty: any. */
export interface SearchTerms {
	q: string;
	author: string;
	article: string;
	state: string;
	rule: string;
	from: string;
	to: string;
}

export interface FactorsAsked {
	code: boolean;
	options: RequestOptions | null;
}

export type Kind = 'network' | 'session' | 'conflict' | 'refused';

export class ApiError extends Error {
	constructor(
		readonly kind: Kind,
		readonly code: string,
		message: string,
		readonly status: number,
		readonly retryAfter = 0,
		readonly conflict: Conflict | null = null,
		readonly problems: Problem[] = [],
		/** With second_factor: what the account can answer with. */
		readonly factors: FactorsAsked | null = null,
	) {
		super(message);
	}
}

/** `link`: from now on the house's own log-in opens this account, too. */
export interface Login {
	user: string;
	password: string;
	code?: string;
	passkey?: Json;
	link?: boolean;
}

/** One of several decisions in a request, and its answer. */
export interface Asked {
	item: Pick<Item, 'revision' | 'version'>;
	action: Action;
	draft: Draft;
}
type Answered = Omit<Decided, 'action' | 'count'> & { error?: { code: string; message: string; conflict?: Conflict } };

const PATIENCE_MS = 15000;

interface ErrorBody {
	error?: { code?: string; message?: string; conflict?: Conflict; problems?: Problem[]; retry_after?: number; factors?: FactorsAsked };
	conflict?: Conflict;
}

/* Worth the same request again: the server was not there, or said that it cannot now. */
function passes(status: number): boolean {
	return status === 429 || status >= 500;
}

function kindOf(status: number, code: string): Kind {
	if (code === 'login_failed' || code === 'login_throttled' || code.startsWith('second_factor')) return 'refused';
	if (status === 401 || code === 'csrf' || code === 'factor_needed') return 'session';
	if (status === 409) return 'conflict';
	return passes(status) ? 'network' : 'refused';
}

export async function failure(answer: Response): Promise<ApiError> {
	let body: ErrorBody = {};
	try {
		body = (await answer.json()) as ErrorBody;
	} catch {
		/* a proxy's page instead of our JSON: the status has to do */
	}
	const code = body.error?.code ?? `http_${answer.status}`;
	const wait = Number(answer.headers.get('Retry-After')) || body.error?.retry_after || 0;
	return new ApiError(kindOf(answer.status, code), code, body.error?.message ?? '', answer.status, wait,
		body.error?.conflict ?? body.conflict ?? null, body.error?.problems ?? [], body.error?.factors ?? null);
}

export class Api {
	lang = 'de';
	csrf = '';
	/** The server's clock minus ours, in ms, as far as HTTP's Date tells. */
	skew = 0;

	/** For the parts that bring their own calls. */
	async call<T>(method: string, path: string, body?: unknown): Promise<T> {
		const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': this.lang };
		if (method !== 'GET') headers['X-CSRF-Token'] = this.csrf;
		if (body !== undefined) headers['Content-Type'] = 'application/json';
		const stop = new AbortController();
		const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
		try {
			const answer = await fetch(path, {
				method, headers, credentials: 'same-origin', cache: 'no-store', signal: stop.signal,
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			});
			this.noteClock(answer);
			if (!answer.ok) throw await failure(answer);
			return (answer.status === 204 ? null : await answer.json()) as T;
		} catch (e) {
			throw e instanceof ApiError ? e : new ApiError('network', 'offline', '', 0);
		} finally {
			clearTimeout(timer);
		}
	}

	private noteClock(answer: Response): void {
		const at = Date.parse(answer.headers.get('Date') ?? '');
		const skew = at + 500 - Date.now();
		/* HTTP tells whole seconds: a small difference is none. */
		if (Number.isFinite(skew)) this.skew = Math.abs(skew) < 1500 ? 0 : skew;
	}

	private async opened(session: Promise<Session>): Promise<Session> {
		const s = await session;
		this.csrf = s.csrf;
		return s;
	}

	session(): Promise<Session> {
		return this.opened(this.call('GET', '/v1/desk/session'));
	}

	login(login: Login): Promise<Session> {
		return this.opened(this.call('POST', '/v1/desk/session', login));
	}

	/** By other ways than a password: access.ts. */
	loginBy(session: Promise<Session>): Promise<Session> {
		return this.opened(session);
	}

	logout(): Promise<void> {
		return this.call('DELETE', '/v1/desk/session');
	}

	queue(lane: string, after: string | null, limit: number): Promise<Page> {
		const from = after ? `&after=${encodeURIComponent(after)}` : '';
		return this.call('GET', `/v1/desk/queue?once=1&lane=${encodeURIComponent(lane)}&limit=${limit}${from}`);
	}

	/** The address has the question; what comes back is figures.ts's. */
	figures(address: string): Promise<unknown> {
		return this.call('GET', address);
	}

	lanes(): Promise<{ lanes: Lane[] }> {
		return this.call('GET', '/v1/desk/lanes');
	}

	saveLanes(lanes: { id?: string; name: string; filter: Lane['filter'] }[]): Promise<{ lanes: Lane[] }> {
		return this.call('PUT', '/v1/desk/lanes', { lanes });
	}

	board(lane: string): Promise<{ dots: Dot[]; cut: boolean }> {
		return this.call('GET', `/v1/desk/board?lane=${encodeURIComponent(lane)}`);
	}

	claim(revision: string | null): Promise<{ mine: boolean; claims: Claim[] }> {
		return this.call('PUT', '/v1/desk/claim', { revision });
	}

	revision(id: string): Promise<Item> {
		return this.call('GET', `/v1/desk/revisions/${encodeURIComponent(id)}`);
	}

	/** What waits with nearly the same text, or with this link but another text. */
	group(revision: string, link: string | null, after: string | null, limit: number): Promise<{ items: Copy[]; next: string | null }> {
		const from = `${link === null ? '' : `&link=${encodeURIComponent(link)}`}${after ? `&after=${encodeURIComponent(after)}` : ''}`;
		return this.call('GET', `/v1/desk/revisions/${encodeURIComponent(revision)}/group?limit=${limit}${from}`);
	}

	decide(item: Pick<Item, 'revision' | 'version'>, action: Action, draft: Draft): Promise<Decided> {
		return this.call('POST', `/v1/desk/revisions/${encodeURIComponent(item.revision)}/decision`,
			{ ...draft, word: draft.word.trim(), action, version: item.version });
	}

	/** In their order: what was decided, and why the others were not. */
	async decideTogether(list: Asked[]): Promise<(Decided | ApiError)[]> {
		const { decisions, count } = await this.call<{ decisions: Answered[]; count: number }>('POST', '/v1/desk/decisions',
			{ decisions: list.map(({ item, action, draft }) => ({ ...draft, word: draft.word.trim(), action, revision: item.revision, version: item.version })) });
		return list.map(({ action }, i) => {
			const { error, ...done } = decisions[i] as Answered;
			if (!error) return { ...done, action, count };
			return new ApiError(error.conflict ? 'conflict' : 'refused', error.code, error.message, error.conflict ? 409 : 422, 0, error.conflict ?? null);
		});
	}

	letter(revision: string, action: 'reject' | 'remove' | 'suspend', draft: Draft, days = 0, notice = false): Promise<Letter> {
		return this.call('POST', `/v1/desk/revisions/${encodeURIComponent(revision)}/letter`, { ...draft, action, days, notice });
	}

	remove(revision: string, draft: Draft): Promise<Decided> {
		return this.call('POST', `/v1/desk/revisions/${encodeURIComponent(revision)}/removal`, draft);
	}

	pick(revision: string, picked: boolean): Promise<Decided> {
		return this.call('PUT', `/v1/desk/revisions/${encodeURIComponent(revision)}/pick`, { picked });
	}

	suspend(revision: string, draft: Draft, days: number): Promise<Decided> {
		return this.call('POST', `/v1/desk/revisions/${encodeURIComponent(revision)}/suspension`, { ...draft, days });
	}

	objections(state: 'open' | 'decided'): Promise<{ open: number; objections: Objection[] }> {
		return this.call('GET', `/v1/desk/objections?state=${state}`);
	}

	answerObjection(id: string, outcome: 'uphold' | 'change' | 'reject', reasons: string, draft: Draft): Promise<void> {
		return this.call('POST', `/v1/desk/objections/${encodeURIComponent(id)}/decision`, { ...draft, word: '', outcome, reasons });
	}

	/* ---- people ---- */

	staff(): Promise<{ members: Member[]; invitations: OpenInvitation[] }> {
		return this.call('GET', '/v1/desk/staff');
	}

	changeMember(id: string, change: { role: Role; sections: string[]; open: boolean }): Promise<void> {
		return this.call('PUT', `/v1/desk/staff/${encodeURIComponent(id)}`, change);
	}

	resetMember(id: string): Promise<{ id: string; link: string }> {
		return this.call('POST', `/v1/desk/staff/${encodeURIComponent(id)}/reset`);
	}

	invite(person: { name: string; email: string; role: Role; sections: string[]; lang: string }): Promise<{ id: string; link: string }> {
		return this.call('POST', '/v1/desk/staff/invitations', person);
	}

	endInvitation(id: string): Promise<void> {
		return this.call('DELETE', `/v1/desk/staff/invitations/${encodeURIComponent(id)}`);
	}

	staffLog(before: string | null): Promise<{ entries: LogEntry[] }> {
		return this.call('GET', `/v1/desk/staff/log${before ? `?before=${encodeURIComponent(before)}` : ''}`);
	}

	sessions(): Promise<{ sessions: OwnSession[] }> {
		return this.call('GET', '/v1/desk/sessions');
	}

	endSession(id: string): Promise<void> {
		return this.call('DELETE', `/v1/desk/sessions/${encodeURIComponent(id)}`);
	}

	changePassword(before: string, after: string): Promise<void> {
		return this.call('PUT', '/v1/desk/password', { before, after });
	}

	workFor(site: string): Promise<Session> {
		return this.opened(this.call('PUT', '/v1/desk/session/site', { site }));
	}

	invitation(token: string): Promise<InvitationView> {
		return this.call('POST', '/v1/desk/invitation', { token });
	}

	/** null: taken, but the account has a second factor and logs in as usual. */
	async acceptInvitation(token: string, login: string, name: string, password: string): Promise<Session | null> {
		const session = await this.call<Session | null>('POST', '/v1/desk/invitation/accept', { token, login, name, password });
		return session && this.opened(Promise.resolve(session));
	}

	undo(decision: string): Promise<{ revision: string; count: number }> {
		return this.call('POST', `/v1/desk/decisions/${encodeURIComponent(decision)}/undo`);
	}

	/** Those in force, or an earlier version. */
	policy(version?: number): Promise<PolicyData> {
		return this.call('GET', `/v1/desk/policy${version === undefined ? '' : `?version=${version}`}`);
	}

	policyVersions(): Promise<{ versions: PolicyVersion[] }> {
		return this.call('GET', '/v1/desk/policy/versions');
	}

	savePolicy(policy: Pick<PolicyData, 'version' | 'thresholds' | 'entries'>): Promise<PolicyData> {
		return this.call('PUT', '/v1/desk/policy', policy);
	}

	tryPolicy(draft: Pick<PolicyData, 'thresholds' | 'entries'> & { text: string }): Promise<{ problems: Problem[]; review: Review | null; engine: Review | null }> {
		return this.call('POST', '/v1/desk/policy/try', draft);
	}

	closeThread(article: string, open: boolean, hours: number, reason: string): Promise<Closure> {
		return this.call('PUT', `/v1/desk/articles/${encodeURIComponent(article)}/comments`, { open, hours, reason });
	}

	settings(): Promise<DeskSettings> {
		return this.call('GET', '/v1/desk/settings');
	}

	saveSettings(settings: Omit<DeskSettings, 'forecasts'>): Promise<DeskSettings> {
		return this.call('PUT', '/v1/desk/settings', settings);
	}

	search(terms: SearchTerms, after: string | null): Promise<{ hits: Hit[]; next: string | null }> {
		const q = new URLSearchParams();
		for (const key of ['q', 'author', 'article', 'state', 'rule'] as const) if (terms[key].trim()) q.set(key, terms[key].trim());
		/* whole days, as the editor counts them */
		if (terms.from) q.set('from', String(new Date(`${terms.from}T00:00`).getTime()));
		if (terms.to) q.set('to', String(new Date(`${terms.to}T00:00`).getTime() + DAY_MS));
		if (after) q.set('after', after);
		return this.call('GET', `/v1/desk/search?${q}`);
	}

	decisions(limit: number, by: 'people' | 'automatic' | '' = ''): Promise<{ decisions: Decision[] }> {
		return this.call('GET', `/v1/desk/decisions?limit=${limit}${by ? `&by=${by}` : ''}`);
	}
}
