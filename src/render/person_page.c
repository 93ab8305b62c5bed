/* A person's records as a document: made from the JSON that is handed over, so that both say the same. Knows the names
 * of the fields only by the messages that explain them. */
#include "render/parts.h"
#include "render/person.h"

#include "base/clock.h"

enum { DEPTH = 3, PRETTY_MAX = 1 << 20 };

/* "Label — what it means": either part. */
static str part_of(str message, bool meaning)
{
	str dash = STR(" — ");
	size_t at = str_find(message, dash, 0);
	if (at == SIZE_MAX)
		return meaning ? STR("") : message;
	return meaning ? str_sub(message, at + dash.n, message.n) : str_sub(message, 0, at);
}

struct writer {
	struct buf *b;
	enum frg_lang lang;
	const char *section;
};

static str message_of(const struct writer *w, const char *field)
{
	char key[80];
	snprintf(key, sizeof key, "%s%s%s", w->section, field ? "." : "", field ? field : "");
	return i18n_find(w->lang, "person.field.", key, MSG_PERSON_PAGE_NOTHING);
}

static str raw(const json_t *value) { return (str){json_string_value(value), json_string_length(value)}; }

static void write_text(struct writer *w, str text)
{
	msec at;
	if (text.n >= 20 && text.p[text.n - 1] == 'Z' && clock_parse_iso(text, &at))
		html_time(w->b, w->lang, at);
	else
		letter_paragraphs(w->b, w->lang, text);
}

/* Words of the program that have a translation. */
static bool write_word(struct writer *w, const char *field, str text)
{
	static const char *const fields[] = {"state", "action", "suggestion", "cause"};
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		char name[24];
		if (strcmp(field, fields[i]) != 0 || text.n >= sizeof name)
			continue;
		snprintf(name, sizeof name, "%.*s", STR_ARG(text));
		enum msg word = i18n_find_msg("person.value.", name, MSG_COUNT);
		if (word != MSG_COUNT)
			html_msg(w->b, w->lang, word);
		return word != MSG_COUNT;
	}
	return false;
}

static void write_value(struct writer *w, const json_t *value)
{
	char number[32];
	char *pretty = NULL;
	switch (json_typeof(value)) {
	case JSON_STRING: write_text(w, raw(value)); break;
	case JSON_TRUE: html_msg(w->b, w->lang, MSG_PERSON_PAGE_YES); break;
	case JSON_FALSE: html_msg(w->b, w->lang, MSG_PERSON_PAGE_NO); break;
	case JSON_INTEGER:
		snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
		html_text(w->b, str_of(number));
		break;
	default:
		pretty = json_dumps(value, JSON_INDENT(1) | JSON_ENCODE_ANY | JSON_REAL_PRECISION(4));
		HTML(w->b, "<details><summary>");
		html_msg(w->b, w->lang, MSG_PERSON_PAGE_DETAILS);
		HTML(w->b, "</summary><pre>");
		html_text(w->b, str_of(pretty ? pretty : ""));
		HTML(w->b, "</pre></details>");
		free(pretty);
	}
}

static bool is_list(const json_t *value)
{
	return json_is_array(value) && (json_array_size(value) == 0 || json_is_object(json_array_get(value, 0)));
}

static bool says_nothing(const json_t *value)
{
	return !value || json_is_null(value) || (json_is_string(value) && json_string_length(value) == 0) ||
	       (is_list(value) && json_array_size(value) == 0);
}

static void write_fields(struct writer *w, json_t *row)
{
	const char *field;
	json_t *value;
	HTML(w->b, "<dl>\n");
	json_object_foreach(row, field, value)
	{
		if (says_nothing(value) || is_list(value))
			continue;
		HTML(w->b, "<div><dt>");
		html_text(w->b, part_of(message_of(w, field), false));
		HTML(w->b, "</dt><dd>");
		if (!json_is_string(value) || !write_word(w, field, raw(value)))
			write_value(w, value);
		HTML(w->b, "</dd></div>\n");
	}
	HTML(w->b, "</dl>\n");
}

static void heading(struct writer *w, int depth)
{
	static const str open[] = {STR_INIT("<h2>"), STR_INIT("<h3>"), STR_INIT("<h4>")};
	static const str close[] = {STR_INIT("</h2>\n"), STR_INIT("</h3>\n"), STR_INIT("</h4>\n")};
	str meaning = part_of(message_of(w, NULL), true);
	buf_add(w->b, open[depth]);
	html_text(w->b, part_of(message_of(w, NULL), false));
	buf_add(w->b, close[depth]);
	if (meaning.n) {
		HTML(w->b, "<p class=\"person-why\">");
		html_text(w->b, meaning);
		HTML(w->b, "</p>\n");
	}
}

/* A table's rows, each with those that belong to it; no deeper than the program makes them. */
static void write_section(struct writer *w, const char *name, const json_t *rows, int depth)
{
	size_t i;
	json_t *row, *value;
	const char *field, *before = w->section;
	if (says_nothing(rows) || !is_list(rows) || depth >= DEPTH)
		return;
	w->section = name;
	HTML(w->b, "<section class=\"person-section\">\n");
	heading(w, depth);
	json_array_foreach(rows, i, row)
	{
		HTML(w->b, "<div class=\"person-row\">\n");
		write_fields(w, row);
		json_object_foreach(row, field, value) write_section(w, field, value, depth + 1);
		w->section = name;
		HTML(w->b, "</div>\n");
	}
	HTML(w->b, "</section>\n");
	w->section = before;
}

static void glossary(struct writer *w, const json_t *data)
{
	const char *key;
	json_t *value;
	HTML(w->b, "<section class=\"person-section\">\n<h2>");
	html_msg(w->b, w->lang, MSG_PERSON_PAGE_GLOSSARY);
	HTML(w->b, "</h2>\n<dl>\n");
	json_object_foreach(json_object_get(data, "explanations"), key, value)
	{
		str meaning = part_of(raw(value), true);
		if (!strchr(key, '.') || meaning.n == 0)
			continue;
		HTML(w->b, "<div><dt>");
		html_text(w->b, part_of(raw(value), false));
		HTML(w->b, "</dt><dd>");
		html_text(w->b, meaning);
		HTML(w->b, "</dd></div>\n");
	}
	HTML(w->b, "</dl>\n</section>\n");
}

static void number_msg(struct buf *b, enum frg_lang lang, enum msg msg, int64_t n)
{
	char text[32];
	snprintf(text, sizeof text, "%lld", (long long)n);
	const str args[] = {str_of(text)};
	HTML(b, "<p>");
	html_msg_args(b, lang, msg, args, 1);
	HTML(b, "</p>\n");
}

static void erased_notice(struct buf *b, const struct view_person_page *p)
{
	HTML(b, "<section class=\"letter-answer\" role=\"status\">\n<h2>");
	html_msg(b, p->lang, MSG_PERSON_PAGE_ERASED);
	HTML(b, "</h2>\n");
	number_msg(b, p->lang, MSG_PERSON_PAGE_ERASED_TEXT, p->erased_comments);
	if (p->held)
		number_msg(b, p->lang, MSG_PERSON_PAGE_ERASED_HELD, p->held);
	HTML(b, "</section>\n");
}

static void erase_form(struct buf *b, const struct view_person_page *p)
{
	HTML(b, "<form class=\"letter-form\" id=\"erase\" method=\"post\" action=\"/my-data?site=");
	url_part(b, p->site->slug);
	HTML(b, "\">\n<h2>");
	html_msg(b, p->lang, MSG_PERSON_PAGE_ERASE);
	HTML(b, "</h2>\n<p>");
	html_msg(b, p->lang, MSG_PERSON_PAGE_ERASE_TEXT);
	HTML(b, "</p>\n");
	if (p->error.n) {
		HTML(b, "<p class=\"letter-error\" role=\"alert\">");
		html_text(b, p->error);
		HTML(b, "</p>\n");
	}
	HTML(
		b,
		"<p class=\"person-confirm\"><input type=\"checkbox\" id=\"confirm\" name=\"confirm\" value=\"yes\" required>\n"
		"<label for=\"confirm\">");
	html_msg(b, p->lang, MSG_PERSON_PAGE_ERASE_CONFIRM);
	HTML(b, "</label></p>\n<p><button type=\"submit\">");
	html_msg(b, p->lang, MSG_PERSON_PAGE_ERASE_BUTTON);
	HTML(b, "</button></p>\n</form>\n");
}

static void intro(struct buf *b, const struct view_person_page *p)
{
	char words[CLOCK_WORDS_SIZE] = "";
	msec at;
	if (clock_parse_iso(raw(json_object_get(p->data, "made_at")), &at))
		clock_words(at, p->lang, words);
	const str args[] = {str_of(words)};
	HTML(b, "<p>");
	html_msg_args(b, p->lang, p->own ? MSG_PERSON_PAGE_INTRO : MSG_PERSON_PAGE_INTRO_DESK, args, 1);
	HTML(b, "</p>\n");
	if (!p->own)
		return;
	HTML(b, "<p><a class=\"person-download\" href=\"/my-data.json?site=");
	url_part(b, p->site->slug);
	HTML(b, "\">");
	html_msg(b, p->lang, MSG_PERSON_PAGE_DOWNLOAD);
	HTML(b, "</a> · <a href=\"#erase\">");
	html_msg(b, p->lang, MSG_PERSON_PAGE_ERASE);
	HTML(b, "</a></p>\n");
}

void render_person_page(struct buf *b, const struct view_assets *assets, const struct view_person_page *p)
{
	static const char *const sections[] = {"author", "comments", "suspensions", "erasures"};
	const str names[] = {p->site->name};
	struct buf title = BUF_INIT(4096);
	i18n_format(&title, p->lang, MSG_PERSON_PAGE_TITLE, names, 1);
	struct page_head head = {assets, p->lang, buf_str(&title), STR_NONE, "page-letter"};
	struct writer w = {.b = b, .lang = p->lang, .section = ""};
	page_begin(b, &head);
	HTML(b, "<meta name=\"robots\" content=\"noindex\">\n<meta name=\"referrer\" content=\"same-origin\">\n");
	page_body(b, &head);
	HTML(b, "<main id=\"inhalt\" class=\"letter person\">\n<p class=\"letter-site\"><a href=\"/\">");
	html_text(b, p->site->name);
	HTML(b, "</a></p>\n<h1>");
	html_text(b, buf_str(&title));
	HTML(b, "</h1>\n");
	if (p->erased) {
		erased_notice(b, p);
	} else if (!p->data) {
		HTML(b, "<p>");
		html_msg(b, p->lang, MSG_PERSON_PAGE_NONE);
		HTML(b, "</p>\n");
	} else {
		intro(b, p);
		for (size_t i = 0; i < COUNT_OF(sections); i++)
			write_section(&w, sections[i], json_object_get(p->data, sections[i]), 0);
		glossary(&w, p->data);
		if (p->own)
			erase_form(b, p);
	}
	HTML(b, "</main>\n</body>\n</html>\n");
	buf_free(&title);
}
