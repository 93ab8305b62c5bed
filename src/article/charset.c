/* HTML in whatever character set to UTF-8. Knows only how pages say which one they use; the names
 * allowed are few, because a page must not choose among all that iconv can load. */
#include "article/clean.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>

enum { HEAD = 4096, NAME_MAX_BYTES = 20 };

static bool is_name(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

/* The first charset=NAME near the beginning; "" if there is none. */
static str declared(str html)
{
	str head = str_sub(html, 0, html.n < HEAD ? html.n : HEAD);
	for (size_t i = 0; i + 8 < head.n; i++) {
		if ((head.p[i] | 32) != 'c' || !str_eq_nocase(str_sub(head, i, i + 7), STR("charset")))
			continue;
		size_t from = i + 7;
		while (from < head.n &&
		       (head.p[from] == ' ' || head.p[from] == '=' || head.p[from] == '"' || head.p[from] == '\''))
			from++;
		size_t to = from;
		while (to < head.n && is_name(head.p[to]))
			to++;
		if (to > from && to - from <= NAME_MAX_BYTES)
			return str_sub(head, from, to);
	}
	return STR("");
}

static bool has_prefix(str s, str prefix) { return s.n > prefix.n && str_eq_nocase(str_sub(s, 0, prefix.n), prefix); }

/* ISO 8859-1 means Windows 1252 on the web, and so does everything unknown. */
static void choose(str name, char out[NAME_MAX_BYTES + 1])
{
	bool known = (has_prefix(name, STR("iso-8859-")) && !str_eq_nocase(name, STR("iso-8859-1"))) ||
	             has_prefix(name, STR("windows-125")) || has_prefix(name, STR("koi8-"));
	snprintf(out, NAME_MAX_BYTES + 1, "%.*s", STR_ARG(known ? name : STR("WINDOWS-1252")));
}

static str convert(struct arena *a, str in, const char *from)
{
	iconv_t cd = iconv_open("UTF-8", from);
	if (cd == (iconv_t)-1)
		cd = iconv_open("UTF-8", "WINDOWS-1252");
	if (cd == (iconv_t)-1)
		BUG("the C library does not know Windows-1252");
	/* one or two bytes become three at most, and a byte that is refused becomes U+FFFD */
	size_t size = 3 * in.n + 4, left = size, in_left = in.n;
	char *begin = arena_alloc(a, size), *to = begin, *p = (char *)(uintptr_t)in.p;
	while (in_left && left >= 4 && iconv(cd, &p, &in_left, &to, &left) == (size_t)-1) {
		if (errno == E2BIG)
			break;
		size_t n = clean_put(0xfffd, to);
		to += n;
		left -= n;
		p++;
		in_left--;
	}
	iconv_close(cd);
	return (str){begin, (size_t)(to - begin)};
}

/* Well-formed, and blanks for NULs, at which a parser might stop. */
static str repaired(struct arena *a, str s)
{
	if (clean_bad_byte(s) == SIZE_MAX && (s.n == 0 || !memchr(s.p, 0, s.n)))
		return s;
	char *p = arena_alloc(a, 3 * s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n;) {
		uint32_t cp = clean_next(s, &i);
		n += clean_put(cp ? cp : ' ', p + n);
	}
	return (str){p, n};
}

str clean_charset(struct arena *a, str html)
{
	char name[NAME_MAX_BYTES + 1];
	if (str_starts(html, STR("\xef\xbb\xbf")))
		return repaired(a, str_sub(html, 3, html.n));
	if (str_starts(html, STR("\xff\xfe")))
		return repaired(a, convert(a, str_sub(html, 2, html.n), "UTF-16LE"));
	if (str_starts(html, STR("\xfe\xff")))
		return repaired(a, convert(a, str_sub(html, 2, html.n), "UTF-16BE"));
	str said = declared(html);
	/* text that happens to be well-formed UTF-8 is UTF-8, whatever the page believes */
	if (clean_bad_byte(html) == SIZE_MAX || str_eq_nocase(said, STR("utf-8")) || str_eq_nocase(said, STR("utf8")))
		return repaired(a, html);
	choose(said, name);
	return repaired(a, convert(a, html, name));
}
