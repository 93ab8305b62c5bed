/* Passkeys: judges what a browser answers, by the steps of WebAuthn level 3, sections 7.1 and 7.2. Signatures are
 * libfido2's. Knows no sessions: which challenge belongs to whom, and that it is used once, is the caller's. */
#include "service/staff/factor_authdata.h"

#include "base/id.h"
#include "base/json.h"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <sodium.h>

/* ---- the answer's JSON ---- */

static bool from_base64url(struct arena *a, str text, str *out)
{
	size_t n = 0;
	char *raw = arena_alloc(a, text.n + 1);
	/* refuses padding and stray bits, so that one value has one text */
	if (sodium_base642bin((unsigned char *)raw, text.n, text.p ? text.p : "", text.n, NULL, &n, NULL,
	                      sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return false;
	*out = (str){raw, n};
	return true;
}

/* One member's bytes; false if it is not there, no base64url or empty. */
static bool member_bytes(struct arena *a, const json_t *object, const char *name, str *out)
{
	return from_base64url(a, json_str(a, json_object_get(object, name)), out) && out->n;
}

/* What both answers have. */
struct answer {
	json_t *root; /* to be given back, whatever the status */
	const json_t *response;
	str id; /* base64url */
	str id_bytes;
	str client_data;
};

static enum frg_status answer_read(struct arena *a, str text, struct answer *out, struct frg_error *err)
{
	*out = (struct answer){0};
	if (text.n > PASSKEY_JSON_MAX)
		return frg_fail(err, FRG_TOO_LARGE, "passkey_too_large", "more than %d bytes", PASSKEY_JSON_MAX);
	out->root = json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES, NULL);
	out->response = json_object_get(out->root, "response");
	out->id = json_str(a, json_object_get(out->root, "id"));
	const json_t *raw_id = json_object_get(out->root, "rawId");
	if (!json_is_object(out->response) || !str_eq(json_str(a, json_object_get(out->root, "type")), STR("public-key")) ||
	    !member_bytes(a, out->root, "id", &out->id_bytes) || out->id_bytes.n > PASSKEY_ID_MAX ||
	    (raw_id && !str_eq(json_str(a, raw_id), out->id)))
		return frg_fail(err, FRG_INVALID, "passkey_response", "not the JSON of a PublicKeyCredential");
	if (!member_bytes(a, out->response, "clientDataJSON", &out->client_data))
		return frg_fail(err, FRG_INVALID, "passkey_response", "no clientDataJSON");
	return FRG_OK;
}

enum frg_status passkey_claimed_id(struct arena *a, str response, str *id, struct frg_error *err)
{
	struct answer answer;
	enum frg_status st = answer_read(a, response, &answer, err);
	json_decref(answer.root);
	*id = st == FRG_OK ? answer.id : STR_NONE;
	return st;
}

/* ---- what the browser says of the request ---- */

static enum frg_status client_data_judge(struct arena *a, const json_t *data, str type,
                                         const struct passkey_expected *want, struct frg_error *err)
{
	const json_t *cross = json_object_get(data, "crossOrigin");
	if (!json_is_object(data))
		return frg_fail(err, FRG_INVALID, "passkey_client_data", "clientDataJSON is no JSON object");
	if (!str_eq(json_str(a, json_object_get(data, "type")), type))
		return frg_fail(err, FRG_FORBIDDEN, "passkey_type", "not of type %.*s", STR_ARG(type));
	if (want->challenge.n == 0 || !secret_equal(json_str(a, json_object_get(data, "challenge")), want->challenge))
		return frg_fail(err, FRG_FORBIDDEN, "passkey_challenge", "an answer to another challenge");
	if (want->origin.n == 0 || !str_eq(json_str(a, json_object_get(data, "origin")), want->origin))
		return frg_fail(err, FRG_FORBIDDEN, "passkey_origin", "made on another page than %.*s", STR_ARG(want->origin));
	/* our pages are never framed by others */
	if ((cross && !json_is_false(cross)) || json_object_get(data, "topOrigin"))
		return frg_fail(err, FRG_FORBIDDEN, "passkey_cross_origin", "made in a frame of another page");
	return FRG_OK;
}

static enum frg_status client_data_check(struct arena *a, str text, str type, const struct passkey_expected *want,
                                         struct frg_error *err)
{
	json_t *data = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
	enum frg_status st = client_data_judge(a, data, type, want, err);
	json_decref(data);
	return st;
}

/* ---- what the authenticator says ---- */

static enum frg_status authdata_check(const struct authdata *data, str rp_id, struct frg_error *err)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256(hash, (const unsigned char *)rp_id.p, rp_id.n);
	if (rp_id.n == 0 || !secret_equal(data->rp_hash, (str){(const char *)hash, sizeof hash}))
		return frg_fail(err, FRG_FORBIDDEN, "passkey_rp", "made for another site than %.*s", STR_ARG(rp_id));
	if (!(data->flags & AUTHDATA_PRESENT))
		return frg_fail(err, FRG_FORBIDDEN, "passkey_presence", "nobody was present");
	if (!(data->flags & AUTHDATA_VERIFIED))
		return frg_fail(err, FRG_FORBIDDEN, "passkey_verification", "the person was not verified");
	if ((data->flags & AUTHDATA_BACKED_UP) && !(data->flags & AUTHDATA_BACKUP_ELIGIBLE))
		return frg_fail(err, FRG_INVALID, "passkey_backup", "backed up, but not to be backed up");
	return FRG_OK;
}

/* ---- a public key in libfido2's hands ---- */

struct key {
	es256_pk_t *es256;
	eddsa_pk_t *eddsa;
	rs256_pk_t *rs256;
	const void *any;
};

static void key_close(struct key *k)
{
	es256_pk_free(&k->es256);
	eddsa_pk_free(&k->eddsa);
	rs256_pk_free(&k->rs256);
}

/* To be closed whatever comes back. Refuses a point that is not on its curve. */
static enum frg_status key_open(const struct authdata_key *from, struct key *out, struct frg_error *err)
{
	int rc = FIDO_ERR_INTERNAL;
	*out = (struct key){0};
	switch (from->algorithm) {
	case PASSKEY_ES256:
		out->any = out->es256 = es256_pk_new();
		rc = out->any ? es256_pk_from_ptr(out->es256, from->raw, from->size) : rc;
		break;
	case PASSKEY_EDDSA:
		out->any = out->eddsa = eddsa_pk_new();
		rc = out->any ? eddsa_pk_from_ptr(out->eddsa, from->raw, from->size) : rc;
		break;
	case PASSKEY_RS256:
		out->any = out->rs256 = rs256_pk_new();
		rc = out->any ? rs256_pk_from_ptr(out->rs256, from->raw, from->size) : rc;
		break;
	}
	if (rc != FIDO_OK)
		return frg_fail(err, FRG_INVALID, "passkey_key", "no usable public key: %s", fido_strerr(rc));
	return FRG_OK;
}

/* ---- creation ---- */

static bool is_transport(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-'))
			return false;
	return s.n > 0 && s.n <= 32;
}

/* A hint for the browser, later on; what looks odd is left out. */
static str transports_of(struct arena *a, const json_t *list)
{
	size_t i, count = 0;
	json_t *value;
	str all = STR("");
	json_array_foreach(list, i, value)
	{
		str one = json_str(a, value);
		if (count == PASSKEY_TRANSPORTS_MAX)
			break;
		if (is_transport(one))
			all = arena_printf(a, "%.*s%s%.*s", STR_ARG(all), count++ ? "," : "", STR_ARG(one));
	}
	return all;
}

/* The credential that the authenticator made is usable and the one that the browser speaks of. */
static enum frg_status credential_check(const struct authdata *data, str id_bytes, struct passkey *out,
                                        struct frg_error *err)
{
	struct authdata_key raw;
	struct key key;
	if (!(data->flags & AUTHDATA_CREDENTIAL))
		return frg_fail(err, FRG_INVALID, "passkey_data", "no credential in the authenticator data");
	if (!str_eq(data->id, id_bytes))
		return frg_fail(err, FRG_INVALID, "passkey_id", "the browser names another credential");
	enum frg_status st = authdata_key_read(data->key, &raw, err);
	if (st != FRG_OK)
		return st;
	st = key_open(&raw, &key, err);
	key_close(&key);
	out->algorithm = raw.algorithm;
	return st;
}

static enum frg_status creation_judge(struct arena *a, const struct answer *answer, const struct passkey_expected *want,
                                      struct passkey *out, struct frg_error *err)
{
	str object = STR_NONE, bytes = STR_NONE;
	struct authdata data;
	enum frg_status st = client_data_check(a, answer->client_data, STR("webauthn.create"), want, err);
	if (st == FRG_OK && !member_bytes(a, answer->response, "attestationObject", &object))
		st = frg_fail(err, FRG_INVALID, "passkey_response", "no attestationObject");
	if (st == FRG_OK)
		st = authdata_of_attestation(object, &bytes, err);
	if (st == FRG_OK)
		st = authdata_read(bytes, &data, err);
	if (st == FRG_OK)
		st = authdata_check(&data, want->rp_id, err);
	if (st == FRG_OK)
		st = credential_check(&data, answer->id_bytes, out, err);
	if (st != FRG_OK)
		return st;
	out->id = answer->id;
	out->key = arena_str(a, data.key);
	out->transports = transports_of(a, json_object_get(answer->response, "transports"));
	out->sign_count = data.sign_count;
	out->backup_eligible = data.flags & AUTHDATA_BACKUP_ELIGIBLE;
	out->backed_up = data.flags & AUTHDATA_BACKED_UP;
	return FRG_OK;
}

enum frg_status passkey_verify_creation(struct arena *a, str response, const struct passkey_expected *want,
                                        struct passkey *out, struct frg_error *err)
{
	struct answer answer;
	struct passkey made = {0};
	enum frg_status st = answer_read(a, response, &answer, err);
	if (st == FRG_OK)
		st = creation_judge(a, &answer, want, &made, err);
	json_decref(answer.root);
	*out = st == FRG_OK ? made : (struct passkey){0};
	return st;
}

/* ---- assertion ---- */

struct assertion {
	const struct answer *answer;
	const struct passkey *kept;
	str rp_id;
	str authdata, signature, user_handle;
};

static enum frg_status assertion_read(struct arena *a, struct assertion *s, struct frg_error *err)
{
	const json_t *response = s->answer->response, *user = json_object_get(response, "userHandle");
	if (!str_eq(s->answer->id, s->kept->id))
		return frg_fail(err, FRG_FORBIDDEN, "passkey_unknown", "another credential");
	if (!member_bytes(a, response, "authenticatorData", &s->authdata) ||
	    !member_bytes(a, response, "signature", &s->signature))
		return frg_fail(err, FRG_INVALID, "passkey_response", "no authenticatorData or signature");
	if (user && !json_is_null(user) &&
	    (!member_bytes(a, response, "userHandle", &s->user_handle) || s->user_handle.n > PASSKEY_USER_MAX))
		return frg_fail(err, FRG_INVALID, "passkey_response", "userHandle is not the id of an account");
	if (s->user_handle.n && s->kept->user_id.n && !str_eq(s->user_handle, s->kept->user_id))
		return frg_fail(err, FRG_FORBIDDEN, "passkey_user", "a credential of another account");
	return FRG_OK;
}

static int signature_verify(struct arena *a, const struct assertion *s, enum passkey_algorithm algorithm,
                            const void *key)
{
	fido_assert_t *f = fido_assert_new();
	if (!f)
		return FIDO_ERR_INTERNAL;
	str client_data = s->answer->client_data;
	int rc = fido_assert_set_clientdata(f, (const unsigned char *)client_data.p, client_data.n);
	if (rc == FIDO_OK)
		rc = fido_assert_set_rp(f, arena_cstr(a, s->rp_id));
	if (rc == FIDO_OK)
		rc = fido_assert_set_up(f, FIDO_OPT_TRUE);
	if (rc == FIDO_OK)
		rc = fido_assert_set_uv(f, FIDO_OPT_TRUE);
	if (rc == FIDO_OK)
		rc = fido_assert_set_count(f, 1);
	if (rc == FIDO_OK)
		rc = fido_assert_set_authdata_raw(f, 0, (const unsigned char *)s->authdata.p, s->authdata.n);
	if (rc == FIDO_OK)
		rc = fido_assert_set_sig(f, 0, (const unsigned char *)s->signature.p, s->signature.n);
	if (rc == FIDO_OK)
		rc = fido_assert_verify(f, 0, algorithm, key);
	fido_assert_free(&f);
	return rc;
}

static enum frg_status signature_check(struct arena *a, const struct assertion *s, struct frg_error *err)
{
	struct authdata_key raw;
	struct key key;
	if (authdata_key_read(s->kept->key, &raw, NULL) != FRG_OK)
		return frg_fail(err, FRG_CORRUPT, "passkey_key", "the stored key is no COSE key");
	enum frg_status st = key_open(&raw, &key, err);
	if (st == FRG_OK) {
		int rc = signature_verify(a, s, raw.algorithm, key.any);
		if (rc != FIDO_OK)
			st = frg_fail(err, FRG_FORBIDDEN, "passkey_signature", "not signed by this key: %s", fido_strerr(rc));
	}
	key_close(&key);
	return st;
}

static enum frg_status assertion_judge(struct arena *a, struct assertion *s, struct passkey_use *out,
                                       struct frg_error *err)
{
	struct authdata data;
	enum frg_status st = authdata_read(s->authdata, &data, err);
	if (st == FRG_OK)
		st = authdata_check(&data, s->rp_id, err);
	if (st != FRG_OK)
		return st;
	if (data.flags & AUTHDATA_CREDENTIAL)
		return frg_fail(err, FRG_INVALID, "passkey_data", "a new credential in an assertion");
	bool eligible = data.flags & AUTHDATA_BACKUP_ELIGIBLE;
	if (eligible != s->kept->backup_eligible)
		return frg_fail(err, FRG_FORBIDDEN, "passkey_backup", "whether it may be backed up never changes");
	st = signature_check(a, s, err);
	if (st != FRG_OK)
		return st;
	/* after the signature: only the authenticator itself can make this sound an alarm */
	if ((data.sign_count || s->kept->sign_count) && data.sign_count <= s->kept->sign_count)
		return frg_fail(err, FRG_FORBIDDEN, "passkey_counter", "use %u after use %u", data.sign_count,
		                s->kept->sign_count);
	*out = (struct passkey_use){s->user_handle, data.sign_count, data.flags & AUTHDATA_BACKED_UP};
	return FRG_OK;
}

enum frg_status passkey_verify_assertion(struct arena *a, str response, const struct passkey *kept,
                                         const struct passkey_expected *want, struct passkey_use *out,
                                         struct frg_error *err)
{
	struct answer answer;
	struct assertion s = {.answer = &answer, .kept = kept, .rp_id = want->rp_id};
	*out = (struct passkey_use){0};
	enum frg_status st = answer_read(a, response, &answer, err);
	if (st == FRG_OK)
		st = client_data_check(a, answer.client_data, STR("webauthn.get"), want, err);
	if (st == FRG_OK)
		st = assertion_read(a, &s, err);
	if (st == FRG_OK)
		st = assertion_judge(a, &s, out, err);
	json_decref(answer.root);
	return st;
}
