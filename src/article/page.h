/* The two halves of reading a page, of which page.c chooses the better field by field: page_ld.c reads what
 * it says for search engines, page_text.c finds its text. */
#ifndef ARTICLE_PAGE_H
#define ARTICLE_PAGE_H

#include "article/article.h"
#include "article/tree.h"

/* Text of a page as one clean line: entities and tags, which many write twice, resolved. */
str page_line(struct arena *a, str s);

/* Reads one JSON-LD script. False if there is no article in it; otherwise fills what it says (body_text
 * too, image_url as written). */
bool page_read_ld(struct arena *a, str script, struct article *out);

/* The article's text: paragraphs of the container that holds most of it. "" if there is none. */
str page_text(struct arena *a, xmlDoc *doc);

#endif
