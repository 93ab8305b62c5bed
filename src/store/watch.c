/* What those who watch the program look at every few seconds. */
#include "store/health.h"
#include "store/tx.h"

#include "base/embedded.h"

enum frg_status store_probe(struct store_tx *tx, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "UPDATE counter SET value = value WHERE name = $1", DB_TEXT(STR("event")));
}

/* The only row of a query with up to `count` numbers; without one they are 0. */
static enum frg_status read_numbers(struct db_rows *rows, int64_t *const *numbers, int count, struct frg_error *err)
{
	bool there = db_next(rows);
	for (int i = 0; i < count; i++)
		*numbers[i] = there ? db_int(rows, i) : 0;
	return db_end(rows, err);
}

enum frg_status store_schema(struct store_tx *tx, int64_t *applied, int64_t *known, struct frg_error *err)
{
	struct db_rows *rows;
	*known = (int64_t)embedded_migrations_count;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT max(version) FROM schema_migration WHERE version > $1",
	                              DB_INT(0));
	return st == FRG_OK ? read_numbers(rows, &applied, 1, err) : st;
}

enum frg_status store_backlog(struct store_tx *tx, msec now, struct store_backlog *out, struct frg_error *err)
{
	struct db_rows *rows;
	str hash;
	*out = (struct store_backlog){0};
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT count(*), min(send_at) FROM mail WHERE state = 'waiting' AND send_at <= $1",
	                              DB_INT(now));
	if (st == FRG_OK)
		st = read_numbers(rows, (int64_t *[]){&out->letters, &out->letters_since}, 2, err);
	if (st == FRG_OK)
		st = store_chain_head(tx, &out->decisions, &hash, err);
	return st == FRG_OK ? store_event_last(tx, &out->last_event, err) : st;
}

enum frg_status store_site_state(struct store_tx *tx, id64 site, msec now, struct store_site_state *out,
                                 struct frg_error *err)
{
	struct db_rows *rows;
	*out = (struct store_site_state){0};
	struct store_queue_filter all = {.site = site};
	enum frg_status st = store_queue_waiting(tx, &all, INT64_MAX, &out->length, err);
	if (st == FRG_OK) /* the sign keeps the planner to the index by age: of second judgements there are few */
		st = DB_QUERY(tx->db, err, &rows,
		              "SELECT q.submitted_at FROM queue q WHERE q.site_id = $1 AND +q.blind_for = 0"
		              " ORDER BY q.submitted_at LIMIT 1",
		              DB_INT(site));
	if (st == FRG_OK)
		st = read_numbers(rows, (int64_t *[]){&out->oldest}, 1, err);
	if (st == FRG_OK)
		st = DB_QUERY(tx->db, err, &rows,
		              "SELECT count(*), min(o.until_at) FROM (SELECT f.until_at FROM queue q"
		              " LEFT JOIN forecast f ON f.revision_id = q.revision_id"
		              " WHERE q.site_id = $1 AND +q.blind_for = 0 ORDER BY q.submitted_at LIMIT $3) AS o"
		              " WHERE o.until_at < $2",
		              DB_INT(site), DB_INT(now), DB_INT(STORE_LATE_MAX));
	if (st == FRG_OK)
		st = read_numbers(rows, (int64_t *[]){&out->late, &out->late_since}, 2, err);
	if (st == FRG_OK)
		st = DB_QUERY(tx->db, err, &rows,
		              "SELECT count(*) FROM (SELECT 1 FROM mail WHERE site_id = $1 AND state = 'failed'"
		              " AND created_at > $2 LIMIT $3) AS failed",
		              DB_INT(site), DB_INT(0), DB_INT(STORE_LATE_MAX));
	return st == FRG_OK ? read_numbers(rows, (int64_t *[]){&out->letters_failed}, 1, err) : st;
}
