// What the widget says by itself; all else comes from the server in words.
import de from '../../i18n/widget.de.json';
import en from '../../i18n/widget.en.json';

export type Key = keyof typeof de;
export type Say = (key: Key, ...args: (string | number)[]) => string;

export function speaker(lang: string): Say {
	const texts: Record<Key, string> = lang.startsWith('en') ? en : de;
	return (key, ...args) => texts[key].replace(/\{(\d)\}/g, (_, i: string) => String(args[+i] ?? ''));
}
