/* The transparency report: figures in; out of them a document of sections and tables (report_doc.c), of which all
 * forms are made: the page (report_html.c), text for a terminal (report_text.c), data (exchange/). No figure stands for
 * a person. Knows no database. Times in ms; what is not known is not known, not 0. */
#ifndef RENDER_REPORT_H
#define RENDER_REPORT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "render/letter.h"

/* What the law takes the newspaper's comments for; docs/transparency.md. */
enum report_profile { REPORT_HOSTING, REPORT_PLATFORM, REPORT_MICRO };
enum { REPORT_PROFILES = 3 };
str report_profile_name(enum report_profile profile);

/* ---- figures -------------------------------------------------------------------------------- */

enum report_kind {
	REPORT_RELEASE,
	REPORT_REJECT,
	REPORT_RETURN,
	REPORT_REMOVE,
	REPORT_SUSPEND,
	REPORT_RESTORE,
	REPORT_REFER,
	REPORT_KINDS
};
str report_kind_name(enum report_kind kind); /* "release" */
bool report_kind_of(str name, enum report_kind *out);

/* How long something took. */
struct report_times {
	int64_t count; /* 0: nothing is known */
	msec median, p90;
};

/* What the engine said against what the editors said. */
struct report_match {
	int64_t hit, false_alarm, miss, quiet;
};

enum { REPORT_ROLES = 6, REPORT_NOTICE_KINDS = 32, REPORT_NAME_MAX = 40 };
enum report_outcome { OUTCOME_UPHELD, OUTCOME_CHANGED, OUTCOME_REJECTED, OUTCOME_SETTLED, REPORT_OUTCOMES };
enum report_notice_outcome { REPORT_NOTICE_REMOVED, REPORT_NOTICE_KEPT, REPORT_NOTICE_MOOT, REPORT_NOTICE_OUTCOMES };

struct report_notice_kind {
	char name[REPORT_NAME_MAX + 1];
	int64_t received, decided[REPORT_NOTICE_OUTCOMES];
};

struct report_figures {
	str site, engine;
	msec from, to, made; /* to is exclusive */

	int64_t comments[2], later_texts; /* comments by enum frg_lang of the article: German, English */

	/* decisions that stand, without answers to objections */
	int64_t kinds[REPORT_KINDS], taken_back;
	int64_t automatic; /* releases without a person */
	int64_t by_notice[REPORT_KINDS];
	int64_t rule[FRG_RULE_COUNT][REPORT_KINDS], law[LETTER_LAWS_MAX][REPORT_KINDS];
	int64_t lang[2][REPORT_KINDS];
	struct report_times wait, wait_of[REPORT_RETURN + 1]; /* until release, reject, return, by persons */

	int64_t refused, marked,
		marked_rule; /* rejected and removed; of these with any passage, with one of a named rule */
	struct report_match match[FRG_RULE_COUNT], match_any; /* match_any: any rule against any refusal */

	int64_t notices, notices_decided[REPORT_NOTICE_OUTCOMES], notices_open, notices_by_law, notices_by_rules;
	struct report_notice_kind notice_kind[REPORT_NOTICE_KINDS];
	size_t notice_kinds;
	struct report_times notice_times;

	int64_t objections, objections_decided[REPORT_OUTCOMES], objections_open;
	struct report_times objection_times;

	int64_t suspended_law, suspended_rules;
	int64_t statements;
	int64_t members[REPORT_ROLES]; /* by the roles of service/staff/staff.h, who may log in now */
};

/* ---- the document --------------------------------------------------------------------------- */

enum report_unit { UNIT_COUNT, UNIT_SHARE, UNIT_TIME };
struct report_cell {
	bool known;
	int64_t n;    /* a count, ms */
	double share; /* 0 … 1 */
};
struct report_column {
	const char *key;
	str label;
	enum report_unit unit;
	bool bar; /* shown as a bar as well */
};
struct report_row {
	str key, label;
	const struct report_cell *cells;
};
struct report_table {
	const char *key;
	str caption, head; /* head: of the rows' labels */
	const struct report_column *columns;
	const struct report_row *rows;
	size_t column_count, row_count;
};
struct report_section {
	const char *key;
	str title, articles, intro, note; /* articles: which of the law it answers; note may be empty */
	const struct report_table *tables;
	size_t table_count;
};
struct report_headline {
	str value, label;
};
enum { REPORT_HEADLINES = 4 };
struct report_doc {
	enum frg_lang lang;
	enum report_profile profile;
	str title, site, period, made; /* in words */
	str from_day, to_day, made_at; /* for programs; to_day is the last day */
	str engine, standing;          /* standing: what the law asks of this profile */
	struct report_headline headlines[REPORT_HEADLINES];
	const struct report_section *sections;
	size_t section_count;
};
/* All strings live in the arena or for ever. */
void report_lay_out(struct arena *a, const struct report_figures *f, enum report_profile profile, enum frg_lang lang,
                    struct report_doc *out);

/* "1.234", "96,4 %", "2 h 5 min", in this language; "–" for what is not known. */
void report_value(struct buf *b, enum frg_lang lang, enum report_unit unit, const struct report_cell *cell);

/* One page that needs nothing else. */
void report_html(struct buf *b, const struct report_doc *doc);
/* For a terminal. */
void report_text(struct buf *b, const struct report_doc *doc);

#endif
