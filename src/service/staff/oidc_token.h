/* What a provider of OpenID Connect says, read and judged. Pure functions: no HTTP, no database, no clock.
 * Signatures are cjose's (OpenSSL). */
#ifndef SERVICE_OIDC_TOKEN_H
#define SERVICE_OIDC_TOKEN_H

#include "base/arena.h"
#include "base/clock.h"
#include "store/staff.h"

enum { OIDC_TEXT_MAX = 256 << 10, OIDC_TOKEN_MAX = 64 << 10, OIDC_SKEW_MS = 120000 };

/* ---- the discovery document ---- */

struct oidc_provider {
	str authorization, token, keys, userinfo /* empty: none */;
	bool secret_in_form; /* the client's secret goes in the body: it does not take it in a header */
	bool says_issuer;    /* every answer names the issuer (RFC 9207) */
};
/* `private_network`: struct provider_config. Errors: oidc_provider. */
MUST_CHECK enum frg_status oidc_provider_read(struct arena *a, str json, str issuer, bool private_network,
                                              struct oidc_provider *out, struct frg_error *err);
/* "host" or "host:port" of an address; empty if it is none of the web. */
str oidc_authority(str url);

/* ---- ID tokens ---- */

struct oidc_expected {
	str issuer, client_id, nonce;
	msec now;
	str role_claim; /* empty: none */
};
struct oidc_person {
	str subject, email, name, username;
	bool email_verified;
	struct store_texts roles; /* the values of role_claim */
};
/* `keys`: a JSON Web Key Set. Errors, all FRG_FORBIDDEN: oidc_token (cannot be read), oidc_algorithm (neither RS256 nor
 * ES256), oidc_key (the set has not the one that the token names), oidc_signature, oidc_issuer, oidc_audience,
 * oidc_time, oidc_nonce. */
MUST_CHECK enum frg_status oidc_token_read(struct arena *a, str token, str keys, const struct oidc_expected *want,
                                           struct oidc_person *out, struct frg_error *err);
/* What the UserInfo endpoint adds; FRG_FORBIDDEN oidc_token if it is about somebody else. */
MUST_CHECK enum frg_status oidc_userinfo_read(struct arena *a, str json, str role_claim, struct oidc_person *person,
                                              struct frg_error *err);
/* The first role of "claim:role …" that the person has; empty: none. */
str oidc_role(const struct oidc_person *person, str roles);

#endif
