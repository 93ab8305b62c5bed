/* HTML of unknown origin to the few tags that an article's body may have. libxml2 reads, we write:
 * nothing gets through that is not written here. */
#include "article/article.h"

#include "article/tree.h"
#include "base/buf.h"

enum kind { DROP, UNWRAP, INLINE, BLOCK, EMPTY };
enum { DEPTH_MAX = 24 };

static const struct element {
	const char *name;
	enum kind kind;
	const char *as; /* written as; NULL: as itself */
} elements[] = {
	{"p", BLOCK, NULL},       {"h1", BLOCK, "h2"},      {"h2", BLOCK, NULL},     {"h3", BLOCK, NULL},
	{"h4", BLOCK, NULL},      {"h5", BLOCK, "h4"},      {"h6", BLOCK, "h4"},     {"ul", BLOCK, NULL},
	{"ol", BLOCK, NULL},      {"li", BLOCK, NULL},      {"blockquote", BLOCK, NULL}, {"figure", BLOCK, NULL},
	{"figcaption", BLOCK, NULL}, {"table", BLOCK, NULL}, {"thead", BLOCK, NULL}, {"tbody", BLOCK, NULL},
	{"tr", BLOCK, NULL},      {"td", BLOCK, NULL},      {"th", BLOCK, NULL},     {"strong", INLINE, NULL},
	{"b", INLINE, "strong"},  {"em", INLINE, NULL},     {"i", INLINE, "em"},     {"cite", INLINE, NULL},
	{"q", INLINE, NULL},      {"sub", INLINE, NULL},    {"sup", INLINE, NULL},   {"a", INLINE, NULL},
	{"br", EMPTY, NULL},      {"hr", EMPTY, NULL},      {"script", DROP, NULL},  {"style", DROP, NULL},
	{"iframe", DROP, NULL},   {"object", DROP, NULL},   {"embed", DROP, NULL},   {"svg", DROP, NULL},
	{"math", DROP, NULL},     {"noscript", DROP, NULL}, {"template", DROP, NULL}, {"form", DROP, NULL},
	{"button", DROP, NULL},   {"select", DROP, NULL},   {"textarea", DROP, NULL}, {"head", DROP, NULL},
	{"video", DROP, NULL},    {"audio", DROP, NULL},    {"canvas", DROP, NULL},  {"title", DROP, NULL},
};

struct writer {
	struct arena *arena;
	struct buf html, text;
	int depth;
};

static const struct element *find(const xmlNode *node)
{
	static const struct element unwrap = {"", UNWRAP, NULL};
	for (size_t i = 0; i < COUNT_OF(elements); i++)
		if (tree_is(node, elements[i].name))
			return &elements[i];
	return &unwrap;
}

static void escape(struct buf *b, str s)
{
	for (size_t i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case '&': BUF_LIT(b, "&amp;"); break;
		case '<': BUF_LIT(b, "&lt;"); break;
		case '>': BUF_LIT(b, "&gt;"); break;
		case '"': BUF_LIT(b, "&quot;"); break;
		default: buf_byte(b, s.p[i]);
		}
	}
}

static void paragraph(struct buf *text)
{
	while (text->n && (text->p[text->n - 1] == '\n' || text->p[text->n - 1] == ' '))
		text->n--;
	if (text->n)
		BUF_LIT(text, "\n\n");
}

static bool link_allowed(str href)
{
	return (str_starts(href, STR("https://")) || str_starts(href, STR("http://")) ||
	        str_starts(href, STR("mailto:"))) && href.n < 2000;
}

static void write_open(struct writer *w, const xmlNode *node, const struct element *e)
{
	str href = tree_is(node, "a") ? tree_attribute(w->arena, node, "href") : STR("");
	buf_printf(&w->html, "<%s", e->as ? e->as : e->name);
	if (link_allowed(href)) {
		BUF_LIT(&w->html, " href=\"");
		escape(&w->html, href);
		BUF_LIT(&w->html, "\" rel=\"noopener\"");
	}
	buf_byte(&w->html, '>');
}

static bool enter(void *ctx, const xmlNode *node)
{
	struct writer *w = ctx;
	if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
		str s = tree_content(node);
		escape(&w->html, s);
		buf_add(&w->text, s);
		return false;
	}
	if (node->type != XML_ELEMENT_NODE)
		return node->type == XML_HTML_DOCUMENT_NODE || node->type == XML_DOCUMENT_NODE;
	const struct element *e = find(node);
	if (e->kind == DROP)
		return false;
	w->depth++;
	if (e->kind == BLOCK)
		paragraph(&w->text);
	if (e->kind == EMPTY)
		buf_byte(&w->text, '\n');
	if (e->kind != UNWRAP && w->depth <= DEPTH_MAX)
		write_open(w, node, e);
	return true;
}

static void leave(void *ctx, const xmlNode *node)
{
	struct writer *w = ctx;
	if (node->type != XML_ELEMENT_NODE)
		return;
	const struct element *e = find(node);
	if ((e->kind == BLOCK || e->kind == INLINE) && w->depth <= DEPTH_MAX)
		buf_printf(&w->html, "</%s>", e->as ? e->as : e->name);
	if (e->kind == BLOCK)
		paragraph(&w->text);
	w->depth--;
}

bool article_sanitise(struct arena *a, str html, str *body_html, str *body_text)
{
	xmlDoc *doc = tree_parse(html);
	struct writer w = {.arena = a, .html = BUF_INIT(ARTICLE_BODY_MAX), .text = BUF_INIT(ARTICLE_BODY_MAX)};
	*body_html = *body_text = STR("");
	if (!doc)
		return true; /* nothing in it */
	tree_walk((const xmlNode *)doc, enter, leave, &w);
	xmlFreeDoc(doc);
	bool whole = !w.html.cut && !w.text.cut;
	*body_html = buf_finish(&w.html, a);
	*body_text = str_trim(buf_finish(&w.text, a));
	return whole;
}
