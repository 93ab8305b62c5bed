/* Follows the outbox: drops what is kept of changed articles, tells readers of released and removed
 * comments and desks of their queue. Other programs write to the database too, so it also looks by itself
 * now and then. */
#include "event/tail.h"

#include "base/json.h"
#include "base/log.h"
#include "event/jobs.h"
#include "event/measure.h"
#include "event/outbox.h"
#include "event/purge.h"
#include "event/tell.h"
#include "event/webhooks.h"
#include "service/automatic/automatic.h"
#include "service/health.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { LOOK_MS = 250, MARK_MS = 60000, TELL_TRIES = 20 };

/* Held comments of a site that are to be checked anew, from `after` on. */
struct recheck {
	id64 site, after;
	bool changed;
};
enum { RECHECKS = 1000 };

struct tail {
	struct service *svc;
	struct purger *purger;
	struct webhooks *webhooks;
	struct recheck recheck[RECHECKS]; /* only the tail's thread */
	size_t rechecks;
	pthread_t thread;
	atomic_bool stopping;
	int64_t seq;
	bool works;                /* this node does what is to be done once */
	int64_t mark, mark_before; /* where the outbox ended at the last mark, and at the one before: a minute or two ago */
	msec marked;               /* by the steady clock */
	struct jobs jobs;
	id64 counted; /* the site whose queue was counted in this batch; all its events are in that count */
	int64_t waiting;
	id64 laned; /* the site that was asked in this batch whether a lane is open */
	bool lane_open;
	unsigned tries; /* to tell the next event's comment, with a database that gave the event itself */
};

static enum frg_status load_last(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	return store_event_last(tx, ctx, err);
}

/* Readers are told what `publication` says now, not what the event said then: whatever happened in
 * between, nothing that is not released can go out. `first`: the event tells of a first release, which takes nothing
 * away from a page; of all else that must be read, and is presumed while it cannot. False: the database cannot be
 * asked, and nobody has been told yet. */
static bool tell_readers(const struct tail *t, struct arena *a, const struct store_event *e, bool first)
{
	struct service *svc = t->svc;
	struct live_comment c;
	struct frg_error err;
	bool heard = service_channel_heard(svc, e->article);
	enum frg_status st = heard ? service_live_comment(svc, a, e->article, e->comment, &c, &err) : FRG_OK;
	bool adds = heard && st == FRG_OK ? !c.removed && !c.edited : first && st != FRG_NOT_FOUND;
	if (!adds)
		service_threads_drop_both(svc, e->article, e->site);
	if (!heard)
		return true;
	if (st == FRG_UNAVAILABLE && t->tries < TELL_TRIES) /* not for ever: others wait behind it */
		return false;
	if (st == FRG_OK && !c.removed) {
		tell(svc, a, e->article, e->comment, "put",
		     json_pack("{s:o, s:o, s:I, s:o, s:I}", "id", json_of(c.id), "parent", json_or_null(c.parent), "depth",
		               (json_int_t)c.depth, "html", json_of(c.html), "count", (json_int_t)c.count));
	} else if (st == FRG_OK || st == FRG_NOT_FOUND) {
		tell(svc, a, e->article, e->comment, "remove",
		     json_pack("{s:o, s:o, s:I}", "id", json_of(c.id), "html", json_of(st == FRG_OK ? c.html : STR("")),
		               "count", (json_int_t)c.count));
	} else {
		log_warn("live", "a comment could not be told: %s", err.msg);
		tell(svc, a, e->article, 0, "reset", json_object());
	}
	return true;
}

static void tell_desk(struct tail *t, struct arena *a, const struct store_event *e, bool added, str action, str by)
{
	struct frg_error err;
	char id[ID_TEXT_SIZE];
	if (!service_channel_heard(t->svc, e->site))
		return;
	if (t->counted != e->site && service_queue_waiting(t->svc, a, e->site, &t->waiting, &err) != FRG_OK)
		log_warn("live", "the queue could not be counted: %s", err.msg);
	t->counted = e->site;
	id_text(e->revision, id);
	tell(t->svc, a, e->site, 0, "queue",
	     json_pack("{s:I, s:o, s:o, s:o, s:o}", "count", (json_int_t)t->waiting, "added",
	               added ? json_string(id) : json_null(), "removed", added ? json_null() : json_string(id), "by",
	               json_or_null(by), "action", json_or_null(action)));
}

/* ---- held comments under new settings ---- */

static void recheck_site(struct tail *t, id64 site)
{
	if (!t->works)
		return;
	for (size_t i = 0; i < t->rechecks; i++) {
		if (t->recheck[i].site == site) {
			t->recheck[i] = (struct recheck){.site = site, .changed = t->recheck[i].changed};
			return;
		}
	}
	if (t->rechecks < RECHECKS)
		t->recheck[t->rechecks++] = (struct recheck){.site = site};
	else
		log_warn("recheck", "too many sites at once; some held comments keep their earlier findings");
}

static enum frg_status note_rechecked(struct store_tx *tx, void *site, struct frg_error *err)
{
	return store_event_insert(tx, &(struct store_event){.kind = STR("rechecked"), .site = *(id64 *)site}, err);
}

/* One page of one site, so that nobody waits for their live messages meanwhile. */
static void recheck_some(struct tail *t, struct arena *a)
{
	struct frg_error err;
	struct recheck *r = &t->recheck[t->rechecks - 1];
	size_t changed = 0;
	arena_reset(a);
	enum frg_status st = service_recheck(t->svc, a, r->site, &r->after, &changed, &err);
	r->changed = r->changed || changed;
	if (st == FRG_OK && r->changed && r->after == 0)
		st = store_write(service_store(t->svc), a, note_rechecked, &r->site, &err);
	if (st != FRG_OK)
		log_error("recheck", "%s", err.msg);
	if (st != FRG_OK || r->after == 0)
		t->rechecks--;
}

/* Decisions on what waits take it out of the queue or put it back; others only change the list of decisions. */
static bool moves_queue(str action)
{
	return str_eq(action, STR("release")) || str_eq(action, STR("reject")) || str_eq(action, STR("return"));
}

static void tell_objections(struct service *svc, struct arena *a, const struct store_event *e)
{
	int64_t open = 0;
	struct frg_error err;
	if (service_objection_count(svc, a, e->site, &open, &err) != FRG_OK)
		log_warn("live", "objections could not be counted: %s", err.msg);
	tell(svc, a, e->site, 0, "objections", json_pack("{s:I}", "open", (json_int_t)open));
}

static void tell_claims(struct service *svc, struct arena *a, id64 site)
{
	struct store_claims all;
	struct frg_error err;
	if (service_claims(svc, a, site, &all, &err) != FRG_OK) {
		log_warn("live", "claims could not be read: %s", err.msg);
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < all.count; i++) {
		char id[ID_TEXT_SIZE];
		id_text(all.items[i].revision, id);
		json_array_append_new(list,
		                      json_pack("{s:s, s:o, s:I}", "revision", id, "by", json_of(all.items[i].editor_name),
		                                "until", (json_int_t)all.items[i].until));
	}
	tell(svc, a, site, 0, "claims", json_pack("{s:o}", "claims", list));
}

/* Of those whose session, role or account is not what it was when they began to listen. */
static void end_streams(struct service *svc, const struct store_event *e)
{
	id64 editor = 0;
	if (e->detail.n && !id_parse(e->detail, &editor)) {
		log_error("live", "event %lld names nobody", (long long)e->seq);
		return;
	}
	service_streams_end(svc, e->site, editor);
}

/* ---- the lane that releases by itself ---- */

/* Asked once a batch: a lane that is closed meanwhile is seen to be, when a comment is about to go. */
static void consider(struct tail *t, struct arena *a, const struct store_event *e)
{
	struct frg_error err;
	if (t->laned != e->site && service_automatic_any(t->svc, a, e->site, &t->lane_open, &err) != FRG_OK) {
		log_error("automatic", "%s", err.msg);
		return;
	}
	t->laned = e->site;
	if (t->lane_open && service_automatic_held(t->svc, a, e->site, e->revision, &err) != FRG_OK)
		log_error("automatic", "%s", err.msg); /* it waits for people */
}

static void tell_automatic(struct tail *t, struct arena *a, const struct store_event *e)
{
	str rest = e->detail, state = STR(""), why = STR("");
	str_next(&rest, ' ', &state);
	str_next(&rest, ' ', &why);
	tell(t->svc, a, e->site, 0, "automatic",
	     json_pack("{s:o, s:o, s:o}", "section", json_of(rest), "state", json_of(state), "why", json_of(why)));
}

/* False: it has to be done once more, when there is a database again; what it has done until then may be done twice. */
static bool handle(struct tail *t, struct arena *a, const struct store_event *e)
{
	struct service *svc = t->svc;
	struct frg_error err;
	str rest = e->detail, action = STR(""), by = STR("");
	bool decided = str_eq(e->kind, STR("decided")), undone = str_eq(e->kind, STR("undone"));
	if (decided || undone) {
		str_next(&rest, ' ', &action);
		str_next(&rest, '\n', &by);
	}
	if (str_eq(e->kind, STR("site")) || str_eq(e->kind, STR("automatic"))) { /* the notice tells of an open lane */
		if (service_sites_reload(svc, &err) != FRG_OK)
			log_error("sites", "%s", err.msg);
		service_threads_drop_all(svc);
	}
	if (str_eq(e->kind, STR("policy"))) {
		if (service_policy_reload(svc, e->site, &err) != FRG_OK)
			log_error("policy", "%s", err.msg);
		recheck_site(t, e->site);
	}
	if (str_eq(e->kind, STR("closing"))) {
		if (service_closing_reload(svc, e->site, &err) != FRG_OK)
			log_error("closing", "%s", err.msg);
		tell_site_turned(svc, e->site);
	}
	if (str_eq(e->kind, STR("model"))) {
		if (service_house_reload(svc, e->site, &err) != FRG_OK)
			log_error("house", "%s", err.msg);
		recheck_site(t, e->site);
	}
	if (str_eq(e->kind, STR("staff")))
		end_streams(svc, e);
	if (str_eq(e->kind, STR("webhook")))
		webhooks_changed(t->webhooks);
	if (purge_concerns(e))
		service_threads_change(svc, e->article, e->site, decided && str_eq(action, STR("release")));
	if (e->article && str_eq(e->kind, STR("article")))
		tell(svc, a, e->article, 0, "closing", json_object());
	else if (purge_concerns(e) && !str_eq(e->kind, STR("erased")) && /* the comment was readable before, or is now */
	         !tell_readers(t, a, e, decided && str_eq(rest, STR(EVENT_FIRST))))
		return false;
	if (t->works && str_eq(e->kind, STR("held")))
		consider(t, a, e);
	if (str_eq(e->kind, STR("objection")))
		tell_objections(svc, a, e);
	else if (str_eq(e->kind, STR("notice")))
		tell_notices(svc, a, e->site);
	else if (str_eq(e->kind, STR("automatic")))
		tell_automatic(t, a, e);
	else if (str_eq(e->kind, STR("claim")))
		tell_claims(svc, a, e->site);
	else if (str_eq(e->kind, STR("rechecked")))
		tell(svc, a, e->site, 0, "reset", json_object());
	else if (str_eq(e->kind, STR("escalated")))
		tell(svc, a, e->site, 0, "escalated", json_pack("{s:I}", "count", (json_int_t)strtoll(e->detail.p, NULL, 10)));
	else if (str_eq(e->kind, STR("erased")))
		tell(svc, a, e->site, 0, "decisions", json_object());
	else if (str_eq(e->kind, STR("lanes")))
		tell(svc, a, e->site, 0, "lanes", json_object());
	else if (str_eq(e->kind, STR("referred")) || (undone && str_eq(action, STR("refer"))))
		tell_desk(t, a, e, true, STR("refer"), STR(""));
	else if ((decided || undone) && !moves_queue(action)) {
		tell(svc, a, e->site, 0, "decisions", json_object());
		tell_objections(svc, a, e);
	} else if (str_eq(e->kind, STR("held")) || undone)
		tell_desk(t, a, e, true, undone ? STR("undo") : STR(""), STR(""));
	else if (decided)
		tell_desk(t, a, e, false, action, by);
	else if (str_eq(e->kind, STR("superseded")) || str_eq(e->kind, STR("withdrawn")))
		tell_desk(t, a, e, false, e->kind, STR(""));
	return true;
}

static void follow(struct tail *t, struct arena *a)
{
	struct outbox_page b;
	bool done = true;
	do {
		arena_reset(a);
		b = (struct outbox_page){.seq = t->seq};
		struct frg_error err;
		if (outbox_read(t->svc, a, &b, &err) != FRG_OK) {
			log_error("outbox", "%s", err.msg);
			return;
		}
		t->counted = t->laned = 0;
		for (size_t i = 0; i < b.events.count; i++) /* before readers are told: from now on no replica may show less */
			store_know(service_store(t->svc), b.events.items[i].seq, store_event_mark(&b.events.items[i]));
		for (size_t i = 0; i < b.events.count && (done = handle(t, a, &b.events.items[i])); i++) {
			event_count(&b.events.items[i]);
			t->seq = b.events.items[i].seq;
			t->tries = 0;
		}
		t->tries += !done;
		purge_until(t->purger, t->seq); /* after it: nothing older can be fetched from here any more */
		webhooks_until(t->webhooks, t->seq);
		if (!done) /* no page has lost a message: from this event on all is told when there is a database */
			return;
	} while (b.events.count == OUTBOX_PAGE && !atomic_load(&t->stopping));
	service_health_caught_up(t->svc);
}

/* The node that did the work is gone: perhaps before it had considered the last comments that came, or what was held
 * under older settings. What it has done already is found done. */
static void take_over(struct tail *t, struct arena *a)
{
	const struct store_site *sites = service_site(t->svc, STR(""));
	struct outbox_page b = {.seq = t->mark_before};
	struct frg_error err;
	for (size_t i = 0; i < service_site_count(t->svc); i++)
		recheck_site(t, sites[i].id); /* the program may be a newer one than that which held them */
	do {
		arena_reset(a);
		if (outbox_read(t->svc, a, &b, &err) != FRG_OK) {
			log_error("outbox", "%s", err.msg);
			return;
		}
		t->laned = 0;
		for (size_t i = 0; i < b.events.count; i++) {
			const struct store_event *e = &b.events.items[i];
			b.seq = e->seq;
			if (e->seq <= t->seq && str_eq(e->kind, STR("held")))
				consider(t, a, e);
		}
	} while (b.events.count == OUTBOX_PAGE && b.seq < t->seq && !atomic_load(&t->stopping));
}

static void look_who_works(struct tail *t, struct arena *a)
{
	bool worked = t->works;
	msec now = clock_steady();
	t->works = store_works(service_store(t->svc));
	if (now - t->marked >= MARK_MS) {
		t->mark_before = t->mark;
		t->mark = t->seq;
		t->marked = now;
	}
	if (!t->works)
		t->rechecks = 0;
	else if (!worked)
		take_over(t, a);
}

static void *loop(void *arg)
{
	struct tail *t = arg;
	struct arena *a = arena_open((size_t)256 << 20);
	int64_t seen = 0;
	while (!atomic_load(&t->stopping)) {
		look_who_works(t, a);
		follow(t, a);
		bool more = jobs_some(&t->jobs, a);
		if (t->rechecks)
			recheck_some(t, a);
		else if (!more)
			store_wait_commit(service_store(t->svc), &seen, LOOK_MS);
	}
	arena_close(a);
	return NULL;
}

enum frg_status tail_open(struct service *svc, struct purger *purger, struct webhooks *webhooks, struct tail **out,
                          struct frg_error *err)
{
	struct tail *t = calloc(1, sizeof *t);
	if (!t)
		BUG("out of memory");
	t->svc = svc;
	t->purger = purger;
	t->webhooks = webhooks;
	event_measure_open();
	t->jobs = (struct jobs){.svc = svc, .stopping = &t->stopping};
	struct arena *a = arena_open(1 << 16);
	enum frg_status st = store_read(service_store(svc), a, load_last, &t->seq, err);
	arena_close(a);
	store_know(service_store(svc), t->seq, 0);
	service_threads_drop_all(svc); /* pages made before it: what came in between is not heard of any more */
	t->mark = t->mark_before = t->seq;
	t->marked = clock_steady();
	if (st == FRG_OK)
		st = store_follow(service_store(svc), err);
	if (st == FRG_OK) { /* both ask which node works */
		purge_until(purger, t->seq);
		webhooks_until(webhooks, t->seq);
	}
	if (st == FRG_OK && pthread_create(&t->thread, NULL, loop, t))
		st = frg_fail(err, FRG_UNAVAILABLE, "threads", "cannot start a thread");
	if (st != FRG_OK) {
		free(t);
		return st;
	}
	*out = t;
	return FRG_OK;
}

void tail_close(struct tail *t)
{
	if (!t)
		return;
	atomic_store(&t->stopping, true);
	store_wake(service_store(t->svc));
	pthread_join(t->thread, NULL);
	free(t);
}
