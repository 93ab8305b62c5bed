/* What closes comments by itself, as it stands: each process keeps the rules and the load of its sites in memory, so
 * that a page or a submission asks no database. What the load has closed is kept in the setting `overload`. */
#include "service/inner.h"

#include <stdlib.h>

enum { SITES_MAX = 1000, AGED_MAX = 500, HOUR_MS = 3600 * 1000 };
static const msec day_ms = (msec)24 * 3600 * 1000;

struct site_rules {
	id64 site;
	struct arena *arena; /* holds the texts of rules and load */
	struct closing_rules rules;
	struct closing_load load;
	unsigned hours; /* that hold, as of the last look */
	msec looked;
};

struct closings {
	pthread_mutex_t lock;
	struct site_rules *site[SITES_MAX];
	size_t count;
};

struct closings *closings_open(void)
{
	struct closings *c = calloc(1, sizeof *c);
	if (!c)
		BUG("out of memory");
	pthread_mutex_init(&c->lock, NULL);
	return c;
}

void closings_close(struct closings *c)
{
	for (size_t i = 0; i < c->count; i++) {
		arena_close(c->site[i]->arena);
		free(c->site[i]);
	}
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* Under the lock. */
static struct site_rules *find(struct closings *all, id64 site)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->site[i]->site == site)
			return all->site[i];
	return NULL;
}

/* ---- what the load has closed ---- */

static enum frg_status load_read(struct store_tx *tx, id64 site, struct closing_load *out, struct frg_error *err)
{
	json_t *o;
	*out = (struct closing_load){0};
	enum frg_status st = setting_json(tx, site, STR("overload"), &o, err);
	if (!o)
		return st;
	*out = (struct closing_load){.closed = json_is_true(json_object_get(o, "closed")),
	                             .since = json_integer_value(json_object_get(o, "since")),
	                             .open_until = json_integer_value(json_object_get(o, "open_until")),
	                             .by = json_str(store_arena(tx), json_object_get(o, "by"))};
	json_decref(o);
	return FRG_OK;
}

struct change {
	struct service *svc;
	id64 site;
	const struct staff *who; /* NULL: measured */
	enum closing_turn turn;
	msec open_until;
	int64_t waiting;
};

static enum frg_status save(struct store_tx *tx, const struct change *c, const struct closing_load *load,
                            const char *kind, struct frg_error *err)
{
	json_t *o = json_pack("{s:b, s:I, s:I, s:o}", "closed", load->closed, "since", (json_int_t)load->since,
	                      "open_until", (json_int_t)load->open_until, "by", json_of(load->by));
	enum frg_status st = store_setting_put(tx, c->site, STR("overload"), json_text(store_arena(tx), o), err);
	struct store_staff_event e = {.site = c->site,
	                              .actor = c->who ? c->who->id : 0,
	                              .kind = str_of(kind),
	                              .detail = arena_printf(store_arena(tx), "%lld", (long long)c->waiting)};
	if (st == FRG_OK)
		st = store_staff_log(tx, &e, err);
	return st == FRG_OK ? store_event_insert(tx, &(struct store_event){.kind = STR("closing"), .site = c->site}, err)
	                    : st;
}

/* Another process may have been first. */
static enum frg_status turn_over(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct change *c = ctx;
	struct closing_load load;
	enum frg_status st = load_read(tx, c->site, &load, err);
	bool closed = c->turn == CLOSING_CLOSE;
	if (st != FRG_OK || load.closed == closed)
		return st;
	load.closed = closed;
	load.since = clock_now();
	return save(tx, c, &load, closed ? "load_closed" : "load_opened", err);
}

/* ---- loading ---- */

struct loading {
	id64 site;
	struct desk_settings settings;
	struct closing_load load;
};

static enum frg_status load_site(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct loading *l = ctx;
	enum frg_status st = settings_load(tx, l->site, &l->settings, err);
	return st == FRG_OK ? load_read(tx, l->site, &l->load, err) : st;
}

/* Under the lock. False: too many sites. */
static bool put(struct closings *all, struct arena *a, const struct loading *l)
{
	struct site_rules *r = find(all, l->site);
	if (!r && all->count == SITES_MAX)
		return false;
	msec now = clock_now();
	if (!r) {
		r = calloc(1, sizeof *r);
		if (!r)
			BUG("out of memory");
		r->site = l->site;
		r->looked = now;
		all->site[all->count++] = r;
	} else {
		arena_close(r->arena);
	}
	msec over = r->load.over_since, ok = r->load.ok_since;
	r->arena = a;
	r->rules = l->settings.closing;
	r->load = l->load;
	r->load.over_since = over;
	r->load.ok_since = ok;
	r->hours = closing_hours_now(&r->rules, now);
	return true;
}

enum frg_status service_closing_reload(struct service *svc, id64 site, struct frg_error *err)
{
	struct loading l = {.site = site};
	struct arena *a = arena_open((size_t)1 << 22);
	enum frg_status st = store_read(svc->store, a, load_site, &l, err);
	bool kept = false;
	if (st == FRG_OK) {
		pthread_mutex_lock(&svc->closings->lock);
		kept = put(svc->closings, a, &l);
		pthread_mutex_unlock(&svc->closings->lock);
	}
	if (!kept)
		arena_close(a);
	return st;
}

enum frg_status closings_load(struct service *svc, struct frg_error *err)
{
	const struct store_site *sites = service_site(svc, STR(""));
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < service_site_count(svc); i++)
		st = service_closing_reload(svc, sites[i].id, err);
	return st;
}

/* ---- asking ---- */

void closing_apply(struct service *svc, struct arena *a, struct store_article *art)
{
	msec now = clock_now(), until;
	const struct closing_hours *which;
	if (!art->open)
		art->closed_by = art->closed ? CLOSED_EDITORS : CLOSED_ARTICLE;
	if (!art->open || (art->kept_open && (!art->closed_until || art->closed_until > now)))
		return;
	art->kept_open = false;
	art->closed_until = 0;
	art->closed_reason = STR("");
	pthread_mutex_lock(&svc->closings->lock);
	const struct site_rules *r = find(svc->closings, art->site);
	if (r && r->rules.after_days && art->published && art->published + r->rules.after_days * day_ms <= now) {
		art->closed_by = CLOSED_AGE;
		art->closed_days = r->rules.after_days;
	} else if (r && closing_by_clock(&r->rules, art->section, now, &until, &which)) {
		art->closed_by = CLOSED_HOURS;
		art->closed_until = until;
		art->closed_reason = arena_str(a, which->reason);
	} else if (r && r->load.closed) {
		art->closed_by = CLOSED_OVERLOAD;
	}
	pthread_mutex_unlock(&svc->closings->lock);
	art->open = art->closed_by == CLOSED_NOT;
}

static void state_of(struct service *svc, struct arena *a, id64 site, struct closing_state *out)
{
	struct service_ahead ahead;
	const struct closing_hours *which;
	msec now = clock_now(), until;
	service_delay_ahead(svc, site, &ahead);
	*out = (struct closing_state){.wait = ahead.none ? 0 : ahead.staffed, .no_time = ahead.none};
	pthread_mutex_lock(&svc->closings->lock);
	const struct site_rules *r = find(svc->closings, site);
	if (r) {
		out->by_load = r->rules.overload;
		out->limit = r->rules.overload_wait;
		out->closed = r->load.closed;
		out->since = r->load.since;
		out->open_until = r->load.open_until > now ? r->load.open_until : 0;
		out->by = arena_str(a, r->load.by);
		if (closing_by_clock(&r->rules, STR(""), now, &until, &which)) {
			out->hours_closed = true;
			out->hours_until = until;
			out->hours_reason = arena_str(a, which->reason);
		}
	}
	pthread_mutex_unlock(&svc->closings->lock);
}

enum frg_status service_closing_state(struct service *svc, struct arena *a, const struct staff *who,
                                      struct closing_state *out, struct frg_error *err)
{
	(void)err;
	state_of(svc, a, who->site, out);
	return FRG_OK;
}

/* ---- turning ---- */

struct aging {
	id64 site;
	msec after, upto;
	struct store_ids *out;
};

static enum frg_status load_aged(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct aging *g = ctx;
	return store_article_published(tx, g->site, g->after, g->upto, AGED_MAX, g->out, err);
}

enum frg_status service_closing_tick(struct service *svc, struct arena *a, id64 site, bool *changed,
                                     struct store_ids *aged, struct frg_error *err)
{
	struct service_ahead ahead;
	msec now = clock_now(), days = 0;
	struct change c = {.svc = svc, .site = site};
	struct aging g = {.site = site, .out = aged};
	*changed = false;
	*aged = (struct store_ids){0};
	service_delay_ahead(svc, site, &ahead);
	c.waiting = ahead.waiting;
	pthread_mutex_lock(&svc->closings->lock);
	struct site_rules *r = find(svc->closings, site);
	if (r) {
		unsigned hours = closing_hours_now(&r->rules, now);
		*changed = hours != r->hours;
		r->hours = hours;
		c.turn = closing_turn(&r->load, &r->rules, &ahead, now);
		days = r->rules.after_days * day_ms;
		g.after = r->looked - days;
		g.upto = now - days;
		r->looked = now;
	}
	pthread_mutex_unlock(&svc->closings->lock);
	enum frg_status st = c.turn == CLOSING_STAY ? FRG_OK : store_write(svc->store, a, turn_over, &c, err);
	if (st == FRG_OK && c.turn != CLOSING_STAY)
		st = service_closing_reload(svc, site, err);
	if (st == FRG_OK && days && g.upto > g.after)
		st = store_read(svc->store, a, load_aged, &g, err);
	*changed = *changed || c.turn != CLOSING_STAY || aged->count == AGED_MAX;
	return st;
}

static enum frg_status keep_open(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct change *c = ctx;
	struct closing_load load;
	enum frg_status st = load_read(tx, c->site, &load, err);
	if (st != FRG_OK)
		return st;
	if (load.closed && c->open_until) {
		load.closed = false;
		load.since = clock_now();
	}
	load.open_until = c->open_until;
	load.by = c->who->name;
	return save(tx, c, &load, c->open_until ? "load_kept" : "load_measured", err);
}

enum frg_status service_closing_keep_open(struct service *svc, struct arena *a, const struct staff *who, int64_t hours,
                                          struct closing_state *out, struct frg_error *err)
{
	if (hours < 0 || hours > KEEP_OPEN_HOURS_MAX)
		return frg_fail(err, FRG_INVALID, "keep_open_invalid", "0 to %d hours", KEEP_OPEN_HOURS_MAX);
	struct service_ahead ahead;
	service_delay_ahead(svc, who->site, &ahead);
	struct change c = {.svc = svc,
	                   .site = who->site,
	                   .who = who,
	                   .open_until = hours ? clock_now() + hours * HOUR_MS : 0,
	                   .waiting = ahead.waiting};
	enum frg_status st = store_write(svc->store, a, keep_open, &c, err);
	if (st == FRG_OK)
		st = service_closing_reload(svc, who->site, err);
	if (st == FRG_OK) {
		service_threads_drop_all(svc);
		state_of(svc, a, who->site, out);
	}
	return st;
}
