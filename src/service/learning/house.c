/* The newsrooms' own models that are in force: opened once, lent to every check. Whoever puts another one in force
 * lets checks that are under way finish with the one they began with. */
#include "service/inner.h"

#include "base/log.h"

#include <stdlib.h>

struct lent_model {
	id64 site;
	int64_t seq, version;    /* of the choice, and of the model; 0: the built-in one alone */
	struct frg_model *model; /* NULL: none, or it cannot be used */
	unsigned users;          /* 1 for being in the table */
};

enum { SITES = 1000 };

struct houses {
	pthread_mutex_t lock;
	struct lent_model *table[SITES];
	size_t count;
};

struct houses *houses_open(void)
{
	struct houses *h = calloc(1, sizeof *h);
	if (!h)
		BUG("out of memory");
	pthread_mutex_init(&h->lock, NULL);
	return h;
}

/* In the lock. */
static void let_go(struct lent_model *l)
{
	if (!l || --l->users)
		return;
	frg_model_close(l->model);
	free(l);
}

void houses_close(struct houses *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->count; i++)
		let_go(h->table[i]);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

/* In the lock. */
static struct lent_model **slot_of(struct houses *h, id64 site)
{
	for (size_t i = 0; i < h->count; i++)
		if (h->table[i]->site == site)
			return &h->table[i];
	return NULL;
}

struct lent_model *service_model_borrow(struct service *svc, id64 site)
{
	struct houses *h = svc->houses;
	pthread_mutex_lock(&h->lock);
	struct lent_model **slot = slot_of(h, site), *l = slot ? *slot : NULL;
	if (l)
		l->users++;
	pthread_mutex_unlock(&h->lock);
	return l;
}

void service_model_return(struct service *svc, struct lent_model *l)
{
	pthread_mutex_lock(&svc->houses->lock);
	let_go(l);
	pthread_mutex_unlock(&svc->houses->lock);
}

const struct frg_model *service_model_lent(const struct lent_model *l) { return l ? l->model : NULL; }
int64_t house_version(const struct lent_model *l) { return l ? l->version : 0; }

/* Unless a later choice is in force already. Takes `model` over. */
static void put_in_force(struct service *svc, const struct store_house_choice *c, struct frg_model *model)
{
	struct houses *h = svc->houses;
	struct lent_model *l = calloc(1, sizeof *l);
	if (!l)
		BUG("out of memory");
	*l = (struct lent_model){.site = c->site, .seq = c->seq, .version = c->version, .model = model, .users = 1};
	pthread_mutex_lock(&h->lock);
	struct lent_model **slot = slot_of(h, c->site);
	if (slot && (*slot)->seq < c->seq) {
		let_go(*slot);
		*slot = l;
	} else if (!slot && h->count < SITES) {
		h->table[h->count++] = l;
	} else {
		let_go(l);
	}
	pthread_mutex_unlock(&h->lock);
}

/* ---- opening ---- */

enum frg_status house_open_model(struct service *svc, const struct store_house_model *m, struct frg_model **out,
                                 struct frg_error *err)
{
	char hash[HASH_TEXT_SIZE];
	hash_text(m->data, hash);
	*out = NULL;
	if (!str_eq(m->hash, str_of(hash)))
		return frg_fail(err, FRG_CORRUPT, "model_broken", "version %lld: its bytes are not those that were kept",
		                (long long)m->version);
	struct frg_error e;
	if (frg_model_open(svc->engine, m->data, out, &e) != FRG_OK)
		return frg_fail(err, FRG_CORRUPT, "model_broken", "version %lld: %s", (long long)m->version, e.msg);
	return FRG_OK;
}

struct loading {
	id64 site;
	struct store_house_choices choices;
	struct store_house_model model;
};

static enum frg_status load(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct loading *l = ctx;
	enum frg_status st = store_house_choices(tx, l->site, 1, &l->choices, err);
	if (st != FRG_OK || l->choices.count == 0 || l->choices.items[0].version == 0)
		return st;
	st = store_house_get(tx, l->site, l->choices.items[0].version, &l->model, err);
	return st == FRG_NOT_FOUND ? FRG_OK : st; /* its bytes are then those of no model */
}

enum frg_status service_house_reload(struct service *svc, id64 site, struct frg_error *err)
{
	struct arena *a = arena_open((size_t)256 << 20);
	struct loading l = {.site = site};
	struct frg_model *model = NULL;
	struct frg_error why;
	enum frg_status st = store_read(svc->store, a, load, &l, err);
	struct lent_model *now = service_model_borrow(svc, site);
	bool later = st == FRG_OK && l.choices.count && (!now || now->seq < l.choices.items[0].seq);
	if (later && l.choices.items[0].version && house_open_model(svc, &l.model, &model, &why) != FRG_OK)
		log_error("house", "the newsroom's own model is not in force, the built-in one serves: %s", why.msg);
	if (later)
		put_in_force(svc, &l.choices.items[0], model);
	service_model_return(svc, now);
	arena_close(a);
	return st;
}

enum frg_status houses_load(struct service *svc, struct frg_error *err)
{
	enum frg_status st = FRG_OK;
	const struct store_site *sites = service_site(svc, STR(""));
	for (size_t i = 0; st == FRG_OK && i < service_site_count(svc); i++)
		st = service_house_reload(svc, sites[i].id, err);
	return st;
}
