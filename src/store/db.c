/* Hands each call to the driver whose connection it is. */
#include "store/db.h"

enum frg_status db_run(struct db *db, struct frg_error *err, const char *sql, const struct db_value *args, size_t count,
                       int64_t *changed)
{
	return db->driver->run(db, err, sql, args, count, changed);
}

enum frg_status db_put(struct db *db, struct frg_error *err, const char *sql, const struct db_value *args, size_t count)
{
	return db->driver->put ? db->driver->put(db, err, sql, args, count)
	                       : db->driver->run(db, err, sql, args, count, NULL);
}

bool db_sends_ahead(const struct db *db) { return db->driver->settle != NULL; }

enum frg_status db_settle(struct db *db, struct frg_error *err)
{
	return db->driver->settle ? db->driver->settle(db, err) : FRG_OK;
}

enum frg_status db_query(struct db *db, struct frg_error *err, const char *sql, const struct db_value *args,
                         size_t count, struct db_rows **out)
{
	return db->driver->query(db, err, sql, args, count, out);
}

bool db_ask(struct db *db)
{
	if (db->driver->ask)
		db->driver->ask(db, true);
	return db->driver->ask != NULL;
}

void db_asked(struct db *db) { db->driver->ask(db, false); }

void db_whose(struct db *db, unsigned who)
{
	if (db->driver->whose)
		db->driver->whose(db, who);
}

bool db_next(struct db_rows *rows) { return rows->db->driver->next(rows); }
enum frg_status db_end(struct db_rows *rows, struct frg_error *err) { return rows->db->driver->end(rows, err); }
bool db_null(struct db_rows *rows, int column) { return rows->db->driver->null(rows, column); }
int64_t db_int(struct db_rows *rows, int column) { return rows->db->driver->integer(rows, column); }
str db_text(struct db_rows *rows, int column, struct arena *a) { return rows->db->driver->text(rows, column, a); }

enum frg_status db_script(struct db *db, struct frg_error *err, const char *sql)
{
	return db->driver->script(db, err, sql);
}

enum frg_status db_step(struct db *db, struct frg_error *err, enum db_step step)
{
	return db->driver->step(db, err, step);
}

bool db_in_transaction(struct db *db) { return db->driver->in_transaction(db); }
int64_t db_changes(struct db *db) { return db->driver->changes(db); }
int64_t db_connection(struct db *db) { return db->driver->connection ? db->driver->connection(db) : 0; }

int db_number(struct db *db) { return db->driver->number ? db->driver->number(db) : 0; }

void db_close(struct db *db)
{
	if (db)
		db->driver->close(db);
}

enum frg_status db_check_integrity(struct db *db, struct frg_error *err)
{
	return db->driver->check_integrity(db, err);
}
enum frg_status db_size(struct db *db, int64_t *bytes, struct frg_error *err)
{
	return db->driver->size(db, bytes, err);
}
enum frg_status db_scrub(struct db *db, int64_t *place, struct frg_error *err)
{
	return db->driver->scrub(db, place, err);
}
int64_t db_log_pages(struct db *db) { return db->driver->log_pages ? db->driver->log_pages(db) : 0; }
enum frg_status db_log_move(struct db *db, struct db_log *out, struct frg_error *err)
{
	return db->driver->log_move(db, out, err);
}
enum frg_status db_log_restart(struct db *db, struct frg_error *err) { return db->driver->log_restart(db, err); }
enum db_dialect db_dialect(const struct db *db) { return db->driver->dialect; }
