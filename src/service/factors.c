/* Second factors of an account: set up, asked for at the log-in, taken off. */
#include "service/inner.h"

#include "service/factor.h"

static enum frg_status recovery_key(struct store_tx *tx, str *key, struct frg_error *err)
{
	return store_setting_get(tx, 0, STR("link_key"), key, err);
}

/* ---- at the log-in ---- */

static enum frg_status use_recovery(struct store_tx *tx, id64 editor, str code, struct frg_error *err)
{
	char plain[RECOVERY_TEXT_SIZE], hash[RECOVERY_HASH_SIZE];
	str key;
	bool there = false;
	enum frg_status st = recovery_read(code, plain, err);
	if (st != FRG_OK)
		return frg_fail(err, FRG_UNAUTHENTICATED, "second_factor_wrong", "not a code of ours");
	st = recovery_key(tx, &key, err);
	if (st != FRG_OK)
		return st;
	recovery_hash(key, editor, str_of(plain), hash);
	st = store_recovery_use(tx, editor, str_of(hash), &there, err);
	if (st == FRG_OK && !there)
		return frg_fail(err, FRG_UNAUTHENTICATED, "second_factor_wrong", "no such recovery code, or used");
	return st;
}

static enum frg_status use_totp(struct store_tx *tx, const struct store_totp *totp, str code, struct frg_error *err)
{
	int64_t step;
	bool first = false;
	if (totp_verify(totp->secret, code, clock_now(), totp->last_step, &step, NULL) != FRG_OK)
		return frg_fail(err, FRG_UNAUTHENTICATED, "second_factor_wrong", "not the code of this minute, or used");
	enum frg_status st = store_totp_step(tx, totp->editor, step, &first, err);
	if (st == FRG_OK && !first)
		return frg_fail(err, FRG_UNAUTHENTICATED, "second_factor_wrong", "used a moment ago");
	return st;
}

static bool looks_like_totp(str code)
{
	size_t digits = 0;
	for (size_t i = 0; i < code.n; i++) {
		if (code.p[i] == ' ')
			continue;
		if (code.p[i] < '0' || code.p[i] > '9')
			return false;
		digits++;
	}
	return digits == 6;
}

enum frg_status factor_check(struct store_tx *tx, id64 editor, str code, struct frg_error *err)
{
	struct store_totp totp;
	enum frg_status st = store_totp_get(tx, editor, &totp, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && !totp.confirmed))
		return FRG_OK;
	if (st != FRG_OK)
		return st;
	if (code.n == 0)
		return frg_fail(err, FRG_UNAUTHENTICATED, "second_factor", "a code is needed");
	return looks_like_totp(code) ? use_totp(tx, &totp, code, err) : use_recovery(tx, editor, code, err);
}

/* ---- setting up ---- */

struct setting_up {
	const struct staff *who;
	struct store_editor editor;
	struct staff_factors *out;
	str secret, code, codes[RECOVERY_COUNT];
};

static enum frg_status load_factors(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct setting_up *s = ctx;
	struct store_totp totp;
	enum frg_status st = store_totp_get(tx, s->who->id, &totp, err);
	s->out->totp = st == FRG_OK && totp.confirmed;
	return st == FRG_OK || st == FRG_NOT_FOUND ? store_recovery_count(tx, s->who->id, &s->out->recovery_left, err) : st;
}

enum frg_status service_factors(struct service *svc, struct arena *a, const struct staff *who,
                                struct staff_factors *out, struct frg_error *err)
{
	*out = (struct staff_factors){0};
	struct setting_up s = {.who = who, .out = out};
	return store_read(svc->store, a, load_factors, &s, err);
}

static enum frg_status load_editor(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct setting_up *s = ctx;
	return store_editor_by_id(tx, s->who->id, &s->editor, err);
}

/* Whoever finds a desk open must not set up or take off a factor. */
static enum frg_status check_password(struct service *svc, struct arena *a, struct setting_up *s, str password,
                                      struct frg_error *err)
{
	enum frg_status st = service_limit(svc, LIMIT_LOGIN, s->who->login, err);
	if (st == FRG_OK)
		st = store_read(svc->store, a, load_editor, s, err);
	if (st == FRG_OK && !password_is(svc, a, s->editor.password_hash, password))
		return frg_fail(err, FRG_FORBIDDEN, "password_wrong", "the password is wrong");
	return st;
}

static enum frg_status note(struct store_tx *tx, const struct staff *who, const char *kind, struct frg_error *err)
{
	struct store_staff_event e = {
		.site = who->site, .actor = who->id, .subject = who->id, .kind = str_of(kind), .detail = STR("")};
	return store_staff_log(tx, &e, err);
}

static enum frg_status save_secret(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct setting_up *s = ctx;
	struct store_totp old;
	enum frg_status st = store_totp_get(tx, s->who->id, &old, err);
	if (st == FRG_OK && old.confirmed)
		return frg_fail(err, FRG_CONFLICT, "totp_there", "there is one already");
	if (st != FRG_OK && st != FRG_NOT_FOUND)
		return st;
	struct store_totp totp = {.editor = s->who->id, .secret = s->secret, .last_step = TOTP_NONE};
	return store_totp_put(tx, &totp, err);
}

enum frg_status service_totp_begin(struct service *svc, struct arena *a, const struct staff *who, str password,
                                   str *secret, str *uri, struct frg_error *err)
{
	struct setting_up s = {.who = who};
	char *text = arena_alloc(a, TOTP_SECRET_TEXT_SIZE);
	totp_secret_new(text);
	s.secret = str_of(text);
	enum frg_status st = check_password(svc, a, &s, password, err);
	if (st == FRG_OK)
		st = store_write(svc->store, a, save_secret, &s, err);
	const struct store_site *site = service_site_by_id(svc, who->site);
	*secret = s.secret;
	*uri = totp_uri(a, arena_printf(a, "Freigabe %.*s", STR_ARG(site->name)), who->login, s.secret);
	return st;
}

static enum frg_status confirm(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct setting_up *s = ctx;
	struct store_totp totp;
	str key;
	enum frg_status st = store_totp_get(tx, s->who->id, &totp, err);
	if (st == FRG_OK && totp.confirmed)
		return frg_fail(err, FRG_CONFLICT, "totp_there", "there is one already");
	if (st == FRG_OK)
		st = totp_verify(totp.secret, s->code, clock_now(), totp.last_step, &totp.last_step, err);
	totp.confirmed = true;
	if (st == FRG_OK)
		st = store_totp_put(tx, &totp, err);
	if (st == FRG_OK)
		st = store_recovery_clear(tx, s->who->id, err);
	if (st == FRG_OK)
		st = recovery_key(tx, &key, err);
	for (size_t i = 0; st == FRG_OK && i < RECOVERY_COUNT; i++) {
		char hash[RECOVERY_HASH_SIZE];
		recovery_hash(key, s->who->id, s->codes[i], hash);
		st = store_recovery_insert(tx, s->who->id, str_of(hash), err);
	}
	return st == FRG_OK ? note(tx, s->who, "factor_added", err) : st;
}

enum frg_status service_totp_confirm(struct service *svc, struct arena *a, const struct staff *who, str code,
                                     struct store_texts *codes, struct frg_error *err)
{
	struct setting_up s = {.who = who, .code = code};
	codes->items = ARENA_ARRAY(a, str, RECOVERY_COUNT);
	codes->count = RECOVERY_COUNT;
	for (size_t i = 0; i < RECOVERY_COUNT; i++) {
		char *text = arena_alloc(a, RECOVERY_TEXT_SIZE);
		recovery_new(text);
		codes->items[i] = s.codes[i] = str_of(text);
	}
	enum frg_status st = service_limit(svc, LIMIT_LOGIN, who->login, err);
	return st == FRG_OK ? store_write(svc->store, a, confirm, &s, err) : st;
}

static enum frg_status end(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct setting_up *s = ctx;
	enum frg_status st = store_totp_delete(tx, s->who->id, err);
	if (st == FRG_OK)
		st = store_recovery_clear(tx, s->who->id, err);
	return st == FRG_OK ? note(tx, s->who, "factor_removed", err) : st;
}

enum frg_status service_totp_end(struct service *svc, struct arena *a, const struct staff *who, str password,
                                 struct frg_error *err)
{
	struct setting_up s = {.who = who};
	enum frg_status st = check_password(svc, a, &s, password, err);
	return st == FRG_OK ? store_write(svc->store, a, end, &s, err) : st;
}
