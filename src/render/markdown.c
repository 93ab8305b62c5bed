/* Readers' limited Markdown to safe HTML: md4c reads, we write, and write only what we know. */
#include "render/markdown.h"

#include "render/html.h"

#include <md4c.h>

enum { DEPTH_MAX = 8 };

struct writer {
	struct buf *out;
	int blocks, spans;
	bool in_link;
};

/* Bytes of the character at the front that would reorder or hide text; 0: an honest one. Zero-width
 * joiners stay: emoji and some scripts need them. */
static size_t hidden(str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	if (s.n >= 3 && p[0] == 0xe2 && p[1] == 0x80)
		return p[2] == 0x8b || p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xa8 && p[2] <= 0xae) ? 3 : 0;
	if (s.n >= 3 && p[0] == 0xe2 && p[1] == 0x81)
		return p[2] >= 0xa0 && p[2] <= 0xaf ? 3 : 0;
	if (s.n >= 3 && p[0] == 0xef)
		return (p[1] == 0xbb && p[2] == 0xbf) || (p[1] == 0xbf && p[2] >= 0xb9 && p[2] <= 0xbb) ? 3 : 0;
	if (s.n >= 4 && p[0] == 0xf3 && p[1] == 0xa0 && (p[2] == 0x80 || p[2] == 0x81))
		return 4;
	return s.n >= 2 && p[0] == 0xc2 && p[1] == 0xad ? 2 : 0;
}

static void write_text(struct buf *out, str s)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n;) {
		size_t skip = (unsigned char)s.p[i] >= 0xc2 ? hidden(str_sub(s, i, s.n)) : 0;
		if (skip == 0) {
			i++;
			continue;
		}
		html_text(out, str_sub(s, from, i));
		from = i += skip;
	}
	html_text(out, str_sub(s, from, s.n));
}

struct tag {
	str open, close;
};

static const struct tag block_tags[] = {
	[MD_BLOCK_QUOTE] = {STR_INIT("<blockquote>"), STR_INIT("</blockquote>")},
	[MD_BLOCK_UL] = {STR_INIT("<ul>"), STR_INIT("</ul>")},
	[MD_BLOCK_OL] = {STR_INIT("<ol>"), STR_INIT("</ol>")},
	[MD_BLOCK_LI] = {STR_INIT("<li>"), STR_INIT("</li>")},
	[MD_BLOCK_HR] = {STR_INIT("<hr>"), STR_INIT("")},
	[MD_BLOCK_H] = {STR_INIT("<p><strong>"), STR_INIT("</strong></p>")},
	[MD_BLOCK_CODE] = {STR_INIT("<pre><code>"), STR_INIT("</code></pre>")},
	[MD_BLOCK_P] = {STR_INIT("<p>"), STR_INIT("</p>")},
};
static const struct tag span_tags[] = {
	[MD_SPAN_EM] = {STR_INIT("<em>"), STR_INIT("</em>")},
	[MD_SPAN_STRONG] = {STR_INIT("<strong>"), STR_INIT("</strong>")},
	[MD_SPAN_CODE] = {STR_INIT("<code>"), STR_INIT("</code>")},
};

/* Paragraphs are always shown; what nests beyond reason loses its tags, not its text. */
static bool shown(const struct writer *w, MD_BLOCKTYPE type)
{
	return type < COUNT_OF(block_tags) && (w->blocks <= DEPTH_MAX || type == MD_BLOCK_P);
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
	struct writer *w = ctx;
	(void)detail;
	w->blocks++;
	if (shown(w, type))
		buf_add(w->out, block_tags[type].open);
	return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
	struct writer *w = ctx;
	(void)detail;
	if (shown(w, type))
		buf_add(w->out, block_tags[type].close);
	w->blocks--;
	return 0;
}

static bool web_address(str s)
{
	size_t scheme = str_starts(s, STR("https://")) ? 8 : str_starts(s, STR("http://")) ? 7 : 0;
	if (scheme == 0 || s.n == scheme || s.n > 2000)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == 0x7f || hidden(str_sub(s, i, s.n)))
			return false;
	return true;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *ctx)
{
	struct writer *w = ctx;
	w->spans++;
	if (type == MD_SPAN_A && !w->in_link) {
		const MD_ATTRIBUTE *href = &((MD_SPAN_A_DETAIL *)detail)->href;
		str address = {href->text, href->size};
		if (!web_address(address))
			return 0;
		w->in_link = true;
		HTML(w->out, "<a");
		html_attr(w->out, "href", address);
		HTML(w->out, " rel=\"ugc nofollow noopener\">");
	} else if (type < COUNT_OF(span_tags) && w->spans <= DEPTH_MAX) {
		buf_add(w->out, span_tags[type].open);
	}
	return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *ctx)
{
	struct writer *w = ctx;
	(void)detail;
	if (type == MD_SPAN_A && w->in_link) {
		w->in_link = false;
		HTML(w->out, "</a>");
	} else if (type < COUNT_OF(span_tags) && w->spans <= DEPTH_MAX) {
		buf_add(w->out, span_tags[type].close);
	}
	w->spans--;
	return 0;
}

static int text(MD_TEXTTYPE type, const MD_CHAR *p, MD_SIZE n, void *ctx)
{
	struct writer *w = ctx;
	switch (type) {
	case MD_TEXT_NULLCHAR: HTML(w->out, "\xef\xbf\xbd"); break;
	case MD_TEXT_BR:
	case MD_TEXT_SOFTBR: HTML(w->out, "<br>"); break;
	default: write_text(w->out, (str){p, n}); /* entities too are shown as they were typed */
	}
	return 0;
}

void render_comment_html(struct buf *out, str in)
{
	struct writer w = {.out = out};
	const MD_PARSER parser = {
		.flags = MD_FLAG_NOHTML | MD_FLAG_PERMISSIVEURLAUTOLINKS | MD_FLAG_PERMISSIVEWWWAUTOLINKS |
	             MD_FLAG_NOINDENTEDCODEBLOCKS,
		.enter_block = enter_block,
		.leave_block = leave_block,
		.enter_span = enter_span,
		.leave_span = leave_span,
		.text = text,
	};
	if (md_parse(in.p ? in.p : "", (MD_SIZE)in.n, &parser, &w) != 0)
		BUG("out of memory");
}
