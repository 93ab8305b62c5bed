/* The statement of reasons, word for word, in both languages; and that hostile words stay words.
 * LETTER_GOLDEN=write writes the files anew, to be read before they are committed. */
#include "unit.h"

#include "base/arena.h"
#include "render/letter.h"

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

static const str swear[] = {STR_INIT("Vollpfosten"), STR_INIT("V0llpf0sten")}, bought[] = {STR_INIT("gekauft")};
static const struct letter_ground grounds[] = {
	{.rule = FRG_PROFANITY, .passages = swear, .passage_count = 2},
	{.rule = FRG_INSINUATION, .block = 1, .passages = bought, .passage_count = 1},
	{.rule = FRG_OFF_TOPIC, .block = 2},
};

static struct letter sample(enum frg_lang lang, enum letter_kind kind)
{
	return (struct letter){
		.lang = lang,
		.kind = kind,
		.site_name = STR("Elverbote"),
		.author_name = STR("Jonna Weiß"),
		.article_title = STR("Die Brücke bleibt gesperrt"),
		.text = STR("Ihr Vollpfosten, V0llpf0sten!\nAlles gekauft."),
		.submitted = 1795000000000,
		.decided = 1795003600000,
		.until = kind == LETTER_SUSPENDED ? 1795608400000 : 0,
		.grounds = grounds,
		.ground_count = kind == LETTER_SUSPENDED ? 1 : 3,
		.law = kind == LETTER_REMOVED ? STR("defamation") : STR(""),
		.word = kind == LETTER_REMOVED ? STR("") : STR("Bitte ohne diese Worte.\nDanke!"),
		.noticed = kind == LETTER_REMOVED,
		.machine_marked = kind != LETTER_SUSPENDED,
		.objection_link = STR("https://elverbote.example/objection/6h0v-x"),
		.objection_until = 1810641600000,
	};
}

static str whole(const struct letter *l)
{
	struct buf b = BUF_INIT(LETTER_MAX);
	buf_add(&b, letter_subject(arena, l));
	BUF_LIT(&b, "\n\n");
	letter_body(&b, l);
	return buf_finish(&b, arena);
}

static void compare(const char *name, str text)
{
	char path[300];
	const char *root = getenv("TEST_SOURCE_ROOT");
	snprintf(path, sizeof path, "%s/tests/unit/golden/letter-%s.txt", root ? root : ".", name);
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

static void word_for_word(void **state)
{
	(void)state;
	static const char *const names[][2] = {
		{"rejected-de", "rejected-en"}, {"removed-de", "removed-en"}, {"suspended-de", "suspended-en"}};
	for (int kind = 0; kind < 3; kind++)
		for (int i = 0; i < 2; i++) {
			struct letter l = sample(i ? FRG_LANG_EN : FRG_LANG_DE, (enum letter_kind)kind);
			compare(names[kind][i], whole(&l));
		}
}

/* Withdrawn after nobody had read it: the letter says so. */
static void what_went_by_itself_is_said(void **state)
{
	(void)state;
	static const char *const names[] = {"removed-automatic-de", "removed-automatic-en"};
	for (int i = 0; i < 2; i++) {
		struct letter l = sample(i ? FRG_LANG_EN : FRG_LANG_DE, LETTER_REMOVED);
		l.went_by_itself = true;
		l.noticed = false;
		compare(names[i], whole(&l));
	}
}

/* What Article 17(3) asks for is there, whatever the letter is about. */
static void nothing_is_missing(void **state)
{
	(void)state;
	for (int kind = 0; kind < 3; kind++)
		for (int i = 0; i < 2; i++) {
			struct letter l = sample(i ? FRG_LANG_EN : FRG_LANG_DE, (enum letter_kind)kind);
			str text = whole(&l);
			const char *const must[][2] = {{"überall", "everywhere"},         /* (a) the restriction, its extent */
			                               {"Meldung", "reported it"},        /* (b) whether a notice led to it */
			                               {"Ein Programm hat", "A program"}, /* (c) automated means */
			                               {"Entschieden hat ein Mensch", "A person decided"},
			                               {"Schimpfworte", "Swear words"},            /* (e) the rule */
			                               {"/objection/6h0v-x", "/objection/6h0v-x"}, /* (f) redress */
			                               {"Streitbeilegung", "dispute settlement"},
			                               {"Gerichten", "courts"}};
			for (size_t m = kind == LETTER_SUSPENDED ? 1 : 0; m < COUNT_OF(must); m++)
				if (str_find(text, str_of(must[m][i]), 0) == SIZE_MAX)
					fail_msg("kind %d lang %d lacks: %s", kind, i, must[m][i]);
		}
}

static void every_law_and_block_has_its_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; letter_laws[i]; i++)
		for (int lang = FRG_LANG_DE; lang <= FRG_LANG_EN; lang++) {
			struct letter l = sample((enum frg_lang)lang, LETTER_REJECTED);
			l.law = str_of(letter_laws[i]);
			assert_true(letter_law_known(l.law));
			str text = whole(&l);
			assert_true(str_find(text, lang == FRG_LANG_EN ? STR("In our view") : STR("Nach unserer Auffassung"), 0) !=
			            SIZE_MAX);
		}
	assert_false(letter_law_known(STR("")));
	assert_false(letter_law_known(STR("insults")));
}

static void hostile_words_stay_words(void **state)
{
	(void)state;
	char *many = malloc(10000);
	memset(many, 'x', 10000);
	const str evil = STR("\xe2\x80\xae<script>\r\nBcc: all@paper.example\n\n\xe2\x80\x8bWarum\x1b[2J");
	struct letter l = sample(FRG_LANG_DE, LETTER_REJECTED);
	struct letter_ground g = {.rule = FRG_PROFANITY, .passages = (str[]){evil, {many, 10000}}, .passage_count = 2};
	l.author_name = l.article_title = l.text = l.word = evil;
	l.grounds = &g;
	l.ground_count = 1;
	str subject = letter_subject(arena, &l), text = whole(&l);
	assert_true(str_find(subject, STR("\n"), 0) == SIZE_MAX);
	assert_true(str_find(subject, STR("\r"), 0) == SIZE_MAX);
	const str never[] = {STR("\xe2\x80\xae"), STR("\xe2\x80\x8b"), STR("\x1b"),
	                     STR("\r"),           STR("\nBcc:"),       STR("\nWarum\x1b")};
	for (size_t i = 0; i < COUNT_OF(never); i++)
		assert_true(str_find(text, never[i], 0) == SIZE_MAX);
	assert_true(text.n < 6000);
	/* a passage cut in the middle of a character stays text */
	for (size_t cut = 296; cut < 304; cut++) {
		memset(many, 'x', cut);
		memcpy(many + cut, "\xf0\x9f\x98\x80yyyyyyyy", 12);
		g.passages = &(str){many, cut + 12};
		g.passage_count = 1;
		str whole_text = whole(&l);
		assert_true(str_find(whole_text, STR("\xef\xbf\xbd"), 0) == SIZE_MAX);
	}
	free(many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(word_for_word),
		cmocka_unit_test(what_went_by_itself_is_said),
		cmocka_unit_test(nothing_is_missing),
		cmocka_unit_test(every_law_and_block_has_its_sentence),
		cmocka_unit_test(hostile_words_stay_words),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
