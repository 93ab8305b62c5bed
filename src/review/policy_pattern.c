/* A newsroom's own patterns: PCRE2, within limits that no pattern and no comment can leave. Knows no rules.
 *
 * Three things bound what a pattern costs. It is tried on hostile texts when it is read, and refused if it takes
 * too many steps. What one place of a text may cost is limited when it runs. And a pattern looks at a text through
 * windows (policy_find.c), so that even what is quadratic stays linear in the text's length. */
#include "review/policy.h"

#include <stdio.h>
#include <stdlib.h>

/* Steps from one place of a text; kilobytes of backtracking. */
enum { STEPS_MAX = 10000, DEPTH_MAX = 1000, HEAP_KB = 1024 };
/* The trial: bytes of a hostile text, how many steps a byte may take, and how many all texts together. */
enum { TRIAL_BYTES = 400, TRIAL_STEPS = 250, TRIAL_ALL = 2000000, TRIAL_PAIRS = 32 };

pcre2_match_context *policy_limits(void)
{
	pcre2_match_context *c = pcre2_match_context_create(NULL);
	if (c) {
		pcre2_set_match_limit(c, STEPS_MAX);
		pcre2_set_depth_limit(c, DEPTH_MAX);
		pcre2_set_heap_limit(c, HEAP_KB);
	}
	return c;
}

/* Mistakes that people make, by PCRE2's numbers; the rest is told in its own words. */
static const char *code_of(int number)
{
	switch (number) {
	case PCRE2_ERROR_END_BACKSLASH: return "policy_pattern_backslash";
	case PCRE2_ERROR_UNKNOWN_ESCAPE:
	case PCRE2_ERROR_MALFORMED_UNICODE_PROPERTY:
	case PCRE2_ERROR_UNKNOWN_UNICODE_PROPERTY: return "policy_pattern_escape";
	case PCRE2_ERROR_QUANTIFIER_OUT_OF_ORDER:
	case PCRE2_ERROR_QUANTIFIER_TOO_BIG:
	case PCRE2_ERROR_QUANTIFIER_INVALID: return "policy_pattern_quantifier";
	case PCRE2_ERROR_MISSING_SQUARE_BRACKET: return "policy_pattern_bracket";
	case PCRE2_ERROR_CLASS_RANGE_ORDER: return "policy_pattern_range";
	case PCRE2_ERROR_MISSING_CLOSING_PARENTHESIS: return "policy_pattern_unclosed";
	case PCRE2_ERROR_UNMATCHED_CLOSING_PARENTHESIS: return "policy_pattern_unopened";
	case PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH: return "policy_pattern_lookbehind";
	default: return "policy_pattern_syntax";
	}
}

static enum frg_status refuse_syntax(int number, size_t at, struct frg_error *err)
{
	char why[100];
	if (pcre2_get_error_message(number, (PCRE2_UCHAR *)why, sizeof why) < 0)
		snprintf(why, sizeof why, "error %d", number);
	enum frg_status st = frg_fail(err, FRG_INVALID, code_of(number), "pattern, byte %zu: %s", at, why);
	if (err)
		err->column = at + 1;
	return st;
}

static pcre2_code *compile(str regex, uint32_t more, int *number, size_t *at)
{
	pcre2_compile_context *c = pcre2_compile_context_create(NULL);
	if (!c)
		return NULL;
	pcre2_set_parens_nest_limit(c, 20);
	pcre2_code *code = pcre2_compile(
		(PCRE2_SPTR)regex.p, regex.n,
		PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C | more, number, at, c);
	pcre2_compile_context_free(c);
	return code;
}

/* ---- the trial ---- */

struct trial {
	pcre2_code *code; /* calls out at every step */
	pcre2_match_context *limits;
	pcre2_match_data *data;
	size_t steps, all; /* on this text, on all */
};

static int count_step(pcre2_callout_block *block, void *trial)
{
	struct trial *t = trial;
	(void)block;
	t->all++;
	return ++t->steps > (size_t)TRIAL_BYTES * TRIAL_STEPS || t->all > TRIAL_ALL ? PCRE2_ERROR_CALLOUT : 0;
}

/* False: too many steps. */
static bool affordable(struct trial *t, const char *text)
{
	size_t at = 0;
	t->steps = 0;
	while (at < TRIAL_BYTES) {
		int rc = pcre2_match(t->code, (PCRE2_SPTR)text, TRIAL_BYTES, at, 0, t->data, t->limits);
		if (rc == PCRE2_ERROR_NOMATCH)
			return true;
		if (rc < 0)
			return false;
		size_t end = pcre2_get_ovector_pointer(t->data)[1];
		at = end > at ? end : at + 1;
	}
	return true;
}

/* A text of nothing but `unit`. */
static bool try_unit(struct trial *t, const char *unit)
{
	char text[TRIAL_BYTES];
	size_t n = strlen(unit);
	for (size_t i = 0; i < TRIAL_BYTES; i++)
		text[i] = unit[i % n];
	text[TRIAL_BYTES - 1] = '!'; /* so that what wants to reach an end has to try again */
	return affordable(t, text);
}

/* Texts that make greedy patterns try again and again: long runs, also of the pattern's own characters. */
static bool try_costs(struct trial *t, str regex)
{
	static const char *const units[] = {"a", "0", " ", "ab", "a ", "a.", "-", "x1", "\n", "www.", "aA0_ "};
	bool seen[128] = {false};
	pcre2_set_callout(t->limits, count_step, t);
	for (size_t i = 0; i < COUNT_OF(units); i++)
		if (!try_unit(t, units[i]))
			return false;
	for (size_t i = 0; i < regex.n; i++) {
		char unit[3] = {regex.p[i], i + 1 < regex.n ? regex.p[i + 1] : 0, 0};
		if ((unsigned char)unit[0] >= 0x80 || (unsigned char)unit[1] >= 0x80)
			continue;
		if (i < TRIAL_PAIRS && !try_unit(t, unit))
			return false;
		unit[1] = 0;
		if (!seen[(unsigned char)unit[0]] && !try_unit(t, unit))
			return false;
		seen[(unsigned char)unit[0]] = true;
	}
	return true;
}

static enum frg_status judge_costs(str regex, struct frg_error *err)
{
	int number;
	size_t at;
	struct trial t = {.code = compile(regex, PCRE2_AUTO_CALLOUT | PCRE2_NO_START_OPTIMIZE, &number, &at),
	                  .limits = policy_limits(),
	                  .data = pcre2_match_data_create(1, NULL)};
	enum frg_status st = FRG_OK;
	if (!t.code || !t.limits || !t.data)
		st = frg_fail(err, FRG_NO_MEMORY, "no_memory", "out of memory reading a pattern");
	else if (!try_costs(&t, regex))
		st = frg_fail(err, FRG_INVALID, "policy_pattern_costly",
		              "the pattern takes too many steps on some texts: repetitions within repetitions, or several "
		              "that can share a text among them");
	pcre2_code_free(t.code);
	pcre2_match_context_free(t.limits);
	pcre2_match_data_free(t.data);
	return st;
}

/* ---- */

enum frg_status policy_pattern_compile(str regex, pcre2_code **out, struct frg_error *err)
{
	int number;
	size_t at;
	uint32_t empty = 1;
	*out = NULL;
	if (regex.n == 0 || regex.n > POLICY_REGEX_MAX)
		return frg_fail(err, FRG_INVALID, "policy_pattern_length", "a pattern has 1 to 500 bytes");
	pcre2_code *code = compile(regex, 0, &number, &at);
	if (!code)
		return refuse_syntax(number, at, err);
	pcre2_pattern_info(code, PCRE2_INFO_MATCHEMPTY, &empty);
	enum frg_status st = empty ? frg_fail(err, FRG_INVALID, "policy_pattern_empty",
	                                      "the pattern may match without any letter, and so would everywhere")
	                           : judge_costs(regex, err);
	if (st != FRG_OK) {
		pcre2_code_free(code);
		return st;
	}
	pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* where there is none, it is interpreted */
	*out = code;
	return FRG_OK;
}
