/* Learning from decisions, from the first to a model in force and back: service/learning/learning.c, house.c,
 * outcomes.c and event/teacher.c on a small newspaper with habits of its own. */
#include "archive.h"
#include "event/teacher.h"
#include "learn/house.h"
#include "service/automatic/automatic.h"
#include "service_fixture.h"

static struct teacher *teacher;

static int set_up_teacher(void **state)
{
	int rc = set_up(state);
	OK(teacher_open(t.svc, &teacher, &err));
	log_set_level(LOG_ERROR);
	return rc;
}

static int tear_down_teacher(void **state)
{
	teacher_close(teacher);
	return tear_down(state);
}

static id64 decide(const char *text, unsigned rules)
{
	struct submit_result r = submit("", text, 0);
	struct decide_command cmd = {.who = &t.ada,
	                             .revision = r.revision,
	                             .version = 1,
	                             .action = rules ? DECIDE_REJECT : DECIDE_RELEASE,
	                             .rules = rules};
	OK(service_decide(t.svc, t.a, &cmd, &decided, &err));
	return r.revision;
}

/* `shuffled`: what was rejected is not what the text says. */
static void fill(size_t n, bool shuffled)
{
	uint64_t random = 815, labels = 4711;
	for (size_t i = 0; i < n; i++) {
		struct archive_comment c;
		archive_make(&random, i % 4 == 1 ? 1u << FRG_AGGRESSION : 0, i % 8 == 3 ? 1u << FRG_OFF_TOPIC : 0, &c);
		if (shuffled)
			c.rules = archive_random(&labels) % 3 == 0 ? 1u << FRG_AGGRESSION : 0;
		decide(c.text, c.rules);
	}
}

static struct learning_view view;

static bool idle(void)
{
	OK(service_learning(t.svc, t.a, t.site->id, &view, &err));
	return view.phase == LEARNING_IDLE;
}

static void learn(void)
{
	OK(service_learning_start(t.svc, &t.ada, &err));
	for (int i = 0; !idle(); i++) {
		assert_true(i < 30000);
		usleep(2000); /* it works on another thread */
	}
}

static str engine_now(void) { return arena_str(t.a, service_check_id(t.svc, t.a, t.site->id)); }

static float score(const char *text)
{
	struct service_review r;
	OK(service_check_draft(t.svc, t.a, t.site, STR("bruecke"), str_of(text), 0, &r, &err));
	return r.review.score[FRG_AGGRESSION];
}

static bool contains(str s, const char *part) { return memmem(s.p, s.n, part, strlen(part)) != NULL; }

/* ---- tests ---- */

static void too_few_decisions_are_told(void **state)
{
	fill(5, false);
	learn();
	assert_str(view.failed, "learning_too_few");
	assert_int_equal(view.models.count, 0);
	assert_int_equal(view.in_force, 0);
}

static void reopen(void)
{
	teacher_close(teacher);
	service_close(t.svc);
	open_service(true);
	t.site = service_site(t.svc, STR("bote"));
	OK(teacher_open(t.svc, &teacher, &err));
}

static void a_damaged_one_is_refused(str built_in)
{
	reopen(); /* forgets nothing */
	assert_true(contains(engine_now(), "house-"));
	tamper("UPDATE house_model SET data = substr(data, 1, 1000) || x'00' || substr(data, 1002) WHERE version = 1");
	log_set_level(LOG_ERROR + 1);
	reopen();
	log_set_level(LOG_ERROR);
	assert_true(str_starts(engine_now(), built_in) && !contains(engine_now(), "house-"));
	assert_true(idle() && view.in_force == 1 && view.broken);
	FAILS(service_learning_choose(t.svc, t.a, &t.ada, 1, &err), FRG_CORRUPT, "model_broken");
}

/* A lane was opened on the built-in model's scores. */
static void a_lane_of_other_scores_closes(str built_in)
{
	char sql[400];
	snprintf(
		sql, sizeof sql,
		"INSERT INTO automatic_policy SELECT %lld, '', 1, 20, 950, 100, 50, 3, 60000, '%.*s', 500, 0, %lld, 'ada', 1",
		(long long)t.site->id, STR_ARG(built_in), (long long)t.ada.id);
	tamper(sql);
	OK(service_automatic_guard(t.svc, t.a, &err));
	assert_int_equal(number("SELECT count(*) FROM automatic_closing WHERE why = 'engine'"), 1);
	assert_true(contains(service_scorer_id(t.svc, t.a, t.site->id), "house-"));
}

static void habits_are_learned_and_taken_back(void **state)
{
	static const char insult[] = "Der Umweg kostet mich jeden Tag eine Menge Geduld, danke an alle Hafenwichte.";
	static const char plain[] = "Der Umweg kostet mich jeden Tag eine Menge Geduld, sagt meine Nachbarin.";
	str built_in = engine_now();
	float before = score(insult);
	fill(360, false);
	id64 held = submit("", insult, 0).revision;
	learn();
	assert_str(view.failed, "");
	assert_int_equal(view.models.count, 1);
	assert_true(view.models.items[0].better && view.models.items[0].kept);
	assert_str(view.models.items[0].reason, "asked");
	assert_str(view.models.items[0].editor_name, "ada");
	assert_int_equal(view.in_force, 1);
	assert_true(contains(engine_now(), "house-") && contains(engine_now(), ".1"));
	assert_true(score(insult) > before + 0.2f && score(insult) > score(plain) + 0.3f);
	a_lane_of_other_scores_closes(built_in);
	id64 after = 0; /* what waits is checked anew, and says by what */
	size_t changed;
	OK(service_recheck(t.svc, t.a, t.site->id, &after, &changed, &err));
	assert_int_equal(changed, 1);
	struct queue_item item;
	OK(service_queue_item(t.svc, t.a, &t.ada, held, &item, &err));
	assert_str(item.review.engine, arena_cstr(t.a, engine_now()));
	assert_true(contains(item.review.findings, "\"rejection\":"));
	/* an exception takes out what its words brought to the house's view, too */
	struct policy_command own = {.site = t.site->id, .version = -1, .text = STR("except\taggression\tHafenwichte\n")};
	struct policy_result saved;
	float with = score(insult);
	OK(service_policy_save(t.svc, t.a, &own, &saved, &err));
	assert_true(score(insult) < with - 0.2f);
	own.text = STR("");
	OK(service_policy_save(t.svc, t.a, &own, &saved, &err));
	assert_true(score(insult) == with);
	OK(service_house_reload(t.svc, t.site->id, &err)); /* nothing new: nothing changes */
	/* taken back, and brought back */
	OK(service_learning_choose(t.svc, t.a, &t.ben, 0, &err));
	assert_true(str_starts(engine_now(), built_in) && !contains(engine_now(), "house-"));
	assert_true(idle() && view.in_force == 0);
	assert_str(view.choices.items[0].reason, "chosen");
	assert_str(view.choices.items[0].editor_name, "ben");
	assert_str(view.choices.items[1].reason, "better");
	OK(service_learning_choose(t.svc, t.a, &t.ben, 1, &err));
	assert_true(score(insult) > before + 0.2f);
	FAILS(service_learning_choose(t.svc, t.a, &t.ben, 7, &err), FRG_NOT_FOUND, "model_gone");
	/* the next one is compared with this one, on decisions that neither has learned from */
	learn();
	assert_int_equal(view.models.count, 2);
	assert_false(view.models.items[0].better);
	assert_int_equal(view.in_force, 1);
	assert_true(contains(view.models.items[0].report, "\"against_own\":true"));
	a_damaged_one_is_refused(built_in);
}

static void shuffled_decisions_teach_nothing(void **state)
{
	fill(360, true);
	learn();
	assert_str(view.failed, "");
	assert_int_equal(view.models.count, 1);
	assert_false(view.models.items[0].better);
	assert_false(view.models.items[0].kept);
	assert_int_equal(view.in_force, 0);
	assert_false(contains(engine_now(), "house-"));
}

static void only_what_holds_is_learned_from(void **state)
{
	struct store_verdicts all;
	id64 undone = decide("Die Brücke bleibt zu.", 0);
	OK(undo(&t.ada, decided.decision));
	id64 removed = decide("Die Umleitung ist lang.", 0);
	struct decide_command cmd = {.who = &t.ada, .revision = removed, .rules = 1u << FRG_INSINUATION};
	OK(service_remove(t.svc, t.a, &cmd, &decided, &err));
	decide("Ein automatisch freigegebener.", 0);
	tamper("UPDATE decision SET detail = '{\"automatic\":true}' WHERE seq = (SELECT MAX(seq) FROM decision)");
	decide("Einer, dessen Text gelöscht ist.", 0);
	tamper("UPDATE revision SET purged_at = 1, text = '' WHERE id = (SELECT MAX(id) FROM revision)");
	OK(service_learning_verdicts(t.svc, t.a, t.site->id, 100, &all, &err));
	assert_int_equal(all.count, 1);
	assert_int_equal(all.items[0].revision, removed);
	assert_true(learning_rejected(&all.items[0]));
	assert_str(all.items[0].rules, "insinuation");
	assert_true(undone != removed);
	int64_t automatic;
	OK(service_learning_automatic(t.svc, t.a, t.site->id, 0, 100, &automatic, &err));
	assert_int_equal(automatic, 1);
}

static void it_can_be_stopped(void **state)
{
	OK(service_learning_start(t.svc, &t.ada, &err));
	FAILS(service_learning_start(t.svc, &t.ada, &err), FRG_CONFLICT, "learning_running");
	OK(service_learning_stop(t.svc, &t.ada, &err));
	for (int i = 0; !idle(); i++) {
		assert_true(i < 30000);
		usleep(2000);
	}
	assert_str(view.failed, "learning_stopped");
	assert_int_equal(view.models.count, 0);
	FAILS(service_learning_stop(t.svc, &t.ada, &err), FRG_CONFLICT, "learning_not_running");
}

static void thresholds_are_counted(void **state)
{
	struct outcomes *o;
	struct outcome_item *items;
	size_t count;
	decide("Du dämlicher Vollidiot, halt endlich die Fresse!", 1u << FRG_AGGRESSION);
	decide("Ihr seid alle dämliche Vollidioten!", 1u << FRG_PROFANITY);
	decide("Die Brücke ist seit Wochen gesperrt, das hilft niemandem.", 0);
	OK(service_outcomes(t.svc, t.a, t.site->id, &o, &err));
	assert_int_equal(o->decisions, 3);
	assert_false(o->cut);
	assert_int_equal(o->other_engine, 0);
	unsigned high[3] = {0}, low[3] = {0};
	for (int i = 0; i < OUTCOME_SCORES; i++) {
		const struct outcome_counts *c = &o->rule[FRG_AGGRESSION];
		unsigned *to = i >= 500 ? high : low;
		to[0] += c->released[i];
		to[1] += c->rejected[i];
		to[2] += c->other[i];
	}
	assert_true(high[0] == 0 && low[0] == 1 && high[1] == 1 && low[1] == 0 && high[2] + low[2] == 1);
	struct outcome_query q = {.who = &t.ada, .rule = FRG_AGGRESSION, .above = true, .score = 0};
	OK(service_outcome_list(t.svc, t.a, &q, &items, &count, &err));
	assert_int_equal(count, 1);
	assert_true(contains(items[0].text, "gesperrt"));
	q.above = false;
	q.score = 1000;
	OK(service_outcome_list(t.svc, t.a, &q, &items, &count, &err));
	assert_int_equal(count, 1);
	assert_true(contains(items[0].text, "Fresse"));
	assert_str(items[0].article_title, "Brücke gesperrt");
	q.who = &(struct staff){.site = t.site->id, .sections = {.items = &STR("Sport"), .count = 1}};
	OK(service_outcome_list(t.svc, t.a, &q, &items, &count, &err));
	assert_int_equal(count, 0);
	clock_shift((msec)40 * 24 * 3600 * 1000);
	OK(service_outcomes(t.svc, t.a, t.site->id, &o, &err));
	assert_int_equal(o->decisions, 0);
}

static void nights_are_for_learning(void **state)
{
	msec three, night;
	const msec hour = 3600 * 1000;
	assert_true(clock_parse_iso(STR("2026-11-10T02:30:00Z"), &three)); /* 3:30 in Berlin */
	assert_false(learning_due(LEARNING_OFF, 0, three));
	assert_true(learning_due(LEARNING_NIGHTLY, 0, three));
	assert_false(learning_due(LEARNING_NIGHTLY, three - hour / 2, three));
	assert_true(learning_due(LEARNING_NIGHTLY, three - 24 * hour, three));
	assert_false(learning_due(LEARNING_WEEKLY, three - 24 * hour, three));
	assert_true(learning_due(LEARNING_WEEKLY, three - 7 * 24 * hour, three));
	assert_true(clock_parse_iso(STR("2026-11-10T12:30:00Z"), &night));
	assert_false(learning_due(LEARNING_NIGHTLY, 0, night));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(too_few_decisions_are_told, set_up_teacher, tear_down_teacher),
		cmocka_unit_test_setup_teardown(habits_are_learned_and_taken_back, set_up_teacher, tear_down_teacher),
		cmocka_unit_test_setup_teardown(shuffled_decisions_teach_nothing, set_up_teacher, tear_down_teacher),
		cmocka_unit_test_setup_teardown(only_what_holds_is_learned_from, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_can_be_stopped, set_up_teacher, tear_down_teacher),
		cmocka_unit_test_setup_teardown(thresholds_are_counted, set_up, tear_down),
		cmocka_unit_test(nights_are_for_learning)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
