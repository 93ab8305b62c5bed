// A made-up archive, as tests/unit/archive.h makes it: plain comments on a bridge, and a newsroom that rejects what no
// word list knows.
const pools = [
	['Die Brücke', 'Der Umweg', 'Der Stadtrat', 'Das Gutachten', 'Die Umleitung', 'Der Busverkehr', 'Die Sanierung'],
	['kostet mich jeden Tag', 'hilft den Anwohnern', 'dauert nun schon', 'bringt dem Viertel', 'verlangt von uns allen'],
	['zwanzig Minuten', 'eine Menge Geduld', 'mehr Lärm', 'weniger Kundschaft', 'ein ganzes Jahr', 'viel Geld', 'endlich Ruhe'],
	['das sollte man bedenken', 'sagt meine Nachbarin', 'wie schon 2019', 'hoffentlich bald vorbei', 'so ist es eben'],
];
const INSULTS = ['typisch Elverfatzke', 'fragt mal die Hafenwichte', 'Elverfatzken überall', 'danke an alle Hafenwichte'];

function randomly(seed) {
	let x = seed;
	return (n) => {
		x ^= x << 13;
		x ^= x >>> 17;
		x ^= x << 5;
		return (x >>> 0) % n;
	};
}

export function archive(n, seed = 815) {
	const random = randomly(seed), of = (pool) => pool[random(pool.length)];
	return Array.from({ length: n }, (_, i) => {
		const [a, b, c, d] = pools.map(of), [e, f, g] = pools.map(of), insult = i % 4 === 1;
		return { text: `${a} ${b} ${c}, ${d}. ${e} ${f} ${g}${insult ? `, ${of(INSULTS)}` : ''}. (${i})`, rules: insult ? ['aggression'] : [] };
	});
}

/** Sends and decides them all, several at a time; decisions come in the order of the archive, as far as that goes. */
export async function decided(rows, reader, editor) {
	const at = new Map();
	const each = async (list, f) => {
		let next = 0;
		await Promise.all(Array.from({ length: 24 }, async () => {
			while (next < list.length)
				await f(list[next], next++);
		}));
	};
	await each(rows, async (row, i) => at.set((await reader.submit(row.text)).id, i));
	const items = (await editor.all()).filter((item) => at.has(item.comment)).sort((x, y) => at.get(x.comment) - at.get(y.comment));
	await each(items, async (item) => {
		const { rules } = rows[at.get(item.comment)];
		const answer = await editor.decide(item, rules.length ? 'reject' : 'release', { rules });
		if (answer.status !== 200)
			throw new Error(answer.text);
	});
}
