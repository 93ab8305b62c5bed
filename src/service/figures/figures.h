/* Figures of the desk's work: how much comes when, how long it waits, what is decided, how far the engine and the
 * editors agree, and what another staffing would change. Never of single persons.
 *
 * They are counted in the background by day and section (figures_fold.c: the chain of decisions by sequence, what was
 * received and forecast by day), so that a question reads some ten thousand small rows however much was ever decided.
 * Days and hours are those of the server's time zone. How the table is laid out: store/figures.h. */
#ifndef SERVICE_FIGURES_H
#define SERVICE_FIGURES_H

#include "service/desk.h"
#include "store/figures.h"

enum figure_kind {
	KIND_RELEASED,
	KIND_REJECTED,
	KIND_RETURNED,
	KIND_REMOVED,
	KIND_UPHELD,  /* an objection: the author was right */
	KIND_CHANGED, /* for another reason */
	KIND_REFUSED,
	KIND_AUTOMATIC, /* released by a lane: no editor's decision */
	KIND_COUNT
};

/* ---- counting, in the background (figures_fold.c) ---- */

enum { FIGURES_KEPT_DAYS = 800 };
/* Of the one thread that counts; begins as zeros. */
struct figures_progress {
	msec received, forecasts, purged; /* by clock_steady, when last looked at */
};
/* Counts some of what is new; *more: there is more at once. */
MUST_CHECK enum frg_status service_figures_refresh(struct service *svc, struct arena *a, struct figures_progress *p,
                                                   bool *more, struct frg_error *err);

/* ---- classes of waiting time: eight to a doubling, so that a quantile is true to five percent ---- */

enum { WAIT_CLASSES = 200 };
int wait_class(msec wait);
double wait_class_begin(double cls); /* seconds */
/* Seconds; -1: nothing was counted. */
double wait_quantile(const int64_t counts[WAIT_CLASSES], double p);

/* ---- asking ---- */

enum figure_table_name {
	FIGURES_TOTALS,
	FIGURES_LOAD,
	FIGURES_WAITS,
	FIGURES_DISTRIBUTION,
	FIGURES_DECISIONS,
	FIGURES_ENGINE,
	FIGURES_CALIBRATION,
	FIGURES_FORECAST,
	FIGURES_CREW,    /* only with a shift that is changed */
	FIGURES_BACKLOG, /* as well */
	FIGURES_TABLES
};
extern const str figure_table_names[FIGURES_TABLES];

/* A table of named columns: what the desk draws, and what is exported. */
struct figure_cell {
	enum { CELL_NONE, CELL_NUMBER, CELL_SHARE, CELL_TEXT } kind; /* SHARE: any real number */
	int64_t number;
	double share;
	str text;
};
struct figure_table {
	const char *const *columns;
	size_t column_count, row_count, room;
	struct figure_cell *cells; /* row by row */
};
struct figures {
	struct figure_table table[FIGURES_TABLES];
	int64_t from, to;            /* days, inclusive; to: today, so far */
	str section;                 /* empty: all that one may see */
	bool whole;                  /* of all sections: people and their rate are known of these together only */
	struct store_texts sections; /* that one may ask for */
	int64_t behind;              /* decisions not counted yet */
	msec longest_wait;
	double rate; /* decisions an hour and editor, as measured; 0: not known */
	struct desk_shift shifts[DESK_SHIFTS_MAX];
	size_t shift_count;
	int64_t replayed_days; /* of a changed shift: over so many days */
};
struct figures_query {
	const struct staff *who;
	int64_t days; /* 7, 30, 90, 365 */
	str section;
	bool crew; /* play the period again with `change` people more on this shift (0: only as it is) */
	int64_t shift, change;
};
/* FRG_INVALID figures_invalid; FRG_FORBIDDEN section_forbidden. */
MUST_CHECK enum frg_status service_figures(struct service *svc, struct arena *a, const struct figures_query *q,
                                           struct figures *out, struct frg_error *err);

#endif
