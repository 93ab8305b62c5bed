/* Terms, kept by moving the clock; erasing, holds; and what the audit says of it. */
#include "service/inner.h"
#include "service_fixture.h"

#include <sodium.h>

static const msec day = (msec)24 * 3600 * 1000;

static struct submit_result send_from(str reader, const char *text, const char *address)
{
	struct submit_result out = {0};
	struct submit_command cmd = {.site = t.site,
	                             .article = STR("bruecke"),
	                             .reader = reader,
	                             .name = STR("Ines Musterfrau"),
	                             .email = STR("Ines@Post.example"),
	                             .text = str_of(text),
	                             .address = str_of(address)};
	OK(service_submit(t.svc, t.a, &cmd, &out, &err));
	return out;
}

static struct audit_report audit(void)
{
	struct audit_report r;
	OK(audit_verify(service_store(t.svc), &r, NULL, NULL, &err));
	return r;
}

static void must_be_proved(int64_t texts, int64_t decisions)
{
	struct audit_report r = audit();
	if (!r.ok)
		fail_msg("%s (%d)", r.what, (int)r.bad_seq);
	assert_int_equal(r.purged, texts);
	assert_int_equal(r.erased, decisions);
}

/* All terms looked at, to the end. */
static int64_t purge(void)
{
	struct purge_place place = {0};
	int64_t all = 0, count;
	do {
		OK(service_purge(t.svc, t.a, t.site->id, &place, &count, &err));
		all += count;
	} while (place.step || place.after.revision);
	return all;
}

/* ---- lines ---- */

static struct address_view others(id64 revision)
{
	struct address_view view;
	struct search_hit *hits;
	size_t count;
	OK(service_address_others(t.svc, t.a, &t.ada, revision, 50, &view, &hits, &count, &err));
	return view;
}

static void lines_are_known_for_seven_days(void **state)
{
	clock_shift(0);
	id64 first = send_from(STR(""), "Eins.", "203.0.113.9").revision;
	assert_int_equal(number("SELECT count(*) FROM address WHERE hash LIKE '%203.0%'"), 0);
	clock_shift(3 * day);
	id64 second = send_from(STR(""), "Zwei.", "203.0.113.9").revision;
	id64 stranger = send_from(STR(""), "Drei.", "203.0.113.10").revision;
	assert_int_equal(number("SELECT count(*) FROM address_key"), 2);
	struct address_view view = others(second);
	assert_true(view.known && view.comments == 1 && view.authors == 1 && view.days == 7);
	assert_int_equal(others(first).comments, 1);
	assert_int_equal(others(stranger).comments, 0);
	assert_int_equal(number("SELECT count(DISTINCT hash) FROM address"), 3); /* another day, another key */

	clock_shift(7 * day - 60000);
	purge();
	assert_int_equal(number("SELECT count(*) FROM address"), 3);
	clock_shift(7 * day + 60000);
	assert_false(others(first).known); /* over, even before it has gone */
	assert_int_equal(others(second).comments, 0);
	purge();
	assert_int_equal(number("SELECT count(*) FROM address"), 2);
	assert_int_equal(number("SELECT count(*) FROM address_key"), 1);
	clock_shift(11 * day);
	purge();
	assert_int_equal(number("SELECT count(*) FROM address"), 0);
	assert_int_equal(number("SELECT count(*) FROM address_key"), 0);
	/* nothing is left that this one could be compared with */
	assert_int_equal(others(send_from(STR(""), "Vier.", "203.0.113.9").revision).comments, 0);
}

static void set_terms(int64_t address_days, int64_t purge_days)
{
	struct privacy_settings now, wanted;
	OK(service_privacy(t.svc, t.a, &t.ada, &wanted, &err));
	wanted.address_days = address_days;
	wanted.purge_days = purge_days;
	OK(service_privacy_save(t.svc, t.a, &t.ada, &wanted, &now, &err));
	assert_int_equal(now.version, wanted.version + 1);
	FAILS(service_privacy_save(t.svc, t.a, &t.ada, &wanted, &now, &err), FRG_CONFLICT, "conflict");
}

static void a_site_sets_its_terms(void **state)
{
	struct privacy_settings bad = {.address_days = 31, .purge_days = 1, .log_days = 30, .suggestion_days = 1}, out;
	FAILS(service_privacy_save(t.svc, t.a, &t.ada, &bad, &out, &err), FRG_INVALID, "term_invalid");
	send_from(STR(""), "Eins.", "203.0.113.9");
	assert_int_equal(number("SELECT count(*) FROM address"), 1);
	set_terms(0, 180);
	send_from(STR(""), "Zwei.", "203.0.113.9");
	assert_int_equal(number("SELECT count(*) FROM address"), 1);
	clock_shift(1000);
	purge();
	assert_int_equal(number("SELECT count(*) FROM address"), 0);
	clock_shift(day);
	purge();
	assert_int_equal(number("SELECT count(*) FROM address_key"), 0);
}

/* ---- texts whose term is over ---- */

#define WORDS(table, column)                                                                                           \
	"SELECT count(*) FROM " table " WHERE " column " LIKE '%Zwiebelturm%' OR " column " LIKE '%Idiot%'"

#define QUEUED_AND_GONE                                                                                                \
	"SELECT count(*) FROM queue q JOIN revision r ON r.id = q.revision_id WHERE r.purged_at IS NOT NULL"

static id64 reject(const char *text)
{
	struct submit_result sent = send_from(STR(""), text, "");
	OK(decide_as(&t.ada, sent.revision, 1, DECIDE_REJECT));
	return sent.comment;
}

static void refused_texts_go_and_their_hashes_stay(void **state)
{
	submit("", "Ein freier Satz.", 0);
	reject("Du Idiot vom Zwiebelturm.");
	assert_true(number(WORDS("decision", "findings")) == 1 && number(WORDS("review", "findings")) == 1);
	clock_shift(179 * day);
	purge();
	assert_int_equal(number(WORDS("revision", "text")), 1);
	clock_shift(180 * day + day / 2); /* the objection period is six months by the calendar, which is longer */
	purge();
	assert_int_equal(number(WORDS("revision", "text")), 1);
	clock_shift(185 * day);
	assert_true(purge() > 0);
	static const char *const nowhere[] = {
		WORDS("revision", "text"),
		WORDS("decision", "findings"),
		WORDS("review", "findings"),
		WORDS("statement", "body"),
		WORDS("mail", "body"),
		WORDS("suggestion", "text"),
		"SELECT count(*) FROM near_key n JOIN revision r ON r.id = n.revision_id WHERE r.purged_at IS NOT NULL",
		"SELECT count(*) FROM comment WHERE erased_at IS NOT NULL AND (name <> '' OR email <> '')",
		"SELECT count(*) FROM search_text WHERE search_text MATCH 'zwiebelturm'"};
	for (size_t i = 0; i < COUNT_OF(nowhere); i++)
		if (number(nowhere[i]))
			fail_msg("%s", nowhere[i]);
	assert_int_equal(number("SELECT count(*) FROM decision WHERE rules = 'profanity' AND text_hash <> ''"), 1);
	must_be_proved(1, 1);
	purge();
	must_be_proved(1, 1);
	assert_int_equal(number("SELECT count(*) FROM revision WHERE purged_at IS NULL"), 1);
}

static id64 preserve(id64 revision)
{
	id64 id;
	OK(service_evidence_preserve(t.svc, t.a, &t.ada, revision, STR("Drohung"), &id, &err));
	return id;
}

static void a_hold_keeps_a_text(void **state)
{
	struct submit_result sent = send_from(STR(""), "Zwiebelturm, du Depp.", "");
	OK(decide_as(&t.ada, sent.revision, 1, DECIDE_REJECT));
	id64 evidence = preserve(sent.revision);
	reject("Und du erst, Depp.");
	clock_shift(200 * day);
	purge();
	assert_int_equal(number(WORDS("revision", "text")), 1);
	must_be_proved(1, 1);
	OK(service_evidence_end(t.svc, t.a, &t.ada, evidence, STR("Eingestellt."), &err));
	purge();
	assert_int_equal(number(WORDS("revision", "text")), 0);
	assert_int_equal(number(WORDS("evidence", "bundle")), 0);
	must_be_proved(2, 2);
	assert_int_equal(audit().evidence_erased, 1);
	str file;
	FAILS(service_evidence_file(t.svc, t.a, &t.ada, evidence, &file, &err), FRG_NOT_FOUND, "evidence_erased");
}

static void other_things_have_an_end_too(void **state)
{
	struct service_suggestion score = {.attribute = STR("TOXICITY"), .score = 0.5};
	OK(service_suggest(t.svc, t.a, t.site->id, STR("Zwiebelturm."), FRG_LANG_DE, STR(""), &score, 1, &err));
	assert_true(number("SELECT count(*) FROM staff_log") > 0);
	clock_shift(366 * day);
	purge();
	assert_int_equal(number("SELECT count(*) FROM staff_log"), 0);
	assert_int_equal(number("SELECT count(*) FROM suggestion"), 0);
	assert_int_equal(number("SELECT value FROM counter WHERE name = 'suggestion_bytes'"), 0);
}

/* ---- a person ---- */

static struct erase_result erase(struct person_scope scope, bool by_reader)
{
	struct erase_result out;
	struct erase_command cmd = {.scope = scope, .who = by_reader ? NULL : &t.ada, .by_reader = by_reader};
	OK(service_erase(t.svc, t.a, &cmd, &out, &err));
	return out;
}

static void a_person_is_found_handed_over_and_erased(void **state)
{
	struct submit_result one = send_from(STR(""), "Der Zwiebelturm steht schief.", "203.0.113.9");
	release(one.revision);
	struct submit_result two = send_from(one.reader, "Zwiebelturm, du Idiot.", "203.0.113.9");
	OK(decide_as(&t.ada, two.revision, 1, DECIDE_REJECT));
	send_from(one.reader, "Noch ein Zwiebelturm.", "203.0.113.9");
	struct submit_result other = send_from(STR(""), "Ein anderer Mensch.", "");
	must_be_published(1);

	struct person_found *found;
	size_t count;
	OK(service_persons(t.svc, t.a, t.site->id, STR("ines@post.EXAMPLE"), &found, &count, &err));
	assert_int_equal(count, 2); /* both left it */
	char id[ID_TEXT_SIZE];
	id_text(two.comment, id);
	OK(service_persons(t.svc, t.a, t.site->id, str_of(id), &found, &count, &err));
	assert_int_equal(count, 1);
	assert_int_equal(found[0].links, PERSON_BY_COMMENT);
	assert_int_equal(found[0].person.comments, 3);
	struct person_scope scope = {.site = t.site->id, .author = found[0].person.author};

	json_t *out;
	OK(service_person_export(t.svc, &scope, &out, &err));
	str text = json_text(t.a, out);
	assert_has(text, "Der Zwiebelturm steht schief.");
	assert_has(text, "\"email\":\"Ines@Post.example\"");
	assert_has(text, "\"letters\":[{");
	assert_has(text, "\"lines\":[{");
	assert_lacks(text, "Ein anderer Mensch");
	assert_lacks(text, "203.0.113");

	struct person_preview preview;
	OK(service_erase_preview(t.svc, t.a, &scope, &preview, &err));
	assert_true(preview.comments == 3 && preview.published == 1 && preview.waiting == 1 && preview.letters == 1 &&
	            preview.mails == 1 && preview.held == 0);
	struct erase_command cmd = {.scope = scope, .who = &t.ada, .digest = STR("0123456789abcdef")};
	struct erase_result done;
	FAILS(service_erase(t.svc, t.a, &cmd, &done, &err), FRG_CONFLICT, "person_changed");
	cmd.digest = preview.digest;
	OK(service_erase(t.svc, t.a, &cmd, &done, &err));
	assert_true(done.done && done.erased == 3);
	must_be_published(0);
	must_be_proved(3, 2);
	static const char *const nowhere[] = {WORDS("revision", "text"),
	                                      WORDS("review", "findings"),
	                                      WORDS("decision", "findings"),
	                                      WORDS("statement", "body"),
	                                      "SELECT count(*) FROM mail",
	                                      "SELECT count(*) FROM address",
	                                      "SELECT count(*) FROM search_text WHERE search_text MATCH 'zwiebelturm'",
	                                      QUEUED_AND_GONE};
	for (size_t i = 0; i < COUNT_OF(nowhere); i++)
		if (number(nowhere[i]))
			fail_msg("%s", nowhere[i]);
	assert_int_equal(number("SELECT count(*) FROM comment WHERE name <> ''"), 1);
	release(other.revision); /* nobody else is touched */
	must_be_published(1);
	/* their browser begins anew */
	struct submit_result again = send_from(one.reader, "Hier bin ich wieder.", "");
	assert_int_equal(number("SELECT count(*) FROM author"), 3);
	assert_int_not_equal(again.comment, one.comment);
	assert_int_equal(number("SELECT count(*) FROM staff_log WHERE kind = 'erasure'"), 1);
	assert_int_equal(number("SELECT count(*) FROM staff_log WHERE detail LIKE '%Ines%'"), 0);
	struct submit_result late;
	FAILS(revise(one.reader, one.comment, "Neu.", &late), FRG_NOT_FOUND, "comment_unknown");
}

static id64 author_of(id64 comment)
{
	char sql[100];
	snprintf(sql, sizeof sql, "SELECT author_id FROM comment WHERE id = %lld", (long long)comment);
	return number(sql);
}

static void what_is_held_is_reported_and_goes_later(void **state)
{
	struct submit_result one = send_from(STR(""), "Zwiebelturm eins.", "");
	release(one.revision);
	struct submit_result two = send_from(one.reader, "Zwiebelturm zwei.", "");
	id64 evidence = preserve(one.revision);
	struct person_scope scope = {.site = t.site->id, .author = author_of(two.comment)};
	struct erase_result done = erase(scope, true);
	assert_true(!done.done && done.erased == 1 && done.hold_count == 1);
	assert_str(done.holds[0].kind, "evidence");
	must_be_published(0); /* nobody sees it any more, but it is there */
	assert_int_equal(number(WORDS("revision", "text")), 1);
	must_be_proved(1, 0);

	bool more;
	OK(service_erase_continue(t.svc, t.a, &more, &err));
	assert_false(more);                             /* not before an hour has passed */
	struct erase_result again = erase(scope, true); /* asked twice: the same request */
	assert_true(again.run == done.run && again.erased == 0 && !again.done && again.hold_count == 1);
	assert_int_equal(number("SELECT count(*) FROM erasure_run"), 1);
	/* what comes after the request was not asked about */
	clock_shift(1000);
	struct submit_result later = send_from(one.reader, "Später geschrieben.", "");
	OK(service_evidence_end(t.svc, t.a, &t.ada, evidence, STR("Eingestellt."), &err));
	clock_shift(3601 * 1000);
	OK(service_erase_continue(t.svc, t.a, &more, &err));
	assert_true(more);
	assert_int_equal(number(WORDS("revision", "text")), 0);
	assert_int_equal(number(WORDS("evidence", "bundle")), 0);
	assert_int_equal(number("SELECT count(*) FROM erasure_run WHERE state = 'done' AND holds = '[]'"), 1);
	release(later.revision);
	must_be_published(1);
	must_be_proved(2, 1);
	struct audit_report r = audit();
	assert_true(r.evidence == 1 && r.evidence_erased == 1);
}

/* The connection is preserved with what it takes to test an address against it, and the rows go in their time. */
static void evidence_holds_the_connection(void **state)
{
	struct submit_result one = send_from(STR(""), "Zwiebelturm eins.", "203.0.113.9");
	id64 evidence = preserve(one.revision);
	clock_shift(9 * day);
	purge();
	assert_int_equal(number("SELECT (SELECT count(*) FROM address) + (SELECT count(*) FROM address_key)"), 0);
	struct store_evidence e;
	OK(service_evidence_get(t.svc, t.a, &t.ada, evidence, &e, &err));
	json_t *bundle = json_loadb(e.bundle.p, e.bundle.n, 0, NULL), *all, *c;
	all = json_object_get(json_object_get(bundle, "person"), "connections");
	assert_int_equal(json_array_size(all), 1);
	c = json_array_get(all, 0);
	str key = json_str(t.a, json_object_get(c, "key"));
	str input = arena_printf(t.a, "%s 203.0.113.9", json_string_value(json_object_get(c, "site_number")));
	unsigned char raw[32];
	char hash[65];
	crypto_generichash(raw, sizeof raw, (const unsigned char *)input.p, input.n, (const unsigned char *)key.p, key.n);
	sodium_bin2hex(hash, sizeof hash, raw, sizeof raw);
	assert_str(json_str(t.a, json_object_get(c, "hash")), hash);
	json_decref(bundle);
	must_be_proved(0, 0);
}

static void a_suspended_author_stays_known_while_it_lasts(void **state)
{
	struct submit_result one = send_from(STR(""), "Zwiebelturm eins.", "");
	struct suspend_command cmd = {.who = &t.ada, .revision = one.revision, .days = 5, .rules = 1u << FRG_AGGRESSION};
	struct decide_result out;
	OK(service_suspend(t.svc, t.a, &cmd, &out, &err));
	struct erase_result done = erase((struct person_scope){.site = t.site->id, .author = author_of(one.comment)}, true);
	assert_true(!done.done && done.erased == 1 && done.hold_count == 1 && done.holds[0].until > clock_now());
	assert_str(done.holds[0].kind, "suspension");
	struct submit_command again = {.site = t.site,
	                               .article = STR("bruecke"),
	                               .reader = one.reader,
	                               .name = STR("Ines"),
	                               .text = STR("Ich schreibe trotzdem.")};
	struct submit_result r;
	FAILS(service_submit(t.svc, t.a, &again, &r, &err), FRG_FORBIDDEN, "author_suspended");
	clock_shift(6 * day);
	bool more;
	OK(service_erase_continue(t.svc, t.a, &more, &err));
	assert_int_equal(number("SELECT count(*) FROM author WHERE token_hash LIKE 'erased %'"), 1);
	must_be_proved(1, 1);
}

/* A row from before there were marks: its words go, its hash stays, and the audit names it. */
static void an_old_row_is_attested_by_its_neighbours(void **state)
{
	struct submit_result one = send_from(STR(""), "Zwiebelturm eins.", "");
	OK(decide_as(&t.ada, one.revision, 1, DECIDE_REJECT));
	struct store_decision d;
	sqlite3 *db;
	sqlite3_stmt *s;
	char sql[400], hash[HASH_TEXT_SIZE];
	assert_int_equal(sqlite3_open(t.path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db,
	                       "SELECT id, site_id, comment_id, revision_id, text_hash, author_name, action, rules,"
	                       " engine, findings, editor_id, editor_name, submitted_at, decided_at FROM decision",
	                       -1, &s, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
#define TEXT_OF(column) arena_str(t.a, str_of((const char *)sqlite3_column_text(s, column)))
	d = (struct store_decision){.seq = 1,
	                            .version = 1,
	                            .id = sqlite3_column_int64(s, 0),
	                            .site = sqlite3_column_int64(s, 1),
	                            .comment = sqlite3_column_int64(s, 2),
	                            .revision = sqlite3_column_int64(s, 3),
	                            .text_hash = TEXT_OF(4),
	                            .author_name = TEXT_OF(5),
	                            .action = TEXT_OF(6),
	                            .rules = TEXT_OF(7),
	                            .engine = TEXT_OF(8),
	                            .findings = TEXT_OF(9),
	                            .editor = sqlite3_column_int64(s, 10),
	                            .editor_name = TEXT_OF(11),
	                            .submitted = sqlite3_column_int64(s, 12),
	                            .decided = sqlite3_column_int64(s, 13)};
	sqlite3_finalize(s);
	sqlite3_close(db);
	store_decision_hash(&d, hash);
	snprintf(sql, sizeof sql,
	         "UPDATE decision SET version = 1, salt = '', name_mark = '', word_mark = '', detail_mark = '',"
	         " findings_mark = '', hash = '%s'; UPDATE chain_head SET hash = '%s'",
	         hash, hash);
	tamper(sql);
	must_be_proved(0, 0);
	struct submit_result two = send_from(STR(""), "Zwiebelturm zwei.", "");
	release(two.revision);
	erase((struct person_scope){.site = t.site->id, .comment = one.comment}, false);
	must_be_proved(1, 1);
	struct audit_report r = audit();
	assert_int_equal(r.unprovable_count, 1);
	assert_int_equal(r.unprovable[0], 1);
}

/* ---- notices ---- */

static void report(id64 comment, id64 revision, const char *email)
{
	str token;
	struct notice_command cmd = {.comment = comment,
	                             .revision = revision,
	                             .lang = FRG_LANG_DE,
	                             .kind = STR("insult"),
	                             .explanation = STR("»Zwiebelturm« meint mich."),
	                             .name = STR("Nora Meldemann"),
	                             .email = str_of(email),
	                             .good_faith = true,
	                             .form_key = STR("form-key-00000001")};
	OK(service_notice_give(t.svc, t.a, &cmd, &token, &err));
}

static void decide_notices(void)
{
	struct notice_case *all;
	size_t count;
	OK(service_notices(t.svc, t.a, &t.ben, true, 10, &all, &count, &err));
	assert_int_equal(count, 1);
	struct decide_result out;
	struct notice_decision cmd = {
		.who = &t.ben, .notice = all->notices.items[0].id, .last = all->row.last, .reasons = STR("Angesehen.")};
	OK(service_notice_decide(t.svc, t.a, &cmd, &out, &err));
}

static void an_open_notice_holds_until_somebody_has_looked(void **state)
{
	struct submit_result one = send_from(STR(""), "Zwiebelturm eins.", "");
	release(one.revision);
	report(one.comment, one.revision, "nora@leser.example");
	struct person_scope scope = {.site = t.site->id, .author = author_of(one.comment)};
	struct erase_result done = erase(scope, true);
	assert_true(!done.done && done.erased == 0 && done.hold_count == 1);
	assert_str(done.holds[0].kind, "notice");
	must_be_published(0); /* readers do not see it, whoever is to decide does */
	assert_int_equal(number(WORDS("revision", "text")), 1);
	bool more;
	clock_shift(3601 * 1000);
	OK(service_erase_continue(t.svc, t.a, &more, &err));
	assert_int_equal(number("SELECT count(*) FROM notice WHERE decided_at IS NULL"), 1);
	assert_int_equal(number(WORDS("revision", "text")), 1);
	decide_notices();
	assert_int_equal(number("SELECT count(*) FROM notice WHERE outcome = 'moot' AND answer LIKE '%Ein Mensch in der Redaktion%'"), 1);
	clock_shift(3 * 3601 * 1000);
	OK(service_erase_continue(t.svc, t.a, &more, &err));
	assert_int_equal(number(WORDS("revision", "text")), 0);
	assert_int_equal(number(WORDS("notice", "explanation")), 0);
	assert_int_equal(number("SELECT count(*) FROM notice WHERE answer <> ''"), 0);
	assert_int_equal(number("SELECT count(*) FROM notice WHERE email <> ''"), 1); /* theirs, in its own time */
	must_be_proved(1, 2);
}

/* Whoever gets their data does not learn from it who reported them. */
static void nobody_learns_who_reported(void **state)
{
	struct submit_result one = send_from(STR(""), "Zwiebelturm eins.", "203.0.113.9");
	release(one.revision);
	report(one.comment, one.revision, "nora@leser.example");
	id64 evidence = preserve(one.revision);
	OK(service_evidence_end(t.svc, t.a, &t.ada, evidence, STR("Eingestellt."), &err));
	struct person_scope scope = {.site = t.site->id, .author = author_of(one.comment)};
	for (int own = 0; own < 2; own++) {
		json_t *out;
		scope.own = own;
		OK(service_person_export(t.svc, &scope, &out, &err));
		str text = json_text(t.a, out);
		assert_has(text, "Zwiebelturm eins.");
		assert_has(text, "\"notices\":[]"); /* nor that there is one, before it is decided */
		assert_lacks(text, "nora@");
		assert_lacks(text, "Meldemann");
		assert_lacks(text, "meint mich");
	}
	decide_notices();
	json_t *out;
	OK(service_person_export(t.svc, &scope, &out, &err));
	str text = json_text(t.a, out);
	assert_has(text, "\"kind\":\"insult\",\"outcome\":\"kept\"");
	assert_lacks(text, "Meldemann");
}

static void what_somebody_reported_is_theirs(void **state)
{
	struct submit_result one = send_from(STR(""), "Zwiebelturm eins.", "");
	release(one.revision);
	report(one.comment, one.revision, "Nora@Leser.example");
	json_t *out;
	OK(service_notices_given(t.svc, t.site->id, STR("nora@leser.EXAMPLE"), &out, &err));
	assert_int_equal(json_array_size(out), 1);
	assert_has(json_text(t.a, out), "meint mich");
	OK(service_notices_given(t.svc, t.site->id, STR("ines@post.example"), &out, &err));
	assert_int_equal(json_array_size(out), 0);
	json_decref(out);
	int64_t erased, open;
	OK(service_notices_given_erase(t.svc, t.site->id, STR("nora@leser.example"), &erased, &open, &err));
	assert_true(erased == 0 && open == 1); /* it is to be answered first */
	decide_notices();
	OK(service_notices_given_erase(t.svc, t.site->id, STR("nora@leser.example"), &erased, &open, &err));
	assert_true(erased == 1 && open == 0);
	assert_int_equal(number("SELECT count(*) FROM notice WHERE outcome = 'kept' AND name = '' AND email = ''"
	                        " AND person = '' AND explanation = '' AND answer = ''"),
	                 1);
	assert_int_equal(number("SELECT count(*) FROM mail WHERE recipient LIKE 'nora%' AND body LIKE '%meint mich%'"
	                        " AND about IN (SELECT id FROM notice)"),
	                 0);
	must_be_published(1);
	must_be_proved(0, 0);
}

/* ---- what a tampering administrator might try ---- */

/* Each change, alone, is found. */
static void must_all_be_found(const char *const *tries, size_t count)
{
	char command[500];
	snprintf(command, sizeof command,
	         "sqlite3 '%s' 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null && cp '%s' '%s/before.db'", t.path, t.path,
	         t.dir);
	assert_int_equal(system(command), 0);
	for (size_t i = 0; i < count; i++) {
		service_close(t.svc);
		snprintf(command, sizeof command, "cd '%s' && rm -f a.db a.db-wal a.db-shm && cp before.db a.db", t.dir);
		assert_int_equal(system(command), 0);
		open_service(true);
		assert_true(audit().ok);
		tamper(tries[i]);
		struct audit_report r = audit();
		if (r.ok)
			fail_msg("not found: %s", tries[i]);
	}
}

static void erasing_is_no_way_to_hide(void **state)
{
	reject("Zwiebelturm, du Depp.");
	struct submit_result two = send_from(STR(""), "Freigegeben wird dieser.", "");
	release(two.revision);
	id64 three = reject("Und noch ein Depp.");
	erase((struct person_scope){.site = t.site->id, .comment = three}, false);
	reject("Zuletzt ein Depp.");
	must_be_proved(1, 1);
	static const char *const tries[] = {
		"UPDATE revision SET text = '', purged_at = 5 WHERE text LIKE 'Zwiebel%'", /* a mark without a row */
		"UPDATE revision SET text = '' WHERE text LIKE 'Zwiebel%'",
		"UPDATE revision SET purged_at = 5 WHERE text LIKE 'Freigegeben%'",
		"UPDATE revision SET purged_at = NULL WHERE purged_at IS NOT NULL", /* a row without a mark */
		"UPDATE revision SET text = 'Ganz anders' WHERE purged_at IS NOT NULL",
		"UPDATE revision SET state = 'released' WHERE purged_at IS NOT NULL",
		"UPDATE decision SET author_name = '', word = '', detail = '', findings = '', salt = '' WHERE seq = 1",
		"UPDATE decision SET word = 'x' WHERE seq = 3", /* of an erased one */
		"UPDATE decision SET name_mark = word_mark WHERE seq = 3",
		"UPDATE decision SET salt = 'x' WHERE seq = 3",
		"UPDATE decision SET erasures = '' WHERE seq = 4",
		"DELETE FROM erasure WHERE subject = 'text'",
		"DELETE FROM erasure; UPDATE erasure_head SET seq = 0, hash = ''",
		"DELETE FROM erasure WHERE seq = 2; UPDATE erasure_head SET seq = 1, hash = (SELECT hash FROM erasure)",
		"UPDATE erasure SET cause = 'term' WHERE seq = 1",
		"UPDATE erasure SET editor_name = 'Niemand' WHERE seq = 1",
		"UPDATE erasure SET created_at = created_at - 1 WHERE seq = 1",
		"UPDATE erasure SET chain_seq = 1 WHERE seq = 1",
		"UPDATE erasure_head SET seq = 7",
		"DELETE FROM erasure_head"};
	must_all_be_found(tries, COUNT_OF(tries));
}

static void evidence_is_no_way_to_hide(void **state)
{
	struct submit_result one = send_from(STR(""), "Zwiebelturm eins.", ""), two;
	id64 first = preserve(one.revision);
	OK(service_evidence_end(t.svc, t.a, &t.ada, first, STR("Vorbei."), &err));
	erase((struct person_scope){.site = t.site->id, .comment = one.comment}, false);
	two = send_from(STR(""), "Zwiebelturm zwei.", "");
	preserve(two.revision);
	id64 third = preserve(two.revision);
	OK(service_evidence_end(t.svc, t.a, &t.ada, third, STR("Vorbei."), &err));
	must_be_proved(1, 0);
	assert_true(audit().evidence == 3 && audit().evidence_erased == 1);
	static const char *const tries[] = {
		"UPDATE evidence SET bundle = '', signature = '', reason = '' WHERE bundle <> ''",
		"UPDATE evidence SET bundle = '{}', signature = 'x' WHERE bundle = ''",
		"UPDATE evidence SET hold_ended_at = NULL WHERE bundle = ''",
		"DELETE FROM evidence WHERE bundle = ''",
		"DELETE FROM evidence WHERE id = (SELECT max(id) FROM evidence)",
		("DELETE FROM evidence WHERE id = (SELECT min(id) FROM evidence WHERE bundle <> '');"
		 "UPDATE setting SET value = '2' WHERE name = 'evidence_count'"),
		"DELETE FROM setting WHERE name = 'evidence_count'",
		"DELETE FROM erasure WHERE subject = 'evidence'",
		"DELETE FROM erasure WHERE seq = 2; UPDATE erasure_head SET seq = 1, hash = (SELECT hash FROM erasure)"};
	must_all_be_found(tries, COUNT_OF(tries));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(lines_are_known_for_seven_days),
		TEST(a_site_sets_its_terms),
		TEST(refused_texts_go_and_their_hashes_stay),
		TEST(a_hold_keeps_a_text),
		TEST(other_things_have_an_end_too),
		TEST(a_person_is_found_handed_over_and_erased),
		TEST(what_is_held_is_reported_and_goes_later),
		TEST(a_suspended_author_stays_known_while_it_lasts),
		TEST(an_old_row_is_attested_by_its_neighbours),
		TEST(evidence_holds_the_connection),
		TEST(an_open_notice_holds_until_somebody_has_looked),
		TEST(nobody_learns_who_reported),
		TEST(what_somebody_reported_is_theirs),
		TEST(erasing_is_no_way_to_hide),
		TEST(evidence_is_no_way_to_hide),
	};
	return cmocka_run_group_tests_name("persons", tests, NULL, NULL);
}
