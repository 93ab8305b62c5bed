/* Rule: attacks, insults, threats, belittling, shouting down, wishing harm. */
#include "review/inner.h"

#include "base/i18n.h"

/* A term of abuse attacks somebody even where no pattern shows whom. */
static void add_abuse(struct frg_workspace *ws)
{
	const struct text *t = &ws->text;
	for (size_t i = 0; i < t->token_count; i++) {
		const struct mark *m = &ws->marks[i];
		if (m->word == WORD_NONE || (t->tokens[i].flags & TOK_JOINED))
			continue;
		if (!cues_is(ws, i, CLASS_INSULTING))
			continue;
		float score = 0.62f * quoted_factor(ws, i, i) * cues_mitigation(ws, FRG_AGGRESSION, t->tokens[i].sentence) *
		              cues_mitigation(ws, FRG_PROFANITY, t->tokens[i].sentence);
		review_add_tokens(ws, FRG_AGGRESSION, i, i, score, MSG_REASON_AGGRESSION_ABUSE, STR_NONE);
	}
}

/* Text in capitals and with many exclamation marks shouts; alone it breaks no rule. */
static float loudness(const struct frg_workspace *ws)
{
	const struct text *t = &ws->text;
	bool capitals = t->letters > 25 && t->capitals * 10 > t->letters * 6;
	bool marks = t->exclamations >= 4;
	return (capitals ? 0.1f : 0) + (marks ? 0.06f : 0);
}

void aggression_find(struct frg_workspace *ws)
{
	add_abuse(ws);
	cues_report(ws, FRG_AGGRESSION);
	float loud = loudness(ws);
	for (size_t i = 0; i < ws->finding_count; i++) {
		struct finding *f = &ws->findings[i];
		if (f->rule == FRG_AGGRESSION && f->score >= 0.3f)
			f->score += (1 - f->score) * loud;
	}
	ws->score[FRG_AGGRESSION] = review_combine(ws, FRG_AGGRESSION);
}
