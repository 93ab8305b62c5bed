/* What tables there are, with columns, keys and links, and the statements that read and write whole rows of them. */
#ifndef STORE_CATALOGUE_H
#define STORE_CATALOGUE_H

#include "store/tx.h"

enum { TABLE_COLUMNS_MAX = 40, TABLE_KEYS_MAX = 6, TABLE_LINKS_MAX = 16 };

struct table_column {
	const char *name;
	int kind; /* of struct db_value, if it is not NULL */
};

struct table {
	const char *name;
	struct table_column columns[TABLE_COLUMNS_MAX];
	size_t column_count;
	size_t keys[TABLE_KEYS_MAX]; /* columns, in the primary key's order */
	size_t key_count;
	int self, self_to;                  /* a column that names another row of this table by that one; -1: none */
	const char *links[TABLE_LINKS_MAX]; /* tables that its rows name */
	size_t link_count;
	int64_t begins; /* rows that a new database has */
};

struct catalogue {
	struct table *tables; /* each after those that it names */
	size_t count;
};

/* Made from an empty database in memory, so that it is the program's and not a file's. In the arena. */
MUST_CHECK enum frg_status catalogue_read(struct arena *a, struct catalogue *out, struct frg_error *err);

/* Statements; the text stays where it is as long as the arena does, as db_run asks. `postgres`: keys are ordered by
 * bytes there too. */
const char *table_page(const struct table *t, struct arena *a, bool postgres);  /* $1 limit */
const char *table_after(const struct table *t, struct arena *a, bool postgres); /* $1 limit, $2 … the key before */
const char *table_last(const struct table *t, struct arena *a, bool postgres);  /* the last key */
const char *table_count(const struct table *t, struct arena *a);
const char *table_clear(const struct table *t, struct arena *a);
const char *table_insert(const struct table *t, struct arena *a);
/* Sets the column `self`: $1 to this, $2 … key. */
const char *table_link(const struct table *t, struct arena *a);

#endif
