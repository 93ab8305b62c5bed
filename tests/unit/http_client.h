/* A client that sends bytes as they are, for test_http.c: what is wrong on purpose no library would send. */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include "unit.h"

#include "base/buf.h"
#include "base/clock.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENT_PATIENCE_MS = 20000 };

struct client {
	int fd;
	struct buf in; /* read, not yet used */
};

struct answer {
	int status; /* 0: the connection ended instead */
	char head[4096], body[65536];
	size_t body_size;
};

static inline struct client client_open(unsigned port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct client c = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .in = BUF_INIT(4 << 20)};
	assert_true(c.fd >= 0);
	assert_int_equal(connect(c.fd, (const struct sockaddr *)(const void *)&to, sizeof to), 0);
	return c;
}

static inline void client_close(struct client *c)
{
	close(c->fd);
	buf_free(&c->in);
}

static inline void client_send(struct client *c, const char *data, size_t n)
{
	while (n) {
		ssize_t sent = send(c->fd, data, n, MSG_NOSIGNAL);
		if (sent <= 0)
			return; /* the test sees it by the answer */
		data += sent;
		n -= (size_t)sent;
	}
}

static inline void client_say(struct client *c, const char *text) { client_send(c, text, strlen(text)); }

/* False: the other side has ended, or nothing came in `patience` ms. */
static inline bool client_more(struct client *c, int patience)
{
	struct pollfd p = {.fd = c->fd, .events = POLLIN};
	char *room = buf_room(&c->in, 16384);
	if (!room || poll(&p, 1, patience) != 1)
		return false;
	ssize_t n = recv(c->fd, room, 16384, 0);
	if (n > 0)
		c->in.n += (size_t)n;
	return n > 0;
}

static inline bool client_await(struct client *c, const char *text)
{
	while (str_find(buf_str(&c->in), str_of(text), 0) == SIZE_MAX)
		if (!client_more(c, CLIENT_PATIENCE_MS))
			return false;
	return true;
}

/* The other side ends within the time. */
static inline bool client_ended(struct client *c)
{
	struct pollfd p = {.fd = c->fd, .events = POLLIN};
	msec until = clock_steady() + CLIENT_PATIENCE_MS;
	while (clock_steady() < until) {
		char sink[4096];
		if (poll(&p, 1, CLIENT_PATIENCE_MS) == 1 && recv(c->fd, sink, sizeof sink, 0) <= 0)
			return true;
	}
	return false;
}

static inline void client_skip(struct client *c, size_t n)
{
	memmove(c->in.p, c->in.p + n, c->in.n - n);
	c->in.n -= n;
}

/* Value of a header, or "". */
static inline str answer_header(const struct answer *a, const char *name)
{
	str rest = str_of(a->head), line;
	while (str_next(&rest, '\n', &line)) {
		size_t n = strlen(name);
		if (line.n > n && line.p[n] == ':' && str_eq_nocase(str_sub(line, 0, n), str_of(name)))
			return str_trim(str_sub(line, n + 1, line.n));
	}
	return STR("");
}

/* Reads one answer. Bodies have a Content-Length here, unless `bodiless` says that there is none. */
static inline void client_read(struct client *c, struct answer *a, bool bodiless)
{
	int64_t length = 0;
	memset(a, 0, sizeof *a);
	if (!client_await(c, "\r\n\r\n"))
		return;
	size_t end = str_find(buf_str(&c->in), STR("\r\n\r\n"), 0) + 4;
	snprintf(a->head, sizeof a->head, "%.*s", (int)end, c->in.p);
	client_skip(c, end);
	a->status = atoi(a->head + strlen("HTTP/1.1 "));
	bool none = bodiless || a->status == 304 || a->status == 204;
	if (none || !str_to_i64(answer_header(a, "Content-Length"), &length))
		length = 0;
	while (c->in.n < (size_t)length)
		if (!client_more(c, CLIENT_PATIENCE_MS))
			fail_msg("the body ends early");
	assert_true((size_t)length < sizeof a->body);
	memcpy(a->body, c->in.p ? c->in.p : "", (size_t)length);
	a->body_size = (size_t)length;
	client_skip(c, (size_t)length);
}

#define assert_body(a, text) assert_str(((str){(a).body, (a).body_size}), (text))

#endif
