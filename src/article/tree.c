/* HTML trees of libxml2: parsed within bounds, walked without recursion. */
#include "article/tree.h"

#include <libxml/SAX2.h>
#include <limits.h>

/* ---- bounds ---- */

/* The parser compares each attribute's name with all others of its tag. Where it will see a tag depends on
 * comments, scripts and broken quotes, so this follows every "<x" at once: for each state the highest count of
 * attributes that a tag begun anywhere before may have by now. */
enum state { NAME, BETWEEN, BEFORE_VALUE, BARE_VALUE, DOUBLE_QUOTED, SINGLE_QUOTED, STATES };

static enum state step(enum state s, char c, bool blank)
{
	switch (s) {
	case NAME: return c == '=' ? BEFORE_VALUE : blank ? BETWEEN : NAME;
	case BETWEEN: return c == '=' ? BEFORE_VALUE : blank ? BETWEEN : NAME;
	case BEFORE_VALUE: return blank ? BEFORE_VALUE : c == '"' ? DOUBLE_QUOTED : c == '\'' ? SINGLE_QUOTED : BARE_VALUE;
	case BARE_VALUE: return blank ? BETWEEN : BARE_VALUE;
	case DOUBLE_QUOTED: return c == '"' ? BETWEEN : DOUBLE_QUOTED;
	case SINGLE_QUOTED: return c == '\'' ? BETWEEN : SINGLE_QUOTED;
	case STATES: break;
	}
	BUG("no such state");
}

static bool few_attributes(str html)
{
	int most[STATES], next[STATES];
	for (int s = 0; s < STATES; s++)
		most[s] = -1;
	for (size_t i = 0; i < html.n; i++) {
		char c = html.p[i], letter = i + 1 < html.n ? (char)(html.p[i + 1] | 32) : 0;
		bool blank = c == ' ' || (c >= '\t' && c <= '\r');
		for (int s = 0; s < STATES; s++)
			next[s] = -1;
		for (int s = 0; s < STATES; s++) {
			if (most[s] < 0 || (c == '>' && s != DOUBLE_QUOTED && s != SINGLE_QUOTED))
				continue;
			enum state to = step((enum state)s, c, blank);
			int count = most[s] + (s == BETWEEN && to == NAME);
			if (count > TREE_ATTRIBUTES_MAX)
				return false;
			next[to] = count > next[to] ? count : next[to];
		}
		if (c == '<' && letter >= 'a' && letter <= 'z' && next[NAME] < 0)
			next[NAME] = 0;
		memcpy(most, next, sizeof most);
	}
	return true;
}

struct guard {
	unsigned elements;
	bool over;
};

static void start_element(void *ctx, const xmlChar *name, const xmlChar **attributes)
{
	htmlParserCtxt *parser = ctx;
	struct guard *guard = parser->_private;
	if (guard->over)
		return;
	if (parser->nodeNr >= TREE_DEPTH_MAX || ++guard->elements > TREE_ELEMENTS_MAX) {
		guard->over = true;
		xmlStopParser(parser);
		return;
	}
	xmlSAX2StartElement(ctx, name, attributes);
}

enum frg_status tree_parse(str html, xmlDoc **out, struct frg_error *err)
{
	struct guard guard = {0};
	*out = NULL;
	if (html.n == 0)
		return FRG_OK;
	if (html.n > INT_MAX / 2 || !few_attributes(html))
		return frg_fail(err, FRG_TOO_LARGE, "article_complex", "too many attributes on one element");
	htmlParserCtxt *parser = htmlNewParserCtxt();
	if (!parser)
		BUG("out of memory");
	parser->_private = &guard;
	parser->sax->startElement = start_element;
	*out = htmlCtxtReadMemory(parser, html.p, (int)html.n, NULL, "UTF-8",
	                          HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
	                              HTML_PARSE_COMPACT);
	htmlFreeParserCtxt(parser);
	if (!guard.over)
		return FRG_OK;
	xmlFreeDoc(*out);
	*out = NULL;
	return frg_fail(err, FRG_TOO_LARGE, "article_complex", "over %d elements, or nested deeper than %d",
	                TREE_ELEMENTS_MAX, TREE_DEPTH_MAX);
}

/* ---- nodes ---- */

bool tree_is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && xmlStrcasecmp(node->name, (const xmlChar *)name) == 0;
}

bool tree_is_any(const xmlNode *node, const char *const *names)
{
	for (; *names; names++)
		if (tree_is(node, *names))
			return true;
	return false;
}

str tree_content(const xmlNode *node) { return str_of((const char *)node->content); }

static str taken_over(struct arena *a, xmlChar *s)
{
	str copy = arena_str(a, str_of((const char *)s));
	xmlFree(s);
	return str_trim(copy);
}

str tree_text(struct arena *a, const xmlNode *node) { return taken_over(a, xmlNodeGetContent(node)); }

str tree_attribute(struct arena *a, const xmlNode *node, const char *name)
{
	if (node->type != XML_ELEMENT_NODE)
		return STR("");
	return taken_over(a, xmlGetProp(node, (const xmlChar *)name));
}

void tree_walk(const xmlNode *root, bool (*enter)(void *ctx, const xmlNode *),
               void (*leave)(void *ctx, const xmlNode *), void *ctx)
{
	const xmlNode *node = root;
	for (;;) {
		bool entered = enter(ctx, node);
		if (entered && node->children && node->type != XML_ENTITY_REF_NODE) {
			node = node->children;
			continue;
		}
		if (entered && leave)
			leave(ctx, node);
		while (node != root && !node->next) {
			node = node->parent;
			if (leave)
				leave(ctx, node);
		}
		if (node == root)
			return;
		node = node->next;
	}
}
