/* Rule: swear words, vulgar terms, terms of abuse, whoever they are aimed at. */
#include "review/policy.h"

#include "base/i18n.h"

static enum msg reason_of(const struct frg_workspace *ws, const struct mark *m)
{
	if (m->how == MARK_MASKED)
		return MSG_REASON_PROFANITY_MASKED;
	if (m->how == MARK_COMPOUND)
		return MSG_REASON_PROFANITY_COMPOUND;
	return m->weight < 0.5f ? MSG_REASON_PROFANITY_MILD : MSG_REASON_PROFANITY;
}

static void add_words(struct frg_workspace *ws)
{
	for (size_t i = 0; i < ws->text.token_count; i++) {
		const struct mark *m = &ws->marks[i];
		const struct token *k = &ws->text.tokens[i];
		if (m->word == WORD_NONE || (k->flags & TOK_JOINED) || (ws->policy && policy_word(ws->policy, m->word)))
			continue; /* own words are reported by policy_find.c */
		float score = m->weight * quoted_factor(ws, i, i) * cues_mitigation(ws, FRG_PROFANITY, k->sentence);
		review_add_tokens(ws, FRG_PROFANITY, i, i, score, reason_of(ws, m), ws->lists->words[m->word].lemma);
	}
}

void profanity_find(struct frg_workspace *ws)
{
	add_words(ws);
	cues_report(ws, FRG_PROFANITY);
	float score = review_combine(ws, FRG_PROFANITY), best = 0;
	for (size_t i = 0; i < ws->finding_count; i++)
		if (ws->findings[i].rule == FRG_PROFANITY && !ws->findings[i].dropped && ws->findings[i].score > best)
			best = ws->findings[i].score;
	ws->score[FRG_PROFANITY] = best < 0.5f ? best : score; /* several harmless words are no swear word */
}
