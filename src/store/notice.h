/* Rows about notices of illegal content: what was reported of exactly the text that was published, and what came of
 * it. Part of store/store.h. */
#ifndef STORE_NOTICE_H
#define STORE_NOTICE_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"

struct store_tx;

struct store_notice {
	id64 id, site, comment, revision;
	str text_hash;
	str kind;
	enum frg_lang lang;
	str explanation, name, email;
	str person, form_key;
	id64 joins; /* the earlier open one of the same person; 0: counts by itself */
	msec created, decided /* 0: open */;
	str outcome; /* empty, removed, kept, moot */
	id64 decision;
	str answer;
};
struct store_notices {
	struct store_notice *items;
	size_t count;
};
MUST_CHECK enum frg_status store_notice_insert(struct store_tx *tx, const struct store_notice *n,
                                               struct frg_error *err);
MUST_CHECK enum frg_status store_notice_get(struct store_tx *tx, id64 id, struct store_notice *out,
                                            struct frg_error *err);
MUST_CHECK enum frg_status store_notice_by_key(struct store_tx *tx, id64 site, str form_key, struct store_notice *out,
                                               struct frg_error *err);
/* The open one of this person on this text that counts. */
MUST_CHECK enum frg_status store_notice_by_person(struct store_tx *tx, id64 revision, str person,
                                                  struct store_notice *out, struct frg_error *err);
/* On a text, oldest first; those that are open, or all. */
MUST_CHECK enum frg_status store_notice_on_revision(struct store_tx *tx, id64 revision, bool only_open, int64_t limit,
                                                    struct store_notices *out, struct frg_error *err);
/* On any text of a comment: open, or settled at `since` or later; oldest first. */
MUST_CHECK enum frg_status store_notice_on_comment(struct store_tx *tx, id64 comment, msec since, int64_t limit,
                                                   struct store_notices *out, struct frg_error *err);
/* On a text, settled at exactly this time; oldest first. */
MUST_CHECK enum frg_status store_notice_settled(struct store_tx *tx, id64 revision, msec decided, int64_t limit,
                                                struct store_notices *out, struct frg_error *err);
/* How many there are on a text. */
MUST_CHECK enum frg_status store_notice_tally(struct store_tx *tx, id64 revision, int64_t *open, int64_t *settled,
                                              struct frg_error *err);
/* Those that a decision settled. */
MUST_CHECK enum frg_status store_notice_of_decision(struct store_tx *tx, id64 decision, struct store_notices *out,
                                                    struct frg_error *err);
/* How many persons have open notices on a comment. */
MUST_CHECK enum frg_status store_notice_reported(struct store_tx *tx, id64 comment, int64_t *persons,
                                                 struct frg_error *err);
/* Settles an open one: outcome, decision, answer, decided. */
MUST_CHECK enum frg_status store_notice_close(struct store_tx *tx, const struct store_notice *n, struct frg_error *err);
MUST_CHECK enum frg_status store_notice_reopen(struct store_tx *tx, id64 id, struct frg_error *err);

/* Texts with notices: each is one case. */
struct store_notice_case {
	id64 revision;
	msec first; /* the oldest open notice; of decided ones, when they were decided */
	id64 last;  /* the newest notice of the case */
	int64_t persons;
};
struct store_notice_cases {
	struct store_notice_case *items;
	size_t count;
};
/* Open ones, the oldest first; or decided ones, the newest first. */
MUST_CHECK enum frg_status store_notice_cases(struct store_tx *tx, id64 site, bool open, int64_t limit,
                                              struct store_notice_cases *out, struct frg_error *err);
/* Open cases, and how many of them began before `late`. */
MUST_CHECK enum frg_status store_notice_count(struct store_tx *tx, id64 site, msec late, int64_t *open,
                                              int64_t *overdue, struct frg_error *err);
/* What was written in settled ones on a text, which may quote it, goes. */
MUST_CHECK enum frg_status store_notice_forget_text(struct store_tx *tx, id64 revision, struct frg_error *err);
/* Given with this address, whatever its case; oldest first, after an id. */
MUST_CHECK enum frg_status store_notice_by_email(struct store_tx *tx, id64 site, str email, id64 after, int64_t limit,
                                                 struct store_notices *out, struct frg_error *err);
/* Of a settled one all that is of or about who gave it; what came of it stays. */
MUST_CHECK enum frg_status store_notice_erase(struct store_tx *tx, id64 id, struct frg_error *err);
/* Who reported is forgotten in what was settled before `before`. */
MUST_CHECK enum frg_status store_notice_forget(struct store_tx *tx, msec before, struct frg_error *err);

#endif
