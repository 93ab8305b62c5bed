/* Comments under an article are closed and opened by the editors; for a time, or until somebody opens them. */
#include "service/inner.h"

enum { HOUR_MS = 3600 * 1000, HOURS_MAX = 24 * 366, REASON_MAX = 300, BATCH = 100 };

struct closing {
	struct service *svc;
	const struct closing_command *cmd;
	str reason;
	struct store_article article;
};

static enum frg_status note(struct store_tx *tx, const struct closing *c, struct frg_error *err)
{
	struct store_staff_event e = {.site = c->article.site,
	                              .actor = c->cmd->who->id,
	                              .kind = c->cmd->open ? STR("thread_opened") : STR("thread_closed"),
	                              .detail = c->article.title};
	enum frg_status st = store_staff_log(tx, &e, err);
	return st == FRG_OK
	           ? store_event_insert(tx,
	                                &(struct store_event){.kind = STR("article"),
	                                                      .site = c->article.site,
	                                                      .article = c->article.id,
	                                                      .detail = c->cmd->open ? STR("opened") : STR("closed")},
	                                err)
	           : st;
}

static enum frg_status apply(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct closing *c = ctx;
	const struct closing_command *cmd = c->cmd;
	enum frg_status st = store_article_get(tx, cmd->who->site, cmd->article, &c->article, err);
	if (st == FRG_NOT_FOUND)
		return frg_fail(err, st, "article_unknown", "no such article");
	if (st == FRG_OK && !staff_has_section(cmd->who, c->article.section))
		return frg_fail(err, FRG_FORBIDDEN, "section_forbidden", "not a section of theirs");
	struct store_closure row = {.article = c->article.id,
	                            .site = c->article.site,
	                            .editor = cmd->who->id,
	                            .until = cmd->hours ? clock_now() + cmd->hours * HOUR_MS : 0,
	                            .reason = cmd->open ? STR("") : c->reason};
	/* what the editors have closed they open; what the rules have closed they keep open against them */
	struct store_article now = c->article;
	closing_apply(c->svc, store_arena(tx), &now);
	row.kept_open = cmd->open && now.closed_by > CLOSED_EDITORS;
	if (st == FRG_OK)
		st = cmd->open && !row.kept_open ? store_closure_delete(tx, c->article.id, err)
		                                 : store_closure_put(tx, &row, err);
	if (st == FRG_OK)
		st = note(tx, c, err);
	return st == FRG_OK ? store_article_by_id(tx, c->article.id, &c->article, err) : st;
}

enum frg_status service_close_thread(struct service *svc, struct arena *a, const struct closing_command *cmd,
                                     struct store_article *out, struct frg_error *err)
{
	struct closing c = {.svc = svc, .cmd = cmd};
	if (cmd->hours < 0 || cmd->hours > HOURS_MAX)
		return frg_fail(err, FRG_INVALID, "hours_invalid", "0 to %d hours", HOURS_MAX);
	enum frg_status st = clean_text(a, cmd->reason, REASON_MAX, true, "word", &c.reason, err);
	if (st == FRG_OK)
		st = store_write(svc->store, a, apply, &c, err);
	if (st == FRG_OK)
		service_threads_drop_both(svc, c.article.id, c.article.site);
	if (st == FRG_OK)
		closing_apply(svc, a, &c.article);
	*out = c.article;
	return st;
}

static enum frg_status open_due(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct store_closures *over = ctx;
	enum frg_status st = store_closure_over(tx, clock_now(), BATCH, over, err);
	for (size_t i = 0; st == FRG_OK && i < over->count; i++) {
		struct store_event e = {.kind = STR("article"),
		                        .site = over->items[i].site,
		                        .article = over->items[i].article,
		                        .detail = over->items[i].kept_open ? STR("") : STR("opened")};
		st = store_closure_delete(tx, over->items[i].article, err);
		if (st == FRG_OK)
			st = store_event_insert(tx, &e, err);
	}
	return st;
}

static enum frg_status look(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	return store_closure_over(tx, clock_now(), 1, ctx, err);
}

enum frg_status service_open_due(struct service *svc, struct arena *a, struct frg_error *err)
{
	struct store_closures over = {0};
	enum frg_status st = store_read(svc->store, a, look, &over, err);
	return st == FRG_OK && over.count ? store_write(svc->store, a, open_due, &over, err) : st;
}
