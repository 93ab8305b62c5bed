/* What has an end: texts that were refused, given back, replaced or withdrawn, lines, logs. A batch at a time, each a
 * transaction; and the files, when something has gone. */
#include "service/inner.h"

#include <time.h>

enum {
	TEXTS = 40,
	ROWS = 500,
	SCRUB_AT_ONCE = 64 << 20,
	SCRUB_FROM = 2,
	SCRUB_TO = 5,
	SCRUB_DAYS = 3,
	SCRUB_QUIET_MS = 2000
};
static const msec day_ms = (msec)24 * 3600 * 1000;

struct purging {
	id64 site;
	struct purge_place place;
	int64_t count;
};

/* Until when a text must stay although its term is over; 0: it may go. */
static enum frg_status is_held(struct store_tx *tx, const struct store_revision *r, bool *held, struct frg_error *err)
{
	struct store_holds holds;
	msec objectable = 0;
	enum frg_status st = store_comment_holds(tx, r->comment, &holds, err);
	if (st == FRG_OK && holds.count == 0)
		st = store_revision_objectable(tx, r->id, &objectable, err);
	*held = st == FRG_OK && (holds.count || objectable > clock_now());
	return st;
}

static enum frg_status purge_texts(struct store_tx *tx, struct purging *p, const struct privacy_settings *terms,
                                   struct frg_error *err)
{
	struct store_revisions over;
	struct erasing why = {.cause = STR("term"), .term_days = terms->purge_days};
	enum frg_status st = store_revision_over(tx, p->site, clock_now() - terms->purge_days * day_ms, p->place.after,
	                                         TEXTS, &over, err);
	for (size_t i = 0; st == FRG_OK && i < over.count; i++) {
		const struct store_revision *r = &over.items[i];
		struct store_comment comment;
		bool held;
		p->place.after = (struct store_over){.moved = r->moved, .revision = r->id};
		st = is_held(tx, r, &held, err);
		if (st != FRG_OK || held)
			continue;
		st = store_comment_get(tx, r->comment, &comment, err);
		if (st == FRG_OK)
			st = erase_text(tx, &why, &comment, r, err);
		if (st == FRG_OK)
			st = erase_remains(tx, &why, r->comment, err);
		p->count++;
	}
	if (st == FRG_OK && over.count < TEXTS)
		p->place = (struct purge_place){.step = 1};
	return st == FRG_OK && p->count ? scrub_wanted(tx, err) : st;
}

static int64_t term_of(enum store_term what, const struct privacy_settings *terms)
{
	switch (what) {
	case TERM_STAFF_LOG: return terms->log_days;
	case TERM_INVITATION: return INVITATION_DAYS;
	case TERM_MAIL_FAILED: return MAIL_DAYS;
	case TERM_SUGGESTION: return terms->suggestion_days;
	case TERM_SUSPENSION: return SUSPENSION_DAYS;
	}
	BUG("term %d", (int)what);
}

/* The steps: texts, lines, then each enum store_term, then what an older database lacks. */
static enum frg_status purge(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct purging *p = ctx;
	struct privacy_settings terms;
	enum frg_status st = privacy_load(tx, p->site, &terms, err);
	if (st != FRG_OK)
		return st;
	bool more = false;
	if (p->place.step == 0)
		return purge_texts(tx, p, &terms, err);
	if (p->place.step == 1) {
		st = address_end(tx, p->site, &terms, ROWS, &p->count, err);
	} else if (p->place.step < 2 + STORE_TERM_COUNT) {
		enum store_term what = (enum store_term)(p->place.step - 2);
		st = store_term_end(tx, what, p->site, clock_now() - term_of(what, &terms) * day_ms, ROWS, &p->count, err);
	} else {
		st = store_suggestion_hash(tx, p->site, ROWS, &more, err);
	}
	if (st == FRG_OK && p->count < ROWS && !more)
		p->place.step = p->place.step < 2 + STORE_TERM_COUNT ? p->place.step + 1 : 0;
	return st;
}

enum frg_status service_purge(struct service *svc, struct arena *a, id64 site, struct purge_place *place,
                              int64_t *count, struct frg_error *err)
{
	struct purging p = {.site = site, .place = *place};
	enum frg_status st = store_write(svc->store, a, purge, &p, err);
	*count = p.count;
	if (st == FRG_OK)
		*place = p.place;
	return st;
}

/* ---- the files ---- */

struct scrubbing {
	str wish;
	int64_t bytes;
};

static enum frg_status load_wish(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct scrubbing *s = ctx;
	enum frg_status st = store_setting_get(tx, 0, STR("scrub"), &s->wish, err);
	if (st == FRG_NOT_FOUND)
		return FRG_OK;
	return st == FRG_OK && s->wish.n ? store_size(tx, &s->bytes, err) : st;
}

static enum frg_status end_wish(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct scrubbing *s = ctx;
	str now;
	enum frg_status st = store_setting_get(tx, 0, STR("scrub"), &now, err);
	return st == FRG_OK && str_eq(now, s->wish) ? store_setting_put(tx, 0, STR("scrub"), STR(""), err) : st;
}

/* The whole file is read: not in the middle of a large newsroom's day, and not while more is being erased, as the last
 * wish says. */
static bool is_time(const struct scrubbing *s, enum scrub_when when)
{
	str rest = s->wish, since = STR("");
	int64_t at = 0, last = 0;
	msec now = clock_now();
	bool read = str_next(&rest, ' ', &since) && str_to_i64(since, &at) && str_to_i64(rest, &last);
	if (when == SCRUB_QUIET && read && now - id_time((id64)last) < SCRUB_QUIET_MS)
		return false;
	time_t seconds = (time_t)(now / 1000);
	struct tm tm = {0};
	localtime_r(&seconds, &tm);
	if (s->bytes <= SCRUB_AT_ONCE || (tm.tm_hour >= SCRUB_FROM && tm.tm_hour < SCRUB_TO))
		return true;
	return !read || now - at > SCRUB_DAYS * day_ms;
}

enum frg_status service_scrub(struct service *svc, struct arena *a, enum scrub_when when, bool *done,
                              struct frg_error *err)
{
	struct scrubbing s = {0};
	*done = false;
	enum frg_status st = store_read(svc->store, a, load_wish, &s, err);
	if (st != FRG_OK || (when != SCRUB_NOW && (s.wish.n == 0 || !is_time(&s, when))))
		return st;
	st = store_scrub(svc->store, err);
	if (st == FRG_OK && s.wish.n)
		st = store_write(svc->store, a, end_wish, &s, err);
	*done = st == FRG_OK;
	return st;
}
