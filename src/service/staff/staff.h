/* People who work at the desk: roles and what they allow, accounts, invitations, sessions.
 * rights.c has the table; editors.c logs in; staff.c keeps accounts and invitations. What there is besides passwords
 * stands in service/staff/access.h and service/oidc.h. */
#ifndef SERVICE_STAFF_H
#define SERVICE_STAFF_H

#include "store/store.h"

struct service;

enum staff_role {
	ROLE_ADMINISTRATOR,
	ROLE_LEAD,
	ROLE_EDITOR,
	ROLE_TRAINEE, /* what a trainee decides is a proposal until a second person confirms it */
	ROLE_AUDITOR, /* reads all, changes nothing */
	ROLE_LAWYER
};
enum { ROLE_COUNT = 6 };

/* Bits. Each desk route names the one that it takes (api/routes.c); docs/roles.md has the table, which a test
 * tries route by route. */
enum right {
	RIGHT_SELF = 1 << 0,     /* one's own account */
	RIGHT_READ = 1 << 1,     /* queue, comments, decisions */
	RIGHT_DECIDE = 1 << 2,   /* release, reject, return, refer */
	RIGHT_ANSWER = 1 << 3,   /* withdraw what was released; decide objections and notices */
	RIGHT_THREAD = 1 << 4,   /* close and pause comments under an article */
	RIGHT_SUSPEND = 1 << 5,  /* suspend authors */
	RIGHT_SETTINGS = 1 << 6, /* read the settings */
	RIGHT_CHANGE = 1 << 7,   /* change them */
	RIGHT_EVIDENCE = 1 << 8, /* see what was preserved */
	RIGHT_LEGAL = 1 << 9,    /* preserve evidence; decide what waits for a lawyer */
	RIGHT_LOG = 1 << 10,     /* read the log of log-ins and of accounts */
	RIGHT_STAFF = 1 << 11,   /* invite, change roles, close accounts */
	RIGHT_PERSONS = 1 << 12, /* hand over and erase a reader's data */
	RIGHT_SIGN = 1 << 13,    /* open a lane that releases by itself */
	RIGHT_HOOKS = 1 << 14    /* say which programs of others are told what happens */
};
unsigned staff_rights(enum staff_role role);
str staff_role_name(enum staff_role role);
bool staff_role_of(str name, enum staff_role *out);

/* Somebody at work at one site. */
struct staff {
	id64 id, site;
	str login, name, email;
	enum staff_role role;
	unsigned rights;
	struct store_texts sections; /* none: all */
};
/* FRG_FORBIDDEN role_insufficient unless all of `rights` are there. */
MUST_CHECK enum frg_status staff_may(const struct staff *who, unsigned rights, struct frg_error *err);
bool staff_has_section(const struct staff *who, str section);

struct editor_session {
	struct staff who;
	id64 id;
	str csrf;
	str token;  /* only when just made */
	str method; /* how one logged in: service/staff/access.h */
	bool setup; /* may do nothing but set up a second factor, which the site demands */
	msec created, expires;
};

enum { STAFF_PASSWORD_MIN = 10, STAFF_SECTIONS_MAX = 50 };

/* ---- accounts ---- */

struct staff_account {
	id64 site;
	str login, name, email, password;
	const char *role; /* NULL: as it is; for a new one editor, or administrator if the site has none */
};
/* Makes or changes an account by a command. Errors: login_taken, name_empty, password_short, role_unknown. */
MUST_CHECK enum frg_status service_account_save(struct service *svc, const struct staff_account *account,
                                                struct frg_error *err);
MUST_CHECK enum frg_status service_staff_by_login(struct service *svc, struct arena *a, id64 site, str login,
                                                  struct staff *out, struct frg_error *err);
MUST_CHECK enum frg_status service_staff_list(struct service *svc, struct arena *a, id64 site,
                                              struct store_memberships *members, struct store_invitations *invitations,
                                              struct frg_error *err);
struct staff_change {
	const struct staff *who;
	id64 editor;
	enum staff_role role;
	struct store_texts sections;
	bool open;
};
/* FRG_CONFLICT last_administrator: the site would be left without one. */
MUST_CHECK enum frg_status service_staff_change(struct service *svc, struct arena *a, const struct staff_change *change,
                                                struct frg_error *err);
MUST_CHECK enum frg_status service_password_change(struct service *svc, struct arena *a,
                                                   const struct editor_session *session, str before, str after,
                                                   struct frg_error *err);

/* ---- invitations ---- */

struct staff_invitation {
	const struct staff *who;
	str name, email;
	enum staff_role role;
	struct store_texts sections;
	enum frg_lang lang;
	id64 resets; /* an editor of this site who is to choose a new password; name, email and role are theirs */
};
/* *link is the page to open, shown once and sent by mail if there is an address. */
MUST_CHECK enum frg_status service_invite(struct service *svc, struct arena *a, const struct staff_invitation *i,
                                          id64 *id, str *link, struct frg_error *err);
MUST_CHECK enum frg_status service_invitation_end(struct service *svc, struct arena *a, const struct staff *who,
                                                  id64 id, struct frg_error *err);
struct invitation_view {
	struct store_invitation invitation;
	str site_name, login; /* login: of the account whose password it sets; empty: to be chosen */
};
/* FRG_NOT_FOUND invitation_unknown: used, taken back, over, or never there. */
MUST_CHECK enum frg_status service_invitation_get(struct service *svc, struct arena *a, str token,
                                                  struct invitation_view *out, struct frg_error *err);
struct invitation_accept {
	str token, login, name, password, agent, client;
};
/* Makes the account (or, with the password of one that is there, adds the site to it) and logs in; not (out->token is
 * empty) if the account has a second factor. */
MUST_CHECK enum frg_status service_invitation_accept(struct service *svc, struct arena *a,
                                                     const struct invitation_accept *cmd, struct editor_session *out,
                                                     struct frg_error *err);

/* ---- log-in and sessions ---- */

struct login_command {
	const struct store_site *at; /* whose page it is: passkeys work at its address */
	str login, password, client, agent;
	str code;    /* one-time or recovery code; empty: none was asked for yet */
	str passkey; /* what the browser answered to login_needs.options; empty: nothing */
	str browser; /* the token that came with these options */
	str house;   /* the token of what the house's own log-in has vouched for: from now on it opens this account, too */
};
/* With second_factor: what this account can answer with. */
struct login_needs {
	bool code;
	str options; /* for a passkey; empty: it has none for this address */
	str browser; /* to be kept by the browser for the answer */
};
/* FRG_UNAUTHENTICATED login_failed, second_factor (the password is right, a code or passkey is needed),
 * second_factor_wrong, passkey_…; FRG_THROTTLED login_throttled (err->pos: seconds to wait); FRG_FORBIDDEN
 * account_closed, password_off. */
MUST_CHECK enum frg_status service_login(struct service *svc, struct arena *a, const struct login_command *cmd,
                                         struct editor_session *out, struct login_needs *needs, struct frg_error *err);
MUST_CHECK enum frg_status service_session(struct service *svc, struct arena *a, str token, struct editor_session *out,
                                           struct frg_error *err);
/* Has this process seen it to be good? It may be over since; for who is let wait where, not for who may do what. Never
 * waits. */
bool service_session_known(struct service *svc, str token);
MUST_CHECK enum frg_status service_logout(struct service *svc, struct arena *a, str token, struct frg_error *err);
MUST_CHECK enum frg_status service_session_list(struct service *svc, struct arena *a, const struct staff *who,
                                                struct store_sessions *out, struct frg_error *err);
MUST_CHECK enum frg_status service_session_end(struct service *svc, struct arena *a, const struct staff *who, id64 id,
                                               struct frg_error *err);
/* Works for another site from now on. FRG_NOT_FOUND site_unknown. */
MUST_CHECK enum frg_status service_session_site(struct service *svc, struct arena *a, str token,
                                                const struct staff *who, id64 site, struct frg_error *err);
/* Where one may work: open memberships. */
MUST_CHECK enum frg_status service_staff_sites(struct service *svc, struct arena *a, id64 editor,
                                               struct store_memberships *out, struct frg_error *err);
MUST_CHECK enum frg_status service_staff_log(struct service *svc, struct arena *a, id64 site, id64 before,
                                             int64_t limit, struct store_staff_events *out, struct frg_error *err);

#endif
