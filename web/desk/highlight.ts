// Cuts a comment at the borders of the engine's passages. Passages may overlap or be equal; each
// piece names all that cover it, and each passage gets exactly one piece that stands for it.
import type { Evidence } from './types';

export interface Piece {
	begin: number;
	end: number;
	text: string;
	/** Indices of the passages that cover the piece: earlier begun first, longer first. */
	covers: number[];
	/** The passage that the piece links to, or -1. */
	primary: number;
	/** The passages for which this piece is the one to focus. */
	stands: number[];
}

interface Span {
	index: number;
	begin: number;
	end: number;
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

function insideCharacter(text: string, at: number): boolean {
	return at > 0 && at < text.length && isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1));
}

function spansOf(text: string, evidence: readonly Evidence[]): Span[] {
	const spans: Span[] = [];
	evidence.forEach((e, index) => {
		let begin = Math.max(0, Math.min(text.length, Math.trunc(e.begin) || 0));
		let end = Math.max(0, Math.min(text.length, Math.trunc(e.end) || 0));
		if (insideCharacter(text, begin)) begin--;
		if (insideCharacter(text, end)) end++;
		if (begin < end) spans.push({ index, begin, end });
	});
	return spans.sort((a, b) => a.begin - b.begin || b.end - a.end || a.index - b.index);
}

/* The passage that begins here comes before one that merely goes on; of those, the innermost. */
function choosePrimary(covering: Span[], begin: number, standing: Set<number>): number {
	const fresh = covering.filter((s) => s.begin === begin && !standing.has(s.index));
	const from = fresh.length ? fresh : covering;
	let best = from[0];
	for (const s of from)
		if (best && s.end - s.begin < best.end - best.begin) best = s;
	return best ? best.index : -1;
}

/** `more`: where pieces end, too. */
export function cut(text: string, evidence: readonly Evidence[], more: readonly number[] = []): Piece[] {
	const spans = spansOf(text, evidence);
	const borders = [...new Set([0, text.length, ...more.filter((m) => m > 0 && m < text.length), ...spans.flatMap((s) => [s.begin, s.end])])].sort((a, b) => a - b);
	const standing = new Set<number>();
	const pieces: Piece[] = [];
	for (let i = 0; i + 1 < borders.length; i++) {
		const begin = borders[i] as number, end = borders[i + 1] as number;
		const covering = spans.filter((s) => s.begin <= begin && s.end >= end);
		const primary = choosePrimary(covering, begin, standing);
		const stands = primary >= 0 && !standing.has(primary) ? [primary] : [];
		for (const s of stands) standing.add(s);
		pieces.push({ begin, end, text: text.slice(begin, end), covers: covering.map((s) => s.index), primary, stands });
	}
	return withRest(pieces, spans, standing);
}

/* A passage equal to another never was primary: it is spoken for by the first piece that it covers. */
function withRest(pieces: Piece[], spans: Span[], standing: Set<number>): Piece[] {
	for (const s of spans) {
		if (standing.has(s.index)) continue;
		const piece = pieces.find((p) => p.covers.includes(s.index) && p.stands.length) ??
			pieces.find((p) => p.covers.includes(s.index));
		piece?.stands.push(s.index);
	}
	return pieces;
}

/** The passage under whose piece a passage is to be found: itself, unless another stands for it. */
export function standIn(pieces: readonly Piece[], index: number): number {
	return pieces.find((p) => p.stands.includes(index))?.stands[0] ?? index;
}
