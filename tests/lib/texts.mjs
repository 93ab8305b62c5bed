// Real comments by the hundred, no two alike: what is nearly the same is decided together.
import { readFileSync } from 'node:fs';

const lines = readFileSync(new URL('../../data/comments.de.tsv', import.meta.url), 'utf8').trim().split('\n');
const head = lines[0].split('\t');

const column = (line, name) => line.split('\t')[head.indexOf(name)];
const of = (list) => list.map((line) => column(line, 'text').replaceAll('\\n', '\n')).filter((t) => t.length > 40);

export const texts = of(lines.slice(1));
export const mild = of(lines.slice(1).filter((line) => ['profanity', 'aggression', 'insinuation'].every((rule) => column(line, rule) === '0')));
