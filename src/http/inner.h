/* What the files of the web server share. */
#ifndef HTTP_INNER_H
#define HTTP_INNER_H

#include "http/decode.h"
#include "http/http.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

enum {
	PARAMS_MAX = 4,
	FIELDS_MAX = 64,
	ARENA_MAX = 256 << 20,
	ROUTES_MAX = 256,
	DISCARD_MAX = 8 << 20, /* of a refused body, read so that the client hears the refusal */
	IDLE_TIMEOUT_S = 30,
	CONNECTIONS_MAX = 20000,
	WORKERS = 48,
	WAITING_MAX = 1024,
	STREAM_PING_S = 25,
	STREAMS_MAX = 10000,
	HELD_MAX = 1024,
	REFUSED_WAIT_MS = 50,
	SEND_ROOM = 96 << 10, /* bytes that a connection may have in the system, not yet taken; Linux doubles it */
	STREAM_COUNTERS = 1 << 14,
	BODIES_MAX = 256 << 20 /* bytes of all bodies that are kept at a time */
};

struct route_match {
	const struct http_route *route;
	str names[PARAMS_MAX], values[PARAMS_MAX];
	size_t param_count;
	unsigned refusal; /* 0, 404 or 405 */
	str allow;        /* for 405 */
};

enum stage { STAGE_NEW, STAGE_BODY, STAGE_WORKER, STAGE_HELD, STAGE_ANSWERED };

struct header {
	struct header *next;
	const char *name, *value;
};

struct http_request {
	struct http_server *server;
	struct MHD_Connection *connection;
	struct arena *arena;
	enum stage stage;
	enum http_method method;
	str target, path, query_text;
	str peer; /* whose connection it is; p NULL: not asked for yet */
	struct route_match match;
	char *body;
	size_t body_size, body_room, body_max, discarded;
	int64_t began;    /* clock_steady_ns(): its first line was read; with a body, all of it */
	int64_t queued;   /* given to the workers */
	unsigned refusal; /* found wrong before the body was read */
	bool close;       /* refused without reading the body */
	bool head_only;   /* HEAD */
	bool counted, late, held;
	struct decode_field *query, *form;
	size_t query_count, form_count;
	bool query_read, query_broken, form_read, form_broken;
	bool wishes_read, takes[3]; /* which forms of a page: pages.c */
	str known;                  /* If-None-Match */
	char id[14];
	void *slot;
	enum http_lane lane;
	struct http_request *next; /* in the workers' queue */
	/* the answer: one of body, page, stream */
	unsigned status;
	const char *content_type;
	str answer;
	struct header *headers, **headers_end;
	struct http_page *page;
	struct http_channel *channel;
	struct http_listener listener;
	unsigned counter; /* of the address's streams */
};

struct acceptor;
struct workers;
struct hold;
struct streams;
struct connections;
struct routes;

struct http_server {
	struct http_config config;
	struct MHD_Daemon *daemon;
	struct acceptor *acceptor; /* owns the socket */
	int socket;
	unsigned port;
	struct routes *routes;
	struct workers *workers;
	struct hold *hold;
	struct streams *streams;
	struct connections *connections;
	atomic_size_t body_bytes; /* of all requests */
	atomic_bool draining;
	atomic_int open_requests; /* whose head was read and whose answer is not sent */
	unsigned char groups[ROUTES_MAX];
	_Atomic int64_t log_second;
	atomic_uint log_lines, log_count;
};

/* routing.c */
struct routes *routes_open(const struct http_route *rows, size_t count);
void routes_close(struct routes *t);
/* `method` is an enum http_method, or -1 for one that is not known; `path` is not yet decoded. */
void route_find(const struct routes *t, struct arena *a, int method, str path, struct route_match *out);
/* head.c: method, target and headers, before any body. Sets req->refusal if something is wrong. */
void request_begin(struct http_request *req, const char *method, const char *version);
/* No control characters: may be put into a header. */
bool is_clean(str text);
/* request.c */
struct http_request *request_new(struct http_server *server, struct MHD_Connection *connection, const char *target);
void request_free(struct http_request *req);
/* accept.c: a thread; close it before the daemon. */
struct acceptor *acceptor_open(struct MHD_Daemon *daemon, struct connections *connections, int socket);
void acceptor_close(struct acceptor *a);
/* workers.c: threads that run `handle` and wake the connection. */
struct workers *workers_open(unsigned count, unsigned waiting_max);
/* Suspends the connection and queues the request; false, with nothing done, if too many wait. */
bool workers_give(struct workers *w, struct http_request *req);
/* Finishes what is queued, takes no more, ends the threads. */
void workers_stop(struct workers *w);
void workers_close(struct workers *w);
void workers_count(struct workers *w, unsigned *count, unsigned *busy, unsigned *waiting);
/* hold.c */
struct hold *hold_open(unsigned ms);
/* Suspends the connection, to go on as STAGE_ANSWERED; false, with nothing done: there is no room, or it is ended. */
bool hold_take(struct hold *h, struct http_request *req);
/* All may go, no more are taken, its thread ends. */
void hold_end(struct hold *h);
void hold_close(struct hold *h);
/* connections.c */
struct connections *connections_open(unsigned patience_s, unsigned max);
/* Before a connection is given to libmicrohttpd, which takes it out when it ends: is there room? Out of it again, when
 * libmicrohttpd refuses it. */
bool connections_enter(struct connections *all);
void connections_leave(struct connections *all);
void connections_close(struct connections *all);
void connections_note(void *cls, struct MHD_Connection *connection, void **slot,
                      enum MHD_ConnectionNotificationCode code);
/* It is the client's turn, to send or to take so many bytes. */
void connection_await(struct connections *all, struct MHD_Connection *connection, size_t bytes);
/* It is not. */
void connection_free(struct MHD_Connection *connection);
/* measure.c */
void measure_open(struct http_server *s);
/* The answer was given to libmicrohttpd. */
void measure_answer(struct http_request *req);
void measure_refused(void);
void measure_worker_wait(int64_t ns);
/* pages.c */
unsigned page_status(const struct http_page *page);
/* Makes the form that the request takes; not on the event loop. */
void page_prepare(struct http_request *req, struct http_page *page);
size_t page_size(const struct http_page *page);
/* Of which a better form is to be made, when the request is answered: with a reference, which page_better gives back.
 * NULL: none. */
struct http_page *page_hasty(struct http_request *req);
void page_better(struct http_page *page);
enum MHD_Result page_queue(struct http_request *req);
/* takeover.c: after it, MHD_NO must be answered. */
int takeover_socket(struct http_request *req); /* -1: there is none */
str takeover_head(struct http_request *req);   /* from malloc */
/* streams.c */
struct streams *streams_open(unsigned ping_s, unsigned max, unsigned per_address, unsigned senders);
/* Takes one of the places for streams, which stream_queue fills, taking the connection from libmicrohttpd; or the
 * status to refuse with: 429 (this address has enough), 503. */
unsigned stream_reserve(struct http_request *req);
enum MHD_Result stream_queue(struct http_request *req);
void streams_count(struct streams *s, unsigned *count, unsigned *max);
/* All streams end, and with them their thread; no new ones begin. */
void streams_end(struct streams *s);
void streams_close(struct streams *s);

#endif
