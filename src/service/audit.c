/* Proves that no decision was altered or removed, that each still names the text it was made on,
 * that all that is published rests on such a decision, and that preserved evidence is as it was signed. What has been
 * erased must stand in the chain of erasures, and what stands there must be gone. */
#include "service/answer/evidence_inner.h"

#include <stdio.h>

enum { PAGE = 500, BUNDLES = 20 };

struct walk {
	int64_t seq;
	str hash; /* of the row before */
	char kept[HASH_TEXT_SIZE];
	id64 comment, evidence;
	int64_t number;   /* the highest of preserved evidence so far */
	int64_t erasures; /* where the chain of erasures ended at the decision before */
	bool at_end;
	struct audit_report *report;
};

static void found(struct audit_report *r, int64_t seq, const char *what)
{
	if (!r->ok)
		return;
	r->ok = false;
	r->bad_seq = seq;
	snprintf(r->what, sizeof r->what, "%s", what);
}

/* Is there a row for it in the chain of erasures, and of this very thing? */
static enum frg_status erasure_known(struct store_tx *tx, const char *subject, int64_t id, str hash, bool *known,
                                     struct frg_error *err)
{
	struct store_erasure e;
	enum frg_status st = store_erasure_of(tx, str_of(subject), id, &e, err);
	*known = st == FRG_OK && str_eq(e.subject_hash, hash);
	return st == FRG_NOT_FOUND ? FRG_OK : st;
}

static enum frg_status check_text(struct store_tx *tx, const struct store_decision *d, struct audit_report *r,
                                  struct frg_error *err)
{
	struct store_revision revision;
	char hash[HASH_TEXT_SIZE];
	bool known;
	enum frg_status st = store_revision_get(tx, d->revision, &revision, err);
	if (st == FRG_NOT_FOUND) {
		found(r, d->seq, "the revision it decided on is missing");
		return FRG_OK;
	}
	if (st != FRG_OK)
		return st;
	hash_text(revision.text, hash);
	if (!revision.purged) {
		if (!str_eq(str_of(hash), d->text_hash))
			found(r, d->seq, "the text it decided on has been altered");
		return FRG_OK;
	}
	st = erasure_known(tx, "text", revision.id, d->text_hash, &known, err);
	if (st == FRG_OK && !known)
		found(r, d->seq, "the text it decided on is gone, and no erasure tells of it");
	else if (st == FRG_OK && (revision.text.n || revision.state == STATE_RELEASED || revision.state == STATE_HELD))
		found(r, d->seq, "the text it decided on is marked as erased, but in use");
	return st;
}

/* Are the private columns those that the row was made with? If they have been erased, nothing of them is left. */
static enum frg_status check_private(struct store_tx *tx, const struct store_decision *d, struct audit_report *r,
                                     struct frg_error *err)
{
	bool erased;
	char mark[HASH_TEXT_SIZE];
	enum frg_status st = erasure_known(tx, "decision", d->seq, d->hash, &erased, err);
	if (st != FRG_OK)
		return st;
	if (erased) {
		r->erased++;
		if (d->salt.n || d->author_name.n || d->word.n || d->detail.n || d->findings.n)
			found(r, d->seq, "the decision is said to be erased, but is not");
		if (d->version == 1 && r->unprovable_count < AUDIT_UNPROVABLE_MAX)
			r->unprovable[r->unprovable_count] = d->seq;
		r->unprovable_count += d->version == 1;
		return FRG_OK;
	}
	for (int i = 0; d->version != 1 && i < DECISION_PRIVATE_COUNT; i++) {
		store_decision_mark(d, (enum store_decision_private)i, mark);
		if (!str_eq(str_of(mark), d->mark[i]))
			found(r, d->seq,
			      d->salt.n ? "the decision has been altered"
			                : "the decision's words are gone, and no erasure tells of it");
	}
	return FRG_OK;
}

/* A decision says where the chain of erasures ended: it must have been there, and never shorter than before. */
static enum frg_status check_erasures(struct store_tx *tx, struct walk *w, const struct store_decision *d,
                                      struct frg_error *err)
{
	int64_t seq = 0;
	if (d->version == 1)
		return FRG_OK;
	enum frg_status st = d->erasures.n ? store_erasure_seq(tx, d->erasures, &seq, err) : FRG_OK;
	if (st == FRG_OK && (seq < w->erasures || (d->erasures.n && !seq)))
		found(w->report, d->seq, "the erasures that it names are not there");
	w->erasures = seq;
	return st;
}

/* Of an erased row of version 1 only its neighbours attest the hash. */
static bool hash_is(const struct store_decision *d, bool erased)
{
	char hash[HASH_TEXT_SIZE];
	if (erased && d->version == 1)
		return true;
	store_decision_hash(d, hash);
	return str_eq(d->hash, str_of(hash));
}

static enum frg_status check_decision(struct store_tx *tx, struct walk *w, const struct store_decision *d,
                                      struct frg_error *err)
{
	struct audit_report *r = w->report;
	int64_t erased = r->erased;
	enum frg_status st = FRG_OK;
	if (d->seq != w->seq + 1)
		found(r, w->seq + 1, "a decision has been removed");
	else if (!str_eq(d->prev_hash, w->hash))
		found(r, d->seq, "it does not follow from the decision before");
	if (r->ok)
		st = check_private(tx, d, r, err);
	if (st == FRG_OK && r->ok && !hash_is(d, r->erased > erased))
		found(r, d->seq, "the decision has been altered");
	if (st == FRG_OK && r->ok)
		st = check_erasures(tx, w, d, err);
	w->seq = d->seq;
	memcpy(w->kept, d->hash.p, d->hash.n < HASH_TEXT_SIZE ? d->hash.n : HASH_TEXT_SIZE - 1);
	w->kept[d->hash.n < HASH_TEXT_SIZE ? d->hash.n : HASH_TEXT_SIZE - 1] = 0;
	w->hash = str_of(w->kept);
	r->decisions++;
	return st == FRG_OK && r->ok ? check_text(tx, d, r, err) : st;
}

static enum frg_status walk_decisions(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct walk *w = ctx;
	struct store_decisions page;
	enum frg_status st = store_decision_page(tx, w->seq, PAGE, &page, err);
	for (size_t i = 0; st == FRG_OK && w->report->ok && i < page.count; i++)
		st = check_decision(tx, w, &page.items[i], err);
	w->at_end = st != FRG_OK || page.count < PAGE;
	if (!w->at_end || st != FRG_OK)
		return st;
	/* in the same state of the database as the last page: what the chain's end must be */
	int64_t seq;
	str hash;
	st = store_chain_head(tx, &seq, &hash, err);
	if (st == FRG_NOT_FOUND) {
		found(w->report, w->seq, "the record of the chain's end is missing");
		return FRG_OK;
	}
	if (st == FRG_OK && seq != w->seq)
		found(w->report, w->seq + 1, "a decision has been removed from the end");
	else if (st == FRG_OK && !str_eq(hash, w->hash))
		found(w->report, w->seq, "the chain's end is not the last decision");
	return st;
}

/* ---- the chain of erasures ---- */

static void found_erasure(struct audit_report *r, int64_t seq, const char *what)
{
	char text[160];
	snprintf(text, sizeof text, "erasure %lld: %s", (long long)seq, what);
	found(r, 0, text);
}

static enum frg_status find_decision(struct store_tx *tx, int64_t seq, struct store_decision *out, bool *there,
                                     struct frg_error *err)
{
	struct store_decisions one = {0};
	enum frg_status st = seq > 0 ? store_decision_page(tx, seq - 1, 1, &one, err) : FRG_OK;
	*there = st == FRG_OK && one.count && one.items[0].seq == seq;
	if (*there)
		*out = one.items[0];
	return st;
}

static enum frg_status check_evidence_gone(struct store_tx *tx, const struct store_erasure *e, struct audit_report *r,
                                           struct frg_error *err)
{
	struct store_evidence was;
	enum frg_status st = store_evidence_get(tx, e->subject_id, &was, err);
	r->evidence_erased++;
	if (st == FRG_NOT_FOUND) {
		found_erasure(r, e->seq, "the evidence it tells of was never there");
		return FRG_OK;
	}
	if (st == FRG_OK && (was.bundle.n || was.signature.n || was.reason.n || !was.ended))
		found_erasure(r, e->seq, "the evidence it tells of is not gone");
	return st;
}

/* The words that a row says have gone are gone, and were of what readers did not see. */
static enum frg_status check_gone(struct store_tx *tx, const struct store_erasure *e, struct audit_report *r,
                                  struct frg_error *err)
{
	struct store_revision revision;
	struct store_decision d;
	bool there;
	enum frg_status st;
	if (str_eq(e->subject, STR("decision"))) { /* whose columns were looked at in the other chain */
		st = find_decision(tx, e->subject_id, &d, &there, err);
		if (st == FRG_OK && (!there || !str_eq(d.hash, e->subject_hash)))
			found_erasure(r, e->seq, "the decision it tells of is not there");
		return st;
	}
	if (str_eq(e->subject, STR("evidence")))
		return check_evidence_gone(tx, e, r, err);
	r->purged++;
	st = store_revision_get(tx, e->subject_id, &revision, err);
	if (st == FRG_NOT_FOUND) {
		found_erasure(r, e->seq, "the text it tells of was never there");
		return FRG_OK;
	}
	if (st != FRG_OK)
		return st;
	if (!revision.purged || revision.text.n || !str_eq(revision.text_hash, e->subject_hash))
		found_erasure(r, e->seq, "the text it tells of is not gone");
	if (str_eq(e->state, STR("released")) || str_eq(e->state, STR("held")))
		found_erasure(r, e->seq, "a text in use was erased");
	return FRG_OK;
}

/* It says where the chain of decisions ended: that decision must be there. */
static enum frg_status check_anchor(struct store_tx *tx, const struct store_erasure *e, struct audit_report *r,
                                    struct frg_error *err)
{
	struct store_decision d;
	bool there;
	if (e->chain_seq == 0)
		return FRG_OK;
	enum frg_status st = find_decision(tx, e->chain_seq, &d, &there, err);
	if (st == FRG_OK && (!there || !str_eq(d.hash, e->chain_hash)))
		found_erasure(r, e->seq, "the decision that it names is not there");
	return st;
}

static enum frg_status check_erasure(struct store_tx *tx, struct walk *w, const struct store_erasure *e,
                                     struct frg_error *err)
{
	struct audit_report *r = w->report;
	char hash[HASH_TEXT_SIZE];
	store_erasure_hash(e, hash);
	if (e->seq != w->seq + 1)
		found_erasure(r, w->seq + 1, "it has been removed");
	else if (!str_eq(e->prev_hash, w->hash))
		found_erasure(r, e->seq, "it does not follow from the one before");
	else if (!str_eq(e->hash, str_of(hash)))
		found_erasure(r, e->seq, "it has been altered");
	w->seq = e->seq;
	memcpy(w->kept, hash, sizeof hash);
	w->hash = str_of(w->kept);
	enum frg_status st = r->ok ? check_gone(tx, e, r, err) : FRG_OK;
	return st == FRG_OK && r->ok ? check_anchor(tx, e, r, err) : st;
}

static enum frg_status check_erasures_end(struct store_tx *tx, struct walk *w, struct frg_error *err)
{
	struct audit_report *r = w->report;
	int64_t seq;
	str hash;
	id64 missing;
	enum frg_status st = store_erasure_head(tx, &seq, &hash, err);
	if (st == FRG_NOT_FOUND) {
		found_erasure(r, w->seq, "the record of the chain's end is missing");
		return FRG_OK;
	}
	if (st == FRG_OK && (seq != w->seq || !str_eq(hash, w->hash)))
		found_erasure(r, w->seq + 1, "it has been removed from the end");
	if (st == FRG_OK && r->ok)
		st = store_erasure_missing(tx, &missing, err);
	if (st == FRG_OK && r->ok && missing)
		found(r, 0, "a text is marked as erased, and no erasure tells of it");
	return st;
}

static enum frg_status walk_erasures(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct walk *w = ctx;
	struct store_erasures page;
	enum frg_status st = store_erasure_page(tx, w->seq, PAGE, &page, err);
	for (size_t i = 0; st == FRG_OK && w->report->ok && i < page.count; i++)
		st = check_erasure(tx, w, &page.items[i], err);
	w->at_end = st != FRG_OK || page.count < PAGE;
	return w->at_end && st == FRG_OK && w->report->ok ? check_erasures_end(tx, w, err) : st;
}

/* ---- what readers see ---- */

static enum frg_status check_publication(struct store_tx *tx, const struct store_publication *p, struct audit_report *r,
                                         struct frg_error *err)
{
	struct store_decision d;
	char hash[HASH_TEXT_SIZE];
	r->publications++;
	enum frg_status st = store_decision_get(tx, p->decision, &d, err);
	if (st == FRG_NOT_FOUND) {
		found(r, 0, "something is published without a decision");
		return FRG_OK;
	}
	if (st != FRG_OK)
		return st;
	hash_text(p->text, hash);
	if (!str_eq(d.action, STR("release")) || d.revision != p->revision || d.comment != p->comment)
		found(r, d.seq, "what is published is not what it released");
	else if (!p->removed && (d.undone || !str_eq(str_of(hash), d.text_hash)))
		found(r, d.seq, "the published text is not the one it released");
	else if (!p->removed && !str_eq(p->name, d.author_name))
		found(r, d.seq, "the published name is not the one it released");
	return FRG_OK;
}

static enum frg_status walk_publications(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct walk *w = ctx;
	struct store_publications page;
	enum frg_status st = store_publication_page(tx, w->comment, PAGE, &page, err);
	for (size_t i = 0; st == FRG_OK && w->report->ok && i < page.count; i++) {
		st = check_publication(tx, &page.items[i], w->report, err);
		w->comment = page.items[i].comment;
	}
	w->at_end = st != FRG_OK || page.count < PAGE;
	return st;
}

/* ---- evidence ---- */

/* The signature covers the bundle; what stands beside it must say the same. */
static void check_bundle(struct arena *a, const struct store_evidence *e, str key, struct walk *w)
{
	struct audit_report *r = w->report;
	char id[ID_TEXT_SIZE], comment[ID_TEXT_SIZE];
	id_text(e->id, id);
	id_text(e->comment, comment);
	if (!evidence_signed(key, e->bundle, e->signature)) {
		found(r, 0, arena_printf(a, "preserved evidence %s has been altered, or the key has", id).p);
		return;
	}
	json_t *bundle = json_loadb(e->bundle.p, e->bundle.n, 0, NULL), *p = json_object_get(bundle, "preserved");
	bool same = str_eq(json_str(a, json_object_get(p, "id")), str_of(id)) &&
	            str_eq(json_str(a, json_object_get(p, "by")), e->editor_name) &&
	            str_eq(json_str(a, json_object_get(p, "reason")), e->reason) &&
	            str_eq(json_str(a, json_object_get(json_object_get(bundle, "comment"), "id")), str_of(comment));
	int64_t number = json_integer_value(json_object_get(p, "number"));
	w->number = number > w->number ? number : w->number;
	json_decref(bundle);
	if (!same)
		found(r, 0, arena_printf(a, "the record of preserved evidence %s is not what was signed", id).p);
}

/* One whose words have gone must have its row in the chain of erasures. */
static enum frg_status check_evidence(struct store_tx *tx, const struct store_evidence *e, str key, struct walk *w,
                                      struct frg_error *err)
{
	struct store_erasure gone;
	char id[ID_TEXT_SIZE];
	w->report->evidence++;
	enum frg_status st = store_erasure_of(tx, STR("evidence"), e->id, &gone, err);
	if (st == FRG_OK) /* that it is gone was looked at in the other chain */
		return st;
	if (st != FRG_NOT_FOUND)
		return st;
	id_text(e->id, id);
	if (e->bundle.n == 0)
		found(w->report, 0,
		      arena_printf(store_arena(tx), "preserved evidence %s is gone, and no erasure tells of it", id).p);
	else
		check_bundle(store_arena(tx), e, key, w);
	return FRG_OK;
}

/* Rows stay, whatever becomes of their words: as many as were preserved, and none with a higher number. */
static enum frg_status check_count(struct store_tx *tx, struct walk *w, struct frg_error *err)
{
	int64_t count;
	enum frg_status st = evidence_count(tx, &count, err);
	if (st == FRG_OK && (w->report->evidence != count || w->number > count))
		found(w->report, 0, "preserved evidence has been removed");
	return st;
}

static enum frg_status walk_evidence(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct walk *w = ctx;
	struct store_evidences page;
	str secret, key = STR("");
	enum frg_status st = store_evidence_page(tx, w->evidence, BUNDLES, &page, err);
	w->at_end = st != FRG_OK || page.count < BUNDLES;
	if (st != FRG_OK || page.count == 0)
		return st == FRG_OK ? check_count(tx, w, err) : st;
	st = evidence_secret(tx, &secret, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && !evidence_public(store_arena(tx), secret, &key))) {
		found(w->report, 0, "there is preserved evidence, but no key that signed it");
		return FRG_OK;
	}
	for (size_t i = 0; st == FRG_OK && w->report->ok && i < page.count; i++) {
		st = check_evidence(tx, &page.items[i], key, w, err);
		w->evidence = page.items[i].id;
	}
	return w->at_end && st == FRG_OK && w->report->ok ? check_count(tx, w, err) : st;
}

static enum frg_status check_links(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct walk *w = ctx;
	struct frg_error why = {0};
	enum frg_status st = store_check_integrity(tx, &why);
	if (st == FRG_CORRUPT) {
		found(w->report, 0, why.msg);
		return FRG_OK;
	}
	if (st != FRG_OK && err)
		*err = why;
	return st;
}

static enum frg_status walk_all(struct store *store, struct walk *w, store_work *step, audit_progress *progress,
                                void *ctx, struct frg_error *err)
{
	enum frg_status st = FRG_OK;
	struct arena *a = arena_open((size_t)1 << 30);
	w->at_end = false;
	while (st == FRG_OK && !w->at_end && w->report->ok) {
		arena_reset(a);
		st = store_read(store, a, step, w, err);
		if (progress)
			progress(ctx, w->report->decisions + w->report->publications + w->report->evidence);
	}
	arena_close(a);
	return st;
}

enum frg_status audit_verify(struct store *store, struct audit_report *out, audit_progress *progress, void *ctx,
                             struct frg_error *err)
{
	*out = (struct audit_report){.ok = true};
	struct walk w = {.hash = STR(""), .report = out};
	enum frg_status st = walk_all(store, &w, walk_decisions, progress, ctx, err);
	w.seq = 0;
	w.hash = STR("");
	if (st == FRG_OK && out->ok)
		st = walk_all(store, &w, walk_erasures, progress, ctx, err);
	if (st == FRG_OK && out->ok)
		st = walk_all(store, &w, walk_publications, progress, ctx, err);
	if (st == FRG_OK && out->ok)
		st = walk_all(store, &w, walk_evidence, progress, ctx, err);
	if (st != FRG_OK || !out->ok)
		return st;
	struct arena *a = arena_open(1 << 20);
	st = store_read(store, a, check_links, &w, err);
	arena_close(a);
	return st;
}
