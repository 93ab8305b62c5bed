/* Channels and streams, as channels.c and streams.c share them.
 *
 * Locks: each sender has one, and holds it for a message to one socket, never while anything waits. Whatever senders
 * have in common (channels, their messages and lists of streams, counts) is read in the lock of any one of them and
 * changed only in the locks of all. */
#ifndef HTTP_STREAMS_H
#define HTTP_STREAMS_H

#include "http/inner.h"

#include "base/id.h"

#include <sodium.h>

enum {
	RING = 256,
	RING_BYTES = 256 << 10,
	OWN_TEXT = 96,
	TICK_MS = 1000,
	LEFT = 256,
	EVENTS = 256,
	SAID_MAX = 8192, /* what a client may send on a stream, where nothing is expected */
	SENDERS_MAX = 4  /* threads */
};

struct message {
	uint64_t id, topic;
	str text; /* as sent; owned */
};

struct stream {
	struct http_channel *channel;
	struct sender *sender;
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

/* A thread that writes to its part of the streams. What it does with one of them it does in its own lock. */
struct sender {
	struct streams *all;
	pthread_mutex_t lock;
	int epoll, bell; /* rung when there are due ones */
	struct stream *due;
	pthread_t thread;
};

struct streams {
	struct sender senders[SENDERS_MAX];
	unsigned sender_count, next_sender;
	struct http_channel *channels;
	unsigned count, max, ping_s, per_address;
	unsigned char key[crypto_shorthash_KEYBYTES];
	unsigned short counters[STREAM_COUNTERS]; /* streams by address; two may share one */
	bool ended;
	struct left left[LEFT];
	uint64_t left_count;
};

/* channels.c */
void streams_lock(struct streams *all);
void streams_unlock(struct streams *all);
void sender_ring(struct sender *sender);
/* In the lock of its sender: is to be looked at by it. */
void stream_wake(struct stream *s);

#endif
