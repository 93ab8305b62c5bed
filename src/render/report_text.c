/* A report's values in words, and the whole of it for a terminal. */
#include "render/report.h"

#include <stdio.h>

/* ---- values ---- */

static void grouped(struct buf *b, enum frg_lang lang, int64_t n)
{
	char digits[24];
	int count = snprintf(digits, sizeof digits, "%lld", (long long)n);
	for (int i = 0; i < count; i++) {
		if (i && (count - i) % 3 == 0 && digits[i - 1] != '-')
			buf_byte(b, lang == FRG_LANG_EN ? ',' : '.');
		buf_byte(b, digits[i]);
	}
}

static void percent(struct buf *b, enum frg_lang lang, double share)
{
	char text[24];
	snprintf(text, sizeof text, "%.1f", share * 100);
	char *point = strchr(text, '.');
	if (point && lang != FRG_LANG_EN)
		*point = ',';
	buf_add(b, str_of(text));
	buf_add(b, lang == FRG_LANG_EN ? STR("%") : STR("\u00a0%"));
}

static void duration(struct buf *b, enum frg_lang lang, msec t)
{
	long long s = t / 1000, minutes = (s + 30) / 60, big = minutes, small = 0;
	enum msg msg = MSG_REPORT_UNIT_MINUTES;
	if (s < 60) {
		msg = MSG_REPORT_UNIT_SECONDS;
		big = s;
	} else if (s >= 86400) {
		msg = s < 2 * 86400 ? MSG_REPORT_UNIT_DAY : MSG_REPORT_UNIT_DAYS;
		big = s / 86400;
		small = s % 86400 / 3600;
	} else if (minutes >= 60) {
		msg = MSG_REPORT_UNIT_HOURS;
		big = minutes / 60;
		small = minutes % 60;
	}
	char one[24], two[24];
	snprintf(one, sizeof one, "%lld", msg == MSG_REPORT_UNIT_DAY ? small : big);
	snprintf(two, sizeof two, "%lld", small);
	const str args[] = {str_of(one), str_of(two)};
	i18n_format(b, lang, msg, args, COUNT_OF(args));
}

void report_value(struct buf *b, enum frg_lang lang, enum report_unit unit, const struct report_cell *cell)
{
	if (!cell->known)
		buf_add(b, i18n(lang, MSG_REPORT_UNKNOWN));
	else if (unit == UNIT_COUNT)
		grouped(b, lang, cell->n);
	else if (unit == UNIT_SHARE)
		percent(b, lang, cell->share);
	else
		duration(b, lang, cell->n);
}

/* ---- a page of text ---- */

enum { WIDTH = 78, CELL = 12 };

/* Characters, as a terminal counts them for our languages. */
static size_t width_of(str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static void spaces(struct buf *b, size_t n)
{
	while (n--)
		buf_byte(b, ' ');
}

static void left(struct buf *b, str s, size_t width)
{
	size_t n = width_of(s);
	buf_add(b, s);
	spaces(b, n < width ? width - n : 1);
}

static void right(struct buf *b, str s, size_t width)
{
	size_t n = width_of(s);
	spaces(b, n < width ? width - n : 1);
	buf_add(b, s);
}

/* Broken between words. */
static void paragraph(struct buf *b, str text)
{
	size_t at = 0;
	str word;
	while (str_next(&text, ' ', &word)) {
		size_t n = width_of(word);
		if (at && at + 1 + n > WIDTH) {
			buf_byte(b, '\n');
			at = 0;
		} else if (at) {
			buf_byte(b, ' ');
			at++;
		}
		buf_add(b, word);
		at += n;
	}
	BUF_LIT(b, "\n");
}

static size_t label_width(const struct report_table *t)
{
	size_t most = width_of(t->head);
	for (size_t i = 0; i < t->row_count; i++) {
		size_t n = width_of(t->rows[i].label);
		most = n > most ? n : most;
	}
	return most + 1;
}

static size_t cell_width(const struct report_column *c)
{
	size_t n = width_of(c->label) + 2;
	return n > CELL ? n : CELL;
}

static void table(struct buf *b, enum frg_lang lang, const struct report_table *t)
{
	size_t label = label_width(t);
	BUF_LIT(b, "\n");
	buf_add(b, t->caption);
	if (t->row_count == 0) {
		BUF_LIT(b, ": ");
		buf_add(b, i18n(lang, MSG_REPORT_NONE));
		BUF_LIT(b, "\n");
		return;
	}
	BUF_LIT(b, "\n  ");
	left(b, t->head, label);
	for (size_t c = 0; c < t->column_count; c++)
		right(b, t->columns[c].label, cell_width(&t->columns[c]));
	BUF_LIT(b, "\n");
	for (size_t r = 0; r < t->row_count; r++) {
		spaces(b, 2);
		left(b, t->rows[r].label, label);
		for (size_t c = 0; c < t->column_count; c++) {
			struct buf value = BUF_INIT(128);
			report_value(&value, lang, t->columns[c].unit, &t->rows[r].cells[c]);
			right(b, buf_str(&value), cell_width(&t->columns[c]));
			buf_free(&value);
		}
		BUF_LIT(b, "\n");
	}
}

void report_text(struct buf *b, const struct report_doc *doc)
{
	buf_add(b, doc->title);
	BUF_LIT(b, "\n");
	buf_add(b, doc->site);
	BUF_LIT(b, ", ");
	buf_add(b, doc->period);
	BUF_LIT(b, "\n\n");
	paragraph(b, doc->standing);
	paragraph(b, doc->made);
	for (size_t i = 0; i < doc->section_count; i++) {
		const struct report_section *s = &doc->sections[i];
		BUF_LIT(b, "\n\n");
		buf_add(b, s->title);
		BUF_LIT(b, " (");
		buf_add(b, s->articles);
		BUF_LIT(b, ")\n");
		paragraph(b, s->intro);
		for (size_t t = 0; t < s->table_count; t++)
			table(b, doc->lang, &s->tables[t]);
		if (s->note.n) {
			BUF_LIT(b, "\n");
			paragraph(b, s->note);
		}
	}
	BUF_LIT(b, "\n\n");
	paragraph(b, i18n(doc->lang, MSG_REPORT_FOOTER));
}
