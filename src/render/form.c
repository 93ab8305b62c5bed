/* The form for a new comment, a reply or an edit, empty or given back with
 * hints or an error. Works without a script; the widget takes over its parts
 * by their data-frg names. */
#include "render/parts.h"

bool form_belongs_to(const struct view_form *form, str comment_id)
{
	return comment_id.n && (str_eq(form->reply_to, comment_id) || str_eq(form->edit_of, comment_id));
}

static void hidden(struct buf *b, str name, str value)
{
	HTML(b, "<input type=\"hidden\"");
	html_attr(b, "name", name);
	html_attr(b, "value", value);
	HTML(b, ">\n");
}

static void title(struct buf *b, const struct view_thread *t, const struct view_form *f)
{
	HTML(b, "<h3 class=\"frg-form-title\" id=\"frg-form-title\" data-frg=\"title\">");
	if (f->edit_of.n)
		html_msg(b, t->lang, MSG_READER_FORM_EDIT);
	else if (f->reply_to.n)
		html_msg_args(b, t->lang, MSG_READER_FORM_REPLY, &f->reply_to_name, 1);
	else
		html_msg(b, t->lang, MSG_READER_FORM_TITLE);
	HTML(b, "</h3>\n");
	if (f->edit_of.n || f->reply_to.n) {
		HTML(b, "<a class=\"frg-act frg-cancel\" data-frg=\"cancel\"");
		attr_open(b, "href");
		html_text(b, t->article_path);
		HTML(b, "#comment-");
		url_part(b, f->edit_of.n ? f->edit_of : f->reply_to);
		HTML(b, "\">");
		html_msg(b, t->lang, MSG_READER_CANCEL);
		HTML(b, "</a>\n");
	}
}

static void error(struct buf *b, const struct view_thread *t, const struct view_form *f)
{
	HTML(b, "<div class=\"frg-error\" role=\"alert\" data-frg=\"error\">");
	if (f->error.n) {
		HTML(b, "<p><strong>");
		html_msg(b, t->lang, MSG_READER_ERROR_LABEL);
		HTML(b, "</strong> ");
		html_text(b, f->error);
		HTML(b, "</p>");
	}
	HTML(b, "</div>\n");
}

static void person(struct buf *b, const struct view_thread *t, const struct view_form *f)
{
	HTML(b, "<div class=\"frg-person\">\n<p class=\"frg-field\"><label for=\"frg-name\">");
	html_msg(b, t->lang, MSG_READER_NAME);
	HTML(b, "</label>\n<input id=\"frg-name\" name=\"name\" type=\"text\" autocomplete=\"name\" required "
	        "aria-describedby=\"frg-name-hint\"");
	html_attr_int(b, "maxlength", VIEW_NAME_MAX);
	html_attr(b, "value", f->name);
	HTML(b, ">\n<span class=\"frg-hint\" id=\"frg-name-hint\">");
	html_msg(b, t->lang, MSG_READER_NAME_HINT);
	HTML(b, "</span></p>\n<p class=\"frg-field\"><label for=\"frg-email\">");
	html_msg(b, t->lang, MSG_READER_EMAIL);
	HTML(b, " <span class=\"frg-optional\">");
	html_msg(b, t->lang, MSG_READER_OPTIONAL);
	HTML(b, "</span></label>\n<input id=\"frg-email\" name=\"email\" type=\"email\" autocomplete=\"email\" "
	        "maxlength=\"254\" aria-describedby=\"frg-email-hint\"");
	html_attr(b, "value", f->email);
	HTML(b, ">\n<span class=\"frg-hint\" id=\"frg-email-hint\">");
	html_msg(b, t->lang, MSG_READER_EMAIL_HINT);
	HTML(b, "</span></p>\n</div>\n");
}

static void text(struct buf *b, const struct view_thread *t, const struct view_form *f)
{
	str max[] = {STR("5000")};
	_Static_assert(VIEW_TEXT_MAX == 5000, "the words above");
	HTML(b, "<p class=\"frg-field\"><label for=\"frg-text\">");
	html_msg(b, t->lang, MSG_READER_TEXT);
	HTML(b, "</label>\n<textarea id=\"frg-text\" name=\"text\" rows=\"7\" required "
	        "aria-describedby=\"frg-text-hint frg-count frg-hints-title\"");
	html_attr_int(b, "data-max", VIEW_TEXT_MAX);
	HTML(b, ">\n"); /* a browser drops the first line break after the tag */
	html_text(b, f->text);
	HTML(b, "</textarea>\n<span class=\"frg-under\"><span class=\"frg-hint\" id=\"frg-text-hint\">");
	html_msg(b, t->lang, MSG_READER_TEXT_HINT);
	HTML(b, "</span> <span class=\"frg-hint frg-count\" id=\"frg-count\" data-frg=\"counter\">");
	html_msg_args(b, t->lang, MSG_READER_TEXT_MAX, max, 1);
	HTML(b, "</span></span></p>\n");
}

static void hint(struct buf *b, enum frg_lang lang, const struct view_hint *h)
{
	HTML(b, "<li><strong>");
	html_msg(b, lang, rule_msg(h->rule));
	HTML(b, "</strong>");
	if (h->passage.n) {
		HTML(b, "\n<span class=\"frg-passage\">");
		html_text(b, h->before);
		HTML(b, "<mark>");
		html_text(b, h->passage);
		HTML(b, "</mark>");
		html_text(b, h->after);
		HTML(b, "</span>");
	}
	if (h->reason.n) {
		HTML(b, "\n<span class=\"frg-reason\">");
		html_text(b, h->reason);
		HTML(b, "</span>");
	}
	HTML(b, "</li>\n");
}

/* The title and intro are a live region; the list is not, lest it be read out at every pause. */
static void hints(struct buf *b, const struct view_thread *t, const struct view_form *f)
{
	bool any = f->hint_count > 0;
	HTML(b, "<div class=\"frg-hints\" data-frg=\"hints\">\n"
	        "<p id=\"frg-hints-title\" role=\"status\" data-frg=\"hints-title\">");
	if (any || f->checked) {
		HTML(b, "<strong>");
		html_msg(b, t->lang, MSG_READER_HINTS_TITLE);
		HTML(b, "</strong> ");
		html_msg(b, t->lang, any ? MSG_READER_HINTS : MSG_READER_HINTS_NONE);
	}
	HTML(b, "</p>\n");
	if (any) {
		HTML(b, "<ul>\n");
		for (size_t i = 0; i < f->hint_count; i++)
			hint(b, t->lang, &f->hints[i]);
		HTML(b, "</ul>\n");
	}
	HTML(b, "</div>\n");
}

static void buttons(struct buf *b, const struct view_thread *t, const struct view_form *f)
{
	HTML(b, "<p class=\"frg-buttons\">\n"
	        "<button class=\"frg-send\" type=\"submit\" name=\"action\" value=\"send\">");
	html_msg(b, t->lang, MSG_READER_SEND);
	HTML(b, "</button>\n<button class=\"frg-check\" type=\"submit\" name=\"action\" value=\"check\" "
	        "formnovalidate>");
	html_msg(b, t->lang, MSG_READER_CHECK);
	HTML(b, "</button>\n</p>\n<p class=\"frg-hint\" data-frg=\"note\">");
	html_msg(b, t->lang, f->edit_of.n ? MSG_READER_FORM_EDIT_HINT : MSG_READER_FORM_NOTE);
	HTML(b, "</p>\n");
	wait_ahead(b, t->lang, &t->ahead);
}

void form_render(struct buf *b, const struct view_thread *t)
{
	const struct view_form *f = t->form;
	HTML(b, "<form class=\"frg-form\" id=\"form\" method=\"post\" aria-labelledby=\"frg-form-title\" "
	        "data-frg=\"form\"");
	attr_open(b, "action");
	html_text(b, t->article_path);
	HTML(b, "/comments#form\">\n");
	title(b, t, f);
	error(b, t, f);
	if (!f->edit_of.n)
		person(b, t, f);
	text(b, t, f);
	hints(b, t, f);
	hidden(b, STR("parent"), f->reply_to);
	hidden(b, STR("edit"), f->edit_of);
	hidden(b, STR("idempotency_key"), f->idempotency_key);
	buttons(b, t, f);
	HTML(b, "</form>\n");
}
