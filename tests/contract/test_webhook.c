/* What every store must do for webhooks: deliveries once and in order, claims, what is put off, what goes. */
#include "store_fixture.h"

struct hooks {
	struct fixture *f;
	struct store_webhook w;
	struct store_webhooks all;
	struct store_delivery d;
	struct store_deliveries list;
	struct store_ids due;
	msec now, next;
	int64_t seq, claim, count;
	id64 id;
	const char *type;
	bool saved;
};

enum { NOW = 1000000 };

static enum frg_status add(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct hooks *h = ctx;
	h->w = (struct store_webhook){.id = id_new(),
	                              .site = h->f->site.id,
	                              .url = STR("https://hooks.example/a"),
	                              .secret = STR("c2VjcmV0"),
	                              .types = STR("comment.held comment.released"),
	                              .state = STR("active"),
	                              .seen_seq = 7,
	                              .created_by = h->f->editor.id,
	                              .created = 5};
	return store_webhook_insert(tx, &h->w, e);
}

static enum frg_status deliver(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct hooks *h = ctx;
	struct store_delivery d = {.id = id_new(),
	                           .webhook = h->w.id,
	                           .seq = h->seq,
	                           .type = str_of(h->type),
	                           .article = h->f->article.id,
	                           .comment = 3,
	                           .revision = 4,
	                           .detail = STR("release"),
	                           .happened = NOW,
	                           .due = NOW};
	return store_delivery_insert(tx, &d, e);
}

static void tell(struct hooks *h, int64_t seq, const char *type)
{
	h->seq = seq;
	h->type = type;
	OK(store_write(h->f->store, h->f->arena, deliver, h, &err));
}

static enum frg_status list(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct hooks *h = ctx;
	return store_delivery_list(tx, h->w.id, 100, &h->list, e);
}
static enum frg_status due(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct hooks *h = ctx;
	return store_delivery_due(tx, h->now, &h->due, &h->next, e);
}
static enum frg_status next(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct hooks *h = ctx;
	return store_delivery_next(tx, h->w.id, h->now, &h->d, e);
}
static enum frg_status claim(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct hooks *h = ctx;
	return store_delivery_claim(tx, h->d.id, h->claim, h->now + 500, e);
}
static enum frg_status unclaim(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_delivery_unclaim(tx, ((struct hooks *)ctx)->now, e);
}
static enum frg_status save(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct hooks *h = ctx;
	return store_delivery_save(tx, &h->d, h->claim, &h->saved, e);
}
static enum frg_status update(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_webhook_update(tx, &((struct hooks *)ctx)->w, e);
}
static enum frg_status get(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct hooks *h = ctx;
	return store_webhook_get(tx, h->f->site.id, h->w.id, &h->w, e);
}
static enum frg_status get_elsewhere(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct hooks *h = ctx;
	struct store_webhook none;
	return store_webhook_get(tx, h->f->site.id + 1, h->w.id, &none, e);
}
static enum frg_status listed(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct hooks *h = ctx;
	return store_webhook_list(tx, h->f->site.id, &h->all, e);
}
static enum frg_status active(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_webhook_all(tx, STR("active"), &((struct hooks *)ctx)->all, e);
}
static enum frg_status seen(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_webhook_seen(tx, ((struct hooks *)ctx)->seq, e);
}
static enum frg_status again(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct hooks *h = ctx;
	return store_delivery_again(tx, h->w.id, h->id, h->now, e);
}
static enum frg_status hasten(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct hooks *h = ctx;
	return store_delivery_hasten(tx, h->w.id, h->now, e);
}
static enum frg_status waiting(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct hooks *h = ctx;
	return store_delivery_waiting(tx, h->w.id, 2, &h->count, e);
}
static enum frg_status purge(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct hooks *h = ctx;
	return store_delivery_purge(tx, h->w.id, h->now, e);
}
static enum frg_status take_away(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_webhook_delete(tx, ((struct hooks *)ctx)->w.id, e);
}

#define READ(work) OK(store_read(h.f->store, h.f->arena, work, &h, &err))
#define WRITE(work) OK(store_write(h.f->store, h.f->arena, work, &h, &err))

static void what_is_set_is_kept_and_only_a_sites_own(void **state)
{
	struct hooks h = {.f = *state, .seq = 9};
	WRITE(add);
	READ(get);
	assert_int_equal(h.w.seen_seq, 7);
	assert_int_equal(h.w.created_by, h.f->editor.id);
	assert_int_equal(h.w.changed, 5);
	assert_int_equal(store_read(h.f->store, h.f->arena, get_elsewhere, &h, &err), FRG_NOT_FOUND);
	READ(listed);
	assert_int_equal(h.all.count, 1);
	assert_true(str_eq(h.all.items[0].created_name, STR("Ed")));
	WRITE(seen);
	READ(active);
	assert_int_equal(h.all.items[0].seen_seq, 9);
	h.w = h.all.items[0];
	h.w.state = STR("off");
	h.w.off_reason = STR("gone");
	h.w.failing_since = 12;
	WRITE(update);
	READ(active);
	assert_int_equal(h.all.count, 0);
	h.seq = 20;
	WRITE(seen);
	READ(get);
	assert_int_equal(h.w.seen_seq, 9);
	assert_int_equal(h.w.failing_since, 12);
	for (int i = 1; i < STORE_WEBHOOKS_MAX; i++)
		WRITE(add);
	assert_int_equal(store_write(h.f->store, h.f->arena, add, &h, &err), FRG_TOO_LARGE);
}

static void each_is_told_once_in_order_by_one(void **state)
{
	struct hooks h = {.f = *state, .now = NOW, .claim = 77};
	WRITE(add);
	READ(due);
	assert_int_equal(h.due.count, 0);
	assert_int_equal(h.next, 0);
	tell(&h, 12, "comment.released");
	tell(&h, 11, "comment.held");
	tell(&h, 12, "comment.decided");
	tell(&h, 12, "comment.decided"); /* once */
	READ(list);
	assert_int_equal(h.list.count, 3);
	assert_true(str_eq(h.list.items[0].type, STR("comment.released")));
	READ(due);
	assert_int_equal(h.due.count, 1);
	assert_int_equal(h.due.items[0], h.w.id);
	READ(next);
	assert_int_equal(h.d.seq, 11);
	WRITE(claim);
	READ(next);
	assert_true(h.d.seq == 12 && str_eq(h.d.type, STR("comment.decided")));
	/* another's claim is not ours to end */
	h.d.state = STR("sent");
	WRITE(save);
	assert_false(h.saved);
	/* whoever had claimed it is gone */
	WRITE(unclaim);
	READ(next);
	assert_int_equal(h.d.seq, 11);
	WRITE(claim);
	h.d.state = STR("waiting");
	h.d.tries = 1;
	h.d.status = 500;
	h.d.problem = STR("status");
	h.d.due = NOW + 5000;
	WRITE(save);
	assert_true(h.saved);
	READ(next);
	assert_int_equal(h.d.seq, 12);
	h.now = NOW + 5000;
	READ(next);
	assert_int_equal(h.d.seq, 11);
	assert_int_equal(h.d.status, 500);
}

static void what_is_put_off_waits_and_not_for_ever(void **state)
{
	struct hooks h = {.f = *state, .now = NOW};
	WRITE(add);
	tell(&h, 11, "comment.held");
	h.w.hold_until = NOW + 100;
	WRITE(update);
	READ(due);
	assert_int_equal(h.due.count, 0);
	assert_int_equal(h.next, NOW + 100);
	h.now = NOW + 100;
	READ(due);
	assert_int_equal(h.due.count, 1);
	/* the clock was wrong when it was put off */
	h.w.hold_until = h.now + 2 * STORE_WEBHOOK_PUT_OFF_MS;
	WRITE(update);
	READ(due);
	assert_int_equal(h.due.count, 1);
	h.w.hold_until = 0;
	h.w.state = STR("paused");
	WRITE(update);
	READ(due);
	assert_int_equal(h.due.count, 0);
	READ(waiting);
	assert_int_equal(h.count, 1);
}

static void what_has_ended_goes_what_waits_stays(void **state)
{
	struct hooks h = {.f = *state, .now = NOW, .claim = 5};
	WRITE(add);
	for (int64_t seq = 1; seq <= STORE_WEBHOOK_ENDED_KEPT + 10; seq++)
		tell(&h, seq, "comment.held");
	tamper(h.f, "UPDATE webhook_delivery SET state = 'sent' WHERE seq > 5");
	READ(waiting);
	assert_int_equal(h.count, 2);
	WRITE(purge);
	h.now = NOW + 50;
	READ(list);
	assert_int_equal(h.list.items[0].seq, STORE_WEBHOOK_ENDED_KEPT + 10);
	/* one that ended is sent once more, one that waits is not */
	h.id = h.list.items[0].id;
	WRITE(again);
	assert_int_equal(store_write(h.f->store, h.f->arena, again, &h, &err), FRG_NOT_FOUND);
	tamper(h.f, "UPDATE webhook_delivery SET due_at = 9999999 WHERE state = 'waiting'");
	WRITE(hasten);
	READ(next);
	assert_int_equal(h.d.seq, 1);
	/* what waits stays as long as it is to be told */
	h.now = NOW + 2 * STORE_WEBHOOK_ENDED_MS;
	WRITE(purge);
	READ(list);
	assert_int_equal(h.list.count, 6);
	h.w.state = STR("off");
	WRITE(update);
	WRITE(purge);
	READ(list);
	assert_int_equal(h.list.count, 0);
	WRITE(take_away);
	READ(listed);
	assert_int_equal(h.all.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_set_is_kept_and_only_a_sites_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_is_told_once_in_order_by_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_put_off_waits_and_not_for_ever, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_has_ended_goes_what_waits_stays, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
