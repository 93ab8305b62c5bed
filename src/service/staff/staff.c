/* Accounts, roles and invitations. Whatever changes here is in the log, and ends the sessions that it must end. */
#include "service/staff/access_inner.h"

#include "base/i18n.h"
#include "base/json.h"

enum { LOGIN_MAX = 100, INVITATION_MS = 7 * 24 * 3600 * 1000, SECTION_MAX = 100 };

static enum frg_status note(struct store_tx *tx, id64 site, id64 actor, id64 subject, const char *kind, str detail,
                            struct frg_error *err)
{
	return store_staff_log(
		tx,
		&(struct store_staff_event){
			.site = site, .actor = actor, .subject = subject, .kind = str_of(kind), .detail = detail},
		err);
}

static enum frg_status check_names(struct arena *a, str login, str name, struct store_editor *e, struct frg_error *err)
{
	enum frg_status st = clean_text(a, login, LOGIN_MAX, true, "name", &e->login, err);
	if (st == FRG_OK)
		st = clean_text(a, name, LOGIN_MAX, true, "name", &e->name, err);
	if (st == FRG_OK && (e->login.n == 0 || e->name.n == 0))
		return frg_fail(err, FRG_INVALID, "name_empty", "a log-in and a name are needed");
	return st;
}

/* ---- by a command ---- */

struct account {
	const struct staff_account *in;
	struct store_editor editor;
	enum staff_role role;
};

static enum frg_status put_membership(struct store_tx *tx, const struct account *acc, struct frg_error *err)
{
	struct store_membership m;
	int64_t administrators = 0;
	enum frg_status st = store_membership_get(tx, acc->editor.id, acc->in->site, &m, NULL);
	bool there = st == FRG_OK;
	if (st != FRG_OK && st != FRG_NOT_FOUND)
		return frg_fail(err, st, "store_io", "cannot read the account");
	if (!there)
		m = (struct store_membership){.editor = acc->editor.id, .site = acc->in->site};
	st = store_membership_count(tx, acc->in->site, staff_role_name(ROLE_ADMINISTRATOR), &administrators, err);
	if (acc->in->role)
		m.role = staff_role_name(acc->role);
	else if (!there)
		m.role = staff_role_name(administrators ? ROLE_EDITOR : ROLE_ADMINISTRATOR);
	m.open = true;
	if (st == FRG_OK)
		st = store_membership_put(tx, &m, err);
	return st == FRG_OK ? note(tx, m.site, 0, m.editor, there ? "password" : "joined", m.role, err) : st;
}

static enum frg_status save_account(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct account *acc = ctx;
	struct store_editor *e = &acc->editor, old;
	enum frg_status st = store_editor_by_login(tx, e->login, &old, NULL);
	if (st != FRG_OK && st != FRG_NOT_FOUND)
		return frg_fail(err, st, "store_io", "cannot read the account");
	if (st == FRG_OK && old.site != e->site)
		return frg_fail(err, FRG_CONFLICT, "login_taken", "the log-in belongs to another site");
	e->id = st == FRG_OK ? old.id : id_new();
	if (st == FRG_OK && e->email.n == 0)
		e->email = old.email;
	st = store_editor_put(tx, e, err);
	/* whoever may run commands is the last resort of somebody who has lost their second factor */
	if (st == FRG_OK)
		st = store_totp_delete(tx, e->id, err);
	if (st == FRG_OK)
		st = store_passkey_clear(tx, e->id, err);
	if (st == FRG_OK)
		st = store_identity_clear(tx, e->id, err);
	if (st == FRG_OK)
		st = store_recovery_clear(tx, e->id, err);
	if (st == FRG_OK)
		st = access_changed(tx, e->site, e->id, err);
	if (st == FRG_OK)
		st = put_membership(tx, acc, err);
	/* a new password ends the sessions of the old one */
	return st == FRG_OK ? store_session_purge(tx, clock_now(), e->id, STR(""), err) : st;
}

enum frg_status service_account_save(struct service *svc, const struct staff_account *in, struct frg_error *err)
{
	struct arena *a = arena_open(1 << 20);
	struct account acc = {.in = in, .editor = {.site = in->site}};
	enum frg_status st = check_names(a, in->login, in->name, &acc.editor, err);
	if (st == FRG_OK)
		st = clean_email(a, in->email, &acc.editor.email, err);
	if (st == FRG_OK && in->role && !staff_role_of(str_of(in->role), &acc.role))
		st = frg_fail(err, FRG_INVALID, "role_unknown", "no such role: %s", in->role);
	if (st == FRG_OK)
		st = password_hash(svc, a, in->password, &acc.editor.password_hash, err);
	if (st == FRG_OK)
		st = store_write(svc->store, a, save_account, &acc, err);
	arena_close(a);
	return st;
}

struct named {
	id64 site;
	str login;
	struct staff *out;
};

static enum frg_status load_named(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct named *n = ctx;
	struct store_editor e;
	enum frg_status st = store_editor_by_login(tx, n->login, &e, err);
	return st == FRG_OK ? staff_load(tx, &e, n->site, n->out, err) : st;
}

enum frg_status service_staff_by_login(struct service *svc, struct arena *a, id64 site, str login, struct staff *out,
                                       struct frg_error *err)
{
	struct named n = {.site = site, .login = login, .out = out};
	return store_read(svc->store, a, load_named, &n, err);
}

/* ---- by an administrator ---- */

struct members {
	id64 site;
	struct store_memberships *members;
	struct store_invitations *invitations;
};

static enum frg_status load_members(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct members *m = ctx;
	enum frg_status st = store_membership_list(tx, m->site, 0, m->members, err);
	return st == FRG_OK ? store_invitation_open(tx, m->site, m->invitations, err) : st;
}

enum frg_status service_staff_list(struct service *svc, struct arena *a, id64 site, struct store_memberships *members,
                                   struct store_invitations *invitations, struct frg_error *err)
{
	struct members m = {.site = site, .members = members, .invitations = invitations};
	return store_read(svc->store, a, load_members, &m, err);
}

static enum frg_status check_sections(struct arena *a, struct store_texts *sections, struct frg_error *err)
{
	if (sections->count > STAFF_SECTIONS_MAX)
		return frg_fail(err, FRG_TOO_LARGE, "sections_invalid", "too many sections");
	for (size_t i = 0; i < sections->count; i++)
		if (clean_text(a, sections->items[i], SECTION_MAX, true, "name", &sections->items[i], NULL) != FRG_OK ||
		    sections->items[i].n == 0)
			return frg_fail(err, FRG_INVALID, "sections_invalid", "a section has 1 to %d characters", SECTION_MAX);
	return FRG_OK;
}

static enum frg_status change_member(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	const struct staff_change *c = ctx;
	const str administrator = staff_role_name(ROLE_ADMINISTRATOR);
	struct store_membership m;
	int64_t administrators = 0;
	enum frg_status st = store_membership_get(tx, c->editor, c->who->site, &m, err);
	if (st == FRG_OK)
		st = store_membership_count(tx, m.site, administrator, &administrators, err);
	if (st != FRG_OK)
		return st;
	bool was = m.open && str_eq(m.role, administrator);
	if (was && administrators < 2 && (!c->open || c->role != ROLE_ADMINISTRATOR))
		return frg_fail(err, FRG_CONFLICT, "last_administrator", "the site would be left without an administrator");
	const char *kind = m.open && !c->open ? "closed" : !m.open && c->open ? "opened" : "role";
	m.role = staff_role_name(c->role);
	m.open = c->open;
	m.sections = c->sections;
	st = store_membership_put(tx, &m, err);
	if (st == FRG_OK && !m.open)
		st = store_session_purge(tx, clock_now(), m.editor, STR(""), err);
	if (st == FRG_OK)
		st = access_changed(tx, m.site, m.editor, err);
	return st == FRG_OK ? note(tx, m.site, c->who->id, m.editor, kind, m.role, err) : st;
}

enum frg_status service_staff_change(struct service *svc, struct arena *a, const struct staff_change *change,
                                     struct frg_error *err)
{
	struct staff_change c = *change;
	enum frg_status st = check_sections(a, &c.sections, err);
	return st == FRG_OK ? store_write(svc->store, a, change_member, &c, err) : st;
}

struct new_password {
	const struct editor_session *session;
	struct store_editor editor;
	str hash;
};

static enum frg_status load_own(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct new_password *p = ctx;
	return store_editor_by_id(tx, p->session->who.id, &p->editor, err);
}

/* The session that asks goes on under a token of its own; all others of the person end. */
static enum frg_status save_password(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct new_password *p = ctx;
	struct store_sessions all;
	const struct staff *who = &p->session->who;
	p->editor.password_hash = p->hash;
	enum frg_status st = store_editor_put(tx, &p->editor, err);
	if (st == FRG_OK)
		st = store_session_list(tx, who->id, clock_now(), &all, err);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++)
		if (all.items[i].id != p->session->id)
			st = store_session_delete(tx, all.items[i].token_hash, err);
	if (st == FRG_OK)
		st = access_changed(tx, who->site, who->id, err);
	return st == FRG_OK ? note(tx, who->site, who->id, who->id, "password", STR(""), err) : st;
}

enum frg_status service_password_change(struct service *svc, struct arena *a, const struct editor_session *session,
                                        str before, str after, struct frg_error *err)
{
	struct new_password p = {.session = session};
	enum frg_status st = service_limit(svc, LIMIT_LOGIN, session->who.login, err);
	if (st == FRG_OK)
		st = store_read(svc->store, a, load_own, &p, err);
	if (st == FRG_OK && !password_is(svc, a, p.editor.password_hash, before))
		return proof_failed(svc, a, &session->who, "password_wrong", err);
	if (st == FRG_OK)
		st = password_hash(svc, a, after, &p.hash, err);
	return st == FRG_OK ? store_write(svc->store, a, save_password, &p, err) : st;
}

/* ---- inviting ---- */

struct inviting {
	const struct staff_invitation *in;
	const struct store_site *site;
	struct store_invitation row;
	struct store_mail mail;
	str link;
};

static str sections_json(struct arena *a, const struct store_texts *sections)
{
	json_t *list = json_array();
	for (size_t i = 0; i < sections->count; i++)
		json_array_append_new(list, json_of(sections->items[i]));
	return json_text(a, list);
}

static str formatted(struct arena *a, enum frg_lang lang, enum msg msg, const str *args, size_t count)
{
	struct buf b = BUF_INIT(1 << 16);
	i18n_format(&b, lang, msg, args, count);
	return buf_finish(&b, a);
}

static void write_mail(struct arena *a, struct inviting *v)
{
	bool reset = v->row.resets != 0;
	char until[CLOCK_WORDS_SIZE];
	clock_words(v->row.expires, v->in->lang, until);
	const str args[] = {v->row.name, v->in->who->name, v->site->name, v->link, str_of(until)};
	v->mail = (struct store_mail){
		.id = id_new(),
		.site = v->site->id,
		.about = v->row.id,
		.recipient = v->row.email,
		.subject = formatted(a, v->in->lang, reset ? MSG_MAIL_RESET_SUBJECT : MSG_MAIL_INVITATION_SUBJECT, args,
	                         COUNT_OF(args)),
		.body = formatted(a, v->in->lang, reset ? MSG_MAIL_RESET_BODY : MSG_MAIL_INVITATION_BODY, args, COUNT_OF(args)),
		.send_at = clock_now(),
		.created = clock_now(),
	};
}

/* Whoever administers one site must not take over an account of another. */
static enum frg_status works_elsewhere(struct store_tx *tx, id64 editor, id64 site, struct frg_error *err)
{
	struct store_memberships all;
	enum frg_status st = store_membership_list(tx, 0, editor, &all, err);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++)
		if (all.items[i].site != site && all.items[i].open)
			return frg_fail(err, FRG_FORBIDDEN, "reset_elsewhere", "the account works for another site, too");
	return st;
}

static enum frg_status invite(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct inviting *v = ctx;
	enum frg_status st = FRG_OK;
	if (v->row.resets) {
		struct store_membership m = {0};
		st = store_membership_get(tx, v->row.resets, v->row.site, &m, err);
		if (st == FRG_OK)
			st = works_elsewhere(tx, v->row.resets, v->row.site, err);
		v->row.name = m.name;
		v->row.email = m.email;
		v->row.role = m.role;
	}
	if (st == FRG_OK)
		st = store_invitation_insert(tx, &v->row, err);
	if (st == FRG_OK && v->row.email.n) {
		write_mail(store_arena(tx), v);
		st = store_mail_insert(tx, &v->mail, err);
	}
	if (st == FRG_OK)
		st = note(tx, v->row.site, v->in->who->id, v->row.resets, v->row.resets ? "reset" : "invited",
		          arena_printf(store_arena(tx), "%.*s %.*s", STR_ARG(v->row.role), STR_ARG(v->row.name)), err);
	return st;
}

enum frg_status service_invite(struct service *svc, struct arena *a, const struct staff_invitation *in, id64 *id,
                               str *link, struct frg_error *err)
{
	struct staff_invitation i = *in;
	struct inviting v = {.in = &i, .site = service_site_by_id(svc, i.who->site)};
	char token[SECRET_TEXT_SIZE], *hash = arena_alloc(a, HASH_TEXT_SIZE);
	struct store_editor names = {0};
	enum frg_status st = i.resets ? FRG_OK : check_names(a, STR("-"), i.name, &names, err);
	if (st == FRG_OK)
		st = clean_email(a, i.email, &names.email, err);
	if (st == FRG_OK)
		st = check_sections(a, &i.sections, err);
	if (st != FRG_OK)
		return st;
	secret_new(token);
	hash_text(str_of(token), hash);
	/* behind the #: it reaches no server's log */
	v.link = arena_printf(a, "%.*s/desk/invitation#%s", STR_ARG(v.site->base_url), token);
	v.row = (struct store_invitation){.id = id_new(),
	                                  .token_hash = str_of(hash),
	                                  .site = i.who->site,
	                                  .email = names.email,
	                                  .name = names.name,
	                                  .role = staff_role_name(i.role),
	                                  .sections = sections_json(a, &i.sections),
	                                  .lang = str_of(frg_lang_id(i.lang)),
	                                  .resets = i.resets,
	                                  .invited_by = i.who->id,
	                                  .created = clock_now(),
	                                  .expires = clock_now() + INVITATION_MS};
	st = store_write(svc->store, a, invite, &v, err);
	*id = v.row.id;
	*link = v.link;
	return st;
}

struct ending {
	const struct staff *who;
	id64 id;
};

static enum frg_status end_invitation(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct ending *e = ctx;
	int64_t cancelled;
	enum frg_status st = store_invitation_end(tx, e->who->site, e->id, err);
	if (st == FRG_OK)
		st = store_mail_cancel(tx, e->id, &cancelled, err);
	return st == FRG_OK ? note(tx, e->who->site, e->who->id, 0, "uninvited", STR(""), err) : st;
}

enum frg_status service_invitation_end(struct service *svc, struct arena *a, const struct staff *who, id64 id,
                                       struct frg_error *err)
{
	struct ending e = {.who = who, .id = id};
	return store_write(svc->store, a, end_invitation, &e, err);
}

/* ---- accepting ---- */

enum frg_status invitation_load(struct store_tx *tx, str token, struct store_invitation *out, struct frg_error *err)
{
	char hash[HASH_TEXT_SIZE];
	hash_text(token, hash);
	enum frg_status st = store_invitation_by_token(tx, str_of(hash), out, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && (out->ended || out->expires <= clock_now())))
		return frg_fail(err, FRG_NOT_FOUND, "invitation_unknown", "no such open invitation");
	return st;
}

struct viewing {
	str token;
	struct invitation_view *out;
};

static enum frg_status view_invitation(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct viewing *v = ctx;
	struct store_editor e;
	enum frg_status st = invitation_load(tx, v->token, &v->out->invitation, err);
	if (st == FRG_OK && v->out->invitation.resets) {
		st = store_editor_by_id(tx, v->out->invitation.resets, &e, err);
		v->out->login = st == FRG_OK ? e.login : STR("");
	}
	return st;
}

enum frg_status service_invitation_get(struct service *svc, struct arena *a, str token, struct invitation_view *out,
                                       struct frg_error *err)
{
	*out = (struct invitation_view){0};
	struct viewing v = {.token = token, .out = out};
	enum frg_status st = store_read(svc->store, a, view_invitation, &v, err);
	if (st == FRG_OK)
		out->site_name = service_site_by_id(svc, out->invitation.site)->name;
	return st;
}

struct accepting {
	struct service *svc;
	const struct invitation_accept *cmd;
	struct store_invitation invitation;
	struct store_editor editor;
	bool there, needs_code;
	struct staff who;
	struct session_new session;
};

static enum frg_status load_accept(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct accepting *v = ctx;
	enum frg_status st = invitation_load(tx, v->cmd->token, &v->invitation, err);
	if (st != FRG_OK)
		return st;
	st = v->invitation.resets ? store_editor_by_id(tx, v->invitation.resets, &v->editor, err)
	                          : store_editor_by_login(tx, v->editor.login, &v->editor, err);
	v->there = st == FRG_OK;
	return st == FRG_NOT_FOUND && !v->invitation.resets ? FRG_OK : st;
}

static enum frg_status sections_of(struct arena *a, str json, struct store_texts *out)
{
	json_t *list = json_loadb(json.p, json.n, 0, NULL), *v;
	size_t i;
	out->items = ARENA_ARRAY(a, str, json_array_size(list));
	out->count = 0;
	json_array_foreach(list, i, v) out->items[out->count++] = json_str(a, v);
	json_decref(list);
	return FRG_OK;
}

static enum frg_status use_up(struct store_tx *tx, const struct store_invitation *i, struct frg_error *err)
{
	enum frg_status st = store_invitation_end(tx, i->site, i->id, NULL);
	return st == FRG_OK ? st : frg_fail(err, FRG_NOT_FOUND, "invitation_unknown", "used a moment ago");
}

enum frg_status invitation_join(struct store_tx *tx, const struct store_invitation *i, id64 editor,
                                struct frg_error *err)
{
	struct store_membership m = {.editor = editor, .site = i->site, .role = i->role, .open = true};
	enum frg_status st = use_up(tx, i, err);
	if (st == FRG_OK)
		st = sections_of(store_arena(tx), i->sections, &m.sections);
	if (st == FRG_OK)
		st = store_membership_put(tx, &m, err);
	return st == FRG_OK ? note(tx, i->site, editor, editor, "joined", i->role, err) : st;
}

static enum frg_status reset_password(struct store_tx *tx, const struct store_invitation *i, struct frg_error *err)
{
	enum frg_status st = use_up(tx, i, err);
	if (st == FRG_OK) /* the link is days old, perhaps */
		st = works_elsewhere(tx, i->resets, i->site, err);
	if (st == FRG_OK)
		st = store_session_purge(tx, clock_now(), i->resets, STR(""), err);
	if (st == FRG_OK)
		st = access_changed(tx, i->site, i->resets, err);
	return st == FRG_OK ? note(tx, i->site, i->resets, i->resets, "password", i->role, err) : st;
}

static enum frg_status accept(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct accepting *v = ctx;
	struct store_invitation *i = &v->invitation;
	struct store_editor other;
	if (!v->there && store_editor_by_login(tx, v->editor.login, &other, NULL) != FRG_NOT_FOUND)
		return frg_fail(err, FRG_CONFLICT, "login_taken", "the log-in was taken a moment ago");
	enum frg_status st = store_editor_put(tx, &v->editor, err);
	if (st == FRG_OK)
		st = i->resets ? reset_password(tx, i, err) : invitation_join(tx, i, v->editor.id, err);
	if (st == FRG_OK)
		st = staff_load(tx, &v->editor, i->site, &v->who, err);
	if (st != FRG_OK)
		return st;
	/* an invitation or a new password is no second factor */
	st = store_factor_there(tx, v->editor.id, &v->needs_code, err);
	return st != FRG_OK || v->needs_code ? st : session_begin(tx, &v->session, &v->who, STR("invitation"), err);
}

enum frg_status service_invitation_accept(struct service *svc, struct arena *a, const struct invitation_accept *cmd,
                                          struct editor_session *out, struct frg_error *err)
{
	struct accepting v = {.svc = svc, .cmd = cmd, .editor.login = str_trim(cmd->login)};
	enum frg_status st = login_throttle(svc, a, v.editor.login, cmd->client, err);
	if (st == FRG_OK)
		st = store_read(svc->store, a, load_accept, &v, err);
	if (st != FRG_OK)
		return st;
	session_prepare(a, &v.session, cmd->agent);
	if (v.there && !v.invitation.resets) { /* a log-in of theirs at another site, or somebody else's */
		if (!password_is(svc, a, v.editor.password_hash, cmd->password)) {
			st = login_failed(svc, a, &v.editor, cmd->agent, err);
			return st == FRG_OK ? frg_fail(err, FRG_CONFLICT, "login_taken", "the log-in is taken") : st;
		}
	} else if (!v.there) {
		v.editor = (struct store_editor){.id = id_new(), .site = v.invitation.site, .email = v.invitation.email};
		st = check_names(a, cmd->login, cmd->name, &v.editor, err);
	}
	if (st == FRG_OK && (!v.there || v.invitation.resets))
		st = password_hash(svc, a, cmd->password, &v.editor.password_hash, err);
	if (st == FRG_OK)
		st = store_write(svc->store, a, accept, &v, err);
	*out = (struct editor_session){0};
	if (st == FRG_OK && !v.needs_code)
		session_fill(svc, &v.session, &v.who, out);
	return st;
}

/* ---- the log ---- */

struct log_query {
	id64 site, before;
	int64_t limit;
	struct store_staff_events *out;
};

static enum frg_status load_log(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct log_query *q = ctx;
	return store_staff_log_page(tx, q->site, q->before, q->limit, q->out, err);
}

enum frg_status service_staff_log(struct service *svc, struct arena *a, id64 site, id64 before, int64_t limit,
                                  struct store_staff_events *out, struct frg_error *err)
{
	struct log_query q = {.site = site, .before = before, .limit = limit, .out = out};
	return store_read(svc->store, a, load_log, &q, err);
}
