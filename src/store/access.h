/* Rows about how people of the staff get in: passkeys, what a browser was asked, the house's own log-in.
 * Part of store/store.h. */
#ifndef STORE_ACCESS_H
#define STORE_ACCESS_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"

struct store_tx;

/* ---- passkeys ---- */

struct store_passkey {
	id64 id, editor;
	str rp_id, credential, key /* base64url both */, transports, name;
	int64_t sign_count;
	bool backup_eligible, backed_up;
	msec created, used /* 0: not yet */;
};
struct store_passkeys {
	struct store_passkey *items;
	size_t count;
};
/* FRG_CONFLICT passkey_there: this credential is known already. */
MUST_CHECK enum frg_status store_passkey_insert(struct store_tx *tx, const struct store_passkey *p,
                                                struct frg_error *err);
MUST_CHECK enum frg_status store_passkey_by_credential(struct store_tx *tx, str rp_id, str credential,
                                                       struct store_passkey *out, struct frg_error *err);
/* Of one person, oldest first. */
MUST_CHECK enum frg_status store_passkey_list(struct store_tx *tx, id64 editor, struct store_passkeys *out,
                                              struct frg_error *err);
/* FRG_NOT_FOUND if it is not this person's. */
MUST_CHECK enum frg_status store_passkey_rename(struct store_tx *tx, id64 editor, id64 id, str name,
                                                struct frg_error *err);
MUST_CHECK enum frg_status store_passkey_delete(struct store_tx *tx, id64 editor, id64 id, struct frg_error *err);
MUST_CHECK enum frg_status store_passkey_clear(struct store_tx *tx, id64 editor, struct frg_error *err);
/* Keeps what a use of it told. False in *first: the count is not what it was when the answer was judged. */
MUST_CHECK enum frg_status store_passkey_use(struct store_tx *tx, const struct store_passkey *as_judged,
                                             int64_t sign_count, bool backed_up, bool *first, struct frg_error *err);
/* Has this person any second factor in force? */
MUST_CHECK enum frg_status store_factor_there(struct store_tx *tx, id64 editor, bool *there, struct frg_error *err);

/* ---- what a browser was asked ---- */

/* So many of a kind are kept; then the oldest give way. */
enum { STORE_CHALLENGES = 2000 };

struct store_challenge {
	str token_hash, kind;
	id64 site, editor /* 0: anybody */;
	str data;
	msec created, expires;
};
/* Takes the place of what was asked before under the same token. */
MUST_CHECK enum frg_status store_challenge_put(struct store_tx *tx, const struct store_challenge *c,
                                               struct frg_error *err);
/* Takes it away. FRG_NOT_FOUND: none such, or over. */
MUST_CHECK enum frg_status store_challenge_take(struct store_tx *tx, str token_hash, str kind,
                                                struct store_challenge *out, struct frg_error *err);

/* ---- the house's own log-in ---- */

struct store_identity {
	str issuer, subject;
	id64 editor;
	str email;
	msec created, used;
};
struct store_identities {
	struct store_identity *items;
	size_t count;
};
/* Inserts, or notes that it was used now. */
MUST_CHECK enum frg_status store_identity_put(struct store_tx *tx, const struct store_identity *i,
                                              struct frg_error *err);
MUST_CHECK enum frg_status store_identity_get(struct store_tx *tx, str issuer, str subject, struct store_identity *out,
                                              struct frg_error *err);
MUST_CHECK enum frg_status store_identity_list(struct store_tx *tx, id64 editor, struct store_identities *out,
                                               struct frg_error *err);
MUST_CHECK enum frg_status store_identity_clear(struct store_tx *tx, id64 editor, struct frg_error *err);
/* How many accounts have this address (in any case), and one of them. */
MUST_CHECK enum frg_status store_editor_by_email(struct store_tx *tx, str email, id64 *editor, int64_t *count,
                                                 struct frg_error *err);

#endif
