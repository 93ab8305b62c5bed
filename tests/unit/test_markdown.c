/* Readers' Markdown: what comes out holds only what we know, and says what was typed. */
#include "unit.h"

#include "only_tags.h"
#include "render/markdown.h"

#include <time.h>

static struct buf out = BUF_INIT(8 << 20);

static str html(str in)
{
	char why[200];
	buf_free(&out);
	render_comment_html(&out, in);
	if (!only_tags_comment(buf_str(&out), why, sizeof why)) {
		print_error("%.*s\n", STR_ARG(buf_str(&out)));
		fail_msg("%s", why);
	}
	return buf_str(&out);
}

static void plain_text_becomes_paragraphs(void **state)
{
	assert_str(html(STR("Eins.\n\nZwei.")), "<p>Eins.</p><p>Zwei.</p>");
	assert_str(html(STR("Zeile eins\nZeile zwei")), "<p>Zeile eins<br>Zeile zwei</p>");
	assert_str(html(STR("")), "");
	assert_str(html(STR_NONE), "");
	assert_str(html(STR("   \n \n")), "");
}

static void emphasis_lists_quotes_and_code(void **state)
{
	assert_str(html(STR("*a* **b** `c*d*`")), "<p><em>a</em> <strong>b</strong> <code>c*d*</code></p>");
	assert_has(html(STR("- a\n- b")), "<ul><li>a</li><li>b</li></ul>");
	assert_has(html(STR("1. a\n2. b")), "<ol><li>a</li><li>b</li></ol>");
	assert_str(html(STR("> Zitat")), "<blockquote><p>Zitat</p></blockquote>");
	assert_has(html(STR("```\n<b>\n```")), "<pre><code>&lt;b&gt;\n</code></pre>");
	assert_has(html(STR("```js\" onclick=x\na\n```")), "<pre><code>a\n</code></pre>");
	assert_has(html(STR("a\n\n---\n\nb")), "<hr>");
	assert_str(html(STR("# Laut")), "<p><strong>Laut</strong></p>"); /* no headings in comments */
	assert_has(html(STR("    kein Code")), "<p>kein Code</p>");
}

static void raw_html_is_only_text(void **state)
{
	assert_str(html(STR("<b>x</b>")), "<p>&lt;b&gt;x&lt;/b&gt;</p>");
	static const char *const hostile[] = {
		"<script>alert(1)</script>",
		"<img src=x onerror=alert(1)>",
		"<svg/onload=alert(1)>",
		"<!-- x -->",
		"<?php x ?>",
		"<![CDATA[x]]>",
		"<a href=\"javascript:x\">y</a>",
		"</p></div><script>",
		"<<script>script>",
		"\"><script>x</script>",
		"<iframe srcdoc='<script>'>",
		"<style>*{}</style>",
		"<x onmouseover=y>z</x>",
	};
	for (size_t i = 0; i < COUNT_OF(hostile); i++) {
		assert_lacks(html(str_of(hostile[i])), "<s");
		assert_lacks(buf_str(&out), "<i");
		assert_lacks(buf_str(&out), "<a ");
		assert_has(buf_str(&out), "&lt;");
	}
}

static void what_html_needs_is_escaped(void **state)
{
	str s = html(STR("a & b < c > d \"e\" 'f'"));
	assert_has(s, "a &amp; b &lt; c &gt; d");
	/* entities are shown as they were typed */
	assert_has(html(STR("&lt;script&gt; &amp; &#60; &#x3c; &nbsp;")),
	           "&amp;lt;script&amp;gt; &amp;amp; &amp;#60; &amp;#x3c; &amp;nbsp;");
	assert_has(html((str){"a\0b", 3}), "a\xef\xbf\xbd"
	                                   "b");
}

static void links_lead_only_to_the_web(void **state)
{
	str s = html(STR("[Quelle](https://paper.example/a?b=1&c=2)"));
	assert_str(s, "<p><a href=\"https://paper.example/a?b=1&amp;c=2\" rel=\"ugc nofollow noopener\">Quelle</a></p>");
	assert_has(html(STR("https://paper.example/x")),
	           "<a href=\"https://paper.example/x\" rel=\"ugc nofollow noopener\">");
	assert_has(html(STR("<https://paper.example/x>")), "<a href=\"https://paper.example/x\"");
	assert_has(html(STR("[x](<https://paper.example/\"onmouseover=y>)")), "&quot;");
	assert_lacks(buf_str(&out), "\"onmouseover");
	static const char *const elsewhere[] = {
		"[x](javascript:alert(1))",
		"[x](JaVaScRiPt:alert(1))",
		"[x](data:text/html,x)",
		"[x](//evil.example)",
		"[x](/a)",
		"[x](vbscript:x)",
		"[x](ftp://a.example)",
		"[x](mailto:a@b.example)",
		"[x](java\tscript:x)",
		"[x](&#106;avascript:x)",
		"<javascript:alert(1)>",
		"<mailto:a@b.example>",
		"[x](https://)",
		"[x](<https://a.example/ b>)",
		"[x][1]\n\n[1]: javascript:x",
		"[x](\"https://a.example\")",
		"[x](HTTPS\xe2\x80\x8b://a.example)",
		"[x](https://a.example/\xe2\x80\xaezip.exe)",
	};
	for (size_t i = 0; i < COUNT_OF(elsewhere); i++)
		assert_lacks(html(str_of(elsewhere[i])), "<a");
	/* pictures are none, whatever else they become */
	assert_lacks(html(STR("![Bild](https://a.example/x.png)")), "<img");
}

static void links_do_not_nest(void **state)
{
	str s = html(STR("[a [b](https://b.example) https://c.example](https://d.example)"));
	assert_has(s, "<a ");
}

static void hidden_characters_are_left_out(void **state)
{
	static const char *const hidden[] = {
		"\xe2\x80\x8b" /* zero width space */,
		"\xe2\x80\x8e",
		"\xe2\x80\x8f",
		"\xe2\x80\xa8",
		"\xe2\x80\xa9",
		"\xe2\x80\xaa",
		"\xe2\x80\xab",
		"\xe2\x80\xac",
		"\xe2\x80\xad",
		"\xe2\x80\xae" /* right-to-left override */,
		"\xe2\x81\xa0",
		"\xe2\x81\xa6",
		"\xe2\x81\xa7",
		"\xe2\x81\xa8",
		"\xe2\x81\xa9",
		"\xef\xbb\xbf",
		"\xc2\xad" /* soft hyphen */,
		"\xf3\xa0\x81\x81" /* tag letter A */,
		"\xef\xbf\xb9",
	};
	for (size_t i = 0; i < COUNT_OF(hidden); i++) {
		char in[32];
		snprintf(in, sizeof in, "a%sb `c%sd`", hidden[i], hidden[i]);
		assert_str(html(str_of(in)), "<p>ab <code>cd</code></p>");
	}
	/* what scripts and emoji need stays */
	assert_has(html(STR("👩\xe2\x80\x8d👧")), "👩\xe2\x80\x8d👧");
	assert_has(html(STR("سلام שלום ä – … €")), "سلام שלום ä – … €");
}

static void deep_nesting_stays_shallow_and_cheap(void **state)
{
	static char deep[20000];
	static const char *const units[] = {"> ",  "- ",    "*a ", "**a", "[",  "![", "`",
	                                    "1. ", "_a*b ", "<",   "](",  "\\", "~",  "|"};
	for (size_t u = 0; u < COUNT_OF(units); u++) {
		size_t n = strlen(units[u]), at = 0;
		for (; at + n + 1 < sizeof deep; at += n)
			memcpy(deep + at, units[u], n);
		deep[at++] = 'x';
		str s = html((str){deep, at});
		size_t quotes = 0;
		for (size_t p = 0; (p = str_find(s, STR("<blockquote>"), p)) != SIZE_MAX; p++)
			quotes++;
		assert_true(quotes <= 8);
		assert_true(s.n < 2 << 20);
	}
}

static void too_much_is_cut_and_told(void **state)
{
	struct buf small = BUF_INIT(20);
	render_comment_html(&small, STR("ein längerer Text als zwanzig Bytes"));
	assert_true(small.cut);
	assert_true(small.n <= 20);
	buf_free(&small);
}

static str plain(str in)
{
	buf_free(&out);
	render_comment_text(&out, in);
	return buf_str(&out);
}

static void no_word_is_lost(void **state)
{
	/* a year at the beginning of a line, a definition, the words behind a fence */
	assert_str(html(STR("1986. Das war ein Jahr.")), "<ol start=\"1986\"><li>Das war ein Jahr.</li></ol>");
	assert_str(html(STR("[1]: https://a.example/x")),
	           "<p>[1]: <a href=\"https://a.example/x\" rel=\"ugc nofollow noopener\">https://a.example/x</a></p>");
	assert_str(html(STR("[1]: nur so")), "<p>[1]: nur so</p>");
	assert_str(html(STR("`a[1]: b`")), "<p><code>a[1]: b</code></p>");
	assert_has(html(STR("```Wort Wort\nx\n```")), "Wort Wort");
	assert_has(html(STR("[x](javascript:y) z")), "x z");
	assert_has(html(STR("\"zitiert\" & 'so' \xe2\x80\x9eund\xe2\x80\x9c")), "&quot;zitiert&quot; &amp; &#39;so&#39;");
	assert_str(html((str){"a\xff"
	                      "b",
	                      3}),
	           "<p>a\xef\xbf\xbd"
	           "b</p>");
	assert_str(html(STR("a\r\nb\rc")), "<p>a<br>b<br>c</p>");
}

static void joiners_only_where_they_join(void **state)
{
	assert_str(html(STR("x\xe2\x80\x8dy\xe2\x80\x8cz")), "<p>xyz</p>");
	assert_has(html(STR("\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7\xf3\xa0\x81\xbf")),
	           "\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7\xf3\xa0\x81\xbf");
	assert_has(html(STR("\xd9\x85\xe2\x80\x8c\xd8\xae")), "\xd9\x85\xe2\x80\x8c\xd8\xae");
}

static void plain_text_says_the_same(void **state)
{
	assert_str(plain(STR("*Eins* **zwei**\nZeile\n\nAbsatz")), "Eins zwei\nZeile\n\nAbsatz");
	assert_str(plain(STR("> Zitat\n\nAntwort")), "> Zitat\n\nAntwort");
	assert_str(plain(STR("- a\n- b\n\n3. c\n4. d")), "- a\n- b\n\n3. c\n4. d");
	assert_str(plain(STR("[Quelle](https://a.example) <b>x</b> &amp; `y`")), "Quelle <b>x</b> &amp; y");
	assert_str(plain(STR("# Laut\n\n---\nEnde")), "Laut\n\nEnde");
	assert_str(plain(STR("a\xe2\x80\xae"
	                     "b [1]: c")),
	           "ab [1]: c");
	assert_str(plain(STR("")), "");
}

static void slow_texts_are_none(void **state)
{
	static char big[MARKDOWN_MAX];
	static const char *const units[] = {"www.a.b/(", "http://a.b(", "](\n", "[",  "<",
	                                    "**a *",     "[x]: a\n",    "&#1",  "\\`"};
	struct timespec before, after;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	for (size_t u = 0; u <= COUNT_OF(units); u++) {
		size_t at = 0;
		if (u == COUNT_OF(units)) { /* half a minute without precautions */
			memcpy(big, "[x]: /y\n\n", at = 9);
			memset(big + at, '[', sizeof big / 2);
			at += sizeof big / 2;
			memset(big + at, ']', sizeof big - at);
			at = sizeof big;
		} else {
			for (size_t n = strlen(units[u]); at + n < sizeof big; at += n)
				memcpy(big + at, units[u], n);
		}
		html((str){big, at});
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	assert_true(after.tv_sec - before.tv_sec < 10);
}

static void a_huge_text_is_shown_as_it_is(void **state)
{
	static char big[MARKDOWN_MAX + 100];
	memset(big, '*', sizeof big);
	big[10] = '\n';
	big[20] = '<';
	str s = html((str){big, sizeof big});
	assert_true(str_starts(s, STR("<p>**********<br>*********&lt;***")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_becomes_paragraphs),
		cmocka_unit_test(emphasis_lists_quotes_and_code),
		cmocka_unit_test(raw_html_is_only_text),
		cmocka_unit_test(what_html_needs_is_escaped),
		cmocka_unit_test(links_lead_only_to_the_web),
		cmocka_unit_test(links_do_not_nest),
		cmocka_unit_test(hidden_characters_are_left_out),
		cmocka_unit_test(deep_nesting_stays_shallow_and_cheap),
		cmocka_unit_test(too_much_is_cut_and_told),
		cmocka_unit_test(no_word_is_lost),
		cmocka_unit_test(joiners_only_where_they_join),
		cmocka_unit_test(plain_text_says_the_same),
		cmocka_unit_test(slow_texts_are_none),
		cmocka_unit_test(a_huge_text_is_shown_as_it_is),
	};
	int failed = cmocka_run_group_tests_name("markdown", tests, NULL, NULL);
	buf_free(&out);
	return failed;
}
