/* What an article must be, however it came. */
#include "article/article.h"

#include "article/clean.h"

static bool good_text(str s, bool lines)
{
	if (clean_bad_byte(s) != SIZE_MAX)
		return false;
	for (size_t i = 0; i < s.n;) {
		uint32_t cp = clean_next(s, &i);
		bool control = cp < 0x20 || (cp >= 0x7f && cp <= 0x9f);
		if (control && !(lines && (cp == '\n' || cp == '\t')))
			return false;
	}
	return true;
}

static bool good_lang(str s)
{
	return s.n == 0 || ((str_starts(s, STR("de")) || str_starts(s, STR("en"))) && (s.n == 2 || s.p[2] == '-'));
}

static bool good_id(str s)
{
	if (s.n == 0 || s.n > 200)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
		      c == '-'))
			return false;
	}
	return s.p[0] != '.';
}

static bool good_link(str s, bool local)
{
	bool web = str_starts(s, STR("https://")) || str_starts(s, STR("http://"));
	return s.n == 0 || (s.n <= 2000 && (web || (local && s.p[0] == '/' && !str_starts(s, STR("//")))) &&
	                    str_find(s, STR(" "), 0) == SIZE_MAX);
}

enum frg_status article_check(const struct article *a, struct frg_error *err)
{
	const struct {
		const char *name;
		str text;
		size_t max;
	} fields[] = {{"title", a->title, 500},
	              {"kicker", a->kicker, 300},
	              {"lead", a->lead, 4000},
	              {"section", a->section, 200},
	              {"author", a->author, 500},
	              {"source", a->source, 300},
	              {"agency", a->agency, 500},
	              {"image_alt", a->image_alt, 2000},
	              {"image_caption", a->image_caption, 2000},
	              {"image_credit", a->image_credit, 500}};
	if (!good_id(a->id))
		return frg_fail(err, FRG_INVALID, "article_id",
		                "an article's id has 1 to 200 of A-Z a-z 0-9 . _ - and does not begin with a dot");
	if (a->title.n == 0)
		return frg_fail(err, FRG_INVALID, "article_title", "the article has no title");
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		if (fields[i].text.n > fields[i].max)
			return frg_fail(err, FRG_TOO_LARGE, "article_field_long", "%s is longer than %zu bytes", fields[i].name,
			                fields[i].max);
		if (!good_text(fields[i].text, true))
			return frg_fail(err, FRG_INVALID, "article_text", "%s is not clean UTF-8 text", fields[i].name);
	}
	if (!good_lang(a->lang))
		return frg_fail(err, FRG_UNSUPPORTED, "article_lang", "the language is de or en, not '%.*s'",
		                (int)(a->lang.n < 40 ? a->lang.n : 40), a->lang.p);
	if (!good_link(a->url, false) || !good_text(a->url, false))
		return frg_fail(err, FRG_INVALID, "article_url", "the article's address is not one of the web");
	if (!good_link(a->image_url, true) || !good_text(a->image_url, false))
		return frg_fail(err, FRG_INVALID, "article_picture", "the picture's address is not one of the web");
	if (a->body_html.n > ARTICLE_BODY_MAX || a->body_text.n > ARTICLE_BODY_MAX)
		return frg_fail(err, FRG_TOO_LARGE, "article_long", "the article's text is longer than %d bytes",
		                ARTICLE_BODY_MAX);
	if (!good_text(a->body_html, true) || !good_text(a->body_text, true))
		return frg_fail(err, FRG_INVALID, "article_text", "the body is not clean UTF-8 text");
	return FRG_OK;
}
