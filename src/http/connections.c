/* Every open connection: how many there are, and that none lasts for ever: each waits for something until some time,
 * and then is shut. Idle ones libmicrohttpd ends by itself; this ends those that keep sending or taking a byte now and
 * then. */
#include "http/inner.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

struct connection {
	int fd;
	_Atomic msec until; /* clock_steady(); 0: it is not the client's turn */
	struct connection *next, **link;
};

struct connections {
	pthread_mutex_t lock;
	pthread_cond_t stop;
	struct connection *all;
	unsigned count, max;
	msec patience;
	bool stopping;
	pthread_t watch;
};

static void opened(struct connections *all, struct MHD_Connection *connection, void **slot)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct connection *c = calloc(1, sizeof *c);
	if (!c || !info)
		BUG("out of memory");
	c->fd = info->connect_fd;
	atomic_init(&c->until, clock_steady() + all->patience);
	*slot = c;
	pthread_mutex_lock(&all->lock);
	c->next = all->all;
	c->link = &all->all;
	if (c->next)
		c->next->link = &c->next;
	all->all = c;
	pthread_mutex_unlock(&all->lock);
}

void connections_note(void *cls, struct MHD_Connection *connection, void **slot,
                      enum MHD_ConnectionNotificationCode code)
{
	struct connections *all = cls;
	struct connection *c = *slot;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		opened(all, connection, slot);
		return;
	}
	pthread_mutex_lock(&all->lock);
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	all->count--;
	pthread_mutex_unlock(&all->lock);
	free(c);
	*slot = NULL;
}

bool connections_enter(struct connections *all)
{
	pthread_mutex_lock(&all->lock);
	bool room = all->count < all->max;
	all->count += room;
	pthread_mutex_unlock(&all->lock);
	return room;
}

void connections_leave(struct connections *all)
{
	pthread_mutex_lock(&all->lock);
	all->count--;
	pthread_mutex_unlock(&all->lock);
}

static struct connection *find(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	BUG_IF(!info || !info->socket_context);
	return info->socket_context;
}

void connection_await(struct connections *all, struct MHD_Connection *connection, size_t bytes)
{
	/* whoever is not idle sends and takes at least a byte in a millisecond */
	atomic_store(&find(connection)->until, clock_steady() + all->patience + (msec)bytes);
}

void connection_free(struct MHD_Connection *connection) { atomic_store(&find(connection)->until, 0); }

/* In the lock: none of these is closed meanwhile. Its loop finds it shut, and ends it. */
static void shut_late_ones(struct connections *all)
{
	msec now = clock_steady();
	for (struct connection *c = all->all; c; c = c->next) {
		msec until = atomic_load(&c->until);
		if (until && until < now && atomic_compare_exchange_strong(&c->until, &until, 0))
			shutdown(c->fd, SHUT_RDWR);
	}
}

static void *watch(void *arg)
{
	struct connections *all = arg;
	pthread_mutex_lock(&all->lock);
	while (!all->stopping) {
		struct timespec until = clock_steady_after(1000);
		if (pthread_cond_timedwait(&all->stop, &all->lock, &until) == ETIMEDOUT)
			shut_late_ones(all);
	}
	pthread_mutex_unlock(&all->lock);
	return NULL;
}

struct connections *connections_open(unsigned patience_s, unsigned max)
{
	struct connections *all = calloc(1, sizeof *all);
	pthread_condattr_t steady;
	if (!all)
		BUG("out of memory");
	all->max = max;
	all->patience = 1000 * (msec)patience_s;
	pthread_mutex_init(&all->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&all->stop, &steady);
	pthread_condattr_destroy(&steady);
	if (pthread_create(&all->watch, NULL, watch, all))
		BUG("cannot start a thread");
	return all;
}

void connections_close(struct connections *all)
{
	pthread_mutex_lock(&all->lock);
	BUG_IF(all->all != NULL);
	all->stopping = true;
	pthread_cond_signal(&all->stop);
	pthread_mutex_unlock(&all->lock);
	pthread_join(all->watch, NULL);
	pthread_mutex_destroy(&all->lock);
	pthread_cond_destroy(&all->stop);
	free(all);
}
