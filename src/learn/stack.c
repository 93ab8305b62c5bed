/* Joins a new head's logit to the built-in log odds: a small logistic regression that stays with the built-in score
 * where the data say nothing. Knows no texts. */
#include "learn/house.h"

#include <math.h>

enum { WIDTH = STACK_INPUTS + 1, ROUNDS = 40 }; /* the last is the constant */

/* What a weight's distance from where it is held costs: the new head and the rule's own score are freest. */
static const double hold_own = 1, hold_built_in = 2, hold_bias = 0.01;

/* Solves a x = b in place, a symmetric and positive: it has a ridge. */
static void solve(double a[WIDTH][WIDTH], double b[WIDTH])
{
	for (int i = 0; i < WIDTH; i++)
		for (int k = i + 1; k < WIDTH; k++) {
			double f = a[k][i] / a[i][i];
			for (int j = i; j < WIDTH; j++)
				a[k][j] -= f * a[i][j];
			b[k] -= f * b[i];
		}
	for (int i = WIDTH - 1; i >= 0; i--) {
		for (int j = i + 1; j < WIDTH; j++)
			b[i] -= a[i][j] * b[j];
		b[i] /= a[i][i];
	}
}

static double value(const double w[WIDTH], const float *x)
{
	double z = w[WIDTH - 1];
	for (int i = 0; i < STACK_INPUTS; i++)
		z += w[i] * (double)x[i];
	return z;
}

static double log_loss(double z, bool yes)
{
	double m = yes ? -z : z; /* log(1 + e^m), without overflow */
	return m > 30 ? m : log1p(exp(m));
}

struct fitting {
	const float *inputs;
	const uint8_t *label;
	size_t n;
	const double *start;
	bool held[2]; /* STACK_OWN, STACK_SHARED: counts nothing */
};

static double hold_of(const struct fitting *f, int i)
{
	if (i <= STACK_SHARED)
		return f->held[i] ? 1e12 : hold_own;
	return i == WIDTH - 1 ? hold_bias : hold_built_in;
}

static double loss_of(const struct fitting *f, const double w[WIDTH])
{
	double sum = 0;
	for (size_t r = 0; r < f->n; r++)
		sum += log_loss(value(w, f->inputs + r * STACK_INPUTS), f->label[r]);
	return sum;
}

/* What is to be least. */
static double cost_of(const struct fitting *f, const double w[WIDTH])
{
	double sum = loss_of(f, w);
	for (int i = 0; i < WIDTH; i++)
		sum += hold_of(f, i) * (w[i] - f->start[i]) * (w[i] - f->start[i]) / 2;
	return sum;
}

/* The step that Newton's method would take from w. */
static void newton(const struct fitting *f, const double w[WIDTH], double step[WIDTH])
{
	double h[WIDTH][WIDTH] = {{0}};
	memset(step, 0, WIDTH * sizeof *step);
	for (size_t r = 0; r < f->n; r++) {
		const float *x = f->inputs + r * STACK_INPUTS;
		double p = 1 / (1 + exp(-value(w, x))), d = p - f->label[r], q = p * (1 - p);
		for (int i = 0; i < WIDTH; i++) {
			double xi = i < STACK_INPUTS ? (double)x[i] : 1;
			step[i] += d * xi;
			for (int j = 0; j <= i; j++)
				h[i][j] += q * xi * (j < STACK_INPUTS ? (double)x[j] : 1);
		}
	}
	for (int i = 0; i < WIDTH; i++) {
		step[i] += hold_of(f, i) * (w[i] - f->start[i]);
		h[i][i] += hold_of(f, i);
		for (int j = i + 1; j < WIDTH; j++)
			h[i][j] = h[j][i];
	}
	solve(h, step);
}

/* Newton's method on a convex function, with shorter steps where a whole one would go too far. */
static double fit(const struct fitting *f, double w[WIDTH])
{
	memcpy(w, f->start, WIDTH * sizeof *w);
	double now = cost_of(f, w);
	for (int round = 0; round < ROUNDS; round++) {
		double step[WIDTH], next[WIDTH], then = now, length = 2;
		newton(f, w, step);
		do {
			length /= 2;
			for (int i = 0; i < WIDTH; i++)
				next[i] = w[i] - length * step[i];
			then = cost_of(f, next);
		} while (!(then <= now) && length > 1e-9);
		if (!(then < now - 1e-9 * (1 + now)))
			break;
		memcpy(w, next, sizeof next);
		now = then;
	}
	return f->n ? loss_of(f, w) / (double)f->n : 0;
}

void stack_learn(const float *inputs, const uint8_t *label, size_t n, struct stack_fit *out)
{
	double start[WIDTH] = {0}, w[WIDTH];
	for (int i = 0; i < FRG_RULE_COUNT; i++)
		start[STACK_BUILT_IN + i] = (double)out->built_in[i];
	struct fitting f = {.inputs = inputs, .label = label, .n = n, .start = start};
	out->loss = fit(&f, w);
	for (int i = STACK_OWN; i <= STACK_SHARED; i++) /* worse than knowing nothing: then nothing it is */
		f.held[i] = w[i] < 0;
	if (f.held[STACK_OWN] || f.held[STACK_SHARED])
		out->loss = fit(&f, w);
	out->own = w[STACK_OWN] > 1e-6 ? (float)w[STACK_OWN] : 0;
	out->shared = w[STACK_SHARED] > 1e-6 ? (float)w[STACK_SHARED] : 0;
	for (int i = 0; i < FRG_RULE_COUNT; i++)
		out->built_in[i] = (float)w[STACK_BUILT_IN + i];
	out->bias = (float)w[WIDTH - 1];
}
