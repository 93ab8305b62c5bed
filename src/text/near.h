/* Is it the same text again, or nearly? Compares what is left of two texts when case, spelling variants, punctuation,
 * spaces, invisible characters and digits in words are evened out. Knows no comments. */
#ifndef TEXT_NEAR_H
#define TEXT_NEAR_H

#include "base/arena.h"

enum {
	NEAR_ROWS = 4,  /* minima that make a key */
	NEAR_BANDS = 8, /* keys by likeness */
	NEAR_KEYS = NEAR_BANDS + 1,
	NEAR_SHORT = 24 /* letters and digits: shorter texts are alike only if they are the same */
};
/* From this likeness on two texts are nearly the same: a word changed in a short comment is still that; no two
 * different ones among 2,876 comments come above 0.55 (tests/unit/test_near.c). */
#define NEAR_ALIKE 0.7

/* A text's set of 5-grams, hashed and sorted, and the keys by which texts like it are found: key 0 is the whole evened
 * text's, the others are those of MinHash in bands (Broder 1997; Leskovec, Rajaraman, Ullman: Mining of Massive
 * Datasets, 3.4): with 8 bands of 4 rows, texts of likeness 0.7 share a key with probability 0.89, of 0.8 with 0.985,
 * of 0.9 with 0.9998, of 0.2 with 0.013. More keys would find more and cost each comment as many rows. Keys are the
 * same on every machine and stay the same: databases hold them. */
struct near_text {
	const uint64_t *grams;
	size_t gram_count;
	uint64_t keys[NEAR_KEYS];
	size_t key_count; /* 1 for a short text */
};

/* The keys alone, which is all that most texts are ever asked for: no grams, so not for near_likeness. Valid UTF-8. */
void near_keys(struct arena *a, str text, struct near_text *out);
/* What near_likeness compares alone: the grams, and of the keys only the whole text's. */
void near_set(struct arena *a, str text, struct near_text *out);
/* Both. Valid UTF-8; what `out` points to lives in the arena. */
void near_read(struct arena *a, str text, struct near_text *out);
/* Jaccard likeness of the two sets, 0 … 1; 1 also for texts that are the same when evened out. */
double near_likeness(const struct near_text *a, const struct near_text *b);

#endif
