/* Taking words away for good. Text, passages, names and addresses go; hashes, rules, times and who decided stay, and a
 * row in the chain of erasures says why. Everything here runs in a transaction of its caller's. */
#include "service/inner.h"
#include "store/limit.h"

#include <sodium.h>

/* A browser or a proxy repeats a request within minutes, one that was offline when it is back. */
static const msec repeated_ms = (msec)2 * 24 * 3600 * 1000;

/* A row of the chain of erasures, with who and why. */
static enum frg_status append(struct store_tx *tx, const struct erasing *why, struct store_erasure *row,
                              struct frg_error *err)
{
	row->cause = why->cause;
	row->run = why->run;
	row->term_days = why->term_days;
	row->editor = why->editor;
	row->editor_name = why->editor_name;
	return store_erasure_append(tx, row, err);
}

static enum frg_status note(struct store_tx *tx, const struct erasing *why, const struct store_revision *r,
                            const char *subject, int64_t id, str hash, struct frg_error *err)
{
	struct store_erasure row = {.site = r->site,
	                            .subject = str_of(subject),
	                            .subject_id = id,
	                            .subject_hash = hash,
	                            .comment = r->comment,
	                            .state = store_state_name(r->state)};
	return append(tx, why, &row, err);
}

/* Scores stay for statistics; passages are the reader's words. */
static str without_passages(struct arena *a, str findings)
{
	json_t *o = json_loadb(findings.p, findings.n, 0, NULL);
	if (!json_is_object(o)) {
		json_decref(o);
		return STR("{}");
	}
	json_object_set_new(o, "evidence", json_array());
	json_object_set_new(o, "related", json_null());
	return json_text(a, o);
}

static enum frg_status erase_reviews(struct store_tx *tx, id64 revision, struct frg_error *err)
{
	struct store_reviews all;
	enum frg_status st = store_review_all(tx, revision, &all, err);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++)
		st = store_review_replace(tx, all.items[i].id, without_passages(store_arena(tx), all.items[i].findings), err);
	return st;
}

static enum frg_status erase_decisions(struct store_tx *tx, const struct erasing *why, const struct store_revision *r,
                                       struct frg_error *err)
{
	struct store_decisions all;
	struct store_erasure before;
	enum frg_status st = store_decision_of_comment(tx, r->comment, &all, err);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++) {
		const struct store_decision *d = &all.items[i];
		if (d->revision != r->id)
			continue;
		st = store_erasure_of(tx, STR("decision"), d->seq, &before, err);
		if (st == FRG_OK)
			continue; /* gone already */
		if (st == FRG_NOT_FOUND)
			st = store_decision_erase(tx, d->seq, err);
		if (st == FRG_OK)
			st = note(tx, why, r, "decision", d->seq, d->hash, err);
	}
	return st;
}

enum frg_status erase_text(struct store_tx *tx, const struct erasing *why, const struct store_comment *comment,
                           const struct store_revision *r, struct frg_error *err)
{
	struct store_article article;
	enum frg_status st = FRG_OK;
	if (!r->purged) {
		st = store_article_by_id(tx, comment->article, &article, err);
		if (st == FRG_OK)
			st = store_search_remove(tx, r->id, comment->name, article.title, r->text, err);
		if (st == FRG_OK)
			st = store_revision_purge(tx, r, err);
		if (st == FRG_OK)
			st = note(tx, why, r, "text", r->id, r->text_hash, err);
	}
	if (st == FRG_OK)
		st = erase_reviews(tx, r->id, err);
	if (st == FRG_OK)
		st = store_revision_forget(tx, r, err);
	return st == FRG_OK ? erase_decisions(tx, why, r, err) : st;
}

/* What was preserved and is no longer held goes with the last of its comment: a bundle holds all of it once more. */
static enum frg_status erase_evidence(struct store_tx *tx, const struct erasing *why, const struct store_comment *c,
                                      struct frg_error *err)
{
	struct store_evidences all;
	enum frg_status st = store_evidence_ended(tx, c->id, &all, err);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++) {
		char hash[HASH_TEXT_SIZE];
		hash_text(all.items[i].bundle, hash);
		st = store_evidence_erase(tx, all.items[i].id, err);
		if (st == FRG_OK)
			st = append(tx, why,
			            &(struct store_erasure){.site = c->site,
			                                    .subject = STR("evidence"),
			                                    .subject_id = all.items[i].id,
			                                    .subject_hash = str_of(hash),
			                                    .comment = c->id,
			                                    .state = STR("ended")},
			            err);
	}
	return st;
}

/* What waits leaves the queue, what is released is no longer so. */
static enum frg_status end_states(struct store_tx *tx, const struct store_comment *c, struct store_revisions *all,
                                  struct frg_error *err)
{
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < all->count; i++) {
		struct store_revision *r = &all->items[i];
		bool held = r->state == STATE_HELD;
		if (!held && r->state != STATE_RELEASED)
			continue;
		st = store_revision_move(tx, r->id, r->state, 0, STATE_WITHDRAWN, err);
		r->state = STATE_WITHDRAWN;
		if (st == FRG_OK && held)
			st = decision_tell(tx, "withdrawn", c, r->id, STR(""), err);
	}
	return st;
}

enum frg_status erase_withdraw(struct store_tx *tx, id64 id, struct frg_error *err)
{
	struct store_comment c;
	struct store_revisions all;
	enum frg_status st = store_comment_get(tx, id, &c, err);
	if (st == FRG_OK)
		st = store_revision_of_comment(tx, id, &all, err);
	if (st == FRG_OK)
		st = end_states(tx, &c, &all, err);
	return st == FRG_OK ? withdraw_unpublish(tx, &c, "erasure", true, err) : st;
}

int64_t erase_mark(str key_hash)
{
	static const char purpose[] = "freigabe erased request";
	unsigned char raw[crypto_generichash_BYTES_MIN];
	int64_t mark;
	crypto_generichash(raw, sizeof raw, (const unsigned char *)key_hash.p, key_hash.n, (const unsigned char *)purpose,
	                   sizeof purpose);
	memcpy(&mark, raw, sizeof mark);
	return mark;
}

/* Its key goes with the text; that it came before must be known as long as it may come again. */
static enum frg_status mark_request(struct store_tx *tx, const struct store_revision *r, struct frg_error *err)
{
	bool marked = r->purged != 0;
	enum frg_status st = marked ? FRG_OK : store_proof_was(tx, erase_mark(r->idempotency_key), &marked, err);
	return st == FRG_OK && !marked ? store_proof_use(tx, erase_mark(r->idempotency_key), clock_now() + repeated_ms, err)
	                               : st;
}

enum frg_status erase_comment(struct store_tx *tx, const struct erasing *why, id64 id, struct frg_error *err)
{
	struct store_comment c;
	struct store_revisions all;
	enum frg_status st = store_comment_get(tx, id, &c, err);
	if (st != FRG_OK || c.erased)
		return st;
	st = store_revision_of_comment(tx, id, &all, err);
	if (st == FRG_OK)
		st = end_states(tx, &c, &all, err);
	if (st == FRG_OK)
		st = withdraw_unpublish(tx, &c, "erasure", false, err);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++) {
		st = mark_request(tx, &all.items[i], err);
		if (st == FRG_OK)
			st = erase_text(tx, why, &c, &all.items[i], err);
	}
	if (st == FRG_OK)
		st = store_comment_forget(tx, id, err);
	if (st == FRG_OK)
		st = erase_evidence(tx, why, &c, err);
	if (st == FRG_OK)
		st = store_comment_erase(tx, id, err);
	return st == FRG_OK ? decision_tell(tx, "erased", &c, 0, STR(""), err) : st;
}

enum frg_status erase_author(struct store_tx *tx, id64 author, struct frg_error *err)
{
	bool left;
	struct store_suspension now;
	enum frg_status st = store_author_left(tx, author, &left, err);
	if (st != FRG_OK || left)
		return st;
	st = store_suspension_now(tx, author, clock_now(), &now, err);
	if (st != FRG_NOT_FOUND)
		return st; /* while it lasts, their browser must be known */
	return store_author_erase(tx, author, err);
}

enum frg_status erase_remains(struct store_tx *tx, const struct erasing *why, id64 id, struct frg_error *err)
{
	struct store_comment c;
	struct store_revisions all;
	enum frg_status st = store_comment_get(tx, id, &c, err);
	if (st != FRG_OK || c.erased)
		return st;
	st = store_revision_of_comment(tx, id, &all, err);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++)
		if (!all.items[i].purged)
			return FRG_OK;
	if (st == FRG_OK)
		st = erase_evidence(tx, why, &c, err);
	if (st == FRG_OK)
		st = store_comment_erase(tx, id, err);
	return st == FRG_OK ? erase_author(tx, c.author, err) : st;
}

enum frg_status scrub_wanted(struct store_tx *tx, struct frg_error *err)
{
	str before;
	enum frg_status st = store_setting_get(tx, 0, STR("scrub"), &before, err);
	if (st != FRG_OK && st != FRG_NOT_FOUND)
		return st;
	str since = STR("");
	if (st == FRG_OK)
		str_next(&before, ' ', &since);
	struct arena *a = store_arena(tx);
	str now = arena_printf(a, "%lld", (long long)clock_now());
	/* since when it waits, and the latest wish: what is wished for while it goes on counts again */
	str value = arena_printf(a, "%.*s %lld", STR_ARG(since.n ? since : now), (long long)id_new());
	return store_setting_put(tx, 0, STR("scrub"), value, err);
}
