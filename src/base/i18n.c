/* Message lookup. Tables are generated and constant. */
#include "base/i18n.h"

#include "messages.gen.inc" /* message_keys[], message_texts[][2] */

static size_t column(enum frg_lang lang) { return lang == FRG_LANG_EN ? 1 : 0; }

str i18n(enum frg_lang lang, enum msg msg) { return message_texts[msg][column(lang)]; }

const char *i18n_key(enum msg msg) { return message_keys[msg]; }

enum msg i18n_find_msg(const char *prefix, const char *name, enum msg otherwise)
{
	size_t n = strlen(prefix);
	size_t low = 0, high = MSG_COUNT;
	while (low < high) { /* keys are sorted by the generator */
		size_t mid = low + (high - low) / 2;
		int c = strncmp(message_keys[mid], prefix, n);
		if (c == 0)
			c = strcmp(message_keys[mid] + n, name);
		if (c == 0)
			return (enum msg)mid;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return otherwise;
}

str i18n_find(enum frg_lang lang, const char *prefix, const char *name, enum msg otherwise)
{
	return i18n(lang, i18n_find_msg(prefix, name, otherwise));
}

void i18n_format(struct buf *out, enum frg_lang lang, enum msg msg, const str *args, size_t count)
{
	str s = i18n(lang, msg);
	size_t from = 0;
	for (size_t i = 0; i + 2 < s.n; i++) {
		if (s.p[i] != '{' || s.p[i + 2] != '}' || s.p[i + 1] < '0' || s.p[i + 1] > '9')
			continue;
		size_t arg = (size_t)(s.p[i + 1] - '0');
		buf_add(out, str_sub(s, from, i));
		if (arg < count)
			buf_add(out, args[arg]);
		from = i + 3;
		i += 2;
	}
	buf_add(out, str_sub(s, from, s.n));
}

enum frg_lang i18n_lang(str header)
{
	str part;
	while (str_next(&header, ',', &part)) { /* browsers send them in order of preference */
		part = str_trim(part);
		if (part.n < 2 || (part.n > 2 && part.p[2] != '-' && part.p[2] != ';'))
			continue;
		if (str_eq_nocase(str_sub(part, 0, 2), STR("de")))
			return FRG_LANG_DE;
		if (str_eq_nocase(str_sub(part, 0, 2), STR("en")))
			return FRG_LANG_EN;
	}
	return FRG_LANG_AUTO;
}
