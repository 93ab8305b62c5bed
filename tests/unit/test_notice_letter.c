/* What those who report are told, word for word, in both languages; and that hostile words stay words.
 * LETTER_GOLDEN=write writes the files anew, to be read before they are committed. */
#include "unit.h"

#include "base/arena.h"
#include "render/letter.h"
#include "render/notice.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	arena = arena_open(16 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_close(arena);
	return 0;
}

static struct notice_letter sample(enum frg_lang lang, enum notice_letter_kind kind)
{
	return (struct notice_letter){
		.lang = lang,
		.kind = kind,
		.site_name = STR("Elverbote"),
		.article_title = STR("Die Brücke bleibt gesperrt"),
		.reference = STR("6h0vq8ns4k2mx"),
		.link = STR("https://elverbote.example/notice/6h0vq8ns4k2mx-x"),
		.comment_link = STR("https://elverbote.example/articles/bruecke#comment-6h0vq8ns00000"),
		.what = STR("defamation"),
		.received = 1795000000000,
		.due = 1795086400000,
		.rules = kind == NOTICE_REMOVED ? 1u << FRG_INSINUATION | 1u << FRG_PROFANITY : 0,
		.law = kind == NOTICE_REMOVED ? STR("defamation") : STR(""),
		.reasons = kind == NOTICE_KEPT ? STR("Er bewertet, er behauptet nicht.\nDas ist erlaubt.") : STR(""),
		.machine_marked = kind == NOTICE_REMOVED,
	};
}

static str whole(const struct notice_letter *l)
{
	struct buf b = BUF_INIT(LETTER_MAX);
	buf_add(&b, notice_letter_subject(arena, l));
	BUF_LIT(&b, "\n\n");
	notice_letter_body(&b, l);
	return buf_finish(&b, arena);
}

static void compare(const char *name, const char *lang, str text)
{
	char path[300];
	const char *root = getenv("TEST_SOURCE_ROOT");
	snprintf(path, sizeof path, "%s/tests/unit/golden/notice-%s-%s.txt", root ? root : ".", name, lang);
	if (getenv("LETTER_GOLDEN")) {
		FILE *f = fopen(path, "w");
		assert_non_null(f);
		fwrite(text.p, 1, text.n, f);
		fclose(f);
	}
	char *kept = calloc(1, LETTER_MAX);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	size_t n = fread(kept, 1, LETTER_MAX - 1, f);
	fclose(f);
	assert_int_equal(n, text.n);
	assert_memory_equal(kept, text.p, n);
	free(kept);
}

static const char *const names[] = {"received", "removed", "kept", "withdrawn", "gone", "changed"};

static void word_for_word(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < COUNT_OF(names); kind++)
		for (int i = 0; i < 2; i++) {
			struct notice_letter l = sample(i ? FRG_LANG_EN : FRG_LANG_DE, (enum notice_letter_kind)kind);
			compare(names[kind], i ? "en" : "de", whole(&l));
		}
}

/* What Article 16(5) and (6) ask for is in every answer: the decision, automated means, redress. */
static void nothing_is_missing(void **state)
{
	(void)state;
	for (int kind = NOTICE_REMOVED; kind <= NOTICE_CHANGED; kind++)
		for (int i = 0; i < 2; i++) {
			struct notice_letter l = sample(i ? FRG_LANG_EN : FRG_LANG_DE, (enum notice_letter_kind)kind);
			str text = whole(&l);
			bool decided = kind == NOTICE_REMOVED || kind == NOTICE_KEPT;
			const char *const must[][2] = {{"6h0vq8ns4k2mx", "6h0vq8ns4k2mx"},
			                               {"18. November 2026", "18 November 2026"},
			                               {"Streitbeilegung", "dispute settlement"},
			                               {"Gerichte", "courts"},
			                               {"Bundesnetzagentur", "Bundesnetzagentur"},
			                               {decided ? "hat ein Mensch entschieden. Automatische Mittel" : "automatisch",
			                                decided ? "no automated means" : "automatically"}};
			for (size_t m = 0; m < COUNT_OF(must); m++)
				if (str_find(text, str_of(must[m][i]), 0) == SIZE_MAX)
					fail_msg("kind %d lang %d lacks: %s", kind, i, must[m][i]);
		}
}

static void every_kind_has_its_name(void **state)
{
	(void)state;
	struct notice_letter other = sample(FRG_LANG_DE, NOTICE_RECEIVED);
	other.what = STR("other");
	str plain = whole(&other);
	for (size_t i = 0; notice_kinds[i]; i++) {
		struct notice_letter l = sample(FRG_LANG_DE, NOTICE_RECEIVED);
		l.what = str_of(notice_kinds[i]);
		assert_true(notice_kind_known(l.what));
		assert_int_equal(str_eq(whole(&l), plain), str_eq(l.what, STR("other")));
		assert_int_equal(notice_kind_anonymous(l.what), str_eq(l.what, STR("abuse")));
	}
	for (size_t i = 0; letter_laws[i]; i++)
		assert_true(notice_kind_known(str_of(letter_laws[i])));
	assert_false(notice_kind_known(STR("")));
	assert_false(notice_kind_known(STR("insults")));
}

static void hostile_words_stay_words(void **state)
{
	(void)state;
	const str evil = STR("\xe2\x80\xae<script>\r\nBcc: all@paper.example\n\n\xe2\x80\x8bWarum\x1b[2J");
	struct notice_letter l = sample(FRG_LANG_DE, NOTICE_RECEIVED), kept = sample(FRG_LANG_DE, NOTICE_KEPT);
	l.article_title = evil;
	kept.article_title = kept.reasons = evil;
	const str texts[] = {whole(&l), whole(&kept)};
	assert_true(str_find(notice_letter_subject(arena, &l), STR("\n"), 0) == SIZE_MAX);
	const str never[] = {STR("\xe2\x80\xae"), STR("\xe2\x80\x8b"), STR("\x1b"), STR("\r"), STR("\nBcc:")};
	for (size_t t = 0; t < COUNT_OF(texts); t++)
		for (size_t i = 0; i < COUNT_OF(never); i++)
			assert_true(str_find(texts[t], never[i], 0) == SIZE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(word_for_word),
		cmocka_unit_test(nothing_is_missing),
		cmocka_unit_test(every_kind_has_its_name),
		cmocka_unit_test(hostile_words_stay_words),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
