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
