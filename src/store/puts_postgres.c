/* New rows on their way to PostgreSQL (store/db.h, db_put). Jobs of a group write the same tables in the same order, so
 * the rows of several go by one statement for each table: for a small row a statement costs several times the row. */
#include "store/wire_postgres.h"

#include <stdlib.h>

enum { ARENA_MAX = 64 << 20, KEPT_BYTES = 1 << 20 };

/* Rows of a statement of this size: 1, 2, 4 … so that there are few plans of each. */
static size_t rows_of(size_t size) { return (size_t)1 << size; }

/* "INSERT INTO t (a, b) VALUES ($1, $2)" with ", ($3, $4)" behind it, and so on. */
static char *text_of(const char *sql, size_t columns, size_t rows)
{
	struct buf out = BUF_INIT(1 << 20);
	str all = str_of(sql), word = STR(" VALUES ");
	size_t at = str_find(all, word, 0);
	BUG_IF(at == SIZE_MAX || all.p[at + word.n] != '(' || all.p[all.n - 1] != ')');
	str row = str_sub(all, at + word.n, all.n);
	buf_add(&out, str_sub(all, 0, at + word.n));
	for (size_t i = 0; i < rows; i++) {
		if (i)
			BUF_LIT(&out, ", ");
		for (const char *p = row.p; p < row.p + row.n;) {
			char *after = NULL;
			if (*p != '$') {
				buf_byte(&out, *p++);
				continue;
			}
			buf_printf(&out, "$%zu", strtoul(p + 1, &after, 10) + i * columns);
			p = after;
		}
	}
	buf_byte(&out, 0);
	BUG_IF(out.cut);
	return out.p;
}

static struct cached *statement(struct postgres *pg, const struct puts *p, size_t size)
{
	struct cached *c = wire_find(pg, p->sql);
	if (size == 0)
		return c;
	if (!c->many[size])
		c->many[size] = text_of(p->sql, p->columns, rows_of(size));
	return wire_find(pg, c->many[size]);
}

static enum frg_status send_rows(struct postgres *pg, struct frg_error *err, const struct puts *p)
{
	struct db_value args[WIRE_PUT_ROWS * WIRE_ARGS];
	size_t size = WIRE_PUT_SIZES - 1;
	for (size_t done = 0; done < p->count;) {
		while (rows_of(size) > p->count - done)
			size--;
		for (size_t i = 0; i < rows_of(size); i++)
			memcpy(args + i * p->columns, p->rows[done + i], p->columns * sizeof *args);
		enum frg_status st = wire_send(pg, err, statement(pg, p, size), args, rows_of(size) * p->columns, NULL);
		if (st != FRG_OK)
			return st;
		done += rows_of(size);
	}
	return FRG_OK;
}

void puts_forget(struct postgres *pg)
{
	pg->put_count = pg->put_from = pg->put_bytes = 0;
	if (pg->kept)
		arena_reset(pg->kept);
}

enum frg_status puts_send(struct postgres *pg, struct frg_error *err)
{
	enum frg_status st = FRG_OK;
	if (!pg->put_count)
		return FRG_OK;
	if (pg->awaiting >= WIRE_AHEAD) /* its own answers need room, too */
		st = wire_sync(pg, err, NULL);
	for (size_t i = 0; st == FRG_OK && i < pg->put_count; i++)
		st = send_rows(pg, err, &pg->puts[i]);
	puts_forget(pg);
	return st;
}

/* Statements go in the order in which they first came, and each job's rows keep to it: a row never comes before what
 * its job has put earlier. NULL: there is no room. */
static struct puts *place_for(struct postgres *pg, const char *sql)
{
	size_t at = pg->put_from;
	while (at < pg->put_count && pg->puts[at].sql != sql)
		at++;
	if (at == WIRE_PUTS || (at < pg->put_count && pg->puts[at].count == WIRE_PUT_ROWS))
		return NULL;
	if (at == pg->put_count)
		pg->puts[pg->put_count++] = (struct puts){.sql = sql};
	pg->put_from = at;
	return &pg->puts[at];
}

static size_t bytes_of(const struct db_value *args, size_t count)
{
	size_t bytes = 0;
	for (size_t i = 0; i < count; i++)
		bytes += args[i].s.n;
	return bytes;
}

static const struct db_value *kept(struct postgres *pg, const struct db_value *args, size_t count)
{
	struct db_value *row = ARENA_ARRAY(pg->kept, struct db_value, count);
	for (size_t i = 0; i < count; i++) {
		row[i] = args[i];
		row[i].s = args[i].s.n ? arena_str(pg->kept, args[i].s) : STR("");
	}
	return row;
}

enum frg_status puts_add(struct postgres *pg, struct frg_error *err, const char *sql, const struct db_value *args,
                         size_t count)
{
	size_t bytes = bytes_of(args, count);
	enum frg_status st = pg->put_bytes + bytes > KEPT_BYTES ? puts_send(pg, err) : FRG_OK;
	if (st == FRG_OK && bytes > KEPT_BYTES)
		return wire_send(pg, err, wire_find(pg, sql), args, count, NULL);
	struct puts *p = st == FRG_OK ? place_for(pg, sql) : NULL;
	if (st == FRG_OK && !p) {
		st = puts_send(pg, err);
		p = st == FRG_OK ? place_for(pg, sql) : NULL;
	}
	if (!p)
		return st;
	if (!pg->kept)
		pg->kept = arena_open(ARENA_MAX);
	p->columns = count;
	p->rows[p->count++] = kept(pg, args, count);
	pg->put_bytes += bytes;
	return FRG_OK;
}
