/* Memory and look-up tables of an engine: filled while it opens, never changed
 * afterwards. Knows no words. */
#ifndef REVIEW_POOL_H
#define REVIEW_POOL_H

#include "text/text.h"

/* Memory that is given back all at once. Every call can fail and says so. */
struct pool {
	struct pool_block *blocks;
	size_t total, max;
};

void *pool_alloc(struct pool *p, size_t size); /* zeroed; NULL if there is none */
bool pool_copy(struct pool *p, str s, str *out);
void pool_close(struct pool *p);

/* An array that grows: `*items` of `size` bytes each. */
bool grow(void **items, size_t *room, size_t count, size_t size);

/* From strings to numbers; a string may stand for several. Keys are not copied. */
struct map {
	struct map_slot {
		uint64_t hash;
		const char *p;
		uint32_t n; /* 0: free */
		uint32_t value;
	} * slots;
	size_t size, count;
	uint8_t *seen; /* 8 × size bits: where a hash's bit is 0, there is nothing */
};

bool map_add(struct map *m, str key, uint32_t value);
/* Walks the values of `key`: start with *cursor = 0; false when there are no more. */
bool map_next(const struct map *m, str key, uint64_t hash, size_t *cursor, uint32_t *value);
bool map_first(const struct map *m, str key, uint64_t hash, uint32_t *value);
static inline bool map_has(const struct map *m, str key, uint64_t hash)
{
	uint32_t v;
	return map_first(m, key, hash, &v);
}
void map_close(struct map *m);

#endif
