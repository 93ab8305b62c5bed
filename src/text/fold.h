/* Folding: one plain spelling for all the ways to write a word, with the way
 * back to the bytes as given. Knows characters, but no words. */
#ifndef TEXT_FOLD_H
#define TEXT_FOLD_H

#include "base/base.h"

/* What folding did to a byte of the result. */
enum {
	FOLD_UPPER = 1,  /* stood as a capital */
	FOLD_ALTERED = 2 /* look-alike, decorated or interrupted by something invisible */
};

/* The folded text f[0..n): a-z and 0-9 (umlauts as ae oe ue, sharp s as ss, accents
 * off), letters of other scripts as lower-case UTF-8, ASCII punctuation (all double
 * quotes '"', single ones '\'', dashes '-', the euro sign 'E'), '\001' for any other
 * symbol, ' ' and '\n'. Invisible characters and apostrophes inside words are gone.
 * Byte i stands for the source bytes at[i] … at[i] + width[i]. */
struct folded {
	char *f;
	uint32_t *at;
	uint8_t *width, *mark;
	size_t n, size;
};

/* Room that folding `bytes` of source can need. */
static inline size_t fold_room(size_t bytes) { return bytes * 2 + 8; }

/* Folds valid UTF-8. `out` has f, at, width and mark of `size` >= fold_room(s.n). */
void fold_text(struct folded *out, str s);
/* Folds one word into `out` of `size`; returns the length, 0 if it does not fit. For word lists. */
size_t fold_word(str s, char *out, size_t size);

static inline bool fold_is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}
static inline bool fold_is_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool fold_is_space(char c) { return c == ' ' || c == '\n'; }

#endif
