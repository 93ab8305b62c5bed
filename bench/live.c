/* Many live connections at once: live PORT PATH COUNT
 *
 * Opens COUNT event streams over loopback, from several addresses of it, for each has only so many ports. When all have
 * their hello it prints "ready"; then, for each message `put` that has reached all of them, one JSON object with the
 * moments (of CLOCK_MONOTONIC, seconds) at which it had come whole to the first, to 99 % and to the last of them. The
 * moments are the system's, of the bytes' arrival at the socket, and this program stands back for all others: what it
 * costs to read 10,000 sockets on the machine that writes to them is not the server's affair. Ends with its standard
 * input. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PER_ADDRESS = 20000, AT_ONCE = 200, EVENTS = 512, TAIL = 64 };

/* What a connection has read last, so that words cut in two are found. */
struct listener {
	int fd;
	bool hello;
	char tail[TAIL];
	size_t tail_size;
};

static struct listener *all;
static size_t count, ready, told;
static double *arrived;
static int epoll;

static void fail(const char *what)
{
	fprintf(stderr, "live: %s: %s\n", what, strerror(errno));
	exit(2);
}

static double seconds(struct timespec t) { return (double)t.tv_sec + (double)t.tv_nsec / 1e9; }

static double now(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return seconds(t);
}

static void begin(struct listener *l, size_t i, unsigned port, const char *path)
{
	struct sockaddr_in from = {.sin_family = AF_INET,
	                           .sin_addr.s_addr = htonl(0x7f000002u + (unsigned)(i / PER_ADDRESS))};
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(0x7f000001)};
	int on = 1, small = 4096;
	char request[512];
	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		fail("socket");
	setsockopt(l->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
	setsockopt(l->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	if (setsockopt(l->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on))
		fail("time stamps");
	if (bind(l->fd, (struct sockaddr *)&from, sizeof from) || connect(l->fd, (struct sockaddr *)&to, sizeof to))
		fail("connect");
	int n = snprintf(
		request, sizeof request,
		"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\nCache-Control: no-cache\r\n\r\n", path);
	if (write(l->fd, request, (size_t)n) != n)
		fail("request");
	fcntl(l->fd, F_SETFL, O_NONBLOCK);
	struct epoll_event e = {.events = EPOLLIN, .data.u64 = i};
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, l->fd, &e))
		fail("epoll");
}

static int by_value(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;
	return (a > b) - (a < b);
}

static void heard(double at)
{
	if (at == 0)
		fail("a message without a time stamp");
	arrived[told++] = at;
	if (told < count)
		return;
	qsort(arrived, count, sizeof *arrived, by_value);
	double steady = now(CLOCK_MONOTONIC) - now(CLOCK_REALTIME);
	printf("{\"first\": %.6f, \"p99\": %.6f, \"last\": %.6f}\n", steady + arrived[0],
	       steady + arrived[count * 99 / 100], steady + arrived[count - 1]);
	fflush(stdout);
	told = 0;
}

static bool take(struct listener *l, const char *words)
{
	char *at = memmem(l->tail, l->tail_size, words, strlen(words));
	if (!at)
		return false;
	size_t gone = (size_t)(at - l->tail) + strlen(words);
	memmove(l->tail, l->tail + gone, l->tail_size - gone);
	l->tail_size -= gone;
	return true;
}

/* Byte runs of at most a tail's length, so that each word is seen once. */
static void look(struct listener *l, const char *data, size_t size, double at)
{
	while (size) {
		size_t keep = l->tail_size < TAIL / 2 ? l->tail_size : TAIL / 2;
		memmove(l->tail, l->tail + l->tail_size - keep, keep);
		size_t n = size < TAIL - keep ? size : TAIL - keep;
		memcpy(l->tail + keep, data, n);
		l->tail_size = keep + n;
		data += n;
		size -= n;
		if (!l->hello && take(l, ": hello\n\n")) {
			l->hello = true;
			ready++;
		} else if (l->hello && take(l, "event: put\n")) {
			heard(at);
		}
	}
}

/* With the moment (of CLOCK_REALTIME) at which the last of the bytes came; 0: the system does not stamp yet. */
static ssize_t read_stamped(int fd, char *data, size_t size, double *at)
{
	_Alignas(struct cmsghdr) char control[128];
	struct iovec room = {data, size};
	struct msghdr m = {.msg_iov = &room, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	ssize_t n = recvmsg(fd, &m, 0);
	struct timespec stamp = {0};
	for (struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL; c; c = CMSG_NXTHDR(&m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS)
			memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
	*at = seconds(stamp);
	return n;
}

static void read_some(int wait_ms)
{
	struct epoll_event events[EVENTS];
	char data[8192];
	double at;
	int n = epoll_wait(epoll, events, EVENTS, wait_ms);
	for (int i = 0; i < n; i++) {
		if (events[i].data.u64 == UINT64_MAX)
			exit(0);
		struct listener *l = &all[events[i].data.u64];
		ssize_t got = read_stamped(l->fd, data, sizeof data, &at);
		if (got == 0 || (got < 0 && errno != EAGAIN))
			fail("a stream ended");
		look(l, data, got > 0 ? (size_t)got : 0, at);
	}
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: live PORT PATH COUNT\n");
		return 2;
	}
	count = (size_t)atol(argv[3]);
	struct rlimit files = {count + 100, count + 100};
	if (setrlimit(RLIMIT_NOFILE, &files))
		fail("open files");
	all = calloc(count, sizeof *all);
	arrived = calloc(count, sizeof *arrived);
	epoll = epoll_create1(0);
	if (!all || !arrived || epoll < 0)
		fail("memory");
	for (size_t i = 0; i < count; i++) {
		begin(&all[i], i, (unsigned)atoi(argv[1]), argv[2]);
		while (i + 1 - ready > AT_ONCE)
			read_some(1000);
	}
	while (ready < count)
		read_some(1000);
	if (nice(19) == -1)
		fail("nice");
	struct epoll_event end = {.events = EPOLLIN, .data.u64 = UINT64_MAX};
	epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &end);
	printf("ready\n");
	fflush(stdout);
	for (;;)
		read_some(-1);
}
