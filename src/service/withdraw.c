/* What an author takes back: all texts of a comment, the waiting and the released one; readers no longer see it. */
#include "service/inner.h"

struct withdrawal {
	const struct withdraw_command *cmd;
	id64 article;
};

enum frg_status withdraw_unpublish(struct store_tx *tx, const struct store_comment *c, const char *by,
                                   bool notices_wait, struct frg_error *err)
{
	struct store_publication p = {0};
	enum frg_status st = store_publication_get(tx, c->id, &p, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && p.removed))
		return FRG_OK;
	int64_t answers = 0;
	if (st == FRG_OK)
		st = store_publication_answers(tx, c->id, &answers, err);
	if (st != FRG_OK)
		return st;
	struct release r = {.change = answers ? PUBLICATION_EMPTY : PUBLICATION_DROP,
	                    .comment = c,
	                    .now = clock_now(),
	                    .notices_wait = notices_wait};
	st = release_apply(tx, &r, err);
	if (st != FRG_OK)
		return st;
	return store_event_insert(
		tx,
		&(struct store_event){
			.kind = STR("unpublished"), .site = c->site, .article = c->article, .comment = c->id, .detail = str_of(by)},
		err);
}

static enum frg_status withdraw(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct withdrawal *w = ctx;
	struct store_comment c = {0};
	struct store_revisions all = {0};
	enum frg_status st = capability_comment(tx, w->cmd->site, w->cmd->article, w->cmd->reader, w->cmd->comment, &c,
	                                        err);
	w->article = c.article;
	if (st == FRG_OK)
		st = store_revision_of_comment(tx, c.id, &all, err);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++) {
		enum store_state state = all.items[i].state;
		bool last = i + 1 == all.count;
		if (last && state == STATE_WITHDRAWN)
			return FRG_OK; /* asked twice */
		if (last || state == STATE_RELEASED)
			st = store_revision_move(tx, all.items[i].id, state, 0, STATE_WITHDRAWN, err);
	}
	if (st == FRG_OK)
		st = withdraw_unpublish(tx, &c, "author", false, err);
	if (st != FRG_OK)
		return st;
	return store_event_insert(tx,
	                          &(struct store_event){.kind = STR("withdrawn"),
	                                                .site = c.site,
	                                                .article = c.article,
	                                                .comment = c.id,
	                                                .revision = all.items[all.count - 1].id},
	                          err);
}

enum frg_status service_withdraw(struct service *svc, struct arena *a, const struct withdraw_command *cmd,
                                 struct frg_error *err)
{
	struct withdrawal w = {.cmd = cmd};
	enum frg_status st = store_write(svc->store, a, withdraw, &w, err);
	if (st == FRG_OK)
		service_threads_drop_both(svc, w.article, cmd->site->id);
	return st;
}
