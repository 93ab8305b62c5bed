/* A newsroom's own settings: thresholds, words, exceptions, patterns; and what is refused, with the reason. */
#include "unit.h"

#include <freigabe.h>

#include <stdio.h>
#include <stdlib.h>

static struct frg_engine *engine;
static struct frg_workspace *ws;

static struct frg_policy *open_policy(const char *text)
{
	struct frg_policy *p;
	struct frg_error err;
	enum frg_status st = frg_policy_open(engine, str_of(text), &p, &err);
	if (st != FRG_OK)
		print_message("line %zu: %s\n", err.pos, err.msg);
	assert_int_equal(st, FRG_OK);
	return p;
}

static struct frg_review check(const struct frg_policy *p, const char *text)
{
	struct frg_input in = {.text = str_of(text), .policy = p, .lang = FRG_LANG_DE};
	struct frg_review r;
	struct frg_error err;
	assert_int_equal(frg_check(engine, ws, &in, &r, &err), FRG_OK);
	return r;
}

static struct frg_review check_with(const char *policy, const char *text)
{
	struct frg_policy *p = open_policy(policy);
	struct frg_review r = check(p, text);
	frg_policy_close(p);
	return r;
}

/* Is there evidence of the rule on exactly this passage? */
static bool shows(const struct frg_review *r, const char *text, enum frg_rule rule, const char *passage)
{
	for (size_t i = 0; i < r->evidence_count; i++) {
		const struct frg_evidence *e = &r->evidence[i];
		if (e->rule == rule && str_eq((str){text + e->begin, e->end - e->begin}, str_of(passage)))
			return true;
	}
	return false;
}

static void refused(const char *policy, const char *code, size_t line)
{
	struct frg_policy *p;
	struct frg_error err;
	assert_int_equal(frg_policy_open(engine, str_of(policy), &p, &err), FRG_INVALID);
	assert_null(p);
	assert_string_equal(err.code, code);
	assert_int_equal(err.pos, line);
	assert_true(err.msg[0]);
}

static void an_empty_policy_changes_nothing(void **state)
{
	const char *text = "Du Vollidiot, verpiss dich aus unserem Land!";
	struct frg_review with = check_with("# nothing\n\n", text), without = check(NULL, text);
	assert_memory_equal(with.score, without.score, sizeof with.score);
	assert_int_equal(with.suggestion, without.suggestion);
	assert_int_equal(with.evidence_count, without.evidence_count);
}

static void own_words_decide(void **state)
{
	const char *text = "Was die Schwurblern da wieder verbreiten, glaubt doch niemand.";
	struct frg_review r = check(NULL, text);
	assert_false(r.over[FRG_PROFANITY]);
	r = check_with("word\tprofanity\t0.9\tSchwurbler\n", text);
	assert_true(r.score[FRG_PROFANITY] >= 0.9f);
	assert_true(shows(&r, text, FRG_PROFANITY, "Schwurblern"));
	assert_int_equal(r.suggestion, FRG_SUGGEST_REJECT);
	r = check_with("word\tinsinuation\t0,6\tglaubt doch niemand\tPauschales Misstrauen: »{0}«.\n", text);
	assert_true(r.score[FRG_INSINUATION] >= 0.6f);
	assert_true(shows(&r, text, FRG_INSINUATION, "glaubt doch niemand"));
	for (size_t i = 0; i < r.evidence_count; i++)
		if (r.evidence[i].rule == FRG_INSINUATION)
			assert_true(str_eq(r.evidence[i].reason, STR("Pauschales Misstrauen: »glaubt doch niemand«.")));
}

/* What the engine knows of a word besides stays. */
static void own_words_take_nothing_away(void **state)
{
	const char *text = "Du bist ein Vollidiot.";
	struct frg_review r = check(NULL, text);
	float before = r.score[FRG_AGGRESSION];
	assert_true(r.over[FRG_AGGRESSION]);
	r = check_with("word\tprofanity\t1\tVollidiot\n", text);
	assert_true(r.score[FRG_AGGRESSION] > before - 0.05f);
}

static void own_words_are_seen_in_disguise(void **state)
{
	static const char *const texts[] = {"So ein Zonkmurz!",  "So ein Z0nkmurz!",    "So ein Z o n k m u r z !",
	                                    "So ein Zonk-murz!", "So ein Zooonkmurz!",  "So ein Z*nkmurz!",
	                                    "Lauter Zonkmürze!", "So ein Oberzonkmurz!"};
	struct frg_policy *p = open_policy("word\tprofanity\t0.9\t*zonkmurz\nword\tprofanity\t0.9\tzonkmürz*\n");
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct frg_review r = check(p, texts[i]);
		if (!r.over[FRG_PROFANITY])
			print_message("%s\n", texts[i]);
		assert_true(r.score[FRG_PROFANITY] >= 0.9f);
	}
	frg_policy_close(p);
}

static void phrases_have_gaps_and_stars(void **state)
{
	struct frg_policy *p = open_policy("word\taggression\t0.8\tgeht _ arbeit*\n");
	struct frg_review r = check(p, "Geht erstmal arbeiten, dann reden wir.");
	assert_true(r.score[FRG_AGGRESSION] >= 0.8f);
	r = check(p, "Es geht darum, dass alle arbeiten.");
	assert_true(r.score[FRG_AGGRESSION] < 0.5f);
	frg_policy_close(p);
}

static void exceptions_hold_against_rules_and_model(void **state)
{
	static const struct {
		const char *policy, *text;
		enum frg_rule rule;
	} cases[] = {
		{"except\tprofanity\tScheiße*\n", "Die Band Scheiße und Söhne spielt am Samstag im Park.", FRG_PROFANITY},
		{"except\t*\tVollidiot\n", "Das Stück »Vollidiot« läuft wieder. Vollidiot lohnt sich!", FRG_PROFANITY},
		{"except\t*\tVollidiot\n", "Du Vollidiot.", FRG_AGGRESSION},
		{"except\taggression\tverpiss dich\n", "Verpiss dich.", FRG_AGGRESSION}};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct frg_review r = check(NULL, cases[i].text);
		if (!r.over[cases[i].rule])
			print_message("not even without: %s\n", cases[i].text);
		assert_true(r.over[cases[i].rule]);
		r = check_with(cases[i].policy, cases[i].text);
		if (r.over[cases[i].rule])
			print_message("still %.2f: %s\n", (double)r.score[cases[i].rule], cases[i].text);
		assert_false(r.over[cases[i].rule]);
	}
}

static void an_exception_leaves_the_rest(void **state)
{
	const char *text = "Der Vollidiot war gut besucht, aber du bist ein Arschloch.";
	struct frg_review r = check_with("except\t*\tVollidiot\n", text);
	assert_true(r.over[FRG_PROFANITY]);
	assert_true(shows(&r, text, FRG_PROFANITY, "Arschloch"));
	assert_false(shows(&r, text, FRG_PROFANITY, "Vollidiot"));
}

static void thresholds_say_when(void **state)
{
	const char *text = "Du Vollidiot, verpiss dich!";
	struct frg_review r = check_with("threshold\tprofanity\treject\tnever\nthreshold\taggression\treject\tnever\n",
	                                 text);
	assert_int_equal(r.suggestion, FRG_SUGGEST_LOOK);
	r = check_with("threshold\tprofanity\treject\tnever\nthreshold\taggression\treject\tnever\n"
	               "threshold\tprofanity\tlook\tnever\nthreshold\taggression\tlook\tnever\n"
	               "threshold\tinsinuation\tlook\tnever\nthreshold\tad_link\tlook\tnever\n",
	               text);
	assert_int_equal(r.suggestion, FRG_SUGGEST_RELEASE);
	assert_false(r.over[FRG_PROFANITY]);
	r = check_with("threshold\taggression\tlook\t0.01\n", "Guten Tag, ein schöner Artikel.");
	assert_true(r.over[FRG_AGGRESSION] || r.score[FRG_AGGRESSION] < 0.01f);
	assert_int_equal(r.suggestion == FRG_SUGGEST_LOOK, r.over[FRG_AGGRESSION]);
}

/* "A score over the threshold without a passage is a defect", wherever the threshold is. */
static void a_lower_threshold_has_passages(void **state)
{
	static const char *const texts[] = {"Wie putzig, dass Sie das glauben.",
	                                    "Lesen Sie den Artikel noch einmal, diesmal langsam.",
	                                    "Der Minister hat sicher seine Gründe.", "Schaut mal auf meiner Seite vorbei."};
	struct frg_policy *p = open_policy("threshold\taggression\tlook\t0.05\nthreshold\tinsinuation\tlook\t0.05\n"
	                                   "threshold\tprofanity\tlook\t0.05\nthreshold\tad_link\tlook\t0.05\n");
	int over = 0;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct frg_review r = check(p, texts[i]);
		for (int rule = FRG_PROFANITY; rule <= FRG_AD_LINK; rule++) {
			bool shown = false;
			for (size_t k = 0; k < r.evidence_count; k++)
				shown = shown || (int)r.evidence[k].rule == rule;
			over += r.over[rule];
			assert_true(shown || !r.over[rule]);
		}
	}
	assert_true(over > 0);
	frg_policy_close(p);
}

static void patterns_are_found(void **state)
{
	const char *text = "Ruft an: 0171-1234567, auch nachts. Und NOCHMAL 0171-7654321!";
	struct frg_review r = check_with("pattern\tad_link\t0.95\t\\b01\\d{2}-\\d{7}\\b\n", text);
	assert_true(r.score[FRG_AD_LINK] >= 0.95f);
	assert_true(shows(&r, text, FRG_AD_LINK, "0171-1234567"));
	assert_true(shows(&r, text, FRG_AD_LINK, "0171-7654321"));
	r = check_with("pattern\taggression\t0.7\tÜBERFLÜSSIGE?R?\\s+mensch\n", "So ein überflüssiger Mensch.");
	assert_true(r.score[FRG_AGGRESSION] >= 0.7f); /* case does not matter, umlauts included */
}

static void patterns_see_all_of_a_long_text(void **state)
{
	char text[9000];
	struct frg_policy *p = open_policy("pattern\tad_link\t0.9\tqqq\\d+zzz\n");
	for (size_t at = 0; at < 8900; at += 37) {
		memset(text, 'a', sizeof text);
		for (size_t i = 5; i < sizeof text; i += 6)
			text[i] = ' ';
		memcpy(text + at, "qqq12345zzz", 11);
		text[8999] = 0;
		struct frg_review r = check(p, text);
		assert_true(r.score[FRG_AD_LINK] >= 0.9f);
		assert_int_equal(r.patterns_failed, 0);
		assert_true(shows(&r, text, FRG_AD_LINK, "qqq12345zzz"));
	}
	frg_policy_close(p);
}

static void bad_lines_are_refused_with_the_reason(void **state)
{
	refused("\nfoo\tbar\n", "policy_line_unknown", 2);
	refused("word\tprofanity\t0.9\ta\tb\tc\n", "policy_line_unknown", 1);
	refused("word\tswearing\t0.9\tfoo\n", "policy_rule_unknown", 1);
	refused("word\toff_topic\t0.9\tfoo\n", "policy_rule_unknown", 1);
	refused("threshold\tprofanity\tsometimes\t0.4\n", "policy_rule_unknown", 1);
	refused("threshold\tengaging\treject\t0.4\n", "policy_rule_unknown", 1);
	refused("threshold\tprofanity\tlook\t0\n", "policy_value_invalid", 1);
	refused("threshold\tprofanity\tlook\t1.5\n", "policy_value_invalid", 1);
	refused("word\tprofanity\tmuch\tfoo\n", "policy_value_invalid", 1);
	refused("word\tprofanity\t0.9\tfoo/bar\n", "policy_word_invalid", 1);
	refused("word\tprofanity\t0.9\t@sex\n", "policy_word_invalid", 1);
	refused("word\tprofanity\t0.9\t*a*\n", "policy_word_invalid", 1);
	refused("word\tprofanity\t0.9\t_ foo\n", "policy_word_invalid", 1);
	refused("word\tprofanity\t0.9\ta b c d e f g h i\n", "policy_word_invalid", 1);
	refused("except\tprofanity\t\n", "policy_word_invalid", 1);
	refused("word\tprofanity\t0.9\tf\xff\n", "policy_not_text", 1);
}

static void bad_patterns_are_explained(void **state)
{
	static const struct {
		const char *regex, *code;
		size_t column;
	} cases[] = {{"(abc", "policy_pattern_unclosed", 5},
	             {"abc)", "policy_pattern_unopened", 4},
	             {"[abc", "policy_pattern_bracket", 5},
	             {"*abc", "policy_pattern_quantifier", 1},
	             {"abc\\", "policy_pattern_backslash", 5},
	             {"a\\yb", "policy_pattern_escape", 3},
	             {"[z-a]", "policy_pattern_range", 4},
	             {"(?<=a+)b", "policy_pattern_lookbehind", 0},
	             {"\\C", "policy_pattern_syntax", 0},
	             {"a*", "policy_pattern_empty", 0},
	             {"", "policy_pattern_length", 0},
	             {"(a+)+b", "policy_pattern_costly", 0},
	             {"(a|aa)+$", "policy_pattern_costly", 0},
	             {"(.*)(.*)(.*)x", "policy_pattern_costly", 0},
	             {"(?:\\w+\\s*)+:", "policy_pattern_costly", 0}};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char line[200];
		struct frg_policy *p;
		struct frg_error err;
		snprintf(line, sizeof line, "# remark\npattern\tad_link\t0.5\t%s\n", cases[i].regex);
		enum frg_status st = frg_policy_open(engine, str_of(line), &p, &err);
		if (st == FRG_OK || strcmp(err.code, cases[i].code) != 0)
			print_message("%s: %s\n", cases[i].regex, st == FRG_OK ? "taken" : err.msg);
		assert_int_equal(st, FRG_INVALID);
		assert_string_equal(err.code, cases[i].code);
		assert_int_equal(err.pos, 2);
		if (cases[i].column && err.column != cases[i].column)
			print_message("%s: column %zu\n", cases[i].regex, err.column);
		if (cases[i].column)
			assert_int_equal(err.column, cases[i].column);
	}
}

static void useful_patterns_are_taken(void **state)
{
	static const char *const regexes[] = {"\\bbit\\.ly/\\S+",
	                                      "\\b(?:whats?\\s?app|telegram)\\b.{0,20}\\d{4,}",
	                                      "https?://[^\\s/]+/ref=\\w+",
	                                      "\\+?\\d[\\d /-]{6,}\\d",
	                                      "[A-ZÄÖÜ]{12,}",
	                                      "(?-i)\\bSIE\\b",
	                                      "(\\w)\\1{4,}",
	                                      "\\b\\w+@\\w+\\.(?:de|com)\\b",
	                                      "^sponsored:?"};
	for (size_t i = 0; i < COUNT_OF(regexes); i++) {
		char line[200];
		snprintf(line, sizeof line, "pattern\tad_link\t0.5\t%s\n", regexes[i]);
		frg_policy_close(open_policy(line));
	}
}

/* As some editors save it. */
static void line_ends_and_marks_do_not_matter(void **state)
{
	struct frg_review r = check_with(
		"\xEF\xBB\xBFword\tprofanity\t0.9\tbrimborix\r\n\r\nthreshold\tprofanity\treject\tnever\r\n",
		"So ein Brimborix.");
	assert_true(r.over[FRG_PROFANITY]);
	assert_int_equal(r.suggestion, FRG_SUGGEST_LOOK);
}

static void the_largest_policy_is_taken(void **state)
{
	enum { WORDS = 2000 };
	char *text = malloc(WORDS * 60 + 100), *to = text;
	assert_non_null(text);
	for (int i = 0; i < WORDS; i++)
		to += sprintf(to, "word\t%s\t0.9\tquaxel%c%c%cmop\n", i % 2 ? "profanity" : "aggression", 'a' + i % 26,
		              'a' + i / 26 % 26, 'a' + i / 676);
	struct frg_policy *p = open_policy(text);
	struct frg_review r = check(p, "Alles Quaxelbaamops, oder?");
	assert_true(r.score[FRG_PROFANITY] >= 0.9f);
	frg_policy_close(p);
	sprintf(to, "word\tprofanity\t0.9\tone more\n");
	refused(text, "policy_too_many", WORDS + 1);
	free(text);
}

static void identities_follow_the_text(void **state)
{
	struct frg_policy *a = open_policy("word\tprofanity\t0.9\tfoo\n"), *b = open_policy("word\tprofanity\t0.8\tfoo\n"),
					  *c = open_policy("word\tprofanity\t0.9\tfoo\n");
	assert_string_not_equal(frg_policy_id(a), frg_policy_id(b));
	assert_string_equal(frg_policy_id(a), frg_policy_id(c));
	frg_policy_close(a);
	frg_policy_close(b);
	frg_policy_close(c);
	frg_policy_close(NULL);
}

static int open_all(void **state)
{
	struct frg_error err;
	return frg_engine_open(NULL, &engine, &err) != FRG_OK || frg_workspace_open(engine, &ws, &err) != FRG_OK;
}

static int close_all(void **state)
{
	frg_workspace_close(ws);
	frg_engine_close(engine);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_policy_changes_nothing),   cmocka_unit_test(own_words_decide),
		cmocka_unit_test(own_words_take_nothing_away),       cmocka_unit_test(own_words_are_seen_in_disguise),
		cmocka_unit_test(phrases_have_gaps_and_stars),       cmocka_unit_test(exceptions_hold_against_rules_and_model),
		cmocka_unit_test(an_exception_leaves_the_rest),      cmocka_unit_test(thresholds_say_when),
		cmocka_unit_test(a_lower_threshold_has_passages),    cmocka_unit_test(patterns_are_found),
		cmocka_unit_test(patterns_see_all_of_a_long_text),   cmocka_unit_test(bad_lines_are_refused_with_the_reason),
		cmocka_unit_test(bad_patterns_are_explained),        cmocka_unit_test(useful_patterns_are_taken),
		cmocka_unit_test(line_ends_and_marks_do_not_matter), cmocka_unit_test(the_largest_policy_is_taken),
		cmocka_unit_test(identities_follow_the_text),
	};
	return cmocka_run_group_tests(tests, open_all, close_all);
}
