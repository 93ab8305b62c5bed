/* One comment: as all readers see it, and as its author sees it while it is
 * held or after it was refused. Whether it stands in a page or goes alone to a
 * script changes only its links: `page` says which. */
#include "render/parts.h"

static const char *state_name(enum view_state state)
{
	switch (state) {
	case VIEW_RELEASED: return "released";
	case VIEW_REMOVED: return "removed";
	case VIEW_HELD: return "held";
	case VIEW_RETURNED: return "returned";
	case VIEW_REJECTED: return "rejected";
	case VIEW_WITHDRAWN: return "withdrawn";
	}
	BUG("state %d", (int)state);
}

static unsigned shown_depth(const struct view_comment *c) { return c->depth > 2 ? 2 : c->depth; }

/* ---- the author's own: what became of it ---------------------------------------- */

static void queue_words(struct buf *b, enum frg_lang lang, const struct view_own *own)
{
	if (own->queue_position == 1) {
		HTML(b, " ");
		html_msg(b, lang, MSG_READER_QUEUE_NEXT);
	} else if (own->queue_position > 1) {
		struct buf digits = BUF_INIT(32);
		buf_printf(&digits, "%lld", (long long)own->queue_position);
		str args[] = {buf_str(&digits)};
		HTML(b, " ");
		html_msg_args(b, lang, MSG_READER_QUEUE_POSITION, args, 1);
		buf_free(&digits);
	}
	if (own->review_late) {
		HTML(b, " ");
		html_msg(b, lang, MSG_READER_REVIEW_LATE);
	}
	if (own->review_until || own->review_none) {
		struct view_wait wait = {own->now, own->review_from, own->review_until, own->review_none};
		HTML(b, " <span class=\"frg-when\">");
		wait_words(b, lang, &wait);
		HTML(b, "</span>");
	}
}

static void findings(struct buf *b, enum frg_lang lang, const struct view_own *own)
{
	if (own->finding_count == 0)
		return;
	HTML(b, "<p class=\"frg-lead-in\">");
	html_msg(b, lang, MSG_READER_FINDINGS);
	HTML(b, "</p>\n<ul class=\"frg-findings\">\n");
	for (size_t i = 0; i < own->finding_count; i++) {
		const struct view_finding *f = &own->findings[i];
		HTML(b, "<li><strong>");
		html_msg(b, lang, rule_msg(f->rule));
		HTML(b, "</strong>");
		if (f->passage.n) {
			HTML(b, " <q>");
			html_text(b, f->passage);
			HTML(b, "</q>");
		}
		if (f->reason.n) {
			HTML(b, "<br>");
			html_text(b, f->reason);
		}
		HTML(b, "</li>\n");
	}
	HTML(b, "</ul>\n");
}

static void editors_word(struct buf *b, enum frg_lang lang, str word)
{
	if (word.n == 0)
		return;
	HTML(b, "<p class=\"frg-lead-in\">");
	html_msg(b, lang, MSG_READER_WORD);
	HTML(b, "</p>\n<blockquote class=\"frg-word\"><p>");
	html_text(b, word);
	HTML(b, "</p></blockquote>\n");
}

struct status_words {
	enum msg title, text;
	const char *kind; /* how it looks: held, refused, quiet */
};

static struct status_words words_for(const struct view_comment *c)
{
	switch (c->state) {
	case VIEW_HELD: return (struct status_words){MSG_READER_HELD_TITLE, MSG_READER_HELD, "held"};
	case VIEW_RETURNED: return (struct status_words){MSG_READER_RETURNED_TITLE, MSG_READER_RETURNED, "returned"};
	case VIEW_REJECTED:
		if (c->own && c->own->removed)
			return (struct status_words){MSG_READER_TAKEN_OFF_TITLE, MSG_READER_TAKEN_OFF, "rejected"};
		return (struct status_words){MSG_READER_REJECTED_TITLE, MSG_READER_REJECTED, "rejected"};
	case VIEW_WITHDRAWN: return (struct status_words){MSG_READER_WITHDRAWN_TITLE, MSG_READER_WITHDRAWN, "quiet"};
	case VIEW_RELEASED:
	case VIEW_REMOVED: break;
	}
	if (c->own && c->own->decided)
		return (struct status_words){MSG_READER_REFUSED_EDIT_TITLE, MSG_READER_REFUSED_EDIT, "returned"};
	return (struct status_words){MSG_READER_HELD_EDIT_TITLE, MSG_READER_HELD_EDIT, "held"};
}

static bool pending_edit(const struct view_comment *c)
{
	return c->own && (c->state == VIEW_RELEASED || c->state == VIEW_REMOVED);
}

/* The letter, folded; and the way to object, or what became of it. */
static void letter(struct buf *b, enum frg_lang lang, const struct view_letter *l)
{
	if (!l)
		return;
	HTML(b, "<details class=\"frg-letter\"><summary>");
	html_msg(b, lang, MSG_READER_LETTER);
	HTML(b, "</summary><div>\n");
	letter_paragraphs(b, l->lang, l->body);
	HTML(b, "</div></details>\n<p>");
	if (l->objection != VIEW_NO_OBJECTION) {
		HTML(b, "<strong class=\"frg-badge\">");
		html_msg(b, lang, MSG_READER_OBJECTION);
		HTML(b, "</strong> ");
		html_msg(b, lang, objection_msg(l->objection));
		HTML(b, " ");
	}
	if (l->objection != VIEW_NO_OBJECTION || !l->late) {
		HTML(b, "<a class=\"frg-act\"");
		html_attr(b, "href", l->link);
		HTML(b, ">");
		html_msg(b, lang, l->objection == VIEW_NO_OBJECTION ? MSG_READER_OBJECT : MSG_READER_OBJECTION_SEE);
		HTML(b, "</a>");
	}
	HTML(b, "</p>\n");
}

static void own_status(struct buf *b, const struct comment_place *place, const struct view_comment *c)
{
	enum frg_lang lang = place->lang;
	struct status_words words = words_for(c);
	HTML(b, "<div");
	struct buf kind = BUF_INIT(64);
	buf_printf(&kind, "frg-status frg-%s", words.kind);
	html_attr(b, "class", buf_str(&kind));
	buf_free(&kind);
	HTML(b, ">\n");
	if (place->sent_id.n && str_eq(place->sent_id, c->id)) {
		HTML(b, "<p class=\"frg-thanks\">");
		html_msg(b, lang, MSG_READER_THANKS);
		HTML(b, "</p>\n");
	}
	HTML(b, "<p><strong class=\"frg-badge\">");
	html_msg(b, lang, words.title);
	HTML(b, "</strong> ");
	html_msg(b, lang, words.text);
	if (c->own && c->own->decided == 0 && (c->state == VIEW_HELD || pending_edit(c)))
		queue_words(b, lang, c->own);
	HTML(b, "</p>\n");
	if (c->own && c->state != VIEW_HELD && c->state != VIEW_WITHDRAWN) {
		findings(b, lang, c->own);
		editors_word(b, lang, c->own->word);
	}
	if (c->state != VIEW_WITHDRAWN)
		letter(b, lang, c->letter);
	if (pending_edit(c)) {
		HTML(b, "<details class=\"frg-new\"><summary>");
		html_msg(b, lang, MSG_READER_NEW_TEXT);
		HTML(b, "</summary><p class=\"frg-plain\">");
		html_text(b, c->own->text);
		HTML(b, "</p></details>\n");
	}
	HTML(b, "</div>\n");
}

/* ---- what can be done ---------------------------------------------------------------- */

/* A link that works without a script, too: the page comes back with the form filled for it. */
static void form_link(struct buf *b, const struct comment_place *place, const char *what, str id)
{
	HTML(b, "<a class=\"frg-act\"");
	attr_open(b, "href");
	if (place->page)
		html_text(b, place->article_path);
	buf_printf(b, "?%s=", what);
	url_part(b, id);
	HTML(b, "#form\"");
	html_attr(b, "data-frg", str_of(what));
	HTML(b, ">");
}

static void withdraw_button(struct buf *b, const struct comment_place *place, str id)
{
	if (place->page) {
		HTML(b, "<form class=\"frg-inline\" method=\"post\"");
		attr_open(b, "action");
		html_text(b, place->article_path);
		HTML(b, "/comments/");
		url_part(b, id);
		HTML(b, "/withdraw\">");
	}
	HTML(b, "<button class=\"frg-act\" data-frg=\"withdraw\"");
	html_attr(b, "type", place->page ? STR("submit") : STR("button"));
	HTML(b, ">");
	html_msg(b, place->lang, MSG_READER_WITHDRAW);
	HTML(b, "</button>");
	if (place->page)
		HTML(b, "</form>");
	HTML(b, "\n");
}

/* To a page of its own: it works without a script and wherever the comment is shown. */
static void report_link(struct buf *b, const struct comment_place *place, const struct view_comment *c)
{
	HTML(b, "<a class=\"frg-act frg-report\" rel=\"nofollow\" data-frg=\"report\" href=\"/comments/");
	url_part(b, c->id);
	HTML(b, "/notice?lang=");
	html_text(b, lang_tag(place->lang));
	HTML(b, "\">");
	html_msg(b, place->lang, MSG_NOTICE_LINK);
	HTML(b, "<span class=\"frg-vh\"> ");
	html_msg_args(b, place->lang, MSG_NOTICE_LINK_WHOSE, &c->name, 1);
	HTML(b, "</span></a>\n");
}

static void actions(struct buf *b, const struct comment_place *place, const struct view_comment *c)
{
	bool own = c->own || c->mine;
	bool reply = c->state == VIEW_RELEASED && place->open, report = c->state == VIEW_RELEASED && !own;
	bool gone = c->state == VIEW_WITHDRAWN || c->state == VIEW_REMOVED;
	if (gone || (!reply && !own && !report))
		return;
	HTML(b, "<footer class=\"frg-acts\">\n");
	if (reply) {
		form_link(b, place, "reply", c->id);
		html_msg(b, place->lang, MSG_READER_REPLY);
		HTML(b, "<span class=\"frg-vh\"> ");
		html_msg_args(b, place->lang, MSG_READER_REPLY_TO, &c->name, 1);
		HTML(b, "</span></a>\n");
	}
	if (own && place->open) {
		form_link(b, place, "edit", c->id);
		html_msg(b, place->lang, MSG_READER_EDIT);
		HTML(b, "</a>\n");
	}
	if (own)
		withdraw_button(b, place, c->id);
	if (report)
		report_link(b, place, c);
	HTML(b, "</footer>\n");
}

/* ---- the comment ------------------------------------------------------------------------ */

static void byline(struct buf *b, const struct comment_place *place, const struct view_comment *c)
{
	enum frg_lang lang = place->lang;
	HTML(b, "<header class=\"frg-by\">\n<h3 class=\"frg-name\">");
	html_text(b, c->name);
	HTML(b, "</h3>\n");
	if (c->own || c->mine) {
		HTML(b, "<span class=\"frg-yours\">");
		html_msg(b, lang, MSG_READER_YOURS);
		HTML(b, "</span>\n");
	}
	if (c->picked && c->state == VIEW_RELEASED) {
		HTML(b, "<span class=\"frg-picked\">");
		html_msg(b, lang, MSG_READER_PICKED);
		HTML(b, "</span>\n");
	}
	if (c->answers_name.n) {
		HTML(b, "<span class=\"frg-answers\">");
		html_msg_args(b, lang, MSG_READER_ANSWERS, &c->answers_name, 1);
		HTML(b, "</span>\n");
	}
	msec when = c->published ? c->published : c->own ? c->own->submitted : 0;
	if (when) {
		HTML(b, "<a class=\"frg-when\"");
		attr_open(b, "href");
		HTML(b, "#comment-");
		url_part(b, c->id);
		HTML(b, "\">");
		html_time(b, lang, when);
		HTML(b, "</a>\n");
	}
	if (c->edited && c->state == VIEW_RELEASED) {
		char words[CLOCK_WORDS_SIZE];
		clock_words(c->edited, lang, words);
		str args[] = {str_of(words)};
		HTML(b, "<span class=\"frg-edited\">");
		html_msg_args(b, lang, MSG_READER_EDITED, args, 1);
		HTML(b, "</span>\n");
	}
	HTML(b, "</header>\n");
}

static void text(struct buf *b, const struct view_comment *c)
{
	if (c->body.safe.n == 0 && !c->own)
		return;
	HTML(b, "<div class=\"frg-text\">");
	if (c->body.safe.n) {
		html_safe(b, c->body);
	} else {
		HTML(b, "<p class=\"frg-plain\">");
		html_text(b, c->own->text);
		HTML(b, "</p>");
	}
	HTML(b, "</div>\n");
}

void comment_begin(struct buf *b, const struct comment_place *place, const struct view_comment *c)
{
	HTML(b, "<li class=\"frg-c\"");
	attr_open(b, "id");
	HTML(b, "comment-");
	html_text(b, c->id);
	attr_close(b);
	html_attr(b, "data-id", c->id);
	if (c->parent_id.n)
		html_attr(b, "data-parent", c->parent_id);
	html_attr_int(b, "data-depth", shown_depth(c));
	html_attr(b, "data-state", str_of(state_name(c->state)));
	if (c->picked)
		HTML(b, " data-picked");
	if (c->own || c->mine)
		HTML(b, " data-own");
	if (c->own) /* for the edit form: the text as it was written */
		html_attr(b, "data-text", c->own->text);
	HTML(b, ">\n<article class=\"frg-card\">\n");
	if (c->state == VIEW_REMOVED && !c->own) {
		HTML(b, "<p class=\"frg-removed\">");
		html_msg(b, place->lang, MSG_READER_REMOVED);
		HTML(b, "</p>\n");
	} else {
		byline(b, place, c);
		text(b, c);
		if (c->own || c->state >= VIEW_HELD)
			own_status(b, place, c);
		actions(b, place, c);
	}
	HTML(b, "</article>\n");
}

void render_comment(struct buf *b, enum frg_lang lang, const struct view_comment *comment)
{
	struct comment_place alone = {.lang = lang, .open = true};
	comment_begin(b, &alone, comment);
	HTML(b, "</li>\n");
}
