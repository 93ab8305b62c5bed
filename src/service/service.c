/* Puts the service together and takes it apart. */
#include "service/automatic/automatic.h"
#include "service/health.h"
#include "service/measure.h"
#include "service/staff/oidc_inner.h"

#include <stdlib.h>

/* What a database may lack: one that is new, or from before. */
static enum frg_status complete(struct service *svc, struct frg_error *err)
{
	struct arena *a = arena_open((size_t)64 << 20);
	enum frg_status st = store_write(svc->store, a, letter_key_make, NULL, err);
	if (st == FRG_OK)
		st = store_write(svc->store, a, evidence_key_make, NULL, err);
	if (st == FRG_OK)
		st = store_write(svc->store, a, automatic_key_make, NULL, err);
	store_work *const fill[] = {queue_enter_all, near_complete, search_complete};
	for (size_t i = 0; i < COUNT_OF(fill); i++) {
		int64_t after = 0;
		do {
			arena_reset(a);
			if (st == FRG_OK)
				st = store_write(svc->store, a, fill[i], &after, err);
		} while (st == FRG_OK && after);
	}
	arena_close(a);
	return st;
}

/* The engine is opened beside the database: each is half of a start. */
struct engine_opening {
	pthread_t thread;
	struct frg_engine *engine;
	enum frg_status st;
	struct frg_error err;
};

static void *open_engine(void *arg)
{
	struct engine_opening *o = arg;
	o->st = frg_engine_open(NULL, &o->engine, &o->err);
	return NULL;
}

static enum frg_status open_both(struct service *svc, const struct store_config *config, struct frg_error *err)
{
	struct engine_opening o = {0};
	if (pthread_create(&o.thread, NULL, open_engine, &o))
		return frg_fail(err, FRG_UNAVAILABLE, "threads", "cannot start a thread");
	enum frg_status st = store_open(config, &svc->store, err);
	pthread_join(o.thread, NULL);
	svc->engine = o.engine;
	if (st == FRG_OK && o.st != FRG_OK)
		*err = o.err;
	return st == FRG_OK ? o.st : st;
}

enum frg_status service_open(const struct service_config *config, struct service **out, struct frg_error *err)
{
	struct service *svc = calloc(1, sizeof *svc);
	if (!svc)
		BUG("out of memory");
	service_measure_open();
	svc->health = health_open();
	pthread_mutex_init(&svc->login_lock, NULL);
	pthread_mutex_init(&svc->reload_lock, NULL);
	svc->cache = cache_open(config->cache_bytes ? config->cache_bytes : 64u << 20);
	svc->limits = limits_open(config->unlimited, config->rates, config->challenge);
	svc->policies = policies_open();
	svc->houses = houses_open();
	svc->learning = learning_open();
	svc->delays = delays_open();
	svc->closings = closings_open();
	svc->known = known_open();
	struct store_config store = {
		.url = config->database, .readers = config->readers, .create = config->create, .replicas = config->replicas};
	enum frg_status st = open_both(svc, &store, err);
	if (st == FRG_OK) { /* what was told before the start, replicas must have */
		service_threads_drop_all(svc);
		st = checker_open(svc, err);
	}
	if (st == FRG_OK)
		st = service_sites_reload(svc, err);
	if (st == FRG_OK)
		st = policies_load(svc, err);
	if (st == FRG_OK)
		st = closings_load(svc, err);
	if (st == FRG_OK)
		st = houses_load(svc, err);
	if (st == FRG_OK)
		st = complete(svc, err);
	if (st != FRG_OK) {
		service_close(svc);
		return st;
	}
	*out = svc;
	return FRG_OK;
}

void service_close(struct service *svc)
{
	if (!svc)
		return;
	store_close(svc->store);
	cache_close(svc->cache);
	checker_close(svc->checker);
	policies_close(svc->policies);
	houses_close(svc->houses);
	learning_close(svc->learning);
	delays_close(svc->delays);
	closings_close(svc->closings);
	known_close(svc->known);
	provider_close(svc->provider);
	frg_engine_close(svc->engine);
	sites_free(atomic_load(&svc->sites));
	limits_close(svc->limits);
	health_close(svc->health);
	pthread_mutex_destroy(&svc->login_lock);
	pthread_mutex_destroy(&svc->reload_lock);
	free(svc);
}

struct store *service_store(struct service *svc) { return svc->store; }
const struct frg_engine *service_engine(struct service *svc) { return svc->engine; }
const char *service_engine_id(struct service *svc) { return frg_engine_id(svc->engine); }
void service_set_assets(struct service *svc, const struct view_assets *assets) { svc->assets = *assets; }
const struct view_assets *service_assets(const struct service *svc) { return &svc->assets; }
