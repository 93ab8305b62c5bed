/* Keys by which texts are found again: what is released is not found by them, though they go later. */
#include "store_fixture.h"

#include "store/near_held.h"
#include "store/tally.h"
#include "store/tx.h"

enum { KEY = 7 };

struct near {
	struct made *made;
	enum store_state from, to;
	int64_t upto, tallied;
	struct store_ids found;
	bool has; /* rows of its own */
};

static enum frg_status put(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	const struct near *n = ctx;
	const uint64_t keys[] = {KEY, KEY + 1};
	struct store_queue_row row = {.revision = n->made->revision.id,
	                              .site = n->made->f->site.id,
	                              .comment = n->made->comment.id,
	                              .article = n->made->f->article.id,
	                              .suggestion = STR("look")};
	enum frg_status st = store_queue_put(tx, &row, e); /* as it stands there from before, without its keys */
	return st == FRG_OK ? store_near_put(tx, row.site, row.revision, false, keys, COUNT_OF(keys), e) : st;
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

static enum frg_status has_rows(struct store_tx *tx, id64 revision, bool *has, struct frg_error *e)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, e, &rows, "SELECT 1 FROM near_key WHERE revision_id = $1 LIMIT 1",
	                              DB_INT(revision));
	if (st != FRG_OK)
		return st;
	*has = db_next(rows);
	return db_end(rows, e);
}

static enum frg_status look(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct near *n = ctx;
	const uint64_t key = KEY;
	struct store_tally tally;
	id64 site = n->made->f->site.id;
	enum frg_status st = store_near_find(tx, site, &key, 1, false, 1, &n->found, e);
	if (st == FRG_OK)
		st = has_rows(tx, n->made->revision.id, &n->has, e);
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
	OK(store_write(f->store, f->arena, look, &n, &err));
	assert_int_equal(n.found.items[0], second.revision.id);
	assert_int_equal(n.tallied, 2);
	run(f, move, &n);
	OK(store_write(f->store, f->arena, look, &n, &err));
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
	OK(store_write(f->store, f->arena, look, &b, &err));
	assert_true(b.has);
	b.upto = undone.decision.seq;
	run(f, forget, &b);
	OK(store_write(f->store, f->arena, look, &a, &err));
	OK(store_write(f->store, f->arena, look, &b, &err));
	OK(store_write(f->store, f->arena, look, &c, &err));
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
	OK(store_write(f->store, f->arena, look, &n, &err));
	assert_true(n.has);
	assert_int_equal(n.found.count, 0); /* among what waits */
	assert_int_equal(n.tallied, 1);
}

/* ---- in the queue ---- */

struct waiting {
	struct fixture *f;
	struct made made;
	uint64_t keys[2];
	size_t count;
	id64 blind_for;
	bool leaves, fails;
	struct store_ids found;
};

static enum frg_status enter(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct waiting *w = ctx;
	struct store_queue_row row = {.revision = w->made.revision.id,
	                              .site = w->f->site.id,
	                              .comment = w->made.comment.id,
	                              .article = w->f->article.id,
	                              .suggestion = STR("look"),
	                              .blind_for = w->blind_for,
	                              .near_count = w->count};
	memcpy(row.near, w->keys, sizeof w->keys);
	enum frg_status st = store_queue_put(tx, &row, e);
	if (st == FRG_OK)
		st = store_event_insert(
			tx, &(struct store_event){.kind = STR("held"), .site = w->f->site.id, .revision = row.revision}, e);
	return st == FRG_OK && w->fails ? frg_fail(e, FRG_CONFLICT, "no", "no") : st;
}

static enum frg_status find(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct waiting *w = ctx;
	bool waits, refused;
	enum frg_status st = FRG_OK;
	if (w->leaves)
		st = store_revision_move(tx, w->made.revision.id, STATE_HELD, 0, STATE_RELEASED, e);
	if (st == FRG_OK)
		st = store_near_known(tx, w->f->site.id, w->keys, w->count, &waits, &refused, e);
	if (st == FRG_OK)
		st = store_near_find(tx, w->f->site.id, w->keys, w->count, false, 4, &w->found, e);
	if (st == FRG_OK)
		assert_true(!refused && (waits || w->found.count == 0));
	return st == FRG_OK && w->fails ? frg_fail(e, FRG_CONFLICT, "no", "no") : st;
}

static struct waiting held(struct fixture *f, const char *text, uint64_t first, uint64_t second)
{
	return (struct waiting){.f = f, .made = make_one(f, text, NULL), .keys = {first, second}, .count = second ? 2 : 1};
}

static size_t found(struct store *store, struct waiting *w)
{
	OK(store_write(store, w->f->arena, find, w, &err));
	return w->found.count;
}

static void what_waits_is_found_until_it_leaves(void **state)
{
	struct fixture *f = *state;
	struct waiting a = held(f, "a", KEY, KEY + 1), b = held(f, "b", KEY + 1, UINT64_MAX);
	assert_int_equal(found(f->store, &a), 0);
	OK(store_write(f->store, f->arena, enter, &a, &err));
	assert_int_equal(found(f->store, &a), 1); /* once, though by two keys */
	assert_int_equal(found(f->store, &b), 1);
	assert_int_equal(b.found.items[0], a.made.revision.id);
	OK(store_write(f->store, f->arena, enter, &b, &err));
	assert_int_equal(found(f->store, &b), 2);
	assert_int_equal(b.found.items[0], b.made.revision.id); /* the newest first */
	a.leaves = true;
	assert_int_equal(found(f->store, &a), 1);
	assert_int_equal(a.found.items[0], b.made.revision.id);
}

static void what_is_taken_back_is_found_again(void **state)
{
	struct fixture *f = *state;
	struct waiting a = held(f, "a", KEY, 0), b = held(f, "b", KEY, 0);
	OK(store_write(f->store, f->arena, enter, &a, &err));
	b.fails = true;
	assert_int_equal(store_write(f->store, f->arena, enter, &b, &err), FRG_CONFLICT);
	b.fails = false;
	assert_int_equal(found(f->store, &b), 1);
	a.leaves = a.fails = true;
	assert_int_equal(store_write(f->store, f->arena, find, &a, &err), FRG_CONFLICT);
	assert_int_equal(a.found.count, 0);
	assert_int_equal(found(f->store, &b), 1);
}

/* A program that is killed, others beside it. */
static void every_program_finds_it(void **state)
{
	struct fixture *f = *state;
	struct store *other;
	struct store_config config = {.url = str_of(f->url)};
	struct waiting a = held(f, "a", KEY, 0), b = held(f, "b", KEY, 0), c = held(f, "c", KEY, UINT64_MAX - 1);
	OK(store_write(f->store, f->arena, enter, &a, &err));
	OK(store_open(&config, &other, &err));
	assert_int_equal(found(other, &a), 1);
	OK(store_write(f->store, f->arena, enter, &b, &err));
	assert_int_equal(found(other, &a), 2);
	OK(store_write(other, f->arena, enter, &c, &err));
	assert_int_equal(found(f->store, &c), 3);
	a.leaves = true;
	assert_int_equal(found(f->store, &a), 2);
	assert_int_equal(found(other, &c), 2);
	store_close(other);
}

/* Referred, taken back, referred again: it stands in the same list many times, and does not hide what stands behind. */
static void what_comes_in_again_hides_nothing(void **state)
{
	struct fixture *f = *state;
	struct waiting a = held(f, "a", KEY, 0), b = held(f, "b", KEY, 0);
	OK(store_write(f->store, f->arena, enter, &a, &err));
	for (int i = 0; i < 6; i++)
		OK(store_write(f->store, f->arena, enter, &b, &err));
	assert_int_equal(found(f->store, &b), 2);
	assert_int_equal(b.found.items[0], b.made.revision.id);
	assert_int_equal(b.found.items[1], a.made.revision.id);
}

/* What is only to be judged a second time waits for nobody. */
static void what_is_decided_and_judged_again_does_not_wait(void **state)
{
	struct fixture *f = *state;
	struct waiting a = held(f, "a", KEY, 0);
	OK(store_write(f->store, f->arena, enter, &a, &err));
	assert_int_equal(found(f->store, &a), 1);
	struct waiting again = a;
	again.blind_for = f->editor.id;
	again.count = 0;
	OK(store_write(f->store, f->arena, enter, &again, &err));
	assert_int_equal(found(f->store, &a), 0);
}

/* A server that takes over may lack what the former had not told it, and give the same numbers to other events. */
static void after_a_take_over_it_is_read_anew(void **state)
{
	struct fixture *f = *state;
	struct store *other;
	struct store_config config = {.url = str_of(f->url)};
	if (!f->postgres)
		return;
	struct waiting a = held(f, "a", KEY, 0), lost = held(f, "b", KEY, 0), c = held(f, "c", KEY, 0);
	char sql[400];
	OK(store_write(f->store, f->arena, enter, &a, &err));
	OK(store_write(f->store, f->arena, enter, &lost, &err));
	assert_int_equal(found(f->store, &a), 2);
	snprintf(sql, sizeof sql,
	         "DELETE FROM queue WHERE revision_id = %lld; DELETE FROM event WHERE revision_id = %lld;"
	         " UPDATE counter SET value = value - 1 WHERE name = 'event'; SELECT pg_terminate_backend(pid)"
	         " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
	         (long long)lost.made.revision.id, (long long)lost.made.revision.id);
	tamper(f, sql);
	OK(store_open(&config, &other, &err));
	OK(store_write(other, f->arena, enter, &c, &err));
	store_close(other);
	assert_int_equal(found(f->store, &a), 2);
	assert_int_equal(a.found.items[0], c.made.revision.id);
}

/* ---- what is decided together ---- */

enum { TOGETHER = 7, LINK = 99 };

struct together {
	struct fixture *f;
	struct made made[TOGETHER];
	struct store_queue_rows page;
	id64 after;
	int64_t count;
	bool by_link, cut;
	str sections;
	int64_t limit;
};

/* One group of five, one referred among them; one by itself; one that is only to be judged again. All have the link. */
static enum frg_status enter_together(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct together *t = ctx;
	const uint64_t link = LINK;
	enum frg_status st = FRG_OK;
	for (int i = 0; st == FRG_OK && i < TOGETHER; i++) {
		struct store_queue_row row = {.revision = t->made[i].revision.id,
		                              .site = t->f->site.id,
		                              .comment = t->made[i].comment.id,
		                              .article = t->f->article.id,
		                              .section = i == 1 ? STR("Sport") : STR("Lokales"),
		                              .suggestion = STR("look"),
		                              .referral = i == 2 ? STR("second") : STR(""),
		                              .group = t->made[i < 5 ? 0 : i].revision.id};
		if (i == 6)
			row.group = 0, row.blind_for = t->f->editor.id;
		st = store_queue_put(tx, &row, e);
		if (st == FRG_OK)
			st = store_near_put(tx, row.site, row.revision, false, &link, 1, e);
	}
	return st;
}

static enum frg_status read_together(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct together *t = ctx;
	id64 first = t->made[0].revision.id, site = t->f->site.id;
	enum frg_status st = t->by_link ? store_queue_linked(tx, site, LINK, t->after, t->limit, &t->page, e)
	                                : store_queue_group(tx, first, t->after, t->limit, &t->page, e);
	if (st != FRG_OK)
		return st;
	return t->by_link ? store_queue_linked_count(tx, site, LINK, first, t->sections, t->limit, &t->count, &t->cut, e)
	                  : store_queue_group_count(tx, first, first, t->sections, t->limit, &t->count, &t->cut, e);
}

static void assert_page(struct together *t, id64 after, int64_t limit, int from, int to)
{
	t->after = after;
	t->limit = limit;
	OK(store_read(t->f->store, t->f->arena, read_together, t, &err));
	assert_int_equal(t->page.count, to - from);
	for (int i = from; i < to; i++)
		assert_int_equal(t->page.items[i - from].revision, t->made[i].revision.id);
}

static void what_is_decided_together_is_told_in_pages(void **state)
{
	struct together t = {.f = *state};
	for (int i = 0; i < TOGETHER; i++)
		t.made[i] = make_one(t.f, "a", NULL);
	OK(store_write(t.f->store, t.f->arena, enter_together, &t, &err));
	assert_page(&t, 0, 3, 0, 3);
	assert_true(t.cut);
	assert_page(&t, t.page.items[2].revision, 3, 3, 5);
	assert_page(&t, 0, 100, 0, 5);
	assert_int_equal(t.count, 3); /* but itself, and but the one that somebody is asked about */
	assert_false(t.cut);
	assert_int_equal(t.page.items[1].group, t.made[0].revision.id);
	t.sections = STR("\nKultur\nSport\n");
	assert_page(&t, 0, 100, 0, 5);
	assert_int_equal(t.count, 1);
	t.sections = STR("");
	t.by_link = true;
	assert_page(&t, 0, 4, 0, 4);
	assert_page(&t, t.page.items[3].revision, 4, 4, 7);
	assert_page(&t, 0, 100, 0, 7);
	assert_int_equal(t.count, 1); /* that has another text, and really waits */
	OK(store_write(t.f->store, t.f->arena, move, &(struct near){.made = &t.made[5], .to = STATE_RELEASED}, &err));
	assert_page(&t, t.made[4].revision.id, 100, 6, 7);
	assert_int_equal(t.count, 0);
}

/* ---- memory ---- */

/* A picture of the test's own beside the store's. */
struct picture {
	struct fixture *f;
	struct near_held *held;
	uint64_t key;
	bool added, knows;
};

static enum frg_status read_picture(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct picture *p = ctx;
	near_held_begin(p->held, 0);
	return near_held_read(p->held, tx->db, e);
}

static enum frg_status add_to_picture(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct picture *p = ctx;
	enum frg_status st = read_picture(tx, ctx, e);
	return st == FRG_OK ? near_held_add(p->held, tx->db, p->f->site.id, 1, &p->key, 1, &p->added, e) : st;
}

enum { OTHERS = 64, FEW = 8 };

/* On a node that writes little while others write much, too. */
static void what_others_bring_in_fills_no_memory(void **state)
{
	struct fixture *f = *state;
	struct picture p = {.f = f, .held = near_held_open(FEW), .key = UINT64_MAX};
	OK(store_write(f->store, f->arena, read_picture, &p, &err));
	for (uint64_t i = 0; i < OTHERS; i++) {
		struct waiting w = held(f, "x", KEY + i, 0);
		OK(store_write(f->store, f->arena, enter, &w, &err));
		OK(store_write(f->store, f->arena, read_picture, &p, &err));
		w.leaves = true;
		assert_int_equal(found(f->store, &w), 0);
	}
	OK(store_write(f->store, f->arena, add_to_picture, &p, &err));
	assert_true(p.added);
	near_held_close(p.held);
}

/* A job is done, the next one is taken back. That nothing was read for it shows in what is known though it has gone. */
static enum frg_status keep_and_undo(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct picture *p = ctx;
	enum frg_status st = read_picture(tx, ctx, e);
	near_held_keep(p->held, 0);
	if (st == FRG_OK)
		st = DB_RUN(tx->db, e, "DELETE FROM queue WHERE site_id = $1", DB_INT(p->f->site.id));
	near_held_undo(p->held);
	if (st == FRG_OK)
		st = near_held_read(p->held, tx->db, e);
	p->knows = st == FRG_OK && near_held_knows(p->held, p->f->site.id, &p->key, 1);
	return st;
}

static void what_was_kept_is_not_read_again_for_another_that_failed(void **state)
{
	struct fixture *f = *state;
	struct picture p = {.f = f, .held = near_held_open(NEAR_HELD_MAX), .key = KEY};
	struct waiting a = held(f, "a", KEY, 0);
	OK(store_write(f->store, f->arena, enter, &a, &err));
	OK(store_write(f->store, f->arena, keep_and_undo, &p, &err));
	assert_true(p.knows);
	near_held_close(p.held);
}

struct filling {
	struct fixture *f;
	size_t left_out, found;
};

enum { MOST = 8, MORE = 40 };

static enum frg_status fill_up(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct filling *t = ctx;
	struct near_held *h = near_held_open(MOST);
	enum frg_status st = near_held_read(h, tx->db, e);
	for (uint64_t i = 0; st == FRG_OK && i < MORE; i++) {
		bool added;
		uint64_t key = (KEY + i) << 32;
		st = near_held_add(h, tx->db, t->f->site.id, (id64)i + 1, &key, 1, &added, e);
		t->left_out += !added;
		t->found += near_held_knows(h, t->f->site.id, &key, 1);
	}
	near_held_close(h);
	return st;
}

/* None of these stands in the queue, so all are forgotten whenever that is read anew. */
struct anew {
	bool searches, known;
};

/* Another key of a transaction that begins anew, having told of it. */
static enum frg_status begin_anew(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	bool added;
	struct anew *t = ctx;
	struct store_ids found = {.items = ARENA_ARRAY(store_arena(tx), id64, 4)};
	const uint64_t kept = UINT64_C(11) << 32, undone = UINT64_C(12) << 32;
	struct near_held *h = near_held_open(1000);
	near_held_begin(h, 1);
	enum frg_status st = near_held_first(h, tx->db, e);
	if (st == FRG_OK)
		st = near_held_add(h, tx->db, 1, 1, &kept, 1, &added, e);
	near_held_keep(h, 0);
	near_held_begin(h, 1);
	if (st == FRG_OK)
		st = near_held_first(h, tx->db, e);
	if (st == FRG_OK)
		st = near_held_add(h, tx->db, 1, 2, &undone, 1, &added, e);
	if (st == FRG_OK && t->searches)
		st = near_held_find(h, tx->db, 1, &kept, 1, 4, &found, e);
	near_held_keep(h, 1);
	near_held_again(h);
	near_held_begin(h, 1);
	if (st == FRG_OK)
		st = near_held_read(h, tx->db, e);
	/* neither is in a row of the queue */
	t->known = st == FRG_OK && (near_held_knows(h, 1, &kept, 1) || near_held_knows(h, 1, &undone, 1));
	near_held_close(h);
	return st;
}

static void what_begins_anew_is_not_read_anew(void **state)
{
	struct fixture *f = *state;
	struct anew t = {0};
	OK(store_write(f->store, f->arena, begin_anew, &t, &err));
	assert_true(t.known);
	t.searches = true; /* what it did not find may have left by what is undone */
	OK(store_write(f->store, f->arena, begin_anew, &t, &err));
	assert_false(t.known);
}

static void memory_has_a_ceiling(void **state)
{
	struct filling t = {.f = *state};
	OK(store_write(t.f->store, t.f->arena, fill_up, &t, &err));
	assert_int_equal(t.left_out, 0);
	assert_int_equal(t.found, MORE);
	for (int i = 0; i < MOST; i++) {
		struct waiting w = held(t.f, "x", KEY + (uint64_t)i, 0);
		OK(store_write(t.f->store, t.f->arena, enter, &w, &err));
	}
	t.found = 0;
	OK(store_write(t.f->store, t.f->arena, fill_up, &t, &err));
	assert_int_equal(t.left_out, MORE);
	assert_int_equal(t.found, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_is_released_is_not_found),
		TEST(released_keys_are_forgotten_with_others),
		TEST(what_is_refused_is_found_as_such),
		TEST(what_waits_is_found_until_it_leaves),
		TEST(what_is_taken_back_is_found_again),
		TEST(every_program_finds_it),
		TEST(what_comes_in_again_hides_nothing),
		TEST(what_is_decided_and_judged_again_does_not_wait),
		TEST(after_a_take_over_it_is_read_anew),
		TEST(what_is_decided_together_is_told_in_pages),
		TEST(what_others_bring_in_fills_no_memory),
		TEST(what_was_kept_is_not_read_again_for_another_that_failed),
		TEST(memory_has_a_ceiling),
		TEST(what_begins_anew_is_not_read_anew),
	};
	return cmocka_run_group_tests_name("near", tests, NULL, NULL);
}
