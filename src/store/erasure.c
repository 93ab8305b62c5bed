/* What has been erased: a chain like that of decisions, each row the end of some words. */
#include "store/person.h"
#include "store/tx.h"

#include "base/buf.h"

#define ERASURE                                                                                                        \
	"seq, site_id, subject, subject_id, subject_hash, comment_id, state, cause, run_id, term_days, editor_id,"         \
	" editor_name, created_at, chain_seq, chain_hash, prev_hash, hash"

static void read_erasure(struct arena *a, struct db_rows *r, struct store_erasure *e)
{
	*e = (struct store_erasure){
		.seq = db_int(r, 0),
		.site = db_int(r, 1),
		.subject = db_text(r, 2, a),
		.subject_id = db_int(r, 3),
		.subject_hash = db_text(r, 4, a),
		.comment = db_int(r, 5),
		.state = db_text(r, 6, a),
		.cause = db_text(r, 7, a),
		.run = db_int(r, 8),
		.term_days = db_int(r, 9),
		.editor = db_int(r, 10),
		.editor_name = db_text(r, 11, a),
		.created = db_int(r, 12),
		.chain_seq = db_int(r, 13),
		.chain_hash = db_text(r, 14, a),
		.prev_hash = db_text(r, 15, a),
		.hash = db_text(r, 16, a),
	};
}

void store_erasure_hash(const struct store_erasure *e, char *out)
{
	struct buf b = BUF_INIT(1 << 20);
	const int64_t numbers[] = {e->seq,       e->site,   e->subject_id, e->comment,  e->run,
	                           e->term_days, e->editor, e->created,    e->chain_seq};
	const str texts[] = {e->subject, e->subject_hash, e->state, e->cause, e->editor_name, e->chain_hash, e->prev_hash};
	BUF_LIT(&b, "freigabe erasure 1\n");
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		buf_printf(&b, "%lld,", (long long)numbers[i]);
	for (size_t i = 0; i < COUNT_OF(texts); i++) { /* with lengths: no two different rows give the same bytes */
		buf_printf(&b, "%zu:", texts[i].n);
		buf_add(&b, texts[i]);
	}
	BUG_IF(b.cut);
	hash_text(buf_str(&b), out);
	buf_free(&b);
}

static enum frg_status find_end(struct store_tx *tx, struct frg_error *err)
{
	return store_chain_find(tx, &tx->erasures, "SELECT seq, hash FROM erasure_head WHERE id = $1", err);
}

enum frg_status store_erasure_head(struct store_tx *tx, int64_t *seq, str *hash, struct frg_error *err)
{
	enum frg_status st = find_end(tx, err);
	*seq = tx->erasures.seq;
	*hash = arena_str(tx->arena, str_of(tx->erasures.hash));
	return st;
}

enum frg_status store_erasure_append(struct store_tx *tx, struct store_erasure *e, struct frg_error *err)
{
	enum frg_status st = find_end(tx, err);
	if (st == FRG_OK)
		st = store_chain_head(tx, &e->chain_seq, &e->chain_hash, err);
	if (st != FRG_OK)
		return st;
	char *hash = arena_alloc(tx->arena, HASH_TEXT_SIZE);
	e->seq = tx->erasures.seq + 1;
	e->prev_hash = arena_str(tx->arena, str_of(tx->erasures.hash));
	e->created = clock_now();
	store_erasure_hash(e, hash);
	e->hash = str_of(hash);
	st = DB_RUN(tx->db, err,
	            "INSERT INTO erasure (" ERASURE ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
	            " $15, $16, $17)",
	            DB_INT(e->seq), DB_INT(e->site), DB_TEXT(e->subject), DB_INT(e->subject_id), DB_TEXT(e->subject_hash),
	            DB_INT(e->comment), DB_TEXT(e->state), DB_TEXT(e->cause), DB_INT(e->run), DB_INT(e->term_days),
	            DB_INT(e->editor), DB_TEXT(e->editor_name), DB_INT(e->created), DB_INT(e->chain_seq),
	            DB_TEXT(e->chain_hash), DB_TEXT(e->prev_hash), DB_TEXT(e->hash));
	if (st != FRG_OK)
		return st;
	store_chain_keep(&tx->erasures, e->seq, e->hash);
	return DB_RUN(tx->db, err, "UPDATE erasure_head SET seq = $1, hash = $2 WHERE id = 1", DB_INT(e->seq),
	              DB_TEXT(e->hash));
}

enum frg_status store_erasure_page(struct store_tx *tx, int64_t seq, int64_t limit, struct store_erasures *out,
                                   struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " ERASURE " FROM erasure WHERE seq > $1 ORDER BY seq LIMIT $2", DB_INT(seq),
	                              DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_erasure);
}

enum frg_status store_erasure_of(struct store_tx *tx, str subject, int64_t id, struct store_erasure *out,
                                 struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " ERASURE " FROM erasure WHERE subject = $1 AND subject_id = $2",
	                              DB_TEXT(subject), DB_INT(id));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_erasure, "erasure");
}

enum frg_status store_erasure_seq(struct store_tx *tx, str hash, int64_t *seq, struct frg_error *err)
{
	struct db_rows *rows;
	*seq = 0;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT seq FROM erasure WHERE hash = $1", DB_TEXT(hash));
	if (st != FRG_OK)
		return st;
	if (db_next(rows))
		*seq = db_int(rows, 0);
	return db_end(rows, err);
}

enum frg_status store_erasure_missing(struct store_tx *tx, id64 *revision, struct frg_error *err)
{
	struct db_rows *rows;
	*revision = 0;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows,
		"SELECT r.id FROM revision r WHERE r.id > $1 AND r.purged_at IS NOT NULL AND NOT EXISTS"
		" (SELECT 1 FROM erasure e WHERE e.subject = 'text' AND e.subject_id = r.id) LIMIT 1",
		DB_INT(0));
	if (st != FRG_OK)
		return st;
	if (db_next(rows))
		*revision = db_int(rows, 0);
	return db_end(rows, err);
}

/* ---- requests to erase ---- */

#define RUN                                                                                                            \
	"id, site_id, author_id, comment_id, cause, editor_id, editor_name, state, erased, holds, created_at, next_at,"    \
	" done_at"

static void read_run(struct arena *a, struct db_rows *r, struct store_run *out)
{
	*out = (struct store_run){
		.id = db_int(r, 0),
		.site = db_int(r, 1),
		.author = db_int(r, 2),
		.comment = db_int(r, 3),
		.cause = db_text(r, 4, a),
		.editor = db_int(r, 5),
		.editor_name = db_text(r, 6, a),
		.state = db_text(r, 7, a),
		.erased = db_int(r, 8),
		.holds = db_text(r, 9, a),
		.created = db_int(r, 10),
		.next = db_int(r, 11),
		.done = db_int(r, 12),
	};
}

enum frg_status store_run_insert(struct store_tx *tx, const struct store_run *r, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO erasure_run (" RUN ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
	              DB_INT(r->id), DB_INT(r->site), DB_INT(r->author), DB_INT(r->comment), DB_TEXT(r->cause),
	              DB_INT(r->editor), DB_TEXT(r->editor_name), DB_TEXT(r->state), DB_INT(r->erased), DB_TEXT(r->holds),
	              DB_INT(r->created), DB_INT(r->next), DB_INT_OR_NULL(r->done));
}

enum frg_status store_run_update(struct store_tx *tx, const struct store_run *r, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "UPDATE erasure_run SET state = $2, erased = $3, holds = $4, next_at = $5, done_at = $6,"
	              " created_at = $7 WHERE id = $1",
	              DB_INT(r->id), DB_TEXT(r->state), DB_INT(r->erased), DB_TEXT(r->holds), DB_INT(r->next),
	              DB_INT_OR_NULL(r->done), DB_INT(r->created));
}

enum frg_status store_run_count(struct store_tx *tx, id64 id, int64_t erased, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "UPDATE erasure_run SET erased = erased + $2 WHERE id = $1", DB_INT(id), DB_INT(erased));
}

enum frg_status store_run_get(struct store_tx *tx, id64 id, struct store_run *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT " RUN " FROM erasure_run WHERE id = $1", DB_INT(id));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_run, "erasure");
}

enum frg_status store_run_due(struct store_tx *tx, msec now, struct store_run *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " RUN " FROM erasure_run WHERE done_at IS NULL AND next_at <= $1"
	                              " ORDER BY next_at LIMIT 1",
	                              DB_INT(now));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_run, "erasure");
}

enum frg_status store_run_open(struct store_tx *tx, id64 author, id64 comment, struct store_run *out,
                               struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " RUN " FROM erasure_run WHERE author_id = $1 AND done_at IS NULL"
	                              " AND comment_id = $2 ORDER BY id LIMIT 1",
	                              DB_INT(author), DB_INT(comment));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_run, "erasure");
}

enum frg_status store_run_list(struct store_tx *tx, id64 site, int64_t limit, struct store_runs *out,
                               struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " RUN " FROM erasure_run WHERE site_id = $1 ORDER BY id DESC LIMIT $2",
	                              DB_INT(site), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_run);
}
