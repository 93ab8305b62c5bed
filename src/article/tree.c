/* Walking HTML trees of libxml2 without recursion. */
#include "article/tree.h"

#include <limits.h>

xmlDoc *tree_parse(str html)
{
	if (html.n == 0 || html.n > INT_MAX / 2)
		return NULL;
	return htmlReadMemory(html.p, (int)html.n, NULL, "UTF-8",
	                      HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
	                          HTML_PARSE_COMPACT);
}

bool tree_is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && xmlStrcasecmp(node->name, (const xmlChar *)name) == 0;
}

str tree_content(const xmlNode *node) { return str_of((const char *)node->content); }

str tree_attribute(struct arena *a, const xmlNode *node, const char *name)
{
	if (node->type != XML_ELEMENT_NODE)
		return STR("");
	xmlChar *value = xmlGetProp(node, (const xmlChar *)name);
	str s = arena_str(a, str_of((const char *)value));
	xmlFree(value);
	return str_trim(s);
}

void tree_walk(const xmlNode *root, bool (*enter)(void *ctx, const xmlNode *), void (*leave)(void *ctx, const xmlNode *),
               void *ctx)
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
