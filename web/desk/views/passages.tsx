// The comment's text with the engine's passages. Each passage is a link to its finding beside the
// text; hover or focus shows its reason at once.
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { cut } from '../highlight';
import type { Piece } from '../highlight';
import { t } from '../i18n';
import { ruleDigit } from '../rules';
import type { Evidence, Marked } from '../types';
import { Tip } from './tip';

export const passageId = (index: number): string => `passage-${index}`;
export const findingId = (index: number): string => `finding-${index}`;

export function goTo(id: string): void {
	const to = document.getElementById(id);
	to?.focus();
	to?.scrollIntoView({ block: 'nearest' });
}

interface PieceProps {
	piece: Piece;
	evidence: readonly Evidence[];
	active: number | null;
	onActive: (piece: Piece | null, el: HTMLElement | null, now: boolean) => void;
}

/* One line under the text for every passage that covers it, each lower than the other. */
function underlined(piece: Piece, evidence: readonly Evidence[], depth = 0): JSX.Element | string {
	const index = piece.covers[depth];
	if (index === undefined) return piece.text;
	return <span class={`u r-${evidence[index]?.rule} u-${Math.min(depth, 2)}`}>{underlined(piece, evidence, depth + 1)}</span>;
}

function Passage({ piece, evidence, active, onActive }: PieceProps): JSX.Element {
	const el = useRef<HTMLAnchorElement>(null);
	const first = piece.stands[0], rule = evidence[piece.primary]?.rule ?? 'aggression';
	const starts = piece.covers.filter((i) => piece.stands.includes(i));
	return (
		<a ref={el} class={`passage r-${rule}${active !== null && piece.covers.includes(active) ? ' active' : ''}`}
			href={`#${findingId(piece.primary)}`} id={first === undefined ? undefined : passageId(first)}
			tabIndex={first === undefined ? -1 : 0}
			aria-describedby={starts.map(findingId).join(' ') || undefined}
			onClick={(e) => { e.preventDefault(); goTo(findingId(piece.primary)); }}
			onMouseEnter={() => onActive(piece, el.current, true)} onMouseLeave={() => onActive(null, null, false)}
			onFocus={() => onActive(piece, el.current, true)} onBlur={() => onActive(null, null, true)}>
			{starts.length > 0 && <span class="passage-digits" aria-hidden="true">
				{starts.map((i) => { const r = evidence[i]?.rule ?? rule; return <span key={i} class={`digit r-${r}`} data-digit={ruleDigit(r)} />; })}
			</span>}
			{underlined(piece, evidence)}
		</a>
	);
}

interface Props {
	item: Marked;
	/** The finding that is pointed at beside the text. */
	active: number | null;
	onActive: (index: number | null) => void;
}

const LINGER_MS = 180;

export function Passages({ item, active, onActive }: Props): JSX.Element {
	const evidence = item.review.evidence ?? [];
	const pieces = useMemo(() => cut(item.text, evidence, item.personal.flatMap((p) => [p.begin, p.end])), [item]);
	const [tip, setTip] = useState<{ piece: Piece; el: HTMLElement } | null>(null);
	const box = useRef<HTMLDivElement>(null), tipBox = useRef<HTMLDivElement>(null);
	const timer = useRef<ReturnType<typeof setTimeout>>();
	useEffect(() => { setTip(null); }, [item]);
	useEffect(() => {
		const dismiss = (e: KeyboardEvent): void => { if (e.key === 'Escape') setTip(null); };
		addEventListener('keydown', dismiss);
		return () => removeEventListener('keydown', dismiss);
	}, []);
	useLayoutEffect(() => { if (tip && box.current && tipBox.current) place(tip.el, box.current, tipBox.current); }, [tip]);

	function point(piece: Piece | null, el: HTMLElement | null, now: boolean): void {
		clearTimeout(timer.current);
		const show = (): void => {
			setTip(piece && el ? { piece, el } : null);
			onActive(piece ? piece.primary : null);
		};
		if (now) show();
		else timer.current = setTimeout(show, LINGER_MS);
	}

	return (
		<div class="text" ref={box} lang={item.lang || undefined}>
			{pieces.map((p) => {
				const shown = p.covers.length ? <Passage key={p.begin} piece={p} evidence={evidence} active={active} onActive={point} /> : p.text;
				const personal = item.personal.find((x) => x.begin <= p.begin && x.end >= p.end);
				return personal ? <span key={p.begin} class="personal" title={t(`personal.${personal.kind}`)}>{shown}</span> : shown;
			})}
			{tip && <Tip box={tipBox} findings={tip.piece.covers.map((i) => evidence[i]).filter((e) => e !== undefined)}
				onEnter={() => clearTimeout(timer.current)} onLeave={() => point(null, null, false)} />}
		</div>
	);
}

/* Below the passage, so that it stays readable, and inside the text's width. */
function place(el: HTMLElement, box: HTMLElement, tip: HTMLElement): void {
	const lines = el.getClientRects(), line = lines[lines.length - 1] ?? el.getBoundingClientRect(), outer = box.getBoundingClientRect();
	const left = Math.max(0, Math.min(line.left - outer.left, outer.width - tip.offsetWidth));
	tip.style.setProperty('left', `${left}px`);
	tip.style.setProperty('top', `${line.bottom - outer.top + 10}px`);
}
