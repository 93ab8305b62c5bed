/* The letter on a page of its own: for whoever has its link, without an account and without a script. */
#include "render/parts.h"

enum { TEXT_MAX = 3000 };

/* The letter is plain text; its headings are lines that we know. */
static bool is_heading(enum frg_lang lang, str line)
{
	static const enum msg headings[] = {MSG_LETTER_WHY, MSG_LETTER_HOW, MSG_LETTER_REDRESS, MSG_LETTER_TEXT,
	                                    MSG_LETTER_WORD};
	for (size_t i = 0; i < COUNT_OF(headings); i++)
		if (str_eq(line, i18n(lang, headings[i])))
			return true;
	return false;
}

void letter_paragraphs(struct buf *b, enum frg_lang lang, str body)
{
	bool open = false;
	str line;
	while (str_next(&body, '\n', &line)) {
		if (line.n == 0) {
			if (open)
				HTML(b, "</p>\n");
			open = false;
			continue;
		}
		if (open)
			HTML(b, "<br>\n");
		else
			HTML(b, "<p>");
		if (!open && is_heading(lang, line)) {
			HTML(b, "<strong>");
			html_text(b, line);
			HTML(b, "</strong>");
		} else {
			html_text(b, line);
		}
		open = true;
	}
	if (open)
		HTML(b, "</p>\n");
}

enum msg objection_msg(enum view_objection objection)
{
	static const enum msg msgs[] = {MSG_READER_OBJECTION,          MSG_READER_OBJECTION_OPEN,
	                                MSG_READER_OBJECTION_UPHELD,   MSG_READER_OBJECTION_CHANGED,
	                                MSG_READER_OBJECTION_REJECTED, MSG_READER_OBJECTION_SETTLED};
	return msgs[objection];
}

static void outcome(struct buf *b, const struct view_letter_page *p)
{
	HTML(b, "<section class=\"letter-answer\" role=\"status\">\n<h2>");
	html_msg(b, p->lang, MSG_READER_OBJECTION);
	HTML(b, "</h2>\n<p>");
	html_msg(b, p->lang, objection_msg(p->letter.objection));
	HTML(b, "</p>\n");
	if (p->letter.reasons.n) {
		HTML(b, "<blockquote>\n");
		letter_paragraphs(b, p->lang, p->letter.reasons);
		HTML(b, "</blockquote>\n");
	}
	HTML(b, "</section>\n");
}

static void form(struct buf *b, const struct view_letter_page *p)
{
	HTML(b, "<form class=\"letter-form\" id=\"form\" method=\"post\"");
	html_attr(b, "action", p->path);
	HTML(b, ">\n<h2>");
	html_msg(b, p->lang, MSG_READER_OBJECTION);
	HTML(b, "</h2>\n");
	if (p->error.n) {
		HTML(b, "<p class=\"letter-error\" role=\"alert\">");
		html_text(b, p->error);
		HTML(b, "</p>\n");
	}
	HTML(b, "<p><label for=\"objection-text\">");
	html_msg(b, p->lang, MSG_READER_OBJECTION_TEXT);
	HTML(b, "</label>\n<textarea id=\"objection-text\" name=\"text\" rows=\"7\" required");
	html_attr_int(b, "maxlength", TEXT_MAX);
	HTML(b, ">\n");
	html_text(b, p->text);
	HTML(b, "</textarea></p>\n<p><label for=\"objection-email\">");
	html_msg(b, p->lang, MSG_READER_OBJECTION_EMAIL);
	HTML(b, "</label>\n<input id=\"objection-email\" name=\"email\" type=\"email\" autocomplete=\"email\" "
	        "maxlength=\"254\"");
	html_attr(b, "value", p->email);
	HTML(b, "></p>\n<p><button type=\"submit\">");
	html_msg(b, p->lang, MSG_READER_OBJECTION_SEND);
	HTML(b, "</button></p>\n<p class=\"letter-hint\">");
	html_msg(b, p->lang, MSG_READER_OBJECTION_HINT);
	HTML(b, "</p>\n</form>\n");
}

void render_letter_page(struct buf *b, const struct view_assets *assets, const struct view_letter_page *p)
{
	struct page_head head = {assets, p->lang, p->letter.subject, STR_NONE, "page-letter"};
	page_begin(b, &head);
	HTML(b, "<meta name=\"robots\" content=\"noindex\">\n<meta name=\"referrer\" content=\"same-origin\">\n");
	page_body(b, &head);
	HTML(b, "<main id=\"inhalt\" class=\"letter\">\n<p class=\"letter-site\">");
	html_text(b, p->site->name);
	HTML(b, "</p>\n<h1>");
	html_text(b, p->letter.subject);
	HTML(b, "</h1>\n<div class=\"letter-body\">\n");
	letter_paragraphs(b, p->lang, p->letter.body);
	HTML(b, "</div>\n");
	if (p->letter.objection != VIEW_NO_OBJECTION)
		outcome(b, p);
	else if (p->letter.late) {
		HTML(b, "<p class=\"letter-hint\">");
		html_msg(b, p->lang, MSG_ERROR_OBJECTION_LATE);
		HTML(b, "</p>\n");
	} else
		form(b, p);
	HTML(b, "</main>\n</body>\n</html>\n");
}
