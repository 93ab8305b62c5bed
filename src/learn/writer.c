/* Writes model files. Knows their layout (review/model.h), not what is in them. */
#include "learn/learn.h"

#include <math.h>
#include <stdlib.h>

struct file {
	char *p;
	size_t n, room;
	struct model_header header;
};

static void append(struct file *f, const void *bytes, size_t n)
{
	if (f->n + n + 16 > f->room) {
		f->room = (f->n + n) * 2 + 4096;
		char *p = aligned_alloc(16, (f->room + 15) & ~(size_t)15);
		if (!p)
			BUG("out of memory");
		if (f->n)
			memcpy(p, f->p, f->n);
		free(f->p);
		f->p = p;
	}
	if (n)
		memcpy(f->p + f->n, bytes, n);
	f->n += n;
}

static void add_section(struct file *f, enum model_section s, const void *bytes, size_t n)
{
	static const char zero[16];
	append(f, zero, (16 - f->n % 16) % 16);
	f->header.section[s].begin = f->n;
	f->header.section[s].size = n;
	append(f, bytes, n);
}

/* Weights of a group are whole numbers of a step that the largest one sets. */
static void scales(const struct corpus *c, const float *w, struct model_head *h)
{
	float most[FEATURE_GROUPS] = {0};
	for (size_t i = 0; i < c->columns; i++)
		if (fabsf(w[i]) > most[c->column_group[i]])
			most[c->column_group[i]] = fabsf(w[i]);
	for (size_t g = 0; g < FEATURE_GROUPS; g++)
		h->scale[g] = most[g] > 0 ? most[g] / 127 : 1;
}

/* `gain` of a group is part of the corpus's values, not of the features: it goes into the scale. */
static void add_linear(struct file *f, const struct model_parts *parts, struct model_head *heads, const float *gain)
{
	const struct corpus *c = parts->corpus;
	size_t n = parts->head_count, stride = model_stride(n), slots = 64;
	while (slots * 3 < c->columns * 4 + 64)
		slots *= 2;
	uint32_t *tags = calloc(slots, sizeof *tags);
	uint8_t *idf = calloc(slots, 1);
	int8_t *weights = calloc(slots, stride);
	float *dense = calloc(c->dense_count * (2 + n) + 1, sizeof *dense);
	if (!tags || !idf || !weights || !dense)
		BUG("out of memory");
	for (size_t h = 0; h < n; h++) {
		scales(c, parts->weights[h], &heads[h]);
		heads[h].bias = parts->weights[h][c->columns + c->dense_count];
	}
	for (size_t i = 0; i < c->columns; i++) {
		size_t at = c->column_hash[i] & (slots - 1), group = c->column_group[i];
		while (tags[at])
			at = (at + 1) & (slots - 1);
		tags[at] = (uint32_t)(c->column_hash[i] >> 32) | 1;
		idf[at] = (uint8_t)lroundf(c->idf[i] / MODEL_IDF_STEP);
		for (size_t h = 0; h < n; h++)
			weights[at * stride + h] = (int8_t)lroundf(parts->weights[h][i] / heads[h].scale[group]);
	}
	for (size_t h = 0; h < n; h++)
		for (size_t g = 0; g < FEATURE_GROUPS; g++)
			heads[h].scale[g] *= gain[g];
	for (size_t d = 0; d < c->dense_count; d++) {
		float *row = dense + d * (2 + n);
		row[0] = c->mean[d];
		row[1] = c->inverse[d];
		for (size_t h = 0; h < n; h++)
			row[2 + h] = parts->weights[h][c->columns + d];
	}
	add_section(f, SECTION_HEADS, heads, n * sizeof *heads);
	add_section(f, SECTION_TAGS, tags, slots * sizeof *tags);
	add_section(f, SECTION_IDF, idf, slots);
	add_section(f, SECTION_WEIGHTS, weights, slots * stride);
	add_section(f, SECTION_DENSE, dense, c->dense_count * (2 + n) * sizeof *dense);
	free(tags);
	free(idf);
	free(weights);
	free(dense);
}

static int by_text(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;
	if (x->text != y->text)
		return x->text < y->text ? -1 : 1;
	return x->heads < y->heads ? -1 : x->heads > y->heads;
}

static void add_seen(struct file *f, const struct seen *seen, size_t n)
{
	struct seen *sorted = malloc((n + 1) * sizeof *sorted);
	if (!sorted)
		BUG("out of memory");
	if (n)
		memcpy(sorted, seen, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, by_text);
	add_section(f, SECTION_SEEN, sorted, n * sizeof *sorted);
	free(sorted);
}

str writer_model(const struct model_parts *parts)
{
	struct file f = {0};
	struct model_head heads[MODEL_HEADS];
	append(&f, &f.header, sizeof f.header);
	for (int s = 0; s < MODEL_SECTIONS; s++)
		f.header.section[s].begin = (sizeof f.header + 15) & ~(size_t)15;
	add_section(&f, SECTION_ABOUT, parts->about.p, parts->about.n);
	if (parts->corpus) {
		memcpy(heads, parts->heads, parts->head_count * sizeof *heads);
		add_linear(&f, parts, heads, parts->corpus->gain);
	}
	add_section(&f, SECTION_CLASSES, parts->classes.p, parts->classes.n);
	if (parts->lexica) {
		add_section(&f, SECTION_LEXICA, parts->lexica->slots, parts->lexica->size * sizeof *parts->lexica->slots);
		add_section(&f, SECTION_SHAPES, parts->lexica->shapes,
		            parts->lexica->shape_count * sizeof *parts->lexica->shapes);
	}
	if (parts->stack)
		add_section(&f, SECTION_STACK, parts->stack, parts->head_count * FRG_RULE_COUNT * sizeof(float));
	add_section(&f, SECTION_RELATION, parts->relation, parts->relation_count * sizeof(float));
	add_seen(&f, parts->seen, parts->seen_count);
	append(&f, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", (16 - f.n % 16) % 16);
	memcpy(f.header.magic, MODEL_MAGIC, sizeof f.header.magic);
	f.header.version = MODEL_VERSION;
	f.header.features_version = FEATURES_VERSION;
	f.header.lang = parts->lang;
	f.header.base = parts->base;
	f.header.size = f.n;
	memcpy(f.p, &f.header, sizeof f.header);
	f.header.checksum = model_checksum((str){f.p, f.n});
	memcpy(f.p, &f.header, sizeof f.header);
	return (str){f.p, f.n};
}
