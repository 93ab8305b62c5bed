/* Rows about readers as persons: the lines they wrote by, all that is kept of one, what has been erased and when.
 * Part of the store; see store/store.h for how its functions behave. */
#ifndef STORE_PERSON_H
#define STORE_PERSON_H

#include "base/json.h"
#include "store/store.h"

/* ---- by which line comments came (address.c) ------------------------------------------- */

struct store_address {
	id64 revision, site, author, comment;
	int64_t day; /* whose key the hash is made with */
	str hash;
	id64 line; /* rows of one address share it */
	msec created;
};
struct store_address_keys {
	struct store_address_key {
		int64_t day;
		str key;
	} * items;
	size_t count;
};
/* All that still exist, newest first. */
MUST_CHECK enum frg_status store_address_keys(struct store_tx *tx, struct store_address_keys *out,
                                              struct frg_error *err);
/* The day's key: this one, unless there is one already. */
MUST_CHECK enum frg_status store_address_key_make(struct store_tx *tx, int64_t day, str fresh, str *out,
                                                  struct frg_error *err);
/* The line of a row with one of these hashes, since `since`; 0 if there is none. At most STORE_ADDRESS_HASHES. */
enum { STORE_ADDRESS_HASHES = 8 };
MUST_CHECK enum frg_status store_address_find(struct store_tx *tx, id64 site, const str *hashes, size_t count,
                                              msec since, id64 *line, struct frg_error *err);
MUST_CHECK enum frg_status store_address_insert(struct store_tx *tx, const struct store_address *a,
                                                struct frg_error *err);
MUST_CHECK enum frg_status store_address_get(struct store_tx *tx, id64 revision, struct store_address *out,
                                             struct frg_error *err);
/* All of a comment. */
struct store_addresses {
	struct store_address *items;
	size_t count;
};
MUST_CHECK enum frg_status store_address_of_comment(struct store_tx *tx, id64 comment, struct store_addresses *out,
                                                    struct frg_error *err);
/* Other comments of a line since then, and how many authors wrote them; counted up to STORE_LINE_MAX. */
enum { STORE_LINE_MAX = 100 };
MUST_CHECK enum frg_status store_address_count(struct store_tx *tx, const struct store_address *but, msec since,
                                               int64_t *comments, int64_t *authors, struct frg_error *err);
/* Revisions of a line, newest first, of comments but one. */
MUST_CHECK enum frg_status store_address_others(struct store_tx *tx, const struct store_address *but, msec since,
                                                int64_t limit, struct store_ids *out, struct frg_error *err);
/* At most `limit` of a site's from before `before`; *count: how many. */
MUST_CHECK enum frg_status store_address_end(struct store_tx *tx, id64 site, msec before, int64_t limit, int64_t *count,
                                             struct frg_error *err);
/* Keys of days before `day` that no row needs any more. */
MUST_CHECK enum frg_status store_address_keys_end(struct store_tx *tx, int64_t day, struct frg_error *err);

/* ---- the chain of erasures (erasure.c) ---------------------------------------------------- */

struct store_erasure {
	int64_t seq;
	id64 site;
	str subject; /* text, decision, evidence */
	int64_t subject_id;
	str subject_hash;
	id64 comment;
	str state, cause;
	id64 run;
	int64_t term_days;
	id64 editor;
	str editor_name;
	msec created;
	int64_t chain_seq;
	str chain_hash, prev_hash, hash;
};
struct store_erasures {
	struct store_erasure *items;
	size_t count;
};
MUST_CHECK enum frg_status store_erasure_head(struct store_tx *tx, int64_t *seq, str *hash, struct frg_error *err);
/* Assigns seq, the chains' ends and the hash. */
MUST_CHECK enum frg_status store_erasure_append(struct store_tx *tx, struct store_erasure *e, struct frg_error *err);
/* What `hash` must be, given the other columns. `out` is HASH_TEXT_SIZE bytes. */
void store_erasure_hash(const struct store_erasure *e, char *out);
MUST_CHECK enum frg_status store_erasure_page(struct store_tx *tx, int64_t seq, int64_t limit,
                                              struct store_erasures *out, struct frg_error *err);
MUST_CHECK enum frg_status store_erasure_of(struct store_tx *tx, str subject, int64_t id, struct store_erasure *out,
                                            struct frg_error *err);
/* 0: no row has this hash. */
MUST_CHECK enum frg_status store_erasure_seq(struct store_tx *tx, str hash, int64_t *seq, struct frg_error *err);
/* A revision that is marked as purged without a row here; 0: none. */
MUST_CHECK enum frg_status store_erasure_missing(struct store_tx *tx, id64 *revision, struct frg_error *err);

/* ---- taking words away (erase.c) ---- */

/* Texts of a site that have been in a state but held and released since before `before`, oldest first, after a place.
 */
struct store_over {
	msec moved;
	id64 revision;
};
MUST_CHECK enum frg_status store_revision_over(struct store_tx *tx, id64 site, msec before, struct store_over after,
                                               int64_t limit, struct store_revisions *out, struct frg_error *err);
/* Empties the text for good; its hash stays. */
MUST_CHECK enum frg_status store_revision_purge(struct store_tx *tx, const struct store_revision *r,
                                                struct frg_error *err);
/* Whatever else there is because of this text but decisions and reviews: letters, objections, notices' words, mail,
 * keys, suggested scores, its place in the queue. */
MUST_CHECK enum frg_status store_revision_forget(struct store_tx *tx, const struct store_revision *r,
                                                 struct frg_error *err);
MUST_CHECK enum frg_status store_review_all(struct store_tx *tx, id64 revision, struct store_reviews *out,
                                            struct frg_error *err);
MUST_CHECK enum frg_status store_review_replace(struct store_tx *tx, id64 id, str findings, struct frg_error *err);
MUST_CHECK enum frg_status store_decision_erase(struct store_tx *tx, int64_t seq, struct frg_error *err);
/* Name and address of a comment. */
MUST_CHECK enum frg_status store_comment_erase(struct store_tx *tx, id64 id, struct frg_error *err);
/* Letters of a comment lead nowhere any more; by which lines it came goes. */
MUST_CHECK enum frg_status store_comment_forget(struct store_tx *tx, id64 id, struct frg_error *err);
/* Nobody's capability leads to this author any more. */
MUST_CHECK enum frg_status store_author_erase(struct store_tx *tx, id64 id, struct frg_error *err);
/* Has this author a comment that is not erased? */
MUST_CHECK enum frg_status store_author_left(struct store_tx *tx, id64 author, bool *left, struct frg_error *err);
/* An author's comments that are not erased, oldest first. */
MUST_CHECK enum frg_status store_author_comments(struct store_tx *tx, id64 author, id64 after, int64_t limit,
                                                 struct store_ids *out, struct frg_error *err);

/* All of them. */
MUST_CHECK enum frg_status store_person_comments(struct store_tx *tx, id64 author, id64 after, int64_t limit,
                                                 struct store_ids *out, struct frg_error *err);

/* How much of a comment there is, without reading its words. */
struct store_comment_extent {
	int64_t texts, changes, waiting, published, letters, mails;
};
MUST_CHECK enum frg_status store_comment_extent(struct store_tx *tx, id64 comment, struct store_comment_extent *out,
                                                struct frg_error *err);

/* ---- what may not go (erase.c) ---- */

struct store_hold {
	id64 comment;
	str kind;   /* evidence, objection, notice */
	msec since; /* its beginning */
	msec until; /* 0: not known */
};
struct store_holds {
	struct store_hold *items;
	size_t count;
};
/* What holds a comment's data now. A table that can hold something has its part of this query. */
MUST_CHECK enum frg_status store_comment_holds(struct store_tx *tx, id64 comment, struct store_holds *out,
                                               struct frg_error *err);
/* When the last objection to a decision on this revision can still be made; 0: none can. */
MUST_CHECK enum frg_status store_revision_objectable(struct store_tx *tx, id64 revision, msec *until,
                                                     struct frg_error *err);

/* ---- requests to erase (erasure.c) ---- */

struct store_run {
	id64 id, site, author, comment;
	str cause;
	id64 editor;
	str editor_name, state;
	int64_t erased;
	str holds; /* JSON */
	msec created, next, done;
};
struct store_runs {
	struct store_run *items;
	size_t count;
};
MUST_CHECK enum frg_status store_run_insert(struct store_tx *tx, const struct store_run *r, struct frg_error *err);
MUST_CHECK enum frg_status store_run_get(struct store_tx *tx, id64 id, struct store_run *out, struct frg_error *err);
MUST_CHECK enum frg_status store_run_update(struct store_tx *tx, const struct store_run *r, struct frg_error *err);
/* So many more comments; whoever else is at the same run counts, too. */
MUST_CHECK enum frg_status store_run_count(struct store_tx *tx, id64 id, int64_t erased, struct frg_error *err);
/* The one to go on with, at `now`: FRG_NOT_FOUND if there is none. */
MUST_CHECK enum frg_status store_run_due(struct store_tx *tx, msec now, struct store_run *out, struct frg_error *err);
/* An open one that asks for the same. */
MUST_CHECK enum frg_status store_run_open(struct store_tx *tx, id64 author, id64 comment, struct store_run *out,
                                          struct frg_error *err);
MUST_CHECK enum frg_status store_run_list(struct store_tx *tx, id64 site, int64_t limit, struct store_runs *out,
                                          struct frg_error *err);

/* ---- what has an end (retention.c) ---- */

enum store_term { TERM_STAFF_LOG, TERM_INVITATION, TERM_MAIL_FAILED, TERM_SUGGESTION, TERM_SUSPENSION };
enum { STORE_TERM_COUNT = 5 };
/* At most `limit` rows of a site from before `before` go; *count: how many. */
MUST_CHECK enum frg_status store_term_end(struct store_tx *tx, enum store_term what, id64 site, msec before,
                                          int64_t limit, int64_t *count, struct frg_error *err);
/* Suggested scores from before they had a text's hash get it; *more: not all yet. */
MUST_CHECK enum frg_status store_suggestion_hash(struct store_tx *tx, id64 site, int64_t limit, bool *more,
                                                 struct frg_error *err);

/* ---- a person's records (person.c) ---- */

struct store_person {
	id64 author;
	struct store_texts names, emails; /* at most a few */
	int64_t comments, released, erased;
	msec first, last;
};
MUST_CHECK enum frg_status store_person_get(struct store_tx *tx, id64 site, id64 author, struct store_person *out,
                                            struct frg_error *err);
/* Authors who left this address. */
MUST_CHECK enum frg_status store_person_by_email(struct store_tx *tx, id64 site, str email, int64_t limit,
                                                 struct store_ids *out, struct frg_error *err);
/* All that is kept, as JSON: arrays of rows by table, each under the id that it belongs to. */
enum store_record {
	RECORD_AUTHOR,     /* by author */
	RECORD_SUSPENSION, /* by author */
	RECORD_RUN,        /* by author */
	RECORD_COMMENT,    /* by comment, as the next */
	RECORD_PUBLICATION,
	RECORD_REVISION,
	RECORD_DECISION,
	RECORD_STATEMENT,
	RECORD_OBJECTION,
	RECORD_MAIL,
	RECORD_ADDRESS,
	RECORD_EVIDENCE,
	RECORD_NOTICE, /* settled ones, without who reported or what they said */
	RECORD_REVIEW, /* by revision, as the next */
	RECORD_FORECAST,
	RECORD_SUGGESTION
};
MUST_CHECK enum frg_status store_person_rows(struct store_tx *tx, enum store_record what, id64 of, json_t *out,
                                             struct frg_error *err);

/* ---- what a database keeps of what has gone (store.c) ---- */

/* Clears the database so that nothing of what was deleted is left in its files. With SQLite the full-text index is
 * merged and the file gone through in steps, between other writes; with PostgreSQL beside them. FRG_UNAVAILABLE: a
 * reader was in the way; later again. */
MUST_CHECK enum frg_status store_scrub(struct store *store, struct frg_error *err);
/* Bytes of the database. */
MUST_CHECK enum frg_status store_size(struct store_tx *tx, int64_t *bytes, struct frg_error *err);

#endif
