/* Texts as vectors: numbers their grams, weighs them, scales them. Knows no label. */
#include "learn/learn.h"

#include <math.h>
#include <stdlib.h>

static void *more(void *p, size_t count, size_t size)
{
	p = realloc(p, (count ? count : 1) * size);
	if (!p)
		BUG("out of memory");
	return p;
}

void corpus_open(struct corpus *c, size_t dense_count)
{
	*c = (struct corpus){.dense_count = dense_count, .slot_count = 1 << 16};
	c->slots = calloc(c->slot_count, sizeof *c->slots);
	if (!c->slots)
		BUG("out of memory");
}

static void rehash(struct corpus *c)
{
	free(c->slots);
	c->slot_count *= 2;
	c->slots = calloc(c->slot_count, sizeof *c->slots);
	if (!c->slots)
		BUG("out of memory");
	for (size_t i = 0; i < c->gram_count; i++) {
		size_t at = c->grams[i].hash & (c->slot_count - 1);
		while (c->slots[at])
			at = (at + 1) & (c->slot_count - 1);
		c->slots[at] = (uint32_t)i + 1;
	}
}

static uint32_t number_of(struct corpus *c, const struct gram *g)
{
	size_t at = g->hash & (c->slot_count - 1);
	for (; c->slots[at]; at = (at + 1) & (c->slot_count - 1))
		if (c->grams[c->slots[at] - 1].hash == g->hash)
			return c->slots[at] - 1;
	if (c->gram_count == c->gram_room) {
		c->gram_room = c->gram_room ? c->gram_room * 2 : 65536;
		c->grams = more(c->grams, c->gram_room, sizeof *c->grams);
	}
	c->grams[c->gram_count] = (struct corpus_gram){.hash = g->hash, .last = UINT32_MAX, .group = g->group};
	c->slots[at] = (uint32_t)++c->gram_count;
	if (c->gram_count * 2 > c->slot_count)
		rehash(c);
	return (uint32_t)c->gram_count - 1;
}

void corpus_add(struct corpus *c, const struct features *f)
{
	if (c->rows + 1 >= c->rows_room) {
		c->rows_room = c->rows_room ? c->rows_room * 2 : 4096;
		c->begin = more(c->begin, c->rows_room + 1, sizeof *c->begin);
		c->dense = more(c->dense, c->rows_room * c->dense_count, sizeof *c->dense);
		c->begin[0] = 0;
	}
	while (c->ids + f->count > c->ids_room) {
		c->ids_room = c->ids_room ? c->ids_room * 2 : 1 << 20;
		c->id = more(c->id, c->ids_room, sizeof *c->id);
	}
	for (size_t i = 0; i < f->count; i++) {
		uint32_t k = number_of(c, &f->grams[i]);
		struct corpus_gram *g = &c->grams[k];
		g->texts += g->last != (uint32_t)c->rows;
		g->last = (uint32_t)c->rows;
		c->id[c->ids++] = k;
	}
	memcpy(c->dense + c->rows * c->dense_count, f->dense, c->dense_count * sizeof *c->dense);
	c->begin[++c->rows] = c->ids;
}

static void choose_columns(struct corpus *c, size_t least)
{
	c->idf = more(NULL, c->gram_count, sizeof *c->idf);
	c->column_hash = more(NULL, c->gram_count, sizeof *c->column_hash);
	c->column_group = more(NULL, c->gram_count, sizeof *c->column_group);
	for (size_t i = 0; i < c->gram_count; i++) {
		struct corpus_gram *g = &c->grams[i];
		g->column = UINT32_MAX;
		if (g->texts < least)
			continue;
		double idf = log((1.0 + (double)c->rows) / (1.0 + g->texts)) + 1;
		float rounded = roundf((float)idf / MODEL_IDF_STEP);
		g->column = (uint32_t)c->columns;
		c->idf[c->columns] = (rounded < 1 ? 1 : rounded > 255 ? 255 : rounded) * MODEL_IDF_STEP;
		c->column_hash[c->columns] = g->hash;
		c->column_group[c->columns++] = g->group;
	}
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

/* One row: known grams only, equal ones together, each group of its length. Returns the new end. */
static size_t finish_row(struct corpus *c, size_t from, size_t to, size_t out, const float *gain)
{
	size_t n = 0;
	if (from == to)
		return out;
	float square[FEATURE_GROUPS] = {0}, factor[FEATURE_GROUPS];
	for (size_t i = from; i < to; i++) {
		uint32_t k = c->grams[c->id[i]].column;
		if (k != UINT32_MAX)
			c->id[from + n++] = k; /* behind what was read */
	}
	qsort(c->id + from, n, sizeof *c->id, by_number);
	for (size_t i = 0; i < n; i++)
		square[c->column_group[c->id[from + i]]] += c->idf[c->id[from + i]] * c->idf[c->id[from + i]];
	for (size_t g = 0; g < FEATURE_GROUPS; g++)
		factor[g] = gain[g] / sqrtf(model_norm(g, square[g]));
	size_t begin = out;
	for (size_t i = 0; i < n; i++) {
		uint32_t k = c->id[from + i];
		float v = c->idf[k] * factor[c->column_group[k]];
		if (out > begin && c->id[out - 1] == k) {
			c->value[out - 1] += v;
		} else {
			c->id[out] = k;
			c->value[out++] = v;
		}
	}
	return out;
}

static void scale_dense(struct corpus *c, float gain)
{
	size_t n = c->dense_count;
	c->mean = more(NULL, n, sizeof *c->mean);
	c->inverse = more(NULL, n, sizeof *c->inverse);
	for (size_t d = 0; d < n; d++) {
		double sum = 0, square = 0;
		for (size_t r = 0; r < c->rows; r++) {
			double x = (double)c->dense[r * n + d];
			sum += x;
			square += x * x;
		}
		double mean = c->rows ? sum / (double)c->rows : 0, var = c->rows ? square / (double)c->rows - mean * mean : 0;
		c->mean[d] = (float)mean;
		c->inverse[d] = var > 1e-6 ? gain / sqrtf((float)var) : 0;
		for (size_t r = 0; r < c->rows; r++)
			c->dense[r * n + d] = model_measure(c->dense[r * n + d], c->mean[d], c->inverse[d], gain);
	}
}

void corpus_finish(struct corpus *c, size_t least_texts, const float gain[FEATURE_GROUPS], float dense_gain)
{
	memcpy(c->gain, gain, sizeof c->gain);
	choose_columns(c, least_texts);
	c->value = more(NULL, c->ids, sizeof *c->value);
	size_t out = 0, from = 0;
	for (size_t r = 0; r < c->rows; r++) {
		size_t to = c->begin[r + 1];
		size_t end = finish_row(c, from, to, out, gain);
		from = to;
		out = end;
		c->begin[r + 1] = out;
	}
	c->ids = out;
	scale_dense(c, dense_gain);
}

void corpus_close(struct corpus *c)
{
	free(c->begin);
	free(c->id);
	free(c->value);
	free(c->dense);
	free(c->mean);
	free(c->inverse);
	free(c->grams);
	free(c->slots);
	free(c->idf);
	free(c->column_hash);
	free(c->column_group);
	*c = (struct corpus){0};
}
