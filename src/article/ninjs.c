/* Articles as ninjs, the IPTC's news in JSON: version 2, and version 1 where it only names things differently. */
#include "article/article.h"

#include "base/buf.h"
#include "base/json.h"

/* The member of an array of objects whose `key` is one of `values` (in that order), else the first. */
static json_t *pick(json_t *list, const char *key, const char *const *values)
{
	json_t *item;
	size_t i;
	for (; *values; values++) {
		json_array_foreach(list, i, item) {
			const char *have = json_string_value(json_object_get(item, key));
			if (have && strcmp(have, *values) == 0)
				return item;
		}
	}
	return NULL;
}

static str text(struct arena *a, json_t *object, const char *key) { return str_trim(json_str(a, json_object_get(object, key))); }

static str first_text(struct arena *a, json_t *object, const char *const *keys)
{
	for (; *keys; keys++) {
		str s = text(a, object, *keys);
		if (s.n)
			return s;
	}
	return STR("");
}
#define FIRST(a, object, ...) first_text((a), (object), (const char *const[]){__VA_ARGS__, NULL})
#define PICK(list, key, ...) pick((list), (key), (const char *const[]){__VA_ARGS__, NULL})

static str headline(struct arena *a, json_t *doc)
{
	json_t *list = json_object_get(doc, "headlines");
	json_t *main = PICK(list, "role", "main", "headline", "title");
	if (!main)
		main = json_array_get(list, 0);
	str s = text(a, main, "value");
	return s.n ? s : FIRST(a, doc, "headline", "title");
}

static str description(struct arena *a, json_t *object, const char *const *roles)
{
	json_t *list = json_object_get(object, "descriptions");
	return text(a, pick(list, "role", roles), "value");
}
#define DESCRIPTION(a, object, ...) description((a), (object), (const char *const[]){__VA_ARGS__, NULL})

static str lead(struct arena *a, json_t *doc)
{
	str s = DESCRIPTION(a, doc, "summary", "lead", "abstract", "teaser");
	return s.n ? s : FIRST(a, doc, "description_text", "description_summary");
}

static str slug_of(struct arena *a, json_t *doc)
{
	str s = text(a, PICK(json_object_get(doc, "altids"), "role", "id", "slug", "internal"), "value");
	if (s.n)
		return s;
	s = FIRST(a, doc, "slugline", "uri");
	/* what an id may have; the rest becomes dashes */
	char *p = arena_alloc(a, s.n + 1);
	size_t n = s.n < 200 ? s.n : 200;
	for (size_t i = 0; i < n; i++) {
		char c = s.p[i];
		bool good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c == '.' && i);
		p[i] = good ? c : '-';
	}
	return (str){p, n};
}

static str section(struct arena *a, json_t *doc)
{
	json_t *list = json_object_get(doc, "subjects");
	if (!list)
		list = json_object_get(doc, "subject");
	json_t *s = PICK(list, "rel", "section", "about");
	return text(a, s ? s : json_array_get(list, 0), "name");
}

static str names(struct arena *a, json_t *list, size_t from)
{
	str all = STR("");
	json_t *item;
	size_t i;
	json_array_foreach(list, i, item) {
		str name = text(a, item, "name");
		if (i >= from && name.n && all.n < 1000)
			all = all.n ? arena_printf(a, "%.*s, %.*s", STR_ARG(all), STR_ARG(name)) : name;
	}
	return all;
}

static enum frg_status body(struct arena *a, json_t *doc, struct article *out, struct frg_error *err)
{
	json_t *list = json_object_get(doc, "bodies"), *best = NULL;
	for (int i = 0; i < 2 && !best; i++) {
		static const char *const keys[] = {"contenttype", "contentType"};
		best = PICK(list, keys[i], "text/html", "application/xhtml+xml");
	}
	str html = text(a, best, "value");
	if (html.n == 0)
		html = FIRST(a, doc, "body_html", "body_xhtml");
	str plain = html.n ? STR("") : text(a, json_array_get(list, 0), "value");
	if (plain.n == 0 && html.n == 0)
		plain = text(a, doc, "body_text");
	if (html.n == 0 && plain.n) { /* paragraphs by empty lines; what looks like a tag is text */
		str rest = plain, line;
		html = STR("<p>");
		struct buf b = BUF_INIT(4 * ARTICLE_DOCUMENT_MAX);
		buf_add(&b, html);
		while (str_next(&rest, '\n', &line)) {
			if (str_trim(line).n == 0)
				BUF_LIT(&b, "</p><p>");
			for (size_t i = 0; i < line.n; i++) {
				if (line.p[i] == '<')
					BUF_LIT(&b, "&lt;");
				else if (line.p[i] == '&')
					BUF_LIT(&b, "&amp;");
				else
					buf_byte(&b, line.p[i]);
			}
			buf_byte(&b, '\n');
		}
		html = buf_finish(&b, a);
	}
	return article_sanitise(a, html, &out->body_html, &out->body_text)
	           ? FRG_OK
	           : frg_fail(err, FRG_TOO_LARGE, "article_long", "the text is too long");
}

static void picture(struct arena *a, json_t *doc, struct article *out)
{
	json_t *associations = json_object_get(doc, "associations"), *item, *best = NULL, *r;
	const char *key;
	size_t i;
	int64_t widest = -1;
	if (json_is_object(associations)) { /* ninjs 1 */
		json_object_foreach(associations, key, item)
			if (!best)
				best = item;
	} else {
		best = PICK(associations, "type", "picture", "graphic");
		best = best ? best : json_array_get(associations, 0);
	}
	json_t *renditions = json_object_get(best, "renditions"), *chosen = NULL;
	if (json_is_object(renditions)) {
		json_object_foreach(renditions, key, r)
			if (json_integer_value(json_object_get(r, "width")) > widest) {
				widest = json_integer_value(json_object_get(r, "width"));
				chosen = r;
			}
	}
	json_array_foreach(renditions, i, r)
		if (json_integer_value(json_object_get(r, "width")) > widest) {
			widest = json_integer_value(json_object_get(r, "width"));
			chosen = r;
		}
	int64_t width = json_integer_value(json_object_get(chosen, "width"));
	int64_t height = json_integer_value(json_object_get(chosen, "height"));
	out->image_url = text(a, chosen, "href");
	if (width > 0 && width < 100000 && height > 0 && height < 100000) {
		out->image_width = (int)width;
		out->image_height = (int)height;
	}
	out->image_caption = DESCRIPTION(a, best, "caption", "description");
	if (out->image_caption.n == 0)
		out->image_caption = FIRST(a, best, "description_text", "headline");
	out->image_alt = DESCRIPTION(a, best, "alt", "alttext");
	if (out->image_alt.n == 0)
		out->image_alt = out->image_caption;
	out->image_credit = FIRST(a, best, "creditline", "by", "byline", "copyrightholder");
}

static msec when(struct arena *a, json_t *doc, const char *const *keys)
{
	for (; *keys; keys++) {
		msec t;
		if (clock_parse_iso(text(a, doc, *keys), &t))
			return t;
	}
	return 0;
}
#define WHEN(a, doc, ...) when((a), (doc), (const char *const[]){__VA_ARGS__, NULL})

enum frg_status article_from_ninjs(struct arena *a, str json, struct article *out, struct frg_error *err)
{
	json_error_t why;
	*out = (struct article){0};
	if (json.n > ARTICLE_DOCUMENT_MAX)
		return frg_fail(err, FRG_TOO_LARGE, "article_long", "the document is over %d bytes", ARTICLE_DOCUMENT_MAX);
	json_t *doc = json_loadb(json.p ? json.p : "", json.n, 0, &why);
	if (!json_is_object(doc)) {
		json_decref(doc);
		enum frg_status st = frg_fail(err, FRG_INVALID, "article_json", "not ninjs: %s", doc ? "not an object" : why.text);
		if (err)
			err->pos = doc ? 1 : (size_t)why.line;
		return st;
	}
	json_t *infosources = json_object_get(doc, "infosources");
	out->id = slug_of(a, doc);
	out->lang = text(a, doc, "language");
	out->url = FIRST(a, doc, "url", "canonicalurl");
	out->title = headline(a, doc);
	out->kicker = text(a, PICK(json_object_get(doc, "headlines"), "role", "kicker", "overline"), "value");
	out->lead = lead(a, doc);
	out->section = section(a, doc);
	out->author = FIRST(a, doc, "by", "byline");
	out->source = text(a, json_array_get(infosources, 0), "name");
	out->agency = text(a, doc, "usageterms");
	if (out->agency.n == 0)
		out->agency = names(a, infosources, 1);
	out->published = WHEN(a, doc, "firstcreated", "contentcreated", "versioncreated", "versionCreated");
	out->updated = WHEN(a, doc, "versioncreated", "contentmodified");
	if (out->updated == out->published)
		out->updated = 0;
	picture(a, doc, out);
	enum frg_status st = body(a, doc, out, err);
	json_decref(doc);
	return st;
}
