/* What never goes by itself, whatever its score, and which comments people see although they could. */
#include "service/automatic/automatic.h"
#include "service/inner.h"

#include "text/private.h"

#include <math.h>
#include <sodium.h>

enum {
	/* thresholds of their own: these two are not to be got wrong, and their scores are the least sure */
	INSINUATION_MAX = 150, /* permille */
	AD_LINK_MAX = 50,
	REFUSED_DAYS = 90,
	TOOK_BACK_HOURS = 24
};
static const msec hour_ms = 3600 * 1000;

int64_t automatic_score(str findings)
{
	json_t *f = json_loadb(findings.p ? findings.p : "", findings.n, 0, NULL), *scores = json_object_get(f, "scores");
	double good = 1;
	bool known = json_is_object(scores);
	for (int r = 0; r < FRG_RULE_COUNT; r++) {
		const json_t *v = json_object_get(scores, frg_rule_id((enum frg_rule)r));
		double p = json_number_value(v);
		known = known && (json_is_number(v) || r == FRG_OFF_TOPIC) && p >= 0 && p <= 1;
		if (r != FRG_ENGAGING)
			good *= 1 - p;
	}
	json_decref(f);
	return known ? (int64_t)ceil((1 - good) * RISK_SCALE - 1e-9) : -1;
}

/* Signs of the two kinds that are never left to a score. */
static const char *found_by_engine(str findings)
{
	json_t *f = json_loadb(findings.p ? findings.p : "", findings.n, 0, NULL), *e;
	json_t *scores = json_object_get(f, "scores"), *evidence = json_object_get(f, "evidence");
	double insinuation = json_number_value(json_object_get(scores, "insinuation"));
	double ad_link = json_number_value(json_object_get(scores, "ad_link"));
	const char *why = !json_is_object(scores) || json_object_get(f, "patterns_failed") ? "unread"
	                  : insinuation * 1000 > INSINUATION_MAX                           ? "insinuation"
	                  : ad_link * 1000 > AD_LINK_MAX                                   ? "ad_link"
	                                                                                   : "";
	size_t i;
	json_array_foreach(evidence, i, e)
	{
		const char *rule = json_string_value(json_object_get(e, "rule"));
		if (rule && !*why && strcmp(rule, "insinuation") == 0)
			why = "insinuation";
		if (rule && !*why && strcmp(rule, "ad_link") == 0)
			why = "ad_link";
	}
	json_decref(f);
	return why;
}

static bool has_personal_data(str text)
{
	struct private_span span;
	return private_find(text, &span, 1) > 0;
}

/* Only first texts: an edit comes after people, or the lane, have looked at another one. */
static enum frg_status look_at_revisions(struct store_tx *tx, const struct automatic_look *l, const char **why,
                                         struct frg_error *err)
{
	struct store_revisions all;
	if (l->revision->ordinal <= 1)
		return FRG_OK;
	enum frg_status st = store_revision_of_comment(tx, l->comment->id, &all, err);
	*why = "edit";
	for (size_t i = 0; st == FRG_OK && i < all.count; i++)
		if (all.items[i].state == STATE_RETURNED)
			*why = "returned";
	return st;
}

static enum frg_status look_at_parent(struct store_tx *tx, const struct automatic_look *l, const char **why,
                                      struct frg_error *err)
{
	struct store_publication p;
	if (!l->comment->parent)
		return FRG_OK;
	enum frg_status st = store_publication_get(tx, l->comment->parent, &p, err);
	if (st != FRG_OK && st != FRG_NOT_FOUND)
		return st;
	bool there = st == FRG_OK && p.published <= l->at && (!p.removed || p.removed > l->at);
	*why = there ? "" : "parent";
	return FRG_OK;
}

/* Its place in the queue: only while it waits. */
static enum frg_status look_at_queue(struct store_tx *tx, const struct automatic_look *l, const char **why,
                                     struct frg_error *err)
{
	struct store_queue_row row;
	struct store_queue_rows group = {0};
	enum frg_status st = store_queue_get(tx, l->revision->id, &row, err);
	if (st == FRG_OK)
		st = store_queue_group(tx, row.group, 0, 2, &group, err);
	if (st != FRG_OK)
		return st;
	*why = row.referral.n ? "referred" : row.repost_of ? "reposted" : group.count > 1 ? "copies" : "";
	return FRG_OK;
}

static enum frg_status look_at_section(struct store_tx *tx, const struct automatic_look *l, const char **why,
                                       struct frg_error *err)
{
	struct desk_settings settings;
	enum frg_status st = settings_load(tx, l->article->site, &settings, err);
	if (st == FRG_OK)
		*why = !l->article->open                                           ? "closed"
		       : automatic_names(&settings.four_eyes, l->article->section) ? "four_eyes"
		                                                                   : "";
	return st;
}

static enum frg_status look_at_author(struct store_tx *tx, const struct automatic_look *l, const char **why,
                                      struct frg_error *err)
{
	struct store_suspension suspension;
	int64_t released = 0;
	bool refused = false, took_back = false, reported = false;
	msec sent = l->revision->created;
	enum frg_status st = store_automatic_refused(tx, l->comment->author, sent - REFUSED_DAYS * 24 * hour_ms, l->at,
	                                             &refused, err);
	if (st == FRG_OK)
		st = store_automatic_reported(tx, l->comment->site, l->comment->author, sent - REFUSED_DAYS * 24 * hour_ms,
		                              l->at, &reported, err);
	if (st == FRG_OK)
		st = store_automatic_author(tx, l->comment->author, l->comment->id, l->at, l->first, &released, err);
	if (st == FRG_OK)
		st = store_automatic_took_back(tx, l->comment->author, l->comment->id, sent - TOOK_BACK_HOURS * hour_ms, sent,
		                               &took_back, err);
	if (st == FRG_OK)
		st = store_suspension_now(tx, l->comment->author, l->at, &suspension, err);
	bool suspended = st == FRG_OK;
	if (st != FRG_OK && st != FRG_NOT_FOUND)
		return st;
	*why = suspended             ? "suspended"
	       : reported            ? "reported"
	       : refused             ? "refused"
	       : released < l->first ? "first"
	       : took_back           ? "took_back"
	                             : "";
	return FRG_OK;
}

enum frg_status automatic_excluded(struct store_tx *tx, const struct automatic_look *l, str *why, struct frg_error *err)
{
	typedef enum frg_status look_at(struct store_tx *, const struct automatic_look *, const char **,
	                                struct frg_error *);
	static look_at *const looks[] = {look_at_revisions, look_at_parent, look_at_author, look_at_queue, look_at_section};
	const char *found = found_by_engine(l->findings);
	if (!*found && has_personal_data(l->revision->text))
		found = "personal";
	enum frg_status st = FRG_OK;
	size_t count = COUNT_OF(looks) - (l->past ? 2 : 0);
	for (size_t i = 0; st == FRG_OK && !*found && i < count; i++)
		st = looks[i](tx, l, &found, err);
	*why = str_of(found);
	return st;
}

bool automatic_names(const struct store_texts *sections, str section)
{
	for (size_t i = 0; i < sections->count; i++)
		if (str_eq(sections->items[i], STR("*")) || str_eq(sections->items[i], section))
			return true;
	return false;
}

/* ---- the draw ---- */

enum frg_status automatic_key_make(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	str key;
	(void)ctx;
	enum frg_status st = store_setting_get(tx, 0, STR("draw_key"), &key, NULL);
	if (st != FRG_NOT_FOUND)
		return st == FRG_OK ? st : frg_fail(err, st, "store_io", "cannot read the key");
	char secret[SECRET_TEXT_SIZE];
	secret_new(secret);
	return store_setting_put(tx, 0, STR("draw_key"), str_of(secret), err);
}

enum frg_status automatic_drawn(struct store_tx *tx, id64 revision, const char *what, int64_t permille, bool *drawn,
                                struct frg_error *err)
{
	str key;
	unsigned char mac[16];
	char id[ID_TEXT_SIZE];
	uint64_t number = 0;
	enum frg_status st = store_setting_get(tx, 0, STR("draw_key"), &key, err);
	if (st != FRG_OK)
		return st;
	id_text(revision, id);
	str text = arena_printf(store_arena(tx), "%s %s", what, id);
	crypto_generichash(mac, sizeof mac, (const unsigned char *)text.p, text.n, (const unsigned char *)key.p, key.n);
	for (int i = 0; i < 7; i++)
		number = number << 8 | mac[i];
	*drawn = (double)number / (double)(UINT64_C(1) << 56) < (double)permille / 1000;
	return FRG_OK;
}
