/* The lane that releases by itself: what it never takes, what it may, and how it ends. Time is moved, not waited for.
 */
#include "service/automatic/automatic.h"
#include "service/figures/figures.h"
#include "service/inner.h"
#include "service/learning/learning.h"
#include "service_fixture.h"

enum { SECOND = 1000, DAY = 24 * 3600 * 1000 };

static msec shifted;

static void later(msec by)
{
	shifted += by;
	clock_shift(shifted);
}

static int begin(void **state)
{
	shifted = 0;
	return set_up(state);
}

/* Harmless, and no two alike. */
static const char *text_of(int i)
{
	static const char *const who[] = {"Meine Nachbarin", "Der Fährmann", "Die Schule",   "Unser Chor", "Der Bäcker",
	                                  "Die Feuerwehr",   "Mein Bruder",  "Die Gemeinde", "Der Verein", "Das Theater"};
	static const char *const what[] = {
		"nimmt morgens die Fähre",
		"fährt mit dem Rad über die alte Furt",
		"freut sich auf die neue Brücke",
		"hat den Umweg über die Mühle ausprobiert",
		"sammelt Geld für eine Bank am Ufer",
		"lobt die gute Beschilderung",
		"kommt mit dem Bus über den Umweg",
		"hat alte Fotos der Brücke",
		"plant ein Fest zur Eröffnung",
		"zählt die Räder auf der Brücke",
		"erinnert sich gern an den Bau der Brücke",
		"hilft beim Streichen des Geländers",
		"hat den Fahrplan der Fähre ausgehängt",
		"hat schon als Kind auf der Brücke gespielt",
		"wohnt gleich neben der Brücke",
		"kennt die Brücke seit der Schulzeit",
		"repariert die Geländer am Ufer",
		"malt die Brücke im Abendlicht",
	};
	static char text[200];
	snprintf(text, sizeof text, "%s %s. %s %s.", who[i % 10], what[i / 10 % COUNT_OF(what)], who[(i * 3 + 5) % 10],
	         what[(i * 7 + 3) % COUNT_OF(what)]);
	return text;
}

static void learn(void)
{
	later(20 * SECOND);
	for (bool more = true; more;)
		OK(service_automatic_learn(t.svc, t.a, &more, &err));
}

static void due(void)
{
	for (bool more = true; more;)
		OK(service_automatic_due(t.svc, t.a, &more, &err));
}

static str ines; /* an author whom people know */

static struct submit_result send(const char *text, id64 parent)
{
	struct submit_result out = {0};
	struct submit_command cmd = {.site = t.site,
	                             .article = STR("bruecke"),
	                             .reader = ines,
	                             .name = STR("Ines"),
	                             .text = str_of(text),
	                             .parent = parent};
	OK(service_submit(t.svc, t.a, &cmd, &out, &err));
	return out;
}

static void know_ines(int comments)
{
	struct submit_result first = submit("", text_of(0), 0);
	ines = first.reader;
	release(first.revision);
	for (int i = 1; i < comments; i++) {
		later(61 * SECOND);
		release(send(text_of(i), 0).revision);
	}
}

/* ---- what it never takes ---- */

struct asking {
	id64 revision;
	bool past;
	str why;
};

static enum frg_status ask(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct asking *q = ctx;
	struct store_revision r;
	struct store_comment c;
	struct store_article article;
	struct store_review review;
	enum frg_status st = store_revision_get(tx, q->revision, &r, e);
	if (st == FRG_OK)
		st = store_comment_get(tx, r.comment, &c, e);
	if (st == FRG_OK)
		st = store_article_by_id(tx, c.article, &article, e);
	if (st == FRG_OK)
		st = store_review_latest(tx, r.id, &review, e);
	struct automatic_look look = {.comment = &c,
	                              .revision = &r,
	                              .article = &article,
	                              .findings = review.findings,
	                              .first = AUTOMATIC_FIRST_MIN,
	                              .at = clock_now(),
	                              .past = q->past};
	return st == FRG_OK ? automatic_excluded(tx, &look, &q->why, e) : st;
}

static str why(id64 revision)
{
	struct asking q = {.revision = revision};
	OK(store_read(service_store(t.svc), t.a, ask, &q, &err));
	return q.why;
}

#define EXCLUDED(revision, reason) assert_str(why(revision), reason)

static void a_known_author_s_harmless_comment_may_go(void **state)
{
	know_ines(3);
	later(60 * SECOND);
	EXCLUDED(send(text_of(70), 0).revision, "");
}

static void never_an_author_s_first_comments(void **state)
{
	EXCLUDED(submit("", text_of(1), 0).revision, "first");
	know_ines(2);
	EXCLUDED(send(text_of(70), 0).revision, "first");
	release(send(text_of(71), 0).revision);
	EXCLUDED(send(text_of(72), 0).revision, "");
}

/* What went by itself makes nobody known. */
static void only_releases_by_people_count(void **state)
{
	know_ines(3);
	tamper("UPDATE decision SET detail = '{\"automatic\":{}}' WHERE seq = 3");
	EXCLUDED(send(text_of(70), 0).revision, "first");
}

static void never_with_a_sign_of_insinuation_or_advertising(void **state)
{
	know_ines(3);
	EXCLUDED(send("Der Bürgermeister ist doch von der Baufirma gekauft, das weiß jeder.", 0).revision, "insinuation");
	EXCLUDED(send("Schuhe für den Umweg gibt es billig unter https://bit.ly/schuhe24 zu kaufen!", 0).revision,
	         "ad_link");
	/* a score is enough, and so is evidence alone */
	id64 revision = send(text_of(70), 0).revision;
	EXCLUDED(revision, "");
	char sql[300];
	snprintf(sql, sizeof sql,
	         "UPDATE review SET findings = '{\"scores\":{\"insinuation\":0.2,\"ad_link\":0}}' WHERE revision_id = %lld",
	         (long long)revision);
	tamper(sql);
	EXCLUDED(revision, "insinuation");
	snprintf(sql, sizeof sql,
	         "UPDATE review SET findings = '{\"scores\":{\"ad_link\":0.01},\"evidence\":[{\"rule\":\"ad_link\"}]}'"
	         " WHERE revision_id = %lld",
	         (long long)revision);
	tamper(sql);
	EXCLUDED(revision, "ad_link");
	snprintf(sql, sizeof sql, "UPDATE review SET findings = '{}' WHERE revision_id = %lld", (long long)revision);
	tamper(sql);
	EXCLUDED(revision, "unread");
}

static void never_with_personal_data(void **state)
{
	know_ines(3);
	EXCLUDED(send("Wir treffen uns am Samstag in der Lindenstraße 14 gleich neben der Brücke.", 0).revision,
	         "personal");
}

static void never_a_later_text(void **state)
{
	know_ines(3);
	struct submit_result sent = send(text_of(70), 0), again;
	OK(revise(ines, sent.comment, text_of(71), &again));
	EXCLUDED(again.revision, "edit");
	struct submit_result other = send(text_of(72), 0);
	struct decide_command back = {.who = &t.ada,
	                              .revision = other.revision,
	                              .version = 1,
	                              .action = DECIDE_RETURN,
	                              .word = STR("Kürzer, bitte.")};
	OK(service_decide(t.svc, t.a, &back, &decided, &err));
	OK(revise(ines, other.comment, text_of(73), &again));
	EXCLUDED(again.revision, "returned");
}

static void never_what_was_referred_or_came_before(void **state)
{
	know_ines(3);
	id64 revision = send(text_of(70), 0).revision;
	struct decide_command refer = {
		.who = &t.ada, .revision = revision, .version = 1, .action = DECIDE_REFER, .word = STR("Schaust du mal?")};
	OK(service_decide(t.svc, t.a, &refer, &decided, &err));
	EXCLUDED(revision, "referred");
	id64 copy = send(text_of(71), 0).revision;
	EXCLUDED(copy, "");
	submit("", text_of(71), 0);
	EXCLUDED(copy, "copies");
	OK(decide_as(&t.ada, submit("", text_of(90), 0).revision, 1, DECIDE_REJECT)); /* a stranger's was refused */
	EXCLUDED(send(text_of(90), 0).revision, "reposted");
}

static void never_of_an_author_who_was_refused_lately_or_is_suspended(void **state)
{
	know_ines(3);
	id64 refused = send("Ihr Idioten habt keine Ahnung!", 0).revision;
	OK(decide_as(&t.ada, refused, 1, DECIDE_REJECT));
	id64 revision = send(text_of(70), 0).revision;
	EXCLUDED(revision, "refused");
	later(91 * (msec)DAY); /* not for ever */
	id64 next = send(text_of(71), 0).revision;
	EXCLUDED(next, "");
	struct suspend_command suspend = {.who = &t.ada, .revision = next, .days = 200, .rules = 1u << FRG_PROFANITY};
	OK(service_suspend(t.svc, t.a, &suspend, &decided, &err));
	EXCLUDED(next, "suspended");
}

/* Whoever was drawn must not try again until it goes by. */
static id64 report(id64 comment, id64 revision)
{
	static int n;
	str token;
	struct notice_command cmd = {.comment = comment,
	                             .revision = revision,
	                             .lang = FRG_LANG_DE,
	                             .kind = STR("insult"),
	                             .explanation = STR("Das meint mich."),
	                             .name = STR("Nora"),
	                             .email = STR("nora@leser.example"),
	                             .good_faith = true,
	                             .form_key = arena_printf(t.a, "form-key-%08d", n++)};
	OK(service_notice_give(t.svc, t.a, &cmd, &token, &err));
	return number("SELECT max(id) FROM notice");
}

static void answer_notice(id64 notice, bool removes)
{
	struct decide_command terms = {.who = &t.ben, .rules = 1u << FRG_AGGRESSION};
	struct notice_decision cmd = {.who = &t.ben,
	                              .notice = notice,
	                              .last = notice,
	                              .remove = removes,
	                              .reasons = STR("Angesehen."),
	                              .terms = &terms};
	OK(service_notice_decide(t.svc, t.a, &cmd, &decided, &err));
}

static void never_of_an_author_who_was_reported(void **state)
{
	know_ines(4);
	later(61 * SECOND);
	struct submit_result old = send(text_of(40), 0);
	release(old.revision);
	later(130 * (msec)DAY); /* written long ago, reported today */
	id64 notice = report(old.comment, old.revision);
	later(61 * SECOND);
	struct submit_result next = send(text_of(70), 0);
	EXCLUDED(next.revision, "reported");
	answer_notice(notice, false);
	EXCLUDED(next.revision, "");
	answer_notice(report(old.comment, old.revision), true);
	later(61 * SECOND);
	EXCLUDED(send(text_of(71), 0).revision, "reported");
	later(91 * (msec)DAY);
	EXCLUDED(send(text_of(72), 0).revision, "");
}

static void never_of_an_author_who_took_one_back(void **state)
{
	know_ines(3);
	struct submit_result sent = send(text_of(70), 0);
	OK(withdraw(ines, sent.comment));
	later(SECOND);
	EXCLUDED(send(text_of(71), 0).revision, "took_back");
	later(DAY + SECOND);
	EXCLUDED(send(text_of(72), 0).revision, "");
}

static void never_an_answer_to_what_is_not_there(void **state)
{
	know_ines(3);
	struct submit_result parent = send(text_of(70), 0);
	id64 answer = send(text_of(71), parent.comment).revision;
	EXCLUDED(answer, "parent");
	release(parent.revision);
	later(SECOND);
	EXCLUDED(answer, "");
}

static void never_where_two_must_agree_or_comments_are_closed(void **state)
{
	know_ines(3);
	id64 revision = send(text_of(70), 0).revision;
	struct desk_settings wanted = {.longest_wait = 240 * 60 * 1000,
	                               .four_eyes = {.items = (str[]){STR("*")}, .count = 1}},
						 settings;
	OK(service_settings_save(t.svc, t.a, &t.ada, &wanted, &settings, &err));
	EXCLUDED(revision, "four_eyes");
	struct store_article article;
	struct closing_command close = {.who = &t.ada, .article = STR("bruecke"), .hours = 1, .reason = STR("")};
	OK(service_close_thread(t.svc, t.a, &close, &article, &err));
	EXCLUDED(revision, "closed");
}

/* ---- opening ---- */

static int64_t version;

static struct automatic_choice choice_of(int64_t limit)
{
	struct automatic_view view;
	OK(service_automatic_view(t.svc, t.a, &t.ada, &view, &err));
	for (size_t i = 0; view.section_count && i < AUTOMATIC_LIMITS; i++)
		if (view.sections[0].choices[i].limit == limit)
			return view.sections[0].choices[i];
	return (struct automatic_choice){0};
}

static enum frg_status sign(int64_t threshold, int64_t draw, const char *password)
{
	struct automatic_sign cmd = {.who = &t.ada,
	                             .section = STR(""),
	                             .limit = 50,
	                             .threshold = threshold,
	                             .draw = draw,
	                             .first = 3,
	                             .delay = 60,
	                             .password = str_of(password)};
	err = (struct frg_error){0};
	return service_automatic_sign(t.svc, t.a, &cmd, &version, &err);
}

/* A hundred and twenty-five decisions take a while: made once, copied for every test that needs them. */
static struct {
	char path[100], reader[100];
	msec shifted;
} decided_before;

static void keep_decided(void)
{
	char sql[200];
	snprintf(decided_before.path, sizeof decided_before.path, "/tmp/freigabe-decided-%d.db", (int)getpid());
	snprintf(decided_before.reader, sizeof decided_before.reader, "%.*s", STR_ARG(ines));
	decided_before.shifted = shifted;
	snprintf(sql, sizeof sql, "VACUUM INTO '%s'", decided_before.path);
	tamper(sql);
}

static void take_decided(void)
{
	char command[500];
	service_close(t.svc);
	snprintf(command, sizeof command, "rm -f '%s'-wal '%s'-shm && cp '%s' '%s'", t.path, t.path, decided_before.path,
	         t.path);
	assert_int_equal(system(command), 0);
	open_service(false);
	t.site = service_site(t.svc, STR("bote"));
	OK(service_staff_by_login(t.svc, t.a, t.site->id, STR("ada"), &t.ada, &err));
	OK(service_staff_by_login(t.svc, t.a, t.site->id, STR("ben"), &t.ben, &err));
	ines = str_of(decided_before.reader);
	shifted = decided_before.shifted;
	clock_shift(shifted);
}

static void open_lane(int64_t draw)
{
	if (decided_before.path[0]) {
		take_decided();
	} else {
		know_ines(125);
		learn();
		keep_decided();
	}
	struct automatic_choice c = choice_of(50);
	assert_int_equal(c.found.answer, RISK_FOUND);
	OK(sign(c.found.threshold, draw, "ein langes Wort"));
}

static id64 arrives(int i)
{
	id64 revision = send(text_of(i), 0).revision;
	OK(service_automatic_held(t.svc, t.a, t.site->id, revision, &err));
	return revision;
}

static int64_t state_is(id64 revision, const char *state)
{
	char sql[200];
	snprintf(sql, sizeof sql, "SELECT state = '%s' FROM revision WHERE id = %lld", state, (long long)revision);
	return number(sql);
}

static void it_opens_only_on_enough_decisions_and_with_the_password(void **state)
{
	know_ines(60);
	learn();
	struct automatic_choice c = choice_of(50);
	assert_int_equal(c.found.answer, RISK_FEW);
	int64_t eligible = number("SELECT count(*) FROM automatic_case WHERE barred = ''");
	assert_true(eligible > 45 && eligible <= 57); /* the first three are nobody's measure */
	assert_int_equal(number("SELECT count(*) FROM automatic_case WHERE barred = 'first'"), 3);
	assert_int_equal(c.found.needed, 118 - eligible);
	FAILS(sign(c.found.threshold, 50, "ein langes Wort"), FRG_CONFLICT, "automatic_few");
	for (int i = 60; i < 130; i++)
		release(send(text_of(i), 0).revision);
	learn();
	c = choice_of(50);
	assert_int_equal(c.found.answer, RISK_FOUND);
	assert_int_equal(choice_of(10).found.answer, RISK_FEW);
	assert_int_equal(c.month, number("SELECT count(*) FROM automatic_case WHERE barred = ''"));
	assert_int_equal(c.month_bad, 0);
	FAILS(sign(c.found.threshold, 50, "falsches Wort"), FRG_FORBIDDEN, "password_wrong");
	tamper("UPDATE editor SET email = password_hash, password_hash = ''"); /* as by the house's log-in */
	FAILS(sign(c.found.threshold, 50, ""), FRG_CONFLICT, "automatic_no_password");
	tamper("UPDATE editor SET password_hash = email, email = ''");
	FAILS(sign(c.found.threshold - 50, 50, "ein langes Wort"), FRG_CONFLICT, "automatic_changed");
	FAILS(sign(c.found.threshold, 49, "ein langes Wort"), FRG_INVALID, "automatic_invalid");
	assert_int_equal(number("SELECT count(*) FROM automatic_policy"), 0);
	OK(sign(c.found.threshold, 50, "ein langes Wort"));
	OK(sign(c.found.threshold, 60, "ein langes Wort"));
	assert_int_equal(number("SELECT count(*) FROM automatic_policy"), 2);
	assert_int_equal(number("SELECT count(*) FROM automatic_closing WHERE version = 1 AND why = 'replaced'"), 1);
	assert_int_equal(number("SELECT count(*) FROM staff_log WHERE kind = 'automatic_opened'"), 2);
}

static void many_refusals_keep_it_shut(void **state)
{
	know_ines(3);
	for (int i = 3; i < 145; i++) {
		id64 revision = send(text_of(i), 0).revision;
		struct decide_command back = {.who = &t.ada,
		                              .revision = revision,
		                              .version = 1,
		                              .action = i % 8 ? DECIDE_RELEASE : DECIDE_RETURN,
		                              .word = STR("Bitte anders.")};
		OK(service_decide(t.svc, t.a, &back, &decided, &err));
	}
	learn();
	assert_int_equal(choice_of(50).found.answer, RISK_HIGH);
	FAILS(sign(500, 50, "ein langes Wort"), FRG_CONFLICT, "automatic_high");
}

/* ---- releasing ---- */

/* Those that come until one is not drawn, or is. */
static id64 arrives_until(bool drawn)
{
	static int next;
	next = next < 125 ? 125 : next;
	for (int tries = 0; tries < 400; tries++) {
		char sql[200];
		id64 revision = arrives(next++);
		snprintf(sql, sizeof sql, "SELECT count(*) FROM automatic_case WHERE revision_id = %lld AND drawn = %d",
		         (long long)revision, drawn);
		if (number(sql))
			return revision;
		release(revision); /* out of the way: its copies would wait with it */
	}
	fail_msg("not one in 400");
	return 0;
}

static void it_releases_after_the_delay_in_the_name_of_who_signed(void **state)
{
	open_lane(50);
	id64 revision = arrives_until(false);
	due();
	assert_true(state_is(revision, "held"));
	later(59 * SECOND);
	due();
	assert_true(state_is(revision, "held"));
	later(2 * SECOND);
	due();
	assert_true(state_is(revision, "released"));
	due(); /* once */
	assert_int_equal(number("SELECT count(*) FROM decision WHERE detail LIKE '{\"automatic\":{%'"), 1);
	assert_int_equal(number("SELECT count(*) FROM decision WHERE detail LIKE '%\"limit\":0.05%' AND detail LIKE"
	                        " '%\"confidence\":0.95%' AND detail LIKE '%\"version\":1%' AND editor_name = 'ada'"
	                        " AND action = 'release'"),
	                 1);
	char sql[200];
	snprintf(sql, sizeof sql, "SELECT count(*) FROM forecast WHERE revision_id = %lld", (long long)revision);
	assert_int_equal(number(sql), 0); /* it tells nothing of how long people take */
	struct audit_report report;
	OK(audit_verify(service_store(t.svc), &report, NULL, NULL, &err));
	assert_true(report.ok);
	assert_int_equal(number(UNCOVERED), 0);
	learn(); /* and is no proof for the next policy */
	snprintf(sql, sizeof sql, "SELECT count(*) FROM automatic_case WHERE revision_id = %lld AND outcome = ''",
	         (long long)revision);
	assert_int_equal(number(sql), 1);
}

static void who_takes_it_back_in_time_is_heard(void **state)
{
	open_lane(50);
	id64 revision = arrives_until(false);
	char sql[200];
	snprintf(sql, sizeof sql, "SELECT comment_id FROM revision WHERE id = %lld", (long long)revision);
	OK(withdraw(ines, number(sql)));
	later(61 * SECOND);
	due();
	assert_true(state_is(revision, "withdrawn"));
	assert_int_equal(number("SELECT count(*) FROM automatic_case WHERE due_at IS NOT NULL"), 0);
}

/* Everything is looked at again when its time has come. */
static void what_changed_meanwhile_counts(void **state)
{
	open_lane(50);
	id64 revision = arrives_until(false);
	OK(decide_as(&t.ada, submit("", "Ihr Idioten habt keine Ahnung!", 0).revision, 1, DECIDE_REJECT));
	struct desk_settings wanted = {.longest_wait = 240 * 60 * 1000,
	                               .four_eyes = {.items = (str[]){STR("*")}, .count = 1}},
						 settings;
	OK(service_settings_save(t.svc, t.a, &t.ada, &wanted, &settings, &err));
	later(61 * SECOND);
	due();
	assert_true(state_is(revision, "held"));
	assert_int_equal(number("SELECT count(*) FROM automatic_case WHERE barred = 'four_eyes' AND policy = 0"), 1);
	/* a decision that was taken back makes another version of it: not the lane's any more */
	wanted.version = 1;
	wanted.four_eyes.count = 0;
	OK(service_settings_save(t.svc, t.a, &t.ada, &wanted, &settings, &err));
	id64 other = arrives_until(false);
	OK(decide_as(&t.ben, other, 1, DECIDE_RELEASE));
	OK(undo(&t.ben, decided.decision));
	later(61 * SECOND);
	due();
	assert_true(state_is(other, "held"));
	assert_int_equal(number("SELECT count(*) FROM decision WHERE detail LIKE '{\"automatic\"%'"), 0);
}

static void the_drawn_stay_and_look_like_any_other(void **state)
{
	open_lane(1000);
	id64 revision = arrives(140);
	later(61 * SECOND);
	due();
	assert_true(state_is(revision, "held"));
	struct queue_item item;
	OK(service_queue_item(t.svc, t.a, &t.ben, revision, &item, &err));
	assert_true(item.row.revision == revision && !item.referred && !item.reposted);
	release(revision);
	learn();
	struct automatic_view view;
	OK(service_automatic_view(t.svc, t.a, &t.ada, &view, &err));
	assert_int_equal(view.sections[0].count.checked, 1);
	assert_int_equal(view.sections[0].count.refused, 0);
	assert_int_equal(view.sections[0].count.released, 0);
}

struct drawing {
	int64_t permille, drawn, of;
};

static enum frg_status draw_many(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct drawing *d = ctx;
	for (int i = 0; i < d->of; i++) {
		bool drawn, again;
		id64 id = id_new();
		OK(automatic_drawn(tx, id, "blind", d->permille, &drawn, e));
		OK(automatic_drawn(tx, id, "blind", d->permille, &again, e));
		assert_int_equal(drawn, again);
		d->drawn += drawn;
	}
	return FRG_OK;
}

static void the_draw_keeps_its_share(void **state)
{
	struct drawing d = {.permille = 50, .of = 20000};
	OK(store_read(service_store(t.svc), t.a, draw_many, &d, &err));
	assert_true(d.drawn > 880 && d.drawn < 1120); /* four standard deviations */
	/* another installation draws others */
	int64_t key = number("SELECT length(value) FROM setting WHERE site_id = 0 AND name = 'draw_key'");
	assert_int_equal(key, SECRET_TEXT_SIZE - 1);
}

/* ---- its end ---- */

static void guard(void) { OK(service_automatic_guard(t.svc, t.a, &err)); }

static int64_t closed_for(const char *reason)
{
	char sql[200];
	snprintf(sql, sizeof sql, "SELECT count(*) FROM automatic_closing WHERE why = '%s'", reason);
	return number(sql);
}

static void it_closes_itself_when_the_error_passes_the_limit(void **state)
{
	open_lane(1000);
	tamper("UPDATE editor SET email = 'ada@bote.example' WHERE login = 'ada'");
	id64 waiting = arrives(148);
	for (int i = 140; i < 144; i++) {
		id64 revision = arrives(i);
		later(61 * SECOND);
		due();
		struct decide_command back = {
			.who = &t.ben, .revision = revision, .version = 1, .action = DECIDE_RETURN, .word = STR("So nicht.")};
		OK(service_decide(t.svc, t.a, &back, &decided, &err));
		learn();
		guard();
		if (i == 140) /* one alone proves nothing */
			assert_int_equal(closed_for("error"), 0);
	}
	assert_int_equal(closed_for("error"), 1);
	assert_int_equal(number("SELECT count(*) FROM automatic_closing WHERE editor_id IS NULL AND refused >= 2"), 1);
	assert_int_equal(number("SELECT count(*) FROM staff_log WHERE kind = 'automatic_closed'"), 1);
	assert_int_equal(number("SELECT count(*) FROM mail WHERE recipient = 'ada@bote.example'"), 1);
	assert_int_equal(number("SELECT count(*) FROM event WHERE kind = 'automatic' AND detail LIKE 'closed error%'"), 1);
	guard();
	assert_int_equal(closed_for("error"), 1);
	assert_true(state_is(waiting, "held"));
	bool open;
	OK(service_automatic_any(t.svc, t.a, t.site->id, &open, &err));
	assert_false(open);
}

/* Comments that went by themselves and were taken off again are errors, too. */
static void a_withdrawal_by_the_editors_is_an_error(void **state)
{
	open_lane(50);
	for (int i = 0; i < 4 && !closed_for("error"); i++) { /* good checks in between make it slower */
		id64 revision = arrives_until(false);
		later(61 * SECOND);
		due();
		assert_true(state_is(revision, "released"));
		struct decide_command cmd = {.who = &t.ben, .revision = revision, .rules = 1u << FRG_OFF_TOPIC};
		OK(service_remove(t.svc, t.a, &cmd, &decided, &err));
		char sql[200];
		snprintf(sql, sizeof sql, "SELECT body LIKE '%%ohne Einzelprüfung%%' FROM statement WHERE decision_id = %lld",
		         (long long)decided.decision);
		assert_int_equal(number(sql), 1); /* the letter says how it came to be published */
		later(91 * (msec)DAY);            /* a refusal keeps the author's next ones for people, for a while */
		learn();
		guard();
	}
	assert_int_equal(closed_for("error"), 1);
	assert_true(number("SELECT removed FROM automatic_closing") >= 2);
}

static id64 comment_of(id64 revision)
{
	char sql[100];
	snprintf(sql, sizeof sql, "SELECT comment_id FROM revision WHERE id = %lld", (long long)revision);
	return number(sql);
}

#define ERRORS "SELECT count(*) FROM automatic_case WHERE decision_id IS NOT NULL AND outcome = 'remove'"

static void a_removal_after_a_notice_is_an_error(void **state)
{
	open_lane(50);
	id64 revision = arrives_until(false);
	later(61 * SECOND);
	due();
	assert_true(state_is(revision, "released"));
	answer_notice(report(comment_of(revision), revision), true);
	learn();
	assert_int_equal(number(ERRORS), 1);
}

/* A comment that went by itself is erased: its decision says nothing any more, and still counts for none of people's.
 */
static void what_went_by_itself_is_known_when_its_words_have_gone(void **state)
{
	open_lane(50);
	id64 revision = arrives_until(false);
	later(61 * SECOND);
	due();
	assert_true(state_is(revision, "released"));
	struct erase_result gone;
	struct erase_command cmd = {.scope = {.site = t.site->id, .comment = comment_of(revision)}, .who = &t.ada};
	OK(service_erase(t.svc, t.a, &cmd, &gone, &err));
	assert_int_equal(number("SELECT count(*) FROM decision WHERE detail LIKE '%automatic%'"), 0);
	int64_t count;
	OK(service_learning_automatic(t.svc, t.a, t.site->id, 0, 1000, &count, &err));
	assert_int_equal(count, 1);
	struct store_verdicts all;
	OK(service_learning_verdicts(t.svc, t.a, t.site->id, 1000, &all, &err));
	for (size_t i = 0; i < all.count; i++)
		assert_int_not_equal(all.items[i].revision, revision);
	tamper("UPDATE setting SET value = '0' WHERE name = 'automatic_seq'"); /* the chain is read anew */
	learn();
	assert_int_equal(number("SELECT count(*) FROM automatic_case WHERE decision_id IS NOT NULL AND outcome <> ''"), 0);
	struct figures_progress p = {0};
	struct figures f;
	struct figures_query q = {.who = &t.ada, .days = 7};
	for (bool more = true; more;)
		OK(service_figures_refresh(t.svc, t.a, &p, &more, &err));
	OK(service_figures(t.svc, t.a, &q, &f, &err));
	assert_int_equal(number("SELECT sum(value) FROM figure WHERE name = 3 AND scope = '' AND bin = 7"), 1);
}

static void it_closes_when_nobody_answers_for_it(void **state)
{
	open_lane(50);
	id64 revision = arrives_until(false);
	struct staff_change change = {.who = &t.ben, .editor = t.ada.id, .role = ROLE_LEAD, .open = true};
	OK(service_staff_change(t.svc, t.a, &change, &err));
	later(61 * SECOND);
	due(); /* even before the guard has come by */
	assert_true(state_is(revision, "held"));
	guard();
	assert_int_equal(closed_for("signer"), 1);
}

static void it_closes_with_another_engine(void **state)
{
	open_lane(50);
	guard();
	assert_int_equal(number("SELECT count(*) FROM automatic_closing"), 0);
	tamper("UPDATE automatic_policy SET engine = 'freigabe 0'");
	guard();
	assert_int_equal(closed_for("engine"), 1);
	assert_int_equal(choice_of(50).found.answer, RISK_FOUND); /* and may be signed again on what is known */
}

static void it_closes_by_hand(void **state)
{
	open_lane(50);
	id64 revision = arrives_until(false);
	OK(service_automatic_close(t.svc, t.a, &t.ben, STR(""), version, STR("Wahlsonntag."), &err));
	FAILS(service_automatic_close(t.svc, t.a, &t.ben, STR(""), version, STR(""), &err), FRG_CONFLICT,
	      "automatic_closed");
	assert_int_equal(closed_for("person"), 1);
	later(61 * SECOND);
	due();
	assert_true(state_is(revision, "held"));
	assert_int_equal(number("SELECT count(*) FROM mail"), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_known_author_s_harmless_comment_may_go),
		TEST(never_an_author_s_first_comments),
		TEST(only_releases_by_people_count),
		TEST(never_with_a_sign_of_insinuation_or_advertising),
		TEST(never_with_personal_data),
		TEST(never_a_later_text),
		TEST(never_what_was_referred_or_came_before),
		TEST(never_of_an_author_who_was_refused_lately_or_is_suspended),
		TEST(never_of_an_author_who_was_reported),
		TEST(never_of_an_author_who_took_one_back),
		TEST(never_an_answer_to_what_is_not_there),
		TEST(never_where_two_must_agree_or_comments_are_closed),
		TEST(it_opens_only_on_enough_decisions_and_with_the_password),
		TEST(many_refusals_keep_it_shut),
		TEST(it_releases_after_the_delay_in_the_name_of_who_signed),
		TEST(who_takes_it_back_in_time_is_heard),
		TEST(what_changed_meanwhile_counts),
		TEST(the_drawn_stay_and_look_like_any_other),
		TEST(the_draw_keeps_its_share),
		TEST(it_closes_itself_when_the_error_passes_the_limit),
		TEST(a_removal_after_a_notice_is_an_error),
		TEST(what_went_by_itself_is_known_when_its_words_have_gone),
		TEST(a_withdrawal_by_the_editors_is_an_error),
		TEST(it_closes_when_nobody_answers_for_it),
		TEST(it_closes_with_another_engine),
		TEST(it_closes_by_hand),
	};
	int failed = cmocka_run_group_tests_name("automatic", tests, NULL, NULL);
	if (decided_before.path[0])
		unlink(decided_before.path);
	return failed;
}
