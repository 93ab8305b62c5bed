/* Rows about preserved evidence: signed texts that outlive what they are about. Part of store/store.h. */
#ifndef STORE_EVIDENCE_H
#define STORE_EVIDENCE_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"

struct store_tx;

struct store_evidence {
	id64 id, site, comment, editor;
	str editor_name, reason;
	str bundle, signature; /* empty in lists */
	msec created, ended /* 0: the hold lasts */;
	int64_t number; /* counted for the installation, from 1; stands in the bundle alone */
	id64 ended_by;
	str end_reason;
	str ended_name, name, title, section; /* read only: who ended it; the comment's name and article as they are now */
};
struct store_evidences {
	struct store_evidence *items;
	size_t count;
};
MUST_CHECK enum frg_status store_evidence_insert(struct store_tx *tx, const struct store_evidence *e,
                                                 struct frg_error *err);
MUST_CHECK enum frg_status store_evidence_get(struct store_tx *tx, id64 id, struct store_evidence *out,
                                              struct frg_error *err);
/* Of a site, newest first, those before `before` (0: all), without bundles. */
MUST_CHECK enum frg_status store_evidence_list(struct store_tx *tx, id64 site, id64 before, int64_t limit,
                                               struct store_evidences *out, struct frg_error *err);
/* Of all sites, by id, those after `after`, with bundles: for the audit. */
MUST_CHECK enum frg_status store_evidence_page(struct store_tx *tx, id64 after, int64_t limit,
                                               struct store_evidences *out, struct frg_error *err);
/* How many holds last on a comment. */
MUST_CHECK enum frg_status store_evidence_holds(struct store_tx *tx, id64 comment, int64_t *count,
                                                struct frg_error *err);
/* FRG_CONFLICT if it has ended. */
MUST_CHECK enum frg_status store_evidence_end(struct store_tx *tx, const struct store_evidence *e,
                                              struct frg_error *err);
/* Of a comment, those whose hold has ended and whose bundle is still there. */
MUST_CHECK enum frg_status store_evidence_ended(struct store_tx *tx, id64 comment, struct store_evidences *out,
                                                struct frg_error *err);
/* Reason, bundle and signature go for good; FRG_CONFLICT while the hold lasts. */
MUST_CHECK enum frg_status store_evidence_erase(struct store_tx *tx, id64 id, struct frg_error *err);
/* The hash of an author's capability. */
MUST_CHECK enum frg_status store_author_token(struct store_tx *tx, id64 author, str *hash, struct frg_error *err);

#endif
