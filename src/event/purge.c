/* Tells caches in front of the program which pages are not what they were. A cache that does not answer is tried again
 * once; then the age that its own configuration allows is what is left, and the log says so. */
#include "event/purge.h"

#include "base/log.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>

enum { WAITING = 4096, CACHES = 16, TIMEOUT_MS = 1000, TRIES = 2, URL_MAX = 2048 };

struct purger {
	struct service *svc;
	const char *cache[CACHES];
	char *caches;
	size_t cache_count;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t there;
	id64 waiting[WAITING]; /* a ring; more than that at once are left to the caches' own terms */
	size_t first, count;
	bool stopping;
};

/* All that a cache may keep of an article under an address without a query. */
static const char *const pages[] = {"/articles/%s", "/articles/%s/comments.atom", "/v1/articles/%s/comments",
                                    "/v1/articles/%s/thread"};

void purge_article(struct purger *p, id64 article)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	bool known = p->count == WAITING;
	if (known)
		log_warn("purge", "more articles changed than caches could be told of");
	for (size_t i = 0; !known && i < p->count; i++)
		known = p->waiting[(p->first + i) % WAITING] == article;
	if (!known)
		p->waiting[(p->first + p->count++) % WAITING] = article;
	pthread_cond_signal(&p->there);
	pthread_mutex_unlock(&p->lock);
}

static bool take(struct purger *p, id64 *article)
{
	pthread_mutex_lock(&p->lock);
	while (p->count == 0 && !p->stopping)
		pthread_cond_wait(&p->there, &p->lock);
	bool some = !p->stopping;
	if (some) {
		*article = p->waiting[p->first];
		p->first = (p->first + 1) % WAITING;
		p->count--;
	}
	pthread_mutex_unlock(&p->lock);
	return some;
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

static void purge(struct purger *p, struct arena *a, CURL *curl, id64 article)
{
	struct asked q = {.id = article};
	struct frg_error err;
	if (store_read(service_store(p->svc), a, load, &q, &err) != FRG_OK) {
		log_error("purge", "%s", err.msg);
		return;
	}
	char *name = curl_easy_escape(curl, q.article.external_id.p, (int)q.article.external_id.n);
	str host = host_of(service_site_by_id(p->svc, q.article.site));
	for (size_t i = 0; name && i < p->cache_count; i++)
		purge_cache(a, curl, p->cache[i], name, host);
	curl_free(name);
}

static void *loop(void *arg)
{
	struct purger *p = arg;
	struct arena *a = arena_open(1 << 20);
	CURL *curl = curl_easy_init();
	if (!curl)
		BUG("out of memory");
	id64 article;
	while (take(p, &article)) {
		arena_reset(a);
		purge(p, a, curl, article);
	}
	curl_easy_cleanup(curl);
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
	pthread_cond_init(&p->there, NULL);
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
