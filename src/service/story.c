/* The whole story of one comment: what its author sent, what the engine said of it, who decided what and why, the
 * letters, the objections and their answers. */
#include "service/inner.h"

struct telling {
	const struct staff *who;
	id64 comment;
	struct story *out;
};

enum frg_status staff_comment(struct store_tx *tx, const struct staff *who, id64 id, struct store_comment *comment,
                              struct store_article *article, struct frg_error *err)
{
	enum frg_status st = store_comment_get(tx, id, comment, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && comment->site != who->site))
		return frg_fail(err, FRG_NOT_FOUND, "comment_unknown", "no such comment");
	return st == FRG_OK ? staff_may_section(tx, who, comment, article, err) : st;
}

static enum frg_status load_standing(struct store_tx *tx, struct story *s, struct frg_error *err)
{
	struct store_suspension suspension;
	struct store_comment parent;
	enum frg_status st = store_publication_get(tx, s->comment.id, &s->publication, err);
	s->published = st == FRG_OK;
	if (st == FRG_OK || st == FRG_NOT_FOUND)
		st = store_suspension_now(tx, s->comment.author, clock_now(), &suspension, err);
	s->suspended_until = st == FRG_OK ? suspension.until : 0;
	if (st == FRG_NOT_FOUND)
		st = FRG_OK;
	if (st == FRG_OK && s->comment.parent) {
		st = store_comment_get(tx, s->comment.parent, &parent, err);
		s->parent_name = st == FRG_OK ? parent.name : STR("");
	}
	return st;
}

static enum frg_status load(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct telling *t = ctx;
	struct story *s = t->out;
	enum frg_status st = staff_comment(tx, t->who, t->comment, &s->comment, &s->article, err);
	if (st == FRG_OK)
		st = store_revision_of_comment(tx, t->comment, &s->revisions, err);
	if (st == FRG_OK)
		st = store_review_of_comment(tx, t->comment, &s->reviews, err);
	if (st == FRG_OK)
		st = store_decision_of_comment(tx, t->comment, &s->decisions, err);
	if (st == FRG_OK)
		st = store_statement_of_comment(tx, t->comment, &s->letters, err);
	if (st == FRG_OK)
		st = store_objection_of_comment(tx, t->comment, &s->objections, err);
	return st == FRG_OK ? load_standing(tx, s, err) : st;
}

enum frg_status service_story(struct service *svc, struct arena *a, const struct staff *who, id64 comment,
                              struct story *out, struct frg_error *err)
{
	struct telling t = {who, comment, out};
	*out = (struct story){0};
	return store_read(svc->store, a, load, &t, err);
}
