/* Readers' limited Markdown to safe HTML: md4c reads, we write, and write only what we know. */
#include "render/markdown.h"

#include "render/html.h"
#include "render/markdown_parse.h"

enum { CONTAINERS_MAX = 6, SPANS_MAX = 8, ADDRESS_MAX = 2000 };

struct span {
	MD_SPANTYPE type;
	bool written;
};

struct writer {
	struct buf *out;
	int containers; /* quotes and lists around */
	struct span open[SPANS_MAX];
	int spans; /* also those that are too many to be in `open` */
};

/* Escaped, without the marks that are not the reader's. */
static void write_text(struct buf *out, str s)
{
	str part;
	while (str_next(&s, MARKDOWN_MARK, &part))
		html_text(out, part);
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
	[MD_SPAN_A] = {STR_INIT(""), STR_INIT("</a>")}, /* opened with its address */
	[MD_SPAN_CODE] = {STR_INIT("<code>"), STR_INIT("</code>")},
};

static bool is_container(MD_BLOCKTYPE type)
{
	return type == MD_BLOCK_QUOTE || type == MD_BLOCK_UL || type == MD_BLOCK_OL;
}

/* What nests beyond reason loses its tags, not its text. */
static bool shown(const struct writer *w, MD_BLOCKTYPE type)
{
	return type < COUNT_OF(block_tags) &&
	       (w->containers <= CONTAINERS_MAX || (!is_container(type) && type != MD_BLOCK_LI));
}

/* "1986." at the beginning of a line makes a list, but stays 1986. */
static void open_ordered(struct buf *out, const MD_BLOCK_OL_DETAIL *detail)
{
	if (detail->start == 1)
		HTML(out, "<ol>");
	else {
		HTML(out, "<ol");
		html_attr_int(out, "start", detail->start);
		HTML(out, ">");
	}
}

/* The words behind ``` are the reader's too. */
static void write_info(struct buf *out, const MD_BLOCK_CODE_DETAIL *detail)
{
	if (detail->info.size == 0)
		return;
	HTML(out, "<p>");
	write_text(out, (str){detail->info.text, detail->info.size});
	HTML(out, "</p>");
}

/* ---- spans ---- */

static bool web_address(str s)
{
	size_t scheme = str_starts(s, STR("https://")) ? 8 : str_starts(s, STR("http://")) ? 7 : 0;
	if (scheme == 0 || s.n == scheme || s.n > ADDRESS_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == 0x7f)
			return false;
	return true;
}

static bool in_link(const struct writer *w)
{
	for (int i = 0; i < w->spans && i < SPANS_MAX; i++)
		if (w->open[i].type == MD_SPAN_A && w->open[i].written)
			return true;
	return false;
}

static bool open_link(struct writer *w, const MD_SPAN_A_DETAIL *detail)
{
	str address = {detail->href.text, detail->href.size};
	if (in_link(w) || !web_address(address))
		return false;
	HTML(w->out, "<a");
	html_attr(w->out, "href", address);
	HTML(w->out, " rel=\"ugc nofollow noopener\">");
	return true;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *ctx)
{
	struct writer *w = ctx;
	if (w->spans++ >= SPANS_MAX)
		return 0;
	struct span *s = &w->open[w->spans - 1];
	*s = (struct span){.type = type, .written = type < COUNT_OF(span_tags) && type != MD_SPAN_A};
	if (type == MD_SPAN_A)
		s->written = open_link(w, detail);
	else if (s->written)
		buf_add(w->out, span_tags[type].open);
	return 0;
}

static void close_span(struct writer *w)
{
	const struct span *s = &w->open[--w->spans < SPANS_MAX ? w->spans : 0];
	if (w->spans < SPANS_MAX && s->written)
		buf_add(w->out, span_tags[s->type].close);
}

/* md4c 0.4.8 forgets to leave a span that ends within a link's address: what is still open above the
 * one that is left, or at the end of its block, ends here. */
static int leave_span(MD_SPANTYPE type, void *detail, void *ctx)
{
	struct writer *w = ctx;
	(void)detail;
	int at = w->spans - 1;
	while (at >= 0 && at < SPANS_MAX && w->open[at].type != type)
		at--;
	while (at >= 0 && w->spans > at)
		close_span(w);
	return 0;
}

static void close_spans(struct writer *w)
{
	while (w->spans)
		close_span(w);
}

/* ---- blocks ---- */

static int enter_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
	struct writer *w = ctx;
	close_spans(w);
	w->containers += is_container(type);
	if (!shown(w, type)) {
		if (type == MD_BLOCK_LI)
			HTML(w->out, "<br>");
		return 0;
	}
	if (type == MD_BLOCK_CODE)
		write_info(w->out, detail);
	if (type == MD_BLOCK_OL)
		open_ordered(w->out, detail);
	else
		buf_add(w->out, block_tags[type].open);
	return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
	struct writer *w = ctx;
	(void)detail;
	close_spans(w);
	if (shown(w, type))
		buf_add(w->out, block_tags[type].close);
	w->containers -= is_container(type);
	return 0;
}

static int text(MD_TEXTTYPE type, const MD_CHAR *p, MD_SIZE n, void *ctx)
{
	struct writer *w = ctx;
	if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR)
		HTML(w->out, "<br>");
	else
		write_text(w->out, (str){p, n}); /* entities too are shown as they were typed */
	return 0;
}

void render_comment_html(struct buf *out, str in)
{
	size_t before = out->n;
	struct writer w = {.out = out};
	markdown_parse(in,
	               (MD_PARSER){.enter_block = enter_block,
	                           .leave_block = leave_block,
	                           .enter_span = enter_span,
	                           .leave_span = leave_span,
	                           .text = text},
	               &w);
	if (out->cut)
		out->n = before;
}
