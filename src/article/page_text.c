/* Finds an article's text among all that a page holds: paragraphs give their length to the elements around
 * them, halved with each step up; the element with most of it holds the article. Links count against a
 * paragraph. Knows no names of sites. */
#include "article/page.h"

#include "article/clean.h"
#include "base/buf.h"

enum { PARAGRAPH_MIN = 30, HEADING_MAX = 200, STEPS = 3, CLASS_MAX = 2000 };

struct reader {
	struct arena *arena;
	struct buf paragraph, body;
	size_t links;           /* bytes of the paragraph that are in links */
	const xmlNode *in_link; /* the link being read */
	const xmlNode *block;   /* whose paragraph is being read; NULL: none */
	/* first pass: the container so far; second: what is gathered */
	const xmlNode *best;
	uintptr_t best_score;
	bool gathering;
};

/* ---- what is not the article ---- */

static bool starts_nocase(str s, str prefix)
{
	return s.n >= prefix.n && str_eq_nocase(str_sub(s, 0, prefix.n), prefix);
}

/* Readers' comments, teasers and the like are named so in classes and ids, by everybody. */
static bool named_beside(struct arena *a, const xmlNode *node)
{
	static const str words[] = {
		STR_INIT("comment"),    STR_INIT("kommentar"), STR_INIT("teaser"), STR_INIT("related"), STR_INIT("newsletter"),
		STR_INIT("cookie"),     STR_INIT("consent"),   STR_INIT("advert"), STR_INIT("social"),  STR_INIT("share"),
		STR_INIT("breadcrumb"), STR_INIT("recommend"), STR_INIT("promo"),  STR_INIT("sidebar"), STR_INIT("footer")};
	static const char *const attributes[] = {"class", "id"};
	for (size_t k = 0; k < COUNT_OF(attributes); k++) {
		str value = tree_attribute(a, node, attributes[k]), word;
		value = str_sub(value, 0, value.n < CLASS_MAX ? value.n : CLASS_MAX);
		while (str_next(&value, ' ', &word))
			for (size_t i = 0; i < COUNT_OF(words); i++)
				if (starts_nocase(word, words[i]))
					return true;
	}
	return false;
}

static bool is_beside(struct arena *a, const xmlNode *node)
{
	static const char *const names[] = {"head",   "nav",   "aside",    "footer",   "form",   "figure", "figcaption",
	                                    "script", "style", "noscript", "template", "iframe", "svg",    "button",
	                                    "select", "table", "object",   "video",    "audio",  "dialog", NULL};
	static const char *const containers[] = {"div", "section", "ul", "ol", "li", "header", NULL};
	return tree_is_any(node, names) || (tree_is_any(node, containers) && named_beside(a, node));
}

static bool is_heading(const xmlNode *node) { return tree_is_any(node, (const char *const[]){"h2", "h3", "h4", NULL}); }

static bool is_paragraph(const xmlNode *node)
{
	return is_heading(node) || tree_is_any(node, (const char *const[]){"p", "li", "blockquote", "pre", NULL});
}

/* ---- reading ---- */

static void credit(struct reader *r, const xmlNode *block, size_t length)
{
	xmlNode *up = block->parent;
	for (int i = 0; i < STEPS && up && up->type == XML_ELEMENT_NODE; i++, up = up->parent) {
		uintptr_t score = (uintptr_t)up->_private + (length >> i);
		up->_private = (void *)score;
		if (score > r->best_score) {
			r->best_score = score;
			r->best = up;
		}
	}
}

/* Ends the paragraph that is being read, if any. */
static void end_paragraph(struct reader *r)
{
	if (!r->block)
		return;
	str s = clean_line(r->arena, buf_str(&r->paragraph));
	bool heading = is_heading(r->block), mostly_links = r->links * 2 > r->paragraph.n;
	bool good = !mostly_links && (heading ? s.n > 0 && s.n <= HEADING_MAX : s.n >= PARAGRAPH_MIN);
	if (good && r->gathering) {
		if (r->body.n)
			BUF_LIT(&r->body, "\n\n");
		buf_add(&r->body, s);
	} else if (good && !heading) {
		credit(r, r->block, s.n - r->links / 2);
	}
	r->block = NULL;
	r->paragraph.n = 0;
	r->links = 0;
}

static bool enter(void *ctx, const xmlNode *node)
{
	struct reader *r = ctx;
	if (node->type == XML_TEXT_NODE && r->block) {
		str s = tree_content(node);
		size_t before = r->paragraph.n;
		buf_add(&r->paragraph, s);
		r->links += r->in_link ? r->paragraph.n - before : 0;
	}
	if (node->type != XML_ELEMENT_NODE || is_beside(r->arena, node))
		return false;
	if (tree_is(node, "br") && r->block)
		buf_byte(&r->paragraph, ' ');
	if (tree_is(node, "a") && !r->in_link)
		r->in_link = node;
	if (is_paragraph(node)) {
		end_paragraph(r);
		r->block = node;
	}
	return true;
}

static void leave(void *ctx, const xmlNode *node)
{
	struct reader *r = ctx;
	if (node == r->in_link)
		r->in_link = NULL;
	if (is_paragraph(node))
		end_paragraph(r);
}

static void read_under(struct reader *r, const xmlNode *root)
{
	r->block = r->in_link = NULL;
	r->paragraph.n = r->links = 0;
	tree_walk(root, enter, leave, r);
	end_paragraph(r);
}

/* The <article> around the best container, or what says of itself that it is the body. */
static const xmlNode *widened(struct arena *a, const xmlNode *best)
{
	for (const xmlNode *up = best; up && up->type == XML_ELEMENT_NODE; up = up->parent)
		if (tree_is(up, "article") || str_eq(tree_attribute(a, up, "itemprop"), STR("articleBody")))
			return up;
	return best;
}

str page_text(struct arena *a, xmlDoc *doc)
{
	struct reader r = {.arena = a, .paragraph = BUF_INIT(ARTICLE_BODY_MAX / 8), .body = BUF_INIT(ARTICLE_BODY_MAX / 2)};
	const xmlNode *root = xmlDocGetRootElement(doc);
	if (root)
		read_under(&r, root);
	if (r.best) {
		r.gathering = true;
		read_under(&r, widened(a, r.best));
	}
	buf_free(&r.paragraph);
	return buf_finish(&r.body, a);
}
