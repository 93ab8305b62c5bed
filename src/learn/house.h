/* A newsroom's own model from its own decisions, and whether it is better than what is in force.
 *
 * What is learned, and how it joins the built-in scores, stands in include/freigabe.h (struct frg_model). Labels: a
 * released comment speaks against every rule; one that was rejected for some rules speaks for these, and says nothing
 * of the others, which its editor may just not have named. So a head's probability is that of a rejection for this
 * rule among comments that are released or rejected for it.
 *
 * What is measured: decisions that are all later than those learned from, each scored by what is in force and by the
 * candidate as it would serve, from its file. Nothing is chosen by them. */
#ifndef LEARN_HOUSE_H
#define LEARN_HOUSE_H

#include "learn/learn.h"
#include "review/inner.h"

/* A head for rejection as such, then one for each breach. */
enum { HOUSE_HEADS = FRG_OFF_TOPIC + 2, HOUSE_UNKNOWN = 2 };
/* So many decisions are learned from, the newest, and so many bytes of text: a ceiling on time and memory. */
enum { HOUSE_DECISIONS_MAX = 20000, HOUSE_TEXT_MAX = 8 << 20 };
/* Less is not worth learning from: decisions in all, rejections among them, rejections that name a rule. */
enum { HOUSE_DECISIONS_LEAST = 300, HOUSE_REJECTIONS_LEAST = 60, HOUSE_RULE_LEAST = 40 };
/* Of these at least so many must be among those learned from, and among those measured on. */
enum { HOUSE_LEARNED_LEAST = 25, HOUSE_MEASURED_LEAST = 6 };
/* The newest fifth is measured on. */
enum { HOUSE_MEASURED_PART = 5, HOUSE_MEASURED_MAX = 2000 };

static inline const char *house_head_name(size_t head)
{
	return head == 0 ? HOUSE_REJECTION : frg_rule_id((enum frg_rule)(head - 1));
}
/* `rules`: bits by enum frg_rule, of a rejected one. */
void house_labels(bool rejected, unsigned rules, uint8_t out[HOUSE_HEADS]);

/* ---- house.c: learning ---- */

struct house;

/* False: stop. `done` of `all` in steps of about the same length. */
typedef bool house_progress(void *ctx, size_t done, size_t all);

struct house *house_open(const struct frg_engine *engine, enum frg_lang lang);
void house_close(struct house *h);
/* One decision; *taken is false for a comment in another language. Errors as of frg_check. */
MUST_CHECK enum frg_status house_add(struct house *h, struct frg_workspace *ws, const struct frg_input *in,
                                     const uint8_t label[HOUSE_HEADS], bool *taken, struct frg_error *err);
size_t house_rows(const struct house *h);
/* Learns the heads named by bits of `wanted` (by index), as far as there are examples enough, on the calling thread
 * alone; *learned says which. *model is to be freed. FRG_UNAVAILABLE learning_stopped: `progress` said so;
 * FRG_NOT_FOUND learning_too_few: nothing can be learned. */
MUST_CHECK enum frg_status house_learn(struct house *h, unsigned wanted, house_progress *progress, void *ctx,
                                       str *model, unsigned *learned, struct frg_error *err);

/* ---- stack.c: joining log odds ---- */

/* The new head's logit, that of rejection as such (0: for itself), the built-in log odds by rule. */
enum { STACK_OWN, STACK_SHARED, STACK_BUILT_IN, STACK_INPUTS = STACK_BUILT_IN + FRG_RULE_COUNT };
struct stack_fit {
	float own, shared; /* never negative */
	float built_in[FRG_RULE_COUNT];
	float bias;
	double loss; /* mean log loss on the rows fitted */
};
/* Logistic regression on STACK_INPUTS numbers a row, held to `built_in` as it comes in *fit. */
void stack_learn(const float *inputs, const uint8_t *label, size_t n, struct stack_fit *fit);

/* ---- trial.c: is it better? ---- */

struct trial;

struct trial_head {
	bool measured;
	size_t n, positives, flagged[2]; /* [0] what is in force, [1] the candidate */
	double auc[2], precision[2], recall[2];
	double loss[2]; /* log loss, with the constant that is best for each: scores do not know how often is rejected */
};
struct trial_result {
	size_t n;
	struct trial_head head[HOUSE_HEADS];
	/* Of all pairs of a rejected and a released comment, the share that a head puts in the right order; mean over the
	 * heads, weighted by their rejections. `low` and `high`: 95 % of paired bootstrap samples of the difference. */
	double auc[2], low, high;
	double loss[2]; /* the heads' mean log loss, weighted by decisions */
	bool better;    /* low > 0, and the loss has not grown */
};

struct trial *trial_open(void);
void trial_close(struct trial *t);
/* The same comment, checked by what is in force and by the candidate. A rule flags it from its threshold on; as a
 * whole it is flagged when anything but its release is suggested. */
void trial_add(struct trial *t, const struct frg_review *before, const struct frg_review *after,
               const uint8_t label[HOUSE_HEADS]);
/* `heads`: bits of those that the candidate has learned. Deterministic. */
struct trial_result trial_judge(const struct trial *t, unsigned heads);

#endif
