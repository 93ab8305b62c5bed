/* Articles as ninjs, the IPTC's news in JSON: version 2, and version 1 where it only names things differently
 * (one headline instead of a list, associations and renditions as objects). Knows no other JSON.
 * The parser bounds the depth itself, at 2048, and refuses what is not UTF-8. */
#include "article/article.h"

#include "article/clean.h"
#include "base/buf.h"
#include "base/json.h"

/* LOOKED_AT: members of a list that are looked at. */
enum { NAMES_MAX = 400, LOOKED_AT = 100, PICTURE_WIDTH_MAX = 4096, SIDE_MAX = 100000 };

/* ---- looking things up ---- */

/* The first object of an array whose `key` is one of `values`, in their order. NULL if there is none. */
static json_t *pick(json_t *list, const char *key, const char *const *values)
{
	json_t *item;
	size_t i;
	for (; *values; values++) {
		json_array_foreach(list, i, item)
		{
			const char *have = json_string_value(json_object_get(item, key));
			if (have && strcmp(have, *values) == 0)
				return item;
		}
	}
	return NULL;
}

/* The first member that is there, as one clean line. */
static str first_text(struct arena *a, json_t *object, const char *const *keys)
{
	for (; *keys; keys++) {
		str s = clean_line(a, json_str(a, json_object_get(object, *keys)));
		if (s.n)
			return s;
	}
	return STR("");
}

static msec first_time(struct arena *a, json_t *object, const char *const *keys)
{
	for (; *keys; keys++) {
		msec t;
		if (clock_parse_iso(str_trim(json_str(a, json_object_get(object, *keys))), &t))
			return t;
	}
	return 0;
}
#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define FIRST(a, object, ...) first_text((a), (object), NAMES(__VA_ARGS__))
#define WHEN(a, object, ...) first_time((a), (object), NAMES(__VA_ARGS__))
#define PICK(list, key, ...) pick((list), (key), NAMES(__VA_ARGS__))

/* Names of a list's members from `from` on, separated by commas. */
static str names(struct arena *a, json_t *list, size_t from)
{
	str all = STR("");
	json_t *item;
	size_t i;
	json_array_foreach(list, i, item)
	{
		if (i == LOOKED_AT)
			break;
		str name = FIRST(a, item, "name", "by", "value");
		if (i < from || name.n == 0 || all.n + name.n > NAMES_MAX)
			continue;
		all = all.n ? arena_printf(a, "%.*s, %.*s", STR_ARG(all), STR_ARG(name)) : name;
	}
	return all;
}

static str or_else(str a, str b) { return a.n ? a : b; }

/* ---- the article's own fields ---- */

static str headline(struct arena *a, json_t *doc)
{
	json_t *list = json_object_get(doc, "headlines"), *main = PICK(list, "role", "main", "headline", "title");
	str s = FIRST(a, main ? main : json_array_get(list, 0), "value");
	return or_else(s, FIRST(a, doc, "headline", "title"));
}

static str description(struct arena *a, json_t *object, const char *const *roles)
{
	json_t *list = json_object_get(object, "descriptions"), *fit = pick(list, "role", roles);
	str s = FIRST(a, fit ? fit : json_array_get(list, 0), "value");
	return or_else(s, FIRST(a, object, "description_text", "description_summary"));
}

static str id_of(struct arena *a, json_t *doc)
{
	str s = FIRST(a, PICK(json_object_get(doc, "altids"), "role", "id", "slug", "internal"), "value");
	return clean_id(a, or_else(s, FIRST(a, doc, "slugline", "uri", "guid")));
}

static str section(struct arena *a, json_t *doc)
{
	json_t *list = json_object_get(doc, "subjects");
	if (!list)
		list = json_object_get(doc, "subject");
	json_t *fit = PICK(list, "rel", "section", "about", "classifies");
	return FIRST(a, fit ? fit : json_array_get(list, 0), "name");
}

static void take_fields(struct arena *a, json_t *doc, struct article *out)
{
	json_t *infosources = json_object_get(doc, "infosources");
	out->id = id_of(a, doc);
	out->lang = clean_lang(a, FIRST(a, doc, "language"));
	out->url = FIRST(a, doc, "url", "canonicalurl");
	out->title = headline(a, doc);
	out->kicker = FIRST(a, PICK(json_object_get(doc, "headlines"), "role", "kicker", "overline"), "value");
	out->lead = description(a, doc, NAMES("summary", "lead", "abstract", "teaser"));
	out->section = section(a, doc);
	out->author = or_else(FIRST(a, doc, "by", "byline"), names(a, json_object_get(doc, "bylines"), 0));
	out->source = or_else(FIRST(a, json_array_get(infosources, 0), "name"), FIRST(a, doc, "copyrightholder", "source"));
	out->agency = or_else(FIRST(a, doc, "usageterms"), names(a, infosources, 1));
	out->published = WHEN(a, doc, "firstcreated", "contentcreated", "versioncreated", "versionCreated");
	out->updated = WHEN(a, doc, "versioncreated", "contentmodified");
	if (out->updated <= out->published)
		out->updated = 0;
}

/* ---- the body ---- */

/* Paragraphs by empty lines; where there are none, each line is one. What looks like a tag is text. */
static str html_of_text(struct arena *a, str text)
{
	struct buf b = BUF_INIT(8 * ARTICLE_DOCUMENT_MAX);
	str lines = clean_lines(a, text), line;
	bool each = str_find(lines, STR("\n\n"), 0) == SIZE_MAX;
	BUF_LIT(&b, "<p>");
	while (str_next(&lines, '\n', &line)) {
		if (each || line.n == 0)
			BUF_LIT(&b, "</p><p>");
		for (size_t i = 0; i < line.n; i++) {
			if (line.p[i] == '<')
				BUF_LIT(&b, "&lt;");
			else if (line.p[i] == '&')
				BUF_LIT(&b, "&amp;");
			else
				buf_byte(&b, line.p[i]);
		}
		BUF_LIT(&b, "<br>");
	}
	return buf_finish(&b, a);
}

static str body_html(struct arena *a, json_t *doc)
{
	json_t *list = json_object_get(doc, "bodies");
	json_t *fit = PICK(list, "contenttype", "text/html", "application/xhtml+xml");
	if (!fit)
		fit = PICK(list, "contentType", "text/html", "application/xhtml+xml");
	if (!fit && !json_object_get(json_array_get(list, 0), "contenttype"))
		fit = PICK(list, "role", "html", "html5", "richtext");
	str html = json_str(a, json_object_get(fit, "value"));
	html = or_else(html, json_str(a, json_object_get(doc, "body_html")));
	html = or_else(html, json_str(a, json_object_get(doc, "body_xhtml")));
	if (str_trim(html).n)
		return html;
	fit = PICK(list, "contenttype", "text/plain");
	str text = json_str(a, json_object_get(fit ? fit : json_array_get(list, 0), "value"));
	return html_of_text(a, or_else(text, json_str(a, json_object_get(doc, "body_text"))));
}

/* Agencies repeat the headline at the top of the body. */
static void drop_headline(struct article *out)
{
	str open = STR("<h2>"), close = STR("</h2>");
	size_t end = str_starts(out->body_html, open) ? str_find(out->body_html, close, 0) : SIZE_MAX;
	if (end == SIZE_MAX || !str_starts(out->body_text, out->title) ||
	    !str_starts(str_sub(out->body_text, out->title.n, out->body_text.n), STR("\n\n")))
		return;
	out->body_html = str_sub(out->body_html, end + close.n, out->body_html.n);
	out->body_text = str_sub(out->body_text, out->title.n + 2, out->body_text.n);
}

/* ---- the picture ---- */

static bool is_picture(struct arena *a, json_t *rendition)
{
	static const char *const types[] = {"image/jpeg", "image/jpg", "image/png", "image/webp"};
	str type = FIRST(a, rendition, "contenttype", "mimetype");
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_eq(type, str_of(types[i])))
			return true;
	str href = FIRST(a, rendition, "href");
	return type.n == 0 && (str_ends(href, STR(".jpg")) || str_ends(href, STR(".jpeg")) || str_ends(href, STR(".png")) ||
	                       str_ends(href, STR(".webp")));
}

static int side(json_t *rendition, const char *key)
{
	json_int_t v = json_integer_value(json_object_get(rendition, key));
	return v > 0 && v < SIDE_MAX ? (int)v : 0;
}

/* The widest one that a page can carry; the narrowest if all are for print. */
static bool better(int width, int than)
{
	bool fits = width <= PICTURE_WIDTH_MAX, other_fits = than <= PICTURE_WIDTH_MAX;
	return fits == other_fits ? (fits ? width > than : width < than) : fits;
}

static json_t *best_rendition(struct arena *a, json_t *renditions)
{
	json_t *best = NULL, *r;
	const char *key;
	size_t i, n = 0;
	json_object_foreach(renditions, key, r) if (n++ < LOOKED_AT && is_picture(a, r) &&
	                                            (!best || better(side(r, "width"), side(best, "width")))) best = r;
	json_array_foreach(renditions, i, r) if (i < LOOKED_AT && is_picture(a, r) &&
	                                         (!best || better(side(r, "width"), side(best, "width")))) best = r;
	return best;
}

static json_t *main_picture(json_t *associations)
{
	static const char *const keys[] = {"mainpic", "main", "featuremedia", "featureimage"};
	json_t *item, *best = NULL;
	const char *key;
	for (size_t i = 0; i < COUNT_OF(keys) && !best; i++) {
		best = json_object_get(associations, keys[i]);
		best = best ? best : PICK(associations, "name", keys[i]);
	}
	if (best)
		return best;
	json_object_foreach(associations, key, item)
	{
		const char *type = json_string_value(json_object_get(item, "type"));
		if (!best && type && (strcmp(type, "picture") == 0 || strcmp(type, "graphic") == 0))
			best = item;
	}
	return best ? best : PICK(associations, "type", "picture", "graphic");
}

static void take_picture(struct arena *a, json_t *doc, struct article *out)
{
	json_t *item = main_picture(json_object_get(doc, "associations"));
	json_t *rendition = best_rendition(a, json_object_get(item, "renditions"));
	out->image_url = FIRST(a, rendition, "href");
	if (out->image_url.n == 0)
		return;
	out->image_width = side(rendition, "width");
	out->image_height = side(rendition, "height");
	if (!out->image_width || !out->image_height)
		out->image_width = out->image_height = 0;
	out->image_caption = or_else(description(a, item, NAMES("caption", "description")), headline(a, item));
	out->image_alt = FIRST(a, PICK(json_object_get(item, "descriptions"), "role", "alt", "alttext"), "value");
	out->image_alt = or_else(out->image_alt, out->image_caption);
	out->image_credit = or_else(FIRST(a, item, "creditline", "by", "byline"),
	                            names(a, json_object_get(item, "bylines"), 0));
	out->image_credit = or_else(out->image_credit, FIRST(a, item, "copyrightholder", "copyrightnotice"));
}

enum frg_status article_from_ninjs(struct arena *a, str json, struct article *out, struct frg_error *err)
{
	json_error_t why;
	*out = (struct article){0};
	if (json.n > ARTICLE_DOCUMENT_MAX)
		return frg_fail(err, FRG_TOO_LARGE, "article_long", "the document is over %d bytes", ARTICLE_DOCUMENT_MAX);
	json_t *doc = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, &why);
	if (!json_is_object(doc)) {
		enum frg_status st = frg_fail(err, FRG_INVALID, "article_json", "not ninjs: %.100s",
		                              doc ? "not an object" : why.text);
		if (err)
			err->pos = doc ? 1 : (size_t)why.line;
		json_decref(doc);
		return st;
	}
	take_fields(a, doc, out);
	take_picture(a, doc, out);
	bool whole = article_sanitise(a, body_html(a, doc), &out->body_html, &out->body_text);
	json_decref(doc);
	if (!whole)
		return frg_fail(err, FRG_TOO_LARGE, "article_long", "the text is too long");
	drop_headline(out);
	return FRG_OK;
}
