/* Not a breach: a comment that gives readers something, in a tone that invites an answer. */
#include "review/inner.h"

/* Whoever takes the trouble to write several sentences usually has something to say. */
static float substance(const struct text *t)
{
	size_t n = t->token_count;
	float v = n >= 45 ? 0.45f : n >= 28 ? 0.36f : n >= 18 ? 0.24f : 0;
	return t->sentence_count >= 2 ? v + 0.08f : v;
}

/* Few words can hardly carry an argument. */
static float length_factor(size_t words)
{
	if (words < 6)
		return 0.15f;
	if (words < 12)
		return 0.55f;
	return words < 20 ? 0.85f : 1;
}

static float gifts(const struct frg_workspace *ws)
{
	float rest = 1;
	for (size_t i = 0; i < ws->hit_count; i++) {
		const struct cue *c = ws->hits[i].cue;
		if (c->rule == FRG_ENGAGING && c->weight > 0)
			rest *= 1 - c->weight;
	}
	for (size_t i = 0; i < ws->links.count; i++)
		if (ws->score[FRG_AD_LINK] < 0.4f && ws->links.item[i].kind <= LINK_DOMAIN)
			rest *= 0.75f;
	size_t numbers = 0;
	for (size_t i = 0; i < ws->text.token_count; i++)
		numbers += (ws->text.tokens[i].flags & (TOK_NUMBER | TOK_LINK)) == TOK_NUMBER;
	rest *= numbers > 1 ? 0.75f : numbers ? 0.85f : 1;
	if (ws->related.found)
		rest *= 0.85f;
	return 1 - rest * (1 - substance(&ws->text));
}

void engaging_find(struct frg_workspace *ws)
{
	float worst = 0, factor = length_factor(ws->text.token_count);
	for (int r = FRG_PROFANITY; r <= FRG_AD_LINK; r++)
		worst = ws->score[r] > worst ? ws->score[r] : worst;
	for (size_t i = 0; i < ws->hit_count && ws->text.token_count < 18; i++) /* empty phrases fill only short ones */
		if (ws->hits[i].cue->rule == FRG_ENGAGING && ws->hits[i].cue->weight < 0)
			factor *= 1 + ws->hits[i].cue->weight;
	if (worst > 0.3f)
		factor *= 1 - worst * 0.8f;
	if (ws->article && ws->score[FRG_OFF_TOPIC] > 0.6f)
		factor *= 0.6f;
	if (ws->text.letters > 25 && ws->text.capitals * 2 > ws->text.letters)
		factor *= 0.5f;
	ws->score[FRG_ENGAGING] = gifts(ws) * factor;
}
