/* A small newspaper in a file of its own, for the tests of the service: two editors, one article. */
#ifndef SERVICE_FIXTURE_H
#define SERVICE_FIXTURE_H

#include "unit.h"

#include "article/article.h"
#include "base/log.h"
#include "service/service.h"

#include <sqlite3.h>
#include <unistd.h>

#define KEY(name) STR("key-000000000000-" name)

static struct {
	char dir[64], path[100];
	struct service *svc;
	struct arena *a;
	const struct store_site *site;
	struct staff ada, ben;
} t;
static struct frg_error err;

#define FAILS(expression, status, expected)                                                                            \
	do {                                                                                                               \
		err = (struct frg_error){0};                                                                                   \
		assert_int_equal((expression), (status));                                                                      \
		assert_code(err, (expected));                                                                                  \
	} while (0)

static inline enum frg_status save_account(id64 site, const char *login, const char *password, const char *role)
{
	struct staff_account account = {
		.site = site, .login = str_of(login), .name = str_of(login), .password = str_of(password), .role = role};
	err = (struct frg_error){0};
	return service_account_save(t.svc, &account, &err);
}

static inline void add_staff(struct staff *who, id64 site, const char *login, const char *role)
{
	OK(save_account(site, login, "ein langes Wort", role));
	OK(service_staff_by_login(t.svc, t.a, site, str_of(login), who, &err));
}

static inline void add_editor(struct staff *who, const char *login)
{
	add_staff(who, t.site->id, login, "administrator");
}

static inline enum frg_status login_as(const char *login, const char *password, const char *client,
                                       struct editor_session *out)
{
	struct login_command cmd = {
		.at = t.site, .login = str_of(login), .password = str_of(password), .client = str_of(client)};
	struct login_needs needs;
	err = (struct frg_error){0};
	return service_login(t.svc, t.a, &cmd, out, &needs, &err);
}

static inline void open_service(bool unlimited)
{
	char url[120];
	snprintf(url, sizeof url, "sqlite:%s", t.path);
	struct service_config config = {.database = str_of(url), .create = true, .unlimited = unlimited};
	OK(service_open(&config, &t.svc, &err));
}

static inline int set_up(void **state)
{
	snprintf(t.dir, sizeof t.dir, "/tmp/freigabe-service-XXXXXX");
	assert_non_null(mkdtemp(t.dir));
	snprintf(t.path, sizeof t.path, "%s/a.db", t.dir);
	assert_true(id_setup());
	log_set_level(LOG_WARN);
	clock_shift(0);
	t.a = arena_open((size_t)256 << 20);
	open_service(false);
	struct store_site site = {
		.slug = STR("bote"), .name = STR("Bote"), .lang = FRG_LANG_DE, .base_url = STR("https://bote.example")};
	OK(service_site_save(t.svc, &site, &err));
	t.site = service_site(t.svc, STR("bote"));
	struct article art = {.id = STR("bruecke"),
	                      .title = STR("Brücke gesperrt"),
	                      .lang = STR("de"),
	                      .body_text = STR("Die Brücke über die Elver bleibt gesperrt."),
	                      .body_html = STR("<p>Die Brücke über die Elver bleibt gesperrt.</p>")};
	bool created;
	OK(service_article_save(t.svc, t.a, t.site, &art, &created, &err));
	assert_true(created);
	add_editor(&t.ada, "ada");
	add_editor(&t.ben, "ben");
	return 0;
}

static inline int tear_down(void **state)
{
	char command[120];
	service_close(t.svc);
	arena_close(t.a);
	snprintf(command, sizeof command, "rm -r '%s'", t.dir);
	clock_shift(0);
	return system(command);
}

/* ---- shorthands ---- */

static inline struct submit_result submit(const char *reader, const char *text, id64 parent)
{
	struct submit_result out = {0};
	struct submit_command cmd = {.site = t.site,
	                             .article = STR("bruecke"),
	                             .reader = str_of(reader),
	                             .name = STR("Ines"),
	                             .text = str_of(text),
	                             .parent = parent};
	OK(service_submit(t.svc, t.a, &cmd, &out, &err));
	return out;
}

static struct decide_result decided;

static inline enum frg_status decide_as(const struct staff *e, id64 revision, int64_t version,
                                        enum decide_action action)
{
	struct decide_command cmd = {.who = e,
	                             .revision = revision,
	                             .version = version,
	                             .action = action,
	                             .rules = action == DECIDE_RELEASE ? 0 : 1u << FRG_PROFANITY};
	err = (struct frg_error){0};
	return service_decide(t.svc, t.a, &cmd, &decided, &err);
}

static inline void release(id64 revision) { OK(decide_as(&t.ada, revision, 1, DECIDE_RELEASE)); }

static inline enum frg_status revise(str reader, id64 comment, const char *text, struct submit_result *out)
{
	struct revise_command cmd = {
		.site = t.site, .article = STR("bruecke"), .reader = reader, .comment = comment, .text = str_of(text)};
	err = (struct frg_error){0};
	return service_revise(t.svc, t.a, &cmd, out, &err);
}

static inline enum frg_status withdraw(str reader, id64 comment)
{
	struct withdraw_command cmd = {.site = t.site, .article = STR("bruecke"), .reader = reader, .comment = comment};
	err = (struct frg_error){0};
	return service_withdraw(t.svc, t.a, &cmd, &err);
}

static inline enum frg_status undo(const struct staff *e, id64 decision)
{
	id64 revision;
	int64_t waiting;
	err = (struct frg_error){0};
	return service_undo(t.svc, t.a, e, decision, &revision, &waiting, &err);
}

/* One number from the database, beside the program's own reading. */
static inline int64_t number(const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *s;
	assert_int_equal(sqlite3_open(t.path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	int64_t n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return n;
}

static inline void tamper(const char *sql)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(t.path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

#define PUBLISHED "SELECT count(*) FROM publication WHERE removed_at IS NULL"
/* What readers see without a standing release of exactly this text. */
#define UNCOVERED                                                                                                      \
	"SELECT count(*) FROM publication p WHERE removed_at IS NULL AND NOT EXISTS (SELECT 1 FROM decision d "            \
	"JOIN revision r ON r.id = d.revision_id WHERE d.id = p.decision_id AND d.action = 'release' "                     \
	"AND d.text_hash = p.text_hash AND r.text = p.text AND r.state = 'released' "                                      \
	"AND NOT EXISTS (SELECT 1 FROM decision u WHERE u.undoes = d.id))"

static inline void must_be_published(int64_t n)
{
	assert_int_equal(number(PUBLISHED), n);
	assert_int_equal(number(UNCOVERED), 0);
}

#endif
