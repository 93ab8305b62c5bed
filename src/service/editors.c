/* Editors: accounts, log-in, sessions. Passwords by argon2id; a session's token is known to its
 * browser alone and kept hashed. */
#include "service/inner.h"

#include <sodium.h>

enum { SESSION_MS = 12 * 3600 * 1000, PASSWORD_MIN = 10, PASSWORD_MAX = 1024, LOGIN_MAX = 100 };

/* Verified against when there is no such account, so that this takes as long. */
static const char nobody[] =
	"$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

static enum frg_status save_editor(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct store_editor *e = ctx, old;
	enum frg_status st = store_editor_by_login(tx, e->login, &old, NULL);
	if (st != FRG_OK && st != FRG_NOT_FOUND)
		return frg_fail(err, st, "store_io", "cannot read the account");
	if (st == FRG_OK && old.site != e->site)
		return frg_fail(err, FRG_CONFLICT, "login_taken", "the log-in belongs to another site");
	e->id = st == FRG_OK ? old.id : id_new();
	st = store_editor_put(tx, e, err);
	/* a new password ends the sessions of the old one */
	return st == FRG_OK ? store_session_purge(tx, clock_now(), e->id, err) : st;
}

enum frg_status service_editor_save(struct service *svc, id64 site, str login, str name, str password,
                                    struct frg_error *err)
{
	struct arena *a = arena_open(1 << 20);
	char hash[crypto_pwhash_STRBYTES];
	struct store_editor e = {.site = site};
	enum frg_status st = clean_text(a, login, LOGIN_MAX, true, "name", &e.login, err);
	if (st == FRG_OK)
		st = clean_text(a, name, LOGIN_MAX, true, "name", &e.name, err);
	if (st == FRG_OK && (e.login.n == 0 || e.name.n == 0))
		st = frg_fail(err, FRG_INVALID, "name_empty", "a log-in and a name are needed");
	if (st == FRG_OK && (password.n < PASSWORD_MIN || password.n > PASSWORD_MAX))
		st = frg_fail(err, FRG_INVALID, "password_short", "a password has %d to %d bytes", PASSWORD_MIN, PASSWORD_MAX);
	if (st == FRG_OK && crypto_pwhash_str(hash, password.p, password.n, crypto_pwhash_OPSLIMIT_INTERACTIVE,
	                                      crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
		BUG("out of memory");
	if (st == FRG_OK) {
		e.password_hash = str_of(hash);
		st = store_write(svc->store, a, save_editor, &e, err);
	}
	arena_close(a);
	return st;
}

struct login {
	str login;
	struct store_editor editor;
	struct store_session session;
};

static enum frg_status load_login(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct login *l = ctx;
	return store_editor_by_login(tx, l->login, &l->editor, err);
}

static enum frg_status save_session(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct login *l = ctx;
	enum frg_status st = store_session_purge(tx, l->session.created, 0, err);
	return st == FRG_OK ? store_session_insert(tx, &l->session, err) : st;
}

static bool password_is(struct service *svc, const char *hash, str password)
{
	pthread_mutex_lock(&svc->login_lock);
	bool right = crypto_pwhash_str_verify(hash, password.p ? password.p : "", password.n) == 0;
	pthread_mutex_unlock(&svc->login_lock);
	return right;
}

/* By address, so that many accounts cannot be tried through from one place; and by account at an
 * address, so that nobody locks an owner out from elsewhere. */
static enum frg_status throttle(struct service *svc, struct arena *a, str login, str client, struct frg_error *err)
{
	enum frg_status st = service_limit(svc, LIMIT_LOGIN_ADDRESS, client, err);
	if (st == FRG_OK)
		st = service_limit(svc, LIMIT_LOGIN, arena_printf(a, "%.*s %.*s", STR_ARG(login), STR_ARG(client)), err);
	return st;
}

enum frg_status service_login(struct service *svc, struct arena *a, str login, str password, str client,
                              struct editor_session *out, struct frg_error *err)
{
	struct login l = {.login = str_trim(login)};
	if (l.login.n > LOGIN_MAX * 4 || password.n > PASSWORD_MAX)
		return frg_fail(err, FRG_UNAUTHENTICATED, "login_failed", "log-in or password is wrong");
	enum frg_status st = throttle(svc, a, l.login, client, err);
	if (st != FRG_OK)
		return st;
	st = store_read(svc->store, a, load_login, &l, err);
	if (st != FRG_OK && st != FRG_NOT_FOUND)
		return st;
	bool known = st == FRG_OK;
	bool right = password_is(svc, known ? arena_cstr(a, l.editor.password_hash) : nobody, password);
	if (!known || !right)
		return frg_fail(err, FRG_UNAUTHENTICATED, "login_failed", "log-in or password is wrong");
	char *token = arena_alloc(a, SECRET_TEXT_SIZE), *csrf = arena_alloc(a, SECRET_TEXT_SIZE);
	char *hash = arena_alloc(a, HASH_TEXT_SIZE);
	secret_new(token);
	secret_new(csrf);
	hash_text(str_of(token), hash);
	msec now = clock_now();
	l.session = (struct store_session){.token_hash = str_of(hash),
	                                   .editor = l.editor.id,
	                                   .csrf = str_of(csrf),
	                                   .created = now,
	                                   .expires = now + SESSION_MS};
	st = store_write(svc->store, a, save_session, &l, err);
	if (st == FRG_OK)
		*out = (struct editor_session){
			.editor = l.editor, .csrf = str_of(csrf), .token = str_of(token), .expires = l.session.expires};
	return st;
}

struct session {
	char hash[HASH_TEXT_SIZE];
	struct store_session session;
	struct store_editor editor;
};

static enum frg_status load_session(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct session *s = ctx;
	enum frg_status st = store_session_get(tx, str_of(s->hash), &s->session, err);
	return st == FRG_OK ? store_editor_by_id(tx, s->session.editor, &s->editor, err) : st;
}

enum frg_status service_session(struct service *svc, struct arena *a, str token, struct editor_session *out,
                                struct frg_error *err)
{
	struct session s = {0};
	if (token.n != SECRET_TEXT_SIZE - 1)
		return frg_fail(err, FRG_UNAUTHENTICATED, "session_missing", "not logged in");
	hash_text(token, s.hash);
	enum frg_status st = store_read(svc->store, a, load_session, &s, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && s.session.expires <= clock_now()))
		return frg_fail(err, FRG_UNAUTHENTICATED, "session_expired", "the session is over");
	if (st == FRG_OK)
		*out = (struct editor_session){.editor = s.editor, .csrf = s.session.csrf, .expires = s.session.expires};
	return st;
}

static enum frg_status end_session(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	return store_session_delete(tx, str_of(((struct session *)ctx)->hash), err);
}

enum frg_status service_logout(struct service *svc, struct arena *a, str token, struct frg_error *err)
{
	struct session s = {0};
	hash_text(token, s.hash);
	return store_write(svc->store, a, end_session, &s, err);
}
