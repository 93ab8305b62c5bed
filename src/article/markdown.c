/* Articles as Markdown with front matter. Knows no HTML: what the Markdown library writes goes through the
 * sanitiser like everything else. */
#include "article/article.h"

#include "article/clean.h"
#include "base/buf.h"

#include <md4c-html.h>

/* The library's time grows with the product of links and the length of lines, its output with that of
 * a table's columns and rows. */
enum { LINE_MAX_BYTES = 32 << 10, BRACKETS_MAX = 1000, BARS_MAX = 100 };

static void add_html(const MD_CHAR *text, MD_SIZE size, void *ctx) { buf_add(ctx, (str){text, size}); }

static str unquote(str s)
{
	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
		return str_sub(s, 1, s.n - 1);
	return s;
}

/* False: no such key, the key for a second time, or a bad time. */
static bool set_field(struct article *art, str key, str value)
{
	const struct {
		const char *name;
		str *field;
	} texts[] = {{"id", &art->id},
	             {"lang", &art->lang},
	             {"url", &art->url},
	             {"title", &art->title},
	             {"kicker", &art->kicker},
	             {"lead", &art->lead},
	             {"section", &art->section},
	             {"author", &art->author},
	             {"source", &art->source},
	             {"agency", &art->agency},
	             {"image", &art->image_url},
	             {"image_alt", &art->image_alt},
	             {"image_caption", &art->image_caption},
	             {"image_credit", &art->image_credit}};
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		if (str_eq(key, str_of(texts[i].name))) {
			bool first = texts[i].field->p == NULL;
			*texts[i].field = value;
			return first;
		}
	}
	if (str_eq(key, STR("published")))
		return art->published == 0 && clock_parse_iso(value, &art->published);
	return str_eq(key, STR("updated")) && art->updated == 0 && clock_parse_iso(value, &art->updated);
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
			               frg_fail(err, FRG_INVALID, "article_front_matter",
			                        "no such key, the key twice, or a bad value: %.*s", (int)clean_cut(key, 40).n,
			                        key.p));
	}
	return at_line(err, number,
	               frg_fail(err, FRG_INVALID, "article_front_matter", "the front matter does not end with ---"));
}

/* Lines that ordinary articles do not have; *line becomes the number of the first. */
static bool bounded(str body, size_t *line)
{
	str one;
	size_t brackets = 0;
	for (; str_next(&body, '\n', &one); ++*line) {
		size_t bars = 0;
		for (size_t i = 0; i < one.n; i++) {
			bars += one.p[i] == '|';
			brackets += one.p[i] == '[';
		}
		if (one.n > LINE_MAX_BYTES || bars > BARS_MAX || brackets > BRACKETS_MAX)
			return false;
	}
	return true;
}

static size_t lines_before(str file, str rest)
{
	size_t n = 1;
	for (size_t i = 0; i < file.n - rest.n; i++)
		n += file.p[i] == '\n';
	return n;
}

static enum frg_status read_body(struct arena *a, str body, struct article *out, struct frg_error *err)
{
	struct buf html = BUF_INIT(4 * ARTICLE_DOCUMENT_MAX);
	/* md4c 0.4.8 may look behind the end of an unfinished link: a line break and zeros are there for it */
	str padded = {arena_alloc(a, body.n + 16), body.n + 1};
	if (body.n)
		memcpy((char *)padded.p, body.p, body.n);
	((char *)padded.p)[body.n] = '\n';
	if (md_html(padded.p, (MD_SIZE)padded.n, add_html, &html, MD_FLAG_NOHTML | MD_FLAG_TABLES, 0) != 0)
		BUG("out of memory");
	bool whole = !html.cut && article_sanitise(a, buf_str(&html), &out->body_html, &out->body_text);
	buf_free(&html);
	return whole ? FRG_OK : frg_fail(err, FRG_TOO_LARGE, "article_long", "the text is too long");
}

enum frg_status article_from_markdown(struct arena *a, str file, struct article *out, struct frg_error *err)
{
	*out = (struct article){0};
	if (file.n > ARTICLE_BODY_MAX)
		return frg_fail(err, FRG_TOO_LARGE, "article_long", "the document is over %d bytes", ARTICLE_BODY_MAX);
	size_t bad = clean_bad_byte(file);
	if (bad != SIZE_MAX)
		return at_line(err, lines_before(file, str_sub(file, bad, file.n)),
		               frg_fail(err, FRG_INVALID, "article_text", "not UTF-8 at byte %zu", bad));
	if (str_starts(file, STR("\xef\xbb\xbf")))
		file = str_sub(file, 3, file.n);
	str body = file;
	enum frg_status st = front_matter(a, &body, out, err);
	if (st != FRG_OK)
		return st;
	out->lang = clean_lang(a, out->lang);
	size_t line = lines_before(file, body);
	if (!bounded(body, &line))
		return at_line(err, line,
		               frg_fail(err, FRG_TOO_LARGE, "article_complex",
		                        "a line over %d bytes, %d columns, or over %d links", LINE_MAX_BYTES, BARS_MAX,
		                        BRACKETS_MAX));
	return read_body(a, body, out, err);
}
