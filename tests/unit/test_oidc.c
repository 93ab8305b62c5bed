/* What a provider of OpenID Connect says, judged: its description, its tokens, roles; and the QR code. What lies over
 * HTTP stands in tests/http/oidc.test.mjs. */
#include "unit.h"

#include "base/id.h"
#include "base/json.h"
#include "oidc_tools.h"
#include "service/staff/factor.h"
#include "service/staff/oidc_token.h"

static struct arena *a;
static struct frg_error err;

static int setup(void **state)
{
	(void)state;
	a = arena_open((size_t)64 << 20);
	return id_setup() ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_close(a);
	return 0;
}

#define ISSUER "https://login.house.example/realm"
static const struct oidc_expected want = {.issuer = STR_INIT(ISSUER),
                                          .client_id = STR_INIT("freigabe"),
                                          .nonce = STR_INIT("n-1"),
                                          .now = INT64_C(1900000000) * 1000,
                                          .role_claim = STR_INIT("groups")};

/* ---- the description ---- */

#define DESCRIPTION(more)                                                                                              \
	"{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"https://login.house.example/auth\","                      \
	"\"token_endpoint\":\"https://api.example/token\",\"jwks_uri\":\"https://api.example/keys\"" more "}"

static void a_description_is_read(void **state)
{
	struct oidc_provider p;
	(void)state;
	OK(oidc_provider_read(a, STR(DESCRIPTION("")), STR(ISSUER), false, &p, &err));
	assert_str(p.token, "https://api.example/token");
	assert_false(p.secret_in_form || p.says_issuer);
	OK(oidc_provider_read(a,
	                      STR(DESCRIPTION(",\"token_endpoint_auth_methods_supported\":[\"client_secret_post\"],"
	                                      "\"authorization_response_iss_parameter_supported\":true")),
	                      STR(ISSUER), false, &p, &err));
	assert_true(p.secret_in_form && p.says_issuer);
}

static void a_description_leads_nowhere_else(void **state)
{
	struct oidc_provider p;
	(void)state;
	static const char *const bad[] = {"",
	                                  "[]",
	                                  "{}",
	                                  DESCRIPTION(",\"userinfo_endpoint\":\"http://api.example/me\""),
	                                  DESCRIPTION(",\"userinfo_endpoint\":\"file:///etc/passwd\""),
	                                  DESCRIPTION(",\"userinfo_endpoint\":\"https://a b/\""),
	                                  DESCRIPTION(",\"userinfo_endpoint\":\"https://user@api.example/\""),
	                                  DESCRIPTION(",\"issuer\":\"" ISSUER "\"") /* twice */};
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(oidc_provider_read(a, str_of(bad[i]), STR(ISSUER), false, &p, &err), FRG_IO);
		assert_code(err, "oidc_provider");
	}
	assert_int_equal(oidc_provider_read(a, STR(DESCRIPTION("")), STR(ISSUER "/"), false, &p, &err), FRG_IO);
	/* on a private network all is on the issuer's own host */
	assert_int_equal(oidc_provider_read(a, STR(DESCRIPTION("")), STR(ISSUER), true, &p, &err), FRG_IO);
}

/* ---- tokens ---- */

#define CLAIMS(more)                                                                                                   \
	"{\"iss\":\"" ISSUER "\",\"sub\":\"s-1\",\"aud\":\"freigabe\",\"iat\":1900000000,\"exp\":1900000300,"              \
	"\"nonce\":\"n-1\"" more "}"

static void a_token_is_read(void **state)
{
	struct oidc_person p;
	(void)state;
	for (int kind = 0; kind < 2; kind++) {
		struct oidc_signer s;
		oidc_signer_open(&s, kind == 0);
		str token = oidc_sign(a, &s,
		                      STR(CLAIMS(",\"email\":\"a@b.example\",\"email_verified\":true,\"name\":\"Ä\","
		                                 "\"groups\":[\"x\",\"desk\"]")));
		OK(oidc_token_read(a, token, s.keys, &want, &p, &err));
		assert_str(p.subject, "s-1");
		assert_str(p.email, "a@b.example");
		assert_true(p.email_verified);
		assert_int_equal(p.roles.count, 2);
		/* with a bit turned */
		char *turned = &((char *)token.p)[token.n - 9];
		*turned = *turned == 'A' ? 'B' : 'A';
		assert_int_equal(oidc_token_read(a, token, s.keys, &want, &p, &err), FRG_FORBIDDEN);
		assert_code(err, "oidc_signature");
		assert_int_equal(p.subject.n, 0);
		oidc_signer_close(&s);
	}
}

static void a_token_that_is_not_right_is_refused(void **state)
{
	static const struct {
		const char *claims, *code;
	} bad[] = {
		{"[]", "oidc_token"},
		{"{\"sub\":1}", "oidc_token"},
		{CLAIMS(",\"sub\":\"s-2\""), "oidc_token"},
		{CLAIMS(",\"azp\":\"other\""), "oidc_audience"},
		{CLAIMS(",\"azp\":1"), "oidc_audience"},
		{CLAIMS(",\"nbf\":1900001000"), "oidc_time"},
		{"{\"iss\":\"" ISSUER "\",\"sub\":\"s\",\"aud\":\"freigabe\",\"iat\":1900000000,\"exp\":1e300}", "oidc_time"},
		{"{\"iss\":\"" ISSUER "\",\"sub\":\"s\",\"aud\":[],\"iat\":1900000000,\"exp\":1900000300}", "oidc_audience"}};
	struct oidc_signer s;
	struct oidc_person p;
	(void)state;
	oidc_signer_open(&s, false);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(oidc_token_read(a, oidc_sign(a, &s, str_of(bad[i].claims)), s.keys, &want, &p, &err),
		                 FRG_FORBIDDEN);
		assert_code(err, bad[i].code);
	}
	oidc_signer_close(&s);
}

/* cjose would end the program. */
static void what_is_no_base64_reaches_nobody(void **state)
{
	static const char *const tokens[] = {"eyJhbGciOiJFUzI1NiJ9.e30.DEhUf=K",
	                                     "eyJhbGciOiJFUzI1NiJ9.e30.A",
	                                     "a.b",
	                                     "eyJhbGciOiJFUzI1NiJ9.e30.AAAA.AAAA",
	                                     "..",
	                                     ""};
	struct oidc_signer s;
	struct oidc_person p;
	(void)state;
	oidc_signer_open(&s, false);
	for (size_t i = 0; i < COUNT_OF(tokens); i++) {
		assert_int_equal(oidc_token_read(a, str_of(tokens[i]), s.keys, &want, &p, &err), FRG_FORBIDDEN);
		assert_code(err, "oidc_token");
	}
	str keys = STR("{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"A=A\",\"y\":\"A\"}]}");
	assert_int_equal(oidc_token_read(a, oidc_sign(a, &s, STR(CLAIMS(""))), keys, &want, &p, &err), FRG_FORBIDDEN);
	assert_code(err, "oidc_signature");
	oidc_signer_close(&s);
}

static void an_address_counts_only_if_it_was_verified(void **state)
{
	struct oidc_person p = {.subject = STR_INIT("s-1")};
	(void)state;
	OK(oidc_userinfo_read(a, STR("{\"sub\":\"s-1\",\"email\":\"a@b.example\"}"), STR(""), &p, &err));
	assert_false(p.email_verified);
	/* the word of another answer does not make it so */
	OK(oidc_userinfo_read(a, STR("{\"sub\":\"s-1\",\"email\":\"a@b.example\",\"email_verified\":true}"), STR(""), &p,
	                      &err));
	assert_false(p.email_verified);
	assert_int_equal(oidc_userinfo_read(a, STR("{\"sub\":\"s-2\"}"), STR(""), &p, &err), FRG_FORBIDDEN);
}

static void the_first_role_that_fits(void **state)
{
	str has[] = {STR("urn:house:desk"), STR("chief")};
	struct oidc_person p = {.roles = {has, 2}};
	(void)state;
	assert_str(oidc_role(&p, STR("nobody:lead chief:lead urn:house:desk:editor")), "lead");
	assert_str(oidc_role(&p, STR("  urn:house:desk:editor chief:lead")), "editor");
	assert_str(oidc_role(&p, STR("chie:lead chief: :lead chief")), "");
	assert_str(oidc_role(&p, STR("")), "");
}

/* ---- the QR code: tests/browser/accounts.test.mjs has it read ---- */

static void a_code_has_its_margin_and_its_corners(void **state)
{
	int size;
	(void)state;
	str path = qr_path(a, STR("otpauth://totp/x"), &size);
	assert_int_equal((size - 8 - 17) % 4, 0);
	assert_true(str_starts(path, STR("M4 4h7v1h-7z")));
	static char longer[4000];
	memset(longer, 'x', sizeof longer);
	assert_int_equal(qr_path(a, (str){longer, sizeof longer}, &size).n, 0);
	assert_int_equal(size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_description_is_read),
		cmocka_unit_test(a_description_leads_nowhere_else),
		cmocka_unit_test(a_token_is_read),
		cmocka_unit_test(a_token_that_is_not_right_is_refused),
		cmocka_unit_test(what_is_no_base64_reaches_nobody),
		cmocka_unit_test(an_address_counts_only_if_it_was_verified),
		cmocka_unit_test(the_first_role_that_fits),
		cmocka_unit_test(a_code_has_its_margin_and_its_corners),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
