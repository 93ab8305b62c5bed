/* The web server over real sockets: live streams, one writer and many who listen, or do not. */
#include "http_app.h"

/* The next message, whole; its id goes to `id`. */
static void expect_message(struct peer *p, const char *event, const char *data, char id[64])
{
	char want[200];
	msec until = clock_steady() + PATIENCE_MS;
	size_t end;
	while ((end = str_find((str){p->in, p->n}, STR("\n\n"), 0)) == SIZE_MAX)
		assert_true(peer_more(p, until - clock_steady()));
	/* before it stands what belongs to no message: the size of a chunk */
	size_t at = str_find((str){p->in, p->n}, STR("id: "), 0);
	assert_true(at < end);
	char *message = p->in + at;
	size_t n = end + 2 - at;
	snprintf(id, 64, "%.*s", (int)strcspn(message + 4, "\n"), message + 4);
	snprintf(want, sizeof want, "id: %s\nevent: %s\ndata: %s\n\n", id, event, data);
	if (!str_eq((str){message, n}, str_of(want)))
		fail_msg("got\n%.*s\nwant\n%s", (int)n, message, want);
	peer_drop(p, end + 2);
}

static void streams_open_at_once(void **state)
{
	struct peer *p = peer_open(app_port(app));
	assert_true(peer_send(p, "GET /stream" HOST "\r\n"));
	peer_expect(p, "HTTP/1.1 200 ");
	peer_expect(p, "retry: 3000\nid: ");
	peer_expect(p, "\n: hello\n\n");
	peer_close(p);
	struct reply r = ask("HEAD /stream" HOST "\r\n");
	assert_string_equal(reply_header(&r, "Content-Type"), "text/event-stream");
	assert_string_equal(reply_header(&r, "Cache-Control"), "no-store");
	assert_string_equal(reply_header(&r, "X-Accel-Buffering"), "no");
	assert_string_equal(reply_header(&r, "X-Finished"), "yes");
	reply_free(&r);
}

/* A message as one string, chunk heads and all; the reader must not depend on how they are packed. */
static void events_come_in_order_and_at_once(void **state)
{
	struct peer *p = listen_to(app, NULL);
	char data[40], want[80];
	msec best = PATIENCE_MS;
	peer_expect(p, ": hello\n\n");
	for (int i = 0; i < 20; i++) {
		snprintf(data, sizeof data, "{\"n\":%d}", i);
		snprintf(want, sizeof want, "event: put\ndata: %s\n\n", data);
		msec at = clock_steady();
		app_tell(app, data);
		peer_expect(p, want);
		if (clock_steady() - at < best)
			best = clock_steady() - at;
	}
	assert_true(best < 40); /* no waiting for a full packet */
	for (int i = 0; i < 100; i++) {
		snprintf(data, sizeof data, "{\"m\":%d}", i);
		app_tell(app, data);
	}
	for (int i = 0; i < 100; i++) {
		snprintf(want, sizeof want, "data: {\"m\":%d}\n\n", i);
		peer_expect(p, want);
		assert_true(i == 99 || p->n > 0 || peer_more(p, PATIENCE_MS));
	}
	http_channel_publish(app->channel, ++app->last_id, 0, "put", STR("one\ntwo\r"));
	peer_expect(p, "data: one\ndata: two \n\n");
	http_channel_publish(app->channel, ++app->last_id, 0, "put", STR_NONE);
	peer_expect(p, "event: put\ndata: \n\n");
	peer_close(p);
}

static void streams_go_on_where_they_were_lost(void **state)
{
	char id[64], second[64];
	struct peer *p = listen_to(app, NULL);
	peer_expect(p, ": hello\n\n");
	app_tell(app, "first");
	expect_message(p, "put", "first", id);
	peer_close(p);
	app_tell(app, "second");
	app_tell(app, "third");
	p = listen_to(app, id);
	peer_expect(p, ": hello\n\n");
	expect_message(p, "put", "second", second);
	expect_message(p, "put", "third", id);
	peer_close(p);
	p = listen_to(app, second);
	peer_expect(p, ": hello\n\n");
	expect_message(p, "put", "third", id);
	peer_close(p);
	/* also if nothing was told before the connection was lost */
	p = listen_to(app, NULL);
	peer_expect(p, "id: ");
	peer_expect(p, "\n");
	peer_close(p);
	p = listen_to(app, id);
	app_tell(app, "fourth");
	peer_expect(p, "event: put\ndata: fourth\n\n");
	peer_close(p);
}

/* What was taken back is not told to those who come later. */
static void a_topic_is_told_once(void **state)
{
	char start[64], id[64];
	struct peer *p = listen_to(app, NULL);
	peer_expect(p, ": hello\n\n");
	app_tell(app, "before");
	expect_message(p, "put", "before", start);
	http_channel_publish(app->channel, ++app->last_id, 77, "put", STR("secret"));
	expect_message(p, "put", "secret", id);
	http_channel_publish(app->channel, ++app->last_id, 77, "remove", STR("77"));
	expect_message(p, "remove", "77", id);
	peer_close(p);
	p = listen_to(app, start);
	msec until = clock_steady() + PATIENCE_MS;
	while (str_find((str){p->in, p->n}, STR("event: remove"), 0) == SIZE_MAX)
		assert_true(peer_more(p, until - clock_steady()));
	assert_lacks(((str){p->in, p->n}), "secret");
	peer_close(p);
}

static void who_was_away_too_long_loads_anew(void **state)
{
	char first[64], id[64];
	struct peer *p = listen_to(app, NULL);
	peer_expect(p, ": hello\n\n");
	app_tell(app, "old");
	expect_message(p, "put", "old", first);
	peer_close(p);
	for (int i = 0; i < 300; i++)
		app_tell(app, "more");
	const char *const asked[] = {first, "0", "1", "-1", "kaputt", "0000000000000-1", "99999999999", "x-"};
	for (size_t i = 0; i < COUNT_OF(asked); i++) {
		p = listen_to(app, asked[i]);
		peer_expect(p, ": hello\n\n");
		expect_message(p, "reset", "{}", id);
		app_tell(app, "news");
		peer_expect(p, "event: put\ndata: news\n\n");
		peer_close(p);
		/* who has heard the reset is up to date */
		p = listen_to(app, id);
		peer_expect(p, ": hello\n\n");
		expect_message(p, "put", "news", first);
		peer_close(p);
	}
}

/* Who does not read costs no memory, and is told to load anew or sent away. */
static void slow_readers_fall_out(void **state)
{
	static char block[100000];
	struct peer *p = peer_open(app_port(app));
	int small = 256 << 10; /* less, and the kernel's own pace is what is waited for */
	setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	assert_true(peer_send(p, "GET /stream" HOST "\r\n"));
	peer_expect(p, "hello");
	memset(block, 'y', sizeof block - 1);
	for (int i = 0; i < 200; i++)
		app_tell(app, block);
	msec until = clock_steady() + PATIENCE_MS;
	bool over = false; /* told to load anew, or the answer ends in the middle of a message */
	while (!over && peer_more(p, until - clock_steady()))
		over = str_find((str){p->in, p->n}, STR("event: reset"), 0) != SIZE_MAX ||
		       str_ends((str){p->in, p->n}, STR("\r\n0\r\n\r\n"));
	assert_true(over || p->ended);
	assert_true(p->n < 10000000);
	peer_close(p);
}

/* One message that no ring can hold. */
static void huge_messages_become_resets(void **state)
{
	char *huge = malloc(400000), id[64];
	assert_non_null(huge);
	memset(huge, 'z', 400000);
	struct peer *p = listen_to(app, NULL);
	peer_expect(p, ": hello\n\n");
	http_channel_publish(app->channel, ++app->last_id, 0, "put", (str){huge, 400000});
	expect_message(p, "reset", "{}", id);
	peer_close(p);
	free(huge);
}

static void dead_peers_are_found(void **state)
{
	struct app *pinged = app_open((struct http_config){.workers = 1, .stream_ping_s = 1});
	struct peer *alive = listen_to(pinged, NULL), *dead = listen_to(pinged, NULL);
	wait_until(http_channel_listeners(pinged->channel) == 2);
	peer_expect(alive, ": hello\n\n");
	peer_break(dead);
	peer_expect(alive, ": \n\n");
	wait_until(http_channel_listeners(pinged->channel) == 1);
	peer_expect(alive, ": \n\n");
	peer_close(alive);
	wait_until(http_channel_listeners(pinged->channel) == 0);
	app_close(pinged);
}

static void there_are_only_so_many_streams(void **state)
{
	struct app *few = app_open((struct http_config){.workers = 1, .streams_max = 2, .stream_ping_s = 1});
	struct peer *a = listen_to(few, NULL), *b = listen_to(few, NULL), *c = peer_open(app_port(few));
	assert_true(peer_send(c, GET("/stream")));
	struct reply r = peer_reply(c, true);
	assert_int_equal(r.status, 503);
	assert_string_equal(r.body, "refused 503");
	assert_string_equal(reply_header(&r, "Retry-After"), "5");
	reply_free(&r);
	peer_close(a);
	wait_until(http_channel_listeners(few->channel) == 1);
	a = listen_to(few, NULL);
	peer_close(a);
	peer_close(b);
	peer_close(c);
	app_close(few);
}

static void one_address_has_only_so_many_streams(void **state)
{
	struct app *few = app_open((struct http_config){
		.workers = 1, .streams_per_address = 2, .stream_ping_s = 1, .trusted_proxies = STR("127.0.0.1")});
	struct peer *a = listen_to(few, NULL), *b = listen_to(few, NULL), *c = peer_open(app_port(few));
	assert_true(peer_send(c, GET("/stream")));
	struct reply r = peer_reply(c, true);
	assert_int_equal(r.status, 429);
	assert_string_equal(reply_header(&r, "Retry-After"), "5");
	reply_free(&r);
	assert_true(peer_send(c, "GET /stream" HOST "X-Forwarded-For: 192.0.2.7\r\n\r\n")); /* another one may */
	peer_expect(c, "HTTP/1.1 200 ");
	peer_close(a);
	wait_until(http_channel_listeners(few->channel) == 2);
	a = listen_to(few, NULL);
	peer_close(a);
	peer_close(b);
	peer_close(c);
	app_close(few);
}

static void who_does_not_read_is_dropped(void **state)
{
	static char large[100001];
	struct app *strict = app_open((struct http_config){.workers = 1, .idle_timeout_s = 1});
	struct peer *deaf = listen_to(strict, NULL);
	memset(large, 'x', sizeof large - 1);
	wait_until(http_channel_listeners(strict->channel) == 1);
	msec until = clock_steady() + PATIENCE_MS;
	while (http_channel_listeners(strict->channel) && clock_steady() < until) {
		app_tell(strict, large);
		sched_yield();
	}
	assert_int_equal(http_channel_listeners(strict->channel), 0);
	peer_close(deaf);
	app_close(strict);
}

static void many_streams(void **state)
{
	enum { MANY = 500 };
	static struct peer *p[MANY];
	for (size_t i = 0; i < MANY; i++)
		p[i] = listen_to(app, NULL);
	wait_until(http_channel_listeners(app->channel) >= MANY);
	for (int i = 0; i < 3; i++)
		app_tell(app, "to all");
	check(200, "quick", GET("/"));
	check(201, "abc", "POST /echo" HOST "Content-Length: 3\r\n\r\nabc");
	for (size_t i = 0; i < MANY; i++) {
		for (int n = 0; n < 3; n++)
			peer_expect(p[i], "event: put\ndata: to all\n\n");
		if (i % 2)
			peer_close(p[i]);
		else
			peer_break(p[i]);
	}
}

struct teller {
	struct app *app;
	atomic_bool done;
};

static void *tell_on(void *arg)
{
	struct teller *t = arg;
	while (!atomic_load(&t->done))
		app_tell(t->app, "meanwhile");
	return NULL;
}

/* Who goes just when something is told is not told it any more, and not looked at either. */
static void streams_end_while_something_is_told(void **state)
{
	enum { MANY = 16, ROUNDS = 40 };
	struct peer *p[MANY];
	struct app *busy = app_open((struct http_config){.workers = 4});
	struct teller teller = {.app = busy};
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, tell_on, &teller), 0);
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < MANY; i++)
			p[i] = listen_to(busy, NULL);
		for (size_t i = 0; i < MANY; i++)
			i % 2 ? peer_close(p[i]) : peer_break(p[i]);
		for (size_t i = 0; i < MANY; i++) { /* these end at once, perhaps before libmicrohttpd has let go of them */
			p[i] = peer_open(app_port(busy));
			assert_true(peer_send(p[i], "HEAD /stream" HOST "\r\n"));
			peer_expect(p[i], "\r\n\r\n");
		}
		for (size_t i = 0; i < MANY; i++) {
			(void)peer_send(p[i], "more");
			peer_close(p[i]);
		}
	}
	wait_until(http_channel_listeners(busy->channel) == 0);
	atomic_store(&teller.done, true);
	pthread_join(thread, NULL);
	app_close(busy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_open_at_once),
		cmocka_unit_test(events_come_in_order_and_at_once),
		cmocka_unit_test(streams_go_on_where_they_were_lost),
		cmocka_unit_test(a_topic_is_told_once),
		cmocka_unit_test(who_was_away_too_long_loads_anew),
		cmocka_unit_test(slow_readers_fall_out),
		cmocka_unit_test(huge_messages_become_resets),
		cmocka_unit_test(dead_peers_are_found),
		cmocka_unit_test(there_are_only_so_many_streams),
		cmocka_unit_test(one_address_has_only_so_many_streams),
		cmocka_unit_test(who_does_not_read_is_dropped),
		cmocka_unit_test(many_streams),
		cmocka_unit_test(streams_end_while_something_is_told),
	};
	return cmocka_run_group_tests_name("http_streams", tests, app_set_up, app_tear_down);
}
