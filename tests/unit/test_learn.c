/* src/learn and the model's side of src/review: tables, measures, the learner, model files, lexica, training. */
#include "learn/learn.h"
#include "review/inner.h"
#include "unit.h"

#include <math.h>
#include <unistd.h>

static struct frg_engine *engine;
static struct frg_workspace *ws;
static struct frg_error err;
static char path[] = "/tmp/freigabe-learn-XXXXXX";

static int setup(void **state)
{
	int fd = mkstemp(path);
	if (fd < 0 || close(fd) != 0 || frg_engine_open(NULL, &engine, &err) != FRG_OK)
		return -1;
	return frg_workspace_open(engine, &ws, &err) == FRG_OK ? 0 : -1;
}

static int teardown(void **state)
{
	frg_workspace_close(ws);
	frg_engine_close(engine);
	return unlink(path);
}

static void write_table(const char *content)
{
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(content, 1, strlen(content), f), strlen(content));
	assert_int_equal(fclose(f), 0);
}

/* ---- tables ---- */

static void tables_are_unescaped(void **state)
{
	struct table t;
	write_table("id\ttext\tlabel\r\n1\teins\\nzwei\\tdrei\\\\vier\t1\r\n\n2\tkurz\n");
	OK(table_open(&t, path, &err));
	assert_int_equal(t.rows, 2);
	assert_str(table_cell(&t, 0, 1), "eins\nzwei\tdrei\\vier");
	assert_str(table_cell(&t, 0, 2), "1");
	assert_str(table_cell(&t, 1, 2), "");
	assert_int_equal(table_column(&t, STR("label")), 2);
	assert_int_equal(table_column(&t, STR("none")), SIZE_MAX);
	table_close(&t);
}

static void a_row_with_too_many_fields_is_named(void **state)
{
	struct table t;
	write_table("a\tb\n1\t2\n1\t2\t3\n");
	assert_int_equal(table_open(&t, path, &err), FRG_INVALID);
	assert_code(err, "table_row");
	assert_int_equal(err.pos, 3);
	assert_int_equal(table_open(&t, "/nowhere/at/all.tsv", &err), FRG_IO);
}

/* ---- measures ---- */

static void measures_are_those_of_the_books(void **state)
{
	static const float p[] = {0.9f, 0.8f, 0.7f, 0.6f, 0.4f, 0.3f};
	static const uint8_t label[] = {1, 1, 0, 1, 0, 0};
	struct measures m = measure(p, label, 6, 0.5f);
	assert_true(fabs(m.accuracy - 5.0 / 6) < 1e-9);
	assert_true(fabs(m.precision - 0.75) < 1e-9 && fabs(m.recall - 1) < 1e-9);
	assert_true(fabs(m.f1 - 6.0 / 7) < 1e-9);
	assert_true(fabs(m.macro_f1 - (6.0 / 7 + 0.8) / 2) < 1e-9);
	assert_true(fabs(m.auc - 8.0 / 9) < 1e-9);
	static const float same[] = {0.5f, 0.5f, 0.5f, 0.5f};
	static const uint8_t half[] = {1, 0, 1, 0};
	m = measure(same, half, 4, 0.5f);
	assert_true(fabs(m.auc - 0.5) < 1e-9 && m.ece < 1e-6);
}

static void calibration_undoes_a_stretch(void **state)
{
	enum { N = 4000 };
	static float x[N];
	static uint8_t label[N];
	float fit[2];
	uint32_t random = 7;
	for (int i = 0; i < N; i++) { /* labels drawn with the odds 2 x - 1 */
		random = random * 1664525u + 1013904223u;
		x[i] = (float)(i % 41) / 10 - 2;
		label[i] = (float)(random >> 8) / (1 << 24) < 1 / (1 + expf(-(2 * x[i] - 1)));
	}
	measure_calibrate(x, label, NULL, N, fit);
	assert_true(fabsf(fit[0] - 2) < 0.25f && fabsf(fit[1] + 1) < 0.25f);
}

static void a_threshold_separates(void **state)
{
	enum { N = 200 };
	static float p[N];
	static uint8_t label[N];
	for (int i = 0; i < N; i++) {
		p[i] = (float)i / N;
		label[i] = i >= 120;
	}
	float t = measure_threshold(p, label, N, OBJECTIVE_MACRO_F1);
	assert_true(t > 0.55f && t < 0.65f);
}

/* ---- the learner ---- */

static void add_row(struct corpus *c, float a, float b)
{
	struct features f = {.dense = {a, b}, .dense_count = 2};
	corpus_add(c, &f);
}

/* At the optimum w = C × sum of (label - p) x: the gradient of the primal is zero. */
static void the_learner_finds_the_optimum(void **state)
{
	enum { N = 60 };
	static const float gain[FEATURE_GROUPS];
	struct corpus c;
	uint8_t label[N];
	uint32_t rows[N];
	float w[3];
	corpus_open(&c, 2);
	for (uint32_t i = 0; i < N; i++) {
		label[i] = i * 7 % 10 < 4;
		rows[i] = i;
		add_row(&c, (float)(i * 13 % 17) + 4 * (float)label[i], (float)(i % 5));
	}
	corpus_finish(&c, 1, gain, 1);
	linear_learn(&c, rows, N, label, NULL, 2, w);
	double g[3] = {0};
	for (uint32_t i = 0; i < N; i++) {
		double d = (double)label[i] - 1 / (1 + exp(-(double)linear_score(&c, w, i)));
		g[0] += 2 * d * (double)c.dense[i * 2];
		g[1] += 2 * d * (double)c.dense[i * 2 + 1];
		g[2] += 2 * d;
	}
	for (int k = 0; k < 3; k++)
		assert_true(fabs((double)w[k] - g[k]) < 0.1);
	float again[3];
	linear_learn(&c, rows, N, label, NULL, 2, again);
	assert_memory_equal(w, again, sizeof w);
	corpus_close(&c);
}

/* ---- training ---- */

static void write_archive(void)
{
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	fputs("id\ttext\tverdict\n", f);
	for (int i = 0; i < 60; i++)
		fprintf(f, "%d\tDer %d. Beitrag ist %s und %s.\t%s\n", i, i, i % 3 ? "freundlich" : "abscheulich",
		        i % 2 ? "kurz" : "lang", i % 3 ? "ok" : "weg");
	assert_int_equal(fclose(f), 0);
}

static enum frg_status train_it(const str *positive, size_t count, str *model)
{
	const char *data = path;
	const str label = STR_INIT("verdict");
	struct train_options o = {.data = &data,
	                          .data_count = 1,
	                          .text = STR("text"),
	                          .label = &label,
	                          .label_count = 1,
	                          .positive = positive,
	                          .positive_count = count};
	return train(engine, &o, model, &err);
}

static float probability(const struct model *m, size_t head, const char *text)
{
	struct frg_input in = {.text = str_of(text), .lang = FRG_LANG_DE};
	struct model_norms norms;
	float logit[MODEL_HEADS];
	OK(review_features(engine, ws, &in, &err));
	model_score(m, &ws->features, logit, &norms);
	return model_probability(&m->head[head], logit[head]);
}

static void an_archive_is_learned(void **state)
{
	const str weg = STR_INIT("weg");
	struct model m;
	str file;
	write_archive();
	OK(train_it(&weg, 1, &file));
	OK(model_open(&m, file, &err));
	assert_int_equal(m.heads, 1);
	assert_string_equal(m.head[0].name, "verdict");
	assert_string_equal(m.head[0].positive, "weg");
	assert_true(probability(&m, 0, "Das ist abscheulich.") > m.head[0].threshold);
	assert_true(probability(&m, 0, "Das ist freundlich.") < m.head[0].threshold);
	assert_has(m.about, "cross-validated");
	str again;
	OK(train_it(&weg, 1, &again));
	assert_int_equal(file.n, again.n);
	assert_memory_equal(file.p, again.p, file.n);
	free((char *)again.p);
	free((char *)file.p);
}

/* Its model builds on what is known of English, and says so. */
static void an_english_archive_is_recognised(void **state)
{
	const str out = STR_INIT("out");
	struct model m;
	str file;
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	fputs("text\tverdict\n", f);
	for (int i = 0; i < 60; i++)
		fprintf(f, "This is the %d. of the comments and it was %s.\t%s\n", i, i % 3 ? "friendly" : "awful",
		        i % 3 ? "ok" : "out");
	assert_int_equal(fclose(f), 0);
	OK(train_it(&out, 1, &file));
	OK(model_open(&m, file, &err));
	assert_int_equal(m.lang, FRG_LANG_EN);
	assert_true(m.base == engine_learned(engine, FRG_LANG_EN)->model.id);
	assert_int_equal(m.dense_count, review_measures(engine, FRG_LANG_EN));
	((struct model_header *)file.p)->lang = 7;
	((struct model_header *)file.p)->checksum = model_checksum(file);
	assert_int_equal(model_open(&m, file, &err), FRG_INVALID);
	free((char *)file.p);
}

static void every_language_has_its_heads(void **state)
{
	for (int l = FRG_LANG_DE; l <= FRG_LANG_EN; l++) {
		const struct learned *known = engine_learned(engine, (enum frg_lang)l);
		assert_int_equal(known->model.lang, l);
		for (int r = 0; r < FRG_RULE_COUNT; r++)
			assert_true(known->rule_head[r] != SIZE_MAX || r == FRG_OFF_TOPIC);
		assert_int_equal(known->model.relation_count, RELATION_MEASURES);
	}
}

/* What training texts hardly had must not decide: a measure goes no further than three deviations. */
static void measures_have_an_end(void **state)
{
	const struct model *m = &engine->learned[0].model;
	size_t head = model_head_named(m, STR("aggression"));
	for (size_t d = 0; d < m->dense_count; d++) {
		assert_true(model_brought(m, d, 1e9f, head) == model_brought(m, d, 1e12f, head));
		assert_true(fabsf(model_brought(m, d, 1e9f, head)) <=
		            fabsf(m->dense[d * (2 + m->heads) + 2 + head]) * 3.001f * MODEL_MEASURE_GAIN);
	}
}

static void every_value_gets_an_answer_of_its_own(void **state)
{
	struct model m;
	str file;
	write_archive();
	OK(train_it(NULL, 0, &file));
	OK(model_open(&m, file, &err));
	assert_int_equal(m.heads, 2);
	assert_string_equal(m.head[0].name, "verdict=weg");
	assert_string_equal(m.head[1].name, "verdict=ok");
	free((char *)file.p);
}

static void what_cannot_be_learned_is_said(void **state)
{
	const str nothing = STR_INIT("nichts");
	str file;
	write_archive();
	assert_int_equal(train_it(&nothing, 1, &file), FRG_INVALID);
	assert_code(err, "too_few_rows");
	write_table("id\ttext\n1\tx\n");
	assert_int_equal(train_it(NULL, 0, &file), FRG_INVALID);
	assert_code(err, "table_column");
}

/* ---- model files ---- */

static void broken_models_are_refused(void **state)
{
	const str weg = STR_INIT("weg");
	struct model m;
	str file;
	write_archive();
	OK(train_it(&weg, 1, &file));
	static const size_t cuts[] = {0, 1, 8, 100, 1000};
	for (size_t i = 0; i < COUNT_OF(cuts); i++)
		assert_int_equal(model_open(&m, str_sub(file, 0, cuts[i]), &err), FRG_INVALID);
	assert_int_equal(model_open(&m, str_sub(file, 0, file.n - 1), &err), FRG_INVALID);
	char *p = (char *)file.p;
	for (size_t i = 0; i < file.n; i += file.n / 97 + 1) {
		p[i] ^= 0x10;
		assert_int_not_equal(model_open(&m, file, &err), FRG_OK);
		assert_non_null(err.code);
		p[i] ^= 0x10;
	}
	OK(model_open(&m, file, &err));
	struct model_header *h = (struct model_header *)p;
	h->features_version++;
	assert_int_equal(model_open(&m, file, &err), FRG_UNSUPPORTED);
	assert_code(err, "model_version");
	free(p);
}

/* What the grams of each word and the measures brought adds up to the score. */
static void explanations_add_up(void **state)
{
	const struct model *m = &engine->learned[0].model;
	struct frg_input in = {.text = STR("Ihr Lügner habt doch alle keine Ahnung, schämt euch!"), .lang = FRG_LANG_DE};
	struct model_norms norms;
	float logit[MODEL_HEADS], by[64] = {0};
	size_t head = model_head_named(m, STR("aggression"));
	assert_int_not_equal(head, SIZE_MAX);
	OK(review_features(engine, ws, &in, &err));
	model_score(m, &ws->features, logit, &norms);
	model_explain(m, &ws->features, &norms, head, 1, by);
	double sum = (double)m->head[head].bias;
	for (size_t i = 0; i < ws->text.token_count; i++)
		sum += (double)by[i];
	for (size_t d = 0; d < m->dense_count; d++)
		sum += (double)model_brought(m, d, ws->features.dense[d], head);
	assert_true(fabs(sum - (double)logit[head]) < 1e-3);
}

static void texts_of_the_training_are_known_again(void **state)
{
	const struct model *m = &engine->learned[0].model;
	assert_true(m->seen_count > 1000);
	assert_int_equal(model_saw(m, m->seen[m->seen_count / 2].text) & m->seen[m->seen_count / 2].heads,
	                 m->seen[m->seen_count / 2].heads);
	text_read(&ws->text, STR("Diesen Satz hat vor diesem Test niemand je so aufgeschrieben."));
	assert_int_equal(model_saw(m, features_text_id(&ws->text)), 0);
}

/* ---- lexica ---- */

static void classes_in(const struct lexica *l, const char *text, size_t *count, unsigned *weight)
{
	text_read(&ws->text, str_of(text));
	lexica_read(l, &ws->readers[0], &ws->text);
	*count = ws->readers[0].hit_count;
	*weight = *count ? ws->readers[0].hits[0].weight : 0;
}

static void words_and_phrases_are_found(void **state)
{
	const char *const paths[] = {path};
	struct lexica l;
	str classes;
	size_t n;
	unsigned weight;
	write_table("entry\tgrade\ntrottel\t3\nhirn*\t2\n*geschwätz\t1\ngeh _ kotzen\t2\nlass es\t1\n");
	OK(lexica_compile(FRG_LANG_DE, paths, 1, &l, &classes, &err));
	memset(ws->readers[0].cache, 0, WORD_CACHE * sizeof *ws->readers[0].cache);
	static const struct {
		const char *text;
		size_t count;
		unsigned weight;
	} cases[] = {{"Solche Trotteln", 1, 6},   {"der Dorftrottel", 1, 3},  {"völlig hirnverbrannt", 1, 4},
	             {"Sonntagsgeschwätz", 1, 2}, {"Geh doch kotzen!", 1, 4}, {"Geh nach Hause kotzen", 0, 0},
	             {"Geh. Doch kotzen", 0, 0},  {"Lass es, bitte", 1, 2},   {"ein freundlicher Satz", 0, 0}};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		classes_in(&l, cases[i].text, &n, &weight);
		if (n != cases[i].count || weight != cases[i].weight)
			fail_msg("%s: %zu hits, weight %u", cases[i].text, n, weight);
	}
	memset(ws->readers[0].cache, 0, WORD_CACHE * sizeof *ws->readers[0].cache);
	free((void *)l.slots);
	free((void *)l.shapes);
	free((char *)classes.p);
}

static void wrong_entries_are_named(void **state)
{
	static const char *const wrong[] = {"trottel\t4",  "trottel", "\t1",    "a b c d e f g\t1",
	                                    "_ kotzen\t1", "!!!\t1",  "ab*\t1", "zwei worte*\t1"};
	const char *const paths[] = {path};
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct lexica l;
		str classes;
		char content[128];
		snprintf(content, sizeof content, "entry\tgrade\ngut\t1\n%s\n", wrong[i]);
		write_table(content);
		assert_int_equal(lexica_compile(FRG_LANG_DE, paths, 1, &l, &classes, &err), FRG_INVALID);
		assert_code(err, "lexica_entry");
		assert_non_null(strstr(err.msg, "entry 2"));
		free((char *)classes.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_unescaped),
		cmocka_unit_test(a_row_with_too_many_fields_is_named),
		cmocka_unit_test(measures_are_those_of_the_books),
		cmocka_unit_test(calibration_undoes_a_stretch),
		cmocka_unit_test(a_threshold_separates),
		cmocka_unit_test(the_learner_finds_the_optimum),
		cmocka_unit_test(an_archive_is_learned),
		cmocka_unit_test(an_english_archive_is_recognised),
		cmocka_unit_test(every_language_has_its_heads),
		cmocka_unit_test(measures_have_an_end),
		cmocka_unit_test(every_value_gets_an_answer_of_its_own),
		cmocka_unit_test(what_cannot_be_learned_is_said),
		cmocka_unit_test(broken_models_are_refused),
		cmocka_unit_test(explanations_add_up),
		cmocka_unit_test(texts_of_the_training_are_known_again),
		cmocka_unit_test(words_and_phrases_are_found),
		cmocka_unit_test(wrong_entries_are_named),
	};
	return cmocka_run_group_tests_name("learn", tests, setup, teardown);
}
