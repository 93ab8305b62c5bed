/* What readers see may be read from a replica of the database, if that shows at least what they have been told: of each
 * article (and site) the cache knows the event with which it last changed here. Anything else that a replica answers,
 * and if it answers nothing, is asked of the primary. */
#include "service/inner.h"

enum frg_status replica_read(struct service *svc, struct arena *a, id64 subject, store_work *work, void *ctx,
                             size_t size, struct frg_error *err)
{
	if (!store_has_replicas(svc->store))
		return store_read(svc->store, a, work, ctx, err);
	void *before = memcpy(arena_alloc(a, size), ctx, size);
	struct frg_error why;
	if (store_read_replica(svc->store, a, cache_state(svc->cache, subject).event, subject, work, ctx, &why) == FRG_OK)
		return FRG_OK;
	memcpy(ctx, before, size); /* "not there" may only be not there yet */
	return store_read(svc->store, a, work, ctx, err);
}

enum frg_status replica_read_own(struct service *svc, struct arena *a, id64 site, store_work *work, void *ctx,
                                 size_t size, struct frg_error *err)
{
	if (!store_has_replicas(svc->store))
		return store_read(svc->store, a, work, ctx, err);
	void *before = memcpy(arena_alloc(a, size), ctx, size);
	enum frg_status st = store_read(svc->store, a, work, ctx, err);
	if (st != FRG_UNAVAILABLE)
		return st;
	struct frg_error why;
	memcpy(ctx, before, size);
	return store_read_replica(svc->store, a, store_known(svc->store), site, work, ctx, &why) == FRG_OK ? FRG_OK : st;
}
