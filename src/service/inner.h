/* What the files of the service share. */
#ifndef SERVICE_INNER_H
#define SERVICE_INNER_H

#include "base/json.h"
#include "service/service.h"

#include <pthread.h>
#include <stdatomic.h>

struct sites;
struct checker;
struct thread_cache;
struct live;
struct limits;
struct policies;
struct lent_policy;
struct delays;

struct service {
	struct store *store;
	struct frg_engine *engine;
	struct checker *checker;       /* check.c: workspaces and analysed articles */
	_Atomic(struct sites *) sites; /* sites.c: replaced as a whole */
	struct thread_cache *cache;    /* cache.c */
	struct live *live;             /* live.c; NULL until the server runs */
	struct limits *limits;         /* limits.c */
	struct policies *policies;     /* policy.c */
	struct delays *delays;         /* delay.c */
	struct view_assets assets;
	pthread_mutex_t login_lock; /* editors.c: argon2id takes 64 MiB, so one at a time */
	pthread_mutex_t reload_lock;
};

/* sites.c */
void sites_free(struct sites *sites);
/* The notice of a site, rendered; falls back to the other language, then to the built-in one. */
struct html sites_notice(struct service *svc, id64 site, enum frg_lang lang);

/* policy.c: the settings in force at a site, to be given back; NULL and a policy of NULL: none. */
struct policies *policies_open(void);
void policies_close(struct policies *policies);
MUST_CHECK enum frg_status policies_load(struct service *svc, struct frg_error *err);
struct lent_policy *policy_borrow(struct service *svc, id64 site);
void policy_return(struct service *svc, struct lent_policy *lent);
const struct frg_policy *policy_lent(const struct lent_policy *lent);

/* check.c */
MUST_CHECK enum frg_status checker_open(struct service *svc, struct frg_error *err);
void checker_close(struct checker *checker);

/* cache.c: rendered pages by key, with a generation per article so that a page made from an older
 * state is never kept. */
struct thread_cache *cache_open(size_t bytes_max);
void cache_close(struct thread_cache *cache);
uint64_t cache_generation(struct thread_cache *cache, id64 subject);
void cache_drop(struct thread_cache *cache, id64 subject);
void cache_drop_all(struct thread_cache *cache);
/* A reference, or NULL. */
struct http_page *cache_get(struct thread_cache *cache, str key);
/* Keeps `page` unless the subject's generation is no longer `generation`. */
void cache_put(struct thread_cache *cache, str key, id64 subject, uint64_t generation, struct http_page *page,
               size_t bytes);

/* limits.c */
struct limits *limits_open(bool off);
void limits_close(struct limits *limits);

/* live.c */
void live_close(struct live *live);

/* capability.c */
bool capability_is_url_safe(str s);
/* Does it look like one of ours? */
bool capability_is(str s);
/* The author whom it names; FRG_NOT_FOUND if none. */
MUST_CHECK enum frg_status capability_author(struct store_tx *tx, const struct store_site *site, str reader,
                                             id64 *author, struct frg_error *err);
/* For a reader who has none yet. It follows from the idempotency key, which only that reader knows, so
 * that a repeated request whose first answer was lost finds its comment; random without a key. */
str capability_first(struct arena *a, str key);

/* settings.c */
MUST_CHECK enum frg_status settings_load(struct store_tx *tx, id64 site, struct desk_settings *out,
                                         struct frg_error *err);

/* queue.c: what a member of the staff may see of the queue, and how much that is. */
struct store_queue_filter queue_filter_of(struct arena *a, const struct staff *who);
MUST_CHECK enum frg_status queue_waiting(struct store_tx *tx, const struct staff *who, int64_t *waiting,
                                         struct frg_error *err);

/* lanes.c: what this lane shows to this person. FRG_NOT_FOUND lane_unknown. */
MUST_CHECK enum frg_status lane_filter(struct store_tx *tx, const struct staff *who, str lane,
                                       struct store_queue_filter *out, struct frg_error *err);

/* queue_row.c */
MUST_CHECK enum frg_status queue_enter(struct store_tx *tx, const struct store_comment *comment,
                                       const struct store_revision *revision, struct frg_error *err);
/* Decided, but to be judged once more by somebody else than `first`, who does not know. */
MUST_CHECK enum frg_status queue_enter_again(struct store_tx *tx, const struct store_comment *comment,
                                             const struct store_revision *revision, id64 first, struct frg_error *err);
/* For a database from before there was a queue: some of what is held; ctx: int64_t, how many there were. */
MUST_CHECK enum frg_status queue_enter_all(struct store_tx *tx, void *ctx, struct frg_error *err);

/* delay.c */
struct delays *delays_open(void);
void delays_close(struct delays *delays);
/* What its author is told, in the transaction that holds it. */
MUST_CHECK enum frg_status delay_promise(struct service *svc, struct store_tx *tx,
                                         const struct store_revision *revision, struct frg_error *err);
struct delay_told {
	int64_t position; /* in the queue; 1: next */
	msec from, until; /* 0: nothing is known, or */
	bool none;        /* too much is going on to give a time */
	bool late;        /* later than was told first; from and until are a new forecast */
};
MUST_CHECK enum frg_status delay_of(struct service *svc, struct store_tx *tx, const struct store_revision *revision,
                                    struct delay_told *out, struct frg_error *err);

/* search.c: makes a text findable. */
MUST_CHECK enum frg_status search_add(struct store_tx *tx, const struct store_comment *comment,
                                      const struct store_revision *revision, struct frg_error *err);
/* For a database from before there was an index, a page at a time; ctx: int64_t, begins and ends with 0. */
MUST_CHECK enum frg_status search_complete(struct store_tx *tx, void *ctx, struct frg_error *err);

/* near.c: this held text's group in the queue, and what refused it before. */
MUST_CHECK enum frg_status near_place(struct store_tx *tx, const struct store_revision *revision,
                                      struct store_queue_row *row, struct frg_error *err);
/* This text is refused: what waits and is nearly the same points to the decision. */
MUST_CHECK enum frg_status near_refused(struct store_tx *tx, const struct store_revision *revision, id64 decision,
                                        struct frg_error *err);
/* For a database from before there were keys, a page at a time; ctx: int64_t, begins and ends with 0. */
MUST_CHECK enum frg_status near_complete(struct store_tx *tx, void *ctx, struct frg_error *err);

/* decide.c: what all decisions share */
struct decision_of {
	const struct staff *who;
	const struct store_comment *comment;
	const struct store_revision *revision;
	const char *action;
	str rules, word, detail;
};
/* Appends a row to the chain; the engine's latest word on the revision goes with it. */
MUST_CHECK enum frg_status decision_append(struct store_tx *tx, const struct decision_of *of,
                                           struct store_decision *out, struct frg_error *err);
MUST_CHECK enum frg_status decision_tell(struct store_tx *tx, const char *kind, const struct store_comment *c,
                                         id64 revision, str detail, struct frg_error *err);
/* Rules, word, law and passages of a command as the chain keeps them. */
struct decision_terms {
	str rules, word;
	json_t *detail; /* owned by the caller: json_decref */
};
MUST_CHECK enum frg_status decision_terms(struct arena *a, const struct decide_command *cmd, const char *action,
                                          struct decision_terms *out, struct frg_error *err);
/* Passages in bytes of this text, into the detail. FRG_INVALID passage_invalid. */
MUST_CHECK enum frg_status decision_passages(struct decision_terms *terms, const struct decide_command *cmd, str text,
                                             struct frg_error *err);
/* Publishes a revision by a decision to release it; what was released before gives way. */
MUST_CHECK enum frg_status decision_release(struct store_tx *tx, const struct store_comment *comment,
                                            const struct store_revision *revision,
                                            const struct store_decision *decision, bool pick, struct frg_error *err);
/* FRG_FORBIDDEN section_forbidden; fills the article. */
MUST_CHECK enum frg_status staff_may_section(struct store_tx *tx, const struct staff *who,
                                             const struct store_comment *c, struct store_article *article,
                                             struct frg_error *err);

/* letter.c: the statement of reasons, in the decision's transaction; by mail too if there is an address. */
struct letter_about {
	const struct store_site *site;
	const struct store_article *article;
	const struct store_comment *comment;
	const struct store_revision *revision;
	const struct store_decision *decision;
};
MUST_CHECK enum frg_status letter_write(struct store_tx *tx, const struct letter_about *about, struct frg_error *err);
/* The last part of a letter's link, and the letter that it leads to: FRG_NOT_FOUND statement_unknown. */
MUST_CHECK enum frg_status letter_token(struct store_tx *tx, id64 statement, str *out, struct frg_error *err);
MUST_CHECK enum frg_status letter_by_token(struct store_tx *tx, str token, struct store_statement *out,
                                           struct frg_error *err);
/* The newest letter on a revision that holds; token empty: there is none. A suspension's only while it lasts. */
struct service_own_letter {
	struct store_statement statement;
	str token;
	bool objected;
	struct store_objection objection;
};
MUST_CHECK enum frg_status letter_on(struct store_tx *tx, id64 revision, struct service_own_letter *out,
                                     struct frg_error *err);
enum view_objection objection_view_state(str state);
/* The installation's key for links, made once. */
MUST_CHECK enum frg_status letter_key_make(struct store_tx *tx, void *ctx, struct frg_error *err);

/* editors.c */
struct session_new {
	struct store_session row;
	str token;
};
MUST_CHECK enum frg_status password_hash(struct service *svc, struct arena *a, str password, str *out,
                                         struct frg_error *err);
/* An empty hash is nobody's: false, after as long. */
bool password_is(struct service *svc, struct arena *a, str hash, str password);
/* FRG_FORBIDDEN account_closed. */
MUST_CHECK enum frg_status staff_load(struct store_tx *tx, const struct store_editor *e, id64 site, struct staff *out,
                                      struct frg_error *err);
void session_prepare(struct arena *a, struct session_new *s, str agent);
MUST_CHECK enum frg_status session_begin(struct store_tx *tx, struct session_new *s, const struct staff *who,
                                         struct frg_error *err);
void session_fill(const struct session_new *s, const struct staff *who, struct editor_session *out);

/* factors.c: is a code needed, and is this one right? It is used up with the transaction. */
MUST_CHECK enum frg_status factor_check(struct store_tx *tx, id64 editor, str code, struct frg_error *err);

/* A text as it is kept: valid UTF-8, line ends as \n, no control characters, trimmed. */
MUST_CHECK enum frg_status clean_text(struct arena *a, str in, size_t max_chars, bool one_line, const char *code_prefix,
                                      str *out, struct frg_error *err);
/* Empty is allowed. */
MUST_CHECK enum frg_status clean_email(struct arena *a, str in, str *out, struct frg_error *err);

#endif
