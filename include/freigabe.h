/* libfreigabe: reads a reader's comment and says which of a newsroom's house
 * rules it may break, where in the text, and why.
 *
 * Text in, review out. The library does no I/O, keeps no globals, reads no
 * locale, starts no threads and never exits. An engine is immutable once open
 * and may be shared by any number of threads; each thread brings a workspace
 * of its own. After a workspace is open a check allocates nothing.
 *
 * Lengths and offsets are bytes of UTF-8, ends are exclusive. Strings are
 * pointer and length and need no terminating NUL unless said otherwise.
 */
#ifndef FREIGABE_H
#define FREIGABE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define FRG_MUST_CHECK __attribute__((warn_unused_result))
#define FRG_API __attribute__((visibility("default")))
#else
#define FRG_MUST_CHECK
#define FRG_API
#endif

/* ---- errors ---------------------------------------------------------- */

enum frg_status {
	FRG_OK = 0,
	FRG_INVALID,         /* the input is malformed */
	FRG_TOO_LARGE,       /* the input exceeds a limit */
	FRG_NOT_FOUND,       /* no such thing, or none that the caller may see */
	FRG_CONFLICT,        /* somebody else was first */
	FRG_UNAUTHENTICATED, /* who is asking is not known */
	FRG_FORBIDDEN,       /* known, but not allowed */
	FRG_THROTTLED,       /* too many, try again later */
	FRG_UNAVAILABLE,     /* cannot be done now (disk full, shutting down) */
	FRG_UNSUPPORTED,     /* understood, but not offered */
	FRG_CORRUPT,         /* stored data contradicts itself */
	FRG_IO,              /* the system refused a read or write */
	FRG_NO_MEMORY
};

/* What went wrong, for the caller to show or log. `code` is a stable key
 * (static storage, NULL when status is FRG_OK); `pos` is a byte or line
 * position in the input where that makes sense, `column` a byte within what
 * is wrong (from 1, 0: not known); `msg` is NUL-terminated English for a log
 * or a developer. */
struct frg_error {
	enum frg_status status;
	const char *code;
	size_t pos, column;
	char msg[160];
};

/* Name of a status, such as "not_found". Static storage. */
FRG_API const char *frg_status_name(enum frg_status status);

/* ---- text ------------------------------------------------------------ */

struct frg_str {
	const char *p;
	size_t n;
};

enum frg_lang { FRG_LANG_AUTO = 0, FRG_LANG_DE, FRG_LANG_EN };

/* "de", "en" or "auto". Static storage. */
FRG_API const char *frg_lang_id(enum frg_lang lang);

/* ---- rules ----------------------------------------------------------- */

enum frg_rule {
	FRG_PROFANITY,   /* Schimpfworte */
	FRG_AGGRESSION,  /* aggressive Formulierungen */
	FRG_INSINUATION, /* Unterstellungen */
	FRG_AD_LINK,     /* Werbe-Links */
	FRG_OFF_TOPIC,   /* ohne konkreten Bezug zum Artikel */
	FRG_ENGAGING     /* not a breach: a comment that gives readers something */
};
#define FRG_RULE_COUNT 6

/* "profanity" … "engaging". Static storage. */
FRG_API const char *frg_rule_id(enum frg_rule rule);
/* False if `id` names no rule. */
FRG_API bool frg_rule_from_id(struct frg_str id, enum frg_rule *out);

/* ---- engine ---------------------------------------------------------- */

struct frg_engine;
struct frg_workspace;
struct frg_article;

struct frg_engine_options {
	/* Word list to use instead of the built-in one (format: model/lists/README.md);
	 * p == NULL takes the built-in. Copied. */
	struct frg_str word_list;
	/* Model to use instead of the built-in one: the bytes of a file that `make model` wrote, 16-byte
	 * aligned. Not copied: must outlive the engine (mapped read-only, say). */
	struct frg_str model;
};

/* Opens an engine; `options` may be NULL. Free with frg_engine_close.
 * Errors: FRG_INVALID (a bad list, pos is its line; a broken model), FRG_UNSUPPORTED (a model of another
 * version), FRG_NO_MEMORY. */
FRG_API FRG_MUST_CHECK enum frg_status frg_engine_open(const struct frg_engine_options *options,
                                                       struct frg_engine **out, struct frg_error *err);
FRG_API void frg_engine_close(struct frg_engine *engine);

/* Identifies program version and rule data, e.g. "freigabe 0.1.0 lists-3f9a0c12".
 * NUL-terminated, lives as long as the engine. Two engines with the same
 * identity give the same reviews. */
FRG_API const char *frg_engine_id(const struct frg_engine *engine);

/* Scratch memory for one thread. Must be closed before its engine. */
FRG_API FRG_MUST_CHECK enum frg_status frg_workspace_open(const struct frg_engine *engine, struct frg_workspace **out,
                                                          struct frg_error *err);
FRG_API void frg_workspace_close(struct frg_workspace *ws);

/* An article, analysed once and shared by all comments under it (immutable,
 * thread-safe). Empty parts are allowed; all three empty is FRG_INVALID.
 * Text beyond the limit of 256 KiB of body is ignored. The strings are
 * copied. Must be closed before its engine. */
FRG_API FRG_MUST_CHECK enum frg_status frg_article_open(const struct frg_engine *engine, struct frg_str title,
                                                        struct frg_str lead, struct frg_str body,
                                                        struct frg_article **out, struct frg_error *err);
FRG_API void frg_article_close(struct frg_article *article);

/* ---- policy ---------------------------------------------------------- */

/* A newsroom's own settings on top of the engine, as a text of lines with fields divided by tabs:
 *   threshold RULE look|reject VALUE|never    from which score on to look, or to suggest a rejection
 *   word RULE WEIGHT PHRASE [REASON]          an own word or phrase: gives the rule at least this score
 *   except RULE|* PHRASE                      never a finding of this rule, or of any
 *   pattern RULE WEIGHT REGEX [REASON]        the same as a word, found by a regular expression (PCRE2)
 * docs/tune.md describes it. Immutable and thread-safe; must be closed before its engine. */
struct frg_policy;

/* Longest text of a policy, in bytes. */
#define FRG_POLICY_MAX 262144

/* Reads a policy. Errors: FRG_INVALID (pos is the line, column the byte in a pattern where it is known; code and
 * msg say what is wrong: a pattern that would take too long is refused, too), FRG_TOO_LARGE, FRG_NO_MEMORY. */
FRG_API FRG_MUST_CHECK enum frg_status frg_policy_open(const struct frg_engine *engine, struct frg_str text,
                                                       struct frg_policy **out, struct frg_error *err);
FRG_API void frg_policy_close(struct frg_policy *policy);
/* Identifies its text, e.g. "policy-1b2c3d4e". NUL-terminated, lives as long as the policy. */
FRG_API const char *frg_policy_id(const struct frg_policy *policy);
/* From which score on to look at a comment for this rule, or (`reject`) to suggest its rejection; above 1: never.
 * `policy` NULL: the engine's own. */
FRG_API float frg_threshold(const struct frg_policy *policy, enum frg_rule rule, bool reject);

/* ---- a house's own model ----------------------------------------------- */

/* What a newsroom's own decisions taught, beside the built-in model (docs/learning.md). For each rule that it has
 * learned, and for rejection as such, it joins in log odds
 *
 *   z = b + h(text) + sum over rules q of s[q] x z[q]
 *
 * where h is a linear model of the same features (n-grams, classes of words, style, the rules' hints), learned from
 * the decisions (c times a head of the rule's own, d times that of all rejections), z[q] the log odds of what the
 * built-in model makes of rule q, and b, c, d, s were fitted on texts that their heads had not seen, held to s = 1 for
 * the rule itself and 0 for all else: where decisions say nothing, the built-in score stands. `rejection` is so the
 * calibrated probability that this newsroom rejects the comment. A rule's score is the calibrated probability that it
 * rejects it for this rule, rather than releasing it, at the share of breaches that the built-in scores assume: b is
 * moved until as many of the comments learned from reach one half as by the built-in score (but at least as many as
 * were rejected for it), so that thresholds, lanes and programs go on meaning what they were set for. Exceptions are
 * taken out of h exactly, as it is linear, and a passage is looked for in what both brought. A newsroom's own words and
 * patterns come afterwards and are final. Rules that it has not learned, and comments in another language than its own,
 * keep the built-in scores. Immutable and thread-safe; must be closed before its engine. */
struct frg_model;

/* Opens a model from memory: bytes as the program's training wrote them; copied. Everything in it is checked.
 * Errors: FRG_INVALID (broken, or no house's model), FRG_UNSUPPORTED (made by another version, or beside another
 * built-in model: train it anew), FRG_NO_MEMORY. */
FRG_API FRG_MUST_CHECK enum frg_status frg_model_open(const struct frg_engine *engine, struct frg_str file,
                                                      struct frg_model **out, struct frg_error *err);
FRG_API void frg_model_close(struct frg_model *model);
/* Identifies its content, e.g. "house-1b2c3d4e". NUL-terminated, lives as long as the model. */
FRG_API const char *frg_model_id(const struct frg_model *model);
/* Has it learned this rule? */
FRG_API bool frg_model_knows(const struct frg_model *model, enum frg_rule rule);

/* ---- check ----------------------------------------------------------- */

/* Longest comment that is accepted, in bytes. */
#define FRG_TEXT_MAX 20000

struct frg_input {
	struct frg_str text;               /* the comment; valid UTF-8, at most FRG_TEXT_MAX */
	struct frg_str parent;             /* the comment it answers, or n == 0 */
	const struct frg_article *article; /* or NULL: off_topic is then not judged */
	enum frg_lang lang;                /* FRG_LANG_AUTO detects */
	const struct frg_policy *policy;   /* or NULL: the engine's own thresholds */
	const struct frg_model *model;     /* or NULL: the built-in model alone */
};

/* One passage that shows a breach. `reason` is a sentence in the comment's
 * language that an editor can forward. */
struct frg_evidence {
	enum frg_rule rule;
	/* Of what kind, for programs: a stable key such as "profanity_masked", "aggression_threat", "insinuation_hint",
	 * "ad_link_shop", "aggression_learned" (the model's), "own_word", "own_pattern". i18n/review.*.json has them all,
	 * as reason.KIND. Static storage. */
	const char *kind;
	uint32_t begin, end;
	float score; /* 0 … 1 */
	struct frg_str reason;
};

enum frg_article_part { FRG_TITLE, FRG_LEAD, FRG_BODY };

/* The passage of the article that the comment relates to most. */
struct frg_related {
	bool found;
	enum frg_article_part part;
	uint32_t begin, end; /* in that part, as given to frg_article_open */
};

enum frg_suggestion { FRG_SUGGEST_RELEASE, FRG_SUGGEST_LOOK, FRG_SUGGEST_REJECT };

/* "release", "look" or "reject". Static storage. */
FRG_API const char *frg_suggestion_id(enum frg_suggestion suggestion);

struct frg_review {
	enum frg_lang lang;          /* never FRG_LANG_AUTO */
	float score[FRG_RULE_COUNT]; /* by rule, 0 … 1 */
	bool over[FRG_RULE_COUNT];   /* by rule: from its threshold on */
	bool off_topic_known;        /* false without an article */
	struct frg_related related;
	enum frg_suggestion suggestion;
	/* By begin, then by rule. Owned by the workspace. */
	const struct frg_evidence *evidence;
	size_t evidence_count;
	/* True when there was more evidence than is kept (64 passages). */
	bool evidence_cut;
	/* How many patterns of the policy gave up on this text, within their limits. */
	uint32_t patterns_failed;
	/* How likely this newsroom rejects such a comment, whatever the rule; known by a house's model alone. */
	bool rejection_known;
	float rejection;
};

/* Checks one comment against all rules. The review and what it points to are
 * valid until the workspace is used or closed. Every rule reports; the engine
 * never stops at the first finding. Cost is linear in the text's length.
 * Errors: FRG_INVALID (not UTF-8; pos is the byte), FRG_TOO_LARGE. */
FRG_API FRG_MUST_CHECK enum frg_status frg_check(const struct frg_engine *engine, struct frg_workspace *ws,
                                                 const struct frg_input *input, struct frg_review *out,
                                                 struct frg_error *err);

#ifdef __cplusplus
}
#endif
#endif
