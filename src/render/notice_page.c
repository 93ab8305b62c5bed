/* The pages of those who report a comment: the form, and what became of it. They work without a script and say all
 * that Article 16 asks for. */
#include "render/notice.h"

#include "render/parts.h"

#include <stdio.h>
#include <string.h>

enum { EXPLANATION_MAX = 3000, NAME_MAX_CHARS = 100, EMAIL_MAX_CHARS = 254 };

static void begin(struct buf *b, const struct view_assets *assets, const struct view_site *site, enum frg_lang lang,
                  enum msg title)
{
	struct page_head head = {assets, lang, i18n(lang, title), STR_NONE, "page-letter"};
	page_begin(b, &head);
	HTML(b, "<meta name=\"robots\" content=\"noindex\">\n<meta name=\"referrer\" content=\"same-origin\">\n");
	page_body(b, &head);
	HTML(b, "<main id=\"inhalt\" class=\"letter notice\">\n<p class=\"letter-site\">");
	html_text(b, site->name);
	HTML(b, "</p>\n<h1>");
	html_msg(b, lang, title);
	HTML(b, "</h1>\n");
}

static void end(struct buf *b) { HTML(b, "</main>\n</body>\n</html>\n"); }

static void kind_name(struct buf *b, enum frg_lang lang, const char *kind)
{
	html_text(b, i18n_find(lang, "notice.kind.", kind, MSG_NOTICE_KIND_OTHER));
}

/* ---- the form ---- */

/* Which field an error is about. */
static const char *field_of(const char *code)
{
	static const char *const fields[][2] = {
		{"notice_kind_missing", "kind"},   {"notice_why_missing", "explanation"}, {"notice_too_long", "explanation"},
		{"notice_invalid", "explanation"}, {"notice_name_missing", "name"},       {"name_too_long", "name"},
		{"name_invalid", "name"},          {"notice_email_missing", "email"},     {"notice_email_invalid", "email"},
		{"email_too_long", "email"},       {"notice_faith_missing", "faith"}};
	for (size_t i = 0; code && i < COUNT_OF(fields); i++)
		if (strcmp(code, fields[i][0]) == 0)
			return fields[i][1];
	return "";
}

/* ` aria-invalid="true" aria-describedby="notice-error"` on the field that is wrong. */
static void mark(struct buf *b, const struct view_notice_form *p, const char *field)
{
	if (strcmp(field_of(p->error_code), field) == 0)
		HTML(b, " aria-invalid=\"true\" aria-describedby=\"notice-error\"");
}

static void quoted(struct buf *b, const struct view_notice_form *p)
{
	char when[CLOCK_WORDS_SIZE];
	clock_words(p->published, p->lang, when);
	const str by[] = {p->author_name, str_of(when), p->article_title};
	HTML(b, "<section class=\"notice-comment\" aria-labelledby=\"notice-comment\">\n<h2 id=\"notice-comment\">");
	html_msg(b, p->lang, MSG_NOTICE_COMMENT);
	HTML(b, "</h2>\n<blockquote>");
	html_safe(b, p->body);
	HTML(b, "</blockquote>\n<p class=\"letter-hint\">");
	html_msg_args(b, p->lang, MSG_NOTICE_COMMENT_BY, by, COUNT_OF(by));
	HTML(b, "</p>\n<p class=\"letter-hint notice-address\">");
	html_msg(b, p->lang, MSG_NOTICE_ADDRESS);
	HTML(b, ": <a");
	html_attr(b, "href", p->comment_link);
	HTML(b, ">");
	html_text(b, p->comment_link);
	HTML(b, "</a></p>\n</section>\n");
}

static void option(struct buf *b, const struct view_notice_form *p, const char *kind)
{
	HTML(b, "<option");
	html_attr(b, "value", str_of(kind));
	if (str_eq(p->kind, str_of(kind)))
		HTML(b, " selected");
	HTML(b, ">");
	kind_name(b, p->lang, kind);
	HTML(b, "</option>\n");
}

static void kind_field(struct buf *b, const struct view_notice_form *p)
{
	HTML(b, "<p><label for=\"notice-kind\">");
	html_msg(b, p->lang, MSG_NOTICE_FORM_KIND);
	HTML(b, "</label>\n<select id=\"notice-kind\" name=\"kind\" required");
	mark(b, p, "kind");
	HTML(b, ">\n<option value=\"\">");
	html_msg(b, p->lang, MSG_NOTICE_KIND_CHOOSE);
	HTML(b, "</option>\n<optgroup");
	html_attr(b, "label", i18n(p->lang, MSG_NOTICE_KIND_LAW));
	HTML(b, ">\n");
	for (size_t i = 0; notice_kinds[i]; i++)
		if (strcmp(notice_kinds[i], "rules") != 0)
			option(b, p, notice_kinds[i]);
	HTML(b, "</optgroup>\n<optgroup");
	html_attr(b, "label", i18n(p->lang, MSG_NOTICE_KIND_HOUSE));
	HTML(b, ">\n");
	option(b, p, "rules");
	HTML(b, "</optgroup>\n</select></p>\n");
}

static void explanation_field(struct buf *b, const struct view_notice_form *p)
{
	HTML(b, "<p><label for=\"notice-explanation\">");
	html_msg(b, p->lang, MSG_NOTICE_FORM_EXPLANATION);
	HTML(b, "</label>\n<span class=\"letter-hint\" id=\"notice-explanation-hint\">");
	html_msg(b, p->lang, MSG_NOTICE_FORM_EXPLANATION_HINT);
	HTML(b, "</span>\n<textarea id=\"notice-explanation\" name=\"explanation\" rows=\"7\" required");
	html_attr_int(b, "maxlength", EXPLANATION_MAX);
	if (strcmp(field_of(p->error_code), "explanation") == 0)
		HTML(b, " aria-invalid=\"true\" aria-describedby=\"notice-error notice-explanation-hint\"");
	else
		HTML(b, " aria-describedby=\"notice-explanation-hint\"");
	HTML(b, ">\n");
	html_text(b, p->explanation);
	HTML(b, "</textarea></p>\n");
}

static void person_fields(struct buf *b, const struct view_notice_form *p)
{
	HTML(b, "<div class=\"notice-person\">\n<p><label for=\"notice-name\">");
	html_msg(b, p->lang, MSG_NOTICE_FORM_NAME);
	HTML(b, "</label>\n<input id=\"notice-name\" name=\"name\" autocomplete=\"name\"");
	html_attr_int(b, "maxlength", NAME_MAX_CHARS);
	html_attr(b, "value", p->name);
	mark(b, p, "name");
	HTML(b, "></p>\n<p><label for=\"notice-email\">");
	html_msg(b, p->lang, MSG_NOTICE_FORM_EMAIL);
	HTML(b, "</label>\n<input id=\"notice-email\" name=\"email\" type=\"email\" autocomplete=\"email\"");
	html_attr_int(b, "maxlength", EMAIL_MAX_CHARS);
	html_attr(b, "value", p->email);
	mark(b, p, "email");
	HTML(b, "></p>\n</div>\n<p class=\"letter-hint\">");
	html_msg(b, p->lang, MSG_NOTICE_FORM_PERSON_HINT);
	HTML(b, "</p>\n");
}

static void faith_field(struct buf *b, const struct view_notice_form *p)
{
	HTML(b, "<p class=\"notice-faith\"><input id=\"notice-faith\" type=\"checkbox\" name=\"good_faith\" value=\"1\" "
	        "required");
	if (p->good_faith)
		HTML(b, " checked");
	mark(b, p, "faith");
	HTML(b, ">\n<label for=\"notice-faith\">");
	html_msg(b, p->lang, MSG_NOTICE_FORM_FAITH);
	HTML(b, "</label></p>\n");
}

static void hidden(struct buf *b, const struct view_notice_form *p)
{
	HTML(b, "<input type=\"hidden\" name=\"revision\"");
	html_attr(b, "value", p->revision_id);
	HTML(b, ">\n<input type=\"hidden\" name=\"form_key\"");
	html_attr(b, "value", p->form_key);
	HTML(b, ">\n<input type=\"hidden\" name=\"lang\"");
	html_attr(b, "value", lang_tag(p->lang));
	HTML(b, ">\n");
}

void render_notice_form(struct buf *b, const struct view_assets *assets, const struct view_notice_form *p)
{
	begin(b, assets, p->site, p->lang, MSG_NOTICE_TITLE);
	HTML(b, "<p class=\"notice-intro\">");
	html_msg(b, p->lang, MSG_NOTICE_INTRO);
	HTML(b, "</p>\n");
	quoted(b, p);
	HTML(b, "<form class=\"letter-form\" id=\"form\" method=\"post\"");
	html_attr(b, "action", p->path);
	HTML(b, ">\n");
	if (p->error.n) {
		HTML(b, "<p class=\"letter-error\" id=\"notice-error\" role=\"alert\">");
		html_msg(b, p->lang, MSG_NOTICE_ERROR_LABEL);
		HTML(b, " ");
		html_text(b, p->error);
		HTML(b, "</p>\n");
	}
	hidden(b, p);
	kind_field(b, p);
	explanation_field(b, p);
	person_fields(b, p);
	faith_field(b, p);
	HTML(b, "<p class=\"notice-end\"><button type=\"submit\">");
	html_msg(b, p->lang, MSG_NOTICE_FORM_SEND);
	HTML(b, "</button> <a");
	html_attr(b, "href", p->comment_link);
	HTML(b, ">");
	html_msg(b, p->lang, MSG_NOTICE_FORM_BACK);
	HTML(b, "</a></p>\n</form>\n");
	end(b);
}

/* ---- what became of it ---- */

static void fact(struct buf *b, enum frg_lang lang, enum msg name)
{
	HTML(b, "<dt>");
	html_msg(b, lang, name);
	HTML(b, "</dt><dd>");
}

static void facts(struct buf *b, const struct view_notice_page *p)
{
	char kind[40];
	snprintf(kind, sizeof kind, "%.*s", STR_ARG(p->kind));
	HTML(b, "<dl class=\"notice-facts\">\n");
	fact(b, p->lang, MSG_NOTICE_STATE_REFERENCE);
	HTML(b, "<strong>");
	html_text(b, p->reference);
	HTML(b, "</strong></dd>\n");
	fact(b, p->lang, MSG_NOTICE_STATE_RECEIVED);
	html_time(b, p->lang, p->received);
	HTML(b, "</dd>\n");
	fact(b, p->lang, MSG_NOTICE_STATE_ARTICLE);
	if (p->comment_link.n) {
		HTML(b, "<a");
		html_attr(b, "href", p->comment_link);
		HTML(b, ">");
		html_text(b, p->article_title);
		HTML(b, "</a>");
	} else {
		html_text(b, p->article_title);
	}
	HTML(b, "</dd>\n");
	fact(b, p->lang, MSG_NOTICE_STATE_KIND);
	kind_name(b, p->lang, kind);
	HTML(b, "</dd>\n");
	fact(b, p->lang, MSG_NOTICE_STATE_EXPLANATION);
	html_text(b, p->explanation);
	HTML(b, "</dd>\n</dl>\n");
}

static void standing(struct buf *b, const struct view_notice_page *p, msec now)
{
	char due[CLOCK_WORDS_SIZE];
	clock_words(p->due, p->lang, due);
	const str args[] = {str_of(due)};
	HTML(b, "<p role=\"status\">");
	if (p->fresh) {
		HTML(b, "<strong>");
		html_msg(b, p->lang, MSG_NOTICE_STATE_FRESH);
		HTML(b, "</strong> ");
	}
	html_msg_args(b, p->lang, now > p->due ? MSG_NOTICE_STATE_LATE : MSG_NOTICE_STATE_OPEN, args, 1);
	HTML(b, "</p>\n<p>");
	html_msg(b, p->lang, MSG_NOTICE_STATE_KEEP);
	HTML(b, "<br>\n<a class=\"notice-link\"");
	html_attr(b, "href", p->link);
	HTML(b, ">");
	html_text(b, p->link);
	HTML(b, "</a></p>\n");
	if (p->by_mail) {
		HTML(b, "<p class=\"letter-hint\">");
		html_msg(b, p->lang, MSG_NOTICE_STATE_MAIL);
		HTML(b, "</p>\n");
	}
}

void render_notice_page(struct buf *b, const struct view_assets *assets, const struct view_notice_page *p)
{
	begin(b, assets, p->site, p->lang, MSG_NOTICE_STATE_TITLE);
	if (p->decided) {
		HTML(b, "<section class=\"letter-answer\" role=\"status\">\n<h2>");
		html_msg(b, p->lang, MSG_NOTICE_STATE_ANSWER);
		HTML(b, "</h2>\n<div class=\"letter-body\">\n");
		letter_paragraphs(b, p->lang, p->answer);
		HTML(b, "</div>\n</section>\n");
	}
	HTML(b, "<div class=\"letter-body\">\n");
	if (!p->decided)
		standing(b, p, clock_now());
	facts(b, p);
	HTML(b, "</div>\n");
	end(b);
}
