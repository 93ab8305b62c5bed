/* What a browser may send for a passkey, read as a creation and as an assertion. The first byte chooses a recording and
 * what the rest is: JSON as a whole; or the bytes of an attestation object, or of authenticator data, put into the
 * recorded answer, since a fuzzer finds its way through base 64 but slowly. Signatures cannot be guessed: what is
 * accepted as an assertion is the recorded one, or a rule is broken. */
#include "base/id.h"
#include "base/json.h"
#include "service/staff/factor_authdata.h"
#include "../unit/passkey_vectors.h"

#include <sodium.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OF(name) V_##name##_CREATE, V_##name##_CREATE_CHALLENGE, V_##name##_GET, V_##name##_GET_CHALLENGE

static const struct {
	const char *made, *made_challenge, *used, *used_challenge;
} recordings[] = {{OF(ES256)}, {OF(EDDSA)}, {OF(RS256)}, {OF(SYNCED)}};

/* Whatever is accepted can be kept, told to a browser, and read again. */
static void must_creation(struct arena *a, str json, const struct passkey_expected *want)
{
	struct passkey made;
	struct frg_error err = {0};
	enum frg_status st = passkey_verify_creation(a, json, want, &made, &err);
	BUG_IF(st != FRG_OK && (!err.code || made.id.n || made.key.n));
	if (st != FRG_OK)
		return;
	struct authdata_key key;
	struct passkey_known known = {made.id, made.transports};
	BUG_IF(authdata_key_read(made.key, &key, NULL) != FRG_OK || key.algorithm != made.algorithm);
	BUG_IF(made.backed_up && !made.backup_eligible);
	BUG_IF(passkey_request_options(a, want->rp_id, want->challenge, &known, 1).n == 0);
}

static void must_assertion(struct arena *a, str json, const struct passkey *kept, const struct passkey_expected *want)
{
	struct passkey_use use;
	struct frg_error err = {0};
	enum frg_status st = passkey_verify_assertion(a, json, kept, want, &use, &err);
	BUG_IF(st != FRG_OK && (!err.code || use.sign_count || use.user_handle.n));
	BUG_IF(st == FRG_OK && (use.sign_count != 2 || (use.user_handle.n && !str_eq(use.user_handle, STR(V_USER_ID)))));
}

static void must_binary(str bytes)
{
	struct authdata parts;
	struct authdata_key key;
	str inner;
	if (authdata_of_attestation(bytes, &inner, NULL) == FRG_OK)
		BUG_IF(inner.p < bytes.p || inner.p + inner.n > bytes.p + bytes.n);
	if (authdata_read(bytes, &parts, NULL) == FRG_OK)
		BUG_IF(parts.id.n > PASSKEY_ID_MAX || parts.id.n + parts.key.n > bytes.n);
	if (authdata_key_read(bytes, &key, NULL) == FRG_OK)
		BUG_IF(key.size != 64 && key.size != 32 && key.size != 259);
}

/* The recorded answer with these bytes in the place of one member. */
static str answer_with(struct arena *a, const char *answer, const char *member, str bytes)
{
	json_t *root = json_loads(answer, 0, NULL);
	size_t size = sodium_base64_ENCODED_LEN(bytes.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *text = arena_alloc(a, size);
	sodium_bin2base64(text, size, (const unsigned char *)bytes.p, bytes.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	json_object_set_new(json_object_get(root, "response"), member, json_string(text));
	return json_text(a, root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > PASSKEY_JSON_MAX + 16 || !id_setup())
		return 0;
	struct arena *a = arena_open((size_t)64 << 20);
	str rest = {(const char *)data + 1, size - 1}, creation = rest, assertion = rest;
	size_t which = data[0] % COUNT_OF(recordings);
	struct passkey_expected want = {str_of(recordings[which].made_challenge), STR(V_ORIGIN), STR("localhost")};
	struct passkey kept;
	if (data[0] & 128) {
		must_binary(rest);
		creation = answer_with(a, recordings[which].made, "attestationObject", rest);
		assertion = answer_with(a, recordings[which].used, data[0] & 64 ? "signature" : "authenticatorData", rest);
	}
	must_creation(a, creation, &want);
	BUG_IF(passkey_verify_creation(a, str_of(recordings[which].made), &want, &kept, NULL) != FRG_OK);
	kept.user_id = STR(V_USER_ID);
	want.challenge = str_of(recordings[which].used_challenge);
	must_assertion(a, assertion, &kept, &want);
	arena_close(a);
	return 0;
}
