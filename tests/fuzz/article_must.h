/* What must be true of any article that a reader returned, whatever it read. */
#ifndef ARTICLE_MUST_H
#define ARTICLE_MUST_H

#include "../unit/only_tags.h"
#include "article/article.h"
#include "article/clean.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)                                                                                                     \
	do {                                                                                                               \
		if (!(cond)) {                                                                                                 \
			fprintf(stderr, "must be: %s\n", #cond);                                                                   \
			abort();                                                                                                   \
		}                                                                                                              \
	} while (0)

static inline void must_be_an_article(const struct article *a)
{
	const str texts[] = {a->id,        a->lang,      a->url,           a->title,       a->kicker,    a->lead,
	                     a->section,   a->author,    a->source,        a->agency,      a->body_html, a->body_text,
	                     a->image_url, a->image_alt, a->image_caption, a->image_credit};
	char why[200];
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		MUST(clean_bad_byte(texts[i]) == SIZE_MAX);
	MUST(a->body_html.n <= ARTICLE_BODY_MAX && a->body_text.n <= ARTICLE_BODY_MAX);
	if (!only_tags_article(a->body_html, why, sizeof why)) {
		fprintf(stderr, "%s\n%.*s\n", why, STR_ARG(a->body_html));
		abort();
	}
	for (size_t i = 0; i < a->body_text.n;)
		MUST(!clean_is_hidden(clean_next(a->body_text, &i)) || a->body_text.p[i - 1] == '\n' ||
		     a->body_text.p[i - 1] == '\t');
}

/* A document that was read without failure may still lack something, but never breaks what article_check promises. */
static inline void must_judge(enum frg_status st, const struct article *a, const struct frg_error *err)
{
	struct frg_error why = {0};
	if (st != FRG_OK) {
		MUST(err->code && err->status == st);
		return;
	}
	must_be_an_article(a);
	if (article_check(a, &why) != FRG_OK)
		MUST(why.code);
	else
		MUST(a->title.n && a->id.n);
}

#endif
