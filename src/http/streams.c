/* Live streams. To libmicrohttpd a connection is some ten kilobytes, so that of a stream is taken from it: the socket
 * is duplicated, libmicrohttpd closes its own, and a few threads write to all, each to its part. The body ends with the
 * connection. */
#include "http/streams.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* ---- one stream ---- */

/* A text of the stream's own, with the place from which to go on: a client that loses the connection
 * now comes back with it. In its sender's lock. */
static str own_text(struct stream *s, const char *before, const char *after)
{
	const struct http_channel *c = s->channel;
	uint64_t id = s->next_seq == c->end_seq ? c->last_id : c->ring[s->next_seq % RING].id - 1;
	int n = snprintf(s->own, sizeof s->own, "%sid: %s-%llu\n%s", before, c->name, (unsigned long long)id, after);
	BUG_IF(n < 0 || n >= (int)sizeof s->own);
	return s->pending = (str){s->own, (size_t)n};
}

/* What to send next, in the lock; n == 0: nothing now. */
static str next_bytes(struct stream *s)
{
	struct http_channel *c = s->channel;
	if (s->head.n)
		return s->head;
	if (s->pending.n)
		return s->pending;
	if (s->told)
		return STR("");
	if (s->ending && s->sent == 0) {
		s->told = true;
		return own_text(s, "", "event: account\ndata: {}\n\n");
	}
	if (s->lost || s->next_seq < c->first_seq) { /* too far behind: load anew, then go on with the news */
		s->lost = false;
		s->next_seq = c->end_seq;
		s->sent = 0;
		return own_text(s, "", "event: reset\ndata: {}\n\n");
	}
	if (s->next_seq < c->end_seq) {
		str text = c->ring[s->next_seq % RING].text;
		return str_sub(text, s->sent, text.n);
	}
	if (s->ping) {
		s->ping = false;
		return s->pending = STR(": \n\n");
	}
	return STR("");
}

static void free_head(struct stream *s)
{
	free((char *)s->whole_head.p);
	s->head = s->whole_head = STR_NONE;
}

static void advance(struct stream *s, size_t n)
{
	if (s->head.n) {
		s->head = str_sub(s->head, n, s->head.n);
		if (s->head.n == 0)
			free_head(s);
		return;
	}
	if (s->pending.n) {
		s->pending = str_sub(s->pending, n, s->pending.n);
		return;
	}
	s->ping = false;
	s->sent += n;
	if (s->sent == s->channel->ring[s->next_seq % RING].text.n) {
		s->next_seq++;
		s->sent = 0;
	}
}

/* Sends what there is and the socket takes; true if the stream is over: then it stays due, so that nobody puts it among
 * those to be looked at any more. */
static bool flush(struct stream *s)
{
	const struct streams *all = s->channel->all;
	pthread_mutex_t *lock = &s->sender->lock;
	bool over = s->gone;
	pthread_mutex_lock(lock);
	for (;;) {
		/* half a message sent when it left the ring cannot be finished: end, the client comes again */
		over = over || s->torn || (s->sent > 0 && s->next_seq < s->channel->first_seq);
		str next = over ? STR("") : next_bytes(s);
		if (next.n == 0)
			break;
		ssize_t n = send(s->fd, next.p, next.n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0) {
			over = errno != EAGAIN && errno != EINTR; /* it is due again when the socket takes more */
			s->due = over;
			pthread_mutex_unlock(lock);
			return over;
		}
		advance(s, (size_t)n);
	}
	s->due = over = over || all->ended || s->told;
	pthread_mutex_unlock(lock);
	return over;
}

static void free_stream(struct stream *s)
{
	struct http_channel *c = s->channel;
	struct streams *all = c->all;
	streams_lock(all);
	*s->link = s->next;
	if (s->next)
		s->next->link = s->link;
	c->count--;
	all->count--;
	all->counters[s->counter]--;
	streams_unlock(all);
	http_channel_unref(c);
	if (s->fd >= 0) {
		/* closing takes it out only when libmicrohttpd has closed its own, too */
		(void)epoll_ctl(s->sender->epoll, EPOLL_CTL_DEL, s->fd, NULL);
		close(s->fd);
	}
	free_head(s);
	free(s);
}

/* Where to begin: after what the client has seen, or with the news. In all locks. */
static void find_start(struct stream *s, str last_event_id)
{
	struct http_channel *c = s->channel;
	str name;
	int64_t last;
	s->next_seq = c->end_seq;
	if (last_event_id.n == 0)
		return;
	s->lost = true;
	if (!str_next(&last_event_id, '-', &name) || !str_eq(name, str_of(c->name)) || !str_to_i64(last_event_id, &last) ||
	    last < 0 || (uint64_t)last < c->dropped_id || (uint64_t)last > c->last_id)
		return;
	s->lost = false;
	while (s->next_seq > c->first_seq && c->ring[(s->next_seq - 1) % RING].id > (uint64_t)last)
		s->next_seq--;
}

/* ---- streams that end with somebody's leave ---- */

static bool concerns(const struct left *left, const struct stream *s)
{
	return s->who.person && (!left->person || left->person == s->who.person) &&
	       (!left->channel || left->channel == s->channel);
}

/* In all locks. */
static void end_stream(struct stream *s)
{
	s->ending = true;
	stream_wake(s);
}

void http_streams_end(struct http_server *server, const struct http_channel *channel, uint64_t person)
{
	struct streams *all = server->streams;
	struct left left = {.channel = channel, .person = person, .at = clock_steady()};
	streams_lock(all);
	all->left[all->left_count++ % LEFT] = left;
	for (struct http_channel *c = all->channels; c; c = c->next)
		for (struct stream *s = c->streams; s; s = s->next)
			if (concerns(&left, s))
				end_stream(s);
	streams_unlock(all);
}

/* In all locks: did this person's leave end after it was looked up, and before the stream was there? */
static void end_if_left(const struct streams *all, struct stream *s)
{
	for (size_t i = 0; i < LEFT && i < all->left_count; i++)
		if (all->left[i].at >= s->who.known && concerns(&all->left[i], s))
			s->ending = true;
}

static unsigned counter_of(const struct streams *all, str address)
{
	unsigned char out[crypto_shorthash_BYTES];
	unsigned at;
	crypto_shorthash(out, (const unsigned char *)address.p, address.n, all->key);
	memcpy(&at, out, sizeof at);
	return at % STREAM_COUNTERS;
}

unsigned stream_reserve(struct http_request *req)
{
	struct streams *all = req->channel->all;
	req->counter = counter_of(all, http_client(req));
	streams_lock(all);
	unsigned refusal = 0;
	if (all->ended || all->count >= all->max)
		refusal = 503;
	else if (all->per_address && all->counters[req->counter] >= all->per_address)
		refusal = 429;
	else {
		all->count++;
		all->counters[req->counter]++;
	}
	streams_unlock(all);
	return refusal;
}

/* MHD_NO, for libmicrohttpd to drop the connection: what is left of it is ours. */
enum MHD_Result stream_queue(struct http_request *req)
{
	struct http_channel *c = req->channel;
	struct streams *all = c->all;
	struct stream *s = calloc(1, sizeof *s);
	if (!s)
		BUG("out of memory");
	*s = (struct stream){
		.channel = http_channel_ref(c), .counter = req->counter, .who = req->listener, .told = req->head_only};
	s->fd = takeover_socket(req);
	s->whole_head = s->head = takeover_head(req);
	struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = s};
	streams_lock(all);
	s->sender = &all->senders[all->next_sender++ % all->sender_count];
	find_start(s, http_header(req, "Last-Event-ID"));
	/* something at once, so that the client knows that it is connected */
	if (!req->head_only)
		own_text(s, "retry: 3000\n", ": hello\n\n");
	s->next = c->streams;
	s->link = &c->streams;
	if (s->next)
		s->next->link = &s->next;
	c->streams = s;
	c->count++;
	end_if_left(all, s);
	bool lives = s->fd >= 0 && !all->ended && epoll_ctl(s->sender->epoll, EPOLL_CTL_ADD, s->fd, &e) == 0;
	s->due = !lives; /* so that nobody makes it so */
	streams_unlock(all);
	if (!lives)
		free_stream(s);
	return MHD_NO;
}

/* ---- all of them ---- */

/* In all locks. */
static void tick_once(struct streams *all, bool ping)
{
	msec now = clock_now();
	for (struct http_channel *c = all->channels; c; c = c->next) {
		for (struct stream *s = c->streams; s; s = s->next) {
			if (s->who.until && s->who.until <= now)
				end_stream(s);
			s->ping = s->ping || ping; /* a dead peer is found by writing to it */
			if (ping)
				stream_wake(s);
		}
	}
}

/* What a client sends on a stream is thrown away. */
static void listen_to(struct stream *s)
{
	char out[512];
	ssize_t n;
	while ((n = recv(s->fd, out, sizeof out, MSG_DONTWAIT)) > 0 && s->said <= SAID_MAX)
		s->said += (unsigned)n;
	s->gone = s->gone || n == 0 || s->said > SAID_MAX || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static void flush_due(struct sender *me, bool every)
{
	pthread_mutex_lock(&me->lock);
	for (struct http_channel *c = every ? me->all->channels : NULL; c; c = c->next)
		for (struct stream *s = c->streams; s; s = s->next)
			if (s->sender == me)
				stream_wake(s);
	struct stream *due = me->due;
	me->due = NULL;
	pthread_mutex_unlock(&me->lock);
	while (due) {
		struct stream *s = due;
		due = s->next_due;
		if (flush(s))
			free_stream(s);
	}
}

/* A stream is freed only when it was due, so that no event names one that is no more. */
static void take_events(struct sender *me, int wait_ms)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(me->epoll, events, EVENTS, wait_ms);
	for (int i = 0; i < n; i++) {
		struct stream *s = events[i].data.ptr;
		uint64_t rings;
		if (!s) {
			if (read(me->bell, &rings, sizeof rings) < 0 && errno != EAGAIN)
				BUG("the streams' bell: %s", strerror(errno));
			continue;
		}
		if (events[i].events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
			listen_to(s);
		pthread_mutex_lock(&me->lock);
		stream_wake(s);
		pthread_mutex_unlock(&me->lock);
	}
}

/* The clock is the first one's affair, for all. */
static void *serve(void *arg)
{
	struct sender *me = arg;
	struct streams *all = me->all;
	bool keeps_time = me == all->senders;
	msec ticked = clock_steady(), pinged = ticked;
	for (bool ended = false; !ended;) {
		msec now = clock_steady();
		if (keeps_time && now - ticked >= TICK_MS) {
			bool ping = now - pinged >= (msec)all->ping_s * 1000;
			streams_lock(all);
			tick_once(all, ping);
			streams_unlock(all);
			ticked = now;
			pinged = ping ? now : pinged;
		}
		take_events(me, keeps_time ? (int)(ticked + TICK_MS - now) : -1);
		pthread_mutex_lock(&me->lock);
		ended = all->ended;
		pthread_mutex_unlock(&me->lock);
		flush_due(me, ended);
	}
	return NULL;
}

static void open_sender(struct streams *all, struct sender *s)
{
	struct epoll_event bell = {.events = EPOLLIN};
	s->all = all;
	pthread_mutex_init(&s->lock, NULL);
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	s->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->epoll < 0 || s->bell < 0 || epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->bell, &bell) != 0)
		BUG("cannot start the streams' threads: %s", strerror(errno));
}

struct streams *streams_open(unsigned ping_s, unsigned max, unsigned per_address, unsigned senders)
{
	struct streams *all = calloc(1, sizeof *all);
	if (!all)
		BUG("out of memory");
	all->ping_s = ping_s;
	all->max = max;
	all->per_address = per_address;
	randombytes_buf(all->key, sizeof all->key);
	all->sender_count = senders < SENDERS_MAX ? senders : SENDERS_MAX;
	for (unsigned i = 0; i < all->sender_count; i++)
		open_sender(all, &all->senders[i]);
	for (unsigned i = 0; i < all->sender_count; i++)
		if (pthread_create(&all->senders[i].thread, NULL, serve, &all->senders[i]))
			BUG("cannot start the streams' threads");
	return all;
}

void streams_count(struct streams *all, unsigned *count, unsigned *max)
{
	pthread_mutex_lock(&all->senders[0].lock);
	*count = all->count;
	*max = all->max;
	pthread_mutex_unlock(&all->senders[0].lock);
}

void streams_end(struct streams *all)
{
	streams_lock(all);
	all->ended = true;
	for (unsigned i = 0; i < all->sender_count; i++)
		sender_ring(&all->senders[i]);
	streams_unlock(all);
	for (unsigned i = 0; i < all->sender_count; i++)
		pthread_join(all->senders[i].thread, NULL);
}

void streams_close(struct streams *all)
{
	BUG_IF(all->channels != NULL);
	for (unsigned i = 0; i < all->sender_count; i++) {
		close(all->senders[i].epoll);
		close(all->senders[i].bell);
		pthread_mutex_destroy(&all->senders[i].lock);
	}
	free(all);
}
