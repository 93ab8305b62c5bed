/* Second factors of an account: asked for at the log-in; one-time and recovery codes set up and taken off. Passkeys
 * are passkeys.c's. */
#include "service/staff/access_inner.h"

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

enum frg_status factor_check(struct store_tx *tx, id64 editor, str code, str *method, struct frg_error *err)
{
	struct store_totp totp;
	bool there;
	*method = STR("password");
	enum frg_status st = store_factor_there(tx, editor, &there, err);
	if (st != FRG_OK || !there)
		return st;
	if (code.n == 0)
		return frg_fail(err, FRG_UNAUTHENTICATED, "second_factor", "a second factor is needed");
	st = store_totp_get(tx, editor, &totp, err);
	if (st != FRG_OK && st != FRG_NOT_FOUND)
		return st;
	bool codes = st == FRG_OK && totp.confirmed && looks_like_totp(code);
	*method = codes ? STR("code") : STR("recovery");
	return codes ? use_totp(tx, &totp, code, err) : use_recovery(tx, editor, code, err);
}

/* ---- what is set up ---- */

struct setting_up {
	const struct staff *who;
	struct staff_factors *out;
	str secret, code;
	struct store_texts *codes;
};

static enum frg_status load_factors(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct setting_up *s = ctx;
	struct store_totp totp;
	struct store_editor editor;
	struct access_rules rules = {0};
	enum frg_status st = store_totp_get(tx, s->who->id, &totp, err);
	s->out->totp = st == FRG_OK && totp.confirmed;
	if (st == FRG_OK || st == FRG_NOT_FOUND)
		st = store_recovery_count(tx, s->who->id, &s->out->recovery_left, err);
	if (st == FRG_OK)
		st = store_passkey_list(tx, s->who->id, &s->out->passkeys, err);
	if (st == FRG_OK)
		st = store_identity_list(tx, s->who->id, &s->out->identities, err);
	if (st == FRG_OK)
		st = store_editor_by_id(tx, s->who->id, &editor, err);
	if (st == FRG_OK)
		st = access_load(tx, s->who->site, &rules, err);
	s->out->password = st == FRG_OK && editor.password_hash.n > 0;
	s->out->demanded = rules.second_factor;
	return st;
}

enum frg_status service_factors(struct service *svc, struct arena *a, const struct staff *who,
                                struct staff_factors *out, struct frg_error *err)
{
	*out = (struct staff_factors){0};
	struct setting_up s = {.who = who, .out = out};
	return store_read(svc->store, a, load_factors, &s, err);
}

enum frg_status access_note(struct store_tx *tx, const struct staff *who, const char *kind, str detail,
                            struct frg_error *err)
{
	struct store_staff_event e = {
		.site = who->site, .actor = who->id, .subject = who->id, .kind = str_of(kind), .detail = detail};
	return store_staff_log(tx, &e, err);
}

/* ---- recovery codes ---- */

void codes_prepare(struct arena *a, struct store_texts *codes)
{
	codes->items = ARENA_ARRAY(a, str, RECOVERY_COUNT);
	codes->count = RECOVERY_COUNT;
	for (size_t i = 0; i < RECOVERY_COUNT; i++) {
		char *text = arena_alloc(a, RECOVERY_TEXT_SIZE);
		recovery_new(text);
		codes->items[i] = str_of(text);
	}
}

enum frg_status codes_put(struct store_tx *tx, id64 editor, struct store_texts *codes, bool anew, struct frg_error *err)
{
	int64_t left = 0;
	str key;
	enum frg_status st = store_recovery_count(tx, editor, &left, err);
	if (st == FRG_OK && left && !anew) {
		codes->count = 0;
		return FRG_OK;
	}
	if (st == FRG_OK)
		st = store_recovery_clear(tx, editor, err);
	if (st == FRG_OK)
		st = recovery_key(tx, &key, err);
	for (size_t i = 0; st == FRG_OK && i < codes->count; i++) {
		char hash[RECOVERY_HASH_SIZE];
		recovery_hash(key, editor, codes->items[i], hash);
		st = store_recovery_insert(tx, editor, str_of(hash), err);
	}
	return st;
}

static enum frg_status renew(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct setting_up *s = ctx;
	bool there;
	enum frg_status st = store_factor_there(tx, s->who->id, &there, err);
	if (st == FRG_OK && !there)
		return frg_fail(err, FRG_CONFLICT, "factor_missing", "there is no second factor to recover");
	if (st == FRG_OK)
		st = codes_put(tx, s->who->id, s->codes, true, err);
	return st == FRG_OK ? access_note(tx, s->who, "recovery_new", STR(""), err) : st;
}

enum frg_status service_recovery_new(struct service *svc, struct arena *a, const struct editor_session *session,
                                     const struct access_proof *proof, struct store_texts *codes, struct frg_error *err)
{
	struct setting_up s = {.who = &session->who, .codes = codes};
	codes_prepare(a, codes);
	enum frg_status st = proof_check(svc, a, session, proof, err);
	return st == FRG_OK ? store_write(svc->store, a, renew, &s, err) : st;
}

/* ---- one-time codes ---- */

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

enum frg_status service_totp_begin(struct service *svc, struct arena *a, const struct editor_session *session,
                                   const struct access_proof *proof, struct totp_offer *out, struct frg_error *err)
{
	struct setting_up s = {.who = &session->who};
	char *text = arena_alloc(a, TOTP_SECRET_TEXT_SIZE);
	totp_secret_new(text);
	s.secret = str_of(text);
	enum frg_status st = proof_check(svc, a, session, proof, err);
	if (st == FRG_OK)
		st = store_write(svc->store, a, save_secret, &s, err);
	if (st != FRG_OK)
		return st;
	const struct store_site *site = service_site_by_id(svc, session->who.site);
	out->secret = s.secret;
	out->uri = totp_uri(a, arena_printf(a, "Freigabe %.*s", STR_ARG(site->name)), session->who.login, s.secret);
	out->qr = qr_path(a, out->uri, &out->qr_size);
	return FRG_OK;
}

static enum frg_status confirm(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct setting_up *s = ctx;
	struct store_totp totp;
	enum frg_status st = store_totp_get(tx, s->who->id, &totp, err);
	if (st == FRG_OK && totp.confirmed)
		return frg_fail(err, FRG_CONFLICT, "totp_there", "there is one already");
	if (st == FRG_OK)
		st = totp_verify(totp.secret, s->code, clock_now(), totp.last_step, &totp.last_step, err);
	totp.confirmed = true;
	if (st == FRG_OK)
		st = store_totp_put(tx, &totp, err);
	if (st == FRG_OK)
		st = codes_put(tx, s->who->id, s->codes, false, err);
	return st == FRG_OK ? access_note(tx, s->who, "factor_added", STR(""), err) : st;
}

enum frg_status service_totp_confirm(struct service *svc, struct arena *a, const struct editor_session *session,
                                     str code, struct store_texts *codes, struct frg_error *err)
{
	struct setting_up s = {.who = &session->who, .code = code, .codes = codes};
	codes_prepare(a, codes);
	enum frg_status st = service_limit(svc, LIMIT_LOGIN, session->csrf, err);
	return st == FRG_OK ? store_write(svc->store, a, confirm, &s, err) : st;
}

enum frg_status factor_gone(struct store_tx *tx, const struct staff *who, struct frg_error *err)
{
	struct access_rules rules;
	bool there;
	enum frg_status st = store_factor_there(tx, who->id, &there, err);
	if (st == FRG_OK && !there)
		st = access_load(tx, who->site, &rules, err);
	if (st != FRG_OK || there)
		return st;
	if (rules.second_factor)
		return frg_fail(err, FRG_CONFLICT, "factor_demanded", "the site demands a second factor of everybody");
	return store_recovery_clear(tx, who->id, err);
}

static enum frg_status end(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct setting_up *s = ctx;
	enum frg_status st = store_totp_delete(tx, s->who->id, err);
	if (st == FRG_OK)
		st = factor_gone(tx, s->who, err);
	return st == FRG_OK ? access_note(tx, s->who, "factor_removed", STR(""), err) : st;
}

enum frg_status service_totp_end(struct service *svc, struct arena *a, const struct editor_session *session,
                                 const struct access_proof *proof, struct frg_error *err)
{
	struct setting_up s = {.who = &session->who};
	enum frg_status st = proof_check(svc, a, session, proof, err);
	return st == FRG_OK ? store_write(svc->store, a, end, &s, err) : st;
}
