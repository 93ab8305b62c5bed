/* A text taken apart: words, sentences, what stands in quotes. Knows no rule. */
#ifndef TEXT_TEXT_H
#define TEXT_TEXT_H

#include "text/fold.h"

enum {
	TOK_CAP = 1 << 0,        /* begins with a capital */
	TOK_UPPER = 1 << 1,      /* all capitals, two or more */
	TOK_NUMBER = 1 << 2,     /* digits only */
	TOK_QUOTED = 1 << 3,     /* between quotation marks */
	TOK_FIRST = 1 << 4,      /* first of its sentence */
	TOK_LINK = 1 << 5,       /* part of a link or an address */
	TOK_QUOTELINE = 1 << 6,  /* in a line that begins with '>' */
	TOK_ALTERED = 1 << 7,    /* written with look-alikes or invisible characters */
	TOK_JOINED = 1 << 8,     /* belongs to the word that an earlier token begins */
	TOK_COMMA = 1 << 9,      /* punctuation stands before it */
	TOK_SHORTQUOTE = 1 << 10 /* quoted, and the quotation has at most three words */
};

/* A word or a number. `begin`, `end`: bytes of the source; `f`, `fn`: of the folded text. */
struct token {
	uint32_t begin, end;
	uint32_t f;
	uint16_t fn; /* cut at 65535 */
	uint16_t flags;
	uint32_t sentence;
	uint64_t hash; /* text_hash of the folded word */
};

struct sentence {
	uint32_t begin, end;  /* source */
	uint32_t first, last; /* tokens, end exclusive; never empty */
	char mark;            /* '.', '?', '!' or 0 */
};

struct text {
	str source;
	struct folded folded;
	struct token *tokens;
	size_t token_count, token_size;
	struct sentence *sentences;
	size_t sentence_count, sentence_size;
	size_t letters, capitals, exclamations;
	void *memory;
	size_t capacity;
};

/* Room for texts of up to `capacity` bytes. */
MUST_CHECK bool text_open(struct text *t, size_t capacity);
void text_close(struct text *t);
/* Takes `s` apart: valid UTF-8 of at most the capacity, which must outlive the use of `t`. */
void text_read(struct text *t, str s);

static inline str token_str(const struct text *t, size_t i)
{
	return (str){t->folded.f + t->tokens[i].f, t->tokens[i].fn};
}
/* First and last source byte of folded bytes [f, f + n), n > 0. */
static inline uint32_t text_begin(const struct text *t, size_t f) { return t->folded.at[f]; }
static inline uint32_t text_end(const struct text *t, size_t f) { return t->folded.at[f] + t->folded.width[f]; }

/* Polynomial, so that the hash of a part follows from those of two prefixes:
 * hash(a..b) = P[b] - P[a] * HASH_BASE^(b-a). Never the last word: compare bytes too. */
#define HASH_BASE UINT64_C(0x9E3779B97F4A7C15)
static inline uint64_t hash_step(uint64_t h, char c) { return h * HASH_BASE + (unsigned char)c + 1; }
uint64_t text_hash(str s);

/* lang.c: German or English? `fallback` when there is no evidence. */
enum frg_lang text_lang(const struct text *t, enum frg_lang fallback);
/* sentences.c */
void text_find_sentences(struct text *t);

#endif
