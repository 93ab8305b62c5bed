/* The web server over real sockets: that nobody who waits, sends or takes slowly holds up others, and how it ends. */
#include "http_app.h"

/* ---- workers ---- */

static void pipelined_requests_are_answered_in_order(void **state)
{
	struct peer *p = peer_open(app_port(app));
	assert_true(peer_send(p, GET("/items/1") GET("/") "POST /echo" HOST "Content-Length: 2\r\n\r\nhi" GET("/items/2")
	                             GET("/nowhere")));
	static const char *const want[] = {"item [1] [] 0 tag 7 path [/items/1]", "quick", "hi",
	                                   "item [2] [] 0 tag 7 path [/items/2]", "refused 404"};
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		struct reply r = peer_reply(p, true);
		assert_string_equal(r.body, want[i]);
		reply_free(&r);
	}
	peer_close(p);
}

static void who_waits_holds_up_nobody(void **state)
{
	struct peer *waiting[2];
	for (size_t i = 0; i < COUNT_OF(waiting); i++) {
		waiting[i] = peer_open(app_port(app));
		assert_true(peer_send(waiting[i], GET("/gate")));
	}
	wait_until(atomic_load(&app->at_gate) == 2);
	check(200, "quick", GET("/"));
	check(201, "abc", "POST /echo" HOST "Content-Length: 3\r\n\r\nabc"); /* by the third worker */
	assert_false(peer_more(waiting[0], 0));
	app_gate_set(app, true);
	for (size_t i = 0; i < COUNT_OF(waiting); i++) {
		struct reply r = peer_reply(waiting[i], true);
		assert_string_equal(r.body, "through the gate");
		reply_free(&r);
		peer_close(waiting[i]);
	}
	app_gate_set(app, false);
}

static void clients_may_go_while_they_wait(void **state)
{
	unsigned before = atomic_load(&app->at_gate), done = atomic_load(&app->finished);
	for (unsigned i = 0; i < 3; i++) {
		struct peer *p = peer_open(app_port(app));
		assert_true(peer_send(p, GET("/gate")));
		wait_until(atomic_load(&app->at_gate) == before + i + 1);
		if (i == 2)
			peer_close(p);
		else
			peer_break(p);
	}
	app_gate_set(app, true);
	wait_until(atomic_load(&app->finished) == done + 3);
	check(201, "abc", "POST /echo" HOST "Content-Length: 3\r\n\r\nabc");
	app_gate_set(app, false);
}

static void too_many_waiting_are_refused(void **state)
{
	struct app *small = app_open((struct http_config){.workers = 1, .waiting_max = 2});
	struct peer *p[4];
	for (size_t i = 0; i < COUNT_OF(p); i++) {
		p[i] = peer_open(app_port(small));
		if (i == 0) {
			assert_true(peer_send(p[0], GET("/gate")));
			wait_until(atomic_load(&small->at_gate) == 1);
		}
	}
	/* two find room, one does not, whichever comes last */
	for (size_t i = 1; i < COUNT_OF(p); i++)
		assert_true(peer_send(p[i], GET("/items/x")));
	size_t refused = 0;
	wait_until(
		(refused = (size_t)peer_more(p[1], 0) + (size_t)peer_more(p[2], 0) * 2 + (size_t)peer_more(p[3], 0) * 3) > 0);
	assert_in_range(refused, 1, 3);
	struct reply r = peer_reply(p[refused], true);
	assert_int_equal(r.status, 503);
	assert_string_equal(reply_header(&r, "Retry-After"), "5");
	reply_free(&r);
	app_gate_set(small, true);
	for (size_t i = 0; i < COUNT_OF(p); i++) {
		if (i != refused) {
			r = peer_reply(p[i], true);
			assert_int_equal(r.status, 200);
			reply_free(&r);
		}
		peer_close(p[i]);
	}
	app_close(small);
}

static void slow_senders_are_cut(void **state)
{
	struct app *strict = app_open((struct http_config){.workers = 1, .idle_timeout_s = 1});
	struct peer *silent = peer_open(app_port(strict)), *half = peer_open(app_port(strict)),
				*drip = peer_open(app_port(strict));
	assert_true(peer_send(half, "GET /items/x HTT"));
	assert_true(peer_send(drip, "POST /echo" HOST "Content-Length: 60000\r\n\r\n"));
	msec until = clock_steady() + PATIENCE_MS;
	while (!drip->ended && clock_steady() < until) {
		(void)peer_send(drip, "x");
		(void)peer_more(drip, 50);
	}
	assert_true(drip->ended);
	assert_true(peer_is_closed(half));
	assert_true(peer_is_closed(silent));
	peer_close(silent);
	peer_close(half);
	peer_close(drip);
	app_close(strict);
}

static void slow_heads_and_slow_takers_are_cut(void **state)
{
	struct app *strict = app_open((struct http_config){.workers = 1, .idle_timeout_s = 1});
	struct peer *drip = peer_open(app_port(strict)), *lazy = peer_open(app_port(strict));
	assert_true(peer_send(drip, "GET /items/x HTTP/1.1\r\nX-Long: "));
	for (int i = 0; i < 2000; i++) /* far more than fits into the buffers between us */
		assert_true(peer_send(lazy, GET("/page")));
	msec until = clock_steady() + PATIENCE_MS;
	while (!drip->ended && clock_steady() < until) {
		(void)peer_send(drip, "x");
		(void)peer_more(drip, 50);
	}
	assert_true(drip->ended);
	assert_true(peer_is_closed(lazy));
	peer_close(drip);
	peer_close(lazy);
	app_close(strict);
}

static unsigned status_of(struct peer *p)
{
	struct reply r = peer_reply(p, true);
	unsigned status = r.status;
	reply_free(&r);
	peer_close(p);
	return status;
}

/* All but the last byte of a body that only one has room for. */
static struct peer *begin_large(struct app *on)
{
	struct peer *p = peer_open(app_port(on));
	char text[15001];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = 0;
	assert_true(peer_send(p, "POST /echo" HOST "Content-Length: 15001\r\n\r\n"));
	assert_true(peer_send(p, text));
	return p;
}

static void bodies_take_so_much_memory_together(void **state)
{
	struct app *small = app_open((struct http_config){.workers = 1, .bodies_max = 20000});
	unsigned taken = 0, refused = 0, other = 0;
	for (int i = 0; i < 20; i++) {
		struct peer *both[] = {begin_large(small), begin_large(small)};
		for (size_t k = 0; k < 2; k++)
			assert_true(peer_send(both[k], "x"));
		for (size_t k = 0; k < 2; k++) {
			unsigned status = status_of(both[k]);
			taken += status == 201;
			refused += status == 503;
			other += status != 201 && status != 503;
		}
	}
	assert_int_equal(other, 0);
	assert_true(refused > 0);
	assert_true(taken > 0); /* and when one is gone there is room again */
	app_close(small);
}

/* ---- the end ---- */

static void *drain(void *arg)
{
	http_server_drain(((struct app *)arg)->server, PATIENCE_MS);
	return NULL;
}

static void draining_finishes_what_runs(void **state)
{
	struct app *last = app_open((struct http_config){.workers = 2});
	struct peer *stream = listen_to(last, NULL), *running = peer_open(app_port(last)),
				*half = peer_open(app_port(last)), *kept = peer_open(app_port(last));
	assert_true(peer_send(kept, GET("/")));
	struct reply r = peer_reply(kept, true);
	reply_free(&r);
	assert_true(peer_send(running, GET("/gate")));
	assert_true(peer_send(half, "POST /echo" HOST "Expect: 100-continue\r\nContent-Length: 6\r\n\r\n"));
	peer_expect(half, "100 Continue\r\n\r\n");
	wait_until(atomic_load(&last->at_gate) == 1);
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, drain, last), 0);
	assert_true(peer_is_closed(stream)); /* draining has begun */
	struct peer *late = peer_open(app_port(last));
	(void)peer_send(late, GET("/"));
	assert_true(peer_is_closed(late));
	assert_int_equal(late->n, 0);
	assert_true(peer_send(kept, GET("/")));
	r = peer_reply(kept, true);
	assert_int_equal(r.status, 503);
	assert_string_equal(reply_header(&r, "Connection"), "close");
	reply_free(&r);
	assert_true(peer_send(half, "abcdef"));
	r = peer_reply(half, true);
	assert_string_equal(r.body, "abcdef");
	reply_free(&r);
	app_gate_set(last, true);
	r = peer_reply(running, true);
	assert_string_equal(r.body, "through the gate");
	reply_free(&r);
	assert_int_equal(pthread_join(thread, NULL), 0);
	peer_close(stream);
	peer_close(running);
	peer_close(half);
	peer_close(kept);
	peer_close(late);
	app_close(last);
}

/* Stopping at any moment under load neither hangs nor aborts. */
static void stopping_under_load(void **state)
{
	for (int round = 0; round < 15; round++) {
		struct app *busy = app_open((struct http_config){.workers = 2});
		struct peer *p[24];
		app_gate_set(busy, true);
		for (size_t i = 0; i < COUNT_OF(p); i++) {
			p[i] = peer_open(app_port(busy));
			for (int n = 0; n < 5; n++)
				(void)peer_send(p[i], i % 3 == 0 ? GET("/gate") : i % 3 == 1 ? GET("/page") : GET("/items/x"));
			(void)peer_send(p[i], i % 2 ? GET("/stream") : "POST /echo" HOST "Content-Length: 10\r\n\r\nabc");
		}
		http_server_drain(busy->server, round % 3 * 20);
		for (size_t i = 0; i < COUNT_OF(p); i++)
			peer_close(p[i]);
		app_close(busy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pipelined_requests_are_answered_in_order),
		cmocka_unit_test(who_waits_holds_up_nobody),
		cmocka_unit_test(clients_may_go_while_they_wait),
		cmocka_unit_test(too_many_waiting_are_refused),
		cmocka_unit_test(slow_senders_are_cut),
		cmocka_unit_test(slow_heads_and_slow_takers_are_cut),
		cmocka_unit_test(bodies_take_so_much_memory_together),
		cmocka_unit_test(draining_finishes_what_runs),
		cmocka_unit_test(stopping_under_load),
	};
	return cmocka_run_group_tests_name("http_workers", tests, app_set_up, app_tear_down);
}
