/* What belongs with a comment that waits, for who may decide it: what waits with nearly the same text, which is decided
 * along with it, and what waits with the same link, which is only if somebody says so, as honest people share links. */
#include "service/inner.h"

#include "text/near.h"

enum { LOOKED_AT = QUEUE_COUNTED + 1, STEP = 50 };

struct group {
	struct store_tx *tx;
	const struct staff *who;
	const struct store_queue_row *of;
	str text;
	struct near_text near; /* of the text, once something is compared with it: most have nothing that waits with them */
	bool by_link;
	uint64_t link;
};

static struct group group_of(struct store_tx *tx, const struct staff *who, const struct queue_item *item)
{
	return (struct group){.tx = tx, .who = who, .of = &item->row, .text = item->revision.text};
}

/* What waits for somebody else is decided by itself. */
id64 group_id(const struct store_queue_row *row) { return row->referral.n ? 0 : row->group; }

static enum frg_status read_rows(const struct group *g, id64 after, int64_t limit, struct store_queue_rows *out,
                                 struct frg_error *err)
{
	return g->by_link ? store_queue_linked(g->tx, g->of->site, g->link, after, limit, out, err)
	                  : store_queue_group(g->tx, g->of->group, after, limit, out, err);
}

/* May it be decided along? What waits for somebody else is not, nor what is only to be judged again. */
static bool belongs(const struct group *g, const struct store_queue_row *row)
{
	bool itself = g->by_link ? row->group == g->of->group : row->revision == g->of->revision;
	return !itself && !row->referral.n && !row->blind_for && staff_has_section(g->who, row->section);
}

static enum frg_status load_copy(struct group *g, const struct store_queue_row *row, struct queue_copy *copy,
                                 struct frg_error *err)
{
	struct near_text text;
	enum frg_status st = store_revision_get(g->tx, row->revision, &copy->revision, err);
	if (st == FRG_OK)
		st = store_comment_get(g->tx, row->comment, &copy->comment, err);
	if (st == FRG_OK)
		st = store_article_heading(g->tx, row->article, &copy->article, err);
	if (st != FRG_OK)
		return st;
	if (!g->near.key_count)
		near_set(store_arena(g->tx), g->text, &g->near);
	near_set(store_arena(g->tx), copy->revision.text, &text);
	copy->likeness = near_likeness(&g->near, &text);
	return FRG_OK;
}

/* Those of the rows that belong, appended, until there are `max`. */
static enum frg_status load_rows(struct group *g, const struct store_queue_rows *rows, struct queue_copy *copies,
                                 size_t *count, size_t max, struct frg_error *err)
{
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < rows->count && *count < max; i++)
		if (belongs(g, &rows->items[i]))
			st = load_copy(g, &rows->items[i], &copies[(*count)++], err);
	return st;
}

/* The first of those with the same text, and how many there are. */
static enum frg_status load_alike(struct group *g, struct queue_item *item, struct frg_error *err)
{
	struct store_queue_rows rows = {.count = STEP};
	id64 after = 0;
	enum frg_status st = FRG_OK;
	item->copies = ARENA_ARRAY(store_arena(g->tx), struct queue_copy, QUEUE_COPIES_MAX);
	for (int looked = 0; st == FRG_OK && rows.count == STEP && looked < LOOKED_AT; looked += STEP) {
		if (item->copy_count == QUEUE_COPIES_MAX)
			break;
		st = read_rows(g, after, STEP, &rows, err);
		if (st == FRG_OK)
			st = load_rows(g, &rows, item->copies, &item->copy_count, QUEUE_COPIES_MAX, err);
		after = rows.count ? rows.items[rows.count - 1].revision : 0;
	}
	item->alike = (int64_t)item->copy_count;
	if (st != FRG_OK || item->copy_count < QUEUE_COPIES_MAX)
		return st;
	bool cut;
	str own = queue_filter_of(store_arena(g->tx), g->who).own_sections;
	return store_queue_group_count(g->tx, g->of->group, g->of->revision, own, LOOKED_AT, &item->alike, &cut, err);
}

/* Of many the first may all be copies, which are not counted here: then a number would say nothing. */
static enum frg_status count_linked(const struct group *g, struct queue_item *item, struct frg_error *err)
{
	bool cut;
	str own = queue_filter_of(store_arena(g->tx), g->who).own_sections;
	enum frg_status st = store_queue_linked_count(g->tx, g->of->site, item->campaign.link_key, g->of->group, own,
	                                              LOOKED_AT, &item->linked, &cut, err);
	if (st == FRG_OK && cut)
		item->linked = -1;
	return st;
}

enum frg_status group_load(struct store_tx *tx, const struct staff *who, struct queue_item *item, struct frg_error *err)
{
	item->group = group_id(&item->row);
	if (!item->group)
		return FRG_OK;
	struct group g = group_of(tx, who, item);
	enum frg_status st = load_alike(&g, item, err);
	return st == FRG_OK && item->campaign.link.n ? count_linked(&g, item, err) : st;
}

/* ---- pages ---- */

struct query {
	const struct group_query *in;
	id64 after;
	struct group_page *page;
};

/* One of the text's own, so that a link is no way to search. */
static enum frg_status find_link(struct group *g, const struct store_revision *revision, str link,
                                 struct frg_error *err)
{
	struct campaign_link links[CAMPAIGN_LINKS];
	size_t count = campaign_links(store_arena(g->tx), revision->text, links);
	for (size_t i = 0; i < count; i++)
		if (str_eq(links[i].address, link)) {
			g->by_link = true;
			g->link = links[i].key;
			return FRG_OK;
		}
	return frg_fail(err, FRG_INVALID, "link_unknown", "the text has no such link");
}

/* group 0: nothing is decided along with it, or it waits no more. */
static enum frg_status load_of(struct store_tx *tx, const struct group_query *in, struct queue_item *item,
                               struct frg_error *err)
{
	struct store_article article;
	enum frg_status st = store_revision_get(tx, in->revision, &item->revision, err);
	if (st == FRG_OK && item->revision.site != in->who->site)
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such revision");
	if (st == FRG_OK)
		st = store_comment_get(tx, item->revision.comment, &item->comment, err);
	if (st == FRG_OK)
		st = staff_may_section(tx, in->who, &item->comment, &article, err);
	if (st != FRG_OK)
		return st;
	st = store_queue_get(tx, in->revision, &item->row, err);
	item->group = st == FRG_OK ? group_id(&item->row) : 0;
	return st == FRG_NOT_FOUND ? FRG_OK : st;
}

static enum frg_status load_page(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct query *q = ctx;
	struct group_page *page = q->page;
	struct queue_item item = {0};
	struct store_queue_rows rows;
	*page = (struct group_page){0};
	enum frg_status st = load_of(tx, q->in, &item, err);
	if (st != FRG_OK || !item.group)
		return st;
	struct group g = group_of(tx, q->in->who, &item);
	if (q->in->link.n)
		st = find_link(&g, &item.revision, q->in->link, err);
	if (st == FRG_OK)
		st = read_rows(&g, q->after, q->in->limit, &rows, err);
	if (st != FRG_OK)
		return st;
	if ((int64_t)rows.count == q->in->limit) {
		char id[ID_TEXT_SIZE];
		id_text(rows.items[rows.count - 1].revision, id);
		page->next = arena_printf(store_arena(tx), "%s", id);
	}
	page->items = ARENA_ARRAY(store_arena(tx), struct queue_copy, rows.count);
	return load_rows(&g, &rows, page->items, &page->count, rows.count, err);
}

enum frg_status service_group(struct service *svc, struct arena *a, const struct group_query *in,
                              struct group_page *out, struct frg_error *err)
{
	struct query q = {.in = in, .page = out};
	if (in->cursor.n && !id_parse(in->cursor, &q.after))
		return frg_fail(err, FRG_INVALID, "cursor_invalid", "not a place in the group");
	return store_read(svc->store, a, load_page, &q, err);
}
