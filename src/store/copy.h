/* A whole database copied row by row into another, of the same kind or not, and compared with it. Tables and columns
 * are those that this program's migrations make; the search index is no part of it and is made anew from the rows.
 *
 * The target says by a mark that it is half done, and no store_open takes it until store_copy_end. A copy that was
 * cut off goes on where the target's rows end. */
#ifndef STORE_COPY_H
#define STORE_COPY_H

#include "store/file.h"

struct store_copy;

struct store_copy_config {
	str from, to;
	/* The source: STORE_FILE_FROZEN a file as it lies; else nobody else may use it until store_copy_close (SQLite), or
	 * it is read as it stands at one moment (PostgreSQL). */
	enum store_file_use use;
	bool alone;              /* PostgreSQL: refuse a source that others use */
	bool compare_only;       /* the target must hold a whole copy already */
	size_t (*bad)(str text); /* where a text is not UTF-8, SIZE_MAX if nowhere */
};

/* Makes the target if there is none. Errors: those of store_open, FRG_CONFLICT (copy_not_empty: the target holds
 * something else; copy_moved: the source is not as it was when the copy began), FRG_UNAVAILABLE (store_in_use). */
MUST_CHECK enum frg_status store_copy_open(const struct store_copy_config *config, struct store_copy **out,
                                           struct frg_error *err);
/* All rows that the target lacks. FRG_INVALID (copy_text): a text that PostgreSQL cannot hold, with table and key. */
MUST_CHECK enum frg_status store_copy_rows(struct store_copy *c, store_progress *progress, void *ctx,
                                           struct frg_error *err);

struct store_copy_table {
	const char *name;
	int64_t rows_from, rows_to;
	char hash_from[65], hash_to[65]; /* of all rows in the order of their keys */
	bool same;
};
struct store_copy_report {
	struct store_copy_table *tables;
	size_t count;
	int64_t rows; /* of the source */
	bool same;
};
/* Reads both again. The report lives as long as `c`. */
MUST_CHECK enum frg_status store_copy_compare(struct store_copy *c, struct store_copy_report *out,
                                              store_progress *progress, void *ctx, struct frg_error *err);
/* The target is whole: takes the mark off. FRG_CONFLICT (copy_moved) if the source has moved on. */
MUST_CHECK enum frg_status store_copy_end(struct store_copy *c, struct frg_error *err);
void store_copy_close(struct store_copy *c);
/* What stands in a PostgreSQL database, if it is one of Freigabe's. */
MUST_CHECK enum frg_status store_server_look(str url, bool *there, struct store_file_facts *out, struct frg_error *err);
/* Rows that the target held when it was opened: a copy goes on. */
int64_t store_copy_resumed(const struct store_copy *c);

#endif
