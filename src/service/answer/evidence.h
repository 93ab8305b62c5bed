/* Preserved evidence (Article 18 of Regulation (EU) 2022/2065): what is known of a comment, as one signed text that
 * outlives it. Part of service/service.h.
 * evidence_bundle.c gathers; evidence_file.c signs and verifies, without a database; evidence.c keeps and shows. */
#ifndef SERVICE_EVIDENCE_H
#define SERVICE_EVIDENCE_H

#include "service/staff/staff.h"
#include "store/store.h"

struct service;

enum { EVIDENCE_REASON_MAX = 2000, EVIDENCE_PER_COMMENT_MAX = 50, EVIDENCE_FILE_MAX = 64 << 20 };

/* *id: of what was kept. FRG_INVALID evidence_reason_missing; FRG_FORBIDDEN section_forbidden; FRG_CONFLICT
 * evidence_many. */
MUST_CHECK enum frg_status service_evidence_preserve(struct service *svc, struct arena *a, const struct staff *who,
                                                     id64 revision, str reason, id64 *id, struct frg_error *err);
/* Newest first, without bundles, those of one's sections; *next: `before` of the next page, 0 on the last. */
MUST_CHECK enum frg_status service_evidence_list(struct service *svc, struct arena *a, const struct staff *who,
                                                 id64 before, int64_t limit, struct store_evidences *out, id64 *next,
                                                 struct frg_error *err);
MUST_CHECK enum frg_status service_evidence_get(struct service *svc, struct arena *a, const struct staff *who, id64 id,
                                                struct store_evidence *out, struct frg_error *err);
/* The file to hand over: bundle, signature, key. That it was taken is logged.
 * FRG_NOT_FOUND evidence_erased: it went with its comment. */
MUST_CHECK enum frg_status service_evidence_file(struct service *svc, struct arena *a, const struct staff *who, id64 id,
                                                 str *file, struct frg_error *err);
/* Ends the hold; the bundle stays until its comment is erased. FRG_CONFLICT hold_ended; FRG_INVALID
 * evidence_reason_missing. */
MUST_CHECK enum frg_status service_evidence_end(struct service *svc, struct arena *a, const struct staff *who, id64 id,
                                                str reason, struct frg_error *err);
/* The installation's public key, in base64: to be given to whoever is to verify. */
MUST_CHECK enum frg_status service_evidence_key(struct store *store, struct arena *a, str *key, struct frg_error *err);

/* ---- evidence_file.c: works on texts alone ---- */

enum evidence_verdict {
	EVIDENCE_GOOD,
	EVIDENCE_CHANGED,  /* the signature is not that of this text */
	EVIDENCE_OTHER_KEY /* it is signed, but not with the key asked for */
};
struct evidence_check {
	enum evidence_verdict verdict;
	str key;                                        /* that it is signed with */
	str comment, article, by, preserved_at, reason; /* what it says */
};
/* A file as it was downloaded, spaces and order of members apart; `key` empty: the one that it names itself.
 * FRG_INVALID evidence_format if it is no such file. */
MUST_CHECK enum frg_status evidence_check(struct arena *a, str file, str key, struct evidence_check *out,
                                          struct frg_error *err);

#endif
