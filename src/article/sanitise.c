/* HTML of unknown origin to the few tags that an article's body may have. libxml2 reads, we write, and nothing gets
 * through that is not written here: a stack of open elements of our own keeps what is written well-formed and
 * properly nested, whatever the tree looks like. Tags are written when the first text comes, so that
 * empty elements leave no trace. Knows no document formats. */
#include "article/article.h"

#include "article/clean.h"
#include "article/tree.h"
#include "base/buf.h"

/* The last places are for what is implied: a cell needs a row needs a table. */
enum { STACK_MAX = 24, IMPLICIT_MAX = 4 };

/* What an element is, and what may stand directly in it. */
enum kind { PHRASE, BLOCK, ITEM, ROW_GROUP, ROW, CELL, LINE_BREAK, RULE, BOUNDARY, DROP };
enum holds { PHRASES, BLOCKS, ANYTHING, ITEMS, ROWS, CELLS };

struct element {
	const char *name;
	enum kind kind;
	enum holds holds;
	const char *as; /* written as; NULL: as itself */
};

static const struct element elements[] = {
	{"p", BLOCK, PHRASES, NULL},         {"h1", BLOCK, PHRASES, "h2"},         {"h2", BLOCK, PHRASES, NULL},
	{"h3", BLOCK, PHRASES, NULL},        {"h4", BLOCK, PHRASES, NULL},         {"h5", BLOCK, PHRASES, "h4"},
	{"h6", BLOCK, PHRASES, "h4"},        {"figcaption", BLOCK, PHRASES, NULL}, {"blockquote", BLOCK, BLOCKS, NULL},
	{"figure", BLOCK, BLOCKS, NULL},     {"ul", BLOCK, ITEMS, NULL},           {"ol", BLOCK, ITEMS, NULL},
	{"li", ITEM, ANYTHING, NULL},        {"table", BLOCK, ROWS, NULL},         {"thead", ROW_GROUP, ROWS, NULL},
	{"tbody", ROW_GROUP, ROWS, NULL},    {"tfoot", ROW_GROUP, ROWS, "tbody"},  {"tr", ROW, CELLS, NULL},
	{"td", CELL, ANYTHING, NULL},        {"th", CELL, ANYTHING, NULL},         {"strong", PHRASE, PHRASES, NULL},
	{"em", PHRASE, PHRASES, NULL},       {"b", PHRASE, PHRASES, NULL},         {"i", PHRASE, PHRASES, NULL},
	{"cite", PHRASE, PHRASES, NULL},     {"q", PHRASE, PHRASES, NULL},         {"sub", PHRASE, PHRASES, NULL},
	{"sup", PHRASE, PHRASES, NULL},      {"a", PHRASE, PHRASES, NULL},         {"br", LINE_BREAK, PHRASES, NULL},
	{"hr", RULE, PHRASES, NULL},         {"div", BOUNDARY, BLOCKS, NULL},      {"section", BOUNDARY, BLOCKS, NULL},
	{"article", BOUNDARY, BLOCKS, NULL}, {"header", BOUNDARY, BLOCKS, NULL},   {"footer", BOUNDARY, BLOCKS, NULL},
	{"main", BOUNDARY, BLOCKS, NULL},    {"aside", BOUNDARY, BLOCKS, NULL},    {"nav", BOUNDARY, BLOCKS, NULL},
	{"dl", BOUNDARY, BLOCKS, NULL},      {"dt", BOUNDARY, BLOCKS, NULL},       {"dd", BOUNDARY, BLOCKS, NULL},
	{"pre", BOUNDARY, BLOCKS, NULL},     {"address", BOUNDARY, BLOCKS, NULL},  {"details", BOUNDARY, BLOCKS, NULL},
	{"summary", BOUNDARY, BLOCKS, NULL}, {"center", BOUNDARY, BLOCKS, NULL},   {"fieldset", BOUNDARY, BLOCKS, NULL},
	{"caption", BOUNDARY, BLOCKS, NULL}, {"script", DROP, PHRASES, NULL},      {"style", DROP, PHRASES, NULL},
	{"iframe", DROP, PHRASES, NULL},     {"frame", DROP, PHRASES, NULL},       {"frameset", DROP, PHRASES, NULL},
	{"noframes", DROP, PHRASES, NULL},   {"object", DROP, PHRASES, NULL},      {"embed", DROP, PHRASES, NULL},
	{"noembed", DROP, PHRASES, NULL},    {"applet", DROP, PHRASES, NULL},      {"svg", DROP, PHRASES, NULL},
	{"math", DROP, PHRASES, NULL},       {"noscript", DROP, PHRASES, NULL},    {"template", DROP, PHRASES, NULL},
	{"form", DROP, PHRASES, NULL},       {"button", DROP, PHRASES, NULL},      {"select", DROP, PHRASES, NULL},
	{"datalist", DROP, PHRASES, NULL},   {"textarea", DROP, PHRASES, NULL},    {"head", DROP, PHRASES, NULL},
	{"title", DROP, PHRASES, NULL},      {"video", DROP, PHRASES, NULL},       {"audio", DROP, PHRASES, NULL},
	{"canvas", DROP, PHRASES, NULL},     {"map", DROP, PHRASES, NULL},         {"dialog", DROP, PHRASES, NULL},
};

/* What stands where it may not gets these around it; they end when a block does. */
static const struct element implicit_p = {"p", BLOCK, PHRASES, NULL}, implicit_li = {"li", ITEM, ANYTHING, NULL},
							implicit_tr = {"tr", ROW, CELLS, NULL}, implicit_td = {"td", CELL, ANYTHING, NULL};

struct open {
	const struct element *element;
	const xmlNode *node; /* NULL: implicit */
	str href;
	bool written;
};

/* What separates the next text from the last one, in plain text. */
enum gap { NO_GAP, TAB, LINE, PARAGRAPH };

struct writer {
	struct arena *arena;
	struct buf html, text;
	struct open stack[STACK_MAX];
	size_t depth;
	enum gap gap;
	unsigned breaks;  /* <br> not yet written */
	bool blank;       /* white space not yet written */
	bool after_block; /* what was written last ends the line anyway */
};

static const struct element *find(const xmlNode *node)
{
	for (size_t i = 0; i < COUNT_OF(elements); i++)
		if (tree_is(node, elements[i].name))
			return &elements[i];
	return NULL;
}

/* ---- writing ---- */

static const char *tag(const struct element *e) { return e->as ? e->as : e->name; }

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

static void write_open(struct buf *html, struct open *o)
{
	if (o->written)
		return;
	o->written = true;
	buf_printf(html, "<%s", tag(o->element));
	if (o->href.n) {
		BUF_LIT(html, " href=\"");
		escape(html, o->href);
		BUF_LIT(html, "\" rel=\"noopener\"");
	}
	buf_byte(html, '>');
}

static void write_all_open(struct writer *w)
{
	for (size_t i = 0; i < w->depth; i++)
		write_open(&w->html, &w->stack[i]);
}

static void widen(struct writer *w, enum kind kind)
{
	enum gap gap = kind == PHRASE ? NO_GAP : kind == CELL ? TAB : kind == ITEM || kind == ROW ? LINE : PARAGRAPH;
	if (gap > w->gap)
		w->gap = gap;
	if (gap) {
		w->breaks = 0;
		w->blank = false;
	}
}

static void pop(struct writer *w)
{
	struct open *o = &w->stack[w->depth - 1];
	if (o->element->kind == CELL) /* an empty cell keeps the others in their columns */
		write_all_open(w);
	w->depth--;
	if (o->written) {
		buf_printf(&w->html, "</%s>", tag(o->element));
		w->after_block = o->element->kind != PHRASE;
	}
	widen(w, o->element->kind);
}

static bool push(struct writer *w, const struct element *e, const xmlNode *node, str href)
{
	if (w->depth >= STACK_MAX - (node ? IMPLICIT_MAX : 0))
		return false;
	widen(w, e->kind);
	w->stack[w->depth++] = (struct open){.element = e, .node = node, .href = href};
	return true;
}

/* ---- what may stand where ---- */

static struct open *top(struct writer *w) { return w->depth ? &w->stack[w->depth - 1] : NULL; }
static enum holds holding(struct writer *w) { return w->depth ? top(w)->element->holds : BLOCKS; }

/* Makes the place one where text or a block may stand. False: nested too deep. */
static bool make_place(struct writer *w, bool block)
{
	for (;;) {
		const struct element *around = NULL;
		switch (holding(w)) {
		case ANYTHING: return true;
		case PHRASES:
			if (!block)
				return true;
			pop(w);
			continue;
		case BLOCKS:
			if (block)
				return true;
			around = &implicit_p;
			break;
		case ITEMS: around = &implicit_li; break;
		case ROWS: around = &implicit_tr; break;
		case CELLS: around = &implicit_td; break;
		}
		if (!push(w, around, NULL, STR("")))
			return false;
	}
}

/* Ends text and what was only implied, back to an element of the source. */
static void settle(struct writer *w)
{
	while (w->depth && (holding(w) == PHRASES || !top(w)->node))
		pop(w);
}

/* Ends a paragraph that was only implied. */
static void boundary(struct writer *w)
{
	size_t i = w->depth;
	while (i && w->stack[i - 1].element->kind == PHRASE)
		i--;
	if (i && w->stack[i - 1].element == &implicit_p)
		while (w->depth >= i)
			pop(w);
	else if (holding(w) == PHRASES)
		w->blank = w->gap == NO_GAP;
	else
		widen(w, holding(w) == ANYTHING ? ITEM : BLOCK);
}

static bool link_allowed(str href)
{
	static const str schemes[] = {STR_INIT("https://"), STR_INIT("http://"), STR_INIT("mailto:")};
	for (size_t i = 0; i < href.n; i++)
		if ((unsigned char)href.p[i] <= ' ' || href.p[i] == 0x7f)
			return false;
	for (size_t i = 0; i < COUNT_OF(schemes); i++)
		if (href.n > schemes[i].n && href.n < 2000 && str_eq_nocase(str_sub(href, 0, schemes[i].n), schemes[i]))
			return true;
	return false;
}

static void open_phrase(struct writer *w, const struct element *e, const xmlNode *node)
{
	str href = STR("");
	if (strcmp(e->name, "a") == 0) {
		href = tree_attribute(w->arena, node, "href");
		if (!link_allowed(href))
			return;
	}
	for (size_t i = 0; i < w->depth; i++)
		if (w->stack[i].element == e)
			return; /* bold in bold, a link in a link */
	if (make_place(w, false))
		push(w, e, node, href);
}

static void open_in(struct writer *w, const struct element *e, const xmlNode *node)
{
	settle(w);
	enum holds h = holding(w);
	bool fits = e->kind == ITEM ? h == ITEMS : e->kind == CELL ? h == CELLS || h == ROWS : h == ROWS;
	if (e->kind == ROW_GROUP)
		fits = fits && strcmp(top(w)->element->name, "table") == 0;
	if (fits && e->kind == CELL && h == ROWS)
		fits = push(w, &implicit_tr, NULL, STR(""));
	if (fits)
		push(w, e, node, STR(""));
	else
		boundary(w);
}

static void rule(struct writer *w)
{
	make_place(w, true);
	if (holding(w) == BLOCKS || holding(w) == ANYTHING) {
		write_all_open(w);
		BUF_LIT(&w->html, "<hr>");
		w->after_block = true;
		widen(w, BLOCK);
	}
}

/* ---- text ---- */

/* In an item or a cell after something else: what began on a new line there needs a break to stay on one. */
static bool broken_line(const struct writer *w)
{
	size_t i = w->depth;
	while (i && w->stack[i - 1].element->kind == PHRASE && !w->stack[i - 1].written)
		i--;
	return w->gap >= LINE && !w->after_block && i && w->stack[i - 1].written &&
	       w->stack[i - 1].element->holds == ANYTHING;
}

static void visible(struct writer *w, uint32_t cp)
{
	enum { SOFT_HYPHEN = 0xad };
	char bytes[4];
	str c = {bytes, clean_put(cp, bytes)};
	static const str gaps[] = {{"", 0}, {"\t", 1}, {"\n", 1}, {"\n\n", 2}};
	make_place(w, false);
	if (w->gap) {
		if (broken_line(w))
			BUF_LIT(&w->html, "<br>");
		if (w->text.n)
			buf_add(&w->text, gaps[w->gap]);
	} else if (w->breaks) {
		for (unsigned i = 0; i < w->breaks && i < 2; i++) {
			BUF_LIT(&w->html, "<br>");
			buf_byte(&w->text, '\n');
		}
	} else if (w->blank) {
		buf_byte(&w->html, ' ');
		buf_byte(&w->text, ' ');
	}
	w->gap = NO_GAP;
	w->breaks = 0;
	w->blank = w->after_block = false;
	write_all_open(w);
	escape(&w->html, c);
	if (cp != SOFT_HYPHEN)
		buf_add(&w->text, c);
}

static void write_text(struct writer *w, str s)
{
	enum { HARD_BLANK = 0xa0 };
	for (size_t i = 0; i < s.n;) {
		uint32_t cp = clean_next(s, &i);
		bool blank = cp == ' ' || (cp >= '\t' && cp <= '\r');
		if (blank || (cp == HARD_BLANK && w->gap))
			w->blank = w->gap == NO_GAP && w->breaks == 0;
		else if (!clean_is_hidden(cp))
			visible(w, cp);
	}
}

/* ---- the walk ---- */

static bool enter(void *ctx, const xmlNode *node)
{
	struct writer *w = ctx;
	if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
		write_text(w, tree_content(node));
		return false;
	}
	if (node->type != XML_ELEMENT_NODE)
		return node->type == XML_HTML_DOCUMENT_NODE || node->type == XML_DOCUMENT_NODE;
	const struct element *e = find(node);
	switch (e ? e->kind : LINE_BREAK) {
	case DROP: return false;
	case BOUNDARY: boundary(w); break;
	case RULE: rule(w); break;
	case PHRASE: open_phrase(w, e, node); break;
	case ITEM:
	case ROW_GROUP:
	case ROW:
	case CELL: open_in(w, e, node); break;
	case BLOCK:
		if (make_place(w, true))
			push(w, e, node, STR(""));
		break;
	case LINE_BREAK: /* or an unknown element, which is nothing but its content */
		if (e && w->gap == NO_GAP)
			w->breaks++;
	}
	return true;
}

static void leave(void *ctx, const xmlNode *node)
{
	struct writer *w = ctx;
	size_t i = w->depth;
	while (i && w->stack[i - 1].node != node)
		i--;
	if (i) {
		while (w->depth >= i)
			pop(w);
		return;
	}
	const struct element *e = find(node);
	if (e && e->kind != PHRASE && e->kind != LINE_BREAK && e->kind != RULE)
		boundary(w);
}

bool article_sanitise(struct arena *a, str html, str *body_html, str *body_text)
{
	struct writer w = {
		.arena = a, .html = BUF_INIT(ARTICLE_BODY_MAX), .text = BUF_INIT(ARTICLE_BODY_MAX), .gap = PARAGRAPH};
	xmlDoc *doc;
	*body_html = *body_text = STR("");
	if (tree_parse(html, &doc, NULL) != FRG_OK)
		return false;
	if (!doc)
		return true; /* nothing in it */
	tree_walk((const xmlNode *)doc, enter, leave, &w);
	while (w.depth)
		pop(&w);
	xmlFreeDoc(doc);
	bool whole = !w.html.cut && !w.text.cut;
	*body_html = buf_finish(&w.html, a);
	*body_text = str_trim(buf_finish(&w.text, a));
	return whole;
}
