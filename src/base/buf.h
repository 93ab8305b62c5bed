/* A string that grows, up to a ceiling. Past it the buffer keeps what it has
 * and remembers that it was cut: callers check `cut` once, at the end. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/base.h"

struct arena;

struct buf {
	char *p;
	size_t n, size, max;
	bool cut;
};

/* Zero allocation until the first byte. */
#define BUF_INIT(ceiling)                                                                                              \
	{                                                                                                                  \
		.max = (ceiling)                                                                                               \
	}

void buf_free(struct buf *b);
void buf_add(struct buf *b, str s);
void buf_byte(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
#define BUF_LIT(b, literal) buf_add((b), STR(literal))
/* Room for `n` bytes at the end to be written directly, then buf.n += …; NULL if over the ceiling. */
char *buf_room(struct buf *b, size_t n);

static inline str buf_str(const struct buf *b) { return (str){b->p, b->n}; }
/* Copies into the arena and frees the buffer. */
str buf_finish(struct buf *b, struct arena *a);

#endif
