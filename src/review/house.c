/* A newsroom's own model: what its decisions taught, joined to the built-in scores (include/freigabe.h says how).
 * Knows no decisions and no files. */
#include "review/inner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ALIGNED = 16 };

static enum frg_status judge(const struct frg_engine *e, const struct model *m, struct frg_error *err)
{
	if (!m->stack || m->heads == 0)
		return frg_fail(err, FRG_INVALID, "model_invalid", "not a usable model: it is no house's");
	if (m->base != engine_learned(e, m->lang)->model.id)
		return frg_fail(err, FRG_UNSUPPORTED, "model_version",
		                "the model was made beside another built-in one: train it anew");
	if (m->dense_count > review_house_measures(e, m->lang))
		return frg_fail(err, FRG_INVALID, "model_invalid", "not a usable model: its measures do not fit");
	return FRG_OK;
}

enum frg_status frg_model_open(const struct frg_engine *engine, struct frg_str file, struct frg_model **out,
                               struct frg_error *err)
{
	if (err)
		*err = (struct frg_error){0};
	*out = NULL;
	struct frg_model *m = calloc(1, sizeof *m);
	char *bytes = aligned_alloc(ALIGNED, (file.n + ALIGNED) & ~(size_t)(ALIGNED - 1));
	if (!m || !bytes) {
		free(m);
		free(bytes);
		return frg_fail(err, FRG_NO_MEMORY, "no_memory", "out of memory opening a model");
	}
	if (file.n)
		memcpy(bytes, file.p, file.n);
	m->engine = engine;
	enum frg_status status = model_open(&m->model, (str){bytes, file.n}, err);
	m->model.file.p = bytes;
	if (status == FRG_OK)
		status = judge(engine, &m->model, err);
	if (status != FRG_OK) {
		frg_model_close(m);
		return status;
	}
	for (int r = 0; r < FRG_RULE_COUNT; r++)
		m->rule_head[r] = model_head_named(&m->model, str_of(frg_rule_id((enum frg_rule)r)));
	m->rejection_head = model_head_named(&m->model, STR(HOUSE_REJECTION));
	snprintf(m->id, sizeof m->id, "house-%08x", (unsigned)(m->model.id ^ m->model.id >> 32));
	*out = m;
	return FRG_OK;
}

void frg_model_close(struct frg_model *m)
{
	if (!m)
		return;
	free((char *)m->model.file.p);
	free(m);
}

const char *frg_model_id(const struct frg_model *m) { return m->id; }
bool frg_model_knows(const struct frg_model *m, enum frg_rule rule) { return m->rule_head[rule] != SIZE_MAX; }

float house_odds(float p)
{
	float q = p < 0.001f ? 0.001f : p > 0.999f ? 0.999f : p;
	return logf(q / (1 - q));
}

void house_builtin(const float score[FRG_RULE_COUNT], bool off_topic_known, float z[FRG_RULE_COUNT])
{
	for (int r = 0; r < FRG_RULE_COUNT; r++)
		z[r] = r == FRG_OFF_TOPIC && !off_topic_known ? 0 : house_odds(score[r]);
}

static float joined(struct frg_workspace *ws, const struct model_norms *norms, size_t head, unsigned bits, float logit,
                    const float *z)
{
	const struct model *m = &ws->house->model;
	const struct model_head *h = &m->head[head];
	float sum = h->calibration[0] * learned_without(ws, m, norms, bits, head, logit) + h->calibration[1];
	for (int r = 0; r < FRG_RULE_COUNT; r++)
		sum += m->stack[head * FRG_RULE_COUNT + (size_t)r] * z[r];
	return 1 / (1 + expf(-sum));
}

void house_join(struct frg_workspace *ws, struct model_norms *norms)
{
	const struct frg_model *house = ws->house;
	const unsigned breaches = (1u << FRG_OFF_TOPIC) - 1;
	float logit[MODEL_HEADS], z[FRG_RULE_COUNT];
	model_score(&house->model, &ws->features, logit, norms);
	house_builtin(ws->score, ws->article != NULL, z);
	for (int r = 0; r < FRG_RULE_COUNT; r++) {
		size_t head = house->rule_head[r];
		if (head != SIZE_MAX && (r != FRG_OFF_TOPIC || ws->article))
			ws->score[r] = joined(ws, norms, head, 1u << r, logit[head], z);
	}
	size_t head = house->rejection_head;
	if (head != SIZE_MAX)
		ws->rejection = joined(ws, norms, head, breaches, logit[head], z);
}
