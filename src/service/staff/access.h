/* How people of the staff get in besides a password: what a site demands (access.c), second factors (factors.c),
 * passkeys (passkeys.c), and by what they prove that it is still they who change any of it (proof.c).
 *
 * How somebody logged in is one of these words, kept with the session:
 *   password    nothing else, for there was no second factor
 *   code        password and one-time code
 *   recovery    password and recovery code
 *   key         password and passkey
 *   passkey     a passkey alone, which has made sure of the person itself
 *   house       the house's own log-in (oidc.h)
 *   invitation  a link that an administrator sent */
#ifndef SERVICE_ACCESS_H
#define SERVICE_ACCESS_H

#include "service/staff/staff.h"

/* ---- what a site demands ---- */

struct access_rules {
	int64_t version;
	bool second_factor; /* everybody sets one up; whoever comes by the house's own log-in has it there */
	bool no_passwords;  /* nobody logs in by a password here */
};
MUST_CHECK enum frg_status service_access(struct service *svc, struct arena *a, id64 site, struct access_rules *out,
                                          struct frg_error *err);
/* FRG_CONFLICT conflict (somebody was faster), password_needed (whoever switches passwords off must have come in
 * without one, or nobody may get in again). */
MUST_CHECK enum frg_status service_access_save(struct service *svc, struct arena *a,
                                               const struct editor_session *session, const struct access_rules *wanted,
                                               struct access_rules *out, struct frg_error *err);
/* By a command: passwords are let in again. */
MUST_CHECK enum frg_status service_access_passwords(struct service *svc, id64 site, struct frg_error *err);

/* ---- proofs ---- */

/* That it is still the account's owner who sits there; one of the first three. An account that has neither password
 * nor second factor proves itself by a session that is some minutes old at most. */
struct access_proof {
	str password, code;
	str passkey; /* the browser's answer to service_proof_options */
	str token;   /* the session's */
	const struct store_site *at;
};
MUST_CHECK enum frg_status service_proof_options(struct service *svc, struct arena *a,
                                                 const struct editor_session *session, const struct access_proof *at,
                                                 str *options, struct frg_error *err);

/* ---- second factors ---- */

struct staff_factors {
	bool totp, password; /* password: there is one */
	bool demanded;       /* by the site: the last factor cannot be removed */
	int64_t recovery_left;
	struct store_passkeys passkeys;
	struct store_identities identities;
};
MUST_CHECK enum frg_status service_factors(struct service *svc, struct arena *a, const struct staff *who,
                                           struct staff_factors *out, struct frg_error *err);

struct totp_offer {
	str secret, uri;
	str qr; /* the URI as a QR code: path data of an SVG, of qr_size units each way */
	int qr_size;
};
/* All that change something: FRG_FORBIDDEN password_wrong, second_factor_wrong, proof_needed, passkey_…;
 * FRG_THROTTLED login_throttled. */

/* A new secret, in force once a first code has come. FRG_CONFLICT totp_there. */
MUST_CHECK enum frg_status service_totp_begin(struct service *svc, struct arena *a,
                                              const struct editor_session *session, const struct access_proof *proof,
                                              struct totp_offer *out, struct frg_error *err);
/* *codes: RECOVERY_COUNT recovery codes, shown once; none if there are some from another factor. */
MUST_CHECK enum frg_status service_totp_confirm(struct service *svc, struct arena *a,
                                                const struct editor_session *session, str code,
                                                struct store_texts *codes, struct frg_error *err);
/* FRG_CONFLICT factor_demanded: the site does not let the last one go. */
MUST_CHECK enum frg_status service_totp_end(struct service *svc, struct arena *a, const struct editor_session *session,
                                            const struct access_proof *proof, struct frg_error *err);
/* New recovery codes; the old ones are void. FRG_CONFLICT factor_missing: there is nothing to recover. */
MUST_CHECK enum frg_status service_recovery_new(struct service *svc, struct arena *a,
                                                const struct editor_session *session, const struct access_proof *proof,
                                                struct store_texts *codes, struct frg_error *err);

/* ---- passkeys ---- */

enum { PASSKEYS_MAX = 20, PASSKEY_NAME_MAX = 60 };

/* Is the site's address one where passkeys work: a name, and TLS (or localhost)? */
bool service_passkeys_work(const struct store_site *at);
/* What the browser is to make. FRG_CONFLICT passkey_address, passkeys_many. */
MUST_CHECK enum frg_status service_passkey_begin(struct service *svc, struct arena *a,
                                                 const struct editor_session *session, const struct access_proof *proof,
                                                 str *options, struct frg_error *err);
struct passkey_adding {
	const struct store_site *at;
	str token, name, response;
};
/* *codes as of service_totp_confirm. FRG_CONFLICT passkey_there. */
MUST_CHECK enum frg_status service_passkey_add(struct service *svc, struct arena *a,
                                               const struct editor_session *session, const struct passkey_adding *cmd,
                                               id64 *id, struct store_texts *codes, struct frg_error *err);
MUST_CHECK enum frg_status service_passkey_rename(struct service *svc, struct arena *a, const struct staff *who,
                                                  id64 id, str name, struct frg_error *err);
/* FRG_CONFLICT factor_demanded. */
MUST_CHECK enum frg_status service_passkey_remove(struct service *svc, struct arena *a,
                                                  const struct editor_session *session,
                                                  const struct access_proof *proof, id64 id, struct frg_error *err);

/* Logging in by a passkey alone: *browser is to be kept by the browser until it answers. */
MUST_CHECK enum frg_status service_passkey_ask(struct service *svc, struct arena *a, const struct store_site *at,
                                               str client, str *browser, str *options, struct frg_error *err);
struct passkey_login {
	const struct store_site *at;
	str browser, response, client, agent;
};
/* FRG_UNAUTHENTICATED passkey_…; FRG_FORBIDDEN account_closed; FRG_THROTTLED login_throttled. */
MUST_CHECK enum frg_status service_passkey_login(struct service *svc, struct arena *a, const struct passkey_login *cmd,
                                                 struct editor_session *out, struct frg_error *err);

/* ---- live streams ---- */

/* Those that may no longer hear what they hear, or may have become so: of one person, or of all at a site
 * (editor 0). They end, and whoever still may comes again. */
void service_streams_end(struct service *svc, id64 site, id64 editor);

#endif
