/* Judges what a provider says: its own description, and the token by which it vouches for a person. */
#include "service/staff/oidc_token.h"

#include "base/id.h"
#include "base/json.h"

#include <cjose/cjose.h>

enum { SUBJECT_MAX = 255, URL_MAX = 2000, ROLES_MAX = 200, KEYS_MAX = 100, RSA_BITS_MIN = 2048, CLAIM_MAX = 300 };

/* ---- the discovery document ---- */

str oidc_authority(str url)
{
	size_t from = str_starts(url, STR("https://")) ? 8 : str_starts(url, STR("http://")) ? 7 : 0, end = from;
	while (from && end < url.n && url.p[end] != '/' && url.p[end] != '?' && url.p[end] != '#')
		end++;
	str out = from ? str_sub(url, from, end) : STR("");
	return str_find(out, STR("@"), 0) == SIZE_MAX ? out : STR("");
}

/* Only what has no business in an address is refused here; http/fetch.c reads it properly. */
static bool may_ask(str url, str issuer, bool private_network)
{
	for (size_t i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] <= ' ' || (unsigned char)url.p[i] > '~')
			return false;
	if (url.n > URL_MAX || oidc_authority(url).n == 0)
		return false;
	return private_network ? str_eq_nocase(oidc_authority(url), oidc_authority(issuer))
	                       : str_starts(url, STR("https://"));
}

static bool lists(const json_t *list, const char *what)
{
	size_t i;
	json_t *v;
	json_array_foreach(list, i, v) if (json_is_string(v) && strcmp(json_string_value(v), what) == 0) return true;
	return false;
}

static enum frg_status read_provider(struct arena *a, const json_t *o, str issuer, bool private_network,
                                     struct oidc_provider *out, struct frg_error *err)
{
	const json_t *ways = json_object_get(o, "token_endpoint_auth_methods_supported");
	if (!json_is_object(o) || !str_eq(json_str(a, json_object_get(o, "issuer")), issuer))
		return frg_fail(err, FRG_IO, "oidc_provider", "the description is not of the issuer %.*s", STR_ARG(issuer));
	out->authorization = json_str(a, json_object_get(o, "authorization_endpoint"));
	out->token = json_str(a, json_object_get(o, "token_endpoint"));
	out->keys = json_str(a, json_object_get(o, "jwks_uri"));
	out->userinfo = json_str(a, json_object_get(o, "userinfo_endpoint"));
	const str all[] = {out->authorization, out->token, out->keys, out->userinfo};
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (!may_ask(all[i], issuer, private_network) && !(i == 3 && all[i].n == 0))
			return frg_fail(err, FRG_IO, "oidc_provider", "not an address to be asked: '%.*s'",
			                (int)(all[i].n < 80 ? all[i].n : 80), all[i].p ? all[i].p : "");
	out->secret_in_form = ways && !lists(ways, "client_secret_basic");
	out->says_issuer = json_is_true(json_object_get(o, "authorization_response_iss_parameter_supported"));
	return FRG_OK;
}

enum frg_status oidc_provider_read(struct arena *a, str json, str issuer, bool private_network,
                                   struct oidc_provider *out, struct frg_error *err)
{
	*out = (struct oidc_provider){0};
	if (json.n > OIDC_TEXT_MAX)
		return frg_fail(err, FRG_IO, "oidc_provider", "the description is too long");
	json_t *o = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, NULL);
	enum frg_status st = read_provider(a, o, issuer, private_network, out, err);
	json_decref(o);
	return st;
}

/* ---- the key that signed ---- */

static bool member_is(const json_t *o, const char *name, const char *value)
{
	const json_t *v = json_object_get(o, name);
	return json_is_string(v) && strcmp(json_string_value(v), value) == 0;
}

static bool absent_or(const json_t *o, const char *name, const char *value)
{
	return !json_object_get(o, name) || member_is(o, name, value);
}

static bool is_candidate(const json_t *key, const char *alg, const char *kid)
{
	bool rsa = strcmp(alg, "RS256") == 0;
	return json_is_object(key) && member_is(key, "kty", rsa ? "RSA" : "EC") &&
	       (rsa || member_is(key, "crv", "P-256")) && absent_or(key, "use", "sig") && absent_or(key, "alg", alg) &&
	       (!kid || member_is(key, "kid", kid));
}

/* The one that may have signed; NULL if there is none, or more than one. */
static const json_t *find_key(const json_t *set, const char *alg, const char *kid)
{
	const json_t *list = json_object_get(set, "keys"), *found = NULL;
	for (size_t i = 0; i < json_array_size(list) && i < KEYS_MAX; i++) {
		const json_t *key = json_array_get(list, i);
		if (!is_candidate(key, alg, kid))
			continue;
		if (found)
			return NULL;
		found = key;
	}
	return found;
}

/* cjose takes for granted what it decodes, and ends the program otherwise: nothing else may reach it. */
static bool is_base64url(str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
	}
	return s.n > 0 && s.n % 4 != 1;
}

static bool is_compact(str token)
{
	str rest = token, part;
	size_t parts = 0;
	while (str_next(&rest, '.', &part)) {
		if (!is_base64url(part) || ++parts > 3)
			return false;
	}
	return parts == 3;
}

static bool is_number(const json_t *v)
{
	return json_is_string(v) && is_base64url((str){json_string_value(v), json_string_length(v)});
}

/* Nothing of the key but what its kind has: no private parts, no certificates. */
static cjose_jwk_t *import_key(const json_t *key, bool rsa)
{
	cjose_err why;
	if (!is_number(json_object_get(key, rsa ? "n" : "x")) || !is_number(json_object_get(key, rsa ? "e" : "y")))
		return NULL;
	json_t *bare = json_object();
	const char *const names[] = {"kty", rsa ? "n" : "crv", rsa ? "e" : "x", rsa ? "kty" : "y"};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		json_object_set(bare, names[i], json_object_get(key, names[i]));
	char *text = json_dumps(bare, JSON_COMPACT);
	cjose_jwk_t *jwk = text ? cjose_jwk_import(text, strlen(text), &why) : NULL;
	free(text);
	json_decref(bare);
	return jwk;
}

static enum frg_status verify(cjose_jws_t *jws, const json_t *set, struct frg_error *err)
{
	cjose_err why;
	cjose_header_t *header = cjose_jws_get_protected(jws);
	const char *alg = json_string_value(json_object_get((json_t *)header, "alg"));
	const char *kid = json_string_value(json_object_get((json_t *)header, "kid"));
	if (!alg || (strcmp(alg, "RS256") != 0 && strcmp(alg, "ES256") != 0))
		return frg_fail(err, FRG_FORBIDDEN, "oidc_algorithm", "signed by neither RS256 nor ES256");
	if (json_object_get((json_t *)header, "crit"))
		return frg_fail(err, FRG_FORBIDDEN, "oidc_token", "the token wants something that is not known here");
	const json_t *key = find_key(set, alg, kid);
	bool rsa = strcmp(alg, "RS256") == 0;
	cjose_jwk_t *jwk = key ? import_key(key, rsa) : NULL;
	if (!key)
		return frg_fail(err, FRG_FORBIDDEN, "oidc_key", "no such key in the provider's set");
	bool strong = jwk && (!rsa || cjose_jwk_get_keysize(jwk, &why) >= RSA_BITS_MIN);
	bool good = strong && cjose_jws_verify(jws, jwk, &why);
	cjose_jwk_release(jwk);
	return good ? FRG_OK : frg_fail(err, FRG_FORBIDDEN, "oidc_signature", "the signature is not the provider's");
}

/* ---- what it says ---- */

static str text_of(struct arena *a, const json_t *o, const char *name)
{
	str s = json_str(a, json_object_get(o, name));
	return s.n <= CLAIM_MAX ? s : STR("");
}

static bool is_verified(const json_t *v)
{
	return json_is_true(v) || (json_is_string(v) && strcmp(json_string_value(v), "true") == 0);
}

static void read_roles(struct arena *a, const json_t *claim, struct store_texts *out)
{
	if (json_is_string(claim)) {
		out->items = ARENA_ARRAY(a, str, 1);
		out->items[out->count++] = json_str(a, claim);
	}
	if (!json_is_array(claim))
		return;
	size_t count = json_array_size(claim) < ROLES_MAX ? json_array_size(claim) : ROLES_MAX;
	out->items = ARENA_ARRAY(a, str, count);
	for (size_t i = 0; i < count; i++)
		out->items[out->count++] = json_str(a, json_array_get(claim, i));
}

/* An address counts only with the provider's word in the same place that it is the person's. */
static void read_person(struct arena *a, const json_t *o, str role_claim, struct oidc_person *p)
{
	if (!p->email.n) {
		p->email = text_of(a, o, "email");
		p->email_verified = p->email.n && is_verified(json_object_get(o, "email_verified"));
	}
	if (!p->name.n)
		p->name = text_of(a, o, "name");
	if (!p->username.n)
		p->username = text_of(a, o, "preferred_username");
	if (!p->roles.count && role_claim.n)
		read_roles(a, json_object_get(o, arena_cstr(a, role_claim)), &p->roles);
}

static bool is_for(struct arena *a, const json_t *o, str client_id)
{
	const json_t *aud = json_object_get(o, "aud"), *azp = json_object_get(o, "azp");
	bool named = json_is_string(aud) && str_eq(json_str(a, aud), client_id);
	for (size_t i = 0; i < json_array_size(aud); i++)
		named = named || str_eq(json_str(a, json_array_get(aud, i)), client_id);
	bool alone = json_is_string(aud) || json_array_size(aud) == 1;
	return named && (azp ? str_eq(json_str(a, azp), client_id) : alone);
}

/* Seconds in the token, also with fractions; 0 if it is no time of this millennium. */
static msec time_of(const json_t *o, const char *name)
{
	double s = json_number_value(json_object_get(o, name));
	return s > 0 && s < 1e11 ? (msec)(s * 1000) : 0;
}

static enum frg_status judge_claims(struct arena *a, const json_t *o, const struct oidc_expected *want,
                                    struct oidc_person *out, struct frg_error *err)
{
	msec expires = time_of(o, "exp"), issued = time_of(o, "iat"), begins = time_of(o, "nbf");
	out->subject = json_str(a, json_object_get(o, "sub"));
	if (!json_is_object(o) || out->subject.n == 0 || out->subject.n > SUBJECT_MAX)
		return frg_fail(err, FRG_FORBIDDEN, "oidc_token", "the token names nobody");
	if (!str_eq(json_str(a, json_object_get(o, "iss")), want->issuer))
		return frg_fail(err, FRG_FORBIDDEN, "oidc_issuer", "issued by somebody else");
	if (!is_for(a, o, want->client_id))
		return frg_fail(err, FRG_FORBIDDEN, "oidc_audience", "issued for somebody else");
	if (!expires || !issued || expires + OIDC_SKEW_MS <= want->now || issued > want->now + OIDC_SKEW_MS ||
	    begins > want->now + OIDC_SKEW_MS)
		return frg_fail(err, FRG_FORBIDDEN, "oidc_time", "not valid now");
	if (want->nonce.n == 0 || !secret_equal(json_str(a, json_object_get(o, "nonce")), want->nonce))
		return frg_fail(err, FRG_FORBIDDEN, "oidc_nonce", "answers another log-in");
	read_person(a, o, want->role_claim, out);
	return FRG_OK;
}

static enum frg_status read_token(struct arena *a, cjose_jws_t *jws, const json_t *set,
                                  const struct oidc_expected *want, struct oidc_person *out, struct frg_error *err)
{
	cjose_err why;
	uint8_t *plain = NULL;
	size_t n = 0;
	enum frg_status st = verify(jws, set, err);
	if (st != FRG_OK)
		return st;
	if (!cjose_jws_get_plaintext(jws, &plain, &n, &why))
		return frg_fail(err, FRG_FORBIDDEN, "oidc_token", "the token is empty");
	json_t *claims = json_loadb((const char *)plain, n, JSON_REJECT_DUPLICATES, NULL);
	st = judge_claims(a, claims, want, out, err);
	json_decref(claims);
	return st;
}

enum frg_status oidc_token_read(struct arena *a, str token, str keys, const struct oidc_expected *want,
                                struct oidc_person *out, struct frg_error *err)
{
	cjose_err why;
	struct oidc_person person = {0};
	*out = person;
	if (token.n == 0 || token.n > OIDC_TOKEN_MAX || keys.n > OIDC_TEXT_MAX)
		return frg_fail(err, FRG_FORBIDDEN, "oidc_token", "no token, or a very long one");
	json_t *set = json_loadb(keys.p ? keys.p : "", keys.n, 0, NULL);
	cjose_jws_t *jws = is_compact(token) ? cjose_jws_import(arena_cstr(a, token), token.n, &why) : NULL;
	enum frg_status st = jws ? read_token(a, jws, set, want, &person, err)
	                         : frg_fail(err, FRG_FORBIDDEN, "oidc_token", "not a signed token");
	cjose_jws_release(jws);
	json_decref(set);
	if (st == FRG_OK)
		*out = person;
	return st;
}

enum frg_status oidc_userinfo_read(struct arena *a, str json, str role_claim, struct oidc_person *person,
                                   struct frg_error *err)
{
	json_t *o = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, NULL);
	bool same = json_is_object(o) && str_eq(json_str(a, json_object_get(o, "sub")), person->subject);
	if (same)
		read_person(a, o, role_claim, person);
	json_decref(o);
	return same ? FRG_OK : frg_fail(err, FRG_FORBIDDEN, "oidc_token", "the provider speaks of somebody else");
}

str oidc_role(const struct oidc_person *person, str roles)
{
	str pair;
	while (str_next(&roles, ' ', &pair)) {
		size_t cut = pair.n;
		while (cut && pair.p[cut - 1] != ':') /* the last one: claims may have some of their own */
			cut--;
		for (size_t i = 0; cut > 1 && i < person->roles.count; i++)
			if (str_eq(person->roles.items[i], str_sub(pair, 0, cut - 1)))
				return str_sub(pair, cut, pair.n);
	}
	return STR("");
}
