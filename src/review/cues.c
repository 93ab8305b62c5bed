/* Recognises terms and patterns of terms. Knows no rule by name. */
#include "review/inner.h"

static void add_term(struct mark *m, uint32_t term)
{
	if (m->terms < MARK_TERMS)
		m->term[m->terms++] = (uint16_t)term;
}

static void add_looked_up(const struct frg_workspace *ws, struct mark *m, str w)
{
	const struct lists *l = ws->lists;
	uint64_t p[LISTS_WORD_MAX + 1];
	uint32_t term;
	if (w.n > LISTS_WORD_MAX)
		return;
	p[0] = 0;
	for (size_t i = 0; i < w.n; i++)
		p[i + 1] = hash_step(p[i], w.p[i]);
	if (map_first(&l->terms[TERM_WORD], w, p[w.n], &term))
		add_term(m, term);
	for (size_t n = 2; n <= w.n && n <= l->longest_prefix; n++)
		if (map_first(&l->terms[TERM_BEGIN], str_sub(w, 0, n), p[n], &term))
			add_term(m, term);
	for (size_t n = 2; n < w.n && n <= l->longest_suffix; n++)
		if (map_first(&l->terms[TERM_END], str_sub(w, w.n - n, w.n), p[w.n] - p[w.n - n] * l->power[n], &term))
			add_term(m, term);
}

static void add_link_terms(struct frg_workspace *ws)
{
	for (size_t i = 0; i < ws->links.count; i++) {
		const struct link *k = &ws->links.item[i];
		struct mark *m = &ws->marks[k->token];
		if (k->kind == LINK_PHONE || k->kind == LINK_EMAIL)
			add_term(m, TERM_CONTACT);
		else
			add_term(m, k->kind == LINK_HANDLE ? TERM_HANDLE : TERM_LINK);
	}
}

void cues_mark(struct frg_workspace *ws)
{
	const struct text *t = &ws->text;
	for (size_t i = 0; i < t->token_count; i++) {
		struct mark *m = &ws->marks[i];
		unsigned flags = t->tokens[i].flags;
		if (flags & (TOK_LINK | TOK_JOINED))
			continue;
		add_term(m, TERM_ANY);
		if (flags & TOK_NUMBER)
			add_term(m, TERM_NUM);
		if (flags & TOK_CAP)
			add_term(m, TERM_CAP);
		if (flags & TOK_UPPER)
			add_term(m, TERM_UPPER);
		if (flags & TOK_QUOTED)
			add_term(m, TERM_QUOTED);
		if (m->word != WORD_NONE) {
			const struct word *w = &ws->lists->words[m->word];
			if (m->weight >= 0.5f)
				add_term(m, TERM_SWEAR);
			for (size_t k = 0; k < w->tag_count; k++)
				add_term(m, w->tag[k]);
		}
		add_looked_up(ws, m, token_str(t, i));
	}
	add_link_terms(ws);
	for (size_t i = 0; i < t->token_count; i++) {
		struct mark *m = &ws->marks[i];
		for (size_t k = 0; k < m->terms; k++)
			m->set_bits |= ws->lists->set_bits[m->term[k]];
	}
}

static bool term_in_set(const struct lists *l, uint16_t term, uint16_t set)
{
	uint32_t low = l->term_sets.start[term], high = l->term_sets.start[term + 1];
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (l->term_sets.item[mid] == set)
			return true;
		if (l->term_sets.item[mid] < set)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

static bool token_in_set(const struct frg_workspace *ws, size_t i, uint16_t set)
{
	const struct mark *m = &ws->marks[i];
	if (!(m->set_bits >> (set & 63) & 1))
		return false;
	for (size_t k = 0; k < m->terms; k++)
		if (term_in_set(ws->lists, m->term[k], set))
			return true;
	return false;
}

/* The next token that is a word of its own, or `end`. */
static size_t following(const struct text *t, size_t i, size_t end)
{
	for (i++; i < end && (t->tokens[i].flags & TOK_JOINED); i++)
		;
	return i;
}

/* Matches elements from `e` on after token `last`; returns the last token, SIZE_MAX if none.
 * The depth is bounded by ELEMENT_MAX, whatever the text. */
static size_t match_rest(const struct frg_workspace *ws, const struct cue *c, size_t e, size_t last, size_t end)
{
	if (e == c->count) {
		bool ok = !(c->flags & CUE_LAST) || following(&ws->text, last, end) >= end;
		return ok ? last : SIZE_MAX;
	}
	const struct element *k = &c->element[e];
	size_t i = last;
	for (size_t gap = 0; gap <= k->gap; gap++) {
		i = following(&ws->text, i, end);
		if (i >= end)
			break;
		if (!token_in_set(ws, i, k->set))
			continue;
		size_t found = match_rest(ws, c, e + 1, i, end);
		if (found != SIZE_MAX)
			return found;
	}
	return k->optional ? match_rest(ws, c, e + 1, last, end) : SIZE_MAX;
}

static bool cue_applies(const struct frg_workspace *ws, const struct cue *c, size_t i)
{
	const struct token *k = &ws->text.tokens[i];
	char mark = ws->text.sentences[k->sentence].mark;
	if (!(c->langs & ws->langs) || ((c->flags & CUE_FIRST) && !(k->flags & TOK_FIRST)))
		return false;
	return !((c->flags & CUE_QUESTION) && mark != '?') && !((c->flags & CUE_EXCLAIM) && mark != '!');
}

static bool already(const struct frg_workspace *ws, const struct cue *c, size_t first)
{
	for (size_t i = ws->hit_count; i-- > 0 && ws->hits[i].first == first;)
		if (ws->hits[i].cue == c)
			return true;
	return false;
}

static void try_cue(struct frg_workspace *ws, const struct cue *c, size_t i)
{
	size_t end = ws->text.sentences[ws->text.tokens[i].sentence].last;
	if (ws->hit_count == HIT_MAX || !cue_applies(ws, c, i) || already(ws, c, i))
		return;
	size_t last = match_rest(ws, c, 1, i, end);
	if (last != SIZE_MAX)
		ws->hits[ws->hit_count++] = (struct cue_hit){c, (uint32_t)i, (uint32_t)last};
}

void cues_find(struct frg_workspace *ws)
{
	const struct lists *l = ws->lists;
	ws->hit_count = 0;
	for (size_t i = 0; i < ws->text.token_count && ws->hit_count < HIT_MAX; i++) {
		const struct mark *m = &ws->marks[i];
		for (size_t k = 0; k < m->terms; k++)
			for (uint32_t c = l->term_cues.start[m->term[k]]; c < l->term_cues.start[m->term[k] + 1]; c++)
				try_cue(ws, &l->cues[l->term_cues.item[c]], i);
	}
}

bool cues_is(const struct frg_workspace *ws, size_t token, enum known_class which)
{
	uint32_t set = ws->lists->known[which];
	return set != SET_NONE && token_in_set(ws, token, (uint16_t)set);
}

/* Does the hit reach into this sentence? Quoting and naming frames speak for their sentence,
 * those marked `text` for everything. */
static bool reaches(const struct frg_workspace *ws, const struct cue_hit *h, size_t sentence)
{
	return (h->cue->flags & CUE_TEXT) || ws->text.tokens[h->first].sentence == sentence;
}

float cues_mitigation(const struct frg_workspace *ws, enum frg_rule rule, size_t sentence)
{
	float factor = 1;
	for (size_t i = 0; i < ws->hit_count; i++) {
		const struct cue_hit *h = &ws->hits[i];
		if (h->cue->rule == rule && h->cue->weight < 0 && reaches(ws, h, sentence))
			factor *= 1 + h->cue->weight;
	}
	return factor;
}

void cues_report(struct frg_workspace *ws, enum frg_rule rule)
{
	for (size_t i = 0; i < ws->hit_count; i++) {
		const struct cue_hit *h = &ws->hits[i];
		if (h->cue->rule != rule || h->cue->weight <= 0)
			continue;
		float score = h->cue->weight * cues_mitigation(ws, rule, ws->text.tokens[h->first].sentence) *
		              quoted_factor(ws, h->first, h->last);
		review_add_tokens(ws, rule, h->first, h->last, score, h->cue->reason, STR_NONE);
	}
}
