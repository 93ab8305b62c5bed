/* Reads a page of another server (libcurl). Knows nothing of articles. */
#include "http/fetch.h"

#include "base/buf.h"
#include "base/clock.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netdb.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	BODY_MAX = 2 << 20,
	CALL_MAX = 256 << 10,
	HEADERS_MAX = 64 << 10,
	ANSWER_MAX = 64 << 10, /* of an answer that nobody reads */
	TOTAL_MS = 5000,
	CONNECT_MS = 3000,
	REDIRECTS = 3,
	URL_MAX_BYTES = 2000,
	CHARSET_MAX = 40
};

/* ---- addresses ---- */

static bool public_v4(uint32_t a)
{
	static const struct {
		uint32_t net;
		int bits;
	} special[] = {{0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},  {0xa9fe0000, 16},
	               {0xac100000, 12}, {0xc0000000, 24}, {0xc0000200, 24}, {0xc0586300, 24}, {0xc0a80000, 16},
	               {0xc6120000, 15}, {0xc6336400, 24}, {0xcb007100, 24}, {0xe0000000, 4},  {0xf0000000, 4}};
	for (size_t i = 0; i < COUNT_OF(special); i++)
		if ((a ^ special[i].net) >> (32 - special[i].bits) == 0)
			return false;
	return true;
}

static uint32_t v4_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool public_v6(const uint8_t *a)
{
	static const uint8_t zero[12], mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff},
								   nat64[12] = {0, 0x64, 0xff, 0x9b};
	if (memcmp(a, zero, 12) == 0 || memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
		return public_v4(v4_at(a + 12)) && memcmp(a, zero, 12) != 0;
	if (a[0] == 0x20 && a[1] == 0x02) /* 6to4 carries an IPv4 address */
		return public_v4(v4_at(a + 2));
	if (a[0] == 0x3f && a[1] == 0xff && a[2] < 0x10)
		return false; /* documentation, 3fff::/20 */
	if (a[0] == 0x20 && a[1] == 0x01 && (a[2] < 0x02 || (a[2] == 0x0d && a[3] == 0xb8)))
		return false;             /* Teredo, benchmarking, documentation … */
	return (a[0] & 0xe0) == 0x20; /* global unicast, and nothing else */
}

bool fetch_is_public(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return public_v4(ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr));
	return address->sa_family == AF_INET6 &&
	       public_v6(((const struct sockaddr_in6 *)(const void *)address)->sin6_addr.s6_addr);
}

/* ---- one transfer ---- */

struct transfer {
	const struct fetch_rules *rules;
	struct buf body;
	size_t header_bytes;
	bool private_address;
};

/* Asked with the very address that is about to be connected to, whatever the name resolved to before. */
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *t = ctx;
	(void)purpose;
	if (!t->rules->allow_private && !fetch_is_public(&address->addr)) {
		t->private_address = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t take(char *data, size_t size, size_t count, void *ctx)
{
	struct transfer *t = ctx;
	buf_add(&t->body, (str){data, size * count});
	return t->body.cut ? 0 : size * count;
}

/* The library keeps all headers; somebody has to say when it is enough. */
static size_t take_header(char *data, size_t size, size_t count, void *ctx)
{
	struct transfer *t = ctx;
	(void)data;
	t->header_bytes += size * count;
	return t->header_bytes > HEADERS_MAX ? 0 : size * count;
}

/* ---- addresses that the rules allow ---- */

/* "host" with `usual`, or "host:port" with this port. */
static bool entry_matches(str entry, str host, str port, bool usual)
{
	str with_port = entry;
	if (entry.n > port.n + 1 && str_ends(entry, port) && entry.p[entry.n - port.n - 1] == ':') {
		with_port.n -= port.n + 1;
		usual = true;
	}
	if (!usual || with_port.n < 2)
		return false;
	if (with_port.p[0] != '.')
		return str_eq_nocase(with_port, host);
	return str_eq_nocase(str_sub(with_port, 1, with_port.n), host) ||
	       (host.n > with_port.n && str_eq_nocase(str_sub(host, host.n - with_port.n, host.n), with_port));
}

static bool host_allowed(const struct fetch_rules *rules, str host, str port, bool usual)
{
	str list = rules->hosts, one;
	while (str_next(&list, ' ', &one))
		if (entry_matches(one, host, port, usual))
			return true;
	return false;
}

static enum frg_status check_parts(const struct fetch_rules *rules, CURLU *parts, struct frg_error *err)
{
	char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL, *password = NULL;
	bool readable = curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	                curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	                curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK;
	bool with_user = curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK ||
	                 curl_url_get(parts, CURLUPART_PASSWORD, &password, 0) == CURLUE_OK;
	bool https = readable && strcmp(scheme, "https") == 0, http = readable && strcmp(scheme, "http") == 0;
	enum frg_status st = FRG_OK;
	if (!readable || with_user || (!https && !http))
		st = frg_fail(err, FRG_INVALID, "fetch_url", "not an address of the web");
	else if (!host_allowed(rules, str_of(host), str_of(port), true))
		st = frg_fail(err, FRG_FORBIDDEN, "fetch_host", "the site does not name the host %.100s", host);
	else if (!host_allowed(rules, str_of(host), str_of(port),
	                       rules->allow_private || strcmp(port, https ? "443" : "80") == 0))
		st = frg_fail(err, FRG_FORBIDDEN, "fetch_url", "the site does not name the port %.5s", port);
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_free(user);
	curl_free(password);
	return st;
}

static void set_up(CURL *curl, CURLU *parts, struct transfer *t, long left_ms)
{
	curl_easy_setopt(curl, CURLOPT_CURLU, parts);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* none, whatever the environment says */
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, left_ms);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_MAXFILESIZE, (long)BODY_MAX);
	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "Freigabe/" FREIGABE_VERSION " (article reader)");
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, t);
}

static enum frg_status judge_transfer(CURLcode rc, const struct transfer *t, struct frg_error *err)
{
	if (t->private_address)
		return frg_fail(err, FRG_FORBIDDEN, "fetch_private", "the host has a private address");
	if (t->body.cut || rc == CURLE_FILESIZE_EXCEEDED || t->header_bytes > HEADERS_MAX)
		return frg_fail(err, FRG_TOO_LARGE, "fetch_large", "more than %zu bytes", t->body.max);
	if (rc == CURLE_OPERATION_TIMEDOUT)
		return frg_fail(err, FRG_IO, "fetch_timeout", "the page did not come in time");
	if (rc != CURLE_OK)
		return frg_fail(err, FRG_IO, "fetch_failed", "%s", curl_easy_strerror(rc));
	return FRG_OK;
}

static enum frg_status judge(CURL *curl, CURLcode rc, const struct transfer *t, struct frg_error *err)
{
	enum frg_status st = judge_transfer(rc, t, err);
	if (st != FRG_OK)
		return st;
	long status = 0;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 300 && status < 400)
		return FRG_OK;
	if (status != 200)
		return frg_fail(err, FRG_IO, "fetch_status", "the page answers with %ld", status);
	const char *type = NULL;
	curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
	str kind = str_of(type), rest = kind;
	str_next(&rest, ';', &kind);
	kind = str_trim(kind);
	if (!str_eq_nocase(kind, STR("text/html")) && !str_eq_nocase(kind, STR("application/xhtml+xml")))
		return frg_fail(err, FRG_UNSUPPORTED, "fetch_type", "the page is not HTML");
	return FRG_OK;
}

/* The body with what the Content-Type says of its character set, in the form that HTML has for it. */
static str with_charset(struct arena *a, CURL *curl, str body)
{
	const char *type = NULL;
	curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
	const char *p = type ? strcasestr(type, "charset=") : NULL;
	if (!p || str_starts(body, STR("\xef\xbb\xbf")) || str_starts(body, STR("\xff\xfe")) ||
	    str_starts(body, STR("\xfe\xff")))
		return arena_str(a, body);
	p += strlen("charset=");
	p += *p == '"';
	size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:");
	if (n == 0 || n > CHARSET_MAX || (n == 5 && strncasecmp(p, "utf-8", n) == 0)) /* UTF-8 shows by itself */
		return arena_str(a, body);
	struct buf b = BUF_INIT(BODY_MAX + 100);
	buf_printf(&b, "<meta charset=\"%.*s\">", (int)n, p);
	buf_add(&b, body);
	return buf_finish(&b, a);
}

/* ---- calls ---- */

static struct curl_slist *add_line(struct curl_slist *list, const char *line)
{
	struct curl_slist *more = curl_slist_append(list, line);
	if (!more)
		BUG("out of memory");
	return more;
}

static struct curl_slist *call_headers(struct arena *a, const struct fetch_call *call)
{
	struct curl_slist *list = add_line(NULL, "Accept: application/json");
	if (call->authorization.n)
		list = add_line(list, arena_cstr(a, arena_printf(a, "Authorization: %.*s", STR_ARG(call->authorization))));
	return list;
}

static enum frg_status judge_call(CURL *curl, CURLcode rc, const struct transfer *t, long *status,
                                  struct frg_error *err)
{
	enum frg_status st = judge_transfer(rc, t, err);
	*status = 0;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
	bool readable = (*status >= 200 && *status < 300) || (*status >= 400 && *status < 500);
	if (st == FRG_OK && !readable)
		st = frg_fail(err, FRG_IO, "fetch_status", "the server answers with %ld", *status);
	return st;
}

static enum frg_status call_once(struct arena *a, CURLU *parts, struct transfer *t, const struct fetch_call *call,
                                 long *status, str *body, struct frg_error *err)
{
	CURL *curl = curl_easy_init();
	if (!curl)
		BUG("out of memory");
	struct curl_slist *headers = call_headers(a, call);
	set_up(curl, parts, t, t->rules->total_ms > 0 ? (long)t->rules->total_ms : TOTAL_MS);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "Freigabe/" FREIGABE_VERSION);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	if (call->form.n) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->form.p);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)call->form.n);
	}
	enum frg_status st = judge_call(curl, curl_easy_perform(curl), t, status, err);
	if (st == FRG_OK)
		*body = arena_str(a, buf_str(&t->body));
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return st;
}

enum frg_status fetch_call(struct arena *a, const struct fetch_rules *rules, const struct fetch_call *call,
                           long *status, str *body, struct frg_error *err)
{
	struct transfer t = {.rules = rules, .body = BUF_INIT(CALL_MAX)};
	CURLU *parts = curl_url();
	if (!parts)
		BUG("out of memory");
	enum frg_status st = FRG_OK;
	*body = STR("");
	if (call->url.n > URL_MAX_BYTES || curl_url_set(parts, CURLUPART_URL, arena_cstr(a, call->url), 0) != CURLUE_OK)
		st = frg_fail(err, FRG_INVALID, "fetch_url", "not an address of the web");
	if (st == FRG_OK)
		st = check_parts(rules, parts, err);
	if (st == FRG_OK)
		st = call_once(a, parts, &t, call, status, body, err);
	buf_free(&t.body);
	curl_url_cleanup(parts);
	return st;
}

/* ---- handing over ---- */

struct sending {
	struct transfer t;
	const struct fetch_send *send;
	size_t answered;
	bool stopped;
};

static size_t skip(char *data, size_t size, size_t count, void *ctx)
{
	struct sending *s = ctx;
	(void)data;
	s->answered += size * count;
	return s->answered > ANSWER_MAX ? 0 : size * count;
}

static int still_wanted(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct sending *s = ctx;
	(void)a, (void)b, (void)c, (void)d;
	s->stopped = s->send->stop && s->send->stop(s->send->ctx);
	return s->stopped;
}

/* As long as the other side has answered, it does not matter how much it goes on to say. */
static enum frg_status judge_sending(CURL *curl, CURLcode rc, const struct sending *s, long *status,
                                     struct frg_error *err)
{
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
	if (s->stopped)
		return frg_fail(err, FRG_UNAVAILABLE, "stopping", "the server stops");
	if (rc == CURLE_OK || (*status >= 200 && (s->answered > ANSWER_MAX || s->t.header_bytes > HEADERS_MAX)))
		return FRG_OK;
	*status = 0; /* what broke off in the middle was no answer */
	return judge_transfer(rc, &s->t, err);
}

static enum frg_status send_once(CURLU *parts, struct sending *s, long *status, struct frg_error *err)
{
	CURL *curl = curl_easy_init();
	if (!curl)
		BUG("out of memory");
	struct curl_slist *headers = add_line(NULL, "Expect:"); /* what is sent is small: nobody asks before */
	for (size_t i = 0; s->send->headers[i]; i++)
		headers = add_line(headers, s->send->headers[i]);
	set_up(curl, parts, &s->t, s->t.rules->total_ms > 0 ? (long)s->t.rules->total_ms : TOTAL_MS);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "Freigabe/" FREIGABE_VERSION);
	curl_easy_setopt(curl, CURLOPT_MAXFILESIZE, 0L); /* skip() ends it */
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, s->send->body.p);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)s->send->body.n);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, skip);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, s);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, still_wanted);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, s);
	enum frg_status st = judge_sending(curl, curl_easy_perform(curl), s, status, err);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return st;
}

/* Of a name nobody knows yet: it is judged when it is connected to. */
static bool is_private_number(CURLU *parts)
{
	static const struct addrinfo number = {.ai_flags = AI_NUMERICHOST};
	struct addrinfo *found = NULL;
	char *host = NULL;
	if (curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK)
		return false;
	size_t n = strlen(host);
	bool six = n > 2 && host[0] == '[' && host[n - 1] == ']';
	if (six)
		host[n - 1] = 0;
	bool private = getaddrinfo(host + six, NULL, &number, &found) == 0 && !fetch_is_public(found->ai_addr);
	if (found)
		freeaddrinfo(found);
	curl_free(host);
	return private;
}

static enum frg_status read_target(struct arena *a, const struct fetch_rules *rules, str url, CURLU *parts,
                                   struct frg_error *err)
{
	char *scheme = NULL;
	bool readable = url.n <= URL_MAX_BYTES &&
	                curl_url_set(parts, CURLUPART_URL, arena_cstr(a, url), CURLU_DISALLOW_USER) == CURLUE_OK &&
	                curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK;
	bool fine = readable && (strcmp(scheme, "https") == 0 || (rules->allow_private && strcmp(scheme, "http") == 0));
	curl_free(scheme);
	if (!fine)
		return frg_fail(err, FRG_INVALID, "fetch_url", "not an address that can be sent to");
	if (!rules->allow_private && is_private_number(parts))
		return frg_fail(err, FRG_FORBIDDEN, "fetch_private", "the address is a private one");
	return FRG_OK;
}

enum frg_status fetch_send_check(struct arena *a, const struct fetch_rules *rules, str url, struct frg_error *err)
{
	CURLU *parts = curl_url();
	if (!parts)
		BUG("out of memory");
	enum frg_status st = read_target(a, rules, url, parts, err);
	curl_url_cleanup(parts);
	return st;
}

enum frg_status fetch_send(struct arena *a, const struct fetch_rules *rules, const struct fetch_send *send,
                           long *status, struct frg_error *err)
{
	struct sending s = {.t = {.rules = rules}, .send = send};
	CURLU *parts = curl_url();
	if (!parts)
		BUG("out of memory");
	*status = 0;
	enum frg_status st = read_target(a, rules, send->url, parts, err);
	if (st == FRG_OK)
		st = send_once(parts, &s, status, err);
	curl_url_cleanup(parts);
	return st;
}

/* ---- pages ---- */

/* One hop: either a page, or *next is where it leads. */
static enum frg_status hop(struct arena *a, CURLU *parts, struct transfer *t, long left_ms, str *body,
                           const char **next, struct frg_error *err)
{
	enum frg_status st = check_parts(t->rules, parts, err);
	if (st != FRG_OK)
		return st;
	CURL *curl = curl_easy_init();
	if (!curl)
		BUG("out of memory");
	set_up(curl, parts, t, left_ms);
	st = judge(curl, curl_easy_perform(curl), t, err);
	char *location = NULL;
	if (st == FRG_OK)
		curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &location);
	*next = location ? arena_cstr(a, str_of(location)) : NULL;
	long status = 0;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (st == FRG_OK && status != 200 && !location)
		st = frg_fail(err, FRG_IO, "fetch_status", "the page answers with %ld", status);
	if (st == FRG_OK && !location)
		*body = with_charset(a, curl, buf_str(&t->body));
	curl_easy_cleanup(curl);
	return st;
}

enum frg_status fetch_page(struct arena *a, const struct fetch_rules *rules, str url, struct fetch_result *out,
                           struct frg_error *err)
{
	struct transfer t = {.rules = rules, .body = BUF_INIT(BODY_MAX)};
	*out = (struct fetch_result){0};
	const char *next = url.n <= URL_MAX_BYTES ? arena_cstr(a, url) : "";
	enum frg_status st = FRG_OK;
	CURLU *parts = curl_url();
	if (!parts)
		BUG("out of memory");
	msec until = clock_steady() + (rules->total_ms > 0 ? rules->total_ms : TOTAL_MS);
	for (int hops = 0; st == FRG_OK && next; hops++) {
		msec left = until - clock_steady();
		t.body.n = t.header_bytes = 0;
		if (hops > REDIRECTS)
			st = frg_fail(err, FRG_IO, "fetch_redirects", "more than %d redirects", REDIRECTS);
		else if (left <= 0)
			st = frg_fail(err, FRG_IO, "fetch_timeout", "the page did not come in time");
		else if (curl_url_set(parts, CURLUPART_URL, next, 0) != CURLUE_OK)
			st = frg_fail(err, FRG_INVALID, "fetch_url", "not an address of the web");
		else
			st = hop(a, parts, &t, (long)left, &out->body, &next, err);
	}
	if (st == FRG_OK) {
		char *final = NULL;
		if (curl_url_get(parts, CURLUPART_URL, &final, 0) != CURLUE_OK)
			BUG("out of memory");
		out->url = arena_str(a, str_of(final));
		curl_free(final);
	}
	buf_free(&t.body);
	curl_url_cleanup(parts);
	return st;
}
