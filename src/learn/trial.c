/* Compares two models on the same decisions, in pairs. Knows neither texts nor models. */
#include "learn/house.h"

#include <math.h>
#include <stdlib.h>

enum { RESAMPLES = 1000 };

struct trial {
	float *p[2]; /* n × HOUSE_HEADS */
	uint8_t *label, *flagged[2];
	size_t n, room;
};

struct trial *trial_open(void)
{
	struct trial *t = calloc(1, sizeof *t);
	if (!t)
		BUG("out of memory");
	return t;
}

void trial_close(struct trial *t)
{
	if (!t)
		return;
	for (int i = 0; i < 2; i++) {
		free(t->p[i]);
		free(t->flagged[i]);
	}
	free(t->label);
	free(t);
}

/* Who has learned no rejection as such is taken at the word of its rules: any of them. */
static void scores_of(const struct frg_review *r, float *out, uint8_t *flagged)
{
	float none = 1;
	for (size_t k = 1; k < HOUSE_HEADS; k++) {
		out[k] = r->score[k - 1];
		flagged[k] = r->over[k - 1];
		if (k - 1 != FRG_OFF_TOPIC || r->off_topic_known)
			none *= 1 - r->score[k - 1];
	}
	flagged[0] = r->suggestion != FRG_SUGGEST_RELEASE;
	out[0] = r->rejection_known ? r->rejection : 1 - none;
}

static void *grown(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p)
		BUG("out of memory");
	return p;
}

void trial_add(struct trial *t, const struct frg_review *before, const struct frg_review *after,
               const uint8_t label[HOUSE_HEADS])
{
	const struct frg_review *of[2] = {before, after};
	size_t at = t->n * HOUSE_HEADS;
	if (t->n == t->room) {
		t->room = t->room ? t->room * 2 : 512;
		for (int i = 0; i < 2; i++) {
			t->p[i] = grown(t->p[i], t->room * HOUSE_HEADS * sizeof(float));
			t->flagged[i] = grown(t->flagged[i], t->room * HOUSE_HEADS);
		}
		t->label = grown(t->label, t->room * HOUSE_HEADS);
	}
	for (int i = 0; i < 2; i++)
		scores_of(of[i], t->p[i] + at, t->flagged[i] + at);
	memcpy(t->label + at, label, HOUSE_HEADS);
	if (!before->off_topic_known) /* without an article nobody can tell */
		t->label[at + 1 + FRG_OFF_TOPIC] = HOUSE_UNKNOWN;
	t->n++;
}

/* ---- share of pairs in the right order, for samples of the rows ---- */

struct ordered {
	float p;
	uint32_t row;
	uint8_t label;
};
struct order {
	struct ordered *items; /* by p */
	size_t n;
};

static int by_p(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;
	if (x->p != y->p)
		return x->p < y->p ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static void order_head(const struct trial *t, size_t head, int which, struct order *o)
{
	o->items = malloc((t->n + 1) * sizeof *o->items);
	if (!o->items)
		BUG("out of memory");
	o->n = 0;
	for (size_t r = 0; r < t->n; r++) {
		uint8_t label = t->label[r * HOUSE_HEADS + head];
		if (label != HOUSE_UNKNOWN)
			o->items[o->n++] = (struct ordered){t->p[which][r * HOUSE_HEADS + head], (uint32_t)r, label};
	}
	qsort(o->items, o->n, sizeof *o->items, by_p);
}

/* Row r counts times[r]; equal scores count half. *positives: of the sample. */
static double auc_of(const struct order *o, const uint16_t *times, double *positives)
{
	double below = 0, right = 0, pos = 0;
	for (size_t i = 0; i < o->n;) {
		double yes = 0, no = 0;
		size_t end = i;
		for (; end < o->n && o->items[end].p == o->items[i].p; end++)
			*(o->items[end].label ? &yes : &no) += times[o->items[end].row];
		right += yes * (below + no / 2);
		below += no;
		pos += yes;
		i = end;
	}
	*positives = pos;
	return pos > 0 && below > 0 ? right / (pos * below) : 0.5;
}

/* The heads' mean, weighted by their rejections. */
static void overall(struct order orders[HOUSE_HEADS][2], unsigned heads, const uint16_t *times, double out[2])
{
	double sum[2] = {0}, weight = 0;
	for (size_t k = 0; k < HOUSE_HEADS; k++) {
		double positives = 0;
		for (int i = 0; i < 2 && (heads >> k & 1); i++)
			sum[i] += auc_of(&orders[k][i], times, &positives) * positives;
		weight += positives;
	}
	for (int i = 0; i < 2; i++)
		out[i] = weight > 0 ? sum[i] / weight : 0.5;
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static void bootstrap(const struct trial *t, struct order orders[HOUSE_HEADS][2], unsigned heads,
                      struct trial_result *out)
{
	uint16_t *times = calloc(t->n + 1, sizeof *times);
	double gain[RESAMPLES], both[2];
	uint64_t state = UINT64_C(88172645463325252);
	if (!times)
		BUG("out of memory");
	for (int s = 0; s < RESAMPLES; s++) {
		memset(times, 0, t->n * sizeof *times);
		for (size_t i = 0; i < t->n; i++)
			times[(next_random(&state) >> 11) % t->n]++;
		overall(orders, heads, times, both);
		gain[s] = both[1] - both[0];
	}
	qsort(gain, RESAMPLES, sizeof *gain, by_value);
	out->low = gain[RESAMPLES / 40];
	out->high = gain[RESAMPLES - 1 - RESAMPLES / 40];
	for (size_t i = 0; i < t->n; i++)
		times[i] = 1;
	overall(orders, heads, times, out->auc);
	free(times);
}

/* ---- one head ---- */

/* Mean log loss with the constant that serves these scores best: how often a newsroom rejects is not what tells two
 * models apart. */
static double aligned_loss(const struct order *o)
{
	double shift = 0, loss = 0;
	for (int round = 0; round < 50; round++) { /* Newton's method; the slope is never steeper than the steps allow */
		double g = 0, h = 1e-9;
		for (size_t i = 0; i < o->n; i++) {
			double p = 1 / (1 + exp(-((double)house_odds(o->items[i].p) + shift)));
			g += p - o->items[i].label;
			h += p * (1 - p);
		}
		double step = g / h;
		step = step > 1 ? 1 : step < -1 ? -1 : step;
		shift -= step;
		if (fabs(step) < 1e-6)
			break;
	}
	for (size_t i = 0; i < o->n; i++) {
		double z = (double)house_odds(o->items[i].p) + shift;
		loss += log1p(exp(o->items[i].label ? -z : z));
	}
	return o->n ? loss / (double)o->n : 0;
}

static void measure_head(const struct trial *t, size_t head, struct order orders[2], struct trial_head *out)
{
	out->n = orders[0].n;
	for (int i = 0; i < 2; i++) {
		double hits = 0;
		size_t positives = 0;
		for (size_t k = 0; k < orders[i].n; k++) {
			const struct ordered *o = &orders[i].items[k];
			bool flagged = t->flagged[i][o->row * HOUSE_HEADS + head];
			positives += o->label;
			hits += flagged && o->label;
			out->flagged[i] += flagged;
		}
		out->positives = positives;
		out->precision[i] = out->flagged[i] ? hits / (double)out->flagged[i] : 0;
		out->recall[i] = positives ? hits / (double)positives : 0;
	}
	out->measured = out->positives > 0 && out->positives < out->n;
	for (int i = 0; i < 2 && out->measured; i++)
		out->loss[i] = aligned_loss(&orders[i]);
}

struct trial_result trial_judge(const struct trial *t, unsigned heads)
{
	struct trial_result out = {.n = t->n};
	struct order orders[HOUSE_HEADS][2] = {{{0}}};
	uint16_t *once = malloc((t->n + 1) * sizeof *once);
	double rows = 0, ignored;
	unsigned measured = 0;
	if (!once)
		BUG("out of memory");
	for (size_t i = 0; i < t->n; i++)
		once[i] = 1;
	for (size_t k = 0; k < HOUSE_HEADS; k++) {
		if (!(heads >> k & 1))
			continue;
		struct trial_head *h = &out.head[k];
		for (int i = 0; i < 2; i++)
			order_head(t, k, i, &orders[k][i]);
		measure_head(t, k, orders[k], h);
		measured |= h->measured ? 1u << k : 0;
		for (int i = 0; i < 2; i++)
			h->auc[i] = auc_of(&orders[k][i], once, &ignored);
		if (!h->measured)
			continue;
		for (int i = 0; i < 2; i++)
			out.loss[i] += h->loss[i] * (double)h->n;
		rows += (double)h->n;
	}
	for (int i = 0; i < 2; i++)
		out.loss[i] = rows > 0 ? out.loss[i] / rows : 0;
	if (measured)
		bootstrap(t, orders, measured, &out);
	out.better = measured && out.low > 0 && out.loss[1] <= out.loss[0];
	for (size_t k = 0; k < HOUSE_HEADS; k++)
		for (int i = 0; i < 2; i++)
			free(orders[k][i].items);
	free(once);
	return out;
}
