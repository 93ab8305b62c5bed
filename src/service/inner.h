/* What the files of the service share. */
#ifndef SERVICE_INNER_H
#define SERVICE_INNER_H

#include "base/json.h"
#include "service/person/person.h"
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
struct houses;
struct learning;
struct delays;
struct closings;
struct provider;
struct known_sessions;
struct health;
struct near_text;

struct service {
	struct store *store;
	struct frg_engine *engine;
	struct checker *checker;       /* check.c: workspaces and analysed articles */
	_Atomic(struct sites *) sites; /* sites.c: replaced as a whole */
	struct thread_cache *cache;    /* cache.c */
	struct health *health;         /* health.c */
	struct live *live;             /* live.c; NULL until the server runs */
	struct limits *limits;         /* limits.c */
	struct policies *policies;     /* policy.c */
	struct houses *houses;         /* house.c */
	struct learning *learning;     /* learning.c */
	struct delays *delays;         /* delay.c */
	struct closings *closings;     /* closing_load.c */
	struct known_sessions *known;  /* known.c */
	struct provider *provider;     /* oidc_provider.c; NULL: the house has no log-in of its own */
	struct view_assets assets;
	pthread_mutex_t login_lock; /* editors.c: argon2id takes 64 MiB, so one at a time */
	pthread_mutex_t reload_lock;
	atomic_int exports; /* person_export.c: how many are being made over HTTP */
};

/* setting.c: the caller's to give back; NULL if it was never set. FRG_CORRUPT if it is no JSON. */
MUST_CHECK enum frg_status setting_json(struct store_tx *tx, id64 site, str name, json_t **out, struct frg_error *err);

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

/* house.c */
struct houses *houses_open(void);
void houses_close(struct houses *houses);
MUST_CHECK enum frg_status houses_load(struct service *svc, struct frg_error *err);
int64_t house_version(const struct lent_model *lent);
/* Checks a model's bytes and opens it. FRG_CORRUPT model_broken. */
MUST_CHECK enum frg_status house_open_model(struct service *svc, const struct store_house_model *m,
                                            struct frg_model **out, struct frg_error *err);

/* learning.c */
struct learning *learning_open(void);
void learning_close(struct learning *learning);

/* check.c */
MUST_CHECK enum frg_status checker_open(struct service *svc, struct frg_error *err);
void checker_close(struct checker *checker);

/* cache.c: rendered pages by key, with what has changed of their article counted, so that a page made from an older
 * state is never kept. */
struct cache_state {
	uint64_t changes; /* of any kind */
	uint64_t losses;  /* those that did more than add */
	int64_t event;    /* what a replica must have replayed at least, so that it shows the subject as it was told of; 0:
	                     nothing */
};
struct thread_cache *cache_open(size_t bytes_max);
void cache_close(struct thread_cache *cache);
/* Ask it before reading what a page is made from. */
struct cache_state cache_state(struct thread_cache *cache, id64 subject);
/* `event`: the newest that is known, with which the subject may have changed. */
void cache_drop(struct thread_cache *cache, id64 subject, bool adds, int64_t event);
void cache_drop_all(struct thread_cache *cache, int64_t event);
/* A reference, or NULL. */
struct http_page *cache_get(struct thread_cache *cache, str key);
/* A reference to a page to which something has only been added since, or NULL: for when nothing newer can be made. */
struct http_page *cache_get_older(struct thread_cache *cache, str key);
/* Keeps `page`, made from what was read in the state `made` or later, unless there is another one by now. */
void cache_put(struct thread_cache *cache, str key, id64 subject, struct cache_state made, struct http_page *page,
               size_t bytes);

/* replica.c: reading for readers, from a replica where there is one. Both may run `work` twice; what `ctx` points at,
 * `size` bytes, is then as it was before. */
MUST_CHECK enum frg_status replica_read(struct service *svc, struct arena *a, id64 subject, store_work *work, void *ctx,
                                        size_t size, struct frg_error *err);
/* For one reader, who must see what they have just sent: from a replica only while there is no primary, and only if it
 * has all that this process knows of. */
MUST_CHECK enum frg_status replica_read_own(struct service *svc, struct arena *a, id64 site, store_work *work,
                                            void *ctx, size_t size, struct frg_error *err);

/* articles.c: service_article_get as it was when `subject` last changed. */
MUST_CHECK enum frg_status article_get(struct service *svc, struct arena *a, const struct store_site *site,
                                       str external_id, id64 subject, struct store_article *out, struct frg_error *err);

/* limits.c */
struct limits *limits_open(bool off, const struct limit_rates *rates, enum challenge challenge);
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
/* A comment of that author's under this article; FRG_NOT_FOUND comment_unknown, whatever of it is not so. */
MUST_CHECK enum frg_status capability_comment(struct store_tx *tx, const struct store_site *site, str article,
                                              str reader, id64 comment, struct store_comment *out,
                                              struct frg_error *err);
/* For a reader who has none yet. It follows from the idempotency key, which only that reader knows, so
 * that a repeated request whose first answer was lost finds its comment; random without a key. */
str capability_first(struct arena *a, str key);

/* settings.c */
MUST_CHECK enum frg_status settings_load(struct store_tx *tx, id64 site, struct desk_settings *out,
                                         struct frg_error *err);

/* privacy.c */
MUST_CHECK enum frg_status privacy_load(struct store_tx *tx, id64 site, struct privacy_settings *out,
                                        struct frg_error *err);

/* address.c: by which line a revision comes, for the site's term. An empty address: it is not known. */
/* What it goes by, read beforehand: how long an address is known again, and the days' keys. */
struct address_terms {
	int64_t days; /* 0: no address is kept */
	msec since;   /* what is older is not known again */
	struct store_address_keys keys;
};
MUST_CHECK enum frg_status address_prepare(struct store_tx *tx, id64 site, str address, struct address_terms *out,
                                           struct frg_error *err);
/* After store_ask: what address_note is going to read. */
void address_ask(struct store_tx *tx, id64 site, str address, const struct address_terms *terms);
MUST_CHECK enum frg_status address_note(struct store_tx *tx, const struct store_revision *revision, str address,
                                        const struct address_terms *terms, struct frg_error *err);
MUST_CHECK enum frg_status address_of(struct store_tx *tx, const struct store_revision *revision,
                                      struct address_view *out, struct frg_error *err);
/* At most `limit` rows whose term is over go, with the keys that nothing needs any more. */
MUST_CHECK enum frg_status address_end(struct store_tx *tx, id64 site, const struct privacy_settings *terms,
                                       int64_t limit, int64_t *count, struct frg_error *err);

/* erase.c: takes words away for good; hashes stay, and who did it. */
struct erasing {
	str cause;         /* term, editor, reader, command */
	id64 run;          /* 0: none */
	int64_t term_days; /* if by its term */
	id64 editor;
	str editor_name;
};
/* A text that neither waits nor is released, with all that quotes it. */
MUST_CHECK enum frg_status erase_text(struct store_tx *tx, const struct erasing *why,
                                      const struct store_comment *comment, const struct store_revision *revision,
                                      struct frg_error *err);
/* A comment with all its texts, its author's name and address; readers no longer see it. */
MUST_CHECK enum frg_status erase_comment(struct store_tx *tx, const struct erasing *why, id64 comment,
                                         struct frg_error *err);
/* One that must stay for now: nobody sees it any more, but nothing of it goes. */
MUST_CHECK enum frg_status erase_withdraw(struct store_tx *tx, id64 comment, struct frg_error *err);
/* If nothing of a comment is left but hashes, its name and address go too; and its author, if that was the last. */
MUST_CHECK enum frg_status erase_remains(struct store_tx *tx, const struct erasing *why, id64 comment,
                                         struct frg_error *err);
/* The number under which an erased comment's request is known for two days, among the proofs that have been used:
 * nothing leads from it to key, comment or author. */
int64_t erase_mark(str key_hash);
/* Nobody leads to an author any more who has no comment left and is not suspended. */
MUST_CHECK enum frg_status erase_author(struct store_tx *tx, id64 author, struct frg_error *err);
/* person_erase.c: fills in a comment's author. FRG_NOT_FOUND person_unknown. */
MUST_CHECK enum frg_status person_resolve(struct store_tx *tx, struct person_scope *scope, struct frg_error *err);
/* Files are to be cleared of what has gone. */
MUST_CHECK enum frg_status scrub_wanted(struct store_tx *tx, struct frg_error *err);

/* withdraw.c: if readers see it, it goes, and they are told. `by`: author, erasure. notices_wait: open notices on it
 * stay open for the desk. */
MUST_CHECK enum frg_status withdraw_unpublish(struct store_tx *tx, const struct store_comment *c, const char *by,
                                              bool notices_wait, struct frg_error *err);

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
/* A text that has just come in, with what is known of it: nothing of that is read again. */
struct queue_newcomer {
	const struct store_comment *comment;
	const struct store_revision *revision;
	const struct store_article *article;
	const struct service_review *review;
	const struct near_text *near;
	msec longest_wait;
	bool author_is_new; /* and so has no other comments */
};
MUST_CHECK enum frg_status queue_enter_new(struct store_tx *tx, const struct queue_newcomer *n,
                                           struct store_queue_row *row, struct frg_error *err);
/* After store_ask: what queue_enter_new is going to read of this author's first text under an article. */
void queue_ask(struct store_tx *tx, id64 author);
/* Decided, but to be judged once more by somebody else than `first`, who does not know. */
MUST_CHECK enum frg_status queue_enter_again(struct store_tx *tx, const struct store_comment *comment,
                                             const struct store_revision *revision, id64 first, struct frg_error *err);
/* For a database from before there was a queue: some of what is held; ctx: int64_t, as near_complete. */
MUST_CHECK enum frg_status queue_enter_all(struct store_tx *tx, void *ctx, struct frg_error *err);

/* delay.c */
struct delays *delays_open(void);
void delays_close(struct delays *delays);
/* What its author is told, in the transaction that holds it. */
MUST_CHECK enum frg_status delay_promise(struct service *svc, struct store_tx *tx, const struct store_queue_row *row,
                                         struct store_forecast *told, struct frg_error *err);
struct delay_told {
	int64_t position; /* in the queue; 1: next */
	msec from, until; /* 0: nothing is known, or */
	bool none;        /* too much is going on to give a time */
	bool late;        /* later than was told first; from and until are a new forecast */
};
MUST_CHECK enum frg_status delay_of(struct service *svc, struct store_tx *tx, const struct store_revision *revision,
                                    struct delay_told *out, struct frg_error *err);
/* The same of one that was sent this moment, by what was promised. */
MUST_CHECK enum frg_status delay_of_new(struct service *svc, struct store_tx *tx, const struct store_forecast *told,
                                        struct delay_told *out, struct frg_error *err);
/* The same from memory. False: its place is too far in front to be told by the few seconds old picture of the queue. */
bool delay_of_far(struct service *svc, const struct store_forecast *told, struct delay_told *out);

/* closing_load.c */
struct closings *closings_open(void);
void closings_close(struct closings *closings);
MUST_CHECK enum frg_status closings_load(struct service *svc, struct frg_error *err);
/* Does it take comments now, and if not, why and until when? From memory. */
void closing_apply(struct service *svc, struct arena *a, struct store_article *article);

/* closing_rules.c: pure. */
/* Are comments of a section (empty: of all) closed by the clock, until when (0: no end in sight), by which rule? */
bool closing_by_clock(const struct closing_rules *rules, str section, msec now, msec *until,
                      const struct closing_hours **which);
/* Which rules hold now, one bit each. */
unsigned closing_hours_now(const struct closing_rules *rules, msec now);
/* Closed by load, as it is remembered. */
struct closing_load {
	bool closed;
	msec since;                /* of the last change */
	msec open_until;           /* kept open */
	str by;                    /* by whom */
	msec over_since, ok_since; /* measured without a break; not remembered */
};
/* What the load says now: CLOSING_STAY, or that it closes or opens. Keeps `over_since` and `ok_since`. */
enum closing_turn { CLOSING_STAY, CLOSING_CLOSE, CLOSING_OPEN };
enum closing_turn closing_turn(struct closing_load *load, const struct closing_rules *rules,
                               const struct service_ahead *ahead, msec now);

/* search.c: before a search: what has come in until now is found. */
MUST_CHECK enum frg_status search_catch_up(struct service *svc, struct arena *a, struct frg_error *err);
/* The words that something is looked for by; `where` as in store_word. What is too much is left out. */
enum { SEARCH_WORDS_MAX = 12 };
struct search_words {
	struct store_word items[3 * SEARCH_WORDS_MAX];
	size_t count, bytes;
};
void search_add_words(struct search_words *to, int where, str words);
MUST_CHECK enum frg_status search_load_hit(struct store_tx *tx, id64 id, struct search_hit *hit, struct frg_error *err);
/* For a database from before there was an index, a page at a time; ctx: int64_t, begins and ends with 0. */
MUST_CHECK enum frg_status search_complete(struct store_tx *tx, void *ctx, struct frg_error *err);

/* queue_group.c: what these have in common that are decided together; 0: it is decided by itself. And what waits with
 * it. */
id64 group_id(const struct store_queue_row *row);
MUST_CHECK enum frg_status group_load(struct store_tx *tx, const struct staff *who, struct queue_item *item,
                                      struct frg_error *err);

/* near.c: this held text's group in the queue, what refused it before, and its keys; new: it has none yet. */
MUST_CHECK enum frg_status near_place(struct store_tx *tx, const struct store_revision *revision,
                                      const struct near_text *text, bool is_new, struct store_queue_row *row,
                                      struct frg_error *err);
/* After store_ask: what near_place is going to read first. */
void near_ask(struct store_tx *tx, id64 site, const struct near_text *text);
/* This text is refused: what waits and is nearly the same points to the decision. Of texts that are refused by the same
 * transaction and are nearly the same only for the first, as these point to it then; NULL: it is the only one. */
struct near_together {
	struct near_text **items; /* room for all */
	size_t count;
};
MUST_CHECK enum frg_status near_refused(struct store_tx *tx, const struct store_revision *revision, id64 decision,
                                        struct near_together *together, struct frg_error *err);
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
/* Publishes a revision by a decision to release it; what was released before gives way. `adds`: as in struct release.
 */
MUST_CHECK enum frg_status decision_release(struct store_tx *tx, const struct store_comment *comment,
                                            const struct store_revision *revision,
                                            const struct store_decision *decision, bool pick, bool *adds,
                                            struct frg_error *err);
/* released.c: takes a released text off the page, with the letter to its author, in the caller's transaction. */
struct removal {
	const struct staff *who;
	const struct store_site *site;
	const struct decide_command *cmd; /* its revision, passages */
	struct decision_terms terms;      /* the caller's; passages are added */
	/* Once the decision stands, before readers lose the text; may be NULL. */
	enum frg_status (*decided)(struct store_tx *tx, void *ctx, const struct store_decision *d, struct frg_error *err);
	void *ctx;
	id64 article; /* for the caller to drop what is kept of it */
	struct decide_result *out;
};
MUST_CHECK enum frg_status removal_apply(struct store_tx *tx, struct removal *removal, struct frg_error *err);
/* FRG_FORBIDDEN section_forbidden; fills the article. */
MUST_CHECK enum frg_status staff_may_section(struct store_tx *tx, const struct staff *who,
                                             const struct store_comment *c, struct store_article *article,
                                             struct frg_error *err);

/* story.c: a comment of their site and sections. FRG_NOT_FOUND comment_unknown; FRG_FORBIDDEN section_forbidden. */
MUST_CHECK enum frg_status staff_comment(struct store_tx *tx, const struct staff *who, id64 id,
                                         struct store_comment *comment, struct store_article *article,
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
/* Private links: the last part of one to the thing with this id, and back (FRG_NOT_FOUND not_found). */
MUST_CHECK enum frg_status link_token(struct store_tx *tx, const char *purpose, id64 id, str *out,
                                      struct frg_error *err);
MUST_CHECK enum frg_status link_open(struct store_tx *tx, const char *purpose, str token, id64 *id,
                                     struct frg_error *err);
/* A hash that only this installation can make: to know somebody again without keeping who it is. */
MUST_CHECK enum frg_status link_hash(struct store_tx *tx, const char *purpose, str secret, str *out,
                                     struct frg_error *err);
/* The installation's key for links, made once. */
MUST_CHECK enum frg_status letter_key_make(struct store_tx *tx, void *ctx, struct frg_error *err);

/* notice.c: notices follow what readers see. What is open on a text that they no longer see is settled; what was
 * settled a moment ago on one that they see again is open again. `now_public` 0: none. */
MUST_CHECK enum frg_status notice_follow(struct store_tx *tx, const struct store_comment *comment, id64 now_public,
                                         struct frg_error *err);
/* A decision to keep what was reported is taken back. */
MUST_CHECK enum frg_status notice_take_back(struct store_tx *tx, const struct store_decision *d, struct frg_error *err);

/* evidence.c: the installation's key for signatures, made once. */
MUST_CHECK enum frg_status evidence_key_make(struct store_tx *tx, void *ctx, struct frg_error *err);

/* editors.c */
struct session_new {
	struct store_session row;
	str token;
	bool setup;
};
MUST_CHECK enum frg_status password_hash(struct service *svc, struct arena *a, str password, str *out,
                                         struct frg_error *err);
/* An empty hash is nobody's: false, after as long. */
bool password_is(struct service *svc, struct arena *a, str hash, str password);
/* FRG_FORBIDDEN account_closed. */
MUST_CHECK enum frg_status staff_load(struct store_tx *tx, const struct store_editor *e, id64 site, struct staff *out,
                                      struct frg_error *err);
void session_prepare(struct arena *a, struct session_new *s, str agent);
/* `method`: service/access.h. Takes rights from `who` that the site does not give without a second factor. */
MUST_CHECK enum frg_status session_begin(struct store_tx *tx, struct session_new *s, struct staff *who, str method,
                                         struct frg_error *err);
/* Of a session that is committed. */
void session_fill(struct service *svc, const struct session_new *s, const struct staff *who,
                  struct editor_session *out);

/* known.c: service_session_known's tokens */
struct known_sessions *known_open(void);
void known_close(struct known_sessions *known);
void known_note(struct known_sessions *known, str token);
void known_forget(struct known_sessions *known, str token);

/* A text as it is kept: valid UTF-8, line ends as \n, no control characters, trimmed. */
MUST_CHECK enum frg_status clean_text(struct arena *a, str in, size_t max_chars, bool one_line, const char *code_prefix,
                                      str *out, struct frg_error *err);
/* Empty is allowed. */
MUST_CHECK enum frg_status clean_email(struct arena *a, str in, str *out, struct frg_error *err);

#endif
