/* What a program of others is told: ids, what was decided, and of a released comment exactly what every reader may see,
 * read from `publication` at this moment. Never a held text, a name that is not public, an address. */
#include "service/webhook/webhook.h"

#include "service/thread_load.h"

struct telling {
	const struct store_delivery *d;
	struct store_article article;
	struct store_comment comment;
	struct store_publication publication;
	bool is_public, known;
	struct store_decision decision;
	bool decided;
};

static bool is_type(const struct store_delivery *d, const char *type) { return str_eq(d->type, str_of(type)); }

/* The action that stands in a delivery's detail, and whether it was taken back. */
static str action_of(const struct store_delivery *d, bool *undone)
{
	str rest = d->detail, first = STR("");
	str_next(&rest, ' ', &first);
	*undone = str_eq(first, STR("undo"));
	return *undone ? rest : first;
}

static enum frg_status load_comment(struct store_tx *tx, struct telling *t, struct frg_error *err)
{
	enum frg_status st = store_comment_get(tx, t->d->comment, &t->comment, err);
	if (st == FRG_OK)
		st = store_publication_get(tx, t->d->comment, &t->publication, err);
	t->is_public = st == FRG_OK && !t->publication.removed;
	return st == FRG_NOT_FOUND && t->comment.id ? FRG_OK : st;
}

static enum frg_status load(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct telling *t = ctx;
	bool undone;
	str action = action_of(t->d, &undone);
	enum frg_status st = store_article_heading(tx, t->d->article, &t->article, err);
	if (st == FRG_OK && t->d->comment)
		st = load_comment(tx, t, err);
	t->known = st == FRG_OK;
	if (st != FRG_OK || !is_type(t->d, "comment.decided"))
		return st == FRG_NOT_FOUND ? FRG_OK : st;
	st = store_decision_then(tx, t->d->revision, undone ? STR("undo") : action, t->d->happened, &t->decision, err);
	t->decided = st == FRG_OK;
	return st == FRG_NOT_FOUND ? FRG_OK : st;
}

/* Does what happened then still hold, so that whoever hears it now knows how things are? */
static bool holds(const struct telling *t)
{
	if (!t->known)
		return false;
	if (is_type(t->d, "comment.released"))
		return t->is_public;
	if (is_type(t->d, "comment.withdrawn"))
		return !t->is_public;
	if (is_type(t->d, "comment.decided"))
		return t->decided;
	if (is_type(t->d, "comment.held"))
		return !t->comment.erased;
	return t->article.open == is_type(t->d, "article.opened");
}

static void set_id(json_t *data, const char *name, id64 id)
{
	char text[ID_TEXT_SIZE];
	id_text(id, text);
	json_object_set_new(data, name, json_string(text));
}

static void add_released(struct arena *a, json_t *data, const struct store_publication *p)
{
	struct view_comment v = thread_released_view(a, p, STR(""));
	json_t *comment = thread_comment_json(&v, p);
	json_object_set_new(comment, "picked", json_boolean(p->picked));
	json_object_set_new(data, "comment", comment);
	set_id(data, "revision", p->revision);
}

static void add_decision(json_t *data, const struct telling *t)
{
	bool undone;
	str action = action_of(t->d, &undone);
	set_id(data, "comment_id", t->d->comment);
	set_id(data, "revision", t->d->revision);
	set_id(data, "decision", t->decision.id);
	json_object_set_new(data, "action", undone ? json_string("undo") : json_of(action));
	json_object_set_new(data, "undoes", undone ? json_of(action) : json_null());
	json_object_set_new(data, "rules", json_list(',', t->decision.rules));
	json_object_set_new(data, "automatic", json_boolean(str_starts(t->decision.detail, STR("{\"automatic\""))));
}

static json_t *data_of(struct arena *a, const struct store_site *site, const struct telling *t)
{
	json_t *data = json_pack("{s:o, s:{s:o, s:o}}", "site", json_of(site ? site->slug : STR("")), "article", "id",
	                         json_of(t->article.external_id), "url", json_or_null(t->article.url));
	if (is_type(t->d, "comment.released")) {
		add_released(a, data, &t->publication);
		set_id(data, "comment_id", t->d->comment);
	} else if (is_type(t->d, "comment.decided")) {
		add_decision(data, t);
	} else if (t->d->comment) {
		set_id(data, "comment_id", t->d->comment);
		if (is_type(t->d, "comment.held"))
			set_id(data, "revision", t->d->revision);
		else
			json_object_set_new(data, "by",
			                    str_starts(t->d->detail, STR("undo")) ? json_string("editors")
			                                                          : json_or_null(t->d->detail));
	}
	return data;
}

static str body_of(struct arena *a, str type, msec happened, json_t *data)
{
	char when[CLOCK_ISO_SIZE];
	clock_iso(happened, when);
	return json_text(a, json_pack("{s:o, s:s, s:o}", "type", json_of(type), "timestamp", when, "data", data));
}

enum frg_status webhook_body(struct service *svc, struct arena *a, const struct store_webhook *webhook,
                             const struct store_delivery *delivery, str *out, struct frg_error *err)
{
	struct telling t = {.d = delivery};
	*out = STR("");
	enum frg_status st = store_read(svc->store, a, load, &t, err);
	if (st == FRG_OK && holds(&t))
		*out = body_of(a, delivery->type, delivery->happened, data_of(a, service_site_by_id(svc, webhook->site), &t));
	return st;
}

str webhook_test_body(struct arena *a, const struct store_site *site, msec now)
{
	json_t *data = json_pack("{s:o}", "site", json_of(site ? site->slug : STR("")));
	return body_of(a, STR("webhook.test"), now, data);
}
