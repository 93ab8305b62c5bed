/* What thresholds would have meant: the scores that stood beside the last month's decisions, and what became of the
 * comments. Nothing is checked anew; decisions keep what the engine said then. */
#include "service/inner.h"

enum { PAGE = 500, DAY_MS = 24 * 3600 * 1000 };

/* Thousandths; -1: it was not scored. */
static int64_t score_of(const json_t *findings, enum frg_rule rule)
{
	const json_t *v = json_object_get(json_object_get(findings, "scores"), frg_rule_id(rule));
	double p = json_number_value(v);
	if (!json_is_number(v) || p < 0 || p > 1)
		return -1;
	return (int64_t)(p * 1000); /* downwards: who reaches a threshold here reached it there */
}

struct paging {
	id64 site;
	int64_t before;
	struct store_verdicts page;
};

static enum frg_status load_page(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct paging *p = ctx;
	return store_verdict_page(tx, p->site, FRG_LANG_AUTO, VERDICT_FINDINGS, p->before, 0, PAGE, &p->page, err);
}

/* Calls `each` for the last month's decisions, newest first, until it says no; *cut: there were too many. */
typedef bool each_verdict(void *ctx, const struct store_verdict *v, const json_t *findings);

static enum frg_status walk(struct service *svc, id64 site, msec since, each_verdict *each, void *ctx,
                            int64_t *decisions, bool *cut, struct frg_error *err)
{
	struct arena *scratch = arena_open((size_t)256 << 20);
	struct paging p = {.site = site};
	enum frg_status st = FRG_OK;
	bool go_on = true;
	*decisions = 0;
	*cut = false;
	while (go_on && st == FRG_OK) {
		arena_reset(scratch);
		st = store_read(svc->store, scratch, load_page, &p, err);
		for (size_t i = 0; i < p.page.count && go_on && st == FRG_OK; i++) {
			const struct store_verdict *v = &p.page.items[i];
			*cut = v->decided >= since && *decisions == OUTCOME_DECISIONS_MAX;
			go_on = v->decided >= since && !*cut;
			json_t *findings = go_on ? json_loadb(v->findings.p, v->findings.n, 0, NULL) : NULL;
			*decisions += go_on;
			go_on = go_on && each(ctx, v, findings);
			json_decref(findings);
			p.before = v->seq;
		}
		go_on = go_on && p.page.count == PAGE;
	}
	arena_close(scratch);
	return st;
}

struct tally {
	struct outcomes *out;
	str engine;
};

static bool count(void *ctx, const struct store_verdict *v, const json_t *findings)
{
	struct tally *t = ctx;
	unsigned rules = service_rules_bits(v->rules);
	t->out->other_engine += !str_eq(service_scorer_of(v->engine), t->engine);
	for (int r = 0; r < FRG_RULE_COUNT; r++) {
		int64_t score = score_of(findings, (enum frg_rule)r);
		struct outcome_counts *c = &t->out->rule[r];
		if (score >= 0)
			(!learning_rejected(v) ? c->released : rules >> r & 1 ? c->rejected : c->other)[score]++;
	}
	return true;
}

enum frg_status service_outcomes(struct service *svc, struct arena *a, id64 site, struct outcomes **out,
                                 struct frg_error *err)
{
	struct outcomes *o = ARENA_NEW(a, struct outcomes);
	struct tally t = {.out = o, .engine = service_scorer_id(svc, a, site)};
	o->since = clock_now() - (msec)OUTCOME_DAYS * DAY_MS;
	*out = o;
	enum frg_status st = walk(svc, site, o->since, count, &t, &o->decisions, &o->cut, err);
	return st == FRG_OK ? service_learning_automatic(svc, a, site, o->since, OUTCOME_DECISIONS_MAX, &o->automatic, err)
	                    : st;
}

/* ---- which they are ---- */

struct listing {
	const struct outcome_query *q;
	struct outcome_item *items;
	size_t count;
};

static bool wanted(const struct outcome_query *q, const struct store_verdict *v, int64_t score)
{
	bool named = learning_rejected(v) && (service_rules_bits(v->rules) >> q->rule & 1);
	return q->above ? !learning_rejected(v) && score >= q->score : named && score < q->score;
}

enum { CANDIDATES = OUTCOME_LIST_MAX * 3 };

static bool pick(void *ctx, const struct store_verdict *v, const json_t *findings)
{
	struct listing *l = ctx;
	int64_t score = score_of(findings, l->q->rule);
	if (score < 0 || !wanted(l->q, v, score))
		return true;
	l->items[l->count++] = (struct outcome_item){.verdict = *v, .score = score};
	return l->count < CANDIDATES;
}

static enum frg_status load_texts(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct listing *l = ctx;
	enum frg_status st = FRG_OK;
	size_t kept = 0;
	for (size_t i = 0; i < l->count && kept < OUTCOME_LIST_MAX && st == FRG_OK; i++) {
		struct store_revision revision;
		struct store_article article;
		struct outcome_item *item = &l->items[i];
		st = store_article_by_id(tx, item->verdict.article, &article, err);
		if (st != FRG_OK || !staff_has_section(l->q->who, article.section))
			continue;
		st = store_revision_get(tx, item->verdict.revision, &revision, err);
		item->text = revision.text;
		item->article_title = article.title;
		l->items[kept++] = *item;
	}
	l->count = kept;
	return st;
}

enum frg_status service_outcome_list(struct service *svc, struct arena *a, const struct outcome_query *q,
                                     struct outcome_item **out, size_t *count_out, struct frg_error *err)
{
	struct listing l = {.q = q, .items = ARENA_ARRAY(a, struct outcome_item, CANDIDATES)};
	int64_t decisions;
	bool cut;
	enum frg_status st = walk(svc, q->who->site, clock_now() - (msec)OUTCOME_DAYS * DAY_MS, pick, &l, &decisions, &cut,
	                          err);
	for (size_t i = 0; i < l.count; i++) /* what lay in the pages has gone with them */
		l.items[i].verdict.action = l.items[i].verdict.rules = l.items[i].verdict.engine = l.items[i].verdict.findings =
			STR("");
	if (st == FRG_OK)
		st = store_read(svc->store, a, load_texts, &l, err);
	*out = l.items;
	*count_out = l.count;
	return st;
}
