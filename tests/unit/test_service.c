/* What readers may send, what editors may decide, and what is published then. */
#include "service_fixture.h"

#include <pthread.h>

/* ---- submitting ---- */

static void a_comment_is_held(void **state)
{
	struct submit_result one = submit("", "Ein sachlicher Beitrag.", 0);
	assert_true(one.comment > 0 && one.revision > 0);
	assert_false(one.replayed);
	assert_int_equal(one.reader.n, SECRET_TEXT_SIZE - 1);
	must_be_published(0);
	assert_int_equal(number("SELECT count(*) FROM revision WHERE state = 'held'"), 1);
	assert_int_equal(number("SELECT count(*) FROM review"), 1);
	assert_int_equal(number("SELECT count(*) FROM event WHERE kind = 'held'"), 1);
	/* the same browser stays the same author, another is another */
	struct submit_result two = submit(arena_cstr(t.a, one.reader), "Noch einer.", 0);
	assert_true(str_eq(one.reader, two.reader));
	submit("", "Von anderswo.", 0);
	assert_int_equal(number("SELECT count(*) FROM author"), 2);
	/* and a capability is nowhere kept */
	char sql[200];
	snprintf(sql, sizeof sql, "SELECT count(*) FROM author WHERE token_hash = '%.*s'", STR_ARG(one.reader));
	assert_int_equal(number(sql), 0);
}

/* How many steps SQLite takes for a review that suggests this. */
static int steps_of(const char *suggestion)
{
	sqlite3 *db;
	sqlite3_stmt *s;
	assert_int_equal(sqlite3_open(t.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
	                                    "INSERT INTO review (id, revision_id, engine, suggestion, findings,"
	                                    " article_hash, created_at) SELECT max(id) + 1, revision_id, '', $1, '', '', 1"
	                                    " FROM review",
	                                    -1, &s, NULL),
	                 SQLITE_OK);
	sqlite3_bind_text(s, 1, suggestion, -1, SQLITE_STATIC);
	int rc = sqlite3_step(s), steps = sqlite3_stmt_status(s, SQLITE_STMTSTATUS_VM_STEP, 0);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return rc == SQLITE_DONE ? steps : -rc;
}

/* SQLite makes a table of a list of words, each time; the commonest must not need it. */
static void the_commonest_words_are_checked_without_a_list(void **state)
{
	submit("", "Ein sachlicher Beitrag.", 0);
	assert_true(steps_of("look") > 0 && steps_of("look") + 5 < steps_of("reject"));
	assert_int_equal(steps_of("nonsense"), -SQLITE_CONSTRAINT);
	assert_int_equal(number("SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%(state = ''held'' OR %' AND name = "
	                        "'revision' OR sql LIKE '%(action = ''release'' OR %' AND name = 'decision'"),
	                 2);
}

/* A row is found by its number in one tree, not in two; and the search index is not tidied up at every turn. */
static void trees_are_few(void **state)
{
	assert_int_equal(number("SELECT count(*) FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'"
	                        " AND c.pk = 1 AND c.type = 'BIGINT'"
	                        " AND (SELECT count(*) FROM pragma_table_info(t.name) d WHERE d.pk) = 1"),
	                 0);
	assert_int_equal(number("SELECT count(*) FROM pragma_index_list('near_key')"), 2);
	assert_int_equal(number("SELECT v FROM search_text_config WHERE k = 'automerge'"), 8);
}

/* The answer to a new comment is put together from what is known of it, and is what a later look finds. */
static void the_answer_is_what_is_read_later(void **state)
{
	struct submit_result first = submit("", "Ein sachlicher Beitrag.", 0);
	release(first.revision);
	id64 parents[] = {0, first.comment};
	for (size_t i = 0; i < COUNT_OF(parents); i++) {
		struct submit_result sent = submit("", "Ein <b>Beitrag</b> & mehr.", parents[i]);
		struct thread_query q = {.site = t.site, .article = STR("bruecke"), .form = THREAD_FRAGMENT};
		struct own_comment answered, *read = NULL;
		size_t count = 0;
		struct own_comment *one = NULL;
		assert_non_null(sent.fresh);
		q.known = &sent.article;
		q.fresh = sent.fresh;
		OK(service_own_comments(t.svc, t.a, &q, sent.reader, sent.comment, &one, &count, &err));
		assert_int_equal(count, 1);
		answered = *one;
		q.known = NULL;
		q.fresh = NULL;
		OK(service_own_comments(t.svc, t.a, &q, sent.reader, sent.comment, &read, &count, &err));
		assert_int_equal(count, 1);
		assert_int_equal(answered.position, i + 1);
		assert_int_equal(answered.position, read->position);
		assert_int_equal(answered.review_from, read->review_from);
		assert_int_equal(answered.review_until, read->review_until);
		assert_true(str_eq(answered.state, read->state) && str_eq(answered.html, read->html));
		assert_true(str_eq(answered.view.id, read->view.id) && str_eq(answered.view.parent_id, read->view.parent_id));
	}
}

static void what_is_sent_is_checked(void **state)
{
	static char longer[SERVICE_TEXT_MAX + 2];
	memset(longer, 'a', SERVICE_TEXT_MAX + 1);
	const struct submit_command good = {
		.site = t.site, .article = STR("bruecke"), .name = STR("Ines"), .text = STR("Text")};
	struct submit_result out;
#define WITH(field, value, status, expected)                                                                           \
	do {                                                                                                               \
		struct submit_command cmd = good;                                                                              \
		cmd.field = (value);                                                                                           \
		FAILS(service_submit(t.svc, t.a, &cmd, &out, &err), status, expected);                                         \
	} while (0)
	WITH(text, STR(""), FRG_INVALID, "text_empty");
	WITH(text, STR(" \n\t "), FRG_INVALID, "text_empty");
	WITH(text, str_of(longer), FRG_TOO_LARGE, "text_too_long");
	WITH(text, STR("a\xff"), FRG_INVALID, "text_invalid");
	WITH(text, ((str){"a\0b", 3}), FRG_INVALID, "text_invalid");
	WITH(name, STR(" "), FRG_INVALID, "name_empty");
	WITH(name, STR("a\nb"), FRG_INVALID, "name_invalid");
	WITH(name, STR("a\xe2\x80\xaez"), FRG_INVALID, "name_invalid");
	WITH(name, ((str){longer, SERVICE_NAME_MAX + 1}), FRG_TOO_LARGE, "name_too_long");
	WITH(email, STR("ines"), FRG_INVALID, "email_invalid");
	WITH(email, STR("a@b@c.example"), FRG_INVALID, "email_invalid");
	WITH(idempotency_key, STR("short"), FRG_INVALID, "key_invalid");
	WITH(idempotency_key, STR("0123456789 0123456789"), FRG_INVALID, "key_invalid");
	WITH(article, STR("nirgends"), FRG_NOT_FOUND, "article_unknown");
	WITH(parent, 12345, FRG_INVALID, "parent_unknown");
#undef WITH
	assert_int_equal(number("SELECT count(*) FROM comment"), 0);
	OK(service_submit(t.svc, t.a, &good, &out, &err));
	longer[SERVICE_TEXT_MAX] = 0; /* just fits */
	submit("", longer, 0);
	tamper("UPDATE article SET open = 0");
	FAILS(service_submit(t.svc, t.a, &good, &out, &err), FRG_FORBIDDEN, "article_closed");
}

static void a_repeated_request_is_done_once(void **state)
{
	struct submit_command cmd = {.site = t.site,
	                             .article = STR("bruecke"),
	                             .name = STR("Ines"),
	                             .text = STR("Einmal."),
	                             .idempotency_key = KEY("a")};
	struct submit_result one, two, three;
	OK(service_submit(t.svc, t.a, &cmd, &one, &err));
	OK(service_submit(t.svc, t.a, &cmd, &two, &err)); /* the answer with the capability was lost */
	assert_true(two.replayed);
	assert_int_equal(one.comment, two.comment);
	assert_int_equal(one.revision, two.revision);
	assert_true(str_eq(one.reader, two.reader));
	cmd.reader = one.reader;
	OK(service_submit(t.svc, t.a, &cmd, &three, &err)); /* or it was not */
	assert_true(three.replayed);
	assert_int_equal(one.comment, three.comment);
	assert_int_equal(number("SELECT count(*) FROM revision"), 1);
	cmd.idempotency_key = KEY("b");
	OK(service_submit(t.svc, t.a, &cmd, &three, &err));
	assert_false(three.replayed);

	struct revise_command again = {.site = t.site,
	                               .article = STR("bruecke"),
	                               .reader = one.reader,
	                               .comment = one.comment,
	                               .text = STR("Zweimal."),
	                               .idempotency_key = KEY("c")};
	OK(service_revise(t.svc, t.a, &again, &two, &err));
	OK(service_revise(t.svc, t.a, &again, &three, &err));
	assert_true(three.replayed);
	assert_int_equal(two.revision, three.revision);
}

static void *send_one(void *arg)
{
	struct submit_command cmd = {.site = t.site,
	                             .article = STR("bruecke"),
	                             .name = STR("Ines"),
	                             .text = STR("Gleichzeitig."),
	                             .idempotency_key = KEY("x")};
	struct submit_result out = {0};
	struct arena *a = arena_open((size_t)64 << 20);
	struct frg_error e;
	*(id64 *)arg = service_submit(t.svc, a, &cmd, &out, &e) == FRG_OK ? out.comment : 0;
	arena_close(a);
	return NULL;
}

static void the_same_at_the_same_time_too(void **state)
{
	pthread_t threads[8];
	id64 got[8] = {0};
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, send_one, &got[i]), 0);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < COUNT_OF(threads); i++) {
		assert_true(got[i] != 0);
		assert_int_equal(got[i], got[0]);
	}
	assert_int_equal(number("SELECT count(*) FROM comment"), 1);
}

static void one_answers_what_is_released_or_ones_own(void **state)
{
	struct submit_result held = submit("", "Wartet.", 0), out;
	struct submit_command cmd = {
		.site = t.site, .article = STR("bruecke"), .name = STR("Ole"), .text = STR("Antwort"), .parent = held.comment};
	FAILS(service_submit(t.svc, t.a, &cmd, &out, &err), FRG_INVALID, "parent_unknown");
	struct submit_result own = submit(arena_cstr(t.a, held.reader), "Nachtrag.", held.comment);
	assert_int_equal(decide_as(&t.ada, own.revision, 1, DECIDE_RELEASE), FRG_CONFLICT);
	assert_code(err, "parent_not_released");
	must_be_published(0);
	release(held.revision);
	OK(service_submit(t.svc, t.a, &cmd, &out, &err));
	release(out.revision);
	release(own.revision);
	must_be_published(3);
}

/* ---- deciding ---- */

static void each_decision_has_its_state(void **state)
{
	static const struct {
		enum decide_action action;
		const char *sql;
	} table[] = {{DECIDE_RELEASE, "SELECT count(*) FROM revision WHERE state = 'released'"},
	             {DECIDE_REJECT, "SELECT count(*) FROM revision WHERE state = 'rejected'"},
	             {DECIDE_RETURN, "SELECT count(*) FROM revision WHERE state = 'returned'"}};
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct submit_result s = submit("", "Ein Beitrag.", 0);
		OK(decide_as(&t.ada, s.revision, 1, table[i].action));
		assert_true(decided.decision > 0);
		assert_int_equal(decided.waiting, 0);
		assert_int_equal(number(table[i].sql), 1);
	}
	must_be_published(1);
	assert_int_equal(number("SELECT count(*) FROM decision"), 3);
}

static void a_refusal_needs_a_reason(void **state)
{
	struct submit_result s = submit("", "Ein Beitrag.", 0);
	static char longer[DECIDE_WORD_MAX + 2];
	memset(longer, 'a', DECIDE_WORD_MAX + 1);
	struct decide_command cmd = {
		.who = &t.ada, .revision = s.revision, .version = 1, .action = DECIDE_REJECT, .word = STR("Nein.")};
	FAILS(service_decide(t.svc, t.a, &cmd, &decided, &err), FRG_INVALID, "rules_missing");
	cmd.rules = 1u << FRG_ENGAGING; /* no reason */
	FAILS(service_decide(t.svc, t.a, &cmd, &decided, &err), FRG_INVALID, "rules_missing");
	cmd = (struct decide_command){.who = &t.ada, .revision = s.revision, .version = 1, .action = DECIDE_RETURN};
	FAILS(service_decide(t.svc, t.a, &cmd, &decided, &err), FRG_INVALID, "reason_missing");
	cmd.word = str_of(longer);
	FAILS(service_decide(t.svc, t.a, &cmd, &decided, &err), FRG_TOO_LARGE, "word_too_long");
	cmd.word = STR("Bitte ohne Link.");
	OK(service_decide(t.svc, t.a, &cmd, &decided, &err));
	cmd.revision = 4711;
	assert_int_equal(service_decide(t.svc, t.a, &cmd, &decided, &err), FRG_NOT_FOUND);
}

static void the_first_decision_stands(void **state)
{
	struct submit_result s = submit("", "Ein Beitrag.", 0);
	OK(decide_as(&t.ada, s.revision, 1, DECIDE_REJECT));
	id64 first = decided.decision;
	OK(decide_as(&t.ada, s.revision, 1, DECIDE_REJECT)); /* repeated, not a conflict */
	assert_int_equal(decided.decision, first);
	FAILS(decide_as(&t.ben, s.revision, 1, DECIDE_RELEASE), FRG_CONFLICT, "already_decided");
	assert_str(decided.by, "ada");
	assert_str(decided.action, "reject");
	assert_true(decided.at > 0);
	FAILS(decide_as(&t.ada, s.revision, 1, DECIDE_RELEASE), FRG_CONFLICT, "already_decided");
	assert_int_equal(number("SELECT count(*) FROM decision"), 1);
	must_be_published(0);
}

static void what_the_author_changed_is_not_decided(void **state)
{
	struct submit_result s = submit("", "Erste Fassung.", 0), later;
	OK(revise(s.reader, s.comment, "Zweite Fassung.", &later));
	FAILS(decide_as(&t.ada, s.revision, 1, DECIDE_RELEASE), FRG_CONFLICT, "revision_superseded");
	assert_int_equal(decided.newer_revision, later.revision);
	OK(withdraw(s.reader, s.comment));
	FAILS(decide_as(&t.ada, later.revision, 1, DECIDE_RELEASE), FRG_CONFLICT, "revision_withdrawn");
	must_be_published(0);
	assert_int_equal(number("SELECT count(*) FROM decision"), 0);
}

static void editors_of_other_sites_decide_nothing(void **state)
{
	struct store_site other = {
		.slug = STR("andere"), .name = STR("Andere"), .lang = FRG_LANG_EN, .base_url = STR("https://andere.example")};
	OK(service_site_save(t.svc, &other, &err));
	struct staff eve;
	add_staff(&eve, other.id, "eve", NULL);
	assert_int_equal(eve.role, ROLE_ADMINISTRATOR); /* the first of a site */
	struct submit_result s = submit("", "Ein Beitrag.", 0);
	assert_int_equal(decide_as(&eve, s.revision, 1, DECIDE_RELEASE), FRG_NOT_FOUND);
	release(s.revision);
	assert_int_equal(undo(&eve, decided.decision), FRG_NOT_FOUND);
	must_be_published(1);
	FAILS(save_account(other.id, "ada", "ein langes Wort", NULL), FRG_CONFLICT, "login_taken");
}

/* ---- taking back ---- */

static void a_decision_can_be_taken_back(void **state)
{
	struct submit_result s = submit("", "Ein Beitrag.", 0);
	release(s.revision);
	id64 first = decided.decision;
	must_be_published(1);
	FAILS(undo(&t.ben, first), FRG_FORBIDDEN, "undo_not_yours");
	OK(undo(&t.ada, first));
	must_be_published(0);
	assert_int_equal(number("SELECT count(*) FROM revision WHERE state = 'held'"), 1);
	assert_int_equal(undo(&t.ada, first), FRG_CONFLICT);
	/* who has not seen it meanwhile decides nothing by accident */
	assert_int_equal(decide_as(&t.ben, s.revision, 1, DECIDE_RELEASE), FRG_CONFLICT);
	int64_t version = number("SELECT version FROM revision");
	OK(decide_as(&t.ben, s.revision, version, DECIDE_REJECT));
	OK(undo(&t.ben, decided.decision));
	struct audit_report report;
	OK(audit_verify(service_store(t.svc), &report, NULL, NULL, &err));
	assert_true(report.ok);
	assert_int_equal(report.decisions, 4);
}

static void but_not_for_long(void **state)
{
	struct submit_result s = submit("", "Ein Beitrag.", 0);
	release(s.revision);
	clock_shift(UNDO_MS + UNDO_GRACE_MS + 1000);
	FAILS(undo(&t.ada, decided.decision), FRG_CONFLICT, "undo_too_late");
	must_be_published(1);
	assert_int_equal(undo(&t.ada, 4711), FRG_NOT_FOUND);
}

static void nor_when_an_answer_hangs_on_it(void **state)
{
	struct submit_result s = submit("", "Ein Beitrag.", 0);
	release(s.revision);
	id64 first = decided.decision;
	struct submit_result answer = submit("", "Eine Antwort.", s.comment);
	release(answer.revision);
	FAILS(undo(&t.ada, first), FRG_CONFLICT, "undo_has_replies");
	must_be_published(2);
}

static void nor_when_the_author_went_on(void **state)
{
	struct submit_result s = submit("", "Ein Beitrag.", 0), later;
	OK(decide_as(&t.ada, s.revision, 1, DECIDE_REJECT));
	id64 first = decided.decision;
	OK(revise(s.reader, s.comment, "Ein besserer Beitrag.", &later));
	FAILS(undo(&t.ada, first), FRG_CONFLICT, "revision_superseded");
	s = submit("", "Noch ein Beitrag.", 0);
	OK(decide_as(&t.ada, s.revision, 1, DECIDE_REJECT));
	OK(withdraw(s.reader, s.comment));
	FAILS(undo(&t.ada, decided.decision), FRG_CONFLICT, "revision_withdrawn");
}

static void taking_back_returns_to_the_release_before(void **state)
{
	struct submit_result s = submit("", "Erste Fassung.", 0), later;
	release(s.revision);
	OK(revise(s.reader, s.comment, "Zweite Fassung.", &later));
	assert_int_equal(number("SELECT count(*) FROM publication WHERE text = 'Erste Fassung.'"),
	                 1); /* stands until then */
	release(later.revision);
	must_be_published(1);
	assert_int_equal(
		number("SELECT count(*) FROM publication WHERE text = 'Zweite Fassung.' AND edited_at IS NOT NULL"), 1);
	OK(undo(&t.ada, decided.decision));
	must_be_published(1);
	assert_int_equal(number("SELECT count(*) FROM publication WHERE text = 'Erste Fassung.'"), 1);
}

/* What is asked for together lies together: in the range of the article, what is answered before its answers. */
static void released_comments_lie_by_article(void **state)
{
	struct submit_result first = submit("", "Ein Beitrag.", 0), second = submit("", "Noch einer.", 0);
	release(second.revision);
	release(first.revision);
	struct submit_result answer = submit("", "Eine Antwort.", first.comment);
	release(answer.revision);
	must_be_published(3);
	assert_int_equal(number("SELECT count(*) FROM publication WHERE place >> 22 = article_id >> 22"), 3);
	assert_int_equal(number("SELECT max(place) - min(place) FROM publication"), 2);
	assert_int_equal(number("SELECT count(*) FROM publication p JOIN publication a ON a.parent_id = p.comment_id"
	                        " AND a.place > p.place"),
	                 1);
	OK(undo(&t.ada, decided.decision));
	must_be_published(2);
	OK(decide_as(&t.ada, answer.revision, 3, DECIDE_RELEASE)); /* and again, at the same place */
	assert_int_equal(number("SELECT max(place) - min(place) FROM publication"), 2);
}

/* ---- authors ---- */

static struct own_comment shown(const struct submit_result *sent, const struct thread_own *fresh)
{
	struct thread_query q = {
		.site = t.site, .article = STR("bruecke"), .form = THREAD_FRAGMENT, .known = &sent->article, .fresh = fresh};
	struct own_comment *own;
	size_t count;
	OK(service_own_comments(t.svc, t.a, &q, sent->reader, sent->comment, &own, &count, &err));
	assert_int_equal(count, 1);
	return own[0];
}

/* What was just sent is shown without being read back: it must look as it does when it is. */
static void what_was_sent_is_shown_as_it_is_kept(void **state)
{
	id64 parent = 0;
	for (int depth = 0; depth < 8; depth++) {
		struct submit_result sent = submit("", depth % 2 ? "Eine <Antwort>." : "Ein Beitrag & mehr.", parent);
		assert_non_null(sent.fresh);
		struct own_comment fresh = shown(&sent, sent.fresh), kept = shown(&sent, NULL);
		assert_true(str_eq(fresh.html, kept.html));
		assert_true(str_eq(fresh.state, kept.state));
		assert_int_equal(fresh.position, kept.position);
		assert_int_equal(fresh.review_from, kept.review_from);
		assert_int_equal(fresh.review_until, kept.review_until);
		submit("", "Bleibt stehen.", 0); /* so that there is a place in the queue */
		release(sent.revision);
		parent = sent.comment;
	}
	struct submit_command again = {.site = t.site,
	                               .article = STR("bruecke"),
	                               .idempotency_key = STR("0123456789abcdef"),
	                               .name = STR("Ines"),
	                               .text = STR("Zweimal.")};
	struct submit_result one, two;
	OK(service_submit(t.svc, t.a, &again, &one, &err));
	OK(service_submit(t.svc, t.a, &again, &two, &err));
	assert_null(two.fresh); /* it may have been decided meanwhile */
}

static void only_the_author_revises(void **state)
{
	struct submit_result s = submit("", "Erste Fassung.", 0), stranger = submit("", "Fremd.", 0), out;
	FAILS(revise(stranger.reader, s.comment, "Gekapert.", &out), FRG_NOT_FOUND, "comment_unknown");
	FAILS(revise(STR(""), s.comment, "Gekapert.", &out), FRG_NOT_FOUND, "comment_unknown");
	FAILS(withdraw(stranger.reader, s.comment), FRG_NOT_FOUND, "comment_unknown");
	FAILS(revise(s.reader, s.comment, "Erste Fassung.", &out), FRG_INVALID, "text_unchanged");
	FAILS(revise(s.reader, s.comment, "", &out), FRG_INVALID, "text_empty");
	OK(revise(s.reader, s.comment, "Zweite Fassung.", &out));
	OK(decide_as(&t.ada, out.revision, 1, DECIDE_RETURN));
	OK(revise(s.reader, s.comment, "Dritte Fassung.", &out));
	release(out.revision);
	must_be_published(1);
	assert_int_equal(number("SELECT max(ordinal) FROM revision"), 3);
	assert_int_equal(number("SELECT count(*) FROM revision WHERE state = 'returned'"), 1);
}

static void a_comment_can_be_withdrawn(void **state)
{
	struct submit_result s = submit("", "Ein Beitrag.", 0), out;
	release(s.revision);
	struct submit_result answer = submit("", "Eine Antwort.", s.comment);
	release(answer.revision);
	OK(withdraw(s.reader, s.comment));
	must_be_published(1); /* the answer keeps its place */
	assert_int_equal(number("SELECT count(*) FROM publication WHERE removed_at IS NOT NULL AND text = ''"), 1);
	OK(withdraw(s.reader, s.comment)); /* asked twice */
	FAILS(revise(s.reader, s.comment, "Doch.", &out), FRG_CONFLICT, "comment_withdrawn");
	OK(withdraw(answer.reader, answer.comment));
	must_be_published(0);
	struct submit_command cmd = {
		.site = t.site, .article = STR("bruecke"), .name = STR("Ole"), .text = STR("Zu spät"), .parent = s.comment};
	FAILS(service_submit(t.svc, t.a, &cmd, &out, &err), FRG_INVALID, "parent_unknown");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_comment_is_held),
		TEST(the_commonest_words_are_checked_without_a_list),
		TEST(trees_are_few),
		TEST(the_answer_is_what_is_read_later),
		TEST(what_is_sent_is_checked),
		TEST(a_repeated_request_is_done_once),
		TEST(the_same_at_the_same_time_too),
		TEST(one_answers_what_is_released_or_ones_own),
		TEST(each_decision_has_its_state),
		TEST(a_refusal_needs_a_reason),
		TEST(the_first_decision_stands),
		TEST(what_the_author_changed_is_not_decided),
		TEST(editors_of_other_sites_decide_nothing),
		TEST(a_decision_can_be_taken_back),
		TEST(but_not_for_long),
		TEST(nor_when_an_answer_hangs_on_it),
		TEST(nor_when_the_author_went_on),
		TEST(released_comments_lie_by_article),
		TEST(taking_back_returns_to_the_release_before),
		TEST(what_was_sent_is_shown_as_it_is_kept),
		TEST(only_the_author_revises),
		TEST(a_comment_can_be_withdrawn),
	};
	return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
