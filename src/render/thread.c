/* The comment area under an article: notice, comments, form. The same markup
 * is a page's part, a fragment for other sites, and what the widget keeps alive. */
#include "render/parts.h"

/* To the form; without a script the page comes made for this reader, with the wait as it is then. */
static void write_link(struct buf *b, const struct view_thread *t, const char *css)
{
	HTML(b, "<a");
	if (*css)
		html_attr(b, "class", str_of(css));
	attr_open(b, "href");
	html_text(b, t->article_path);
	HTML(b, "?write=1#form\" rel=\"nofollow\" data-frg=\"write\">");
}

static void head(struct buf *b, const struct view_thread *t)
{
	HTML(b, "<header class=\"frg-head\">\n<h2 id=\"kommentare\" tabindex=\"-1\">");
	html_msg(b, t->lang, MSG_READER_COMMENTS);
	HTML(b, " <span class=\"frg-total\" data-frg=\"total\">");
	buf_printf(b, "%lld", (long long)t->total);
	HTML(b, "</span></h2>\n");
	if (t->open) {
		write_link(b, t, "frg-act");
		html_msg(b, t->lang, MSG_READER_WRITE);
		HTML(b, "</a>\n");
	}
	HTML(b, "</header>\n");
	if (t->notice.safe.n) {
		HTML(b, "<aside class=\"frg-notice\"");
		html_attr(b, "aria-label", i18n(t->lang, MSG_READER_NOTICE_LABEL));
		HTML(b, ">\n");
		html_safe(b, t->notice);
		if (t->open)
			wait_ahead(b, t->lang, &t->ahead);
		HTML(b, "</aside>\n");
	}
}

static bool shown_here(const struct view_thread *t, str id)
{
	for (size_t i = 0; id.n && i < t->comment_count; i++)
		if (str_eq(t->comments[i].id, id))
			return true;
	return false;
}

/* Ends the elements of all levels down to `depth`, so that a sibling can follow there. */
static void close_to(struct buf *b, unsigned *open, unsigned depth)
{
	for (; *open > depth; (*open)--) {
		HTML(b, "</li>\n");
		if (*open > depth + 1)
			HTML(b, "</ol>\n");
	}
}

static void comments(struct buf *b, const struct view_thread *t)
{
	struct comment_place place = {t->lang, true, t->open, t->article_path, t->sent_id};
	unsigned open = 0;                                    /* so many <li> are open */
	HTML(b, "<ol class=\"frg-list\" data-frg=\"list\">"); /* nothing in it if empty: CSS asks */
	for (size_t i = 0; i < t->comment_count; i++) {
		const struct view_comment *c = &t->comments[i];
		unsigned depth = c->depth > 2 ? 2 : c->depth;
		if (depth > open) /* its parent is not on this page */
			depth = open;
		if (depth == open && depth > 0)
			HTML(b, "<ol class=\"frg-replies\">\n");
		else
			close_to(b, &open, depth);
		comment_begin(b, &place, c);
		if (t->open && t->form && form_belongs_to(t->form, c->id))
			form_render(b, t);
		open = depth + 1;
	}
	close_to(b, &open, 0);
	HTML(b, "</ol>\n");
}

static void empty(struct buf *b, const struct view_thread *t)
{
	HTML(b, "<p class=\"frg-empty\" data-frg=\"empty\">");
	html_msg(b, t->lang, MSG_READER_EMPTY);
	if (t->open) {
		HTML(b, " ");
		write_link(b, t, "");
		html_msg(b, t->lang, MSG_READER_EMPTY_INVITE);
		HTML(b, "</a>");
	}
	HTML(b, "</p>\n");
}

static void paging(struct buf *b, const struct view_thread *t)
{
	if (t->first_page && t->next_cursor.n == 0)
		return;
	HTML(b, "<nav class=\"frg-paging\"");
	html_attr(b, "aria-label", i18n(t->lang, MSG_READER_MORE));
	HTML(b, ">\n");
	if (!t->first_page) {
		HTML(b, "<a class=\"frg-page\"");
		attr_open(b, "href");
		html_text(b, t->article_path);
		HTML(b, "#kommentare\">");
		html_msg(b, t->lang, MSG_READER_FIRST_PAGE);
		HTML(b, "</a>\n");
	}
	if (t->next_cursor.n) {
		HTML(b, "<a class=\"frg-page\" rel=\"next\" data-frg=\"more\"");
		html_attr(b, "data-after", t->next_cursor);
		attr_open(b, "href");
		html_text(b, t->article_path);
		HTML(b, "?after=");
		url_part(b, t->next_cursor);
		HTML(b, "#kommentare\">");
		html_msg(b, t->lang, MSG_READER_MORE);
		HTML(b, "</a>\n");
	}
	HTML(b, "</nav>\n");
}

static enum msg closed_msg(const struct view_thread *t)
{
	switch (t->closed_by) {
	case VIEW_CLOSED_AGE: return t->closed_days == 1 ? MSG_READER_CLOSED_AGE_ONE : MSG_READER_CLOSED_AGE;
	case VIEW_CLOSED_HOURS: return t->closed_until ? MSG_READER_CLOSED_HOURS : MSG_READER_CLOSED;
	case VIEW_CLOSED_OVERLOAD: return MSG_READER_CLOSED_OVERLOAD;
	case VIEW_CLOSED_EDITORS: return t->closed_until ? MSG_READER_PAUSED : MSG_READER_CLOSED;
	case VIEW_NOT_CLOSED:
	case VIEW_CLOSED_ARTICLE: break;
	}
	return MSG_READER_CLOSED;
}

/* Why there is no form, and until when. */
static void closed(struct buf *b, const struct view_thread *t)
{
	char until[CLOCK_WORDS_SIZE] = "";
	struct buf days = BUF_INIT(32);
	if (t->closed_until)
		clock_words(t->closed_until, t->lang, until);
	buf_printf(&days, "%lld", (long long)t->closed_days);
	str arg = t->closed_by == VIEW_CLOSED_AGE ? buf_str(&days) : str_of(until);
	HTML(b, "<p class=\"frg-closed\" data-frg=\"closed\">");
	html_msg_args(b, t->lang, closed_msg(t), &arg, 1);
	buf_free(&days);
	if (t->closed_reason.n) {
		HTML(b, "<br>");
		html_msg_args(b, t->lang, MSG_READER_CLOSED_REASON, &t->closed_reason, 1);
	}
	HTML(b, "</p>\n");
}

/* What was typed before comments closed is given back. */
static void kept_text(struct buf *b, const struct view_thread *t)
{
	if (t->form->text.n == 0)
		return;
	HTML(b, "<p class=\"frg-field frg-kept\"><label for=\"frg-text\">");
	html_msg(b, t->lang, MSG_READER_KEPT_TEXT);
	HTML(b, "</label>\n<textarea id=\"frg-text\" rows=\"7\" readonly>\n");
	html_text(b, t->form->text);
	HTML(b, "</textarea></p>\n");
}

static void form_or_closed(struct buf *b, const struct view_thread *t)
{
	HTML(b, "<div class=\"frg-home\" data-frg=\"home\">\n");
	if (!t->open) {
		closed(b, t);
		kept_text(b, t);
	} else if (!shown_here(t, t->form->reply_to) && !shown_here(t, t->form->edit_of)) {
		form_render(b, t);
	}
	HTML(b, "</div>\n");
}

void render_thread(struct buf *b, const struct view_thread *given)
{
	static const struct view_form empty_form;
	struct view_thread t = *given;
	if (!t.form)
		t.form = &empty_form;
	HTML(b, "<section class=\"frg\" aria-labelledby=\"kommentare\"");
	html_attr(b, "lang", lang_tag(t.lang));
	html_attr(b, "data-article", t.article_id);
	if (!t.open)
		HTML(b, " data-closed");
	HTML(b, ">\n");
	head(b, &t);
	if (t.sent_id.n && !shown_here(&t, t.sent_id)) {
		HTML(b, "<p class=\"frg-status frg-held frg-thanks\" role=\"status\">");
		html_msg(b, t.lang, MSG_READER_THANKS);
		HTML(b, "</p>\n");
	}
	if (t.comment_count == 0)
		empty(b, &t);
	comments(b, &t);
	paging(b, &t);
	/* filled by the widget: what has come in since */
	HTML(b, "<div class=\"frg-live\" role=\"status\" data-frg=\"live\"></div>\n");
	form_or_closed(b, &t);
	HTML(b, "</section>\n");
}
