/* Is this HTML made of nothing but certain tags, closed in order, with harmless attributes? An
 * independent reader for the tests of what writes HTML: it knows none of the writers' code. */
#ifndef ONLY_TAGS_H
#define ONLY_TAGS_H

#include "base/base.h"

#include <stdio.h>

enum { ONLY_TAGS_DEPTH = 2000 };

struct only_tags_rule {
	const char *name;
	bool empty;             /* has no end tag */
	const char *attributes; /* names between blanks: " href rel " */
};

static inline const struct only_tags_rule *only_tags_find(const struct only_tags_rule *rules, str name)
{
	for (; rules->name; rules++)
		if (str_eq(str_of(rules->name), name))
			return rules;
	return NULL;
}

static inline bool only_tags_value(str name, str value)
{
	bool link = str_eq(name, STR("href")) || str_eq(name, STR("src"));
	if (str_find(value, STR("<"), 0) != SIZE_MAX || str_find(value, STR(">"), 0) != SIZE_MAX)
		return false;
	static const char *const targets[] = {"https://", "http://", "mailto:"};
	for (size_t i = 0; link && i < COUNT_OF(targets); i++)
		if (value.n > strlen(targets[i]) && str_eq_nocase(str_sub(value, 0, strlen(targets[i])), str_of(targets[i])))
			return true;
	return !link;
}

/* ` name="value" …` up to the bracket. */
static inline bool only_tags_attributes(str s, const char *allowed)
{
	while (s.n) {
		char wanted[64];
		if (s.p[0] != ' ')
			return false;
		size_t equals = str_find(s, STR("=\""), 0);
		size_t end = equals == SIZE_MAX ? SIZE_MAX : str_find(s, STR("\""), equals + 2);
		if (end == SIZE_MAX || equals > 40)
			return false;
		str name = str_sub(s, 1, equals);
		snprintf(wanted, sizeof wanted, " %.*s ", STR_ARG(name));
		if (!strstr(allowed, wanted) || !only_tags_value(name, str_sub(s, equals + 2, end)))
			return false;
		s = str_sub(s, end + 1, s.n);
	}
	return true;
}

static inline bool only_tags(str html, const struct only_tags_rule *rules, char *why, size_t why_size)
{
	const struct only_tags_rule *open[ONLY_TAGS_DEPTH];
	size_t depth = 0;
	for (size_t i = 0; i < html.n; i++) {
		if (html.p[i] == '>')
			return snprintf(why, why_size, "a bare > at %zu", i), false;
		if (html.p[i] != '<')
			continue;
		size_t end = str_find(html, STR(">"), i);
		bool closing = i + 1 < html.n && html.p[i + 1] == '/';
		if (end == SIZE_MAX)
			return snprintf(why, why_size, "a bare < at %zu", i), false;
		str inner = str_sub(html, i + 1 + closing, end);
		size_t blank = str_find(inner, STR(" "), 0);
		str name = str_sub(inner, 0, blank == SIZE_MAX ? inner.n : blank);
		const struct only_tags_rule *rule = only_tags_find(rules, name);
		if (!rule)
			return snprintf(why, why_size, "tag <%.*s> at %zu", (int)(name.n < 40 ? name.n : 40), name.p, i), false;
		if (closing && (depth == 0 || open[--depth] != rule || blank != SIZE_MAX))
			return snprintf(why, why_size, "wrong end tag </%s> at %zu", rule->name, i), false;
		if (!closing && !only_tags_attributes(str_sub(inner, name.n, inner.n), rule->attributes))
			return snprintf(why, why_size, "attributes of <%s> at %zu", rule->name, i), false;
		if (!closing && !rule->empty) {
			if (depth == ONLY_TAGS_DEPTH)
				return snprintf(why, why_size, "nested too deep at %zu", i), false;
			for (size_t k = 0; k < depth; k++)
				if (open[k] == rule && str_eq(name, STR("a")))
					return snprintf(why, why_size, "a link in a link at %zu", i), false;
			open[depth++] = rule;
		}
		i = end;
	}
	if (depth)
		return snprintf(why, why_size, "<%s> stays open", open[depth - 1]->name), false;
	return true;
}

static inline bool only_tags_comment(str html, char *why, size_t why_size)
{
	static const struct only_tags_rule rules[] = {
		{"p", false, ""},          {"br", true, ""},    {"em", false, ""},        {"strong", false, ""},
		{"blockquote", false, ""}, {"ul", false, ""},   {"ol", false, " start "}, {"li", false, ""},
		{"pre", false, ""},        {"code", false, ""}, {"hr", true, ""},         {"a", false, " href rel "},
		{NULL, false, NULL},
	};
	return only_tags(html, rules, why, why_size);
}

static inline bool only_tags_article(str html, char *why, size_t why_size)
{
	static const struct only_tags_rule rules[] = {
		{"p", false, ""},          {"h2", false, ""},    {"h3", false, ""},          {"h4", false, ""},
		{"blockquote", false, ""}, {"ul", false, ""},    {"ol", false, ""},          {"li", false, ""},
		{"table", false, ""},      {"thead", false, ""}, {"tbody", false, ""},       {"tr", false, ""},
		{"td", false, ""},         {"th", false, ""},    {"figure", false, ""},      {"figcaption", false, ""},
		{"strong", false, ""},     {"em", false, ""},    {"b", false, ""},           {"i", false, ""},
		{"cite", false, ""},       {"q", false, ""},     {"sub", false, ""},         {"sup", false, ""},
		{"br", true, ""},          {"hr", true, ""},     {"a", false, " href rel "}, {NULL, false, NULL},
	};
	return only_tags(html, rules, why, why_size);
}

#endif
