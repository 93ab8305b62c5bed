/* Readers' limited Markdown to plain text, for feeds and excerpts. Knows no HTML. */
#include "render/markdown.h"
#include "render/markdown_parse.h"

enum { LISTS_MAX = 6, QUOTES_SHOWN = 3 };

struct writer {
	struct buf *out;
	size_t begin; /* of what this call wrote */
	int quotes, lists;
	int64_t next[LISTS_MAX]; /* number of the next item; -1: no numbers */
	bool gap, item;          /* an empty line, a new item before the next text */
};

static void before_text(struct writer *w)
{
	bool begins = w->out->n == w->begin;
	if (!begins && w->gap)
		BUF_LIT(w->out, "\n\n");
	else if (!begins && w->item)
		BUF_LIT(w->out, "\n");
	if (begins || w->gap || w->item)
		for (int i = 0; i < w->quotes && i < QUOTES_SHOWN; i++)
			BUF_LIT(w->out, "> ");
	if (w->item && w->lists <= LISTS_MAX) {
		int64_t *next = &w->next[w->lists - 1];
		if (*next < 0)
			BUF_LIT(w->out, "- ");
		else
			buf_printf(w->out, "%lld. ", (long long)(*next)++);
	}
	w->gap = w->item = false;
}

static int text(MD_TEXTTYPE type, const MD_CHAR *p, MD_SIZE n, void *ctx)
{
	struct writer *w = ctx;
	str s = {p, n}, part;
	if (n == 0)
		return 0;
	if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR) {
		BUF_LIT(w->out, "\n");
		return 0;
	}
	before_text(w);
	while (str_next(&s, MARKDOWN_MARK, &part))
		buf_add(w->out, part);
	return 0;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
	struct writer *w = ctx;
	if (type == MD_BLOCK_LI) {
		w->item = true;
		return 0;
	}
	/* an item's first paragraph stands beside its number */
	w->gap = w->gap || !w->item;
	if (type == MD_BLOCK_QUOTE)
		w->quotes++;
	if (type == MD_BLOCK_UL || type == MD_BLOCK_OL) {
		if (w->lists++ < LISTS_MAX)
			w->next[w->lists - 1] = type == MD_BLOCK_OL ? (int64_t)((MD_BLOCK_OL_DETAIL *)detail)->start : -1;
	}
	if (type == MD_BLOCK_CODE) {
		const MD_ATTRIBUTE *info = &((MD_BLOCK_CODE_DETAIL *)detail)->info;
		if (info->size) {
			text(MD_TEXT_NORMAL, info->text, info->size, w);
			BUF_LIT(w->out, "\n");
		}
	}
	return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
	struct writer *w = ctx;
	(void)detail;
	if (type == MD_BLOCK_QUOTE)
		w->quotes--;
	if (type == MD_BLOCK_UL || type == MD_BLOCK_OL)
		w->lists--;
	w->item = false;
	w->gap = w->gap || type != MD_BLOCK_LI;
	return 0;
}

static int ignore_span(MD_SPANTYPE type, void *detail, void *ctx)
{
	(void)type;
	(void)detail;
	(void)ctx;
	return 0;
}

void render_comment_text(struct buf *out, str in)
{
	struct writer w = {.out = out, .begin = out->n};
	markdown_parse(in,
	               (MD_PARSER){.enter_block = enter_block,
	                           .leave_block = leave_block,
	                           .enter_span = ignore_span,
	                           .leave_span = ignore_span,
	                           .text = text},
	               &w);
	while (out->n > w.begin && out->p[out->n - 1] == '\n')
		out->n--;
}
