/* Where somebody always waits to be accepted, the acceptor ends all the same when it is told to. accept4 is this file's
 * own: before it takes a connection it makes a new one, so that the queue is never empty. */
#include "http/http.h"
#include "http_peer.h"

#include <stdatomic.h>
#include <sys/syscall.h>

enum { WAITING = 8 };

static atomic_uint port, accepted;
static atomic_bool flooding;

/* The one that waits longest goes; no more than a few are open at a time. */
static void one_more(void)
{
	static int waiting[WAITING];
	static unsigned at;
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int *place = &waiting[at++ % WAITING];
	if (*place > 0)
		close(*place);
	*place = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*place < 0 || connect(*place, (struct sockaddr *)&to, sizeof to) != 0)
		abort();
}

/* Called by the acceptor alone. */
int accept4(int fd, struct sockaddr *address, socklen_t *restrict size, int flags)
{
	if (flooding)
		one_more();
	accepted++;
	return (int)syscall(SYS_accept4, fd, address, size, flags);
}

static bool nothing(void *app, struct http_request *req)
{
	http_respond(req, 200, "text/plain", STR("nothing"));
	return true;
}

static void refuse(void *app, struct http_request *req, unsigned status)
{
	http_respond(req, status, "text/plain", STR("refused"));
}

static void a_flood_of_connections_does_not_hold_up_the_end(void **state)
{
	static const struct http_route routes[] = {{HTTP_GET, "/", nothing, NULL, 0, 0}};
	struct http_config config = {.listen = STR("127.0.0.1:0"), .routes = routes, .route_count = 1, .refuse = refuse};
	const struct timespec moment = {.tv_nsec = 1000000};
	struct http_server *server;
	struct frg_error err;
	OK(http_server_open(&config, &server, &err));
	port = http_server_port(server);
	flooding = true;
	struct peer *p = peer_open(port); /* begins it */
	while (accepted < 10000)
		nanosleep(&moment, NULL);
	http_server_close(server); /* hangs for ever if it cannot */
	peer_close(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_flood_of_connections_does_not_hold_up_the_end)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
