/* Keys by which texts are found again: what is released is not found by them, though they go later. */
#include "store_fixture.h"

#include "store/tally.h"

enum { KEY = 7 };

struct near {
	struct made *made;
	enum store_state from, to;
	int64_t upto, tallied;
	struct store_ids found;
	bool has;
};

static enum frg_status put(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	const struct near *n = ctx;
	const uint64_t keys[] = {KEY, KEY + 1};
	return store_near_put(tx, n->made->f->site.id, n->made->revision.id, false, keys, COUNT_OF(keys), e);
}

static enum frg_status move(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	const struct near *n = ctx;
	return store_revision_move(tx, n->made->revision.id, n->from, 0, n->to, e);
}

static enum frg_status forget(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_near_forget(tx, 0, ((struct near *)ctx)->upto, e);
}

static enum frg_status look(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct near *n = ctx;
	const uint64_t key = KEY;
	struct store_tally tally;
	id64 site = n->made->f->site.id;
	enum frg_status st = store_near_find(tx, site, &key, 1, false, 1, &n->found, e);
	if (st == FRG_OK)
		st = store_near_has(tx, n->made->revision.id, &n->has, e);
	if (st == FRG_OK)
		st = store_near_tally(tx, site, KEY, 0, 10, &tally, e);
	n->tallied = tally.texts;
	return st;
}

static void run(struct fixture *f, store_work *work, struct near *n)
{
	OK(store_write(f->store, f->arena, work, n, &err));
}

static void what_is_released_is_not_found(void **state)
{
	struct fixture *f = *state;
	struct made first = make_one(f, "a", NULL), second = make_one(f, "b", "release");
	struct near old = {.made = &first}, n = {.made = &second, .to = STATE_RELEASED};
	run(f, put, &old);
	run(f, put, &n);
	OK(store_read(f->store, f->arena, look, &n, &err));
	assert_int_equal(n.found.items[0], second.revision.id);
	assert_int_equal(n.tallied, 2);
	run(f, move, &n);
	OK(store_read(f->store, f->arena, look, &n, &err));
	assert_true(n.has);
	assert_int_equal(n.tallied, 1);
	assert_int_equal(n.found.items[0], first.revision.id); /* nor does it stand before one that waits */
}

static void released_keys_are_forgotten_with_others(void **state)
{
	struct fixture *f = *state;
	struct made held = make_one(f, "a", NULL), released = make_one(f, "b", "release"),
				undone = make_one(f, "c", "release");
	struct near a = {.made = &held}, b = {.made = &released, .to = STATE_RELEASED},
				c = {.made = &undone, .to = STATE_RELEASED};
	run(f, put, &a);
	run(f, put, &b);
	run(f, put, &c);
	run(f, move, &b);
	run(f, move, &c);
	c.from = STATE_RELEASED;
	c.to = STATE_HELD;
	run(f, move, &c);
	b.upto = 0; /* not yet */
	run(f, forget, &b);
	OK(store_read(f->store, f->arena, look, &b, &err));
	assert_true(b.has);
	b.upto = undone.decision.seq;
	run(f, forget, &b);
	OK(store_read(f->store, f->arena, look, &a, &err));
	OK(store_read(f->store, f->arena, look, &b, &err));
	OK(store_read(f->store, f->arena, look, &c, &err));
	assert_true(a.has);
	assert_false(b.has);
	assert_true(c.has); /* taken back: it waits again */
}

static void what_is_refused_is_found_as_such(void **state)
{
	struct fixture *f = *state;
	struct made m = make_one(f, "a", "release");
	struct near n = {.made = &m, .to = STATE_RELEASED};
	run(f, put, &n);
	run(f, move, &n);
	n.from = STATE_RELEASED; /* withdrawn by the editors before its keys were forgotten */
	n.to = STATE_REJECTED;
	run(f, move, &n);
	n.upto = m.decision.seq;
	run(f, forget, &n);
	OK(store_read(f->store, f->arena, look, &n, &err));
	assert_true(n.has);
	assert_int_equal(n.found.count, 0); /* among what waits */
	assert_int_equal(n.tallied, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_is_released_is_not_found),
		TEST(released_keys_are_forgotten_with_others),
		TEST(what_is_refused_is_found_as_such),
	};
	return cmocka_run_group_tests_name("near", tests, NULL, NULL);
}
