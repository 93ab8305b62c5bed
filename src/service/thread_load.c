/* Reads a thread: a page of top-level comments with all below them, in the order shown, and for
 * one reader the own unreleased ones in their places. What all readers see comes from
 * `publication` alone. */
#include "service/thread_load.h"

#include "base/buf.h"
#include "base/json.h"
#include "render/markdown.h"

#include <stdlib.h>

enum { ROOTS = 50, BELOW = 1000, ENOUGH = 300, SHOWN_DEPTH = 2, PASSAGES = 3 };

str thread_id_text(struct arena *a, id64 id)
{
	if (!id)
		return STR("");
	char *text = arena_alloc(a, ID_TEXT_SIZE);
	id_text(id, text);
	return str_of(text);
}

/* ---- views ---- */

static struct html comment_html(struct arena *a, str text)
{
	struct buf b = BUF_INIT(1 << 20);
	render_comment_html(&b, text);
	return (struct html){buf_finish(&b, a)};
}

struct view_comment thread_released_view(struct arena *a, const struct store_publication *p, str answers_name)
{
	bool cut = p->depth > SHOWN_DEPTH;
	struct view_comment v = {
		.id = thread_id_text(a, p->comment),
		.parent_id = thread_id_text(a, p->parent),
		.name = p->name,
		.published = p->published,
		.edited = p->edited,
		.depth = (unsigned)(cut ? SHOWN_DEPTH : p->depth),
		.answers_name = cut ? answers_name : STR(""),
		.state = p->removed ? VIEW_REMOVED : VIEW_RELEASED,
		.picked = p->picked,
	};
	if (!p->removed)
		v.body = comment_html(a, p->text);
	return v;
}

/* The passages that the editor named for a rule; how many. */
static size_t named_passages(const json_t *detail, const char *rule, str text, struct view_finding *out)
{
	size_t i, n = 0;
	json_t *p;
	json_array_foreach(json_object_get(detail, "passages"), i, p)
	{
		const char *of = json_string_value(json_object_get(p, "rule"));
		size_t begin = (size_t)json_integer_value(json_object_get(p, "begin"));
		size_t end = (size_t)json_integer_value(json_object_get(p, "end"));
		if (n < PASSAGES && of && strcmp(of, rule) == 0 && begin < end && end <= text.n)
			out[n++].passage = str_sub(text, begin, end);
	}
	return n;
}

/* Those that the engine had shown for it. */
static size_t found_passages(struct arena *a, const json_t *evidence, const char *rule, struct view_finding *out)
{
	size_t i, n = 0;
	json_t *e;
	json_array_foreach(evidence, i, e)
	{
		const char *of = json_string_value(json_object_get(e, "rule"));
		if (n == PASSAGES || !of || strcmp(of, rule) != 0)
			continue;
		out[n].passage = json_str(a, json_object_get(e, "quote"));
		out[n++].reason = json_str(a, json_object_get(e, "reason"));
	}
	return n;
}

/* Why: each rule of the decision, with its passages. */
static void add_findings(struct arena *a, const struct store_decision *d, str text, struct view_own *own)
{
	unsigned rules = service_rules_bits(d->rules);
	json_t *findings = json_loadb(d->findings.p, d->findings.n, 0, NULL);
	json_t *detail = d->detail.n ? json_loadb(d->detail.p, d->detail.n, 0, NULL) : NULL;
	struct view_finding *list = ARENA_ARRAY(a, struct view_finding, FRG_RULE_COUNT * PASSAGES);
	for (int r = 0; r < FRG_RULE_COUNT; r++) {
		if (!(rules & 1u << r))
			continue;
		struct view_finding *out = &list[own->finding_count];
		const char *rule = frg_rule_id((enum frg_rule)r);
		size_t n = named_passages(detail, rule, text, out);
		if (n == 0)
			n = found_passages(a, json_object_get(findings, "evidence"), rule, out);
		if (n == 0)
			n = 1;
		for (size_t i = 0; i < n; i++)
			out[i].rule = (enum frg_rule)r;
		own->finding_count += n;
	}
	json_decref(detail);
	json_decref(findings);
	own->findings = list;
}

static enum view_state own_state(enum store_state state)
{
	switch (state) {
	case STATE_RETURNED: return VIEW_RETURNED;
	case STATE_REJECTED: return VIEW_REJECTED;
	case STATE_WITHDRAWN: return VIEW_WITHDRAWN;
	case STATE_RELEASED: return VIEW_RELEASED;
	default: return VIEW_HELD;
	}
}

static struct view_own *own_part(struct arena *a, const struct thread_own *o)
{
	struct view_own *own = ARENA_NEW(a, struct view_own);
	*own = (struct view_own){
		.revision_id = thread_id_text(a, o->revision.id),
		.text = o->revision.text,
		.now = clock_now(),
		.queue_position = o->delay.position,
		.review_from = o->delay.from,
		.review_until = o->delay.until,
		.review_late = o->delay.late,
		.review_none = o->delay.none,
		.submitted = o->revision.created,
	};
	if (o->decided) {
		own->word = o->decision.word;
		own->decided = o->decision.decided;
		own->removed = str_eq(o->decision.action, STR("remove"));
		add_findings(a, &o->decision, o->revision.text, own);
	}
	return own;
}

struct view_comment thread_own_view(struct arena *a, const struct thread_own *o)
{
	struct view_comment v;
	if (o->published) {
		v = thread_released_view(a, &o->publication, o->answers_name);
		bool told = o->letter != NULL; /* of a suspension: it stands with the comment that led to it */
		if (told || (o->revision.state != STATE_RELEASED && o->revision.state != STATE_WITHDRAWN))
			v.own = own_part(a, o);
	} else {
		v = (struct view_comment){
			.id = thread_id_text(a, o->comment.id),
			.parent_id = thread_id_text(a, o->comment.parent),
			.name = o->comment.name,
			.body = comment_html(a, o->revision.text),
			.published = o->revision.created,
			.depth = (unsigned)(o->depth > SHOWN_DEPTH ? SHOWN_DEPTH : o->depth),
			.answers_name = o->depth > SHOWN_DEPTH ? o->answers_name : STR(""),
			.state = own_state(o->revision.state),
			.own = own_part(a, o),
		};
	}
	v.mine = true;
	v.letter = o->letter;
	return v;
}

/* ---- own comments ---- */

/* The newest letter on this text, with what came of an objection to it. */
static enum frg_status load_letter(struct store_tx *tx, const struct thread_query *q, struct thread_own *o,
                                   struct frg_error *err)
{
	struct service_own_letter own;
	struct arena *a = store_arena(tx);
	enum frg_status st = letter_on(tx, o->revision.id, &own, err);
	if (st != FRG_OK || own.token.n == 0)
		return st;
	struct view_letter *v = ARENA_NEW(a, struct view_letter);
	str base = q->origin.n ? q->site->base_url : STR(""); /* on a foreign page the link must be whole */
	*v = (struct view_letter){.lang = own.statement.lang,
	                          .subject = own.statement.subject,
	                          .body = own.statement.body,
	                          .link = arena_printf(a, "%.*s/objection/%.*s", STR_ARG(base), STR_ARG(own.token)),
	                          .until = own.statement.objection_until,
	                          .late = clock_now() > own.statement.objection_until,
	                          .objection = own.objected ? objection_view_state(own.objection.state) : VIEW_NO_OBJECTION,
	                          .reasons = own.objected ? own.objection.reasons : STR("")};
	o->letter = v;
	return FRG_OK;
}

static enum frg_status load_own_one(struct store_tx *tx, struct service *svc, const struct thread_query *q,
                                    const struct store_revision *revision, struct thread_own *o, struct frg_error *err)
{
	o->revision = *revision;
	enum frg_status st = store_comment_get(tx, revision->comment, &o->comment, err);
	if (st != FRG_OK)
		return st;
	st = store_publication_get(tx, revision->comment, &o->publication, err);
	if (st != FRG_OK && st != FRG_NOT_FOUND)
		return st;
	o->published = st == FRG_OK && !o->publication.removed;
	struct store_publication parent;
	if (o->comment.parent && store_publication_get(tx, o->comment.parent, &parent, NULL) == FRG_OK) {
		o->depth = parent.depth + 1;
		o->answers_name = parent.name;
	}
	if (revision->state == STATE_HELD)
		return delay_of(svc, tx, revision, &o->delay, err);
	st = load_letter(tx, q, o, err);
	if (st != FRG_OK)
		return st;
	st = store_decision_standing(tx, revision->id, &o->decision, err);
	o->decided = st == FRG_OK;
	return st == FRG_NOT_FOUND ? FRG_OK : st;
}

bool thread_own_fresh(struct thread_data *t, struct arena *a)
{
	t->own = ARENA_NEW(a, struct thread_own);
	t->own[0] = *t->query->fresh;
	t->own_count = 1;
	return delay_of_far(t->svc, &t->own[0].told, &t->own[0].delay);
}

enum frg_status thread_load_own(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct thread_data *t = ctx;
	const struct store_site *site = t->query->site;
	id64 author;
	enum frg_status st = FRG_OK;
	if (t->query->fresh)
		return delay_of_new(t->svc, tx, &t->own[0].told, &t->own[0].delay, err);
	if (!t->article.id)
		st = store_article_get(tx, site->id, t->query->article, &t->article, err);
	if (st == FRG_NOT_FOUND)
		return frg_fail(err, st, "article_unknown", "no such article");
	if (st != FRG_OK)
		return st;
	st = capability_author(tx, site, t->reader, &author, err);
	if (st == FRG_NOT_FOUND)
		return FRG_OK; /* a capability that names nobody: nothing is theirs */
	struct store_revisions revisions;
	if (st == FRG_OK)
		st = store_own_revisions(tx, author, t->article.id, t->own_only, &revisions, err);
	if (st != FRG_OK)
		return st;
	t->own = ARENA_ARRAY(store_arena(tx), struct thread_own, revisions.count);
	for (size_t i = 0; st == FRG_OK && i < revisions.count; i++)
		st = load_own_one(tx, t->svc, t->query, &revisions.items[i], &t->own[t->own_count++], err);
	return st;
}

/* ---- the tree ---- */

struct node {
	id64 id, parent;
	const struct store_publication *publication; /* or */
	const struct thread_own *own;                /* … or both: one of this reader */
	size_t first, last, next;                    /* children and sibling; SIZE_MAX: none */
};

struct tree {
	struct node *nodes;
	size_t count, room;
	size_t *by_id; /* open addressing; SIZE_MAX: free */
	size_t slots;
	size_t first, last; /* top level */
};

static void tree_room(struct arena *a, struct tree *t, size_t room)
{
	t->room = room;
	t->nodes = ARENA_ARRAY(a, struct node, room);
	for (t->slots = 16; t->slots < room * 2; t->slots *= 2)
		;
	t->by_id = ARENA_ARRAY(a, size_t, t->slots);
	memset(t->by_id, 0xff, t->slots * sizeof *t->by_id);
	t->first = t->last = SIZE_MAX;
}

static size_t *slot_of(struct tree *t, id64 id)
{
	BUG_IF(!t->by_id);
	size_t at = (size_t)((uint64_t)id * 0x9e3779b97f4a7c15u >> 20) & (t->slots - 1);
	while (t->by_id[at] != SIZE_MAX && t->nodes[t->by_id[at]].id != id)
		at = (at + 1) & (t->slots - 1);
	return &t->by_id[at];
}

/* Hangs a node below its parent, or at the top level when that is not on this page. */
static void tree_add(struct tree *t, struct node node)
{
	BUG_IF(t->count == t->room);
	size_t at = t->count++;
	node.first = node.last = node.next = SIZE_MAX;
	t->nodes[at] = node;
	*slot_of(t, node.id) = at;
	size_t parent = node.parent ? *slot_of(t, node.parent) : SIZE_MAX;
	size_t *first = parent == SIZE_MAX ? &t->first : &t->nodes[parent].first;
	size_t *last = parent == SIZE_MAX ? &t->last : &t->nodes[parent].last;
	if (*last == SIZE_MAX)
		*first = at;
	else
		t->nodes[*last].next = at;
	*last = at;
}

static void add_own(struct thread_data *t, struct tree *tree, bool first_page)
{
	for (size_t i = 0; i < t->own_count; i++) {
		struct thread_own *o = &t->own[i];
		size_t known = *slot_of(tree, o->comment.id);
		if (known != SIZE_MAX) {
			tree->nodes[known].own = o;
			continue;
		}
		if (o->published || o->revision.state == STATE_WITHDRAWN)
			continue; /* on another page; or gone */
		bool parent_here = o->comment.parent && *slot_of(tree, o->comment.parent) != SIZE_MAX;
		if (parent_here || first_page)
			tree_add(tree, (struct node){.id = o->comment.id, .parent = o->comment.parent, .own = o});
	}
}

/* The name that a linearised answer says it answers. */
static str answered_name(struct tree *tree, const struct node *n)
{
	size_t parent = n->parent ? *slot_of(tree, n->parent) : SIZE_MAX;
	if (parent == SIZE_MAX)
		return STR("");
	const struct node *p = &tree->nodes[parent];
	return p->publication ? p->publication->name : p->own->comment.name;
}

static struct view_comment node_view(struct arena *a, struct tree *tree, const struct node *n)
{
	return n->own ? thread_own_view(a, n->own) : thread_released_view(a, n->publication, answered_name(tree, n));
}

/* Depth first, without recursion: a thread may be as deep as its authors like. */
static void flatten(struct arena *a, struct thread_data *t, struct tree *tree)
{
	size_t *stack = ARENA_ARRAY(a, size_t, tree->count + 1), height = 0;
	BUG_IF(!tree->nodes);
	t->views = ARENA_ARRAY(a, struct view_comment, tree->count);
	t->publications = ARENA_ARRAY(a, const struct store_publication *, tree->count);
	if (tree->first != SIZE_MAX)
		stack[height++] = tree->first;
	while (height) {
		struct node *n = &tree->nodes[stack[--height]];
		t->publications[t->view_count] = n->publication;
		t->views[t->view_count++] = node_view(a, tree, n);
		if (n->next != SIZE_MAX)
			stack[height++] = n->next;
		if (n->first != SIZE_MAX)
			stack[height++] = n->first;
	}
}

static bool parse_cursor(str cursor, msec *published, id64 *comment)
{
	size_t dash = str_find(cursor, STR("-"), 0);
	*published = *comment = 0;
	if (cursor.n == 0)
		return true;
	return dash != SIZE_MAX && str_to_i64(str_sub(cursor, 0, dash), published) &&
	       id_parse(str_sub(cursor, dash + 1, cursor.n), comment);
}

static enum frg_status load_page(struct store_tx *tx, struct thread_data *t, struct tree *tree, struct frg_error *err)
{
	struct arena *a = store_arena(tx);
	msec published;
	id64 comment;
	if (!parse_cursor(t->query->cursor, &published, &comment))
		return frg_fail(err, FRG_INVALID, "cursor_invalid", "not a page of this thread");
	struct store_publications roots;
	enum frg_status st = store_publication_roots(tx, t->article.id, published, comment, ROOTS + 1, &roots, err);
	if (st != FRG_OK)
		return st;
	size_t shown = roots.count > ROOTS ? ROOTS : roots.count, total = shown + t->own_count;
	struct store_publications *below = ARENA_ARRAY(a, struct store_publications, shown);
	for (size_t i = 0; st == FRG_OK && i < shown; i++) {
		st = store_publication_below(tx, t->article.id, roots.items[i].comment, BELOW, &below[i], err);
		total += below[i].count;
		if (total >= ENOUGH) /* a page of long conversations has fewer of them */
			shown = i + 1;
	}
	if (st != FRG_OK)
		return st;
	tree_room(a, tree, total + 1);
	for (size_t i = 0; i < shown; i++) {
		tree_add(tree, (struct node){.id = roots.items[i].comment, .publication = &roots.items[i]});
		for (size_t k = 0; k < below[i].count; k++)
			tree_add(tree, (struct node){.id = below[i].items[k].comment,
			                             .parent = below[i].items[k].parent,
			                             .publication = &below[i].items[k]});
	}
	if (roots.count > shown) {
		const struct store_publication *last = &roots.items[shown - 1];
		t->next_cursor = arena_printf(a, "%lld-%s", (long long)last->published, thread_id_text(a, last->comment).p);
	}
	return FRG_OK;
}

enum frg_status thread_load(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct thread_data *t = ctx;
	struct tree tree = {0};
	enum frg_status st = store_article_get(tx, t->query->site->id, t->query->article, &t->article, err);
	if (st == FRG_NOT_FOUND)
		return frg_fail(err, st, "article_unknown", "no such article");
	if (st == FRG_OK)
		closing_apply(t->svc, store_arena(tx), &t->article);
	if (st == FRG_OK)
		st = store_publication_count(tx, t->article.id, &t->total, err);
	if (st == FRG_OK && t->reader.n)
		st = thread_load_own(tx, t, err);
	if (st == FRG_OK)
		st = load_page(tx, t, &tree, err);
	if (st != FRG_OK)
		return st;
	add_own(t, &tree, t->query->cursor.n == 0);
	flatten(store_arena(tx), t, &tree);
	return FRG_OK;
}
