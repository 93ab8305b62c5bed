/* An article in whatever form it comes: Markdown, ninjs, a page of another server. Pure functions
 * from bytes to a struct; knows no database and no network. Strings live in the arena given. */
#ifndef ARTICLE_ARTICLE_H
#define ARTICLE_ARTICLE_H

#include "base/arena.h"
#include "base/clock.h"

struct article {
	str id, lang, url, title, kicker, lead, section, author, source, agency;
	str body_html; /* only our own sanitiser's output; empty for pages */
	str body_text; /* the same as plain text, blocks separated by empty lines */
	str image_url, image_alt, image_caption, image_credit;
	int image_width, image_height; /* 0: unknown */
	msec published, updated;       /* 0: unknown */
};

enum { ARTICLE_DOCUMENT_MAX = 2 << 20, ARTICLE_BODY_MAX = 512 << 10 };

/* All three: FRG_INVALID or FRG_TOO_LARGE. What they return is clean text, but not complete or short enough
 * for sure: article_check says. */
/* Front matter between --- lines (key: value), then Markdown. err->pos is the line. */
MUST_CHECK enum frg_status article_from_markdown(struct arena *a, str file, struct article *out, struct frg_error *err);
/* IPTC ninjs 2 (and what ninjs 1 called the same things). err->pos is the line if it is no JSON. */
MUST_CHECK enum frg_status article_from_ninjs(struct arena *a, str json, struct article *out, struct frg_error *err);
/* An HTML page: its JSON-LD, OpenGraph and text, in whatever character set. `page_url` is where it was read.
 * It gets no id and no body_html: the page itself stays where the article is read. */
MUST_CHECK enum frg_status article_from_page(struct arena *a, str html, str page_url, struct article *out,
                                             struct frg_error *err);

/* Is everything there and within its limits? */
MUST_CHECK enum frg_status article_check(const struct article *article, struct frg_error *err);

/* ---- sanitise.c ---- */

/* Any HTML (in UTF-8) to the few tags that an article's body may have, and to plain text. False: too large,
 * or nested too deep to be text. */
MUST_CHECK bool article_sanitise(struct arena *a, str html, str *body_html, str *body_text);

#endif
