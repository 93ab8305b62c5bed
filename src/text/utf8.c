/* UTF-8: judging, decoding and encoding it. */
#include "text/utf8.h"

static bool tail(unsigned char c) { return (c & 0xC0) == 0x80; }

/* Length of the well-formed character at p, or 0. */
static size_t well_formed(const unsigned char *p, size_t n)
{
	unsigned char a = p[0];
	if (a < 0x80)
		return 1;
	if (a >= 0xC2 && a <= 0xDF)
		return n >= 2 && tail(p[1]) ? 2 : 0;
	if ((a & 0xF0) == 0xE0) {
		if (n < 3 || !tail(p[1]) || !tail(p[2]))
			return 0;
		if ((a == 0xE0 && p[1] < 0xA0) || (a == 0xED && p[1] > 0x9F))
			return 0;
		return 3;
	}
	if (a >= 0xF0 && a <= 0xF4) {
		if (n < 4 || !tail(p[1]) || !tail(p[2]) || !tail(p[3]))
			return 0;
		if ((a == 0xF0 && p[1] < 0x90) || (a == 0xF4 && p[1] > 0x8F))
			return 0;
		return 4;
	}
	return 0;
}

size_t utf8_invalid(str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	for (size_t i = 0; i < s.n;) {
		size_t n = well_formed(p + i, s.n - i);
		if (n == 0)
			return i;
		i += n;
	}
	return SIZE_MAX;
}

uint32_t utf8_next(str s, size_t *i)
{
	const unsigned char *p = (const unsigned char *)s.p + *i;
	if (p[0] < 0x80) {
		*i += 1;
		return p[0];
	}
	if (p[0] < 0xE0) {
		*i += 2;
		return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
	}
	if (p[0] < 0xF0) {
		*i += 3;
		return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
	}
	*i += 4;
	return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 | (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
}

size_t utf8_put(uint32_t cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

size_t utf8_floor(str s, size_t at)
{
	if (at >= s.n)
		return s.n;
	while (at && tail((unsigned char)s.p[at]))
		at--;
	return at;
}

size_t utf8_from_utf16(str s, size_t units)
{
	size_t at = 0;
	while (units > 0 && at < s.n) {
		unsigned char c = (unsigned char)s.p[at];
		size_t wide = c >= 0xf0 ? 2 : 1;
		if (units < wide)
			return SIZE_MAX;
		units -= wide;
		at += c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
	}
	return units ? SIZE_MAX : at;
}
