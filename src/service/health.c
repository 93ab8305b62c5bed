/* Whether this process can do its work, and how much waits. What is known of the database comes from the last commits;
 * while nobody writes, a page is written now and then to find out. */
#include "service/health.h"

#include "base/metrics.h"
#include "service/inner.h"
#include "store/health.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	SITES_MAX = 1000,
	PROBE_MS = 5000,     /* nothing was written for so long: find out */
	SLOW_MS = 5000,      /* a write that takes longer holds up everybody */
	BEHIND_MS = 15000,   /* of the outbox */
	UNWATCHED_MS = 60000 /* several looks have not come to an end */
};
/* A disk with less room counts as full; a small one, with less than a hundredth. */
static const uint64_t room_least = 32 << 20;

struct site_state {
	char name[64];
	struct store_site_state is;
	msec announced; /* how long newcomers are told that it takes; 0: they are told nothing */
};

struct health {
	atomic_bool draining;
	_Atomic msec caught_up, looked; /* clock_steady() */
	pthread_mutex_t lock;           /* of all below */
	bool schema_differs, disk_known;
	struct store_disk disk;
	struct store_backlog backlog;
	msec at; /* clock_now() of the look */
	struct site_state sites[SITES_MAX];
	size_t site_count;
};

struct health *health_open(void)
{
	struct health *h = calloc(1, sizeof *h);
	if (!h)
		BUG("out of memory");
	pthread_mutex_init(&h->lock, NULL);
	atomic_init(&h->caught_up, clock_steady());
	return h;
}

void health_close(struct health *h)
{
	if (!h)
		return;
	pthread_mutex_destroy(&h->lock);
	free(h);
}

void service_health_drain(struct service *svc) { atomic_store(&svc->health->draining, true); }
void service_health_caught_up(struct service *svc) { atomic_store(&svc->health->caught_up, clock_steady()); }

/* ---- ready? ---- */

const char *service_health_word(enum health_reason reason)
{
	static const char *const words[] = {
		[HEALTH_STARTING] = "starting",
		[HEALTH_DRAINING] = "draining",
		[HEALTH_FULL] = "disk_full",
		[HEALTH_READ_ONLY] = "read_only",
		[HEALTH_BUSY] = "database_busy",
		[HEALTH_FAILED] = "write_failed",
		[HEALTH_CORRUPT] = "database_corrupt",
		[HEALTH_SCHEMA] = "schema",
		[HEALTH_OUTBOX_BEHIND] = "outbox_behind",
		[HEALTH_UNWATCHED] = "unwatched",
	};
	return words[reason];
}

static enum health_reason reason_of(const char *problem)
{
	static const struct {
		const char *code;
		enum health_reason reason;
	} table[] = {{"store_full", HEALTH_FULL}, {"store_busy", HEALTH_BUSY}, {"store_corrupt", HEALTH_CORRUPT}};
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (strcmp(table[i].code, problem) == 0)
			return table[i].reason;
	return HEALTH_FAILED;
}

static bool is_full(const struct store_disk *d)
{
	return d->free < (d->size / 100 < room_least ? d->size / 100 : room_least);
}

static void judge_store(struct service *svc, bool is[HEALTH_REASONS])
{
	struct store_health s;
	store_health(svc->store, &s);
	if (s.problem)
		is[reason_of(s.problem)] = true;
	if (s.writing_since && clock_steady() - s.writing_since > SLOW_MS)
		is[HEALTH_BUSY] = true;
	is[HEALTH_STARTING] = !s.committed && !s.problem && !s.writing_since;
}

size_t service_health(struct service *svc, enum health_reason why[HEALTH_REASONS])
{
	struct health *h = svc->health;
	bool is[HEALTH_REASONS] = {false};
	msec now = clock_steady(), looked = atomic_load(&h->looked);
	size_t count = 0;
	judge_store(svc, is);
	is[HEALTH_DRAINING] = atomic_load(&h->draining);
	is[HEALTH_STARTING] = is[HEALTH_STARTING] || !looked;
	is[HEALTH_UNWATCHED] = looked && now - looked > UNWATCHED_MS;
	is[HEALTH_OUTBOX_BEHIND] = now - atomic_load(&h->caught_up) > BEHIND_MS;
	pthread_mutex_lock(&h->lock);
	is[HEALTH_SCHEMA] = h->schema_differs;
	if (h->disk_known) {
		is[HEALTH_FULL] = is[HEALTH_FULL] || is_full(&h->disk);
		is[HEALTH_READ_ONLY] = h->disk.read_only;
	}
	pthread_mutex_unlock(&h->lock);
	for (int i = 0; i < HEALTH_REASONS; i++)
		if (is[i])
			why[count++] = (enum health_reason)i;
	return count;
}

/* ---- looking ---- */

struct look {
	struct service *svc;
	struct store_backlog backlog;
	int64_t applied, known;
	struct site_state *sites;
	size_t count;
};

static enum frg_status load(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct look *l = ctx;
	size_t count = service_site_count(l->svc); /* before the sites: they are read anew meanwhile, and only grow */
	const struct store_site *sites = service_site(l->svc, STR(""));
	msec now = clock_now();
	enum frg_status st = store_schema(tx, &l->applied, &l->known, err);
	if (st == FRG_OK)
		st = store_backlog(tx, now, &l->backlog, err);
	for (size_t i = 0; st == FRG_OK && i < count && i < SITES_MAX; i++) {
		struct site_state *s = &l->sites[l->count++];
		struct service_ahead ahead;
		snprintf(s->name, sizeof s->name, "%.*s", STR_ARG(sites[i].slug));
		service_delay_ahead(l->svc, sites[i].id, &ahead);
		s->announced = ahead.until > ahead.at ? ahead.until - ahead.at : 0;
		st = store_site_state(tx, sites[i].id, now, &s->is, err);
	}
	return st;
}

static enum frg_status probe(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	(void)ctx;
	return store_probe(tx, err);
}

static enum frg_status find_out(struct service *svc, struct arena *a, struct frg_error *err)
{
	struct store_health s;
	store_health(svc->store, &s);
	bool lately = !s.problem && s.committed && clock_steady() - s.committed < PROBE_MS;
	return lately ? FRG_OK : store_write(svc->store, a, probe, NULL, err);
}

/* Before anything is written: a full disk may hold that up. */
static void look_at_disk(struct service *svc)
{
	struct health *h = svc->health;
	struct store_disk disk;
	bool known = store_disk(svc->store, &disk);
	pthread_mutex_lock(&h->lock);
	h->disk_known = known;
	if (known)
		h->disk = disk;
	pthread_mutex_unlock(&h->lock);
}

enum frg_status service_health_look(struct service *svc, struct arena *a, struct frg_error *err)
{
	struct health *h = svc->health;
	look_at_disk(svc);
	struct frg_error why;
	enum frg_status wrote = find_out(svc, a, &why);
	struct look l = {.svc = svc, .sites = ARENA_ARRAY(a, struct site_state, SITES_MAX)};
	enum frg_status st = store_read(svc->store, a, load, &l, err);
	if (st == FRG_OK) {
		pthread_mutex_lock(&h->lock);
		h->schema_differs = l.applied != l.known;
		h->backlog = l.backlog;
		h->at = clock_now();
		memcpy(h->sites, l.sites, l.count * sizeof *l.sites);
		h->site_count = l.count;
		pthread_mutex_unlock(&h->lock);
		atomic_store(&h->looked, clock_steady());
	}
	if (st == FRG_OK && wrote != FRG_OK) {
		*err = why;
		return wrote;
	}
	return st;
}

/* ---- telling ---- */

static void one(struct buf *out, bool open, const char *name, const char *help, double value)
{
	metrics_head(out, open, name, METRIC_GAUGE, help);
	metrics_sample(out, name, NULL, STR_NONE, value);
}

static double since(msec now, msec then) { return then && now > then ? (double)(now - then) / 1000 : 0; }

static double length(const struct site_state *s, msec now) { return (void)now, (double)s->is.length; }
static double oldest(const struct site_state *s, msec now) { return since(now, s->is.oldest); }
static double announced(const struct site_state *s, msec now) { return (void)now, (double)s->announced / 1000; }
static double late(const struct site_state *s, msec now) { return (void)now, (double)s->is.late; }
static double late_by(const struct site_state *s, msec now) { return since(now, s->is.late_since); }
static double given_up(const struct site_state *s, msec now) { return (void)now, (double)s->is.letters_failed; }

static const struct {
	const char *name, *help;
	double (*of)(const struct site_state *s, msec now);
} of_sites[] = {
	{"freigabe_queue_length", "Comments that wait for a decision.", length},
	{"freigabe_queue_oldest_seconds", "How long the oldest of them has waited.", oldest},
	{"freigabe_queue_announced_seconds", "What newcomers are told that it takes at most; 0: nothing can be told.",
     announced},
	{"freigabe_queue_late", "Of the 2000 oldest, those that wait longer than their authors were told.", late},
	{"freigabe_queue_late_seconds", "How long ago the first of these should have been decided.", late_by},
	{"freigabe_mail_given_up", "Letters that could not be handed over at all and are still kept.", given_up},
};

/* In the lock. */
static void write_looked(const struct health *h, struct buf *out, bool open)
{
	msec now = clock_now();
	for (size_t i = 0; i < COUNT_OF(of_sites); i++) {
		metrics_head(out, open, of_sites[i].name, METRIC_GAUGE, of_sites[i].help);
		for (size_t s = 0; s < h->site_count; s++)
			metrics_sample(out, of_sites[i].name, "site", str_of(h->sites[s].name), of_sites[i].of(&h->sites[s], now));
	}
	one(out, open, "freigabe_mail_waiting", "Letters that are due and not handed over.", (double)h->backlog.letters);
	one(out, open, "freigabe_mail_oldest_seconds", "How long the first of them has been due.",
	    since(now, h->backlog.letters_since));
	one(out, open, "freigabe_audit_chain_length", "Decisions in the chain.", (double)h->backlog.decisions);
	one(out, open, "freigabe_outbox_last_event", "Number of the newest event.", (double)h->backlog.last_event);
	if (h->disk_known) {
		one(out, open, "freigabe_disk_free_bytes", "Room on the database's file system.", (double)h->disk.free);
		one(out, open, "freigabe_disk_size_bytes", "Its size.", (double)h->disk.size);
	}
}

void service_health_write(struct service *svc, struct buf *out, bool open)
{
	struct health *h = svc->health;
	enum health_reason why[HEALTH_REASONS];
	bool is[HEALTH_REASONS] = {false};
	size_t count = service_health(svc, why);
	for (size_t i = 0; i < count; i++)
		is[why[i]] = true;
	one(out, open, "freigabe_ready", "1: requests may be sent here (/readyz).", count == 0);
	metrics_head(out, open, "freigabe_not_ready", METRIC_GAUGE, "1: for this reason they should not be.");
	for (int i = 0; i < HEALTH_REASONS; i++)
		metrics_sample(out, "freigabe_not_ready", "reason", str_of(service_health_word((enum health_reason)i)), is[i]);
	one(out, open, "freigabe_outbox_lag_seconds", "Since the outbox was last read to its end.",
	    (double)(clock_steady() - atomic_load(&h->caught_up)) / 1000);
	one(out, open, "freigabe_looked_seconds", "Age of what is looked up every few seconds: queues, letters, disk.",
	    (double)(clock_steady() - atomic_load(&h->looked)) / 1000);
	pthread_mutex_lock(&h->lock);
	write_looked(h, out, open);
	pthread_mutex_unlock(&h->lock);
}
