/* What a model sees of a text: hashed n-grams of characters, words and word classes, and a short
 * vector of measures. The same for training and for checking. Knows no rule but by the scores
 * that the rules gave. */
#ifndef REVIEW_FEATURES_H
#define REVIEW_FEATURES_H

#include "review/lexica.h"

/* Changes whenever a text's features change: a model made for others is refused. */
enum { FEATURES_VERSION = 2 };

enum feature_group { GROUP_CHARS, GROUP_WORDS, GROUP_CLASSES, FEATURE_GROUPS };

/* An n-gram; `hash` tells groups apart. It stands in tokens [token, token + width). */
struct gram {
	uint64_t hash;
	uint32_t token;
	uint8_t group, width;
};

enum { STYLE_MEASURES = 24, RULE_MEASURES = 7, DENSE_MAX = 512 };

/* dense: STYLE_MEASURES, RULE_MEASURES (scores of the rules, off_topic aside, and how much aggression and insinuation
 * are denied, quoted or reported), then for each class of the
 * lexica how much of it there is. */
struct features {
	struct gram *grams;
	size_t count, room;
	float dense[DENSE_MAX];
	size_t dense_count;
};

MUST_CHECK bool features_open(struct features *f, size_t bytes);
void features_close(struct features *f);
/* `rules`: RULE_MEASURES. */
void features_read(struct features *f, const struct text *t, const struct lexica *l, const struct lexica_reader *r,
                   const float *rules);

/* The gram of a single word, to look its idf up. */
uint64_t features_word(const struct token *t);
/* The same for the same words, however they are set. */
uint64_t features_text_id(const struct text *t);

/* What one hit adds to its class's measure before the logarithm. */
static inline float features_hit(const struct class_hit *h) { return (float)h->weight / 4; }

#endif
