/* Reads a newsroom's own settings. Words and exceptions become lines of a word list, behind the engine's
 * own, so that inflection, compounds and disguises are seen through as for any other word. Knows no texts. */
#include "review/policy.h"

#include "text/utf8.h"

#include <stdio.h>
#include <stdlib.h>

enum { POOL_MAX = 4 << 20, OWN_LIST_MAX = 1 << 20 };

struct reading {
	struct frg_policy *p;
	char *own; /* lines for the word list */
	size_t own_n;
	struct frg_error *err;
	str field[POLICY_FIELDS];
	size_t fields;
};

static enum frg_status wrong(struct reading *r, const char *code, const char *what)
{
	return frg_fail(r->err, FRG_INVALID, code, "%s", what);
}

/* ---- fields ---- */

/* 0.01 to 1, a point or a comma, at most three decimals. */
static bool read_share(str s, float *out)
{
	int64_t v = 0, unit = 1;
	bool point = false;
	if (s.n == 0 || s.n > 5)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if ((s.p[i] == '.' || s.p[i] == ',') && !point && i > 0) {
			point = true;
			continue;
		}
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (s.p[i] - '0');
		unit *= point ? 10 : 1;
	}
	*out = (float)v / (float)unit;
	return *out >= 0.01f && *out <= 1;
}

/* Own words and patterns show breaches by passages, which only these rules have. */
static bool read_breach(str s, enum frg_rule *out) { return frg_rule_from_id(s, out) && *out <= FRG_AD_LINK; }

static enum frg_status read_reason(struct reading *r, size_t at, str *out)
{
	*out = at < r->fields ? r->field[at] : STR_NONE;
	if (out->n > POLICY_REASON_MAX)
		return wrong(r, "policy_reason_long", "a reason has at most 300 bytes");
	if (out->n && !pool_copy(&r->p->pool, *out, out))
		return frg_fail(r->err, FRG_NO_MEMORY, "no_memory", "out of memory reading a policy");
	return FRG_OK;
}

/* ---- lines for the word list ---- */

static bool put(struct reading *r, str s)
{
	if (r->own_n + s.n > OWN_LIST_MAX)
		return false;
	if (s.n)
		memcpy(r->own + r->own_n, s.p, s.n);
	r->own_n += s.n;
	return true;
}

static bool put_all(struct reading *r, const str *parts, size_t n)
{
	bool ok = true;
	for (size_t i = 0; i < n; i++)
		ok = ok && put(r, parts[i]);
	return ok;
}

#define PUT(r, ...) put_all(r, (const str[]){__VA_ARGS__}, sizeof((const str[]){__VA_ARGS__}) / sizeof(str))

/* A word of a phrase: letters and digits, a star before or behind it. */
static bool good_word(str w, bool *starred)
{
	char folded[LISTS_WORD_MAX];
	*starred = w.n > 1 && (w.p[0] == '*' || w.p[w.n - 1] == '*');
	if (w.n > 1 && w.p[0] == '*')
		w = str_sub(w, 1, w.n);
	else if (w.n > 1 && w.p[w.n - 1] == '*')
		w = str_sub(w, 0, w.n - 1);
	size_t n = fold_word(w, folded, sizeof folded - 8);
	for (size_t i = 0; i < n; i++)
		if (!fold_is_word(folded[i]))
			return false;
	return n >= 2 || (n == 1 && !*starred);
}

/* A single word stands for its inflections, too. */
static bool put_inflected(struct reading *r, str w)
{
	static const char *const endings[] = {"e", "en", "er", "es", "em", "n", "s", "in", "innen"};
	bool ok = put(r, w);
	for (size_t i = 0; i < COUNT_OF(endings); i++)
		ok = ok && PUT(r, STR("|"), w, str_of(endings[i]));
	return ok;
}

static bool put_cue(struct reading *r, str phrase, size_t words, bool starred)
{
	str w;
	bool ok = PUT(r, STR("cue\t*\tprofanity\t0\town\t"));
	while (ok && str_next(&phrase, ' ', &w)) {
		if (w.n == 0)
			continue;
		if (words == 1 && !starred && w.n >= 3)
			ok = put_inflected(r, w);
		else
			ok = put(r, str_eq(w, STR("_")) ? STR("%any") : w);
		ok = ok && put(r, STR(" "));
	}
	return ok && put(r, STR("\n"));
}

/* How many words, and whether they can be looked up; 0: they cannot. */
static size_t judge_phrase(str phrase, bool *starred)
{
	str w;
	size_t words = 0;
	*starred = false;
	while (str_next(&phrase, ' ', &w)) {
		bool star;
		if (w.n == 0)
			continue;
		bool any = str_eq(w, STR("_"));
		if ((any && words == 0) || (!any && !good_word(w, &star)) || ++words > POLICY_PHRASE)
			return 0;
		*starred = *starred || (!any && star);
	}
	return words;
}

static enum frg_status add_entry(struct reading *r, const struct policy_entry *e, uint16_t **by, size_t *count)
{
	struct frg_policy *p = r->p;
	if (p->entry_count == POLICY_ENTRIES)
		return wrong(r, "policy_too_many", "at most 2000 words and exceptions");
	if (!grow((void **)&p->entries, &p->entry_room, p->entry_count, sizeof *p->entries))
		return frg_fail(r->err, FRG_NO_MEMORY, "no_memory", "out of memory reading a policy");
	p->entries[p->entry_count] = *e;
	(*by)[(*count)++] = (uint16_t)p->entry_count++;
	return FRG_OK;
}

/* ---- lines ---- */

static enum frg_status read_threshold(struct reading *r)
{
	enum frg_rule rule;
	float value = POLICY_NEVER;
	if (r->fields != 4 || !frg_rule_from_id(r->field[1], &rule))
		return wrong(r, "policy_rule_unknown", "threshold: rule, look or reject, and a value expected");
	bool look = str_eq(r->field[2], STR("look"));
	if (!look && (!str_eq(r->field[2], STR("reject")) || rule == FRG_ENGAGING))
		return wrong(r, "policy_rule_unknown", "a threshold is look or, for a breach, reject");
	if (!str_eq(r->field[3], STR("never")) && !read_share(r->field[3], &value))
		return wrong(r, "policy_value_invalid", "a threshold lies from 0.01 to 1, or is never");
	(look ? r->p->look : r->p->reject)[rule] = value;
	return FRG_OK;
}

/* `word RULE WEIGHT PHRASE [REASON]` */
static enum frg_status read_word(struct reading *r)
{
	struct policy_entry e = {0};
	bool starred;
	if (r->fields < 4 || !read_breach(r->field[1], &e.rule))
		return wrong(r, "policy_rule_unknown", "word: a rule with passages, a weight and a word expected");
	if (!read_share(r->field[2], &e.weight))
		return wrong(r, "policy_value_invalid", "a weight lies from 0.01 to 1");
	str phrase = r->field[3];
	size_t words = judge_phrase(phrase, &starred);
	if (words == 0)
		return wrong(r, "policy_word_invalid",
		             "one to eight words of letters and digits, * before or behind, _ for any");
	enum frg_status st = read_reason(r, 4, &e.reason);
	bool ok;
	if (st != FRG_OK)
		return st;
	if (e.rule == FRG_PROFANITY && words == 1 && phrase.n >= 3) {
		st = add_entry(r, &e, &r->p->by_word, &r->p->word_count);
		char weight[8];
		snprintf(weight, sizeof weight, "%.3f", (double)e.weight);
		ok = PUT(r, STR("word\t*\t"), str_of(weight), STR("\tnpa\t"), phrase, STR("\n"));
	} else {
		st = add_entry(r, &e, &r->p->by_cue, &r->p->cue_count);
		ok = put_cue(r, phrase, words, starred);
	}
	return st == FRG_OK && !ok ? wrong(r, "policy_too_large", "the words are too many") : st;
}

/* `except RULE|* PHRASE` */
static enum frg_status read_except(struct reading *r)
{
	struct policy_entry e = {.except = (1u << FRG_RULE_COUNT) - 1};
	bool starred;
	if (r->fields < 3)
		return wrong(r, "policy_rule_unknown", "except: a rule with passages (or *) and a word expected");
	if (!str_eq(r->field[1], STR("*"))) {
		if (!read_breach(r->field[1], &e.rule))
			return wrong(r, "policy_rule_unknown", "except: a rule with passages (or *) and a word expected");
		e.except = (uint8_t)(1u << e.rule);
	}
	size_t words = judge_phrase(r->field[2], &starred);
	if (words == 0)
		return wrong(r, "policy_word_invalid",
		             "one to eight words of letters and digits, * before or behind, _ for any");
	enum frg_status st = add_entry(r, &e, &r->p->by_cue, &r->p->cue_count);
	bool ok = put_cue(r, r->field[2], words, starred);
	/* a swear word that is none must not make an insult of what stands around it, either */
	if (words == 1 && (e.except & 1u << FRG_PROFANITY) && r->field[2].p[0] != '*')
		ok = ok && PUT(r, STR("safe\t*\t"), r->field[2], STR("\n"));
	r->p->has_exceptions = true;
	return st == FRG_OK && !ok ? wrong(r, "policy_too_large", "the words are too many") : st;
}

/* `pattern RULE WEIGHT REGEX [REASON]` */
static enum frg_status read_pattern(struct reading *r)
{
	struct policy_pattern k = {0};
	if (r->fields < 4 || !read_breach(r->field[1], &k.rule))
		return wrong(r, "policy_rule_unknown", "pattern: a rule with passages, a weight and a pattern expected");
	if (!read_share(r->field[2], &k.weight))
		return wrong(r, "policy_value_invalid", "a weight lies from 0.01 to 1");
	if (r->p->pattern_count == POLICY_PATTERNS)
		return wrong(r, "policy_too_many_patterns", "at most 50 patterns");
	enum frg_status st = read_reason(r, 4, &k.reason);
	if (st == FRG_OK)
		st = policy_pattern_compile(r->field[3], &k.code, r->err);
	if (st == FRG_OK)
		r->p->pattern[r->p->pattern_count++] = k;
	return st;
}

static enum frg_status read_line(struct reading *r, str line)
{
	static const struct {
		const char *name;
		enum frg_status (*read)(struct reading *r);
	} kinds[] = {
		{"threshold", read_threshold}, {"word", read_word}, {"except", read_except}, {"pattern", read_pattern}};
	str field;
	r->fields = 0;
	if (utf8_invalid(line) != SIZE_MAX || memchr(line.p, 0, line.n))
		return wrong(r, "policy_not_text", "the line is not UTF-8 text");
	while (str_next(&line, '\t', &field)) {
		if (r->fields == POLICY_FIELDS)
			return wrong(r, "policy_line_unknown", "too many fields");
		r->field[r->fields++] = str_trim(field);
	}
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_eq(r->field[0], str_of(kinds[i].name)))
			return kinds[i].read(r);
	return wrong(r, "policy_line_unknown", "a line begins with threshold, word, except or pattern");
}

static enum frg_status read_all(struct reading *r, str text)
{
	str line;
	size_t number = 0;
	if (str_starts(text, STR("\xEF\xBB\xBF"))) /* some editors put it in front of a file */
		text = str_sub(text, 3, text.n);
	while (str_next(&text, '\n', &line)) {
		number++;
		if (str_trim(line).n == 0 || line.p[0] == '#')
			continue;
		enum frg_status st = read_line(r, line);
		if (st != FRG_OK) {
			if (r->err)
				r->err->pos = number;
			return st;
		}
	}
	return FRG_OK;
}

/* ---- opening ---- */

/* An own word that the engine knows, too, loses nothing of what that means for other rules. */
static void inherit_tags(struct frg_policy *p)
{
	struct lists *l = &p->lists;
	size_t first = p->engine->lists.word_count;
	for (size_t i = 0; i < l->form_count; i++) {
		struct word *own = &l->words[l->forms[i].word];
		size_t cursor = 0;
		uint32_t other;
		if (l->forms[i].word < first)
			continue;
		while (map_next(&l->form_map, l->forms[i].text, text_hash(l->forms[i].text), &cursor, &other)) {
			const struct word *known = &l->words[l->forms[other].word];
			for (size_t t = 0; l->forms[other].word < first && t < known->tag_count && own->tag_count < WORD_TAGS; t++)
				own->tag[own->tag_count++] = known->tag[t];
		}
	}
}

static enum frg_status open_lists(struct reading *r)
{
	struct frg_policy *p = r->p;
	char *text;
	size_t size;
	if (p->entry_count == 0)
		return FRG_OK;
	if (!engine_list_text(p->engine, r->own_n + 1, &text, &size))
		return frg_fail(r->err, FRG_NO_MEMORY, "no_memory", "out of memory reading a policy");
	text[size++] = '\n';
	memcpy(text + size, r->own, r->own_n);
	enum frg_status st = lists_open(&p->lists, (str){text, size + r->own_n}, r->err);
	free(text);
	p->has_lists = st == FRG_OK;
	if (st == FRG_OK)
		inherit_tags(p);
	if (st == FRG_OK && (p->lists.word_count != p->engine->lists.word_count + p->word_count ||
	                     p->lists.cue_count != p->engine->lists.cue_count + p->cue_count))
		BUG("an own word that is no single word of the list");
	return st;
}

float frg_threshold(const struct frg_policy *p, enum frg_rule rule, bool reject)
{
	if (p)
		return (reject ? p->reject : p->look)[rule];
	return !reject ? review_look : rule <= FRG_AD_LINK ? review_clear : POLICY_NEVER;
}

static void set_defaults(struct frg_policy *p)
{
	for (int r = 0; r < FRG_RULE_COUNT; r++) {
		p->look[r] = frg_threshold(NULL, (enum frg_rule)r, false);
		p->reject[r] = frg_threshold(NULL, (enum frg_rule)r, true);
	}
}

static bool get_memory(struct reading *r)
{
	struct frg_policy *p = r->p;
	p->by_word = calloc(POLICY_ENTRIES, sizeof *p->by_word);
	p->by_cue = calloc(POLICY_ENTRIES, sizeof *p->by_cue);
	p->limits = policy_limits();
	r->own = malloc(OWN_LIST_MAX);
	return p->by_word && p->by_cue && p->limits && r->own;
}

enum frg_status frg_policy_open(const struct frg_engine *engine, str text, struct frg_policy **out,
                                struct frg_error *err)
{
	if (err)
		*err = (struct frg_error){0};
	*out = NULL;
	if (text.n > FRG_POLICY_MAX)
		return frg_fail(err, FRG_TOO_LARGE, "policy_too_large", "a policy has at most %d bytes", FRG_POLICY_MAX);
	struct frg_policy *p = calloc(1, sizeof *p);
	if (!p)
		return frg_fail(err, FRG_NO_MEMORY, "no_memory", "out of memory reading a policy");
	p->engine = engine;
	p->pool.max = POOL_MAX;
	set_defaults(p);
	struct reading r = {.p = p, .err = err};
	enum frg_status st = get_memory(&r) ? read_all(&r, text)
	                                    : frg_fail(err, FRG_NO_MEMORY, "no_memory", "out of memory reading a policy");
	if (st == FRG_OK)
		st = open_lists(&r);
	free(r.own);
	if (st != FRG_OK) {
		frg_policy_close(p);
		return st;
	}
	uint64_t digest = text_hash(text);
	snprintf(p->id, sizeof p->id, "policy-%08x", (unsigned)(digest ^ digest >> 32));
	*out = p;
	return FRG_OK;
}

void frg_policy_close(struct frg_policy *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->pattern_count; i++)
		pcre2_code_free(p->pattern[i].code);
	pcre2_match_context_free(p->limits);
	if (p->has_lists)
		lists_close(&p->lists);
	pool_close(&p->pool);
	free(p->entries);
	free(p->by_word);
	free(p->by_cue);
	free(p);
}

const char *frg_policy_id(const struct frg_policy *p) { return p->id; }

const struct policy_entry *policy_word(const struct frg_policy *p, uint16_t word)
{
	size_t first = p->engine->lists.word_count;
	return p->has_lists && word != WORD_NONE && word >= first ? &p->entries[p->by_word[word - first]] : NULL;
}

const struct policy_entry *policy_cue(const struct frg_policy *p, const struct cue *cue)
{
	if (!p->has_lists)
		return NULL;
	size_t at = (size_t)(cue - p->lists.cues), first = p->engine->lists.cue_count;
	return at >= first ? &p->entries[p->by_cue[at - first]] : NULL;
}
