/* Perspective's attributes, as far as the engine's review can honestly serve them. Turns a review into scores and
 * spans; knows no requests and asks nobody. What each attribute is made from is said in docs/perspective.md, too.
 *
 * The engine judges six rules. For aggression its evidence says besides of which kind a passage is; by that the
 * attributes INSULT, THREAT and IDENTITY_ATTACK tell themselves apart. What only the model recognised has no kind and
 * counts as an insult: THREAT and IDENTITY_ATTACK see no more than the word lists do. */
#include "api/perspective.h"

/* Of what a passage is evidence. */
enum {
	OF_PROFANITY = 1 << FRG_PROFANITY,
	OF_INSINUATION = 1 << FRG_INSINUATION,
	OF_AD_LINK = 1 << FRG_AD_LINK,
	OF_INSULT = 1 << 8, /* kinds of aggression, from here */
	OF_THREAT = 1 << 9,
	OF_GROUP = 1 << 10, /* disparages a group, denies people their dignity */
	OF_EXPEL = 1 << 11, /* tells people that they do not belong */
	OF_OTHER = 1 << 12, /* shutting somebody up */
	OF_IDENTITY = OF_GROUP | OF_EXPEL,
	OF_AGGRESSION = OF_INSULT | OF_THREAT | OF_GROUP | OF_EXPEL | OF_OTHER,
	OF_ANY_BREACH = OF_PROFANITY | OF_INSINUATION | OF_AD_LINK | OF_AGGRESSION
};

static unsigned kind_of(const struct frg_evidence *e)
{
	static const struct {
		const char *name;
		unsigned kind;
	} kinds[] = {{"aggression_threat", OF_THREAT},    {"aggression_harm", OF_THREAT}, {"aggression_group", OF_GROUP},
	             {"aggression_dehumanise", OF_GROUP}, {"aggression_expel", OF_EXPEL}, {"aggression_silence", OF_OTHER}};
	if (e->rule != FRG_AGGRESSION)
		return 1u << e->rule;
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (strcmp(e->kind, kinds[i].name) == 0)
			return kinds[i].kind;
	return OF_INSULT;
}

/* ---- summary scores ---- */

static float max(float a, float b) { return a > b ? a : b; }

static float best(const struct frg_review *r, unsigned kinds)
{
	float score = 0;
	for (size_t i = 0; i < r->evidence_count; i++)
		if (kind_of(&r->evidence[i]) & kinds)
			score = max(score, r->evidence[i].score);
	return score;
}

/* The share of a kind in what makes the comment aggressive, by its strongest passage. */
static float share(const struct frg_review *r, unsigned kind)
{
	float all = best(r, OF_AGGRESSION);
	return all > 0 ? best(r, kind) / all : 0;
}

static float toxicity(const struct frg_review *r) { return max(r->score[FRG_AGGRESSION], r->score[FRG_PROFANITY]); }
static float threat(const struct frg_review *r) { return r->score[FRG_AGGRESSION] * share(r, OF_THREAT); }
static float identity(const struct frg_review *r) { return r->score[FRG_AGGRESSION] * share(r, OF_IDENTITY); }

/* Aggression that no passage shows to be of another kind. */
static float insult(const struct frg_review *r)
{
	return r->score[FRG_AGGRESSION] * (best(r, OF_AGGRESSION) > 0 ? share(r, OF_INSULT | OF_GROUP) : 1);
}

/* A threat, an attack on a group or one in foul words: each alone is enough. The engine does not measure how bad a
 * word is; the square lets the milder ones, of which it is less sure, fall behind. */
static float severe(const struct frg_review *r)
{
	float foul = r->score[FRG_AGGRESSION] * r->score[FRG_PROFANITY];
	return max(foul * foul, max(threat(r), identity(r)));
}

static float reject(const struct frg_review *r)
{
	float worst = r->off_topic_known ? r->score[FRG_OFF_TOPIC] : 0;
	for (int i = FRG_PROFANITY; i <= FRG_AD_LINK; i++)
		worst = max(worst, r->score[i]);
	return worst;
}

static float profanity(const struct frg_review *r) { return r->score[FRG_PROFANITY]; }
static float aggression(const struct frg_review *r) { return r->score[FRG_AGGRESSION]; }
static float insinuation(const struct frg_review *r) { return r->score[FRG_INSINUATION]; }
static float ad_link(const struct frg_review *r) { return r->score[FRG_AD_LINK]; }
static float off_topic(const struct frg_review *r) { return r->score[FRG_OFF_TOPIC]; }
static float engaging(const struct frg_review *r) { return r->score[FRG_ENGAGING]; }

struct attribute {
	const char *name;
	float (*score)(const struct frg_review *r);
	unsigned passages; /* which of them are its spans; 0: it is about the whole */
	bool needs_article;
};

static const struct attribute attributes[] = {
	{"TOXICITY", toxicity, OF_PROFANITY | OF_AGGRESSION, false},
	{"SEVERE_TOXICITY", severe, OF_THREAT | OF_IDENTITY, false},
	{"INSULT", insult, OF_INSULT | OF_GROUP, false},
	{"PROFANITY", profanity, OF_PROFANITY, false},
	{"OBSCENE", profanity, OF_PROFANITY, false},
	{"THREAT", threat, OF_THREAT, false},
	{"IDENTITY_ATTACK", identity, OF_IDENTITY, false},
	{"SPAM", ad_link, OF_AD_LINK, false},
	{"LIKELY_TO_REJECT", reject, OF_ANY_BREACH, false},
	{"CONSTRUCTIVE_EXPERIMENTAL", engaging, 0, false},
	{"FREIGABE_PROFANITY", profanity, OF_PROFANITY, false},
	{"FREIGABE_AGGRESSION", aggression, OF_AGGRESSION, false},
	{"FREIGABE_INSINUATION", insinuation, OF_INSINUATION, false},
	{"FREIGABE_AD_LINK", ad_link, OF_AD_LINK, false},
	{"FREIGABE_OFF_TOPIC", off_topic, 0, true},
	{"FREIGABE_ENGAGING", engaging, 0, false},
};

const struct attribute *attribute_find(str name)
{
	for (size_t i = 0; i < COUNT_OF(attributes); i++)
		if (str_eq(name, str_of(attributes[i].name)))
			return &attributes[i];
	return NULL;
}

const char *attribute_name(const struct attribute *attribute) { return attribute->name; }
bool attribute_needs_article(const struct attribute *attribute) { return attribute->needs_article; }

/* ---- as Perspective puts it ---- */

static json_t *score_json(float value)
{
	return json_pack("{s:f, s:s}", "value", (double)value, "type", "PROBABILITY");
}

static void add_span(json_t *spans, uint32_t begin, uint32_t end, float score)
{
	json_array_append_new(spans, json_pack("{s:I, s:I, s:o}", "begin", (json_int_t)begin, "end", (json_int_t)end,
	                                       "score", score_json(score)));
}

/* Evidence comes by begin: of two rules' on the very same passage the stronger one counts. */
static bool outdone(const struct frg_review *r, size_t at, unsigned kinds)
{
	const struct frg_evidence *e = &r->evidence[at];
	for (size_t i = 0; i < r->evidence_count; i++) {
		const struct frg_evidence *o = &r->evidence[i];
		bool same = i != at && o->begin == e->begin && o->end == e->end && (kind_of(o) & kinds);
		if (same && (o->score > e->score || (o->score == e->score && i < at)))
			return true;
	}
	return false;
}

static json_t *spans_json(const struct attribute_request *q, const struct frg_review *r,
                          const struct perspective_text *text, float summary, bool wanted)
{
	json_t *spans = json_array();
	unsigned kinds = q->attribute->passages;
	bool any = false;
	for (size_t i = 0; wanted && i < r->evidence_count; i++) {
		const struct frg_evidence *e = &r->evidence[i];
		if (!(kind_of(e) & kinds) || outdone(r, i, kinds))
			continue;
		any = true;
		if ((double)e->score >= q->threshold)
			add_span(spans, text->begin[e->begin], text->end[e->end - 1], e->score);
	}
	if (!any && (double)summary >= q->threshold)
		add_span(spans, 0, text->units, summary);
	return spans;
}

json_t *attribute_scores(const struct attribute_request *q, const struct frg_review *r,
                         const struct perspective_text *text, bool spans)
{
	float summary = q->attribute->score(r);
	json_t *out = json_object(), *list = spans_json(q, r, text, summary, spans);
	if (json_array_size(list))
		json_object_set(out, "spanScores", list);
	json_decref(list);
	if ((double)summary >= q->threshold)
		json_object_set_new(out, "summaryScore", score_json(summary));
	return out;
}
