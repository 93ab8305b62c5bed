/* A newsroom's own settings on top of an engine: thresholds, words, exceptions, patterns.
 * Read from a text (docs/tune.md) that is trusted in nothing; immutable afterwards. */
#ifndef REVIEW_POLICY_H
#define REVIEW_POLICY_H

#include "review/inner.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
	POLICY_ENTRIES = 2000, /* words and exceptions */
	POLICY_PATTERNS = 50,
	POLICY_PHRASE = 8,       /* words */
	POLICY_REASON_MAX = 300, /* bytes */
	POLICY_REGEX_MAX = 500,  /* bytes */
	POLICY_FIELDS = 5
};

/* Of a line `word` or `except`. */
struct policy_entry {
	enum frg_rule rule;
	uint8_t except; /* bits of the rules that it excepts from; 0: a word */
	float weight;
	str reason; /* or empty: the general one */
};

struct policy_pattern {
	enum frg_rule rule;
	float weight;
	str reason;
	pcre2_code *code;
};

struct frg_policy {
	const struct frg_engine *engine;
	struct pool pool;
	float look[FRG_RULE_COUNT], reject[FRG_RULE_COUNT];
	struct lists lists; /* the engine's and the entries */
	bool has_lists, has_exceptions;
	struct policy_entry *entries;
	size_t entry_count, entry_room;
	uint16_t *by_word, *by_cue; /* entry of own word or cue number i, counted from the engine's own ones */
	size_t word_count, cue_count;
	struct policy_pattern pattern[POLICY_PATTERNS];
	size_t pattern_count;
	pcre2_match_context *limits;
	char id[24];
};

/* Above every score: never. */
#define POLICY_NEVER 2.0f

/* ---- policy.c ---- */

/* The entry that a swear word or a cue of the lists is, or NULL if it is the engine's. */
const struct policy_entry *policy_word(const struct frg_policy *p, uint16_t word);
const struct policy_entry *policy_cue(const struct frg_policy *p, const struct cue *cue);

/* ---- policy_pattern.c: PCRE2 within limits ---- */

/* What may be spent on a text; one for all patterns. NULL: out of memory. */
pcre2_match_context *policy_limits(void);
/* Compiles a pattern and tries what it costs. FRG_INVALID: err->code says why, err->column where. */
MUST_CHECK enum frg_status policy_pattern_compile(str regex, pcre2_code **out, struct frg_error *err);

/* ---- policy_find.c: what a policy adds to a check ---- */

/* After the cues: finds what is excepted. */
void policy_mark(struct frg_workspace *ws);
/* At the end: reports own words and patterns, and raises the scores to theirs. */
void policy_find(struct frg_workspace *ws);

#endif
