/* Who is refused for asking too often waits for that answer, and holds up nobody; who takes nothing holds little. */
#include "http_peer.h"

#include "http/inner.h"

enum { LARGE = 8 << 20, FILES = 4096 };

static struct http_server *server;
static char *large;

static bool nothing(void *app, struct http_request *req)
{
	http_respond(req, 200, "text/plain", STR("nothing"));
	return true;
}

static bool too_often(void *app, struct http_request *req)
{
	http_respond(req, 429, "text/plain", STR("too often"));
	return true;
}

static void too_often_by_worker(void *app, struct http_request *req) { too_often(app, req); }

static bool much(void *app, struct http_request *req)
{
	http_respond(req, 200, "text/plain", (str){large, LARGE});
	return true;
}

static void refuse(void *app, struct http_request *req, unsigned status)
{
	http_respond(req, status, "text/plain", STR("refused"));
}

static void serve(unsigned refused_wait_ms)
{
	static const struct http_route routes[] = {{HTTP_GET, "/", nothing, NULL, 0, 0},
	                                           {HTTP_GET, "/often", too_often, NULL, 0, 0},
	                                           {HTTP_GET, "/worker", NULL, too_often_by_worker, 0, 0},
	                                           {HTTP_GET, "/much", much, NULL, 0, 0}};
	struct http_config config = {.listen = STR("127.0.0.1:0"),
	                             .routes = routes,
	                             .route_count = COUNT_OF(routes),
	                             .refused_wait_ms = refused_wait_ms,
	                             .idle_timeout_s = 3600,
	                             .refuse = refuse};
	struct frg_error err;
	OK(http_server_open(&config, &server, &err));
}

static struct peer *asking(const char *path)
{
	char head[100];
	struct peer *p = peer_open(http_server_port(server));
	snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
	assert_true(peer_send(p, head));
	return p;
}

static void expect(struct peer *p, unsigned status)
{
	struct reply r = peer_reply(p, true);
	assert_int_equal(r.status, status);
	reply_free(&r);
}

static bool has_answer(struct peer *p) { return p->n > 0 || peer_more(p, 0); }

/* They wait for an hour; the end of the server is the end of that, and they are answered. */
static void the_refused_wait_and_nobody_else(void **state)
{
	serve(3600000);
	struct peer *refused[] = {asking("/often"), asking("/worker"), asking("/often")}, *other = asking("/");
	expect(other, 200);
	for (int i = 0; i < 50; i++) { /* on each of the loops */
		struct peer *p = asking("/");
		expect(p, 200);
		peer_close(p);
	}
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		assert_false(has_answer(refused[i]));
	http_server_drain(server, PATIENCE_MS);
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		expect(refused[i], 429);
		peer_close(refused[i]);
	}
	peer_close(other);
	http_server_close(server);
}

static void they_are_answered_in_the_end(void **state)
{
	serve(1);
	for (int i = 0; i < 20; i++) {
		struct peer *p = asking(i % 2 ? "/often" : "/worker");
		expect(p, 429);
		peer_close(p);
	}
	http_server_close(server);
}

/* So that a flood finds no more places than there are, and is told so none the less. */
static void who_finds_no_place_is_answered_at_once(void **state)
{
	static struct peer *held[HELD_MAX];
	serve(3600000);
	for (size_t i = 0; i < HELD_MAX; i++)
		held[i] = asking("/often");
	for (size_t answered = 0; answered < 8;) { /* the places are all taken in a moment */
		struct peer *one_more = asking("/often");
		if (peer_more(one_more, 20)) {
			expect(one_more, 429);
			answered++;
		}
		peer_break(one_more);
	}
	for (size_t i = 0; i < HELD_MAX; i++)
		peer_break(held[i]);
	http_server_close(server);
}

/* The server's end of a connection, in this very process; -1: none. */
static int accepted_file(unsigned port)
{
	for (int fd = 0; fd < FILES; fd++) {
		struct sockaddr_in at, from;
		socklen_t size = sizeof at, other = sizeof from;
		if (getsockname(fd, (struct sockaddr *)&at, &size) == 0 && at.sin_family == AF_INET &&
		    ntohs(at.sin_port) == port && getpeername(fd, (struct sockaddr *)&from, &other) == 0)
			return fd;
	}
	return -1;
}

static void who_takes_nothing_holds_little(void **state)
{
	large = calloc(1, LARGE);
	assert_non_null(large);
	serve(0);
	struct peer *p = asking("/much");
	assert_true(peer_more(p, PATIENCE_MS)); /* it is on its way */
	int fd = accepted_file(http_server_port(server)), room = 0;
	socklen_t size = sizeof room;
	assert_true(fd >= 0);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, &size), 0);
	assert_in_range(room, SEND_ROOM, 2 * SEND_ROOM);
	char *all = peer_take(p, LARGE); /* and all of it comes */
	free(all);
	peer_close(p);
	http_server_close(server);
	free(large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_refused_wait_and_nobody_else),
		cmocka_unit_test(they_are_answered_in_the_end),
		cmocka_unit_test(who_finds_no_place_is_answered_at_once),
		cmocka_unit_test(who_takes_nothing_holds_little),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
