/* Rows about the desk's figures: counts by day, and how far has been counted. Part of store/store.h, by itself
 * because only service/figures/figures.h's files use it. */
#ifndef STORE_FIGURES_H
#define STORE_FIGURES_H

#include "store/store.h"

/* What is counted. The numbers are kept in the database: never change one. */
enum store_figure_name {
	FIGURE_RECEIVED = 1,     /* bin: hour */
	FIGURE_DECIDED = 2,      /* bin: hour */
	FIGURE_KIND = 3,         /* bin: enum figure_kind (service/figures/figures.h) */
	FIGURE_RULE = 4,         /* rejections that name this rule; bin: enum frg_rule */
	FIGURE_WITHIN = 5,       /* decided within the longest wait that the site allows; bin 0 */
	FIGURE_WAIT_OPEN = 6,    /* decided, by class of waiting time; sent while somebody was there */
	FIGURE_WAIT_CLOSED = 7,  /* the same, sent while nobody was */
	FIGURE_WAIT_STAFFED = 8, /* all, by the time for which somebody was there */
	FIGURE_JUDGED = 9,       /* bin: rule, what the engine and what the editors said */
	FIGURE_TENTH = 10,       /* bin: rule, tenth of the score, what the editors said */
	FIGURE_TENTH_SUM = 11,   /* thousandths of score in it; bin: rule, tenth */
	FIGURE_FORECAST = 12     /* bin: 0 no time given, 1 given, 2 kept */
};

struct store_figure {
	str scope; /* "": the whole site; "/Politik" */
	int64_t day, name, bin, value;
};
/* Adds to what is there. */
MUST_CHECK enum frg_status store_figure_add(struct store_tx *tx, id64 site, const struct store_figure *f,
                                            struct frg_error *err);
/* Replaces what is there; an equal value writes nothing. */
MUST_CHECK enum frg_status store_figure_set(struct store_tx *tx, id64 site, const struct store_figure *f,
                                            struct frg_error *err);
/* From `from` to `to` (days, inclusive), names up to `last`, one by one to `seen`: there may be millions. Their scope
 * is not filled in. */
typedef void store_figure_seen(void *ctx, const struct store_figure *f);
MUST_CHECK enum frg_status store_figure_each(struct store_tx *tx, id64 site, str scope, int64_t from, int64_t to,
                                             enum store_figure_name last, store_figure_seen *seen, void *ctx,
                                             struct frg_error *err);
MUST_CHECK enum frg_status store_figure_purge(struct store_tx *tx, int64_t before, struct frg_error *err);
MUST_CHECK enum frg_status store_figure_scope_put(struct store_tx *tx, id64 site, str scope, struct frg_error *err);
/* In order. */
MUST_CHECK enum frg_status store_figure_scopes(struct store_tx *tx, id64 site, int64_t limit, struct store_texts *out,
                                               struct frg_error *err);
/* 0 if there is none yet. */
MUST_CHECK enum frg_status store_figure_mark(struct store_tx *tx, id64 site, str name, int64_t *value,
                                             struct frg_error *err);
/* FRG_CONFLICT unless it stood at `from`: another process counts too. */
MUST_CHECK enum frg_status store_figure_mark_move(struct store_tx *tx, id64 site, str name, int64_t from, int64_t to,
                                                  struct frg_error *err);

/* ---- what is counted ---- */

/* A row of the chain as it counts: an undo counts what it undoes, negatively. */
struct store_figure_decision {
	int64_t seq, sign;
	id64 site;
	str section, action, rules, detail, findings;
	msec submitted, decided;
	bool automatic; /* a lane made it by itself */
};
struct store_figure_decisions {
	struct store_figure_decision *items;
	size_t count;
};
MUST_CHECK enum frg_status store_figure_decisions(struct store_tx *tx, int64_t after, int64_t limit,
                                                  struct store_figure_decisions *out, struct frg_error *err);
/* How many rows of the chain there are after this one. */
MUST_CHECK enum frg_status store_figure_behind(struct store_tx *tx, int64_t seq, int64_t *out, struct frg_error *err);

struct store_figure_count {
	str section;
	int64_t hour; /* since `from` */
	int64_t count;
};
struct store_figure_counts {
	struct store_figure_count *items;
	size_t count;
};
/* Texts that came in [from, to). */
MUST_CHECK enum frg_status store_figure_received(struct store_tx *tx, id64 site, msec from, msec to,
                                                 struct store_figure_counts *out, struct frg_error *err);
/* When the first text at or after `from` came; 0: none. */
MUST_CHECK enum frg_status store_figure_first(struct store_tx *tx, id64 site, msec from, msec *out,
                                              struct frg_error *err);
/* When the first of the texts was sent whose ids are in (after, upto]; 0: none. */
MUST_CHECK enum frg_status store_figure_stored(struct store_tx *tx, id64 site, id64 after, id64 upto, msec *first,
                                               struct frg_error *err);
struct store_figure_forecast {
	str section;
	int64_t none, given, kept;
};
struct store_figure_forecasts {
	struct store_figure_forecast *items;
	size_t count;
};
/* Of the forecasts made in [from, to) whose outcome is known at `now`. */
MUST_CHECK enum frg_status store_figure_forecasts(struct store_tx *tx, id64 site, msec from, msec to, msec now,
                                                  struct store_figure_forecasts *out, struct frg_error *err);

#endif
