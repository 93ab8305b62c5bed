// The board's arithmetic: which dots a brush holds, where a dot stands. Knows no document.
import type { Dot } from './types';

export type Range = [number, number];
export const FULL: Range = [0, 1];
/* No hand is more exact. */
const NEAR = 0.015;

export const isFull = (r: Range): boolean => r[0] <= 0 && r[1] >= 1;

/** The dots within every range; one without a score (no article to compare with) only while its rule is not brushed. */
export function brushed(dots: readonly Dot[], ranges: readonly Range[]): Dot[] {
	return dots.filter((d) => ranges.every((r, i) => {
		const score = d.scores[i];
		return isFull(r) || (score !== null && score !== undefined && score >= r[0] && score <= r[1]);
	}));
}

/** From 0 to 1, always the same for a comment, so that dots of one score lie beside each other. */
export function jitter(revision: string): number {
	let h = 2166136261;
	for (let i = 0; i < revision.length; i++) h = Math.imul(h ^ revision.charCodeAt(i), 16777619);
	return ((h >>> 0) % 997) / 997;
}

/** What a drag from one place to another brushes; a mere click brushes nothing: all again. */
export function dragged(from: number, to: number): Range {
	const low = Math.min(from, to), high = Math.max(from, to);
	if (high - low < NEAR) return FULL;
	return [low < NEAR ? 0 : low, high > 1 - NEAR ? 1 : high];
}
