/* A lane that releases by itself, opened by an administrator for one section and for a limit: of what it releases, at
 * most this share would have been refused by people (risk.h has the promise and its method; docs/automatic.md what it
 * does not promise). Nothing is ever refused by itself.
 *
 * The way of a comment: the tail hears `held` → service_automatic_held looks at it (automatic_case.c: what never goes
 * by itself) and draws some blind for people → service_automatic_due releases the others after a delay, as a decision
 * in the chain that names policy and signer. The way back: service_automatic_learn reads the chain for what people
 * decided → service_automatic_guard closes a lane whose error passes its limit, or whose signer or engine is gone. All
 * of these are called by the tail's thread, never by a request. */
#ifndef SERVICE_AUTOMATIC_H
#define SERVICE_AUTOMATIC_H

#include "service/automatic/risk.h"
#include "service/staff/staff.h"
#include "store/automatic.h"

struct service;

enum {
	AUTOMATIC_CONFIDENCE = 950, /* permille */
	AUTOMATIC_DRAW_MIN = 50,    /* permille drawn blind */
	AUTOMATIC_FIRST_MIN = 3,    /* comments of an author that people released before */
	AUTOMATIC_FIRST_MAX = 100,
	AUTOMATIC_DELAY_MIN = 10, /* seconds, so that authors may take back what they sent */
	AUTOMATIC_DELAY_MAX = 3600,
	AUTOMATIC_DELAY = 60,
	AUTOMATIC_LIMITS = 5,
	AUTOMATIC_SECTIONS = 100,
	AUTOMATIC_HISTORY = 50,
	AUTOMATIC_WORD_MAX = 500
};
/* The limits that can be chosen, permille. Few, and fixed beforehand: a limit looked for until one fits is none. */
extern const int64_t automatic_limits[AUTOMATIC_LIMITS];

/* ---- at the desk ---- */

/* What a limit would mean in a section. */
struct automatic_choice {
	int64_t limit;
	struct risk_threshold found;
	/* with found.answer RISK_FOUND, had it been open in the last thirty days: */
	int64_t month, month_bad; /* comments at or under the threshold that people decided; refused of these */
	double low, high;         /* 95 % interval of the share refused */
	double per_day;           /* releases by itself a day, less those drawn at the least share */
};
struct automatic_section {
	str section;
	int64_t decided, eligible; /* lately, by people, with this engine's score; what may go by itself of these */
	struct store_automatic_reasons excluded;
	bool four_eyes;
	struct automatic_choice choices[AUTOMATIC_LIMITS];
	bool is_open;
	struct store_automatic_policy policy;
	struct store_automatic_count count;
	double low, high; /* 95 % interval of the measured error */
};
/* A policy that was or is in force, with what it did. */
struct automatic_past {
	struct store_automatic_policy policy;
	struct store_automatic_count count;
	double low, high;
};
struct automatic_view {
	struct automatic_section *sections;
	size_t section_count;
	struct automatic_past *history;
	size_t history_count;
	str engine;
};
MUST_CHECK enum frg_status service_automatic_view(struct service *svc, struct arena *a, const struct staff *who,
                                                  struct automatic_view *out, struct frg_error *err);

struct automatic_sign {
	const struct staff *who;
	str section;
	int64_t limit, threshold;   /* as shown; */
	int64_t draw, first, delay; /* permille, comments, seconds */
	str password;
};
/* Signs and opens. FRG_FORBIDDEN password_wrong, section_forbidden; FRG_THROTTLED login_throttled; FRG_INVALID
 * automatic_invalid; FRG_CONFLICT automatic_changed (the threshold is another by now), automatic_few, automatic_high,
 * automatic_four_eyes. */
MUST_CHECK enum frg_status service_automatic_sign(struct service *svc, struct arena *a,
                                                  const struct automatic_sign *cmd, int64_t *version,
                                                  struct frg_error *err);
/* FRG_CONFLICT automatic_closed: it is not open any more. */
MUST_CHECK enum frg_status service_automatic_close(struct service *svc, struct arena *a, const struct staff *who,
                                                   str section, int64_t version, str word, struct frg_error *err);
/* Does any lane of this site release by itself? */
MUST_CHECK enum frg_status service_automatic_any(struct service *svc, struct arena *a, id64 site, bool *open,
                                                 struct frg_error *err);

/* ---- by the tail ---- */

/* A comment has come in, and a lane of its site is open (service_automatic_any). */
MUST_CHECK enum frg_status service_automatic_held(struct service *svc, struct arena *a, id64 site, id64 revision,
                                                  struct frg_error *err);
/* Releases what is due by now; *more: there may be more. */
MUST_CHECK enum frg_status service_automatic_due(struct service *svc, struct arena *a, bool *more,
                                                 struct frg_error *err);
/* The next decisions of the chain become cases, once they can no longer be taken back; *more: there may be more. */
MUST_CHECK enum frg_status service_automatic_learn(struct service *svc, struct arena *a, bool *more,
                                                   struct frg_error *err);
/* Closes what must not stay open. */
MUST_CHECK enum frg_status service_automatic_guard(struct service *svc, struct arena *a, struct frg_error *err);

/* ---- shared by its files ---- */

/* A comment as a lane looks at it. */
struct automatic_look {
	const struct store_comment *comment;
	const struct store_revision *revision;
	const struct store_article *article;
	str findings; /* as stored */
	int64_t first;
	msec at;   /* when it would go */
	bool past; /* looking back: what only a waiting comment has is not known */
};
/* The chance of being refused for any rule, from stored findings, in ten-thousandths; -1: not known. */
int64_t automatic_score(str findings);
/* Why this one never goes by itself; empty: it may. */
MUST_CHECK enum frg_status automatic_excluded(struct store_tx *tx, const struct automatic_look *look, str *why,
                                              struct frg_error *err);
/* By a keyed hash of the revision's id: nobody outside can foretell or influence it. */
MUST_CHECK enum frg_status automatic_drawn(struct store_tx *tx, id64 revision, const char *what, int64_t permille,
                                           bool *drawn, struct frg_error *err);
/* The installation's key for draws, made once. */
MUST_CHECK enum frg_status automatic_key_make(struct store_tx *tx, void *ctx, struct frg_error *err);
/* Ends it and tells: the log, the desk, administrators by mail. */
struct automatic_end {
	const struct store_automatic_policy *policy;
	const char *why;
	str word;
	const struct staff *who; /* NULL: by itself */
};
MUST_CHECK enum frg_status automatic_end(struct service *svc, struct store_tx *tx, const struct automatic_end *end,
                                         bool *first, struct frg_error *err);
/* Who signed, if they still may; FRG_NOT_FOUND otherwise. */
MUST_CHECK enum frg_status automatic_signer(struct store_tx *tx, const struct store_automatic_policy *p,
                                            struct staff *out, struct frg_error *err);
bool automatic_names(const struct store_texts *sections, str section);

#endif
