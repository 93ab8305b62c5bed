/* Readers' limited Markdown to safe HTML and to plain text. Knows nothing of who wrote it.
 *
 * Time and output are bounded by the text's size: what makes the parser slow (link definitions) is switched
 * off, and above MARKDOWN_MAX bytes a text is shown as it is. No word of a reader's text is lost but
 * addresses behind links that are none of the web. */
#ifndef RENDER_MARKDOWN_H
#define RENDER_MARKDOWN_H

#include "base/buf.h"

enum { MARKDOWN_MAX = 32 << 10 };

/* Paragraphs, line breaks as typed, emphasis, quotes, lists, code, http(s) links. No pictures, no
 * headings (they become bold), no tables, no raw HTML. Characters that would reorder or hide text are left out.
 * The result holds only these tags: p br em strong blockquote ul ol li pre code a hr. If it does not fit into
 * `out`, nothing is appended (out->cut tells): half of it could leave a tag open. */
void render_comment_html(struct buf *out, str text);
/* The same as plain text: blocks separated by empty lines, "> " before quotes, "- " or "1. " before items. */
void render_comment_text(struct buf *out, str text);

#endif
