/* Do editors agree? A random sample of decided comments stands in the queue once more, for somebody else, who does not
 * know that it was decided. The first decision holds and takes effect at once; the second judgement is only recorded.
 * docs/automatic.md says why single editors are not ranked. */
#ifndef SERVICE_AGREEMENT_H
#define SERVICE_AGREEMENT_H

#include "service/automatic/kappa.h"
#include "service/service.h"
#include "store/agreement.h"

enum { AGREEMENT_SHARE_MAX = 100 /* permille */, AGREEMENT_DAYS = 180, AGREEMENT_MAX = 5000, AGREEMENT_PAIRS = 50 };
enum { AGREED_RELEASE, AGREED_REJECT, AGREED_RETURN, AGREED_COUNT };

struct agreement_view {
	int64_t version, share; /* permille */
	struct kappa action;
	int64_t cells[KAPPA_MAX][KAPPA_MAX]; /* first by second: release, reject, return */
	struct kappa rule[FRG_RULE_COUNT];
	int64_t rule_cells[FRG_RULE_COUNT][2][2]; /* named by the first, by the second */
};
MUST_CHECK enum frg_status service_agreement(struct service *svc, struct arena *a, const struct staff *who,
                                             struct agreement_view *out, struct frg_error *err);
/* Which share is judged twice. FRG_INVALID share_invalid; FRG_CONFLICT conflict. */
MUST_CHECK enum frg_status service_agreement_share(struct service *svc, struct arena *a, const struct staff *who,
                                                   int64_t version, int64_t share, struct frg_error *err);
/* Where the two differ, the newest first. */
MUST_CHECK enum frg_status service_agreement_pairs(struct service *svc, struct arena *a, const struct staff *who,
                                                   struct store_doubles *out, struct frg_error *err);

/* ---- for decide.c, undo.c, queue.c and the tail's learning ---- */

/* A decision that can no longer be taken back: perhaps it is judged once more. */
MUST_CHECK enum frg_status agreement_draw(struct store_tx *tx, const struct store_decision *d, struct frg_error *err);
/* Is this a second judgement? Then it is recorded: *taken. */
MUST_CHECK enum frg_status agreement_judge(struct store_tx *tx, const struct decide_command *cmd,
                                           const struct store_revision *revision, str rules, bool *taken,
                                           struct decide_result *out, struct frg_error *err);
/* Takes one's own second judgement back; FRG_NOT_FOUND: there is none of this id. */
MUST_CHECK enum frg_status agreement_undo(struct store_tx *tx, const struct staff *who, id64 id, id64 *revision,
                                          struct frg_error *err);
/* May this person be asked for second judgements, without knowing? */
bool agreement_asks(const struct staff *who);
/* Looks as it did when it waited. */
void agreement_cover(struct queue_item *item);
/* Is this person asked for a second judgement of this text, and not to see the first? */
MUST_CHECK enum frg_status agreement_blind(struct store_tx *tx, const struct staff *who, id64 revision, bool *blind,
                                           struct frg_error *err);

#endif
