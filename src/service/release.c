/* The one place that writes `publication`. Nothing becomes readable, changes or disappears for
 * readers but through release_apply; the schema demands the decision it rests on. */
#include "service/inner.h"

/* Where a comment hangs: its released parent's thread, one deeper. */
static enum frg_status place(struct store_tx *tx, const struct store_comment *c, struct store_publication *p,
                             struct frg_error *err)
{
	p->parent = c->parent;
	p->root = c->id;
	p->depth = 0;
	if (!c->parent)
		return FRG_OK;
	struct store_publication parent;
	enum frg_status st = store_publication_get(tx, c->parent, &parent, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && parent.removed))
		return frg_fail(err, FRG_CONFLICT, "parent_not_released", "what this comment answers is not released");
	p->root = parent.root;
	p->depth = parent.depth + 1;
	return st;
}

enum frg_status release_allowed(struct store_tx *tx, const struct store_comment *comment,
                                const struct store_revision *revision, struct frg_error *err)
{
	struct store_publication p;
	if (revision->purged)
		return frg_fail(err, FRG_CONFLICT, "revision_purged", "its text has been erased");
	return place(tx, comment, &p, err);
}

static enum frg_status publish(struct store_tx *tx, const struct release *r, struct frg_error *err)
{
	/* the schema refuses this too; here it is a bug of the caller, found before it is SQL */
	BUG_IF(!str_eq(r->decision->action, STR("release")));
	BUG_IF(r->decision->revision != r->revision->id || r->revision->comment != r->comment->id);
	struct store_publication before, p = {
										 .comment = r->comment->id,
										 .site = r->comment->site,
										 .article = r->comment->article,
										 .revision = r->revision->id,
										 .text_hash = r->revision->text_hash,
										 .decision = r->decision->id,
										 .name = r->comment->name,
										 .text = r->revision->text,
										 .submitted = r->revision->created,
										 .published = r->now,
										 .picked = r->picked,
									 };
	if (r->revision->purged)
		return frg_fail(err, FRG_CONFLICT, "revision_purged", "its text has been erased");
	enum frg_status st = place(tx, r->comment, &p, err);
	if (st != FRG_OK)
		return st;
	st = store_publication_get(tx, r->comment->id, &before, err);
	if (r->adds)
		*r->adds = st == FRG_NOT_FOUND;
	if (st == FRG_OK && r->decision->decided > before.published)
		p.edited = r->decision->decided; /* a later revision than the one first released */
	else if (st != FRG_OK && st != FRG_NOT_FOUND)
		return st;
	return store_publication_write(tx, PUBLICATION_PUT, &p, err);
}

enum frg_status release_apply(struct store_tx *tx, const struct release *r, struct frg_error *err)
{
	struct store_publication p = {.comment = r->comment->id, .removed = r->now, .picked = r->picked};
	bool put = r->change == PUBLICATION_PUT;
	enum frg_status st = put ? publish(tx, r, err) : store_publication_write(tx, r->change, &p, err);
	if (st != FRG_OK || r->change == PUBLICATION_PICK || r->notices_wait)
		return st;
	return notice_follow(tx, r->comment, put ? r->revision->id : 0, err);
}
