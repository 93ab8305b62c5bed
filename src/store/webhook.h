/* Rows about programs of others that are told what happens, and about what each is told. Part of store/store.h. */
#ifndef STORE_WEBHOOK_H
#define STORE_WEBHOOK_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"

struct store_tx;
struct store_ids;

/* How many a site may have; how many deliveries may wait for one; how many that have ended are kept, and for how long.
 */
enum { STORE_WEBHOOKS_MAX = 20, STORE_WEBHOOK_WAITING_MAX = 50000, STORE_WEBHOOK_ENDED_KEPT = 500 };
#define STORE_WEBHOOK_ENDED_MS ((msec)7 * 24 * 3600 * 1000)
/* Nothing is put off for longer: what seems to be was put off when the clock was wrong. */
#define STORE_WEBHOOK_PUT_OFF_MS ((msec)25 * 3600 * 1000)

struct store_webhook {
	id64 id, site;
	str url, secret, secret_before /* empty: none */;
	msec secret_before_until;
	str types, state /* active, paused, off */, off_reason;
	int64_t seen_seq, failures;
	msec failing_since /* 0: not */, hold_until;
	id64 created_by /* 0: a command */;
	msec created;
	id64 changed_by;
	msec changed;
	str created_name, changed_name; /* read only: in lists */
};
struct store_webhooks {
	struct store_webhook *items;
	size_t count;
};

struct store_delivery {
	id64 id, webhook;
	int64_t seq;
	str type;
	id64 article, comment, revision;
	str detail;
	msec happened;
	str state; /* waiting, sent, failed, skipped */
	msec due;
	int64_t claim, tries, status;
	str problem;
	msec took, tried;
};
struct store_deliveries {
	struct store_delivery *items;
	size_t count;
};

/* FRG_TOO_LARGE webhooks_many. */
MUST_CHECK enum frg_status store_webhook_insert(struct store_tx *tx, const struct store_webhook *w,
                                                struct frg_error *err);
/* FRG_NOT_FOUND, also if it is another site's (0: any). */
MUST_CHECK enum frg_status store_webhook_get(struct store_tx *tx, id64 site, id64 id, struct store_webhook *out,
                                             struct frg_error *err);
/* Oldest first, with names. */
MUST_CHECK enum frg_status store_webhook_list(struct store_tx *tx, id64 site, struct store_webhooks *out,
                                              struct frg_error *err);
/* Of all sites, those in this state (empty: in any). */
MUST_CHECK enum frg_status store_webhook_all(struct store_tx *tx, str state, struct store_webhooks *out,
                                             struct frg_error *err);
/* All but id, site and creation. */
MUST_CHECK enum frg_status store_webhook_update(struct store_tx *tx, const struct store_webhook *w,
                                                struct frg_error *err);
/* With its deliveries. */
MUST_CHECK enum frg_status store_webhook_delete(struct store_tx *tx, id64 id, struct frg_error *err);
/* What happened up to `seq` has its deliveries: of all that are active. */
MUST_CHECK enum frg_status store_webhook_seen(struct store_tx *tx, int64_t seq, struct frg_error *err);

/* Does nothing if this webhook was told of this already. */
MUST_CHECK enum frg_status store_delivery_insert(struct store_tx *tx, const struct store_delivery *d,
                                                 struct frg_error *err);
/* Active webhooks with something that is due, each once; *next: when the next is (0: nothing waits). */
MUST_CHECK enum frg_status store_delivery_due(struct store_tx *tx, msec now, struct store_ids *webhooks, msec *next,
                                              struct frg_error *err);
/* The oldest of a webhook's that is due. FRG_NOT_FOUND. */
MUST_CHECK enum frg_status store_delivery_next(struct store_tx *tx, id64 webhook, msec now, struct store_delivery *out,
                                               struct frg_error *err);
/* Nobody else tries it until then. */
MUST_CHECK enum frg_status store_delivery_claim(struct store_tx *tx, id64 id, int64_t claim, msec until,
                                                struct frg_error *err);
/* Whose tries were cut off: they are due. */
MUST_CHECK enum frg_status store_delivery_unclaim(struct store_tx *tx, msec now, struct frg_error *err);
/* What came of a try, if it still is the one that claimed it. */
MUST_CHECK enum frg_status store_delivery_save(struct store_tx *tx, const struct store_delivery *d, int64_t claim,
                                               bool *saved, struct frg_error *err);
/* What waits for a webhook is due now. */
MUST_CHECK enum frg_status store_delivery_hasten(struct store_tx *tx, id64 webhook, msec now, struct frg_error *err);
/* One that has ended is to be sent once more; FRG_NOT_FOUND if there is none such. */
MUST_CHECK enum frg_status store_delivery_again(struct store_tx *tx, id64 webhook, id64 id, msec now,
                                                struct frg_error *err);
/* Newest first. */
MUST_CHECK enum frg_status store_delivery_list(struct store_tx *tx, id64 webhook, int64_t limit,
                                               struct store_deliveries *out, struct frg_error *err);
/* How many wait, at most `limit`. */
MUST_CHECK enum frg_status store_delivery_waiting(struct store_tx *tx, id64 webhook, int64_t limit, int64_t *count,
                                                  struct frg_error *err);
/* Ended ones beyond STORE_WEBHOOK_ENDED_KEPT or older than STORE_WEBHOOK_ENDED_MS go; and of a webhook that is told
 * nothing any more what has waited as long. */
MUST_CHECK enum frg_status store_delivery_purge(struct store_tx *tx, id64 webhook, msec now, struct frg_error *err);

#endif
