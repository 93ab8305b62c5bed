/* All that is kept of one comment, in the order in which it came: for its story. At most STORE_STORY_MAX of each. */
#ifndef STORE_STORY_H
#define STORE_STORY_H

#include "store/store.h"

enum { STORE_STORY_MAX = 500 };

struct store_statements {
	struct store_statement *items;
	size_t count;
};

/* What the engine said of all revisions of a comment. */
MUST_CHECK enum frg_status store_review_of_comment(struct store_tx *tx, id64 comment, struct store_reviews *out,
                                                   struct frg_error *err);
MUST_CHECK enum frg_status store_statement_of_comment(struct store_tx *tx, id64 comment, struct store_statements *out,
                                                      struct frg_error *err);
MUST_CHECK enum frg_status store_objection_of_comment(struct store_tx *tx, id64 comment, struct store_objections *out,
                                                      struct frg_error *err);

#endif
