#include "text/near.h"

#include "text/fold.h"
#include "text/mask.h"

#include <stdlib.h>

enum { GRAM = 5, MINIMA = NEAR_BANDS * NEAR_ROWS };

static uint64_t mix(uint64_t x) /* splitmix64's finaliser */
{
	x ^= x >> 30;
	x *= UINT64_C(0xBF58476D1CE4E5B9);
	x ^= x >> 27;
	x *= UINT64_C(0x94D049BB133111EB);
	return x ^ x >> 31;
}

/* A digit between letters is a letter in disguise; a number is a number. */
static char plain(const struct folded *f, size_t i)
{
	char c = f->f[i];
	if (!fold_is_digit(c))
		return c;
	bool before = i > 0 && fold_is_word(f->f[i - 1]) && !fold_is_digit(f->f[i - 1]);
	bool after = i + 1 < f->n && fold_is_word(f->f[i + 1]) && !fold_is_digit(f->f[i + 1]);
	char letter = before && after ? mask_leet(c, false) : 0;
	return letter ? letter : c;
}

/* Words, one space between them; a sign may have stood anywhere. */
static str even_out(struct arena *a, str text)
{
	size_t room = fold_room(text.n), n = 0;
	struct folded f = {.f = arena_alloc(a, room),
	                   .at = arena_array(a, room, sizeof *f.at),
	                   .width = arena_alloc(a, room),
	                   .mark = arena_alloc(a, room),
	                   .size = room};
	fold_text(&f, text);
	char *out = arena_alloc(a, f.n + 1);
	for (size_t i = 0; i < f.n; i++) {
		if (fold_is_word(f.f[i]))
			out[n++] = plain(&f, i);
		else if (n && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	while (n && out[n - 1] == ' ')
		n--;
	return (str){out, n};
}

static uint64_t hash_of(const char *p, size_t n)
{
	uint64_t h = UINT64_C(0xCBF29CE484222325);
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)p[i]) * UINT64_C(0x100000001B3);
	return mix(h);
}

/* By value: by the two highest bytes, a byte at a time, and what is left by insertion. Values are hashes, so few share
 * these bytes; who chooses words for it brings about a fifth of a text's at most, as grams overlap: a millisecond. */
static void sort(struct arena *a, uint64_t *values, size_t count)
{
	uint64_t *from = values, *to = arena_array(a, count, sizeof *to);
	for (unsigned shift = 48; shift < 64; shift += 8) { /* an even number of turns: the last ends in `values` */
		size_t at[257] = {0};
		for (size_t i = 0; i < count; i++)
			at[(from[i] >> shift & 255) + 1]++;
		for (size_t b = 1; b < 256; b++)
			at[b] += at[b - 1];
		for (size_t i = 0; i < count; i++)
			to[at[from[i] >> shift & 255]++] = from[i];
		uint64_t *swap = from;
		from = to;
		to = swap;
	}
	for (size_t i = 1; i < count; i++) {
		uint64_t v = values[i];
		size_t k = i;
		for (; k > 0 && values[k - 1] > v; k--)
			values[k] = values[k - 1];
		values[k] = v;
	}
}

/* Written so that a compiler takes several minima at a time. */
static inline __attribute__((always_inline)) void find_each(const uint64_t *grams, size_t count,
                                                            uint64_t minima[MINIMA])
{
	uint64_t times[MINIMA], plus[MINIMA];
	for (int m = 0; m < MINIMA; m++) {
		times[m] = mix(2 * (uint64_t)m + 1) | 1;
		plus[m] = mix(2 * (uint64_t)m + 2);
		minima[m] = UINT64_MAX;
	}
	for (size_t i = 0; i < count; i++)
		for (int m = 0; m < MINIMA; m++) {
			uint64_t x = grams[i] * times[m] + plus[m];
			x ^= x >> 32;
			minima[m] = x < minima[m] ? x : minima[m];
		}
}

#ifdef __x86_64__
/* The same in a third of the time where the processor can; the values are the same. */
__attribute__((target("avx2"))) static void find_wide(const uint64_t *grams, size_t count, uint64_t minima[MINIMA])
{
	find_each(grams, count, minima);
}
#endif

static void find_minima(const uint64_t *grams, size_t count, uint64_t minima[MINIMA])
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2")) {
		find_wide(grams, count, minima);
		return;
	}
#endif
	find_each(grams, count, minima);
}

/* As they come, each as often as it does. NULL for a short text. */
static uint64_t *read_grams(struct arena *a, str text, struct near_text *out, size_t *count)
{
	*out = (struct near_text){.key_count = 1};
	*count = 0;
	str even = even_out(a, text);
	str same = even.n ? even : text; /* without a word, its signs are all that it says */
	out->keys[0] = hash_of(same.p, same.n);
	if (even.n < NEAR_SHORT)
		return NULL;
	uint64_t *grams = arena_array(a, even.n, sizeof *grams);
	for (size_t i = 0; i + GRAM <= even.n; i++)
		grams[(*count)++] = hash_of(even.p + i, GRAM);
	return grams;
}

static void make_keys(const uint64_t *grams, size_t count, struct near_text *out)
{
	uint64_t minima[MINIMA];
	find_minima(grams, count, minima);
	for (int b = 0; b < NEAR_BANDS; b++) {
		uint64_t h = mix((uint64_t)b + 1);
		for (int r = 0; r < NEAR_ROWS; r++)
			h = mix(h ^ minima[b * NEAR_ROWS + r]);
		out->keys[out->key_count++] = h;
	}
}

static void make_set(struct arena *a, uint64_t *grams, size_t count, struct near_text *out)
{
	sort(a, grams, count);
	out->grams = grams;
	for (size_t i = 0; i < count; i++)
		if (i == 0 || grams[i] != grams[i - 1])
			grams[out->gram_count++] = grams[i];
}

void near_keys(struct arena *a, str text, struct near_text *out)
{
	size_t count;
	const uint64_t *grams = read_grams(a, text, out, &count);
	if (grams)
		make_keys(grams, count, out);
}

void near_set(struct arena *a, str text, struct near_text *out)
{
	size_t count;
	uint64_t *grams = read_grams(a, text, out, &count);
	if (grams)
		make_set(a, grams, count, out);
}

void near_read(struct arena *a, str text, struct near_text *out)
{
	size_t count;
	uint64_t *grams = read_grams(a, text, out, &count);
	if (!grams)
		return;
	make_keys(grams, count, out);
	make_set(a, grams, count, out);
}

double near_likeness(const struct near_text *a, const struct near_text *b)
{
	size_t i = 0, j = 0, both = 0;
	if (a->keys[0] == b->keys[0])
		return 1;
	if (a->gram_count == 0 || b->gram_count == 0)
		return 0;
	while (i < a->gram_count && j < b->gram_count) {
		uint64_t x = a->grams[i], y = b->grams[j];
		both += x == y;
		i += x <= y;
		j += y <= x;
	}
	return (double)both / (double)(a->gram_count + b->gram_count - both);
}
