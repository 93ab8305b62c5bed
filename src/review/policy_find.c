/* What a newsroom's own settings add to a check: exceptions, own words, own patterns. Its word is final: an own
 * word gives its rule at least its weight, whatever the model says. Knows no rule by name. */
#include "review/policy.h"

#include "base/i18n.h"
#include "text/utf8.h"

/* How much of a text a pattern sees at a time, and by how much it moves on. */
enum { WINDOW = 1000, STEP = 750, MATCHES_MAX = 64 };

/* ---- exceptions ---- */

void policy_mark(struct frg_workspace *ws)
{
	if (!ws->policy || !ws->policy->has_exceptions)
		return;
	for (size_t i = 0; i < ws->hit_count; i++) {
		const struct cue_hit *h = &ws->hits[i];
		const struct policy_entry *e = policy_cue(ws->policy, h->cue);
		if (!e || !e->except)
			continue;
		ws->excepted_any = true;
		for (size_t t = h->first; t <= h->last; t++)
			ws->excepted[t] |= e->except;
	}
}

bool policy_excepts(const struct frg_workspace *ws, enum frg_rule rule, uint32_t begin, uint32_t end)
{
	for (size_t i = 0; ws->excepted_any && i < ws->text.token_count; i++) {
		const struct token *t = &ws->text.tokens[i];
		if (t->begin >= end)
			break;
		if (t->end > begin && (ws->excepted[i] & 1u << rule))
			return true;
	}
	return false;
}

/* ---- words ---- */

static str rule_name(const struct frg_workspace *ws, enum frg_rule rule)
{
	static const enum msg names[] = {MSG_REASON_NAME_PROFANITY, MSG_REASON_NAME_AGGRESSION, MSG_REASON_NAME_INSINUATION,
	                                 MSG_REASON_NAME_AD_LINK};
	return i18n(ws->lang, names[rule]);
}

static void report(struct frg_workspace *ws, struct finding *f)
{
	f->word = rule_name(ws, f->rule);
	f->own = true;
	if (policy_excepts(ws, f->rule, f->begin, f->end))
		return;
	review_add(ws, f);
	if (f->score > ws->score[f->rule])
		ws->score[f->rule] = f->score;
}

static void report_tokens(struct frg_workspace *ws, const struct policy_entry *e, size_t first, size_t last)
{
	const struct token *t = ws->text.tokens;
	struct finding f = {.rule = e->rule,
	                    .begin = t[first].begin,
	                    .end = t[last].end > t[first].end ? t[last].end : t[first].end,
	                    .sentence = t[first].sentence,
	                    .score = e->weight * quoted_factor(ws, first, last),
	                    .own_reason = e->reason,
	                    .reason = MSG_REASON_OWN_WORD};
	report(ws, &f);
}

static void find_words(struct frg_workspace *ws)
{
	for (size_t i = 0; i < ws->text.token_count; i++) {
		if (ws->text.tokens[i].flags & TOK_JOINED)
			continue;
		const struct policy_entry *e = policy_word(ws->policy, ws->marks[i].word);
		if (e)
			report_tokens(ws, e, i, i);
	}
	for (size_t i = 0; i < ws->hit_count; i++) {
		const struct policy_entry *e = policy_cue(ws->policy, ws->hits[i].cue);
		if (e && !e->except)
			report_tokens(ws, e, ws->hits[i].first, ws->hits[i].last);
	}
}

/* ---- patterns ---- */

static uint32_t sentence_at(const struct frg_workspace *ws, size_t byte)
{
	uint32_t s = 0;
	while (s + 1 < ws->text.sentence_count && ws->text.sentences[s + 1].begin <= byte)
		s++;
	return s;
}

static void report_match(struct frg_workspace *ws, const struct policy_pattern *k, size_t begin, size_t end)
{
	struct finding f = {.rule = k->rule,
	                    .begin = (uint32_t)begin,
	                    .end = (uint32_t)end,
	                    .sentence = sentence_at(ws, begin),
	                    .score = k->weight,
	                    .own_reason = k->reason,
	                    .reason = MSG_REASON_OWN_PATTERN};
	report(ws, &f);
}

/* Matches that begin in [begin, until) and end before `end`. False: the pattern gave up. */
static bool match_window(struct frg_workspace *ws, const struct policy_pattern *k, size_t *begin, size_t until,
                         size_t end, size_t *matches)
{
	str s = ws->text.source;
	uint32_t options = PCRE2_NO_UTF_CHECK | (end < s.n ? PCRE2_NOTEOL : 0);
	while (*begin < until && *matches < MATCHES_MAX) {
		int rc = pcre2_match(k->code, (PCRE2_SPTR)s.p, end, *begin, options, ws->match, ws->policy->limits);
		if (rc == PCRE2_ERROR_NOMATCH)
			return true;
		if (rc < 0)
			return false;
		const PCRE2_SIZE *at = pcre2_get_ovector_pointer(ws->match);
		if (at[0] >= until) /* the next window sees it, with more of what follows */
			return true;
		if (at[1] <= at[0])
			return true; /* \K can make it so */
		report_match(ws, k, at[0], at[1]);
		*begin = at[1];
		++*matches;
	}
	return true;
}

static bool match_text(struct frg_workspace *ws, const struct policy_pattern *k)
{
	str s = ws->text.source;
	size_t begin = 0, matches = 0;
	for (size_t from = 0; from < s.n; from += STEP) {
		bool last = from + WINDOW >= s.n;
		size_t start = utf8_floor(s, from), end = last ? s.n : utf8_floor(s, from + WINDOW);
		begin = begin > start ? begin : start;
		if (!match_window(ws, k, &begin, last ? s.n : from + STEP, end, &matches))
			return false;
		if (last)
			break;
	}
	return true;
}

void policy_find(struct frg_workspace *ws)
{
	const struct frg_policy *p = ws->policy;
	if (!p)
		return;
	find_words(ws);
	for (size_t i = 0; i < p->pattern_count; i++)
		if (!match_text(ws, &p->pattern[i]))
			ws->patterns_failed++;
	for (int r = FRG_PROFANITY; r <= FRG_AD_LINK; r++)
		review_drop_overlaps(ws, (enum frg_rule)r);
}
