/* Taking a decision back within some seconds: a row of its own in the chain; all that the decision did is undone. */
#include "service/automatic/agreement.h"
#include "service/inner.h"

struct undoing {
	const struct staff *who;
	id64 decision, revision, article;
	int64_t waiting;
};

/* May this editor still take this decision back? */
static enum frg_status check_undo(const struct undoing *u, const struct store_decision *d, struct frg_error *err)
{
	bool kept = str_eq(d->action, STR("uphold")) && str_find(d->detail, STR("\"notice\":"), 0) != SIZE_MAX;
	if (d->site != u->who->site || str_eq(d->action, STR("undo")) || (str_eq(d->action, STR("uphold")) && !kept))
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such decision");
	if (d->editor != u->who->id)
		return frg_fail(err, FRG_FORBIDDEN, "undo_not_yours", "only who decided can take it back");
	if (d->undone)
		return frg_fail(err, FRG_CONFLICT, "undo_done", "the decision was taken back already");
	if (clock_now() > d->decided + UNDO_MS + UNDO_GRACE_MS)
		return frg_fail(err, FRG_CONFLICT, "undo_too_late", "decisions can be taken back for ten seconds");
	return FRG_OK;
}

/* Readers see again what this release stands for. */
static enum frg_status publish_again(struct store_tx *tx, const struct store_comment *c,
                                     const struct store_decision *release, enum store_state from, bool picked,
                                     struct frg_error *err)
{
	struct store_revision revision;
	enum frg_status st = store_revision_get(tx, release->revision, &revision, err);
	if (st == FRG_OK)
		st = store_revision_move(tx, revision.id, from, 0, STATE_RELEASED, err);
	struct release r = {.change = PUBLICATION_PUT,
	                    .comment = c,
	                    .revision = &revision,
	                    .decision = release,
	                    .picked = picked,
	                    .now = release->decided};
	return st == FRG_OK ? release_apply(tx, &r, err) : st;
}

/* What readers see goes back to what it was before this release. */
static enum frg_status take_back_release(struct store_tx *tx, const struct store_comment *c,
                                         const struct store_decision *d, struct frg_error *err)
{
	struct store_decision before;
	struct store_revision revision;
	enum frg_status st = store_decision_release_before(tx, c->id, d->seq, &before, err);
	if (st == FRG_OK)
		st = store_revision_get(tx, before.revision, &revision, err);
	/* one that was withdrawn since is no text to fall back on */
	if (st == FRG_OK && revision.state == STATE_SUPERSEDED)
		return publish_again(tx, c, &before, STATE_SUPERSEDED, false, err);
	if (st != FRG_OK && st != FRG_NOT_FOUND)
		return st;
	int64_t answers;
	st = store_publication_answers(tx, c->id, &answers, err);
	if (st == FRG_OK && answers)
		return frg_fail(err, FRG_CONFLICT, "undo_has_replies", "an answer to it has been released meanwhile");
	struct release r = {.change = PUBLICATION_DROP, .comment = c, .now = clock_now()};
	return st == FRG_OK ? release_apply(tx, &r, err) : st;
}

static enum frg_status take_back_letter(struct store_tx *tx, const struct store_decision *d, struct frg_error *err)
{
	int64_t cancelled;
	enum frg_status st = store_statement_void(tx, d->id, err);
	return st == FRG_OK ? store_mail_cancel(tx, d->id, &cancelled, err) : st;
}

/* Back into the queue. */
static enum frg_status hold_again(struct store_tx *tx, const struct store_comment *c, const struct store_decision *d,
                                  struct frg_error *err)
{
	struct store_revisions all;
	enum frg_status st = store_revision_of_comment(tx, c->id, &all, err);
	if (st != FRG_OK)
		return st;
	if (all.items[all.count - 1].id != d->revision)
		return frg_fail(err, FRG_CONFLICT, "revision_superseded", "the author has revised the comment since");
	bool released = str_eq(d->action, STR("release")), referred = str_eq(d->action, STR("refer"));
	struct store_referral referral;
	if (referred && (store_referral_get(tx, d->revision, &referral, NULL) != FRG_OK || referral.decision != d->id))
		return frg_fail(err, FRG_CONFLICT, "conflict", "somebody has referred it elsewhere since");
	enum store_state from = referred                           ? STATE_HELD
	                        : released                         ? STATE_RELEASED
	                        : str_eq(d->action, STR("reject")) ? STATE_REJECTED
	                                                           : STATE_RETURNED;
	st = store_revision_move(tx, d->revision, from, 0, STATE_HELD, err);
	if (st == FRG_CONFLICT)
		return frg_fail(err, st, "revision_withdrawn", "the author withdrew the comment");
	if (st == FRG_OK && released)
		st = take_back_release(tx, c, d, err);
	if (st == FRG_OK && from == STATE_REJECTED)
		st = take_back_letter(tx, d, err);
	if (st == FRG_OK && referred)
		st = store_referral_delete(tx, d->revision, err);
	if (st == FRG_OK && (released || from == STATE_REJECTED))
		st = store_queue_author(tx, c->author, -(int64_t)released, -(int64_t)(from == STATE_REJECTED), err);
	return st == FRG_OK ? queue_enter(tx, c, &all.items[all.count - 1], err) : st;
}

static enum frg_status take_back_removal(struct store_tx *tx, const struct store_comment *c,
                                         const struct store_decision *d, struct frg_error *err)
{
	struct store_decision release;
	enum frg_status st = store_decision_release_before(tx, c->id, d->seq, &release, err);
	json_t *detail = json_loadb(d->detail.p, d->detail.n, 0, NULL);
	bool picked = json_is_true(json_object_get(detail, "picked"));
	json_decref(detail);
	if (st == FRG_OK)
		st = publish_again(tx, c, &release, STATE_REJECTED, picked, err);
	return st == FRG_OK ? take_back_letter(tx, d, err) : st;
}

static enum frg_status take_back_pick(struct store_tx *tx, const struct store_comment *c,
                                      const struct store_decision *d, struct frg_error *err)
{
	struct release r = {
		.change = PUBLICATION_PICK, .comment = c, .picked = str_eq(d->action, STR("unpick")), .now = clock_now()};
	return release_apply(tx, &r, err);
}

static enum frg_status take_back(struct store_tx *tx, const struct store_comment *c, const struct store_decision *d,
                                 struct frg_error *err)
{
	if (str_eq(d->action, STR("remove")))
		return take_back_removal(tx, c, d, err);
	if (str_eq(d->action, STR("pick")) || str_eq(d->action, STR("unpick")))
		return take_back_pick(tx, c, d, err);
	if (str_eq(d->action, STR("suspend"))) {
		enum frg_status st = store_suspension_undo(tx, d->id, clock_now(), err);
		return st == FRG_OK ? take_back_letter(tx, d, err) : st;
	}
	if (str_eq(d->action, STR("uphold")))
		return notice_take_back(tx, d, err);
	if (str_eq(d->action, STR("restore")))
		return frg_fail(err, FRG_CONFLICT, "undo_too_late", "suspend the author again instead");
	return hold_again(tx, c, d, err);
}

static enum frg_status undo(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct undoing *u = ctx;
	struct store_decision d;
	struct store_comment c;
	enum frg_status st = store_decision_get(tx, u->decision, &d, err);
	if (st == FRG_NOT_FOUND) {
		st = agreement_undo(tx, u->who, u->decision, &u->revision, err);
		return st == FRG_OK ? queue_waiting(tx, u->who, &u->waiting, err) : st;
	}
	if (st == FRG_OK)
		st = check_undo(u, &d, err);
	struct store_revision revision;
	if (st == FRG_OK)
		st = store_comment_get(tx, d.comment, &c, err);
	if (st == FRG_OK)
		st = store_revision_get(tx, d.revision, &revision, err);
	if (st == FRG_OK && revision.purged)
		return frg_fail(err, FRG_CONFLICT, "revision_purged", "its text has been erased");
	if (st == FRG_OK)
		st = take_back(tx, &c, &d, err);
	if (st != FRG_OK)
		return st;
	struct store_decision row = d;
	row.id = id_new();
	row.action = STR("undo");
	row.rules = row.word = row.detail = STR("");
	row.undoes = d.id;
	row.decided = clock_now();
	st = store_decision_append(tx, &row, err);
	if (st == FRG_OK)
		st = decision_tell(tx, "undone", &c, d.revision, d.action, err);
	u->revision = d.revision;
	u->article = c.article;
	return st == FRG_OK ? queue_waiting(tx, u->who, &u->waiting, err) : st;
}

enum frg_status service_undo(struct service *svc, struct arena *a, const struct staff *who, id64 decision,
                             id64 *revision, int64_t *waiting, struct frg_error *err)
{
	struct undoing u = {.who = who, .decision = decision};
	enum frg_status st = store_write(svc->store, a, undo, &u, err);
	if (st == FRG_OK)
		service_threads_drop_both(svc, u.article, who->site);
	*revision = u.revision;
	*waiting = u.waiting;
	return st;
}
