/* Words in disguise: what a reader may have meant by "Sch***e", "V0llpf0sten",
 * "A....loch" or "S c h e i s s e". Makes candidates; knows no words. */
#ifndef TEXT_MASK_H
#define TEXT_MASK_H

#include "text/text.h"

enum { MASK_WORD_MAX = 48 };

/* One reading of a disguised passage. In `word`, '?' stands for exactly one hidden
 * letter and '~' for some. */
struct mask {
	char word[MASK_WORD_MAX + 1];
	size_t n;
	size_t f_begin, f_end; /* in the folded text */
	bool wild;             /* has '?' or '~' */
	bool joined;           /* letters were brought together over something between them */
};

struct mask_reader {
	const struct text *text;
	size_t at, token;  /* where to go on; the first token that is not before it */
	size_t begin, end; /* the piece in hand */
	int variant;
};

/* Walks all disguised pieces, several readings for each. Linear in the text. */
void mask_start(struct mask_reader *r, const struct text *t);
bool mask_next(struct mask_reader *r, struct mask *out);

/* The next run of four or more single letters ("F i c k"), from token *from on: puts the
 * letters into `letters` (at most `size`) and returns their number, 0 at the end. Letter k
 * is token *first + k. Moves *from behind the run. */
size_t mask_spaced(const struct text *t, size_t *from, size_t *first, char *letters, size_t size);

/* The letter that a digit or symbol may stand for, or 0. `second` asks for the other
 * reading of those that have two. */
char mask_leet(char c, bool second);

#endif
