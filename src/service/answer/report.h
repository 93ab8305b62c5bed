/* Reports for the law: the transparency report's figures (Articles 15 and 24 of Regulation (EU) 2022/2065) and the
 * statements of reasons (Articles 17 and 24(5)). report.c walks and counts, report_count.c judges one decision,
 * report_statements.c reads letters. Memory does not grow with the number of comments. */
#ifndef SERVICE_REPORT_H
#define SERVICE_REPORT_H

#include "render/report.h"
#include "store/store.h"

struct service;

/* Rows read so far; false stops with FRG_UNAVAILABLE report_too_long. */
typedef bool report_progress(void *ctx, int64_t rows);

enum { REPORT_DAYS_MAX = 3660 };
/* Days as the server counts them, both included; empty `from`: 1 January of the year of `to`; empty `to`: today.
 * *upto is exclusive. FRG_INVALID report_period. */
MUST_CHECK enum frg_status service_report_period(str from, str to, msec *first, msec *upto, struct frg_error *err);

struct report_query {
	id64 site;
	msec from, to;             /* to is exclusive */
	report_progress *progress; /* may be NULL */
	void *progress_ctx;
};
MUST_CHECK enum frg_status service_report(struct service *svc, struct arena *a, const struct report_query *q,
                                          struct report_figures *out, struct frg_error *err);

/* A letter's reasons, without a word of the reader's or to the reader. */
struct report_statement {
	char puid[40]; /* names the decision, and tells nothing of it: a keyed hash */
	enum letter_kind kind;
	unsigned rules;                      /* bit 1 << enum frg_rule */
	unsigned char block[FRG_RULE_COUNT]; /* which of the letter's sentences, from 0 */
	str law;                             /* letter_laws[]; empty: the house rules */
	bool notice, automated_finding, automated_decision;
	msec submitted, decided, until; /* until: of a suspension, else 0 */
	enum frg_lang lang;             /* of the comment */
};
typedef enum frg_status report_each(void *ctx, const struct report_statement *s, struct frg_error *err);
/* Each that was made in the period and holds, in the order of time; what `each` says ends it. */
MUST_CHECK enum frg_status service_report_statements(struct service *svc, const struct report_query *q,
                                                     report_each *each, void *each_ctx, struct frg_error *err);

/* ---- what is asked for, and where it goes: for whoever writes reports (exchange/report.c) ---- */

enum report_format { REPORT_HTML, REPORT_JSON, REPORT_JSONL, REPORT_CSV, REPORT_TEXT };
struct report_order {
	const struct store_site *site;
	bool statements; /* otherwise the transparency report */
	enum report_profile profile;
	enum report_format format;
	enum frg_lang lang;
	msec from, to; /* to is exclusive */
	str terms_url; /* where the house rules stand; may be empty */
	report_progress *progress;
	void *progress_ctx;
};
bool report_profile_of(str name, enum report_profile *out);
/* False too if it is no format of statements, or none of the transparency report. */
bool report_format_of(str name, bool statements, enum report_format *out);
const char *report_format_type(enum report_format format);   /* for HTTP */
const char *report_format_suffix(enum report_format format); /* "html" */

/* Takes a piece; false: there is no room for more. */
typedef bool report_sink(void *ctx, str piece);
typedef enum frg_status report_maker(struct service *svc, const struct report_order *order, report_sink *sink,
                                     void *sink_ctx, struct frg_error *err);

#endif
