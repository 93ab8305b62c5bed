/* Logistic regression on a corpus. Knows no features and no files. */
#include "learn/learn.h"

#include <math.h>
#include <stdlib.h>

enum { ROUNDS_MOST = 300 };
static const float ENOUGH = 0.002f;

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void shuffle(uint32_t *order, size_t n, uint64_t *state)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = next_random(state) % i;
		uint32_t swap = order[i - 1];
		order[i - 1] = order[k];
		order[k] = swap;
	}
}

float linear_score(const struct corpus *c, const float *w, size_t row)
{
	float sum = w[c->columns + c->dense_count];
	const float *dense = c->dense + row * c->dense_count, *dw = w + c->columns;
	for (size_t i = c->begin[row]; i < c->begin[row + 1]; i++)
		sum += w[c->id[i]] * c->value[i];
	for (size_t d = 0; d < c->dense_count; d++)
		sum += dw[d] * dense[d];
	return sum;
}

static void add_row(const struct corpus *c, float *w, size_t row, float by)
{
	const float *dense = c->dense + row * c->dense_count;
	float *dw = w + c->columns;
	for (size_t i = c->begin[row]; i < c->begin[row + 1]; i++)
		w[c->id[i]] += by * c->value[i];
	for (size_t d = 0; d < c->dense_count; d++)
		dw[d] += by * dense[d];
	w[c->columns + c->dense_count] += by;
}

static float length_of(const struct corpus *c, size_t row)
{
	const float *dense = c->dense + row * c->dense_count;
	float sum = 1;
	for (size_t i = c->begin[row]; i < c->begin[row + 1]; i++)
		sum += c->value[i] * c->value[i];
	for (size_t d = 0; d < c->dense_count; d++)
		sum += dense[d] * dense[d];
	return sum;
}

/* The t where q (C s(t) - alpha) + margin + t = 0, s the logistic function: the dual variable's
 * optimum is C s(t). The left side grows with slope 1 … 1 + q C / 4, so Newton's steps cannot stray far. */
static float solve(float q, float cost, float alpha, float margin)
{
	float a = alpha / cost, t = logf(a / (1 - a));
	for (int i = 0; i < 30; i++) {
		float s = 1 / (1 + expf(-t)), g = q * (cost * s - alpha) + margin + t;
		if (fabsf(g) < 1e-4f)
			break;
		t -= g / (1 + q * cost * s * (1 - s));
		t = t > 15 ? 15 : t < -15 ? -15 : t; /* keeps alpha off its borders */
	}
	return t;
}

void linear_learn(const struct corpus *c, const uint32_t *rows, size_t n, const uint8_t *label, const float *weight,
                  float cost, float *w)
{
	uint64_t state = 88172645463325252u;
	uint32_t *order = malloc((n + 1) * sizeof *order);
	float *alpha = malloc((n + 1) * sizeof *alpha), *length = malloc((n + 1) * sizeof *length);
	if (!order || !alpha || !length)
		BUG("out of memory");
	memset(w, 0, (c->columns + c->dense_count + 1) * sizeof *w);
	for (size_t i = 0; i < n; i++) {
		float most = cost * (weight ? weight[rows[i]] : 1);
		order[i] = (uint32_t)i;
		length[i] = length_of(c, rows[i]);
		alpha[i] = most * 0.001f;
		add_row(c, w, rows[i], label[rows[i]] ? alpha[i] : -alpha[i]);
	}
	for (int round = 0; round < ROUNDS_MOST; round++) {
		float largest = 0;
		shuffle(order, n, &state);
		for (size_t k = 0; k < n; k++) {
			uint32_t i = order[k], row = rows[i];
			float most = cost * (weight ? weight[row] : 1), y = label[row] ? 1 : -1;
			if (most <= 0)
				continue;
			float t = solve(length[i], most, alpha[i], y * linear_score(c, w, row));
			float now = most / (1 + expf(-t)), step = now - alpha[i];
			if (fabsf(step) > largest * most)
				largest = fabsf(step) / most;
			if (fabsf(step) < 1e-6f * most)
				continue;
			alpha[i] = now;
			add_row(c, w, row, y * step);
		}
		if (largest < ENOUGH)
			break;
	}
	free(order);
	free(alpha);
	free(length);
}
