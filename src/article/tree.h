/* HTML trees of libxml2: parsed within bounds, walked without recursion. */
#ifndef ARTICLE_TREE_H
#define ARTICLE_TREE_H

#include "base/arena.h"

#include <libxml/HTMLparser.h>

/* HTML that nests deeper, has more elements or more attributes on one is refused: the parser's time
 * grows with the product of these and the size. */
enum { TREE_DEPTH_MAX = 250, TREE_ELEMENTS_MAX = 100000, TREE_ATTRIBUTES_MAX = 4000 };

/* `html` is UTF-8 without NULs. *out is NULL if there is nothing in it; free with xmlFreeDoc. Never
 * touches the network. Errors: FRG_TOO_LARGE, "article_complex". */
MUST_CHECK enum frg_status tree_parse(str html, xmlDoc **out, struct frg_error *err);
bool tree_is(const xmlNode *node, const char *name);
/* One of the names, the last of which is NULL. */
bool tree_is_any(const xmlNode *node, const char *const *names);
/* The node's own text. Lives as long as the tree. */
str tree_content(const xmlNode *node);
/* All text below. */
str tree_text(struct arena *a, const xmlNode *node);
/* "" if there is none. */
str tree_attribute(struct arena *a, const xmlNode *node, const char *name);
/* `enter` on the way down (false: not into this one, and no `leave`), `leave` on the way up; may be NULL. */
void tree_walk(const xmlNode *root, bool (*enter)(void *ctx, const xmlNode *),
               void (*leave)(void *ctx, const xmlNode *), void *ctx);

#endif
