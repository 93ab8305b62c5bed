/* Learning from the editors: which model holds at a site, when a new one is made, and what decisions there are to
 * learn from. Making one is the work of event/teacher.c, on its thread; here is what the desk sees and may do, and
 * what that thread asks for. Part of service/service.h. */
#ifndef SERVICE_LEARNING_H
#define SERVICE_LEARNING_H

#include "service/staff/staff.h"
#include "store/learning.h"

struct service;

/* ---- house.c: the models in force ---- */

/* After somebody, perhaps in another process, chose another model. A model that cannot be used is named in the log, and
 * the built-in one serves. */
MUST_CHECK enum frg_status service_house_reload(struct service *svc, id64 site, struct frg_error *err);

/* ---- learning.c: the desk ---- */

enum learning_schedule { LEARNING_OFF, LEARNING_NIGHTLY, LEARNING_WEEKLY };
str learning_schedule_name(enum learning_schedule s);
bool learning_schedule_of(str name, enum learning_schedule *out);
/* Is it time? In the server's night, at three. `last`: when it was tried last; 0: never. */
bool learning_due(enum learning_schedule s, msec last, msec now);

enum learning_phase { LEARNING_IDLE, LEARNING_READING, LEARNING_TRAINING, LEARNING_MEASURING };
str learning_phase_name(enum learning_phase p);

struct learning_view {
	enum learning_schedule schedule;
	/* What is going on at this site; `elsewhere`: at another site of this installation, which is not this one's. */
	enum learning_phase phase;
	bool elsewhere, stopping;
	int64_t done, all;
	str by; /* empty: on schedule */
	msec began;
	/* How the last run ended here since the program began: "" (no run, or it made a model), or an error's code. */
	str failed;
	msec failed_at;
	int64_t in_force; /* version; 0: the built-in model alone */
	bool broken;      /* that one cannot be used: the built-in one serves */
	struct store_house_models models;
	struct store_house_choices choices;
};
MUST_CHECK enum frg_status service_learning(struct service *svc, struct arena *a, id64 site, struct learning_view *out,
                                            struct frg_error *err);
/* FRG_CONFLICT learning_running: one model is made at a time. */
MUST_CHECK enum frg_status service_learning_start(struct service *svc, const struct staff *who, struct frg_error *err);
/* FRG_CONFLICT learning_not_running. */
MUST_CHECK enum frg_status service_learning_stop(struct service *svc, const struct staff *who, struct frg_error *err);
MUST_CHECK enum frg_status service_learning_schedule(struct service *svc, struct arena *a, const struct staff *who,
                                                     enum learning_schedule schedule, struct frg_error *err);
/* Puts a version in force (0: the built-in model alone); FRG_NOT_FOUND model_gone; FRG_CORRUPT model_broken. */
MUST_CHECK enum frg_status service_learning_choose(struct service *svc, struct arena *a, const struct staff *who,
                                                   int64_t version, struct frg_error *err);

/* What there is to learn from: the newest `most` decisions, in pages, without texts. */
MUST_CHECK enum frg_status service_learning_verdicts(struct service *svc, struct arena *a, id64 site, size_t most,
                                                     struct store_verdicts *out, struct frg_error *err);
MUST_CHECK enum frg_status service_learning_automatic(struct service *svc, struct arena *a, id64 site, msec since,
                                                      int64_t among, int64_t *count, struct frg_error *err);
static inline bool learning_rejected(const struct store_verdict *v) { return !str_eq(v->action, STR("release")); }

/* ---- learning.c: for the thread that makes models ---- */

struct learning_job {
	id64 site;
	enum frg_lang lang;
	str reason; /* asked, nightly, weekly */
	id64 editor;
	str editor_name; /* lives as long as the job */
};
enum { LEARNING_NEWS_LEAST = 50 };
/* Waits up to `wait` for something to do. A scheduled one needs LEARNING_NEWS_LEAST decisions since the last. */
bool service_learning_take(struct service *svc, struct arena *a, msec wait, struct learning_job *out);
/* Wakes who waits there, and has a running one stop. */
void service_learning_end(struct service *svc);
/* False: stop. */
bool service_learning_progress(struct service *svc, enum learning_phase phase, size_t done, size_t all);

struct learning_page {
	struct store_verdicts verdicts;
	const struct store_article **article; /* by verdict */
};
/* Texts with what they stand under; as store_verdict_page. */
MUST_CHECK enum frg_status service_learning_page(struct service *svc, struct arena *a, const struct learning_job *job,
                                                 int64_t before, int64_t from, int64_t limit, struct learning_page *out,
                                                 struct frg_error *err);
/* The engine that all checks share; the model and the settings in force, to be given back. */
const struct frg_engine *service_engine(struct service *svc);
struct lent_model;
struct lent_policy;
struct lent_policy *service_policy_borrow(struct service *svc, id64 site);
void service_policy_return(struct service *svc, struct lent_policy *lent);
const struct frg_policy *service_policy_lent(const struct lent_policy *lent); /* NULL: none */
struct lent_model *service_model_borrow(struct service *svc, id64 site);
void service_model_return(struct service *svc, struct lent_model *lent);
const struct frg_model *service_model_lent(const struct lent_model *lent); /* NULL: the built-in one alone */
/* The seq of the newest decision that any model of the site was learned from, the one in force included. */
MUST_CHECK enum frg_status service_learning_seen(struct service *svc, struct arena *a, id64 site, int64_t *seq,
                                                 struct frg_error *err);

struct learning_made {
	str data;   /* NULL, if it was not better */
	str name;   /* of the model */
	str report; /* JSON */
	bool better;
	int64_t learned_until, measured_until;
};
/* Keeps what was made, and puts it in force if it is better. */
MUST_CHECK enum frg_status service_learning_save(struct service *svc, struct arena *a, const struct learning_job *job,
                                                 const struct learning_made *made, struct frg_error *err);
/* The job is over; `code` NULL: it made a model, better or not. */
void service_learning_done(struct service *svc, const char *code);

/* ---- outcomes.c: what thresholds would have meant ---- */

enum { OUTCOME_SCORES = 1001 };
struct outcome_counts {
	uint32_t released[OUTCOME_SCORES], rejected[OUTCOME_SCORES], other[OUTCOME_SCORES]; /* by score, per mille */
};
struct outcomes {
	int64_t decisions, automatic, other_engine;
	msec since;
	bool cut; /* there were more than OUTCOME_DECISIONS_MAX */
	struct outcome_counts rule[FRG_RULE_COUNT];
};
enum { OUTCOME_DAYS = 31, OUTCOME_DECISIONS_MAX = 10000, OUTCOME_LIST_MAX = 100 };
MUST_CHECK enum frg_status service_outcomes(struct service *svc, struct arena *a, id64 site, struct outcomes **out,
                                            struct frg_error *err);
struct outcome_query {
	const struct staff *who;
	enum frg_rule rule;
	bool above;    /* released ones from the score on; else those rejected for the rule below it */
	int64_t score; /* per mille */
};
struct outcome_item {
	struct store_verdict verdict;
	int64_t score;
	str text, article_title;
};
/* Newest first, at most OUTCOME_LIST_MAX, of the person's sections. */
MUST_CHECK enum frg_status service_outcome_list(struct service *svc, struct arena *a, const struct outcome_query *q,
                                                struct outcome_item **out, size_t *count, struct frg_error *err);

#endif
