/* Opens model files and scores features by them. */
#include "review/model.h"

#include <math.h>

/* AHEAD: grams whose place in the table is fetched before it is needed. */
enum { HEADER = sizeof(struct model_header), AHEAD = 12 };

static uint64_t digest(str s)
{
	uint64_t h[4] = {1, 2, 3, 4}, word;
	size_t i = 0;
	for (; i + 32 <= s.n; i += 32)
		for (size_t k = 0; k < 4; k++) {
			memcpy(&word, s.p + i + k * 8, 8);
			h[k] = (h[k] ^ word) * UINT64_C(0x9E3779B97F4A7C15);
			h[k] ^= h[k] >> 29;
		}
	for (; i < s.n; i++)
		h[0] = (h[0] ^ (unsigned char)s.p[i]) * UINT64_C(0x9E3779B97F4A7C15);
	uint64_t all = s.n;
	for (size_t k = 0; k < 4; k++)
		all = (all ^ h[k]) * UINT64_C(0xFF51AFD7ED558CCD);
	return all ^ all >> 32;
}

uint64_t model_checksum(str file)
{
	struct model_header h;
	memcpy(&h, file.p, HEADER);
	h.checksum = 0;
	return digest((str){(const char *)&h, HEADER}) * 31 + digest(str_sub(file, HEADER, file.n));
}

static enum frg_status refuse(struct frg_error *err, const char *why)
{
	return frg_fail(err, FRG_INVALID, "model_invalid", "not a usable model: %s", why);
}

static enum frg_status judge_header(const struct model_header *h, str file, struct frg_error *err)
{
	if (memcmp(h->magic, MODEL_MAGIC, sizeof h->magic) != 0)
		return refuse(err, "it does not begin like one");
	if (h->version != MODEL_VERSION || h->features_version != FEATURES_VERSION)
		return frg_fail(
			err, FRG_UNSUPPORTED, "model_version",
			"the model was made by another version of this program (format %u.%u, here %d.%d): train it anew",
			(unsigned)h->version, (unsigned)h->features_version, MODEL_VERSION, FEATURES_VERSION);
	if (h->size != file.n)
		return refuse(err, "it is cut short or too long");
	if (h->checksum != model_checksum(file))
		return refuse(err, "its checksum is wrong");
	for (size_t i = 0; i < MODEL_SECTIONS; i++) {
		uint64_t begin = h->section[i].begin, size = h->section[i].size;
		if (begin % 16 || begin < HEADER || begin > file.n || size > file.n - begin)
			return refuse(err, "a part lies outside of it");
	}
	return FRG_OK;
}

static str section(const struct model *m, enum model_section s)
{
	const struct model_header *h = (const struct model_header *)m->file.p;
	return str_sub(m->file, h->section[s].begin, h->section[s].begin + h->section[s].size);
}

static bool power_of_two(size_t n) { return n && !(n & (n - 1)); }

static bool sane(float f) { return isfinite(f) && fabsf(f) < 1e6f; }

static const char *judge_heads(const struct model *m)
{
	if (m->heads > MODEL_HEADS)
		return "too many heads";
	for (size_t i = 0; i < m->heads; i++) {
		const struct model_head *h = &m->head[i];
		bool ok = memchr(h->name, 0, MODEL_NAME) && memchr(h->positive, 0, MODEL_NAME) && h->name[0];
		for (size_t g = 0; g < FEATURE_GROUPS; g++)
			ok = ok && sane(h->scale[g]);
		if (!ok || !sane(h->bias) || !sane(h->calibration[0]) || !sane(h->calibration[1]) || !sane(h->threshold))
			return "a head is broken";
	}
	return NULL;
}

static const char *open_linear(struct model *m)
{
	str heads = section(m, SECTION_HEADS), tags = section(m, SECTION_TAGS), idf = section(m, SECTION_IDF),
		weights = section(m, SECTION_WEIGHTS), dense = section(m, SECTION_DENSE);
	m->head = (const struct model_head *)heads.p;
	m->heads = heads.n / sizeof *m->head;
	m->slots = tags.n / sizeof *m->tags;
	if (heads.n % sizeof *m->head || tags.n % sizeof *m->tags || (m->slots && !power_of_two(m->slots)))
		return "a table has a wrong size";
	const char *wrong = judge_heads(m);
	if (wrong)
		return wrong;
	if (idf.n != m->slots || weights.n != m->slots * model_stride(m->heads))
		return "tables do not fit together";
	size_t row = (2 + m->heads) * sizeof(float);
	m->dense_count = dense.n / row;
	if (dense.n % row || m->dense_count > DENSE_MAX)
		return "its measures do not fit";
	m->tags = (const uint32_t *)tags.p;
	m->idf = (const uint8_t *)idf.p;
	m->weights = (const int8_t *)weights.p;
	m->dense = (const float *)dense.p;
	for (size_t i = 0; i < dense.n / sizeof(float); i++)
		if (!sane(m->dense[i]))
			return "a weight is not a number";
	for (size_t i = 0; i < m->slots; i++) /* look-ups end at a free slot */
		if (!m->tags[i])
			return NULL;
	return m->slots ? "its table has no free slot" : NULL;
}

static const char *open_lexica(struct model *m)
{
	str slots = section(m, SECTION_LEXICA), shapes = section(m, SECTION_SHAPES);
	struct lexica *l = &m->lexica;
	m->class_names = section(m, SECTION_CLASSES);
	l->slots = (const struct lexica_entry *)slots.p;
	l->size = slots.n / sizeof *l->slots;
	l->shapes = (const struct lexica_shape *)shapes.p;
	l->shape_count = shapes.n / sizeof *l->shapes;
	for (size_t i = 0; i < m->class_names.n; i++)
		l->class_count += m->class_names.p[i] == '\n';
	if (slots.n % sizeof *l->slots || shapes.n % sizeof *l->shapes || (l->size && !power_of_two(l->size)))
		return "a lexicon has a wrong size";
	if (l->class_count > LEXICA_CLASSES || l->shape_count > LEXICA_SHAPES)
		return "too many classes or shapes";
	for (size_t i = 0; i < l->shape_count; i++)
		if (l->shapes[i].length < 2 || l->shapes[i].length > LEXICA_PHRASE)
			return "a phrase is too long";
	bool free_slot = !l->size;
	for (size_t i = 0; i < l->size; i++) {
		free_slot = free_slot || !l->slots[i].key;
		if (l->slots[i].grade > 3 || l->slots[i].class_ >= (l->slots[i].grade ? l->class_count : l->shape_count + 1))
			return "an entry of a lexicon is broken";
		if (l->slots[i].key && !l->slots[i].grade && l->slots[i].class_ >= l->shape_count)
			return "an entry of a lexicon is broken";
	}
	return free_slot ? NULL : "a lexicon has no free slot";
}

static const char *open_stack(struct model *m)
{
	str stack = section(m, SECTION_STACK);
	if (stack.n == 0)
		return NULL;
	if (stack.n != m->heads * FRG_RULE_COUNT * sizeof(float))
		return "its heads and their joining do not fit";
	m->stack = (const float *)stack.p;
	for (size_t i = 0; i < stack.n / sizeof(float); i++)
		if (!sane(m->stack[i]))
			return "a weight is not a number";
	return NULL;
}

uint64_t model_saw(const struct model *m, uint64_t id)
{
	size_t low = 0, high = m->seen_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (m->seen[middle].text < id)
			low = middle + 1;
		else
			high = middle;
	}
	uint64_t heads = 0;
	for (; low < m->seen_count && m->seen[low].text == id; low++)
		heads |= m->seen[low].heads;
	return heads;
}

enum frg_status model_open(struct model *m, str file, struct frg_error *err)
{
	*m = (struct model){.file = file};
	if (file.n < HEADER || (uintptr_t)file.p % 16)
		return refuse(err, "it is too short");
	const struct model_header *h = (const struct model_header *)file.p;
	enum frg_status status = judge_header(h, file, err);
	if (status != FRG_OK)
		return status;
	if (h->lang != FRG_LANG_DE && h->lang != FRG_LANG_EN)
		return refuse(err, "its language is unknown");
	m->lang = (enum frg_lang)h->lang;
	m->id = h->checksum;
	m->base = h->base;
	m->about = section(m, SECTION_ABOUT);
	str seen = section(m, SECTION_SEEN), relation = section(m, SECTION_RELATION);
	m->relation = (const float *)relation.p;
	m->relation_count = relation.n / (3 * sizeof(float));
	m->relation_count = m->relation_count > 2 ? m->relation_count - 2 : 0;
	m->seen = (const struct seen *)seen.p;
	m->seen_count = seen.n / sizeof *m->seen;
	const char *wrong = open_linear(m);
	if (!wrong)
		wrong = open_lexica(m);
	if (!wrong)
		wrong = open_stack(m);
	for (size_t i = 0; !wrong && i < relation.n / sizeof(float); i++)
		wrong = sane(m->relation[i]) ? NULL : "a weight is not a number";
	return wrong ? refuse(err, wrong) : FRG_OK;
}

size_t model_slot(const struct model *m, uint64_t hash)
{
	uint32_t tag = (uint32_t)(hash >> 32) | 1;
	size_t mask = m->slots - 1;
	if (!m->slots)
		return SIZE_MAX;
	for (size_t i = hash & mask; m->tags[i]; i = (i + 1) & mask)
		if (m->tags[i] == tag)
			return i;
	return SIZE_MAX;
}

static void add_all(float *to, const int8_t *w, float idf)
{
	for (size_t h = 0; h < MODEL_HEADS; h++)
		to[h] += idf * (float)w[h];
}

void model_score(const struct model *m, const struct features *f, float *logit, struct model_norms *norms)
{
	float sum[FEATURE_GROUPS][MODEL_HEADS] = {0}, square[FEATURE_GROUPS] = {0};
	size_t heads = m->heads, stride = model_stride(heads);
	for (size_t i = 0; i < f->count; i++) {
		if (i + AHEAD < f->count && m->slots)
			__builtin_prefetch(&m->tags[f->grams[i + AHEAD].hash & (m->slots - 1)]);
		size_t slot = model_slot(m, f->grams[i].hash);
		if (slot == SIZE_MAX)
			continue;
		float idf = (float)m->idf[slot] * MODEL_IDF_STEP, *to = sum[f->grams[i].group];
		const int8_t *w = m->weights + slot * stride;
		square[f->grams[i].group] += idf * idf;
		if (stride == MODEL_HEADS) {
			add_all(to, w, idf);
			continue;
		}
		for (size_t h = 0; h < heads; h++)
			to[h] += idf * (float)w[h];
	}
	for (size_t g = 0; g < FEATURE_GROUPS; g++)
		norms->inverse[g] = 1 / sqrtf(model_norm(g, square[g]));
	for (size_t h = 0; h < heads; h++) {
		logit[h] = m->head[h].bias;
		for (size_t g = 0; g < FEATURE_GROUPS; g++)
			logit[h] += sum[g][h] * norms->inverse[g] * m->head[h].scale[g];
	}
	for (size_t d = 0; d < m->dense_count && d < f->dense_count; d++) {
		const float *row = m->dense + d * (2 + heads);
		float x = model_measure(f->dense[d], row[0], row[1], MODEL_MEASURE_GAIN);
		for (size_t h = 0; h < heads; h++)
			logit[h] += x * row[2 + h];
	}
}

void model_explain(const struct model *m, const struct features *f, const struct model_norms *norms, size_t head,
                   float times, float *by_token)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct gram *k = &f->grams[i];
		size_t slot = model_slot(m, k->hash);
		if (slot == SIZE_MAX)
			continue;
		float w = (float)m->idf[slot] * MODEL_IDF_STEP * (float)m->weights[slot * model_stride(m->heads) + head] *
		          norms->inverse[k->group] * m->head[head].scale[k->group] * times / (float)k->width;
		for (size_t t = 0; t < k->width; t++)
			by_token[k->token + t] += w;
	}
}

float model_probability(const struct model_head *h, float logit)
{
	return 1 / (1 + expf(-(h->calibration[0] * logit + h->calibration[1])));
}

size_t model_head_named(const struct model *m, str name)
{
	for (size_t i = 0; i < m->heads; i++)
		if (str_eq(name, str_of(m->head[i].name)))
			return i;
	return SIZE_MAX;
}
