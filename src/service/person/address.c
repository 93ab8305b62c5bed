/* By which line a comment came. The address itself is never kept: a hash with a key of the day tells whether a later
 * comment comes by the same one, and both go when their term is over. What is left then is nothing that an address
 * could be compared with. */
#include "service/inner.h"

#include <sodium.h>
#include <stdlib.h>

static const msec day_ms = (msec)24 * 3600 * 1000;

static str hash_with(struct arena *a, str key, id64 site, str address)
{
	unsigned char raw[32];
	char *out = arena_alloc(a, HASH_TEXT_SIZE);
	str all = arena_printf(a, "%lld %.*s", (long long)site, STR_ARG(address));
	crypto_generichash(raw, sizeof raw, (const unsigned char *)all.p, all.n, (const unsigned char *)key.p, key.n);
	sodium_bin2hex(out, HASH_TEXT_SIZE, raw, sizeof raw);
	return str_of(out);
}

/* A line that has not been seen within the term gets a number from its hash: whoever writes at the same time comes to
 * the same one. When the day's key has gone, nothing leads from an address to it. */
static id64 line_of(str hash)
{
	char digits[16] = "";
	memcpy(digits, hash.p, sizeof digits - 1);
	return (id64)strtoull(digits, NULL, 16) + 1;
}

/* The line of this address if it has been seen within the term, by the keys of those days. */
static enum frg_status find_line(struct store_tx *tx, const struct store_address_keys *keys, id64 site, str address,
                                 msec since, id64 *line, struct frg_error *err)
{
	enum frg_status st = FRG_OK;
	*line = 0;
	for (size_t i = 0; st == FRG_OK && !*line && i < keys->count && keys->items[i].day >= since / day_ms; i++)
		st = store_address_find(tx, site, hash_with(store_arena(tx), keys->items[i].key, site, address), since, line,
		                        err);
	return st;
}

/* Today's, made if it is the day's first comment. */
static enum frg_status day_key(struct store_tx *tx, const struct store_address_keys *keys, int64_t day, str *key,
                               struct frg_error *err)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->items[i].day == day) {
			*key = keys->items[i].key;
			return FRG_OK;
		}
	char fresh[SECRET_TEXT_SIZE];
	secret_new(fresh);
	enum frg_status st = store_address_key_make(tx, day, str_of(fresh), key, err);
	sodium_memzero(fresh, sizeof fresh);
	return st;
}

enum frg_status address_prepare(struct store_tx *tx, id64 site, str address, struct address_terms *out,
                                struct frg_error *err)
{
	struct privacy_settings terms;
	*out = (struct address_terms){0};
	if (address.n == 0)
		return FRG_OK;
	enum frg_status st = privacy_load(tx, site, &terms, err);
	out->days = terms.address_days;
	out->since = clock_now() - out->days * day_ms;
	return st == FRG_OK && out->days ? store_address_keys(tx, &out->keys, err) : st;
}

void address_ask(struct store_tx *tx, id64 site, str address, const struct address_terms *terms)
{
	id64 line;
	struct frg_error none;
	if (terms->days)
		store_unread(find_line(tx, &terms->keys, site, address, terms->since, &line, &none));
}

enum frg_status address_note(struct store_tx *tx, const struct store_revision *revision, str address,
                             const struct address_terms *terms, struct frg_error *err)
{
	if (terms->days == 0)
		return FRG_OK;
	msec now = clock_now();
	struct store_address row = {.revision = revision->id,
	                            .site = revision->site,
	                            .author = revision->author,
	                            .comment = revision->comment,
	                            .day = now / day_ms,
	                            .created = now};
	str key;
	enum frg_status st = day_key(tx, &terms->keys, row.day, &key, err);
	if (st == FRG_OK)
		st = find_line(tx, &terms->keys, row.site, address, terms->since, &row.line, err);
	if (st != FRG_OK)
		return st;
	row.hash = hash_with(store_arena(tx), key, row.site, address);
	if (!row.line)
		row.line = line_of(row.hash);
	return store_address_insert(tx, &row, err);
}

enum frg_status address_end(struct store_tx *tx, id64 site, const struct privacy_settings *terms, int64_t limit,
                            int64_t *count, struct frg_error *err)
{
	msec now = clock_now();
	enum frg_status st = store_address_end(tx, site, now - terms->address_days * day_ms, limit, count, err);
	/* today's may be needed within the hour; of other days only those that a row was made with */
	return st == FRG_OK ? store_address_keys_end(tx, now / day_ms, err) : st;
}

enum frg_status address_of(struct store_tx *tx, const struct store_revision *revision, struct address_view *out,
                           struct frg_error *err)
{
	struct store_address row;
	struct privacy_settings terms;
	*out = (struct address_view){0};
	enum frg_status st = store_address_get(tx, revision->id, &row, err);
	if (st == FRG_NOT_FOUND)
		return FRG_OK;
	if (st == FRG_OK)
		st = privacy_load(tx, revision->site, &terms, err);
	if (st != FRG_OK)
		return st;
	msec since = clock_now() - terms.address_days * day_ms;
	if (row.created < since)
		return FRG_OK; /* over, and about to go */
	out->known = true;
	out->days = terms.address_days;
	return store_address_count(tx, &row, since, &out->comments, &out->authors, err);
}

/* ---- the others, for the desk ---- */

struct others {
	const struct staff *who;
	id64 revision;
	int64_t limit;
	struct address_view *view;
	struct search_hit *hits;
	size_t count;
};

static enum frg_status load_others(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct others *o = ctx;
	struct store_revision revision;
	struct store_comment comment;
	struct store_article article;
	struct store_address row;
	struct store_ids ids;
	enum frg_status st = store_revision_get(tx, o->revision, &revision, err);
	if (st == FRG_OK && revision.site != o->who->site)
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such revision");
	if (st == FRG_OK)
		st = store_comment_get(tx, revision.comment, &comment, err);
	if (st == FRG_OK)
		st = staff_may_section(tx, o->who, &comment, &article, err);
	if (st == FRG_OK)
		st = address_of(tx, &revision, o->view, err);
	if (st != FRG_OK || !o->view->known)
		return st;
	st = store_address_get(tx, revision.id, &row, err);
	if (st == FRG_OK)
		st = store_address_others(tx, &row, clock_now() - o->view->days * day_ms, o->limit, &ids, err);
	if (st != FRG_OK)
		return st;
	o->hits = ARENA_ARRAY(store_arena(tx), struct search_hit, ids.count);
	for (size_t i = 0; st == FRG_OK && i < ids.count; i++) {
		struct search_hit *hit = &o->hits[o->count];
		st = search_load_hit(tx, ids.items[i], hit, err);
		o->count += st == FRG_OK && staff_has_section(o->who, hit->article.section);
	}
	return st;
}

enum frg_status service_address_others(struct service *svc, struct arena *a, const struct staff *who, id64 revision,
                                       int64_t limit, struct address_view *view, struct search_hit **out, size_t *count,
                                       struct frg_error *err)
{
	struct others o = {.who = who, .revision = revision, .limit = limit, .view = view};
	*view = (struct address_view){0};
	enum frg_status st = store_read(svc->store, a, load_others, &o, err);
	*out = o.hits;
	*count = o.count;
	return st;
}
