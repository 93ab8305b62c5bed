/* Rows about newspapers: sites, notices, keys, pictures, settings of the engine, articles. Part of store/store.h. */
#ifndef STORE_SITE_H
#define STORE_SITE_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"

struct store_tx;

/* ---- sites, notices, keys, pictures ------------------------------------- */

struct store_site {
	id64 id;
	str slug, name, slogan;
	enum frg_lang lang;
	str base_url, origins, article_hosts;
};

MUST_CHECK enum frg_status store_site_put(struct store_tx *tx, const struct store_site *site,
                                          struct frg_error *err); /* by slug */
struct store_sites {
	struct store_site *items;
	size_t count;
};
MUST_CHECK enum frg_status store_site_all(struct store_tx *tx, struct store_sites *out,
                                          struct frg_error *err); /* oldest first */
MUST_CHECK enum frg_status store_site_notice_put(struct store_tx *tx, id64 site, enum frg_lang lang, str markdown,
                                                 struct frg_error *err);
MUST_CHECK enum frg_status store_site_notice_get(struct store_tx *tx, id64 site, enum frg_lang lang, str *markdown,
                                                 struct frg_error *err);
MUST_CHECK enum frg_status store_key_put(struct store_tx *tx, str key_hash, id64 site, str name, struct frg_error *err);
MUST_CHECK enum frg_status store_key_site(struct store_tx *tx, str key_hash, id64 *site, struct frg_error *err);
MUST_CHECK enum frg_status store_media_put(struct store_tx *tx, str hash, str type, str data, struct frg_error *err);
MUST_CHECK enum frg_status store_media_get(struct store_tx *tx, str hash, str *type, str *data, struct frg_error *err);

/* ---- policies: a newsroom's own settings ---------------------------------- */

struct store_policy {
	id64 site;
	int64_t version; /* from 1; 0: there is none */
	str text;
	id64 editor; /* 0: by a command */
	str editor_name;
	msec created;
};
struct store_policies {
	struct store_policy *items;
	size_t count;
};
/* How many versions of a site are kept. */
enum { STORE_POLICY_VERSIONS = 200 };

/* The newest at most `version` (0: of all); version 0 in *out if there is none. */
MUST_CHECK enum frg_status store_policy_get(struct store_tx *tx, id64 site, int64_t version, struct store_policy *out,
                                            struct frg_error *err);
/* Newest first, without texts. */
MUST_CHECK enum frg_status store_policy_versions(struct store_tx *tx, id64 site, int64_t limit,
                                                 struct store_policies *out, struct frg_error *err);
/* The newest of every site, without texts. */
MUST_CHECK enum frg_status store_policy_all(struct store_tx *tx, struct store_policies *out, struct frg_error *err);
/* policy->version must be the next one. */
MUST_CHECK enum frg_status store_policy_insert(struct store_tx *tx, const struct store_policy *policy,
                                               struct frg_error *err);

/* ---- articles ------------------------------------------------------------ */

/* Why an article takes no comments. */
enum store_closed {
	CLOSED_NOT,
	CLOSED_ARTICLE,  /* the newsroom's own system says so */
	CLOSED_EDITORS,  /* by hand */
	CLOSED_AGE,      /* so many days after it appeared */
	CLOSED_HOURS,    /* by the clock */
	CLOSED_OVERLOAD, /* more came in than can be reviewed */
};

struct store_article {
	id64 id, site;
	str external_id;
	enum frg_lang lang;
	str url, title, kicker, lead, section, author, source, agency, body_html, body_text;
	str image_url, image_alt, image_caption, image_credit;
	int64_t image_width, image_height;
	msec published, updated;
	bool hosted, open /* read: and not closed by the editors */;
	bool bare; /* read without its body, which is most of it */
	str content_hash;
	msec closed, closed_until; /* read only; closed 0: not by the editors; until 0: for good */
	str closed_reason;
	bool kept_open; /* read only: by the editors, whatever the rules say */
	/* not in the store: what service/closing_rules.c makes of all that */
	enum store_closed closed_by;
	int64_t closed_days; /* CLOSED_AGE */
};
struct store_articles {
	struct store_article *items;
	size_t count;
};

/* Inserts or replaces by site and external id; fills article->id. *created tells which. */
MUST_CHECK enum frg_status store_article_put(struct store_tx *tx, struct store_article *article, bool *created,
                                             struct frg_error *err);
MUST_CHECK enum frg_status store_article_get(struct store_tx *tx, id64 site, str external_id, struct store_article *out,
                                             struct frg_error *err);
MUST_CHECK enum frg_status store_article_by_id(struct store_tx *tx, id64 id, struct store_article *out,
                                               struct frg_error *err);
/* The same, bare. */
MUST_CHECK enum frg_status store_article_find(struct store_tx *tx, id64 site, str external_id,
                                              struct store_article *out, struct frg_error *err);
MUST_CHECK enum frg_status store_article_heading(struct store_tx *tx, id64 id, struct store_article *out,
                                                 struct frg_error *err);
/* Newest first, bare. */
MUST_CHECK enum frg_status store_article_front(struct store_tx *tx, id64 site, int64_t limit,
                                               struct store_articles *out, struct frg_error *err);

struct store_closure {
	id64 article, site, editor;
	msec until; /* 0: for good */
	str reason;
	bool kept_open; /* not closed, but kept open */
};
struct store_closures {
	struct store_closure *items;
	size_t count;
};
MUST_CHECK enum frg_status store_closure_put(struct store_tx *tx, const struct store_closure *c, struct frg_error *err);
MUST_CHECK enum frg_status store_closure_delete(struct store_tx *tx, id64 article, struct frg_error *err);
/* Whose time is over. */
MUST_CHECK enum frg_status store_closure_over(struct store_tx *tx, msec now, int64_t limit, struct store_closures *out,
                                              struct frg_error *err);

/* Which appeared in (after, upto], oldest first. */
struct store_ids;
MUST_CHECK enum frg_status store_article_published(struct store_tx *tx, id64 site, msec after, msec upto, int64_t limit,
                                                   struct store_ids *out, struct frg_error *err);

#endif
