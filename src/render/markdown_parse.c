/* Readers' text made harmless, then parsed by md4c. Knows no HTML. */
#include "render/markdown_parse.h"

#include "base/buf.h"
#include "render/markdown.h"

enum { ZWNJ = 0x200c, ZWJ = 0x200d, BLACK_FLAG = 0x1f3f4, REPLACEMENT = 0xfffd, NONE = 0 };

/* ---- characters ---- */

static bool tail(str s, size_t i) { return i < s.n && ((unsigned char)s.p[i] & 0xc0) == 0x80; }

/* Bytes of the character at i if it is well-formed, else 0. */
static size_t length_at(str s, size_t i)
{
	unsigned c = (unsigned char)s.p[i], c1 = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c <= 0xdf)
		return tail(s, i + 1) ? 2 : 0;
	if (c >= 0xe0 && c <= 0xef)
		return tail(s, i + 1) && tail(s, i + 2) && !(c == 0xe0 && c1 < 0xa0) && !(c == 0xed && c1 > 0x9f) ? 3 : 0;
	if (c >= 0xf0 && c <= 0xf4)
		return tail(s, i + 1) && tail(s, i + 2) && tail(s, i + 3) && !(c == 0xf0 && c1 < 0x90) &&
		               !(c == 0xf4 && c1 > 0x8f)
		           ? 4
		           : 0;
	return 0;
}

static uint32_t value_at(str s, size_t i, size_t length)
{
	static const unsigned char lead[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t cp = (unsigned char)s.p[i] & lead[length];
	for (size_t k = 1; k < length; k++)
		cp = cp << 6 | ((unsigned char)s.p[i + k] & 0x3f);
	return cp;
}

/* Reorders what stands around it, or cannot be seen. */
static bool is_hidden(uint32_t cp)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = {{0x00, 0x08},     {0x0b, 0x1f},     {0x7f, 0x9f},      {0xad, 0xad},     {0x34f, 0x34f},
	              {0x61c, 0x61c},   {0x115f, 0x1160}, {0x17b4, 0x17b5},  {0x180b, 0x180f}, {0x200b, 0x200b},
	              {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},  {0x3164, 0x3164}, {0xfeff, 0xfeff},
	              {0xffa0, 0xffa0}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff}};
	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		if (cp >= ranges[i].from && cp <= ranges[i].to)
			return true;
	return false;
}

/* Letters, digits and signs that no rule below is about. */
static bool is_plain(char c) { return (c >= ' ' && c < 0x7f && c != ':') || c == '\n' || c == '\t'; }

static bool is_joiner(uint32_t cp) { return cp == ZWJ || cp == ZWNJ; }
static bool is_flag_tag(uint32_t cp) { return cp >= 0xe0020 && cp <= 0xe007f; }

/* Joiners are part of emoji and of scripts other than ours, tags of some flags; elsewhere they only hide. */
static bool is_kept(uint32_t before, uint32_t cp, uint32_t after)
{
	if (is_joiner(cp))
		return before >= 0x300 && after >= 0x300 && !is_joiner(before) && !is_joiner(after);
	if (is_flag_tag(cp))
		return before == BLACK_FLAG || is_flag_tag(before);
	return !is_hidden(cp);
}

/* Copies with marks for hidden characters; line breaks become \n. "]:" is taken apart: it would define a link for
 * elsewhere, which swallows the line and makes the parser's time quadratic. */
void markdown_harmless(struct buf *out, str s, char mark)
{
	uint32_t before = NONE;
	for (size_t i = 0, n; i < s.n; i += n) {
		for (n = 0; i + n < s.n && is_plain(s.p[i + n]);)
			n++;
		if (n) {
			buf_add(out, str_sub(s, i, i + n));
			before = (unsigned char)s.p[i + n - 1];
			continue;
		}
		n = length_at(s, i);
		if (n == 0 || s.p[i] == 0) {
			BUF_LIT(out, "\xef\xbf\xbd");
			before = REPLACEMENT;
			n = 1;
			continue;
		}
		uint32_t cp = value_at(s, i, n), after = NONE;
		if (cp == '\r') {
			if (i + 1 == s.n || s.p[i + 1] != '\n')
				buf_byte(out, '\n');
			continue;
		}
		size_t next = i + n < s.n ? length_at(s, i + n) : 0;
		if (next)
			after = value_at(s, i + n, next);
		if (!is_kept(before, cp, after)) {
			if (mark)
				buf_byte(out, mark);
			continue;
		}
		if (cp == ':' && before == ']' && mark)
			buf_byte(out, mark);
		buf_add(out, str_sub(s, i, i + n));
		before = cp;
	}
}

/* ---- parsing ---- */

/* One paragraph with line breaks. */
static void as_it_is(str s, const MD_PARSER *events, void *ctx)
{
	str line;
	bool first = true;
	events->enter_block(MD_BLOCK_P, NULL, ctx);
	while (str_next(&s, '\n', &line)) {
		if (!first)
			events->text(MD_TEXT_BR, "\n", 1, ctx);
		first = false;
		events->text(MD_TEXT_NORMAL, line.p, (MD_SIZE)line.n, ctx);
	}
	events->leave_block(MD_BLOCK_P, NULL, ctx);
}

void markdown_parse(str text, MD_PARSER events, void *ctx)
{
	struct buf clean = BUF_INIT(SIZE_MAX / 2);
	markdown_harmless(&clean, text, MARKDOWN_MARK);
	str s = buf_str(&clean);
	/* md4c 0.4.8 may look behind the end of an unfinished link: zeros are there for it */
	static const char zeros[16];
	buf_add(&clean, (str){zeros, sizeof zeros});
	s.p = clean.p;
	events.flags = MD_FLAG_NOHTML | MD_FLAG_PERMISSIVEURLAUTOLINKS | MD_FLAG_PERMISSIVEWWWAUTOLINKS |
	               MD_FLAG_NOINDENTEDCODEBLOCKS;
	if (s.n > MARKDOWN_MAX)
		as_it_is(s, &events, ctx);
	else if (md_parse(s.p ? s.p : "", (MD_SIZE)s.n, &events, ctx) != 0)
		BUG("out of memory");
	buf_free(&clean);
}
