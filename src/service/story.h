/* One comment as the desk looks back on it: all that happened to it, and the conversation that it stands in as readers
 * see it. Part of service/service.h. */
#ifndef SERVICE_STORY_H
#define SERVICE_STORY_H

#include "service/staff/staff.h"
#include "store/story.h"

struct service;

/* ---- story.c ---- */

/* Everything that is kept of a comment, each list in the order in which it came. */
struct story {
	struct store_comment comment;
	struct store_article article;
	struct store_revisions revisions;
	struct store_reviews reviews;
	struct store_decisions decisions; /* undo rows too */
	struct store_statements letters;
	struct store_objections objections;
	bool published;
	struct store_publication publication;
	str parent_name; /* empty: it answers nobody */
	msec suspended_until;
};
/* FRG_NOT_FOUND comment_unknown; FRG_FORBIDDEN section_forbidden. */
MUST_CHECK enum frg_status service_story(struct service *svc, struct arena *a, const struct staff *who, id64 comment,
                                         struct story *out, struct frg_error *err);

/* ---- around.c ---- */

enum around_kind {
	AROUND_ABOVE,  /* what it answers, and what that answers, up to the top */
	AROUND_BESIDE, /* answers to the same; of one at the top, those that were published before it */
	AROUND_THIS,   /* itself, if readers see it */
	AROUND_BELOW   /* answers to it */
};
enum { AROUND_MAX = 60 };
struct around_item {
	struct store_publication publication;
	enum around_kind kind;
	str html; /* as readers read it */
};
/* The released conversation around a comment, in the order shown, from `publication` alone. */
struct around {
	struct around_item items[AROUND_MAX];
	size_t count, place; /* it stands, or would stand, before this one */
	int64_t depth;
	bool cut; /* there is more of it than these */
};
MUST_CHECK enum frg_status service_around(struct service *svc, struct arena *a, const struct staff *who, id64 comment,
                                          struct around *out, struct frg_error *err);

#endif
