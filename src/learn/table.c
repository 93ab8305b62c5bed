/* Reads tables of labelled texts. Knows no column by name. */
#include "learn/learn.h"

#include <stdio.h>
#include <stdlib.h>

enum { COLUMNS_MOST = 256 };
static const size_t FILE_MOST = (size_t)1 << 30;

static enum frg_status read_all(const char *path, struct arena *arena, str *out, struct frg_error *err)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return frg_fail(err, FRG_IO, "file_unreadable", "cannot read %s: %m", path);
	long size = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
	if (size < 0 || (size_t)size > FILE_MOST || fseek(f, 0, SEEK_SET) != 0) {
		fclose(f);
		return frg_fail(err, FRG_IO, "file_unreadable", "cannot read %s: not a file, or over 1 GiB", path);
	}
	char *p = arena_alloc(arena, (size_t)size + 1);
	size_t got = fread(p, 1, (size_t)size, f);
	fclose(f);
	if (got != (size_t)size)
		return frg_fail(err, FRG_IO, "file_unreadable", "cannot read all of %s", path);
	*out = (str){p, got};
	return FRG_OK;
}

/* In place: never longer than before. */
static str unescape(str s)
{
	char *to = (char *)s.p;
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '\\' && i + 1 < s.n) {
			char e = s.p[++i];
			c = e == 'n' ? '\n' : e == 't' ? '\t' : e;
			if (e != 'n' && e != 't' && e != '\\')
				to[n++] = '\\';
		}
		to[n++] = c;
	}
	return (str){to, n};
}

static str line_of(str *rest)
{
	str line = STR_NONE;
	str_next(rest, '\n', &line);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static size_t count_lines(str s)
{
	size_t n = 1;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

static enum frg_status read_header(struct table *t, str line, const char *path, struct frg_error *err)
{
	str cell;
	if (str_starts(line, STR("\xEF\xBB\xBF")))
		line = str_sub(line, 3, line.n);
	t->names = arena_array(t->arena, COLUMNS_MOST, sizeof *t->names);
	while (str_next(&line, '\t', &cell)) {
		if (t->columns == COLUMNS_MOST)
			return frg_fail(err, FRG_TOO_LARGE, "table_columns", "%s: more than %d columns", path, COLUMNS_MOST);
		t->names[t->columns++] = unescape(cell);
	}
	if (t->columns == 0)
		return frg_fail(err, FRG_INVALID, "table_empty", "%s: no header line", path);
	return FRG_OK;
}

static enum frg_status read_rows(struct table *t, str rest, const char *path, struct frg_error *err)
{
	t->cells = arena_array(t->arena, count_lines(rest) * t->columns, sizeof *t->cells);
	for (size_t number = 2; rest.n; number++) {
		str line = line_of(&rest), cell;
		size_t k = 0;
		if (!line.n)
			continue;
		str *row = t->cells + t->rows * t->columns;
		while (str_next(&line, '\t', &cell)) {
			if (k == t->columns) {
				enum frg_status status = frg_fail(err, FRG_INVALID, "table_row",
				                                  "%s, line %zu: more than the header's %zu fields", path, number,
				                                  t->columns);
				if (err)
					err->pos = number;
				return status;
			}
			row[k++] = unescape(cell);
		}
		for (; k < t->columns; k++)
			row[k] = STR_NONE;
		t->rows++;
	}
	return FRG_OK;
}

enum frg_status table_open(struct table *t, const char *path, struct frg_error *err)
{
	*t = (struct table){.arena = arena_open((size_t)4 << 30)};
	str rest;
	enum frg_status status = read_all(path, t->arena, &rest, err);
	if (status == FRG_OK)
		status = read_header(t, line_of(&rest), path, err);
	if (status == FRG_OK)
		status = read_rows(t, rest, path, err);
	if (status != FRG_OK)
		table_close(t);
	return status;
}

void table_close(struct table *t)
{
	if (t->arena)
		arena_close(t->arena);
	*t = (struct table){0};
}

size_t table_column(const struct table *t, str name)
{
	for (size_t i = 0; i < t->columns; i++)
		if (str_eq(t->names[i], name))
			return i;
	return SIZE_MAX;
}
