/* Comments as clients of Perspective send them, plain or as HTML, made plain, with a way back to the places in what
 * was sent. Only for reading: nothing that comes out here is ever shown. Knows no scores. */
#include "api/perspective.h"

#include "text/utf8.h"

#include <libxml/HTMLparser.h>

struct reading {
	str s;
	size_t at, mark; /* `mark`: up to where `unit` has counted */
	uint32_t unit;
	struct perspective_text *out;
	char *to;
	unsigned quotes;   /* blockquotes that are open */
	bool no_more_tags; /* behind a '<' that nothing closes, and so every later one */
};

/* UTF-16 units before byte `at`, which never goes back. */
static uint32_t unit_at(struct reading *r, size_t at)
{
	for (; r->mark < at; r->mark++) {
		unsigned char c = (unsigned char)r->s.p[r->mark];
		r->unit += (c & 0xc0) != 0x80; /* a character begins */
		r->unit += c >= 0xf0;          /* one that takes two units */
	}
	return r->unit;
}

/* Puts what stands for source bytes [r->at, end). Never longer than these. */
static void put(struct reading *r, str bytes, size_t end)
{
	struct perspective_text *t = r->out;
	uint32_t first = unit_at(r, r->at), last = unit_at(r, end);
	BUG_IF(bytes.n > end - r->at);
	for (size_t i = 0; i < bytes.n; i++) {
		t->begin[t->plain.n] = first;
		t->end[t->plain.n] = last;
		r->to[t->plain.n++] = bytes.p[i];
	}
	r->at = end;
}

static void put_character(struct reading *r)
{
	size_t end = r->at;
	utf8_next(r->s, &end);
	put(r, str_sub(r->s, r->at, end), end);
}

/* ---- HTML ---- */

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static str tag_name(str s, size_t at)
{
	size_t end = at;
	while (end < s.n && (is_letter(s.p[end]) || is_digit(s.p[end])))
		end++;
	return str_sub(s, at, end);
}

/* Behind the '>' that ends the tag at `at`, not minding those in attributes' values; SIZE_MAX if there is none. */
static size_t tag_end(str s, size_t at)
{
	if (str_starts(str_sub(s, at, s.n), STR("<!--"))) {
		size_t end = str_find(s, STR("-->"), at + 4);
		return end == SIZE_MAX ? SIZE_MAX : end + 3;
	}
	char quote = 0, before = 0;
	for (size_t i = at + 1; i < s.n; i++) {
		char c = s.p[i];
		if (quote)
			quote = c == quote ? 0 : quote;
		else if ((c == '"' || c == '\'') && before == '=')
			quote = c;
		else if (c == '>')
			return i + 1;
		before = c;
	}
	return SIZE_MAX;
}

static bool is_block(str name)
{
	static const char *const blocks[] = {"p",  "br", "div", "li", "ul", "ol", "blockquote", "pre", "h1", "h2",
	                                     "h3", "h4", "h5",  "h6", "tr", "td", "table",      "hr",  "dt", "dd"};
	for (size_t i = 0; i < COUNT_OF(blocks); i++)
		if (str_eq_nocase(name, str_of(blocks[i])))
			return true;
	return false;
}

/* Behind the end of an element whose content is no text. */
static size_t skip_raw(str s, size_t at, str name)
{
	for (size_t i = at; i + 2 + name.n <= s.n; i++)
		if (s.p[i] == '<' && s.p[i + 1] == '/' && str_eq_nocase(str_sub(s, i + 2, i + 2 + name.n), name)) {
			size_t end = tag_end(s, i);
			return end == SIZE_MAX ? s.n : end;
		}
	return s.n;
}

/* Elements that begin and end together make one line. */
static void drop_empty_line(struct reading *r)
{
	str so_far = {r->to, r->out->plain.n};
	if (str_ends(so_far, STR("\n> ")))
		r->out->plain.n -= 3;
	else if (str_ends(so_far, STR("\n")))
		r->out->plain.n -= 1;
}

/* A line in a blockquote begins with the sign by which the engine knows that others are quoted. */
static bool put_tag(struct reading *r)
{
	bool closing = r->at + 1 < r->s.n && r->s.p[r->at + 1] == '/';
	size_t name_at = r->at + 1 + closing;
	str name = tag_name(r->s, name_at);
	bool other = name_at < r->s.n && (r->s.p[name_at] == '!' || r->s.p[name_at] == '?');
	size_t end = r->no_more_tags || (name.n == 0 && !other) ? SIZE_MAX : tag_end(r->s, r->at);
	if (end == SIZE_MAX) {
		r->no_more_tags = r->no_more_tags || name.n > 0 || other;
		return false;
	}
	if (!closing && (str_eq_nocase(name, STR("script")) || str_eq_nocase(name, STR("style"))))
		end = skip_raw(r->s, end, name);
	if (str_eq_nocase(name, STR("blockquote")))
		r->quotes = closing ? r->quotes - (r->quotes > 0) : r->quotes + 1;
	if (!is_block(name)) {
		put(r, STR(""), end);
	} else {
		drop_empty_line(r);
		put(r, r->quotes ? STR("\n> ") : STR("\n"), end);
	}
	return true;
}

static bool number_of(str digits, unsigned base, uint32_t *out)
{
	uint32_t v = 0;
	for (size_t i = 0; i < digits.n; i++) {
		char c = digits.p[i];
		unsigned d = is_digit(c) ? (unsigned)(c - '0') : is_letter(c) ? (unsigned)((c | 32) - 'a') + 10 : 99;
		if (d >= base)
			return false;
		v = v > 0x110000 ? v : v * base + d;
	}
	*out = v < 0x20 && v != '\n' && v != '\t' ? ' ' : v > 0x10ffff || (v >= 0xd800 && v < 0xe000) ? '?' : v;
	return digits.n > 0;
}

static bool put_entity(struct reading *r)
{
	enum { LONGEST = 12 };
	size_t end = r->at + 1;
	while (end < r->s.n && end - r->at < LONGEST && r->s.p[end] != ';')
		end++;
	if (end == r->s.n || r->s.p[end] != ';')
		return false;
	str name = str_sub(r->s, r->at + 1, end);
	uint32_t cp;
	if (name.n > 1 && name.p[0] == '#') {
		bool hex = (name.p[1] | 32) == 'x';
		if (!number_of(str_sub(name, 1 + hex, name.n), hex ? 16 : 10, &cp))
			return false;
	} else {
		char text[LONGEST + 1] = {0};
		memcpy(text, name.p, name.n);
		const htmlEntityDesc *known = htmlEntityLookup((const xmlChar *)text);
		if (!known)
			return false;
		cp = known->value;
	}
	char bytes[4];
	put(r, (str){bytes, utf8_put(cp, bytes)}, end + 1);
	return true;
}

void perspective_text(struct arena *a, str sent, bool html, struct perspective_text *out)
{
	struct reading r = {.s = sent, .out = out, .to = arena_alloc(a, sent.n + 1)};
	*out = (struct perspective_text){.begin = ARENA_ARRAY(a, uint32_t, sent.n + 1),
	                                 .end = ARENA_ARRAY(a, uint32_t, sent.n + 1)};
	while (r.at < sent.n) {
		char c = sent.p[r.at];
		if (html && ((c == '<' && put_tag(&r)) || (c == '&' && put_entity(&r))))
			continue;
		if (html && c == '\n')
			put(&r, STR(" "), r.at + 1); /* only elements break lines */
		else
			put_character(&r);
	}
	out->plain.p = r.to;
	out->units = unit_at(&r, sent.n);
}
