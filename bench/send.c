/* Sends requests over some connections that stay open, each one's next when it has the answer to the last, and says how
 * long that took. A request is a line of the standard input: `POST /path {"a":"body"}`; what follows the path is the
 * body. So that it takes little of the machine it measures, it reads of an answer only the status and where it ends.
 *   send PORT CONNECTIONS [HEADER…] < requests
 * prints {"seconds","cpu_seconds","p50_ms","p99_ms","answers":{"201":n}}; --print writes the answers' bodies instead.
 */
#include "base/buf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_MAX = 4 << 20, CONNECTIONS_MAX = 512 };

struct request {
	char *p;
	size_t n;
	double took;
};

struct connection {
	int fd;
	struct request *now;
	double began;
	char *answer;
	size_t got;
};

static struct request *requests;
static size_t request_count, next, done;
static unsigned answers[600];
static bool print;

static void fail(const char *what)
{
	fprintf(stderr, "send: %s: %s\n", what, errno ? strerror(errno) : "not as expected");
	exit(1);
}

static double seconds(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void add_request(char *line, const char *headers)
{
	static size_t room;
	char *path = strchr(line, ' '), *body = path ? strchr(path + 1, ' ') : NULL;
	if (!path)
		fail("a line without a path");
	if (body)
		*body++ = 0;
	if (request_count == room)
		requests = realloc(requests, (room = room ? room * 2 : 1024) * sizeof *requests);
	struct request *r = &requests[request_count++];
	struct buf b = BUF_INIT(ANSWER_MAX);
	buf_printf(&b, "%s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s", line, headers);
	if (body)
		buf_printf(&b, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
	buf_printf(&b, "\r\n%s", body ? body : "");
	*r = (struct request){b.p, b.n, 0};
}

static void read_requests(const char *headers)
{
	char *line = NULL;
	size_t room = 0;
	for (ssize_t n; (n = getline(&line, &room, stdin)) > 0;) {
		if (line[n - 1] == '\n')
			line[--n] = 0;
		if (n)
			add_request(line, headers);
	}
	free(line);
}

static void send_next(struct connection *c)
{
	c->now = next < request_count ? &requests[next++] : NULL;
	c->got = 0;
	if (!c->now)
		return;
	c->began = seconds(CLOCK_MONOTONIC);
	for (size_t at = 0; at < c->now->n;) { /* small enough for the socket's buffer; a batch may take two writes */
		ssize_t n = write(c->fd, c->now->p + at, c->now->n - at);
		if (n < 0 && errno != EINTR)
			fail("write");
		at += n > 0 ? (size_t)n : 0;
	}
}

/* The whole answer's length, 0 while that is not known. Ours always say it. */
static size_t length_of(struct connection *c, size_t *head)
{
	char *end = memmem(c->answer, c->got, "\r\n\r\n", 4);
	if (!end)
		return 0;
	*head = (size_t)(end - c->answer) + 4;
	*end = 0;
	char *length = strcasestr(c->answer, "\r\nContent-Length:");
	*end = '\r';
	return *head + (length ? strtoul(length + 17, NULL, 10) : 0);
}

static void read_answer(struct connection *c)
{
	ssize_t n = read(c->fd, c->answer + c->got, ANSWER_MAX - c->got);
	size_t head = 0;
	if (n <= 0)
		fail("the connection ended");
	c->got += (size_t)n;
	size_t whole = length_of(c, &head);
	if (!whole || c->got < whole)
		return;
	unsigned status = (unsigned)strtoul(c->answer + 9, NULL, 10);
	answers[status < 600 ? status : 0]++;
	c->now->took = seconds(CLOCK_MONOTONIC) - c->began;
	if (print)
		printf("%.*s\n", (int)(whole - head), c->answer + head);
	done++;
	send_next(c);
}

static int connect_to(int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to))
		fail("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

static void run(int port, size_t count)
{
	static struct connection all[CONNECTIONS_MAX];
	struct epoll_event events[CONNECTIONS_MAX];
	int loop = epoll_create1(0);
	for (size_t i = 0; i < count; i++) {
		all[i] = (struct connection){.fd = connect_to(port), .answer = malloc(ANSWER_MAX)};
		struct epoll_event e = {.events = EPOLLIN, .data = {.ptr = &all[i]}};
		if (!all[i].answer || epoll_ctl(loop, EPOLL_CTL_ADD, all[i].fd, &e))
			fail("connection");
	}
	for (size_t i = 0; i < count; i++)
		send_next(&all[i]);
	while (done < request_count) {
		int n = epoll_wait(loop, events, CONNECTIONS_MAX, 60000);
		if (n == 0 || (n < 0 && errno != EINTR))
			fail("no answer");
		for (int i = 0; i < n; i++)
			read_answer(events[i].data.ptr);
	}
}

static int by_time(const void *a, const void *b)
{
	double x = ((const struct request *)a)->took, y = ((const struct request *)b)->took;
	return (x > y) - (x < y);
}

static void tell(double took)
{
	qsort(requests, request_count, sizeof *requests, by_time);
	printf("{\"seconds\": %.6f, \"cpu_seconds\": %.6f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"answers\": {", took,
	       seconds(CLOCK_PROCESS_CPUTIME_ID), requests[request_count / 2].took * 1e3,
	       requests[(request_count - 1) * 99 / 100].took * 1e3);
	const char *comma = "";
	for (unsigned i = 0; i < 600; i++)
		if (answers[i]) {
			printf("%s\"%u\": %u", comma, i, answers[i]);
			comma = ", ";
		}
	printf("}}\n");
}

int main(int argc, char **argv)
{
	struct buf headers = BUF_INIT(1 << 16);
	print = argc > 1 && !strcmp(argv[1], "--print");
	argv += print;
	argc -= print;
	int port = argc > 2 ? atoi(argv[1]) : 0, count = argc > 2 ? atoi(argv[2]) : 0;
	if (port < 1 || count < 1 || count > CONNECTIONS_MAX) {
		fprintf(stderr, "usage: send [--print] PORT CONNECTIONS [HEADER...] < requests\n");
		return 2;
	}
	for (int i = 3; i < argc; i++)
		buf_printf(&headers, "%s\r\n", argv[i]);
	buf_byte(&headers, 0);
	read_requests(headers.p);
	double start = seconds(CLOCK_MONOTONIC);
	run(port, (size_t)count);
	if (!print)
		tell(seconds(CLOCK_MONOTONIC) - start);
	return 0;
}
