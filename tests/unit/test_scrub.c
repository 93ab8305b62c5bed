/* Words of deleted rows are in no byte of a SQLite file after it was cleared, nothing else has changed, and no other
 * connection brings them back; however the file is laid out. */
#include "unit.h"

#include "store/scrub_sqlite.h"

#include <unistd.h>

static char dir[64], path[100];

static int set_up(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/freigabe-scrub-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/a.db", dir);
	return 0;
}

static int tear_down(void **state)
{
	char command[120];
	(void)state;
	snprintf(command, sizeof command, "rm -r '%s'", dir);
	return system(command);
}

static void run(sqlite3 *db, const char *sql)
{
	char *message = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
}

static sqlite3 *open_db(void)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 100);
	run(db, "PRAGMA journal_mode=WAL; PRAGMA secure_delete=ON");
	return db;
}

static void read_one(sqlite3 *db, const char *sql, char *out, size_t size)
{
	sqlite3_stmt *s;
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	snprintf(out, size, "%s", (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
}

/* All that is left, in one number each. */
#define CONTENT                                                                                                        \
	"SELECT count(*) || ' ' || sum(id) || ' ' || sum(length(text)) || ' ' || sum(unicode(substr(text, id % 50 + 1))) " \
	"FROM t"

static int words_in_file(void)
{
	FILE *f = fopen(path, "rb");
	int found = 0, c, at = 0;
	static const char word[] = "Zwiebelturm";
	assert_non_null(f);
	while ((c = fgetc(f)) != EOF) {
		at = c == word[at] ? at + 1 : c == word[0];
		if (!word[at]) {
			found++;
			at = 0;
		}
	}
	fclose(f);
	return found;
}

/* In no order, so that pages are divided; an index over the words, long ones that go on to other pages. */
static void fill(sqlite3 *db)
{
	run(db, "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT); CREATE INDEX i ON t (text);"
	        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)"
	        " INSERT INTO t SELECT i * 7919 % 6007, CASE WHEN i % 3 THEN 'Satz ' ELSE 'Zwiebelturm ' END ||"
	        " hex(randomblob(20 + i * 31 % 400 + CASE WHEN i % 97 THEN 0 ELSE 9000 END)) FROM n;"
	        "UPDATE t SET text = text || text WHERE id % 5 = 0;"
	        "DELETE FROM t WHERE text LIKE 'Zwiebelturm%'; PRAGMA wal_checkpoint(TRUNCATE)");
}

static void clear(sqlite3 *db)
{
	sqlite3_int64 page = 1;
	do
		assert_int_equal(scrub_sqlite_some(db, &page), SQLITE_OK);
	while (page);
	run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
}

static void no_word_is_left_and_nothing_else_has_gone(void **state)
{
	char before[200], after[200];
	(void)state;
	sqlite3 *db = open_db(), *other = open_db();
	fill(db);
	assert_true(words_in_file() > 0); /* overwriting cells is not all */
	read_one(other, CONTENT, before, sizeof before);
	clear(db);
	assert_int_equal(words_in_file(), 0);
	read_one(db, "PRAGMA integrity_check", after, sizeof after);
	assert_string_equal(after, "ok");
	read_one(db, CONTENT, after, sizeof after);
	assert_string_equal(after, before);
	/* each page is changed, also by who had it in memory as it was */
	run(db, "UPDATE t SET text = 'x' || text WHERE id % 2");
	run(other, "UPDATE t SET text = 'y' || text WHERE id % 2 = 0; PRAGMA wal_checkpoint(TRUNCATE)");
	assert_int_equal(words_in_file(), 0);
	read_one(other, "PRAGMA integrity_check", after, sizeof after);
	assert_string_equal(after, "ok");
	sqlite3_close(other);
	sqlite3_close(db);
}

/* ---- however an administrator has made the file ---- */

static void only_words_go(const char *settings)
{
	char before[200], after[200];
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	run(db, settings);
	run(db, "PRAGMA journal_mode=WAL; PRAGMA secure_delete=ON");
	fill(db);
	read_one(db, CONTENT, before, sizeof before);
	clear(db);
	sqlite3_close(db);
	db = open_db(); /* which remembers no page */
	assert_int_equal(words_in_file(), 0);
	read_one(db, "PRAGMA integrity_check", after, sizeof after);
	assert_string_equal(after, "ok");
	read_one(db, CONTENT, after, sizeof after);
	assert_string_equal(after, before);
	run(db, "DELETE FROM t WHERE id % 2; PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)");
	read_one(db, "PRAGMA integrity_check", after, sizeof after);
	assert_string_equal(after, "ok");
	sqlite3_close(db);
}

/* Pages that say where others belong begin like pages with cells, and must stay. */
static void a_file_that_shrinks_stays_whole(void **state)
{
	(void)state;
	only_words_go("PRAGMA page_size=512; PRAGMA auto_vacuum=FULL");
}

static void a_file_that_can_shrink_stays_whole(void **state)
{
	(void)state;
	only_words_go("PRAGMA page_size=4096; PRAGMA auto_vacuum=INCREMENTAL");
}

static void large_pages(void **state)
{
	(void)state;
	only_words_go("PRAGMA page_size=65536");
}

/* Bytes at the end of each page that SQLite leaves to others. */
static void bytes_of_others_stay(void **state)
{
	int bytes = 32;
	sqlite3 *db;
	(void)state;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_file_control(db, "main", SQLITE_FCNTL_RESERVE_BYTES, &bytes), SQLITE_OK);
	run(db, "PRAGMA page_size=1024; PRAGMA auto_vacuum=FULL; VACUUM; CREATE TABLE first (id INTEGER)");
	sqlite3_close(db);
	only_words_go("");
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	assert_int_equal(fseek(f, 20, SEEK_SET), 0);
	assert_int_equal(fgetc(f), 32);
	fclose(f);
}

/* As SQLite reckons it (btree.c, ptrmapPageno): at the place that is locked it uses no page, and the map is the next.
 */
static void maps_are_known(void **state)
{
	unsigned char head[100] = {[16] = 4, [20] = 0, [55] = 7};
	(void)state;
	struct scrub_layout l = scrub_sqlite_layout(head);
	assert_int_equal(l.size, 1024);
	assert_int_equal(l.used, 1024);
	assert_true(l.mapped);
	const sqlite3_int64 none[] = {2, 207, 2 + 205 * 100, 1048577, 1048578, 1048577 + 205};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		assert_false(scrub_sqlite_may_have_cells(&l, none[i]));
		assert_true(scrub_sqlite_may_have_cells(&l, none[i] == 1048577 ? 1048576 : none[i] + 1));
	}
	assert_true(scrub_sqlite_may_have_cells(&l, 1));
	l.mapped = false;
	assert_true(scrub_sqlite_may_have_cells(&l, 2));
	assert_false(scrub_sqlite_may_have_cells(&l, 1048577));
	head[16] = 0;
	head[17] = 1;
	head[20] = 8;
	l = scrub_sqlite_layout(head);
	assert_int_equal(l.size, 65536);
	assert_int_equal(l.used, 65528);
}

/* A number of an administrator's own, which SQLite keeps for whoever wants one. */
static void the_number_of_others_stays(void **state)
{
	char version[20];
	(void)state;
	sqlite3 *db = open_db();
	fill(db);
	run(db, "PRAGMA user_version=-7");
	clear(db);
	read_one(db, "PRAGMA user_version", version, sizeof version);
	assert_string_equal(version, "-7");
	sqlite3_close(db);
}

static void a_reader_in_the_way_is_waited_for(void **state)
{
	char content[200];
	(void)state;
	sqlite3 *db = open_db(), *reader = open_db();
	sqlite3_int64 page = 1;
	fill(db);
	run(reader, "BEGIN");
	read_one(reader, CONTENT, content, sizeof content);
	run(db, "INSERT INTO t VALUES (9000, 'später')");
	assert_int_equal(scrub_sqlite_some(db, &page), SQLITE_BUSY);
	assert_int_equal(page, 1);
	run(reader, "COMMIT");
	clear(db);
	assert_int_equal(words_in_file(), 0);
	sqlite3_close(reader);
	sqlite3_close(db);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(no_word_is_left_and_nothing_else_has_gone),
		TEST(a_file_that_shrinks_stays_whole),
		TEST(a_file_that_can_shrink_stays_whole),
		TEST(large_pages),
		TEST(bytes_of_others_stay),
		TEST(maps_are_known),
		TEST(the_number_of_others_stays),
		TEST(a_reader_in_the_way_is_waited_for),
	};
	return cmocka_run_group_tests_name("scrub", tests, NULL, NULL);
}
