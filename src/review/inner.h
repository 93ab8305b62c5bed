/* What the files of the review engine share: the workspace of one check, and how a
 * rule reports what it found. */
#ifndef REVIEW_INNER_H
#define REVIEW_INNER_H

#include "base/i18n.h"
#include "review/lists.h"
#include "review/model.h"
#include "text/links.h"

struct sb_stemmer;
struct pcre2_real_match_data_8; /* pcre2_match_data */

/* What was learned of one language. */
struct learned {
	struct model model;               /* heads may be missing: then the rules decide alone */
	bool field[LEXICA_CLASSES];       /* classes that say what a word is about */
	size_t style_head;                /* of comments that stray, whatever the article; or SIZE_MAX */
	size_t rule_head[FRG_RULE_COUNT]; /* the model's heads for the rules, or SIZE_MAX */
};

enum { LEARNED_LANGS = 2 };

struct frg_engine {
	struct lists lists;
	str own_list; /* the caller's word list, or none */
	struct learned learned[LEARNED_LANGS];
	char id[96];
};

/* The list that the engine was opened with, in memory with `more` bytes behind it, which the caller frees. False:
 * out of memory. */
bool engine_list_text(const struct frg_engine *e, size_t more, char **text, size_t *size);

static inline size_t learned_index(enum frg_lang lang) { return lang == FRG_LANG_EN; }
static inline const struct learned *engine_learned(const struct frg_engine *e, enum frg_lang lang)
{
	return &e->learned[learned_index(lang)];
}

/* How a word was recognised. */
enum mark_how { MARK_PLAIN, MARK_COMPOUND, MARK_MASKED };

enum { MARK_TERMS = 14 };

/* What is known of a token: its terms, and the swear word that it is. */
struct mark {
	uint16_t term[MARK_TERMS];
	uint8_t terms, how;
	uint16_t word; /* or WORD_NONE */
	float weight;
	uint64_t set_bits; /* of all terms' sets, modulo 64 */
};

/* A cue that matched tokens [first, last]. */
struct cue_hit {
	const struct cue *cue;
	uint32_t first, last;
};

/* A passage with what it says about one rule. `reason` is a template (or else `own_reason`): {0} the passage, {1}
 * `word`. */
struct finding {
	enum frg_rule rule;
	uint32_t begin, end;
	uint32_t sentence;
	float score;
	enum msg reason;
	str own_reason, word;
	bool dropped, own; /* own: a newsroom's */
};

enum { HIT_MAX = 512, FINDING_MAX = 256, EVIDENCE_MAX = 64, REASON_ROOM = EVIDENCE_MAX * 512 };

struct stems {
	struct sb_stemmer *de, *en;
};

/* Stems are kept as hashes: equal means the same word, for all that matters here. */
typedef uint64_t stem;

enum { RELATION_PLAIN = 16, RELATION_MEASURES = RELATION_PLAIN + LEXICA_CLASSES };
enum { RELATED_SENTENCES = 4096, COMMENT_STEMS = 2048 };

/* Only looks like a bad word: what the model thinks of its letters does not count. */
enum { EXCEPT_INNOCENT = 1 << 7 };

struct frg_workspace {
	const struct frg_engine *engine;
	const struct lists *lists;
	struct text text, parent;
	struct links links;
	struct mark *marks;
	struct cue_hit hits[HIT_MAX];
	size_t hit_count;
	struct finding findings[FINDING_MAX];
	size_t finding_count;
	bool cut;
	struct stems stems;
	struct lexica_reader readers[LEARNED_LANGS]; /* what a word is differs by language */
	struct features features;
	float *by_token;
	float relation[RELATION_MEASURES]; /* off_topic.c: how comment and article relate */
	/* of the check at hand */
	const struct frg_article *article;
	const struct frg_policy *policy;
	const struct frg_model *house; /* NULL: none, or none for this language */
	bool for_house;                /* its features are wanted, to learn from */
	float rejection;               /* by the house's model; negative: unknown */
	uint8_t *excepted;             /* by token: bits of the rules that the policy excepts it from; EXCEPT_INNOCENT */
	bool excepted_any;
	uint32_t patterns_failed;
	struct pcre2_real_match_data_8 *match;
	float look[FRG_RULE_COUNT], reject[FRG_RULE_COUNT]; /* thresholds */
	enum frg_lang lang;
	const struct learned *learned; /* of this language */
	struct lexica_reader *reader;
	uint8_t langs;
	float score[FRG_RULE_COUNT];
	struct frg_related related;
	struct frg_evidence evidence[EVIDENCE_MAX];
	char *reasons;
	float *sentence_score; /* RELATED_SENTENCES */
	stem *seen;            /* COMMENT_STEMS, sorted hash set */
};

/* ---- producers: each reads the workspace and reports findings; a model is one more ---- */

/* Reports a finding. */
void review_add(struct frg_workspace *ws, const struct finding *f);
/* The same for a run of tokens. */
void review_add_tokens(struct frg_workspace *ws, enum frg_rule rule, size_t first, size_t last, float score,
                       enum msg reason, str word);
/* The score of a rule from its findings: independent hints add up, overlapping ones do not. */
float review_combine(struct frg_workspace *ws, enum frg_rule rule);

/* Of findings of one rule about the same passage, the strongest stands. */
void review_drop_overlaps(struct frg_workspace *ws, enum frg_rule rule);
/* Where no policy says otherwise: from this on an editor should look; from this on a breach is clear. */
extern const float review_look, review_clear;

void profanity_find(struct frg_workspace *ws);
void aggression_find(struct frg_workspace *ws);
void insinuation_find(struct frg_workspace *ws);
void insinuation_widen(struct frg_workspace *ws); /* when the scores stand: passages become clauses */
void ad_link_find(struct frg_workspace *ws);
void off_topic_find(struct frg_workspace *ws);
void engaging_find(struct frg_workspace *ws); /* the last: it looks at the other scores */

/* learned.c: what the model makes of it all; the last. */
void learned_find(struct frg_workspace *ws);
/* Adds what each token brought to a head's logit to ws->by_token: its grams, and its share of what its classes
 * measured. */
void learned_weigh(struct frg_workspace *ws, const struct model *m, const struct model_norms *norms, size_t head,
                   float times);
/* The logit without what tokens brought that are excepted from any of these rules: exact, as the model is linear. */
float learned_without(struct frg_workspace *ws, const struct model *m, const struct model_norms *norms, unsigned bits,
                      size_t head, float logit);

/* house.c: a newsroom's own model beside the built-in one. */
struct frg_model {
	const struct frg_engine *engine;
	struct model model;
	size_t rule_head[FRG_RULE_COUNT], rejection_head; /* or SIZE_MAX */
	char id[24];
};
#define HOUSE_REJECTION "rejection"
enum { HOUSE_MEASURES_OF_RULES = STYLE_MEASURES + RULE_MEASURES };
/* Log odds as they are joined: within what probabilities of 0.001 and 0.999 give. */
float house_odds(float p);
/* What the house's model is told of the built-in scores: log odds by rule, 0 for what is not known. */
void house_builtin(const float score[FRG_RULE_COUNT], bool off_topic_known, float z[FRG_RULE_COUNT]);
/* Joins the house's view to the scores; norms are of its model, for house_weigh. */
void house_join(struct frg_workspace *ws, struct model_norms *norms);
/* Checks a text by the built-in model alone and leaves its features in ws->features: for learning. */
MUST_CHECK enum frg_status review_house_features(const struct frg_engine *engine, struct frg_workspace *ws,
                                                 const struct frg_input *in, struct frg_review *out,
                                                 struct frg_error *err);
/* How many measures that gives. */
size_t review_house_measures(const struct frg_engine *engine, enum frg_lang lang);
void review_read_features(struct frg_workspace *ws);
/* Takes a text apart, runs the rules alone and reads its features, base heads included, into ws->features:
 * for learning. Errors as of frg_check. */
MUST_CHECK enum frg_status review_features(const struct frg_engine *engine, struct frg_workspace *ws,
                                           const struct frg_input *in, struct frg_error *err);
/* How many measures that gives for texts of this language. */
size_t review_measures(const struct frg_engine *engine, enum frg_lang lang);

/* ---- policy_find.c ---- */

/* Does the policy except a passage that touches these bytes? */
bool policy_excepts(const struct frg_workspace *ws, enum frg_rule rule, uint32_t begin, uint32_t end);

/* ---- helpers ---- */

/* lexicon.c: recognises swear words, also in disguise; fills marks[].word. */
void lexicon_mark(struct frg_workspace *ws);
/* Sets EXCEPT_INNOCENT where a word stands on the list of those that only look bad. */
void lexicon_mark_innocents(struct frg_workspace *ws);
/* cues.c: recognises terms, then cues; fills marks[].term and hits. */
void cues_mark(struct frg_workspace *ws);
void cues_find(struct frg_workspace *ws);
/* Reports the hits of one rule as findings, lowered where the text quotes or mitigates. */
void cues_report(struct frg_workspace *ws, enum frg_rule rule);
/* Product of (1 - |weight|) over the mitigating hits of `rule` that reach `sentence`. */
float cues_mitigation(const struct frg_workspace *ws, enum frg_rule rule, size_t sentence);
/* Does the token match any term of the class? False if there is no such class. */
bool cues_is(const struct frg_workspace *ws, size_t token, enum known_class which);
/* How much a passage counts that is only quoted: 1 if it is not. */
float quoted_factor(const struct frg_workspace *ws, size_t first, size_t last);

/* stems.c */
bool stems_open(struct stems *s);
void stems_close(struct stems *s);
/* Of a folded word; 0 for one that carries no meaning of its own (stop words, single letters). */
stem stems_of(const struct stems *s, const struct lists *l, enum frg_lang lang, str folded, uint64_t hash);
/* Does the word carry no meaning of its own? */
bool stems_stop(const struct lists *l, enum frg_lang lang, str folded, uint64_t hash);
/* Bits of the topics that a folded word belongs to. */
uint64_t topics_of(const struct lists *l, str folded);

/* ---- articles ---- */

enum stem_weight { STEM_BODY = 1, STEM_LEAD = 2, STEM_TITLE = 3 };

struct article_stem {
	stem stem;
	uint32_t postings, count; /* into sentences_of */
	uint8_t weight;           /* best part it stands in */
	bool name, number;
};

struct article_sentence {
	enum frg_article_part part;
	uint32_t begin, end;
};

struct frg_article {
	const struct frg_engine *engine;
	enum frg_lang lang;
	struct article_stem *stems; /* open addressing, a power of two; stem 0 is free */
	size_t size, stem_count;
	uint32_t *sentences_of;
	struct article_sentence *sentences; /* at most RELATED_SENTENCES */
	size_t sentence_count;
	uint64_t *parts; /* sorted hashes of the beginnings and endings of long words */
	size_t part_count;
	uint64_t topics, title_topics;
	float fields[LEXICA_CLASSES]; /* how much it is about each field, of unit length */
};

const struct article_stem *article_find(const struct frg_article *a, stem s);
bool article_has_part(const struct frg_article *a, uint64_t part);
/* Hash of the first (or last) letters of a long word, 0 if it is short: what compounds share. */
uint64_t article_part(str folded, bool ending);

#endif
