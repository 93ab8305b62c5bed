/* Strings, failures, bugs. */
#include "base/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }
static bool ascii_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

int str_cmp(str a, str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;
	if (c)
		return c;
	return (a.n > b.n) - (a.n < b.n);
}

str str_trim(str s)
{
	while (s.n && ascii_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && ascii_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool str_eq_nocase(str a, str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
			return false;
	return true;
}

size_t str_find(str s, str needle, size_t from)
{
	if (from > s.n || needle.n > s.n - from)
		return SIZE_MAX;
	if (needle.n == 0)
		return from;
	const char *hit = memmem(s.p + from, s.n - from, needle.p, needle.n);
	return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

bool str_next(str *rest, char sep, str *part)
{
	if (!rest->p)
		return false;
	const char *cut = rest->n ? memchr(rest->p, sep, rest->n) : NULL;
	if (!cut) {
		*part = *rest;
		*rest = STR_NONE;
		return true;
	}
	size_t n = (size_t)(cut - rest->p);
	*part = (str){rest->p, n};
	*rest = (str){cut + 1, rest->n - n - 1};
	return true;
}

bool str_to_i64(str s, int64_t *out)
{
	bool negative = s.n && s.p[0] == '-';
	size_t i = negative;
	if (i == s.n || s.n - i > 19)
		return false;
	uint64_t v = 0;
	for (; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	}
	if (v > (uint64_t)INT64_MAX)
		return false;
	*out = negative ? -(int64_t)v : (int64_t)v;
	return true;
}

enum frg_status frg_fail(struct frg_error *err, enum frg_status status, const char *code, const char *fmt, ...)
{
	if (!err)
		return status;
	err->status = status;
	err->code = code;
	err->pos = err->column = 0;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof err->msg, fmt, ap);
	va_end(ap);
	return status;
}

void bug_at(const char *file, int line, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fprintf(stderr, "freigabe: bug at %s:%d: ", file, line);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	abort();
}
