/* Does a model from a newsroom's decisions get better than the built-in one on later decisions? Reads an archive in the
 * order of time, learns from the older four fifths as the server does, and compares on the newest fifth; the same
 * again with shuffled labels, which must be refused. Options name the columns; see the README of the archive. */
#include "learn/house.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { RULES_MOST = 16 };

struct archive {
	struct table table;
	size_t text, title;
	struct {
		size_t column;
		unsigned rules; /* none: rejected without a rule */
	} mark[RULES_MOST];
	size_t marks, rows;
	uint8_t *label; /* rows × HOUSE_HEADS */
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool rejects(str v) { return str_eq(v, STR("1")) || str_eq(v, STR("deleted")); }

static void read_labels(struct archive *a)
{
	a->rows = a->table.rows;
	a->label = malloc((a->rows + 1) * HOUSE_HEADS);
	for (size_t r = 0; r < a->rows; r++) {
		bool rejected = false;
		unsigned rules = 0;
		for (size_t i = 0; i < a->marks; i++)
			if (rejects(table_cell(&a->table, r, a->mark[i].column))) {
				rejected = true;
				rules |= a->mark[i].rules;
			}
		house_labels(rejected, rules, a->label + r * HOUSE_HEADS);
	}
}

static void shuffle(struct archive *a)
{
	uint64_t x = 4711;
	for (size_t i = a->rows; i > 1; i--) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		size_t k = x % i;
		uint8_t keep[HOUSE_HEADS];
		memcpy(keep, a->label + (i - 1) * HOUSE_HEADS, HOUSE_HEADS);
		memcpy(a->label + (i - 1) * HOUSE_HEADS, a->label + k * HOUSE_HEADS, HOUSE_HEADS);
		memcpy(a->label + k * HOUSE_HEADS, keep, HOUSE_HEADS);
	}
}

static bool on(void *ctx, size_t done, size_t all) { return true; }

/* The article is known by its title alone. */
static struct frg_article *article_of(const struct frg_engine *e, const struct archive *a, size_t r)
{
	struct frg_article *article = NULL;
	struct frg_error err;
	if (a->title != SIZE_MAX && table_cell(&a->table, r, a->title).n &&
	    frg_article_open(e, table_cell(&a->table, r, a->title), STR_NONE, STR_NONE, &article, &err) != FRG_OK)
		abort();
	return article;
}

static void print(const struct trial_result *r, size_t bytes, double seconds)
{
	struct rusage used;
	getrusage(RUSAGE_SELF, &used);
	printf("%-12s %6s %5s  %-15s %-17s %-15s %-15s %s\n", "head", "n", "rej.", "AUC", "log loss", "precision", "recall",
	       "flagged");
	for (size_t k = 0; k < HOUSE_HEADS; k++) {
		const struct trial_head *h = &r->head[k];
		if (h->measured)
			printf("%-12s %6zu %5zu  %.3f → %.3f  %.4f → %.4f  %.3f → %.3f  %.3f → %.3f  %zu → %zu\n",
			       house_head_name(k), h->n, h->positives, h->auc[0], h->auc[1], h->loss[0], h->loss[1],
			       h->precision[0], h->precision[1], h->recall[0], h->recall[1], h->flagged[0], h->flagged[1]);
	}
	printf("overall AUC %.4f → %.4f, gain %+.4f (95 %%: %+.4f to %+.4f); log loss %.4f → %.4f; %s\n", r->auc[0],
	       r->auc[1], r->auc[1] - r->auc[0], r->low, r->high, r->loss[0], r->loss[1],
	       r->better ? "BETTER" : "not better");
	printf("%.1f s of CPU, model %zu KB, at most %ld MB of memory\n\n", seconds, bytes >> 10, used.ru_maxrss >> 10);
}

static bool run(const struct frg_engine *e, const struct archive *a, bool expected)
{
	struct frg_workspace *ws;
	struct frg_error err;
	struct house *h = house_open(e, FRG_LANG_DE);
	struct trial *t = trial_open();
	double begun = now();
	size_t measured = a->rows / HOUSE_MEASURED_PART;
	measured = measured > HOUSE_MEASURED_MAX ? HOUSE_MEASURED_MAX : measured;
	str bytes;
	unsigned learned;
	bool taken;
	if (frg_workspace_open(e, &ws, &err) != FRG_OK)
		abort();
	for (size_t r = a->rows - measured; r-- > 0;) {
		struct frg_article *article = article_of(e, a, r);
		struct frg_input in = {.text = table_cell(&a->table, r, a->text), .article = article};
		if (house_add(h, ws, &in, a->label + r * HOUSE_HEADS, &taken, &err) != FRG_OK)
			fprintf(stderr, "row %zu: %s\n", r, err.msg);
		frg_article_close(article);
	}
	double read = now();
	if (house_learn(h, ~0u, on, NULL, &bytes, &learned, &err) != FRG_OK) {
		fprintf(stderr, "%s\n", err.msg);
		exit(1);
	}
	double done = now();
	printf("%zu decisions read in %.1f s\n", house_rows(h), read - begun);
	struct frg_model *m;
	if (frg_model_open(e, bytes, &m, &err) != FRG_OK)
		abort();
	float *rejection = malloc((measured + 1) * sizeof *rejection);
	uint8_t *rejected = malloc(measured + 1);
	size_t n = 0;
	for (size_t r = a->rows - measured; r < a->rows; r++) {
		struct frg_article *article = article_of(e, a, r);
		struct frg_input in = {.text = table_cell(&a->table, r, a->text), .article = article};
		struct frg_review before, after;
		if (frg_check(e, ws, &in, &before, &err) == FRG_OK && (in.model = m) &&
		    frg_check(e, ws, &in, &after, &err) == FRG_OK && before.lang == FRG_LANG_DE) {
			trial_add(t, &before, &after, a->label + r * HOUSE_HEADS);
			rejection[n] = after.rejection;
			rejected[n++] = a->label[r * HOUSE_HEADS];
		}
		frg_article_close(article);
	}
	struct trial_result result = trial_judge(t, learned);
	printf("how far the probability of a rejection is from what happened, on average: %.3f\n",
	       measure(rejection, rejected, n, 0.5f).ece);
	free(rejection);
	free(rejected);
	print(&result, bytes.n, done - begun);
	frg_model_close(m);
	free((char *)bytes.p);
	trial_close(t);
	house_close(h);
	frg_workspace_close(ws);
	return result.better == expected;
}

int main(int argc, char **argv)
{
	struct archive a = {.title = SIZE_MAX};
	struct frg_engine *e;
	struct frg_error err;
	if (argc < 4) {
		fprintf(stderr, "usage: learning ARCHIVE.tsv TEXT TITLE|- [RULE[,RULE]=]COLUMN…\n");
		return 2;
	}
	if (table_open(&a.table, argv[1], &err) != FRG_OK || frg_engine_open(NULL, &e, &err) != FRG_OK) {
		fprintf(stderr, "%s\n", err.msg);
		return 2;
	}
	a.text = table_column(&a.table, str_of(argv[2]));
	a.title = table_column(&a.table, str_of(argv[3]));
	for (int i = 4; i < argc && a.marks < RULES_MOST; i++) {
		str column = str_of(argv[i]), rules, id;
		enum frg_rule rule;
		if (strchr(argv[i], '='))
			str_next(&column, '=', &rules);
		else
			rules = STR_NONE;
		while (str_next(&rules, ',', &id))
			if (frg_rule_from_id(id, &rule))
				a.mark[a.marks].rules |= 1u << rule;
		a.mark[a.marks++].column = table_column(&a.table, column);
	}
	for (size_t i = 0; i < a.marks; i++)
		if (a.mark[i].column == SIZE_MAX || a.text == SIZE_MAX) {
			fprintf(stderr, "no such column\n");
			return 2;
		}
	read_labels(&a);
	bool good = run(e, &a, true);
	shuffle(&a);
	printf("the same with shuffled labels:\n");
	good = run(e, &a, false) && good;
	free(a.label);
	table_close(&a.table);
	frg_engine_close(e);
	return good ? 0 : 1;
}
