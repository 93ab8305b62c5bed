/* What the files of the web server share. */
#ifndef HTTP_INNER_H
#define HTTP_INNER_H

#include "http/decode.h"
#include "http/http.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

enum { PARAMS_MAX = 4, FIELDS_MAX = 64, ARENA_MAX = 256 << 20, STREAM_PING_S = 25, STREAMS_MAX = 20000 };

struct route_match {
	const struct http_route *route;
	str names[PARAMS_MAX], values[PARAMS_MAX];
	size_t param_count;
	unsigned refusal; /* 0, 404 or 405 */
	str allow;        /* for 405 */
};

enum stage { STAGE_NEW, STAGE_BODY, STAGE_WORKER, STAGE_ANSWERED };

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
	struct route_match match;
	char *body;
	size_t body_size, body_room, body_max, discarded;
	unsigned refusal; /* found wrong before the body was read */
	struct decode_field *query, *form;
	size_t query_count, form_count;
	bool query_read, form_read;
	char id[14];
	void *slot;
	struct http_request *next; /* in the workers' queue */
	/* the answer: one of body, page, stream */
	unsigned status;
	const char *content_type;
	str answer;
	struct header *headers, **headers_end;
	struct http_page *page;
	struct http_channel *channel;
};

struct workers;
struct streams;

struct http_server {
	struct http_config config;
	struct MHD_Daemon *daemon;
	int socket;
	unsigned port;
	struct workers *workers;
	struct streams *streams;
	atomic_bool draining;
	atomic_int open_requests;
};

/* routing.c */
void route_find(struct http_server *server, struct arena *a, enum http_method method, str path,
                struct route_match *out);
/* request.c */
struct http_request *request_new(struct http_server *server, struct MHD_Connection *connection, const char *target);
void request_free(struct http_request *req);
/* Method, target and headers, before any body. Sets req->refusal if something is wrong. */
void request_begin(struct http_request *req, const char *method);
/* workers.c: threads that run `handle` and wake the connection. */
struct workers *workers_open(unsigned count);
bool workers_give(struct workers *w, struct http_request *req); /* false: too many wait */
bool workers_busy(struct workers *w);
void workers_close(struct workers *w);
/* pages.c */
enum MHD_Result page_queue(struct http_request *req);
/* streams.c */
struct streams *streams_open(unsigned ping_s);
enum MHD_Result stream_queue(struct http_request *req);
/* All streams end; no new ones begin. */
void streams_end(struct streams *s);
void streams_close(struct streams *s);

#endif
