/* What editors see: held revisions with all that is needed to decide them. */
#include "service/automatic/agreement.h"
#include "service/inner.h"

#include "base/buf.h"

enum { RECENT = 5, STEP = 200 };

/* For a filter. */
static str sections_text(struct arena *a, const struct store_texts *sections)
{
	struct buf b = BUF_INIT(1 << 16);
	for (size_t i = 0; i < sections->count; i++) {
		buf_byte(&b, '\n');
		buf_add(&b, sections->items[i]);
	}
	if (b.n)
		buf_byte(&b, '\n');
	return buf_finish(&b, a);
}

struct store_queue_filter queue_filter_of(struct arena *a, const struct staff *who)
{
	return (struct store_queue_filter){.site = who->site,
	                                   .own_sections = sections_text(a, &who->sections),
	                                   .asked = agreement_asks(who) ? who->id : 0,
	                                   /* whoever may go on alone keeps it in sight */
	                                   .but_referred_by = who->rights & RIGHT_LEGAL ? 0 : who->id,
	                                   .without_lawyer = !(who->rights & RIGHT_LEGAL)};
}

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
			st = store_article_heading(tx, comment.article, &article, err);
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
	item->parent_state = item->parent_released ? store_state_name(STATE_RELEASED) : STR("removed");
	if (st != FRG_NOT_FOUND)
		return st;
	struct store_comment parent;
	struct store_revisions revisions;
	st = store_comment_get(tx, item->comment.parent, &parent, err);
	if (st == FRG_OK)
		st = store_revision_of_comment(tx, parent.id, &revisions, err);
	if (st == FRG_OK)
		item->parent_state = store_state_name(revisions.items[revisions.count - 1].state);
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

/* The decision that refused this text before, if it still holds. */
static enum frg_status load_repost(struct store_tx *tx, struct queue_item *item, struct frg_error *err)
{
	struct store_revision before;
	if (!item->row.repost_of)
		return FRG_OK;
	enum frg_status st = store_decision_get(tx, item->row.repost_of, &item->repost, err);
	if (st == FRG_OK)
		st = store_revision_get(tx, item->repost.revision, &before, err);
	item->reposted = st == FRG_OK && !item->repost.undone && before.state == STATE_REJECTED;
	return st;
}

/* Its place in the queue, who was asked about it, whether its author may write. */
static enum frg_status load_standing(struct store_tx *tx, struct queue_item *item, struct frg_error *err)
{
	struct store_referral referral;
	struct store_suspension suspension;
	enum frg_status st = store_queue_get(tx, item->revision.id, &item->row, err);
	if (st == FRG_OK || st == FRG_NOT_FOUND)
		st = store_referral_get(tx, item->revision.id, &referral, err);
	item->referred = st == FRG_OK;
	if (st == FRG_OK)
		st = store_decision_get(tx, referral.decision, &item->referral, err);
	if (st == FRG_OK || st == FRG_NOT_FOUND)
		st = load_repost(tx, item, err);
	if (st == FRG_OK)
		st = store_suspension_now(tx, item->comment.author, clock_now(), &suspension, err);
	if (st == FRG_OK)
		item->suspended_until = suspension.until;
	if (st == FRG_NOT_FOUND)
		st = store_suspension_like(tx, &item->comment, clock_now(), &item->like, err);
	item->like_suspended = st == FRG_OK && !item->suspended_until;
	if (st == FRG_OK || st == FRG_NOT_FOUND)
		st = store_notice_reported(tx, item->comment.id, &item->reported, err);
	return st;
}

static enum frg_status load_item(struct store_tx *tx, const struct staff *who, const struct store_revision *revision,
                                 struct queue_item *item, struct frg_error *err)
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
	if (st == FRG_OK)
		st = load_earlier(tx, item, err);
	if (st == FRG_OK)
		st = load_standing(tx, item, err);
	if (st == FRG_OK)
		st = address_of(tx, &item->revision, &item->line, err);
	if (st == FRG_OK && item->row.blind_for && item->row.blind_for != who->id && agreement_asks(who))
		agreement_cover(item);
	if (st == FRG_OK)
		st = campaign_of(tx, &item->revision, item->row.group, &item->campaign, err);
	return st == FRG_OK ? group_load(tx, who, item, err) : st;
}

/* ---- pages ---- */

struct query {
	const struct queue_query *in;
	const struct staff *who;
	id64 revision;
	struct store_queue_place after;
	struct queue_page *page;
	struct queue_item *item;
};

static bool read_cursor(str cursor, struct store_queue_place *out)
{
	str turn, due;
	*out = (struct store_queue_place){0};
	if (cursor.n == 0)
		return true;
	return str_next(&cursor, '-', &turn) && str_next(&cursor, '-', &due) && str_to_i64(turn, &out->turn) &&
	       str_to_i64(due, &out->due) && id_parse(cursor, &out->revision);
}

/* Has an item of this page nearly the same text? */
static bool is_told(const struct queue_page *page, const struct store_queue_row *row)
{
	id64 group = group_id(row);
	for (size_t i = 0; group && i < page->count; i++)
		if (page->items[i].group == group)
			return true;
	return false;
}

/* Of the rows as many as there is room for; *last: where it ended. */
static enum frg_status load_rows(struct store_tx *tx, const struct query *q, const struct store_queue_rows *rows,
                                 struct store_queue_place *last, struct frg_error *err)
{
	struct queue_page *page = q->page;
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < rows->count && (int64_t)page->count < q->in->limit; i++) {
		const struct store_queue_row *row = &rows->items[i];
		struct store_revision revision;
		*last = (struct store_queue_place){row->escalated ? 0 : 1, row->due, row->revision};
		if (q->in->once && is_told(page, row))
			continue;
		st = store_revision_get(tx, row->revision, &revision, err);
		if (st == FRG_OK)
			st = load_item(tx, q->who, &revision, &page->items[page->count++], err);
	}
	return st;
}

/* Where copies are told once, there may be room left after the first rows; then the next are looked at. */
static enum frg_status load_items(struct store_tx *tx, const struct query *q, const struct store_queue_filter *filter,
                                  struct store_queue_place *last, bool *more, struct frg_error *err)
{
	struct queue_page *page = q->page;
	struct store_queue_rows rows = {0};
	int64_t step = q->in->limit;
	page->items = ARENA_ARRAY(store_arena(tx), struct queue_item, (size_t)q->in->limit);
	for (int64_t looked = 0;; looked += step, step = STEP) {
		enum frg_status st = store_queue_page(tx, filter, last, step, &rows, err);
		if (st == FRG_OK)
			st = load_rows(tx, q, &rows, last, err);
		bool full = (int64_t)page->count == q->in->limit;
		*more = (int64_t)rows.count == step || (full && rows.items[rows.count - 1].revision != last->revision);
		if (st != FRG_OK || !q->in->once || full || !*more || looked >= QUEUE_COUNTED)
			return st;
	}
}

static enum frg_status load_page(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct query *q = ctx;
	struct queue_page *page = q->page;
	struct store_queue_filter filter;
	struct store_queue_place last = q->after;
	bool more = false;
	enum frg_status st = lane_filter(tx, q->who, q->in->lane, &filter, err);
	if (st == FRG_OK)
		st = store_queue_count(tx, &filter, QUEUE_COUNTED, &page->waiting, err);
	if (st == FRG_OK)
		st = load_items(tx, q, &filter, &last, &more, err);
	if (st == FRG_OK && more) {
		char id[ID_TEXT_SIZE];
		id_text(last.revision, id);
		page->next = arena_printf(store_arena(tx), "%lld-%lld-%s", (long long)last.turn, (long long)last.due, id);
	}
	return st;
}

enum frg_status service_queue(struct service *svc, struct arena *a, const struct queue_query *query,
                              struct queue_page *out, struct frg_error *err)
{
	*out = (struct queue_page){0};
	struct query q = {.in = query, .who = query->who, .page = out};
	if (!read_cursor(query->cursor, &q.after))
		return frg_fail(err, FRG_INVALID, "cursor_invalid", "not a place in the queue");
	enum frg_status st = store_read(svc->store, a, load_page, &q, err);
	for (size_t i = 0; i < out->count; i++)
		closing_apply(svc, a, &out->items[i].article);
	return st;
}

static enum frg_status load_one(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct query *q = ctx;
	struct store_revision revision;
	enum frg_status st = store_revision_get(tx, q->revision, &revision, err);
	if (st == FRG_OK && revision.site != q->who->site)
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such revision");
	if (st == FRG_OK)
		st = load_item(tx, q->who, &revision, q->item, err);
	if (st == FRG_OK && !staff_has_section(q->who, q->item->article.section))
		return frg_fail(err, FRG_FORBIDDEN, "section_forbidden", "not a section of theirs");
	return st;
}

enum frg_status service_queue_item(struct service *svc, struct arena *a, const struct staff *who, id64 revision,
                                   struct queue_item *out, struct frg_error *err)
{
	struct query q = {.who = who, .revision = revision, .item = out};
	enum frg_status st = store_read(svc->store, a, load_one, &q, err);
	if (st == FRG_OK)
		closing_apply(svc, a, &out->article);
	return st;
}

struct waiting_query {
	id64 site;
	int64_t waiting;
};

static enum frg_status load_waiting(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct waiting_query *q = ctx;
	return store_queue_waiting(tx, &(struct store_queue_filter){.site = q->site}, QUEUE_COUNTED, &q->waiting, err);
}

enum frg_status service_queue_waiting(struct service *svc, struct arena *a, id64 site, int64_t *waiting,
                                      struct frg_error *err)
{
	struct waiting_query q = {.site = site};
	enum frg_status st = store_read(svc->store, a, load_waiting, &q, err);
	*waiting = q.waiting;
	return st;
}

struct recent_query {
	const struct staff *who;
	enum decided_by by;
	int64_t limit;
	struct recent_decision *items;
	size_t count;
};

static enum frg_status load_decisions(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct recent_query *q = ctx;
	struct store_decisions decisions;
	enum frg_status st = store_decision_recent(tx, q->who->site, (int)q->by, q->limit, &decisions, err);
	if (st != FRG_OK)
		return st;
	q->items = ARENA_ARRAY(store_arena(tx), struct recent_decision, decisions.count);
	for (size_t i = 0; st == FRG_OK && i < decisions.count; i++) {
		struct recent_decision *r = &q->items[q->count];
		*r = (struct recent_decision){0};
		struct store_revision revision;
		struct store_comment comment;
		struct store_article article;
		r->decision = decisions.items[i];
		st = store_revision_get(tx, r->decision.revision, &revision, err);
		if (st == FRG_OK)
			st = store_comment_get(tx, r->decision.comment, &comment, err);
		if (st == FRG_OK)
			st = store_article_heading(tx, comment.article, &article, err);
		if (st != FRG_OK)
			break;
		r->text = revision.text;
		r->article_id = article.external_id;
		r->article_title = article.title;
		struct store_publication p;
		st = store_publication_get(tx, comment.id, &p, err);
		r->is_public = st == FRG_OK && !p.removed && p.revision == revision.id;
		r->picked = r->is_public && p.picked;
		if (st == FRG_NOT_FOUND)
			st = FRG_OK;
		q->count += staff_has_section(q->who, article.section);
	}
	return st;
}

enum frg_status service_recent_decisions(struct service *svc, struct arena *a, const struct staff *who,
                                         enum decided_by by, int64_t limit, struct recent_decision **out, size_t *count,
                                         struct frg_error *err)
{
	struct recent_query q = {.who = who, .by = by, .limit = limit};
	enum frg_status st = store_read(svc->store, a, load_decisions, &q, err);
	*out = q.items;
	*count = q.count;
	return st;
}
