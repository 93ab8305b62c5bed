/* Exact binomial bounds, the search for a threshold, the watch over an open lane. */
#include "service/automatic/risk.h"

#include <math.h>

/* P(X <= bad), X binomial: summed from the largest term down, in logarithms, so that nothing underflows. */
static double at_most(int64_t n, int64_t bad, double p)
{
	if (bad >= n || p <= 0)
		return 1;
	if (p >= 1)
		return 0;
	if (bad == 0)
		return exp((double)n * log1p(-p));
	double ratio = log(p) - log1p(-p), sum = 0;
	double term = lgamma((double)n + 1) - lgamma((double)bad + 1) - lgamma((double)(n - bad) + 1) +
	              (double)bad * log(p) + (double)(n - bad) * log1p(-p);
	for (int64_t k = bad; k >= 0; k--) {
		double part = exp(term);
		sum += part;
		if (part < sum * 1e-17 && (double)k < p * (double)n)
			break; /* what follows is smaller still */
		term += log((double)k) - log((double)(n - k + 1)) - ratio;
	}
	return sum < 1 ? sum : 1;
}

/* Where `at_most` has come down to `share`. */
static double where(int64_t n, int64_t bad, double share)
{
	double low = 0, high = 1;
	for (int i = 0; i < 45; i++) {
		double middle = (low + high) / 2;
		if (at_most(n, bad, middle) > share)
			low = middle;
		else
			high = middle;
	}
	return high;
}

double risk_upper(int64_t n, int64_t bad, double confidence)
{
	return n <= 0 || bad >= n ? 1 : where(n, bad, 1 - confidence);
}

double risk_lower(int64_t n, int64_t bad, double confidence)
{
	return n <= 0 || bad <= 0 ? 0 : where(n, bad - 1, confidence);
}

/* ---- the threshold ---- */

static void count_up(const struct risk_case *cases, size_t count, struct risk_counts *out)
{
	*out = (struct risk_counts){0};
	for (size_t i = 0; i < count; i++) {
		int score = cases[i].score < 0 ? 0 : cases[i].score > RISK_SCALE ? RISK_SCALE : cases[i].score;
		int step = (score + RISK_STEP - 1) / RISK_STEP;
		out->n[step]++;
		out->bad[step] += cases[i].bad;
	}
	for (int s = 1; s < RISK_STEPS; s++) {
		out->n[s] += out->n[s - 1];
		out->bad[s] += out->bad[s - 1];
	}
}

/* The step with the best prospect; of equal ones the higher. */
static int best_step(const struct risk_counts *c, double confidence)
{
	int best = 0;
	double least = 2, bound = 1;
	for (int s = 0; s < RISK_STEPS; s++) {
		if (s == 0 || c->n[s] != c->n[s - 1])
			bound = risk_upper(c->n[s], c->bad[s], confidence);
		if (bound <= least) {
			least = bound;
			best = s;
		}
	}
	return best;
}

/* So many without an error certify the limit. */
static int64_t least_needed(double limit, double confidence)
{
	return (int64_t)ceil(log1p(-confidence) / log1p(-limit));
}

void risk_begin(struct risk_search *s, const struct risk_case *cases, size_t count, double confidence)
{
	struct risk_counts older;
	*s = (struct risk_search){.confidence = confidence, .count = count};
	count_up(cases, count / 2, &older);
	count_up(cases + count / 2, count - count / 2, &s->newer);
	s->begin = best_step(&older, confidence);
}

void risk_find(const struct risk_search *s, double limit, struct risk_threshold *out)
{
	const struct risk_counts *c = &s->newer;
	int64_t least = least_needed(limit, s->confidence);
	*out = (struct risk_threshold){.answer = RISK_FEW, .bound = 1};
	for (int at = s->begin; at < RISK_STEPS; at++) {
		double bound = risk_upper(c->n[at], c->bad[at], s->confidence);
		if (at > s->begin && bound > limit)
			break;
		out->n = c->n[at];
		out->bad = c->bad[at];
		out->bound = bound;
		if (bound > limit)
			break;
		out->answer = RISK_FOUND;
		out->threshold = at * RISK_STEP;
	}
	if (out->answer == RISK_FOUND)
		return;
	if (c->n[RISK_STEPS - 1] >= least)
		out->answer = RISK_HIGH;
	else
		out->needed = 2 * least - (int64_t)s->count;
}

/* ---- the watch ---- */

void risk_watch_begin(struct risk_watch *w, double limit) { *w = (struct risk_watch){.limit = limit}; }

void risk_watch_add(struct risk_watch *w, bool bad)
{
	double mean = 0;
	for (int i = 0; i < RISK_WATCHED; i++) {
		double other = w->limit * (double)(2 << i);
		other = other < 0.9 ? other : 0.9;
		double before = w->ratio[i] > 1 ? w->ratio[i] : 1; /* a beginning here is as good as what was lost */
		w->ratio[i] = before * (bad ? other / w->limit : (1 - other) / (1 - w->limit));
		mean += w->ratio[i] / RISK_WATCHED;
	}
	w->n++;
	w->bad += bad;
	w->alarmed = w->alarmed || mean >= RISK_ALARM;
}
