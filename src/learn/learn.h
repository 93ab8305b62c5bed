/* Learning from labelled archives: tables in, models out. Uses the review engine's features; knows
 * neither store nor network. Not thread-safe unless said otherwise; out of memory aborts. */
#ifndef LEARN_LEARN_H
#define LEARN_LEARN_H

#include "base/arena.h"
#include "base/base.h"
#include "review/model.h"

/* ---- table.c: TSV files as in data/README.md (escapes \\ \n \t, a header line) ---- */

struct table {
	struct arena *arena;
	str *names;
	size_t columns, rows;
	str *cells; /* rows × columns, unescaped */
};

/* Errors: FRG_IO, FRG_INVALID (pos is the line). */
MUST_CHECK enum frg_status table_open(struct table *t, const char *path, struct frg_error *err);
void table_close(struct table *t);
/* SIZE_MAX if there is no such column. */
size_t table_column(const struct table *t, str name);
static inline str table_cell(const struct table *t, size_t row, size_t column)
{
	return t->cells[row * t->columns + column];
}

/* ---- corpus.c: texts as vectors ---- */

/* Grows text by text; `finish` keeps the grams that occur in at least two texts. */
struct corpus {
	size_t rows, rows_room;
	size_t *begin; /* of a row's ids; rows + 1 */
	uint32_t *id;  /* of grams, first their numbers, after finishing their columns */
	float *value;  /* after finishing: idf, each group of unit length */
	uint8_t *id_group;
	size_t ids, ids_room;
	float *dense; /* rows × dense_count, after finishing centred and scaled */
	size_t dense_count;
	float *mean, *inverse; /* of the measures */
	float gain[FEATURE_GROUPS];
	/* the dictionary */
	struct corpus_gram {
		uint64_t hash;
		uint32_t texts, last, column;
		uint8_t group;
	} * grams;
	size_t gram_count, gram_room;
	uint32_t *slots; /* to grams, + 1 */
	size_t slot_count;
	size_t columns; /* after finishing */
	float *idf;     /* by column, as the model file rounds it */
	uint64_t *column_hash;
	uint8_t *column_group;
};

void corpus_open(struct corpus *c, size_t dense_count);
void corpus_add(struct corpus *c, const struct features *f);
/* `gain`: length of each group's part of a row's vector; `dense_gain` the same for one measure. */
void corpus_finish(struct corpus *c, size_t least_texts, const float gain[FEATURE_GROUPS], float dense_gain);
void corpus_close(struct corpus *c);

/* ---- linear.c: logistic regression ---- */

/* Learns w (columns + dense_count + 1 weights, the last one the constant) for the rows listed, labels
 * 0/1 and weights by row. L2-regularised logistic regression by dual coordinate descent (Yu, Huang & Lin,
 * Machine Learning 85, 2011), one variable solved by Newton's method on its log odds. Deterministic. Thread-safe. */
void linear_learn(const struct corpus *c, const uint32_t *rows, size_t n, const uint8_t *label, const float *weight,
                  float cost, float *w);
float linear_score(const struct corpus *c, const float *w, size_t row);

/* ---- measure.c: how good scores are ---- */

struct measures {
	size_t n, positives;
	double accuracy, macro_f1, f1, precision, recall, auc, ece;
};

/* `p`: probabilities; positive where p >= threshold. */
struct measures measure(const float *p, const uint8_t *label, size_t n, float threshold);
enum objective { OBJECTIVE_MACRO_F1, OBJECTIVE_F1, OBJECTIVE_ACCURACY };
/* The threshold that serves the objective best, from the middle of the best stretch. */
float measure_threshold(const float *p, const uint8_t *label, size_t n, enum objective objective);
/* Fits probability = sigmoid(a × logit + b) (Platt; targets as in Lin, Lin & Weng, Machine Learning 68, 2007). */
void measure_calibrate(const float *logit, const uint8_t *label, const float *weight, size_t n, float out[2]);

/* ---- writer.c: model files ---- */

struct model_parts {
	enum frg_lang lang;
	str about, classes;
	const struct model_head *heads;
	size_t head_count;
	const float *const *weights; /* by head, as linear_learn gives them */
	const struct corpus *corpus; /* NULL: no heads */
	const struct lexica *lexica; /* NULL: none */
	const float *stack;          /* as SECTION_STACK, or NULL */
	const float *relation;       /* as SECTION_RELATION, or NULL */
	size_t relation_count;       /* floats */
	const struct seen *seen;     /* may be NULL; sorted here */
	size_t seen_count;
	uint64_t base;
};

/* The file's bytes, 16-byte aligned; free them. Heads' scale and bias are set here. */
str writer_model(const struct model_parts *parts);

/* ---- lexica_compile.c ---- */

/* Compiles lexica (path by path, each CLASS.tsv: entry TAB grade) into a table. Free `slots` and `shapes`
 * of *out and classes->p. Errors: FRG_IO, FRG_INVALID (which file and line stands in the message). */
MUST_CHECK enum frg_status lexica_compile(enum frg_lang lang, const char *const *paths, size_t count,
                                          struct lexica *out, str *classes, struct frg_error *err);

/* ---- train.c ---- */

struct train_options {
	enum frg_lang lang; /* of the texts; FRG_LANG_AUTO: what most of them are */
	const char *const *data;
	size_t data_count;
	str text;         /* column */
	const str *label; /* columns */
	size_t label_count;
	const str *positive; /* values that count as yes; none: 1, true, yes, or each value by itself */
	size_t positive_count;
	enum objective objective;
	void (*progress)(void *ctx, const char *step, size_t done, size_t all); /* may be NULL */
	void (*report)(void *ctx, const char *line);
	void *ctx;
};

/* Learns and returns a model file (free it). */
MUST_CHECK enum frg_status train(const struct frg_engine *engine, const struct train_options *options, str *model,
                                 struct frg_error *err);

#endif
