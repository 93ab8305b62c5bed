/* Readers' limited Markdown to safe HTML. Knows nothing of who wrote it. */
#ifndef RENDER_MARKDOWN_H
#define RENDER_MARKDOWN_H

#include "base/buf.h"

/* Paragraphs, line breaks as typed, emphasis, quotes, lists, code, http(s) links. No pictures, no
 * headings, no raw HTML. Characters that would reorder or hide text are left out. The result holds
 * only these tags: p br em strong blockquote ul ol li pre code a hr. */
void render_comment_html(struct buf *out, str text);

#endif
