/* Signing and verifying evidence: Ed25519 over the bundle's canonical text. Knows no database, so that what was
 * downloaded can be verified anywhere. */
#include "service/answer/evidence_inner.h"

#include <sodium.h>
#include <stdlib.h>

enum { PUBLIC = crypto_sign_PUBLICKEYBYTES, SECRET = crypto_sign_SECRETKEYBYTES, SIGNATURE = crypto_sign_BYTES };

static str to_base64(struct arena *a, const unsigned char *bytes, size_t n)
{
	size_t room = sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_ORIGINAL);
	char *out = arena_alloc(a, room);
	sodium_bin2base64(out, room, bytes, n, sodium_base64_VARIANT_ORIGINAL);
	return str_of(out);
}

static bool from_base64(str text, unsigned char *out, size_t n)
{
	size_t got = 0;
	return sodium_base642bin(out, n, text.p ? text.p : "", text.n, NULL, &got, NULL, sodium_base64_VARIANT_ORIGINAL) ==
	           0 &&
	       got == n;
}

str evidence_canonical(struct arena *a, json_t *value)
{
	BUG_IF(!value);
	char *dump = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
	if (!dump)
		BUG("out of memory");
	str s = arena_str(a, str_of(dump));
	free(dump);
	json_decref(value);
	return s;
}

str evidence_secret_new(struct arena *a)
{
	unsigned char public_key[PUBLIC], secret[SECRET];
	crypto_sign_keypair(public_key, secret);
	str out = to_base64(a, secret, sizeof secret);
	sodium_memzero(secret, sizeof secret);
	return out;
}

bool evidence_public(struct arena *a, str secret, str *out)
{
	unsigned char bytes[SECRET], public_key[PUBLIC];
	bool good = from_base64(secret, bytes, sizeof bytes) && crypto_sign_ed25519_sk_to_pk(public_key, bytes) == 0;
	sodium_memzero(bytes, sizeof bytes);
	if (good)
		*out = to_base64(a, public_key, sizeof public_key);
	return good;
}

bool evidence_sign(struct arena *a, str secret, str text, str *out)
{
	unsigned char bytes[SECRET], signature[SIGNATURE];
	bool good = from_base64(secret, bytes, sizeof bytes) &&
	            crypto_sign_detached(signature, NULL, (const unsigned char *)text.p, text.n, bytes) == 0;
	sodium_memzero(bytes, sizeof bytes);
	if (good)
		*out = to_base64(a, signature, sizeof signature);
	return good;
}

bool evidence_signed(str public_key, str text, str signature)
{
	unsigned char key[PUBLIC], bytes[SIGNATURE];
	return from_base64(public_key, key, sizeof key) && from_base64(signature, bytes, sizeof bytes) &&
	       crypto_sign_verify_detached(bytes, (const unsigned char *)text.p, text.n, key) == 0;
}

str evidence_envelope(struct arena *a, str public_key, str bundle, str signature)
{
	/* the bundle goes in as it was signed, byte for byte */
	return arena_printf(a,
	                    "{\"algorithm\":\"Ed25519\",\"bundle\":%.*s,\"public_key\":\"%.*s\",\"signature\":\"%.*s\"}\n",
	                    STR_ARG(bundle), STR_ARG(public_key), STR_ARG(signature));
}

/* ---- verifying ---- */

static bool has_shape(const json_t *root)
{
	return json_is_object(root) && json_object_size(root) == 4 && json_is_object(json_object_get(root, "bundle")) &&
	       json_is_string(json_object_get(root, "signature")) && json_is_string(json_object_get(root, "public_key")) &&
	       json_is_string(json_object_get(root, "algorithm"));
}

static void fill(struct arena *a, const json_t *bundle, struct evidence_check *out)
{
	out->comment = json_str(a, json_object_get(json_object_get(bundle, "comment"), "id"));
	out->article = json_str(a, json_object_get(json_object_get(bundle, "article"), "title"));
	out->by = json_str(a, json_object_get(json_object_get(bundle, "preserved"), "by"));
	out->preserved_at = json_str(a, json_object_get(json_object_get(bundle, "preserved"), "at"));
	out->reason = json_str(a, json_object_get(json_object_get(bundle, "preserved"), "reason"));
}

enum frg_status evidence_check(struct arena *a, str file, str key, struct evidence_check *out, struct frg_error *err)
{
	json_error_t why;
	*out = (struct evidence_check){.verdict = EVIDENCE_CHANGED};
	if (file.n > EVIDENCE_FILE_MAX)
		return frg_fail(err, FRG_INVALID, "evidence_format", "larger than any such file");
	json_t *root = json_loadb(file.p ? file.p : "", file.n, JSON_REJECT_DUPLICATES, &why);
	if (!has_shape(root)) {
		json_decref(root);
		return frg_fail(err, FRG_INVALID, "evidence_format", "%s", root ? "not preserved evidence" : why.text);
	}
	json_t *bundle = json_object_get(root, "bundle");
	fill(a, bundle, out);
	out->key = json_str(a, json_object_get(root, "public_key"));
	bool own = key.n == 0 || str_eq(key, out->key);
	bool algorithm = str_eq(json_str(a, json_object_get(root, "algorithm")), STR("Ed25519"));
	str signature = json_str(a, json_object_get(root, "signature"));
	bool good = algorithm && evidence_signed(out->key, evidence_canonical(a, json_incref(bundle)), signature);
	json_decref(root);
	out->verdict = !good ? EVIDENCE_CHANGED : own ? EVIDENCE_GOOD : EVIDENCE_OTHER_KEY;
	return FRG_OK;
}
