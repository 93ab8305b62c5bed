/* Rule: imputing discreditable acts or motives, with nothing that supports it. */
#include "review/inner.h"

/* What the comment brings in support: a source that it links, or figures with a named origin. */
static float support_factor(const struct frg_workspace *ws)
{
	float factor = 1;
	for (size_t i = 0; i < ws->links.count && factor == 1; i++) {
		const struct link *k = &ws->links.item[i];
		uint32_t kind = HOST_NONE;
		for (str h = k->host; h.n && kind == HOST_NONE;) {
			map_first(&ws->lists->hosts, h, text_hash(h), &kind);
			size_t dot = str_find(h, STR("."), 0);
			h = dot == SIZE_MAX ? STR_NONE : str_sub(h, dot + 1, h.n);
		}
		if (kind == HOST_SOURCE)
			factor = 0.45f;
		else if (kind == HOST_NONE && (k->kind == LINK_URL || k->kind == LINK_DOMAIN))
			factor = 0.8f;
	}
	return factor;
}

/* What is imputed takes a clause to say; the words that gave it away are mostly few (house rules: spans). */
static void widen(const struct frg_workspace *ws, struct finding *f)
{
	enum { MOST = 20 }; /* words on either side */
	const struct token *t = ws->text.tokens;
	size_t low = 0, high = ws->text.token_count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (t[mid].end > f->begin)
			high = mid;
		else
			low = mid + 1;
	}
	if (low == ws->text.token_count)
		return;
	const struct sentence *s = &ws->text.sentences[t[low].sentence];
	size_t first = low, last = low;
	while (last + 1 < s->last && t[last + 1].begin < f->end)
		last++;
	for (size_t n = 0; n < MOST && first > s->first && !(t[first].flags & TOK_COMMA); n++)
		first--;
	for (size_t n = 0; n < MOST && last + 1 < s->last && !(t[last + 1].flags & TOK_COMMA); n++)
		last++;
	f->begin = t[first].begin < f->begin ? t[first].begin : f->begin;
	f->end = t[last].end > f->end ? t[last].end : f->end;
}

void insinuation_widen(struct frg_workspace *ws)
{
	for (size_t i = 0; i < ws->finding_count; i++)
		if (ws->findings[i].rule == FRG_INSINUATION && !ws->findings[i].dropped)
			widen(ws, &ws->findings[i]);
	review_drop_overlaps(ws, FRG_INSINUATION);
}

void insinuation_find(struct frg_workspace *ws)
{
	size_t from = ws->finding_count;
	cues_report(ws, FRG_INSINUATION);
	float support = support_factor(ws);
	for (size_t i = from; i < ws->finding_count; i++)
		ws->findings[i].score *= support;
	ws->score[FRG_INSINUATION] = review_combine(ws, FRG_INSINUATION);
}
