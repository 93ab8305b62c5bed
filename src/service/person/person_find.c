/* Finding a person: by an address that was left, a name, or what one has in hand. A name proves nothing; what links an
 * author to the question is said, and an editor judges. */
#include "service/inner.h"

enum { QUERY_MAX = 254, HITS = 200 };

struct finding {
	id64 site;
	str query;
	struct search_words name;
	struct person_found *items;
	size_t count;
};

static enum frg_status add(struct store_tx *tx, struct finding *f, id64 author, unsigned link, struct frg_error *err)
{
	for (size_t i = 0; i < f->count; i++) {
		if (f->items[i].person.author == author) {
			f->items[i].links |= link;
			return FRG_OK;
		}
	}
	if (f->count == PERSONS_MAX)
		return FRG_OK;
	enum frg_status st = store_person_get(tx, f->site, author, &f->items[f->count].person, err);
	if (st == FRG_NOT_FOUND) /* of another site */
		return FRG_OK;
	f->items[f->count].links = link;
	f->count += st == FRG_OK;
	return st;
}

static enum frg_status by_id(struct store_tx *tx, struct finding *f, struct frg_error *err)
{
	id64 id;
	struct store_comment c;
	if (!id_parse(f->query, &id))
		return FRG_OK;
	enum frg_status st = add(tx, f, id, PERSON_BY_AUTHOR, err);
	if (st == FRG_OK)
		st = store_comment_get(tx, id, &c, err);
	if (st == FRG_NOT_FOUND)
		return FRG_OK;
	return st == FRG_OK && c.site == f->site ? add(tx, f, c.author, PERSON_BY_COMMENT, err) : st;
}

static enum frg_status by_name(struct store_tx *tx, struct finding *f, struct frg_error *err)
{
	struct store_ids ids;
	struct store_search q = {
		.site = f->site, .before = INT64_MAX, .to = INT64_MAX, .words = f->name.items, .word_count = f->name.count};
	enum frg_status st = q.word_count ? store_search_find(tx, &q, HITS, &ids, err) : FRG_OK;
	for (size_t i = 0; st == FRG_OK && q.word_count && i < ids.count; i++) {
		struct store_revision r;
		st = store_revision_get(tx, ids.items[i], &r, err);
		if (st == FRG_OK)
			st = add(tx, f, r.author, PERSON_BY_NAME, err);
	}
	return st;
}

static enum frg_status find(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct finding *f = ctx;
	struct store_ids ids = {0};
	f->items = ARENA_ARRAY(store_arena(tx), struct person_found, PERSONS_MAX);
	enum frg_status st = by_id(tx, f, err);
	if (st == FRG_OK && str_find(f->query, STR("@"), 0) != SIZE_MAX)
		st = store_person_by_email(tx, f->site, f->query, PERSONS_MAX, &ids, err);
	for (size_t i = 0; st == FRG_OK && i < ids.count; i++)
		st = add(tx, f, ids.items[i], PERSON_BY_EMAIL, err);
	return st == FRG_OK ? by_name(tx, f, err) : st;
}

enum frg_status service_persons(struct service *svc, struct arena *a, id64 site, str query, struct person_found **out,
                                size_t *count, struct frg_error *err)
{
	struct finding f = {.site = site};
	enum frg_status st = clean_text(a, query, QUERY_MAX, true, "name", &f.query, NULL);
	if (st != FRG_OK || f.query.n == 0)
		return frg_fail(err, FRG_INVALID, "search_invalid", "an address, a name or an id, up to %d characters",
		                QUERY_MAX);
	search_add_words(&f.name, SEARCH_NAME, f.query);
	st = search_catch_up(svc, a, err);
	if (st == FRG_OK)
		st = store_read(svc->store, a, find, &f, err);
	*out = f.items;
	*count = f.count;
	return st;
}
