/* A string that grows, up to a ceiling. */
#include "base/buf.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){.max = b->max};
}

char *buf_room(struct buf *b, size_t n)
{
	if (b->cut || n > b->max - b->n) {
		b->cut = true;
		return NULL;
	}
	if (n > b->size - b->n) {
		size_t size = b->size ? b->size * 2 : 256;
		if (size < b->n + n)
			size = b->n + n;
		if (size > b->max)
			size = b->max;
		char *p = realloc(b->p, size);
		if (!p)
			BUG("out of memory");
		b->p = p;
		b->size = size;
	}
	return b->p + b->n;
}

void buf_add(struct buf *b, str s)
{
	char *room = s.n ? buf_room(b, s.n) : NULL;
	if (!room)
		return;
	memcpy(room, s.p, s.n);
	b->n += s.n;
}

void buf_byte(struct buf *b, char c) { buf_add(b, (str){&c, 1}); }

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	BUG_IF(n < 0);
	/* vsnprintf wants a byte for its NUL, which the buffer does not count */
	char small[512];
	if ((size_t)n < sizeof small) {
		vsnprintf(small, sizeof small, fmt, again);
		buf_add(b, (str){small, (size_t)n});
	} else {
		char *big = malloc((size_t)n + 1);
		if (!big)
			BUG("out of memory");
		vsnprintf(big, (size_t)n + 1, fmt, again);
		buf_add(b, (str){big, (size_t)n});
		free(big);
	}
	va_end(again);
}

str buf_finish(struct buf *b, struct arena *a)
{
	str s = arena_str(a, buf_str(b));
	buf_free(b);
	return s;
}
