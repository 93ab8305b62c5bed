/* A node among others on one PostgreSQL database: hears of their commits (LISTEN), and holds the work, a lock of the
 * session's, if no other does. Both end with the connection; it is made anew, and the lock asked for again. Knows no
 * events: what was missed meanwhile, the outbox tells by its numbers. */
#include "store/postgres.h"

#include "base/log.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { ASK_MS = 500, PAUSE_MS = 500 };

struct nodes {
	char *url;
	void (*wake)(void *, int by);
	void *ctx;
	pthread_t thread;
	int stop[2]; /* a pipe: closed at its end when the thread is to stop */
	atomic_bool works;
};

/* Waits; true: to stop. */
static bool rest(struct nodes *n, int connection, int ms)
{
	struct pollfd fds[] = {{.fd = n->stop[0], .events = POLLIN}, {.fd = connection, .events = POLLIN}};
	if (poll(fds, connection < 0 ? 1 : 2, ms) < 0)
		return false; /* a signal */
	return fds[0].revents != 0;
}

/* True: done, and the first value of what came was t, or nothing came. */
static bool tell(PGconn *conn, const char *sql)
{
	PGresult *result = PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(result);
	bool good = status == PGRES_COMMAND_OK || (status == PGRES_TUPLES_OK && *PQgetvalue(result, 0, 0) == 't');
	PQclear(result);
	return good;
}

static void tell_of(struct nodes *n, PGconn *conn)
{
	for (PGnotify *one; (one = PQnotifies(conn)); PQfreemem(one))
		n->wake(n->ctx, one->be_pid);
}

static void listen_on(struct nodes *n, PGconn *conn)
{
	/* a node that has gone without a word loses the work in seconds */
	if (PQstatus(conn) != CONNECTION_OK ||
	    !tell(conn, "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3") ||
	    !tell(conn, "LISTEN " POSTGRES_CHANNEL))
		return;
	n->wake(n->ctx, 0);
	do {
		if (!atomic_load(&n->works) && tell(conn, "SELECT pg_try_advisory_lock(" POSTGRES_LOCK_WORK ")")) {
			atomic_store(&n->works, true);
			log_info("work", "this node does what is to be done once");
			n->wake(n->ctx, 0);
		}
		tell_of(n, conn); /* also what came with an answer */
		if (rest(n, PQsocket(conn), ASK_MS))
			return;
	} while (PQconsumeInput(conn) && PQstatus(conn) == CONNECTION_OK);
}

static void *loop(void *arg)
{
	struct nodes *n = arg;
	bool said = false;
	do {
		PGconn *conn = postgres_connect(n->url, DB_WRITE);
		bool there = PQstatus(conn) == CONNECTION_OK;
		if (there != said)
			log_info("nodes", there ? "hears of other nodes" : "does not hear of other nodes; looks by itself");
		said = there;
		listen_on(n, conn);
		atomic_store(&n->works, false); /* before the lock goes with the connection */
		PQfinish(conn);
	} while (!rest(n, -1, PAUSE_MS));
	return NULL;
}

enum frg_status nodes_open(const char *url, void (*wake)(void *, int), void *ctx, struct nodes **out,
                           struct frg_error *err)
{
	struct nodes *n = calloc(1, sizeof *n);
	if (!n || !(n->url = strdup(url)))
		BUG("out of memory");
	n->wake = wake;
	n->ctx = ctx;
	if (pipe(n->stop) != 0 || pthread_create(&n->thread, NULL, loop, n)) {
		free(n->url);
		free(n);
		return frg_fail(err, FRG_UNAVAILABLE, "threads", "cannot start a thread");
	}
	*out = n;
	return FRG_OK;
}

void nodes_close(struct nodes *n)
{
	if (!n)
		return;
	close(n->stop[1]);
	pthread_join(n->thread, NULL);
	close(n->stop[0]);
	free(n->url);
	free(n);
}

bool nodes_works(const struct nodes *n) { return atomic_load(&n->works); }
