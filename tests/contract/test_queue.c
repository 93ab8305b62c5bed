/* The queue's order, its pages and its counts, on either database: for all, for some sections, for what is rare. */
#include "store_fixture.h"

#include "base/buf.h"

enum { ROWS = 40, PAGE = 7 };

struct waiting {
	struct fixture *f;
	struct store_queue_row rows[ROWS];
	struct store_queue_filter filter;
	struct store_queue_place after;
	int64_t limit, number;
	struct store_queue_rows page;
	struct store_queue_count count;
};

static const char *const sections[] = {"Politik | Inland", "Sport", "Kultur", "Inland"};

static enum frg_status put_rows(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct waiting *w = ctx;
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < ROWS; i++)
		st = store_queue_put(tx, &w->rows[i], e);
	return st;
}

/* Due in another order than they came; some waited too long, some are with a lawyer, one is an edit. */
static struct waiting some_waiting(struct fixture *f)
{
	struct waiting w = {.f = f, .filter = {.site = f->site.id}, .limit = PAGE};
	for (size_t i = 0; i < ROWS; i++) {
		struct made m = make_one(f, "Text", NULL);
		w.rows[i] = (struct store_queue_row){.revision = m.revision.id,
		                                     .site = f->site.id,
		                                     .comment = m.comment.id,
		                                     .article = f->article.id,
		                                     .author = f->author,
		                                     .section = str_of(sections[i % COUNT_OF(sections)]),
		                                     .lang = STR("de"),
		                                     .suggestion = STR("look"),
		                                     .submitted = (msec)(1000 + i),
		                                     .due = (msec)(5000 + i * 17 % ROWS / 2),
		                                     .referral = i % 9 == 4 ? STR("lawyer") : STR(""),
		                                     .escalated = i % 10 == 3 ? 7000 : 0,
		                                     .edit = i == 30};
	}
	OK(store_write(f->store, f->arena, put_rows, &w, &err));
	return w;
}

static enum frg_status read_page(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct waiting *w = ctx;
	return store_queue_page(tx, &w->filter, &w->after, w->limit, &w->page, e);
}

static enum frg_status read_count(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct waiting *w = ctx;
	enum frg_status st = store_queue_count(tx, &w->filter, w->limit, &w->count, e);
	bool of_a_lane = w->filter.referral.n || w->filter.lang.n || w->filter.only_edits;
	w->number = w->count.count;
	return st == FRG_OK && !of_a_lane ? store_queue_waiting(tx, &w->filter, w->limit, &w->number, e) : st;
}

static bool before(const struct store_queue_row *a, const struct store_queue_row *b)
{
	if (!a->escalated != !b->escalated)
		return a->escalated != 0;
	return a->due != b->due ? a->due < b->due : a->revision < b->revision;
}

static bool in_filter(const struct waiting *w, const struct store_queue_row *r)
{
	const struct store_queue_filter *f = &w->filter;
	str name = arena_printf(w->f->arena, "\n%.*s\n", STR_ARG(r->section));
	return (!f->sections.n || str_find(f->sections, name, 0) != SIZE_MAX) &&
	       (!f->own_sections.n || str_find(f->own_sections, name, 0) != SIZE_MAX) &&
	       (!f->only_escalated || r->escalated) && (!f->without_lawyer || !r->referral.n) &&
	       (!f->referral.n || r->referral.n) && (!f->only_edits || r->edit);
}

/* All pages, one after the other, are what the filter asks for, each once and in order; the count says how many. */
static void reads_right(struct waiting *w, size_t least)
{
	size_t expected = 0, escalated = 0, seen = 0;
	msec oldest = 0;
	for (size_t i = 0; i < ROWS; i++) {
		if (!in_filter(w, &w->rows[i]))
			continue;
		expected++;
		escalated += w->rows[i].escalated != 0;
		oldest = oldest ? oldest : w->rows[i].submitted;
	}
	assert_true(expected >= least);
	struct store_queue_row last = {0};
	w->after = (struct store_queue_place){0};
	w->limit = PAGE;
	do {
		OK(store_read(w->f->store, w->f->arena, read_page, w, &err));
		for (size_t i = 0; i < w->page.count; i++, seen++) {
			assert_true(in_filter(w, &w->page.items[i]));
			assert_true(seen == 0 || before(&last, &w->page.items[i]));
			last = w->page.items[i];
		}
		w->after = (struct store_queue_place){last.escalated == 0, last.due, last.revision};
	} while (w->page.count == PAGE);
	assert_int_equal(seen, expected);
	w->limit = INT64_MAX;
	OK(store_read(w->f->store, w->f->arena, read_count, w, &err));
	assert_int_equal(w->count.count, expected);
	assert_int_equal(w->number, expected);
	assert_int_equal(w->count.escalated, escalated);
	assert_int_equal(w->count.oldest, oldest);
}

static void pages_and_counts_agree_for_each_filter(void **state)
{
	struct waiting w = some_waiting(*state);
	const id64 site = w.filter.site;
	reads_right(&w, ROWS);
	const struct store_queue_filter filters[] = {
		{.without_lawyer = true},
		{.only_escalated = true},
		{.own_sections = STR("\nSport\n")},
		{.own_sections = STR("\nSport\nKultur\n"), .without_lawyer = true},
		{.sections = STR("\nPolitik | Inland\nSport\nInland\n"), .only_escalated = true},
		{.own_sections = STR("\nSport\nKultur\n"), .sections = STR("\nKultur\nPolitik | Inland\n")},
		{.own_sections = STR("\nPolitik | Inland\n")},
		{.own_sections = STR("\nSport\nKultur\nSport\n"), .without_lawyer = true},
		{.referral = STR("|lawyer|")},
		{.referral = STR("|lawyer|"), .own_sections = STR("\nPolitik | Inland\n")},
		{.only_edits = true},
	};
	for (size_t i = 0; i < COUNT_OF(filters); i++) {
		w.filter = filters[i];
		w.filter.site = site;
		reads_right(&w, 1);
	}
	w.filter = (struct store_queue_filter){
		.site = site, .own_sections = STR("\nSport\n"), .sections = STR("\nKultur\n")};
	reads_right(&w, 0);
	assert_int_equal(w.count.count, 0);
}

/* More sections than are read one by one. */
static void many_sections_are_one_walk(void **state)
{
	struct waiting w = some_waiting(*state);
	struct buf b = BUF_INIT(1 << 12);
	for (int i = 0; i < 40; i++)
		buf_printf(&b, "\nRessort %d", i);
	buf_printf(&b, "\nSport\nKultur\n");
	w.filter.own_sections = buf_finish(&b, w.f->arena);
	reads_right(&w, ROWS / 2);
}

static void counts_end_at_the_limit(void **state)
{
	struct waiting w = some_waiting(*state);
	const struct store_queue_filter filters[] = {
		{0}, {.own_sections = STR("\nPolitik | Inland\nSport\nInland\n")}, {.lang = STR("de")}, {.but_referred_by = 9}};
	for (size_t i = 0; i < COUNT_OF(filters); i++) {
		w.filter = filters[i];
		w.filter.site = w.f->site.id;
		w.limit = 12;
		OK(store_read(w.f->store, w.f->arena, read_count, &w, &err));
		assert_int_equal(w.count.count, 12);
		assert_int_equal(w.number, 12);
		assert_int_equal(w.count.oldest, 1000);
	}
}

static enum frg_status escalate(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct waiting *w = ctx;
	return store_queue_escalate(tx, w->filter.site, 1000 + ROWS / 2, &w->number, e);
}

static enum frg_status stretch(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct waiting *w = ctx;
	return store_queue_stretch(tx, w->filter.site, 10, 10, 1005, e);
}

/* The place in the order follows when a row is escalated, and when a longer term takes that back. */
static void the_order_follows_escalation(void **state)
{
	struct waiting w = some_waiting(*state);
	OK(store_write(w.f->store, w.f->arena, escalate, &w, &err));
	for (size_t i = 0; i <= ROWS / 2; i++)
		w.rows[i].escalated = 8000;
	reads_right(&w, ROWS);
	assert_true(w.count.escalated > ROWS / 2);
	OK(store_write(w.f->store, w.f->arena, stretch, &w, &err));
	for (size_t i = 0; i < ROWS; i++)
		w.rows[i].escalated = i <= 5 ? 8000 : 0;
	reads_right(&w, ROWS);
	assert_int_equal(w.count.escalated, 6);
}

static enum frg_status read_ahead(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct waiting *w = ctx;
	const struct store_queue_row *r = &w->rows[w->limit];
	return store_queue_ahead(tx, r->site, &(struct store_queue_place){!r->escalated, r->due, r->revision}, &w->number,
	                         e);
}

static void those_ahead_are_counted_in_the_order(void **state)
{
	struct waiting w = some_waiting(*state);
	for (size_t i = 0; i < ROWS; i++) {
		int64_t expected = 0;
		for (size_t k = 0; k < ROWS; k++)
			expected += before(&w.rows[k], &w.rows[i]);
		w.limit = (int64_t)i;
		OK(store_read(w.f->store, w.f->arena, read_ahead, &w, &err));
		assert_int_equal(w.number, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pages_and_counts_agree_for_each_filter, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_sections_are_one_walk, set_up, tear_down),
		cmocka_unit_test_setup_teardown(counts_end_at_the_limit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_order_follows_escalation, set_up, tear_down),
		cmocka_unit_test_setup_teardown(those_ahead_are_counted_in_the_order, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
