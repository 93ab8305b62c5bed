/* Everything that is kept: rows in, rows out, all SQL. Knows no policy: which change is allowed
 * is the service's business. Functions on a `struct store_tx` run inside a transaction that the
 * service has begun by store_write or store_read; strings they return live in the arena given
 * there. "Not there" is FRG_NOT_FOUND, without a log line; other failures are the database's. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "store/evidence.h"
#include "store/notice.h"
#include "store/queue.h"
#include "store/site.h"
#include "store/access.h"
#include "store/staff.h"
#include "store/webhook.h"

struct store;
struct store_tx;

/* ---- opening, transactions -------------------------------------------- */

struct store_config {
	str url;          /* "sqlite:PATH", "postgres://…" as libpq takes it */
	unsigned readers; /* connections for reading; 0: 4 */
	bool create;      /* make the database if it is not there */
	str replicas; /* "postgres://… postgres://…": copies that follow `url`, a PostgreSQL database; empty: none */
	bool frozen;  /* a file that nobody writes: only read, as it lies; its schema must be this program's */
};

/* Opens and brings the schema up to date. Errors: FRG_INVALID (url), FRG_NOT_FOUND
 * (no such file and not `create`), FRG_IO, FRG_UNAVAILABLE (no such server or database at present), FRG_CORRUPT,
 * FRG_UNSUPPORTED (codes schema_changed: a migration that ran is not the one of this program; schema_newer: a newer
 * program's). */
MUST_CHECK enum frg_status store_open(const struct store_config *config, struct store **out, struct frg_error *err);
void store_close(struct store *store);

typedef enum frg_status store_work(struct store_tx *tx, void *ctx, struct frg_error *err);

/* Runs `work` in a writing transaction and returns once that is on the disk. Transactions that
 * wait at the same time are committed together; if `work` fails, only its own changes are undone.
 * The calling thread waits; `work` may run on another thread. */
MUST_CHECK enum frg_status store_write(struct store *store, struct arena *arena, store_work *work, void *ctx,
                                       struct frg_error *err);
/* Grows when work writes: tells, when it fails, whether something is to be undone. */
int64_t store_changes(struct store_tx *tx);
enum store_way {
	/* Work that refuses before its first write, or not at all: it needs nothing to go back to, and that is a third of
	 * what a small write costs. Should it fail later all the same, its whole group is undone and begins anew, each with
	 * something to go back to: so it may be run twice, and what the first run left in its `ctx` must not matter. What
	 * all plain work of a group tells, the outbox has when all of it is done. */
	STORE_PLAIN = 1,
	/* Stands behind all who are not patient: for what may come in floods. */
	STORE_PATIENT = 2,
};
/* The same in a way of its own (enum store_way, added up). */
MUST_CHECK enum frg_status store_write_as(struct store *store, unsigned ways, struct arena *arena, store_work *work,
                                          void *ctx, struct frg_error *err);
typedef void store_questions(struct store_tx *tx, void *ctx);
/* The same of work that knows what it is going to read: `ask` is called before it, as between store_ask and
 * store_asked; with STORE_PLAIN once for all of a group, so what others of it write does not show in the answers. What
 * must not be there twice, a constraint has to see to: then the group begins anew, and it shows. */
MUST_CHECK enum frg_status store_write_asking(struct store *store, unsigned ways, struct arena *arena,
                                              store_questions *ask, store_work *work, void *ctx, struct frg_error *err);
/* How many stand in line for the writer: for tests and figures. */
unsigned store_waiting(struct store *store);
/* Runs `work` on one consistent state, without holding up writers. */
MUST_CHECK enum frg_status store_read(struct store *store, struct arena *arena, store_work *work, void *ctx,
                                      struct frg_error *err);
/* The same on a replica whose state holds the event `least` and all before it, and of later ones, which this process
 * does not know, none of `subject` (an article or a site; 0: what is read never changes). FRG_UNAVAILABLE if there is
 * none, or if it fails. What else `work` answers may be so because the replica lags: the primary is to be asked then.
 */
MUST_CHECK enum frg_status store_read_replica(struct store *store, struct arena *arena, int64_t least, id64 subject,
                                              store_work *work, void *ctx, struct frg_error *err);
bool store_has_replicas(const struct store *store);
/* The newest event that this process knows to be committed: by its own writes (if there are replicas), and by what it
 * was told by store_know; `mark` is store_event_mark's, 0 if it is not known which event has this number. */
int64_t store_known(struct store *store);
void store_know(struct store *store, int64_t seq, int64_t mark);
/* Waits until more was committed here than *seen (start with 0; set on return), or `timeout` is
 * over (other processes write too), or store_wake is called. */
void store_wait_commit(struct store *store, int64_t *seen, msec timeout);
void store_wake(struct store *store);

/* Other nodes may serve the same PostgreSQL database: from now on their commits end store_wait_commit at once, and one
 * of all that follow does what is to be done once. A file has one node. */
MUST_CHECK enum frg_status store_follow(struct store *store, struct frg_error *err);
/* Is it this one? It may cease to be at any moment: what is done is guarded in the database besides. */
bool store_works(const struct store *store);

struct arena *store_arena(struct store_tx *tx);

/* What is going to be read, asked all at once: between store_ask and store_asked the functions that read only send
 * their questions, and say that nothing is there. Called again they find the answers, where the database is a round
 * trip away; of a file nothing is asked (false). What the same work writes in between does not show in the answers. */
bool store_ask(struct store_tx *tx);
void store_asked(struct store_tx *tx);
/* For what comes of a function meanwhile: nothing. */
static inline void store_unread(enum frg_status status) { (void)status; }

/* ---- authors, comments, revisions, reviews --------------------------------- */

enum store_state {
	STATE_HELD,
	STATE_RELEASED,
	STATE_REJECTED,
	STATE_RETURNED,
	STATE_SUPERSEDED, /* the author revised before a decision, or released a later revision */
	STATE_WITHDRAWN   /* by the author */
};
str store_state_name(enum store_state state);

struct store_comment {
	id64 id, site, article, parent /* 0: none */, author;
	str name, email;
	msec created;
	msec erased; /* 0: not */
};

struct store_revision {
	id64 id, site, comment, author;
	int64_t ordinal;
	str text, text_hash;
	enum store_state state;
	int64_t version;
	str idempotency_key;
	msec created;
	msec moved;  /* into its state */
	msec purged; /* 0: the text is there */
};
struct store_revisions {
	struct store_revision *items;
	size_t count;
};

struct store_review {
	id64 id, revision;
	str engine, suggestion, findings, article_hash;
	msec created;
};
struct store_reviews {
	struct store_review *items;
	size_t count;
};

MUST_CHECK enum frg_status store_author_insert(struct store_tx *tx, id64 id, id64 site, str token_hash,
                                               struct frg_error *err);
MUST_CHECK enum frg_status store_author_find(struct store_tx *tx, str token_hash, id64 *id, id64 *site,
                                             struct frg_error *err);
MUST_CHECK enum frg_status store_comment_insert(struct store_tx *tx, const struct store_comment *c,
                                                struct frg_error *err);
MUST_CHECK enum frg_status store_comment_get(struct store_tx *tx, id64 id, struct store_comment *out,
                                             struct frg_error *err);
MUST_CHECK enum frg_status store_revision_insert(struct store_tx *tx, const struct store_revision *r,
                                                 struct frg_error *err);
MUST_CHECK enum frg_status store_revision_get(struct store_tx *tx, id64 id, struct store_revision *out,
                                              struct frg_error *err);
MUST_CHECK enum frg_status store_revision_by_key(struct store_tx *tx, id64 author, str key, struct store_revision *out,
                                                 struct frg_error *err);
/* All of a comment, oldest first. */
MUST_CHECK enum frg_status store_revision_of_comment(struct store_tx *tx, id64 comment, struct store_revisions *out,
                                                     struct frg_error *err);
/* Those of a comment that are released: one, but for the moment between two. */
MUST_CHECK enum frg_status store_revision_released(struct store_tx *tx, id64 comment, struct store_ids *out,
                                                   struct frg_error *err);
MUST_CHECK enum frg_status store_revision_latest(struct store_tx *tx, id64 comment, struct store_revision *out,
                                                 struct frg_error *err);
/* Moves `from` to `to` and counts the version up, if state and version still are as expected
 * (version 0: any); FRG_CONFLICT otherwise. */
MUST_CHECK enum frg_status store_revision_move(struct store_tx *tx, id64 id, enum store_state from, int64_t version,
                                               enum store_state to, struct frg_error *err);
MUST_CHECK enum frg_status store_review_insert(struct store_tx *tx, const struct store_review *r,
                                               struct frg_error *err);
MUST_CHECK enum frg_status store_review_latest(struct store_tx *tx, id64 revision, struct store_review *out,
                                               struct frg_error *err);

/* Held revisions by id, those after `after` (0: from the start). */
MUST_CHECK enum frg_status store_held_page(struct store_tx *tx, id64 site, id64 after, int64_t limit,
                                           struct store_revisions *out, struct frg_error *err);
/* Held ones of all sites that have no row in the queue: of a database from before there was one. */
MUST_CHECK enum frg_status store_held_unqueued(struct store_tx *tx, id64 after, int64_t limit,
                                               struct store_revisions *out, struct frg_error *err);
/* The latest revision of each comment of this author under this article, oldest first: of the newest STORE_OWN_MAX, or
 * of one (`only` not 0). */
enum { STORE_OWN_MAX = 200 };
MUST_CHECK enum frg_status store_own_revisions(struct store_tx *tx, id64 author, id64 article, id64 only,
                                               struct store_revisions *out, struct frg_error *err);
/* An author's record: number of revisions by state. */
MUST_CHECK enum frg_status store_author_record(struct store_tx *tx, id64 author, int64_t by_state[6],
                                               struct frg_error *err);
/* The newest revisions of an author but those of one comment. */
MUST_CHECK enum frg_status store_author_recent(struct store_tx *tx, id64 author, id64 but_comment, int64_t limit,
                                               struct store_revisions *out, struct frg_error *err);

/* ---- texts that come again (near.c); the keys are text/near.h's ---- */

/* A revision's keys in rows of their own, instead of those it had: of a refused text all, of one that waits those of
 * its links. When it is decided they become those of a refused text or go; those of a released one stay, and are not
 * found, until store_near_forget. */
MUST_CHECK enum frg_status store_near_put(struct store_tx *tx, id64 site, id64 revision, bool refused,
                                          const uint64_t *keys, size_t count, struct frg_error *err);
/* Is any of them any other text's that waits, that was refused? Of most texts, none is. */
MUST_CHECK enum frg_status store_near_known(struct store_tx *tx, id64 site, const uint64_t *keys, size_t count,
                                            bool *waits, bool *refused, struct frg_error *err);
/* After store_ask: what store_near_known is going to read. */
void store_near_ask(struct store_tx *tx, id64 site, const uint64_t *keys, size_t count);
/* The newest with each of these keys, 1 to STORE_NEAR_KEYS; one may come several times. Of what waits only a writing
 * transaction knows. */
MUST_CHECK enum frg_status store_near_find(struct store_tx *tx, id64 site, const uint64_t *keys, size_t count,
                                           bool refused, int64_t limit, struct store_ids *out, struct frg_error *err);
/* The keys of what the decisions after `after`, up to `upto`, released. They lie scattered over the whole table: a
 * thousand texts' together touch hardly more of it than ten's. */
MUST_CHECK enum frg_status store_near_forget(struct store_tx *tx, int64_t after, int64_t upto, struct frg_error *err);
/* Refused ones without keys, after this one: of a database from before there were any. */
MUST_CHECK enum frg_status store_near_missing(struct store_tx *tx, id64 after, int64_t limit,
                                              struct store_revisions *out, struct frg_error *err);

/* ---- search (search.c) ------------------------------------------------------------------- */

/* The beginning of a word: letters, digits and what is not ASCII. */
struct store_word {
	enum { SEARCH_ANYWHERE, SEARCH_NAME, SEARCH_TITLE } in;
	str begin;
};
struct store_search {
	id64 site, before;              /* revisions older than this one */
	const struct store_word *words; /* all of them; none: everything */
	size_t word_count;
	str state, rule;  /* empty: any */
	str own_sections; /* as in store_queue_filter */
	msec from, to;
	int64_t walk; /* so many of the newest texts are read before the index is asked; 0: none */
};
MUST_CHECK enum frg_status store_search_add(struct store_tx *tx, id64 revision, str name, str title, str text,
                                            struct frg_error *err);
/* Is there a text that the outbox tells of and the index does not have, or too much to look through for one? */
MUST_CHECK enum frg_status store_search_behind(struct store_tx *tx, bool *behind, struct frg_error *err);
/* Takes into the index what the next `limit` events (or fewer) tell of; *more: there are others. */
MUST_CHECK enum frg_status store_search_follow(struct store_tx *tx, int64_t limit, bool *more, struct frg_error *err);
/* What was added under this name and with this text; `title` is the article's, in case the index does not know. */
MUST_CHECK enum frg_status store_search_remove(struct store_tx *tx, id64 revision, str name, str title, str text,
                                               struct frg_error *err);
/* Revisions, newest first. Of a word that many texts have an index knows all of them before it gives the newest; if
 * those that are walked through fill a page, it is not asked. What is found is the same. */
MUST_CHECK enum frg_status store_search_find(struct store_tx *tx, const struct store_search *q, int64_t limit,
                                             struct store_ids *out, struct frg_error *err);
/* Not in the index. */
MUST_CHECK enum frg_status store_search_missing(struct store_tx *tx, id64 after, int64_t limit, struct store_ids *out,
                                                struct frg_error *err);

/* ---- what authors were told of their wait (forecast.c) -------------------------------- */

struct store_forecast {
	id64 revision, site;
	msec made, due;
	int64_t expected, bucket; /* service/forecast.h */
	msec from, until;         /* 0: no time was given */
	msec decided;             /* 0: not yet */
};
struct store_forecasts {
	struct store_forecast *items;
	size_t count;
};
struct store_forecast_record {
	int64_t none, given, kept;
};
MUST_CHECK enum frg_status store_forecast_put(struct store_tx *tx, const struct store_forecast *f,
                                              struct frg_error *err);
MUST_CHECK enum frg_status store_forecast_get(struct store_tx *tx, id64 revision, struct store_forecast *out,
                                              struct frg_error *err);
/* Decided after `after`, by `upto`, in that order. */
MUST_CHECK enum frg_status store_forecast_decided(struct store_tx *tx, id64 site, msec after, msec upto, int64_t limit,
                                                  struct store_forecasts *out, struct frg_error *err);
/* When those of the same span were, and no more of them: read from an index alone. */
MUST_CHECK enum frg_status store_forecast_times(struct store_tx *tx, id64 site, msec after, msec upto, int64_t limit,
                                                struct store_ids *out, struct frg_error *err);
/* Not decided when they should have been, by a time in the same span. */
MUST_CHECK enum frg_status store_forecast_late(struct store_tx *tx, id64 site, msec after, msec upto, int64_t limit,
                                               struct store_forecasts *out, struct frg_error *err);
/* Made since then, newest first. */
MUST_CHECK enum frg_status store_forecast_latest(struct store_tx *tx, id64 site, msec since, int64_t limit,
                                                 struct store_forecasts *out, struct frg_error *err);
/* Of those made since then whose outcome is known. */
MUST_CHECK enum frg_status store_forecast_kept(struct store_tx *tx, id64 site, msec since,
                                               struct store_forecast_record *out, struct frg_error *err);
/* It was not people who ended this wait. */
MUST_CHECK enum frg_status store_forecast_forget(struct store_tx *tx, id64 revision, struct frg_error *err);
MUST_CHECK enum frg_status store_forecast_purge(struct store_tx *tx, id64 site, msec before, struct frg_error *err);

/* ---- decisions --------------------------------------------------------------- */

/* The personal columns of a decision: each has a mark in the hash instead of itself. */
enum store_decision_private { DECISION_NAME, DECISION_WORD, DECISION_DETAIL, DECISION_FINDINGS };
enum { DECISION_PRIVATE_COUNT = 4 };
struct store_decision {
	int64_t seq;
	id64 id, site, comment, revision;
	str text_hash, author_name, action, rules, word;
	str detail; /* JSON: what else it says; empty for none */
	id64 editor;
	str editor_name, engine, findings;
	id64 undoes; /* 0: none */
	msec submitted, decided;
	str prev_hash, hash;
	int64_t version; /* 1: no marks */
	str salt;        /* empty in a version 2: the private columns have been erased */
	str mark[DECISION_PRIVATE_COUNT];
	str erasures; /* where the chain of erasures ended */
	bool undone;  /* read only: a later decision undoes this one */
};
struct store_decisions {
	struct store_decision *items;
	size_t count;
};

/* Appends to the chain: assigns seq, prev_hash and hash in `d`. */
MUST_CHECK enum frg_status store_decision_append(struct store_tx *tx, struct store_decision *d, struct frg_error *err);
MUST_CHECK enum frg_status store_decision_get(struct store_tx *tx, id64 id, struct store_decision *out,
                                              struct frg_error *err);
/* The newest of a revision that settled what became of it and was not taken back. */
MUST_CHECK enum frg_status store_decision_standing(struct store_tx *tx, id64 revision, struct store_decision *out,
                                                   struct frg_error *err);
/* The newest with this action on a revision that was made by then. */
MUST_CHECK enum frg_status store_decision_then(struct store_tx *tx, id64 revision, str action, msec by,
                                               struct store_decision *out, struct frg_error *err);
/* The newest standing release of a comment's other revisions, for an undo to fall back on. */
MUST_CHECK enum frg_status store_decision_release_before(struct store_tx *tx, id64 comment, int64_t seq,
                                                         struct store_decision *out, struct frg_error *err);
/* Has this editor had a hand in what became of this revision? */
MUST_CHECK enum frg_status store_decision_by(struct store_tx *tx, id64 revision, id64 editor, bool *out,
                                             struct frg_error *err);
/* Newest first; undo rows left out. `by` 0: all, 1: without releases under a signed policy, 2: only these. */
MUST_CHECK enum frg_status store_decision_recent(struct store_tx *tx, id64 site, int by, int64_t limit,
                                                 struct store_decisions *out, struct frg_error *err);
/* All on a comment, undo rows too, oldest first. */
MUST_CHECK enum frg_status store_decision_of_comment(struct store_tx *tx, id64 comment, struct store_decisions *out,
                                                     struct frg_error *err);
/* The chain from after `seq` on, oldest first. */
MUST_CHECK enum frg_status store_decision_page(struct store_tx *tx, int64_t seq, int64_t limit,
                                               struct store_decisions *out, struct frg_error *err);
MUST_CHECK enum frg_status store_chain_head(struct store_tx *tx, int64_t *seq, str *hash, struct frg_error *err);
/* What `hash` must be, given the other columns. `out` is HASH_TEXT_SIZE bytes. */
void store_decision_hash(const struct store_decision *d, char *out);
/* What a mark must be, given salt and column; the same size. */
void store_decision_mark(const struct store_decision *d, enum store_decision_private which, char *out);

/* ---- publication: all that readers are shown ------------------------------------ */

struct store_publication {
	id64 comment, site, article, parent /* 0: none */, root;
	int64_t depth;
	id64 revision;
	str text_hash;
	id64 decision;
	str name, text;
	msec submitted, published, edited /* 0: no */, removed /* 0: no */;
	bool picked;
};
struct store_publications {
	struct store_publication *items;
	size_t count;
};

enum store_publication_change {
	PUBLICATION_PUT,   /* insert, or replace text and provenance */
	PUBLICATION_EMPTY, /* withdrawn, but answers hang on it: text gone, place stays */
	PUBLICATION_PICK,  /* marked as worth reading, or no longer */
	PUBLICATION_DROP   /* gone */
};
/* Only service/release.c may call this. */
MUST_CHECK enum frg_status store_publication_write(struct store_tx *tx, enum store_publication_change change,
                                                   const struct store_publication *p, struct frg_error *err);
MUST_CHECK enum frg_status store_publication_get(struct store_tx *tx, id64 comment, struct store_publication *out,
                                                 struct frg_error *err);
MUST_CHECK enum frg_status store_publication_answers(struct store_tx *tx, id64 comment, int64_t *count,
                                                     struct frg_error *err);
MUST_CHECK enum frg_status store_publication_count(struct store_tx *tx, id64 article, int64_t *count,
                                                   struct frg_error *err);
/* Top-level ones after (published, comment), oldest first. */
MUST_CHECK enum frg_status store_publication_roots(struct store_tx *tx, id64 article, msec after_published,
                                                   id64 after_comment, int64_t limit, struct store_publications *out,
                                                   struct frg_error *err);
/* All below one root of the article, oldest first, at most `limit`. */
MUST_CHECK enum frg_status store_publication_below(struct store_tx *tx, id64 article, id64 root, int64_t limit,
                                                   struct store_publications *out, struct frg_error *err);
/* Newest first. */
MUST_CHECK enum frg_status store_publication_latest(struct store_tx *tx, id64 article, int64_t limit,
                                                    struct store_publications *out, struct frg_error *err);
/* Every row whose text is not its revision's, or whose hash is not the text's: for the audit.
 * Pages by comment id. */
MUST_CHECK enum frg_status store_publication_page(struct store_tx *tx, id64 after, int64_t limit,
                                                  struct store_publications *out, struct frg_error *err);

/* ---- answering for decisions (answer.c) -------------------------------------------- */

/* Site 0: the installation's. FRG_NOT_FOUND if it was never set. */
MUST_CHECK enum frg_status store_setting_get(struct store_tx *tx, id64 site, str name, str *out, struct frg_error *err);
MUST_CHECK enum frg_status store_setting_put(struct store_tx *tx, id64 site, str name, str value,
                                             struct frg_error *err);

struct store_referral {
	id64 revision, site;
	str kind; /* second, lawyer, proposal */
	id64 editor, decision;
	msec created;
};
MUST_CHECK enum frg_status store_referral_put(struct store_tx *tx, const struct store_referral *r,
                                              struct frg_error *err);
MUST_CHECK enum frg_status store_referral_get(struct store_tx *tx, id64 revision, struct store_referral *out,
                                              struct frg_error *err);
MUST_CHECK enum frg_status store_referral_delete(struct store_tx *tx, id64 revision, struct frg_error *err);

struct store_statement {
	id64 id, site, decision, comment, author;
	enum frg_lang lang;
	str subject, body, facts;
	msec objection_until, voided /* 0: it holds */, created;
};
MUST_CHECK enum frg_status store_statement_insert(struct store_tx *tx, const struct store_statement *s,
                                                  struct frg_error *err);
MUST_CHECK enum frg_status store_statement_get(struct store_tx *tx, id64 id, struct store_statement *out,
                                               struct frg_error *err);
/* The newest on a revision that holds: neither voided nor of a decision that another one has replaced. */
MUST_CHECK enum frg_status store_statement_on(struct store_tx *tx, id64 revision, struct store_statement *out,
                                              struct frg_error *err);
/* The decision was taken back. */
MUST_CHECK enum frg_status store_statement_void(struct store_tx *tx, id64 decision, struct frg_error *err);

struct store_objection {
	id64 id, site, statement, comment;
	str text, email, state;
	id64 decision /* that answered it */, editor;
	str reasons;
	msec created, decided;
};
struct store_objections {
	struct store_objection *items;
	size_t count;
};
/* FRG_CONFLICT if there is one on this statement. */
MUST_CHECK enum frg_status store_objection_insert(struct store_tx *tx, const struct store_objection *o,
                                                  struct frg_error *err);
MUST_CHECK enum frg_status store_objection_get(struct store_tx *tx, id64 id, struct store_objection *out,
                                               struct frg_error *err);
MUST_CHECK enum frg_status store_objection_of(struct store_tx *tx, id64 statement, struct store_objection *out,
                                              struct frg_error *err);
/* Open ones, oldest first; or decided ones, newest first. */
MUST_CHECK enum frg_status store_objection_list(struct store_tx *tx, id64 site, bool open, int64_t limit,
                                                struct store_objections *out, struct frg_error *err);
MUST_CHECK enum frg_status store_objection_count(struct store_tx *tx, id64 site, int64_t *open, struct frg_error *err);
/* From open (or settled by the very release that answers it) to `state`; FRG_CONFLICT if somebody was first. */
MUST_CHECK enum frg_status store_objection_close(struct store_tx *tx, const struct store_objection *o,
                                                 struct frg_error *err);
/* Open ones of a comment whose later revision was released have nothing left to decide. */
MUST_CHECK enum frg_status store_objection_settle(struct store_tx *tx, id64 comment, struct frg_error *err);

struct store_suspension {
	id64 id, site, author, decision;
	msec until, ended /* 0: not before its time */, created;
};
MUST_CHECK enum frg_status store_suspension_insert(struct store_tx *tx, const struct store_suspension *s,
                                                   struct frg_error *err);
/* The one in force that lasts longest. */
MUST_CHECK enum frg_status store_suspension_now(struct store_tx *tx, id64 author, msec now,
                                                struct store_suspension *out, struct frg_error *err);
/* Somebody suspended now, by another capability, who writes with the same address or name; the address counts more. */
struct store_suspended_like {
	msec until;
	str name;
	id64 comment; /* of theirs */
	bool by_email;
};
MUST_CHECK enum frg_status store_suspension_like(struct store_tx *tx, const struct store_comment *c, msec now,
                                                 struct store_suspended_like *out, struct frg_error *err);
/* Takes back the one of this decision, if it is in force: those that it replaced hold again. */
MUST_CHECK enum frg_status store_suspension_undo(struct store_tx *tx, id64 decision, msec now, struct frg_error *err);
/* Ends all that are in force. */
MUST_CHECK enum frg_status store_suspension_end(struct store_tx *tx, id64 author, msec now, struct frg_error *err);

/* ---- letters on their way (mail.c) ----------------------------------------------------- */

struct store_mail {
	id64 id, site, about;
	str recipient, subject, body;
	msec send_at;
	int64_t tries;
	str problem;
	msec created;
	bool letter; /* read only: a statement of reasons */
};
/* Letters to one address that were written no further apart were written together. */
enum { STORE_MAIL_TOGETHER_MS = 5000 };
struct store_mails {
	struct store_mail *items;
	size_t count;
};
MUST_CHECK enum frg_status store_mail_insert(struct store_tx *tx, const struct store_mail *m, struct frg_error *err);
/* What is to be sent by now, oldest first; *next: when the next one is due (0: none waits). */
MUST_CHECK enum frg_status store_mail_due(struct store_tx *tx, msec now, int64_t limit, struct store_mails *out,
                                          msec *next, struct frg_error *err);
/* It is this program's to send until then, if it is still due as it was read (`send_at`): nobody else sends it. */
MUST_CHECK enum frg_status store_mail_claim(struct store_tx *tx, id64 id, msec send_at, msec until, bool *claimed,
                                            struct frg_error *err);
MUST_CHECK enum frg_status store_mail_delete(struct store_tx *tx, id64 id, struct frg_error *err);
/* Tries again at `send_at`; 0: gives up, the row stays as failed. */
MUST_CHECK enum frg_status store_mail_retry(struct store_tx *tx, id64 id, msec send_at, str problem,
                                            struct frg_error *err);
/* What is to be sent after `latest` was put off when the clock was wrong: it is due now. */
MUST_CHECK enum frg_status store_mail_hasten(struct store_tx *tx, msec now, msec latest, struct frg_error *err);
/* What waits about this is not sent; *cancelled: how many. */
MUST_CHECK enum frg_status store_mail_cancel(struct store_tx *tx, id64 about, int64_t *cancelled,
                                             struct frg_error *err);

/* ---- the outbox ---------------------------------------------------------------------- */

struct store_event {
	int64_t seq;
	str kind;
	id64 site, article, comment, revision;
	str detail;
	msec created;
};
struct store_events {
	struct store_event *items;
	size_t count;
};

MUST_CHECK enum frg_status store_event_insert(struct store_tx *tx, const struct store_event *e,
                                              struct frg_error *err); /* assigns seq */
MUST_CHECK enum frg_status store_event_after(struct store_tx *tx, int64_t seq, int64_t limit, struct store_events *out,
                                             struct frg_error *err);
/* Those from before `before` have been read by all, but perhaps not by the full-text index or for webhooks. */
MUST_CHECK enum frg_status store_event_purge(struct store_tx *tx, msec before, struct frg_error *err);
MUST_CHECK enum frg_status store_event_last(struct store_tx *tx, int64_t *seq, struct frg_error *err);
/* Tells it from another of the same number: never 0. */
int64_t store_event_mark(const struct store_event *e);

/* ---- suggested scores: an archive to learn from ------------------------------------ */

/* Texts of all suggestions together; more are refused with FRG_TOO_LARGE. */
#define STORE_SUGGESTION_BYTES_MAX (INT64_C(1) << 30)

struct store_suggestion {
	id64 id, site;
	str text;
	enum frg_lang lang;
	str attribute;
	int64_t score_permille; /* 0 … 1000 */
	str community;
	msec created;
};
struct store_suggestions {
	struct store_suggestion *items;
	size_t count;
};

MUST_CHECK enum frg_status store_suggestion_insert(struct store_tx *tx, const struct store_suggestion *s,
                                                   struct frg_error *err);
/* Those of a site after `after` (0: from the start), oldest first: for an export. */
MUST_CHECK enum frg_status store_suggestion_page(struct store_tx *tx, id64 site, id64 after, int64_t limit,
                                                 struct store_suggestions *out, struct frg_error *err);

/* The whole file read and checked, links included. */
MUST_CHECK enum frg_status store_check_integrity(struct store_tx *tx, struct frg_error *err);

#endif
