// The desk's requests. Turns every answer into a value or an ApiError; knows no state and no views.
import type { PolicyData, PolicyVersion, Problem } from './policy';
import type { Action, Conflict, Decided, Decision, Item, Page, Review, RuleId, Session } from './types';

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
	) {
		super(message);
	}
}

const PATIENCE_MS = 15000;

interface ErrorBody {
	error?: { code?: string; message?: string; conflict?: Conflict; problems?: Problem[]; retry_after?: number };
	conflict?: Conflict;
}

/* Worth the same request again: the server was not there, or said that it cannot now. */
function passes(status: number): boolean {
	return status === 429 || status >= 500;
}

function kindOf(status: number, code: string): Kind {
	if (code === 'login_failed' || code === 'login_throttled') return 'refused';
	if (status === 401 || code === 'csrf') return 'session';
	if (status === 409) return 'conflict';
	return passes(status) ? 'network' : 'refused';
}

async function failure(answer: Response): Promise<ApiError> {
	let body: ErrorBody = {};
	try {
		body = (await answer.json()) as ErrorBody;
	} catch {
		/* a proxy's page instead of our JSON: the status has to do */
	}
	const code = body.error?.code ?? `http_${answer.status}`;
	const wait = Number(answer.headers.get('Retry-After')) || body.error?.retry_after || 0;
	return new ApiError(kindOf(answer.status, code), code, body.error?.message ?? '', answer.status, wait,
		body.error?.conflict ?? body.conflict ?? null, body.error?.problems ?? []);
}

export class Api {
	lang = 'de';
	csrf = '';
	/** The server's clock minus ours, in ms, as far as HTTP's Date tells. */
	skew = 0;

	private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
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

	login(user: string, password: string): Promise<Session> {
		return this.opened(this.call('POST', '/v1/desk/session', { user, password }));
	}

	logout(): Promise<void> {
		return this.call('DELETE', '/v1/desk/session');
	}

	queue(after: string | null, limit: number): Promise<Page> {
		const from = after ? `&after=${encodeURIComponent(after)}` : '';
		return this.call('GET', `/v1/desk/queue?limit=${limit}${from}`);
	}

	revision(id: string): Promise<Item> {
		return this.call('GET', `/v1/desk/revisions/${encodeURIComponent(id)}`);
	}

	decide(item: Pick<Item, 'revision' | 'version'>, action: Action, rules: readonly RuleId[], word: string): Promise<Decided> {
		return this.call('POST', `/v1/desk/revisions/${encodeURIComponent(item.revision)}/decision`,
			{ action, rules, word, version: item.version });
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

	decisions(limit: number): Promise<{ decisions: Decision[] }> {
		return this.call('GET', `/v1/desk/decisions?limit=${limit}`);
	}
}
