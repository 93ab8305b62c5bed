/* That it is still the account's owner who sits there: whoever finds a desk open must not change how one gets in. */
#include "service/staff/access_inner.h"

enum { FRESH_MS = 10 * 60 * 1000 };

struct proving {
	const struct staff *who;
	str code, method;
	struct store_editor editor;
	bool factor;
};

static enum frg_status load(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct proving *p = ctx;
	enum frg_status st = store_editor_by_id(tx, p->who->id, &p->editor, err);
	return st == FRG_OK ? store_factor_there(tx, p->who->id, &p->factor, err) : st;
}

static enum frg_status use_code(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct proving *p = ctx;
	enum frg_status st = factor_check(tx, p->who->id, p->code, &p->method, err);
	/* 403: the session is all right, only this was not */
	return st == FRG_UNAUTHENTICATED ? frg_fail(err, FRG_FORBIDDEN, "second_factor_wrong", "not the right code") : st;
}

static enum frg_status use_passkey(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	return passkey_used(tx, ctx, err);
}

static enum frg_status by_passkey(struct service *svc, struct arena *a, const struct staff *who,
                                  const struct access_proof *proof, struct frg_error *err)
{
	struct passkey_judged judged;
	struct passkey_answer answer = {
		.at = proof->at, .kind = "proof", .token = proof->token, .response = proof->passkey};
	enum frg_status st = passkey_judge(svc, a, &answer, who->id, &judged, err);
	return st == FRG_OK ? store_write(svc->store, a, use_passkey, &judged, err) : st;
}

static enum frg_status judge(struct service *svc, struct arena *a, const struct editor_session *session,
                             const struct access_proof *proof, struct frg_error *err)
{
	struct proving p = {.who = &session->who, .code = str_trim(proof->code)};
	/* by session, not by name: whoever tries here keeps nobody from logging in */
	enum frg_status st = service_limit(svc, LIMIT_LOGIN, session->csrf, err);
	if (st == FRG_OK)
		st = store_read(svc->store, a, load, &p, err);
	if (st != FRG_OK)
		return st;
	if (proof->password.n)
		return password_is(svc, a, p.editor.password_hash, proof->password)
		           ? FRG_OK
		           : frg_fail(err, FRG_FORBIDDEN, "password_wrong", "the password is wrong");
	if (proof->passkey.n)
		return by_passkey(svc, a, p.who, proof, err);
	if (p.code.n && p.factor)
		return store_write(svc->store, a, use_code, &p, err);
	if (!p.editor.password_hash.n && !p.factor && clock_now() - session->created < FRESH_MS)
		return FRG_OK;
	return frg_fail(err, FRG_FORBIDDEN, "proof_needed", "a password, a code or a passkey is needed");
}

static enum frg_status log_failure(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	const struct staff *who = ctx;
	return access_note(tx, who, "proof_failed", STR(""), err);
}

enum frg_status proof_failed(struct service *svc, struct arena *a, const struct staff *who, const char *code,
                             struct frg_error *err)
{
	struct staff copy = *who;
	enum frg_status st = store_write(svc->store, a, log_failure, &copy, err);
	return st == FRG_OK ? frg_fail(err, FRG_FORBIDDEN, code, "not what the account knows") : st;
}

enum frg_status proof_check(struct service *svc, struct arena *a, const struct editor_session *session,
                            const struct access_proof *proof, struct frg_error *err)
{
	struct frg_error why = {0};
	enum frg_status st = judge(svc, a, session, proof, &why);
	if (st == FRG_FORBIDDEN && strcmp(why.code, "proof_needed") != 0)
		return proof_failed(svc, a, &session->who, why.code, err);
	if (st != FRG_OK && err)
		*err = why;
	return st;
}

enum frg_status service_proof_options(struct service *svc, struct arena *a, const struct editor_session *session,
                                      const struct access_proof *at, str *options, struct frg_error *err)
{
	struct asking q = {.kind = "proof", .token = at->token, .site = at->at->id, .editor = session->who.id};
	enum frg_status st = passkey_ask(svc, a, at->at, &q, options, err);
	if (st == FRG_OK && options->n == 0)
		return frg_fail(err, FRG_CONFLICT, "passkey_none", "the account has no passkey for this address");
	return st;
}
