/* A client that speaks HTTP by raw sockets, for test_http.c: it can send what no library would. */
#ifndef HTTP_PEER_H
#define HTTP_PEER_H

#include "unit.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000 };

struct peer {
	int fd;
	char *in; /* received, not yet taken; NUL-terminated */
	size_t n, size;
	bool ended;
};

struct reply {
	unsigned status;
	char *head, *body; /* NUL-terminated */
	size_t body_size;
};

static inline struct peer *peer_open(unsigned port)
{
	struct peer *p = calloc(1, sizeof *p);
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	assert_non_null(p);
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(p->fd >= 0);
	assert_int_equal(connect(p->fd, (struct sockaddr *)&to, sizeof to), 0);
	return p;
}

static inline void peer_close(struct peer *p)
{
	close(p->fd);
	free(p->in);
	free(p);
}

/* Goes away with a reset, as a crashed client does. */
static inline void peer_break(struct peer *p)
{
	struct linger now = {.l_onoff = 1};
	setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	peer_close(p);
}

/* False if the server has closed. */
static inline bool peer_send_bytes(struct peer *p, const char *data, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(p->fd, data, n, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		data += sent;
		n -= (size_t)sent;
	}
	return true;
}

static inline bool peer_send(struct peer *p, const char *text) { return peer_send_bytes(p, text, strlen(text)); }

/* Receives something within `ms`; false at the end of the connection or of the time. */
static inline bool peer_more(struct peer *p, msec ms)
{
	struct pollfd wait = {.fd = p->fd, .events = POLLIN};
	if (p->ended || poll(&wait, 1, (int)(ms < 0 ? 0 : ms)) <= 0)
		return false;
	if (p->size - p->n < 16384) {
		p->size = p->size * 2 + 65536;
		p->in = realloc(p->in, p->size);
		assert_non_null(p->in);
	}
	ssize_t got = recv(p->fd, p->in + p->n, p->size - p->n - 1, 0);
	if (got <= 0) {
		p->ended = true;
		return false;
	}
	p->n += (size_t)got;
	p->in[p->n] = 0;
	return true;
}

static inline void peer_drop(struct peer *p, size_t n)
{
	memmove(p->in, p->in + n, p->n - n + 1);
	p->n -= n;
}

/* True once `text` has come; drops all up to its end. */
static inline bool peer_expect_within(struct peer *p, const char *text, msec ms)
{
	msec until = clock_steady() + ms;
	for (;;) {
		str all = {p->in, p->n};
		size_t at = str_find(all, str_of(text), 0);
		if (at != SIZE_MAX) {
			peer_drop(p, at + strlen(text));
			return true;
		}
		if (!peer_more(p, until - clock_steady()))
			return false;
	}
}

#define peer_expect(p, text)                                                                                           \
	do {                                                                                                               \
		if (!peer_expect_within((p), (text), PATIENCE_MS))                                                             \
			fail_msg("\"%s\" did not come, but \"%.*s\"", (text), (int)(p)->n, (p)->in ? (p)->in : "");                \
	} while (0)

static inline bool peer_is_closed(struct peer *p)
{
	msec until = clock_steady() + PATIENCE_MS;
	while (peer_more(p, until - clock_steady()))
		;
	return p->ended;
}

static inline char *peer_take(struct peer *p, size_t n)
{
	char *out = calloc(1, n + 1);
	assert_non_null(out);
	msec until = clock_steady() + PATIENCE_MS;
	while (p->n < n && peer_more(p, until - clock_steady()))
		;
	assert_true(p->n >= n);
	if (n)
		memcpy(out, p->in, n);
	if (p->in)
		peer_drop(p, n);
	return out;
}

/* Value of a header of the reply, in static storage; "" if there is none. */
static inline const char *reply_header(const struct reply *r, const char *name)
{
	static char value[400];
	str rest = str_of(r->head), line;
	value[0] = 0;
	while (str_next(&rest, '\n', &line)) {
		size_t colon = str_find(line, STR(":"), 0);
		if (colon != SIZE_MAX && str_eq_nocase(str_sub(line, 0, colon), str_of(name)))
			snprintf(value, sizeof value, "%.*s", STR_ARG(str_trim(str_sub(line, colon + 1, line.n))));
	}
	return value;
}

static inline struct reply peer_reply(struct peer *p, bool has_body)
{
	struct reply r = {0};
	msec until = clock_steady() + PATIENCE_MS;
	size_t end;
	while ((end = str_find((str){p->in, p->n}, STR("\r\n\r\n"), 0)) == SIZE_MAX)
		if (!peer_more(p, until - clock_steady()))
			return r;
	r.head = peer_take(p, end + 4);
	sscanf(r.head, "HTTP/1.%*c %u", &r.status);
	if (r.status == 100) {
		free(r.head);
		return peer_reply(p, has_body);
	}
	r.body_size = has_body && r.status != 304 && r.status != 204 ? strtoul(reply_header(&r, "Content-Length"), NULL, 10)
	                                                             : 0;
	r.body = peer_take(p, r.body_size);
	return r;
}

static inline void reply_free(struct reply *r)
{
	free(r->head);
	free(r->body);
	*r = (struct reply){0};
}

#endif
