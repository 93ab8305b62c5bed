/* What editors see and do: the queue and its lanes, decisions, letters, objections, the desk's settings.
 * Part of service/service.h. */
#ifndef SERVICE_DESK_H
#define SERVICE_DESK_H

#include "base/json.h"
#include "render/render.h"
#include "service/campaign.h"
#include "service/person/person.h"
#include "service/staff/staff.h"
#include "store/store.h"

struct service;

/* ---- queue.c: what editors see -------------------------------------------------------- */

struct queue_earlier {
	struct store_revision revision;
	bool decided;
	struct store_decision decision;
};
struct queue_recent {
	struct store_revision revision;
	str article_title, rules;
};
enum { DECIDE_BATCH_MAX = 100 };
enum { QUEUE_COPIES_MAX = 30 }; /* of an item; all are told by service_group */
struct queue_copy {
	struct store_revision revision;
	struct store_comment comment;
	struct store_article article;
	double likeness; /* 1: the same text but for case, spaces, signs */
};
struct queue_item {
	struct store_revision revision;
	struct store_comment comment;
	struct store_article article;
	struct store_review review;
	int64_t record[6]; /* by enum store_state, all of the author's */
	struct queue_recent *recent;
	size_t recent_count;
	bool has_parent, parent_released;
	str parent_state;                /* of its latest text; "removed": withdrawn from the page, its place stays */
	struct store_publication parent; /* as released; name and text of the held one otherwise */
	bool released_before;
	str released_text;
	struct queue_earlier *earlier;
	size_t earlier_count;
	struct store_queue_row row; /* revision 0: it does not wait */
	bool referred;
	struct store_decision referral; /* the row of the chain that tells of it */
	msec suspended_until;           /* of the author; 0: no */
	int64_t reported;               /* persons with open notices on the comment */
	bool like_suspended;            /* somebody suspended writes with the same address or name */
	struct store_suspended_like like;
	struct address_view line; /* by which it came */
	bool reposted;
	struct store_decision repost; /* that refused the same text before */
	id64 group; /* what waits with nearly the same text has this in common; 0: nothing is decided along with it */
	struct queue_copy *copies; /* the first that wait too, at most QUEUE_COPIES_MAX */
	size_t copy_count;
	int64_t alike; /* how many those are; of the first QUEUE_COUNTED */
	struct campaign campaign;
	int64_t linked; /* how many others wait with its link; -1: too many wait with it to say */
};
/* What waits is counted for each answer to the desk, so no further than this: "as many, or more". */
enum { QUEUE_COUNTED = 1000 };
struct queue_page {
	struct queue_item *items;
	size_t count;
	struct store_queue_count waiting; /* in the whole lane; to QUEUE_COUNTED */
	str next;                         /* cursor of the next page; empty: this is the last */
};
struct queue_query {
	const struct staff *who;
	str lane;   /* "all", "overdue", "second", "lawyer" or a team's own by its id; empty: all */
	str cursor; /* of the page before; empty: first */
	int64_t limit;
	bool once; /* of texts that are nearly the same, only the first in a page: of a thousand that are looked at */
};

/* FRG_INVALID cursor_invalid; FRG_NOT_FOUND lane_unknown. */
MUST_CHECK enum frg_status service_queue(struct service *svc, struct arena *a, const struct queue_query *query,
                                         struct queue_page *out, struct frg_error *err);
/* Whatever became of it. */
MUST_CHECK enum frg_status service_queue_item(struct service *svc, struct arena *a, const struct staff *who,
                                              id64 revision, struct queue_item *out, struct frg_error *err);
/* queue_group.c: all that waits with nearly the same text as this, or with this link of it but another text; what the
 * reader may decide along. A page holds what belongs of `limit` that are looked at: fewer, or none, though others
 * follow. */
struct group_query {
	const struct staff *who;
	id64 revision;
	str link;   /* host and path, as campaign_links has it; empty: by the text */
	str cursor; /* of the page before; empty: first */
	int64_t limit;
};
enum { GROUP_PAGE_MAX = DECIDE_BATCH_MAX };
struct group_page {
	struct queue_copy *items;
	size_t count;
	str next; /* empty: this is the last */
};
/* FRG_INVALID cursor_invalid, link_unknown; FRG_FORBIDDEN section_forbidden. */
MUST_CHECK enum frg_status service_group(struct service *svc, struct arena *a, const struct group_query *query,
                                         struct group_page *out, struct frg_error *err);
MUST_CHECK enum frg_status service_queue_waiting(struct service *svc, struct arena *a, id64 site, int64_t *waiting,
                                                 struct frg_error *err);

/* ---- settings.c: what a site's desk is set to ------------------------------------------- */

enum { DESK_SHIFTS_MAX = 20, DESK_CLOSED_MAX = 60, DESK_EDITORS_MAX = 200 };
/* Who is there when, in the server's local time. */
struct desk_shift {
	unsigned days; /* 1 Monday … 64 Sunday */
	int from, to;  /* minutes since midnight, to up to 1440 */
	int editors;
};

/* When comments close by themselves (closing_rules.c). */
enum { CLOSING_HOURS_MAX = 20, CLOSING_REASON_MAX = 300, CLOSING_DAYS_MAX = 3650, CLOSING_WAIT_MAX = 7 * 24 * 60 };
enum { CLOSING_WAIT_MINUTES = 480 };
struct closing_hours {
	unsigned days;               /* on which it begins: 1 Monday … 64 Sunday */
	int from, to;                /* minutes since midnight, local time; to not after from: on the next day */
	struct store_texts sections; /* none: all */
	str reason;                  /* shown to readers; may be empty */
};
struct closing_rules {
	struct closing_hours hours[CLOSING_HOURS_MAX];
	size_t hours_count;
	int64_t after_days; /* since an article appeared; 0: never */
	bool overload;      /* when what was measured says that too much waits */
	msec overload_wait; /* in which somebody is there: one that would wait longer is too many */
};
struct desk_settings {
	int64_t version;              /* 0: never set */
	struct store_texts four_eyes; /* sections where two persons must agree; "*": all */
	msec longest_wait;            /* what has waited longer is escalated */
	msec notice_time;             /* in which notices of illegal content are decided; to save 0: as it is */
	struct desk_shift shifts[DESK_SHIFTS_MAX];
	size_t shift_count;             /* 0: not known */
	struct store_texts closed_days; /* "2026-12-25" */
	struct closing_rules closing;
	bool keep_closing; /* wanted: these stay as they are */
};
MUST_CHECK enum frg_status service_settings(struct service *svc, struct arena *a, const struct staff *who,
                                            struct desk_settings *out, struct frg_error *err);
/* wanted->version is the one that was changed. FRG_CONFLICT conflict; FRG_INVALID wait_invalid, sections_invalid,
 * shift_invalid, closing_invalid. */
MUST_CHECK enum frg_status service_settings_save(struct service *svc, struct arena *a, const struct staff *who,
                                                 const struct desk_settings *wanted, struct desk_settings *out,
                                                 struct frg_error *err);

/* ---- lanes.c: ways to look at the queue ------------------------------------------------- */

enum { LANES_MAX = 30, LANE_NAME_MAX = 40 };
struct lane_view {
	str id, name;                     /* name empty: one of the built-in ones */
	str filter;                       /* JSON, as docs/openapi.yaml has it */
	struct store_queue_count waiting; /* to QUEUE_COUNTED */
};
MUST_CHECK enum frg_status service_lanes(struct service *svc, struct arena *a, const struct staff *who,
                                         struct lane_view **out, size_t *count, struct frg_error *err);
/* Replaces a team's own lanes; id empty: a new one. FRG_INVALID lane_invalid (err->pos: which, from 0). */
MUST_CHECK enum frg_status service_lanes_save(struct service *svc, struct arena *a, const struct staff *who,
                                              const struct lane_view *lanes, size_t count, struct frg_error *err);
/* Each comment of a lane as a dot: its scores and when it is due; at most `limit`, in the queue's order. */
MUST_CHECK enum frg_status service_board(struct service *svc, struct arena *a, const struct staff *who, str lane,
                                         int64_t limit, struct store_queue_rows *out, struct frg_error *err);
enum { CLAIM_MS = 45000 };
/* Says that one is looking at this (revision 0: at none) for CLAIM_MS; *out is who has it. */
MUST_CHECK enum frg_status service_claim(struct service *svc, struct arena *a, const struct staff *who, id64 revision,
                                         struct store_claim *out, struct frg_error *err);
MUST_CHECK enum frg_status service_claims(struct service *svc, struct arena *a, id64 site, struct store_claims *out,
                                          struct frg_error *err);
/* Forgets by which keys released texts were found again (store_near_forget), a page at a time; *more: there are others.
 */
MUST_CHECK enum frg_status service_near_forget(struct service *svc, struct arena *a, bool *more, struct frg_error *err);
/* Takes into the full-text index what has come in since, a page at a time; *more: there is more. */
MUST_CHECK enum frg_status service_search_follow(struct service *svc, struct arena *a, bool *more,
                                                 struct frg_error *err);
/* Marks what has waited longest of all allowed; *count: how many are new, which an event tells, too. */
MUST_CHECK enum frg_status service_escalate(struct service *svc, struct arena *a, id64 site, int64_t *count,
                                            struct frg_error *err);

/* ---- queue.c again: what was decided ------------------------------------------------------ */

struct recent_decision {
	struct store_decision decision;
	str text, article_id, article_title;
	bool is_public, picked; /* readers see this text now */
};
enum decided_by { DECIDED_BY_ANY, DECIDED_BY_PEOPLE, DECIDED_BY_ITSELF };
MUST_CHECK enum frg_status service_recent_decisions(struct service *svc, struct arena *a, const struct staff *who,
                                                    enum decided_by by, int64_t limit, struct recent_decision **out,
                                                    size_t *count, struct frg_error *err);

/* ---- search.c ------------------------------------------------------------------------------ */

struct search_query {
	const struct staff *who;
	str words;           /* in the text, the name or the headline; beginnings of words */
	str author, article; /* in the name, in the headline */
	str state, rule;     /* of enum store_state, of enum frg_rule; empty: any */
	msec from, to;       /* sent; to 0: until now */
	str cursor;
	int64_t limit;
};
struct search_hit {
	struct store_revision revision;
	struct store_comment comment;
	struct store_article article;
	bool decided;
	struct store_decision decision;
	int64_t reported; /* persons with open notices on the comment */
};
/* Newest first; *next: the cursor of the next page, empty on the last. FRG_INVALID search_invalid. */
MUST_CHECK enum frg_status service_search(struct service *svc, struct arena *a, const struct search_query *in,
                                          struct search_hit **out, size_t *count, str *next, struct frg_error *err);

/* ---- delay.c: the honest delay -------------------------------------------------------------- */

/* Learns what has become known since it was last called, by one thread; *more: not all yet. */
MUST_CHECK enum frg_status service_delay_refresh(struct service *svc, struct arena *a, id64 site, bool *more,
                                                 struct frg_error *err);
/* What a comment sent now would be told: as of the last refresh, from memory; never waits. */
struct service_ahead {
	msec from, until; /* 0: nothing is known, or */
	bool none;        /* too much is going on to give a time */
	bool open;        /* somebody is there now */
	msec staffed;     /* of the time until then, as much as somebody is there */
	int64_t waiting;
	msec at; /* 0: not looked yet */
};
void service_delay_ahead(struct service *svc, id64 site, struct service_ahead *out);
/* How often authors were told the truth, in the last thirty days. */
MUST_CHECK enum frg_status service_delay_record(struct service *svc, struct arena *a, const struct staff *who,
                                                struct store_forecast_record *out, struct frg_error *err);

/* ---- decide.c: what editors do with what is held -------------------------------------------- */

enum decide_action { DECIDE_RELEASE, DECIDE_REJECT, DECIDE_RETURN, DECIDE_REFER };
enum refer_to { REFER_SECOND, REFER_LAWYER };
enum { UNDO_MS = 10000, UNDO_GRACE_MS = 3000, DECIDE_WORD_MAX = 2000, DECIDE_PASSAGES_MAX = 20 };

/* A passage that the decision rests on, in UTF-16 units of the text, as browsers count. */
struct decide_passage {
	enum frg_rule rule;
	int64_t begin, end;
};
struct decide_command {
	const struct staff *who;
	id64 revision;
	int64_t version;
	enum decide_action action;
	unsigned rules; /* bit 1 << enum frg_rule */
	str word;       /* to the author; with DECIDE_REFER to the colleague */
	bool pick;      /* with DECIDE_RELEASE: marked as worth reading */
	enum refer_to refer;
	str law;      /* reject, remove: the law it breaks, one of letter_laws(); empty: the house rules */
	bool noticed; /* seen beforehand: a notice leads to it */
	const struct decide_passage *passages; /* none: those that the engine found for the rules */
	size_t passage_count;
	unsigned char block[FRG_RULE_COUNT]; /* which of the letter's sentences for a rule; 0: the first */
};
struct decide_result {
	id64 decision;
	msec decided;
	int64_t waiting;
	bool proposed; /* it waits for a second person now */
	/* on FRG_CONFLICT, as far as it applies: */
	str by, action;
	msec at;
	id64 newer_revision;
};

/* Errors: FRG_CONFLICT with code already_decided, revision_changed, revision_superseded, revision_withdrawn,
 * parent_not_released; FRG_INVALID with rules_missing, reason_missing, word_too_long, passage_invalid, law_unknown;
 * FRG_FORBIDDEN with section_forbidden, referred_to_lawyer, second_same_person, four_eyes_same_person. */
MUST_CHECK enum frg_status service_decide(struct service *svc, struct arena *a, const struct decide_command *cmd,
                                          struct decide_result *out, struct frg_error *err);
/* Many at once, in one transaction. Each stands for itself: what is refused keeps no other from being decided. */
struct decide_item {
	struct decide_command cmd; /* all by the same person */
	enum frg_status status;    /* other than FRG_OK already: it is left alone */
	struct frg_error err;
	struct decide_result result; /* without `waiting` */
};
MUST_CHECK enum frg_status service_decide_batch(struct service *svc, struct arena *a, const struct staff *who,
                                                struct decide_item *items, size_t count, int64_t *waiting,
                                                struct frg_error *err);
/* undo.c. FRG_CONFLICT: undo_too_late, undo_has_replies, conflict; FRG_FORBIDDEN: undo_not_yours. */
MUST_CHECK enum frg_status service_undo(struct service *svc, struct arena *a, const struct staff *who, id64 decision,
                                        id64 *revision, int64_t *waiting, struct frg_error *err);
/* "profanity,ad_link" ↔ bits */
str service_rules_text(struct arena *a, unsigned rules);
unsigned service_rules_bits(str text);

/* ---- released.c: what editors do with what is released, and with authors --------------------- */

/* Withdraws a released text: gone everywhere, with a letter to its author. cmd->revision is the released one; version
 * and action do not count. FRG_CONFLICT revision_superseded, not_released. */
MUST_CHECK enum frg_status service_remove(struct service *svc, struct arena *a, const struct decide_command *cmd,
                                          struct decide_result *out, struct frg_error *err);
MUST_CHECK enum frg_status service_pick(struct service *svc, struct arena *a, const struct staff *who, id64 revision,
                                        bool picked, struct decide_result *out, struct frg_error *err);
enum { SUSPEND_DAYS_MAX = 366 };
struct suspend_command {
	const struct staff *who;
	id64 revision; /* because of this text */
	int64_t days;  /* 0: the author may write again */
	unsigned rules;
	str word;
};
/* FRG_INVALID days_invalid, rules_missing; FRG_CONFLICT not_suspended. */
MUST_CHECK enum frg_status service_suspend(struct service *svc, struct arena *a, const struct suspend_command *cmd,
                                           struct decide_result *out, struct frg_error *err);

/* ---- closing.c: comments under an article ---------------------------------------------------------- */

struct closing_command {
	const struct staff *who;
	str article; /* external id */
	bool open;
	int64_t hours; /* 0: until somebody opens them */
	str reason;    /* shown to readers; may be empty */
};
/* FRG_NOT_FOUND article_unknown; FRG_INVALID hours_invalid; FRG_FORBIDDEN section_forbidden. */
MUST_CHECK enum frg_status service_close_thread(struct service *svc, struct arena *a, const struct closing_command *cmd,
                                                struct store_article *out, struct frg_error *err);
/* Opens those whose time is over. */
MUST_CHECK enum frg_status service_open_due(struct service *svc, struct arena *a, struct frg_error *err);

/* ---- closing_rules.c, closing_load.c: comments close by themselves ------------------------------------ */

/* As JSON, in the settings and in their text. FRG_INVALID closing_invalid. */
MUST_CHECK enum frg_status closing_rules_read(struct arena *a, const json_t *value, struct closing_rules *out,
                                              struct frg_error *err);
json_t *closing_rules_json(const struct closing_rules *rules);
/* After another process changed a site's. */
MUST_CHECK enum frg_status service_closing_reload(struct service *svc, id64 site, struct frg_error *err);
/* Looks, every few seconds, whether the clock or the load has closed or opened anything. *changed: pages of the whole
 * site are not as they were; *aged: those of these articles. */
MUST_CHECK enum frg_status service_closing_tick(struct service *svc, struct arena *a, id64 site, bool *changed,
                                                struct store_ids *aged, struct frg_error *err);
/* How it stands, for the desk. */
struct closing_state {
	bool by_load, closed; /* the rule is on; it is closed by it now */
	msec since;           /* when it last closed or opened; 0: never */
	msec open_until;      /* somebody keeps it open against the load; 0: no */
	str by;               /* who */
	msec limit, wait;     /* in staffed time; wait 0: not known or none can be given */
	bool no_time;         /* too much is going on to give one */
	bool hours_closed;    /* by the clock, for all sections */
	msec hours_until;     /* 0: no end in sight */
	str hours_reason;
};
MUST_CHECK enum frg_status service_closing_state(struct service *svc, struct arena *a, const struct staff *who,
                                                 struct closing_state *out, struct frg_error *err);
enum { KEEP_OPEN_HOURS_MAX = 24 };
/* Keeps comments open against the load for so many hours; 0: as measured again. FRG_INVALID hours_invalid. */
MUST_CHECK enum frg_status service_closing_keep_open(struct service *svc, struct arena *a, const struct staff *who,
                                                     int64_t hours, struct closing_state *out, struct frg_error *err);

/* ---- letter.c, objection.c: answering for it ---------------------------------------------------- */

struct service_letter {
	enum frg_lang lang;
	str subject, body;
	bool by_mail; /* the author has left an address */
};
/* What the letter would say; `kind` is reject, remove or suspend (for `days`). Errors as of deciding. */
MUST_CHECK enum frg_status service_letter(struct service *svc, struct arena *a, const struct decide_command *cmd,
                                          str kind, int64_t days, struct service_letter *out, struct frg_error *err);

enum { OBJECTION_TEXT_MAX = 3000 };
/* A letter with all that belongs to it. */
struct objection_case {
	struct store_statement statement;
	struct store_decision decision;
	struct store_revision revision;
	struct store_comment comment;
	struct store_article article;
	bool objected;
	struct store_objection objection;
	str answered_by; /* of a decided one */
};
/* By the last part of a letter's link. FRG_NOT_FOUND statement_unknown. */
MUST_CHECK enum frg_status service_objection_case(struct service *svc, struct arena *a, str token,
                                                  struct objection_case *out, struct frg_error *err);
enum view_objection service_objection_state(const struct objection_case *c);
/* FRG_CONFLICT objection_made; FRG_FORBIDDEN objection_late. */
MUST_CHECK enum frg_status service_object(struct service *svc, struct arena *a, str token, str text, str email,
                                          struct frg_error *err);
MUST_CHECK enum frg_status service_objections(struct service *svc, struct arena *a, const struct staff *who, bool open,
                                              int64_t limit, struct objection_case **out, size_t *count,
                                              struct frg_error *err);
enum objection_outcome { OBJECTION_UPHELD, OBJECTION_CHANGED, OBJECTION_REJECTED };
struct objection_command {
	const struct staff *who;
	id64 objection;
	enum objection_outcome outcome;
	str reasons;                        /* to the author */
	const struct decide_command *terms; /* OBJECTION_CHANGED: the new reasons' rules, law, passages */
};
/* Not by who decided first: FRG_FORBIDDEN objection_same_person. FRG_CONFLICT already_decided, revision_superseded,
 * parent_not_released; FRG_INVALID reason_missing, rules_missing. */
MUST_CHECK enum frg_status service_objection_decide(struct service *svc, struct arena *a,
                                                    const struct objection_command *cmd, struct frg_error *err);
MUST_CHECK enum frg_status service_objection_count(struct service *svc, struct arena *a, id64 site, int64_t *open,
                                                   struct frg_error *err);

#endif
