/* What both forms of a comment share: the text made harmless, then parsed. */
#ifndef RENDER_MARKDOWN_PARSE_H
#define RENDER_MARKDOWN_PARSE_H

#include "base/buf.h"

#include <md4c.h>

/* A mark inside the text that is not part of it; `text` callbacks leave it out. It stands where a hidden
 * character was, so that an address with one is no address. */
enum { MARKDOWN_MARK = 1 };

/* `events` has the five callbacks, which must return 0; the rest of it is set here. */
/* A reader's text without what cannot be seen or turns the writing direction; line breaks become \n. `mark` stands
 * for each such character; 0: nothing does. */
void markdown_harmless(struct buf *out, str s, char mark);
void markdown_parse(str text, MD_PARSER events, void *ctx);

#endif
