/* What the files about evidence share. */
#ifndef SERVICE_EVIDENCE_INNER_H
#define SERVICE_EVIDENCE_INNER_H

#include "service/inner.h"

/* A value as it is signed: members in order, no spaces. Takes the reference over. */
str evidence_canonical(struct arena *a, json_t *value);
/* A new secret key, in base64. */
str evidence_secret_new(struct arena *a);
/* Its public half. False if it is no key. */
bool evidence_public(struct arena *a, str secret, str *out);
/* The signature of a text, in base64. False if `secret` is no key. */
bool evidence_sign(struct arena *a, str secret, str text, str *out);
bool evidence_signed(str public_key, str text, str signature);
str evidence_envelope(struct arena *a, str public_key, str bundle, str signature);

/* ISO 8601 with the zone's offset; null for 0. */
json_t *evidence_time(msec t);
/* All that is known of a comment and of what was done about it. `e`: who preserves it, when, why. */
MUST_CHECK enum frg_status evidence_bundle(struct store_tx *tx, const struct store_site *site,
                                           const struct store_evidence *e, const struct store_comment *c, str key,
                                           json_t **out, struct frg_error *err);
/* How often something has been preserved here. */
MUST_CHECK enum frg_status evidence_count(struct store_tx *tx, int64_t *count, struct frg_error *err);
MUST_CHECK enum frg_status evidence_secret(struct store_tx *tx, str *out, struct frg_error *err);

#endif
