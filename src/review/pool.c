/* Memory and look-up tables of an engine. Knows no words. */
#include "review/pool.h"

#include <stdlib.h>

enum { BLOCK = 64 * 1024 };

struct pool_block {
	struct pool_block *next;
	size_t used, size;
	_Alignas(16) char data[];
};

void *pool_alloc(struct pool *p, size_t size)
{
	size = (size + 15) & ~(size_t)15;
	struct pool_block *b = p->blocks;
	if (!b || b->size - b->used < size) {
		size_t room = size > BLOCK ? size : BLOCK;
		if (room > p->max - p->total)
			return NULL;
		b = malloc(sizeof *b + room);
		if (!b)
			return NULL;
		*b = (struct pool_block){.next = p->blocks, .size = room};
		p->blocks = b;
		p->total += room;
	}
	void *at = b->data + b->used;
	b->used += size;
	return memset(at, 0, size);
}

bool pool_copy(struct pool *p, str s, str *out)
{
	char *at = pool_alloc(p, s.n + 1);
	if (!at)
		return false;
	if (s.n)
		memcpy(at, s.p, s.n);
	*out = (str){at, s.n};
	return true;
}

void pool_close(struct pool *p)
{
	for (struct pool_block *b = p->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	p->blocks = NULL;
	p->total = 0;
}

bool grow(void **items, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return true;
	size_t want = *room ? *room * 2 : 64;
	void *p = realloc(*items, want * size);
	if (!p)
		return false;
	*items = p;
	*room = want;
	return true;
}

static size_t slot_of(const struct map *m, uint64_t hash)
{
	return (size_t)((hash ^ hash >> 29) * UINT64_C(0xBF58476D1CE4E5B9) >> 32) & (m->size - 1);
}

static size_t seen_bit(const struct map *m, uint64_t hash)
{
	return (size_t)((hash ^ hash >> 31) * UINT64_C(0x94D049BB133111EB) >> 24) & (m->size * 8 - 1);
}

static void put(struct map *m, struct map_slot slot)
{
	size_t bit = seen_bit(m, slot.hash);
	m->seen[bit / 8] |= (uint8_t)(1u << bit % 8);
	size_t i = slot_of(m, slot.hash);
	while (m->slots[i].n)
		i = (i + 1) & (m->size - 1);
	m->slots[i] = slot;
}

bool map_add(struct map *m, str key, uint32_t value)
{
	if (key.n == 0 || key.n > UINT32_MAX)
		return true;
	if ((m->count + 1) * 2 > m->size) {
		struct map bigger = {.size = m->size ? m->size * 2 : 256, .count = m->count};
		bigger.slots = calloc(bigger.size, sizeof *bigger.slots);
		bigger.seen = calloc(bigger.size, 1);
		if (!bigger.slots || !bigger.seen) {
			map_close(&bigger);
			return false;
		}
		for (size_t i = 0; i < m->size; i++)
			if (m->slots[i].n)
				put(&bigger, m->slots[i]);
		free(m->slots);
		free(m->seen);
		*m = bigger;
	}
	put(m, (struct map_slot){text_hash(key), key.p, (uint32_t)key.n, value});
	m->count++;
	return true;
}

bool map_next(const struct map *m, str key, uint64_t hash, size_t *cursor, uint32_t *value)
{
	if (m->size == 0 || key.n == 0)
		return false;
	size_t bit = seen_bit(m, hash);
	if (!(m->seen[bit / 8] >> bit % 8 & 1))
		return false;
	for (size_t k = *cursor; k < m->size; k++) {
		const struct map_slot *s = &m->slots[(slot_of(m, hash) + k) & (m->size - 1)];
		if (s->n == 0)
			return false;
		if (s->hash == hash && s->n == key.n && memcmp(s->p, key.p, key.n) == 0) {
			*cursor = k + 1;
			*value = s->value;
			return true;
		}
	}
	return false;
}

bool map_first(const struct map *m, str key, uint64_t hash, uint32_t *value)
{
	size_t cursor = 0;
	return map_next(m, key, hash, &cursor, value);
}

void map_close(struct map *m)
{
	free(m->slots);
	free(m->seen);
	*m = (struct map){0};
}
