/* Rows about those who work at the desk: accounts, where they work, sessions, invitations, second factors.
 * Part of store/store.h. */
#ifndef STORE_STAFF_H
#define STORE_STAFF_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"

struct store_tx;

/* ---- editors, where they work, their sessions (editor.c, staff.c) ---------------------- */

struct store_editor {
	id64 id, site /* where the account was made */;
	str login, name, password_hash, email;
};
struct store_session {
	str token_hash;
	id64 id, editor, site;
	str csrf, agent, method /* how one logged in: service/staff/staff.h */;
	msec created, expires;
};
struct store_sessions {
	struct store_session *items;
	size_t count;
};

MUST_CHECK enum frg_status store_editor_put(struct store_tx *tx, const struct store_editor *e,
                                            struct frg_error *err); /* by login */
MUST_CHECK enum frg_status store_editor_by_login(struct store_tx *tx, str login, struct store_editor *out,
                                                 struct frg_error *err);
MUST_CHECK enum frg_status store_editor_by_id(struct store_tx *tx, id64 id, struct store_editor *out,
                                              struct frg_error *err);
MUST_CHECK enum frg_status store_session_insert(struct store_tx *tx, const struct store_session *s,
                                                struct frg_error *err);
/* Only the newest so many of an account stay. */
MUST_CHECK enum frg_status store_session_cap(struct store_tx *tx, id64 editor, int64_t most, struct frg_error *err);
MUST_CHECK enum frg_status store_session_get(struct store_tx *tx, str token_hash, struct store_session *out,
                                             struct frg_error *err);
/* Newest first, those that have not expired. */
MUST_CHECK enum frg_status store_session_list(struct store_tx *tx, id64 editor, msec now, struct store_sessions *out,
                                              struct frg_error *err);
MUST_CHECK enum frg_status store_session_delete(struct store_tx *tx, str token_hash, struct frg_error *err);
/* One of an editor's, by its name; FRG_NOT_FOUND. */
MUST_CHECK enum frg_status store_session_revoke(struct store_tx *tx, id64 editor, id64 id, struct frg_error *err);
/* Ends all that have expired, and all of one editor (0: nobody's), but the one with this token ("": none). */
MUST_CHECK enum frg_status store_session_purge(struct store_tx *tx, msec now, id64 editor, str but_token_hash,
                                               struct frg_error *err);
/* The site that a session works for. */
MUST_CHECK enum frg_status store_session_set_site(struct store_tx *tx, str token_hash, id64 site,
                                                  struct frg_error *err);

struct store_texts {
	str *items;
	size_t count;
};
struct store_membership {
	id64 editor, site;
	str role;
	bool open;
	msec created;
	struct store_texts sections; /* none: all */
	str login, name, email;      /* read only: of the account */
	msec last_login;             /* read only; 0: never */
};
struct store_memberships {
	struct store_membership *items;
	size_t count;
};
/* Inserts or replaces, sections included. */
MUST_CHECK enum frg_status store_membership_put(struct store_tx *tx, const struct store_membership *m,
                                                struct frg_error *err);
MUST_CHECK enum frg_status store_membership_get(struct store_tx *tx, id64 editor, id64 site,
                                                struct store_membership *out, struct frg_error *err);
/* Of a site (editor 0) or of an editor (site 0), by login. */
MUST_CHECK enum frg_status store_membership_list(struct store_tx *tx, id64 site, id64 editor,
                                                 struct store_memberships *out, struct frg_error *err);
/* How many open ones of this role a site has. */
MUST_CHECK enum frg_status store_membership_count(struct store_tx *tx, id64 site, str role, int64_t *count,
                                                  struct frg_error *err);

struct store_invitation {
	id64 id;
	str token_hash;
	id64 site;
	str email, name, role, sections /* JSON */, lang;
	id64 resets /* 0: a new member */, invited_by;
	msec created, expires, ended /* 0: open */;
};
struct store_invitations {
	struct store_invitation *items;
	size_t count;
};
MUST_CHECK enum frg_status store_invitation_insert(struct store_tx *tx, const struct store_invitation *i,
                                                   struct frg_error *err);
MUST_CHECK enum frg_status store_invitation_by_token(struct store_tx *tx, str token_hash, struct store_invitation *out,
                                                     struct frg_error *err);
/* Those not ended, newest first. */
MUST_CHECK enum frg_status store_invitation_open(struct store_tx *tx, id64 site, struct store_invitations *out,
                                                 struct frg_error *err);
/* Used or taken back; FRG_NOT_FOUND if it is not open any more. */
MUST_CHECK enum frg_status store_invitation_end(struct store_tx *tx, id64 site, id64 id, struct frg_error *err);

struct store_staff_event {
	id64 id, site, actor /* 0: a command, or nobody known */, subject /* 0: none */;
	str kind, detail;
	msec created;
	str actor_name, subject_name; /* read only */
};
struct store_staff_events {
	struct store_staff_event *items;
	size_t count;
};
MUST_CHECK enum frg_status store_staff_log(struct store_tx *tx, const struct store_staff_event *e,
                                           struct frg_error *err); /* assigns id and time */
/* Newest first, those before `before` (0: all). */
MUST_CHECK enum frg_status store_staff_log_page(struct store_tx *tx, id64 site, id64 before, int64_t limit,
                                                struct store_staff_events *out, struct frg_error *err);

/* ---- second factors (factor.c) ---------------------------------------------------------- */

struct store_totp {
	id64 editor;
	str secret;
	int64_t last_step;
	bool confirmed;
};
MUST_CHECK enum frg_status store_totp_put(struct store_tx *tx, const struct store_totp *t, struct frg_error *err);
MUST_CHECK enum frg_status store_totp_get(struct store_tx *tx, id64 editor, struct store_totp *out,
                                          struct frg_error *err);
/* Keeps a step that has been accepted; false in *first: it was before. */
MUST_CHECK enum frg_status store_totp_step(struct store_tx *tx, id64 editor, int64_t step, bool *first,
                                           struct frg_error *err);
MUST_CHECK enum frg_status store_totp_delete(struct store_tx *tx, id64 editor, struct frg_error *err);
MUST_CHECK enum frg_status store_recovery_insert(struct store_tx *tx, id64 editor, str hash, struct frg_error *err);
/* False in *there: no such code, or it has been used. */
MUST_CHECK enum frg_status store_recovery_use(struct store_tx *tx, id64 editor, str hash, bool *there,
                                              struct frg_error *err);
MUST_CHECK enum frg_status store_recovery_count(struct store_tx *tx, id64 editor, int64_t *count,
                                                struct frg_error *err);
MUST_CHECK enum frg_status store_recovery_clear(struct store_tx *tx, id64 editor, struct frg_error *err);

#endif
