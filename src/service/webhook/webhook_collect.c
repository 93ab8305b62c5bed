/* Events become deliveries: for each webhook what it wants to be told, once, in the order of commits. How far this has
 * come stands with each webhook, written with the deliveries, so that nothing is left out by a stop or a crash. */
#include "service/webhook/webhook.h"

#include "service/inner.h"

enum { PAGE = 200, TOLD_MAX = 3, NOTE_EVENTS = 1000 };

const char *const webhook_types[] = {"comment.held",
                                     "comment.decided",
                                     "comment.released",
                                     "comment.withdrawn",
                                     "article.closed",
                                     "article.opened",
                                     NULL};

/* What one event is to tell. */
struct told {
	str type[TOLD_MAX], detail;
	size_t count;
};

static void add(struct told *t, const char *type) { t->type[t->count++] = str_of(type); }

/* Others are about persons, or settle nothing yet. */
static bool is_told(str action)
{
	static const str actions[] = {STR_INIT("release"), STR_INIT("reject"), STR_INIT("return"),
	                              STR_INIT("remove"),  STR_INIT("pick"),   STR_INIT("unpick")};
	for (size_t i = 0; i < COUNT_OF(actions); i++)
		if (str_eq(action, actions[i]))
			return true;
	return false;
}

/* An undo may take a text off the page, bring one back, or an earlier one: which of the two is so shows when they are
 * sent, and the other is not sent. */
static void tell_undone(struct arena *a, str action, struct told *out)
{
	if (!is_told(action))
		return;
	out->detail = arena_printf(a, "undo %.*s", STR_ARG(action));
	add(out, "comment.decided");
	if (str_eq(action, STR("release")) || str_eq(action, STR("remove"))) {
		add(out, "comment.released");
		add(out, "comment.withdrawn");
	}
}

static struct told told_of(struct arena *a, const struct store_event *e)
{
	struct told t = {.detail = STR("")};
	str rest = e->detail, first = STR("");
	str_next(&rest, ' ', &first);
	if (str_eq(e->kind, STR("held"))) {
		add(&t, "comment.held");
	} else if (str_eq(e->kind, STR("decided")) && is_told(first)) {
		t.detail = first;
		add(&t, "comment.decided");
		if (str_eq(first, STR("release")))
			add(&t, "comment.released");
	} else if (str_eq(e->kind, STR("undone"))) {
		tell_undone(a, first, &t);
	} else if (str_eq(e->kind, STR("unpublished"))) {
		t.detail = first;
		add(&t, "comment.withdrawn");
	} else if (str_eq(e->kind, STR("article")) && first.n) {
		add(&t, str_eq(first, STR("closed")) ? "article.closed" : "article.opened");
	}
	return t;
}

static bool wants(const struct store_webhook *w, const struct store_event *e, str type)
{
	str rest = w->types, one;
	if (w->site != e->site || w->seen_seq >= e->seq)
		return false;
	while (str_next(&rest, ' ', &one))
		if (str_eq(one, type))
			return true;
	return false;
}

static enum frg_status deliver(struct store_tx *tx, const struct store_webhook *w, const struct store_event *e,
                               str type, str detail, struct frg_error *err)
{
	struct store_delivery d = {.id = id_new(),
	                           .webhook = w->id,
	                           .seq = e->seq,
	                           .type = type,
	                           .article = e->article,
	                           .comment = e->comment,
	                           .revision = e->revision,
	                           .detail = detail,
	                           .happened = e->created,
	                           .due = e->created};
	return store_delivery_insert(tx, &d, err);
}

/* Without `tx` only: is there any? */
static enum frg_status tell_of(struct store_tx *tx, struct arena *a, const struct store_webhooks *all,
                               const struct store_event *e, bool *any, struct frg_error *err)
{
	struct told t = told_of(a, e);
	enum frg_status st = FRG_OK;
	for (size_t i = 0; i < t.count; i++)
		for (size_t k = 0; st == FRG_OK && k < all->count; k++) {
			if (!wants(&all->items[k], e, t.type[i]))
				continue;
			*any = true;
			if (tx)
				st = deliver(tx, &all->items[k], e, t.type[i], t.detail, err);
		}
	return st;
}

struct collecting {
	struct webhook_progress *p;
	struct store_webhooks webhooks;
	struct store_events events;
	int64_t last;
	bool any;
};

/* Webhooks and events of one state: of none is anything left out that was there when it was made. */
static enum frg_status look(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct collecting *c = ctx;
	int64_t least = INT64_MAX;
	enum frg_status st = store_webhook_all(tx, STR("active"), &c->webhooks, err);
	for (size_t i = 0; i < c->webhooks.count; i++)
		if (c->webhooks.items[i].seen_seq < least)
			least = c->webhooks.items[i].seen_seq;
	c->last = c->p->seq > least ? c->p->seq : least;
	if (st == FRG_OK && c->webhooks.count)
		st = store_event_after(tx, c->last, PAGE, &c->events, err);
	for (size_t i = 0; st == FRG_OK && i < c->events.count; i++) {
		st = tell_of(NULL, store_arena(tx), &c->webhooks, &c->events.items[i], &c->any, err);
		c->last = c->events.items[i].seq;
	}
	return st;
}

/* The webhooks as they are now: one may have been paused meanwhile, or another node have done this. */
static enum frg_status save(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct collecting *c = ctx;
	enum frg_status st = store_webhook_all(tx, STR("active"), &c->webhooks, err);
	for (size_t i = 0; st == FRG_OK && i < c->events.count; i++)
		st = tell_of(tx, store_arena(tx), &c->webhooks, &c->events.items[i], &c->any, err);
	return st == FRG_OK ? store_webhook_seen(tx, c->last, err) : st;
}

enum frg_status service_webhook_collect(struct service *svc, struct arena *a, struct webhook_progress *p, bool *more,
                                        struct frg_error *err)
{
	struct collecting c = {.p = p};
	*more = false;
	enum frg_status st = store_read(svc->store, a, look, &c, err);
	if (st != FRG_OK)
		return st;
	p->any = c.webhooks.count > 0;
	if (!p->any) {
		*p = (struct webhook_progress){0};
		return FRG_OK;
	}
	if (c.any || c.last - p->noted >= NOTE_EVENTS) {
		st = store_write_as(svc->store, STORE_PATIENT, a, save, &c, err);
		if (st == FRG_OK)
			p->noted = c.last;
	}
	if (st == FRG_OK)
		p->seq = c.last;
	*more = st == FRG_OK && c.events.count == PAGE;
	return st;
}

/* ---- care ---- */

struct caring {
	struct webhook_progress *p;
	struct webhook_counts *counts;
};

static enum frg_status care_for(struct store_tx *tx, struct store_webhook *w, struct webhook_counts *counts,
                                struct frg_error *err)
{
	int64_t waiting = 0;
	bool active = str_eq(w->state, STR("active"));
	enum frg_status st = store_delivery_purge(tx, w->id, clock_now(), err);
	if (st == FRG_OK)
		st = store_delivery_waiting(tx, w->id, STORE_WEBHOOK_WAITING_MAX + 1, &waiting, err);
	counts->waiting += waiting;
	if (st == FRG_OK && active && waiting > STORE_WEBHOOK_WAITING_MAX) {
		active = false;
		st = webhook_switch_off(tx, w, "backlog", err);
	}
	if (active)
		counts->active++;
	else if (str_eq(w->state, STR("paused")))
		counts->paused++;
	else
		counts->off++;
	return st;
}

static enum frg_status care(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct caring *c = ctx;
	struct store_webhooks all;
	*c->counts = (struct webhook_counts){0};
	enum frg_status st = store_webhook_all(tx, STR(""), &all, err);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++)
		st = care_for(tx, &all.items[i], c->counts, err);
	return st == FRG_OK && c->p->seq ? store_webhook_seen(tx, c->p->seq, err) : st;
}

static enum frg_status look_for_any(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	return store_webhook_all(tx, STR(""), ctx, err);
}

enum frg_status service_webhook_care(struct service *svc, struct arena *a, struct webhook_progress *p,
                                     struct webhook_counts *out, struct frg_error *err)
{
	struct caring c = {.p = p, .counts = out};
	struct store_webhooks all;
	*out = (struct webhook_counts){0};
	enum frg_status st = store_read(svc->store, a, look_for_any, &all, err);
	if (st != FRG_OK || all.count == 0) /* where there are none, nothing is written */
		return st;
	st = store_write_as(svc->store, STORE_PATIENT, a, care, &c, err);
	if (st == FRG_OK && p->seq)
		p->noted = p->seq;
	return st;
}
