/* Rule: imputing discreditable acts or motives, with nothing that supports it. */
#include "review/inner.h"

#include "base/i18n.h"

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

void insinuation_find(struct frg_workspace *ws)
{
	size_t from = ws->finding_count;
	cues_report(ws, FRG_INSINUATION);
	float support = support_factor(ws);
	for (size_t i = from; i < ws->finding_count; i++)
		ws->findings[i].score *= support;
	ws->score[FRG_INSINUATION] = review_combine(ws, FRG_INSINUATION);
}
