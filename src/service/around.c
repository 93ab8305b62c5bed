/* The conversation around a comment as readers see it, for whoever decides about it: what it answers, what stands
 * beside it, what answers it. Reads `publication` alone. */
#include "service/automatic/agreement.h"
#include "service/inner.h"

#include "base/buf.h"
#include "render/markdown.h"

enum { ABOVE_MAX = 20, BESIDE_TOP = 5, BELOW_READ = 1000, LATEST_READ = 200 };

struct looking {
	const struct staff *who;
	id64 id;
	struct around *out;
	struct store_comment comment;
	struct store_article article;
	struct store_publication self; /* comment 0: readers do not see it */
};

static void add(struct arena *a, struct around *out, const struct store_publication *p, enum around_kind kind)
{
	if (out->count == AROUND_MAX) {
		out->cut = true;
		return;
	}
	struct around_item *item = &out->items[out->count++];
	*item = (struct around_item){.publication = *p, .kind = kind};
	if (p->removed)
		return;
	struct buf b = BUF_INIT(1 << 20);
	render_comment_html(&b, p->text);
	item->html = buf_finish(&b, a);
}

/* From the top down to what is answered. */
static enum frg_status load_above(struct store_tx *tx, struct looking *l, struct frg_error *err)
{
	struct store_publication chain[ABOVE_MAX];
	size_t n = 0;
	enum frg_status st = FRG_OK;
	for (id64 at = l->comment.parent; at && n < ABOVE_MAX; at = chain[n++].parent) {
		st = store_publication_get(tx, at, &chain[n], err);
		if (st == FRG_NOT_FOUND)
			return FRG_OK; /* held: nothing of it is to be read */
		if (st != FRG_OK)
			return st;
	}
	l->out->cut = n == ABOVE_MAX && chain[n - 1].parent;
	l->out->depth = n ? chain[0].depth + 1 : 0;
	while (n--)
		add(store_arena(tx), l->out, &chain[n], AROUND_ABOVE);
	return FRG_OK;
}

/* Of one at the top: the last before it, or the newest if it is not public. */
static enum frg_status load_tops(struct store_tx *tx, struct looking *l, struct frg_error *err)
{
	struct store_publications latest;
	const struct store_publication *before[BESIDE_TOP];
	size_t n = 0;
	enum frg_status st = store_publication_latest(tx, l->article.id, LATEST_READ, &latest, err);
	for (size_t i = 0; st == FRG_OK && i < latest.count; i++) {
		const struct store_publication *p = &latest.items[i];
		bool earlier = !l->self.comment || p->published < l->self.published;
		if (p->parent || p->comment == l->id || !earlier)
			continue;
		if (n == BESIDE_TOP) {
			l->out->cut = true;
			break;
		}
		before[n++] = p;
	}
	while (st == FRG_OK && n--)
		add(store_arena(tx), l->out, before[n], AROUND_BESIDE);
	return st;
}

static void add_children(struct store_tx *tx, struct looking *l, const struct store_publications *all, id64 parent,
                         enum around_kind kind)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].parent == parent && all->items[i].comment != l->id)
			add(store_arena(tx), l->out, &all->items[i], kind);
}

/* What readers see of the comment itself; nothing if it is to be judged as if it still waited. */
static enum frg_status load_self(struct store_tx *tx, struct looking *l, struct frg_error *err)
{
	bool blind = false;
	enum frg_status st = store_publication_get(tx, l->id, &l->self, err);
	if (st == FRG_OK)
		st = agreement_blind(tx, l->who, l->self.revision, &blind, err);
	if (st == FRG_NOT_FOUND || blind)
		l->self = (struct store_publication){0};
	return st == FRG_NOT_FOUND ? FRG_OK : st;
}

static enum frg_status look(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct looking *l = ctx;
	struct around *out = l->out;
	struct store_publications below = {0};
	enum frg_status st = staff_comment(tx, l->who, l->id, &l->comment, &l->article, err);
	if (st == FRG_OK)
		st = load_self(tx, l, err);
	if (st == FRG_OK)
		st = load_above(tx, l, err);
	if (st != FRG_OK)
		return st;
	id64 root = l->self.comment ? l->self.root : out->count ? out->items[0].publication.root : 0;
	if (root)
		st = store_publication_below(tx, l->article.id, root, BELOW_READ, &below, err);
	if (st == FRG_OK && !l->comment.parent)
		st = load_tops(tx, l, err);
	else if (st == FRG_OK && out->count)
		add_children(tx, l, &below, l->comment.parent, AROUND_BESIDE);
	out->place = out->count;
	if (st == FRG_OK && l->self.comment) {
		add(store_arena(tx), out, &l->self, AROUND_THIS);
		add_children(tx, l, &below, l->id, AROUND_BELOW);
	}
	return st;
}

enum frg_status service_around(struct service *svc, struct arena *a, const struct staff *who, id64 comment,
                               struct around *out, struct frg_error *err)
{
	struct looking l = {.who = who, .id = comment, .out = out};
	*out = (struct around){0};
	return store_read(svc->store, a, look, &l, err);
}
