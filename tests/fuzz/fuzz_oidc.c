/* What a provider of OpenID Connect may send. The first byte chooses what the rest is: its description, its keys, a
 * token as it stands, what it says of a person, or the claims of a token that is then signed as it should be, since
 * signatures cannot be guessed. */
#include "base/id.h"
#include "service/staff/oidc_token.h"
#include "../unit/oidc_tools.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ISSUER "https://login.example"

static struct oidc_signer signer;

static void must_token(struct arena *a, str token, str keys)
{
	static const struct oidc_expected want = {.issuer = STR_INIT(ISSUER),
	                                          .client_id = STR_INIT("freigabe"),
	                                          .nonce = STR_INIT("n"),
	                                          .now = INT64_C(1900000000) * 1000,
	                                          .role_claim = STR_INIT("groups")};
	struct oidc_person p;
	struct frg_error err = {0};
	enum frg_status st = oidc_token_read(a, token, keys, &want, &p, &err);
	BUG_IF(st != FRG_OK && (!err.code || p.subject.n || p.email.n || p.roles.count));
	BUG_IF(st == FRG_OK && (p.subject.n == 0 || (p.email_verified && p.email.n == 0)));
	if (st == FRG_OK)
		oidc_role(&p, STR("a:lead b:editor"));
}

static void must_provider(struct arena *a, str json)
{
	struct oidc_provider p;
	struct frg_error err = {0};
	for (int private_network = 0; private_network < 2; private_network++) {
		enum frg_status st = oidc_provider_read(a, json, STR(ISSUER), private_network, &p, &err);
		BUG_IF(st != FRG_OK && !err.code);
		BUG_IF(st == FRG_OK && private_network && !str_eq_nocase(oidc_authority(p.token), STR("login.example")));
		BUG_IF(st == FRG_OK && !private_network && !str_starts(p.keys, STR("https://")));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	if (!ready) {
		BUG_IF(!id_setup());
		oidc_signer_open(&signer, false);
		ready = true;
	}
	if (size == 0)
		return 0;
	struct arena *a = arena_open((size_t)16 << 20);
	str rest = {(const char *)data + 1, size - 1};
	struct oidc_person person = {.subject = STR_INIT("s")};
	struct frg_error err = {0};
	switch (data[0] % 5) {
	case 0: must_provider(a, rest); break;
	case 1: must_token(a, oidc_sign(a, &signer, STR("{}")), rest); break;
	case 2: must_token(a, rest, signer.keys); break;
	case 3: BUG_IF(oidc_userinfo_read(a, rest, STR("groups"), &person, &err) != FRG_OK && !err.code); break;
	case 4:
		if (rest.n)
			must_token(a, oidc_sign(a, &signer, rest), signer.keys);
		break;
	}
	arena_close(a);
	return 0;
}
