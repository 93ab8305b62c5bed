/* Erasing what a person left: first seen what would go and what must stay, then done comment by comment, each whole;
 * what the program did not come to, or what was held, is taken up again later. */
#include "service/inner.h"

#include "base/buf.h"

enum {
	BATCH = 20,
	BATCHES = 50 /* while somebody waits for the answer */,
	HOLDS_MAX = 200,
	WAIT_MS = 3600 * 1000,
	DIGEST = 16,
	DIGEST_MAX = 64 << 20
};

/* ---- what is concerned ---- */

enum frg_status person_resolve(struct store_tx *tx, struct person_scope *scope, struct frg_error *err)
{
	struct store_comment c;
	struct store_person person;
	enum frg_status st = FRG_OK;
	if (scope->comment) {
		st = store_comment_get(tx, scope->comment, &c, err);
		if (st == FRG_OK && (c.site != scope->site || (scope->author && scope->author != c.author)))
			st = FRG_NOT_FOUND;
		if (st == FRG_OK)
			scope->author = c.author;
	}
	if (st == FRG_OK)
		st = store_person_get(tx, scope->site, scope->author, &person, err);
	return st == FRG_NOT_FOUND ? frg_fail(err, st, "person_unknown", "no such person") : st;
}

/* The next comments of a scope, written by `until`, that are not erased. */
static enum frg_status next_comments(struct store_tx *tx, const struct person_scope *scope, id64 after, msec until,
                                     struct store_ids *out, struct frg_error *err)
{
	struct store_comment c;
	if (!scope->comment) {
		enum frg_status st = store_author_comments(tx, scope->author, after, BATCH, out, err);
		for (; st == FRG_OK && out->count; out->count--) { /* what came later was not asked about */
			st = store_comment_get(tx, out->items[out->count - 1], &c, err);
			if (st == FRG_OK && c.created <= until)
				break;
		}
		return st;
	}
	out->items = ARENA_ARRAY(store_arena(tx), id64, 1);
	out->items[0] = scope->comment;
	enum frg_status st = store_comment_get(tx, scope->comment, &c, err);
	out->count = st == FRG_OK && !c.erased && after < scope->comment;
	return st;
}

struct holds {
	struct arena *a;
	struct person_hold *items;
	size_t count;
	int64_t comments; /* all that are held, also beyond HOLDS_MAX */
};

static void add_hold(struct holds *h, struct person_hold hold)
{
	if (!h->items)
		h->items = ARENA_ARRAY(h->a, struct person_hold, HOLDS_MAX);
	if (h->count == HOLDS_MAX)
		return;
	hold.kind = arena_str(h->a, hold.kind);
	h->items[h->count++] = hold;
}

static enum frg_status comment_held(struct store_tx *tx, id64 comment, struct holds *h, bool *held,
                                    struct frg_error *err)
{
	struct store_holds list;
	enum frg_status st = store_comment_holds(tx, comment, &list, err);
	*held = st == FRG_OK && list.count;
	h->comments += *held;
	for (size_t i = 0; st == FRG_OK && i < list.count; i++)
		add_hold(h, (struct person_hold){comment, list.items[i].kind, list.items[i].since, list.items[i].until});
	return st;
}

static enum frg_status author_held(struct store_tx *tx, const struct person_scope *scope, struct holds *h,
                                   struct frg_error *err)
{
	struct store_suspension s;
	if (scope->comment)
		return FRG_OK;
	enum frg_status st = store_suspension_now(tx, scope->author, clock_now(), &s, err);
	if (st == FRG_NOT_FOUND)
		return FRG_OK;
	if (st == FRG_OK)
		add_hold(h, (struct person_hold){0, STR("suspension"), s.created, s.until});
	return st;
}

/* ---- seen before it is done ---- */

struct previewing {
	struct person_scope scope;
	struct person_preview *out;
};

static enum frg_status look_at(struct store_tx *tx, id64 id, struct person_preview *out, struct holds *h,
                               struct buf *seen, struct frg_error *err)
{
	struct store_comment_extent e;
	bool held;
	enum frg_status st = comment_held(tx, id, h, &held, err);
	if (st == FRG_OK)
		st = store_comment_extent(tx, id, &e, err);
	if (st != FRG_OK)
		return st;
	buf_printf(seen, "%lld %d %lld %lld\n", (long long)id, held, (long long)e.texts, (long long)e.changes);
	if (held)
		return FRG_OK;
	out->comments++;
	out->published += e.published;
	out->waiting += e.waiting;
	out->letters += e.letters;
	out->mails += e.mails;
	return FRG_OK;
}

static enum frg_status preview(struct store_tx *tx, struct person_scope *scope, struct person_preview *out,
                               struct frg_error *err)
{
	struct holds h = {.a = store_arena(tx)};
	struct buf seen = BUF_INIT(DIGEST_MAX);
	struct store_ids ids = {.count = BATCH};
	id64 after = 0;
	*out = (struct person_preview){0};
	enum frg_status st = person_resolve(tx, scope, err);
	while (st == FRG_OK && ids.count == BATCH) {
		st = next_comments(tx, scope, after, clock_now(), &ids, err);
		for (size_t i = 0; st == FRG_OK && i < ids.count; i++)
			st = look_at(tx, after = ids.items[i], out, &h, &seen, err);
	}
	if (st == FRG_OK)
		st = author_held(tx, scope, &h, err);
	char *hash = arena_alloc(store_arena(tx), HASH_TEXT_SIZE);
	hash_text(buf_str(&seen), hash);
	buf_free(&seen);
	out->digest = (str){hash, DIGEST};
	out->holds = h.items;
	out->hold_count = h.count;
	out->held = h.comments;
	return st;
}

static enum frg_status preview_alone(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct previewing *p = ctx;
	return preview(tx, &p->scope, p->out, err);
}

enum frg_status service_erase_preview(struct service *svc, struct arena *a, const struct person_scope *scope,
                                      struct person_preview *out, struct frg_error *err)
{
	struct previewing p = {.scope = *scope, .out = out};
	return store_read(svc->store, a, preview_alone, &p, err);
}

/* ---- doing it ---- */

struct step {
	const struct erase_command *cmd; /* NULL: going on with a run that is there */
	struct store_run run;
	struct person_scope scope;
	id64 after;
	int64_t before; /* comments that the run had erased */
	bool more;
	struct holds holds;
};

static str holds_text(struct arena *a, const struct holds *h)
{
	json_t *list = json_array();
	for (size_t i = 0; i < h->count; i++) {
		char id[ID_TEXT_SIZE] = "";
		if (h->items[i].comment)
			id_text(h->items[i].comment, id);
		json_array_append_new(list, json_pack("{s:o, s:o, s:I, s:I}", "comment", json_or_null(str_of(id)), "kind",
		                                      json_of(h->items[i].kind), "since", (json_int_t)h->items[i].since,
		                                      "until", (json_int_t)h->items[i].until));
	}
	return json_text(a, list);
}

static enum frg_status begin(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct step *s = ctx;
	const struct erase_command *cmd = s->cmd;
	struct person_preview now;
	s->scope = cmd->scope;
	enum frg_status st = preview(tx, &s->scope, &now, err);
	if (st != FRG_OK)
		return st;
	if (cmd->digest.n && !str_eq(cmd->digest, now.digest))
		return frg_fail(err, FRG_CONFLICT, "person_changed", "something has come or gone since it was looked at");
	st = store_run_open(tx, s->scope.author, s->scope.comment, &s->run, err);
	if (st != FRG_NOT_FOUND) { /* asked again while something waits: it is the same request, as of now */
		s->before = s->run.erased;
		s->run.created = s->run.next = clock_now();
		return st == FRG_OK ? store_run_update(tx, &s->run, err) : st;
	}
	s->run = (struct store_run){.id = id_new(),
	                            .site = s->scope.site,
	                            .author = s->scope.author,
	                            .comment = s->scope.comment,
	                            .cause = cmd->who         ? STR("editor")
	                                     : cmd->by_reader ? STR("reader")
	                                                      : STR("command"),
	                            .editor = cmd->who ? cmd->who->id : 0,
	                            .editor_name = cmd->who ? cmd->who->name : STR(""),
	                            .state = STR("running"),
	                            .holds = STR("[]"),
	                            .created = clock_now(),
	                            .next = clock_now()};
	return store_run_insert(tx, &s->run, err);
}

/* What one comment takes of memory is given back before the next: an author may have written a lot. */
static enum frg_status erase_some(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct step *s = ctx;
	struct store_ids ids;
	id64 copy[BATCH];
	struct erasing why = {
		.cause = s->run.cause, .run = s->run.id, .editor = s->run.editor, .editor_name = s->run.editor_name};
	int64_t erased = 0;
	enum frg_status st = next_comments(tx, &s->scope, s->after, s->run.created, &ids, err);
	if (st == FRG_OK && ids.count)
		memcpy(copy, ids.items, ids.count * sizeof *copy);
	for (size_t i = 0; st == FRG_OK && i < ids.count; i++) {
		bool held;
		arena_reset(store_arena(tx));
		st = comment_held(tx, s->after = copy[i], &s->holds, &held, err);
		if (st == FRG_OK)
			st = held ? erase_withdraw(tx, copy[i], err) : erase_comment(tx, &why, copy[i], err);
		erased += !held;
	}
	if (st == FRG_OK && erased)
		st = scrub_wanted(tx, err);
	s->more = st == FRG_OK && ids.count == BATCH;
	s->run.erased += erased;
	return st == FRG_OK && erased ? store_run_count(tx, s->run.id, erased, err) : st;
}

static enum frg_status log_it(struct store_tx *tx, const struct step *s, struct frg_error *err)
{
	char id[ID_TEXT_SIZE];
	id_text(s->run.id, id);
	struct store_staff_event e = {
		.site = s->run.site,
		.actor = s->run.editor,
		.kind = STR("erasure"),
		.detail = json_text(store_arena(tx), json_pack("{s:s, s:o, s:o, s:I, s:I}", "run", id, "cause",
	                                                   json_of(s->run.cause), "state", json_of(s->run.state), "erased",
	                                                   (json_int_t)s->run.erased, "held", (json_int_t)s->holds.count))};
	return store_staff_log(tx, &e, err);
}

/* All has been looked at: the author goes if nothing is left, or it waits for what is held. */
static enum frg_status finish(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct step *s = ctx;
	struct store_run now; /* who asks and what goes on in the background may have been at it side by side */
	enum frg_status st = store_run_get(tx, s->run.id, &now, err);
	if (st != FRG_OK)
		return st;
	s->run.erased = now.erased;
	s->run.done = now.done;
	if (now.done)
		return FRG_OK;
	bool first = str_eq(now.state, STR("running"));
	st = author_held(tx, &s->scope, &s->holds, err);
	if (st == FRG_OK && s->holds.count == 0)
		st = erase_author(tx, s->scope.author, err);
	bool done = s->holds.count == 0;
	s->run.state = done ? STR("done") : STR("waiting");
	s->run.holds = holds_text(store_arena(tx), &s->holds);
	s->run.next = clock_now() + WAIT_MS;
	s->run.done = done ? clock_now() : 0;
	if (st == FRG_OK)
		st = store_run_update(tx, &s->run, err);
	return st == FRG_OK && (first || done) ? log_it(tx, s, err) : st;
}

/* As far as it comes in so many batches; what is left stays `running`, for the next who looks. */
static enum frg_status go_on(struct service *svc, struct arena *a, struct step *s, struct frg_error *err)
{
	enum frg_status st;
	int batches = 0;
	struct arena *batch = arena_open((size_t)256 << 20);
	s->holds.a = a;
	do
		st = store_write(svc->store, batch, erase_some, s, err);
	while (st == FRG_OK && s->more && ++batches < BATCHES);
	arena_close(batch);
	return st == FRG_OK && !s->more ? store_write(svc->store, a, finish, s, err) : st;
}

enum frg_status service_erase(struct service *svc, struct arena *a, const struct erase_command *cmd,
                              struct erase_result *out, struct frg_error *err)
{
	struct step s = {.cmd = cmd};
	struct arena *own = arena_open((size_t)512 << 20);
	enum frg_status st = store_write(svc->store, own, begin, &s, err);
	if (st == FRG_OK)
		st = go_on(svc, own, &s, err);
	*out = (struct erase_result){
		.run = s.run.id, .erased = s.run.erased - s.before, .done = s.run.done != 0, .hold_count = s.holds.count};
	out->holds = ARENA_ARRAY(a, struct person_hold, s.holds.count);
	for (size_t i = 0; i < s.holds.count; i++) {
		out->holds[i] = s.holds.items[i];
		out->holds[i].kind = arena_str(a, s.holds.items[i].kind);
	}
	arena_close(own);
	if (st == FRG_OK) /* before the outbox tells: who asked looks next */
		service_threads_drop_all(svc);
	return st;
}

/* ---- later ---- */

static enum frg_status load_due(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct step *s = ctx;
	enum frg_status st = store_run_due(tx, clock_now(), &s->run, err);
	s->scope = (struct person_scope){.site = s->run.site, .author = s->run.author, .comment = s->run.comment};
	return st == FRG_NOT_FOUND ? FRG_OK : st;
}

enum frg_status service_erase_continue(struct service *svc, struct arena *a, bool *more, struct frg_error *err)
{
	struct step s = {0};
	enum frg_status st = store_read(svc->store, a, load_due, &s, err);
	*more = st == FRG_OK && s.run.id;
	return *more ? go_on(svc, a, &s, err) : st;
}

struct listing {
	id64 site;
	int64_t limit;
	struct store_runs *out;
};

static enum frg_status list(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct listing *l = ctx;
	return store_run_list(tx, l->site, l->limit, l->out, err);
}

enum frg_status service_erase_runs(struct service *svc, struct arena *a, id64 site, int64_t limit,
                                   struct store_runs *out, struct frg_error *err)
{
	struct listing l = {site, limit, out};
	return store_read(svc->store, a, list, &l, err);
}
