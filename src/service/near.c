/* Texts that come again: copies of what waits are one group in the queue, copies of what was refused point to that
 * decision. Keys find candidates, the texts themselves decide (text/near.h). */
#include "service/campaign.h"
#include "service/inner.h"

#include "text/near.h"

enum {
	LOOKED_AT = 4, /* newest candidates of a key: any one that is alike will do */
	COPIES_MAX = 100,
	FILL_PAGE = 200,
	FORGET_PAGE = 1000,
	FORGET_BACK = 10000 /* decisions from before there was a mark */
};

_Static_assert((int)STORE_NEAR_KEYS == (int)NEAR_KEYS, "one statement asks for all keys");

struct search {
	struct store_tx *tx;
	const struct store_revision *revision;
	struct near_text text;
	bool refused;
	int64_t limit; /* candidates of a key */
	id64 *found;
	size_t count, max;
};

static bool is_known(const id64 *ids, size_t count, id64 id)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* Another comment's text, and alike? A comment's own earlier texts stand beside it anyway. */
static enum frg_status is_alike(struct search *s, id64 id, bool *alike, struct frg_error *err)
{
	struct store_revision other;
	struct near_text text;
	*alike = false;
	enum frg_status st = store_revision_get(s->tx, id, &other, err);
	if (st != FRG_OK || other.comment == s->revision->comment)
		return st;
	near_set(store_arena(s->tx), other.text, &text);
	*alike = near_likeness(&s->text, &text) >= NEAR_ALIKE;
	return FRG_OK;
}

static enum frg_status search(struct search *s, struct frg_error *err)
{
	struct store_ids ids = {0};
	s->found = ARENA_ARRAY(store_arena(s->tx), id64, s->max);
	if (s->text.key_count == 0)
		return FRG_OK;
	enum frg_status st = store_near_find(s->tx, s->revision->site, s->text.keys, s->text.key_count, s->refused,
	                                     s->limit, &ids, err);
	for (size_t i = 0; st == FRG_OK && i < ids.count && s->count < s->max; i++) {
		bool alike;
		if (ids.items[i] == s->revision->id || is_known(ids.items, i, ids.items[i]))
			continue;
		st = is_alike(s, ids.items[i], &alike, err);
		if (st == FRG_OK && alike)
			s->found[s->count++] = ids.items[i];
	}
	return st;
}

static size_t link_keys(struct arena *a, str text, uint64_t keys[CAMPAIGN_LINKS])
{
	struct campaign_link links[CAMPAIGN_LINKS];
	size_t count = campaign_links(a, text, links);
	for (size_t i = 0; i < count; i++)
		keys[i] = links[i].key;
	return count;
}

/* By likeness, and by its links. */
static enum frg_status put_refused(struct store_tx *tx, const struct store_revision *revision,
                                   const struct near_text *text, struct frg_error *err)
{
	uint64_t keys[NEAR_KEYS + CAMPAIGN_LINKS];
	size_t count = text->key_count;
	memcpy(keys, text->keys, count * sizeof *keys);
	count += link_keys(store_arena(tx), revision->text, keys + count);
	return store_near_put(tx, revision->site, revision->id, true, keys, count, err);
}

/* What is found by likeness lies with its place in the queue. */
static enum frg_status put_held(struct store_tx *tx, const struct store_revision *revision,
                                const struct near_text *text, bool is_new, struct store_queue_row *row,
                                struct frg_error *err)
{
	uint64_t keys[CAMPAIGN_LINKS];
	size_t count = link_keys(store_arena(tx), revision->text, keys);
	memcpy(row->near, text->keys, text->key_count * sizeof *row->near);
	row->near_count = text->key_count;
	if (is_new && count == 0)
		return FRG_OK;
	return store_near_put(tx, revision->site, revision->id, false, keys, count, err);
}

void near_ask(struct store_tx *tx, id64 site, const struct near_text *text)
{
	store_near_ask(tx, site, text->keys, text->key_count);
}

enum frg_status near_place(struct store_tx *tx, const struct store_revision *revision, const struct near_text *text,
                           bool is_new, struct store_queue_row *row, struct frg_error *err)
{
	struct search held = {.tx = tx, .revision = revision, .limit = LOOKED_AT, .max = 1};
	bool waits, was_refused;
	row->group = revision->id;
	enum frg_status st = store_near_known(tx, revision->site, text->keys, text->key_count, &waits, &was_refused, err);
	if (st == FRG_OK)
		st = put_held(tx, revision, text, is_new, row, err);
	if (st != FRG_OK || !(waits || was_refused))
		return st;
	near_read(store_arena(tx), revision->text, &held.text);
	struct search refused = held;
	refused.refused = true;
	st = waits ? search(&held, err) : FRG_OK;
	if (st == FRG_OK && was_refused)
		st = search(&refused, err);
	struct store_queue_row other;
	if (st == FRG_OK && held.count && store_queue_get(tx, held.found[0], &other, NULL) == FRG_OK)
		row->group = other.group;
	struct store_decision decision;
	if (st == FRG_OK && refused.count && store_decision_standing(tx, refused.found[0], &decision, NULL) == FRG_OK)
		row->repost_of = decision.id;
	return st;
}

/* Alike, as a search would find it: by a key, then by the texts. */
static bool is_refused_too(const struct near_together *together, const struct near_text *text)
{
	for (size_t i = 0; i < together->count; i++) {
		const struct near_text *other = together->items[i];
		bool shares = false;
		for (size_t k = 0; k < text->key_count && k < other->key_count; k++)
			shares = shares || text->keys[k] == other->keys[k];
		if (shares && near_likeness(text, other) >= NEAR_ALIKE)
			return true;
	}
	return false;
}

static void remember(struct arena *a, struct near_together *together, const struct near_text *text)
{
	struct near_text *kept = ARENA_NEW(a, struct near_text);
	*kept = *text;
	together->items[together->count++] = kept;
}

enum frg_status near_refused(struct store_tx *tx, const struct store_revision *revision, id64 decision,
                             struct near_together *together, struct frg_error *err)
{
	struct search held = {.tx = tx, .revision = revision, .limit = COPIES_MAX, .max = COPIES_MAX};
	near_read(store_arena(tx), revision->text, &held.text);
	enum frg_status st = put_refused(tx, revision, &held.text, err);
	if (st != FRG_OK || (together && is_refused_too(together, &held.text)))
		return st;
	if (together)
		remember(store_arena(tx), together, &held.text);
	st = search(&held, err);
	for (size_t i = 0; st == FRG_OK && i < held.count; i++)
		st = store_queue_repost(tx, held.found[i], decision, err);
	return st;
}

enum frg_status near_complete(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct store_revisions some;
	int64_t *after = ctx;
	str done;
	enum frg_status st = store_setting_get(tx, 0, STR("near"), &done, err);
	if (st != FRG_NOT_FOUND) {
		*after = 0;
		return st;
	}
	st = store_near_missing(tx, *after, FILL_PAGE, &some, err);
	for (size_t i = 0; st == FRG_OK && i < some.count; i++) {
		struct near_text text;
		near_keys(store_arena(tx), some.items[i].text, &text);
		st = put_refused(tx, &some.items[i], &text, err);
		*after = some.items[i].id;
	}
	if (st == FRG_OK && some.count < FILL_PAGE) {
		*after = 0;
		st = store_setting_put(tx, 0, STR("near"), STR("complete"), err);
	}
	return st;
}

/* How far the chain of decisions has been gone through for keys to forget, and where it ends. */
struct forgetting {
	int64_t mark, end, upto;
};

static enum frg_status find_mark(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct forgetting *f = ctx;
	str text, hash;
	enum frg_status st = store_chain_head(tx, &f->end, &hash, err);
	if (st != FRG_OK)
		return st;
	f->mark = f->end > FORGET_BACK ? f->end - FORGET_BACK : 0;
	st = store_setting_get(tx, 0, STR("near_seq"), &text, err);
	if (st == FRG_OK && !str_to_i64(text, &f->mark))
		return frg_fail(err, FRG_CORRUPT, "store_corrupt", "the mark of forgotten keys is no number");
	f->upto = f->end - f->mark > FORGET_PAGE ? f->mark + FORGET_PAGE : f->end;
	return st == FRG_NOT_FOUND ? FRG_OK : st;
}

static enum frg_status forget(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	const struct forgetting *f = ctx;
	enum frg_status st = store_near_forget(tx, f->mark, f->upto, err);
	return st == FRG_OK ? store_setting_put(tx, 0, STR("near_seq"),
	                                        arena_printf(store_arena(tx), "%lld", (long long)f->upto), err)
	                    : st;
}

enum frg_status service_near_forget(struct service *svc, struct arena *a, bool *more, struct frg_error *err)
{
	struct forgetting f;
	enum frg_status st = store_read(svc->store, a, find_mark, &f, err);
	*more = st == FRG_OK && f.upto < f.end;
	return st == FRG_OK && f.mark < f.upto ? store_write(svc->store, a, forget, &f, err) : st;
}
