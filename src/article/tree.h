/* Walking HTML trees of libxml2 without recursion. */
#ifndef ARTICLE_TREE_H
#define ARTICLE_TREE_H

#include "base/arena.h"

#include <libxml/HTMLparser.h>

/* NULL if there is nothing to parse. Never touches the network. Free with xmlFreeDoc. */
xmlDoc *tree_parse(str html);
bool tree_is(const xmlNode *node, const char *name);
/* The node's own text. Lives as long as the tree. */
str tree_content(const xmlNode *node);
/* "" if there is none. */
str tree_attribute(struct arena *a, const xmlNode *node, const char *name);
/* `enter` on the way down (false: not into this one, and no `leave`), `leave` on the way up; may be NULL. */
void tree_walk(const xmlNode *root, bool (*enter)(void *ctx, const xmlNode *), void (*leave)(void *ctx, const xmlNode *),
               void *ctx);

#endif
