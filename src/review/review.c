/* One check: prepares the text, lets every rule report, adds up, suggests. */
#include "review/policy.h"

#include "base/i18n.h"
#include "text/utf8.h"

const float review_look = 0.5f, review_clear = 0.85f;
/* Weaker passages are shown only when their rule as a whole is worth a look. */
static const float WEAK = 0.35f;

void review_add(struct frg_workspace *ws, const struct finding *f)
{
	if ((f->score <= 0.05f && !f->own) || f->end <= f->begin || policy_excepts(ws, f->rule, f->begin, f->end))
		return;
	if (ws->finding_count == FINDING_MAX) {
		ws->cut = true;
		return;
	}
	ws->findings[ws->finding_count++] = *f;
}

void review_add_tokens(struct frg_workspace *ws, enum frg_rule rule, size_t first, size_t last, float score,
                       enum msg reason, str word)
{
	const struct token *t = ws->text.tokens;
	uint32_t end = t[last].end;
	for (size_t i = first; i <= last; i++)
		end = t[i].end > end ? t[i].end : end;
	struct finding f = {.rule = rule,
	                    .begin = t[first].begin,
	                    .end = end,
	                    .score = score,
	                    .sentence = t[first].sentence,
	                    .reason = reason,
	                    .word = word};
	review_add(ws, &f);
}

static bool better(const struct finding *a, const struct finding *b)
{
	if (a->score != b->score)
		return a->score > b->score;
	return a->end - a->begin < b->end - b->begin;
}

/* What the editors themselves have named goes by their name, if it covers what the engine found. */
static bool takes_over(struct finding *own, const struct finding *other)
{
	if (!own->own || other->own || own->begin > other->begin || own->end < other->end)
		return false;
	own->score = other->score > own->score ? other->score : own->score;
	return true;
}

void review_drop_overlaps(struct frg_workspace *ws, enum frg_rule rule)
{
	for (size_t i = 0; i < ws->finding_count; i++) {
		struct finding *a = &ws->findings[i];
		if (a->rule != rule || a->dropped)
			continue;
		for (size_t k = i + 1; k < ws->finding_count && !a->dropped; k++) {
			struct finding *b = &ws->findings[k];
			if (b->rule != rule || b->dropped || b->begin >= a->end || a->begin >= b->end)
				continue;
			if (takes_over(b, a) || (!takes_over(a, b) && better(b, a)))
				a->dropped = true;
			else
				b->dropped = true;
		}
	}
}

float review_combine(struct frg_workspace *ws, enum frg_rule rule)
{
	float rest = 1, best = 0;
	review_drop_overlaps(ws, rule);
	for (size_t i = 0; i < ws->finding_count; i++) {
		const struct finding *f = &ws->findings[i];
		if (f->rule != rule || f->dropped)
			continue;
		rest *= 1 - f->score;
		best = f->score > best ? f->score : best;
	}
	/* half way between the strongest hint and all of them as if they were independent */
	float score = (best + (1 - rest)) / 2;
	return score > 0.99f ? 0.99f : score;
}

/* ---- evidence ---- */

static bool shown(const struct frg_workspace *ws, const struct finding *f)
{
	return !f->dropped && (f->score >= WEAK || ws->score[f->rule] >= ws->look[f->rule]);
}

static bool before(const struct finding *a, const struct finding *b)
{
	return a->begin != b->begin ? a->begin < b->begin : a->rule < b->rule;
}

/* Orders the first `n` pointers; short enough for insertion, and needs no memory. */
static void order(const struct finding **list, size_t n, bool (*first)(const struct finding *, const struct finding *))
{
	for (size_t i = 1; i < n; i++) {
		const struct finding *f = list[i];
		size_t k = i;
		for (; k > 0 && first(f, list[k - 1]); k--)
			list[k] = list[k - 1];
		list[k] = f;
	}
}

static size_t put_reason(char *to, size_t room, str s)
{
	size_t n = s.n < room ? s.n : utf8_floor(s, room);
	if (n)
		memcpy(to, s.p, n);
	return n;
}

/* The passage, shortened to what a sentence can carry, on one line. */
static size_t put_passage(char *to, size_t room, str s)
{
	enum { MOST = 90 };
	size_t n = s.n > MOST ? utf8_floor(s, MOST) : s.n;
	n = put_reason(to, room, str_sub(s, 0, n));
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)to[i] < ' ')
			to[i] = ' ';
	return s.n > MOST ? n + put_reason(to + n, room - n, STR("…")) : n;
}

static str write_reason(const struct frg_workspace *ws, const struct finding *f, size_t slot)
{
	enum { ROOM = REASON_ROOM / EVIDENCE_MAX };
	char *to = ws->reasons + slot * ROOM;
	size_t n = 0, from = 0;
	str passage = str_sub(ws->text.source, f->begin, f->end),
		t = f->own_reason.n ? f->own_reason : i18n(ws->lang, f->reason);
	for (size_t i = 0; i + 2 < t.n; i++) {
		if (t.p[i] != '{' || t.p[i + 2] != '}')
			continue;
		n += put_reason(to + n, ROOM - n, str_sub(t, from, i));
		n += t.p[i + 1] == '0' ? put_passage(to + n, ROOM - n, passage) : put_reason(to + n, ROOM - n, f->word);
		from = i + 3;
	}
	n += put_reason(to + n, ROOM - n, str_sub(t, from, t.n));
	return (str){to, n};
}

static void collect_evidence(struct frg_workspace *ws, struct frg_review *out)
{
	const struct finding *list[FINDING_MAX];
	size_t n = 0;
	for (size_t i = 0; i < ws->finding_count; i++)
		if (shown(ws, &ws->findings[i]))
			list[n++] = &ws->findings[i];
	if (n > EVIDENCE_MAX) {
		order(list, n, better);
		n = EVIDENCE_MAX;
		ws->cut = true;
	}
	order(list, n, before);
	for (size_t i = 0; i < n; i++)
		ws->evidence[i] = (struct frg_evidence){.rule = list[i]->rule,
		                                        .kind = i18n_key(list[i]->reason) + strlen("reason."),
		                                        .begin = list[i]->begin,
		                                        .end = list[i]->end,
		                                        .score = list[i]->score,
		                                        .reason = write_reason(ws, list[i], i)};
	out->evidence = ws->evidence;
	out->evidence_count = n;
	out->evidence_cut = ws->cut;
}

static enum frg_suggestion suggest(const struct frg_workspace *ws)
{
	bool look = false;
	for (int r = FRG_PROFANITY; r <= FRG_OFF_TOPIC; r++) {
		if (r == FRG_OFF_TOPIC && !ws->article)
			continue;
		if (ws->score[r] >= ws->reject[r])
			return FRG_SUGGEST_REJECT;
		look = look || ws->score[r] >= ws->look[r];
	}
	return look ? FRG_SUGGEST_LOOK : FRG_SUGGEST_RELEASE;
}

/* ---- the check ---- */

static void (*const producers[])(struct frg_workspace *) = {profanity_find, aggression_find, insinuation_find,
                                                            ad_link_find,   off_topic_find,  engaging_find};

static enum frg_status judge_input(const struct frg_input *in, struct frg_error *err)
{
	if (err)
		*err = (struct frg_error){0};
	if (in->text.n > FRG_TEXT_MAX)
		return frg_fail(err, FRG_TOO_LARGE, "comment_too_long", "%zu bytes, at most %d", in->text.n, FRG_TEXT_MAX);
	size_t bad = utf8_invalid(in->text);
	if (bad == SIZE_MAX)
		return FRG_OK;
	enum frg_status status = frg_fail(err, FRG_INVALID, "comment_not_utf8", "not UTF-8 at byte %zu", bad);
	if (err)
		err->pos = bad;
	return status;
}

/* The parent serves as context only: what is too long or broken of it is left out. */
static str usable_parent(str parent)
{
	size_t bad = utf8_invalid(parent);
	if (bad != SIZE_MAX)
		parent.n = bad;
	if (parent.n > FRG_TEXT_MAX)
		parent.n = utf8_floor(parent, FRG_TEXT_MAX);
	return parent;
}

static void set_policy(struct frg_workspace *ws, const struct frg_policy *p)
{
	BUG_IF(p && p->engine != ws->engine);
	ws->policy = p;
	ws->lists = p && p->has_lists ? &p->lists : &ws->engine->lists;
	ws->excepted_any = false;
	ws->patterns_failed = 0;
	for (int r = 0; r < FRG_RULE_COUNT; r++) {
		ws->look[r] = frg_threshold(p, (enum frg_rule)r, false);
		ws->reject[r] = frg_threshold(p, (enum frg_rule)r, true);
	}
}

static void set_house(struct frg_workspace *ws, const struct frg_model *m)
{
	BUG_IF(m && m->engine != ws->engine);
	ws->house = m && m->model.lang == ws->lang ? m : NULL;
	ws->rejection = -1;
}

static void prepare(struct frg_workspace *ws, const struct frg_input *in)
{
	set_policy(ws, in->policy);
	ws->article = in->article;
	ws->finding_count = 0;
	ws->cut = false;
	memset(ws->relation, 0, sizeof ws->relation);
	ws->related = (struct frg_related){0};
	memset(ws->score, 0, sizeof ws->score);
	text_read(&ws->text, in->text);
	text_read(&ws->parent, usable_parent(in->parent));
	links_find(&ws->text, &ws->links);
	enum frg_lang fallback = in->article ? in->article->lang : FRG_LANG_DE;
	ws->lang = in->lang != FRG_LANG_AUTO ? in->lang : text_lang(&ws->text, fallback);
	set_house(ws, in->model);
	ws->langs = ws->lang == FRG_LANG_EN ? LANGS_EN : LANGS_DE;
	lexicon_mark(ws);
	cues_mark(ws);
	cues_find(ws);
	policy_mark(ws);
	ws->learned = engine_learned(ws->engine, ws->lang);
	ws->reader = &ws->readers[learned_index(ws->lang)];
	lexica_read(&ws->learned->model.lexica, ws->reader, &ws->text);
}

/* ---- features ---- */

/* How much a rule's hints are denied, where that is most. */
static float denied(const struct frg_workspace *ws, enum frg_rule rule)
{
	float least = 1;
	for (size_t s = 0; s < ws->text.sentence_count && ws->hit_count; s++) {
		float v = cues_mitigation(ws, rule, s);
		least = v < least ? v : least;
	}
	return 1 - least;
}

void review_read_features(struct frg_workspace *ws)
{
	const float rules[RULE_MEASURES] = {
		ws->score[FRG_PROFANITY], ws->score[FRG_AGGRESSION],  ws->score[FRG_INSINUATION], ws->score[FRG_AD_LINK],
		ws->score[FRG_ENGAGING],  denied(ws, FRG_AGGRESSION), denied(ws, FRG_INSINUATION)};
	features_read(&ws->features, &ws->text, &ws->learned->model.lexica, ws->reader, rules);
}

size_t review_measures(const struct frg_engine *e, enum frg_lang lang)
{
	const struct model *m = &engine_learned(e, lang)->model;
	return STYLE_MEASURES + RULE_MEASURES + m->lexica.class_count + m->heads;
}

enum frg_status review_features(const struct frg_engine *engine, struct frg_workspace *ws, const struct frg_input *in,
                                struct frg_error *err)
{
	struct model_norms norms;
	float logit[MODEL_HEADS];
	enum frg_status status = judge_input(in, err);
	if (status != FRG_OK)
		return status;
	prepare(ws, in);
	for (size_t i = 0; i < COUNT_OF(producers); i++)
		producers[i](ws);
	review_read_features(ws);
	struct features *f = &ws->features;
	BUG_IF(ws->engine != engine);
	const struct model *m = &ws->learned->model;
	model_score(m, f, logit, &norms);
	memcpy(f->dense + f->dense_count, logit, m->heads * sizeof *logit);
	f->dense_count += m->heads;
	return FRG_OK;
}

enum frg_status frg_check(const struct frg_engine *engine, struct frg_workspace *ws, const struct frg_input *in,
                          struct frg_review *out, struct frg_error *err)
{
	enum frg_status status = judge_input(in, err);
	*out = (struct frg_review){0};
	if (status != FRG_OK)
		return status;
	BUG_IF(ws->engine != engine);
	prepare(ws, in);
	for (size_t i = 0; i < COUNT_OF(producers); i++)
		producers[i](ws);
	learned_find(ws);
	insinuation_widen(ws);
	policy_find(ws);
	out->lang = ws->lang;
	memcpy(out->score, ws->score, sizeof out->score);
	for (int r = 0; r < FRG_RULE_COUNT; r++)
		out->over[r] = ws->score[r] >= ws->look[r] && (r != FRG_OFF_TOPIC || in->article);
	out->patterns_failed = ws->patterns_failed;
	out->off_topic_known = in->article != NULL;
	out->rejection_known = ws->rejection >= 0;
	out->rejection = out->rejection_known ? ws->rejection : 0;
	out->related = ws->related;
	out->suggestion = suggest(ws);
	collect_evidence(ws, out);
	return FRG_OK;
}

enum frg_status review_house_features(const struct frg_engine *engine, struct frg_workspace *ws,
                                      const struct frg_input *in, struct frg_review *out, struct frg_error *err)
{
	BUG_IF(in->policy || in->model);
	ws->for_house = true;
	enum frg_status status = frg_check(engine, ws, in, out, err);
	ws->for_house = false;
	if (status == FRG_OK && (ws->learned->model.heads == 0 || ws->text.token_count == 0)) {
		ws->features.count = 0; /* nothing was read */
		memset(ws->features.dense, 0, sizeof ws->features.dense);
	}
	return status;
}

size_t review_house_measures(const struct frg_engine *e, enum frg_lang lang)
{
	return HOUSE_MEASURES_OF_RULES + engine_learned(e, lang)->model.lexica.class_count;
}
