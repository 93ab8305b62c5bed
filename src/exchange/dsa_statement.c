/* From a letter's reasons to the database's fields. What it asks for and we do not know (is the author a business?) is
 * left out where it may be; why each value is what it is: docs/transparency.md. */
#include "exchange/dsa_statement.h"

#include "base/buf.h"
#include "base/i18n.h"

#include <stdio.h>

#define SPEECH "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"
#define TERMS "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
#define OTHER "KEYWORD_OTHER"

/* By the law that a refusal rests on; keyword NULL: none fits, and none is needed. */
static const struct category {
	const char *law, *category, *keyword;
} categories[] = {
	{"insult", SPEECH, OTHER},
	{"defamation", SPEECH, "KEYWORD_DEFAMATION"},
	{"threat", SPEECH, OTHER},
	{"incitement", SPEECH, "KEYWORD_HATE_SPEECH"},
	{"symbols", "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY", "KEYWORD_ILLEGAL_ORGANIZATIONS"},
	{"crime", SPEECH, OTHER},
	{"privacy", "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS", OTHER},
	{"copyright", "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS", "KEYWORD_COPYRIGHT_INFRINGEMENT"},
	{"youth", "STATEMENT_CATEGORY_PROTECTION_OF_MINORS", OTHER},
};

static const struct category *category_of(str law)
{
	for (size_t i = 0; i < COUNT_OF(categories); i++)
		if (str_eq(law, str_of(categories[i].law)))
			return &categories[i];
	return NULL;
}

static const char *category_of_rule(enum frg_rule rule) { return rule == FRG_AGGRESSION ? SPEECH : TERMS; }

/* ---- words ---- */

static str rule_name(enum frg_lang lang, enum frg_rule rule)
{
	return i18n_find(lang, "report.rule.", frg_rule_id(rule), MSG_REPORT_LAW_OTHER);
}

static str law_text(struct arena *a, enum frg_lang lang, const char *prefix, str law)
{
	return i18n_find(lang, prefix, arena_cstr(a, law), MSG_REPORT_LAW_OTHER);
}

static str rule_names(struct arena *a, enum frg_lang lang, unsigned rules)
{
	struct buf b = BUF_INIT(1 << 12);
	for (int r = 0; r < FRG_RULE_COUNT; r++) {
		if (!(rules & 1u << r))
			continue;
		if (b.n)
			BUF_LIT(&b, ", ");
		buf_add(&b, rule_name(lang, (enum frg_rule)r));
	}
	return buf_finish(&b, a);
}

static str with_rules(struct arena *a, enum frg_lang lang, enum msg msg, unsigned rules)
{
	struct buf b = BUF_INIT(1 << 12);
	str names = rule_names(a, lang, rules);
	i18n_format(&b, lang, msg, &names, 1);
	return buf_finish(&b, a);
}

/* The letter's own sentences. */
static str rule_sentences(struct arena *a, enum frg_lang lang, const struct report_statement *s)
{
	struct buf b = BUF_INIT(1 << 14);
	char key[40];
	for (int r = 0; r < FRG_RULE_COUNT; r++) {
		if (!(s->rules & 1u << r))
			continue;
		if (b.n)
			buf_byte(&b, ' ');
		snprintf(key, sizeof key, "%s_%u", frg_rule_id((enum frg_rule)r), s->block[r] + 1u);
		buf_add(&b, i18n_find(lang, "letter.block.", key, MSG_REPORT_LAW_OTHER));
	}
	return buf_finish(&b, a);
}

static str facts(struct arena *a, enum frg_lang lang, const struct report_statement *s)
{
	static const enum msg what[] = {MSG_REPORT_DSA_FACT_REJECTED, MSG_REPORT_DSA_FACT_REMOVED,
	                                MSG_REPORT_DSA_FACT_SUSPENDED};
	const enum msg sentences[] = {
		what[s->kind],
		s->notice ? MSG_REPORT_DSA_FACT_NOTICE : MSG_REPORT_DSA_FACT_OWN,
		s->automated_finding ? MSG_REPORT_DSA_FACT_MARKED : MSG_REPORT_DSA_FACT_UNMARKED,
		s->automated_decision ? MSG_REPORT_DSA_FACT_PROGRAM : MSG_REPORT_DSA_FACT_PERSON,
	};
	struct buf b = BUF_INIT(1 << 14);
	for (size_t i = 0; i < COUNT_OF(sentences); i++) {
		if (i)
			buf_byte(&b, ' ');
		buf_add(&b, i18n(lang, sentences[i]));
	}
	if (s->rules) {
		buf_byte(&b, ' ');
		buf_add(&b, with_rules(a, lang, MSG_REPORT_DSA_FACT_RULES, s->rules));
	}
	return buf_finish(&b, a);
}

/* ---- fields ---- */

static void put(json_t *to, const char *field, str value) { json_object_set_new(to, field, json_of(value)); }
static void put_name(json_t *to, const char *field, const char *name)
{
	json_object_set_new(to, field, json_string(name));
}
static void put_day(json_t *to, const char *field, msec at)
{
	char day[CLOCK_DAY_SIZE];
	clock_day(at, day);
	put_name(to, field, day);
}

static void restriction(json_t *to, enum frg_lang lang, const struct report_statement *s)
{
	if (s->kind == LETTER_SUSPENDED) { /* there are no accounts: part of the service is withheld for a time */
		put_name(to, "decision_provision", "DECISION_PROVISION_PARTIAL_SUSPENSION");
		if (s->until)
			put_day(to, "end_date_service_restriction", s->until);
		return;
	}
	bool removed = s->kind == LETTER_REMOVED;
	json_object_set_new(
		to, "decision_visibility",
		json_pack("[s]", removed ? "DECISION_VISIBILITY_CONTENT_REMOVED" : "DECISION_VISIBILITY_OTHER"));
	if (!removed)
		put(to, "decision_visibility_other", i18n(lang, MSG_REPORT_DSA_NOT_PUBLISHED));
}

static void ground(json_t *to, struct arena *a, enum frg_lang lang, const struct report_statement *s, str terms_url)
{
	if (s->law.n) {
		put_name(to, "decision_ground", "DECISION_GROUND_ILLEGAL_CONTENT");
		put(to, "illegal_content_legal_ground", law_text(a, lang, "report.legal.", s->law));
		put(to, "illegal_content_explanation", law_text(a, lang, "letter.law.", s->law));
		return;
	}
	put_name(to, "decision_ground", "DECISION_GROUND_INCOMPATIBLE_CONTENT");
	if (terms_url.n)
		put(to, "decision_ground_reference_url", terms_url);
	put(to, "incompatible_content_ground", with_rules(a, lang, MSG_REPORT_DSA_GROUND, s->rules));
	put(to, "incompatible_content_explanation", rule_sentences(a, lang, s));
	put_name(to, "incompatible_content_illegal", "No");
}

static bool listed(const json_t *list, const char *name)
{
	size_t i;
	const json_t *item;
	json_array_foreach(list, i, item) if (strcmp(json_string_value(item), name) == 0) return true;
	return false;
}

static void add_once(json_t *list, const char *name)
{
	if (!listed(list, name))
		json_array_append_new(list, json_string(name));
}

/* The law's category, else the gravest rule's; the others in addition. What no keyword fits is said in words. */
static void category(json_t *to, struct arena *a, enum frg_lang lang, const struct report_statement *s)
{
	const struct category *law = category_of(s->law);
	const char *first = law ? law->category : s->rules & 1u << FRG_AGGRESSION ? SPEECH : TERMS;
	json_t *more = json_array(), *keywords = json_array();
	bool law_in_words = law && strcmp(law->keyword, OTHER) == 0;
	if (law)
		add_once(keywords, law->keyword);
	for (int r = 0; r < FRG_RULE_COUNT; r++)
		if (s->rules & 1u << r) {
			const char *name = category_of_rule((enum frg_rule)r);
			if (strcmp(name, first) != 0)
				add_once(more, name);
			add_once(keywords, OTHER);
		}
	put_name(to, "category", first);
	if (json_array_size(more))
		json_object_set(to, "category_addition", more);
	if (json_array_size(keywords))
		json_object_set(to, "category_specification", keywords);
	str words = law_in_words ? law_text(a, lang, "report.law.", s->law) : STR("");
	str rules = rule_names(a, lang, s->rules);
	if (words.n + rules.n)
		put(to, "category_specification_other",
		    arena_printf(a, "%.*s%s%.*s", STR_ARG(words), words.n && rules.n ? ", " : "", STR_ARG(rules)));
	json_decref(more);
	json_decref(keywords);
}

/* Comments are shown to everybody: the European Economic Area, as the documentation spells it. */
static json_t *everywhere(void)
{
	json_t *list = json_array();
	str all = STR("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"), one;
	while (str_next(&all, ' ', &one))
		json_array_append_new(list, json_of(one));
	return list;
}

json_t *dsa_statement(struct arena *a, const struct report_statement *s, enum frg_lang lang, str terms_url)
{
	json_t *to = json_object();
	restriction(to, lang, s);
	ground(to, a, lang, s, terms_url);
	json_object_set_new(to, "content_type", json_pack("[s]", "CONTENT_TYPE_TEXT"));
	category(to, a, lang, s);
	json_object_set_new(to, "territorial_scope", everywhere());
	put_name(to, "content_language", s->lang == FRG_LANG_EN ? "EN" : "DE");
	put_day(to, "content_date", s->submitted);
	put_day(to, "application_date", s->decided);
	put(to, "decision_facts", facts(a, lang, s));
	put_name(to, "source_type", s->notice ? "SOURCE_ARTICLE_16" : "SOURCE_VOLUNTARY");
	put_name(to, "automated_detection", s->automated_finding ? "Yes" : "No");
	put_name(to, "automated_decision",
	         s->automated_decision ? "AUTOMATED_DECISION_FULLY" : "AUTOMATED_DECISION_NOT_AUTOMATED");
	put_name(to, "puid", s->puid);
	return to;
}
