/* Moves the pages of SQLite's log into the file, beside the writer: on a thread and a connection of its own. What the
 * writer has added meanwhile it moves itself, so that the log begins anew: there are few. */
#ifndef STORE_CHECKPOINTS_H
#define STORE_CHECKPOINTS_H

#include "store/readers.h"

struct checkpoints;
/* Has the writer move the rest (db_log_restart) between two groups. FRG_UNAVAILABLE "stopping": it does not any more.
 */
typedef enum frg_status checkpoint_rest(void *ctx, struct frg_error *err);

/* `place` must live as long. */
MUST_CHECK enum frg_status checkpoints_open(const struct place *place, checkpoint_rest *rest, void *ctx,
                                            struct checkpoints **out, struct frg_error *err);
/* The writer tells after each commit how many pages are in the log. */
void checkpoints_tell(struct checkpoints *c, int64_t pages);
/* Nothing is moved from the return of checkpoints_pause on, until checkpoints_resume. */
void checkpoints_pause(struct checkpoints *c);
void checkpoints_resume(struct checkpoints *c);
void checkpoints_close(struct checkpoints *c); /* NULL: nothing */

#endif
