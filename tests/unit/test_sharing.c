/* One engine, one article, one policy, many threads with a workspace each: the reviews are those of a thread alone.
 * Run once more under the thread sanitizer. */
#include "unit.h"

#include <freigabe.h>

#include <pthread.h>

enum { THREADS = 8, ROUNDS = 40 };

static const char *const texts[] = {
	"Du Vollidiot, verpiss dich!",
	"Die Linie 5 braucht mehr Busse, weil die Brücke gesperrt ist. Wie viele sollen fahren?",
	"Ein Schelm, wer dabei an die Wahl denkt.",
	"Kauft bei www.billig-laden-24.example, 20 % Rabatt!",
	"You are a complete moron, and this rag is bought.",
	"So ein Schwurb1er, 0171-1234567",
};

static struct frg_engine *engine;
static struct frg_article *article;
static struct frg_policy *policy;
static struct frg_review expected[COUNT_OF(texts)];

static struct frg_review check(struct frg_workspace *ws, size_t i)
{
	struct frg_input in = {
		.text = str_of(texts[i]), .article = i % 2 ? article : NULL, .policy = i % 3 ? policy : NULL};
	struct frg_review r;
	struct frg_error err;
	OK(frg_check(engine, ws, &in, &r, &err));
	return r;
}

static void *work(void *arg)
{
	struct frg_workspace *ws;
	struct frg_error err;
	size_t wrong = 0, offset = *(size_t *)arg;
	if (frg_workspace_open(engine, &ws, &err) != FRG_OK)
		return (void *)1;
	for (size_t n = 0; n < ROUNDS * COUNT_OF(texts); n++) {
		size_t i = (n + offset) % COUNT_OF(texts);
		struct frg_review r = check(ws, i);
		wrong += memcmp(r.score, expected[i].score, sizeof r.score) != 0 ||
		         r.evidence_count != expected[i].evidence_count;
	}
	frg_workspace_close(ws);
	return (void *)wrong;
}

static void many_threads_say_what_one_says(void **state)
{
	pthread_t thread[THREADS];
	size_t offset[THREADS];
	for (size_t i = 0; i < THREADS; i++) {
		offset[i] = i;
		assert_int_equal(pthread_create(&thread[i], NULL, work, &offset[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		void *wrong;
		pthread_join(thread[i], &wrong);
		assert_null(wrong);
	}
}

/* Opening while others check: a newsroom changes its settings under way. */
static void policies_open_beside_checks(void **state)
{
	pthread_t thread;
	size_t offset = 0;
	void *wrong;
	assert_int_equal(pthread_create(&thread, NULL, work, &offset), 0);
	for (int i = 0; i < 5; i++) {
		struct frg_policy *other;
		struct frg_error err;
		OK(frg_policy_open(engine, STR("word\tprofanity\t0.9\tquaxel*\npattern\tad_link\t0.5\tx\\d+\n"), &other, &err));
		frg_policy_close(other);
	}
	pthread_join(thread, &wrong);
	assert_null(wrong);
}

static int open_all(void **state)
{
	struct frg_error err;
	struct frg_workspace *ws;
	if (frg_engine_open(NULL, &engine, &err) != FRG_OK ||
	    frg_article_open(engine, STR("Brücke gesperrt"), STR("Die Linie 5 fährt nicht."), STR("Die Busse fahren um."),
	                     &article, &err) != FRG_OK ||
	    frg_policy_open(engine, STR("word\tprofanity\t0.9\tschwurbler\npattern\tad_link\t0.95\t01\\d{2}-\\d{7}\n"),
	                    &policy, &err) != FRG_OK ||
	    frg_workspace_open(engine, &ws, &err) != FRG_OK)
		return 1;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		expected[i] = check(ws, i); /* what it points to is not looked at */
	frg_workspace_close(ws);
	return 0;
}

static int close_all(void **state)
{
	frg_policy_close(policy);
	frg_article_close(article);
	frg_engine_close(engine);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_threads_say_what_one_says),
		cmocka_unit_test(policies_open_beside_checks),
	};
	return cmocka_run_group_tests(tests, open_all, close_all);
}
