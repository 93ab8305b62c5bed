// Proof of work: a counter such that SHA-256 of "TOKEN.COUNTER" begins with so many zero bits. In slices, between which
// the page goes on; no worker, as a page of another site may not start one of ours.
export interface Challenge { token: string; bits: number }

const K: number[] = [], START: number[] = [];

/* The constants are parts of roots of primes. */
for (let n = 2; K.length < 64; n++) {
	let prime = true;
	for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
	if (!prime) continue;
	const part = (x: number): number => ((x - Math.floor(x)) * 2 ** 32) | 0;
	if (START.length < 8) START.push(part(Math.sqrt(n)));
	K.push(part(Math.cbrt(n)));
}

const w = new Int32Array(64);

function block(state: Int32Array, bytes: DataView, at: number): void {
	for (let i = 0; i < 16; i++) w[i] = bytes.getInt32(at + 4 * i);
	for (let i = 16; i < 64; i++) {
		const x = w[i - 15]!, y = w[i - 2]!;
		w[i] = w[i - 16]! + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3) + w[i - 7]! + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10);
	}
	let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!, e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
	for (let i = 0; i < 64; i++) {
		const one = h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (e & f ^ ~e & g) + K[i]! + w[i]! | 0;
		const two = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c) | 0;
		h = g; g = f; f = e; e = d + one | 0; d = c; c = b; b = a; a = one + two | 0;
	}
	for (const [i, v] of [a, b, c, d, e, f, g, h].entries()) state[i] = state[i]! + v;
}

/** The first 32 bits of SHA-256 of an ASCII text. */
export function hash(text: string): number {
	const size = text.length, bytes = new DataView(new ArrayBuffer((size + 9 + 63 >> 6) * 64)), state = Int32Array.from(START);
	for (let i = 0; i < size; i++) bytes.setUint8(i, text.charCodeAt(i));
	bytes.setUint8(size, 0x80);
	bytes.setUint32(bytes.byteLength - 4, size * 8);
	for (let at = 0; at < bytes.byteLength; at += 64) block(state, bytes, at);
	return state[0]! >>> 0;
}

const SLICE_MS = 12;

export async function solve({ token, bits }: Challenge): Promise<string> {
	for (let counter = 0; ;) {
		const end = performance.now() + SLICE_MS;
		do
			for (let i = 0; i < 64; i++, counter++) {
				const text = `${token}.${counter}`;
				if (Math.clz32(hash(text)) >= bits) return text;
			}
		while (performance.now() < end);
		await new Promise((done) => setTimeout(done));
	}
}
