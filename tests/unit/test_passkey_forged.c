/* Passkeys' answers that no browser gives: malformed ones, and some well signed with a key of our own, so that it is
 * not the signature that refuses them. */
#include "passkey_tools.h"

#include "base/buf.h"

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
	assert_string_equal(creation_code(a, data_with(a, 0, 0xc5, STR("\xa2\x01\x9f\x02\xff"))), "passkey_data");
	assert_string_equal(creation_code(a, data_with(a, 0, 0xc5, STR("\xbb\x80\0\0\0\0\0\0\0"))), "passkey_data");
	assert_string_equal(creation_code(a, data_with(a, 37 + 16 + 2 + 32, 0x45, STR("\x80"))), "passkey_data");
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
	json_t *list = json_array();
	for (int i = 0; i < PASSKEY_TRANSPORTS_MAX + 1; i++)
		json_array_append_new(list, json_string("nfc"));
	json_object_set_new(json_object_get(good, "response"), "transports", list);
	OK(passkey_verify_creation(a, json_text(a, json_incref(good)), &want, &made, &err));
	assert_int_equal(made.transports.n, 4 * PASSKEY_TRANSPORTS_MAX - 1);
	json_decref(good);
	arena_close(a);
}

/* ---- COSE keys ---- */

static const char *key_code(str cose)
{
	struct authdata_key key;
	static struct frg_error err;
	enum frg_status st = authdata_key_read(cose, &key, &err);
	return st == FRG_OK ? "ok" : err.code;
}

static str filled(struct arena *a, const char *head, size_t head_size, int fill, size_t count, str tail)
{
	struct buf b = BUF_INIT(4096);
	buf_add(&b, (str){head, head_size});
	for (size_t i = 0; i < count; i++)
		buf_byte(&b, (char)fill);
	buf_add(&b, tail);
	return buf_finish(&b, a);
}
#define FILLED(head, fill, count, tail) filled(a, head, sizeof(head) - 1, fill, count, STR(tail))

static void passkey_keys(void **state)
{
	struct arena *a = open_arena();
	/* {1: 3, 3: -257, -1: 256 bytes, -2: 65537} */
	assert_string_equal(key_code(FILLED("\xa4\x01\x03\x03\x39\x01\x00\x20\x59\x01\x00", 0xff, 256, "\x21\x43\1\0\1")),
	                    "ok");
	/* 2047 bits; an exponent of one byte; of another type; twice the type; something after it */
	assert_string_equal(key_code(FILLED("\xa4\x01\x03\x03\x39\x01\x00\x20\x59\x01\x00", 0x7f, 256, "\x21\x43\1\0\1")),
	                    "passkey_key");
	assert_string_equal(key_code(FILLED("\xa4\x01\x03\x03\x39\x01\x00\x20\x59\x01\x00", 0xff, 256, "\x21\x41\3")),
	                    "passkey_key");
	assert_string_equal(key_code(FILLED("\xa4\x01\x02\x03\x39\x01\x00\x20\x59\x01\x00", 0xff, 256, "\x21\x43\1\0\1")),
	                    "passkey_key");
	assert_string_equal(
		key_code(FILLED("\xa5\x01\x03\x03\x39\x01\x00\x20\x59\x01\x00", 0xff, 256, "\x21\x43\1\0\1\1\3")),
		"passkey_key");
	assert_string_equal(key_code(FILLED("\xa4\x01\x03\x03\x39\x01\x00\x20\x59\x01\x00", 0xff, 256, "\x21\x43\1\0\1\0")),
	                    "passkey_key");
	/* {1: 1, 3: -8, -1: 6, -2: 32 bytes}; X25519 instead; X448's length; a text for a number */
	assert_string_equal(key_code(FILLED("\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20", 1, 32, "")), "ok");
	assert_string_equal(key_code(FILLED("\xa4\x01\x01\x03\x27\x20\x04\x21\x58\x20", 1, 32, "")), "passkey_key");
	assert_string_equal(key_code(FILLED("\xa4\x01\x02\x03\x27\x20\x06\x21\x58\x20", 1, 32, "")), "passkey_key");
	assert_string_equal(key_code(FILLED("\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x38", 1, 56, "")), "passkey_key");
	assert_string_equal(key_code(FILLED("\xa4\x01\x01\x03\x61\x27\x20\x06\x21\x58\x20", 1, 32, "")),
	                    "passkey_algorithm");
	/* labels beyond ours are passed over, numbers beyond 63 bits are no labels of ours */
	assert_string_equal(
		key_code(FILLED("\xa6\x01\x01\x03\x27\x20\x06\x04\x81\x02\x3b\xff\xff\xff\xff\xff\xff\xff\xff\x01\x21\x58\x20",
	                    1, 32, "")),
		"ok");
	assert_string_equal(
		key_code(FILLED("\xa4\x01\x01\x03\x3b\xff\xff\xff\xff\xff\xff\xff\xf8\x20\x06\x21\x58\x20", 1, 32, "")),
		"passkey_algorithm");
	assert_string_equal(
		key_code(FILLED("\xa4\x3b\xff\xff\xff\xff\xff\xff\xff\xfe\x01\x03\x27\x20\x06\x21\x58\x20", 1, 32, "")),
		"passkey_key");
	arena_close(a);
}

/* ---- attestation objects ---- */

static bool is_attestation(str bytes)
{
	str data = STR("");
	struct frg_error err = {0};
	bool good = authdata_of_attestation(bytes, &data, &err) == FRG_OK;
	if (good)
		assert_str(data, "xy");
	else
		assert_code(err, "passkey_attestation");
	return good;
}

#define FMT                                                                                                            \
	"\x63"                                                                                                             \
	"fmt"                                                                                                              \
	"\x64"                                                                                                             \
	"none"
#define STATEMENT                                                                                                      \
	"\x67"                                                                                                             \
	"attStmt"                                                                                                          \
	"\xa0"
#define DATA                                                                                                           \
	"\x68"                                                                                                             \
	"authData"                                                                                                         \
	"\x42"                                                                                                             \
	"xy"

static void passkey_attestations(void **state)
{
	assert_true(is_attestation(STR("\xa3" FMT STATEMENT DATA)));
	assert_true(is_attestation(STR("\xa3" DATA STATEMENT FMT)));
	assert_true(is_attestation(STR("\xa4" FMT "\x62"
	                               "ep"
	                               "\xf5" STATEMENT DATA)));
	assert_false(is_attestation(STR("")));
	assert_false(is_attestation(STR("\x83" FMT STATEMENT DATA)));
	assert_false(is_attestation(STR("\xa2" FMT DATA)));
	assert_false(is_attestation(STR("\xa4" FMT STATEMENT DATA)));
	assert_false(is_attestation(STR("\xa4" FMT STATEMENT DATA DATA)));
	assert_false(is_attestation(STR("\xa4" FMT STATEMENT "\x68"
	                                "authData"
	                                "\x42"
	                                "zz" DATA)));
	assert_false(is_attestation(STR("\xa3" FMT STATEMENT DATA "\x00")));
	assert_false(is_attestation(STR("\xa3" FMT STATEMENT "\x68"
	                                "authData"
	                                "\x62"
	                                "xy")));
	assert_false(is_attestation(STR("\xa3" FMT "\x67"
	                                "attStmt"
	                                "\x80" DATA)));
	assert_false(is_attestation(STR("\xbf" FMT STATEMENT DATA "\xff")));
	assert_false(is_attestation(STR("\xa4" FMT STATEMENT DATA "\x01\x02")));
}

/* ---- well signed with a key of our own (Ed25519) ---- */

struct own {
	struct passkey kept;
	unsigned char secret[crypto_sign_SECRETKEYBYTES];
};

static struct own own_key(struct arena *a)
{
	struct own own = {.kept = {.id = STR("AAAA"), .user_id = STR(V_USER_ID), .algorithm = PASSKEY_EDDSA}};
	unsigned char public[crypto_sign_PUBLICKEYBYTES], seed[crypto_sign_SEEDBYTES] = {1, 2, 3};
	crypto_sign_seed_keypair(public, own.secret, seed);
	struct buf b = BUF_INIT(128);
	BUF_LIT(&b, "\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20");
	buf_add(&b, (str){(const char *)public, sizeof public});
	own.kept.key = buf_finish(&b, a);
	return own;
}

struct signing {
	const char *rp_id, *client_data;
	str user_handle;
	int flags;
	uint32_t count;
	str more;
};

#define GOOD_CLIENT_DATA "{\"type\":\"webauthn.get\",\"challenge\":\"x\",\"origin\":\"" V_ORIGIN "\"}"
static const struct signing good_signing = {"localhost", GOOD_CLIENT_DATA, {0}, 5, 1, {0}};

static str own_data(struct arena *a, const struct signing *s)
{
	struct buf b = BUF_INIT(4096);
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256(hash, (const unsigned char *)s->rp_id, strlen(s->rp_id));
	buf_add(&b, (str){(const char *)hash, sizeof hash});
	buf_byte(&b, (char)s->flags);
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_byte(&b, (char)(s->count >> shift));
	buf_add(&b, s->more);
	return buf_finish(&b, a);
}

static str own_answer(struct arena *a, const struct own *own, const struct signing *s)
{
	unsigned char signature[crypto_sign_BYTES], hash[crypto_hash_sha256_BYTES];
	str data = own_data(a, s);
	crypto_hash_sha256(hash, (const unsigned char *)s->client_data, strlen(s->client_data));
	str all = arena_printf(a, "%*s", (int)(data.n + sizeof hash), "");
	memcpy((char *)all.p, data.p, data.n);
	memcpy((char *)all.p + data.n, hash, sizeof hash);
	crypto_sign_detached(signature, NULL, (const unsigned char *)all.p, all.n, own->secret);
	json_t *response = json_object();
	put_bytes(a, response, "clientDataJSON", str_of(s->client_data));
	put_bytes(a, response, "authenticatorData", data);
	put_bytes(a, response, "signature", (str){(const char *)signature, sizeof signature});
	if (s->user_handle.n)
		put_bytes(a, response, "userHandle", s->user_handle);
	return json_text(a, json_pack("{s:s, s:s, s:o}", "id", "AAAA", "type", "public-key", "response", response));
}

static const char *own_code(struct arena *a, const struct own *own, const struct signing *s)
{
	struct passkey_expected want = expected("x");
	struct passkey_use use;
	static struct frg_error err;
	enum frg_status st = passkey_verify_assertion(a, own_answer(a, own, s), &own->kept, &want, &use, &err);
	if (st == FRG_OK)
		assert_int_equal(use.sign_count, s->count);
	return st == FRG_OK ? "ok" : err.code;
}

static void passkey_own_counter(void **state)
{
	static const struct {
		uint32_t kept, now;
		bool good;
	} cases[] = {{0, 0, true},           {0, 1, true},
	             {1, 0, false},          {1, 1, false},
	             {1, 2, true},           {255, 256, true},
	             {256, 255, false},      {5, UINT32_MAX, true},
	             {UINT32_MAX, 0, false}, {0x80000000u, 1, false},
	             {7, 0x80000000u, true}};
	struct arena *a = open_arena();
	struct own own = own_key(a);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct signing s = good_signing;
		own.kept.sign_count = cases[i].kept;
		s.count = cases[i].now;
		assert_string_equal(own_code(a, &own, &s), cases[i].good ? "ok" : "passkey_counter");
	}
	arena_close(a);
}

/* Every value of the flags that a signature may cover. */
static void passkey_own_flags(void **state)
{
	struct arena *a = open_arena();
	struct own own = own_key(a);
	for (int flags = 0; flags < 256; flags++) {
		struct signing s = good_signing;
		s.flags = flags;
		s.more = flags & 128 ? STR("\xa0") : STR("");
		const char *want = flags & 64     ? "passkey_data" /* no credential follows */
		                   : !(flags & 1) ? "passkey_presence"
		                   : !(flags & 4) ? "passkey_verification"
		                   : (flags & 24) ? "passkey_backup" /* kept as one that is never backed up */
		                                  : "ok";
		assert_string_equal(own_code(a, &own, &s), want);
	}
	own.kept.backup_eligible = true;
	struct signing s = good_signing;
	s.flags = 5 | 8;
	assert_string_equal(own_code(a, &own, &s), "ok");
	s.flags = 5 | 8 | 16;
	assert_string_equal(own_code(a, &own, &s), "ok");
	s.flags = 5 | 16;
	assert_string_equal(own_code(a, &own, &s), "passkey_backup");
	arena_close(a);
}

/* Signed, but not what was asked for. */
static void passkey_own_oddities(void **state)
{
	struct arena *a = open_arena();
	struct own own = own_key(a);
	struct signing s = good_signing;
	s.rp_id = "localhost.example.org";
	assert_string_equal(own_code(a, &own, &s), "passkey_rp");
	s = good_signing, s.client_data = "{\"type\":\"webauthn.get\",\"challenge\":\"y\",\"origin\":\"" V_ORIGIN "\"}";
	assert_string_equal(own_code(a, &own, &s), "passkey_challenge");
	s = good_signing, s.user_handle = STR(V_USER_ID);
	assert_string_equal(own_code(a, &own, &s), "ok");
	s.user_handle = arena_printf(a, "%65s", "");
	assert_string_equal(own_code(a, &own, &s), "passkey_response");
	s = good_signing, s.flags = 5 | 64;
	s.more = FILLED("0123456789abcdef\x00\x01i\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20", 1, 32, "");
	assert_string_equal(own_code(a, &own, &s), "passkey_data"); /* a whole credential, well formed */
	s = good_signing, s.flags = 5 | 128,
	s.more = STR("\xa1\x63"
	             "foo\xf5");
	assert_string_equal(own_code(a, &own, &s), "ok");
	own.kept.key = arena_printf(a, "%.*s ", STR_ARG(own.kept.key));
	assert_string_equal(own_code(a, &own, &good_signing), "passkey_key");
	arena_close(a);
}

/* Nothing expected is nothing allowed, even where the answer says nothing too. */
static void passkey_own_nothing(void **state)
{
	static const struct {
		struct passkey_expected want;
		const char *rp_id, *client_data, *code;
	} cases[] = {
		{{STR_INIT(""), STR_INIT(V_ORIGIN), STR_INIT("localhost")},
	     "localhost",
	     "{\"type\":\"webauthn.get\",\"challenge\":\"\",\"origin\":\"" V_ORIGIN "\"}",
	     "passkey_challenge"},
		{{STR_INIT("x"), STR_INIT(""), STR_INIT("localhost")},
	     "localhost",
	     "{\"type\":\"webauthn.get\",\"challenge\":\"x\",\"origin\":\"\"}",
	     "passkey_origin"},
		{{STR_INIT("x"), STR_INIT(V_ORIGIN), STR_INIT("")}, "", GOOD_CLIENT_DATA, "passkey_rp"},
	};
	struct arena *a = open_arena();
	struct own own = own_key(a);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct signing s = good_signing;
		struct passkey_use use;
		struct frg_error err;
		s.rp_id = cases[i].rp_id;
		s.client_data = cases[i].client_data;
		assert_int_equal(passkey_verify_assertion(a, own_answer(a, &own, &s), &own.kept, &cases[i].want, &use, &err),
		                 FRG_FORBIDDEN);
		assert_code(err, cases[i].code);
	}
	arena_close(a);
}

/* Ids as long as the standard allows, and one byte more. */
static void passkey_own_ids(void **state)
{
	struct arena *a = open_arena();
	for (size_t n = 0; n <= PASSKEY_ID_MAX + 1; n += n == 1 ? PASSKEY_ID_MAX - 1 : 1) {
		struct authdata out;
		struct frg_error err;
		str id = arena_printf(a, "%*s", (int)n, "");
		struct signing s = good_signing;
		struct buf b = BUF_INIT(4096);
		buf_add(&b, STR("0123456789abcdef"));
		buf_byte(&b, (char)(n >> 8));
		buf_byte(&b, (char)n);
		buf_add(&b, id);
		BUF_LIT(&b, "\xa1\x01\x02");
		s.flags = 5 | 64, s.more = buf_finish(&b, a);
		enum frg_status st = authdata_read(own_data(a, &s), &out, &err);
		assert_int_equal(st == FRG_OK, n >= 1 && n <= PASSKEY_ID_MAX);
		json_t *json = json_loads("{\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"e30\"}}", 0, NULL);
		put_bytes(a, json, "id", id);
		assert_int_equal(passkey_claimed_id(a, json_text(a, json), &id, &err) == FRG_OK, n >= 1 && n <= PASSKEY_ID_MAX);
	}
	arena_close(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passkey_malformed),          cmocka_unit_test(passkey_client_data),
		cmocka_unit_test(passkey_authenticator_data), cmocka_unit_test(passkey_deep),
		cmocka_unit_test(passkey_other_id),           cmocka_unit_test(passkey_keys),
		cmocka_unit_test(passkey_attestations),       cmocka_unit_test(passkey_own_counter),
		cmocka_unit_test(passkey_own_flags),          cmocka_unit_test(passkey_own_oddities),
		cmocka_unit_test(passkey_own_nothing),        cmocka_unit_test(passkey_own_ids),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
