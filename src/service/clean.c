/* Input text made fit to keep: the one place that decides which characters a reader may send. */
#include "service/inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <utf8proc.h>

enum { EMAIL_MAX = 254 };

/* Bidi controls could make a name read differently from what it is; in texts the renderer takes them out. */
static bool allowed(utf8proc_int32_t c, bool one_line)
{
	if (c == '\n' || c == '\t')
		return !one_line;
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return false;
	if (one_line && ((c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	                 c == 0xfeff || c == 0xad))
		return false;
	return c < 0xfff9 || c > 0xfffb;
}

static enum frg_status fail(struct frg_error *err, enum frg_status status, const char *prefix, const char *what)
{
	static const char *const codes[] = {"text_invalid",   "text_empty",     "text_too_long", "name_invalid",
	                                    "name_empty",     "name_too_long",  "email_invalid", "email_empty",
	                                    "email_too_long", "word_invalid",   "word_empty",    "word_too_long",
	                                    "notice_invalid", "notice_too_long"};
	char code[40];
	snprintf(code, sizeof code, "%s_%s", prefix, what);
	for (size_t i = 0; i < COUNT_OF(codes); i++)
		if (strcmp(codes[i], code) == 0)
			return frg_fail(err, status, codes[i], "%s is %s", prefix, what);
	BUG("no error code %s", code);
}

/* Nothing to compose and no line ending to even out: so are nearly all texts, and looking costs little. */
static bool is_composed(str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i], d = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
		unsigned char e = i + 2 < s.n ? (unsigned char)s.p[i + 2] : 0;
		if (c < 0x80 && c != '\r')
			continue;
		if (c >= 0xc3 && c <= 0xcb && d >= 0x80 && d < 0xc0) /* U+00C0 … U+02FF */
			i += 1;
		else if (c == 0xe2 && d == 0x80 && e >= 0x90 && e <= 0xa7) /* dashes, quotation marks, ellipsis */
			i += 2;
		else
			return false;
	}
	return true;
}

static enum frg_status compose(struct arena *a, str in, str *out)
{
	utf8proc_uint8_t *composed = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)(in.p ? in.p : ""), (utf8proc_ssize_t)in.n, &composed,
	                                  UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_NLF2LF);
	if (n == UTF8PROC_ERROR_NOMEM)
		BUG("out of memory");
	if (n < 0)
		return FRG_INVALID;
	*out = arena_str(a, (str){(const char *)composed, (size_t)n});
	free(composed);
	return FRG_OK;
}

enum frg_status clean_text(struct arena *a, str in, size_t max_chars, bool one_line, const char *code_prefix, str *out,
                           struct frg_error *err)
{
	if (in.n > max_chars * 4 + 64)
		return fail(err, FRG_TOO_LARGE, code_prefix, "too_long");
	str s;
	if (is_composed(in))
		s = arena_str(a, in);
	else if (compose(a, in, &s) != FRG_OK)
		return fail(err, FRG_INVALID, code_prefix, "invalid");
	s = str_trim(s);
	size_t chars = 0;
	for (size_t at = 0; at < s.n; chars++) {
		utf8proc_int32_t c;
		utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *)s.p + at, (utf8proc_ssize_t)(s.n - at), &c);
		if (step <= 0 || !allowed(c, one_line))
			return fail(err, FRG_INVALID, code_prefix, "invalid");
		at += (size_t)step;
	}
	if (chars > max_chars)
		return fail(err, FRG_TOO_LARGE, code_prefix, "too_long");
	*out = s;
	return FRG_OK;
}

enum frg_status clean_email(struct arena *a, str in, str *out, struct frg_error *err)
{
	enum frg_status st = clean_text(a, in, EMAIL_MAX, true, "email", out, err);
	if (st != FRG_OK || out->n == 0)
		return st;
	size_t at = str_find(*out, STR("@"), 0);
	bool good = at != SIZE_MAX && at > 0 && str_find(*out, STR("@"), at + 1) == SIZE_MAX &&
	            str_find(*out, STR(" "), 0) == SIZE_MAX && str_find(*out, STR("."), at + 2) != SIZE_MAX &&
	            out->p[out->n - 1] != '.';
	return good ? FRG_OK : frg_fail(err, FRG_INVALID, "email_invalid", "not an e-mail address");
}
