/* The trained model's word on a comment: turns the rules' hints, the words and the style into one
 * calibrated probability a rule, and finds the passage that led to it where no rule named one.
 * Knows rules by their heads' names only. */
#include "review/inner.h"

#include "base/i18n.h"

#include <math.h>

/* What a word must bring (in log odds) to lengthen a passage, and how long one may be. */
static const struct {
	float price;
	size_t most;
} passage[FRG_RULE_COUNT] = {[FRG_PROFANITY] = {0.15f, 4},
                             [FRG_AGGRESSION] = {0.04f, 14},
                             [FRG_INSINUATION] = {0.0f, 24},
                             [FRG_AD_LINK] = {0.05f, 12}};

/* ---- passages ---- */

void learned_weigh(struct frg_workspace *ws, const struct model *m, const struct model_norms *norms, size_t head,
                   float times)
{
	const struct lexica_reader *r = ws->reader;
	const float *dense = ws->features.dense + STYLE_MEASURES + RULE_MEASURES;
	float *by = ws->by_token;
	model_explain(m, &ws->features, norms, head, times, by);
	for (size_t i = 0; i < r->hit_count; i++) {
		const struct class_hit *h = &r->hits[i];
		float measure = dense[h->class_], sum = expm1f(measure);
		if (sum <= 0)
			continue;
		float share = features_hit(h) / sum / (float)(h->last - h->first + 1) * times;
		size_t d = STYLE_MEASURES + RULE_MEASURES + h->class_;
		float w = (model_brought(m, d, measure, head) - model_brought(m, d, 0, head)) * share;
		for (size_t t = h->first; t <= h->last; t++)
			by[t] += w;
	}
}

static void weigh_nothing(struct frg_workspace *ws)
{
	memset(ws->by_token, 0, (ws->text.token_count + 1) * sizeof *ws->by_token);
}

float learned_without(struct frg_workspace *ws, const struct model *m, const struct model_norms *norms, unsigned bits,
                      size_t head, float logit)
{
	if (!ws->excepted_any)
		return logit;
	weigh_nothing(ws);
	learned_weigh(ws, m, norms, head, 1);
	for (size_t i = 0; i < ws->text.token_count; i++)
		if (ws->excepted[i] & bits)
			logit -= ws->by_token[i];
	return logit;
}

/* The run of words within a sentence that brought most, each at its price. */
static float best_run(const struct frg_workspace *ws, enum frg_rule rule, size_t *first, size_t *last)
{
	const struct token *t = ws->text.tokens;
	const float *by = ws->by_token;
	float best = -1e9f, sum = 0;
	size_t from = 0;
	*first = *last = 0;
	for (size_t i = 0; i < ws->text.token_count; i++) {
		bool excepted = ws->excepted_any && (ws->excepted[i] & 1u << rule);
		float v = excepted ? -1e6f : by[i] - passage[rule].price;
		bool anew = i == 0 || sum <= 0 || t[i].sentence != t[i - 1].sentence || i - from >= passage[rule].most;
		from = anew ? i : from;
		sum = anew ? v : sum + v;
		if (sum > best) {
			best = sum;
			*first = from;
			*last = i;
		}
	}
	return best;
}

static enum msg reason_of(const struct frg_workspace *ws, enum frg_rule rule)
{
	switch (rule) {
	case FRG_PROFANITY: return MSG_REASON_PROFANITY_LEARNED;
	case FRG_AGGRESSION: return MSG_REASON_AGGRESSION_LEARNED;
	case FRG_INSINUATION: return MSG_REASON_INSINUATION_LEARNED;
	default: return MSG_REASON_AD_LINK_LEARNED;
	}
}

/* What led to the score: in the built-in model's eyes and, in the same log odds, in the house's. */
static void add_passage(struct frg_workspace *ws, enum frg_rule rule, const struct model_norms norms[2])
{
	size_t first, last, own = ws->house ? ws->house->rule_head[rule] : SIZE_MAX;
	if (ws->text.token_count == 0)
		return;
	weigh_nothing(ws);
	learned_weigh(ws, &ws->learned->model, &norms[0], ws->learned->rule_head[rule], 1);
	if (own != SIZE_MAX)
		learned_weigh(ws, &ws->house->model, &norms[1], own, ws->house->model.head[own].calibration[0]);
	best_run(ws, rule, &first, &last);
	review_add_tokens(ws, rule, first, last, ws->score[rule], reason_of(ws, rule), STR_NONE);
}

/* ---- scores ---- */

/* The passages that the rules found count as much as the whole does now. */
static float settle_findings(struct frg_workspace *ws, enum frg_rule rule, float before, float now)
{
	float best = 0;
	for (size_t i = 0; i < ws->finding_count; i++) {
		struct finding *f = &ws->findings[i];
		if (f->rule != rule || f->dropped)
			continue;
		if (before > now && before > 0)
			f->score *= now / before;
		best = f->score > best ? f->score : best;
	}
	return best;
}

/* How far from its article the comment is, from what off_topic.c measured, and how much it sounds like
 * those that stray. */
static float relation_probability(const struct frg_workspace *ws, const float *logit)
{
	const struct model *m = &ws->learned->model;
	const float *last = m->relation + m->relation_count * 3;
	float sum = last[0];
	for (size_t i = 0; i < m->relation_count; i++)
		sum += model_measure(ws->relation[i], m->relation[i * 3], m->relation[i * 3 + 1], 1) * m->relation[i * 3 + 2];
	float style = ws->learned->style_head == SIZE_MAX ? 0 : logit[ws->learned->style_head];
	return 1 / (1 + expf(-(last[1] * sum + last[2] + last[3] * style)));
}

/* The share that the rules' own view keeps beside the model's, in log odds. The model has seen it among its
 * measures, but only in comments like those it learned from: a lone masked swear word is the rules' to see, and what
 * is engaging is seen differently by each annotator, of whom the data know few. */
static const float rules_share[LEARNED_LANGS][FRG_RULE_COUNT] = {{[FRG_PROFANITY] = 0.75f,
                                                                  [FRG_AGGRESSION] = 0.3f,
                                                                  [FRG_INSINUATION] = 0.3f,
                                                                  [FRG_AD_LINK] = 0.75f,
                                                                  [FRG_OFF_TOPIC] = 0.3f,
                                                                  [FRG_ENGAGING] = 0.5f},
                                                                 /* English was learned from few comments */
                                                                 {[FRG_PROFANITY] = 0.85f,
                                                                  [FRG_AGGRESSION] = 0.6f,
                                                                  [FRG_INSINUATION] = 0.6f,
                                                                  [FRG_AD_LINK] = 0.75f,
                                                                  [FRG_OFF_TOPIC] = 0.5f,
                                                                  [FRG_ENGAGING] = 0.5f}};

static float joined(enum frg_lang lang, enum frg_rule rule, float model, float rules)
{
	float p = model < 0.001f ? 0.001f : model > 0.999f ? 0.999f : model;
	float q = rules < 0.02f ? 0.02f : rules > 0.98f ? 0.98f : rules, share = rules_share[learned_index(lang)][rule];
	return 1 / (1 + expf(-((1 - share) * logf(p / (1 - p)) + share * logf(q / (1 - q)))));
}

static float probability(struct frg_workspace *ws, const struct model_norms *norms, enum frg_rule rule, float logit)
{
	const struct model *m = &ws->learned->model;
	size_t head = ws->learned->rule_head[rule];
	unsigned bits = 1u << rule | (rule <= FRG_AGGRESSION ? EXCEPT_INNOCENT : 0);
	float own = learned_without(ws, m, norms, bits, head, logit);
	return joined(ws->lang, rule, model_probability(&m->head[head], own), ws->score[rule]);
}

/* The built-in model's word on each rule. */
static void judge(struct frg_workspace *ws, struct model_norms *norms)
{
	const struct model *m = &ws->learned->model;
	float logit[MODEL_HEADS];
	model_score(m, &ws->features, logit, norms);
	if (ws->article && m->relation_count == RELATION_MEASURES)
		ws->score[FRG_OFF_TOPIC] = joined(ws->lang, FRG_OFF_TOPIC, relation_probability(ws, logit),
		                                  ws->score[FRG_OFF_TOPIC]);
	for (int r = 0; r < FRG_RULE_COUNT; r++) {
		size_t head = ws->learned->rule_head[r];
		if (head == SIZE_MAX)
			continue;
		float p = probability(ws, norms, (enum frg_rule)r, logit[head]);
		/* not worth looking for otherwise; what the house makes of it comes later, so it is told the same always */
		if (r <= FRG_AGGRESSION && p >= (ws->house || ws->for_house ? review_look : ws->look[r]) * 0.8f) {
			lexicon_mark_innocents(ws);
			p = probability(ws, norms, (enum frg_rule)r, logit[head]);
		}
		ws->score[r] = p;
	}
}

void learned_find(struct frg_workspace *ws)
{
	struct model_norms norms[2];
	float before[FRG_RULE_COUNT];
	if (ws->learned->model.heads == 0 || ws->text.token_count == 0)
		return;
	review_read_features(ws);
	memcpy(before, ws->score, sizeof before);
	judge(ws, &norms[0]);
	if (ws->house)
		house_join(ws, &norms[1]);
	for (int r = 0; r <= FRG_AD_LINK; r++) {
		if (ws->learned->rule_head[r] == SIZE_MAX)
			continue;
		float best = settle_findings(ws, (enum frg_rule)r, before[r], ws->score[r]);
		if (ws->score[r] >= ws->look[r] && best < 0.2f)
			add_passage(ws, (enum frg_rule)r, norms);
	}
}
