// What changed between two texts, word by word (Myers, O(ND)). Two texts that have almost nothing in
// common are shown as replaced: past a limit the search would cost more than it tells.

export interface Change {
	kind: 'same' | 'del' | 'ins';
	text: string;
}

const EDITS_MAX = 800;
const WORDS = /\s+|[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*|[^\s\p{L}\p{N}]/gu;

export function words(text: string): string[] {
	return text.match(WORDS) ?? [];
}

/* The furthest reach on each diagonal after each number of edits; null when there are too many. */
function trace(a: string[], b: string[]): Int32Array[] | null {
	const max = Math.min(a.length + b.length, EDITS_MAX);
	const reach = new Int32Array(2 * max + 3);
	const at = max + 1;
	const steps: Int32Array[] = [];
	for (let d = 0; d <= max; d++) {
		steps.push(reach.slice(at - d - 1, at + d + 2));
		for (let k = -d; k <= d; k += 2) {
			const down = k === -d || (k !== d && (reach[at + k - 1] as number) < (reach[at + k + 1] as number));
			let x = down ? (reach[at + k + 1] as number) : (reach[at + k - 1] as number) + 1;
			while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
			reach[at + k] = x;
			if (x >= a.length && x - k >= b.length) return steps;
		}
	}
	return null;
}

function walkBack(a: string[], b: string[], steps: Int32Array[]): Change[] {
	const out: Change[] = [];
	let x = a.length, y = b.length;
	for (let d = steps.length - 1; d >= 0; d--) {
		const reach = steps[d] as Int32Array, at = d + 1, k = x - y;
		const down = k === -d || (k !== d && (reach[at + k - 1] as number) < (reach[at + k + 1] as number));
		const fromK = down ? k + 1 : k - 1;
		const fromX = d === 0 ? 0 : (reach[at + fromK] as number), fromY = d === 0 ? 0 : fromX - fromK;
		while (x > fromX && y > fromY) {
			out.push({ kind: 'same', text: a[--x] as string });
			y--;
		}
		if (d > 0) out.push(down ? { kind: 'ins', text: b[--y] as string } : { kind: 'del', text: a[--x] as string });
	}
	return out.reverse();
}

/* Gathers neighbours. A mere space between two changes belongs to both: »rote Tür« for »blaues Tor«
 * reads better than word, space, word. */
function gather(list: Change[]): Change[] {
	const out: Change[] = [];
	let del = '', ins = '';
	const flush = (): void => {
		if (del) out.push({ kind: 'del', text: del });
		if (ins) out.push({ kind: 'ins', text: ins });
		del = ins = '';
	};
	list.forEach((c, i) => {
		const next = list[i + 1];
		if (c.kind === 'del') del += c.text;
		else if (c.kind === 'ins') ins += c.text;
		else if (/^[^\S\n]+$/.test(c.text) && del && ins && next && next.kind !== 'same') {
			del += c.text;
			ins += c.text;
		} else {
			flush();
			const last = out[out.length - 1];
			if (last?.kind === 'same') last.text += c.text;
			else out.push({ kind: 'same', text: c.text });
		}
	});
	flush();
	return out;
}

export function diff(before: string, after: string): Change[] {
	const a = words(before), b = words(after);
	let head = 0, tail = 0;
	while (head < a.length && head < b.length && a[head] === b[head]) head++;
	while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
	const midA = a.slice(head, a.length - tail), midB = b.slice(head, b.length - tail);
	const steps = trace(midA, midB);
	const middle: Change[] = steps ? walkBack(midA, midB, steps)
		: [{ kind: 'del', text: midA.join('') }, { kind: 'ins', text: midB.join('') }];
	return gather([
		...a.slice(0, head).map((text): Change => ({ kind: 'same', text })),
		...middle,
		...a.slice(a.length - tail).map((text): Change => ({ kind: 'same', text })),
	]);
}

/** Leaves of a long unchanged stretch only its ends; null stands for what was left out. */
export function shorten(text: string, first: boolean, last: boolean, around = 70): (string | null)[] {
	if (text.length <= around * 2 + 40) return [text];
	const head = text.slice(0, around).replace(/\S*$/, ''), tail = text.slice(-around).replace(/^\S*/, '');
	return [...(first ? [] : [head]), null, ...(last ? [] : [tail])];
}
