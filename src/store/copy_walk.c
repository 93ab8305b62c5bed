/* Reads a table's rows in pages, and compares two databases by what they hold. A page is as many rows as make some
 * megabytes, so that neither long texts nor short ones take much memory or many questions. */
#include "store/copy_inner.h"

#include "base/buf.h"

enum { ROWS_FIRST = 8, ROWS_MAX = 2000, PAGE_BYTES = 4 << 20, PAGE_BYTES_MAX = 16 << 20 };

struct db_value copy_value(struct db_rows *rows, int column, int kind, struct arena *a)
{
	if (db_null(rows, column))
		return DB_NULL;
	if (kind == DB_KIND_INT)
		return DB_INT(db_int(rows, column));
	str s = db_text(rows, column, a);
	return kind == DB_KIND_TEXT ? DB_TEXT(s) : DB_BLOB(s);
}

void copy_walk_begin(struct copy_walk *w, struct store_copy *c, struct copy_side *side, const struct table *t)
{
	*w = (struct copy_walk){.side = side,
	                        .table = t,
	                        .pages = c->pages,
	                        .first = table_page(t, c->arena, side->postgres),
	                        .after = table_after(t, c->arena, side->postgres),
	                        .limit = ROWS_FIRST};
}

/* Fills one row; returns the bytes of its texts. */
static size_t take_row(const struct table *t, struct db_rows *rows, struct arena *a, struct db_value *out)
{
	size_t bytes = 0;
	for (size_t i = 0; i < t->column_count; i++) {
		out[i] = copy_value(rows, (int)i, t->columns[i].kind, a);
		bytes += out[i].s.n;
	}
	return bytes;
}

static void adapt(struct copy_walk *w, size_t bytes)
{
	if (bytes > PAGE_BYTES)
		w->limit = w->limit * PAGE_BYTES / (int64_t)bytes;
	else if (bytes < PAGE_BYTES / 4)
		w->limit *= 2;
	w->limit = w->limit < 1 ? 1 : w->limit > ROWS_MAX ? ROWS_MAX : w->limit;
}

enum frg_status copy_walk_next(struct copy_walk *w, struct frg_error *err)
{
	const struct table *t = w->table;
	struct db_value args[TABLE_KEYS_MAX + 1] = {DB_INT(w->limit)};
	struct arena *a = w->pages[w->turn++ % 2]; /* the key before lies in the other */
	struct db_rows *rows;
	size_t bytes = 0;
	arena_reset(a);
	memcpy(args + 1, w->key, sizeof w->key);
	enum frg_status st = db_query(w->side->db, err, w->begun ? w->after : w->first, args,
	                              w->begun ? t->key_count + 1 : 1, &rows);
	if (st != FRG_OK)
		return st;
	w->values = ARENA_ARRAY(a, struct db_value, (size_t)w->limit * t->column_count);
	for (w->rows = 0; bytes < PAGE_BYTES_MAX && (w->at_end = !db_next(rows), !w->at_end); w->rows++)
		bytes += take_row(t, rows, a, copy_walk_row(w, w->rows));
	st = db_end(rows, err);
	w->at_end = w->at_end && (int64_t)w->rows < w->limit;
	for (size_t i = 0; w->rows && i < t->key_count; i++)
		w->key[i] = copy_walk_row(w, w->rows - 1)[t->keys[i]];
	w->begun = w->begun || w->rows;
	adapt(w, bytes);
	return st;
}

enum frg_status copy_count(struct store_copy *c, struct copy_side *side, const struct table *t, int64_t *out,
                           struct frg_error *err)
{
	struct db_rows *rows;
	*out = 0;
	enum frg_status st = db_query(side->db, err, table_count(t, c->arena), NULL, 0, &rows);
	if (st != FRG_OK)
		return st;
	if (db_next(rows))
		*out = db_int(rows, 0);
	return db_end(rows, err);
}

/* ---- comparing ---- */

/* Each row's hash covers the one before, so that one at the end tells of all, wherever pages begin. */
static void hash_row(struct buf *b, const struct table *t, const struct db_value *row, char hash[HASH_TEXT_SIZE])
{
	b->n = 0;
	buf_add(b, str_of(hash));
	for (size_t i = 0; i < t->column_count; i++) {
		int64_t number = row[i].kind == DB_KIND_INT ? row[i].i : (int64_t)row[i].s.n;
		buf_printf(b, "|%d %lld ", (int)row[i].kind, (long long)number);
		buf_add(b, row[i].s);
	}
	BUG_IF(b->cut);
	hash_text(buf_str(b), hash);
}

struct meter {
	store_progress *progress;
	void *ctx;
	int64_t done, of;
};

static enum frg_status hash_table(struct store_copy *c, struct copy_side *side, const struct table *t, int64_t *count,
                                  char hash[HASH_TEXT_SIZE], struct meter *m, struct frg_error *err)
{
	struct copy_walk w;
	struct buf b = BUF_INIT((size_t)1 << 31);
	enum frg_status st = FRG_OK;
	copy_walk_begin(&w, c, side, t);
	hash[0] = 0;
	*count = 0;
	while (st == FRG_OK && !w.at_end) {
		st = copy_walk_next(&w, err);
		for (size_t i = 0; st == FRG_OK && i < w.rows; i++)
			hash_row(&b, t, copy_walk_row(&w, i), hash);
		*count += (int64_t)w.rows;
		m->done += (int64_t)w.rows;
		if (m->progress)
			m->progress(m->ctx, m->done, m->of);
	}
	buf_free(&b);
	return st;
}

enum frg_status store_copy_compare(struct store_copy *c, struct store_copy_report *out, store_progress *progress,
                                   void *ctx, struct frg_error *err)
{
	struct meter m = {progress, ctx, 0, 2 * c->rows};
	enum frg_status st = FRG_OK;
	*out = (struct store_copy_report){.tables = ARENA_ARRAY(c->arena, struct store_copy_table, c->catalogue.count),
	                                  .count = c->catalogue.count,
	                                  .same = true};
	for (size_t i = 0; st == FRG_OK && i < out->count; i++) {
		const struct table *t = &c->catalogue.tables[i];
		struct store_copy_table *r = &out->tables[i];
		r->name = t->name;
		st = hash_table(c, &c->from, t, &r->rows_from, r->hash_from, &m, err);
		if (st == FRG_OK)
			st = hash_table(c, &c->to, t, &r->rows_to, r->hash_to, &m, err);
		r->same = r->rows_from == r->rows_to && strcmp(r->hash_from, r->hash_to) == 0;
		out->rows += r->rows_from;
		out->same = out->same && r->same;
	}
	return st;
}
