/* Folding: one plain spelling for all the ways to write a word. */
#include "text/fold.h"

#include "text/utf8.h"

#include <utf8proc.h>

/* Characters that look like Latin letters but are none, after case folding. */
static const struct look {
	uint16_t cp;
	char as;
} looks[] = {
	{0x00F0, 'd'}, {0x00F8, 'o'}, {0x0111, 'd'}, {0x0127, 'h'}, {0x0131, 'i'}, {0x0142, 'l'}, {0x0180, 'b'},
	{0x0192, 'f'}, {0x019A, 'l'}, {0x0251, 'a'}, {0x0253, 'b'}, {0x0256, 'd'}, {0x025B, 'e'}, {0x0261, 'g'},
	{0x0262, 'g'}, {0x0268, 'i'}, {0x0269, 'i'}, {0x026A, 'i'}, {0x0274, 'n'}, {0x0275, 'o'}, {0x0280, 'r'},
	{0x0289, 'u'}, {0x028B, 'u'}, {0x028F, 'y'}, {0x0299, 'b'}, {0x029C, 'h'}, {0x029F, 'l'}, {0x03B1, 'a'},
	{0x03B5, 'e'}, {0x03B7, 'n'}, {0x03B9, 'i'}, {0x03BA, 'k'}, {0x03BC, 'u'}, {0x03BD, 'v'}, {0x03BF, 'o'},
	{0x03C1, 'p'}, {0x03C3, 'o'}, {0x03C4, 't'}, {0x03C5, 'u'}, {0x03C7, 'x'}, {0x03C9, 'w'}, {0x03B3, 'y'},
	{0x03B6, 'z'}, {0x03F2, 'c'}, {0x03F3, 'j'}, {0x0430, 'a'}, {0x0432, 'b'}, {0x0433, 'r'}, {0x0435, 'e'},
	{0x0438, 'u'}, {0x043A, 'k'}, {0x043C, 'm'}, {0x043D, 'h'}, {0x043E, 'o'}, {0x043F, 'n'}, {0x0440, 'p'},
	{0x0441, 'c'}, {0x0442, 't'}, {0x0443, 'y'}, {0x0445, 'x'}, {0x044C, 'b'}, {0x0455, 's'}, {0x0456, 'i'},
	{0x0458, 'j'}, {0x0475, 'v'}, {0x04BB, 'h'}, {0x04CF, 'l'}, {0x0501, 'd'}, {0x051B, 'q'}, {0x051D, 'w'},
	{0x0561, 'w'}, {0x0570, 'h'}, {0x0578, 'n'}, {0x057D, 'u'}, {0x0581, 'g'}, {0x0585, 'o'}, {0x1D00, 'a'},
	{0x1D04, 'c'}, {0x1D05, 'd'}, {0x1D07, 'e'}, {0x1D0A, 'j'}, {0x1D0B, 'k'}, {0x1D0D, 'm'}, {0x1D0F, 'o'},
	{0x1D18, 'p'}, {0x1D1B, 't'}, {0x1D1C, 'u'}, {0x1D20, 'v'}, {0x1D21, 'w'}, {0x1D22, 'z'}, {0x2C61, 'l'},
	{0xA730, 'f'}, {0xA731, 's'},
};

/* Capitals whose look differs from that of their small letter. */
static char capital_look(uint32_t cp)
{
	switch (cp) {
	case 0x0397:
	case 0x041D: return 'h';
	case 0x039D: return 'n';
	case 0x03A5: return 'y';
	case 0x039C: return 'm';
	case 0x0392: return 'b';
	case 0x0420:
	case 0x03A1: return 'p';
	case 0x0393: return 'r';
	default: return 0;
	}
}

static char look_of(uint32_t cp)
{
	if (cp >= 0x1F150 && cp <= 0x1F169) /* white on black circles */
		return (char)('a' + (cp - 0x1F150));
	if (cp >= 0x1F170 && cp <= 0x1F189) /* white on black squares */
		return (char)('a' + (cp - 0x1F170));
	for (size_t i = 0; i < COUNT_OF(looks); i++) /* short, and only foreign letters come here */
		if (looks[i].cp == cp)
			return looks[i].as;
	return 0;
}

static char symbol_of(uint32_t cp)
{
	switch (cp) {
	case 0x00AB:
	case 0x00BB:
	case 0x201C:
	case 0x201D:
	case 0x201E:
	case 0x201F:
	case 0x300C:
	case 0x300D:
	case 0x2033: return '"';
	case 0x2018:
	case 0x2019:
	case 0x201A:
	case 0x201B:
	case 0x2039:
	case 0x203A:
	case 0x00B4:
	case 0x2032:
	case 0x02BC: return '\'';
	case 0x2010:
	case 0x2011:
	case 0x2012:
	case 0x2013:
	case 0x2014:
	case 0x2015:
	case 0x2212: return '-';
	case 0x00B7:
	case 0x2022:
	case 0x2219:
	case 0x22C5:
	case 0x25CF:
	case 0x2605:
	case 0x2606:
	case 0x2217:
	case 0x204E:
	case 0x25AA: return '*';
	case 0x20AC: return 'E';
	case 0x00A1: return '!';
	case 0x00A7:
	case 0x00A3: return '$';
	case 0x00A6: return '|';
	case 0x2026: return '.';
	default: return 1;
	}
}

static bool invisible(uint32_t cp, utf8proc_category_t category)
{
	switch (category) {
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_ME:
	case UTF8PROC_CATEGORY_CF: return true;
	default:
		return cp == 0x115F || cp == 0x1160 || cp == 0x3164 || cp == 0xFFA0 || cp == 0x2800 || cp == 0x17B4 ||
		       cp == 0x17B5;
	}
}

static bool letter(utf8proc_category_t category)
{
	return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) || category == UTF8PROC_CATEGORY_MC ||
	       category == UTF8PROC_CATEGORY_ND;
}

static bool space(utf8proc_category_t category)
{
	return (category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_CC) || category == UTF8PROC_CATEGORY_CN ||
	       category == UTF8PROC_CATEGORY_CO;
}

static void emit(struct folded *out, char c, size_t at, size_t width, unsigned mark)
{
	if (out->n == out->size)
		return;
	out->f[out->n] = c;
	out->at[out->n] = (uint32_t)at;
	out->width[out->n] = (uint8_t)width;
	out->mark[out->n] = (uint8_t)mark;
	out->n++;
}

/* A mark above a letter: two dots over a, o, u are an umlaut, all else is decoration. */
static void emit_mark(struct folded *out, uint32_t cp, size_t at, size_t width, unsigned mark)
{
	if (out->n == 0)
		return;
	char before = out->f[out->n - 1];
	if ((cp == 0x0308 || cp == 0x0364) && (before == 'a' || before == 'o' || before == 'u'))
		emit(out, 'e', at, width, mark);
	else
		out->mark[out->n - 1] |= mark & FOLD_ALTERED;
}

/* One character of a decomposition. */
static void emit_part(struct folded *out, uint32_t cp, size_t at, size_t width, unsigned mark)
{
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)cp);
	if (cp < 0x80) {
		if (cp >= 'A' && cp <= 'Z')
			cp += 32;
		emit(out, cp < ' ' ? ' ' : (char)cp, at, width, mark);
	} else if (invisible(cp, category)) {
		emit_mark(out, cp, at, width, mark);
	} else if (cp == 0x03B2) { /* Greek beta stands in for sharp s */
		emit(out, 's', at, width, mark | FOLD_ALTERED);
		emit(out, 's', at, width, mark | FOLD_ALTERED);
	} else if (cp == 0xE6 || cp == 0x153) {
		emit(out, cp == 0xE6 ? 'a' : 'o', at, width, mark);
		emit(out, 'e', at, width, mark);
	} else if (look_of(cp)) {
		emit(out, look_of(cp), at, width, mark | FOLD_ALTERED);
	} else if (letter(category)) {
		char bytes[4];
		size_t n = utf8_put(cp, bytes);
		for (size_t i = 0; i < n; i++)
			emit(out, bytes[i], at, width, mark);
	} else {
		emit(out, space(category) ? ' ' : symbol_of(cp), at, width, mark);
	}
}

/* Everything beyond ASCII and German. */
static void emit_other(struct folded *out, uint32_t cp, size_t at, size_t width)
{
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)cp);
	unsigned mark = category == UTF8PROC_CATEGORY_LU ? FOLD_UPPER : 0;
	if (invisible(cp, category)) {
		emit_mark(out, cp, at, width, FOLD_ALTERED);
		return;
	}
	if (capital_look(cp)) {
		emit(out, capital_look(cp), at, width, mark | FOLD_ALTERED);
		return;
	}
	if (cp == 0x2026) { /* an ellipsis is three dots */
		for (int i = 0; i < 3; i++)
			emit(out, '.', at, width, 0);
		return;
	}
	if (symbol_of(cp) != 1 || look_of(cp)) {
		emit_part(out, cp, at, width, mark);
		return;
	}
	utf8proc_int32_t parts[24];
	int boundclass = 0;
	utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)cp, parts, 24,
	                                             UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD, &boundclass);
	size_t limit = out->n + width * 2;
	bool plain = cp >= 0xC0 && cp < 0x250; /* accented Latin letters disguise nothing */
	for (utf8proc_ssize_t i = 0; i < n && i < 24; i++) {
		if (i > 0 && out->n + 4 > limit) /* a part needs at most four bytes */
			break;
		emit_part(out, (uint32_t)parts[i], at, width, mark | (plain ? 0 : FOLD_ALTERED));
	}
}

/* The six letters that German adds, before the general case. */
static bool emit_german(struct folded *out, uint32_t cp, size_t at)
{
	char base;
	switch (cp) {
	case 0xE4:
	case 0xC4: base = 'a'; break;
	case 0xF6:
	case 0xD6: base = 'o'; break;
	case 0xFC:
	case 0xDC: base = 'u'; break;
	case 0xDF: base = 's'; break;
	default: return false;
	}
	unsigned mark = cp < 0xDF ? FOLD_UPPER : 0;
	emit(out, base, at, 2, mark);
	emit(out, base == 's' ? 's' : 'e', at, 2, mark);
	return true;
}

static bool ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* don't, geht's: the apostrophe is part of the word. */
static bool inner_apostrophe(const struct folded *out, str s, size_t next)
{
	if (out->n == 0 || next >= s.n)
		return false;
	char before = out->f[out->n - 1];
	return before >= 'a' && before <= 'z' && ascii_letter(s.p[next]);
}

static void fold_at(struct folded *out, str s, size_t *i)
{
	size_t at = *i;
	unsigned char c = (unsigned char)s.p[at];
	if (c < 0x80) {
		*i = at + 1;
		if (c == '\'' && inner_apostrophe(out, s, *i))
			return;
		if (c >= 'A' && c <= 'Z')
			emit(out, (char)(c + 32), at, 1, FOLD_UPPER);
		else
			emit(out, c == '\n' || c > ' ' ? (c == 127 ? ' ' : (char)c) : ' ', at, 1, 0);
		return;
	}
	uint32_t cp = utf8_next(s, i);
	if (emit_german(out, cp, at))
		return;
	if ((cp == 0x2019 || cp == 0x02BC) && inner_apostrophe(out, s, *i))
		return;
	emit_other(out, cp, at, *i - at);
}

void fold_text(struct folded *out, str s)
{
	out->n = 0;
	for (size_t i = 0; i < s.n;)
		fold_at(out, s, &i);
}

size_t fold_word(str s, char *to, size_t size)
{
	enum { MOST = 256 };
	char f[MOST];
	uint32_t at[MOST];
	uint8_t width[MOST], mark[MOST];
	struct folded out = {f, at, width, mark, 0, MOST};
	if (fold_room(s.n) > MOST)
		return 0;
	fold_text(&out, s);
	if (out.n > size)
		return 0;
	memcpy(to, f, out.n);
	return out.n;
}
