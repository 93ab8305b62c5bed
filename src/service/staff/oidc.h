/* The house's own log-in by OpenID Connect: one provider, which the administrator of the machine names in the
 * configuration file. Authorization code with PKCE; an account is opened by it only after its owner has confirmed that
 * once, or by an invitation. oidc.c is the way of a log-in, oidc_provider.c asks the provider, oidc_token.c judges
 * what it says. */
#ifndef SERVICE_OIDC_H
#define SERVICE_OIDC_H

#include "service/staff/staff.h"

/* All strings outlive the service. */
struct provider_config {
	str issuer; /* "https://login.house.example", exactly as the provider writes it; empty: there is none */
	str client_id;
	str secret;            /* empty: a public client */
	str name;              /* on the button */
	str role_claim, roles; /* "groups", "desk-lead:lead desk:editor"; empty: roles are given here */
	/* The provider is on a private address, or speaks without TLS: then all its addresses are on the issuer's own
	 * host and port, so that what it says of itself leads nowhere else in the network. Otherwise they are https and
	 * public. */
	bool private_network;
};
/* Once, before serving. FRG_INVALID oidc_config. */
MUST_CHECK enum frg_status service_house_setup(struct service *svc, const struct provider_config *config,
                                               struct frg_error *err);
/* Its name; empty: there is none. */
str service_house(const struct service *svc);

struct provider_begin {
	const struct store_site *at;
	str client;
	str invitation; /* to be accepted by it; empty: none */
	enum frg_lang lang;
};
/* *url: where the browser goes; *browser: to be kept by it until it comes back. FRG_NOT_FOUND invitation_unknown,
 * oidc_none; FRG_CONFLICT oidc_reset (such a link sets a password); FRG_IO oidc_provider (it does not answer, or not as
 * it should). */
MUST_CHECK enum frg_status service_house_begin(struct service *svc, struct arena *a, const struct provider_begin *cmd,
                                               str *browser, str *url, struct frg_error *err);

struct house_return {
	const struct store_site *at;
	str browser, state, code, issuer, error; /* as in the query; empty: not there */
	str client, agent;
};
struct provider_answer {
	struct editor_session session; /* token empty: to be confirmed first */
	str browser, email;            /* then: to be kept for that, and whose account it may be */
};
/* FRG_FORBIDDEN oidc_state, oidc_refused, oidc_token and its kin (oidc_token.h), oidc_unknown (no such account),
 * account_closed; FRG_CONFLICT oidc_login_taken; FRG_IO oidc_provider; FRG_THROTTLED login_throttled. */
MUST_CHECK enum frg_status service_house_return(struct service *svc, struct arena *a, const struct house_return *cmd,
                                                struct provider_answer *out, struct frg_error *err);
/* Whoever logs in by it opens this account no more. FRG_CONFLICT oidc_only: there is no other way in. */
struct access_proof;
MUST_CHECK enum frg_status service_house_unlink(struct service *svc, struct arena *a,
                                                const struct editor_session *session, const struct access_proof *proof,
                                                struct frg_error *err);

#endif
