/* The desk's figures over HTTP: all tables at once for the desk's page, each by itself as JSON or CSV. */
#include "api/inner.h"

#include "base/buf.h"
#include "base/csv.h"
#include "service/figures/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { CSV_MAX = 4 << 20 };

static json_t *cell_json(const struct figure_cell *c)
{
	switch (c->kind) {
	case CELL_NUMBER: return json_integer(c->number);
	case CELL_SHARE: return json_real(round(c->share * 10000) / 10000);
	case CELL_TEXT: return json_of(c->text);
	case CELL_NONE: break;
	}
	return json_null();
}

static json_t *rows_json(const struct figure_table *t)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < t->row_count; i++) {
		json_t *row = json_object();
		for (size_t k = 0; k < t->column_count; k++)
			json_object_set_new(row, t->columns[k], cell_json(&t->cells[i * t->column_count + k]));
		json_array_append_new(rows, row);
	}
	return rows;
}

static void cell_csv(struct buf *b, const struct figure_cell *c, bool first)
{
	char text[40] = "";
	if (c->kind == CELL_NUMBER)
		snprintf(text, sizeof text, "%lld", (long long)c->number);
	else if (c->kind == CELL_SHARE)
		snprintf(text, sizeof text, "%.4f", c->share);
	if (c->kind == CELL_TEXT)
		csv_text(b, c->text, first);
	else
		csv_plain(b, str_of(text), first);
}

static str table_csv(struct arena *a, const struct figure_table *t)
{
	struct buf b = BUF_INIT(CSV_MAX);
	for (size_t k = 0; k < t->column_count; k++)
		csv_text(&b, str_of(t->columns[k]), k == 0);
	csv_end_row(&b);
	for (size_t i = 0; i < t->row_count; i++) {
		for (size_t k = 0; k < t->column_count; k++)
			cell_csv(&b, &t->cells[i * t->column_count + k], k == 0);
		csv_end_row(&b);
	}
	BUG_IF(b.cut); /* a table has at most some thousand rows */
	return buf_finish(&b, a);
}

/* With all digits that a cell has; other answers need fewer. */
static void answer_json(struct http_request *req, json_t *body)
{
	struct arena *a = http_arena(req);
	char *text = json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(12));
	BUG_IF(!text);
	http_respond(req, 200, "application/json", arena_str(a, str_of(text)));
	free(text);
	json_decref(body);
}

/* ---- what is asked for ---- */

/* A number of the query; what is none is told from `none` by nobody, and refused by the service. */
static int64_t number(struct http_request *req, const char *name, int64_t none)
{
	str text = http_query(req, name);
	int64_t n = none;
	return text.n && !str_to_i64(text, &n) ? INT64_MIN : n;
}

static bool ask(struct api *api, struct http_request *req, const struct staff *who, bool crew, struct figures *out)
{
	struct frg_error err;
	struct figures_query q = {.who = who,
	                          .days = number(req, "days", 30),
	                          .section = http_query(req, "section"),
	                          .crew = crew,
	                          .shift = number(req, "shift", 0),
	                          .change = number(req, "change", 1)};
	if (service_figures(api->svc, http_arena(req), &q, out, &err) == FRG_OK)
		return true;
	api_error(api, req, &err, NULL);
	return false;
}

static json_t *day_json(int64_t day)
{
	char text[CLOCK_DAY_SIZE];
	clock_day_text(day, text);
	return json_string(text);
}

static json_t *head_json(const struct figures *f)
{
	return json_pack("{s:o, s:o, s:o, s:I}", "from", day_json(f->from), "to", day_json(f->to), "section",
	                 json_or_null(f->section), "behind", (json_int_t)f->behind);
}

HANDLER(desk_figures)
{
	struct api *api = app;
	struct editor_session session;
	struct figures f;
	if (!api_editor(api, req, &session) || !ask(api, req, &session.who, false, &f))
		return;
	json_t *all = head_json(&f), *sections = json_array();
	for (size_t i = 0; i < f.sections.count; i++)
		json_array_append_new(sections, json_of(f.sections.items[i]));
	json_object_set_new(all, "sections", sections);
	json_object_set_new(all, "whole", json_boolean(f.whole));
	json_object_set_new(all, "longest_wait_s", json_integer(f.longest_wait / 1000));
	json_object_set_new(all, "rate_per_hour", f.rate > 0 ? json_real(round(f.rate * 100) / 100) : json_null());
	json_object_set_new(all, "shifts", api_shifts_json(f.shifts, f.shift_count));
	for (int i = 0; i < FIGURES_CREW; i++)
		json_object_set_new(all, figure_table_names[i].p, rows_json(&f.table[i]));
	api_no_store(req);
	answer_json(req, all);
}

/* "waits", "waits.csv" */
static bool find_table(str name, enum figure_table_name *out, bool *csv)
{
	*csv = str_ends(name, STR(".csv"));
	if (*csv)
		name = str_sub(name, 0, name.n - 4);
	for (int i = 0; i < FIGURES_TABLES; i++)
		if (str_eq(name, figure_table_names[i])) {
			*out = (enum figure_table_name)i;
			return true;
		}
	return false;
}

static void answer_csv(struct http_request *req, const struct figures *f, enum figure_table_name name)
{
	char from[CLOCK_DAY_SIZE], to[CLOCK_DAY_SIZE];
	clock_day_text(f->from, from);
	clock_day_text(f->to, to);
	http_add_header(
		req, "Content-Disposition",
		arena_printf(http_arena(req), "attachment; filename=\"%s-%s-%s.csv\"", figure_table_names[name].p, from, to));
	http_respond(req, 200, "text/csv; charset=utf-8", table_csv(http_arena(req), &f->table[name]));
}

HANDLER(desk_figure)
{
	struct api *api = app;
	struct editor_session session;
	struct figures f;
	struct frg_error err;
	enum figure_table_name name;
	bool csv;
	if (!api_editor(api, req, &session))
		return;
	if (!find_table(http_param(req, "figure"), &name, &csv)) {
		frg_fail(&err, FRG_NOT_FOUND, "not_found", "no such figure");
		api_error(api, req, &err, NULL);
		return;
	}
	bool crew = name == FIGURES_CREW || name == FIGURES_BACKLOG;
	if (!ask(api, req, &session.who, crew, &f))
		return;
	api_no_store(req);
	if (csv || str_starts(http_header(req, "Accept"), STR("text/csv"))) {
		answer_csv(req, &f, name);
		return;
	}
	json_t *one = head_json(&f);
	json_object_set_new(one, "rows", rows_json(&f.table[name]));
	if (crew) /* one play answers both */
		json_object_set_new(one, "backlog", rows_json(&f.table[FIGURES_BACKLOG]));
	if (crew)
		json_object_set_new(one, "replayed_days", json_integer(f.replayed_days));
	answer_json(req, one);
}
