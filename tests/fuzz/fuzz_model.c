/* Hostile model files: refused with a reason, or good for a check. The checksum and the size are set right
 * first, or nothing behind them would ever be tried. */
#include "review/inner.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct frg_engine *engine, const struct frg_model *house)
{
	struct frg_workspace *ws;
	struct frg_review review;
	struct frg_article *article;
	struct frg_error err;
	struct frg_input in = {.text = STR_INIT("Ihr Lügner habt keine Ahnung, wer bezahlt euch? Das Freibad bleibt zu."),
	                       .lang = house ? house->model.lang : FRG_LANG_DE,
	                       .model = house};
	if (frg_workspace_open(engine, &ws, &err) != FRG_OK ||
	    frg_article_open(engine, STR("Freibad"), STR_NONE, STR("Das Freibad bleibt zu."), &article, &err) != FRG_OK)
		abort();
	in.article = article;
	if (frg_check(engine, ws, &in, &review, &err) != FRG_OK)
		abort();
	for (int r = 0; r < FRG_RULE_COUNT; r++)
		if (!(review.score[r] >= 0 && review.score[r] <= 1))
			abort();
	if (review.rejection_known && !(review.rejection >= 0 && review.rejection <= 1))
		abort();
	frg_article_close(article);
	frg_workspace_close(ws);
}

/* The same bytes as a newsroom's own model beside the built-in ones. */
static void check_house(char *p, size_t size)
{
	static struct frg_engine *engine;
	struct frg_engine_options options = {.word_list = STR("word\tde\t0.9\tn\ttrottel\n")};
	struct frg_model *house;
	struct frg_error err;
	if (!engine && frg_engine_open(&options, &engine, &err) != FRG_OK)
		abort();
	struct model_header *h = (struct model_header *)p;
	if (size >= sizeof *h) {
		h->base = engine_learned(engine, (enum frg_lang)h->lang)->model.id;
		h->checksum = model_checksum((str){p, size});
	}
	if (frg_model_open(engine, (str){p, size}, &house, &err) == FRG_OK) {
		check(engine, house);
		frg_model_close(house);
	} else if (!err.code || !err.msg[0]) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* lists are not what is tried here: a short one opens faster */
	struct frg_engine_options options = {.word_list = STR("word\tde\t0.9\tn\ttrottel\n")};
	struct frg_engine *engine;
	struct frg_error err;
	char *p = aligned_alloc(16, (size + 31) & ~(size_t)15);
	if (!p)
		abort();
	memcpy(p, data, size);
	struct model_header *h = (struct model_header *)p;
	if (size >= sizeof *h && data[0] != 0) {
		memcpy(h->magic, MODEL_MAGIC, sizeof h->magic);
		h->version = MODEL_VERSION;
		h->features_version = FEATURES_VERSION;
		h->lang = FRG_LANG_DE + h->lang % 2;
		h->size = size;
		h->checksum = model_checksum((str){p, size});
	}
	options.model = (str){p, size};
	enum frg_status status = frg_engine_open(&options, &engine, &err);
	if (status == FRG_OK) {
		check(engine, NULL);
		frg_engine_close(engine);
	} else if (!err.code || !err.msg[0]) {
		abort();
	}
	check_house(p, size);
	free(p);
	return 0;
}
