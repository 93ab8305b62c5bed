/* What the files of the store share. */
#ifndef STORE_TX_H
#define STORE_TX_H

#include "store/db.h"
#include "store/store.h"

struct event_entry; /* event.c */
struct near_held;   /* near_held.h */

/* The end of a chain as this transaction sees it. */
struct chain_end {
	bool known, moved; /* moved: chain_head does not know it yet */
	int64_t seq;
	char hash[HASH_TEXT_SIZE];
};

struct store_tx {
	struct db *db;
	struct arena *arena;    /* the caller's, who may empty it between two of many things */
	struct arena *kept;     /* the store's, until the group's end: what is put off lies here; NULL in a reading one */
	struct near_held *held; /* by which keys what waits is found again; NULL in a reading one */
	/* What is written once, when the work is done */
	struct event_entry *events, **events_end;
	int64_t event_count;
	struct chain_end chain, erasures;
};

/* decision.c. A chain's end: read by `sql` (seq, hash; WHERE id = $1) once in a transaction, as whoever writes is alone
 * (store/db.h); then kept as rows are appended. */
MUST_CHECK enum frg_status store_chain_find(struct store_tx *tx, struct chain_end *end, const char *sql,
                                            struct frg_error *err);
void store_chain_keep(struct chain_end *end, int64_t seq, str hash);

/* What was put off until the work was done. event.c, decision.c */
MUST_CHECK enum frg_status store_events_write(struct store_tx *tx, struct frg_error *err);
/* The events of `one` are told with those of `all`, who have the same `kept`. */
void store_events_join(struct store_tx *all, struct store_tx *one);
MUST_CHECK enum frg_status store_chain_write(struct store_tx *tx, struct frg_error *err);

/* near.c: keeps the keys of a new row of the queue; *within: as a part of it. */
MUST_CHECK enum frg_status store_near_hold(struct store_tx *tx, const struct store_queue_row *row, bool *within,
                                           struct frg_error *err);

/* Applies the program's migrations to `db`; refuses changed and newer schemas. */
MUST_CHECK enum frg_status store_migrate(struct db *db, struct frg_error *err);
/* Within a transaction: another program may have brought the database on since; FRG_UNAVAILABLE then. */
MUST_CHECK enum frg_status store_migrated_still(struct db *db, struct frg_error *err);

/* Is the schema exactly this program's? Changes nothing. FRG_UNSUPPORTED also if it is older (schema_older). */
MUST_CHECK enum frg_status store_schema_check(struct db *db, struct frg_error *err);

/* copy_mark.c: refuses a database into which another is being copied, and which does not hold all of it yet. */
MUST_CHECK enum frg_status store_copy_refuse(struct db *db, struct frg_error *err);

/* What stands in every database beside what the migrations make: their record, and SQLite's full-text index. */
#define STORE_MIGRATION_TABLE                                                                                          \
	"CREATE TABLE IF NOT EXISTS schema_migration (version BIGINT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL," \
	" applied_at BIGINT NOT NULL)"
#define STORE_SEARCH_TABLES                                                                                            \
	"CREATE VIRTUAL TABLE IF NOT EXISTS search_text USING"                                                             \
	" fts5(name, title, text, content='', tokenize='unicode61 remove_diacritics 2');"                                  \
	"CREATE TABLE IF NOT EXISTS search_title (revision_id BIGINT PRIMARY KEY, title TEXT NOT NULL)"

/* search.c */
MUST_CHECK enum frg_status store_search_open(struct db *db, struct frg_error *err);
/* A step of merging the index, so that words that were taken out are in none of its parts: `first` begins anew, *more:
 * it goes on. Some hundred pages at most. */
MUST_CHECK enum frg_status store_search_merge(struct store_tx *tx, bool first, bool *more, struct frg_error *err);
/* The rows came without an index: what says that it is complete goes, so that it is made. */
MUST_CHECK enum frg_status store_search_reset(struct store_tx *tx, struct frg_error *err);

/* suggestion.c: rows that went (text, attribute, community), whose room the archive has again. Ends the query. */
MUST_CHECK enum frg_status store_suggestion_freed(struct store_tx *tx, struct db_rows *rows, int64_t *count,
                                                  struct frg_error *err);

/* What waits in the group $1. Of nearly every text only the first is in it, which is in no index for that. */
#define STORE_OF_GROUP                                                                                                 \
	"SELECT revision_id FROM queue WHERE revision_id = $1 AND group_id = $1"                                           \
	" UNION ALL SELECT revision_id FROM queue WHERE group_id = $1 AND group_id <> revision_id"

enum frg_status store_none(struct frg_error *err, const char *what);

static inline enum frg_lang lang_of(str s) { return str_eq(s, STR("en")) ? FRG_LANG_EN : FRG_LANG_DE; }
static inline str lang_text(enum frg_lang lang) { return lang == FRG_LANG_EN ? STR("en") : STR("de"); }

/* A row that is an id. */
static inline void store_read_id(struct arena *a, struct db_rows *rows, id64 *id)
{
	(void)a;
	*id = db_int(rows, 0);
}

/* Reads all rows of a query into an array in the arena; `read` fills one item. */
#define READ_ALL(tx, rows, err, list, read)                                                                            \
	do {                                                                                                               \
		size_t room_ = 0;                                                                                              \
		(list)->count = 0;                                                                                             \
		(list)->items = NULL;                                                                                          \
		while (db_next(rows)) {                                                                                        \
			if ((list)->count == room_) {                                                                              \
				size_t more_ = room_ ? room_ * 2 : 8;                                                                  \
				void *grown_ = arena_array((tx)->arena, more_, sizeof *(list)->items);                                 \
				if (room_)                                                                                             \
					memcpy(grown_, (list)->items, room_ * sizeof *(list)->items);                                      \
				(list)->items = grown_;                                                                                \
				room_ = more_;                                                                                         \
			}                                                                                                          \
			read((tx)->arena, rows, &(list)->items[(list)->count++]);                                                  \
		}                                                                                                              \
		return db_end(rows, err);                                                                                      \
	} while (0)

/* Reads the one row of a query or says that there is none. */
#define READ_ONE(tx, rows, err, item, read, what)                                                                      \
	do {                                                                                                               \
		bool there_ = db_next(rows);                                                                                   \
		if (there_)                                                                                                    \
			read((tx)->arena, rows, item);                                                                             \
		enum frg_status ended_ = db_end(rows, err);                                                                    \
		return ended_ != FRG_OK || there_ ? ended_ : store_none(err, what);                                            \
	} while (0)

/* Is a decision one that a lane made by itself (service/automatic/automatic.h)? It says so; and when its words have
 * gone with its comment's, the lane's case still tells. */
#define BY_A_LANE(d)                                                                                                   \
	" (substr(" d ".detail, 1, 12) = '{\"automatic\"' OR (" d                                                          \
	".detail = '' AND EXISTS (SELECT 1 FROM automatic_case bl"                                                         \
	" WHERE bl.revision_id = " d ".revision_id AND bl.decision_id = " d ".id)))"

#endif
