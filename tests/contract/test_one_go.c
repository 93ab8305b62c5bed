/* What a transaction keeps until its work is done and then writes once for all of it: its events, and where the chain
 * of decisions ends. */
#include "store_fixture.h"

#include "store/person.h"

struct work {
	struct fixture *f;
	struct made made[3];
	bool erases, fails, forgets; /* forgets: empties its arena after each, as whoever erases thousands does */
	int64_t seq, erased_at;
	str hash, erased_hash;
	struct store_events events;
	struct store_decisions decisions;
};

static enum frg_status tell(struct store_tx *tx, id64 comment, struct frg_error *e)
{
	char detail[32]; /* is not there any more when the work is done */
	snprintf(detail, sizeof detail, "of %lld", (long long)comment);
	return store_event_insert(
		tx, &(struct store_event){.kind = STR("decided"), .site = 1, .comment = comment, .detail = str_of(detail)}, e);
}

static enum frg_status decide_all(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct work *w = ctx;
	struct store_erasure erasure = {.site = w->f->site.id,
	                                .subject = STR("text"),
	                                .subject_id = w->made[0].revision.id,
	                                .subject_hash = w->made[0].revision.text_hash,
	                                .comment = w->made[0].comment.id,
	                                .state = STR("rejected"),
	                                .cause = STR("command")};
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < COUNT_OF(w->made); i++) {
		st = decide(tx, &w->made[i], e);
		if (st == FRG_OK)
			st = tell(tx, w->made[i].comment.id, e);
		if (st == FRG_OK && i == 1 && w->erases)
			st = store_erasure_append(tx, &erasure, e);
		if (w->forgets) {
			arena_reset(store_arena(tx));
			memset(arena_alloc(store_arena(tx), 4096), 'x', 4096);
			arena_reset(store_arena(tx));
		}
	}
	w->erased_at = erasure.chain_seq;
	w->erased_hash = erasure.chain_hash;
	if (st == FRG_OK)
		st = store_chain_head(tx, &w->seq, &w->hash, e);
	return st == FRG_OK && w->fails ? frg_fail(e, FRG_CONFLICT, "test", "fails at the end") : st;
}

static enum frg_status read_all(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct work *w = ctx;
	enum frg_status st = store_event_after(tx, 0, 100, &w->events, e);
	if (st == FRG_OK)
		st = store_decision_page(tx, 0, 100, &w->decisions, e);
	return st == FRG_OK ? store_chain_head(tx, &w->seq, &w->hash, e) : st;
}

static void prepare(struct fixture *f, struct work *w)
{
	static const char *const texts[] = {"a", "b", "c"};
	*w = (struct work){.f = f};
	for (size_t i = 0; i < COUNT_OF(w->made); i++) {
		w->made[i] = make_one(f, texts[i], NULL);
		w->made[i].action = STR("reject");
	}
}

static void decisions_of_one_go_are_chained(void **state)
{
	struct work w;
	prepare(*state, &w);
	w.erases = true;
	OK(store_write(w.f->store, w.f->arena, decide_all, &w, &err));
	assert_int_equal(w.seq, 3); /* within, too, the chain ends where it ends */
	assert_true(str_eq(w.hash, w.made[2].decision.hash));
	assert_int_equal(w.erased_at, 2);
	assert_true(str_eq(w.erased_hash, w.made[1].decision.hash));
	OK(store_read(w.f->store, w.f->arena, read_all, &w, &err));
	assert_int_equal(w.seq, 3);
	assert_true(str_eq(w.hash, w.made[2].decision.hash));
	assert_int_equal(w.decisions.count, 3);
	str before = STR(""), erasures = STR("");
	for (size_t i = 0; i < 3; i++) {
		const struct store_decision *d = &w.decisions.items[i];
		assert_int_equal(d->seq, (int64_t)i + 1);
		assert_true(str_eq(d->prev_hash, before));
		assert_int_equal(str_eq(d->erasures, erasures), i < 2); /* the third names what was erased before it */
		before = d->hash;
	}
}

static void events_of_one_go_come_in_order(void **state)
{
	struct work w;
	prepare(*state, &w);
	OK(store_write(w.f->store, w.f->arena, decide_all, &w, &err));
	OK(store_write(w.f->store, w.f->arena, decide_all, &w, &err));
	OK(store_read(w.f->store, w.f->arena, read_all, &w, &err));
	assert_int_equal(w.events.count, 6);
	for (size_t i = 0; i < 6; i++) {
		char detail[32];
		id64 comment = w.made[i % 3].comment.id;
		snprintf(detail, sizeof detail, "of %lld", (long long)comment);
		assert_int_equal(w.events.items[i].seq, (int64_t)i + 1);
		assert_int_equal(w.events.items[i].comment, comment);
		assert_true(str_eq(w.events.items[i].detail, str_of(detail)));
	}
}

static void whoever_writes_may_empty_its_arena(void **state)
{
	struct work w;
	struct arena *own = arena_open(1 << 20);
	prepare(*state, &w);
	w.forgets = true;
	OK(store_write(w.f->store, own, decide_all, &w, &err));
	OK(store_read(w.f->store, w.f->arena, read_all, &w, &err));
	assert_int_equal(w.events.count, 3);
	assert_true(str_eq(w.events.items[0].kind, STR("decided")));
	assert_int_equal(w.decisions.count, 3);
	for (size_t i = 1; i < 3; i++)
		assert_true(str_eq(w.decisions.items[i].prev_hash, w.decisions.items[i - 1].hash));
	assert_true(str_eq(w.hash, w.decisions.items[2].hash));
	arena_close(own);
}

static void of_what_fails_nothing_is_written(void **state)
{
	struct work w;
	prepare(*state, &w);
	w.fails = true;
	assert_int_equal(store_write(w.f->store, w.f->arena, decide_all, &w, &err), FRG_CONFLICT);
	OK(store_read(w.f->store, w.f->arena, read_all, &w, &err));
	assert_int_equal(w.events.count, 0);
	assert_int_equal(w.decisions.count, 0);
	assert_int_equal(w.seq, 0);
	w.fails = false;
	OK(store_write(w.f->store, w.f->arena, decide_all, &w, &err));
	OK(store_read(w.f->store, w.f->arena, read_all, &w, &err));
	assert_int_equal(w.seq, 3);
	assert_int_equal(w.events.items[0].seq, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(decisions_of_one_go_are_chained),
		TEST(events_of_one_go_come_in_order),
		TEST(whoever_writes_may_empty_its_arena),
		TEST(of_what_fails_nothing_is_written),
	};
	return cmocka_run_group_tests_name("one go", tests, NULL, NULL);
}
