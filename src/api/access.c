/* How one gets in, seen from one's own account: one-time codes, recovery codes, passkeys, the house's own log-in; and
 * what a site demands of all. */
#include "api/inner.h"

static void fail(struct api *api, struct http_request *req, const struct frg_error *err)
{
	api_error(api, req, err, NULL);
}

/* A request of somebody who is logged in, with a body; the proof in it is read. To be closed by json_decref. */
struct asked {
	struct editor_session session;
	struct access_proof proof;
	json_t *body;
};

static bool ask(struct api *api, struct http_request *req, struct asked *q)
{
	*q = (struct asked){0};
	if (!api_editor(api, req, &q->session) || !api_body(api, req, &q->body))
		return false;
	json_t *passkey = json_object_get(q->body, "passkey");
	q->proof.at = api_find_site(api, req);
	q->proof.token = http_cookie(req, "freigabe_desk");
	if (json_is_object(passkey))
		q->proof.passkey = json_text(http_arena(req), json_incref(passkey));
	if (api_member(api, req, q->body, "password", &q->proof.password) &&
	    api_member(api, req, q->body, "code", &q->proof.code))
		return true;
	json_decref(q->body);
	return false;
}

static void answer_options(struct api *api, struct http_request *req, enum frg_status st, str options,
                           const struct frg_error *err)
{
	api_no_store(req);
	if (st == FRG_OK)
		api_json(req, 200, json_pack("{s:o}", "options", json_loadb(options.p, options.n, 0, NULL)));
	else
		fail(api, req, err);
}

/* ---- what is set up ---- */

static json_t *passkeys_json(const struct store_passkeys *all)
{
	json_t *list = json_array();
	for (size_t i = 0; i < all->count; i++) {
		const struct store_passkey *p = &all->items[i];
		json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:b, s:I, s:o}", "id", api_id_json(p->id), "name",
		                                      json_of(p->name), "host", json_of(p->rp_id), "backed_up", p->backed_up,
		                                      "at", (json_int_t)p->created, "used_at",
		                                      p->used ? json_integer(p->used) : json_null()));
	}
	return list;
}

static json_t *identities_json(const struct store_identities *all)
{
	json_t *list = json_array();
	for (size_t i = 0; i < all->count; i++)
		json_array_append_new(list, json_pack("{s:o, s:I}", "email", json_of(all->items[i].email), "at",
		                                      (json_int_t)all->items[i].created));
	return list;
}

HANDLER(desk_factors)
{
	struct api *api = app;
	struct editor_session session;
	struct staff_factors f;
	struct frg_error err;
	if (!api_editor(api, req, &session))
		return;
	if (service_factors(api->svc, http_arena(req), &session.who, &f, &err) != FRG_OK) {
		fail(api, req, &err);
		return;
	}
	const struct store_site *site = api_find_site(api, req);
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:b, s:I, s:o, s:b, s:b, s:b, s:o}", "totp", f.totp, "recovery_left",
	                   (json_int_t)f.recovery_left, "passkeys", passkeys_json(&f.passkeys), "passkeys_work",
	                   site && service_passkeys_work(site), "password", f.password, "demanded", f.demanded, "house",
	                   identities_json(&f.identities)));
}

HANDLER(desk_factors_proof)
{
	struct api *api = app;
	struct asked q;
	struct frg_error err;
	str options = STR("");
	if (!ask(api, req, &q))
		return;
	enum frg_status st = service_proof_options(api->svc, http_arena(req), &q.session, &q.proof, &options, &err);
	answer_options(api, req, st, options, &err);
	json_decref(q.body);
}

/* ---- one-time codes and recovery codes ---- */

HANDLER(desk_totp_begin)
{
	struct api *api = app;
	struct asked q;
	struct totp_offer offer;
	struct frg_error err;
	if (!ask(api, req, &q))
		return;
	api_no_store(req);
	if (service_totp_begin(api->svc, http_arena(req), &q.session, &q.proof, &offer, &err) == FRG_OK)
		api_json(req, 200,
		         json_pack("{s:o, s:o, s:{s:o, s:i}}", "secret", json_of(offer.secret), "uri", json_of(offer.uri), "qr",
		                   "path", json_of(offer.qr), "size", offer.qr_size));
	else
		fail(api, req, &err);
	json_decref(q.body);
}

static void answer_codes(struct api *api, struct http_request *req, enum frg_status st, const struct store_texts *codes,
                         const struct frg_error *err)
{
	api_no_store(req);
	if (st == FRG_OK)
		api_json(req, 200, json_pack("{s:o}", "recovery", api_texts_json(codes)));
	else
		fail(api, req, err);
}

HANDLER(desk_totp_confirm)
{
	struct api *api = app;
	struct asked q;
	struct store_texts codes;
	struct frg_error err;
	if (!ask(api, req, &q))
		return;
	enum frg_status st = service_totp_confirm(api->svc, http_arena(req), &q.session, q.proof.code, &codes, &err);
	answer_codes(api, req, st, &codes, &err);
	json_decref(q.body);
}

HANDLER(desk_totp_end)
{
	struct api *api = app;
	struct asked q;
	struct frg_error err;
	if (!ask(api, req, &q))
		return;
	if (service_totp_end(api->svc, http_arena(req), &q.session, &q.proof, &err) == FRG_OK)
		api_done(req);
	else
		fail(api, req, &err);
	json_decref(q.body);
}

HANDLER(desk_recovery_new)
{
	struct api *api = app;
	struct asked q;
	struct store_texts codes;
	struct frg_error err;
	if (!ask(api, req, &q))
		return;
	enum frg_status st = service_recovery_new(api->svc, http_arena(req), &q.session, &q.proof, &codes, &err);
	answer_codes(api, req, st, &codes, &err);
	json_decref(q.body);
}

/* ---- passkeys ---- */

HANDLER(desk_passkey_begin)
{
	struct api *api = app;
	struct asked q;
	struct frg_error err;
	str options = STR("");
	if (!ask(api, req, &q))
		return;
	enum frg_status st = service_passkey_begin(api->svc, http_arena(req), &q.session, &q.proof, &options, &err);
	answer_options(api, req, st, options, &err);
	json_decref(q.body);
}

HANDLER(desk_passkey_add)
{
	struct api *api = app;
	struct asked q;
	struct store_texts codes;
	struct frg_error err;
	id64 id;
	if (!ask(api, req, &q))
		return;
	struct passkey_adding cmd = {.at = q.proof.at, .token = q.proof.token, .response = q.proof.passkey};
	if (api_member(api, req, q.body, "name", &cmd.name)) {
		api_no_store(req);
		if (service_passkey_add(api->svc, http_arena(req), &q.session, &cmd, &id, &codes, &err) == FRG_OK)
			api_json(req, 201, json_pack("{s:o, s:o}", "id", api_id_json(id), "recovery", api_texts_json(&codes)));
		else
			fail(api, req, &err);
	}
	json_decref(q.body);
}

HANDLER(desk_passkey_rename)
{
	struct api *api = app;
	struct asked q;
	struct frg_error err;
	id64 id;
	str name;
	if (!ask(api, req, &q))
		return;
	if (api_path_id(api, req, "passkey", &id) && api_member(api, req, q.body, "name", &name)) {
		if (service_passkey_rename(api->svc, http_arena(req), &q.session.who, id, name, &err) == FRG_OK)
			api_done(req);
		else
			fail(api, req, &err);
	}
	json_decref(q.body);
}

HANDLER(desk_passkey_remove)
{
	struct api *api = app;
	struct asked q;
	struct frg_error err;
	id64 id;
	if (!ask(api, req, &q))
		return;
	if (api_path_id(api, req, "passkey", &id)) {
		if (service_passkey_remove(api->svc, http_arena(req), &q.session, &q.proof, id, &err) == FRG_OK)
			api_done(req);
		else
			fail(api, req, &err);
	}
	json_decref(q.body);
}

/* ---- the house's own log-in ---- */

HANDLER(desk_house_unlink)
{
	struct api *api = app;
	struct asked q;
	struct frg_error err;
	if (!ask(api, req, &q))
		return;
	if (service_house_unlink(api->svc, http_arena(req), &q.session, &q.proof, &err) == FRG_OK)
		api_done(req);
	else
		fail(api, req, &err);
	json_decref(q.body);
}

/* ---- what the site demands ---- */

static void answer_rules(struct http_request *req, const struct access_rules *r)
{
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:I, s:b, s:b}", "version", (json_int_t)r->version, "second_factor", r->second_factor,
	                   "passwords", !r->no_passwords));
}

HANDLER(desk_access)
{
	struct api *api = app;
	struct editor_session session;
	struct access_rules rules;
	struct frg_error err;
	if (!api_editor(api, req, &session))
		return;
	if (service_access(api->svc, http_arena(req), session.who.site, &rules, &err) == FRG_OK)
		answer_rules(req, &rules);
	else
		fail(api, req, &err);
}

HANDLER(desk_access_save)
{
	struct api *api = app;
	struct editor_session session;
	struct access_rules rules;
	struct frg_error err;
	json_t *body;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	json_t *factor = json_object_get(body, "second_factor"), *passwords = json_object_get(body, "passwords");
	struct access_rules wanted = {.version = json_integer_value(json_object_get(body, "version")),
	                              .second_factor = json_is_true(factor),
	                              .no_passwords = json_is_false(passwords)};
	enum frg_status st = FRG_OK;
	if (!json_is_boolean(factor) || !json_is_boolean(passwords))
		st = frg_fail(&err, FRG_INVALID, "json_invalid", "second_factor and passwords are true or false");
	json_decref(body);
	if (st == FRG_OK)
		st = service_access_save(api->svc, http_arena(req), &session, &wanted, &rules, &err);
	if (st == FRG_OK)
		answer_rules(req, &rules);
	else
		fail(api, req, &err);
}
