/* Rule: swear words, vulgar terms, terms of abuse, whoever they are aimed at. */
#include "review/inner.h"

#include "base/i18n.h"

/* Is the word talked about rather than used? »das Wort ‚Idiot‘ …«, »nannte ihn „Idiot“«. */
static float mention_factor(const struct frg_workspace *ws, size_t i)
{
	const struct text *t = &ws->text;
	const struct sentence *s = &t->sentences[t->tokens[i].sentence];
	bool quoted = t->tokens[i].flags & TOK_QUOTED;
	enum { NEAR = 7, BESIDE = 2 };
	size_t from = i > s->first + NEAR ? i - NEAR : s->first;
	size_t to = i + NEAR < s->last ? i + NEAR : s->last;
	for (size_t k = from; k < to; k++) {
		if (k == i)
			continue;
		size_t away = k > i ? k - i : i - k;
		if (cues_is(ws, k, "wordtalk") && (quoted || (k < i && away <= BESIDE)))
			return 0.3f;
		if (quoted && cues_is(ws, k, "saying"))
			return 0.45f;
	}
	return quoted ? 0.85f : 1;
}

static str reason_of(const struct frg_workspace *ws, const struct mark *m)
{
	if (m->how == MARK_MASKED)
		return REASON(ws, PROFANITY_MASKED);
	if (m->how == MARK_COMPOUND)
		return REASON(ws, PROFANITY_COMPOUND);
	return m->weight < 0.5f ? REASON(ws, PROFANITY_MILD) : REASON(ws, PROFANITY);
}

static void add_words(struct frg_workspace *ws)
{
	for (size_t i = 0; i < ws->text.token_count; i++) {
		const struct mark *m = &ws->marks[i];
		const struct token *k = &ws->text.tokens[i];
		if (m->word == WORD_NONE || (k->flags & TOK_JOINED))
			continue;
		float score = m->weight * mention_factor(ws, i) * quoted_factor(ws, i, i) *
		              cues_mitigation(ws, FRG_PROFANITY, k->sentence);
		review_add_tokens(ws, FRG_PROFANITY, i, i, score, reason_of(ws, m),
		                  ws->lists->words[m->word].lemma);
	}
}

void profanity_find(struct frg_workspace *ws)
{
	add_words(ws);
	cues_report(ws, FRG_PROFANITY);
	ws->score[FRG_PROFANITY] = review_combine(ws, FRG_PROFANITY);
}
