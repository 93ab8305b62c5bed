/* freigabe eval and freigabe predict: what a trained model says of a table of texts, and how well. */
#include "cli/cli.h"

#include "learn/learn.h"
#include "review/inner.h"
#include "text/utf8.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char eval_help[] =
	"usage: freigabe eval --model M.model --data T.tsv --text COLUMN --label COLUMN [--positive VALUE[,VALUE…]]\n"
	"\n"
	"Scores the texts of a table and prints one JSON object: n, accuracy, macro_f1, f1, precision, recall,\n"
	"auc, ece, threshold, texts_per_second. The threshold is the model's own, chosen when it was trained.\n"
	"Exit codes: 0 done, 2 wrong usage or input.\n";

static const char predict_help[] =
	"usage: freigabe predict --model M.model --data T.tsv --text COLUMN\n"
	"\n"
	"Prints a line for each row: its id (column 'id', else its number), a tab, and one probability for each\n"
	"label of the model, divided by tabs.\n"
	"Exit codes: 0 done, 2 wrong usage or input.\n";

enum { FILE_MOST = 256 << 20, PARTS = 16 };

struct scorer {
	const char *command;
	str file;
	struct model model;
	struct frg_engine *engine;
	struct frg_workspace *ws;
	struct table table;
	size_t text;
};

static int failed(const struct scorer *s, const struct frg_error *err) { return cli_failed(s->command, err); }

static enum frg_status open_model(struct scorer *s, struct frg_error *err)
{
	enum frg_status status = frg_engine_open(NULL, &s->engine, err);
	if (status == FRG_OK)
		status = frg_workspace_open(s->engine, &s->ws, err);
	if (status == FRG_OK)
		status = model_open(&s->model, s->file, err);
	if (status == FRG_OK && (s->model.base != engine_learned(s->engine, s->model.lang)->model.id ||
	                         s->model.dense_count != review_measures(s->engine, s->model.lang)))
		status = frg_fail(err, FRG_UNSUPPORTED, "model_base",
		                  "the model was trained with another version of the built-in one: train it anew");
	return status;
}

static int open_scorer(struct scorer *s, const char *model, const char *data, const char *text)
{
	struct frg_error err;
	if (!cli_read_file(model, FILE_MOST, &s->file))
		return EXIT_USAGE;
	if (open_model(s, &err) != FRG_OK || table_open(&s->table, data, &err) != FRG_OK)
		return failed(s, &err);
	s->text = table_column(&s->table, str_of(text));
	if (s->text == SIZE_MAX)
		return cli_usage(s->command, "%s has no column '%s'", data, text);
	return EXIT_DONE;
}

static void close_scorer(struct scorer *s)
{
	table_close(&s->table);
	frg_workspace_close(s->ws);
	frg_engine_close(s->engine);
	free((char *)s->file.p);
}

/* Fills one probability a head. */
static enum frg_status score_row(struct scorer *s, size_t row, float *p, struct frg_error *err)
{
	struct frg_input in = {.text = table_cell(&s->table, row, s->text), .lang = s->model.lang};
	struct model_norms norms;
	if (in.text.n > FRG_TEXT_MAX)
		in.text.n = utf8_floor(in.text, FRG_TEXT_MAX);
	enum frg_status status = review_features(s->engine, s->ws, &in, err);
	if (status != FRG_OK)
		return frg_fail(err, status, "table_text", "row %zu: the text is not UTF-8", row + 1);
	model_score(&s->model, &s->ws->features, p, &norms);
	for (size_t h = 0; h < s->model.heads; h++)
		p[h] = model_probability(&s->model.head[h], p[h]);
	return FRG_OK;
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- eval ---- */

static bool named(const struct model_head *h, str label, str value)
{
	str name = str_of(h->name);
	return name.n == label.n + 1 + value.n && str_starts(name, label) && name.p[label.n] == '=' &&
	       str_ends(name, value);
}

/* The head that answers the question: the label's own, or (one head for each value) the value's. */
static size_t find_head(const struct model *m, str label, str positive)
{
	size_t head = model_head_named(m, label);
	for (size_t i = 0; head == SIZE_MAX && i < m->heads; i++)
		if (positive.n && named(&m->head[i], label, positive))
			head = i;
	return head;
}

static bool among(str v, str list)
{
	str part;
	while (str_next(&list, ',', &part))
		if (str_eq(v, part))
			return true;
	return false;
}

static bool is_yes(str v)
{
	return str_eq(v, STR("1")) || str_eq_nocase(v, STR("true")) || str_eq_nocase(v, STR("yes")) ||
	       str_eq_nocase(v, STR("ja"));
}

static int evaluate(struct scorer *s, str label, str positive)
{
	size_t column = table_column(&s->table, label), n = 0, head;
	struct frg_error err;
	if (column == SIZE_MAX)
		return cli_usage("eval", "the table has no column '%.*s'", STR_ARG(label));
	head = find_head(&s->model, label, positive);
	if (head == SIZE_MAX && s->model.heads == 1)
		head = 0; /* there is only one question that it can answer */
	if (head == SIZE_MAX)
		return cli_usage("eval", "the model knows no label '%.*s'%s", STR_ARG(label),
		                 positive.n ? "" : " (or one for each of its values: name one by --positive)");
	if (!positive.n)
		positive = str_of(s->model.head[head].positive);
	float *p = malloc((s->table.rows + 1) * sizeof *p), all[MODEL_HEADS];
	uint8_t *truth = malloc(s->table.rows + 1);
	if (!p || !truth)
		BUG("out of memory");
	double begin = seconds();
	enum frg_status status = FRG_OK;
	for (size_t r = 0; r < s->table.rows && status == FRG_OK; r++) {
		str v = str_trim(table_cell(&s->table, r, column));
		if (!v.n)
			continue;
		status = score_row(s, r, all, &err);
		if (status != FRG_OK)
			break;
		p[n] = all[head];
		truth[n++] = positive.n ? among(v, positive) : is_yes(v);
	}
	double rate = (double)n / (seconds() - begin + 1e-9);
	if (status == FRG_OK) {
		float threshold = s->model.head[head].threshold;
		struct measures m = measure(p, truth, n, threshold);
		json_t *j = json_pack("{s:I,s:f,s:f,s:f,s:f,s:f,s:f,s:f,s:f,s:f}", "n", (json_int_t)m.n, "accuracy", m.accuracy,
		                      "macro_f1", m.macro_f1, "f1", m.f1, "precision", m.precision, "recall", m.recall, "auc",
		                      m.auc, "ece", m.ece, "threshold", (double)threshold, "texts_per_second", round(rate));
		json_dumpf(j, stdout, JSON_REAL_PRECISION(5));
		putchar('\n');
		json_decref(j);
	}
	free(p);
	free(truth);
	return status == FRG_OK ? EXIT_DONE : failed(s, &err);
}

int cmd_eval(int argc, char **argv)
{
	const char *model = NULL, *data = NULL, *text = NULL, *label = NULL, *positive = NULL;
	const struct cli_option options[] = {{.name = "model", .value = &model},
	                                     {.name = "data", .value = &data},
	                                     {.name = "text", .value = &text},
	                                     {.name = "label", .value = &label},
	                                     {.name = "positive", .value = &positive}};
	int words = cli_options(argc, argv, options, COUNT_OF(options), eval_help);
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	if (words > 0 || !model || !data || !text || !label)
		return cli_usage("eval", "--model, --data, --text and --label are needed");
	struct scorer s = {.command = "eval"};
	int code = open_scorer(&s, model, data, text);
	if (code == EXIT_DONE)
		code = evaluate(&s, str_of(label), str_of(positive));
	close_scorer(&s);
	return code;
}

/* ---- predict ---- */

static int predict(struct scorer *s)
{
	size_t id = table_column(&s->table, STR("id"));
	struct frg_error err;
	for (size_t r = 0; r < s->table.rows; r++) {
		float p[MODEL_HEADS] = {0};
		if (score_row(s, r, p, &err) != FRG_OK)
			return failed(s, &err);
		if (id != SIZE_MAX)
			printf("%.*s", STR_ARG(table_cell(&s->table, r, id)));
		else
			printf("%zu", r + 1);
		for (size_t h = 0; h < s->model.heads; h++)
			printf("\t%.5f", (double)p[h]);
		putchar('\n');
	}
	return fflush(stdout) == 0 ? EXIT_DONE : EXIT_USAGE;
}

int cmd_predict(int argc, char **argv)
{
	const char *model = NULL, *data = NULL, *text = NULL;
	const struct cli_option options[] = {
		{.name = "model", .value = &model}, {.name = "data", .value = &data}, {.name = "text", .value = &text}};
	int words = cli_options(argc, argv, options, COUNT_OF(options), predict_help);
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	if (words > 0 || !model || !data || !text)
		return cli_usage("predict", "--model, --data and --text are needed");
	struct scorer s = {.command = "predict"};
	int code = open_scorer(&s, model, data, text);
	if (code == EXIT_DONE)
		code = predict(&s);
	close_scorer(&s);
	return code;
}
