/* Tables as text. */
#include "base/csv.h"

void csv_plain(struct buf *b, str text, bool first)
{
	if (!first)
		buf_byte(b, ',');
	buf_add(b, text);
}

/* White space before the sign does not keep a spreadsheet from reading a formula. */
static bool is_formula(str text)
{
	size_t i = 0;
	while (i < text.n && text.p[i] == ' ')
		i++;
	return i < text.n && strchr("=+-@\t\r\n", text.p[i]) && text.p[i];
}

void csv_text(struct buf *b, str text, bool first)
{
	bool quoted = false;
	for (size_t i = 0; i < text.n; i++)
		quoted = quoted || (text.p[i] && strchr("\",\r\n;\t", text.p[i]));
	csv_plain(b, STR(""), first);
	if (quoted)
		buf_byte(b, '"');
	if (is_formula(text))
		buf_byte(b, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			buf_byte(b, '"');
		buf_byte(b, text.p[i]);
	}
	if (quoted)
		buf_byte(b, '"');
}

void csv_end_row(struct buf *b) { BUF_LIT(b, "\r\n"); }
