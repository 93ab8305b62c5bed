/* Tells caches in front of the program which pages are not what they were. It follows the outbox as the tail does,
 * behind it, and writes down how far it has come: what a stop or a crash has cut off is told after the next start.
 * Every node tells of all, since each keeps pages of its own and a cache may have asked any of them; the one that does
 * what is to be done once writes down. A cache that does not answer is tried again once; then the age that its own
 * configuration allows is what is left, and the log says so. */
#include "event/purge.h"

#include "base/log.h"
#include "event/outbox.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum { CACHES = 16, TIMEOUT_MS = 1000, TRIES = 2, URL_MAX = 2048, NOTE_MS = 1000 };

struct purger {
	struct service *svc;
	const char *cache[CACHES];
	char *caches;
	size_t cache_count;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t there;
	int64_t reached; /* how far the tail has come; -1: it has not begun */
	bool stopping;
	/* only the purger's thread: */
	int64_t seq, noted; /* told of all up to here; what is written down of that */
	msec noted_at;      /* by the steady clock */
	bool works;
};

/* All that a cache may keep of an article under an address without a query. */
static const char *const pages[] = {"/articles/%s", "/articles/%s/comments.atom", "/v1/articles/%s/comments",
                                    "/v1/articles/%s/thread"};

void purge_until(struct purger *p, int64_t seq)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->reached = seq;
	pthread_cond_signal(&p->there);
	pthread_mutex_unlock(&p->lock);
}

bool purge_concerns(const struct store_event *e)
{
	static const str decisions[] = {STR_INIT("release"), STR_INIT("remove"), STR_INIT("pick"), STR_INIT("unpick")};
	str rest = e->detail, action = STR("");
	if (!e->article)
		return false;
	if (!str_eq(e->kind, STR("decided")) && !str_eq(e->kind, STR("undone")))
		return str_eq(e->kind, STR("unpublished")) || str_eq(e->kind, STR("article")) || str_eq(e->kind, STR("erased"));
	str_next(&rest, ' ', &action);
	for (size_t i = 0; i < COUNT_OF(decisions); i++)
		if (str_eq(action, decisions[i]))
			return true;
	return false;
}

/* Until the tail has come further than to `reached`, or a moment has passed: also when that could not be told. */
static void wait_for_more(struct purger *p, int64_t reached)
{
	struct timespec until = clock_steady_after(NOTE_MS);
	pthread_mutex_lock(&p->lock);
	while (p->reached <= reached && !p->stopping && pthread_cond_timedwait(&p->there, &p->lock, &until) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&p->lock);
}

static bool is_stopping(struct purger *p, int64_t *reached)
{
	pthread_mutex_lock(&p->lock);
	*reached = p->reached;
	bool stopping = p->stopping;
	pthread_mutex_unlock(&p->lock);
	return stopping;
}

struct asked {
	id64 id;
	struct store_article article;
};

static enum frg_status load(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct asked *q = ctx;
	return store_article_by_id(tx, q->id, &q->article, err);
}

static size_t ignore(char *data, size_t size, size_t n, void *ctx)
{
	(void)data;
	(void)ctx;
	return size * n;
}

/* A cache has a copy for each of these. */
static const char *const encodings[] = {"Accept-Encoding:", "Accept-Encoding: gzip", "Accept-Encoding: br"};

/* 404 is what a cache says that has nothing of it. False: it could not be told. */
static bool send_one(CURL *curl, const char *cache, const char *path, const struct curl_slist *headers)
{
	char url[URL_MAX], problem[CURL_ERROR_SIZE] = "";
	long status = 0;
	int n = snprintf(url, sizeof url, "%s%s", cache, path);
	if (n < 0 || (size_t)n >= sizeof url)
		return true; /* longer than what a cache keeps */
	CURLcode rc = CURLE_OK;
	for (int i = 0; i < TRIES; i++) {
		curl_easy_reset(curl);
		curl_easy_setopt(curl, CURLOPT_URL, url);
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "PURGE");
		curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
		curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
		curl_easy_setopt(curl, CURLOPT_PROXY, "");
		curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
		curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, problem);
		rc = curl_easy_perform(curl);
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
		if (rc == CURLE_OK && (status == 404 || status / 100 == 2))
			return true;
	}
	if (rc != CURLE_OK)
		log_warn("purge", "%s: %s", cache, *problem ? problem : curl_easy_strerror(rc));
	else
		log_warn("purge", "%s answers PURGE with %ld", cache, status);
	return false;
}

/* The name under which readers ask for the site, since caches tell sites apart by it. */
static str host_of(const struct store_site *site)
{
	str rest = site ? site->base_url : STR(""), scheme = STR(""), host = STR("");
	if (!str_next(&rest, ':', &scheme) || !str_starts(rest, STR("//")))
		return STR("");
	rest = str_sub(rest, 2, rest.n);
	str_next(&rest, '/', &host);
	return host;
}

/* One that cannot be told of a page is told nothing more of this article: others wait to be told. */
static void purge_cache(struct arena *a, CURL *curl, const char *cache, const char *article, str host)
{
	bool told = true;
	for (size_t k = 0; told && k < COUNT_OF(encodings); k++) {
		struct curl_slist *headers = curl_slist_append(NULL, encodings[k]);
		if (host.n)
			headers = curl_slist_append(headers, arena_cstr(a, arena_printf(a, "Host: %.*s", STR_ARG(host))));
		for (size_t i = 0; told && i < COUNT_OF(pages); i++)
			told = send_one(curl, cache, arena_cstr(a, arena_printf(a, pages[i], article)), headers);
		curl_slist_free_all(headers);
	}
}

/* False: the article could not be looked up. */
static bool purge(struct purger *p, struct arena *a, CURL *curl, id64 article)
{
	struct asked q = {.id = article};
	struct frg_error err;
	enum frg_status st = store_read(service_store(p->svc), a, load, &q, &err);
	if (st != FRG_OK) {
		log_error("purge", "%s", err.msg);
		return st == FRG_NOT_FOUND;
	}
	char *name = curl_easy_escape(curl, q.article.external_id.p, (int)q.article.external_id.n);
	str host = host_of(service_site_by_id(p->svc, q.article.site));
	for (size_t i = 0; name && i < p->cache_count; i++)
		purge_cache(a, curl, p->cache[i], name, host);
	curl_free(name);
	return true;
}

/* ---- along the outbox ---- */

/* -1: nothing was ever written down. */
static enum frg_status load_noted(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	int64_t *seq = ctx;
	str value;
	*seq = -1;
	enum frg_status st = store_setting_get(tx, 0, STR("purged"), &value, err);
	if (st == FRG_NOT_FOUND)
		return FRG_OK;
	if (st == FRG_OK && !str_to_i64(value, seq))
		return frg_fail(err, FRG_CORRUPT, "store_corrupt", "the setting purged is no number");
	return st;
}

static enum frg_status save_noted(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	str value = arena_printf(store_arena(tx), "%lld", (long long)*(int64_t *)ctx);
	return store_setting_put(tx, 0, STR("purged"), value, err);
}

static void note(struct purger *p, struct arena *a)
{
	struct frg_error err;
	p->noted_at = clock_steady();
	if (store_write(service_store(p->svc), a, save_noted, &p->seq, &err) == FRG_OK)
		p->noted = p->seq;
	else
		log_error("purge", "%s", err.msg); /* told twice rather than not at all */
}

/* The work is this node's now: from where the one before, or the program before it was started, has come to. */
static bool take_over(struct purger *p, struct arena *a)
{
	struct frg_error err;
	if (store_read(service_store(p->svc), a, load_noted, &p->noted, &err) != FRG_OK) {
		log_error("purge", "%s", err.msg);
		return false;
	}
	if (p->noted >= 0 && p->noted < p->seq)
		p->seq = p->noted;
	return true;
}

static bool is_first(const struct store_events *events, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (events->items[i].article == events->items[at].article && purge_concerns(&events->items[i]))
			return false;
	return true;
}

/* A page of what the tail had read at `reached`. False: the database did not answer. */
static bool tell_some(struct purger *p, struct arena *a, struct arena *each, CURL *curl, int64_t reached)
{
	struct outbox_page b = {.seq = p->seq};
	struct frg_error err;
	if (outbox_read(p->svc, a, &b, &err) != FRG_OK) {
		log_error("purge", "%s", err.msg);
		return false;
	}
	int64_t later;
	size_t i = 0;
	for (; i < b.events.count && b.events.items[i].seq <= reached; i++) {
		const struct store_event *e = &b.events.items[i];
		arena_reset(each);
		if (is_stopping(p, &later))
			return true;
		if (purge_concerns(e) && is_first(&b.events, i) && !purge(p, each, curl, e->article))
			return false;
		p->seq = e->seq;
	}
	if (i < OUTBOX_PAGE) /* numbers between are of events that have gone */
		p->seq = reached;
	return true;
}

static void *loop(void *arg)
{
	struct purger *p = arg;
	struct arena *a = arena_open((size_t)64 << 20), *each = arena_open(1 << 20);
	CURL *curl = curl_easy_init();
	if (!curl)
		BUG("out of memory");
	int64_t reached;
	while (!is_stopping(p, &reached)) {
		arena_reset(a);
		if (reached >= 0 && p->seq < 0)
			p->seq = p->noted = reached;
		bool works = reached >= 0 && store_works(service_store(p->svc));
		p->works = works && (p->works || take_over(p, a));
		if (p->seq >= reached || !tell_some(p, a, each, curl, reached))
			wait_for_more(p, reached);
		if (p->works && p->noted != p->seq && clock_steady() - p->noted_at >= NOTE_MS)
			note(p, a);
	}
	if (p->works && p->noted != p->seq)
		note(p, a);
	curl_easy_cleanup(curl);
	arena_close(each);
	arena_close(a);
	return NULL;
}

static void let_go(struct purger *p)
{
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->there);
	free(p->caches);
	free(p);
}

static enum frg_status read_caches(struct purger *p, struct frg_error *err)
{
	char *rest;
	for (char *word = strtok_r(p->caches, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
		str at = str_of(word);
		while (str_ends(at, STR("/")))
			word[--at.n] = 0;
		if (p->cache_count == CACHES || !(str_starts(at, STR("http://")) || str_starts(at, STR("https://"))))
			return frg_fail(err, FRG_INVALID, "purge_invalid", "purge names at most %d http addresses, not %s", CACHES,
			                word);
		p->cache[p->cache_count++] = word;
	}
	return FRG_OK;
}

enum frg_status purger_open(struct service *svc, const char *caches, struct purger **out, struct frg_error *err)
{
	*out = NULL;
	if (!*caches)
		return FRG_OK;
	struct purger *p = calloc(1, sizeof *p);
	if (!p || !(p->caches = strdup(caches)))
		BUG("out of memory");
	p->svc = svc;
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_t steady;
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&p->there, &steady);
	pthread_condattr_destroy(&steady);
	p->reached = p->seq = p->noted = -1;
	enum frg_status st = read_caches(p, err);
	if (st == FRG_OK && pthread_create(&p->thread, NULL, loop, p))
		st = frg_fail(err, FRG_UNAVAILABLE, "threads", "cannot start a thread");
	if (st != FRG_OK) {
		let_go(p);
		return st;
	}
	*out = p;
	return FRG_OK;
}

void purger_close(struct purger *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_signal(&p->there);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	let_go(p);
}
