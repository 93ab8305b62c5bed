/* What the files share that let people of the staff in. */
#ifndef SERVICE_ACCESS_INNER_H
#define SERVICE_ACCESS_INNER_H

#include "service/staff/factor.h"
#include "service/inner.h"

/* ---- access.c ---- */

MUST_CHECK enum frg_status access_load(struct store_tx *tx, id64 site, struct access_rules *out, struct frg_error *err);
/* FRG_FORBIDDEN password_off. */
MUST_CHECK enum frg_status access_admits(struct store_tx *tx, id64 site, str method, struct frg_error *err);
/* Takes all rights but that to set up a factor from somebody who lacks one that the site demands. */
MUST_CHECK enum frg_status access_limit(struct store_tx *tx, str method, struct staff *who, bool *setup,
                                        struct frg_error *err);
/* Something about this person (0: anybody at the site) may end a stream: told with the transaction. */
MUST_CHECK enum frg_status access_changed(struct store_tx *tx, id64 site, id64 editor, struct frg_error *err);

/* What a browser is asked. The token is one that only it (or its session) knows. */
enum { CHALLENGE_MS = 300000 };
struct asking {
	const char *kind;
	str token;
	id64 site, editor /* 0: anybody */;
	str data;
};
MUST_CHECK enum frg_status challenge_put(struct service *svc, struct arena *a, const struct asking *q,
                                         struct frg_error *err);
/* In a transaction of its own: what comes of the answer does not bring the question back. FRG_NOT_FOUND. */
MUST_CHECK enum frg_status challenge_take(struct service *svc, struct arena *a, const char *kind, str token,
                                          struct store_challenge *out, struct frg_error *err);
/* The same within one. */
MUST_CHECK enum frg_status challenge_take_in(struct store_tx *tx, const char *kind, str token,
                                             struct store_challenge *out, struct frg_error *err);
/* A new token for a browser. */
str challenge_token(struct arena *a);

/* ---- factors.c ---- */

/* Is a code needed, and is this one right? It is used up with the transaction. *method: how one logs in by it. */
MUST_CHECK enum frg_status factor_check(struct store_tx *tx, id64 editor, str code, str *method, struct frg_error *err);
/* Recovery codes for somebody who has none; none in *codes if there are some. Before the transaction: codes_prepare. */
void codes_prepare(struct arena *a, struct store_texts *codes);
MUST_CHECK enum frg_status codes_put(struct store_tx *tx, id64 editor, struct store_texts *codes, bool anew,
                                     struct frg_error *err);
/* After a factor was taken off: FRG_CONFLICT factor_demanded; without any, the recovery codes go, too. */
MUST_CHECK enum frg_status factor_gone(struct store_tx *tx, const struct staff *who, struct frg_error *err);
MUST_CHECK enum frg_status access_note(struct store_tx *tx, const struct staff *who, const char *kind, str detail,
                                       struct frg_error *err);

/* ---- proof.c ---- */

MUST_CHECK enum frg_status proof_check(struct service *svc, struct arena *a, const struct editor_session *session,
                                       const struct access_proof *proof, struct frg_error *err);

/* A wrong password, code or passkey of somebody who is logged in: it is logged, and FRG_FORBIDDEN `code`. */
MUST_CHECK enum frg_status proof_failed(struct service *svc, struct arena *a, const struct staff *who, const char *code,
                                        struct frg_error *err);

/* ---- passkeys.c ---- */

/* Asks for one of this person's passkeys (0: anybody's): FRG_CONFLICT passkey_address. *options is empty if the
 * person has none for this address. */
MUST_CHECK enum frg_status passkey_ask(struct service *svc, struct arena *a, const struct store_site *at,
                                       const struct asking *q, str *options, struct frg_error *err);
/* An answer, judged; to be used up with the transaction that relies on it. */
struct passkey_judged {
	struct store_passkey row;
	struct passkey_use use;
};
struct passkey_answer {
	const struct store_site *at;
	const char *kind;
	str token, response;
};
/* FRG_FORBIDDEN and others, passkey_…; those that do not answer in time passkey_expired. */
MUST_CHECK enum frg_status passkey_judge(struct service *svc, struct arena *a, const struct passkey_answer *answer,
                                         id64 editor, struct passkey_judged *out, struct frg_error *err);
MUST_CHECK enum frg_status passkey_used(struct store_tx *tx, const struct passkey_judged *judged,
                                        struct frg_error *err);

/* ---- oidc.c ---- */

/* What the house's own log-in has vouched for under this token opens this account from now on. FRG_CONFLICT
 * oidc_expired; FRG_FORBIDDEN oidc_other_account. */
MUST_CHECK enum frg_status provider_link(struct store_tx *tx, str token, const struct staff *who,
                                         struct frg_error *err);

/* ---- staff.c ---- */

/* FRG_NOT_FOUND invitation_unknown. */
MUST_CHECK enum frg_status invitation_load(struct store_tx *tx, str token, struct store_invitation *out,
                                           struct frg_error *err);
/* Uses it up: this account belongs to the site now. Not for those that set a password. */
MUST_CHECK enum frg_status invitation_join(struct store_tx *tx, const struct store_invitation *i, id64 editor,
                                           struct frg_error *err);

/* ---- editors.c ---- */

/* Wherever a password is asked for: FRG_THROTTLED. */
MUST_CHECK enum frg_status login_throttle(struct service *svc, struct arena *a, str login, str client,
                                          struct frg_error *err);
/* A wrong password is in the log; editor NULL: a name that nobody has. */
MUST_CHECK enum frg_status login_failed(struct service *svc, struct arena *a, const struct store_editor *editor,
                                        str agent, struct frg_error *err);
/* Where somebody begins to work who logs in by this method: FRG_FORBIDDEN account_closed, password_off. */
MUST_CHECK enum frg_status first_site(struct store_tx *tx, const struct store_editor *e, str method, struct staff *out,
                                      struct frg_error *err);

#endif
