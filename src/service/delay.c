/* When an author's comment will be decided, as they are told: the forecast with what it is made from. Each process
 * keeps one model a site and feeds it, every few seconds, what has become known in the database since. */
#include "service/inner.h"

#include "service/calendar.h"
#include "service/measure.h"

#include <stdlib.h>
#include <time.h>

enum {
	SITES_MAX = 1000,
	PATIENCES = 64,
	DUE_POINTS = 1024, /* of the queue's due times, to tell how much is before a new one */
	FAR_AHEAD = 20,    /* so many before it: its place is told by these points, and not counted */
	BUSY = 30,         /* with so many waiting there was something to do all the time */
	PAGE = 2000,
	TIMES_PAGE = 5000,
	DAYS_BACK = 16,
	DAYS_AHEAD = 9,
	SHIFTS_ROOM = (DAYS_BACK + DAYS_AHEAD + 1) * CALENDAR_A_DAY,
	RATE_PAUSE_MS = 5 * 60 * 1000,
	LAG_MS = 2000 /* a transaction commits a moment after its clock was read */
};
static const msec day_ms = (msec)24 * 3600 * 1000;
static const msec kept_for = 60 * (msec)24 * 3600 * 1000;

struct delay {
	id64 site;
	struct forecast_model model;
	struct forecast_shift shifts[SHIFTS_ROOM];
	struct forecast_calendar calendar;
	struct forecast_tally tally;
	double rate, busy_rate, arrivals;
	msec patience[PATIENCES];
	size_t patience_count;
	msec due[DUE_POINTS];
	int64_t before[DUE_POINTS]; /* how many are due before it */
	size_t due_count;
	int64_t waiting;
	msec learned, counted, rated; /* up to when */
	struct service_ahead ahead;   /* under `told`, not `lock` */
};

struct delays {
	pthread_mutex_t lock;
	pthread_mutex_t told; /* held for a moment only: pages ask on the event loop; taken after `lock` */
	struct delay *site[SITES_MAX];
	size_t count;
	msec began;
};

struct delays *delays_open(void)
{
	struct delays *d = calloc(1, sizeof *d);
	if (!d)
		BUG("out of memory");
	pthread_mutex_init(&d->lock, NULL);
	pthread_mutex_init(&d->told, NULL);
	d->began = clock_now();
	return d;
}

void delays_close(struct delays *d)
{
	for (size_t i = 0; i < d->count; i++)
		free(d->site[i]);
	pthread_mutex_destroy(&d->lock);
	pthread_mutex_destroy(&d->told);
	free(d);
}

/* Under the lock. NULL: none yet, or too many sites. */
static struct delay *find(struct delays *all, id64 site, bool make)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->site[i]->site == site)
			return all->site[i];
	if (!make || all->count == SITES_MAX)
		return NULL;
	struct delay *d = calloc(1, sizeof *d);
	if (!d)
		BUG("out of memory");
	d->site = site;
	forecast_begin(&d->model);
	pthread_mutex_lock(&all->told);
	all->site[all->count++] = d;
	pthread_mutex_unlock(&all->told);
	return d;
}

/* Without shifts somebody may always be there; how that turns out is in the ratios. */
static void make_calendar(struct delay *d, const struct desk_settings *s, msec now)
{
	struct calendar_span span = {.first = clock_local(now).day - DAYS_BACK, .days = DAYS_BACK + DAYS_AHEAD + 1};
	d->calendar = (struct forecast_calendar){d->shifts, calendar_make(s, &span, d->shifts, SHIFTS_ROOM)};
}

/* ---- learning ---- */

/* Only what has turned out since the program runs: what it learns from at its start is older. */
static void count(const struct delays *all, const struct store_forecast *f, bool late)
{
	if (!f->until || (late ? f->until : f->decided) < all->began)
		return;
	metric_add(&waits_known, late ? WAIT_LATE : f->decided < f->from ? WAIT_EARLY : WAIT_KEPT, 1);
}

static void learn(const struct delays *delays, struct delay *d, const struct store_forecasts *all, bool late)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct store_forecast *f = &all->items[i];
		struct forecast_past p = {.made = f->made,
		                          .decided = late ? 0 : f->decided,
		                          .expected = (double)f->expected,
		                          .bucket = (int)f->bucket,
		                          .from = f->from,
		                          .until = f->until,
		                          .counted = !late && f->until && f->decided > f->until};
		forecast_learn(&d->model, &d->calendar, &p);
		if (!p.counted) /* else it was late before it was decided */
			count(delays, f, late);
	}
}

struct refreshing {
	struct delay *d;
	id64 site;
	msec now, upto, counted;
	bool more, counts_more;
	struct desk_settings settings;
	struct store_forecasts late, decided, latest;
	struct store_ids due, times;
};

/* A clock that was ahead and was set back must not stop this until it is there again. */
static bool rated_lately(const struct delay *d, msec now) { return d->rated <= now && now - d->rated < RATE_PAUSE_MS; }

static enum frg_status load_refresh(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct refreshing *r = ctx;
	enum frg_status st = settings_load(tx, r->site, &r->settings, err);
	if (st == FRG_OK)
		st = store_forecast_decided(tx, r->site, r->d->learned, r->upto, PAGE, &r->decided, err);
	if (st == FRG_OK && r->decided.count == PAGE) { /* so far in this round; lateness goes as far */
		r->upto = r->decided.items[PAGE - 1].decided;
		r->more = true;
	}
	if (st == FRG_OK)
		st = store_forecast_late(tx, r->site, r->d->learned, r->upto, PAGE, &r->late, err);
	if (st == FRG_OK)
		st = store_forecast_latest(tx, r->site, r->now - 2 * 3600 * 1000, PAGE, &r->latest, err);
	if (st == FRG_OK)
		st = store_queue_due(tx, r->site, &r->due, err);
	if (st == FRG_OK)
		st = store_forecast_times(tx, r->site, r->d->counted, r->now - LAG_MS, TIMES_PAGE, &r->times, err);
	if (st != FRG_OK)
		return st;
	r->counted = r->now - LAG_MS;
	r->counts_more = r->times.count == TIMES_PAGE;
	if (r->counts_more) { /* of its last moment there may be more: all of that come with the next page */
		msec last = r->times.items[TIMES_PAGE - 1];
		r->counted = r->times.items[0] < last ? last - 1 : last;
		while (r->times.count && r->times.items[r->times.count - 1] > r->counted)
			r->times.count--;
	}
	return FRG_OK;
}

/* Counting what is due before each new comment would cost more the more waits; these points are a few seconds old. */
static void look_at_queue(struct delay *d, const struct store_ids *due)
{
	size_t every = due->count / DUE_POINTS + 1;
	d->due_count = 0;
	d->waiting = (int64_t)due->count;
	for (size_t i = 0; i < due->count; i += every) {
		d->due[d->due_count] = due->items[i];
		d->before[d->due_count++] = (int64_t)i;
	}
}

static int64_t count_before(const struct delay *d, msec due)
{
	size_t low = 0, high = d->due_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (d->due[middle] < due)
			low = middle + 1;
		else
			high = middle;
	}
	return low < d->due_count ? d->before[low] : d->waiting;
}

static void measure(struct delay *d, const struct refreshing *r)
{
	d->arrivals = (double)r->latest.count / (2.0 * 3600 * 1000);
	d->patience_count = 0;
	for (size_t i = 0; i < r->latest.count && i < PATIENCES; i++)
		d->patience[d->patience_count++] = r->latest.items[i].due - r->latest.items[i].made;
	for (size_t i = 0; i < r->times.count; i++)
		forecast_tally_add(&d->tally, r->times.items[i]);
	d->counted = r->counted;
	if (r->counts_more || rated_lately(d, r->now))
		return;
	d->rate = forecast_tally_rate(&d->calendar, &d->tally, r->now, false);
	d->busy_rate = forecast_tally_rate(&d->calendar, &d->tally, r->now, true);
	d->rated = r->now;
}

static bool is_weekend(msec t)
{
	time_t s = (time_t)(t / 1000);
	struct tm tm;
	localtime_r(&s, &tm);
	return tm.tm_wday == 0 || tm.tm_wday == 6;
}

/* Under the lock. ahead -1: not counted. */
static void forecast_at(const struct delay *d, msec now, int64_t ahead, msec patience, struct forecast *out)
{
	if (ahead < 0)
		ahead = count_before(d, now + patience);
	struct forecast_question q = {.now = now,
	                              .ahead = ahead,
	                              .rate = ahead > BUSY ? d->busy_rate : d->rate,
	                              .arrivals = d->arrivals,
	                              .patience = patience,
	                              .patiences = d->patience,
	                              .patience_count = d->patience_count,
	                              .weekend = is_weekend(now)};
	forecast_make(&d->model, &d->calendar, &q, out);
}

static void ask(struct service *svc, id64 site, msec now, int64_t ahead, msec patience, struct forecast *out)
{
	pthread_mutex_lock(&svc->delays->lock);
	const struct delay *d = find(svc->delays, site, false);
	*out = (struct forecast){0};
	if (d)
		forecast_at(d, now, ahead, patience, out);
	pthread_mutex_unlock(&svc->delays->lock);
}

/* ---- before anything is written ---- */

/* How much of a time somebody is there. */
static msec staffed(const struct forecast_calendar *c, msec from, msec to)
{
	msec sum = 0;
	for (size_t i = 0; i < c->count; i++) {
		msec begin = c->items[i].begin > from ? c->items[i].begin : from;
		msec end = c->items[i].end < to ? c->items[i].end : to;
		sum += end > begin ? end - begin : 0;
	}
	return sum;
}

/* Under the lock: what one would be told that is due when most are, once for all who look at a page. */
static void look_ahead(struct delays *all, struct delay *d, msec usual, msec now)
{
	struct forecast f;
	msec sum = 0;
	for (size_t i = 0; i < d->patience_count; i++)
		sum += d->patience[i];
	forecast_at(d, now, -1, d->patience_count ? sum / (msec)d->patience_count : usual, &f);
	pthread_mutex_lock(&all->told);
	d->ahead = (struct service_ahead){.from = f.from,
	                                  .until = f.until,
	                                  .none = f.overload,
	                                  .open = forecast_open(&d->calendar, now),
	                                  .staffed = f.until ? staffed(&d->calendar, now, f.until) : 0,
	                                  .waiting = d->waiting,
	                                  .at = now};
	pthread_mutex_unlock(&all->told);
}

void service_delay_ahead(struct service *svc, id64 site, struct service_ahead *out)
{
	struct delays *all = svc->delays;
	*out = (struct service_ahead){0};
	pthread_mutex_lock(&all->told);
	for (size_t i = 0; i < all->count; i++)
		if (all->site[i]->site == site)
			*out = all->site[i]->ahead;
	pthread_mutex_unlock(&all->told);
}

static enum frg_status purge(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	return store_forecast_purge(tx, *(id64 *)ctx, clock_now() - kept_for, err);
}

enum frg_status service_delay_refresh(struct service *svc, struct arena *a, id64 site, bool *more,
                                      struct frg_error *err)
{
	struct refreshing r = {.site = site, .now = clock_now()};
	pthread_mutex_lock(&svc->delays->lock);
	r.d = find(svc->delays, site, true);
	pthread_mutex_unlock(&svc->delays->lock);
	*more = false;
	if (!r.d)
		return FRG_OK;
	r.upto = r.now - LAG_MS;
	bool rated = rated_lately(r.d, r.now);
	r.d->counted = forecast_tally_move(&r.d->tally, r.now, r.d->counted);
	enum frg_status st = store_read(svc->store, a, load_refresh, &r, err); /* only this thread writes r.d */
	if (st != FRG_OK)
		return st;
	pthread_mutex_lock(&svc->delays->lock);
	make_calendar(r.d, &r.settings, r.now);
	learn(svc->delays, r.d, &r.late, true);
	learn(svc->delays, r.d, &r.decided, false);
	forecast_settle(&r.d->model);
	look_at_queue(r.d, &r.due);
	measure(r.d, &r);
	r.d->learned = r.upto;
	look_ahead(svc->delays, r.d, r.settings.longest_wait / 2, r.now);
	pthread_mutex_unlock(&svc->delays->lock);
	*more = r.more || r.counts_more;
	return rated || r.counts_more ? FRG_OK : store_write(svc->store, a, purge, &site, err);
}

/* ---- telling ---- */

enum frg_status delay_promise(struct service *svc, struct store_tx *tx, const struct store_queue_row *row,
                              struct store_forecast *told, struct frg_error *err)
{
	struct forecast f;
	ask(svc, row->site, row->submitted, -1, row->due - row->submitted, &f);
	*told = (struct store_forecast){.revision = row->revision,
	                                .site = row->site,
	                                .made = row->submitted,
	                                .due = row->due,
	                                .expected = (int64_t)f.expected,
	                                .bucket = f.bucket,
	                                .from = f.from,
	                                .until = f.until};
	return store_forecast_put(tx, told, err);
}

/* Who is far behind need not know to the place how far; the few seconds old points tell. To count costs a thousand
 * instructions for each that is before. */
static int64_t ahead_by_picture(struct service *svc, id64 site, msec due)
{
	pthread_mutex_lock(&svc->delays->lock);
	const struct delay *d = find(svc->delays, site, false);
	int64_t before = d ? count_before(d, due) : 0;
	pthread_mutex_unlock(&svc->delays->lock);
	return before;
}

static int64_t far_behind(struct service *svc, id64 site, msec due)
{
	int64_t before = ahead_by_picture(svc, site, due);
	return before > STORE_AHEAD_MAX ? before : STORE_AHEAD_MAX;
}

/* The word that was given stands; without one, what can be said now. */
static void tell(struct service *svc, const struct store_forecast *told, int64_t ahead, msec due,
                 struct delay_told *out)
{
	struct forecast f;
	msec now = clock_now();
	*out = (struct delay_told){.position = ahead + 1, .from = told->from, .until = told->until};
	if (told->until && told->until >= now)
		return;
	/* what is overdue is next, whoever comes */
	ask(svc, told->site, now, ahead, due > now ? due - now : 0, &f);
	out->late = told->until != 0;
	out->none = f.overload;
	out->from = f.from;
	out->until = f.until;
}

bool delay_of_far(struct service *svc, const struct store_forecast *told, struct delay_told *out)
{
	int64_t ahead = ahead_by_picture(svc, told->site, told->due);
	if (ahead < FAR_AHEAD)
		return false;
	tell(svc, told, ahead, told->due, out);
	return true;
}

enum frg_status delay_of_new(struct service *svc, struct store_tx *tx, const struct store_forecast *told,
                             struct delay_told *out, struct frg_error *err)
{
	int64_t ahead;
	struct store_queue_place last = {.turn = 1, .due = told->due, .revision = told->revision};
	enum frg_status st = store_queue_ahead(tx, told->site, &last, &ahead, err);
	if (st == FRG_OK && ahead == STORE_AHEAD_MAX)
		ahead = far_behind(svc, told->site, told->due);
	if (st == FRG_OK)
		tell(svc, told, ahead, told->due, out);
	return st;
}

enum frg_status delay_of(struct service *svc, struct store_tx *tx, const struct store_revision *revision,
                         struct delay_told *out, struct frg_error *err)
{
	struct store_forecast told = {0};
	struct store_queue_row row;
	int64_t ahead = 0;
	*out = (struct delay_told){0};
	enum frg_status st = store_forecast_get(tx, revision->id, &told, err);
	bool known = st == FRG_OK;
	if (known || st == FRG_NOT_FOUND)
		st = store_queue_get(tx, revision->id, &row, err);
	bool waits = st == FRG_OK,
		 far = known && waits && !row.escalated; /* else it is before all that the picture knows */
	if (far && delay_of_far(svc, &told, out))
		return FRG_OK;
	if (waits)
		st = store_queue_ahead(tx, row.site, &(struct store_queue_place){row.escalated == 0, row.due, row.revision},
		                       &ahead, err);
	if (st != FRG_OK && st != FRG_NOT_FOUND)
		return st;
	if (ahead == STORE_AHEAD_MAX && far)
		ahead = far_behind(svc, revision->site, told.due);
	told.site = revision->site; /* also if nothing was told */
	out->position = ahead + 1;
	out->late = known && told.until && told.until < clock_now();
	if (known && told.until && !out->late)
		tell(svc, &told, ahead, told.due, out);
	else if (waits)
		tell(svc, &told, ahead, row.due, out);
	return st == FRG_NOT_FOUND ? FRG_OK : st;
}

/* ---- how often the word was kept ---- */

struct record_query {
	id64 site;
	struct store_forecast_record *out;
};

static enum frg_status load_record(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct record_query *q = ctx;
	return store_forecast_kept(tx, q->site, clock_now() - 30 * day_ms, q->out, err);
}

enum frg_status service_delay_record(struct service *svc, struct arena *a, const struct staff *who,
                                     struct store_forecast_record *out, struct frg_error *err)
{
	struct record_query q = {who->site, out};
	return store_read(svc->store, a, load_record, &q, err);
}
