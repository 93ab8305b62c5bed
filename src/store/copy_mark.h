/* The mark of a copy that is not whole yet. */
#ifndef STORE_COPY_MARK_H
#define STORE_COPY_MARK_H

#include "store/tx.h"

/* *source is empty if there is no mark. */
MUST_CHECK enum frg_status copy_mark_read(struct store_tx *tx, str *source, struct frg_error *err);
MUST_CHECK enum frg_status copy_mark_set(struct store_tx *tx, str source, struct frg_error *err);
MUST_CHECK enum frg_status copy_mark_end(struct store_tx *tx, struct frg_error *err);
/* How a source stands now, to compare with how it stood. */
MUST_CHECK enum frg_status copy_mark_of(struct store_tx *tx, str *out, struct frg_error *err);

#endif
