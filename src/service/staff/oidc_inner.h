/* What the files share that log in by the house's own log-in. */
#ifndef SERVICE_OIDC_INNER_H
#define SERVICE_OIDC_INNER_H

#include "service/staff/access_inner.h"
#include "service/staff/oidc_token.h"

struct provider;

/* oidc_provider.c: all wait for another machine, so never in a transaction. Errors: FRG_IO oidc_provider, with the
 * reason in err->msg. */
const struct provider_config *provider_config(const struct provider *house);
void provider_close(struct provider *house);
MUST_CHECK enum frg_status provider_provider(struct provider *house, struct arena *a, struct oidc_provider *out,
                                             struct frg_error *err);
struct provider_exchange {
	str code, verifier, nonce, redirect;
};
/* Redeems the code and judges the token: errors of oidc_token_read, too. */
MUST_CHECK enum frg_status provider_redeem(struct provider *house, struct arena *a, const struct provider_exchange *x,
                                           struct oidc_person *out, struct frg_error *err);
/* A provider's word for why it refuses, if it is one of the standard's: what else stands there may be anybody's text,
 * and goes into the log. Static storage. */
const char *provider_refusal(str error);
/* "a=b&…", each escaped; names need no escape. */
struct provider_field {
	const char *name;
	str value;
};
str provider_form(struct arena *a, const struct provider_field *fields, size_t count);

#endif
