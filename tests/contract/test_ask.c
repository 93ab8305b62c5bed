/* What is asked ahead is answered as if it had been asked when it was wanted. */
#include "store_fixture.h"

enum { MANY = 60 }; /* more than there is room for */

static str name_of(struct store_tx *tx, int i) { return arena_printf(store_arena(tx), "ask-%d", i); }

static void ask_for(struct store_tx *tx, int from, int to)
{
	str value;
	struct frg_error none;
	if (!store_ask(tx))
		return;
	for (int i = from; i < to; i++)
		store_unread(store_setting_get(tx, 0, name_of(tx, i), &value, &none));
	store_asked(tx);
}

static enum frg_status must_be(struct store_tx *tx, int i, const char *expected, struct frg_error *e)
{
	str value;
	enum frg_status st = store_setting_get(tx, 0, name_of(tx, i), &value, e);
	if (st == FRG_NOT_FOUND && !expected)
		return FRG_OK;
	if (st != FRG_OK)
		return st;
	return expected && str_eq(value, str_of(expected)) ? FRG_OK : frg_fail(e, FRG_CORRUPT, "test", "%d is another", i);
}

static enum frg_status put_many(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	enum frg_status st = FRG_OK;
	(void)ctx;
	for (int i = 0; st == FRG_OK && i < MANY; i += 2)
		st = store_setting_put(tx, 0, name_of(tx, i), i % 4 ? STR("two") : STR("four"), e);
	return st;
}

/* In another order than they were asked in, some twice. */
static enum frg_status fetch(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	enum frg_status st = FRG_OK;
	(void)ctx;
	ask_for(tx, 0, MANY);
	for (int i = MANY - 1; st == FRG_OK && i >= 0; i--)
		st = must_be(tx, i, i % 2 ? NULL : i % 4 ? "two" : "four", e);
	for (int i = 0; st == FRG_OK && i < 4; i++)
		st = must_be(tx, i, i % 2 ? NULL : i % 4 ? "two" : "four", e);
	return st;
}

static void each_question_gets_its_own_answer(void **state)
{
	struct fixture *f = *state;
	OK(store_write(f->store, f->arena, put_many, NULL, &err));
	OK(store_read(f->store, f->arena, fetch, NULL, &err));
	OK(store_write(f->store, f->arena, fetch, NULL, &err));
	OK(store_write_as(f->store, STORE_PLAIN, f->arena, fetch, NULL, &err));
}

/* Asks, never looks, and changes it. */
static enum frg_status change(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	ask_for(tx, 0, 4);
	return store_setting_put(tx, 0, name_of(tx, 0), str_of(ctx), e);
}

static enum frg_status look(struct store_tx *tx, void *ctx, struct frg_error *e) { return must_be(tx, 0, ctx, e); }

static void what_was_not_fetched_is_forgotten(void **state)
{
	struct fixture *f = *state;
	char first[] = "first", second[] = "second";
	OK(store_write(f->store, f->arena, change, first, &err));
	OK(store_write(f->store, f->arena, look, first, &err));
	OK(store_write_as(f->store, STORE_PLAIN, f->arena, change, second, &err));
	OK(store_write_as(f->store, STORE_PLAIN, f->arena, look, second, &err));
}

/* A question that cannot be answered fails the work that asks it, and nothing else. */
static enum frg_status ask_nonsense(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	str value;
	(void)ctx;
	if (store_ask(tx)) {
		store_unread(store_setting_get(tx, 0, (str){"\xff", 1}, &value, e));
		store_asked(tx);
	}
	return store_setting_get(tx, 0, (str){"\xff", 1}, &value, e);
}

static void a_question_may_fail(void **state)
{
	struct fixture *f = *state;
	assert_int_not_equal(store_write(f->store, f->arena, ask_nonsense, NULL, &err), FRG_OK);
	assert_int_not_equal(store_read(f->store, f->arena, ask_nonsense, NULL, &err), FRG_OK);
	OK(store_write(f->store, f->arena, put_many, NULL, &err));
	OK(store_read(f->store, f->arena, fetch, NULL, &err));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(each_question_gets_its_own_answer),
		TEST(what_was_not_fetched_is_forgotten),
		TEST(a_question_may_fail),
	};
	return cmocka_run_group_tests_name("asking ahead", tests, NULL, NULL);
}
