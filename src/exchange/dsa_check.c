/* Is this a statement that the database takes? A table of its fields with their limits, and what depends on what.
 * Judges what would be sent, whoever made it. */
#include "exchange/dsa_statement.h"

enum kind { TEXT, ONE_OF, SET_OF, DAY, URL, PUID };
struct field {
	const char *name;
	enum kind kind;
	bool required;
	size_t max;         /* characters */
	const char *values; /* separated by spaces */
};

/* clang-format off: one line a field */
#define CATEGORIES                                                                                                     \
	"STATEMENT_CATEGORY_ANIMAL_WELFARE STATEMENT_CATEGORY_CONSUMER_INFORMATION STATEMENT_CATEGORY_CYBER_VIOLENCE "     \
	"STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS "       \
	"STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS "             \
	"STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE "     \
	"STATEMENT_CATEGORY_OTHER_VIOLATION_TC STATEMENT_CATEGORY_PROTECTION_OF_MINORS "                                   \
	"STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY STATEMENT_CATEGORY_SCAMS_AND_FRAUD STATEMENT_CATEGORY_SELF_HARM "     \
	"STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS STATEMENT_CATEGORY_VIOLENCE"
#define COUNTRIES "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
static const struct field fields[] = {
	{"decision_visibility", SET_OF, false, 0,
     "DECISION_VISIBILITY_CONTENT_REMOVED DECISION_VISIBILITY_CONTENT_DISABLED"
     " DECISION_VISIBILITY_CONTENT_DEMOTED DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED"
     " DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED DECISION_VISIBILITY_CONTENT_LABELLED "
     "DECISION_VISIBILITY_OTHER"},
	{"decision_visibility_other", TEXT, false, 500, NULL},
	{"decision_provision", ONE_OF, false, 0,
     "DECISION_PROVISION_PARTIAL_SUSPENSION DECISION_PROVISION_TOTAL_SUSPENSION"
     " DECISION_PROVISION_PARTIAL_TERMINATION DECISION_PROVISION_TOTAL_TERMINATION"},
	{"decision_account", ONE_OF, false, 0, "DECISION_ACCOUNT_SUSPENDED DECISION_ACCOUNT_TERMINATED"},
	{"account_type", ONE_OF, false, 0, "ACCOUNT_TYPE_BUSINESS ACCOUNT_TYPE_PRIVATE"},
	{"decision_ground", ONE_OF, true, 0, "DECISION_GROUND_ILLEGAL_CONTENT DECISION_GROUND_INCOMPATIBLE_CONTENT"},
	{"decision_ground_reference_url", URL, false, 500, NULL},
	{"illegal_content_legal_ground", TEXT, false, 500, NULL},
	{"illegal_content_explanation", TEXT, false, 2000, NULL},
	{"incompatible_content_ground", TEXT, false, 500, NULL},
	{"incompatible_content_explanation", TEXT, false, 2000, NULL},
	{"incompatible_content_illegal", ONE_OF, false, 0, "Yes No"},
	{"content_type", SET_OF, true, 0, "CONTENT_TYPE_TEXT"},
	{"category", ONE_OF, true, 0, CATEGORIES},
	{"category_addition", SET_OF, false, 0, CATEGORIES},
	{"category_specification", SET_OF, false, 0, /* those that we use */
     "KEYWORD_COPYRIGHT_INFRINGEMENT KEYWORD_DEFAMATION KEYWORD_HATE_SPEECH KEYWORD_ILLEGAL_ORGANIZATIONS "
     "KEYWORD_OTHER"},
	{"category_specification_other", TEXT, false, 500, NULL},
	{"territorial_scope", SET_OF, true, 0, COUNTRIES},
	{"content_language", ONE_OF, false, 0, "DE EN"},
	{"content_date", DAY, true, 0, "2000-01-01"}, /* the earliest */
	{"application_date", DAY, true, 0, "2020-01-01"},
	{"end_date_account_restriction", DAY, false, 0, "2020-01-01"},
	{"end_date_service_restriction", DAY, false, 0, "2020-01-01"},
	{"end_date_visibility_restriction", DAY, false, 0, "2020-01-01"},
	{"decision_facts", TEXT, true, 5000, NULL},
	{"source_type", ONE_OF, true, 0,
     "SOURCE_ARTICLE_16 SOURCE_TRUSTED_FLAGGER SOURCE_TYPE_OTHER_NOTIFICATION SOURCE_VOLUNTARY"},
	{"automated_detection", ONE_OF, true, 0, "Yes No"},
	{"automated_decision", ONE_OF, true, 0,
     "AUTOMATED_DECISION_FULLY AUTOMATED_DECISION_PARTIALLY AUTOMATED_DECISION_NOT_AUTOMATED"},
	{"puid", PUID, true, 500, NULL},
};
/* clang-format on */

const char *const dsa_statement_fields[] = {"decision_visibility",
                                            "decision_visibility_other",
                                            "decision_provision",
                                            "decision_ground",
                                            "decision_ground_reference_url",
                                            "illegal_content_legal_ground",
                                            "illegal_content_explanation",
                                            "incompatible_content_ground",
                                            "incompatible_content_explanation",
                                            "incompatible_content_illegal",
                                            "content_type",
                                            "category",
                                            "category_addition",
                                            "category_specification",
                                            "category_specification_other",
                                            "territorial_scope",
                                            "content_language",
                                            "content_date",
                                            "application_date",
                                            "end_date_service_restriction",
                                            "decision_facts",
                                            "source_type",
                                            "automated_detection",
                                            "automated_decision",
                                            "puid",
                                            NULL};

#define LATEST "2038-01-01"

static str text_in(const json_t *value)
{
	return json_is_string(value) ? (str){json_string_value(value), json_string_length(value)} : STR_NONE;
}

static size_t characters(str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static bool among(const char *values, str wanted)
{
	str all = str_of(values), one;
	while (str_next(&all, ' ', &one))
		if (str_eq(one, wanted))
			return true;
	return false;
}

static const char *check_set(const struct field *f, const json_t *value)
{
	size_t i;
	const json_t *item;
	if (!json_is_array(value) || json_array_size(value) == 0)
		return "must be a list with at least one entry";
	json_array_foreach(value, i, item) if (!among(f->values, text_in(item))) return "has an entry that is not allowed";
	return NULL;
}

static const char *check_puid(str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return "may only have letters, digits, - and _";
	}
	return NULL;
}

static const char *check_day(const struct field *f, str s)
{
	msec day;
	if (!clock_parse_day(s, &day))
		return "is no day such as 2026-12-31";
	if (str_cmp(s, str_of(f->values)) < 0)
		return "is too early";
	return str_cmp(s, STR(LATEST)) > 0 ? "is too late" : NULL;
}

static const char *check_url(str s)
{
	bool web = str_starts(s, STR("https://")) || str_starts(s, STR("http://"));
	for (size_t i = 0; i < s.n && web; i++)
		web = (unsigned char)s.p[i] > ' ' && s.p[i] != '"' && s.p[i] != '<' && s.p[i] != '>';
	return web && s.n > 10 ? NULL : "is no address on the web";
}

/* What is wrong with this field's value; NULL: nothing. */
static const char *check_field(const struct field *f, const json_t *value)
{
	str s = text_in(value);
	if (f->kind == SET_OF)
		return check_set(f, value);
	if (s.n == 0)
		return "is empty";
	if (f->max && characters(s) > f->max)
		return f->max == 500    ? "is longer than 500 characters"
		       : f->max == 2000 ? "is longer than 2000 characters"
		                        : "is longer than 5000 characters";
	switch (f->kind) {
	case ONE_OF: return among(f->values, s) ? NULL : "has a value that is not allowed";
	case DAY: return check_day(f, s);
	case URL: return check_url(s);
	case PUID: return check_puid(s);
	default: return NULL;
	}
}

static enum frg_status wrong(const json_t *s, const char *field, const char *what, struct frg_error *err)
{
	return frg_fail(err, FRG_INVALID, "report_statement", "statement %.*s: %s %s",
	                STR_ARG(text_in(json_object_get(s, "puid"))), field, what);
}

/* ---- what depends on what ---- */

static bool set_has(const json_t *s, const char *field, const char *wanted)
{
	size_t i;
	const json_t *item;
	json_array_foreach(json_object_get(s, field), i, item) if (str_eq(text_in(item), str_of(wanted))) return true;
	return false;
}

static bool is(const json_t *s, const char *field, const char *value)
{
	return str_eq(text_in(json_object_get(s, field)), str_of(value));
}

/* A field that must be there if, and only if. */
static const struct {
	const char *field, *if_field, *if_value;
} bound[] = {
	{"decision_visibility_other", "decision_visibility", "DECISION_VISIBILITY_OTHER"},
	{"illegal_content_legal_ground", "decision_ground", "DECISION_GROUND_ILLEGAL_CONTENT"},
	{"illegal_content_explanation", "decision_ground", "DECISION_GROUND_ILLEGAL_CONTENT"},
	{"incompatible_content_ground", "decision_ground", "DECISION_GROUND_INCOMPATIBLE_CONTENT"},
	{"incompatible_content_explanation", "decision_ground", "DECISION_GROUND_INCOMPATIBLE_CONTENT"},
};

static enum frg_status check_bonds(const json_t *s, struct frg_error *err)
{
	static const char *const ends[] = {"end_date_account_restriction", "end_date_service_restriction",
	                                   "end_date_visibility_restriction"};
	for (size_t i = 0; i < COUNT_OF(bound); i++) {
		bool there = json_object_get(s, bound[i].field) != NULL;
		bool wanted = is(s, bound[i].if_field, bound[i].if_value) || set_has(s, bound[i].if_field, bound[i].if_value);
		if (there != wanted)
			return wrong(s, bound[i].field, wanted ? "is missing" : "must not be there", err);
	}
	if (!json_object_get(s, "decision_visibility") && !json_object_get(s, "decision_provision") &&
	    !json_object_get(s, "decision_account"))
		return wrong(s, "decision_visibility", "is missing, and there is no other restriction", err);
	if (json_object_get(s, "incompatible_content_illegal") &&
	    !is(s, "decision_ground", "DECISION_GROUND_INCOMPATIBLE_CONTENT"))
		return wrong(s, "incompatible_content_illegal", "must not be there", err);
	if (json_object_get(s, "category_specification_other") && !set_has(s, "category_specification", "KEYWORD_OTHER"))
		return wrong(s, "category_specification_other", "must not be there", err);
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		const json_t *end = json_object_get(s, ends[i]);
		if (end && str_cmp(text_in(end), text_in(json_object_get(s, "application_date"))) < 0)
			return wrong(s, ends[i], "is before the application date", err);
	}
	return FRG_OK;
}

static bool is_field(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (strcmp(fields[i].name, name) == 0)
			return true;
	return false;
}

enum frg_status dsa_statement_check(const json_t *statement, struct frg_error *err)
{
	const char *name;
	json_t *value, *all = (json_t *)statement; /* jansson's loop takes no const */
	json_object_foreach(all, name, value) if (!is_field(name)) return wrong(statement, name, "is no field", err);
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		const json_t *given = json_object_get(statement, fields[i].name);
		const char *what = given ? check_field(&fields[i], given) : fields[i].required ? "is missing" : NULL;
		if (what)
			return wrong(statement, fields[i].name, what, err);
	}
	return check_bonds(statement, err);
}
