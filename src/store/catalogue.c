/* The catalogue of tables, read from an empty database that the migrations have just made in memory: what is copied is
 * what this program knows. Knows no rows. */
#include "store/catalogue.h"

#include "base/buf.h"

/* ---- reading ---- */

/* No part of a copy: the record of migrations, which each database has its own, and the mark of the copy itself. */
#define OWN "('schema_migration', 'copy_mark')"

static int kind_of(str type)
{
	if (str_eq(type, STR("BIGINT")) || str_eq(type, STR("INTEGER")))
		return DB_KIND_INT;
	BUG_IF(!str_eq(type, STR("TEXT")) && !str_eq(type, STR("BLOB")));
	return str_eq(type, STR("TEXT")) ? DB_KIND_TEXT : DB_KIND_BLOB;
}

static enum frg_status read_columns(struct db *db, struct arena *a, struct table *t, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(db, err, &rows, "SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid",
	                              DB_TEXT(str_of(t->name)));
	if (st != FRG_OK)
		return st;
	while (db_next(rows)) {
		int64_t key = db_int(rows, 2);
		BUG_IF(t->column_count == TABLE_COLUMNS_MAX || key > TABLE_KEYS_MAX);
		if (key) {
			t->keys[key - 1] = t->column_count;
			t->key_count++;
		}
		t->columns[t->column_count++] = (struct table_column){arena_cstr(a, db_text(rows, 0, a)),
		                                                      kind_of(db_text(rows, 1, a))};
	}
	BUG_IF(t->key_count == 0);
	return db_end(rows, err);
}

static int column_named(const struct table *t, str name)
{
	for (size_t i = 0; i < t->column_count; i++)
		if (str_eq(str_of(t->columns[i].name), name))
			return (int)i;
	BUG("no column %.*s in %s", STR_ARG(name), t->name);
}

static enum frg_status read_links(struct db *db, struct arena *a, struct table *t, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(db, err, &rows,
	                              "SELECT DISTINCT \"table\", \"from\", coalesce(\"to\", \"from\") FROM"
	                              " pragma_foreign_key_list($1) WHERE seq = 0",
	                              DB_TEXT(str_of(t->name)));
	if (st != FRG_OK)
		return st;
	while (db_next(rows)) {
		const char *to = arena_cstr(a, db_text(rows, 0, a));
		if (strcmp(to, t->name) == 0) {
			BUG_IF(t->self >= 0); /* the copy knows how to set one */
			t->self = column_named(t, db_text(rows, 1, a));
			t->self_to = column_named(t, db_text(rows, 2, a));
			continue;
		}
		BUG_IF(t->link_count == TABLE_LINKS_MAX);
		t->links[t->link_count++] = to;
	}
	return db_end(rows, err);
}

static enum frg_status read_begins(struct db *db, struct arena *a, struct table *t, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = db_query(db, err, table_count(t, a), NULL, 0, &rows);
	if (st != FRG_OK)
		return st;
	t->begins = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

static enum frg_status read_names(struct db *db, struct arena *a, struct catalogue *c, struct frg_error *err)
{
	enum { MAX = 256 };
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(db, err, &rows,
	                              "SELECT name FROM sqlite_master WHERE type = $1 AND name NOT IN " OWN
	                              " AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name",
	                              DB_TEXT(STR("table")));
	if (st != FRG_OK)
		return st;
	c->tables = ARENA_ARRAY(a, struct table, MAX);
	while (db_next(rows)) {
		BUG_IF(c->count == MAX);
		c->tables[c->count++] = (struct table){.name = arena_cstr(a, db_text(rows, 0, a)), .self = -1, .self_to = -1};
	}
	return db_end(rows, err);
}

/* ---- order ---- */

static bool among(const struct table *tables, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(tables[i].name, name) == 0)
			return true;
	return false;
}

static bool all_before(const struct catalogue *c, size_t placed, const struct table *t)
{
	for (size_t i = 0; i < t->link_count; i++)
		if (!among(c->tables, placed, t->links[i]))
			return false;
	return true;
}

static void order(struct catalogue *c)
{
	for (size_t placed = 0; placed < c->count; placed++) {
		size_t i = placed;
		while (i < c->count && !all_before(c, placed, &c->tables[i]))
			i++;
		BUG_IF(i == c->count); /* tables that name each other in a circle */
		struct table t = c->tables[i];
		c->tables[i] = c->tables[placed];
		c->tables[placed] = t;
	}
}

enum frg_status catalogue_read(struct arena *a, struct catalogue *out, struct frg_error *err)
{
	struct db *db;
	*out = (struct catalogue){0};
	enum frg_status st = db_open_sqlite(":memory:", DB_WRITE, &db, err);
	if (st != FRG_OK)
		return st;
	st = store_migrate(db, err);
	if (st == FRG_OK)
		st = read_names(db, a, out, err);
	for (size_t i = 0; st == FRG_OK && i < out->count; i++) {
		st = read_columns(db, a, &out->tables[i], err);
		if (st == FRG_OK)
			st = read_links(db, a, &out->tables[i], err);
		if (st == FRG_OK)
			st = read_begins(db, a, &out->tables[i], err);
	}
	db_close(db);
	if (st == FRG_OK)
		order(out);
	return st;
}

/* ---- statements ---- */

static void add_columns(struct buf *b, const struct table *t)
{
	for (size_t i = 0; i < t->column_count; i++)
		buf_printf(b, "%s%s", i ? ", " : "", t->columns[i].name);
}

enum key_form { KEY_NAMES, KEY_DOWN, KEY_ORDER };

static void add_keys(struct buf *b, const struct table *t, enum key_form form, bool postgres)
{
	for (size_t i = 0; i < t->key_count; i++) {
		const struct table_column *c = &t->columns[t->keys[i]];
		buf_printf(b, "%s%s%s%s", i ? ", " : "", c->name,
		           postgres && form != KEY_NAMES && c->kind == DB_KIND_TEXT ? " COLLATE \"C\"" : "",
		           form == KEY_DOWN ? " DESC" : "");
	}
}

static const char *done(struct buf *b, struct arena *a)
{
	BUG_IF(b->cut);
	return buf_finish(b, a).p; /* with a NUL behind it */
}

static const char *page(const struct table *t, struct arena *a, bool postgres, bool after)
{
	struct buf b = BUF_INIT(1 << 16);
	BUF_LIT(&b, "SELECT ");
	add_columns(&b, t);
	buf_printf(&b, " FROM %s", t->name);
	if (after) {
		BUF_LIT(&b, " WHERE (");
		add_keys(&b, t, KEY_ORDER, postgres);
		BUF_LIT(&b, ") > (");
		for (size_t i = 0; i < t->key_count; i++)
			buf_printf(&b, "%s$%zu", i ? ", " : "", i + 2);
		BUF_LIT(&b, ")");
	}
	BUF_LIT(&b, " ORDER BY ");
	add_keys(&b, t, KEY_ORDER, postgres);
	BUF_LIT(&b, " LIMIT $1");
	return done(&b, a);
}

const char *table_page(const struct table *t, struct arena *a, bool postgres) { return page(t, a, postgres, false); }
const char *table_after(const struct table *t, struct arena *a, bool postgres) { return page(t, a, postgres, true); }

const char *table_last(const struct table *t, struct arena *a, bool postgres)
{
	struct buf b = BUF_INIT(1 << 16);
	BUF_LIT(&b, "SELECT ");
	add_keys(&b, t, KEY_NAMES, postgres);
	buf_printf(&b, " FROM %s ORDER BY ", t->name);
	add_keys(&b, t, KEY_DOWN, postgres);
	BUF_LIT(&b, " LIMIT 1");
	return done(&b, a);
}

const char *table_count(const struct table *t, struct arena *a)
{
	return arena_printf(a, "SELECT count(*) FROM %s", t->name).p;
}

const char *table_clear(const struct table *t, struct arena *a) { return arena_printf(a, "DELETE FROM %s", t->name).p; }

const char *table_insert(const struct table *t, struct arena *a)
{
	struct buf b = BUF_INIT(1 << 16);
	buf_printf(&b, "INSERT INTO %s (", t->name);
	add_columns(&b, t);
	BUF_LIT(&b, ") VALUES (");
	for (size_t i = 0; i < t->column_count; i++)
		buf_printf(&b, "%s$%zu", i ? ", " : "", i + 1);
	BUF_LIT(&b, ")");
	return done(&b, a);
}

const char *table_link(const struct table *t, struct arena *a)
{
	struct buf b = BUF_INIT(1 << 16);
	buf_printf(&b, "UPDATE %s SET %s = $1 WHERE ", t->name, t->columns[t->self].name);
	for (size_t i = 0; i < t->key_count; i++)
		buf_printf(&b, "%s%s = $%zu", i ? " AND " : "", t->columns[t->keys[i]].name, i + 2);
	return done(&b, a);
}
