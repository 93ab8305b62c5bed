/* Telephone numbers and domains spelled out in words. Judges none. */
#include "text/links.h"

/* Groups of digits as a telephone number is written. */
static bool phone_shape(const char *digits, size_t n, const size_t *groups, size_t group_count, bool plus)
{
	if (n > 15)
		return false;
	if (plus)
		return n >= 8;
	if (digits[0] == '0' && digits[1] != '0')
		return n >= 9 && !(group_count == 3 && groups[0] == 2 && groups[1] == 2); /* a date */
	if (digits[0] == '0')
		return n >= 10;
	bool american = n == 10 && group_count == 3 && groups[0] == 3 && groups[1] == 3;
	bool with_one = n == 11 && digits[0] == '1' && group_count == 4;
	return american || with_one;
}

bool contacts_phone(const struct text *t, size_t i, struct link_range *out)
{
	enum { MOST = 16, GROUPS = 10 };
	const struct folded *f = &t->folded;
	char digits[MOST + 2] = {0};
	size_t n = 0, groups[GROUPS] = {0}, group_count = 0, begin = i, end = i, gap = 0;
	bool plus = f->f[i] == '+', fresh = true;
	if (plus)
		i++;
	for (; i < f->n && n <= MOST && group_count <= GROUPS; i++) {
		char c = f->f[i];
		if (fold_is_digit(c)) {
			if (fresh && group_count == GROUPS)
				break;
			group_count += fresh;
			groups[group_count - 1]++;
			digits[n++] = c;
			end = i + 1;
			fresh = false;
			gap = 0;
		} else if (strchr(" -/.()", c) && ++gap <= 3) {
			fresh = true;
		} else {
			break;
		}
	}
	if (n > MOST || n < 8 || (end < f->n && fold_is_word(f->f[end])))
		return false;
	*out = (struct link_range){begin, end};
	return phone_shape(digits, n, groups, group_count, plus);
}

static bool dot_word(str w) { return str_eq(w, STR("punkt")) || str_eq(w, STR("dot")) || str_eq(w, STR("point")); }

/* Does a spelled dot follow token i: "punkt", "(dot)", "[.]"? Gives the token behind it. */
static bool spelled_dot(const struct text *t, size_t i, size_t *after)
{
	const struct folded *f = &t->folded;
	if (i + 1 >= t->token_count || t->tokens[i + 1].fn > 12)
		return false;
	size_t from = t->tokens[i].f + (size_t)t->tokens[i].fn, to = t->tokens[i + 1].f;
	if (dot_word(token_str(t, i + 1))) {
		*after = i + 2;
		return to - from <= 3 && i + 2 < t->token_count;
	}
	*after = i + 1;
	str gap = {f->f + from, to - from};
	return str_eq(str_trim(gap), STR("[.]")) || str_eq(str_trim(gap), STR("(.)")) ||
	       str_eq(str_trim(gap), STR("{.}")) || str_eq(gap, STR(" . ")) || str_eq(gap, STR(" ."));
}

/* Suffixes that a reader spells out; "Punkt in" and the like are sentences. */
static bool spelled_suffix(str s)
{
	static const char *const known[] = {"com", "net",  "org",   "info",   "de",   "at",   "ch",  "eu",
	                                    "biz", "shop", "store", "online", "io",   "tv",   "to",  "me",
	                                    "xyz", "site", "club",  "app",    "link", "live", "top", "uk",
	                                    "us",  "gg",   "ru",    "news",   "blog", "ly",   "co"};
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(s, str_of(known[i])))
			return true;
	return false;
}

/* Words that stand before the word "Punkt" in a sentence, and are no host. */
static bool plain_word(str w)
{
	static const char *const words[] = {
		"der",        "die",         "das",    "den",     "dem",     "des",       "ein",       "einen",  "einem",
		"dieser",     "diesen",      "diesem", "jeder",   "jeden",   "jedem",     "letzter",   "letzte", "letzten",
		"erster",     "ersten",      "erste",  "zweiter", "zweiten", "wichtiger", "wichtigen", "guter",  "guten",
		"springende", "springenden", "mein",   "meinen",  "ihr",     "ihren",     "ihrem",     "sein",   "seinen",
		"am",         "zum",         "vom",    "im",      "auf",     "kein",      "keinen",    "the",    "a",
		"this",       "that",        "one",    "to",      "on",      "at",        "und",       "auch",   "ist",
		"war",        "and",         "no"};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq(w, str_of(words[i])))
			return true;
	return false;
}

bool contacts_spelled(const struct text *t, size_t token, size_t *last, struct link_range *host)
{
	enum { LABELS = 5 };
	size_t i = token, after;
	bool found = false;
	for (int label = 0; label < LABELS && spelled_dot(t, i, &after); label++) {
		str word = token_str(t, i);
		bool spaced = t->tokens[after].f - (t->tokens[i].f + (size_t)t->tokens[i].fn) <= 3 && after == i + 1;
		if (word.n < 2 || plain_word(word) || (t->tokens[i].flags & TOK_NUMBER))
			return false;
		if (spaced && (t->tokens[after].flags & TOK_CAP))
			return false;
		i = after;
		found = spelled_suffix(token_str(t, i));
	}
	if (!found)
		return false;
	if (i + 1 < t->token_count) { /* "de facto" is no domain */
		str next = token_str(t, i + 1);
		if (str_eq(next, STR("facto")) || str_eq(next, STR("jure")))
			return false;
	}
	*last = i;
	*host = (struct link_range){t->tokens[token].f, t->tokens[i].f + (size_t)t->tokens[i].fn};
	return true;
}
