/* Live streams. To libmicrohttpd a connection is some ten kilobytes, so that of a stream is taken from it: the socket
 * is duplicated, libmicrohttpd closes its own, and one thread writes to all. The body ends with the connection. One
 * lock for all: it is held for a message to one socket or for marking streams, never while anything waits.
 *
 * The id on the wire is "channel-id": what a channel that is no more has told (another run of the
 * program, or nobody listened for a while) cannot be continued, and must not seem to be. */
#include "http/inner.h"

#include "base/buf.h"
#include "base/id.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	RING = 256,
	RING_BYTES = 256 << 10,
	OWN_TEXT = 96,
	TICK_MS = 1000,
	LEFT = 256,
	EVENTS = 256,
	SAID_MAX = 8192 /* what a client may send on a stream, where nothing is expected */
};

struct message {
	uint64_t id, topic;
	str text; /* as sent; owned */
};

struct stream {
	struct http_channel *channel;
	int fd;
	struct stream *next, **link; /* in the channel */
	struct stream *next_due;     /* among those to be looked at */
	str head, whole_head;        /* the answer's, not yet sent; owned until it is */
	uint64_t next_seq;           /* of the channel's messages */
	str pending;                 /* what is being sent of our own: hello, ping, reset */
	char own[OWN_TEXT];          /* where it stands */
	size_t sent;                 /* of the message at next_seq */
	bool due, ping, lost, torn;
	bool gone;     /* the client */
	unsigned said; /* bytes that it has sent */
	unsigned counter;
	struct http_listener who;
	bool ending, told; /* may listen no more; has been told so */
};

/* Who may listen no more, kept for those whose stream is just about to begin. */
struct left {
	const struct http_channel *channel; /* only compared */
	uint64_t person;
	msec at;
};

struct http_channel {
	atomic_int refs;
	struct streams *all;
	struct http_channel *next, **link; /* of all channels with streams or not */
	char name[ID_TEXT_SIZE];
	uint64_t last_id, dropped_id; /* newest; newest of those not kept; 0: none */
	struct stream *streams;
	unsigned count;
	struct message ring[RING];
	uint64_t first_seq, end_seq; /* messages kept: first_seq … end_seq - 1 */
	size_t bytes;
};

struct streams {
	pthread_mutex_t lock;
	int epoll, bell; /* rung when there are due ones */
	struct stream *due;
	struct http_channel *channels;
	unsigned count, max, ping_s, per_address;
	unsigned char key[crypto_shorthash_KEYBYTES];
	unsigned short counters[STREAM_COUNTERS]; /* streams by address; two may share one */
	bool ended;
	struct left left[LEFT];
	uint64_t left_count;
	pthread_t thread;
};

/* ---- channels ---- */

struct http_channel *http_channel_new(struct http_server *server)
{
	struct streams *all = server->streams;
	struct http_channel *c = calloc(1, sizeof *c);
	if (!c)
		BUG("out of memory");
	atomic_init(&c->refs, 1);
	id_text(id_new(), c->name);
	c->all = all;
	pthread_mutex_lock(&all->lock);
	c->next = all->channels;
	c->link = &all->channels;
	if (c->next)
		c->next->link = &c->next;
	all->channels = c;
	pthread_mutex_unlock(&all->lock);
	return c;
}

struct http_channel *http_channel_ref(struct http_channel *c)
{
	atomic_fetch_add(&c->refs, 1);
	return c;
}

void http_channel_unref(struct http_channel *c)
{
	if (!c || atomic_fetch_sub(&c->refs, 1) != 1)
		return;
	pthread_mutex_lock(&c->all->lock);
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	pthread_mutex_unlock(&c->all->lock);
	for (uint64_t s = c->first_seq; s < c->end_seq; s++)
		free((char *)c->ring[s % RING].text.p);
	free(c);
}

unsigned http_channel_listeners(const struct http_channel *c)
{
	pthread_mutex_lock(&c->all->lock);
	unsigned n = c->count;
	pthread_mutex_unlock(&c->all->lock);
	return n;
}

static void ring(struct streams *all)
{
	uint64_t one = 1;
	if (write(all->bell, &one, sizeof one) != (ssize_t)sizeof one)
		BUG("the streams' bell: %s", strerror(errno));
}

/* In the lock: is to be looked at by the streams' thread. */
static void wake(struct stream *s)
{
	struct streams *all = s->channel->all;
	if (s->due)
		return;
	if (!all->due)
		ring(all);
	s->due = true;
	s->next_due = all->due;
	all->due = s;
}

static void drop_oldest(struct http_channel *c)
{
	struct message *m = &c->ring[c->first_seq++ % RING];
	c->dropped_id = m->id;
	c->bytes -= m->text.n;
	free((char *)m->text.p);
	*m = (struct message){0};
}

static void put_id(struct buf *b, const struct http_channel *c, uint64_t id)
{
	buf_printf(b, "id: %s-%llu\n", c->name, (unsigned long long)id);
}

static str format(const struct http_channel *c, uint64_t id, const char *event, str data)
{
	struct buf b = BUF_INIT(RING_BYTES);
	str line, rest = data.p ? data : STR("");
	put_id(&b, c, id);
	buf_printf(&b, "event: %s\n", event);
	while (str_next(&rest, '\n', &line)) {
		BUF_LIT(&b, "data: ");
		for (size_t i = 0; i < line.n; i++)
			buf_byte(&b, line.p[i] == '\r' ? ' ' : line.p[i]);
		buf_byte(&b, '\n');
	}
	buf_byte(&b, '\n');
	if (b.cut) { /* too large to be told: whoever listens loads anew */
		buf_free(&b);
		b = (struct buf)BUF_INIT(OWN_TEXT);
		put_id(&b, c, id);
		BUF_LIT(&b, "event: reset\ndata: {}\n\n");
	}
	return buf_str(&b);
}

/* Leaves of a message only its id. Who has received half of it must begin again. In the lock. */
static void blank(struct http_channel *c, uint64_t seq)
{
	struct message *m = &c->ring[seq % RING];
	struct buf b = BUF_INIT(OWN_TEXT);
	put_id(&b, c, m->id);
	buf_byte(&b, '\n');
	c->bytes -= m->text.n;
	free((char *)m->text.p);
	m->text = buf_str(&b);
	c->bytes += m->text.n;
	for (struct stream *s = c->streams; s; s = s->next)
		s->torn = s->torn || (s->next_seq == seq && s->sent > 0);
}

void http_channel_publish(struct http_channel *c, uint64_t id, uint64_t topic, const char *event, str data)
{
	BUG_IF(strpbrk(event, "\r\n")); /* would begin another field */
	str text = format(c, id, event, data);
	pthread_mutex_lock(&c->all->lock);
	BUG_IF(id <= c->last_id);
	c->last_id = id;
	for (uint64_t seq = c->first_seq; topic && seq < c->end_seq; seq++)
		if (c->ring[seq % RING].topic == topic)
			blank(c, seq);
	while (c->end_seq - c->first_seq == RING || (c->bytes + text.n > RING_BYTES && c->first_seq < c->end_seq))
		drop_oldest(c);
	c->ring[c->end_seq++ % RING] = (struct message){.id = id, .topic = topic, .text = text};
	c->bytes += text.n;
	for (struct stream *s = c->streams; s; s = s->next)
		wake(s);
	pthread_mutex_unlock(&c->all->lock);
}

/* ---- one stream ---- */

/* A text of the stream's own, with the place from which to go on: a client that loses the connection
 * now comes back with it. In the lock. */
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
	struct streams *all = s->channel->all;
	bool over = s->gone;
	pthread_mutex_lock(&all->lock);
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
			pthread_mutex_unlock(&all->lock);
			return over;
		}
		advance(s, (size_t)n);
	}
	s->due = over = over || all->ended || s->told;
	pthread_mutex_unlock(&all->lock);
	return over;
}

static void free_stream(struct stream *s)
{
	struct http_channel *c = s->channel;
	struct streams *all = c->all;
	pthread_mutex_lock(&all->lock);
	*s->link = s->next;
	if (s->next)
		s->next->link = s->link;
	c->count--;
	all->count--;
	all->counters[s->counter]--;
	pthread_mutex_unlock(&all->lock);
	http_channel_unref(c);
	if (s->fd >= 0) {
		/* closing takes it out only when libmicrohttpd has closed its own, too */
		(void)epoll_ctl(all->epoll, EPOLL_CTL_DEL, s->fd, NULL);
		close(s->fd);
	}
	free_head(s);
	free(s);
}

/* Where to begin: after what the client has seen, or with the news. In the lock. */
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

/* In the lock. */
static void end_stream(struct stream *s)
{
	s->ending = true;
	wake(s);
}

void http_streams_end(struct http_server *server, const struct http_channel *channel, uint64_t person)
{
	struct streams *all = server->streams;
	struct left left = {.channel = channel, .person = person, .at = clock_steady()};
	pthread_mutex_lock(&all->lock);
	all->left[all->left_count++ % LEFT] = left;
	for (struct http_channel *c = all->channels; c; c = c->next)
		for (struct stream *s = c->streams; s; s = s->next)
			if (concerns(&left, s))
				end_stream(s);
	pthread_mutex_unlock(&all->lock);
}

/* In the lock: did this person's leave end after it was looked up, and before the stream was there? */
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
	pthread_mutex_lock(&all->lock);
	unsigned refusal = 0;
	if (all->ended || all->count >= all->max)
		refusal = 503;
	else if (all->per_address && all->counters[req->counter] >= all->per_address)
		refusal = 429;
	else {
		all->count++;
		all->counters[req->counter]++;
	}
	pthread_mutex_unlock(&all->lock);
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
	pthread_mutex_lock(&all->lock);
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
	bool lives = s->fd >= 0 && !all->ended && epoll_ctl(all->epoll, EPOLL_CTL_ADD, s->fd, &e) == 0;
	s->due = !lives; /* so that nobody makes it so */
	pthread_mutex_unlock(&all->lock);
	if (!lives)
		free_stream(s);
	return MHD_NO;
}

/* ---- all of them ---- */

/* In the lock. */
static void tick_once(struct streams *all, bool ping)
{
	msec now = clock_now();
	for (struct http_channel *c = all->channels; c; c = c->next) {
		for (struct stream *s = c->streams; s; s = s->next) {
			if (s->who.until && s->who.until <= now)
				end_stream(s);
			s->ping = s->ping || ping; /* a dead peer is found by writing to it */
			if (ping)
				wake(s);
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

static void flush_due(struct streams *all, bool every)
{
	pthread_mutex_lock(&all->lock);
	for (struct http_channel *c = every ? all->channels : NULL; c; c = c->next)
		for (struct stream *s = c->streams; s; s = s->next)
			wake(s);
	struct stream *due = all->due;
	all->due = NULL;
	pthread_mutex_unlock(&all->lock);
	while (due) {
		struct stream *s = due;
		due = s->next_due;
		if (flush(s))
			free_stream(s);
	}
}

/* A stream is freed only when it was due, so that no event names one that is no more. */
static void take_events(struct streams *all, int wait_ms)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(all->epoll, events, EVENTS, wait_ms);
	for (int i = 0; i < n; i++) {
		struct stream *s = events[i].data.ptr;
		uint64_t rings;
		if (!s) {
			if (read(all->bell, &rings, sizeof rings) < 0 && errno != EAGAIN)
				BUG("the streams' bell: %s", strerror(errno));
			continue;
		}
		if (events[i].events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
			listen_to(s);
		pthread_mutex_lock(&all->lock);
		wake(s);
		pthread_mutex_unlock(&all->lock);
	}
}

static void *serve(void *arg)
{
	struct streams *all = arg;
	msec ticked = clock_steady(), pinged = ticked;
	for (bool ended = false; !ended;) {
		msec now = clock_steady();
		if (now - ticked >= TICK_MS) {
			bool ping = now - pinged >= (msec)all->ping_s * 1000;
			pthread_mutex_lock(&all->lock);
			tick_once(all, ping);
			pthread_mutex_unlock(&all->lock);
			ticked = now;
			pinged = ping ? now : pinged;
		}
		take_events(all, (int)(ticked + TICK_MS - now));
		pthread_mutex_lock(&all->lock);
		ended = all->ended;
		pthread_mutex_unlock(&all->lock);
		flush_due(all, ended);
	}
	return NULL;
}

struct streams *streams_open(unsigned ping_s, unsigned max, unsigned per_address)
{
	struct streams *all = calloc(1, sizeof *all);
	if (!all)
		BUG("out of memory");
	all->ping_s = ping_s;
	all->max = max;
	all->per_address = per_address;
	randombytes_buf(all->key, sizeof all->key);
	pthread_mutex_init(&all->lock, NULL);
	all->epoll = epoll_create1(EPOLL_CLOEXEC);
	all->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct epoll_event bell = {.events = EPOLLIN};
	if (all->epoll < 0 || all->bell < 0 || epoll_ctl(all->epoll, EPOLL_CTL_ADD, all->bell, &bell) != 0 ||
	    pthread_create(&all->thread, NULL, serve, all))
		BUG("the streams' thread cannot be started: %s", strerror(errno));
	return all;
}

void streams_count(struct streams *all, unsigned *count, unsigned *max)
{
	pthread_mutex_lock(&all->lock);
	*count = all->count;
	*max = all->max;
	pthread_mutex_unlock(&all->lock);
}

void streams_end(struct streams *all)
{
	pthread_mutex_lock(&all->lock);
	all->ended = true;
	ring(all);
	pthread_mutex_unlock(&all->lock);
	pthread_join(all->thread, NULL);
}

void streams_close(struct streams *all)
{
	BUG_IF(all->channels != NULL);
	close(all->epoll);
	close(all->bell);
	pthread_mutex_destroy(&all->lock);
	free(all);
}
