/* The lane at work: looks at what comes in, draws some for people, releases the others when their time has come. */
#include "service/automatic/automatic.h"
#include "service/inner.h"

#include "base/log.h"

enum { DUE_AT_ONCE = 50 };

struct looking {
	struct service *svc;
	id64 site, revision;
	bool any, adds;
	struct store_revision text;
	struct store_comment comment;
	struct store_article article;
	struct store_review review;
	struct store_automatic_policy policy;
};

/* The comment with all that a lane asks of it. FRG_NOT_FOUND: no lane is open for it. */
static enum frg_status load(struct store_tx *tx, struct looking *l, struct frg_error *err)
{
	enum frg_status st = store_revision_get(tx, l->revision, &l->text, err);
	if (st == FRG_OK)
		st = store_comment_get(tx, l->text.comment, &l->comment, err);
	if (st == FRG_OK)
		st = store_article_by_id(tx, l->comment.article, &l->article, err);
	if (st == FRG_OK)
		st = store_review_latest(tx, l->revision, &l->review, err);
	return st == FRG_OK ? store_automatic_open(tx, l->text.site, l->article.section, &l->policy, err) : st;
}

static struct automatic_look look_of(const struct looking *l, msec at)
{
	return (struct automatic_look){.comment = &l->comment,
	                               .revision = &l->text,
	                               .article = &l->article,
	                               .findings = l->review.findings,
	                               .first = l->policy.first,
	                               .at = at};
}

/* Engine and house model, without the version of the house's own words. */
static bool same_engine(const struct looking *l)
{
	return str_eq(service_scorer_of(l->review.engine), l->policy.engine);
}

/* ---- what comes in ---- */

static enum frg_status consider(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct looking *l = ctx;
	struct store_automatic_case k;
	enum frg_status st = load(tx, l, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && (l->text.state != STATE_HELD || l->text.version != 1)))
		return FRG_OK;
	if (st == FRG_OK && store_automatic_get(tx, l->revision, &k, NULL) == FRG_OK)
		return FRG_OK; /* another process was first */
	if (st != FRG_OK)
		return st;
	msec at = l->text.created + l->policy.delay;
	k = (struct store_automatic_case){.revision = l->revision,
	                                  .site = l->text.site,
	                                  .section = l->article.section,
	                                  .engine = l->policy.engine,
	                                  .score = automatic_score(l->review.findings),
	                                  .outcome = STR(""),
	                                  .created = l->text.created};
	struct automatic_look look = look_of(l, at);
	if (k.score < 0 || k.score > l->policy.threshold || !same_engine(l))
		return FRG_OK; /* it waits for people; the chain will tell what they make of it */
	st = automatic_excluded(tx, &look, &k.excluded, err);
	if (st != FRG_OK || k.excluded.n)
		return st;
	k.policy = l->policy.version;
	k.due = at;
	st = automatic_drawn(tx, l->revision, "blind", l->policy.draw, &k.drawn, err);
	return st == FRG_OK ? store_automatic_put(tx, &k, err) : st;
}

static enum frg_status any_open(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct looking *l = ctx;
	struct store_automatic_policies open;
	enum frg_status st = store_automatic_open_all(tx, l->site, &open, err);
	l->any = st == FRG_OK && open.count > 0;
	return st;
}

enum frg_status service_automatic_any(struct service *svc, struct arena *a, id64 site, bool *open,
                                      struct frg_error *err)
{
	struct looking l = {.site = site};
	enum frg_status st = store_read(svc->store, a, any_open, &l, err);
	*open = l.any;
	return st;
}

enum frg_status service_automatic_held(struct service *svc, struct arena *a, id64 site, id64 revision,
                                       struct frg_error *err)
{
	struct looking l = {.svc = svc, .site = site, .revision = revision};
	return store_write(svc->store, a, consider, &l, err);
}

/* ---- what is due ---- */

static str detail_of(struct arena *a, const struct store_automatic_policy *p, int64_t score)
{
	return json_text(a, json_pack("{s:{s:o, s:I, s:f, s:f, s:f, s:f}}", "automatic", "policy", json_of(p->section),
	                              "version", (json_int_t)p->version, "limit", (double)p->limit / 1000, "confidence",
	                              (double)p->confidence / 1000, "threshold", (double)p->threshold / RISK_SCALE, "score",
	                              (double)score / RISK_SCALE));
}

/* A decision like any other, in the name of who signed. */
static enum frg_status release(struct store_tx *tx, struct looking *l, const struct staff *signer, int64_t score,
                               id64 *decision, struct frg_error *err)
{
	struct store_decision d;
	struct decision_of of = {.who = signer,
	                         .comment = &l->comment,
	                         .revision = &l->text,
	                         .action = "release",
	                         .rules = STR(""),
	                         .word = STR(""),
	                         .detail = detail_of(store_arena(tx), &l->policy, score)};
	enum frg_status st = decision_append(tx, &of, &d, err);
	if (st == FRG_OK) /* what went by itself tells nothing of how long people take */
		st = store_forecast_forget(tx, l->revision, err);
	if (st == FRG_OK)
		st = store_revision_move(tx, l->revision, STATE_HELD, l->text.version, STATE_RELEASED, err);
	if (st == FRG_OK)
		st = decision_release(tx, &l->comment, &l->text, &d, false, &l->adds, err);
	if (st == FRG_OK)
		st = store_queue_author(tx, l->comment.author, 1, 0, err);
	if (st == FRG_OK)
		st = decision_tell(tx, "decided", &l->comment, l->revision,
		                   arena_printf(store_arena(tx), "release %.*s (auto)%s", STR_ARG(signer->name),
		                                l->adds ? "\n" EVENT_FIRST : ""),
		                   err);
	*decision = d.id;
	return st;
}

/* Everything is looked at once more: what was so a minute ago may not be so any longer. */
static enum frg_status take(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct looking *l = ctx;
	struct store_automatic_case k;
	struct staff signer;
	enum frg_status st = store_automatic_get(tx, l->revision, &k, err);
	if (st != FRG_OK || !k.due || k.due > clock_now())
		return st;
	k.due = 0;
	st = load(tx, l, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && l->policy.version != k.policy)) {
		k.policy = 0; /* the lane was closed, or is another one by now */
		return store_automatic_put(tx, &k, err);
	}
	if (st != FRG_OK)
		return st;
	if (l->text.state != STATE_HELD || l->text.version != 1) /* decided, withdrawn, revised, referred */
		return store_automatic_put(tx, &k, err);
	struct automatic_look look = look_of(l, clock_now());
	k.score = automatic_score(l->review.findings);
	st = automatic_excluded(tx, &look, &k.excluded, err);
	if (st != FRG_OK)
		return st;
	bool goes = !k.excluded.n && k.score >= 0 && k.score <= l->policy.threshold && same_engine(l);
	k.policy = goes ? k.policy : 0;
	st = goes && !k.drawn ? automatic_signer(tx, &l->policy, &signer, err) : FRG_OK;
	if (st == FRG_NOT_FOUND) { /* the guard will close it */
		k.policy = 0;
		return store_automatic_put(tx, &k, err);
	}
	if (st == FRG_OK && goes && !k.drawn)
		st = release(tx, l, &signer, k.score, &k.decision, err);
	return st == FRG_OK ? store_automatic_put(tx, &k, err) : st;
}

struct due {
	struct store_automatic_cases cases;
};

static enum frg_status load_due(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct due *d = ctx;
	return store_automatic_due(tx, clock_now(), DUE_AT_ONCE, &d->cases, err);
}

/* One that cannot be released by itself waits for people instead of holding up the others. */
static enum frg_status give_up(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct store_automatic_case k;
	enum frg_status st = store_automatic_get(tx, *(id64 *)ctx, &k, err);
	k.due = 0;
	k.policy = 0;
	return st == FRG_OK ? store_automatic_put(tx, &k, err) : st;
}

enum frg_status service_automatic_due(struct service *svc, struct arena *a, bool *more, struct frg_error *err)
{
	struct due d = {0};
	enum frg_status st = store_read(svc->store, a, load_due, &d, err);
	*more = st == FRG_OK && d.cases.count == DUE_AT_ONCE;
	for (size_t i = 0; st == FRG_OK && i < d.cases.count; i++) {
		struct looking l = {.svc = svc, .revision = d.cases.items[i].revision};
		struct frg_error why = {0};
		st = store_write(svc->store, a, take, &l, &why);
		if (st == FRG_OK && l.comment.article)
			service_threads_change(svc, l.comment.article, l.text.site, l.adds);
		if (st == FRG_OK)
			continue;
		log_error("automatic", "a comment stays for people: %s", why.msg);
		st = store_write(svc->store, a, give_up, &l.revision, err);
	}
	return st;
}
