/* A job that fails has its error logged and is tried again when its time comes, at the earliest after FAILED_MS. */
#include "event/jobs.h"

#include "base/log.h"
#include "event/measure.h"
#include "event/tell.h"
#include "service/automatic/automatic.h"
#include "store/limit.h"

enum { FAILED_MS = 2000, KEPT_MS = 24 * 3600 * 1000, USED_MAX = 4096 };

/* More: to be run again at once. */
enum job_result { JOB_DONE, JOB_MORE, JOB_FAILED };

static enum job_result job_result(enum frg_status st, const char *name, const struct frg_error *err, bool more)
{
	if (st == FRG_OK)
		return more ? JOB_MORE : JOB_DONE;
	log_error(name, "%s", err->msg);
	return JOB_FAILED;
}

/* Of a job that goes on nevertheless. */
static void failed(struct jobs *j, const char *name, const struct frg_error *err)
{
	log_error(name, "%s", err->msg);
	j->failed = true;
}

/* ---- the lane that releases by itself ---- */

static enum job_result release_due(struct jobs *j, struct arena *a)
{
	struct frg_error err;
	bool more = false;
	enum frg_status st = service_automatic_due(j->svc, a, &more, &err);
	return job_result(st, "automatic", &err, more);
}

/* Learns from what people decided, and closes what must not stay open. */
static enum job_result guard_lanes(struct jobs *j, struct arena *a)
{
	struct frg_error err;
	bool more = false;
	enum frg_status st = service_automatic_learn(j->svc, a, &more, &err);
	if (st == FRG_OK)
		st = service_automatic_guard(j->svc, a, &err);
	return job_result(st, "automatic", &err, more);
}

/* ---- for each site ---- */

/* What authors are told of their wait follows what has become known. */
static void learn_delay(struct jobs *j, struct arena *a, id64 site)
{
	struct frg_error err;
	for (bool more = true; more && !atomic_load(j->stopping);) {
		arena_reset(a);
		if (service_delay_refresh(j->svc, a, site, &more, &err) != FRG_OK) {
			failed(j, "delay", &err);
			return;
		}
	}
}

/* What the clock, an article's age or the load has closed or opened since the last look. */
static void look_at_closing(struct jobs *j, struct arena *a, id64 site)
{
	bool turned;
	struct store_ids aged;
	struct frg_error err;
	arena_reset(a);
	if (service_closing_tick(j->svc, a, site, &turned, &aged, &err) != FRG_OK)
		failed(j, "closing", &err);
	if (turned)
		tell_site_turned(j->svc, site);
	for (size_t i = 0; !turned && i < aged.count; i++) {
		service_threads_drop_both(j->svc, aged.items[i], site);
		tell(j->svc, a, aged.items[i], 0, "closing", json_object());
	}
}

static enum job_result look_at_load(struct jobs *j, struct arena *a)
{
	const struct store_site *sites = service_site(j->svc, STR(""));
	for (size_t i = 0; i < service_site_count(j->svc); i++) {
		learn_delay(j, a, sites[i].id);
		look_at_closing(j, a, sites[i].id);
	}
	return JOB_DONE;
}

/* What has waited longer than a site allows. */
static enum job_result escalate(struct jobs *j, struct arena *a)
{
	const struct store_site *sites = service_site(j->svc, STR(""));
	for (size_t i = 0; i < service_site_count(j->svc); i++) {
		struct frg_error err;
		int64_t count;
		arena_reset(a);
		if (service_escalate(j->svc, a, sites[i].id, &count, &err) != FRG_OK)
			failed(j, "escalate", &err);
	}
	return JOB_DONE;
}

/* Time alone makes a notice overdue: no event tells of it. */
static enum job_result look_for_overdue(struct jobs *j, struct arena *a)
{
	const struct store_site *sites = service_site(j->svc, STR(""));
	size_t count = service_site_count(j->svc);
	int64_t all = 0;
	for (size_t i = 0; i < count; i++) {
		struct frg_error err;
		int64_t open, overdue = 0;
		arena_reset(a);
		if (service_notice_count(j->svc, a, sites[i].id, &open, &overdue, &err) != FRG_OK)
			failed(j, "notice", &err);
		all += overdue;
	}
	for (size_t i = 0; i < count && all != j->overdue; i++)
		tell_notices(j->svc, a, sites[i].id);
	j->overdue = all;
	return JOB_DONE;
}

/* ---- what is over ---- */

/* The outbox has a ceiling: every process reads it within moments. */
static enum frg_status forget_old(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	(void)ctx;
	return store_event_purge(tx, clock_now() - KEPT_MS, err);
}

/* Proofs, and requests whose comments were erased: also where no limits are, which otherwise see to it. */
static enum frg_status forget_used(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	int64_t count;
	(void)ctx;
	return store_proof_end(tx, clock_now(), USED_MAX, &count, err);
}

/* A letter is put off for hours, not for days. */
static enum frg_status hasten_mail(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	(void)ctx;
	return store_mail_hasten(tx, clock_now(), clock_now() + KEPT_MS, err);
}

/* Articles that take comments again, events that all have read, who reported what was decided long ago. */
static enum job_result end_terms(struct jobs *j, struct arena *a)
{
	struct frg_error err;
	if (service_open_due(j->svc, a, &err) != FRG_OK)
		failed(j, "closing", &err);
	if (store_write(service_store(j->svc), a, forget_old, NULL, &err) != FRG_OK)
		failed(j, "outbox", &err);
	if (store_write(service_store(j->svc), a, forget_used, NULL, &err) != FRG_OK)
		failed(j, "proofs", &err);
	if (store_write(service_store(j->svc), a, hasten_mail, NULL, &err) != FRG_OK)
		failed(j, "mail", &err);
	if (service_notice_forget(j->svc, a, &err) != FRG_OK)
		failed(j, "notice", &err);
	return JOB_DONE;
}

static enum job_result keep_up(struct jobs *j, struct arena *a)
{
	bool more = upkeep_some(&j->upkeep, j->svc, a);
	j->failed = j->upkeep.erase_failed;
	return more ? JOB_MORE : JOB_DONE;
}

/* The desk's figures, some at a time: an older database has many to count. */
static enum job_result count_figures(struct jobs *j, struct arena *a)
{
	struct frg_error err;
	bool more = false;
	enum frg_status st = service_figures_refresh(j->svc, a, &j->figures, &more, &err);
	return job_result(st, "figures", &err, more);
}

/* What released texts were found again by. */
static enum job_result forget_keys(struct jobs *j, struct arena *a)
{
	struct frg_error err;
	bool more = false;
	enum frg_status st = service_near_forget(j->svc, a, &more, &err);
	return job_result(st, "near", &err, more);
}

/* What has come in is found by its words. */
static enum job_result index_texts(struct jobs *j, struct arena *a)
{
	struct frg_error err;
	bool more = false;
	enum frg_status st = service_search_follow(j->svc, a, &more, &err);
	return job_result(st, "search", &err, more);
}

static const struct {
	msec every; /* 0: whenever the tail has looked */
	enum job_result (*run)(struct jobs *, struct arena *);
	bool everywhere; /* of several nodes each does it: what it finds is kept in memory or told to its own streams */
} jobs[] = {
	{15000, end_terms, false},  {15000, look_for_overdue, true}, {15000, escalate, false}, {5000, look_at_load, true},
	{0, release_due, false},    {2000, guard_lanes, false},      {0, keep_up, false},      {1000, count_figures, false},
	{5000, forget_keys, false}, {10000, index_texts, false},
};
_Static_assert(COUNT_OF(jobs) <= JOBS_MAX, "room for each job's time");

bool jobs_some(struct jobs *j, struct arena *a)
{
	bool more = false;
	for (size_t i = 0; i < COUNT_OF(jobs) && !atomic_load(j->stopping); i++) {
		msec now = clock_steady();
		if (now < j->next[i] || (!jobs[i].everywhere && !store_works(service_store(j->svc))))
			continue;
		arena_reset(a);
		int64_t began = clock_steady_ns();
		j->failed = false;
		enum job_result result = jobs[i].run(j, a);
		event_count_job(i, clock_steady_ns() - began, result == JOB_FAILED || j->failed);
		msec pause = result == JOB_FAILED && jobs[i].every < FAILED_MS ? FAILED_MS : jobs[i].every;
		j->next[i] = result == JOB_MORE ? 0 : now + pause;
		more = more || result == JOB_MORE;
	}
	return more;
}
