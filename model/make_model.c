/* `make model`: builds the model that the library carries, bit for bit the same from the same data.
 *   make-model --lexica LANG OUT CLASS.tsv…      the graded lexica alone, without heads
 *   make-model LANG RECIPE OWN TRAIN LEXICA OUT  the whole model: RECIPE names heads and what they learn from,
 *                                                OWN is data/, TRAIN ../shared/data/train, LEXICA the first call's OUT
 * A second file of labels for texts that may not be copied here has id and labels; its texts are found by id. */
#include "learn/learn.h"

#include "base/buf.h"
#include "learn/jobs.h"
#include "review/inner.h"
#include "text/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILES_MOST = 24, FOLDS = 5, UNKNOWN = 2, LEAST_TEXTS = 3 };
static const float gains[FEATURE_GROUPS] = {1, 0.8f, 0.4f};
#define STYLE_SHARE 0.15f
#define STRAYING 0.25f /* share of comments that are off topic, which the score assumes */
static const float costs[] = {1, 2, 4, 8};
enum { COSTS = COUNT_OF(costs) };

struct source {
	char path[512];
	struct table table;
	uint32_t *row_of; /* corpus row by table row */
};

struct head {
	struct model_head out;
	uint8_t *label; /* by corpus row */
	float *weight;
	uint32_t *rows;
	size_t n;
	float *w;
	float prior; /* share of positives that the scores shall assume, 0: as in the data */
	float *held; /* by place in rows: logit of a model that had not seen the row */
};

struct making {
	enum frg_lang lang;
	struct frg_engine *engine;
	struct frg_workspace *ws;
	const char *own, *train;
	struct corpus corpus;
	uint64_t *seen; /* by corpus row: text_id */
	size_t seen_room;
	struct source source[FILES_MOST];
	size_t sources;
	struct head head[MODEL_HEADS];
	size_t heads;
	struct buf about;
	struct frg_error err;
};

static _Noreturn void fail(const char *what, const struct frg_error *err)
{
	fprintf(stderr, "make-model: %s%s%s\n", what, err ? ": " : "", err ? err->msg : "");
	exit(2);
}

static void *need(void *p)
{
	if (!p)
		fail("out of memory", NULL);
	return p;
}

static str read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	long n = f && fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
	if (n < 0 || fseek(f, 0, SEEK_SET) != 0)
		fail(path, NULL);
	char *p = need(aligned_alloc(16, ((size_t)n + 31) & ~(size_t)15));
	if (fread(p, 1, (size_t)n, f) != (size_t)n)
		fail(path, NULL);
	fclose(f);
	return (str){p, (size_t)n};
}

static int write_file(const char *path, str content)
{
	FILE *f = fopen(path, "wb");
	bool ok = f && fwrite(content.p, 1, content.n, f) == content.n;
	ok = f && fclose(f) == 0 && ok;
	if (!ok)
		fprintf(stderr, "make-model: cannot write %s: %m\n", path);
	free((char *)content.p);
	return ok ? 0 : 2;
}

/* ---- texts ---- */

static size_t column(const struct table *t, str name, const char *path)
{
	size_t c = table_column(t, name);
	if (c == SIZE_MAX) {
		fprintf(stderr, "make-model: %s has no column %.*s\n", path, STR_ARG(name));
		exit(2);
	}
	return c;
}

static uint32_t add_text(struct making *m, str text)
{
	struct frg_input in = {.text = text, .lang = m->lang};
	if (in.text.n > FRG_TEXT_MAX)
		in.text.n = utf8_floor(in.text, FRG_TEXT_MAX);
	if (review_features(m->engine, m->ws, &in, &m->err) != FRG_OK)
		fail("a text", &m->err);
	if (m->corpus.rows == m->seen_room) {
		m->seen_room = m->seen_room ? m->seen_room * 2 : 4096;
		m->seen = need(realloc(m->seen, m->seen_room * sizeof *m->seen));
	}
	m->seen[m->corpus.rows] = features_text_id(&m->ws->text);
	corpus_add(&m->corpus, &m->ws->features);
	return (uint32_t)m->corpus.rows - 1;
}

static struct source *open_source(struct making *m, str name);

/* A file of labels without texts: the rows are those of the file that "labels.NAME.tsv" names. */
static void find_texts(struct making *m, struct source *s, str name)
{
	char base[256];
	snprintf(base, sizeof base, "train/%.*s.%s.tsv", STR_ARG(name), frg_lang_id(m->lang));
	struct source *texts = open_source(m, str_of(base));
	size_t id = column(&s->table, STR("id"), s->path), from = column(&texts->table, STR("id"), texts->path);
	size_t at = 0;
	for (size_t r = 0; r < s->table.rows; r++) {
		size_t tried = 0;
		for (; tried < texts->table.rows && !str_eq(table_cell(&texts->table, at, from), table_cell(&s->table, r, id));
		     tried++)
			at = (at + 1) % texts->table.rows;
		if (tried == texts->table.rows)
			fail("a label for a text that is not there", NULL);
		s->row_of[r] = texts->row_of[at];
	}
}

static struct source *open_source(struct making *m, str name)
{
	char path[512];
	bool own = str_starts(name, STR("own/"));
	str rest = str_sub(name, own ? 4 : 6, name.n);
	snprintf(path, sizeof path, "%s/%.*s", own ? m->own : m->train, STR_ARG(rest));
	for (size_t i = 0; i < m->sources; i++)
		if (strcmp(m->source[i].path, path) == 0)
			return &m->source[i];
	if (m->sources == FILES_MOST)
		fail("too many files", NULL);
	struct source *s = &m->source[m->sources++];
	memcpy(s->path, path, sizeof path);
	if (table_open(&s->table, path, &m->err) != FRG_OK)
		fail("data", &m->err);
	s->row_of = need(malloc((s->table.rows + 1) * sizeof *s->row_of));
	if (str_starts(rest, STR("labels."))) {
		find_texts(m, s, str_sub(rest, 7, rest.n - 4));
		return s;
	}
	size_t text = column(&s->table, STR("text"), path);
	for (size_t r = 0; r < s->table.rows; r++)
		s->row_of[r] = add_text(m, table_cell(&s->table, r, text));
	fprintf(stderr, "%s: %zu texts\n", path, s->table.rows);
	return s;
}

/* ---- recipe ---- */

static bool among(str v, str list)
{
	str part;
	while (str_next(&list, ',', &part))
		if (str_eq(v, part))
			return true;
	return false;
}

enum { R_HEAD, R_FILE, R_TEXT, R_LABEL, R_YES, R_NO, R_WEIGHT, R_PRIOR, R_COLUMNS };

static struct head *head_named(struct making *m, str name)
{
	for (size_t i = 0; i < m->heads; i++)
		if (str_eq(name, str_of(m->head[i].out.name)))
			return &m->head[i];
	if (m->heads == MODEL_HEADS || name.n >= MODEL_NAME)
		fail("too many heads, or too long a name", NULL);
	struct head *h = &m->head[m->heads++];
	memcpy(h->out.name, name.p, name.n);
	h->label = need(malloc(m->corpus.rows));
	h->weight = need(calloc(m->corpus.rows, sizeof *h->weight));
	h->rows = need(malloc(m->corpus.rows * sizeof *h->rows));
	memset(h->label, UNKNOWN, m->corpus.rows);
	return h;
}

/* One line of the recipe: where several speak of a text, the weightier one is believed. */
static void label_rows(struct making *m, const struct table *recipe, size_t line)
{
	struct head *h = head_named(m, table_cell(recipe, line, R_HEAD));
	struct source *s = open_source(m, table_cell(recipe, line, R_FILE));
	size_t c = column(&s->table, table_cell(recipe, line, R_LABEL), s->path);
	float weight = strtof(table_cell(recipe, line, R_WEIGHT).p, NULL);
	if (table_cell(recipe, line, R_PRIOR).n)
		h->prior = strtof(table_cell(recipe, line, R_PRIOR).p, NULL);
	for (size_t r = 0; r < s->table.rows; r++) {
		str v = table_cell(&s->table, r, c);
		uint32_t row = s->row_of[r];
		bool yes = among(v, table_cell(recipe, line, R_YES)), no = among(v, table_cell(recipe, line, R_NO));
		if ((!yes && !no) || h->weight[row] >= weight)
			continue;
		h->label[row] = yes;
		h->weight[row] = weight;
	}
}

/* ---- learning ---- */

struct validation {
	const struct making *m;
	const struct head *h;
	const uint8_t *fold;
	float *logit[COSTS];
};

static void validate_fold(void *ctx, size_t number)
{
	const struct validation *v = ctx;
	const struct corpus *c = &v->m->corpus;
	size_t fold = number / COSTS, cost = number % COSTS, n = 0;
	uint32_t *rows = need(malloc((v->h->n + 1) * sizeof *rows));
	float *w = need(malloc((c->columns + c->dense_count + 1) * sizeof *w));
	for (size_t i = 0; i < v->h->n; i++)
		if (v->fold[i] != fold)
			rows[n++] = v->h->rows[i];
	linear_learn(c, rows, n, v->h->label, v->h->weight, costs[cost], w);
	for (size_t i = 0; i < v->h->n; i++)
		if (v->fold[i] == fold)
			v->logit[cost][i] = linear_score(c, w, v->h->rows[i]);
	free(rows);
	free(w);
}

/* Judged on the rows of full weight alone: those that were labelled by the house rules themselves. */
static void choose(struct making *m, struct head *h)
{
	enum { STRETCH = 40 }; /* neighbours stand under one article: they stay together */
	struct validation v = {.m = m, .h = h};
	uint8_t *fold = need(malloc(h->n)), *label = need(malloc(h->n));
	float *x = need(malloc(h->n * sizeof *x)), *p = need(malloc(h->n * sizeof *p)), best_cost = 1;
	double best = INFINITY;
	struct measures shown = {0};
	for (size_t k = 0; k < COSTS; k++)
		v.logit[k] = need(malloc(h->n * sizeof(float)));
	for (size_t i = 0; i < h->n; i++)
		fold[i] = (uint8_t)(h->rows[i] / STRETCH * 2654435761u % 1009 % FOLDS);
	v.fold = fold;
	h->held = need(malloc(h->n * sizeof *h->held));
	jobs_run(validate_fold, &v, (size_t)FOLDS * COSTS);
	for (size_t k = 0; k < COSTS; k++) {
		size_t n = 0;
		double loss = 0;
		float fit[2];
		for (size_t i = 0; i < h->n; i++) {
			if (h->weight[h->rows[i]] < 1)
				continue;
			x[n] = v.logit[k][i];
			label[n++] = h->label[h->rows[i]];
		}
		measure_calibrate(x, label, NULL, n, fit);
		for (size_t i = 0; i < n; i++) {
			p[i] = 1 / (1 + expf(-(fit[0] * x[i] + fit[1])));
			loss -= log((double)(label[i] ? p[i] : 1 - p[i]) + 1e-9);
		}
		if (n == 0 || loss >= best)
			continue;
		best = loss;
		best_cost = costs[k];
		memcpy(h->held, v.logit[k], h->n * sizeof *h->held);
		memcpy(h->out.calibration, fit, sizeof fit);
		h->out.threshold = measure_threshold(p, label, n, OBJECTIVE_F1);
		shown = measure(p, label, n, h->out.threshold);
	}
	if (h->prior > 0) { /* what is written to be labelled holds other shares than what readers write */
		float had = (float)shown.positives / (float)shown.n, t = h->out.threshold;
		float shift = logf(h->prior / (1 - h->prior)) - logf(had / (1 - had));
		h->out.calibration[1] += shift;
		h->out.threshold = 1 / (1 + (1 - t) / t * expf(-shift));
	}
	h->out.trained_on = (uint32_t)h->n;
	char line[256];
	snprintf(line, sizeof line,
	         "%s: %zu texts; on %zu labelled by the rules (%zu positive), cross-validated: F1 %.3f, macro-F1 %.3f, AUC "
	         "%.3f, ECE %.3f, threshold %.3f, cost %g",
	         h->out.name, h->n, shown.n, shown.positives, shown.f1, shown.macro_f1, shown.auc, shown.ece,
	         (double)h->out.threshold, (double)best_cost);
	fprintf(stderr, "%s\n", line);
	buf_add(&m->about, str_of(line));
	buf_byte(&m->about, '\n');
	h->w = need(malloc((m->corpus.columns + m->corpus.dense_count + 1) * sizeof *h->w));
	linear_learn(&m->corpus, h->rows, h->n, h->label, h->weight, best_cost, h->w);
	for (size_t k = 0; k < COSTS; k++)
		free(v.logit[k]);
	free(fold);
	free(label);
	free(x);
	free(p);
}

/* ---- relation of comment and article ---- */

static struct frg_article *open_article(struct making *m, const struct table *articles, size_t row)
{
	struct frg_article *a;
	if (frg_article_open(m->engine, table_cell(articles, row, column(articles, STR("title"), "articles")),
	                     table_cell(articles, row, column(articles, STR("lead"), "articles")),
	                     table_cell(articles, row, column(articles, STR("body"), "articles")), &a, &m->err) != FRG_OK)
		fail("an article", &m->err);
	return a;
}

static void add_pair(struct making *m, struct corpus *c, str text, const struct frg_article *a, uint8_t **label,
                     bool far)
{
	struct frg_input in = {.text = text, .lang = m->lang, .article = a};
	struct features f = {.dense_count = RELATION_MEASURES};
	if (review_features(m->engine, m->ws, &in, &m->err) != FRG_OK)
		fail("a text", &m->err);
	memcpy(f.dense, m->ws->relation, sizeof m->ws->relation);
	*label = need(realloc(*label, c->rows + 1));
	(*label)[c->rows] = far;
	corpus_add(c, &f);
}

/* Calibrates relation and style together on comments under their own article, from models that had not seen
 * the comment: fit[0] × relation + fit[1] × style + fit[2]. Style gets a small fixed share: it tells what strays
 * in general, but must not drown what this article is about. */
static void join_style(const struct making *m, const float *relation, const uint8_t *far, const uint32_t *row, size_t n,
                       float fit[3])
{
	static const float share = STYLE_SHARE;
	const struct head *style = NULL;
	uint8_t *label = need(malloc(n + 1));
	float *x = need(malloc((n + 1) * sizeof *x)), platt[2];
	size_t kept = 0;
	for (size_t i = 0; i < m->heads; i++)
		if (strcmp(m->head[i].out.name, "off_topic_style") == 0)
			style = &m->head[i];
	if (!style)
		fail("the recipe has no head off_topic_style", NULL);
	for (size_t i = 0; i < n; i++) {
		if (row[i] == UINT32_MAX)
			continue;
		x[kept] = relation[i] + share * style->held[row[i]]; /* its rows are those of the comments, in order */
		label[kept++] = far[i];
	}
	measure_calibrate(x, label, NULL, kept, platt);
	fit[0] = platt[0];
	fit[1] = platt[0] * share;
	/* readers stray more often than those who write comments for this purpose */
	float had = 0;
	for (size_t i = 0; i < kept; i++)
		had += label[i];
	had /= (float)kept;
	fit[2] = platt[1] + logf(STRAYING / (1 - STRAYING)) - logf(had / (1 - had));
	free(label);
	free(x);
}

/* Each comment under its own article and under three others; those labelled off-topic are far from their own, too. */
static void learn_relation(struct making *m, float *out)
{
	static const float no_gain[FEATURE_GROUPS];
	char comments[64];
	snprintf(comments, sizeof comments, "own/comments.%s.tsv", frg_lang_id(m->lang));
	struct source *s = open_source(m, str_of(comments));
	struct table articles;
	char path[512];
	struct corpus c;
	uint8_t *label = NULL;
	uint32_t *origin = NULL; /* the comment, where it stands under its own article */
	snprintf(path, sizeof path, "%s/articles.%s.tsv", m->own, frg_lang_id(m->lang));
	if (table_open(&articles, path, &m->err) != FRG_OK)
		fail("data", &m->err);
	struct frg_article **list = need(calloc(articles.rows, sizeof *list));
	for (size_t i = 0; i < articles.rows; i++)
		list[i] = open_article(m, &articles, i);
	corpus_open(&c, RELATION_MEASURES);
	size_t text = column(&s->table, STR("text"), path), of = column(&s->table, STR("article"), path),
		   off = column(&s->table, STR("off_topic"), path), id = column(&articles, STR("id"), path);
	for (size_t r = 0; r < s->table.rows; r++) {
		size_t own = 0;
		while (own < articles.rows && !str_eq(table_cell(&articles, own, id), table_cell(&s->table, r, of)))
			own++;
		if (own == articles.rows)
			fail("a comment under no article", NULL);
		bool far = str_eq(table_cell(&s->table, r, off), STR("1"));
		origin = need(realloc(origin, (c.rows + 8) * sizeof *origin));
		for (size_t k = 0; k < 5; k++)
			origin[c.rows + k] = k ? UINT32_MAX : (uint32_t)r;
		for (size_t k = 0; k < 2; k++) /* as often as it stands under others, near enough */
			add_pair(m, &c, table_cell(&s->table, r, text), list[own], &label, far);
		for (size_t k = 1; k <= 3 && !far; k++)
			add_pair(
				m, &c, table_cell(&s->table, r, text),
				list[(own + r * 7 + k * 11 + 1) % articles.rows == own ? (own + 1) % articles.rows
			                                                           : (own + r * 7 + k * 11 + 1) % articles.rows],
				&label, true);
	}
	corpus_finish(&c, 1, no_gain, 1);
	uint32_t *rows = need(malloc(c.rows * sizeof *rows)), n = 0, held = 0;
	float *w = need(malloc((RELATION_MEASURES + 1) * sizeof *w)), *x = need(malloc(c.rows * sizeof *x));
	uint8_t *truth = need(malloc(c.rows));
	uint32_t *pair = need(malloc(c.rows * sizeof *pair));
	for (int fold = 0; fold < FOLDS; fold++) {
		n = 0;
		for (size_t i = 0; i < c.rows; i++)
			if (i / 800 % FOLDS != (size_t)fold)
				rows[n++] = (uint32_t)i;
		linear_learn(&c, rows, n, label, NULL, 0.01f, w);
		for (size_t i = 0; i < c.rows; i++) {
			if (i / 800 % FOLDS != (size_t)fold)
				continue;
			x[held] = linear_score(&c, w, i);
			pair[held] = origin[i];
			truth[held++] = label[i];
		}
	}
	float fit[3];
	join_style(m, x, truth, pair, held, fit);
	struct measures shown = measure(x, truth, held, 0.5f);
	char line[160];
	snprintf(line, sizeof line,
	         "off_topic: %zu pairs of comment and article, cross-validated: AUC %.3f; with style: %.2f × relation + "
	         "%.2f × style + %.2f",
	         c.rows, shown.auc, (double)fit[0], (double)fit[1], (double)fit[2]);
	fprintf(stderr, "%s\n", line);
	buf_add(&m->about, str_of(line));
	buf_byte(&m->about, '\n');
	n = 0;
	for (size_t i = 0; i < c.rows; i++)
		rows[n++] = (uint32_t)i;
	linear_learn(&c, rows, n, label, NULL, 0.01f, w);
	for (size_t i = 0; i < RELATION_MEASURES; i++) {
		out[i * 3] = c.mean[i];
		out[i * 3 + 1] = c.inverse[i];
		out[i * 3 + 2] = w[i];
	}
	out[RELATION_MEASURES * 3] = w[RELATION_MEASURES];
	out[RELATION_MEASURES * 3 + 1] = fit[0];
	out[RELATION_MEASURES * 3 + 2] = fit[2];
	out[RELATION_MEASURES * 3 + 3] = fit[1];
	out[RELATION_MEASURES * 3 + 4] = out[RELATION_MEASURES * 3 + 5] = 0;
	for (size_t i = 0; i < articles.rows; i++)
		frg_article_close(list[i]);
	free(list);
	free(rows);
	free(w);
	free(x);
	free(truth);
	free(pair);
	free(origin);
	free(label);
	corpus_close(&c);
	table_close(&articles);
}

static str make(struct making *m, const char *recipe_path)
{
	struct table recipe;
	struct model_head heads[MODEL_HEADS];
	const float *weights[MODEL_HEADS];
	if (table_open(&recipe, recipe_path, &m->err) != FRG_OK)
		fail("recipe", &m->err);
	if (recipe.columns < R_COLUMNS)
		fail("a recipe has eight columns", NULL);
	corpus_open(&m->corpus, review_measures(m->engine, m->lang));
	for (size_t i = 0; i < recipe.rows; i++)
		open_source(m, table_cell(&recipe, i, R_FILE));
	corpus_finish(&m->corpus, LEAST_TEXTS, gains, MODEL_MEASURE_GAIN);
	fprintf(stderr, "%zu texts, %zu grams\n", m->corpus.rows, m->corpus.columns);
	for (size_t i = 0; i < recipe.rows; i++)
		label_rows(m, &recipe, i);
	for (size_t i = 0; i < m->heads; i++) {
		struct head *h = &m->head[i];
		for (size_t r = 0; r < m->corpus.rows; r++)
			if (h->label[r] != UNKNOWN)
				h->rows[h->n++] = (uint32_t)r;
		choose(m, h);
		heads[i] = h->out;
		weights[i] = h->w;
	}
	struct seen *seen = need(calloc(m->corpus.rows + 1, sizeof *seen));
	for (size_t r = 0; r < m->corpus.rows; r++) {
		seen[r].text = m->seen[r];
		for (size_t i = 0; i < m->heads; i++)
			seen[r].heads |= (uint64_t)(m->head[i].label[r] != UNKNOWN) << i;
	}
	const struct model *base = &engine_learned(m->engine, m->lang)->model;
	struct model_parts parts = {.lang = m->lang,
	                            .about = buf_str(&m->about),
	                            .classes = base->class_names,
	                            .heads = heads,
	                            .head_count = m->heads,
	                            .weights = weights,
	                            .corpus = &m->corpus,
	                            .lexica = &base->lexica,
	                            .seen = seen,
	                            .seen_count = m->corpus.rows};
	/* how rare a word is, which the relation to an article needs, is known from here on */
	float relation[(RELATION_MEASURES + 2) * 3];
	struct frg_engine_options options = {.model = writer_model(&parts)};
	struct frg_engine *engine = m->engine;
	struct frg_workspace *ws = m->ws;
	if (frg_engine_open(&options, &m->engine, &m->err) != FRG_OK ||
	    frg_workspace_open(m->engine, &m->ws, &m->err) != FRG_OK)
		fail("engine", &m->err);
	learn_relation(m, relation);
	frg_workspace_close(m->ws);
	frg_engine_close(m->engine);
	free((char *)options.model.p);
	m->engine = engine;
	m->ws = ws;
	parts.relation = relation;
	parts.relation_count = COUNT_OF(relation);
	parts.about = buf_str(&m->about);
	str file = writer_model(&parts);
	free(seen);
	table_close(&recipe);
	return file;
}

static int make_lexica(enum frg_lang lang, const char *out, const char *const *paths, size_t count)
{
	struct frg_error err;
	struct lexica lexica;
	str classes;
	if (lexica_compile(lang, paths, count, &lexica, &classes, &err) != FRG_OK)
		fail("lexica", &err);
	struct model_parts parts = {.lang = lang, .about = STR("lexica\n"), .classes = classes, .lexica = &lexica};
	return write_file(out, writer_model(&parts));
}

static enum frg_lang lang_named(const char *id)
{
	for (int l = FRG_LANG_DE; l <= FRG_LANG_EN; l++)
		if (strcmp(id, frg_lang_id((enum frg_lang)l)) == 0)
			return (enum frg_lang)l;
	fail("the language is de or en", NULL);
}

int main(int argc, char **argv)
{
	if (argc > 3 && strcmp(argv[1], "--lexica") == 0)
		return make_lexica(lang_named(argv[2]), argv[3], (const char *const *)argv + 4, (size_t)argc - 4);
	if (argc != 7) {
		fprintf(stderr,
		        "usage: make-model --lexica LANG OUT CLASS.tsv… | make-model LANG RECIPE OWN TRAIN LEXICA OUT\n");
		return 2;
	}
	struct making m = {.lang = lang_named(argv[1]), .own = argv[3], .train = argv[4], .about = BUF_INIT(1 << 16)};
	struct frg_engine_options options = {.model = read_file(argv[5])};
	if (frg_engine_open(&options, &m.engine, &m.err) != FRG_OK || frg_workspace_open(m.engine, &m.ws, &m.err) != FRG_OK)
		fail("engine", &m.err);
	return write_file(argv[6], make(&m, argv[2]));
}
