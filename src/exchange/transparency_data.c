/* The transparency report's figures for programs. JSON: sections.SECTION.TABLE.ROW.COLUMN; CSV: one line a figure.
 * Counts are numbers, shares 0 … 1, times seconds; null, or an empty field, is what is not known. */
#include "exchange/exchange.h"

#include "base/csv.h"

#include <math.h>
#include <stdio.h>

#define FORMAT "freigabe-transparency-report 1"

static double rounded(double share) { return round(share * 10000) / 10000; }

static json_t *value_json(enum report_unit unit, const struct report_cell *c)
{
	if (!c->known)
		return json_null();
	if (unit == UNIT_SHARE)
		return json_real(rounded(c->share));
	return json_integer(unit == UNIT_TIME ? c->n / 1000 : c->n);
}

static json_t *table_json(const struct report_table *t)
{
	json_t *rows = json_object();
	for (size_t r = 0; r < t->row_count; r++) {
		json_t *cells = json_object();
		for (size_t c = 0; c < t->column_count; c++)
			json_object_set_new(cells, t->columns[c].key, value_json(t->columns[c].unit, &t->rows[r].cells[c]));
		json_object_set_new(rows, t->rows[r].key.p, cells); /* keys are made NUL-terminated */
	}
	return rows;
}

json_t *transparency_json(const struct report_doc *doc)
{
	json_t *sections = json_object();
	for (size_t i = 0; i < doc->section_count; i++) {
		const struct report_section *s = &doc->sections[i];
		json_t *tables = json_object();
		for (size_t t = 0; t < s->table_count; t++)
			json_object_set_new(tables, s->tables[t].key, table_json(&s->tables[t]));
		json_object_set_new(sections, s->key, tables);
	}
	return json_pack("{s:s, s:o, s:o, s:{s:o, s:o}, s:o, s:o, s:o, s:o}", "format", FORMAT, "service",
	                 json_of(doc->site), "profile", json_of(report_profile_name(doc->profile)), "period", "from",
	                 json_of(doc->from_day), "to", json_of(doc->to_day), "made_at", json_of(doc->made_at), "engine",
	                 json_of(doc->engine), "standing", json_of(doc->standing), "sections", sections);
}

/* ---- CSV ---- */

static void line(struct buf *b, const str fields[7])
{
	for (size_t i = 0; i < 7; i++)
		csv_text(b, fields[i], i == 0);
	csv_end_row(b);
}

static void about(struct buf *b, const char *what, str value)
{
	line(b, (const str[]){STR("report"), STR("about"), str_of(what), STR("value"), STR("text"), value, STR("")});
}

static str value_text(enum report_unit unit, const struct report_cell *c, char out[32])
{
	if (!c->known)
		return STR("");
	if (unit == UNIT_SHARE)
		snprintf(out, 32, "%.4f", rounded(c->share));
	else
		snprintf(out, 32, "%lld", (long long)(unit == UNIT_TIME ? c->n / 1000 : c->n));
	return str_of(out);
}

static void table_lines(struct buf *b, const struct report_section *s, const struct report_table *t)
{
	static const str units[] = {STR_INIT("count"), STR_INIT("share"), STR_INIT("seconds")};
	char value[32];
	for (size_t r = 0; r < t->row_count; r++)
		for (size_t c = 0; c < t->column_count; c++)
			line(b, (const str[]){str_of(s->key), str_of(t->key), t->rows[r].key, str_of(t->columns[c].key),
			                      units[t->columns[c].unit],
			                      value_text(t->columns[c].unit, &t->rows[r].cells[c], value), t->rows[r].label});
}

void transparency_csv(struct buf *b, const struct report_doc *doc)
{
	line(b, (const str[]){STR("section"), STR("table"), STR("row"), STR("column"), STR("unit"), STR("value"),
	                      STR("label")});
	about(b, "format", STR(FORMAT));
	about(b, "service", doc->site);
	about(b, "profile", report_profile_name(doc->profile));
	about(b, "from", doc->from_day);
	about(b, "to", doc->to_day);
	about(b, "made_at", doc->made_at);
	about(b, "engine", doc->engine);
	for (size_t i = 0; i < doc->section_count; i++)
		for (size_t t = 0; t < doc->sections[i].table_count; t++)
			table_lines(b, &doc->sections[i], &doc->sections[i].tables[t]);
}
