// Requests to the comment server. On the server's own origin a cookie says who is reading; on
// other sites a token does, which is kept here and sent as a header.
import { store } from './dom';
import { type Challenge, solve } from './proof';

export interface Own { id: string; parent?: string | null; state: string; html: string; reader?: string }
export interface Hint { rule: string; title: string; reason: string; quote: string; begin: number; end: number }
export interface Put { id: string; parent: string | null; depth: number; html: string; count: number }
export interface Removed { id: string; html: string; count: number }
interface Listed { next: string | null; comments: { id: string; text: string }[] }

/** The server said no; `message` is for the reader, empty if there was no connection. */
export class Refusal extends Error {
	constructor(readonly code: string, message: string, readonly challenge?: Challenge) {
		super(message);
	}
}

const TOKEN = 'freigabe-reader';
const memory = store('localStorage');

function uuid(): string {
	if (crypto.randomUUID) return crypto.randomUUID();
	return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
}

export class Server {
	private readonly foreign: boolean;
	/** The language that the area came in. */
	spoken = '';
	private last = { payload: '', key: '' };

	constructor(private base: string, private article: string, private site: string, private lang: string) {
		this.foreign = base !== location.origin;
	}

	private url(path: string, query: Record<string, string> = {}): string {
		const url = new URL(`${this.base}/v1/articles/${encodeURIComponent(this.article)}${path}`);
		for (const [name, value] of Object.entries({ site: this.site, lang: this.lang, ...query }))
			if (value) url.searchParams.set(name, value);
		return url.href;
	}

	private async call(method: string, url: string, body?: unknown, key = '', signal?: AbortSignal, proof = ''): Promise<Response> {
		const headers: Record<string, string> = {};
		const token = this.foreign ? memory.get(TOKEN) : '';
		if (token) headers['Freigabe-Reader'] = token;
		if (body) headers['Content-Type'] = 'application/json';
		if (key) headers['Idempotency-Key'] = key;
		if (proof) headers['Freigabe-Proof'] = proof;
		const init: RequestInit = { method, headers, credentials: this.foreign ? 'omit' : 'same-origin' };
		if (body) init.body = JSON.stringify(body);
		if (signal) init.signal = signal;
		let answer: Response;
		try {
			answer = await fetch(url, init);
		} catch {
			throw new Refusal('offline', '');
		}
		if (answer.ok) return answer;
		const said = await answer.json().catch(() => ({}));
		throw new Refusal(said.error?.code ?? 'failed', said.error?.message ?? '', said.error?.challenge);
	}

	async thread(after = ''): Promise<string> {
		return (await this.call('GET', this.url('/thread', { after }))).text();
	}

	async mine(): Promise<Own[]> {
		return (await (await this.call('GET', this.url('/mine'))).json()).comments;
	}

	/** The text of a released comment as it was written. */
	async text(id: string): Promise<string> {
		for (let after: string | null = ''; after !== null;) {
			const page: Listed = await (await this.call('GET', this.url('/comments', { after }))).json();
			const found = page.comments.find((c) => c.id === id);
			if (found) return found.text;
			after = page.next;
		}
		return '';
	}

	/** Under a flood the server wants something calculated first; who took too long is asked again. */
	private async proved(proving: () => void, send: (proof: string) => Promise<Response>): Promise<Response> {
		for (let proof = '', asked = 0; ; asked++)
			try {
				return await send(proof);
			} catch (e) {
				if (!(e instanceof Refusal) || !e.challenge || asked === 3) throw e;
				proving();
				proof = await solve(e.challenge);
			}
	}

	/** The same words sent again have the same key, so that they count once. */
	async save(edit: string, body: Record<string, string>, proving: () => void): Promise<Own> {
		const payload = JSON.stringify([edit, body]);
		if (payload !== this.last.payload) this.last = { payload, key: uuid() };
		const path = edit ? `/comments/${edit}` : '/comments';
		const { key } = this.last;
		const answer = await this.proved(proving, (proof) => this.call(edit ? 'PUT' : 'POST', this.url(path), body, key, undefined, proof));
		const own: Own = await answer.json();
		this.last.payload = '';
		if (this.foreign && own.reader) memory.set(TOKEN, own.reader);
		return own;
	}

	async withdraw(id: string): Promise<Own> {
		return (await this.call('DELETE', this.url(`/comments/${id}`))).json();
	}

	async check(text: string, parent: string, signal: AbortSignal): Promise<Hint[]> {
		const body = parent ? { text, parent } : { text };
		return (await (await this.call('POST', this.url('/check'), body, '', signal)).json()).hints;
	}

	/** The same for all readers and articles, so that caches can hold it: nothing says who asks. */
	async delay(): Promise<{ words: string }> {
		const url = new URL(`${this.base}/v1/delay`);
		for (const [name, value] of Object.entries({ site: this.site, lang: this.lang || this.spoken }))
			if (value) url.searchParams.set(name, value);
		const answer = await fetch(url.href, { credentials: 'omit' }).catch(() => null);
		if (!answer?.ok) throw new Refusal('offline', '');
		return answer.json();
	}

	async discover(url: string): Promise<void> {
		await this.call('POST', this.url('/discover'), { url });
	}

	stream(): EventSource {
		return new EventSource(this.url('/stream'));
	}
}
