/* Readers as persons: how long what they left is kept, by which line they wrote, what is handed over to them, and how
 * it is erased. Nothing here is needed to review a comment. */
#ifndef SERVICE_PERSON_H
#define SERVICE_PERSON_H

#include "service/staff/staff.h"
#include "store/person.h"

struct service;

/* ---- privacy.c: for how long ---------------------------------------------------------- */

enum {
	ADDRESS_DAYS = 7,
	ADDRESS_DAYS_MAX = 30,
	PURGE_DAYS = 180,
	PURGE_DAYS_MIN = 1,
	PURGE_DAYS_MAX = 3650,
	LOG_DAYS = 365,
	LOG_DAYS_MIN = 30,
	SUGGESTION_DAYS = 365,
	MAIL_DAYS = 30,       /* letters that could not be delivered */
	INVITATION_DAYS = 30, /* after they have ended */
	SUSPENSION_DAYS = 365 /* after they have ended */
};
struct privacy_settings {
	int64_t version;         /* 0: never set */
	int64_t address_days;    /* 0: no addresses are stored */
	int64_t purge_days;      /* texts that were refused, given back, replaced or withdrawn */
	int64_t log_days;        /* the log of accounts */
	int64_t suggestion_days; /* suggested scores */
};
MUST_CHECK enum frg_status service_privacy(struct service *svc, struct arena *a, const struct staff *who,
                                           struct privacy_settings *out, struct frg_error *err);
/* wanted->version is the one that was changed. FRG_CONFLICT conflict; FRG_INVALID term_invalid. */
MUST_CHECK enum frg_status service_privacy_save(struct service *svc, struct arena *a, const struct staff *who,
                                                const struct privacy_settings *wanted, struct privacy_settings *out,
                                                struct frg_error *err);

/* ---- address.c: comments by the same line ------------------------------------------------- */

struct address_view {
	bool known;       /* is there anything? */
	int64_t days;     /* that it is kept for */
	int64_t comments; /* others by the same line in that time, up to STORE_LINE_MAX */
	int64_t authors;  /* who wrote them */
};
struct search_hit;
/* Other comments by the line that this revision came by, newest first. FRG_NOT_FOUND not_found. */
MUST_CHECK enum frg_status service_address_others(struct service *svc, struct arena *a, const struct staff *who,
                                                  id64 revision, int64_t limit, struct address_view *view,
                                                  struct search_hit **out, size_t *count, struct frg_error *err);

/* ---- person_find.c ---- */

enum person_link { PERSON_BY_EMAIL = 1, PERSON_BY_NAME = 2, PERSON_BY_COMMENT = 4, PERSON_BY_AUTHOR = 8 };
enum { PERSONS_MAX = 50 };
struct person_found {
	struct store_person person;
	unsigned links; /* what of the question leads to this author: bits of enum person_link */
};
/* Authors by an e-mail address that was left, a name, the id of a comment or of an author. FRG_INVALID search_invalid.
 */
MUST_CHECK enum frg_status service_persons(struct service *svc, struct arena *a, id64 site, str query,
                                           struct person_found **out, size_t *count, struct frg_error *err);

/* ---- person_export.c: handing over (Articles 15 and 20 GDPR) ------------------------------ */

/* Whose data: all of an author's, or one comment's. */
struct person_scope {
	id64 site, author;  /* author 0: the comment's */
	id64 comment;       /* 0: all */
	bool own;           /* for the reader: without what colleagues asked each other, and findings not yet decided on */
	enum frg_lang lang; /* of the explanations */
	size_t bytes_max;   /* of what is handed over; 0: however much it is */
};
enum { PERSON_BYTES_MAX = 16 << 20 }; /* in one answer over HTTP */
/* All that is kept, as docs/privacy.md describes it. The caller releases *out. FRG_NOT_FOUND person_unknown;
 * FRG_TOO_LARGE person_too_large. */
MUST_CHECK enum frg_status service_person_export(struct service *svc, const struct person_scope *scope, json_t **out,
                                                 struct frg_error *err);
/* The same at the desk: the log says who had it. */
MUST_CHECK enum frg_status service_person_hand_over(struct service *svc, const struct staff *who,
                                                    const struct person_scope *scope, json_t **out,
                                                    struct frg_error *err);
/* The author whom a capability names. FRG_NOT_FOUND person_unknown. */
MUST_CHECK enum frg_status service_person_of(struct service *svc, struct arena *a, const struct store_site *site,
                                             str reader, id64 *author, struct frg_error *err);

/* ---- person_erase.c: erasing (Article 17 GDPR) --------------------------------------------- */

struct person_hold {
	id64 comment; /* 0: the author */
	str kind;     /* evidence, notice, objection, suspension */
	msec since, until /* 0: not known */;
};
struct person_preview {
	int64_t comments, published, waiting, letters, mails, held /* comments that stay for now */;
	struct person_hold *holds;
	size_t hold_count;
	str digest; /* of what would be erased: a confirmation names it */
};
MUST_CHECK enum frg_status service_erase_preview(struct service *svc, struct arena *a, const struct person_scope *scope,
                                                 struct person_preview *out, struct frg_error *err);
struct erase_command {
	struct person_scope scope;
	const struct staff *who; /* NULL: the reader, or a command */
	bool by_reader;
	str digest; /* of the preview that was seen; empty: not looked at (a reader's, a command's) */
};
struct erase_result {
	id64 run;
	int64_t erased; /* comments */
	bool done;      /* false: something stays until its hold ends, or is still on its way */
	struct person_hold *holds;
	size_t hold_count;
};
/* Committed when it returns, in steps that each are whole. FRG_CONFLICT person_changed: it is not what was seen. */
MUST_CHECK enum frg_status service_erase(struct service *svc, struct arena *a, const struct erase_command *cmd,
                                         struct erase_result *out, struct frg_error *err);
MUST_CHECK enum frg_status service_erase_runs(struct service *svc, struct arena *a, id64 site, int64_t limit,
                                              struct store_runs *out, struct frg_error *err);
/* Goes on with what is unfinished, a batch at a time: *more. */
MUST_CHECK enum frg_status service_erase_continue(struct service *svc, struct arena *a, bool *more,
                                                  struct frg_error *err);

/* ---- person_notices.c: what somebody reported ------------------------------------------------------ */

/* All that was given with this address. Only for whoever has shown that it is theirs: no reader's button leads here.
 * The caller releases *out. */
MUST_CHECK enum frg_status service_notices_given(struct service *svc, id64 site, str email, json_t **out,
                                                 struct frg_error *err);
/* Name, address, words and answer go from those that are settled; what came of them stays. *open: others, which must be
 * answered first. */
MUST_CHECK enum frg_status service_notices_given_erase(struct service *svc, id64 site, str email, int64_t *erased,
                                                       int64_t *open, struct frg_error *err);

/* ---- purge.c: what has an end ------------------------------------------------------------------- */

struct purge_place { /* begins with zeros, and is zeros again when all has been looked at */
	int step;
	struct store_over after;
};
/* The next batch of a site. *count: texts and rows that went. */
MUST_CHECK enum frg_status service_purge(struct service *svc, struct arena *a, id64 site, struct purge_place *place,
                                         int64_t *count, struct frg_error *err);
enum scrub_when {
	SCRUB_QUIET, /* as SCRUB_SOON, when nothing more has gone for a moment */
	SCRUB_SOON,  /* if something has gone: at once while the database is small, at night when it is not */
	SCRUB_NOW
};
/* Clears the files of what has gone from the tables. FRG_UNAVAILABLE: later. */
MUST_CHECK enum frg_status service_scrub(struct service *svc, struct arena *a, enum scrub_when when, bool *done,
                                         struct frg_error *err);

#endif
