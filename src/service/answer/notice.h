/* Notices of illegal content (Article 16 of Regulation (EU) 2022/2065): anybody reports what is published, an editor
 * decides, both sides are told. Part of service/service.h.
 * notice.c takes them; notice_desk.c shows and decides them; notice_answer.c tells and closes. */
#ifndef SERVICE_NOTICE_H
#define SERVICE_NOTICE_H

#include "service/desk.h"
#include "store/store.h"

struct service;

enum { NOTICE_TEXT_MAX = 3000, NOTICE_NAME_MAX = 100, NOTICES_PER_TEXT_MAX = 500 };

/* ---- by anybody ---- */

/* What can be reported: a comment as readers see it now. */
struct notice_target {
	const struct store_site *site;
	struct store_publication publication;
	struct store_article article;
	str link; /* the comment's electronic address */
};
/* FRG_NOT_FOUND not_found: readers do not see it, whatever the reason. */
MUST_CHECK enum frg_status service_notice_target(struct service *svc, struct arena *a, id64 comment,
                                                 struct notice_target *out, struct frg_error *err);
struct notice_command {
	id64 comment, revision; /* the text that was reported */
	enum frg_lang lang;
	str kind, explanation, name, email;
	bool good_faith;
	str form_key; /* 16–64 of A–Z a–z 0–9 _ -: sent twice it is one notice */
};
/* *token: the last part of the private link to its state. Errors: FRG_INVALID notice_kind_missing, notice_why_missing,
 * notice_name_missing, notice_email_missing, notice_email_invalid, notice_faith_missing, key_invalid;
 * FRG_CONFLICT notice_text_changed; FRG_NOT_FOUND not_found; FRG_THROTTLED notice_many. */
MUST_CHECK enum frg_status service_notice_give(struct service *svc, struct arena *a, const struct notice_command *cmd,
                                               str *token, struct frg_error *err);
struct notice_state {
	const struct store_site *site;
	struct store_notice notice;
	str article_title, comment_link; /* the link is empty when the text no longer stands there */
	msec due;
};
/* FRG_NOT_FOUND notice_unknown. */
MUST_CHECK enum frg_status service_notice_state(struct service *svc, struct arena *a, str token,
                                                struct notice_state *out, struct frg_error *err);

/* ---- at the desk ---- */

/* All notices on one text: decided together. */
struct notice_case {
	struct store_notice_case row;
	struct store_revision revision;
	struct store_comment comment;
	struct store_article article;
	struct store_notices notices; /* those of the case, oldest first */
	msec due;                     /* of an open one */
	bool is_public;               /* readers see exactly this text now */
	bool has_release;
	struct store_decision release; /* that it stands by, or stood by */
	bool has_decision;
	struct store_decision decision; /* that settled it */
	int64_t before;                 /* of an open one: how many notices on this text were settled earlier */
	enum frg_lang lang;
};
MUST_CHECK enum frg_status service_notices(struct service *svc, struct arena *a, const struct staff *who, bool open,
                                           int64_t limit, struct notice_case **out, size_t *count,
                                           struct frg_error *err);
MUST_CHECK enum frg_status service_notice_count(struct service *svc, struct arena *a, id64 site, int64_t *open,
                                                int64_t *overdue, struct frg_error *err);
struct notice_decision {
	const struct staff *who;
	id64 notice, last; /* any of the case; the newest that was seen */
	bool remove;
	str reasons;                        /* to who reported; when it stays they must be given */
	const struct decide_command *terms; /* to remove: rules, law, passages, the word to the author */
};
/* FRG_CONFLICT already_decided, notice_more (another one has come), not_released; FRG_FORBIDDEN section_forbidden;
 * FRG_INVALID notice_reasons_missing and as of removing. */
MUST_CHECK enum frg_status service_notice_decide(struct service *svc, struct arena *a,
                                                 const struct notice_decision *cmd, struct decide_result *out,
                                                 struct frg_error *err);
/* Who reported is forgotten half a year after the answer. */
MUST_CHECK enum frg_status service_notice_forget(struct service *svc, struct arena *a, struct frg_error *err);

#endif
