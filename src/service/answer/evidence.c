/* Keeping evidence: who may preserve, see and take it, and who ends its hold; each of these is logged. Nothing goes to
 * anybody by itself. */
#include "service/answer/evidence_inner.h"

#include "base/buf.h"

/* ---- the key ---- */

enum frg_status evidence_secret(struct store_tx *tx, str *out, struct frg_error *err)
{
	return store_setting_get(tx, 0, STR("evidence_key"), out, err);
}

enum frg_status evidence_count(struct store_tx *tx, int64_t *count, struct frg_error *err)
{
	str text;
	*count = 0;
	enum frg_status st = store_setting_get(tx, 0, STR("evidence_count"), &text, err);
	if (st == FRG_NOT_FOUND)
		return FRG_OK;
	return st != FRG_OK || str_to_i64(text, count) ? st : frg_fail(err, FRG_CORRUPT, "store_corrupt", "no count");
}

enum frg_status evidence_key_make(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	str key;
	(void)ctx;
	enum frg_status st = evidence_secret(tx, &key, NULL);
	if (st != FRG_NOT_FOUND)
		return st == FRG_OK ? st : frg_fail(err, st, "store_io", "cannot read the key");
	return store_setting_put(tx, 0, STR("evidence_key"), evidence_secret_new(store_arena(tx)), err);
}

static enum frg_status public_key(struct store_tx *tx, str *out, struct frg_error *err)
{
	str secret;
	enum frg_status st = evidence_secret(tx, &secret, err);
	if (st == FRG_OK && !evidence_public(store_arena(tx), secret, out))
		return frg_fail(err, FRG_CORRUPT, "store_corrupt", "the key for evidence is none");
	return st;
}

static enum frg_status read_key(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	return public_key(tx, ctx, err);
}

enum frg_status service_evidence_key(struct store *store, struct arena *a, str *key, struct frg_error *err)
{
	return store_read(store, a, read_key, key, err);
}

/* ---- preserving ---- */

struct keeping {
	const struct staff *who;
	const struct store_site *site;
	id64 id, revision, before, next;
	int64_t limit;
	str reason, key;
	struct store_evidence *one;
	struct store_evidences *list;
};

static enum frg_status log_it(struct store_tx *tx, const struct keeping *k, const char *kind, id64 evidence, str words,
                              struct frg_error *err)
{
	char id[ID_TEXT_SIZE];
	id_text(evidence, id);
	str detail = words.n ? arena_printf(store_arena(tx), "%s: %.*s", id, STR_ARG(words))
	                     : arena_printf(store_arena(tx), "%s", id);
	struct store_staff_event e = {.site = k->who->site, .actor = k->who->id, .kind = str_of(kind), .detail = detail};
	return store_staff_log(tx, &e, err);
}

/* The next number. Bundles name theirs and the count stands apart: what is missing is noticed. */
static enum frg_status number(struct store_tx *tx, struct store_evidence *e, struct frg_error *err)
{
	enum frg_status st = evidence_count(tx, &e->number, err);
	e->number++;
	return st == FRG_OK ? store_setting_put(tx, 0, STR("evidence_count"),
	                                        arena_printf(store_arena(tx), "%lld", (long long)e->number), err)
	                    : st;
}

static enum frg_status sign(struct store_tx *tx, const struct keeping *k, const struct store_comment *c,
                            struct store_evidence *e, struct frg_error *err)
{
	struct arena *a = store_arena(tx);
	str secret, key;
	json_t *bundle;
	enum frg_status st = evidence_secret(tx, &secret, err);
	if (st == FRG_OK)
		st = public_key(tx, &key, err);
	if (st == FRG_OK)
		st = evidence_bundle(tx, k->site, e, c, key, &bundle, err);
	if (st != FRG_OK)
		return st;
	e->bundle = evidence_canonical(a, bundle);
	BUG_IF(!evidence_sign(a, secret, e->bundle, &e->signature)); /* its public half has just been made from it */
	return FRG_OK;
}

static enum frg_status preserve(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct keeping *k = ctx;
	struct store_revision revision;
	struct store_comment comment;
	struct store_article article;
	int64_t holds = 0;
	enum frg_status st = store_revision_get(tx, k->revision, &revision, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && revision.site != k->who->site))
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such revision");
	if (st == FRG_OK)
		st = store_comment_get(tx, revision.comment, &comment, err);
	if (st == FRG_OK)
		st = staff_may_section(tx, k->who, &comment, &article, err);
	if (st == FRG_OK)
		st = store_evidence_holds(tx, comment.id, &holds, err);
	if (st == FRG_OK && holds >= EVIDENCE_PER_COMMENT_MAX)
		return frg_fail(err, FRG_CONFLICT, "evidence_many", "this comment has been preserved often enough");
	struct store_evidence e = {.id = id_new(),
	                           .site = k->who->site,
	                           .comment = revision.comment,
	                           .editor = k->who->id,
	                           .editor_name = k->who->name,
	                           .reason = k->reason,
	                           .created = clock_now()};
	if (st == FRG_OK)
		st = number(tx, &e, err);
	if (st == FRG_OK)
		st = sign(tx, k, &comment, &e, err);
	if (st == FRG_OK)
		st = store_evidence_insert(tx, &e, err);
	k->id = e.id;
	return st == FRG_OK ? log_it(tx, k, "evidence", e.id, k->reason, err) : st;
}

static enum frg_status read_reason(struct arena *a, str in, str *out, struct frg_error *err)
{
	enum frg_status st = clean_text(a, in, EVIDENCE_REASON_MAX, false, "word", out, err);
	if (st == FRG_OK && out->n == 0)
		return frg_fail(err, FRG_INVALID, "evidence_reason_missing", "say why");
	return st;
}

enum frg_status service_evidence_preserve(struct service *svc, struct arena *a, const struct staff *who, id64 revision,
                                          str reason, id64 *id, struct frg_error *err)
{
	struct keeping k = {.who = who, .site = service_site_by_id(svc, who->site), .revision = revision};
	enum frg_status st = read_reason(a, reason, &k.reason, err);
	if (st == FRG_OK)
		st = store_write(svc->store, a, preserve, &k, err);
	*id = k.id;
	return st;
}

/* ---- seeing ---- */

static enum frg_status list(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct keeping *k = ctx;
	enum frg_status st = store_evidence_list(tx, k->who->site, k->before, k->limit, k->list, err);
	if (st != FRG_OK)
		return st;
	struct store_evidences *l = k->list;
	if (l->count && (int64_t)l->count == k->limit)
		k->next = l->items[l->count - 1].id;
	size_t kept = 0;
	for (size_t i = 0; i < l->count; i++)
		if (staff_has_section(k->who, l->items[i].section))
			l->items[kept++] = l->items[i];
	l->count = kept;
	return FRG_OK;
}

enum frg_status service_evidence_list(struct service *svc, struct arena *a, const struct staff *who, id64 before,
                                      int64_t limit, struct store_evidences *out, id64 *next, struct frg_error *err)
{
	struct keeping k = {.who = who, .before = before, .limit = limit, .list = out};
	enum frg_status st = store_read(svc->store, a, list, &k, err);
	*next = k.next;
	return st;
}

static enum frg_status get(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct keeping *k = ctx;
	enum frg_status st = store_evidence_get(tx, k->id, k->one, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && k->one->site != k->who->site))
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such evidence");
	if (st == FRG_OK && !staff_has_section(k->who, k->one->section))
		return frg_fail(err, FRG_FORBIDDEN, "section_forbidden", "not a section of theirs");
	return st;
}

enum frg_status service_evidence_get(struct service *svc, struct arena *a, const struct staff *who, id64 id,
                                     struct store_evidence *out, struct frg_error *err)
{
	struct keeping k = {.who = who, .id = id, .one = out};
	return store_read(svc->store, a, get, &k, err);
}

static enum frg_status take(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct keeping *k = ctx;
	enum frg_status st = get(tx, k, err);
	if (st == FRG_OK && k->one->bundle.n == 0)
		return frg_fail(err, FRG_NOT_FOUND, "evidence_erased", "it was erased with its comment");
	if (st == FRG_OK)
		st = public_key(tx, &k->key, err);
	return st == FRG_OK ? log_it(tx, k, "evidence_taken", k->id, STR(""), err) : st;
}

enum frg_status service_evidence_file(struct service *svc, struct arena *a, const struct staff *who, id64 id, str *file,
                                      struct frg_error *err)
{
	struct store_evidence e;
	struct keeping k = {.who = who, .id = id, .one = &e};
	enum frg_status st = store_write(svc->store, a, take, &k, err);
	if (st == FRG_OK)
		*file = evidence_envelope(a, k.key, e.bundle, e.signature);
	return st;
}

/* ---- ending the hold ---- */

static enum frg_status end(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct keeping *k = ctx;
	enum frg_status st = get(tx, k, err);
	if (st != FRG_OK)
		return st;
	k->one->ended = clock_now();
	k->one->ended_by = k->who->id;
	k->one->end_reason = k->reason;
	st = store_evidence_end(tx, k->one, err);
	return st == FRG_OK ? log_it(tx, k, "evidence_ended", k->id, k->reason, err) : st;
}

enum frg_status service_evidence_end(struct service *svc, struct arena *a, const struct staff *who, id64 id, str reason,
                                     struct frg_error *err)
{
	struct store_evidence e;
	struct keeping k = {.who = who, .id = id, .one = &e};
	enum frg_status st = read_reason(a, reason, &k.reason, err);
	return st == FRG_OK ? store_write(svc->store, a, end, &k, err) : st;
}
