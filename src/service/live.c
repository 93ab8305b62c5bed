/* Channels of live streams: one per article for readers, one per site for the desk. The ids of
 * their messages start from the clock and say nothing of what was submitted. */
#include "service/inner.h"

#include <stdlib.h>

enum { BUCKETS = 1024, SWEEP_EVERY = 256, KEEP_MS = 60000 };

struct channel {
	struct channel *next;
	id64 site, subject;
	uint64_t last_id;
	msec asked; /* whoever just asked may not listen yet */
	struct http_channel *channel;
};

struct live {
	pthread_mutex_t lock;
	struct http_server *server;
	struct channel *buckets[BUCKETS];
	unsigned opened;
};

void service_live_start(struct service *svc, struct http_server *server)
{
	struct live *live = calloc(1, sizeof *live);
	if (!live)
		BUG("out of memory");
	pthread_mutex_init(&live->lock, NULL);
	live->server = server;
	svc->live = live;
}

void service_live_stop(struct service *svc)
{
	struct live *live = svc->live;
	if (!live)
		return;
	svc->live = NULL;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (live->buckets[i]) {
			struct channel *c = live->buckets[i];
			live->buckets[i] = c->next;
			http_channel_unref(c->channel);
			free(c);
		}
	}
	pthread_mutex_destroy(&live->lock);
	free(live);
}

static struct channel **find(struct live *live, id64 subject)
{
	struct channel **at = &live->buckets[((uint64_t)subject * 0x9e3779b97f4a7c15u >> 40) % BUCKETS];
	while (*at && (*at)->subject != subject)
		at = &(*at)->next;
	return at;
}

/* In the lock: channels that nobody listens to any more. */
static void sweep(struct live *live)
{
	msec now = clock_steady();
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct channel **at = &live->buckets[i]; *at;) {
			struct channel *c = *at;
			if (http_channel_listeners(c->channel) > 0 || now - c->asked < KEEP_MS) {
				at = &c->next;
				continue;
			}
			*at = c->next;
			http_channel_unref(c->channel);
			free(c);
		}
	}
}

struct http_channel *service_channel(struct service *svc, id64 site, id64 subject)
{
	struct live *live = svc->live;
	pthread_mutex_lock(&live->lock);
	struct channel **at = find(live, subject);
	if (!*at) {
		if (++live->opened % SWEEP_EVERY == 0) {
			sweep(live);
			at = find(live, subject);
		}
		struct channel *c = calloc(1, sizeof *c);
		if (!c)
			BUG("out of memory");
		*c = (struct channel){.site = site,
		                      .subject = subject,
		                      .last_id = (uint64_t)clock_now() * 1000,
		                      .channel = http_channel_new(live->server)};
		*at = c;
	}
	(*at)->asked = clock_steady();
	struct http_channel *channel = http_channel_ref((*at)->channel);
	pthread_mutex_unlock(&live->lock);
	return channel;
}

void service_streams_end(struct service *svc, id64 site, id64 editor)
{
	if (!svc->live)
		return;
	struct http_channel *channel = editor ? NULL : service_channel(svc, site, site);
	http_streams_end(svc->live->server, channel, (uint64_t)editor);
	http_channel_unref(channel);
}

bool service_channel_heard(struct service *svc, id64 subject)
{
	struct live *live = svc->live;
	if (!live)
		return false;
	pthread_mutex_lock(&live->lock);
	bool heard = *find(live, subject) != NULL;
	pthread_mutex_unlock(&live->lock);
	return heard;
}

void service_channel_tell(struct service *svc, id64 subject, id64 topic, const char *event, str data)
{
	struct live *live = svc->live;
	if (!live)
		return;
	pthread_mutex_lock(&live->lock);
	struct channel *c = *find(live, subject);
	if (c)
		http_channel_publish(c->channel, ++c->last_id, (uint64_t)topic, event, data);
	pthread_mutex_unlock(&live->lock);
}

void service_channels_tell(struct service *svc, id64 site, const char *event, str data)
{
	struct live *live = svc->live;
	if (!live)
		return;
	pthread_mutex_lock(&live->lock);
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct channel *c = live->buckets[i]; c; c = c->next)
			if (c->site == site)
				http_channel_publish(c->channel, ++c->last_id, 0, event, data);
	pthread_mutex_unlock(&live->lock);
}
