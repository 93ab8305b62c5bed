// The desk's live stream: what it tells, opened anew when it breaks. Knows nothing of what is done about it.
import type { Claim, QueueEvent } from './types';

export const RETRY_MS = [1000, 2000, 4000, 8000, 15000];

interface Nothing { [nothing: string]: never }

/** What is told, by the name of the event. */
export interface Told {
	queue: QueueEvent;
	/** Some events were lost. */
	reset: Nothing;
	decisions: Nothing;
	objections: { open: number };
	notices: { open: number; overdue: number };
	automatic: { section: string; state: string; why: string };
	claims: { claims: Claim[] };
	closing: Nothing;
	lanes: Nothing;
	/** Session, role or sections are not what they were. */
	account: Nothing;
	escalated: Nothing;
}

export interface Listener {
	/** `again`: it was broken, and something may have been missed. */
	opened(again: boolean): void;
	/** `refused`: the browser has given up, because the server said no. */
	broken(refused: boolean): void;
	told: { [E in keyof Told]: (data: Told[E]) => void };
}

export class Stream {
	private source: EventSource | null = null;
	private tries = 0;

	constructor(private listener: Listener) {}

	open(): void {
		this.close();
		const source = new EventSource('/v1/desk/stream'), { listener } = this;
		this.source = source;
		let broken = this.tries > 0;
		source.addEventListener('open', () => {
			this.tries = 0;
			listener.opened(broken);
			broken = false;
		});
		source.addEventListener('error', () => {
			broken = true;
			listener.broken(source.readyState === EventSource.CLOSED && this.source === source);
		});
		for (const [event, hear] of Object.entries(listener.told) as [string, (data: unknown) => void][])
			source.addEventListener(event, (e) => hear(JSON.parse((e as MessageEvent<string>).data || '{}')));
	}

	close(): void {
		this.source?.close();
		this.source = null;
	}

	/** After a pause, a longer one each time until it stands. */
	later(then: () => Promise<void>): void {
		setTimeout(() => void then(), RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)]);
	}
}
