/* An article from a page of another server: what the page says of itself (JSON-LD, OpenGraph, link and
 * meta elements), and its text. A page is hostile input like any other. */
#include "article/article.h"

#include "article/tree.h"
#include "base/buf.h"
#include "base/json.h"
#include "text/utf8.h"

enum { SCRIPTS_MAX = 20, SCRIPT_MAX = 512 << 10, PARAGRAPH_MIN = 30, BODY_MIN = 200, LD_STEPS = 2000 };

struct page {
	struct arena *a;
	struct article *out;
	str og_title, og_description, og_image, og_url, og_published, og_locale;
	str canonical, html_lang, title, description;
	str scripts[SCRIPTS_MAX];
	size_t script_count;
	const xmlNode *article, *main;
	/* while gathering text */
	struct buf body, paragraph;
	bool in_paragraph;
};

static str element_text(struct arena *a, const xmlNode *node)
{
	xmlChar *s = xmlNodeGetContent(node);
	str t = arena_str(a, str_of((const char *)s));
	xmlFree(s);
	return str_trim(t);
}

/* ---- what the head says ---- */

static void take_meta(struct page *p, const xmlNode *node)
{
	const struct {
		const char *name;
		str *field;
	} known[] = {{"og:title", &p->og_title},         {"og:description", &p->og_description},
	             {"og:image", &p->og_image},         {"og:url", &p->og_url},
	             {"og:locale", &p->og_locale},       {"article:published_time", &p->og_published},
	             {"description", &p->description}};
	str name = tree_attribute(p->a, node, "property");
	if (name.n == 0)
		name = tree_attribute(p->a, node, "name");
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq_nocase(name, str_of(known[i].name)) && known[i].field->n == 0)
			*known[i].field = tree_attribute(p->a, node, "content");
}

static bool collect(void *ctx, const xmlNode *node)
{
	struct page *p = ctx;
	if (tree_is(node, "meta")) {
		take_meta(p, node);
	} else if (tree_is(node, "html")) {
		p->html_lang = tree_attribute(p->a, node, "lang");
	} else if (tree_is(node, "title") && p->title.n == 0) {
		p->title = element_text(p->a, node);
	} else if (tree_is(node, "link") && str_eq_nocase(tree_attribute(p->a, node, "rel"), STR("canonical"))) {
		p->canonical = tree_attribute(p->a, node, "href");
	} else if (tree_is(node, "script")) {
		str type = tree_attribute(p->a, node, "type");
		if (str_eq_nocase(type, STR("application/ld+json")) && p->script_count < SCRIPTS_MAX) {
			str s = element_text(p->a, node);
			if (s.n <= SCRIPT_MAX)
				p->scripts[p->script_count++] = s;
		}
		return false;
	} else if (tree_is(node, "article") && !p->article) {
		p->article = node;
	} else if (tree_is(node, "main") && !p->main) {
		p->main = node;
	}
	return true;
}

/* ---- JSON-LD ---- */

static bool is_article_type(const json_t *type)
{
	static const char *const types[] = {"NewsArticle", "Article", "ReportageNewsArticle", "AnalysisNewsArticle",
	                                    "OpinionNewsArticle", "BackgroundNewsArticle", "BlogPosting", "LiveBlogPosting"};
	size_t i;
	json_t *one;
	const char *name = json_string_value(type);
	for (i = 0; name && i < COUNT_OF(types); i++)
		if (strcmp(name, types[i]) == 0)
			return true;
	json_array_foreach((json_t *)type, i, one)
		if (json_is_string(one) && is_article_type(one))
			return true;
	return false;
}

/* The first article in a document: itself, in an array, in @graph, or as mainEntity. Breadth first with
 * a bound, since the page decides how deep it goes. */
static json_t *find_article(json_t *root)
{
	json_t *queue[256], *item;
	size_t head = 0, tail = 0, i;
	queue[tail++] = root;
	for (int steps = 0; head < tail && steps < LD_STEPS; steps++) {
		json_t *v = queue[head++];
		if (json_is_object(v)) {
			if (is_article_type(json_object_get(v, "@type")))
				return v;
			static const char *const inside[] = {"@graph", "mainEntity", "mainEntityOfPage"};
			for (i = 0; i < COUNT_OF(inside) && tail < COUNT_OF(queue); i++)
				if (json_object_get(v, inside[i]))
					queue[tail++] = json_object_get(v, inside[i]);
		}
		json_array_foreach(v, i, item)
			if (tail < COUNT_OF(queue))
				queue[tail++] = item;
	}
	return NULL;
}

/* A name, however it is wrapped: "x", {"name": "x"}, ["x", …]. */
static str ld_name(struct arena *a, const json_t *v, const char *key)
{
	for (int i = 0; i < 4; i++) {
		if (json_is_string(v))
			return str_trim(json_str(a, v));
		v = json_is_array(v) ? json_array_get(v, 0) : json_object_get(v, key);
	}
	return STR("");
}

static void take_ld(struct page *p, json_t *art, str *body)
{
	struct article *out = p->out;
	struct arena *a = p->a;
	out->title = ld_name(a, json_object_get(art, "headline"), "name");
	out->lead = ld_name(a, json_object_get(art, "description"), "name");
	out->section = ld_name(a, json_object_get(art, "articleSection"), "name");
	out->author = ld_name(a, json_object_get(art, "author"), "name");
	out->source = ld_name(a, json_object_get(art, "publisher"), "name");
	out->lang = ld_name(a, json_object_get(art, "inLanguage"), "name");
	out->image_url = ld_name(a, json_object_get(art, "image"), "url");
	*body = ld_name(a, json_object_get(art, "articleBody"), "text");
	if (!clock_parse_iso(ld_name(a, json_object_get(art, "datePublished"), ""), &out->published))
		out->published = 0;
	if (!clock_parse_iso(ld_name(a, json_object_get(art, "dateModified"), ""), &out->updated))
		out->updated = 0;
}

static void read_ld(struct page *p, str *body)
{
	for (size_t i = 0; i < p->script_count; i++) {
		json_t *root = json_loadb(p->scripts[i].p, p->scripts[i].n, 0, NULL);
		json_t *art = root ? find_article(root) : NULL;
		if (art)
			take_ld(p, art, body);
		json_decref(root);
		if (art)
			return;
	}
}

/* ---- the text ---- */

static bool beside_the_text(const xmlNode *node)
{
	static const char *const names[] = {"nav", "aside", "footer", "header", "form", "figure", "script", "style",
	                                    "noscript", "template", "iframe", "svg", "button"};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (tree_is(node, names[i]))
			return true;
	return false;
}

static bool is_paragraph(const xmlNode *node)
{
	return tree_is(node, "p") || tree_is(node, "h2") || tree_is(node, "h3") || tree_is(node, "li") ||
	       tree_is(node, "blockquote");
}

static bool gather(void *ctx, const xmlNode *node)
{
	struct page *p = ctx;
	if (node->type == XML_TEXT_NODE && p->in_paragraph)
		buf_add(&p->paragraph, tree_content(node));
	if (node->type != XML_ELEMENT_NODE || beside_the_text(node))
		return false;
	if (is_paragraph(node)) {
		p->in_paragraph = true;
		p->paragraph.n = 0;
	}
	return true;
}

static void gathered(void *ctx, const xmlNode *node)
{
	struct page *p = ctx;
	if (!is_paragraph(node) || !p->in_paragraph)
		return;
	str s = str_trim(buf_str(&p->paragraph));
	if (s.n >= PARAGRAPH_MIN) { /* shorter ones are captions, buttons, dates */
		if (p->body.n)
			BUF_LIT(&p->body, "\n\n");
		buf_add(&p->body, s);
	}
	p->in_paragraph = false;
	p->paragraph.n = 0;
}

static str gather_text(struct page *p, const xmlNode *root)
{
	p->body = (struct buf)BUF_INIT(ARTICLE_BODY_MAX);
	p->paragraph = (struct buf)BUF_INIT(ARTICLE_BODY_MAX);
	tree_walk(root, gather, gathered, p);
	buf_free(&p->paragraph);
	return buf_finish(&p->body, p->a);
}

/* ---- together ---- */

static str first_of(str a, str b, str c) { return a.n ? a : b.n ? b : c; }

static str host_of(str url)
{
	size_t begin = str_find(url, STR("://"), 0);
	if (begin == SIZE_MAX)
		return STR("");
	size_t end = str_find(url, STR("/"), begin + 3);
	return str_sub(url, begin + 3, end == SIZE_MAX ? url.n : end);
}

/* Cut at a character's boundary. */
static str shortened(str s, size_t max) { return s.n <= max ? s : str_sub(s, 0, utf8_floor(s, max)); }

static void fill(struct page *p, str page_url, str ld_body, str text)
{
	struct article *out = p->out;
	out->url = first_of(p->canonical, p->og_url, page_url);
	if (!str_eq_nocase(host_of(out->url), host_of(page_url)))
		out->url = page_url; /* a page can speak for its own host only */
	out->title = shortened(first_of(out->title, p->og_title, p->title), 500);
	out->lead = shortened(first_of(out->lead, p->og_description, p->description), 4000);
	out->section = shortened(out->section, 200);
	out->author = shortened(out->author, 500);
	out->source = shortened(out->source, 300);
	out->image_url = first_of(out->image_url, p->og_image, STR(""));
	if (out->image_url.n > 2000 || !str_starts(out->image_url, STR("http")))
		out->image_url = STR("");
	str lang = first_of(out->lang, p->html_lang, p->og_locale);
	out->lang = str_starts(lang, STR("de")) ? STR("de") : str_starts(lang, STR("en")) ? STR("en") : STR("");
	out->body_text = ld_body.n >= BODY_MIN ? shortened(ld_body, ARTICLE_BODY_MAX) : text;
	out->body_html = STR("");
	if (!out->published && !clock_parse_iso(p->og_published, &out->published))
		out->published = 0;
}

enum frg_status article_from_page(struct arena *a, str html, str page_url, struct article *out, struct frg_error *err)
{
	struct page p = {.a = a, .out = out};
	str ld_body = STR("");
	*out = (struct article){0};
	if (html.n > ARTICLE_DOCUMENT_MAX)
		return frg_fail(err, FRG_TOO_LARGE, "article_long", "the page is over %d bytes", ARTICLE_DOCUMENT_MAX);
	xmlDoc *doc = tree_parse(html);
	if (!doc)
		return frg_fail(err, FRG_INVALID, "article_page", "the page is empty");
	tree_walk((const xmlNode *)doc, collect, NULL, &p);
	read_ld(&p, &ld_body);
	const xmlNode *root = p.article ? p.article : p.main ? p.main : xmlDocGetRootElement(doc);
	str text = root ? gather_text(&p, root) : STR("");
	xmlFreeDoc(doc);
	fill(&p, page_url, ld_body, text);
	return out->title.n ? FRG_OK : frg_fail(err, FRG_INVALID, "article_page", "the page has no title");
}
