/* What a site demands of those who log in, and what browsers are asked meanwhile. */
#include "service/staff/access_inner.h"

/* ---- a site's rules ---- */

enum frg_status access_load(struct store_tx *tx, id64 site, struct access_rules *out, struct frg_error *err)
{
	json_t *o;
	*out = (struct access_rules){0};
	enum frg_status st = setting_json(tx, site, STR("access"), &o, err);
	if (!o)
		return st;
	*out = (struct access_rules){.version = json_integer_value(json_object_get(o, "version")),
	                             .second_factor = json_is_true(json_object_get(o, "second_factor")),
	                             .no_passwords = json_is_true(json_object_get(o, "no_passwords"))};
	json_decref(o);
	return FRG_OK;
}

static enum frg_status put(struct store_tx *tx, id64 site, const struct access_rules *r, struct frg_error *err)
{
	json_t *o = json_pack("{s:I, s:b, s:b}", "version", (json_int_t)r->version, "second_factor", r->second_factor,
	                      "no_passwords", r->no_passwords);
	return store_setting_put(tx, site, STR("access"), json_text(store_arena(tx), o), err);
}

static bool by_password(str method)
{
	return str_eq(method, STR("password")) || str_eq(method, STR("code")) || str_eq(method, STR("recovery")) ||
	       str_eq(method, STR("key"));
}

enum frg_status access_admits(struct store_tx *tx, id64 site, str method, struct frg_error *err)
{
	struct access_rules rules;
	enum frg_status st = access_load(tx, site, &rules, err);
	if (st == FRG_OK && rules.no_passwords && by_password(method))
		return frg_fail(err, FRG_FORBIDDEN, "password_off", "nobody logs in by a password here");
	return st;
}

enum frg_status access_limit(struct store_tx *tx, str method, struct staff *who, bool *setup, struct frg_error *err)
{
	struct access_rules rules;
	bool there = true;
	*setup = false;
	enum frg_status st = access_load(tx, who->site, &rules, err);
	/* without passwords, whoever came by an invitation needs a way to come again */
	if (st == FRG_OK && (rules.second_factor || rules.no_passwords) && !str_eq(method, STR("house")))
		st = store_factor_there(tx, who->id, &there, err);
	if (st == FRG_OK && !there) {
		who->rights &= RIGHT_SELF;
		*setup = true;
	}
	return st;
}

enum frg_status access_changed(struct store_tx *tx, id64 site, id64 editor, struct frg_error *err)
{
	char id[ID_TEXT_SIZE] = "";
	if (editor)
		id_text(editor, id);
	return store_event_insert(tx, &(struct store_event){.kind = STR("staff"), .site = site, .detail = str_of(id)}, err);
}

struct change {
	id64 site;
	const struct editor_session *session;
	const struct access_rules *wanted;
	struct access_rules *rules;
};

static enum frg_status load(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct change *c = ctx;
	return access_load(tx, c->site, c->rules, err);
}

enum frg_status service_access(struct service *svc, struct arena *a, id64 site, struct access_rules *out,
                               struct frg_error *err)
{
	struct change c = {.site = site, .rules = out};
	return store_read(svc->store, a, load, &c, err);
}

static enum frg_status save(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct change *c = ctx;
	const struct staff *who = &c->session->who;
	enum frg_status st = access_load(tx, c->site, c->rules, err);
	if (st == FRG_OK && c->rules->version != c->wanted->version)
		return frg_fail(err, FRG_CONFLICT, "conflict", "somebody has changed the rules meanwhile");
	if (st == FRG_OK && c->wanted->no_passwords && !c->rules->no_passwords &&
	    !str_eq(c->session->method, STR("house")) && !str_eq(c->session->method, STR("passkey")))
		return frg_fail(err, FRG_CONFLICT, "password_needed", "nobody has shown yet that there is another way in");
	if (st != FRG_OK)
		return st;
	*c->rules = *c->wanted;
	c->rules->version++;
	st = put(tx, c->site, c->rules, err);
	if (st == FRG_OK) /* some may do less now */
		st = access_changed(tx, c->site, 0, err);
	str detail = arena_printf(store_arena(tx), "second_factor=%d passwords=%d", c->rules->second_factor,
	                          !c->rules->no_passwords);
	return st == FRG_OK ? access_note(tx, who, "access", detail, err) : st;
}

enum frg_status service_access_save(struct service *svc, struct arena *a, const struct editor_session *session,
                                    const struct access_rules *wanted, struct access_rules *out, struct frg_error *err)
{
	struct change c = {.site = session->who.site, .session = session, .wanted = wanted, .rules = out};
	return store_write(svc->store, a, save, &c, err);
}

static enum frg_status let_passwords(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct change *c = ctx;
	enum frg_status st = access_load(tx, c->site, c->rules, err);
	if (st != FRG_OK || !c->rules->no_passwords)
		return st;
	c->rules->no_passwords = false;
	c->rules->version++;
	st = put(tx, c->site, c->rules, err);
	struct store_staff_event e = {.site = c->site, .kind = STR("access"), .detail = STR("passwords=1")};
	return st == FRG_OK ? store_staff_log(tx, &e, err) : st;
}

enum frg_status service_access_passwords(struct service *svc, id64 site, struct frg_error *err)
{
	struct arena *a = arena_open(1 << 20);
	struct access_rules rules;
	struct change c = {.site = site, .rules = &rules};
	enum frg_status st = store_write(svc->store, a, let_passwords, &c, err);
	arena_close(a);
	return st;
}

/* ---- what browsers are asked ---- */

/* Each kind of question has keys of its own, so that one token may stand for several. */
static str hash_of(struct arena *a, const char *kind, str token)
{
	char *hash = arena_alloc(a, HASH_TEXT_SIZE);
	hash_text(arena_printf(a, "%s %.*s", kind, STR_ARG(token)), hash);
	return str_of(hash);
}

static enum frg_status put_challenge(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	return store_challenge_put(tx, ctx, err);
}

enum frg_status challenge_put(struct service *svc, struct arena *a, const struct asking *q, struct frg_error *err)
{
	struct store_challenge c = {.token_hash = hash_of(a, q->kind, q->token),
	                            .kind = str_of(q->kind),
	                            .site = q->site,
	                            .editor = q->editor,
	                            .data = q->data,
	                            .created = clock_now(),
	                            .expires = clock_now() + CHALLENGE_MS};
	return store_write(svc->store, a, put_challenge, &c, err);
}

struct taking {
	str hash;
	const char *kind;
	struct store_challenge *out;
};

static enum frg_status take_challenge(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct taking *t = ctx;
	return store_challenge_take(tx, t->hash, str_of(t->kind), t->out, err);
}

enum frg_status challenge_take_in(struct store_tx *tx, const char *kind, str token, struct store_challenge *out,
                                  struct frg_error *err)
{
	return store_challenge_take(tx, hash_of(store_arena(tx), kind, token), str_of(kind), out, err);
}

enum frg_status challenge_take(struct service *svc, struct arena *a, const char *kind, str token,
                               struct store_challenge *out, struct frg_error *err)
{
	struct taking t = {.hash = hash_of(a, kind, token), .kind = kind, .out = out};
	if (token.n != SECRET_TEXT_SIZE - 1)
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no token of ours");
	return store_write(svc->store, a, take_challenge, &t, err);
}

str challenge_token(struct arena *a)
{
	char *token = arena_alloc(a, SECRET_TEXT_SIZE);
	secret_new(token);
	return str_of(token);
}
