/* Rows about what waits: the queue, its lanes, who looks at what (queue.c). Part of store/store.h. */
#ifndef STORE_QUEUE_H
#define STORE_QUEUE_H

#include "base/clock.h"
#include "base/id.h"

struct store_tx;

struct store_ids {
	id64 *items;
	size_t count;
};

enum { STORE_NEAR_KEYS = 9 };
struct store_queue_row {
	id64 revision, site, comment, article, author;
	str section, lang;
	msec submitted, due;
	str suggestion;
	int64_t score[FRG_RULE_COUNT]; /* thousandths; off_topic -1: unknown */
	int64_t author_released, author_rejected;
	bool edit, returned;
	str referral; /* empty: none */
	id64 referral_by;
	msec escalated;                 /* 0: not */
	id64 group;                     /* the same for texts that are nearly the same: the first of them */
	id64 repost_of;                 /* the decision that refused this text before; 0: none */
	id64 blind_for;                 /* whose decision is to be repeated by somebody else; 0: it really waits */
	uint64_t near[STORE_NEAR_KEYS]; /* by which it is found again while it waits; not read back */
	size_t near_count;
};
struct store_queue_rows {
	struct store_queue_row *items;
	size_t count;
};
enum store_author_kind { AUTHOR_ANY, AUTHOR_FIRST, AUTHOR_RELEASED, AUTHOR_REJECTED };
/* All zero but site: everything. */
struct store_queue_filter {
	id64 site;
	/* "\nPolitik\nSport\n", as any other sign may stand in a name; empty: all. Both must hold */
	str own_sections, sections;
	str lang;
	bool by_score;
	int64_t min[FRG_RULE_COUNT], max[FRG_RULE_COUNT]; /* thousandths, if by_score */
	enum store_author_kind author;
	bool only_edits, only_returned, only_escalated;
	bool only_appealed;   /* an objection was made about the comment */
	bool only_reported;   /* a comment of its author has an open notice: this one's released text, or another */
	str referral;         /* only these, as "|second|proposal|"; empty: any */
	bool without_lawyer;  /* leave out what waits for one */
	id64 but_referred_by; /* leave out what this editor asks a second person about */
	unsigned suggestions; /* 1 release, 2 look, 4 reject; 0: any */
	id64 article;
	msec before; /* sent before; 0: any */
	id64 asked;  /* sees also what others decided and is to be judged again; 0: nobody does */
};
/* A place in the order: what has been escalated first, then by due time. */
struct store_queue_place {
	int64_t turn; /* 0: escalated, 1: not */
	msec due;
	id64 revision; /* 0: before all */
};
/* Inserts or replaces. That something enters the queue is to be told to the outbox by the same transaction (as it is by
 * a process that begins, before others): other programs' writers learn of its keys by that. */
MUST_CHECK enum frg_status store_queue_put(struct store_tx *tx, const struct store_queue_row *row,
                                           struct frg_error *err);
/* Of a revision that is not in it. */
MUST_CHECK enum frg_status store_queue_add(struct store_tx *tx, const struct store_queue_row *row,
                                           struct frg_error *err);
MUST_CHECK enum frg_status store_queue_get(struct store_tx *tx, id64 revision, struct store_queue_row *out,
                                           struct frg_error *err);
MUST_CHECK enum frg_status store_queue_page(struct store_tx *tx, const struct store_queue_filter *filter,
                                            const struct store_queue_place *after, int64_t limit,
                                            struct store_queue_rows *out, struct frg_error *err);
/* What waits in a group, and what waits with this key of a link (also to be judged again): in the order of the
 * revisions, those after `after`. */
MUST_CHECK enum frg_status store_queue_group(struct store_tx *tx, id64 group, id64 after, int64_t limit,
                                             struct store_queue_rows *out, struct frg_error *err);
MUST_CHECK enum frg_status store_queue_linked(struct store_tx *tx, id64 site, uint64_t key, id64 after, int64_t limit,
                                              struct store_queue_rows *out, struct frg_error *err);
/* How many of these wait for whoever has these sections (as in a filter) and for nobody else, but one; or but those of
 * a group. At most `limit` are looked at; *cut: as many there are, and perhaps others. */
MUST_CHECK enum frg_status store_queue_group_count(struct store_tx *tx, id64 group, id64 but, str own_sections,
                                                   int64_t limit, int64_t *count, bool *cut, struct frg_error *err);
MUST_CHECK enum frg_status store_queue_linked_count(struct store_tx *tx, id64 site, uint64_t key, id64 but_group,
                                                    str own_sections, int64_t limit, int64_t *count, bool *cut,
                                                    struct frg_error *err);
MUST_CHECK enum frg_status store_queue_repost(struct store_tx *tx, id64 revision, id64 decision, struct frg_error *err);
/* When each that waits is due, in order; 0 for those that have been escalated: they come first. At most STORE_DUE_MAX.
 */
enum { STORE_DUE_MAX = 100000 };
MUST_CHECK enum frg_status store_queue_due(struct store_tx *tx, id64 site, struct store_ids *out,
                                           struct frg_error *err);

struct store_queue_count {
	int64_t count, escalated; /* at most the limit each */
	msec oldest;              /* sent; 0: none. Of all, also beyond the limit */
};
/* Both count to `limit` and no further: a count that is the limit says "as many, or more". */
MUST_CHECK enum frg_status store_queue_count(struct store_tx *tx, const struct store_queue_filter *filter,
                                             int64_t limit, struct store_queue_count *out, struct frg_error *err);
/* Only how many, by what the filter says of who asks (sections, without_lawyer, asked, but_referred_by,
 * only_escalated). */
MUST_CHECK enum frg_status store_queue_waiting(struct store_tx *tx, const struct store_queue_filter *filter,
                                               int64_t limit, int64_t *count, struct frg_error *err);
/* How many of a site come before this place, at most STORE_AHEAD_MAX. */
enum { STORE_AHEAD_MAX = 200 };
MUST_CHECK enum frg_status store_queue_ahead(struct store_tx *tx, id64 site, const struct store_queue_place *of,
                                             int64_t *ahead, struct frg_error *err);
/* One more of this author's comments was released or rejected (or, negative, taken back). */
MUST_CHECK enum frg_status store_queue_author(struct store_tx *tx, id64 author, int64_t released, int64_t rejected,
                                              struct frg_error *err);
/* Marks what was sent before `before` and is not marked yet; *count: how many. */
MUST_CHECK enum frg_status store_queue_escalate(struct store_tx *tx, id64 site, msec before, int64_t *count,
                                                struct frg_error *err);

/* The longest wait was `before` and is `now`: due times follow; what was sent by `late` stays or becomes escalated. */
MUST_CHECK enum frg_status store_queue_stretch(struct store_tx *tx, id64 site, msec before, msec now, msec late,
                                               struct frg_error *err);

struct store_lane {
	id64 id, site;
	int64_t position;
	str name, filter; /* JSON */
};
struct store_lanes {
	struct store_lane *items;
	size_t count;
};
MUST_CHECK enum frg_status store_lane_list(struct store_tx *tx, id64 site, struct store_lanes *out,
                                           struct frg_error *err);
/* Replaces all of a site. */
MUST_CHECK enum frg_status store_lane_replace(struct store_tx *tx, id64 site, const struct store_lanes *lanes,
                                              struct frg_error *err);

struct store_claim {
	id64 revision, site, editor;
	str editor_name;
	msec until;
};
struct store_claims {
	struct store_claim *items;
	size_t count;
};
/* Takes or renews (*renewed: it was one's own already); *out says who has it. */
MUST_CHECK enum frg_status store_claim_take(struct store_tx *tx, const struct store_claim *claim, msec now,
                                            bool *renewed, struct store_claim *out, struct frg_error *err);
/* All of an editor's but `but` (0: all). */
MUST_CHECK enum frg_status store_claim_drop(struct store_tx *tx, id64 site, id64 editor, id64 but, int64_t *dropped,
                                            struct frg_error *err);
/* One that holds beyond `latest` was made when the clock was wrong. */
MUST_CHECK enum frg_status store_claim_list(struct store_tx *tx, id64 site, msec now, msec latest,
                                            struct store_claims *out, struct frg_error *err);

#endif
