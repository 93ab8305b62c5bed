/* Learns a newsroom's own model from its decisions, on one thread, within a ceiling of memory. Knows neither where
 * decisions come from nor who wants the model. */
#include "learn/house.h"

#include "base/buf.h"

#include <math.h>
#include <stdlib.h>

enum { FOLDS = 4, COSTS = 4, TEXTS_LEAST = 3, TEXTS_MOST = 4096, COLUMNS_MOST = 60000, ABOUT_MOST = 4096 };
static const float costs[COSTS] = {0.05f, 0.25f, 1, 4};
static const float gains[FEATURE_GROUPS] = {1, 0.8f, 0.4f};

struct house {
	const struct frg_engine *engine;
	enum frg_lang lang;
	struct corpus corpus;
	uint8_t *label; /* rows × HOUSE_HEADS */
	float *z;       /* rows × FRG_RULE_COUNT: the built-in log odds */
	float *shared;  /* rows: what heads of rejection as such that had not seen the row say of it, once learned */
	size_t room;
};

/* A head while it is learned. */
struct making {
	struct house *h;
	size_t head;
	uint32_t *rows;
	uint8_t *label;  /* by row of the corpus */
	uint8_t *answer; /* by place in `rows` */
	float *inputs;   /* by place: the stack's */
	float *own;      /* by place: what heads that had not seen the row say of it, at the best cost */
	size_t n;
	float *weights;
	struct stack_fit fit;
};

static void *room(size_t count, size_t size)
{
	void *p = calloc(count + 1, size);
	if (!p)
		BUG("out of memory");
	return p;
}

void house_labels(bool rejected, unsigned rules, uint8_t out[HOUSE_HEADS])
{
	out[0] = rejected;
	for (size_t k = 1; k < HOUSE_HEADS; k++)
		out[k] = !rejected ? 0 : rules >> (k - 1) & 1 ? 1 : HOUSE_UNKNOWN;
}

struct house *house_open(const struct frg_engine *engine, enum frg_lang lang)
{
	struct house *h = room(1, sizeof *h);
	h->engine = engine;
	h->lang = lang;
	corpus_open(&h->corpus, review_house_measures(engine, lang));
	return h;
}

void house_close(struct house *h)
{
	if (!h)
		return;
	corpus_close(&h->corpus);
	free(h->label);
	free(h->z);
	free(h->shared);
	free(h);
}

size_t house_rows(const struct house *h) { return h->corpus.rows; }

enum frg_status house_add(struct house *h, struct frg_workspace *ws, const struct frg_input *in,
                          const uint8_t label[HOUSE_HEADS], bool *taken, struct frg_error *err)
{
	struct frg_review review;
	size_t row = h->corpus.rows;
	enum frg_status status = review_house_features(h->engine, ws, in, &review, err);
	*taken = status == FRG_OK && review.lang == h->lang && ws->features.count;
	if (!*taken)
		return status;
	if (row == h->room) {
		h->room = h->room ? h->room * 2 : 1024;
		h->label = realloc(h->label, h->room * HOUSE_HEADS);
		h->z = realloc(h->z, h->room * FRG_RULE_COUNT * sizeof *h->z);
		if (!h->label || !h->z)
			BUG("out of memory");
	}
	memcpy(h->label + row * HOUSE_HEADS, label, HOUSE_HEADS);
	if (!review.off_topic_known) /* without an article nobody can tell */
		h->label[row * HOUSE_HEADS + 1 + FRG_OFF_TOPIC] = HOUSE_UNKNOWN;
	house_builtin(review.score, review.off_topic_known, h->z + row * FRG_RULE_COUNT);
	corpus_add(&h->corpus, &ws->features);
	return status;
}

/* ---- learning ---- */

/* Grams of few texts are left out: they teach little, and nobody's own words shall be found in a model. The more
 * texts, the more of them a gram must stand in, so that the model has a ceiling. */
static size_t least_texts(const struct corpus *c)
{
	size_t *with = room(TEXTS_MOST + 1, sizeof *with), least = TEXTS_MOST, sum = 0;
	for (size_t i = 0; i < c->gram_count; i++)
		with[c->grams[i].texts < TEXTS_MOST ? c->grams[i].texts : TEXTS_MOST]++;
	for (size_t k = TEXTS_MOST; k >= TEXTS_LEAST && sum + with[k] <= COLUMNS_MOST; k--) {
		sum += with[k];
		least = k;
	}
	free(with);
	return least;
}

/* Stretches of neighbours, with equal shares of both kinds. */
static void deal(const struct making *m, uint8_t *fold)
{
	size_t seen[2] = {0}, all[2] = {0};
	for (size_t i = 0; i < m->n; i++)
		all[m->answer[i]]++;
	for (size_t i = 0; i < m->n; i++)
		fold[i] = (uint8_t)(seen[m->answer[i]]++ * FOLDS / all[m->answer[i]]);
}

struct steps {
	house_progress *progress;
	void *ctx;
	size_t done, all;
};

static bool step(struct steps *s) { return s->progress(s->ctx, ++s->done, s->all); }

/* Learns a head and moves its constant so that it says 0 of these rows on average: what is held back strongly has
 * another constant with each share of the rows, and the stack would take that for a difference between texts. */
static void learn_centred(const struct making *m, const uint32_t *rows, size_t n, float cost, float *w)
{
	const struct corpus *c = &m->h->corpus;
	double sum = 0;
	linear_learn(c, rows, n, m->label, NULL, cost, w);
	for (size_t i = 0; i < n; i++)
		sum += (double)linear_score(c, w, rows[i]);
	w[c->columns + c->dense_count] -= n ? (float)(sum / (double)n) : 0;
}

/* What heads that had not seen a row say of it: the stack's first input. */
static bool validate(struct making *m, const uint8_t *fold, float cost, struct steps *steps)
{
	const struct corpus *c = &m->h->corpus;
	uint32_t *rows = room(m->n, sizeof *rows);
	float *w = room(c->columns + c->dense_count + 1, sizeof *w);
	bool go_on = true;
	for (size_t f = 0; f < FOLDS && go_on; f++) {
		size_t n = 0;
		for (size_t i = 0; i < m->n; i++)
			if (fold[i] != f)
				rows[n++] = m->rows[i];
		learn_centred(m, rows, n, cost, w);
		for (size_t i = 0; i < m->n; i++)
			if (fold[i] == f)
				m->inputs[i * STACK_INPUTS] = linear_score(c, w, m->rows[i]);
		go_on = step(steps);
	}
	free(rows);
	free(w);
	return go_on;
}

/* Where the stack is held: at the built-in score of the rule itself; a rejection as such has none of its own. */
static void hold(struct making *m, struct stack_fit *fit)
{
	*fit = (struct stack_fit){0};
	if (m->head)
		fit->built_in[m->head - 1] = 1;
	for (int r = 0; r <= FRG_OFF_TOPIC && m->head == 0; r++)
		fit->built_in[r] = 0.3f;
}

static int falling(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	return x > y ? -1 : x < y;
}

/* Scores keep the scale that thresholds, lanes and other programs were set by: the constant is moved until as many
 * comments reach one half as by the built-in score, but at least as many as were rejected. How often the newsroom
 * really rejects such comments is the rejection head's to say, and it is not moved. */
static void keep_scale(struct making *m)
{
	float *now = room(m->n, sizeof *now);
	size_t flagged = 0, rejected = 0;
	for (size_t i = 0; i < m->n; i++) {
		const float *z = m->inputs + i * STACK_INPUTS + STACK_BUILT_IN;
		flagged += z[m->head - 1] >= 0;
		rejected += m->answer[i];
		now[i] = m->fit.own * m->own[i] + m->fit.shared * z[STACK_SHARED - STACK_BUILT_IN] + m->fit.bias;
		for (int r = 0; r < FRG_RULE_COUNT; r++)
			now[i] += m->fit.built_in[r] * z[r];
	}
	qsort(now, m->n, sizeof *now, falling);
	size_t most = flagged > rejected ? flagged : rejected; /* never all: some were released, some not flagged */
	if (most && most < m->n)
		m->fit.bias -= (now[most - 1] + now[most]) / 2;
	free(now);
}

static bool learn_head(struct making *m, struct steps *steps)
{
	uint8_t *fold = room(m->n, 1);
	float best_cost = costs[0];
	bool go_on = true;
	deal(m, fold);
	for (size_t i = 0; i < m->n && m->head; i++)
		m->inputs[i * STACK_INPUTS + STACK_SHARED] = m->h->shared[m->rows[i]];
	for (int k = 0; k < COSTS && go_on; k++) {
		struct stack_fit fit;
		hold(m, &fit);
		go_on = validate(m, fold, costs[k], steps);
		if (!go_on)
			break;
		stack_learn(m->inputs, m->answer, m->n, &fit);
		if (k == 0 || fit.loss < m->fit.loss) {
			m->fit = fit;
			best_cost = costs[k];
			for (size_t i = 0; i < m->n; i++)
				m->own[i] = m->inputs[i * STACK_INPUTS];
		}
	}
	if (go_on && m->head)
		keep_scale(m);
	for (size_t i = 0; i < m->n && go_on && m->head == 0; i++) /* it knows every row */
		m->h->shared[m->rows[i]] = m->own[i];
	if (go_on) {
		learn_centred(m, m->rows, m->n, best_cost, m->weights);
		go_on = step(steps);
	}
	free(fold);
	return go_on;
}

static void free_making(struct making *m)
{
	free(m->rows);
	free(m->label);
	free(m->answer);
	free(m->inputs);
	free(m->own);
	free(m->weights);
}

/* False: too few examples. */
static bool prepare(struct house *h, size_t head, struct making *m)
{
	size_t rows = h->corpus.rows, positives = 0;
	*m = (struct making){.h = h,
	                     .head = head,
	                     .rows = room(rows, sizeof *m->rows),
	                     .label = room(rows, 1),
	                     .answer = room(rows, 1),
	                     .own = room(rows, sizeof *m->own),
	                     .inputs = room(rows * STACK_INPUTS, sizeof *m->inputs)};
	for (size_t r = 0; r < rows; r++) {
		m->label[r] = h->label[r * HOUSE_HEADS + head];
		if (m->label[r] == HOUSE_UNKNOWN)
			continue;
		positives += m->label[r];
		m->answer[m->n] = m->label[r];
		memcpy(m->inputs + m->n * STACK_INPUTS + STACK_BUILT_IN, h->z + r * FRG_RULE_COUNT,
		       FRG_RULE_COUNT * sizeof *h->z);
		m->rows[m->n++] = (uint32_t)r;
	}
	if (positives >= HOUSE_LEARNED_LEAST && m->n - positives >= HOUSE_LEARNED_LEAST)
		return true;
	free_making(m);
	return false;
}

/* A head's logit with its share of what all rejections taught: both are linear, so one head holds both. */
static void combine(struct making *m, const struct making *shared)
{
	const struct corpus *c = &m->h->corpus;
	for (size_t i = 0; i < c->columns + c->dense_count + 1; i++) {
		m->weights[i] *= m->fit.own;
		if (m->head && shared->head == 0)
			m->weights[i] += m->fit.shared * shared->weights[i];
	}
}

static str write_model(struct house *h, struct making *making, size_t count)
{
	struct model_head heads[HOUSE_HEADS] = {0};
	const float *weights[HOUSE_HEADS];
	float stack[HOUSE_HEADS][FRG_RULE_COUNT];
	struct buf about = BUF_INIT(ABOUT_MOST);
	buf_printf(&about, "made from\t%zu decisions\n", h->corpus.rows);
	for (size_t i = count; i-- > 0;) /* the first, of all rejections, last */
		combine(&making[i], &making[0]);
	for (size_t i = 0; i < count; i++) {
		const struct making *m = &making[i];
		str name = str_of(house_head_name(m->head));
		memcpy(heads[i].name, name.p, name.n);
		heads[i].calibration[0] = 1;
		heads[i].calibration[1] = m->fit.bias;
		heads[i].threshold = 0.5f;
		heads[i].trained_on = (uint32_t)m->n;
		weights[i] = m->weights;
		memcpy(stack[i], m->fit.built_in, sizeof stack[i]);
	}
	struct model_parts parts = {.lang = h->lang,
	                            .about = buf_str(&about),
	                            .heads = heads,
	                            .head_count = count,
	                            .weights = weights,
	                            .corpus = &h->corpus,
	                            .stack = stack[0],
	                            .base = engine_learned(h->engine, h->lang)->model.id};
	str model = writer_model(&parts);
	buf_free(&about);
	return model;
}

enum frg_status house_learn(struct house *h, unsigned wanted, house_progress *progress, void *ctx, str *model,
                            unsigned *learned, struct frg_error *err)
{
	struct making making[HOUSE_HEADS];
	struct corpus *c = &h->corpus;
	struct steps steps = {.progress = progress, .ctx = ctx};
	size_t count = 0;
	bool go_on = true;
	*learned = 0;
	for (size_t k = 0; k < HOUSE_HEADS; k++)
		if ((wanted >> k & 1) && prepare(h, k, &making[count]))
			*learned |= 1u << making[count++].head;
	if (!count)
		return frg_fail(err, FRG_NOT_FOUND, "learning_too_few", "too few rejections to learn from");
	h->shared = room(c->rows, sizeof *h->shared);
	corpus_finish(c, least_texts(c), gains, MODEL_MEASURE_GAIN);
	steps.all = count * (FOLDS * COSTS + 1);
	for (size_t i = 0; i < count && go_on; i++) {
		making[i].weights = room(c->columns + c->dense_count + 1, sizeof(float));
		go_on = learn_head(&making[i], &steps);
	}
	if (go_on)
		*model = write_model(h, making, count);
	for (size_t i = 0; i < count; i++)
		free_making(&making[i]);
	return go_on ? FRG_OK : frg_fail(err, FRG_UNAVAILABLE, "learning_stopped", "stopped");
}
