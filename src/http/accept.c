/* Takes new connections and hands them to libmicrohttpd's loops in turn. Left to the loops, whichever wakes first takes
 * all that wait, and one loop may get every connection. Knows nothing of requests. */
#include "http/inner.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	FULL_WAIT_MS = 50, /* no descriptor is left: until one may be */
	AT_ONCE = 64       /* then the bell is looked at: under a flood somebody always waits */
};

struct acceptor {
	struct MHD_Daemon *daemon;
	struct connections *connections;
	int socket, bell;
	pthread_t thread;
};

/* False: the system can take no more now. */
static bool take_one(const struct acceptor *a, bool *more)
{
	struct sockaddr_storage from;
	socklen_t size = sizeof from;
	int fd = accept4(a->socket, (struct sockaddr *)&from, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
	*more = fd >= 0 || errno == EINTR || errno == ECONNABORTED;
	if (fd >= 0 && !connections_enter(a->connections))
		close(fd);
	else if (fd >= 0 && MHD_add_connection(a->daemon, fd, (struct sockaddr *)&from, size) != MHD_YES)
		connections_leave(a->connections); /* too many from there: closed by libmicrohttpd */
	return *more || errno == EAGAIN;
}

static void *run(void *arg)
{
	struct acceptor *a = arg;
	struct pollfd polled[] = {{.fd = a->bell, .events = POLLIN}, {.fd = a->socket, .events = POLLIN}};
	bool full = false;
	for (;;) {
		bool more = true;
		int n = poll(polled, full ? 1 : 2, full ? FULL_WAIT_MS : -1);
		if (n < 0 && errno != EINTR)
			BUG("poll: %s", strerror(errno));
		if (n > 0 && polled[0].revents)
			return NULL;
		full = false;
		for (unsigned i = 0; i < AT_ONCE && more && !full; i++)
			full = !take_one(a, &more);
	}
}

struct acceptor *acceptor_open(struct MHD_Daemon *daemon, struct connections *connections, int socket)
{
	struct acceptor *a = calloc(1, sizeof *a);
	if (!a)
		BUG("out of memory");
	*a = (struct acceptor){
		.daemon = daemon, .connections = connections, .socket = socket, .bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
	if (a->bell < 0 || pthread_create(&a->thread, NULL, run, a))
		BUG("the web server cannot start its threads");
	return a;
}

void acceptor_close(struct acceptor *a)
{
	uint64_t one = 1;
	if (write(a->bell, &one, sizeof one) < 0 && errno != EAGAIN) /* it rings already */
		BUG("the acceptor's bell: %s", strerror(errno));
	pthread_join(a->thread, NULL);
	close(a->socket);
	close(a->bell);
	free(a);
}
