/* From figures to the report's document: which sections, which tables, in which words. A table is a literal list of
 * columns and a function that adds its rows. */
#include "render/report.h"

#include <stdio.h>

struct making {
	struct arena *a;
	enum frg_lang lang;
	enum report_profile profile;
	const struct report_figures *f;
};

/* ---- names ---- */

str report_profile_name(enum report_profile profile)
{
	static const str names[] = {STR_INIT("hosting"), STR_INIT("platform"), STR_INIT("micro")};
	return names[profile];
}

static const str kind_names[] = {STR_INIT("release"), STR_INIT("reject"),  STR_INIT("return"), STR_INIT("remove"),
                                 STR_INIT("suspend"), STR_INIT("restore"), STR_INIT("refer")};

str report_kind_name(enum report_kind kind) { return kind_names[kind]; }

bool report_kind_of(str name, enum report_kind *out)
{
	for (size_t i = 0; i < REPORT_KINDS; i++)
		if (str_eq(name, kind_names[i])) {
			*out = (enum report_kind)i;
			return true;
		}
	return false;
}

/* report.PREFIX.NAME */
static str text_of(const struct making *m, const char *prefix, const char *name)
{
	char key[64];
	snprintf(key, sizeof key, "report.%s.", prefix);
	return i18n_find(m->lang, key, name, MSG_REPORT_LAW_OTHER);
}

/* ---- cells ---- */

static struct report_cell number(int64_t n) { return (struct report_cell){.known = true, .n = n}; }
static struct report_cell took(const struct report_times *t, msec value)
{
	return (struct report_cell){.known = t->count > 0, .n = value};
}
static struct report_cell share(int64_t part, int64_t whole)
{
	return (struct report_cell){.known = whole > 0, .share = whole > 0 ? (double)part / (double)whole : 0};
}

/* ---- tables ---- */

enum { COLUMNS_MAX = 5, ROWS_MAX = 40, TABLES_MAX = 4 };

/* Column by key: its label stands under report.column.KEY. */
struct column {
	const char *key;
	enum report_unit unit;
	bool bar;
};
struct table_of {
	const char *key;
	enum msg caption, head;
	struct column columns[COLUMNS_MAX];
	void (*rows)(const struct making *m, struct report_table *t);
};

/* The cells of a new row, to be filled. */
static struct report_cell *row(const struct making *m, struct report_table *t, const char *key, str label)
{
	BUG_IF(t->row_count == ROWS_MAX);
	struct report_cell *cells = ARENA_ARRAY(m->a, struct report_cell, t->column_count);
	struct report_row *rows = (struct report_row *)t->rows;
	rows[t->row_count++] = (struct report_row){.key = arena_str(m->a, str_of(key)), .label = label, .cells = cells};
	return cells;
}

static void counted(const struct making *m, struct report_table *t, const char *key, str label, int64_t n)
{
	row(m, t, key, label)[0] = number(n);
}

static void with_share(const struct making *m, struct report_table *t, const char *key, str label, int64_t n,
                       int64_t whole)
{
	struct report_cell *c = row(m, t, key, label);
	c[0] = number(n);
	c[1] = share(n, whole);
}

static void times(const struct making *m, struct report_table *t, const char *key, str label,
                  const struct report_times *times)
{
	struct report_cell *c = row(m, t, key, label);
	c[0] = number(times->count);
	c[1] = took(times, times->median);
	c[2] = took(times, times->p90);
}

static void rows_received(const struct making *m, struct report_table *t)
{
	const struct report_figures *f = m->f;
	int64_t all = f->comments[0] + f->comments[1];
	with_share(m, t, "all", i18n(m->lang, MSG_REPORT_ROW_ALL), all, all);
	with_share(m, t, "de", i18n(m->lang, MSG_REPORT_LANG_DE), f->comments[0], all);
	with_share(m, t, "en", i18n(m->lang, MSG_REPORT_LANG_EN), f->comments[1], all);
	row(m, t, "later_texts", i18n(m->lang, MSG_REPORT_ROW_LATER_TEXTS))[0] = number(f->later_texts);
}

static int64_t all_decisions(const struct report_figures *f)
{
	int64_t n = 0;
	for (size_t i = 0; i < REPORT_REFER; i++)
		n += f->kinds[i];
	return n;
}

static void rows_kinds(const struct making *m, struct report_table *t)
{
	int64_t all = all_decisions(m->f);
	with_share(m, t, "all", i18n(m->lang, MSG_REPORT_ROW_ALL), all, all);
	for (size_t i = 0; i < REPORT_REFER; i++)
		with_share(m, t, kind_names[i].p, text_of(m, "kind", kind_names[i].p), m->f->kinds[i], all);
	row(m, t, "refer", text_of(m, "kind", "refer"))[0] = number(m->f->kinds[REPORT_REFER]);
	row(m, t, "taken_back", i18n(m->lang, MSG_REPORT_ROW_TAKEN_BACK))[0] = number(m->f->taken_back);
	row(m, t, "statements", i18n(m->lang, MSG_REPORT_ROW_STATEMENTS))[0] = number(m->f->statements);
}

static void rows_wait(const struct making *m, struct report_table *t)
{
	times(m, t, "all", i18n(m->lang, MSG_REPORT_ROW_ALL), &m->f->wait);
	for (size_t i = 0; i <= REPORT_RETURN; i++)
		times(m, t, kind_names[i].p, text_of(m, "kind", kind_names[i].p), &m->f->wait_of[i]);
}

static void rows_languages(const struct making *m, struct report_table *t)
{
	static const char *const keys[] = {"de", "en"};
	for (size_t i = 0; i < 2; i++) {
		const int64_t *n = m->f->lang[i];
		struct report_cell *c = row(m, t, keys[i], text_of(m, "lang", keys[i]));
		c[0] = number(n[REPORT_RELEASE]);
		c[1] = number(n[REPORT_REJECT]);
		c[2] = number(n[REPORT_RETURN]);
		c[3] = number(n[REPORT_REMOVE]);
		c[4] = number(n[REPORT_SUSPEND]);
	}
}

static void rows_initiative(const struct making *m, struct report_table *t)
{
	static const enum report_kind kinds[] = {REPORT_REJECT, REPORT_REMOVE, REPORT_SUSPEND};
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		int64_t all = m->f->kinds[kinds[i]], noticed = m->f->by_notice[kinds[i]];
		struct report_cell *c = row(m, t, kind_names[kinds[i]].p, text_of(m, "kind", kind_names[kinds[i]].p));
		c[0] = number(all - noticed);
		c[1] = number(noticed);
	}
}

static void refusals(const int64_t n[REPORT_KINDS], struct report_cell *c, bool returns)
{
	c[0] = number(n[REPORT_REJECT]);
	c[1] = number(n[REPORT_REMOVE]);
	c[2] = number(n[REPORT_SUSPEND]);
	if (returns)
		c[3] = number(n[REPORT_RETURN]);
}

static void rows_rules(const struct making *m, struct report_table *t)
{
	for (int r = 0; r < FRG_RULE_COUNT; r++)
		if (r != FRG_ENGAGING)
			refusals(m->f->rule[r],
			         row(m, t, frg_rule_id((enum frg_rule)r), text_of(m, "rule", frg_rule_id((enum frg_rule)r))), true);
}

static void rows_laws(const struct making *m, struct report_table *t)
{
	for (size_t i = 0; letter_laws[i] && i < LETTER_LAWS_MAX; i++)
		refusals(m->f->law[i], row(m, t, letter_laws[i], text_of(m, "law", letter_laws[i])), false);
}

static void rows_notice_outcomes(const struct making *m, struct report_table *t)
{
	static const char *const keys[] = {"removed", "kept", "moot"};
	const struct report_figures *f = m->f;
	int64_t decided = 0;
	for (size_t i = 0; i < REPORT_NOTICE_OUTCOMES; i++)
		decided += f->notices_decided[i];
	row(m, t, "received", i18n(m->lang, MSG_REPORT_ROW_RECEIVED))[0] = number(f->notices);
	for (size_t i = 0; i < REPORT_NOTICE_OUTCOMES; i++)
		with_share(m, t, keys[i], text_of(m, "notice_outcome", keys[i]), f->notices_decided[i], decided);
	row(m, t, "open", i18n(m->lang, MSG_REPORT_ROW_OPEN))[0] = number(f->notices_open);
	with_share(m, t, "automatic", i18n(m->lang, MSG_REPORT_ROW_AUTOMATIC), 0, decided);
}

static void rows_notice_kinds(const struct making *m, struct report_table *t)
{
	for (size_t i = 0; i < m->f->notice_kinds; i++) {
		const struct report_notice_kind *k = &m->f->notice_kind[i];
		enum msg law = i18n_find_msg("report.law.", k->name, MSG_REPORT_NONE);
		str label = law == MSG_REPORT_NONE ? str_of(k->name) : i18n(m->lang, law);
		struct report_cell *c = row(m, t, k->name, label);
		c[0] = number(k->received);
		for (size_t o = 0; o < REPORT_NOTICE_OUTCOMES; o++)
			c[o + 1] = number(k->decided[o]);
	}
}

static void rows_notice_times(const struct making *m, struct report_table *t)
{
	times(m, t, "answered", i18n(m->lang, MSG_REPORT_ROW_ANSWERED), &m->f->notice_times);
}

static void rows_notice_grounds(const struct making *m, struct report_table *t)
{
	counted(m, t, "law", i18n(m->lang, MSG_REPORT_ROW_LAW), m->f->notices_by_law);
	counted(m, t, "rules", i18n(m->lang, MSG_REPORT_ROW_RULES), m->f->notices_by_rules);
}

static void rows_objection_outcomes(const struct making *m, struct report_table *t)
{
	static const char *const keys[] = {"upheld", "changed", "rejected", "settled"};
	const struct report_figures *f = m->f;
	int64_t decided = 0;
	for (size_t i = 0; i < REPORT_OUTCOMES; i++)
		decided += f->objections_decided[i];
	row(m, t, "received", i18n(m->lang, MSG_REPORT_ROW_RECEIVED))[0] = number(f->objections);
	for (size_t i = 0; i < REPORT_OUTCOMES; i++)
		with_share(m, t, keys[i], text_of(m, "outcome", keys[i]), f->objections_decided[i], decided);
	row(m, t, "open", i18n(m->lang, MSG_REPORT_ROW_OPEN))[0] = number(f->objections_open);
}

static void rows_objection_times(const struct making *m, struct report_table *t)
{
	times(m, t, "answered", i18n(m->lang, MSG_REPORT_ROW_ANSWERED), &m->f->objection_times);
}

static void rows_suspensions(const struct making *m, struct report_table *t)
{
	counted(m, t, "law", i18n(m->lang, MSG_REPORT_ROW_LAW), m->f->suspended_law);
	counted(m, t, "rules", i18n(m->lang, MSG_REPORT_ROW_RULES), m->f->suspended_rules);
	counted(m, t, "ended", i18n(m->lang, MSG_REPORT_ROW_ENDED), m->f->kinds[REPORT_RESTORE]);
	counted(m, t, "automatic", i18n(m->lang, MSG_REPORT_ROW_AUTOMATIC), 0);
}

static void rows_means(const struct making *m, struct report_table *t)
{
	const struct report_figures *f = m->f;
	int64_t all = all_decisions(f);
	with_share(m, t, "persons", i18n(m->lang, MSG_REPORT_ROW_PERSONS), all - f->automatic, all);
	with_share(m, t, "auto_release", i18n(m->lang, MSG_REPORT_ROW_AUTO_RELEASE), f->automatic,
	           f->kinds[REPORT_RELEASE]);
	with_share(m, t, "auto_refuse", i18n(m->lang, MSG_REPORT_ROW_AUTO_REFUSE), 0, f->refused);
	row(m, t, "refused", i18n(m->lang, MSG_REPORT_ROW_REFUSED))[0] = number(f->refused);
	with_share(m, t, "marked", i18n(m->lang, MSG_REPORT_ROW_MARKED), f->marked, f->refused);
	with_share(m, t, "marked_rule", i18n(m->lang, MSG_REPORT_ROW_MARKED_RULE), f->marked_rule, f->refused);
}

static void match_row(const struct making *m, struct report_table *t, const char *key, str label,
                      const struct report_match *x)
{
	struct report_cell *c = row(m, t, key, label);
	c[0] = number(x->hit);
	c[1] = number(x->false_alarm);
	c[2] = number(x->miss);
	c[3] = share(x->hit, x->hit + x->false_alarm);
	c[4] = share(x->hit, x->hit + x->miss);
}

static void rows_error(const struct making *m, struct report_table *t)
{
	for (int r = 0; r < FRG_RULE_COUNT; r++)
		if (r != FRG_ENGAGING)
			match_row(m, t, frg_rule_id((enum frg_rule)r), text_of(m, "rule", frg_rule_id((enum frg_rule)r)),
			          &m->f->match[r]);
	match_row(m, t, "any", i18n(m->lang, MSG_REPORT_ROW_ANY), &m->f->match_any);
}

static void rows_roles(const struct making *m, struct report_table *t)
{
	static const char *const keys[] = {"administrator", "lead", "editor", "trainee", "auditor", "lawyer"};
	for (size_t i = 0; i < REPORT_ROLES; i++)
		counted(m, t, keys[i], text_of(m, "role", keys[i]), m->f->members[i]);
}

static void rows_missing(const struct making *m, struct report_table *t)
{
	row(m, t, "orders", i18n(m->lang, MSG_REPORT_ROW_ORDERS));
	row(m, t, "flaggers", i18n(m->lang, MSG_REPORT_ROW_FLAGGERS));
	row(m, t, "training", i18n(m->lang, MSG_REPORT_ROW_TRAINING));
	if (m->profile != REPORT_PLATFORM)
		return;
	row(m, t, "disputes", i18n(m->lang, MSG_REPORT_ROW_DISPUTES));
	row(m, t, "recipients", i18n(m->lang, MSG_REPORT_ROW_RECIPIENTS));
}

/* ---- sections ---- */

enum basis { BASIS_LAW, BASIS_PLATFORM, BASIS_NONE }; /* who must tell: all, online platforms, nobody */
struct section_of {
	const char *key; /* its words stand under report.section.KEY, report.intro.KEY, report.articles.KEY */
	enum basis basis;
	bool noted; /* report.note.KEY */
	struct table_of tables[TABLES_MAX];
};

/* clang-format off: one line a table */
#define N(key)                                                                                                         \
	{                                                                                                                  \
		key, UNIT_COUNT, false                                                                                         \
	}
#define BAR(key)                                                                                                       \
	{                                                                                                                  \
		key, UNIT_COUNT, true                                                                                          \
	}
#define SHARE(key)                                                                                                     \
	{                                                                                                                  \
		key, UNIT_SHARE, true                                                                                          \
	}
#define TIME(key)                                                                                                      \
	{                                                                                                                  \
		key, UNIT_TIME, false                                                                                          \
	}
#define T(key, caption, head, rows, ...)                                                                               \
	{                                                                                                                  \
		key, MSG_REPORT_TABLE_##caption, MSG_REPORT_HEAD_##head, {__VA_ARGS__}, rows                                   \
	}
static const struct section_of all_sections[] = {
	{"received", BASIS_NONE, false, {T("comments", RECEIVED, LANGUAGE, rows_received, N("count"), SHARE("share"))}},
	{"decisions",
     BASIS_LAW,
     true,
     {T("kinds", KINDS, KIND, rows_kinds, N("count"), SHARE("share")),
      T("initiative", INITIATIVE, MEASURE, rows_initiative, N("own"), N("notice")),
      T("wait", WAIT, KIND, rows_wait, N("count"), TIME("median"), TIME("p90"))}},
	{"grounds",
     BASIS_LAW,
     false,
     {T("rules", RULES, RULE, rows_rules, BAR("reject"), N("remove"), N("suspend"), N("return")),
      T("laws", LAWS, LAW, rows_laws, BAR("reject"), N("remove"), N("suspend")),
      T("languages", LANGUAGES, LANGUAGE, rows_languages, N("release"), N("reject"), N("return"), N("remove"),
        N("suspend"))}},
	{"notices",
     BASIS_LAW,
     false,
     {T("outcomes", OUTCOMES, OUTCOME, rows_notice_outcomes, N("count"), SHARE("share")),
      T("kinds", NOTICE_KINDS, NOTICE, rows_notice_kinds, N("received"), N("removed"), N("kept"), N("moot")),
      T("grounds", NOTICE_GROUNDS, GROUND, rows_notice_grounds, N("count")),
      T("times", TIMES, WHAT, rows_notice_times, N("count"), TIME("median"), TIME("p90"))}},
	{"objections",
     BASIS_LAW,
     false,
     {T("outcomes", OUTCOMES, OUTCOME, rows_objection_outcomes, N("count"), SHARE("share")),
      T("times", TIMES, WHAT, rows_objection_times, N("count"), TIME("median"), TIME("p90"))}},
	{"suspensions", BASIS_PLATFORM, false, {T("grounds", SUSPENSIONS, GROUND, rows_suspensions, N("count"))}},
	{"automated",
     BASIS_LAW,
     true,
     {T("means", MEANS, WHAT, rows_means, N("count"), SHARE("share")),
      T("error", ERROR, RULE, rows_error, N("hit"), N("false_alarm"), N("miss"), SHARE("precision"), SHARE("recall"))}},
	{"people", BASIS_NONE, true, {T("roles", ROLES, ROLE, rows_roles, N("count"))}},
	{"missing", BASIS_LAW, false, {T("missing", MISSING, WHAT, rows_missing, N("count"))}},
};
/* clang-format on */

static void make_table(const struct making *m, const struct table_of *of, struct report_table *t)
{
	size_t columns = 0;
	while (columns < COLUMNS_MAX && of->columns[columns].key)
		columns++;
	struct report_column *c = ARENA_ARRAY(m->a, struct report_column, columns);
	for (size_t i = 0; i < columns; i++)
		c[i] = (struct report_column){.key = of->columns[i].key,
		                              .label = text_of(m, "column", of->columns[i].key),
		                              .unit = of->columns[i].unit,
		                              .bar = of->columns[i].bar};
	*t = (struct report_table){.key = of->key,
	                           .caption = i18n(m->lang, of->caption),
	                           .head = i18n(m->lang, of->head),
	                           .columns = c,
	                           .column_count = columns,
	                           .rows = ARENA_ARRAY(m->a, struct report_row, ROWS_MAX)};
	of->rows(m, t);
}

static str articles_of(const struct making *m, const struct section_of *of)
{
	if (of->basis == BASIS_NONE)
		return i18n(m->lang, MSG_REPORT_ARTICLES_ADDITIONAL);
	if (m->profile == REPORT_MICRO || (of->basis == BASIS_PLATFORM && m->profile != REPORT_PLATFORM))
		return i18n(m->lang, MSG_REPORT_ARTICLES_VOLUNTARY);
	return text_of(m, "articles", of->key);
}

static void make_section(const struct making *m, const struct section_of *of, struct report_section *s)
{
	struct report_table *tables = ARENA_ARRAY(m->a, struct report_table, TABLES_MAX);
	*s = (struct report_section){.key = of->key,
	                             .title = text_of(m, "section", of->key),
	                             .articles = articles_of(m, of),
	                             .intro = text_of(m, "intro", of->key),
	                             .note = of->noted ? text_of(m, "note", of->key) : STR(""),
	                             .tables = tables};
	while (s->table_count < TABLES_MAX && of->tables[s->table_count].key) {
		make_table(m, &of->tables[s->table_count], &tables[s->table_count]);
		s->table_count++;
	}
}

/* ---- the whole ---- */

static str filled(const struct making *m, enum msg msg, str one, str two)
{
	struct buf b = BUF_INIT(1 << 12);
	const str args[] = {one, two};
	i18n_format(&b, m->lang, msg, args, COUNT_OF(args));
	return buf_finish(&b, m->a);
}

static str in_words(const struct making *m, enum report_unit unit, struct report_cell cell)
{
	struct buf b = BUF_INIT(128);
	report_value(&b, m->lang, unit, &cell);
	return buf_finish(&b, m->a);
}

static void headlines(const struct making *m, struct report_headline out[REPORT_HEADLINES])
{
	const struct report_figures *f = m->f;
	int64_t decided = f->kinds[REPORT_RELEASE] + f->kinds[REPORT_REJECT] + f->kinds[REPORT_RETURN], answered = 0;
	for (size_t i = 0; i < OUTCOME_SETTLED; i++)
		answered += f->objections_decided[i];
	str upheld = in_words(m, UNIT_COUNT, number(f->objections_decided[OUTCOME_UPHELD]));
	out[0] = (struct report_headline){in_words(m, UNIT_COUNT, number(f->comments[0] + f->comments[1])),
	                                  i18n(m->lang, MSG_REPORT_HEADLINE_COMMENTS)};
	out[1] = (struct report_headline){in_words(m, UNIT_SHARE, share(f->kinds[REPORT_RELEASE], decided)),
	                                  i18n(m->lang, MSG_REPORT_HEADLINE_RELEASED)};
	out[2] = (struct report_headline){in_words(m, UNIT_TIME, took(&f->wait, f->wait.median)),
	                                  i18n(m->lang, MSG_REPORT_HEADLINE_MEDIAN)};
	out[3] = (struct report_headline){filled(m, MSG_REPORT_OF, upheld, in_words(m, UNIT_COUNT, number(answered))),
	                                  i18n(m->lang, MSG_REPORT_HEADLINE_OBJECTIONS)};
}

static str day(const struct making *m, msec at, bool words)
{
	char text[CLOCK_WORDS_SIZE];
	if (words)
		clock_day_words(at, m->lang, text);
	else
		clock_day(at, text);
	return arena_str(m->a, str_of(text));
}

void report_lay_out(struct arena *a, const struct report_figures *f, enum report_profile profile, enum frg_lang lang,
                    struct report_doc *out)
{
	static const enum msg standing[] = {MSG_REPORT_STANDING_HOSTING, MSG_REPORT_STANDING_PLATFORM,
	                                    MSG_REPORT_STANDING_MICRO};
	struct making m = {a, lang, profile, f};
	struct report_section *sections = ARENA_ARRAY(a, struct report_section, COUNT_OF(all_sections));
	char iso[CLOCK_ISO_SIZE];
	clock_iso(f->made, iso);
	*out = (struct report_doc){
		.lang = lang,
		.profile = profile,
		.title = i18n(lang, MSG_REPORT_TITLE),
		.site = f->site,
		.period = filled(&m, MSG_REPORT_PERIOD, day(&m, f->from, true), day(&m, f->to - 1, true)),
		.made = filled(&m, MSG_REPORT_MADE, day(&m, f->made, true), f->engine),
		.from_day = day(&m, f->from, false),
		.to_day = day(&m, f->to - 1, false),
		.made_at = arena_str(a, str_of(iso)),
		.engine = f->engine,
		.standing = i18n(lang, standing[profile]),
		.sections = sections,
		.section_count = COUNT_OF(all_sections),
	};
	for (size_t i = 0; i < COUNT_OF(all_sections); i++)
		make_section(&m, &all_sections[i], &sections[i]);
	headlines(&m, out->headlines);
}
