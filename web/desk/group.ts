// What is decided along with a comment: the server tells it page by page.
import type { Api } from './api';
import { TOGETHER_MAX } from './state';
import type { Along } from './state';
import type { Copy, Item } from './types';

type Source = Pick<Api, 'group'>;

async function all(api: Source, item: Item, link: string | null, add: (copies: Copy[]) => void): Promise<void> {
	for (let after: string | null = null; ;) {
		const { items, next }: { items: Copy[]; next: string | null } = await api.group(item.revision, link, after, TOGETHER_MAX);
		add(items);
		if (next === null) return;
		after = next;
	}
}

/** Those with nearly the same text, then those with the link. */
export async function gather(api: Source, item: Item, along: Along, told: (found: number) => void): Promise<Copy[]> {
	const found: Copy[] = [];
	const add = (copies: Copy[]): void => { found.push(...copies); told(found.length); };
	if (along.text) await all(api, item, null, add);
	if (along.link !== null) await all(api, item, along.link, add);
	return found;
}
