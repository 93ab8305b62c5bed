/* What the files of the figures share. */
#ifndef SERVICE_FIGURES_INNER_H
#define SERVICE_FIGURES_INNER_H

#include "service/figures/figures.h"
#include "service/figures/replay.h"

enum { TENTHS = 10 };
/* Bins of names that have more than one dimension. */
static inline int64_t judged_bin(int rule, bool engine, bool editors) { return rule * 4 + engine * 2 + editors; }
static inline int64_t tenth_bin(int rule, int tenth, bool editors) { return rule * 32 + tenth * 2 + editors; }
static inline int64_t tenth_sum_bin(int rule, int tenth) { return rule * 16 + tenth; }

/* All that was counted of a day, or of several. */
struct figure_sums {
	int64_t received[24], decided[24], kind[KIND_COUNT], rule[FRG_RULE_COUNT], within;
	int64_t wait[3][WAIT_CLASSES];        /* sent while open, while closed; staffed time */
	int64_t judged[FRG_RULE_COUNT][2][2]; /* the engine, the editors */
	int64_t tenth[FRG_RULE_COUNT][TENTHS][2], tenth_sum[FRG_RULE_COUNT][TENTHS];
	int64_t forecast[3]; /* no time given, given, kept */
};
struct figure_days {
	int64_t first;
	size_t count;
	struct figure_sums *day;
};

struct figures_asking {
	const struct figures_query *q;
	struct figures *out;
	struct desk_settings settings;
	struct figure_days now, before;
	struct store_queue_count queue;
	msec at;
	double rate; /* per editor-millisecond */
};

static inline double share_of(int64_t part, int64_t all) { return all > 0 ? (double)part / (double)all : 0; }

/* figures_tables.c */
void figures_tables(struct arena *a, struct figures_asking *f);
/* figures_crew.c: the measured rate; the changed shift. */
double figures_rate(const struct figures_asking *f);
void figures_crew(struct arena *a, struct figures_asking *f);

/* A row of cells, in the order of the table's columns. */
void figure_row(struct arena *a, struct figure_table *t, const struct figure_cell *cells);
#define CELL(x) ((struct figure_cell){.kind = CELL_NUMBER, .number = (x)})
#define CELL_OF(x) ((struct figure_cell){.kind = CELL_SHARE, .share = (x)})
#define CELL_STR(x) ((struct figure_cell){.kind = CELL_TEXT, .text = (x)})
#define CELL_NOT ((struct figure_cell){.kind = CELL_NONE})

#endif
