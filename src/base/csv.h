/* Tables as text: RFC 4180, UTF-8. A field that a spreadsheet would take for a formula gets an apostrophe before it
 * (OWASP: CSV injection), for texts come from people. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/buf.h"

/* Begins a field; the first of a row without a comma before it. */
void csv_text(struct buf *b, str text, bool first);
/* A number, or whatever needs no quotes and is no text of a person's. */
void csv_plain(struct buf *b, str text, bool first);
void csv_end_row(struct buf *b);

#endif
