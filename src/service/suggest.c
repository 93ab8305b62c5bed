/* What programs say that a comment should have scored: kept for a newsroom's next training, never read by a check. */
#include "service/inner.h"

struct suggesting {
	const struct service_suggestion *items;
	size_t count;
	struct store_suggestion row; /* what all have */
};

static enum frg_status save(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	const struct suggesting *s = ctx;
	enum frg_status st = FRG_OK;
	for (size_t i = 0; i < s->count && st == FRG_OK; i++) {
		struct store_suggestion row = s->row;
		row.id = id_new();
		row.attribute = s->items[i].attribute;
		row.score_permille = (int64_t)(s->items[i].score * 1000 + 0.5);
		st = store_suggestion_insert(tx, &row, err);
	}
	return st;
}

enum frg_status service_suggest(struct service *svc, struct arena *a, id64 site, str text, enum frg_lang lang,
                                str community, const struct service_suggestion *items, size_t count,
                                struct frg_error *err)
{
	BUG_IF(text.n > FRG_TEXT_MAX || community.n > SUGGEST_COMMUNITY_MAX || count > SUGGEST_SCORES_MAX);
	struct suggesting s = {
		.items = items,
		.count = count,
		.row = {.site = site, .text = text, .lang = lang, .community = community, .created = clock_now()}};
	return store_write(svc->store, a, save, &s, err);
}
