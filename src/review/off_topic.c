/* Rule: no concrete relation to the article, nor to the comment that is answered.
 * Also finds the passage of the article that the comment relates to. */
#include "review/inner.h"

#include <math.h>

/* How a comment relates to its article. */
struct relation {
	size_t words;                         /* different words with a meaning of their own */
	float strength;                       /* sum over those that the article has, too */
	size_t topical;                       /* words of the article's topics */
	size_t foreign;                       /* words of other topics only */
	size_t title;                         /* words that the headline has, too */
	float rarity, shared, partly, parent; /* sums of the words' idf: all, shared, shared as part of a compound */
};

/* Remembers a stem; false if it was there or there is no room. */
static bool first_time(struct frg_workspace *ws, stem s, size_t *count)
{
	size_t i = (size_t)(s >> 20) & (COMMENT_STEMS - 1);
	while (ws->seen[i] && ws->seen[i] != s)
		i = (i + 1) & (COMMENT_STEMS - 1);
	if (ws->seen[i] == s || *count >= COMMENT_STEMS / 2)
		return false;
	ws->seen[i] = s;
	++*count;
	return true;
}

static void relate_sentences(struct frg_workspace *ws, const struct article_stem *at)
{
	enum { MOST = 64 };
	const struct frg_article *a = ws->article;
	float share = 1 / sqrtf((float)at->count + 1);
	for (uint32_t i = 0; i < at->count && i < MOST; i++)
		ws->sentence_score[a->sentences_of[at->postings + i]] += share;
}

static float word_strength(const struct article_stem *at, const struct token *k)
{
	float v = at->weight == STEM_TITLE ? 1 : at->weight == STEM_LEAD ? 0.85f : 0.65f;
	if (at->number)
		return k->fn >= 3 ? 0.7f : 0.15f;
	if (at->name && (k->flags & TOK_CAP))
		v += 0.2f;
	return v;
}

static void relate_word(struct frg_workspace *ws, const struct token *k, str w, stem s, struct relation *r)
{
	const struct frg_article *a = ws->article;
	const struct article_stem *at = article_find(a, s);
	uint64_t topics = topics_of(ws->lists, w);
	size_t slot = model_slot(&ws->learned->model, features_word(k));
	float idf = slot == SIZE_MAX ? 9 : (float)ws->learned->model.idf[slot] * MODEL_IDF_STEP;
	r->rarity += idf;
	r->topical += (topics & a->topics) != 0;
	r->foreign += topics && !(topics & a->topics);
	if (at) {
		r->title += at->weight == STEM_TITLE;
		r->shared += idf * (at->weight == STEM_TITLE ? 1.5f : at->weight == STEM_LEAD ? 1.2f : 1);
		r->strength += word_strength(at, k);
		relate_sentences(ws, at);
		return;
	}
	uint64_t begin = article_part(w, false), end = article_part(w, true);
	if ((begin && article_has_part(a, begin)) || (end && article_has_part(a, end))) {
		r->strength += k->flags & TOK_CAP ? 0.45f : 0.25f;
		r->partly += idf;
	}
	if (topics & a->title_topics)
		r->strength += 0.4f;
	else if (topics & a->topics)
		r->strength += 0.25f;
}

/* The meaning of a word; the lexica's reader has stemmed German words already. */
static stem stem_at(const struct frg_workspace *ws, size_t i, str w)
{
	const struct token *k = &ws->text.tokens[i];
	bool german = ws->article->lang == FRG_LANG_DE && ws->lang == FRG_LANG_DE;
	if (!german || !ws->reader->stems[i] || w.n < 3 || w.n > WORD_BYTES)
		return stems_of(&ws->stems, ws->lists, ws->article->lang, w, k->hash);
	return stems_stop(ws->lists, FRG_LANG_DE, w, k->hash) ? 0 : ws->reader->stems[i] | 1;
}

/* What the comment takes up from the one that it answers. */
static float relate_parent(struct frg_workspace *ws, const struct stems *stems)
{
	float v = 0;
	const struct text *p = &ws->parent;
	for (size_t i = 0; i < p->token_count; i++) {
		stem s = stems_of(stems, ws->lists, ws->article->lang, token_str(p, i), p->tokens[i].hash);
		size_t slot = (size_t)(s >> 20) & (COMMENT_STEMS - 1);
		while (s && ws->seen[slot] && ws->seen[slot] != s)
			slot = (slot + 1) & (COMMENT_STEMS - 1);
		if (s && ws->seen[slot] == s)
			v += 0.6f;
	}
	return v > 3 ? 3 : v;
}

static struct relation relate(struct frg_workspace *ws)
{
	const struct text *t = &ws->text;
	struct relation r = {0};
	memset(ws->seen, 0, COMMENT_STEMS * sizeof *ws->seen);
	memset(ws->sentence_score, 0, ws->article->sentence_count * sizeof *ws->sentence_score);
	for (size_t i = 0; i < t->token_count; i++) {
		const struct token *k = &t->tokens[i];
		str w = token_str(t, i);
		bool number = k->flags & TOK_NUMBER;
		if (k->flags & (TOK_LINK | TOK_JOINED))
			continue;
		stem s = number ? k->hash | 1 : stem_at(ws, i, w);
		size_t before = r.words;
		if (!s || (number && w.n < 2) || !first_time(ws, s, &r.words))
			continue;
		relate_word(ws, k, w, s, &r);
		if (number)
			r.words = before; /* a figure says nothing of the matter, and counts only when shared */
	}
	if (ws->parent.token_count)
		r.strength += r.parent = relate_parent(ws, &ws->stems);
	return r;
}

static void find_related(struct frg_workspace *ws)
{
	const struct frg_article *a = ws->article;
	float best = 0;
	for (size_t i = 0; i < a->sentence_count; i++) {
		float score = ws->sentence_score[i] * (a->sentences[i].part == FRG_TITLE ? 0.7f : 1);
		if (score > best + 0.001f) {
			best = score;
			ws->related = (struct frg_related){true, a->sentences[i].part, a->sentences[i].begin, a->sentences[i].end};
		}
	}
	if (best < 0.4f)
		ws->related.found = false;
}

static float distance(const struct relation *r)
{
	float base = r->words >= 12 ? 0.62f : r->words >= 8 ? 0.54f : r->words >= 5 ? 0.46f : r->words >= 3 ? 0.36f : 0.2f;
	float foreign = (float)r->foreign / (float)(r->foreign + r->topical + 1);
	base += (1 - base) * foreign * 0.9f;
	float size = sqrtf((float)(r->words > 6 ? r->words : 6) / 6);
	return base * expf(-1.05f * r->strength / size);
}

/* How alike comment and article are in what they are about, field by field. */
static void relate_fields(struct frg_workspace *ws, float *products, float *cosine, float *known)
{
	const struct lexica_reader *r = ws->reader;
	float v[LEXICA_CLASSES] = {0}, square = 0;
	for (size_t i = 0; i < r->hit_count; i++)
		if (ws->learned->field[r->hits[i].class_])
			v[r->hits[i].class_] += features_hit(&r->hits[i]);
	for (size_t i = 0; i < LEXICA_CLASSES; i++) {
		v[i] = sqrtf(v[i]);
		square += v[i] * v[i];
	}
	*known = square > 0;
	*cosine = 0;
	for (size_t i = 0; i < LEXICA_CLASSES && square > 0; i++) {
		products[i] = v[i] / sqrtf(square) * ws->article->fields[i];
		*cosine += products[i];
	}
}

/* What a model learns from; `hand` is the score by hand. */
static void measure_relation(struct frg_workspace *ws, const struct relation *r, float hand, float cues)
{
	float cosine, known, best = 0, n = (float)r->words + 1, *m = ws->relation;
	relate_fields(ws, m + RELATION_PLAIN, &cosine, &known);
	for (size_t i = 0; i < ws->article->sentence_count; i++)
		best = ws->sentence_score[i] > best ? ws->sentence_score[i] : best;
	float all = r->rarity + 9, strength = r->strength - r->parent;
	const float v[RELATION_PLAIN] = {hand,
	                                 logf((hand + 0.01f) / (1.01f - hand)),
	                                 log1pf(strength),
	                                 strength / sqrtf(n),
	                                 log1pf(n),
	                                 (float)r->topical / n,
	                                 (float)r->foreign / n,
	                                 cosine,
	                                 known,
	                                 r->shared / all,
	                                 r->partly / all,
	                                 log1pf(r->shared + 0.5f * r->partly),
	                                 log1pf((float)r->title),
	                                 best,
	                                 r->parent,
	                                 cues};
	memcpy(m, v, sizeof v);
}

void off_topic_find(struct frg_workspace *ws)
{
	if (!ws->article || ws->text.token_count == 0)
		return;
	struct relation r = relate(ws);
	float score = distance(&r), open = 1;
	for (size_t i = 0; i < ws->hit_count; i++) {
		const struct cue *c = ws->hits[i].cue;
		if (c->rule != FRG_OFF_TOPIC)
			continue;
		if (c->weight > 0)
			open *= 1 - c->weight;
		else
			score *= 1 + c->weight;
	}
	for (int k = FRG_PROFANITY; k <= FRG_AD_LINK; k++) /* what attacks somebody here, or sells, has its rule */
		if (ws->score[k] >= 0.5f)
			score *= 0.75f;
	ws->score[FRG_OFF_TOPIC] = 1 - (1 - score) * open;
	measure_relation(ws, &r, ws->score[FRG_OFF_TOPIC], 1 - open);
	find_related(ws);
}
