/* Rendered pages in memory, least recently used ones given up first. Each subject (an article, a
 * site's front page) has a generation that every change counts up: a page is handed out and kept
 * only if it was made in the present one, so a page made from an older state cannot come back.
 *
 * But for one case: where nothing has been done since but to add to it, a page lacks something and shows nothing that
 * is no more. It is kept for when the database cannot be asked. So changes that take something away or put something
 * else in its place are counted by themselves. */
#include "service/inner.h"
#include "service/measure.h"

#include <stdlib.h>

enum { BUCKETS = 4096, GENERATIONS = 4096 };

struct entry {
	struct entry *next;          /* in the bucket */
	struct entry *newer, *older; /* by use */
	uint64_t hash;
	struct cache_state made;
	id64 subject;
	struct http_page *page;
	size_t bytes;
	str key;
};

struct thread_cache {
	pthread_mutex_t lock;
	struct entry *buckets[BUCKETS];
	struct entry *newest, *oldest;
	size_t bytes, bytes_max;
	/* subjects that share a slot only lose a page, or ask the primary, more often than they must */
	struct cache_state states[GENERATIONS];
};

struct thread_cache *cache_open(size_t bytes_max)
{
	struct thread_cache *c = calloc(1, sizeof *c);
	if (!c)
		BUG("out of memory");
	pthread_mutex_init(&c->lock, NULL);
	c->bytes_max = bytes_max;
	metric_set(&cache_bytes_max, 0, (int64_t)bytes_max);
	return c;
}

static uint64_t hash(str key)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t i = 0; i < key.n; i++)
		h = (h ^ (unsigned char)key.p[i]) * 0x100000001b3u;
	return h ^ h >> 31;
}

static struct cache_state *state_of(struct thread_cache *c, id64 subject)
{
	return &c->states[((uint64_t)subject * 0x9e3779b97f4a7c15u >> 40) % GENERATIONS];
}

static void unlink_use(struct thread_cache *c, struct entry *e)
{
	*(e->newer ? &e->newer->older : &c->newest) = e->older;
	*(e->older ? &e->older->newer : &c->oldest) = e->newer;
}

static void link_newest(struct thread_cache *c, struct entry *e)
{
	e->newer = NULL;
	e->older = c->newest;
	if (c->newest)
		c->newest->newer = e;
	else
		c->oldest = e;
	c->newest = e;
}

static void forget(struct thread_cache *c, struct entry *e)
{
	struct entry **at = &c->buckets[e->hash % BUCKETS];
	while (*at && *at != e)
		at = &(*at)->next;
	BUG_IF(!*at);
	*at = e->next;
	unlink_use(c, e);
	c->bytes -= e->bytes;
	metric_add(&cache_bytes, 0, -(int64_t)e->bytes);
	metric_add(&cache_pages, 0, -1);
	http_page_unref(e->page);
	free(e);
}

void cache_close(struct thread_cache *c)
{
	while (c->newest)
		forget(c, c->newest);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

struct cache_state cache_state(struct thread_cache *c, id64 subject)
{
	pthread_mutex_lock(&c->lock);
	struct cache_state state = *state_of(c, subject);
	pthread_mutex_unlock(&c->lock);
	return state;
}

static void count_change(struct cache_state *state, bool adds, int64_t event)
{
	state->changes++;
	state->losses += !adds;
	state->event = event > state->event ? event : state->event;
}

void cache_drop(struct thread_cache *c, id64 subject, bool adds, int64_t event)
{
	pthread_mutex_lock(&c->lock);
	count_change(state_of(c, subject), adds, event);
	pthread_mutex_unlock(&c->lock);
}

void cache_drop_all(struct thread_cache *c, int64_t event)
{
	pthread_mutex_lock(&c->lock);
	for (size_t i = 0; i < GENERATIONS; i++)
		count_change(&c->states[i], false, event);
	pthread_mutex_unlock(&c->lock);
}

static struct entry *find(struct thread_cache *c, str key, uint64_t h)
{
	struct entry *e = c->buckets[h % BUCKETS];
	while (e && (e->hash != h || !str_eq(e->key, key)))
		e = e->next;
	return e;
}

struct http_page *cache_get(struct thread_cache *c, str key)
{
	uint64_t h = hash(key);
	struct http_page *page = NULL;
	pthread_mutex_lock(&c->lock);
	struct entry *e = find(c, key, h);
	const struct cache_state *now = e ? state_of(c, e->subject) : NULL;
	if (e && e->made.losses != now->losses) {
		forget(c, e);
	} else if (e && e->made.changes == now->changes) {
		unlink_use(c, e);
		link_newest(c, e);
		page = http_page_ref(e->page);
	}
	pthread_mutex_unlock(&c->lock);
	metric_add(&cache_asked, page ? CACHE_HIT : CACHE_MISS, 1);
	return page;
}

struct http_page *cache_get_older(struct thread_cache *c, str key)
{
	struct http_page *page = NULL;
	pthread_mutex_lock(&c->lock);
	struct entry *e = find(c, key, hash(key));
	if (e && e->made.losses == state_of(c, e->subject)->losses)
		page = http_page_ref(e->page);
	pthread_mutex_unlock(&c->lock);
	if (page)
		metric_add(&cache_asked, CACHE_OLDER, 1);
	return page;
}

void cache_put(struct thread_cache *c, str key, id64 subject, struct cache_state made, struct http_page *page,
               size_t bytes)
{
	uint64_t h = hash(key);
	struct entry *e = calloc(1, sizeof *e + key.n);
	if (!e)
		BUG("out of memory");
	char *copy = (char *)(e + 1);
	memcpy(copy, key.p, key.n);
	*e = (struct entry){
		.hash = h, .made = made, .subject = subject, .bytes = bytes + sizeof *e + key.n, .key = {copy, key.n}};
	pthread_mutex_lock(&c->lock);
	if (made.changes != state_of(c, subject)->changes || e->bytes > c->bytes_max / 4) {
		pthread_mutex_unlock(&c->lock);
		free(e);
		return;
	}
	struct entry *old = find(c, key, h);
	if (old)
		forget(c, old);
	e->page = http_page_ref(page);
	e->next = c->buckets[h % BUCKETS];
	c->buckets[h % BUCKETS] = e;
	link_newest(c, e);
	c->bytes += e->bytes;
	metric_add(&cache_bytes, 0, (int64_t)e->bytes);
	metric_add(&cache_pages, 0, 1);
	while (c->bytes > c->bytes_max && c->oldest != e)
		forget(c, c->oldest); /* NOLINT(clang-analyzer-unix.Malloc): forgetting moves `oldest` on */
	pthread_mutex_unlock(&c->lock);
}

/* ---- for the rest of the service ---- */

void service_threads_drop(struct service *svc, id64 subject)
{
	cache_drop(svc->cache, subject, false, store_known(svc->store));
}

void service_threads_drop_both(struct service *svc, id64 article, id64 site)
{
	service_threads_change(svc, article, site, false);
}

void service_threads_change(struct service *svc, id64 article, id64 site, bool adds)
{
	int64_t known = store_known(svc->store);
	cache_drop(svc->cache, article, adds, known);
	cache_drop(svc->cache, site, adds, known);
}

void service_threads_drop_all(struct service *svc) { cache_drop_all(svc->cache, store_known(svc->store)); }
