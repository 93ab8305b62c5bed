/* Asks the engine: workspaces shared by the workers, articles analysed once and kept. */
#include "service/inner.h"
#include "service/measure.h"

#include "base/json.h"

#include <stdlib.h>

enum { WORKSPACES = 64, ARTICLES = 256 };

struct analysed {
	id64 id;
	str hash; /* of the article's content */
	struct frg_article *article;
	unsigned users;
	uint64_t used;
};

struct checker {
	struct frg_engine *engine;
	pthread_mutex_t lock;
	struct frg_workspace *idle[WORKSPACES];
	size_t idle_count;
	struct analysed *articles[ARTICLES];
	uint64_t clock;
};

enum frg_status checker_open(struct service *svc, struct frg_error *err)
{
	(void)err;
	svc->checker = calloc(1, sizeof *svc->checker);
	if (!svc->checker)
		BUG("out of memory");
	pthread_mutex_init(&svc->checker->lock, NULL);
	svc->checker->engine = svc->engine;
	return FRG_OK;
}

static void free_analysed(struct analysed *a)
{
	frg_article_close(a->article);
	free((char *)a->hash.p);
	free(a);
}

void checker_close(struct checker *c)
{
	if (!c)
		return;
	while (c->idle_count)
		frg_workspace_close(c->idle[--c->idle_count]);
	for (size_t i = 0; i < ARTICLES; i++)
		if (c->articles[i])
			free_analysed(c->articles[i]);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static enum frg_status take_workspace(struct checker *c, struct frg_workspace **out, struct frg_error *err)
{
	pthread_mutex_lock(&c->lock);
	*out = c->idle_count ? c->idle[--c->idle_count] : NULL;
	pthread_mutex_unlock(&c->lock);
	return *out ? FRG_OK : frg_workspace_open(c->engine, out, err);
}

static void return_workspace(struct checker *c, struct frg_workspace *ws)
{
	pthread_mutex_lock(&c->lock);
	bool kept = c->idle_count < WORKSPACES;
	if (kept)
		c->idle[c->idle_count++] = ws;
	pthread_mutex_unlock(&c->lock);
	if (!kept)
		frg_workspace_close(ws);
}

/* In the lock. */
static struct analysed *find(struct checker *c, const struct store_article *article)
{
	for (size_t i = 0; i < ARTICLES; i++) {
		struct analysed *a = c->articles[i];
		if (a && a->id == article->id && str_eq(a->hash, article->content_hash)) {
			a->users++;
			a->used = ++c->clock;
			return a;
		}
	}
	return NULL;
}

/* In the lock. False if all slots are in use; the caller then keeps it to itself. */
static bool keep(struct checker *c, struct analysed *a)
{
	size_t oldest = ARTICLES;
	for (size_t i = 0; i < ARTICLES; i++) {
		if (!c->articles[i]) {
			oldest = i;
			break;
		}
		if (c->articles[i]->users == 0 && (oldest == ARTICLES || c->articles[i]->used < c->articles[oldest]->used))
			oldest = i;
	}
	if (oldest == ARTICLES)
		return false;
	if (c->articles[oldest])
		free_analysed(c->articles[oldest]);
	c->articles[oldest] = a;
	a->used = ++c->clock;
	return true;
}

struct lent {
	struct analysed *analysed; /* NULL: no article */
	bool own;                  /* not kept: freed after use */
};

static enum frg_status borrow_article(struct checker *c, const struct store_article *article, struct lent *out,
                                      struct frg_error *err)
{
	*out = (struct lent){0};
	if (!article || (!article->bare && article->title.n + article->lead.n + article->body_text.n == 0))
		return FRG_OK;
	pthread_mutex_lock(&c->lock);
	out->analysed = find(c, article);
	pthread_mutex_unlock(&c->lock);
	if (out->analysed)
		return FRG_OK;
	if (article->bare)
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "the article is not known by heart");
	struct frg_article *opened;
	enum frg_status st = frg_article_open(c->engine, article->title, article->lead, article->body_text, &opened, err);
	if (st != FRG_OK)
		return st;
	struct analysed *a = calloc(1, sizeof *a);
	char *hash = malloc(article->content_hash.n + 1);
	if (!a || !hash)
		BUG("out of memory");
	memcpy(hash, article->content_hash.p, article->content_hash.n);
	*a = (struct analysed){.id = article->id, .hash = {hash, article->content_hash.n}, .article = opened, .users = 1};
	pthread_mutex_lock(&c->lock);
	out->own = !keep(c, a);
	pthread_mutex_unlock(&c->lock);
	out->analysed = a;
	return FRG_OK;
}

static void return_article(struct checker *c, struct lent *lent)
{
	if (!lent->analysed)
		return;
	if (lent->own) {
		free_analysed(lent->analysed);
		return;
	}
	pthread_mutex_lock(&c->lock);
	lent->analysed->users--;
	pthread_mutex_unlock(&c->lock);
}

/* ---- the review as it is stored ---- */

static json_t *evidence_json(const struct frg_evidence *e, str text)
{
	return json_pack("{s:s, s:s, s:I, s:I, s:o, s:f, s:o}", "rule", frg_rule_id(e->rule), "kind", e->kind, "begin",
	                 (json_int_t)e->begin, "end", (json_int_t)e->end, "quote", json_of(str_sub(text, e->begin, e->end)),
	                 "score", (double)e->score, "reason", json_of(e->reason));
}

static json_t *related_json(const struct frg_related *r)
{
	static const char *const parts[] = {"title", "lead", "body"};
	if (!r->found)
		return json_null();
	return json_pack("{s:s, s:I, s:I}", "part", parts[r->part], "begin", (json_int_t)r->begin, "end",
	                 (json_int_t)r->end);
}

/* The rules whose score reached its threshold. */
static json_t *over_json(const struct frg_review *r)
{
	json_t *list = json_array();
	for (int i = 0; i < FRG_RULE_COUNT; i++)
		if (r->over[i])
			json_array_append_new(list, json_string(frg_rule_id((enum frg_rule)i)));
	return list;
}

static str findings_json(struct arena *a, const struct frg_review *r, str text)
{
	json_t *scores = json_object(), *evidence = json_array();
	for (int i = 0; i < FRG_RULE_COUNT; i++)
		json_object_set_new(scores, frg_rule_id((enum frg_rule)i),
		                    i == FRG_OFF_TOPIC && !r->off_topic_known ? json_null() : json_real((double)r->score[i]));
	for (size_t i = 0; i < r->evidence_count; i++)
		json_array_append_new(evidence, evidence_json(&r->evidence[i], text));
	json_t *all = json_pack("{s:s, s:o, s:o, s:o, s:o}", "lang", frg_lang_id(r->lang), "scores", scores, "over",
	                        over_json(r), "evidence", evidence, "related", related_json(&r->related));
	if (r->rejection_known)
		json_object_set_new(all, "rejection", json_real((double)r->rejection));
	if (r->patterns_failed)
		json_object_set_new(all, "patterns_failed", json_integer(r->patterns_failed));
	return json_text(a, all);
}

static void copy_review(struct arena *a, const struct frg_review *r, struct frg_review *out)
{
	*out = *r;
	struct frg_evidence *evidence = ARENA_ARRAY(a, struct frg_evidence, r->evidence_count);
	for (size_t i = 0; i < r->evidence_count; i++) {
		evidence[i] = r->evidence[i];
		evidence[i].reason = arena_str(a, evidence[i].reason);
	}
	out->evidence = evidence;
}

/* What a site's checks go by, to be given back. */
struct terms {
	struct lent_policy *policy;
	struct lent_model *model;
};

static struct terms borrow_terms(struct service *svc, id64 site)
{
	return (struct terms){.policy = policy_borrow(svc, site), .model = service_model_borrow(svc, site)};
}

static void return_terms(struct service *svc, struct terms *t)
{
	policy_return(svc, t->policy);
	service_model_return(svc, t->model);
}

/* The engine, the newsroom's own model with its version, the newsroom's own settings. */
static str check_id(struct checker *c, struct arena *a, const struct frg_policy *policy, const struct lent_model *model)
{
	const struct frg_model *own = service_model_lent(model);
	str id = str_of(frg_engine_id(c->engine));
	if (own)
		id = arena_printf(a, "%.*s %s.%lld", STR_ARG(id), frg_model_id(own), (long long)house_version(model));
	return policy ? arena_printf(a, "%.*s %s", STR_ARG(id), frg_policy_id(policy)) : id;
}

str service_check_id(struct service *svc, struct arena *a, id64 site)
{
	struct terms terms = borrow_terms(svc, site);
	str id = check_id(svc->checker, a, policy_lent(terms.policy), terms.model);
	return_terms(svc, &terms);
	return id;
}

str service_scorer_id(struct service *svc, struct arena *a, id64 site)
{
	struct lent_model *model = service_model_borrow(svc, site);
	str id = check_id(svc->checker, a, NULL, model);
	service_model_return(svc, model);
	return id;
}

str service_scorer_of(str check_id)
{
	size_t end = str_find(check_id, STR(" policy-"), 0);
	return end == SIZE_MAX ? check_id : str_sub(check_id, 0, end);
}

static void count_check(const struct frg_review *review, int64_t took)
{
	metric_observe(&check_seconds, 0, took);
	metric_add(&check_suggestions, review->suggestion, 1);
	for (int i = 0; i < FRG_RULE_COUNT; i++)
		if (review->over[i])
			metric_add(&check_findings, (size_t)i, 1);
}

/* One check. If the caller knows the language, `detected` (may be NULL) is still what the text looks like. */
static enum frg_status run(struct checker *c, struct frg_workspace *ws, struct arena *a, struct frg_input *input,
                           struct service_review *out, enum frg_lang *detected, struct frg_error *err)
{
	struct frg_review review;
	enum frg_lang asked = input->lang;
	int64_t began = clock_steady_ns();
	if (detected)
		input->lang = FRG_LANG_AUTO;
	enum frg_status st = frg_check(c->engine, ws, input, &review, err);
	if (st == FRG_OK && detected) {
		*detected = review.lang;
		input->lang = asked;
		if (asked != FRG_LANG_AUTO && asked != review.lang)
			st = frg_check(c->engine, ws, input, &review, err);
	}
	if (st != FRG_OK)
		return st;
	count_check(&review, clock_steady_ns() - began);
	copy_review(a, &review, &out->review);
	out->lang = review.lang;
	out->suggestion = str_of(frg_suggestion_id(review.suggestion));
	out->findings = findings_json(a, &review, input->text);
	return FRG_OK;
}

static enum frg_status check(struct checker *c, struct arena *a, const struct store_article *article,
                             struct frg_input *input, struct service_review *out, enum frg_lang *detected,
                             struct frg_error *err)
{
	struct frg_workspace *ws;
	struct lent lent;
	enum frg_status st = take_workspace(c, &ws, err);
	if (st != FRG_OK)
		return st;
	st = borrow_article(c, article, &lent, err);
	if (st == FRG_OK) {
		input->article = lent.analysed ? lent.analysed->article : NULL;
		st = run(c, ws, a, input, out, detected, err);
		return_article(c, &lent);
	}
	return_workspace(c, ws);
	return st;
}

/* Under the settings in force at a site. */
static enum frg_status check_at(struct service *svc, id64 site, struct arena *a, const struct store_article *article,
                                struct frg_input *input, struct service_review *out, enum frg_lang *detected,
                                struct frg_error *err)
{
	struct terms terms = borrow_terms(svc, site);
	input->policy = policy_lent(terms.policy);
	input->model = service_model_lent(terms.model);
	enum frg_status st = check(svc->checker, a, article, input, out, detected, err);
	if (st == FRG_OK)
		out->engine = check_id(svc->checker, a, input->policy, terms.model);
	return_terms(svc, &terms);
	return st;
}

enum frg_status service_check(struct service *svc, struct arena *a, const struct store_article *article, str text,
                              str parent, struct service_review *out, struct frg_error *err)
{
	struct frg_input input = {.text = text, .parent = parent};
	return check_at(svc, article->site, a, article, &input, out, NULL, err);
}

enum frg_status service_check_text(struct service *svc, struct arena *a, const struct service_text *q,
                                   struct service_review *out, enum frg_lang *detected, struct frg_error *err)
{
	struct frg_input input = {.text = q->text, .parent = q->parent, .lang = q->lang};
	if (q->heading.n + q->body.n == 0)
		return check_at(svc, q->site, a, NULL, &input, out, detected, err);
	/* id 0 is no article of ours; the hash lets many comments under one text share its analysis */
	char hash[HASH_TEXT_SIZE];
	hash_text(arena_printf(a, "%zu %.*s%.*s", q->heading.n, STR_ARG(q->heading), STR_ARG(q->body)), hash);
	struct store_article article = {.title = q->heading, .body_text = q->body, .content_hash = str_of(hash)};
	return check_at(svc, q->site, a, &article, &input, out, detected, err);
}

/* Of a rule that is over its threshold, the passages that alone would bear that out; the strongest in any case. */
bool service_hint_worthy(const struct frg_review *review, const struct frg_evidence *e)
{
	if (e->rule == FRG_ENGAGING || e->rule == FRG_OFF_TOPIC || !review->over[e->rule])
		return false;
	for (size_t i = 0; e->score < 0.5f && i < review->evidence_count; i++)
		if (review->evidence[i].rule == e->rule && review->evidence[i].score > e->score)
			return false;
	return true;
}

bool service_off_topic(const struct frg_review *review) { return review->over[FRG_OFF_TOPIC]; }

enum frg_status service_policy_try(struct service *svc, struct arena *a, const struct store_site *site, str article,
                                   str text, const struct frg_policy *policy, struct service_review *out,
                                   struct frg_error *err)
{
	struct store_article under, *about = NULL;
	if (article.n) {
		enum frg_status st = service_article_get(svc, a, site, article, &under, err);
		if (st != FRG_OK)
			return st;
		about = &under;
	}
	struct lent_model *model = service_model_borrow(svc, site->id);
	struct frg_input input = {.text = text, .policy = policy, .model = service_model_lent(model)};
	enum frg_status st = check(svc->checker, a, about, &input, out, NULL, err);
	if (st == FRG_OK)
		out->engine = check_id(svc->checker, a, policy, model);
	service_model_return(svc, model);
	return st;
}

struct draft {
	const struct store_site *site;
	str external_id;
	id64 parent;
	struct store_article article;
	str parent_text;
};

static enum frg_status load_draft(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct draft *d = ctx;
	enum frg_status st = store_article_get(tx, d->site->id, d->external_id, &d->article, err);
	if (st == FRG_NOT_FOUND)
		return frg_fail(err, FRG_NOT_FOUND, "article_unknown", "no such article");
	struct store_publication parent;
	if (st == FRG_OK && d->parent && store_publication_get(tx, d->parent, &parent, NULL) == FRG_OK)
		d->parent_text = parent.text; /* any other parent is no business of the check */
	return st;
}

enum frg_status service_check_draft(struct service *svc, struct arena *a, const struct store_site *site,
                                    str external_id, str text, id64 parent, struct service_review *out,
                                    struct frg_error *err)
{
	struct draft d = {.site = site, .external_id = external_id, .parent = parent};
	str cleaned; /* only judged: what the writer is shown counts in the text as typed */
	enum frg_status st = clean_text(a, text, SERVICE_TEXT_MAX, false, "text", &cleaned, err);
	if (st != FRG_OK)
		return st;
	st = store_read(svc->store, a, load_draft, &d, err);
	return st == FRG_OK ? service_check(svc, a, &d.article, text, d.parent_text, out, err) : st;
}
