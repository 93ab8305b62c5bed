/* Measures scores against labels, chooses thresholds, calibrates. Knows no texts. */
#include "learn/learn.h"

#include <math.h>
#include <stdlib.h>

struct scored {
	float p;
	uint8_t label;
};

static int by_score(const void *a, const void *b)
{
	float x = ((const struct scored *)a)->p, y = ((const struct scored *)b)->p;
	return x < y ? -1 : x > y;
}

static struct scored *sorted(const float *p, const uint8_t *label, size_t n)
{
	struct scored *s = malloc((n + 1) * sizeof *s);
	if (!s)
		BUG("out of memory");
	for (size_t i = 0; i < n; i++)
		s[i] = (struct scored){p[i], label[i]};
	qsort(s, n, sizeof *s, by_score);
	return s;
}

/* Share of pairs in the right order; equal scores count half. */
static double auc_of(const struct scored *s, size_t n, size_t positives)
{
	double ranks = 0;
	for (size_t i = 0; i < n;) {
		size_t end = i, hits = 0;
		for (; end < n && s[end].p == s[i].p; end++)
			hits += s[end].label;
		ranks += (double)hits * ((double)(i + end + 1) / 2);
		i = end;
	}
	double pairs = (double)positives * (double)(n - positives);
	return pairs > 0 ? (ranks - (double)positives * ((double)positives + 1) / 2) / pairs : 0;
}

/* Mean distance of probability and frequency over ten equal intervals, weighted by their size. */
static double ece_of(const float *p, const uint8_t *label, size_t n)
{
	enum { BINS = 10 };
	double sum[BINS] = {0}, hits[BINS] = {0}, error = 0;
	for (size_t i = 0; i < n; i++) {
		int b = (int)(p[i] * BINS);
		b = b < 0 ? 0 : b >= BINS ? BINS - 1 : b;
		sum[b] += (double)p[i];
		hits[b] += label[i];
	}
	for (int b = 0; b < BINS; b++)
		error += fabs(sum[b] - hits[b]);
	return n ? error / (double)n : 0;
}

static double f1_of(double tp, double fp, double fn) { return tp > 0 ? 2 * tp / (2 * tp + fp + fn) : 0; }

struct measures measure(const float *p, const uint8_t *label, size_t n, float threshold)
{
	struct measures m = {.n = n};
	double tp = 0, fp = 0, fn = 0, tn = 0;
	for (size_t i = 0; i < n; i++) {
		bool yes = p[i] >= threshold;
		tp += yes && label[i];
		fp += yes && !label[i];
		fn += !yes && label[i];
		tn += !yes && !label[i];
	}
	m.positives = (size_t)(tp + fn);
	m.accuracy = n ? (tp + tn) / (double)n : 0;
	m.f1 = f1_of(tp, fp, fn);
	m.macro_f1 = (m.f1 + f1_of(tn, fn, fp)) / 2;
	m.precision = tp + fp > 0 ? tp / (tp + fp) : 0;
	m.recall = tp + fn > 0 ? tp / (tp + fn) : 0;
	struct scored *s = sorted(p, label, n);
	m.auc = auc_of(s, n, m.positives);
	free(s);
	m.ece = ece_of(p, label, n);
	return m;
}

static double worth(enum objective o, double tp, double fp, double fn, double tn)
{
	if (o == OBJECTIVE_ACCURACY)
		return (tp + tn) / (tp + tn + fp + fn);
	if (o == OBJECTIVE_F1)
		return f1_of(tp, fp, fn);
	return (f1_of(tp, fp, fn) + f1_of(tn, fn, fp)) / 2;
}

float measure_threshold(const float *p, const uint8_t *label, size_t n, enum objective objective)
{
	if (n == 0)
		return 0.5f;
	struct scored *s = sorted(p, label, n);
	double *value = malloc((n + 1) * sizeof *value), tp = 0, fp = 0, fn = 0, tn = 0, best = -1, run = 0;
	if (!value)
		BUG("out of memory");
	for (size_t i = 0; i < n; i++) {
		tp += s[i].label;
		fp += !s[i].label;
	}
	for (size_t i = 0; i <= n; i++) { /* everything from i on is positive */
		value[i] = worth(objective, tp, fp, fn, tn);
		if (i < n) {
			tp -= s[i].label;
			fn += s[i].label;
			fp -= !s[i].label;
			tn += !s[i].label;
		}
	}
	size_t half = n / 60 + 1, at = n / 2; /* a peak of one text is luck: look at stretches */
	for (size_t i = 0; i <= n; i++) {
		run += value[i];
		if (i < 2 * half)
			continue;
		if (i > 2 * half)
			run -= value[i - 2 * half - 1];
		if (run > best) {
			best = run;
			at = i - half;
		}
	}
	float threshold = at == 0 ? s[0].p : at >= n ? s[n - 1].p + 1e-6f : (s[at - 1].p + s[at].p) / 2;
	free(value);
	free(s);
	return threshold;
}

void measure_calibrate(const float *logit, const uint8_t *label, const float *weight, size_t n, float out[2])
{
	double pos = 0, neg = 0, a = 1, b = 0;
	for (size_t i = 0; i < n; i++)
		*(label[i] ? &pos : &neg) += weight ? (double)weight[i] : 1;
	double high = (pos + 1) / (pos + 2), low = 1 / (neg + 2);
	for (int round = 0; round < 50; round++) { /* Newton on two variables, slightly damped */
		double ga = 0, gb = 0, haa = 1e-6, hbb = 1e-6, hab = 0;
		for (size_t i = 0; i < n; i++) {
			double x = (double)logit[i], p = 1 / (1 + exp(-(a * x + b))), w = weight ? (double)weight[i] : 1;
			double d = w * (p - (label[i] ? high : low)), h = w * p * (1 - p);
			ga += d * x;
			gb += d;
			haa += h * x * x;
			hab += h * x;
			hbb += h;
		}
		double det = haa * hbb - hab * hab;
		if (det < 1e-12 || (fabs(ga) < 1e-7 && fabs(gb) < 1e-7))
			break;
		double da = (hbb * ga - hab * gb) / det, db = (haa * gb - hab * ga) / det;
		double most = fmax(fabs(da), fabs(db)), damp = most > 1 ? 1 / most : 1;
		a -= damp * da;
		b -= damp * db;
	}
	out[0] = isfinite(a) && a > 0.01 ? (float)a : 1;
	out[1] = isfinite(b) ? (float)b : 0;
}
