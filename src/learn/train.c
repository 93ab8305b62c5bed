/* What a newsroom runs on its own archive: reads labelled texts, learns one head a label, chooses cost and
 * threshold by cross-validation on these texts alone, reports, and returns a model file. */
#include "learn/learn.h"

#include "base/buf.h"
#include "learn/jobs.h"
#include "review/inner.h"
#include "text/utf8.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FOLDS = 5, COSTS = 3, LEAST_ROWS = 20, LEAST_EACH = 5, VALUES_MOST = 12, ABOUT_MOST = 1 << 16 };
enum { UNKNOWN = 2 }; /* a label that is blank */
static const float costs[COSTS] = {0.5f, 2, 8};
static const float gains[FEATURE_GROUPS] = {1, 0.8f, 0.4f};

struct head {
	struct model_head out;
	uint8_t *label; /* by row: 0, 1 or UNKNOWN */
	uint32_t *rows;
	size_t n;
	float *weights;
};

struct training {
	const struct train_options *o;
	struct frg_error *err;
	enum frg_lang lang;
	const struct model *base; /* the built-in model of this language */
	struct corpus corpus;
	str *values; /* rows × labels, in `arena` */
	size_t values_room;
	size_t seen_by[MODEL_HEADS]; /* texts that a head of the base model was trained on */
	struct arena *arena;
	struct head heads[MODEL_HEADS];
	size_t head_count;
	struct buf about;
};

static void say(struct training *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void say(struct training *t, const char *fmt, ...)
{
	char line[256];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	buf_add(&t->about, str_of(line));
	buf_byte(&t->about, '\n');
	if (t->o->report)
		t->o->report(t->o->ctx, line);
}

static void progress(struct training *t, const char *step, size_t done, size_t all)
{
	if (t->o->progress)
		t->o->progress(t->o->ctx, step, done, all);
}

/* ---- reading ---- */

static enum frg_status add_text(struct training *t, const struct frg_engine *engine, struct frg_workspace *ws, str text)
{
	struct frg_input in = {.text = text, .lang = t->lang};
	if (in.text.n > FRG_TEXT_MAX)
		in.text.n = utf8_floor(in.text, FRG_TEXT_MAX);
	enum frg_status status = review_features(engine, ws, &in, t->err);
	if (status != FRG_OK)
		return status;
	uint64_t seen = model_saw(t->base, features_text_id(&ws->text));
	for (size_t i = 0; i < t->base->heads; i++)
		t->seen_by[i] += seen >> i & 1;
	corpus_add(&t->corpus, &ws->features);
	return status;
}

static void keep_values(struct training *t, const struct table *table, const size_t *columns, size_t row)
{
	size_t k = t->o->label_count, at = t->corpus.rows * k;
	if (at + k > t->values_room) {
		t->values_room = (at + k) * 2 + 1024;
		t->values = realloc(t->values, t->values_room * sizeof *t->values);
		if (!t->values)
			BUG("out of memory");
	}
	for (size_t i = 0; i < k; i++)
		t->values[at + i] = arena_str(t->arena, str_trim(table_cell(table, row, columns[i])));
}

static enum frg_status column_of(const struct table *table, str name, const char *path, size_t *out,
                                 struct frg_error *err)
{
	*out = table_column(table, name);
	if (*out == SIZE_MAX)
		return frg_fail(err, FRG_INVALID, "table_column", "%s has no column '%.*s'", path, STR_ARG(name));
	return FRG_OK;
}

/* The language that most of the first texts are written in, unless it was named. */
static enum frg_status find_lang(struct training *t, struct frg_workspace *ws)
{
	enum { LOOKED_AT = 300 };
	struct table table;
	size_t text, english = 0, seen = 0;
	t->lang = t->o->lang;
	if (t->lang != FRG_LANG_AUTO)
		return FRG_OK;
	enum frg_status status = table_open(&table, t->o->data[0], t->err);
	if (status != FRG_OK)
		return status;
	status = column_of(&table, t->o->text, t->o->data[0], &text, t->err);
	for (; seen < table.rows && seen < LOOKED_AT && status == FRG_OK; seen++) {
		str s = table_cell(&table, seen, text);
		text_read(&ws->text, s.n <= FRG_TEXT_MAX && utf8_invalid(s) == SIZE_MAX ? s : STR_NONE);
		english += text_lang(&ws->text, FRG_LANG_DE) == FRG_LANG_EN;
	}
	t->lang = english * 2 > seen ? FRG_LANG_EN : FRG_LANG_DE;
	table_close(&table);
	if (status == FRG_OK)
		say(t, "the texts are read as %s (--lang says otherwise)", t->lang == FRG_LANG_EN ? "English" : "German");
	return status;
}

static enum frg_status read_table(struct training *t, const struct frg_engine *engine, struct frg_workspace *ws,
                                  const char *path)
{
	struct table table;
	size_t text = 0, columns[MODEL_HEADS] = {0};
	enum frg_status status = table_open(&table, path, t->err);
	if (status != FRG_OK)
		return status;
	status = column_of(&table, t->o->text, path, &text, t->err);
	for (size_t i = 0; i < t->o->label_count && status == FRG_OK; i++)
		status = column_of(&table, t->o->label[i], path, &columns[i], t->err);
	for (size_t r = 0; r < table.rows && status == FRG_OK; r++) {
		bool labelled = false;
		for (size_t i = 0; i < t->o->label_count; i++)
			labelled = labelled || str_trim(table_cell(&table, r, columns[i])).n;
		if (r % 200 == 0)
			progress(t, "reading", r, table.rows);
		if (!labelled)
			continue;
		keep_values(t, &table, columns, r);
		status = add_text(t, engine, ws, table_cell(&table, r, text));
		if (status != FRG_OK)
			frg_fail(t->err, status, "table_text", "%s, row %zu: the text is not UTF-8", path, r + 1);
	}
	progress(t, "reading", table.rows, table.rows);
	table_close(&table);
	return status;
}

/* ---- labels ---- */

static bool among(str v, const str *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v, list[i]))
			return true;
	return false;
}

static bool is_yes(str v)
{
	return str_eq(v, STR("1")) || str_eq_nocase(v, STR("true")) || str_eq_nocase(v, STR("yes")) ||
	       str_eq_nocase(v, STR("ja"));
}
static bool is_no(str v)
{
	return str_eq(v, STR("0")) || str_eq_nocase(v, STR("false")) || str_eq_nocase(v, STR("no")) ||
	       str_eq_nocase(v, STR("nein"));
}

static str value_of(const struct training *t, size_t row, size_t column)
{
	return t->values[row * t->o->label_count + column];
}

/* One head: rows whose value is among `yes` (or says yes, if there are none) are positive. */
static enum frg_status add_head(struct training *t, size_t column, str name, const str *yes, size_t yes_count)
{
	if (t->head_count == MODEL_HEADS)
		return frg_fail(t->err, FRG_TOO_LARGE, "labels", "more than %d labels or values", MODEL_HEADS);
	if (name.n >= MODEL_NAME)
		return frg_fail(t->err, FRG_INVALID, "label_name", "a label's name has at most %d bytes", MODEL_NAME - 1);
	struct head *h = &t->heads[t->head_count++];
	size_t positives = 0;
	memcpy(h->out.name, name.p, name.n);
	for (size_t i = 0, n = 0; i < yes_count && n + yes[i].n + 2 < MODEL_NAME; i++) {
		n += (size_t)snprintf(h->out.positive + n, MODEL_NAME - n, "%s%.*s", i ? "," : "", STR_ARG(yes[i]));
	}
	h->label = malloc(t->corpus.rows + 1);
	h->rows = malloc((t->corpus.rows + 1) * sizeof *h->rows);
	if (!h->label || !h->rows)
		BUG("out of memory");
	for (size_t r = 0; r < t->corpus.rows; r++) {
		str v = value_of(t, r, column);
		h->label[r] = v.n == 0 ? UNKNOWN : yes_count ? among(v, yes, yes_count) : is_yes(v);
		if (h->label[r] != UNKNOWN)
			h->rows[h->n++] = (uint32_t)r;
		positives += h->label[r] == 1;
	}
	h->out.trained_on = (uint32_t)h->n;
	if (h->n < LEAST_ROWS || positives < LEAST_EACH || h->n - positives < LEAST_EACH)
		return frg_fail(t->err, FRG_INVALID, "too_few_rows",
		                "label '%s': %zu texts, %zu of them positive: at least %d, and %d of each kind, are needed%s",
		                h->out.name, h->n, positives, LEAST_ROWS, LEAST_EACH,
		                positives ? "" : " (does --positive name the right value?)");
	return FRG_OK;
}

static enum frg_status heads_of_column(struct training *t, size_t column)
{
	str seen[VALUES_MOST];
	size_t n = 0;
	bool binary = true;
	if (t->o->positive_count)
		return add_head(t, column, t->o->label[column], t->o->positive, t->o->positive_count);
	for (size_t r = 0; r < t->corpus.rows; r++) {
		str v = value_of(t, r, column);
		if (!v.n || among(v, seen, n))
			continue;
		if (n == VALUES_MOST)
			return frg_fail(t->err, FRG_INVALID, "too_many_values",
			                "label '%.*s' has more than %d values: name the positive ones by --positive",
			                STR_ARG(t->o->label[column]), VALUES_MOST);
		seen[n++] = v;
		binary = binary && (is_yes(v) || is_no(v));
	}
	if (binary)
		return add_head(t, column, t->o->label[column], NULL, 0);
	enum frg_status status = FRG_OK;
	for (size_t i = 0; i < n && status == FRG_OK; i++) {
		char name[MODEL_NAME * 2];
		snprintf(name, sizeof name, "%.*s=%.*s", STR_ARG(t->o->label[column]), STR_ARG(seen[i]));
		status = add_head(t, column, str_of(name), &seen[i], 1);
	}
	return status;
}

/* ---- cross-validation ---- */

struct validation {
	const struct training *t;
	const struct head *h;
	const uint8_t *fold; /* by place in h->rows */
	float *logit[COSTS];
};

static void validate_fold(void *ctx, size_t number)
{
	const struct validation *v = ctx;
	const struct corpus *c = &v->t->corpus;
	size_t fold = number / COSTS, cost = number % COSTS, n = 0;
	uint32_t *rows = malloc((v->h->n + 1) * sizeof *rows);
	float *w = malloc((c->columns + c->dense_count + 1) * sizeof *w);
	if (!rows || !w)
		BUG("out of memory");
	for (size_t i = 0; i < v->h->n; i++)
		if (v->fold[i] != fold)
			rows[n++] = v->h->rows[i];
	linear_learn(c, rows, n, v->h->label, NULL, costs[cost], w);
	for (size_t i = 0; i < v->h->n; i++)
		if (v->fold[i] == fold)
			v->logit[cost][i] = linear_score(c, w, v->h->rows[i]);
	free(rows);
	free(w);
}

/* Folds of equal shares of both kinds, in the order given: neighbours, who may answer one another, stay
 * together in stretches. */
static void deal(const struct head *h, uint8_t *fold)
{
	size_t seen[2] = {0}, all[2] = {0};
	for (size_t i = 0; i < h->n; i++)
		all[h->label[h->rows[i]]]++;
	for (size_t i = 0; i < h->n; i++) {
		unsigned k = h->label[h->rows[i]];
		fold[i] = (uint8_t)(seen[k]++ * FOLDS / all[k]);
	}
}

static double log_loss(const float *p, const uint8_t *label, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum -= log((double)(label[i] ? p[i] : 1 - p[i]) + 1e-9);
	return n ? sum / (double)n : 0;
}

/* Chooses cost, calibration and threshold of one head from texts that the fold's model had not seen. */
static float choose(struct training *t, struct head *h)
{
	struct validation v = {.t = t, .h = h};
	uint8_t *fold = malloc(h->n), *label = malloc(h->n);
	float *p = malloc(h->n * sizeof *p), best_cost = costs[0];
	double best = INFINITY;
	bool ok = fold && label && p;
	for (int k = 0; k < COSTS; k++)
		ok = (v.logit[k] = malloc(h->n * sizeof(float))) && ok;
	if (!ok)
		BUG("out of memory");
	deal(h, fold);
	v.fold = fold;
	for (size_t i = 0; i < h->n; i++)
		label[i] = h->label[h->rows[i]];
	jobs_run(validate_fold, &v, (size_t)FOLDS * COSTS);
	struct measures m = {0};
	for (int k = 0; k < COSTS; k++) {
		float fit[2];
		measure_calibrate(v.logit[k], label, NULL, h->n, fit);
		for (size_t i = 0; i < h->n; i++)
			p[i] = 1 / (1 + expf(-(fit[0] * v.logit[k][i] + fit[1])));
		double loss = log_loss(p, label, h->n);
		if (loss >= best)
			continue;
		best = loss;
		best_cost = costs[k];
		memcpy(h->out.calibration, fit, sizeof fit);
		h->out.threshold = measure_threshold(p, label, h->n, t->o->objective);
		m = measure(p, label, h->n, h->out.threshold);
	}
	say(t,
	    "%s: %zu texts, %zu positive; cross-validated in %d parts: accuracy %.3f, macro-F1 %.3f, F1 %.3f, AUC %.3f, "
	    "ECE %.3f (cost %g, threshold %.3f)",
	    h->out.name, m.n, m.positives, FOLDS, m.accuracy, m.macro_f1, m.f1, m.auc, m.ece, (double)best_cost,
	    (double)h->out.threshold);
	for (int k = 0; k < COSTS; k++)
		free(v.logit[k]);
	free(fold);
	free(label);
	free(p);
	return best_cost;
}

/* A head that was trained on these very texts knows their labels: what it says here would look better
 * than what it will say of new ones. */
static void leave_out_heads(struct training *t)
{
	struct corpus *c = &t->corpus;
	size_t heads = t->base->heads, first = c->dense_count - heads;
	for (size_t i = 0; i < heads; i++) {
		if (t->seen_by[i] * 50 <= c->rows)
			continue;
		say(t, "the built-in head '%s' was trained on %zu of these texts and is left out", t->base->head[i].name,
		    t->seen_by[i]);
		for (size_t r = 0; r < c->rows; r++)
			c->dense[r * c->dense_count + first + i] = 0;
	}
}

static void learn_heads(struct training *t)
{
	struct corpus *c = &t->corpus;
	progress(t, "learning", 0, t->head_count);
	corpus_finish(c, 2, gains, MODEL_MEASURE_GAIN);
	for (size_t i = 0; i < t->head_count; i++) {
		struct head *h = &t->heads[i];
		float cost = choose(t, h);
		h->weights = malloc((c->columns + c->dense_count + 1) * sizeof *h->weights);
		if (!h->weights)
			BUG("out of memory");
		linear_learn(c, h->rows, h->n, h->label, NULL, cost, h->weights);
		progress(t, "learning", i + 1, t->head_count);
	}
}

static str write_model(struct training *t)
{
	struct model_head heads[MODEL_HEADS];
	const float *weights[MODEL_HEADS];
	for (size_t i = 0; i < t->head_count; i++) {
		heads[i] = t->heads[i].out;
		weights[i] = t->heads[i].weights;
	}
	struct model_parts parts = {.lang = t->lang,
	                            .about = buf_str(&t->about),
	                            .heads = heads,
	                            .head_count = t->head_count,
	                            .weights = weights,
	                            .corpus = &t->corpus,
	                            .base = t->base->id};
	return writer_model(&parts);
}

enum frg_status train(const struct frg_engine *engine, const struct train_options *o, str *model, struct frg_error *err)
{
	struct training t = {.o = o, .err = err, .about = BUF_INIT(ABOUT_MOST)};
	struct frg_workspace *ws;
	BUG_IF(o->label_count > MODEL_HEADS);
	enum frg_status status = frg_workspace_open(engine, &ws, err);
	if (status != FRG_OK)
		return status;
	t.arena = arena_open((size_t)1 << 30);
	status = find_lang(&t, ws);
	t.base = &engine_learned(engine, t.lang)->model;
	corpus_open(&t.corpus, review_measures(engine, t.lang));
	for (size_t i = 0; i < o->data_count && status == FRG_OK; i++)
		status = read_table(&t, engine, ws, o->data[i]);
	for (size_t i = 0; i < o->label_count && status == FRG_OK; i++)
		status = heads_of_column(&t, i);
	if (status == FRG_OK) {
		leave_out_heads(&t);
		learn_heads(&t);
		*model = write_model(&t);
	}
	for (size_t i = 0; i < t.head_count; i++) {
		free(t.heads[i].label);
		free(t.heads[i].rows);
		free(t.heads[i].weights);
	}
	corpus_close(&t.corpus);
	free(t.values);
	buf_free(&t.about);
	arena_close(t.arena);
	frg_workspace_close(ws);
	return status;
}
