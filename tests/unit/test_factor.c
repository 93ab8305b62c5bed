/* Second factors: one-time codes by the vectors of RFC 6238, recovery codes, and passkeys as a real browser answers
 * (passkey_vectors.h), each of their bytes flipped. */
#include "unit.h"

#include "base/buf.h"
#include "base/id.h"
#include "base/json.h"
#include "passkey_vectors.h"
#include "service/factor_authdata.h"

#include <sodium.h>

static int setup(void **state)
{
	(void)state;
	return id_setup() ? 0 : -1;
}

static struct arena *open_arena(void) { return arena_open((size_t)64 << 20); }

/* ---- one-time codes ---- */

#define RFC_SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

static const struct {
	msec seconds;
	const char *code; /* the last six of the eight digits in RFC 6238, appendix B */
} rfc[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
           {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};

static void totp_vectors(void **state)
{
	struct frg_error err;
	int64_t step;
	for (size_t i = 0; i < COUNT_OF(rfc); i++) {
		OK(totp_verify(STR(RFC_SECRET), str_of(rfc[i].code), rfc[i].seconds * 1000, TOTP_NONE, &step, &err));
		assert_int_equal(step, rfc[i].seconds / 30);
	}
}

/* One step to each side, no more. */
static void totp_window(void **state)
{
	struct frg_error err;
	int64_t step, home = 1234567890 / 30;
	for (int64_t off = -4; off <= 4; off++) {
		msec now = (home + off) * 30000 + 12345;
		enum frg_status st = totp_verify(STR(RFC_SECRET), STR("005924"), now, TOTP_NONE, &step, &err);
		assert_int_equal(st, off >= -1 && off <= 1 ? FRG_OK : FRG_FORBIDDEN);
		assert_int_equal(step, st == FRG_OK ? home : TOTP_NONE);
	}
	/* to the millisecond */
	OK(totp_verify(STR(RFC_SECRET), STR("005924"), (home + 2) * 30000 - 1, TOTP_NONE, &step, &err));
	assert_int_equal(totp_verify(STR(RFC_SECRET), STR("005924"), (home + 2) * 30000, TOTP_NONE, &step, &err),
	                 FRG_FORBIDDEN);
	assert_code(err, "totp_wrong");
}

static void totp_only_once(void **state)
{
	struct frg_error err;
	int64_t step, last;
	msec now = 1234567890000;
	OK(totp_verify(STR(RFC_SECRET), STR("005924"), now, TOTP_NONE, &last, &err));
	for (msec later = now; later <= now + 75000; later += 15000) {
		assert_int_equal(totp_verify(STR(RFC_SECRET), STR("005924"), later, last, &step, &err), FRG_FORBIDDEN);
		assert_string_equal(err.code, later < now + 60000 ? "totp_used" : "totp_wrong");
	}
	/* nor one before the last */
	assert_int_equal(totp_verify(STR(RFC_SECRET), STR("005924"), now, last + 1, &step, &err), FRG_FORBIDDEN);
	assert_code(err, "totp_used");
	assert_int_equal(step, TOTP_NONE);
	OK(totp_verify(STR(RFC_SECRET), STR("005924"), now, last - 1, &step, &err));
}

static void totp_as_typed(void **state)
{
	static const char *const good[] = {"005924", "005 924", " 0 0 5 9 2 4 ", "005\302\240924", "005924\r\n"};
	static const char *const bad[] = {"",           "00592", "0059240", "00592a", "-05924", "00592\xef\xbc\x94",
	                                  "005924\xc2", "5924"};
	struct frg_error err;
	int64_t step;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		OK(totp_verify(STR(RFC_SECRET), str_of(good[i]), 1234567890000, TOTP_NONE, &step, &err));
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(totp_verify(STR(RFC_SECRET), str_of(bad[i]), 1234567890000, TOTP_NONE, &step, &err),
		                 FRG_INVALID);
		assert_code(err, "totp_format");
	}
	assert_int_equal(totp_verify(STR(RFC_SECRET), STR("005925"), 1234567890000, TOTP_NONE, &step, &err), FRG_FORBIDDEN);
	assert_code(err, "totp_wrong");
	/* before 1970, and at its first step */
	assert_int_equal(totp_verify(STR(RFC_SECRET), STR("005924"), -1234567890000, TOTP_NONE, &step, &err),
	                 FRG_FORBIDDEN);
	OK(totp_verify(STR(RFC_SECRET), STR("755224"), 0, TOTP_NONE, &step, &err));
	assert_int_equal(step, 0);
}

static void totp_bad_secret(void **state)
{
	static const char *const bad[] = {"", "1", "GEZDGNBV", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ!"};
	struct frg_error err;
	int64_t step;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(totp_verify(str_of(bad[i]), STR("005924"), 1234567890000, TOTP_NONE, &step, &err),
		                 FRG_CORRUPT);
		assert_code(err, "totp_secret");
	}
}

static void totp_secrets(void **state)
{
	struct arena *a = open_arena();
	char one[TOTP_SECRET_TEXT_SIZE], two[TOTP_SECRET_TEXT_SIZE];
	struct frg_error err;
	int64_t step;
	totp_secret_new(one);
	totp_secret_new(two);
	assert_int_equal(strlen(one), 32);
	assert_int_equal(strspn(one, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), 32);
	assert_string_not_equal(one, two);
	/* usable: a code is judged, not the secret */
	(void)!totp_verify(str_of(one), STR("000000"), 0, 5, &step, &err);
	assert_int_equal(err.status, FRG_FORBIDDEN);
	assert_str(totp_uri(a, STR("Tageblatt & Söhne"), STR("erika@example.org"), STR(RFC_SECRET)),
	           "otpauth://totp/Tageblatt%20%26%20S%C3%B6hne:erika%40example.org?secret=" RFC_SECRET
	           "&issuer=Tageblatt%20%26%20S%C3%B6hne&algorithm=SHA1&digits=6&period=30");
	arena_close(a);
}

/* ---- recovery codes ---- */

static void recovery_codes(void **state)
{
	char made[RECOVERY_COUNT][RECOVERY_TEXT_SIZE], read[RECOVERY_TEXT_SIZE];
	struct frg_error err;
	for (int i = 0; i < RECOVERY_COUNT; i++) {
		recovery_new(made[i]);
		assert_int_equal(strlen(made[i]), 14);
		assert_int_equal(made[i][4], '-');
		assert_int_equal(made[i][9], '-');
		OK(recovery_read(str_of(made[i]), read, &err));
		assert_string_equal(read, made[i]);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(made[i], made[j]);
	}
}

static void recovery_as_typed(void **state)
{
	static const char *const good[] = {"0abc-1def-9xyz",
	                                   "0ABC1DEF9XYZ",
	                                   " oabc idef 9xyz ",
	                                   "OABC-LDEF-9XYZ",
	                                   "0abc\342\200\2231def\342\200\2219xyz",
	                                   "0abc\302\2401def.9xyz\n",
	                                   "0-a-b-c1def9xyz"};
	static const char *const bad[] = {"",
	                                  "0abc-1def-9xy",
	                                  "0abc-1def-9xyz0",
	                                  "0abc-1def-9xyu",
	                                  "0abc-1def-9xy\xc3\xa4",
	                                  "0abc-1def-9xy\xe2\x80",
	                                  "0abc/1def/9xyz"};
	char read[RECOVERY_TEXT_SIZE];
	struct frg_error err;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		OK(recovery_read(str_of(good[i]), read, &err));
		assert_string_equal(read, "0abc-1def-9xyz");
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(recovery_read(str_of(bad[i]), read, &err), FRG_INVALID);
		assert_code(err, "recovery_format");
	}
	assert_int_equal(recovery_read((str){"0abc-1def-9xy\0", 14}, read, &err), FRG_INVALID);
}

static void recovery_hashes(void **state)
{
	char one[RECOVERY_HASH_SIZE], other[RECOVERY_HASH_SIZE];
	str key = STR("0123456789abcdef0123456789abcdef");
	recovery_hash(key, 7, STR("0abc-1def-9xyz"), one);
	/* computed once with Python's hashlib: the storage format must not change unnoticed */
	assert_string_equal(one, "e744a08b96959501c20f8d66a3577ee64837e90088bb3f11269e058e6f369a17");
	recovery_hash(key, 8, STR("0abc-1def-9xyz"), other);
	assert_string_not_equal(one, other);
	recovery_hash(STR("0123456789abcdef0123456789abcdeF"), 7, STR("0abc-1def-9xyz"), other);
	assert_string_not_equal(one, other);
	recovery_hash(key, 7, STR("0abc-1def-9xyy"), other);
	assert_string_not_equal(one, other);
}

/* ---- passkeys: what the browser is asked ---- */

static void assert_same_json(str got, const char *want)
{
	json_t *a = json_loadb(got.p, got.n, JSON_REJECT_DUPLICATES, NULL), *b = json_loads(want, 0, NULL);
	assert_non_null(a);
	assert_non_null(b);
	if (!json_equal(a, b)) {
		print_error("got  %.*s\nwant %s\n", STR_ARG(got), want);
		fail();
	}
	json_decref(a);
	json_decref(b);
}

/* They are those that the recorded browser understood. */
static void passkey_options(void **state)
{
	struct arena *a = open_arena();
	struct passkey_account account = {STR(V_USER_ID), STR("erika"), STR("Erika „E.“ Muster")};
	str name = STR("Tageblatt & Söhne"), rp = STR("localhost");
	assert_same_json(passkey_create_options(a, rp, name, &account, STR(V_LAX_CREATE_CHALLENGE), NULL, 0),
	                 V_LAX_CREATE_OPTIONS);
	assert_same_json(passkey_request_options(a, rp, STR(V_ES256_GET_AGAIN_CHALLENGE), NULL, 0),
	                 V_ES256_GET_AGAIN_OPTIONS);
	json_t *answer = json_loads(V_ES256_GET, 0, NULL);
	struct passkey_known known = {json_str(a, json_object_get(answer, "id")), STR("internal")};
	assert_same_json(passkey_request_options(a, rp, STR(V_ES256_GET_CHALLENGE), &known, 1), V_ES256_GET_OPTIONS);
	struct passkey_known two[] = {{STR("AAAA"), STR("usb,nfc")}, {STR("BBBB"), STR("")}};
	assert_has(passkey_create_options(a, rp, name, &account, STR("x"), two, 2),
	           "\"excludeCredentials\":[{\"type\":\"public-key\",\"id\":\"AAAA\",\"transports\":[\"usb\",\"nfc\"]},"
	           "{\"type\":\"public-key\",\"id\":\"BBBB\"}]");
	json_decref(answer);
	arena_close(a);
}

/* ---- passkeys: what it answered ---- */

struct recording {
	const char *made, *made_challenge;
	const char *used, *used_challenge;
	const char *again, *again_challenge;
	enum passkey_algorithm algorithm;
	bool synced;
};

#define RECORDING(name)                                                                                                \
	V_##name##_CREATE, V_##name##_CREATE_CHALLENGE, V_##name##_GET, V_##name##_GET_CHALLENGE, V_##name##_GET_AGAIN,    \
		V_##name##_GET_AGAIN_CHALLENGE

static const struct recording recordings[] = {
	{RECORDING(ES256), PASSKEY_ES256, false},
	{RECORDING(EDDSA), PASSKEY_EDDSA, false},
	{RECORDING(RS256), PASSKEY_RS256, false},
	{RECORDING(SYNCED), PASSKEY_ES256, true},
};

static struct passkey_expected expected(const char *challenge)
{
	return (struct passkey_expected){str_of(challenge), STR(V_ORIGIN), STR("localhost")};
}

/* Creates the key of a recording. */
static struct passkey kept(struct arena *a, const char *made, const char *challenge)
{
	struct passkey_expected want = expected(challenge);
	struct passkey key;
	struct frg_error err = {0};
	if (passkey_verify_creation(a, str_of(made), &want, &key, &err) != FRG_OK)
		fail_msg("%s: %s", err.code, err.msg);
	key.user_id = STR(V_USER_ID);
	return key;
}

static void passkey_recorded(void **state)
{
	struct arena *a = open_arena();
	for (size_t i = 0; i < COUNT_OF(recordings); i++) {
		const struct recording *r = &recordings[i];
		struct passkey key = kept(a, r->made, r->made_challenge);
		struct passkey_use use;
		struct frg_error err = {0};
		str id;
		assert_int_equal(key.algorithm, r->algorithm);
		assert_int_equal(key.sign_count, 1);
		assert_int_equal(key.backup_eligible, r->synced);
		assert_int_equal(key.backed_up, r->synced);
		assert_str(key.transports, "internal");
		OK(passkey_claimed_id(a, str_of(r->used), &id, &err));
		assert_true(str_eq(id, key.id));
		struct passkey_expected want = expected(r->used_challenge);
		OK(passkey_verify_assertion(a, str_of(r->used), &key, &want, &use, &err));
		assert_str(use.user_handle, V_USER_ID);
		assert_int_equal(use.sign_count, 2);
		assert_int_equal(use.backed_up, r->synced);
		/* the same again: its count does not move on */
		key.sign_count = use.sign_count;
		assert_int_equal(passkey_verify_assertion(a, str_of(r->used), &key, &want, &use, &err), FRG_FORBIDDEN);
		assert_code(err, "passkey_counter");
		assert_int_equal(use.sign_count + use.user_handle.n, 0);
		want = expected(r->again_challenge);
		OK(passkey_verify_assertion(a, str_of(r->again), &key, &want, &use, &err));
		assert_int_equal(use.sign_count, 3);
	}
	arena_close(a);
}

/* One thing expected otherwise at a time. */
static void passkey_expectations(void **state)
{
	static const struct {
		struct passkey_expected want;
		const char *code;
	} cases[] = {
		{{STR_INIT(V_ES256_GET_AGAIN_CHALLENGE), STR_INIT(V_ORIGIN), STR_INIT("localhost")}, "passkey_challenge"},
		{{STR_INIT(""), STR_INIT(V_ORIGIN), STR_INIT("localhost")}, "passkey_challenge"},
		{{STR_INIT(V_ES256_GET_CHALLENGE), STR_INIT("http://localhost"), STR_INIT("localhost")}, "passkey_origin"},
		{{STR_INIT(V_ES256_GET_CHALLENGE), STR_INIT(V_ORIGIN "/"), STR_INIT("localhost")}, "passkey_origin"},
		{{STR_INIT(V_ES256_GET_CHALLENGE), STR_INIT(""), STR_INIT("localhost")}, "passkey_origin"},
		{{STR_INIT(V_ES256_GET_CHALLENGE), STR_INIT(V_ORIGIN), STR_INIT("localhost.")}, "passkey_rp"},
		{{STR_INIT(V_ES256_GET_CHALLENGE), STR_INIT(V_ORIGIN), STR_INIT("")}, "passkey_rp"},
	};
	struct arena *a = open_arena();
	struct passkey key = kept(a, V_ES256_CREATE, V_ES256_CREATE_CHALLENGE), made;
	struct passkey_use use;
	struct frg_error err;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(passkey_verify_assertion(a, STR(V_ES256_GET), &key, &cases[i].want, &use, &err),
		                 FRG_FORBIDDEN);
		assert_code(err, cases[i].code);
		struct passkey_expected want = cases[i].want;
		if (str_eq(want.challenge, STR(V_ES256_GET_CHALLENGE)))
			want.challenge = STR(V_ES256_CREATE_CHALLENGE);
		assert_int_equal(passkey_verify_creation(a, STR(V_ES256_CREATE), &want, &made, &err), FRG_FORBIDDEN);
		assert_code(err, cases[i].code);
		assert_int_equal(made.id.n + made.key.n, 0);
	}
	/* one taken for the other */
	struct passkey_expected want = expected(V_ES256_CREATE_CHALLENGE);
	assert_int_equal(passkey_verify_assertion(a, STR(V_ES256_CREATE), &key, &want, &use, &err), FRG_FORBIDDEN);
	assert_code(err, "passkey_type");
	want = expected(V_ES256_GET_CHALLENGE);
	assert_int_equal(passkey_verify_creation(a, STR(V_ES256_GET), &want, &made, &err), FRG_FORBIDDEN);
	assert_code(err, "passkey_type");
	arena_close(a);
}

/* The same answer against a stored key that is another in one respect. */
static void passkey_kept_otherwise(void **state)
{
	struct arena *a = open_arena();
	struct passkey good = kept(a, V_ES256_CREATE, V_ES256_CREATE_CHALLENGE), key = good;
	struct passkey other = kept(a, V_SYNCED_CREATE, V_SYNCED_CREATE_CHALLENGE);
	struct passkey_expected want = expected(V_ES256_GET_CHALLENGE);
	struct passkey_use use;
	struct frg_error err;
	key.id = other.id;
	assert_int_equal(passkey_verify_assertion(a, STR(V_ES256_GET), &key, &want, &use, &err), FRG_FORBIDDEN);
	assert_code(err, "passkey_unknown");
	key = good, key.key = other.key;
	assert_int_equal(passkey_verify_assertion(a, STR(V_ES256_GET), &key, &want, &use, &err), FRG_FORBIDDEN);
	assert_code(err, "passkey_signature");
	key = good, key.user_id = STR("opaque-account-0002");
	assert_int_equal(passkey_verify_assertion(a, STR(V_ES256_GET), &key, &want, &use, &err), FRG_FORBIDDEN);
	assert_code(err, "passkey_user");
	key = good, key.backup_eligible = true;
	assert_int_equal(passkey_verify_assertion(a, STR(V_ES256_GET), &key, &want, &use, &err), FRG_FORBIDDEN);
	assert_code(err, "passkey_backup");
	key = good, key.sign_count = 3;
	assert_int_equal(passkey_verify_assertion(a, STR(V_ES256_GET), &key, &want, &use, &err), FRG_FORBIDDEN);
	assert_code(err, "passkey_counter");
	key = good, key.key.n--;
	assert_int_equal(passkey_verify_assertion(a, STR(V_ES256_GET), &key, &want, &use, &err), FRG_CORRUPT);
	assert_code(err, "passkey_key");
	key = good, key.user_id = STR_NONE; /* not compared */
	OK(passkey_verify_assertion(a, STR(V_ES256_GET), &key, &want, &use, &err));
	arena_close(a);
}

static void passkey_nobody_verified(void **state)
{
	struct arena *a = open_arena();
	struct passkey key = kept(a, V_LAX_CREATE, V_LAX_CREATE_CHALLENGE);
	struct passkey_use use;
	struct frg_error err;
	struct passkey_expected want = expected(V_LAX_GET_CHALLENGE);
	assert_int_equal(passkey_verify_assertion(a, STR(V_LAX_GET), &key, &want, &use, &err), FRG_FORBIDDEN);
	assert_code(err, "passkey_verification");
	want = expected(V_FRAMED_GET_CHALLENGE);
	assert_int_equal(passkey_verify_assertion(a, STR(V_FRAMED_GET), &key, &want, &use, &err), FRG_FORBIDDEN);
	assert_code(err, "passkey_origin");
	want.origin = STR(V_FRAME_ORIGIN);
	assert_int_equal(passkey_verify_assertion(a, STR(V_FRAMED_GET), &key, &want, &use, &err), FRG_FORBIDDEN);
	assert_code(err, "passkey_cross_origin");
	/* an attestation nobody asked for does no harm */
	key = kept(a, V_DIRECT_CREATE, V_DIRECT_CREATE_CHALLENGE);
	assert_int_equal(key.algorithm, PASSKEY_ES256);
	arena_close(a);
}

/* ---- passkeys: one thing changed in the answer ---- */

static str bytes_of(struct arena *a, const json_t *text)
{
	size_t n = 0;
	char *raw = arena_alloc(a, json_string_length(text) + 1);
	assert_int_equal(sodium_base642bin((unsigned char *)raw, json_string_length(text), json_string_value(text),
	                                   json_string_length(text), NULL, &n, NULL,
	                                   sodium_base64_VARIANT_URLSAFE_NO_PADDING),
	                 0);
	return (str){raw, n};
}

static void put_bytes(struct arena *a, json_t *object, const char *name, str bytes)
{
	size_t size = sodium_base64_ENCODED_LEN(bytes.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *text = arena_alloc(a, size);
	sodium_bin2base64(text, size, (const unsigned char *)bytes.p, bytes.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	json_object_set_new(object, name, json_string(text));
}

/* The answer with `bytes` for one member of its response. */
static str answer_with(struct arena *a, const char *answer, const char *member, str bytes)
{
	json_t *root = json_loads(answer, 0, NULL);
	put_bytes(a, json_object_get(root, "response"), member, bytes);
	return json_text(a, root);
}

static str response_bytes(struct arena *a, const char *answer, const char *member)
{
	json_t *root = json_loads(answer, 0, NULL);
	str out = bytes_of(a, json_object_get(json_object_get(root, "response"), member));
	json_decref(root);
	return out;
}

/* Every bit of every byte of one member; returns how many answers were refused: all. */
static size_t flip_all(const struct recording *r, const char *member)
{
	struct arena *outer = open_arena(), *a = open_arena();
	struct passkey key = kept(outer, r->made, r->made_challenge);
	struct passkey_expected want = expected(r->used_challenge);
	str good = response_bytes(outer, r->used, member);
	size_t refused = 0;
	for (size_t bit = 0; bit < 8 * good.n; bit++) {
		struct passkey_use use;
		struct frg_error err = {0};
		str bytes = arena_str(a, good);
		((char *)bytes.p)[bit / 8] ^= (char)(1 << bit % 8);
		if (passkey_verify_assertion(a, answer_with(a, r->used, member, bytes), &key, &want, &use, &err) == FRG_OK)
			fail_msg("%s: bit %zu does not count", member, bit);
		assert_int_equal(str_starts(str_of(err.code), STR("passkey_")), 1);
		refused++;
		arena_reset(a);
	}
	/* and the answer made anew is the good one, so that it was the bit */
	struct passkey_use use;
	struct frg_error err = {0};
	OK(passkey_verify_assertion(a, answer_with(a, r->used, member, good), &key, &want, &use, &err));
	arena_close(a);
	arena_close(outer);
	return refused;
}

static void passkey_flipped(void **state)
{
	for (size_t i = 0; i < COUNT_OF(recordings); i++) {
		assert_int_equal(flip_all(&recordings[i], "authenticatorData"), 8 * 37);
		assert_true(flip_all(&recordings[i], "clientDataJSON") > 8 * 100);
		assert_true(flip_all(&recordings[i], "signature") >= 8 * 64);
	}
}

static void passkey_cut_off(void **state)
{
	static const char *const members[] = {"authenticatorData", "clientDataJSON", "signature"};
	struct arena *a = open_arena();
	for (size_t i = 0; i < COUNT_OF(recordings); i++) {
		const struct recording *r = &recordings[i];
		struct passkey key = kept(a, r->made, r->made_challenge);
		struct passkey_expected want = expected(r->used_challenge);
		for (size_t m = 0; m < COUNT_OF(members); m++) {
			str good = response_bytes(a, r->used, members[m]);
			str longer = arena_printf(a, "%*s", (int)good.n + 1, "");
			memcpy((char *)longer.p, good.p, good.n);
			for (size_t n = 0; n <= longer.n; n++) {
				struct passkey_use use;
				struct frg_error err;
				str answer = answer_with(a, r->used, members[m], str_sub(longer, 0, n));
				enum frg_status st = passkey_verify_assertion(a, answer, &key, &want, &use, &err);
				assert_int_equal(st == FRG_OK, n == good.n);
			}
		}
	}
	arena_close(a);
}

/* Without attestation nothing signs a creation. A flipped bit is refused, or lies where nobody else can check: in the
 * name of the format, aaguid, counter, flags of the backup and reserved ones; in the bytes of an Ed25519 or RSA key,
 * and then it is another key. */
static bool may_pass(const struct recording *r, size_t at, size_t data, size_t none, int bit, bool other_key)
{
	if (at >= none && at < none + 4)
		return true;
	if (at < data)
		return false;
	at -= data;
	if (at == 32)
		return (1 << bit & 0x3a) != 0;
	return (at >= 33 && at < 53) || (r->algorithm != PASSKEY_ES256 && other_key);
}

static size_t flip_creation(const struct recording *r)
{
	struct arena *outer = open_arena(), *a = open_arena();
	struct passkey_expected want = expected(r->made_challenge);
	struct passkey good = kept(outer, r->made, r->made_challenge), out;
	str object = response_bytes(outer, r->made, "attestationObject"), data;
	struct frg_error err;
	size_t refused = 0, none = str_find(object, STR("none"), 0);
	OK(authdata_of_attestation(object, &data, &err));
	for (size_t bit = 0; bit < 8 * object.n; bit++, arena_reset(a)) {
		str bytes = arena_str(a, object);
		((char *)bytes.p)[bit / 8] ^= (char)(1 << bit % 8);
		str answer = answer_with(a, r->made, "attestationObject", bytes);
		if (passkey_verify_creation(a, answer, &want, &out, &err) != FRG_OK)
			refused++;
		else if (!may_pass(r, bit / 8, (size_t)(data.p - object.p), none, (int)(bit % 8), !str_eq(out.key, good.key)))
			fail_msg("bit %zu of byte %zu does not count", bit % 8, bit / 8);
	}
	arena_close(a);
	arena_close(outer);
	return refused;
}

static void passkey_creation_flipped(void **state)
{
	for (size_t i = 0; i < COUNT_OF(recordings); i++)
		assert_true(flip_creation(&recordings[i]) > 8 * 60);
}

/* ---- passkeys: answers that no browser gives ---- */

static void passkey_malformed(void **state)
{
	static const char *const bad[] = {
		"",
		"null",
		"[]",
		"{",
		"{}",
		"{\"id\":\"AAAA\"}",
		"{\"id\":\"AAAA\",\"type\":\"public-key\",\"response\":[]}",
		"{\"id\":\"AAAA\",\"type\":\"public-key\",\"response\":{}}",
		"{\"id\":\"AAA=\",\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"e30\"}}",
		"{\"id\":\"AAB\",\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"e30\"}}", /* stray bits */
		"{\"id\":\"AAAA\",\"rawId\":\"AAAB\",\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"e30\"}}",
		"{\"id\":\"AAAA\",\"id\":\"AAAA\",\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"e30\"}}",
		"{\"id\":\"AAAA\",\"type\":\"password\",\"response\":{\"clientDataJSON\":\"e30\"}}",
	};
	struct arena *a = open_arena();
	struct passkey_expected want = expected("x");
	struct passkey key = kept(a, V_ES256_CREATE, V_ES256_CREATE_CHALLENGE), made;
	struct passkey_use use;
	struct frg_error err;
	str id, huge = arena_printf(a, "%*s{}", PASSKEY_JSON_MAX, "");
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(passkey_verify_creation(a, str_of(bad[i]), &want, &made, &err), FRG_INVALID);
		assert_code(err, "passkey_response");
		assert_int_equal(passkey_verify_assertion(a, str_of(bad[i]), &key, &want, &use, &err), FRG_INVALID);
		assert_code(err, "passkey_response");
		assert_int_equal(passkey_claimed_id(a, str_of(bad[i]), &id, &err), FRG_INVALID);
		assert_int_equal(id.n, 0);
	}
	assert_int_equal(passkey_verify_creation(a, huge, &want, &made, &err), FRG_TOO_LARGE);
	assert_code(err, "passkey_too_large");
	arena_close(a);
}

static void passkey_client_data(void **state)
{
	static const struct {
		const char *text, *code;
	} cases[] = {
		{"", "passkey_response"},
		{"[]", "passkey_client_data"},
		{"{\"type\":\"webauthn.get\"", "passkey_client_data"},
		{"{\"type\":\"webauthn.get\",\"type\":\"webauthn.create\"}", "passkey_client_data"},
		{"{\"type\":7}", "passkey_type"},
		{"{\"type\":\"webauthn.create\"}", "passkey_challenge"},
		{"{\"type\":\"webauthn.create\",\"challenge\":\"xx\",\"origin\":\"" V_ORIGIN "\"}", "passkey_challenge"},
		{"{\"type\":\"webauthn.create\",\"challenge\":\"x\"}", "passkey_origin"},
		{"{\"type\":\"webauthn.create\",\"challenge\":\"x\",\"origin\":\"" V_ORIGIN "\",\"crossOrigin\":true}",
	     "passkey_cross_origin"},
		{"{\"type\":\"webauthn.create\",\"challenge\":\"x\",\"origin\":\"" V_ORIGIN "\",\"crossOrigin\":null}",
	     "passkey_cross_origin"},
		{"{\"type\":\"webauthn.create\",\"challenge\":\"x\",\"origin\":\"" V_ORIGIN "\",\"topOrigin\":\"\"}",
	     "passkey_cross_origin"},
		/* level 1 said nothing of frames; later levels may say more */
		{"{\"type\":\"webauthn.create\",\"challenge\":\"x\",\"origin\":\"" V_ORIGIN "\",\"other\":{}}", NULL},
	};
	struct arena *a = open_arena();
	struct passkey_expected want = expected("x");
	struct passkey made;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct frg_error err = {0};
		str answer = answer_with(a, V_ES256_CREATE, "clientDataJSON", str_of(cases[i].text));
		enum frg_status st = passkey_verify_creation(a, answer, &want, &made, &err);
		assert_int_equal(st == FRG_OK, cases[i].code == NULL);
		if (cases[i].code)
			assert_code(err, cases[i].code);
	}
	arena_close(a);
}

/* The good creation with authenticator data of our own. */
static const char *creation_code(struct arena *a, str data)
{
	struct passkey_expected want = expected(V_ES256_CREATE_CHALLENGE);
	struct passkey made;
	static struct frg_error err;
	struct buf b = BUF_INIT(1 << 16);
	buf_add(&b, STR("\xa3"
	                "cfmtdnonegattStmt\xa0"
	                "hauthData\x59"));
	buf_byte(&b, (char)(data.n >> 8));
	buf_byte(&b, (char)data.n);
	buf_add(&b, data);
	str answer = answer_with(a, V_ES256_CREATE, "attestationObject", buf_finish(&b, a));
	return passkey_verify_creation(a, answer, &want, &made, &err) == FRG_OK ? "ok" : err.code;
}

/* The first `keep` bytes of the good authenticator data, its flags, and more. */
static str data_with(struct arena *a, size_t keep, int flags, str more)
{
	str object = response_bytes(a, V_ES256_CREATE, "attestationObject"), data;
	OK(authdata_of_attestation(object, &data, NULL));
	struct buf b = BUF_INIT(1 << 16);
	buf_add(&b, str_sub(data, 0, keep ? keep : data.n));
	b.p[32] = (char)flags;
	buf_add(&b, more);
	return buf_finish(&b, a);
}

static void passkey_authenticator_data(void **state)
{
	struct arena *a = open_arena();
	size_t before_key = 37 + 16 + 2 + 32;
	assert_string_equal(creation_code(a, data_with(a, 0, 0x45, STR(""))), "ok");
	assert_string_equal(creation_code(a, data_with(a, 0, 0x44, STR(""))), "passkey_presence");
	assert_string_equal(creation_code(a, data_with(a, 0, 0x41, STR(""))), "passkey_verification");
	assert_string_equal(creation_code(a, data_with(a, 0, 0x55, STR(""))), "passkey_backup");
	assert_string_equal(creation_code(a, data_with(a, 0, 0x5d, STR(""))), "ok");
	assert_string_equal(creation_code(a, data_with(a, 0, 0x45, STR("\xa0"))), "passkey_data");
	assert_string_equal(creation_code(a, data_with(a, 0, 0xc5, STR(""))), "passkey_data");
	assert_string_equal(creation_code(a, data_with(a, 0, 0xc5, STR("\xa0"))), "ok");
	assert_string_equal(creation_code(a, data_with(a, 0, 0xc5,
	                                               STR("\xa1\x63"
	                                                   "foo\x82\x01\xf5"))),
	                    "ok");
	assert_string_equal(creation_code(a, data_with(a, 0, 0xc5, STR("\x80"))), "passkey_data");
	assert_string_equal(creation_code(a, data_with(a, 0, 0xc5, STR("\xbf\xff"))), "passkey_data");
	/* what promises more than there is */
	assert_string_equal(creation_code(a, data_with(a, 0, 0xc5, STR("\xbb\xff\xff\xff\xff\xff\xff\xff\xff\x01"))),
	                    "passkey_data");
	assert_string_equal(creation_code(a, data_with(a, 0, 0xc5, STR("\xa1\x01\x9b\x7f\xff\xff\xff\xff\xff\xff\xff"))),
	                    "passkey_data");
	assert_string_equal(creation_code(a, data_with(a, 0, 0xc5, STR("\xa1\x01\x5b\xff\xff\xff\xff\xff\xff\xff\xff"))),
	                    "passkey_data");
	assert_string_equal(creation_code(a, data_with(a, 37, 0x05, STR(""))), "passkey_data");
	assert_string_equal(creation_code(a, data_with(a, before_key, 0x45, STR("\xa0"))), "passkey_algorithm");
	assert_string_equal(creation_code(a, data_with(a, before_key, 0x45, STR("\xa1\x03\x38\x22"))), "passkey_algorithm");
	assert_string_equal(creation_code(a, data_with(a, before_key, 0x45, STR("\xa1\x03\x26"))), "passkey_key");
	assert_string_equal(creation_code(a, data_with(a, before_key, 0x45, STR("\xa2\x03\x26\x03\x26"))), "passkey_key");
	assert_string_equal(creation_code(a, data_with(a, before_key, 0x45,
	                                               STR("\xa1\x61"
	                                                   "a\x26"))),
	                    "passkey_key");
	arena_close(a);
}

/* 20000 levels of nesting are passed over without a stack of their own. */
static void passkey_deep(void **state)
{
	struct arena *a = open_arena();
	struct buf b = BUF_INIT(1 << 16);
	BUF_LIT(&b, "\xa1\x01");
	for (int i = 0; i < 20000; i++)
		buf_byte(&b, (char)(i % 2 ? 0x81 : 0xc1));
	BUF_LIT(&b, "\x01");
	str data = data_with(a, 0, 0xc5, buf_finish(&b, a));
	assert_string_equal(creation_code(a, data), "ok");
	assert_string_equal(creation_code(a, str_sub(data, 0, data.n - 1)), "passkey_data");
	arena_close(a);
}

static void passkey_other_id(void **state)
{
	struct arena *a = open_arena();
	struct passkey_expected want = expected(V_ES256_CREATE_CHALLENGE);
	struct passkey made;
	struct frg_error err;
	json_t *root = json_loads(V_ES256_CREATE, 0, NULL);
	json_object_set_new(root, "id", json_string("AAAA"));
	json_object_set_new(root, "rawId", json_string("AAAA"));
	json_object_set_new(json_object_get(root, "response"), "transports",
	                    json_pack("[s, s, i, s, s]", "usb", "Ü", 7, "", "smart-card"));
	assert_int_equal(passkey_verify_creation(a, json_text(a, json_incref(root)), &want, &made, &err), FRG_INVALID);
	assert_code(err, "passkey_id");
	json_t *good = json_loads(V_ES256_CREATE, 0, NULL);
	json_object_set(root, "id", json_object_get(good, "id"));
	json_object_set(root, "rawId", json_object_get(good, "id"));
	OK(passkey_verify_creation(a, json_text(a, root), &want, &made, &err));
	assert_str(made.transports, "usb,smart-card");
	json_decref(good);
	arena_close(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(totp_vectors),
		cmocka_unit_test(totp_window),
		cmocka_unit_test(totp_only_once),
		cmocka_unit_test(totp_as_typed),
		cmocka_unit_test(totp_bad_secret),
		cmocka_unit_test(totp_secrets),
		cmocka_unit_test(recovery_codes),
		cmocka_unit_test(recovery_as_typed),
		cmocka_unit_test(recovery_hashes),
		cmocka_unit_test(passkey_options),
		cmocka_unit_test(passkey_recorded),
		cmocka_unit_test(passkey_expectations),
		cmocka_unit_test(passkey_kept_otherwise),
		cmocka_unit_test(passkey_nobody_verified),
		cmocka_unit_test(passkey_flipped),
		cmocka_unit_test(passkey_cut_off),
		cmocka_unit_test(passkey_creation_flipped),
		cmocka_unit_test(passkey_malformed),
		cmocka_unit_test(passkey_client_data),
		cmocka_unit_test(passkey_authenticator_data),
		cmocka_unit_test(passkey_deep),
		cmocka_unit_test(passkey_other_id),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
