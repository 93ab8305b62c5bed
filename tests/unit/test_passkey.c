/* Passkeys as a real browser answers (passkey_vectors.h): accepted once, refused when anything else is expected or any
 * of their bits is another. */
#include "passkey_tools.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passkey_options),         cmocka_unit_test(passkey_recorded),
		cmocka_unit_test(passkey_expectations),    cmocka_unit_test(passkey_kept_otherwise),
		cmocka_unit_test(passkey_nobody_verified), cmocka_unit_test(passkey_flipped),
		cmocka_unit_test(passkey_cut_off),         cmocka_unit_test(passkey_creation_flipped),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
