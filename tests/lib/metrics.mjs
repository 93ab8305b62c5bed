// Reads Prometheus' text format.
export function parse(text) {
	const families = new Map(), samples = new Map();
	for (const line of text.split('\n')) {
		const head = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line), sample = /^([a-z_]+)(\{.*\})? (\S+)$/.exec(line);
		if (head)
			families.set(head[2], { ...families.get(head[2]), [head[1].toLowerCase()]: head[3] });
		else if (sample)
			samples.set(sample[1] + (sample[2] ?? ''), Number(sample[3]));
		else if (line)
			throw new Error(`not a line of metrics: ${line}`);
	}
	// The value of one, or the sum of all that begin so.
	const value = (name) => samples.get(name) ?? [...samples].filter(([key]) => key.startsWith(`${name}{`)).reduce((sum, [, v]) => sum + v, 0);
	return { families, samples, value };
}

export async function metrics(server, headers = {}) {
	const answer = await server.get('/metrics', headers);
	if (answer.status !== 200)
		throw new Error(`/metrics: ${answer.status}`);
	return { ...parse(answer.text), text: answer.text };
}

// ---- what is asked of them ----

// Prometheus itself adds whom it has asked.
const OF_TARGET = ['instance', 'job'];
// Their values are an administrator's, or another program's.
const FREE = new Set([...OF_TARGET, 'site', 'version', 'engine']);

const labelsIn = (text) => [...text.matchAll(/([a-z_]+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g)].map(([, label, op, value]) => ({ label, op, value }));
const selectors = (expr) => [...expr.matchAll(/\b((?:freigabe|process)_[a-z_]+)(?:\{([^}]*)\})?/g)].map(([, name, inside = '']) => ({ name, matchers: labelsIn(inside) }));
const AGGREGATES = /\b(sum|max|min|avg|count|topk|bottomk|quantile)\s*\(/;

// Each "by (…) (…)": its labels, and what it is made of.
function groupings(expr) {
	const all = [...expr.matchAll(/\bby\s*\(([^)]*)\)\s*\(/g)];
	if (all.length !== (expr.match(/\b(by|without)\b/g) ?? []).length)
		throw new Error(`grouped in a way that is not understood here: ${expr}`);
	return all.map((m) => {
		const begin = m.index + m[0].length;
		let depth = 1, end = begin;
		for (; depth && end < expr.length; end++)
			depth += { '(': 1, ')': -1 }[expr[end]] ?? 0;
		return { labels: m[1].split(',').map((l) => l.trim()), of: expr.slice(begin, end) };
	});
}

// What can be asked for: each name that a line can have, with its labels and their values. Whatever never happened is told
// as 0, but for histograms: of these lines are told that have something in them, and their labels' values are as elsewhere.
export class Vocabulary {
	constructor({ families, samples }) {
		this.names = new Map();
		const values = new Map(); // of a label, wherever it stands
		for (const key of samples.keys()) {
			const [, name, inside] = /^([a-z_]+)(?:\{(.*)\})?$/.exec(key);
			this.names.has(name) || this.names.set(name, new Map());
			for (const { label, value } of labelsIn(inside ?? ''))
				for (const known of [this.names.get(name), values])
					known.has(label) ? known.get(label).add(value) : known.set(label, new Set([value]));
		}
		for (const [family, { type }] of families)
			for (const end of type === 'histogram' ? ['_bucket', '_sum', '_count'] : [])
				for (const [label, known] of this.names.get(family + end) ?? [])
					if (label !== 'le')
						values.get(label).forEach((value) => known.add(value));
	}

	own(name) {
		return [...this.names.get(name).keys()];
	}

	labels(name) {
		return [...this.own(name), ...OF_TARGET];
	}

	// What is wrong with one selector; empty: nothing.
	#wrongWith({ name, matchers }) {
		const known = this.names.get(name);
		if (!known)
			return [`there is no ${name}`];
		return matchers.flatMap(({ label, op, value }) => {
			if (!this.labels(name).includes(label))
				return [`${name} has no label ${label}`];
			if (FREE.has(label))
				return [];
			const words = op.includes('~') ? value.split('|') : [value];
			return words.filter((word) => !known.get(label).has(word)).map((word) => `${name} is never told of ${label} "${word}"`);
		});
	}

	// `text`: what is written beside the answer ({{label}} or {{ $labels.label }}).
	wrong(expr, text = '') {
		const asked = selectors(expr), found = asked.flatMap((s) => this.#wrongWith(s));
		if (found.length)
			return found;
		const groups = groupings(expr);
		for (const { labels, of } of groups)
			for (const { name } of selectors(of))
				found.push(...labels.filter((l) => !this.labels(name).includes(l)).map((l) => `${name} has no label ${l} to group by`));
		const left = groups.length ? groups.flatMap((g) => g.labels) : AGGREGATES.test(expr) ? [] : [...OF_TARGET, ...asked.flatMap(({ name }) => this.labels(name))];
		for (const [, label] of text.matchAll(/\{\{\s*(?:\$labels\.)?([a-z_]+)\s*\}\}/g))
			if (!left.includes(label))
				found.push(`the answer has no label ${label}`);
		return found;
	}
}
