/* src/text: validation, folding with its way back, tokens, sentences, masks, links. */
#include "text/links.h"
#include "text/mask.h"
#include "text/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static struct text t;

static int setup(void **state) { return text_open(&t, 4096) ? 0 : -1; }
static int teardown(void **state)
{
	text_close(&t);
	return 0;
}

static void read_it(const char *s) { text_read(&t, str_of(s)); }

static void check_folded(const char *from, const char *to)
{
	read_it(from);
	if (!str_eq((str){t.folded.f, t.folded.n}, str_of(to)))
		fail_msg("%s folds to %.*s, not %s", from, (int)t.folded.n, t.folded.f, to);
}

static void utf8_is_judged(void **state)
{
	static const struct {
		const char *s;
		size_t n, bad;
	} cases[] = {{"abc", 3, SIZE_MAX},
	             {"\xC3\xA4", 2, SIZE_MAX},
	             {"a\xC3", 2, 1},
	             {"\xC0\x80", 2, 0},
	             {"\xED\xA0\x80", 3, 0},
	             {"\xE0\x80\x80", 3, 0},
	             {"\xF4\x90\x80\x80", 4, 0},
	             {"\xF0\x9F\x98\x80", 4, SIZE_MAX},
	             {"ab\xFF", 3, 2},
	             {"\x80", 1, 0},
	             {"", 0, SIZE_MAX},
	             {"\xF0\x80\x80\x80", 4, 0}};
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(utf8_invalid((str){cases[i].s, cases[i].n}), cases[i].bad);
	assert_int_equal(utf8_floor(STR("aä"), 2), 1);
}

static void folding_is_plain(void **state)
{
	check_folded("Größe ÄÖÜ", "groesse aeoeue");
	check_folded("Blo\xCC\x88"
	             "dmann",
	             "bloedmann");
	check_folded("Ｖｏｌｌ", "voll");
	check_folded("Sсhеiße", "scheisse"); /* Cyrillic s and e */
	check_folded("𝓘𝓭𝓲𝓸𝓽", "idiot");
	check_folded("I\xE2\x80\x8B"
	             "d\xC2\xADiot",
	             "idiot");
	check_folded("S̶c̶h̶", "sch");
	check_folded("don’t geht's", "dont gehts");
	check_folded("Scheiβe", "scheisse");
	check_folded("»a« „b“ ‚c‘", "\"a\" \"b\" 'c'");
	check_folded("…", "...");
	check_folded("日本", "日本");
}

/* Every folded byte leads back to whole characters of the source. */
static void the_way_back_holds(void **state)
{
	const char *s = "ﬃ ½ Größe 😀 I\xE2\x80\x8B"
					"dıot ﷺ é ㎏ Ǆ";
	read_it(s);
	str source = str_of(s);
	for (size_t i = 0; i < t.folded.n; i++) {
		uint32_t a = text_begin(&t, i), b = text_end(&t, i);
		assert_true(a < b && b <= source.n);
		assert_int_equal(utf8_floor(source, a), a);
		assert_int_equal(utf8_floor(source, b), b);
	}
	assert_true(t.folded.n <= t.folded.size);
}

static void tokens_and_sentences(void **state)
{
	read_it("Am 3. Oktober kamen ca. 1.200,50 Leute, z. B. Dr. Müller. Warum? »Du Idiot!«, rief er!");
	assert_int_equal(t.sentence_count, 4);
	assert_int_equal(t.sentences[0].mark, '.');
	assert_int_equal(t.sentences[1].mark, '?');
	bool number = false;
	for (size_t i = 0; i < t.token_count; i++) {
		number = number || str_eq(token_str(&t, i), STR("1.200,50"));
		if (str_eq(token_str(&t, i), STR("idiot")))
			assert_true(t.tokens[i].flags & TOK_QUOTED);
		if (str_eq(token_str(&t, i), STR("rief")))
			assert_false(t.tokens[i].flags & TOK_QUOTED);
	}
	assert_true(number);
	read_it("");
	assert_int_equal(t.token_count + t.sentence_count, 0);
	read_it("> Zitat hier\nmeine Antwort");
	assert_true(t.tokens[0].flags & TOK_QUOTELINE);
	assert_false(t.tokens[2].flags & TOK_QUOTELINE);
}

static bool masks_to(const char *s, const char *word)
{
	struct mask_reader r;
	struct mask m;
	read_it(s);
	mask_start(&r, &t);
	while (mask_next(&r, &m))
		if (strcmp(m.word, word) == 0)
			return true;
	return false;
}

static void masks_are_read(void **state)
{
	assert_true(masks_to("V0llpf0sten", "vollpfosten"));
	assert_true(masks_to("Sch**e", "sch??e"));
	assert_true(masks_to("A....loch", "a~loch"));
	assert_true(masks_to("S.c.h.e.i.ß.e", "scheisse"));
	assert_true(masks_to("@rschl0ch", "arschloch"));
	assert_true(masks_to("1diot", "idiot"));
	assert_false(masks_to("Ost-West-Konflikt", "ostwestkonflikt"));
	char letters[64];
	size_t from = 0, first;
	read_it("du S c h e i s s e da");
	size_t n = mask_spaced(&t, &from, &first, letters, sizeof letters);
	assert_int_equal(n, 8);
	assert_memory_equal(letters, "scheisse", 8);
	assert_int_equal(first, 1);
}

static const struct link *only_link(const char *s)
{
	static struct links links;
	read_it(s);
	links_find(&t, &links);
	return links.count == 1 ? &links.item[0] : NULL;
}

static void check_link(const char *s, enum link_kind kind, const char *host)
{
	const struct link *k = only_link(s);
	if (!k)
		fail_msg("no link in %s", s);
	assert_int_equal(k->kind, kind);
	if (host && !str_eq(k->host, str_of(host)))
		fail_msg("%s leads to %.*s", s, (int)k->host.n, k->host.p);
}

static void links_are_found(void **state)
{
	check_link("siehe https://www.example.org/a?b=c#d.", LINK_URL, "example.org");
	check_link("www.example.com!", LINK_URL, "example.com");
	check_link("auf example-shop.de gibt es", LINK_DOMAIN, "example-shop.de");
	check_link("beispiel punkt com", LINK_SPELLED, NULL);
	check_link("beispiel (dot) net jetzt", LINK_SPELLED, NULL);
	check_link("t.me/kanal", LINK_DOMAIN, "t.me");
	check_link("an max.muster@example.org schreiben", LINK_EMAIL, "example.org");
	check_link("Tel. +49 171 2345678", LINK_PHONE, NULL);
	check_link("call (555) 123-4567 now", LINK_PHONE, NULL);
	check_link("müller-bäder.de", LINK_DOMAIN, NULL);
}

static void plain_text_has_no_links(void **state)
{
	static const char *const texts[] = {"Das war gut.So geht es weiter.",
	                                    "z.B. so, d.h. nicht",
	                                    "am 01.02.2024 um 12.30 Uhr",
	                                    "Der springende Punkt in der Sache",
	                                    "An diesem Punkt de facto vorbei",
	                                    "1.200.000 Euro und 3,5 Prozent",
	                                    "Er sagte.Das stimmt",
	                                    "bzw.am Ende",
	                                    "Das Wort nicht.Es bleibt",
	                                    "usw.usf. 2019/2020",
	                                    "a.b",
	                                    "..."};
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (only_link(texts[i]))
			fail_msg("a link in: %s", texts[i]);
}

static void language_is_found(void **state)
{
	read_it("Das ist doch nicht wahr, oder?");
	assert_int_equal(text_lang(&t, FRG_LANG_EN), FRG_LANG_DE);
	read_it("This is not what they promised us.");
	assert_int_equal(text_lang(&t, FRG_LANG_DE), FRG_LANG_EN);
	read_it("42");
	assert_int_equal(text_lang(&t, FRG_LANG_EN), FRG_LANG_EN);
	read_it("Größenwahn");
	assert_int_equal(text_lang(&t, FRG_LANG_EN), FRG_LANG_DE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_is_judged),          cmocka_unit_test(folding_is_plain),
		cmocka_unit_test(the_way_back_holds),      cmocka_unit_test(tokens_and_sentences),
		cmocka_unit_test(masks_are_read),          cmocka_unit_test(links_are_found),
		cmocka_unit_test(plain_text_has_no_links), cmocka_unit_test(language_is_found)};
	return cmocka_run_group_tests(tests, setup, teardown);
}
