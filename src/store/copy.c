/* Copies a database's rows into another. Rows go in the order of their keys and of the links between tables, a page a
 * transaction, so that what the target holds of a table says how far the copy has come. Knows rows, not what they mean.
 */
#include "store/copy_inner.h"

#include "store/copy_mark.h"

#include <stdlib.h>
#include <unistd.h>

/* ---- opening ---- */

static enum frg_status bad_url(struct frg_error *err)
{
	return frg_fail(err, FRG_INVALID, "store_url", "a database is named as sqlite:PATH or postgres://…");
}

static enum frg_status open_source(struct store_copy *c, const struct store_copy_config *config, struct frg_error *err)
{
	char path[STORE_PATH_MAX];
	struct store_file_facts facts;
	c->from.postgres = store_url_postgres(config->from);
	if (c->from.postgres)
		return copy_postgres_open(arena_cstr(c->arena, config->from), false, config->alone, &c->from.db, err);
	if (!store_url_sqlite(config->from, path))
		return bad_url(err);
	enum frg_status st = store_file_look(path, config->use, &facts, err);
	if (st == FRG_OK)
		st = db_open_sqlite(path, config->use == STORE_FILE_FROZEN ? DB_FROZEN : DB_ALONE, &c->from.db, err);
	return st;
}

static enum frg_status open_target(struct store_copy *c, const struct store_copy_config *config, struct frg_error *err)
{
	char path[STORE_PATH_MAX];
	struct store_file_facts facts;
	c->to.postgres = store_url_postgres(config->to);
	if (c->to.postgres)
		return copy_postgres_open(arena_cstr(c->arena, config->to), !config->compare_only, false, &c->to.db, err);
	if (!store_url_sqlite(config->to, path))
		return bad_url(err);
	bool there = access(path, F_OK) == 0;
	if (!there && config->compare_only)
		return frg_fail(err, FRG_NOT_FOUND, "store_missing", "there is no database at %s", path);
	bool is_new = !there || (!config->compare_only && store_file_empty(path));
	enum frg_status st = is_new ? FRG_OK : store_file_look(path, STORE_FILE_LIVE, &facts, err);
	if (st == FRG_OK)
		st = db_open_sqlite(path, DB_ALONE, &c->to.db, err);
	return st;
}

/* How many rows the source has; how many of those of a new database and of others the target has. */
static enum frg_status count_all(struct store_copy *c, bool *is_new, struct frg_error *err)
{
	enum frg_status st = FRG_OK;
	*is_new = true;
	c->rows = c->resumed = 0;
	for (size_t i = 0; st == FRG_OK && i < c->catalogue.count; i++) {
		const struct table *t = &c->catalogue.tables[i];
		int64_t from, to = 0;
		st = copy_count(c, &c->from, t, &from, err);
		if (st == FRG_OK)
			st = copy_count(c, &c->to, t, &to, err);
		c->rows += from;
		c->resumed += to;
		*is_new = *is_new && to == t->begins;
	}
	return st;
}

static enum frg_status ending(struct db *db, enum frg_status st, struct frg_error *err)
{
	struct frg_error undo;
	if (st == FRG_OK)
		return db_step(db, err, DB_COMMIT);
	if (db_in_transaction(db) && db_step(db, &undo, DB_ROLLBACK) != FRG_OK)
		return st; /* what is wrong has been said */
	return st;
}

/* What a new database holds by itself comes from the source, too. */
static enum frg_status begin_new(struct store_copy *c, struct frg_error *err)
{
	struct store_tx tx = {.db = c->to.db, .arena = c->arena};
	enum frg_status st = db_step(c->to.db, err, DB_BEGIN_WRITE);
	if (st != FRG_OK)
		return st;
	for (size_t i = 0; st == FRG_OK && i < c->catalogue.count; i++)
		if (c->catalogue.tables[i].begins)
			st = db_run(c->to.db, err, table_clear(&c->catalogue.tables[i], c->arena), NULL, 0, NULL);
	if (st == FRG_OK)
		st = copy_mark_set(&tx, c->stood, err);
	c->resumed = 0;
	return ending(c->to.db, st, err);
}

static enum frg_status prepare_target(struct store_copy *c, struct frg_error *err)
{
	struct store_tx tx = {.db = c->to.db, .arena = c->arena};
	bool is_new;
	str stood;
	enum frg_status st = count_all(c, &is_new, err);
	if (st == FRG_OK)
		st = copy_mark_read(&tx, &stood, err);
	if (st != FRG_OK)
		return st;
	if (stood.n == 0)
		return is_new ? begin_new(c, err)
		              : frg_fail(err, FRG_CONFLICT, "copy_not_empty", "the target is not empty: name a new database");
	if (!str_eq(stood, c->stood))
		return frg_fail(err, FRG_CONFLICT, "copy_moved",
		                "the source has changed since the copy began: remove the target and begin anew");
	return FRG_OK;
}

static enum frg_status whole_target(struct store_copy *c, struct frg_error *err)
{
	bool is_new;
	enum frg_status st = store_copy_refuse(c->to.db, err);
	return st == FRG_OK ? count_all(c, &is_new, err) : st;
}

/* Both sides as they are to be worked with: the source stands still from here on. */
static enum frg_status open_both(struct store_copy *c, const struct store_copy_config *config, struct frg_error *err)
{
	enum frg_status st = open_source(c, config, err);
	if (st == FRG_OK)
		st = db_step(c->from.db, err, DB_BEGIN_READ);
	if (st == FRG_OK)
		st = store_schema_check(c->from.db, err);
	if (st == FRG_OK)
		st = store_copy_refuse(c->from.db, err);
	if (st == FRG_OK)
		st = open_target(c, config, err);
	if (st == FRG_OK)
		st = config->compare_only ? store_schema_check(c->to.db, err) : store_migrate(c->to.db, err);
	return st == FRG_OK ? catalogue_read(c->arena, &c->catalogue, err) : st;
}

enum frg_status store_copy_open(const struct store_copy_config *config, struct store_copy **out, struct frg_error *err)
{
	struct store_copy *c = calloc(1, sizeof *c);
	if (!c)
		BUG("out of memory");
	c->arena = arena_open((size_t)256 << 20);
	for (size_t i = 0; i < COUNT_OF(c->pages); i++)
		c->pages[i] = arena_open((size_t)4 << 30);
	c->bad = config->bad;
	c->alone = config->alone;
	enum frg_status st = open_both(c, config, err);
	struct store_tx from = {.db = c->from.db, .arena = c->arena};
	if (st == FRG_OK)
		st = copy_mark_of(&from, &c->stood, err);
	if (st == FRG_OK)
		st = config->compare_only ? whole_target(c, err) : prepare_target(c, err);
	if (st != FRG_OK) {
		store_copy_close(c);
		return st;
	}
	*out = c;
	return FRG_OK;
}

void store_copy_close(struct store_copy *c)
{
	if (!c)
		return;
	db_close(c->from.db);
	db_close(c->to.db);
	for (size_t i = 0; i < COUNT_OF(c->pages); i++)
		arena_close(c->pages[i]);
	arena_close(c->arena);
	free(c);
}

int64_t store_copy_resumed(const struct store_copy *c) { return c->resumed; }

/* ---- rows ---- */

/* Where the target's rows end is where the walk begins. */
static enum frg_status go_on(struct store_copy *c, struct copy_walk *w, struct frg_error *err)
{
	const struct table *t = w->table;
	struct db_rows *rows;
	enum frg_status st = db_query(c->to.db, err, table_last(t, c->arena, c->to.postgres), NULL, 0, &rows);
	if (st != FRG_OK)
		return st;
	w->begun = db_next(rows);
	for (size_t i = 0; w->begun && i < t->key_count; i++)
		w->key[i] = copy_value(rows, (int)i, t->columns[t->keys[i]].kind, c->arena);
	return db_end(rows, err);
}

static str key_text(struct arena *a, const struct table *t, const struct db_value *row)
{
	str all = STR("");
	for (size_t i = 0; i < t->key_count; i++) {
		const struct db_value *v = &row[t->keys[i]];
		all = v->kind == DB_KIND_INT
		          ? arena_printf(a, "%.*s %s=%lld", STR_ARG(all), t->columns[t->keys[i]].name, (long long)v->i)
		          : arena_printf(a, "%.*s %s=%.*s", STR_ARG(all), t->columns[t->keys[i]].name,
		                         (int)(v->s.n < 40 ? v->s.n : 40), v->s.p);
	}
	return all;
}

/* PostgreSQL's texts are UTF-8 without NUL. What is not is never changed in passing: somebody has to look at it. */
static enum frg_status check_texts(struct store_copy *c, const struct table *t, const struct db_value *row,
                                   struct frg_error *err)
{
	for (size_t i = 0; c->to.postgres && i < t->column_count; i++) {
		if (row[i].kind != DB_KIND_TEXT || row[i].s.n == 0)
			continue;
		bool nul = memchr(row[i].s.p, 0, row[i].s.n) != NULL;
		if (nul || c->bad(row[i].s) != SIZE_MAX)
			return frg_fail(err, FRG_INVALID, "copy_text", "%s.%s, row%.*s: %s, which PostgreSQL cannot hold", t->name,
			                t->columns[i].name, STR_ARG(key_text(c->arena, t, row)),
			                nul ? "a text with a NUL byte" : "a text that is not UTF-8");
	}
	return FRG_OK;
}

/* Does it name a row that comes later? Ids are in the order of time, but clocks go back. */
static bool names_later(const struct table *t, const struct db_value *row)
{
	return t->self >= 0 && row[t->self].kind == DB_KIND_INT && row[t->self].i > row[t->self_to].i;
}

struct filling {
	struct store_copy *c;
	const struct table *t;
	const char *insert;
	int64_t later; /* rows that name a later one, without that name until link_rows */
	store_progress *progress;
	void *ctx;
	int64_t *done;
};

static enum frg_status insert_page(struct filling *f, struct copy_walk *w, struct frg_error *err)
{
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < w->rows; i++) {
		struct db_value *row = copy_walk_row(w, i);
		st = check_texts(f->c, f->t, row, err);
		if (names_later(f->t, row)) {
			row[f->t->self] = DB_NULL;
			f->later++;
		}
		if (st == FRG_OK)
			st = db_run(f->c->to.db, err, f->insert, row, f->t->column_count, NULL);
	}
	return st;
}

static enum frg_status fill(struct filling *f, struct copy_walk *w, struct frg_error *err)
{
	enum frg_status st = FRG_OK;
	while (st == FRG_OK && !w->at_end) {
		st = copy_walk_next(w, err);
		if (st != FRG_OK || w->rows == 0)
			break;
		st = db_step(f->c->to.db, err, DB_BEGIN_WRITE);
		if (st == FRG_OK)
			st = ending(f->c->to.db, insert_page(f, w, err), err);
		*f->done += (int64_t)w->rows;
		if (f->progress)
			f->progress(f->ctx, *f->done, f->c->rows);
	}
	return st;
}

static enum frg_status link_page(struct filling *f, const struct copy_walk *w, const char *sql, struct frg_error *err)
{
	const struct table *t = f->t;
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < w->rows; i++) {
		const struct db_value *row = copy_walk_row(w, i);
		struct db_value args[TABLE_KEYS_MAX + 1] = {row[t->self]};
		for (size_t k = 0; k < t->key_count; k++)
			args[k + 1] = row[t->keys[k]];
		if (names_later(t, row))
			st = db_run(f->c->to.db, err, sql, args, t->key_count + 1, NULL);
	}
	return st;
}

/* All rows are there now: those that name a later one get its name. */
static enum frg_status link_rows(struct filling *f, struct frg_error *err)
{
	const char *sql = table_link(f->t, f->c->arena);
	struct copy_walk w;
	enum frg_status st = FRG_OK;
	copy_walk_begin(&w, f->c, &f->c->from, f->t);
	while (st == FRG_OK && !w.at_end) {
		st = copy_walk_next(&w, err);
		if (st == FRG_OK)
			st = db_step(f->c->to.db, err, DB_BEGIN_WRITE);
		if (st == FRG_OK)
			st = ending(f->c->to.db, link_page(f, &w, sql, err), err);
	}
	return st;
}

static enum frg_status copy_table(struct filling *f, struct frg_error *err)
{
	struct store_copy *c = f->c;
	struct copy_walk w;
	f->insert = table_insert(f->t, c->arena);
	copy_walk_begin(&w, c, &c->from, f->t);
	enum frg_status st = go_on(c, &w, err);
	bool resumed = w.begun;
	if (st == FRG_OK)
		st = fill(f, &w, err);
	if (st == FRG_OK && f->t->self >= 0 && (f->later || resumed))
		st = link_rows(f, err);
	return st;
}

enum frg_status store_copy_rows(struct store_copy *c, store_progress *progress, void *ctx, struct frg_error *err)
{
	int64_t done = c->resumed;
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < c->catalogue.count; i++) {
		struct filling f = {.c = c, .t = &c->catalogue.tables[i], .progress = progress, .ctx = ctx, .done = &done};
		st = copy_table(&f, err);
	}
	return st;
}

/* As it stands now, not as it stood when the copy began. */
static enum frg_status stands_still(struct store_copy *c, struct frg_error *err)
{
	struct store_tx from = {.db = c->from.db, .arena = c->arena};
	str stands;
	enum frg_status st = db_step(c->from.db, err, DB_COMMIT);
	if (st == FRG_OK)
		st = db_step(c->from.db, err, DB_BEGIN_READ);
	if (st == FRG_OK)
		st = copy_mark_of(&from, &stands, err);
	if (st == FRG_OK && !str_eq(stands, c->stood))
		return frg_fail(err, FRG_CONFLICT, "copy_moved",
		                "the source has changed since the copy began: remove the target and begin anew");
	return st;
}

enum frg_status store_copy_end(struct store_copy *c, struct frg_error *err)
{
	struct store_tx to = {.db = c->to.db, .arena = c->arena};
	enum frg_status st = c->alone ? stands_still(c, err) : FRG_OK;
	if (st == FRG_OK)
		st = db_step(c->to.db, err, DB_BEGIN_WRITE);
	if (st != FRG_OK)
		return st;
	st = store_search_reset(&to, err);
	return ending(c->to.db, st == FRG_OK ? copy_mark_end(&to, err) : st, err);
}
