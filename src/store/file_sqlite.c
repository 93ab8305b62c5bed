/* Database files that may be anybody's: a copy is made and a file is looked at with a connection of its own, on which
 * whatever SQLite says is an answer about the file, never a bug of ours. Knows nothing of the rows' meaning. */
#include "store/file.h"

#include "base/buf.h"
#include "base/embedded.h"
#include "base/id.h"
#include "store/tx.h"

#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

enum { PAGES_A_STEP = 256 };

bool store_url_sqlite(str url, char path[STORE_PATH_MAX])
{
	str prefix = STR("sqlite:");
	if (!str_starts(url, prefix) || url.n == prefix.n || url.n - prefix.n >= STORE_PATH_MAX)
		return false;
	memcpy(path, url.p + prefix.n, url.n - prefix.n);
	path[url.n - prefix.n] = 0;
	return true;
}

bool store_url_postgres(str url)
{
	return str_starts(url, STR("postgres://")) || str_starts(url, STR("postgresql://"));
}

/* ---- connections ---- */

/* What SQLite says of a file may quote it; a terminal gets letters only, on one line. */
static const char *plain(const char *text, char out[120])
{
	size_t n = 0;
	for (; *text && n < 119; text++)
		out[n++] = *text == '\n' || *text == '\t' ? ' ' : *text < ' ' || *text > '~' ? '?' : *text;
	out[n] = 0;
	return out;
}

static enum frg_status not_given(struct frg_error *err, const char *path)
{
	return frg_fail(err, FRG_UNAVAILABLE, "store_io", "%s: the disk did not give a page", path);
}

/* `db`: whose pages were read. */
static enum frg_status failed(struct frg_error *err, int rc, const char *path, sqlite3 *db, const char *detail)
{
	char letters[120];
	detail = plain(detail ? detail : sqlite3_errstr(rc), letters);
	bool damaged = (rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB;
	if (damaged && db && db_sqlite_disk_failed(db))
		return not_given(err, path);
	switch (rc & 0xff) {
	case SQLITE_NOMEM: BUG("out of memory");
	case SQLITE_FULL: return frg_fail(err, FRG_UNAVAILABLE, "store_full", "no room for %s: %s", path, detail);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return frg_fail(err, FRG_UNAVAILABLE, "store_in_use", "%s is in use: stop what uses it first", path);
	case SQLITE_IOERR:
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN: return frg_fail(err, FRG_UNAVAILABLE, "store_io", "%s: %s", path, detail);
	case SQLITE_CORRUPT: return frg_fail(err, FRG_CORRUPT, "store_corrupt", "%s is damaged: %s", path, detail);
	default: return frg_fail(err, FRG_CORRUPT, "store_corrupt", "%s: %s", path, detail);
	}
}

/* With a log beside it a file is not all there is. */
static enum frg_status alone(const char *path, struct frg_error *err)
{
	static const char *const ends[] = {"-wal", "-journal"};
	char beside[4200];
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		snprintf(beside, sizeof beside, "%s%s", path, ends[i]);
		if (access(beside, F_OK) == 0)
			return frg_fail(err, FRG_CORRUPT, "file_log", "%s belongs to it: this is no backup, but a database in use",
			                beside);
	}
	return FRG_OK;
}

static enum frg_status open_file(const char *path, enum store_file_use use, sqlite3 **out, struct frg_error *err)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_URI;
	char uri[DB_URI_MAX];
	*out = NULL;
	if (access(path, F_OK) != 0)
		return frg_fail(err, FRG_NOT_FOUND, "store_missing", "there is no %s", path);
	enum frg_status st = use == STORE_FILE_FROZEN ? alone(path, err) : FRG_OK;
	if (st != FRG_OK)
		return st;
	db_sqlite_uri(path, use == STORE_FILE_FROZEN, uri);
	flags |= use == STORE_FILE_FROZEN ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	int rc = sqlite3_open_v2(uri, out, flags, NULL);
	if (rc != SQLITE_OK)
		st = failed(err, rc, path, *out, *out ? sqlite3_errmsg(*out) : NULL);
	if (st == FRG_OK) {
		sqlite3_busy_timeout(*out, 10000);
		sqlite3_db_config(*out, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		sqlite3_db_config(*out, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
		return FRG_OK;
	}
	sqlite3_close(*out);
	*out = NULL;
	return st;
}

static enum frg_status run(sqlite3 *db, const char *path, const char *sql, struct frg_error *err)
{
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? FRG_OK : failed(err, rc, path, db, sqlite3_errmsg(db));
}

/* ---- a copy ---- */

static enum frg_status copy_pages(sqlite3 *from, sqlite3 *to, const char *path, store_progress *progress, void *ctx,
                                  struct frg_error *err)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	if (!b)
		return failed(err, sqlite3_errcode(to), path, to, sqlite3_errmsg(to));
	int rc;
	do {
		rc = sqlite3_backup_step(b, PAGES_A_STEP);
		int of = sqlite3_backup_pagecount(b);
		if (progress)
			progress(ctx, of - sqlite3_backup_remaining(b), of);
	} while (rc == SQLITE_OK);
	int end = sqlite3_backup_finish(b);
	if (rc == SQLITE_DONE)
		rc = end;
	return rc == SQLITE_OK ? FRG_OK : failed(err, rc, path, from, NULL);
}

enum frg_status store_file_copy(const char *from, enum store_file_use use, const char *to, store_progress *progress,
                                void *ctx, struct frg_error *err)
{
	sqlite3 *source, *target = NULL;
	enum frg_status st = open_file(from, use, &source, err);
	if (st == FRG_OK)
		st = open_file(to, STORE_FILE_LIVE, &target, err);
	/* Pages are copied within one reading transaction, which holds one state whatever is written meanwhile: without it
	 * each write would make the copy begin anew. */
	if (st == FRG_OK)
		st = run(source, from, "BEGIN; SELECT count(*) FROM sqlite_master", err);
	if (st == FRG_OK)
		st = copy_pages(source, target, to, progress, ctx, err);
	if (st == FRG_OK)
		st = run(target, to, "PRAGMA journal_mode=DELETE", err);
	sqlite3_close(target);
	sqlite3_close(source);
	return st;
}

enum frg_status store_file_seal(const char *path, struct frg_error *err)
{
	sqlite3 *db;
	enum frg_status st = open_file(path, STORE_FILE_LIVE, &db, err);
	if (st == FRG_OK)
		st = run(db, path, "PRAGMA journal_mode=DELETE", err);
	sqlite3_close(db);
	return st;
}

/* Whoever has it open holds a shared lock. */
enum frg_status store_file_unused(const char *path, struct frg_error *err)
{
	sqlite3 *db;
	enum frg_status st = open_file(path, STORE_FILE_LIVE, &db, err);
	if (st != FRG_OK)
		return st;
	sqlite3_busy_timeout(db, 100);
	st = run(db, path, "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT", err);
	sqlite3_close(db);
	return st == FRG_CORRUPT ? FRG_OK : st; /* so is what is to be replaced, perhaps */
}

/* ---- what is in it ---- */

/* A file that earlier versions made has its numbers in trees of their own (store/db_sqlite.c), and is as good. */
#define ONE_KEY(words) "replace(" words ", 'BIGINTPRIMARYKEY', 'INTEGERPRIMARYKEY')"
/* One line for each table, index, view and trigger: with the words that made it, as keys and conditions are what keeps
 * rows true; SQLite changes no more of them than white space and quotes. Of the search index, whose tables it makes by
 * itself, only the columns count. */
#define WORDS                                                                                                          \
	ONE_KEY("replace(replace(replace(replace(coalesce(m.sql, ''), '\"', ''), ' ', ''), char(9), ''), char(10), '')")
#define COLUMNS                                                                                                        \
	"CASE WHEN m.type <> 'table' THEN '' WHEN m.sql LIKE 'CREATE VIRTUAL%' THEN m.sql ELSE coalesce((SELECT"           \
	" group_concat(c.name || ' ' || replace(c.type, 'BIGINT', 'INTEGER') || ' ' || c.\"notnull\" || ' ' || c.pk) "     \
	"FROM pragma_table_xinfo(m.name) "                                                                                 \
	"c),"                                                                                                              \
	" '') END"
#define SHAPE(which, what)                                                                                             \
	"SELECT m.type || ' ' || m.name || ' ' || m.tbl_name || ' ' || " what " FROM sqlite_master m"                      \
	" WHERE m.name NOT LIKE 'sqlite!_%' ESCAPE '!' AND m.name " which " 'search!_%' ESCAPE '!'"                        \
	" ORDER BY m.type, m.name"

static int shape(sqlite3 *db, const char *sql, struct buf *out)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
	while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *line = (const char *)sqlite3_column_text(stmt, 0);
		buf_printf(out, "%s\n", line ? line : "?");
		rc = SQLITE_OK;
	}
	sqlite3_finalize(stmt);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int run_script(sqlite3 *db, const char *sql)
{
	struct buf own = BUF_INIT(1 << 20);
	db_sqlite_words(sql, &own);
	int rc = sqlite3_exec(db, own.p, NULL, NULL, NULL);
	buf_free(&own);
	return rc;
}

/* An empty database as the first `schema` migrations make it. */
static sqlite3 *make_new(int64_t schema)
{
	sqlite3 *db;
	int rc = sqlite3_open(":memory:", &db);
	if (rc == SQLITE_OK)
		rc = run_script(db, STORE_MIGRATION_TABLE);
	for (int64_t i = 0; rc == SQLITE_OK && i < schema; i++) {
		char *sql = sqlite3_mprintf("%.*s", STR_ARG(embedded_content(&embedded_migrations[i])));
		rc = sql ? run_script(db, sql) : SQLITE_NOMEM;
		sqlite3_free(sql);
	}
	if (rc == SQLITE_OK)
		rc = run_script(db, STORE_SEARCH_TABLES);
	if (rc != SQLITE_OK)
		BUG("a new database: %s", sqlite3_errmsg(db));
	return db;
}

/* The search index may be missing: it is made anew. A file that cannot be read is not one of another shape. */
static int compare_shape(sqlite3 *db, sqlite3 *model, bool *same)
{
	static const char rest[] = SHAPE("NOT LIKE", WORDS), search[] = SHAPE("LIKE", COLUMNS);
	struct buf is = BUF_INIT(1 << 20), should = BUF_INIT(1 << 20), found = BUF_INIT(1 << 20), known = BUF_INIT(1 << 20);
	int rc = shape(db, rest, &is);
	if (rc == SQLITE_OK)
		rc = shape(db, search, &found);
	*same = rc == SQLITE_OK && shape(model, rest, &should) == SQLITE_OK && shape(model, search, &known) == SQLITE_OK &&
	        str_eq(buf_str(&is), buf_str(&should)) && (found.n == 0 || str_eq(buf_str(&found), buf_str(&known)));
	buf_free(&is);
	buf_free(&should);
	buf_free(&found);
	buf_free(&known);
	return rc;
}

static enum frg_status foreign(const char *path, struct frg_error *err)
{
	return frg_fail(err, FRG_CORRUPT, "file_foreign", "%s is not a database of Freigabe's", path);
}

static enum frg_status check_version(const char *path, int64_t version, const char *hash, struct frg_error *err)
{
	char known[HASH_TEXT_SIZE];
	if (version < 1)
		return foreign(path, err);
	if (version > (int64_t)embedded_migrations_count)
		return frg_fail(err, FRG_UNSUPPORTED, "schema_newer",
		                "%s was written by a newer freigabe (schema %lld, this one knows %zu)", path,
		                (long long)version, embedded_migrations_count);
	hash_text(embedded_content(&embedded_migrations[version - 1]), known);
	if (!hash || strcmp(hash, known) != 0)
		return frg_fail(err, FRG_UNSUPPORTED, "schema_changed", "migration %lld of %s is not the one of this freigabe",
		                (long long)version, path);
	return FRG_OK;
}

static enum frg_status look_at_schema(sqlite3 *db, const char *path, int64_t *count, struct frg_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum frg_status st = FRG_OK;
	*count = 0;
	int rc = sqlite3_prepare_v2(db, "SELECT version, hash FROM schema_migration ORDER BY version", -1, &stmt, NULL);
	if (rc == SQLITE_ERROR)
		return foreign(path, err);
	while (st == FRG_OK && rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		int64_t version = sqlite3_column_int64(stmt, 0);
		if (version != ++*count)
			st = foreign(path, err);
		if (st == FRG_OK)
			st = check_version(path, version, (const char *)sqlite3_column_text(stmt, 1), err);
		rc = SQLITE_OK;
	}
	if (st == FRG_OK && rc != SQLITE_DONE)
		st = failed(err, rc, path, db, sqlite3_errmsg(db));
	sqlite3_finalize(stmt);
	return st == FRG_OK && *count == 0 ? foreign(path, err) : st;
}

static enum frg_status number(sqlite3 *db, const char *path, const char *sql, int64_t *out, struct frg_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
	if (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
		*out = sqlite3_column_int64(stmt, 0);
	enum frg_status st = rc == SQLITE_ROW ? FRG_OK : failed(err, rc, path, db, sqlite3_errmsg(db));
	sqlite3_finalize(stmt);
	return st;
}

static enum frg_status count_rows(sqlite3 *db, const char *path, struct store_file_facts *f, struct frg_error *err)
{
	int64_t last = 0, pages = 0, size = 0;
	const struct {
		const char *sql;
		int64_t *to;
	} wanted[] = {
		{"SELECT count(*) FROM comment", &f->comments},
		{"SELECT count(*) FROM decision", &f->decisions},
		{"SELECT count(*) FROM publication WHERE removed_at IS NULL", &f->publications},
		{"SELECT coalesce(max(id), 0) FROM comment", &last},
		{"PRAGMA page_count", &pages},
		{"PRAGMA page_size", &size},
	};
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < COUNT_OF(wanted); i++)
		st = number(db, path, wanted[i].sql, wanted[i].to, err);
	f->newest = last ? id_time(last) : 0;
	f->bytes = pages * size;
	return st;
}

enum frg_status store_file_look(const char *path, enum store_file_use use, struct store_file_facts *out,
                                struct frg_error *err)
{
	sqlite3 *db;
	*out = (struct store_file_facts){0};
	enum frg_status st = open_file(path, use, &db, err);
	if (st == FRG_OK)
		st = look_at_schema(db, path, &out->schema, err);
	out->schema_old = out->schema < (int64_t)embedded_migrations_count;
	if (st == FRG_OK) {
		sqlite3 *model = make_new(out->schema);
		bool same;
		int rc = compare_shape(db, model, &same);
		sqlite3_close(model);
		if (rc != SQLITE_OK)
			st = failed(err, rc, path, db, sqlite3_errmsg(db));
		else if (!same)
			st = foreign(path, err);
	}
	if (st == FRG_OK)
		st = count_rows(db, path, out, err);
	sqlite3_close(db);
	return st;
}

bool store_file_empty(const char *path)
{
	sqlite3 *db;
	struct frg_error unread;
	int64_t tables = 1;
	enum frg_status st = open_file(path, STORE_FILE_LIVE, &db, &unread);
	if (st == FRG_OK)
		st = number(db, path, "SELECT count(*) FROM sqlite_master", &tables, &unread);
	sqlite3_close(db);
	return st == FRG_OK && tables == 0;
}

/* ---- is it whole ---- */

static enum frg_status check(sqlite3 *db, const char *path, const char *sql, const char *good, struct frg_error *err)
{
	static const char heading[] = "*** in database main ***\n"; /* there is no other */
	sqlite3_stmt *stmt = NULL;
	char letters[120];
	enum frg_status st = FRG_OK;
	int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	const char *said = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
	if (said && strncmp(said, heading, strlen(heading)) == 0)
		said += strlen(heading);
	bool bad = rc == SQLITE_ROW && (!good || !said || strcmp(said, good) != 0);
	if (bad && db_sqlite_disk_failed(db))
		st = not_given(err, path);
	else if (bad)
		st = frg_fail(err, FRG_CORRUPT, "store_corrupt", "%s is damaged: %s%s", path, plain(said ? said : "?", letters),
		              good ? "" : " points to something that is not there");
	else if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		st = failed(err, rc, path, db, sqlite3_errmsg(db));
	sqlite3_finalize(stmt);
	return st;
}

enum frg_status store_file_whole(const char *path, struct frg_error *err)
{
	sqlite3 *db;
	enum frg_status st = open_file(path, STORE_FILE_FROZEN, &db, err);
	if (st == FRG_OK)
		st = run(db, path, "PRAGMA cell_size_check=ON", err);
	if (st == FRG_OK)
		st = check(db, path, "PRAGMA integrity_check(1)", "ok", err);
	if (st == FRG_OK)
		st = check(db, path, "PRAGMA foreign_key_check", NULL, err);
	sqlite3_close(db);
	return st;
}
