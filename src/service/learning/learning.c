/* What the desk sees of learning and may do about it, and the one job that is going on, if there is one. A job lives in
 * memory alone: a restart forgets it, and it is started again. */
#include "service/inner.h"

#include "base/log.h"

#include <stdlib.h>
#include <time.h>

enum { PAGE = 1000, NIGHT_HOUR = 3, HOUR_MS = 3600 * 1000 };

struct learning {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool asked, ending, stopping;
	enum learning_phase phase; /* or asked: not idle */
	id64 site;                 /* of the job, or of the last one */
	id64 editor;
	char by[128];
	const char *reason;
	int64_t done, all;
	msec began, failed_at;
	id64 failed_site;
	const char *failed; /* NULL: the last run was none, or made a model */
};

struct learning *learning_open(void)
{
	struct learning *l = calloc(1, sizeof *l);
	pthread_condattr_t steady;
	if (!l)
		BUG("out of memory");
	pthread_mutex_init(&l->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&l->changed, &steady);
	pthread_condattr_destroy(&steady);
	return l;
}

void learning_close(struct learning *l)
{
	if (!l)
		return;
	pthread_cond_destroy(&l->changed);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

/* ---- the schedule ---- */

static const str schedules[] = {STR_INIT("off"), STR_INIT("nightly"), STR_INIT("weekly")};
static const str phases[] = {STR_INIT("idle"), STR_INIT("reading"), STR_INIT("training"), STR_INIT("measuring")};

str learning_schedule_name(enum learning_schedule s) { return schedules[s]; }
str learning_phase_name(enum learning_phase p) { return phases[p]; }

bool learning_schedule_of(str name, enum learning_schedule *out)
{
	for (size_t i = 0; i < COUNT_OF(schedules); i++) {
		if (str_eq(name, schedules[i])) {
			*out = (enum learning_schedule)i;
			return true;
		}
	}
	return false;
}

bool learning_due(enum learning_schedule s, msec last, msec now)
{
	time_t seconds = (time_t)(now / 1000);
	struct tm tm;
	localtime_r(&seconds, &tm);
	msec least = s == LEARNING_WEEKLY ? (msec)(7 * 24 - 4) * HOUR_MS : (msec)20 * HOUR_MS;
	return s != LEARNING_OFF && tm.tm_hour == NIGHT_HOUR && now - last >= least;
}

/* The site's setting: {"schedule","last","seq"}; seq: the newest decision when it was tried last. */
struct plan {
	enum learning_schedule schedule;
	msec last;
	int64_t seq;
};

static enum frg_status plan_load(struct store_tx *tx, id64 site, struct plan *out, struct frg_error *err)
{
	json_t *o;
	*out = (struct plan){0};
	enum frg_status st = setting_json(tx, site, STR("learning"), &o, err);
	if (!o)
		return st;
	if (!learning_schedule_of(json_str(store_arena(tx), json_object_get(o, "schedule")), &out->schedule))
		st = frg_fail(err, FRG_CORRUPT, "store_corrupt", "the schedule for learning is not readable");
	out->last = json_integer_value(json_object_get(o, "last"));
	out->seq = json_integer_value(json_object_get(o, "seq"));
	json_decref(o);
	return st;
}

static enum frg_status plan_save(struct store_tx *tx, id64 site, const struct plan *p, struct frg_error *err)
{
	json_t *o = json_pack("{s:o, s:I, s:I}", "schedule", json_of(schedules[p->schedule]), "last", (json_int_t)p->last,
	                      "seq", (json_int_t)p->seq);
	return store_setting_put(tx, site, STR("learning"), json_text(store_arena(tx), o), err);
}

struct scheduling {
	const struct staff *who;
	enum learning_schedule schedule;
};

static enum frg_status save_schedule(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	const struct scheduling *s = ctx;
	struct plan plan;
	enum frg_status st = plan_load(tx, s->who->site, &plan, err);
	plan.schedule = s->schedule;
	if (st == FRG_OK)
		st = plan_save(tx, s->who->site, &plan, err);
	struct store_staff_event e = {
		.site = s->who->site,
		.actor = s->who->id,
		.kind = STR("settings"),
		.detail = json_text(store_arena(tx), json_pack("{s:o}", "learning", json_of(schedules[s->schedule])))};
	return st == FRG_OK ? store_staff_log(tx, &e, err) : st;
}

enum frg_status service_learning_schedule(struct service *svc, struct arena *a, const struct staff *who,
                                          enum learning_schedule schedule, struct frg_error *err)
{
	struct scheduling s = {who, schedule};
	return store_write(svc->store, a, save_schedule, &s, err);
}

/* ---- what the desk sees ---- */

struct viewing {
	id64 site;
	struct learning_view *view;
};

static enum frg_status load_view(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct viewing *v = ctx;
	struct plan plan;
	enum frg_status st = plan_load(tx, v->site, &plan, err);
	v->view->schedule = plan.schedule;
	if (st == FRG_OK)
		st = store_house_list(tx, v->site, &v->view->models, err);
	return st == FRG_OK ? store_house_choices(tx, v->site, 20, &v->view->choices, err) : st;
}

enum frg_status service_learning(struct service *svc, struct arena *a, id64 site, struct learning_view *out,
                                 struct frg_error *err)
{
	struct learning *l = svc->learning;
	struct viewing v = {site, out};
	*out = (struct learning_view){0};
	pthread_mutex_lock(&l->lock);
	enum learning_phase phase = l->asked ? LEARNING_READING : l->phase;
	out->elsewhere = phase != LEARNING_IDLE && l->site != site;
	if (phase != LEARNING_IDLE && l->site == site) {
		out->phase = phase;
		out->stopping = l->stopping;
		out->done = l->done;
		out->all = l->all;
		out->began = l->began;
		out->by = arena_str(a, str_of(l->by));
	}
	if (l->failed && l->failed_site == site) {
		out->failed = str_of(l->failed);
		out->failed_at = l->failed_at;
	}
	pthread_mutex_unlock(&l->lock);
	enum frg_status st = store_read(svc->store, a, load_view, &v, err);
	if (st == FRG_OK && out->choices.count)
		out->in_force = out->choices.items[0].version;
	struct lent_model *lent = service_model_borrow(svc, site);
	out->broken = out->in_force && house_version(lent) == out->in_force && !service_model_lent(lent);
	service_model_return(svc, lent);
	return st;
}

/* In the lock. */
static void begin(struct learning *l, id64 site, id64 editor, str by, const char *reason)
{
	l->site = site;
	l->editor = editor;
	snprintf(l->by, sizeof l->by, "%.*s", STR_ARG(by));
	l->reason = reason;
	l->asked = true;
	l->stopping = false;
	l->done = l->all = 0;
	l->began = clock_now();
	l->failed = NULL;
	pthread_cond_broadcast(&l->changed);
}

enum frg_status service_learning_start(struct service *svc, const struct staff *who, struct frg_error *err)
{
	struct learning *l = svc->learning;
	pthread_mutex_lock(&l->lock);
	bool busy = l->asked || l->phase != LEARNING_IDLE;
	if (!busy)
		begin(l, who->site, who->id, who->name, "asked");
	pthread_mutex_unlock(&l->lock);
	return busy ? frg_fail(err, FRG_CONFLICT, "learning_running", "a model is being made already") : FRG_OK;
}

enum frg_status service_learning_stop(struct service *svc, const struct staff *who, struct frg_error *err)
{
	struct learning *l = svc->learning;
	pthread_mutex_lock(&l->lock);
	bool mine = (l->asked || l->phase != LEARNING_IDLE) && l->site == who->site;
	l->stopping = l->stopping || mine;
	pthread_mutex_unlock(&l->lock);
	return mine ? FRG_OK : frg_fail(err, FRG_CONFLICT, "learning_not_running", "no model is being made here");
}

/* ---- which model holds ---- */

struct choosing {
	struct store_house_choice choice;
	struct store_house_model model;
	bool check;
};

static enum frg_status load_model(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct choosing *c = ctx;
	enum frg_status st = store_house_get(tx, c->choice.site, c->choice.version, &c->model, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && c->model.data.n == 0))
		return frg_fail(err, FRG_NOT_FOUND, "model_gone", "this version is no longer kept");
	return st;
}

static enum frg_status choose(struct store_tx *tx, struct store_house_choice *choice, struct frg_error *err)
{
	choice->created = clock_now();
	enum frg_status st = store_house_choose(tx, choice, err);
	return st == FRG_OK ? store_event_insert(tx, &(struct store_event){.kind = STR("model"), .site = choice->site}, err)
	                    : st;
}

static enum frg_status save_choice(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct choosing *c = ctx;
	enum frg_status st = c->choice.version ? load_model(tx, c, err) : FRG_OK; /* it may have gone meanwhile */
	return st == FRG_OK ? choose(tx, &c->choice, err) : st;
}

enum frg_status service_learning_choose(struct service *svc, struct arena *a, const struct staff *who, int64_t version,
                                        struct frg_error *err)
{
	struct choosing c = {.choice = {.site = who->site,
	                                .version = version,
	                                .reason = STR("chosen"),
	                                .editor = who->id,
	                                .editor_name = who->name}};
	struct frg_model *model = NULL;
	enum frg_status st = version ? store_read(svc->store, a, load_model, &c, err) : FRG_OK;
	if (st == FRG_OK && version)
		st = house_open_model(svc, &c.model, &model, err); /* what cannot be used is not put in force */
	frg_model_close(model);
	if (st == FRG_OK)
		st = store_write(svc->store, a, save_choice, &c, err);
	return st == FRG_OK ? service_house_reload(svc, who->site, err) : st;
}

struct saving {
	struct store_house_model row;
	struct store_house_choice choice;
};

static enum frg_status save_made(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct saving *s = ctx;
	enum frg_status st = store_house_insert(tx, &s->row, err);
	s->choice.version = s->row.version;
	return st == FRG_OK && s->row.better ? choose(tx, &s->choice, err) : st;
}

enum frg_status service_learning_save(struct service *svc, struct arena *a, const struct learning_job *job,
                                      const struct learning_made *made, struct frg_error *err)
{
	char hash[HASH_TEXT_SIZE] = "";
	if (made->better)
		hash_text(made->data, hash);
	struct saving s = {.row = {.site = job->site,
	                           .lang = job->lang,
	                           .name = made->name,
	                           .hash = str_of(hash),
	                           .data = made->better ? made->data : STR(""),
	                           .size = (int64_t)made->data.n,
	                           .learned_until = made->learned_until,
	                           .measured_until = made->measured_until,
	                           .better = made->better,
	                           .report = made->report,
	                           .reason = job->reason,
	                           .editor = job->editor,
	                           .editor_name = job->editor_name,
	                           .created = clock_now()},
	                   .choice = {.site = job->site, .reason = STR("better"), .editor_name = STR("")}};
	enum frg_status st = store_write(svc->store, a, save_made, &s, err);
	return st == FRG_OK && made->better ? service_house_reload(svc, job->site, err) : st;
}

/* ---- decisions ---- */

struct reading {
	const struct learning_job *job;
	enum store_verdict_part part;
	int64_t before, from, limit;
	struct store_verdicts page;
	const struct store_article **article;
};

static enum frg_status load_labels(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct reading *r = ctx;
	return store_verdict_page(tx, r->job->site, r->job->lang, r->part, r->before, r->from, r->limit, &r->page, err);
}

enum frg_status service_learning_verdicts(struct service *svc, struct arena *a, id64 site, size_t most,
                                          struct store_verdicts *out, struct frg_error *err)
{
	const struct store_site *of = service_site_by_id(svc, site);
	struct learning_job job = {.site = site, .lang = of->lang};
	struct reading r = {.job = &job, .part = VERDICT_LABELS};
	*out = (struct store_verdicts){.items = ARENA_ARRAY(a, struct store_verdict, most)};
	do { /* a page at a time: nobody waits for a long reading */
		r.limit = most - out->count < PAGE ? (int64_t)(most - out->count) : PAGE;
		enum frg_status st = store_read(svc->store, a, load_labels, &r, err);
		if (st != FRG_OK)
			return st;
		if (r.page.count)
			memcpy(out->items + out->count, r.page.items, r.page.count * sizeof *r.page.items);
		out->count += r.page.count;
		if (r.page.count)
			r.before = r.page.items[r.page.count - 1].seq;
	} while (r.page.count == PAGE && out->count < most);
	return FRG_OK;
}

struct counting {
	id64 site;
	msec since;
	int64_t among, *count;
};

static enum frg_status count_automatic(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct counting *c = ctx;
	return store_verdict_automatic(tx, c->site, c->since, c->among, c->count, err);
}

enum frg_status service_learning_automatic(struct service *svc, struct arena *a, id64 site, msec since, int64_t among,
                                           int64_t *count, struct frg_error *err)
{
	struct counting c = {site, since, among, count};
	return store_read(svc->store, a, count_automatic, &c, err);
}

static enum frg_status load_page(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct reading *r = ctx;
	enum frg_status st = load_labels(tx, r, err);
	r->article = ARENA_ARRAY(store_arena(tx), const struct store_article *, r->page.count);
	for (size_t i = 0; st == FRG_OK && i < r->page.count; i++) {
		for (size_t k = 0; k < i && !r->article[i]; k++)
			if (r->page.items[k].article == r->page.items[i].article)
				r->article[i] = r->article[k];
		if (r->article[i])
			continue;
		struct store_article *article = ARENA_NEW(store_arena(tx), struct store_article);
		st = store_article_by_id(tx, r->page.items[i].article, article, err);
		r->article[i] = article;
	}
	return st;
}

enum frg_status service_learning_page(struct service *svc, struct arena *a, const struct learning_job *job,
                                      int64_t before, int64_t from, int64_t limit, struct learning_page *out,
                                      struct frg_error *err)
{
	struct reading r = {.job = job, .part = VERDICT_TEXTS, .before = before, .from = from, .limit = limit};
	enum frg_status st = store_read(svc->store, a, load_page, &r, err);
	*out = (struct learning_page){.verdicts = r.page, .article = r.article};
	return st;
}

enum frg_status service_learning_seen(struct service *svc, struct arena *a, id64 site, int64_t *seq,
                                      struct frg_error *err)
{
	struct learning_view view = {0};
	struct viewing v = {site, &view};
	enum frg_status st = store_read(svc->store, a, load_view, &v, err);
	*seq = 0;
	for (size_t i = 0; st == FRG_OK && i < view.models.count && view.choices.count; i++)
		if (view.models.items[i].version == view.choices.items[0].version)
			*seq = view.models.items[i].learned_until;
	return st;
}

/* ---- the thread that makes models ---- */

struct lent_policy *service_policy_borrow(struct service *svc, id64 site) { return policy_borrow(svc, site); }
void service_policy_return(struct service *svc, struct lent_policy *lent) { policy_return(svc, lent); }
const struct frg_policy *service_policy_lent(const struct lent_policy *lent) { return policy_lent(lent); }

struct claiming {
	struct learning_job job;
	bool taken;
};

/* Is it time at this site, and is there anything new? Says so in the database, so that no other process takes it. */
static enum frg_status claim(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct claiming *c = ctx;
	struct plan plan;
	struct store_verdicts news = {0};
	msec now = clock_now();
	enum frg_status st = plan_load(tx, c->job.site, &plan, err);
	if (st != FRG_OK || !learning_due(plan.schedule, plan.last, now))
		return st;
	st = store_verdict_page(tx, c->job.site, c->job.lang, VERDICT_LABELS, 0, plan.seq + 1, LEARNING_NEWS_LEAST, &news,
	                        err);
	c->taken = st == FRG_OK && news.count == LEARNING_NEWS_LEAST;
	c->job.reason = schedules[plan.schedule];
	plan.last = now;
	if (c->taken)
		plan.seq = news.items[0].seq;
	return st == FRG_OK ? plan_save(tx, c->job.site, &plan, err) : st;
}

static enum frg_status load_due(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct claiming *c = ctx;
	struct plan plan;
	enum frg_status st = plan_load(tx, c->job.site, &plan, err);
	c->taken = st == FRG_OK && learning_due(plan.schedule, plan.last, clock_now());
	return st;
}

static bool scheduled(struct service *svc, struct arena *a, struct learning_job *out)
{
	const struct store_site *sites = service_site(svc, STR(""));
	for (size_t i = 0; i < service_site_count(svc); i++) {
		struct claiming c = {.job = {.site = sites[i].id, .lang = sites[i].lang}};
		struct frg_error err;
		enum frg_status st = store_read(svc->store, a, load_due, &c, &err);
		if (st == FRG_OK && c.taken) {
			c.taken = false;
			st = store_write(svc->store, a, claim, &c, &err);
		}
		if (st != FRG_OK)
			log_error("learning", "%s", err.msg);
		*out = c.job;
		out->editor_name = STR("");
		if (st == FRG_OK && c.taken)
			return true;
	}
	return false;
}

/* In the lock. Waits until something is asked for, at most so long. */
static void wait_for(struct learning *l, msec wait)
{
	struct timespec until = clock_steady_after(wait);
	while (!l->asked && !l->ending)
		if (pthread_cond_timedwait(&l->changed, &l->lock, &until) != 0)
			break;
}

bool service_learning_take(struct service *svc, struct arena *a, msec wait, struct learning_job *out)
{
	struct learning *l = svc->learning;
	struct learning_job job;
	bool due = scheduled(svc, a, &job);
	pthread_mutex_lock(&l->lock);
	if (due && !l->asked && !l->ending)
		begin(l, job.site, 0, STR(""), job.reason.p);
	else if (!due)
		wait_for(l, wait);
	bool taken = l->asked && !l->ending;
	l->asked = false;
	if (taken) {
		l->phase = LEARNING_READING;
		const struct store_site *site = service_site_by_id(svc, l->site);
		*out = (struct learning_job){.site = l->site,
		                             .lang = site ? site->lang : FRG_LANG_DE,
		                             .reason = str_of(l->reason),
		                             .editor = l->editor,
		                             .editor_name = arena_str(a, str_of(l->by))};
	}
	pthread_mutex_unlock(&l->lock);
	return taken;
}

void service_learning_end(struct service *svc)
{
	struct learning *l = svc->learning;
	pthread_mutex_lock(&l->lock);
	l->ending = l->stopping = true;
	pthread_cond_broadcast(&l->changed);
	pthread_mutex_unlock(&l->lock);
}

bool service_learning_progress(struct service *svc, enum learning_phase phase, size_t done, size_t all)
{
	struct learning *l = svc->learning;
	pthread_mutex_lock(&l->lock);
	l->phase = phase;
	l->done = (int64_t)done;
	l->all = (int64_t)all;
	bool go_on = !l->stopping;
	pthread_mutex_unlock(&l->lock);
	return go_on;
}

void service_learning_done(struct service *svc, const char *code)
{
	struct learning *l = svc->learning;
	pthread_mutex_lock(&l->lock);
	l->phase = LEARNING_IDLE;
	l->stopping = l->ending;
	l->failed = code;
	l->failed_site = l->site;
	l->failed_at = clock_now();
	pthread_mutex_unlock(&l->lock);
}
