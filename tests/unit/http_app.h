/* A small application on the web server, and what speaks to it, for test_http*.c. */
#ifndef HTTP_APP_H
#define HTTP_APP_H

#include "http_peer.h"

#include "base/id.h"
#include "http/http.h"

#include <pthread.h>
#include <stdatomic.h>

enum { BODY_MAX = 1 << 16, PAGE_SIZE = 20000, LARGE_SIZE = 200000 };

struct app {
	struct http_server *server;
	struct http_channel *channel;
	struct http_page *page, *large, *gone;
	pthread_mutex_t lock;
	pthread_cond_t opened;
	bool gate_open;
	atomic_uint at_gate, finished;
	uint64_t last_id;
};

static inline void answer(struct http_request *req, const char *fmt, ...) PRINTF_LIKE(2, 3);
static inline void answer(struct http_request *req, const char *fmt, ...)
{
	char text[2000];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	http_respond(req, 200, "text/plain", arena_str(http_arena(req), str_of(text)));
}

static bool app_quick(void *app, struct http_request *req)
{
	answer(req, "quick");
	return true;
}

static bool app_special(void *app, struct http_request *req)
{
	answer(req, "special");
	return true;
}

static bool app_page(void *app, struct http_request *req)
{
	http_respond_page(req, ((struct app *)app)->page);
	return true;
}

static bool app_page_with_cookie(void *app, struct http_request *req)
{
	http_add_header(req, "Set-Cookie", STR("seen=1"));
	http_respond_page(req, ((struct app *)app)->page);
	return true;
}

static bool app_large_quick(void *app, struct http_request *req)
{
	bool ready = http_page_ready(req, ((struct app *)app)->large);
	if (ready)
		http_respond_page(req, ((struct app *)app)->large);
	return ready;
}

static void app_large(void *app, struct http_request *req) { http_respond_page(req, ((struct app *)app)->large); }

static bool app_gone(void *app, struct http_request *req)
{
	http_respond_page(req, ((struct app *)app)->gone);
	return true;
}

static void app_item(void *app, struct http_request *req)
{
	str id = http_param(req, "id"), part = http_param(req, "part"), none = http_param(req, "none");
	answer(req, "item [%.*s] [%.*s] %zu tag %u path [%.*s]", STR_ARG(id), STR_ARG(part), none.n, http_tag(req),
	       STR_ARG(http_path(req)));
}

static bool app_files(void *app, struct http_request *req)
{
	answer(req, "files [%.*s]", STR_ARG(http_param(req, "rest")));
	return true;
}

static bool app_query(void *app, struct http_request *req)
{
	str a = http_query(req, "a"), b = http_query(req, "b"), c = http_cookie(req, "c"), h = http_header(req, "X-Test");
	answer(req, "a=%s[%.*s] b=%s[%.*s] c=[%.*s] h=%s[%.*s]", a.p ? "" : "-", STR_ARG(a), b.p ? "" : "-", STR_ARG(b),
	       STR_ARG(c), h.p ? "" : "-", STR_ARG(h));
	return true;
}

static void app_form(void *app, struct http_request *req)
{
	answer(req, "a=[%.*s] b=[%.*s] %s", STR_ARG(http_form(req, "a")), STR_ARG(http_form(req, "b")),
	       http_form_broken(req) ? "broken" : "whole");
}

static void app_echo(void *app, struct http_request *req)
{
	http_respond(req, 201, "application/octet-stream", http_body(req));
}

static bool app_who(void *app, struct http_request *req)
{
	answer(req, "%.*s %s", STR_ARG(http_client(req)), http_is_secure(req) ? "secure" : "plain");
	return true;
}

static void app_gate(void *arg, struct http_request *req)
{
	struct app *app = arg;
	atomic_fetch_add(&app->at_gate, 1);
	pthread_mutex_lock(&app->lock);
	while (!app->gate_open)
		pthread_cond_wait(&app->opened, &app->lock);
	pthread_mutex_unlock(&app->lock);
	answer(req, "through the gate");
	atomic_fetch_add(&app->finished, 1);
}

static inline void app_gate_set(struct app *app, bool open)
{
	pthread_mutex_lock(&app->lock);
	app->gate_open = open;
	pthread_cond_broadcast(&app->opened);
	pthread_mutex_unlock(&app->lock);
}

static void app_stream(void *app, struct http_request *req) { http_respond_stream(req, ((struct app *)app)->channel); }

static bool app_preflight(void *app, struct http_request *req)
{
	http_respond(req, 204, NULL, STR_NONE);
	return true;
}

static bool app_id(void *app, struct http_request *req)
{
	str first = http_request_id(req);
	*http_slot(req) = app;
	answer(req, "%zu %d %d", first.n, str_eq(first, http_request_id(req)), *http_slot(req) == app);
	return true;
}

static void app_refuse(void *app, struct http_request *req, unsigned status)
{
	http_respond(req, status, "text/plain", arena_printf(http_arena(req), "refused %u", status));
}

static void app_finish(void *app, struct http_request *req) { http_add_header(req, "X-Finished", STR("yes")); }

static const struct http_route app_routes[] = {
	{HTTP_GET, "/", app_quick, NULL, 0, 0},
	{HTTP_GET, "/files/{rest*}", app_files, NULL, 0, 0},
	{HTTP_GET, "/items/{id}", NULL, app_item, 0, 7},
	{HTTP_GET, "/items/special", app_special, NULL, 0, 0},
	{HTTP_DELETE, "/items/{id}", NULL, app_item, 0, 8},
	{HTTP_GET, "/items/{id}/parts/{part}", NULL, app_item, 0, 9},
	{HTTP_OPTIONS, "/items/{x*}", app_preflight, NULL, 0, 0},
	{HTTP_GET, "/page", app_page, NULL, 0, 0},
	{HTTP_GET, "/page-with-cookie", app_page_with_cookie, NULL, 0, 0},
	{HTTP_GET, "/large-page", app_large_quick, app_large, 0, 0},
	{HTTP_GET, "/gone", app_gone, NULL, 0, 0},
	{HTTP_GET, "/query", app_query, NULL, 0, 0},
	{HTTP_GET, "/who", app_who, NULL, 0, 0},
	{HTTP_GET, "/id", app_id, NULL, 0, 0},
	{HTTP_POST, "/form", NULL, app_form, BODY_MAX, 0},
	{HTTP_POST, "/echo", NULL, app_echo, BODY_MAX, 0},
	{HTTP_PUT, "/echo", NULL, app_echo, BODY_MAX, 0},
	{HTTP_GET, "/gate", NULL, app_gate, 0, 0},
	{HTTP_GET, "/stream", NULL, app_stream, 0, 0},
};

static struct app *app_open(struct http_config config)
{
	static const char *const headers[] = {"X-Own: page", NULL};
	static char body[LARGE_SIZE];
	struct app *app = calloc(1, sizeof *app);
	struct frg_error err;
	assert_non_null(app);
	for (size_t i = 0; i < sizeof body; i++)
		body[i] = "the quick brown fox jumps "[(i * i / 7 + i) % 26];
	pthread_mutex_init(&app->lock, NULL);
	pthread_cond_init(&app->opened, NULL);
	app->page = http_page_new(&(struct http_page_spec){.content_type = "text/html",
	                                                   .body = {body, PAGE_SIZE},
	                                                   .cache_control = "max-age=1",
	                                                   .headers = headers,
	                                                   .compress = true});
	app->large = http_page_new(
		&(struct http_page_spec){.content_type = "text/html", .body = {body, LARGE_SIZE}, .compress = true});
	app->gone = http_page_new(
		&(struct http_page_spec){.status = 410, .content_type = "text/plain", .body = STR("gone")});
	config.listen = STR("127.0.0.1:0");
	config.routes = app_routes;
	config.route_count = COUNT_OF(app_routes);
	config.app = app;
	config.refuse = app_refuse;
	config.finish = app_finish;
	OK(http_server_open(&config, &app->server, &err));
	app->channel = http_channel_new(app->server);
	return app;
}

static void app_close(struct app *app)
{
	app_gate_set(app, true);
	http_server_drain(app->server, 5000);
	http_channel_unref(app->channel);
	http_server_close(app->server);
	http_page_unref(app->page);
	http_page_unref(app->large);
	http_page_unref(app->gone);
	pthread_mutex_destroy(&app->lock);
	pthread_cond_destroy(&app->opened);
	free(app);
}

static inline unsigned app_port(const struct app *app) { return http_server_port(app->server); }

static inline void app_tell(struct app *app, const char *data)
{
	http_channel_publish(app->channel, ++app->last_id, 0, "put", str_of(data));
}

/* Waits until the expression holds. */
#define wait_until(expression)                                                                                         \
	do {                                                                                                               \
		msec patience = clock_steady() + PATIENCE_MS;                                                                  \
		while (!(expression)) {                                                                                        \
			if (clock_steady() > patience)                                                                             \
				fail_msg("never: %s", #expression);                                                                    \
			nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);                                                   \
		}                                                                                                              \
	} while (0)

#define HOST " HTTP/1.1\r\nHost: x\r\n"
#define GET(target) "GET " target HOST "\r\n"

static struct app *app; /* shared by the tests of a program that need nothing special */

static inline int app_set_up(void **state)
{
	assert_true(id_setup());
	app = app_open((struct http_config){.loops = 2, .workers = 3, .trusted_proxies = STR("127.0.0.1 10.0.0.1")});
	return 0;
}

static inline int app_tear_down(void **state)
{
	app_close(app);
	return 0;
}

/* Sends a request of its own connection and checks status and, if not NULL, body. */
static inline void check(unsigned status, const char *body, const char *request)
{
	struct peer *p = peer_open(app_port(app));
	assert_true(peer_send(p, request));
	struct reply r = peer_reply(p, strncmp(request, "HEAD ", 5) != 0);
	if (r.status != status || (body && strcmp(body, r.body) != 0))
		fail_msg("%.300s\ngot %u \"%s\"\nwant %u \"%s\"", request, r.status, r.body ? r.body : "", status,
		         body ? body : "");
	reply_free(&r);
	peer_close(p);
}

static inline struct reply ask(const char *request)
{
	struct peer *p = peer_open(app_port(app));
	assert_true(peer_send(p, request));
	struct reply r = peer_reply(p, strncmp(request, "HEAD ", 5) != 0);
	peer_close(p);
	assert_int_not_equal(r.status, 0);
	return r;
}

/* On a stream that has begun. */
static inline struct peer *listen_to(struct app *on, const char *last_event_id)
{
	char request[300];
	struct peer *p = peer_open(app_port(on));
	snprintf(request, sizeof request, "GET /stream" HOST "%s%s%s\r\n", last_event_id ? "Last-Event-ID: " : "",
	         last_event_id ? last_event_id : "", last_event_id ? "\r\n" : "");
	assert_true(peer_send(p, request));
	peer_expect(p, "HTTP/1.1 200 ");
	peer_expect(p, "retry: 3000\n");
	return p;
}

#endif
