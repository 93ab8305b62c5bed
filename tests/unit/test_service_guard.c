/* What guards the service: how long a wait is announced, limits, log-in, and that tampering shows. */
#include "event/jobs.h"
#include "service/inner.h"
#include "service/limits.h"
#include "service/measure.h"
#include "service_fixture.h"

#include <stdlib.h>
#include <time.h>

/* ---- waiting ---- */

struct waiting {
	id64 revision;
	struct delay_told told;
};

static enum frg_status load_told(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct waiting *w = ctx;
	struct store_revision revision;
	enum frg_status st = store_revision_get(tx, w->revision, &revision, e);
	return st == FRG_OK ? delay_of(t.svc, tx, &revision, &w->told, e) : st;
}

static struct delay_told told(id64 revision)
{
	struct waiting w = {.revision = revision};
	OK(store_read(service_store(t.svc), t.a, load_told, &w, &err));
	return w.told;
}

static void refresh(void)
{
	bool more;
	OK(service_delay_refresh(t.svc, t.a, t.site->id, &more, &err));
	assert_false(more);
}

/* Sends and releases `count` comments, each four to eight minutes after it was sent, up to now. */
static void some_days(int count, msec apart)
{
	for (int i = 0; i < count; i++) {
		clock_shift(-(count - i) * apart);
		id64 revision = submit("", "Ein Beitrag.", 0).revision;
		clock_shift(-(count - i) * apart + (4 + i % 5) * (msec)60000);
		release(revision);
		refresh();
	}
	clock_shift(0);
	refresh();
}

static void the_wait_is_told_when_it_is_known(void **state)
{
	enum { MINUTE = 60 * 1000 };
	struct delay_told first = told(submit("", "Noch weiß niemand etwas.", 0).revision);
	assert_int_equal(first.position, 1);
	assert_true(first.from == 0 && first.until == 0 && !first.none && !first.late);
	some_days(120, 20 * MINUTE);
	id64 revision = submit("", "Ein Beitrag.", 0).revision;
	struct delay_told now = told(revision);
	assert_true(now.position >= 1 && now.position <= 2);
	assert_true(now.until > clock_now());
	assert_true(now.from <= clock_now() + 6 * MINUTE && now.until >= clock_now() + 6 * MINUTE);
	assert_true(now.until <= clock_now() + 40 * MINUTE);
	struct store_forecast_record record;
	OK(service_delay_record(t.svc, t.a, &t.ada, &record, &err));
	assert_true(record.given > 60);
	assert_true(record.kept * 10 >= record.given * 8);
	/* a word that was not kept is not hidden, and does count */
	msec until = now.until;
	clock_shift(until - clock_now() + MINUTE);
	refresh();
	assert_true(told(revision).late);
	struct store_forecast_record after;
	OK(service_delay_record(t.svc, t.a, &t.ada, &after, &err));
	assert_int_equal(after.kept, record.kept);
	assert_int_equal(after.given, record.given + 1);
	clock_shift(0);
}

/* As Prometheus reads it: which number it is stands in the label, not in an enum. */
static int64_t turned_out(const char *result)
{
	struct buf b = BUF_INIT(1 << 20);
	char line[80];
	metrics_write(&b, false);
	snprintf(line, sizeof line, "\nfreigabe_waits_told_total{result=\"%s\"} ", result);
	size_t at = str_find(buf_str(&b), str_of(line), 0);
	assert_true(at != SIZE_MAX);
	int64_t n = strtoll(b.p + at + strlen(line), NULL, 10);
	buf_free(&b);
	return n;
}

/* Since when the program ran: as many were kept, came early, came late. */
static void must_have_turned_out(const int64_t before[3], int64_t kept, int64_t early, int64_t late)
{
	assert_int_equal(turned_out("kept") - before[0], kept);
	assert_int_equal(turned_out("early") - before[1], early);
	assert_int_equal(turned_out("late") - before[2], late);
}

/* Sends one whose author was told that it takes from `from` to `until`; both 0: nothing was told. */
static id64 told_that(msec from, msec until)
{
	id64 revision = submit("", "Ein Beitrag.", 0).revision;
	char sql[200];
	snprintf(sql, sizeof sql,
	         "UPDATE forecast SET from_at = nullif(%lld, 0), until_at = nullif(%lld, 0) WHERE revision_id = %lld",
	         (long long)from, (long long)until, (long long)revision);
	tamper(sql);
	return revision;
}

static void each_word_is_counted_once_by_how_it_turned_out(void **state)
{
	enum { MINUTE = 60 * 1000 };
	const int64_t before[] = {turned_out("kept"), turned_out("early"), turned_out("late")};
	msec now = clock_now();
	/* one, two, three of a kind: none can be taken for another */
	id64 kept = told_that(now - MINUTE, now + 30 * MINUTE);
	id64 early[] = {told_that(now + 20 * MINUTE, now + 30 * MINUTE), told_that(now + 20 * MINUTE, now + 30 * MINUTE)};
	id64 late[] = {told_that(now, now + 2 * MINUTE), told_that(now, now + 2 * MINUTE),
	               told_that(now, now + 6 * MINUTE)};
	id64 untold = told_that(0, 0);
	refresh();
	must_have_turned_out(before, 0, 0, 0);
	clock_shift(5 * MINUTE); /* two are late while they wait */
	refresh();
	must_have_turned_out(before, 0, 0, 2);
	release(late[0]);
	release(kept);
	release(early[0]);
	release(early[1]);
	release(untold);
	clock_shift(7 * MINUTE);
	release(late[2]); /* nobody had looked since it was late */
	clock_shift(9 * MINUTE);
	refresh();
	must_have_turned_out(before, 1, 2, 3);
	release(late[1]);
	clock_shift(11 * MINUTE);
	refresh();
	refresh();
	must_have_turned_out(before, 1, 2, 3);
	/* what a program learns from at its start is older, and not its own */
	service_close(t.svc);
	open_service(false);
	t.site = service_site(t.svc, STR("bote"));
	refresh();
	must_have_turned_out(before, 1, 2, 3);
	clock_shift(0);
}

/* However far back it was: what is escalated comes before all that is not, and its author is told so. */
static void who_is_escalated_is_told_the_place(void **state)
{
	id64 last = 0;
	for (int i = 0; i < 40; i++) {
		clock_shift(i); /* the picture does not tell two of one millisecond apart */
		last = submit("", "Ein Beitrag.", 0).revision;
	}
	clock_shift(0);
	refresh();
	assert_int_equal(told(last).position, 40);
	char sql[120];
	snprintf(sql, sizeof sql, "UPDATE queue SET escalated_at = 1, turn = 0 WHERE revision_id = %lld", (long long)last);
	tamper(sql);
	assert_int_equal(told(last).position, 1);
}

static msec at_hour(int days, int hour)
{
	time_t now = time(NULL);
	struct tm tm;
	localtime_r(&now, &tm);
	tm = (struct tm){
		.tm_year = tm.tm_year, .tm_mon = tm.tm_mon, .tm_mday = tm.tm_mday + days, .tm_hour = hour, .tm_isdst = -1};
	return (msec)mktime(&tm) * 1000;
}

static void nobody_is_there_at_night(void **state)
{
	enum { MINUTE = 60 * 1000 };
	some_days(90, 20 * MINUTE);
	struct desk_settings wanted = {.longest_wait = 240 * MINUTE, .shift_count = 1}, settings;
	wanted.shifts[0] = (struct desk_shift){.days = 127, .from = 12 * 60, .to = 14 * 60, .editors = 1};
	OK(service_settings_save(t.svc, t.a, &t.ada, &wanted, &settings, &err));
	clock_shift(at_hour(1, 20) - clock_now());
	refresh();
	struct delay_told now = told(submit("", "Wann seid ihr wieder da?", 0).revision);
	assert_true(now.from >= at_hour(2, 12) && now.until <= at_hour(2, 14));
	/* nor on a closed day */
	char day[CLOCK_ISO_SIZE];
	clock_iso(at_hour(2, 13), day);
	wanted.version = 1;
	wanted.closed_days = (struct store_texts){.items = (str[]){{day, 10}}, .count = 1};
	OK(service_settings_save(t.svc, t.a, &t.ada, &wanted, &settings, &err));
	refresh();
	now = told(submit("", "Und morgen?", 0).revision);
	assert_true(now.from >= at_hour(3, 12) || now.none);
	wanted.version = 2;
	wanted.shifts[0].to = 12 * 60;
	assert_int_equal(service_settings_save(t.svc, t.a, &t.ada, &wanted, &settings, &err), FRG_INVALID);
	assert_code(err, "shift_invalid");
	clock_shift(0);
}

/* ---- nobody starves ---- */

struct place {
	struct store_queue_row row;
	int64_t version;
};

/* All that waits, in the queue's order. */
static size_t whole_queue(struct place *places, size_t max)
{
	size_t count = 0;
	str cursor = STR("");
	struct arena *a = arena_open((size_t)256 << 20);
	do {
		struct queue_page page;
		struct queue_query q = {.who = &t.ada, .cursor = cursor, .limit = 50};
		OK(service_queue(t.svc, a, &q, &page, &err));
		for (size_t i = 0; i < page.count && count < max; i++)
			places[count++] = (struct place){page.items[i].row, page.items[i].revision.version};
		cursor = page.next;
	} while (cursor.n && count < max);
	arena_close(a);
	return count;
}

/* After a start there may be weeks of it; live messages do not wait for all of that. */
static void it_is_learned_a_page_at_a_time(void **state)
{
	atomic_bool stopping = false;
	struct jobs j = {.svc = t.svc, .stopping = &stopping};
	struct arena *a = arena_open((size_t)64 << 20);
	bool more;
	tamper("INSERT INTO forecast WITH RECURSIVE n (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 9000)"
	       " SELECT 9000000000000000000 + k, (SELECT id FROM site), k, k, 9, 0, k, k + 5, k FROM n");
	assert_true(jobs_some(&j, a));
	OK(service_delay_refresh(t.svc, a, t.site->id, &more, &err));
	assert_true(more);
	while (jobs_some(&j, a))
		assert_false(j.failed);
	refresh();
	arena_close(a);
}

/* For sixteen hours more comes than three editors' worth of decisions: harmless comments are let by, risky ones wait
 * longest; but what has waited too long is escalated at once, stands first, and is decided. */
static void nothing_waits_longer_than_allowed_unseen(void **state)
{
	enum { MINUTE = 60 * 1000, STEP = 10 * MINUTE, STEPS = 96, LONGEST = 240 * MINUTE, ROOM = 400 };
	static struct place items[ROOM];
	msec begin = clock_now() - (msec)STEPS * STEP, worst = 0;
	size_t escalated = 0, risky_decided = 0;
	for (int i = 0; i < STEPS; i++) {
		int64_t late;
		msec now = begin + (msec)i * STEP;
		clock_shift(now - time(NULL) * (msec)1000);
		submit("", "Ihr Idioten, haltet endlich das Maul!", 0);
		for (int k = 0; k < 3; k++)
			submit("", "Danke, ein guter Artikel über die Brücke.", 0);
		OK(service_escalate(t.svc, t.a, t.site->id, &late, &err));
		size_t count = whole_queue(items, ROOM);
		bool others = false;
		for (size_t k = 0; k < count; k++) {
			const struct store_queue_row *row = &items[k].row;
			if (clock_now() - row->submitted > LONGEST + MINUTE)
				assert_true(row->escalated != 0);
			others = others || !row->escalated;
			assert_false(others && row->escalated); /* first of all */
			escalated += row->escalated != 0;
		}
		for (size_t k = 0; k < 3 && k < count; k++) {
			msec waited = clock_now() - items[k].row.submitted;
			worst = waited > worst ? waited : worst;
			risky_decided += items[k].row.score[FRG_PROFANITY] > 500;
			OK(decide_as(&t.ada, items[k].row.revision, items[k].version, DECIDE_RELEASE));
		}
	}
	clock_shift(0);
	printf("# longest wait of a decided one: %d minutes; %zu risky ones decided\n", (int)(worst / MINUTE),
	       risky_decided);
	assert_true(escalated > 0);
	assert_true(risky_decided > 20);
	/* with a quarter more than can be decided, first come is first served can do no better than this */
	assert_true(worst <= LONGEST + (msec)STEPS / 4 * STEP);
}

/* ---- limits and log-in ---- */

static void too_many_in_a_row_have_to_wait(void **state)
{
	int allowed = 0;
	while (allowed < 1000 && service_limit(t.svc, LIMIT_SUBMIT, STR("1.2.3.4"), &err) == FRG_OK)
		allowed++;
	assert_int_equal(allowed, 20);
	assert_code(err, "throttled");
	assert_true(err.pos >= 1 && err.pos <= 60);
	OK(service_limit(t.svc, LIMIT_SUBMIT, STR("1.2.3.5"), &err));
	OK(service_limit(t.svc, LIMIT_CHECK, STR("1.2.3.4"), &err));
	service_close(t.svc);
	open_service(true);
	for (int i = 0; i < 1000; i++)
		OK(service_limit(t.svc, LIMIT_SUBMIT, STR("1.2.3.4"), &err));
}

static int take_all(void)
{
	int taken = 0;
	while (taken < 100 && service_limit(t.svc, LIMIT_LOGIN, STR("ada 1.1.1.1"), &err) == FRG_OK)
		taken++;
	return taken;
}

static void start_limits_at(msec at)
{
	clock_shift(at - time(NULL) * (msec)1000);
	OK(service_limits_start(t.svc, &err));
}

/* The key of the day changes: what was taken under the last one is not forgotten, nor by a process that starts after.
 */
static void midnight_fills_no_bucket(void **state)
{
	enum { S = 1000, DAY = 24 * 3600 * S };
	msec midnight = (time(NULL) * (msec)1000 / DAY + 1) * DAY;
	start_limits_at(midnight - 15 * S);
	for (int i = 0; i < 4; i++)
		OK(service_limit(t.svc, LIMIT_LOGIN, STR("ada 1.1.1.1"), &err));
	service_limits_stop(t.svc); /* and all is told */
	service_close(t.svc);
	open_service(false);
	start_limits_at(midnight - 12 * S);
	int64_t day = t.svc->limits->day;
	clock_shift(midnight + S - time(NULL) * (msec)1000);
	for (int64_t now = day; now == day; usleep(1000)) {
		pthread_mutex_lock(&t.svc->limits->lock);
		now = t.svc->limits->day;
		pthread_mutex_unlock(&t.svc->limits->lock);
	}
	int taken = take_all();
	service_limits_stop(t.svc);
	assert_int_equal(taken, 4);
	assert_int_equal(number("SELECT count(*) FROM bucket"), 2); /* by another key */
	tamper("DELETE FROM bucket WHERE full_at = (SELECT min(full_at) FROM bucket)");
	service_close(t.svc);
	open_service(false);
	start_limits_at(midnight + 2 * S);
	taken = take_all();
	service_limits_stop(t.svc);
	assert_int_equal(taken, 0); /* that row has all of it */
}

static void logging_in(void **state)
{
	struct editor_session s, again;
	OK(login_as("ada", "ein langes Wort", "1.1.1.1", &s));
	assert_str(s.who.name, "ada");
	OK(service_session(t.svc, t.a, s.token, &again, &err));
	assert_int_equal(again.who.id, t.ada.id);
	assert_true(str_eq(again.csrf, s.csrf));
	assert_int_equal(number("SELECT count(*) FROM session WHERE length(token_hash) = 64"), 1);
	FAILS(service_session(t.svc, t.a, s.csrf, &again, &err), FRG_UNAUTHENTICATED, "session_expired");
	FAILS(service_session(t.svc, t.a, STR("x"), &again, &err), FRG_UNAUTHENTICATED, "session_missing");
	OK(service_logout(t.svc, t.a, s.token, &err));
	FAILS(service_session(t.svc, t.a, s.token, &again, &err), FRG_UNAUTHENTICATED, "session_expired");
	OK(login_as("ada", "ein langes Wort", "1.1.1.1", &s));
	clock_shift((msec)13 * 3600 * 1000);
	FAILS(service_session(t.svc, t.a, s.token, &again, &err), FRG_UNAUTHENTICATED, "session_expired");
	clock_shift(0);
	OK(save_account(t.site->id, "ada", "ein neues Wort", NULL)); /* ends what is open */
	FAILS(service_session(t.svc, t.a, s.token, &again, &err), FRG_UNAUTHENTICATED, "session_expired");
	FAILS(save_account(t.site->id, "neu", "zu kurz", NULL), FRG_INVALID, "password_short");
	FAILS(save_account(t.site->id, "neu", "lang genug hier", "chef"), FRG_INVALID, "role_unknown");
}

static void guessing_passwords_is_slow(void **state)
{
	struct editor_session s;
	int tried = 0;
	enum frg_status st;
	while ((st = login_as("ada", "falsches Wort", "6.6.6.6", &s)) == FRG_UNAUTHENTICATED && tried < 100) {
		assert_code(err, "login_failed");
		tried++;
	}
	assert_int_equal(st, FRG_THROTTLED);
	assert_code(err, "login_throttled");
	assert_true(err.pos >= 1);
	assert_true(tried <= 10);
	/* who owns the account is not locked out by others, and an unknown account looks the same */
	OK(login_as("ada", "ein langes Wort", "1.1.1.1", &s));
	assert_int_equal(number("SELECT count(*) FROM setting WHERE name = 'login_stranger'"), 0);
	FAILS(login_as("niemand", "ein langes Wort", "1.1.1.1", &s), FRG_UNAUTHENTICATED, "login_failed");
	/* nor is it known by its speed: it, too, waited for the disk */
	assert_int_equal(number("SELECT count(*) FROM setting WHERE name = 'login_stranger'"), 1);
}

/* ---- the chain ---- */

static void fill_chain(void)
{
	for (int i = 0; i < 3; i++)
		release(submit("", "Ein Beitrag.", 0).revision);
	OK(decide_as(&t.ben, submit("", "Ein Schimpfwort.", 0).revision, 1, DECIDE_REJECT));
}

static struct audit_report audit(void)
{
	struct audit_report report;
	OK(audit_verify(service_store(t.svc), &report, NULL, NULL, &err));
	return report;
}

static void an_honest_chain_is_found_honest(void **state)
{
	assert_true(audit().ok); /* an empty one too */
	fill_chain();
	struct audit_report r = audit();
	assert_true(r.ok);
	assert_int_equal(r.decisions, 4);
	assert_int_equal(r.publications, 3);
}

static void tampering_shows(void **state)
{
	static const struct {
		const char *sql;
		int64_t seq;
	} table[] = {
		{"UPDATE decision SET word = 'x' WHERE seq = 2", 2},
		{"UPDATE decision SET editor_name = 'Eve' WHERE seq = 3", 3},
		{"UPDATE decision SET decided_at = decided_at + 1 WHERE seq = 1", 1},
		{"UPDATE decision SET findings = '{}' WHERE seq = 4", 4},
		{"UPDATE decision SET rules = 'ad_link' WHERE seq = 4", 4},
		{"UPDATE decision SET author_name = 'x' WHERE seq = 2", 2},
		{"PRAGMA foreign_keys = 0; DELETE FROM decision WHERE seq = 2", 2},
		{"PRAGMA foreign_keys = 0; DELETE FROM decision WHERE seq = 4", 4},
		{"UPDATE revision SET text = 'Untergeschoben' WHERE id = (SELECT revision_id FROM decision WHERE seq "
	     "= 2)",
	     2},
		{"UPDATE chain_head SET hash = 'x'", 4},
		{"UPDATE publication SET text = 'Untergeschoben' WHERE decision_id = (SELECT id FROM decision WHERE "
	     "seq = 3)",
	     3},
		{"UPDATE publication SET name = 'Eve' WHERE decision_id = (SELECT id FROM decision WHERE seq = 1)", 1},
	};
	char copy[120], sql[200];
	fill_chain();
	tamper("PRAGMA wal_checkpoint(TRUNCATE)");
	snprintf(copy, sizeof copy, "%s/before.db", t.dir);
	snprintf(sql, sizeof sql, "VACUUM INTO '%s'", copy);
	tamper(sql);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		service_close(t.svc);
		snprintf(sql, sizeof sql, "cd '%s' && rm -f a.db a.db-wal a.db-shm && cp before.db a.db", t.dir);
		assert_int_equal(system(sql), 0);
		open_service(true);
		assert_true(audit().ok);
		tamper(table[i].sql);
		struct audit_report r = audit();
		if (r.ok || r.bad_seq != table[i].seq)
			fail_msg("%s: ok %d, at %d (%s)", table[i].sql, r.ok, (int)r.bad_seq, r.what);
		assert_true(r.what[0] != 0);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_wait_is_told_when_it_is_known),
		TEST(each_word_is_counted_once_by_how_it_turned_out),
		TEST(who_is_escalated_is_told_the_place),
		TEST(nobody_is_there_at_night),
		TEST(it_is_learned_a_page_at_a_time),
		TEST(nothing_waits_longer_than_allowed_unseen),
		TEST(too_many_in_a_row_have_to_wait),
		TEST(midnight_fills_no_bucket),
		TEST(logging_in),
		TEST(guessing_passwords_is_slow),
		TEST(an_honest_chain_is_found_honest),
		TEST(tampering_shows),
	};
	return cmocka_run_group_tests_name("service_guard", tests, NULL, NULL);
}
