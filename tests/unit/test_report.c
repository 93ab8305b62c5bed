/* Reports: a small newspaper whose every figure is known, with a clock that the test moves; the tally against plain
 * sorting; statements against the database's rules. */
#include "service_fixture.h"

#include "exchange/dsa_statement.h"
#include "exchange/exchange.h"
#include "render/report.h"
#include "service/answer/report.h"
#include "service/answer/tally.h"

/* ---- the tally ---- */

static int by_size(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static void tally_is_exact(void **state)
{
	(void)state;
	static const size_t sizes[] = {1, 2, 3, 9, 10, 11, 100, 1001};
	uint64_t seed = 42;
	for (size_t s = 0; s < COUNT_OF(sizes); s++) {
		int64_t values[1001];
		struct tally *tally = tally_open();
		for (size_t i = 0; i < sizes[s]; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			values[i] = (int64_t)(seed >> 40) % 86400 * 1000; /* whole seconds of a day */
			tally_add(tally, values[i] + 999);
		}
		qsort(values, sizes[s], sizeof *values, by_size);
		size_t n = sizes[s];
		int64_t median = n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
		assert_int_equal(tally_count(tally), n);
		assert_int_equal(tally_median(tally), median);
		/* nine of ten are not above it, and it is the smallest such value */
		int64_t p90 = tally_p90(tally);
		size_t upto = 0, below = 0;
		for (size_t i = 0; i < n; i++) {
			upto += values[i] <= p90;
			below += values[i] < p90;
		}
		assert_true(upto * 10 >= n * 9 && below * 10 < n * 9);
		tally_close(tally);
	}
}

static void tally_takes_long_times(void **state)
{
	(void)state;
	const msec day = 86400000, cases[][2] = {{-5, 0},
	                                         {day - 1, day - 1000},
	                                         {day + 59999, day},
	                                         {day + 60000, day + 60000},
	                                         {30 * day, 30 * day},
	                                         {40 * day + 3599999, 40 * day},
	                                         {100000 * day, 3650 * day - 3600000}};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct tally *tally = tally_open();
		tally_add(tally, cases[i][0]);
		assert_int_equal(tally_median(tally), cases[i][1]);
		assert_int_equal(tally_p90(tally), cases[i][1]);
		tally_close(tally);
	}
}

/* ---- the period ---- */

static void period(void **state)
{
	(void)state;
	msec from, to, shifted;
	OK(service_report_period(STR("2026-03-28"), STR("2026-03-29"), &from, &to, &err));
	assert_int_equal(to - from, 47 * 3600000); /* Berlin's clocks go forward on the 29th */
	OK(service_report_period(STR(""), STR("2026-03-29"), &from, &to, &err));
	assert_true(clock_parse_day(STR("2026-01-01"), &shifted));
	assert_int_equal(from, shifted);
	OK(service_report_period(STR(""), STR(""), &from, &to, &err));
	assert_true(from <= clock_now() && to > clock_now());
	FAILS(service_report_period(STR("2026-02-30"), STR(""), &from, &to, &err), FRG_INVALID, "report_period");
	FAILS(service_report_period(STR("gestern"), STR(""), &from, &to, &err), FRG_INVALID, "report_period");
	FAILS(service_report_period(STR("2026-02-01T00:00"), STR(""), &from, &to, &err), FRG_INVALID, "report_period");
	FAILS(service_report_period(STR("2026-02-02"), STR("2026-02-01"), &from, &to, &err), FRG_INVALID, "report_period");
	FAILS(service_report_period(STR("1990-02-02"), STR("2026-02-01"), &from, &to, &err), FRG_INVALID, "report_period");
}

/* ---- the figures ---- */

static msec ahead;

/* Later by so much; each step of the story has its own time. */
static void later(int64_t seconds)
{
	ahead += seconds * 1000;
	clock_shift(ahead);
}

/* What the engine says of a text does not matter here: the test says it. */
static void engine_says(id64 revision, const char *findings)
{
	char sql[700];
	snprintf(sql, sizeof sql, "UPDATE review SET findings = '%s' WHERE revision_id = %lld", findings,
	         (long long)revision);
	tamper(sql);
}

#define SAYS_NOTHING "{\"lang\":\"de\",\"over\":[],\"evidence\":[]}"
#define SAYS_PROFANITY                                                                                                 \
	"{\"lang\":\"de\",\"over\":[\"profanity\"],\"evidence\":[{\"rule\":\"profanity\",\"begin\":0,\"end\":3,"           \
	"\"quote\":\"GEHEIMES ZITAT\"}]}"
#define SAYS_AD "{\"lang\":\"en\",\"over\":[\"ad_link\"],\"evidence\":[{\"rule\":\"ad_link\",\"begin\":0,\"end\":3}]}"

/* Sent now, decided after `wait` seconds. */
static struct submit_result story(const char *text, const char *findings, int64_t wait, enum decide_action action,
                                  unsigned rules, const char *law)
{
	struct submit_result r = submit("", text, 0);
	engine_says(r.revision, findings);
	later(wait);
	struct decide_command cmd = {.who = &t.ada,
	                             .revision = r.revision,
	                             .version = 1,
	                             .action = action,
	                             .rules = rules,
	                             .law = str_of(law),
	                             .word = STR("GEHEIMES WORT")};
	err = (struct frg_error){0};
	OK(service_decide(t.svc, t.a, &cmd, &decided, &err));
	return r;
}

/* Objects to the newest letter. */
static id64 object_to(id64 decision)
{
	char sql[200];
	snprintf(sql, sizeof sql, "SELECT id FROM statement WHERE decision_id = %lld", (long long)decision);
	id64 id = number(sql), made = id_new();
	snprintf(sql, sizeof sql,
	         "INSERT INTO objection SELECT %lld, site_id, id, comment_id, 'GEHEIMER WIDERSPRUCH', '', 'open', NULL, '',"
	         " NULL, %lld, NULL FROM statement WHERE id = %lld",
	         (long long)made, (long long)clock_now(), (long long)id);
	tamper(sql);
	return made;
}

static void answer(id64 objection, enum objection_outcome outcome, const struct decide_command *terms)
{
	struct objection_command cmd = {
		.who = &t.ben, .objection = objection, .outcome = outcome, .reasons = STR("GEHEIME GRÜNDE"), .terms = terms};
	OK(service_objection_decide(t.svc, t.a, &cmd, &err));
}

/* Whatever columns the table has: those that reports do not read get something. */
static void notice(const char *kind, int64_t comment, msec created, msec decided_at, const char *outcome, id64 decision)
{
	sqlite3 *db;
	sqlite3_stmt *s;
	struct buf names = BUF_INIT(4096), values = BUF_INIT(4096);
	assert_int_equal(sqlite3_open(t.path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db, "SELECT name, type, dflt_value IS NULL AND \"notnull\" FROM pragma_table_info('notice')",
	                       -1, &s, NULL),
		SQLITE_OK);
	const char *const known = " id site_id comment_id kind created_at decided_at outcome decision_id lang ";
	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(s, 0), *type = (const char *)sqlite3_column_text(s, 1);
		char spaced[80];
		snprintf(spaced, sizeof spaced, " %s ", name);
		if (strstr(known, spaced) || !sqlite3_column_int(s, 2))
			continue;
		buf_printf(&names, ", %s", name);
		buf_printf(&values, ", %s",
		           strcmp(name, "revision_id") == 0 ? "(SELECT max(id) FROM revision)"
		           : strcmp(type, "TEXT") == 0      ? "'GEHEIME MELDUNG '||hex(randomblob(8))"
		                                            : "1");
	}
	sqlite3_finalize(s);
	sqlite3_close(db);
	struct buf sql = BUF_INIT(8192);
	buf_printf(
		&sql,
		"INSERT INTO notice (id, site_id, comment_id, kind, created_at, decided_at, outcome, decision_id, lang%.*s)"
		" VALUES (%lld, %lld, %lld, '%s', %lld, nullif(%lld, 0), '%s', nullif(%lld, 0), 'de'%.*s)",
		STR_ARG(buf_str(&names)), (long long)id_new(), (long long)t.site->id, (long long)comment, kind,
		(long long)created, (long long)decided_at, outcome, (long long)decision, STR_ARG(buf_str(&values)));
	buf_byte(&sql, 0);
	tamper(sql.p);
	buf_free(&sql);
	buf_free(&names);
	buf_free(&values);
}

static struct report_query everything(void)
{
	return (struct report_query){.site = t.site->id, .from = clock_now() - 30 * 86400000LL, .to = clock_now() + 1};
}

static struct report_figures figures(struct report_query q)
{
	struct report_figures f;
	OK(service_report(t.svc, t.a, &q, &f, &err));
	return f;
}

#define TIMES(times, n, median_s, p90_s)                                                                               \
	do {                                                                                                               \
		assert_int_equal((times).count, n);                                                                            \
		assert_in_range((times).median, (median_s)*1000, (median_s)*1000 + 1000);                                      \
		assert_in_range((times).p90, (p90_s)*1000, (p90_s)*1000 + 1000);                                               \
	} while (0)
#define MATCH(match, h, f, m, q)                                                                                       \
	do {                                                                                                               \
		assert_int_equal((match).hit, h);                                                                              \
		assert_int_equal((match).false_alarm, f);                                                                      \
		assert_int_equal((match).miss, m);                                                                             \
		assert_int_equal((match).quiet, q);                                                                            \
	} while (0)

/* A day at the Bote: ten comments, one changed, one decision taken back, three objections, one suspension. */
static void tell_the_day(void)
{
	ahead = 0;
	story("Eins, zur Brücke.", SAYS_NOTHING, 60, DECIDE_RELEASE, 0, NULL);
	struct submit_result two = story("Zwei, zur Brücke.", SAYS_NOTHING, 120, DECIDE_RELEASE, 0, NULL);
	story("Drei, zur Brücke.", SAYS_PROFANITY, 180, DECIDE_RELEASE, 0, NULL); /* a false alarm */
	story("Vier, ganz übel.", SAYS_PROFANITY, 600, DECIDE_REJECT, 1u << FRG_PROFANITY, NULL);
	id64 upheld = object_to(decided.decision);
	story("Fünf, ganz übel.", SAYS_AD, 1200, DECIDE_REJECT, 1u << FRG_PROFANITY | 1u << FRG_AGGRESSION, "insult");
	id64 changed = object_to(decided.decision);
	story("Sechs, woanders.", SAYS_NOTHING, 2400, DECIDE_REJECT, 1u << FRG_OFF_TOPIC, NULL);
	id64 refused = object_to(decided.decision);
	struct submit_result seven = story("Sieben, unklar.", SAYS_NOTHING, 60, DECIDE_RETURN, 1u << FRG_INSINUATION, NULL);
	struct submit_result newer;
	OK(revise(seven.reader, seven.comment, "Sieben, klarer.", &newer)); /* waits */
	struct submit_result eight = story("Acht, doch nicht.", SAYS_PROFANITY, 30, DECIDE_REJECT, 1u << FRG_PROFANITY,
	                                   NULL);
	OK(undo(&t.ada, decided.decision));
	assert_int_equal(number("SELECT count(*) FROM revision WHERE state = 'held'"), 2);
	later(10);
	struct decide_command terms = {.who = &t.ada,
	                               .revision = two.revision,
	                               .rules = 1u << FRG_INSINUATION,
	                               .law = STR("defamation"),
	                               .word = STR("GEHEIM")};
	OK(service_remove(t.svc, t.a, &terms, &decided, &err));
	struct suspend_command suspend = {
		.who = &t.ada, .revision = two.revision, .days = 7, .rules = 1u << FRG_INSINUATION};
	OK(service_suspend(t.svc, t.a, &suspend, &decided, &err));
	later(3600);
	answer(upheld, OBJECTION_UPHELD, NULL);
	terms = (struct decide_command){.who = &t.ben, .rules = 1u << FRG_AGGRESSION, .law = STR("threat")};
	answer(changed, OBJECTION_CHANGED, &terms);
	later(3600);
	answer(refused, OBJECTION_REJECTED, NULL);
	(void)eight;
}

static void every_figure(void **state)
{
	(void)state;
	tell_the_day();
	struct report_figures f = figures(everything());
	assert_int_equal(f.comments[0], 8);
	assert_int_equal(f.comments[1], 0);
	assert_int_equal(f.later_texts, 1);
	assert_int_equal(f.kinds[REPORT_RELEASE], 3);
	assert_int_equal(f.kinds[REPORT_REJECT], 3);
	assert_int_equal(f.kinds[REPORT_RETURN], 1);
	assert_int_equal(f.kinds[REPORT_REMOVE], 1);
	assert_int_equal(f.kinds[REPORT_SUSPEND], 1);
	assert_int_equal(f.kinds[REPORT_RESTORE], 0);
	assert_int_equal(f.kinds[REPORT_REFER], 0);
	assert_int_equal(f.taken_back, 1);
	assert_int_equal(f.automatic, 0);
	/* 60, 60, 120, 180, 600, 1200, 2400 */
	TIMES(f.wait, 7, 180, 2400);
	TIMES(f.wait_of[REPORT_RELEASE], 3, 120, 180);
	TIMES(f.wait_of[REPORT_REJECT], 3, 1200, 2400);
	TIMES(f.wait_of[REPORT_RETURN], 1, 60, 60);
	assert_int_equal(f.rule[FRG_PROFANITY][REPORT_REJECT], 2);
	assert_int_equal(f.rule[FRG_AGGRESSION][REPORT_REJECT], 1); /* the changed reasons are the objection's */
	assert_int_equal(f.rule[FRG_OFF_TOPIC][REPORT_REJECT], 1);
	assert_int_equal(f.rule[FRG_INSINUATION][REPORT_RETURN], 1);
	assert_int_equal(f.rule[FRG_INSINUATION][REPORT_REMOVE], 1);
	assert_int_equal(f.rule[FRG_INSINUATION][REPORT_SUSPEND], 1);
	assert_int_equal(f.law[0][REPORT_REJECT], 1); /* insult */
	assert_int_equal(f.law[1][REPORT_REMOVE], 1); /* defamation */
	assert_int_equal(f.law[2][REPORT_REJECT], 0); /* threat */
	assert_int_equal(f.lang[0][REPORT_REJECT], 2);
	assert_int_equal(f.lang[1][REPORT_REJECT], 1);
	assert_int_equal(f.suspended_rules, 1);
	assert_int_equal(f.suspended_law, 0);
	/* four, five, six rejected and two removed; marked: four (its rule), five (another) */
	assert_int_equal(f.refused, 4);
	assert_int_equal(f.marked, 2);
	assert_int_equal(f.marked_rule, 1);
	MATCH(f.match[FRG_PROFANITY], 1, 1, 1, 4);
	MATCH(f.match[FRG_AGGRESSION], 0, 0, 1, 6);
	MATCH(f.match[FRG_AD_LINK], 0, 1, 0, 6);
	MATCH(f.match[FRG_OFF_TOPIC], 0, 0, 1, 6);
	MATCH(f.match[FRG_INSINUATION], 0, 0, 1, 6);
	MATCH(f.match_any, 2, 1, 2, 2);
	assert_int_equal(f.objections, 3);
	assert_int_equal(f.objections_decided[OUTCOME_UPHELD], 1);
	assert_int_equal(f.objections_decided[OUTCOME_CHANGED], 1);
	assert_int_equal(f.objections_decided[OUTCOME_REJECTED], 1);
	assert_int_equal(f.objections_decided[OUTCOME_SETTLED], 0);
	assert_int_equal(f.objections_open, 0);
	assert_int_equal(f.objection_times.count, 3);
	/* reject ×3, remove, suspend, and the changed one's new letter; not the one taken back */
	assert_int_equal(f.statements, 6);
	assert_int_equal(f.members[ROLE_ADMINISTRATOR], 2);
	assert_int_equal(f.members[ROLE_LAWYER], 0);
}

static void only_the_period(void **state)
{
	(void)state;
	tell_the_day();
	struct report_query q = everything();
	msec end = clock_now();
	q.to = q.from + 86400000; /* long before */
	struct report_figures f = figures(q);
	assert_int_equal(f.comments[0] + f.later_texts + f.kinds[REPORT_RELEASE] + f.objections + f.statements, 0);
	assert_int_equal(f.wait.count, 0);
	/* the last hour: one objection was answered in it, and came in before */
	q.from = end - 1800000;
	q.to = end + 1;
	f = figures(q);
	assert_int_equal(f.comments[0], 0);
	assert_int_equal(f.objections, 0);
	assert_int_equal(f.objections_decided[OUTCOME_REJECTED], 1);
	assert_int_equal(f.objection_times.count, 1);
	/* until then it was open */
	q.from = 0;
	q.to = end - 1800000;
	f = figures(q);
	assert_int_equal(f.objections, 3);
	assert_int_equal(f.objections_open, 1);
	/* another newspaper has none of it */
	struct store_site site = {
		.slug = STR("kurier"), .name = STR("Kurier"), .lang = FRG_LANG_EN, .base_url = STR("https://kurier.example")};
	OK(service_site_save(t.svc, &site, &err));
	q = everything();
	q.site = service_site(t.svc, STR("kurier"))->id;
	f = figures(q);
	assert_int_equal(f.comments[0] + f.kinds[REPORT_RELEASE] + f.objections + f.statements + f.members[0], 0);
}

static void released_by_itself(void **state)
{
	(void)state;
	ahead = 0;
	struct submit_result one = story("Eins.", SAYS_NOTHING, 60, DECIDE_RELEASE, 0, NULL);
	story("Zwei.", SAYS_NOTHING, 60, DECIDE_RELEASE, 0, NULL);
	char sql[200];
	snprintf(sql, sizeof sql,
	         "UPDATE decision SET detail = '{\"automatic\":{\"policy\":3},\"pick\":true}' WHERE revision_id = %lld",
	         (long long)one.revision);
	tamper(sql);
	struct report_figures f = figures(everything());
	assert_int_equal(f.kinds[REPORT_RELEASE], 2);
	assert_int_equal(f.automatic, 1);
	/* nobody waited for a person, and nobody judged what the engine had said */
	assert_int_equal(f.wait.count, 1);
	MATCH(f.match_any, 0, 0, 0, 1);
}

static void notices(void **state)
{
	(void)state;
	ahead = 0;
	struct submit_result r = story("Eins.", SAYS_NOTHING, 60, DECIDE_RELEASE, 0, NULL);
	msec now = clock_now();
	struct decide_command terms = {
		.who = &t.ada, .revision = r.revision, .rules = 1u << FRG_AGGRESSION, .law = STR("threat")};
	OK(service_remove(t.svc, t.a, &terms, &decided, &err));
	notice("threat", r.comment, now - 7200000, now - 3600000, "removed", decided.decision);
	notice("threat", r.comment, now - 10800000, now, "kept", 0);
	notice("insult", r.comment, now - 100000, 0, "", 0);
	notice("Frei geschrieben von Wilma", r.comment, now - 3600000, now - 1800000, "moot", 0);
	struct report_figures f = figures(everything());
	assert_int_equal(f.notices, 4);
	assert_int_equal(f.notices_decided[REPORT_NOTICE_REMOVED], 1);
	assert_int_equal(f.notices_decided[REPORT_NOTICE_KEPT], 1);
	assert_int_equal(f.notices_decided[REPORT_NOTICE_MOOT], 1);
	assert_int_equal(f.notices_open, 1);
	assert_int_equal(f.notices_by_law, 1);
	assert_int_equal(f.notices_by_rules, 0);
	TIMES(f.notice_times, 3, 3600, 10800);
	assert_int_equal(f.notice_kinds, 3);
	assert_string_equal(f.notice_kind[0].name, "threat");
	assert_int_equal(f.notice_kind[0].received, 2);
	assert_int_equal(f.notice_kind[0].decided[REPORT_NOTICE_KEPT], 1);
	assert_string_equal(f.notice_kind[2].name, "other"); /* no free text gets out */
}

static bool stop(void *ctx, int64_t rows)
{
	*(int64_t *)ctx = rows;
	return false;
}

static void can_be_stopped(void **state)
{
	(void)state;
	int64_t rows = -1;
	struct report_figures f;
	struct report_query q = everything();
	q.progress = stop;
	q.progress_ctx = &rows;
	FAILS(service_report(t.svc, t.a, &q, &f, &err), FRG_UNAVAILABLE, "report_too_long");
	assert_int_equal(rows, 0);
}

/* ---- the forms ---- */

static bool into(void *ctx, str piece)
{
	buf_add(ctx, piece);
	return true;
}

static str made(struct report_order order)
{
	struct buf b = BUF_INIT(4 << 20);
	struct report_query q = everything();
	order.site = t.site;
	order.from = q.from;
	order.to = q.to;
	OK(exchange_report(t.svc, &order, into, &b, &err));
	assert_false(b.cut);
	return buf_finish(&b, t.a);
}

static double at(const json_t *report, const char *path)
{
	str rest = str_of(path), part;
	const json_t *v = json_object_get(report, "sections");
	while (str_next(&rest, '/', &part))
		v = json_object_get(v, arena_cstr(t.a, part));
	assert_true(json_is_number(v));
	return json_number_value(v);
}

static void nobody_is_named(void **state)
{
	(void)state;
	/* the reader's name and address, staff, quotes, words, texts of objections and notices */
	static const char *const secret[] = {"Ines", "ada", "ben", "GEHEIM", "übel", "example", "Brücke"};
	tell_the_day();
	notice("insult", number("SELECT max(id) FROM comment"), clock_now() - 1000, 0, "", 0);
	for (int format = REPORT_HTML; format <= REPORT_TEXT; format++)
		for (int statements = 0; statements < 2; statements++)
			for (int lang = FRG_LANG_DE; lang <= FRG_LANG_EN; lang++) {
				if (format == (statements ? REPORT_HTML : REPORT_JSONL) || (statements && format == REPORT_TEXT))
					continue;
				str text = made((struct report_order){
					.statements = statements, .format = (enum report_format)format, .lang = (enum frg_lang)lang});
				assert_true(text.n > 1000);
				for (size_t i = 0; i < COUNT_OF(secret); i++) {
					bool word = strlen(secret[i]) == 3; /* not a part of a longer one */
					char spaced[12];
					snprintf(spaced, sizeof spaced, word ? " %s " : "%s", secret[i]);
					assert_lacks(text, spaced);
				}
			}
}

static void data(void **state)
{
	(void)state;
	tell_the_day();
	str text = made((struct report_order){.format = REPORT_JSON, .lang = FRG_LANG_EN, .profile = REPORT_PLATFORM});
	json_t *r = json_loadb(text.p, text.n, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(r, "profile")), "platform");
	assert_float_equal(at(r, "received/comments/all/count"), 8, 0);
	assert_float_equal(at(r, "decisions/kinds/all/count"), 9, 0);
	assert_float_equal(at(r, "decisions/kinds/release/share"), 0.3333, 0);
	assert_float_equal(at(r, "decisions/wait/all/median"), 180, 1);
	assert_float_equal(at(r, "automated/error/profanity/precision"), 0.5, 0);
	assert_float_equal(at(r, "automated/error/profanity/recall"), 0.5, 0);
	assert_float_equal(at(r, "automated/means/persons/share"), 1, 0);
	assert_float_equal(at(r, "objections/outcomes/upheld/share"), 0.3333, 0);
	/* not known is not nothing */
	const json_t *missing = json_object_get(json_object_get(json_object_get(r, "sections"), "missing"), "missing");
	assert_true(json_is_null(json_object_get(json_object_get(missing, "disputes"), "count")));
	json_decref(r);
	str csv = made((struct report_order){.format = REPORT_CSV, .lang = FRG_LANG_DE});
	assert_has(csv, "section,table,row,column,unit,value,label\r\n");
	assert_has(csv, "grounds,rules,profanity,reject,count,2,Schimpfworte\r\n");
	assert_has(csv, "automated,error,profanity,precision,share,0.5000,Schimpfworte\r\n");
	assert_has(csv, "missing,missing,orders,count,count,,Anordnungen");
	assert_has(csv, "grounds,laws,crime,reject,count,0,\"Aufforderung zu Straftaten, Billigung\"\r\n");
	assert_lacks(csv, "disputes");
}

static void standing(void **state)
{
	(void)state;
	str micro = made((struct report_order){.format = REPORT_HTML, .lang = FRG_LANG_DE, .profile = REPORT_MICRO});
	assert_has(micro, "Dieser Bericht ist freiwillig");
	assert_lacks(micro, "Artikel 15 Absatz 1 Buchstabe d</p>");
	str hosting = made((struct report_order){.format = REPORT_HTML, .lang = FRG_LANG_DE});
	assert_has(hosting, "Artikel 15 Absatz 1 Buchstabe d</p>");
	assert_lacks(hosting, "Artikel 24 Absatz 1 Buchstabe b");
	str platform = made((struct report_order){.format = REPORT_HTML, .lang = FRG_LANG_EN, .profile = REPORT_PLATFORM});
	assert_has(platform, "Article 24(1)(b)");
	assert_has(platform, "<html lang=\"en\">");
	assert_lacks(platform, "<script");
	assert_lacks(platform, " style=");
}

static void words(void **state)
{
	(void)state;
	static const struct {
		enum report_unit unit;
		struct report_cell cell;
		const char *de, *en;
	} cases[] = {
		{UNIT_COUNT, {true, 0, 0}, "0", "0"},
		{UNIT_COUNT, {true, 1234567, 0}, "1.234.567", "1,234,567"},
		{UNIT_COUNT, {true, 100, 0}, "100", "100"},
		{UNIT_COUNT, {false, 7, 0}, "–", "–"},
		{UNIT_SHARE, {true, 0, 0.9637}, "96,4\u00a0%", "96.4%"},
		{UNIT_TIME, {true, 59999, 0}, "59 s", "59 s"},
		{UNIT_TIME, {true, 90000, 0}, "2 min", "2 min"},
		{UNIT_TIME, {true, 3599000, 0}, "1 h 0 min", "1 h 0 min"},
		{UNIT_TIME, {true, 7500000, 0}, "2 h 5 min", "2 h 5 min"},
		{UNIT_TIME, {true, 90000000, 0}, "1 Tag 1 h", "1 day 1 h"},
		{UNIT_TIME, {true, 200000000, 0}, "2 Tage 7 h", "2 days 7 h"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf de = BUF_INIT(64), en = BUF_INIT(64);
		report_value(&de, FRG_LANG_DE, cases[i].unit, &cases[i].cell);
		report_value(&en, FRG_LANG_EN, cases[i].unit, &cases[i].cell);
		assert_str(buf_str(&de), cases[i].de);
		assert_str(buf_str(&en), cases[i].en);
		buf_free(&de);
		buf_free(&en);
	}
}

/* ---- statements ---- */

static enum frg_status collect(void *ctx, const struct report_statement *s, struct frg_error *e)
{
	json_t *one = dsa_statement(t.a, s, FRG_LANG_DE, STR("https://bote.example/hausregeln"));
	enum frg_status st = dsa_statement_check(one, e);
	json_array_append_new(ctx, one);
	return st;
}

static json_t *statements(void)
{
	json_t *list = json_array();
	struct report_query q = everything();
	OK(service_report_statements(t.svc, &q, collect, list, &err));
	return list;
}

static str field(const json_t *s, const char *name) { return json_str(t.a, json_object_get(s, name)); }

static void statements_say_why(void **state)
{
	(void)state;
	tell_the_day();
	json_t *list = statements(), *again = statements();
	assert_int_equal(json_array_size(list), 6);
	assert_true(json_equal(list, again)); /* the same names each time */
	json_decref(again);
	const json_t *four = json_array_get(list, 0), *five = json_array_get(list, 1);
	assert_str(field(four, "decision_ground"), "DECISION_GROUND_INCOMPATIBLE_CONTENT");
	assert_str(field(four, "incompatible_content_ground"), "Hausregeln für Kommentare: Schimpfworte");
	assert_str(field(four, "decision_ground_reference_url"), "https://bote.example/hausregeln");
	assert_str(field(four, "automated_detection"), "Yes");
	assert_str(field(four, "automated_decision"), "AUTOMATED_DECISION_NOT_AUTOMATED");
	assert_str(field(four, "source_type"), "SOURCE_VOLUNTARY");
	assert_str(field(four, "content_language"), "DE");
	assert_str(field(five, "decision_ground"), "DECISION_GROUND_ILLEGAL_CONTENT");
	assert_has(field(five, "illegal_content_legal_ground"), "§ 185");
	assert_has(field(five, "illegal_content_explanation"), "Beleidigung");
	assert_str(field(five, "category"), "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH");
	assert_str(field(five, "category_specification_other"), "Beleidigung, Schimpfworte, Aggressive Formulierungen");
	assert_str(field(five, "content_language"), "EN");
	assert_null(json_object_get(five, "incompatible_content_ground"));
	const json_t *removed = json_array_get(list, 3), *suspended = json_array_get(list, 4);
	assert_str(json_str(t.a, json_array_get(json_object_get(removed, "decision_visibility"), 0)),
	           "DECISION_VISIBILITY_CONTENT_REMOVED");
	assert_str(field(suspended, "decision_provision"), "DECISION_PROVISION_PARTIAL_SUSPENSION");
	assert_null(json_object_get(suspended, "decision_visibility"));
	assert_int_equal(field(suspended, "end_date_service_restriction").n, 10);
	for (size_t i = 0; i < 6; i++)
		for (size_t k = i + 1; k < 6; k++)
			assert_false(str_eq(field(json_array_get(list, i), "puid"), field(json_array_get(list, k), "puid")));
	json_decref(list);
}

/* Each rule of the database's, broken in turn. */
static void what_does_not_fit_is_refused(void **state)
{
	(void)state;
	char longer[6002];
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = 0;
	tell_the_day();
	json_t *list = statements(), *good = json_array_get(list, 0);
	const struct {
		const char *name;
		json_t *value; /* NULL: the field is missing */
		const char *said;
	} cases[] = {
		{"puid", json_string("a b"), "puid may only have"},
		{"puid", NULL, "puid is missing"},
		{"decision_facts", json_string(longer), "decision_facts is longer than 5000"},
		{"decision_facts", json_string(""), "decision_facts is empty"},
		{"incompatible_content_explanation", json_stringn(longer, 2001), "is longer than 2000"},
		{"incompatible_content_ground", json_stringn(longer, 501), "is longer than 500"},
		{"incompatible_content_ground", NULL, "incompatible_content_ground is missing"},
		{"illegal_content_legal_ground", json_string("§"), "must not be there"},
		{"decision_visibility", NULL, "must not be there"},
		{"decision_visibility", json_pack("[s]", "DECISION_VISIBILITY_CONTENT_REMOVED"), "must not be there"},
		{"decision_visibility", json_pack("[]"), "at least one"},
		{"decision_visibility", json_pack("[s]", "GONE"), "not allowed"},
		{"decision_visibility_other", NULL, "decision_visibility_other is missing"},
		{"category", json_string("STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE"), "category has a value"},
		{"category_specification", json_pack("[s]", "KEYWORD_DEFAMATION"), "category_specification_other must not"},
		{"territorial_scope", json_pack("[s]", "CH"), "territorial_scope has an entry"},
		{"content_date", json_string("1999-12-31"), "content_date is too early"},
		{"application_date", json_string("2019-12-31"), "application_date is too early"},
		{"application_date", json_string("2038-01-02"), "application_date is too late"},
		{"application_date", json_string("31.12.2026"), "is no day"},
		{"end_date_visibility_restriction", json_string("2020-01-01"), "is before the application date"},
		{"decision_ground_reference_url", json_string("bote.example"), "is no address"},
		{"content_type", json_string("CONTENT_TYPE_TEXT"), "must be a list"},
		{"automated_decision", json_string("No"), "automated_decision has a value"},
		{"author", json_string("Ines"), "author is no field"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		json_t *bad = json_deep_copy(good);
		if (cases[i].value)
			json_object_set_new(bad, cases[i].name, cases[i].value);
		else
			json_object_del(bad, cases[i].name);
		FAILS(dsa_statement_check(bad, &err), FRG_INVALID, "report_statement");
		assert_has(str_of(err.msg), cases[i].said);
		json_decref(bad);
	}
	json_decref(list);
}

/* One that does not fit, among many: nothing is written at all. */
static void all_or_nothing(void **state)
{
	(void)state;
	tell_the_day();
	tamper("UPDATE statement SET created_at = 1500000000000 WHERE id = (SELECT max(id) FROM statement)");
	struct buf b = BUF_INIT(1 << 20);
	struct report_order order = {
		.site = t.site, .statements = true, .format = REPORT_JSON, .lang = FRG_LANG_DE, .to = clock_now() + 1};
	FAILS(exchange_report(t.svc, &order, into, &b, &err), FRG_INVALID, "report_statement");
	assert_has(str_of(err.msg), "application_date is too early");
	assert_int_equal(b.n, 0);
	order.from = 1600000000000;
	OK(exchange_report(t.svc, &order, into, &b, &err));
	assert_has(buf_str(&b), "{\"statements\":[\n{");
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tally_is_exact),
		cmocka_unit_test(tally_takes_long_times),
		cmocka_unit_test(period),
		cmocka_unit_test(words),
		cmocka_unit_test_setup_teardown(every_figure, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_the_period, set_up, tear_down),
		cmocka_unit_test_setup_teardown(released_by_itself, set_up, tear_down),
		cmocka_unit_test_setup_teardown(notices, set_up, tear_down),
		cmocka_unit_test_setup_teardown(can_be_stopped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_is_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(data, set_up, tear_down),
		cmocka_unit_test_setup_teardown(standing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(statements_say_why, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_does_not_fit_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(all_or_nothing, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
