/* Notices and evidence, where time and the database matter: what follows what, what is forgotten, what outlives. */
#include "service_fixture.h"

#include "service/answer/evidence_inner.h"

static id64 published(const char *text, id64 *revision)
{
	struct submit_result r = submit("", text, 0);
	release(r.revision);
	*revision = r.revision;
	return r.comment;
}

static str report_as(id64 comment, id64 revision, const char *email, const char *key)
{
	str token = STR("");
	struct notice_command cmd = {.comment = comment,
	                             .revision = revision,
	                             .lang = FRG_LANG_DE,
	                             .kind = STR("insult"),
	                             .explanation = STR("Ich bin gemeint."),
	                             .name = STR("Nora"),
	                             .email = str_of(email),
	                             .good_faith = true,
	                             .form_key = str_of(key)};
	OK(service_notice_give(t.svc, t.a, &cmd, &token, &err));
	return token;
}

static struct notice_case *open_case(size_t *count)
{
	struct notice_case *all;
	OK(service_notices(t.svc, t.a, &t.ben, true, 100, &all, count, &err));
	return all;
}

static void keep_all(void)
{
	size_t count;
	struct notice_case *c = open_case(&count);
	assert_int_equal(count, 1);
	struct decide_result out;
	struct notice_decision cmd = {
		.who = &t.ben, .notice = c->notices.items[0].id, .last = c->row.last, .reasons = STR("Eine Meinung.")};
	OK(service_notice_decide(t.svc, t.a, &cmd, &out, &err));
}

static void who_reported_is_forgotten(void **state)
{
	(void)state;
	id64 revision, comment = published("Ein Satz über die Brücke.", &revision);
	report_as(comment, revision, "nora@leser.example", "form-key-0000001");
	const char *known = "SELECT count(*) FROM notice WHERE email <> '' AND name <> '' AND person <> ''";
	clock_shift((msec)200 * 24 * 3600 * 1000);
	OK(service_notice_forget(t.svc, t.a, &err));
	assert_int_equal(number(known), 1); /* not before it is answered */
	keep_all();
	clock_shift((msec)380 * 24 * 3600 * 1000);
	OK(service_notice_forget(t.svc, t.a, &err));
	assert_int_equal(number(known), 1);
	clock_shift((msec)384 * 24 * 3600 * 1000);
	OK(service_notice_forget(t.svc, t.a, &err));
	assert_int_equal(number(known), 0);
	assert_int_equal(number("SELECT count(*) FROM notice WHERE outcome = 'kept' AND answer <> ''"), 1);
	assert_int_equal(number("SELECT count(*) FROM notice WHERE answer LIKE '%Nora%' OR answer LIKE '%nora@%'"), 0);
}

/* A removal that is taken back opens what it closed; one that stands for longer does not come back with a later
 * release. */
static void only_what_was_just_closed_opens_again(void **state)
{
	(void)state;
	id64 revision, comment = published("Ein Satz über den Pfeiler.", &revision);
	report_as(comment, revision, "nora@leser.example", "form-key-0000001");
	struct decide_command terms = {.who = &t.ben, .revision = revision, .rules = 1u << FRG_PROFANITY};
	struct decide_result out;
	const char *open = "SELECT count(*) FROM notice WHERE decided_at IS NULL";
	OK(service_remove(t.svc, t.a, &terms, &out, &err));
	assert_int_equal(number(open), 0);
	OK(undo(&t.ben, out.decision));
	assert_int_equal(number(open), 1);
	assert_int_equal(number("SELECT count(*) FROM mail WHERE send_at > created_at"), 0);
	OK(service_remove(t.svc, t.a, &terms, &out, &err));
	clock_shift(60000);
	tamper("UPDATE notice SET decided_at = decided_at - 60000");
	FAILS(undo(&t.ben, out.decision), FRG_CONFLICT, "undo_too_late");
	assert_int_equal(number(open), 0);
	assert_int_equal(number("SELECT count(*) FROM notice WHERE outcome = 'moot' AND decision_id IS NULL"), 1);
}

static void a_text_has_a_ceiling_of_notices(void **state)
{
	(void)state;
	id64 revision, comment = published("Ein Satz, den viele melden.", &revision);
	for (int i = 0; i < NOTICES_PER_TEXT_MAX; i++) {
		char key[40], email[40];
		snprintf(key, sizeof key, "form-key-%07d", i);
		snprintf(email, sizeof email, "n%d@leser.example", i);
		report_as(comment, revision, email, key);
	}
	str token;
	struct notice_command more = {.comment = comment,
	                              .revision = revision,
	                              .kind = STR("abuse"),
	                              .explanation = STR("Noch einer."),
	                              .good_faith = true,
	                              .form_key = STR("form-key-9999999")};
	FAILS(service_notice_give(t.svc, t.a, &more, &token, &err), FRG_THROTTLED, "notice_many");
	keep_all();
	OK(service_notice_give(t.svc, t.a, &more, &token, &err)); /* after the answer it is a new case */
	assert_int_equal(number("SELECT count(*) FROM notice WHERE decided_at IS NULL AND joins IS NULL"), 1);
}

/* ---- evidence ---- */

static void a_bundle_outlives_the_text(void **state)
{
	(void)state;
	id64 revision, id;
	published("Ein Satz, der bald fort ist.", &revision);
	OK(service_evidence_preserve(t.svc, t.a, &t.ada, revision, STR("Zur Probe."), &id, &err));
	tamper("PRAGMA foreign_keys = OFF; UPDATE comment SET name = '', email = ''; UPDATE publication SET text = ''");
	str file, key;
	struct evidence_check check;
	OK(service_evidence_file(t.svc, t.a, &t.ada, id, &file, &err));
	OK(service_evidence_key(service_store(t.svc), t.a, &key, &err));
	OK(evidence_check(t.a, file, key, &check, &err));
	assert_int_equal(check.verdict, EVIDENCE_GOOD);
	assert_true(str_find(file, STR("Ein Satz, der bald fort ist."), 0) != SIZE_MAX);
	assert_true(str_find(file, STR("Ines"), 0) != SIZE_MAX);
}

/* Whichever byte of the file is another one: it is not what was signed, or no such file. */
static void every_byte_counts(void **state)
{
	(void)state;
	id64 revision, id;
	published("Kurz.", &revision);
	OK(service_evidence_preserve(t.svc, t.a, &t.ada, revision, STR("Zur Probe."), &id, &err));
	str file, key;
	OK(service_evidence_file(t.svc, t.a, &t.ada, id, &file, &err));
	OK(service_evidence_key(service_store(t.svc), t.a, &key, &err));
	char *copy = malloc(file.n);
	for (size_t i = 0; i + 1 < file.n; i++) { /* the last is a line end */
		struct evidence_check check;
		struct arena *a = arena_open(16 << 20);
		memcpy(copy, file.p, file.n);
		copy[i] = copy[i] == 'x' ? 'y' : 'x';
		enum frg_status st = evidence_check(a, (str){copy, file.n}, key, &check, &err);
		if (st == FRG_OK && check.verdict == EVIDENCE_GOOD)
			fail_msg("byte %zu does not count", i);
		arena_close(a);
	}
	free(copy);
}

static void no_key_signs_nothing(void **state)
{
	(void)state;
	str out;
	assert_false(evidence_public(t.a, STR("AAAA"), &out));
	assert_false(evidence_sign(t.a, STR(""), STR("x"), &out));
	str secret = evidence_secret_new(t.a), public_key;
	assert_true(evidence_public(t.a, secret, &public_key));
	assert_true(evidence_sign(t.a, secret, STR("x"), &out));
	assert_true(evidence_signed(public_key, STR("x"), out));
	assert_false(evidence_signed(public_key, STR("y"), out));
	assert_false(evidence_signed(STR(""), STR("x"), out));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(who_reported_is_forgotten),
		TEST(only_what_was_just_closed_opens_again),
		TEST(a_text_has_a_ceiling_of_notices),
		TEST(a_bundle_outlives_the_text),
		TEST(every_byte_counts),
		TEST(no_key_signs_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
