/* Comma-separated values as RFC 4180 has them: UTF-8, quotes doubled, CRLF. */
#include "exchange/exchange.h"

static bool plain(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\r' || s.p[i] == '\n')
			return false;
	return true;
}

void csv_field(struct buf *b, str field, bool first)
{
	if (!first)
		buf_byte(b, ',');
	if (plain(field)) {
		buf_add(b, field);
		return;
	}
	buf_byte(b, '"');
	for (size_t i = 0; i < field.n; i++) {
		if (field.p[i] == '"')
			buf_byte(b, '"');
		buf_byte(b, field.p[i]);
	}
	buf_byte(b, '"');
}

void csv_end(struct buf *b) { BUF_LIT(b, "\r\n"); }
