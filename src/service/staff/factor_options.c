/* What a browser is asked for passkeys: the two option texts of WebAuthn level 3, for parseCreationOptionsFromJSON and
 * parseRequestOptionsFromJSON. Makes no challenges and keeps none. */
#include "base/json.h"
#include "service/staff/factor.h"

#include <sodium.h>

enum { KNOWN_MAX = 64 }; /* longer lists are cut: browsers refuse them, and no person has as many */

static json_t *base64url(struct arena *a, str bytes)
{
	size_t size = sodium_base64_ENCODED_LEN(bytes.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *text = arena_alloc(a, size);
	sodium_bin2base64(text, size, (const unsigned char *)(bytes.p ? bytes.p : ""), bytes.n,
	                  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return json_string(text);
}

static json_t *descriptor(const struct passkey_known *known)
{
	json_t *transports = json_array();
	str rest = known->transports, one;
	while (str_next(&rest, ',', &one))
		if (one.n)
			json_array_append_new(transports, json_of(one));
	json_t *out = json_pack("{s:s, s:o}", "type", "public-key", "id", json_of(known->id));
	if (json_array_size(transports))
		json_object_set(out, "transports", transports);
	json_decref(transports);
	return out;
}

static json_t *descriptors(const struct passkey_known *known, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count && i < KNOWN_MAX; i++)
		json_array_append_new(list, descriptor(&known[i]));
	return list;
}

/* In the order of preference. */
static json_t *algorithms(void)
{
	static const enum passkey_algorithm offered[] = {PASSKEY_ES256, PASSKEY_EDDSA, PASSKEY_RS256};
	json_t *list = json_array();
	for (size_t i = 0; i < COUNT_OF(offered); i++)
		json_array_append_new(list, json_pack("{s:s, s:i}", "type", "public-key", "alg", (int)offered[i]));
	return list;
}

str passkey_create_options(struct arena *a, str rp_id, str rp_name, const struct passkey_account *account,
                           str challenge, const struct passkey_known *known, size_t known_count)
{
	BUG_IF(account->id.n == 0 || account->id.n > PASSKEY_USER_MAX);
	json_t *user = json_pack("{s:o, s:o, s:o}", "id", base64url(a, account->id), "name", json_of(account->name),
	                         "displayName", json_of(account->display_name));
	json_t *selection = json_pack("{s:s, s:b, s:s}", "residentKey", "preferred", "requireResidentKey", 0,
	                              "userVerification", "required");
	return json_text(a, json_pack("{s:{s:o, s:o}, s:o, s:o, s:o, s:i, s:o, s:o, s:s}", "rp", "id", json_of(rp_id),
	                              "name", json_of(rp_name), "user", user, "challenge", json_of(challenge),
	                              "pubKeyCredParams", algorithms(), "timeout", PASSKEY_TIMEOUT_MS, "excludeCredentials",
	                              descriptors(known, known_count), "authenticatorSelection", selection, "attestation",
	                              "none"));
}

str passkey_request_options(struct arena *a, str rp_id, str challenge, const struct passkey_known *known,
                            size_t known_count)
{
	return json_text(a, json_pack("{s:o, s:i, s:o, s:o, s:s}", "challenge", json_of(challenge), "timeout",
	                              PASSKEY_TIMEOUT_MS, "rpId", json_of(rp_id), "allowCredentials",
	                              descriptors(known, known_count), "userVerification", "required"));
}
