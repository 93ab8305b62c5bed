/* Programs of others that are told what happens, and what each is told. */
#include "store/webhook.h"

#include "store/tx.h"

#define WEBHOOK                                                                                                        \
	"w.id, w.site_id, w.url, w.secret, w.secret_before, w.secret_before_until, w.types, w.state, w.off_reason,"        \
	" w.seen_seq, w.failures, w.failing_since, w.hold_until, w.created_by, w.created_at, w.changed_by, w.changed_at"

static void read_webhook(struct arena *a, struct db_rows *r, struct store_webhook *w)
{
	*w = (struct store_webhook){
		.id = db_int(r, 0),
		.site = db_int(r, 1),
		.url = db_text(r, 2, a),
		.secret = db_text(r, 3, a),
		.secret_before = db_text(r, 4, a),
		.secret_before_until = db_int(r, 5),
		.types = db_text(r, 6, a),
		.state = db_text(r, 7, a),
		.off_reason = db_text(r, 8, a),
		.seen_seq = db_int(r, 9),
		.failures = db_int(r, 10),
		.failing_since = db_int(r, 11),
		.hold_until = db_int(r, 12),
		.created_by = db_int(r, 13),
		.created = db_int(r, 14),
		.changed_by = db_int(r, 15),
		.changed = db_int(r, 16),
	};
}

static void read_listed(struct arena *a, struct db_rows *r, struct store_webhook *w)
{
	read_webhook(a, r, w);
	w->created_name = db_text(r, 17, a);
	w->changed_name = db_text(r, 18, a);
}

static enum frg_status count_of(struct db_rows *rows, int64_t *count, struct frg_error *err)
{
	*count = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

enum frg_status store_webhook_insert(struct store_tx *tx, const struct store_webhook *w, struct frg_error *err)
{
	struct db_rows *rows;
	int64_t count;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT count(*) FROM webhook WHERE site_id = $1",
	                              DB_INT(w->site));
	if (st == FRG_OK)
		st = count_of(rows, &count, err);
	if (st == FRG_OK && count >= STORE_WEBHOOKS_MAX)
		return frg_fail(err, FRG_TOO_LARGE, "webhooks_many", "a site has at most %d webhooks", STORE_WEBHOOKS_MAX);
	if (st != FRG_OK)
		return st;
	return DB_RUN(tx->db, err,
	              "INSERT INTO webhook (id, site_id, url, secret, secret_before, secret_before_until, types, state,"
	              " off_reason, seen_seq, failures, failing_since, hold_until, created_by, created_at, changed_by,"
	              " changed_at) VALUES ($1, $2, $3, $4, '', 0, $5, $6, '', $7, 0, NULL, 0, $8, $9, $8, $9)",
	              DB_INT(w->id), DB_INT(w->site), DB_TEXT(w->url), DB_TEXT(w->secret), DB_TEXT(w->types),
	              DB_TEXT(w->state), DB_INT(w->seen_seq), DB_INT_OR_NULL(w->created_by), DB_INT(w->created));
}

enum frg_status store_webhook_get(struct store_tx *tx, id64 site, id64 id, struct store_webhook *out,
                                  struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " WEBHOOK " FROM webhook w WHERE w.id = $1 AND (w.site_id = $2 OR $2 = 0)",
	                              DB_INT(id), DB_INT(site));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_webhook, "webhook");
}

enum frg_status store_webhook_list(struct store_tx *tx, id64 site, struct store_webhooks *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " WEBHOOK ", a.name, b.name FROM webhook w"
	                              " LEFT JOIN editor a ON a.id = w.created_by LEFT JOIN editor b ON b.id = w.changed_by"
	                              " WHERE w.site_id = $1 ORDER BY w.id",
	                              DB_INT(site));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_listed);
}

enum frg_status store_webhook_all(struct store_tx *tx, str state, struct store_webhooks *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " WEBHOOK " FROM webhook w WHERE w.state = $1 OR $1 = '' ORDER BY w.id",
	                              DB_TEXT(state));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_webhook);
}

enum frg_status store_webhook_update(struct store_tx *tx, const struct store_webhook *w, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "UPDATE webhook SET url = $2, secret = $3, secret_before = $4, secret_before_until = $5, types = $6,"
	              " state = $7, off_reason = $8, seen_seq = $9, failures = $10, failing_since = $11, hold_until = $12,"
	              " changed_by = $13, changed_at = $14 WHERE id = $1",
	              DB_INT(w->id), DB_TEXT(w->url), DB_TEXT(w->secret), DB_TEXT(w->secret_before),
	              DB_INT(w->secret_before_until), DB_TEXT(w->types), DB_TEXT(w->state), DB_TEXT(w->off_reason),
	              DB_INT(w->seen_seq), DB_INT(w->failures), DB_INT_OR_NULL(w->failing_since), DB_INT(w->hold_until),
	              DB_INT_OR_NULL(w->changed_by), DB_INT(w->changed));
}

enum frg_status store_webhook_delete(struct store_tx *tx, id64 id, struct frg_error *err)
{
	enum frg_status st = DB_RUN(tx->db, err, "DELETE FROM webhook_delivery WHERE webhook_id = $1", DB_INT(id));
	return st == FRG_OK ? DB_RUN(tx->db, err, "DELETE FROM webhook WHERE id = $1", DB_INT(id)) : st;
}

enum frg_status store_webhook_seen(struct store_tx *tx, int64_t seq, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "UPDATE webhook SET seen_seq = $1 WHERE state = 'active' AND seen_seq < $1",
	              DB_INT(seq));
}

/* ---- what each is told ---- */

#define DELIVERY                                                                                                       \
	"id, webhook_id, seq, type, article_id, comment_id, revision_id, detail, happened_at, state, due_at, claim, "      \
	"tries,"                                                                                                           \
	" status, problem, took_ms, tried_at"

static void read_delivery(struct arena *a, struct db_rows *r, struct store_delivery *d)
{
	*d = (struct store_delivery){
		.id = db_int(r, 0),
		.webhook = db_int(r, 1),
		.seq = db_int(r, 2),
		.type = db_text(r, 3, a),
		.article = db_int(r, 4),
		.comment = db_int(r, 5),
		.revision = db_int(r, 6),
		.detail = db_text(r, 7, a),
		.happened = db_int(r, 8),
		.state = db_text(r, 9, a),
		.due = db_int(r, 10),
		.claim = db_int(r, 11),
		.tries = db_int(r, 12),
		.status = db_int(r, 13),
		.problem = db_text(r, 14, a),
		.took = db_int(r, 15),
		.tried = db_int(r, 16),
	};
}

enum frg_status store_delivery_insert(struct store_tx *tx, const struct store_delivery *d, struct frg_error *err)
{
	return DB_RUN(
		tx->db, err,
		"INSERT INTO webhook_delivery (id, webhook_id, seq, type, article_id, comment_id, revision_id, detail,"
		" happened_at, state, due_at, claim, tries, status, problem, took_ms, tried_at)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', $10, 0, 0, 0, '', 0, 0)"
		" ON CONFLICT (webhook_id, seq, type) DO NOTHING",
		DB_INT(d->id), DB_INT(d->webhook), DB_INT(d->seq), DB_TEXT(d->type), DB_INT(d->article), DB_INT(d->comment),
		DB_INT(d->revision), DB_TEXT(d->detail), DB_INT(d->happened), DB_INT(d->due));
}

enum frg_status store_delivery_due(struct store_tx *tx, msec now, struct store_ids *webhooks, msec *next,
                                   struct frg_error *err)
{
	struct db_rows *rows;
	*next = 0;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT min(CASE WHEN w.hold_until > $1 AND w.hold_until <= $2 THEN w.hold_until"
	                              " ELSE (SELECT min(d.due_at) FROM webhook_delivery d WHERE d.webhook_id = w.id"
	                              " AND d.state = 'waiting') END) FROM webhook w WHERE w.state = 'active'",
	                              DB_INT(now), DB_INT(now + STORE_WEBHOOK_PUT_OFF_MS));
	if (st == FRG_OK)
		st = count_of(rows, next, err);
	if (st == FRG_OK)
		st = DB_QUERY(tx->db, err, &rows,
		              "SELECT w.id FROM webhook w WHERE w.state = 'active'"
		              " AND (w.hold_until <= $1 OR w.hold_until > $2) AND EXISTS (SELECT 1 FROM webhook_delivery d"
		              " WHERE d.webhook_id = w.id AND d.state = 'waiting' AND (d.due_at <= $1 OR d.due_at > $2))"
		              " ORDER BY w.id",
		              DB_INT(now), DB_INT(now + STORE_WEBHOOK_PUT_OFF_MS));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, webhooks, store_read_id);
}

enum frg_status store_delivery_next(struct store_tx *tx, id64 webhook, msec now, struct store_delivery *out,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " DELIVERY " FROM webhook_delivery WHERE webhook_id = $1"
	                              " AND state = 'waiting' AND (due_at <= $2 OR due_at > $3)"
	                              " ORDER BY seq, type LIMIT 1",
	                              DB_INT(webhook), DB_INT(now), DB_INT(now + STORE_WEBHOOK_PUT_OFF_MS));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_delivery, "delivery");
}

enum frg_status store_delivery_claim(struct store_tx *tx, id64 id, int64_t claim, msec until, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "UPDATE webhook_delivery SET claim = $2, due_at = $3 WHERE id = $1", DB_INT(id),
	              DB_INT(claim), DB_INT(until));
}

enum frg_status store_delivery_unclaim(struct store_tx *tx, msec now, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "UPDATE webhook_delivery SET claim = 0, due_at = $1 WHERE state = 'waiting' AND claim <> 0"
	              " AND webhook_id IN (SELECT id FROM webhook)",
	              DB_INT(now));
}

enum frg_status store_delivery_save(struct store_tx *tx, const struct store_delivery *d, int64_t claim, bool *saved,
                                    struct frg_error *err)
{
	int64_t changed = 0;
	enum frg_status st = DB_RUN_COUNT(tx->db, err, &changed,
	                                  "UPDATE webhook_delivery SET claim = 0, state = $3, due_at = $4, tries = $5,"
	                                  " status = $6, problem = $7, took_ms = $8, tried_at = $9"
	                                  " WHERE id = $1 AND claim = $2",
	                                  DB_INT(d->id), DB_INT(claim), DB_TEXT(d->state), DB_INT(d->due), DB_INT(d->tries),
	                                  DB_INT(d->status), DB_TEXT(d->problem), DB_INT(d->took), DB_INT(d->tried));
	*saved = changed > 0;
	return st;
}

enum frg_status store_delivery_hasten(struct store_tx *tx, id64 webhook, msec now, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "UPDATE webhook_delivery SET due_at = $2 WHERE webhook_id = $1 AND state = 'waiting' AND claim = 0"
	              " AND due_at > $2",
	              DB_INT(webhook), DB_INT(now));
}

enum frg_status store_delivery_again(struct store_tx *tx, id64 webhook, id64 id, msec now, struct frg_error *err)
{
	int64_t changed = 0;
	enum frg_status st = DB_RUN_COUNT(tx->db, err, &changed,
	                                  "UPDATE webhook_delivery SET state = 'waiting', due_at = $3, claim = 0, tries = 0"
	                                  " WHERE id = $1 AND webhook_id = $2 AND state <> 'waiting'",
	                                  DB_INT(id), DB_INT(webhook), DB_INT(now));
	return st != FRG_OK || changed ? st : store_none(err, "delivery");
}

enum frg_status store_delivery_list(struct store_tx *tx, id64 webhook, int64_t limit, struct store_deliveries *out,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " DELIVERY " FROM webhook_delivery WHERE webhook_id = $1"
	                              " ORDER BY seq DESC, type DESC LIMIT $2",
	                              DB_INT(webhook), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_delivery);
}

enum frg_status store_delivery_waiting(struct store_tx *tx, id64 webhook, int64_t limit, int64_t *count,
                                       struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT count(*) FROM (SELECT 1 FROM webhook_delivery WHERE webhook_id = $1"
	                              " AND state = 'waiting' LIMIT $2) AS waiting",
	                              DB_INT(webhook), DB_INT(limit));
	return st == FRG_OK ? count_of(rows, count, err) : st;
}

enum frg_status store_delivery_purge(struct store_tx *tx, id64 webhook, msec now, struct frg_error *err)
{
	enum frg_status st = DB_RUN(
		tx->db, err,
		"DELETE FROM webhook_delivery WHERE webhook_id = $1 AND state <> 'waiting' AND (happened_at < $2"
		" OR seq <= (SELECT o.seq FROM webhook_delivery o WHERE o.webhook_id = $1 AND o.state <> 'waiting'"
		" ORDER BY o.seq DESC, o.type DESC LIMIT 1 OFFSET $3))",
		DB_INT(webhook), DB_INT(now - STORE_WEBHOOK_ENDED_MS), DB_INT(STORE_WEBHOOK_ENDED_KEPT));
	if (st != FRG_OK)
		return st;
	return DB_RUN(tx->db, err,
	              "DELETE FROM webhook_delivery WHERE webhook_id = $1 AND state = 'waiting' AND happened_at < $2"
	              " AND EXISTS (SELECT 1 FROM webhook w WHERE w.id = $1 AND w.state <> 'active')",
	              DB_INT(webhook), DB_INT(now - STORE_WEBHOOK_ENDED_MS));
}
