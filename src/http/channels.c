/* Channels: what is told, to be sent to all who listen, and kept for a while for those who come back. What is sent
 * when, streams.c knows.
 *
 * The id on the wire is "channel-id": what a channel that is no more has told (another run of the
 * program, or nobody listened for a while) cannot be continued, and must not seem to be. */
#include "http/streams.h"

#include "base/buf.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* In the same order everywhere. */
void streams_lock(struct streams *all)
{
	for (unsigned i = 0; i < all->sender_count; i++)
		pthread_mutex_lock(&all->senders[i].lock);
}

void streams_unlock(struct streams *all)
{
	for (unsigned i = all->sender_count; i-- > 0;)
		pthread_mutex_unlock(&all->senders[i].lock);
}

struct http_channel *http_channel_new(struct http_server *server)
{
	struct streams *all = server->streams;
	struct http_channel *c = calloc(1, sizeof *c);
	if (!c)
		BUG("out of memory");
	atomic_init(&c->refs, 1);
	id_text(id_new(), c->name);
	c->all = all;
	streams_lock(all);
	c->next = all->channels;
	c->link = &all->channels;
	if (c->next)
		c->next->link = &c->next;
	all->channels = c;
	streams_unlock(all);
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
	streams_lock(c->all);
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	streams_unlock(c->all);
	for (uint64_t s = c->first_seq; s < c->end_seq; s++)
		free((char *)c->ring[s % RING].text.p);
	free(c);
}

unsigned http_channel_listeners(const struct http_channel *c)
{
	pthread_mutex_t *lock = &c->all->senders[0].lock;
	pthread_mutex_lock(lock);
	unsigned n = c->count;
	pthread_mutex_unlock(lock);
	return n;
}

void sender_ring(struct sender *sender)
{
	uint64_t one = 1;
	if (write(sender->bell, &one, sizeof one) < 0 && errno != EAGAIN) /* it rings already */
		BUG("the streams' bell: %s", strerror(errno));
}

void stream_wake(struct stream *s)
{
	struct sender *sender = s->sender;
	if (s->due)
		return;
	if (!sender->due)
		sender_ring(sender);
	s->due = true;
	s->next_due = sender->due;
	sender->due = s;
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

/* Leaves of a message only its id. Who has received half of it must begin again. In all locks. */
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
	streams_lock(c->all);
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
		stream_wake(s);
	streams_unlock(c->all);
}
