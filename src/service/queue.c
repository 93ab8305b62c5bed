/* What editors see: held revisions with all that is needed to decide them. */
#include "service/inner.h"

enum { RECENT = 5 };

static enum frg_status load_recent(struct store_tx *tx, struct queue_item *item, struct frg_error *err)
{
	struct store_revisions revisions;
	enum frg_status st = store_author_recent(tx, item->comment.author, item->comment.id, RECENT, &revisions, err);
	if (st != FRG_OK)
		return st;
	item->recent = ARENA_ARRAY(store_arena(tx), struct queue_recent, revisions.count);
	for (size_t i = 0; st == FRG_OK && i < revisions.count; i++) {
		struct queue_recent *r = &item->recent[item->recent_count++];
		struct store_comment comment;
		struct store_article article;
		struct store_decision decision;
		r->revision = revisions.items[i];
		st = store_comment_get(tx, r->revision.comment, &comment, err);
		if (st == FRG_OK)
			st = store_article_by_id(tx, comment.article, &article, err);
		if (st == FRG_OK)
			r->article_title = article.title;
		if (st == FRG_OK && store_decision_standing(tx, r->revision.id, &decision, NULL) == FRG_OK)
			r->rules = decision.rules;
	}
	return st;
}

static enum frg_status load_parent(struct store_tx *tx, struct queue_item *item, struct frg_error *err)
{
	item->has_parent = true;
	enum frg_status st = store_publication_get(tx, item->comment.parent, &item->parent, err);
	item->parent_released = st == FRG_OK && !item->parent.removed;
	if (st != FRG_NOT_FOUND)
		return st;
	struct store_comment parent;
	struct store_revisions revisions;
	st = store_comment_get(tx, item->comment.parent, &parent, err);
	if (st == FRG_OK)
		st = store_revision_of_comment(tx, parent.id, &revisions, err);
	if (st == FRG_OK)
		item->parent = (struct store_publication){.comment = parent.id,
		                                          .name = parent.name,
		                                          .text = revisions.items[revisions.count - 1].text,
		                                          .published = parent.created};
	return st;
}

static enum frg_status load_earlier(struct store_tx *tx, struct queue_item *item, struct frg_error *err)
{
	struct store_revisions revisions;
	enum frg_status st = store_revision_of_comment(tx, item->comment.id, &revisions, err);
	if (st != FRG_OK)
		return st;
	item->earlier = ARENA_ARRAY(store_arena(tx), struct queue_earlier, revisions.count);
	for (size_t i = 0; i < revisions.count; i++) {
		if (revisions.items[i].ordinal >= item->revision.ordinal)
			break;
		struct queue_earlier *e = &item->earlier[item->earlier_count++];
		e->revision = revisions.items[i];
		e->decided = store_decision_standing(tx, e->revision.id, &e->decision, NULL) == FRG_OK;
	}
	struct store_publication released;
	st = store_publication_get(tx, item->comment.id, &released, err);
	if (st == FRG_NOT_FOUND)
		return FRG_OK;
	item->released_before = st == FRG_OK && !released.removed;
	item->released_text = released.text;
	return st;
}

static enum frg_status load_item(struct store_tx *tx, const struct store_revision *revision, struct queue_item *item,
                                 struct frg_error *err)
{
	*item = (struct queue_item){.revision = *revision};
	enum frg_status st = store_comment_get(tx, revision->comment, &item->comment, err);
	if (st == FRG_OK)
		st = store_article_by_id(tx, item->comment.article, &item->article, err);
	if (st == FRG_OK)
		st = store_review_latest(tx, revision->id, &item->review, err);
	if (st == FRG_OK)
		st = store_author_record(tx, item->comment.author, item->record, err);
	if (st == FRG_OK)
		st = load_recent(tx, item, err);
	if (st == FRG_OK && item->comment.parent)
		st = load_parent(tx, item, err);
	return st == FRG_OK ? load_earlier(tx, item, err) : st;
}

struct query {
	id64 site, after;
	int64_t limit;
	struct queue_page *page;
	struct queue_item *item;
};

static enum frg_status load_page(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct query *q = ctx;
	struct store_revisions revisions, first;
	int64_t ahead;
	enum frg_status st = store_queue_page(tx, q->site, q->after, q->limit, &revisions, err);
	if (st == FRG_OK)
		st = store_queue_page(tx, q->site, 0, 1, &first, err);
	if (st == FRG_OK)
		st = store_queue_count(tx, q->site, 0, &q->page->waiting, &ahead, err);
	if (st != FRG_OK)
		return st;
	q->page->oldest = first.count ? first.items[0].created : 0;
	q->page->items = ARENA_ARRAY(store_arena(tx), struct queue_item, revisions.count);
	for (size_t i = 0; st == FRG_OK && i < revisions.count; i++)
		st = load_item(tx, &revisions.items[i], &q->page->items[q->page->count++], err);
	return st;
}

enum frg_status service_queue(struct service *svc, struct arena *a, id64 site, id64 after, int64_t limit,
                              struct queue_page *out, struct frg_error *err)
{
	*out = (struct queue_page){0};
	struct query q = {.site = site, .after = after, .limit = limit, .page = out};
	return store_read(svc->store, a, load_page, &q, err);
}

static enum frg_status load_one(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct query *q = ctx;
	struct store_revision revision;
	enum frg_status st = store_revision_get(tx, q->after, &revision, err);
	if (st == FRG_OK && revision.site != q->site)
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such revision");
	return st == FRG_OK ? load_item(tx, &revision, q->item, err) : st;
}

enum frg_status service_queue_item(struct service *svc, struct arena *a, id64 site, id64 revision,
                                   struct queue_item *out, struct frg_error *err)
{
	struct query q = {.site = site, .after = revision, .item = out};
	return store_read(svc->store, a, load_one, &q, err);
}

static enum frg_status load_waiting(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct query *q = ctx;
	int64_t ahead;
	return store_queue_count(tx, q->site, 0, &q->limit, &ahead, err);
}

enum frg_status service_queue_waiting(struct service *svc, struct arena *a, id64 site, int64_t *waiting,
                                      struct frg_error *err)
{
	struct query q = {.site = site};
	enum frg_status st = store_read(svc->store, a, load_waiting, &q, err);
	*waiting = q.limit;
	return st;
}

struct recent_query {
	id64 site;
	int64_t limit;
	struct recent_decision *items;
	size_t count;
};

static enum frg_status load_decisions(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct recent_query *q = ctx;
	struct store_decisions decisions;
	enum frg_status st = store_decision_recent(tx, q->site, q->limit, &decisions, err);
	if (st != FRG_OK)
		return st;
	q->items = ARENA_ARRAY(store_arena(tx), struct recent_decision, decisions.count);
	for (size_t i = 0; st == FRG_OK && i < decisions.count; i++) {
		struct recent_decision *r = &q->items[q->count++];
		struct store_revision revision;
		struct store_comment comment;
		struct store_article article;
		r->decision = decisions.items[i];
		st = store_revision_get(tx, r->decision.revision, &revision, err);
		if (st == FRG_OK)
			st = store_comment_get(tx, r->decision.comment, &comment, err);
		if (st == FRG_OK)
			st = store_article_by_id(tx, comment.article, &article, err);
		if (st != FRG_OK)
			break;
		r->text = revision.text;
		r->article_id = article.external_id;
		r->article_title = article.title;
	}
	return st;
}

enum frg_status service_recent_decisions(struct service *svc, struct arena *a, id64 site, int64_t limit,
                                         struct recent_decision **out, size_t *count, struct frg_error *err)
{
	struct recent_query q = {.site = site, .limit = limit};
	enum frg_status st = store_read(svc->store, a, load_decisions, &q, err);
	*out = q.items;
	*count = q.count;
	return st;
}
