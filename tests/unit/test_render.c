/* What readers get: hostile text in every field of every page stays text, the markup is
 * well-formed, the feed is XML, the data for search engines cannot be broken out of. */
#include "render/parts.h"
#include "service/service.h"

#include <jansson.h>
#include <libxml/HTMLparser.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

_Static_assert((int)VIEW_TEXT_MAX == (int)SERVICE_TEXT_MAX, "the form's limit is the service's");
_Static_assert((int)VIEW_NAME_MAX == (int)SERVICE_NAME_MAX, "the form's limit is the service's");

#define HOSTILE "\"'><zz onzz='1'>&zz;</script></textarea></title></li><!-- --><![CDATA[{0}]]>%s\\"
static const str hostile = STR_INIT(HOSTILE);
static const struct view_assets assets = {STR_INIT("/assets/site.css"), STR_INIT("/assets/widget.js"),
                                          STR_INIT("/assets/desk.js"), STR_INIT("/assets/desk.css"),
                                          STR_INIT("/favicon.svg")};

/* ---- reading what was written ------------------------------------------------------ */

struct seen {
	unsigned elements, scripts, items, forms, hostile_texts, hostile_values;
	char problem[200];
};

static void note(struct seen *seen, const char *what, const char *which)
{
	if (!seen->problem[0])
		snprintf(seen->problem, sizeof seen->problem, "%s: %.150s", what, which);
}

static bool holds_hostile(const xmlChar *text) { return text && strstr((const char *)text, "onzz='1'"); }

static void see_attributes(struct seen *seen, xmlNode *node)
{
	for (xmlAttr *a = node->properties; a; a = a->next) {
		if (strncmp((const char *)a->name, "on", 2) == 0 || strcmp((const char *)a->name, "style") == 0)
			note(seen, "attribute", (const char *)a->name);
		xmlChar *value = xmlNodeListGetString(node->doc, a->children, 1);
		seen->hostile_values += holds_hostile(value);
		xmlFree(value);
	}
}

static void see(struct seen *seen, xmlNode *node)
{
	if (node->type == XML_COMMENT_NODE)
		note(seen, "comment", (const char *)node->content);
	if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
		seen->hostile_texts += holds_hostile(node->content);
	if (node->type != XML_ELEMENT_NODE)
		return;
	const char *name = (const char *)node->name;
	seen->elements++;
	seen->scripts += strcmp(name, "script") == 0;
	seen->items += strcmp(name, "li") == 0;
	seen->forms += strcmp(name, "form") == 0;
	if (strcmp(name, "zz") == 0 || strcmp(name, "style") == 0)
		note(seen, "element", name);
	see_attributes(seen, node);
}

static xmlNode *next_node(xmlNode *node, xmlNode *root)
{
	if (node->children && node->type == XML_ELEMENT_NODE)
		return node->children;
	while (node != root && !node->next)
		node = node->parent;
	return node == root ? NULL : node->next;
}

static void on_error(void *ctx, xmlError *error)
{
	enum { UNKNOWN_TAG = 801 }; /* the parser knows no HTML 5 */
	if (error->code != UNKNOWN_TAG)
		note(ctx, "parser", error->message);
}

static xmlDoc *parse(const struct buf *b, struct seen *seen)
{
	*seen = (struct seen){0};
	assert_false(b->cut);
	xmlSetStructuredErrorFunc(seen, (xmlStructuredErrorFunc)on_error);
	xmlDoc *doc = htmlReadMemory(b->p, (int)b->n, NULL, "utf-8", HTML_PARSE_NONET);
	xmlSetStructuredErrorFunc(NULL, NULL);
	assert_non_null(doc);
	xmlNode *root = xmlDocGetRootElement(doc);
	for (xmlNode *n = root; n; n = next_node(n, root))
		see(seen, n);
	return doc;
}

/* Parses, expects nothing wrong, forgets the text. */
static struct seen check(struct buf *b)
{
	struct seen seen;
	xmlFreeDoc(parse(b, &seen));
	if (seen.problem[0])
		fail_msg("%s in:\n%.*s", seen.problem, (int)b->n, b->p);
	buf_free(b);
	return seen;
}

static bool has(const struct buf *b, const char *what) { return str_find(buf_str(b), str_of(what), 0) != SIZE_MAX; }

/* ---- what is written ------------------------------------------------------------------- */

static const struct view_finding findings[] = {{FRG_PROFANITY, STR_INIT(HOSTILE), STR_INIT(HOSTILE)},
                                               {FRG_OFF_TOPIC, {NULL, 0}, {NULL, 0}}};

static struct view_own hostile_own(void)
{
	return (struct view_own){.revision_id = hostile,
	                         .text = hostile,
	                         .queue_position = 7,
	                         .findings = findings,
	                         .finding_count = COUNT_OF(findings),
	                         .word = hostile,
	                         .submitted = 1,
	                         .decided = 2};
}

static struct view_comment hostile_comment(str id, enum view_state state, const struct view_own *own)
{
	return (struct view_comment){.id = id,
	                             .parent_id = hostile,
	                             .name = hostile,
	                             .body = {STR("<p>gut</p>")},
	                             .published = 1795471263000,
	                             .edited = 1795471264000,
	                             .depth = 9,
	                             .answers_name = hostile,
	                             .state = state,
	                             .own = own,
	                             .mine = own != NULL};
}

static struct view_site hostile_site(void)
{
	return (struct view_site){hostile, hostile, hostile, FRG_LANG_DE, hostile};
}

static struct view_article hostile_article(void)
{
	return (struct view_article){.id = hostile,
	                             .url = hostile,
	                             .path = hostile,
	                             .lang = FRG_LANG_EN,
	                             .title = hostile,
	                             .kicker = hostile,
	                             .lead = hostile,
	                             .section = hostile,
	                             .author = hostile,
	                             .source = hostile,
	                             .agency = hostile,
	                             .body = {STR("<p>gut</p>")},
	                             .image_url = hostile,
	                             .image_alt = hostile,
	                             .image_caption = hostile,
	                             .image_credit = hostile,
	                             .image_width = 3,
	                             .image_height = 2,
	                             .published = 1795471263000,
	                             .updated = 1795471264000,
	                             .comment_count = 3,
	                             .open = true};
}

static const struct view_hint hints[] = {
	{FRG_AD_LINK, STR_INIT(HOSTILE), STR_INIT(HOSTILE), STR_INIT(HOSTILE), STR_INIT(HOSTILE)}};

static struct view_form hostile_form(void)
{
	return (struct view_form){hostile, hostile, hostile, hostile,         hostile, STR_NONE,
	                          hostile, hostile, hints,   COUNT_OF(hints), true};
}

/* A thread with one comment in each state; the caller's arrays. */
static struct view_thread hostile_thread(const struct view_site *site, const struct view_form *form,
                                         struct view_comment comments[6], const struct view_own *own)
{
	static const str ids[] = {STR_INIT(HOSTILE "0"), STR_INIT(HOSTILE "1"), STR_INIT(HOSTILE "2"),
	                          STR_INIT(HOSTILE "3"), STR_INIT(HOSTILE "4"), STR_INIT(HOSTILE "5")};
	for (int i = 0; i < 6; i++)
		comments[i] = hostile_comment(ids[i], (enum view_state)i, i == VIEW_REMOVED ? NULL : own);
	return (struct view_thread){.site = site,
	                            .article_id = hostile,
	                            .article_path = hostile,
	                            .lang = FRG_LANG_DE,
	                            .notice = {STR("<p>gut</p>")},
	                            .comments = comments,
	                            .comment_count = 6,
	                            .total = 3,
	                            .next_cursor = hostile,
	                            .open = true,
	                            .closed_reason = hostile,
	                            .form = form,
	                            .sent_id = ids[2]};
}

/* ---- tests --------------------------------------------------------------------------------- */

static void comments_keep_hostile_text_as_text(void **state)
{
	struct view_own own = hostile_own();
	for (int s = VIEW_RELEASED; s <= VIEW_WITHDRAWN; s++) {
		for (int mine = 0; mine < 2; mine++) {
			struct view_comment c = hostile_comment(hostile, (enum view_state)s, mine ? &own : NULL);
			struct buf b = BUF_INIT(1 << 20);
			render_comment(&b, s % 2 ? FRG_LANG_EN : FRG_LANG_DE, &c);
			struct seen seen = check(&b);
			/* id, data-id, data-parent and, for the author, the text */
			assert_int_equal(seen.hostile_values, mine ? 4 : 3);
		}
	}
}

static void threads_keep_hostile_text_as_text(void **state)
{
	struct view_own own = hostile_own();
	struct view_site site = hostile_site();
	struct view_form form = hostile_form();
	struct view_comment comments[6];
	struct view_thread t = hostile_thread(&site, &form, comments, &own);
	struct buf b = BUF_INIT(1 << 20);
	render_thread(&b, &t);
	struct seen seen = check(&b);
	assert_true(seen.hostile_texts > 20);
	assert_int_equal(seen.scripts, 0);
	form.edit_of = comments[0].id;
	render_thread(&b, &t);
	assert_true(has(&b, "name=\"edit\""));
	assert_false(has(&b, "name=\"email\""));
	check(&b);
	t.open = false;
	t.form = NULL;
	render_thread(&b, &t);
	assert_false(has(&b, "frg-form"));
	check(&b);
	t.open = true;
	t.comment_count = 0;
	render_thread(&b, &t);
	assert_true(has(&b, "data-frg=\"list\"></ol>"));
	check(&b);
}

static void pages_keep_hostile_text_as_text(void **state)
{
	struct view_own own = hostile_own();
	struct view_site site = hostile_site();
	struct view_form form = hostile_form();
	struct view_comment comments[6];
	struct view_thread t = hostile_thread(&site, &form, comments, &own);
	struct view_article articles[] = {hostile_article(), hostile_article()};
	articles[1].id = STR("zweiter");
	struct buf b = BUF_INIT(1 << 20);
	render_article_page(&b, &assets, &site, &articles[0], &t);
	assert_int_equal(check(&b).scripts, 2); /* the data and the widget */
	render_front_page(&b, &assets, &site, articles, COUNT_OF(articles));
	assert_int_equal(check(&b).scripts, 0);
	render_front_page(&b, &assets, &site, articles, 0);
	check(&b);
	static const unsigned statuses[] = {400, 403, 404, 410, 429, 500, 503};
	for (size_t i = 0; i < COUNT_OF(statuses); i++) {
		render_error_page(&b, &assets, FRG_LANG_EN, statuses[i], hostile, hostile);
		assert_true(check(&b).hostile_texts >= 2);
	}
	render_desk_page(&b, &assets, FRG_LANG_DE);
	assert_int_equal(check(&b).scripts, 1);
}

static void data_for_search_engines_is_json(void **state)
{
	struct view_site site = hostile_site();
	struct view_article article = hostile_article();
	struct view_thread t = {.site = &site, .open = true, .first_page = true};
	article.title = STR(HOSTILE "\n\t\x01 \xe2\x80\xa8 \xc3\xbc");
	struct buf b = BUF_INIT(1 << 20);
	render_article_page(&b, &assets, &site, &article, &t);
	str open = STR("<script type=\"application/ld+json\">");
	size_t begin = str_find(buf_str(&b), open, 0) + open.n;
	size_t end = str_find(buf_str(&b), STR("</script>"), begin);
	assert_true(begin < end && end < b.n);
	str data = str_sub(buf_str(&b), begin, end);
	assert_int_equal(str_find(data, STR("<"), 0), SIZE_MAX);
	json_t *json = json_loadb(data.p, data.n, 0, NULL);
	assert_non_null(json);
	assert_string_equal(json_string_value(json_object_get(json, "headline")), article.title.p);
	assert_string_equal(json_string_value(json_object_get(json, "datePublished")), "2026-11-23T22:01:03.000Z");
	json_decref(json);
	buf_free(&b);
}

static void feed_is_xml_whatever_it_holds(void **state)
{
	struct view_site site = hostile_site();
	struct view_article article = hostile_article();
	struct view_comment comments[3];
	for (int i = 0; i < 3; i++)
		comments[i] = hostile_comment(hostile, i == 1 ? VIEW_REMOVED : VIEW_RELEASED, NULL);
	comments[0].name = STR("\x01\x1f\xff\xc0\xaf\xed\xa0\x80\xef\xbf\xbf\xf5\xe2\x82 ok");
	comments[0].body = (struct html){STR("<p>a &amp; \x0c b</p>")};
	article.title = STR("\xf0\x9f\x98\x80 \xf0\x9f" HOSTILE);
	struct buf b = BUF_INIT(1 << 20);
	render_feed(&b, &site, &article, comments, 3, 1795471263000);
	struct seen seen = {0};
	xmlSetStructuredErrorFunc(&seen, (xmlStructuredErrorFunc)on_error);
	xmlDoc *doc = xmlReadMemory(b.p, (int)b.n, NULL, NULL, XML_PARSE_NONET);
	xmlSetStructuredErrorFunc(NULL, NULL);
	assert_string_equal(seen.problem, "");
	assert_non_null(doc);
	unsigned entries = 0;
	for (xmlNode *n = xmlDocGetRootElement(doc)->children; n; n = n->next)
		entries += n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, "entry") == 0;
	assert_int_equal(entries, 2);
	assert_true(has(&b, "<p>a &amp;amp;") || has(&b, "&lt;p&gt;a &amp;amp;"));
	xmlFreeDoc(doc);
	buf_free(&b);
}

/* Any order of depths gives nested lists that close. */
static void nesting_closes_whatever_the_depths(void **state)
{
	struct view_site site = {.lang = FRG_LANG_DE};
	struct view_comment comments[12];
	char ids[12][8];
	unsigned random = 7;
	for (int round = 0; round < 300; round++) {
		for (int i = 0; i < 12; i++) {
			random = random * 1103515245u + 12345u;
			snprintf(ids[i], sizeof ids[i], "c%d", i);
			comments[i] = (struct view_comment){
				.id = str_of(ids[i]), .name = STR("N"), .body = {STR("<p>x</p>")}, .depth = random >> 16 & 3};
		}
		struct view_thread t = {.site = &site,
		                        .article_path = STR("/articles/a"),
		                        .comments = comments,
		                        .comment_count = (size_t)(round % 13),
		                        .first_page = true,
		                        .open = true};
		struct buf b = BUF_INIT(1 << 20);
		render_thread(&b, &t);
		size_t opened = 0, closed = 0;
		for (size_t at = 0; (at = str_find(buf_str(&b), STR("<ol"), at)) != SIZE_MAX; at++)
			opened++;
		for (size_t at = 0; (at = str_find(buf_str(&b), STR("</ol>"), at)) != SIZE_MAX; at++)
			closed++;
		assert_int_equal(opened, closed);
		assert_int_equal(check(&b).items, round % 13);
	}
}

static void form_stands_under_what_it_answers(void **state)
{
	struct view_comment comments[] = {{.id = STR("a1"), .name = STR("A")}, {.id = STR("b2"), .name = STR("B")}};
	struct view_form form = {.reply_to = STR("a1"), .reply_to_name = STR("A"), .text = STR("\nerste Zeile leer")};
	struct view_thread t = {.article_path = STR("/articles/x"),
	                        .comments = comments,
	                        .comment_count = 2,
	                        .first_page = true,
	                        .open = true,
	                        .form = &form};
	struct buf b = BUF_INIT(1 << 20);
	render_thread(&b, &t);
	size_t at = str_find(buf_str(&b), STR("id=\"form\""), 0);
	assert_true(at > str_find(buf_str(&b), STR("id=\"comment-a1\""), 0));
	assert_true(at < str_find(buf_str(&b), STR("id=\"comment-b2\""), 0));
	assert_true(has(&b, ">\n\nerste Zeile leer</textarea>"));
	assert_true(has(&b, "action=\"/articles/x/comments#form\""));
	assert_int_equal(check(&b).forms, 1);
}

static void says_what_became_of_a_comment(void **state)
{
	struct view_own own = hostile_own();
	own.word = STR("Bitte ohne das Wort.");
	struct view_comment c = hostile_comment(STR("a1"), VIEW_RETURNED, &own);
	struct buf b = BUF_INIT(1 << 20);
	render_comment(&b, FRG_LANG_DE, &c);
	assert_true(has(&b, "Schimpfworte") && has(&b, "Bitte ohne das Wort."));
	check(&b);
	c.state = VIEW_WITHDRAWN;
	render_comment(&b, FRG_LANG_DE, &c);
	assert_false(has(&b, "Schimpfworte"));
	assert_false(has(&b, "data-frg=\"withdraw\""));
	check(&b);
	c.state = VIEW_HELD;
	own.decided = 0;
	enum { HOUR = 3600 * 1000, DAY = 24 * HOUR };
	const msec noon = (msec)20417 * DAY + 12 * HOUR; /* noon UTC: 13:00 in Berlin */
	static const struct {
		msec from, until;
		bool late, none;
		const char *words;
	} waits[] = {
		{HOUR, HOUR + HOUR / 2, false, false, "zwischen 14:00 und 14:30 Uhr"},
		{-HOUR, HOUR / 2, false, false, "bis 13:30 Uhr"},
		{8 * HOUR, 19 * HOUR, false, false, "zwischen 21:00 und morgen 8:00 Uhr"},
		{19 * HOUR, 20 * HOUR, false, false, "Heute nicht mehr; geprüft voraussichtlich morgen 8:00 bis 9:00 Uhr"},
		{43 * HOUR, 44 * HOUR, false, false, "voraussichtlich Donnerstag 8:00 bis 9:00 Uhr"},
		{HOUR, 2 * HOUR, true, false, "länger, als wir angekündigt haben"},
		{0, 0, false, true, "keine Zeit nennen"},
		{0, 0, false, false, "an 7. Stelle"},
	};
	for (size_t i = 0; i < COUNT_OF(waits); i++) {
		own.now = noon;
		own.review_from = waits[i].until ? noon + waits[i].from : 0;
		own.review_until = waits[i].until ? noon + waits[i].until : 0;
		own.review_late = waits[i].late;
		own.review_none = waits[i].none;
		render_comment(&b, FRG_LANG_DE, &c);
		assert_true(has(&b, waits[i].words));
		check(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_keep_hostile_text_as_text), cmocka_unit_test(threads_keep_hostile_text_as_text),
		cmocka_unit_test(pages_keep_hostile_text_as_text),    cmocka_unit_test(data_for_search_engines_is_json),
		cmocka_unit_test(feed_is_xml_whatever_it_holds),      cmocka_unit_test(nesting_closes_whatever_the_depths),
		cmocka_unit_test(form_stands_under_what_it_answers),  cmocka_unit_test(says_what_became_of_a_comment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
