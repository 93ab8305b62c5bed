/* Texts that come again: found through their keys when they are nearly the same, and not otherwise. */
#include "base/arena.h"
#include "text/near.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char base[] =
	"Die Brücke war seit Jahren marode, und trotzdem hat der Stadtrat das Geld lieber in ein neues Logo gesteckt. "
	"Wer so plant, darf sich über den Stau am Morgen nicht wundern.";

static double alike(const char *x, const char *y, bool *found)
{
	struct arena *a = arena_open(1 << 26);
	struct near_text s, t;
	near_read(a, str_of(x), &s);
	near_read(a, str_of(y), &t);
	*found = false;
	for (size_t i = 0; i < s.key_count && i < t.key_count; i++)
		*found = *found || s.keys[i] == t.keys[i];
	double d = near_likeness(&s, &t);
	arena_close(a);
	return d;
}

static void same(void **state)
{
	(void)state;
	bool found;
	static const char *const again[] = {
		"DIE BRÜCKE WAR SEIT JAHREN MARODE, UND TROTZDEM HAT DER STADTRAT DAS GELD LIEBER IN EIN NEUES LOGO GESTECKT. "
		"WER SO PLANT, DARF SICH ÜBER DEN STAU AM MORGEN NICHT WUNDERN.",
		"Die Bruecke war   seit Jahren marode und trotzdem hat der Stadtrat das Geld lieber in ein neues Logo "
		"gesteckt!\n\nWer so plant: darf sich ueber den Stau am Morgen nicht wundern...",
		"Die Br\xc3\xbc"
		"cke war seit Jahren ma\xe2\x80\x8brode, und trotzdem hat der Stadtr4t das Geld lieber in ein neues Logo "
		"gesteckt. Wer so plant, d\xd0\xb0rf sich über den Stau am Morgen nicht wundern.",
	};
	for (size_t i = 0; i < sizeof again / sizeof *again; i++) {
		assert_float_equal(alike(base, again[i], &found), 1, 0);
		assert_true(found);
	}
	assert_float_equal(alike("Bravo!", "bravo", &found), 1, 0);
	assert_true(found);
}

/* Databases hold keys: they stay what they are, on every processor. */
static void keys_stay(void **state)
{
	(void)state;
	static const uint64_t known[] = {
		UINT64_C(0x384EE207469304DE), UINT64_C(0x744546D008BCA5DF), UINT64_C(0x88EADC11C6FC1785),
		UINT64_C(0x0BA34A8F5EBCB5F1), UINT64_C(0x04079920AF02A51B), UINT64_C(0x0D8BE969A160D836),
		UINT64_C(0x809999BA281D4663), UINT64_C(0xCA4BFE6643D00CA9), UINT64_C(0x5A1F1A3B2D5F77A8)};
	struct arena *a = arena_open(1 << 20);
	struct near_text whole, keys, set;
	near_read(a, str_of(base), &whole);
	near_keys(a, str_of(base), &keys);
	near_set(a, str_of(base), &set);
	assert_int_equal(whole.key_count, NEAR_KEYS);
	assert_int_equal(keys.key_count, NEAR_KEYS);
	assert_memory_equal(whole.keys, known, sizeof known);
	assert_memory_equal(keys.keys, known, sizeof known);
	assert_int_equal(whole.gram_count, 164);
	assert_int_equal(set.gram_count, 164);
	assert_memory_equal(set.grams, whole.grams, 164 * sizeof *set.grams);
	assert_float_equal(near_likeness(&set, &whole), 1, 0);
	arena_close(a);
}

static void nearly(void **state)
{
	(void)state;
	bool found;
	static const char *const again[] = {
		"Guten Tag! Die Brücke war seit Jahren marode, und trotzdem hat der Stadtrat das Geld lieber in ein neues Logo "
		"gesteckt. Wer so plant, darf sich über den Stau am Morgen nicht wundern.",
		"Die Brücke war seit Jahren marode, und trotzdem hat der Gemeinderat das Geld lieber in ein neues Logo "
		"gesteckt. "
		"Wer so plant, darf sich über den Stau am Morgen nicht wundern.",
		"Wer so plant, darf sich über den Stau am Morgen nicht wundern. Die Brücke war seit Jahren marode, und "
		"trotzdem "
		"hat der Stadtrat das Geld lieber in ein neues Logo gesteckt.",
		"Die Brüke war seit Jahren marode, und trozdem hat der Stadtrat das Geld lieber in ein neues Logo gesteckt. "
		"Wer so plant, darf sich über den Stau am Morgen nicht wundern.",
	};
	for (size_t i = 0; i < sizeof again / sizeof *again; i++) {
		double d = alike(base, again[i], &found);
		assert_true(d >= NEAR_ALIKE);
		assert_true(d < 1);
		assert_true(found);
	}
}

static void others(void **state)
{
	(void)state;
	bool found;
	assert_true(
		alike(base,
	          "Die Brücke war seit Jahren eine Gefahr. Der Stadtrat hat richtig gehandelt, auch wenn der Stau am "
	          "Morgen allen auf die Nerven geht; das Geld ist gut angelegt.",
	          &found) < 0.4);
	assert_float_equal(alike("Bravo!", "Bravo, gut so!", &found), 0, 0);
	assert_false(found);
	assert_float_equal(alike("", base, &found), 0, 0);
	assert_float_equal(alike("👍", "🖕", &found), 0, 0); /* of signs alone, each says something else */
	assert_false(found);
	assert_float_equal(alike("👍", "👍", &found), 1, 0);
	assert_float_equal(alike("!!!", "???", &found), 0, 0);
	/* numbers are not letters: another sum is another claim */
	assert_float_equal(alike("Das kostet 10 Euro", "Das kostet 1O Euro", &found), 0, 0);
}

/* Different comments of the examples: hardly any pair even shares a key, none is called alike. */
static void corpus(void **state)
{
	(void)state;
	char path[512], line[8192];
	struct arena *a = arena_open(1 << 26);
	static struct near_text all[3000];
	double most = 0;
	size_t count = 0, pairs = 0, shared = 0, called = 0;
	snprintf(path, sizeof path, "%s/data/comments.de.tsv", getenv("TEST_SOURCE_ROOT"));
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while (count < sizeof all / sizeof *all && fgets(line, sizeof line, f)) {
		char *text = strrchr(line, '\t');
		if (text && strlen(text) > 60)
			near_read(a, arena_str(a, str_of(text + 1)), &all[count++]);
	}
	fclose(f);
	assert_true(count > 100);
	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++) {
			bool hit = false;
			for (size_t k = 0; k < all[i].key_count && k < all[j].key_count; k++)
				hit = hit || all[i].keys[k] == all[j].keys[k];
			pairs++;
			shared += hit;
			double d = near_likeness(&all[i], &all[j]);
			called += d >= NEAR_ALIKE;
			most = d > most ? d : most;
		}
	arena_close(a);
	printf("# %zu texts, %zu pairs: %zu share a key, %zu alike, at most %.2f\n", count, pairs, shared, called, most);
	assert_true(called * 1000 < count);
	assert_true(shared * 1000 < pairs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(same), cmocka_unit_test(nearly), cmocka_unit_test(others),
	                                   cmocka_unit_test(corpus), cmocka_unit_test(keys_stay)};
	return cmocka_run_group_tests_name("near", tests, NULL, NULL);
}
