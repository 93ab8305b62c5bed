/* What is found by words: the same in every store, whatever its index. */
#include "store_fixture.h"

struct looking {
	struct fixture *f;
	struct store_word words[3];
	size_t count;
	struct store_ids hits, missing;
};

static enum frg_status add(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct made *m = ctx;
	return store_search_add(tx, m->revision.id, STR("Zoë Ångström"), STR("Die Brücke am Fluß"), m->text, e);
}

static enum frg_status add_and_fail(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	enum frg_status st = add(tx, ctx, e);
	return st == FRG_OK ? frg_fail(e, FRG_FORBIDDEN, "no", "no") : st;
}

static enum frg_status take_out(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct made *m = ctx;
	return store_search_remove(tx, m->revision.id, STR("Zoë Ångström"), STR("Die Brücke am Fluß"), m->text, e);
}

static enum frg_status look(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct looking *l = ctx;
	struct store_search q = {
		.site = l->f->site.id, .before = INT64_MAX, .to = INT64_MAX, .words = l->words, .word_count = l->count};
	enum frg_status st = store_search_find(tx, &q, 10, &l->hits, e);
	return st == FRG_OK ? store_search_missing(tx, 0, 10, &l->missing, e) : st;
}

static size_t hits(struct fixture *f, int where, const char *begin, const char *second)
{
	struct looking l = {.f = f, .words = {{where, str_of(begin)}, {where, str_of(second)}}, .count = second ? 2 : 1};
	OK(store_read(f->store, f->arena, look, &l, &err));
	return l.hits.count;
}

static void what_was_not_kept_is_not_found(void **state)
{
	struct fixture *f = *state;
	struct made one = make_one(f, "Ein Steg, den es nie gab.", NULL);
	assert_int_equal(store_write(f->store, f->arena, add_and_fail, &one, &err), FRG_FORBIDDEN);
	assert_int_equal(store_write_as(f->store, STORE_PLAIN, f->arena, add_and_fail, &one, &err), FRG_FORBIDDEN);
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "steg", NULL), 0);
	OK(store_write_as(f->store, STORE_PLAIN, f->arena, add, &one, &err));
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "steg", NULL), 1);
}

static void words_are_found_by_their_beginning(void **state)
{
	struct fixture *f = *state;
	struct made one = make_one(f, "Der „Müllers-Steg“, 2024 gebaut: z.B. foo-bar@example.com!", NULL);
	struct made two = make_one(f, "Muller schreibt etwas anderes.", NULL);
	OK(store_write(f->store, f->arena, add, &one, &err));
	OK(store_write(f->store, f->arena, add, &two, &err));
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "muller", NULL), 2); /* marks and capitals do not count */
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "MÜLLERS", NULL), 1);
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "steg", NULL), 1);
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "example", NULL), 1); /* no part of an address is hidden */
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "2024", NULL), 1);
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "muller", "schr"), 1);
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "uller", NULL), 0);
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "bruck", NULL), 2);
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "fluß", NULL), 2);
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "zoe", "angstrom"), 2);
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "„Müllers–Steg“", NULL), 1); /* what is not ASCII may hold signs */
	assert_int_equal(hits(f, SEARCH_NAME, "bruck", NULL), 0);
	assert_int_equal(hits(f, SEARCH_TITLE, "bruck", NULL), 2);
	assert_int_equal(hits(f, SEARCH_NAME, "zo", NULL), 2);
	assert_int_equal(hits(f, SEARCH_TITLE, "steg", NULL), 0);
}

static void what_is_taken_out_is_not_found(void **state)
{
	struct fixture *f = *state;
	struct made m = make_one(f, "Vom Turm gesehen", NULL);
	struct looking l = {.f = f, .words = {{SEARCH_ANYWHERE, STR("turm")}}, .count = 1};
	OK(store_read(f->store, f->arena, look, &l, &err));
	assert_int_equal(l.hits.count, 0);
	assert_int_equal(l.missing.count, 1);
	OK(store_write(f->store, f->arena, add, &m, &err));
	OK(store_read(f->store, f->arena, look, &l, &err));
	assert_int_equal(l.hits.count, 1);
	assert_int_equal(l.missing.count, 0);
	OK(store_write(f->store, f->arena, take_out, &m, &err));
	OK(store_read(f->store, f->arena, look, &l, &err));
	assert_int_equal(l.hits.count, 0);
	assert_int_equal(l.missing.count, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_was_not_kept_is_not_found),
		TEST(words_are_found_by_their_beginning),
		TEST(what_is_taken_out_is_not_found),
	};
	return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
