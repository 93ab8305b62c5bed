/* What a page says of itself in JSON-LD (schema.org's NewsArticle and its kin). Every site writes it a little
 * differently: as one object, in arrays, in @graph; names as strings, objects or lists of them. */
#include "article/page.h"

#include "article/clean.h"
#include "base/buf.h"
#include "base/json.h"

enum { QUEUE = 512, WRAPPED = 4, PEOPLE_MAX = 8, SIDE_MAX = 100000 };

static bool is_article_type(const char *name)
{
	static const char *const types[] = {"NewsArticle",          "Article",
	                                    "ReportageNewsArticle", "AnalysisNewsArticle",
	                                    "OpinionNewsArticle",   "BackgroundNewsArticle",
	                                    "AskPublicNewsArticle", "ReviewNewsArticle",
	                                    "BlogPosting",          "LiveBlogPosting"};
	const char *local = name ? strrchr(name, '/') : NULL; /* "https://schema.org/NewsArticle" */
	for (size_t i = 0; name && i < COUNT_OF(types); i++)
		if (strcmp(local ? local + 1 : name, types[i]) == 0)
			return true;
	return false;
}

static bool is_article(json_t *object)
{
	json_t *type = json_object_get(object, "@type"), *one;
	size_t i;
	json_array_foreach(type, i, one) if (is_article_type(json_string_value(one))) return true;
	return is_article_type(json_string_value(type));
}

/* The first article, breadth first; the page decides how much there is, the queue how much is looked at. */
static json_t *find_article(json_t *root)
{
	static const char *const inside[] = {"@graph", "mainEntity", "mainEntityOfPage"};
	json_t *queue[QUEUE], *item;
	size_t head = 0, tail = 0, i;
	queue[tail++] = root;
	while (head < tail) {
		json_t *v = queue[head++];
		if (json_is_object(v) && is_article(v))
			return v;
		for (i = 0; i < COUNT_OF(inside) && tail < QUEUE; i++)
			if ((item = json_object_get(v, inside[i])))
				queue[tail++] = item;
		json_array_foreach(v, i, item)
		{
			if (tail == QUEUE)
				break;
			queue[tail++] = item;
		}
	}
	return NULL;
}

/* "x", {"name": "x"}, ["x", …], [{"name": "x"}, …]: the first x. */
static str unwrap(struct arena *a, const json_t *v, const char *key)
{
	for (int i = 0; i < WRAPPED; i++) {
		if (json_is_string(v))
			return json_str(a, v);
		v = json_is_array(v) ? json_array_get(v, 0) : json_object_get(v, key);
	}
	return STR("");
}

static str line(struct arena *a, json_t *object, const char *key)
{
	return page_line(a, unwrap(a, json_object_get(object, key), "name"));
}

static str people(struct arena *a, json_t *v)
{
	str all = STR("");
	if (!json_is_array(v))
		return page_line(a, unwrap(a, v, "name"));
	for (size_t i = 0; i < json_array_size(v) && i < PEOPLE_MAX; i++) {
		str name = clean_cut(page_line(a, unwrap(a, json_array_get(v, i), "name")), 100);
		if (name.n)
			all = all.n ? arena_printf(a, "%.*s, %.*s", STR_ARG(all), STR_ARG(name)) : name;
	}
	return all;
}

/* 1200, "1200", "1200px", {"value": 1200} */
static int side(struct arena *a, json_t *v)
{
	if (json_is_object(v))
		v = json_object_get(v, "value");
	if (json_is_number(v)) {
		double d = json_number_value(v);
		return d >= 1 && d < SIDE_MAX ? (int)d : 0;
	}
	str s = json_str(a, v);
	int64_t n;
	if (str_ends(s, STR("px")))
		s.n -= 2;
	return str_to_i64(str_trim(s), &n) && n > 0 && n < SIDE_MAX ? (int)n : 0;
}

static void take_picture(struct arena *a, json_t *image, struct article *out)
{
	if (json_is_array(image))
		image = json_array_get(image, 0);
	out->image_url = str_trim(unwrap(a, image, "url"));
	if (out->image_url.n == 0)
		out->image_url = str_trim(unwrap(a, image, "contentUrl"));
	out->image_width = side(a, json_object_get(image, "width"));
	out->image_height = side(a, json_object_get(image, "height"));
	out->image_caption = line(a, image, "caption");
	out->image_credit = line(a, image, "creditText");
}

static msec when(struct arena *a, json_t *object, const char *key)
{
	msec t;
	return clock_parse_iso(str_trim(unwrap(a, json_object_get(object, key), "@value")), &t) ? t : 0;
}

/* The text may hold tags, or be plain with line breaks. */
static str body(struct arena *a, json_t *v)
{
	str s = unwrap(a, v, "text"), html, text;
	bool marked_up = str_find(s, STR("<p"), 0) != SIZE_MAX || str_find(s, STR("<br"), 0) != SIZE_MAX ||
	                 str_find(s, STR("</"), 0) != SIZE_MAX;
	if (marked_up && article_sanitise(a, s, &html, &text))
		return text;
	return clean_lines(a, s);
}

/* The object's text between its outermost brackets, without comment or CDATA marks around and without raw
 * control characters inside, which many pages have and JSON forbids. */
static str bare(struct arena *a, str script)
{
	char *p = arena_alloc(a, script.n + 1);
	size_t begin = 0, end = script.n;
	while (begin < end && script.p[begin] != '{' && script.p[begin] != '[')
		begin++;
	while (end > begin && script.p[end - 1] != '}' && script.p[end - 1] != ']')
		end--;
	for (size_t i = begin; i < end; i++)
		p[i - begin] = (unsigned char)script.p[i] < 0x20 ? ' ' : script.p[i];
	/* "//<![CDATA[" opens with a bracket too */
	str s = {p, end - begin};
	str cdata = STR("[CDATA[");
	if (str_starts(s, cdata)) {
		str rest = str_sub(s, cdata.n, s.n);
		size_t close = str_find(rest, STR("]]"), 0);
		return str_sub(rest, 0, close == SIZE_MAX ? rest.n : close);
	}
	return s;
}

bool page_read_ld(struct arena *a, str script, struct article *out)
{
	str text = bare(a, script);
	json_t *root = json_loadb(text.p, text.n, JSON_DISABLE_EOF_CHECK, NULL);
	json_t *art = root ? find_article(root) : NULL;
	if (art) {
		*out = (struct article){0};
		out->title = line(a, art, "headline");
		if (out->title.n == 0)
			out->title = line(a, art, "name");
		out->lead = line(a, art, "description");
		out->section = line(a, art, "articleSection");
		out->author = people(a, json_object_get(art, "author"));
		out->source = line(a, art, "publisher");
		out->lang = line(a, art, "inLanguage");
		out->url = str_trim(unwrap(a, json_object_get(art, "url"), "@id"));
		out->published = when(a, art, "datePublished");
		out->updated = when(a, art, "dateModified");
		out->body_text = body(a, json_object_get(art, "articleBody"));
		take_picture(a, json_object_get(art, "image"), out);
	}
	json_decref(root);
	return art != NULL;
}
