/* Of every store, too: a lane that releases by itself, and second judgements. */
#include "store_fixture.h"

#include "store/agreement.h"
#include "store/automatic.h"

struct signed_lane {
	struct fixture *f;
	struct store_automatic_policy policy, found;
	struct store_automatic_policies all;
	struct store_automatic_closing closing;
	struct store_automatic_case one;
	struct store_automatic_cases list;
	struct store_automatic_count count;
	bool first;
};

static enum frg_status sign_lane(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_automatic_sign(tx, &((struct signed_lane *)ctx)->policy, e);
}

static enum frg_status find_lane(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct signed_lane *l = ctx;
	enum frg_status st = store_automatic_open_all(tx, 0, &l->all, e);
	return st == FRG_OK ? store_automatic_open(tx, l->f->site.id, STR("Sport"), &l->found, e) : st;
}

static enum frg_status close_lane(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct signed_lane *l = ctx;
	return store_automatic_close(tx, &l->closing, &l->first, e);
}

static struct signed_lane sport(struct fixture *f)
{
	return (struct signed_lane){.f = f,
	                            .policy = {.site = f->site.id,
	                                       .section = STR("Sport"),
	                                       .limit = 20,
	                                       .confidence = 950,
	                                       .threshold = 1500,
	                                       .draw = 50,
	                                       .first = 3,
	                                       .delay = 60000,
	                                       .engine = STR("e"),
	                                       .signed_by = f->editor.id,
	                                       .signed_name = STR("Ed"),
	                                       .signed_at = 7}};
}

/* What was signed stays as it was; it ends once, by a row of its own. */
static void a_signed_policy_stays_and_ends_once(void **state)
{
	struct signed_lane l = sport(*state);
	assert_int_equal(store_read(l.f->store, l.f->arena, find_lane, &l, NULL), FRG_NOT_FOUND);
	OK(store_write(l.f->store, l.f->arena, sign_lane, &l, &err));
	assert_int_equal(l.policy.version, 1);
	OK(store_read(l.f->store, l.f->arena, find_lane, &l, &err));
	assert_int_equal(l.all.count, 1);
	assert_true(l.found.version == 1 && l.found.threshold == 1500 && l.found.signed_at == 7 && l.found.closed == 0);
	l.closing = (struct store_automatic_closing){.site = l.f->site.id,
	                                             .section = STR("Sport"),
	                                             .version = 1,
	                                             .why = STR("error"),
	                                             .word = STR(""),
	                                             .editor_name = STR("")};
	OK(store_write(l.f->store, l.f->arena, close_lane, &l, &err));
	assert_true(l.first);
	OK(store_write(l.f->store, l.f->arena, close_lane, &l, &err));
	assert_false(l.first);
	assert_int_equal(store_read(l.f->store, l.f->arena, find_lane, &l, NULL), FRG_NOT_FOUND);
	OK(store_write(l.f->store, l.f->arena, sign_lane, &l, &err));
	assert_int_equal(l.policy.version, 2);
	l.policy.draw = 49; /* nobody signs without blind checks */
	assert_int_not_equal(store_write(l.f->store, l.f->arena, sign_lane, &l, NULL), FRG_OK);
	l.policy.draw = 50;
	l.policy.first = 2;
	assert_int_not_equal(store_write(l.f->store, l.f->arena, sign_lane, &l, NULL), FRG_OK);
}

static enum frg_status put_case(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_automatic_put(tx, &((struct signed_lane *)ctx)->one, e);
}

static enum frg_status read_cases(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct signed_lane *l = ctx;
	enum frg_status st = store_automatic_due(tx, 100, 10, &l->list, e);
	return st == FRG_OK ? store_automatic_count(tx, l->f->site.id, STR("Sport"), 1, &l->count, e) : st;
}

static void a_case_is_due_once_and_counted(void **state)
{
	struct signed_lane l = sport(*state);
	struct made m = make_one(l.f, "Ein Tor!", NULL);
	l.one = (struct store_automatic_case){.revision = m.revision.id,
	                                      .site = l.f->site.id,
	                                      .section = STR("Sport"),
	                                      .engine = STR("e"),
	                                      .score = 100,
	                                      .policy = 1,
	                                      .drawn = true,
	                                      .due = 100,
	                                      .created = 5};
	OK(store_write(l.f->store, l.f->arena, put_case, &l, &err));
	OK(store_read(l.f->store, l.f->arena, read_cases, &l, &err));
	assert_int_equal(l.list.count, 1);
	assert_true(l.list.items[0].drawn && l.count.drawn == 1 && l.count.checked == 0);
	l.one.due = 0;
	l.one.outcome = STR("reject");
	l.one.decided = 50;
	OK(store_write(l.f->store, l.f->arena, put_case, &l, &err));
	OK(store_read(l.f->store, l.f->arena, read_cases, &l, &err));
	assert_int_equal(l.list.count, 0);
	assert_true(l.count.checked == 1 && l.count.refused == 1 && l.count.released == 0);
}

struct judged {
	struct made m;
	struct store_double row, open;
	struct store_doubles list;
	bool first;
};

static enum frg_status ask_again(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct judged *j = ctx;
	struct store_queue_row place = {.revision = j->m.revision.id,
	                                .site = j->m.f->site.id,
	                                .comment = j->m.comment.id,
	                                .article = j->m.f->article.id,
	                                .author = j->m.f->author,
	                                .blind_for = j->m.f->editor.id};
	enum frg_status st = store_double_insert(tx, &j->row, &j->first, e);
	return st == FRG_OK && j->first ? store_queue_put(tx, &place, e) : st;
}

static enum frg_status find_again(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct judged *j = ctx;
	return store_double_open(tx, j->m.revision.id, &j->open, e);
}

static enum frg_status judge_again(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct judged *j = ctx;
	j->row.second_editor = j->m.f->editor.id;
	j->row.second_action = STR("reject");
	j->row.second_at = 60;
	enum frg_status st = store_double_judge(tx, &j->row, e);
	if (st == FRG_OK)
		st = store_double_leave(tx, j->m.revision.id, e);
	return st == FRG_OK ? store_double_list(tx, j->m.f->site.id, 0, 10, &j->list, e) : st;
}

static void a_decided_comment_is_judged_again_once(void **state)
{
	struct judged j = {.m = make_one(*state, "Ein Tor!", "release")};
	j.row = (struct store_double){.id = id_new(),
	                              .revision = j.m.revision.id,
	                              .site = j.m.f->site.id,
	                              .section = STR("Sport"),
	                              .decision = j.m.decision.id,
	                              .first_editor = j.m.f->editor.id,
	                              .first_action = STR("release"),
	                              .made = 50};
	OK(store_write(j.m.f->store, j.m.f->arena, ask_again, &j, &err));
	assert_true(j.first);
	OK(store_write(j.m.f->store, j.m.f->arena, ask_again, &j, &err));
	assert_false(j.first);
	OK(store_read(j.m.f->store, j.m.f->arena, find_again, &j, &err));
	assert_true(j.open.id == j.row.id && j.open.second_action.n == 0);
	OK(store_write(j.m.f->store, j.m.f->arena, judge_again, &j, &err));
	assert_int_equal(j.list.count, 1);
	assert_true(str_eq(j.list.items[0].second_action, STR("reject")));
	assert_int_equal(store_read(j.m.f->store, j.m.f->arena, find_again, &j, NULL), FRG_NOT_FOUND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_signed_policy_stays_and_ends_once),
		TEST(a_case_is_due_once_and_counted),
		TEST(a_decided_comment_is_judged_again_once),
	};
	return cmocka_run_group_tests_name("automatic", tests, NULL, NULL);
}
