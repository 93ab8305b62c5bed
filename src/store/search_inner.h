/* What both full-text indexes share: the conditions beside the words, and PostgreSQL's counterparts. */
#ifndef STORE_SEARCH_INNER_H
#define STORE_SEARCH_INNER_H

#include "store/tx.h"

/* The signs keep SQLite from walking through the times of all texts: ids are in their order, and the words are fewer.
 */
#define SEARCH_CONDITIONS                                                                                              \
	" +r.site_id = $1 AND r.id < $2 AND +r.created_at >= $3 AND +r.created_at < $4 AND ($5 = '' OR r.state = $5)"      \
	" AND ($6 = '' OR replace($6, '\n' || a.section || '\n', '') <> $6)"                                               \
	" AND ($7 = '' OR EXISTS (SELECT 1 FROM decision d WHERE d.revision_id = r.id"                                     \
	" AND replace(',' || d.rules || ',', ',' || $7 || ',', '') <> ',' || d.rules || ','))"

#define SEARCH_ARGS(q)                                                                                                 \
	DB_INT((q)->site), DB_INT((q)->before), DB_INT((q)->from), DB_INT((q)->to), DB_TEXT((q)->state),                   \
		DB_TEXT((q)->own_sections), DB_TEXT((q)->rule)

/* For search_holds and its counterpart search_terms: a line for each word, a letter for where to look (A name, B title,
 * others all) and the beginning of the word. */
str search_terms(struct arena *a, const struct store_search *q);

MUST_CHECK enum frg_status search_postgres_open(struct db *db, struct frg_error *err);
MUST_CHECK enum frg_status search_postgres_add(struct store_tx *tx, id64 revision, str name, str title, str text,
                                               struct frg_error *err);
MUST_CHECK enum frg_status search_postgres_add_page(struct store_tx *tx, int64_t after, int64_t upto,
                                                    struct frg_error *err);
MUST_CHECK enum frg_status search_postgres_remove(struct store_tx *tx, id64 revision, struct frg_error *err);
MUST_CHECK enum frg_status search_postgres_query(struct store_tx *tx, const struct store_search *q, int64_t limit,
                                                 struct db_rows **out, struct frg_error *err);
MUST_CHECK enum frg_status search_postgres_floor(struct store_tx *tx, const struct store_search *q,
                                                 struct db_rows **out, struct frg_error *err);
MUST_CHECK enum frg_status search_postgres_walk(struct store_tx *tx, const struct store_search *q, id64 floor,
                                                int64_t limit, struct db_rows **out, struct frg_error *err);
MUST_CHECK enum frg_status search_postgres_missing(struct store_tx *tx, id64 after, int64_t limit, struct db_rows **out,
                                                   struct frg_error *err);

#endif
