/* Keys by which a text is found again. Those of what waits lie in the queue and in memory (near_held.h). Rows of
 * near_key are those of what was refused, those of links, and of what waits what memory has no room for. */
#include "store/near_held.h"
#include "store/tally.h"
#include "store/tx.h"

struct some {
	id64 site, revision;
	bool refused;
	const uint64_t *keys;
	size_t count;
};

/* As many as a text has, by one statement; where there are fewer, the first again, which is there then. */
static enum frg_status put_some(struct store_tx *tx, const struct some *s, struct frg_error *err)
{
	struct db_value k[STORE_NEAR_KEYS];
	for (size_t i = 0; i < STORE_NEAR_KEYS; i++)
		k[i] = DB_INT((int64_t)s->keys[i < s->count ? i : 0]);
	return DB_RUN(tx->db, err,
	              "INSERT INTO near_key (site_id, key, refused, revision_id) VALUES ($1, $4, $2, $3), ($1, $5, $2, $3),"
	              " ($1, $6, $2, $3), ($1, $7, $2, $3), ($1, $8, $2, $3), ($1, $9, $2, $3), ($1, $10, $2, $3),"
	              " ($1, $11, $2, $3), ($1, $12, $2, $3) ON CONFLICT DO NOTHING",
	              DB_INT(s->site), DB_INT(s->refused), DB_INT(s->revision), k[0], k[1], k[2], k[3], k[4], k[5], k[6],
	              k[7], k[8]);
}

enum frg_status store_near_put(struct store_tx *tx, id64 site, id64 revision, bool refused, const uint64_t *keys,
                               size_t count, struct frg_error *err)
{
	enum frg_status st = DB_RUN(tx->db, err, "DELETE FROM near_key WHERE revision_id = $1", DB_INT(revision));
	for (size_t i = 0; st == FRG_OK && i < count; i += STORE_NEAR_KEYS)
		st = put_some(tx, &(struct some){site, revision, refused, keys + i, count - i}, err);
	return st;
}

/* Each key by itself: asked for as a list, PostgreSQL without statistics reads the whole site. One walk for all: it
 * makes room for each that a statement has, and nine took more time to make than to walk. */
#define ONE_OF_ALL                                                                                                     \
	"SELECT (SELECT n.revision_id FROM near_key n WHERE n.site_id = $1 AND n.refused = $2 AND n.key = v.column1"       \
	" LIMIT 1) AS found FROM (VALUES (CAST($3 AS BIGINT)), ($4), ($5), ($6), ($7), ($8), ($9), ($10), ($11)) AS v"

static enum frg_status known_by_rows(struct store_tx *tx, id64 site, const uint64_t *keys, size_t count, bool refused,
                                     bool *known, struct frg_error *err)
{
	struct db_rows *rows;
	struct db_value k[STORE_NEAR_KEYS];
	BUG_IF(count == 0 || count > STORE_NEAR_KEYS);
	for (size_t i = 0; i < STORE_NEAR_KEYS; i++)
		k[i] = DB_INT((int64_t)keys[i < count ? i : 0]);
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT 1 FROM (" ONE_OF_ALL ") AS k WHERE k.found IS NOT NULL LIMIT 1", DB_INT(site),
	                              DB_INT(refused), k[0], k[1], k[2], k[3], k[4], k[5], k[6], k[7], k[8]);
	if (st != FRG_OK)
		return st;
	*known = db_next(rows);
	return db_end(rows, err);
}

/* Nearly always there is one question: what waits has no rows. */
enum frg_status store_near_known(struct store_tx *tx, id64 site, const uint64_t *keys, size_t count, bool *waits,
                                 bool *refused, struct frg_error *err)
{
	enum frg_status st = near_held_read(tx->held, tx->db, err);
	*waits = st == FRG_OK && near_held_knows(tx->held, site, keys, count);
	*refused = false;
	if (st == FRG_OK && count)
		st = known_by_rows(tx, site, keys, count, true, refused, err);
	if (st == FRG_OK && !*waits && count && near_held_has_rows(tx->held))
		st = known_by_rows(tx, site, keys, count, false, waits, err);
	return st;
}

void store_near_ask(struct store_tx *tx, id64 site, const uint64_t *keys, size_t count)
{
	bool known;
	struct frg_error none;
	if (count)
		store_unread(known_by_rows(tx, site, keys, count, true, &known, &none));
}

enum frg_status store_near_hold(struct store_tx *tx, const struct store_queue_row *row, bool *within,
                                struct frg_error *err)
{
	*within = false;
	if (row->near_count == 0)
		return FRG_OK;
	enum frg_status st = near_held_read(tx->held, tx->db, err);
	if (st == FRG_OK)
		st = near_held_add(tx->held, tx->db, row->site, row->revision, row->near, row->near_count, within, err);
	return st != FRG_OK || *within
	           ? st
	           : put_some(tx, &(struct some){row->site, row->revision, false, row->near, row->near_count}, err);
}

/* What was released lately may still have its keys. */
#define NOT_RELEASED                                                                                                   \
	" AND EXISTS (SELECT 1 FROM revision s WHERE s.id = near_key.revision_id AND s.state <> 'released')"

#define OF_KEY(n)                                                                                                      \
	"SELECT revision_id FROM (SELECT revision_id FROM near_key WHERE site_id = $1 AND key = $" #n                      \
	" AND refused = $2" NOT_RELEASED " ORDER BY revision_id DESC LIMIT $3) AS k" #n

/* One statement: a writer would have to wait for each of nine. */
static enum frg_status find_rows(struct store_tx *tx, id64 site, const uint64_t *keys, size_t count, bool refused,
                                 int64_t limit, struct store_ids *out, struct frg_error *err)
{
	struct db_rows *rows;
	int64_t key[STORE_NEAR_KEYS];
	BUG_IF(count == 0 || count > STORE_NEAR_KEYS);
	for (size_t i = 0; i < STORE_NEAR_KEYS; i++)
		key[i] = (int64_t)keys[i < count ? i : 0];
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows,
		OF_KEY(4) " UNION ALL " OF_KEY(5) " UNION ALL " OF_KEY(6) " UNION ALL " OF_KEY(7) " UNION ALL " OF_KEY(
			8) " UNION ALL " OF_KEY(9) " UNION ALL " OF_KEY(10) " UNION ALL " OF_KEY(11) " UNION ALL " OF_KEY(12),
		DB_INT(site), DB_INT(refused), DB_INT(limit), DB_INT(key[0]), DB_INT(key[1]), DB_INT(key[2]), DB_INT(key[3]),
		DB_INT(key[4]), DB_INT(key[5]), DB_INT(key[6]), DB_INT(key[7]), DB_INT(key[8]));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, store_read_id);
}

enum frg_status store_near_find(struct store_tx *tx, id64 site, const uint64_t *keys, size_t count, bool refused,
                                int64_t limit, struct store_ids *out, struct frg_error *err)
{
	struct store_ids rows = {0};
	if (refused)
		return find_rows(tx, site, keys, count, true, limit, out, err);
	enum frg_status st = near_held_read(tx->held, tx->db, err);
	if (st == FRG_OK && near_held_has_rows(tx->held))
		st = find_rows(tx, site, keys, count, false, limit, &rows, err);
	out->count = 0;
	out->items = ARENA_ARRAY(tx->arena, id64, rows.count + count * (size_t)limit);
	if (st == FRG_OK)
		st = near_held_find(tx->held, tx->db, site, keys, count, limit, out, err);
	for (size_t i = 0; i < rows.count; i++)
		out->items[out->count++] = rows.items[i];
	return st;
}

enum frg_status store_near_forget(struct store_tx *tx, int64_t after, int64_t upto, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "DELETE FROM near_key WHERE refused = 0 AND revision_id IN (SELECT d.revision_id FROM decision d"
	              " JOIN revision r ON r.id = d.revision_id WHERE d.seq > $1 AND d.seq <= $2 AND d.action = 'release'"
	              " AND r.state <> 'held')",
	              DB_INT(after), DB_INT(upto));
}

#define TALLY                                                                                                          \
	"SELECT count(DISTINCT c.id), count(DISTINCT lower(c.name)), count(DISTINCT c.author_id),"                         \
	" count(DISTINCT a.line), min(r.created_at), max(r.created_at)"
#define OF_WHOM                                                                                                        \
	" JOIN revision r ON r.id = k.revision_id JOIN comment c ON c.id = r.comment_id"                                   \
	" LEFT JOIN address a ON a.revision_id = r.id"

static void read_tally(struct arena *a, struct db_rows *r, struct store_tally *t)
{
	(void)a;
	*t = (struct store_tally){.texts = db_int(r, 0),
	                          .names = db_int(r, 1),
	                          .authors = db_int(r, 2),
	                          .lines = db_int(r, 3),
	                          .since = db_int(r, 4),
	                          .until = db_int(r, 5)};
}

enum frg_status store_near_tally(struct store_tx *tx, id64 site, uint64_t key, msec since, int64_t limit,
                                 struct store_tally *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              TALLY " FROM (SELECT revision_id FROM near_key WHERE site_id = $1 AND key = $2"
	                                    " AND refused IN (0, 1) AND revision_id >= $3" NOT_RELEASED
	                                    " LIMIT $4) AS k" OF_WHOM,
	                              DB_INT(site), DB_INT((int64_t)key), DB_INT(id_at(since)), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_tally, "tally");
}

enum frg_status store_queue_tally(struct store_tx *tx, id64 group, int64_t limit, struct store_tally *out,
                                  struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, TALLY " FROM (" STORE_OF_GROUP " LIMIT $2) AS k" OF_WHOM,
	                              DB_INT(group), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_tally, "tally");
}
