/* Webhooks: programs of others, beside a newsroom, that are told what happens (docs/webhooks.md). What they are told is
 * what any reader may see, and ids; of what is released it is read from `publication` when it is sent.
 *
 *   webhook_collect.c  events → deliveries, in the order of commits
 *   webhook_body.c     a delivery → what is sent
 *   webhook_send.c     signing, trying, what comes of it
 *   webhook.c          what administrators do with them */
#ifndef SERVICE_WEBHOOK_H
#define SERVICE_WEBHOOK_H

#include "service/service.h"

/* In the order in which the desk shows them; NULL-terminated. */
extern const char *const webhook_types[];

/* "whsec_", base64 of 32 bytes, NUL */
enum { WEBHOOK_SECRET_SIZE = 6 + 44 + 1 };
/* A new secret's forerunner signs as well for so long. */
#define WEBHOOK_SECRETS_MS ((msec)24 * 3600 * 1000)

/* ---- webhook.c: administrators ---- */

struct webhook_command {
	const struct staff *who; /* NULL: a command */
	id64 site, id;           /* id 0: a new one */
	str url;
	const str *types;
	size_t type_count;
	bool active, allow_private;
};
struct webhook_listed {
	struct store_webhook is;
	int64_t waiting;
};
MUST_CHECK enum frg_status service_webhooks(struct service *svc, struct arena *a, id64 site,
                                            struct webhook_listed **out, size_t *count, struct frg_error *err);
/* Errors: webhook_url, webhook_types, webhooks_many. The secret is shown now and never again. */
MUST_CHECK enum frg_status service_webhook_add(struct service *svc, struct arena *a, const struct webhook_command *cmd,
                                               struct store_webhook *out, char secret[WEBHOOK_SECRET_SIZE],
                                               struct frg_error *err);
/* Address, types, active. One that was paused or switched off begins with what happens from now on; what waited goes
 * out. Also FRG_NOT_FOUND webhook_unknown, as the next. */
MUST_CHECK enum frg_status service_webhook_change(struct service *svc, struct arena *a,
                                                  const struct webhook_command *cmd, struct frg_error *err);
MUST_CHECK enum frg_status service_webhook_remove(struct service *svc, struct arena *a, const struct staff *who,
                                                  id64 site, id64 id, struct frg_error *err);
MUST_CHECK enum frg_status service_webhook_secret(struct service *svc, struct arena *a, const struct staff *who,
                                                  id64 site, id64 id, char secret[WEBHOOK_SECRET_SIZE],
                                                  struct frg_error *err);
MUST_CHECK enum frg_status service_webhook_deliveries(struct service *svc, struct arena *a, id64 site, id64 id,
                                                      struct store_deliveries *out, struct frg_error *err);
/* One that has ended, once more. FRG_NOT_FOUND delivery_unknown. */
MUST_CHECK enum frg_status service_webhook_again(struct service *svc, struct arena *a, const struct staff *who,
                                                 id64 site, id64 id, id64 delivery, struct frg_error *err);

/* ---- webhook_send.c ---- */

/* What came of a try. */
struct webhook_result {
	const char *problem; /* static; "": taken. status, redirect, gone, private, timeout, unreachable, url */
	long status;         /* 0: no answer */
	msec took;
	bool stopped; /* it was called off, and counts for nothing */
};
struct webhook_post {
	str url, secret, secret_before; /* base64 */
	id64 id;
	str body;
	bool allow_private;
	msec total; /* time for everything */
	bool (*stop)(void *ctx);
	void *ctx;
};
/* Whereto, and by whose secrets it is signed now; the rest is the caller's. */
struct webhook_post webhook_post_to(const struct store_webhook *webhook);
void webhook_post(struct arena *a, const struct webhook_post *post, struct webhook_result *out);
/* The header's value: one signature, or two with a blank between. */
str webhook_signature(struct arena *a, const struct webhook_post *post, str id, int64_t timestamp);
/* Sends a message that says nothing, now, and waits for the answer. */
MUST_CHECK enum frg_status service_webhook_test(struct service *svc, struct arena *a, id64 site, id64 id,
                                                bool allow_private, struct webhook_result *out, struct frg_error *err);

/* A delivery that is being tried. Holds no memory. */
struct webhook_try {
	id64 id;
	int64_t claim, tries;
	bool skipped; /* nothing was sent: what it would have said is not so any more */
	struct webhook_result result;
};
/* What is to be tried next. In the arena. */
struct webhook_task {
	struct store_webhook webhook;
	struct store_delivery delivery;
	struct webhook_try attempt;
};
/* Keeps what came of a try (`done`, NULL: there was none) and, if `go_on`, claims what is due next of this webhook;
 * *there: something is. In one transaction. */
MUST_CHECK enum frg_status service_webhook_step(struct service *svc, struct arena *a, id64 webhook,
                                                const struct webhook_try *done, bool go_on, struct webhook_task *task,
                                                bool *there, struct frg_error *err);
/* How long after so many tries the next is; how many there are. */
msec webhook_wait(int64_t tries);
enum { WEBHOOK_TRIES_MAX = 10 };
/* Active webhooks for which something is due; *next: when something will be (0: nothing waits). */
MUST_CHECK enum frg_status service_webhook_due(struct service *svc, struct arena *a, struct store_ids *webhooks,
                                               msec *next, struct frg_error *err);
/* Whoever did this work before has gone: what was being tried is due. */
MUST_CHECK enum frg_status service_webhook_take_over(struct service *svc, struct arena *a, struct frg_error *err);

/* ---- webhook_body.c ---- */

/* What is sent of a delivery, as it is now. Empty: nothing, as it is not so any more. */
MUST_CHECK enum frg_status webhook_body(struct service *svc, struct arena *a, const struct store_webhook *webhook,
                                        const struct store_delivery *delivery, str *out, struct frg_error *err);
str webhook_test_body(struct arena *a, const struct store_site *site, msec now);

/* ---- webhook_collect.c ---- */

/* How far the outbox was read for webhooks; zero at first, and when another node may have gone on with it. */
struct webhook_progress {
	int64_t seq, noted;
	bool any; /* is any of them active? */
};
/* A page of the outbox; *more: there may be another. Only the node that does what is to be done once. */
MUST_CHECK enum frg_status service_webhook_collect(struct service *svc, struct arena *a, struct webhook_progress *p,
                                                   bool *more, struct frg_error *err);
struct webhook_counts {
	int64_t active, paused, off, waiting;
};
/* Now and then: what has ended long ago goes, what has grown too much is switched off, how far it has come is noted. */
MUST_CHECK enum frg_status service_webhook_care(struct service *svc, struct arena *a, struct webhook_progress *p,
                                                struct webhook_counts *out, struct frg_error *err);
/* In a transaction: it is told nothing more; staff see why. */
MUST_CHECK enum frg_status webhook_switch_off(struct store_tx *tx, struct store_webhook *w, const char *reason,
                                              struct frg_error *err);
/* Where it leads to, without what may be secret in an address: "https://hooks.example". For logs. */
str webhook_where(struct arena *a, str url);
/* For staff and outbox: something was done to one. */
MUST_CHECK enum frg_status webhook_note(struct store_tx *tx, const struct staff *who, const struct store_webhook *w,
                                        const char *kind, str more, struct frg_error *err);

#endif
