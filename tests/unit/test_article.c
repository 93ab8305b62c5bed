/* Articles in every form they come in, and the sanitiser through which all their text goes. */
#include "unit.h"

#include "article/article.h"
#include "base/buf.h"
#include "only_tags.h"

#include <time.h>

static struct arena *arena;
static struct article art;
static struct frg_error err;

static int set_up(void **state)
{
	arena = arena_open(256 << 20);
	art = (struct article){0};
	err = (struct frg_error){0};
	return 0;
}

static int tear_down(void **state)
{
	arena_close(arena);
	return 0;
}

static str read_file(const char *name)
{
	const char *root = getenv("TEST_SOURCE_ROOT");
	FILE *f = fopen(arena_cstr(arena, arena_printf(arena, "%s/%s", root ? root : ".", name)), "rb");
	assert_non_null(f);
	char *data = arena_alloc(arena, 1 << 20);
	size_t n = fread(data, 1, 1 << 20, f);
	fclose(f);
	return (str){data, n};
}

static str repeat(const char *unit, size_t count)
{
	struct buf b = BUF_INIT(64 << 20);
	for (size_t i = 0; i < count; i++)
		buf_add(&b, str_of(unit));
	return buf_finish(&b, arena);
}

static str joined(str a, str b) { return arena_printf(arena, "%.*s%.*s", STR_ARG(a), STR_ARG(b)); }

/* ---- Markdown ---- */

static void markdown_is_read(void **state)
{
	OK(article_from_markdown(arena,
	                         STR("---\nid: a-1\nlang: de\ntitle: \"Brücke: gesperrt\"\n# Anmerkung\n\nkicker: Verkehr\n"
	                             "lead: Vorspann.\npublished: 2026-11-20T09:00:00+01:00\nimage: bild.jpg\n---\n\n"
	                             "Erster *Absatz*.\n\n## Zwischentitel\n\n- a\n- b\n"),
	                         &art, &err));
	assert_str(art.id, "a-1");
	assert_str(art.title, "Brücke: gesperrt");
	assert_str(art.kicker, "Verkehr");
	assert_str(art.image_url, "bild.jpg");
	assert_int_equal(art.published, 1795161600000);
	assert_int_equal(art.updated, 0);
	assert_has(art.body_html, "<p>Erster <em>Absatz</em>.</p>");
	assert_has(art.body_html, "<h2>Zwischentitel</h2>");
	assert_has(art.body_html, "<li>a</li>");
	assert_has(art.body_text, "Erster Absatz.\n\nZwischentitel");
	OK(article_from_markdown(arena, STR("\xef\xbb\xbf---\r\ntitle: x\r\n---\r\nText"), &art, &err));
	assert_str(art.title, "x");
	assert_str(art.body_text, "Text");
}

static void markdown_says_where_it_is_wrong(void **state)
{
	static const struct {
		const char *text;
		size_t line;
	} bad[] = {
		{"", 1},
		{"title: x\n---\n", 1},
		{"---\ntitle: x\nno colon\n---\n", 3},
		{"---\nunknown: x\n---\n", 2},
		{"---\ntitle: x\npublished: gestern\n---\n", 3},
		{"---\n\nupdated: 2026-02-30\n---\n", 3},
	};
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(article_from_markdown(arena, str_of(bad[i].text), &art, &err), FRG_INVALID);
		assert_code(err, "article_front_matter");
		assert_int_equal(err.pos, bad[i].line);
	}
	assert_int_equal(article_from_markdown(arena, STR("---\ntitle: x\n"), &art, &err), FRG_INVALID);
	assert_code(err, "article_front_matter");
	assert_int_equal(article_from_markdown(arena, STR("---\ntitle: \xff\n---\n"), &art, &err), FRG_INVALID);
	assert_code(err, "article_text");
}

static void markdown_lets_no_html_through(void **state)
{
	OK(article_from_markdown(arena,
	                         STR("---\nid: a\ntitle: x\n---\n<script>alert(1)</script> <img src=x onerror=y>\n\n"
	                             "[a](javascript:alert(1)) [b](https://b.example/) ![c](https://c.example/c.png)"),
	                         &art, &err));
	assert_lacks(art.body_html, "<script");
	assert_lacks(art.body_html, "<img");
	assert_lacks(art.body_html, "javascript:");
	assert_has(art.body_html, "<a href=\"https://b.example/\"");
}

static void too_large_is_refused_whatever_the_form(void **state)
{
	str large = joined(STR("---\nid: a\ntitle: x\n---\n"), repeat("Wort Wort Wort Wort\n", 110000));
	assert_int_equal(article_from_markdown(arena, large, &art, &err), FRG_TOO_LARGE);
	assert_code(err, "article_long");
	assert_int_equal(article_from_ninjs(arena, large, &art, &err), FRG_TOO_LARGE);
	assert_int_equal(article_from_page(arena, large, STR("https://a.example/"), &art, &err), FRG_TOO_LARGE);
	/* below the limit of the document, above that of the body */
	large = joined(STR("---\nid: a\ntitle: x\n---\n"), repeat("Wort Wort Wort Wort\n", 40000));
	assert_int_equal(article_from_markdown(arena, large, &art, &err), FRG_TOO_LARGE);
}

/* ---- ninjs ---- */

static void our_own_ninjs_is_read(void **state)
{
	OK(article_from_ninjs(arena, read_file("data/demo/articles/glass-eels.json"), &art, &err));
	assert_str(art.id, "glass-eels");
	assert_str(art.lang, "en");
	assert_str(art.title, "How the eel finds the river it has never seen");
	assert_str(art.kicker, "Biology");
	assert_true(str_starts(art.lead, STR("Researchers at Tevenhusen")));
	assert_str(art.author, "Imogen Fairley and Dr Pia Wendelstein");
	assert_int_equal(art.published, 1795329000000);
	assert_true(art.body_text.n > 2000);
	assert_true(str_starts(art.body_html, STR("<p>The tank stands")));
	assert_has(art.image_url, "glass-eels");
	assert_true(art.image_width > 0 && art.image_height > 0);
	art.image_url = STR("/media/x.jpg"); /* a file beside the document gets its address when it is saved */
	OK(article_check(&art, &err));

	OK(article_from_ninjs(arena, read_file("data/demo/articles/schule-ohne-handy.json"), &art, &err));
	assert_str(art.lang, "de");
	assert_str(art.section, "Politik");
	assert_has(art.source, "Elverbote");
	assert_has(art.agency, "nda");
	assert_true(art.updated > art.published);
	art.image_url = STR("");
	OK(article_check(&art, &err));
}

static void ninjs_1_is_read(void **state)
{
	OK(article_from_ninjs(arena,
	                      STR("{\"uri\":\"urn:x:1\",\"language\":\"de-DE\",\"headline\":\"Titel\",\"byline\":\"Von A\","
	                          "\"description_text\":\"Vorspann\",\"versioncreated\":\"2026-11-20T09:00:00Z\","
	                          "\"body_html\":\"<p>Text <script>x</script>mit <b>Fett</b>.</p>\"}"),
	                      &art, &err));
	assert_str(art.title, "Titel");
	assert_str(art.lead, "Vorspann");
	assert_has(art.author, "A");
	assert_str(art.body_text, "Text mit Fett.");
	assert_lacks(art.body_html, "script");
	assert_true(str_starts(art.lang, STR("de")));
}

static void odd_ninjs_breaks_nothing(void **state)
{
	static const char *const odd[] = {
		"",
		"{",
		"[]",
		"null",
		"1",
		"\"x\"",
		"{}",
		"{\"headlines\":{}}",
		"{\"headlines\":[1,null,[],{}]}",
		"{\"title\":1}",
		"{\"bodies\":\"x\"}",
		"{\"bodies\":[{\"value\":1}]}",
		"{\"associations\":[null,1,{\"renditions\":1}]}",
		"{\"associations\":{\"main\":null}}",
		"{\"subjects\":[[[[]]]]}",
		"{\"firstcreated\":\"x\",\"title\":\"y\"}",
		"{\"altids\":[{\"role\":\"id\",\"value\":{}}]}",
		"{\"title\":\"a\\u0000b\"}",
		"{\"title\":\"\\ud800\"}",
		"\xff",
		"{\"title\":\"x\",\"bodies\":[{\"contenttype\":\"text/html\",\"value\":null}]}",
		"{\"language\":[]}",
		"{\"associations\":[{\"renditions\":[{\"width\":1e300,\"height\":-1,\"href\":1}]}]}",
	};
	for (size_t i = 0; i < COUNT_OF(odd); i++) {
		enum frg_status st = article_from_ninjs(arena, str_of(odd[i]), &art, &err);
		if (st == FRG_OK && article_check(&art, &err) == FRG_OK)
			assert_true(art.title.n > 0);
	}
	str deep = joined(repeat("[", 5000), repeat("]", 5000));
	assert_int_equal(article_from_ninjs(arena, deep, &art, &err), FRG_INVALID);
	assert_int_equal(article_from_ninjs(arena, STR("{\"title\":"), &art, &err), FRG_INVALID);
}

/* ---- pages ---- */

#define LONG_TEXT                                                                                                      \
	"Die Brücke über die Elver bleibt bis auf Weiteres gesperrt, teilte die Stadt am Freitag mit. "                  \
	"Der Verkehr wird über die Umgehungsstraße geführt, was nach Angaben der Feuerwehr zehn Minuten "               \
	"kostet. "                                                                                                         \
	"Eine Prüfung hatte Risse in den Lagern ergeben, deren Ursache noch unklar ist."

static enum frg_status page(const char *html)
{
	art = (struct article){0};
	err = (struct frg_error){0};
	return article_from_page(arena, str_of(html), STR("https://paper.example/bruecke.html"), &art, &err);
}

static void a_page_with_a_graph_is_read(void **state)
{
	OK(page("<!doctype html><html lang=de><head><title>Seite | Zeitung</title>"
	        "<link rel=canonical href='https://paper.example/bruecke'>"
	        "<script type='application/ld+json'>{\"@context\":\"https://schema.org\",\"@graph\":["
	        "{\"@type\":\"WebSite\",\"name\":\"Zeitung\"},{\"@type\":[\"NewsArticle\",\"Thing\"],"
	        "\"headline\":\"Brücke "
	        "gesperrt\",\"description\":\"Kurz.\",\"datePublished\":\"2026-11-20T09:00:00+01:00\","
	        "\"author\":[{\"@type\":\"Person\",\"name\":\"A. Autorin\"}],\"publisher\":{\"name\":\"Zeitung\"},"
	        "\"articleSection\":\"Lokales\",\"inLanguage\":\"de-DE\","
	        "\"image\":{\"@type\":\"ImageObject\",\"url\":\"https://paper.example/b.jpg\"}}]}</script></head>"
	        "<body><nav><p>" LONG_TEXT " NAVIGATION</p></nav><article><p>" LONG_TEXT "</p>"
	        "<aside><p>" LONG_TEXT " RAND</p></aside></article></body></html>"));
	assert_str(art.title, "Brücke gesperrt");
	assert_str(art.lead, "Kurz.");
	assert_has(art.author, "A. Autorin");
	assert_str(art.source, "Zeitung");
	assert_str(art.section, "Lokales");
	assert_str(art.lang, "de");
	assert_str(art.image_url, "https://paper.example/b.jpg");
	assert_str(art.url, "https://paper.example/bruecke");
	assert_int_equal(art.published, 1795161600000);
	assert_has(art.body_text, "Risse in den Lagern");
	assert_lacks(art.body_text, "NAVIGATION");
	assert_lacks(art.body_text, "RAND");
}

static void a_page_with_opengraph_only_is_read(void **state)
{
	OK(page("<html><head><title>x</title><meta property='og:title' content='Titel &amp; mehr'>"
	        "<meta property='og:description' content='Vorspann'><meta property='og:locale' content='en_GB'>"
	        "<meta property='og:image' content='https://paper.example/o.png'>"
	        "<meta property='article:published_time' content='2026-11-20T08:00:00Z'></head>"
	        "<body><main><p>" LONG_TEXT "</p></main></body></html>"));
	assert_str(art.title, "Titel & mehr");
	assert_str(art.lead, "Vorspann");
	assert_str(art.lang, "en");
	assert_str(art.image_url, "https://paper.example/o.png");
	assert_int_equal(art.published, 1795161600000);
	assert_has(art.body_text, "Elver");
	assert_str(art.url, "https://paper.example/bruecke.html");
}

static void a_page_speaks_only_for_its_own_host(void **state)
{
	OK(page("<title>x</title><link rel=canonical href='https://evil.example/y'><p>" LONG_TEXT));
	assert_str(art.url, "https://paper.example/bruecke.html");
	OK(page("<title>x</title><link rel=canonical href='javascript:alert(1)'>"
	        "<meta property=og:image content='javascript:alert(1)'><p>" LONG_TEXT));
	assert_str(art.url, "https://paper.example/bruecke.html");
	assert_str(art.image_url, "");
}

static void a_page_without_a_title_is_none(void **state)
{
	static const char *const none[] = {"", " ", "<p>Text", "<title></title>", "\xff\xfe", "<", "<!--", "<script>"};
	for (size_t i = 0; i < COUNT_OF(none); i++) {
		assert_int_equal(page(none[i]), FRG_INVALID);
		assert_code(err, "article_page");
	}
}

static void hostile_pages_break_nothing(void **state)
{
	static const char *const hostile[] = {
		"<title>x</title><script "
		"type='application/ld+json'>{\"@type\":\"Article\",\"headline\":[[[[[\"x\"]]]]]}</script>",
		"<title>x</title><script type='application/ld+json'>{\"@type\":\"Article\"</script>",
		"<title>x</title><script type='application/ld+json'>[[[[[[[[]]]]]]]]</script>",
		("<title>x</title><script "
	     "type='application/ld+json'>{\"@type\":\"Article\",\"headline\":{\"name\":{\"name\":1}},"
	     "\"author\":null,\"image\":[[]],\"datePublished\":7,\"articleBody\":{}}</script>"),
		"<title>x</title><script "
		"type='application/ld+json'>{\"@type\":\"Article\",\"headline\":\"<script>alert(1)\"}</script>",
		"<title>a</title><title>b</title><html><html><body><body><article><article></title>",
		"<title>&#0;&#xd800;&#x110000;&#999999999999;x</title>",
		"<title>x</title><meta property=og:title content='\x80\xff'><p>\xc3",
		"<!DOCTYPE html [<!ENTITY a \"x\"><!ENTITY b SYSTEM \"file:///etc/passwd\">]><title>&a;&b;x</title>",
		"<?xml version='1.0' encoding='UTF-16'?><title>x</title>",
		"<meta charset=utf-7><title>x</title>+ADw-script",
	};
	for (size_t i = 0; i < COUNT_OF(hostile); i++) {
		(void)!page(hostile[i]);
		assert_lacks(art.title, "root:");
		assert_int_equal(art.body_html.n, 0);
	}
	static const char *const units[] = {"<div>",
	                                    "<p><b><i>",
	                                    "<table><tr><td>",
	                                    "<article>",
	                                    "<a href=x>",
	                                    "</p>",
	                                    "<x y=z ",
	                                    "<!--",
	                                    "<![CDATA[",
	                                    "&amp",
	                                    "<meta property=og:title content=x>",
	                                    "<svg><style>",
	                                    "<script type='application/ld+json'>[</script>"};
	for (size_t i = 0; i < COUNT_OF(units); i++)
		(void)!page(arena_cstr(arena, joined(STR("<title>x</title>"), repeat(units[i], 20000))));
}

/* ---- what must be there ---- */

static void an_article_is_checked(void **state)
{
	const struct article good = {
		.id = STR("a-1_b.C"), .title = STR("T"), .lang = STR("de"), .url = STR("https://a.example/")};
	OK(article_check(&good, &err));
	static const char *const bad_ids[] = {"", ".", ".a", "a b", "a/b", "ä", "a%20", "../a", "a\nb", "<a>"};
	for (size_t i = 0; i < COUNT_OF(bad_ids); i++) {
		struct article a = good;
		a.id = str_of(bad_ids[i]);
		assert_int_equal(article_check(&a, &err), FRG_INVALID);
		assert_code(err, "article_id");
	}
#define WITH(field, value, status, expected)                                                                           \
	do {                                                                                                               \
		struct article a = good;                                                                                       \
		a.field = (value);                                                                                             \
		assert_int_equal(article_check(&a, &err), (status));                                                           \
		assert_code(err, (expected));                                                                                  \
	} while (0)
	WITH(id, repeat("a", 201), FRG_INVALID, "article_id");
	WITH(title, STR(""), FRG_INVALID, "article_title");
	WITH(title, repeat("a", 501), FRG_TOO_LARGE, "article_field_long");
	WITH(title, STR("a\xff"), FRG_INVALID, "article_text");
	WITH(lead, STR("a\x01"), FRG_INVALID, "article_text");
	WITH(lead, ((str){"a\0b", 3}), FRG_INVALID, "article_text");
	WITH(lead, repeat("a", 4001), FRG_TOO_LARGE, "article_field_long");
	WITH(lang, STR("fr"), FRG_UNSUPPORTED, "article_lang");
	WITH(lang, STR("deu"), FRG_UNSUPPORTED, "article_lang");
	WITH(url, STR("javascript:x"), FRG_INVALID, "article_url");
	WITH(url, STR("/relative"), FRG_INVALID, "article_url");
	WITH(url, STR("https://a.example/ b"), FRG_INVALID, "article_url");
	WITH(url, STR("https://a.example/\r\nX: y"), FRG_INVALID, "article_url");
	WITH(image_url, STR("data:image/png,x"), FRG_INVALID, "article_picture");
	WITH(body_text, repeat("a", ARTICLE_BODY_MAX + 1), FRG_TOO_LARGE, "article_long");
}

/* ---- the sanitiser ---- */

static str text;

static str clean(str html)
{
	str out;
	char why[200];
	assert_true(article_sanitise(arena, html, &out, &text));
	if (!only_tags_article(out, why, sizeof why)) {
		print_error("%.*s\n", STR_ARG(out));
		fail_msg("%s", why);
	}
	return out;
}

static void honest_html_stays(void **state)
{
	assert_str(clean(STR("<p>Ein <strong>Wort</strong> und <em>eins</em>.</p>")),
	           "<p>Ein <strong>Wort</strong> und <em>eins</em>.</p>");
	assert_str(text, "Ein Wort und eins.");
	assert_has(clean(STR("<h2>A</h2><ul><li>b</li><li>c</li></ul><blockquote><p>d</p></blockquote>")), "<li>b</li>");
	assert_has(clean(STR("<a href=\"https://a.example/?x=1&amp;y=2\">l</a>")),
	           "href=\"https://a.example/?x=1&amp;y=2\"");
	assert_has(clean(STR("<p>a &lt; b &amp; c</p>")), "a &lt; b &amp; c");
	assert_str(text, "a < b & c");
	clean(STR("<p>Eins</p><p>Zwei</p>"));
	assert_str(text, "Eins\n\nZwei");
	assert_str(clean(STR("")), "");
	assert_str(text, "");
}

static void hostile_html_does_not(void **state)
{
	static const char *const hostile[] = {
		"<script>alert(1)</script>ok",
		"<SCRIPT SRC=//e.example></SCRIPT>ok",
		"<p onclick=\"alert(1)\">ok</p>",
		"<p style=\"position:fixed\">ok</p>",
		"<style>p{background:url(//e.example)}</style>ok",
		"<iframe src=\"https://e.example\"></iframe>ok",
		"<svg><script>alert(1)</script><text>x</text></svg>ok",
		"<svg onload=alert(1)>x</svg>ok",
		"<math><mtext><script>alert(1)</script></mtext></math>ok",
		"<a href=\"javascript:alert(1)\">ok</a>",
		"<a href=\" jAvAsCrIpT:alert(1)\">ok</a>",
		"<a href=\"java&#10;script:alert(1)\">ok</a>",
		"<a href=\"&#106;avascript:alert(1)\">ok</a>",
		"<a href=\"data:text/html,<script>alert(1)</script>\">ok</a>",
		"<a href=\"vbscript:x\">ok</a>",
		"<a href=\"//e.example\">ok</a>",
		"<img src=x onerror=alert(1)>ok",
		"<form action=//e.example><input></form>ok",
		"<object data=x></object><embed src=x>ok",
		"<base href=//e.example>ok",
		"<meta http-equiv=refresh content=0>ok",
		"<link rel=stylesheet href=//e.example>ok",
		"<!--<script>alert(1)</script>-->ok",
		"<![CDATA[<script>]]>ok",
		"<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>ok",
		"<template><script>x</script></template>ok",
		"<p title='\"><script>alert(1)</script>'>ok</p>",
		"<scr<script>ipt>alert(1)</scr</script>ipt>ok",
		"<details open ontoggle=alert(1)>ok</details>",
		"<video><source onerror=alert(1)></video>ok",
		"<?php alert(1) ?>ok",
		"<a href='https://a.example/\" onmouseover=\"x'>ok</a>",
		"<p>&lt;script&gt;ok",
		"<textarea><script>x</script></textarea>ok",
		"<xmp><script>alert(1)</script></xmp>ok",
		"<plaintext>ok",
		"<p id=x class=y data-z=1>ok",
		"<math href=javascript:x>ok",
	};
	for (size_t i = 0; i < COUNT_OF(hostile); i++) {
		str s = clean(str_of(hostile[i]));
		assert_lacks(s, "<script");
		assert_lacks(s, "onerror=alert(1)>");
		assert_lacks(s, "\"javascript");
	}
	/* what stands in scripts and styles is no text either */
	clean(STR("<p>a</p><script>geheim</script><style>geheim</style><iframe>geheim</iframe>"));
	assert_str(text, "a");
}

static void hidden_characters_do_not_either(void **state)
{
	str s = clean(STR("<p>a\xe2\x80\xae"
	                  "b\xe2\x80\x8b"
	                  "c\x01\xef\xbb\xbf"
	                  "d</p>"));
	assert_str(s, "<p>abcd</p>");
	assert_str(text, "abcd");
}

static void nesting_and_length_have_limits(void **state)
{
	static const char *const units[] = {"<div>",
	                                    "<b>",
	                                    "<ul><li>",
	                                    "<blockquote>",
	                                    "<table><tr><td>",
	                                    "<p>",
	                                    "<a href='https://a.example'>",
	                                    "<figure>",
	                                    "<i><b>",
	                                    "</div>",
	                                    "<x>",
	                                    "<br>",
	                                    "<em>a</p>"};
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		static const size_t counts[] = {20, 200, 20000};
		for (size_t k = 0; k < COUNT_OF(counts); k++) {
			str html = joined(repeat(units[i], counts[k]), STR("Text")), out, plain;
			char why[200];
			if (article_sanitise(arena, html, &out, &plain) && !only_tags_article(out, why, sizeof why))
				fail_msg("%s × %zu: %s", units[i], counts[k], why);
		}
	}
	str out, plain;
	assert_false(article_sanitise(arena, repeat("<p>Wort Wort Wort</p>", 40000), &out, &plain));
	assert_false(article_sanitise(arena, repeat("&amp;", 200000), &out, &plain));
}

/* ---- what agencies send ---- */

static void ninjs_2_of_an_agency_is_read(void **state)
{
	OK(article_from_ninjs(
		arena,
		STR("{\"uri\":\"urn:newsml:agency.example:20261120:1-99\",\"language\":\"de\",\"copyrightholder\":\"nda\","
	        "\"headlines\":[{\"role\":\"kicker\",\"value\":\"Verkehr\"},{\"role\":\"main\",\"value\":\"Brücke\\n "
	        "gesperrt\"}],"
	        "\"descriptions\":[{\"role\":\"text\",\"value\":\"Vorspann.\"}],\"bylines\":[{\"name\":\"A\"},{\"name\":"
	        "\"B\"}],"
	        "\"contentcreated\":\"2026-11-20T09:00:00+01:00\",\"versioncreated\":\"2026-11-20T10:00:00+01:00\","
	        "\"bodies\":[{\"role\":\"text\",\"contenttype\":\"text/plain\",\"charcount\":4,\"value\":\"nein\"},"
	        "{\"role\":\"xml\",\"contenttype\":\"application/xml\",\"value\":\"<P>nein</P>\"},"
	        "{\"role\":\"html5\",\"contenttype\":\"text/html\",\"value\":\"<html><head><title>nein</title></"
	        "head><body><article>"
	        "<h1>Brücke gesperrt</h1><div><p>Eins.</p><p>Zwei.</p></div></article></body></html>\"}],"
	        "\"associations\":[{\"name\":\"v\",\"type\":\"video\",\"renditions\":[{\"href\":\"https://a.example/"
	        "v.mp4\"}]},"
	        "{\"name\":\"p\",\"type\":\"picture\",\"by\":\"Foto: F\",\"descriptions\":[{\"value\":\"Die "
	        "Brücke\"}],\"renditions\":["
	        "{\"contenttype\":\"image/tiff\",\"href\":\"https://a.example/0.tif\",\"width\":3000,\"height\":2000},"
	        "{\"contenttype\":\"image/jpeg\",\"href\":\"https://a.example/print.jpg\",\"width\":9000,\"height\":6000},"
	        "{\"contenttype\":\"image/jpeg\",\"href\":\"https://a.example/2.jpg\",\"width\":1024,\"height\":683},"
	        "{\"contenttype\":\"image/jpeg\",\"href\":\"https://a.example/3.jpg\",\"width\":256,\"height\":171}]}]}"),
		&art, &err));
	assert_str(art.id, "urn-newsml-agency.example-20261120-1-99");
	assert_str(art.title, "Brücke gesperrt");
	assert_str(art.kicker, "Verkehr");
	assert_str(art.lead, "Vorspann.");
	assert_str(art.author, "A, B");
	assert_str(art.source, "nda");
	/* the headline is not told twice */
	assert_str(art.body_html, "<p>Eins.</p><p>Zwei.</p>");
	assert_str(art.body_text, "Eins.\n\nZwei.");
	assert_str(art.image_url, "https://a.example/2.jpg");
	assert_int_equal(art.image_width, 1024);
	assert_str(art.image_caption, "Die Brücke");
	assert_str(art.image_credit, "Foto: F");
	assert_int_equal(art.published, 1795161600000);
	assert_int_equal(art.updated, 1795165200000);
	OK(article_check(&art, &err));
}

static void plain_bodies_become_paragraphs(void **state)
{
	OK(article_from_ninjs(arena, STR("{\"bodies\":[{\"contenttype\":\"text/plain\",\"value\":\"a <b> & c\\nd\"}]}"),
	                      &art, &err));
	assert_str(art.body_html, "<p>a &lt;b&gt; &amp; c</p><p>d</p>");
	OK(article_from_ninjs(arena, STR("{\"body_text\":\"a\\nb\\n\\nc\"}"), &art, &err));
	assert_str(art.body_html, "<p>a<br>b</p><p>c</p>");
	assert_str(art.body_text, "a\nb\n\nc");
}

/* ---- character sets, and where a page's text stands ---- */

static enum frg_status bytes(str html)
{
	return article_from_page(arena, html, STR("https://paper.example/a/b.html"), &art, &err);
}

static void pages_come_in_any_character_set(void **state)
{
	static const str same[] = {
		STR_INIT("<title>Br\xc3\xbc"
	             "cke \xe2\x82\xac</title>"),
		STR_INIT("\xef\xbb\xbf<meta charset=iso-8859-1><title>Br\xc3\xbc"
	             "cke \xe2\x82\xac</title>"),
		STR_INIT("<meta charset=iso-8859-1><title>Br\xc3\xbc"
	             "cke \xe2\x82\xac</title>"),
		STR_INIT("<meta charset=\"ISO-8859-1\"><title>Br\xfc"
	             "cke \x80</title>"),
		STR_INIT("<meta http-equiv=content-type content='text/html; charset=windows-1252'><title>Br\xfc"
	             "cke \x80</title>"),
		STR_INIT("<meta charset=iso-8859-15><title>Br\xfc"
	             "cke \xa4</title>"),
		STR_INIT("<title>Br\xfc"
	             "cke \x80</title>"),
		STR_INIT("<meta charset=utf-7><title>Br\xfc"
	             "cke \x80</title>"),
		STR_INIT("\xff\xfe<\0t\0i\0t\0l\0e\0>\0B\0r\0\xfc\0c\0k\0e\0 \0\xac\x20<\0/\0t\0i\0t\0l\0e\0>\0"),
	};
	for (size_t i = 0; i < COUNT_OF(same); i++) {
		OK(bytes(same[i]));
		assert_str(art.title, "Brücke €");
	}
	OK(bytes(STR("<meta charset=utf-8><title>a\xff\xc3(b\0c</title>")));
	assert_str(art.title, "a\xef\xbf\xbd\xef\xbf\xbd(b c");
}

static void the_text_is_found_without_an_article_element(void **state)
{
	OK(bytes(STR("<title>x</title><div class='teaser big'><p>" LONG_TEXT " TEASER</p><p>" LONG_TEXT "</p></div>"
	             "<div id=c><h2>Zwischentitel</h2><p>" LONG_TEXT " EINS</p><ul><li><a href=x>" LONG_TEXT
	             " LINK</a></li></ul>"
	             "<p>kurz</p><p>" LONG_TEXT "<br>ZWEI</p></div>"
	             "<section id=comments><p>" LONG_TEXT " KOMMENTAR</p><p>" LONG_TEXT "</p><p>" LONG_TEXT "</p></section>"
	             "<footer><p>" LONG_TEXT " FUSS</p></footer>")));
	assert_true(str_starts(art.body_text, STR("Zwischentitel\n\nDie Brücke")));
	assert_has(art.body_text, "EINS\n\nDie");
	assert_has(art.body_text, "ergeben, deren Ursache noch unklar ist. ZWEI");
	static const char *const beside[] = {"TEASER", "LINK", "kurz", "KOMMENTAR", "FUSS"};
	for (size_t i = 0; i < COUNT_OF(beside); i++)
		assert_lacks(art.body_text, beside[i]);
}

static void what_pages_write_wrong_is_understood(void **state)
{
	OK(bytes(STR(
		"<title>Titel | Bote</title><meta property=og:site_name content=Bote><meta property=og:image content=/p.jpg>"
		"<meta property=og:image:width content=800><meta property=og:image:height content=600>")));
	assert_str(art.title, "Titel");
	assert_str(art.source, "Bote");
	assert_str(art.image_url, "https://paper.example/p.jpg");
	assert_int_equal(art.image_width, 800);
	/* CDATA, raw line breaks in strings, entities, relative addresses, sizes as words */
	OK(bytes(STR("<script type='application/ld+json'>//<![CDATA[\n[{\"@type\":\"https://schema.org/NewsArticle\","
	             "\"headline\":\"Titel\n &amp; "
	             "mehr\",\"author\":[{\"name\":\"A\"},\"B\"],\"image\":[{\"url\":\"b.jpg\",\"width\":\"1200px\","
	             "\"height\":{\"value\":800}}],\"articleBody\":\"<p>Eins</p><p>Zwei</p>" LONG_TEXT
	             "\"}]\n//]]></script>")));
	assert_str(art.title, "Titel & mehr");
	assert_str(art.author, "A, B");
	assert_str(art.image_url, "https://paper.example/a/b.jpg");
	assert_int_equal(art.image_width, 1200);
	assert_true(str_starts(art.body_text, STR("Eins\n\nZwei")));
}

/* ---- what would take long ---- */

static double cpu_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static str numbered(const char *format, size_t count)
{
	struct buf b = BUF_INIT(4 << 20);
	for (size_t i = 0; i < count; i++)
		buf_printf(&b, format, (int)i);
	return buf_finish(&b, arena);
}

static void nothing_takes_long(void **state)
{
	const str front = STR("---\nid: a\ntitle: x\n---\n"), title = STR("<title>x</title>");
	const str slow_pages[] = {
		joined(repeat("<i>", 200000), repeat("</b>", 200000)),
		joined(STR("<p "), numbered("a%d ", 180000)),
		joined(STR("<p x='>' "), numbered("a%d=\"\" ", 120000)),
		repeat("<p>", 400000),
		repeat("<!--", 400000),
		repeat("<a href=x>y</a>", 90000),
		repeat("&#x", 500000),
		repeat("<table><tr><td>", 90000),
	};
	const str slow_files[] = {
		joined(STR("[x]: /y\n\n"), joined(repeat("[", 100000), repeat("]", 100000))),
		joined(joined(STR("[x]: "), repeat("y", 30000)), repeat("\n[x]", 100000)),
		joined(joined(repeat("a|", 30000), STR("\n")), joined(repeat("-|", 30000), repeat("\nx", 100000))),
		repeat("](\n", 90000),
		repeat("`` ` ", 60000),
		repeat("> ", 100000),
		repeat("*a_ ", 60000),
	};
	double before = cpu_seconds();
	for (size_t i = 0; i < COUNT_OF(slow_pages); i++)
		(void)!bytes(joined(title, slow_pages[i]));
	for (size_t i = 0; i < COUNT_OF(slow_files); i++)
		(void)!article_from_markdown(arena, joined(front, slow_files[i]), &art, &err);
	assert_true(cpu_seconds() - before < 60); /* without the bounds: many minutes */
	assert_int_equal(bytes(joined(title, slow_pages[1])), FRG_TOO_LARGE);
	assert_code(err, "article_complex");
	assert_int_equal(bytes(joined(title, slow_pages[0])), FRG_TOO_LARGE);
	assert_int_equal(article_from_markdown(arena, joined(front, slow_files[0]), &art, &err), FRG_TOO_LARGE);
	assert_code(err, "article_complex");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(markdown_is_read),
		TEST(markdown_says_where_it_is_wrong),
		TEST(markdown_lets_no_html_through),
		TEST(too_large_is_refused_whatever_the_form),
		TEST(our_own_ninjs_is_read),
		TEST(ninjs_1_is_read),
		TEST(odd_ninjs_breaks_nothing),
		TEST(a_page_with_a_graph_is_read),
		TEST(a_page_with_opengraph_only_is_read),
		TEST(a_page_speaks_only_for_its_own_host),
		TEST(a_page_without_a_title_is_none),
		TEST(hostile_pages_break_nothing),
		TEST(an_article_is_checked),
		TEST(honest_html_stays),
		TEST(hostile_html_does_not),
		TEST(hidden_characters_do_not_either),
		TEST(nesting_and_length_have_limits),
		TEST(ninjs_2_of_an_agency_is_read),
		TEST(plain_bodies_become_paragraphs),
		TEST(pages_come_in_any_character_set),
		TEST(the_text_is_found_without_an_article_element),
		TEST(what_pages_write_wrong_is_understood),
		TEST(nothing_takes_long),
	};
	return cmocka_run_group_tests_name("article", tests, NULL, NULL);
}
