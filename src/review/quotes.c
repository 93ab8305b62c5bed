/* Is a passage used, or only quoted and talked about? Knows no rule. */
#include "review/inner.h"

/* Does the comment as a whole speak of words? */
static bool speaks_of_words(const struct frg_workspace *ws)
{
	enum { ENOUGH = 400 };
	for (size_t i = 0; i < ws->text.token_count && i < ENOUGH; i++)
		if (cues_is(ws, i, CLASS_WORDTALK))
			return true;
	return false;
}

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
		if (cues_is(ws, k, CLASS_WORDTALK) && (quoted || (k < i && away <= BESIDE)))
			return 0.3f;
		if (quoted && cues_is(ws, k, CLASS_SAYING))
			return 0.45f;
	}
	if (quoted && speaks_of_words(ws))
		return 0.4f;
	if (!quoted)
		return 1;
	/* »Du „Idiot“« only pretends to quote */
	bool aimed = i > s->first &&
	             (cues_is(ws, i - 1, CLASS_AIM) || cues_is(ws, i - 1, CLASS_YOU) || cues_is(ws, i - 1, CLASS_EN_YOU));
	return aimed || !(t->tokens[i].flags & TOK_SHORTQUOTE) ? 0.85f : 0.5f;
}

/* The strongest sign that a word of the passage is only talked about. */
static float least_mention(const struct frg_workspace *ws, size_t first, size_t last)
{
	float least = 1;
	for (size_t i = first; i <= last; i++) {
		bool quoted = ws->text.tokens[i].flags & TOK_SHORTQUOTE;
		if (!quoted && ws->marks[i].word == WORD_NONE)
			continue;
		float factor = mention_factor(ws, i);
		least = factor < least ? factor : least;
	}
	return least;
}

float quoted_factor(const struct frg_workspace *ws, size_t first, size_t last)
{
	const struct token *t = ws->text.tokens;
	bool all = true, line = true;
	for (size_t i = first; i <= last; i++) {
		all = all && (t[i].flags & TOK_QUOTED) && !(t[i].flags & TOK_SHORTQUOTE);
		line = line && (t[i].flags & TOK_QUOTELINE);
	}
	return all || line ? 0.45f : least_mention(ws, first, last);
}
