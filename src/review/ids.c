/* The names that the public enumerations have outside. */
#include "base/base.h"

static const char *const statuses[] = {
	"ok",        "invalid",     "too_large",   "not_found", "conflict", "unauthenticated", "forbidden",
	"throttled", "unavailable", "unsupported", "corrupt",   "io",       "no_memory"};
static const char *const rules[] = {"profanity", "aggression", "insinuation", "ad_link", "off_topic", "engaging"};
static const char *const langs[] = {"auto", "de", "en"};
static const char *const suggestions[] = {"release", "look", "reject"};

_Static_assert(COUNT_OF(statuses) == FRG_NO_MEMORY + 1, "a name for each status");
_Static_assert(COUNT_OF(rules) == FRG_RULE_COUNT, "a name for each rule");

const char *frg_status_name(enum frg_status status)
{
	return (size_t)status < COUNT_OF(statuses) ? statuses[status] : "unknown";
}

const char *frg_rule_id(enum frg_rule rule) { return (size_t)rule < COUNT_OF(rules) ? rules[rule] : "unknown"; }

const char *frg_lang_id(enum frg_lang lang) { return (size_t)lang < COUNT_OF(langs) ? langs[lang] : "unknown"; }

const char *frg_suggestion_id(enum frg_suggestion suggestion)
{
	return (size_t)suggestion < COUNT_OF(suggestions) ? suggestions[suggestion] : "unknown";
}

bool frg_rule_from_id(struct frg_str id, enum frg_rule *out)
{
	for (size_t i = 0; i < COUNT_OF(rules); i++) {
		if (str_eq(id, str_of(rules[i]))) {
			*out = (enum frg_rule)i;
			return true;
		}
	}
	return false;
}
