/* A trained model: maps a file that src/learn/ wrote, or one embedded in the library, and scores
 * features. Linear in its grams and measures, so that what led to a score can be told exactly.
 * Knows no rule: heads have names. */
#ifndef REVIEW_MODEL_H
#define REVIEW_MODEL_H

#include "review/features.h"

#define MODEL_MAGIC "FRGMODEL"
enum { MODEL_VERSION = 2, MODEL_HEADS = 16, MODEL_NAME = 48, MODEL_SECTIONS = 12 };

enum model_section {
	SECTION_ABOUT,    /* text: key TAB value lines, for people */
	SECTION_HEADS,    /* struct model_head[] */
	SECTION_TAGS,     /* uint32_t[slots]: upper half of a gram's hash, 0 free */
	SECTION_IDF,      /* uint8_t[slots] × MODEL_IDF_STEP */
	SECTION_WEIGHTS,  /* int8_t[slots][model_stride(heads)], scaled by head and group */
	SECTION_DENSE,    /* float[dense][2 + heads]: mean, 1 / deviation, weights */
	SECTION_CLASSES,  /* text: the lexica's class names, a line each */
	SECTION_LEXICA,   /* struct lexica_entry[] */
	SECTION_SHAPES,   /* struct lexica_shape[] */
	SECTION_RELATION, /* float[measures + 2][3]: mean, 1 / deviation, weight; constant, calibration; style */
	SECTION_SEEN,     /* struct seen[], by text: what the heads were trained on */
	SECTION_STACK     /* float[heads][FRG_RULE_COUNT], of a house's model: how much the built-in log odds count */
};

/* Added to a group's sum of squares before it is brought to unit length: a text of two words shall not
 * speak as loud as one of twenty. */
static inline float model_norm(size_t group, float squares)
{
	return squares + (group == GROUP_CHARS ? 1500.0f : group == GROUP_WORDS ? 250.0f : 100.0f);
}

#define MODEL_IDF_STEP (12.0f / 255)

/* A measure is taken as its distance from the mean, in deviations × MODEL_MEASURE_GAIN, and no further than this many:
 * what training texts hardly had (line breaks) must not decide where texts are full of it. */
#define MODEL_MEASURE_GAIN 0.06f
static inline float model_measure(float x, float mean, float inverse, float gain)
{
	const float most = 3 * gain;
	float v = (x - mean) * inverse;
	return v > most ? most : v < -most ? -most : v;
}

/* File layout, little-endian. */
struct model_header {
	char magic[8];
	uint32_t version, features_version, lang, reserved; /* lang: enum frg_lang */
	uint64_t size, checksum;                            /* of everything, this field as 0 */
	uint64_t base; /* identity of the base model whose lexica and heads the features came from; 0: none */
	struct {
		uint64_t begin, size;
	} section[MODEL_SECTIONS];
};

/* A text that heads were trained on: where an archive holds such texts, these heads would flatter. */
struct seen {
	uint64_t text;  /* features_text_id */
	uint64_t heads; /* bits */
};

/* Weights of a slot lie together; many heads fill a whole vector register. */
static inline size_t model_stride(size_t heads) { return heads <= 4 ? heads : MODEL_HEADS; }

struct model_head {
	char name[MODEL_NAME];     /* NUL-terminated */
	char positive[MODEL_NAME]; /* the label's values that count as yes, for people and for eval */
	float scale[FEATURE_GROUPS];
	float bias;
	float calibration[2]; /* probability = sigmoid(c0 × logit + c1) */
	float threshold;      /* a probability, chosen on training data */
	uint32_t trained_on;  /* rows */
};

struct model {
	str file;
	enum frg_lang lang;
	uint64_t id, base;
	str about, class_names;
	const struct model_head *head;
	size_t heads;
	const uint32_t *tags;
	const uint8_t *idf;
	const int8_t *weights;
	size_t slots; /* a power of two, or 0 */
	const float *dense;
	size_t dense_count;
	struct lexica lexica;
	const float *relation;
	size_t relation_count; /* measures, or 0: none was learned */
	const struct seen *seen;
	size_t seen_count;
	const float *stack; /* FRG_RULE_COUNT a head, or NULL: no house's model */
};

/* Checks `file` (16-byte aligned; must outlive the model) and fills `m`. Every offset and count is
 * checked: a broken file is refused with the reason. Errors: FRG_INVALID, FRG_UNSUPPORTED (another version). */
MUST_CHECK enum frg_status model_open(struct model *m, str file, struct frg_error *err);

/* SIZE_MAX if the gram is unknown. */
size_t model_slot(const struct model *m, uint64_t hash);

/* What a text's grams weigh together, to scale each. */
struct model_norms {
	float inverse[FEATURE_GROUPS];
};

/* Fills `logit` (one a head) from features with `dense_count` measures. */
void model_score(const struct model *m, const struct features *f, float *logit, struct model_norms *norms);
/* Adds what each token brought to the head's logit, so many times, to `by_token`; norms as model_score left them. */
void model_explain(const struct model *m, const struct features *f, const struct model_norms *norms, size_t head,
                   float times, float *by_token);
/* What measure number `dense`, being x, brings to the head's logit. */
static inline float model_brought(const struct model *m, size_t dense, float x, size_t head)
{
	const float *row = m->dense + dense * (2 + m->heads);
	return row[2 + head] * model_measure(x, row[0], row[1], MODEL_MEASURE_GAIN);
}
float model_probability(const struct model_head *h, float logit);
/* SIZE_MAX if there is none of that name. */
size_t model_head_named(const struct model *m, str name);

/* Bits of the heads that were trained on this text. */
uint64_t model_saw(const struct model *m, uint64_t text_id);

/* Of a whole file; `file` holds a header at least. */
uint64_t model_checksum(str file);

#endif
