/* Keys by which a text is found again. */
#include "store/tx.h"

enum frg_status store_near_put(struct store_tx *tx, id64 site, id64 revision, bool refused, const uint64_t *keys,
                               size_t count, struct frg_error *err)
{
	enum frg_status st = DB_RUN(tx->db, err, "DELETE FROM near_key WHERE revision_id = $1", DB_INT(revision));
	for (size_t i = 0; st == FRG_OK && i < count; i++)
		st = DB_RUN(tx->db, err,
		            "INSERT INTO near_key (site_id, key, refused, revision_id) VALUES ($1, $2, $3, $4)"
		            " ON CONFLICT DO NOTHING",
		            DB_INT(site), DB_INT((int64_t)keys[i]), DB_INT(refused), DB_INT(revision));
	return st;
}

static void read_id(struct arena *a, struct db_rows *r, id64 *id)
{
	(void)a;
	*id = db_int(r, 0);
}

#define OF_KEY(n)                                                                                                      \
	"SELECT revision_id FROM (SELECT revision_id FROM near_key WHERE site_id = $1 AND key = $" #n                      \
	" AND refused = $2 ORDER BY revision_id DESC LIMIT $3) AS k" #n

/* One statement: a writer would have to wait for each of nine. */
enum frg_status store_near_find(struct store_tx *tx, id64 site, const uint64_t *keys, size_t count, bool refused,
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
	READ_ALL(tx, rows, err, out, read_id);
}
