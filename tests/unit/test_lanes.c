/* In which lane a request waits for a worker: nobody comes into the staff's by a cookie that is made up or over. */
#include "service_fixture.h"

#include "api/api.h"
#include "http_peer.h"
#include "service/inner.h"

static struct {
	struct api api;
	struct http_server *server;
	struct peer *peer;
	enum http_lane lane; /* of the last request */
} web;

static enum http_lane seen_lane(void *app, struct http_request *req) { return web.lane = api_lane(app, req); }

static void serve(void)
{
	struct http_config config = {.listen = STR("127.0.0.1:0"),
	                             .workers = 6,
	                             .app = &web.api,
	                             .lane = seen_lane,
	                             .refuse = api_refuse,
	                             .finish = api_finish};
	config.routes = api_routes(&config.route_count);
	web.api.svc = t.svc;
	OK(http_server_open(&config, &web.server, &err));
	service_live_start(t.svc, web.server);
	web.peer = peer_open(http_server_port(web.server));
}

static void stop(void)
{
	peer_close(web.peer);
	http_server_drain(web.server, 1000);
	service_live_stop(t.svc);
	http_server_close(web.server);
}

static void expect(const char *request, const char *token, unsigned status, enum http_lane lane)
{
	char head[300];
	web.lane = HTTP_LANES;
	snprintf(head, sizeof head,
	         "%s HTTP/1.1\r\nHost: bote.example\r\nContent-Length: 0\r\nCookie: freigabe_desk=%s\r\n\r\n", request,
	         token);
	assert_true(peer_send(web.peer, head));
	struct reply r = peer_reply(web.peer, true);
	assert_int_equal(r.status, status);
	reply_free(&r);
	assert_int_equal(web.lane, lane);
}

#define QUEUE "GET /v1/desk/queue"
#define MADE_UP "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"

static void made_up_cookies_wait_at_the_door(void **state)
{
	_Static_assert(sizeof MADE_UP == SECRET_TEXT_SIZE, "as long as a true one");
	serve();
	for (int i = 0; i < 2; i++) { /* asking does not make it known */
		expect(QUEUE, MADE_UP, 401, HTTP_LANE_DOOR);
		expect(QUEUE, "short", 401, HTTP_LANE_DOOR);
		expect("POST /v1/desk/session", MADE_UP, 415, HTTP_LANE_DOOR);
	}
	stop();
}

static void sessions_are_known_from_their_log_in_on_until_they_are_over(void **state)
{
	struct editor_session session;
	OK(login_as("ada", "ein langes Wort", "192.0.2.9", &session));
	const char *token = arena_cstr(t.a, session.token);
	serve();
	expect(QUEUE, token, 200, HTTP_LANE_STAFF);
	stop();
	/* another process, or this one started anew: by the door once */
	service_close(t.svc);
	open_service(false);
	serve();
	expect(QUEUE, token, 200, HTTP_LANE_DOOR);
	expect(QUEUE, token, 200, HTTP_LANE_STAFF);
	OK(service_logout(t.svc, t.a, session.token, &err));
	expect(QUEUE, token, 401, HTTP_LANE_STAFF);
	expect(QUEUE, token, 401, HTTP_LANE_DOOR);
	stop();
}

/* More than there is room for: those that were seen last are known, and nobody else is. */
static void many_sessions(void **state)
{
	enum { MANY = 300 };
	char tokens[MANY][SECRET_TEXT_SIZE];
	struct known_sessions *mine = t.svc->known;
	size_t known = 0;
	for (size_t i = 0; i < MANY; i++) {
		secret_new(tokens[i]);
		assert_false(service_session_known(t.svc, str_of(tokens[i])));
		known_note(mine, str_of(tokens[i]));
		assert_true(service_session_known(t.svc, str_of(tokens[i])));
	}
	for (size_t i = 0; i < MANY; i++)
		known += service_session_known(t.svc, str_of(tokens[i]));
	assert_in_range(known, MANY - 3, MANY);
	for (size_t i = 0; i < 100 * MANY; i++) {
		secret_new(tokens[0]);
		known_note(mine, str_of(tokens[0]));
		assert_true(service_session_known(t.svc, str_of(tokens[0])));
		known_forget(mine, str_of(tokens[0]));
		assert_false(service_session_known(t.svc, str_of(tokens[0])));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(made_up_cookies_wait_at_the_door),
		TEST(sessions_are_known_from_their_log_in_on_until_they_are_over),
		TEST(many_sessions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
