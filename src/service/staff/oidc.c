/* The way of a log-in by the house's own: off to the provider, back, and into an account that has been confirmed. Which
 * account that is follows from issuer and subject alone; an e-mail address only says which one may be asked to be
 * confirmed. */
#include "service/staff/oidc_inner.h"

#include "base/log.h"

#include <sodium.h>

enum { LOGIN_MAX = 100 };

/* ---- off to the provider ---- */

static str redirect_of(struct arena *a, const struct store_site *at)
{
	return arena_printf(a, "%.*s/desk/oidc", STR_ARG(at->base_url));
}

/* PKCE, S256. */
static str pkce_challenge(struct arena *a, str verifier)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	size_t size = sodium_base64_ENCODED_LEN(sizeof hash, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *text = arena_alloc(a, size);
	crypto_hash_sha256(hash, (const unsigned char *)verifier.p, verifier.n);
	sodium_bin2base64(text, size, hash, sizeof hash, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return str_of(text);
}

static enum frg_status check_invitation(struct service *svc, struct arena *a, str token, struct frg_error *err)
{
	struct invitation_view v;
	if (!token.n)
		return FRG_OK;
	enum frg_status st = service_invitation_get(svc, a, token, &v, err);
	if (st == FRG_OK && v.invitation.resets)
		return frg_fail(err, FRG_CONFLICT, "oidc_reset", "this link is there to choose a password");
	return st;
}

enum frg_status service_house_begin(struct service *svc, struct arena *a, const struct provider_begin *cmd,
                                    str *browser, str *url, struct frg_error *err)
{
	struct oidc_provider p;
	enum frg_status st = service_limit(svc, LIMIT_LOGIN_ADDRESS, cmd->client, err);
	if (st == FRG_OK && !svc->provider)
		st = frg_fail(err, FRG_NOT_FOUND, "oidc_none", "no log-in of the house is set up");
	if (st == FRG_OK)
		st = check_invitation(svc, a, cmd->invitation, err);
	if (st == FRG_OK)
		st = provider_provider(svc->provider, a, &p, err);
	if (st != FRG_OK)
		return st;
	str state = challenge_token(a), nonce = challenge_token(a), verifier = challenge_token(a);
	json_t *data = json_pack("{s:o, s:o, s:o, s:o}", "state", json_of(state), "nonce", json_of(nonce), "verifier",
	                         json_of(verifier), "invitation", json_of(cmd->invitation));
	struct asking q = {
		.kind = "house", .token = *browser = challenge_token(a), .site = cmd->at->id, .data = json_text(a, data)};
	st = challenge_put(svc, a, &q, err);
	if (st != FRG_OK)
		return st;
	const struct provider_field fields[] = {{"response_type", STR("code")},
	                                        {"client_id", provider_config(svc->provider)->client_id},
	                                        {"redirect_uri", redirect_of(a, cmd->at)},
	                                        {"scope", STR("openid profile email")},
	                                        {"state", state},
	                                        {"nonce", nonce},
	                                        {"code_challenge", pkce_challenge(a, verifier)},
	                                        {"code_challenge_method", STR("S256")},
	                                        {"ui_locales", str_of(frg_lang_id(cmd->lang))}};
	str query = provider_form(a, fields, COUNT_OF(fields));
	const char *join = str_find(p.authorization, STR("?"), 0) == SIZE_MAX ? "?" : "&";
	*url = arena_printf(a, "%.*s%s%.*s", STR_ARG(p.authorization), join, STR_ARG(query));
	return FRG_OK;
}

/* ---- back again ---- */

struct coming {
	struct service *svc;
	const struct house_return *cmd;
	str state, nonce, verifier, invitation;
	struct oidc_person person;
	struct store_identity identity;
	struct store_editor editor;
	struct staff who;
	struct session_new session;
	bool known;
	id64 candidate; /* whose address it is; 0: nobody's, or more than one's */
};

static enum frg_status take_state(struct arena *a, struct coming *c, struct frg_error *err)
{
	struct store_challenge asked;
	enum frg_status st = challenge_take(c->svc, a, "house", c->cmd->browser, &asked, err);
	if (st == FRG_NOT_FOUND)
		return frg_fail(err, FRG_FORBIDDEN, "oidc_state", "this browser was not sent, or too long ago");
	if (st != FRG_OK)
		return st;
	json_t *o = json_loadb(asked.data.p, asked.data.n, 0, NULL);
	c->state = json_str(a, json_object_get(o, "state"));
	c->nonce = json_str(a, json_object_get(o, "nonce"));
	c->verifier = json_str(a, json_object_get(o, "verifier"));
	c->invitation = json_str(a, json_object_get(o, "invitation"));
	json_decref(o);
	if (asked.site != c->cmd->at->id || !c->state.n || !secret_equal(c->cmd->state, c->state))
		return frg_fail(err, FRG_FORBIDDEN, "oidc_state", "an answer to another question");
	return FRG_OK;
}

/* RFC 9207: the answer comes from the provider that was asked. */
static enum frg_status check_answer(struct arena *a, struct coming *c, struct frg_error *err)
{
	struct oidc_provider p;
	const struct house_return *cmd = c->cmd;
	enum frg_status st = provider_provider(c->svc->provider, a, &p, err);
	if (st != FRG_OK)
		return st;
	if ((p.says_issuer || cmd->issuer.n) && !str_eq(cmd->issuer, provider_config(c->svc->provider)->issuer))
		return frg_fail(err, FRG_FORBIDDEN, "oidc_issuer", "an answer of another provider");
	if (cmd->error.n || !cmd->code.n)
		return frg_fail(err, FRG_FORBIDDEN, "oidc_refused", "the provider says %s", provider_refusal(cmd->error));
	return FRG_OK;
}

static enum frg_status redeem(struct arena *a, struct coming *c, struct frg_error *err)
{
	struct provider_exchange x = {
		.code = c->cmd->code, .verifier = c->verifier, .nonce = c->nonce, .redirect = redirect_of(a, c->cmd->at)};
	enum frg_status st = provider_redeem(c->svc->provider, a, &x, &c->person, err);
	c->identity = (struct store_identity){
		.issuer = provider_config(c->svc->provider)->issuer, .subject = c->person.subject, .email = c->person.email};
	return st;
}

/* What the house says of somebody's role counts at the site where they log in; it never takes the last administrator.
 */
static enum frg_status apply_role(struct store_tx *tx, struct coming *c, struct frg_error *err)
{
	str role = oidc_role(&c->person, provider_config(c->svc->provider)->roles);
	struct store_membership m;
	int64_t administrators = 0;
	if (!role.n || str_eq(role, staff_role_name(c->who.role)))
		return FRG_OK;
	enum frg_status st = store_membership_count(tx, c->who.site, staff_role_name(ROLE_ADMINISTRATOR), &administrators,
	                                            err);
	if (st == FRG_OK && c->who.role == ROLE_ADMINISTRATOR && administrators < 2)
		return FRG_OK;
	if (st == FRG_OK)
		st = store_membership_get(tx, c->who.id, c->who.site, &m, err);
	m.role = role;
	if (st == FRG_OK)
		st = store_membership_put(tx, &m, err);
	if (st == FRG_OK)
		st = access_changed(tx, c->who.site, c->who.id, err);
	if (st == FRG_OK)
		st = access_note(tx, &c->who, "role", role, err);
	return st == FRG_OK ? staff_load(tx, &c->editor, c->who.site, &c->who, err) : st;
}

static enum frg_status go_in(struct store_tx *tx, struct coming *c, struct frg_error *err)
{
	c->identity.editor = c->editor.id;
	enum frg_status st = store_identity_put(tx, &c->identity, err);
	if (st == FRG_OK)
		st = first_site(tx, &c->editor, STR("house"), &c->who, err);
	if (st == FRG_OK)
		st = apply_role(tx, c, err);
	return st == FRG_OK ? session_begin(tx, &c->session, &c->who, STR("house"), err) : st;
}

/* ---- an invitation, accepted by it ---- */

static str wanted_login(const struct oidc_person *p)
{
	return p->username.n ? p->username : p->email.n ? p->email : p->subject;
}

static enum frg_status make_editor(struct store_tx *tx, struct coming *c, id64 site, struct frg_error *err)
{
	struct arena *a = store_arena(tx);
	struct store_editor other;
	c->editor = (struct store_editor){.id = id_new(), .site = site, .password_hash = STR("")};
	str name = c->person.name.n ? c->person.name : wanted_login(&c->person);
	enum frg_status st = clean_text(a, wanted_login(&c->person), LOGIN_MAX, true, "name", &c->editor.login, err);
	if (st == FRG_OK)
		st = clean_text(a, name, LOGIN_MAX, true, "name", &c->editor.name, err);
	if (st == FRG_OK && (c->editor.login.n == 0 || c->editor.name.n == 0))
		return frg_fail(err, FRG_INVALID, "name_empty", "the provider gives the person no name");
	if (st == FRG_OK && clean_email(a, c->person.email, &c->editor.email, NULL) != FRG_OK)
		c->editor.email = STR("");
	if (st == FRG_OK && store_editor_by_login(tx, c->editor.login, &other, NULL) != FRG_NOT_FOUND)
		return frg_fail(err, FRG_CONFLICT, "oidc_login_taken", "an account with this name is there, but is not linked");
	return st == FRG_OK ? store_editor_put(tx, &c->editor, err) : st;
}

static enum frg_status accept_invitation(struct store_tx *tx, struct coming *c, struct frg_error *err)
{
	struct store_invitation i;
	enum frg_status st = invitation_load(tx, c->invitation, &i, err);
	if (st == FRG_OK && i.resets)
		st = frg_fail(err, FRG_CONFLICT, "oidc_reset", "this link is there to choose a password");
	if (st == FRG_OK && !c->known)
		st = make_editor(tx, c, i.site, err);
	return st == FRG_OK ? invitation_join(tx, &i, c->editor.id, err) : st;
}

/* ---- who it is ---- */

static enum frg_status find(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct coming *c = ctx;
	struct store_identity kept;
	int64_t count = 0;
	enum frg_status st = store_identity_get(tx, c->identity.issuer, c->identity.subject, &kept, err);
	c->known = st == FRG_OK;
	if (st == FRG_OK)
		return store_editor_by_id(tx, kept.editor, &c->editor, err);
	if (st == FRG_NOT_FOUND)
		st = FRG_OK;
	if (st == FRG_OK && c->person.email_verified)
		st = store_editor_by_email(tx, c->person.email, &c->candidate, &count, err);
	if (count != 1)
		c->candidate = 0;
	return st;
}

static enum frg_status enter(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct coming *c = ctx;
	enum frg_status st = find(tx, c, err);
	if (st == FRG_OK && c->invitation.n)
		st = accept_invitation(tx, c, err);
	else if (st == FRG_OK && !c->known)
		return FRG_OK; /* to be confirmed first, if it is anybody's */
	if (st == FRG_OK && c->invitation.n && !c->known)
		st = access_note(tx, &(struct staff){.id = c->editor.id, .site = c->editor.site}, "house_linked",
		                 c->person.email, err);
	c->known = true;
	return st == FRG_OK ? go_in(tx, c, err) : st;
}

/* What the provider has vouched for, kept until the account's owner confirms it. */
static enum frg_status ask_to_confirm(struct arena *a, struct coming *c, struct provider_answer *out,
                                      struct frg_error *err)
{
	if (!c->candidate)
		return frg_fail(err, FRG_FORBIDDEN, "oidc_unknown", "no account has this verified address");
	json_t *data = json_pack("{s:o, s:o, s:o}", "issuer", json_of(c->identity.issuer), "subject",
	                         json_of(c->identity.subject), "email", json_of(c->identity.email));
	struct asking q = {.kind = "link",
	                   .token = out->browser = challenge_token(a),
	                   .site = c->cmd->at->id,
	                   .editor = c->candidate,
	                   .data = json_text(a, data)};
	out->email = c->person.email;
	return challenge_put(c->svc, a, &q, err);
}

enum frg_status service_house_return(struct service *svc, struct arena *a, const struct house_return *cmd,
                                     struct provider_answer *out, struct frg_error *err)
{
	struct coming c = {.svc = svc, .cmd = cmd};
	*out = (struct provider_answer){0};
	if (!svc->provider)
		return frg_fail(err, FRG_NOT_FOUND, "oidc_none", "no log-in of the house is set up");
	enum frg_status st = service_limit(svc, LIMIT_LOGIN_ADDRESS, cmd->client, err);
	if (st == FRG_OK)
		st = take_state(a, &c, err);
	if (st == FRG_OK)
		st = check_answer(a, &c, err);
	if (st == FRG_OK)
		st = redeem(a, &c, err);
	session_prepare(a, &c.session, cmd->agent);
	if (st == FRG_OK)
		st = store_write(svc->store, a, enter, &c, err);
	if (st == FRG_OK && c.known)
		session_fill(svc, &c.session, &c.who, &out->session);
	else if (st == FRG_OK)
		st = ask_to_confirm(a, &c, out, err);
	if (st == FRG_FORBIDDEN)
		log_info("oidc", "a log-in was refused: %s: %s", err->code, err->msg);
	return st;
}

/* ---- confirmed, with the password ---- */

enum frg_status provider_link(struct store_tx *tx, str token, const struct staff *who, struct frg_error *err)
{
	struct arena *a = store_arena(tx);
	struct store_challenge vouched;
	struct store_identity other;
	enum frg_status st = challenge_take_in(tx, "link", token, &vouched, err);
	if (st == FRG_NOT_FOUND)
		return frg_fail(err, FRG_CONFLICT, "oidc_expired", "too long ago: the provider is to be asked again");
	if (st == FRG_OK && vouched.editor != who->id)
		return frg_fail(err, FRG_FORBIDDEN, "oidc_other_account", "the address is another account's");
	if (st != FRG_OK)
		return st;
	json_t *o = json_loadb(vouched.data.p, vouched.data.n, 0, NULL);
	struct store_identity i = {.issuer = json_str(a, json_object_get(o, "issuer")),
	                           .subject = json_str(a, json_object_get(o, "subject")),
	                           .email = json_str(a, json_object_get(o, "email")),
	                           .editor = who->id};
	json_decref(o);
	if (store_identity_get(tx, i.issuer, i.subject, &other, NULL) != FRG_NOT_FOUND)
		return frg_fail(err, FRG_CONFLICT, "oidc_expired", "linked meanwhile");
	st = store_identity_put(tx, &i, err);
	return st == FRG_OK ? access_note(tx, who, "house_linked", i.email, err) : st;
}

static enum frg_status unlink_all(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	const struct editor_session *session = ctx;
	const struct staff *who = &session->who;
	struct store_editor editor;
	struct store_passkeys keys;
	enum frg_status st = store_editor_by_id(tx, who->id, &editor, err);
	if (st == FRG_OK)
		st = store_passkey_list(tx, who->id, &keys, err);
	if (st == FRG_OK && !editor.password_hash.n && !keys.count)
		return frg_fail(err, FRG_CONFLICT, "oidc_only", "there is no other way into the account");
	if (st == FRG_OK)
		st = store_identity_clear(tx, who->id, err);
	return st == FRG_OK ? access_note(tx, who, "house_unlinked", STR(""), err) : st;
}

enum frg_status service_house_unlink(struct service *svc, struct arena *a, const struct editor_session *session,
                                     const struct access_proof *proof, struct frg_error *err)
{
	enum frg_status st = proof_check(svc, a, session, proof, err);
	return st == FRG_OK ? store_write(svc->store, a, unlink_all, (void *)(uintptr_t)session, err) : st;
}
