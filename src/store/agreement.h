/* Rows about second judgements of decided comments. Used with store/store.h. */
#ifndef STORE_AGREEMENT_H
#define STORE_AGREEMENT_H

#include "store/store.h"

struct store_double {
	id64 id, revision, site;
	str section;
	id64 decision, first_editor;
	str first_action, first_rules;
	id64 second_editor; /* 0: none yet */
	str second_action, second_rules;
	msec made, second_at;
	str first_name, second_name, text; /* read only, of a list of pairs */
};
struct store_doubles {
	struct store_double *items;
	size_t count;
};
/* False in *first: this revision has one. */
MUST_CHECK enum frg_status store_double_insert(struct store_tx *tx, const struct store_double *d, bool *first,
                                               struct frg_error *err);
MUST_CHECK enum frg_status store_double_get(struct store_tx *tx, id64 id, struct store_double *out,
                                            struct frg_error *err);
/* The one of a revision that stands in the queue for it; FRG_NOT_FOUND. */
MUST_CHECK enum frg_status store_double_open(struct store_tx *tx, id64 revision, struct store_double *out,
                                             struct frg_error *err);
/* The second judgement; second_action empty: taken back. */
MUST_CHECK enum frg_status store_double_judge(struct store_tx *tx, const struct store_double *d, struct frg_error *err);
/* Those judged since then, the newest first; without names and texts. */
MUST_CHECK enum frg_status store_double_list(struct store_tx *tx, id64 site, msec since, int64_t limit,
                                             struct store_doubles *out, struct frg_error *err);
/* Those of these whose actions differ, with names and texts; `own_sections` as in store_queue_filter. */
MUST_CHECK enum frg_status store_double_pairs(struct store_tx *tx, id64 site, msec since, str own_sections,
                                              int64_t limit, struct store_doubles *out, struct frg_error *err);
/* Takes a place out of the queue that nobody really waits in. */
MUST_CHECK enum frg_status store_double_leave(struct store_tx *tx, id64 revision, struct frg_error *err);
/* Forgets those that nobody has judged since then, and their places. */
MUST_CHECK enum frg_status store_double_forget(struct store_tx *tx, msec before, struct frg_error *err);

#endif
