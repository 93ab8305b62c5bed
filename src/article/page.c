/* An article from a page of another server: what the page says of itself (JSON-LD, OpenGraph, link and meta
 * elements) and its text, the best of each field. A page is hostile input like any other. */
#include "article/page.h"

#include "article/clean.h"

#include <libxml/uri.h>

enum {
	SCRIPTS_MAX = 20,
	SCRIPT_MAX = 512 << 10,
	BODY_MIN = 200,
	URL_MAX_BYTES = 2000,
	HEADING_MAX = 2000,
	SIDE_MAX = 100000
};

struct page {
	struct arena *a;
	str og_title, og_description, og_image, og_image_alt, og_width, og_height, og_url, og_published, og_modified,
		og_locale, og_section, og_site, author, description;
	str canonical, html_lang, title, heading;
	str scripts[SCRIPTS_MAX];
	size_t script_count;
};

str page_line(struct arena *a, str s)
{
	str html, text;
	bool marked_up = str_find(s, STR("&"), 0) != SIZE_MAX || str_find(s, STR("</"), 0) != SIZE_MAX;
	if (marked_up && s.n < ARTICLE_BODY_MAX / 8 && article_sanitise(a, s, &html, &text))
		s = text;
	return clean_line(a, s);
}

/* ---- what stands in the tree ---- */

static void take_meta(struct page *p, const xmlNode *node)
{
	const struct {
		const char *name;
		str *field;
	} known[] = {{"og:title", &p->og_title},
	             {"og:description", &p->og_description},
	             {"og:image", &p->og_image},
	             {"og:image:alt", &p->og_image_alt},
	             {"og:image:width", &p->og_width},
	             {"og:image:height", &p->og_height},
	             {"og:url", &p->og_url},
	             {"og:locale", &p->og_locale},
	             {"og:site_name", &p->og_site},
	             {"article:published_time", &p->og_published},
	             {"article:modified_time", &p->og_modified},
	             {"article:section", &p->og_section},
	             {"author", &p->author},
	             {"description", &p->description}};
	str name = tree_attribute(p->a, node, "property");
	if (name.n == 0)
		name = tree_attribute(p->a, node, "name");
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (known[i].field->n == 0 && str_eq_nocase(name, str_of(known[i].name)))
			*known[i].field = page_line(p->a, tree_attribute(p->a, node, "content"));
}

static void take_script(struct page *p, const xmlNode *node)
{
	if (p->script_count == SCRIPTS_MAX ||
	    !str_eq_nocase(tree_attribute(p->a, node, "type"), STR("application/ld+json")))
		return;
	str s = tree_text(p->a, node);
	if (s.n <= SCRIPT_MAX)
		p->scripts[p->script_count++] = s;
}

static bool collect(void *ctx, const xmlNode *node)
{
	struct page *p = ctx;
	if (tree_is(node, "meta"))
		take_meta(p, node);
	else if (tree_is(node, "html") && p->html_lang.n == 0)
		p->html_lang = tree_attribute(p->a, node, "lang");
	else if (tree_is(node, "title") && p->title.n == 0)
		p->title = clean_line(p->a, tree_text(p->a, node));
	else if (tree_is(node, "h1") && p->heading.n == 0)
		p->heading = clean_line(p->a, clean_cut(tree_text(p->a, node), HEADING_MAX));
	else if (tree_is(node, "link") && p->canonical.n == 0 &&
	         str_eq_nocase(tree_attribute(p->a, node, "rel"), STR("canonical")))
		p->canonical = tree_attribute(p->a, node, "href");
	else if (tree_is(node, "script"))
		take_script(p, node);
	return !tree_is(node, "script") && !tree_is(node, "svg");
}

/* ---- together ---- */

static str first_of(str a, str b, str c) { return a.n ? a : b.n ? b : c; }

static bool is_web(str url) { return str_starts(url, STR("https://")) || str_starts(url, STR("http://")); }

/* An address as the page wrote it, made absolute; "" if it is none of the web. */
static str resolve(struct arena *a, str url, str base)
{
	if (url.n == 0 || url.n > URL_MAX_BYTES || base.n > URL_MAX_BYTES)
		return STR("");
	for (size_t i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] <= ' ' || url.p[i] == 0x7f)
			return STR("");
	if (!is_web(url)) {
		xmlChar *full = xmlBuildURI((const xmlChar *)arena_cstr(a, url), (const xmlChar *)arena_cstr(a, base));
		url = arena_str(a, str_of((const char *)full));
		xmlFree(full);
	}
	return is_web(url) && url.n <= URL_MAX_BYTES ? url : STR("");
}

static str host_of(str url)
{
	size_t begin = str_find(url, STR("://"), 0), end;
	if (begin == SIZE_MAX)
		return STR("");
	for (end = begin += 3; end < url.n && url.p[end] != '/' && url.p[end] != '?' && url.p[end] != '#'; end++)
		;
	return str_sub(url, begin, end);
}

/* "Headline | Newspaper": the headline, if the page tells its own name or has it as a heading. */
static str bare_title(const struct page *p)
{
	str t = p->title, site = p->og_site;
	if (p->heading.n && str_starts(t, p->heading))
		return p->heading;
	if (site.n && t.n > site.n && str_ends(t, site)) {
		t = str_trim(str_sub(t, 0, t.n - site.n));
		while (t.n && (str_ends(t, STR("|")) || str_ends(t, STR("-")) || str_ends(t, STR(":"))))
			t = str_trim(str_sub(t, 0, t.n - 1));
		str dashes[] = {STR("–"), STR("—"), STR("·"), STR("•")};
		for (size_t i = 0; i < COUNT_OF(dashes); i++)
			if (str_ends(t, dashes[i]))
				t = str_trim(str_sub(t, 0, t.n - dashes[i].n));
	}
	return first_of(t, p->title, p->heading);
}

static int side(str s)
{
	int64_t n;
	return str_to_i64(s, &n) && n > 0 && n < SIDE_MAX ? (int)n : 0;
}

static void choose_picture(const struct page *p, str page_url, struct article *out)
{
	str own = resolve(p->a, out->image_url, page_url);
	if (own.n == 0) {
		own = resolve(p->a, p->og_image, page_url);
		out->image_width = side(p->og_width);
		out->image_height = side(p->og_height);
	}
	out->image_url = own;
	out->image_alt = first_of(p->og_image_alt, out->image_caption, STR(""));
	if (own.n == 0)
		out->image_alt = out->image_caption = out->image_credit = STR("");
	if (own.n == 0 || !out->image_width || !out->image_height)
		out->image_width = out->image_height = 0;
}

static msec time_or(msec known, str text)
{
	msec t;
	return known ? known : clock_parse_iso(text, &t) ? t : 0;
}

static void shorten(struct article *out)
{
	const struct {
		str *field;
		size_t max;
	} fields[] = {{&out->title, 500},          {&out->lead, 4000},        {&out->section, 200},
	              {&out->author, 500},         {&out->source, 300},       {&out->image_alt, 2000},
	              {&out->image_caption, 2000}, {&out->image_credit, 500}, {&out->body_text, ARTICLE_BODY_MAX}};
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		*fields[i].field = clean_cut(*fields[i].field, fields[i].max);
}

/* `out` has what the JSON-LD says. */
static void choose(const struct page *p, str page_url, str text, struct article *out)
{
	str canonical = resolve(p->a, first_of(p->canonical, p->og_url, out->url), page_url);
	/* a page can speak for its own host only */
	out->url = canonical.n && str_eq_nocase(host_of(canonical), host_of(page_url)) ? canonical : page_url;
	out->title = first_of(out->title, p->og_title, bare_title(p));
	out->lead = first_of(out->lead, p->og_description, p->description);
	out->section = first_of(out->section, p->og_section, STR(""));
	out->author = first_of(out->author, p->author, STR(""));
	out->source = first_of(out->source, p->og_site, STR(""));
	str lang = clean_lang(p->a, first_of(out->lang, p->html_lang, p->og_locale));
	out->lang = str_eq(lang, STR("de")) || str_eq(lang, STR("en")) ? lang : STR("");
	out->published = time_or(out->published, p->og_published);
	out->updated = time_or(out->updated, p->og_modified);
	if (out->updated <= out->published)
		out->updated = 0;
	/* behind a paywall the JSON-LD has more; where it only repeats the lead it has less */
	if (out->body_text.n < BODY_MIN || out->body_text.n < text.n / 2)
		out->body_text = text;
	choose_picture(p, page_url, out);
	shorten(out);
}

enum frg_status article_from_page(struct arena *a, str html, str page_url, struct article *out, struct frg_error *err)
{
	struct page p = {.a = a};
	xmlDoc *doc;
	*out = (struct article){0};
	if (html.n > ARTICLE_DOCUMENT_MAX)
		return frg_fail(err, FRG_TOO_LARGE, "article_long", "the page is over %d bytes", ARTICLE_DOCUMENT_MAX);
	enum frg_status st = tree_parse(clean_charset(a, html), &doc, err);
	if (st != FRG_OK)
		return st;
	if (!doc)
		return frg_fail(err, FRG_INVALID, "article_page", "the page is empty");
	tree_walk((const xmlNode *)doc, collect, NULL, &p);
	str text = page_text(a, doc);
	xmlFreeDoc(doc);
	for (size_t i = 0; i < p.script_count; i++)
		if (page_read_ld(a, p.scripts[i], out))
			break;
	choose(&p, page_url, text, out);
	return out->title.n ? FRG_OK : frg_fail(err, FRG_INVALID, "article_page", "the page has no title");
}
