/* Handing over what is kept about a person, all of it, as JSON (docs/privacy.md). It is read in one state of the
 * database; what each field means is said with it. */
#include "service/inner.h"

#include "base/i18n.h"

static const size_t arena_max = (size_t)1 << 30;
enum { PAGE = 100, AT_ONCE = 4 };

struct exporting {
	struct service *svc;
	struct person_scope scope;
	json_t *out;
	size_t bytes;
	id64 last; /* comment */
};

/* ---- rows that belong together ---- */

static enum frg_status rows(struct store_tx *tx, json_t *to, const char *name, enum store_record what, id64 of,
                            struct frg_error *err)
{
	json_t *list = json_array();
	json_object_set_new(to, name, list);
	return store_person_rows(tx, what, of, list, err);
}

static id64 id_in(struct arena *a, const json_t *row, const char *name)
{
	id64 id;
	return id_parse(json_str(a, json_object_get(row, name)), &id) ? id : 0;
}

static enum frg_status add_revisions(struct store_tx *tx, json_t *comment, id64 id, bool own, struct frg_error *err)
{
	size_t i;
	json_t *r;
	enum frg_status st = rows(tx, comment, "texts", RECORD_REVISION, id, err);
	json_array_foreach(json_object_get(comment, "texts"), i, r)
	{
		id64 revision = id_in(store_arena(tx), r, "id");
		bool held = str_eq(json_str(store_arena(tx), json_object_get(r, "state")), STR("held"));
		if (st == FRG_OK && !(own && held)) /* a check that nobody has judged yet is no use to its author */
			st = rows(tx, r, "checks", RECORD_REVIEW, revision, err);
		if (st == FRG_OK)
			st = rows(tx, r, "forecasts", RECORD_FORECAST, revision, err);
		if (st == FRG_OK)
			st = rows(tx, r, "suggested_scores", RECORD_SUGGESTION, revision, err);
	}
	return st;
}

/* The text that nobody has judged yet, or "". */
static str waiting_text(struct arena *a, const json_t *comment)
{
	size_t i;
	json_t *r;
	json_array_foreach(json_object_get(comment, "texts"), i, r)
	{
		if (str_eq(json_str(a, json_object_get(r, "state")), STR("held")))
			return json_str(a, json_object_get(r, "id"));
	}
	return STR("");
}

/* What is not said to its author by a button: what colleagues asked each other; what those who reported it in vain
 * were told; and what was decided on a text that waits again, for that was taken back. */
static bool is_for_others(struct arena *a, const json_t *decision, str waiting)
{
	str action = json_str(a, json_object_get(decision, "action"));
	bool of_notice = json_object_get(json_object_get(decision, "detail"), "notice") != NULL;
	bool told = str_eq(action, STR("suspend")) || str_eq(action, STR("restore"));
	return str_eq(action, STR("refer")) || (of_notice && str_eq(action, STR("uphold"))) ||
	       (!told && waiting.n && str_eq(json_str(a, json_object_get(decision, "revision")), waiting));
}

/* The rows of a list whose `key` is among the ids. */
static void drop_rows(json_t *list, const char *key, const json_t *ids)
{
	for (size_t i = json_array_size(list); i-- > 0;)
		if (json_object_get(ids, json_string_value(json_object_get(json_array_get(list, i), key))))
			json_array_remove(list, i);
}

/* A bundle holds what is for the authorities alone: who reported and what they wrote, the keys of days. */
static void keep_reporters_out(json_t *evidence)
{
	static const char *const of_others[] = {"id", "explanation", "name", "email", "at"};
	size_t i, k;
	json_t *row, *part;
	json_array_foreach(evidence, i, row)
	{
		json_t *bundle = json_object_get(row, "bundle");
		json_array_foreach(json_object_get(bundle, "notices"), k, part)
		{
			for (size_t n = 0; n < COUNT_OF(of_others); n++)
				json_object_del(part, of_others[n]);
		}
		json_array_foreach(json_object_get(json_object_get(bundle, "person"), "connections"), k, part)
		{
			json_object_del(part, "key");
		}
	}
}

static void drop_for_others(struct arena *a, json_t *comment)
{
	size_t i;
	json_t *d, *list = json_object_get(comment, "decisions"), *gone = json_object();
	str waiting = waiting_text(a, comment);
	json_array_foreach(list, i, d)
	{
		if (is_for_others(a, d, waiting)) { /* and what took it back */
			json_object_set_new(gone, json_string_value(json_object_get(d, "id")), json_true());
			json_object_set_new(gone, json_string_value(json_object_get(d, "undone_by")), json_true());
		}
		json_object_del(json_object_get(d, "detail"), "notice"); /* nor how many reported it */
		json_object_del(json_object_get(d, "detail"), "notices");
	}
	drop_rows(list, "id", gone);
	drop_rows(json_object_get(comment, "letters"), "decision", gone);
	json_decref(gone);
}

static enum frg_status add_comment(struct store_tx *tx, struct exporting *e, json_t *list, id64 id,
                                   struct frg_error *err)
{
	static const struct {
		const char *name;
		enum store_record what;
	} parts[] = {{"published", RECORD_PUBLICATION}, {"decisions", RECORD_DECISION}, {"letters", RECORD_STATEMENT},
	             {"objections", RECORD_OBJECTION},  {"mails", RECORD_MAIL},         {"lines", RECORD_ADDRESS}};
	size_t at = json_array_size(list);
	enum frg_status st = store_person_rows(tx, RECORD_COMMENT, id, list, err);
	json_t *comment = json_array_get(list, at);
	if (st != FRG_OK || !comment)
		return st;
	st = add_revisions(tx, comment, id, e->scope.own, err);
	for (size_t i = 0; st == FRG_OK && i < COUNT_OF(parts); i++)
		st = rows(tx, comment, parts[i].name, parts[i].what, id, err);
	if (e->scope.own) /* nor whether something is kept because of a suspicion */
		drop_for_others(store_arena(tx), comment);
	else if (st == FRG_OK)
		st = rows(tx, comment, "evidence", RECORD_EVIDENCE, id, err);
	if (st == FRG_OK && !e->scope.own) /* nor how many reported it */
		st = rows(tx, comment, "notices", RECORD_NOTICE, id, err);
	keep_reporters_out(json_object_get(comment, "evidence"));
	return st;
}

/* A whole comment is read and turned into JSON before the next: however much there is, little is held twice. */
static enum frg_status add_page(struct store_tx *tx, struct exporting *e, json_t *list, const struct store_ids *ids,
                                struct frg_error *err)
{
	id64 copy[PAGE];
	size_t count = ids->count;
	enum frg_status st = FRG_OK;
	memcpy(copy, ids->items, count * sizeof *copy);
	for (size_t i = 0; st == FRG_OK && i < count; i++) {
		arena_reset(store_arena(tx));
		st = add_comment(tx, e, list, copy[i], err);
		if (st == FRG_OK && e->scope.bytes_max) {
			e->bytes += json_dumpb(json_array_get(list, json_array_size(list) - 1), NULL, 0, JSON_COMPACT);
			if (e->bytes > e->scope.bytes_max)
				st = frg_fail(err, FRG_TOO_LARGE, "person_too_large", "more than %zu bytes", e->scope.bytes_max);
		}
	}
	e->last = count ? copy[count - 1] : e->last;
	return st;
}

static enum frg_status add_comments(struct store_tx *tx, struct exporting *e, struct frg_error *err)
{
	json_t *list = json_array();
	json_object_set_new(e->out, "comments", list);
	if (e->scope.comment)
		return add_comment(tx, e, list, e->scope.comment, err);
	struct store_ids ids = {.count = PAGE};
	enum frg_status st = FRG_OK;
	while (st == FRG_OK && ids.count == PAGE) {
		st = store_person_comments(tx, e->scope.author, e->last, PAGE, &ids, err);
		if (st == FRG_OK)
			st = add_page(tx, e, list, &ids, err);
	}
	return st;
}

/* ---- what it all means ---- */

static void add_explanations(json_t *out, const struct person_scope *scope)
{
	json_t *o = json_object();
	for (int m = 0; m < MSG_COUNT; m++) {
		str key = str_of(i18n_key((enum msg)m)), prefix = STR("person.field.");
		if (str_starts(key, prefix) && !(scope->own && str_starts(key, STR("person.field.notices"))))
			json_object_set_new(o, key.p + prefix.n, json_of(i18n(scope->lang, (enum msg)m)));
	}
	json_object_set_new(out, "explanations", o);
}

static void add_head(struct exporting *e)
{
	char now[CLOCK_ISO_SIZE];
	const struct store_site *site = service_site_by_id(e->svc, e->scope.site);
	clock_iso(clock_now(), now);
	json_object_set_new(e->out, "format", json_string("freigabe person 1"));
	json_object_set_new(e->out, "made_at", json_string(now));
	json_object_set_new(e->out, "site",
	                    json_pack("{s:o, s:o}", "name", json_of(site->name), "url", json_of(site->base_url)));
}

static enum frg_status export(struct store_tx *tx, void *ctx, struct frg_error *err) {
	struct exporting *e = ctx; id64 author; enum frg_status st = person_resolve(tx, &e->scope, err);
	if (st != FRG_OK) return st;
	author = e->scope.author;
	add_head(e);
	st = rows(tx, e->out, "author", RECORD_AUTHOR, author, err);
	if (st == FRG_OK) st = add_comments(tx, e, err);
	if (st == FRG_OK) st = rows(tx, e->out, "suspensions", RECORD_SUSPENSION, author, err);
	if (st == FRG_OK) st = rows(tx, e->out, "erasures", RECORD_RUN, author, err);
	add_explanations(e->out, &e->scope);
	return st;
}

static enum frg_status make_export(struct service *svc, const struct person_scope *scope, json_t **out,
                                   struct frg_error *err)
{
	struct exporting e = {.svc = svc, .scope = *scope, .out = json_object()};
	struct arena *a = arena_open(arena_max);
	enum frg_status st = store_read(svc->store, a, export, &e, err);
	arena_close(a);
	if (st != FRG_OK) {
		json_decref(e.out);
		e.out = NULL;
	}
	*out = e.out;
	return st;
}

/* One may take a hundred megabytes for a moment, and whoever wrote a lot can ask from many browsers at once: so many
 * at a time, and nobody waits for another one on a worker. */
enum frg_status service_person_export(struct service *svc, const struct person_scope *scope, json_t **out,
                                      struct frg_error *err)
{
	*out = NULL;
	if (!scope->bytes_max) /* by command */
		return make_export(svc, scope, out, err);
	bool free_place = atomic_fetch_add(&svc->exports, 1) < AT_ONCE;
	enum frg_status st = free_place ? make_export(svc, scope, out, err)
	                                : frg_fail(err, FRG_UNAVAILABLE, "overloaded", "enough files are being made");
	atomic_fetch_sub(&svc->exports, 1);
	return st;
}

struct handing_over {
	const struct staff *who;
	id64 author;
};

static enum frg_status log_it(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	const struct handing_over *h = ctx;
	char id[ID_TEXT_SIZE];
	id_text(h->author, id);
	struct store_staff_event e = {
		.site = h->who->site, .actor = h->who->id, .kind = STR("handed_over"), .detail = str_of(id)};
	return store_staff_log(tx, &e, err);
}

enum frg_status service_person_hand_over(struct service *svc, const struct staff *who, const struct person_scope *scope,
                                         json_t **out, struct frg_error *err)
{
	struct handing_over h = {.who = who, .author = scope->author};
	enum frg_status st = service_person_export(svc, scope, out, err);
	if (st != FRG_OK)
		return st;
	struct arena *a = arena_open(1 << 20);
	st = store_write(svc->store, a, log_it, &h, err);
	arena_close(a);
	if (st != FRG_OK)
		json_decref(*out);
	return st;
}

/* ---- the reader's own ---- */

struct own {
	const struct store_site *site;
	str reader;
	id64 author;
};

static enum frg_status find_own(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct own *o = ctx;
	enum frg_status st = capability_author(tx, o->site, o->reader, &o->author, err);
	return st == FRG_NOT_FOUND ? frg_fail(err, st, "person_unknown", "no such person") : st;
}

enum frg_status service_person_of(struct service *svc, struct arena *a, const struct store_site *site, str reader,
                                  id64 *author, struct frg_error *err)
{
	struct own o = {.site = site, .reader = reader};
	enum frg_status st = store_read(svc->store, a, find_own, &o, err);
	*author = o.author;
	return st;
}
