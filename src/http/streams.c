/* Live streams. A stream without news is a suspended connection and costs no thread. One lock for
 * all: it is held for copying a message or for marking streams, never while anything waits.
 *
 * The id on the wire is "channel-id": what a channel that is no more has told (another run of the
 * program, or nobody listened for a while) cannot be continued, and must not seem to be. */
#include "http/inner.h"

#include "base/buf.h"
#include "base/id.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RING = 256, RING_BYTES = 256 << 10, BLOCK = 4096, OWN_TEXT = 96, TICK_S = 1, LEFT = 256 };

struct message {
	uint64_t id, topic;
	str text; /* as sent; owned */
};

struct stream {
	struct http_channel *channel;
	struct MHD_Connection *connection;
	struct stream *next, **link; /* in the channel */
	uint64_t next_seq;           /* of the channel's messages */
	str pending;                 /* what is being sent of our own: hello, ping, reset */
	char own[OWN_TEXT];          /* where it stands */
	size_t sent;                 /* of the message at next_seq */
	bool asleep, ping, lost, torn;
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
	pthread_cond_t stop;
	struct http_channel *channels;
	unsigned count, max, ping_s;
	bool ended;
	struct left left[LEFT];
	uint64_t left_count;
	pthread_t ticker;
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

/* In the lock. */
static void wake(struct stream *s)
{
	if (!s->asleep)
		return;
	s->asleep = false;
	MHD_resume_connection(s->connection);
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

static void advance(struct stream *s, size_t n)
{
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

static ssize_t read_stream(void *cls, uint64_t pos, char *out, size_t max)
{
	struct stream *s = cls;
	struct streams *all = s->channel->all;
	size_t filled = 0;
	(void)pos;
	pthread_mutex_lock(&all->lock);
	/* half a message sent when it left the ring cannot be finished: end, the client comes again */
	bool torn = s->torn || (s->sent > 0 && s->next_seq < s->channel->first_seq);
	while (filled < max && !torn) {
		str next = next_bytes(s);
		if (next.n == 0)
			break;
		size_t n = next.n < max - filled ? next.n : max - filled;
		memcpy(out + filled, next.p, n);
		advance(s, n);
		filled += n;
	}
	bool over = torn || (filled == 0 && (all->ended || s->told));
	if (filled == 0 && !over) {
		s->asleep = true;
		MHD_suspend_connection(s->connection);
	}
	pthread_mutex_unlock(&all->lock);
	return over ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)filled;
}

static void free_stream(void *cls)
{
	struct stream *s = cls;
	struct http_channel *c = s->channel;
	pthread_mutex_lock(&c->all->lock);
	*s->link = s->next;
	if (s->next)
		s->next->link = s->link;
	c->count--;
	c->all->count--;
	pthread_mutex_unlock(&c->all->lock);
	http_channel_unref(c);
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

bool stream_reserve(struct http_request *req)
{
	struct streams *all = req->channel->all;
	pthread_mutex_lock(&all->lock);
	bool room = !all->ended && all->count < all->max;
	all->count += room;
	pthread_mutex_unlock(&all->lock);
	return room;
}

static struct stream *stream_new(struct http_request *req)
{
	struct http_channel *c = req->channel;
	struct stream *s = calloc(1, sizeof *s);
	if (!s)
		BUG("out of memory");
	*s = (struct stream){.channel = http_channel_ref(c), .connection = req->connection, .who = req->listener};
	pthread_mutex_lock(&c->all->lock);
	find_start(s, http_header(req, "Last-Event-ID"));
	/* something at once, so that the client knows that it is connected */
	own_text(s, "retry: 3000\n", ": hello\n\n");
	s->next = c->streams;
	s->link = &c->streams;
	if (s->next)
		s->next->link = &s->next;
	c->streams = s;
	c->count++;
	end_if_left(c->all, s);
	pthread_mutex_unlock(&c->all->lock);
	return s;
}

enum MHD_Result stream_queue(struct http_request *req)
{
	struct MHD_Response *r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_stream, stream_new(req),
	                                                           free_stream);
	if (!r)
		BUG("out of memory");
	bool good = MHD_add_response_header(r, "Content-Type", "text/event-stream") == MHD_YES &&
	            MHD_add_response_header(r, "Cache-Control", "no-store") == MHD_YES &&
	            MHD_add_response_header(r, "X-Accel-Buffering", "no") == MHD_YES;
	for (struct header *h = req->headers; h && good; h = h->next)
		good = MHD_add_response_header(r, h->name, h->value) == MHD_YES;
	BUG_IF(!good);
	enum MHD_Result result = MHD_queue_response(req->connection, req->status, r);
	MHD_destroy_response(r);
	return result;
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

static void *tick(void *arg)
{
	struct streams *all = arg;
	unsigned since = 0;
	pthread_mutex_lock(&all->lock);
	while (!all->ended) {
		struct timespec until;
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += TICK_S;
		if (pthread_cond_timedwait(&all->stop, &all->lock, &until) != ETIMEDOUT)
			continue;
		since += TICK_S;
		tick_once(all, since >= all->ping_s);
		since = since >= all->ping_s ? 0 : since;
	}
	pthread_mutex_unlock(&all->lock);
	return NULL;
}

struct streams *streams_open(unsigned ping_s, unsigned max)
{
	struct streams *all = calloc(1, sizeof *all);
	pthread_condattr_t steady;
	if (!all)
		BUG("out of memory");
	all->ping_s = ping_s;
	all->max = max;
	pthread_mutex_init(&all->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&all->stop, &steady);
	pthread_condattr_destroy(&steady);
	if (pthread_create(&all->ticker, NULL, tick, all))
		BUG("cannot start a thread");
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
	pthread_cond_signal(&all->stop);
	for (struct http_channel *c = all->channels; c; c = c->next)
		for (struct stream *s = c->streams; s; s = s->next)
			wake(s);
	pthread_mutex_unlock(&all->lock);
}

void streams_close(struct streams *all)
{
	pthread_join(all->ticker, NULL);
	BUG_IF(all->channels != NULL);
	pthread_mutex_destroy(&all->lock);
	pthread_cond_destroy(&all->stop);
	free(all);
}
