/* The server: libmicrohttpd's loops on one side, workers on the other, and the way of a request
 * between them. */
#include "http/inner.h"

#include "base/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTION_MEMORY = 16 << 10, BACKLOG = 1024, LAST_ANSWERS_MS = 200 };

/* ---- answering ---- */

static enum MHD_Result queue_plain(struct http_request *req)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(
		req->answer.n, (void *)(req->answer.p ? req->answer.p : ""), MHD_RESPMEM_PERSISTENT);
	if (!r)
		BUG("out of memory");
	bool good = !req->content_type || MHD_add_response_header(r, "Content-Type", req->content_type) == MHD_YES;
	for (struct header *h = req->headers; h && good; h = h->next)
		good = MHD_add_response_header(r, h->name, h->value) == MHD_YES;
	if (!good)
		BUG("a header of request %s was refused", http_request_id(req).p);
	enum MHD_Result result = MHD_queue_response(req->connection, req->status, r);
	MHD_destroy_response(r);
	return result;
}

static bool has_header(const struct http_request *req, const char *name)
{
	for (const struct header *h = req->headers; h; h = h->next)
		if (str_eq_nocase(str_of(h->name), str_of(name)))
			return true;
	return false;
}

static void answer_refusal(struct http_request *req, unsigned status)
{
	if (status == 405)
		http_add_header(req, "Allow", req->match.allow);
	if (status == 415)
		http_add_header(req, "Accept-Encoding", STR("identity"));
	req->server->config.refuse(req->server->config.app, req, status);
	BUG_IF(!req->status || req->channel);
	if (status == 503)
		measure_refused();
	if ((status == 503 || status == 429) && !has_header(req, "Retry-After"))
		http_add_header(req, "Retry-After", STR("5"));
}

static enum MHD_Result queue_answer(struct http_request *req)
{
	unsigned full = req->channel ? stream_reserve(req) : 0;
	if (full) {
		http_channel_unref(req->channel);
		req->channel = NULL;
		req->status = 0;
		answer_refusal(req, full);
	}
	if (!req->channel) /* a stream's client is dropped when it takes nothing for as long as one may be idle */
		connection_await(req->server->connections, req->connection, req->page ? page_size(req->page) : req->answer.n);
	if (req->page)
		return page_queue(req);
	http_add_header(req, "X-Request-Id", http_request_id(req));
	if (req->close || (atomic_load(&req->server->draining) && !req->channel))
		http_add_header(req, "Connection", STR("close"));
	if (req->server->config.finish)
		req->server->config.finish(req->server->config.app, req);
	return req->channel ? stream_queue(req) : queue_plain(req);
}

/* Sends what was answered. The body stays in the request's arena until it is sent. */
static enum MHD_Result send_answer(struct http_request *req)
{
	enum MHD_Result result = queue_answer(req);
	measure_answer(req);
	return result;
}

/* The answer is there. */
static enum MHD_Result answer(struct http_request *req)
{
	bool waits = req->status == 429 && !req->held && hold_take(req->server->hold, req);
	return waits ? MHD_YES : send_answer(req);
}

static enum MHD_Result refuse(struct http_request *req, unsigned status)
{
	answer_refusal(req, status);
	return send_answer(req);
}

/* The request is whole: answer at once, or hand it to a worker. */
static enum MHD_Result run(struct http_request *req)
{
	struct http_server *server = req->server;
	const struct http_route *route = req->match.route;
	connection_free(req->connection);
	if (req->body_size + req->discarded > 0)
		req->began = clock_steady_ns(); /* how long it took to come is its sender's affair */
	if (req->refusal || req->late)
		return refuse(req, req->refusal ? req->refusal : 503);
	if (route->quick && route->quick(server->config.app, req))
		return answer(req);
	if (!route->handle)
		return refuse(req, 404);
	req->lane = server->config.lane ? server->config.lane(server->config.app, req) : HTTP_LANE_STAFF;
	return workers_give(server->workers, req) ? MHD_YES : refuse(req, 503);
}

/* ---- libmicrohttpd calls ---- */

static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
	return request_new(cls, connection, target);
}

static enum MHD_Result begin(struct http_request *req, const char *method, const char *version)
{
	struct http_server *server = req->server;
	req->stage = STAGE_BODY;
	req->counted = true;
	atomic_fetch_add(&server->open_requests, 1);
	req->late = atomic_load(&server->draining);
	request_begin(req, method, version);
	connection_await(server->connections, req->connection, req->body_max);
	return req->close ? refuse(req, req->refusal) : MHD_YES;
}

/* False: all bodies together would be too many bytes; this one is given up. */
static bool keep(struct http_request *req, const char *data, size_t n)
{
	if (n > req->body_room - req->body_size) {
		size_t room = req->body_room ? req->body_room * 2 : 4096;
		while (room < req->body_size + n)
			room *= 2;
		size_t most = req->server->config.bodies_max ? req->server->config.bodies_max : BODIES_MAX;
		if (atomic_fetch_add(&req->server->body_bytes, room - req->body_room) + room - req->body_room > most) {
			atomic_fetch_sub(&req->server->body_bytes, room);
			free(req->body);
			req->body = NULL;
			req->body_room = req->body_size = 0;
			return false;
		}
		req->body = realloc(req->body, room);
		if (!req->body)
			BUG("out of memory");
		req->body_room = room;
	}
	memcpy(req->body + req->body_size, data, n);
	req->body_size += n;
	return true;
}

/* Who sends a byte now and then is never idle, but has to end some day: after the idle timeout, and
 * a millisecond more for each byte. */
static bool too_slow(const struct http_request *req)
{
	unsigned idle = req->server->config.idle_timeout_s;
	msec allowed = 1000 * (msec)(idle ? idle : IDLE_TIMEOUT_S) + (msec)(req->body_size + req->discarded);
	return (clock_steady_ns() - req->began) / 1000000 > allowed;
}

static enum MHD_Result take_body(struct http_request *req, const char *data, size_t *size)
{
	size_t n = *size;
	*size = 0;
	if (req->refusal || n > req->body_max - req->body_size) {
		/* read to its end, so that the client hears why; one that will not stop is cut off */
		req->refusal = req->refusal ? req->refusal : 413;
		req->discarded += n;
		if (req->discarded > DISCARD_MAX)
			return MHD_NO;
	} else if (!keep(req, data, n)) {
		req->refusal = 503;
		req->discarded += n;
	}
	return too_slow(req) ? MHD_NO : MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *data, size_t *size, void **slot)
{
	struct http_request *req = *slot;
	(void)cls, (void)connection, (void)url;
	if (!req)
		return MHD_NO;
	switch (req->stage) {
	case STAGE_NEW: return begin(req, method, version);
	case STAGE_BODY: return *size ? take_body(req, data, size) : run(req);
	case STAGE_WORKER:
	case STAGE_HELD: return MHD_YES; /* woken too early: not ours to answer yet */
	case STAGE_ANSWERED: return answer(req);
	}
	return MHD_NO;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **slot,
                         enum MHD_RequestTerminationCode code)
{
	struct http_request *req = *slot;
	(void)code;
	if (!req)
		return;
	*slot = NULL;
	bool counted = req->counted;
	connection_await(((struct http_server *)cls)->connections, connection, 0);
	request_free(req);
	if (counted)
		atomic_fetch_sub(&((struct http_server *)cls)->open_requests, 1);
}

/* MHD_quiesce_daemon is not used: with several epoll loops it may find the socket removed by one of
 * them and then aborts (0.9.75). */
static enum MHD_Result on_accept(void *cls, const struct sockaddr *address, socklen_t size)
{
	(void)address, (void)size;
	return atomic_load(&((struct http_server *)cls)->draining) ? MHD_NO : MHD_YES;
}

/* We decode by ourselves, and strictly. */
static size_t no_unescape(void *cls, struct MHD_Connection *connection, char *s)
{
	(void)cls, (void)connection;
	return strlen(s);
}

static void on_log(void *cls, const char *fmt, va_list ap)
{
	char line[400];
	(void)cls;
	vsnprintf(line, sizeof line, fmt, ap);
	line[strcspn(line, "\n")] = 0;
	log_at(LOG_DEBUG, "http", "%s", line); /* mostly clients that went away */
}

/* ---- opening ---- */

static bool split_address(str listen, char host[64], char port[8])
{
	size_t colon = listen.n;
	while (colon > 0 && listen.p[colon - 1] != ':')
		colon--;
	if (colon == 0 || listen.n - colon > 5 || listen.n == colon)
		return false;
	str h = str_sub(listen, 0, colon - 1);
	if (h.n > 1 && h.p[0] == '[' && h.p[h.n - 1] == ']')
		h = str_sub(h, 1, h.n - 1);
	if (h.n > 63)
		return false;
	snprintf(host, 64, "%.*s", STR_ARG(h));
	snprintf(port, 8, "%.*s", STR_ARG(str_sub(listen, colon, listen.n)));
	return true;
}

static enum frg_status open_socket(const struct http_config *config, int *out, unsigned *port, struct frg_error *err)
{
	char host[64], service[8];
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo *address;
	if (!split_address(config->listen, host, service) ||
	    getaddrinfo(*host ? host : NULL, service, &hints, &address) != 0)
		return frg_fail(err, FRG_INVALID, "listen", "listen on ADDRESS:PORT, not '%.*s'", STR_ARG(config->listen));
	int on = 1, room = SEND_ROOM, fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
	} bound = {0};
	socklen_t size = sizeof bound;
	/* What is sent is copied into the system's memory: little of it stays in the processor's caches until it is taken,
	 * and whoever takes nothing holds little. Each connection inherits it. */
	bool good = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
	            setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room) == 0 &&
	            bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0 &&
	            getsockname(fd, &bound.any, &size) == 0;
	freeaddrinfo(address);
	if (!good) {
		enum frg_status st = frg_fail(err, FRG_IO, "listen", "cannot listen on %.*s: %s", STR_ARG(config->listen),
		                              strerror(errno));
		if (fd >= 0)
			close(fd);
		return st;
	}
	*port = ntohs(bound.any.sa_family == AF_INET6 ? bound.six.sin6_port : bound.four.sin_port);
	*out = fd;
	return FRG_OK;
}

static unsigned cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > 64 ? 64 : (unsigned)n;
}

/* A connection is a file. The database, articles' pages and letters have theirs in a reserve, so that who connects
 * cannot take them; a loop that is out of files might never accept again (libmicrohttpd 0.9.75). */
static enum frg_status allow_files(struct http_config *c, struct frg_error *err)
{
	enum { RESERVE = 512, LEAST = 128 };
	struct rlimit limit;
	unsigned wanted = c->connections_max ? c->connections_max : CONNECTIONS_MAX;
	c->connections_max = wanted;
	c->streams_max = c->streams_max ? c->streams_max : STREAMS_MAX; /* beside the connections (streams.c) */
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return FRG_OK;
	rlim_t files = (rlim_t)wanted + c->streams_max + RESERVE;
	if (limit.rlim_cur < files) {
		rlim_t before = limit.rlim_cur;
		limit.rlim_cur = limit.rlim_max < files ? limit.rlim_max : files;
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
			limit.rlim_cur = before;
	}
	if (limit.rlim_cur >= files)
		return FRG_OK;
	files = limit.rlim_cur;
	if (files < LEAST)
		return frg_fail(err, FRG_INVALID, "files", "only %llu files may be open, at least %d are needed (ulimit -n)",
		                (unsigned long long)files, LEAST);
	unsigned room = (unsigned)(files - (files / 2 < RESERVE ? files / 2 : RESERVE));
	c->streams_max = c->streams_max < room / 2 ? c->streams_max : room / 2;
	c->connections_max = wanted < room - c->streams_max ? wanted : room - c->streams_max;
	log_warn("listen", "only %llu files may be open: %u connections at once, not %u", (unsigned long long)files,
	         c->connections_max, wanted);
	return FRG_OK;
}

static struct MHD_Daemon *start_daemon(struct http_server *s)
{
	const struct http_config *c = &s->config;
	unsigned loops = c->loops ? c->loops : cores() > 1 ? cores() : 2;
	/* a pool of one is not a pool to libmicrohttpd */
	if (loops < 2)
		loops = 2;
	/* Never met, as connections.c counts: where libmicrohttpd 0.9.75 refuses for the number it keeps a lock for ever.
	 * It divides this among the loops. */
	return MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | MHD_USE_TURBO |
			MHD_USE_NO_LISTEN_SOCKET,
		0, on_accept, s, on_request, s, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, MHD_OPTION_THREAD_POOL_SIZE, loops,
		MHD_OPTION_CONNECTION_LIMIT, c->connections_max * loops, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
		c->connections_per_address, MHD_OPTION_CONNECTION_TIMEOUT,
		c->idle_timeout_s ? c->idle_timeout_s : (unsigned)IDLE_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_MEMORY, MHD_OPTION_NOTIFY_CONNECTION, connections_note, s->connections,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, s, MHD_OPTION_UNESCAPE_CALLBACK, no_unescape, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
}

enum frg_status http_server_open(const struct http_config *config, struct http_server **out, struct frg_error *err)
{
	struct http_server *s = calloc(1, sizeof *s);
	if (!s)
		BUG("out of memory");
	s->config = *config;
	enum frg_status st = allow_files(&s->config, err);
	if (st == FRG_OK)
		st = open_socket(config, &s->socket, &s->port, err);
	if (st != FRG_OK) {
		free(s);
		return st;
	}
	measure_open(s);
	s->routes = routes_open(config->routes, config->route_count);
	s->streams = streams_open(config->stream_ping_s ? config->stream_ping_s : STREAM_PING_S, s->config.streams_max,
	                          config->streams_per_address, cores());
	s->connections = connections_open(config->idle_timeout_s ? config->idle_timeout_s : IDLE_TIMEOUT_S,
	                                  s->config.connections_max);
	s->workers = workers_open(config->workers ? config->workers : WORKERS,
	                          config->waiting_max ? config->waiting_max : WAITING_MAX);
	s->hold = hold_open(config->refused_wait_ms ? config->refused_wait_ms : REFUSED_WAIT_MS);
	s->daemon = start_daemon(s);
	if (!s->daemon)
		BUG("the web server cannot start its threads");
	s->acceptor = acceptor_open(s->daemon, s->connections, s->socket);
	*out = s;
	return FRG_OK;
}

unsigned http_server_port(const struct http_server *s) { return s->port; }

static void wait_for_answers(struct http_server *s, msec at_most)
{
	const struct timespec moment = {.tv_nsec = 2000000};
	msec until = clock_steady() + at_most;
	while (atomic_load(&s->open_requests) > 0 && clock_steady() < until)
		nanosleep(&moment, NULL);
}

void http_server_drain(struct http_server *s, msec drain_ms)
{
	if (!s->daemon)
		return;
	atomic_store(&s->draining, true);
	streams_end(s->streams);
	hold_end(s->hold);
	wait_for_answers(s, drain_ms);
	/* what a worker has begun ends, also past the time: a suspended connection cannot be stopped */
	workers_stop(s->workers);
	wait_for_answers(s, LAST_ANSWERS_MS);
	acceptor_close(s->acceptor);
	MHD_stop_daemon(s->daemon);
	s->daemon = NULL;
}

void http_server_close(struct http_server *s)
{
	http_server_drain(s, 0);
	workers_close(s->workers);
	streams_close(s->streams);
	hold_close(s->hold);
	connections_close(s->connections);
	routes_close(s->routes);
	free(s);
}
