/* Checks held comments anew when the engine or the newsroom's settings are others than those that saw them, a page
 * at a time, so that the queue always shows what holds now. What was decided keeps what was said then. */
#include "service/inner.h"

enum { PAGE = 50 };

struct page {
	id64 site, after;
	struct store_revisions revisions;
	struct waiting {
		struct store_article article;
		struct store_review review;
		str parent;
		bool anew;
	} * items;
};

static enum frg_status load_item(struct store_tx *tx, const struct store_revision *r, struct waiting *w,
                                 struct frg_error *err)
{
	struct store_comment comment;
	struct store_publication parent;
	enum frg_status st = store_comment_get(tx, r->comment, &comment, err);
	if (st == FRG_OK)
		st = store_article_by_id(tx, comment.article, &w->article, err);
	if (st == FRG_OK)
		st = store_review_latest(tx, r->id, &w->review, err);
	if (st == FRG_OK && comment.parent && store_publication_get(tx, comment.parent, &parent, NULL) == FRG_OK)
		w->parent = parent.text;
	return st;
}

static enum frg_status load(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct page *p = ctx;
	enum frg_status st = store_held_page(tx, p->site, p->after, PAGE, &p->revisions, err);
	p->items = ARENA_ARRAY(store_arena(tx), struct waiting, p->revisions.count);
	for (size_t i = 0; st == FRG_OK && i < p->revisions.count; i++)
		st = load_item(tx, &p->revisions.items[i], &p->items[i], err);
	return st;
}

static enum frg_status save(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct page *p = ctx;
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < p->revisions.count; i++) {
		struct store_revision now;
		struct store_comment comment;
		if (!p->items[i].anew)
			continue;
		st = store_revision_get(tx, p->revisions.items[i].id, &now, err);
		if (st == FRG_OK && now.state != STATE_HELD)
			continue; /* decided or erased since it was read: a review holds the reader's words */
		if (st == FRG_OK)
			st = store_review_insert(tx, &p->items[i].review, err);
		if (st == FRG_OK)
			st = store_comment_get(tx, now.comment, &comment, err);
		if (st == FRG_OK)
			st = queue_enter(tx, &comment, &now, err);
	}
	return st;
}

enum frg_status service_recheck(struct service *svc, struct arena *a, id64 site, id64 *after, size_t *changed,
                                struct frg_error *err)
{
	struct page p = {.site = site, .after = *after};
	enum frg_status st = store_read(svc->store, a, load, &p, err);
	str engine = service_check_id(svc, a, site);
	*changed = 0;
	for (size_t i = 0; st == FRG_OK && i < p.revisions.count; i++) {
		struct waiting *w = &p.items[i];
		struct service_review review;
		*after = p.revisions.items[i].id;
		if (str_eq(w->review.engine, engine))
			continue;
		st = service_check(svc, a, &w->article, p.revisions.items[i].text, w->parent, &review, err);
		w->review = (struct store_review){.id = id_new(),
		                                  .revision = p.revisions.items[i].id,
		                                  .engine = review.engine,
		                                  .suggestion = review.suggestion,
		                                  .findings = review.findings,
		                                  .article_hash = w->article.content_hash,
		                                  .created = clock_now()};
		w->anew = true;
		++*changed;
	}
	if (st == FRG_OK && *changed)
		st = store_write(svc->store, a, save, &p, err);
	if (p.revisions.count < PAGE)
		*after = 0;
	return st;
}
