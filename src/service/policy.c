/* A newsroom's own settings: kept by version, compiled once, lent to every check. Whoever changes them puts a new
 * version in; checks that are under way finish with the one they began with. */
#include "service/inner.h"

#include "base/log.h"

#include <stdlib.h>

struct lent_policy {
	id64 site;
	int64_t version;
	struct frg_policy *policy; /* NULL: none */
	unsigned users;            /* 1 for being in the table */
};

enum { SITES = 1000 };

struct policies {
	pthread_mutex_t lock;
	struct lent_policy *table[SITES];
	size_t count;
};

struct policies *policies_open(void)
{
	struct policies *p = calloc(1, sizeof *p);
	if (!p)
		BUG("out of memory");
	pthread_mutex_init(&p->lock, NULL);
	return p;
}

/* In the lock. */
static void let_go(struct lent_policy *l)
{
	if (!l || --l->users)
		return;
	frg_policy_close(l->policy);
	free(l);
}

void policies_close(struct policies *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->count; i++)
		let_go(p->table[i]);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* In the lock. */
static struct lent_policy **slot_of(struct policies *p, id64 site)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->table[i]->site == site)
			return &p->table[i];
	return NULL;
}

struct lent_policy *policy_borrow(struct service *svc, id64 site)
{
	struct policies *p = svc->policies;
	pthread_mutex_lock(&p->lock);
	struct lent_policy **slot = slot_of(p, site), *l = slot ? *slot : NULL;
	if (l)
		l->users++;
	pthread_mutex_unlock(&p->lock);
	return l;
}

void policy_return(struct service *svc, struct lent_policy *l)
{
	pthread_mutex_lock(&svc->policies->lock);
	let_go(l);
	pthread_mutex_unlock(&svc->policies->lock);
}

const struct frg_policy *policy_lent(const struct lent_policy *l) { return l ? l->policy : NULL; }

/* Puts a compiled version in force, unless a later one is already. Takes `policy` over. */
static void put_in_force(struct service *svc, id64 site, int64_t version, struct frg_policy *policy)
{
	struct policies *p = svc->policies;
	struct lent_policy *l = calloc(1, sizeof *l);
	if (!l)
		BUG("out of memory");
	*l = (struct lent_policy){.site = site, .version = version, .policy = policy, .users = 1};
	pthread_mutex_lock(&p->lock);
	struct lent_policy **slot = slot_of(p, site);
	if (slot && (*slot)->version < version) {
		let_go(*slot);
		*slot = l;
	} else if (!slot && p->count < SITES) {
		p->table[p->count++] = l;
	} else {
		let_go(l);
	}
	pthread_mutex_unlock(&p->lock);
}

/* ---- reading ---- */

struct query {
	id64 site;
	int64_t version;
	struct store_policy *one;
	struct store_policies *all;
};

static enum frg_status load_one(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct query *q = ctx;
	return store_policy_get(tx, q->site, q->version, q->one, err);
}

enum frg_status service_policy_get(struct service *svc, struct arena *a, id64 site, int64_t version,
                                   struct store_policy *out, struct frg_error *err)
{
	struct query q = {.site = site, .version = version, .one = out};
	enum frg_status st = store_read(svc->store, a, load_one, &q, err);
	if (st == FRG_OK && version && out->version != version)
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such version");
	return st;
}

static enum frg_status load_versions(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct query *q = ctx;
	return store_policy_versions(tx, q->site, STORE_POLICY_VERSIONS, q->all, err);
}

enum frg_status service_policy_versions(struct service *svc, struct arena *a, id64 site, struct store_policies *out,
                                        struct frg_error *err)
{
	struct query q = {.site = site, .all = out};
	return store_read(svc->store, a, load_versions, &q, err);
}

static enum frg_status load_all(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct query *q = ctx;
	return store_policy_all(tx, q->all, err);
}

/* A version that an earlier program took and this one does not: better the engine's own settings than no checks. */
static struct frg_policy *compile(struct service *svc, const struct store_policy *p)
{
	struct frg_policy *policy;
	struct frg_error err;
	if (frg_policy_open(svc->engine, p->text, &policy, &err) == FRG_OK)
		return policy;
	log_error("policy", "version %lld is not in force: line %zu: %s", (long long)p->version, err.pos, err.msg);
	return NULL;
}

enum frg_status service_policy_reload(struct service *svc, id64 site, struct frg_error *err)
{
	struct arena *a = arena_open(4 << 20);
	struct store_policy p;
	enum frg_status st = service_policy_get(svc, a, site, 0, &p, err);
	struct lent_policy *now = policy_borrow(svc, site);
	if (st == FRG_OK && p.version && (!now || now->version < p.version))
		put_in_force(svc, site, p.version, compile(svc, &p));
	policy_return(svc, now);
	arena_close(a);
	return st;
}

enum frg_status policies_load(struct service *svc, struct frg_error *err)
{
	struct arena *a = arena_open(4 << 20);
	struct store_policies all = {0};
	struct query q = {.all = &all};
	enum frg_status st = store_read(svc->store, a, load_all, &q, err);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++)
		st = service_policy_reload(svc, all.items[i].site, err);
	arena_close(a);
	return st;
}

/* ---- judging ---- */

/* Every line that is wrong, by leaving out those that are known to be. */
enum frg_status service_policy_judge(struct service *svc, struct arena *a, str text, struct policy_problem **problems,
                                     size_t *count, struct frg_policy **out, struct frg_error *err)
{
	enum { MOST = 20 };
	char *rest = arena_alloc(a, text.n + 1);
	if (text.n)
		memcpy(rest, text.p, text.n);
	*problems = ARENA_ARRAY(a, struct policy_problem, MOST);
	*count = 0;
	*out = NULL;
	enum frg_status st;
	struct frg_error e;
	while ((st = frg_policy_open(svc->engine, (str){rest, text.n}, out, &e)) == FRG_INVALID && *count < MOST) {
		(*problems)[(*count)++] = (struct policy_problem){
			.line = e.pos, .column = e.column, .code = e.code, .detail = arena_str(a, str_of(e.msg))};
		size_t line = 1, at = 0;
		while (line < e.pos && at < text.n)
			line += rest[at++] == '\n';
		for (; at < text.n && rest[at] != '\n'; at++)
			rest[at] = '#';
	}
	if (*count == 0 && st == FRG_OK)
		return FRG_OK;
	frg_policy_close(*out);
	*out = NULL;
	if (*count)
		return frg_fail(err, FRG_INVALID, "policy_invalid", "line %zu: %.*s", (*problems)[0].line,
		                STR_ARG((*problems)[0].detail));
	*err = e;
	return st;
}

/* ---- saving ---- */

struct saving {
	struct store_policy policy;
	int64_t expected;
	struct store_policy current; /* on a conflict */
};

static enum frg_status save(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct saving *s = ctx;
	enum frg_status st = store_policy_get(tx, s->policy.site, 0, &s->current, err);
	if (st != FRG_OK)
		return st;
	if (s->expected >= 0 && s->current.version != s->expected)
		return frg_fail(err, FRG_CONFLICT, "policy_changed", "somebody else has saved version %lld",
		                (long long)s->current.version);
	s->policy.version = s->current.version + 1;
	st = store_policy_insert(tx, &s->policy, err);
	if (st != FRG_OK)
		return st;
	return store_event_insert(tx, &(struct store_event){.kind = STR("policy"), .site = s->policy.site}, err);
}

enum frg_status service_policy_save(struct service *svc, struct arena *a, const struct policy_command *cmd,
                                    struct policy_result *out, struct frg_error *err)
{
	struct frg_policy *policy;
	struct saving s = {.expected = cmd->version,
	                   .policy = {.site = cmd->site,
	                              .text = cmd->text,
	                              .editor = cmd->who ? cmd->who->id : 0,
	                              .editor_name = cmd->who ? cmd->who->name : STR(""),
	                              .created = clock_now()}};
	*out = (struct policy_result){0};
	enum frg_status st = service_policy_judge(svc, a, cmd->text, &out->problems, &out->problem_count, &policy, err);
	if (st != FRG_OK)
		return st;
	st = store_write(svc->store, a, save, &s, err);
	out->policy = st == FRG_OK ? s.policy : s.current;
	if (st == FRG_OK)
		put_in_force(svc, cmd->site, s.policy.version, policy);
	else
		frg_policy_close(policy);
	return st;
}
