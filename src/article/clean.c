/* Text of unknown origin to text that can be stored and shown. */
#include "article/clean.h"

enum { ID_MAX = 200, REPLACEMENT = 0xfffd };

static unsigned at(str s, size_t i) { return i < s.n ? (unsigned char)s.p[i] : 0; }
static bool is_tail(unsigned c) { return (c & 0xc0) == 0x80; }

uint32_t clean_next(str s, size_t *i)
{
	unsigned c = at(s, *i), c1 = at(s, *i + 1), c2 = at(s, *i + 2), c3 = at(s, *i + 3);
	uint32_t cp = REPLACEMENT;
	size_t used = 1;
	if (c < 0x80) {
		cp = c;
	} else if (c >= 0xc2 && c <= 0xdf && is_tail(c1)) {
		cp = (c & 0x1f) << 6 | (c1 & 0x3f);
		used = 2;
	} else if (c >= 0xe0 && c <= 0xef && is_tail(c1) && is_tail(c2)) {
		uint32_t v = (c & 0x0f) << 12 | (c1 & 0x3f) << 6 | (c2 & 0x3f);
		if (v >= 0x800 && (v < 0xd800 || v > 0xdfff)) {
			cp = v;
			used = 3;
		}
	} else if (c >= 0xf0 && c <= 0xf4 && is_tail(c1) && is_tail(c2) && is_tail(c3)) {
		uint32_t v = (c & 0x07) << 18 | (c1 & 0x3f) << 12 | (c2 & 0x3f) << 6 | (c3 & 0x3f);
		if (v >= 0x10000 && v <= 0x10ffff) {
			cp = v;
			used = 4;
		}
	}
	*i += used;
	return cp;
}

size_t clean_put(uint32_t cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

size_t clean_bad_byte(str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		if (clean_next(s, &i) == REPLACEMENT && i == from + 1)
			return from;
	}
	return SIZE_MAX;
}

bool clean_is_hidden(uint32_t cp)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = {{0x00, 0x1f},     {0x7f, 0x9f},     {0x61c, 0x61c},    {0x180e, 0x180e},
	              {0x200b, 0x200b}, {0x200e, 0x200f}, {0x2028, 0x202e},  {0x2060, 0x206f},
	              {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};
	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		if (cp >= ranges[i].from && cp <= ranges[i].to)
			return true;
	return false;
}

static bool is_blank(uint32_t cp) { return cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0x2028 || cp == 0x2029; }

/* Appends the characters of `s` to `out`, which has room: never more than `room_for` says. */
static size_t room_for(str s) { return 3 * s.n + 1; }

static size_t put_line(str s, char *out)
{
	size_t n = 0;
	bool gap = false;
	for (size_t i = 0; i < s.n;) {
		uint32_t cp = clean_next(s, &i);
		if (is_blank(cp)) {
			gap = n > 0;
			continue;
		}
		if (clean_is_hidden(cp))
			continue;
		if (gap)
			out[n++] = ' ';
		gap = false;
		n += clean_put(cp, out + n);
	}
	return n;
}

str clean_line(struct arena *a, str s)
{
	char *p = arena_alloc(a, room_for(s));
	return (str){p, put_line(s, p)};
}

str clean_lines(struct arena *a, str s)
{
	char *p = arena_alloc(a, room_for(s) + 1);
	size_t n = 0, breaks = 0;
	str line;
	while (str_next(&s, '\n', &line)) {
		/* the gap is written first and taken back if the line turns out empty */
		size_t gap = n == 0 ? 0 : breaks > 2 ? 2 : breaks;
		memset(p + n, '\n', gap);
		size_t wrote = put_line(line, p + n + gap);
		breaks++;
		if (wrote) {
			n += gap + wrote;
			breaks = 1;
		}
	}
	return (str){p, n};
}

str clean_cut(str s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max && is_tail((unsigned char)s.p[max]))
		max--;
	return str_sub(s, 0, max);
}

str clean_lang(struct arena *a, str tag)
{
	size_t n = 0;
	char *p = arena_alloc(a, tag.n + 1);
	for (; n < tag.n && tag.p[n] != '-' && tag.p[n] != '_'; n++)
		p[n] = tag.p[n] >= 'A' && tag.p[n] <= 'Z' ? (char)(tag.p[n] + 32) : tag.p[n];
	return (str){p, n};
}

str clean_id(struct arena *a, str s)
{
	size_t n = s.n < ID_MAX ? s.n : ID_MAX;
	char *p = arena_alloc(a, n + 1);
	for (size_t i = 0; i < n; i++) {
		char c = s.p[i];
		bool good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
		            (c == '.' && i);
		p[i] = good ? c : '-';
	}
	return (str){p, n};
}
