/* What the files of this folder share; not for others. */
#ifndef RENDER_PARTS_H
#define RENDER_PARTS_H

#include "render/render.h"

/* What the form tells writers beforehand. The service judges, by limits of the same size. */
enum { VIEW_TEXT_MAX = 5000, VIEW_NAME_MAX = 60 };

/* ---- writing ---------------------------------------------------------------- */

/* ` name="prefix…"` in pieces: attr_open, any html_text or url_part, attr_close. */
#define attr_open(b, name) HTML(b, " " name "=\"")
#define attr_close(b) HTML(b, "\"")
/* Percent-encoded, for a query's value or a path's segment. */
void url_part(struct buf *b, str text);
/* ` href="base_url" + path`, where path may be absolute already. */
void url_absolute(struct buf *b, const struct view_site *site, str url);
/* A JSON string with quotes that can stand inside <script>. */
void ld_text(struct buf *b, str text);
/* Escaped and without what XML 1.0 does not allow; broken UTF-8 becomes U+FFFD. */
void xml_text(struct buf *b, str text);
/* The language's tag: "de" or "en". */
str lang_tag(enum frg_lang lang);
/* "Montag, 23. November 2026", escaped. */
void html_day(struct buf *b, enum frg_lang lang, msec t);
/* "1 Kommentar", "5 Kommentare", escaped. */
void html_comment_count(struct buf *b, enum frg_lang lang, int64_t count);
/* "Schimpfworte" */
enum msg rule_msg(enum frg_rule rule);

/* ---- page.c: what all documents have ------------------------------------------ */

struct page_head {
	const struct view_assets *assets;
	enum frg_lang lang;
	str title, description;
	const char *body_class; /* static */
};
/* From <!doctype> to before </head>, which the caller's own elements follow. */
void page_begin(struct buf *b, const struct page_head *head);
/* </head>, <body>, the link past the masthead. */
void page_body(struct buf *b, const struct page_head *head);
void page_end(struct buf *b, enum frg_lang lang, const struct view_site *site);

/* ---- letter_page.c --------------------------------------------------------------- */

/* Plain text as paragraphs, escaped. */
void letter_paragraphs(struct buf *b, enum frg_lang lang, str body);
enum msg objection_msg(enum view_objection objection);

/* ---- comment.c ------------------------------------------------------------------- */

/* Where comments stand. `page` is false for one that goes out alone, to a script. */
struct comment_place {
	enum frg_lang lang;
	bool page, open;
	str article_path, sent_id;
};
/* <li …><article>…</article>, without the end tag: replies and </li> may follow. */
void comment_begin(struct buf *b, const struct comment_place *place, const struct view_comment *comment);

/* ---- wait.c ------------------------------------------------------------------------ */

/* When an author's comment will have been reviewed, or that no time can be given; escaped. */
void wait_words(struct buf *b, enum frg_lang lang, const struct view_wait *wait);
/* The line that says so to whoever has not written yet. */
void wait_ahead(struct buf *b, enum frg_lang lang, const struct view_wait *wait);

/* ---- form.c ------------------------------------------------------------------------ */

/* True if the form stands under this comment rather than at the end. */
bool form_belongs_to(const struct view_form *form, str comment_id);
void form_render(struct buf *b, const struct view_thread *thread);

#endif
