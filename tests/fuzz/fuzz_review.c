/* Whole checks of hostile comments: spans stand on characters, scores in range, evidence for
 * what is high. The input is comment, parent, title and body, divided by bytes 0xFF. */
#include "text/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct frg_engine *engine;
static struct frg_workspace *ws;

#define MUST(cond)                                                                                                     \
	do {                                                                                                               \
		if (!(cond))                                                                                                   \
			abort();                                                                                                   \
	} while (0)

static void judge(const struct frg_review *r, str text)
{
	bool proven[FRG_RULE_COUNT] = {false};
	for (size_t i = 0; i < r->evidence_count; i++) {
		const struct frg_evidence *e = &r->evidence[i];
		MUST(e->begin < e->end && e->end <= text.n && e->score >= 0 && e->score <= 1);
		MUST(utf8_floor(text, e->begin) == e->begin && utf8_floor(text, e->end) == e->end);
		MUST(e->reason.n && utf8_invalid(e->reason) == SIZE_MAX);
		proven[e->rule] = true;
	}
	for (int k = 0; k < FRG_RULE_COUNT; k++) {
		MUST(r->score[k] >= 0 && r->score[k] <= 1);
		MUST(k > FRG_AD_LINK || r->score[k] < 0.5f || proven[k] || r->evidence_cut);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!engine)
		MUST(frg_engine_open(NULL, &engine, NULL) == FRG_OK && frg_workspace_open(engine, &ws, NULL) == FRG_OK);
	str rest = {(const char *)data, size}, part[4] = {0};
	for (int i = 0; i < 4 && str_next(&rest, (char)0xFF, &part[i]); i++)
		;
	struct frg_article *article = NULL;
	struct frg_review review;
	struct frg_error err;
	enum frg_status opened = frg_article_open(engine, part[2], STR_NONE, part[3], &article, &err);
	MUST((opened == FRG_OK) == (article != NULL));
	struct frg_input in = {.text = part[0], .parent = part[1], .article = article, .lang = (enum frg_lang)(size % 3)};
	if (frg_check(engine, ws, &in, &review, &err) == FRG_OK)
		judge(&review, in.text);
	frg_article_close(article);
	return 0;
}
