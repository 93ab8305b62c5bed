/* Rows about comments that are released by themselves: what was signed, what it was closed for, the cases that people
 * decided. Used with store/store.h. */
#ifndef STORE_AUTOMATIC_H
#define STORE_AUTOMATIC_H

#include "store/store.h"

/* ---- what was signed ---- */

struct store_automatic_policy {
	id64 site;
	str section;
	int64_t version;
	int64_t limit, confidence; /* permille */
	int64_t threshold;         /* ten-thousandths */
	int64_t draw;              /* permille */
	int64_t first;             /* comments of an author, released by people before */
	msec delay;
	str engine;
	int64_t used, refused;
	id64 signed_by;
	str signed_name;
	msec signed_at;
	/* read only: its end */
	msec closed; /* 0: it is open */
	str why, word, closed_name;
	int64_t end_checked, end_refused, end_removed;
};
struct store_automatic_policies {
	struct store_automatic_policy *items;
	size_t count;
};
struct store_automatic_closing {
	id64 site;
	str section;
	int64_t version;
	str why, word;
	int64_t checked, refused, removed;
	id64 editor; /* 0: by itself */
	str editor_name;
};
/* Assigns the version. */
MUST_CHECK enum frg_status store_automatic_sign(struct store_tx *tx, struct store_automatic_policy *p,
                                                struct frg_error *err);
/* The open one of a section; FRG_NOT_FOUND. */
MUST_CHECK enum frg_status store_automatic_open(struct store_tx *tx, id64 site, str section,
                                                struct store_automatic_policy *out, struct frg_error *err);
/* All open ones, of a site (0: of every site). */
MUST_CHECK enum frg_status store_automatic_open_all(struct store_tx *tx, id64 site,
                                                    struct store_automatic_policies *out, struct frg_error *err);
/* Newest first, open and closed. */
MUST_CHECK enum frg_status store_automatic_list(struct store_tx *tx, id64 site, int64_t limit,
                                                struct store_automatic_policies *out, struct frg_error *err);
/* False in *first: it was closed already. */
MUST_CHECK enum frg_status store_automatic_close(struct store_tx *tx, const struct store_automatic_closing *c,
                                                 bool *first, struct frg_error *err);

/* ---- cases ---- */

struct store_automatic_case {
	id64 revision, site;
	str section, engine;
	int64_t score;
	str excluded;
	int64_t policy;
	bool drawn;
	msec due;      /* 0: not */
	id64 decision; /* 0: not released by itself */
	str outcome;
	msec decided; /* 0: not yet */
	msec created;
};
struct store_automatic_cases {
	struct store_automatic_case *items;
	size_t count;
};
/* Inserts or replaces. */
MUST_CHECK enum frg_status store_automatic_put(struct store_tx *tx, const struct store_automatic_case *c,
                                               struct frg_error *err);
MUST_CHECK enum frg_status store_automatic_get(struct store_tx *tx, id64 revision, struct store_automatic_case *out,
                                               struct frg_error *err);
/* What is due by now, oldest first. */
MUST_CHECK enum frg_status store_automatic_due(struct store_tx *tx, msec now, int64_t limit,
                                               struct store_automatic_cases *out, struct frg_error *err);
/* The latest that people decided and that may go by itself, newest first; `engine` whose score they have. */
MUST_CHECK enum frg_status store_automatic_decided(struct store_tx *tx, id64 site, str section, str engine, msec since,
                                                   int64_t limit, struct store_automatic_cases *out,
                                                   struct frg_error *err);
/* The latest by which a policy is measured, newest first: drawn ones that people decided, and what went by itself and
 * was taken off. */
MUST_CHECK enum frg_status store_automatic_checks(struct store_tx *tx, id64 site, str section, int64_t policy,
                                                  int64_t limit, struct store_automatic_cases *out,
                                                  struct frg_error *err);
struct store_automatic_count {
	int64_t released, removed; /* by itself; taken off again */
	int64_t drawn, checked, refused;
};
MUST_CHECK enum frg_status store_automatic_count(struct store_tx *tx, id64 site, str section, int64_t policy,
                                                 struct store_automatic_count *out, struct frg_error *err);
/* Sections with cases since then, the busiest first. */
struct store_automatic_section {
	str section;
	int64_t cases, eligible;
};
struct store_automatic_sections {
	struct store_automatic_section *items;
	size_t count;
};
MUST_CHECK enum frg_status store_automatic_section_list(struct store_tx *tx, id64 site, msec since, int64_t limit,
                                                        struct store_automatic_sections *out, struct frg_error *err);
/* How many of a section, of those since then with this engine's score, are kept back for each reason. */
struct store_automatic_reason {
	str excluded;
	int64_t cases;
};
struct store_automatic_reasons {
	struct store_automatic_reason *items;
	size_t count;
};
MUST_CHECK enum frg_status store_automatic_reason_list(struct store_tx *tx, id64 site, str section, str engine,
                                                       msec since, struct store_automatic_reasons *out,
                                                       struct frg_error *err);
MUST_CHECK enum frg_status store_automatic_purge(struct store_tx *tx, id64 site, msec before, struct frg_error *err);

/* ---- an author as far as it matters here; all but one comment's ---- */

/* Comments of this author that people released before `before`; counts up to `enough`. */
MUST_CHECK enum frg_status store_automatic_author(struct store_tx *tx, id64 author, id64 but_comment, msec before,
                                                  int64_t enough, int64_t *released, struct frg_error *err);
/* Was one rejected or withdrawn by the editors, or the author suspended, in that time? */
MUST_CHECK enum frg_status store_automatic_refused(struct store_tx *tx, id64 author, msec since, msec before,
                                                   bool *refused, struct frg_error *err);
/* Was a comment of theirs reported at that time and not yet decided on, or taken off after a notice since? */
MUST_CHECK enum frg_status store_automatic_reported(struct store_tx *tx, id64 site, id64 author, msec since, msec at,
                                                    bool *reported, struct frg_error *err);
/* Did the author take one back that was sent in that time? */
MUST_CHECK enum frg_status store_automatic_took_back(struct store_tx *tx, id64 author, id64 but_comment, msec since,
                                                     msec before, bool *took_back, struct frg_error *err);
/* Where the chain was about then. */
MUST_CHECK enum frg_status store_automatic_seq(struct store_tx *tx, msec since, int64_t *seq, struct frg_error *err);

#endif
