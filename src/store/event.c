/* The outbox: told in the transaction of what it tells. */
#include "store/tx.h"

struct event_entry {
	struct store_event event;
	struct event_entry *next;
};

enum frg_status store_event_insert(struct store_tx *tx, const struct store_event *e, struct frg_error *err)
{
	(void)err;
	struct event_entry *entry = ARENA_NEW(tx->kept, struct event_entry);
	*entry = (struct event_entry){.event = *e};
	entry->event.kind = arena_str(tx->kept, e->kind);
	entry->event.detail = arena_str(tx->kept, e->detail);
	entry->event.created = clock_now();
	*(tx->events ? tx->events_end : &tx->events) = entry;
	tx->events_end = &entry->next;
	tx->event_count++;
	return FRG_OK;
}

void store_events_join(struct store_tx *all, struct store_tx *one)
{
	if (!one->events)
		return;
	*(all->events ? all->events_end : &all->events) = one->events;
	all->events_end = one->events_end;
	all->event_count += one->event_count;
}

/* Numbered where they stand: nothing comes back that would have to be waited for. VALUES, as SQLite keeps what it would
 * need to take back a row that is SELECTed. */
enum frg_status store_events_write(struct store_tx *tx, struct frg_error *err)
{
	int64_t behind = tx->event_count;
	if (!tx->events)
		return FRG_OK;
	enum frg_status st = DB_RUN(tx->db, err, "UPDATE counter SET value = value + $2 WHERE name = $1",
	                            DB_TEXT(STR("event")), DB_INT(tx->event_count));
	for (const struct event_entry *entry = tx->events; st == FRG_OK && entry; entry = entry->next) {
		const struct store_event *e = &entry->event;
		behind--;
		st = DB_PUT(tx->db, err,
		            "INSERT INTO event (seq, kind, site_id, article_id, comment_id, revision_id, detail, created_at)"
		            " VALUES ((SELECT value FROM counter WHERE name = 'event') - $8, $1, $2, $3, $4, $5, $6, $7)",
		            DB_TEXT(e->kind), DB_INT(e->site), DB_INT(e->article), DB_INT(e->comment), DB_INT(e->revision),
		            DB_TEXT(e->detail), DB_INT(e->created), DB_INT(behind));
	}
	return st;
}

static void read_event(struct arena *a, struct db_rows *r, struct store_event *e)
{
	*e = (struct store_event){
		.seq = db_int(r, 0),
		.kind = db_text(r, 1, a),
		.site = db_int(r, 2),
		.article = db_int(r, 3),
		.comment = db_int(r, 4),
		.revision = db_int(r, 5),
		.detail = db_text(r, 6, a),
		.created = db_int(r, 7),
	};
}

enum frg_status store_event_after(struct store_tx *tx, int64_t seq, int64_t limit, struct store_events *out,
                                  struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT seq, kind, site_id, article_id, comment_id, revision_id, detail, created_at"
	                              " FROM event WHERE seq > $1 ORDER BY seq LIMIT $2",
	                              DB_INT(seq), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_event);
}

enum frg_status store_event_last(struct store_tx *tx, int64_t *seq, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT value FROM counter WHERE name = $1",
	                              DB_TEXT(STR("event")));
	if (st != FRG_OK)
		return st;
	*seq = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

int64_t store_event_mark(const struct store_event *e)
{
	const int64_t parts[] = {e->site, e->article, e->comment, e->revision, e->created};
	uint64_t mark = 1;
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		mark = (mark ^ (uint64_t)parts[i]) * 0x9e3779b97f4a7c15;
	return (int64_t)(mark | 1);
}

enum frg_status store_event_purge(struct store_tx *tx, msec before, struct frg_error *err)
{
	/* some at a time, from the oldest on: nothing has to be searched */
	return DB_RUN(tx->db, err,
	              "DELETE FROM event WHERE seq < (SELECT min(o.seq) + 5000 FROM event o) AND created_at < $1"
	              " AND (kind <> 'held' OR seq <= (SELECT CAST(s.value AS BIGINT) FROM setting s WHERE s.site_id = 0"
	              " AND s.name = $2))"
	              " AND seq <= coalesce((SELECT min(w.seen_seq) FROM webhook w WHERE w.state = 'active'), seq)",
	              DB_INT(before), DB_TEXT(STR("search_seq")));
}
