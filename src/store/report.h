/* What reports read: rows page by page, by id or number, without names, addresses or texts; but findings hold quotes,
 * of which nothing may go out. Part of the store; see store/store.h. A page's `after` starts with 0 and goes on with
 * the last row's id. */
#ifndef STORE_REPORT_H
#define STORE_REPORT_H

#include "store/store.h"

/* A text that was sent: a comment's first or a later one. */
struct store_report_text {
	id64 id;
	bool first;
	enum frg_lang lang; /* of the article */
	msec created;
};
struct store_report_texts {
	struct store_report_text *items;
	size_t count;
};
MUST_CHECK enum frg_status store_report_texts(struct store_tx *tx, id64 site, id64 after, int64_t limit,
                                              struct store_report_texts *out, struct frg_error *err);

struct store_report_decision {
	int64_t seq;
	str action, rules, detail, findings;
	msec submitted, decided;
	bool undone;
	bool automatic; /* a lane made it by itself */
};
struct store_report_decisions {
	struct store_report_decision *items;
	size_t count;
};
/* Those of the chain's rows after `after` up to `upto` that were decided at a site in [from, to). */
MUST_CHECK enum frg_status store_report_decisions(struct store_tx *tx, id64 site, int64_t after, int64_t upto,
                                                  msec from, msec to, struct store_report_decisions *out,
                                                  struct frg_error *err);

struct store_report_objection {
	id64 id;
	str state;
	msec created, decided; /* decided 0: open */
};
struct store_report_objections {
	struct store_report_objection *items;
	size_t count;
};
MUST_CHECK enum frg_status store_report_objections(struct store_tx *tx, id64 site, id64 after, int64_t limit,
                                                   struct store_report_objections *out, struct frg_error *err);

/* Letters with their reasons, as facts. */
struct store_report_statement {
	id64 id, decision;
	enum frg_lang lang;
	str facts, detail; /* JSON: the letter's, the decision's */
	bool voided;
	msec created, submitted;
};
struct store_report_statements {
	struct store_report_statement *items;
	size_t count;
};
MUST_CHECK enum frg_status store_report_statements(struct store_tx *tx, id64 site, id64 after, int64_t limit,
                                                   struct store_report_statements *out, struct frg_error *err);

/* Notices of illegal content: all that reports know of that table (report_notice.c). */
struct store_report_notice {
	id64 id;
	str kind, outcome; /* outcome: "", removed, kept, moot */
	str detail;        /* JSON of the decision that followed; "" if none did */
	msec created, decided;
};
struct store_report_notices {
	struct store_report_notice *items;
	size_t count;
};
MUST_CHECK enum frg_status store_report_notices(struct store_tx *tx, id64 site, id64 after, int64_t limit,
                                                struct store_report_notices *out, struct frg_error *err);

#endif
