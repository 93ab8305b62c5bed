/* Log-in and sessions. Passwords by argon2id; a session's token is known to its browser alone and kept hashed. */
#include "service/staff/access_inner.h"

#include "base/log.h"

#include <sodium.h>

enum { SESSION_MS = 12 * 3600 * 1000, PASSWORD_MAX = 1024, LOGIN_MAX = 100, AGENT_MAX = 200, SESSIONS_MAX = 50 };

/* Verified against when there is no such account, so that this takes as long. */
static const char nobody[] =
	"$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

enum frg_status password_hash(struct service *svc, struct arena *a, str password, str *out, struct frg_error *err)
{
	if (password.n < STAFF_PASSWORD_MIN || password.n > PASSWORD_MAX)
		return frg_fail(err, FRG_INVALID, "password_short", "a password has %d to %d bytes", STAFF_PASSWORD_MIN,
		                PASSWORD_MAX);
	char *hash = arena_alloc(a, crypto_pwhash_STRBYTES);
	pthread_mutex_lock(&svc->login_lock);
	int rc = crypto_pwhash_str(hash, password.p, password.n, crypto_pwhash_OPSLIMIT_INTERACTIVE,
	                           crypto_pwhash_MEMLIMIT_INTERACTIVE);
	pthread_mutex_unlock(&svc->login_lock);
	if (rc != 0)
		BUG("out of memory");
	*out = str_of(hash);
	return FRG_OK;
}

bool password_is(struct service *svc, struct arena *a, str hash, str password)
{
	if (password.n > PASSWORD_MAX)
		return false;
	pthread_mutex_lock(&svc->login_lock);
	bool right = crypto_pwhash_str_verify(hash.n ? arena_cstr(a, hash) : nobody, password.p ? password.p : "",
	                                      password.n) == 0;
	pthread_mutex_unlock(&svc->login_lock);
	return right && hash.n;
}

/* ---- who somebody is at a site ---- */

enum frg_status staff_load(struct store_tx *tx, const struct store_editor *e, id64 site, struct staff *out,
                           struct frg_error *err)
{
	struct store_membership m;
	enum frg_status st = store_membership_get(tx, e->id, site, &m, err);
	if (st != FRG_OK)
		return st;
	if (!m.open)
		return frg_fail(err, FRG_FORBIDDEN, "account_closed", "the account is closed at this site");
	*out = (struct staff){
		.id = e->id, .site = site, .login = e->login, .name = e->name, .email = e->email, .sections = m.sections};
	BUG_IF(!staff_role_of(m.role, &out->role)); /* the schema allows no other */
	out->rights = staff_rights(out->role);
	return FRG_OK;
}

/* At the site where the account was made, else at the first where it is open and one may come in this way. */
enum frg_status first_site(struct store_tx *tx, const struct store_editor *e, str method, struct staff *out,
                           struct frg_error *err)
{
	struct store_memberships all;
	enum frg_status st = store_membership_list(tx, 0, e->id, &all, err), refusal = FRG_OK;
	id64 site = 0;
	for (size_t i = 0; st == FRG_OK && i < all.count; i++) {
		if (!all.items[i].open || (site && all.items[i].site != e->site))
			continue;
		enum frg_status admitted = access_admits(tx, all.items[i].site, method, err);
		if (admitted == FRG_OK)
			site = all.items[i].site;
		else if (admitted == FRG_FORBIDDEN)
			refusal = admitted;
		else
			st = admitted;
	}
	if (st == FRG_OK && !site && refusal != FRG_OK)
		return refusal; /* err says why */
	if (st == FRG_OK && !site)
		return frg_fail(err, FRG_FORBIDDEN, "account_closed", "the account is closed");
	return st == FRG_OK ? staff_load(tx, e, site, out, err) : st;
}

/* ---- logging in ---- */

static str short_agent(struct arena *a, str agent)
{
	size_t n = agent.n < AGENT_MAX ? agent.n : AGENT_MAX;
	char *out = arena_alloc(a, n + 1);
	for (size_t i = 0; i < n; i++) /* shown in a list: plain letters only */
		out[i] = agent.p[i] >= 0x20 && agent.p[i] < 0x7f ? agent.p[i] : '?';
	return (str){out, n};
}

void session_prepare(struct arena *a, struct session_new *s, str agent)
{
	char *token = arena_alloc(a, SECRET_TEXT_SIZE), *csrf = arena_alloc(a, SECRET_TEXT_SIZE);
	char *hash = arena_alloc(a, HASH_TEXT_SIZE);
	secret_new(token);
	secret_new(csrf);
	hash_text(str_of(token), hash);
	msec now = clock_now();
	s->token = str_of(token);
	s->row = (struct store_session){.token_hash = str_of(hash),
	                                .id = id_new(),
	                                .csrf = str_of(csrf),
	                                .agent = short_agent(a, agent),
	                                .created = now,
	                                .expires = now + SESSION_MS};
}

enum frg_status session_begin(struct store_tx *tx, struct session_new *s, struct staff *who, str method,
                              struct frg_error *err)
{
	s->row.editor = who->id;
	s->row.site = who->site;
	s->row.method = method;
	enum frg_status st = store_session_purge(tx, s->row.created, 0, STR(""), err);
	if (st == FRG_OK)
		st = store_session_insert(tx, &s->row, err);
	if (st == FRG_OK) /* the oldest ends */
		st = store_session_cap(tx, who->id, SESSIONS_MAX, err);
	if (st == FRG_OK)
		st = access_limit(tx, method, who, &s->setup, err);
	if (st != FRG_OK)
		return st;
	struct store_staff_event e = {
		.site = who->site,
		.actor = who->id,
		.kind = STR("login"),
		.detail = arena_printf(store_arena(tx), "%.*s %.*s", STR_ARG(method), STR_ARG(s->row.agent))};
	return store_staff_log(tx, &e, err);
}

void session_fill(struct service *svc, const struct session_new *s, const struct staff *who, struct editor_session *out)
{
	known_note(svc->known, s->token);
	*out = (struct editor_session){.who = *who,
	                               .id = s->row.id,
	                               .csrf = s->row.csrf,
	                               .token = s->token,
	                               .method = s->row.method,
	                               .setup = s->setup,
	                               .created = s->row.created,
	                               .expires = s->row.expires};
}

struct login {
	const struct login_command *cmd;
	str login, code;
	bool refused;      /* the code or passkey was wrong */
	bool with_passkey; /* one came */
	struct passkey_judged passkey;
	struct store_editor editor;
	struct staff who;
	struct session_new session;
};

static enum frg_status load_login(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct login *l = ctx;
	return store_editor_by_login(tx, l->login, &l->editor, err);
}

static enum frg_status log_in(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct login *l = ctx;
	str method = STR("key");
	enum frg_status st = l->with_passkey ? passkey_used(tx, &l->passkey, err)
	                                     : factor_check(tx, l->editor.id, l->code, &method, err);
	l->refused = st == FRG_UNAUTHENTICATED && l->code.n;
	if (l->cmd->house.n) /* by which they came; the rest confirms it, also where passwords open nothing else */
		method = STR("house");
	if (st == FRG_OK)
		st = first_site(tx, &l->editor, method, &l->who, err);
	if (st == FRG_OK && l->cmd->house.n)
		st = provider_link(tx, l->cmd->house, &l->who, err);
	return st == FRG_OK ? session_begin(tx, &l->session, &l->who, method, err) : st;
}

struct failure {
	const struct store_editor *editor; /* NULL: a name that nobody has */
	str agent;
};

/* Names that nobody has are not worth a row each, but take as long: who waits for the disk is known otherwise. */
static enum frg_status log_failure(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	const struct failure *f = ctx;
	if (!f->editor)
		return store_setting_put(tx, 0, STR("login_stranger"),
		                         arena_printf(store_arena(tx), "%lld", (long long)clock_now()), err);
	struct store_staff_event e = {
		.site = f->editor->site, .subject = f->editor->id, .kind = STR("login_failed"), .detail = f->agent};
	return store_staff_log(tx, &e, err);
}

enum frg_status login_failed(struct service *svc, struct arena *a, const struct store_editor *editor, str agent,
                             struct frg_error *err)
{
	struct failure f = {editor, short_agent(a, agent)};
	return store_write(svc->store, a, log_failure, &f, err);
}

/* By address, so that many accounts cannot be tried through from one place; and by account at an
 * address, so that nobody locks an owner out from elsewhere. */
enum frg_status login_throttle(struct service *svc, struct arena *a, str login, str client, struct frg_error *err)
{
	enum frg_status st = service_limit(svc, LIMIT_LOGIN_ADDRESS, client, err);
	if (st == FRG_OK)
		st = service_limit(svc, LIMIT_LOGIN, arena_printf(a, "%.*s %.*s", STR_ARG(login), STR_ARG(client)), err);
	return st;
}

/* What the account can answer with, for somebody whose password is right. */
static enum frg_status ask_for_factor(struct service *svc, struct arena *a, struct login *l, struct login_needs *needs,
                                      struct frg_error *err)
{
	struct asking q = {.kind = "second", .token = challenge_token(a), .site = l->cmd->at->id, .editor = l->editor.id};
	struct staff_factors factors;
	struct staff who = {.id = l->editor.id, .site = l->editor.site};
	enum frg_status st = service_factors(svc, a, &who, &factors, err);
	if (st != FRG_OK)
		return st;
	needs->code = factors.totp || factors.recovery_left > 0;
	needs->browser = q.token;
	st = service_passkeys_work(l->cmd->at) ? passkey_ask(svc, a, l->cmd->at, &q, &needs->options, err) : FRG_OK;
	return st == FRG_OK ? frg_fail(err, FRG_UNAUTHENTICATED, "second_factor", "a second factor is needed") : st;
}

static enum frg_status judge_passkey(struct service *svc, struct arena *a, struct login *l, struct frg_error *err)
{
	struct passkey_answer answer = {
		.at = l->cmd->at, .kind = "second", .token = l->cmd->browser, .response = l->cmd->passkey};
	if (!l->cmd->passkey.n)
		return FRG_OK;
	l->with_passkey = true;
	return passkey_judge(svc, a, &answer, l->editor.id, &l->passkey, err);
}

/* The password is right: what else there is to be asked, and then in. */
static enum frg_status go_on(struct service *svc, struct arena *a, struct login *l, struct login_needs *needs,
                             struct frg_error *err)
{
	struct frg_error logging;
	enum frg_status st = judge_passkey(svc, a, l, err);
	if (st == FRG_OK)
		st = store_write(svc->store, a, log_in, l, err);
	if (st == FRG_UNAUTHENTICATED && !l->refused && !l->with_passkey)
		return ask_for_factor(svc, a, l, needs, err);
	if ((l->refused || (l->with_passkey && st == FRG_FORBIDDEN)) &&
	    login_failed(svc, a, &l->editor, l->cmd->agent, &logging) != FRG_OK)
		log_error("login", "%s", logging.msg);
	return st;
}

enum frg_status service_login(struct service *svc, struct arena *a, const struct login_command *cmd,
                              struct editor_session *out, struct login_needs *needs, struct frg_error *err)
{
	struct login l = {.cmd = cmd, .login = str_trim(cmd->login), .code = str_trim(cmd->code)};
	*needs = (struct login_needs){0};
	if (l.login.n > LOGIN_MAX * 4 || cmd->password.n > PASSWORD_MAX)
		return frg_fail(err, FRG_UNAUTHENTICATED, "login_failed", "log-in or password is wrong");
	enum frg_status st = login_throttle(svc, a, l.login, cmd->client, err);
	if (st != FRG_OK)
		return st;
	st = store_read(svc->store, a, load_login, &l, err);
	if (st != FRG_OK && st != FRG_NOT_FOUND)
		return st;
	bool known = st == FRG_OK;
	session_prepare(a, &l.session, cmd->agent);
	if (!password_is(svc, a, known ? l.editor.password_hash : STR(""), cmd->password)) {
		st = login_failed(svc, a, known ? &l.editor : NULL, cmd->agent, err);
		return st == FRG_OK ? frg_fail(err, FRG_UNAUTHENTICATED, "login_failed", "log-in or password is wrong") : st;
	}
	st = go_on(svc, a, &l, needs, err);
	if (st == FRG_OK)
		session_fill(svc, &l.session, &l.who, out);
	return st;
}

/* ---- sessions ---- */

struct session {
	char hash[HASH_TEXT_SIZE];
	struct store_session row;
	struct staff who;
	id64 site;
	bool setup;
};

static enum frg_status load_session(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct session *s = ctx;
	struct store_editor e;
	enum frg_status st = store_session_get(tx, str_of(s->hash), &s->row, err);
	if (st == FRG_OK)
		st = store_editor_by_id(tx, s->row.editor, &e, err);
	if (st == FRG_OK)
		st = staff_load(tx, &e, s->row.site, &s->who, err);
	return st == FRG_OK ? access_limit(tx, s->row.method, &s->who, &s->setup, err) : st;
}

enum frg_status service_session(struct service *svc, struct arena *a, str token, struct editor_session *out,
                                struct frg_error *err)
{
	struct session s = {0};
	if (token.n != SECRET_TEXT_SIZE - 1)
		return frg_fail(err, FRG_UNAUTHENTICATED, "session_missing", "not logged in");
	hash_text(token, s.hash);
	enum frg_status st = store_read(svc->store, a, load_session, &s, err);
	if (st == FRG_NOT_FOUND || st == FRG_FORBIDDEN || (st == FRG_OK && s.row.expires <= clock_now())) {
		known_forget(svc->known, token);
		return frg_fail(err, FRG_UNAUTHENTICATED, "session_expired", "the session is over");
	}
	if (st == FRG_OK) {
		known_note(svc->known, token);
		*out = (struct editor_session){.who = s.who,
		                               .id = s.row.id,
		                               .csrf = s.row.csrf,
		                               .method = s.row.method,
		                               .setup = s.setup,
		                               .created = s.row.created,
		                               .expires = s.row.expires};
	}
	return st;
}

static enum frg_status end_session(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct session *s = ctx;
	enum frg_status st = store_session_get(tx, str_of(s->hash), &s->row, err);
	if (st == FRG_NOT_FOUND)
		return FRG_OK; /* ended a moment ago */
	if (st == FRG_OK)
		st = store_session_delete(tx, str_of(s->hash), err);
	return st == FRG_OK ? access_changed(tx, s->row.site, s->row.editor, err) : st;
}

enum frg_status service_logout(struct service *svc, struct arena *a, str token, struct frg_error *err)
{
	struct session s = {0};
	hash_text(token, s.hash);
	return store_write(svc->store, a, end_session, &s, err);
}

struct listing {
	id64 editor, id, site;
	struct store_sessions sessions;
	struct store_memberships sites;
};

static enum frg_status load_sessions(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct listing *l = ctx;
	return store_session_list(tx, l->editor, clock_now(), &l->sessions, err);
}

enum frg_status service_session_list(struct service *svc, struct arena *a, const struct staff *who,
                                     struct store_sessions *out, struct frg_error *err)
{
	struct listing l = {.editor = who->id};
	enum frg_status st = store_read(svc->store, a, load_sessions, &l, err);
	*out = l.sessions;
	return st;
}

static enum frg_status revoke(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct listing *l = ctx;
	enum frg_status st = store_session_revoke(tx, l->editor, l->id, err);
	return st == FRG_OK ? access_changed(tx, l->site, l->editor, err) : st;
}

enum frg_status service_session_end(struct service *svc, struct arena *a, const struct staff *who, id64 id,
                                    struct frg_error *err)
{
	struct listing l = {.editor = who->id, .id = id, .site = who->site};
	return store_write(svc->store, a, revoke, &l, err);
}

static enum frg_status load_sites(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct listing *l = ctx;
	return store_membership_list(tx, 0, l->editor, &l->sites, err);
}

enum frg_status service_staff_sites(struct service *svc, struct arena *a, id64 editor, struct store_memberships *out,
                                    struct frg_error *err)
{
	struct listing l = {.editor = editor};
	enum frg_status st = store_read(svc->store, a, load_sites, &l, err);
	out->items = l.sites.items;
	out->count = 0;
	for (size_t i = 0; i < l.sites.count; i++)
		if (l.sites.items[i].open)
			out->items[out->count++] = l.sites.items[i];
	return st;
}

static enum frg_status set_site(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct session *s = ctx;
	struct store_membership m;
	enum frg_status st = store_membership_get(tx, s->who.id, s->site, &m, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && !m.open))
		return frg_fail(err, FRG_NOT_FOUND, "site_unknown", "no such site to work for");
	if (st == FRG_OK)
		st = store_session_get(tx, str_of(s->hash), &s->row, err);
	if (st == FRG_OK)
		st = access_admits(tx, s->site, s->row.method, err);
	return st == FRG_OK ? store_session_set_site(tx, str_of(s->hash), s->site, err) : st;
}

enum frg_status service_session_site(struct service *svc, struct arena *a, str token, const struct staff *who,
                                     id64 site, struct frg_error *err)
{
	struct session s = {.who = *who, .site = site};
	hash_text(token, s.hash);
	return store_write(svc->store, a, set_site, &s, err);
}
