/* Webhooks: the signature as Standard Webhooks has it, the waits between tries, what a log may say of an address. */
#include "service/webhook/webhook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	assert_true(id_setup());
	arena = arena_open(1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_close(arena);
	return 0;
}

static void is(str got, const char *wanted) { assert_string_equal(arena_cstr(arena, got), wanted); }

/* The vector that the libraries of Standard Webhooks are tested by. */
static void the_signature_is_that_of_the_standard(void **state)
{
	(void)state;
	struct webhook_post post = {.secret = STR("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
	                            .body = STR("{\"test\": 2432232314}")};
	str id = STR("msg_p5jXN8AQM9LWM0D4loKWxJek");
	is(webhook_signature(arena, &post, id, 1614265330), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	post.secret_before = post.secret;
	is(webhook_signature(arena, &post, id, 1614265330),
	   "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	post.secret_before = STR("");
	post.body = STR("{\"test\": 2432232315}");
	assert_false(str_eq(webhook_signature(arena, &post, id, 1614265330),
	                    STR("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")));
	post.secret = STR("no base64!");
	is(webhook_signature(arena, &post, id, 1614265330), "");
}

static void the_waits_grow_to_a_day(void **state)
{
	(void)state;
	static const msec seconds[] = {5, 300, 1800, 7200, 18000, 36000, 86400, 86400};
	for (size_t i = 0; i < COUNT_OF(seconds); i++)
		assert_int_equal(webhook_wait((int64_t)i + 1), seconds[i] * 1000);
	assert_int_equal(webhook_wait(1000), 86400 * 1000);
}

static void of_an_address_only_the_host_is_logged(void **state)
{
	(void)state;
	is(webhook_where(arena, STR("https://hooks.example/services/T00/SECRET?key=SECRET")), "https://hooks.example");
	is(webhook_where(arena, STR("https://hooks.example:8443?key=SECRET")), "https://hooks.example:8443");
	is(webhook_where(arena, STR("https://hooks.example#SECRET")), "https://hooks.example");
	is(webhook_where(arena, STR("https://hooks.example")), "https://hooks.example");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_signature_is_that_of_the_standard),
	                                   cmocka_unit_test(the_waits_grow_to_a_day),
	                                   cmocka_unit_test(of_an_address_only_the_host_is_logged)};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
