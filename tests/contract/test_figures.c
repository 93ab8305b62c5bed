/* Of every store, too: figures are counted once each. */
#include "store_fixture.h"

#include "store/figures.h"

struct counting {
	id64 site;
	int64_t value, from, to;
	bool replace, fails;
	int64_t seen, sum;
	struct store_texts scopes;
	int64_t mark;
};

static enum frg_status count_something(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct counting *c = ctx;
	const struct store_figure f = {
		.scope = STR("/Politik"), .day = 20000, .name = FIGURE_KIND, .bin = 1, .value = c->value};
	enum frg_status st = store_figure_mark_move(tx, c->site, STR("decision"), c->from, c->to, e);
	if (st == FRG_OK)
		st = store_figure_scope_put(tx, c->site, f.scope, e);
	if (st == FRG_OK)
		st = c->replace ? store_figure_set(tx, c->site, &f, e) : store_figure_add(tx, c->site, &f, e);
	return st == FRG_OK && c->fails ? frg_fail(e, FRG_FORBIDDEN, "conflict", "on purpose") : st;
}

static void see_one(void *ctx, const struct store_figure *f)
{
	struct counting *c = ctx;
	c->seen++;
	c->sum += f->value;
}

static enum frg_status see_counts(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct counting *c = ctx;
	c->seen = c->sum = 0;
	enum frg_status st = store_figure_each(tx, c->site, STR("/Politik"), 19990, 20000, FIGURE_FORECAST, see_one, c, e);
	if (st == FRG_OK)
		st = store_figure_scopes(tx, c->site, 10, &c->scopes, e);
	return st == FRG_OK ? store_figure_mark(tx, c->site, STR("decision"), &c->mark, e) : st;
}

static enum frg_status purge_counts(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_figure_purge(tx, *(int64_t *)ctx, e);
}

/* The mark and the counts move together, or not at all. */
static void figures_are_counted_once(void **state)
{
	struct fixture *f = *state;
	struct counting c = {.site = f->site.id, .value = 3, .to = 7};
	OK(store_write(f->store, f->arena, count_something, &c, &err));
	assert_int_equal(store_write(f->store, f->arena, count_something, &c, &err), FRG_CONFLICT); /* was counted */
	c = (struct counting){.site = f->site.id, .value = 5, .from = 7, .to = 9, .fails = true};
	assert_int_equal(store_write(f->store, f->arena, count_something, &c, &err), FRG_FORBIDDEN);
	OK(store_read(f->store, f->arena, see_counts, &c, &err));
	assert_int_equal(c.mark, 7);
	assert_int_equal(c.seen, 1);
	assert_int_equal(c.sum, 3);
	assert_int_equal(c.scopes.count, 1);
	c.fails = false;
	OK(store_write(f->store, f->arena, count_something, &c, &err));
	OK(store_read(f->store, f->arena, see_counts, &c, &err));
	assert_int_equal(c.sum, 8);
	c = (struct counting){.site = f->site.id, .value = 2, .from = 9, .to = 10, .replace = true};
	OK(store_write(f->store, f->arena, count_something, &c, &err));
	OK(store_read(f->store, f->arena, see_counts, &c, &err));
	assert_int_equal(c.sum, 2);
	int64_t before = 20001;
	OK(store_write(f->store, f->arena, purge_counts, &before, &err));
	OK(store_read(f->store, f->arena, see_counts, &c, &err));
	assert_int_equal(c.seen, 0);
	assert_int_equal(c.mark, 10);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(figures_are_counted_once),
	};
	return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}
