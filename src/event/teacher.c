/* Makes newsrooms' own models from their decisions: reads the older ones, learns, and compares with what is in force on
 * the newest, which neither has learned from. Between pages it holds no database and no lock; it is one thread, of low
 * priority. What is measured, and when a model is better, is learn/house.h's to say. */
#include "event/teacher.h"

#include "base/json.h"
#include "base/log.h"
#include "learn/house.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { PAGE = 200, LOOK_MS = 60000, GIVE_WAY = 15, ARTICLES = 64 };

struct teacher {
	struct service *svc;
	pthread_t thread;
	atomic_bool stopping;
};

/* Articles as they were analysed for the last few comments: those under one article were decided close together. */
struct analysed {
	id64 id[ARTICLES];
	struct frg_article *article[ARTICLES];
};

struct lesson {
	struct teacher *t;
	const struct learning_job *job;
	struct arena *a, *page;
	struct frg_workspace *ws;
	struct analysed analysed;
	/* decisions before `split` are learned from, those from there up to `until` measured on */
	int64_t split, until;
	size_t to_learn, to_measure;
	int64_t counts[2][HOUSE_HEADS]; /* examples: to learn from, to measure on */
	struct house *house;
	size_t bytes;
	struct trial *trial;
	const struct frg_model *running, *candidate;
	const struct frg_policy *policy;
	size_t seen;
};

static enum frg_status stopped(struct frg_error *err)
{
	return frg_fail(err, FRG_UNAVAILABLE, "learning_stopped", "stopped");
}

/* ---- how the decisions are divided ---- */

static void labels_of(const struct store_verdict *v, uint8_t out[HOUSE_HEADS])
{
	house_labels(learning_rejected(v), service_rules_bits(v->rules), out);
}

static void count(struct lesson *l, const struct store_verdicts *all)
{
	for (size_t i = 0; i < all->count; i++) {
		uint8_t label[HOUSE_HEADS];
		labels_of(&all->items[i], label);
		for (size_t k = 0; k < HOUSE_HEADS; k++)
			l->counts[i < l->to_measure][k] += label[k] == 1;
	}
}

/* The newest fifth is measured on; of that, only what the model in force has not learned from either. */
static enum frg_status divide(struct lesson *l, struct frg_error *err)
{
	struct store_verdicts all;
	int64_t seen;
	enum frg_status st = service_learning_verdicts(l->t->svc, l->a, l->job->site, HOUSE_DECISIONS_MAX, &all, err);
	if (st == FRG_OK)
		st = service_learning_seen(l->t->svc, l->a, l->job->site, &seen, err);
	if (st != FRG_OK)
		return st;
	size_t n = all.count / HOUSE_MEASURED_PART;
	n = n > HOUSE_MEASURED_MAX ? HOUSE_MEASURED_MAX : n;
	while (n && all.items[n - 1].seq <= seen)
		n--;
	l->to_measure = n;
	l->to_learn = all.count - n;
	if (all.count < HOUSE_DECISIONS_LEAST || n == 0)
		return frg_fail(err, FRG_NOT_FOUND, "learning_too_few", "%zu decisions, %zu of them to measure on", all.count,
		                n);
	l->split = all.items[n - 1].seq;
	l->until = all.items[0].seq + 1;
	count(l, &all);
	if (l->counts[0][0] + l->counts[1][0] < HOUSE_REJECTIONS_LEAST)
		return frg_fail(err, FRG_NOT_FOUND, "learning_too_few", "too few rejections");
	return FRG_OK;
}

/* Heads that can both be learned and measured. */
static unsigned worth_learning(const struct lesson *l)
{
	unsigned heads = 0;
	for (size_t k = 0; k < HOUSE_HEADS; k++)
		if (l->counts[0][k] >= HOUSE_LEARNED_LEAST && l->counts[1][k] >= HOUSE_MEASURED_LEAST &&
		    (k == 0 || l->counts[0][k] + l->counts[1][k] >= HOUSE_RULE_LEAST))
			heads |= 1u << k;
	return heads;
}

/* ---- going through them ---- */

static const struct frg_article *article_of(struct lesson *l, const struct store_article *a)
{
	struct analysed *k = &l->analysed;
	size_t at = (uint64_t)a->id % ARTICLES;
	struct frg_error err;
	if (k->id[at] == a->id)
		return k->article[at];
	frg_article_close(k->article[at]);
	k->id[at] = a->id;
	k->article[at] = NULL;
	if (a->title.n + a->lead.n + a->body_text.n &&
	    frg_article_open(service_engine(l->t->svc), a->title, a->lead, a->body_text, &k->article[at], &err) != FRG_OK)
		log_warn("learning", "an article could not be read: %s", err.msg);
	return k->article[at];
}

static enum frg_status learn_from(struct lesson *l, const struct frg_input *in, const uint8_t *label,
                                  struct frg_error *err)
{
	bool taken;
	enum frg_status st = house_add(l->house, l->ws, in, label, &taken, err);
	l->bytes += taken ? in->text.n : 0;
	return st;
}

static enum frg_status measure_on(struct lesson *l, const struct frg_input *in, const uint8_t *label,
                                  struct frg_error *err)
{
	struct frg_review before, after;
	struct frg_input as = *in;
	const struct frg_engine *engine = service_engine(l->t->svc);
	as.policy = l->policy;
	as.model = l->running;
	enum frg_status st = frg_check(engine, l->ws, &as, &before, err);
	as.model = l->candidate;
	if (st == FRG_OK && before.lang == l->job->lang) {
		st = frg_check(engine, l->ws, &as, &after, err);
		if (st == FRG_OK)
			trial_add(l->trial, &before, &after, label);
	}
	return st;
}

typedef enum frg_status each(struct lesson *l, const struct frg_input *in, const uint8_t *label, struct frg_error *err);

static enum frg_status each_of_page(struct lesson *l, const struct learning_page *p, each *f, struct frg_error *err)
{
	enum frg_status st = FRG_OK;
	for (size_t i = 0; i < p->verdicts.count && st == FRG_OK; i++) {
		const struct store_verdict *v = &p->verdicts.items[i];
		uint8_t label[HOUSE_HEADS];
		struct frg_input in = {.text = v->text, .parent = v->parent_text, .article = article_of(l, p->article[i])};
		labels_of(v, label);
		if (v->text.n)
			st = f(l, &in, label, err);
	}
	return st;
}

/* Newest first, from before `before` down to `from`, at most `most`. */
static enum frg_status each_verdict(struct lesson *l, int64_t before, int64_t from, size_t most,
                                    enum learning_phase phase, each *f, struct frg_error *err)
{
	struct learning_page p = {0};
	enum frg_status st;
	size_t done = 0;
	do {
		arena_reset(l->page);
		st = service_learning_page(l->t->svc, l->page, l->job, before, from, PAGE, &p, err);
		if (st == FRG_OK)
			st = each_of_page(l, &p, f, err);
		done += p.verdicts.count;
		if (p.verdicts.count)
			before = p.verdicts.items[p.verdicts.count - 1].seq;
		if (st == FRG_OK && !service_learning_progress(l->t->svc, phase, done, most))
			st = stopped(err);
	} while (st == FRG_OK && p.verdicts.count == PAGE && done < most && l->bytes < HOUSE_TEXT_MAX);
	return st;
}

/* ---- what came of it ---- */

static json_t *pair(const double v[2]) { return json_pack("[f, f]", v[0], v[1]); }

static json_t *head_json(const struct lesson *l, const struct trial_result *r, size_t k)
{
	const struct trial_head *h = &r->head[k];
	json_t *o = json_pack("{s:s, s:I, s:I}", "head", house_head_name(k), "learned_from", (json_int_t)l->counts[0][k],
	                      "measured_on", (json_int_t)l->counts[1][k]);
	if (!h->measured) {
		json_object_set_new(o, "measured", json_null());
		return o;
	}
	json_object_set_new(o, "measured",
	                    json_pack("{s:I, s:I, s:o, s:o, s:o, s:o, s:[I, I]}", "n", (json_int_t)h->n, "rejected",
	                              (json_int_t)h->positives, "auc", pair(h->auc), "loss", pair(h->loss), "precision",
	                              pair(h->precision), "recall", pair(h->recall), "flagged", (json_int_t)h->flagged[0],
	                              (json_int_t)h->flagged[1]));
	return o;
}

static str report_of(const struct lesson *l, const struct trial_result *r, msec took)
{
	json_t *heads = json_array();
	const double range[2] = {r->low, r->high};
	for (size_t k = 0; k < HOUSE_HEADS; k++)
		json_array_append_new(heads, head_json(l, r, k));
	return json_text(l->a, json_pack("{s:I, s:I, s:o, s:o, s:o, s:b, s:b, s:I, s:o}", "learned_from",
	                                 (json_int_t)house_rows(l->house), "measured_on", (json_int_t)r->n, "auc",
	                                 pair(r->auc), "gain", pair(range), "loss", pair(r->loss), "better", (int)r->better,
	                                 "against_own", l->running != NULL, "took_ms", (json_int_t)took, "heads", heads));
}

static bool progress(void *ctx, size_t done, size_t all)
{
	struct lesson *l = ctx;
	return service_learning_progress(l->t->svc, LEARNING_TRAINING, done, all);
}

/* Compares, and keeps what came of it. */
static enum frg_status examine(struct lesson *l, str bytes, unsigned learned, msec began, struct frg_error *err)
{
	struct service *svc = l->t->svc;
	struct frg_model *candidate;
	enum frg_status st = frg_model_open(service_engine(svc), bytes, &candidate, err);
	if (st != FRG_OK)
		return st;
	struct lent_model *model = service_model_borrow(svc, l->job->site);
	struct lent_policy *policy = service_policy_borrow(svc, l->job->site);
	l->trial = trial_open();
	l->running = service_model_lent(model);
	l->policy = service_policy_lent(policy);
	l->candidate = candidate;
	l->bytes = 0;
	st = each_verdict(l, l->until, l->split, l->to_measure, LEARNING_MEASURING, measure_on, err);
	if (st == FRG_OK) {
		struct trial_result r = trial_judge(l->trial, learned);
		struct learning_made made = {.data = bytes,
		                             .name = r.better ? str_of(frg_model_id(candidate)) : STR(""),
		                             .report = report_of(l, &r, clock_steady() - began),
		                             .better = r.better,
		                             .learned_until = l->split - 1,
		                             .measured_until = l->until - 1};
		log_info("learning",
		         "%zu decisions learned from, %zu measured on: AUC %.4f, was %.4f (95 %%: %+.4f to %+.4f): %s",
		         house_rows(l->house), r.n, r.auc[1], r.auc[0], r.low, r.high,
		         r.better ? "better, in force" : "not better, nothing changes");
		st = service_learning_save(svc, l->a, l->job, &made, err);
	}
	trial_close(l->trial);
	service_policy_return(svc, policy);
	service_model_return(svc, model);
	frg_model_close(candidate);
	return st;
}

static enum frg_status teach(struct lesson *l, struct frg_error *err)
{
	struct service *svc = l->t->svc;
	msec began = clock_steady();
	unsigned learned, wanted;
	str bytes;
	if (!service_learning_progress(svc, LEARNING_READING, 0, 0))
		return stopped(err);
	enum frg_status st = divide(l, err);
	if (st != FRG_OK)
		return st;
	wanted = worth_learning(l);
	if (!(wanted & 1))
		return frg_fail(err, FRG_NOT_FOUND, "learning_too_few", "too few rejections on either side");
	l->house = house_open(service_engine(svc), l->job->lang);
	st = each_verdict(l, l->split, 0, l->to_learn, LEARNING_READING, learn_from, err);
	if (st == FRG_OK)
		st = house_learn(l->house, wanted, progress, l, &bytes, &learned, err);
	if (st == FRG_OK) {
		st = examine(l, bytes, learned, began, err);
		free((char *)bytes.p);
	}
	house_close(l->house);
	return st;
}

static void run(struct teacher *t, struct arena *a, const struct learning_job *job)
{
	struct lesson l = {.t = t, .job = job, .a = a, .page = arena_open((size_t)256 << 20)};
	struct frg_error err = {0};
	enum frg_status st = frg_workspace_open(service_engine(t->svc), &l.ws, &err);
	if (st == FRG_OK)
		st = teach(&l, &err);
	if (st != FRG_OK && st != FRG_NOT_FOUND && st != FRG_UNAVAILABLE)
		log_error("learning", "%s", err.msg);
	for (size_t i = 0; i < ARTICLES; i++)
		frg_article_close(l.analysed.article[i]);
	frg_workspace_close(l.ws);
	arena_close(l.page);
	service_learning_done(t->svc, st == FRG_OK ? NULL : err.code);
}

static void *loop(void *arg)
{
	struct teacher *t = arg;
	struct arena *a = arena_open((size_t)256 << 20);
	struct learning_job job;
	if (setpriority(PRIO_PROCESS, 0, GIVE_WAY) != 0) /* of this thread alone */
		log_warn("learning", "the thread that learns keeps its priority: %m");
	while (!atomic_load(&t->stopping)) {
		arena_reset(a);
		if (service_learning_take(t->svc, a, LOOK_MS, &job))
			run(t, a, &job);
	}
	arena_close(a);
	return NULL;
}

enum frg_status teacher_open(struct service *svc, struct teacher **out, struct frg_error *err)
{
	struct teacher *t = calloc(1, sizeof *t);
	*out = NULL;
	if (!t)
		BUG("out of memory");
	t->svc = svc;
	if (pthread_create(&t->thread, NULL, loop, t)) {
		free(t);
		return frg_fail(err, FRG_UNAVAILABLE, "threads", "cannot start a thread");
	}
	*out = t;
	return FRG_OK;
}

void teacher_close(struct teacher *t)
{
	if (!t)
		return;
	atomic_store(&t->stopping, true);
	service_learning_end(t->svc);
	pthread_join(t->thread, NULL);
	free(t);
}
