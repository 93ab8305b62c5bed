/* Every allocation of the library fails in turn: it says so, ends nothing, loses nothing, and works when there is
 * memory again. The allocator is this file's own. FAULT_STEP=1 tries each one. */
#include "unit.h"

#include "freigabe.h"

#include <errno.h>
#include <stdlib.h>

static size_t allocations, failing; /* 0: none */

extern void *__libc_malloc(size_t n), *__libc_calloc(size_t count, size_t n), *__libc_realloc(void *p, size_t n);

static bool fails(void)
{
	bool this_one = ++allocations == failing;
	if (this_one)
		errno = ENOMEM;
	return this_one;
}

void *malloc(size_t n) { return fails() ? NULL : __libc_malloc(n); }
void *calloc(size_t count, size_t n) { return fails() ? NULL : __libc_calloc(count, n); }
void *realloc(void *p, size_t n) { return fails() ? NULL : __libc_realloc(p, n); }

static const char text[] =
	"Das ist doch alles gelogen, ihr Idioten! Schaut auf www.billig-kaufen.example nach, da steht es.";

static enum frg_status open_engine(void)
{
	struct frg_engine *engine = NULL;
	struct frg_error err;
	enum frg_status st = frg_engine_open(NULL, &engine, &err);
	if (st == FRG_OK)
		frg_engine_close(engine);
	return st;
}

static struct frg_engine *kept;

static enum frg_status open_article(void)
{
	struct frg_article *article = NULL;
	struct frg_error err;
	enum frg_status st = frg_article_open(kept, str_of("Die Brücke bleibt gesperrt"), str_of("Bis zum Herbst."),
	                                      str_of("Die Stadt prüft eine Behelfsbrücke."), &article, &err);
	if (st == FRG_OK)
		frg_article_close(article);
	return st;
}

static enum frg_status check(void)
{
	struct frg_workspace *ws = NULL;
	struct frg_review review;
	struct frg_error err;
	struct frg_input in = {.text = str_of(text)};
	enum frg_status st = frg_workspace_open(kept, &ws, &err);
	if (st == FRG_OK)
		st = frg_check(kept, ws, &in, &review, &err);
	frg_workspace_close(ws);
	return st;
}

static void each_allocation_fails(enum frg_status (*way)(void))
{
	const char *wanted = getenv("FAULT_STEP");
	failing = allocations = 0;
	assert_int_equal(way(), FRG_OK);
	size_t count = allocations, step = wanted ? (size_t)atoi(wanted) : count / 100 + 1, refused = 0;
	for (size_t n = 1; n <= count; n += n < 20 ? 1 : step) {
		allocations = 0;
		failing = n;
		enum frg_status st = way();
		failing = 0;
		assert_true(st == FRG_OK || st == FRG_NO_MEMORY); /* a cache may do without */
		refused += st == FRG_NO_MEMORY;
	}
	assert_true(count == 0 || refused > 0);
	assert_int_equal(way(), FRG_OK);
}

static void of_an_engine(void **state) { (void)state, each_allocation_fails(open_engine); }
static void of_an_article(void **state) { (void)state, each_allocation_fails(open_article); }
static void of_a_check(void **state) { (void)state, each_allocation_fails(check); }

int main(void)
{
	struct frg_error err;
	if (frg_engine_open(NULL, &kept, &err) != FRG_OK)
		return 1;
	const struct CMUnitTest tests[] = {cmocka_unit_test(of_an_engine), cmocka_unit_test(of_an_article),
	                                   cmocka_unit_test(of_a_check)};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	frg_engine_close(kept);
	return failed;
}
