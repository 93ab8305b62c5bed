/* Second factors: one-time codes by the vectors of RFC 6238, and recovery codes. */
#include "unit.h"

#include "base/id.h"
#include "service/staff/factor.h"

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
	static const char *const bad[] = {
		"",       "00592",  "0059240",           "0059240059240059240059240059240059240059240059240059240059240",
		"00592a", "-05924", "00592\xef\xbc\x94", "005924\xc2",
		"5924"};
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(totp_vectors),   cmocka_unit_test(totp_window),       cmocka_unit_test(totp_only_once),
		cmocka_unit_test(totp_as_typed),  cmocka_unit_test(totp_bad_secret),   cmocka_unit_test(totp_secrets),
		cmocka_unit_test(recovery_codes), cmocka_unit_test(recovery_as_typed), cmocka_unit_test(recovery_hashes),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
