/* Which pages memory hands out: those made in the present state; and, when asked for, older ones that lack something
 * and show nothing that is no more. */
#include "unit.h"

#include "service/inner.h"

enum { ARTICLE = 7, OTHER = 8, LARGE = 4 << 20 };
#define KEY STR("key")

static struct thread_cache *cache;
static struct http_page *page;

static int set_up(void **state)
{
	const struct http_page_spec spec = {.content_type = "text/plain", .body = STR("a page")};
	cache = cache_open(LARGE);
	page = http_page_new(&spec);
	return 0;
}

static int tear_down(void **state)
{
	cache_close(cache);
	http_page_unref(page);
	return 0;
}

static void keep(void) { cache_put(cache, KEY, ARTICLE, cache_state(cache, ARTICLE), page, 100); }

static void expect(bool now, bool older)
{
	struct http_page *got = cache_get(cache, KEY), *before = cache_get_older(cache, KEY);
	assert_ptr_equal(got, now ? page : NULL);
	assert_ptr_equal(before, older ? page : NULL);
	http_page_unref(got);
	http_page_unref(before);
}

static void what_has_not_changed_is_handed_out(void **state)
{
	expect(false, false);
	keep();
	expect(true, true);
	cache_drop(cache, OTHER, false, 0);
	expect(true, true);
}

static void after_an_addition_it_is_an_older_page(void **state)
{
	keep();
	cache_drop(cache, ARTICLE, true, 0);
	expect(false, true);
	cache_drop(cache, ARTICLE, true, 0);
	expect(false, true);
	keep(); /* made anew */
	expect(true, true);
}

static void after_a_loss_it_is_none(void **state)
{
	keep();
	cache_drop(cache, ARTICLE, false, 0);
	expect(false, false);
	keep();
	cache_drop(cache, ARTICLE, true, 0);
	cache_drop(cache, ARTICLE, false, 0); /* before anybody asked */
	cache_drop(cache, ARTICLE, true, 0);
	expect(false, false);
	keep();
	cache_drop(cache, ARTICLE, false, 0);
	struct http_page *older = cache_get_older(cache, KEY); /* whichever is asked first */
	assert_null(older);
	keep();
	cache_drop_all(cache, 0);
	expect(false, false);
}

/* What was read before a change is not kept after it, not even as an older page. */
static void what_was_read_before_a_change_is_not_kept(void **state)
{
	for (int adds = 0; adds < 2; adds++) {
		struct cache_state before = cache_state(cache, ARTICLE);
		cache_drop(cache, ARTICLE, adds, 0);
		cache_put(cache, KEY, ARTICLE, before, page, 100);
		expect(false, false);
	}
}

static void older_ones_make_room_too(void **state)
{
	keep();
	cache_drop(cache, ARTICLE, true, 0);
	for (int i = 0; i < 8; i++) {
		const char name[] = {(char)('a' + i), 0};
		cache_put(cache, str_of(name), OTHER, cache_state(cache, OTHER), page, LARGE / 5);
	}
	expect(false, false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_has_not_changed_is_handed_out),
		TEST(after_an_addition_it_is_an_older_page),
		TEST(after_a_loss_it_is_none),
		TEST(what_was_read_before_a_change_is_not_kept),
		TEST(older_ones_make_room_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
