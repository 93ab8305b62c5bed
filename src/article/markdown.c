/* Articles as Markdown with front matter. */
#include "article/article.h"

#include "base/buf.h"
#include "text/utf8.h"

#include <md4c-html.h>

static void add_html(const MD_CHAR *text, MD_SIZE size, void *ctx) { buf_add(ctx, (str){text, size}); }

static str unquote(str s)
{
	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
		return str_sub(s, 1, s.n - 1);
	return s;
}

static bool set_time(msec *out, str value) { return clock_parse_iso(value, out); }

/* False: no such key, or a bad time. */
static bool set_field(struct article *art, str key, str value)
{
	const struct {
		const char *name;
		str *field;
	} texts[] = {{"id", &art->id},           {"lang", &art->lang},     {"url", &art->url},
	             {"title", &art->title},     {"kicker", &art->kicker}, {"lead", &art->lead},
	             {"section", &art->section}, {"author", &art->author}, {"source", &art->source},
	             {"agency", &art->agency},   {"image", &art->image_url}, {"image_alt", &art->image_alt},
	             {"image_caption", &art->image_caption}, {"image_credit", &art->image_credit}};
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		if (str_eq(key, str_of(texts[i].name))) {
			*texts[i].field = value;
			return true;
		}
	}
	if (str_eq(key, STR("published")))
		return set_time(&art->published, value);
	return str_eq(key, STR("updated")) && set_time(&art->updated, value);
}

static enum frg_status at_line(struct frg_error *err, size_t line, enum frg_status st)
{
	if (err)
		err->pos = line;
	return st;
}

/* Reads the lines up to the second --- and leaves the body in *rest. */
static enum frg_status front_matter(struct arena *a, str *rest, struct article *art, struct frg_error *err)
{
	str line;
	size_t number = 1;
	if (!str_next(rest, '\n', &line) || !str_eq(str_trim(line), STR("---")))
		return at_line(err, 1, frg_fail(err, FRG_INVALID, "article_front_matter", "the first line must be ---"));
	while (str_next(rest, '\n', &line)) {
		number++;
		line = str_trim(line);
		if (str_eq(line, STR("---")))
			return FRG_OK;
		if (line.n == 0 || line.p[0] == '#')
			continue;
		size_t colon = str_find(line, STR(":"), 0);
		if (colon == SIZE_MAX)
			return at_line(err, number, frg_fail(err, FRG_INVALID, "article_front_matter", "not a line 'key: value'"));
		str key = str_trim(str_sub(line, 0, colon)), value = unquote(str_trim(str_sub(line, colon + 1, line.n)));
		if (!set_field(art, key, arena_str(a, value)))
			return at_line(err, number,
			               frg_fail(err, FRG_INVALID, "article_front_matter", "no such key, or a bad value: %.*s",
			                        (int)(key.n < 40 ? key.n : 40), key.p));
	}
	return at_line(err, number, frg_fail(err, FRG_INVALID, "article_front_matter", "the front matter does not end with ---"));
}

enum frg_status article_from_markdown(struct arena *a, str file, struct article *out, struct frg_error *err)
{
	*out = (struct article){0};
	if (file.n > ARTICLE_DOCUMENT_MAX)
		return frg_fail(err, FRG_TOO_LARGE, "article_long", "the document is over %d bytes", ARTICLE_DOCUMENT_MAX);
	size_t bad = utf8_invalid(file);
	if (bad != SIZE_MAX)
		return at_line(err, bad, frg_fail(err, FRG_INVALID, "article_text", "not UTF-8 at byte %zu", bad));
	if (str_starts(file, STR("\xef\xbb\xbf")))
		file = str_sub(file, 3, file.n);
	enum frg_status st = front_matter(a, &file, out, err);
	if (st != FRG_OK)
		return st;
	struct buf html = BUF_INIT(4 * ARTICLE_DOCUMENT_MAX);
	if (md_html(file.p ? file.p : "", (MD_SIZE)file.n, add_html, &html, MD_FLAG_NOHTML | MD_FLAG_TABLES, 0) != 0)
		BUG("out of memory");
	bool whole = !html.cut && article_sanitise(a, buf_str(&html), &out->body_html, &out->body_text);
	buf_free(&html);
	return whole ? FRG_OK : frg_fail(err, FRG_TOO_LARGE, "article_long", "the text is too long");
}
