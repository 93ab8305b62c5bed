/* The policies: what may be submitted, decided, shown. Only the service begins and commits
 * transactions. Commands come in as structs with plain text; results live in the arena given.
 * All functions may be called from any worker thread.
 *
 * The order in which a comment goes through the files here:
 *   submit.c → (check.c asks the engine) → queue.c → decide.c → release.c → threads.c; withdraw.c takes it back */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include "http/http.h"
#include "render/render.h"
#include "service/staff/access.h"
#include "service/desk.h"
#include "service/answer/evidence.h"
#include "service/learning/learning.h"
#include "service/answer/notice.h"
#include "service/staff/oidc.h"
#include "service/staff/staff.h"
#include "service/story.h"
#include "store/store.h"

struct service;

/* Whose acts are counted. The first eight by an address or a key, the others when a reader sends a text. */
enum limit_kind {
	LIMIT_SUBMIT,
	LIMIT_CHECK,
	LIMIT_LOGIN,
	LIMIT_LOGIN_ADDRESS,
	LIMIT_DISCOVER,
	LIMIT_ANALYZE, /* by key, as the next */
	LIMIT_SUGGEST,
	LIMIT_NOTICE,
	LIMIT_READER,
	LIMIT_ARTICLE,
	LIMIT_SITE,
	LIMIT_PLAIN, /* a site's, for texts without a proof of work while one is asked for */
	LIMIT_KINDS
};
/* When is a proof of work asked for? */
enum challenge { CHALLENGE_OFF, CHALLENGE_AUTO /* when a site's bucket is nearly empty */, CHALLENGE_ALWAYS };
struct limit_rate {
	double burst, per_minute; /* burst 0: no limit */
};
struct limit_rates {
	struct limit_rate kinds[LIMIT_KINDS];
	double prefix; /* addresses that a prefix counts for */
};

struct service_config {
	str database;                    /* "sqlite:PATH" */
	str replicas;                    /* copies of a PostgreSQL database, as in store_config */
	bool create;                     /* make the database if it is not there */
	unsigned readers;                /* database connections for reading */
	size_t cache_bytes;              /* rendered threads kept in memory; 0: 64 MiB */
	bool unlimited;                  /* no limits: for tests and behind a limiting proxy */
	const struct limit_rates *rates; /* NULL: the usual ones */
	enum challenge challenge;
};

MUST_CHECK enum frg_status service_open(const struct service_config *config, struct service **out,
                                        struct frg_error *err);
void service_close(struct service *svc);
struct store *service_store(struct service *svc);
const char *service_engine_id(struct service *svc);
/* Where pages get their scripts and styles from; set once before serving. */
void service_set_assets(struct service *svc, const struct view_assets *assets);
const struct view_assets *service_assets(const struct service *svc);

/* ---- sites.c ---------------------------------------------------------------- */

/* By slug; empty slug: the first of an array of all. NULL if there is none. Lives as long as the service. */
const struct store_site *service_site(struct service *svc, str slug);
size_t service_site_count(struct service *svc);
const struct store_site *service_site_by_id(struct service *svc, id64 id);
/* The one whose address has this host and port ("paper.example:8080"). */
const struct store_site *service_site_by_host(struct service *svc, str host);
/* After somebody changed sites or notices. */
MUST_CHECK enum frg_status service_sites_reload(struct service *svc, struct frg_error *err);
MUST_CHECK enum frg_status service_site_save(struct service *svc, struct store_site *site, struct frg_error *err);
MUST_CHECK enum frg_status service_site_notice_save(struct service *svc, id64 site, enum frg_lang lang, str markdown,
                                                    struct frg_error *err);
/* Makes a key for PUT /v1/articles; shown once, kept hashed. */
MUST_CHECK enum frg_status service_key_new(struct service *svc, id64 site, str name, char out[SECRET_TEXT_SIZE],
                                           struct frg_error *err);
MUST_CHECK enum frg_status service_key_check(struct service *svc, struct arena *a, str key,
                                             const struct store_site **site, struct frg_error *err);
/* True if `origin` ("https://paper.example") is one of the site's own or foreign ones. */
bool service_origin_allowed(const struct store_site *site, str origin);
bool service_origin_is_own(const struct store_site *site, str origin);

/* ---- articles.c ------------------------------------------------------------- */

struct article;

/* Checks and saves an article that came as a document. */
MUST_CHECK enum frg_status service_article_save(struct service *svc, struct arena *a, const struct store_site *site,
                                                const struct article *article, bool *created, struct frg_error *err);
/* Saves a picture; `path` becomes "/media/HASH.ext". */
MUST_CHECK enum frg_status service_media_save(struct service *svc, struct arena *a, str type, str data, str *path,
                                              struct frg_error *err);
MUST_CHECK enum frg_status service_media_get(struct service *svc, struct arena *a, str hash, str *type, str *data,
                                             struct frg_error *err);
MUST_CHECK enum frg_status service_article_get(struct service *svc, struct arena *a, const struct store_site *site,
                                               str external_id, struct store_article *out, struct frg_error *err);
/* Reads an article that stands on another server from its page. Only hosts that the site allows. */
MUST_CHECK enum frg_status service_article_discover(struct service *svc, struct arena *a, const struct store_site *site,
                                                    str external_id, str url, bool allow_private,
                                                    struct store_article *out, struct frg_error *err);

/* ---- check.c: the engine ------------------------------------------------------ */

struct service_review {
	str engine, suggestion;
	str findings; /* JSON as stored: {"lang","scores","over":[…],"evidence":[…],"related"}, "rejection" with a house's
	                 model */
	enum frg_lang lang;
	struct frg_review review; /* evidence copied into the arena */
};

/* Is this finding, or the lack of relation to the article, worth telling the writer of? */
bool service_hint_worthy(const struct frg_review *review, const struct frg_evidence *e);
bool service_off_topic(const struct frg_review *review);
/* Reviews a text under an article, outside any transaction. FRG_NOT_FOUND: it is bare, and the engine has not seen it
 * yet. */
MUST_CHECK enum frg_status service_check(struct service *svc, struct arena *a, const struct store_article *article,
                                         str text, str parent, struct service_review *out, struct frg_error *err);
/* For the form: checks under an article named by its id; `parent` 0 or a released comment. */
MUST_CHECK enum frg_status service_check_draft(struct service *svc, struct arena *a, const struct store_site *site,
                                               str external_id, str text, id64 parent, struct service_review *out,
                                               struct frg_error *err);

/* Names the engine and the settings that check a site's comments now. */
str service_check_id(struct service *svc, struct arena *a, id64 site);
/* Whose scores they are: engine and newsroom's own model, without the settings, which are no part of a score. Of what
 * is in force at a site; of what a review names. */
str service_scorer_id(struct service *svc, struct arena *a, id64 site);
str service_scorer_of(str check_id);

/* A text with no article of ours, for programs that bring their own context; nothing is stored. */
struct service_text {
	id64 site;          /* whose settings count; 0: nobody's */
	str text, parent;   /* parent may be empty */
	str heading, body;  /* of the article it is about; both empty: none */
	enum frg_lang lang; /* FRG_LANG_AUTO: as detected */
};
/* Errors as of frg_check. */
MUST_CHECK enum frg_status service_check_text(struct service *svc, struct arena *a, const struct service_text *q,
                                              struct service_review *out, enum frg_lang *detected,
                                              struct frg_error *err);

/* ---- policy.c: a newsroom's own thresholds, words, exceptions, patterns --------- */

/* The newest version (0: there is none yet), or the one asked for. */
MUST_CHECK enum frg_status service_policy_get(struct service *svc, struct arena *a, id64 site, int64_t version,
                                              struct store_policy *out, struct frg_error *err);
/* Newest first, without texts. */
MUST_CHECK enum frg_status service_policy_versions(struct service *svc, struct arena *a, id64 site,
                                                   struct store_policies *out, struct frg_error *err);
/* A line that is wrong. `code` has a sentence in i18n/, `detail` is English for those who know patterns. */
struct policy_problem {
	size_t line, column;
	const char *code;
	str detail;
};
/* Compiles a text: *out to be closed, or FRG_INVALID with all problems (code policy_invalid), FRG_TOO_LARGE. */
MUST_CHECK enum frg_status service_policy_judge(struct service *svc, struct arena *a, str text,
                                                struct policy_problem **problems, size_t *count,
                                                struct frg_policy **out, struct frg_error *err);
struct policy_command {
	id64 site;
	const struct staff *who; /* NULL: a command */
	int64_t version;         /* that was changed; -1: whatever there is */
	str text;
};
struct policy_result {
	struct store_policy policy; /* as saved; on FRG_CONFLICT what is there */
	struct policy_problem *problems;
	size_t problem_count;
};
/* In force when it returns. Errors: as of judging; FRG_CONFLICT policy_changed. */
MUST_CHECK enum frg_status service_policy_save(struct service *svc, struct arena *a, const struct policy_command *cmd,
                                               struct policy_result *out, struct frg_error *err);
/* After another process saved one. */
MUST_CHECK enum frg_status service_policy_reload(struct service *svc, id64 site, struct frg_error *err);
/* Tries settings out on a text; `article` may be empty. NULL: the engine's own. Nothing is stored. */
MUST_CHECK enum frg_status service_policy_try(struct service *svc, struct arena *a, const struct store_site *site,
                                              str article, str text, const struct frg_policy *policy,
                                              struct service_review *out, struct frg_error *err);

/* ---- recheck.c: held comments under new settings ---------------------------------- */

/* Checks the next page of held comments anew where something else had checked them; *after starts with 0 and is 0
 * again at the end. *changed: how many. */
MUST_CHECK enum frg_status service_recheck(struct service *svc, struct arena *a, id64 site, id64 *after,
                                           size_t *changed, struct frg_error *err);

/* ---- suggest.c: what a text should have scored ------------------------------------- */

enum { SUGGEST_SCORES_MAX = 32, SUGGEST_COMMUNITY_MAX = 200 };

struct service_suggestion {
	str attribute;
	double score; /* 0 … 1 */
};
/* Keeps all or none. FRG_TOO_LARGE when the archive is full. */
MUST_CHECK enum frg_status service_suggest(struct service *svc, struct arena *a, id64 site, str text,
                                           enum frg_lang lang, str community, const struct service_suggestion *items,
                                           size_t count, struct frg_error *err);

/* ---- submit.c: what readers do -------------------------------------------------- */

/* Who writes: the capability of a browser, empty if it has none yet. */
/* A proof of work that came along, to be good once (service_proof_good); until 0: none. FRG_FORBIDDEN work_used. */
struct proof_used {
	int64_t nonce;
	msec until;
};
struct submit_command {
	const struct store_site *site;
	str article; /* external id */
	str reader;
	str name, email, text;
	id64 parent;         /* 0: none */
	str idempotency_key; /* 16–64 of A–Z a–z 0–9 _ -, not to be guessed; empty: none */
	str address;         /* the client's, as limits count it; empty: not known */
	struct proof_used proof;
};
struct revise_command {
	const struct store_site *site;
	str article; /* external id: the one that the comment stands under */
	str reader;
	id64 comment;
	str text, idempotency_key;
	str address;
	struct proof_used proof;
};
struct withdraw_command {
	const struct store_site *site;
	str article, reader;
	id64 comment;
};
struct thread_own; /* thread_load.h */
struct submit_result {
	id64 comment, revision;
	struct store_article article; /* id 0: not read */
	str reader;                   /* the capability, new or as given */
	bool replayed;
	const struct thread_own *fresh; /* what its author sees of it, in the arena; NULL: it must be read */
};

enum { SERVICE_TEXT_MAX = 5000, SERVICE_NAME_MAX = 60 }; /* characters */
enum { SERVICE_REVISIONS_MAX = 100 }; /* of one comment: all are read when it is withdrawn or erased */

MUST_CHECK enum frg_status service_submit(struct service *svc, struct arena *a, const struct submit_command *cmd,
                                          struct submit_result *out, struct frg_error *err);
MUST_CHECK enum frg_status service_revise(struct service *svc, struct arena *a, const struct revise_command *cmd,
                                          struct submit_result *out, struct frg_error *err);
/* The author takes a comment back: held, refused or released. */
MUST_CHECK enum frg_status service_withdraw(struct service *svc, struct arena *a, const struct withdraw_command *cmd,
                                            struct frg_error *err);

/* ---- threads.c: what readers see -------------------------------------------------- */

enum thread_form { THREAD_PAGE, THREAD_FRAGMENT, THREAD_JSON, THREAD_FEED };

/* What our own pages may load: nothing but ours, and pictures by https (an article's may be elsewhere). */
#define SERVICE_PAGE_CSP                                                                                               \
	("Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "                              \
	 "img-src 'self' https:; connect-src 'self'; form-action 'self'; base-uri 'none'; "                                \
	 "frame-ancestors 'none'")

struct thread_query {
	const struct store_site *site;
	str article;        /* external id */
	enum frg_lang lang; /* FRG_LANG_AUTO: the article's */
	str cursor;         /* of the page before; empty: first */
	str origin;         /* foreign origin, already found to be allowed; empty: none */
	enum thread_form form;
	const struct store_article *known; /* the article, if it has just been read; NULL: not */
	const struct thread_own *fresh;    /* the one comment that is asked for, if it has just been sent; NULL: not */
};

/* What all readers see, if it is in memory (never blocks), or NULL. The caller unrefs. */
struct http_page *service_thread_cached(struct service *svc, struct arena *a, const struct thread_query *q);
/* The same, made from the database if need be, and kept. `older`: the database could not be asked, and of what was
 * there before something is lacking that was released since; nothing is shown that was known here to be no more. */
MUST_CHECK enum frg_status service_thread_page(struct service *svc, struct arena *a, const struct thread_query *q,
                                               struct http_page **out, bool *older, struct frg_error *err);
/* What one reader sees, own comments in place; never kept. `form` may be NULL. */
struct thread_personal {
	str reader;
	const struct view_form *form;
	id64 reply_to, edit_of, sent; /* 0: none */
};
MUST_CHECK enum frg_status service_thread_personal(struct service *svc, struct arena *a, const struct thread_query *q,
                                                   const struct thread_personal *who, str *html, struct frg_error *err);
/* The reader's own comments under an article, or one of them (`only` not 0), as the author sees them. */
struct own_comment {
	struct view_comment view;
	str state;
	str html;
	int64_t position;
	msec review_from, review_until; /* 0: no time can be given */
};
MUST_CHECK enum frg_status service_own_comments(struct service *svc, struct arena *a, const struct thread_query *q,
                                                str reader, id64 only, struct own_comment **out, size_t *count,
                                                struct frg_error *err);
struct http_page *service_front_cached(struct service *svc, const struct store_site *site);
MUST_CHECK enum frg_status service_front_page(struct service *svc, struct arena *a, const struct store_site *site,
                                              struct http_page **out, struct frg_error *err);
/* Released comments of an article, for {"id","title","url","lang","open","count"}. */
MUST_CHECK enum frg_status service_article_count(struct service *svc, struct arena *a, id64 article, int64_t *count,
                                                 struct frg_error *err);
/* Forgets what is kept of an article (or of a site's front page). */
void service_threads_drop(struct service *svc, id64 article_or_site);
/* An article changed, and with it the count on the front page. */
void service_threads_drop_both(struct service *svc, id64 article, id64 site);
/* The same; `adds`: a comment was released for the first time, and what is kept lacks no more than that. */
void service_threads_change(struct service *svc, id64 article, id64 site, bool adds);
void service_threads_drop_all(struct service *svc);
/* A released comment as live readers get it; FRG_NOT_FOUND if it is not (or no longer) released. */
struct live_comment {
	str id, parent; /* parent empty: top level */
	int64_t depth, count;
	bool removed, edited;
	str html;
};
MUST_CHECK enum frg_status service_live_comment(struct service *svc, struct arena *a, id64 article, id64 comment,
                                                struct live_comment *out, struct frg_error *err);

/* ---- live.c: channels --------------------------------------------------------------- */

/* Channels exist once the server does. */
void service_live_start(struct service *svc, struct http_server *server);
void service_live_stop(struct service *svc);
/* The readers' channel of an article or the desk's of a site; made when first asked for. The caller unrefs. */
struct http_channel *service_channel(struct service *svc, id64 site, id64 article_or_site);
/* Does anybody listen, or may they in a moment? Where not, nothing need be made to be told. */
bool service_channel_heard(struct service *svc, id64 article_or_site);
/* Publishes if anybody listens; a later message on a topic (0: none) replaces the earlier ones. */
void service_channel_tell(struct service *svc, id64 article_or_site, id64 topic, const char *event, str data);

/* To whoever listens to anything of a site. */
void service_channels_tell(struct service *svc, id64 site, const char *event, str data);

/* ---- release.c: the one writer of `publication` -------------------------------------------- */

/* The last line of a `decided` event's detail, where a release showed readers more than before and took nothing away:
 * so that whoever hears of it need not ask a database that may be gone. */
#define EVENT_FIRST "first"

struct release {
	enum store_publication_change change;
	const struct store_comment *comment;
	const struct store_revision *revision; /* PUT */
	const struct store_decision *decision; /* PUT */
	bool picked;                           /* PUT, PICK */
	bool notices_wait;                     /* open notices on it are not settled by its going */
	bool *adds;                            /* set, unless NULL: readers only see more than before */
	msec now;
};
/* Before anything is written: FRG_CONFLICT parent_not_released, revision_purged. */
MUST_CHECK enum frg_status release_allowed(struct store_tx *tx, const struct store_comment *comment,
                                           const struct store_revision *revision, struct frg_error *err);
MUST_CHECK enum frg_status release_apply(struct store_tx *tx, const struct release *r, struct frg_error *err);

/* ---- limits.c, limits_rates.c, limits_share.c ------------------------------------------------------ */

/* Takes one token of `key`'s bucket; FRG_THROTTLED (err->pos: seconds to wait) if it is empty. Where the key is an
 * address its prefix (IPv4: /24, IPv6: /48) has a bucket too. From memory, never blocks. */
MUST_CHECK enum frg_status service_limit(struct service *svc, enum limit_kind kind, str key, struct frg_error *err);
/* A reader's text on its way: takes from the buckets of address, prefix, reader, article and site, or from none.
 * Codes throttled, throttled_article, throttled_site. */
struct limit_post {
	const struct store_site *site;
	str address, reader /* may be empty */, article;
};
MUST_CHECK enum frg_status service_limit_post(struct service *svc, const struct limit_post *post,
                                              struct frg_error *err);
/* Would it be refused now? Takes nothing. */
MUST_CHECK enum frg_status service_limit_ahead(struct service *svc, const struct limit_post *post,
                                               struct frg_error *err);
/* ---- proof.c */

enum { PROOF_MAX = 160 };
struct proof_challenge {
	str token;
	unsigned bits; /* SHA-256 of "TOKEN.COUNTER" must begin with so many zeros */
	msec until;
};
/* FRG_FORBIDDEN work_needed, with a challenge, if one is asked for and `text` is none. From memory. */
MUST_CHECK enum frg_status service_proof(struct service *svc, struct arena *a, const struct limit_post *post, str text,
                                         struct proof_challenge *out, struct frg_error *err);
/* Does it prove work for this article and address, now? `out` is for submit_command, so that it counts once. */
bool service_proof_good(struct service *svc, const struct limit_post *post, str text, struct proof_used *out);
/* Without scripts nothing is calculated: so many are taken anyway. FRG_THROTTLED throttled_plain. */
MUST_CHECK enum frg_status service_proof_plain(struct service *svc, const struct limit_post *post,
                                               struct frg_error *err);
void limit_rates_default(struct limit_rates *rates);
/* One rate by its name in the configuration: "20/10", "0" for none; "prefix": "8". False: no such name or value. */
bool limit_rates_set(struct limit_rates *rates, str name, str value);
/* A site's own, "submit=20/10 reader=… article=… site=…"; what is not named is as configured. FRG_INVALID
 * limits_invalid. */
MUST_CHECK enum frg_status service_site_limits_save(struct service *svc, id64 site, str text, struct frg_error *err);
/* Reads what is taken already and begins to tell and to hear, each second. Before serving; does nothing if limits are
 * off. Stop before the service is closed: what is left is told. */
MUST_CHECK enum frg_status service_limits_start(struct service *svc, struct frg_error *err);
void service_limits_stop(struct service *svc);

/* ---- audit.c ----------------------------------------------------------------------------------- */

enum { AUDIT_UNPROVABLE_MAX = 20 };
struct audit_report {
	int64_t decisions, publications, evidence;
	int64_t purged; /* texts that have been erased */
	int64_t erased; /* decisions whose private columns have been */
	int64_t evidence_erased;
	/* Rows of version 1 among them, the first few: only their neighbours attest what they were. */
	int64_t unprovable[AUDIT_UNPROVABLE_MAX], unprovable_count;
	bool ok;
	int64_t bad_seq; /* of the first bad decision; 0: none of these */
	char what[200];
};
typedef void audit_progress(void *ctx, int64_t done);
/* Checks the chain, the texts it names, what is published, and the signatures on preserved evidence. FRG_OK also when
 * it finds something. */
MUST_CHECK enum frg_status audit_verify(struct store *store, struct audit_report *out, audit_progress *progress,
                                        void *ctx, struct frg_error *err);

#endif
