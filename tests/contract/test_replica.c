/* What a node with replicas knows by itself: how far the outbox has come with each of its own commits, so that no
 * replica may show less from then on. tests/http/replica.test.mjs has a real replica; here is none that answers. */
#include "store_fixture.h"

static enum frg_status happen(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct fixture *f = ctx;
	struct store_event event = {.kind = STR("closing"), .site = f->site.id};
	return store_event_insert(tx, &event, e);
}

static enum frg_status last(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_event_last(tx, ctx, e);
}

static enum frg_status never(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	(void)tx, (void)e;
	*(bool *)ctx = true;
	return FRG_OK;
}

static void test_file_has_none(void **state)
{
	struct fixture *f = *state;
	if (f->postgres)
		skip();
	struct store *store;
	struct store_config config = {.url = str_of(f->url), .replicas = STR("postgres:///x")};
	assert_int_equal(store_open(&config, &store, &err), FRG_INVALID);
	assert_false(store_has_replicas(f->store));
}

static void test_own_commits_are_known(void **state)
{
	struct fixture *f = *state;
	if (!f->postgres)
		skip();
	struct store *store;
	int64_t at_start, now;
	bool ran = false;
	struct store_config config = {.url = str_of(f->url),
	                              .replicas = STR("postgres://%2Ftmp%2Fnowhere/a postgres://%2Ftmp%2Fnowhere/b")};
	OK(store_write(f->store, f->arena, happen, f, &err));
	OK(store_read(f->store, f->arena, last, &at_start, &err));
	OK(store_open(&config, &store, &err)); /* although they do not answer */
	assert_int_equal(store_known(store), at_start);
	OK(store_write(store, f->arena, happen, f, &err));
	OK(store_read(store, f->arena, last, &now, &err));
	assert_int_equal(now, at_start + 1);
	assert_int_equal(store_known(store), now);
	store_know(store, now - 1, 0);
	assert_int_equal(store_known(store), now); /* it never goes back */
	assert_int_equal(store_read_replica(store, f->arena, 0, 0, never, &ran, &err), FRG_UNAVAILABLE);
	assert_false(ran);
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_file_has_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_own_commits_are_known, set_up, tear_down),
	};
	return cmocka_run_group_tests_name("replica", tests, NULL, NULL);
}
