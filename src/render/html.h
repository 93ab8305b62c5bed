/* Writing HTML so that nothing unescaped can slip in: what is written as is
 * must be a string literal or of type struct html, which only the sanitisers
 * make; all else goes through html_text or html_attr. */
#ifndef RENDER_HTML_H
#define RENDER_HTML_H

#include "base/buf.h"
#include "base/i18n.h"

/* Markup known to be safe: made by render_comment_html or the article sanitiser. */
struct html {
	str safe;
};

/* A literal, checked by the compiler to be one. */
#define HTML(b, literal) buf_add((b), STR(literal))
/* Text with & < > " ' escaped: good in content and in quoted attributes. */
void html_text(struct buf *b, str text);
/* ` name="value"`, the value escaped. `name` is a literal. */
#define html_attr(b, name, value) html_attr_(b, STR(" " name "=\""), value)
void html_attr_(struct buf *b, str open, str value);
/* ` name="number"` */
#define html_attr_int(b, name, value) html_attr_int_(b, STR(" " name "=\""), value)
void html_attr_int_(struct buf *b, str open, int64_t value);
void html_safe(struct buf *b, struct html html);
/* A message, escaped; and one whose {0} {1} … are replaced by escaped arguments. */
void html_msg(struct buf *b, enum frg_lang lang, enum msg msg);
void html_msg_args(struct buf *b, enum frg_lang lang, enum msg msg, const str *args, size_t count);
/* <time datetime="…">words</time> */
void html_time(struct buf *b, enum frg_lang lang, int64_t msec_time);

#endif
