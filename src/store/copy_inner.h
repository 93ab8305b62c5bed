/* What the files of the copy share: two sides, and a walk through a table of one. */
#ifndef STORE_COPY_INNER_H
#define STORE_COPY_INNER_H

#include "store/catalogue.h"
#include "store/copy.h"

struct copy_side {
	struct db *db;
	bool postgres;
};

struct store_copy {
	struct copy_side from, to;
	struct catalogue catalogue;
	struct arena *arena; /* catalogue, statements, report */
	struct arena *pages[2];
	bool alone;
	str stood; /* the source, when it was opened */
	size_t (*bad)(str text);
	int64_t rows, resumed; /* of the source; that the target had */
};

/* Rows of a table in the order of its keys, a page at a time. The page's values live until the next but one. */
struct copy_walk {
	struct copy_side *side;
	const struct table *table;
	struct arena **pages;
	const char *first, *after;
	unsigned turn;
	bool begun, at_end;
	int64_t limit;
	struct db_value key[TABLE_KEYS_MAX];
	struct db_value *values; /* of the page: rows × columns */
	size_t rows;
};

void copy_walk_begin(struct copy_walk *w, struct store_copy *c, struct copy_side *side, const struct table *t);
MUST_CHECK enum frg_status copy_walk_next(struct copy_walk *w, struct frg_error *err);
/* The values of row `i` of the page. */
static inline struct db_value *copy_walk_row(const struct copy_walk *w, size_t i)
{
	return w->values + i * w->table->column_count;
}
MUST_CHECK enum frg_status copy_count(struct store_copy *c, struct copy_side *side, const struct table *t, int64_t *out,
                                      struct frg_error *err);
/* copy_postgres.c: a reader for a source (`alone`: which nobody else may use), a writer for a target. */
MUST_CHECK enum frg_status copy_postgres_open(const char *url, bool writer, bool alone, struct db **out,
                                              struct frg_error *err);
/* One value of a row as it came. */
struct db_value copy_value(struct db_rows *rows, int column, int kind, struct arena *a);

#endif
