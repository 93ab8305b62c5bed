/* The report as one page that needs nothing else: for a newspaper to publish, to print, to keep. Its style stands in it
 * and is all that it may load. */
#include "base/embedded.h"
#include "render/html.h"
#include "render/parts.h"
#include "render/report.h"

#include <sodium.h>

/* What the page may do, for whoever publishes it without headers of their own: nothing but its own style. */
static void policy(struct buf *b, str style)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char text[64];
	crypto_hash_sha256(hash, (const unsigned char *)style.p, style.n);
	sodium_bin2base64(text, sizeof text, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL);
	HTML(b, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-");
	html_text(b, str_of(text));
	HTML(b, "'\">\n");
}

static void head(struct buf *b, const struct report_doc *doc)
{
	struct html style = {embedded_content(&embedded_report[0])};
	HTML(b, "<!doctype html>\n<html");
	html_attr(b, "lang", lang_tag(doc->lang));
	HTML(b, ">\n<head>\n<meta charset=\"utf-8\">\n");
	policy(b, style.safe);
	HTML(b, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
	html_text(b, doc->title);
	HTML(b, ", ");
	html_text(b, doc->site);
	HTML(b, ", ");
	html_text(b, doc->period);
	HTML(b, "</title>\n<style>");
	html_safe(b, style);
	HTML(b, "</style>\n</head>\n<body>\n<div class=\"page\">\n");
}

static void figures(struct buf *b, const struct report_doc *doc)
{
	HTML(b, "<dl class=\"figures\">\n");
	for (size_t i = 0; i < REPORT_HEADLINES; i++) {
		HTML(b, "<div><dt>");
		html_text(b, doc->headlines[i].label);
		HTML(b, "</dt><dd>");
		html_text(b, doc->headlines[i].value);
		HTML(b, "</dd></div>\n");
	}
	HTML(b, "</dl>\n");
}

static void contents(struct buf *b, const struct report_doc *doc)
{
	HTML(b, "<nav");
	html_attr(b, "aria-label", i18n(doc->lang, MSG_REPORT_CONTENTS));
	HTML(b, ">\n<ol class=\"contents\">\n");
	for (size_t i = 0; i < doc->section_count; i++) {
		HTML(b, "<li><a href=\"#");
		html_text(b, str_of(doc->sections[i].key));
		HTML(b, "\">");
		html_text(b, doc->sections[i].title);
		HTML(b, "</a></li>\n");
	}
	HTML(b, "</ol>\n</nav>\n");
}

/* ---- tables ---- */

/* Of a column's cells, the largest: what its bars are drawn against. Shares are drawn against the whole. */
static int64_t largest(const struct report_table *t, size_t column)
{
	int64_t most = 0;
	for (size_t r = 0; r < t->row_count; r++)
		if (t->rows[r].cells[column].n > most)
			most = t->rows[r].cells[column].n;
	return most;
}

static void bar(struct buf *b, const struct report_table *t, size_t column, const struct report_cell *cell)
{
	int64_t most = t->columns[column].unit == UNIT_SHARE ? 0 : largest(t, column);
	double part = t->columns[column].unit == UNIT_SHARE ? cell->share : most ? (double)cell->n / (double)most : 0;
	HTML(b, "<svg class=\"bar\" viewBox=\"0 0 100 5\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
	        "<rect class=\"t\" width=\"100\" height=\"5\"/><rect width=\"");
	buf_printf(b, "%.2f", part * 100);
	HTML(b, "\" height=\"5\"/></svg>");
}

/* A share that there is not (of what?) is left open; other things that are not known are marked as such. */
static void cell(struct buf *b, enum frg_lang lang, const struct report_table *t, size_t column,
                 const struct report_cell *c, bool total)
{
	const struct report_column *of = &t->columns[column];
	struct buf value = BUF_INIT(128);
	if (c->known || of->unit != UNIT_SHARE)
		report_value(&value, lang, of->unit, c);
	if (of->bar)
		HTML(b, "<td class=\"b\"><div>");
	else if (!c->known || (of->unit == UNIT_COUNT && c->n == 0))
		HTML(b, "<td class=\"zero\">");
	else
		HTML(b, "<td>");
	if (of->bar)
		HTML(b, "<span>");
	html_text(b, buf_str(&value));
	if (of->bar)
		HTML(b, "</span>");
	if (of->bar && c->known && !total)
		bar(b, t, column, c);
	if (of->bar)
		HTML(b, "</div>");
	HTML(b, "</td>");
	buf_free(&value);
}

static void body(struct buf *b, enum frg_lang lang, const struct report_table *t)
{
	for (size_t r = 0; r < t->row_count; r++) {
		bool all = str_eq(t->rows[r].key, STR("all"));
		if (all || str_eq(t->rows[r].key, STR("any")))
			HTML(b, "<tr class=\"total\">");
		else
			HTML(b, "<tr>");
		HTML(b, "<th scope=\"row\">");
		html_text(b, t->rows[r].label);
		HTML(b, "</th>");
		for (size_t c = 0; c < t->column_count; c++)
			cell(b, lang, t, c, &t->rows[r].cells[c], all);
		HTML(b, "</tr>\n");
	}
}

static void grid(struct buf *b, enum frg_lang lang, const struct report_table *t)
{
	/* may be wider than a telephone: scrolled, by keyboard too */
	HTML(b, "<div class=\"scroll\" role=\"group\" tabindex=\"0\"");
	html_attr(b, "aria-label", t->caption);
	HTML(b, ">\n<table>\n<thead><tr><th scope=\"col\">");
	html_text(b, t->head);
	HTML(b, "</th>");
	for (size_t c = 0; c < t->column_count; c++) {
		if (t->columns[c].bar)
			HTML(b, "<th class=\"b\" scope=\"col\">");
		else
			HTML(b, "<th scope=\"col\">");
		html_text(b, t->columns[c].label);
		HTML(b, "</th>");
	}
	HTML(b, "</tr></thead>\n<tbody>\n");
	body(b, lang, t);
	HTML(b, "</tbody>\n</table>\n</div>\n");
}

static void table(struct buf *b, enum frg_lang lang, const struct report_table *t)
{
	HTML(b, "<div class=\"table\">\n<h3>");
	html_text(b, t->caption);
	HTML(b, "</h3>\n");
	if (t->row_count) {
		grid(b, lang, t);
	} else {
		HTML(b, "<p class=\"none\">");
		html_msg(b, lang, MSG_REPORT_NONE);
		HTML(b, "</p>\n");
	}
	HTML(b, "</div>\n");
}

static void section(struct buf *b, enum frg_lang lang, const struct report_section *s)
{
	HTML(b, "<section");
	html_attr(b, "id", str_of(s->key));
	HTML(b, ">\n<div class=\"about\">\n<h2>");
	html_text(b, s->title);
	HTML(b, "</h2>\n<p class=\"articles\">");
	html_text(b, s->articles);
	HTML(b, "</p>\n</div>\n<p class=\"lead\">");
	html_text(b, s->intro);
	HTML(b, "</p>\n");
	for (size_t i = 0; i < s->table_count; i++)
		table(b, lang, &s->tables[i]);
	if (s->note.n) {
		HTML(b, "<p class=\"note\">");
		html_text(b, s->note);
		HTML(b, "</p>\n");
	}
	HTML(b, "</section>\n");
}

void report_html(struct buf *b, const struct report_doc *doc)
{
	head(b, doc);
	HTML(b, "<header>\n<p class=\"site\">");
	html_text(b, doc->site);
	HTML(b, "</p>\n<h1>");
	html_text(b, doc->title);
	HTML(b, "</h1>\n<p class=\"period\">");
	html_text(b, doc->period);
	HTML(b, "</p>\n</header>\n<main>\n");
	figures(b, doc);
	HTML(b, "<p class=\"standing\">");
	html_text(b, doc->standing);
	HTML(b, "</p>\n<p class=\"made\">");
	html_text(b, doc->made);
	HTML(b, "</p>\n");
	contents(b, doc);
	for (size_t i = 0; i < doc->section_count; i++)
		section(b, doc->lang, &doc->sections[i]);
	HTML(b, "</main>\n<footer>\n<p>");
	html_msg(b, doc->lang, MSG_REPORT_FOOTER);
	HTML(b, "</p>\n</footer>\n</div>\n</body>\n</html>\n");
}
