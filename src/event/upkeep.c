/* A batch of whatever has come to its end. Failures are logged and tried again at the next look. */
#include "event/upkeep.h"

#include "base/log.h"

enum { ASK_MS = 2000, LOOK_MS = 60000 };

/* One batch of one site's terms. */
static bool purge_some(struct upkeep *u, struct service *svc, struct arena *a)
{
	const struct store_site *sites = service_site(svc, STR(""));
	struct frg_error err;
	int64_t count;
	if (u->site >= service_site_count(svc)) {
		u->site = 0;
		return false;
	}
	arena_reset(a);
	if (service_purge(svc, a, sites[u->site].id, &u->place, &count, &err) != FRG_OK) {
		log_error("purge", "%s", err.msg);
		u->site = 0;
		u->place = (struct purge_place){0};
		return false;
	}
	if (u->place.step == 0 && u->place.after.revision == 0)
		u->site++;
	return true;
}

static void erase_some(struct upkeep *u, struct service *svc, struct arena *a)
{
	struct frg_error err;
	arena_reset(a);
	u->erase_failed = service_erase_continue(svc, a, &u->erasing, &err) != FRG_OK;
	u->erasing = u->erasing && !u->erase_failed;
	if (u->erase_failed)
		log_error("erasure", "%s", err.msg);
}

/* Is it time again? */
static bool is_due(msec *last, msec every)
{
	msec now = clock_steady();
	if (*last && now - *last < every)
		return false;
	*last = now;
	return true;
}

bool upkeep_some(struct upkeep *u, struct service *svc, struct arena *a)
{
	if (u->erasing || is_due(&u->asked, u->erase_failed ? LOOK_MS : ASK_MS))
		erase_some(u, svc, a);
	if (!u->erasing && (u->purging || is_due(&u->looked, LOOK_MS)))
		u->purging = purge_some(u, svc, a);
	return u->erasing || u->purging;
}
