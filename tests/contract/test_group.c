/* Plain work of one group: its questions are asked at once, its rows go together, its events are told together; and
 * still each job is done once or not at all, as if it had been alone. */
#include "store_fixture.h"

#include "store/limit.h"
#include "store/plain.h"

enum { MOST = 40 };

struct member {
	struct fixture *f;
	store_work *work;
	store_questions *ask;
	int64_t number;
	bool bare; /* not plain */
	str text;
	struct made made;
	bool known;
	enum frg_status status;
	struct frg_error err;
	int ran;
	pthread_t thread;
};

struct group {
	struct member *all;
	unsigned count;
};

static void *member_thread(void *arg)
{
	struct member *m = arg;
	struct arena *a = arena_open(8 << 20);
	m->status = store_write_asking(m->f->store, m->bare ? 0 : STORE_PLAIN, a, m->ask, m->work, m, &m->err);
	arena_close(a);
	return NULL;
}

/* While this one holds the writer, all others come to stand in line, one after another. */
static enum frg_status gather(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct group *g = ctx;
	(void)tx;
	for (unsigned i = 0; i < g->count; i++) {
		if (pthread_create(&g->all[i].thread, NULL, member_thread, &g->all[i]))
			return frg_fail(e, FRG_UNAVAILABLE, "test", "no thread");
		while (store_waiting(g->all[i].f->store) <= i)
			usleep(1000);
	}
	return FRG_OK;
}

static void run_together(struct fixture *f, struct member *all, size_t count)
{
	struct group g = {all, (unsigned)count};
	for (size_t i = 0; i < count; i++)
		all[i].f = f;
	OK(store_write(f->store, f->arena, gather, &g, &err));
	for (size_t i = 0; i < count; i++)
		pthread_join(all[i].thread, NULL);
}

static enum frg_status find_made(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	const struct made *m = ctx;
	struct store_revision r;
	struct store_review v;
	enum frg_status st = store_revision_get(tx, m->revision.id, &r, e);
	if (st == FRG_OK)
		assert_true(str_eq(r.text, m->text));
	return st == FRG_OK ? store_review_latest(tx, r.id, &v, e) : st;
}

static bool is_there(struct fixture *f, struct member *m)
{
	enum frg_status st = store_read(f->store, f->arena, find_made, &m->made, &err);
	assert_true(st == FRG_OK || st == FRG_NOT_FOUND);
	return st == FRG_OK;
}

static enum frg_status tell(struct store_tx *tx, const struct member *m, struct frg_error *e)
{
	return store_event_insert(
		tx, &(struct store_event){.kind = STR("held"), .site = m->f->site.id, .comment = m->number}, e);
}

/* ---- rows ---- */

static enum frg_status comment(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct member *m = ctx;
	m->ran++;
	m->made = (struct made){.f = m->f, .text = m->text.n ? m->text : STR("short")};
	enum frg_status st = make(tx, &m->made, e);
	return st == FRG_OK ? tell(tx, m, e) : st;
}

/* By an author who comes with it. */
static enum frg_status newcomer(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct member *m = ctx;
	struct fixture own = *m->f;
	own.author = id_new();
	m->ran++;
	m->made = (struct made){.f = &own, .text = STR("new")};
	enum frg_status st = store_author_insert(tx, own.author, own.site.id,
	                                         arena_printf(store_arena(tx), "token %lld", (long long)own.author), e);
	if (st == FRG_OK)
		st = make(tx, &m->made, e);
	m->made.f = m->f;
	return st == FRG_OK ? tell(tx, m, e) : st;
}

/* A text of a comment that is there, so without some of the rows that others have. */
static enum frg_status another_text(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct member *m = ctx;
	m->ran++;
	m->made.revision.id = id_new();
	m->made.revision.ordinal = 2;
	m->made.revision.idempotency_key = STR("another");
	return store_revision_insert(tx, &m->made.revision, e);
}

static enum frg_status review_of(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct member *m = ctx;
	m->ran++;
	return store_review_insert(tx,
	                           &(struct store_review){.id = id_new(),
	                                                  .revision = m->made.revision.id,
	                                                  .engine = STR("e"),
	                                                  .suggestion = STR("look"),
	                                                  .findings = STR("{}")},
	                           e);
}

/* Whatever the order in which they come: none is put before what it refers to, and nothing is done twice. */
static void rows_of_unlike_jobs_go_together(void **state)
{
	struct fixture *f = *state;
	struct made old = make_one(f, "old", NULL);
	struct member all[] = {
		{.work = another_text, .made = old},
		{.work = comment},
		{.work = newcomer},
		{.work = review_of, .made = old},
		{.work = comment},
		{.work = newcomer},
		{.work = newcomer},
		{.work = comment},
		{.work = comment},
	};
	run_together(f, all, COUNT_OF(all));
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		OK(all[i].status);
		assert_int_equal(all[i].ran, 1);
		if (all[i].work == comment || all[i].work == newcomer)
			assert_true(is_there(f, &all[i]));
	}
}

static void many_and_long_ones_go_too(void **state)
{
	struct fixture *f = *state;
	struct member all[MOST];
	char *word = arena_alloc(f->arena, 3 << 20);
	memset(word, 'x', 3 << 20);
	for (size_t i = 0; i < MOST; i++) {
		size_t size = i % 10 == 3 ? (2 << 20) + i : i % 10 == 5 ? 300000 : i % 10 == 7 ? 1 : 0;
		all[i] = (struct member){.work = i % 3 ? comment : newcomer, .text = {word, size}};
	}
	run_together(f, all, MOST);
	for (size_t i = 0; i < MOST; i++) {
		OK(all[i].status);
		assert_int_equal(all[i].ran, 1);
		assert_true(is_there(f, &all[i]));
	}
}

/* ---- one that fails ---- */

/* The database refuses it, perhaps only when others are at work. */
static enum frg_status of_nobody(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct member *m = ctx;
	struct fixture own = *m->f;
	own.author = id_new();
	m->ran++;
	m->made = (struct made){.f = &own, .text = STR("nobody's")};
	enum frg_status st = make(tx, &m->made, e);
	m->made.f = m->f;
	return st == FRG_OK ? tell(tx, m, e) : st;
}

static void what_the_database_refuses_fails_alone(void **state)
{
	struct fixture *f = *state;
	if (store_plain_guarded() && !f->postgres) /* it is refused at once, after something was written */
		return;
	for (size_t at = 0; at < 4; at++) {
		struct member all[] = {
			{.work = comment}, {.work = newcomer}, {.work = comment}, {.work = comment, .bare = at == 2}};
		all[at].work = of_nobody;
		if (at == 3)
			all[at].bare = false;
		run_together(f, all, COUNT_OF(all));
		for (size_t i = 0; i < COUNT_OF(all); i++) {
			assert_int_equal(all[i].status, i == at ? FRG_CONFLICT : FRG_OK);
			assert_int_equal(is_there(f, &all[i]), i != at);
			if (i == at)
				assert_string_equal(all[i].err.code, "store_constraint");
			if (all[i].bare)
				assert_int_equal(all[i].ran, 1);
		}
	}
}

static enum frg_status refuse(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	(void)tx;
	((struct member *)ctx)->ran++;
	return frg_fail(e, FRG_FORBIDDEN, "test", "no");
}

static void who_refuses_holds_up_nobody(void **state)
{
	struct fixture *f = *state;
	struct member all[] = {{.work = comment}, {.work = refuse}, {.work = comment}, {.work = refuse}};
	run_together(f, all, COUNT_OF(all));
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		assert_int_equal(all[i].status, i % 2 ? FRG_FORBIDDEN : FRG_OK);
		assert_int_equal(all[i].ran, 1);
	}
	assert_true(is_there(f, &all[0]) && is_there(f, &all[2]));
}

/* ---- questions ---- */

static void ask_whether_used(struct store_tx *tx, void *ctx)
{
	const struct member *m = ctx;
	struct frg_error none;
	bool used;
	store_unread(store_proof_was(tx, m->number, &used, &none));
}

static enum frg_status use_once(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct member *m = ctx;
	m->ran++;
	enum frg_status st = store_proof_use(tx, m->number, 5000, e);
	if (st != FRG_OK)
		return st;
	m->made = (struct made){.f = m->f, .text = STR("once")};
	return make(tx, &m->made, e);
}

/* None of them sees the other, asked at once; the table has it once, and the others are told so. */
static void what_is_asked_at_once_is_done_once(void **state)
{
	struct fixture *f = *state;
	struct member all[] = {{.number = 1}, {.number = 2}, {.number = 1}, {.number = 3}};
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		all[i].work = use_once;
		all[i].ask = ask_whether_used;
	}
	run_together(f, all, COUNT_OF(all));
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		assert_int_equal(all[i].status, i == 2 ? FRG_FORBIDDEN : FRG_OK);
		assert_int_equal(i != 2, is_there(f, &all[i]));
	}
	assert_string_equal(all[2].err.code, "work_used");
}

static enum frg_status look(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct member *m = ctx;
	m->ran++;
	return store_proof_was(tx, m->number, &m->known, e);
}

/* What one has asked and did not want to know is no answer to another, who comes later. */
static void nobody_gets_anothers_answer(void **state)
{
	struct fixture *f = *state;
	struct member all[] = {{.number = 1, .work = refuse, .ask = ask_whether_used},
	                       {.number = 1, .work = refuse, .ask = ask_whether_used},
	                       {.number = 1, .work = use_once},
	                       {.number = 1, .work = look},
	                       {.number = 2, .work = look, .ask = ask_whether_used},
	                       {.number = 1, .work = look, .bare = true}};
	run_together(f, all, COUNT_OF(all));
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		assert_int_equal(all[i].status, i < 2 ? FRG_FORBIDDEN : FRG_OK);
		assert_int_equal(all[i].ran, 1);
	}
	assert_true(all[3].known && !all[4].known && all[5].known);
}

/* More than there is room for. */
static void ask_a_lot(struct store_tx *tx, void *ctx)
{
	const struct member *m = ctx;
	struct frg_error none;
	bool used;
	for (int64_t i = 0; i < 20; i++)
		store_unread(store_proof_was(tx, m->number * 100 + i, &used, &none));
}

static enum frg_status look_at_all(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct member *m = ctx;
	enum frg_status st = FRG_OK;
	for (int64_t i = 0; st == FRG_OK && i < 20; i++) {
		bool used;
		st = store_proof_was(tx, m->number * 100 + i, &used, e);
		assert_int_equal(used, m->number * 100 + i == 703);
	}
	return st;
}

static void many_questions_are_answered(void **state)
{
	struct fixture *f = *state;
	struct member first[] = {{.number = 703, .work = use_once}}, all[MOST];
	run_together(f, first, 1);
	for (size_t i = 0; i < MOST; i++)
		all[i] = (struct member){.number = (int64_t)i, .work = look_at_all, .ask = ask_a_lot};
	run_together(f, all, MOST);
	for (size_t i = 0; i < MOST; i++)
		OK(all[i].status);
}

static void ask_nonsense(struct store_tx *tx, void *ctx)
{
	str value;
	struct frg_error none;
	(void)ctx;
	store_unread(store_setting_get(tx, 0, (str){"\xff", 1}, &value, &none));
}

static enum frg_status answer_nonsense(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	str value;
	(void)ctx;
	return store_setting_get(tx, 0, (str){"\xff", 1}, &value, e);
}

static void a_question_that_fails_fails_its_own_job(void **state)
{
	struct fixture *f = *state;
	struct member all[] = {{.work = comment, .ask = ask_whether_used},
	                       {.work = answer_nonsense, .ask = ask_nonsense},
	                       {.work = comment, .ask = ask_whether_used}};
	run_together(f, all, COUNT_OF(all));
	assert_int_not_equal(all[1].status, FRG_OK);
	OK(all[0].status);
	OK(all[2].status);
	assert_true(is_there(f, &all[0]) && is_there(f, &all[2]));
}

/* ---- events ---- */

static enum frg_status read_events(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_event_after(tx, 0, 100, ctx, e);
}

static void events_of_a_group_come_in_order(void **state)
{
	struct fixture *f = *state;
	struct store_events events;
	struct member all[] = {{.number = 1, .work = comment, .bare = true},
	                       {.number = 2, .work = comment},
	                       {.number = 9, .work = refuse},
	                       {.number = 3, .work = newcomer},
	                       {.number = 4, .work = comment, .bare = true}};
	static const int64_t order[] = {2, 3, 1, 4}; /* plain ones first */
	for (int turn = 0; turn < 2; turn++) {
		run_together(f, all, COUNT_OF(all));
		OK(store_read(f->store, f->arena, read_events, &events, &err));
		assert_int_equal(events.count, 4 * (turn + 1));
		for (size_t i = 0; i < events.count; i++) {
			assert_int_equal(events.items[i].seq, (int64_t)i + 1);
			assert_int_equal(events.items[i].comment, order[i % 4]);
		}
	}
}

/* ---- a connection that is lost ---- */

static enum frg_status cut(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	const struct member *m = ctx;
	enum frg_status st = comment(tx, ctx, e);
	if (m->f->postgres)
		tamper(m->f, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
		             " AND pid <> pg_backend_pid() AND state = 'idle in transaction'");
	return st;
}

static void of_a_lost_group_nothing_is_done(void **state)
{
	struct fixture *f = *state;
	struct member all[] = {{.work = comment}, {.work = cut}, {.work = comment}};
	if (!f->postgres)
		return;
	run_together(f, all, COUNT_OF(all));
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		assert_int_equal(all[i].status, FRG_UNAVAILABLE);
		assert_int_equal(all[i].ran, i < 2 ? 1 : all[i].ran); /* it is not begun anew: nobody knows what was done */
		assert_false(is_there(f, &all[i]));
	}
	struct member again[] = {{.work = comment}, {.work = newcomer}};
	run_together(f, again, COUNT_OF(again));
	for (size_t i = 0; i < COUNT_OF(again); i++)
		assert_true(again[i].status == FRG_OK && is_there(f, &again[i]));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(rows_of_unlike_jobs_go_together),       TEST(many_and_long_ones_go_too),
		TEST(what_the_database_refuses_fails_alone), TEST(who_refuses_holds_up_nobody),
		TEST(what_is_asked_at_once_is_done_once),    TEST(nobody_gets_anothers_answer),
		TEST(many_questions_are_answered),           TEST(a_question_that_fails_fails_its_own_job),
		TEST(events_of_a_group_come_in_order),       TEST(of_a_lost_group_nothing_is_done),
	};
	return cmocka_run_group_tests_name("groups", tests, NULL, NULL);
}
