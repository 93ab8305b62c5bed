/* Second judgements: shown as if nothing had happened, recorded, changing nothing; and what they say of agreement. */
#include "service/automatic/agreement.h"
#include "service/automatic/automatic.h"
#include "service_fixture.h"

#include <math.h>

enum { SECOND = 1000 };

/* ---- kappa ---- */

static void kappa_is_that_of_cohen(void **state)
{
	struct kappa k;
	const int64_t two[KAPPA_MAX][KAPPA_MAX] = {{20, 5}, {10, 15}};
	kappa_of(two, 2, &k);
	assert_true(k.known && k.n == 50 && k.agreed == 35);
	assert_true(fabs(k.value - 0.4) < 1e-12);
	/* the interval by the delta method, computed elsewhere */
	assert_true(fabs(k.low - 0.15109228851) < 1e-4 && fabs(k.high - 0.64890771149) < 1e-4);
	const int64_t three[KAPPA_MAX][KAPPA_MAX] = {{53, 5, 2}, {11, 14, 5}, {1, 6, 3}};
	kappa_of(three, 3, &k);
	assert_true(fabs(k.value - 0.4285714285714286) < 1e-9);
	assert_true(fabs(k.low - 0.27969485328) < 1e-4 && fabs(k.high - 0.57744800387) < 1e-4);
}

static void what_cannot_be_known_is_not_said(void **state)
{
	struct kappa k;
	const int64_t few[KAPPA_MAX][KAPPA_MAX] = {{20, 1}, {1, 5}}, alike[KAPPA_MAX][KAPPA_MAX] = {{100}},
				  all[KAPPA_MAX][KAPPA_MAX] = {{50, 0}, {0, 10}};
	kappa_of(few, 2, &k);
	assert_true(!k.known && k.n == 27 && k.agreed == 25);
	kappa_of(alike, 2, &k);
	assert_false(k.known);
	kappa_of(all, 2, &k);
	assert_true(k.known && k.value == 1 && k.low == 1 && k.high == 1);
}

/* ---- judging twice ---- */

static void judge_all_twice(void)
{
	OK(service_agreement_share(t.svc, t.a, &t.ada, 0, AGREEMENT_SHARE_MAX, &err));
	tamper("UPDATE setting SET value = '1 1000' WHERE name = 'double_check'"); /* every one, for the test */
}

static void learn(void)
{
	clock_shift(20 * SECOND);
	for (bool more = true; more;)
		OK(service_automatic_learn(t.svc, t.a, &more, &err));
}

static size_t waits_for(const struct staff *who, struct queue_item *first)
{
	struct queue_page page;
	struct queue_query q = {.who = who, .limit = 50};
	OK(service_queue(t.svc, t.a, &q, &page, &err));
	if (page.count)
		*first = page.items[0];
	assert_int_equal(page.waiting.count, page.count);
	return page.count;
}

static int stands_among_readers(const struct staff *who, id64 comment)
{
	struct around *around = ARENA_NEW(t.a, struct around);
	int count = 0;
	OK(service_around(t.svc, t.a, who, comment, around, &err));
	for (size_t i = 0; i < around->count; i++)
		count += around->items[i].publication.comment == comment;
	return count;
}

static void it_looks_like_any_other_to_somebody_else_alone(void **state)
{
	struct queue_item item;
	struct staff trainee;
	add_staff(&trainee, t.site->id, "toni", "trainee");
	judge_all_twice();
	struct submit_result sent = submit("", "Die Brücke fehlt uns allen sehr.", 0);
	struct queue_item before;
	assert_int_equal(waits_for(&t.ben, &before), 1);
	release(sent.revision);
	learn();
	assert_int_equal(waits_for(&t.ada, &item), 0); /* who decided */
	assert_int_equal(waits_for(&trainee, &item), 0);
	assert_int_equal(waits_for(&t.ben, &item), 1);
	assert_int_equal(item.revision.id, sent.revision);
	assert_int_equal(item.revision.state, STATE_HELD);
	assert_int_equal(item.revision.version, before.revision.version);
	assert_true(!item.released_before && !item.row.edit && !item.row.returned && !item.reposted && !item.copy_count);
	for (int s = 0; s < 6; s++)
		assert_int_equal(item.record[s], before.record[s]);
	assert_int_equal(item.row.author_released, 0);
	assert_int_equal(stands_among_readers(&t.ben, sent.comment), 0); /* what stands around it does not tell either */
	assert_int_equal(stands_among_readers(&t.ada, sent.comment), 1);
	must_be_published(1); /* the first decision holds meanwhile */
	int64_t late, waiting;
	OK(service_queue_waiting(t.svc, t.a, t.site->id, &waiting, &err));
	assert_int_equal(waiting, 0); /* nobody waits */
	clock_shift(5 * 3600 * SECOND);
	OK(service_escalate(t.svc, t.a, t.site->id, &late, &err));
	assert_int_equal(late, 0);
}

static void a_second_judgement_changes_nothing_and_can_be_taken_back(void **state)
{
	struct queue_item item;
	judge_all_twice();
	struct submit_result sent = submit("", "Die Brücke fehlt uns allen sehr.", 0);
	release(sent.revision);
	learn();
	assert_int_equal(waits_for(&t.ben, &item), 1);
	int64_t chain = number("SELECT count(*) FROM decision");
	OK(decide_as(&t.ben, sent.revision, item.revision.version, DECIDE_REJECT));
	must_be_published(1);
	assert_int_equal(number("SELECT count(*) FROM decision"), chain);
	assert_int_equal(number("SELECT count(*) FROM statement"), 0); /* no letter for what stays */
	assert_int_equal(waits_for(&t.ben, &item), 0);
	OK(undo(&t.ben, decided.decision));
	assert_int_equal(waits_for(&t.ben, &item), 1);
	OK(decide_as(&t.ben, sent.revision, item.revision.version, DECIDE_REJECT));
	clock_shift(60 * SECOND);
	FAILS(undo(&t.ben, decided.decision), FRG_CONFLICT, "undo_too_late");
	/* who decided first gets the usual answer, and so does a second one too many */
	FAILS(decide_as(&t.ada, sent.revision, 1, DECIDE_REJECT), FRG_CONFLICT, "already_decided");
	struct staff carl;
	add_editor(&carl, "carl");
	FAILS(decide_as(&carl, sent.revision, 1, DECIDE_RELEASE), FRG_CONFLICT, "already_decided");
	struct agreement_view view;
	OK(service_agreement(t.svc, t.a, &t.ada, &view, &err));
	assert_int_equal(view.cells[AGREED_RELEASE][AGREED_REJECT], 1);
	assert_int_equal(view.rule_cells[FRG_PROFANITY][0][1], 1);
	assert_false(view.action.known);
	struct store_doubles pairs;
	OK(service_agreement_pairs(t.svc, t.a, &t.ada, &pairs, &err));
	assert_int_equal(pairs.count, 1);
	assert_str(pairs.items[0].first_name, "ada");
	assert_str(pairs.items[0].second_name, "ben");
	struct audit_report report;
	OK(audit_verify(service_store(t.svc), &report, NULL, NULL, &err));
	assert_true(report.ok);
}

static void a_rejected_one_looks_like_any_other_too(void **state)
{
	struct queue_item item;
	judge_all_twice();
	struct submit_result sent = submit("", "Die Brücke fehlt uns allen sehr.", 0);
	OK(decide_as(&t.ada, sent.revision, 1, DECIDE_REJECT));
	learn();
	assert_int_equal(waits_for(&t.ben, &item), 1);
	assert_true(!item.reposted && item.record[STATE_REJECTED] == 0 && item.row.author_rejected == 0);
	OK(decide_as(&t.ben, sent.revision, item.revision.version, DECIDE_RELEASE));
	must_be_published(0);
	assert_int_equal(number("SELECT count(*) FROM statement WHERE void_at IS NULL"), 1); /* its letter stands */
	/* a copy that comes now is still known to have been refused */
	struct queue_item copy;
	submit("", "Die Brücke fehlt uns allen sehr.", 0);
	assert_int_equal(waits_for(&t.ben, &copy), 1);
	assert_true(copy.reposted);
}

static void what_is_gone_is_asked_of_nobody(void **state)
{
	struct queue_item item;
	judge_all_twice();
	struct submit_result sent = submit("", "Die Brücke fehlt uns allen sehr.", 0);
	release(sent.revision);
	learn();
	assert_int_equal(waits_for(&t.ben, &item), 1);
	OK(withdraw(sent.reader, sent.comment));
	assert_int_equal(waits_for(&t.ben, &item), 0);
	FAILS(decide_as(&t.ben, sent.revision, 1, DECIDE_RELEASE), FRG_CONFLICT, "revision_withdrawn");
}

static void none_is_the_default(void **state)
{
	struct queue_item item;
	release(submit("", "Die Brücke fehlt uns allen sehr.", 0).revision);
	learn();
	assert_int_equal(waits_for(&t.ben, &item), 0);
	FAILS(service_agreement_share(t.svc, t.a, &t.ada, 0, AGREEMENT_SHARE_MAX + 1, &err), FRG_INVALID, "share_invalid");
	FAILS(service_agreement_share(t.svc, t.a, &t.ada, 7, 30, &err), FRG_CONFLICT, "conflict");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kappa_is_that_of_cohen),
		cmocka_unit_test(what_cannot_be_known_is_not_said),
		TEST(it_looks_like_any_other_to_somebody_else_alone),
		TEST(a_second_judgement_changes_nothing_and_can_be_taken_back),
		TEST(a_rejected_one_looks_like_any_other_too),
		TEST(what_is_gone_is_asked_of_nobody),
		TEST(none_is_the_default),
	};
	return cmocka_run_group_tests_name("agreement", tests, NULL, NULL);
}
