/* The graded lexica: which classes a word belongs to (contempt, reasoning, migration, …) and how
 * strongly, looked up by hash in a table that model building compiled. Immutable, shared.
 * Knows no rule: what a class means for a rule is learned. */
#ifndef REVIEW_LEXICA_H
#define REVIEW_LEXICA_H

#include "text/text.h"

enum { LEXICA_CLASSES = 128, LEXICA_SHAPES = 64, LEXICA_PHRASE = 6 };

/* How an entry is looked up. */
enum lexica_kind { LEXICA_WORD, LEXICA_BEGIN, LEXICA_END, LEXICA_PHRASE_KEY, LEXICA_PHRASE_START };

/* Key 0 is a free slot; entries of one key follow one another as open addressing lays them. */
struct lexica_entry {
	uint64_t key;
	uint32_t class_, grade; /* grade 1 … 3; of LEXICA_PHRASE_START: the shape's number in `class_` */
};

/* A phrase's length and which of its words are left open (bit i: word i). */
struct lexica_shape {
	uint32_t length, open;
};

struct lexica {
	const struct lexica_entry *slots;
	size_t size; /* a power of two, or 0: no lexica */
	const struct lexica_shape *shapes;
	size_t shape_count, class_count;
};

/* Keys; `hash` is text_hash of the stemmed word (of the folded beginning or ending for open entries). */
static inline uint64_t lexica_key(enum lexica_kind kind, uint64_t hash)
{
	uint64_t h = (hash ^ ((uint64_t)kind + 1) * UINT64_C(0xD6E8FEB86659FD93)) * UINT64_C(0xFF51AFD7ED558CCD);
	h ^= h >> 32;
	return h ? h : 1;
}
/* The key of a phrase from its words' stems; an open word counts as 0. */
static inline uint64_t lexica_phrase_step(uint64_t h, uint64_t stem_hash)
{
	return (h ^ stem_hash) * UINT64_C(0x9E3779B97F4A7C15) + 1;
}

/* One word or phrase that was recognised: tokens [first, last]. */
struct class_hit {
	uint32_t first, last;
	uint8_t class_;
	uint8_t weight; /* grade × 2; as the end of a compound: grade */
};

enum { WORD_HITS = 8, WORD_BYTES = 40, WORD_CACHE = 2048 };

/* What a word is, whatever stands around it. */
struct word_classes {
	uint64_t hash, stem, shapes; /* shapes: of phrases that begin with it */
	uint8_t n, length;
	struct {
		uint8_t class_, weight;
	} hit[WORD_HITS];
	char word[WORD_BYTES];
};

/* A thread's look-ups: words met before need no second stemming. */
struct lexica_reader {
	struct word_classes *cache; /* WORD_CACHE */
	struct sb_stemmer *stemmer;
	struct class_hit *hits;
	uint64_t *stems;   /* by token */
	uint32_t *hits_of; /* first hit of a token; one more at the end */
	size_t hit_count, hit_room;
};

MUST_CHECK bool lexica_reader_open(struct lexica_reader *r, enum frg_lang lang, size_t tokens);
void lexica_reader_close(struct lexica_reader *r);
/* Finds the classes of all words and phrases: fills hits (ordered by first token), hits_of and stems. */
void lexica_read(const struct lexica *l, struct lexica_reader *r, const struct text *t);

/* Folded umlauts as plain vowels, for they are often part of the inflection: haeuser and haus share "haus".
 * `out` has room for n. */
size_t lexica_plain_vowels(const unsigned char *s, size_t n, char *out);
/* For folded words of `lang`; NULL: out of memory. */
struct sb_stemmer *lexica_stemmer(enum frg_lang lang);
/* The stem of a folded word as lexica and comments are compared by; `out` has WORD_BYTES. */
size_t lexica_stem(struct sb_stemmer *stemmer, str folded, char *out);

#endif
