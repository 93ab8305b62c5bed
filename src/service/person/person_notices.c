/* Notices that somebody gave, found by their address alone: who reports has no account and need not have written
 * anything. That the address is theirs must be known to whoever asks for this: nobody else learns who reported what. */
#include "service/inner.h"

enum { NOTICES_PAGE = 100, NOTICES_GIVEN_MAX = 10000 };

struct given {
	id64 site, after;
	str email;
	json_t *out; /* NULL: they are erased */
	int64_t erased, open;
	bool more;
};

static json_t *given_json(const struct store_notice *n)
{
	char id[ID_TEXT_SIZE], comment[ID_TEXT_SIZE], at[CLOCK_ISO_SIZE], decided[CLOCK_ISO_SIZE] = "";
	id_text(n->id, id);
	id_text(n->comment, comment);
	clock_iso(n->created, at);
	if (n->decided)
		clock_iso(n->decided, decided);
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o}", "id", id, "comment", comment, "kind",
	                 json_of(n->kind), "explanation", json_of(n->explanation), "name", json_of(n->name), "email",
	                 json_of(n->email), "sent_at", at, "decided_at", json_or_null(str_of(decided)), "outcome",
	                 json_or_null(n->outcome), "answer", json_or_null(n->answer));
}

static enum frg_status each(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct given *g = ctx;
	struct store_notices all;
	enum frg_status st = store_notice_by_email(tx, g->site, g->email, g->after, NOTICES_PAGE, &all, err);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++) {
		const struct store_notice *n = &all.items[i];
		g->after = n->id;
		g->open += !n->decided;
		if (g->out) {
			json_array_append_new(g->out, given_json(n));
		} else if (n->decided) {
			st = store_notice_erase(tx, n->id, err);
			g->erased += st == FRG_OK;
		}
	}
	g->more = st == FRG_OK && all.count == NOTICES_PAGE;
	return st;
}

enum frg_status service_notices_given(struct service *svc, id64 site, str email, json_t **out, struct frg_error *err)
{
	struct given g = {.site = site, .email = email, .out = json_array()};
	enum frg_status st;
	do {
		struct arena *a = arena_open((size_t)64 << 20);
		st = store_read(svc->store, a, each, &g, err);
		arena_close(a);
	} while (st == FRG_OK && g.more && json_array_size(g.out) < NOTICES_GIVEN_MAX);
	if (st != FRG_OK) {
		json_decref(g.out);
		g.out = NULL;
	}
	*out = g.out;
	return st;
}

static enum frg_status note_it(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	const struct given *g = ctx;
	struct store_staff_event e = {
		.site = g->site,
		.kind = STR("erasure"),
		.detail = json_text(store_arena(tx), json_pack("{s:s, s:I, s:I}", "cause", "command", "notices",
	                                                   (json_int_t)g->erased, "open", (json_int_t)g->open))};
	enum frg_status st = store_staff_log(tx, &e, err);
	return st == FRG_OK ? scrub_wanted(tx, err) : st;
}

enum frg_status service_notices_given_erase(struct service *svc, id64 site, str email, int64_t *erased, int64_t *open,
                                            struct frg_error *err)
{
	struct given g = {.site = site, .email = email};
	struct arena *a = arena_open((size_t)64 << 20);
	enum frg_status st;
	do {
		arena_reset(a);
		st = store_write(svc->store, a, each, &g, err);
	} while (st == FRG_OK && g.more);
	if (st == FRG_OK && g.erased)
		st = store_write(svc->store, a, note_it, &g, err);
	arena_close(a);
	*erased = g.erased;
	*open = g.open;
	return st;
}
