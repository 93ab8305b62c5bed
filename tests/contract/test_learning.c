/* Of every store, too: a house's models, and the decisions that they are made from. */
#include "store_fixture.h"

#include "store/learning.h"

/* ---- learning ---- */

struct lessons {
	id64 site;
	bool better;
	int64_t before, limit;
	int64_t choose; /* -1: nothing */
	struct store_verdicts verdicts;
	struct store_house_models models;
	struct store_house_choices choices;
};

static enum frg_status read_lessons(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct lessons *l = ctx;
	enum frg_status st = store_verdict_page(tx, l->site, FRG_LANG_DE, VERDICT_TEXTS, l->before, 0, l->limit,
	                                        &l->verdicts, e);
	if (st == FRG_OK)
		st = store_house_list(tx, l->site, &l->models, e);
	return st == FRG_OK ? store_house_choices(tx, l->site, 10, &l->choices, e) : st;
}

static enum frg_status keep_model(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct lessons *l = ctx;
	struct store_house_model m = {.site = l->site,
	                              .lang = FRG_LANG_DE,
	                              .name = STR("house-1"),
	                              .hash = STR("h"),
	                              .data = l->better ? STR("a\0b") : STR(""),
	                              .size = 3,
	                              .better = l->better,
	                              .report = STR("{}"),
	                              .reason = STR("nightly"),
	                              .created = clock_now()};
	enum frg_status st = store_house_insert(tx, &m, e);
	struct store_house_choice c = {
		.site = l->site, .version = l->choose, .reason = STR("chosen"), .created = clock_now()};
	return st == FRG_OK && l->choose >= 0 ? store_house_choose(tx, &c, e) : st;
}

struct whole {
	id64 site;
	int64_t version;
	struct store_house_model model;
};

static enum frg_status read_whole(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct whole *w = ctx;
	return store_house_get(tx, w->site, w->version, &w->model, e);
}

static void decisions_to_learn_from_come_newest_first(void **state)
{
	struct fixture *f = *state;
	make_one(f, "erster", "release");
	make_one(f, "zweiter", "reject");
	make_one(f, "dritter", "return"); /* neither for nor against */
	struct lessons l = {.site = f->site.id, .limit = 10};
	OK(store_read(f->store, f->arena, read_lessons, &l, &err));
	assert_int_equal(l.verdicts.count, 2);
	assert_true(str_eq(l.verdicts.items[0].text, STR("zweiter")) && str_eq(l.verdicts.items[0].action, STR("reject")));
	assert_true(str_eq(l.verdicts.items[1].text, STR("erster")));
	l.limit = 1;
	l.before = l.verdicts.items[0].seq;
	OK(store_read(f->store, f->arena, read_lessons, &l, &err));
	assert_int_equal(l.verdicts.count, 1);
	assert_true(str_eq(l.verdicts.items[0].text, STR("erster")));
	l.site++;
	OK(store_read(f->store, f->arena, read_lessons, &l, &err));
	assert_int_equal(l.verdicts.count, 0);
}

static void models_have_a_ceiling_and_the_one_in_force_stays(void **state)
{
	struct fixture *f = *state;
	struct lessons l = {.site = f->site.id, .better = true, .choose = 1, .limit = 1};
	OK(store_write(f->store, f->arena, keep_model, &l, &err)); /* version 1 is chosen, and no other */
	l.choose = -1;
	for (int i = 2; i <= STORE_HOUSE_MODELS + 5; i++)
		OK(store_write(f->store, f->arena, keep_model, &l, &err));
	OK(store_read(f->store, f->arena, read_lessons, &l, &err));
	assert_int_equal(l.models.count, STORE_HOUSE_MODELS + 5);
	assert_int_equal(l.models.items[0].version, STORE_HOUSE_MODELS + 5);
	for (size_t i = 0; i < l.models.count; i++)
		assert_int_equal(l.models.items[i].kept, i < STORE_HOUSE_MODELS || l.models.items[i].version == 1);
	assert_int_equal(l.choices.count, 1);
	struct whole w = {.site = f->site.id, .version = 1};
	OK(store_read(f->store, f->arena, read_whole, &w, &err));
	assert_true(str_eq(w.model.data, STR("a\0b")));
	w.version = 3;
	OK(store_read(f->store, f->arena, read_whole, &w, &err));
	assert_int_equal(w.model.data.n, 0);
	l.better = false;
	for (int i = 0; i < STORE_HOUSE_RECORDS + 10; i++)
		OK(store_write(f->store, f->arena, keep_model, &l, &err));
	OK(store_read(f->store, f->arena, read_lessons, &l, &err));
	assert_true(l.models.count <= STORE_HOUSE_RECORDS + STORE_HOUSE_MODELS + 1);
	OK(store_read(f->store, f->arena, read_whole, &(struct whole){.site = f->site.id, .version = 1}, &err));
	w.version = 3;
	assert_int_equal(store_read(f->store, f->arena, read_whole, &w, &err), FRG_NOT_FOUND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(decisions_to_learn_from_come_newest_first),
		TEST(models_have_a_ceiling_and_the_one_in_force_stays),
	};
	return cmocka_run_group_tests_name("learning", tests, NULL, NULL);
}
