/* Memory that is given back all at once. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_BLOCK = 8192 };

struct block {
	struct block *older;
	size_t size, used;
	_Alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct block *newest;
	size_t total, max;
};

static struct block *block_new(struct arena *a, size_t size, struct block *older)
{
	if (size > a->max - a->total)
		BUG("arena over its ceiling of %zu bytes", a->max);
	struct block *b = malloc(sizeof *b + size);
	if (!b)
		BUG("out of memory");
	*b = (struct block){.older = older, .size = size};
	a->total += size;
	return b;
}

struct arena *arena_open(size_t max)
{
	struct arena *a = malloc(sizeof *a);
	if (!a)
		BUG("out of memory");
	*a = (struct arena){.max = max < FIRST_BLOCK ? FIRST_BLOCK : max};
	a->newest = block_new(a, FIRST_BLOCK, NULL);
	return a;
}

static void free_to_first(struct arena *a)
{
	while (a->newest->older) {
		struct block *b = a->newest;
		a->newest = b->older;
		a->total -= b->size;
		free(b);
	}
}

void arena_reset(struct arena *a)
{
	free_to_first(a);
	a->newest->used = 0;
}

void arena_close(struct arena *a)
{
	if (!a)
		return;
	free_to_first(a);
	free(a->newest);
	free(a);
}

void *arena_alloc(struct arena *a, size_t size)
{
	if (size > a->max)
		BUG("arena over its ceiling of %zu bytes", a->max);
	size_t need = (size + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
	if (need == 0)
		need = _Alignof(max_align_t);
	if (need > a->newest->size - a->newest->used) {
		size_t grow = a->newest->size * 2;
		if (grow > a->max - a->total)
			grow = need;
		a->newest = block_new(a, need > grow ? need : grow, a->newest);
	}
	void *p = a->newest->data + a->newest->used;
	a->newest->used += need;
	memset(p, 0, need);
	return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes))
		BUG("array of %zu × %zu bytes", count, size);
	return arena_alloc(a, bytes);
}

str arena_str(struct arena *a, str s)
{
	char *p = arena_alloc(a, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return (str){p, s.n};
}

const char *arena_cstr(struct arena *a, str s) { return arena_str(a, s).p; }

str arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	BUG_IF(n < 0);
	char *p = arena_alloc(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return (str){p, (size_t)n};
}
