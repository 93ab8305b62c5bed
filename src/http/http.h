/* The web server: bytes to requests, responses to bytes. Knows no comments and no database.
 *
 * Two kinds of threads. The event loops (libmicrohttpd, epoll) parse requests
 * and answer what is in memory: a route's `quick` function runs there and must
 * not block. What it does not answer goes to the workers: the connection is
 * suspended and `handle` runs on a worker thread, where it may wait for a disk.
 * A slow commit therefore holds up nobody else.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/arena.h"
#include "base/base.h"
#include "base/clock.h"

struct http_server;
struct http_request;
struct http_page;
struct http_channel;

/* ---- server ---------------------------------------------------------- */

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS };

struct http_route {
	enum http_method method; /* GET serves HEAD too */
	/* "/v1/articles/{id}/comments"; {x} takes one segment, {x*} as the last one the whole rest (which
	 * may be empty). Literals are tried before {x}, and these before {x*}, whatever the order of rows. */
	const char *pattern;
	/* On the event loop; answers and returns true, or returns false for `handle`. May be NULL. */
	bool (*quick)(void *app, struct http_request *req);
	/* On a worker. May be NULL if quick always answers. Must answer. */
	void (*handle)(void *app, struct http_request *req);
	size_t body_max; /* bytes; larger bodies get 413 and are never kept. 0: no body */
	unsigned tag;    /* for the application; http_tag() gives it back */
};

/* What waits for a worker waits in one of these lanes, each with a queue of its own. Of six workers one is kept for the
 * first lane alone, and one for the first two; the last never has more than one in six. */
enum http_lane {
	HTTP_LANE_STAFF, /* those who run the place: whatever readers do */
	HTTP_LANE_READ,
	HTTP_LANE_WRITE,
	HTTP_LANE_DOOR, /* what strangers may ask for that is dear: a check of a password */
	HTTP_LANES
};

/* Which requests leave a line in the log: none; those that were answered by an error, some a second; all. */
enum http_log { HTTP_LOG_OFF, HTTP_LOG_ERRORS, HTTP_LOG_ALL };

struct http_config {
	str listen;                       /* "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:0" (any free port) */
	unsigned loops;                   /* 0: as many as cores, at least 2 */
	unsigned workers;                 /* 0: 48 */
	unsigned waiting_max;             /* requests that wait for a worker in one lane, more get 503; 0: 1024 */
	unsigned connections_max;         /* 0: 20000 */
	unsigned connections_per_address; /* 0: no limit; counts the peer, so mind a proxy */
	unsigned idle_timeout_s;          /* 0: 30; a client may be slower by a millisecond for each byte */
	unsigned refused_wait_ms;         /* until a 429 is sent, while not too many wait so; 0: 50 */
	size_t bodies_max;                /* bytes of all bodies that are kept at a time, more get 503; 0: 256 MiB */
	unsigned stream_ping_s;           /* 0: 25 */
	unsigned streams_max;             /* 0: 10000; more get 503 */
	unsigned streams_per_address;     /* of one client; more get 429; 0: no limit */
	/* Space-separated addresses of reverse proxies whose X-Forwarded-For and
	 * X-Forwarded-Proto are believed. */
	str trusted_proxies;
	const struct http_route *routes;
	size_t route_count;
	/* Names under which requests are counted, NULL-terminated, at most 16, the first for what no route takes; and the
	 * place of a route's among them. Two servers of one process have the same ones. NULL: all are counted as one. */
	const char *const *groups;
	unsigned (*group_of)(const struct http_route *route);
	enum http_log access_log;
	unsigned log_every; /* with HTTP_LOG_ALL: of what went well only each so-many-th; 0: all */
	void *app;          /* passed to every handler */
	/* Called on the event loop: no route matches (404), none with this method (405, Allow is set), the
	 * body is too large (413), the request is malformed or could be read in two ways (400), the client has
	 * enough streams (429), too many wait, bodies take too much memory or the server is being stopped (503, Retry-After
	 * is set if you do not). Must answer, from memory. What never becomes a request (no HTTP, head too large: 431 or
	 * 414, broken chunks) libmicrohttpd answers by itself. */
	void (*refuse)(void *app, struct http_request *req, unsigned status);
	/* Called on the event loop: where does it wait for a worker? NULL: all in the first lane. */
	enum http_lane (*lane)(void *app, struct http_request *req);
	/* Called on every response just before it is sent, on the event loop, to add the headers that all
	 * have. Shared pages carry all their headers themselves: it is not called for these. */
	void (*finish)(void *app, struct http_request *req);
};

/* Starts serving. The config's strings and routes must live as long as the server. Raises the
 * process's limit of open files as far as it may. SIGPIPE must be ignored by the program.
 * Errors: FRG_INVALID (listen address), FRG_IO (port in use; code "listen"). */
MUST_CHECK enum frg_status http_server_open(const struct http_config *config, struct http_server **out,
                                            struct frg_error *err);
/* Brings what is counted of connections, streams and workers up to date. */
void http_server_measure(struct http_server *server);
/* The port that is listened on. */
unsigned http_server_port(const struct http_server *server);
/* Refuses new connections and requests, ends streams, waits for requests that are being read or
 * answered (at most `drain_ms`, but for a running `handle` however long it takes) and stops. When it
 * returns no callback runs any more nor will. Channels may still be used until close. */
void http_server_drain(struct http_server *server, msec drain_ms);
/* Drains if that was not done, and frees everything. All channels must have been given back. */
void http_server_close(struct http_server *server);

/* ---- request: valid until the response is sent ------------------------ */

struct arena *http_arena(struct http_request *req);
enum http_method http_method(const struct http_request *req);
unsigned http_tag(const struct http_request *req);
str http_path(const struct http_request *req); /* decoded, without query */
str http_body(const struct http_request *req);
/* Path parameter by name, decoded; n == 0 if there is none. */
str http_param(const struct http_request *req, const char *name);
/* Each n == 0 and p == NULL if absent; p != NULL if present but empty. */
str http_query(struct http_request *req, const char *name);
/* True if a part of the query was not well-formed or not UTF-8; it then counts as absent. */
bool http_query_broken(struct http_request *req);
str http_header(struct http_request *req, const char *name);
str http_cookie(struct http_request *req, const char *name);
/* A field of an application/x-www-form-urlencoded body, decoded. */
str http_form(struct http_request *req, const char *name);
/* True if a field of the form was not well-formed or not UTF-8; it then counts as absent. */
bool http_form_broken(struct http_request *req);
/* The client's address as text: the peer's, or what a trusted proxy says. */
str http_client(struct http_request *req);
/* True if the client came by TLS (X-Forwarded-Proto of a trusted proxy). */
bool http_is_secure(struct http_request *req);
/* The client is a program on this machine, and nothing says that it speaks for another one: the peer's address and the
 * host it names are loopback ones, and no proxy has added anything. */
bool http_is_local(struct http_request *req);
/* 13 characters that name this request in logs and answers (X-Request-Id; shared pages do without). */
str http_request_id(struct http_request *req);
/* A slot for the application's per-request state (NULL at first). */
void **http_slot(struct http_request *req);

/* ---- response: exactly one of the http_respond… per request ----------- */

/* Name and value are copied. Values with control characters are a BUG: whoever passes text checks it.
 * (What http_path, http_param and http_header give has none.) An empty value adds nothing. */
void http_add_header(struct http_request *req, const char *name, str value);
/* `body` must live as long as the request (its arena does). content_type may be NULL if body.n is 0. */
void http_respond(struct http_request *req, unsigned status, const char *content_type, str body);
/* Status of the response given so far, 0 if none. */
unsigned http_status(const struct http_request *req);

/* A response kept in memory and shared by many requests: immutable, each compressed form made once, when it is first
 * asked for. Thread-safe, counted. */
struct http_page_spec {
	unsigned status; /* 0: 200 */
	const char *content_type;
	str body;         /* copied, unless it is */
	bool lasting;     /* as the page is, and longer */
	const char *etag; /* 16 characters that name the body; NULL: they are made from it */
	const char *cache_control;
	/* further headers, "Name: value" each, NULL-terminated; may be NULL */
	const char *const *headers;
	bool compress; /* by gzip and brotli, if worth it */
};
struct http_page *http_page_new(const struct http_page_spec *spec);
struct http_page *http_page_ref(struct http_page *page);
void http_page_unref(struct http_page *page);
/* Picks the form by Accept-Encoding, answers 304 to a matching If-None-Match. Does not take
 * over the caller's reference. On the event loop only what is ready: a form that nobody has asked for yet is made here,
 * which takes milliseconds. Headers that were added to the request are sent too, at the price of a response of its own
 * (the bytes stay shared). */
void http_respond_page(struct http_request *req, struct http_page *page);
bool http_page_ready(struct http_request *req, const struct http_page *page);

/* ---- live streams (server-sent events) -------------------------------- */

/* A channel keeps its last messages so that a reader who lost the connection
 * gets what was missed (Last-Event-ID); whoever was away for longer gets an
 * event "reset" and loads anew. Thread-safe, counted. An idle stream holds no
 * thread; a comment line every 25 s keeps proxies from closing it. */
struct http_channel *http_channel_new(struct http_server *server);
struct http_channel *http_channel_ref(struct http_channel *channel);
void http_channel_unref(struct http_channel *channel);
/* `event` is a name without line breaks, `data` may have several lines (\n; \r becomes a space). Never blocks.
 * `id` must grow; on the wire it is "CHANNEL-ID", opaque to clients. A message about the same `topic` (0: none) takes
 * the place of the earlier ones: what has been taken back is not sent again to those who come later. */
void http_channel_publish(struct http_channel *channel, uint64_t id, uint64_t topic, const char *event, str data);
unsigned http_channel_listeners(const struct http_channel *channel);
/* Answers with the stream of the channel, which lives until the client goes. */
void http_respond_stream(struct http_request *req, struct http_channel *channel);
/* Whose stream it is, for those that end with somebody's leave to listen. */
struct http_listener {
	uint64_t person; /* 0: nobody's in particular */
	msec known;      /* clock_steady() before that leave was looked up: what ends it meanwhile is not missed */
	msec until;      /* clock_now() from which on it ends; 0: never */
};
void http_respond_stream_to(struct http_request *req, struct http_channel *channel, const struct http_listener *who);
/* Ends the streams of a person (0: of all listeners that are somebody) on one channel (NULL: on all). The last thing
 * they are told is an event "account" with the data {}; the client finds out by itself what it may do now. */
void http_streams_end(struct http_server *server, const struct http_channel *channel, uint64_t person);

#endif
